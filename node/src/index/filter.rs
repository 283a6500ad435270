//! A Bloom filter over the heads of keys: most runs are not asked for what they do not have.
//!
//! The head is the first [`HEAD_BYTES`] of a key, so the same filter answers for one key and for every key that begins
//! with a long prefix. It may say yes wrongly (about one time in a hundred), never no. It is stored, so its hash is
//! written out here and must not change within a format of the store.

/// What counts of a key.
pub(super) const HEAD_BYTES: usize = 19;
/// Bits for each head.
const BITS_PER_HEAD: usize = 10;
/// Bits that each head sets: the best number for ten bits would be seven, four cost less and err little more.
const PROBES: u64 = 4;

/// The heads that a run has.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Filter {
    bits: Vec<u8>,
}

impl Filter {
    /// An empty filter for so many heads.
    pub(super) fn with_room_for(heads: usize) -> Self {
        Self { bits: vec![0; (heads * BITS_PER_HEAD).div_ceil(8).max(8)] }
    }

    /// The filter that has these [`Self::bytes`].
    pub(super) const fn from_bytes(bits: Vec<u8>) -> Self {
        Self { bits }
    }

    /// Its bits.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bits
    }

    /// Takes a head in.
    pub(super) fn add(&mut self, head: &[u8]) {
        for (byte, bit) in probes(head, self.bits.len()) {
            if let Some(byte) = self.bits.get_mut(byte) {
                *byte |= bit;
            }
        }
    }

    /// Whether a head may have been taken in.
    pub(super) fn may_have(&self, head: &[u8]) -> bool {
        probes(head, self.bits.len())
            .all(|(byte, bit)| self.bits.get(byte).is_some_and(|bits| bits & bit != 0))
    }
}

/// The head of a key.
pub(super) fn head(key: &[u8]) -> &[u8] {
    key.get(..HEAD_BYTES).unwrap_or(key)
}

/// The bytes and the bits in them for a head.
fn probes(head: &[u8], bytes: usize) -> impl Iterator<Item = (usize, u8)> {
    // FNV-1a, mixed at the end as it leaves the upper bits of short keys alike.
    let mut hash = head.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash ^= hash >> 29;
    let step = hash.rotate_left(32) | 1;
    let bits = bytes as u128 * 8;
    (0..PROBES).map(move |n| {
        // The product's upper half: as even as a remainder, without a division.
        let place = (u128::from(hash.wrapping_add(step.wrapping_mul(n))) * bits) >> 64;
        (usize::try_from(place / 8).unwrap_or_default(), 1 << (place % 8))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_in_is_known_and_little_else() {
        let key = |n: u32| [b"e".as_slice(), &n.to_be_bytes(), b"the same end of each"].concat();
        let mut filter = Filter::with_room_for(10_000);
        (0..10_000).for_each(|n| filter.add(head(&key(n))));
        let again = Filter::from_bytes(filter.bytes().to_vec());
        assert!((0..10_000).all(|n| again.may_have(head(&key(n)))));
        let wrong = (10_000..110_000).filter(|n| again.may_have(head(&key(*n)))).count();
        assert!(wrong < 3_000, "{wrong} of 100,000");
    }
}
