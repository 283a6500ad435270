//! Records of the market: what is offered for sale by whom, what is packed, exported and on its way, which payments
//! are settled, and the keys with which buyers own.
//!
//! No price, no amount and no buyer's data stands in any of them.

use minicbor::{Decode, Encode};

use super::{EventRef, History};
use crate::hash::Hash;
use crate::id::{ExportId, ItemId, ListingId, PackId, ParticipantId, SaleId, ShipmentId};
use crate::key::KeyId;
use crate::tag::TagCode;
use crate::time::Timestamp;
use crate::vocab::{Code, Country, Currency, HsCode, Incoterm, Regime, SaleChannel};

/// How many may sell one piece at a time, and how many listings of it may be open.
pub const MAX_SELLERS: usize = 8;

/// What the market does with an item, beside its state.
#[derive(Clone, Debug, Decode, Default, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Market {
    /// Who may sell it for its owner, at most [`MAX_SELLERS`].
    #[n(0)]
    pub consigned: Vec<Consigned>,
    /// Listings in which it stands, at most [`MAX_SELLERS`].
    #[n(1)]
    pub listings: Vec<ListingId>,
    /// For whom it is kept.
    #[n(2)]
    pub reserved: Option<Reserved>,
    /// The box that it is packed in.
    #[n(3)]
    pub pack: Option<PackId>,
    /// Its last shipment; whether that is under way, the shipment says.
    #[n(4)]
    pub shipment: Option<ShipmentId>,
    /// The key of its buyer.
    #[n(5)]
    pub owner_key: Option<KeyId>,
    /// How many units of a batch their buyers have claimed.
    #[n(6)]
    pub units_claimed: Option<u32>,
    /// The buyer has given it back; its seller may take it in.
    #[n(7)]
    pub given_back: Option<EventRef>,
}

impl Market {
    /// Whether this participant may sell it for its owner at this time of the ledger's clock.
    #[must_use]
    pub fn is_consigned_to(&self, seller: ParticipantId, clock: Timestamp) -> bool {
        self.consigned.iter().any(|given| given.seller == seller && clock.unix() <= given.until.unix())
    }

    /// The reservation, if it is in force at this time of the ledger's clock.
    #[must_use]
    pub fn reserved_at(&self, clock: Timestamp) -> Option<Reserved> {
        self.reserved.filter(|reserved| clock.unix() <= reserved.until.unix())
    }
}

/// Who may sell for the owner.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Consigned {
    /// The seller.
    #[n(0)]
    pub seller: ParticipantId,
    /// Until when, by the ledger's clock.
    #[n(1)]
    pub until: Timestamp,
}

/// A piece that one seller keeps for a buyer.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Reserved {
    /// The seller.
    #[n(0)]
    pub by: ParticipantId,
    /// Until when, by the ledger's clock.
    #[n(1)]
    pub until: Timestamp,
}

/// Items offered for sale by one seller.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Listing {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// Who sells.
    #[n(1)]
    pub seller: ParticipantId,
    /// What.
    #[n(2)]
    pub items: Vec<ItemId>,
    /// Where.
    #[n(3)]
    pub channel: Code<SaleChannel>,
    /// The session of a stream.
    #[n(4)]
    pub session: Option<String>,
    /// The place in the session.
    #[n(5)]
    pub slot: Option<u32>,
    /// Whether it was closed. An item that was sold meanwhile no longer names it.
    #[n(6)]
    pub closed: bool,
    /// When it was opened.
    #[n(20)]
    pub opened: Option<Timestamp>,
}

/// Goods with a carrier.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Shipment {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// Who sent it.
    #[n(1)]
    pub sender: ParticipantId,
    /// What.
    #[n(2)]
    pub items: Vec<ItemId>,
    /// To which country.
    #[n(3)]
    pub destination: Option<Code<Country>>,
    /// Under which export.
    #[n(4)]
    pub export: Option<ExportId>,
    /// The carrier's name.
    #[n(5)]
    pub carrier: Option<String>,
    /// The event that said it arrived; absent while it is under way.
    #[n(6)]
    pub delivered: Option<EventRef>,
}

/// A closed box.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Pack {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// Who packed it.
    #[n(1)]
    pub packer: ParticipantId,
    /// What is in it.
    #[n(2)]
    pub items: Vec<ItemId>,
    /// Whether it was unpacked.
    #[n(3)]
    pub opened: bool,
}

/// The key of somebody who bought a piece. It says that one person owns, not who.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct OwnerKey {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// The key.
    #[n(1)]
    pub key: crate::key::PublicKey,
    /// What it owns.
    #[n(2)]
    pub item: ItemId,
    /// Since which event.
    #[n(3)]
    pub since: EventRef,
    /// The tag and the claim key of the unit that it owns, where the item is a batch.
    #[n(4)]
    pub unit: Option<ClaimedUnit>,
    /// The event with which it passed the piece on, or gave it back: after that it says nothing.
    #[n(5)]
    pub passed_on: Option<EventRef>,
}

/// One unit of a batch.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct ClaimedUnit {
    /// The batch's tag.
    #[n(0)]
    pub tag: TagCode,
    /// The unit's claim key.
    #[n(1)]
    pub claim_key: KeyId,
}

/// Payments that were settled in a currency: who holds the document can show that it is the one meant.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Settlement {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// Who says so.
    #[n(1)]
    pub by: ParticipantId,
    /// The sales that it settles.
    #[n(2)]
    pub sales: Vec<SaleId>,
    /// The currency.
    #[n(3)]
    pub currency: Code<Currency>,
    /// The salted hash of the settlement's document.
    #[n(4)]
    pub commitment: Hash,
}

/// What customs of two countries is told of goods that leave.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Export {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// Who exports.
    #[n(1)]
    pub exporter: ParticipantId,
    /// What.
    #[n(2)]
    pub items: Vec<ItemId>,
    /// To which country.
    #[n(3)]
    pub destination: Code<Country>,
    /// The heading at the border that the goods leave over.
    #[n(4)]
    pub hs: Code<HsCode>,
    /// The destination's tariff code.
    #[n(5)]
    pub tariff_code: Option<String>,
    /// Where the goods originate for customs: where they were last worked substantially.
    #[n(6)]
    pub customs_origin: Code<Country>,
    /// Where the material was dug: all countries that are possible.
    #[n(7)]
    pub material_origins: Vec<Code<Country>>,
    /// Under which supervision code.
    #[n(8)]
    pub regime: Code<Regime>,
    /// The terms of delivery.
    #[n(9)]
    pub incoterm: Option<Code<Incoterm>>,
}

/// A unit of a batch that its buyer has claimed.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct ClaimUnit {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// The batch.
    #[n(1)]
    pub item: ItemId,
    /// Its place among the batch's claim keys, from 0.
    #[n(2)]
    pub number: u32,
    /// Whose it is now.
    #[n(3)]
    pub owner_key: KeyId,
}
