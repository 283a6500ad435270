//! The lists that an auditor walks, last touched first.

use lode_ledger::hash::Hash;
use lode_ledger::id::DisputeId;
use lode_ledger::violation::Reason;

use super::{Page, Walk};
use crate::index::{Direction, MAX_SCAN};
use crate::projection;
use crate::service::{BadCursor, Warned};
use crate::view::State;

/// Index of the last event on it, and id.
const DISPUTE_BYTES: usize = 24;
const CERTIFICATE_BYTES: usize = 40;

/// How many things of one kind a warning is counted on: beyond that they are not counted, but said to be more.
const MAX_COUNTED: usize = 5_000;

/// On how many items and jobs a warning stands.
pub(crate) fn warned(state: &State, reason: Reason) -> Warned {
    let (items, more_items) = count(state, &projection::warned_items_prefix(reason.code()));
    let (jobs, more_jobs) = count(state, &projection::warned_jobs_prefix(reason.code()));
    Warned { items, jobs, more: more_items || more_jobs }
}

/// How many keys stand under a prefix, up to the bound; whether there are more.
fn count(state: &State, prefix: &[u8]) -> (usize, bool) {
    let (mut counted, mut cursor) = (0, None::<Vec<u8>>);
    while counted < MAX_COUNTED {
        let want = (MAX_COUNTED - counted).min(MAX_SCAN);
        let page = state.scan(prefix, cursor.as_deref(), Direction::Ascending, want);
        counted += page.len();
        if page.len() < want {
            return (counted, false);
        }
        cursor = page.into_iter().next_back().map(|(key, _)| key);
    }
    (counted, !state.scan(prefix, cursor.as_deref(), Direction::Ascending, 1).is_empty())
}

/// Open disputes.
pub(crate) fn disputes(
    state: &State,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<DisputeId>, BadCursor> {
    let (prefix, direction) = (projection::disputes_prefix(), Direction::Descending);
    let read = |sort: &[u8], _: &[u8]| Some(DisputeId::new(sort.get(8..)?.try_into().ok()?));
    Walk { prefix, direction, sort_bytes: DISPUTE_BYTES }.page(state, cursor, limit, read)
}

/// Certificates that are shown for several items.
pub(crate) fn collisions(state: &State, cursor: Option<&str>, limit: usize) -> Result<Page<Hash>, BadCursor> {
    let (prefix, direction) = (projection::collisions_prefix(), Direction::Descending);
    let read = |sort: &[u8], _: &[u8]| Some(Hash(sort.get(8..)?.try_into().ok()?));
    Walk { prefix, direction, sort_bytes: CERTIFICATE_BYTES }.page(state, cursor, limit, read)
}
