//! From a data folder to a running state: the journal is replayed, what was published is compared, the index is
//! brought up to the log or made anew, and the state map is built. Nothing is signed before all of it fits together.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use indicatif::{ProgressBar, ProgressStyle};
use lode_ledger::apply::apply;
use lode_ledger::hash::Hash;
use lode_ledger::id::LogIndex;
use lode_ledger::lang::Lang;
use lode_ledger::record::{Record, RecordKey, View};
use lode_ledger::statemap::StateMap;
use lode_ledger::tlog::EMPTY_ROOT;

use super::{Opened, Sequencer, Shared, prove};
use crate::clock::Clock;
use crate::codec::CodecError;
use crate::config::Config;
use crate::disk::Disk;
use crate::index::{self, Direction, IndexError, IndexStore, MAX_SCAN, MemoryStore, Position, SledStore};
use crate::intake::{self, Prepared};
use crate::projection::{self, Changes, Meta, Old};
use crate::seal::Due;
use crate::service::Refusal;
use crate::storage::StorageError;
use crate::tiles::Tiles;
use crate::view::{Front, State, position};

/// Statements taken up by the index in one batch while catching up.
const CHUNK: u64 = 4096;
/// From how many missing statements on a progress bar is shown.
const WORTH_A_BAR: u64 = 5_000;

/// Why the node does not start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A part of the data folder.
    #[error(transparent)]
    Storage(StorageError),
    /// The index.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// There are no genesis statements yet.
    #[error(
        "the ledger in {0} has not begun: let the registrar sign its first two statements from ledger-request.json, \
         then run lode-node init --data {0} --genesis FILE"
    )]
    NotBegun(PathBuf),
    /// The checkpoint of a commit does not fit its entries.
    #[error(
        "the checkpoint for {size} entries does not fit the log: {reason}. Nothing was changed; restore the data \
         folder from a backup, or the entries from a mirror"
    )]
    Checkpoint {
        /// The number of entries it should cover.
        size: u64,
        /// What does not fit.
        reason: String,
    },
    /// The world has seen more than we have.
    #[error(
        "a checkpoint for {published} entries was published, and the journal has only {size}: this data folder is \
         older than what the world has seen. To go on would fork the log, so nothing is signed. Restore the newest \
         data, or take the missing entries from a mirror (lode-node catch-up)"
    )]
    Behind {
        /// The published size.
        published: u64,
        /// Our size.
        size: u64,
    },
    /// A checkpoint that somebody else holds cannot be read, or is not one of this log's history.
    #[error(
        "the checkpoint {path} does not fit this data folder: {reason}. Nothing is signed. If it is this log's and \
         has another root, the log has been forked: tell the registrar"
    )]
    Seen {
        /// Its file.
        path: PathBuf,
        /// What does not fit.
        reason: String,
    },
    /// The key files are not those that the ledger was opened with.
    #[error(
        "the {0} in the folder `keys` is not the one that the ledger was opened with: restore the right file"
    )]
    OtherKey(&'static str),
    /// The log does not follow the rules this program knows.
    #[error("entry {index} cannot be replayed: {reason}. If a newer version wrote it, use that version")]
    Replay {
        /// The entry.
        index: u64,
        /// Why.
        reason: String,
    },
    /// A thread could not be started.
    #[error("a thread cannot be started: {0}")]
    Thread(std::io::Error),
}

impl<E> From<E> for OpenError
where
    StorageError: From<E>,
{
    fn from(error: E) -> Self {
        Self::Storage(error.into())
    }
}

/// What the index gave: its state, the map over all records, and their check sum.
pub(crate) struct Sums {
    pub(crate) state: State,
    pub(crate) map: StateMap,
    pub(crate) meta: Meta,
}

/// Opens everything and builds the sequencer; threads are the caller's.
pub(crate) fn start(
    config: &Config,
    clock: Arc<dyn Clock>,
    disk: Arc<dyn Disk>,
) -> Result<(Arc<Shared>, Sequencer), OpenError> {
    let opened = Opened::open_on(config, disk)?;
    let Sums { state, map, meta } = open_index(&opened, config.limits.index_cache_bytes)?;
    let Opened { folder, keys, journal, tiles, signer, origin } = opened;
    let (Some(ledger), Some(last)) = (state.record(&RecordKey::Ledger), state.record(&RecordKey::Clock))
    else {
        return Err(OpenError::NotBegun(folder.path().to_owned()));
    };
    let (Record::Ledger(ledger), Record::Clock(last)) = (&*ledger, &*last) else {
        return Err(OpenError::NotBegun(folder.path().to_owned()));
    };
    for (own, opened, name) in [
        (keys.log.public(), ledger.log_key, "log key"),
        (keys.seal.public(), ledger.seal_key, "seal key"),
        (keys.receipt.public(), ledger.receipt_key, "receipt key"),
    ] {
        if own != opened {
            return Err(OpenError::OtherKey(name));
        }
    }
    let seal_check = ledger.seal_key.check().map_err(|_| OpenError::OtherKey("seal key"))?;
    let sealed = if last.size > 0 { last.size + 1 } else { 0 };
    let due = Due {
        last: last.time,
        interval_s: ledger.seal_interval_s,
        unsealed: tiles.size().saturating_sub(sealed),
    };
    let frontier = tiles.frontier();
    let shared = Arc::new(Shared { state, tiles, clock, queue: AtomicUsize::new(0), folder });
    let sequencer = Sequencer {
        shared: shared.clone(),
        journal: journal.with_segment_bytes(config.limits.journal_segment_bytes),
        signer,
        origin,
        seal_key: keys.seal,
        seal_check,
        frontier,
        meta,
        map,
        before_seal: HashMap::new(),
        base: None,
        due,
        proofs: prove::Cache::default(),
    };
    Ok((shared, sequencer))
}

/// Deletes the index and makes it anew.
pub(crate) fn rebuild_index(config: &Config) -> Result<u64, OpenError> {
    let opened = Opened::open(config)?;
    index::remove(&opened.folder.index())?;
    let sums = open_index(&opened, config.limits.index_cache_bytes)?;
    sums.state.sync()?;
    Ok(opened.tiles.size())
}

/// Opens the index and brings it up to the log. One that is lost, broken or doubtful is deleted and rebuilt, once.
fn open_index(opened: &Opened, cache_bytes: u64) -> Result<Sums, OpenError> {
    let dir = opened.folder.index();
    let doubt = match take_up(opened, cache_bytes) {
        Ok(sums) => return Ok(sums),
        Err(Trouble::Index(IndexError::Io { action, path, source })) => {
            return Err(IndexError::Io { action, path, source }.into());
        }
        Err(trouble) => trouble.to_string(),
    };
    tracing::warn!(doubt, "the index is deleted and made anew from the log");
    index::remove(&dir)?;
    take_up(opened, cache_bytes).map_err(|trouble| match trouble {
        Trouble::Index(error) => error.into(),
        Trouble::Refused { index, reason } => OpenError::Replay { index, reason },
        Trouble::Doubt(reason) => OpenError::Index(IndexError::Damaged { path: dir, reason }),
    })
}

/// Why an index cannot be used as it is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error("{0}")]
    Doubt(String),
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error("entry {index}: {reason}")]
    Refused { index: u64, reason: String },
}

/// Opens the index as it is and brings it up to the log.
pub(crate) fn take_up(opened: &Opened, cache_bytes: u64) -> Result<Sums, Trouble> {
    let tiles = &opened.tiles;
    let store = SledStore::open(opened.folder.index(), cache_bytes)?;
    let at = store.position()?.unwrap_or(Position { next_index: 0, root: EMPTY_ROOT });
    if at.next_index > tiles.size() {
        return Err(Trouble::Doubt(format!("it is at entry {}, ahead of the log", at.next_index)));
    }
    let root = if at.next_index == 0 { Some(EMPTY_ROOT) } else { tiles.root_at(at.next_index).ok() };
    if root != Some(at.root) {
        return Err(Trouble::Doubt(format!(
            "it was made from another log, or another history, at {}",
            at.next_index
        )));
    }
    let meta = match store.get(&Meta::key())? {
        None if at.next_index == 0 => Meta::empty(),
        None => return Err(Trouble::Doubt("its check sum is missing".to_owned())),
        Some(bytes) => Meta::read(&bytes).map_err(|error| Trouble::Doubt(error.to_string()))?,
    };
    if !meta.is_current() {
        return Err(Trouble::Doubt("it has another layout".to_owned()));
    }
    let state = State::new(Box::new(store), at.next_index);
    let (map, counted) = read_map(&state)?;
    if counted != meta {
        return Err(Trouble::Doubt("its records do not add up to their check sum".to_owned()));
    }
    let mut sums = Sums { state, map, meta };
    catch_up(&mut sums, tiles, at.next_index)?;
    Ok(sums)
}

/// The index as it must be, made from the log.
pub(crate) fn index_in_memory(opened: &Opened) -> Result<State, Trouble> {
    let state = State::new(Box::new(MemoryStore::new()), 0);
    let mut sums = Sums { state, map: StateMap::new(), meta: Meta::empty() };
    catch_up(&mut sums, &opened.tiles, 0)?;
    Ok(sums.state)
}

/// Applies the entries that the index has not taken up. Signatures are checked again: a log may have been put there
/// by somebody else. While one chunk is applied, the next one is examined.
fn catch_up(sums: &mut Sums, tiles: &Tiles, from: u64) -> Result<(), Trouble> {
    let size = tiles.size();
    let bar = progress_bar(size - from, "index");
    let end_of = |start: u64| size.min(start + CHUNK);
    let mut start = from;
    let mut examined = examine(&sums.state, tiles, start, end_of(start));
    while start < size {
        let end = end_of(start);
        let changes = {
            let (next, changes) = rayon::join(
                || examine(&sums.state, tiles, end, end_of(end)),
                || apply_chunk(&sums.state, &sums.map, sums.meta, start, examined?),
            );
            examined = next;
            changes?
        };
        if sums.state.has_failed() {
            return Err(Trouble::Doubt("it cannot be read".to_owned()));
        }
        let Chunk { mut changes, values, meta } = changes;
        sums.meta = meta;
        sums.map.update(values.into_values().collect());
        let refused = |reason: String| Trouble::Refused { index: end, reason };
        projection::project_meta(&mut changes.keys, &sums.meta)
            .map_err(|error| refused(error.to_string()))?;
        let root = tiles.root_at(end).map_err(|error| refused(error.to_string()))?;
        sums.state.commit(changes, position(end, root));
        sums.state.drain()?;
        bar.inc(end - start);
        start = end;
    }
    bar.finish_and_clear();
    Ok(())
}

/// Reads entries and checks what can be checked of each by itself.
fn examine(state: &State, tiles: &Tiles, start: u64, end: u64) -> Result<Vec<Prepared>, Trouble> {
    let entry = |index: u64| {
        let refused = |reason: String| Trouble::Refused { index, reason };
        let entry = tiles.entry(index).map_err(|error| refused(error.to_string()))?;
        Ok(entry.ok_or_else(|| refused("the tiles lack it".to_owned()))?.to_vec())
    };
    let entries = (start..end).map(entry).collect::<Result<Vec<_>, Trouble>>()?;
    Ok(intake::prepare(state, entries, None))
}

/// What one chunk of entries changes.
struct Chunk {
    changes: Changes,
    /// Place and value in the state map.
    values: HashMap<RecordKey, (Hash, Hash)>,
    meta: Meta,
}

/// Applies examined entries, which stand in the log from `start` on.
fn apply_chunk(
    state: &State,
    map: &StateMap,
    meta: Meta,
    start: u64,
    examined: Vec<Prepared>,
) -> Result<Chunk, Trouble> {
    let mut chunk = Chunk { changes: Changes::default(), values: HashMap::new(), meta };
    for (index, prepared) in (start..).zip(examined) {
        let refused = |reason: String| Trouble::Refused { index, reason };
        let message = |refusal: Refusal| refused(refusal.message(Lang::En));
        let exists = |key: &RecordKey| map.get(&key.map_key()).is_some();
        let Changes { keys, records } = &mut chunk.changes;
        let front = Front { over: records, state, exists: &exists };
        let verified = match prepared {
            Prepared::Verified(verified) => *verified,
            Prepared::Unresolved(statement) => intake::verify(state, &front, *statement).map_err(message)?,
            Prepared::Refused(refusal) => return Err(message(refusal)),
            Prepared::Known(..) => return Err(refused("it stands in the log twice".to_owned())),
        };
        let delta = apply(&front, LogIndex(index), &verified).map_err(|error| refused(error.to_string()))?;
        let unfit = |error: CodecError| refused(error.to_string());
        for (key, record) in delta.changes() {
            let (place, value) = match chunk.values.get(key) {
                Some((place, value)) => (*place, Some(*value)),
                None => {
                    let place = key.map_key();
                    (place, map.get(&place))
                }
            };
            let old = front.record(key).zip(value).map(|(record, value)| Old { record, value });
            let value = projection::project_record(keys, &mut chunk.meta, key, &place, old.as_ref(), record);
            chunk.values.insert(*key, (place, value.map_err(unfit)?));
        }
        projection::project_statement(keys, LogIndex(index), verified.id(), &delta).map_err(unfit)?;
        chunk.changes.take_records(&delta);
    }
    Ok(chunk)
}

/// The state map over every record, and their check sum.
fn read_map(state: &State) -> Result<(StateMap, Meta), Trouble> {
    let mut counted = Meta::empty();
    let mut hashes: Vec<(Hash, Hash)> = Vec::new();
    let mut cursor: Option<Vec<u8>> = None;
    loop {
        let page = state.scan(projection::RECORDS, cursor.as_deref(), Direction::Ascending, MAX_SCAN);
        if state.has_failed() {
            return Err(Trouble::Doubt("it cannot be read".to_owned()));
        }
        let done = page.len() < MAX_SCAN;
        for (key, stored) in page {
            let id = key.get(projection::RECORDS.len()..).unwrap_or_default();
            let cbor = projection::whole_record(id, &stored, |key| state.get(key))
                .map_err(|error| Trouble::Doubt(error.to_string()))?;
            let (place, value) = (Hash::of(id), Hash::of(&cbor));
            counted.count(&place, &value);
            hashes.push((place, value));
            cursor = Some(key);
        }
        if done {
            return Ok((StateMap::from_entries(hashes), counted));
        }
    }
}

/// A bar on the error output; hidden if there is little to do or nobody looks.
pub(crate) fn progress_bar(total: u64, what: &'static str) -> ProgressBar {
    if total < WORTH_A_BAR {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(total).with_message(what);
    match ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
