//! The way forward: everything that was made of a thing, as far as the policy lets a correction reach, and the marks of
//! what cannot be corrected any more (rule X3). Balances are not touched here.

use std::collections::BTreeSet;

use crate::id::ItemId;
use crate::mass::Milligrams;
use crate::record::{
    Contradiction, EventRef, MAX_KEPT, MAX_MARKS, Offspring, Parentage, Record, RecordKey, Warning,
};
use crate::violation::{Reason, Violation};

use crate::apply::context::{Context, warn_item};

/// The most things that the corrections of one statement reach, whatever the policy says: with what each costs, the worst
/// that a statement can ask of the rules.
pub(crate) const MAX_FORWARD: usize = 10_000;
/// The most notes of what was made, parts and parents that they look at on the way, also where nothing is reached: what was
/// made and taken back again and again.
pub(crate) const MAX_LOOKED: usize = 4 * MAX_FORWARD;

/// What was made of a thing, directly or by way of others.
pub(super) struct Descendants {
    /// In the order in which they were made: whatever one was made of stands before it.
    pub(super) things: Vec<Parentage>,
    /// Whether these are all.
    pub(super) whole: bool,
    /// A thing whose offspring was not noted, under ruleset 1.
    pub(super) unnoted: Option<Parentage>,
}

/// Walks forward, at most as far as policy and [`MAX_FORWARD`] let one statement reach.
pub(super) fn descendants(context: &mut Context<'_>, start: Parentage) -> Result<Descendants, Violation> {
    let limit = reach(context)?;
    let mut seen = BTreeSet::from([start]);
    let mut found: Vec<(EventRef, Parentage)> = Vec::new();
    let mut next = vec![start];
    let mut outcome = Descendants { things: Vec::new(), whole: true, unnoted: None };
    while let Some(thing) = next.pop() {
        let (makings, passed_on) = match context.record(&thing.key()).as_deref() {
            Some(Record::Item(item)) => (item.makings.unwrap_or(0), item.mass.passed_on),
            Some(Record::WorkOrder(work)) => (work.makings.unwrap_or(0), work.mass.passed_on),
            _ => continue,
        };
        let mut noted = Milligrams::ZERO;
        for number in 0..makings {
            if !look(context, 1) {
                outcome.whole = false;
                break;
            }
            let Some(offspring) = offspring(context, thing, number) else { continue };
            if offspring.voided.is_some() {
                continue;
            }
            noted = noted.checked_add(offspring.mass).unwrap_or(noted);
            for child in offspring.children {
                if !seen.insert(child) {
                    continue;
                }
                let (made, parts) = made_of(context, child);
                if context.forwarded >= limit || !look(context, parts) {
                    outcome.whole = false;
                    break;
                }
                context.forwarded += 1;
                found.push((made, child));
                next.push(child);
            }
            if !outcome.whole {
                break;
            }
        }
        if outcome.whole && noted < passed_on {
            outcome.unnoted.get_or_insert(thing);
        }
        if !outcome.whole {
            break;
        }
    }
    found.sort_unstable();
    outcome.things = found.into_iter().map(|(_, thing)| thing).collect();
    Ok(outcome)
}

/// How far one statement may reach.
pub(super) fn reach(context: &Context<'_>) -> Result<usize, Violation> {
    let policy = usize::try_from(context.policy()?.max_forward_items).unwrap_or(MAX_FORWARD);
    Ok(policy.min(MAX_FORWARD))
}

/// One numbered record of what was made of a thing.
pub(in crate::apply) fn offspring(context: &Context<'_>, thing: Parentage, number: u32) -> Option<Offspring> {
    match context.record(&RecordKey::Offspring(thing, number)).as_deref() {
        Some(Record::Offspring(offspring)) => Some(offspring.clone()),
        _ => None,
    }
}

/// How many of the newest offspring are looked at for one event.
const LOOK_BACK: u32 = 64;

/// The number of the record that notes what an event made of a thing, if it is among the newest.
pub(in crate::apply) fn making_by(
    context: &Context<'_>,
    thing: Parentage,
    makings: u32,
    by: EventRef,
) -> Option<(u32, Offspring)> {
    let newest = (makings.saturating_sub(LOOK_BACK)..makings).rev();
    newest
        .filter_map(|number| Some((number, offspring(context, thing, number)?)))
        .find(|(_, offspring)| offspring.by == by)
}

/// By which event a thing was made, and how many records a walk reads beside its own: what it was made of.
fn made_of(context: &Context<'_>, thing: Parentage) -> (EventRef, usize) {
    match context.record(&thing.key()).as_deref() {
        Some(Record::Item(item)) => {
            let parts = usize::try_from(item.components.unwrap_or(0)).unwrap_or(MAX_LOOKED);
            (item.created, item.parents.len().saturating_add(parts))
        }
        Some(Record::WorkOrder(work)) => (work.created, work.inputs.len()),
        _ => (context.event_ref(), 0),
    }
}

/// Whether a walk may look at so many records more.
fn look(context: &mut Context<'_>, records: usize) -> bool {
    context.looked = context.looked.saturating_add(records);
    context.looked <= MAX_LOOKED
}

/// Marks an item, and all that was made of it, with what nothing explains.
pub(super) fn contradict(
    context: &mut Context<'_>,
    id: ItemId,
    unexplained: Milligrams,
) -> Result<(), Violation> {
    let contradiction = Contradiction { stated: context.event_ref(), of: id, unexplained };
    let descendants = descendants(context, Parentage::Item(id))?;
    let mut item = context.item(&id)?;
    context.build_on_item(&mut item)?;
    if !descendants.whole || descendants.unnoted.is_some() {
        warn_item(&mut item, context, Reason::ContradictionCut, [descendants.things.len().to_string()]);
    }
    context.put_item(id, item);
    for thing in std::iter::once(Parentage::Item(id)).chain(descendants.things) {
        let key = thing.key();
        let Some(mut record) = context.record(&key) else { continue };
        bear(std::sync::Arc::make_mut(&mut record), contradiction);
        context.put(key, std::sync::Arc::unwrap_or_clone(record));
    }
    Ok(())
}

/// Puts a contradiction on a thing, in a form for rules and, of an item, as a warning for people.
pub(in crate::apply) fn bear(record: &mut Record, contradiction: Contradiction) {
    match record {
        Record::Item(item) => {
            if item.standing().contradictions.contains(&contradiction) {
                return;
            }
            let mut kept = true;
            item.change_standing(|standing| kept = keep(&mut standing.contradictions, contradiction));
            if kept && item.warnings.len() < MAX_KEPT {
                item.warnings.push(Warning {
                    reason: Reason::Contradicted.code().to_owned(),
                    at: contradiction.stated,
                    args: vec![contradiction.of.to_string(), contradiction.unexplained.to_string()],
                });
            } else {
                item.not_kept = item.not_kept.saturating_add(1);
            }
        }
        Record::WorkOrder(work) => {
            let kept = keep(work.contradictions.get_or_insert_default(), contradiction);
            work.not_kept = work.not_kept.saturating_add(u32::from(!kept));
        }
        _ => {}
    }
}

fn keep(list: &mut Vec<Contradiction>, contradiction: Contradiction) -> bool {
    if list.contains(&contradiction) {
        return true;
    }
    let room = list.len() < MAX_MARKS;
    if room {
        list.push(contradiction);
    }
    room
}
