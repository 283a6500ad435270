//! Any bytes as a record of the state, and as a proof of the state map: what is read is written back byte for byte,
//! and a proof of one map proves nothing of another.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use lode_ledger::hash::Hash;
use lode_ledger::record::{Record, RecordKey};
use lode_ledger::statemap::MapProof;
use lode_tests::world::World;

struct State {
    keys: Vec<RecordKey>,
    /// Of a few records, what the map says of them.
    claims: Vec<(Hash, Option<Hash>)>,
    root: Hash,
}

static STATE: LazyLock<State> = LazyLock::new(|| {
    let mut world = World::traded();
    let keys: Vec<RecordKey> = world.replay.view().iter().map(|(key, _)| *key).collect();
    let root = world.replay.state_root();
    let map = world.replay.state_map();
    let claims = keys.iter().take(3).map(|key| (key.map_key(), map.get(&key.map_key()))).collect();
    State { keys, claims, root }
});

fuzz_target!(|input: &[u8]| {
    // Of which record the rest is to be.
    let Some((which, bytes)) = input.split_first() else { return };
    let key = STATE.keys[usize::from(*which) % STATE.keys.len()];
    if let Ok(record) = Record::from_bytes(&key, bytes) {
        assert_eq!(record.to_bytes(), bytes, "one encoding only");
    }
    if let Ok(proof) = MapProof::from_bytes(bytes) {
        assert_eq!(proof.to_bytes(), bytes, "one encoding only");
        let mut claims = STATE.claims.clone();
        claims.sort_unstable();
        assert!(proof.verify(&Hash::of(b"another map"), &claims).is_err());
        if proof.verify(&STATE.root, &claims).is_ok() {
            // Then no other claim of the same keys can hold.
            for at in 0..claims.len() {
                let mut lie = claims.clone();
                lie[at].1 = Some(Hash::of(b"a lie"));
                assert!(proof.verify(&STATE.root, &lie).is_err());
            }
        }
    }
});
