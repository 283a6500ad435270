//! A block: some hundred changes in the order of their keys, in the bytes of one value of the store.
//!
//! Of each key only what differs from the key before it is written, as the keys of one list have long heads in common.
//! A block is read from its beginning; nothing in it is believed beyond its bounds.

use std::ops::Bound;

use super::{Bounds, Change};

/// The bytes beyond which a block is not filled. A longer entry has a block of its own.
pub(super) const BLOCK_BYTES: usize = 6 << 10;

/// Bytes of a block that are no entry.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a block cannot be read")]
pub(super) struct BadBlock;

/// A block in the making.
#[derive(Default)]
pub(super) struct BlockWriter {
    bytes: Vec<u8>,
    first: Vec<u8>,
    last: Vec<u8>,
}

impl BlockWriter {
    /// Adds a change whose key is above all before. Returns the first key and the bytes of a block that became full.
    pub(super) fn push(&mut self, key: &[u8], value: Option<&[u8]>) -> Option<(Vec<u8>, Vec<u8>)> {
        let longest = key.len() + value.map_or(0, <[u8]>::len) + 12;
        let full = if self.bytes.len() + longest > BLOCK_BYTES { self.finish() } else { None };
        if self.bytes.is_empty() {
            self.first = key.to_vec();
        }
        let shared = self.last.iter().zip(key).take_while(|(a, b)| a == b).count();
        let rest = key.get(shared..).unwrap_or_default();
        push_number(&mut self.bytes, shared);
        push_number(&mut self.bytes, rest.len());
        push_number(&mut self.bytes, value.map_or(0, |value| value.len() + 1));
        self.bytes.extend_from_slice(rest);
        self.bytes.extend_from_slice(value.unwrap_or_default());
        self.last.truncate(shared);
        self.last.extend_from_slice(rest);
        full
    }

    /// What has been added since the last full block: its first key and its bytes.
    pub(super) fn finish(&mut self) -> Option<(Vec<u8>, Vec<u8>)> {
        self.last.clear();
        let bytes = std::mem::take(&mut self.bytes);
        (!bytes.is_empty()).then(|| (std::mem::take(&mut self.first), bytes))
    }
}

/// A block being read.
pub(super) struct BlockReader<'a> {
    key: Vec<u8>,
    rest: &'a [u8],
}

impl<'a> BlockReader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { key: Vec::new(), rest: bytes }
    }

    /// The next key and its value; a value of `None` takes the key away.
    #[expect(
        clippy::type_complexity,
        reason = "a key and its change, borrowed; no other place needs a name for it"
    )]
    pub(super) fn next(&mut self) -> Result<Option<(&[u8], Option<&'a [u8]>)>, BadBlock> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let shared = self.number()?;
        let own = self.number()?;
        let value = self.number()?;
        if shared > self.key.len() {
            return Err(BadBlock);
        }
        let own = self.take(own)?;
        self.key.truncate(shared);
        self.key.extend_from_slice(own);
        let value = value.checked_sub(1).map(|length| self.take(length)).transpose()?;
        Ok(Some((&self.key, value)))
    }

    /// What the block says of a key; `None` if nothing.
    pub(super) fn find(mut self, wanted: &[u8]) -> Result<Option<Option<Vec<u8>>>, BadBlock> {
        while let Some((key, value)) = self.next()? {
            match key.cmp(wanted) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal => return Ok(Some(value.map(<[u8]>::to_vec))),
                std::cmp::Ordering::Greater => return Ok(None),
            }
        }
        Ok(None)
    }

    /// The changes within bounds; of the others nothing is copied.
    pub(super) fn within(mut self, bounds: &Bounds) -> Result<Vec<Change>, BadBlock> {
        let mut changes = Vec::new();
        let mut begun = false;
        while let Some((key, value)) = self.next()? {
            begun = begun
                || match &bounds.0 {
                    Bound::Included(low) => key >= low.as_slice(),
                    Bound::Excluded(low) => key > low.as_slice(),
                    Bound::Unbounded => true,
                };
            let beyond = match &bounds.1 {
                Bound::Included(high) => key > high.as_slice(),
                Bound::Excluded(high) => key >= high.as_slice(),
                Bound::Unbounded => false,
            };
            if beyond {
                break;
            }
            if begun {
                changes.push((key.to_vec(), value.map(<[u8]>::to_vec)));
            }
        }
        Ok(changes)
    }

    /// Every change of the block.
    pub(super) fn all(self) -> Result<Vec<Change>, BadBlock> {
        self.within(&(Bound::Unbounded, Bound::Unbounded))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], BadBlock> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(BadBlock)?;
        self.rest = rest;
        Ok(taken)
    }

    /// Seven bits a byte, the lowest first; no length here needs more than three bytes.
    fn number(&mut self) -> Result<usize, BadBlock> {
        let mut number = 0;
        for shift in [0, 7, 14] {
            let (byte, rest) = self.rest.split_first().ok_or(BadBlock)?;
            self.rest = rest;
            number |= usize::from(byte & 0x7f) << shift;
            if *byte < 0x80 {
                return Ok(number);
            }
        }
        Err(BadBlock)
    }
}

fn push_number(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn blocks(changes: &[Change]) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut writer = BlockWriter::default();
        let mut blocks: Vec<_> =
            changes.iter().filter_map(|(key, value)| writer.push(key, value.as_deref())).collect();
        blocks.extend(writer.finish());
        blocks
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            changes in prop::collection::btree_map(
                prop::collection::vec(prop::sample::select(vec![0, 7, 0xff]), 1..40),
                prop::option::of((any::<u8>(), 0_usize..3000).prop_map(|(byte, length)| vec![byte; length])),
                0..40),
            absent in prop::collection::vec(prop::sample::select(vec![0, 7, 0xff]), 1..40),
        ) {
            let changes: Vec<Change> = changes.into_iter().collect();
            let blocks = blocks(&changes);
            let mut read = Vec::new();
            for (first, bytes) in &blocks {
                prop_assert!(bytes.len() <= BLOCK_BYTES + 12);
                let all = BlockReader::new(bytes).all().unwrap();
                prop_assert_eq!(&all[0].0, first);
                for (key, value) in &all {
                    prop_assert_eq!(BlockReader::new(bytes).find(key).unwrap(), Some(value.clone()));
                }
                let (low, high) = (absent.clone(), [absent.as_slice(), &[7]].concat());
                for bounds in [
                    (Bound::Included(low.clone()), Bound::Excluded(high.clone())),
                    (Bound::Excluded(low), Bound::Unbounded),
                    (Bound::Unbounded, Bound::Included(high)),
                ] {
                    use std::ops::RangeBounds;
                    let mut expected = all.clone();
                    expected.retain(|(key, _)| bounds.contains(key));
                    prop_assert_eq!(BlockReader::new(bytes).within(&bounds).unwrap(), expected);
                }
                if !all.iter().any(|(key, _)| *key == absent) {
                    prop_assert_eq!(BlockReader::new(bytes).find(&absent).unwrap(), None);
                }
                read.extend(all);
            }
            prop_assert_eq!(read, changes);
        }

        #[test]
        fn no_bytes_are_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(changes) = BlockReader::new(&bytes).all() {
                prop_assert!(changes.len() <= bytes.len());
            }
        }
    }

    #[test]
    fn the_longest_entry_fits() {
        let (key, value) = (vec![1; super::super::MAX_KEY_BYTES], vec![2; super::super::MAX_VALUE_BYTES]);
        let blocks = blocks(&[(key.clone(), Some(value.clone()))]);
        assert_eq!(blocks.len(), 1);
        assert_eq!(BlockReader::new(&blocks[0].1).find(&key), Ok(Some(Some(value))));
    }
}
