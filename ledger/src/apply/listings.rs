//! Before a sale (rules U1, C3 to C5, L6): boxes, listings by several sellers, reservations that expire by seal time.

use crate::event::EventType;
use crate::event::body::{ItemReserved, ItemsPacked, ItemsUnpacked, ListingClosed, ListingOpened};
use crate::event::shape::Text;
use crate::id::{ItemId, ListingId, PackId, ParticipantId};
use crate::record::{History, Item, Listing, MAX_SELLERS, Pack, RecordKey, Reserved};
use crate::violation::{Reason, Violation};
use crate::words::words;

use super::context::{Context, Purpose, refuse_twice};
use super::protected::check_name;
use super::states;

/// How long an item may be kept for a buyer, in seconds: 30 days.
const MAX_RESERVATION_S: i64 = 30 * 86_400;

pub(super) fn items_packed(context: &mut Context<'_>, body: &ItemsPacked) -> Result<(), Violation> {
    refuse_twice(body.items.iter().copied(), "items")?;
    let id = PackId::derive(&context.origin, &context.issuer, &body.nonce, 0);
    let packer = context.author()?;
    for (n, item_id) in body.items.iter().enumerate() {
        let place = |violation: Violation| violation.field(format!("items[{n}]"));
        let mut item = context.item_in_hand(item_id).map_err(place)?;
        context.build_on_item(&mut item).map_err(place)?;
        item.change_market(|market| market.pack = Some(id));
        context.put_item(*item_id, item);
    }
    let items = body.items.0.clone();
    context.create(
        RecordKey::Pack(id),
        id,
        Pack { history: History::default(), packer, items, opened: false },
    )
}

pub(super) fn items_unpacked(context: &mut Context<'_>, body: &ItemsUnpacked) -> Result<(), Violation> {
    let mut pack = to_open(context, &body.pack).map_err(|violation| violation.field("pack"))?;
    for id in &pack.items {
        let mut item = to_unpack(context, id).map_err(|violation| violation.field("pack"))?;
        context.build_on_item(&mut item)?;
        item.change_market(|market| market.pack = None);
        context.put_item(*id, item);
    }
    pack.opened = true;
    context.put(RecordKey::Pack(body.pack), pack);
    Ok(())
}

/// A box that is closed.
pub(super) fn to_open(context: &Context<'_>, id: &PackId) -> Result<Pack, Violation> {
    let pack = context.pack(id)?;
    if pack.opened {
        let opened = words("unpacked", "已拆箱", "desembalada");
        return Err(Violation::new(Reason::StateForbids).with(id).saying(opened));
    }
    Ok(pack)
}

/// What the author may take out of a box.
pub(super) fn to_unpack(context: &Context<'_>, id: &ItemId) -> Result<Item, Violation> {
    let item = context.item(id)?;
    context.check_custodian(id, &item)?;
    states::step(EventType::ItemsUnpacked, id, item.state)?;
    context.check_not_offered(id, &item)?;
    context.check_free(id, &item, Purpose::Change)?;
    Ok(item)
}

/// What is in a box moves together: every box that is touched is named whole.
pub(super) fn check_whole_boxes(
    context: &Context<'_>,
    ids: &[ItemId],
    field: impl Fn(usize) -> String,
) -> Result<(), Violation> {
    for (n, id) in ids.iter().enumerate() {
        let Some(pack) = context.item(id).ok().and_then(|item| item.market().pack) else { continue };
        // The items of one box are looked at once, with the first of them.
        let whole = context.pack(&pack)?;
        if whole.items.iter().any(|other| !ids.contains(other)) {
            return Err(Violation::new(Reason::Packed).with(id).with(pack).field(field(n)));
        }
    }
    Ok(())
}

/// Takes one item out of its box where it leaves the trade or the hands that packed it.
pub(super) fn take_out(context: &mut Context<'_>, id: &ItemId, item: &mut Item) -> Result<(), Violation> {
    let Some(pack_id) = item.market().pack else { return Ok(()) };
    let mut pack = context.pack(&pack_id)?;
    pack.items.retain(|other| other != id);
    pack.opened = pack.items.is_empty();
    context.put(RecordKey::Pack(pack_id), pack);
    item.change_market(|market| market.pack = None);
    Ok(())
}

/// An item that the author may sell: his own, or consigned to him; in a state to be sold, free, and not offered.
pub(super) fn item_to_sell(context: &Context<'_>, event: EventType, id: &ItemId) -> Result<Item, Violation> {
    let item = context.item(id)?;
    states::step(event, id, item.state)?;
    context.check_may_sell(id, &item)?;
    context.check_not_offered(id, &item)?;
    context.check_free(id, &item, Purpose::Change)?;
    Ok(item)
}

/// An item that the author may list.
pub(super) fn to_list(context: &Context<'_>, id: &ItemId) -> Result<Item, Violation> {
    let item = item_to_sell(context, EventType::ListingOpened, id)?;
    if item.market().listings.len() >= MAX_SELLERS {
        return Err(Violation::new(Reason::TooManySellers).with(id).with(MAX_SELLERS));
    }
    Ok(item)
}

/// An item that the author may keep for a buyer.
pub(super) fn to_reserve(context: &Context<'_>, id: &ItemId) -> Result<Item, Violation> {
    let item = item_to_sell(context, EventType::ItemReserved, id)?;
    context.check_not_reserved(id, &item)?;
    Ok(item)
}

/// The author's own listing, if it is open.
pub(super) fn to_close(context: &Context<'_>, id: &ListingId) -> Result<Listing, Violation> {
    let listing = own_listing(context, id, context.author()?)?;
    if listing.closed {
        let closed = words("closed", "已关闭", "encerrado");
        return Err(Violation::new(Reason::StateForbids).with(id).saying(closed).field("listing"));
    }
    Ok(listing)
}

pub(super) fn listing_opened(context: &mut Context<'_>, body: &ListingOpened) -> Result<(), Violation> {
    refuse_twice(body.items.iter().copied(), "items")?;
    let id = ListingId::derive(&context.origin, &context.issuer, &body.nonce, 0);
    let seller = context.author()?;
    for (n, item_id) in body.items.iter().enumerate() {
        let place = |violation: Violation| violation.field(format!("items[{n}]"));
        let mut item = to_list(context, item_id).map_err(place)?;
        check_name(context, body.title.as_ref().map(Text::as_str), &item.claims)
            .map_err(|violation| violation.field("title"))?;
        context.build_on_item(&mut item).map_err(place)?;
        item.change_market(|market| market.listings.push(id));
        context.put_item(*item_id, item);
    }
    let listing = Listing {
        history: History::default(),
        seller,
        items: body.items.0.clone(),
        channel: body.channel,
        session: body.session.as_ref().map(ToString::to_string),
        slot: body.slot,
        closed: false,
        opened: Some(context.at),
    };
    context.create(RecordKey::Listing(id), id, listing)
}

pub(super) fn listing_closed(context: &mut Context<'_>, body: &ListingClosed) -> Result<(), Violation> {
    let mut listing = to_close(context, &body.listing)?;
    context.not_before(listing.opened)?;
    for id in &listing.items {
        let mut item = context.item(id)?;
        if !item.market().listings.contains(&body.listing) {
            continue;
        }
        context.build_on_item(&mut item)?;
        item.change_market(|market| market.listings.retain(|listing| *listing != body.listing));
        context.put_item(*id, item);
    }
    listing.closed = true;
    context.put(RecordKey::Listing(body.listing), listing);
    Ok(())
}

fn own_listing(context: &Context<'_>, id: &ListingId, seller: ParticipantId) -> Result<Listing, Violation> {
    let listing = context.listing(id).map_err(|violation| violation.field("listing"))?;
    if listing.seller != seller {
        return Err(Violation::new(Reason::NotOwner).with(id).field("listing"));
    }
    Ok(listing)
}

/// That the author's own listing offers the item still.
pub(super) fn check_listed(
    context: &Context<'_>,
    id: &ItemId,
    item: &Item,
    listing: &ListingId,
) -> Result<(), Violation> {
    own_listing(context, listing, context.author()?)?;
    if item.market().listings.contains(listing) {
        return Ok(());
    }
    Err(Violation::new(Reason::NotListed).with(id).with(listing).field("listing"))
}

pub(super) fn item_reserved(context: &mut Context<'_>, body: &ItemReserved) -> Result<(), Violation> {
    let place = |violation: Violation| {
        if violation.field.is_empty() { violation.field("item") } else { violation }
    };
    let by = context.author()?;
    let clock = context.clock.unix();
    let ends = body.until.unix() <= clock;
    if body.until.unix() > clock + MAX_RESERVATION_S {
        let text = words(
            "a piece is kept for a buyer for at most 30 days by the ledger's clock",
            "按账本时钟，预留最长 30 天",
            "pelo relógio do registro, uma peça fica reservada no máximo 30 dias",
        );
        return Err(Violation::new(Reason::FieldsDisagree).saying(text).field("until"));
    }
    let mut item = to_reserve(context, &body.item).map_err(place)?;
    if let Some(listing) = &body.listing {
        check_listed(context, &body.item, &item, listing)?;
    }
    context.build_on_item(&mut item).map_err(place)?;
    item.change_market(|market| {
        market.reserved = (!ends).then_some(Reserved { by, until: body.until });
    });
    context.put_item(body.item, item);
    Ok(())
}
