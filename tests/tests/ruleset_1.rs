//! Logs that an earlier program wrote under ruleset 1, as files that are never written again. They must come out the
//! same for ever: every entry accepted, every state root, and the verdict on a piece.

use std::path::{Path, PathBuf};

use lode_ledger::proof::verify_item;
use lode_ledger::replay::Replay;
use lode_ledger::tlog::checkpoint::SignedCheckpoint;
use lode_ledger::tlog::policy::Policy;
use lode_ledger::tlog::tile::{bundles, decode_bundle};
use lode_ledger::verdict::exit;
use lode_tests::golden;
use serde_json::Value;

fn folder() -> PathBuf {
    golden::root().join("tests/vectors/ruleset-1")
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_entry_of_the_world_gives_the_state_root_that_it_gave_then() {
    let world: Value = serde_json::from_slice(&read(&folder().join("world.json"))).unwrap();
    let mut replay = Replay::new();
    for entry in world["entries"].as_array().unwrap() {
        let bytes = hex::decode(entry["statement"].as_str().unwrap()).unwrap();
        replay.append(bytes).unwrap_or_else(|error| panic!("{}: {error}", entry["step"]));
        assert_eq!(replay.state_root().to_string(), entry["state_root"], "{}", entry["step"]);
    }
    assert_eq!(replay.root().to_string(), world["root"]);
    assert!(replay.size() > 50, "the log is not the one meant");
}

/// A seal states the root of its time, and a replay compares it.
#[test]
fn the_demonstrations_log_replays_to_its_checkpoint() {
    let signed = SignedCheckpoint::parse(read(&folder().join("log/checkpoint"))).unwrap();
    let checkpoint = signed.checkpoint();
    let mut replay = Replay::new();
    for bundle in bundles(checkpoint.size()) {
        let bytes = read(&folder().join("log").join(bundle.path()));
        for entry in decode_bundle(bundle, &bytes).unwrap() {
            replay.append(entry.to_vec()).unwrap();
        }
    }
    assert_eq!((replay.size(), replay.root()), (checkpoint.size(), checkpoint.root()));
}

#[test]
fn a_proof_file_of_then_is_as_good_as_it_was() {
    let trust = Policy::parse(read(&folder().join("trust.policy"))).unwrap();
    let report = verify_item(&read(&folder().join("piece.lode")), &trust);
    assert_eq!(report.exit_code(), exit::PASSED);
}
