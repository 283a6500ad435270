//! One proof for many keys of the state map, present or absent.
//!
//! The proof is the walk from the root towards all asked keys at once, left before right. Where only one side of
//! a node holds asked keys, the other side's hash is a sibling. The walk ends, for every group of keys, in an
//! [`End`]: an empty subtree, the leaf of one of the asked keys, or the leaf of another key, which proves the
//! absence of all asked keys on that path. The ends' depths alone say where the walk branches.
//!
//! ```text
//! proof = [ [* end], bstr ]      ; the siblings, 32 bytes each, in the order of the walk
//! end   = [0, depth] / [1, depth] / [2, depth, key, value]      ; empty, asked leaf, other leaf
//! ```
//!
//! What a key or value means, and whether the root is to be believed, is the caller's matter.

use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

use super::{Content, EMPTY, Subtree, bit, inner_hash, leaf_hash};
use crate::hash::Hash;

/// The most keys one proof may speak of.
pub const MAX_PROOF_KEYS: usize = 1 << 16;

/// Bounds a decoded proof to 32 MiB of siblings; 65,536 keys among 10^8 need 23 MB.
const MAX_SIBLINGS: usize = 1 << 20;
const KEY_BITS: u16 = 256;

/// Proves for a set of keys which value each has under a root, or that it has none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MapProof {
    ends: Vec<End>,
    siblings: Vec<Hash>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct End {
    /// Bits from the root, 0 to 256.
    depth: u16,
    kind: EndKind,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum EndKind {
    Empty,
    Asked,
    Other { key: Hash, value: Hash },
}

/// Why a proof does not prove what is claimed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MapProofError {
    /// Present in the proof, claimed absent.
    #[error("state map proof: a key claimed absent is present")]
    ClaimedAbsent,
    /// Claimed present, but the key's path ends without it.
    #[error("state map proof: the key {0} is claimed present, but its path ends without it")]
    ClaimedPresent(Hash),
    /// Two claims speak of one key.
    #[error("state map proof: the key {0} is claimed twice")]
    DuplicateKey(Hash),
    /// The walk cannot be followed: the proof is for other keys, cut short, or has parts left over.
    #[error("state map proof: it does not have the shape of a proof for these keys")]
    Malformed,
    /// The leaf shown for an absent key lies elsewhere in the tree.
    #[error("state map proof: the other key {0} is not on the path it is shown on")]
    MisplacedLeaf(Hash),
    /// No claim: nothing would be proven.
    #[error("state map proof: no key is asked for")]
    NoKeys,
    /// The walk does not lead to the root.
    #[error("state map proof: it leads to the root {computed}, not to {expected}")]
    RootMismatch {
        /// The root the proof leads to.
        computed: Hash,
        /// The root it was checked against.
        expected: Hash,
    },
    /// More than [`MAX_PROOF_KEYS`].
    #[error("state map proof: {0} keys, at most 65,536 are allowed")]
    TooManyKeys(usize),
}

impl MapProof {
    pub(super) fn build(root: Subtree<'_>, keys: &[Hash]) -> Self {
        let mut keys = keys.to_vec();
        keys.sort_unstable();
        keys.dedup();
        let mut proof = Self { ends: Vec::new(), siblings: Vec::new() };
        if !keys.is_empty() {
            proof.descend(root, &keys, 0);
        }
        proof
    }

    /// Checks that under `root` each key has exactly the claimed value, or no record where `None` is claimed.
    /// The claims name all keys the proof was made for, in any order.
    ///
    /// # Errors
    /// Says which claim fails, or that the proof fits neither the keys nor the root.
    pub fn verify(&self, root: &Hash, claims: &[(Hash, Option<Hash>)]) -> Result<(), MapProofError> {
        let computed = self.root_for(claims)?;
        if computed == *root {
            Ok(())
        } else {
            Err(MapProofError::RootMismatch { computed, expected: *root })
        }
    }

    /// Reads a proof that fills `bytes` exactly and is in its one deterministic form.
    ///
    /// # Errors
    /// When the bytes are anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, decode::Error> {
        let proof: Self = minicbor::decode(bytes)?;
        if proof.to_bytes() == bytes {
            Ok(proof)
        } else {
            Err(decode::Error::message("state map proof: not in deterministic form"))
        }
    }

    /// The proof's deterministic CBOR.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // Writing to a Vec cannot fail; if it ever did, the empty output is refused by every reader.
        if minicbor::encode(self, &mut bytes).is_err() {
            bytes.clear();
        }
        bytes
    }

    fn descend(&mut self, subtree: Subtree<'_>, keys: &[Hash], depth: u16) {
        let kind = match subtree.content() {
            Content::Empty => EndKind::Empty,
            Content::One(record) if keys.binary_search(&record.key).is_ok() => EndKind::Asked,
            Content::One(record) => EndKind::Other { key: record.key, value: record.value },
            Content::Many => {
                let (left, right) = subtree.children();
                let (left_keys, right_keys) = keys.split_at(keys.partition_point(|key| !bit(key, depth)));
                for (half, keys) in [(left, left_keys), (right, right_keys)] {
                    if keys.is_empty() {
                        self.siblings.push(half.hash());
                    } else {
                        self.descend(half, keys, depth + 1);
                    }
                }
                return;
            }
        };
        self.ends.push(End { depth, kind });
    }

    fn root_for(&self, claims: &[(Hash, Option<Hash>)]) -> Result<Hash, MapProofError> {
        if claims.is_empty() {
            return Err(MapProofError::NoKeys);
        }
        if claims.len() > MAX_PROOF_KEYS {
            return Err(MapProofError::TooManyKeys(claims.len()));
        }
        let mut claims = claims.to_vec();
        claims.sort_unstable();
        for pair in claims.windows(2) {
            if let [(a, _), (b, _)] = pair
                && a == b
            {
                return Err(MapProofError::DuplicateKey(*a));
            }
        }
        let mut walk = Walk { ends: &self.ends, siblings: &self.siblings };
        let root = walk.subtree(&claims, 0)?;
        if walk.ends.is_empty() && walk.siblings.is_empty() {
            Ok(root)
        } else {
            Err(MapProofError::Malformed)
        }
    }
}

/// What is left of a proof while it is followed.
struct Walk<'a> {
    ends: &'a [End],
    siblings: &'a [Hash],
}

type Claim = (Hash, Option<Hash>);

impl Walk<'_> {
    /// The hash of the subtree in which all of `claims` (sorted, at least one) lie. Recursion is bounded by
    /// the 256 bits of a key.
    fn subtree(&mut self, claims: &[Claim], depth: u16) -> Result<Hash, MapProofError> {
        let (end, rest) = self.ends.split_first().ok_or(MapProofError::Malformed)?;
        if end.depth == depth {
            self.ends = rest;
            return end_hash(&end.kind, claims, depth);
        }
        if end.depth < depth || depth >= KEY_BITS {
            return Err(MapProofError::Malformed);
        }
        let (left, right) = claims.split_at(claims.partition_point(|(key, _)| !bit(key, depth)));
        let left = self.half(left, depth)?;
        let right = self.half(right, depth)?;
        Ok(inner_hash(&left, &right))
    }

    fn half(&mut self, claims: &[Claim], depth: u16) -> Result<Hash, MapProofError> {
        if !claims.is_empty() {
            return self.subtree(claims, depth + 1);
        }
        let (sibling, rest) = self.siblings.split_first().ok_or(MapProofError::Malformed)?;
        self.siblings = rest;
        Ok(*sibling)
    }
}

/// The hash of the end that all of `claims` share, if it bears them out.
fn end_hash(kind: &EndKind, claims: &[Claim], depth: u16) -> Result<Hash, MapProofError> {
    let mut present = claims.iter().filter_map(|(key, value)| value.map(|value| (key, value)));
    match (kind, present.next()) {
        (EndKind::Asked, Some((key, value))) => match present.next() {
            None => Ok(leaf_hash(key, &value)),
            Some((other, _)) => Err(MapProofError::ClaimedPresent(*other)),
        },
        (EndKind::Asked, None) => Err(MapProofError::ClaimedAbsent),
        (EndKind::Empty | EndKind::Other { .. }, Some((key, _))) => Err(MapProofError::ClaimedPresent(*key)),
        (EndKind::Empty, None) => Ok(EMPTY),
        (EndKind::Other { key, value }, None) => {
            if claims.iter().any(|(claimed, _)| claimed == key) {
                return Err(MapProofError::ClaimedAbsent);
            }
            if claims
                .iter()
                .any(|(claimed, _)| (0..depth).any(|level| bit(claimed, level) != bit(key, level)))
            {
                return Err(MapProofError::MisplacedLeaf(*key));
            }
            Ok(leaf_hash(key, value))
        }
    }
}

impl<C> Encode<C> for MapProof {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.array(2)?.array(self.ends.len() as u64)?;
        for end in &self.ends {
            match &end.kind {
                EndKind::Empty => e.array(2)?.u8(0)?.u16(end.depth)?,
                EndKind::Asked => e.array(2)?.u8(1)?.u16(end.depth)?,
                EndKind::Other { key, value } => {
                    e.array(4)?.u8(2)?.u16(end.depth)?.encode_with(key, ctx)?.encode_with(value, ctx)?
                }
            };
        }
        e.bytes(self.siblings.iter().flat_map(|hash| hash.0).collect::<Vec<u8>>().as_slice())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for MapProof {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, decode::Error> {
        let bad = || decode::Error::message("state map proof: not the expected arrays");
        if d.array()? != Some(2) {
            return Err(bad());
        }
        let count = d.array()?.ok_or_else(bad)?;
        if count > MAX_PROOF_KEYS as u64 {
            return Err(decode::Error::message("state map proof: more than 65,536 ends"));
        }
        // Nothing is allocated for a count alone: each end needs bytes that are there.
        let mut ends = Vec::new();
        for _ in 0..count {
            let parts = d.array()?;
            let tag = d.u8()?;
            let depth = d.u16()?;
            if depth > KEY_BITS {
                return Err(decode::Error::message("state map proof: deeper than 256 bits"));
            }
            let kind = match (tag, parts) {
                (0, Some(2)) => EndKind::Empty,
                (1, Some(2)) => EndKind::Asked,
                (2, Some(4)) => EndKind::Other { key: d.decode_with(ctx)?, value: d.decode_with(ctx)? },
                _ => return Err(bad()),
            };
            ends.push(End { depth, kind });
        }
        let bytes = d.bytes()?;
        let (hashes, rest) = bytes.as_chunks::<32>();
        if !rest.is_empty() || hashes.len() > MAX_SIBLINGS {
            return Err(decode::Error::message("state map proof: the siblings are not at most 2^20 hashes"));
        }
        Ok(Self { ends, siblings: hashes.iter().copied().map(Hash).collect() })
    }
}
