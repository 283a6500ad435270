//! Where material may be from, by mass: the shares of a blend, and how much of what entered it has been said to be of one
//! country.

use std::collections::{BTreeMap, BTreeSet};

use lode_ledger::event::body::Input;
use lode_ledger::id::{ItemId, WorkOrderId};

use super::{State, Thing, mg};

/// Everything, in parts per million.
const WHOLE: i128 = 1_000_000;

/// Where a blend was made.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Source {
    /// As an item.
    Item(ItemId),
    /// In a job.
    Work(WorkOrderId),
}

/// Whole parts per million that add up: what is cut off is given to whom most was cut off, then by name.
fn shares_of(masses: &BTreeMap<String, i128>) -> BTreeMap<String, i128> {
    let total: i128 = masses.values().sum();
    let mut shares: BTreeMap<String, i128> =
        masses.iter().map(|(country, mass)| (country.clone(), mass * WHOLE / total)).collect();
    let missing =
        usize::try_from(WHOLE - shares.values().sum::<i128>()).expect("fewer than there are countries");
    let mut order: Vec<(i128, &String)> =
        masses.iter().map(|(country, mass)| (-(mass * WHOLE % total), country)).collect();
    order.sort();
    for (_, country) in order.into_iter().take(missing) {
        *shares.get_mut(country).expect("one of them") += 1;
    }
    shares
}

/// The shares of what is poured together, where some countries stay possible. No country is lost by rounding.
pub(in crate::reference) fn mixed<'a>(
    parts: impl Iterator<Item = (&'a BTreeMap<String, i128>, i128)>,
    possible: impl Iterator<Item = &'a String>,
) -> BTreeMap<String, i128> {
    let mut masses: BTreeMap<String, i128> = BTreeMap::new();
    for (shares, mass) in parts {
        for (country, share) in shares {
            *masses.entry(country.clone()).or_default() += mass * share / WHOLE;
        }
    }
    for country in possible {
        masses.entry(country.clone()).or_default();
    }
    masses.values_mut().for_each(|mass| *mass = (*mass).max(1));
    shares_of(&masses)
}

impl State {
    /// A thing of several origins that came from outside: a blend as it was declared.
    pub(super) fn noted(&mut self, source: Source, mut thing: Thing) -> Thing {
        if thing.shares.len() > 1 {
            let entered =
                |(country, share): (&String, &i128)| (country.clone(), (thing.entered * share / WHOLE, 0));
            self.blends.insert(source, thing.shares.iter().map(entered).collect());
            thing.drawn_from = Some(source);
        }
        thing
    }

    /// A blend of several things, each as it was before it went in. What was drawn from another blend is spoken for there.
    pub(super) fn noted_blend(&mut self, source: Source, inputs: &[Input], thing: &mut Thing) {
        if inputs.len() < 2 || thing.shares.len() < 2 || thing.drawn_from.is_some() {
            return;
        }
        let mut entered: BTreeMap<String, (i128, i128)> = BTreeMap::new();
        for input in inputs {
            let from = &self.items[&input.item];
            for (country, share) in &from.shares {
                let mut part = mg(input.mass_mg) * share / WHOLE;
                if let Some(earlier) = from.drawn_from.and_then(|source| self.blends.get_mut(&source)) {
                    let free = earlier.get(country).map_or(0, |(entered, said)| (entered - said).max(0));
                    part = part.min(free);
                    if let Some((_, said)) = earlier.get_mut(country) {
                        *said += part;
                    }
                }
                entered.entry(country.clone()).or_default().0 += part;
            }
        }
        self.blends.insert(source, entered);
        thing.drawn_from = Some(source);
    }

    /// How much of a thing may be said to be of one country.
    pub fn free_of(&self, thing: &Thing, country: &str) -> i128 {
        match thing.drawn_from.and_then(|source| self.blends.get(&source)) {
            Some(known) => known.get(country).map_or(0, |(entered, said)| (entered - said).max(0)),
            None => thing.stone() * thing.shares.get(country).copied().unwrap_or(0) / WHOLE,
        }
    }

    /// A thing is said to be of fewer countries than were possible.
    pub(in crate::reference) fn say_of(&mut self, id: ItemId, countries: &BTreeSet<String>) {
        let source = self.items[&id].drawn_from;
        for (country, said) in self.items[&id].parts_of(countries) {
            if let Some(known) = source.and_then(|source| self.blends.get_mut(&source)?.get_mut(&country)) {
                known.1 += said;
            }
        }
        self.item(id).drawn_from = None;
    }
}

impl Thing {
    /// How much of it would be of each of these countries, were it of no others.
    pub(in crate::reference) fn parts_of(&self, countries: &BTreeSet<String>) -> BTreeMap<String, i128> {
        let kept = |(country, share): (&String, &i128)| {
            countries.contains(country).then(|| (country.clone(), (*share).max(1)))
        };
        let stone = self.stone();
        let shares = shares_of(&self.shares.iter().filter_map(kept).collect());
        shares.into_iter().map(|(country, share)| (country, stone * share / WHOLE)).collect()
    }

    /// Only these of its origins stay possible.
    pub(in crate::reference) fn keep_origins(&mut self) {
        let origins = &self.origins;
        if self.shares.len() > origins.len() {
            self.shares.retain(|country, _| origins.contains(country));
            self.shares.values_mut().for_each(|share| *share = (*share).max(1));
            self.shares = shares_of(&self.shares);
        }
    }
}
