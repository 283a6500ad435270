//! Statements: what an author signs, and one leaf of the log each. A COSE_Sign1 (RFC 9052) that is also a SCITT
//! Signed Statement (RFC 9943), with a JSON payload of events.
//!
//! From bytes to [`Statement`] (the form is right), to [`Verified`] (the key signed it and its events can be read).
//! Whether the author may say this, now, in this ledger, is `apply`'s matter: it compares audience, key, issuer and
//! sequence number with the record.

mod cose;
mod error;
mod party;
#[cfg(test)]
mod tests;

use std::ops::Range;

pub use self::cose::Alg;
pub use self::error::StatementError;
pub use self::party::{BadIssuer, BadSubject, Issuer, Subject};
use crate::event::Event;
use crate::hash::Hash;
use crate::id::StatementId;
use crate::json::{INT_LIMIT, Json};
use crate::key::{KeyId, SecretKey, VerifyKey};
use crate::words::words;

/// Largest statement in bytes. An entry bundle of tlog-tiles gives each entry a 16-bit length, 65,535; half of that
/// holds 256 events of 127 bytes, and keeps a bundle of 256 entries below 8 MiB.
pub const MAX_STATEMENT_BYTES: usize = 32 * 1024;

/// Most events in one statement.
pub const MAX_EVENTS: usize = 256;

/// The media type of the payload, in the protected header.
pub const CONTENT_TYPE: &str = "application/vnd.lode.events+json";

/// The protected header: who says this to whom, signed with which key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Header {
    /// Label 1: the algorithm; both values mean Ed25519.
    pub alg: Alg,
    /// Label 4: the thumbprint of the signing key.
    pub key_id: KeyId,
    /// Label 15, claim 1 (`iss`): the author.
    pub issuer: Issuer,
    /// Label 15, claim 2 (`sub`): the author's own reference.
    pub subject: Subject,
    /// Label 15, claim 3 (`aud`): the ledger id; in a genesis statement the origin. As it was written: `apply`
    /// compares it.
    pub audience: String,
}

/// A statement of the right form. Its signature has not been checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Statement {
    header: Header,
    id: StatementId,
    bytes: Vec<u8>,
    /// Where in `bytes` the protected header stands, without the head of its byte string.
    protected: Range<usize>,
    payload: Range<usize>,
    signature: [u8; 64],
}

impl Statement {
    /// Reads exactly one tagged COSE_Sign1 in deterministic CBOR, with exactly our header and an attached payload.
    /// Everything but the signature and the payload's content is checked here.
    ///
    /// # Errors
    /// [`StatementError`] with the first defect.
    pub fn decode(bytes: Vec<u8>) -> Result<Self, StatementError> {
        if bytes.len() > MAX_STATEMENT_BYTES {
            return Err(StatementError::TooLarge { bytes: bytes.len() });
        }
        let frame = cose::read_frame(&bytes)?;
        let (header, protected, payload, signature) =
            (frame.header, frame.protected, frame.payload, frame.signature);
        let id = StatementId(Hash::of(&bytes));
        Ok(Self { header, id, protected, payload, signature, bytes })
    }

    /// Signs a payload that is fit to be accepted: it is written compactly, read back by the strict rules, and its
    /// events are read, before the key is used.
    ///
    /// # Errors
    /// Whatever [`Statement::verify`] would refuse in the payload, and [`StatementError::TooLarge`].
    pub fn sign(
        issuer: Issuer,
        subject: Subject,
        audience: &str,
        payload: &Json,
        key: &SecretKey,
    ) -> Result<Self, StatementError> {
        let payload = payload.write();
        let (_, events) = decode_payload(payload.as_bytes())?;
        read_events(&events)?;
        Self::sign_bytes(issuer, subject, audience, payload.as_bytes(), key)
    }

    /// Signs any bytes as payload; for tools that hold exact bytes, and for tests of what must be refused.
    ///
    /// # Errors
    /// [`StatementError::TooLarge`].
    pub fn sign_bytes(
        issuer: Issuer,
        subject: Subject,
        audience: &str,
        payload: &[u8],
        key: &SecretKey,
    ) -> Result<Self, StatementError> {
        let key_id = key.public().thumbprint();
        let header = Header { alg: Alg::EdDsa, key_id, issuer, subject, audience: audience.to_owned() };
        let protected = cose::write_header(&header);
        let signature = key.sign(&cose::sig_structure(&protected, payload));
        Self::decode(cose::write_frame(&protected, payload, &signature))
    }

    /// Checks that `key` is the one the header names and that it signed, then reads the payload.
    ///
    /// # Errors
    /// [`StatementError::KeyMismatch`], [`StatementError::BadSignature`], and the variants about the payload.
    pub fn verify(self, key: &VerifyKey) -> Result<Verified, StatementError> {
        if key.thumbprint() != self.header.key_id {
            return Err(StatementError::KeyMismatch);
        }
        if !key
            .verify_strict(&cose::sig_structure(self.part(&self.protected), self.payload()), &self.signature)
        {
            return Err(StatementError::BadSignature);
        }
        let (seq, events) = decode_payload(self.payload())?;
        let events = read_events(&events)?;
        Ok(Verified { leaf_hash: self.leaf_hash(), statement: self, seq, events })
    }

    /// The protected header.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The exact bytes: the leaf of the log.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The exact bytes, without a copy.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// SHA-256 of the exact bytes.
    #[must_use]
    pub const fn id(&self) -> StatementId {
        self.id
    }

    /// The hash of the log's leaf: SHA-256 of a zero byte and the exact bytes (RFC 6962 section 2.1).
    #[must_use]
    pub fn leaf_hash(&self) -> Hash {
        crate::tlog::tree::leaf_hash(&self.bytes)
    }

    /// The payload: JSON if [`Statement::verify`] accepts it, any bytes otherwise.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        self.part(&self.payload)
    }

    fn part(&self, range: &Range<usize>) -> &[u8] {
        // Both ranges were cut out of these bytes by `decode`.
        self.bytes.get(range.clone()).unwrap_or_default()
    }
}

/// A statement whose signature was checked and whose events were read; only [`Statement::verify`] makes one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Verified {
    statement: Statement,
    leaf_hash: Hash,
    seq: u64,
    events: Vec<Event>,
}

impl Verified {
    /// The statement.
    #[must_use]
    pub const fn statement(&self) -> &Statement {
        &self.statement
    }

    /// Its protected header.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.statement.header
    }

    /// The number that the author's device gave it, below 2^53; never twice with one key.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// Its 1 to 256 events in their order.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// [`Statement::id`].
    #[must_use]
    pub const fn id(&self) -> StatementId {
        self.statement.id
    }

    /// [`Statement::leaf_hash`].
    #[must_use]
    pub const fn leaf_hash(&self) -> Hash {
        self.leaf_hash
    }

    /// The statement, to be kept.
    #[must_use]
    pub fn into_statement(self) -> Statement {
        self.statement
    }
}

/// Reads a payload: an object of exactly `seq` (0 to 2^53 - 1) and `events` (1 to 256 objects), in strict JSON. The
/// events are not looked into; for tools that show what cannot be accepted.
///
/// # Errors
/// [`StatementError::Payload`] or [`StatementError::PayloadShape`].
pub fn decode_payload(payload: &[u8]) -> Result<(u64, Vec<Json>), StatementError> {
    let shape = |en, zh, pt| StatementError::PayloadShape { problem: words(en, zh, pt) };
    let Json::Obj(members) = Json::parse(payload)? else {
        return Err(shape(
            "the payload must be an object",
            "内容必须是一个对象",
            "o conteúdo deve ser um objeto",
        ));
    };
    let (mut seq, mut events) = (None, None);
    for (name, value) in members {
        match (name.as_str(), value) {
            ("seq", Json::Int(number @ 0..INT_LIMIT)) => seq = u64::try_from(number).ok(),
            ("seq", _) => return Err(StatementError::SEQ_RANGE),
            ("events", Json::Arr(list)) => events = Some(list),
            ("events", _) => {
                return Err(shape(
                    "`events` must be an array",
                    "`events` 必须是数组",
                    "`events` deve ser um array",
                ));
            }
            _ => {
                return Err(shape(
                    "only `seq` and `events` may stand in the payload",
                    "内容只能有 `seq` 和 `events`",
                    "no conteúdo só cabem `seq` e `events`",
                ));
            }
        }
    }
    let seq = seq.ok_or_else(|| shape("`seq` is missing", "缺少 `seq`", "falta `seq`"))?;
    let events = events.ok_or_else(|| shape("`events` is missing", "缺少 `events`", "falta `events`"))?;
    if !(1..=MAX_EVENTS).contains(&events.len()) {
        return Err(shape(
            "a statement has 1 to 256 events",
            "一份声明有 1 至 256 个事件",
            "uma declaração tem de 1 a 256 eventos",
        ));
    }
    if events.iter().any(|event| event.as_object().is_none()) {
        return Err(shape(
            "every event must be an object",
            "每个事件必须是对象",
            "cada evento deve ser um objeto",
        ));
    }
    Ok((seq, events))
}

fn read_events(events: &[Json]) -> Result<Vec<Event>, StatementError> {
    let read =
        |(number, event)| Event::from_json(event).map_err(|error| StatementError::Event { number, error });
    events.iter().enumerate().map(read).collect()
}
