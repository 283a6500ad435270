//! One proof for many leaves of one tree: what a proof file carries instead of one path per leaf.
//!
//! The order of the hashes is fixed. Walk the tree of `size` leaves from the root, depth first, left before
//! right, dividing n > 1 leaves as RFC 9162 section 2.1.1 does. At a subtree that holds no requested leaf, emit
//! its hash and do not go in; at a requested leaf, emit nothing. So the proof is the list, from left to right,
//! of the maximal subtrees without a requested leaf; its length follows from the size and the indexes alone.
//!
//! What must not be here: trust in the root, and the leaves' contents.

use super::proof::{range_hash, split};
use super::tree::{HashReader, node_hash};
use crate::hash::Hash;

/// Why a multiproof was refused or could not be made.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MultiproofError {
    /// No leaf was named; such a proof would say nothing.
    #[error("a multiproof needs at least one leaf")]
    NoLeaves,
    /// The indexes are not strictly ascending.
    #[error("leaf {0} is named twice or out of order: sort the indexes and name each once")]
    NotAscending(u64),
    /// The leaf is not in a tree of that size.
    #[error("leaf {index} is not in a tree of {size} leaves: ask for an index below the size")]
    IndexOutOfRange {
        /// The leaf asked for.
        index: u64,
        /// The number of leaves.
        size: u64,
    },
    /// The proof ends too early.
    #[error("the multiproof has only {0} hashes, more are needed: it is cut or for another tree")]
    TooFewHashes(usize),
    /// The proof has hashes left over.
    #[error("the multiproof has {surplus} hashes too many: it is padded or for another tree")]
    SurplusHashes {
        /// How many were not used.
        surplus: usize,
    },
    /// The store has no such subtree.
    #[error(transparent)]
    Reader(#[from] super::proof::ProofError),
}

/// Makes the proof for the leaves `indexes`, strictly ascending, in the tree of `size` leaves.
///
/// # Errors
/// If the indexes are empty, unsorted, repeated or out of range, or the reader lacks a hash.
pub fn prove(reader: &impl HashReader, indexes: &[u64], size: u64) -> Result<Vec<Hash>, MultiproofError> {
    check_indexes(indexes.iter().copied(), size)?;
    let mut hashes = Vec::new();
    collect(reader, indexes, 0, size, &mut hashes)?;
    Ok(hashes)
}

/// The root that `leaves` (index and leaf hash, strictly ascending) and the proof lead to. Worth nothing before
/// it is compared with a trusted root.
///
/// # Errors
/// If the leaves are empty, unsorted, repeated or out of range, or a hash is missing or left over.
pub fn root_from_multiproof(
    size: u64,
    leaves: &[(u64, Hash)],
    hashes: &[Hash],
) -> Result<Hash, MultiproofError> {
    check_indexes(leaves.iter().map(|(index, _)| *index), size)?;
    let mut rest = hashes.iter();
    let root = rebuild(leaves, 0, size, &mut rest).ok_or(MultiproofError::TooFewHashes(hashes.len()))?;
    match rest.len() {
        0 => Ok(root),
        surplus => Err(MultiproofError::SurplusHashes { surplus }),
    }
}

fn check_indexes(indexes: impl Iterator<Item = u64>, size: u64) -> Result<(), MultiproofError> {
    let mut previous = None;
    for index in indexes {
        if index >= size {
            return Err(MultiproofError::IndexOutOfRange { index, size });
        }
        if previous.is_some_and(|before| before >= index) {
            return Err(MultiproofError::NotAscending(index));
        }
        previous = Some(index);
    }
    previous.map(|_| ()).ok_or(MultiproofError::NoLeaves)
}

// Both walks halve the range at each step, so they are at most 65 calls deep; they only enter subtrees with a
// requested leaf, so their work is bounded by 65 steps a leaf.

fn collect(
    reader: &impl HashReader,
    indexes: &[u64],
    start: u64,
    end: u64,
    hashes: &mut Vec<Hash>,
) -> Result<(), MultiproofError> {
    if indexes.is_empty() {
        hashes.push(range_hash(reader, start, end)?);
        return Ok(());
    }
    if end - start == 1 {
        return Ok(());
    }
    let middle = start + split(end - start);
    let (left, right) = indexes.split_at(indexes.partition_point(|index| *index < middle));
    collect(reader, left, start, middle, hashes)?;
    collect(reader, right, middle, end, hashes)
}

fn rebuild(
    leaves: &[(u64, Hash)],
    start: u64,
    end: u64,
    hashes: &mut std::slice::Iter<'_, Hash>,
) -> Option<Hash> {
    if leaves.is_empty() {
        return hashes.next().copied();
    }
    if end - start == 1 {
        return leaves.first().map(|(_, hash)| *hash);
    }
    let middle = start + split(end - start);
    let (left, right) = leaves.split_at(leaves.partition_point(|(index, _)| *index < middle));
    let left = rebuild(left, start, middle, hashes)?;
    let right = rebuild(right, middle, end, hashes)?;
    Some(node_hash(&left, &right))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::super::tree::leaf_hash;
    use super::super::tree::tests::numbered;
    use super::*;

    fn leaves(indexes: &[u64]) -> Vec<(u64, Hash)> {
        indexes.iter().map(|i| (*i, leaf_hash(&i.to_be_bytes()))).collect()
    }

    /// The documented order, on a tree drawn by hand: 7 leaves, leaves 2 and 6 requested.
    #[test]
    fn the_order_is_left_to_right() {
        let tree = numbered(7);
        let proof = prove(&tree, &[2, 6], 7).unwrap();
        let expected = [tree.hash(1, 0), tree.hash(0, 3), tree.hash(1, 2)].map(Option::unwrap);
        assert_eq!(proof, expected);
        assert_eq!(root_from_multiproof(7, &leaves(&[2, 6]), &proof), Ok(tree.root()));
    }

    #[test]
    fn every_subset_of_every_small_tree() {
        let tree = numbered(9);
        for size in 1..=9_u64 {
            for mask in 1_u64..1 << size {
                let indexes: Vec<u64> = (0..size).filter(|i| mask >> i & 1 == 1).collect();
                let proof = prove(&tree, &indexes, size).unwrap();
                let root = root_from_multiproof(size, &leaves(&indexes), &proof);
                assert_eq!(root.ok(), tree.root_at(size), "size {size} mask {mask:b}");
            }
        }
    }

    #[test]
    fn what_is_not_a_proof_is_refused() {
        let tree = numbered(20);
        let mut proof = prove(&tree, &[3, 11], 20).unwrap();
        let two = leaves(&[3, 11]);
        assert_eq!(prove(&tree, &[], 20), Err(MultiproofError::NoLeaves));
        assert_eq!(prove(&tree, &[0], 0), Err(MultiproofError::IndexOutOfRange { index: 0, size: 0 }));
        assert_eq!(prove(&tree, &[4, 4], 20), Err(MultiproofError::NotAscending(4)));
        assert_eq!(prove(&tree, &[5, 4], 20), Err(MultiproofError::NotAscending(4)));
        assert!(matches!(prove(&tree, &[4], 21), Err(MultiproofError::Reader(_))));
        assert_eq!(root_from_multiproof(20, &[], &proof), Err(MultiproofError::NoLeaves));
        let twice = [two[0], two[0]];
        assert_eq!(root_from_multiproof(20, &twice, &proof), Err(MultiproofError::NotAscending(3)));
        proof.push(Hash::ZERO);
        let surplus = root_from_multiproof(20, &two, &proof);
        assert_eq!(surplus, Err(MultiproofError::SurplusHashes { surplus: 1 }));
        proof.truncate(proof.len() - 2);
        let short = root_from_multiproof(20, &two, &proof);
        assert_eq!(short, Err(MultiproofError::TooFewHashes(proof.len())));
        // A tree beyond imagination costs 64 steps, not memory.
        let far = [(u64::MAX - 1, Hash::ZERO)];
        assert!(root_from_multiproof(u64::MAX, &far, &[]).is_err());
    }

    proptest! {
        /// The multiproof accepts exactly the leaves that single proofs accept, and nothing else.
        #[test]
        fn proves_what_single_proofs_prove(
            size in 1_u64..3000,
            picks in prop::collection::btree_set(any::<u64>(), 1..40),
            flip in any::<prop::sample::Index>(),
        ) {
            let tree = numbered(size);
            let root = tree.root();
            let indexes: Vec<u64> = picks.iter().map(|p| p % size).collect::<BTreeSet<_>>().into_iter().collect();
            let proof = prove(&tree, &indexes, size).unwrap();
            let mut leaves = leaves(&indexes);
            prop_assert_eq!(root_from_multiproof(size, &leaves, &proof), Ok(root));
            let mut single_hashes = BTreeSet::new();
            for (index, leaf) in &leaves {
                let path = tree.inclusion_proof(*index, size).unwrap();
                prop_assert!(super::super::proof::verify_inclusion(*index, size, leaf, &path, &root).is_ok());
                single_hashes.extend(path);
            }
            // Nothing is carried that single proofs would not carry, and never more of it.
            prop_assert!(proof.iter().all(|hash| single_hashes.contains(hash)));
            let mut tampered = proof.clone();
            if !tampered.is_empty() {
                let at = flip.index(tampered.len());
                tampered[at].0[0] ^= 1;
                prop_assert_ne!(root_from_multiproof(size, &leaves, &tampered), Ok(root));
            }
            let at = flip.index(leaves.len());
            leaves[at].1.0[31] ^= 1;
            prop_assert_ne!(root_from_multiproof(size, &leaves, &proof), Ok(root));
        }
    }
}
