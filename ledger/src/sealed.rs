//! Sealed fields: a value that stays outside the log, with only its salted digest inside.
//!
//! Here are the digest, the field that is clear or sealed, and the disclosure that opens one. Which fields may be
//! sealed is said by the event table; who gets which disclosure, and where salts are kept, is not the ledger's matter.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::hash::Hash;
use crate::id::StatementId;
use crate::json::Json;
use crate::text::{base64url, cbor_as_bytes, from_base64url, serde_as_text};

/// The digest that stands in the event: SHA-256 of `"lode sealed 1\n" || origin || "\n" || path || "\n" || salt ||
/// value`.
///
/// `path` is the field's place in the payload (`events[0].supplier`), so that a digest cannot be moved to another
/// field. `value_json` is the exact JSON text of the value as [`Json::write`] gives it. The salt must be random and
/// used once: names can be guessed, 128 bits cannot; and who destroys the salt erases the fact.
#[must_use]
pub fn digest(origin: &str, path: &str, salt: &[u8; 16], value_json: &str) -> SealedDigest {
    SealedDigest(Hash::of_parts(&[
        b"lode sealed 1\n",
        origin.as_bytes(),
        b"\n",
        path.as_bytes(),
        b"\n",
        salt,
        value_json.as_bytes(),
    ]))
}

/// A field that may be sealed. JSON: the value itself, or `{"sealed": "<digest>"}`. CBOR: `[0, value]` or
/// `[1, digest]`.
///
/// A value that is itself a JSON object with the one key `sealed` would read as sealed; no sealable field is an
/// object.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(untagged)]
pub enum Sealable<T> {
    /// Only the digest is in the log. Stands first because untagged reading takes the first that fits.
    #[serde(with = "sealed_object")]
    Sealed(SealedDigest),
    /// The value is in the log for everybody to read.
    Clear(T),
}

impl<T> Sealable<T> {
    /// The value, if it is in the log.
    #[must_use]
    pub const fn clear(&self) -> Option<&T> {
        match self {
            Self::Clear(value) => Some(value),
            Self::Sealed(_) => None,
        }
    }

    /// The digest, if only that is in the log.
    #[must_use]
    pub const fn sealed(&self) -> Option<&SealedDigest> {
        match self {
            Self::Clear(_) => None,
            Self::Sealed(digest) => Some(digest),
        }
    }
}

impl<C, T: Encode<C>> Encode<C> for Sealable<T> {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(2)?;
        match self {
            Self::Clear(value) => value.encode(e.u8(0)?, ctx),
            Self::Sealed(digest) => digest.encode(e.u8(1)?, ctx),
        }
    }
}

impl<'b, C, T: Decode<'b, C>> Decode<'b, C> for Sealable<T> {
    fn decode(d: &mut minicbor::Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        match (d.array()?, d.u8()?) {
            (Some(2), 0) => T::decode(d, ctx).map(Self::Clear),
            (Some(2), 1) => SealedDigest::decode(d, ctx).map(Self::Sealed),
            _ => Err(minicbor::decode::Error::message("a sealable field is [0, value] or [1, digest]")),
        }
    }
}

/// `{"sealed": digest}` and no other member.
mod sealed_object {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::SealedDigest;

    #[derive(Deserialize, Serialize)]
    #[serde(deny_unknown_fields)]
    struct Object {
        sealed: SealedDigest,
    }

    pub(super) fn serialize<S: Serializer>(digest: &SealedDigest, serializer: S) -> Result<S::Ok, S::Error> {
        Object { sealed: *digest }.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SealedDigest, D::Error> {
        Object::deserialize(deserializer).map(|object| object.sealed)
    }
}

/// The digest of a sealed value; text: 43 characters of base64url.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SealedDigest(pub Hash);

/// The text is not a digest.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected a digest in 43 base64url characters")]
pub struct BadDigest;

impl fmt::Display for SealedDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64url(self.0.as_bytes()))
    }
}

impl fmt::Debug for SealedDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for SealedDigest {
    type Err = BadDigest;

    fn from_str(text: &str) -> Result<Self, BadDigest> {
        from_base64url(text).map(|bytes| Self(Hash(bytes))).ok_or(BadDigest)
    }
}

serde_as_text!(SealedDigest);

impl<C> Encode<C> for SealedDigest {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        self.0.encode(e, ctx)
    }
}

impl<'b, C> Decode<'b, C> for SealedDigest {
    fn decode(d: &mut minicbor::Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        Hash::decode(d, ctx).map(Self)
    }
}

/// The 16 random bytes of one sealed value; text: 22 characters of base64url.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Salt(pub [u8; 16]);

/// The text is not a salt.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected a salt of 16 bytes in 22 base64url characters")]
pub struct BadSalt;

impl fmt::Display for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64url(&self.0))
    }
}

/// Salts open what is sealed, so logs do not show them.
impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(..)")
    }
}

impl FromStr for Salt {
    type Err = BadSalt;

    fn from_str(text: &str) -> Result<Self, BadSalt> {
        from_base64url(text).map(Self).ok_or(BadSalt)
    }
}

serde_as_text!(Salt);
cbor_as_bytes!(Salt, Salt);

/// What opens one sealed field: it travels beside the log, never in it.
#[derive(Clone, Debug, Decode, Deserialize, Encode, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[cbor(map)]
pub struct Disclosure {
    /// The statement that carries the digest.
    #[n(0)]
    pub statement: StatementId,
    /// The field's place in the payload, as in `events[0].supplier`.
    #[n(1)]
    pub path: String,
    /// The salt of the digest.
    #[n(2)]
    pub salt: Salt,
    /// The value; hashed, and in CBOR written, as its one compact JSON text.
    #[n(3)]
    #[cbor(with = "json_text")]
    pub value: Json,
}

impl Disclosure {
    /// The digest that the statement must carry at `path` for this disclosure to be true.
    #[must_use]
    pub fn digest(&self, origin: &str) -> SealedDigest {
        digest(origin, &self.path, &self.salt.0, &self.value.write())
    }

    /// Checks the disclosure against the digest that the caller found in the statement at `path`.
    ///
    /// # Errors
    /// [`BadDisclosure`] if the path is none, or value and salt do not give that digest.
    pub fn check(&self, origin: &str, sealed: &SealedDigest) -> Result<(), BadDisclosure> {
        // A path with a line break could take bytes of the salt into itself.
        let clean = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'[' | b']');
        if self.path.is_empty() || !self.path.bytes().all(clean) {
            return Err(BadDisclosure::Path);
        }
        if self.digest(origin) == *sealed {
            Ok(())
        } else {
            Err(BadDisclosure::Mismatch { path: self.path.clone() })
        }
    }
}

/// Why a disclosure was refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BadDisclosure {
    /// The path is not one of a payload.
    #[error("the disclosure names no field of a statement; a path looks like events[0].supplier")]
    Path,
    /// Another value, salt, field or ledger was sealed.
    #[error("the disclosed value of {path} is not the one that was sealed in the statement")]
    Mismatch {
        /// The field.
        path: String,
    },
}

/// A JSON value as a CBOR text of its compact form.
mod json_text {
    use minicbor::decode::Error as DecodeError;
    use minicbor::encode::{Error as EncodeError, Write};
    use minicbor::{Decoder, Encoder};

    use crate::json::Json;

    pub(super) fn encode<C, W: Write>(
        value: &Json,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), EncodeError<W::Error>> {
        e.str(&value.write())?.ok()
    }

    pub(super) fn decode<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<Json, DecodeError> {
        Json::parse(d.str()?.as_bytes()).map_err(DecodeError::message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cbor;

    const ORIGIN: &str = "node.example/lode";

    fn disclosure() -> Disclosure {
        Disclosure {
            statement: StatementId(Hash::of(b"x")),
            path: "events[0].supplier".into(),
            salt: Salt([7; 16]),
            value: "Hetian \"Jade\" 玉".into(),
        }
    }

    #[test]
    fn digest_is_over_the_written_bytes() {
        let mut message = b"lode sealed 1\nnode.example/lode\nevents[0].supplier\n".to_vec();
        message.extend([7; 16]);
        message.extend(r#""Hetian \"Jade\" 玉""#.as_bytes());
        assert_eq!(disclosure().digest(ORIGIN), SealedDigest(Hash::of(&message)));
    }

    #[test]
    fn a_disclosure_opens_only_its_own_field() {
        let right = disclosure();
        let sealed = right.digest(ORIGIN);
        assert_eq!(right.check(ORIGIN, &sealed), Ok(()));
        let mismatch = |d: &Disclosure, origin| {
            assert!(matches!(d.check(origin, &sealed), Err(BadDisclosure::Mismatch { .. })), "{d:?}");
        };
        mismatch(&right, "other.example");
        mismatch(&Disclosure { path: "events[1].supplier".into(), ..right.clone() }, ORIGIN);
        mismatch(&Disclosure { salt: Salt([8; 16]), ..right.clone() }, ORIGIN);
        mismatch(&Disclosure { value: "Hetian".into(), ..right.clone() }, ORIGIN);
        for path in ["", "events[0].supplier\n", "events[0] .supplier"] {
            assert_eq!(
                Disclosure { path: path.into(), ..right.clone() }.check(ORIGIN, &sealed),
                Err(BadDisclosure::Path)
            );
        }
    }

    #[test]
    fn encodings_come_back() {
        let right = disclosure();
        assert_eq!(cbor::decode_exact::<Disclosure>(&cbor::encode(&right)).unwrap(), right);
        let json = serde_json::to_string(&right).unwrap();
        assert_eq!(serde_json::from_str::<Disclosure>(&json).unwrap(), right);

        let clear = Sealable::Clear("a".to_owned());
        let sealed = Sealable::<String>::Sealed(right.digest(ORIGIN));
        assert_eq!(serde_json::to_string(&clear).unwrap(), r#""a""#);
        let text = format!(r#"{{"sealed":"{}"}}"#, right.digest(ORIGIN));
        assert_eq!(serde_json::to_string(&sealed).unwrap(), text);
        for field in [clear, sealed] {
            let json = serde_json::to_string(&field).unwrap();
            assert_eq!(serde_json::from_str::<Sealable<String>>(&json).unwrap(), field);
            assert_eq!(cbor::decode_exact::<Sealable<String>>(&cbor::encode(&field)).unwrap(), field);
        }
        assert!(serde_json::from_str::<Sealable<String>>(&text.replace('}', r#","x":1}"#)).is_err());
        assert!(cbor::decode_exact::<Sealable<String>>(&[0x82, 2, 0x60]).is_err());
    }
}
