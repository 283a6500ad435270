//! What the log means for the index: which keys and values one accepted statement makes. Everything here is public
//! in the log; nothing private is ever in the index, which can be deleted and made again from the log.
//!
//! ```text
//! m                                          count and check sum of the records, version of this layout
//! r | record key                             how many parts follow, in a byte; the record's CBOR or its first part
//! R | record key | part                      further parts of a long record
//! s | statement id                           its log index
//! e | record key | index event               events that touched a record, in order
//! f | record key | index event n             what it was made from: the other end, mass
//! t | record key | index event n             what it was made into
//! i | order                                  every item, in the order of creation
//! c | participant | order                    items by custodian          order = index event item
//! o | participant | order                    items by owner
//! k | participant | order                    items by creator
//! a | state | order                          items by state
//! p | species 0 | order                      items by species
//! j | studio | order of job                   jobs by who has them
//! w | warning 0 | order                      items by a warning that they bear
//! W | warning 0 | order of job               jobs by a warning that they bear
//! u | order of participant                   every participant
//! v | role 0 | order of participant          participants by role
//! x | to | expiry offer                      open offers to a participant, soonest to expire first
//! y | from | expiry offer                    open offers by a participant
//! d | participant | order                    items that were consigned to a seller
//! l | seller | last listing                  open listings                last = index of the event that touched it last
//! b | exporter | last export                 exports
//! g | record key of an item | last export    exports of an item
//! h | sender | last shipment                 shipments under way
//! q | last dispute                           open disputes
//! z | participant | order of facility        places of a participant
//! n | last certificate                       certificates that are shown for several items
//! ```
//! Numbers are big-endian, so that keys sort as numbers do; `index` has 8 bytes, `event` and `n` 2. A record key
//! stands with a length byte before it where something follows.

mod audit;
mod market;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use lode_ledger::apply::Delta;
use lode_ledger::hash::Hash;
use lode_ledger::id::{FacilityId, ItemId, LogIndex, OfferId, ParticipantId, StatementId, WorkOrderId};
use lode_ledger::record::{
    EventRef, Facility, Item, ItemState, Offer, OfferState, Participant, Record, RecordKey, Warning,
    WorkOrder,
};
use serde::{Deserialize, Serialize};

use crate::codec::{self, CodecError};
pub(crate) use audit::{collides, collisions_prefix, disputes_prefix};
pub(crate) use market::{
    consigned_prefix, exports_of_prefix, exports_prefix, listings_prefix, shipments_prefix,
};

/// The version of the layout; another one is deleted and rebuilt.
const VERSION: u32 = 6;
/// The most of a record in one value, below the store's limit; 256 of them hold the longest record.
const PART_BYTES: usize = 6_000;

/// Bytes of nearly every key: a letter, an id, a place in the log, another id.
const KEY_ROOM: usize = 48;

/// Changes of the index, of which the last one of a key counts: a `None` takes a key away.
pub(crate) type Keys = Vec<(Vec<u8>, Option<Vec<u8>>)>;

/// Changes of the index, and of records, that one commit makes.
#[derive(Default)]
pub(crate) struct Changes {
    pub(crate) keys: Keys,
    pub(crate) records: HashMap<RecordKey, Arc<Record>>,
}

/// Count and check sum over all records: a doubtful index is found by it at the next start, before it could be sealed.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Meta {
    version: u32,
    records: u64,
    sum: [u8; 32],
}

impl Meta {
    pub(crate) const fn empty() -> Self {
        Self { version: VERSION, records: 0, sum: [0; 32] }
    }

    /// Counts a record in, or, called again, out of the sum.
    fn add(&mut self, key: &Hash, value: &Hash) {
        let hash = Hash::of_parts(&[key.as_ref(), value.as_ref()]);
        for (sum, byte) in self.sum.iter_mut().zip(hash.0) {
            *sum ^= byte;
        }
    }

    /// Counts a whole record in.
    pub(crate) fn count(&mut self, key: &Hash, value: &Hash) {
        self.records += 1;
        self.add(key, value);
    }

    pub(crate) fn key() -> Vec<u8> {
        vec![b'm']
    }

    /// Whether it was written in this layout.
    pub(crate) const fn is_current(&self) -> bool {
        self.version == VERSION
    }

    pub(crate) fn read(bytes: &[u8]) -> Result<Self, CodecError> {
        codec::decode(bytes)
    }
}

/// A record before a change.
pub(crate) struct Old {
    pub(crate) record: Arc<Record>,
    /// What the state map has for it.
    pub(crate) value: Hash,
}

/// The other end of a step of provenance.
#[derive(Deserialize, Serialize)]
pub(crate) struct StoredLink {
    /// The record key's bytes.
    pub(crate) other: Vec<u8>,
    /// In milligrams.
    pub(crate) mass: u64,
}

impl Changes {
    /// Takes a statement's records in, to be seen by those after it.
    pub(crate) fn take_records(&mut self, delta: &Delta) {
        self.records.extend(delta.changes().iter().map(|(key, record)| (*key, record.clone())));
    }
}

/// Adds what a statement changes besides its records: where it stands, whom it touched, what went where.
pub(crate) fn project_statement(
    keys: &mut Keys,
    index: LogIndex,
    statement: StatementId,
    delta: &Delta,
) -> Result<(), CodecError> {
    keys.push((statement_key(&statement), Some(codec::encode(&index.0)?)));
    for (event, touched) in (0..).zip(delta.touched()) {
        for key in touched {
            keys.push((event_key(key, EventRef { index, event }), Some(Vec::new())));
        }
    }
    for (n, link) in (0_u16..).zip(delta.links()) {
        let mass = link.mass.get();
        for (letter, own, other) in [(b'f', &link.to, &link.from), (b't', &link.from, &link.to)] {
            let mut key = long(letter, own);
            push_ref(&mut key, link.by);
            key.extend(n.to_be_bytes());
            keys.push((key, Some(codec::encode(&StoredLink { other: other.to_bytes(), mass })?)));
        }
    }
    Ok(())
}

/// Adds the check sum as it is after all changes.
pub(crate) fn project_meta(keys: &mut Keys, meta: &Meta) -> Result<(), CodecError> {
    keys.push((Meta::key(), Some(codec::encode(meta)?)));
    Ok(())
}

/// Adds a changed record, whose place in the state map is `place`, and returns what the map has for it from now on.
pub(crate) fn project_record(
    keys: &mut Keys,
    meta: &mut Meta,
    key: &RecordKey,
    place: &Hash,
    old: Option<&Old>,
    record: &Record,
) -> Result<Hash, CodecError> {
    match old {
        Some(old) => meta.add(place, &old.value),
        None => meta.records += 1,
    }
    let bytes = record.to_bytes();
    let value = Hash::of(&bytes);
    meta.add(place, &value);
    let (first, rest) = bytes.split_at(bytes.len().min(PART_BYTES));
    let parts = rest.chunks(PART_BYTES);
    let mut stored = Vec::with_capacity(1 + first.len());
    stored.push(u8::try_from(parts.len()).map_err(|_| CodecError::TooLong(bytes.len()))?);
    stored.extend_from_slice(first);
    keys.push((record_key(key), Some(stored)));
    for (n, part) in (1_u8..).zip(parts) {
        keys.push((part_key(key, n), Some(part.to_vec())));
    }
    let facets = |record: &Record| match (key, record) {
        (RecordKey::Item(id), Record::Item(item)) => item_facets(id, item),
        (RecordKey::Participant(id), Record::Participant(participant)) => participant_facets(id, participant),
        (RecordKey::Offer(id), Record::Offer(offer)) => offer_facets(id, offer),
        (RecordKey::WorkOrder(id), Record::WorkOrder(work)) => job_facets(id, work),
        (RecordKey::Facility(id), Record::Facility(facility)) => vec![facility_facet(id, facility)],
        (RecordKey::Dispute(_) | RecordKey::Certificate(_), _) => audit::facets(key, record),
        _ => market::facets(key, record),
    };
    let (before, after) = (old.map(|old| facets(&old.record)).unwrap_or_default(), facets(record));
    for gone in before.iter().filter(|facet| !after.contains(facet)) {
        keys.push((gone.clone(), None));
    }
    for new in after {
        if !before.contains(&new) {
            keys.push((new, Some(Vec::new())));
        }
    }
    Ok(value)
}

/// A record's whole CBOR, with `get` to read values.
pub(crate) fn read_record(
    key: &RecordKey,
    get: impl Fn(&[u8]) -> Option<Vec<u8>>,
) -> Result<Option<Vec<u8>>, CodecError> {
    let Some(stored) = get(&record_key(key)) else { return Ok(None) };
    whole_record(&key.to_bytes(), &stored, get).map(Some)
}

/// A record's whole CBOR from its first value; `id` is the record key's bytes.
pub(crate) fn whole_record(
    id: &[u8],
    stored: &[u8],
    get: impl Fn(&[u8]) -> Option<Vec<u8>>,
) -> Result<Vec<u8>, CodecError> {
    let (more, first) = stored.split_first().ok_or(CodecError::TooLong(0))?;
    let mut cbor = first.to_vec();
    for n in 1..=*more {
        let mut key = vec![b'R'];
        key.extend(id);
        key.push(n);
        cbor.extend(get(&key).ok_or(CodecError::TooLong(usize::from(n)))?);
    }
    Ok(cbor)
}

/// The prefix of all records' first values; the record key's bytes follow.
pub(crate) const RECORDS: &[u8] = b"r";

fn record_key(key: &RecordKey) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(KEY_ROOM);
    bytes.extend(RECORDS);
    bytes.extend(key.to_bytes());
    bytes
}

fn part_key(key: &RecordKey, part: u8) -> Vec<u8> {
    let mut bytes = vec![b'R'];
    bytes.extend(key.to_bytes());
    bytes.push(part);
    bytes
}

pub(crate) fn statement_key(id: &StatementId) -> Vec<u8> {
    let mut bytes = begin(b's');
    bytes.extend(id.0.as_bytes());
    bytes
}

/// The prefix of the events that touched a record.
pub(crate) fn events_prefix(key: &RecordKey) -> Vec<u8> {
    long(b'e', key)
}

pub(crate) fn event_key(key: &RecordKey, at: EventRef) -> Vec<u8> {
    let mut bytes = events_prefix(key);
    push_ref(&mut bytes, at);
    bytes
}

/// The prefix of what a record was made from.
pub(crate) fn made_from_prefix(key: &RecordKey) -> Vec<u8> {
    long(b'f', key)
}

/// The prefix of what a record was made into.
pub(crate) fn made_into_prefix(key: &RecordKey) -> Vec<u8> {
    long(b't', key)
}

/// The prefix of every item.
pub(crate) fn items_prefix() -> Vec<u8> {
    begin(b'i')
}

pub(crate) fn custodian_prefix(id: &ParticipantId) -> Vec<u8> {
    with_id(b'c', id)
}

pub(crate) fn owner_prefix(id: &ParticipantId) -> Vec<u8> {
    with_id(b'o', id)
}

pub(crate) fn creator_prefix(id: &ParticipantId) -> Vec<u8> {
    with_id(b'k', id)
}

pub(crate) fn state_prefix(state: ItemState) -> Vec<u8> {
    let mut bytes = begin(b'a');
    bytes.push(state as u8);
    bytes
}

pub(crate) fn species_prefix(code: &str) -> Vec<u8> {
    with_text(b'p', code)
}

/// The prefix of every participant.
pub(crate) fn participants_prefix() -> Vec<u8> {
    begin(b'u')
}

pub(crate) fn role_prefix(role: &str) -> Vec<u8> {
    with_text(b'v', role)
}

pub(crate) fn offers_to_prefix(id: &ParticipantId) -> Vec<u8> {
    with_id(b'x', id)
}

pub(crate) fn offers_from_prefix(id: &ParticipantId) -> Vec<u8> {
    with_id(b'y', id)
}

fn item_facets(id: &ItemId, item: &Item) -> Vec<Vec<u8>> {
    let mut facets = vec![
        items_prefix(),
        custodian_prefix(&item.custodian),
        creator_prefix(&item.creator),
        state_prefix(item.state),
        species_prefix(item.claims.species.as_str()),
    ];
    facets.extend(item.owner.as_ref().map(owner_prefix));
    facets.extend(
        item.market.iter().flat_map(|market| &market.consigned).map(|to| consigned_prefix(&to.seller)),
    );
    facets.extend(codes(&item.warnings).into_iter().map(warned_items_prefix));
    for facet in &mut facets {
        push_ref(facet, item.created);
        facet.extend(id.to_bytes());
    }
    facets
}

/// The codes of warnings, each once.
fn codes(warnings: &[Warning]) -> BTreeSet<&str> {
    warnings.iter().map(|warning| warning.reason.as_str()).collect()
}

/// The prefix of items that bear a warning.
pub(crate) fn warned_items_prefix(code: &str) -> Vec<u8> {
    with_text(b'w', code)
}

/// The prefix of jobs that bear a warning.
pub(crate) fn warned_jobs_prefix(code: &str) -> Vec<u8> {
    with_text(b'W', code)
}

fn participant_facets(id: &ParticipantId, participant: &Participant) -> Vec<Vec<u8>> {
    let mut facets = vec![participants_prefix()];
    facets.extend(participant.roles.iter().map(|role| role_prefix(role.as_str())));
    for facet in &mut facets {
        push_ref(facet, participant.created);
        facet.extend(id.bytes());
    }
    facets
}

/// The prefix of a studio's jobs.
pub(crate) fn jobs_prefix(studio: &ParticipantId) -> Vec<u8> {
    with_id(b'j', studio)
}

fn job_facets(id: &WorkOrderId, work: &WorkOrder) -> Vec<Vec<u8>> {
    let mut facets = vec![jobs_prefix(&work.studio)];
    facets.extend(codes(&work.warnings).into_iter().map(warned_jobs_prefix));
    for facet in &mut facets {
        push_ref(facet, work.created);
        facet.extend(id.bytes());
    }
    facets
}

/// The prefix of a participant's places.
pub(crate) fn facilities_prefix(participant: &ParticipantId) -> Vec<u8> {
    with_id(b'z', participant)
}

fn facility_facet(id: &FacilityId, facility: &Facility) -> Vec<u8> {
    let mut facet = facilities_prefix(&facility.participant);
    push_ref(&mut facet, facility.created);
    facet.extend(id.bytes());
    facet
}

fn offer_facets(id: &OfferId, offer: &Offer) -> Vec<Vec<u8>> {
    if offer.state != OfferState::Open {
        return Vec::new();
    }
    let mut facets = vec![offers_to_prefix(&offer.to), offers_from_prefix(&offer.from)];
    for facet in &mut facets {
        facet.extend(expiry_bytes(offer.expires.unix()));
        facet.extend(id.bytes());
    }
    facets
}

/// Seconds since 1970 so that earlier sorts before later, also before 1970.
pub(crate) fn expiry_bytes(unix: i64) -> [u8; 8] {
    (unix.cast_unsigned() ^ (1 << 63)).to_be_bytes()
}

/// The beginning of a key, with room for all that this file ever adds: a key is written without being moved.
fn begin(letter: u8) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(KEY_ROOM);
    bytes.push(letter);
    bytes
}

fn long(letter: u8, key: &RecordKey) -> Vec<u8> {
    let id = key.to_bytes();
    let mut bytes = begin(letter);
    bytes.push(u8::try_from(id.len()).unwrap_or(u8::MAX));
    bytes.extend(id);
    bytes
}

fn push_ref(bytes: &mut Vec<u8>, at: EventRef) {
    bytes.extend(at.index.0.to_be_bytes());
    bytes.extend(at.event.to_be_bytes());
}

fn with_id(letter: u8, id: &ParticipantId) -> Vec<u8> {
    let mut bytes = begin(letter);
    bytes.extend(id.bytes());
    bytes
}

fn with_text(letter: u8, text: &str) -> Vec<u8> {
    let mut bytes = begin(letter);
    bytes.extend(text.as_bytes());
    bytes.push(0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expiries_sort_as_times_do() {
        let times = [i64::MIN, -5, -1, 0, 1, 1_800_000_000, i64::MAX];
        assert!(times.map(expiry_bytes).is_sorted());
    }

    #[test]
    fn the_sum_forgets_what_is_taken_out_and_knows_what_is_lost() {
        let (a, b, c) = (Hash::of(b"a"), Hash::of(b"b"), Hash::of(b"c"));
        let mut replaced = Meta::empty();
        replaced.count(&a, &b);
        replaced.add(&a, &b);
        replaced.add(&a, &c);
        let mut plain = Meta::empty();
        plain.count(&a, &c);
        assert_eq!(replaced, plain);
        let mut other = Meta::empty();
        other.count(&c, &a);
        assert_ne!(other, plain);
    }
}
