//! Goods that are divided, joined, treated, or lose mass.

use super::Line;
use super::common::{DocumentRef, Grade, Input, Loss};
use crate::event::shape::{List, payload};
use crate::id::{ItemId, Nonce, WorkOrderId};
use crate::mass::Milligrams;
use crate::time::Timestamp;
use crate::vocab::{Code, DestroyReason, DifferenceReason, Treatment};

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

    /// The ledger's balance of an item is brought to what there is. It needs a document, is shown as a warning for
    /// ever, and stays within the policy's second threshold of what the item began with, unless an inspector counted it.
    pub struct MassAdjusted {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Of what.
        [item]: ItemId,
        /// What the ledger says is there, in milligrams.
        [was_mg]: Milligrams,
        /// What there is, in milligrams.
        [left_mg]: Milligrams,
        /// How many the ledger says a batch has.
        [was_count]: Option<u32>,
        /// How many there are.
        [left_count]: Option<u32>,
        /// Why the two differ.
        [reason]: Code<DifferenceReason>,
        /// How it came about, in words.
        descriptive [explanation]: Option<Line>,
        /// The papers behind it; at least one.
        [documents]: List<DocumentRef, 0, 8>,
    }

    /// One piece out of a batch.
    pub struct SerialPiece {
        /// Its mass in milligrams.
        [mass_mg]: Milligrams,
        /// What it is called.
        descriptive [name]: Option<Line>,
        /// Its grade.
        descriptive [grade]: Option<Grade>,
        /// A photo of it.
        [photo]: Option<DocumentRef>,
    }

    /// Some of a batch become pieces of their own; the rest stays a batch.
    pub struct PiecesSerialised {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// The batch.
        [item]: ItemId,
        /// 128 random bits from which the pieces' ids are derived, in order.
        [nonce]: Nonce,
        /// The pieces.
        [pieces]: List<SerialPiece, 1, 256>,
        /// What was lost.
        [losses]: List<Loss, 0, 8>,
        /// What is left of the batch afterwards, in milligrams.
        [left_mg]: Milligrams,
        /// How many are left of the batch afterwards.
        [left_count]: u32,
    }

    /// An item is no more; all that was left of it is lost.
    pub struct ItemDestroyed {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Which.
        [item]: ItemId,
        /// Why.
        [reason]: Code<DestroyReason>,
        /// How it came about, in words.
        descriptive [explanation]: Option<Line>,
        /// Papers behind it.
        [documents]: List<DocumentRef, 0, 8>,
    }
}
