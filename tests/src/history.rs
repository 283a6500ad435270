//! What clients were told, and whether a ledger that keeps its promises can have told them so.
//!
//! Clients write one line of JSON for each statement that they sent ([`Told`]); [`check`] then holds all lines against
//! the log as it is in the end. Five promises, whatever happened in between, crashes and retries included:
//!
//! 1. an index belongs to one statement and a statement has one index, and what was refused for good is not in the log;
//! 2. the log has no holes: every index below its size is a statement, and every acknowledged index is below it;
//! 3. real time: a statement that was acknowledged before another was sent has the smaller index, and no checkpoint is
//!    smaller than one that somebody had seen before it was asked for;
//! 4. every checkpoint ever shown is one of this log: its root is that of the log's first entries, so all of them are
//!    consistent with each other;
//! 5. every acknowledgement can still be proven under the final checkpoint.
//!
//! Nothing here runs a node or knows how one works.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use lode_ledger::hash::Hash;
use lode_ledger::id::StatementId;
use lode_ledger::tlog::tile::{Entries, MAX_BUNDLE_BYTES, bundles};
use lode_ledger::tlog::{MemoryTree, SignedCheckpoint, VerifierKey, leaf_hash, verify_inclusion};
use lode_verify::source::Source;
use serde::{Deserialize, Serialize};

/// Broken promises that are told, of many.
const SHOWN: usize = 20;

/// What a client was told about one statement. Times are of one clock that never goes back, from any beginning.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Told {
    /// Which client.
    pub client: u32,
    /// When it began to send.
    pub begun_ns: u64,
    /// When it had read the answer, or had given up.
    pub ended_ns: u64,
    /// SHA-256 of the statement's bytes.
    pub statement: StatementId,
    /// What it was told.
    pub outcome: Outcome,
    /// The index, if it was told one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    /// The signed checkpoint, if it was given one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
}

/// An answer, or the lack of one.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is in the log, by this request.
    Accepted,
    /// It had been accepted before.
    Duplicate,
    /// It is not in the log.
    Refused,
    /// No answer came, or one that says nothing: it may be in the log or not.
    Unknown,
}

/// Where clients write their lines.
pub struct Recorder(Mutex<Box<dyn Write + Send>>);

impl Recorder {
    /// Writes to a file or anything else.
    #[must_use]
    pub fn new(out: impl Write + Send + 'static) -> Self {
        Self(Mutex::new(Box::new(out)))
    }

    /// Adds what was told.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, told: &[Told]) -> Result<()> {
        let mut lines = Vec::new();
        for told in told {
            serde_json::to_writer(&mut lines, told)?;
            lines.push(b'\n');
        }
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        out.write_all(&lines).and_then(|()| out.flush()).context("the history cannot be written")
    }
}

/// The log as it is in the end.
pub struct Log {
    tree: MemoryTree,
    statements: Vec<StatementId>,
    key: VerifierKey,
}

impl Log {
    /// A log of these entries, whose checkpoints `key` signs.
    #[must_use]
    pub fn new<'e>(entries: impl IntoIterator<Item = &'e [u8]>, key: VerifierKey) -> Self {
        let (mut tree, mut statements) = (MemoryTree::new(), Vec::new());
        for entry in entries {
            tree.push(leaf_hash(entry));
            statements.push(StatementId(Hash::of(entry)));
        }
        Self { tree, statements, key }
    }

    /// Reads every entry of a static log, in a folder or behind an address, and holds them against its checkpoint.
    ///
    /// # Errors
    /// A bundle is missing or short, which is a hole; or the entries are not those of the checkpoint.
    pub fn read(source: &Source, key: VerifierKey) -> Result<Self> {
        let mut log = Self::new([], key);
        let key = log.key.clone();
        let signed = each_entry(source, &key, |entry| {
            log.tree.push(leaf_hash(entry));
            log.statements.push(StatementId(Hash::of(entry)));
            Ok(())
        })?;
        ensure!(log.tree.root() == signed.checkpoint().root(), "the log's entries are not its checkpoint's");
        Ok(log)
    }

    /// The number of entries.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.tree.size()
    }
}

/// Reads every entry of a static log, in a folder or behind an address, up to the checkpoint that is returned.
///
/// # Errors
/// A bundle is missing or short, which is a hole; the checkpoint is not signed with `key`; or `visit` fails.
pub fn each_entry(
    source: &Source,
    key: &VerifierKey,
    mut visit: impl FnMut(&[u8]) -> Result<()>,
) -> Result<SignedCheckpoint> {
    let note = source.get("checkpoint", 64 << 10)?.context("the log has no checkpoint")?;
    let signed = SignedCheckpoint::open(note, key)?;
    for bundle in bundles(signed.checkpoint().size()) {
        let found = source.get(&bundle.path(), MAX_BUNDLE_BYTES)?;
        let bytes = match found {
            // A partial bundle goes when the full one is there.
            None => source.get(&bundle.full().path(), MAX_BUNDLE_BYTES)?,
            found => found,
        };
        let bytes = bytes.with_context(|| format!("a hole in the log: {} is missing", bundle.path()))?;
        let mut read = 0;
        for entry in Entries::new(&bytes).take(usize::from(bundle.width())) {
            visit(entry.with_context(|| format!("{} is damaged", bundle.path()))?)?;
            read += 1;
        }
        ensure!(read == usize::from(bundle.width()), "a hole in the log: {} is short", bundle.path());
    }
    Ok(signed)
}

/// A promise that was not kept.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Broken {
    /// Promise 1.
    #[error("statement {0} was acknowledged at {1} and at {2}")]
    TwoIndexes(StatementId, u64, u64),
    /// Promise 1.
    #[error("index {0} was given to statement {1} and to {2}")]
    TwoStatements(u64, StatementId, StatementId),
    /// Promise 1.
    #[error("statement {0} is in the log twice, at {1} and {2}")]
    TwiceInLog(StatementId, u64, u64),
    /// Promise 1.
    #[error("statement {0} was refused and is in the log at {1}")]
    RefusedInLog(StatementId, u64),
    /// Promise 1: an acknowledgement must name a place.
    #[error("statement {0} was acknowledged without an index")]
    Empty(StatementId),
    /// Promise 2, and 5: an acknowledged statement is not there.
    #[error("statement {0} was acknowledged at {1}, and the log has only {2} entries")]
    Lost(StatementId, u64, u64),
    /// Promise 3.
    #[error("statement {0} got {1}, although {2} had been acknowledged before it was sent")]
    OutOfOrder(StatementId, u64, u64),
    /// Promise 3.
    #[error("a checkpoint of {1} entries was shown for statement {0}, after one of {2} had been seen")]
    WentBack(StatementId, u64, u64),
    /// Promise 4.
    #[error("a checkpoint of {size} entries that was shown is not of this log: {reason}")]
    Checkpoint {
        /// Its size; 0 if it cannot be read.
        size: u64,
        /// What does not fit.
        reason: String,
    },
    /// Promise 4: the checkpoint does not cover what it was given for.
    #[error("statement {0} at {1} was shown a checkpoint of {2} entries")]
    NotCovered(StatementId, u64, u64),
    /// Promise 5.
    #[error("statement {0} was acknowledged at {1} and cannot be proven there: {2}")]
    NotProvable(StatementId, u64, String),
}

/// What was looked at.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Summary {
    /// Lines.
    pub told: u64,
    /// Acknowledgements among them, of duplicates too.
    pub acknowledged: u64,
    /// Refusals.
    pub refused: u64,
    /// Requests without a useful answer.
    pub unknown: u64,
    /// Different checkpoints.
    pub checkpoints: u64,
    /// Entries of the log.
    pub size: u64,
}

/// An acknowledgement with the size of the checkpoint that came with it.
struct Acknowledged {
    begun_ns: u64,
    ended_ns: u64,
    statement: StatementId,
    fresh: bool,
    index: u64,
    /// Absent if none came with it, or a false one.
    seen: Option<u64>,
}

/// Holds everything that was told against the log. An empty list means that every promise was kept.
#[must_use]
pub fn check(history: impl IntoIterator<Item = Told>, log: &Log) -> (Summary, Vec<Broken>) {
    let mut summary = Summary { size: log.size(), ..Summary::default() };
    let mut broken = Vec::new();
    let mut checkpoints: HashMap<String, Option<u64>> = HashMap::new();
    let mut acknowledged = Vec::new();
    let (mut refused, mut open) = (HashSet::new(), HashSet::new());
    for told in history {
        summary.told += 1;
        let mut seen = None;
        if let Some(text) = told.checkpoint {
            // Thousands of statements share one; it is looked at once.
            seen = *checkpoints.entry(text).or_insert_with_key(|text| match checkpoint(text, log) {
                Ok(size) => Some(size),
                Err(fault) => {
                    broken.push(fault);
                    None
                }
            });
        }
        match (told.outcome, told.index) {
            (Outcome::Unknown, _) => drop(open.insert(told.statement)),
            (Outcome::Refused, _) => drop(refused.insert(told.statement)),
            (Outcome::Accepted | Outcome::Duplicate, Some(index)) => acknowledged.push(Acknowledged {
                begun_ns: told.begun_ns,
                ended_ns: told.ended_ns,
                statement: told.statement,
                fresh: told.outcome == Outcome::Accepted,
                index,
                seen,
            }),
            (Outcome::Accepted | Outcome::Duplicate, None) => broken.push(Broken::Empty(told.statement)),
        }
        summary.unknown += u64::from(told.outcome == Outcome::Unknown);
        summary.refused += u64::from(told.outcome == Outcome::Refused);
    }
    summary.acknowledged = acknowledged.len() as u64;
    summary.checkpoints = checkpoints.len() as u64;
    for told in &acknowledged {
        open.insert(told.statement);
    }
    check_indexes(&acknowledged, &mut broken);
    check_log(&acknowledged, &refused, &open, log, &mut broken);
    check_real_time(&acknowledged, &mut broken);
    (summary, broken)
}

/// Promise 4: the size of a checkpoint that is one of this log.
fn checkpoint(text: &str, log: &Log) -> Result<u64, Broken> {
    let unreadable =
        |error: &dyn std::fmt::Display| Broken::Checkpoint { size: 0, reason: error.to_string() };
    let signed = SignedCheckpoint::open(text, &log.key).map_err(|error| unreadable(&error))?;
    let (size, root) = (signed.checkpoint().size(), signed.checkpoint().root());
    match log.tree.root_at(size) {
        Some(own) if own == root => Ok(size),
        Some(own) => {
            Err(Broken::Checkpoint { size, reason: format!("its root is {root}, the log's there is {own}") })
        }
        None => Err(Broken::Checkpoint { size, reason: format!("the log has only {}", log.size()) }),
    }
}

/// Promise 1, among what was told.
fn check_indexes(acknowledged: &[Acknowledged], broken: &mut Vec<Broken>) {
    let (mut indexes, mut statements) = (HashMap::new(), HashMap::new());
    for told in acknowledged {
        let index = *indexes.entry(told.statement).or_insert(told.index);
        if index != told.index {
            broken.push(Broken::TwoIndexes(told.statement, index, told.index));
        }
        let statement = *statements.entry(told.index).or_insert(told.statement);
        if statement != told.statement {
            broken.push(Broken::TwoStatements(told.index, statement, told.statement));
        }
        if let Some(seen) = told.seen.filter(|seen| *seen <= told.index) {
            broken.push(Broken::NotCovered(told.statement, told.index, seen));
        }
    }
}

/// Promises 1, 2 and 5, against the log.
fn check_log(
    acknowledged: &[Acknowledged],
    refused: &HashSet<StatementId>,
    open: &HashSet<StatementId>,
    log: &Log,
    broken: &mut Vec<Broken>,
) {
    let (size, root) = (log.size(), log.tree.root());
    let mut places = HashMap::new();
    for (index, statement) in (0_u64..).zip(&log.statements) {
        if let Some(first) = places.insert(*statement, index) {
            broken.push(Broken::TwiceInLog(*statement, first, index));
        }
        if refused.contains(statement) && !open.contains(statement) {
            broken.push(Broken::RefusedInLog(*statement, index));
        }
    }
    for told in acknowledged {
        if told.index >= size {
            broken.push(Broken::Lost(told.statement, told.index, size));
            continue;
        }
        let not_provable = |reason: String| Broken::NotProvable(told.statement, told.index, reason);
        if places.get(&told.statement) != Some(&told.index) {
            broken.push(not_provable("another statement stands there".to_owned()));
            continue;
        }
        let place = usize::try_from(told.index).unwrap_or(usize::MAX);
        let proof = log.tree.inclusion_proof(told.index, size);
        let proven = log.leaf(place).zip(proof.ok());
        match proven.map(|(leaf, path)| verify_inclusion(told.index, size, &leaf, &path, &root)) {
            Some(Ok(())) => {}
            Some(Err(error)) => broken.push(not_provable(error.to_string())),
            None => broken.push(not_provable("the log makes no proof".to_owned())),
        }
    }
}

/// Promise 3: both lists are walked once, in the order of time.
fn check_real_time(acknowledged: &[Acknowledged], broken: &mut Vec<Broken>) {
    let mut by_end: Vec<&Acknowledged> = acknowledged.iter().collect();
    by_end.sort_unstable_by_key(|told| told.ended_ns);
    let mut by_begin = by_end.clone();
    by_begin.sort_unstable_by_key(|told| told.begun_ns);
    let mut ended = by_end.into_iter().peekable();
    // The largest index and checkpoint that anybody had been told before the present one began.
    let (mut index, mut seen): (Option<u64>, u64) = (None, 0);
    for told in by_begin {
        while let Some(before) = ended.next_if(|before| before.ended_ns < told.begun_ns) {
            index = index.max(Some(before.index));
            seen = seen.max(before.seen.unwrap_or_default());
        }
        // A duplicate has the place of the first one.
        if let Some(before) = index.filter(|before| told.fresh && *before >= told.index) {
            broken.push(Broken::OutOfOrder(told.statement, told.index, before));
        }
        if let Some(size) = told.seen.filter(|size| *size < seen) {
            broken.push(Broken::WentBack(told.statement, size, seen));
        }
    }
}

impl Log {
    fn leaf(&self, place: usize) -> Option<Hash> {
        lode_ledger::tlog::HashReader::hash(&self.tree, 0, place as u64)
    }
}

/// Holds a file of lines against the log.
///
/// # Errors
/// A line cannot be read, or promises were broken: then with the first of them.
pub fn check_file(path: &Path, log: &Log) -> Result<Summary> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut lines = Vec::new();
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let line = line.with_context(|| format!("{}, line {}", path.display(), number + 1))?;
        let told = serde_json::from_str::<Told>(&line);
        lines.push(told.with_context(|| format!("{}, line {}", path.display(), number + 1))?);
    }
    let (summary, broken) = check(lines, log);
    let shown: Vec<String> = broken.iter().take(SHOWN).map(ToString::to_string).collect();
    ensure!(broken.is_empty(), "{} promises broken:\n{}", broken.len(), shown.join("\n"));
    Ok(summary)
}

#[cfg(test)]
mod tests {
    use lode_ledger::key::SecretKey;
    use lode_ledger::tlog::{Checkpoint, KeyName, NoteSigner};

    use super::*;

    const ORIGIN: &str = "history.example/log";

    fn signer() -> NoteSigner {
        let key = SecretKey::from_seed([1; 32]).signing_key().clone();
        NoteSigner::new(KeyName::new(ORIGIN).unwrap(), key).unwrap()
    }

    fn entry(number: u64) -> Vec<u8> {
        format!("entry {number}").into_bytes()
    }

    fn id(number: u64) -> StatementId {
        StatementId(Hash::of(&entry(number)))
    }

    fn log_of(numbers: impl IntoIterator<Item = u64>) -> Log {
        let entries: Vec<Vec<u8>> = numbers.into_iter().map(entry).collect();
        Log::new(entries.iter().map(Vec::as_slice), signer().verifier_key().clone())
    }

    fn note(log: &Log, size: u64) -> String {
        let root = log.tree.root_at(size).unwrap();
        Checkpoint::new(ORIGIN, size, root).unwrap().sign(&signer()).unwrap().to_string()
    }

    /// Ten statements, one after the other, each acknowledged by the checkpoint that it made.
    fn honest(log: &Log) -> Vec<Told> {
        let told = |number: u64| Told {
            client: u32::try_from(number % 3).unwrap(),
            begun_ns: 100 * number,
            ended_ns: 100 * number + 50,
            statement: id(number),
            outcome: Outcome::Accepted,
            index: Some(number),
            checkpoint: Some(note(log, number + 1)),
        };
        (0..10).map(told).collect()
    }

    /// What is found in the honest history after one change.
    fn found(log: &Log, change: impl FnOnce(&mut Vec<Told>)) -> Vec<Broken> {
        let mut history = honest(log);
        change(&mut history);
        check(history, log).1
    }

    #[test]
    fn an_honest_history_passes() {
        let log = log_of(0..12);
        let (summary, broken) = check(honest(&log), &log);
        assert_eq!(broken, []);
        let expected =
            Summary { told: 10, acknowledged: 10, refused: 0, unknown: 0, checkpoints: 10, size: 12 };
        assert_eq!(summary, expected);
    }

    #[test]
    fn retries_lost_answers_and_requests_at_one_time_are_no_fault() {
        let log = log_of(0..12);
        let broken = found(&log, |history| {
            // No answer came; the same bytes were then known already, under a newer checkpoint.
            history[3].outcome = Outcome::Unknown;
            let again = Told {
                begun_ns: 2_000,
                ended_ns: 2_050,
                outcome: Outcome::Duplicate,
                index: Some(3),
                checkpoint: Some(note(&log, 12)),
                ..history[3].clone()
            };
            history[3].index = None;
            history[3].checkpoint = None;
            history.push(again);
            // One was refused first, another may be in the log or not, and one that was refused is not.
            history.push(Told { begun_ns: 1, ended_ns: 2, outcome: Outcome::Refused, ..history[5].clone() });
            history.push(Told { statement: id(11), outcome: Outcome::Unknown, ..history[3].clone() });
            history.push(Told { statement: id(99), outcome: Outcome::Refused, ..history[3].clone() });
            // Two at one time may come in either order.
            history[7].begun_ns = history[6].begun_ns;
            (history[6].index, history[7].index) = (Some(7), Some(6));
            (history[6].statement, history[7].statement) = (id(7), id(6));
            history[6].checkpoint = Some(note(&log, 8));
            history[7].checkpoint = Some(note(&log, 8));
        });
        assert_eq!(broken, []);
    }

    #[test]
    fn a_statement_with_two_indexes_and_an_index_of_two_statements() {
        let log = log_of(0..12);
        let broken = found(&log, |history| {
            history.push(Told { index: Some(10), outcome: Outcome::Duplicate, ..history[9].clone() });
        });
        assert!(broken.contains(&Broken::TwoIndexes(id(9), 9, 10)), "{broken:?}");
        let broken = found(&log, |history| history[4].statement = id(77));
        assert!(matches!(broken[..], [Broken::NotProvable(who, 4, _)] if who == id(77)), "{broken:?}");
        let broken = found(&log, |history| {
            history.push(Told { statement: id(77), ..history[9].clone() });
        });
        assert!(broken.contains(&Broken::TwoStatements(9, id(9), id(77))), "{broken:?}");
        let broken = found(&log, |history| history[0].index = None);
        assert_eq!(broken, [Broken::Empty(id(0))]);
    }

    #[test]
    fn a_log_that_holds_a_statement_twice_or_a_refused_one() {
        let log = log_of((0..12).chain([4]));
        assert_eq!(
            found(&log, |_| {}),
            [
                Broken::TwiceInLog(id(4), 4, 12),
                Broken::NotProvable(id(4), 4, "another statement stands there".to_owned())
            ]
        );
        let log = log_of(0..12);
        let broken = found(&log, |history| {
            history.push(Told { statement: id(11), outcome: Outcome::Refused, ..history[9].clone() });
        });
        assert_eq!(broken, [Broken::RefusedInLog(id(11), 11)]);
    }

    #[test]
    fn a_log_that_has_lost_what_was_acknowledged() {
        let long = log_of(0..12);
        let short = log_of(0..9);
        let (_, broken) = check(honest(&long), &short);
        let lost = Broken::Lost(id(9), 9, 9);
        assert!(broken.contains(&lost), "{broken:?}");
        assert!(
            broken.iter().any(|fault| matches!(fault, Broken::Checkpoint { size: 10, .. })),
            "{broken:?}"
        );
    }

    #[test]
    fn a_fork_shows_in_a_checkpoint_and_in_what_cannot_be_proven() {
        let log = log_of(0..12);
        let other = log_of((0..5).chain([55]).chain(6..12));
        let broken = found(&log, |history| history[6].checkpoint = Some(note(&other, 7)));
        assert!(matches!(broken[..], [Broken::Checkpoint { size: 7, .. }]), "{broken:?}");
        let broken = found(&log, |history| {
            let text = history[6].checkpoint.take().unwrap();
            history[6].checkpoint = Some(text.replace("\n7\n", "\n8\n"));
        });
        assert!(
            matches!(broken[..], [Broken::Checkpoint { size: 0, .. }]),
            "a signature that is none: {broken:?}"
        );
        let (_, broken) = check(honest(&log), &other);
        assert!(broken.iter().any(|fault| matches!(fault, Broken::NotProvable(_, 5, _))), "{broken:?}");
    }

    #[test]
    fn an_index_against_real_time() {
        let log = log_of(0..12);
        let broken = found(&log, |history| {
            // The last one was answered before anybody else had begun.
            for told in &mut history[..9] {
                told.begun_ns += 10_000;
                told.ended_ns += 10_000;
            }
            history[9].checkpoint = Some(note(&log, 10));
            for told in &mut history[..9] {
                told.checkpoint = Some(note(&log, 11));
            }
        });
        assert!(broken.contains(&Broken::OutOfOrder(id(0), 0, 9)), "{broken:?}");
        assert!(broken.iter().all(|fault| matches!(fault, Broken::OutOfOrder(..))), "{broken:?}");
    }

    #[test]
    fn a_checkpoint_that_goes_back_or_does_not_cover() {
        let log = log_of(0..12);
        let broken = found(&log, |history| history[2].checkpoint = Some(note(&log, 12)));
        assert!(broken.contains(&Broken::WentBack(id(3), 4, 12)), "{broken:?}");
        let broken = found(&log, |history| history[9].checkpoint = Some(note(&log, 9)));
        assert_eq!(broken, [Broken::NotCovered(id(9), 9, 9)]);
    }

    #[test]
    fn lines_are_read_back_and_a_hole_in_the_static_log_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let log = log_of(0..300);
        let file = dir.path().join("history.jsonl");
        Recorder::new(File::create(&file).unwrap()).write(&honest(&log)).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with(r#"{"client":0,"begun_ns":0,"ended_ns":50,"statement":""#), "{text}");
        assert!(text.contains(r#""outcome":"accepted","index":0,"checkpoint":"#));
        // A static log as a node leaves it.
        for bundle in bundles(300) {
            let mut bytes = Vec::new();
            let first = bundle.first_entry().unwrap();
            for number in first..first + u64::from(bundle.width()) {
                lode_ledger::tlog::tile::push_entry(&mut bytes, &entry(number)).unwrap();
            }
            let path = dir.path().join(bundle.path());
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        std::fs::write(dir.path().join("checkpoint"), note(&log, 300)).unwrap();
        let source = Source::Folder(dir.path().to_owned());
        let key = signer().verifier_key().clone();
        let read = Log::read(&source, key.clone()).unwrap();
        assert_eq!(check_file(&file, &read).unwrap().acknowledged, 10);
        let mut history = honest(&log);
        history[1].index = Some(250);
        Recorder::new(File::create(&file).unwrap()).write(&history).unwrap();
        let error = check_file(&file, &read).unwrap_err().to_string();
        assert!(error.contains("promises broken"), "{error}");
        std::fs::remove_file(dir.path().join(bundles(300).last().unwrap().path())).unwrap();
        let error = Log::read(&source, key).map(|log| log.size()).unwrap_err().to_string();
        assert!(error.starts_with("a hole in the log"), "{error}");
    }
}
