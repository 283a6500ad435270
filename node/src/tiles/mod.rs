//! The log as the world reads it: C2SP tlog-tiles, from memory while a tile grows, from immutable files for ever after.
//!
//! [`Tiles::append`] takes what the journal has made durable and shows it to readers at once; it does no I/O.
//! [`Tiles::flush`] writes full tiles and bundles, syncs them and reads them back; only then may the journal drop
//! their entries. [`Tiles::publish`] also writes the partial ones and, last, the checkpoint, so that the folder is a
//! complete static log that any web server can serve. No file is ever overwritten with other bytes, but a damaged one
//! by `mend` with those that the tree demands.
//!
//! What is read from a file is compared with the hash in the tile above before anybody sees it, up to the right
//! edge, which is in memory: a flipped bit is an error, never an answer. What an entry means, and whether the log
//! may be signed, is decided elsewhere.

mod cache;
mod edge;
mod files;
mod mend;
mod subtree;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use lode_ledger::hash::Hash;
use lode_ledger::tlog::proof::{self, ProofError};
use lode_ledger::tlog::tile::{self, EntryBundle, EntryTooLong, MAX_ENTRY_BYTES, TILE_WIDTH, Tile, TilePath};
use lode_ledger::tlog::{Frontier, HashReader, leaf_hash};

use crate::disk::Disk;
use cache::Cache;
use edge::Edge;
use files::Files;
pub(crate) use mend::{RightEdge, examine_right_edge, published_checkpoint, replace};
use subtree::{HEIGHT, Subtrees};

const WIDTH: u64 = TILE_WIDTH as u64;
/// Bytes of tiles and bundles kept after reading.
const CACHE_BYTES: usize = 64 << 20;
/// Bytes of hashes inside tiles kept for proofs: those of a million entries.
const SUBTREE_CACHE_BYTES: usize = 64 << 20;
/// Bytes of the hashes inside a full tile.
const SUBTREE_BYTES: usize = 2 * 32 * TILE_WIDTH as usize;

/// Shared bytes of a tile, bundle, entry or checkpoint.
pub type Bytes = Arc<[u8]>;

/// Why tiles could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum TilesError {
    /// A file that must never change is there with other bytes.
    #[error(
        "{0} is there with other content: it belongs to another history of this log, or is damaged. Nothing was \
         changed. Run `lode-node check`"
    )]
    Conflict(PathBuf),
    /// A file's content does not lead to the tree's hash.
    #[error(
        "{0} is damaged: its content does not match the tree above it. Repair it from a mirror: lode-node check \
         --repair-from URL"
    )]
    Damaged(PathBuf),
    /// An earlier write or sync failed.
    #[error("writing tiles failed before: stop the process and start it anew")]
    Failed,
    /// The file system refused.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// An entry cannot be in a bundle.
    #[error(transparent)]
    TooLong(#[from] EntryTooLong),
}

/// The log's tiles, bundles and checkpoint. One writer, any number of readers.
pub struct Tiles {
    files: Files,
    edge: RwLock<Edge>,
    cache: Mutex<Cache<Bytes>>,
    subtrees: Mutex<Cache<Arc<Subtrees>>>,
    /// Held while files are written; true once that has failed.
    writing: Mutex<bool>,
}

impl Tiles {
    /// Opens the folder of a log whose journal still holds every entry from `journal_first_index` on. Hashes of the
    /// right edge are computed from the full tiles before; the caller then appends the journal's commits, from
    /// [`Self::size`] on, and compares the roots with the checkpoints.
    ///
    /// # Errors
    /// If a full tile below `journal_first_index` is missing or damaged, or the file system refuses.
    pub fn open(
        disk: Arc<dyn Disk>,
        dir: impl Into<PathBuf>,
        journal_first_index: u64,
    ) -> Result<Self, TilesError> {
        let files = Files::open(disk, dir.into())?;
        // Entries are dropped from the journal only when they are in durable full tiles, so the one that holds
        // the journal's first entry is durable up to there, or starts there.
        let size = journal_first_index.next_multiple_of(WIDTH);
        let edge = Edge::load(size, |tile| files.read(TilePath::Hashes(tile)))?;
        Ok(Self {
            files,
            edge: RwLock::new(edge),
            cache: Mutex::new(Cache::new(CACHE_BYTES)),
            subtrees: Mutex::new(Cache::new(SUBTREE_CACHE_BYTES)),
            writing: Mutex::new(false),
        })
    }

    /// The checkpoint file as the world may have seen it. Asked before anything is signed: if it is ahead of the
    /// journal, this folder has been restored or copied.
    ///
    /// # Errors
    /// If it is there and cannot be read.
    pub fn published_checkpoint(&self) -> Result<Option<Vec<u8>>, TilesError> {
        self.files.read_checkpoint()
    }

    /// Takes durable entries and the checkpoint that covers them, and shows both to readers together.
    ///
    /// # Errors
    /// If an entry is longer than 65,535 bytes; nothing has changed then.
    pub fn append(&self, entries: &[&[u8]], checkpoint: &[u8]) -> Result<(), TilesError> {
        if let Some(long) = entries.iter().find(|entry| entry.len() > MAX_ENTRY_BYTES) {
            return Err(EntryTooLong(long.len()).into());
        }
        // Hashed before the lock is taken: readers do not wait for it.
        let leaves: Vec<(Bytes, Hash)> =
            entries.iter().map(|entry| (Bytes::from(*entry), leaf_hash(entry))).collect();
        let mut edge = self.edge.write().unwrap_or_else(PoisonError::into_inner);
        for (entry, leaf) in leaves {
            edge.push(entry, leaf);
        }
        edge.checkpoint = checkpoint.into();
        let filled = edge.drain_filled();
        drop(edge);
        let mut subtrees = self.subtrees();
        for (tile, inside) in filled {
            subtrees.insert(TilePath::Hashes(tile), inside, SUBTREE_BYTES);
        }
        Ok(())
    }

    /// Writes the full tiles and bundles that are only in memory, syncs them and reads them back. Returns the log
    /// index below which every entry is durable in bundle and tile: a multiple of 256.
    ///
    /// # Errors
    /// If the file system refuses or a file is there with other bytes. After that nothing more is written.
    pub fn flush(&self) -> Result<u64, TilesError> {
        self.write(|| {
            let (pending, size) = {
                let edge = self.edge();
                (edge.pending.clone(), edge.size())
            };
            self.flush_pending(pending)?;
            Ok(size / WIDTH * WIDTH)
        })
    }

    /// Makes the folder a complete static log at the newest checkpoint: full tiles, partial tiles, and last of all
    /// the checkpoint file, replaced in one step. Returns what [`Self::flush`] does.
    ///
    /// # Errors
    /// As [`Self::flush`].
    pub fn publish(&self) -> Result<u64, TilesError> {
        self.write(|| {
            let (pending, partial, checkpoint, size) = {
                let edge = self.edge();
                (edge.pending.clone(), edge.partial_files(), edge.checkpoint.clone(), edge.size())
            };
            self.flush_pending(pending)?;
            self.files.write_immutable(partial.iter().map(|(path, bytes)| (*path, bytes)))?;
            if !checkpoint.is_empty() {
                self.files.replace_checkpoint(&checkpoint)?;
            }
            Ok(size / WIDTH * WIDTH)
        })
    }

    /// Writes a complete static log, partial tiles and checkpoint included, into another folder. What is there of
    /// the same log is kept, so an interrupted export can be run again. `progress` is told files done and in all.
    ///
    /// # Errors
    /// If a tile of ours is damaged, the folder holds another log, or the file system refuses.
    pub fn export(
        &self,
        disk: Arc<dyn Disk>,
        dir: &Path,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<(), TilesError> {
        let (partial, checkpoint, size) = {
            let edge = self.edge();
            (edge.partial_files(), edge.checkpoint.clone(), edge.size())
        };
        let files = Files::open(disk, dir.to_owned())?;
        let full = || {
            let hashes = tile::tiles(size).filter(|tile| tile.is_full()).map(TilePath::Hashes);
            hashes.chain(tile::bundles(size).filter(|bundle| bundle.is_full()).map(TilePath::Entries))
        };
        let total = full().count() as u64 + partial.len() as u64 + 1;
        let mut done = 0;
        for path in full() {
            // It was full at `size`, so it is there.
            let bytes = self.read(path)?.ok_or_else(|| TilesError::Damaged(self.files.path(path)))?;
            files.write_immutable([(path, &bytes)])?;
            done += 1;
            progress(done, total);
        }
        files.write_immutable(partial.iter().map(|(path, bytes)| (*path, bytes)))?;
        if !checkpoint.is_empty() {
            files.replace_checkpoint(&checkpoint)?;
        }
        progress(total, total);
        Ok(())
    }

    /// The number of entries.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.edge().size()
    }

    /// The root over all entries.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.edge().frontier.root()
    }

    /// The tree's right edge.
    #[must_use]
    pub fn frontier(&self) -> Frontier {
        self.edge().frontier.clone()
    }

    /// The newest checkpoint; empty before the first.
    #[must_use]
    pub fn checkpoint(&self) -> Bytes {
        self.edge().checkpoint.clone()
    }

    /// A tile or bundle, full or of any width the log has; `None` if it has not.
    ///
    /// # Errors
    /// If the file cannot be read or is damaged.
    pub fn read(&self, path: TilePath) -> Result<Option<Bytes>, TilesError> {
        if !path.exists_at(self.size()) {
            return Ok(None);
        }
        match path {
            TilePath::Hashes(tile) => {
                let bytes = self.hashes(tile)?;
                let part = bytes.get(..usize::from(tile.width()) * 32);
                Ok(part.map(|part| if part.len() == bytes.len() { bytes.clone() } else { part.into() }))
            }
            TilePath::Entries(bundle) => {
                if let Some(bytes) = self.edge().bundle(bundle) {
                    return Ok(Some(bytes));
                }
                let bytes = self.full_bundle(bundle)?;
                Ok(Some(if bundle.is_full() { bytes } else { self.front(bundle, &bytes)? }))
            }
        }
    }

    /// One entry; `None` if the log has not so many.
    ///
    /// # Errors
    /// If its bundle cannot be read or is damaged.
    pub fn entry(&self, index: u64) -> Result<Option<Bytes>, TilesError> {
        let (bundle, place) = (index / WIDTH, (index % WIDTH) as usize);
        let Some(bundle) = EntryBundle::new(bundle, TILE_WIDTH) else { return Ok(None) };
        {
            let edge = self.edge();
            if index >= edge.size() {
                return Ok(None);
            }
            if let Some(entry) = edge.entry(index) {
                return Ok(Some(entry));
            }
        }
        let bytes = self.full_bundle(bundle)?;
        let entry = tile::Entries::new(&bytes).nth(place);
        Ok(entry.transpose().map_err(|_| self.damaged_bundle(bundle))?.map(Bytes::from))
    }

    /// Reads the hashes of the tree of `size` leaves, for making proofs. A hash that cannot be read is missing, and
    /// the proof says so; [`Self::read`] tells why. Near the right edge nothing is hashed for a proof.
    pub fn reader(&self, size: u64) -> impl HashReader {
        Reader { tiles: self, size }
    }

    /// The root when the log had `size` entries.
    ///
    /// # Errors
    /// If the log has fewer, or a tile cannot be read.
    pub fn root_at(&self, size: u64) -> Result<Hash, ProofError> {
        proof::root_at(&self.reader(size), size)
    }

    fn edge(&self) -> RwLockReadGuard<'_, Edge> {
        self.edge.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn cache(&self) -> MutexGuard<'_, Cache<Bytes>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn subtrees(&self) -> MutexGuard<'_, Cache<Arc<Subtrees>>> {
        self.subtrees.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The root of a complete subtree; the caller has seen that the log has it.
    fn subtree(&self, level: u8, index: u64) -> Option<Hash> {
        if let Some(hash) = self.edge().subtree(level, index) {
            return Some(hash);
        }
        let row = level % HEIGHT;
        let places = WIDTH >> row;
        let tile = Tile::new(level / HEIGHT, index / places, TILE_WIDTH)?;
        let path = TilePath::Hashes(tile);
        let known = self.subtrees().get(path);
        let inside = match known {
            Some(inside) => inside,
            None => {
                let bytes = self.hashes(tile).ok()?;
                let hashes = bytes.as_chunks::<32>().0.iter().copied().map(Hash).collect();
                let inside = Arc::new(Subtrees::over(hashes));
                self.subtrees().insert(path, inside.clone(), SUBTREE_BYTES);
                inside
            }
        };
        inside.get(row, index % places)
    }

    /// Runs the only writer of files; after a failure there is none.
    fn write<T>(&self, write: impl FnOnce() -> Result<T, TilesError>) -> Result<T, TilesError> {
        let mut failed = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        if *failed {
            return Err(TilesError::Failed);
        }
        let result = write();
        *failed = result.is_err();
        result
    }

    fn flush_pending(&self, pending: HashMap<TilePath, Bytes>) -> Result<(), TilesError> {
        self.files.write_immutable(pending.iter().map(|(path, bytes)| (*path, bytes)))?;
        self.files.remove_partials(pending.keys().copied())?;
        let mut edge = self.edge.write().unwrap_or_else(PoisonError::into_inner);
        edge.pending.retain(|path, _| !pending.contains_key(path));
        Ok(())
    }

    /// The bytes of a tile's hashes, at least as many as its width; the caller has seen that it exists.
    fn hashes(&self, tile: Tile) -> Result<Bytes, TilesError> {
        if let Some(bytes) = self.edge().tile(tile) {
            return Ok(bytes);
        }
        let path = TilePath::Hashes(tile.full());
        if let Some(bytes) = self.cache().get(path) {
            return Ok(bytes);
        }
        let bytes = self.files.read(path)?;
        if !self.is_tile(tile, &bytes)? {
            return Err(TilesError::Damaged(self.files.path(path)));
        }
        let bytes = Bytes::from(bytes);
        self.cache().insert(path, bytes.clone(), bytes.len());
        Ok(bytes)
    }

    /// Whether these bytes are those of a full tile.
    fn is_tile(&self, tile: Tile, bytes: &[u8]) -> Result<bool, TilesError> {
        Ok(edge::tile_root(bytes) == Some(self.hash_above(tile)?))
    }

    /// The hash that the tile one level up has for a full tile.
    fn hash_above(&self, tile: Tile) -> Result<Hash, TilesError> {
        let place = (tile.index() % WIDTH) as u16;
        let damaged = || TilesError::Damaged(self.files.path(TilePath::Hashes(tile.full())));
        let above = Tile::new(tile.level() + 1, tile.index() / WIDTH, place + 1).ok_or_else(damaged)?;
        let bytes = self.hashes(above)?;
        edge::hash_at(&bytes, usize::from(place)).ok_or_else(damaged)
    }

    /// A full bundle that is no longer in memory, each entry compared with its leaf.
    fn full_bundle(&self, bundle: EntryBundle) -> Result<Bytes, TilesError> {
        let path = TilePath::Entries(bundle.full());
        if let Some(bytes) = self.cache().get(path) {
            return Ok(bytes);
        }
        let bytes = self.files.read(path)?;
        if !self.is_bundle(bundle, &bytes)? {
            return Err(self.damaged_bundle(bundle));
        }
        let bytes = Bytes::from(bytes);
        self.cache().insert(path, bytes.clone(), bytes.len());
        Ok(bytes)
    }

    /// Whether these bytes are those of a full bundle: each entry is compared with its leaf.
    fn is_bundle(&self, bundle: EntryBundle, bytes: &[u8]) -> Result<bool, TilesError> {
        let leaves = self.leaves(bundle)?;
        let Ok(entries) = tile::decode_bundle(bundle.full(), bytes) else { return Ok(false) };
        let mut places = entries.iter().enumerate();
        Ok(places.all(|(place, entry)| edge::hash_at(&leaves, place) == Some(leaf_hash(entry))))
    }

    /// The leaves of a full bundle's entries.
    fn leaves(&self, bundle: EntryBundle) -> Result<Bytes, TilesError> {
        self.hashes(Tile::new(0, bundle.index(), TILE_WIDTH).ok_or_else(|| self.damaged_bundle(bundle))?)
    }

    fn front(&self, bundle: EntryBundle, full: &[u8]) -> Result<Bytes, TilesError> {
        let mut front = Vec::new();
        for entry in tile::Entries::new(full).take(usize::from(bundle.width())) {
            tile::push_entry(&mut front, entry.map_err(|_| self.damaged_bundle(bundle))?)?;
        }
        Ok(front.into())
    }

    fn damaged_bundle(&self, bundle: EntryBundle) -> TilesError {
        TilesError::Damaged(self.files.path(TilePath::Entries(bundle.full())))
    }
}

/// The log's hashes at one size.
struct Reader<'a> {
    tiles: &'a Tiles,
    size: u64,
}

impl HashReader for Reader<'_> {
    fn hash(&self, level: u8, index: u64) -> Option<Hash> {
        let leaves = 1_u64.checked_shl(u32::from(level))?;
        let end = index.checked_add(1)?.checked_mul(leaves)?;
        if end > self.size.min(self.tiles.size()) {
            return None;
        }
        self.tiles.subtree(level, index)
    }
}
