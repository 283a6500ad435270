//! Records of what stops or marks goods from outside: holds, disputes, recalls; and of what an event said that nothing
//! else keeps, so that its author can correct it.

use minicbor::{Decode, Encode};

use super::{Detail, Document, EventRef, History, Parentage};
use crate::id::{ItemId, ParticipantId, WorkOrderId};
use crate::vocab::{Code, DisputeKind, DisputeOutcome, HoldReason, RecallReason};

/// How many holds, disputes, recalls, contradictions or waiting corrections one item bears of each.
pub const MAX_MARKS: usize = 16;

/// Goods are held: they stay where and what they are.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Hold {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// Who placed it.
    #[n(1)]
    pub by: ParticipantId,
    /// Why.
    #[n(2)]
    pub reason: Code<HoldReason>,
    /// What.
    #[n(3)]
    pub items: Vec<ItemId>,
    /// To whom they are pledged: then that party releases them, and the owner does not.
    #[n(4)]
    pub creditor: Option<ParticipantId>,
    /// The event that placed it.
    #[n(5)]
    pub placed: EventRef,
    /// The event that ended it.
    #[n(6)]
    pub ended: Option<EventRef>,
    /// Which jobs beside them; absent of none.
    #[n(7)]
    pub works: Option<Vec<WorkOrderId>>,
}

/// Two parties disagree about goods.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Dispute {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// Who opened it.
    #[n(1)]
    pub by: ParticipantId,
    /// Whom it is against.
    #[n(2)]
    pub respondent: Option<ParticipantId>,
    /// What it is about.
    #[n(3)]
    pub kind: Code<DisputeKind>,
    /// Over what.
    #[n(4)]
    pub items: Vec<ItemId>,
    /// The event that opened it.
    #[n(5)]
    pub opened: EventRef,
    /// The last answer of the respondent.
    #[n(6)]
    pub answered: Option<EventRef>,
    /// The event that ended it.
    #[n(7)]
    pub ended: Option<EventRef>,
    /// How it ended.
    #[n(8)]
    pub outcome: Option<Code<DisputeOutcome>>,
    /// What the parties put forward and the decision, at most `MAX_KEPT`.
    #[n(9)]
    pub documents: Vec<Document>,
    /// How many documents were too many to keep.
    #[n(10)]
    pub not_kept: u32,
    /// Which jobs beside them; absent of none.
    #[n(11)]
    pub works: Option<Vec<WorkOrderId>>,
}

/// Goods are called back.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Recall {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// Who issued it.
    #[n(1)]
    pub by: ParticipantId,
    /// Why.
    #[n(2)]
    pub reason: Code<RecallReason>,
    /// What.
    #[n(3)]
    pub items: Vec<ItemId>,
    /// Where the goods go back to.
    #[n(4)]
    pub back_to: ParticipantId,
    /// The event that issued it.
    #[n(5)]
    pub issued: EventRef,
    /// The event that lifted it, or said that it was never issued rightly.
    #[n(6)]
    pub ended: Option<EventRef>,
    /// What it rests on.
    #[n(7)]
    pub documents: Vec<Document>,
    /// Which jobs beside them; absent of none.
    #[n(8)]
    pub works: Option<Vec<WorkOrderId>>,
}

/// What an event said that its author may correct and no other record keeps: a reason, an order number, a reference.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Said {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// The event's type.
    #[n(1)]
    pub event: String,
    /// Who said it.
    #[n(2)]
    pub by: ParticipantId,
    /// The fields with their present values.
    #[n(3)]
    pub details: Vec<Detail>,
    /// Items and jobs that the event touched, at most `MAX_ABOUT`: a correction shows there too.
    #[n(4)]
    pub about: Vec<Parentage>,
}

/// How many items and jobs a [`Said`] names.
pub const MAX_ABOUT: usize = 4;
