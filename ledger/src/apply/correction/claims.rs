//! Claims corrected: what is said of a material gets worse, never better, and travels forward to all that was made of it
//! (rules L1, L2, L4, L5), at most as far as the policy says.

use std::sync::Arc;

use crate::apply::claims::{blend_nature, find, is_applied, join, nature_weight, origins_of, set};
use crate::apply::context::{Context, warn_item};
use crate::apply::lots::{check_origins, is_of_lab};
use crate::apply::protected::warn_of_name;
use crate::apply::treatment::one_stone_in_part;
use crate::event::body::{EventCorrected, OriginShare, TreatmentStatement};
use crate::event::shape::{List, Shape};
use crate::id::ItemId;
use crate::json::Json;
use crate::mass::Milligrams;
use crate::record::{
    Claims, Exposure, Item, Origin, OriginExposure, Parentage, Record, RecordKey, TreatmentState,
};
use crate::violation::{Reason, Violation};
use crate::vocab::{
    ChainModel, Code, Country, EvidenceLevel, Finding, Nature, Species, Treatment, Variety, Vocabulary,
};
use crate::words::words;

use super::forward::{contradict, descendants, reach};
use super::{check_old, created_by_author, no_field};

/// What is said now.
enum Change {
    Species(Code<Species>),
    Variety(Option<Code<Variety>>),
    Nature(Code<Nature>),
    Origins(Vec<Origin>),
    Treatment(Code<Treatment>, Option<Code<Finding>>),
}

pub(super) fn is_claim(path: &str) -> bool {
    matches!(path, "species" | "variety" | "nature" | "origins") || path.starts_with("treatments.")
}

pub(super) fn correct(
    context: &mut Context<'_>,
    body: &EventCorrected,
    id: &ItemId,
) -> Result<(), Violation> {
    let mut item = created_by_author(context, body, id)?;
    let (change, stands) = read(&item, body)?;
    check_old(&stands, body)?;
    let before = item.claims.clone();
    check_in_part(context, id, &item, &change)?;
    worsen(&mut item.claims, &change)?;
    match forward(context, *id, &before, &item.claims, &change) {
        Ok(changed) => {
            context.build_on_item(&mut item)?;
            disagree_with_lab(context, &mut item, &before, &change);
            warn_of_name(context, &mut item);
            context.put_item(*id, item);
            for (key, record) in changed {
                if record.history().is_some() {
                    context.put(key, record);
                } else {
                    context.put_unlisted(key, record);
                }
            }
            Ok(())
        }
        Err(violation) if body.contradiction == Some(true) && gives_way(violation.reason) => {
            contradict(context, *id, Milligrams::ZERO)
        }
        Err(violation) => Err(violation.field("field")),
    }
}

/// Whether a contradiction may stand where the correction cannot.
fn gives_way(reason: Reason) -> bool {
    matches!(reason, Reason::CorrectionTooFar | Reason::CorrectionUnnoted | Reason::SpeciesDiffer)
}

/// What the correction says, and what stands there as JSON.
fn read(item: &Item, body: &EventCorrected) -> Result<(Change, String), Violation> {
    let path = body.field.as_str();
    let claims = &item.claims;
    if let Some(code) = path.strip_prefix("treatments.") {
        let treatment = Code::<Treatment>::parse(code).map_err(|_| no_field(path))?;
        let finding = find(claims, treatment).map_or(String::new(), |state| state.finding.to_json().write());
        return Ok((Change::Treatment(treatment, optional(body)?), finding));
    }
    // What was made of others has its other claims from them: they are corrected there.
    if item.entry.is_none() {
        return Err(no_field(path));
    }
    Ok(match path {
        "species" => (Change::Species(required(body)?), claims.species.to_json().write()),
        "nature" => (Change::Nature(required(body)?), claims.nature.to_json().write()),
        "variety" => {
            let stands = claims.variety.map_or(String::new(), |variety| variety.to_json().write());
            (Change::Variety(optional(body)?), stands)
        }
        _ => {
            let shares: List<OriginShare, 1, 32> = read_new(body)?.ok_or_else(missing)?;
            (Change::Origins(check_origins(&shares)?), origins_json(&claims.origins))
        }
    })
}

fn origins_json(origins: &[Origin]) -> String {
    let one = |origin: &Origin| {
        Json::Obj(vec![
            ("country".to_owned(), origin.country.to_json()),
            ("share_ppm".to_owned(), origin.share.to_json()),
        ])
    };
    Json::Arr(origins.iter().map(one).collect()).write()
}

fn missing() -> Violation {
    Violation::new(Reason::CorrectionNew)
        .saying(words("it is required", "该字段必填", "ele é obrigatório"))
        .field("new")
}

fn read_new<T: Shape>(body: &EventCorrected) -> Result<Option<T>, Violation> {
    let Some(new) = &body.new else { return Ok(None) };
    T::from_json(&new.0)
        .map(Some)
        .map_err(|error| Violation::new(Reason::CorrectionNew).saying(error.problem.phrase()).field("new"))
}

fn optional<V: Vocabulary>(body: &EventCorrected) -> Result<Option<Code<V>>, Violation> {
    read_new(body)
}

fn required<V: Vocabulary>(body: &EventCorrected) -> Result<Code<V>, Violation> {
    read_new(body)?.ok_or_else(missing)
}

/// Rule L1: one stone is treated or it is not.
fn check_in_part(context: &Context<'_>, id: &ItemId, item: &Item, change: &Change) -> Result<(), Violation> {
    let Change::Treatment(treatment, Some(finding)) = change else { return Ok(()) };
    let statement = TreatmentStatement { treatment: *treatment, finding: *finding };
    one_stone_in_part(context, id, item, &statement).map_err(|violation| violation.field("new"))
}

/// Changes the claims of the thing itself, if that makes nothing better.
fn worsen(claims: &mut Claims, change: &Change) -> Result<(), Violation> {
    let better = |from: crate::words::Arg, to: crate::words::Arg| {
        Err(Violation::new(Reason::CorrectionBetter).saying(from).saying(to).field("new"))
    };
    match change {
        Change::Species(species) => {
            claims.species = *species;
            if !species.is_natural() {
                claims.nature = blend_nature(claims.nature, species.nature());
            }
            let fits = |variety: &Code<Variety>| {
                variety.attribute("species").is_none_or(|of| of == species.as_str())
            };
            claims.variety = claims.variety.filter(fits);
        }
        Change::Nature(nature) => {
            if nature_weight(*nature) < nature_weight(claims.nature) {
                return better(claims.nature.into(), (*nature).into());
            }
            claims.nature = *nature;
        }
        Change::Variety(variety) => {
            if let Some(variety) = variety
                && variety.attribute("species").is_some_and(|species| species != claims.species.as_str())
            {
                let text = words(
                    "{0} is not a variety of {1}",
                    "{0} 不是 {1} 的品种",
                    "{0} não é uma variedade de {1}",
                );
                let text = text.saying(*variety).saying(claims.species);
                return Err(Violation::new(Reason::CorrectionNew).saying(text).field("new"));
            }
            claims.variety = *variety;
        }
        Change::Origins(origins) => {
            if claims.origins != *origins {
                // A district was said of the country that it is not any more.
                claims.place = None;
            }
            claims.origins.clone_from(origins);
            claims.origin_evidence = EvidenceLevel::SELF_DECLARED;
            blended(claims);
        }
        Change::Treatment(treatment, finding) => {
            let before = find(claims, *treatment).map_or(Finding::NOT_STATED, |state| state.finding);
            let said = finding.unwrap_or(Finding::NOT_STATED);
            if is_of_lab(said) {
                return Err(Violation::new(Reason::LabOnly).saying(said).field("new"));
            }
            if is_applied(before)
                && (!is_applied(said) || said == Finding::APPLIED_IN_PART || before == Finding::LAB_DETECTED)
            {
                return Err(Violation::new(Reason::TreatmentUndone)
                    .saying(*treatment)
                    .saying(said)
                    .field("new"));
            }
            let worse = is_applied(said) || (said == Finding::NOT_STATED && before == Finding::DECLARED_NONE);
            if !worse {
                return better(before.into(), said.into());
            }
            join_treatment(claims, *treatment, said);
        }
    }
    Ok(())
}

/// More than one possible origin is a blend, whatever was said before (rule L3).
fn blended(claims: &mut Claims) {
    if claims.origins.len() > 1 {
        claims.model = claims.model.lower(ChainModel::CONTROLLED_BLENDING);
    }
}

/// Rule L1: applied never disappears, and what is no longer said to be none is not stated.
fn join_treatment(claims: &mut Claims, treatment: Code<Treatment>, said: Code<Finding>) {
    let before = find(claims, treatment).map_or(Finding::NOT_STATED, |state| state.finding);
    if !is_applied(said) {
        if before == Finding::DECLARED_NONE {
            claims.treatments.retain(|state| state.treatment != treatment);
        }
        return;
    }
    let more = before == Finding::APPLIED_IN_PART && said == Finding::DECLARED_APPLIED;
    if !is_applied(before) || more {
        set(claims, TreatmentState { treatment, finding: said, evidence: EvidenceLevel::SELF_DECLARED });
    }
}

/// A lab found nothing of what is now said to be applied: both stand, and it shows.
fn disagree_with_lab(context: &Context<'_>, item: &mut Item, before: &Claims, change: &Change) {
    let Change::Treatment(treatment, _) = change else { return };
    let found_none =
        find(before, *treatment).is_some_and(|state| state.finding == Finding::LAB_NONE_DETECTED);
    if found_none && find(&item.claims, *treatment).is_some_and(|state| is_applied(state.finding)) {
        warn_item(item, context, Reason::LabDisagrees, [treatment.to_string()]);
    }
}

/// What the change makes of everything that was made of the item. Nothing is written yet, as it may reach too far.
fn forward(
    context: &mut Context<'_>,
    id: ItemId,
    before: &Claims,
    after: &Claims,
    change: &Change,
) -> Result<Vec<(RecordKey, Record)>, Violation> {
    let walked = (context.forwarded, context.looked);
    let found = descendants(context, Parentage::Item(id))?;
    if !found.whole {
        // A contradiction may take the correction's place, and goes the same way.
        (context.forwarded, context.looked) = walked;
        return Err(Violation::new(Reason::CorrectionTooFar).with(reach(context)?));
    }
    if let Some(thing) = found.unnoted {
        let name = match thing {
            Parentage::Item(item) => item.to_string(),
            Parentage::Work(work) => work.to_string(),
        };
        return Err(Violation::new(Reason::CorrectionUnnoted).with(name));
    }
    let mut walk = Walk { context, changed: std::collections::BTreeMap::new(), root: (id, after.clone()) };
    if let Change::Origins(origins) = change {
        walk.declared_blend(id, origins);
    }
    for thing in found.things {
        let Some(mut record) = walk.context.record(&thing.key()) else { continue };
        let sources = walk.sources(thing, &record);
        if let Change::Origins(_) = change {
            walk.noted_blend(thing, &record, before);
        }
        let changed = match Arc::make_mut(&mut record) {
            Record::Item(item) => {
                let was = item.claims.clone();
                match (item.components, item.assembly, change) {
                    (Some(components), Some(assembly), _) if thing == Parentage::Item(assembly) => {
                        for number in 0..components {
                            walk.component(assembly, number, (before, after), change)?;
                        }
                        carry_joined(&mut item.claims, (before, after), change, &sources)?;
                    }
                    _ => carry(&mut item.claims, before, after, change, &sources)?,
                }
                disagree_with_lab(walk.context, item, &was, change);
                if was != item.claims {
                    warn_of_name(walk.context, item);
                }
                was != item.claims
            }
            Record::WorkOrder(work) => {
                let was = work.claims.clone();
                carry(&mut work.claims, before, after, change, &sources)?;
                was != work.claims
            }
            _ => false,
        };
        if changed {
            walk.changed.insert(thing.key(), Arc::unwrap_or_clone(record));
        }
    }
    Ok(walk.changed.into_iter().collect())
}

struct Walk<'w, 'a> {
    context: &'w Context<'a>,
    changed: std::collections::BTreeMap<RecordKey, Record>,
    root: (ItemId, Claims),
}

impl Walk<'_, '_> {
    /// What a thing was made of, with the claims as they are by now.
    fn sources(&self, thing: Parentage, record: &Record) -> Vec<(Claims, Milligrams)> {
        match record {
            Record::Item(Item { part_of: Some(part), mass, .. }) => {
                let key = RecordKey::Component(part.assembly, part.component);
                self.claims(key, mass.entered).into_iter().collect()
            }
            Record::Item(item) => match item.work {
                Some(work) => {
                    self.claims(RecordKey::WorkOrder(work), item.mass.entered).into_iter().collect()
                }
                // A part is what its one source is, by its own mass; what was assembled weighs more than what is in it.
                None => match item.parents.as_slice() {
                    [one] if item.assembly.map(Parentage::Item) != Some(thing) => {
                        self.claims(RecordKey::Item(one.item), item.mass.entered).into_iter().collect()
                    }
                    parents => self.inputs(parents),
                },
            },
            Record::WorkOrder(work) => self.inputs(&work.inputs),
            _ => Vec::new(),
        }
    }

    fn inputs(&self, parents: &[crate::record::Parent]) -> Vec<(Claims, Milligrams)> {
        let one = |parent: &crate::record::Parent| self.claims(RecordKey::Item(parent.item), parent.mass);
        parents.iter().filter_map(one).collect()
    }

    fn claims(&self, key: RecordKey, mass: Milligrams) -> Option<(Claims, Milligrams)> {
        if key == RecordKey::Item(self.root.0) {
            return Some((self.root.1.clone(), mass));
        }
        let known;
        let record = match self.changed.get(&key) {
            Some(record) => record,
            None => {
                known = self.context.record(&key)?;
                &*known
            }
        };
        match record {
            Record::Item(item) => Some((item.claims.clone(), mass)),
            Record::WorkOrder(work) => Some((work.claims.clone(), mass)),
            Record::Component(component) => Some((component.claims.clone(), mass)),
            _ => None,
        }
    }

    /// Rule L2: a lot that was declared as a blend entered as one of these countries.
    fn declared_blend(&mut self, id: ItemId, origins: &[Origin]) {
        let key = RecordKey::Exposure(Parentage::Item(id));
        let mass = match self.context.record(&RecordKey::Item(id)).as_deref() {
            Some(Record::Item(item)) => item.mass.entered,
            _ => return,
        };
        let Some(mut record) = self.context.record(&key) else { return };
        let Record::Exposure(exposure) = Arc::make_mut(&mut record) else { return };
        exposure.origins.iter_mut().for_each(|known| known.entered = Milligrams::ZERO);
        for origin in origins {
            enter(exposure, origin.country, mass.share(origin.share));
        }
        self.changed.insert(key, Arc::unwrap_or_clone(record));
    }

    /// Rule L2: what entered a blend from each country is what its sources are said to be now. Of a source that was
    /// drawn from a blend itself nothing is added: how much of it was free is not known any more.
    fn noted_blend(&mut self, thing: Parentage, record: &Record, root: &Claims) {
        let inputs = match record {
            Record::Item(item) => &item.parents,
            Record::WorkOrder(work) => &work.inputs,
            _ => return,
        };
        let key = RecordKey::Exposure(thing);
        let Some(mut record) = self.context.record(&key) else { return };
        let Record::Exposure(exposure) = Arc::make_mut(&mut record) else { return };
        for input in inputs {
            let from = RecordKey::Item(input.item);
            let was = match self.context.record(&from).as_deref() {
                _ if input.item == self.root.0 => root.clone(),
                Some(Record::Item(item)) => item.claims.clone(),
                _ => continue,
            };
            let Some((is, mass)) = self.claims(from, input.mass) else { continue };
            if was.origins == is.origins {
                continue;
            }
            for origin in &was.origins {
                let part = mass.share(origin.share);
                if let Some(known) = exposure.origins.iter_mut().find(|known| known.country == origin.country)
                {
                    known.entered = known.entered.checked_sub(part).unwrap_or_default();
                }
            }
            if was.drawn_from.is_none() {
                is.origins
                    .iter()
                    .for_each(|origin| enter(exposure, origin.country, mass.share(origin.share)));
            }
        }
        self.changed.insert(key, Arc::unwrap_or_clone(record));
    }

    /// A component keeps its claims in a record of its own: what it is when it is taken out again.
    fn component(
        &mut self,
        assembly: ItemId,
        number: u32,
        (before, after): (&Claims, &Claims),
        change: &Change,
    ) -> Result<(), Violation> {
        let key = RecordKey::Component(assembly, number);
        let Some(mut record) = self.context.record(&key) else { return Ok(()) };
        let Record::Component(component) = Arc::make_mut(&mut record) else { return Ok(()) };
        let from = RecordKey::Item(component.item);
        if component.item != self.root.0 && !self.changed.contains_key(&from) {
            return Ok(());
        }
        let sources: Vec<_> = self.claims(from, component.mass).into_iter().collect();
        carry(&mut component.claims, before, after, change, &sources)?;
        self.changed.insert(key, Arc::unwrap_or_clone(record));
        Ok(())
    }
}

/// So much more of a country entered a blend.
fn enter(exposure: &mut Exposure, country: Code<Country>, mass: Milligrams) {
    let place = match exposure.origins.binary_search_by_key(&country, |known| known.country) {
        Ok(place) => place,
        Err(place) => {
            let none = Milligrams::ZERO;
            exposure.origins.insert(place, OriginExposure { country, entered: none, claimed: none });
            place
        }
    };
    if let Some(known) = exposure.origins.get_mut(place) {
        known.entered = known.entered.checked_add(mass).unwrap_or(known.entered);
    }
}

/// [`carry`] for what was assembled: its minerals may differ.
fn carry_joined(
    claims: &mut Claims,
    (before, after): (&Claims, &Claims),
    change: &Change,
    sources: &[(Claims, Milligrams)],
) -> Result<(), Violation> {
    let Change::Species(_) = change else { return carry(claims, before, after, change, sources) };
    let parts: Vec<(&Claims, Milligrams)> = sources.iter().map(|(claims, mass)| (claims, *mass)).collect();
    let joined = join(&parts)?;
    claims.species = joined.species;
    claims.variety = joined.variety;
    claims.others = joined.others;
    claims.nature = blend_nature(claims.nature, joined.nature);
    Ok(())
}

/// Joins the change with what is said of one thing that was made on the way.
fn carry(
    claims: &mut Claims,
    before: &Claims,
    after: &Claims,
    change: &Change,
    sources: &[(Claims, Milligrams)],
) -> Result<(), Violation> {
    let alone = sources.len() < 2;
    match change {
        Change::Treatment(treatment, finding) => {
            let said = finding.unwrap_or(Finding::NOT_STATED);
            // On its way through a blend it is on part of the goods, and stays so.
            let only = sources.first().filter(|_| alone).and_then(|(source, _)| find(source, *treatment));
            let whole = only.is_some_and(|state| {
                state.finding == Finding::DECLARED_APPLIED || state.finding == Finding::LAB_DETECTED
            });
            let said = if is_applied(said) && !whole { Finding::APPLIED_IN_PART } else { said };
            join_treatment(claims, *treatment, said);
        }
        Change::Origins(_) => {
            let inputs: Vec<(&Claims, Milligrams)> =
                sources.iter().map(|(claims, mass)| (claims, *mass)).collect();
            let kept: Vec<_> = claims.origins.iter().map(|origin| origin.country).collect();
            claims.origins = origins_of(&inputs, &kept);
            claims.place = claims.place.take().filter(|_| claims.origins.len() == 1);
            claims.origin_evidence = claims.origin_evidence.lower(after.origin_evidence);
            blended(claims);
        }
        Change::Species(_) => {
            if claims.species == before.species {
                if let Some((other, _)) = sources.iter().find(|(source, _)| source.species != after.species) {
                    let violation = Violation::new(Reason::SpeciesDiffer).saying(after.species);
                    return Err(violation.saying(other.species));
                }
                claims.species = after.species;
                if claims.variety == before.variety {
                    claims.variety = after.variety;
                }
            }
            if after.nature != before.nature {
                claims.nature = blend_nature(claims.nature, after.nature);
            }
        }
        Change::Variety(_) => {
            if claims.variety.is_some() && claims.variety == before.variety {
                claims.variety = after.variety.filter(|_| alone);
            }
        }
        Change::Nature(nature) => claims.nature = blend_nature(claims.nature, *nature),
    }
    Ok(())
}
