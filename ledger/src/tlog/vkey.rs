//! C2SP signed-note keys: names, key ids, and the one-line `vkey` text that a trust file holds.
//!
//! What must not be here: signatures over notes (`note`, `cosignature`) and the question whom to trust (`policy`).

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64, Encoding};
use ed25519_dalek::VerifyingKey;

use crate::hash::Hash;

/// The longest key name and origin, in bytes: the ML-DSA cosignature message counts them in one byte.
pub const MAX_NAME_BYTES: usize = 255;
/// The longest vkey text. ML-DSA-87 keys (2,592 bytes) are the largest in sight; in base64 they take 3,460 bytes.
const MAX_VKEY_BYTES: usize = 8192;

/// Ed25519 over the note's text (signed-note).
pub const TYPE_ED25519: u8 = 0x01;
/// Ed25519 over a checkpoint and a time (tlog-cosignature).
pub const TYPE_COSIGNATURE: u8 = 0x04;
/// ML-DSA-44 over a checkpoint and a time (tlog-cosignature): kept, not yet checked.
pub const TYPE_ML_DSA_44: u8 = 0x06;

/// The name of a key: not empty, at most 255 bytes, no Unicode space, no control character, no `+`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyName(String);

/// Why a key name or key text was refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum KeyError {
    /// The name is empty, too long, or has a forbidden character.
    #[error(
        "a key name has 1 to 255 bytes without spaces, control characters and '+', such as example.com/log"
    )]
    Name,
    /// The text is not `name+id+key`.
    #[error("a verifier key looks like name+1a2b3c4d+AQ...: copy the whole line again")]
    Form,
    /// The key part is not strict base64 or empty.
    #[error("the key is not padded standard base64: copy the whole line again")]
    Base64,
    /// The id is not the one of this name and key.
    #[error("the key id is {found}, but this name and key have {expected}: the line was altered or mistyped")]
    Id {
        /// The id computed from name and key.
        expected: KeyId,
        /// The id in the text.
        found: KeyId,
    },
    /// The key has a length its type cannot have.
    #[error("a key of type 0x{kind:02x} cannot have {length} bytes")]
    Length {
        /// The signature type.
        kind: u8,
        /// The number of key bytes.
        length: usize,
    },
    /// Not a point on the curve, or one for which anybody can sign.
    #[error("the Ed25519 key is invalid or weak: ask its owner for a new one")]
    BadPoint,
}

impl KeyName {
    /// Checks and takes a name.
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn new(name: impl Into<String>) -> Result<Self, KeyError> {
        let name = name.into();
        let forbidden = |c: char| c == '+' || c < ' ' || c.is_whitespace();
        if name.is_empty() || name.len() > MAX_NAME_BYTES || name.contains(forbidden) {
            return Err(KeyError::Name);
        }
        Ok(Self(name))
    }

    /// The name's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The short id beside a name in a signature line: a hint which key to try, not a fingerprint.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyId(pub [u8; 4]);

impl KeyId {
    /// SHA-256(name || 0x0A || type || public key), the first four bytes.
    #[must_use]
    pub fn of(name: &KeyName, kind: u8, public_key: &[u8]) -> Self {
        let Hash([a, b, c, d, ..]) = Hash::of_parts(&[name.0.as_bytes(), b"\n", &[kind], public_key]);
        Self([a, b, c, d])
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a key signs, and so how it is checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum KeyMaterial {
    /// Type 0x01: Ed25519 over the note's text.
    Ed25519(VerifyingKey),
    /// Type 0x04: Ed25519 over `cosignature/v1`, a time, and the text.
    Cosignature(VerifyingKey),
    /// Any other type: kept and printed, never a reason to accept a note.
    Unsupported {
        /// The type byte.
        kind: u8,
        /// The bytes after it.
        public_key: Vec<u8>,
    },
}

/// A named public key, in text `name+id+base64(type || key)`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct VerifierKey {
    name: KeyName,
    id: KeyId,
    material: KeyMaterial,
}

impl VerifierKey {
    /// The key of a log: type 0x01.
    ///
    /// # Errors
    /// [`KeyError::BadPoint`] if the key is weak.
    pub fn ed25519(name: KeyName, key: VerifyingKey) -> Result<Self, KeyError> {
        Self::with(name, TYPE_ED25519, key)
    }

    /// The key of a witness or auditor: type 0x04.
    ///
    /// # Errors
    /// [`KeyError::BadPoint`] if the key is weak.
    pub fn cosignature(name: KeyName, key: VerifyingKey) -> Result<Self, KeyError> {
        Self::with(name, TYPE_COSIGNATURE, key)
    }

    fn with(name: KeyName, kind: u8, key: VerifyingKey) -> Result<Self, KeyError> {
        let material = material(kind, key.as_bytes())?;
        Ok(Self { id: KeyId::of(&name, kind, key.as_bytes()), name, material })
    }

    /// The key's name; for a log, its origin.
    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// The id that its signature lines carry.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// The key itself.
    #[must_use]
    pub const fn material(&self) -> &KeyMaterial {
        &self.material
    }

    /// The signature type byte.
    #[must_use]
    pub const fn kind(&self) -> u8 {
        match &self.material {
            KeyMaterial::Ed25519(_) => TYPE_ED25519,
            KeyMaterial::Cosignature(_) => TYPE_COSIGNATURE,
            KeyMaterial::Unsupported { kind, .. } => *kind,
        }
    }

    /// The raw public key, without the type: what must not occur twice in a policy.
    #[must_use]
    pub fn public_key(&self) -> &[u8] {
        match &self.material {
            KeyMaterial::Ed25519(key) | KeyMaterial::Cosignature(key) => key.as_bytes(),
            KeyMaterial::Unsupported { public_key, .. } => public_key,
        }
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        if text.len() > MAX_VKEY_BYTES {
            return Err(KeyError::Form);
        }
        // The base64 part may hold further plus signs.
        let (name, rest) = text.split_once('+').ok_or(KeyError::Form)?;
        let (id, key) = rest.split_once('+').ok_or(KeyError::Form)?;
        let name = KeyName::new(name)?;
        if id.len() != 8 || id.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(KeyError::Form);
        }
        let mut found = KeyId([0; 4]);
        hex::decode_to_slice(id, &mut found.0).map_err(|_| KeyError::Form)?;
        let key = Base64::decode_vec(key).map_err(|_| KeyError::Base64)?;
        let (&kind, public_key) = key.split_first().ok_or(KeyError::Base64)?;
        let material = material(kind, public_key)?;
        // Other types may derive their ids otherwise (0x02 hashes the SPKI form); those are taken as they come.
        if matches!(kind, TYPE_ED25519 | TYPE_COSIGNATURE | TYPE_ML_DSA_44) {
            let expected = KeyId::of(&name, kind, public_key);
            if expected != found {
                return Err(KeyError::Id { expected, found });
            }
        }
        Ok(Self { name, id: found, material })
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![self.kind()];
        key.extend_from_slice(self.public_key());
        write!(f, "{}+{}+{}", self.name, self.id, Base64::encode_string(&key))
    }
}

fn material(kind: u8, public_key: &[u8]) -> Result<KeyMaterial, KeyError> {
    let wrong_length = KeyError::Length { kind, length: public_key.len() };
    if kind == TYPE_ML_DSA_44 && public_key.len() != 1312 {
        return Err(wrong_length);
    }
    if kind != TYPE_ED25519 && kind != TYPE_COSIGNATURE {
        return Ok(KeyMaterial::Unsupported { kind, public_key: public_key.to_vec() });
    }
    let bytes: &[u8; 32] = public_key.try_into().map_err(|_| wrong_length)?;
    let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::BadPoint)?;
    // Two texts of one point would be two keys to the duplicate check: only the canonical one is a key.
    if key.is_weak() || key.to_edwards().compress().as_bytes() != bytes {
        return Err(KeyError::BadPoint);
    }
    Ok(if kind == TYPE_ED25519 { KeyMaterial::Ed25519(key) } else { KeyMaterial::Cosignature(key) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the signed-note specification, and from the tests of golang.org/x/mod and transparency-dev/formats.
    const FOREIGN: [&str; 3] = [
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6",
    ];

    #[test]
    fn foreign_keys_round_trip_with_their_ids() {
        for text in FOREIGN {
            let key: VerifierKey = text.parse().unwrap();
            assert_eq!(key.to_string(), text);
            assert_eq!(key.kind(), TYPE_ED25519);
            assert_eq!(KeyId::of(key.name(), key.kind(), key.public_key()), key.id());
        }
    }

    #[test]
    fn unknown_types_are_kept() {
        let rekor = "rekor.sigstore.dev+c0d23d6a+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNhtmPtrWm3U1eQXBogSMdGvXwBcK5A\
                     W5i0hrZLOC96l+smGNM7nwZ4QvFK/4sueRoVj//QP22Ni4Qt9DPfkWLc=";
        let key: VerifierKey = rekor.parse().unwrap();
        assert_eq!(key.kind(), 0x02);
        assert!(matches!(key.material(), KeyMaterial::Unsupported { kind: 2, .. }));
        assert_eq!(key.to_string(), rekor);
    }

    #[test]
    fn altered_keys_are_refused() {
        let parse = |text: &str| text.parse::<VerifierKey>().unwrap_err();
        let good = FOREIGN[0];
        assert!(matches!(parse(&good.replace("foo", "fop")), KeyError::Id { .. }));
        assert!(matches!(parse(&good.replace("530d903a", "530d903b")), KeyError::Id { .. }));
        assert_eq!(parse(&good.replace("530d903a", "530D903A")), KeyError::Form);
        assert_eq!(parse(&good.replace("530d903a", "530d903")), KeyError::Form);
        assert_eq!(parse("example.com/foo"), KeyError::Form);
        assert_eq!(parse("example.com/foo+530d903a"), KeyError::Form);
        assert_eq!(parse("example.com/foo+530d903a+"), KeyError::Base64);
        assert_eq!(parse(&good.replace("U2k", "U2")), KeyError::Base64);
        assert_eq!(parse("a+00000000+AQAA"), KeyError::Length { kind: 1, length: 2 });
        assert_eq!(parse("+530d903a+AQ=="), KeyError::Name);
        assert_eq!(parse(&"x".repeat(MAX_VKEY_BYTES + 1)), KeyError::Form);
    }

    #[test]
    fn weak_and_non_canonical_points_are_refused() {
        let name = KeyName::new("weak").unwrap();
        let mut identity = [0; 32];
        identity[0] = 1;
        // y = p + 3 is a second encoding of y = 3, which is on the curve; the canonical one must stay accepted.
        let mut second = [0xff; 32];
        second[0] = 0xf0;
        second[31] = 0x7f;
        let mut canonical = [0; 32];
        canonical[0] = 3;
        for (bytes, refused) in [(identity, true), (second, true), (canonical, false)] {
            let mut key = vec![TYPE_COSIGNATURE];
            key.extend_from_slice(&bytes);
            let id = KeyId::of(&name, TYPE_COSIGNATURE, &bytes);
            let text = format!("{name}+{id}+{}", Base64::encode_string(&key));
            let outcome = text.parse::<VerifierKey>();
            assert_eq!(outcome.is_err(), refused, "{bytes:?}");
            if refused {
                assert_eq!(outcome, Err(KeyError::BadPoint));
            }
        }
    }

    #[test]
    fn names() {
        for good in ["a", "example.com/log#1", "喆", &"x".repeat(255)] {
            assert_eq!(KeyName::new(good).unwrap().as_str(), good);
        }
        for bad in ["", "a b", "a+b", "a\u{a0}b", "a\u{3000}b", "a\tb", "a\nb", "a\u{1}b", &"x".repeat(256)] {
            assert_eq!(KeyName::new(bad), Err(KeyError::Name), "{bad:?}");
        }
    }
}
