//! Hands: custody moves by an offer and the matching acceptance of the named party (rules C2, C3), and the
//! difference between two scales is booked (rules M2, M5).

use crate::event::EventType;
use crate::event::body::{AcceptLine, CustodyAccepted, CustodyCancelled, CustodyOffered, CustodyRejected};
use crate::id::{OfferId, ParticipantId, WorkOrderId};
use crate::record::{History, Item, MAX_KEPT, Offer, OfferState, OfferedItem, RecordKey, WorkOrder};
use crate::violation::{Reason, Violation};
use crate::words::words;

use super::balance::{check_weighing, positive, scale_tolerance, weigh};
use super::context::{Context, Purpose, refuse_twice};
use super::hands::check_taker;
use super::listings::check_whole_boxes;
use super::work::job_of_studio;

pub(super) fn custody_offered(context: &mut Context<'_>, body: &CustodyOffered) -> Result<(), Violation> {
    refuse_twice(body.lines.iter().map(|line| line.item), "lines")?;
    let from = context.author()?;
    if body.to == from {
        return Err(Violation::new(Reason::ToSelf).field("to"));
    }
    check_taker(context, &body.to, EventType::CustodyAccepted, "to")?;
    if body.expires.unix() <= context.clock.unix() {
        return Err(expired_already());
    }
    let works = offer_works_check(context, body)?;
    let ids: Vec<_> = body.lines.iter().map(|line| line.item).collect();
    check_whole_boxes(context, &ids, |n| format!("lines[{n}].item"))?;
    let id = OfferId::derive(&context.origin, &context.issuer, &body.nonce, 0);
    let ownership = body.ownership.unwrap_or(false);
    let mut items = Vec::new();
    for (n, line) in body.lines.iter().enumerate() {
        let place = |violation: Violation| violation.field(format!("lines[{n}].item"));
        let mut item = context.item_to_move(&line.item, Purpose::HandTo(body.to)).map_err(place)?;
        if ownership {
            context.check_owner(&line.item, &item).map_err(place)?;
            context.check_not_reserved(&line.item, &item).map_err(place)?;
        }
        let offered = positive(line.mass_mg, &format!("lines[{n}].mass_mg"))?;
        // Said now, while the giver can still split the lot or record a loss.
        check_weighing(&item, offered, line.resolution_mg, context.policy()?)
            .map_err(|violation| violation.field(format!("lines[{n}].mass_mg")))?;
        context.build_on_item(&mut item)?;
        item.offer = Some(id);
        context.put_item(line.item, item);
        items.push(OfferedItem { item: line.item, mass: line.mass_mg, resolution: line.resolution_mg });
    }
    for (work_id, mut work) in works {
        work.offer = Some(id);
        context.put(RecordKey::WorkOrder(work_id), work);
    }
    context.create(
        RecordKey::Offer(id),
        id,
        Offer {
            history: History::default(),
            from,
            to: body.to,
            items,
            expires: body.expires,
            ownership,
            state: OfferState::Open,
            accepted: None,
            works: (!body.works.is_empty()).then(|| body.works.0.clone()),
            title_only: None,
        },
    )
}

/// The jobs that an offer takes along: the author does them, they are open, and nobody else is offered them.
fn offer_works_check(
    context: &Context<'_>,
    body: &CustodyOffered,
) -> Result<Vec<(WorkOrderId, WorkOrder)>, Violation> {
    refuse_twice(body.works.iter().copied(), "works")?;
    if body.works.is_empty() {
        if body.lines.is_empty() {
            return Err(Violation::new(Reason::NotPositive).field("lines"));
        }
        return Ok(Vec::new());
    }
    if context.ruleset() < 2 {
        return Err(Violation::new(Reason::RulesetOlder).with("works").with(2).with(1).field("works"));
    }
    let mut works = Vec::new();
    for (n, id) in body.works.iter().enumerate() {
        let place = |violation: Violation| violation.field(format!("works[{n}]"));
        let mut work = job_of_studio(context, id, Purpose::HandTo(body.to)).map_err(place)?;
        if body.ownership == Some(true) && work.owner != Some(work.studio) {
            return Err(place(Violation::new(Reason::NotOwner).with(id)));
        }
        context.build_on_work(&mut work)?;
        works.push((*id, work));
    }
    Ok(works)
}

/// An offer that nobody could take any more.
pub(super) fn expired_already() -> Violation {
    let text = words(
        "the offer would have expired already by the ledger's clock",
        "按账本时钟，该交付已经过期",
        "pelo relógio do registro, a oferta já teria vencido",
    );
    Violation::new(Reason::FieldsDisagree).saying(text).field("expires")
}

/// The offer, if it is open and the author is the party that may end it this way.
pub(super) fn open_offer(
    context: &Context<'_>,
    id: &OfferId,
    party: impl Fn(&Offer) -> ParticipantId,
) -> Result<Offer, Violation> {
    let offer = context.offer(id).map_err(|violation| violation.field("offer"))?;
    if party(&offer) != context.author()? {
        return Err(Violation::new(Reason::NotNamed).with(offer.from).with(offer.to).field("offer"));
    }
    if !offer.is_open(context.clock) {
        return Err(Violation::new(Reason::OfferClosed).field("offer"));
    }
    Ok(offer)
}

/// The offer, if it is open, the author is to have it, and goods come with it.
pub(super) fn goods_offered(context: &Context<'_>, id: &OfferId) -> Result<Offer, Violation> {
    let offer = open_offer(context, id, |offer| offer.to)?;
    if offer.title_only.is_some() {
        return Err(Violation::new(Reason::TitleOnly).with(id).field("offer"));
    }
    Ok(offer)
}

pub(super) fn custody_accepted(context: &mut Context<'_>, body: &CustodyAccepted) -> Result<(), Violation> {
    let mut offer = goods_offered(context, &body.offer)?;
    refuse_twice(body.lines.iter().map(|line| line.item), "lines")?;
    if body.lines.len() != offer.items.len() {
        return Err(Violation::new(Reason::LinesDiffer).field("lines"));
    }
    for (n, line) in body.lines.iter().enumerate() {
        let offered = offer.items.iter().find(|offered| offered.item == line.item);
        let offered =
            *offered.ok_or_else(|| Violation::new(Reason::LinesDiffer).field(format!("lines[{n}].item")))?;
        let mut item = context.item(&line.item)?;
        context
            .check_free(&line.item, &item, Purpose::HandTo(offer.to))
            .map_err(|violation| violation.field(format!("lines[{n}].item")))?;
        context.build_on_item(&mut item)?;
        take_over(context, &mut item, &offered, line)
            .map_err(|violation| violation.field(format!("lines[{n}].measured_mg")))?;
        item.custodian = offer.to;
        item.change_passage(|passage| passage.in_transit = None);
        if offer.ownership {
            item.owner = Some(offer.to);
        }
        // On the way or not: the new custodian has it. Whom the former owner let sell, he no longer lets.
        item.change_market(|market| {
            market.shipment = None;
            if offer.ownership {
                market.consigned.clear();
                market.listings.clear();
                market.reserved = None;
            }
        });
        context.put_item(line.item, item);
    }
    for id in offer.works.iter().flatten() {
        let mut work = context.work_order(id)?;
        context.check_job_free(id, &work, Purpose::HandTo(offer.to))?;
        context.build_on_work(&mut work)?;
        pass_job(&mut work, offer.to, offer.ownership);
        context.put(RecordKey::WorkOrder(*id), work);
    }
    offer.state = OfferState::Accepted;
    if context.ruleset() >= 2 {
        offer.accepted = Some(context.event_ref());
    }
    context.put(RecordKey::Offer(body.offer), offer);
    Ok(())
}

/// Somebody else goes on with a job.
pub(super) fn pass_job(work: &mut WorkOrder, to: ParticipantId, ownership: bool) {
    let before = work.before.get_or_insert_default();
    if before.len() < MAX_KEPT {
        before.push(work.studio);
    } else {
        work.not_kept = work.not_kept.saturating_add(1);
    }
    work.studio = to;
    if ownership {
        work.owner = Some(to);
    }
}

/// Books what the taker weighed. The giver signed the offered mass, the taker the measured one; where the two agree
/// within their scales, both have signed the difference to the ledger's balance.
fn take_over(
    context: &Context<'_>,
    item: &mut Item,
    offered: &OfferedItem,
    line: &AcceptLine,
) -> Result<(), Violation> {
    let policy = context.policy()?;
    let measured = positive(line.measured_mg, "measured_mg")?;
    let between = measured.abs_diff(offered.mass);
    let allowed = scale_tolerance(offered.mass, [offered.resolution, line.resolution_mg], policy);
    if between > allowed {
        return Err(Violation::new(Reason::DifferenceTooLarge).with(between).with(allowed));
    }
    check_weighing(item, measured, line.resolution_mg, policy)?;
    weigh(item, measured)?;
    item.resolution = line.resolution_mg;
    Ok(())
}

pub(super) fn custody_rejected(context: &mut Context<'_>, body: &CustodyRejected) -> Result<(), Violation> {
    let offer = open_offer(context, &body.offer, |offer| offer.to)?;
    close(context, &body.offer, offer, OfferState::Rejected)
}

pub(super) fn custody_cancelled(context: &mut Context<'_>, body: &CustodyCancelled) -> Result<(), Violation> {
    let offer = open_offer(context, &body.offer, |offer| offer.from)?;
    close(context, &body.offer, offer, OfferState::Cancelled)
}

/// Ends an offer without a hand-over; the items stay where they are and are free again.
fn close(
    context: &mut Context<'_>,
    id: &OfferId,
    mut offer: Offer,
    state: OfferState,
) -> Result<(), Violation> {
    for offered in &offer.items {
        let mut item = context.item(&offered.item)?;
        context.build_on_item(&mut item)?;
        context.put_item(offered.item, item);
    }
    for work_id in offer.works.iter().flatten() {
        let mut work = context.work_order(work_id)?;
        context.build_on_work(&mut work)?;
        context.put(RecordKey::WorkOrder(*work_id), work);
    }
    offer.state = state;
    context.put(RecordKey::Offer(*id), offer);
    Ok(())
}
