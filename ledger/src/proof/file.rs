//! The bytes of a proof file: deterministic CBOR, bounded, in one form only.
//!
//! ```text
//! file   = { 0: version, 1: ledger id, 2: item, ? 3: tag, 4: [* entry], 5: checkpoint note, 6: bstr inclusion hashes,
//!            7: index of the newest seal, 8: [* known], 9: bstr state map proof, 10: [* disclosure] }
//! entry  = { 0: log index, 1: bstr statement }                                 ; ascending by index
//! known  = { 0: bstr record key, ? 1: bstr record, 2: [* touch] }              ; ascending by record key
//! touch  = { 0: log index, 1: event number, ? 2: bstr statement id }           ; the id where the entry is left out
//! ```

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::cbor::{self, CborError};
use crate::hash::Hash;
use crate::id::{
    ConsignmentId, CredentialId, DisputeId, ExportId, FacilityId, HoldId, ItemId, ItemKind, ListingId,
    LogIndex, OfferId, PackId, ParticipantId, RecallId, SaleId, SettlementId, ShipmentId, StatementId,
    StockCountId, WorkOrderId,
};
use crate::key::KeyId;
use crate::record::{EventRef, Parentage, RecordKey};
use crate::sealed::Disclosure;
use crate::tag::TagCode;

/// The version of the format that is written and read.
pub const VERSION: u32 = 1;

/// The largest proof file that is made or read, in bytes: some 10,000 statements.
pub const MAX_PROOF_FILE_BYTES: usize = 16 * 1024 * 1024;

/// One statement at its place in the log.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
#[cbor(map)]
pub struct Entry {
    /// Its place.
    #[n(0)]
    pub index: LogIndex,
    /// The exact bytes.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
}

/// One event that touched a record.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq)]
#[cbor(map)]
pub struct Touch {
    /// The place of its statement.
    #[n(0)]
    pub index: LogIndex,
    /// Its number in the statement.
    #[n(1)]
    pub event: u16,
    /// The statement's id, where the statement itself is not in the file.
    #[n(2)]
    pub statement: Option<StatementId>,
}

/// One record as the newest seal has it, with the list of the events that made it.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
#[cbor(map)]
pub struct Known {
    /// `RecordKey::to_bytes`.
    #[n(0)]
    pub key: ByteVec,
    /// The record's deterministic CBOR; absent if the state has no such record.
    #[n(1)]
    pub record: Option<ByteVec>,
    /// All its events before the seal, in order.
    #[n(2)]
    pub events: Vec<Touch>,
}

/// A proof file as it was read. Nothing in it is true before [`super::verify_item`] says so.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq)]
#[cbor(map)]
pub struct ProofFile {
    /// [`VERSION`].
    #[n(0)]
    pub version: u32,
    /// The ledger id.
    #[n(1)]
    pub ledger: String,
    /// The item that the file is about.
    #[n(2)]
    pub item: ItemId,
    /// Its tag, when the file was made.
    #[n(3)]
    pub tag: Option<TagCode>,
    /// The statements, ascending by index.
    #[n(4)]
    pub statements: Vec<Entry>,
    /// The checkpoint: a signed note with all its signature lines.
    #[n(5)]
    pub checkpoint: String,
    /// The multiproof of the statements under the checkpoint's root, 32 bytes a hash.
    #[n(6)]
    #[cbor(with = "minicbor::bytes")]
    pub inclusion: Vec<u8>,
    /// The index of the newest seal, which stands among the statements.
    #[n(7)]
    pub seal: LogIndex,
    /// The records, ascending by key.
    #[n(8)]
    pub records: Vec<Known>,
    /// The proof of all `records` under the seal's state root.
    #[n(9)]
    #[cbor(with = "minicbor::bytes")]
    pub state: Vec<u8>,
    /// What the holder chose to open of sealed fields.
    #[n(10)]
    pub disclosures: Vec<Disclosure>,
}

/// Why bytes are not a proof file.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ProofFileError {
    /// Beyond [`MAX_PROOF_FILE_BYTES`].
    #[error("the file has {0} bytes; a proof file has at most {MAX_PROOF_FILE_BYTES}")]
    TooLarge(usize),
    /// Cut off, changed, or never a proof file.
    #[error("not a proof file, or cut off: {0}")]
    Cbor(#[from] CborError),
    /// Another version.
    #[error("proof file version {0}; this program reads version {VERSION}: use a newer program")]
    Version(u32),
    /// A list that must ascend does not, or a part has an impossible length or key.
    #[error("the proof file is inconsistent: {0}")]
    Inconsistent(&'static str),
}

impl ProofFile {
    /// Reads a proof file that is in its one form.
    ///
    /// # Errors
    /// [`ProofFileError`] with the first defect.
    pub fn decode(bytes: &[u8]) -> Result<Self, ProofFileError> {
        if bytes.len() > MAX_PROOF_FILE_BYTES {
            return Err(ProofFileError::TooLarge(bytes.len()));
        }
        let file: Self = cbor::decode_exact(bytes)?;
        if file.version != VERSION {
            return Err(ProofFileError::Version(file.version));
        }
        if !file.statements.is_sorted_by(|a, b| a.index < b.index) {
            return Err(ProofFileError::Inconsistent("the statements are not in the order of the log"));
        }
        if !file.records.is_sorted_by(|a, b| a.key < b.key) {
            return Err(ProofFileError::Inconsistent("the records are not in the order of their keys"));
        }
        if file.records.iter().any(|known| read_key(&known.key).is_none()) {
            return Err(ProofFileError::Inconsistent("a record has a key of no known kind"));
        }
        if !file.inclusion.len().is_multiple_of(32) {
            return Err(ProofFileError::Inconsistent("the inclusion proof is not a row of hashes"));
        }
        Ok(file)
    }

    /// The bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// The hashes of the inclusion proof.
    #[must_use]
    pub fn inclusion_hashes(&self) -> Vec<Hash> {
        self.inclusion.as_chunks::<32>().0.iter().map(|bytes| Hash(*bytes)).collect()
    }
}

/// The key of a record from its bytes.
pub(super) fn read_key(bytes: &[u8]) -> Option<RecordKey> {
    let (kind, rest) = bytes.split_first()?;
    let sixteen = || rest.try_into().ok();
    let hash = || rest.try_into().ok().map(Hash);
    let key = match kind {
        1 if rest.is_empty() => RecordKey::Ledger,
        2 if rest.is_empty() => RecordKey::Policy,
        3 if rest.is_empty() => RecordKey::Clock,
        4 => RecordKey::Participant(ParticipantId::new(sixteen()?)),
        5 => RecordKey::Key(KeyId(hash()?)),
        6 => RecordKey::Sequence(KeyId(hash()?)),
        7 => {
            let (letter, id) = rest.split_first()?;
            let kinds = [ItemKind::Lot, ItemKind::Batch, ItemKind::Piece];
            let id: [u8; 16] = id.try_into().ok()?;
            let items = kinds.map(|kind| ItemId::new(kind, id));
            RecordKey::Item(items.into_iter().find(|item| item.to_bytes().first() == Some(letter))?)
        }
        8 => RecordKey::WorkOrder(WorkOrderId::new(sixteen()?)),
        9 => RecordKey::Consignment(ConsignmentId::new(sixteen()?)),
        10 => RecordKey::Offer(OfferId::new(sixteen()?)),
        11 => RecordKey::Sale(SaleId::new(sixteen()?)),
        12 => RecordKey::Tag(TagCode::new(rest.try_into().ok()?)),
        13 => RecordKey::Certificate(hash()?),
        14 => RecordKey::Issuer(hash()?),
        15 => {
            let (parent, number) = rest.split_last_chunk::<4>()?;
            RecordKey::Offspring(Parentage::of(&read_key(parent)?)?, u32::from_be_bytes(*number))
        }
        19 => RecordKey::Listing(ListingId::new(sixteen()?)),
        20 => RecordKey::Shipment(ShipmentId::new(sixteen()?)),
        21 => RecordKey::Pack(PackId::new(sixteen()?)),
        25 => RecordKey::OwnerKey(KeyId(hash()?)),
        26 => RecordKey::Settlement(SettlementId::new(sixteen()?)),
        27 => RecordKey::Export(ExportId::new(sixteen()?)),
        28 => {
            let (code, unit) = rest.split_first_chunk::<10>()?;
            RecordKey::ClaimUnit(TagCode::new(*code), KeyId(Hash(unit.try_into().ok()?)))
        }
        16 => RecordKey::Hold(HoldId::new(sixteen()?)),
        17 => RecordKey::Dispute(DisputeId::new(sixteen()?)),
        18 => RecordKey::Recall(RecallId::new(sixteen()?)),
        31 => {
            let (index, event) = rest.split_first_chunk::<8>()?;
            let index = LogIndex(u64::from_be_bytes(*index));
            RecordKey::Said(EventRef { index, event: u16::from_be_bytes(event.try_into().ok()?) })
        }
        30 => RecordKey::Exposure(Parentage::of(&read_key(rest)?)?),
        32 => {
            let (item, number) = rest.split_last_chunk::<4>()?;
            let item = read_key(&[&[7], item].concat())?;
            let RecordKey::Item(item) = item else { return None };
            RecordKey::Component(item, u32::from_be_bytes(*number))
        }
        22 => RecordKey::Facility(FacilityId::new(sixteen()?)),
        23 => RecordKey::Credential(CredentialId::new(sixteen()?)),
        24 => RecordKey::DocumentUse(hash()?),
        29 => RecordKey::StockCount(StockCountId::new(sixteen()?)),
        33 => RecordKey::CustomsEntry(hash()?),
        _ => return None,
    };
    (key.to_bytes() == bytes).then_some(key)
}
