//! Everything recomputed from what is on the disk: the journal's frames, every entry against its tile, every file of the
//! log, every document, every checkpoint, every signature and rule, every seal's state root, and every key of the index.
//! Nothing is believed; nothing is changed but that an index which is merely behind is brought up to the log.
//!
//! With a mirror, damaged files are replaced by bytes that fit what was signed, wherever they come from. The journal is
//! never touched: it is the only copy of what was acknowledged last.

mod files;
mod mirror;

pub use files::Finding;
pub use mirror::{Mirror, NoMirror};

use std::fmt::Write as _;
use std::sync::Arc;

use lode_ledger::hash::Hash;
use lode_ledger::lang::Lang;
use lode_ledger::record::{Record, RecordKey, View};
use lode_ledger::replay::Replay;

use crate::config::Config;
use crate::disk::RealDisk;
use crate::documents::{DocumentError, Documents};
use crate::genesis::GenesisError;
use crate::index::{Direction, MAX_SCAN};
use crate::sequencer::{self, Begun, OpenError};
use crate::tiles::TilesError;
use crate::view::State;
use files::Survey;

/// What was found right.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Report {
    /// The number of entries.
    pub size: u64,
    /// The log's root.
    pub root: Hash,
    /// How many of the entries are seals; each one's state root was compared.
    pub seals: u64,
    /// The root of the state map after all entries.
    pub state_root: Hash,
    /// How many records there are.
    pub records: usize,
    /// How many keys the index has.
    pub index_keys: u64,
    /// Files that were damaged and are not any more.
    pub repaired: Vec<Finding>,
}

/// What was found wrong.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// Journal, tiles, checkpoints or keys; nothing further was looked at.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Files that are not what they must be.
    #[error("{} damaged: {}. Take what is damaged from a mirror: lode-node check --repair-from URL, where URL is \
             another node, a static log, or a folder with an export or a backup", number(.0.len()), list(.0))]
    Damaged(Vec<Finding>),
    /// The document store failed.
    #[error(transparent)]
    Documents(#[from] DocumentError),
    /// What the ledger was opened with cannot be written down.
    #[error(transparent)]
    Request(#[from] GenesisError),
    /// An entry cannot be read.
    #[error("entry {index} cannot be read: {reason}")]
    Entry {
        /// Which.
        index: u64,
        /// Why.
        reason: String,
    },
    /// An entry breaks a rule, or a seal states another state.
    #[error("entry {index} does not hold: {reason}")]
    Refused {
        /// Which.
        index: u64,
        /// Why.
        reason: String,
    },
    /// The tree over the entries is another one.
    #[error("the entries add up to the root {computed}, the tiles to {tiles}")]
    Root {
        /// From the entries.
        computed: Hash,
        /// From the tiles.
        tiles: Hash,
    },
    /// The index says something else than the log.
    #[error("the index does not agree with the log: {0}. Run lode-node rebuild-index")]
    Index(String),
}

impl From<TilesError> for CheckError {
    fn from(error: TilesError) -> Self {
        OpenError::from(error).into()
    }
}

fn number(files: usize) -> String {
    if files == 1 { "a file is".to_owned() } else { format!("{files} files are") }
}

fn list(findings: &[Finding]) -> String {
    findings.iter().fold(String::new(), |mut text, finding| {
        // Writing to a string does not fail.
        let _ = write!(text, "\n  {finding}");
        text
    })
}

/// Checks the whole data folder. No node may run on it.
///
/// # Errors
/// What is wrong: of damaged files all that can be found, of anything else the first.
pub fn check(config: &Config) -> Result<Report, CheckError> {
    run(config, None)
}

/// Checks the whole data folder and takes what is damaged from a mirror, or from what we have ourselves. No node may run
/// on it.
///
/// # Errors
/// As [`check`], of what is left; what could be repaired is repaired.
pub fn repair(config: &Config, mirror: &Mirror) -> Result<Report, CheckError> {
    run(config, Some(mirror))
}

fn run(config: &Config, mirror: Option<&Mirror>) -> Result<Report, CheckError> {
    let begun = Begun::open(config, Arc::new(RealDisk))?;
    let mut survey = Survey::new(mirror);
    survey.documents(&Documents::new(&config.data, begun.origin.clone()))?;
    survey.right_edge(&begun)?;
    let stands_in = survey.published(&begun)?;
    let opened = match begun.finish(stands_in) {
        Ok(opened) => opened,
        // That is why.
        Err(_) if !survey.damaged.is_empty() => return Err(CheckError::Damaged(survey.damaged)),
        Err(error) => return Err(error.into()),
    };
    survey.log(&opened.tiles)?;
    if !survey.damaged.is_empty() {
        return Err(CheckError::Damaged(survey.damaged));
    }
    opened.compare(config)?;
    let size = opened.tiles.size();
    let mut replay = Replay::new();
    let mut seals = 0;
    let bar = sequencer::progress_bar(size, "entries");
    for index in 0..size {
        let unreadable = |reason: String| CheckError::Entry { index, reason };
        let entry = opened.tiles.entry(index).map_err(|error| unreadable(error.to_string()))?;
        let entry = entry.ok_or_else(|| unreadable("the tiles lack it".to_owned()))?;
        let applied = replay
            .append(entry.to_vec())
            .map_err(|error| CheckError::Refused { index, reason: error.message(Lang::En) })?;
        let clock = applied.delta.changes().get(&RecordKey::Clock);
        seals += u64::from(index > 0 && clock.is_some());
        bar.inc(1);
    }
    bar.finish_and_clear();
    if replay.root() != opened.tiles.root() {
        return Err(CheckError::Root { computed: replay.root(), tiles: opened.tiles.root() });
    }
    if let Some(Record::Ledger(ledger)) = replay.view().record(&RecordKey::Ledger).as_deref() {
        for (own, named, name) in [
            (opened.keys.log.public(), ledger.log_key, "log key"),
            (opened.keys.seal.public(), ledger.seal_key, "seal key"),
            (opened.keys.receipt.public(), ledger.receipt_key, "receipt key"),
        ] {
            if own != named {
                return Err(OpenError::OtherKey(name).into());
            }
        }
        survey.request(&config.data, &opened, ledger)?;
    }
    if !survey.damaged.is_empty() {
        return Err(CheckError::Damaged(survey.damaged));
    }
    if !survey.repaired.is_empty() {
        // The folder is a complete static log again, at the newest checkpoint.
        opened.tiles.publish()?;
    }
    let kept = sequencer::take_up(&opened, config.limits.index_cache_bytes)
        .map_err(|trouble| CheckError::Index(trouble.to_string()))?;
    if kept.map.root() != replay.state_root() {
        return Err(CheckError::Index("its records add up to another state root".to_owned()));
    }
    let made =
        sequencer::index_in_memory(&opened).map_err(|trouble| CheckError::Index(trouble.to_string()))?;
    let index_keys = compare(&kept.state, &made)?;
    Ok(Report {
        size,
        root: replay.root(),
        seals,
        state_root: replay.state_root(),
        records: replay.view().len(),
        index_keys,
        repaired: survey.repaired,
    })
}

/// Compares two indexes key by key.
fn compare(kept: &State, made: &State) -> Result<u64, CheckError> {
    let mut cursor: Option<Vec<u8>> = None;
    let mut count = 0;
    loop {
        let page = |state: &State| state.scan(b"", cursor.as_deref(), Direction::Ascending, MAX_SCAN);
        let (left, right) = (page(kept), page(made));
        let pairs = left
            .iter()
            .map(Some)
            .chain(std::iter::repeat(None))
            .zip(right.iter().map(Some).chain(std::iter::repeat(None)));
        for (left, right) in pairs.take(left.len().max(right.len())) {
            if left != right {
                let key = left.or(right).map(|(key, _)| hex::encode(key)).unwrap_or_default();
                return Err(CheckError::Index(format!("it differs at the key {key}")));
            }
            count += 1;
        }
        match left.last() {
            Some((key, _)) if left.len() == MAX_SCAN => cursor = Some(key.clone()),
            _ if kept.has_failed() || made.has_failed() => {
                return Err(CheckError::Index("it cannot be read".to_owned()));
            }
            _ => return Ok(count),
        }
    }
}
