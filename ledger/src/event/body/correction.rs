//! The record repaired: corrections, what did not occur, salts that are gone, and a log that ends.

use super::{AnyValue, Line};
use crate::event::shape::{Text, payload};
use crate::id::{DisputeId, HoldId, ItemId, LogIndex, Origin, ParticipantId, RecallId, WorkOrderId};
use crate::sealed::SealedDigest;
use crate::time::Timestamp;

payload! {
    /// A field of an earlier event was wrong. The old value stays readable for ever. A descriptive field is put right; a
    /// claim travels forward to what was made of the goods, where treatments and nature only get worse and origins only get
    /// more; a mass is a difference to what is there.
    pub struct EventCorrected {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// The item that the corrected event created, or whose acceptance is corrected.
        [item]: Option<ItemId>,
        /// The job that the corrected event began; without item and job, the event is meant for itself.
        [work]: Option<WorkOrderId>,
        /// The corrected event's log index.
        [index]: LogIndex,
        /// Its number in that statement, from 0.
        [event]: u16,
        /// Which field: a descriptive one of that event; of an item also `species`, `variety`, `nature`, `origins`,
        /// `treatments.CODE` (its finding), `mass_mg`, and `measured_mg` of an acceptance.
        [field]: Text<64>,
        /// What stood there; absent if nothing did.
        [old]: Option<AnyValue>,
        /// What should stand there; absent to take it away.
        [new]: Option<AnyValue>,
        /// Of a mass that is in other hands: who must sign the same before it counts.
        [counterparty]: Option<ParticipantId>,
        /// Whether it is to be shown as a contradiction where it cannot be applied any more.
        [contradiction]: Option<bool>,
        /// Why.
        descriptive [reason]: Line,
    }

    /// An event did not occur, and nothing was built on it. Exactly one thing that it made is named.
    pub struct EventVoided {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// The event's log index.
        [index]: LogIndex,
        /// Its number in that statement, from 0.
        [event]: u16,
        /// An item that it made: a declared lot, a part, a blend, what a job yielded. All that it made is void with it.
        [item]: Option<ItemId>,
        /// The job that it began.
        [work]: Option<WorkOrderId>,
        /// The hold that it placed.
        [hold]: Option<HoldId>,
        /// The dispute that it opened.
        [dispute]: Option<DisputeId>,
        /// The recall that it issued.
        [recall]: Option<RecallId>,
        /// Why.
        descriptive [reason]: Line,
    }

    /// The author of a sealed field has destroyed its salt: from here on nobody can open it.
    pub struct DisclosureDestroyed {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// The item that the event created, if the field stands with it.
        [item]: Option<ItemId>,
        /// The log index of the statement with the sealed field.
        [index]: LogIndex,
        /// The event's number in that statement, from 0.
        [event]: u16,
        /// Which field of that event.
        [field]: Text<64>,
        /// The digest that stands there.
        [digest]: SealedDigest,
        /// Why: a request to be forgotten, an order of a court.
        descriptive [reason]: Option<Line>,
    }

    /// The log ends: nothing but seals comes after.
    pub struct LedgerFrozen {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// The origin of the log that goes on in its place.
        [successor]: Option<Origin>,
        /// Why.
        descriptive [reason]: Line,
    }
}
