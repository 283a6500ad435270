//! Masses corrected (rules X2, X3): a difference to the balance that is still there. Once goods are in other hands both
//! parties sign the same; what later events have used stays as it was booked and is shown as a contradiction.

use crate::apply::balance::{add, check_total_gain, positive};
use crate::apply::context::{Context, Purpose};
use crate::apply::material::{exhaust, holds_foreign};
use crate::event::body::EventCorrected;
use crate::event::shape::Shape;
use crate::id::{ItemId, ItemKind, ParticipantId};
use crate::mass::Milligrams;
use crate::record::{
    Detail, Item, ItemState, MAX_MARKS, MassBalance, Offer, Parentage, Record, RecordKey, WaitingCorrection,
};
use crate::violation::{Reason, Violation};

use super::forward::{contradict, making_by};
use super::{not_created, quoted, target};

/// A correction of mass: what stood, what should stand, and the two who must agree.
struct Asked {
    id: ItemId,
    old: Milligrams,
    new: Milligrams,
    parties: [ParticipantId; 2],
}

impl Asked {
    fn read(
        body: &EventCorrected,
        id: &ItemId,
        parties: [ParticipantId; 2],
        stands: Milligrams,
    ) -> Result<Self, Violation> {
        let old = quoted(body.old.as_ref(), "old")?;
        if old != stands {
            return Err(Violation::new(Reason::CorrectionOld).with(stands).field("old"));
        }
        let new = quoted(body.new.as_ref(), "new")?;
        Ok(Self { id: *id, old, new, parties })
    }

    fn difference(&self) -> Milligrams {
        self.old.abs_diff(self.new)
    }

    const fn is_up(&self) -> bool {
        self.new.get() > self.old.get()
    }
}

/// The mass with which a thing was created.
pub(super) fn of_creation(
    context: &mut Context<'_>,
    body: &EventCorrected,
    id: &ItemId,
) -> Result<(), Violation> {
    let item = context.item(id).map_err(|violation| violation.field("item"))?;
    if item.created != target(body) {
        return Err(not_created(body, id));
    }
    let stands = item.details.iter().find(|detail| detail.field == "mass_mg");
    let stands = stands.and_then(|detail| detail.value.parse().ok()).and_then(Milligrams::new);
    let stands = stands.unwrap_or(item.mass.entered);
    let asked = Asked::read(body, id, [item.creator, item.custodian], stands)?;
    let fits = asked.is_up() || item.mass.left >= asked.difference();
    settle(context, body, item, &asked, fits && !asked.new.is_zero(), |context, item| {
        if item.entry.is_some() && item.history.events == 1 {
            // Nothing was built on it: it is as if it had been declared so.
            item.mass = MassBalance::of(asked.new);
        } else if !from_parent(context, item, &asked)? {
            difference(context, item, &asked)?;
        }
        if item.entry.is_some() {
            restate_blend(context, &asked);
        }
        let corrected = Some(context.event_ref());
        let value = asked.new.to_json().write();
        item.details.retain(|detail| detail.field != "mass_mg");
        item.details.push(Detail { corrected, ..Detail::new("mass_mg", value) });
        Ok(())
    })
}

/// Rule L2: of a lot that was declared as a blend so much more or less entered of each country.
fn restate_blend(context: &mut Context<'_>, asked: &Asked) {
    let key = RecordKey::Exposure(Parentage::Item(asked.id));
    let Some(Record::Exposure(mut exposure)) = context.record(&key).as_deref().cloned() else { return };
    for origin in &mut exposure.origins {
        let scaled = u128::from(origin.entered.get()) * u128::from(asked.new.get())
            / u128::from(asked.old.get().max(1));
        origin.entered = u64::try_from(scaled).ok().and_then(Milligrams::new).unwrap_or(origin.entered);
    }
    context.put_unlisted(key, exposure);
}

/// The mass of a part goes back to what it was taken from, or comes from it, where both are in one hand. Says whether it
/// did.
fn from_parent(context: &mut Context<'_>, item: &mut Item, asked: &Asked) -> Result<bool, Violation> {
    let [source] = item.parents.as_slice() else { return Ok(false) };
    let source = source.item;
    let mut parent = context.item(&source)?;
    let in_hand = parent.custodian == item.custodian
        && matches!(parent.state, ItemState::InStock | ItemState::Finished | ItemState::Exhausted)
        && context.check_not_offered(&source, &parent).is_ok()
        && context.check_free(&source, &parent, Purpose::Change).is_ok();
    if !in_hand || item.work.is_some() {
        return Ok(false);
    }
    let thing = Parentage::Item(source);
    let made = making_by(context, thing, parent.makings.unwrap_or(0), item.created);
    let Some((number, mut offspring)) = made else { return Ok(false) };
    let by = asked.difference();
    let after =
        if asked.is_up() { parent.mass.left.checked_sub(by) } else { parent.mass.left.checked_add(by) };
    // Rule M7: a batch gives and takes no mass with which its mass and its count would not run out together.
    let even = |after: &Milligrams| parent.count.is_none_or(|count| (count.left == 0) == after.is_zero());
    if !after.as_ref().is_some_and(even) {
        return Ok(false);
    }
    if asked.is_up() {
        parent.mass.pass_on(by)?;
        exhaust(&mut parent);
        item.mass.entered = add(item.mass.entered, by)?;
        item.mass.left = add(item.mass.left, by)?;
        offspring.mass = add(offspring.mass, by)?;
    } else {
        parent.mass.give_back(by)?;
        revive(&mut parent, &source);
        item.mass.entered = less(item.mass.entered, by)?;
        item.mass.left = less(item.mass.left, by)?;
        offspring.mass = less(offspring.mass, by)?;
    }
    if let Some(known) = item.parents.first_mut() {
        known.mass = if asked.is_up() { add(known.mass, by)? } else { less(known.mass, by)? };
    }
    context.build_on_item(&mut parent)?;
    context.put_item(source, parent);
    context.put_unlisted(RecordKey::Offspring(thing, number), offspring);
    Ok(true)
}

/// What is left of an item is there again.
pub(in crate::apply) fn revive(item: &mut Item, id: &ItemId) {
    if item.state == ItemState::Exhausted && !item.mass.left.is_zero() {
        item.state = if id.kind() == ItemKind::Piece { ItemState::Finished } else { ItemState::InStock };
    }
}

/// Books the difference as a gain, within what a thing may gain in its life (rule M5), or as a loss.
fn difference(context: &Context<'_>, item: &mut Item, asked: &Asked) -> Result<(), Violation> {
    let by = asked.difference();
    if asked.is_up() {
        check_total_gain(&item.mass, item.foreign, by, Milligrams::ZERO, context.policy()?)
            .map_err(|violation| violation.field("new"))?;
        item.mass.gain(by)
    } else {
        item.mass.lose(by)
    }
}

/// A loss that was another. It may have been none.
pub(super) fn of_loss(
    context: &mut Context<'_>,
    body: &EventCorrected,
    id: &ItemId,
) -> Result<(), Violation> {
    let item = context.item(id).map_err(|violation| violation.field("item"))?;
    let event = target(body);
    let mut said = context.said(&event).map_err(|violation| violation.field("index"))?;
    let place = said.details.iter().position(|detail| detail.field == "loss.mass_mg");
    let about = said.about.contains(&Parentage::Item(*id));
    let Some(detail) = place.filter(|_| about).and_then(|place| said.details.get_mut(place)) else {
        return Err(super::no_field("loss.mass_mg"));
    };
    let stands = detail.value.parse().ok().and_then(Milligrams::new).unwrap_or_default();
    let asked = Asked::read(body, id, [said.by, item.custodian], stands)?;
    detail.value = asked.new.to_json().write();
    detail.corrected = Some(context.event_ref());
    let fits = if asked.is_up() {
        item.mass.left >= asked.difference()
    } else {
        item.mass.lost >= asked.difference()
    };
    settle(context, body, item, &asked, fits, |context, item| {
        let by = asked.difference();
        if asked.is_up() {
            item.mass.lose(by)?;
        } else {
            item.mass.lost = less(item.mass.lost, by)?;
            item.mass.left = add(item.mass.left, by)?;
        }
        context.put(RecordKey::Said(event), said);
        Ok(())
    })
}

/// What the taker weighed when he accepted.
pub(super) fn of_acceptance(
    context: &mut Context<'_>,
    body: &EventCorrected,
    id: &ItemId,
) -> Result<(), Violation> {
    let item = context.item(id).map_err(|violation| violation.field("item"))?;
    let offer = item.offer.map(|offer| context.offer(&offer)).transpose()?;
    // Whoever took ownership alone weighed nothing.
    let weighed = |offer: &Offer| offer.accepted == Some(target(body)) && offer.title_only.is_none();
    let Some(offer) = offer.filter(weighed) else {
        return Err(not_created(body, id));
    };
    let parties = [offer.from, offer.to];
    let old = quoted(body.old.as_ref(), "old")?;
    let asked = Asked::read(body, id, parties, old)?;
    positive(asked.new, "new")?;
    // Whatever was taken of it since shows in what is left.
    let fits = item.mass.left == asked.old && item.custodian == offer.to;
    settle(context, body, item, &asked, fits, |context, item| difference(context, item, &asked))
}

/// Applies a correction if it still can be and if both parties have signed it; else it waits, or is a contradiction.
fn settle<'a>(
    context: &mut Context<'a>,
    body: &EventCorrected,
    mut item: Item,
    asked: &Asked,
    fits: bool,
    apply: impl FnOnce(&mut Context<'a>, &mut Item) -> Result<(), Violation>,
) -> Result<(), Violation> {
    let author = context.author()?;
    let [a, b] = asked.parties;
    if author != a && author != b {
        return Err(Violation::new(Reason::CorrectionAuthor));
    }
    if asked.old == asked.new {
        return Err(Violation::new(Reason::NotPositive).field("new"));
    }
    let in_hand = matches!(item.state, ItemState::Declared | ItemState::InStock | ItemState::Finished)
        || (item.state == ItemState::Exhausted && !asked.is_up() && body.field.as_str() == "loss.mass_mg");
    // Of what holds something foreign nobody knows which part was weighed wrong: its balance is adjusted with a document.
    if !fits || !in_hand || holds_foreign(&item) {
        if body.contradiction == Some(true) {
            return contradict(context, asked.id, asked.difference());
        }
        return Err(Violation::new(Reason::CorrectionUsed).with(asked.id).field("new"));
    }
    let takes = asked.is_up() == (body.field.as_str() == "loss.mass_mg");
    let (left, by) = (item.mass.left, asked.difference());
    let after = if takes { less(left, by)? } else { add(left, by)? };
    // Rule M7: mass and count run out together.
    if let Some(count) = item.count
        && (count.left == 0) != after.is_zero()
    {
        if body.contradiction == Some(true) {
            return contradict(context, asked.id, by);
        }
        return Err(Violation::new(Reason::CountNotBalanced).with(count.left).with(0).field("new"));
    }
    context.check_not_offered(&asked.id, &item).map_err(|violation| violation.field("item"))?;
    context.check_free(&asked.id, &item, Purpose::Change).map_err(|violation| violation.field("item"))?;
    context.build_on_item(&mut item)?;
    if a == b || both_have_signed(context, body, &mut item, asked)? {
        let corrects = target(body);
        item.change_standing(|standing| standing.waiting.retain(|waiting| waiting.corrects != corrects));
        apply(context, &mut item)?;
        revive(&mut item, &asked.id);
        exhaust(&mut item);
    }
    context.put_item(asked.id, item);
    Ok(())
}

/// Rule X2: whether the other party has signed the same before. Else this signature waits for that one.
fn both_have_signed(
    context: &Context<'_>,
    body: &EventCorrected,
    item: &mut Item,
    asked: &Asked,
) -> Result<bool, Violation> {
    let author = context.author()?;
    let [a, b] = asked.parties;
    let other = if author == a { b } else { a };
    let corrects = target(body);
    let same = |waiting: &WaitingCorrection| {
        waiting.corrects == corrects && waiting.old == asked.old && waiting.new == asked.new
    };
    let standing = item.standing();
    if standing
        .waiting
        .iter()
        .any(|waiting| same(waiting) && waiting.by == other && waiting.waits_for == author)
    {
        return Ok(true);
    }
    if body.counterparty != Some(other) {
        let violation = Violation::new(Reason::CorrectionCounterparty).with(asked.id).with(other);
        return Err(violation.field("counterparty"));
    }
    let waiting = WaitingCorrection {
        asked: context.event_ref(),
        by: author,
        waits_for: other,
        corrects,
        old: asked.old,
        new: asked.new,
    };
    let mut full = false;
    item.change_standing(|standing| {
        standing.waiting.retain(|known| known.corrects != corrects || known.by != author);
        full = standing.waiting.len() >= MAX_MARKS;
        standing.waiting.push(waiting);
    });
    if full {
        return Err(Violation::new(Reason::TooManyMarks).with(asked.id).with(MAX_MARKS).field("item"));
    }
    Ok(false)
}

fn less(mass: Milligrams, by: Milligrams) -> Result<Milligrams, Violation> {
    mass.checked_sub(by).ok_or_else(|| Violation::new(Reason::TooMuchTaken).with(by).with(mass))
}
