//! What an event made of a thing is noted under it, centrally for every event, so that no family can forget it. It decides
//! nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::apply::correction;
use crate::mass::Milligrams;
use crate::record::{Contradiction, Offspring, Parentage, Record, RecordKey};

use super::{Context, Link};

impl Context<'_> {
    /// Notes under each thing what the present event made of it, so that what travels forward later (a correction of
    /// claims, a contradiction) finds it; a contradiction on the thing passes to what was made of it.
    pub(super) fn note_offspring(&mut self) {
        let by = self.event_ref();
        let mut made: BTreeMap<RecordKey, Vec<Link>> = BTreeMap::new();
        for link in self.links.iter().filter(|link| link.by == by) {
            made.entry(link.from).or_default().push(*link);
        }
        for (from, links) in made {
            let (Some(mut record), Some(parent)) = (self.record(&from), Parentage::of(&from)) else {
                continue;
            };
            let mut offspring = Offspring {
                children: links.iter().filter_map(|link| Parentage::of(&link.to)).collect(),
                mass: sum(links.iter().map(|link| link.mass)),
                count: None,
                lost: None,
                gained: None,
                lost_count: None,
                by,
                voided: None,
            };
            let contradictions = self.note_changes(&from, &record, &mut offspring);
            let makings = match Arc::make_mut(&mut record) {
                Record::Item(item) => &mut item.makings,
                Record::WorkOrder(work) => &mut work.makings,
                _ => continue,
            };
            let number = makings.unwrap_or(0);
            *makings = Some(number.saturating_add(1));
            self.changes.insert(from, record);
            for child in &offspring.children {
                self.inherit(child.key(), &contradictions);
            }
            self.changes.insert(RecordKey::Offspring(parent, number), Arc::new(offspring.into()));
        }
    }

    /// What else the event changed on a thing that it made something of, and the contradictions on that thing.
    fn note_changes(&self, key: &RecordKey, now: &Record, offspring: &mut Offspring) -> Vec<Contradiction> {
        let more =
            |now: Milligrams, before: Milligrams| now.checked_sub(before).filter(|mass| !mass.is_zero());
        match (self.before.get(key).map(Arc::as_ref), now) {
            (Some(Record::Item(before)), Record::Item(now)) => {
                offspring.lost = more(now.mass.lost, before.mass.lost);
                offspring.gained = more(now.mass.gained, before.mass.gained);
                if let (Some(before), Some(now)) = (before.count, now.count) {
                    offspring.count = Some(now.passed_on.saturating_sub(before.passed_on));
                    offspring.lost_count =
                        Some(now.lost.saturating_sub(before.lost)).filter(|count| *count > 0);
                }
                now.standing().contradictions.clone()
            }
            (Some(Record::WorkOrder(before)), Record::WorkOrder(now)) => {
                offspring.lost = more(now.mass.lost, before.mass.lost);
                offspring.gained = more(now.mass.gained, before.mass.gained);
                now.contradictions.clone().unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }

    /// Marks a new thing with the contradictions of what it was made of.
    fn inherit(&mut self, key: RecordKey, contradictions: &[Contradiction]) {
        if contradictions.is_empty() {
            return;
        }
        let Some(mut record) = self.record(&key) else { return };
        for contradiction in contradictions {
            correction::bear(Arc::make_mut(&mut record), *contradiction);
        }
        self.changes.insert(key, record);
    }
}

/// A sum of masses that together lie within what a thing held.
fn sum(masses: impl Iterator<Item = Milligrams>) -> Milligrams {
    masses.fold(Milligrams::ZERO, |sum, mass| sum.checked_add(mass).unwrap_or(sum))
}
