//! Applying the rules again to the statements of a proof file, as far as the file holds what they speak of.
//!
//! The file holds every event of the item, its ancestors, and of the people and keys behind them, but not of other
//! goods. So a statement that also speaks of others may not be applicable: it is passed over, and what it touches
//! is from then on *stale*, that is not compared. A violation is only called one if the rule that found it has read
//! nothing stale and nothing that the file does not know.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::apply;
use crate::id::LogIndex;
use crate::key::KeyId;
use crate::record::{MemoryView, Record, RecordKey, SEQUENCE_WINDOW, Sequence, View};
use crate::statement::Verified;
use crate::violation::{Reason, Violation};

use super::file::Touch;

/// What came out.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// How many statements were applied.
    pub(super) applied: usize,
    /// How many were passed over.
    pub(super) passed_over: usize,
    /// The first rule that was broken, and where.
    pub(super) broken: Option<(LogIndex, Violation)>,
    /// Records that were recomputed and are exactly the sealed ones.
    pub(super) matching: usize,
    /// A record that was recomputed and is another.
    pub(super) different: Option<RecordKey>,
}

/// A record of the file: as sealed, and its events.
pub(super) type Records = BTreeMap<RecordKey, (Option<Arc<Record>>, Vec<Touch>)>;

/// Applies `statements` (ascending) again; records are compared with the state before the seal at `seal`.
pub(super) fn rerun(records: &Records, statements: &BTreeMap<LogIndex, Verified>, seal: LogIndex) -> Outcome {
    let mut run = Run {
        records,
        view: MemoryView::default(),
        stale: BTreeSet::new(),
        missing: missing(records, statements),
        touched: touched(records),
        signer: Cell::new((KeyId(crate::hash::Hash::ZERO), 0)),
        read_unknown: Cell::new(false),
        read_stale: Cell::new(false),
    };
    let mut outcome = Outcome::default();
    let mut compared = false;
    for (index, verified) in statements {
        if *index >= seal && !compared {
            run.compare(seal, &mut outcome);
            compared = true;
        }
        run.apply(*index, verified, &mut outcome);
    }
    if !compared {
        run.compare(seal, &mut outcome);
    }
    outcome
}

/// Events whose statements are not here, with what they touched.
fn missing(
    records: &Records,
    statements: &BTreeMap<LogIndex, Verified>,
) -> BTreeMap<LogIndex, Vec<RecordKey>> {
    let mut missing: BTreeMap<LogIndex, Vec<RecordKey>> = BTreeMap::new();
    for (key, (_, events)) in records {
        for event in events.iter().filter(|event| !statements.contains_key(&event.index)) {
            missing.entry(event.index).or_default().push(*key);
        }
    }
    missing
}

/// What each statement touched, of the records of the file.
fn touched(records: &Records) -> BTreeMap<LogIndex, Vec<RecordKey>> {
    let mut touched: BTreeMap<LogIndex, Vec<RecordKey>> = BTreeMap::new();
    for (key, (_, events)) in records {
        events.iter().for_each(|event| touched.entry(event.index).or_default().push(*key));
    }
    touched
}

struct Run<'a> {
    records: &'a Records,
    view: MemoryView,
    stale: BTreeSet<RecordKey>,
    missing: BTreeMap<LogIndex, Vec<RecordKey>>,
    touched: BTreeMap<LogIndex, Vec<RecordKey>>,
    /// The key and number of the statement at hand.
    signer: Cell<(KeyId, u64)>,
    read_unknown: Cell<bool>,
    read_stale: Cell<bool>,
}

impl View for Run<'_> {
    fn record(&self, key: &RecordKey) -> Option<Arc<Record>> {
        match key {
            // The numbers of the key's other statements are not here: this one is taken as the next.
            RecordKey::Sequence(id) => return self.sequence(id),
            // Seals are here, and the file need not prove the clock.
            RecordKey::Clock => return self.view.record(key),
            _ => {}
        }
        if self.stale.contains(key) {
            self.read_stale.set(true);
        }
        if !self.records.contains_key(key) {
            self.read_unknown.set(true);
            if matches!(key, RecordKey::Certificate(_) | RecordKey::Issuer(_)) {
                self.read_stale.set(true);
            }
        }
        self.view.record(key)
    }
}

impl Run<'_> {
    fn sequence(&self, id: &KeyId) -> Option<Arc<Record>> {
        let (signer, seq) = self.signer.get();
        let highest = seq.checked_sub(1).filter(|_| signer == *id)?;
        let window = usize::try_from(SEQUENCE_WINDOW / 8).unwrap_or(0);
        Some(Arc::new(Record::Sequence(Sequence { highest, below: vec![0; window] })))
    }

    fn apply(&mut self, index: LogIndex, verified: &Verified, outcome: &mut Outcome) {
        self.grow_stale(index);
        self.signer.set((verified.header().key_id, verified.seq()));
        self.read_unknown.set(false);
        self.read_stale.set(false);
        match apply::apply(self, index, verified) {
            Ok(delta) => {
                outcome.applied += 1;
                if self.read_stale.get() {
                    self.stale.extend(delta.changes().keys());
                }
                self.view.extend(delta.into_changes());
            }
            Err(violation) if violation.reason == Reason::UnknownRuleset => {
                outcome.broken.get_or_insert((index, violation));
            }
            Err(_) if self.read_unknown.get() || self.read_stale.get() => {
                outcome.passed_over += 1;
                self.stale.extend(self.touched.get(&index).into_iter().flatten());
            }
            Err(violation) => {
                outcome.broken.get_or_insert((index, violation));
            }
        }
    }

    /// Marks what statements before `index` touched that are not here.
    fn grow_stale(&mut self, index: LogIndex) {
        let later = self.missing.split_off(&index);
        let earlier = std::mem::replace(&mut self.missing, later);
        self.stale.extend(earlier.into_values().flatten());
    }

    fn compare(&mut self, seal: LogIndex, outcome: &mut Outcome) {
        self.grow_stale(seal);
        for (key, (sealed, _)) in self.records {
            if self.stale.contains(key) || matches!(key, RecordKey::Clock | RecordKey::Sequence(_)) {
                continue;
            }
            if self.view.record(key) == *sealed {
                outcome.matching += 1;
            } else {
                outcome.different.get_or_insert(*key);
            }
        }
    }
}
