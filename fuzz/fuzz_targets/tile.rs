//! A line with the path of a tile, and a bundle of entries after it: each has one spelling, and what is read is
//! written back byte for byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lode_ledger::tlog::tile::{TilePath, decode_bundle, push_entry};

fuzz_target!(|input: &[u8]| {
    let Some(line) = input.iter().position(|byte| *byte == b'\n') else { return };
    let Ok(path) = std::str::from_utf8(&input[..line]) else { return };
    let Ok(read) = path.parse::<TilePath>() else { return };
    assert_eq!(read.to_string(), path);
    let TilePath::Entries(bundle) = read else { return };
    let bytes = &input[line + 1..];
    let Ok(entries) = decode_bundle(bundle, bytes) else { return };
    assert_eq!(entries.len(), usize::from(bundle.width()));
    let mut again = Vec::new();
    for entry in entries {
        push_entry(&mut again, entry).expect("it was in a bundle");
    }
    assert_eq!(again, bytes);
});
