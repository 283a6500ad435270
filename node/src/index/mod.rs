//! The index: ordered bytes that can be thrown away and rebuilt from the log at any time.
//!
//! A store is given whole batches, each with the position it brings the index to, and gives back values and ranges.
//! Nothing here knows what a key means; nothing may be here that is not in the log. After a crash a store may have
//! lost its newest batches, never part of one: whoever opens it reads [`IndexStore::position`] and replays the rest,
//! and on [`IndexError::Damaged`] or any doubt removes the folder and replays everything.

mod block;
mod filter;
mod memory;
mod merge;
mod run;
mod sled_store;
mod sled_values;
#[cfg(test)]
mod tests;

pub use memory::MemoryStore;
pub(crate) use merge::{Layer, Merge};
pub use sled_store::SledStore;
pub use sled_values::tell_caught_panics;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lode_ledger::hash::Hash;
use serde::{Deserialize, Serialize};

use crate::codec::CodecError;

/// The longest key, in bytes.
pub const MAX_KEY_BYTES: usize = 1024;
/// The longest value, in bytes.
pub const MAX_VALUE_BYTES: usize = 6 << 10;
/// The most records of one scan.
pub const MAX_SCAN: usize = 10_000;

/// A key and its value.
pub type Record = (Vec<u8>, Vec<u8>);

/// A key and its new value, or none.
type Change = (Vec<u8>, Option<Vec<u8>>);

/// The bounds of a scan.
type Bounds = (std::ops::Bound<Vec<u8>>, std::ops::Bound<Vec<u8>>);

/// How far the index has taken up the log.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Position {
    /// The log index of the next entry to take up.
    pub next_index: u64,
    /// The log's root at that size.
    #[serde(with = "root_bytes")]
    pub root: Hash,
}

/// Which way a scan goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Direction {
    /// From the smallest key on.
    Ascending,
    /// From the largest key down.
    Descending,
}

/// Keys with their new values, in order; `None` takes a key away.
pub(crate) type Changed = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Changes that are seen together or not at all. The last one of a key counts.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Batch {
    changes: Arc<Changed>,
}

impl Batch {
    /// No changes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// These changes, shared with whoever reads them meanwhile.
    pub(crate) const fn of(changes: Arc<Changed>) -> Self {
        Self { changes }
    }

    /// Sets a key to a value.
    pub fn put(&mut self, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        Arc::make_mut(&mut self.changes).insert(key.into(), Some(value.into()));
    }

    /// Removes a key.
    pub fn delete(&mut self, key: impl Into<Vec<u8>>) {
        Arc::make_mut(&mut self.changes).insert(key.into(), None);
    }

    /// The number of changes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Whether there is no change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The changes in order, if none is beyond a limit: what every store starts with.
    fn checked(&self) -> Result<&Changed, IndexError> {
        for (key, value) in &*self.changes {
            let length = value.as_ref().map_or(0, Vec::len);
            if key.is_empty() || key.len() > MAX_KEY_BYTES || length > MAX_VALUE_BYTES {
                return Err(IndexError::TooLong { key: key.len(), value: length });
            }
        }
        Ok(&self.changes)
    }
}

/// Why the index did not answer.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The position cannot be decoded.
    #[error("the index holds no readable position ({0}): delete its folder, it is rebuilt from the log")]
    Codec(#[from] CodecError),
    /// The store says so.
    #[error("the index in {path} is damaged: {reason}. Delete the folder, it is rebuilt from the log")]
    Damaged {
        /// The store's folder.
        path: PathBuf,
        /// What the store said.
        reason: String,
    },
    /// The file system refused.
    #[error("the index cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// A key is empty, or key or value are too long.
    #[error(
        "an index record with a key of {key} and a value of {value} bytes is beyond the limits \
         (1 to {MAX_KEY_BYTES}, at most {MAX_VALUE_BYTES})"
    )]
    TooLong {
        /// Bytes of the key.
        key: usize,
        /// Bytes of the value.
        value: usize,
    },
}

/// A store of ordered bytes. One owner writes; any thread reads.
pub trait IndexStore: Send + Sync {
    /// The value of a key.
    ///
    /// # Errors
    /// If the store fails.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexError>;

    /// Up to `limit` (at most [`MAX_SCAN`]) records whose keys start with `prefix`, in order, beyond the key
    /// `cursor`, which itself is left out: the last key of one page is the cursor of the next.
    ///
    /// # Errors
    /// If the store fails.
    fn scan(
        &self,
        prefix: &[u8],
        cursor: Option<&[u8]>,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Record>, IndexError>;

    /// Applies a batch and moves to `position`, both or neither. Visible at once, durable after [`Self::sync`].
    ///
    /// # Errors
    /// If a record is beyond a limit (then nothing has changed) or the store fails.
    fn apply(&self, batch: Batch, position: Position) -> Result<(), IndexError>;

    /// Where the last batch brought the index; `None` if it is empty.
    ///
    /// # Errors
    /// If the store fails.
    fn position(&self) -> Result<Option<Position>, IndexError>;

    /// Makes everything applied so far survive a power cut.
    ///
    /// # Errors
    /// If the store or the file system fails.
    fn sync(&self) -> Result<(), IndexError>;
}

/// Deletes an index, so that it is rebuilt. One that is not there is as good.
///
/// # Errors
/// If the file system refuses.
pub fn remove(dir: &Path) -> Result<(), IndexError> {
    match std::fs::remove_dir_all(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result.map_err(|source| IndexError::Io { action: "delete", path: dir.into(), source }),
    }
}

/// The smallest key above all keys with `prefix`; `None` if there is none.
fn prefix_end(prefix: &[u8]) -> Option<Vec<u8>> {
    let kept = prefix.iter().rposition(|byte| *byte != 0xff)?;
    let mut end = prefix.get(..=kept)?.to_vec();
    if let Some(last) = end.last_mut() {
        *last += 1;
    }
    Some(end)
}

/// The bounds of a scan, the same for every store. `None` if nothing can be between them.
pub(crate) fn bounds(prefix: &[u8], cursor: Option<&[u8]>, direction: Direction) -> Option<Bounds> {
    use std::ops::Bound::{Excluded, Included, Unbounded};
    let end = prefix_end(prefix);
    let (mut low, mut high) = (Included(prefix.to_vec()), end.clone().map_or(Unbounded, Excluded));
    match (cursor, direction) {
        (Some(cursor), Direction::Ascending) if cursor >= prefix => {
            if end.is_some_and(|end| cursor >= end.as_slice()) {
                return None;
            }
            low = Excluded(cursor.to_vec());
        }
        (Some(cursor), Direction::Descending) => {
            if cursor <= prefix {
                return None;
            }
            if end.is_none_or(|end| cursor < end.as_slice()) {
                high = Excluded(cursor.to_vec());
            }
        }
        _ => {}
    }
    Some((low, high))
}

/// `Hash` is text for serde elsewhere; here it is its bytes.
mod root_bytes {
    use super::{Deserialize, Hash, Serialize};

    pub(super) fn serialize<S: serde::Serializer>(hash: &Hash, serializer: S) -> Result<S::Ok, S::Error> {
        hash.0.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
        <[u8; 32]>::deserialize(deserializer).map(Hash)
    }
}
