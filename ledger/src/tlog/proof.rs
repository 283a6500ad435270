//! Inclusion and consistency proofs for one leaf or one pair of sizes: RFC 9162 sections 2.1.3 and 2.1.4.
//!
//! Checking needs nothing but the proof; making one needs a [`HashReader`]. Many leaves at once: `multiproof`.
//! What must not be here: trust. A proof says "this root holds this leaf", never whose root it is.

use super::tree::{EMPTY_ROOT, HashReader, fold_peaks, node_hash};
use crate::hash::Hash;

/// Why a proof was refused or could not be made.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ProofError {
    /// The leaf is not in a tree of that size.
    #[error("leaf {index} is not in a tree of {size} leaves: ask for an index below the size")]
    IndexOutOfRange {
        /// The leaf asked for.
        index: u64,
        /// The number of leaves.
        size: u64,
    },
    /// The older tree is empty or larger than the newer one.
    #[error(
        "no consistency can be proven from {old} to {new} leaves: the older size must be 1 to the newer size"
    )]
    SizesOutOfOrder {
        /// The older number of leaves.
        old: u64,
        /// The newer number of leaves.
        new: u64,
    },
    /// The number of hashes is not the one the sizes demand.
    #[error("the proof has {found} hashes where {expected} belong: it is cut, padded, or for another tree")]
    Length {
        /// The number the sizes demand.
        expected: usize,
        /// The number given.
        found: usize,
    },
    /// The hashes lead to another root.
    #[error("the proof leads to root {found}, not to {expected}: leaf, position or tree differ")]
    RootMismatch {
        /// The root asked about.
        expected: Hash,
        /// The root the proof leads to.
        found: Hash,
    },
    /// The store has no such subtree.
    #[error(
        "the hash of subtree {index} at level {level} is missing: the tiles are incomplete for this size"
    )]
    Missing {
        /// log2 of the number of leaves below.
        level: u8,
        /// Its number at that level.
        index: u64,
    },
}

/// Checks that the leaf with `leaf_hash` stands at `index` in the tree of `size` leaves with `root`.
///
/// # Errors
/// Whatever is wrong first: index, number of hashes, root.
pub fn verify_inclusion(
    index: u64,
    size: u64,
    leaf_hash: &Hash,
    path: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    same(root, root_from_inclusion(index, size, leaf_hash, path)?)
}

/// The root an inclusion proof leads to. Worth nothing before it is compared with a trusted root.
///
/// # Errors
/// If the index is not below the size or the number of hashes is not [`inclusion_length`].
pub fn root_from_inclusion(
    index: u64,
    size: u64,
    leaf_hash: &Hash,
    path: &[Hash],
) -> Result<Hash, ProofError> {
    let (inner, border) = decompose(index, size).ok_or(ProofError::IndexOutOfRange { index, size })?;
    let expected = inner + border;
    if path.len() != expected {
        return Err(ProofError::Length { expected, found: path.len() });
    }
    let (below, above) = path.split_at(inner);
    Ok(chain_border(chain_inner(*leaf_hash, below, index), above))
}

/// The number of hashes in an inclusion proof, at most 64; `None` if the index is not below the size.
#[must_use]
pub fn inclusion_length(index: u64, size: u64) -> Option<usize> {
    decompose(index, size).map(|(inner, border)| inner + border)
}

/// Checks that the tree of `new` leaves with `new_root` starts with the tree of `old` leaves with `old_root`.
///
/// From an empty tree nothing is provable, so `old` must be at least 1 (as in transparency-dev/merkle).
///
/// # Errors
/// Whatever is wrong first: sizes, number of hashes, old root, new root.
pub fn verify_consistency(
    old: u64,
    new: u64,
    old_root: &Hash,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    let out_of_order = ProofError::SizesOutOfOrder { old, new };
    if old > new {
        return Err(out_of_order);
    }
    let last_old = old.checked_sub(1).ok_or(out_of_order)?;
    if old == new {
        if !proof.is_empty() {
            return Err(ProofError::Length { expected: 0, found: proof.len() });
        }
        return same(old_root, *new_root);
    }
    let (inner, border) = decompose(last_old, new).ok_or(out_of_order)?;
    // The walk starts at the largest complete subtree that ends with the old tree, not at its last leaf. If
    // that subtree is the whole old tree, its hash is the old root and not repeated in the proof.
    let shift = old.trailing_zeros();
    let inner = inner.saturating_sub(shift as usize);
    let expected = inner + border + usize::from(!old.is_power_of_two());
    if proof.len() != expected {
        return Err(ProofError::Length { expected, found: proof.len() });
    }
    let (seed, rest) = match proof.split_first() {
        Some((first, rest)) if !old.is_power_of_two() => (*first, rest),
        _ => (*old_root, proof),
    };
    let (below, above) = rest.split_at(inner.min(rest.len()));
    let position = last_old.checked_shr(shift).unwrap_or(0);
    same(old_root, chain_border(chain_inner_right(seed, below, position), above))?;
    same(new_root, chain_border(chain_inner(seed, below, position), above))
}

/// Makes the inclusion proof of leaf `index` in the tree of `size` leaves: sibling of the leaf first.
///
/// # Errors
/// If the index is not below the size, or the reader lacks a hash.
pub fn inclusion_proof(reader: &impl HashReader, index: u64, size: u64) -> Result<Vec<Hash>, ProofError> {
    if index >= size {
        return Err(ProofError::IndexOutOfRange { index, size });
    }
    let (mut start, mut end) = (0, size);
    let mut path = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            path.push(range_hash(reader, middle, end)?);
            end = middle;
        } else {
            path.push(range_hash(reader, start, middle)?);
            start = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// Makes the proof that the tree of `new` leaves starts with the tree of `old` leaves (RFC 9162 section 2.1.4.1).
///
/// # Errors
/// If `old` is zero or above `new`, or the reader lacks a hash.
pub fn consistency_proof(reader: &impl HashReader, old: u64, new: u64) -> Result<Vec<Hash>, ProofError> {
    if old == 0 || old > new {
        return Err(ProofError::SizesOutOfOrder { old, new });
    }
    let (mut start, mut end) = (0, new);
    let mut proof = Vec::new();
    while old != end {
        let middle = start + split(end - start);
        if old <= middle {
            proof.push(range_hash(reader, middle, end)?);
            end = middle;
        } else {
            proof.push(range_hash(reader, start, middle)?);
            start = middle;
        }
    }
    // Only when the walk never turned right is the remaining subtree the old tree itself, known to the checker.
    if start != 0 {
        proof.push(range_hash(reader, start, end)?);
    }
    proof.reverse();
    Ok(proof)
}

/// The root of the tree of `size` leaves.
///
/// # Errors
/// If the reader lacks a hash.
pub fn root_at(reader: &impl HashReader, size: u64) -> Result<Hash, ProofError> {
    if size == 0 { Ok(EMPTY_ROOT) } else { range_hash(reader, 0, size) }
}

/// The Merkle tree hash of leaves `start..end`, a node of some tree of ours: `start < end`, and `start` is a
/// multiple of the smallest power of two not below `end - start`.
pub(super) fn range_hash(reader: &impl HashReader, start: u64, end: u64) -> Result<Hash, ProofError> {
    // The complete subtrees of the range, smallest and rightmost first.
    let mut rest = end - start;
    let mut hashes = Vec::new();
    while rest != 0 {
        let level = rest.trailing_zeros();
        rest &= rest - 1;
        let index = (start + rest) >> level;
        let level = u8::try_from(level).unwrap_or(u8::MAX);
        hashes.push(reader.hash(level, index).ok_or(ProofError::Missing { level, index })?);
    }
    fold_peaks(hashes).ok_or(ProofError::IndexOutOfRange { index: start, size: end })
}

/// Where RFC 9162 divides `size` > 1 leaves: the largest power of two below `size`.
pub(super) const fn split(size: u64) -> u64 {
    1 << (u64::BITS - 1 - (size - 1).leading_zeros())
}

/// The two parts of a path: up to where the paths of `index` and of the last leaf meet (siblings on either
/// side), and from there along the right edge (siblings on the left only).
fn decompose(index: u64, size: u64) -> Option<(usize, usize)> {
    if index >= size {
        return None;
    }
    let inner = u64::BITS - (index ^ (size - 1)).leading_zeros();
    let border = index.checked_shr(inner).unwrap_or(0).count_ones();
    Some((inner as usize, border as usize))
}

fn chain_inner(seed: Hash, path: &[Hash], index: u64) -> Hash {
    path.iter().enumerate().fold(seed, |hash, (level, sibling)| {
        if index >> level & 1 == 0 { node_hash(&hash, sibling) } else { node_hash(sibling, &hash) }
    })
}

/// As [`chain_inner`], leaving out what stands to the right: what the older tree did not have.
fn chain_inner_right(seed: Hash, path: &[Hash], index: u64) -> Hash {
    path.iter().enumerate().fold(
        seed,
        |hash, (level, sibling)| {
            if index >> level & 1 == 0 { hash } else { node_hash(sibling, &hash) }
        },
    )
}

fn chain_border(seed: Hash, path: &[Hash]) -> Hash {
    path.iter().fold(seed, |hash, sibling| node_hash(sibling, &hash))
}

fn same(expected: &Hash, found: Hash) -> Result<(), ProofError> {
    if *expected == found { Ok(()) } else { Err(ProofError::RootMismatch { expected: *expected, found }) }
}

#[cfg(test)]
#[path = "proof_tests.rs"]
mod tests;
