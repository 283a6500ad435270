//! What each event says: one declaration per event type, field by field, with units.
//!
//! `payload!` makes from each the Rust struct, the strict reader, the writer, the JSON Schema and the field list.
//! Who may author an event stands in the table (`super::table`), what it does in `apply`.

mod assembly;
mod buyer;
mod common;
mod correction;
mod custody;
mod dispute;
mod evidence;
mod export;
mod hands;
mod identity;
mod inbound;
mod listings;
mod log;
mod market;
mod material;
mod work;

use crate::event::shape::{FieldError, Shape, Text};
use crate::json::Json;
use crate::words::words;

pub use assembly::{DisassembledPart, ItemAssembled, ItemDisassembled, ItemRepaired};
pub use buyer::{ClaimRedeemed, OwnerTransferred, UnitClaim};
pub use common::{
    CustomsElements, DeclarationElement, DocumentRef, ForeignMass, Gain, Grade, Input, Loss, OriginShare,
    TreatmentStatement, Weighing,
};
pub use correction::{DisclosureDestroyed, EventCorrected, EventVoided, LedgerFrozen};
pub use custody::{
    AcceptLine, CustodyAccepted, CustodyCancelled, CustodyOffered, CustodyRejected, OfferLine,
};
pub use dispute::{
    DisputeAnswered, DisputeOpened, DisputeResolved, HoldPlaced, HoldReleased, RecallIssued, RecallLifted,
};
pub use evidence::{
    CertificateLinked, CountLine, DocumentAttached, InspectionRecorded, OriginAsserted, StockCounted,
    TreatmentDeclared,
};
pub use export::{
    ExportPrepared, ItemReturned, PaymentSettled, ProductId, ShipmentDelivered, ShipmentDispatched,
};
pub use hands::{CustodyAssigned, ItemConsigned, ItemLost, ItemRecovered, OwnershipTransferred};
pub use identity::{
    CredentialIssued, CredentialRevoked, FacilityRegistered, KeyAdded, KeyGrant, KeyRevoked,
    ParticipantEnrolled, ParticipantReinstated, ParticipantSuspended, ParticipantUpdated, RoleGranted,
    RoleRevoked,
};
pub use inbound::{
    ConsignmentReceived, ConsignmentShipped, CustomsCleared, LotDeclared, ReceiptLine, SupplierCountersigned,
};
pub use listings::{ItemReserved, ItemsPacked, ItemsUnpacked, ListingClosed, ListingOpened};
pub use log::{LedgerOpened, LedgerSealed, PolicyAdopted, Registrar, YieldRange};
pub use market::{SaleCancelled, SaleRecorded, TagBound, TagReplaced};
pub use material::{
    ItemDestroyed, LossRecorded, LotMerged, LotSplit, MassAdjusted, PiecesSerialised, SerialPiece, SplitPart,
    TreatmentApplied,
};
pub use work::{StepLogged, WorkCompleted, WorkOutput, WorkStarted};

/// A short line: a name, a number, a reason.
pub type Line = Text<120>;
/// An event type's name, as a key's scope lists it.
pub type EventName = Text<40>;
/// A registered issuer's code or a certificate's number, normalised: see `apply::certificate`.
pub type Normalised = Text<40>;

/// What a job may yield.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OutputKind {
    /// By mass.
    Lot,
    /// By count and mass.
    Batch,
    /// One serial.
    Piece,
}

impl Shape for OutputKind {
    fn from_json(json: &Json) -> Result<Self, FieldError> {
        match json.as_str() {
            Some("lot") => Ok(Self::Lot),
            Some("batch") => Ok(Self::Batch),
            Some("piece") => Ok(Self::Piece),
            _ => {
                let what = words("lot, batch or piece", "lot、batch 或 piece", "lot, batch ou piece");
                Err(FieldError::expected(what))
            }
        }
    }

    fn to_json(&self) -> Json {
        let text = match self {
            Self::Lot => "lot",
            Self::Batch => "batch",
            Self::Piece => "piece",
        };
        Json::Str(text.to_owned())
    }

    fn schema() -> serde_json::Value {
        serde_json::json!({"type": "string", "enum": ["lot", "batch", "piece"]})
    }
}

/// A value of any shape, as a correction quotes it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AnyValue(pub Json);

impl Shape for AnyValue {
    fn from_json(json: &Json) -> Result<Self, FieldError> {
        Ok(Self(json.clone()))
    }

    fn to_json(&self) -> Json {
        self.0.clone()
    }

    fn schema() -> serde_json::Value {
        serde_json::json!({})
    }
}
