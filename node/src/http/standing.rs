//! What stands in an item's way beside its state, as readable JSON: holds, disputes, recalls, and that it is missing.
//!
//! Pure, as [`super::view`] is: it says what is open now, and judges nothing.

use lode_ledger::record::Item;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::Place;

/// What stops or marks an item beside its state: ids of what is open now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StandingView {
    /// Holds: nothing is done with it.
    pub holds: Vec<String>,
    /// Disputes over title: nothing is done with it.
    pub title_disputes: Vec<String>,
    /// Other disputes: they are shown.
    pub other_disputes: Vec<String>,
    /// Recalls: it is not sold or handed on.
    pub recalls: Vec<String>,
    /// `lost` or `stolen`, and where that was reported.
    pub missing: Option<MissingView>,
}

/// An item that was reported missing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MissingView {
    /// `lost` or `stolen`.
    pub how: String,
    /// The event that reported it.
    pub reported: Place,
}

/// How an item stands.
pub(super) fn standing(item: &Item) -> StandingView {
    fn texts<T: ToString>(ids: &[T]) -> Vec<String> {
        ids.iter().map(ToString::to_string).collect()
    }
    let standing = item.standing();
    StandingView {
        holds: texts(&standing.holds),
        title_disputes: texts(&standing.title_disputes),
        other_disputes: texts(&standing.other_disputes),
        recalls: texts(&standing.recalls),
        missing: standing.missing.map(|missing| MissingView {
            how: missing.how.word().to_owned(),
            reported: missing.reported.into(),
        }),
    }
}
