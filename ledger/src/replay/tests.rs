//! A log replays, and each way of lying in it is named.

use super::*;
use crate::tlog::EMPTY_ROOT;

use crate as lode;

#[path = "world.rs"]
pub(crate) mod world;

use world::{World, event, secret, story};

#[test]
fn a_log_replays_from_its_bytes_alone() {
    let (world, piece) = story();
    let mut again = Replay::new();
    assert_eq!(again.root(), EMPTY_ROOT);
    for bytes in &world.statements {
        again.append(bytes.clone()).unwrap();
    }
    assert_eq!(again.root(), world.replay.root());
    assert_eq!(again.size(), world.statements.len() as u64);
    let Some(Record::Item(item)) =
        crate::record::View::record(again.view(), &RecordKey::Item(piece)).as_deref().cloned()
    else {
        panic!("the piece is not there")
    };
    assert_eq!(item.mass.left.get(), 250_000);
    // The map is a pure function of the records, however the updates were batched.
    let whole = again.view().iter().map(|(key, record)| (key.map_key(), record.map_value()));
    assert_eq!(StateMap::from_entries(whole.collect::<Vec<_>>()).root(), again.state_root());
}

#[test]
fn a_seal_that_lies_about_the_state_is_refused_and_leaves_nothing() {
    let mut world = World::open();
    let right = world.replay.state_root();
    let lie = world.seal_bytes(Hash::ZERO);
    let (root, size) = (world.replay.root(), world.replay.size());
    let error = world.replay.append(lie).unwrap_err();
    assert_eq!((error.code(), error.rule()), ("seal-root", Some("M2")));
    assert!(error.message(Lang::En).contains(&right.to_string()));
    assert_eq!((world.replay.root(), world.replay.size(), world.replay.state_root()), (root, size, right));
    world.seal();
}

#[test]
fn bytes_that_were_changed_or_repeated_are_refused() {
    let (world, _) = story();
    let mut again = Replay::new();
    for bytes in &world.statements {
        let mut changed = bytes.clone();
        let last = changed.len() - 1;
        changed[last] ^= 1;
        assert_eq!(again.append(changed).unwrap_err().code(), "bad-signature");
        again.append(bytes.clone()).unwrap();
    }
    let repeated = again.append(world.statements[2].clone()).unwrap_err();
    assert_eq!(repeated.rule(), Some("U4"));
    assert_eq!(again.root(), world.replay.root());
}

#[test]
fn what_was_checked_ahead_of_its_turn_is_asked_for_its_author_when_it_comes() {
    let (world, _) = story();
    let mut again = Replay::new();
    // Keys of the whole log: also of those who are enrolled only later.
    let checker = world.replay.checker();
    let mut ahead = 0;
    for bytes in &world.statements {
        match checker.check(bytes) {
            Some(verified) => {
                ahead += 1;
                again.accept(&verified).unwrap();
            }
            None => drop(again.append(bytes.clone()).unwrap()),
        }
    }
    assert_eq!(again.root(), world.replay.root());
    assert!(ahead > world.seals.len(), "participants' entries need no turn");

    let mut changed = world.statements[3].clone();
    *changed.last_mut().unwrap() ^= 1;
    assert!(checker.check(&changed).is_none());
    // Good signatures of keys that are nobody's, or another's: nobody yet, the ledger's seal, a participant's by name.
    let declared = world.statements.iter().find_map(|bytes| {
        let verified = checker.check(bytes)?;
        matches!(verified.events(), [Event::LotDeclared(_)]).then_some(verified)
    });
    let mut early = Replay::new();
    for bytes in &world.statements[..2] {
        early.append(bytes.clone()).unwrap();
    }
    assert_eq!(early.accept(&declared.unwrap()).unwrap_err().reason.code(), "key-unknown");
    let mut liar = world.registrar.clone();
    liar.issuer = crate::statement::Issuer::Ledger;
    let seal = format!(
        r#"{{"type":"ledger.sealed","at":"{}","size":{},"state_root":"{}"}}"#,
        world.at(),
        again.size(),
        again.state_root()
    );
    let lie = liar.sign(&[event(&seal)]).unwrap();
    assert!(
        checker.check(lie.bytes()).is_none(),
        "only a participant's key is taken from those that are known"
    );
    let registrar = secret(1).public().check().unwrap();
    let lie = lie.verify(&registrar).unwrap();
    assert_eq!(again.accept(&lie).unwrap_err().reason.code(), "key-unknown");
}

#[test]
fn somebody_not_enrolled_cannot_speak() {
    let mut world = World::open();
    let (importer, _) = world.enrol(10, "Importer", "importer");
    let mut stranger = importer;
    stranger.secret = secret(99);
    let text = format!(
        r#"{{"type":"lot.split","at":"{}","item":"L-{}","nonce":"{}","parts":[{{"mass_mg":1}}],"left_mg":0}}"#,
        world.at(),
        "0".repeat(26),
        "00".repeat(16)
    );
    let bytes = stranger.sign(&[event(&text)]).unwrap().into_bytes();
    assert_eq!(world.replay.append(bytes).unwrap_err().code(), "key-unknown");
    assert_eq!(stranger.seq, 2);
}
