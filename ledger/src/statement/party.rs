//! Who says it (`iss`) and under which reference of his own (`sub`). Texts and types only.

use std::fmt;
use std::str::FromStr;

use crate::id::ParticipantId;
use crate::key::KeyId;
use crate::lang::Lang;
use crate::tag::TagCode;
use crate::text::{cbor_as_text, serde_as_text};
use crate::words::{Words, words};

/// The author of a statement.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Issuer {
    /// A participant of the trade: `U-...`.
    Participant(ParticipantId),
    /// Whoever holds the hidden code of a tag: `tag:` and its public code.
    Tag(TagCode),
    /// The ledger itself, with its seal key: `ledger`. Which ledger, the audience says.
    Ledger,
    /// The holder of a counter-signing link, known only by its key: `link:` and the thumbprint.
    Link(KeyId),
    /// The owner of a piece after its sale, known only by a key: `owner:` and the thumbprint.
    Owner(KeyId),
}

/// The text names no author.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", Self::WORDS.of(Lang::En))]
pub struct BadIssuer;

impl BadIssuer {
    pub(super) const WORDS: Words = words(
        "expected an author: U- and a participant's id, tag: and a tag code, owner: or link: and a key thumbprint, or ledger",
        "应为作者：U- 加参与方编号、tag: 加标签码、owner: 或 link: 加密钥指纹，或 ledger",
        "esperava-se um autor: U- e o id de um participante, tag: e um código de etiqueta, owner: ou link: e a impressão digital de uma chave, ou ledger",
    );
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Participant(id) => id.fmt(f),
            Self::Tag(code) => write!(f, "tag:{code}"),
            Self::Ledger => f.write_str("ledger"),
            Self::Link(key) => write!(f, "link:{key}"),
            Self::Owner(key) => write!(f, "owner:{key}"),
        }
    }
}

impl FromStr for Issuer {
    type Err = BadIssuer;

    fn from_str(text: &str) -> Result<Self, BadIssuer> {
        let read = match text.split_once(':') {
            None if text == "ledger" => Some(Self::Ledger),
            None => text.parse().map(Self::Participant).ok(),
            Some(("tag", code)) => code.parse().map(Self::Tag).ok(),
            Some(("link", key)) => key.parse().map(Self::Link).ok(),
            Some(("owner", key)) => key.parse().map(Self::Owner).ok(),
            Some(_) => None,
        };
        read.ok_or(BadIssuer)
    }
}

serde_as_text!(Issuer);
cbor_as_text!(Issuer);

/// The author's own reference for the statement (a delivery note's number): 1 to 64 of `A-Z a-z 0-9 . _ / -`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Subject(String);

/// The text cannot be a reference.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", Self::WORDS.of(Lang::En))]
pub struct BadSubject;

impl BadSubject {
    pub(super) const WORDS: Words = words(
        "a reference has 1 to 64 characters of A-Z, a-z, 0-9, `.`, `_`, `/` and `-`",
        "参考号为 1 至 64 个字符，限 A-Z、a-z、0-9、`.`、`_`、`/` 和 `-`",
        "uma referência tem de 1 a 64 caracteres entre A-Z, a-z, 0-9, `.`, `_`, `/` e `-`",
    );
}

impl Subject {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Subject {
    type Err = BadSubject;

    fn from_str(text: &str) -> Result<Self, BadSubject> {
        let fits = (1..=64).contains(&text.len());
        let clean = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'/' | b'-'));
        if fits && clean { Ok(Self(text.to_owned())) } else { Err(BadSubject) }
    }
}

serde_as_text!(Subject);
cbor_as_text!(Subject);
