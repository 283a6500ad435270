//! What the workshops make of finished things: pieces out of batches, things assembled, taken apart, mended, destroyed,
//! and balances set right. What is no stone is counted apart.

use std::collections::{BTreeMap, BTreeSet};

use lode_ledger::event::Event;
use lode_ledger::event::body::{
    ForeignMass, ItemAssembled, ItemDisassembled, ItemRepaired, MassAdjusted, PiecesSerialised,
};
use lode_ledger::id::{ItemId, ItemKind, ParticipantId};

use super::super::repair::heavier;
use super::origins::mixed;
use super::{Stage, State, Thing, all_together, item_kind, made, mg};

/// One thing that went into an assembled one, as it was then.
#[derive(Clone, Debug)]
pub struct Ingredient {
    /// Milligrams that went in.
    pub mass: i128,
    /// How much of that is no stone.
    pub foreign: i128,
    /// Units that went in: one, if it was a piece.
    pub units: i128,
    /// Milligrams that were taken out again.
    pub out: i128,
    /// Units that were taken out again.
    pub units_out: i128,
    /// All that was known of it.
    pub thing: Thing,
}

/// A part of something, rounded down.
pub(in crate::reference) const fn portion(of: i128, part: i128, whole: i128) -> i128 {
    if whole == 0 { 0 } else { of * part / whole }
}

const fn applied(finding: &str) -> bool {
    matches!(finding.as_bytes(), b"declared_applied" | b"applied_in_part" | b"lab_detected")
}

impl Thing {
    /// How much of what is left is stone.
    pub fn stone(&self) -> i128 {
        self.left - self.foreign.map_or(0, |(_, left)| left)
    }

    /// What it gained beside what is no stone.
    pub fn stone_gained(&self) -> i128 {
        self.gained - self.foreign.map_or(0, |(added, _)| added)
    }

    /// How much of a mass that is taken from it is no stone.
    pub fn foreign_in(&self, mass: i128) -> i128 {
        self.foreign.map_or(0, |(_, left)| portion(left, mass, self.left).min(left))
    }

    /// A mass leaves it, and with it its share of what is no stone.
    pub(super) fn shed(&mut self, mass: i128) {
        let part = self.foreign_in(mass);
        if let Some((_, left)) = &mut self.foreign {
            *left -= part;
        }
    }

    /// What is no stone leaves it.
    pub(in crate::reference) fn take_off(&mut self, mass: i128) {
        self.left -= mass;
        if let Some((_, left)) = &mut self.foreign {
            *left -= mass;
        }
    }

    /// Things are joined to it that are no stone.
    fn set_with(&mut self, foreign: &[ForeignMass]) {
        let added: i128 = foreign.iter().map(|foreign| mg(foreign.mass_mg)).sum();
        if added > 0 {
            let (before, left) = self.foreign.unwrap_or_default();
            self.foreign = Some((before + added, left + added));
            self.gained += added;
            self.left += added;
        }
        for material in foreign.iter().map(|foreign| foreign.material) {
            if let Some(nature) = material.attribute("nature") {
                self.nature = heavier(&self.nature, nature);
            }
            if let Some(treatment) = material.attribute("treatment") {
                self.treat(treatment);
            }
        }
    }
}

impl State {
    /// Takes an accepted event of the workshops in. Whether it was one.
    pub(super) fn craft(&mut self, by: ParticipantId, event: &Event) -> bool {
        match event {
            Event::MassAdjusted(body) => self.adjust(body),
            Event::PiecesSerialised(body) => self.serialise(by, body),
            Event::ItemDestroyed(body) => {
                self.gone(body.item);
                self.item(body.item).stage = Stage::Destroyed;
                let dealing = &mut self.item(body.item).dealing;
                dealing.listings.clear();
                dealing.reserved = None;
            }
            Event::ItemAssembled(body) => self.assemble(by, body),
            Event::ItemDisassembled(body) => self.take_apart(by, body),
            Event::ItemRepaired(body) => self.mend(body),
            _ => return false,
        }
        true
    }

    fn gone(&mut self, item: ItemId) {
        let thing = self.item(item);
        thing.left = 0;
        thing.stage = Stage::Gone;
        thing.count = thing.count.map(|_| 0);
        thing.foreign = thing.foreign.map(|(added, _)| (added, 0));
    }

    fn adjust(&mut self, body: &MassAdjusted) {
        let thing = self.item(body.item);
        thing.weigh(mg(body.left_mg), thing.resolution);
        if let (Some(count), Some(left)) = (&mut thing.count, body.left_count.map(i128::from)) {
            thing.count_gained += (left - *count).max(0);
            *count = left;
        }
    }

    fn serialise(&mut self, by: ParticipantId, body: &PiecesSerialised) {
        for (n, piece) in body.pieces.iter().enumerate() {
            let new = self.item(body.item).part(by, ItemKind::Piece, mg(piece.mass_mg), None);
            self.item(body.item).give(mg(piece.mass_mg), Some(1));
            self.enter(made(ItemKind::Piece, by, &body.nonce, n), new);
        }
        body.losses.iter().for_each(|loss| self.item(body.item).lose(loss));
    }

    fn assemble(&mut self, by: ParticipantId, body: &ItemAssembled) {
        let mut ingredients = Vec::new();
        for input in body.components.iter() {
            let thing = &self.items[&input.item];
            let mass = mg(input.mass_mg);
            ingredients.push(Ingredient {
                mass,
                foreign: thing.foreign_in(mass),
                units: input.count.map_or(1, i128::from),
                out: 0,
                units_out: 0,
                thing: thing.clone(),
            });
        }
        let inherited: i128 = ingredients.iter().map(|known| known.foreign).sum();
        let joined: i128 = body.foreign.iter().map(|foreign| mg(foreign.mass_mg)).sum();
        let kind = item_kind(body.kind);
        let mut new = self.join(by, &body.components, Some(kind), mg(body.mass_mg) - joined);
        new.entered -= inherited;
        new.gained = inherited;
        new.foreign = (inherited > 0).then_some((inherited, inherited));
        new.count = body.count.map(i128::from);
        new.count_entered = body.count.map_or(1, i128::from);
        new.species = greatest(&ingredients);
        let alike = ingredients.iter().filter(|known| known.thing.species == new.species);
        let varieties: BTreeSet<&Option<String>> = alike.map(|known| &known.thing.variety).collect();
        new.variety = varieties.first().filter(|_| varieties.len() == 1).and_then(|only| (*only).clone());
        if ingredients.len() > 1 {
            let stones = ingredients.iter().map(|known| (&known.thing.shares, known.mass - known.foreign));
            new.shares = mixed(stones, [].iter());
        }
        new.set_with(&body.foreign);
        new.maker = Some(by);
        let id = made(kind, by, &body.nonce, 0);
        new.assembly = Some(id);
        self.ingredients.insert(id, ingredients);
        self.enter(id, new);
    }

    fn take_apart(&mut self, by: ParticipantId, body: &ItemDisassembled) {
        let whole = self.item(body.item).clone();
        let assembly = whole.assembly.expect("something assembled");
        let known = self.ingredients[&assembly].clone();
        let born = all_together(known.iter().map(|known| &known.thing.treatments));
        let countries: BTreeSet<&String> = known.iter().flat_map(|known| &known.thing.origins).collect();
        for (n, part) in body.parts.iter().enumerate() {
            let place = usize::try_from(part.component).expect("a small number");
            let (from, mass) = (&known[place], mg(part.mass_mg));
            let foreign = portion(from.foreign, mass, from.mass);
            let mut new = from.thing.part(by, item_kind(part.kind), mass, part.count);
            (new.entered, new.gained) = (mass - foreign, foreign);
            new.foreign = (foreign > 0).then_some((foreign, foreign));
            (new.custodian, new.owner) = (whole.custodian, whole.owner);
            new.resolution = whole.resolution;
            new.part_of = Some((assembly, place));
            for (treatment, finding) in &whole.treatments {
                let learned = born.get(treatment) != Some(finding) && applied(finding);
                if learned && !from.thing.treatments.get(treatment).is_some_and(|before| applied(before)) {
                    new.treatments.insert(treatment.clone(), finding.clone());
                }
            }
            let unsaid = |(treatment, said): (&String, &String)| {
                let none = |known: Option<&String>| known.is_some_and(|known| known == "declared_none");
                said == "declared_none"
                    && none(born.get(treatment))
                    && !whole.treatments.contains_key(treatment)
            };
            let gone: Vec<String> =
                new.treatments.iter().filter(|known| unsaid(*known)).map(|(it, _)| it.clone()).collect();
            gone.iter().for_each(|treatment| drop(new.treatments.remove(treatment)));
            let narrowed = whole.origins.len() == 1 && countries.len() > 1 && new.origins.len() > 1;
            if narrowed && whole.origins.is_subset(&new.origins) {
                new.origins.clone_from(&whole.origins);
                new.shares.clone_from(&whole.shares);
                new.drawn_from = None;
                new.evidence = whole.evidence;
                new.place.clone_from(&whole.place);
            }
            self.enter(made(item_kind(part.kind), by, &body.nonce, n), new);
            let noted = &mut self.ingredients.get_mut(&assembly).expect("something assembled")[place];
            noted.out += mass;
            noted.units_out += part.count.map_or(1, i128::from);
        }
        self.gone(body.item);
    }

    fn mend(&mut self, body: &ItemRepaired) {
        let thing = self.item(body.item);
        thing.take_off(body.taken_off_mg.map_or(0, mg));
        body.losses.iter().for_each(|loss| thing.lose(loss));
        thing.set_with(&body.foreign);
        for treatment in [body.step.attribute("treatment"), body.treatment.as_ref().map(|code| code.as_str())]
        {
            treatment.into_iter().for_each(|treatment| thing.treat(treatment));
        }
    }
}

/// The mineral of which there is most; of as much, the first by its code.
fn greatest(ingredients: &[Ingredient]) -> String {
    greatest_of(ingredients.iter().map(|known| (&known.thing.species, known.mass - known.foreign)))
}

/// [`greatest`] of minerals and masses.
pub(in crate::reference) fn greatest_of<'a>(parts: impl Iterator<Item = (&'a String, i128)>) -> String {
    let mut masses: BTreeMap<&str, i128> = BTreeMap::new();
    for (species, mass) in parts {
        *masses.entry(species).or_default() += mass;
    }
    let most = masses.values().max().copied().unwrap_or_default();
    let first = masses.into_iter().find(|(_, mass)| *mass == most);
    first.map_or_else(String::new, |(species, _)| species.to_owned())
}
