//! `ledger.sealed` and `ledger.frozen`: the ledger's clock and its end, and the operator's word on the state. Whether the
//! stated root is the right one only a replay can say: `check_state_root` is for whoever has the map.

use crate::event::body::{LedgerFrozen, LedgerSealed};
use crate::hash::Hash;
use crate::record::{Frozen, RecordKey};
use crate::violation::{Reason, Violation};
use crate::words::words;

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

/// The log ends here; whoever comes later is told where it goes on.
pub(super) fn ledger_frozen(context: &mut Context<'_>, body: &LedgerFrozen) -> Result<(), Violation> {
    let mut ledger = context.ledger(&"the ledger's opening")?;
    if body.successor.as_ref().is_some_and(|successor| successor.as_str() == ledger.origin) {
        let text = words(
            "a log does not succeed itself",
            "账本不能以自身为后继",
            "um registro não sucede a si mesmo",
        );
        return Err(Violation::new(Reason::FieldsDisagree).saying(text).field("successor"));
    }
    let successor = body.successor.as_ref().map(|origin| origin.as_str().to_owned());
    ledger.frozen = Some(Frozen { by: context.event_ref(), successor });
    context.put(RecordKey::Ledger, ledger);
    context.frozen = true;
    Ok(())
}

/// What a statement is told that comes after the end.
pub(super) fn is_frozen(frozen: &Frozen) -> Violation {
    let successor = frozen.successor.as_deref().unwrap_or("-");
    Violation::new(Reason::LedgerFrozen).with(frozen.by.index).with(successor)
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
