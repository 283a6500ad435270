//! Claims that travel (rules L1 to L4): what is known of a material goes with it through split, merge and work, and
//! never becomes better on the way.

use std::collections::{BTreeMap, BTreeSet};

use crate::mass::{Milligrams, largest_remainder};
use crate::record::{Claims, Origin, TreatmentState};
use crate::violation::{Reason, Violation};
use crate::vocab::{ChainModel, Code, Country, EvidenceLevel, Finding, Nature, Treatment};

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
    let kept: BTreeMap<Code<Country>, Milligrams> = claims
        .origins
        .iter()
        .filter(|origin| countries.contains(&origin.country))
        .filter_map(|origin| {
            Some((origin.country, Milligrams::new(u64::from(origin.share.get()))?.max(one_milligram())))
        })
        .collect();
    let says_more = kept.len() < claims.origins.len() || (place.is_some() && place != claims.place);
    claims.origin_evidence = if says_more { level } else { claims.origin_evidence.higher(level) };
    if kept.len() < claims.origins.len() {
        claims.origins =
            largest_remainder(&kept).into_iter().map(|(country, share)| Origin { country, share }).collect();
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
