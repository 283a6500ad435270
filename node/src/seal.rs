//! Seals: when one is due, and how it is made. The node's clock (`clock`) enters the log only here.
//!
//! A seal states the time and the state root over everything before it. Its time strictly rises and is never later
//! than the clock's: with a clock that stands still or was set back there is no seal until it has caught up.

use lode_ledger::event::Event;
use lode_ledger::event::body::LedgerSealed;
use lode_ledger::hash::Hash;
use lode_ledger::json::Json;
use lode_ledger::key::SecretKey;
use lode_ledger::record::{Record, RecordKey, View};
use lode_ledger::statement::{Issuer, Statement, StatementError, Subject};
use lode_ledger::time::Timestamp;

/// The most entries without a seal between them, while the clock moves on.
pub const MAX_UNSEALED: u64 = 1024;

/// What decides about the next seal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Due {
    /// The time of the last seal, or of the opening.
    pub(crate) last: Timestamp,
    /// Seconds between seals.
    pub(crate) interval_s: u32,
    /// Entries since the last seal.
    pub(crate) unsealed: u64,
}

impl Due {
    /// Whether a seal could be made at this time.
    pub(crate) const fn possible(&self, now: i64) -> bool {
        now > self.last.unix()
    }

    /// Whether the last seal is older than the interval.
    pub(crate) fn is_old(&self, now: i64) -> bool {
        self.possible(now) && now.saturating_sub(self.last.unix()) >= i64::from(self.interval_s)
    }

    /// Whether a seal must come before the next statement.
    pub(crate) fn before_statement(&self, now: i64) -> bool {
        self.is_old(now) || (self.unsealed >= MAX_UNSEALED && self.possible(now))
    }

    /// Whether a seal should come although no statement does.
    pub(crate) fn when_idle(&self, now: i64) -> bool {
        self.unsealed > 0 && self.is_old(now)
    }
}

/// Makes the seal of the entries below `size`.
///
/// # Errors
/// If there is no ledger yet, as text; or the statement cannot be signed, which its fixed form rules out.
pub(crate) fn make(
    view: &dyn View,
    key: &SecretKey,
    at: Timestamp,
    size: u64,
    state_root: Hash,
) -> Result<Statement, StatementError> {
    let audience = match view.record(&RecordKey::Ledger).as_deref() {
        Some(Record::Ledger(ledger)) => ledger.id.clone(),
        _ => String::new(),
    };
    let seq = match view.record(&RecordKey::Sequence(key.public().thumbprint())).as_deref() {
        Some(Record::Sequence(sequence)) => sequence.highest.saturating_add(1),
        _ => 0,
    };
    let event = Event::from(LedgerSealed { at, size, state_root });
    let payload = Json::Obj(vec![
        ("seq".to_owned(), Json::Int(i64::try_from(seq).unwrap_or(i64::MAX))),
        ("events".to_owned(), Json::Arr(vec![event.to_json()])),
    ]);
    let subject = format!("seal/{size}").parse::<Subject>()?;
    Statement::sign(Issuer::Ledger, subject, &audience, &payload, key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_is_due_by_age_or_by_number_and_never_at_the_same_second() {
        let due = |unsealed| Due { last: Timestamp::from_unix(100), interval_s: 60, unsealed };
        assert!(!due(5).before_statement(159));
        assert!(due(0).before_statement(160), "the next statement needs a clock that is not behind");
        assert!(due(MAX_UNSEALED).before_statement(101));
        assert!(!due(MAX_UNSEALED).before_statement(100), "the time must rise");
        assert!(!due(MAX_UNSEALED).before_statement(50), "a clock that was set back");
        assert!(!due(0).when_idle(1_000_000), "an idle ledger does not grow");
        assert!(due(1).when_idle(160));
    }
}
