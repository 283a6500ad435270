//! Deterministic CBOR (RFC 8949 section 4.2.1) over minicbor: written one way, and read only if written that way.
//!
//! Records of the state map are hashed, proof files are compared, statements are named by the hash of their
//! bytes. If one value had two encodings, one fact would have two hashes, and somebody could pass on the same
//! proof or statement under another name. minicbor writes shortest integers and definite lengths, and its derived
//! structs write their fields in the order of their numbers; but it also reads other forms. So what was read is
//! written again and compared.
//!
//! What the bytes mean is said by the types themselves (`record`, `proof`, `statement`, `sealed`).

use minicbor::{Decode, Encode};

/// Room for most records, so that the buffer does not grow in small steps.
const USUAL_BYTES: usize = 768;

/// The encoding of `value`.
///
/// The writer is a growing buffer and cannot fail; no `Encode` of this crate returns an error of its own.
#[must_use]
pub fn encode<T: Encode<()>>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(USUAL_BYTES);
    #[expect(
        clippy::expect_used,
        reason = "see above; an empty result in its place would be hashed unnoticed"
    )]
    minicbor::encode(value, &mut bytes).expect("encoding into a buffer cannot fail");
    bytes
}

/// Reads one value that fills `bytes` and is encoded exactly as [`encode`] would.
///
/// # Errors
/// [`CborError`] if it is another type, is followed by more bytes, or has another encoding.
pub fn decode_exact<T: for<'b> Decode<'b, ()> + Encode<()>>(bytes: &[u8]) -> Result<T, CborError> {
    let mut decoder = minicbor::Decoder::new(bytes);
    let value: T = decoder.decode().map_err(|e| CborError::Malformed(e.to_string()))?;
    if decoder.position() != bytes.len() {
        return Err(CborError::Trailing { at: decoder.position() });
    }
    if encode(&value) != bytes {
        return Err(CborError::NotDeterministic);
    }
    Ok(value)
}

/// Why [`decode_exact`] refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CborError {
    /// No CBOR, cut off, or another type than expected.
    #[error("not the expected CBOR: {0}")]
    Malformed(String),
    /// Bytes after the value.
    #[error("bytes after the end of the CBOR value, from byte {at}")]
    Trailing {
        /// Where the value ended.
        at: usize,
    },
    /// The value can be read but is not in its deterministic encoding.
    #[error("the CBOR is not deterministically encoded (RFC 8949 section 4.2.1)")]
    NotDeterministic,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Decode, Encode, PartialEq)]
    #[cbor(map)]
    struct Sample {
        #[n(0)]
        number: u64,
        #[n(1)]
        text: Option<String>,
    }

    #[test]
    fn one_value_has_one_encoding() {
        let sample = Sample { number: 5, text: Some("a".into()) };
        let bytes = encode(&sample);
        assert_eq!(bytes, [0xa2, 0, 5, 1, 0x61, b'a']);
        assert_eq!(decode_exact::<Sample>(&bytes).unwrap(), sample);
        let refused = |bytes: &[u8]| decode_exact::<Sample>(bytes).unwrap_err();
        assert_eq!(refused(&[0xa2, 0, 5, 1, 0x61, b'a', 0]), CborError::Trailing { at: 6 });
        assert!(matches!(refused(&bytes[..5]), CborError::Malformed(_)));
        assert!(matches!(refused(&[]), CborError::Malformed(_)));
        for other in [
            &[0xa2, 0, 0x18, 5, 1, 0x61, b'a'][..], // 5 in two bytes
            &[0xa2, 1, 0x61, b'a', 0, 5],           // order
            &[0xbf, 0, 5, 1, 0x61, b'a', 0xff],     // indefinite length
            &[0xa3, 0, 5, 1, 0x61, b'a', 2, 0],     // unknown field
            &[0xa3, 0, 5, 0, 5, 1, 0x61, b'a'],     // a key twice
            &[0xa2, 0, 5, 1, 0xf6],                 // null for an absent field
        ] {
            assert_eq!(refused(other), CborError::NotDeterministic, "{other:x?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_what_is_written(bytes in prop::collection::vec(any::<u8>(), 0..12)) {
            if let Ok(sample) = decode_exact::<Sample>(&bytes) {
                prop_assert_eq!(encode(&sample), bytes);
            }
        }
    }
}
