//! What others say around an item, as readable JSON: how a lot comes over the border, what inspections and counts found,
//! and which certificates are shown for it.
//!
//! Pure, as [`super::view`] is: record in, view out.

use lode_ledger::id::{ConsignmentId, StockCountId};
use lode_ledger::json::Json;
use lode_ledger::lang::Lang;
use lode_ledger::record::{Certificate, Consignment, Inspection, Item, Passage, StockCount};
use serde::Serialize;
use utoipa::ToSchema;

use super::stock::CountedView;
use super::view::{DocumentView, Named, Place, documents, named, text};
use crate::projection::collides;

/// How a lot comes over the border. Each stands beside its state, independent of the others.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PassageView {
    /// The consignment that it is on its way in.
    pub in_transit: Option<String>,
    /// That customs let it in.
    pub cleared: Option<ClearanceView>,
    /// The mass that its supplier agreed was received beyond what was declared, in milligrams.
    pub agreed_mg: Option<u64>,
}

/// A customs clearance.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ClearanceView {
    /// Whose customs.
    pub jurisdiction: Named,
    /// Who declared.
    pub declarant: String,
    /// For whom, if not for the declarant.
    pub importer: Option<String>,
    /// The event that says so.
    pub at: Place,
}

/// What an inspector, a lab or a grader found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InspectionView {
    /// Who looked.
    pub by: String,
    /// The mineral that it was found to be.
    pub species: Option<Named>,
    /// The variety that it was found to be.
    pub variety: Option<Named>,
    /// Whether it was found natural.
    pub nature: Option<Named>,
    /// The grade given: scheme, value, grader.
    #[schema(value_type = Option<Object>)]
    pub grade: Option<serde_json::Value>,
    /// The event that recorded it.
    pub at: Place,
}

/// The way over the border; nothing if nothing is known of it.
pub(super) fn passage(item: &Item, lang: Lang) -> Option<PassageView> {
    let Passage { in_transit, cleared, agreed, .. } = item.passage.as_deref().copied()?;
    if in_transit.is_none() && cleared.is_none() && agreed.is_none() {
        return None;
    }
    Some(PassageView {
        in_transit: in_transit.map(|id| id.to_string()),
        cleared: cleared.map(|cleared| ClearanceView {
            jurisdiction: named(cleared.jurisdiction, lang),
            declarant: cleared.declarant.to_string(),
            importer: cleared.importer.map(|id| id.to_string()),
            at: cleared.at.into(),
        }),
        agreed_mg: agreed.map(lode_ledger::mass::Milligrams::get),
    })
}

/// The newest inspections.
pub(super) fn inspections(item: &Item, lang: Lang) -> Vec<InspectionView> {
    let view = |found: &Inspection| InspectionView {
        by: found.by.to_string(),
        species: found.species.map(|species| named(species, lang)),
        variety: found.variety.map(|variety| named(variety, lang)),
        nature: found.nature.map(|nature| named(nature, lang)),
        grade: found.grade.as_deref().and_then(json),
        at: found.at.into(),
    };
    item.examined.as_ref().map(|examined| examined.inspections.iter().map(view).collect()).unwrap_or_default()
}

/// A field that a record keeps as JSON.
pub(super) fn json(text: &str) -> Option<serde_json::Value> {
    Json::parse(text.as_bytes()).ok().map(serde_json::Value::from)
}

/// Lots that travel, or arrived, together.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConsignmentView {
    /// The id.
    pub id: String,
    /// Who sent them, of lots that were shipped.
    pub sender: Option<String>,
    /// Who received them, or is to receive them.
    pub receiver: String,
    /// The lots.
    pub items: Vec<String>,
    /// Bill of lading or airway bill; `{"sealed": ...}` when sealed.
    #[schema(value_type = Option<Object>)]
    pub bill_of_lading: Option<serde_json::Value>,
    /// Who carries them, if enrolled.
    pub carried_by: Option<String>,
    /// The port or airport they leave.
    pub port_from: Option<Named>,
    /// The port or airport they go to.
    pub port_to: Option<Named>,
    /// The event that said that they are on their way.
    pub shipped: Option<Place>,
    /// The shipped consignment that this receipt is of.
    pub receipt_of: Option<String>,
    /// The receipts that named it.
    pub receipts: Vec<String>,
    /// Documents.
    pub documents: Vec<DocumentView>,
}

/// A consignment.
#[must_use]
pub fn consignment(id: &ConsignmentId, consignment: &Consignment, lang: Lang) -> ConsignmentView {
    let shipping = consignment.shipping.as_ref();
    ConsignmentView {
        id: id.to_string(),
        sender: text(shipping.map(|shipping| shipping.by)),
        receiver: consignment.receiver.to_string(),
        items: consignment.items.iter().map(ToString::to_string).collect(),
        bill_of_lading: shipping.and_then(|shipping| json(shipping.bill_of_lading.as_deref()?)),
        carried_by: shipping.and_then(|shipping| text(shipping.carrier)),
        port_from: shipping.and_then(|shipping| shipping.from).map(|port| named(port, lang)),
        port_to: shipping.and_then(|shipping| shipping.to).map(|port| named(port, lang)),
        shipped: shipping.map(|shipping| shipping.at.into()),
        receipt_of: text(consignment.of),
        receipts: shipping.iter().flat_map(|shipping| &shipping.receipts).map(ToString::to_string).collect(),
        documents: documents(consignment.documents.as_deref().unwrap_or_default()),
    }
}

/// What an inspector found when weighing a custodian's stock.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StockCountView {
    /// The id.
    pub id: String,
    /// Who counted.
    pub inspector: String,
    /// Whose stock.
    pub custodian: String,
    /// Where.
    pub facility: Option<String>,
    /// When, as the inspector says.
    pub counted_at: String,
    /// Item by item.
    pub counted_items: Vec<CountedView>,
    /// The count sheet.
    pub documents: Vec<DocumentView>,
    /// The event that recorded it.
    pub created: Place,
}

/// A count of stock, with its lines beside the book as it is now.
#[must_use]
pub fn stock_count(id: &StockCountId, count: &StockCount, lines: Vec<CountedView>) -> StockCountView {
    StockCountView {
        id: id.to_string(),
        inspector: count.inspector.to_string(),
        custodian: count.custodian.to_string(),
        facility: text(count.facility),
        counted_at: count.at.to_string(),
        counted_items: lines,
        documents: documents(&count.documents),
        created: count.created.into(),
    }
}

/// A certificate's number, and what it was shown for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CertificateRecordView {
    /// The issuer's registered code.
    pub issuer_code: String,
    /// The number.
    pub number: String,
    /// The item that the laboratory itself bound it to.
    pub bound_to: Option<String>,
    /// The items that others show it for.
    pub shown_for: Vec<String>,
    /// Whether it is shown for more than one item.
    pub collides: bool,
    /// The document's hash.
    pub sha256: String,
    /// The number of the laboratory's later certificate that took its place.
    pub reissued_as: Option<String>,
}

/// A certificate.
#[must_use]
pub fn certificate(certificate: &Certificate) -> CertificateRecordView {
    CertificateRecordView {
        issuer_code: certificate.issuer_code.clone(),
        number: certificate.number.clone(),
        bound_to: text(certificate.bound),
        shown_for: certificate.asserted.iter().map(ToString::to_string).collect(),
        collides: collides(certificate),
        sha256: certificate.document.to_string(),
        reissued_as: certificate.reissued_as.clone(),
    }
}
