//! Why a statement was refused before any rule was asked: one variant per defect, each with a stable code.

use crate::event::FieldError;
use crate::json::JsonError;

/// A defect of a statement's form, signature or payload.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum StatementError {
    /// More than [`MAX_STATEMENT_BYTES`](super::MAX_STATEMENT_BYTES).
    #[error(
        "the statement has {bytes} bytes; at most {} are allowed, so split its events",
        super::MAX_STATEMENT_BYTES
    )]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// Not the structure of a COSE_Sign1, or cut off.
    #[error("not a COSE_Sign1: {problem}")]
    NotCose {
        /// What was found or missing.
        problem: &'static str,
    },
    /// No CBOR tag, or another than 18.
    #[error("a statement is a COSE_Sign1 with CBOR tag 18, not {}", found.map_or("without a tag".to_owned(), |t| format!("tag {t}")))]
    WrongTag {
        /// The tag, if there is one.
        found: Option<u64>,
    },
    /// Bytes after the statement.
    #[error("bytes after the end of the statement, from byte {at}")]
    Trailing {
        /// Where the statement ended.
        at: usize,
    },
    /// Readable, but not in the one encoding of RFC 8949 section 4.2.1.
    #[error("the CBOR is not deterministically encoded (RFC 8949 section 4.2.1)")]
    NotDeterministic,
    /// A label in the protected header that we do not know.
    #[error("unknown label {label} in the protected header; only 1, 3, 4 and 15 are allowed")]
    UnknownHeader {
        /// The label.
        label: String,
    },
    /// A label that must be in the protected header.
    #[error("label {label} is missing in the protected header")]
    MissingHeader {
        /// The label.
        label: i64,
    },
    /// Label 1 is not Ed25519.
    #[error("the algorithm must be -8 (EdDSA) or -19 (Ed25519)")]
    Algorithm,
    /// Label 3 is another type.
    #[error("the content type must be {}", super::CONTENT_TYPE)]
    ContentType,
    /// Label 4 is not a thumbprint.
    #[error("the key id must be the 32 bytes of the key's COSE thumbprint (RFC 9679, SHA-256)")]
    KeyIdLength,
    /// Label 15 is not exactly our claims.
    #[error("the CWT claims are wrong: {problem}")]
    Claims {
        /// What is wrong.
        problem: String,
    },
    /// The unprotected header must be empty: nobody signs it.
    #[error("the unprotected header must be empty")]
    UnprotectedNotEmpty,
    /// An Ed25519 signature has 64 bytes.
    #[error("the signature has {bytes} bytes instead of 64")]
    SignatureLength {
        /// Its size.
        bytes: usize,
    },
    /// The key given for the check is not the one the header names.
    #[error("the statement was signed with another key than the one given for the check")]
    KeyMismatch,
    /// The signature does not fit.
    #[error("the signature does not fit the statement and the key: one of them was changed")]
    BadSignature,
    /// The payload is not strict JSON.
    #[error("the payload is not accepted: {0}")]
    Payload(#[from] JsonError),
    /// The payload is not `{"seq": n, "events": [...]}`.
    #[error("the payload has the wrong shape: {problem}")]
    PayloadShape {
        /// What is wrong.
        problem: &'static str,
    },
    /// An event cannot be read.
    #[error("event {number}: {error}")]
    Event {
        /// Which, from 0, as in paths.
        number: usize,
        /// The field and what is wrong with it.
        error: FieldError,
    },
}

impl StatementError {
    /// The stable code for programs; it never changes its meaning.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too-large",
            Self::NotCose { .. } => "not-cose",
            Self::WrongTag { .. } => "wrong-tag",
            Self::Trailing { .. } => "trailing-bytes",
            Self::NotDeterministic => "not-deterministic",
            Self::UnknownHeader { .. } => "unknown-header",
            Self::MissingHeader { .. } => "missing-header",
            Self::Algorithm => "algorithm",
            Self::ContentType => "content-type",
            Self::KeyIdLength => "key-id-length",
            Self::Claims { .. } => "claims",
            Self::UnprotectedNotEmpty => "unprotected-not-empty",
            Self::SignatureLength { .. } => "signature-length",
            Self::KeyMismatch => "key-mismatch",
            Self::BadSignature => "bad-signature",
            Self::Payload(_) => "payload",
            Self::PayloadShape { .. } => "payload-shape",
            Self::Event { .. } => "event",
        }
    }
}
