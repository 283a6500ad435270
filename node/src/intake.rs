//! The way in, many at once: size, form, key from the state as it is now, signature, events. Nothing is decided here:
//! whether the key is still valid and the rules are kept, the sequencer asks.

use lode_ledger::apply::author_key;
use lode_ledger::id::{LogIndex, StatementId};
use lode_ledger::key::PublicKey;
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

/// Examines statements on all cores.
pub(crate) fn prepare(state: &State, statements: Vec<Vec<u8>>) -> Vec<Prepared> {
    statements.into_par_iter().map(|bytes| prepare_one(state, bytes)).collect()
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
