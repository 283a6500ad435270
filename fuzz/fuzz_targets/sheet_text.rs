//! Any bytes as an importer's file. The same is read in every language, what is read is within the rules of a lot, and
//! every mistake says in words what to do.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lode::sheet::{MAX_ERRORS, read_sheet};
use lode_ledger::lang::Lang;
use lode_ledger::mass::Milligrams;

fuzz_target!(|bytes: &[u8]| {
    let read = read_sheet(bytes, Lang::En);
    for lang in Lang::ALL {
        match (read_sheet(bytes, lang), &read) {
            (Ok(here), Ok(read)) => {
                assert_eq!(here.lots, read.lots, "the language changes no lot");
                let places = |report: &lode::sheet::SheetReport| -> Vec<_> {
                    report.errors.iter().map(|error| (error.row, error.column.clone(), error.code)).collect()
                };
                assert_eq!(places(&here), places(read), "the language changes no mistake");
                assert!(here.errors.len() <= MAX_ERRORS);
                assert!(here.errors.iter().all(|error| error.row >= 1 && !error.message.is_empty()));
                assert!(here.notes.iter().all(|note| !note.message.is_empty()));
            }
            (Err(here), Err(read)) => {
                assert_eq!(&here, read);
                assert!(!here.message(lang).is_empty());
            }
            (here, read) => panic!("{here:?} and {read:?}"),
        }
    }
    let Ok(report) = read else { return };
    for lot in &report.lots {
        assert!(lot.net > Milligrams::ZERO && lot.row > report.heading_row, "{lot:?}");
        if let (Some(gross), Some(tare)) = (lot.gross, lot.tare) {
            assert!(gross >= tare, "{lot:?}");
        }
        assert!(!lot.supplier.is_empty() && !lot.supplier_lot.is_empty(), "{lot:?}");
    }
});
