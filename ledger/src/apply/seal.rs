//! `ledger.sealed`: the ledger's clock, and the operator's word on the state. Whether the stated root is the right
//! one only a replay can say: `check_state_root` is for whoever has the map.

use crate::event::body::LedgerSealed;
use crate::hash::Hash;
use crate::record::RecordKey;
use crate::violation::{Reason, Violation};

use super::context::Context;

pub(super) fn ledger_sealed(context: &mut Context<'_>, body: &LedgerSealed) -> Result<(), Violation> {
    let mut clock = context.clock_record(&"the ledger's clock")?;
    if body.size != context.index.0 || body.at.unix() <= clock.time.unix() {
        return Err(Violation::new(Reason::SealWrong));
    }
    clock.time = body.at;
    clock.size = body.size;
    clock.state_root = body.state_root;
    context.put(RecordKey::Clock, clock);
    Ok(())
}

/// Compares a seal's root with the one that a replay gave.
///
/// # Errors
/// The operator sealed a state that the log does not add up to.
pub fn check_state_root(body: &LedgerSealed, replayed: Hash) -> Result<(), Violation> {
    if body.state_root == replayed {
        return Ok(());
    }
    Err(Violation::new(Reason::SealRoot).with(body.state_root).with(replayed).field("state_root"))
}
