//! Tags and sales (rules U1, C1, C3 to C5): a tag belongs to one live item; only the owner sells, and only once.

use crate::event::body::{SaleCancelled, SaleRecorded, TagBound, TagReplaced};
use crate::id::{ItemId, ItemKind, SaleId};
use crate::key::PublicKey;
use crate::record::{History, ItemState, Parentage, RecordKey, Sale, Tag};
use crate::tag::TagCode;
use crate::violation::{Reason, Violation};
use crate::words::words;

use super::context::{Context, refuse_twice};
use super::document_use::note_use;
use super::lots::keep_documents;

pub(super) fn tag_bound(context: &mut Context<'_>, body: &TagBound) -> Result<(), Violation> {
    let mut item = context.item_in_hand(&body.item).map_err(|violation| violation.field("item"))?;
    if let Some(tag) = item.tag {
        return Err(Violation::new(Reason::TagBoundAlready).with(tag).field("item"));
    }
    context.build_on_item(&mut item)?;
    bind(context, body.item, body.code, body.claim_key)?;
    item.tag = Some(body.code);
    if let Some(photo) = &body.photo {
        keep_documents(&mut item.documents, &mut item.not_kept, std::slice::from_ref(photo));
    }
    context.put_item(body.item, item);
    let author = context.author()?;
    note_use(context, Parentage::Item(body.item), author, body.photo.as_slice());
    Ok(())
}

pub(super) fn tag_replaced(context: &mut Context<'_>, body: &TagReplaced) -> Result<(), Violation> {
    let mut item = context.item_in_hand(&body.item).map_err(|violation| violation.field("item"))?;
    if item.tag != Some(body.old) {
        return Err(Violation::new(Reason::TagUnknown).with(body.old).field("old"));
    }
    context.build_on_item(&mut item)?;
    bind(context, body.item, body.code, body.claim_key)?;
    let mut old = context.tag(&body.old)?;
    old.replaced_by = Some(body.code);
    context.put(RecordKey::Tag(body.old), old);
    item.tag = Some(body.code);
    context.put_item(body.item, item);
    Ok(())
}

/// Rule U1 for tags: the code is the hash of the claim key, so nobody can bind a code that he has only seen.
fn bind(
    context: &mut Context<'_>,
    item: ItemId,
    code: TagCode,
    claim_key: PublicKey,
) -> Result<(), Violation> {
    claim_key
        .check()
        .map_err(|error| Violation::new(Reason::KeyRefused).saying(error.words()).field("claim_key"))?;
    if TagCode::of(&claim_key) != code {
        return Err(Violation::new(Reason::TagNotHash).with(code).field("code"));
    }
    let tag = Tag { history: History::default(), item, claim_key, replaced_by: None };
    context.create(RecordKey::Tag(code), code, tag).map_err(|violation| violation.field("code"))
}

pub(super) fn sale_recorded(context: &mut Context<'_>, body: &SaleRecorded) -> Result<(), Violation> {
    refuse_twice(body.items.iter().copied(), "items")?;
    let id = SaleId::derive(&context.origin, &context.issuer, &body.nonce, 0);
    let seller = context.author()?;
    for (n, item_id) in body.items.iter().enumerate() {
        let place = |violation: Violation| violation.field(format!("items[{n}]"));
        let mut item = context.item_in_hand(item_id).map_err(place)?;
        context.check_owner(item_id, &item).map_err(place)?;
        context.build_on_item(&mut item)?;
        item.owner = None;
        item.sale = Some(id);
        item.state = ItemState::Sold;
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
        },
    )
}

pub(super) fn sale_cancelled(context: &mut Context<'_>, body: &SaleCancelled) -> Result<(), Violation> {
    let mut sale = context.sale(&body.sale).map_err(|violation| violation.field("sale"))?;
    let author = context.author()?;
    if sale.seller != author {
        return Err(Violation::new(Reason::NotOwner).with(body.sale).field("sale"));
    }
    if sale.cancelled {
        return Err(Violation::new(Reason::StateForbids)
            .with(body.sale)
            .saying(words("cancelled", "已取消", "cancelada"))
            .field("sale"));
    }
    for item_id in &sale.items {
        let mut item = context.item(item_id)?;
        context.build_on_item(&mut item)?;
        item.owner = Some(author);
        item.sale = None;
        item.state = if item_id.kind() == ItemKind::Piece { ItemState::Finished } else { ItemState::InStock };
        context.put_item(*item_id, item);
    }
    sale.cancelled = true;
    context.put(RecordKey::Sale(body.sale), sale);
    Ok(())
}
