//! What fuzzers have found, each once more: the inputs lie in `fuzz/found/`.

use lode::sheet::read_sheet;
use lode_ledger::lang::Lang;
use lode_tests::workbook::workbook;

const FOUND: &[u8] = include_bytes!("../../fuzz/found/sheet_workbook/merged-range-backwards");

/// The library that reads workbooks subtracts the ends of a merged range without looking which is the greater.
#[test]
fn a_merged_range_written_backwards_spoils_no_sheet() {
    let mut parts = FOUND.splitn(2, |byte| *byte == 0);
    let (sheet, texts) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    assert!(read_sheet(&workbook(sheet, texts), Lang::En).is_err(), "its headings are damaged too");

    let cell =
        |place: &str, text: &str| format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let row = |number: u32, texts: &[&str]| {
        let cells: String =
            texts.iter().zip('A'..).map(|(text, column)| cell(&format!("{column}{number}"), text)).collect();
        format!("<row r=\"{number}\">{cells}</row>")
    };
    let sheet = |merge: &str| {
        format!(
            "<?xml version=\"1.0\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
             <sheetData>{}{}</sheetData><mergeCells count=\"1\"><mergeCell ref=\"{merge}\"/></mergeCells></worksheet>",
            row(1, &["供应商", "供应商批号", "矿种", "形态", "来源国", "净重(公斤)"]),
            row(2, &["Pedra", "1", "石英", "原石", "巴西", "12.5"]),
        )
    };
    let lots = |merge: &str| {
        let report =
            read_sheet(&workbook(sheet(merge).as_bytes(), b"<sst/>"), Lang::En).expect("it is a sheet");
        (report.lots, report.errors)
    };
    assert_eq!(lots("C2:A3"), lots("H2:H2"));
    let (read, errors) = lots("C2:A3");
    assert_eq!(read.len(), 1, "{errors:?}");
}
