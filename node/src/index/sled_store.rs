//! The index in sled, arranged so that its cost does not grow with what it holds: sorted runs in blocks of 6 KiB.
//!
//! sled splits a page at 17 values whatever their size and copies it for every change: a value for each of our keys
//! cost 3.5 KiB on the disk a statement, and hundreds of megabytes of old pages a batch. So a batch becomes one run;
//! [`FAN`] runs of a level become one of the next, in steps beside the batches that follow, so that none waits long.
//! A key is looked for from the newest run to the oldest; filters leave out most of them.
//!
//! What is stored in which order makes a crash harmless: the blocks of a run first, then, with the position, the list
//! of runs that names it; what no list names is removed at the next opening. The blocks of merged runs are removed
//! only after the list without them is safe from a power cut.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::filter::head;
use super::run::{self, NewRun, Outline, Run, Trouble};
use super::sled_values::{BATCH, Values};
use super::{
    Batch, Bounds, Change, Changed, Direction, IndexError, IndexStore, Layer, MAX_SCAN, Merge, Position,
    Record, bounds,
};
use crate::codec;

/// The list's key in the store; those of runs begin with 1 to 3.
const LIST: &[u8] = &[0];
/// The form of everything here; another one is deleted and rebuilt.
const FORMAT: u32 = 2;
/// Runs of a level that become one of the next.
const FAN: usize = 6;
/// Changes that a step of a merge takes at least.
const STEP: usize = 8_192;
/// How long merged runs may wait for the owner's sync before the store syncs itself.
const SYNC_AFTER: Duration = Duration::from_secs(20);

/// What the store needs to know of itself to be opened.
#[derive(Deserialize, Serialize)]
struct List {
    format: u32,
    position: Position,
    next_run: u32,
    runs: Vec<Outline>,
}

/// An index in a folder of its own.
pub struct SledStore {
    values: Values,
    shown: RwLock<Shown>,
    work: Mutex<Work>,
    step: usize,
}

/// What readers see. Whoever reads a run holds this, so that the run is not removed meanwhile.
#[derive(Default)]
struct Shown {
    position: Option<Position>,
    /// Newest first; levels never fall.
    runs: Vec<Arc<Run>>,
}

/// What the owner is about.
struct Work {
    next_run: u32,
    merges: Vec<Merging>,
    /// Runs that no list names any more, but perhaps one that a power cut would leave.
    retired: Vec<Outline>,
    /// Keys of those that may go.
    to_remove: Vec<Outline>,
    removed: usize,
    synced: Instant,
}

/// A merge under way: at most one of a level.
struct Merging {
    /// Newest first.
    inputs: Vec<Arc<Run>>,
    /// Whether nothing older is left that a removal must hide.
    last: bool,
    /// The last key taken.
    after: Option<Vec<u8>>,
    output: NewRun,
}

impl SledStore {
    /// Opens the index, or starts an empty one. `cache_bytes` bounds sled's own cache.
    ///
    /// # Errors
    /// `Damaged` if the folder holds no such index; the caller then removes and rebuilds it.
    pub fn open(dir: impl Into<PathBuf>, cache_bytes: u64) -> Result<Self, IndexError> {
        Self::with_step(dir.into(), cache_bytes, STEP)
    }

    pub(super) fn with_step(dir: PathBuf, cache_bytes: u64, step: usize) -> Result<Self, IndexError> {
        let values = Values::open(dir, cache_bytes)?;
        let mut shown = Shown::default();
        let mut next_run = 0;
        if let Some(stored) = values.get(LIST)? {
            let list: List = codec::decode(&stored)
                .ok()
                .filter(|list: &List| list.format == FORMAT)
                .ok_or_else(|| values.damaged("it is of another version"))?;
            shown.position = Some(list.position);
            next_run = list.next_run;
            for outline in list.runs {
                shown.runs.push(Arc::new(Run::load(&values, outline)?));
            }
        }
        remove_unlisted(&values, &shown.runs)?;
        let work = Work {
            next_run,
            merges: Vec::new(),
            retired: Vec::new(),
            to_remove: Vec::new(),
            removed: 0,
            synced: Instant::now(),
        };
        Ok(Self { values, shown: RwLock::new(shown), work: Mutex::new(work), step })
    }

    /// How many keys the store has.
    #[cfg(test)]
    pub(super) fn stored_keys(&self) -> Result<usize, IndexError> {
        Ok(self.values.keys_from(&[], usize::MAX)?.len())
    }

    fn shown(&self) -> RwLockReadGuard<'_, Shown> {
        self.shown.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_run(&self, id: u32, changes: &Changed) -> Result<Run, IndexError> {
        let mut heads = 0;
        let mut last: Option<&[u8]> = None;
        for key in changes.keys() {
            heads += usize::from(last != Some(head(key)));
            last = Some(head(key));
        }
        let mut run = NewRun::new(id, 0, heads);
        for (key, value) in changes {
            run.push(&self.values, key, value.as_deref())?;
        }
        run.finish(&self.values)
    }

    /// Begins the merges that are due.
    fn begin_merges(&self, work: &mut Work, runs: &[Arc<Run>]) {
        let levels = runs.iter().map(|run| run.outline.level).max().unwrap_or_default();
        for level in 0..=levels {
            let inputs: Vec<_> = runs.iter().filter(|run| run.outline.level == level).cloned().collect();
            let under_way = work.merges.iter().any(|merge| merge.output.level() == level + 1);
            if under_way || inputs.len() < FAN {
                continue;
            }
            let heads: u64 = inputs.iter().map(|run| run.outline.heads).sum();
            let output = NewRun::new(work.next_run, level + 1, usize::try_from(heads).unwrap_or_default());
            work.next_run += 1;
            work.merges.push(Merging { inputs, last: level == levels, after: None, output });
        }
    }

    /// Takes the next changes of a merge; whether it has come to its end.
    fn merge_step(&self, merge: &mut Merging, step: usize) -> Result<bool, IndexError> {
        use std::ops::Bound::{Excluded, Unbounded};
        let Merging { inputs, last, after, output } = merge;
        let bounds: Bounds = (after.take().map_or(Unbounded, Excluded), Unbounded);
        let trouble = Trouble::new(None);
        let layers =
            inputs.iter().map(|run| run.layer(&self.values, &bounds, Direction::Ascending, &trouble));
        let mut taken = 0;
        for (key, value) in Merge::new(layers, Direction::Ascending).take(step) {
            taken += 1;
            if value.is_some() || !*last {
                output.push(&self.values, &key, value.as_deref())?;
            }
            if taken == step {
                *after = Some(key);
            }
        }
        match trouble.take() {
            Some(error) => Err(error),
            None => Ok(taken < step),
        }
    }

    /// Removes some of what no list names any more.
    fn remove_some(&self, work: &mut Work, keys: usize) -> Result<(), IndexError> {
        let mut left = keys.max(4 * BATCH);
        while let (Some(outline), true) = (work.to_remove.last().copied(), left > 0) {
            let gone: Vec<Change> =
                outline.keys().skip(work.removed).take(BATCH).map(|key| (key, None)).collect();
            work.removed += gone.len();
            left = left.saturating_sub(BATCH);
            if gone.len() < BATCH {
                work.to_remove.pop();
                work.removed = 0;
            }
            self.values.write(gone)?;
        }
        Ok(())
    }

    fn sync_all(&self, work: &mut Work) -> Result<(), IndexError> {
        self.values.sync()?;
        work.synced = Instant::now();
        // What is being removed stays the last one.
        let retired = std::mem::take(&mut work.retired);
        work.to_remove.splice(0..0, retired);
        Ok(())
    }
}

impl IndexStore for SledStore {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
        let shown = self.shown();
        for run in &shown.runs {
            if let Some(value) = run.find(&self.values, key)? {
                return Ok(value);
            }
        }
        Ok(None)
    }

    fn scan(
        &self,
        prefix: &[u8],
        cursor: Option<&[u8]>,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Record>, IndexError> {
        let Some(bounds) = bounds(prefix, cursor, direction) else { return Ok(Vec::new()) };
        let shown = self.shown();
        let trouble = Trouble::new(None);
        let runs = shown.runs.iter().filter(|run| run.may_begin_with(prefix));
        let layers: Vec<Layer<'_>> =
            runs.map(|run| run.layer(&self.values, &bounds, direction, &trouble)).collect();
        let found = Merge::new(layers, direction).filter_map(|(key, value)| Some((key, value?)));
        let found = found.take(limit.min(MAX_SCAN)).collect();
        match trouble.take() {
            Some(error) => Err(error),
            None => Ok(found),
        }
    }

    fn apply(&self, batch: Batch, position: Position) -> Result<(), IndexError> {
        let changes = batch.checked()?;
        let work = &mut *self.work();
        let mut runs = self.shown().runs.clone();
        if !changes.is_empty() {
            let run = self.write_run(work.next_run, changes)?;
            work.next_run += 1;
            runs.insert(0, Arc::new(run));
        }
        let step = self.step.max(2 * changes.len());
        let mut retired = Vec::new();
        let mut written = 0;
        for mut merge in std::mem::take(&mut work.merges) {
            if !self.merge_step(&mut merge, step)? {
                work.merges.push(merge);
                continue;
            }
            let output = merge.output.finish(&self.values)?;
            written += output.outline.blocks as usize;
            let is_input = |run: &Arc<Run>| merge.inputs.iter().any(|input| Arc::ptr_eq(input, run));
            let place = runs.iter().position(is_input).unwrap_or_default();
            runs.retain(|run| !is_input(run));
            if output.outline.entries > 0 {
                runs.insert(place, Arc::new(output));
            } else {
                retired.push(output.outline);
            }
            retired.extend(merge.inputs.iter().map(|run| run.outline));
        }
        self.begin_merges(work, &runs);
        let list = List {
            format: FORMAT,
            position,
            next_run: work.next_run,
            runs: runs.iter().map(|run| run.outline).collect(),
        };
        self.values.write([(LIST.to_vec(), Some(codec::encode(&list)?))])?;
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) =
            Shown { position: Some(position), runs };
        // From here on nobody reads what was merged.
        work.retired.extend(retired);
        if !work.retired.is_empty() && work.synced.elapsed() > SYNC_AFTER {
            self.sync_all(work)?;
        }
        self.remove_some(work, written)
    }

    fn position(&self) -> Result<Option<Position>, IndexError> {
        Ok(self.shown().position)
    }

    fn sync(&self) -> Result<(), IndexError> {
        self.sync_all(&mut self.work())
    }
}

/// Removes what a process that ended in between has left: runs that the list does not name.
fn remove_unlisted(values: &Values, listed: &[Arc<Run>]) -> Result<(), IndexError> {
    let mut from = vec![run::BLOCK];
    loop {
        let keys = values.keys_from(&from, BATCH)?;
        let Some(first) = keys.first() else { return Ok(()) };
        let Some(id) = run::run_of(first) else {
            return Err(values.damaged("it holds a key that is none of ours"));
        };
        if listed.iter().any(|run| run.outline.id == id) {
            let Some(next) = id.checked_add(1) else { return Ok(()) };
            from = run::key_of(first.first().copied().unwrap_or_default(), next, 0);
            continue;
        }
        let gone = keys.into_iter().take_while(|key| run::run_of(key) == Some(id));
        values.write(gone.map(|key| (key, None)))?;
    }
}
