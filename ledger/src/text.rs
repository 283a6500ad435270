//! The two alphabets that ids, keys, codes and signatures are written in: Crockford base32 and base64url.
//!
//! Strict: one text per value, so that two texts never mean the same thing. What a text means is said by the
//! type that owns it (`id`, `key`, `sealed`, `tag`); lenient reading of what a person typed is in `tag`.

use base64ct::{Base64UrlUnpadded, Encoding};

/// Crockford's base32: digits and capitals without I, L, O and U.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The character of a value below 32; the mask makes every input safe.
pub(crate) const fn crockford_char(value: u8) -> char {
    CROCKFORD[(value & 31) as usize] as char
}

/// The value of a strict (upper-case) Crockford character.
pub(crate) fn crockford_value(char: u8) -> Option<u8> {
    CROCKFORD.iter().position(|c| *c == char).and_then(|at| u8::try_from(at).ok())
}

/// `number` in exactly `chars` characters, most significant first; so the unused high bits of the first
/// character are zero (as in a ULID: 16 bytes in 26 characters begin with 0 to 7).
pub(crate) fn crockford(number: u128, chars: u32) -> String {
    // Bits above 128 are zero: a shift that does not fit gives None.
    let digit = |at: u32| number.checked_shr(5 * at).map_or(0, |n| (n & 31) as u8);
    (0..chars).rev().map(|at| crockford_char(digit(at))).collect()
}

/// Reads what [`crockford`] writes, of exactly `chars` characters; `None` for anything else.
pub(crate) fn from_crockford(text: &str, chars: usize) -> Option<u128> {
    if text.len() != chars {
        return None;
    }
    text.bytes().try_fold(0_u128, |number, char| {
        let value = crockford_value(char)?;
        // The top five bits must be free, or the unused high bits were not zero.
        (number >> 123 == 0).then_some(number << 5 | u128::from(value))
    })
}

/// Base64url without padding (RFC 4648 section 5).
pub(crate) fn base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// Reads what [`base64url`] writes, for exactly `N` bytes; `None` also when the unused low bits are not zero.
pub(crate) fn from_base64url<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let length = Base64UrlUnpadded::decode(text, &mut bytes).ok()?.len();
    (length == N && base64url(&bytes) == text).then_some(bytes)
}

/// `Serialize` and `Deserialize` as the text of `Display` and `FromStr`.
macro_rules! serde_as_text {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// `Encode` and `Decode` as a CBOR byte string, for a type with a byte array inside and a constructor from it.
macro_rules! cbor_as_bytes {
    ($name:ident, $make:expr) => {
        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                let wrong =
                    |_| minicbor::decode::Error::message(concat!("wrong length of ", stringify!($name)));
                d.bytes()?.try_into().map($make).map_err(wrong)
            }
        }
    };
}

/// `Encode` and `Decode` as the CBOR text of `Display` and `FromStr`.
macro_rules! cbor_as_text {
    ($name:ident) => {
        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.str(&self.to_string())?.ok()
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                d.str()?.parse().map_err(|e| minicbor::decode::Error::message(format!("{e}")))
            }
        }
    };
}

pub(crate) use {cbor_as_bytes, cbor_as_text, serde_as_text};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crockford_is_one_text_per_number() {
        assert_eq!(crockford(0, 3), "000");
        assert_eq!(crockford(u128::MAX, 26), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
        assert_eq!(from_crockford("7ZZZZZZZZZZZZZZZZZZZZZZZZZ", 26), Some(u128::MAX));
        assert_eq!(from_crockford("8ZZZZZZZZZZZZZZZZZZZZZZZZZ", 26), None, "129 bits");
        assert_eq!(from_crockford("80000000000000000000000000", 26), None);
        assert_eq!(crockford(1234, 4), "016J");
        assert_eq!(from_crockford("016J", 4), Some(1234));
        for bad in ["016j", "O16J", "01IJ", "L16J", "0U6J", "016", "0016J", "01é", "0-6J"] {
            assert_eq!(from_crockford(bad, 4), None, "{bad}");
        }
    }

    #[test]
    fn base64url_is_one_text_per_value() {
        assert_eq!(base64url(&[0xfb, 0xff]), "-_8");
        assert_eq!(from_base64url("-_8"), Some([0xfb, 0xff]));
        for bad in ["-_9", "-_8=", "+/8", "-_", "-_8A", ""] {
            assert_eq!(from_base64url::<2>(bad), None, "{bad}");
        }
    }
}
