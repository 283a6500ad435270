//! The index in sled 0.34: the one file that names it.
//!
//! How it is held, and why:
//! - `flush()` is not durable on Linux (it is `sync_file_range`), so [`SledStore::sync`] syncs the file `db` after it;
//! - `conf` and the folder's names are never synced by sled: done once at opening, or a power cut makes an empty
//!   database of it;
//! - the background flush is off: batches are synced when the owner says so;
//! - values stay below 64 KiB, as larger ones go to files that are not synced at all;
//! - sled may panic on a damaged file while it opens: caught here, the index is rebuilt.

use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use super::{Batch, Direction, IndexError, IndexStore, MAX_SCAN, Position, Record, bounds};
use crate::codec;

/// The position's key. The tree of records never holds it: each of its keys starts with [`RECORD`].
const POSITION: &[u8] = &[0];
const RECORD: u8 = 1;

/// An index in a folder of its own.
pub struct SledStore {
    db: sled::Db,
    dir: PathBuf,
}

impl SledStore {
    /// Opens the index, or starts an empty one. `cache_bytes` bounds sled's own cache.
    ///
    /// # Errors
    /// `Damaged` if sled cannot make sense of the folder; the caller then removes and rebuilds it.
    pub fn open(dir: impl Into<PathBuf>, cache_bytes: u64) -> Result<Self, IndexError> {
        let dir = dir.into();
        let config = sled::Config::new().path(&dir).flush_every_ms(None).cache_capacity(cache_bytes);
        let opened = catch_unwind(AssertUnwindSafe(|| config.open()));
        let db = match opened {
            Ok(result) => result.map_err(|error| store_error(&dir, error))?,
            Err(_) => {
                let reason = "the store panicked while opening it".to_owned();
                return Err(IndexError::Damaged { path: dir, reason });
            }
        };
        let store = Self { db, dir };
        store.sync_file("conf")?;
        store.sync()?;
        for folder in [Some(store.dir.as_path()), store.dir.parent()].into_iter().flatten() {
            sync_path(folder)?;
        }
        Ok(store)
    }

    fn sync_file(&self, name: &str) -> Result<(), IndexError> {
        sync_path(&self.dir.join(name))
    }

    fn failed(&self, error: sled::Error) -> IndexError {
        store_error(&self.dir, error)
    }
}

impl IndexStore for SledStore {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
        let value = self.db.get(stored_key(key)).map_err(|error| self.failed(error))?;
        Ok(value.map(|value| value.to_vec()))
    }

    fn scan(
        &self,
        prefix: &[u8],
        cursor: Option<&[u8]>,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Record>, IndexError> {
        let cursor = cursor.map(stored_key);
        let Some(bounds) = bounds(&stored_key(prefix), cursor.as_deref(), direction) else {
            return Ok(Vec::new());
        };
        let mut range = self.db.range(bounds);
        let mut records = Vec::new();
        while records.len() < limit.min(MAX_SCAN) {
            let next = match direction {
                Direction::Ascending => range.next(),
                Direction::Descending => range.next_back(),
            };
            let Some(record) = next else { break };
            let (key, value) = record.map_err(|error| self.failed(error))?;
            records.push((key.get(1..).unwrap_or_default().to_vec(), value.to_vec()));
        }
        Ok(records)
    }

    fn apply(&self, batch: Batch, position: Position) -> Result<(), IndexError> {
        let mut stored = sled::Batch::default();
        for (key, value) in batch.checked()? {
            match value {
                Some(value) => stored.insert(stored_key(&key), value),
                None => stored.remove(stored_key(&key)),
            }
        }
        stored.insert(POSITION, codec::encode(&position)?);
        self.db.apply_batch(stored).map_err(|error| self.failed(error))
    }

    fn position(&self) -> Result<Option<Position>, IndexError> {
        let stored = self.db.get(POSITION).map_err(|error| self.failed(error))?;
        Ok(stored.map(|bytes| codec::decode(&bytes)).transpose()?)
    }

    fn sync(&self) -> Result<(), IndexError> {
        self.db.flush().map_err(|error| self.failed(error))?;
        self.sync_file("db")
    }
}

fn stored_key(key: &[u8]) -> Vec<u8> {
    let mut stored = Vec::with_capacity(key.len() + 1);
    stored.push(RECORD);
    stored.extend_from_slice(key);
    stored
}

fn sync_path(path: &Path) -> Result<(), IndexError> {
    let sync = || File::open(path)?.sync_all();
    sync().map_err(|source: io::Error| IndexError::Io { action: "sync", path: path.into(), source })
}

fn store_error(dir: &Path, error: sled::Error) -> IndexError {
    match error {
        sled::Error::Io(source) => IndexError::Io { action: "use the store in", path: dir.into(), source },
        other => IndexError::Damaged { path: dir.into(), reason: other.to_string() },
    }
}
