//! The lists that an auditor walks, last touched first.

use lode_ledger::hash::Hash;
use lode_ledger::id::DisputeId;

use super::{Page, Walk};
use crate::index::Direction;
use crate::projection;
use crate::service::BadCursor;
use crate::view::State;

/// Index of the last event on it, and id.
const DISPUTE_BYTES: usize = 24;
const CERTIFICATE_BYTES: usize = 40;

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
