//! C2SP tlog-cosignature: what a witness or an auditor says about a checkpoint, and when.
//!
//! Only Ed25519 cosignatures (type 0x04) are made and checked. What a cosigner must have verified before it signs
//! is the cosigner's business; time is handed in.

use std::fmt;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use super::checkpoint::SignedCheckpoint;
use super::note::NoteSignature;
use super::vkey::{KeyError, KeyName, VerifierKey};

/// The latest time a cosignature may carry, in seconds since 1970 (tlog-cosignature, "Format").
pub const MAX_TIME_S: u64 = (1 << 63) - 1;

/// Cosigns checkpoints with an Ed25519 key. One key serves one role only: the message does not name the cosigner.
pub struct Cosigner {
    key: VerifierKey,
    secret: SigningKey,
}

/// The time is beyond what the format can carry.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a cosignature cannot carry the time {0}: the limit is 2^63 - 1 seconds")]
pub struct TimeOutOfRange(pub u64);

impl Cosigner {
    /// A cosigner under a name.
    ///
    /// # Errors
    /// [`KeyError::BadPoint`] if the key is weak, which a randomly made one never is.
    pub fn new(name: KeyName, secret: SigningKey) -> Result<Self, KeyError> {
        Ok(Self { key: VerifierKey::cosignature(name, secret.verifying_key())?, secret })
    }

    /// The public half, as it goes into trust files.
    #[must_use]
    pub const fn verifier_key(&self) -> &VerifierKey {
        &self.key
    }

    /// The cosignature line for a checkpoint at `time_s` seconds since 1970-01-01 UTC.
    ///
    /// # Errors
    /// If the time is out of range.
    pub fn cosign(
        &self,
        checkpoint: &SignedCheckpoint,
        time_s: u64,
    ) -> Result<NoteSignature, TimeOutOfRange> {
        if time_s > MAX_TIME_S {
            return Err(TimeOutOfRange(time_s));
        }
        let mut signature = time_s.to_be_bytes().to_vec();
        signature.extend(self.secret.sign(message(time_s, checkpoint.note().text()).as_bytes()).to_bytes());
        Ok(NoteSignature { name: self.key.name().clone(), id: self.key.id(), signature })
    }
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cosigner").field("key", &self.key).finish_non_exhaustive()
    }
}

/// Checks `time || signature` over a checkpoint's whole text and gives the time.
pub(super) fn verify(key: &VerifyingKey, text: &str, timed: &[u8]) -> Option<u64> {
    let (time, signature) = timed.split_first_chunk::<8>()?;
    let time_s = u64::from_be_bytes(*time);
    if time_s > MAX_TIME_S {
        return None;
    }
    let signature = Signature::from_slice(signature).ok()?;
    key.verify_strict(message(time_s, text).as_bytes(), &signature).ok()?;
    Some(time_s)
}

/// The signed message: header, time, and the text with any extension lines.
fn message(time_s: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {time_s}\n{text}")
}

#[cfg(test)]
mod tests {
    use super::super::checkpoint::Checkpoint;
    use super::super::note::{Note, NoteError, NoteSigner};
    use super::super::tree::leaf_hash;
    use super::*;

    fn signed() -> SignedCheckpoint {
        let name = KeyName::new("example.com/log").unwrap();
        let log = NoteSigner::new(name, SigningKey::from_bytes(&[1; 32])).unwrap();
        Checkpoint::new("example.com/log", 1, leaf_hash(b"x")).unwrap().sign(&log).unwrap()
    }

    fn cosigner() -> Cosigner {
        Cosigner::new(KeyName::new("w.example").unwrap(), SigningKey::from_bytes(&[2; 32])).unwrap()
    }

    #[test]
    fn the_message_is_the_specification_s() {
        let body = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let expected = "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n\
                        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        assert_eq!(message(1_679_315_147, body), expected);
    }

    #[test]
    fn a_cosignature_carries_its_time() {
        let witness = cosigner();
        let mut checkpoint = signed();
        for time_s in [0, 1_700_000_000, MAX_TIME_S] {
            let line = witness.cosign(&checkpoint, time_s).unwrap();
            assert_eq!(line.signature.len(), 72);
            assert_eq!(line.to_string().parse(), Ok(line.clone()));
            let mut note = Note::new(checkpoint.note().text()).unwrap();
            note.add(line).unwrap();
            let verified = note.verify([witness.verifier_key()]).unwrap();
            assert_eq!(verified.first().and_then(|v| v.time_s), Some(time_s));
        }
        assert_eq!(witness.cosign(&checkpoint, MAX_TIME_S + 1), Err(TimeOutOfRange(MAX_TIME_S + 1)));
        let line = witness.cosign(&checkpoint, 7).unwrap();
        checkpoint.add(line).unwrap();
        assert_eq!(SignedCheckpoint::parse(checkpoint.to_string()), Ok(checkpoint));
    }

    #[test]
    fn another_time_or_length_is_not_signed() {
        let witness = cosigner();
        let checkpoint = signed();
        let good = witness.cosign(&checkpoint, 7).unwrap();
        let mut later = good.clone();
        later.signature[7] = 8;
        let mut beyond = good.clone();
        beyond.signature[0] = 0x80;
        let mut short = good.clone();
        short.signature.pop();
        let mut tiny = good;
        tiny.signature.truncate(3);
        for line in [later, beyond, short, tiny] {
            let mut note = Note::new(checkpoint.note().text()).unwrap();
            note.add(line).unwrap();
            let outcome = note.verify([witness.verifier_key()]);
            assert!(matches!(outcome, Err(NoteError::BadSignature { .. })));
        }
    }
}
