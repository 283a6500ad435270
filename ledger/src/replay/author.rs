//! Somebody who signs statements, with the counter that each of his statements needs.
//!
//! Where the secret key and the counter are kept between runs is the caller's matter.

use crate::event::Event;
use crate::json::Json;
use crate::key::SecretKey;
use crate::statement::{Issuer, Statement, StatementError, Subject};

/// A signer with one key.
#[derive(Clone, Debug)]
pub struct Author {
    /// The key.
    pub secret: SecretKey,
    /// In whose name.
    pub issuer: Issuer,
    /// For which ledger: its id, or for entry 0 its origin.
    pub audience: String,
    /// The number of the next statement.
    pub seq: u64,
}

impl Author {
    /// A signer whose first statement has the number 1.
    #[must_use]
    pub fn new(secret: SecretKey, issuer: Issuer, audience: impl Into<String>) -> Self {
        Self { secret, issuer, audience: audience.into(), seq: 1 }
    }

    /// Signs events as one statement, with its number as reference. Only if that succeeds is the number used.
    ///
    /// # Errors
    /// The events do not make a statement: none or too many, or too large.
    pub fn sign(&mut self, events: &[Event]) -> Result<Statement, StatementError> {
        // Decimal digits are always a reference.
        let subject = self.seq.to_string().parse::<Subject>()?;
        self.sign_with(subject, events)
    }

    /// Signs events as one statement with a reference of the author's own.
    ///
    /// # Errors
    /// See [`Self::sign`].
    pub fn sign_with(&mut self, subject: Subject, events: &[Event]) -> Result<Statement, StatementError> {
        let seq = i64::try_from(self.seq).map_err(|_| StatementError::SEQ_RANGE)?;
        let events = Json::Arr(events.iter().map(Event::to_json).collect());
        let payload = Json::object([("seq", Json::Int(seq)), ("events", events)]);
        let statement = Statement::sign(self.issuer, subject, &self.audience, &payload, &self.secret)?;
        self.seq += 1;
        Ok(statement)
    }
}
