//! A workbook becomes statements: each all or nothing, none twice.
//!
//! A lot's nonce is derived from the file and its row, so declaring the same file again names the same lots; what was
//! signed is kept beside a journal until the node has answered, so an interrupted import goes on where it stopped.
//! Reading the workbook is `sheet`'s work.

mod declaration;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use lode_ledger::event::Event;
use lode_ledger::event::body::DocumentRef;
use lode_ledger::hash::Hash;
use lode_ledger::id::{ItemId, LogIndex, Nonce, ParticipantId, StatementId};
use lode_ledger::key::PublicKey;
use lode_ledger::lang::Lang;
use lode_ledger::mass::Milligrams;
use lode_ledger::vocab::{Code, EntryKind, Form, WeighingMethod};
use serde::{Deserialize, Serialize};

use self::declaration::{left_out, lot_declared};
use crate::author::{Author, Signed};
use crate::error::{ClientError, Refusal, Result, words};
use crate::home::{Home, read_json, write_durably, write_json};
use crate::node::{Answer, Intake};
use crate::queue::Queue;
use crate::session::Session;
use crate::sheet::{SheetError, SheetLot, SheetNote, read_sheet};
use crate::spec;

/// A statement is filled up to this many bytes of payload; the ledger takes 32 KiB with header and signature.
const PAYLOAD_BYTES: usize = 30 * 1024;
/// Statements sent between two reports of progress.
const SENT_AT_ONCE: usize = 16;

/// What the sheet does not say of its lots.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// How the lots enter.
    pub entry: Code<EntryKind>,
    /// The form where the sheet names none.
    pub form: Code<Form>,
    /// How the masses were found.
    pub method: Code<WeighingMethod>,
    /// The resolution of the scale behind them.
    pub resolution: Milligrams,
    /// The scheme of the grades.
    pub grade_scheme: String,
    /// Who graded.
    pub grader: String,
    /// Documents behind every lot.
    pub documents: Vec<DocumentRef>,
    /// An enrolled supplier who may counter-sign.
    pub supplier: Option<ParticipantId>,
    /// The public half of the key in the counter-signing link.
    pub supplier_link: Option<PublicKey>,
    /// Most lots in one statement, 1 to 256.
    pub lots_per_statement: usize,
    /// Only ask what would happen.
    pub dry_run: bool,
    /// Declare lots also when another file declared the same supplier's lot number.
    pub again: bool,
}

impl ImportOptions {
    /// As most importers need it: imported rough, masses of the packing list to the gram, 20 lots a statement.
    ///
    /// # Errors
    /// The vocabulary lacks one of these terms.
    pub fn usual() -> Result<Self> {
        Ok(Self {
            entry: EntryKind::IMPORT,
            form: spec::code("rough")?,
            method: spec::code("packing_list")?,
            resolution: spec::mass("1g")?,
            grade_scheme: "not stated".to_owned(),
            grader: "not stated".to_owned(),
            documents: Vec::new(),
            supplier: None,
            supplier_link: None,
            lots_per_statement: 20,
            dry_run: false,
            again: false,
        })
    }
}

/// What came of a sheet.
#[derive(Debug, Default)]
pub struct ImportReport {
    /// Mistakes of the sheet; with any, nothing was declared.
    pub errors: Vec<SheetError>,
    /// Mistakes beyond those listed.
    pub more_errors: usize,
    /// What was passed over or filled in.
    pub notes: Vec<SheetNote>,
    /// What the ledger refuses, by row; with any at the dry run, nothing was declared.
    pub refused: Vec<(u32, Refusal)>,
    /// Every lot of the sheet.
    pub lots: Vec<ImportedLot>,
    /// Statements sent now.
    pub statements: usize,
    /// Lots that an earlier run had declared.
    pub already: usize,
    /// Only asked.
    pub dry_run: bool,
}

impl ImportReport {
    /// Whether every lot of the sheet is declared, or would be.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.errors.is_empty() && self.refused.is_empty()
    }
}

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
struct Journal {
    file: String,
    lots: BTreeMap<u32, ImportedLot>,
}

/// The journal's place and the file's id.
struct Import<'a> {
    session: &'a Session,
    /// From ledger, participant and the file's bytes; no secret goes in.
    id: Hash,
    journal: Journal,
}

/// Declares the lots of a workbook that are not declared yet. `progress` hears how many statements of how many are
/// sent.
///
/// # Errors
/// The file cannot be read at all, another file declared the same lots, or the node cannot be reached half-way; then
/// the same command goes on where it stopped.
pub fn declare(
    session: &Session,
    file: &Path,
    options: &ImportOptions,
    lang: Lang,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<ImportReport> {
    let bytes = std::fs::read(file).map_err(|error| ClientError::io(file, error))?;
    let sheet = read_sheet(&bytes, lang).map_err(|error| ClientError::file(file, error.words()))?;
    let mut report = ImportReport {
        errors: sheet.errors,
        more_errors: sheet.more_errors,
        notes: sheet.notes,
        dry_run: options.dry_run,
        ..ImportReport::default()
    };
    if !report.errors.is_empty() {
        return Ok(report);
    }
    let lock = session.home.lock("imports/import")?;
    let mut import = Import::open(session, file, &bytes)?;
    import.enter(&sheet.lots);
    report.notes.extend(left_out(&sheet.lots, options, lang));
    import.resume(options.dry_run)?;
    let events = import.missing(&sheet.lots, options)?;
    report.already = sheet.lots.len() - events.len();
    if !options.again {
        import.refuse_repeated(&sheet.lots)?;
    }
    let statements = import.sign(&events, options)?;
    report.refused = import.ask(&statements)?;
    if report.refused.is_empty() && !options.dry_run {
        report.statements = statements.len();
        import.send(statements, &mut report.refused, progress)?;
    }
    report.lots = import.all(&sheet.lots);
    drop(lock);
    Ok(report)
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

/// A signed statement and the rows it declares, in the order of its events.
struct Batch {
    signed: Signed,
    rows: Vec<u32>,
}

impl<'a> Import<'a> {
    fn open(session: &'a Session, file: &Path, bytes: &[u8]) -> Result<Self> {
        let participant = session.participant()?.to_string();
        let digest = Hash::of(bytes);
        let ledger = session.author.ledger.id.as_bytes();
        let id =
            Hash::of_parts(&[b"lode import 1\n", ledger, b"\n", participant.as_bytes(), b"\n", &digest.0]);
        let mut import = Self { session, id, journal: Journal::default() };
        if import.path().exists() {
            import.journal = read_json(&import.path())?;
        }
        import.journal.file = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(import)
    }

    fn path(&self) -> PathBuf {
        self.session.home.join(format!("imports/{}.json", self.id))
    }

    fn kept(&self, statement: &StatementId) -> PathBuf {
        self.session.home.join(format!("imports/{statement}.cose"))
    }

    fn nonce(&self, row: u32) -> Nonce {
        let hash = Hash::of_parts(&[&self.id.0, &row.to_be_bytes()]);
        let mut nonce = [0; 16];
        nonce.copy_from_slice(hash.0.split_at(16).0);
        Nonce(nonce)
    }

    fn save(&self) -> Result<()> {
        write_json(&self.path(), &self.journal)
    }

    /// Asks again for what was signed by an earlier run and never answered: the same bytes, so nothing doubles.
    fn resume(&mut self, dry_run: bool) -> Result<()> {
        let open: BTreeSet<StatementId> = self
            .journal
            .lots
            .values()
            .filter(|lot| lot.index.is_none())
            .filter_map(|lot| lot.statement)
            .collect();
        let Some(node) = self.session.node.as_ref().filter(|_| !dry_run) else { return Ok(()) };
        for statement in open {
            let path = self.kept(&statement);
            let Ok(bytes) = std::fs::read(&path) else {
                // Its bytes are lost: the rows are signed anew, and the ledger refuses what it has.
                self.settle(&statement, None)?;
                continue;
            };
            match node.submit(&[bytes])?.into_iter().next() {
                Some(Answer::Accepted { index, .. }) => self.settle(&statement, Some(index))?,
                Some(Answer::Refused(_)) => self.settle(&statement, None)?,
                None => {}
            }
        }
        Ok(())
    }

    /// Notes an answer: where the statement stands, or that its rows are still missing.
    fn settle(&mut self, statement: &StatementId, index: Option<LogIndex>) -> Result<()> {
        for lot in self.journal.lots.values_mut().filter(|lot| lot.statement == Some(*statement)) {
            lot.index = index;
            if index.is_none() {
                lot.statement = None;
            }
        }
        self.save()?;
        // What is settled need not be sent again; a file left behind does no harm.
        let _ = std::fs::remove_file(self.kept(statement));
        Ok(())
    }

    /// The lots that no statement declares yet.
    fn missing(&self, lots: &[SheetLot], options: &ImportOptions) -> Result<Vec<(u32, Event)>> {
        let declared = |row: u32| self.journal.lots.get(&row).is_some_and(|lot| lot.statement.is_some());
        lots.iter()
            .filter(|lot| !declared(lot.row))
            .map(|lot| {
                Ok((
                    lot.row,
                    Event::from(lot_declared(lot, options, self.session.now(), self.nonce(lot.row))?),
                ))
            })
            .collect()
    }

    /// The same goods in a file that was saved again have other ids, so the ledger cannot know them: we can.
    fn refuse_repeated(&self, lots: &[SheetLot]) -> Result<()> {
        let known = declared_elsewhere(&self.session.home, &self.path())?;
        let mut repeated = lots.iter().filter_map(|lot| {
            let (file, item) = known.get(&(lot.supplier.to_lowercase(), lot.supplier_lot.to_lowercase()))?;
            Some((lot, file.clone(), *item))
        });
        let Some((lot, file, item)) = repeated.next() else { return Ok(()) };
        let (row, number, supplier) = (lot.row, &lot.supplier_lot, &lot.supplier);
        let more = repeated.count();
        Err(ClientError::usage(words!(
            "row {row}: {number} of {supplier} was declared from {file} as {item} (and {more} more). If these are other goods, run the command with --again",
            "第{row}行：{supplier} 的 {number} 已由 {file} 登记为 {item}（另有 {more} 处）。如确为其他货物，请加 --again",
            "linha {row}: {number} de {supplier} foi declarado de {file} como {item} (e mais {more}). Se são outras mercadorias, use --again"
        )))
    }

    fn sign(&self, events: &[(u32, Event)], options: &ImportOptions) -> Result<Vec<Batch>> {
        let mut batches = Vec::new();
        for group in fill(events, options.lots_per_statement.clamp(1, 256)) {
            let bodies: Vec<Event> = group.iter().map(|(_, event)| event.clone()).collect();
            let session = self.session;
            let signed =
                session.author.sign(&session.home, &bodies, &session.open, session.reference.as_ref())?;
            batches.push(Batch { signed, rows: group.iter().map(|(row, _)| *row).collect() });
        }
        Ok(batches)
    }

    /// The dry run of everything at once.
    fn ask(&self, batches: &[Batch]) -> Result<Vec<(u32, Refusal)>> {
        let Some(node) = &self.session.node else { return Ok(Vec::new()) };
        let bytes: Vec<Vec<u8>> =
            batches.iter().map(|batch| batch.signed.statement.bytes().to_vec()).collect();
        let mut refused = Vec::new();
        for (batch, answer) in batches.iter().zip(node.dry_run(&bytes)?) {
            if let Answer::Refused(refusal) = answer {
                refused.push((row_of(batch, &refusal), refusal));
            }
        }
        Ok(refused)
    }

    fn send(
        &mut self,
        batches: Vec<Batch>,
        refused: &mut Vec<(u32, Refusal)>,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<()> {
        let total = batches.len();
        for batch in &batches {
            self.keep(batch)?;
        }
        self.save()?;
        let Some(node) = self.session.node.clone() else {
            let queue = Queue::of(&self.session.home);
            return batches.iter().try_for_each(|batch| queue.push(&batch.signed).map(drop));
        };
        let mut sent = 0;
        for group in batches.chunks(SENT_AT_ONCE) {
            let bytes: Vec<Vec<u8>> =
                group.iter().map(|batch| batch.signed.statement.bytes().to_vec()).collect();
            for (batch, answer) in group.iter().zip(node.submit(&bytes)?) {
                match answer {
                    Answer::Accepted { index, .. } => self.settle(&batch.signed.id(), Some(index))?,
                    Answer::Refused(refusal) => {
                        self.settle(&batch.signed.id(), None)?;
                        refused.push((row_of(batch, &refusal), refusal));
                    }
                }
            }
            sent += group.len();
            progress(sent, total);
        }
        Ok(())
    }

    /// Puts a statement and the salts of its fields on disk, and notes its rows.
    fn keep(&mut self, batch: &Batch) -> Result<()> {
        let statement = batch.signed.id();
        self.session.keep_disclosures(&batch.signed.disclosures)?;
        write_durably(&self.kept(&statement), batch.signed.statement.bytes())?;
        for row in &batch.rows {
            if let Some(lot) = self.journal.lots.get_mut(row) {
                lot.statement = Some(statement);
            }
        }
        Ok(())
    }

    /// Gives every row its place in the journal.
    fn enter(&mut self, lots: &[SheetLot]) {
        for lot in lots {
            let entry = self.row(lot);
            self.journal.lots.entry(lot.row).or_insert(entry);
        }
    }

    fn all(&self, lots: &[SheetLot]) -> Vec<ImportedLot> {
        lots.iter().filter_map(|lot| self.journal.lots.get(&lot.row).cloned()).collect()
    }

    fn row(&self, lot: &SheetLot) -> ImportedLot {
        let (origin, issuer) = (&self.session.author.ledger.origin, self.session.author.issuer.to_string());
        ImportedLot {
            row: lot.row,
            supplier: lot.supplier.clone(),
            supplier_lot: lot.supplier_lot.clone(),
            net: lot.net,
            item: ItemId::derive(lode_ledger::id::ItemKind::Lot, origin, &issuer, &self.nonce(lot.row), 0),
            statement: None,
            index: None,
        }
    }
}

/// Rows in order, as many together as a statement may hold.
fn fill(events: &[(u32, Event)], most: usize) -> Vec<&[(u32, Event)]> {
    let mut groups = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (n, (_, event)) in events.iter().enumerate() {
        let size = Author::payload_bytes(event);
        if n > start && (n - start >= most || bytes + size > PAYLOAD_BYTES) {
            groups.extend(events.get(start..n));
            (start, bytes) = (n, 0);
        }
        bytes += size;
    }
    groups.extend(events.get(start..).filter(|rest| !rest.is_empty()));
    groups
}

/// The row that a refusal is about; the first if it is about the whole statement.
fn row_of(batch: &Batch, refusal: &Refusal) -> u32 {
    let event = usize::from(refusal.event.unwrap_or_default());
    batch.rows.get(event).or_else(|| batch.rows.first()).copied().unwrap_or_default()
}

/// Supplier and lot number of everything that other imports of this home folder declared.
fn declared_elsewhere(home: &Home, own: &Path) -> Result<BTreeMap<(String, String), (String, ItemId)>> {
    let folder = home.join("imports");
    let mut known = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).map_err(|error| ClientError::io(&folder, error))? {
        let path = entry.map_err(|error| ClientError::io(&folder, error))?.path();
        if path == own || path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let journal: Journal = read_json(&path)?;
        for lot in journal.lots.into_values().filter(|lot| lot.statement.is_some()) {
            let key = (lot.supplier.to_lowercase(), lot.supplier_lot.to_lowercase());
            known.insert(key, (journal.file.clone(), lot.item));
        }
    }
    Ok(known)
}
