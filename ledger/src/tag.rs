//! Tags on pieces: the public code that everybody may read, and the hidden code whose holder may claim the piece.
//!
//! Shapes and derivations only. Whether a tag is bound, sold or claimed is `apply`'s matter; how it is printed is
//! the client's.

use std::fmt;
use std::str::FromStr;

use hkdf::Hkdf;
use sha2::Sha256;

use crate::hash::Hash;
use crate::id::LedgerId;
use crate::key::{PublicKey, SecretKey};
use crate::text::{cbor_as_bytes, crockford, from_crockford, serde_as_text};
use crate::tlog;
use crate::tlog::tree::MemoryTree;

/// The hidden code of a tag: 128 random bits under scratch or inside the card. Text: 26 characters of Crockford
/// base32 in groups of five, most significant first (`7ZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-Z`).
#[derive(Clone, Eq, PartialEq)]
pub struct ClaimCode(pub [u8; 16]);

impl ClaimCode {
    /// The key that claims the piece in this ledger: the Ed25519 key of the seed HKDF-SHA-256 gives (salt: the
    /// ledger id's text; info: `lode claim 1`; 32 bytes). Another ledger, another key.
    #[must_use]
    pub fn claim_key(&self, ledger: &LedgerId) -> SecretKey {
        let mut seed = [0; 32];
        let expanded =
            Hkdf::<Sha256>::new(Some(ledger.as_str().as_bytes()), &self.0).expand(b"lode claim 1", &mut seed);
        debug_assert!(expanded.is_ok(), "HKDF-SHA-256 gives up to 8160 bytes");
        SecretKey::from_seed(seed)
    }
}

/// The printed text. Whoever has it can claim the piece, so it is for printing and nothing else.
impl fmt::Display for ClaimCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, char) in crockford(u128::from_be_bytes(self.0), 26).chars().enumerate() {
            if at > 0 && at % 5 == 0 {
                f.write_str("-")?;
            }
            write!(f, "{char}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ClaimCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClaimCode(..)")
    }
}

/// The text is not a hidden code. It does not repeat the text, which may be nearly right.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected the 26 characters of the hidden code (0-9 and A-Z without I, L, O, U; the first 0 to 7)")]
pub struct BadClaimCode;

/// As people type it: small letters, `o` for zero, `i` or `l` for one, spaces and hyphens anywhere.
impl FromStr for ClaimCode {
    type Err = BadClaimCode;

    fn from_str(text: &str) -> Result<Self, BadClaimCode> {
        let plain: String = typed(text).map(unmistaken).take(27).collect();
        from_crockford(&plain, 26).map(|number| Self(number.to_be_bytes())).ok_or(BadClaimCode)
    }
}

/// The public code of a tag: the first 80 bits of SHA-256 of its claim key's public half. So nobody can bind a code
/// that he only read somewhere.
///
/// Text: 16 characters of Crockford base32 and one check character by ISO/IEC 7064 MOD 37,36 over them, which finds
/// every single wrong character and nearly every swap of neighbours. The check character is one of 0-9 and A-Z, so it
/// may be I, L, O or U.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TagCode([u8; 10]);

impl TagCode {
    /// The code of the tag with this claim key.
    #[must_use]
    pub fn of(claim_key: &PublicKey) -> Self {
        let mut code = [0; 10];
        code.copy_from_slice(&Hash::of(&claim_key.0).0[..10]);
        Self(code)
    }

    /// The code of these 80 bits.
    #[must_use]
    pub const fn new(bytes: [u8; 10]) -> Self {
        Self(bytes)
    }

    /// The 80 bits.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 10] {
        &self.0
    }

    /// Reads the code as people type it: small letters, `o` for zero, `i` or `l` for one, spaces and hyphens
    /// anywhere. The check character must still fit.
    ///
    /// # Errors
    /// [`BadTagCode`] that says whether the shape or the check character is wrong.
    pub fn parse_lenient(text: &str) -> Result<Self, BadTagCode> {
        let plain: String = typed(text).take(18).collect();
        let (body, check) = split(&plain)?;
        let body: String = body.chars().map(unmistaken).collect();
        Self::checked(&body, |right| unmistaken(right) == unmistaken(check))
    }

    /// The code of 16 strict characters, if `fits` says so of the right check character.
    fn checked(body: &str, fits: impl Fn(char) -> bool) -> Result<Self, BadTagCode> {
        let number = from_crockford(body, 16).ok_or(BadTagCode::Shape)?;
        if !check_char(body).is_some_and(fits) {
            return Err(BadTagCode::Check);
        }
        let mut code = [0; 10];
        code.copy_from_slice(&number.to_be_bytes()[6..]);
        Ok(Self(code))
    }

    fn body(self) -> String {
        let number = self.0.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
        crockford(number, 16)
    }
}

/// Why a text is not a tag code.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BadTagCode {
    /// Not 16 characters and a check character.
    #[error("a tag code has 16 characters (0-9 and A-Z without I, L, O, U) and a check character")]
    Shape,
    /// A character is wrong: the last one does not fit the others.
    #[error("the check character does not fit: compare the code with the tag, one character is wrong")]
    Check,
}

impl fmt::Display for TagCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = self.body();
        f.write_str(&body)?;
        check_char(&body).map_or(Ok(()), |check| write!(f, "{check}"))
    }
}

impl fmt::Debug for TagCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Strict: only the text that `Display` writes.
impl FromStr for TagCode {
    type Err = BadTagCode;

    fn from_str(text: &str) -> Result<Self, BadTagCode> {
        let (body, check) = split(text)?;
        Self::checked(body, |right| right == check)
    }
}

serde_as_text!(TagCode);
cbor_as_bytes!(TagCode, TagCode);

fn split(text: &str) -> Result<(&str, char), BadTagCode> {
    let (body, check) = text.split_at_checked(16).ok_or(BadTagCode::Shape)?;
    let mut check = check.chars();
    match (check.next(), check.next()) {
        (Some(char), None) => Ok((body, char)),
        _ => Err(BadTagCode::Shape),
    }
}

/// What was typed, in capitals and without the separators that people put in.
fn typed(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase())
}

/// Crockford's reading of the letters that are not in the alphabet because they look like digits.
const fn unmistaken(char: char) -> char {
    match char {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    }
}

/// The check character of ISO/IEC 7064 MOD 37,36 (hybrid) over digits and capitals; `None` for other characters.
fn check_char(text: &str) -> Option<char> {
    let product = text.chars().try_fold(36, |product, char| {
        let sum = (product + char.to_digit(36)?) % 36;
        Some(if sum == 0 { 36 } else { sum } * 2 % 37)
    })?;
    // (product + check) must leave 1 modulo 36.
    char::from_digit((37 - product) % 36, 36).map(|c| c.to_ascii_uppercase())
}

/// The root over the public keys of a batch's single hidden codes, in order: an RFC 6962 tree with the 32 bytes of a
/// key as leaf. With an inclusion proof one of them is shown to belong to the batch's tag without the others.
#[must_use]
pub fn units_root(keys: &[PublicKey]) -> Hash {
    units_tree(keys).root()
}

/// The inclusion proof of one key under [`units_root`]; `None` if there is no such place.
#[must_use]
pub fn unit_proof(keys: &[PublicKey], place: u32) -> Option<Vec<Hash>> {
    units_tree(keys).inclusion_proof(u64::from(place), u64::try_from(keys.len()).ok()?).ok()
}

/// Whether the key stands at this place among `count` keys under the root.
#[must_use]
pub fn is_unit(root: &Hash, count: u32, place: u32, key: &PublicKey, path: &[Hash]) -> bool {
    let leaf = tlog::leaf_hash(&key.0);
    tlog::verify_inclusion(u64::from(place), u64::from(count), &leaf, path, root).is_ok()
}

fn units_tree(keys: &[PublicKey]) -> MemoryTree {
    let mut tree = MemoryTree::default();
    for key in keys {
        tree.push(tlog::leaf_hash(&key.0));
    }
    tree
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::id::Origin;

    fn ledger(name: &str) -> LedgerId {
        LedgerId::new(&Origin::new(name).unwrap(), &Hash::ZERO)
    }

    #[test]
    fn check_characters_of_published_identifiers() {
        // GRid of the IFPI handbook: A1-2425G-ABC1234002-M. ISAN of ISO 15706: 0000-0000-D07A-0090-Q; the same work
        // with a version (ISO 15706-2): 0000-0000-D07A-0090-Q-0000-0000-X.
        assert_eq!(check_char("A12425GABC1234002"), Some('M'));
        assert_eq!(check_char("00000000D07A0090"), Some('Q'));
        assert_eq!(check_char("00000000D07A009000000000"), Some('X'));
        assert_eq!(check_char("a b"), None);
    }

    #[test]
    fn codes_are_read_as_typed() {
        let code = ClaimCode([0xff; 16]);
        assert_eq!(code.to_string(), "7ZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-Z");
        let code = ClaimCode(1_u128.to_be_bytes());
        assert_eq!(code.to_string(), "00000-00000-00000-00000-00000-1");
        for typed in [
            "ooooo 00000 OOOOO 00000 00000 l",
            "0000000000000000000000000I",
            " 0-000000000000000000000000-1\n",
        ] {
            assert_eq!(typed.parse(), Ok(code.clone()), "{typed}");
        }
        for bad in [
            "",
            "0",
            "00000-00000-00000-00000-00000-U",
            "80000-00000-00000-00000-00000-0",
            "000000000000000000000000001",
        ] {
            assert_eq!(bad.parse::<ClaimCode>(), Err(BadClaimCode), "{bad}");
        }
        assert_eq!(format!("{code:?}"), "ClaimCode(..)");
    }

    #[test]
    fn claim_keys_are_fixed_and_differ_by_ledger() {
        let code = ClaimCode([1; 16]);
        let a = code.claim_key(&ledger("a.example")).public();
        assert_eq!(a, code.claim_key(&ledger("a.example")).public());
        assert_ne!(a, code.claim_key(&ledger("b.example")).public());
        assert_ne!(a, ClaimCode([2; 16]).claim_key(&ledger("a.example")).public());
        // HKDF spelled out by RFC 5869 with one block of output, HMAC by RFC 2104.
        let hmac = |key: &[u8], message: &[u8]| {
            let mut block = [0_u8; 64];
            block[..key.len()].copy_from_slice(key);
            let inner = Hash::of_parts(&[&block.map(|b| b ^ 0x36), message]);
            Hash::of_parts(&[&block.map(|b| b ^ 0x5c), &inner.0])
        };
        let prk = hmac(ledger("a.example").as_str().as_bytes(), &[1; 16]);
        let seed = hmac(&prk.0, b"lode claim 1\x01");
        assert_eq!(a, SecretKey::from_seed(seed.0).public());
    }

    #[test]
    fn a_tag_code_is_the_hash_of_its_key() {
        let key = SecretKey::from_seed([3; 32]).public();
        let code = TagCode::of(&key);
        assert_eq!(code.bytes()[..], Hash::of(&key.0).0[..10]);
        let text = code.to_string();
        assert_eq!(text.len(), 17);
        assert_eq!(text.parse(), Ok(code));
        assert_eq!(text.to_lowercase().parse::<TagCode>(), Err(BadTagCode::Shape));
        assert_eq!(TagCode::parse_lenient(&format!("{}-{}", &text[..4], text[4..].to_lowercase())), Ok(code));
        assert_eq!(text[..16].parse::<TagCode>(), Err(BadTagCode::Shape));
        assert_eq!(format!("{text}0").parse::<TagCode>(), Err(BadTagCode::Shape));
        assert_eq!(minicbor::decode::<TagCode>(&minicbor::to_vec(code).unwrap()).unwrap(), code);
        assert_eq!(minicbor::to_vec(code).unwrap().len(), 11);
    }

    proptest! {
        #[test]
        fn every_wrong_character_is_found(bytes: [u8; 10], at in 0_usize..17, other in 0_usize..32) {
            let code = TagCode::new(bytes);
            let mut text = code.to_string().into_bytes();
            prop_assert_eq!(code.to_string().parse(), Ok(code));
            let other = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"[other];
            prop_assume!(text[at] != other);
            text[at] = other;
            let text = String::from_utf8(text).unwrap();
            prop_assert_eq!(text.parse::<TagCode>(), Err(BadTagCode::Check));
        }

        #[test]
        fn typed_texts_never_panic(text in any::<String>()) {
            let _ = text.parse::<ClaimCode>();
            let _ = text.parse::<TagCode>();
            if let Ok(code) = TagCode::parse_lenient(&text) {
                prop_assert_eq!(TagCode::parse_lenient(&code.to_string()), Ok(code));
            }
        }

        #[test]
        fn claim_codes_come_back(bytes: [u8; 16]) {
            prop_assert_eq!(ClaimCode(bytes).to_string().parse(), Ok(ClaimCode(bytes)));
            prop_assert_eq!(ClaimCode(bytes).to_string().to_lowercase().replace('-', " ").replace('0', "o").parse(), Ok(ClaimCode(bytes)));
        }
    }
}
