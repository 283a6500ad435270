//! The market: listings, shipments, exports and sales for whom the ledger shows lists; boxes and settlements for their
//! parties.

use axum::Json;
use axum::extract::State;
use lode_ledger::id::{ExportId, ItemId, ListingId, PackId, ParticipantId, SaleId, SettlementId, ShipmentId};
use lode_ledger::lang::Lang;
use lode_ledger::record::{Record, RecordKey};
use serde::Deserialize;
use utoipa::IntoParams;

use super::asked::{Admitted, Asked, Member, Path, Query};
use super::items::{known, page_size};
use super::problem::{Kind, Problem, ProblemBody};
use super::traded::{self, ExportView, ListingView, PackView, SaleView, SettlementView, ShipmentView};
use super::view::Listed;
use super::{aside, parse};
use crate::service::{BadCursor, Node, Page};

/// The record of a kind under an id.
macro_rules! find {
    ($node:expr, $kind:ident, $id:expr) => {
        match $node.record(&RecordKey::$kind(*$id)).as_deref() {
            Some(Record::$kind(record)) => Some(record.clone()),
            _ => None,
        }
    };
}

/// A page of ids as a page of views.
pub(super) async fn listed<I: Send + 'static, T: Send + 'static>(
    lang: Lang,
    page: impl FnOnce() -> Result<Page<I>, BadCursor> + Send + 'static,
    show: impl Fn(&I) -> Option<T> + Send + 'static,
) -> Result<Json<Listed<T>>, Problem> {
    let found = aside(lang, move || {
        let page = page()?;
        Ok::<_, BadCursor>(Listed { items: page.items.iter().filter_map(show).collect(), next: page.next })
    });
    found.await?.map(Json).map_err(|_| Problem::new(Kind::BadCursor, lang))
}

fn listing_of(node: &Node, id: &ListingId, lang: Lang) -> Option<ListingView> {
    find!(node, Listing, id).map(|listing| traded::listing(id, &listing, lang))
}

fn shipment_of(node: &Node, id: &ShipmentId, lang: Lang) -> Option<ShipmentView> {
    find!(node, Shipment, id).map(|shipment| traded::shipment(id, &shipment, lang))
}

fn export_of(node: &Node, id: &ExportId, lang: Lang) -> Option<ExportView> {
    find!(node, Export, id).map(|export| traded::export(id, &export, lang))
}

/// Which listings.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichListings {
    /// By this seller.
    seller: String,
    /// In this session of a stream.
    session: Option<String>,
    /// From the page before.
    cursor: Option<String>,
    /// At most so many, up to 200.
    limit: Option<usize>,
}

/// A seller's open listings, newest first.
#[utoipa::path(get, path = "/v1/listings", tag = "market", params(WhichListings),
    responses((status = 200, body = Listed<ListingView>), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub async fn listings(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Query(which): Query<WhichListings>,
) -> Result<Json<Listed<ListingView>>, Problem> {
    let seller: ParticipantId = parse(&which.seller, "seller", lang)?;
    let asked = node.clone();
    let page = move || {
        let (session, cursor) = (which.session.as_deref(), which.cursor.as_deref());
        asked.listings_of(&seller, session, cursor, page_size(which.limit))
    };
    listed(lang, page, move |id| listing_of(&node, id, lang)).await
}

/// One listing, open or not.
#[utoipa::path(get, path = "/v1/listings/{id}", tag = "market", params(("id" = String, Path)),
    responses((status = 200, body = ListingView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn listing(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Path(id): Path<String>,
) -> Result<Json<ListingView>, Problem> {
    let id = parse(&id, "id", lang)?;
    listing_of(&node, &id, lang).map(Json).ok_or_else(|| Problem::new(Kind::NotFound, lang).detail(id))
}

/// Whose shipments.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichShipments {
    /// By this sender.
    sender: String,
    /// From the page before.
    cursor: Option<String>,
    /// At most so many, up to 200.
    limit: Option<usize>,
}

/// What a participant has sent and what has not arrived, newest first.
#[utoipa::path(get, path = "/v1/shipments", tag = "market", params(WhichShipments),
    responses((status = 200, body = Listed<ShipmentView>), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub async fn shipments(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Query(which): Query<WhichShipments>,
) -> Result<Json<Listed<ShipmentView>>, Problem> {
    let sender: ParticipantId = parse(&which.sender, "sender", lang)?;
    let asked = node.clone();
    let page = move || asked.shipments_by(&sender, which.cursor.as_deref(), page_size(which.limit));
    listed(lang, page, move |id| shipment_of(&node, id, lang)).await
}

/// One shipment, arrived or not.
#[utoipa::path(get, path = "/v1/shipments/{id}", tag = "market", params(("id" = String, Path)),
    responses((status = 200, body = ShipmentView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn shipment(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Path(id): Path<String>,
) -> Result<Json<ShipmentView>, Problem> {
    let id = parse(&id, "id", lang)?;
    shipment_of(&node, &id, lang).map(Json).ok_or_else(|| Problem::new(Kind::NotFound, lang).detail(id))
}

/// Whose exports.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichExports {
    /// By this exporter.
    exporter: String,
    /// From the page before.
    cursor: Option<String>,
    /// At most so many, up to 200.
    limit: Option<usize>,
}

/// A participant's exports, newest first.
#[utoipa::path(get, path = "/v1/exports", tag = "market", params(WhichExports),
    responses((status = 200, body = Listed<ExportView>), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub async fn exports(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Query(which): Query<WhichExports>,
) -> Result<Json<Listed<ExportView>>, Problem> {
    let exporter: ParticipantId = parse(&which.exporter, "exporter", lang)?;
    let asked = node.clone();
    let page = move || asked.exports_by(&exporter, which.cursor.as_deref(), page_size(which.limit));
    listed(lang, page, move |id| export_of(&node, id, lang)).await
}

/// One export.
#[utoipa::path(get, path = "/v1/exports/{id}", tag = "market", params(("id" = String, Path)),
    responses((status = 200, body = ExportView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn export(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Path(id): Path<String>,
) -> Result<Json<ExportView>, Problem> {
    let id = parse(&id, "id", lang)?;
    export_of(&node, &id, lang).map(Json).ok_or_else(|| Problem::new(Kind::NotFound, lang).detail(id))
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paged {
    /// From the page before.
    pub(super) cursor: Option<String>,
    /// At most so many, up to 200.
    pub(super) limit: Option<usize>,
}

/// The exports that name an item, newest first.
#[utoipa::path(get, path = "/v1/items/{id}/exports", tag = "market", params(("id" = String, Path), Paged),
    responses((status = 200, body = Listed<ExportView>), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn exports_of(
    State(node): State<Node>,
    Asked(lang): Asked,
    admitted: Option<Admitted>,
    Path(id): Path<String>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listed<ExportView>>, Problem> {
    let (id, _) = known(&node, admitted, &id, lang)?;
    let asked = node.clone();
    let page = move || asked.exports_of(&id, paged.cursor.as_deref(), page_size(paged.limit));
    listed(lang, page, move |export| {
        let mut view = export_of(&node, export, lang)?;
        if admitted.is_none() {
            view.items = vec![id.to_string()];
        }
        Some(view)
    })
    .await
}

/// One sale.
#[utoipa::path(get, path = "/v1/sales/{id}", tag = "market", params(("id" = String, Path)),
    responses((status = 200, body = SaleView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn sale(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Path(id): Path<String>,
) -> Result<Json<SaleView>, Problem> {
    let id: SaleId = parse(&id, "id", lang)?;
    let found = find!(node, Sale, &id).map(|sale| traded::sale(&id, &sale, lang));
    found.map(Json).ok_or_else(|| Problem::new(Kind::NotFound, lang).detail(id))
}

/// One box: for who packed it, and for custodian and owner of what is in it.
#[utoipa::path(get, path = "/v1/packs/{id}", tag = "market", params(("id" = String, Path)), security(("session" = [])),
    responses((status = 200, body = PackView), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn pack(
    State(node): State<Node>,
    Asked(lang): Asked,
    member: Member,
    Path(id): Path<String>,
) -> Result<Json<PackView>, Problem> {
    let id: PackId = parse(&id, "id", lang)?;
    let who = member.session.participant;
    let holds =
        |item: &ItemId| find!(node, Item, item).is_some_and(|i| i.custodian == who || i.owner == Some(who));
    let pack = find!(node, Pack, &id)
        .filter(|pack| member.oversees() || pack.packer == who || pack.items.iter().any(holds));
    let view = pack.map(|pack| traded::pack(&id, &pack));
    view.map(Json).ok_or_else(|| Problem::new(Kind::NotFound, lang).detail(id))
}

/// One settlement: for who settled, and for sellers and owners of what was sold.
#[utoipa::path(get, path = "/v1/settlements/{id}", tag = "market", params(("id" = String, Path)), security(("session" = [])),
    responses((status = 200, body = SettlementView), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn settlement(
    State(node): State<Node>,
    Asked(lang): Asked,
    member: Member,
    Path(id): Path<String>,
) -> Result<Json<SettlementView>, Problem> {
    let id: SettlementId = parse(&id, "id", lang)?;
    let who = member.session.participant;
    let sold =
        |sale: &SaleId| find!(node, Sale, sale).is_some_and(|s| s.seller == who || s.owner == Some(who));
    let settlement = find!(node, Settlement, &id)
        .filter(|made| member.oversees() || made.by == who || made.sales.iter().any(sold));
    let view = settlement.map(|settlement| traded::settlement(&id, &settlement, lang));
    view.map(Json).ok_or_else(|| Problem::new(Kind::NotFound, lang).detail(id))
}
