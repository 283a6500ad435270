//! C2SP tlog-checkpoint: a log's origin, size and root, as the text of a signed note.
//!
//! Ours have no extension lines; those of other logs are kept as they are, because cosignatures cover them.
//! What must not be here: whom to trust (`policy`), and whether two checkpoints agree (`proof`).

use std::fmt;

use base64ct::{Base64, Encoding};

use super::note::{Note, NoteError, NoteSignature, NoteSigner, VerifiedSignature};
use super::tree::EMPTY_ROOT;
use super::vkey::{MAX_NAME_BYTES, VerifierKey};
use crate::hash::Hash;

/// A log's statement: so many entries, this root.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
    extensions: Vec<String>,
}

/// Why a checkpoint was refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CheckpointError {
    /// The note around it is malformed or not signed.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The first line is no origin.
    #[error("a checkpoint's origin has 1 to 255 bytes without control characters")]
    Origin,
    /// The second line is no size.
    #[error("a checkpoint's second line is the number of entries, in decimal without leading zeros")]
    Size,
    /// The third line is no root.
    #[error(
        "a checkpoint's third line is the root, 32 bytes in padded base64 (for an empty log SHA-256 of nothing)"
    )]
    Root,
    /// An extension line is empty, or the text does not end in a line feed.
    #[error("a checkpoint's lines are not empty and end in a line feed")]
    Lines,
    /// The signer's or verifier's key is for another log.
    #[error("the key is named {key}, the checkpoint is of {origin}: use the key of that log")]
    OtherLog {
        /// The key's name.
        key: String,
        /// The checkpoint's origin.
        origin: String,
    },
}

impl Checkpoint {
    /// A checkpoint of ours, without extension lines.
    ///
    /// # Errors
    /// If the origin is no origin, or the root of an empty log is not [`EMPTY_ROOT`].
    pub fn new(origin: impl Into<String>, size: u64, root: Hash) -> Result<Self, CheckpointError> {
        let origin = origin.into();
        if origin.is_empty() || origin.len() > MAX_NAME_BYTES || origin.bytes().any(|b| b < b' ') {
            return Err(CheckpointError::Origin);
        }
        if size == 0 && root != EMPTY_ROOT {
            return Err(CheckpointError::Root);
        }
        Ok(Self { origin, size, root, extensions: Vec::new() })
    }

    /// Reads a note's text.
    ///
    /// # Errors
    /// Whatever line is wrong first.
    pub fn parse_body(text: &str) -> Result<Self, CheckpointError> {
        let text = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?;
        let mut lines = text.split('\n');
        let origin = lines.next().ok_or(CheckpointError::Origin)?;
        let size = lines.next().and_then(decimal).ok_or(CheckpointError::Size)?;
        let root = lines.next().and_then(hash_from_base64).ok_or(CheckpointError::Root)?;
        let mut checkpoint = Self::new(origin, size, root)?;
        checkpoint.extensions = lines.map(str::to_owned).collect();
        if checkpoint.extensions.iter().any(|line| line.is_empty() || line.bytes().any(|b| b < b' ')) {
            return Err(CheckpointError::Lines);
        }
        Ok(checkpoint)
    }

    /// The log's name: unique in the world, part of every statement's ledger id.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The number of entries.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The Merkle tree hash over the entries.
    #[must_use]
    pub const fn root(&self) -> Hash {
        self.root
    }

    /// Further lines of foreign logs. No meaning is drawn from them.
    #[must_use]
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// The text that is signed and cosigned.
    #[must_use]
    pub fn body(&self) -> String {
        let root = Base64::encode_string(self.root.as_ref());
        let mut body = format!("{}\n{}\n{root}\n", self.origin, self.size);
        for line in &self.extensions {
            body.push_str(line);
            body.push('\n');
        }
        body
    }

    /// Signs with the log's key. The caller makes sure that it never signs two that do not continue each other.
    ///
    /// # Errors
    /// If the signer is not named as the origin.
    pub fn sign(&self, signer: &NoteSigner) -> Result<SignedCheckpoint, CheckpointError> {
        self.check_name(signer.verifier_key())?;
        let mut note = Note::new(self.body())?;
        note.add(signer.sign(note.text()))?;
        Ok(SignedCheckpoint { checkpoint: self.clone(), note })
    }

    fn check_name(&self, key: &VerifierKey) -> Result<(), CheckpointError> {
        if key.name().as_str() == self.origin {
            return Ok(());
        }
        Err(CheckpointError::OtherLog { key: key.name().to_string(), origin: self.origin.clone() })
    }
}

/// A checkpoint and the note it stands in, signatures and all. Holding one means nothing about trust.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

impl SignedCheckpoint {
    /// Reads a checkpoint note without checking any signature.
    ///
    /// # Errors
    /// If it is not a note or its text not a checkpoint.
    pub fn parse(bytes: impl AsRef<[u8]>) -> Result<Self, CheckpointError> {
        let note = Note::parse(bytes)?;
        Ok(Self { checkpoint: Checkpoint::parse_body(note.text())?, note })
    }

    /// Reads a checkpoint note and checks the log's signature; cosignatures are left unchecked.
    ///
    /// # Errors
    /// As [`Self::parse`] and [`Self::verify_log`].
    pub fn open(bytes: impl AsRef<[u8]>, log_key: &VerifierKey) -> Result<Self, CheckpointError> {
        let signed = Self::parse(bytes)?;
        signed.verify_log(log_key)?;
        Ok(signed)
    }

    /// Checks that the log has signed.
    ///
    /// # Errors
    /// If the key is not the origin's, or its signature is missing or wrong.
    pub fn verify_log<'k>(&self, log_key: &'k VerifierKey) -> Result<VerifiedSignature<'k>, CheckpointError> {
        self.checkpoint.check_name(log_key)?;
        let verified = self.note.verify([log_key])?;
        Ok(verified.into_iter().next().ok_or(NoteError::NotSigned)?)
    }

    /// What is stated.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note, for its signature lines.
    #[must_use]
    pub const fn note(&self) -> &Note {
        &self.note
    }

    /// Adds a signature or cosignature line, unless the very same line is there.
    ///
    /// # Errors
    /// If the note would have too many or be too large.
    pub fn add(&mut self, signature: NoteSignature) -> Result<(), NoteError> {
        self.note.add(signature)
    }
}

impl fmt::Display for SignedCheckpoint {
    /// The note as it is served and stored.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}

/// A number in the one spelling C2SP allows: digits, no leading zero.
pub(super) fn decimal(text: &str) -> Option<u64> {
    let canonical = text.bytes().all(|b| b.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'));
    if canonical { text.parse().ok() } else { None }
}

/// A hash in padded standard base64.
pub(super) fn hash_from_base64(text: &str) -> Option<Hash> {
    let mut bytes = [0; 32];
    let decoded = Base64::decode(text, &mut bytes).ok()?;
    if decoded.len() == 32 { Some(Hash(bytes)) } else { None }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use proptest::prelude::*;

    use super::super::vkey::KeyName;
    use super::*;

    const SOFA: &str =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    fn signer(name: &str) -> NoteSigner {
        NoteSigner::new(KeyName::new(name).unwrap(), SigningKey::from_bytes(&[9; 32])).unwrap()
    }

    #[test]
    fn the_specification_s_body() {
        let checkpoint = Checkpoint::parse_body(SOFA).unwrap();
        assert_eq!((checkpoint.origin(), checkpoint.size()), ("example.com/behind-the-sofa", 20_852_163));
        assert_eq!(checkpoint.body(), SOFA);
        let foreign = format!("{SOFA}extension one\ntwo\n");
        let checkpoint = Checkpoint::parse_body(&foreign).unwrap();
        assert_eq!(checkpoint.extensions(), ["extension one", "two"]);
        assert_eq!(checkpoint.body(), foreign);
    }

    #[test]
    fn the_specification_s_signed_example_parses() {
        let note = format!(
            "{SOFA}\n\u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhc\
             yv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXc\
             rtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
        );
        let signed = SignedCheckpoint::parse(&note).unwrap();
        assert_eq!(signed.to_string(), note);
        let witness = signed.note().signatures().last().unwrap();
        assert_eq!(u64::from_be_bytes(witness.signature[..8].try_into().unwrap()), 1_679_315_147);
    }

    #[test]
    fn signing_and_opening() {
        let log = signer("example.com/log");
        let signed = Checkpoint::new("example.com/log", 0, EMPTY_ROOT).unwrap().sign(&log).unwrap();
        assert_eq!(SignedCheckpoint::open(signed.to_string(), log.verifier_key()), Ok(signed.clone()));
        let elsewhere = signer("example.com/other");
        let wrong = SignedCheckpoint::open(signed.to_string(), elsewhere.verifier_key());
        assert!(matches!(wrong, Err(CheckpointError::OtherLog { .. })));
        assert!(matches!(signed.checkpoint().sign(&elsewhere), Err(CheckpointError::OtherLog { .. })));
        // The same key under the same name, a different statement.
        let forged = signed.to_string().replacen("\n0\n", "\n1\n", 1);
        let refused = SignedCheckpoint::open(forged, log.verifier_key());
        assert!(matches!(refused, Err(CheckpointError::Note(NoteError::BadSignature { .. }))));
    }

    #[test]
    fn what_is_not_a_checkpoint_is_refused() {
        let refused = |text: &str| Checkpoint::parse_body(text).unwrap_err();
        assert_eq!(refused(SOFA.trim_end()), CheckpointError::Lines);
        assert_eq!(refused("a\n"), CheckpointError::Size);
        assert_eq!(refused("a\n1\n"), CheckpointError::Root);
        assert_eq!(refused(&format!("{SOFA}\n")), CheckpointError::Lines);
        assert_eq!(refused(&format!("\n{}", SOFA.split_once('\n').unwrap().1)), CheckpointError::Origin);
        let long = SOFA.replace("example.com/behind-the-sofa", &"x".repeat(256));
        assert_eq!(refused(&long), CheckpointError::Origin);
        for size in ["", "00", "01", "+1", "-1", "1 ", "0x1", "18446744073709551616", "\u{661}"] {
            assert_eq!(refused(&SOFA.replace("20852163", size)), CheckpointError::Size, "{size}");
        }
        for root in [
            "",
            "AAAA",
            "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I",
            "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=",
        ] {
            let text = SOFA.replace("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=", root);
            assert_eq!(refused(&text), CheckpointError::Root, "{root}");
        }
        // An empty log has one root only.
        assert_eq!(refused(&SOFA.replace("20852163", "0")), CheckpointError::Root);
        assert_eq!(Checkpoint::new("a\nb", 0, EMPTY_ROOT), Err(CheckpointError::Origin));
    }

    proptest! {
        #[test]
        fn what_parses_prints_back(text in "[ab\n]{0,3}\n[0-9]{0,3}\n[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=\n([a\n]\n){0,2}") {
            if let Ok(checkpoint) = Checkpoint::parse_body(&text) {
                prop_assert_eq!(checkpoint.body(), text);
            }
        }
    }
}
