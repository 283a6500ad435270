//! The record repaired: corrections.

use super::{AnyValue, Line};
use crate::event::shape::{Text, payload};
use crate::id::{ItemId, LogIndex};
use crate::time::Timestamp;

payload! {
    /// A descriptive field was wrong. The old value stays readable for ever.
    pub struct EventCorrected {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// The item that the corrected event created.
        [item]: ItemId,
        /// The corrected event's log index.
        [index]: LogIndex,
        /// Its number in that statement, from 0.
        [event]: u16,
        /// Which field: a descriptive one of that event.
        [field]: Text<64>,
        /// What stood there; absent if nothing did.
        [old]: Option<AnyValue>,
        /// What should stand there; absent to take it away.
        [new]: Option<AnyValue>,
        /// Why.
        descriptive [reason]: Line,
    }
}
