//! Lots and batches are divided, poured together, and lose mass (rules M1 to M3, M7, L1 to L3).

use crate::event::body::{Input, LossRecorded, LotMerged, LotSplit, OutputKind};
use crate::event::shape::Text;
use crate::id::{ItemId, ItemKind, ParticipantId};
use crate::mass::Milligrams;
use crate::record::{Claims, Item, ItemState, Parent, Parentage, RecordKey};
use crate::time::Timestamp;
use crate::violation::{Reason, Violation};
use crate::words::words;

use super::balance::{Differences, add, begin_with_foreign, check_counts, lose, pass_on, positive, total};
use super::claims::{blend, note_blend};
use super::context::{Context, refuse_twice};
use super::inbound::pass_way;
use super::lots::{Created, details, parents_of};
use super::protected::check_name;
use super::units::batch_of;

pub(super) fn lot_split(context: &mut Context<'_>, body: &LotSplit) -> Result<(), Violation> {
    let (mut item, kind) = to_divide(context, &body.item).map_err(|violation| violation.field("item"))?;
    context.build_on_item(&mut item)?;
    let mut differences = Differences::of(item.mass.left, item.resolution, context.policy()?);
    let mut foreign = Vec::new();
    for (n, part) in body.parts.iter().enumerate() {
        foreign.push(pass_on(&mut item, part.mass_mg, part.count, &format!("parts[{n}].mass_mg"))?);
    }
    for (n, loss) in body.losses.iter().enumerate() {
        lose(&mut item, loss, &mut differences, &format!("losses[{n}]"))?;
    }
    item.mass.check_left(body.left_mg, "left_mg")?;
    check_counts(&item, body.left_count, "left_count")?;
    exhaust(&mut item);
    for (n, (part, foreign)) in body.parts.iter().zip(foreign).enumerate() {
        let created = Created {
            kind,
            form: item.form,
            claims: item.claims.clone(),
            mass: part.mass_mg,
            count: part.count,
        };
        let mut output = created.item(context, item.custodian, item.owner);
        output.parents = vec![Parent { item: body.item, mass: part.mass_mg }];
        output.resolution = item.resolution;
        output.latest = item.latest;
        begin_with_foreign(&mut output, foreign)?;
        output.assembly = item.assembly;
        if context.ruleset() >= 2 {
            output.maker = item.maker;
            output.units_of = batch_of(context, &body.item, &item);
            output.passage = pass_way(&mut item, &body.item, part.mass_mg);
        }
        let id = context.new_item(kind, &body.nonce, n);
        context.create(RecordKey::Item(id), id, output)?;
        context.link(RecordKey::Item(body.item), RecordKey::Item(id), part.mass_mg);
    }
    context.put_item(body.item, item);
    Ok(())
}

/// An item that the author may divide, and what its parts are.
pub(super) fn to_divide(context: &Context<'_>, id: &ItemId) -> Result<(Item, OutputKind), Violation> {
    let item = to_take(context, id)?;
    let kind = match id.kind() {
        ItemKind::Lot => OutputKind::Lot,
        ItemKind::Batch => OutputKind::Batch,
        ItemKind::Piece => {
            let what = words("a lot or a batch", "批次或批件", "um lote ou um lote contado");
            return Err(Violation::new(Reason::WrongKind).with(id).saying(what));
        }
    };
    Ok((item, kind))
}

/// An item of which the author may take something: in hand, and not kept for another's buyer.
pub(super) fn to_take(context: &Context<'_>, id: &ItemId) -> Result<Item, Violation> {
    let item = context.item_in_hand(id)?;
    context.check_not_reserved(id, &item)?;
    Ok(item)
}

/// Only lots are poured together.
pub(super) fn check_is_lot(id: &ItemId) -> Result<(), Violation> {
    if id.kind() == ItemKind::Lot {
        return Ok(());
    }
    Err(Violation::new(Reason::WrongKind).with(id).saying(words("a lot", "批次", "um lote")))
}

pub(super) fn lot_merged(context: &mut Context<'_>, body: &LotMerged) -> Result<(), Violation> {
    for (n, input) in body.inputs.iter().enumerate() {
        check_is_lot(&input.item).map_err(|violation| violation.field(format!("inputs[{n}].item")))?;
    }
    let id = context.new_item(OutputKind::Lot, &body.nonce, 0);
    let taken = take_inputs(context, &body.inputs, Parentage::Item(id))?;
    let losses = total(body.losses.iter().map(|loss| loss.mass_mg), "losses")?;
    let mut differences = Differences::of(taken.mass, taken.resolution, context.policy()?);
    for (n, loss) in body.losses.iter().enumerate() {
        let field = format!("losses[{n}]");
        if loss.count.is_some() {
            return Err(Violation::new(Reason::CountMissing).field(field));
        }
        differences.check_loss(loss, &field)?;
    }
    let output = positive(body.mass_mg, "mass_mg")?;
    let accounted = add(output, losses)?;
    if accounted != taken.mass {
        let difference = accounted.abs_diff(taken.mass);
        let violation = Violation::new(Reason::NotBalanced).with(taken.mass).with(accounted);
        return Err(violation.with(difference).field("mass_mg"));
    }
    check_name(context, body.trade_name.as_ref().map(Text::as_str), &taken.claims)
        .map_err(|violation| violation.field("trade_name"))?;
    let created =
        Created { kind: OutputKind::Lot, form: taken.form, claims: taken.claims, mass: output, count: None };
    let mut item = created.item(context, taken.custodian, taken.owner);
    item.parents = parents_of(&body.inputs);
    item.latest = taken.latest.max(context.at);
    item.resolution = taken.resolution;
    item.details = details("", body);
    context.create(RecordKey::Item(id), id, item)?;
    for input in body.inputs.iter() {
        context.link(RecordKey::Item(input.item), RecordKey::Item(id), input.mass_mg);
    }
    Ok(())
}

pub(super) fn loss_recorded(context: &mut Context<'_>, body: &LossRecorded) -> Result<(), Violation> {
    let mut item = context.item_in_hand(&body.item).map_err(|violation| violation.field("item"))?;
    context.build_on_item(&mut item)?;
    let mut differences = Differences::of(item.mass.left, item.resolution, context.policy()?);
    lose(&mut item, &body.loss, &mut differences, "loss")?;
    item.mass.check_left(body.left_mg, "left_mg")?;
    if let Some(count) = item.count
        && (count.left == 0) != item.mass.left.is_zero()
    {
        return Err(Violation::new(Reason::CountNotBalanced).with(count.left).with(0).field("loss.count"));
    }
    exhaust(&mut item);
    context.put_item(body.item, item);
    Ok(())
}

/// What a merge or a job takes in, with its inputs' balances brought down.
pub(super) struct Taken {
    pub(super) mass: Milligrams,
    pub(super) claims: Claims,
    pub(super) form: crate::vocab::Code<crate::vocab::Form>,
    pub(super) custodian: ParticipantId,
    pub(super) owner: Option<ParticipantId>,
    pub(super) latest: Timestamp,
    pub(super) resolution: Milligrams,
}

/// One input with its balance brought down, not yet put back.
pub(super) struct TakenItem {
    pub(super) id: ItemId,
    pub(super) item: Item,
    pub(super) mass: Milligrams,
    pub(super) foreign: Milligrams,
}

/// Takes mass out of every input for a merge or a job, which `into` names: of one owner and one mineral, and all stone.
pub(super) fn take_inputs(
    context: &mut Context<'_>,
    inputs: &[Input],
    into: Parentage,
) -> Result<Taken, Violation> {
    let items = take_each(context, inputs, "inputs")?;
    for (n, taken) in items.iter().enumerate() {
        check_all_stone(&taken.id, &taken.item)
            .map_err(|violation| violation.field(format!("inputs[{n}].item")))?;
    }
    let parts: Vec<(&Claims, Milligrams)> =
        items.iter().map(|taken| (&taken.item.claims, taken.mass)).collect();
    let mut claims = blend(&parts).map_err(|violation| violation.field("inputs"))?;
    if parts.len() > 1 {
        note_blend(context, into, &parts, &mut claims)?;
    }
    let taken = sum_up(context, &items, claims)?;
    for TakenItem { id, item, .. } in items {
        context.put_item(id, item);
    }
    Ok(taken)
}

/// What was assembled, or mended with something that is no stone. Not all of it comes back as stone.
pub(super) const fn holds_foreign(item: &Item) -> bool {
    item.assembly.is_some() || item.foreign.is_some()
}

/// What is not all stone goes into no blend and no job.
pub(super) fn check_all_stone(id: &ItemId, item: &Item) -> Result<(), Violation> {
    if holds_foreign(item) { Err(Violation::new(Reason::ForeignInside).with(id)) } else { Ok(()) }
}

/// What the inputs are together.
pub(super) fn sum_up(context: &Context<'_>, items: &[TakenItem], claims: Claims) -> Result<Taken, Violation> {
    let Some(TakenItem { item: first, .. }) = items.first() else {
        return Err(Violation::new(Reason::NotPositive).field("inputs"));
    };
    Ok(Taken {
        mass: total(items.iter().map(|taken| taken.mass), "inputs")?,
        claims,
        form: first.form,
        custodian: first.custodian,
        owner: first.owner,
        latest: items.iter().map(|taken| taken.item.latest).max().unwrap_or(context.at),
        resolution: items.iter().map(|taken| taken.item.resolution).max().unwrap_or_default(),
    })
}

/// Takes mass out of every input: all in the author's hands and of one owner.
pub(super) fn take_each(
    context: &Context<'_>,
    inputs: &[Input],
    list: &str,
) -> Result<Vec<TakenItem>, Violation> {
    refuse_twice(inputs.iter().map(|input| input.item), list)?;
    let mut items: Vec<TakenItem> = Vec::new();
    for (n, input) in inputs.iter().enumerate() {
        let place = |violation: Violation| {
            let field = if violation.field.is_empty() { "item".to_owned() } else { violation.field.clone() };
            violation.field(format!("{list}[{n}].{field}"))
        };
        let mut item = to_take(context, &input.item).map_err(place)?;
        context.build_on_item(&mut item)?;
        let foreign = pass_on(&mut item, input.mass_mg, input.count, "mass_mg").map_err(place)?;
        if let Some(count) = item.count
            && (count.left == 0) != item.mass.left.is_zero()
        {
            let violation = Violation::new(Reason::CountNotBalanced).with(count.left).with(0);
            return Err(place(violation.field("count")));
        }
        if item.state == ItemState::Finished && !item.mass.left.is_zero() {
            // A piece is one thing: it goes in whole.
            let violation = Violation::new(Reason::NotBalanced).with(item.mass.entered).with(input.mass_mg);
            return Err(place(violation.with(item.mass.left).field("mass_mg")));
        }
        exhaust(&mut item);
        items.push(TakenItem { id: input.item, item, mass: input.mass_mg, foreign });
    }
    let owner = items.first().and_then(|taken| taken.item.owner);
    if items.iter().any(|taken| taken.item.owner != owner) {
        return Err(Violation::new(Reason::OwnersDiffer).field(list));
    }
    Ok(items)
}

/// An item of which nothing is left is exhausted.
pub(super) fn exhaust(item: &mut Item) {
    if item.mass.left.is_zero() {
        item.state = ItemState::Exhausted;
    }
}
