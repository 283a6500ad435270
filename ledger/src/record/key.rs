//! Which record: keys, and their place in the state map and in an index.

use super::{EventRef, Parentage};
use crate::hash::Hash;
use crate::id::{
    ConsignmentId, CredentialId, DisputeId, ExportId, FacilityId, HoldId, ItemId, ListingId, OfferId, PackId,
    ParticipantId, RecallId, SaleId, SettlementId, ShipmentId, StockCountId, WorkOrderId,
};
use crate::key::KeyId;
use crate::tag::TagCode;

/// Which record: its kind and its id.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum RecordKey {
    /// What `ledger.opened` said.
    Ledger,
    /// The policy in force.
    Policy,
    /// The last seal.
    Clock,
    /// A participant.
    Participant(ParticipantId),
    /// A key.
    Key(KeyId),
    /// The sequence window of a key.
    Sequence(KeyId),
    /// An item.
    Item(ItemId),
    /// A work order.
    WorkOrder(WorkOrderId),
    /// A consignment.
    Consignment(ConsignmentId),
    /// An offer of custody.
    Offer(OfferId),
    /// A sale.
    Sale(SaleId),
    /// A tag.
    Tag(TagCode),
    /// A certificate, by the hash of issuer code and number.
    Certificate(Hash),
    /// A registered issuer code, by its hash.
    Issuer(Hash),
    /// What one event made of a thing, by the thing and a number that counts such events from 0.
    Offspring(Parentage, u32),
    /// A listing.
    Listing(ListingId),
    /// A shipment.
    Shipment(ShipmentId),
    /// A packed box.
    Pack(PackId),
    /// A key that a buyer owns a piece with.
    OwnerKey(KeyId),
    /// A settlement.
    Settlement(SettlementId),
    /// An export.
    Export(ExportId),
    /// A unit of a batch that its buyer has claimed, by the batch's tag and the unit's claim key.
    ClaimUnit(TagCode, KeyId),
    /// A hold.
    Hold(HoldId),
    /// A dispute.
    Dispute(DisputeId),
    /// A recall.
    Recall(RecallId),
    /// What an event said that no other record keeps.
    Said(EventRef),
    /// The origins of a blend by mass.
    Exposure(Parentage),
    /// One component of an assembly, by its place from 0.
    Component(ItemId, u32),
    /// A place that a participant works at.
    Facility(FacilityId),
    /// A title or training.
    Credential(CredentialId),
    /// Where a public document was used, by the document's hash.
    DocumentUse(Hash),
    /// A count of stock.
    StockCount(StockCountId),
    /// What one declarant cleared under one declaration, by the hash of both.
    CustomsEntry(Hash),
}

impl RecordKey {
    /// The record of what has this id, by its letter; nothing for a text that is no id.
    #[must_use]
    pub fn of_id(text: &str) -> Option<Self> {
        let letter = text.get(..2)?;
        match letter {
            "L-" | "B-" | "P-" => text.parse().ok().map(Self::Item),
            ParticipantId::PREFIX => text.parse().ok().map(Self::Participant),
            WorkOrderId::PREFIX => text.parse().ok().map(Self::WorkOrder),
            ConsignmentId::PREFIX => text.parse().ok().map(Self::Consignment),
            OfferId::PREFIX => text.parse().ok().map(Self::Offer),
            SaleId::PREFIX => text.parse().ok().map(Self::Sale),
            HoldId::PREFIX => text.parse().ok().map(Self::Hold),
            DisputeId::PREFIX => text.parse().ok().map(Self::Dispute),
            RecallId::PREFIX => text.parse().ok().map(Self::Recall),
            FacilityId::PREFIX => text.parse().ok().map(Self::Facility),
            CredentialId::PREFIX => text.parse().ok().map(Self::Credential),
            StockCountId::PREFIX => text.parse().ok().map(Self::StockCount),
            ListingId::PREFIX => text.parse().ok().map(Self::Listing),
            PackId::PREFIX => text.parse().ok().map(Self::Pack),
            ShipmentId::PREFIX => text.parse().ok().map(Self::Shipment),
            ExportId::PREFIX => text.parse().ok().map(Self::Export),
            SettlementId::PREFIX => text.parse().ok().map(Self::Settlement),
            _ => None,
        }
    }

    /// The byte that separates the kinds in the state map.
    #[must_use]
    pub const fn kind(&self) -> u8 {
        match self {
            Self::Ledger => 1,
            Self::Policy => 2,
            Self::Clock => 3,
            Self::Participant(_) => 4,
            Self::Key(_) => 5,
            Self::Sequence(_) => 6,
            Self::Item(_) => 7,
            Self::WorkOrder(_) => 8,
            Self::Consignment(_) => 9,
            Self::Offer(_) => 10,
            Self::Sale(_) => 11,
            Self::Tag(_) => 12,
            Self::Certificate(_) => 13,
            Self::Issuer(_) => 14,
            Self::Offspring(..) => 15,
            Self::Listing(_) => 19,
            Self::Shipment(_) => 20,
            Self::Pack(_) => 21,
            Self::OwnerKey(_) => 25,
            Self::Settlement(_) => 26,
            Self::Export(_) => 27,
            Self::ClaimUnit(..) => 28,
            Self::Hold(_) => 16,
            Self::Dispute(_) => 17,
            Self::Recall(_) => 18,
            Self::Said(_) => 31,
            Self::Exposure(_) => 30,
            Self::Component(..) => 32,
            Self::Facility(_) => 22,
            Self::Credential(_) => 23,
            Self::DocumentUse(_) => 24,
            Self::StockCount(_) => 29,
            Self::CustomsEntry(_) => 33,
        }
    }

    /// Kind byte and id: the key's bytes, also in an index. Items carry their letter before the 16 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![self.kind()];
        match self {
            Self::Ledger | Self::Policy | Self::Clock => {}
            Self::Participant(id) => bytes.extend(id.bytes()),
            Self::Key(id) | Self::Sequence(id) | Self::OwnerKey(id) => bytes.extend(id.0.as_bytes()),
            Self::Item(id) => {
                bytes.extend(id.to_bytes());
            }
            Self::WorkOrder(id) => bytes.extend(id.bytes()),
            Self::Consignment(id) => bytes.extend(id.bytes()),
            Self::Offer(id) => bytes.extend(id.bytes()),
            Self::Sale(id) => bytes.extend(id.bytes()),
            Self::Tag(code) => bytes.extend(code.bytes()),
            Self::Facility(id) => bytes.extend(id.bytes()),
            Self::Credential(id) => bytes.extend(id.bytes()),
            Self::StockCount(id) => bytes.extend(id.bytes()),
            Self::Certificate(hash)
            | Self::Issuer(hash)
            | Self::DocumentUse(hash)
            | Self::CustomsEntry(hash) => bytes.extend(hash.as_bytes()),
            Self::Exposure(blend) => bytes.extend(blend.key().to_bytes()),
            Self::Component(item, number) => {
                bytes.extend(item.to_bytes());
                bytes.extend(number.to_be_bytes());
            }
            Self::Offspring(parent, number) => {
                bytes.extend(parent.key().to_bytes());
                bytes.extend(number.to_be_bytes());
            }
            Self::Listing(id) => bytes.extend(id.bytes()),
            Self::Shipment(id) => bytes.extend(id.bytes()),
            Self::Pack(id) => bytes.extend(id.bytes()),
            Self::Settlement(id) => bytes.extend(id.bytes()),
            Self::Export(id) => bytes.extend(id.bytes()),
            Self::ClaimUnit(code, unit) => {
                bytes.extend(code.bytes());
                bytes.extend(unit.0.as_bytes());
            }
            Self::Hold(id) => bytes.extend(id.bytes()),
            Self::Dispute(id) => bytes.extend(id.bytes()),
            Self::Recall(id) => bytes.extend(id.bytes()),
            Self::Said(event) => {
                bytes.extend(event.index.0.to_be_bytes());
                bytes.extend(event.event.to_be_bytes());
            }
        }
        bytes
    }

    /// The key's place in the state map.
    #[must_use]
    pub fn map_key(&self) -> Hash {
        Hash::of(&self.to_bytes())
    }
}
