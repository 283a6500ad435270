//! What each type of event did to which kinds of records: observed, to be held against the event table. It never asks that
//! table itself.

use std::collections::{BTreeMap, BTreeSet};

use lode_ledger::apply::Delta;
use lode_ledger::event::{Event, EventType};
use lode_ledger::record::{RecordKey, RecordKind};

/// Kinds of records, and whether the record was created, by the type of the event that did it. Of statements of one
/// event only: what a statement of many did cannot be told apart.
#[derive(Clone, Debug, Default)]
pub struct Touched {
    known: BTreeSet<RecordKey>,
    seen: BTreeMap<EventType, BTreeSet<(RecordKind, bool)>>,
}

impl Touched {
    /// Notes what an accepted statement did.
    pub(super) fn note(&mut self, events: &[Event], delta: &Delta) {
        for (key, record) in delta.changes() {
            let created = self.known.insert(*key);
            if let [event] = events {
                self.seen.entry(event.event_type()).or_default().insert((record.kind(), created));
            }
        }
    }

    /// What was seen so far.
    #[must_use]
    pub const fn seen(&self) -> &BTreeMap<EventType, BTreeSet<(RecordKind, bool)>> {
        &self.seen
    }
}
