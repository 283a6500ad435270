//! What a demonstration left, with one defect each: the verifier must find every one, name the check that fails, and
//! end with the right exit code.

use lode_ledger::proof::ProofFile;
use lode_ledger::tlog::tile::{bundles, decode_bundle};
use lode_ledger::tlog::{MemoryTree, SignedCheckpoint, leaf_hash, multiproof};

use crate::journeys::{Copy, Verdict, another_demonstration, demonstration};

const BUNDLE: &str = "log/tile/entries/000.p";
const TILE: &str = "log/tile/0/000.p";

fn spoilt() -> Copy {
    Copy::of(demonstration())
}

/// The only file of a folder, relative to the copy.
fn only(copy: &Copy, folder: &str) -> String {
    let mut names = std::fs::read_dir(copy.path(folder)).unwrap();
    let name = names.next().unwrap().unwrap().file_name();
    assert!(names.next().is_none(), "{folder} has several files");
    format!("{folder}/{}", name.to_str().unwrap())
}

#[track_caller]
fn found(verdict: &Verdict, code: i32, outcome: &str, check: &str) {
    assert_eq!(verdict.code, code, "{:#}", verdict.json);
    assert!(verdict.with(outcome).contains(&check.to_owned()), "{check}: {:#}", verdict.json);
}

/// Another sign of the same alphabet, so that what is changed can still be read.
fn other_sign(byte: &mut u8) {
    *byte = if *byte == b'A' { b'B' } else { b'A' };
}

fn at(bytes: &[u8], part: &[u8]) -> usize {
    bytes.windows(part.len()).position(|window| window == part).unwrap()
}

/// Where a line of a checkpoint begins.
fn line(bytes: &[u8], number: usize) -> usize {
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    ends.map(|(place, _)| place + 1).nth(number - 1).unwrap()
}

/// Where the base64 of the log's own signature begins, whose first four bytes say which key it is of.
fn signature(bytes: &[u8]) -> usize {
    let start = "— demo.lode.example ".as_bytes();
    at(bytes, start) + start.len()
}

#[test]
fn unspoilt_both_hold() {
    let copy = spoilt();
    assert_eq!((copy.log().code, copy.item().code), (0, 0));
}

#[test]
fn a_changed_byte_of_an_entry() {
    let copy = spoilt();
    copy.change(&only(&copy, BUNDLE), |bytes| {
        let place = at(bytes, b"\"supplier.countersigned\"");
        bytes[place + 1] = b'S';
    });
    found(&copy.log(), 1, "failed", "entries/entry-bad");
}

#[test]
fn a_changed_byte_of_a_signature_in_an_entry() {
    let copy = spoilt();
    copy.change(&only(&copy, BUNDLE), |bytes| *bytes.last_mut().unwrap() ^= 1);
    found(&copy.log(), 1, "failed", "entries/entry-bad");
}

#[test]
fn a_bundle_cut_off_or_gone() {
    let copy = spoilt();
    let bundle = only(&copy, BUNDLE);
    copy.change(&bundle, |bytes| bytes.truncate(bytes.len() / 2));
    found(&copy.log(), 3, "not_evaluated", "entries/entries-missing");
    std::fs::remove_file(copy.path(&bundle)).unwrap();
    found(&copy.log(), 3, "not_evaluated", "entries/entries-missing");
}

#[test]
fn a_changed_tile_and_a_tile_gone() {
    let copy = spoilt();
    let tile = only(&copy, TILE);
    copy.change(&tile, |bytes| bytes[100] ^= 1);
    found(&copy.log(), 1, "failed", "tiles/tile-differs");
    std::fs::remove_file(copy.path(&tile)).unwrap();
    found(&copy.log(), 3, "not_evaluated", "tiles/tile-missing");
}

#[test]
fn another_root_in_the_checkpoint() {
    let copy = spoilt();
    copy.change("log/checkpoint", |bytes| {
        let root = line(bytes, 2);
        other_sign(&mut bytes[root + 5]);
    });
    let verdict = copy.log();
    found(&verdict, 1, "failed", "log-signature/signature-forged");
    found(&verdict, 1, "failed", "tree/root-differs");
}

#[test]
fn a_changed_signature_of_the_checkpoint() {
    let copy = spoilt();
    copy.change("log/checkpoint", |bytes| {
        let place = signature(bytes) + 40;
        other_sign(&mut bytes[place]);
    });
    found(&copy.log(), 1, "failed", "log-signature/signature-forged");
}

#[test]
fn a_signature_of_a_key_that_nobody_knows() {
    let copy = spoilt();
    copy.change("log/checkpoint", |bytes| {
        let place = signature(bytes) + 1;
        other_sign(&mut bytes[place]);
    });
    found(&copy.log(), 2, "not_trusted", "log-signature/log-not-signed");
}

#[test]
fn no_checkpoint() {
    let copy = spoilt();
    std::fs::remove_file(copy.path("log/checkpoint")).unwrap();
    found(&copy.log(), 3, "not_evaluated", "log-signature/checkpoint-unreadable");
}

#[test]
fn a_trust_file_with_another_key() {
    let copy = spoilt();
    std::fs::copy(another_demonstration().join("trust.policy"), copy.path("trust.policy")).unwrap();
    found(&copy.log(), 2, "not_trusted", "log-signature/log-not-signed");
    found(&copy.item(), 2, "not_trusted", "log-signature/log-not-signed");
}

#[test]
fn a_second_log_under_the_name_of_one_seen_before() {
    let copy = spoilt();
    assert_eq!(copy.log().code, 0);
    let seen = std::fs::read(copy.path("seen.json")).unwrap();
    let other = Copy::of(another_demonstration());
    std::fs::write(other.path("seen.json"), &seen).unwrap();
    // Good in itself, and yet not what was seen.
    found(&other.log(), 1, "failed", "append-only/append-fork");
    assert_eq!(std::fs::read(other.path("seen.json")).unwrap(), seen, "the evidence was overwritten");
}

/// A proof file with one part changed, put together again as a forger would.
fn forged(change: impl FnOnce(&mut ProofFile)) -> Copy {
    let copy = spoilt();
    copy.change("piece.lode", |bytes| {
        let mut file = ProofFile::decode(bytes).unwrap();
        change(&mut file);
        *bytes = file.encode();
    });
    copy
}

#[test]
fn a_changed_byte_of_a_statement_in_the_proof_file() {
    let copy = forged(|file| {
        let bytes = &mut file.statements[3].bytes;
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    });
    assert_eq!(copy.item().code, 1);
    found(&copy.item(), 1, "failed", "inclusion/not-included");
}

#[test]
fn a_changed_byte_of_a_record_in_the_proof_file() {
    let copy = forged(|file| {
        let records = file.records.iter_mut().filter_map(|known| known.record.as_mut());
        let record = records.max_by_key(|record| record.len()).unwrap();
        *record.last_mut().unwrap() ^= 1;
    });
    found(&copy.item(), 1, "failed", "records/records-differ");
}

#[test]
fn a_statement_left_out_of_the_proof_file() {
    let copy = forged(|file| drop(file.statements.remove(5)));
    found(&copy.item(), 1, "failed", "inclusion/not-included");
}

#[test]
fn a_statement_left_out_by_somebody_who_proves_the_others_anew() {
    let log = spoilt();
    let bundle = std::fs::read(log.path(&only(&log, BUNDLE))).unwrap();
    let copy = forged(|file| {
        let size = SignedCheckpoint::parse(&file.checkpoint).unwrap().checkpoint().size();
        let whole = bundles(size).next().unwrap();
        let mut tree = MemoryTree::default();
        for entry in decode_bundle(whole, &bundle).unwrap() {
            tree.push(leaf_hash(entry));
        }
        // One of the item's own events: what made the piece is not to be seen.
        let item =
            file.records.iter().find(|known| known.record.is_some() && known.key.starts_with(&[7, b'P']));
        let left_out = item.unwrap().events[0].index;
        file.statements.retain(|entry| entry.index != left_out);
        let indexes: Vec<u64> = file.statements.iter().map(|entry| entry.index.0).collect();
        let proof = multiproof::prove(&tree, &indexes, size).unwrap();
        file.inclusion = proof.iter().flat_map(|hash| *hash.as_bytes()).collect();
    });
    found(&copy.item(), 1, "passed", "inclusion/included");
    found(&copy.item(), 1, "failed", "history/history-broken");
}

#[test]
fn a_proof_file_with_the_checkpoint_of_another_log() {
    let other =
        ProofFile::decode(&std::fs::read(another_demonstration().join("piece.lode")).unwrap()).unwrap();
    let copy = forged(|file| file.checkpoint = other.checkpoint);
    let verdict = copy.item();
    found(&verdict, 1, "not_trusted", "log-signature/log-not-signed");
    found(&verdict, 1, "failed", "inclusion/not-included");
}

#[test]
fn a_proof_file_cut_off() {
    let copy = spoilt();
    copy.change("piece.lode", |bytes| bytes.truncate(bytes.len() - 1));
    found(&copy.item(), 3, "not_evaluated", "file/file-unreadable");
    copy.change("piece.lode", |bytes| bytes.truncate(100));
    found(&copy.item(), 3, "not_evaluated", "file/file-unreadable");
}
