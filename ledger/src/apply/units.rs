//! The hidden codes of a batch's single pieces (rules U1, M7). They stand under the tag of the batch, and what is split from
//! it takes them along: as many of them are claimed as pieces were sold, and not one more.

use crate::event::EventType;
use crate::id::ItemId;
use crate::record::{Item, MAX_SOLD_PARTS, RecordKey, SoldUnits, Tag};
use crate::tag::TagCode;
use crate::violation::{Reason, Violation};

use super::context::{Context, Purpose};
use super::states;

/// How many of the sold parts one claim looks at.
const LOOKED_AT: usize = 8;

/// The tag with the hidden codes of an item's pieces, if they have any.
fn tag_of(context: &Context<'_>, item: &Item) -> Option<(TagCode, Tag)> {
    let code = match &item.units_of {
        Some(batch) => context.item(batch).ok()?.tag?,
        None => item.tag?,
    };
    let tag = context.tag(&code).ok()?;
    tag.units.is_some().then_some((code, tag))
}

/// The batch whose tag bears the hidden codes of an item's pieces: what is split from it keeps that in mind.
pub(super) fn batch_of(context: &Context<'_>, id: &ItemId, item: &Item) -> Option<ItemId> {
    item.units_of.or_else(|| tag_of(context, item).map(|_| *id))
}

/// An item is sold: so many units under its tag may be claimed.
pub(super) fn sold(context: &mut Context<'_>, id: &ItemId, item: &Item) -> Result<(), Violation> {
    let (Some((code, mut tag)), Some(count)) = (tag_of(context, item), item.count) else { return Ok(()) };
    let parts = tag.sold.get_or_insert_default();
    if parts.len() >= MAX_SOLD_PARTS {
        return Err(Violation::new(Reason::TooManyKept).with(code).with(MAX_SOLD_PARTS));
    }
    parts.push(SoldUnits { item: *id, left: count.left });
    context.put(RecordKey::Tag(code), tag);
    Ok(())
}

/// A sale did not come about, the goods came back, or all of them have one owner: their units are not claimed any more.
pub(super) fn not_sold(context: &mut Context<'_>, id: &ItemId, item: &Item) {
    let Some((code, mut tag)) = tag_of(context, item) else { return };
    let Some(parts) = tag.sold.as_mut() else { return };
    parts.retain(|part| part.item != *id);
    if parts.is_empty() {
        tag.sold = None;
    }
    context.put(RecordKey::Tag(code), tag);
}

/// Takes one unit of what was sold under a tag, of the part that was sold first and may be claimed.
pub(super) fn take_one(context: &Context<'_>, tag: &mut Tag) -> Result<(ItemId, Item), Violation> {
    let none_left = || Violation::new(Reason::CountNotBalanced).with(0).with(1).field("unit");
    let Some(parts) = tag.sold.take() else {
        // Nothing is sold: the state of the batch says so.
        claimable(context, &tag.item)?;
        return Err(none_left());
    };
    if parts.is_empty() {
        return Err(none_left());
    }
    let mut refused = None;
    for (n, part) in parts.iter().take(LOOKED_AT).enumerate() {
        match claimable(context, &part.item) {
            Ok(item) => {
                let id = part.item;
                let mut rest = parts.clone();
                if let Some(part) = rest.get_mut(n) {
                    part.left = part.left.saturating_sub(1);
                }
                rest.retain(|part| part.left > 0);
                // An empty list stays: all that was sold is claimed.
                tag.sold = Some(rest);
                return Ok((id, item));
            }
            Err(violation) => {
                refused.get_or_insert(violation);
            }
        }
    }
    Err(refused.unwrap_or_else(|| Violation::new(Reason::NotFound).with(tag.item)))
}

fn claimable(context: &Context<'_>, id: &ItemId) -> Result<Item, Violation> {
    let item = context.item(id)?;
    states::step(EventType::ClaimRedeemed, id, item.state)?;
    context.check_free(id, &item, Purpose::Change)?;
    Ok(item)
}
