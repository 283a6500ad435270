//! The state as it is committed: the index, and over it the changes that the index has not taken up yet.
//!
//! The overlay holds the same keys and values as the index will, so one merge answers every question. The sequencer
//! adds to it after each journal commit; the index writer takes all of it at once, many commits together, so that a
//! key that changes often is written seldom. Records that were used lately are kept decoded. What a key means is said
//! in `projection`.

use std::collections::HashMap;
use std::ops::Bound;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use lode_ledger::hash::Hash;
use lode_ledger::key::{KeyId, PublicKey, VerifyKey};
use lode_ledger::record::{Record, RecordKey, View};
use tokio::sync::watch;

use crate::index::{self, Batch, Changed, Direction, IndexError, IndexStore, Layer, Merge, Position};
use crate::projection::{self, Changes};
use crate::recent::{Moment, Recent};

/// Changes in the overlay beyond which the sequencer waits for the index.
pub(crate) const MAX_OVERLAY: usize = 200_000;
/// Changes that are worth a write of the index.
const MANY_CHANGES: usize = 50_000;
/// How long fewer of them wait for more.
const DRAIN_AFTER: Duration = Duration::from_secs(2);
/// How often a record is read before it is taken for damaged.
const READ_TRIES: u32 = 3;
/// Verified keys remembered; their check costs as much as a signature's.
const MAX_KEYS: usize = 100_000;

/// Committed state, for any number of readers.
pub(crate) struct State {
    index: Box<dyn IndexStore>,
    overlay: RwLock<Overlay>,
    /// Locked after the overlay where both are.
    recent: RwLock<Recent>,
    progress: Mutex<Progress>,
    moved: Condvar,
    keys: RwLock<HashMap<KeyId, VerifyKey>>,
    failure: watch::Sender<Option<String>>,
}

/// Changes since the index's position.
#[derive(Default)]
struct Overlay {
    fresh: Changed,
    /// What the index is being given; older than what is fresh.
    moving: Arc<Changed>,
    commit: u64,
    position: Option<Position>,
}

impl Overlay {
    /// The change of a key, if there is one.
    fn get(&self, key: &[u8]) -> Option<&Option<Vec<u8>>> {
        self.fresh.get(key).or_else(|| self.moving.get(key))
    }

    fn len(&self) -> usize {
        self.fresh.len() + self.moving.len()
    }
}

#[derive(Clone, Copy, Default)]
struct Progress {
    committed: u64,
    drained: u64,
    indexed: u64,
    /// Since when there has been something to drain.
    behind: Option<Instant>,
    /// Set once: the writer finishes what there is, or leaves it.
    stop: Option<Stop>,
}

/// How the index writer ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stop {
    /// Everything committed is written first.
    Drained,
    /// At once, as if the process had been killed.
    AtOnce,
}

impl State {
    /// The state at an index's position.
    pub(crate) fn new(index: Box<dyn IndexStore>, indexed: u64) -> Self {
        Self {
            index,
            overlay: RwLock::default(),
            recent: RwLock::default(),
            progress: Mutex::new(Progress { indexed, ..Progress::default() }),
            moved: Condvar::new(),
            keys: RwLock::default(),
            failure: watch::Sender::new(None),
        }
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        if let Some(value) = self.overlay().get(key) {
            return value.clone();
        }
        self.or_fail(self.index.get(key)).flatten()
    }

    /// Up to `limit` records whose keys start with `prefix`, beyond `cursor`.
    pub(crate) fn scan(
        &self,
        prefix: &[u8],
        cursor: Option<&[u8]>,
        direction: Direction,
        limit: usize,
    ) -> Vec<index::Record> {
        let Some(range) = index::bounds(prefix, cursor, direction) else { return Vec::new() };
        let limit = limit.min(index::MAX_SCAN);
        // Held while the index is read, so that no change can move from one to the other unseen.
        let overlay = self.overlay();
        let index = self.index_pages(prefix, cursor, direction, limit);
        let merged = Merge::new(
            [layer(&overlay.fresh, &range, direction), layer(&overlay.moving, &range, direction), index],
            direction,
        );
        merged.filter_map(|(key, value)| Some((key, value?))).take(limit).collect()
    }

    /// The index's records, read page by page.
    fn index_pages<'a>(
        &'a self,
        prefix: &'a [u8],
        cursor: Option<&[u8]>,
        direction: Direction,
        limit: usize,
    ) -> Layer<'a> {
        let mut cursor = cursor.map(<[u8]>::to_vec);
        let mut done = limit == 0;
        let pages = std::iter::from_fn(move || {
            if done {
                return None;
            }
            let page = self.or_fail(self.index.scan(prefix, cursor.as_deref(), direction, limit))?;
            done = page.len() < limit;
            cursor = page.last().map(|(key, _)| key.clone());
            Some(page)
        });
        Box::new(pages.flatten().map(|(key, value)| (key, Some(value))))
    }

    /// Shows a commit that the journal holds, and tells the index writer.
    pub(crate) fn commit(&self, mut changes: Changes, position: Position) {
        // In order, each one's place is beside that of the one before, and already in the processor's cache. Of equal
        // keys the last one stays the last.
        changes.keys.sort_by(|(one, _), (other, _)| one.cmp(other));
        let committed = {
            let mut overlay = self.overlay_mut();
            overlay.fresh.extend(changes.keys);
            self.recent_mut().commit(changes.records);
            overlay.position = Some(position);
            overlay.commit += 1;
            overlay.commit
        };
        let mut progress = self.progress();
        progress.committed = committed;
        progress.behind.get_or_insert_with(Instant::now);
        drop(progress);
        self.moved.notify_all();
    }

    /// Waits until the overlay has room, or the state has failed or is stopping.
    pub(crate) fn wait_for_room(&self) {
        let mut progress = self.progress();
        while self.overlay().len() > MAX_OVERLAY && progress.stop.is_none() && !self.has_failed() {
            let waited = self.moved.wait_timeout(progress, Duration::from_millis(100));
            progress = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits for enough to write, or for a little long enough; `None` when it is time to end.
    pub(crate) fn wait_for_changes(&self) -> Option<()> {
        let mut progress = self.progress();
        loop {
            let waited = progress.behind.map(|since| since.elapsed());
            match (progress.stop, waited) {
                (Some(Stop::AtOnce), _) | (Some(Stop::Drained), None) => return None,
                (Some(Stop::Drained), Some(_)) => return Some(()),
                (None, Some(waited)) => {
                    let Some(rest) = DRAIN_AFTER.checked_sub(waited) else { return Some(()) };
                    if self.overlay().len() >= MANY_CHANGES {
                        return Some(());
                    }
                    let waited = self.moved.wait_timeout(progress, rest);
                    progress = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
                (None, None) => {
                    progress = self.moved.wait(progress).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    /// Moves what is in the overlay into the index, in one batch. One thread does.
    pub(crate) fn drain(&self) -> Result<(), IndexError> {
        let (moving, commit, position) = {
            let mut overlay = self.overlay_mut();
            let Some(position) = overlay.position else { return Ok(()) };
            overlay.moving = Arc::new(std::mem::take(&mut overlay.fresh));
            (overlay.moving.clone(), overlay.commit, position)
        };
        self.index.apply(Batch::of(moving), position)?;
        self.overlay_mut().moving = Arc::default();
        let mut progress = self.progress();
        progress.drained = commit;
        progress.indexed = position.next_index;
        progress.behind = (progress.committed > commit).then(Instant::now);
        drop(progress);
        self.moved.notify_all();
        Ok(())
    }

    /// Makes the index survive a power cut.
    pub(crate) fn sync(&self) -> Result<(), IndexError> {
        self.index.sync()
    }

    /// Tells the index writer to end.
    pub(crate) fn stop(&self, how: Stop) {
        self.progress().stop.get_or_insert(how);
        self.moved.notify_all();
    }

    /// How many entries the index has taken up, and how many changes wait for it.
    pub(crate) fn lag(&self) -> (u64, usize) {
        (self.progress().indexed, self.overlay().len())
    }

    /// Marks the node as failed: from here on nothing is committed any more.
    pub(crate) fn fail(&self, why: String) {
        tracing::error!(why, "the node has failed and takes nothing more");
        self.failure.send_if_modified(|failure| {
            let first = failure.is_none();
            failure.get_or_insert(why);
            first
        });
        self.moved.notify_all();
    }

    /// Whether it has failed.
    pub(crate) fn has_failed(&self) -> bool {
        self.failure.borrow().is_some()
    }

    /// To be told of the failure.
    pub(crate) fn failure(&self) -> watch::Receiver<Option<String>> {
        self.failure.subscribe()
    }

    /// A key made ready for checks, remembered by its thumbprint.
    pub(crate) fn usable_key(&self, id: KeyId, key: PublicKey) -> Option<VerifyKey> {
        let known = self.keys.read().unwrap_or_else(PoisonError::into_inner).get(&id).copied();
        if let Some(known) = known.filter(|known| known.public() == key) {
            return Some(known);
        }
        let usable = key.check().ok()?;
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= MAX_KEYS {
            keys.clear();
        }
        keys.insert(id, usable);
        Some(usable)
    }

    /// An index that cannot be read would look like a record that is not there: the node ends instead.
    fn or_fail<T>(&self, result: Result<T, IndexError>) -> Option<T> {
        result.map_err(|error| self.fail(error.to_string())).ok()
    }

    fn overlay(&self) -> RwLockReadGuard<'_, Overlay> {
        self.overlay.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn overlay_mut(&self) -> RwLockWriteGuard<'_, Overlay> {
        self.overlay.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn recent_mut(&self) -> RwLockWriteGuard<'_, Recent> {
        self.recent.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A record, if it is one of those at hand.
    fn at_hand(&self, key: &RecordKey) -> Result<Arc<Record>, Moment> {
        let (found, now) = {
            let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
            (recent.get(key), recent.now())
        };
        let (record, leaving) = found.ok_or(now)?;
        if leaving {
            self.recent_mut().keep(now, *key, record.clone());
        }
        Ok(record)
    }

    /// A record as overlay and index have it.
    fn read_record(&self, key: &RecordKey) -> Option<Arc<Record>> {
        // A long record lies in several values, which a commit may change between two reads.
        let mut trouble = String::new();
        for _ in 0..READ_TRIES {
            let bytes = match projection::read_record(key, |key| self.get(key)) {
                Ok(bytes) => bytes?,
                Err(error) => {
                    trouble = error.to_string();
                    continue;
                }
            };
            match Record::from_bytes(key, &bytes) {
                Ok(record) => return Some(Arc::new(record)),
                Err(error) => trouble = error.to_string(),
            }
        }
        self.fail(format!("the index holds a record that cannot be read ({trouble}): delete its folder"));
        None
    }
}

impl View for State {
    fn record(&self, key: &RecordKey) -> Option<Arc<Record>> {
        let moment = match self.at_hand(key) {
            Ok(record) => return Some(record),
            Err(moment) => moment,
        };
        let record = self.read_record(key)?;
        self.recent_mut().keep(moment, *key, record.clone());
        Some(record)
    }
}

/// The state under changes that only one thread sees yet, read by somebody who knows which records there are: one
/// that is new is not looked for in the index.
pub(crate) struct Front<'a> {
    /// What is asked first.
    pub(crate) over: &'a HashMap<RecordKey, Arc<Record>>,
    /// What is asked last.
    pub(crate) state: &'a State,
    /// Whether `state` has a record.
    pub(crate) exists: &'a dyn Fn(&RecordKey) -> bool,
}

impl View for Front<'_> {
    fn record(&self, key: &RecordKey) -> Option<Arc<Record>> {
        if let Some(record) = self.over.get(key) {
            return Some(record.clone());
        }
        match self.state.at_hand(key) {
            Ok(record) => Some(record),
            Err(_) if (self.exists)(key) => {
                let record = self.state.record(key);
                if record.is_none() {
                    self.state.fail(format!("the index lacks the record {key:?}: delete its folder"));
                }
                record
            }
            Err(_) => None,
        }
    }
}

/// Records that only one thread sees yet, over others.
pub(crate) struct Layered<'a> {
    /// What is asked first.
    pub(crate) over: &'a HashMap<RecordKey, Arc<Record>>,
    /// What is asked then.
    pub(crate) under: &'a dyn View,
}

impl View for Layered<'_> {
    fn record(&self, key: &RecordKey) -> Option<Arc<Record>> {
        self.over.get(key).cloned().or_else(|| self.under.record(key))
    }
}

/// The changes within a range, in order.
fn layer<'a>(
    changes: &'a Changed,
    range: &(Bound<Vec<u8>>, Bound<Vec<u8>>),
    direction: Direction,
) -> Layer<'a> {
    let found = changes.range::<Vec<u8>, _>((range.0.as_ref(), range.1.as_ref()));
    let found = found.map(|(key, value)| (key.clone(), value.clone()));
    match direction {
        Direction::Ascending => Box::new(found),
        Direction::Descending => Box::new(found.rev()),
    }
}

/// The place of a position in an empty log.
pub(crate) const fn position(next_index: u64, root: Hash) -> Position {
    Position { next_index, root }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::MemoryStore;

    fn commit(state: &State, changes: &[(&str, Option<&str>)]) {
        let keys = changes
            .iter()
            .map(|(key, value)| (key.as_bytes().to_vec(), value.map(|v| v.as_bytes().to_vec())));
        state.commit(Changes { keys: keys.collect(), ..Changes::default() }, position(1, Hash::ZERO));
    }

    fn keys(state: &State, cursor: Option<&str>, direction: Direction, limit: usize) -> String {
        let found = state.scan(b"k", cursor.map(str::as_bytes), direction, limit);
        found
            .iter()
            .map(|(key, value)| {
                format!("{}={} ", String::from_utf8_lossy(key), String::from_utf8_lossy(value))
            })
            .collect()
    }

    #[test]
    fn overlay_and_index_read_as_one() {
        let state = State::new(Box::new(MemoryStore::new()), 0);
        commit(
            &state,
            &[("k1", Some("a")), ("k2", Some("b")), ("k3", Some("c")), ("k5", Some("e")), ("l", Some("x"))],
        );
        state.drain().unwrap();
        commit(
            &state,
            &[("k2", None), ("k3", Some("C")), ("k4", Some("d")), ("k6", Some("f")), ("j", Some("y"))],
        );
        let all = "k1=a k3=C k4=d k5=e k6=f ";
        for limit in [5, 9] {
            assert_eq!(keys(&state, None, Direction::Ascending, limit), all);
        }
        assert_eq!(keys(&state, None, Direction::Descending, 9), "k6=f k5=e k4=d k3=C k1=a ");
        // Page by page, both ways, nothing is left out and nothing comes twice.
        for (direction, pages) in [
            (Direction::Ascending, ["k1=a k3=C ", "k4=d k5=e ", "k6=f "]),
            (Direction::Descending, ["k6=f k5=e ", "k4=d k3=C ", "k1=a "]),
        ] {
            let mut cursor: Option<String> = None;
            for page in pages {
                let found = keys(&state, cursor.as_deref(), direction, 2);
                assert_eq!(found, page);
                cursor = found.split(' ').rfind(|part| !part.is_empty()).map(|part| part[..2].to_owned());
            }
        }
        assert_eq!(state.get(b"k2"), None);
        let before = keys(&state, None, Direction::Ascending, 9);
        state.drain().unwrap();
        assert_eq!(keys(&state, None, Direction::Ascending, 9), before, "moving changes nothing");
        assert_eq!(state.lag(), (1, 0));
    }
}
