//! A run: changes in the order of their keys, written once and never changed, in blocks of the store.
//!
//! In memory are the first key of each block and a filter; both are stored beside the blocks, so that opening reads
//! no block. Whoever reads a run must keep it from being taken away meanwhile.

use std::cell::Cell;
use std::ops::Bound;

use serde::{Deserialize, Serialize};

use super::block::{BLOCK_BYTES, BlockReader, BlockWriter};
use super::filter::{Filter, HEAD_BYTES, head};
use super::sled_values::{BATCH, Value, Values};
use super::{Bounds, Change, Direction, IndexError, Layer};

/// The first byte of a block's key in the store; the run's number and the block's follow.
pub(super) const BLOCK: u8 = 1;
/// The same for the first keys of all blocks.
pub(super) const FENCES: u8 = 2;
/// The same for the filter.
pub(super) const FILTER: u8 = 3;

/// What is stored of a run in the list of runs.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Outline {
    /// Its number; of two runs of one level the higher one is newer.
    pub(super) id: u32,
    /// How often it has been merged.
    pub(super) level: u8,
    /// Changes in it.
    pub(super) entries: u64,
    /// Heads in its filter, as many as it has room for.
    pub(super) heads: u64,
    pub(super) blocks: u32,
    fence_pieces: u32,
    filter_pieces: u32,
}

impl Outline {
    /// All keys that the store has of it.
    pub(super) fn keys(self) -> impl Iterator<Item = Vec<u8>> {
        let of = move |kind, count| (0..count).map(move |n| key_of(kind, self.id, n));
        of(BLOCK, self.blocks).chain(of(FENCES, self.fence_pieces)).chain(of(FILTER, self.filter_pieces))
    }
}

/// A whole run.
pub(super) struct Run {
    pub(super) outline: Outline,
    /// The first key of each block.
    fences: Vec<Box<[u8]>>,
    filter: Filter,
}

/// Where a layer says what went wrong: an iterator can only end.
pub(super) type Trouble = Cell<Option<IndexError>>;

impl Run {
    /// Reads what is kept in memory of a run.
    pub(super) fn load(values: &Values, outline: Outline) -> Result<Self, IndexError> {
        let piece = |kind, n| {
            let found = values.get(&key_of(kind, outline.id, n))?;
            found.ok_or_else(|| values.damaged(format!("a part of run {} is missing", outline.id)))
        };
        let mut fences = Vec::new();
        for n in 0..outline.fence_pieces {
            let keys = BlockReader::new(&piece(FENCES, n)?).all();
            let keys = keys.map_err(|error| values.damaged(error.to_string()))?;
            fences.extend(keys.into_iter().map(|(key, _)| key.into_boxed_slice()));
        }
        let mut bits = Vec::new();
        for n in 0..outline.filter_pieces {
            bits.extend_from_slice(&piece(FILTER, n)?);
        }
        if fences.len() != outline.blocks as usize {
            return Err(values.damaged(format!("run {} has another number of blocks", outline.id)));
        }
        Ok(Self { outline, fences, filter: Filter::from_bytes(bits) })
    }

    /// What the run says of a key; `None` if nothing.
    pub(super) fn find(&self, values: &Values, key: &[u8]) -> Result<Option<Option<Vec<u8>>>, IndexError> {
        if !self.filter.may_have(head(key)) {
            return Ok(None);
        }
        let Some(number) = self.fences.partition_point(|fence| **fence <= *key).checked_sub(1) else {
            return Ok(None);
        };
        let block = self.block(values, number)?;
        BlockReader::new(&block).find(key).map_err(|error| values.damaged(error.to_string()))
    }

    /// Whether the run may have keys that begin with a prefix.
    pub(super) fn may_begin_with(&self, prefix: &[u8]) -> bool {
        prefix.len() < HEAD_BYTES || self.filter.may_have(head(prefix))
    }

    /// The changes within bounds, in order. Ends early at a fault, which is then in `trouble`.
    pub(super) fn layer<'a>(
        &'a self,
        values: &'a Values,
        bounds: &'a Bounds,
        direction: Direction,
        trouble: &'a Trouble,
    ) -> Layer<'a> {
        let begin = match &bounds.0 {
            Bound::Included(low) | Bound::Excluded(low) => {
                self.fences.partition_point(|fence| **fence <= **low).saturating_sub(1)
            }
            Bound::Unbounded => 0,
        };
        let end = match &bounds.1 {
            Bound::Included(high) | Bound::Excluded(high) => {
                self.fences.partition_point(|fence| **fence <= **high)
            }
            Bound::Unbounded => self.fences.len(),
        };
        let changes = move |number| {
            let read = || {
                let block = self.block(values, number)?;
                BlockReader::new(&block).within(bounds).map_err(|error| values.damaged(error.to_string()))
            };
            read().map_err(|error| trouble.set(Some(error))).ok()
        };
        match direction {
            Direction::Ascending => Box::new((begin..end).map_while(changes).flatten()),
            Direction::Descending => {
                let blocks = (begin..end).rev().map_while(changes);
                Box::new(blocks.flat_map(|block| block.into_iter().rev()))
            }
        }
    }

    fn block(&self, values: &Values, number: usize) -> Result<Value, IndexError> {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        let found = values.get(&key_of(BLOCK, self.outline.id, number))?;
        found.ok_or_else(|| values.damaged(format!("block {number} of run {} is missing", self.outline.id)))
    }
}

/// A run in the making: blocks go to the store as they become full, and belong to nothing before the run is listed.
pub(super) struct NewRun {
    id: u32,
    level: u8,
    entries: u64,
    heads: u64,
    last_head: Vec<u8>,
    fences: Vec<Box<[u8]>>,
    filter: Filter,
    writer: BlockWriter,
    waiting: Vec<Change>,
}

impl NewRun {
    /// Begins a run that has at most so many heads.
    pub(super) fn new(id: u32, level: u8, heads: usize) -> Self {
        Self {
            id,
            level,
            entries: 0,
            heads: 0,
            last_head: Vec::new(),
            fences: Vec::new(),
            filter: Filter::with_room_for(heads),
            writer: BlockWriter::default(),
            waiting: Vec::new(),
        }
    }

    /// The level it will have.
    pub(super) const fn level(&self) -> u8 {
        self.level
    }

    /// Adds a change whose key is above all before.
    pub(super) fn push(
        &mut self,
        values: &Values,
        key: &[u8],
        value: Option<&[u8]>,
    ) -> Result<(), IndexError> {
        let full = self.writer.push(key, value);
        self.take(full);
        self.entries += 1;
        if self.entries == 1 || head(key) != self.last_head {
            self.last_head.clear();
            self.last_head.extend_from_slice(head(key));
            self.filter.add(&self.last_head);
            self.heads += 1;
        }
        if self.waiting.len() >= BATCH { values.write(self.waiting.drain(..)) } else { Ok(()) }
    }

    /// Writes what is left. The run is whole, but belongs to nothing before it is listed.
    pub(super) fn finish(mut self, values: &Values) -> Result<Run, IndexError> {
        let last = self.writer.finish();
        self.take(last);
        let mut fences = BlockWriter::default();
        let mut pieces: Vec<_> = self.fences.iter().filter_map(|fence| fences.push(fence, None)).collect();
        pieces.extend(fences.finish());
        let fences = (0..).zip(pieces).map(|(n, (_, piece))| (FENCES, n, piece));
        let bits =
            (0..).zip(self.filter.bytes().chunks(BLOCK_BYTES)).map(|(n, piece)| (FILTER, n, piece.to_vec()));
        let mut counts = [0; 2];
        for (kind, n, piece) in fences.chain(bits) {
            counts[usize::from(kind == FILTER)] = n + 1;
            self.waiting.push((key_of(kind, self.id, n), Some(piece)));
        }
        while !self.waiting.is_empty() {
            values.write(self.waiting.drain(..BATCH.min(self.waiting.len())))?;
        }
        let outline = Outline {
            id: self.id,
            level: self.level,
            entries: self.entries,
            heads: self.heads,
            blocks: u32::try_from(self.fences.len()).unwrap_or(u32::MAX),
            fence_pieces: counts[0],
            filter_pieces: counts[1],
        };
        Ok(Run { outline, fences: self.fences, filter: self.filter })
    }

    fn take(&mut self, block: Option<(Vec<u8>, Vec<u8>)>) {
        let Some((first, bytes)) = block else { return };
        let number = u32::try_from(self.fences.len()).unwrap_or(u32::MAX);
        self.fences.push(first.into_boxed_slice());
        self.waiting.push((key_of(BLOCK, self.id, number), Some(bytes)));
    }
}

/// A key of the store: of what kind, which run, which part of it.
pub(super) fn key_of(kind: u8, run: u32, part: u32) -> Vec<u8> {
    let mut key = vec![kind];
    key.extend(run.to_be_bytes());
    key.extend(part.to_be_bytes());
    key
}

/// The run that a key of the store belongs to.
pub(super) fn run_of(key: &[u8]) -> Option<u32> {
    let (kind, rest) = key.split_first()?;
    let (run, _) = rest.split_first_chunk::<4>()?;
    (BLOCK..=FILTER).contains(kind).then(|| u32::from_be_bytes(*run))
}
