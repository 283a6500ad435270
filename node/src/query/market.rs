//! The lists of the market, newest first.

use lode_ledger::id::{ExportId, ListingId, ShipmentId};
use lode_ledger::record::{Record, RecordKey, View as _};

use super::{Page, Walk};
use crate::index::Direction;
use crate::service::BadCursor;
use crate::view::State;

/// Index and id of a record of the market.
const MARKET_BYTES: usize = 24;

fn page<T>(
    state: &State,
    prefix: Vec<u8>,
    cursor: Option<&str>,
    limit: usize,
    read: impl Fn([u8; 16]) -> Option<T>,
) -> Result<Page<T>, BadCursor> {
    let walk = Walk { prefix, direction: Direction::Descending, sort_bytes: MARKET_BYTES };
    walk.page(state, cursor, limit, |sort, _| read(sort.get(8..)?.try_into().ok()?))
}

/// Listings of a list, of one session or of all.
pub(crate) fn listings(
    state: &State,
    prefix: Vec<u8>,
    session: Option<&str>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<ListingId>, BadCursor> {
    page(state, prefix, cursor, limit, |id| {
        let id = ListingId::new(id);
        let Some(session) = session else { return Some(id) };
        match state.record(&RecordKey::Listing(id)).as_deref() {
            Some(Record::Listing(listing)) if listing.session.as_deref() == Some(session) => Some(id),
            _ => None,
        }
    })
}

/// Exports of a list.
pub(crate) fn exports(
    state: &State,
    prefix: Vec<u8>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<ExportId>, BadCursor> {
    page(state, prefix, cursor, limit, |id| Some(ExportId::new(id)))
}

/// Shipments of a list.
pub(crate) fn shipments(
    state: &State,
    prefix: Vec<u8>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<ShipmentId>, BadCursor> {
    page(state, prefix, cursor, limit, |id| Some(ShipmentId::new(id)))
}
