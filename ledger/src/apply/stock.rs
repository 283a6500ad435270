//! What becomes of an item in the books: a balance is adjusted, a batch becomes pieces, a thing is destroyed
//! (rules M1 to M3, M5, M7).

use crate::event::body::{ItemDestroyed, MassAdjusted, OutputKind, PiecesSerialised};
use crate::event::shape::Text;
use crate::id::{ItemId, ItemKind};
use crate::mass::{Milligrams, parse_mass};
use crate::record::{Counted, Item, ItemState, Parent, Parentage, Record, RecordKey, StockCount};
use crate::violation::{Reason, Violation};
use crate::words::words;

use super::balance::{
    Differences, add, begin_with_foreign, check_counts, lose, pass_on, positive, stone, weigh,
};
use super::context::{Context, Purpose, warn_item};
use super::document_use::note_use;
use super::export::check_given_back;
use super::lots::{Created, details, keep_documents};
use super::material::{exhaust, to_take};
use super::protected::check_name;

pub(super) fn mass_adjusted(context: &mut Context<'_>, body: &MassAdjusted) -> Result<(), Violation> {
    let mut item = context.item_in_hand(&body.item).map_err(|violation| violation.field("item"))?;
    if body.documents.is_empty() {
        return Err(Violation::new(Reason::AdjustmentNeedsDocument).field("documents"));
    }
    item.mass.check_left(body.was_mg, "was_mg")?;
    positive(body.left_mg, "left_mg")?;
    let counted = found_by_inspector(context, &item, body);
    adjust_count(context, &mut item, body, counted)?;
    if body.was_mg == body.left_mg && body.was_count == body.left_count {
        return Err(Violation::new(Reason::NotPositive).field("left_mg"));
    }
    context.build_on_item(&mut item)?;
    check_adjustment(context, &item, body, counted)?;
    weigh(&mut item, body.left_mg)?;
    let (was, is) = (balance_said(body.was_mg, body.was_count), balance_said(body.left_mg, body.left_count));
    warn_item(&mut item, context, Reason::Adjusted, [was, is]);
    keep_documents(&mut item.documents, &mut item.not_kept, &body.documents);
    context.put_item(body.item, item);
    let author = context.author()?;
    note_use(context, Parentage::Item(body.item), author, &body.documents);
    Ok(())
}

/// Whether an inspector, who is another than the custodian, found exactly this, and nothing has changed since: then the
/// ledger follows him however far that is.
fn found_by_inspector(context: &Context<'_>, item: &Item, body: &MassAdjusted) -> bool {
    let count = item.examined.as_ref().and_then(|examined| examined.counted);
    let record = count.and_then(|id| context.record(&RecordKey::StockCount(id)));
    let Some(Record::StockCount(count)) = record.as_deref() else { return false };
    count.lines.iter().any(|line| {
        line.item == body.item
            && (line.balance, line.found) == (body.was_mg, body.left_mg)
            && (line.count_balance, line.count_found) == (body.was_count, body.left_count)
    })
}

/// A balance as an adjustment's warning names it: `12.4 kg`, or `12.4 kg (300)` of a batch.
fn balance_said(mass: Milligrams, count: Option<u32>) -> String {
    count.map_or_else(|| mass.to_string(), |count| format!("{mass} ({count})"))
}

/// What [`balance_said`] says; no count is none.
fn balance_heard(text: &str) -> Option<(Milligrams, u32)> {
    let (mass, count) = text.split_once(" (").map_or((text, None), |(mass, count)| (mass, Some(count)));
    let count = count.map_or(Some(0), |count| count.trim_end_matches(')').parse().ok())?;
    Some((parse_mass(mass, None).ok()?, count))
}

/// Whether the books of an item have been set right since a count found something else: they agree with it now, or
/// adjustments since then make up for the whole difference. Adjustments that the record had no room for are not known.
#[must_use]
pub fn is_set_right(count: &StockCount, line: &Counted, item: &Item) -> bool {
    let pieces_left = item.count.map(|count| count.left);
    if item.mass.left == line.found && pieces_left == line.count_found {
        return true;
    }
    let (mut mass, mut pieces) = (0_i128, 0_i128);
    for warning in &item.warnings {
        if warning.reason != Reason::Adjusted.code() || warning.at <= count.created {
            continue;
        }
        let [was, is] = warning.args.as_slice() else { continue };
        let (Some(was), Some(is)) = (balance_heard(was), balance_heard(is)) else { continue };
        mass += i128::from(is.0.get()) - i128::from(was.0.get());
        pieces += i128::from(is.1) - i128::from(was.1);
    }
    match (line.count_balance, line.count_found) {
        (Some(book), Some(found)) if book != found => makes_up(pieces, i128::from(found) - i128::from(book)),
        _ => makes_up(mass, i128::from(line.found.get()) - i128::from(line.balance.get())),
    }
}

/// Whether a change goes at least as far as a difference, and the same way.
const fn makes_up(change: i128, difference: i128) -> bool {
    change.signum() == difference.signum() && change.abs() >= difference.abs()
}

/// Rule M5: upwards all that was gained, and downwards this adjustment, stays within the policy's second threshold of
/// what the item began with. A greater loss has a reason of its own, and what is found beyond that is declared.
fn check_adjustment(
    context: &Context<'_>,
    item: &Item,
    body: &MassAdjusted,
    counted: bool,
) -> Result<(), Violation> {
    let by = body.left_mg.abs_diff(body.was_mg);
    let allowed = item.mass.entered.share(context.policy()?.receipt_countersign);
    let up = body.left_mg > body.was_mg;
    let foreign = item.foreign.map_or(Milligrams::ZERO, |foreign| foreign.added);
    let before =
        if up { item.mass.gained.checked_sub(foreign).unwrap_or_default() } else { Milligrams::ZERO };
    let stone_stays = up || by < stone(item);
    if (!counted && add(before, by)? > allowed) || !stone_stays {
        let violation = Violation::new(Reason::AdjustmentTooLarge).with(by).with(allowed);
        return Err(violation.field("left_mg"));
    }
    Ok(())
}

/// Rule M7: the count of a batch is adjusted as its mass is, by one piece or within the same share.
fn adjust_count(
    context: &Context<'_>,
    item: &mut Item,
    body: &MassAdjusted,
    counted: bool,
) -> Result<(), Violation> {
    let missing = || Violation::new(Reason::CountMissing).field("left_count");
    let Some(count) = item.count.as_mut() else {
        return if body.was_count.is_none() && body.left_count.is_none() { Ok(()) } else { Err(missing()) };
    };
    let (was, left) = body.was_count.zip(body.left_count).ok_or_else(missing)?;
    if was != count.left {
        return Err(Violation::new(Reason::CountNotBalanced).with(count.left).with(was).field("was_count"));
    }
    if left == 0 {
        return Err(Violation::new(Reason::NotPositive).field("left_count"));
    }
    let share = context.policy()?.receipt_countersign.get();
    let allowed = u64::from(count.entered).saturating_mul(u64::from(share)) / 1_000_000;
    let allowed = u32::try_from(allowed.max(1)).unwrap_or(u32::MAX);
    let gained = count.gained.unwrap_or(0);
    let by = left.abs_diff(was);
    let total = if left > was { gained.saturating_add(by) } else { by };
    if !counted && total > allowed {
        let violation = Violation::new(Reason::AdjustmentTooLarge).with(by).with(allowed);
        return Err(violation.field("left_count"));
    }
    if left > was {
        count.gained = Some(gained.saturating_add(by));
    } else {
        count.lost = count.lost.saturating_add(by);
    }
    count.left = left;
    Ok(())
}

/// A batch that the author may make single pieces of.
pub(super) fn to_serialise(context: &Context<'_>, id: &ItemId) -> Result<Item, Violation> {
    if id.kind() != ItemKind::Batch {
        let what = words("a batch", "批件", "um lote contado");
        return Err(Violation::new(Reason::WrongKind).with(id).saying(what));
    }
    to_take(context, id)
}

pub(super) fn pieces_serialised(context: &mut Context<'_>, body: &PiecesSerialised) -> Result<(), Violation> {
    let mut item = to_serialise(context, &body.item).map_err(|violation| violation.field("item"))?;
    context.build_on_item(&mut item)?;
    let mut differences = Differences::of(item.mass.left, item.resolution, context.policy()?);
    let mut foreign = Vec::new();
    for (n, piece) in body.pieces.iter().enumerate() {
        foreign.push(pass_on(&mut item, piece.mass_mg, Some(1), &format!("pieces[{n}].mass_mg"))?);
    }
    for (n, loss) in body.losses.iter().enumerate() {
        lose(&mut item, loss, &mut differences, &format!("losses[{n}]"))?;
    }
    item.mass.check_left(body.left_mg, "left_mg")?;
    check_counts(&item, Some(body.left_count), "left_count")?;
    exhaust(&mut item);
    let author = context.author()?;
    for (n, (piece, foreign)) in body.pieces.iter().zip(foreign).enumerate() {
        let (kind, form, mass) = (OutputKind::Piece, item.form, piece.mass_mg);
        let created = Created { kind, form, claims: item.claims.clone(), mass, count: None };
        let mut output = created.item(context, item.custodian, item.owner);
        begin_with_foreign(&mut output, foreign)?;
        output.assembly = item.assembly;
        output.maker = item.maker;
        output.parents = vec![Parent { item: body.item, mass }];
        output.resolution = item.resolution;
        output.latest = item.latest;
        output.details = details(&format!("pieces[{n}]."), piece);
        keep_documents(&mut output.documents, &mut output.not_kept, piece.photo.as_slice());
        check_name(context, piece.name.as_ref().map(Text::as_str), &output.claims)
            .map_err(|violation| violation.field(format!("pieces[{n}].name")))?;
        let id = context.new_item(kind, &body.nonce, n);
        context.create(RecordKey::Item(id), id, output)?;
        context.link(RecordKey::Item(body.item), RecordKey::Item(id), mass);
        note_use(context, Parentage::Item(id), author, piece.photo.as_slice());
    }
    context.put_item(body.item, item);
    Ok(())
}

pub(super) fn item_destroyed(context: &mut Context<'_>, body: &ItemDestroyed) -> Result<(), Violation> {
    let mut item = destructible(context, &body.item).map_err(|violation| violation.field("item"))?;
    context.build_on_item(&mut item)?;
    let left = item.mass.left;
    item.mass.lose(left)?;
    if let Some(count) = item.count.as_mut() {
        count.lost = count.lost.saturating_add(count.left);
        count.left = 0;
    }
    if let Some(foreign) = item.foreign.as_mut() {
        foreign.left = Milligrams::ZERO;
    }
    item.state = ItemState::Destroyed;
    // Nobody can sell it any more, and it is kept for nobody.
    item.change_market(|market| {
        market.listings.clear();
        market.reserved = None;
    });
    keep_documents(&mut item.documents, &mut item.not_kept, &body.documents);
    context.put_item(body.item, item);
    let author = context.author()?;
    note_use(context, Parentage::Item(body.item), author, &body.documents);
    Ok(())
}

/// What is recalled may be destroyed: that is how many recalls end. What is held, disputed, missing or somebody else's
/// stays.
pub(super) fn destructible(context: &Context<'_>, id: &ItemId) -> Result<Item, Violation> {
    let item = context.item_here_or_in_repair(id, Purpose::Destroy)?;
    check_given_back(id, &item)?;
    Ok(item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_balance_is_heard_as_it_was_said() {
        for mg in [1, 999, 1_000, 12_400_000, 49_899_001, Milligrams::MAX.get()] {
            let mass = Milligrams::new(mg).unwrap();
            assert_eq!(balance_heard(&balance_said(mass, None)), Some((mass, 0)), "{mg}");
            assert_eq!(balance_heard(&balance_said(mass, Some(300))), Some((mass, 300)), "{mg}");
        }
        assert_eq!(balance_heard("a lot"), None);
    }
}
