//! Hands and title otherwise than by an offer of goods (rules C2 to C5): assigned by the registrar, consigned for sale,
//! ownership alone, lost and found.

use crate::event::body::{CustodyAssigned, ItemConsigned, ItemLost, ItemRecovered, OwnershipTransferred};
use crate::event::{Author, EventType};
use crate::id::{ItemId, OfferId, ParticipantId};
use crate::mass::Milligrams;
use crate::record::{
    Consigned, History, Item, MAX_SELLERS, Missing, Offer, OfferState, OfferedItem, RecordKey,
};
use crate::violation::{Reason, Violation};
use crate::words::words;

use super::context::{Actor, Context, Purpose, SUSPENDED, refuse_twice};
use super::custody::{open_offer, pass_job};
use super::dispute::Goods;
use super::listings::take_out;
use super::lots::keep_documents;
use super::states;
use super::work::job_completed;

/// A participant who can take something and answer for it: enrolled, not suspended, and with a role that lets it say
/// `then`, what takers do next.
pub(super) fn check_taker(
    context: &Context<'_>,
    to: &ParticipantId,
    then: EventType,
    field: &str,
) -> Result<(), Violation> {
    let taker = context.participant(to).map_err(|violation| violation.field(field))?;
    if taker.suspended {
        return Err(Violation::new(Reason::StateForbids).with(to).saying(SUSPENDED).field(field));
    }
    let Author::Participant(roles) = then.spec().author else { return Ok(()) };
    if context.ruleset() >= 2 && !roles.is_empty() && !roles.iter().any(|role| taker.has_role(role)) {
        let text = words(
            "one whose role lets it have goods",
            "具有可持有货物之角色者",
            "quem tem papel que permite ter mercadoria",
        );
        return Err(Violation::new(Reason::WrongKind).with(to).saying(text).field(field));
    }
    Ok(())
}

/// An item that can be put into other hands.
pub(super) fn to_assign(context: &Context<'_>, id: &ItemId) -> Result<Item, Violation> {
    let item = context.item(id)?;
    states::step(EventType::CustodyAssigned, id, item.state)?;
    Ok(item)
}

pub(super) fn custody_assigned(context: &mut Context<'_>, body: &CustodyAssigned) -> Result<(), Violation> {
    let goods = Goods::of(&body.items, &body.works)?;
    check_taker(context, &body.to, EventType::CustodyOffered, "to")?;
    for (n, id) in goods.items.iter().enumerate() {
        let place = |violation: Violation| violation.field(format!("items[{n}]"));
        let mut item = to_assign(context, id).map_err(place)?;
        context.build_on_item(&mut item).map_err(place)?;
        close_offer(context, item.offer)?;
        take_out(context, id, &mut item)?;
        item.custodian = body.to;
        if body.ownership.unwrap_or(false) {
            if item.owner.is_none() {
                // What was sold belongs to its buyer; only where it lies can be ordered.
                return Err(Violation::new(Reason::NotOwner).with(id).field("ownership"));
            }
            item.owner = Some(body.to);
        }
        // Whom the former owner let sell, and what was kept for whom, ends with him.
        item.change_market(|market| {
            market.consigned.clear();
            market.listings.clear();
            market.reserved = None;
        });
        keep_documents(&mut item.documents, &mut item.not_kept, std::slice::from_ref(&body.document));
        context.put_item(*id, item);
    }
    for (n, id) in goods.works.iter().enumerate() {
        let place = |violation: Violation| violation.field(format!("works[{n}]"));
        let mut work = context.work_order(id).map_err(place)?;
        if work.mass.left.is_zero() {
            return Err(place(job_completed(id)));
        }
        context.build_on_work(&mut work).map_err(place)?;
        close_offer(context, work.offer)?;
        pass_job(&mut work, body.to, body.ownership.unwrap_or(false));
        keep_documents(&mut work.documents, &mut work.not_kept, std::slice::from_ref(&body.document));
        context.put(RecordKey::WorkOrder(*id), work);
    }
    Ok(())
}

/// Cancels an open offer, for everything in it.
fn close_offer(context: &mut Context<'_>, offer: Option<OfferId>) -> Result<(), Violation> {
    let Some(id) = offer else { return Ok(()) };
    let mut offer = context.offer(&id)?;
    if offer.is_open(context.clock) {
        offer.state = OfferState::Cancelled;
        context.put(RecordKey::Offer(id), offer);
    }
    Ok(())
}

/// An item that its owner may let another sell, or, where that `ends`, let sell no more.
pub(super) fn to_consign(context: &Context<'_>, id: &ItemId, ends: bool) -> Result<Item, Violation> {
    let item = context.item(id)?;
    context.check_owner(id, &item)?;
    states::step(EventType::ItemConsigned, id, item.state)?;
    if !ends {
        context.check_not_offered(id, &item)?;
        context.check_free(id, &item, Purpose::Change)?;
    }
    Ok(item)
}

pub(super) fn item_consigned(context: &mut Context<'_>, body: &ItemConsigned) -> Result<(), Violation> {
    refuse_twice(body.items.iter().copied(), "items")?;
    if body.seller == context.author()? {
        return Err(Violation::new(Reason::ToSelf).field("seller"));
    }
    let ends = body.until.unix() <= context.clock.unix();
    if !ends {
        check_taker(context, &body.seller, EventType::SaleRecorded, "seller")?;
    }
    let clock = context.clock;
    for (n, id) in body.items.iter().enumerate() {
        let place = |violation: Violation| violation.field(format!("items[{n}]"));
        let mut item = to_consign(context, id, ends).map_err(place)?;
        context.build_on_item(&mut item).map_err(place)?;
        item.change_market(|market| {
            market
                .consigned
                .retain(|given| given.seller != body.seller && clock.unix() <= given.until.unix());
        });
        if !ends {
            if item.market().consigned.len() >= MAX_SELLERS {
                return Err(place(Violation::new(Reason::TooManySellers).with(id).with(MAX_SELLERS)));
            }
            item.change_market(|market| {
                market.consigned.push(Consigned { seller: body.seller, until: body.until });
            });
        }
        context.put_item(*id, item);
    }
    Ok(())
}

pub(super) fn ownership_transferred(
    context: &mut Context<'_>,
    body: &OwnershipTransferred,
) -> Result<(), Violation> {
    match (&body.nonce, &body.to, &body.expires, &body.offer) {
        (Some(nonce), Some(to), Some(expires), None) if !body.items.is_empty() => {
            let id = OfferId::derive(&context.origin, &context.issuer, nonce, 0);
            offer_title(context, id, *to, *expires, &body.items)
        }
        (None, None, None, Some(offer)) if body.items.is_empty() => take_title(context, offer),
        _ => {
            let text = words(
                "the owner states nonce, to, items and expires; the new owner states the offer alone",
                "所有者填写 nonce、to、items 和 expires；新所有者只填写 offer",
                "o dono informa nonce, to, items e expires; o novo dono informa só a oferta",
            );
            Err(Violation::new(Reason::FieldsDisagree).saying(text).field("offer"))
        }
    }
}

/// An item whose ownership alone its owner may offer.
pub(super) fn to_offer_title(
    context: &Context<'_>,
    id: &ItemId,
    purpose: Purpose,
) -> Result<Item, Violation> {
    let item = context.item(id)?;
    context.check_owner(id, &item)?;
    states::step(EventType::OwnershipTransferred, id, item.state)?;
    context.check_not_offered(id, &item)?;
    context.check_free(id, &item, purpose)?;
    context.check_not_reserved(id, &item)?;
    Ok(item)
}

/// The offer, if it is open, the author is to have it, and ownership alone passes with it.
pub(super) fn title_offered(context: &Context<'_>, id: &OfferId) -> Result<Offer, Violation> {
    let offer = open_offer(context, id, |offer| offer.to)?;
    if offer.title_only == Some(true) {
        return Ok(offer);
    }
    let text = words(
        "goods are offered with it: take them with custody.accepted",
        "该交付包含货物：请用 custody.accepted 接收",
        "a oferta inclui os bens: receba-os com custody.accepted",
    );
    Err(Violation::new(Reason::FieldsDisagree).saying(text).field("offer"))
}

/// An item of such an offer.
pub(super) fn to_take_title(
    context: &Context<'_>,
    id: &ItemId,
    to: ParticipantId,
) -> Result<Item, Violation> {
    let item = context.item(id)?;
    states::step(EventType::OwnershipTransferred, id, item.state)?;
    context.check_free(id, &item, Purpose::HandTo(to))?;
    Ok(item)
}

fn offer_title(
    context: &mut Context<'_>,
    id: OfferId,
    to: ParticipantId,
    expires: crate::time::Timestamp,
    items: &[ItemId],
) -> Result<(), Violation> {
    refuse_twice(items.iter().copied(), "items")?;
    let from = context.author()?;
    if to == from {
        return Err(Violation::new(Reason::ToSelf).field("to"));
    }
    check_taker(context, &to, EventType::OwnershipTransferred, "to")?;
    if expires.unix() <= context.clock.unix() {
        return Err(super::custody::expired_already());
    }
    let mut offered = Vec::new();
    for (n, item_id) in items.iter().enumerate() {
        let place = |violation: Violation| violation.field(format!("items[{n}]"));
        let mut item = to_offer_title(context, item_id, Purpose::HandTo(to)).map_err(place)?;
        context.build_on_item(&mut item).map_err(place)?;
        item.offer = Some(id);
        let (mass, resolution): (Milligrams, Milligrams) = (item.mass.left, item.resolution);
        context.put_item(*item_id, item);
        offered.push(OfferedItem { item: *item_id, mass, resolution });
    }
    let offer = Offer {
        history: History::default(),
        from,
        to,
        items: offered,
        expires,
        ownership: true,
        state: OfferState::Open,
        accepted: None,
        title_only: Some(true),
        works: None,
    };
    context.create(RecordKey::Offer(id), id, offer)
}

fn take_title(context: &mut Context<'_>, id: &OfferId) -> Result<(), Violation> {
    let mut offer = title_offered(context, id)?;
    for offered in &offer.items {
        let mut item = to_take_title(context, &offered.item, offer.to)?;
        context.build_on_item(&mut item)?;
        item.owner = Some(offer.to);
        item.change_market(|market| {
            market.consigned.clear();
            market.listings.clear();
            market.reserved = None;
        });
        context.put_item(offered.item, item);
    }
    offer.state = OfferState::Accepted;
    offer.accepted = Some(context.event_ref());
    context.put(RecordKey::Offer(*id), offer);
    Ok(())
}

/// An item that the author may report as missing.
pub(super) fn to_report(context: &Context<'_>, id: &ItemId) -> Result<Item, Violation> {
    let item = context.item(id)?;
    check_holder(context, id, &item)?;
    states::step(EventType::ItemLost, id, item.state)?;
    context.check_not_missing(id, &item)?;
    Ok(item)
}

/// A missing item that the author may say is found.
pub(super) fn to_recover(context: &Context<'_>, id: &ItemId) -> Result<Item, Violation> {
    let item = context.item(id)?;
    let Some(missing) = item.standing().missing else {
        return Err(Violation::new(Reason::NotMissing).with(id));
    };
    check_may_find(context, id, &item, missing)?;
    Ok(item)
}

pub(super) fn item_lost(context: &mut Context<'_>, body: &ItemLost) -> Result<(), Violation> {
    refuse_twice(body.items.iter().copied(), "items")?;
    let (reported, by) = (context.event_ref(), context.author().ok());
    for (n, id) in body.items.iter().enumerate() {
        let place = |violation: Violation| violation.field(format!("items[{n}]"));
        let mut item = to_report(context, id).map_err(place)?;
        context.build_on_item(&mut item).map_err(place)?;
        item.change_standing(|standing| standing.missing = Some(Missing { how: body.how, reported, by }));
        if let Some(report) = &body.report {
            keep_documents(&mut item.documents, &mut item.not_kept, std::slice::from_ref(report));
        }
        context.put_item(*id, item);
    }
    Ok(())
}

pub(super) fn item_recovered(context: &mut Context<'_>, body: &ItemRecovered) -> Result<(), Violation> {
    refuse_twice(body.items.iter().copied(), "items")?;
    for (n, id) in body.items.iter().enumerate() {
        let place = |violation: Violation| violation.field(format!("items[{n}]"));
        let mut item = to_recover(context, id).map_err(place)?;
        context.build_on_item(&mut item).map_err(place)?;
        item.change_standing(|standing| standing.missing = None);
        context.put_item(*id, item);
    }
    Ok(())
}

/// That something is there again says whoever reported it missing while he answers for it, its owner, or a registrar: a
/// keeper does not lift what the owner has reported.
fn check_may_find(
    context: &Context<'_>,
    id: &ItemId,
    item: &Item,
    missing: Missing,
) -> Result<(), Violation> {
    if context.author_has_role("registrar") {
        return Ok(());
    }
    check_holder(context, id, item)?;
    match &context.actor {
        Actor::Participant(author, _) if item.owner != Some(*author) && missing.by != Some(*author) => {
            Err(Violation::new(Reason::NotOwner).with(id))
        }
        _ => Ok(()),
    }
}

/// Who answers for the item: its custodian while it is in the trade, its owner, or the buyer whose key owns it.
fn check_holder(context: &Context<'_>, id: &ItemId, item: &Item) -> Result<(), Violation> {
    match &context.actor {
        Actor::Buyer(key) if item.market().owner_key == Some(*key) => Ok(()),
        Actor::Participant(author, _) if item.owner == Some(*author) => Ok(()),
        Actor::Participant(author, _)
            if item.custodian == *author && item.state != crate::record::ItemState::Claimed =>
        {
            Ok(())
        }
        _ => Err(Violation::new(Reason::NotOwner).with(id)),
    }
}
