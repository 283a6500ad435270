//! The values of the index in sled 0.34: the one file that names it.
//!
//! How it is held, and why:
//! - `flush()` is not durable on Linux (it is `sync_file_range`), so [`Values::sync`] syncs the file `db` after it;
//! - `conf` and the folder's names are never synced by sled: done once at opening, or a power cut makes an empty
//!   database of it;
//! - the background flush is off: the owner says when;
//! - a page of sled holds up to 17 values whatever their size, and one above 128 KiB goes to a file that is not synced at
//!   all: no value here is longer than [`super::block::BLOCK_BYTES`] and a long key;
//! - a batch keeps a copy of every page that it has changed until its end: batches are short ([`BATCH`]);
//! - sled may panic on a damaged file while it opens, and does when its last sync fails while it closes: both are caught
//!   here, the index is rebuilt. [`tell_caught_panics`] lets a program say so in words instead of a backtrace;
//! - a store that was dropped gives its lock back a little later, when sled's own threads let go of it: opening waits
//!   for it ([`LOCK_WAIT`]). Two nodes on one folder are kept apart by the data folder's lock, not by this one.

use std::cell::Cell;
use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::{Change, IndexError};

/// Changes worth one call of [`Values::write`]; more are better given in several.
pub(super) const BATCH: usize = 64;

/// How long a lock that somebody holds is waited for.
const LOCK_WAIT: Duration = Duration::from_secs(30);

/// A value as the store gives it.
pub(super) type Value = sled::IVec;

thread_local! {
    /// Whether a panic in this thread is caught here.
    static CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// Lets panics of the store that are caught here be told as a warning, and all others as before. For programs, not for
/// libraries: it changes what the whole process does with panics.
pub fn tell_caught_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if CAUGHT.get() {
            let reason = info.payload_as_str().unwrap_or("no reason given");
            tracing::warn!(reason, "the index's store gave up; the index is made anew when in doubt");
        } else {
            before(info);
        }
    }));
}

/// Runs what may panic within the store; `None` if it did.
fn caught<T>(act: impl FnOnce() -> T) -> Option<T> {
    CAUGHT.set(true);
    let done = catch_unwind(AssertUnwindSafe(act));
    CAUGHT.set(false);
    done.ok()
}

/// Keys and values in a folder of their own.
pub(super) struct Values {
    /// There until it is closed.
    db: Option<sled::Db>,
    dir: PathBuf,
}

impl Drop for Values {
    fn drop(&mut self) {
        let db = self.db.take();
        // Whatever could not be written is in the log.
        let _ = caught(|| drop(db));
    }
}

impl Values {
    /// Opens a folder, or starts an empty one. `cache_bytes` bounds sled's own cache.
    pub(super) fn open(dir: PathBuf, cache_bytes: u64) -> Result<Self, IndexError> {
        let config = sled::Config::new().path(&dir).flush_every_ms(None).cache_capacity(cache_bytes);
        let started = Instant::now();
        let opened = loop {
            match caught(|| config.open()) {
                Some(Err(sled::Error::Io(error))) if is_lock(&error) && started.elapsed() < LOCK_WAIT => {
                    thread::sleep(Duration::from_millis(20));
                }
                opened => break opened,
            }
        };
        let db = match opened {
            Some(result) => result.map_err(|error| store_error(&dir, error))?,
            None => {
                let reason = "the store gave up while opening it".to_owned();
                return Err(IndexError::Damaged { path: dir, reason });
            }
        };
        let values = Self { db: Some(db), dir };
        sync_path(&values.dir.join("conf"))?;
        values.sync()?;
        for folder in [Some(values.dir.as_path()), values.dir.parent()].into_iter().flatten() {
            sync_path(folder)?;
        }
        Ok(values)
    }

    fn db(&self) -> Result<&sled::Db, IndexError> {
        self.db.as_ref().ok_or_else(|| self.damaged("it is closed"))
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Value>, IndexError> {
        self.db()?.get(key).map_err(|error| store_error(&self.dir, error))
    }

    /// Up to `limit` keys from `key` on, in order.
    pub(super) fn keys_from(&self, key: &[u8], limit: usize) -> Result<Vec<Vec<u8>>, IndexError> {
        let keys = self.db()?.range(key..).keys().take(limit);
        keys.map(|key| Ok(key.map_err(|error| store_error(&self.dir, error))?.to_vec())).collect()
    }

    /// Sets and takes away keys, all or none.
    pub(super) fn write(&self, changes: impl IntoIterator<Item = Change>) -> Result<(), IndexError> {
        let mut batch = sled::Batch::default();
        for (key, value) in changes {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        self.db()?.apply_batch(batch).map_err(|error| store_error(&self.dir, error))
    }

    /// Makes everything written so far survive a power cut.
    pub(super) fn sync(&self) -> Result<(), IndexError> {
        self.db()?.flush().map_err(|error| store_error(&self.dir, error))?;
        sync_path(&self.dir.join("db"))
    }

    /// What is said of a folder that holds something else than it should.
    pub(super) fn damaged(&self, reason: impl Into<String>) -> IndexError {
        IndexError::Damaged { path: self.dir.clone(), reason: reason.into() }
    }
}

/// sled tells a lock held by somebody only in words.
fn is_lock(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock || error.to_string().contains("could not acquire lock")
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
