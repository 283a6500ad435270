//! `c2sp.org/tlog-proof@v1`: the offline proof of one leaf as text, for the tools of others.
//!
//! For many leaves there is `multiproof` in our own proof file. What must not be here: whose checkpoint to trust;
//! the caller asks `policy` about [`TlogProof::checkpoint`].

use std::fmt;

use base64ct::{Base64, Encoding};

use super::checkpoint::{CheckpointError, SignedCheckpoint, decimal, hash_from_base64};
use super::note::MAX_NOTE_BYTES;
use super::proof::{self, ProofError};
use crate::hash::Hash;

/// The first line.
const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// No tree of 2^64 leaves needs a longer path.
const MAX_PATH: usize = 64;
/// The most extra data, in bytes.
pub const MAX_EXTRA_BYTES: usize = 64 * 1024;
/// The largest proof: a note, 64 hashes of 45 bytes, the extra data in base64, and the two other lines.
pub const MAX_PROOF_BYTES: usize = MAX_NOTE_BYTES + MAX_PATH * 45 + MAX_EXTRA_BYTES / 3 * 4 + 256;

/// The proof that a leaf is in the log of a checkpoint. Nothing in it is trusted before [`Self::verify`] and a
/// policy have said so.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TlogProof {
    /// Opaque data beside the proof. Not authenticated by anything.
    pub extra: Option<Vec<u8>>,
    /// The leaf's index in the log.
    pub index: u64,
    /// The inclusion path, the leaf's sibling first.
    pub path: Vec<Hash>,
    /// The checkpoint, with cosignatures.
    pub checkpoint: SignedCheckpoint,
}

/// Why a proof text was refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TlogProofError {
    /// Beyond [`MAX_PROOF_BYTES`] or [`MAX_EXTRA_BYTES`].
    #[error("the proof is larger than {MAX_PROOF_BYTES} bytes")]
    TooLarge,
    /// Not UTF-8.
    #[error("the proof is not text: it was damaged or is another kind of file")]
    NotText,
    /// The first line names another format.
    #[error("a proof starts with the line {HEADER}: this is another kind of file or another version")]
    Header,
    /// The `extra` line is not base64.
    #[error("the line 'extra' is not padded standard base64")]
    Extra,
    /// The `index` line is missing or not a number.
    #[error("the line 'index' with the leaf's number is missing or malformed")]
    Index,
    /// A path line is not a hash, or there are more than 64.
    #[error("hash {0} of the path is malformed or one too many")]
    Path(usize),
    /// There is no empty line with a checkpoint after it.
    #[error("the proof has no checkpoint after an empty line: it was cut")]
    NoCheckpoint,
    /// The checkpoint is malformed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

impl TlogProof {
    /// Reads a proof. `to_string` gives back the same bytes.
    ///
    /// # Errors
    /// Whatever is wrong first.
    pub fn parse(bytes: impl AsRef<[u8]>) -> Result<Self, TlogProofError> {
        let bytes = bytes.as_ref();
        if bytes.len() > MAX_PROOF_BYTES {
            return Err(TlogProofError::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| TlogProofError::NotText)?;
        let (head, checkpoint) = text.split_once("\n\n").ok_or(TlogProofError::NoCheckpoint)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(TlogProofError::Header);
        }
        let extra = match lines.peek().and_then(|line| line.strip_prefix("extra ")) {
            Some(encoded) => {
                lines.next();
                let extra = Base64::decode_vec(encoded).map_err(|_| TlogProofError::Extra)?;
                if extra.len() > MAX_EXTRA_BYTES {
                    return Err(TlogProofError::TooLarge);
                }
                Some(extra)
            }
            None => None,
        };
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let index = index.and_then(decimal).ok_or(TlogProofError::Index)?;
        let mut path = Vec::new();
        for (number, line) in lines.enumerate() {
            let hash = if number < MAX_PATH { hash_from_base64(line) } else { None };
            path.push(hash.ok_or(TlogProofError::Path(number + 1))?);
        }
        Ok(Self { extra, index, path, checkpoint: SignedCheckpoint::parse(checkpoint)? })
    }

    /// Checks that the leaf is in the checkpoint's tree. Whether the checkpoint is to be believed is another
    /// question, for [`super::policy::Policy::evaluate`].
    ///
    /// # Errors
    /// If the leaf, the index or the path is not that of the checkpoint's root.
    pub fn verify(&self, leaf_hash: &Hash) -> Result<(), ProofError> {
        let checkpoint = self.checkpoint.checkpoint();
        proof::verify_inclusion(self.index, checkpoint.size(), leaf_hash, &self.path, &checkpoint.root())
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", Base64::encode_string(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.path {
            writeln!(f, "{}", Base64::encode_string(hash.as_ref()))?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use proptest::prelude::*;

    use super::super::checkpoint::Checkpoint;
    use super::super::note::NoteSigner;
    use super::super::tree::leaf_hash;
    use super::super::tree::tests::numbered;
    use super::super::vkey::KeyName;
    use super::*;

    fn proof(index: u64, size: u64, extra: Option<Vec<u8>>) -> TlogProof {
        let tree = numbered(size);
        let name = KeyName::new("example.com/log").unwrap();
        let log = NoteSigner::new(name, SigningKey::from_bytes(&[1; 32])).unwrap();
        let checkpoint = Checkpoint::new("example.com/log", size, tree.root()).unwrap().sign(&log).unwrap();
        TlogProof { extra, index, path: tree.inclusion_proof(index, size).unwrap(), checkpoint }
    }

    fn leaf(index: u64) -> Hash {
        leaf_hash(&index.to_be_bytes())
    }

    #[test]
    fn the_text_is_laid_out_as_specified() {
        let proof = proof(2, 3, Some(b"hint".to_vec()));
        let text = proof.to_string();
        let lines: Vec<&str> = text.split('\n').collect();
        assert_eq!(lines[..3], ["c2sp.org/tlog-proof@v1", "extra aGludA==", "index 2"]);
        assert_eq!(hash_from_base64(lines[3]), Some(proof.path[0]));
        assert_eq!(lines[4..7], ["", "example.com/log", "3"]);
        assert!(text.ends_with(&proof.checkpoint.to_string()));
        // A tree of one leaf has an empty path: header, index, empty line, checkpoint.
        let single = super::tests::proof(0, 1, None);
        assert!(single.to_string().starts_with("c2sp.org/tlog-proof@v1\nindex 0\n\nexample.com/log\n1\n"));
        assert_eq!(TlogProof::parse(single.to_string()).unwrap().verify(&leaf(0)), Ok(()));
    }

    #[test]
    fn what_is_not_a_proof_is_refused() {
        let good = proof(2, 7, Some(vec![0; 4])).to_string();
        let refused = |text: &str| TlogProof::parse(text).unwrap_err();
        assert_eq!(refused(""), TlogProofError::NoCheckpoint);
        assert_eq!(refused(&good.replace("@v1", "@v2")), TlogProofError::Header);
        assert_eq!(refused(&good.replace("extra AA", "extra A")), TlogProofError::Extra);
        assert_eq!(refused(&good.replace("extra", "Extra")), TlogProofError::Index);
        for index in ["", "02", "+2", "2 ", "x", "18446744073709551616"] {
            assert_eq!(refused(&good.replace("index 2", &format!("index {index}"))), TlogProofError::Index);
        }
        assert_eq!(refused(&good.replace("index 2\n", "index 2\nAAAA\n")), TlogProofError::Path(1));
        let hash = format!("{}\n", Base64::encode_string(&[0; 32]));
        let long = good.replace("index 2\n", &format!("index 2\n{}", hash.repeat(62)));
        assert_eq!(refused(&long), TlogProofError::Path(65));
        assert!(matches!(refused(good.trim_end()), TlogProofError::Checkpoint(_)));
        assert_eq!(TlogProof::parse([0xff]).unwrap_err(), TlogProofError::NotText);
        assert_eq!(refused(&"x".repeat(MAX_PROOF_BYTES + 1)), TlogProofError::TooLarge);
        let bloated = proof(0, 1, Some(vec![0; MAX_EXTRA_BYTES + 1])).to_string();
        assert_eq!(refused(&bloated), TlogProofError::TooLarge);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn proofs_round_trip_and_verify_their_leaf_only(
            size in 1_u64..600,
            index in any::<u64>(),
            extra in prop::option::of(any::<Vec<u8>>()),
        ) {
            let index = index % size;
            let proof = proof(index, size, extra);
            let text = proof.to_string();
            let parsed = TlogProof::parse(&text).unwrap();
            prop_assert_eq!(parsed.to_string(), text);
            prop_assert_eq!(&parsed, &proof);
            prop_assert_eq!(parsed.verify(&leaf(index)), Ok(()));
            prop_assert!(parsed.verify(&leaf(index + 1)).is_err());
        }

        #[test]
        fn damaged_text_is_survived(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut bytes = proof(3, 9, Some(vec![1, 2])).to_string().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(parsed) = TlogProof::parse(&bytes) {
                prop_assert_eq!(parsed.to_string().into_bytes(), bytes);
            }
        }
    }
}
