//! Statements as files: each vector is the exact bytes of one statement, where in the world's log it is submitted,
//! and the verdict that every implementation must give. Also a COSE writer by hand, for statements that the
//! ledger's own writer refuses to write.

use lode_ledger::key::{KeyId, SecretKey};
use lode_ledger::replay::ReplayError;
use lode_ledger::statement::StatementError;
use serde::{Deserialize, Serialize};

/// One vector, as its file holds it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// The file's name without extension.
    pub name: String,
    /// What it is about.
    pub why: String,
    /// After how many entries of `world.json` it is submitted.
    pub after: u64,
    /// The exact bytes in hex.
    pub statement: String,
    /// What must come of it.
    pub expect: Verdict,
}

/// What comes of a statement.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// `accepted`, or the stable code of the defect or reason.
    pub code: String,
    /// The rule, if one is broken.
    pub rule: Option<String>,
    /// Which event of the statement, from 0; absent for the statement as a whole.
    pub event: Option<u64>,
    /// Which field, as a path inside the event (inside the payload, for defects of the JSON).
    pub field: String,
    /// What is wrong with the JSON or the field, where the code is `payload` or `event`.
    pub problem: Option<String>,
}

impl Verdict {
    /// The statement is taken in.
    #[must_use]
    pub fn accepted() -> Self {
        Self { code: "accepted".to_owned(), ..Self::default() }
    }

    /// A defect of form, or of the statement as a whole.
    #[must_use]
    pub fn form(code: &str) -> Self {
        Self { code: code.to_owned(), ..Self::default() }
    }

    /// A defect of the payload's JSON at a place.
    #[must_use]
    pub fn json(problem: &str, field: &str) -> Self {
        Self { field: field.to_owned(), problem: Some(problem.to_owned()), ..Self::form("payload") }
    }

    /// A field of an event that cannot be read.
    #[must_use]
    pub fn field(problem: &str, event: u64, field: &str) -> Self {
        let form = Self::form("event");
        Self { event: Some(event), field: field.to_owned(), problem: Some(problem.to_owned()), ..form }
    }

    /// A rule that the statement as a whole breaks.
    #[must_use]
    pub fn whole(code: &str, rule: &str) -> Self {
        Self { rule: Some(rule.to_owned()), ..Self::form(code) }
    }

    /// A rule that the first event breaks.
    #[must_use]
    pub fn rule(code: &str, rule: &str, field: &str) -> Self {
        Self { event: Some(0), field: field.to_owned(), ..Self::whole(code, rule) }
    }

    /// What a replay says.
    #[must_use]
    pub fn of<T>(result: &Result<T, ReplayError>) -> Self {
        let Err(error) = result else { return Self::accepted() };
        let verdict = Self { rule: error.rule().map(str::to_owned), ..Self::form(error.code()) };
        match error {
            ReplayError::Violation(violation) => {
                Self { event: violation.event.map(u64::from), field: violation.field.clone(), ..verdict }
            }
            ReplayError::Statement(StatementError::Event { number, error }) => Self {
                event: Some(u64::try_from(*number).expect("an event's number")),
                field: error.field.clone(),
                problem: Some(error.problem.code().to_owned()),
                ..verdict
            },
            ReplayError::Statement(StatementError::Payload(error)) => Self {
                field: error.path.clone(),
                problem: Some(format!("{:?}", error.kind).to_lowercase()),
                ..verdict
            },
            ReplayError::Statement(_) => verdict,
        }
    }
}

/// CBOR as it is written by hand: any head in any length.
pub mod cbor {
    /// The shortest head of a major type (0 to 7) and its number.
    #[must_use]
    pub fn head(major: u8, number: u64) -> Vec<u8> {
        let first = major << 5;
        match number {
            0..24 => vec![first | u8::try_from(number).expect("below 24")],
            24..=0xff => vec![first | 24, u8::try_from(number).expect("a byte")],
            0x100..=0xffff => {
                let mut bytes = vec![first | 25];
                bytes.extend(u16::try_from(number).expect("two bytes").to_be_bytes());
                bytes
            }
            _ => {
                let mut bytes = vec![first | 26];
                bytes.extend(u32::try_from(number).expect("four bytes").to_be_bytes());
                bytes
            }
        }
    }

    /// An integer.
    #[must_use]
    pub fn int(number: i64) -> Vec<u8> {
        match u64::try_from(number) {
            Ok(number) => head(0, number),
            Err(_) => head(1, (-1 - number).unsigned_abs()),
        }
    }

    /// A byte string.
    #[must_use]
    pub fn bytes(content: &[u8]) -> Vec<u8> {
        [head(2, content.len() as u64), content.to_vec()].concat()
    }

    /// A text.
    #[must_use]
    pub fn text(content: &str) -> Vec<u8> {
        [head(3, content.len() as u64), content.as_bytes().to_vec()].concat()
    }

    /// A map of encoded keys and values, in the order given.
    #[must_use]
    pub fn map(members: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
        let mut out = head(5, members.len() as u64);
        for (key, value) in members {
            out.extend(key);
            out.extend(value);
        }
        out
    }
}

/// A COSE_Sign1 in its parts, each to be bent before it is written.
#[derive(Clone, Debug)]
pub struct Cose {
    /// What stands before the array: the tag.
    pub tag: Vec<u8>,
    /// The array's head.
    pub array: Vec<u8>,
    /// Members of the protected header, encoded.
    pub protected: Vec<(Vec<u8>, Vec<u8>)>,
    /// The whole protected header, instead of `protected`.
    pub raw_protected: Option<Vec<u8>>,
    /// The unprotected header.
    pub unprotected: Vec<u8>,
    /// The payload.
    pub payload: Vec<u8>,
    /// The payload's byte string, instead of one around `payload`.
    pub raw_payload: Option<Vec<u8>>,
    /// Which text stands first in what is signed.
    pub context: &'static str,
    /// What stands after the statement.
    pub tail: Vec<u8>,
}

impl Cose {
    /// A statement without fault.
    #[must_use]
    pub fn new(key: &SecretKey, issuer: &str, subject: &str, audience: &str, payload: &[u8]) -> Self {
        Self {
            tag: vec![0xd2],
            array: vec![0x84],
            protected: vec![
                (cbor::int(1), cbor::int(-8)),
                (cbor::int(3), cbor::text("application/vnd.lode.events+json")),
                (cbor::int(4), cbor::bytes(&key_id(key).0.0)),
                (cbor::int(15), claims(issuer, subject, audience)),
            ],
            raw_protected: None,
            unprotected: vec![0xa0],
            payload: payload.to_vec(),
            raw_payload: None,
            context: "Signature1",
            tail: Vec::new(),
        }
    }

    /// The protected header's bytes.
    #[must_use]
    pub fn header(&self) -> Vec<u8> {
        self.raw_protected.clone().unwrap_or_else(|| cbor::map(&self.protected))
    }

    /// Signs what is written.
    #[must_use]
    pub fn signature(&self, key: &SecretKey) -> Vec<u8> {
        let parts = [
            vec![0x84],
            cbor::text(self.context),
            cbor::bytes(&self.header()),
            cbor::bytes(&[]),
            cbor::bytes(&self.payload),
        ];
        key.sign(&parts.concat()).to_vec()
    }

    /// Writes it with a signature by this key.
    #[must_use]
    pub fn signed(&self, key: &SecretKey) -> Vec<u8> {
        self.with_signature(&self.signature(key))
    }

    /// Writes it with any signature.
    #[must_use]
    pub fn with_signature(&self, signature: &[u8]) -> Vec<u8> {
        [
            self.tag.clone(),
            self.array.clone(),
            cbor::bytes(&self.header()),
            self.unprotected.clone(),
            self.raw_payload.clone().unwrap_or_else(|| cbor::bytes(&self.payload)),
            cbor::bytes(signature),
            self.tail.clone(),
        ]
        .concat()
    }
}

/// The CWT claims.
#[must_use]
pub fn claims(issuer: &str, subject: &str, audience: &str) -> Vec<u8> {
    cbor::map(&[
        (cbor::int(1), cbor::text(issuer)),
        (cbor::int(2), cbor::text(subject)),
        (cbor::int(3), cbor::text(audience)),
    ])
}

fn key_id(key: &SecretKey) -> KeyId {
    key.public().thumbprint()
}

/// The same signature with the group's order added to its scalar: valid for a careless reader, and another text.
#[must_use]
pub fn with_order_added(signature: &[u8]) -> Vec<u8> {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut out = signature.to_vec();
    let mut carry = 0_u16;
    for (byte, add) in out[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    out
}
