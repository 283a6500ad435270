//! Any bytes as a C2SP tlog-proof: what is accepted is written back byte for byte, and proves a leaf only by hashes
//! that lead to the checkpoint's root.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lode_ledger::tlog::{TlogProof, leaf_hash, proof};

fuzz_target!(|bytes: &[u8]| {
    let Ok(read) = TlogProof::parse(bytes) else { return };
    assert_eq!(read.to_string().as_bytes(), bytes);
    let leaf = leaf_hash(b"a leaf");
    let checkpoint = read.checkpoint.checkpoint();
    let root = proof::root_from_inclusion(read.index, checkpoint.size(), &leaf, &read.path).ok();
    assert_eq!(read.verify(&leaf).is_ok(), root == Some(checkpoint.root()));
});
