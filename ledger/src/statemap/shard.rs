//! One shard of the state map: all records whose keys share their first ten bits.
//!
//! Above, a heap of hashes of `depth` levels; below, one sorted bucket per end. The depth grows with the number
//! of records so that buckets hold 2 to 4 on average. It shows in no hash.

use super::{EMPTY, SHARD_BITS, Subtree, bucket_hash, head, join, to_parents};
use crate::hash::Hash;

/// Buckets above this average are split: fewer would cost memory for hashes, more would cost hashing per update.
const BUCKET_AVERAGE_MAX: usize = 4;

/// One record: the hash of its kind and id, and the hash of its content.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) key: Hash,
    pub(super) value: Hash,
}

#[derive(Clone)]
pub(super) struct Shard {
    /// Levels of the heap below the shard's root; `1 << depth` buckets.
    depth: u16,
    /// Heap from index 1; the ends are the buckets' hashes.
    nodes: Vec<Hash>,
    buckets: Vec<Vec<Record>>,
    len: usize,
}

impl Shard {
    pub(super) fn new() -> Self {
        Self { depth: 0, nodes: vec![EMPTY; 2], buckets: vec![Vec::new()], len: 0 }
    }

    /// From records of this shard, sorted, each key once.
    pub(super) fn build(records: Vec<Record>) -> Self {
        let mut depth = 0;
        while records.len() > BUCKET_AVERAGE_MAX << depth {
            depth += 1;
        }
        let ends = 1 << depth;
        let mut shard = Self {
            depth,
            nodes: vec![EMPTY; 2 * ends],
            buckets: Vec::with_capacity(ends),
            len: records.len(),
        };
        let mut rest = records.as_slice();
        for end in 0..ends {
            let (bucket, after) =
                rest.split_at(rest.partition_point(|record| shard.bucket_of(&record.key) <= end));
            shard.buckets.push(bucket.to_vec());
            rest = after;
        }
        shard.rehash((0..ends).collect());
        shard
    }

    /// Inserts or replaces `records` (sorted, each key once) and returns how many keys are new.
    pub(super) fn update(&mut self, records: &[Record]) -> usize {
        let before = self.len;
        let mut changed = Vec::with_capacity(records.len());
        for record in records {
            let index = self.bucket_of(&record.key);
            let bucket = &mut self.buckets[index];
            match bucket.binary_search_by_key(&record.key, |held| held.key) {
                Ok(place) => bucket[place] = *record,
                Err(place) => {
                    // Doubling would leave a third of the memory unused.
                    bucket.reserve_exact(1);
                    bucket.insert(place, *record);
                    self.len += 1;
                }
            }
            if changed.last() != Some(&index) {
                changed.push(index);
            }
        }
        let added = self.len - before;
        if self.len > BUCKET_AVERAGE_MAX << self.depth {
            // The buckets are in key order, so their concatenation is sorted.
            *self = Self::build(self.buckets.concat());
        } else {
            self.rehash(changed);
        }
        added
    }

    pub(super) fn get(&self, key: &Hash) -> Option<Hash> {
        let bucket = &self.buckets[self.bucket_of(key)];
        let place = bucket.binary_search_by_key(key, |held| held.key).ok()?;
        Some(bucket[place].value)
    }

    pub(super) fn root(&self) -> Hash {
        self.nodes[1]
    }

    pub(super) fn node(&self, index: usize) -> Hash {
        self.nodes[index]
    }

    /// The subtree at a heap index, `level` below the shard's root.
    pub(super) fn subtree(&self, index: usize, level: u16) -> Subtree<'_> {
        if level == self.depth {
            Subtree::Bucket { records: &self.buckets[index - (1 << self.depth)], level: SHARD_BITS + level }
        } else {
            Subtree::Shard { shard: self, index, level }
        }
    }

    /// Loads the header of a key's bucket; see `StateMap::warm`.
    pub(super) fn touch_header(&self, key: &Hash) -> u8 {
        self.buckets[self.bucket_of(key)].first().map_or(0, |_| 1)
    }

    /// Loads a key's bucket and the hashes along its path; see `StateMap::warm`.
    pub(super) fn touch_path(&self, key: &Hash) -> u8 {
        let bucket = self.bucket_of(key);
        let records =
            self.buckets[bucket].iter().fold(0, |sum, record| sum ^ record.key.0[0] ^ record.value.0[31]);
        let index = bucket + (1 << self.depth);
        let hash = |index: usize| self.nodes[index].0[0] ^ self.nodes[index].0[31];
        (0..self.depth).fold(records, |sum, up| sum ^ hash(index >> up) ^ hash(index >> up ^ 1))
    }

    fn bucket_of(&self, key: &Hash) -> usize {
        // Two shifts, as a shift by 64 is undefined when the depth is 0.
        ((head(key) << SHARD_BITS) >> 1 >> (63 - self.depth)) as usize
    }

    /// Recomputes the hashes above the buckets `changed` (ascending, distinct).
    fn rehash(&mut self, mut changed: Vec<usize>) {
        let ends = 1 << self.depth;
        for index in &mut changed {
            self.nodes[ends + *index] = bucket_hash(&self.buckets[*index], SHARD_BITS + self.depth);
            *index += ends;
        }
        for level in (0..self.depth).rev() {
            to_parents(&mut changed);
            for &index in &changed {
                self.nodes[index] = self.join_children(index, level);
            }
        }
    }

    fn join_children(&self, index: usize, level: u16) -> Hash {
        let (l, r) = (self.nodes[2 * index], self.nodes[2 * index + 1]);
        if l != EMPTY && r != EMPTY {
            return super::inner_hash(&l, &r);
        }
        join(self.subtree(2 * index, level + 1), self.subtree(2 * index + 1, level + 1))
    }
}
