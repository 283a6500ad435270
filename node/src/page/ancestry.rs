//! What an item was made of: every lot, batch and job behind it, each up to the moment that matters for the item.
//!
//! A lot that went on to other uses afterwards tells nothing about this item, so each ancestor's story ends where
//! its material left for the item.

use std::collections::HashMap;

use lode_ledger::id::{ItemId, WorkOrderId};
use lode_ledger::record::{EventRef, Item, RecordKey, WorkOrder};

use super::source::Reader;

/// How many records behind an item a page follows. A page that shows more is not read.
pub(super) const MAX_ANCESTORS: usize = 64;

/// A record behind an item.
pub enum Ancestor {
    /// An item that gave material.
    Item(ItemId, Box<Item>),
    /// A job that made it.
    Work(WorkOrderId, Box<WorkOrder>),
}

impl Ancestor {
    /// Its key.
    #[must_use]
    pub const fn key(&self) -> RecordKey {
        match self {
            Self::Item(id, _) => RecordKey::Item(*id),
            Self::Work(id, _) => RecordKey::WorkOrder(*id),
        }
    }
}

/// Everything behind an item, nearest first.
pub struct Ancestry {
    /// The records, each with the last event that matters.
    pub behind: Vec<(Ancestor, EventRef)>,
    /// There was more than `MAX_ANCESTORS`.
    pub cut: bool,
}

impl Ancestry {
    /// Whether anything of this lot went in: the lots at the beginning, which somebody declared.
    pub fn roots(&self) -> impl Iterator<Item = (&ItemId, &Item)> {
        self.behind.iter().filter_map(|(ancestor, _)| match ancestor {
            Ancestor::Item(id, item) if item.entry.is_some() => Some((id, &**item)),
            _ => None,
        })
    }

    /// The jobs.
    pub fn jobs(&self) -> impl Iterator<Item = (&WorkOrderId, &WorkOrder)> {
        self.behind.iter().filter_map(|(ancestor, _)| match ancestor {
            Ancestor::Work(id, work) => Some((id, &**work)),
            Ancestor::Item(..) => None,
        })
    }
}

/// Follows an item back to the lots it came from.
#[must_use]
pub fn ancestry(reader: &Reader<'_>, item: &Item) -> Ancestry {
    let mut found = Ancestry { behind: Vec::new(), cut: false };
    let mut places: HashMap<RecordKey, usize> = HashMap::new();
    let mut open: Vec<(RecordKey, EventRef)> = sources_of(item);
    let mut next = 0;
    while let Some((key, until)) = open.get(next).copied() {
        next += 1;
        if let Some(place) = places.get(&key) {
            // Met on two ways: the later of the two moments counts.
            if let Some((_, known)) = found.behind.get_mut(*place) {
                *known = (*known).max(until);
            }
            continue;
        }
        if found.behind.len() >= MAX_ANCESTORS {
            found.cut = true;
            break;
        }
        let ancestor = match key {
            RecordKey::Item(id) => reader.item(&id).map(|item| {
                open.extend(sources_of(&item));
                Ancestor::Item(id, Box::new(item))
            }),
            RecordKey::WorkOrder(id) => reader.work(&id).map(|work| {
                let inputs = work.inputs.iter().map(|input| (RecordKey::Item(input.item), work.created));
                open.extend(inputs);
                Ancestor::Work(id, Box::new(work))
            }),
            _ => None,
        };
        if let Some(ancestor) = ancestor {
            places.insert(key, found.behind.len());
            found.behind.push((ancestor, until));
        }
    }
    found
}

fn sources_of(item: &Item) -> Vec<(RecordKey, EventRef)> {
    if item.parents.is_empty() {
        return item.work.map(|work| (RecordKey::WorkOrder(work), item.created)).into_iter().collect();
    }
    item.parents.iter().map(|parent| (RecordKey::Item(parent.item), item.created)).collect()
}
