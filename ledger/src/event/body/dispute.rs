//! What stops or marks goods from outside: holds, disputes, recalls.

use super::Line;
use super::common::DocumentRef;
use crate::event::shape::{List, payload};
use crate::id::{DisputeId, HoldId, ItemId, Nonce, ParticipantId, RecallId, WorkOrderId};
use crate::sealed::Sealable;
use crate::time::Timestamp;
use crate::vocab::{Code, DisputeKind, DisputeOutcome, HoldReason, RecallReason};

payload! {
    /// Goods are held: they stay where and what they are. A registrar for any reason; an inspector for customs, an
    /// investigation or a stock count; a laboratory what it has in hand; an owner what he pledges.
    pub struct HoldPlaced {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the hold's id is derived.
        [nonce]: Nonce,
        /// What: goods.
        [items]: List<ItemId, 0, 64>,
        /// And jobs, with what is in them.
        [works]: List<WorkOrderId, 0, 64>,
        /// Why.
        [reason]: Code<HoldReason>,
        /// Of a pledge: to whom. Then that party releases it.
        [creditor]: Option<ParticipantId>,
        /// In words: the order's number, the case.
        descriptive [text]: Option<Sealable<Line>>,
    }

    /// A hold ends.
    pub struct HoldReleased {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Which hold.
        [hold]: HoldId,
        /// In words.
        descriptive [text]: Option<Line>,
    }

    /// A party with a stake in goods disputes what is said of them. Over title, sale and transfer stop.
    pub struct DisputeOpened {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the dispute's id is derived.
        [nonce]: Nonce,
        /// What it is about.
        [kind]: Code<DisputeKind>,
        /// Over what: goods.
        [items]: List<ItemId, 0, 64>,
        /// And jobs, with what is in them.
        [works]: List<WorkOrderId, 0, 64>,
        /// Whom it is against: that party answers, even while suspended.
        [respondent]: Option<ParticipantId>,
        /// What is claimed.
        descriptive [text]: Sealable<Line>,
        /// Documents.
        [documents]: List<DocumentRef, 0, 8>,
    }

    /// The party that a dispute is against answers.
    pub struct DisputeAnswered {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Which dispute.
        [dispute]: DisputeId,
        /// The answer.
        descriptive [text]: Sealable<Line>,
        /// Documents.
        [documents]: List<DocumentRef, 0, 8>,
    }

    /// A dispute ends: by the registrar, or withdrawn by whoever opened it. A change of hands that follows from it is
    /// said by custody.assigned.
    pub struct DisputeResolved {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Which dispute.
        [dispute]: DisputeId,
        /// How.
        [outcome]: Code<DisputeOutcome>,
        /// In words.
        descriptive [text]: Line,
        /// The decision.
        [documents]: List<DocumentRef, 0, 8>,
    }

    /// Goods are called back: they are not sold or handed on, but go back or are destroyed. By a registrar, an inspector, a
    /// laboratory, a marketplace, or whoever made or declared them.
    pub struct RecallIssued {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the recall's id is derived.
        [nonce]: Nonce,
        /// What; all that is concerned, as a recall does not travel by itself.
        [items]: List<ItemId, 0, 256>,
        /// And jobs, with what is in them.
        [works]: List<WorkOrderId, 0, 64>,
        /// Why.
        [reason]: Code<RecallReason>,
        /// Where the goods go back to; absent: to the author.
        [back_to]: Option<ParticipantId>,
        /// What holders and buyers should do.
        descriptive [text]: Line,
        /// Documents.
        [documents]: List<DocumentRef, 0, 8>,
    }

    /// A recall is over: what remains of the goods may be sold and handed on again. By whoever issued it, or by a
    /// registrar.
    pub struct RecallLifted {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Which recall.
        [recall]: RecallId,
        /// Why it is over.
        descriptive [text]: Line,
        /// What shows it.
        [documents]: List<DocumentRef, 0, 8>,
    }
}
