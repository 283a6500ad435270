//! What others say around an item, as readable JSON: how a lot comes over the border, and what inspections and counts
//! found.
//!
//! Pure, as [`super::view`] is: record in, view out.

use lode_ledger::json::Json;
use lode_ledger::lang::Lang;
use lode_ledger::record::{Inspection, Item, Passage};
use serde::Serialize;
use utoipa::ToSchema;

use super::view::{Named, Place, named};

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
    let Passage { in_transit, cleared, agreed } = item.passage.as_deref().copied()?;
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
