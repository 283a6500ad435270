//! Any bytes as a document: what was cleaned of metadata is clean, and keeps its media type.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lode_ledger::document::{clean, media_type};

fuzz_target!(|bytes: &[u8]| {
    let Ok(cleaned) = clean(bytes) else { return };
    assert_eq!(media_type(&cleaned), media_type(bytes));
    assert!(cleaned.len() <= bytes.len() + 64, "cleaning takes out");
    assert_eq!(clean(&cleaned).expect("what was cleaned can be read"), cleaned, "clean is clean");
});
