//! Claims corrected: what is said of a material only gets worse, and what is wrong with it is wrong with all that was made of
//! it.

use std::collections::{BTreeMap, BTreeSet};

use lode_ledger::event::Event;
use lode_ledger::event::body::{EventCorrected, OriginShare};
use lode_ledger::event::shape::{List, Shape};
use lode_ledger::id::{ItemId, ItemKind, ParticipantId};
use lode_ledger::json::Json;
use lode_ledger::vocab::{Code, Finding, Nature, Species, Treatment, Variety};

use super::super::state::{Ingredient, Source, State, Thing, greatest_of, mg, mixed};

/// What is said now.
enum Change {
    Species(Code<Species>),
    Variety(Option<Code<Variety>>),
    Nature(String),
    Origins(BTreeMap<String, i128>),
    Treatment(String, String),
}

/// What of a thing a correction can change.
#[derive(Clone, Eq, PartialEq)]
struct Claims {
    species: String,
    variety: Option<String>,
    nature: String,
    shares: BTreeMap<String, i128>,
    evidence: usize,
    place: Option<String>,
    treatments: BTreeMap<String, String>,
}

impl Claims {
    fn of(thing: &Thing) -> Self {
        Self {
            species: thing.species.clone(),
            variety: thing.variety.clone(),
            nature: thing.nature.clone(),
            shares: thing.shares.clone(),
            evidence: thing.evidence,
            place: thing.place.clone(),
            treatments: thing.treatments.clone(),
        }
    }
}

pub(super) fn is_claim(path: &str) -> bool {
    matches!(path, "species" | "variety" | "nature" | "origins") || path.starts_with("treatments.")
}

const fn is_applied(finding: &str) -> bool {
    matches!(finding.as_bytes(), b"declared_applied" | b"applied_in_part" | b"lab_detected")
}

/// Made by people weighs more than unknown, and that more than natural.
fn weight(nature: &str) -> u8 {
    match nature {
        "natural" | "natural_glass" => 0,
        "not_stated" => 1,
        _ => 2,
    }
}

/// The nature of two together: natural only if both are.
pub(in crate::reference) fn heavier(a: &str, b: &str) -> String {
    if weight(b) > weight(a) { b } else { a }.to_owned()
}

fn nature_of(species: Code<Species>) -> &'static str {
    species.attribute("nature").unwrap_or("natural")
}

fn belongs(variety: &str, species: &str) -> bool {
    let variety = Code::<Variety>::parse(variety).expect("a variety that is known");
    variety.attribute("species").is_none_or(|of| of == species)
}

fn read<T: Shape>(json: &Json) -> Result<T, &'static str> {
    T::from_json(json).map_err(|_| "correction-new")
}

fn text(value: &str) -> String {
    Json::Str(value.to_owned()).write()
}

impl Thing {
    fn set_shares(&mut self, shares: BTreeMap<String, i128>) {
        self.origins = shares.keys().cloned().collect();
        self.shares = shares;
    }

    /// Applied stays, and what is no longer said to be none is not stated.
    fn join_treatment(&mut self, treatment: &str, said: &str) {
        let before = self.treatments.get(treatment).map_or("not_stated", String::as_str);
        if !is_applied(said) {
            if before == "declared_none" {
                self.treatments.remove(treatment);
            }
        } else if !is_applied(before) || (before, said) == ("applied_in_part", "declared_applied") {
            self.treatments.insert(treatment.to_owned(), said.to_owned());
        }
    }

    /// The change of the thing itself, if it makes nothing better.
    fn worsen(&mut self, change: &Change) -> Result<(), &'static str> {
        match change {
            Change::Species(species) => {
                self.species = species.to_string();
                if weight(nature_of(*species)) > 0 {
                    self.nature = heavier(&self.nature, nature_of(*species));
                }
                self.variety = self.variety.take().filter(|variety| belongs(variety, species.as_str()));
            }
            Change::Variety(variety) => {
                let variety = variety.map(|variety| variety.to_string());
                if variety.as_ref().is_some_and(|variety| !belongs(variety, &self.species)) {
                    return Err("correction-new");
                }
                self.variety = variety;
            }
            Change::Nature(nature) => {
                if weight(nature) < weight(&self.nature) {
                    return Err("correction-better");
                }
                self.nature.clone_from(nature);
            }
            Change::Origins(shares) => {
                if self.shares != *shares {
                    self.place = None;
                }
                self.set_shares(shares.clone());
                self.evidence = 0;
            }
            Change::Treatment(treatment, said) => {
                let before = self.treatments.get(treatment).map_or("not_stated", String::as_str);
                let one_stone = self.kind == Some(ItemKind::Piece) && self.assembly.is_none();
                if said == "applied_in_part" && one_stone && before != "applied_in_part" {
                    return Err("in-part-of-piece");
                }
                if said.starts_with("lab_") {
                    return Err("lab-only");
                }
                let lessened = !is_applied(said) || said == "applied_in_part" || before == "lab_detected";
                if is_applied(before) && lessened {
                    return Err("treatment-undone");
                }
                if !is_applied(said) && (before, said.as_str()) != ("declared_none", "not_stated") {
                    return Err("correction-better");
                }
                self.join_treatment(treatment, said);
            }
        }
        Ok(())
    }

    /// The change of something that was made of what is corrected.
    fn follow(
        &mut self,
        change: &Change,
        (before, after): (&Claims, &Claims),
        sources: &[(Thing, i128)],
    ) -> Result<(), &'static str> {
        let alone = sources.len() < 2;
        match change {
            Change::Treatment(treatment, said) => {
                let of_all = |(from, _): &(Thing, i128)| {
                    let known = from.treatments.get(treatment).map(String::as_str);
                    matches!(known, Some("declared_applied" | "lab_detected"))
                };
                let whole = alone && sources.first().is_some_and(of_all);
                let in_part = is_applied(said) && !whole;
                self.join_treatment(treatment, if in_part { "applied_in_part" } else { said });
            }
            Change::Origins(_) => {
                let parts = sources.iter().map(|(from, mass)| (&from.shares, *mass));
                self.set_shares(mixed(parts, self.origins.iter()));
                self.place = self.place.take().filter(|_| self.origins.len() == 1);
                self.evidence = self.evidence.min(after.evidence);
            }
            Change::Species(_) => {
                if self.species == before.species {
                    if sources.iter().any(|(from, _)| from.species != after.species) {
                        return Err("species-differ");
                    }
                    self.species.clone_from(&after.species);
                    if self.variety == before.variety {
                        self.variety.clone_from(&after.variety);
                    }
                }
                if before.nature != after.nature {
                    self.nature = heavier(&self.nature, &after.nature);
                }
            }
            Change::Variety(_) => {
                if self.variety.is_some() && self.variety == before.variety {
                    self.variety = after.variety.clone().filter(|_| alone);
                }
            }
            Change::Nature(nature) => self.nature = heavier(&self.nature, nature),
        }
        Ok(())
    }
}

impl State {
    /// What a correction says, and what stands there as JSON.
    fn claim_said(item: &Thing, body: &EventCorrected) -> Result<(Change, String), &'static str> {
        let path = body.field.as_str();
        let new = body.new.as_ref().map(|value| &value.0);
        let required = new.ok_or("correction-new");
        if let Some(code) = path.strip_prefix("treatments.") {
            let treatment = Code::<Treatment>::parse(code).map_err(|_| "correction-field")?;
            let said = new.map(read::<Code<Finding>>).transpose()?;
            let said = said.map_or("not_stated", |said| said.as_str()).to_owned();
            let stands = item.treatments.get(treatment.as_str()).map_or(String::new(), |it| text(it));
            return Ok((Change::Treatment(treatment.to_string(), said), stands));
        }
        if item.entry.is_empty() {
            return Err("correction-field");
        }
        Ok(match path {
            "species" => (Change::Species(read(required?)?), text(&item.species)),
            "nature" => (Change::Nature(read::<Code<Nature>>(required?)?.to_string()), text(&item.nature)),
            "variety" => {
                let stands = item.variety.as_ref().map_or(String::new(), |variety| text(variety));
                (Change::Variety(new.map(read).transpose()?), stands)
            }
            _ => {
                let said: List<OriginShare, 1, 32> = read(required?)?;
                let shares: BTreeMap<String, i128> =
                    said.iter().map(|it| (it.country.to_string(), it.share_ppm.get().into())).collect();
                if shares.len() < said.len() {
                    return Err("named-twice");
                }
                if shares.values().sum::<i128>() != 1_000_000 || shares.values().any(|share| *share == 0) {
                    return Err("shares-not-whole");
                }
                let stands = item.shares.iter().map(|(country, share)| {
                    let share = i64::try_from(*share).expect("parts per million");
                    Json::object([("country", Json::Str(country.clone())), ("share_ppm", Json::Int(share))])
                });
                (Change::Origins(shares), Json::Arr(stands.collect()).write())
            }
        })
    }

    /// Carries a correction of a claim forward, or says why it may not be. What cannot follow may be contradicted.
    pub(super) fn correct_claim(
        &mut self,
        by: ParticipantId,
        body: &EventCorrected,
    ) -> Result<(), BTreeSet<&'static str>> {
        let one = |reason| BTreeSet::from([reason]);
        let id = body.item.expect("a claim is an item's");
        let item = self.items.get(&id).ok_or_else(|| one("not-found"))?;
        let mut reasons = BTreeSet::new();
        if item.created != (body.index.0, body.event) {
            reasons.insert("correction-target");
        }
        if item.creator != Some(by) {
            reasons.insert("correction-author");
        }
        if !reasons.is_empty() {
            return Err(reasons);
        }
        let (change, stands) = Self::claim_said(item, body).map_err(one)?;
        let old = body.old.as_ref().map_or(String::new(), |value| value.0.write());
        if old != stands {
            return Err(one("correction-old"));
        }
        let mut corrected = item.clone();
        corrected.worsen(&change).map_err(one)?;
        let mut after = self.clone();
        match after.carry_forward(id, corrected, &change) {
            Ok(()) => *self = after,
            Err(_) if body.contradiction == Some(true) => self.contradict(id, 0),
            Err(reason) => return Err(one(reason)),
        }
        Ok(())
    }

    fn carry_forward(&mut self, id: ItemId, corrected: Thing, change: &Change) -> Result<(), &'static str> {
        let (was, root) = (self.items.clone(), Source::Item(id));
        let claims = (Claims::of(&was[&id]), Claims::of(&corrected));
        let (before, after) = (&claims.0, &claims.1);
        let entered = corrected.entered;
        self.items.insert(id, corrected);
        if let (Change::Origins(shares), Some(known)) = (change, self.blends.get_mut(&root)) {
            known.values_mut().for_each(|(mass, _)| *mass = 0);
            for (country, share) in shares {
                known.entry(country.clone()).or_default().0 += entered * share / 1_000_000;
            }
        }
        let mut changed = BTreeSet::from([root]);
        for source in self.made_of(root) {
            let sources = self.sources_with_mass(source);
            if let Change::Origins(_) = change {
                self.restate(source, &was);
            }
            let mut thing = self.thing(source).expect("it was made").clone();
            let known = Claims::of(&thing);
            if let (Some(assembly), Source::Item(made)) = (thing.assembly, source)
                && assembly == made
            {
                self.components_follow(made, change, (before, after), &changed)?;
                if let Change::Species(_) = change {
                    thing.species = greatest_of(sources.iter().map(|(from, mass)| (&from.species, *mass)));
                    let mut varieties = sources
                        .iter()
                        .filter(|(from, _)| from.species == thing.species)
                        .map(|(from, _)| &from.variety);
                    let first = varieties.next().cloned().flatten();
                    let same = varieties.all(|variety| *variety == first);
                    thing.variety = first.filter(|_| same);
                    for (from, _) in &sources {
                        thing.nature = heavier(&thing.nature, &from.nature);
                    }
                } else {
                    thing.follow(change, (before, after), &sources)?;
                }
            } else {
                thing.follow(change, (before, after), &sources)?;
            }
            if Claims::of(&thing) != known {
                thing.reached = true;
                changed.insert(source);
            }
            match source {
                Source::Item(made) => drop(self.items.insert(made, thing)),
                Source::Work(made) => drop(self.jobs.insert(made, thing)),
            }
        }
        Ok(())
    }

    /// What a thing was made of, as that is by now, and how much of each.
    fn sources_with_mass(&self, made: Source) -> Vec<(Thing, i128)> {
        let Some(thing) = self.thing(made) else { return Vec::new() };
        let Some(heard) = self.heard.get(&thing.created) else { return Vec::new() };
        let inputs = match &*heard.event {
            Event::LotMerged(body) => &body.inputs[..],
            Event::WorkStarted(body) => &body.inputs[..],
            Event::ItemAssembled(body) => &body.components[..],
            Event::ItemDisassembled(_) => {
                let (assembly, place) = thing.part_of.expect("it was part of something");
                return vec![(self.ingredients[&assembly][place].thing.clone(), thing.entered)];
            }
            _ => {
                let from = self.sources(thing).into_iter().filter_map(|from| self.thing(from));
                return from.map(|from| (from.clone(), thing.entered)).collect();
            }
        };
        inputs.iter().map(|input| (self.items[&input.item].clone(), mg(input.mass_mg))).collect()
    }

    /// What entered a blend of each country is what its sources are said to be now. Of what was drawn from a blend itself
    /// nothing is added.
    fn restate(&mut self, made: Source, was: &BTreeMap<ItemId, Thing>) {
        if !self.blends.contains_key(&made) {
            return;
        }
        let created = self.thing(made).expect("it was made").created;
        let inputs = match &*self.heard[&created].event {
            Event::LotMerged(body) => body.inputs.to_vec(),
            Event::WorkStarted(body) => body.inputs.to_vec(),
            _ => return,
        };
        let known = self.blends.get_mut(&made).expect("it was noted");
        for input in inputs {
            let (was, is) = (&was[&input.item], &self.items[&input.item]);
            if was.shares == is.shares {
                continue;
            }
            let part = |share: &i128| mg(input.mass_mg) * share / 1_000_000;
            for (country, share) in &was.shares {
                if let Some((entered, _)) = known.get_mut(country) {
                    *entered = if *entered < part(share) { 0 } else { *entered - part(share) };
                }
            }
            if was.drawn_from.is_none() {
                for (country, share) in &is.shares {
                    known.entry(country.clone()).or_default().0 += part(share);
                }
            }
        }
    }

    /// What went into something assembled comes out of it as it is said to be now.
    fn components_follow(
        &mut self,
        assembly: ItemId,
        change: &Change,
        claims: (&Claims, &Claims),
        changed: &BTreeSet<Source>,
    ) -> Result<(), &'static str> {
        let Some(Event::ItemAssembled(body)) =
            self.heard.get(&self.items[&assembly].created).map(|heard| (*heard.event).clone())
        else {
            return Ok(());
        };
        for (place, input) in body.components.iter().enumerate() {
            if !changed.contains(&Source::Item(input.item)) {
                continue;
            }
            let from = self.items[&input.item].clone();
            let known: &mut Ingredient =
                &mut self.ingredients.get_mut(&assembly).expect("something assembled")[place];
            known.thing.follow(change, claims, &[(from, mg(input.mass_mg))])?;
        }
        Ok(())
    }
}
