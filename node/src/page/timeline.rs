//! What happened to an item and to what it was made of, event by event in the order of the log.

use std::collections::BTreeSet;

use lode_ledger::event::{Event, EventType};
use lode_ledger::id::ItemId;
use lode_ledger::record::{EventRef, Item, RecordKey};
use lode_ledger::statement::Issuer;

use super::ancestry::{Ancestor, Ancestry};
use super::market;
use super::phrase::phrase;
use super::source::Reader;
use super::text::Texts;

/// Rows that a page shows; beyond it the page says that there is more.
pub(super) const MAX_ROWS: usize = 80;
/// Events that are read of one record.
const MAX_EVENTS: usize = 100;

/// One row.
pub struct Row {
    /// The claimed time as programs read it.
    pub at: String,
    /// The claimed date.
    pub date: String,
    /// The claimed time of day.
    pub clock: String,
    /// The event's title.
    pub title: String,
    /// What it did.
    pub text: String,
    /// Who says so.
    pub who: String,
    /// Of what: this item, a lot or a job by a short id.
    pub of: String,
    /// Whether it is about the item itself.
    pub own: bool,
    /// The log index.
    pub index: u64,
    /// The signing key was later reported as suspect from before this entry.
    pub suspect: bool,
}

/// The rows, oldest first.
pub struct Timeline {
    /// The rows.
    pub rows: Vec<Row>,
    /// There was more.
    pub cut: bool,
}

/// An event with what it is about, as the answers look for it.
pub(super) struct Told {
    /// Its place.
    pub at: EventRef,
    /// About which record.
    pub of: RecordKey,
    /// Who says it.
    pub issuer: Issuer,
    /// What.
    pub event: Event,
}

/// Every event on the item and behind it, oldest first; whether some were left out.
#[must_use]
pub(super) fn told(reader: &Reader<'_>, id: &ItemId, ancestry: &Ancestry) -> (Vec<Told>, bool) {
    let mut cut = ancestry.cut;
    let own = (RecordKey::Item(*id), None);
    let behind = ancestry.behind.iter().map(|(ancestor, until)| (ancestor.key(), Some(*until)));
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    // The item comes first, so that an event about both is told of the item.
    for (key, until) in std::iter::once(own).chain(behind) {
        let (events, more) = reader.events(&key, until, MAX_EVENTS);
        cut |= more;
        for at in events {
            let Some(opened) = reader.opened(at.index) else { continue };
            let Some(event) = opened.events.get(usize::from(at.event)) else { continue };
            // One weighing for each record is a fact of each; everything else is told once.
            let weighs_each = matches!(event, Event::ConsignmentReceived(_) | Event::CustodyAccepted(_));
            if !seen.insert(at) && !weighs_each {
                continue;
            }
            all.push(Told { at, of: key, issuer: opened.issuer, event: event.clone() });
        }
    }
    all.sort_by_key(|told| told.at);
    (all, cut)
}

/// The rows of a page.
#[must_use]
pub(super) fn timeline(
    reader: &Reader<'_>,
    texts: Texts,
    item: &Item,
    ancestry: &Ancestry,
    told: &[Told],
    cut: bool,
) -> Timeline {
    let shown: Vec<&Told> = told.iter().filter(|told| is_told(told.event.event_type())).collect();
    let skip = shown.len().saturating_sub(MAX_ROWS);
    let rows = shown.iter().skip(skip).map(|told| row(reader, texts, item, ancestry, told)).collect();
    Timeline { rows, cut: cut || skip > 0 }
}

fn row(reader: &Reader<'_>, texts: Texts, item: &Item, ancestry: &Ancestry, told: &Told) -> Row {
    let own =
        matches!(told.of, RecordKey::Item(_)) && !ancestry.behind.iter().any(|(a, _)| a.key() == told.of);
    let about = if own {
        Some(item)
    } else {
        ancestry.behind.iter().find(|(a, _)| a.key() == told.of).and_then(|(a, _)| match a {
            Ancestor::Item(_, item) => Some(&**item),
            Ancestor::Work(..) => None,
        })
    };
    let of = if own { texts.this_item().to_owned() } else { short(&told.of) };
    let at = told.event.at();
    Row {
        at: at.to_string(),
        date: texts.date(at),
        clock: texts.clock(at),
        title: told.event.event_type().spec().title(texts.0.lang()).to_owned(),
        text: phrase(reader, texts, &told.event, &told.of, about),
        who: reader.author(&told.issuer, texts),
        of,
        own,
        index: told.at.index.0,
        suspect: is_suspect(reader, told.at),
    }
}

/// Rule K4: the key was revoked as suspect since an index at or before this entry.
fn is_suspect(reader: &Reader<'_>, at: EventRef) -> bool {
    let key = reader.opened(at.index).and_then(|opened| reader.key(&opened.key));
    key.and_then(|key| key.suspect_since).is_some_and(|since| since <= at.index)
}

/// Open and taken back hand-overs tell a buyer nothing; the acceptance does.
const fn is_told(event: EventType) -> bool {
    !matches!(event, EventType::CustodyOffered | EventType::CustodyCancelled | EventType::CustodyRejected)
        && market::is_told(event)
}

/// The first characters of an id: enough to tell the lots of one page apart.
#[must_use]
pub(super) fn short(key: &RecordKey) -> String {
    let id = match key {
        RecordKey::Item(id) => id.to_string(),
        RecordKey::WorkOrder(id) => id.to_string(),
        _ => return String::new(),
    };
    id.get(..8).map_or(id.clone(), |start| format!("{start}…"))
}
