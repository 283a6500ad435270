//! The state map (design: "State root"): from a record's key hash to the hash of its content, under one root.
//!
//! A compact sparse Merkle tree over 256-bit keys, split bit by bit, most significant bit first:
//!
//! ```text
//! no key         -> EMPTY = SHA-256(0x04)
//! exactly one    -> leaf  = SHA-256(0x02 || key || value)
//! two or more    -> inner = SHA-256(0x03 || left || right)
//! ```
//!
//! The prefixes differ from RFC 6962's 0x00 and 0x01, so no node of the log is ever a node of the map. The root
//! is a pure function of the content: neither order nor batching of the updates shows. Records are never removed.
//!
//! Where the memory goes: 64 B a record in buckets of 2 to 4, about 21 B of inner hashes and 13 B of
//! bookkeeping. A shard that outgrows its buckets is rebuilt alone, so at 10^8 records the longest pause is that
//! of 10^5 records. One core makes 400,000 updates a second at 10^6 records.
//!
//! What a key or a value means is not known here.

mod proof;
mod shard;
#[cfg(test)]
mod tests;

pub use proof::{MAX_PROOF_KEYS, MapProof, MapProofError};

use sha2::block_api::compress256;

use crate::hash::Hash;
use shard::{Record, Shard};

/// The hash of a subtree without keys: SHA-256 of the single byte 0x04.
pub const EMPTY: Hash = Hash([
    0xe5, 0x2d, 0x9c, 0x50, 0x8c, 0x50, 0x23, 0x47, 0x34, 0x4d, 0x8c, 0x07, 0xad, 0x91, 0xcb, 0xd6, 0x06,
    0x8a, 0xfc, 0x75, 0xff, 0x62, 0x92, 0xf0, 0x62, 0xa0, 0x9c, 0xa3, 0x81, 0xc8, 0x9e, 0x71,
]);

/// The initial state of SHA-256 (FIPS 180-4, 5.3.3).
const SHA256_INIT: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// The upper levels, one shard below each of their 2^10 ends.
const SHARD_BITS: u16 = 10;
const SHARDS: usize = 1 << SHARD_BITS;

/// Shards whose data is fetched into the cache ahead of their update: about 1 KiB for each record.
const WARM_GROUP: usize = 32;

/// The authenticated map, in memory.
#[derive(Clone)]
pub struct StateMap {
    /// A binary heap: 1 is the root, the children of `i` are `2i` and `2i + 1`, the shards' roots are the ends.
    top: Vec<Hash>,
    shards: Vec<Shard>,
    len: usize,
}

impl StateMap {
    /// The map with no record; its root is [`EMPTY`].
    #[must_use]
    pub fn new() -> Self {
        Self { top: vec![EMPTY; 2 * SHARDS], shards: vec![Shard::new(); SHARDS], len: 0 }
    }

    /// Builds the map at once, hashing every node once. A key that comes again replaces the earlier value.
    #[must_use]
    pub fn from_entries(entries: impl IntoIterator<Item = (Hash, Hash)>) -> Self {
        let mut by_shard: Vec<Vec<Record>> = vec![Vec::new(); SHARDS];
        for (key, value) in entries {
            by_shard[shard_of(&key)].push(Record { key, value });
        }
        let mut map = Self::new();
        map.shards.clear();
        for mut records in by_shard {
            sort_last_wins(&mut records);
            map.len += records.len();
            map.shards.push(Shard::build(records));
        }
        map.rehash_top((0..SHARDS).collect());
        map
    }

    /// Sets each key to its value (insert or replace) and rehashes every changed path once. A key that comes
    /// again in the batch counts with its last value.
    pub fn update(&mut self, batch: Vec<(Hash, Hash)>) {
        let mut records: Vec<Record> = batch.into_iter().map(|(key, value)| Record { key, value }).collect();
        sort_last_wins(&mut records);
        let mut changed = Vec::new();
        let parts: Vec<_> = records.chunk_by(|a, b| shard_of(&a.key) == shard_of(&b.key)).collect();
        for group in parts.chunks(WARM_GROUP) {
            self.warm(group);
            for part in group {
                let index = shard_of(&part[0].key);
                self.len += self.shards[index].update(part);
                changed.push(index);
            }
        }
        self.rehash_top(changed);
    }

    /// The root hash over all records.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.top[1]
    }

    /// How many records there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no record.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The value hash of a key.
    #[must_use]
    pub fn get(&self, key: &Hash) -> Option<Hash> {
        self.shards[shard_of(key)].get(key)
    }

    /// The hash of a key's leaf, as it stands in the tree.
    #[must_use]
    pub fn get_leaf(&self, key: &Hash) -> Option<Hash> {
        self.get(key).map(|value| leaf_hash(key, &value))
    }

    /// One proof for all `keys`, each present or absent; order and repetition of the keys do not matter.
    /// At most [`MAX_PROOF_KEYS`] different keys, or no reader will accept it.
    #[must_use]
    pub fn prove(&self, keys: &[Hash]) -> MapProof {
        MapProof::build(self.subtree(1, 0), keys)
    }

    /// Reads what the next updates will touch, in loads that do not wait for each other: the cache misses
    /// overlap, where the hashing would meet them one by one.
    fn warm(&self, parts: &[&[Record]]) {
        let touch = |touch: fn(&Shard, &Hash) -> u8| {
            let records = parts.iter().copied().flatten();
            records.fold(0, |sum, record| sum ^ touch(&self.shards[shard_of(&record.key)], &record.key))
        };
        std::hint::black_box(touch(Shard::touch_header) ^ touch(Shard::touch_path));
    }

    fn subtree(&self, index: usize, level: u16) -> Subtree<'_> {
        if level == SHARD_BITS {
            self.shards[index - SHARDS].subtree(1, 0)
        } else {
            Subtree::Top { map: self, index, level }
        }
    }

    /// Recomputes the top above the shards `changed` (ascending, distinct).
    fn rehash_top(&mut self, mut changed: Vec<usize>) {
        for index in &mut changed {
            self.top[SHARDS + *index] = self.shards[*index].root();
            *index += SHARDS;
        }
        for level in (0..SHARD_BITS).rev() {
            to_parents(&mut changed);
            for &index in &changed {
                self.top[index] =
                    join(self.subtree(2 * index, level + 1), self.subtree(2 * index + 1, level + 1));
            }
        }
    }
}

impl Default for StateMap {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for StateMap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StateMap").field("len", &self.len).field("root", &self.root()).finish()
    }
}

/// One subtree, wherever it lives: what proofs and joins walk over.
#[derive(Clone, Copy)]
enum Subtree<'a> {
    Top { map: &'a StateMap, index: usize, level: u16 },
    Shard { shard: &'a Shard, index: usize, level: u16 },
    Bucket { records: &'a [Record], level: u16 },
}

/// What a subtree holds.
enum Content<'a> {
    Empty,
    One(&'a Record),
    Many,
}

impl<'a> Subtree<'a> {
    fn hash(self) -> Hash {
        match self {
            Self::Top { map, index, .. } => map.top[index],
            Self::Shard { shard, index, .. } => shard.node(index),
            Self::Bucket { records, level } => bucket_hash(records, level),
        }
    }

    /// The halves; only asked of a subtree with two or more keys, or of one above the buckets.
    fn children(self) -> (Self, Self) {
        match self {
            Self::Top { map, index, level } => {
                (map.subtree(2 * index, level + 1), map.subtree(2 * index + 1, level + 1))
            }
            Self::Shard { shard, index, level } => {
                (shard.subtree(2 * index, level + 1), shard.subtree(2 * index + 1, level + 1))
            }
            Self::Bucket { records, level } => {
                let (left, right) = halves(records, level);
                (
                    Self::Bucket { records: left, level: level + 1 },
                    Self::Bucket { records: right, level: level + 1 },
                )
            }
        }
    }

    /// Empty without hashing: above the buckets the hash stands ready.
    fn is_empty(self) -> bool {
        match self {
            Self::Bucket { records, .. } => records.is_empty(),
            _ => self.hash() == EMPTY,
        }
    }

    fn content(self) -> Content<'a> {
        let mut subtree = self;
        loop {
            if let Self::Bucket { records, .. } = subtree {
                return match records {
                    [] => Content::Empty,
                    [one] => Content::One(one),
                    _ => Content::Many,
                };
            }
            let (left, right) = subtree.children();
            subtree = match (left.is_empty(), right.is_empty()) {
                (true, true) => return Content::Empty,
                (false, true) => left,
                (true, false) => right,
                (false, false) => return Content::Many,
            };
        }
    }
}

/// The hash of the subtree over two halves. A single key below stands as its leaf, however deep it lies.
fn join(left: Subtree<'_>, right: Subtree<'_>) -> Hash {
    let (l, r) = (left.hash(), right.hash());
    let only = match (l == EMPTY, r == EMPTY) {
        (false, false) => return inner_hash(&l, &r),
        (true, true) => return EMPTY,
        (false, true) => left,
        (true, false) => right,
    };
    match only.content() {
        Content::One(_) => only.hash(),
        _ => inner_hash(&l, &r),
    }
}

/// The hash over sorted records that agree on their first `level` bits.
fn bucket_hash(records: &[Record], level: u16) -> Hash {
    match records {
        [] => EMPTY,
        [one] => leaf_hash(&one.key, &one.value),
        _ => {
            let (left, right) = halves(records, level);
            inner_hash(&bucket_hash(left, level + 1), &bucket_hash(right, level + 1))
        }
    }
}

fn halves(records: &[Record], level: u16) -> (&[Record], &[Record]) {
    records.split_at(records.partition_point(|record| !bit(&record.key, level)))
}

fn leaf_hash(key: &Hash, value: &Hash) -> Hash {
    prefixed(2, key, value)
}

fn inner_hash(left: &Hash, right: &Hash) -> Hash {
    prefixed(3, left, right)
}

/// SHA-256 of `prefix || a || b`, 65 bytes: laid out as its two padded blocks, which spares the buffering of
/// the general hasher (a fifth of the time; the map at a seal does little else).
fn prefixed(prefix: u8, a: &Hash, b: &Hash) -> Hash {
    const BITS: u16 = 65 * 8;
    let mut blocks = [[0; 64]; 2];
    let [first, second] = &mut blocks;
    first[0] = prefix;
    first[1..33].copy_from_slice(&a.0);
    first[33..].copy_from_slice(&b.0[..31]);
    second[0] = b.0[31];
    second[1] = 0x80;
    second[62..].copy_from_slice(&BITS.to_be_bytes());
    let mut state = SHA256_INIT;
    compress256(&mut state, &blocks);
    let mut hash = [0; 32];
    for (bytes, word) in hash.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    Hash(hash)
}

/// Bit `level` (0..=255) of a key, most significant first.
fn bit(key: &Hash, level: u16) -> bool {
    key.0[usize::from(level / 8)] >> (7 - level % 8) & 1 == 1
}

/// The first 64 bits of a key: enough to find its shard and bucket.
fn head(key: &Hash) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = key.0;
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

fn shard_of(key: &Hash) -> usize {
    (head(key) >> (64 - SHARD_BITS)) as usize
}

/// Sorts by key; of several records with one key the last stays.
fn sort_last_wins(records: &mut Vec<Record>) {
    // By the first word: a comparison of whole keys is only needed among crowded ones.
    records.sort_by(|a, b| head(&a.key).cmp(&head(&b.key)).then_with(|| a.key.cmp(&b.key)));
    records.dedup_by(|later, kept| {
        let same = later.key == kept.key;
        if same {
            *kept = *later;
        }
        same
    });
}

/// Replaces ascending heap indexes by their parents, each once.
fn to_parents(indexes: &mut Vec<usize>) {
    for index in indexes.iter_mut() {
        *index /= 2;
    }
    indexes.dedup();
}
