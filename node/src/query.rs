//! Questions about the committed state: by place in the log, by provenance, by who has what. Answers come from
//! overlay and index together; the log itself is not read here.
//!
//! A cursor is the sort key of the last thing on a page, in base64url: it stays valid while the log grows.

pub(crate) mod audit;
pub(crate) mod market;

use base64ct::{Base64UrlUnpadded, Encoding};
use lode_ledger::id::{
    FacilityId, ItemId, ItemKind, LogIndex, OfferId, ParticipantId, StatementId, WorkOrderId,
};
use lode_ledger::mass::Milligrams;
use lode_ledger::record::{EventRef, Item, Record, RecordKey, View};
use lode_ledger::time::Timestamp;

use crate::codec;
use crate::index::{self, Direction};
use crate::projection::{self, StoredLink};
use crate::service::{BadCursor, ItemFilter, JobFilter, JobsOf, Link, Page};
use crate::view::State;

/// The most things on a page.
pub(crate) const MAX_PAGE: usize = 1000;
/// The most records looked at for one page; what is left comes with the next one.
const MAX_LOOKED_AT: usize = 5_000;
/// The longest cursor, in characters.
const MAX_CURSOR: usize = 128;

/// The place of a piece of provenance in its sort key: index, event, number.
const LINK_BYTES: usize = 12;
/// Index, event and id of an item.
const ITEM_BYTES: usize = 27;
/// Index, event and id of a participant, a job or a place.
const PARTICIPANT_BYTES: usize = 26;
/// Expiry and id of an offer.
const OFFER_BYTES: usize = 24;

impl State {
    /// Where a statement stands.
    pub(crate) fn index_of(&self, id: &StatementId) -> Option<LogIndex> {
        self.get(&projection::statement_key(id)).and_then(|bytes| codec::decode(&bytes).ok()).map(LogIndex)
    }
}

/// The events that touched a record, after one of them, oldest first.
pub(crate) fn events_of(
    state: &State,
    key: &RecordKey,
    after: Option<EventRef>,
    limit: usize,
) -> Vec<EventRef> {
    let prefix = projection::events_prefix(key);
    let mut events: Vec<EventRef> = Vec::new();
    let mut cursor = after.map(|after| projection::event_key(key, after));
    while events.len() < limit {
        let want = (limit - events.len()).min(index::MAX_SCAN);
        let page = state.scan(&prefix, cursor.as_deref(), Direction::Ascending, want);
        let done = page.len() < want;
        for (found, _) in page {
            events.extend(found.get(prefix.len()..).and_then(event_ref));
            cursor = Some(found);
        }
        if done {
            break;
        }
    }
    events
}

/// An event's place from the bytes of a sort key.
pub(crate) fn event_ref(bytes: &[u8]) -> Option<EventRef> {
    let (index, rest) = bytes.split_first_chunk::<8>()?;
    let (event, _) = rest.split_first_chunk::<2>()?;
    Some(EventRef { index: LogIndex(u64::from_be_bytes(*index)), event: u16::from_be_bytes(*event) })
}

/// What a record was made from.
pub(crate) fn made_from(
    state: &State,
    key: &RecordKey,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Link>, BadCursor> {
    links(state, projection::made_from_prefix(key), cursor, limit)
}

/// What a record was made into.
pub(crate) fn made_into(
    state: &State,
    key: &RecordKey,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Link>, BadCursor> {
    links(state, projection::made_into_prefix(key), cursor, limit)
}

fn links(
    state: &State,
    prefix: Vec<u8>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Link>, BadCursor> {
    let read = |sort: &[u8], value: &[u8]| {
        let StoredLink { other, mass } = codec::decode(value).ok()?;
        Some(Link { other: item_or_job(&other)?, mass: Milligrams::new(mass)?, by: event_ref(sort)? })
    };
    let walk = Walk { prefix, direction: Direction::Ascending, sort_bytes: LINK_BYTES };
    walk.page(state, cursor, limit, read)
}

/// Items, newest first. The most telling part of the filter picks the list to walk; the rest is asked of each record.
pub(crate) fn items(
    state: &State,
    filter: &ItemFilter,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<ItemId>, BadCursor> {
    let prefix = if let Some(custodian) = &filter.custodian {
        projection::custodian_prefix(custodian)
    } else if let Some(owner) = &filter.owner {
        projection::owner_prefix(owner)
    } else if let Some(seller) = &filter.seller {
        projection::consigned_prefix(seller)
    } else if let Some(creator) = &filter.creator {
        projection::creator_prefix(creator)
    } else if let Some(reason) = filter.warning {
        projection::warned_items_prefix(reason.code())
    } else if let Some(species) = &filter.species {
        projection::species_prefix(species.as_str())
    } else if let Some(state) = filter.state {
        projection::state_prefix(state)
    } else {
        projection::items_prefix()
    };
    let text = filter.text.as_ref().map(|text| text.to_lowercase());
    let clock = clock(state);
    let read = |sort: &[u8], _: &[u8]| {
        let id = item_id(sort.get(10..)?)?;
        let record = state.record(&RecordKey::Item(id))?;
        let Record::Item(item) = &*record else { return None };
        fits(filter, text.as_deref(), clock, &id, item).then_some(id)
    };
    Walk { prefix, direction: Direction::Descending, sort_bytes: ITEM_BYTES }.page(state, cursor, limit, read)
}

fn fits(filter: &ItemFilter, text: Option<&str>, clock: Timestamp, id: &ItemId, item: &Item) -> bool {
    filter.custodian.is_none_or(|custodian| item.custodian == custodian)
        && filter.owner.is_none_or(|owner| item.owner == Some(owner))
        && filter.seller.is_none_or(|seller| item.market().is_consigned_to(seller, clock))
        && filter.creator.is_none_or(|creator| item.creator == creator)
        && filter.state.is_none_or(|state| item.state == state)
        && filter.species.is_none_or(|species| item.claims.species == species)
        && filter.kind.is_none_or(|kind| id.kind() == kind)
        && filter.mark.is_none_or(|mark| mark.is_on(item))
        && filter.warning.is_none_or(|reason| item.warnings.iter().any(|w| w.reason == reason.code()))
        && text.is_none_or(|text| {
            let variety = item.claims.variety.map(|variety| variety.as_str()).unwrap_or_default();
            id.to_string().to_lowercase().contains(text)
                || variety.contains(text)
                || item.claims.species.as_str().contains(text)
                || item.details.iter().any(|detail| detail.value.to_lowercase().contains(text))
        })
}

/// Jobs, newest first: of one studio, or of all that bear a warning.
pub(crate) fn jobs(
    state: &State,
    filter: &JobFilter,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<WorkOrderId>, BadCursor> {
    let JobFilter { of, open } = *filter;
    let (prefix, warning) = match of {
        JobsOf::Studio(studio, warning) => (projection::jobs_prefix(&studio), warning),
        JobsOf::Warning(reason) => (projection::warned_jobs_prefix(reason.code()), Some(reason)),
    };
    let read = |sort: &[u8], _: &[u8]| {
        let id = WorkOrderId::new(sort.get(10..)?.try_into().ok()?);
        let record = state.record(&RecordKey::WorkOrder(id))?;
        let Record::WorkOrder(work) = &*record else { return None };
        let fits = open.is_none_or(|open| open != work.is_completed())
            && warning.is_none_or(|reason| work.warnings.iter().any(|w| w.reason == reason.code()));
        fits.then_some(id)
    };
    Walk { prefix, direction: Direction::Descending, sort_bytes: PARTICIPANT_BYTES }
        .page(state, cursor, limit, read)
}

/// Participants, oldest first.
pub(crate) fn participants(
    state: &State,
    role: Option<&str>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<ParticipantId>, BadCursor> {
    let prefix = role.map_or_else(projection::participants_prefix, projection::role_prefix);
    let read = |sort: &[u8], _: &[u8]| Some(ParticipantId::new(sort.get(10..)?.try_into().ok()?));
    Walk { prefix, direction: Direction::Ascending, sort_bytes: PARTICIPANT_BYTES }
        .page(state, cursor, limit, read)
}

/// A participant's places, oldest first.
pub(crate) fn facilities(
    state: &State,
    participant: &ParticipantId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<FacilityId>, BadCursor> {
    let prefix = projection::facilities_prefix(participant);
    let read = |sort: &[u8], _: &[u8]| Some(FacilityId::new(sort.get(10..)?.try_into().ok()?));
    Walk { prefix, direction: Direction::Ascending, sort_bytes: PARTICIPANT_BYTES }
        .page(state, cursor, limit, read)
}

/// The ledger's clock: the last seal.
fn clock(state: &State) -> Timestamp {
    match state.record(&RecordKey::Clock).as_deref() {
        Some(Record::Clock(clock)) => clock.time,
        _ => Timestamp::from_unix(0),
    }
}

/// Offers that can still be answered, soonest to expire first. `prefix` says to or from whom.
pub(crate) fn open_offers(
    state: &State,
    prefix: Vec<u8>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<OfferId>, BadCursor> {
    let clock = clock(state).unix();
    let read = |sort: &[u8], _: &[u8]| {
        let open = sort.get(..8)? >= projection::expiry_bytes(clock).as_slice();
        open.then_some(OfferId::new(sort.get(8..)?.try_into().ok()?))
    };
    Walk { prefix, direction: Direction::Ascending, sort_bytes: OFFER_BYTES }.page(state, cursor, limit, read)
}

/// A walk along one list of the index.
struct Walk {
    prefix: Vec<u8>,
    direction: Direction,
    /// The length of what follows the prefix.
    sort_bytes: usize,
}

impl Walk {
    /// The next page of what `read` makes of sort key and value; it leaves out by `None`.
    fn page<T>(
        &self,
        state: &State,
        cursor: Option<&str>,
        limit: usize,
        read: impl Fn(&[u8], &[u8]) -> Option<T>,
    ) -> Result<Page<T>, BadCursor> {
        let limit = limit.clamp(1, MAX_PAGE);
        let mut cursor = cursor.map(|text| self.key_of(text)).transpose()?;
        let mut page = Page { items: Vec::new(), next: None };
        let mut looked_at = 0;
        loop {
            let found = state.scan(&self.prefix, cursor.as_deref(), self.direction, limit + 1);
            let more = found.len() > limit;
            for (key, value) in found.into_iter().take(limit) {
                let sort = key.get(self.prefix.len()..).unwrap_or_default();
                page.items.extend(read(sort, &value));
                looked_at += 1;
                cursor = Some(key);
                if page.items.len() == limit {
                    break;
                }
            }
            let full = page.items.len() == limit || looked_at >= MAX_LOOKED_AT;
            if full || !more {
                let beyond = || state.scan(&self.prefix, cursor.as_deref(), self.direction, 1);
                if full && (more || !beyond().is_empty()) {
                    page.next = cursor
                        .as_deref()
                        .and_then(|key| key.get(self.prefix.len()..))
                        .map(Base64UrlUnpadded::encode_string);
                }
                return Ok(page);
            }
        }
    }

    fn key_of(&self, cursor: &str) -> Result<Vec<u8>, BadCursor> {
        if cursor.len() > MAX_CURSOR {
            return Err(BadCursor);
        }
        let sort = Base64UrlUnpadded::decode_vec(cursor).map_err(|_| BadCursor)?;
        if sort.len() != self.sort_bytes {
            return Err(BadCursor);
        }
        Ok([self.prefix.as_slice(), &sort].concat())
    }
}

fn item_id(bytes: &[u8]) -> Option<ItemId> {
    let (letter, id) = bytes.split_first()?;
    let id: [u8; 16] = id.try_into().ok()?;
    let kinds = [ItemKind::Lot, ItemKind::Batch, ItemKind::Piece];
    kinds.into_iter().map(|kind| ItemId::new(kind, id)).find(|item| item.to_bytes().first() == Some(letter))
}

/// The key of an item or a job from its bytes: the only kinds that provenance links.
fn item_or_job(bytes: &[u8]) -> Option<RecordKey> {
    let (kind, id) = bytes.split_first()?;
    let job = RecordKey::WorkOrder(WorkOrderId::new([0; 16])).kind();
    if *kind == job {
        return Some(RecordKey::WorkOrder(WorkOrderId::new(id.try_into().ok()?)));
    }
    let key = RecordKey::Item(item_id(id)?);
    (key.kind() == *kind).then_some(key)
}
