//! The sample workbooks of `tests/data`, and the oddities of real sheets one by one.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Format, Workbook};

use super::*;

fn data(name: &str) -> Vec<u8> {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read(bytes: &[u8]) -> SheetReport {
    read_sheet(bytes, Lang::En).unwrap()
}

/// Row, column and code of every error.
fn codes(report: &SheetReport) -> Vec<(u32, &str, &str)> {
    report.errors.iter().map(|e| (e.row, e.column.as_str(), e.code.as_str())).collect()
}

/// A sheet of four columns that is right but for what `rows` do to it.
fn small(rows: &str) -> SheetReport {
    read(format!("供应商,供应商批号,种类,来源国,净重(公斤)\n{rows}").as_bytes())
}

/// The lots with nothing that depends on the file they came from.
fn lots(report: &SheetReport) -> &[SheetLot] {
    assert_eq!(codes(report), [], "{:#?}", report.errors);
    &report.lots
}

#[test]
fn both_forms_of_the_sample_give_the_same_lots() {
    let (book, text) = (read(&data("inbound-2026-11.xlsx")), read(&data("inbound-2026-11.gbk.csv")));
    assert_eq!(lots(&book), lots(&text));
    assert_eq!(book.sheet.as_deref(), Some("到货登记"));
    assert_eq!((book.heading_row, text.heading_row), (4, 4));
    let lots = lots(&book);
    assert!(lots.len() >= 60, "{}", lots.len());
    let countries: std::collections::BTreeSet<_> = lots.iter().map(|lot| lot.country).collect();
    assert!(countries.len() >= 15, "{}", countries.len());
    assert!(
        lots.iter().all(|lot| lot.elements.len() == 11 && lot.bill_of_lading.is_some() && lot.port.is_some())
    );
    assert!(lots.iter().all(|lot| lot.gross.unwrap() == lot.net.checked_add(lot.tare.unwrap()).unwrap()));

    let by = |number: &str| lots.iter().find(|lot| lot.supplier_lot == number).unwrap();
    let first = by("PVV-1187");
    assert_eq!((first.row, first.supplier.as_str()), (5, "Pedras do Vale Verde Ltda"));
    assert_eq!(first.variety.map(Code::as_str), Some("amethyst"));
    assert_eq!(first.form.map(Code::as_str), Some("geode"));
    assert_eq!((first.country, first.nature), (Country::BRAZIL, Nature::NATURAL));
    assert_eq!(first.net.get(), 8_420_500_000);
    assert_eq!(first.treatments, Treatments::DeclaredNone);
    assert_eq!(first.pieces, Some(86));
    assert_eq!(first.evidence, Some(EvidenceLevel::COUNTER_SIGNED));
    assert_eq!(first.port.map(Code::as_str), Some("BRSSZ"));
    // A merged supplier stands for all of its rows.
    assert_eq!(by("PVV-1190").supplier, first.supplier);
    assert_eq!(by("PVV-1190").bill_of_lading, first.bill_of_lading);
    // Units as clerks write them: tonnes, full-width digits, jin, liang, carats, thousands.
    assert_eq!(by("SC-26-311").net.get(), 6_980_000_000);
    assert_eq!(by("SC-26-312").net.get(), 10_250_500_000);
    assert_eq!(by("SC-26-313").net.get(), 146_250_000);
    assert_eq!(by("ZG-0128").net.get(), 96_500_000);
    assert_eq!(by("ZG-0127").net.get(), 18_450_000);
    assert_eq!(by("PVV-1188").net.get(), 2_365_750_000);
    assert_eq!(by("PVV-1189").treatments, Treatments::Applied(vec![Treatment::HEAT]));
    assert_eq!(by("SC-26-314").treatments, Treatments::NotStated, "unknown is not untreated");
    assert_eq!(by("BRM-079").pieces, None, "in bulk");
    assert_eq!(by("BRM-077").species.as_str(), "sodalite");
    assert_eq!(by("ODJ-14").nature.as_str(), "natural_glass");
    // The sums row and the remark below are passed over, and said so.
    assert_eq!(book.notes.len(), 2, "{:?}", book.notes);
}

#[test]
fn twenty_mistakes_are_told_exactly() {
    let expected: serde_json::Value =
        serde_json::from_slice(&data("inbound-twenty-mistakes.expected.json")).unwrap();
    let mut expected: Vec<(u32, String, String)> = expected["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| {
            let text = |key: &str| e[key].as_str().unwrap().to_owned();
            (u32::try_from(e["row"].as_u64().unwrap()).unwrap(), text("column"), text("code"))
        })
        .collect();
    expected.sort();
    assert_eq!(expected.len(), 20);
    for name in ["inbound-twenty-mistakes.xlsx", "inbound-twenty-mistakes.csv"] {
        let report = read(&data(name));
        let mut found: Vec<_> =
            report.errors.iter().map(|e| (e.row, e.column.clone(), e.code.to_string())).collect();
        found.sort();
        assert_eq!(found, expected, "{name}");
        assert_eq!(report.lots.len(), 1, "the one good row");
        for lang in Lang::ALL {
            let told = read_sheet(&data(name), lang).unwrap();
            assert!(
                told.errors.iter().all(|e| !e.message.is_empty() && !e.heading.is_empty()),
                "{name} {lang:?}"
            );
        }
        let country = report.errors.iter().find(|e| e.code == ErrorCode::UnknownCountry).unwrap();
        assert_eq!((country.heading.as_str(), country.value.as_str()), ("来源国", "巴细"));
        assert!(country.message.contains("BR"), "{}", country.message);
    }
}

#[test]
fn headings_in_three_languages_and_with_units() {
    let english = "Supplier;Supplier lot no.;Description;Country of origin;Gross weight [g];Net Weight / g\n\
                   Acme;A-1;Natural amethyst rough;Brazil;1,010;1,000";
    let portuguese =
        "Fornecedor\tLote\tTipo\tPaís de origem\tPeso líquido (kg)\nAcme\tA-1\tAmetista bruta\tBrasil\t1";
    let mixed =
        "*供应商 Supplier,批号/Lot No.,品名,1.原产国,净重 Net weight (公斤)\nAcme,A-1,天然紫水晶原石,巴西,1";
    for text in [english, portuguese, mixed] {
        let report = read(text.as_bytes());
        assert_eq!(codes(&report), [], "{text}");
        assert_eq!(report.lots.len(), 1);
        let lot = &report.lots[0];
        assert_eq!(
            (lot.variety.map(Code::as_str), lot.country, lot.net.get()),
            (Some("amethyst"), Country::BRAZIL, 1_000_000)
        );
        assert_eq!(lot.form.map(Code::as_str), Some("rough"));
    }
}

#[test]
fn encodings_are_told_apart() {
    let text = "供应商,供应商批号,种类,来源国,净重(公斤)\n甲,一,紫晶,巴西,1\n";
    let gbk = encoding_rs::GBK.encode(text).0.into_owned();
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for bytes in [text.as_bytes().to_vec(), format!("\u{feff}{text}").into_bytes(), gbk, utf16] {
        assert_eq!(lots(&read(&bytes)).len(), 1);
    }
}

#[test]
fn what_is_no_sheet_is_refused() {
    assert_eq!(read_sheet(b"", Lang::En), Err(SheetRefused::NoHeadings));
    assert_eq!(read_sheet(b"a,b,c\n1,2,3", Lang::En), Err(SheetRefused::NoHeadings));
    assert_eq!(read_sheet(&vec![b'x'; MAX_BYTES + 1], Lang::En), Err(SheetRefused::TooLarge));
    assert_eq!(read_sheet(&[0xd0, 0xcf, 0x11, 0xe0, 1, 2], Lang::En), Err(SheetRefused::OldOrLocked));
    assert_eq!(read_sheet(&[0, 1, 2, 3, 0, 0], Lang::En), Err(SheetRefused::NotText));
    assert!(matches!(read_sheet(b"PK\x03\x04 nothing", Lang::En), Err(SheetRefused::Broken(_))));
    let long = format!("供应商,供应商批号,种类,来源国,净重(公斤)\n{}", "a,b,c,d,e\n".repeat(MAX_ROWS));
    assert_eq!(read_sheet(long.as_bytes(), Lang::En), Err(SheetRefused::TooManyRows));
    for lang in Lang::ALL {
        assert!(!SheetRefused::NoHeadings.message(lang).is_empty());
    }
}

#[test]
fn columns_that_are_missing_or_twice_are_told_once() {
    let report = read("供应商,种类,来源国,毛重(公斤),颜色\n甲,紫晶,巴西,1,紫\n".as_bytes());
    assert_eq!(codes(&report), [(1, "", "missing_column"), (1, "", "missing_column")]);
    assert!(report.errors.iter().any(|e| e.heading == "Net weight"));
    let report = read("供应商,供应商批号,种类,来源国,净重(公斤),净重(克)\n甲,1,紫晶,巴西,1,2\n".as_bytes());
    assert_eq!(codes(&report), [(1, "F", "repeated_column")]);
}

#[test]
fn blank_lines_titles_sums_and_remarks_keep_the_numbering() {
    let text = "某公司登记表\n\n供应商,供应商批号,种类,来源国,净重(公斤)\n甲,\"a\nb\",紫晶,巴西,1.5\n\n,c,紫晶,巴西,2\n小计,,,,3.5\n\
                乙,c,紫晶,巴细,2\n合计,,,,9\n备注：以过磅为准,,,,\n";
    let report = read(text.as_bytes());
    assert_eq!(report.heading_row, 3);
    assert_eq!(
        report.lots.iter().map(|lot| (lot.row, lot.supplier.as_str())).collect::<Vec<_>>(),
        [(4, "甲"), (6, "甲")]
    );
    assert_eq!(codes(&report), [(8, "D", "unknown_country")], "no sum is checked when a row is unread");
    assert_eq!(report.notes.len(), 3);
    assert_eq!(codes(&small("甲,1,紫晶,巴西,1\n甲,2,紫晶,巴西,2\n合计,,,,4\n")), [(4, "E", "wrong_total")]);
    assert_eq!(codes(&small("甲,1,紫晶,巴西,1\n甲,2,紫晶,巴西,2\n合计,,,,3\n")), []);
}

#[test]
fn the_unit_of_the_cell_wins_over_the_column_and_the_heading() {
    let text = "供应商,供应商批号,种类,来源国,净重(公斤),单位\n甲,1,紫晶,巴西,2,\n甲,2,紫晶,巴西,2,克\n甲,3,紫晶,巴西,2斤,克\n甲,4,紫晶,巴西,2,磅\n";
    let report = read(text.as_bytes());
    assert_eq!(
        report.lots.iter().map(|lot| lot.net.get()).collect::<Vec<_>>(),
        [2_000_000, 2_000, 1_000_000]
    );
    assert_eq!(codes(&report), [(5, "F", "unknown_unit")]);
    let report = read("供应商,供应商批号,种类,来源国,净重\n甲,1,紫晶,巴西,2\n".as_bytes());
    assert_eq!(codes(&report), [(2, "E", "no_unit")]);
}

#[test]
fn a_name_that_only_contains_a_stone_is_not_taken_for_it() {
    for kind in
        ["仿紫水晶", "紫水晶色玻璃", "imitation amethyst", "水晶玻璃杯", "紫水晶(仿)", "合成 石英 Quartz"]
    {
        assert_eq!(codes(&small(&format!("甲,1,{kind},巴西,1\n"))), [(2, "C", "unknown_variety")], "{kind}");
    }
    for (kind, variety) in [
        ("天然紫水晶", "amethyst"),
        ("紫水晶(紫晶)", "amethyst"),
        ("紫水晶晶洞", "amethyst"),
        ("合成紫水晶", "synthetic_amethyst"),
        ("Rose Quartz rough", "rose_quartz"),
        ("quartzo rosa", "rose_quartz"),
    ] {
        let report = small(&format!("甲,1,{kind},巴西,1\n"));
        assert_eq!(lots(&report)[0].variety.map(Code::as_str), Some(variety), "{kind}");
    }
    assert_eq!(lots(&small("甲,1,合成紫水晶,中国,1\n"))[0].nature.as_str(), "synthetic");
    assert_eq!(lots(&small("甲,1,紫水晶,巴西,1\n"))[0].nature, Nature::NOT_STATED);
}

#[test]
fn the_same_number_of_two_suppliers_is_two_lots() {
    assert_eq!(codes(&small("甲,1,紫晶,巴西,1\n乙,1,紫晶,巴西,1\n")), []);
    let report = small("甲,A1,紫晶,巴西,1\n甲,a1,紫晶,巴西,1\n");
    assert_eq!(codes(&report), [(3, "B", "duplicate_lot")]);
    assert!(report.errors[0].message.contains("row 2"));
}

#[test]
fn what_a_spreadsheet_spoils_is_told() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let headings = ["供应商", "供应商批号", "种类", "来源国", "净重(公斤)", "提单号"];
    for (column, heading) in (0..).zip(headings) {
        sheet.write_string(0, column, heading).unwrap();
    }
    for row in 1..=5_u32 {
        for (column, value) in (0..).zip(["甲", "", "紫晶", "巴西"]) {
            sheet.write_string(row, column, value).unwrap();
        }
        sheet.write_string(row, 1, format!("L{row}")).unwrap();
        sheet.write_number(row, 4, 1.0).unwrap();
    }
    let date = Format::new().set_num_format("yyyy-mm-dd");
    sheet.write_number_with_format(1, 1, 46_357.0, &date).unwrap();
    sheet.write_number(2, 5, 12_345_678_901_234_567_890.0).unwrap();
    sheet.write_number(3, 4, 0.1 + 0.2).unwrap();
    sheet.merge_range(4, 4, 5, 4, "7", &Format::new()).unwrap();
    let report = read(&book.save_to_buffer().unwrap());
    assert_eq!(codes(&report), [(2, "B", "date_cell"), (3, "F", "digits_lost"), (6, "E", "merged_cell")]);
    let nets: Vec<_> = report.lots.iter().map(|lot| (lot.row, lot.net.get())).collect();
    assert_eq!(nets, [(4, 300_000), (5, 7_000_000)], "0.1 + 0.2 is the 0.3 that the sheet shows");
}

#[test]
fn sheets_that_are_not_read_are_named() {
    let mut book = Workbook::new();
    for (name, lots) in [("Lots", 2_u32), ("Prices", 0), ("Empty", 0)] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        if name == "Prices" {
            sheet.write_string(0, 0, "not for the ledger").unwrap();
        }
        for row in 0..lots {
            let cells = match row {
                0 => ["供应商", "供应商批号", "种类", "来源国", "净重(公斤)"],
                _ => ["甲", "1", "紫晶", "巴西", "2"],
            };
            for (column, cell) in (0..).zip(cells) {
                sheet.write_string(row, column, cell).unwrap();
            }
        }
    }
    let report = read(&book.save_to_buffer().unwrap());
    assert_eq!((report.sheet.as_deref(), lots(&report).len()), (Some("Lots"), 1));
    assert_eq!(report.passed_over, ["Prices"]);
}

#[test]
fn a_name_typed_on_another_system_is_the_same_name() {
    let report = small("Jose\u{301} Ltda,1,紫晶,巴西,1\nJos\u{e9} Ltda,1,紫晶,巴西,1\n");
    assert_eq!(codes(&report), [(3, "B", "duplicate_lot")]);
}

#[test]
fn every_other_mistake_of_a_row_has_its_code() {
    let head = "供应商,供应商批号,种类,来源国,净重(公斤),形态,来源,起运港,证据等级,件数,HS编码,矿种,颜色\n";
    for (cells, column, code) in [
        ("甲,1,紫晶,巴西,1,圆滚滚,,,,,,,", "F", "unknown_form"),
        ("甲,1,紫晶,巴西,1,,半天然,,,,,,", "G", "unknown_nature"),
        ("甲,1,紫晶,巴西,1,,,月球港,,,,,", "H", "unknown_port"),
        ("甲,1,紫晶,巴西,1,,,,很高,,,,", "I", "unknown_evidence"),
        ("甲,1,紫晶,巴西,1,,,,,0,,,", "J", "not_a_count"),
        ("甲,1,紫晶,巴西,1,,,,,-3,,,", "J", "not_a_count"),
        ("甲,1,紫晶,巴西,1,,,,,,,不存在的矿,", "L", "unknown_species"),
        ("甲,1,紫晶,巴西,1.2E+05,,,,,,,,", "E", "scientific_mass"),
        ("甲,1,紫晶,巴西,99999999999999,,,,,,,,", "E", "mass_too_large"),
        ("甲,1,,巴西,1,,,,,,,,", "C", "missing_value"),
    ] {
        assert_eq!(codes(&read(format!("{head}{cells}\n").as_bytes())), [(2, column, code)], "{cells}");
    }
    let long = format!("甲,{},紫晶,巴西,1,,,,,,,,\n", "x".repeat(121));
    assert_eq!(codes(&read(format!("{head}{long}").as_bytes())), [(2, "B", "too_long")]);
    // Elements that the HS code asks for: a missing column once, a missing cell in each row.
    let rows = "甲,1,紫晶,巴西,1,,天然,,,3,7103.10,,紫\n甲,2,紫晶,巴西,1,,天然,,,3,7103.10,,\n";
    let report = read(format!("{head}{rows}").as_bytes());
    let cells: Vec<_> = codes(&report).into_iter().filter(|(_, column, _)| !column.is_empty()).collect();
    assert_eq!(cells, [(3, "M", "missing_element")]);
    assert!(
        report.errors.iter().filter(|e| e.column.is_empty()).all(|e| e.row == 2 && !e.heading.is_empty())
    );
}

#[test]
fn letters_are_those_of_spreadsheets() {
    assert_eq!([0, 25, 26, 51, 52, 701, 702].map(letters), ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
}

/// A ZIP file with one part of so many packed blanks; `says` is what it states of that size instead.
fn packed_blanks(bytes: usize, says: Option<u32>) -> Vec<u8> {
    let mut book = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let packed = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .compression_level(Some(1));
    book.start_file("xl/sharedStrings.xml", packed).unwrap();
    let piece = vec![b' '; 1 << 20];
    for _ in 0..bytes / piece.len() {
        book.write_all(&piece).unwrap();
    }
    let mut book = book.finish().unwrap().into_inner();
    if let Some(says) = says {
        // It stands in the part's own head and in the directory (APPNOTE 4.3.7 and 4.3.12).
        let directory = book.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
        for at in [22, directory + 24] {
            book[at..at + 4].copy_from_slice(&says.to_le_bytes());
        }
    }
    book
}

#[test]
fn a_small_file_that_unpacks_to_much_is_refused() {
    let book = packed_blanks(513 << 20, None);
    assert!(book.len() < MAX_BYTES, "{}", book.len());
    assert_eq!(read_sheet(&book, Lang::En), Err(SheetRefused::UnpacksTooLarge));
    for lang in Lang::ALL {
        assert!(SheetRefused::UnpacksTooLarge.message(lang).contains("512 MB"));
    }
    // Within the bound it is a ZIP file, though no workbook.
    assert!(matches!(read_sheet(&packed_blanks(1 << 20, None), Lang::En), Err(SheetRefused::Broken(_))));
}

/// What counts is what comes out of a part, whatever is stated of it.
#[test]
fn a_file_that_lies_about_its_sizes_is_measured_by_what_comes_out_of_it() {
    for says in [None, Some(10), Some(u32::MAX - 1)] {
        let book = packed_blanks(2 << 20, says);
        let mut parts = zip::ZipArchive::new(std::io::Cursor::new(&book)).unwrap();
        // Byte by byte: a read that meets an error gives nothing of what came before it.
        let out = std::io::Read::bytes(parts.by_index(0).unwrap()).take_while(Result::is_ok).count();
        let out = u64::try_from(out).unwrap();
        assert!(out <= 2 << 20 && out >= u64::from(says.is_none()) << 21, "{says:?}: {out}");
        assert!(!grid::unpacks_beyond(&book, out), "{says:?}: no more than {out} comes out");
        assert!(out == 0 || grid::unpacks_beyond(&book, out - 1), "{says:?}: {out} come out");
    }
}

#[test]
fn any_bytes_are_answered() {
    let book = data("inbound-twenty-mistakes.xlsx");
    let text = data("inbound-twenty-mistakes.csv");
    for bytes in [&book, &text] {
        for step in 0..200 {
            let mut bytes = bytes.clone();
            let at = step * bytes.len() / 200;
            bytes[at] ^= 0x55;
            let _ = read_sheet(&bytes, Lang::Zh);
            let _ = read_sheet(&bytes[..at], Lang::Zh);
        }
    }
}

#[test]
fn marks_that_nobody_sees_are_no_part_of_a_cell() {
    let marked =
        small("\u{202a}Acme\u{202c},\u{200e}A\u{2066}-1\u{2069},紫晶,\u{200f}巴西,\u{202d}500\u{202c}\n");
    let plain = small("Acme,A-1,紫晶,巴西,500\n");
    assert_eq!(lots(&marked), lots(&plain));
    let empty = small("Acme,\u{200e}\u{200f},紫晶,巴西,500\n");
    assert_eq!(codes(&empty), [(2, "B", "missing_value")], "a cell of nothing but marks is empty");
}
