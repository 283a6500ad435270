//! The records that the log adds up to: one struct per kind, their keys in the state map, and the trait through
//! which rules read them.
//!
//! A record's bytes are its deterministic CBOR (maps with ascending integer keys, absent options left out); the
//! state map commits to their SHA-256. For people a record is also JSON, field by field under the names of
//! `schemas/records.cddl`. Nothing here decides anything: `apply` does.

mod assembly;
mod descent;
mod dispute;
mod evidence;
mod facility;
mod item;
mod key;
mod market;
mod party;
mod trade;

use std::sync::Arc;

use minicbor::{Decode, Encode};

pub use assembly::{Component, Exposure, OriginExposure};
pub use descent::{Offspring, Parentage};
pub use dispute::{Dispute, Hold, MAX_ABOUT, MAX_MARKS, Recall, Said};
pub use evidence::{
    Clearance, Counted, CustomsEntry, DocumentUse, Examined, Inspection, MAX_INSPECTIONS, MAX_USES, Passage,
    StockCount, Use,
};
pub use facility::{Credential, Facility};
pub use item::{
    CertificateLink, Claims, Contradiction, CountBalance, Detail, Document, Foreign, Item, ItemState, Loss,
    MAX_KEPT, MassBalance, Missing, Origin, Parent, PartOf, Repair, Standing, TreatmentState,
    WaitingCorrection,
};
pub use key::RecordKey;
pub use market::{
    ClaimUnit, ClaimedUnit, Consigned, Export, Listing, MAX_SELLERS, Market, OwnerKey, Pack, Reserved,
    Settlement, Shipment,
};
pub use party::{
    Clock, Frozen, Issuer, Key, Ledger, Participant, Policy, SEQUENCE_LEAP, SEQUENCE_WINDOW, Sequence, Yield,
};
pub use trade::{
    Certificate, Consignment, MAX_SOLD_PARTS, Offer, OfferState, OfferedItem, Sale, Shipping, SoldUnits, Tag,
    TagUnits, WorkOrder,
};

use crate::cbor;
use crate::hash::Hash;
use crate::id::{LogIndex, StatementId};

/// The events that have touched a record, as one hash over all of them in order.
#[derive(Clone, Copy, Debug, Decode, Default, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct History {
    /// `H(previous head || index u64be || event number u16be || statement id)`.
    #[n(0)]
    pub head: Hash,
    /// How many events.
    #[n(1)]
    pub events: u64,
    /// The index of the last of them.
    #[n(2)]
    pub last: LogIndex,
}

impl History {
    /// The history after one more event.
    #[must_use]
    pub fn extend(&self, index: LogIndex, event: u16, statement: StatementId) -> Self {
        let head = Hash::of_parts(&[
            self.head.as_ref(),
            &index.0.to_be_bytes(),
            &event.to_be_bytes(),
            statement.0.as_ref(),
        ]);
        Self { head, events: self.events.saturating_add(1), last: index }
    }
}

/// An event by its place in the log.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, Hash, Ord, PartialEq, PartialOrd, serde::Serialize)]
#[cbor(map)]
pub struct EventRef {
    /// The log index of its statement.
    #[n(0)]
    pub index: LogIndex,
    /// Its number in the statement, from 0.
    #[n(1)]
    pub event: u16,
}

/// What is remarkable and not forbidden: part of the state, shown, never fatal.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Warning {
    /// The reason's stable code, as `violation::Reason` names it.
    #[n(0)]
    pub reason: String,
    /// Which event drew it.
    #[n(1)]
    pub at: EventRef,
    /// What the words need.
    #[n(2)]
    pub args: Vec<String>,
}

macro_rules! records {
    ($($kind:ident)*) => {
        /// A record of any kind.
        #[allow(clippy::large_enum_variant, reason = "records are kept behind an Arc, one allocation each")]
        #[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
        #[serde(untagged)]
        pub enum Record { $(#[doc = concat!("See [`struct@", stringify!($kind), "`].")] $kind($kind),)* }

        /// A kind of record.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum RecordKind { $(#[doc = concat!("See [`struct@", stringify!($kind), "`].")] $kind,)* }

        impl RecordKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];

            /// Its name, as in `schemas/records.cddl`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => stringify!($kind),)* }
            }
        }

        impl Record {
            /// The record's deterministic CBOR: what the state map commits to.
            #[must_use]
            pub fn to_bytes(&self) -> Vec<u8> {
                match self { $(Self::$kind(record) => cbor::encode(record),)* }
            }

            /// Its kind.
            #[must_use]
            pub const fn kind(&self) -> RecordKind {
                match self { $(Self::$kind(_) => RecordKind::$kind,)* }
            }
        }

        $(impl From<$kind> for Record {
            fn from(record: $kind) -> Self {
                Self::$kind(record)
            }
        })*
    };
}

records! { Ledger Policy Clock Participant Key Sequence Item WorkOrder Consignment Offer Sale Tag Certificate Issuer Offspring
Hold Dispute Recall Said Facility Credential DocumentUse StockCount CustomsEntry Listing Shipment Pack OwnerKey
Settlement Export ClaimUnit Exposure Component }

impl Record {
    /// Reads the record of a key.
    ///
    /// # Errors
    /// The bytes are not the deterministic CBOR of a record of the key's kind.
    pub fn from_bytes(key: &RecordKey, bytes: &[u8]) -> Result<Self, cbor::CborError> {
        Ok(match key {
            RecordKey::Ledger => Self::Ledger(cbor::decode_exact(bytes)?),
            RecordKey::Policy => Self::Policy(cbor::decode_exact(bytes)?),
            RecordKey::Clock => Self::Clock(cbor::decode_exact(bytes)?),
            RecordKey::Participant(_) => Self::Participant(cbor::decode_exact(bytes)?),
            RecordKey::Key(_) => Self::Key(cbor::decode_exact(bytes)?),
            RecordKey::Sequence(_) => Self::Sequence(cbor::decode_exact(bytes)?),
            RecordKey::Item(_) => Self::Item(cbor::decode_exact(bytes)?),
            RecordKey::WorkOrder(_) => Self::WorkOrder(cbor::decode_exact(bytes)?),
            RecordKey::Consignment(_) => Self::Consignment(cbor::decode_exact(bytes)?),
            RecordKey::Offer(_) => Self::Offer(cbor::decode_exact(bytes)?),
            RecordKey::Sale(_) => Self::Sale(cbor::decode_exact(bytes)?),
            RecordKey::Tag(_) => Self::Tag(cbor::decode_exact(bytes)?),
            RecordKey::Certificate(_) => Self::Certificate(cbor::decode_exact(bytes)?),
            RecordKey::Issuer(_) => Self::Issuer(cbor::decode_exact(bytes)?),
            RecordKey::Exposure(_) => Self::Exposure(cbor::decode_exact(bytes)?),
            RecordKey::Component(..) => Self::Component(cbor::decode_exact(bytes)?),
            RecordKey::Offspring(..) => Self::Offspring(cbor::decode_exact(bytes)?),
            RecordKey::Listing(_) => Self::Listing(cbor::decode_exact(bytes)?),
            RecordKey::Shipment(_) => Self::Shipment(cbor::decode_exact(bytes)?),
            RecordKey::Pack(_) => Self::Pack(cbor::decode_exact(bytes)?),
            RecordKey::OwnerKey(_) => Self::OwnerKey(cbor::decode_exact(bytes)?),
            RecordKey::Settlement(_) => Self::Settlement(cbor::decode_exact(bytes)?),
            RecordKey::Export(_) => Self::Export(cbor::decode_exact(bytes)?),
            RecordKey::ClaimUnit(..) => Self::ClaimUnit(cbor::decode_exact(bytes)?),
            RecordKey::Hold(_) => Self::Hold(cbor::decode_exact(bytes)?),
            RecordKey::Dispute(_) => Self::Dispute(cbor::decode_exact(bytes)?),
            RecordKey::Recall(_) => Self::Recall(cbor::decode_exact(bytes)?),
            RecordKey::Said(_) => Self::Said(cbor::decode_exact(bytes)?),
            RecordKey::Facility(_) => Self::Facility(cbor::decode_exact(bytes)?),
            RecordKey::Credential(_) => Self::Credential(cbor::decode_exact(bytes)?),
            RecordKey::DocumentUse(_) => Self::DocumentUse(cbor::decode_exact(bytes)?),
            RecordKey::StockCount(_) => Self::StockCount(cbor::decode_exact(bytes)?),
            RecordKey::CustomsEntry(_) => Self::CustomsEntry(cbor::decode_exact(bytes)?),
        })
    }

    /// What the state map holds for it.
    #[must_use]
    pub fn map_value(&self) -> Hash {
        Hash::of(&self.to_bytes())
    }

    /// The events that touched it; none for a sequence window and for what is written once.
    #[must_use]
    pub fn history(&self) -> Option<&History> {
        Some(match self {
            Self::Ledger(r) => &r.history,
            Self::Policy(r) => &r.history,
            Self::Clock(r) => &r.history,
            Self::Participant(r) => &r.history,
            Self::Key(r) => &r.history,
            Self::Sequence(_) | Self::Offspring(_) | Self::Exposure(_) | Self::Component(_) => return None,
            Self::Item(r) => &r.history,
            Self::WorkOrder(r) => &r.history,
            Self::Consignment(r) => &r.history,
            Self::Offer(r) => &r.history,
            Self::Sale(r) => &r.history,
            Self::Tag(r) => &r.history,
            Self::Certificate(r) => &r.history,
            Self::Issuer(r) => &r.history,
            Self::Listing(r) => &r.history,
            Self::Shipment(r) => &r.history,
            Self::Pack(r) => &r.history,
            Self::OwnerKey(r) => &r.history,
            Self::Settlement(r) => &r.history,
            Self::Export(r) => &r.history,
            Self::ClaimUnit(r) => &r.history,
            Self::Hold(r) => &r.history,
            Self::Dispute(r) => &r.history,
            Self::Recall(r) => &r.history,
            Self::Said(r) => &r.history,
            Self::Facility(r) => &r.history,
            Self::Credential(r) => &r.history,
            Self::DocumentUse(r) => &r.history,
            Self::StockCount(r) => &r.history,
            Self::CustomsEntry(r) => &r.history,
        })
    }

    pub(crate) fn history_mut(&mut self) -> Option<&mut History> {
        Some(match self {
            Self::Ledger(r) => &mut r.history,
            Self::Policy(r) => &mut r.history,
            Self::Clock(r) => &mut r.history,
            Self::Participant(r) => &mut r.history,
            Self::Key(r) => &mut r.history,
            Self::Sequence(_) | Self::Offspring(_) | Self::Exposure(_) | Self::Component(_) => return None,
            Self::Item(r) => &mut r.history,
            Self::WorkOrder(r) => &mut r.history,
            Self::Consignment(r) => &mut r.history,
            Self::Offer(r) => &mut r.history,
            Self::Sale(r) => &mut r.history,
            Self::Tag(r) => &mut r.history,
            Self::Certificate(r) => &mut r.history,
            Self::Issuer(r) => &mut r.history,
            Self::Listing(r) => &mut r.history,
            Self::Shipment(r) => &mut r.history,
            Self::Pack(r) => &mut r.history,
            Self::OwnerKey(r) => &mut r.history,
            Self::Settlement(r) => &mut r.history,
            Self::Export(r) => &mut r.history,
            Self::ClaimUnit(r) => &mut r.history,
            Self::Hold(r) => &mut r.history,
            Self::Dispute(r) => &mut r.history,
            Self::Recall(r) => &mut r.history,
            Self::Said(r) => &mut r.history,
            Self::Facility(r) => &mut r.history,
            Self::Credential(r) => &mut r.history,
            Self::DocumentUse(r) => &mut r.history,
            Self::StockCount(r) => &mut r.history,
            Self::CustomsEntry(r) => &mut r.history,
        })
    }
}

/// Read access to the records before a statement. Whoever applies statements implements it.
pub trait View {
    /// The record of this key, if there is one.
    fn record(&self, key: &RecordKey) -> Option<Arc<Record>>;
}

/// A view in memory: what the verifier and tests replay into.
#[derive(Clone, Debug, Default)]
pub struct MemoryView {
    records: std::collections::HashMap<RecordKey, Arc<Record>>,
}

impl MemoryView {
    /// Takes changed records in.
    pub fn extend(&mut self, changes: impl IntoIterator<Item = (RecordKey, Arc<Record>)>) {
        self.records.extend(changes);
    }

    /// Every record, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&RecordKey, &Arc<Record>)> {
        self.records.iter()
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }
}

impl View for MemoryView {
    fn record(&self, key: &RecordKey) -> Option<Arc<Record>> {
        self.records.get(key).cloned()
    }
}
