//! What each event does: the kinds of records that it creates and changes. `apply` says how; tests hold every history
//! that they play against this table. Nothing is decided by it.

use super::table::EventType;
use crate::record::RecordKind;

/// What an event may do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Effect {
    /// Kinds of records that it makes.
    pub creates: &'static [RecordKind],
    /// Kinds of records that it changes.
    pub changes: &'static [RecordKind],
}

/// What any event may touch beside its effect: its key's sequence window; where a document is used that it names; what
/// it said that no other record keeps.
pub const COMMON_RECORDS: &[RecordKind] = &[RecordKind::Sequence, RecordKind::DocumentUse, RecordKind::Said];

macro_rules! effects {
    ($($event:ident: creates [$($creates:ident)*] changes [$($changes:ident)*];)*) => {
        impl EventType {
            /// What it does, beside [`COMMON_RECORDS`].
            #[must_use]
            pub const fn effect(self) -> Effect {
                match self { $(Self::$event => Effect {
                    creates: &[$(RecordKind::$creates),*],
                    changes: &[$(RecordKind::$changes),*],
                },)* }
            }
        }
    };
}

effects! {
    LedgerOpened: creates [Ledger Clock Participant Key] changes [];
    PolicyAdopted: creates [Policy] changes [Policy];
    ParticipantEnrolled: creates [Participant Key Issuer] changes [Ledger];
    ParticipantSuspended: creates [] changes [Ledger Participant];
    ParticipantReinstated: creates [] changes [Ledger Participant];
    ParticipantUpdated: creates [] changes [Participant];
    FacilityRegistered: creates [Facility] changes [];
    CredentialIssued: creates [Credential] changes [Participant];
    CredentialRevoked: creates [] changes [Participant Credential];
    RoleGranted: creates [] changes [Ledger Participant];
    RoleRevoked: creates [] changes [Ledger Participant];
    KeyAdded: creates [Key] changes [Ledger Participant];
    KeyRevoked: creates [] changes [Ledger Participant Key];
    LotDeclared: creates [Item Exposure] changes [];
    SupplierCountersigned: creates [] changes [Item];
    ConsignmentReceived: creates [Consignment] changes [Item Consignment];
    ConsignmentShipped: creates [Consignment] changes [Item];
    CustomsCleared: creates [CustomsEntry] changes [Item CustomsEntry];
    LotSplit: creates [Item Offspring] changes [Item];
    LotMerged: creates [Item Offspring Exposure] changes [Item Exposure];
    LossRecorded: creates [] changes [Item];
    TreatmentDeclared: creates [] changes [Item];
    TreatmentApplied: creates [] changes [Item WorkOrder];
    CertificateLinked: creates [Certificate] changes [Item Certificate];
    DocumentAttached: creates [] changes [Item Consignment WorkOrder];
    OriginAsserted: creates [] changes [Item Exposure];
    InspectionRecorded: creates [] changes [Item];
    StockCounted: creates [StockCount] changes [Item];
    WorkStarted: creates [WorkOrder Offspring Exposure] changes [Item Exposure];
    StepLogged: creates [] changes [Item WorkOrder];
    WorkCompleted: creates [Item Offspring] changes [WorkOrder];
    CustodyOffered: creates [Offer] changes [Item WorkOrder];
    CustodyAccepted: creates [] changes [Item WorkOrder Offer];
    CustodyRejected: creates [] changes [Item Offer WorkOrder];
    CustodyCancelled: creates [] changes [Item Offer WorkOrder];
    TagBound: creates [Tag] changes [Item];
    TagReplaced: creates [Tag] changes [Item Tag];
    SaleRecorded: creates [Sale] changes [Item];
    SaleCancelled: creates [] changes [Item Sale];
    CustodyAssigned: creates [] changes [Item Offer Pack WorkOrder];
    ItemConsigned: creates [] changes [Item];
    OwnershipTransferred: creates [Offer] changes [Item Offer];
    ItemLost: creates [] changes [Item];
    ItemRecovered: creates [] changes [Item];
    ItemsPacked: creates [Pack] changes [Item];
    ItemsUnpacked: creates [] changes [Item Pack];
    ListingOpened: creates [Listing] changes [Item];
    ListingClosed: creates [] changes [Item Listing];
    ItemReserved: creates [] changes [Item];
    ExportPrepared: creates [Export] changes [Item];
    ShipmentDispatched: creates [Shipment] changes [Item];
    ShipmentDelivered: creates [] changes [Item Shipment];
    PaymentSettled: creates [Settlement] changes [Sale];
    ItemReturned: creates [] changes [Item Pack];
    ClaimRedeemed: creates [OwnerKey ClaimUnit] changes [Item Tag Pack];
    OwnerTransferred: creates [OwnerKey] changes [Item OwnerKey];
    EventCorrected: creates [] changes [Item WorkOrder Exposure Component Offspring];
    EventVoided: creates [] changes [Item Offspring Dispute Hold Recall WorkOrder];
    HoldPlaced: creates [Hold] changes [Item WorkOrder];
    HoldReleased: creates [] changes [Item Hold WorkOrder];
    DisputeOpened: creates [Dispute] changes [Item WorkOrder];
    DisputeAnswered: creates [] changes [Item Dispute WorkOrder];
    DisputeResolved: creates [] changes [Item Dispute WorkOrder];
    RecallIssued: creates [Recall] changes [Item WorkOrder];
    RecallLifted: creates [] changes [Item Recall WorkOrder];
    DisclosureDestroyed: creates [] changes [Item WorkOrder];
    LedgerFrozen: creates [] changes [Ledger];
    MassAdjusted: creates [] changes [Item];
    PiecesSerialised: creates [Item Offspring] changes [Item];
    ItemAssembled: creates [Item Offspring Component] changes [Item];
    ItemDisassembled: creates [Item Offspring] changes [Item Component Certificate];
    ItemRepaired: creates [] changes [Item];
    ItemDestroyed: creates [] changes [Item];
    LedgerSealed: creates [] changes [Clock];
}
