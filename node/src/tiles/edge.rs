//! The right edge of the log, in memory: what is not yet in full tiles, and full tiles not yet in files.
//!
//! No I/O but the reading of tiles that [`Edge::load`] is given.

use std::collections::HashMap;
use std::sync::Arc;

use lode_ledger::hash::Hash;
use lode_ledger::tlog::tile::{self, EntryBundle, TILE_WIDTH, Tile, TilePath};
use lode_ledger::tlog::{Frontier, MemoryTree};

use super::subtree::{HEIGHT, Subtrees};
use super::{Bytes, TilesError, WIDTH};

/// Levels of tiles: 256^8 leaves exceed a `u64`.
pub(super) const LEVELS: u8 = 8;

pub(super) struct Edge {
    pub(super) frontier: Frontier,
    /// Per tile level, the tile that is not yet full.
    growing: Vec<Subtrees>,
    /// Tiles that have become full since they were last asked for.
    filled: Vec<(Tile, Arc<Subtrees>)>,
    /// The entries of the bundle that is not yet full.
    entries: Vec<Bytes>,
    /// Full tiles and bundles that are not yet durable in files.
    pub(super) pending: HashMap<TilePath, Bytes>,
    pub(super) checkpoint: Bytes,
}

impl Edge {
    /// The edge at `size`, a multiple of 256, from the full tiles along it: at most 255 on each level.
    pub(super) fn load(
        size: u64,
        read: impl Fn(Tile) -> Result<Vec<u8>, TilesError>,
    ) -> Result<Self, TilesError> {
        let mut growing = vec![Subtrees::default(); usize::from(LEVELS)];
        let mut peaks = Vec::new();
        for (level, subtrees) in (0..LEVELS).zip(&mut growing).skip(1) {
            let mut hashes = Vec::new();
            for tile in along(size, level) {
                let bytes = read(tile)?;
                hashes.push(tile_root(&bytes).ok_or_else(|| TilesError::Damaged(tile.path().into()))?);
            }
            *subtrees = Subtrees::over(hashes);
        }
        // The peaks within each growing tile are complete subtrees of its hashes; the largest stand on top.
        for subtrees in growing.iter().rev() {
            let mut rest = subtrees.hashes();
            while !rest.is_empty() {
                let (subtree, after) = rest.split_at(1 << rest.len().ilog2());
                peaks.push(subtree_root(subtree));
                rest = after;
            }
        }
        let frontier = Frontier::from_peaks(size, peaks).map_err(|_| TilesError::Damaged("tile".into()))?;
        Ok(Self {
            frontier,
            growing,
            filled: Vec::new(),
            entries: Vec::new(),
            pending: HashMap::new(),
            checkpoint: Bytes::from([]),
        })
    }

    pub(super) fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Appends an entry, which the caller has found to be no longer than a bundle allows.
    pub(super) fn push(&mut self, entry: Bytes, leaf: Hash) {
        let (growing, before) = (&mut self.growing, self.frontier.size());
        self.frontier.append_reporting(leaf, |level, _, hash| {
            if let Some(subtrees) = growing.get_mut(usize::from(level / HEIGHT)) {
                subtrees.push(level % HEIGHT, hash);
            }
        });
        self.take_filled(before);
        self.entries.push(entry);
        if self.entries.len() == usize::from(TILE_WIDTH)
            && let Some(bundle) = EntryBundle::new(self.frontier.size() / WIDTH - 1, TILE_WIDTH)
        {
            self.pending.insert(TilePath::Entries(bundle), bundle_bytes(&self.entries));
            self.entries.clear();
        }
    }

    /// Moves on from the tiles that the leaf after `before` has filled.
    fn take_filled(&mut self, before: u64) {
        for (level, subtrees) in (0..LEVELS).zip(&mut self.growing) {
            if subtrees.hashes().len() < usize::from(TILE_WIDTH) {
                break;
            }
            let full = std::mem::take(subtrees);
            // Its last leaf is the one that came last.
            if let Some(tile) = Tile::new(level, before >> HEIGHT >> (HEIGHT * level), TILE_WIDTH) {
                self.pending.insert(TilePath::Hashes(tile), joined(full.hashes()));
                self.filled.push((tile, Arc::new(full)));
            }
        }
    }

    /// The tiles that have become full since the last time.
    pub(super) fn drain_filled(&mut self) -> Vec<(Tile, Arc<Subtrees>)> {
        std::mem::take(&mut self.filled)
    }

    /// The root of a complete subtree in the tile of its level that is not yet full.
    pub(super) fn subtree(&self, level: u8, index: u64) -> Option<Hash> {
        let (tile_level, row) = (level / HEIGHT, level % HEIGHT);
        let places = WIDTH >> row;
        let count = self.size().checked_shr(u32::from(HEIGHT * tile_level)).unwrap_or(0);
        if index / places != count / WIDTH {
            return None;
        }
        self.growing.get(usize::from(tile_level))?.get(row, index % places)
    }

    /// The bytes of a tile, at least up to its width, if they are in memory.
    pub(super) fn tile(&self, tile: Tile) -> Option<Bytes> {
        if let Some(bytes) = self.pending.get(&TilePath::Hashes(tile.full())) {
            return Some(bytes.clone());
        }
        let hashes = self.growing.get(usize::from(tile.level()))?.hashes();
        let count = self.size().checked_shr(8 * u32::from(tile.level())).unwrap_or(0);
        if tile.index() != count / WIDTH {
            return None;
        }
        hashes.get(..usize::from(tile.width())).map(joined)
    }

    /// The bytes of a bundle at exactly its width, if they are in memory.
    pub(super) fn bundle(&self, bundle: EntryBundle) -> Option<Bytes> {
        if bundle.index() == self.size() / WIDTH {
            return self.entries.get(..usize::from(bundle.width())).map(bundle_bytes);
        }
        let full = self.pending.get(&TilePath::Entries(bundle.full()))?;
        if bundle.is_full() {
            return Some(full.clone());
        }
        let front: Vec<&[u8]> =
            tile::Entries::new(full).take(usize::from(bundle.width())).flatten().collect();
        Some(bundle_bytes(&front))
    }

    /// An entry below the size, if it is in memory.
    pub(super) fn entry(&self, index: u64) -> Option<Bytes> {
        let (bundle, place) = (index / WIDTH, (index % WIDTH) as usize);
        if bundle == self.size() / WIDTH {
            return self.entries.get(place).cloned();
        }
        let full = self.pending.get(&TilePath::Entries(EntryBundle::new(bundle, TILE_WIDTH)?))?;
        tile::Entries::new(full).nth(place)?.ok().map(Bytes::from)
    }

    /// The partial tiles and the partial bundle of this size.
    pub(super) fn partial_files(&self) -> Vec<(TilePath, Bytes)> {
        let tiles = tile::tiles(self.size()).filter(|tile| !tile.is_full());
        let mut files: Vec<_> =
            tiles.filter_map(|tile| Some((TilePath::Hashes(tile), self.tile(tile)?))).collect();
        let width = u16::try_from(self.entries.len()).unwrap_or(0);
        if let Some(bundle) = EntryBundle::new(self.size() / WIDTH, width) {
            files.push((TilePath::Entries(bundle), bundle_bytes(&self.entries)));
        }
        files
    }
}

/// The full tiles whose roots are in the tile of `level`, 1 or more, that grows when the log has `size` entries.
pub(super) fn along(size: u64, level: u8) -> impl Iterator<Item = Tile> {
    let full_below = size.checked_shr(8 * u32::from(level)).unwrap_or(0);
    // Levels and widths are in range, so there is such a tile and it has a root.
    (full_below / WIDTH * WIDTH..full_below)
        .filter_map(move |index| Tile::new(level.checked_sub(1)?, index, TILE_WIDTH))
}

/// The root over a full tile's hashes; `None` if it is not full.
pub(super) fn tile_root(bytes: &[u8]) -> Option<Hash> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    let full = rest.is_empty() && hashes.len() == usize::from(TILE_WIDTH);
    full.then(|| hashes.iter().copied().map(Hash).collect::<MemoryTree>().root())
}

pub(super) fn hash_at(tile: &[u8], place: usize) -> Option<Hash> {
    tile.as_chunks::<32>().0.get(place).copied().map(Hash)
}

fn subtree_root(hashes: &[Hash]) -> Hash {
    hashes.iter().copied().collect::<MemoryTree>().root()
}

fn joined(hashes: &[Hash]) -> Bytes {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

fn bundle_bytes<E: AsRef<[u8]>>(entries: impl AsRef<[E]>) -> Bytes {
    let mut bytes = Vec::new();
    for entry in entries.as_ref() {
        // Longer entries were refused when they came.
        if tile::push_entry(&mut bytes, entry.as_ref()).is_err() {
            return Bytes::from([]);
        }
    }
    bytes.into()
}
