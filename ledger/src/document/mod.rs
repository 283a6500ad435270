//! What the hash of a document in an event is taken over: its exact bytes, of a picture without metadata; salted, if
//! the document is private, so that nobody can test a guess.
//!
//! Client and node must agree on it, or a photo that was named in an event could never be brought. Bytes stay off the
//! log; where they are kept and who reads them is not decided here.

mod picture;

pub use picture::{PictureError, clean, media_type};

use crate::hash::Hash;

/// A private document's address: SHA-256 of `"lode document 1\n" || origin || "\n" || salt || bytes`.
#[must_use]
pub fn private_address(origin: &str, salt: &[u8; 16], bytes: &[u8]) -> Hash {
    Hash::of_parts(&[b"lode document 1\n", origin.as_bytes(), b"\n", salt, bytes])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_salt_or_an_origin_more_is_another_address() {
        let address = private_address("a.example", &[9; 16], b"invoice");
        assert_eq!(address, Hash::of(b"lode document 1\na.example\n\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09\x09invoice"));
        assert_ne!(address, private_address("a.example", &[8; 16], b"invoice"));
        assert_ne!(address, private_address("b.example", &[9; 16], b"invoice"));
    }
}
