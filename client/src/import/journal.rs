//! What is known of the imports of this home folder: a journal beside each sheet that was declared from.
//!
//! A journal says which row became which lot, by which statement, and what the row said then; so a sheet that was
//! corrected and saved again, which is another file with other ids, is known by its rows. Nothing is signed or sent
//! here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lode_ledger::event::Event;
use lode_ledger::hash::Hash;
use lode_ledger::id::{ItemId, LogIndex, Nonce, StatementId};
use lode_ledger::mass::Milligrams;
use lode_ledger::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::ImportOptions;
use super::declaration::lot_declared;
use crate::error::{ClientError, Result};
use crate::home::{Home, read_json, write_durably};
use crate::sheet::SheetLot;

/// One lot of a sheet, as the journal keeps it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ImportedLot {
    /// The row in the sheet.
    pub row: u32,
    /// Who sold it.
    pub supplier: String,
    /// The supplier's own lot number.
    pub supplier_lot: String,
    /// Its net mass.
    pub net: Milligrams,
    /// Its id in the ledger.
    pub item: ItemId,
    /// The statement that declares it, once signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<StatementId>,
    /// Where it is in the log, once accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<LogIndex>,
}

/// What is known of one file's import.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Journal {
    /// The file's name.
    pub(super) file: String,
    /// In which ledger and as whom; a journal that does not say it may be anybody's of this home folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) by: Option<String>,
    /// Its lots by row.
    pub(super) lots: BTreeMap<u32, ImportedLot>,
    /// What each row said, as [`meaning`] has it.
    #[serde(default)]
    pub(super) said: BTreeMap<u32, Hash>,
}

impl Journal {
    /// Whether a row of this journal said the same as a row of now.
    pub(super) fn said_the_same(&self, known: &ImportedLot, lot: &SheetLot, said: &Hash) -> bool {
        match self.said.get(&known.row) {
            Some(then) => then == said,
            None => known.net == lot.net,
        }
    }

    /// Notes what became of a statement: where it stands, or that its rows are still to be declared.
    pub(super) fn settle(&mut self, statement: &StatementId, index: Option<LogIndex>) {
        for lot in self.lots.values_mut().filter(|lot| lot.statement == Some(*statement)) {
            lot.index = index;
            if index.is_none() {
                lot.statement = None;
            }
        }
    }
}

/// By what a supplier's lot is known, however it is written.
pub(super) type Goods = (String, String);

/// The goods of a row.
pub(super) fn goods(supplier: &str, supplier_lot: &str) -> Goods {
    (supplier.to_lowercase(), supplier_lot.to_lowercase())
}

/// The journals of all other files, with their places.
///
/// # Errors
/// The folder or a journal cannot be read.
pub(super) fn others(home: &Home, own: &Path, by: &str) -> Result<Vec<(PathBuf, Journal)>> {
    let folder = home.join("imports");
    let mut all = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(|error| ClientError::io(&folder, error))? {
        let path = entry.map_err(|error| ClientError::io(&folder, error))?.path();
        if path == own || path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let journal: Journal = read_json(&path)?;
        if journal.by.as_ref().is_none_or(|theirs| theirs == by) {
            all.push((path, journal));
        }
    }
    // A folder has no order of its own.
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(all)
}

/// A hash over all that a row says of its goods, wherever it stands and whenever it is declared.
///
/// # Errors
/// A text of the row is no line of a statement.
pub(super) fn meaning(lot: &SheetLot) -> Result<Hash> {
    let apart = (Timestamp::from_unix(0), Nonce([0; 16]));
    let event = Event::from(lot_declared(lot, &ImportOptions::usual()?, apart.0, apart.1)?);
    // Which level is entered hangs on the documents named beside the sheet.
    let evidence = lot.evidence.map(|level| level.as_str()).unwrap_or_default();
    Ok(Hash::of_parts(&[b"lode row 1\n", event.to_json().write().as_bytes(), b"\n", evidence.as_bytes()]))
}

/// Writes which supplier's lot became which lot of the ledger.
///
/// # Errors
/// The file cannot be written.
pub fn write_mapping(file: &Path, lots: &[ImportedLot]) -> Result<PathBuf> {
    let mut name = file.as_os_str().to_owned();
    name.push(".lots.csv");
    let path = PathBuf::from(name);
    let mut writer = csv::Writer::from_writer(Vec::new());
    let fail = |error: csv::Error| ClientError::io(&path, error);
    writer.write_record(["row", "supplier", "supplier_lot", "net", "lot", "log_index"]).map_err(fail)?;
    for lot in lots {
        let index = lot.index.map(|index| index.to_string()).unwrap_or_default();
        let record = [
            lot.row.to_string(),
            lot.supplier.clone(),
            lot.supplier_lot.clone(),
            lot.net.to_string(),
            lot.item.to_string(),
            index,
        ];
        writer.write_record(record).map_err(fail)?;
    }
    let bytes = writer.into_inner().map_err(|error| ClientError::io(&path, error))?;
    // Excel takes a file without this mark for GBK.
    write_durably(&path, &[b"\xef\xbb\xbf".as_slice(), &bytes].concat())?;
    Ok(path)
}
