//! Questions about the market: listings, exports, shipments.

use lode_ledger::id::{ExportId, ItemId, ListingId, ParticipantId, ShipmentId};

use super::{BadCursor, Node, Page};
use crate::projection;
use crate::query::market;

impl Node {
    /// A seller's open listings, newest first; of one session of a stream, if it is named.
    ///
    /// # Errors
    /// The cursor is none of this list.
    pub fn listings_of(
        &self,
        seller: &ParticipantId,
        session: Option<&str>,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<ListingId>, BadCursor> {
        let prefix = projection::listings_prefix(seller);
        market::listings(&self.inner.shared.state, prefix, session, cursor, limit)
    }

    /// A participant's exports, newest first.
    ///
    /// # Errors
    /// The cursor is none of this list.
    pub fn exports_by(
        &self,
        exporter: &ParticipantId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<ExportId>, BadCursor> {
        market::exports(&self.inner.shared.state, projection::exports_prefix(exporter), cursor, limit)
    }

    /// The exports that name an item, newest first.
    ///
    /// # Errors
    /// The cursor is none of this list.
    pub fn exports_of(
        &self,
        item: &ItemId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<ExportId>, BadCursor> {
        market::exports(&self.inner.shared.state, projection::exports_of_prefix(item), cursor, limit)
    }

    /// What a participant has sent and what has not arrived, newest first.
    ///
    /// # Errors
    /// The cursor is none of this list.
    pub fn shipments_by(
        &self,
        sender: &ParticipantId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<ShipmentId>, BadCursor> {
        market::shipments(&self.inner.shared.state, projection::shipments_prefix(sender), cursor, limit)
    }
}
