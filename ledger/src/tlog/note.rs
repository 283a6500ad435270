//! C2SP signed-note: a text, an empty line, and one signature line per signer.
//!
//! Parsing trusts nobody; only [`Note::verify`] against given keys says that the text may be read. What the text
//! means is said elsewhere (`checkpoint`), and so is whom to trust (`policy`).

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64, Encoding};
use ed25519_dalek::{Signature, Signer, SigningKey};

use super::cosignature;
use super::vkey::{KeyError, KeyId, KeyMaterial, KeyName, VerifierKey};

/// The largest note, in bytes. signed-note demands room for 16 signatures, and post-quantum ones take almost 5 kB
/// (7 kB in base64): 112 kB and the text.
pub const MAX_NOTE_BYTES: usize = 128 * 1024;
/// The most signature lines in a note.
pub const MAX_SIGNATURES: usize = 64;

/// A parsed note. Its text is not to be believed before [`Self::verify`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// One signature line: `— name base64(id || signature)`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NoteSignature {
    /// Who claims to have signed.
    pub name: KeyName,
    /// Which of their keys.
    pub id: KeyId,
    /// What the key's type makes of it: 64 bytes for type 0x01, 72 for type 0x04.
    pub signature: Vec<u8>,
}

/// A signature that was checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VerifiedSignature<'k> {
    /// The key that signed.
    pub key: &'k VerifierKey,
    /// For cosignatures: when, in seconds since 1970-01-01 UTC, by the cosigner's clock.
    pub time_s: Option<u64>,
}

/// Why a note was refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NoteError {
    /// Beyond [`MAX_NOTE_BYTES`].
    #[error("the note is larger than {MAX_NOTE_BYTES} bytes")]
    TooLarge,
    /// Not UTF-8, or a control character other than the line feed.
    #[error("a note is UTF-8 text with line feeds only: it was damaged or converted")]
    NotText,
    /// No text, no empty line, or no signature line after it.
    #[error("a note is a text, an empty line and signature lines: fetch the whole of it again")]
    Form,
    /// A line that is not a signature line.
    #[error("signature line {0} of the note is malformed: it reads '\u{2014} name base64'")]
    SignatureLine(usize),
    /// Beyond [`MAX_SIGNATURES`].
    #[error("the note has more than {MAX_SIGNATURES} signatures")]
    TooManySignatures,
    /// A key we know has a signature on the note that is not its own.
    #[error("the signature by {name} (key {id}) is not valid for this text: the note was altered or forged")]
    BadSignature {
        /// The key's name.
        name: KeyName,
        /// The key's id.
        id: KeyId,
    },
    /// Nobody we know has signed.
    #[error(
        "none of the known keys has signed this note: add the signer's key to the trust file if you trust it"
    )]
    NotSigned,
}

impl Note {
    /// An unsigned note over `text`, to be given signatures.
    ///
    /// # Errors
    /// If the text does not end in a line feed, has control characters, or is too large.
    pub fn new(text: impl Into<String>) -> Result<Self, NoteError> {
        let text = text.into();
        check_text(&text)?;
        if !text.ends_with('\n') {
            return Err(NoteError::Form);
        }
        Ok(Self { text, signatures: Vec::new() })
    }

    /// Reads a note with at least one signature line. `to_string` gives back the same bytes.
    ///
    /// # Errors
    /// If it is not a note within the limits.
    pub fn parse(bytes: impl AsRef<[u8]>) -> Result<Self, NoteError> {
        let bytes = bytes.as_ref();
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLarge);
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| NoteError::NotText)?;
        check_text(whole)?;
        // The text may hold empty lines itself: the last one divides.
        let (text, lines) = whole.rsplit_once("\n\n").ok_or(NoteError::Form)?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Form)?;
        let mut signatures = Vec::new();
        for (number, line) in lines.split('\n').enumerate() {
            if number == MAX_SIGNATURES {
                return Err(NoteError::TooManySignatures);
            }
            signatures.push(line.parse().map_err(|BadLine| NoteError::SignatureLine(number + 1))?);
        }
        Ok(Self { text: format!("{text}\n"), signatures })
    }

    /// The signed text, with its final line feed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All signature lines, known or not, in their order.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds a signature line at the end, unless the very same line is there.
    ///
    /// # Errors
    /// If the note would have too many or be too large.
    pub fn add(&mut self, signature: NoteSignature) -> Result<(), NoteError> {
        if self.signatures.contains(&signature) {
            return Ok(());
        }
        if self.signatures.len() >= MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        self.signatures.push(signature);
        if self.to_string().len() > MAX_NOTE_BYTES {
            self.signatures.pop();
            return Err(NoteError::TooLarge);
        }
        Ok(())
    }

    /// Checks the note against known keys: signatures by others are ignored, those by known keys must all be
    /// valid, and there must be one at least. Keys of unsupported types count as unknown.
    ///
    /// # Errors
    /// [`NoteError::BadSignature`] or [`NoteError::NotSigned`].
    pub fn verify<'k>(
        &self,
        keys: impl IntoIterator<Item = &'k VerifierKey>,
    ) -> Result<Vec<VerifiedSignature<'k>>, NoteError> {
        let mut verified = Vec::new();
        for key in keys {
            for line in self.signatures.iter().filter(|line| line.is_by(key)) {
                match line.check(key, &self.text) {
                    SignatureCheck::Unsupported => {}
                    SignatureCheck::Valid { time_s } => verified.push(VerifiedSignature { key, time_s }),
                    SignatureCheck::Invalid => {
                        return Err(NoteError::BadSignature { name: line.name.clone(), id: line.id });
                    }
                }
            }
        }
        if verified.is_empty() { Err(NoteError::NotSigned) } else { Ok(verified) }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

/// What one line says when checked against the key it names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum SignatureCheck {
    /// Signed by the key; cosignatures carry a time in seconds since 1970.
    Valid { time_s: Option<u64> },
    /// Not signed by the key.
    Invalid,
    /// We cannot check keys of this type.
    Unsupported,
}

impl NoteSignature {
    /// Whether the line names this key. Says nothing about the signature.
    #[must_use]
    pub fn is_by(&self, key: &VerifierKey) -> bool {
        self.id == key.id() && self.name == *key.name()
    }

    pub(super) fn check(&self, key: &VerifierKey, text: &str) -> SignatureCheck {
        match key.material() {
            KeyMaterial::Unsupported { .. } => SignatureCheck::Unsupported,
            KeyMaterial::Ed25519(key) => match Signature::from_slice(&self.signature) {
                Ok(signature) if key.verify_strict(text.as_bytes(), &signature).is_ok() => {
                    SignatureCheck::Valid { time_s: None }
                }
                _ => SignatureCheck::Invalid,
            },
            KeyMaterial::Cosignature(key) => match cosignature::verify(key, text, &self.signature) {
                Some(time_s) => SignatureCheck::Valid { time_s: Some(time_s) },
                None => SignatureCheck::Invalid,
            },
        }
    }
}

impl fmt::Display for NoteSignature {
    /// The line without its line feed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.id.0.to_vec();
        bytes.extend_from_slice(&self.signature);
        write!(f, "\u{2014} {} {}", self.name, Base64::encode_string(&bytes))
    }
}

/// The text is not a signature line.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a signature line reads '\u{2014} name base64'")]
pub struct BadLine;

impl FromStr for NoteSignature {
    type Err = BadLine;

    /// Reads one line, without its line feed (a witness answers with such lines).
    fn from_str(line: &str) -> Result<Self, BadLine> {
        let rest = line.strip_prefix("\u{2014} ").ok_or(BadLine)?;
        let (name, encoded) = rest.split_once(' ').ok_or(BadLine)?;
        let name = KeyName::new(name).map_err(|_| BadLine)?;
        if encoded.len() > MAX_NOTE_BYTES {
            return Err(BadLine);
        }
        let bytes = Base64::decode_vec(encoded).map_err(|_| BadLine)?;
        match bytes.split_first_chunk::<4>() {
            Some((id, signature)) if !signature.is_empty() => {
                Ok(Self { name, id: KeyId(*id), signature: signature.to_vec() })
            }
            _ => Err(BadLine),
        }
    }
}

/// Signs notes with an Ed25519 key of type 0x01. The secret is given in and never shown.
pub struct NoteSigner {
    key: VerifierKey,
    secret: SigningKey,
}

impl NoteSigner {
    /// A signer under a name; for a log, its origin.
    ///
    /// # Errors
    /// [`KeyError::BadPoint`] if the key is weak, which a randomly made one never is.
    pub fn new(name: KeyName, secret: SigningKey) -> Result<Self, KeyError> {
        Ok(Self { key: VerifierKey::ed25519(name, secret.verifying_key())?, secret })
    }

    /// The public half, as it goes into trust files.
    #[must_use]
    pub const fn verifier_key(&self) -> &VerifierKey {
        &self.key
    }

    /// The signature line for a note's text.
    #[must_use]
    pub fn sign(&self, text: &str) -> NoteSignature {
        let signature = self.secret.sign(text.as_bytes()).to_vec();
        NoteSignature { name: self.key.name().clone(), id: self.key.id(), signature }
    }
}

impl fmt::Debug for NoteSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NoteSigner").field("key", &self.key).finish_non_exhaustive()
    }
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if text.len() > MAX_NOTE_BYTES {
        return Err(NoteError::TooLarge);
    }
    if text.bytes().any(|b| b < b' ' && b != b'\n') {
        return Err(NoteError::NotText);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SPEC_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const SPEC_NOTE: &str = "This is an example message.\n\n\u{2014} example.com/foo \
        Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    fn signer(name: &str, seed: u8) -> NoteSigner {
        NoteSigner::new(KeyName::new(name).unwrap(), SigningKey::from_bytes(&[seed; 32])).unwrap()
    }

    #[test]
    fn the_specification_s_example() {
        let key: VerifierKey = SPEC_KEY.parse().unwrap();
        let note = Note::parse(SPEC_NOTE).unwrap();
        assert_eq!(note.text(), "This is an example message.\n");
        assert_eq!(note.to_string(), SPEC_NOTE);
        let verified = note.verify([&key]).unwrap();
        assert_eq!(verified, [VerifiedSignature { key: &key, time_s: None }]);
        let altered = Note::parse(SPEC_NOTE.replace("example m", "example M")).unwrap();
        assert!(matches!(altered.verify([&key]), Err(NoteError::BadSignature { .. })));
    }

    #[test]
    fn only_known_keys_count_and_all_of_them_must_be_right() {
        let (one, two, other) = (signer("one", 1), signer("two", 2), signer("one", 3));
        let text = "a\n\nb\n";
        let mut note = Note::new(text).unwrap();
        note.add(one.sign(text)).unwrap();
        note.add(two.sign("something else\n")).unwrap();
        let note = Note::parse(note.to_string()).unwrap();
        assert_eq!(note.text(), text);
        assert_eq!(note.verify([one.verifier_key()]).unwrap().len(), 1);
        // The same name with another key is another signer.
        assert_eq!(note.verify([other.verifier_key()]), Err(NoteError::NotSigned));
        assert_eq!(note.verify([]), Err(NoteError::NotSigned));
        let both = note.verify([one.verifier_key(), two.verifier_key()]);
        assert!(matches!(both, Err(NoteError::BadSignature { name, .. }) if name.as_str() == "two"));
        // A key of an unsupported type with the same name and id proves nothing, for or against.
        let mut line = one.sign(text);
        line.id = KeyId([0xc0, 0xd2, 0x3d, 0x6a]);
        line.name = KeyName::new("x").unwrap();
        let mut note = Note::new(text).unwrap();
        note.add(line).unwrap();
        let unsupported: VerifierKey = "x+c0d23d6a+AgEC".parse().unwrap();
        assert_eq!(note.verify([&unsupported]), Err(NoteError::NotSigned));
    }

    #[test]
    fn what_is_not_a_note_is_refused() {
        let refused = |text: &str| Note::parse(text).unwrap_err();
        assert_eq!(refused(""), NoteError::Form);
        assert_eq!(refused("\n"), NoteError::Form);
        assert_eq!(refused("a\n"), NoteError::Form);
        assert_eq!(refused("a\n\n"), NoteError::Form);
        assert_eq!(refused(SPEC_NOTE.trim_end()), NoteError::Form);
        assert_eq!(refused(&format!("{SPEC_NOTE}\n")), NoteError::Form);
        assert_eq!(refused("a\n\nb\n"), NoteError::SignatureLine(1));
        assert_eq!(refused(&SPEC_NOTE.replace('\u{2014}', "-")), NoteError::SignatureLine(1));
        assert_eq!(refused(&SPEC_NOTE.replace("foo Uw", "foo  Uw")), NoteError::SignatureLine(1));
        assert_eq!(refused(&SPEC_NOTE.replace("QM=", "QM")), NoteError::SignatureLine(1));
        // Base64 with stray bits at the end would be a second spelling of the same signature.
        assert_eq!(refused(&SPEC_NOTE.replace("QM=", "QN=")), NoteError::SignatureLine(1));
        assert_eq!(refused("a\n\n\u{2014} x AAAAAA==\n"), NoteError::SignatureLine(1));
        assert_eq!(refused(&format!("{SPEC_NOTE}x\n")), NoteError::SignatureLine(2));
        assert_eq!(refused(&SPEC_NOTE.replace('.', "\r")), NoteError::NotText);
        assert_eq!(Note::parse(b"\xff\n\n").unwrap_err(), NoteError::NotText);
        assert_eq!(Note::new("a"), Err(NoteError::Form));
        assert_eq!(refused(&"x".repeat(MAX_NOTE_BYTES + 1)), NoteError::TooLarge);
    }

    #[test]
    fn signatures_are_counted() {
        let text = "t\n";
        let mut note = Note::new(text).unwrap();
        for i in 0..64_u8 {
            note.add(signer("s", i).sign(text)).unwrap();
            note.add(signer("s", i).sign(text)).unwrap();
        }
        assert_eq!(note.signatures().len(), 64);
        assert_eq!(note.add(signer("s", 64).sign(text)), Err(NoteError::TooManySignatures));
        let full = note.to_string();
        assert!(Note::parse(&full).is_ok());
        let over = format!("{full}{}\n", signer("s", 64).sign(text));
        assert_eq!(Note::parse(over), Err(NoteError::TooManySignatures));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived_and_what_parses_prints_back(
            bytes in prop_oneof![
                any::<Vec<u8>>(),
                "[a-c\n ]{0,12}\n\n(\u{2014} [a-c]{1,2} [A-Za-z0-9+/]{8}\n){1,3}".prop_map(String::into_bytes),
            ],
        ) {
            if let Ok(note) = Note::parse(&bytes) {
                prop_assert_eq!(note.to_string().into_bytes(), bytes);
            }
        }
    }
}
