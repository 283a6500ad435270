//! The state machine of items, written down once: which event takes an item from which states to which (rule C5).
//! The rules of the market ask it, and tests hold whole histories against it. What stands beside the state (held,
//! recalled, lost, packed, reserved, under way) is not here.

use crate::event::EventType::{
    self, ClaimRedeemed, ConsignmentReceived, CustodyAccepted, CustodyAssigned, CustodyOffered,
    EventCorrected, EventVoided, ExportPrepared, ItemAssembled, ItemConsigned, ItemDestroyed,
    ItemDisassembled, ItemLost, ItemRecovered, ItemRepaired, ItemReserved, ItemReturned, ItemsPacked,
    ItemsUnpacked, ListingOpened, LossRecorded, LotDeclared, LotMerged, LotSplit, MassAdjusted,
    OwnerTransferred, OwnershipTransferred, PiecesSerialised, SaleCancelled, SaleRecorded,
    ShipmentDispatched, TagBound, TagReplaced, TreatmentApplied, WorkCompleted, WorkStarted,
};
use crate::id::{ItemId, ItemKind};
use crate::record::ItemState::{
    self, Claimed, Declared, Destroyed, Exhausted, Finished, InRepair, InStock, Sold, Voided,
};
use crate::violation::Violation;

use super::context::state_forbids;

/// What becomes of the state.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Then {
    /// It stays.
    Stays,
    /// It becomes this.
    Becomes(ItemState),
    /// In hand again: a lot or batch in stock, a piece finished.
    InHand,
    /// It stays, or is exhausted when nothing is left.
    StaysOrExhausted,
    /// Claimed if its buyer has claimed it, and sold otherwise.
    BackWithBuyer,
}

/// One line of the state machine.
#[derive(Clone, Copy, Debug)]
pub struct Transition {
    /// The event.
    pub event: EventType,
    /// The states in which it may happen; empty: it creates the item.
    pub from: &'static [ItemState],
    /// What becomes of the state.
    pub then: Then,
}

const fn line(event: EventType, from: &'static [ItemState], then: Then) -> Transition {
    Transition { event, from, then }
}

/// In the hands of the trade, to be worked with.
pub(super) const IN_HAND: &[ItemState] = &[InStock, Finished];
/// [`IN_HAND`], or a buyer's and here to be repaired.
pub(super) const IN_HAND_OR_REPAIR: &[ItemState] = &[InStock, Finished, InRepair];
const WITH_BUYER: &[ItemState] = &[Sold, Claimed];
const OF_BUYER: &[ItemState] = &[Sold, Claimed, InRepair];
const EXISTS: &[ItemState] = &[Declared, InStock, Finished, Sold, Claimed, InRepair];

/// The state machine. Pieces begin as finished, when the job that yields them is completed; while they are worked they
/// are mass in a job, not items. Lots begin as declared or, where they are made of others, in stock.
pub const TRANSITIONS: &[Transition] = &[
    line(LotDeclared, &[], Then::Becomes(Declared)),
    line(LotDeclared, &[], Then::InHand),
    line(ConsignmentReceived, &[Declared], Then::InHand),
    line(LotSplit, &[], Then::InHand),
    line(LotSplit, IN_HAND, Then::StaysOrExhausted),
    line(LotMerged, &[], Then::InHand),
    line(LotMerged, IN_HAND, Then::StaysOrExhausted),
    line(LossRecorded, IN_HAND, Then::StaysOrExhausted),
    line(TreatmentApplied, IN_HAND, Then::Stays),
    line(WorkStarted, IN_HAND, Then::StaysOrExhausted),
    line(WorkCompleted, &[], Then::InHand),
    line(MassAdjusted, IN_HAND, Then::Stays),
    line(PiecesSerialised, &[], Then::InHand),
    line(PiecesSerialised, IN_HAND, Then::StaysOrExhausted),
    line(ItemAssembled, &[], Then::InHand),
    line(ItemAssembled, IN_HAND, Then::StaysOrExhausted),
    line(ItemDisassembled, &[], Then::InHand),
    line(ItemDisassembled, IN_HAND, Then::StaysOrExhausted),
    line(ItemRepaired, IN_HAND_OR_REPAIR, Then::Stays),
    line(ItemDestroyed, IN_HAND_OR_REPAIR, Then::Becomes(Destroyed)),
    line(CustodyOffered, IN_HAND_OR_REPAIR, Then::Stays),
    line(CustodyAccepted, IN_HAND_OR_REPAIR, Then::Stays),
    line(CustodyAssigned, &[Declared, InStock, Finished, Sold, InRepair], Then::Stays),
    line(OwnershipTransferred, IN_HAND, Then::Stays),
    line(ItemConsigned, IN_HAND, Then::Stays),
    line(ItemsPacked, IN_HAND, Then::Stays),
    line(ItemsUnpacked, &[InStock, Finished, Sold], Then::Stays),
    line(TagBound, IN_HAND, Then::Stays),
    line(TagReplaced, IN_HAND, Then::Stays),
    line(ListingOpened, IN_HAND, Then::Stays),
    line(ItemReserved, IN_HAND, Then::Stays),
    line(SaleRecorded, IN_HAND, Then::Becomes(Sold)),
    line(SaleCancelled, &[Sold], Then::InHand),
    line(ExportPrepared, &[InStock, Finished, Sold, InRepair], Then::Stays),
    line(ShipmentDispatched, &[InStock, Finished, Sold], Then::Stays),
    line(ShipmentDispatched, &[InRepair], Then::BackWithBuyer),
    line(ClaimRedeemed, &[Sold], Then::Becomes(Claimed)),
    line(ClaimRedeemed, &[InRepair], Then::Stays),
    line(OwnerTransferred, OF_BUYER, Then::Stays),
    line(ItemReturned, OF_BUYER, Then::InHand),
    line(ItemReturned, WITH_BUYER, Then::Becomes(InRepair)),
    line(ItemLost, EXISTS, Then::Stays),
    line(ItemRecovered, EXISTS, Then::Stays),
    line(EventVoided, &[Declared, InStock, Finished], Then::Becomes(Voided)),
    line(EventVoided, IN_HAND, Then::Stays),
    line(EventVoided, &[Exhausted], Then::InHand),
    line(EventCorrected, &ItemState::ALL, Then::StaysOrExhausted),
    line(EventCorrected, &[Exhausted], Then::InHand),
];

impl Transition {
    /// The line in the states' words: `in_stock, finished -> sold`.
    #[must_use]
    pub fn said(&self) -> String {
        let from: Vec<&str> = self.from.iter().map(|state| state.word()).collect();
        let then = match self.then {
            Then::Stays => "stays",
            Then::Becomes(state) => state.word(),
            Then::InHand => "in_stock or, a piece, finished",
            Then::StaysOrExhausted => "stays, or exhausted",
            Then::BackWithBuyer => "sold or, once claimed, claimed",
        };
        if from.is_empty() { format!("new -> {then}") } else { format!("{} -> {then}", from.join(", ")) }
    }
}

/// What an item in hand is: a piece finished, anything else in stock.
#[must_use]
pub const fn in_hand(kind: ItemKind) -> ItemState {
    match kind {
        ItemKind::Piece => Finished,
        ItemKind::Lot | ItemKind::Batch => InStock,
    }
}

/// Whether an item may come from one state to another by this event; `before` is absent where the event makes it.
#[must_use]
pub fn allows(event: EventType, kind: ItemKind, before: Option<ItemState>, after: ItemState) -> bool {
    TRANSITIONS.iter().filter(|line| line.event == event).any(|line| {
        let from = before.map_or(line.from.is_empty(), |state| line.from.contains(&state));
        from && match line.then {
            Then::Stays => before == Some(after),
            Then::Becomes(state) => after == state,
            Then::InHand => after == in_hand(kind),
            Then::StaysOrExhausted => before == Some(after) || after == Exhausted,
            Then::BackWithBuyer => WITH_BUYER.contains(&after),
        }
    })
}

/// Rule C5: whether the event may happen to an item in this state, and what becomes of the state by the first of its
/// lines. What goes back to its buyer is sold; that it was claimed is not known here.
pub(super) fn step(event: EventType, id: &ItemId, state: ItemState) -> Result<ItemState, Violation> {
    let line = TRANSITIONS.iter().find(|line| line.event == event && line.from.contains(&state));
    let line = line.ok_or_else(|| state_forbids(id, state))?;
    Ok(match line.then {
        Then::Stays | Then::StaysOrExhausted => state,
        Then::Becomes(state) => state,
        Then::InHand => in_hand(id.kind()),
        Then::BackWithBuyer => Sold,
    })
}

/// States that nothing leads out of.
pub const FINAL: &[ItemState] = &[Destroyed, Voided];
