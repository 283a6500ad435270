//! A workbook whose sheet and, after a zero byte, shared texts are any bytes: it is read or refused, twice the same.
//! Whole packages of any bytes are the matter of `sheet_text`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lode::sheet::read_sheet;
use lode_ledger::lang::Lang;
use lode_tests::workbook::workbook;

fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(2, |byte| *byte == 0);
    let (sheet, texts) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let book = workbook(sheet, texts);
    let read = read_sheet(&book, Lang::En);
    assert_eq!(read_sheet(&book, Lang::En), read);
    if let Err(refused) = read {
        assert!(!refused.message(Lang::Zh).is_empty());
    }
});
