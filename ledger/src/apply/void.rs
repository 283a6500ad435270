//! What did not occur (rules X1, X3): undone by its author while nothing is built on it. Otherwise the way is a correction,
//! or a contradiction; nothing here rewinds what others rely on.

use crate::event::body::EventVoided;
use crate::id::{ItemId, ItemKind, WorkOrderId};
use crate::mass::Milligrams;
use crate::record::{
    CountBalance, EventRef, Item, ItemState, MassBalance, Offspring, Parentage, Record, RecordKey, WorkOrder,
};
use crate::violation::{Reason, Violation};
use crate::vocab::DisputeOutcome;
use crate::words::words;

use super::balance::add;
use super::context::{Context, Purpose, state_forbids};
use super::correction::{making_by, revive};
use super::dispute::{end_dispute, lift_hold, lift_recall};
use super::material::holds_foreign;

pub(super) fn event_voided(context: &mut Context<'_>, body: &EventVoided) -> Result<(), Violation> {
    let by = EventRef { index: body.index, event: body.event };
    match (&body.item, &body.work, &body.hold, &body.dispute, &body.recall) {
        (Some(id), None, None, None, None) => void_items(context, *id, by),
        (None, Some(id), None, None, None) => void_job(context, *id, by),
        (None, None, Some(id), None, None) => {
            let mut hold = context.hold(id).map_err(|violation| violation.field("hold"))?;
            check(context, by, hold.placed, hold.by, id)?;
            if let Some(ended) = hold.ended {
                return Err(used(id, ended).field("hold"));
            }
            // A pledge is the creditor's to release, however it came about.
            if hold.creditor.is_some() {
                return Err(Violation::new(Reason::NotEntitled).with(id).field("hold"));
            }
            hold.ended = Some(context.event_ref());
            lift_hold(context, *id, &hold)?;
            context.put(RecordKey::Hold(*id), hold);
            Ok(())
        }
        (None, None, None, Some(id), None) => {
            let dispute = context.dispute(id).map_err(|violation| violation.field("dispute"))?;
            check(context, by, dispute.opened, dispute.by, id)?;
            if let Some(later) = dispute.ended.or(dispute.answered) {
                return Err(used(id, later).field("dispute"));
            }
            end_dispute(context, *id, dispute, DisputeOutcome::WITHDRAWN)
        }
        (None, None, None, None, Some(id)) => {
            let mut recall = context.recall(id).map_err(|violation| violation.field("recall"))?;
            check(context, by, recall.issued, recall.by, id)?;
            if let Some(ended) = recall.ended {
                return Err(used(id, ended).field("recall"));
            }
            recall.ended = Some(context.event_ref());
            lift_recall(context, *id, &recall)?;
            context.put(RecordKey::Recall(*id), recall);
            Ok(())
        }
        _ => {
            let text = words(
                "exactly one of item, work, hold, dispute and recall is named",
                "item、work、hold、dispute、recall 须且只能填一个",
                "informe exatamente um de item, work, hold, dispute e recall",
            );
            Err(Violation::new(Reason::FieldsDisagree).saying(text).field("item"))
        }
    }
}

/// Rule X1: that event made this thing, and its author is who speaks.
fn check(
    context: &Context<'_>,
    by: EventRef,
    made: EventRef,
    author: crate::id::ParticipantId,
    id: impl std::fmt::Display,
) -> Result<(), Violation> {
    if made != by {
        let violation = Violation::new(Reason::CorrectionTarget).with(by.index).with(by.event);
        return Err(violation.with(id).field("index"));
    }
    if author != context.author()? {
        return Err(Violation::new(Reason::CorrectionAuthor));
    }
    Ok(())
}

fn used(id: impl std::fmt::Display, later: EventRef) -> Violation {
    Violation::new(Reason::VoidUsed).with(id).with(later.index)
}

fn void_items(context: &mut Context<'_>, id: ItemId, by: EventRef) -> Result<(), Violation> {
    let item = context.item(&id).map_err(|violation| violation.field("item"))?;
    check(context, by, item.created, item.creator, id)?;
    let sources: Vec<Parentage> = match item.work {
        Some(work) => vec![Parentage::Work(work)],
        None => item.parents.iter().map(|parent| Parentage::Item(parent.item)).collect(),
    };
    let mut children = vec![id];
    for (n, source) in sources.iter().enumerate() {
        let offspring = give_back(context, *source, by)?;
        if n == 0 {
            let item = |child: &Parentage| match child {
                Parentage::Item(id) => Some(*id),
                Parentage::Work(_) => None,
            };
            children = offspring.children.iter().filter_map(item).collect();
        }
    }
    let mut lots = Milligrams::ZERO;
    for child in children {
        let mut item = unused(context, &child)?;
        context.build_on_item(&mut item)?;
        if child.kind() == ItemKind::Lot {
            lots = add(lots, item.mass.entered)?;
        }
        item.state = ItemState::Voided;
        item.mass = MassBalance::of(Milligrams::ZERO);
        item.count = item.count.map(|_| CountBalance::of(0));
        item.foreign = None;
        item.parents.clear();
        context.put_item(child, item);
    }
    if let Some(id) = item.work
        && !lots.is_zero()
    {
        let mut work = context.work_order(&id)?;
        work.by_products =
            work.by_products.and_then(|known| known.checked_sub(lots)).filter(|rest| !rest.is_zero());
        context.put(RecordKey::WorkOrder(id), work);
    }
    Ok(())
}

/// An item that nothing but its creation has touched, in its author's hands.
fn unused(context: &Context<'_>, id: &ItemId) -> Result<Item, Violation> {
    let item = context.item(id)?;
    if item.history.events > 1 {
        return Err(Violation::new(Reason::VoidUsed).with(id).with(item.history.last).field("item"));
    }
    context.check_custodian(id, &item).map_err(|violation| violation.field("item"))?;
    Ok(item)
}

fn void_job(context: &mut Context<'_>, id: WorkOrderId, by: EventRef) -> Result<(), Violation> {
    let mut work = context.work_order(&id).map_err(|violation| violation.field("work"))?;
    check(context, by, work.created, work.studio, id)?;
    if work.history.events > 1 {
        return Err(Violation::new(Reason::VoidUsed).with(id).with(work.history.last).field("work"));
    }
    context.check_job_free(&id, &work, Purpose::Change).map_err(|violation| violation.field("work"))?;
    for input in &work.inputs {
        give_back(context, Parentage::Item(input.item), by)?;
    }
    context.build_on_work(&mut work)?;
    work.mass = MassBalance::of(Milligrams::ZERO);
    work.inputs.clear();
    work.voided = Some(context.event_ref());
    context.put(RecordKey::WorkOrder(id), work);
    Ok(())
}

/// Gives back to a thing what an event took of it, lost of it and added to it. It must be in the author's hands still.
fn give_back(context: &mut Context<'_>, source: Parentage, by: EventRef) -> Result<Offspring, Violation> {
    let makings = match context.record(&source.key()).as_deref() {
        Some(Record::Item(item)) => item.makings,
        Some(Record::WorkOrder(work)) => work.makings,
        _ => None,
    };
    let made = making_by(context, source, makings.unwrap_or(0), by);
    let (number, mut offspring) = made.ok_or_else(|| {
        // Too long ago, or not noted under ruleset 1.
        Violation::new(Reason::VoidUsed).with(name(source)).with(context.index).field("item")
    })?;
    match source {
        Parentage::Item(id) => {
            let mut item = context.item(&id)?;
            context.check_custodian(&id, &item).map_err(|violation| violation.field("item"))?;
            if !matches!(item.state, ItemState::InStock | ItemState::Finished | ItemState::Exhausted) {
                return Err(state_forbids(&id, item.state).field("item"));
            }
            context.check_not_offered(&id, &item).map_err(|violation| violation.field("item"))?;
            context.check_free(&id, &item, Purpose::Change).map_err(|violation| violation.field("item"))?;
            if holds_foreign(&item) {
                // What holds something foreign and is divided or taken apart is not joined by a word.
                return Err(used_since(&id, &item));
            }
            context.build_on_item(&mut item)?;
            undo(&mut item.mass, &offspring).ok_or_else(|| used_since(&id, &item))?;
            if let Some(count) = &mut item.count {
                let (passed_on, lost) = (offspring.count.unwrap_or(0), offspring.lost_count.unwrap_or(0));
                count.passed_on = count.passed_on.saturating_sub(passed_on);
                count.lost = count.lost.saturating_sub(lost);
                count.left = count.left.saturating_add(passed_on).saturating_add(lost);
            }
            revive(&mut item, &id);
            context.put_item(id, item);
        }
        Parentage::Work(id) => {
            let mut work: WorkOrder = context.work_order(&id)?;
            if work.studio != context.author()? {
                return Err(Violation::new(Reason::NotCustodian).with(id).with(work.studio).field("item"));
            }
            context
                .check_job_not_offered(&id, &work)
                .and_then(|()| context.check_job_free(&id, &work, Purpose::Change))
                .map_err(|violation| violation.field("item"))?;
            context.build_on_work(&mut work)?;
            undo(&mut work.mass, &offspring).ok_or_else(|| {
                Violation::new(Reason::VoidUsed).with(id).with(work.history.last).field("item")
            })?;
            let children = u32::try_from(offspring.children.len()).unwrap_or(u32::MAX);
            work.outputs = work.outputs.saturating_sub(children);
            context.put(RecordKey::WorkOrder(id), work);
        }
    }
    offspring.voided = Some(context.event_ref());
    context.put_unlisted(RecordKey::Offspring(source, number), offspring.clone());
    Ok(offspring)
}

fn used_since(id: &ItemId, item: &Item) -> Violation {
    Violation::new(Reason::VoidUsed).with(id).with(item.history.last).field("item")
}

/// Takes an event's share out of a balance; `None` if later events have used what it added.
fn undo(mass: &mut MassBalance, event: &Offspring) -> Option<()> {
    let (lost, gained) = (event.lost.unwrap_or_default(), event.gained.unwrap_or_default());
    mass.passed_on = mass.passed_on.checked_sub(event.mass)?;
    mass.lost = mass.lost.checked_sub(lost)?;
    mass.gained = mass.gained.checked_sub(gained)?;
    mass.left = mass.left.checked_add(event.mass)?.checked_add(lost)?.checked_sub(gained)?;
    Some(())
}

fn name(thing: Parentage) -> String {
    match thing {
        Parentage::Item(id) => id.to_string(),
        Parentage::Work(id) => id.to_string(),
    }
}
