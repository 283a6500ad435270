//! Records of what others have seen of goods: where a document was used, what a count found, what an inspector found,
//! and how a lot came over the border.

use minicbor::{Decode, Encode};

use super::{Document, EventRef, History, Parentage};
use crate::id::{ConsignmentId, FacilityId, ItemId, ParticipantId, StockCountId};
use crate::mass::Milligrams;
use crate::time::Timestamp;
use crate::vocab::{Code, Country, Nature, Species, Variety};

/// How many uses of one document are kept; what is more is counted.
pub const MAX_USES: usize = 8;

/// One thing that a public document was put on.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Use {
    /// The item or the job.
    #[n(0)]
    pub on: Parentage,
    /// Who put it there.
    #[n(1)]
    pub by: ParticipantId,
    /// By which event.
    #[n(2)]
    pub at: EventRef,
}

/// Where a public document was used (rule U3).
#[derive(Clone, Debug, Decode, Default, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct DocumentUse {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// The first things it was put on, at most `MAX_USES`.
    #[n(1)]
    pub uses: Vec<Use>,
    /// How many more there were.
    #[n(2)]
    pub not_kept: u32,
}

/// One item as a count found it.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Counted {
    /// The item.
    #[n(0)]
    pub item: ItemId,
    /// What the ledger said was left.
    #[n(1)]
    pub balance: Milligrams,
    /// What was there.
    #[n(2)]
    pub found: Milligrams,
    /// How many the ledger said were left, of a batch.
    #[n(3)]
    pub count_balance: Option<u32>,
    /// How many were there.
    #[n(4)]
    pub count_found: Option<u32>,
    /// Whether that is further apart than the scales and the policy allow.
    #[n(5)]
    pub differs: bool,
}

/// What an inspector found when weighing a custodian's stock.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct StockCount {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// Which event recorded it.
    #[n(1)]
    pub created: EventRef,
    /// Who counted.
    #[n(2)]
    pub inspector: ParticipantId,
    /// Whose stock.
    #[n(3)]
    pub custodian: ParticipantId,
    /// Where.
    #[n(4)]
    pub facility: Option<FacilityId>,
    /// When.
    #[n(5)]
    pub at: Timestamp,
    /// Item by item.
    #[n(6)]
    pub lines: Vec<Counted>,
    /// The count sheet.
    #[n(7)]
    pub documents: Vec<Document>,
}

/// What one declarant has had let in under one customs declaration (rule M5). It is kept per declarant, so that nobody
/// can use up the declaration of another.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct CustomsEntry {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// Who declared.
    #[n(1)]
    pub declarant: ParticipantId,
    /// To whose customs.
    #[n(2)]
    pub jurisdiction: Code<Country>,
    /// The net mass that the declaration lets in.
    #[n(3)]
    pub net: Milligrams,
    /// The mass of the lots that were cleared under it, as they were declared.
    #[n(4)]
    pub cleared: Milligrams,
}

/// How many inspections an item keeps, the newest; what is older is counted.
pub const MAX_INSPECTIONS: usize = 8;

/// What an inspector, a lab or a grader found of one item.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Inspection {
    /// Who looked.
    #[n(0)]
    pub by: ParticipantId,
    /// By which event.
    #[n(1)]
    pub at: EventRef,
    /// The grade that was given, as JSON.
    #[n(2)]
    pub grade: Option<String>,
    /// The mineral that it was found to be.
    #[n(3)]
    pub species: Option<Code<Species>>,
    /// The variety that it was found to be.
    #[n(4)]
    pub variety: Option<Code<Variety>>,
    /// Whether it was found natural.
    #[n(5)]
    pub nature: Option<Code<Nature>>,
}

/// A customs clearance.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Clearance {
    /// By which event.
    #[n(0)]
    pub at: EventRef,
    /// Whose customs.
    #[n(1)]
    pub jurisdiction: Code<Country>,
    /// Who declared.
    #[n(2)]
    pub declarant: ParticipantId,
    /// For whom, if not for the declarant.
    #[n(3)]
    pub importer: Option<ParticipantId>,
}

/// How a lot comes over the border: flags beside its state, each independent of the others.
#[derive(Clone, Copy, Debug, Decode, Default, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Passage {
    /// The consignment that it is on its way in.
    #[n(0)]
    pub in_transit: Option<ConsignmentId>,
    /// That customs has cleared it.
    #[n(1)]
    pub cleared: Option<Clearance>,
    /// The mass that its supplier agreed was received, beyond what was declared.
    #[n(2)]
    pub agreed: Option<Milligrams>,
    /// The declared lot that it was split off from, directly or by way of other parts.
    #[n(20)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part_of: Option<ItemId>,
    /// How much was split off before customs cleared it: the parts are cleared for themselves.
    #[n(21)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split_off: Option<Milligrams>,
}

/// What others found when they looked at an item.
#[derive(Clone, Debug, Decode, Default, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Examined {
    /// The newest inspections, at most `MAX_INSPECTIONS`.
    #[n(0)]
    pub inspections: Vec<Inspection>,
    /// The newest count that named it.
    #[n(1)]
    pub counted: Option<StockCountId>,
}
