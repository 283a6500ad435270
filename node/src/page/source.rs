//! Where a page reads from, and a reader on top that opens a statement once for many pages.
//!
//! The reader takes statements as the log holds them: their signatures were checked when they were accepted, and
//! whoever does not believe that uses the verifier.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lode_ledger::event::Event;
use lode_ledger::id::{LogIndex, ParticipantId};
use lode_ledger::json::Json;
use lode_ledger::key::KeyId;
use lode_ledger::record::{EventRef, Item, Key, Participant, Record, RecordKey, WorkOrder};
use lode_ledger::statement::{Issuer, Statement, decode_payload};

use super::text::Texts;

/// Read access to the state and the log, as far as pages need it.
pub trait Source {
    /// The latest record of a key.
    fn record(&self, key: &RecordKey) -> Option<Arc<Record>>;
    /// The events that touched a record, in their order, after a place; at most `limit`.
    fn events_of(&self, key: &RecordKey, after: Option<EventRef>, limit: usize) -> Vec<EventRef>;
    /// The statement at an index.
    fn statement(&self, index: LogIndex) -> Option<Vec<u8>>;
    /// Statements that were opened before, for this source's pages to share.
    fn kept(&self) -> &Kept;
}

/// A statement as far as a page needs it.
pub struct Opened {
    /// Who says it.
    pub issuer: Issuer,
    /// With which key.
    pub key: KeyId,
    /// What.
    pub events: Vec<Event>,
}

/// Events that may be kept in one generation: about 1 KiB each.
const GENERATION: usize = 20_000;

/// Statements opened for one page, kept for others: a statement about many pieces is on the page of each. What stands
/// in the log never changes, so nothing here goes out of date. Two generations, the older one dropped when the newer is
/// full.
#[derive(Default)]
pub struct Kept(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    newer: HashMap<LogIndex, Arc<Opened>>,
    older: HashMap<LogIndex, Arc<Opened>>,
    /// Events in the newer one.
    events: usize,
}

impl Kept {
    fn get(&self, index: LogIndex) -> Option<Arc<Opened>> {
        let mut generations = self.generations();
        if let Some(opened) = generations.newer.get(&index) {
            return Some(opened.clone());
        }
        let opened = generations.older.get(&index)?.clone();
        generations.put(index, opened.clone());
        Some(opened)
    }

    fn put(&self, index: LogIndex, opened: Arc<Opened>) {
        self.generations().put(index, opened);
    }

    fn generations(&self) -> MutexGuard<'_, Generations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    fn put(&mut self, index: LogIndex, opened: Arc<Opened>) {
        if self.events >= GENERATION {
            self.older = std::mem::take(&mut self.newer);
            self.events = 0;
        }
        self.events += opened.events.len().max(1);
        self.newer.insert(index, opened);
    }
}

/// A reader for one page.
pub struct Reader<'a> {
    source: &'a dyn Source,
}

impl<'a> Reader<'a> {
    /// A reader of this source.
    #[must_use]
    pub const fn new(source: &'a dyn Source) -> Self {
        Self { source }
    }

    /// The statement at an index, opened.
    #[must_use]
    pub fn opened(&self, index: LogIndex) -> Option<Arc<Opened>> {
        let kept = self.source.kept();
        if let Some(known) = kept.get(index) {
            return Some(known);
        }
        let opened = self.source.statement(index).and_then(open).map(Arc::new)?;
        kept.put(index, opened.clone());
        Some(opened)
    }

    /// Every event that touched a record up to and with `until`, at most `limit`; whether there were more.
    #[must_use]
    pub fn events(&self, key: &RecordKey, until: Option<EventRef>, limit: usize) -> (Vec<EventRef>, bool) {
        let mut events = self.source.events_of(key, None, limit.saturating_add(1));
        if let Some(until) = until {
            events.retain(|event| *event <= until);
        }
        let more = events.len() > limit;
        events.truncate(limit);
        (events, more)
    }

    /// A record of any kind.
    #[must_use]
    pub fn record(&self, key: &RecordKey) -> Option<Arc<Record>> {
        self.source.record(key)
    }

    /// An item.
    #[must_use]
    pub fn item(&self, id: &lode_ledger::id::ItemId) -> Option<Item> {
        match self.record(&RecordKey::Item(*id)).as_deref() {
            Some(Record::Item(item)) => Some(item.clone()),
            _ => None,
        }
    }

    /// A work order.
    #[must_use]
    pub fn work(&self, id: &lode_ledger::id::WorkOrderId) -> Option<WorkOrder> {
        match self.record(&RecordKey::WorkOrder(*id)).as_deref() {
            Some(Record::WorkOrder(work)) => Some(work.clone()),
            _ => None,
        }
    }

    /// A participant.
    #[must_use]
    pub fn participant(&self, id: &ParticipantId) -> Option<Participant> {
        match self.record(&RecordKey::Participant(*id)).as_deref() {
            Some(Record::Participant(participant)) => Some(participant.clone()),
            _ => None,
        }
    }

    /// A key.
    #[must_use]
    pub fn key(&self, id: &KeyId) -> Option<Key> {
        match self.record(&RecordKey::Key(*id)).as_deref() {
            Some(Record::Key(key)) => Some(key.clone()),
            _ => None,
        }
    }

    /// What a participant is called on a page.
    #[must_use]
    pub fn name(&self, id: &ParticipantId, texts: Texts) -> String {
        let Some(participant) = self.participant(id) else { return id.to_string() };
        display_name(&participant, texts, |enroller| self.participant(enroller))
    }

    /// What the author of a statement is called on a page.
    #[must_use]
    pub fn author(&self, issuer: &Issuer, texts: Texts) -> String {
        match issuer {
            Issuer::Participant(id) => self.name(id, texts),
            Issuer::Link(_) => texts.supplier_by_link().to_owned(),
            Issuer::Ledger => texts.the_ledger().to_owned(),
            Issuer::Tag(_) | Issuer::Owner(_) => texts.a_buyer().to_owned(),
        }
    }
}

/// The name an organisation goes by; of a person, or of a sealed name, only who enrolled it.
pub fn display_name(
    participant: &Participant,
    texts: Texts,
    find: impl Fn(&ParticipantId) -> Option<Participant>,
) -> String {
    if let Some(name) = plain_name(participant) {
        return name;
    }
    let enroller = participant.enrolled_by.and_then(|id| find(&id)).and_then(|p| plain_name(&p));
    let enroller = enroller.unwrap_or_else(|| texts.the_registrar().to_owned());
    if participant.person { texts.person_of(&enroller) } else { texts.organisation_of(&enroller) }
}

/// The name, if it is in the log and not a natural person's.
fn plain_name(participant: &Participant) -> Option<String> {
    match Json::parse(participant.name.as_bytes()) {
        Ok(Json::Str(name)) if !participant.person => Some(name),
        _ => None,
    }
}

/// The number in a public register, of an organisation that left it open.
#[must_use]
pub(super) fn register_number(participant: &Participant) -> Option<String> {
    match Json::parse(participant.registration.as_ref()?.as_bytes()) {
        Ok(Json::Str(number)) if !participant.person => Some(number),
        _ => None,
    }
}

fn open(bytes: Vec<u8>) -> Option<Opened> {
    let statement = Statement::decode(bytes).ok()?;
    let (_, events) = decode_payload(statement.payload()).ok()?;
    let events = events.iter().map(Event::from_json).collect::<Result<Vec<_>, _>>().ok()?;
    let header = statement.header();
    Some(Opened { issuer: header.issuer, key: header.key_id, events })
}

#[cfg(test)]
mod tests {
    use lode_ledger::hash::Hash;

    use super::*;

    #[test]
    fn what_is_kept_is_bounded_and_what_is_used_stays() {
        let kept = Kept::default();
        let opened = Arc::new(Opened { issuer: Issuer::Ledger, key: KeyId(Hash::ZERO), events: Vec::new() });
        let most = GENERATION as u64;
        for n in 0..5 * most {
            kept.put(LogIndex(n), opened.clone());
            assert!(kept.get(LogIndex(0)).is_some());
        }
        assert!(kept.get(LogIndex(5 * most - 1)).is_some());
        assert!(kept.get(LogIndex(most)).is_none());
        let generations = kept.generations();
        assert!(generations.newer.len() + generations.older.len() <= 2 * GENERATION);
    }
}
