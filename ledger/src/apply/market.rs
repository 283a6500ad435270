//! Tags and sales (rules U1, C1, C3 to C5): a tag belongs to one live item; only the owner sells, and only once.

use crate::event::EventType;
use crate::event::body::{SaleCancelled, SaleRecorded, TagBound, TagReplaced};
use crate::id::{ItemId, SaleId};
use crate::key::PublicKey;
use crate::record::{History, Item, ItemState, Parentage, RecordKey, Sale, Tag, TagUnits};
use crate::tag::TagCode;
use crate::violation::{Reason, Violation};
use crate::words::words;

use super::context::{Context, refuse_twice, state_forbids};
use super::document_use::note_use;
use super::listings::{check_listed, check_whole_boxes, item_to_sell};
use super::lots::keep_documents;
use super::states;
use super::units::{not_sold, sold};

pub(super) fn tag_bound(context: &mut Context<'_>, body: &TagBound) -> Result<(), Violation> {
    let mut item = to_tag(context, &body.item).map_err(|violation| violation.field("item"))?;
    context.build_on_item(&mut item)?;
    let units = units(context, body, &item)?;
    bind(context, body.item, body.code, body.claim_key, units)?;
    if units.is_some() {
        // From here on its pieces have the codes of its own tag.
        item.units_of = None;
    }
    item.tag = Some(body.code);
    if let Some(photo) = &body.photo {
        keep_documents(&mut item.documents, &mut item.not_kept, std::slice::from_ref(photo));
    }
    context.put_item(body.item, item);
    let author = context.author()?;
    note_use(context, Parentage::Item(body.item), author, body.photo.as_slice());
    Ok(())
}

/// An item that the author may tag: in hand, and without a tag.
pub(super) fn to_tag(context: &Context<'_>, id: &ItemId) -> Result<Item, Violation> {
    let item = context.item_in_hand(id)?;
    match item.tag {
        Some(tag) => Err(Violation::new(Reason::TagBoundAlready).with(tag)),
        None => Ok(item),
    }
}

pub(super) fn tag_replaced(context: &mut Context<'_>, body: &TagReplaced) -> Result<(), Violation> {
    let mut item = context.item_in_hand(&body.item).map_err(|violation| violation.field("item"))?;
    if item.tag != Some(body.old) {
        return Err(Violation::new(Reason::TagUnknown).with(body.old).field("old"));
    }
    context.build_on_item(&mut item)?;
    let mut old = context.tag(&body.old)?;
    // The hidden codes of single pieces are in people's hands: a new tag on the batch changes none of them.
    let units = old.units.map(|units| TagUnits { first: units.first.or(Some(body.old)), ..units });
    bind(context, body.item, body.code, body.claim_key, units)?;
    if let Some(sold) = old.sold.take() {
        let tag = context.tag(&body.code)?;
        context.put(RecordKey::Tag(body.code), Tag { sold: Some(sold), ..tag });
    }
    old.replaced_by = Some(body.code);
    context.put(RecordKey::Tag(body.old), old);
    item.tag = Some(body.code);
    context.put_item(body.item, item);
    Ok(())
}

/// The hidden codes of a batch's single pieces: at most one for each (rule M7).
fn units(context: &Context<'_>, body: &TagBound, item: &Item) -> Result<Option<TagUnits>, Violation> {
    let (root, count) = match (body.units_root, body.units) {
        (None, None) => return Ok(None),
        (Some(root), Some(count)) => (root, count),
        _ => {
            let text = words(
                "units_root and units stand together",
                "units_root 与 units 须同时填写",
                "units_root e units vêm juntos",
            );
            return Err(Violation::new(Reason::FieldsDisagree).saying(text).field("units"));
        }
    };
    if context.ruleset() < 2 {
        return Err(Violation::new(Reason::RulesetOlder)
            .with("units_root")
            .with(2)
            .with(1)
            .field("units_root"));
    }
    let Some(there) = item.count else { return Err(Violation::new(Reason::CountMissing).field("units")) };
    if count == 0 {
        return Err(Violation::new(Reason::NotPositive).field("units"));
    }
    if count > there.left {
        return Err(Violation::new(Reason::CountNotBalanced).with(there.left).with(count).field("units"));
    }
    Ok(Some(TagUnits { root, count, first: None }))
}

/// Rule U1 for tags: the code is the hash of the claim key, so nobody can bind a code that he has only seen.
fn bind(
    context: &mut Context<'_>,
    item: ItemId,
    code: TagCode,
    claim_key: PublicKey,
    units: Option<TagUnits>,
) -> Result<(), Violation> {
    claim_key
        .check()
        .map_err(|error| Violation::new(Reason::KeyRefused).saying(error.words()).field("claim_key"))?;
    if TagCode::of(&claim_key) != code {
        return Err(Violation::new(Reason::TagNotHash).with(code).field("code"));
    }
    let tag = Tag {
        history: History::default(),
        item,
        claim_key,
        replaced_by: None,
        claimed: None,
        units,
        sold: None,
    };
    context.create(RecordKey::Tag(code), code, tag).map_err(|violation| violation.field("code"))
}

pub(super) fn sale_recorded(context: &mut Context<'_>, body: &SaleRecorded) -> Result<(), Violation> {
    refuse_twice(body.items.iter().copied(), "items")?;
    let id = SaleId::derive(&context.origin, &context.issuer, &body.nonce, 0);
    let seller = context.author()?;
    check_whole_boxes(context, &body.items, |n| format!("items[{n}]"))?;
    let mut owner = None;
    for (n, item_id) in body.items.iter().enumerate() {
        let place = |violation: Violation| {
            if violation.field.is_empty() { violation.field(format!("items[{n}]")) } else { violation }
        };
        let mut item = item_for_sale(context, item_id, body).map_err(place)?;
        if owner.is_some_and(|owner| Some(owner) != item.owner) {
            return Err(place(Violation::new(Reason::OwnersDiffer)));
        }
        owner = item.owner;
        context.build_on_item(&mut item)?;
        sell(context, &mut item, id)?;
        sold(context, item_id, &item).map_err(place)?;
        context.put_item(*item_id, item);
    }
    let at = context.at;
    context.create(
        RecordKey::Sale(id),
        id,
        Sale {
            history: History::default(),
            seller,
            items: body.items.0.clone(),
            channel: body.channel,
            destination: body.destination,
            cancelled: false,
            at,
            owner: owner.filter(|owner| *owner != seller),
            listing: body.listing,
            settled: None,
        },
    )
}

/// An item that the author may sell. Under ruleset 1 its owner sold what he had in hand.
fn item_for_sale(context: &Context<'_>, id: &ItemId, body: &SaleRecorded) -> Result<Item, Violation> {
    if context.ruleset() < 2 && body.listing.is_some() {
        return Err(Violation::new(Reason::NotListed).with(id).field("listing"));
    }
    let item = to_sell(context, id)?;
    if let Some(listing) = &body.listing {
        check_listed(context, id, &item, listing)?;
    }
    Ok(item)
}

/// [`item_for_sale`], from no listing.
pub(super) fn to_sell(context: &Context<'_>, id: &ItemId) -> Result<Item, Violation> {
    if context.ruleset() < 2 {
        let item = context.item_in_hand(id)?;
        context.check_owner(id, &item)?;
        return Ok(item);
    }
    let item = item_to_sell(context, EventType::SaleRecorded, id)?;
    context.check_not_reserved(id, &item)?;
    Ok(item)
}

/// Marks an item as sold: whoever else lists it, lists it no more.
fn sell(context: &Context<'_>, item: &mut Item, sale: SaleId) -> Result<(), Violation> {
    item.owner = None;
    item.sale = Some(sale);
    item.state = ItemState::Sold;
    // What arrived somewhere before the sale was not delivered to the buyer.
    let arrived = match item.market().shipment {
        Some(shipment) => context.shipment(&shipment)?.delivered.is_some(),
        None => false,
    };
    item.change_market(|market| {
        market.listings.clear();
        market.reserved = None;
        if arrived {
            market.shipment = None;
        }
    });
    Ok(())
}

pub(super) fn sale_cancelled(context: &mut Context<'_>, body: &SaleCancelled) -> Result<(), Violation> {
    let mut sale = to_cancel(context, &body.sale).map_err(|violation| violation.field("sale"))?;
    let author = context.author()?;
    for item_id in &sale.items {
        let mut item = context.item(item_id)?;
        let state = check_cancellable(context, item_id, &item, &body.sale)
            .map_err(|violation| violation.field("sale"))?;
        context.build_on_item(&mut item)?;
        not_sold(context, item_id, &item);
        item.owner = Some(sale.owner.unwrap_or(author));
        item.sale = None;
        item.state = state;
        context.put_item(*item_id, item);
    }
    sale.cancelled = true;
    context.put(RecordKey::Sale(body.sale), sale);
    Ok(())
}

/// The author's own sale, if it was not cancelled before.
pub(super) fn to_cancel(context: &Context<'_>, id: &SaleId) -> Result<Sale, Violation> {
    let sale = context.sale(id)?;
    if sale.seller != context.author()? {
        return Err(Violation::new(Reason::NotOwner).with(id));
    }
    if sale.cancelled {
        return Err(sale_is_cancelled(id));
    }
    Ok(sale)
}

/// A sale is cancelled while nothing has come of it: not claimed, not delivered, not taken back.
pub(super) fn check_cancellable(
    context: &Context<'_>,
    id: &ItemId,
    item: &Item,
    sale: &SaleId,
) -> Result<ItemState, Violation> {
    if item.sale != Some(*sale) {
        return Err(Violation::new(Reason::NotInSale).with(id).with(sale));
    }
    let state = states::step(EventType::SaleCancelled, id, item.state)?;
    let market = item.market();
    if market.units_claimed.is_some() {
        return Err(state_forbids(id, ItemState::Claimed));
    }
    if let Some(shipment) = market.shipment
        && context.shipment(&shipment)?.delivered.is_some()
    {
        return Err(Violation::new(Reason::SaleDelivered).with(id));
    }
    Ok(state)
}

/// A sale that did not come about.
pub(super) fn sale_is_cancelled(sale: &SaleId) -> Violation {
    Violation::new(Reason::StateForbids).with(sale).saying(words("cancelled", "已取消", "cancelada"))
}
