//! What the market does with an item, as readable JSON: what everybody may see on the item, what its parties see
//! besides, and listings, shipments, exports, sales, boxes and settlements by themselves.
//!
//! It reads records and judges nothing.

use lode_ledger::id::{ExportId, ListingId, PackId, SaleId, SettlementId, ShipmentId};
use lode_ledger::lang::Lang;
use lode_ledger::record::{Export, Item, Listing, Pack, Record, RecordKey, Sale, Settlement, Shipment};
use lode_ledger::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::Member;
use super::view::{Named, Place, named};
use crate::service::Node;

/// What the market does with an item, beside its state.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MarketView {
    /// Where it is offered for sale now.
    pub listings: Vec<OfferedBy>,
    /// Until when a seller keeps it for a buyer; absent if none does now.
    pub kept_until: Option<String>,
    /// Its last shipment.
    pub shipment: Option<Parcel>,
    /// The thumbprint of the key that it belongs to since its buyer claimed it. Whose key that is, nobody is told.
    pub owner_key: Option<String>,
    /// How many units of a batch their buyers have claimed.
    pub units_claimed: Option<u32>,
    /// The event with which its buyer gave it back; its seller has not taken it in yet.
    pub given_back: Option<Place>,
    /// What its parties see besides; only for custodian, owner and sellers, and for who oversees the ledger.
    pub parties: Option<PartiesView>,
}

/// A listing, as one of its items shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OfferedBy {
    /// The listing.
    pub id: String,
    /// Who sells.
    pub seller: String,
    /// Where.
    pub channel: Named,
    /// The session of a stream.
    pub session: Option<String>,
    /// The place in the session.
    pub slot: Option<u32>,
}

/// A shipment, as one of its items shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Parcel {
    /// The shipment.
    pub id: String,
    /// The carrier's name.
    pub carrier: Option<String>,
    /// To which country.
    pub destination: Option<Named>,
    /// The event that said it arrived; absent while it is under way.
    pub delivered: Option<Place>,
}

/// What the parties of an item see of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PartiesView {
    /// Who may sell it for its owner, and until when.
    pub consigned: Vec<SellerUntil>,
    /// Which seller keeps it for a buyer, and until when.
    pub reserved: Option<SellerUntil>,
    /// The box that it is packed in.
    pub pack: Option<String>,
}

/// A seller, and until when by the ledger's clock.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SellerUntil {
    /// The seller.
    pub seller: String,
    /// Until when.
    pub until: String,
}

fn text<T: ToString>(value: Option<T>) -> Option<String> {
    value.map(|value| value.to_string())
}

fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

fn clock(node: &Node) -> Timestamp {
    match node.record(&RecordKey::Clock).as_deref() {
        Some(Record::Clock(clock)) => clock.time,
        _ => Timestamp::from_unix(0),
    }
}

/// What the market does with an item, for whoever asks; nothing if it does nothing.
pub(super) fn market(node: &Node, item: &Item, member: Option<&Member>, lang: Lang) -> Option<MarketView> {
    let market = item.market.as_deref()?;
    let clock = clock(node);
    let listing = |id: &ListingId| match node.record(&RecordKey::Listing(*id)).as_deref() {
        Some(Record::Listing(listing)) => Some(OfferedBy {
            id: id.to_string(),
            seller: listing.seller.to_string(),
            channel: named(listing.channel, lang),
            session: listing.session.clone(),
            slot: listing.slot,
        }),
        _ => None,
    };
    let parcel = |id: ShipmentId| match node.record(&RecordKey::Shipment(id)).as_deref() {
        Some(Record::Shipment(shipment)) => Some(Parcel {
            id: id.to_string(),
            carrier: shipment.carrier.clone(),
            destination: shipment.destination.map(|country| named(country, lang)),
            delivered: shipment.delivered.map(Place::from),
        }),
        _ => None,
    };
    let reserved = market.reserved_at(clock);
    Some(MarketView {
        listings: market.listings.iter().filter_map(listing).collect(),
        kept_until: reserved.map(|reserved| reserved.until.to_string()),
        shipment: market.shipment.and_then(parcel),
        owner_key: market.owner_key.map(|key| key.to_string()),
        units_claimed: market.units_claimed,
        given_back: market.given_back.map(Place::from),
        parties: member.filter(|member| is_party(node, item, member)).map(|_| PartiesView {
            consigned: market
                .consigned
                .iter()
                .filter(|given| clock.unix() <= given.until.unix())
                .map(|given| SellerUntil { seller: given.seller.to_string(), until: given.until.to_string() })
                .collect(),
            reserved: reserved
                .map(|kept| SellerUntil { seller: kept.by.to_string(), until: kept.until.to_string() }),
            pack: text(market.pack),
        }),
    })
}

/// Whether somebody has to do with an item: it is his, in his hands, his to sell, or sold by or for him.
fn is_party(node: &Node, item: &Item, member: &Member) -> bool {
    let who = member.session.participant;
    let sold = item.sale.and_then(|sale| node.record(&RecordKey::Sale(sale)));
    let sold = match sold.as_deref() {
        Some(Record::Sale(sale)) => sale.seller == who || sale.owner == Some(who),
        _ => false,
    };
    member.oversees()
        || sold
        || item.custodian == who
        || item.owner == Some(who)
        || item.market().consigned.iter().any(|given| given.seller == who)
}

/// Items offered for sale by one seller.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ListingView {
    /// The id.
    pub id: String,
    /// Who sells.
    pub seller: String,
    /// What was offered. What was sold meanwhile no longer names the listing.
    pub items: Vec<String>,
    /// Where.
    pub channel: Named,
    /// The session of a stream.
    pub session: Option<String>,
    /// The place in the session.
    pub slot: Option<u32>,
    /// Whether it was closed.
    pub closed: bool,
}

/// A listing.
#[must_use]
pub fn listing(id: &ListingId, listing: &Listing, lang: Lang) -> ListingView {
    ListingView {
        id: id.to_string(),
        seller: listing.seller.to_string(),
        items: texts(&listing.items),
        channel: named(listing.channel, lang),
        session: listing.session.clone(),
        slot: listing.slot,
        closed: listing.closed,
    }
}

/// Goods with a carrier.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ShipmentView {
    /// The id.
    pub id: String,
    /// Who sent it.
    pub sender: String,
    /// What.
    pub items: Vec<String>,
    /// To which country.
    pub destination: Option<Named>,
    /// Under which export.
    pub export: Option<String>,
    /// The carrier's name.
    pub carrier: Option<String>,
    /// The event that said it arrived; absent while it is under way.
    pub delivered: Option<Place>,
}

/// A shipment.
#[must_use]
pub fn shipment(id: &ShipmentId, shipment: &Shipment, lang: Lang) -> ShipmentView {
    ShipmentView {
        id: id.to_string(),
        sender: shipment.sender.to_string(),
        items: texts(&shipment.items),
        destination: shipment.destination.map(|country| named(country, lang)),
        export: text(shipment.export),
        carrier: shipment.carrier.clone(),
        delivered: shipment.delivered.map(Place::from),
    }
}

/// What customs of two countries is told of goods that leave.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ExportView {
    /// The id.
    pub id: String,
    /// Who exports.
    pub exporter: String,
    /// What; of an item that everybody may see, for others than members that item alone.
    pub items: Vec<String>,
    /// To which country.
    pub destination: Named,
    /// The HS code at the border that the goods leave over.
    pub hs: Named,
    /// The destination's tariff code.
    pub tariff_code: Option<String>,
    /// The origin for customs: where the goods were last worked substantially.
    pub customs_origin: Named,
    /// Where the material was dug: all countries that are possible.
    pub material_origins: Vec<Named>,
    /// Under which supervision code.
    pub regime: Named,
    /// The terms of delivery.
    pub incoterm: Option<Named>,
}

/// An export.
#[must_use]
pub fn export(id: &ExportId, export: &Export, lang: Lang) -> ExportView {
    ExportView {
        id: id.to_string(),
        exporter: export.exporter.to_string(),
        items: texts(&export.items),
        destination: named(export.destination, lang),
        hs: named(export.hs, lang),
        tariff_code: export.tariff_code.clone(),
        customs_origin: named(export.customs_origin, lang),
        material_origins: export.material_origins.iter().map(|country| named(*country, lang)).collect(),
        regime: named(export.regime, lang),
        incoterm: export.incoterm.map(|term| named(term, lang)),
    }
}

/// A sale to a buyer outside the ledger.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SaleView {
    /// The id.
    pub id: String,
    /// Who sold.
    pub seller: String,
    /// Whose the goods were, where they were consigned.
    pub owner: Option<String>,
    /// What.
    pub items: Vec<String>,
    /// Where.
    pub channel: Named,
    /// To which country.
    pub destination: Option<Named>,
    /// The listing that it came from.
    pub listing: Option<String>,
    /// Whether it did not come about.
    pub cancelled: bool,
    /// Its settlement.
    pub settled: Option<String>,
    /// When, as its seller says.
    pub sold_at: String,
}

/// A sale.
#[must_use]
pub fn sale(id: &SaleId, sale: &Sale, lang: Lang) -> SaleView {
    SaleView {
        id: id.to_string(),
        seller: sale.seller.to_string(),
        owner: text(sale.owner),
        items: texts(&sale.items),
        channel: named(sale.channel, lang),
        destination: sale.destination.map(|country| named(country, lang)),
        listing: text(sale.listing),
        cancelled: sale.cancelled,
        settled: text(sale.settled),
        sold_at: sale.at.to_string(),
    }
}

/// A closed box.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PackView {
    /// The id.
    pub id: String,
    /// Who packed it.
    pub packer: String,
    /// What is in it.
    pub items: Vec<String>,
    /// Whether it was unpacked.
    pub opened: bool,
}

/// A box.
#[must_use]
pub fn pack(id: &PackId, pack: &Pack) -> PackView {
    PackView {
        id: id.to_string(),
        packer: pack.packer.to_string(),
        items: texts(&pack.items),
        opened: pack.opened,
    }
}

/// Payments that were settled.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SettlementView {
    /// The id.
    pub id: String,
    /// Who says so.
    pub settler: String,
    /// The sales that it settles.
    pub sales: Vec<String>,
    /// The currency.
    pub currency: Named,
    /// The salted hash of the settlement's document.
    pub commitment: String,
}

/// A settlement.
#[must_use]
pub fn settlement(id: &SettlementId, settlement: &Settlement, lang: Lang) -> SettlementView {
    SettlementView {
        id: id.to_string(),
        settler: settlement.by.to_string(),
        sales: texts(&settlement.sales),
        currency: named(settlement.currency, lang),
        commitment: settlement.commitment.to_string(),
    }
}
