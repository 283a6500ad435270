//! The way in, many at once: size, form, key from the state as it is now, signature, events. Nothing is decided here:
//! whether the key is still valid and the rules are kept, the sequencer asks. Only a key that signs too often is sent
//! away here, after its signature was found good: nobody can use up what is another's.

use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use lode_ledger::apply::author_key;
use lode_ledger::id::{LogIndex, StatementId};
use lode_ledger::key::{KeyId, PublicKey};
use lode_ledger::record::View;
use lode_ledger::statement::{Statement, Verified};
use lode_ledger::violation::{Reason, Violation};
use rayon::prelude::*;

use crate::service::Refusal;
use crate::view::State;

/// A statement as far as it could be examined.
pub(crate) enum Prepared {
    /// Its signature is good.
    Verified(Box<Verified>),
    /// Its key is not known yet: a statement before it may enrol it.
    Unresolved(Box<Statement>),
    /// It can never be accepted as it is.
    Refused(Refusal),
    /// It would be refused, but the same bytes are in the log.
    Known(StatementId, LogIndex),
}

/// A key may save up so many seconds of statements: a season's import is sent at once.
const KEY_BURST_S: u32 = 60;

/// How often each key may sign.
pub(crate) struct KeyRates {
    limiter: RateLimiter<KeyId, HashMapStateStore<KeyId>, DefaultClock>,
    clock: DefaultClock,
}

impl KeyRates {
    /// So many statements a second on average.
    pub(crate) fn new(per_second: u32) -> Self {
        let rate = NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN);
        let burst = rate.saturating_mul(NonZeroU32::MIN.saturating_add(KEY_BURST_S - 1));
        let limiter = RateLimiter::hashmap(Quota::per_second(rate).allow_burst(burst));
        Self { limiter, clock: DefaultClock::default() }
    }

    /// Whether the key may sign now; otherwise after how many seconds.
    fn admit(&self, key: &KeyId) -> Result<(), u64> {
        self.limiter.check_key(key).map_err(|wait| wait.wait_time_from(self.clock.now()).as_secs() + 1)
    }

    /// Forgets keys that have not signed for a while.
    pub(crate) fn forget(&self) {
        self.limiter.retain_recent();
    }
}

/// So many statements are examined where they are: usual ones take a fraction of a millisecond, the largest four.
pub(crate) const FEW: usize = 4;

/// Examines statements, many on all cores. With `rates`, a key that signs too often is refused.
pub(crate) fn prepare(state: &State, statements: Vec<Vec<u8>>, rates: Option<&KeyRates>) -> Vec<Prepared> {
    let limited = |prepared| match (prepared, rates) {
        (Prepared::Verified(verified), Some(rates)) => match rates.admit(&verified.header().key_id) {
            Ok(()) => Prepared::Verified(verified),
            Err(seconds) => Prepared::Refused(Refusal::key_rate_limited(verified.id(), seconds)),
        },
        (prepared, _) => prepared,
    };
    let examine = |bytes| limited(prepare_one(state, bytes));
    if statements.len() <= FEW {
        return statements.into_iter().map(examine).collect();
    }
    statements.into_par_iter().map(examine).collect()
}

fn prepare_one(state: &State, bytes: Vec<u8>) -> Prepared {
    let statement = match Statement::decode(bytes) {
        Ok(statement) => statement,
        Err(error) => return Prepared::Refused(Refusal::by_form(error, None)),
    };
    let Ok(key) = author_key(state, &statement) else { return Prepared::Unresolved(Box::new(statement)) };
    let id = statement.id();
    match verify_with(state, id, key, statement) {
        Ok(verified) => Prepared::Verified(Box::new(verified)),
        Err(refusal) => match state.index_of(&id) {
            Some(index) => Prepared::Known(id, index),
            None => Prepared::Refused(refusal),
        },
    }
}

/// Checks a statement with the key that `view` has for its author.
pub(crate) fn verify(state: &State, view: &dyn View, statement: Statement) -> Result<Verified, Refusal> {
    let id = statement.id();
    let key = author_key(view, &statement).map_err(|violation| Refusal::by_rule(violation, id))?;
    verify_with(state, id, key, statement)
}

fn verify_with(
    state: &State,
    id: StatementId,
    key: PublicKey,
    statement: Statement,
) -> Result<Verified, Refusal> {
    let key_id = statement.header().key_id;
    // A key is checked when it is enrolled; one of entry 0 or of a link may still be unfit.
    let usable = state
        .usable_key(key_id, key)
        .ok_or_else(|| Refusal::by_rule(Violation::new(Reason::KeyUnknown).with(key_id), id))?;
    statement.verify(&usable).map_err(|error| Refusal::by_form(error, Some(id)))
}

#[cfg(test)]
mod tests {
    use lode_ledger::hash::Hash;

    use super::*;

    #[test]
    fn a_key_runs_out_and_another_does_not() {
        let rates = KeyRates::new(1);
        let (one, two) = (KeyId(Hash::of(b"1")), KeyId(Hash::of(b"2")));
        assert!((0..KEY_BURST_S).all(|_| rates.admit(&one).is_ok()));
        assert!(rates.admit(&one).is_err_and(|seconds| seconds >= 1));
        assert!(rates.admit(&two).is_ok());
    }
}
