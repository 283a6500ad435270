//! Rows and cells of a file, whatever it is: `.xlsx` cell by cell, delimited text in the encodings people have.
//!
//! Knows nothing of lots. Numbers come out as the text a spreadsheet would show, with 15 digits, so that what a
//! formula computed (0.1 + 0.2) is the number its author sees.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read as _, Write};

use calamine::{DataRef, Reader as _, Xlsx};
use encoding_rs::{Encoding, GB18030, UTF_8};
use lode_ledger::json::is_forbidden;
use unicode_normalization::UnicodeNormalization as _;
use zip::ZipArchive;

use super::heading::Columns;
use super::{MAX_ROWS, SheetRefused};

/// Columns beyond this one are not read.
pub(super) const MAX_COLUMNS: usize = 200;
/// Most cells of a sheet that hold something.
const MAX_CELLS: usize = 3_000_000;
/// Most sheets of a workbook that are looked at.
const MAX_SHEETS: usize = 20;
/// Most bytes that a workbook's parts may unpack to, so that a small file cannot fill the memory.
const MAX_UNPACKED: u64 = 512 * 1024 * 1024;
/// Longest text of a cell kept, in characters.
const MAX_TEXT: usize = 1_000;

/// A sheet.
#[derive(Debug, Default)]
pub(super) struct Grid {
    /// The sheet's name; `None` for delimited text.
    pub(super) name: Option<String>,
    /// The rows that hold something, in order.
    pub(super) rows: Vec<Row>,
}

/// A row.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    /// Counted from 1, as spreadsheets do.
    pub(super) number: u32,
    cells: Vec<Cell>,
}

/// A cell.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell {
    /// Trimmed, on one line.
    pub(super) text: String,
    /// What kind of value the spreadsheet holds.
    pub(super) kind: Kind,
    /// Whether the text comes from a merged cell above.
    pub(super) merged: bool,
}

/// What kind of value a cell holds.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Kind {
    /// Text, or a cell of a CSV file.
    #[default]
    Text,
    /// A number of at most 15 digits.
    Number,
    /// A number that a spreadsheet cannot hold digit by digit.
    LongNumber,
    /// A date: often a lot number such as 11-2 that the spreadsheet took for one.
    Date,
    /// `#N/A` and its like.
    Error,
}

/// Reads every sheet of a file.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Grid>, SheetRefused> {
    if bytes.starts_with(b"PK\x03\x04") {
        // The library that reads workbooks is not ours: a file that makes it panic is refused like any damaged one.
        return std::panic::catch_unwind(|| workbook(bytes))
            .unwrap_or_else(|_| Err(SheetRefused::Broken("damaged".to_owned())));
    }
    // The container of .xls and of encrypted .xlsx files.
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(SheetRefused::OldOrLocked);
    }
    Ok(vec![delimited(&decode(bytes)?)?])
}

/// Whether more than this comes out of the parts of a ZIP file. They are unpacked to find out, as what the file says of
/// their sizes may be a lie; the library that reads workbooks unpacks in the same way, so no more comes out for it. A
/// part that breaks off counts as far as it goes.
pub(super) fn unpacks_beyond(bytes: &[u8], most: u64) -> bool {
    let Ok(mut parts) = ZipArchive::new(Cursor::new(bytes)) else { return false };
    let mut left = most;
    for number in 0..parts.len() {
        let Ok(part) = parts.by_index(number) else { continue };
        let mut unpacked = Counted(0);
        let _ = io::copy(&mut part.take(left.saturating_add(1)), &mut unpacked);
        match left.checked_sub(unpacked.0) {
            Some(rest) => left = rest,
            None => return true,
        }
    }
    false
}

/// Keeps nothing of what is written to it but how much that was.
struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn workbook(bytes: &[u8]) -> Result<Vec<Grid>, SheetRefused> {
    if unpacks_beyond(bytes, MAX_UNPACKED) {
        return Err(SheetRefused::UnpacksTooLarge);
    }
    let broken = |error: calamine::XlsxError| SheetRefused::Broken(error.to_string());
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let mut grids = Vec::new();
    for name in book.sheet_names().into_iter().take(MAX_SHEETS) {
        // A chart or macro sheet has no cells to read.
        let Ok(merges) = book.merge_cells_by_sheet_name(&name) else { continue };
        let Ok(mut cells) = book.worksheet_cells_reader(&name) else { continue };
        let mut rows: BTreeMap<u32, Vec<Cell>> = BTreeMap::new();
        let mut count = 0;
        while let Some(cell) = cells.next_cell().map_err(broken)? {
            let (row, column) = cell.get_position();
            let column = usize::try_from(column).unwrap_or(usize::MAX);
            let cell = of_value(cell.get_value());
            if column >= MAX_COLUMNS || cell.text.is_empty() {
                continue;
            }
            count += 1;
            put(rows.entry(row).or_default(), column, cell);
            if rows.len() > MAX_ROWS || count > MAX_CELLS {
                return Err(SheetRefused::TooManyRows);
            }
        }
        for merge in merges.into_iter().filter(|merge| merge.end.0 > merge.start.0) {
            let column = usize::try_from(merge.start.1).unwrap_or(usize::MAX);
            let above = rows.get(&merge.start.0).and_then(|row| row.get(column)).cloned();
            let Some(above) = above.filter(|cell| !cell.text.is_empty()) else { continue };
            // Only rows that hold something of their own: a merged cell makes no lot.
            for (_, row) in rows.range_mut(merge.start.0.saturating_add(1)..=merge.end.0) {
                put(row, column, Cell { merged: true, ..above.clone() });
            }
        }
        let rows =
            rows.into_iter().map(|(row, cells)| Row { number: row.saturating_add(1), cells }).collect();
        grids.push(Grid { name: Some(name), rows });
    }
    Ok(grids)
}

fn put(row: &mut Vec<Cell>, column: usize, cell: Cell) {
    if row.len() <= column {
        row.resize_with(column + 1, Cell::default);
    }
    if let Some(place) = row.get_mut(column) {
        *place = cell;
    }
}

fn of_value(value: &DataRef<'_>) -> Cell {
    let (text, kind) = match value {
        DataRef::Int(number) => (number.to_string(), Kind::Number),
        DataRef::Float(number) => shown_number(*number),
        DataRef::String(text) => (text.clone(), Kind::Text),
        DataRef::SharedString(text) => ((*text).to_owned(), Kind::Text),
        DataRef::Bool(value) => (value.to_string(), Kind::Text),
        DataRef::DateTime(date) => (date.to_string(), Kind::Date),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => (text.clone(), Kind::Date),
        DataRef::Error(error) => (error.to_string(), Kind::Error),
        DataRef::Empty => (String::new(), Kind::Text),
    };
    Cell { text: tidy(&text), kind, merged: false }
}

/// A number with 15 significant digits and no exponent: what the spreadsheet's user sees and means.
fn shown_number(number: f64) -> (String, Kind) {
    let rounded = format!("{number:.14e}").parse::<f64>().unwrap_or(number);
    let text = rounded.to_string();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (text, if digits > 15 { Kind::LongNumber } else { Kind::Number })
}

/// One line, without blanks at the ends and control characters, and without the invisible marks that no text of the
/// ledger may hold: what is copied from a chat or a web page brings them along, and nobody sees why it is refused. In
/// Unicode's form NFC, so that a name typed on another system is the same name.
fn tidy(text: &str) -> String {
    let seen: String = text.nfc().filter(|c| c.is_control() || !is_forbidden(*c)).collect();
    let mut tidy = String::new();
    for word in seen.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !tidy.is_empty() {
            tidy.push(' ');
        }
        tidy.push_str(word);
    }
    tidy.trim_matches('\u{feff}').chars().take(MAX_TEXT).collect()
}

/// Text of a CSV file: by its byte order mark, else UTF-8, else GBK, which Chinese spreadsheets write.
fn decode(bytes: &[u8]) -> Result<String, SheetRefused> {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, bytes.get(length..).unwrap_or_default()),
        None if std::str::from_utf8(bytes).is_ok() => (UTF_8, bytes),
        None => (GB18030, bytes),
    };
    let (text, failed) = encoding.decode_without_bom_handling(bytes);
    // A binary file decodes as something or other; text has no NUL.
    if failed || text.contains('\0') {
        return Err(SheetRefused::NotText);
    }
    Ok(text.into_owned())
}

fn delimited(text: &str) -> Result<Grid, SheetRefused> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let (mut rows, mut number, mut lines, mut count) = (Vec::new(), 0_u32, 1_u64, 0_usize);
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|error| SheetRefused::Broken(error.to_string()))? {
        // The reader passes over blank lines, which a spreadsheet counts as rows.
        let read = reader.position().line().saturating_sub(lines);
        let inside: usize = record.iter().map(|field| field.matches('\n').count()).sum();
        let blank = read.saturating_sub(1 + u64::try_from(inside).unwrap_or(0));
        number = number.saturating_add(1).saturating_add(u32::try_from(blank).unwrap_or(0));
        lines = reader.position().line();
        let cells: Vec<Cell> = record
            .iter()
            .take(MAX_COLUMNS)
            .map(|field| Cell { text: tidy(field), ..Cell::default() })
            .collect();
        count += cells.len();
        rows.push(Row { number, cells });
        if rows.len() > MAX_ROWS || count > MAX_CELLS {
            return Err(SheetRefused::TooManyRows);
        }
    }
    Ok(Grid { name: None, rows })
}

/// The delimiter that the first lines use most.
fn delimiter(text: &str) -> u8 {
    let head: Vec<&str> = text.lines().take(50).collect();
    let uses = |delimiter: &u8| {
        head.iter().map(|line| line.bytes().filter(|byte| byte == delimiter).count()).sum::<usize>()
    };
    [b',', b';', b'\t'].into_iter().rev().max_by_key(uses).unwrap_or(b',')
}

impl Row {
    /// A cell, if the row is that long.
    pub(super) fn cell(&self, column: usize) -> Option<&Cell> {
        self.cells.get(column)
    }

    /// A cell's text; empty beyond the end.
    pub(super) fn text(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| cell.text.as_str())
    }

    /// Replaces a cell's text.
    pub(super) fn set(&mut self, column: usize, text: String) {
        put(&mut self.cells, column, Cell { text, ..Cell::default() });
    }

    /// The texts of all cells, by column.
    pub(super) fn texts(&self) -> impl Iterator<Item = (usize, &str)> {
        self.cells.iter().map(|cell| cell.text.as_str()).enumerate()
    }

    /// Texts of the row's own, not of merged cells from above.
    fn own(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().filter(|cell| !cell.merged && !cell.text.is_empty()).map(|cell| cell.text.as_str())
    }

    /// Whether nothing stands in it.
    pub(super) fn is_blank(&self) -> bool {
        self.own().next().is_none()
    }

    /// Whether it repeats the headings, as at the top of a printed page.
    pub(super) fn is_heading_again(&self, columns: &Columns) -> bool {
        let same = self
            .texts()
            .filter(|(column, text)| !text.is_empty() && columns.heading(*column) == *text)
            .count();
        same >= 3 && same * 2 > self.own().count()
    }

    /// Whether it holds sums.
    pub(super) fn is_total(&self) -> bool {
        self.own().take(3).any(|text| {
            let word: String =
                text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ':' | '：')).collect();
            matches!(
                word.to_lowercase().as_str(),
                "合计"
                    | "总计"
                    | "共计"
                    | "小计"
                    | "total"
                    | "totals"
                    | "totais"
                    | "subtotal"
                    | "sum"
                    | "soma"
                    | "grandtotal"
            )
        })
    }

    /// Whether its sums are of a part of the rows.
    pub(super) fn is_subtotal(&self) -> bool {
        self.own().take(3).any(|text| text.contains('小') || text.to_lowercase().contains("sub"))
    }

    /// Whether it is a remark below or between the lots: one cell only, or one that says so.
    pub(super) fn is_remark(&self) -> bool {
        let mut own = self.own();
        let (first, second) = (own.next().unwrap_or_default(), own.next());
        let label = first.split([':', '：']).next().unwrap_or_default().trim().to_lowercase();
        let says = [
            "备注",
            "注",
            "说明",
            "制表",
            "审核",
            "note",
            "notes",
            "remark",
            "remarks",
            "obs",
            "observação",
            "observações",
        ];
        second.is_none() || (first.contains([':', '：']) && says.contains(&label.as_str()))
    }
}
