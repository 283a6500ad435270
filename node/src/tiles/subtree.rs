//! The hashes inside one tile: every complete subtree over its leaves, so that a proof reads what was hashed once.
//!
//! Plain arithmetic over one tile; which tile it is, the caller knows.

use lode_ledger::hash::Hash;
use lode_ledger::tlog::node_hash;

/// log2 of the number of hashes in a full tile.
pub(super) const HEIGHT: u8 = 8;

/// The rows of one tile, its hashes first: row `n` holds the roots of its complete subtrees of 2^n hashes. The root
/// of the whole tile is a hash of the tile above.
#[derive(Clone, Debug, Default)]
pub(super) struct Subtrees {
    rows: [Vec<Hash>; HEIGHT as usize],
}

impl Subtrees {
    /// All rows over a tile's hashes, as many as there are.
    pub(super) fn over(hashes: Vec<Hash>) -> Self {
        let mut below = hashes;
        let rows = std::array::from_fn(|_| {
            let above = below.as_chunks::<2>().0.iter().map(|[left, right]| node_hash(left, right)).collect();
            std::mem::replace(&mut below, above)
        });
        Self { rows }
    }

    /// Takes the next root of a row.
    pub(super) fn push(&mut self, row: u8, hash: Hash) {
        if let Some(hashes) = self.rows.get_mut(usize::from(row)) {
            hashes.push(hash);
        }
    }

    /// The tile's own hashes.
    pub(super) fn hashes(&self) -> &[Hash] {
        self.rows.first().map_or(&[], Vec::as_slice)
    }

    /// The root of the subtree number `place` of 2^row hashes.
    pub(super) fn get(&self, row: u8, place: u64) -> Option<Hash> {
        self.rows.get(usize::from(row))?.get(usize::try_from(place).ok()?).copied()
    }
}

#[cfg(test)]
mod tests {
    use lode_ledger::tlog::{HashReader, MemoryTree};

    use super::*;

    #[test]
    fn rows_are_those_of_a_tree() {
        for count in [0_u64, 1, 2, 3, 7, 128, 255, 256] {
            let hashes: Vec<Hash> = (0..count).map(|n| Hash::of(&n.to_be_bytes())).collect();
            let tree: MemoryTree = hashes.iter().copied().collect();
            let rows = Subtrees::over(hashes.clone());
            assert_eq!(rows.hashes(), hashes);
            for row in 0..HEIGHT {
                for place in 0..=count {
                    assert_eq!(rows.get(row, place), tree.hash(row, place), "{count} {row} {place}");
                }
            }
        }
    }
}
