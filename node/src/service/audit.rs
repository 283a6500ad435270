//! Questions of an auditor.

use lode_ledger::hash::Hash;
use lode_ledger::id::DisputeId;
use lode_ledger::violation::Reason;

use super::{BadCursor, Node, Page, Warned};
use crate::query::audit;

impl Node {
    /// On how many items and jobs a warning stands, as far as they are counted. One that a record had no room for is
    /// not.
    #[must_use]
    pub fn warned(&self, reason: Reason) -> Warned {
        audit::warned(&self.inner.shared.state, reason)
    }

    /// Open disputes, last touched first.
    ///
    /// # Errors
    /// The cursor is none of this list.
    pub fn open_disputes(&self, cursor: Option<&str>, limit: usize) -> Result<Page<DisputeId>, BadCursor> {
        audit::disputes(&self.inner.shared.state, cursor, limit)
    }

    /// Certificates that are shown for several items, by their records' ids, last touched first.
    ///
    /// # Errors
    /// The cursor is none of this list.
    pub fn colliding_certificates(
        &self,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Hash>, BadCursor> {
        audit::collisions(&self.inner.shared.state, cursor, limit)
    }
}
