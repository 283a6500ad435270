//! What stops or marks goods from outside: holds, disputes, recalls.

use lode_ledger::event::body::{
    DisputeAnswered, DisputeOpened, DisputeResolved, DocumentRef, HoldPlaced, HoldReleased, RecallIssued,
    RecallLifted,
};
use lode_ledger::id::{DisputeId, HoldId, ItemId, ParticipantId, RecallId, WorkOrderId};
use lode_ledger::sealed::Sealable;
use lode_ledger::vocab::{Code, DisputeKind, DisputeOutcome, HoldReason, RecallReason};

use crate::error::Result;
use crate::session::{Done, Session};
use crate::spec;

/// Goods, and jobs with what is in them.
#[derive(Clone, Debug, Default)]
pub struct Goods {
    /// The goods.
    pub items: Vec<ItemId>,
    /// The jobs.
    pub works: Vec<WorkOrderId>,
}

/// Holds goods; `creditor` is to whom they are pledged.
///
/// # Errors
/// As [`Session::send`].
pub fn hold_place(
    session: &Session,
    goods: Goods,
    reason: Code<HoldReason>,
    creditor: Option<ParticipantId>,
    text: Option<&str>,
) -> Result<Done> {
    let text = spec::sealable("text", text)?;
    let (at, nonce) = (session.now(), session.nonce()?);
    let (items, works) = (goods.items.into(), goods.works.into());
    session.send(&[HoldPlaced { at, nonce, items, works, reason, creditor, text }.into()])
}

/// Ends a hold.
///
/// # Errors
/// As [`Session::send`].
pub fn hold_release(session: &Session, hold: HoldId, text: Option<&str>) -> Result<Done> {
    let text = text.map(|text| spec::line("text", text)).transpose()?;
    session.send(&[HoldReleased { at: session.now(), hold, text }.into()])
}

/// A dispute as it is opened.
#[derive(Clone, Debug)]
pub struct Claim {
    /// What it is about.
    pub kind: Code<DisputeKind>,
    /// Over what.
    pub goods: Goods,
    /// Whom it is against.
    pub respondent: Option<ParticipantId>,
    /// What is claimed.
    pub text: String,
    /// Documents.
    pub documents: Vec<DocumentRef>,
}

/// Disputes what is said of goods.
///
/// # Errors
/// As [`Session::send`].
pub fn dispute_open(session: &Session, claim: Claim) -> Result<Done> {
    let event = DisputeOpened {
        at: session.now(),
        nonce: session.nonce()?,
        kind: claim.kind,
        items: claim.goods.items.into(),
        works: claim.goods.works.into(),
        respondent: claim.respondent,
        text: Sealable::Clear(spec::line("text", &claim.text)?),
        documents: claim.documents.into(),
    };
    session.send(&[event.into()])
}

/// Answers a dispute.
///
/// # Errors
/// As [`Session::send`].
pub fn dispute_answer(
    session: &Session,
    dispute: DisputeId,
    text: &str,
    documents: Vec<DocumentRef>,
) -> Result<Done> {
    let text = Sealable::Clear(spec::line("text", text)?);
    session.send(&[DisputeAnswered { at: session.now(), dispute, text, documents: documents.into() }.into()])
}

/// Ends a dispute.
///
/// # Errors
/// As [`Session::send`].
pub fn dispute_resolve(
    session: &Session,
    dispute: DisputeId,
    outcome: Code<DisputeOutcome>,
    text: &str,
    documents: Vec<DocumentRef>,
) -> Result<Done> {
    let text = spec::line("text", text)?;
    let (at, documents) = (session.now(), documents.into());
    session.send(&[DisputeResolved { at, dispute, outcome, text, documents }.into()])
}

/// Calls goods back.
///
/// # Errors
/// As [`Session::send`].
pub fn recall_issue(
    session: &Session,
    goods: Goods,
    reason: Code<RecallReason>,
    back_to: Option<ParticipantId>,
    text: &str,
    documents: Vec<DocumentRef>,
) -> Result<Done> {
    let event = RecallIssued {
        at: session.now(),
        nonce: session.nonce()?,
        items: goods.items.into(),
        works: goods.works.into(),
        reason,
        back_to,
        text: spec::line("text", text)?,
        documents: documents.into(),
    };
    session.send(&[event.into()])
}

/// Ends a recall.
///
/// # Errors
/// As [`Session::send`].
pub fn recall_lift(
    session: &Session,
    recall: RecallId,
    text: &str,
    documents: Vec<DocumentRef>,
) -> Result<Done> {
    let text = spec::line("text", text)?;
    session.send(&[RecallLifted { at: session.now(), recall, text, documents: documents.into() }.into()])
}
