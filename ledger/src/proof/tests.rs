//! A proof file verifies, and each way of lying in it is found under its name.

use super::*;
use crate::id::ItemId;
use crate::json::Json;
use crate::record::{Record, RecordKey, View};
use crate::replay::Author;
use crate::replay::tests::world::{ORIGIN, Source, World, event, secret, story, trust};
use crate::sealed::{Disclosure, Salt, digest};
use crate::statement::{Issuer, Statement};
use crate::tlog::Policy;
use crate::verdict::{CheckCode, Note, Outcome, Report, exit};

fn good() -> (Vec<u8>, ProofFile) {
    let (world, piece) = story();
    let bytes = build(&Source { world: &world, cosigners: &[210, 211] }, &piece, Vec::new()).unwrap();
    let file = ProofFile::decode(&bytes).unwrap();
    (bytes, file)
}

fn verify(bytes: &[u8], audited: bool) -> Report {
    verify_item(bytes, &Policy::parse(trust(audited)).unwrap())
}

fn outcome(report: &Report, code: CheckCode) -> Outcome {
    report.check(code).unwrap().outcome
}

#[test]
fn a_true_story_passes_every_check() {
    let (bytes, _) = good();
    let report = verify(&bytes, true);
    let text = report.text(crate::lang::Lang::En);
    assert_eq!(report.exit_code(), exit::PASSED, "{text}");
    for check in &report.checks {
        let expected =
            if check.code == CheckCode::Disclosures { Outcome::NotChecked } else { Outcome::Passed };
        assert_eq!(check.outcome, expected, "{text}");
    }
    let rules = report.check(CheckCode::Rules).unwrap();
    assert_eq!(rules.note, Note::RulesHeld, "{text}");
    let facts = report.facts.as_ref().unwrap();
    assert_eq!(facts.mass.left_mg.get(), 250_000);
    assert_eq!(facts.ancestors.len(), 3, "{text}");
    assert_eq!(facts.maker.as_ref().unwrap().name, "Studio");
    assert!(text.contains("nothing is stated"), "{text}");
    assert!(serde_json::to_string(&report).unwrap().contains("\"verdict\":\"passed\""));
}

#[test]
fn a_file_beyond_its_size_is_refused_before_it_is_read() {
    let refused = |bytes: Vec<u8>| ProofFile::decode(&bytes).unwrap_err();
    let size = MAX_PROOF_FILE_BYTES + 1;
    assert!(matches!(refused(vec![0; size]), ProofFileError::TooLarge(found) if found == size));
    assert!(!matches!(refused(vec![0; size - 1]), ProofFileError::TooLarge(_)));
    assert_ne!(verify(&vec![0; size], true).exit_code(), exit::PASSED);
}

#[test]
fn without_an_auditor_it_is_the_operators_word() {
    let (bytes, _) = good();
    let report = verify(&bytes, false);
    assert_eq!(report.exit_code(), exit::PASSED);
    assert_eq!(report.check(CheckCode::Complete).unwrap().note, Note::OperatorOnly);
    let (world, piece) = story();
    let bytes = build(&Source { world: &world, cosigners: &[] }, &piece, Vec::new()).unwrap();
    let report = verify(&bytes, false);
    assert_eq!(
        (report.exit_code(), outcome(&report, CheckCode::Witnesses)),
        (exit::NOT_TRUSTED, Outcome::NotTrusted)
    );
}

/// No byte of a file can be changed without being noticed.
#[test]
fn every_changed_byte_is_noticed() {
    let (bytes, _) = good();
    for at in (0..bytes.len()).step_by(37) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x01;
        let report = verify(&changed, true);
        let code = report.exit_code();
        // The tag and a signature line of a cosigner whom the trust file does not know prove nothing.
        assert_ne!(code, exit::PASSED, "byte {at}");
        assert!(
            report.checks.iter().any(|check| !matches!(check.outcome, Outcome::Passed | Outcome::NotChecked))
        );
    }
    for length in (0..bytes.len()).step_by(101) {
        assert_eq!(verify(&bytes[..length], true).exit_code(), exit::NOT_EVALUATED, "{length} bytes");
    }
}

#[test]
fn lies_are_found_by_name() {
    let (_, file) = good();
    let lie = |change: &dyn Fn(&mut ProofFile)| {
        let mut file = file.clone();
        change(&mut file);
        verify(&file.encode(), true)
    };
    let failed =
        |report: &Report| report.checks.iter().find(|c| c.outcome == Outcome::Failed).map(|c| c.code);
    let left_out = lie(&|file| {
        file.statements.remove(5);
    });
    assert_eq!(failed(&left_out), Some(CheckCode::Inclusion));
    let event = lie(&|file| {
        for known in file.records.iter_mut().filter(|known| known.key.first() == Some(&7)) {
            known.events.truncate(known.events.len().saturating_sub(1));
        }
    });
    assert_eq!(failed(&event), Some(CheckCode::History));
    let record = lie(&|file| {
        file.records.retain(|known| known.key.first() != Some(&8));
    });
    assert_eq!(failed(&record), Some(CheckCode::Records));
    let ledger = lie(&|file| file.ledger.push('0'));
    assert_eq!(failed(&ledger), Some(CheckCode::Ledger));
    let seal = lie(&|file| file.seal.0 -= 1);
    assert_eq!(failed(&seal), Some(CheckCode::Seal));
    let checkpoint = lie(&|file| file.checkpoint = file.checkpoint.replacen("lode\n", "lodf\n", 1));
    assert_eq!(outcome(&checkpoint, CheckCode::LogSignature), Outcome::NotTrusted);
}

#[test]
fn what_came_after_the_seal_is_shown_and_not_called_proven() {
    let (mut world, piece) = story();
    let mut studio = custodian(&world, piece);
    let text = format!(r#"{{"type":"step.logged","at":"{}","item":"{piece}","step":"polish"}}"#, world.at());
    world.by(&mut studio, &[event(&text)]);
    let bytes = build(&Source { world: &world, cosigners: &[210, 211] }, &piece, Vec::new()).unwrap();
    let report = verify(&bytes, true);
    assert_eq!(report.exit_code(), exit::PASSED, "{}", report.text(crate::lang::Lang::En));
    assert_eq!(report.check(CheckCode::Later).unwrap().note, Note::LaterIncluded);
    assert_eq!(report.facts.unwrap().timeline.last().unwrap().kind, crate::event::EventType::StepLogged);
}

/// The studio of the story, who has the item in hand, with unused numbers.
fn custodian(world: &World, item: ItemId) -> Author {
    let record = world.replay.view().record(&RecordKey::Item(item)).unwrap();
    let Record::Item(item) = &*record else { panic!("no item") };
    let mut author = Author::new(secret(11), Issuer::Participant(item.custodian), &world.registrar.audience);
    author.seq = 500;
    author
}

#[test]
fn an_ancestor_cannot_be_left_out() {
    let (world, piece) = story();
    let bytes = build(&Source { world: &world, cosigners: &[210, 211] }, &piece, Vec::new()).unwrap();
    let mut file = ProofFile::decode(&bytes).unwrap();
    let lots = file.records.iter().filter(|known| known.key.starts_with(&[7, b'L'])).count();
    assert_eq!(lots, 2);
    // A forger with the node's map proves fewer records.
    file.records.retain(|known| !known.key.starts_with(&[7, b'L']));
    let keys: Vec<_> = file.records.iter().map(|known| crate::hash::Hash::of(&known.key)).collect();
    file.state = world.sealed.1.prove(&keys).to_bytes();
    let report = verify(&file.encode(), true);
    assert_eq!(outcome(&report, CheckCode::Records), Outcome::Passed);
    assert_eq!(report.check(CheckCode::History).unwrap().note, Note::HistoryBroken);
    assert_eq!(report.exit_code(), exit::FAILED);
}

#[test]
fn statements_about_other_goods_too_are_no_breach() {
    let mut world = World::open();
    let (mut importer, _) = world.enrol(10, "Importer", "importer");
    let (mut studio, studio_id) = world.enrol(11, "Studio", "studio");
    world.seal();
    let (ours, other) = (world.declare(&mut importer, 1_000, ""), world.declare(&mut importer, 2_000, ""));
    let (nonce, at) = (world.nonce(), world.at());
    let text = format!(
        r#"{{"type":"custody.offered","at":"{at}","nonce":"{nonce}","to":"{studio_id}","expires":"2027-01-01T00:00:00Z",
        "lines":[{{"item":"{other}","mass_mg":2000,"resolution_mg":1}},{{"item":"{ours}","mass_mg":1000,"resolution_mg":1}}]}}"#
    );
    world.by(&mut importer, &[event(&text)]);
    let offer = crate::id::OfferId::derive(ORIGIN, &importer.issuer.to_string(), &nonce, 0);
    let at = world.at();
    let text = format!(r#"{{"type":"custody.rejected","at":"{at}","offer":"{offer}","reason":"wrong lot"}}"#);
    world.by(&mut studio, &[event(&text)]);
    world.seal();
    let bytes = build(&Source { world: &world, cosigners: &[210] }, &ours, Vec::new()).unwrap();
    let report = verify(&bytes, false);
    let text = report.text(crate::lang::Lang::En);
    assert_eq!(report.exit_code(), exit::PASSED, "{text}");
    let rules = report.check(CheckCode::Rules).unwrap();
    assert_eq!((rules.note, rules.args[2].to_string().as_str()), (Note::RulesHeldInPart, "2"), "{text}");
}

#[test]
fn an_opened_field_must_be_what_was_sealed() {
    let mut world = World::open();
    let (mut importer, _) = world.enrol(10, "Importer", "importer");
    world.seal();
    let salt = Salt([7; 16]);
    let sealed = digest(ORIGIN, "events[0].supplier", &salt.0, "\"Mina Azul\"");
    let lot = world.declare(&mut importer, 1_000, &format!(r#","supplier":{{"sealed":"{sealed}"}}"#));
    let statement = Statement::decode(world.statements.last().unwrap().clone()).unwrap().id();
    world.seal();
    let made = |value: &str, path: &str| {
        let value = Json::Str(value.to_owned());
        let disclosure = Disclosure { statement, path: path.to_owned(), salt, value };
        let bytes = build(&Source { world: &world, cosigners: &[210] }, &lot, vec![disclosure]).unwrap();
        verify(&bytes, false)
    };
    let good = made("Mina Azul", "events[0].supplier");
    assert_eq!(outcome(&good, CheckCode::Disclosures), Outcome::Passed);
    assert_eq!(good.facts.unwrap().opened[0].value, "\"Mina Azul\"");
    for lie in [made("Mina Verde", "events[0].supplier"), made("Mina Azul", "events[0].species")] {
        assert_eq!((lie.exit_code(), outcome(&lie, CheckCode::Disclosures)), (exit::FAILED, Outcome::Failed));
    }
}
