//! Reads an importer's own workbook, as it is, into typed lots: `.xlsx` and `.csv`, Chinese, English or Portuguese.
//!
//! Every mistake of the sheet is told at once, with row, column and heading. Nothing is guessed that could change
//! what is signed, and nothing is built here: turning [`SheetLot`]s into statements is another room's work.

mod cells;
mod grid;
mod heading;
mod place;
mod row;
#[cfg(test)]
mod tests;
mod trouble;

use std::collections::{BTreeMap, HashMap};

use lode_ledger::lang::Lang;
use lode_ledger::mass::{MassError, Milligrams};
use lode_ledger::vocab::{
    Code, Country, DeclarationElement, EvidenceLevel, Form, HsCode, Nature, Port, Species, Treatment, Variety,
};

use crate::error::Words;
use grid::{Grid, Row};
use heading::{Columns, Field};
use row::Reader;
use trouble::Trouble;
pub use trouble::{ErrorCode, SheetRefused};

/// Largest file read, in bytes.
pub const MAX_BYTES: usize = 20 * 1024 * 1024;
/// Most rows of a sheet.
pub const MAX_ROWS: usize = 100_000;
/// Most errors told of one sheet; the rest are counted.
pub const MAX_ERRORS: usize = 10_000;

/// What a sheet says, and all that is wrong with it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SheetReport {
    /// The sheet's name in the workbook; `None` for a CSV file.
    pub sheet: Option<String>,
    /// Other sheets of the workbook with something in them, which were not read.
    pub passed_over: Vec<String>,
    /// The row of the headings, counted from 1.
    pub heading_row: u32,
    /// The rows without a mistake, in order.
    pub lots: Vec<SheetLot>,
    /// Every mistake, by row and column. A sheet with any must not be declared in part.
    pub errors: Vec<SheetError>,
    /// Mistakes beyond [`MAX_ERRORS`].
    pub more_errors: usize,
    /// What was passed over or filled in, for the importer to see.
    pub notes: Vec<SheetNote>,
    /// Letters and heading of each column that is read.
    columns: BTreeMap<Field, (String, String)>,
}

impl SheetReport {
    /// Letters and heading of the column from which a field of a lot's event comes, named by its path as refusals do.
    pub(crate) fn column_of(&self, lot: &SheetLot, path: &str) -> Option<(String, String)> {
        place::fields_of(path, &lot.elements).into_iter().find_map(|field| self.columns.get(&field)).cloned()
    }
}

/// One lot as the importer wrote it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SheetLot {
    /// The row in the sheet, counted from 1.
    pub row: u32,
    /// Who sold it.
    pub supplier: String,
    /// The supplier's own lot number.
    pub supplier_lot: String,
    /// The name of the goods.
    pub product_name: Option<String>,
    /// The mineral.
    pub species: Code<Species>,
    /// The variety, if the sheet names one.
    pub variety: Option<Code<Variety>>,
    /// The form, if the sheet names one.
    pub form: Option<Code<Form>>,
    /// Natural or not, as far as stated.
    pub nature: Code<Nature>,
    /// The country where the material was dug.
    pub country: Code<Country>,
    /// State, province or district.
    pub subdivision: Option<String>,
    /// The mine.
    pub mine: Option<String>,
    /// Mass with packing.
    pub gross: Option<Milligrams>,
    /// Mass of the packing.
    pub tare: Option<Milligrams>,
    /// Mass of the material; never zero.
    pub net: Milligrams,
    /// Number of pieces.
    pub pieces: Option<u32>,
    /// Grade as written; scheme and grader are asked for elsewhere.
    pub grade: Option<String>,
    /// What is said of treatments.
    pub treatments: Treatments,
    /// The customs code.
    pub hs: Option<Code<HsCode>>,
    /// The declaration elements that the sheet has, in the order of the declaration, as written.
    pub elements: Vec<(Code<DeclarationElement>, String)>,
    /// Bill of lading or air waybill.
    pub bill_of_lading: Option<String>,
    /// Customs declaration number.
    pub customs_declaration: Option<String>,
    /// Number of the certificate of origin.
    pub certificate_of_origin: Option<String>,
    /// The port of loading.
    pub port: Option<Code<Port>>,
    /// The evidence level claimed for the origin.
    pub evidence: Option<Code<EvidenceLevel>>,
    /// Free text.
    pub remark: Option<String>,
}

/// What a row says of treatments.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Treatments {
    /// Nothing: never to be read as untreated.
    #[default]
    NotStated,
    /// That there are none.
    DeclaredNone,
    /// These.
    Applied(Vec<Code<Treatment>>),
}

/// One mistake in one place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SheetError {
    /// The row, counted from 1; the heading row for mistakes of a whole column.
    pub row: u32,
    /// The column's letters; empty where a column is missing.
    pub column: String,
    /// The heading as it stands in the sheet, or the name of the missing one.
    pub heading: String,
    /// The cell's value as read.
    pub value: String,
    /// The stable code.
    pub code: ErrorCode,
    /// What is wrong and what to do, in the language asked for.
    pub message: String,
}

/// Something the importer should know, but which is no mistake.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SheetNote {
    /// The row it is about.
    pub row: u32,
    /// What was done, in the language asked for.
    pub message: String,
}

/// Reads a workbook from its bytes: `.xlsx` by its signature, anything else as delimited text in UTF-8, UTF-16 or GBK.
///
/// # Errors
/// [`SheetRefused`] when there is no sheet to speak of: too large, unreadable, or without headings. Mistakes in rows
/// are in the report.
pub fn read_sheet(bytes: &[u8], lang: Lang) -> Result<SheetReport, SheetRefused> {
    if bytes.len() > MAX_BYTES {
        return Err(SheetRefused::TooLarge);
    }
    let grids = grid::read(bytes)?;
    let mut best: Option<(usize, Columns)> = None;
    for (n, grid) in grids.iter().enumerate() {
        let Some(columns) = Columns::find(grid) else { continue };
        if best.as_ref().is_none_or(|(_, known)| columns.len() > known.len()) {
            best = Some((n, columns));
        }
    }
    let (read, columns) = best.ok_or(SheetRefused::NoHeadings)?;
    let grid = grids.get(read).ok_or(SheetRefused::NoHeadings)?;
    let others = grids.iter().enumerate().filter(|(n, other)| *n != read && !other.rows.is_empty());
    let passed_over = others.filter_map(|(_, other)| other.name.clone()).collect();
    Ok(SheetReport { passed_over, ..Reading::new(lang, grid, &columns).run() })
}

/// What is wrong with a text that should be a mass, in every language.
pub(crate) fn mass_words(text: &str, error: &MassError) -> Words {
    let trouble = cells::of_mass(error.clone());
    Words { texts: Lang::ALL.map(|lang| format!("{text:?}: {}", trouble.message(lang))) }
}

/// One pass over a sheet.
struct Reading<'a> {
    lang: Lang,
    grid: &'a Grid,
    columns: &'a Columns,
    report: SheetReport,
    /// Supplier and lot number to the row where they stood first.
    seen: HashMap<(String, String), u32>,
    /// The last value of each column that a CSV file leaves blank under a merged cell.
    above: BTreeMap<Field, String>,
    /// Net mass of the rows so far; `None` once a row could not be read.
    net: Option<Milligrams>,
}

impl<'a> Reading<'a> {
    fn new(lang: Lang, grid: &'a Grid, columns: &'a Columns) -> Self {
        let report = SheetReport {
            sheet: grid.name.clone(),
            heading_row: columns.row,
            columns: columns
                .places()
                .map(|(field, at)| (field, (letters(at), columns.heading(at))))
                .collect(),
            ..SheetReport::default()
        };
        Self {
            lang,
            grid,
            columns,
            report,
            seen: HashMap::new(),
            above: BTreeMap::new(),
            net: Some(Milligrams::ZERO),
        }
    }

    fn run(mut self) -> SheetReport {
        for (column, trouble) in self.columns.troubles() {
            self.tell(self.columns.row, column, "", &trouble);
        }
        if self.columns.is_complete() {
            let mut reader = Reader::new();
            for row in self.grid.rows.iter().filter(|row| row.number > self.columns.row) {
                self.row(&mut reader, row);
            }
        }
        self.report.errors.sort_by(|a, b| {
            (a.row, a.column.len(), &a.column, a.code).cmp(&(b.row, b.column.len(), &b.column, b.code))
        });
        self.report
    }

    fn row(&mut self, reader: &mut Reader, row: &Row) {
        if row.is_blank() || row.is_heading_again(self.columns) {
            return;
        }
        if row.is_total() {
            return self.total(reader, row);
        }
        if row.is_remark() {
            return self.note(
                row.number,
                text(self.lang, "passed over: a remark", "已跳过：备注行", "ignorada: observação"),
            );
        }
        let filled = self.fill_down(row);
        let (lot, troubles) = reader.lot(filled.as_ref().unwrap_or(row), self.columns);
        let clean = troubles.is_empty();
        for (column, value, trouble) in troubles {
            self.tell(row.number, column, &value, &trouble);
        }
        self.net = match (&lot, self.net) {
            (Some(lot), Some(sum)) => sum.checked_add(lot.net),
            _ => None,
        };
        let Some(lot) = lot else { return };
        let key = (lot.supplier.to_lowercase(), lot.supplier_lot.to_lowercase());
        if let Some(first) = self.seen.get(&key) {
            let trouble = Trouble::DuplicateLot { first: *first };
            return self.tell(row.number, self.columns.at(Field::SupplierLot), &lot.supplier_lot, &trouble);
        }
        self.seen.insert(key, row.number);
        if clean {
            self.report.lots.push(lot);
        }
    }

    /// A CSV file keeps a merged cell's value in its first row only. Columns that are merged by habit (one supplier,
    /// one bill of lading for many lots) take the value from above; origin and mass never do.
    fn fill_down(&mut self, row: &Row) -> Option<Row> {
        if self.grid.name.is_some() {
            return None;
        }
        let mut filled: Option<Row> = None;
        if self.columns.at(Field::Supplier).is_some_and(|column| !row.text(column).is_empty()) {
            // Another supplier: what stood above was not this one's.
            self.above.clear();
        }
        for field in [Field::Supplier, Field::BillOfLading, Field::Declaration, Field::Port] {
            let Some(column) = self.columns.at(field) else { continue };
            let own = row.text(column);
            if !own.is_empty() {
                self.above.insert(field, own.to_owned());
            } else if let Some(above) = self.above.get(&field) {
                filled.get_or_insert_with(|| row.clone()).set(column, above.clone());
            }
        }
        filled
    }

    /// A row of sums is no lot; but a sum of net masses that is stated must be right.
    fn total(&mut self, reader: &mut Reader, row: &Row) {
        self.note(
            row.number,
            text(self.lang, "passed over: a row of sums", "已跳过：合计行", "ignorada: linha de totais"),
        );
        let (Some(column), Some(net)) = (self.columns.at(Field::Net), self.net) else { return };
        if let Some(stated) = reader.stated_total(row, self.columns).filter(|stated| *stated != net)
            && !row.is_subtotal()
        {
            let value = row.text(column).to_owned();
            self.tell(row.number, Some(column), &value, &Trouble::WrongTotal { stated, sum: net });
        }
    }

    fn tell(&mut self, row: u32, column: Option<usize>, value: &str, trouble: &Trouble) {
        if self.report.errors.len() >= MAX_ERRORS {
            self.report.more_errors += 1;
            return;
        }
        let heading = match column {
            Some(column) => self.columns.heading(column),
            None => trouble.column_name(self.lang),
        };
        self.report.errors.push(SheetError {
            row,
            column: column.map(letters).unwrap_or_default(),
            heading,
            value: value.to_owned(),
            code: trouble.code(),
            message: trouble.message(self.lang),
        });
    }

    fn note(&mut self, row: u32, message: &str) {
        self.report.notes.push(SheetNote { row, message: message.to_owned() });
    }
}

/// One of three texts.
fn text<'a>(lang: Lang, en: &'a str, zh: &'a str, pt: &'a str) -> &'a str {
    match lang {
        Lang::En => en,
        Lang::Zh => zh,
        Lang::Pt => pt,
    }
}

/// A column's letters as a spreadsheet shows them: 0 is `A`, 26 is `AA`.
fn letters(column: usize) -> String {
    let mut left = column + 1;
    let mut text = Vec::new();
    while left > 0 {
        let digit = u8::try_from((left - 1) % 26).unwrap_or(0);
        text.push(char::from(b'A' + digit));
        left = (left - 1) / 26;
    }
    text.iter().rev().collect()
}
