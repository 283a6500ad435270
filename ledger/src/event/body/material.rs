//! Goods that are divided, joined, treated, or lose mass.

use super::Line;
use super::common::{Input, Loss};
use crate::event::shape::{List, payload};
use crate::id::{ItemId, Nonce, WorkOrderId};
use crate::mass::Milligrams;
use crate::time::Timestamp;
use crate::vocab::{Code, Treatment};

payload! {
    /// One part of a split.
    pub struct SplitPart {
        /// Its mass in milligrams.
        [mass_mg]: Milligrams,
        /// Its count, if a batch is split.
        [count]: Option<u32>,
    }

    /// A lot or batch is divided; the rest stays what it was.
    pub struct LotSplit {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// What is divided.
        [item]: ItemId,
        /// 128 random bits from which the parts' ids are derived, in order.
        [nonce]: Nonce,
        /// The parts.
        [parts]: List<SplitPart, 1, 256>,
        /// What was lost in dividing.
        [losses]: List<Loss, 0, 8>,
        /// What is left of the divided item afterwards, in milligrams.
        [left_mg]: Milligrams,
        /// What is left of a batch afterwards.
        [left_count]: Option<u32>,
    }

    /// Lots are poured together.
    pub struct LotMerged {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the new lot's id is derived.
        [nonce]: Nonce,
        /// What goes in; all of one species.
        [inputs]: List<Input, 2, 64>,
        /// What was lost.
        [losses]: List<Loss, 0, 8>,
        /// What came out, in milligrams.
        [mass_mg]: Milligrams,
        /// What the trade calls the blend.
        descriptive [trade_name]: Option<Line>,
    }

    /// Mass of an item is gone.
    pub struct LossRecorded {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Of what.
        [item]: ItemId,
        /// How much and why.
        [loss]: Loss,
        /// What is left afterwards, in milligrams.
        [left_mg]: Milligrams,
    }

    /// A treatment is carried out. Exactly one of `item` and `work` is named.
    pub struct TreatmentApplied {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// On which item.
        [item]: Option<ItemId>,
        /// Or on the goods of which work order.
        [work]: Option<WorkOrderId>,
        /// Which treatment.
        [treatment]: Code<Treatment>,
        /// With what: temperature, time, agent.
        descriptive [parameters]: Option<Line>,
        /// Foreign mass that it added (resin, coat, wax), in milligrams.
        [added_mg]: Option<Milligrams>,
        /// What there is afterwards, in milligrams; required where mass was added.
        [left_mg]: Option<Milligrams>,
    }
}
