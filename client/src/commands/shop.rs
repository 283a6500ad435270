//! Before and after a sale: boxes, listings, reservations; customs, carriers, payment, and goods that come back.

use lode_ledger::event::body::{
    DocumentRef, ExportPrepared, ItemReserved, ItemReturned, ItemsPacked, ItemsUnpacked, ListingClosed,
    ListingOpened, PaymentSettled, ProductId, ShipmentDelivered, ShipmentDispatched,
};
use lode_ledger::event::shape::Text;
use lode_ledger::hash::Hash;
use lode_ledger::id::{ExportId, ItemId, ListingId, PackId, SaleId, ShipmentId};
use lode_ledger::time::Timestamp;
use lode_ledger::vocab::{Code, Country, Currency, HsCode, Incoterm, Regime, ReturnReason, SaleChannel};
use serde_json::Value;

use crate::error::{ClientError, Result, words};
use crate::node::Node;
use crate::session::{Done, Session, look_up};
use crate::spec;

/// A text of at most `N` characters.
///
/// # Errors
/// It is longer, empty, or has a control character.
fn text<const N: usize>(what: &str, text: &str) -> Result<Text<N>> {
    Text::new(text.trim()).map_err(|_| {
        ClientError::usage(words!(
            "{what} {text:?}: expected 1 to {N} characters, none of them a control character",
            "{what} {text:?}：应为1至{N}个字符，不含控制字符",
            "{what} {text:?}: esperados de 1 a {N} caracteres, nenhum de controle"
        ))
    })
}

/// Packs items into a box; they move together from here on.
///
/// # Errors
/// As [`Session::send`].
pub fn pack(session: &Session, items: Vec<ItemId>, seal: Option<&str>) -> Result<Done> {
    let seal = spec::sealable("seal", seal)?;
    let (at, nonce) = (session.now(), session.nonce()?);
    session.send(&[ItemsPacked { at, nonce, items: items.into(), seal }.into()])
}

/// Opens a box and takes everything out.
///
/// # Errors
/// As [`Session::send`].
pub fn unpack(session: &Session, pack: PackId) -> Result<Done> {
    session.send(&[ItemsUnpacked { at: session.now(), pack }.into()])
}

/// How items are offered to buyers.
#[derive(Clone, Debug)]
pub struct Offered {
    /// Where.
    pub channel: Code<SaleChannel>,
    /// The session of a stream.
    pub session: Option<String>,
    /// The place in it.
    pub slot: Option<u32>,
    /// What the seller writes above it.
    pub title: Option<String>,
    /// In which language (BCP 47).
    pub language: Option<String>,
}

/// Offers items to buyers.
///
/// # Errors
/// As [`Session::send`].
pub fn list(session: &Session, items: Vec<ItemId>, offered: &Offered) -> Result<Done> {
    let event = ListingOpened {
        at: session.now(),
        nonce: session.nonce()?,
        items: items.into(),
        channel: offered.channel,
        session: offered.session.as_deref().map(|name| text("session", name)).transpose()?,
        slot: offered.slot,
        title: offered.title.as_deref().map(|title| spec::line("title", title)).transpose()?,
        language: offered.language.as_deref().map(|tag| text("language", tag)).transpose()?,
    };
    session.send(&[event.into()])
}

/// Offers them no more.
///
/// # Errors
/// As [`Session::send`].
pub fn unlist(session: &Session, listing: ListingId, reason: Option<&str>) -> Result<Done> {
    let reason = reason.map(|reason| spec::line("reason", reason)).transpose()?;
    session.send(&[ListingClosed { at: session.now(), listing, reason }.into()])
}

/// Keeps an item for a buyer, or no longer: a time that has passed ends it.
///
/// # Errors
/// As [`Session::send`].
pub fn reserve(
    session: &Session,
    item: ItemId,
    listing: Option<ListingId>,
    until: Timestamp,
    buyer: Option<&str>,
) -> Result<Done> {
    let buyer = spec::sealable("buyer", buyer)?;
    session.send(&[ItemReserved { at: session.now(), item, listing, until, buyer }.into()])
}

/// What customs of two countries is told.
#[derive(Clone, Debug)]
pub struct Export {
    /// To which country.
    pub destination: Code<Country>,
    /// The HS code at the border that the goods leave over.
    pub hs: Code<HsCode>,
    /// The destination's tariff code.
    pub tariff_code: Option<String>,
    /// The origin for customs.
    pub customs_origin: Code<Country>,
    /// Where the material was dug; empty: as the record says, which is asked of the node.
    pub material_origins: Vec<Code<Country>>,
    /// Scheme and value of each product identifier.
    pub product_ids: Vec<(String, String)>,
    /// Under which supervision code.
    pub regime: Code<Regime>,
    /// The terms of delivery.
    pub incoterm: Option<Code<Incoterm>>,
    /// The declaration's number.
    pub declaration: Option<String>,
    /// Papers behind it.
    pub documents: Vec<DocumentRef>,
}

/// States what customs is told of goods that leave.
///
/// # Errors
/// As [`Session::send`]; offline the material's origins must be named.
pub fn export(session: &Session, items: Vec<ItemId>, export: Export) -> Result<Done> {
    let material_origins = match export.material_origins.is_empty() {
        false => export.material_origins,
        true => origins_on_record(session.node()?, &items)?,
    };
    let product_id = |(scheme, value): &(String, String)| {
        Ok(ProductId { scheme: text("scheme", scheme)?, value: text("value", value)? })
    };
    let event = ExportPrepared {
        at: session.now(),
        nonce: session.nonce()?,
        items: items.into(),
        destination: export.destination,
        hs: export.hs,
        tariff_code: export.tariff_code.as_deref().map(|code| text("tariff code", code)).transpose()?,
        customs_origin: export.customs_origin,
        material_origins: material_origins.into(),
        product_ids: export.product_ids.iter().map(product_id).collect::<Result<Vec<_>>>()?.into(),
        regime: export.regime,
        incoterm: export.incoterm,
        declaration: spec::sealable("declaration", export.declaration.as_deref())?,
        documents: export.documents.into(),
    };
    session.send(&[event.into()])
}

/// Every country that is possible by the record, once each.
fn origins_on_record(node: &Node, items: &[ItemId]) -> Result<Vec<Code<Country>>> {
    let mut countries = Vec::new();
    for item in items {
        let (_, known) = look_up(node, &item.to_string())?;
        let origins = known.pointer("/claims/origins").and_then(Value::as_array).cloned().unwrap_or_default();
        for code in origins.iter().filter_map(|origin| origin.pointer("/country/code")?.as_str()) {
            let country = spec::code(code)?;
            if !countries.contains(&country) {
                countries.push(country);
            }
        }
    }
    Ok(countries)
}

/// How goods are given to a carrier.
#[derive(Clone, Debug, Default)]
pub struct Parcel {
    /// The carrier.
    pub carrier: Option<String>,
    /// The carrier's number.
    pub tracking: Option<String>,
    /// To which country.
    pub destination: Option<Code<Country>>,
    /// Under which export.
    pub export: Option<ExportId>,
}

/// Gives goods to a carrier.
///
/// # Errors
/// As [`Session::send`].
pub fn dispatch(session: &Session, items: Vec<ItemId>, parcel: &Parcel) -> Result<Done> {
    let event = ShipmentDispatched {
        at: session.now(),
        nonce: session.nonce()?,
        items: items.into(),
        carrier: parcel.carrier.as_deref().map(|name| spec::line("carrier", name)).transpose()?,
        tracking: spec::sealable("tracking", parcel.tracking.as_deref())?,
        destination: parcel.destination,
        export: parcel.export,
    };
    session.send(&[event.into()])
}

/// Says that a shipment has arrived.
///
/// # Errors
/// As [`Session::send`].
pub fn deliver(session: &Session, shipment: ShipmentId, proof: Option<DocumentRef>) -> Result<Done> {
    session.send(&[ShipmentDelivered { at: session.now(), shipment, proof }.into()])
}

/// Says that payments were settled. `commitment` is the salted hash of the settlement's document.
///
/// # Errors
/// As [`Session::send`].
pub fn settle(
    session: &Session,
    sales: Vec<SaleId>,
    currency: Code<Currency>,
    commitment: Hash,
) -> Result<Done> {
    let (at, nonce) = (session.now(), session.nonce()?);
    session.send(&[PaymentSettled { at, nonce, sales: sales.into(), currency, commitment }.into()])
}

/// Takes back what was sold.
///
/// # Errors
/// As [`Session::send`].
pub fn take_back(
    session: &Session,
    item: ItemId,
    reason: Code<ReturnReason>,
    condition: Option<&str>,
) -> Result<Done> {
    let condition = condition.map(|text| spec::line("condition", text)).transpose()?;
    session.send(&[ItemReturned { at: session.now(), item, reason, condition }.into()])
}
