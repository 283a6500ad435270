//! The cells of one row by field, each read as its author meant it, and what is wrong with it.
//!
//! Knows fields and values, not what a lot is made of.

use lode_ledger::mass::{MassError, MassUnit, Milligrams, parse_mass};
use lode_ledger::vocab::{Code, Names, Term, Vocabulary, closest, find};

use super::grid::{Kind, Row};
use super::heading::{Columns, Field};
use super::row::Told;
use super::trouble::Trouble;

/// Longest text of a field, in characters: what a statement's line holds.
const MAX_LINE: usize = 120;

/// A row with its columns, collecting what is wrong.
pub(super) struct Cells<'a> {
    pub(super) row: &'a Row,
    pub(super) columns: &'a Columns,
    pub(super) told: &'a mut Vec<Told>,
}

impl Cells<'_> {
    /// A field's text without any check; `None` if blank.
    pub(super) fn peek(&self, field: Field) -> Option<String> {
        let column = self.columns.at(field)?;
        Some(self.row.text(column)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    pub(super) fn tell(&mut self, field: Field, trouble: Trouble) {
        let column = self.columns.at(field);
        let value = column.map(|column| self.row.text(column).to_owned()).unwrap_or_default();
        self.told.push((column, value, trouble));
    }

    /// Whether a species could not be read, so that a variety's must not stand in for it.
    pub(super) fn has_told(&self) -> bool {
        self.told.iter().any(|(.., trouble)| matches!(trouble, Trouble::UnknownSpecies(_)))
    }

    /// Whether the row's goods have been complained of already.
    pub(super) fn has_told_what(&self) -> bool {
        self.told
            .iter()
            .any(|(.., trouble)| matches!(trouble, Trouble::UnknownSpecies(_) | Trouble::UnknownVariety(_)))
    }

    /// A field's text as its author meant it: no value that a spreadsheet has spoilt.
    pub(super) fn text(&mut self, field: Field) -> Option<String> {
        let text = self.peek(field)?;
        let kind = self.columns.at(field).and_then(|column| self.row.cell(column)).map(|cell| cell.kind);
        let trouble = match kind {
            Some(Kind::Date) => Trouble::DateCell,
            Some(Kind::LongNumber) => Trouble::DigitsLost,
            Some(Kind::Error) => Trouble::CellError,
            _ if text.chars().count() > MAX_LINE => Trouble::TooLong,
            _ => return Some(text),
        };
        self.tell(field, trouble);
        None
    }

    /// A text that must stand.
    pub(super) fn required(&mut self, field: Field) -> Option<String> {
        if self.peek(field).is_none() {
            self.tell(field, Trouble::MissingValue(field));
            return None;
        }
        if field == Field::SupplierLot && self.is_merged(field) {
            self.tell(field, Trouble::MergedCell);
            return None;
        }
        self.text(field)
    }

    /// A term of a table by any of its names; the whole cell, or all of it but a part in brackets.
    pub(super) fn named<V: Vocabulary>(
        &mut self,
        field: Field,
        names: &Names<V>,
        unknown: impl FnOnce(Vec<&'static Term>) -> Trouble,
    ) -> Option<Code<V>> {
        let text = self.peek(field)?;
        let outside = text.split(['(', '（']).next().unwrap_or_default();
        let found = names.get(&text).or_else(|| names.get(outside));
        if found.is_none() {
            self.tell(field, unknown(nearest::<V>(&text)));
        }
        found
    }

    fn is_merged(&self, field: Field) -> bool {
        self.columns.at(field).and_then(|column| self.row.cell(column)).is_some_and(|cell| cell.merged)
    }

    /// A text that counts: a merged cell would count it once for every row.
    pub(super) fn count_text(&mut self, field: Field) -> Option<String> {
        if self.is_merged(field) {
            self.tell(field, Trouble::MergedCell);
            return None;
        }
        self.text(field)
    }

    pub(super) fn mass(&mut self, field: Field, unit: Option<MassUnit>) -> Option<Milligrams> {
        let text = self.count_text(field)?;
        let heading = self.columns.at(field).and_then(|column| self.columns.unit(column));
        match parse_mass(&text, unit.or(heading)) {
            Ok(mass) => Some(mass),
            Err(error) => {
                self.tell(field, of_mass(error));
                None
            }
        }
    }
}

/// The terms of a table that are nearest to what was written.
pub(super) fn nearest<V: Vocabulary>(text: &str) -> Vec<&'static Term> {
    closest::<V>(text).into_iter().filter_map(find::<V>).collect()
}

/// What is wrong with a mass.
pub(super) fn of_mass(error: MassError) -> Trouble {
    match error {
        MassError::Empty | MassError::NotANumber(_) => Trouble::NotAMass,
        MassError::Negative(_) => Trouble::NegativeMass,
        MassError::Scientific(_) => Trouble::ScientificMass,
        MassError::Ambiguous(_) => Trouble::AmbiguousMass,
        MassError::NoUnit(_) => Trouble::NoUnit,
        MassError::UnknownUnit(_) => Trouble::UnknownUnit,
        MassError::NotExact(_) => Trouble::InexactMass,
        MassError::TooLarge => Trouble::MassTooLarge,
    }
}
