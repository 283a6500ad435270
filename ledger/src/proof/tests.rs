//! A proof file verifies, and each way of lying in it is found under its name.

use super::*;
use crate::replay::tests::world::{Source, story, trust};
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
    let (mut studio, _) = (
        crate::replay::Author {
            secret: crate::replay::tests::world::secret(11),
            issuer: crate::statement::Issuer::Participant(
                match world
                    .replay
                    .view()
                    .iter()
                    .find(|(key, _)| **key == crate::record::RecordKey::Item(piece))
                {
                    Some((_, record)) => match &**record {
                        crate::record::Record::Item(item) => item.custodian,
                        _ => panic!("no item"),
                    },
                    None => panic!("no piece"),
                },
            ),
            audience: world.registrar.audience.clone(),
            seq: 500,
        },
        (),
    );
    let text = format!(r#"{{"type":"step.logged","at":"{}","item":"{piece}","step":"polish"}}"#, world.at());
    world.by(&mut studio, &[crate::replay::tests::world::event(&text)]);
    let bytes = build(&Source { world: &world, cosigners: &[210, 211] }, &piece, Vec::new()).unwrap();
    let report = verify(&bytes, true);
    assert_eq!(report.exit_code(), exit::PASSED, "{}", report.text(crate::lang::Lang::En));
    assert_eq!(report.check(CheckCode::Later).unwrap().note, Note::LaterIncluded);
    assert_eq!(report.facts.unwrap().timeline.last().unwrap().kind, crate::event::EventType::StepLogged);
}
