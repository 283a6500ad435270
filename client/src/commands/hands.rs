//! Goods that change hands or owners otherwise than by offer and acceptance of goods, or that go missing.

use lode_ledger::event::body::{
    CustodyAssigned, DocumentRef, ItemConsigned, ItemLost, ItemRecovered, OwnershipTransferred,
};
use lode_ledger::id::{ItemId, OfferId, ParticipantId};
use lode_ledger::record::Loss;
use lode_ledger::time::Timestamp;
use lode_ledger::vocab::{AssignmentReason, Code};

use crate::commands::standing::Goods;
use crate::error::Result;
use crate::session::{Done, Session};
use crate::spec;

/// A time that has passed by every ledger's clock: with it, what was to last until a time ends.
#[must_use]
pub fn long_ago() -> Timestamp {
    Timestamp::from_unix(0)
}

/// Lets somebody list and sell; a time that has passed ends that.
///
/// # Errors
/// As [`Session::send`].
pub fn consign(
    session: &Session,
    items: Vec<ItemId>,
    seller: ParticipantId,
    until: Timestamp,
) -> Result<Done> {
    session.send(&[ItemConsigned { at: session.now(), items: items.into(), seller, until }.into()])
}

/// Offers ownership; the goods stay where they are.
///
/// # Errors
/// As [`Session::send`].
pub fn title_offer(
    session: &Session,
    items: Vec<ItemId>,
    to: ParticipantId,
    expires: Timestamp,
) -> Result<Done> {
    let event = OwnershipTransferred {
        at: session.now(),
        nonce: Some(session.nonce()?),
        to: Some(to),
        items: items.into(),
        expires: Some(expires),
        offer: None,
    };
    session.send(&[event.into()])
}

/// Takes ownership that was offered.
///
/// # Errors
/// As [`Session::send`].
pub fn title_take(session: &Session, offer: OfferId) -> Result<Done> {
    let event = OwnershipTransferred {
        at: session.now(),
        nonce: None,
        to: None,
        items: Vec::new().into(),
        expires: None,
        offer: Some(offer),
    };
    session.send(&[event.into()])
}

/// Reports items as lost or stolen; as participant, or with a buyer's key.
///
/// # Errors
/// As [`Session::send`].
pub fn missing(
    session: &Session,
    items: Vec<ItemId>,
    how: Loss,
    report: Option<DocumentRef>,
) -> Result<Done> {
    session.send(&[ItemLost { at: session.now(), items: items.into(), how, report }.into()])
}

/// Says that they are there again.
///
/// # Errors
/// As [`Session::send`].
pub fn found(session: &Session, items: Vec<ItemId>, note: Option<&str>) -> Result<Done> {
    let note = note.map(|text| spec::line("note", text)).transpose()?;
    session.send(&[ItemRecovered { at: session.now(), items: items.into(), note }.into()])
}

/// Puts goods into other hands, as registrar.
///
/// # Errors
/// As [`Session::send`].
pub fn assign(
    session: &Session,
    goods: Goods,
    to: ParticipantId,
    reason: Code<AssignmentReason>,
    document: DocumentRef,
    ownership: bool,
) -> Result<Done> {
    let event = CustodyAssigned {
        at: session.now(),
        items: goods.items.into(),
        works: goods.works.into(),
        to,
        reason,
        document,
        ownership: Some(ownership),
    };
    session.send(&[event.into()])
}
