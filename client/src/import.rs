//! A workbook becomes statements: each all or nothing, none twice.
//!
//! A lot's nonce is derived from the file and its row, so declaring the same file again names the same lots; what was
//! signed is kept beside a journal until the node has answered, so an interrupted import goes on where it stopped. A
//! corrected file is another file: its rows are known by the journals of the others. Reading the workbook is `sheet`'s
//! work.

mod declaration;
mod journal;

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
use serde_json::Value;

use self::declaration::{left_out, lot_declared};
pub use self::journal::{ImportedLot, write_mapping};
use self::journal::{Journal, goods, meaning, others};
use crate::author::{Author, Signed, check_open};
use crate::error::{ClientError, Refusal, Result, words};
use crate::home::{read_json, write_durably, write_json};
use crate::node::{Answer, Intake, Node};
use crate::queue::Queue;
use crate::session::Session;
use crate::sheet::{SheetError, SheetLot, SheetNote, SheetReport, read_sheet};
use crate::spec;

/// A statement is filled up to this many bytes of payload; the ledger takes 32 KiB with header and signature.
const PAYLOAD_BYTES: usize = 30 * 1024;
/// Statements sent between two reports of progress.
const SENT_AT_ONCE: usize = 16;
/// The code of a refusal for an id that the ledger has already.
const ID_EXISTS: &str = "id-exists";

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
    /// Declare lots also when another file declared the same supplier's lot number: they are other goods.
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
    /// The sheet that was read; `None` of a file that has but one.
    pub sheet: Option<String>,
    /// The workbook's other sheets, which were not read.
    pub passed_over: Vec<String>,
    /// What was passed over or filled in.
    pub notes: Vec<SheetNote>,
    /// What the ledger refuses; with any at the dry run, nothing was declared.
    pub refused: Vec<RefusedRows>,
    /// Every lot of the sheet.
    pub lots: Vec<ImportedLot>,
    /// Statements sent now.
    pub statements: usize,
    /// Lots that an earlier run had declared, from this file or another.
    pub already: usize,
    /// Why the node does not take the rest for now. What is signed is kept: the same command goes on with it.
    pub waits: Option<Refusal>,
    /// Only asked.
    pub dry_run: bool,
    /// There was no node to ask: what the ledger says of the lots is not known.
    pub offline: bool,
}

impl ImportReport {
    /// Whether every lot of the sheet is declared, or would be.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.errors.is_empty() && self.refused.is_empty() && self.waits.is_none()
    }
}

/// What the ledger refuses, and where that stands in the sheet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RefusedRows {
    /// The row; the first one of a statement that is refused whole.
    pub row: u32,
    /// The same row; the last one of a statement that is refused whole.
    pub last: u32,
    /// The letters of the column; empty where no column says what is refused.
    pub column: String,
    /// Its heading as it stands in the sheet.
    pub heading: String,
    /// Why.
    pub refusal: Refusal,
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
        errors: sheet.errors.clone(),
        more_errors: sheet.more_errors,
        notes: sheet.notes.clone(),
        sheet: sheet.sheet.clone(),
        passed_over: sheet.passed_over.clone(),
        dry_run: options.dry_run,
        offline: session.node.is_none(),
        ..ImportReport::default()
    };
    if !report.errors.is_empty() {
        return Ok(report);
    }
    let lock = session.home.lock("imports/import")?;
    let mut import = Import::open(session, file, &bytes)?;
    import.enter(&sheet.lots, options.again)?;
    report.notes.extend(left_out(&sheet.lots, options, lang));
    report.waits = import.resume(options.dry_run)?;
    if !options.again {
        report.notes.extend(import.adopt(&sheet.lots, options.dry_run, lang)?);
    }
    report.already = import.declared(&sheet.lots);
    if report.waits.is_none() {
        let (batches, refused) = loop {
            let events = import.missing(&sheet.lots, options)?;
            let batches = import.sign(&events, options)?;
            let refused = import.ask(&batches)?;
            if !import.recognise(&batches, &refused)? {
                break (batches, refused);
            }
            report.already = import.declared(&sheet.lots);
        };
        let place = |(batch, refusal): (&Batch, Refusal)| refused_rows(&sheet, &batch.rows, refusal);
        report.refused =
            refused.into_iter().filter_map(|(n, refusal)| Some(place((batches.get(n)?, refusal)))).collect();
        if report.refused.is_empty() && !options.dry_run {
            import.send(&batches, &sheet, &mut report, progress)?;
        }
    }
    report.lots = import.all(&sheet.lots);
    drop(lock);
    Ok(report)
}

/// Where a refusal stands in the sheet: the row and column of what it is about, or all rows of the statement.
fn refused_rows(sheet: &SheetReport, rows: &[u32], refusal: Refusal) -> RefusedRows {
    let own = refusal.event.and_then(|event| rows.get(usize::from(event))).copied();
    let lot = own.and_then(|row| sheet.lots.iter().find(|lot| lot.row == row));
    let column = lot.and_then(|lot| sheet.column_of(lot, refusal.field.as_deref()?));
    let (column, heading) = column.unwrap_or_default();
    let ends = [rows.first(), rows.last()].map(|end| own.or(end.copied()).unwrap_or_default());
    RefusedRows { row: ends[0], last: ends[1], column, heading, refusal }
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
        import.journal.by = Some(import.by());
        Ok(import)
    }

    /// In which ledger and as whom.
    fn by(&self) -> String {
        format!("{} {}", self.session.author.ledger.id, self.session.author.issuer)
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

    /// Asks again for what was signed by an earlier run and never answered: the same bytes, so nothing doubles. Why the
    /// node does not take it for now, if it does not.
    fn resume(&mut self, dry_run: bool) -> Result<Option<Refusal>> {
        let open: BTreeSet<StatementId> = self
            .journal
            .lots
            .values()
            .filter(|lot| lot.index.is_none())
            .filter_map(|lot| lot.statement)
            .collect();
        let Some(node) = self.session.node.clone().filter(|_| !dry_run) else { return Ok(None) };
        let mut kept = Vec::new();
        for statement in open {
            match std::fs::read(self.kept(&statement)) {
                Ok(bytes) => kept.push((statement, bytes)),
                // Its bytes are lost: unless the node has it, its rows are signed anew.
                Err(_) => self.settle(&statement, index_of(&node, &statement)?)?,
            }
        }
        for group in kept.chunks(SENT_AT_ONCE) {
            let bytes: Vec<Vec<u8>> = group.iter().map(|(_, bytes)| bytes.clone()).collect();
            let mut waits = None;
            for ((statement, _), answer) in group.iter().zip(node.submit(&bytes)?) {
                match answer {
                    Answer::Accepted { index, .. } => self.settle(statement, Some(index))?,
                    Answer::Refused(refusal) if refusal.is_for_now() => waits = Some(refusal),
                    Answer::Refused(_) => self.settle(statement, None)?,
                }
            }
            if waits.is_some() {
                return Ok(waits);
            }
        }
        Ok(None)
    }

    /// Notes an answer: where the statement stands, or that its rows are still missing.
    fn settle(&mut self, statement: &StatementId, index: Option<LogIndex>) -> Result<()> {
        self.journal.settle(statement, index);
        self.save()?;
        self.forget(statement);
        Ok(())
    }

    /// What is settled need not be sent again; a file left behind does no harm.
    fn forget(&self, statement: &StatementId) {
        let _ = std::fs::remove_file(self.kept(statement));
    }

    fn is_declared(&self, row: u32) -> bool {
        self.journal.lots.get(&row).is_some_and(|lot| lot.statement.is_some())
    }

    fn declared(&self, lots: &[SheetLot]) -> usize {
        lots.iter().filter(|lot| self.is_declared(lot.row)).count()
    }

    /// The lots that no statement declares yet.
    fn missing(&self, lots: &[SheetLot], options: &ImportOptions) -> Result<Vec<(u32, Event)>> {
        lots.iter()
            .filter(|lot| !self.is_declared(lot.row))
            .map(|lot| {
                Ok((
                    lot.row,
                    Event::from(lot_declared(lot, options, self.session.now(), self.nonce(lot.row))?),
                ))
            })
            .collect()
    }

    /// Takes over what another file declared: a sheet that was corrected and saved again has other ids, so the ledger
    /// cannot know its goods, but the journals do. What was signed from there and is neither in the log nor waiting is
    /// given up there, as this sheet says it now.
    ///
    /// # Errors
    /// The same supplier's lot was declared with other contents: that is corrected in the ledger, or other goods.
    fn adopt(&mut self, lots: &[SheetLot], dry_run: bool, lang: Lang) -> Result<Vec<SheetNote>> {
        let mut open: Vec<&SheetLot> = lots.iter().filter(|lot| !self.is_declared(lot.row)).collect();
        let waiting: BTreeSet<StatementId> =
            Queue::of(&self.session.home).list()?.iter().map(|waiting| waiting.statement).collect();
        let mut notes = Vec::new();
        let mut differing = Vec::new();
        for (path, mut other) in others(&self.session.home, &self.path(), &self.by())? {
            self.look_after(&path, &mut other, &open, &waiting, dry_run)?;
            let known: BTreeMap<_, _> = other
                .lots
                .values()
                .filter(|lot| lot.statement.is_some())
                .map(|lot| (goods(&lot.supplier, &lot.supplier_lot), lot))
                .collect();
            let mut left = Vec::new();
            for lot in open {
                let Some(found) = known.get(&goods(&lot.supplier, &lot.supplier_lot)) else {
                    left.push(lot);
                    continue;
                };
                let file = &other.file;
                let same =
                    self.journal.said.get(&lot.row).is_some_and(|said| other.said_the_same(found, lot, said));
                if !same {
                    differing.push((lot, file.clone(), found.item));
                    continue;
                }
                let adopted = ImportedLot { row: lot.row, ..(*found).clone() };
                self.journal.lots.insert(lot.row, adopted);
                let message = words!(
                    "declared already from {file}, not declared again (if these are other goods: --again)",
                    "已由 {file} 登记，不再重复登记（如确为其他货物，请加 --again）",
                    "já declarado de {file}, não é declarado de novo (se são outras mercadorias: --again)"
                );
                notes.push(SheetNote { row: lot.row, message: message.of(lang).to_owned() });
            }
            open = left;
        }
        let Some((lot, file, item)) = differing.first() else { return Ok(notes) };
        let (row, number, supplier, more) = (lot.row, &lot.supplier_lot, &lot.supplier, differing.len() - 1);
        Err(ClientError::usage(words!(
            "row {row}: {number} of {supplier} was declared from {file} as {item}, with other contents (and {more} more); nothing was declared now. Correct it in the ledger with `lode correct` and leave the row as it was, or, if these are other goods, run the command with --again",
            "第{row}行：{supplier} 的 {number} 已由 {file} 登记为 {item}，内容不同（另有 {more} 处）；本次未登记任何内容。请用 `lode correct` 在账本中更正，并将该行恢复原样；如确为其他货物，请加 --again",
            "linha {row}: {number} de {supplier} foi declarado de {file} como {item}, com outro conteúdo (e mais {more}); nada foi declarado agora. Corrija no registro com `lode correct` e deixe a linha como estava, ou, se são outras mercadorias, use --again"
        )))
    }

    /// Finds out what became of the statements of another file that were never answered and hold goods of this one.
    fn look_after(
        &self,
        path: &Path,
        other: &mut Journal,
        open: &[&SheetLot],
        waiting: &BTreeSet<StatementId>,
        dry_run: bool,
    ) -> Result<()> {
        let Some(node) = &self.session.node else { return Ok(()) };
        let ours: BTreeSet<_> = open.iter().map(|lot| goods(&lot.supplier, &lot.supplier_lot)).collect();
        let doubtful: BTreeSet<StatementId> = other
            .lots
            .values()
            .filter(|lot| lot.index.is_none() && ours.contains(&goods(&lot.supplier, &lot.supplier_lot)))
            .filter_map(|lot| lot.statement.filter(|statement| !waiting.contains(statement)))
            .collect();
        for statement in &doubtful {
            other.settle(statement, index_of(node, statement)?);
        }
        if !dry_run && !doubtful.is_empty() {
            write_json(path, other)?;
            doubtful.iter().for_each(|statement| self.forget(statement));
        }
        Ok(())
    }

    /// Lots that the ledger has, though this journal does not know of it, as it was lost or is of another machine: their
    /// ids come from this very file. Whether there were any, so that the rest has to be signed anew.
    fn recognise(&mut self, batches: &[Batch], refused: &[(usize, Refusal)]) -> Result<bool> {
        let Some(node) = self.session.node.clone() else { return Ok(false) };
        let mut found = false;
        for (n, _) in refused.iter().filter(|(_, refusal)| refusal.code == ID_EXISTS) {
            for row in batches.get(*n).map(|batch| batch.rows.as_slice()).unwrap_or_default() {
                let Some(lot) = self.journal.lots.get_mut(row) else { continue };
                let Some(item) = node.find(&format!("/v1/items/{}", lot.item))? else { continue };
                let Some(index) = item.pointer("/created/index").and_then(Value::as_u64) else { continue };
                let entry = node.get(&format!("/v1/entries/{index}"))?;
                lot.statement =
                    entry.get("statement").and_then(Value::as_str).and_then(|text| text.parse().ok());
                lot.index = Some(LogIndex(index));
                found |= lot.statement.is_some();
            }
        }
        Ok(found)
    }

    fn sign(&self, events: &[(u32, Event)], options: &ImportOptions) -> Result<Vec<Batch>> {
        let mut batches = Vec::new();
        for group in fill(events, options.lots_per_statement.clamp(1, 256)) {
            let bodies: Vec<Event> = group.iter().map(|(_, event)| event.clone()).collect();
            let session = self.session;
            check_open(&bodies, &session.open)?;
            let signed =
                session.author.sign(&session.home, &bodies, &session.open, session.reference.as_ref())?;
            batches.push(Batch { signed, rows: group.iter().map(|(row, _)| *row).collect() });
        }
        Ok(batches)
    }

    /// The dry run of everything at once: which statements are refused.
    fn ask(&self, batches: &[Batch]) -> Result<Vec<(usize, Refusal)>> {
        let Some(node) = &self.session.node else { return Ok(Vec::new()) };
        let mut refused = Vec::new();
        for (n, answer) in node.dry_run(&bytes_of(batches))?.into_iter().enumerate() {
            match answer {
                Answer::Refused(refusal) if refusal.is_for_now() => {
                    let (url, problem) = (node.url().to_owned(), refusal.message);
                    return Err(ClientError::Unreachable { url, problem });
                }
                Answer::Refused(refusal) => refused.push((n, refusal)),
                Answer::Accepted { .. } => {}
            }
        }
        Ok(refused)
    }

    fn send(
        &mut self,
        batches: &[Batch],
        sheet: &SheetReport,
        report: &mut ImportReport,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<()> {
        for batch in batches {
            self.keep(batch)?;
        }
        self.save()?;
        let Some(node) = self.session.node.clone() else {
            let queue = Queue::of(&self.session.home);
            report.statements = batches.len();
            return batches.iter().try_for_each(|batch| queue.push(&batch.signed).map(drop));
        };
        let mut answered = 0;
        for group in batches.chunks(SENT_AT_ONCE) {
            for (batch, answer) in group.iter().zip(node.submit(&bytes_of(group))?) {
                match answer {
                    Answer::Accepted { index, .. } => self.settle(&batch.signed.id(), Some(index))?,
                    Answer::Refused(refusal) if refusal.is_for_now() => {
                        report.waits = Some(refusal);
                        continue;
                    }
                    Answer::Refused(refusal) => {
                        self.settle(&batch.signed.id(), None)?;
                        report.refused.push(refused_rows(sheet, &batch.rows, refusal));
                    }
                }
                report.statements += 1;
            }
            if report.waits.is_some() {
                break;
            }
            answered += group.len();
            progress(answered, batches.len());
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

    /// Gives every row its place in the journal. If they are other goods than those of another file, what was taken
    /// over from there does not count.
    fn enter(&mut self, lots: &[SheetLot], again: bool) -> Result<()> {
        for lot in lots {
            let own = self.row(lot);
            self.journal.said.insert(lot.row, meaning(lot)?);
            let entry = self.journal.lots.entry(lot.row).or_insert_with(|| own.clone());
            if again && entry.item != own.item {
                *entry = own;
            }
        }
        Ok(())
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

/// The bytes of statements, as they are sent.
fn bytes_of(batches: &[Batch]) -> Vec<Vec<u8>> {
    batches.iter().map(|batch| batch.signed.statement.bytes().to_vec()).collect()
}

/// Where a statement stands in the log; nowhere if the node does not know it.
fn index_of(node: &Node, statement: &StatementId) -> Result<Option<LogIndex>> {
    let found = node.find(&format!("/v1/statements/{statement}"))?;
    Ok(found.and_then(|entry| entry.get("index").and_then(Value::as_u64)).map(LogIndex))
}
