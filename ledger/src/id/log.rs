//! Names of the log and of what stands in it: origin, ledger, statement, index.
//!
//! Texts and types only; which ledger is trusted is said by the trust file (`tlog::policy`).

use std::fmt;
use std::str::FromStr;

use super::{first_half, lower_hex};
use crate::hash::Hash;
use crate::text::{cbor_as_text, serde_as_text};

/// A statement's id: SHA-256 of its exact bytes; 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, serde::Deserialize, serde::Serialize)]
#[serde(transparent)]
pub struct StatementId(pub Hash);

impl fmt::Display for StatementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for StatementId {
    type Err = crate::hash::BadHash;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// The place of a statement in the log, from 0.
#[derive(
    Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, serde::Deserialize, serde::Serialize,
)]
#[serde(transparent)]
pub struct LogIndex(pub u64);

impl fmt::Display for LogIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The text is no index.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("an index is a number from 0 to 18446744073709551615, without a sign and without zeros before it")]
pub struct BadLogIndex;

impl FromStr for LogIndex {
    type Err = BadLogIndex;

    fn from_str(text: &str) -> Result<Self, BadLogIndex> {
        let index = text.parse().map_err(|_| BadLogIndex)?;
        // Of `7`, `+7` and `007` one is enough: an address has one spelling.
        if (text.starts_with('0') && text != "0") || text.starts_with('+') {
            return Err(BadLogIndex);
        }
        Ok(Self(index))
    }
}

/// Newtypes whose CBOR is that of what they hold.
macro_rules! cbor_as_inner {
    ($name:ident) => {
        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                ctx: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                self.0.encode(e, ctx)
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
                minicbor::Decode::decode(d, ctx).map(Self)
            }
        }
    };
}

cbor_as_inner!(StatementId);
cbor_as_inner!(LogIndex);

/// A ledger's origin: the name of its log in checkpoints and in signed messages.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Origin(String);

/// The text cannot be an origin.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "an origin has 1 to 255 printable ASCII characters without spaces, `+` and `#` (a host name and a path)"
)]
pub struct BadOrigin;

impl Origin {
    /// 1 to 255 printable ASCII characters without space, `+` (which C2SP signed-note keeps for itself) and `#`
    /// (which begins the second half of a [`LedgerId`]).
    ///
    /// # Errors
    /// [`BadOrigin`] for any other text.
    pub fn new(text: impl Into<String>) -> Result<Self, BadOrigin> {
        let text = text.into();
        let fits = (1..=255).contains(&text.len());
        let clean = text.bytes().all(|b| b.is_ascii_graphic() && b != b'+' && b != b'#');
        if fits && clean { Ok(Self(text)) } else { Err(BadOrigin) }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Origin {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Origin {
    type Err = BadOrigin;

    fn from_str(text: &str) -> Result<Self, BadOrigin> {
        Self::new(text)
    }
}

serde_as_text!(Origin);
cbor_as_text!(Origin);

/// One life of one ledger: its origin, `#`, and the first 16 bytes of the leaf hash of its genesis in hex. A
/// statement names it as its audience, so that it means nothing to a ledger begun again under the same name.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct LedgerId(String);

/// The text is not a ledger id.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a ledger id is an origin, `#` and 32 lower-case hexadecimal digits")]
pub struct BadLedgerId;

impl LedgerId {
    /// The id of the ledger whose leaf 0 has this leaf hash (`SHA-256(0x00 || statement)`).
    #[must_use]
    pub fn new(origin: &Origin, genesis_leaf_hash: &Hash) -> Self {
        Self(format!("{origin}#{}", hex::encode(first_half(genesis_leaf_hash))))
    }

    /// Reads `origin#32hex`.
    ///
    /// # Errors
    /// [`BadLedgerId`] for any other text.
    pub fn parse(text: &str) -> Result<Self, BadLedgerId> {
        let (origin, life) = text.split_once('#').ok_or(BadLedgerId)?;
        Origin::new(origin).map_err(|_| BadLedgerId)?;
        lower_hex::<16>(life).ok_or(BadLedgerId)?;
        Ok(Self(text.to_owned()))
    }

    /// The origin, without `#` and what follows.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.0.split_once('#').map_or(self.0.as_str(), |(origin, _)| origin)
    }

    /// The whole text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LedgerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for LedgerId {
    type Err = BadLedgerId;

    fn from_str(text: &str) -> Result<Self, BadLedgerId> {
        Self::parse(text)
    }
}

serde_as_text!(LedgerId);
cbor_as_text!(LedgerId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_the_rest() {
        let origin = Origin::new("node.example/lode").unwrap();
        let ledger = LedgerId::new(&origin, &Hash([0xab; 32]));
        assert_eq!(ledger.to_string(), format!("node.example/lode#{}", "ab".repeat(16)));
        assert_eq!(LedgerId::parse(ledger.as_str()), Ok(ledger.clone()));
        assert_eq!(ledger.origin(), "node.example/lode");
        for bad in ["", "a b", "a+b", "a#b", "é", "a\n", &"a".repeat(256)] {
            assert_eq!(Origin::new(bad), Err(BadOrigin), "{bad}");
        }
        for bad in ["a", "a#", "#abababababababababababababababab", "a#ABABABABABABABABABABABABABABABAB"] {
            assert_eq!(LedgerId::parse(bad), Err(BadLedgerId), "{bad}");
        }
        assert!(LedgerId::parse("a#abababababababababababababababab#").is_err());
        for index in [0, 7, 10, u64::MAX] {
            assert_eq!(index.to_string().parse(), Ok(LogIndex(index)));
        }
        for bad in ["", "00", "007", "+7", "+0", "-0", " 7", "7.0", "18446744073709551616"] {
            assert_eq!(bad.parse::<LogIndex>(), Err(BadLogIndex), "{bad}");
        }
        assert_eq!(serde_json::to_string(&LogIndex(7)).unwrap(), "7");
        assert_eq!(minicbor::to_vec(LogIndex(7)).unwrap(), [7]);
    }
}
