//! Making a proof file: which statements and records the story of one item needs.
//!
//! The records are those *as of the newest seal*, that is before the seal's own statement, because only those are
//! proven. What touched the item after it is added as later statements, so that the file shows it.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use minicbor::bytes::ByteVec;

use crate::hash::Hash;
use crate::id::{ItemId, LogIndex, ParticipantId, StatementId};
use crate::record::{EventRef, Record, RecordKey};
use crate::sealed::Disclosure;
use crate::statemap::{MAX_PROOF_KEYS, MapProof};
use crate::statement::{Issuer, Statement};
use crate::tlog::checkpoint::CheckpointError;
use crate::tlog::multiproof::{self, MultiproofError};
use crate::tlog::{HashReader, SignedCheckpoint};

use super::file::{self, Known, MAX_PROOF_FILE_BYTES, ProofFile, Touch, VERSION};

/// The most items and jobs in one ancestry.
pub const MAX_ANCESTORS: usize = 2048;
/// The most statements that one record brings in whole; of what is more, the middle is listed by its ids only.
pub const MAX_BODIES: usize = 512;
/// The most events of one record.
const MAX_TOUCHES: usize = 65_536;

/// Where the parts come from. All answers must belong to one moment: the builder checks the state proof and the
/// inclusion proof before it gives the file out, and says so if they do not fit.
pub trait ProofSource {
    /// The bytes of the statement at an index.
    fn statement(&self, index: LogIndex) -> Option<Vec<u8>>;
    /// The record as the newest seal's state root has it: the state before the seal's own statement.
    fn sealed_record(&self, key: &RecordKey) -> Option<Arc<Record>>;
    /// Every event that touched the record, in order, also those after the newest seal; at most `limit`.
    fn events_of(&self, key: &RecordKey, limit: usize) -> Vec<EventRef>;
    /// The index of the newest seal that the checkpoint contains.
    fn newest_seal(&self) -> Option<LogIndex>;
    /// The index of the last seal before `index`.
    fn seal_before(&self, index: LogIndex) -> Option<LogIndex>;
    /// The newest checkpoint with its cosignatures. It must contain the newest seal.
    fn checkpoint(&self) -> Option<String>;
    /// A hash of the tree, as `HashReader` gives it.
    fn tree_hash(&self, level: u8, index: u64) -> Option<Hash>;
    /// Proves keys under the newest seal's state root.
    fn prove(&self, keys: &[Hash]) -> Option<MapProof>;
}

/// Why no file was made.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BuildError {
    /// The newest seal has no such item.
    #[error("the newest seal has no item {0}: wait for the next seal if it is new")]
    NotFound(ItemId),
    /// There is no seal or no checkpoint that contains it.
    #[error("no checkpoint contains a seal yet: wait for the next one")]
    NotSealed,
    /// The node's own checkpoint cannot be read.
    #[error("the checkpoint cannot be read: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The source lacks something that the log must have.
    #[error("the store lacks {0}: rebuild the index")]
    Missing(String),
    /// Parts that belong to different moments.
    #[error("the ledger was sealed meanwhile: ask again ({0})")]
    Moved(String),
    /// Beyond a limit.
    #[error("the story is too long for one proof file: {0}")]
    TooLarge(&'static str),
    /// The inclusion proof could not be made.
    #[error("the inclusion proof could not be made: {0}")]
    Inclusion(#[from] MultiproofError),
}

struct Tree<'a, S: ?Sized>(&'a S);

impl<S: ProofSource + ?Sized> HashReader for Tree<'_, S> {
    fn hash(&self, level: u8, index: u64) -> Option<Hash> {
        self.0.tree_hash(level, index)
    }
}

/// Makes the proof file of one item, with the disclosures that its holder chose.
///
/// # Errors
/// See [`BuildError`].
pub fn build<S: ProofSource + ?Sized>(
    source: &S,
    item: &ItemId,
    disclosures: Vec<Disclosure>,
) -> Result<Vec<u8>, BuildError> {
    let seal = source.newest_seal().ok_or(BuildError::NotSealed)?;
    let checkpoint = source.checkpoint().ok_or(BuildError::NotSealed)?;
    let signed = SignedCheckpoint::parse(&checkpoint)?;
    let size = signed.checkpoint().size();
    if size <= seal.0 {
        return Err(BuildError::NotSealed);
    }
    let Some(Record::Item(record)) = source.sealed_record(&RecordKey::Item(*item)).as_deref().cloned() else {
        return Err(BuildError::NotFound(*item));
    };
    let Some(Record::Ledger(ledger)) = source.sealed_record(&RecordKey::Ledger).as_deref().cloned() else {
        return Err(BuildError::Missing("the ledger's record".to_owned()));
    };
    let mut story = Story {
        source,
        seal,
        size,
        bodies: BTreeMap::new(),
        bytes: 0,
        known: BTreeMap::new(),
        next: Vec::new(),
    };
    story.want(RecordKey::Ledger);
    story.want(RecordKey::Policy);
    story.want(RecordKey::Item(*item));
    story.follow()?;
    story.later(*item)?;
    story.add_body(seal)?;
    story.follow()?;
    story.add_clock()?;
    let indexes: Vec<u64> = story.bodies.keys().map(|index| index.0).collect();
    let inclusion = multiproof::prove(&Tree(source), &indexes, size)?;
    let state = prove_state(source, seal, &story)?;
    let file = ProofFile {
        version: VERSION,
        ledger: ledger.id,
        item: *item,
        tag: record.tag,
        inclusion: inclusion.iter().flat_map(|hash| hash.0).collect(),
        records: story.records(),
        statements: story.bodies.into_iter().map(|(index, bytes)| file::Entry { index, bytes }).collect(),
        checkpoint,
        seal,
        state,
        disclosures,
    };
    check_inclusion(&file, size, signed.checkpoint().root())?;
    let bytes = file.encode();
    if bytes.len() > MAX_PROOF_FILE_BYTES {
        return Err(BuildError::TooLarge("more bytes than a proof file may have"));
    }
    Ok(bytes)
}

/// The state proof, checked against the newest seal.
fn prove_state<S: ProofSource + ?Sized>(
    source: &S,
    seal: LogIndex,
    story: &Story<'_, S>,
) -> Result<Vec<u8>, BuildError> {
    let missing = || BuildError::Missing(format!("the seal at entry {seal}"));
    let statement = story.bodies.get(&seal).ok_or_else(missing)?;
    let root = super::verify::seal_body(statement).ok_or_else(missing)?.state_root;
    let claims: Vec<(Hash, Option<Hash>)> = story
        .known
        .iter()
        .map(|(key, known)| (key.map_key(), known.as_ref().map(|(record, _)| record.map_value())))
        .collect();
    if claims.len() > MAX_PROOF_KEYS {
        return Err(BuildError::TooLarge("more records than one state proof holds"));
    }
    let keys: Vec<Hash> = claims.iter().map(|(key, _)| *key).collect();
    let proof = source.prove(&keys).ok_or_else(|| BuildError::Missing("the state map".to_owned()))?;
    proof.verify(&root, &claims).map_err(|error| BuildError::Moved(error.to_string()))?;
    Ok(proof.to_bytes())
}

fn check_inclusion(file: &ProofFile, size: u64, root: Hash) -> Result<(), BuildError> {
    let leaves: Vec<(u64, Hash)> =
        file.statements.iter().map(|entry| (entry.index.0, crate::tlog::leaf_hash(&entry.bytes))).collect();
    let found = multiproof::root_from_multiproof(size, &leaves, &file.inclusion_hashes())?;
    if found == root { Ok(()) } else { Err(BuildError::Moved("the tree is not the checkpoint's".to_owned())) }
}

/// A sealed record with its events.
type Sealed = (Arc<Record>, Vec<Touch>);

/// What has been gathered.
struct Story<'a, S: ?Sized> {
    source: &'a S,
    seal: LogIndex,
    size: u64,
    bodies: BTreeMap<LogIndex, Vec<u8>>,
    bytes: usize,
    /// Each record with its events before the seal; `None` for a record that the seal does not have.
    known: BTreeMap<RecordKey, Option<Sealed>>,
    next: Vec<RecordKey>,
}

impl<S: ProofSource + ?Sized> Story<'_, S> {
    fn want(&mut self, key: RecordKey) {
        if let Entry::Vacant(place) = self.known.entry(key) {
            place.insert(None);
            self.next.push(key);
        }
    }

    fn want_participant(&mut self, id: Option<ParticipantId>) {
        if let Some(id) = id {
            self.want(RecordKey::Participant(id));
        }
    }

    /// Takes in every wanted record with its events, and all that these name, until nothing new is named.
    fn follow(&mut self) -> Result<(), BuildError> {
        let mut ancestors: usize = 0;
        while let Some(key) = self.next.pop() {
            let Some(record) = self.source.sealed_record(&key) else {
                self.unsealed(&key)?;
                continue;
            };
            ancestors += usize::from(matches!(key, RecordKey::Item(_) | RecordKey::WorkOrder(_)));
            if ancestors > MAX_ANCESTORS {
                return Err(BuildError::TooLarge("more ancestors than one proof file holds"));
            }
            self.want_named(&record);
            let events = self.events(&key, &record)?;
            self.known.insert(key, Some((record, events)));
        }
        Ok(())
    }

    /// The records that a record names and whose truth its story rests on.
    fn want_named(&mut self, record: &Record) {
        match record {
            Record::Item(item) => {
                let parties =
                    [Some(item.creator), item.maker, Some(item.custodian), item.owner, item.supplier];
                parties.into_iter().for_each(|party| self.want_participant(party));
                item.parents.iter().for_each(|parent| self.want(RecordKey::Item(parent.item)));
                item.work.into_iter().for_each(|work| self.want(RecordKey::WorkOrder(work)));
                item.tag.into_iter().for_each(|tag| self.want(RecordKey::Tag(tag)));
                let standing = item.standing();
                standing.holds.iter().for_each(|hold| self.want(RecordKey::Hold(*hold)));
                let disputes = standing.title_disputes.iter().chain(&standing.other_disputes);
                disputes.for_each(|dispute| self.want(RecordKey::Dispute(*dispute)));
                standing.recalls.iter().for_each(|recall| self.want(RecordKey::Recall(*recall)));
                item.sale.into_iter().for_each(|sale| self.want(RecordKey::Sale(sale)));
                item.market().owner_key.into_iter().for_each(|key| self.want(RecordKey::OwnerKey(key)));
                for link in &item.certificates {
                    self.want(RecordKey::Certificate(link.certificate));
                    self.want(RecordKey::Issuer(crate::apply::issuer_id(&link.issuer_code)));
                }
            }
            Record::WorkOrder(work) => {
                self.want_participant(Some(work.studio));
                self.want_participant(work.owner);
                work.inputs.iter().for_each(|input| self.want(RecordKey::Item(input.item)));
            }
            Record::Key(key) => self.want_participant(Some(key.participant)),
            Record::Participant(participant) => self.want_participant(participant.enrolled_by),
            Record::Issuer(issuer) => self.want_participant(Some(issuer.participant)),
            Record::Hold(hold) => {
                self.want_participant(Some(hold.by));
                self.want_participant(hold.creditor);
            }
            Record::Dispute(dispute) => {
                self.want_participant(Some(dispute.by));
                self.want_participant(dispute.respondent);
            }
            Record::Recall(recall) => {
                self.want_participant(Some(recall.by));
                self.want_participant(Some(recall.back_to));
            }
            _ => {}
        }
    }

    /// The record's events before the seal. The first and the last statements come in whole.
    fn events(&mut self, key: &RecordKey, record: &Record) -> Result<Vec<Touch>, BuildError> {
        let Some(history) = record.history() else { return Ok(Vec::new()) };
        let mut events = self.source.events_of(key, MAX_TOUCHES);
        events.retain(|event| event.index < self.seal);
        if u64::try_from(events.len()) != Ok(history.events) {
            if events.len() >= MAX_TOUCHES {
                return Err(BuildError::TooLarge("a record has more events than one proof file lists"));
            }
            return Err(BuildError::Missing(format!("events of {key:?}")));
        }
        let left_out = 1..events.len().saturating_sub(MAX_BODIES - 1).max(1);
        let mut touches = Vec::with_capacity(events.len());
        for (n, event) in events.iter().enumerate() {
            let mut statement = None;
            if left_out.contains(&n) {
                statement = Some(StatementId(Hash::of(&self.read(event.index)?)));
            } else {
                self.add_body(event.index)?;
            }
            touches.push(Touch { index: event.index, event: event.event, statement });
        }
        Ok(touches)
    }

    /// Whoever was enrolled after the newest seal is known by those statements only.
    fn unsealed(&mut self, key: &RecordKey) -> Result<(), BuildError> {
        if !matches!(key, RecordKey::Key(_) | RecordKey::Participant(_) | RecordKey::OwnerKey(_)) {
            return Ok(());
        }
        let events = self.source.events_of(key, MAX_BODIES);
        let size = self.size;
        let mut events = events.into_iter().filter(|event| event.index.0 < size);
        events.try_for_each(|event| self.add_body(event.index))
    }

    /// What touched the item after the newest seal.
    fn later(&mut self, item: ItemId) -> Result<(), BuildError> {
        let events = self.source.events_of(&RecordKey::Item(item), MAX_TOUCHES);
        let (seal, size) = (self.seal, self.size);
        let later = events.into_iter().filter(|event| event.index > seal && event.index.0 < size);
        later.take(MAX_BODIES).try_for_each(|event| self.add_body(event.index))
    }

    fn read(&self, index: LogIndex) -> Result<Vec<u8>, BuildError> {
        self.source.statement(index).ok_or_else(|| BuildError::Missing(format!("entry {index}")))
    }

    /// Takes a statement in, and its author's key and record with it.
    fn add_body(&mut self, index: LogIndex) -> Result<(), BuildError> {
        if self.bodies.contains_key(&index) {
            return Ok(());
        }
        let bytes = self.read(index)?;
        self.bytes += bytes.len();
        if self.bytes > MAX_PROOF_FILE_BYTES {
            return Err(BuildError::TooLarge("more bytes than a proof file may have"));
        }
        let statement = Statement::decode(bytes.clone());
        let statement = statement.map_err(|_| BuildError::Missing(format!("a readable entry {index}")))?;
        match statement.header().issuer {
            Issuer::Participant(id) => {
                self.want(RecordKey::Key(statement.header().key_id));
                self.want_participant(Some(id));
            }
            Issuer::Tag(code) => self.want(RecordKey::Tag(code)),
            Issuer::Owner(key) => self.want(RecordKey::OwnerKey(key)),
            Issuer::Ledger | Issuer::Link(_) => {}
        }
        self.bodies.insert(index, bytes);
        Ok(())
    }

    /// The ledger's clock at each statement: the seal before it.
    fn add_clock(&mut self) -> Result<(), BuildError> {
        let indexes: Vec<LogIndex> = self.bodies.keys().copied().collect();
        let seals: BTreeSet<LogIndex> =
            indexes.iter().filter_map(|index| self.source.seal_before(*index)).collect();
        seals.into_iter().try_for_each(|seal| self.add_body(seal))
    }

    fn records(&self) -> Vec<Known> {
        let mut records: Vec<Known> = self
            .known
            .iter()
            .map(|(key, known)| Known {
                key: ByteVec::from(key.to_bytes()),
                record: known.as_ref().map(|(record, _)| ByteVec::from(record.to_bytes())),
                events: known.as_ref().map(|(_, events)| self.named(events)).unwrap_or_default(),
            })
            .collect();
        records.sort_by(|a, b| a.key.cmp(&b.key));
        records
    }

    /// The touches without the ids of statements that came in by another way.
    fn named(&self, events: &[Touch]) -> Vec<Touch> {
        let whole = |touch: &Touch| self.bodies.contains_key(&touch.index);
        events.iter().map(|t| if whole(t) { Touch { statement: None, ..*t } } else { *t }).collect()
    }
}
