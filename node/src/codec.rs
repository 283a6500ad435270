//! bincode for the node's own records, in this one module so that it can be replaced without touching a stored byte.
//!
//! The configuration is bincode 1's (fixed width, little endian), which other crates write too. Every reader has a
//! limit, and bytes left over are an error, which bincode alone would not say. Nothing that is signed or sent to
//! anybody is encoded here.

use bincode::config::{Configuration, Fixint, Limit, LittleEndian};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The largest record read or written, in bytes.
pub const MAX_BYTES: usize = 1 << 20;

const CONFIG: Configuration<LittleEndian, Fixint, Limit<MAX_BYTES>> =
    bincode::config::legacy().with_limit::<MAX_BYTES>();

/// Why a record was not written or read.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// Cut short, beyond the limit, or of another type.
    #[error("the record cannot be decoded: {0}")]
    Decode(#[from] bincode::error::DecodeError),
    /// Beyond the limit, or a type bincode has no form for.
    #[error("the record cannot be encoded: {0}")]
    Encode(#[from] bincode::error::EncodeError),
    /// Bytes follow the record.
    #[error("{0} bytes follow the record")]
    Trailing(usize),
    /// More than [`MAX_BYTES`].
    #[error("the record has {0} bytes, the limit is {MAX_BYTES}")]
    TooLong(usize),
}

/// Encodes a record.
///
/// # Errors
/// If it is longer than [`MAX_BYTES`].
pub fn encode<T: Serialize>(record: &T) -> Result<Vec<u8>, CodecError> {
    let bytes = bincode::serde::encode_to_vec(record, CONFIG)?;
    if bytes.len() > MAX_BYTES { Err(CodecError::TooLong(bytes.len())) } else { Ok(bytes) }
}

/// Decodes a record that fills `bytes` exactly.
///
/// # Errors
/// If it does not, or is no such record.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
    let (record, rest) = decode_front(bytes)?;
    if rest.is_empty() { Ok(record) } else { Err(CodecError::Trailing(rest.len())) }
}

/// Decodes a record at the start of `bytes` and returns what follows it.
///
/// # Errors
/// If there is no such record.
pub fn decode_front<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, &[u8]), CodecError> {
    let (record, used) = bincode::serde::decode_from_slice(bytes, CONFIG)?;
    let rest = bytes.get(used..).ok_or(CodecError::TooLong(used))?;
    Ok((record, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Record = (u64, Option<u16>, Vec<u8>, [u8; 4]);

    #[test]
    fn the_bytes_are_those_of_bincode_1() {
        let record: Record = (1, Some(2), vec![3, 4], [5; 4]);
        let bytes = encode(&record).unwrap();
        // A u64; a tag and a u16; a length of 64 bits and the elements; an array without a length.
        assert_eq!(
            hex::encode(&bytes),
            "0100000000000000010200020000000000000003040505_0505".replace('_', "")
        );
        assert_eq!(decode::<Record>(&bytes).unwrap(), record);
    }

    #[test]
    fn cut_trailing_and_huge_records_are_refused() {
        let record: Record = (1, None, vec![1; 20], [0; 4]);
        let mut bytes = encode(&record).unwrap();
        for cut in 0..bytes.len() {
            assert!(decode::<Record>(&bytes[..cut]).is_err());
        }
        bytes.push(0);
        assert!(matches!(decode::<Record>(&bytes), Err(CodecError::Trailing(1))));
        assert_eq!(decode_front::<Record>(&bytes).unwrap(), (record, [0].as_slice()));
        // A length of 2^60 must not be believed.
        let hostile = (1_u64 << 60).to_le_bytes();
        assert!(decode::<Vec<u8>>(&hostile).is_err());
        assert!(encode(&vec![0_u8; MAX_BYTES]).is_err());
    }
}
