//! Damaged files of the log: found one by one, and replaced by bytes from anywhere that the tree itself demands.
//!
//! A full tile or bundle is right if it fits the tile above, up to the right edge. Of what the right edge is made only
//! a signed root can tell, so its tiles are tried in every choice that there is: the file, what the files below add up
//! to, what somebody else offers. Nothing is put in place here that was not compared first; where other bytes come from
//! is not known here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lode_ledger::tlog::tile::{self, TILE_WIDTH, Tile, TilePath};
use lode_ledger::tlog::{Frontier, leaf_hash};

use super::edge::{Edge, LEVELS, along, hash_at, tile_root};
use super::files::Files;
use super::{Tiles, TilesError, WIDTH};
use crate::disk::Disk;

/// The most choices along the right edge that are tried: ten files with another candidate.
const MAX_CHOICES: usize = 1 << 10;

/// What the files along the right edge add up to.
#[derive(Debug)]
pub(crate) enum RightEdge {
    /// A root that fits.
    Fits,
    /// One that fits, with these bytes in the place of the files.
    FitsWith(Vec<(TilePath, Vec<u8>)>),
    /// None that fits. These files are missing, or do not agree with what can be read below them.
    Unknown(Vec<TilePath>),
}

/// The bytes that a tile may have; those of its file first.
type Candidates = BTreeMap<Tile, Vec<Vec<u8>>>;

/// Looks for the full tiles that lead to a right edge which `fits`, when the log in `dir` has `size` entries, a
/// multiple of 256. `offered` gives bytes of others for a tile, which need not be right. Nothing is changed.
///
/// # Errors
/// If the file system refuses otherwise than that a file is missing.
pub(crate) fn examine_right_edge(
    disk: Arc<dyn Disk>,
    dir: impl Into<PathBuf>,
    size: u64,
    fits: impl Fn(Frontier) -> bool,
    offered: impl Fn(TilePath) -> Option<Vec<u8>>,
) -> Result<RightEdge, TilesError> {
    let files = Files::open(disk, dir.into())?;
    let tiles: Vec<Tile> = (1..LEVELS).flat_map(|level| along(size, level)).collect();
    let mut candidates = Candidates::new();
    for tile in &tiles {
        candidates.insert(*tile, files.find(TilePath::Hashes(*tile))?.into_iter().collect());
    }
    let leads = |candidates: &Candidates, choose: &dyn Fn(&Tile) -> usize| {
        let edge = Edge::load(size, |tile| {
            let chosen = candidates.get(&tile).and_then(|known| known.get(choose(&tile))).cloned();
            chosen.ok_or_else(|| TilesError::Damaged(files.path(TilePath::Hashes(tile))))
        });
        edge.is_ok_and(|edge| fits(edge.frontier))
    };
    if leads(&candidates, &|_| 0) {
        return Ok(RightEdge::Fits);
    }
    let (mut own, mut doubtful) = (BTreeSet::new(), BTreeSet::new());
    for (tile, known) in &mut candidates {
        known.retain(|bytes| tile_root(bytes).is_some());
        own.extend((!known.is_empty()).then_some(*tile));
        let from_below = below(&files, *tile);
        doubtful.extend((from_below.as_ref() != known.first()).then_some(*tile));
        for other in [from_below, offered(TilePath::Hashes(*tile))].into_iter().flatten() {
            if tile_root(&other).is_some() && !known.contains(&other) {
                known.push(other);
            }
        }
    }
    let open: Vec<(Tile, usize)> =
        candidates.iter().map(|(tile, known)| (*tile, known.len())).filter(|(_, many)| *many > 1).collect();
    let choices = open.iter().try_fold(1_usize, |all, (_, many)| all.checked_mul(*many));
    for number in 0..choices.filter(|choices| *choices <= MAX_CHOICES).unwrap_or_default() {
        // The digits of the number, each in the base of how many candidates its tile has.
        let mut rest = number;
        let mut chosen = BTreeMap::new();
        for (tile, many) in &open {
            chosen.insert(*tile, rest % many);
            rest /= many;
        }
        let choice = |tile: &Tile| chosen.get(tile).copied().unwrap_or_default();
        if leads(&candidates, &choice) {
            let other = candidates.into_iter().filter_map(|(tile, mut known)| {
                let choice = choice(&tile);
                let is_own = choice == 0 && own.contains(&tile);
                (!is_own).then(|| (TilePath::Hashes(tile), known.swap_remove(choice)))
            });
            return Ok(RightEdge::FitsWith(other.collect()));
        }
    }
    Ok(RightEdge::Unknown(doubtful.into_iter().map(TilePath::Hashes).collect()))
}

/// What the files below a full tile add up to, if all of them can be read.
fn below(files: &Files, tile: Tile) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::from(TILE_WIDTH) * 32);
    let Some(level) = tile.level().checked_sub(1) else {
        let bundle = tile::EntryBundle::new(tile.index(), TILE_WIDTH)?;
        let found = files.read(TilePath::Entries(bundle)).ok()?;
        let entries = tile::decode_bundle(bundle, &found).ok()?;
        entries.iter().for_each(|entry| bytes.extend_from_slice(leaf_hash(entry).as_ref()));
        return Some(bytes);
    };
    let first = tile.index().checked_mul(WIDTH)?;
    for index in first..first.checked_add(WIDTH)? {
        let found = files.read(TilePath::Hashes(Tile::new(level, index, TILE_WIDTH)?)).ok()?;
        bytes.extend_from_slice(tile_root(&found)?.as_ref());
    }
    Some(bytes)
}

impl Tiles {
    /// Every file that must be there or is: full tiles from the highest level down, bundles, partial ones.
    ///
    /// # Errors
    /// If a folder cannot be listed.
    pub(crate) fn expected_files(&self) -> Result<Vec<TilePath>, TilesError> {
        let size = self.size();
        let mut full: Vec<Tile> = tile::tiles(size).filter(|tile| tile.is_full()).collect();
        full.sort_unstable_by_key(|tile| (std::cmp::Reverse(tile.level()), tile.index()));
        let bundles = tile::bundles(size).filter(|bundle| bundle.is_full()).map(TilePath::Entries);
        let mut all: Vec<TilePath> = full.into_iter().map(TilePath::Hashes).chain(bundles).collect();
        all.extend(self.files.partials()?);
        Ok(all)
    }

    /// Whether the file of a tile or bundle is what it must be. What is still in memory need not be in a file.
    ///
    /// # Errors
    /// [`TilesError::Damaged`] with the tile above, if that one cannot be trusted; or the file system refuses.
    pub(crate) fn examine(&self, path: TilePath) -> Result<bool, TilesError> {
        let Some(found) = self.files.find(path)? else { return Ok(self.known(path)?.is_some()) };
        self.is_right(path, &found)
    }

    /// Whether bytes are those of a tile or bundle. One that the log has not is never right.
    fn is_right(&self, path: TilePath, bytes: &[u8]) -> Result<bool, TilesError> {
        if let Some(known) = self.known(path)? {
            return Ok(*known == *bytes);
        }
        match path {
            _ if !path.is_full() || !path.exists_at(self.size()) => Ok(false),
            TilePath::Hashes(tile) => self.is_tile(tile, bytes),
            TilePath::Entries(bundle) => self.is_bundle(bundle, bytes),
        }
    }

    /// The right bytes without a look at the file itself: what is in memory, and the parts of what is full.
    fn known(&self, path: TilePath) -> Result<Option<super::Bytes>, TilesError> {
        if path.is_full() { Ok(self.edge().pending.get(&path).cloned()) } else { self.read(path) }
    }

    /// Puts the right bytes in the place of a damaged or missing file: those that we have, those that the files below
    /// add up to, or those `offered`. Whether any were right.
    ///
    /// # Errors
    /// As [`Self::examine`]; or the file cannot be written.
    pub(crate) fn mend(
        &self,
        path: TilePath,
        offered: impl FnOnce() -> Option<Vec<u8>>,
    ) -> Result<bool, TilesError> {
        let known = self.known(path)?.map(|bytes| bytes.to_vec());
        let from_below = || match path {
            TilePath::Hashes(tile) if tile.is_full() => below(&self.files, tile),
            _ => None,
        };
        let sources = std::iter::once_with(|| known).chain(std::iter::once_with(from_below));
        for bytes in sources.chain(std::iter::once_with(offered)).flatten() {
            if self.is_right(path, &bytes)? {
                self.write(|| self.files.replace(path, &bytes))?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Where in a damaged full bundle the wrong entries are: the first and the last; `None` if its leaves are not known.
    pub(crate) fn wrong_entries(&self, path: TilePath) -> Option<(u64, u64)> {
        let TilePath::Entries(bundle) = path else { return None };
        let leaves = self.leaves(bundle).ok()?;
        let found = self.files.read(path).ok()?;
        let mut entries = tile::Entries::new(&found);
        let wrong = (0..usize::from(bundle.width())).filter(|place| {
            let entry = entries.next().and_then(Result::ok);
            entry.map(leaf_hash) != hash_at(&leaves, *place)
        });
        let wrong: Vec<u64> = wrong.map(|place| place as u64).collect();
        let first = bundle.first_entry()?;
        Some((first + *wrong.first()?, first + *wrong.last()?))
    }

    /// The file of a tile or bundle.
    pub(crate) fn file(&self, path: TilePath) -> PathBuf {
        self.files.path(path)
    }
}

/// The file of the published checkpoint and its bytes, if it is there.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn published_checkpoint(
    disk: Arc<dyn Disk>,
    dir: impl Into<PathBuf>,
) -> Result<Option<(PathBuf, Vec<u8>)>, TilesError> {
    let files = Files::open(disk, dir.into())?;
    Ok(files.read_checkpoint()?.map(|bytes| (files.checkpoint(), bytes)))
}

/// Puts bytes in the place of a file along the right edge, which [`examine_right_edge`] has found.
///
/// # Errors
/// The file cannot be written.
pub(crate) fn replace(
    disk: Arc<dyn Disk>,
    dir: &Path,
    path: TilePath,
    bytes: &[u8],
) -> Result<(), TilesError> {
    Files::open(disk, dir.to_owned())?.replace(path, bytes)
}
