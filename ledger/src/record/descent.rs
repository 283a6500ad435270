//! What was made of a thing: one small record for each event that made something of it, numbered by the thing's own
//! record. So a rule can walk forward along the goods without a list that grows without end.

use minicbor::{Decode, Encode};

use super::{EventRef, RecordKey};
use crate::id::{ItemId, WorkOrderId};
use crate::mass::Milligrams;

/// A thing that others are made of: an item, or a job.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, Hash, Ord, PartialEq, PartialOrd, serde::Serialize)]
#[serde(untagged)]
pub enum Parentage {
    /// An item.
    #[n(0)]
    Item(#[n(0)] ItemId),
    /// A job.
    #[n(1)]
    Work(#[n(0)] WorkOrderId),
}

impl Parentage {
    /// The thing that a record key names, if others can be made of it.
    #[must_use]
    pub const fn of(key: &RecordKey) -> Option<Self> {
        match key {
            RecordKey::Item(id) => Some(Self::Item(*id)),
            RecordKey::WorkOrder(id) => Some(Self::Work(*id)),
            _ => None,
        }
    }

    /// The key of its record.
    #[must_use]
    pub const fn key(self) -> RecordKey {
        match self {
            Self::Item(id) => RecordKey::Item(id),
            Self::Work(id) => RecordKey::WorkOrder(id),
        }
    }
}

/// What one event made of a thing. It has no history: its things have.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Offspring {
    /// The items and jobs, in the order of the event.
    #[n(0)]
    pub children: Vec<Parentage>,
    /// How much the event took of the thing into them.
    #[n(1)]
    pub mass: Milligrams,
    /// How many it took of a batch.
    #[n(2)]
    pub count: Option<u32>,
    /// How much was lost of the thing in the same event.
    #[n(3)]
    pub lost: Option<Milligrams>,
    /// How much the thing gained in the same event.
    #[n(4)]
    pub gained: Option<Milligrams>,
    /// How many of a batch were lost in the same event.
    #[n(5)]
    pub lost_count: Option<u32>,
    /// The event that made them.
    #[n(6)]
    pub by: EventRef,
    /// The event that said it did not occur: nothing was made.
    #[n(7)]
    pub voided: Option<EventRef>,
}
