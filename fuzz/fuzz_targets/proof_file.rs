//! Proof files: any bytes, and a true one with a few changes. What is read is written back byte for byte; and whatever
//! passes every check says of the item what the true file says.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use lode_fuzz::{Bend, bend};
use lode_ledger as lode;
use lode_ledger::proof::{ProofFile, build, verify_item};
use lode_ledger::tlog::Policy;
use lode_ledger::verdict::{Facts, exit};

#[allow(dead_code, reason = "the world serves the tests of three crates")]
#[path = "../../ledger/src/replay/world.rs"]
mod world;

struct Truth {
    file: Vec<u8>,
    trust: Policy,
    facts: Box<Facts>,
}

static TRUTH: LazyLock<Truth> = LazyLock::new(|| {
    let (world, piece) = world::story();
    let source = world::Source { world: &world, cosigners: &[210, 211] };
    let file = build(&source, &piece, Vec::new()).unwrap();
    let trust = Policy::parse(world::trust(true)).unwrap();
    let report = verify_item(&file, &trust);
    assert_eq!(report.exit_code(), exit::PASSED);
    Truth { file, trust, facts: report.facts.unwrap() }
});

fuzz_target!(|input: &[u8]| {
    let bytes = match input.split_first() {
        // A script of changes to the true file; or a file.
        Some((1, rest)) => {
            let mut bytes = TRUTH.file.clone();
            bend(&mut bytes, &Vec::<Bend>::arbitrary_take_rest(Unstructured::new(rest)).unwrap_or_default());
            bytes
        }
        Some((_, rest)) => rest.to_vec(),
        None => return,
    };
    let read = ProofFile::decode(&bytes);
    if let Ok(file) = &read {
        assert_eq!(file.encode(), bytes, "one encoding only");
    }
    let report = verify_item(&bytes, &TRUTH.trust);
    for lang in lode::lang::Lang::ALL {
        assert!(!report.text(lang).is_empty());
    }
    if report.exit_code() == exit::PASSED {
        assert!(read.is_ok());
        let mut facts = report.facts.expect("what passed has facts");
        // Where a tag or a disclosure is not proven, the checks say so, and the facts do not rest on it.
        facts.tag.clone_from(&TRUTH.facts.tag);
        assert_eq!(facts, TRUTH.facts);
    }
});
