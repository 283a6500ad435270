//! Claims that travel (rules L1 to L4): what is known of a material goes with it through split, merge and work, and
//! never becomes better on the way.

use std::collections::{BTreeMap, BTreeSet};

use crate::mass::{Milligrams, largest_remainder};
use crate::record::{
    Claims, Exposure, Item, Origin, OriginExposure, Parentage, Record, RecordKey, TreatmentState,
};
use crate::violation::{Reason, Violation};
use crate::vocab::{ChainModel, Code, Country, EvidenceLevel, Finding, Nature, Species, Treatment};

use super::balance::stone;
use super::context::Context;

/// The claims of what is made of several inputs, by the mass that each gave.
///
/// # Errors
/// The inputs are of different minerals.
pub(super) fn blend(inputs: &[(&Claims, Milligrams)]) -> Result<Claims, Violation> {
    let Some(((first, _), rest)) = inputs.split_first() else {
        return Err(Violation::new(Reason::NotPositive));
    };
    let mut blended = (*first).clone();
    for (claims, _) in rest {
        if claims.species != blended.species {
            let violation = Violation::new(Reason::SpeciesDiffer).saying(blended.species);
            return Err(violation.saying(claims.species));
        }
        if claims.variety != blended.variety {
            blended.variety = None;
        }
        blended.nature = blend_nature(blended.nature, claims.nature);
        if claims.drawn_from != blended.drawn_from {
            blended.drawn_from = None;
        }
        blended.origin_evidence = blended.origin_evidence.lower(claims.origin_evidence);
        // The table ranks the models from the worst up.
        blended.model = blended.model.lower(claims.model);
        blended.ceiling = lower_of(blended.ceiling, claims.ceiling);
        blended.nature_evidence = lower_of(blended.nature_evidence, claims.nature_evidence);
        if blended.place != claims.place {
            blended.place = None;
        }
    }
    if !rest.is_empty() {
        blended.origins = blend_origins(inputs);
        let model =
            if blended.origins.len() > 1 { ChainModel::CONTROLLED_BLENDING } else { ChainModel::SEGREGATED };
        blended.model = blended.model.lower(model);
        blended.place = blended.place.filter(|_| blended.origins.len() == 1);
        blended.treatments = blend_treatments(inputs);
    }
    Ok(blended)
}

/// The claims of what is assembled: minerals may differ, and all of them are shown, that of the greatest mass first.
pub(super) fn join(inputs: &[(&Claims, Milligrams)]) -> Result<Claims, Violation> {
    let mut masses: BTreeMap<Code<Species>, u128> = BTreeMap::new();
    for (claims, mass) in inputs {
        *masses.entry(claims.species).or_default() += u128::from(mass.get());
        claims.others.iter().flatten().for_each(|other| {
            masses.entry(*other).or_default();
        });
    }
    let greatest = masses.iter().max_by(|a, b| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0)));
    let Some((main, _)) = greatest else { return Err(Violation::new(Reason::NotPositive)) };
    let main = *main;
    let alike: Vec<Claims> =
        inputs.iter().map(|(claims, _)| Claims { species: main, ..(*claims).clone() }).collect();
    let alike: Vec<(&Claims, Milligrams)> =
        alike.iter().zip(inputs).map(|(claims, (_, mass))| (claims, *mass)).collect();
    let mut joined = blend(&alike)?;
    let mut varieties = inputs.iter().filter(|(claims, _)| claims.species == main).map(|(c, _)| c.variety);
    let first = varieties.next().flatten();
    joined.variety = first.filter(|_| varieties.all(|variety| variety == first));
    let others: Vec<Code<Species>> = masses.into_keys().filter(|species| *species != main).collect();
    joined.others = (!others.is_empty()).then_some(others);
    Ok(joined)
}

/// Rule L2: a blend of several origins is noted with how much of each entered it, so that what is drawn from it and
/// said to be of one country never adds up to more. What entered from another blend counts as claimed there.
pub(super) fn note_blend(
    context: &mut Context<'_>,
    blend: Parentage,
    inputs: &[(&Claims, Milligrams)],
    claims: &mut Claims,
) -> Result<(), Violation> {
    if claims.origins.len() < 2 {
        claims.drawn_from = None;
        return Ok(());
    }
    if context.ruleset() < 2 || claims.drawn_from.is_some() {
        return Ok(());
    }
    let mut entered: BTreeMap<Code<Country>, Milligrams> = BTreeMap::new();
    for (input, mass) in inputs {
        let mut known = input.drawn_from.and_then(|from| Some((from, exposure(context, from)?)));
        for origin in &input.origins {
            let mut part = mass.share(origin.share);
            if let Some((_, known)) = known.as_mut() {
                part = part.min(unclaimed(known, origin.country));
                claim(known, origin.country, part);
            }
            let sum = entered.entry(origin.country).or_default();
            *sum = sum.checked_add(part).ok_or_else(|| Violation::new(Reason::OutOfRange))?;
        }
        if let Some((from, known)) = known {
            context.put_unlisted(RecordKey::Exposure(from), known);
        }
    }
    let origins = entered
        .into_iter()
        .map(|(country, entered)| OriginExposure { country, entered, claimed: Milligrams::ZERO })
        .collect();
    context.put_unlisted(RecordKey::Exposure(blend), Exposure { origins });
    claims.drawn_from = Some(blend);
    Ok(())
}

/// More said to be of a country than is free of it.
pub(super) struct Beyond {
    /// Which of the countries that were named, from 0.
    pub(super) number: usize,
    /// The country.
    pub(super) country: Code<Country>,
    /// How much would be said to be of it.
    pub(super) said: Milligrams,
    /// How much is free of it.
    pub(super) free: Milligrams,
}

/// Rule L2: what is in an item is said to be of fewer countries than were possible, each with its share of what these had.
/// That counts against what entered the blend that the item was drawn from. The first country of which not so much is free.
pub(super) fn claim_origins(
    context: &mut Context<'_>,
    item: &mut Item,
    countries: &[Code<Country>],
) -> Option<Beyond> {
    if countries.len() >= item.claims.origins.len() {
        return None;
    }
    let mass = stone(item);
    let before = item.claims.origins.clone();
    let mut known = item.claims.drawn_from.take().and_then(|from| Some((from, exposure(context, from)?)));
    let mut beyond = None;
    for origin in kept(&before, countries) {
        let (country, said) = (origin.country, mass.share(origin.share));
        let free = match &known {
            Some((_, known)) => unclaimed(known, country),
            // Nothing is known of the blend but its shares.
            None => before
                .iter()
                .find(|origin| origin.country == country)
                .map(|origin| mass.share(origin.share))
                .unwrap_or_default(),
        };
        if said > free && beyond.is_none() {
            let number = countries.iter().position(|named| *named == country).unwrap_or_default();
            beyond = Some(Beyond { number, country, said, free });
        }
        if let Some((_, known)) = known.as_mut() {
            claim(known, country, said);
        }
    }
    if let Some((from, known)) = known {
        context.put_unlisted(RecordKey::Exposure(from), known);
    }
    beyond
}

/// The origins that stay possible, with the shares that they have among themselves. No country is lost by rounding.
fn kept(origins: &[Origin], countries: &[Code<Country>]) -> Vec<Origin> {
    let kept: BTreeMap<Code<Country>, Milligrams> = origins
        .iter()
        .filter(|origin| countries.contains(&origin.country))
        .filter_map(|origin| {
            Some((origin.country, Milligrams::new(u64::from(origin.share.get()))?.max(one_milligram())))
        })
        .collect();
    largest_remainder(&kept).into_iter().map(|(country, share)| Origin { country, share }).collect()
}

fn exposure(context: &Context<'_>, blend: Parentage) -> Option<Exposure> {
    match context.record(&RecordKey::Exposure(blend)).as_deref() {
        Some(Record::Exposure(record)) => Some(record.clone()),
        _ => None,
    }
}

fn unclaimed(exposure: &Exposure, country: Code<Country>) -> Milligrams {
    let origin = exposure.origins.iter().find(|origin| origin.country == country);
    origin.and_then(|origin| origin.entered.checked_sub(origin.claimed)).unwrap_or_default()
}

fn claim(exposure: &mut Exposure, country: Code<Country>, mass: Milligrams) {
    if let Some(origin) = exposure.origins.iter_mut().find(|origin| origin.country == country) {
        origin.claimed = origin.claimed.checked_add(mass).unwrap_or(origin.entered);
    }
}

/// The lower of two levels, of which an absent one says nothing at all.
fn lower_of(a: Option<Code<EvidenceLevel>>, b: Option<Code<EvidenceLevel>>) -> Option<Code<EvidenceLevel>> {
    Some(a?.lower(b?))
}

/// The possible origins become fewer, or one of them gets a place, at the level that this is known with. Said of no
/// fewer, it is as well known as the better of both (rule L5).
pub(super) fn narrow(
    claims: &mut Claims,
    countries: &[Code<Country>],
    place: Option<String>,
    level: Code<EvidenceLevel>,
) {
    let kept = kept(&claims.origins, countries);
    let says_more = kept.len() < claims.origins.len() || (place.is_some() && place != claims.place);
    claims.origin_evidence = if says_more { level } else { claims.origin_evidence.higher(level) };
    if kept.len() < claims.origins.len() {
        claims.origins = kept;
    }
    claims.place = place.or_else(|| claims.place.take());
}

fn one_milligram() -> Milligrams {
    Milligrams::new(1).unwrap_or_default()
}

/// Rule L4: natural only if every part is.
pub(super) fn blend_nature(a: Code<Nature>, b: Code<Nature>) -> Code<Nature> {
    if nature_weight(b) > nature_weight(a) { b } else { a }
}

/// The weaker of two weighs more: what is known to be made by people, then what is not known, then natural.
pub(super) fn nature_weight(nature: Code<Nature>) -> u8 {
    if nature == Nature::NATURAL || nature == Nature::NATURAL_GLASS {
        0
    } else if nature == Nature::NOT_STATED {
        1
    } else {
        2
    }
}

/// Rule L2: every possible origin, with its share of the blended mass by the largest remainder.
fn blend_origins(inputs: &[(&Claims, Milligrams)]) -> Vec<Origin> {
    origins_of(inputs, &[])
}

/// [`blend_origins`], where some countries stay possible whatever the inputs say.
pub(super) fn origins_of(inputs: &[(&Claims, Milligrams)], possible: &[Code<Country>]) -> Vec<Origin> {
    let mut masses: BTreeMap<Code<Country>, Milligrams> = BTreeMap::new();
    for (claims, mass) in inputs {
        for origin in &claims.origins {
            let entry = masses.entry(origin.country).or_default();
            *entry = entry.checked_add(mass.share(origin.share)).unwrap_or(*entry);
        }
    }
    for country in possible {
        masses.entry(*country).or_default();
    }
    // Rounding must not lose a country from the set of possible origins.
    for mass in masses.values_mut().filter(|mass| mass.is_zero()) {
        *mass = Milligrams::new(1).unwrap_or(*mass);
    }
    largest_remainder(&masses).into_iter().map(|(country, share)| Origin { country, share }).collect()
}

/// Rule L1: the union of treatments; "in part" where inputs differ; what is not stated never becomes none.
fn blend_treatments(inputs: &[(&Claims, Milligrams)]) -> Vec<TreatmentState> {
    let codes: BTreeSet<Code<Treatment>> =
        inputs.iter().flat_map(|(claims, _)| claims.treatments.iter().map(|state| state.treatment)).collect();
    codes.into_iter().filter_map(|code| blend_treatment(code, inputs)).collect()
}

fn blend_treatment(treatment: Code<Treatment>, inputs: &[(&Claims, Milligrams)]) -> Option<TreatmentState> {
    let states: Vec<Option<&TreatmentState>> =
        inputs.iter().map(|(claims, _)| find(claims, treatment)).collect();
    let evidence = states
        .iter()
        .map(|state| state.map_or(EvidenceLevel::SELF_DECLARED, |state| state.evidence))
        .reduce(Code::lower)?;
    let findings: Vec<Code<Finding>> =
        states.iter().map(|state| state.map_or(Finding::NOT_STATED, |state| state.finding)).collect();
    let applied = findings.iter().filter(|finding| is_applied(**finding)).count();
    let finding = if findings.iter().all(|finding| Some(finding) == findings.first()) {
        *findings.first()?
    } else if applied == findings.len() && !findings.contains(&Finding::APPLIED_IN_PART) {
        Finding::DECLARED_APPLIED
    } else if applied > 0 {
        Finding::APPLIED_IN_PART
    } else if findings.contains(&Finding::NOT_STATED) {
        return None;
    } else {
        Finding::DECLARED_NONE
    };
    Some(TreatmentState { treatment, finding, evidence })
}

/// Whether the treatment is on the goods or on part of them.
pub(super) fn is_applied(finding: Code<Finding>) -> bool {
    finding == Finding::DECLARED_APPLIED
        || finding == Finding::APPLIED_IN_PART
        || finding == Finding::LAB_DETECTED
}

/// What is known of one treatment; `None` is "not stated".
pub(super) fn find(claims: &Claims, treatment: Code<Treatment>) -> Option<&TreatmentState> {
    claims.treatments.iter().find(|state| state.treatment == treatment)
}

/// Puts what is newly known of a treatment in its place, by code.
pub(super) fn set(claims: &mut Claims, state: TreatmentState) {
    match claims.treatments.binary_search_by_key(&state.treatment, |known| known.treatment) {
        Ok(place) => {
            if let Some(known) = claims.treatments.get_mut(place) {
                *known = state;
            }
        }
        Err(place) => claims.treatments.insert(place, state),
    }
}

/// A treatment was carried out: from now on it is on the goods.
pub(super) fn mark_applied(claims: &mut Claims, treatment: Code<Treatment>) {
    if find(claims, treatment).is_some_and(|known| known.finding == Finding::LAB_DETECTED) {
        return;
    }
    let evidence = EvidenceLevel::SELF_DECLARED;
    set(claims, TreatmentState { treatment, finding: Finding::DECLARED_APPLIED, evidence });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocab::Species;

    fn code<V: crate::vocab::Vocabulary>(text: &str) -> Code<V> {
        Code::parse(text).unwrap()
    }

    fn claims(origins: &[(&str, u32)], treatments: &[(&str, Code<Finding>)]) -> Claims {
        Claims {
            species: code::<Species>("quartz"),
            variety: None,
            nature: Nature::NATURAL,
            origins: origins
                .iter()
                .map(|(country, ppm)| Origin {
                    country: code(country),
                    share: crate::mass::Ppm::new(*ppm).unwrap(),
                })
                .collect(),
            origin_evidence: EvidenceLevel::DOCUMENT,
            model: ChainModel::IDENTITY_PRESERVED,
            treatments: treatments
                .iter()
                .map(|(treatment, finding)| TreatmentState {
                    treatment: code(treatment),
                    finding: *finding,
                    evidence: EvidenceLevel::SELF_DECLARED,
                })
                .collect(),
            others: None,
            drawn_from: None,
            ceiling: Some(EvidenceLevel::DOCUMENT),
            place: None,
            nature_evidence: None,
        }
    }

    fn mg(mass: u64) -> Milligrams {
        Milligrams::new(mass).unwrap()
    }

    #[test]
    fn heated_and_unstated_is_heated_in_part_and_unstated_never_becomes_none() {
        let heated = claims(&[("BR", 1_000_000)], &[("heat", Finding::DECLARED_APPLIED)]);
        let unstated = claims(&[("BR", 1_000_000)], &[]);
        let untreated = claims(&[("BR", 1_000_000)], &[("heat", Finding::DECLARED_NONE)]);
        let blended = blend(&[(&heated, mg(5)), (&unstated, mg(5))]).unwrap();
        assert_eq!(blended.treatments[0].finding, Finding::APPLIED_IN_PART);
        let blended = blend(&[(&untreated, mg(5)), (&unstated, mg(5))]).unwrap();
        assert!(blended.treatments.is_empty());
        let blended = blend(&[(&untreated, mg(5)), (&untreated, mg(5))]).unwrap();
        assert_eq!(blended.treatments[0].finding, Finding::DECLARED_NONE);
    }

    #[test]
    fn a_blend_of_seventy_to_thirty_says_so_and_is_controlled_blending() {
        let brazil = claims(&[("BR", 1_000_000)], &[]);
        let madagascar = claims(&[("MG", 1_000_000)], &[]);
        let blended = blend(&[(&brazil, mg(7_000_000)), (&madagascar, mg(3_000_000))]).unwrap();
        let shares: Vec<_> = blended.origins.iter().map(|o| (o.country.as_str(), o.share.get())).collect();
        assert_eq!(shares, [("BR", 700_000), ("MG", 300_000)]);
        assert_eq!(blended.model, ChainModel::CONTROLLED_BLENDING);
        let trace = blend(&[(&brazil, mg(9_000_000_000)), (&madagascar, mg(1))]).unwrap();
        assert_eq!(trace.origins.len(), 2, "a trace of an origin stays in the set");
    }

    #[test]
    fn glass_in_a_blend_makes_it_not_natural() {
        let natural = claims(&[("BR", 1_000_000)], &[]);
        let glass = Claims { nature: Nature::ARTIFICIAL_GLASS, ..natural.clone() };
        let unknown = Claims { nature: Nature::NOT_STATED, ..natural.clone() };
        assert_eq!(blend(&[(&natural, mg(1)), (&glass, mg(1))]).unwrap().nature, Nature::ARTIFICIAL_GLASS);
        assert_eq!(blend(&[(&natural, mg(1)), (&unknown, mg(1))]).unwrap().nature, Nature::NOT_STATED);
    }
}
