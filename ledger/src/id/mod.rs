//! Ids: 16 bytes, known before the creating statement is signed, written in Crockford base32 with a prefix per
//! kind (`L-01ARZ3NDEKTSV4RRFFQ69G5FAV`).
//!
//! Only the shape of ids and how they are derived. Whether an id exists or may be made is `apply`'s matter.

mod log;

use std::fmt;
use std::str::FromStr;

use crate::hash::Hash;
use crate::text::{cbor_as_bytes, crockford, from_crockford, serde_as_text};

pub use self::log::{BadLedgerId, BadLogIndex, BadOrigin, LedgerId, LogIndex, Origin, StatementId};

/// Characters of 16 bytes in Crockford base32. As 26 characters hold 130 bits, the two highest are zero: the first
/// character is 0 to 7, as in a ULID.
const CHARS: usize = 26;

/// The id of the thing that output number `output` of an event with this nonce creates: the first 16 bytes of
/// `SHA-256("lode id 1\n" || origin || "\n" || issuer || "\n" || nonce || u16be output)`.
///
/// Neither the signing key nor the statement goes in, so labels can be printed offline and the id survives
/// signing again. Origin and issuer hold no line break (see [`Origin`] and `statement::Issuer`), so no two
/// inputs run together.
#[must_use]
pub fn derive(origin: &str, issuer: &str, nonce: &Nonce, output: u16) -> [u8; 16] {
    let parts: [&[u8]; 7] =
        [b"lode id 1\n", origin.as_bytes(), b"\n", issuer.as_bytes(), b"\n", &nonce.0, &output.to_be_bytes()];
    first_half(&Hash::of_parts(&parts))
}

/// 128 random bits that an author puts in the event that creates something; 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Nonce(pub [u8; 16]);

/// The text is not 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected 32 lower-case hexadecimal digits (16 random bytes)")]
pub struct BadNonce;

impl FromStr for Nonce {
    type Err = BadNonce;

    fn from_str(text: &str) -> Result<Self, BadNonce> {
        lower_hex(text).map(Self).ok_or(BadNonce)
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

serde_as_text!(Nonce);
cbor_as_bytes!(Nonce, Nonce);

/// The text is not an id of the kind that is needed here.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "expected an id that begins with {expected} and has 26 characters after it (0-9 and A-Z without I, L, O, U; the \
     first 0 to 7), not `{found}`"
)]
pub struct BadId {
    /// The prefix or prefixes that are right here.
    pub expected: &'static str,
    /// The text, cut to 40 characters.
    pub found: String,
}

impl BadId {
    fn new(expected: &'static str, found: &str) -> Self {
        Self { expected, found: found.chars().take(40).collect() }
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name([u8; 16]);

        impl $name {
            /// What its text begins with.
            pub const PREFIX: &'static str = $prefix;

            /// The id of these bytes.
            #[must_use]
            pub const fn new(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The id of what output number `output` of an event creates; see [`derive()`](fn@derive).
            #[must_use]
            pub fn derive(origin: &str, issuer: &str, nonce: &Nonce, output: u16) -> Self {
                Self(derive(origin, issuer, nonce, output))
            }

            /// The 16 bytes without the prefix.
            #[must_use]
            pub const fn bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_id(f, $prefix, self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                let bytes = text.strip_prefix($prefix).and_then(read_id);
                bytes.map(Self).ok_or_else(|| BadId::new($prefix, text))
            }
        }

        serde_as_text!($name);
        cbor_as_bytes!($name, $name);
    };
}

id!(
    /// A participant: an organisation or a person who signs.
    ParticipantId "U-"
);
id!(
    /// A work order: material handed over to be worked.
    WorkOrderId "W-"
);
id!(
    /// A consignment: items on their way from one participant to another.
    ConsignmentId "C-"
);
id!(
    /// An offer to hand over items.
    OfferId "O-"
);
id!(
    /// A sale.
    SaleId "S-"
);
id!(
    /// A facility: a place that a participant works at.
    FacilityId "F-"
);
id!(
    /// A title or training that a participant holds.
    CredentialId "T-"
);
id!(
    /// A count of a custodian's stock.
    StockCountId "N-"
);
id!(
    /// A listing on a market.
    ListingId "M-"
);
id!(
    /// A dispute.
    DisputeId "D-"
);
id!(
    /// A hold on an item.
    HoldId "H-"
);
id!(
    /// A recall.
    RecallId "R-"
);
id!(
    /// A box of items that move together.
    PackId "K-"
);
id!(
    /// An export, as prepared for customs.
    ExportId "E-"
);
id!(
    /// A shipment on its way.
    ShipmentId "V-"
);
id!(
    /// A settlement of payments.
    SettlementId "Y-"
);

/// What an item is; its letter is the prefix of the id.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum ItemKind {
    /// A divisible quantity of material.
    Lot,
    /// A number of like units.
    Batch,
    /// One piece.
    Piece,
}

impl ItemKind {
    /// The letter in the id: `L`, `B` or `P`.
    #[must_use]
    pub const fn letter(self) -> char {
        self.byte() as char
    }

    const fn byte(self) -> u8 {
        match self {
            Self::Lot => b'L',
            Self::Batch => b'B',
            Self::Piece => b'P',
        }
    }

    const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            b'L' => Some(Self::Lot),
            b'B' => Some(Self::Batch),
            b'P' => Some(Self::Piece),
            _ => None,
        }
    }
}

/// An item: a lot, a batch or a piece. In CBOR 17 bytes, of which the first is the letter.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ItemId {
    /// Lot, batch or piece.
    pub kind: ItemKind,
    /// The 16 bytes without the letter.
    pub bytes: [u8; 16],
}

impl ItemId {
    const PREFIXES: &'static str = "L-, B- or P-";

    /// The id of these bytes.
    #[must_use]
    pub const fn new(kind: ItemKind, bytes: [u8; 16]) -> Self {
        Self { kind, bytes }
    }

    /// The id of what output number `output` of an event creates; see [`derive()`](fn@derive).
    #[must_use]
    pub fn derive(kind: ItemKind, origin: &str, issuer: &str, nonce: &Nonce, output: u16) -> Self {
        Self { kind, bytes: derive(origin, issuer, nonce, output) }
    }

    /// Lot, batch or piece.
    #[must_use]
    pub const fn kind(&self) -> ItemKind {
        self.kind
    }

    /// The 16 bytes without the letter.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 16] {
        &self.bytes
    }

    /// The letter and the 16 bytes, as in CBOR and in the key of a record.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 17] {
        let mut all = [self.kind.byte(); 17];
        all[1..].copy_from_slice(&self.bytes);
        all
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = match self.kind {
            ItemKind::Lot => "L-",
            ItemKind::Batch => "B-",
            ItemKind::Piece => "P-",
        };
        write_id(f, prefix, self.bytes)
    }
}

impl fmt::Debug for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ItemId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let read = |text: &str| {
            let (prefix, rest) = text.split_once('-')?;
            let [letter] = prefix.as_bytes() else { return None };
            Some(Self { kind: ItemKind::from_byte(*letter)?, bytes: read_id(rest)? })
        };
        read(text).ok_or_else(|| BadId::new(Self::PREFIXES, text))
    }
}

serde_as_text!(ItemId);

impl<C> minicbor::Encode<C> for ItemId {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(&self.to_bytes())?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for ItemId {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let read = |bytes: &[u8]| {
            let (letter, bytes) = bytes.split_first()?;
            Some(Self { kind: ItemKind::from_byte(*letter)?, bytes: bytes.try_into().ok()? })
        };
        read(d.bytes()?)
            .ok_or_else(|| minicbor::decode::Error::message("an item id has a letter L, B or P and 16 bytes"))
    }
}

fn first_half(hash: &Hash) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&hash.0[..16]);
    half
}

fn write_id(f: &mut fmt::Formatter<'_>, prefix: &str, bytes: [u8; 16]) -> fmt::Result {
    f.write_str(prefix)?;
    f.write_str(&crockford(u128::from_be_bytes(bytes), CHARS as u32))
}

fn read_id(text: &str) -> Option<[u8; 16]> {
    from_crockford(text, CHARS).map(u128::to_be_bytes)
}

fn lower_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    text.bytes().all(|b| !b.is_ascii_uppercase()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

    #[test]
    fn ids_have_one_text() {
        let id: ParticipantId = format!("U-{TEXT}").parse().unwrap();
        assert_eq!(id.to_string(), format!("U-{TEXT}"));
        // The ULID of its specification; its bytes are those every ULID library gives.
        assert_eq!(hex::encode(id.bytes()), "01563e3ab5d3d6764c61efb99302bd5b");
        for bad in [
            TEXT.to_owned(),
            format!("W-{TEXT}"),
            format!("u-{TEXT}"),
            format!("U-{}", TEXT.to_lowercase()),
            format!("U-8{}", &TEXT[1..]),
            format!("U-I{}", &TEXT[1..]),
            format!("U-{TEXT}0"),
            format!("U-{}", &TEXT[1..]),
            format!("U-{TEXT} "),
            String::new(),
        ] {
            let error = bad.parse::<ParticipantId>().unwrap_err();
            assert!(error.to_string().contains("begins with U-"), "{bad}: {error}");
        }
    }

    #[test]
    fn items_carry_their_kind() {
        for (kind, prefix) in [(ItemKind::Lot, "L-"), (ItemKind::Batch, "B-"), (ItemKind::Piece, "P-")] {
            let id: ItemId = format!("{prefix}{TEXT}").parse().unwrap();
            assert_eq!(id.kind(), kind);
            assert_eq!(id.to_string(), format!("{prefix}{TEXT}"));
            let cbor = minicbor::to_vec(id).unwrap();
            assert_eq!(cbor.len(), 18);
            assert_eq!(cbor[1], prefix.as_bytes()[0]);
            assert_eq!(minicbor::decode::<ItemId>(&cbor).unwrap(), id);
        }
        assert!(format!("U-{TEXT}").parse::<ItemId>().unwrap_err().to_string().contains("L-, B- or P-"));
        assert!(
            minicbor::decode::<ItemId>(
                &minicbor::to_vec(minicbor::bytes::ByteArray::from([b'X'; 17])).unwrap()
            )
            .is_err()
        );
    }

    #[test]
    fn derivation_is_fixed() {
        let nonce = Nonce([7; 16]);
        let id = |origin, issuer, output| derive(origin, issuer, &nonce, output);
        let mut message = b"lode id 1\nnode.example/lode\nU-X\n".to_vec();
        message.extend([7; 16]);
        message.extend([0, 1]);
        assert_eq!(id("node.example/lode", "U-X", 1), Hash::of(&message).0[..16]);
        assert_ne!(id("node.example/lode", "U-X", 1), id("node.example/lode", "U-X", 2));
        assert_ne!(id("node.example/lode", "U-X", 1), id("node.example/lode", "U-Y", 1));
        assert_ne!(id("node.example/lode", "U-X", 1), id("node.example/lodf", "U-X", 1));
    }

    #[test]
    fn nonces_are_lower_case_hex() {
        assert_eq!("0f".repeat(16).parse(), Ok(Nonce([15; 16])));
        assert_eq!("0F".repeat(16).parse::<Nonce>(), Err(BadNonce));
        assert_eq!("0f".repeat(15).parse::<Nonce>(), Err(BadNonce));
    }
}
