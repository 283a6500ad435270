//! Records of what happens between items and people: jobs, consignments, offers, sales, tags, certificates.

use minicbor::{Decode, Encode};

use super::item::changed;
use super::{Claims, Contradiction, Document, EventRef, History, MassBalance, Parent, Standing, Warning};
use crate::hash::Hash;
use crate::id::{ConsignmentId, ItemId, ListingId, OfferId, ParticipantId, SettlementId, WorkOrderId};
use crate::key::PublicKey;
use crate::mass::Milligrams;
use crate::tag::TagCode;
use crate::time::Timestamp;
use crate::vocab::{Code, Country, Port, SaleChannel, Step};

/// A job.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct WorkOrder {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// Which event created it.
    #[n(1)]
    pub created: EventRef,
    /// Who does it.
    #[n(2)]
    pub studio: ParticipantId,
    /// Whose the goods are.
    #[n(3)]
    pub owner: Option<ParticipantId>,
    /// The main process.
    #[n(4)]
    pub process: Code<Step>,
    /// What travels from the inputs to the outputs.
    #[n(5)]
    pub claims: Claims,
    /// The mass in it.
    #[n(6)]
    pub mass: MassBalance,
    /// What went in.
    #[n(7)]
    pub inputs: Vec<Parent>,
    /// How many items it has yielded.
    #[n(8)]
    pub outputs: u32,
    /// How many steps were logged.
    #[n(9)]
    pub steps: u32,
    /// The latest time claimed.
    #[n(10)]
    pub latest: Timestamp,
    /// Warnings, at most `MAX_KEPT`.
    #[n(11)]
    pub warnings: Vec<Warning>,
    /// What the job is called, as JSON.
    #[n(12)]
    pub title: Option<String>,
    /// Photos of its steps, at most `MAX_KEPT`; they go with what it yields.
    #[n(13)]
    pub documents: Vec<Document>,
    /// How many documents and warnings were too many to keep.
    #[n(14)]
    pub not_kept: u32,
    /// How many events have made things of it: the number of the next `Offspring` record.
    #[n(15)]
    pub makings: Option<u32>,
    /// Contradictions on what went in (rule X3): they pass to what comes out. Absent while there is none.
    #[n(16)]
    pub contradictions: Option<Vec<Contradiction>>,
    /// The event that said it was never begun.
    #[n(17)]
    pub voided: Option<EventRef>,
    /// Who else may log its steps.
    #[n(20)]
    pub crew: Option<Vec<ParticipantId>>,
    /// The step that paused it; absent while it goes on.
    #[n(21)]
    pub paused: Option<EventRef>,
    /// The last offer of it; whether it is open, the offer says.
    #[n(22)]
    pub offer: Option<OfferId>,
    /// Studios that had it before, in order, at most `MAX_KEPT`.
    #[n(23)]
    pub before: Option<Vec<ParticipantId>>,
    /// What stops or marks what is in it; absent while there is nothing of the kind.
    #[n(24)]
    pub standing: Option<Box<Standing>>,
    /// Of the mass that it passed on, what came out as lots: rest and dust beside pieces or batches. Absent while there is
    /// none, and under ruleset 1.
    #[n(25)]
    pub by_products: Option<Milligrams>,
}

impl WorkOrder {
    /// What it yielded of what it was for: its pieces and batches, or its lots where it yields nothing else (rule M6).
    #[must_use]
    pub fn product(&self) -> Milligrams {
        let all = self.mass.passed_on;
        let pieces = all.checked_sub(self.by_products.unwrap_or_default()).unwrap_or_default();
        if pieces.is_zero() { all } else { pieces }
    }

    /// What stops or marks what is in it, to read.
    #[must_use]
    pub fn standing(&self) -> std::borrow::Cow<'_, Standing> {
        self.standing.as_deref().map_or_else(std::borrow::Cow::default, std::borrow::Cow::Borrowed)
    }

    /// Changes what stops or marks what is in it.
    pub fn change_standing(&mut self, change: impl FnOnce(&mut Standing)) {
        self.standing = changed(self.standing.take(), change);
    }
}

/// Lots that travel or arrived together.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Consignment {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// Who received it, or is to receive it.
    #[n(1)]
    pub receiver: ParticipantId,
    /// The lots.
    #[n(2)]
    pub items: Vec<ItemId>,
    /// How they were sent, of lots that were shipped.
    #[n(3)]
    pub shipping: Option<Shipping>,
    /// The shipped consignment that this receipt is of.
    #[n(4)]
    pub of: Option<ConsignmentId>,
    /// Documents attached to it, at most `MAX_KEPT`.
    #[n(5)]
    pub documents: Option<Vec<Document>>,
    /// The latest time claimed by an event on it, from ruleset 2 on.
    #[n(20)]
    pub latest: Option<Timestamp>,
}

/// How lots were sent.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Shipping {
    /// Who says so.
    #[n(0)]
    pub by: ParticipantId,
    /// By which event.
    #[n(1)]
    pub at: EventRef,
    /// Bill of lading or airway bill, or the digest of a sealed one, as JSON.
    #[n(2)]
    pub bill_of_lading: Option<String>,
    /// Who carries them, if enrolled.
    #[n(3)]
    pub carrier: Option<ParticipantId>,
    /// The port or airport they leave.
    #[n(4)]
    pub from: Option<Code<Port>>,
    /// The port or airport they go to.
    #[n(5)]
    pub to: Option<Code<Port>>,
    /// The receipts that named it.
    #[n(6)]
    pub receipts: Vec<ConsignmentId>,
}

/// How an offer stands.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum OfferState {
    /// Waiting, until it expires.
    #[n(0)]
    Open,
    /// Taken.
    #[n(1)]
    Accepted,
    /// Refused by the named party.
    #[n(2)]
    Rejected,
    /// Taken back.
    #[n(3)]
    Cancelled,
}

/// One item of an offer.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct OfferedItem {
    /// The item.
    #[n(0)]
    pub item: ItemId,
    /// The mass on the giver's scale.
    #[n(1)]
    pub mass: Milligrams,
    /// That scale's resolution.
    #[n(2)]
    pub resolution: Milligrams,
}

/// An offer of custody.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Offer {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// Who offers.
    #[n(1)]
    pub from: ParticipantId,
    /// To whom.
    #[n(2)]
    pub to: ParticipantId,
    /// What.
    #[n(3)]
    pub items: Vec<OfferedItem>,
    /// Until when, by the ledger's clock.
    #[n(4)]
    pub expires: Timestamp,
    /// Whether ownership passes.
    #[n(5)]
    pub ownership: bool,
    /// How it stands.
    #[n(6)]
    pub state: OfferState,
    /// The event that took it, from ruleset 2 on.
    #[n(7)]
    pub accepted: Option<EventRef>,
    /// Whether ownership alone is offered and the goods stay where they are.
    #[n(8)]
    pub title_only: Option<bool>,
    /// Jobs that go along; absent if none does.
    #[n(20)]
    pub works: Option<Vec<WorkOrderId>>,
}

impl Offer {
    /// Whether it can still be accepted at this time of the ledger's clock.
    #[must_use]
    pub fn is_open(&self, clock: Timestamp) -> bool {
        self.state == OfferState::Open && clock.unix() <= self.expires.unix()
    }
}

/// A sale to a buyer outside the ledger.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Sale {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// Who sold.
    #[n(1)]
    pub seller: ParticipantId,
    /// What.
    #[n(2)]
    pub items: Vec<ItemId>,
    /// Where.
    #[n(3)]
    pub channel: Code<SaleChannel>,
    /// Where the buyer is.
    #[n(4)]
    pub destination: Option<Code<Country>>,
    /// Whether it was cancelled.
    #[n(5)]
    pub cancelled: bool,
    /// When.
    #[n(6)]
    pub at: Timestamp,
    /// Whose the goods were, where a consignee sold them: they go back to him.
    #[n(7)]
    pub owner: Option<ParticipantId>,
    /// The listing that it came from.
    #[n(8)]
    pub listing: Option<ListingId>,
    /// Its settlement.
    #[n(9)]
    pub settled: Option<SettlementId>,
}

/// A printed tag.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Tag {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// What it is bound to.
    #[n(1)]
    pub item: ItemId,
    /// The public half of its claim code's key.
    #[n(2)]
    pub claim_key: PublicKey,
    /// The code that replaced it.
    #[n(3)]
    pub replaced_by: Option<TagCode>,
    /// The event that redeemed its hidden code: that happens once.
    #[n(4)]
    pub claimed: Option<EventRef>,
    /// The hidden codes of a batch's single pieces; absent where only the tag has one.
    #[n(20)]
    pub units: Option<TagUnits>,
    /// What was sold of the batch and its parts, with how many units of each are not claimed yet: at most
    /// `MAX_SOLD_PARTS`.
    #[n(21)]
    pub sold: Option<Vec<SoldUnits>>,
}

/// Of how many parts of one batch a tag keeps that units are still to be claimed.
pub const MAX_SOLD_PARTS: usize = 256;

/// A part of a batch that was sold.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct SoldUnits {
    /// The part, or the batch itself.
    #[n(0)]
    pub item: ItemId,
    /// How many of its units no buyer has claimed.
    #[n(1)]
    pub left: u32,
}

/// The hidden codes of a batch's single pieces, under one root.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct TagUnits {
    /// The RFC 6962 root over their public keys: `tag::units_root`.
    #[n(0)]
    pub root: Hash,
    /// How many there are.
    #[n(1)]
    pub count: u32,
    /// The tag that they were bound with, under a tag that took its place: what is claimed is claimed under that one.
    #[n(20)]
    pub first: Option<TagCode>,
}

/// A certificate number of an issuer.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Certificate {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// The issuer's registered code.
    #[n(1)]
    pub issuer_code: String,
    /// The number.
    #[n(2)]
    pub number: String,
    /// The item that the lab itself bound it to.
    #[n(3)]
    pub bound: Option<ItemId>,
    /// The items that others asserted it for, at most `MAX_KEPT`.
    #[n(4)]
    pub asserted: Vec<ItemId>,
    /// The document's hash, as the lab or else the first to assert it gave it.
    #[n(5)]
    pub document: Hash,
    /// The number of the lab's later certificate that took its place.
    #[n(6)]
    pub reissued_as: Option<String>,
}
