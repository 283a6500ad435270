//! The records that the log adds up to: one struct per kind, their keys in the state map, and the trait through
//! which rules read them.
//!
//! A record's bytes are its deterministic CBOR (maps with ascending integer keys, absent options left out); the
//! state map commits to their SHA-256. Nothing here decides anything: `apply` does.

use std::sync::Arc;

use minicbor::{Decode, Encode};

use crate::cbor;
use crate::hash::Hash;
use crate::id::{
    ConsignmentId, ItemId, LogIndex, OfferId, ParticipantId, SaleId, StatementId, WorkOrderId,
};
use crate::key::{KeyId, PublicKey};
use crate::mass::{Milligrams, Ppm};
use crate::tag::TagCode;
use crate::time::Timestamp;
use crate::vocab::{
    CertificateScope, Code, Country, ChainModel, EntryKind, EvidenceLevel, Finding, Form, Nature, Role, SaleChannel,
    Species, Step, Treatment, Variety,
};

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
}

impl RecordKey {
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
        }
    }

    /// Kind byte and id: the key's bytes, also in an index. Items carry their letter before the 16 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![self.kind()];
        match self {
            Self::Ledger | Self::Policy | Self::Clock => {}
            Self::Participant(id) => bytes.extend(id.bytes()),
            Self::Key(id) | Self::Sequence(id) => bytes.extend(id.0.as_bytes()),
            Self::Item(id) => {
                bytes.extend(id.to_bytes());
            }
            Self::WorkOrder(id) => bytes.extend(id.bytes()),
            Self::Consignment(id) => bytes.extend(id.bytes()),
            Self::Offer(id) => bytes.extend(id.bytes()),
            Self::Sale(id) => bytes.extend(id.bytes()),
            Self::Tag(code) => bytes.extend(code.bytes()),
            Self::Certificate(hash) | Self::Issuer(hash) => bytes.extend(hash.as_bytes()),
        }
        bytes
    }

    /// The key's place in the state map.
    #[must_use]
    pub fn map_key(&self) -> Hash {
        Hash::of(&self.to_bytes())
    }
}

/// The events that have touched a record, as one hash over all of them in order.
#[derive(Clone, Copy, Debug, Decode, Default, Encode, Eq, PartialEq)]
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
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, Ord, PartialEq, PartialOrd, serde::Serialize)]
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
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
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

/// What `ledger.opened` said.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
#[cbor(map)]
pub struct Ledger {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// The log's origin line.
    #[n(1)]
    pub origin: String,
    /// Origin, `#`, and half of the genesis leaf hash: the audience of every later statement.
    #[n(2)]
    pub id: String,
    /// The key that signs checkpoints.
    #[n(3)]
    pub log_key: PublicKey,
    /// The key that signs seals.
    #[n(4)]
    pub seal_key: PublicKey,
    /// The key that signs receipts.
    #[n(5)]
    pub receipt_key: PublicKey,
    /// Seconds between seals.
    #[n(6)]
    pub seal_interval_s: u32,
    /// Whether raw entries are for members only.
    #[n(7)]
    pub members_only: bool,
    /// How many registrar keys are valid: rule K5 keeps it above zero.
    #[n(8)]
    pub registrar_keys: u32,
}

/// A plausible yield.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
#[cbor(map)]
pub struct Yield {
    /// The process.
    #[n(0)]
    pub step: Code<Step>,
    /// At least.
    #[n(1)]
    pub min: Ppm,
    /// At most.
    #[n(2)]
    pub max: Ppm,
}

/// The policy in force.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
#[cbor(map)]
pub struct Policy {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// The ruleset.
    #[n(1)]
    pub ruleset: u32,
    /// The vocabulary's version.
    #[n(2)]
    pub vocabulary: String,
    /// Seconds by which a claimed time may be wrong.
    #[n(3)]
    pub skew_s: u32,
    /// Seconds after which an entry is late.
    #[n(4)]
    pub late_after_s: u32,
    /// Receipt: difference without a reason.
    #[n(5)]
    pub receipt_reason: Ppm,
    /// Receipt: difference without a counter-signature.
    #[n(6)]
    pub receipt_countersign: Ppm,
    /// Difference between two scales.
    #[n(7)]
    pub scale: Ppm,
    /// Plausible yields.
    #[n(8)]
    pub yields: Vec<Yield>,
    /// How far a correction of claims may reach.
    #[n(9)]
    pub max_forward_items: u32,
}

/// The ledger's clock: its last seal, or its opening.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
#[cbor(map)]
pub struct Clock {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// The seal's time.
    #[n(1)]
    pub time: Timestamp,
    /// How many entries it sealed.
    #[n(2)]
    pub size: u64,
    /// The state root it stated; zero at the opening.
    #[n(3)]
    pub state_root: Hash,
}

/// An organisation or person.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
#[cbor(map)]
pub struct Participant {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// Whether a natural person.
    #[n(1)]
    pub person: bool,
    /// The name, or the digest of a sealed one, as JSON.
    #[n(2)]
    pub name: String,
    /// Where it is established; absent for the founding registrar.
    #[n(3)]
    pub country: Option<Code<Country>>,
    /// What it may do, in the vocabulary's order.
    #[n(4)]
    pub roles: Vec<Code<Role>>,
    /// Whether its statements are refused.
    #[n(5)]
    pub suspended: bool,
    /// How many of its keys are valid.
    #[n(6)]
    pub keys: u32,
    /// A lab's registered code.
    #[n(7)]
    pub issuer_code: Option<String>,
    /// Who enrolled it.
    #[n(8)]
    pub enrolled_by: Option<ParticipantId>,
    /// Which event enrolled it.
    #[n(9)]
    pub created: EventRef,
}

impl Participant {
    /// Whether it has the role.
    #[must_use]
    pub fn has_role(&self, code: &str) -> bool {
        self.roles.iter().any(|role| role.as_str() == code)
    }
}

/// A key of a participant.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
#[cbor(map)]
pub struct Key {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// The key.
    #[n(1)]
    pub key: PublicKey,
    /// Whose it is.
    #[n(2)]
    pub participant: ParticipantId,
    /// The event types it may sign; empty: all that the roles allow.
    #[n(3)]
    pub scope: Vec<String>,
    /// The index of the statement that revoked it: later statements are refused.
    #[n(4)]
    pub revoked: Option<LogIndex>,
    /// The index since which its statements are suspect.
    #[n(5)]
    pub suspect_since: Option<LogIndex>,
}

/// How many sequence numbers below the highest are still open.
pub const SEQUENCE_WINDOW: u64 = 1024;
/// How far a sequence number may run ahead of the highest.
pub const SEQUENCE_LEAP: u64 = 1 << 20;

/// The sequence numbers that a key has used (rule U4). It has no history: every statement touches it.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
#[cbor(map)]
pub struct Sequence {
    /// The highest number accepted.
    #[n(0)]
    pub highest: u64,
    /// Bit `n`, from the lowest bit of the first byte on: whether `highest - 1 - n` was accepted.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub below: Vec<u8>,
}

/// A mass over an item's life. In every state: entered + gained = lost + passed on + left.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct MassBalance {
    /// What it began with.
    #[n(0)]
    pub entered: Milligrams,
    /// What was added: measurement differences and foreign mass.
    #[n(1)]
    pub gained: Milligrams,
    /// What was lost, with a reason each time.
    #[n(2)]
    pub lost: Milligrams,
    /// What went into other items and jobs.
    #[n(3)]
    pub passed_on: Milligrams,
    /// What is left.
    #[n(4)]
    pub left: Milligrams,
}

/// A count over a batch's life, as masses are kept.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct CountBalance {
    /// What it began with.
    #[n(0)]
    pub entered: u32,
    /// What was lost.
    #[n(1)]
    pub lost: u32,
    /// What went into other items and jobs.
    #[n(2)]
    pub passed_on: u32,
    /// What is left.
    #[n(3)]
    pub left: u32,
}

/// One country of a material and its share by mass.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Origin {
    /// The country.
    #[n(0)]
    pub country: Code<Country>,
    /// The share in the blend it was drawn from.
    #[n(1)]
    pub share: Ppm,
}

/// What is known of one treatment.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct TreatmentState {
    /// Which treatment.
    #[n(0)]
    pub treatment: Code<Treatment>,
    /// What is known. An absent treatment is "not stated".
    #[n(1)]
    pub finding: Code<Finding>,
    /// How well it is known.
    #[n(2)]
    pub evidence: Code<EvidenceLevel>,
}

/// What travels from an item to what is made of it.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Claims {
    /// The mineral.
    #[n(0)]
    pub species: Code<Species>,
    /// The variety; absent where inputs differ or none was stated.
    #[n(1)]
    pub variety: Option<Code<Variety>>,
    /// Natural, synthetic, glass, not stated.
    #[n(2)]
    pub nature: Code<Nature>,
    /// The possible origins with the blend's shares, by country code.
    #[n(3)]
    pub origins: Vec<Origin>,
    /// The lowest evidence level on the path.
    #[n(4)]
    pub origin_evidence: Code<EvidenceLevel>,
    /// The worst ISO 22095 model on the path.
    #[n(5)]
    pub model: Code<ChainModel>,
    /// Treatments, by code.
    #[n(6)]
    pub treatments: Vec<TreatmentState>,
}

/// Where an item is in its life.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// Declared for import and not yet received.
    #[n(0)]
    Declared,
    /// In hand: a lot or batch.
    #[n(1)]
    InStock,
    /// In hand: a piece.
    #[n(2)]
    Finished,
    /// Nothing is left.
    #[n(3)]
    Exhausted,
    /// Sold to a buyer.
    #[n(4)]
    Sold,
}

/// What an item was made of.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Parent {
    /// The item.
    #[n(0)]
    pub item: ItemId,
    /// How much of it went in.
    #[n(1)]
    pub mass: Milligrams,
}

/// A descriptive field's present value.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Detail {
    /// The field's path in the creating event.
    #[n(0)]
    pub field: String,
    /// Its value as JSON; empty when a correction took it away.
    #[n(1)]
    pub value: String,
    /// The event that corrected it last.
    #[n(2)]
    pub corrected: Option<EventRef>,
}

/// A certificate on an item.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct CertificateLink {
    /// The certificate record's id.
    #[n(0)]
    pub certificate: Hash,
    /// The issuer's registered code.
    #[n(1)]
    pub issuer_code: String,
    /// The number.
    #[n(2)]
    pub number: String,
    /// Whether the lab itself bound it; otherwise it is asserted by the holder.
    #[n(3)]
    pub bound: bool,
    /// What it speaks of.
    #[n(4)]
    pub scope: Code<CertificateScope>,
}

/// How many warnings, documents or certificates a record keeps; what is more is counted, not kept.
pub const MAX_KEPT: usize = 64;

/// A lot, a batch or a piece.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
#[cbor(map)]
pub struct Item {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// Which event created it.
    #[n(1)]
    pub created: EventRef,
    /// Who created it.
    #[n(2)]
    pub creator: ParticipantId,
    /// How a lot entered the ledger; absent for what was made of others.
    #[n(3)]
    pub entry: Option<Code<EntryKind>>,
    /// Its form.
    #[n(4)]
    pub form: Code<Form>,
    /// What travels with it.
    #[n(5)]
    pub claims: Claims,
    /// Its mass.
    #[n(6)]
    pub mass: MassBalance,
    /// Its count, of a batch.
    #[n(7)]
    pub count: Option<CountBalance>,
    /// The resolution of the scale that weighed it last.
    #[n(8)]
    pub resolution: Milligrams,
    /// What it was made of, directly.
    #[n(9)]
    pub parents: Vec<Parent>,
    /// The job that yielded it.
    #[n(10)]
    pub work: Option<WorkOrderId>,
    /// Who made it.
    #[n(11)]
    pub maker: Option<ParticipantId>,
    /// In whose hands it is.
    #[n(12)]
    pub custodian: ParticipantId,
    /// Whose it is; absent once sold to a buyer.
    #[n(13)]
    pub owner: Option<ParticipantId>,
    /// Where it is in its life.
    #[n(14)]
    pub state: ItemState,
    /// The last offer of it; whether it is open, the offer says.
    #[n(15)]
    pub offer: Option<OfferId>,
    /// Its live tag.
    #[n(16)]
    pub tag: Option<TagCode>,
    /// Its sale.
    #[n(17)]
    pub sale: Option<SaleId>,
    /// Who may counter-sign as the enrolled supplier.
    #[n(18)]
    pub supplier: Option<ParticipantId>,
    /// Whose link may counter-sign.
    #[n(19)]
    pub supplier_link: Option<PublicKey>,
    /// The event that counter-signed.
    #[n(20)]
    pub countersigned: Option<EventRef>,
    /// Certificates linked to it, at most `MAX_KEPT`.
    #[n(21)]
    pub certificates: Vec<CertificateLink>,
    /// Documents' hashes with their kinds, at most `MAX_KEPT`.
    #[n(22)]
    pub documents: Vec<Document>,
    /// Descriptive fields, in the order of the event table.
    #[n(23)]
    pub details: Vec<Detail>,
    /// The latest time claimed by an event that touched it.
    #[n(24)]
    pub latest: Timestamp,
    /// Warnings, at most `MAX_KEPT`.
    #[n(25)]
    pub warnings: Vec<Warning>,
    /// How many certificates, documents and warnings were too many to keep.
    #[n(26)]
    pub not_kept: u32,
}

/// A document behind a claim.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Document {
    /// What kind: a code of the document types, or `photo`.
    #[n(0)]
    pub kind: String,
    /// The hash.
    #[n(1)]
    pub sha256: Hash,
    /// Whether everybody may read it.
    #[n(2)]
    pub public: bool,
}

/// A job.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
#[cbor(map)]
pub struct WorkOrder {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// Which event created it.
    #[n(1)]
    pub created: EventRef,
    /// Who does it.
    #[n(2)]
    pub studio: ParticipantId,
    /// Whose the goods are.
    #[n(3)]
    pub owner: Option<ParticipantId>,
    /// The main process.
    #[n(4)]
    pub process: Code<Step>,
    /// What travels from the inputs to the outputs.
    #[n(5)]
    pub claims: Claims,
    /// The mass in it.
    #[n(6)]
    pub mass: MassBalance,
    /// What went in.
    #[n(7)]
    pub inputs: Vec<Parent>,
    /// How many items it has yielded.
    #[n(8)]
    pub outputs: u32,
    /// How many steps were logged.
    #[n(9)]
    pub steps: u32,
    /// The latest time claimed.
    #[n(10)]
    pub latest: Timestamp,
    /// Warnings, at most `MAX_KEPT`.
    #[n(11)]
    pub warnings: Vec<Warning>,
    /// What the job is called, as JSON.
    #[n(12)]
    pub title: Option<String>,
}

/// Lots that arrived together.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
#[cbor(map)]
pub struct Consignment {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// Who received it.
    #[n(1)]
    pub receiver: ParticipantId,
    /// The lots.
    #[n(2)]
    pub items: Vec<ItemId>,
}

/// How an offer stands.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum OfferState {
    /// Waiting, until it expires.
    #[n(0)]
    Open,
    /// Taken.
    #[n(1)]
    Accepted,
    /// Refused by the named party.
    #[n(2)]
    Rejected,
    /// Taken back.
    #[n(3)]
    Cancelled,
}

/// One item of an offer.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct OfferedItem {
    /// The item.
    #[n(0)]
    pub item: ItemId,
    /// The mass on the giver's scale.
    #[n(1)]
    pub mass: Milligrams,
    /// That scale's resolution.
    #[n(2)]
    pub resolution: Milligrams,
}

/// An offer of custody.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
#[cbor(map)]
pub struct Offer {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// Who offers.
    #[n(1)]
    pub from: ParticipantId,
    /// To whom.
    #[n(2)]
    pub to: ParticipantId,
    /// What.
    #[n(3)]
    pub items: Vec<OfferedItem>,
    /// Until when, by the ledger's clock.
    #[n(4)]
    pub expires: Timestamp,
    /// Whether ownership passes.
    #[n(5)]
    pub ownership: bool,
    /// How it stands.
    #[n(6)]
    pub state: OfferState,
}

impl Offer {
    /// Whether it can still be accepted at this time of the ledger's clock.
    #[must_use]
    pub fn is_open(&self, clock: Timestamp) -> bool {
        self.state == OfferState::Open && clock.unix() <= self.expires.unix()
    }
}

/// A sale to a buyer outside the ledger.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
#[cbor(map)]
pub struct Sale {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// Who sold.
    #[n(1)]
    pub seller: ParticipantId,
    /// What.
    #[n(2)]
    pub items: Vec<ItemId>,
    /// Where.
    #[n(3)]
    pub channel: Code<SaleChannel>,
    /// Where the buyer is.
    #[n(4)]
    pub destination: Option<Code<Country>>,
    /// Whether it was cancelled.
    #[n(5)]
    pub cancelled: bool,
    /// When.
    #[n(6)]
    pub at: Timestamp,
}

/// A printed tag.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
#[cbor(map)]
pub struct Tag {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// What it is bound to.
    #[n(1)]
    pub item: ItemId,
    /// The public half of its claim code's key.
    #[n(2)]
    pub claim_key: PublicKey,
    /// The code that replaced it.
    #[n(3)]
    pub replaced_by: Option<TagCode>,
}

/// A certificate number of an issuer.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
#[cbor(map)]
pub struct Certificate {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// The issuer's registered code.
    #[n(1)]
    pub issuer_code: String,
    /// The number.
    #[n(2)]
    pub number: String,
    /// The item that the lab itself bound it to.
    #[n(3)]
    pub bound: Option<ItemId>,
    /// The items that others asserted it for, at most `MAX_KEPT`.
    #[n(4)]
    pub asserted: Vec<ItemId>,
    /// The document's hash, as the lab or else the first to assert it gave it.
    #[n(5)]
    pub document: Hash,
}

/// Who holds a registered issuer code.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
#[cbor(map)]
pub struct Issuer {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// The holder.
    #[n(1)]
    pub participant: ParticipantId,
    /// The code.
    #[n(2)]
    pub code: String,
}

macro_rules! records {
    ($($kind:ident)*) => {
        /// A record of any kind.
        #[derive(Clone, Debug, Eq, PartialEq)]
        pub enum Record { $(#[doc = concat!("See [`struct@", stringify!($kind), "`].")] $kind($kind),)* }

        impl Record {
            /// The record's deterministic CBOR: what the state map commits to.
            #[must_use]
            pub fn to_bytes(&self) -> Vec<u8> {
                match self { $(Self::$kind(record) => cbor::encode(record),)* }
            }

            /// The name of its kind.
            #[must_use]
            pub const fn kind(&self) -> &'static str {
                match self { $(Self::$kind(_) => stringify!($kind),)* }
            }
        }

        $(impl From<$kind> for Record {
            fn from(record: $kind) -> Self {
                Self::$kind(record)
            }
        })*
    };
}

records! { Ledger Policy Clock Participant Key Sequence Item WorkOrder Consignment Offer Sale Tag Certificate Issuer }

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
        })
    }

    /// What the state map holds for it.
    #[must_use]
    pub fn map_value(&self) -> Hash {
        Hash::of(&self.to_bytes())
    }

    /// The events that touched it; none for a sequence window.
    #[must_use]
    pub fn history(&self) -> Option<&History> {
        Some(match self {
            Self::Ledger(r) => &r.history,
            Self::Policy(r) => &r.history,
            Self::Clock(r) => &r.history,
            Self::Participant(r) => &r.history,
            Self::Key(r) => &r.history,
            Self::Sequence(_) => return None,
            Self::Item(r) => &r.history,
            Self::WorkOrder(r) => &r.history,
            Self::Consignment(r) => &r.history,
            Self::Offer(r) => &r.history,
            Self::Sale(r) => &r.history,
            Self::Tag(r) => &r.history,
            Self::Certificate(r) => &r.history,
            Self::Issuer(r) => &r.history,
        })
    }

    pub(crate) fn history_mut(&mut self) -> Option<&mut History> {
        Some(match self {
            Self::Ledger(r) => &mut r.history,
            Self::Policy(r) => &mut r.history,
            Self::Clock(r) => &mut r.history,
            Self::Participant(r) => &mut r.history,
            Self::Key(r) => &mut r.history,
            Self::Sequence(_) => return None,
            Self::Item(r) => &mut r.history,
            Self::WorkOrder(r) => &mut r.history,
            Self::Consignment(r) => &mut r.history,
            Self::Offer(r) => &mut r.history,
            Self::Sale(r) => &mut r.history,
            Self::Tag(r) => &mut r.history,
            Self::Certificate(r) => &mut r.history,
            Self::Issuer(r) => &mut r.history,
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
