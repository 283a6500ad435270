//! RFC 6962 / RFC 9162 section 2.1 hashing: leaves, nodes, the growing right edge, and a tree held in memory.
//!
//! What must not be here: how a proof is checked (`proof`), how hashes are stored (`tile`), what a leaf means.

use super::proof::{self, ProofError};
use crate::hash::Hash;

/// The root of the tree without leaves: SHA-256 of the empty string (RFC 9162 section 2.1.1).
pub const EMPTY_ROOT: Hash = Hash([
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
    0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
]);

/// The most leaves a tree of ours may have: 2^63 - 1, so that index arithmetic never overflows a `u64`.
pub const MAX_TREE_SIZE: u64 = (1 << 63) - 1;

/// The hash of a leaf: SHA-256(0x00 || entry).
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Hash::of_parts(&[&[0x00], entry])
}

/// The hash of an inner node: SHA-256(0x01 || left || right).
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash::of_parts(&[&[0x01], left.as_ref(), right.as_ref()])
}

/// Where proofs are read from: memory, tiles, a store.
pub trait HashReader {
    /// The root of the complete subtree over leaves `index * 2^level` up to, not including, `(index + 1) * 2^level`.
    /// `None` if the reader does not have it.
    fn hash(&self, level: u8, index: u64) -> Option<Hash>;
}

impl<R: HashReader + ?Sized> HashReader for &R {
    fn hash(&self, level: u8, index: u64) -> Option<Hash> {
        (**self).hash(level, index)
    }
}

/// The tree's right edge: all that is needed to append and to know the root, at most 63 hashes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Frontier {
    size: u64,
    /// Roots of the complete subtrees the tree falls into, largest (leftmost) first: one per set bit of `size`.
    peaks: Vec<Hash>,
}

/// A stored frontier that cannot be one.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FrontierError {
    /// The number of peaks does not fit the size.
    #[error(
        "a tree of {size} leaves has {expected} peaks, not {found}: rebuild the frontier from the entries"
    )]
    PeakCount {
        /// The stated number of leaves.
        size: u64,
        /// The number of set bits of `size`.
        expected: u32,
        /// The number of peaks given.
        found: usize,
    },
    /// The size is beyond [`MAX_TREE_SIZE`].
    #[error("a tree of {0} leaves is beyond the limit of 2^63 - 1")]
    TooLarge(u64),
}

impl Frontier {
    /// The empty tree.
    #[must_use]
    pub const fn new() -> Self {
        Self { size: 0, peaks: Vec::new() }
    }

    /// Takes up a stored frontier. The caller compares [`Self::root`] with a root it trusts.
    ///
    /// # Errors
    /// If the number of peaks is not the number of set bits of `size`, or the size is out of range.
    pub fn from_peaks(size: u64, peaks: Vec<Hash>) -> Result<Self, FrontierError> {
        if size > MAX_TREE_SIZE {
            return Err(FrontierError::TooLarge(size));
        }
        let expected = size.count_ones();
        if u32::try_from(peaks.len()) != Ok(expected) {
            return Err(FrontierError::PeakCount { size, expected, found: peaks.len() });
        }
        Ok(Self { size, peaks })
    }

    /// Appends a leaf and returns its index.
    pub fn append(&mut self, leaf: Hash) -> u64 {
        self.append_reporting(leaf, |_, _, _| {})
    }

    /// Appends a leaf, returns its index, and reports each complete subtree that came to be as (level, index,
    /// hash), the leaf itself first: exactly the new hashes of the tiles.
    pub fn append_reporting(&mut self, leaf: Hash, mut report: impl FnMut(u8, u64, Hash)) -> u64 {
        let index = self.size;
        let mut hash = leaf;
        let mut level: u8 = 0;
        report(0, index, hash);
        // Adding one leaf carries through the trailing ones of the size, as adding one to the number does.
        while index >> level & 1 == 1 {
            let Some(left) = self.peaks.pop() else { break };
            hash = node_hash(&left, &hash);
            level += 1;
            report(level, index >> level, hash);
        }
        self.peaks.push(hash);
        self.size += 1;
        index
    }

    /// The number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the complete subtrees, largest first: with [`Self::size`], all there is to store.
    #[must_use]
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// The Merkle tree hash.
    #[must_use]
    pub fn root(&self) -> Hash {
        fold_peaks(self.peaks.iter().rev().copied()).unwrap_or(EMPTY_ROOT)
    }
}

/// A tree with every hash in memory: 64 bytes a leaf. For tests, small logs, and replaying a log.
#[derive(Clone, Debug, Default)]
pub struct MemoryTree {
    /// `levels[l][i]` is the root of the complete subtree `i` of 2^l leaves.
    levels: Vec<Vec<Hash>>,
    frontier: Frontier,
}

impl MemoryTree {
    /// The empty tree.
    #[must_use]
    pub const fn new() -> Self {
        Self { levels: Vec::new(), frontier: Frontier::new() }
    }

    /// Appends a leaf hash and returns its index.
    pub fn push(&mut self, leaf: Hash) -> u64 {
        let levels = &mut self.levels;
        self.frontier.append_reporting(leaf, |level, _, hash| {
            let level = usize::from(level);
            if levels.len() <= level {
                levels.resize_with(level + 1, Vec::new);
            }
            if let Some(hashes) = levels.get_mut(level) {
                hashes.push(hash);
            }
        })
    }

    /// The number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root over all leaves.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// The root when the tree had `size` leaves; `None` if it never had so many.
    #[must_use]
    pub fn root_at(&self, size: u64) -> Option<Hash> {
        if size > self.size() {
            return None;
        }
        proof::root_at(self, size).ok()
    }

    /// The inclusion proof of leaf `index` in the tree of `size` leaves.
    ///
    /// # Errors
    /// If `index` is not below `size`, or the tree has fewer than `size` leaves.
    pub fn inclusion_proof(&self, index: u64, size: u64) -> Result<Vec<Hash>, ProofError> {
        proof::inclusion_proof(self, index, size)
    }

    /// The proof that the tree of `new` leaves continues the tree of `old` leaves.
    ///
    /// # Errors
    /// If `old` is zero or above `new`, or the tree has fewer than `new` leaves.
    pub fn consistency_proof(&self, old: u64, new: u64) -> Result<Vec<Hash>, ProofError> {
        proof::consistency_proof(self, old, new)
    }
}

impl HashReader for MemoryTree {
    fn hash(&self, level: u8, index: u64) -> Option<Hash> {
        self.levels.get(usize::from(level))?.get(usize::try_from(index).ok()?).copied()
    }
}

impl Extend<Hash> for MemoryTree {
    fn extend<T: IntoIterator<Item = Hash>>(&mut self, leaves: T) {
        for leaf in leaves {
            self.push(leaf);
        }
    }
}

impl FromIterator<Hash> for MemoryTree {
    fn from_iter<T: IntoIterator<Item = Hash>>(leaves: T) -> Self {
        let mut tree = Self::new();
        tree.extend(leaves);
        tree
    }
}

/// Joins the roots of adjoining subtrees, given from the smallest (rightmost) to the largest.
pub(super) fn fold_peaks(from_the_right: impl IntoIterator<Item = Hash>) -> Option<Hash> {
    from_the_right.into_iter().reduce(|right, left| node_hash(&left, &right))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A tree whose leaf `i` is the entry `i` in eight big-endian bytes.
    pub(in crate::tlog) fn numbered(size: u64) -> MemoryTree {
        (0..size).map(|i| leaf_hash(&i.to_be_bytes())).collect()
    }

    /// RFC 9162 section 2.1.1, word for word: the slow truth the rest is compared with.
    fn definition(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Hash::of(b""),
            [one] => *one,
            more => {
                let k = more.len().next_power_of_two() / 2;
                node_hash(&definition(&more[..k]), &definition(&more[k..]))
            }
        }
    }

    #[test]
    fn roots_follow_the_definition_at_every_size() {
        let leaves: Vec<Hash> = (0_u64..130).map(|i| leaf_hash(&i.to_be_bytes())).collect();
        let tree: MemoryTree = leaves.iter().copied().collect();
        let mut frontier = Frontier::new();
        for size in 0..=leaves.len() {
            let expected = definition(&leaves[..size]);
            assert_eq!(tree.root_at(size as u64), Some(expected), "size {size}");
            assert_eq!(frontier.root(), expected, "size {size}");
            let stored = Frontier::from_peaks(frontier.size(), frontier.peaks().to_vec());
            assert_eq!(stored.as_ref(), Ok(&frontier));
            if let Some(leaf) = leaves.get(size) {
                assert_eq!(frontier.append(*leaf), size as u64);
            }
        }
        assert_eq!(tree.root(), definition(&leaves));
        assert_eq!(tree.root_at(131), None);
    }

    /// Roots published with the RFC 6962 reference implementation (transparency-dev/merkle, testonly/constants.go).
    #[test]
    fn the_reference_roots() {
        let inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"];
        let last = "606162636465666768696a6b6c6d6e6f";
        let mut tree = MemoryTree::new();
        for input in inputs.iter().chain([&last]) {
            tree.push(leaf_hash(&hex::decode(input).unwrap()));
        }
        let expected = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        for (size, root) in expected.iter().enumerate() {
            assert_eq!(tree.root_at(size as u64).unwrap().to_string(), *root, "size {size}");
        }
        assert_eq!(EMPTY_ROOT, Hash::of(b""));
    }

    #[test]
    fn a_frontier_that_cannot_be_is_refused() {
        let wrong = Frontier::from_peaks(5, vec![Hash::ZERO]);
        assert_eq!(wrong, Err(FrontierError::PeakCount { size: 5, expected: 2, found: 1 }));
        let large = Frontier::from_peaks(1 << 63, vec![Hash::ZERO]);
        assert_eq!(large, Err(FrontierError::TooLarge(1 << 63)));
        assert!(Frontier::from_peaks(MAX_TREE_SIZE, vec![Hash::ZERO; 63]).is_ok());
    }
}
