//! C2SP tlog-tiles: how a tree is cut into immutable files of 256 hashes or entries, and what those are called.
//!
//! Paths, which tiles exist at a size, entry bundles, and reading tree hashes out of tiles. What must not be
//! here: files, HTTP, compression, and the meaning of an entry.

use std::fmt;
use std::str::FromStr;

use super::tree::{HashReader, node_hash};
use crate::hash::Hash;

/// Hashes or entries in a full tile.
pub const TILE_WIDTH: u16 = 256;
/// Levels of the tree in one tile: 2^8 = 256.
const TILE_HEIGHT: u8 = 8;
/// Bytes of a full tile of hashes.
pub const TILE_BYTES: usize = 256 * 32;
/// The highest tile level a path may name.
const MAX_LEVEL: u8 = 63;
/// The longest entry, in bytes: its length is written in 16 bits.
pub const MAX_ENTRY_BYTES: usize = 65_535;
/// The largest bundle: 256 of the longest entries with their lengths.
pub const MAX_BUNDLE_BYTES: usize = 256 * (2 + MAX_ENTRY_BYTES);
/// Levels above the tiles' topmost useful one hold no hash: 256^8 leaves exceed a `u64`.
const LEVELS: u8 = 8;

/// A tile of hashes: `width` roots of complete subtrees of 256^level leaves each.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Tile {
    level: u8,
    index: u64,
    width: u16,
}

/// A bundle of entries: `width` entries from `index * 256` on. The static ledger's raw content.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct EntryBundle {
    index: u64,
    width: u16,
}

/// What a path names.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum TilePath {
    /// `tile/<L>/<N>[.p/<W>]`
    Hashes(Tile),
    /// `tile/entries/<N>[.p/<W>]`
    Entries(EntryBundle),
}

/// The text is not the path of a tile in its one spelling.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a tile's path reads tile/<level>/<number> or tile/entries/<number>, such as tile/0/x001/234.p/17")]
pub struct BadTilePath;

impl Tile {
    /// A tile; `None` if the level is above 63 or the width not 1 to 256.
    #[must_use]
    pub const fn new(level: u8, index: u64, width: u16) -> Option<Self> {
        if level > MAX_LEVEL || width == 0 || width > TILE_WIDTH {
            return None;
        }
        Some(Self { level, index, width })
    }

    /// The tile's level: its hashes stand at level `8 * level` of the tree.
    #[must_use]
    pub const fn level(self) -> u8 {
        self.level
    }

    /// The tile's number within its level.
    #[must_use]
    pub const fn index(self) -> u64 {
        self.index
    }

    /// The number of hashes, 1 to 256.
    #[must_use]
    pub const fn width(self) -> u16 {
        self.width
    }

    /// Whether the tile is full and will never change.
    #[must_use]
    pub const fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The full tile this one is or will be part of.
    #[must_use]
    pub const fn full(self) -> Self {
        Self { width: TILE_WIDTH, ..self }
    }

    /// The path below the log's prefix, without a leading slash.
    #[must_use]
    pub fn path(self) -> String {
        TilePath::Hashes(self).to_string()
    }

    /// Whether a log of `size` leaves has this tile: in full, or any part of it (a full tile implies its parts).
    #[must_use]
    pub fn exists_at(self, size: u64) -> bool {
        has(hashes_at(self.level, size), self.index, self.width)
    }

    /// The tile's bytes, read from a tree; `None` if the reader lacks a hash of it.
    #[must_use]
    pub fn bytes(self, reader: &impl HashReader) -> Option<Vec<u8>> {
        if self.level >= LEVELS {
            return None;
        }
        let first = self.index.checked_mul(u64::from(TILE_WIDTH))?;
        let mut bytes = Vec::with_capacity(usize::from(self.width) * 32);
        for offset in 0..self.width {
            let hash = reader.hash(self.level * TILE_HEIGHT, first.checked_add(u64::from(offset))?)?;
            bytes.extend_from_slice(hash.as_ref());
        }
        Some(bytes)
    }
}

impl EntryBundle {
    /// A bundle; `None` if the width is not 1 to 256.
    #[must_use]
    pub const fn new(index: u64, width: u16) -> Option<Self> {
        if width == 0 || width > TILE_WIDTH {
            return None;
        }
        Some(Self { index, width })
    }

    /// The bundle's number.
    #[must_use]
    pub const fn index(self) -> u64 {
        self.index
    }

    /// The number of entries, 1 to 256.
    #[must_use]
    pub const fn width(self) -> u16 {
        self.width
    }

    /// Whether the bundle is full and will never change.
    #[must_use]
    pub const fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The full bundle this one is or will be part of.
    #[must_use]
    pub const fn full(self) -> Self {
        Self { width: TILE_WIDTH, ..self }
    }

    /// The log index of the first entry; `None` if there can be no such entry.
    #[must_use]
    pub fn first_entry(self) -> Option<u64> {
        self.index.checked_mul(u64::from(TILE_WIDTH))
    }

    /// The path below the log's prefix, without a leading slash.
    #[must_use]
    pub fn path(self) -> String {
        TilePath::Entries(self).to_string()
    }

    /// Whether a log of `size` entries has this bundle, in full or as a part.
    #[must_use]
    pub fn exists_at(self, size: u64) -> bool {
        has(size, self.index, self.width)
    }
}

impl TilePath {
    /// Whether a log of `size` entries has this tile or bundle, in full or as a part.
    #[must_use]
    pub fn exists_at(self, size: u64) -> bool {
        match self {
            Self::Hashes(tile) => tile.exists_at(size),
            Self::Entries(bundle) => bundle.exists_at(size),
        }
    }

    /// Whether it is full and will never change.
    #[must_use]
    pub const fn is_full(self) -> bool {
        match self {
            Self::Hashes(tile) => tile.is_full(),
            Self::Entries(bundle) => bundle.is_full(),
        }
    }

    /// The first and the last entry that it covers; `None` beyond what 64 bits can count.
    #[must_use]
    pub fn entries(self) -> Option<(u64, u64)> {
        let (level, index, width) = match self {
            Self::Hashes(tile) => (tile.level, tile.index, tile.width),
            Self::Entries(bundle) => (0, bundle.index, bundle.width),
        };
        let of_each = 1_u64.checked_shl(u32::from(level) * u32::from(TILE_HEIGHT))?;
        let first = index.checked_mul(u64::from(TILE_WIDTH))?.checked_mul(of_each)?;
        Some((first, first.checked_add(of_each.checked_mul(u64::from(width))?)?.checked_sub(1)?))
    }
}

/// The tiles of a log of `size` leaves, level by level, the partial one last on each. Lazy: a size from outside
/// costs nothing until the tiles are asked for.
pub fn tiles(size: u64) -> impl Iterator<Item = Tile> {
    new_tiles(0, size)
}

/// The tiles a log of `new` leaves has and one of `old` leaves had not: those to write when it grows.
pub fn new_tiles(old: u64, new: u64) -> impl Iterator<Item = Tile> {
    (0..LEVELS).flat_map(move |level| {
        new_parts(hashes_at(level, old), hashes_at(level, new)).map(move |(index, width)| Tile {
            level,
            index,
            width,
        })
    })
}

/// The entry bundles of a log of `size` entries, the partial one last.
pub fn bundles(size: u64) -> impl Iterator<Item = EntryBundle> {
    new_bundles(0, size)
}

/// The bundles a log of `new` entries has and one of `old` entries had not.
pub fn new_bundles(old: u64, new: u64) -> impl Iterator<Item = EntryBundle> {
    new_parts(old, new).map(|(index, width)| EntryBundle { index, width })
}

/// Runs of 256 out of `new` things that were not there with `old`: (index, width), the partial one last.
fn new_parts(old: u64, new: u64) -> impl Iterator<Item = (u64, u16)> {
    let full = new / u64::from(TILE_WIDTH);
    let rest = u16::try_from(new % u64::from(TILE_WIDTH)).unwrap_or(0);
    let partial = (rest != 0 && new > old).then_some((full, rest));
    (old / u64::from(TILE_WIDTH)..full).map(|index| (index, TILE_WIDTH)).chain(partial)
}

/// The number of hashes at a tile level: complete subtrees of 256^level leaves.
fn hashes_at(level: u8, size: u64) -> u64 {
    size.checked_shr(u32::from(level) * u32::from(TILE_HEIGHT)).unwrap_or(0)
}

fn has(count: u64, index: u64, width: u16) -> bool {
    let end = index.checked_mul(u64::from(TILE_WIDTH)).and_then(|first| first.checked_add(u64::from(width)));
    end.is_some_and(|end| end <= count)
}

/// Reads the hashes of a tree of a given size out of its tiles, asking for no tile that size does not imply.
///
/// `fetch` gives a tile's bytes (or `None`); where it lacks a partial tile, the full one is asked for, since a log
/// may delete partial tiles. Bytes of the wrong length are taken as missing. The same tile is asked for several
/// times in a proof, so `fetch` had better remember. Nothing is checked here: the proof made from the hashes is.
pub struct TileReader<F> {
    size: u64,
    fetch: F,
}

impl<F, B> TileReader<F>
where
    F: Fn(Tile) -> Option<B>,
    B: AsRef<[u8]>,
{
    /// A reader for the tree of `size` leaves.
    pub const fn new(size: u64, fetch: F) -> Self {
        Self { size, fetch }
    }

    fn bytes(&self, tile: Tile) -> Option<B> {
        let read = |wanted: Tile| {
            (self.fetch)(wanted).filter(|b| b.as_ref().len() == usize::from(wanted.width) * 32)
        };
        read(tile).or_else(|| if tile.is_full() { None } else { read(tile.full()) })
    }
}

impl<F, B> HashReader for TileReader<F>
where
    F: Fn(Tile) -> Option<B>,
    B: AsRef<[u8]>,
{
    fn hash(&self, level: u8, index: u64) -> Option<Hash> {
        // The 2^inner neighbouring hashes of the tile that lie below the wanted one.
        let (tile_level, inner) = (level / TILE_HEIGHT, level % TILE_HEIGHT);
        let first = index.checked_mul(1 << inner)?;
        let count: usize = 1 << inner;
        let available = hashes_at(tile_level, self.size);
        if first.checked_add(1 << inner)? > available {
            return None;
        }
        let tile_index = first / u64::from(TILE_WIDTH);
        let width = (available - tile_index * u64::from(TILE_WIDTH)).min(u64::from(TILE_WIDTH));
        let bytes = self.bytes(Tile::new(tile_level, tile_index, u16::try_from(width).ok()?)?)?;
        let offset = usize::try_from(first % u64::from(TILE_WIDTH)).ok()?;
        let (hashes, _) = bytes.as_ref().as_chunks::<32>();
        let mut row: Vec<Hash> = hashes.get(offset..offset + count)?.iter().map(|h| Hash(*h)).collect();
        while row.len() > 1 {
            row = row.chunks(2).filter_map(|pair| Some(node_hash(pair.first()?, pair.get(1)?))).collect();
        }
        row.first().copied()
    }
}

/// An entry too long for a bundle.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("an entry of {0} bytes does not fit into a bundle: the limit is {MAX_ENTRY_BYTES}")]
pub struct EntryTooLong(pub usize);

/// Appends one entry to a bundle: its length in 16 bits, big-endian, then its bytes.
///
/// # Errors
/// If the entry is longer than [`MAX_ENTRY_BYTES`].
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), EntryTooLong> {
    let length = u16::try_from(entry.len()).map_err(|_| EntryTooLong(entry.len()))?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

/// Why a bundle was refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BundleError {
    /// An entry is cut.
    #[error("entry {0} of the bundle is cut short: fetch the bundle again")]
    Cut(usize),
    /// Another number of entries than the path says.
    #[error("the bundle has {found} entries where its path says {expected}: fetch the bundle again")]
    Count {
        /// By the path.
        expected: usize,
        /// In the bytes, counted up to one more than expected.
        found: usize,
    },
}

/// The entries of a bundle, one after another, without copying. Ends after the first error.
#[derive(Clone, Debug)]
pub struct Entries<'b> {
    rest: &'b [u8],
    read: usize,
}

impl<'b> Entries<'b> {
    /// Starts reading.
    #[must_use]
    pub const fn new(bundle: &'b [u8]) -> Self {
        Self { rest: bundle, read: 0 }
    }
}

impl<'b> Iterator for Entries<'b> {
    type Item = Result<&'b [u8], BundleError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let entry = self
            .rest
            .split_first_chunk::<2>()
            .and_then(|(length, rest)| rest.split_at_checked(usize::from(u16::from_be_bytes(*length))));
        let Some((entry, rest)) = entry else {
            self.rest = &[];
            return Some(Err(BundleError::Cut(self.read)));
        };
        self.rest = rest;
        self.read += 1;
        Some(Ok(entry))
    }
}

/// All entries of a bundle, which must be exactly as many as its width says.
///
/// # Errors
/// If an entry is cut, or there are more or fewer.
pub fn decode_bundle(bundle: EntryBundle, bytes: &[u8]) -> Result<Vec<&[u8]>, BundleError> {
    let expected = usize::from(bundle.width);
    let entries: Vec<&[u8]> = Entries::new(bytes).take(expected + 1).collect::<Result<_, _>>()?;
    if entries.len() == expected {
        Ok(entries)
    } else {
        Err(BundleError::Count { expected, found: entries.len() })
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (index, width) = match self {
            Self::Hashes(tile) => {
                write!(f, "tile/{}/", tile.level)?;
                (tile.index, tile.width)
            }
            Self::Entries(bundle) => {
                f.write_str("tile/entries/")?;
                (bundle.index, bundle.width)
            }
        };
        // 1,234,067 is x001/x234/067: groups of three digits, all but the last marked.
        let mut divisor = 1_000_000_000_000_000_000;
        while divisor >= 1000 {
            if index >= divisor {
                write!(f, "x{:03}/", index / divisor % 1000)?;
            }
            divisor /= 1000;
        }
        write!(f, "{:03}", index % 1000)?;
        if width == TILE_WIDTH { Ok(()) } else { write!(f, ".p/{width}") }
    }
}

impl FromStr for TilePath {
    type Err = BadTilePath;

    fn from_str(path: &str) -> Result<Self, BadTilePath> {
        // "tile/entries/" and seven groups of five characters and a width are far below this.
        if path.len() > 64 {
            return Err(BadTilePath);
        }
        let (kind, rest) = path.strip_prefix("tile/").and_then(|p| p.split_once('/')).ok_or(BadTilePath)?;
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, small(width).filter(|w| *w < TILE_WIDTH).ok_or(BadTilePath)?),
            None => (rest, TILE_WIDTH),
        };
        let index = parse_index(number).ok_or(BadTilePath)?;
        if kind == "entries" {
            return EntryBundle::new(index, width).map(Self::Entries).ok_or(BadTilePath);
        }
        let level = small(kind).and_then(|level| u8::try_from(level).ok()).ok_or(BadTilePath)?;
        Tile::new(level, index, width).map(Self::Hashes).ok_or(BadTilePath)
    }
}

fn parse_index(text: &str) -> Option<u64> {
    let (marked, last) = match text.rsplit_once('/') {
        Some((marked, last)) => {
            (marked.split('/').map(|g| g.strip_prefix('x')).collect::<Option<Vec<_>>>()?, last)
        }
        None => (Vec::new(), text),
    };
    if marked.first() == Some(&"000") {
        return None;
    }
    marked.into_iter().chain([last]).try_fold(0_u64, |index, group| {
        if group.len() != 3 || !group.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        index.checked_mul(1000)?.checked_add(group.parse().ok()?)
    })
}

fn small(text: &str) -> Option<u16> {
    super::checkpoint::decimal(text).and_then(|number| u16::try_from(number).ok())
}

#[cfg(test)]
#[path = "tile_tests.rs"]
mod tests;
