//! What a participant could sign about an item now. No rule is written here: for each line of the event table the checks
//! of its family are asked, the same that `apply` asks first, and what they refuse is sorted.
//!
//! It says nothing of what an event would have to state (masses, papers, names), nothing of a key's scope, and nothing of
//! what puts right an earlier word of one's own (`event.corrected`, `event.voided`, `disclosure.destroyed`): that is about an
//! entry of the log.

use crate::event::EventType;
use crate::hash::Hash;
use crate::id::{ItemId, LogIndex, ParticipantId, StatementId};
use crate::key::KeyId;
use crate::record::{Item, Participant, Record, RecordKey, View};
use crate::violation::{Reason, Violation};
use crate::vocab::{Code, DisputeOutcome, HoldReason};

use super::assembly::{repairable, to_take_apart};
use super::context::{Actor, Context, Purpose};
use super::custody::{goods_offered, open_offer};
use super::dispute::{
    check_may_dispute, check_may_hold_item, check_may_recall, to_answer, to_lift, to_release, to_resolve,
};
use super::evidence::{
    check_counts_for_others, check_may_attach, existing, looks_as_lab, to_assert_origin, to_count, to_inspect,
};
use super::export::{check_is_finished, to_deliver, to_dispatch, to_export, to_settle, to_take_back};
use super::hands::{
    title_offered, to_assign, to_consign, to_offer_title, to_recover, to_report, to_take_title,
};
use super::inbound::{to_clear, to_ship};
use super::listings::{to_close, to_list, to_open, to_reserve, to_unpack};
use super::lots::{check_declared, to_countersign, to_receive};
use super::market::{check_cancellable, to_cancel, to_sell, to_tag};
use super::material::{check_all_stone, check_is_lot, to_divide, to_take};
use super::seal::is_frozen;
use super::stock::{destructible, to_serialise};
use super::{check_author, check_ruleset};

/// An event type that is a participant's to sign about an item.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct May {
    /// The type.
    pub event: EventType,
    /// What stands in its way for now; absent: it could be signed.
    pub stopped: Option<Violation>,
}

/// Which events a participant could sign about an item now, in the table's order, and which are his but stopped: by a
/// hold, an open offer, a box. What is another's to say, or over in the item's state, is left out. Empty of what is not
/// known.
#[must_use]
pub fn may(view: &dyn View, id: &ItemId, who: &ParticipantId) -> Vec<May> {
    let (item, record) = (view.record(&RecordKey::Item(*id)), view.record(&RecordKey::Participant(*who)));
    let (Some(Record::Item(item)), Some(record)) = (item.as_deref(), record) else { return Vec::new() };
    let Record::Participant(participant) = &*record else { return Vec::new() };
    let mut context = asking(view, who);
    let frozen = match view.record(&RecordKey::Ledger).as_deref() {
        Some(Record::Ledger(ledger)) => ledger.frozen.as_ref().map(is_frozen),
        _ => None,
    };
    if let Some(Record::Clock(clock)) = view.record(&RecordKey::Clock).as_deref() {
        context.clock = clock.time;
    }
    context.actor = Actor::Participant(*who, record.clone());
    let mut found = Vec::new();
    for event in EventType::ALL.iter().copied() {
        let stopped = match could(&context, event, id, item, participant) {
            Ok(()) => None,
            Err(violation) if stops(violation.reason) => Some(violation),
            Err(_) => continue,
        };
        let suspended = participant.suspended && !event.while_suspended();
        let whole = frozen.clone().or_else(|| suspended.then(|| Violation::new(Reason::Suspended)));
        found.push(May { event, stopped: whole.or(stopped) });
    }
    found
}

/// Nothing is said yet: no entry, no statement, no key.
fn asking<'a>(view: &'a dyn View, who: &ParticipantId) -> Context<'a> {
    let nothing = Hash([0; 32]);
    Context::new(view, LogIndex(0), StatementId(nothing), nothing, who.to_string(), KeyId(nothing))
}

/// Whether a refusal is of what stands in the way of somebody whose it otherwise is.
const fn stops(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::Held
            | Reason::Disputed
            | Reason::Recalled
            | Reason::Missing
            | Reason::Packed
            | Reason::ReservedBy
            | Reason::OfferOpen
            | Reason::InTransit
            | Reason::SaleDelivered
            | Reason::NotGivenBack
            | Reason::TooManySellers
    )
}

fn could(
    context: &Context<'_>,
    event: EventType,
    id: &ItemId,
    item: &Item,
    participant: &Participant,
) -> Result<(), Violation> {
    check_ruleset(context, event)?;
    check_author(context, event)?;
    match event {
        EventType::SupplierCountersigned => to_countersign(context, id, false).map(drop).or_else(|refused| {
            // Once more where he agrees to what was received.
            check_declared(id, item).map_err(|_| refused)?;
            to_countersign(context, id, true).map(drop)
        }),
        EventType::ConsignmentReceived => to_receive(context, id).map(drop),
        EventType::ConsignmentShipped => to_ship(context, id, context.author()?).map(drop),
        EventType::CustomsCleared => to_clear(context, id, None).map(drop),
        EventType::LotSplit => to_divide(context, id).map(drop),
        EventType::LotMerged => check_is_lot(id).and_then(|()| take_stone(context, id)),
        EventType::WorkStarted => take_stone(context, id),
        EventType::ItemAssembled => check_is_finished(id).and_then(|()| to_take(context, id).map(drop)),
        EventType::ItemDisassembled => to_take_apart(context, id).map(drop),
        EventType::PiecesSerialised => to_serialise(context, id).map(drop),
        EventType::LossRecorded
        | EventType::MassAdjusted
        | EventType::StepLogged
        | EventType::TreatmentApplied
        | EventType::ItemsPacked => context.item_in_hand(id).map(drop),
        EventType::ItemRepaired => repairable(context, id).map(drop),
        EventType::ItemDestroyed => destructible(context, id).map(drop),
        EventType::TreatmentDeclared => {
            existing(context, id)?;
            if looks_as_lab(context, item)? { Ok(()) } else { context.check_keeps(id, item) }
        }
        EventType::CertificateLinked => {
            existing(context, id)?;
            let issues = participant.issuer_code.is_some() && looks_as_lab(context, item)?;
            if issues { Ok(()) } else { context.check_keeps(id, item) }
        }
        EventType::DocumentAttached => check_may_attach(context, id, item),
        EventType::OriginAsserted => to_assert_origin(context, id).map(drop),
        EventType::InspectionRecorded => to_inspect(context, id).map(drop),
        EventType::StockCounted => {
            check_counts_for_others(context, item.custodian)?;
            to_count(context, id, item.custodian).map(drop)
        }
        EventType::HoldPlaced => {
            first(Code::<HoldReason>::all().map(|reason| check_may_hold_item(context, id, item, reason)))
        }
        EventType::DisputeOpened => check_may_dispute(context, id, item),
        EventType::RecallIssued => check_may_recall(context, id, item),
        _ => could_trade(context, event, id, item),
    }
}

/// [`could`] of hands, title and the market, and of what ends a mark.
fn could_trade(context: &Context<'_>, event: EventType, id: &ItemId, item: &Item) -> Result<(), Violation> {
    let (market, standing) = (item.market(), item.standing());
    let none = || Violation::new(Reason::NotFound).with(id);
    let (offer, sale) = (item.offer.ok_or_else(none), item.sale.ok_or_else(none));
    match event {
        EventType::CustodyOffered => context.item_to_move(id, leaving(context, item)?).map(drop),
        EventType::CustodyAccepted => {
            let offer = goods_offered(context, &offer?)?;
            for offered in &offer.items {
                let item = context.item(&offered.item)?;
                context.check_free(&offered.item, &item, Purpose::HandTo(offer.to))?;
            }
            Ok(())
        }
        EventType::CustodyRejected => open_offer(context, &offer?, |offer| offer.to).map(drop),
        EventType::CustodyCancelled => open_offer(context, &offer?, |offer| offer.from).map(drop),
        EventType::CustodyAssigned => to_assign(context, id).map(drop),
        EventType::ItemConsigned => to_consign(context, id, false).map(drop).or_else(|refused| {
            // A seller that there is may be told to stop in any case.
            if market.consigned.is_empty() { Err(refused) } else { to_consign(context, id, true).map(drop) }
        }),
        EventType::OwnershipTransferred => match offer.and_then(|offer| title_offered(context, &offer)) {
            Ok(offer) => {
                offer.items.iter().try_for_each(|item| to_take_title(context, &item.item, offer.to).map(drop))
            }
            Err(_) => to_offer_title(context, id, leaving(context, item)?).map(drop),
        },
        EventType::ItemLost => to_report(context, id).map(drop),
        EventType::ItemRecovered => to_recover(context, id).map(drop),
        EventType::ItemsUnpacked => {
            let pack = to_open(context, &market.pack.ok_or_else(none)?)?;
            pack.items.iter().try_for_each(|id| to_unpack(context, id).map(drop))
        }
        EventType::TagBound => to_tag(context, id).map(drop),
        EventType::TagReplaced => {
            item.tag.ok_or_else(none)?;
            context.item_in_hand(id).map(drop)
        }
        EventType::ListingOpened => to_list(context, id).map(drop),
        EventType::ListingClosed => first(market.listings.iter().map(|listing| to_close(context, listing))),
        EventType::ItemReserved => to_reserve(context, id).map(drop),
        EventType::SaleRecorded => to_sell(context, id).map(drop),
        EventType::SaleCancelled => {
            let (id, sale) = (sale.clone()?, to_cancel(context, &sale?)?);
            let each = |item: &ItemId| check_cancellable(context, item, &context.item(item)?, &id).map(drop);
            sale.items.iter().try_for_each(each)
        }
        EventType::PaymentSettled => to_settle(context, &sale?).map(drop),
        EventType::ExportPrepared => to_export(context, id).map(drop),
        EventType::ShipmentDispatched => to_dispatch(context, id).map(drop),
        EventType::ShipmentDelivered => to_deliver(context, &market.shipment.ok_or_else(none)?).map(drop),
        EventType::ItemReturned => to_take_back(context, id, false)
            .map(drop)
            .or_else(|refused| to_take_back(context, id, true).map(drop).map_err(|_| refused)),
        EventType::HoldReleased => first(standing.holds.iter().map(|hold| to_release(context, hold))),
        EventType::RecallLifted => first(standing.recalls.iter().map(|recall| to_lift(context, recall))),
        EventType::DisputeAnswered => {
            let open = standing.title_disputes.iter().chain(&standing.other_disputes);
            first(open.map(|dispute| to_answer(context, dispute)))
        }
        EventType::DisputeResolved => {
            let open = standing.title_disputes.iter().chain(&standing.other_disputes);
            first(open.map(|dispute| to_resolve(context, dispute, DisputeOutcome::WITHDRAWN)))
        }
        _ => Err(none()),
    }
}

/// What goes into a blend or a job.
fn take_stone(context: &Context<'_>, id: &ItemId) -> Result<(), Violation> {
    let item = to_take(context, id)?;
    check_all_stone(id, &item)
}

/// To whom an item could go: what is recalled back to where it is called, unless it lies there, and else to anybody.
fn leaving(context: &Context<'_>, item: &Item) -> Result<Purpose, Violation> {
    let author = context.author()?;
    let Some(recall) = item.standing().recalls.first().copied() else { return Ok(Purpose::HandTo(author)) };
    let to = context.recall(&recall)?.back_to;
    Ok(if to == author { Purpose::Change } else { Purpose::HandTo(to) })
}

/// Whether one of several may be done; if none, why not the first.
fn first<T>(mut all: impl Iterator<Item = Result<T, Violation>>) -> Result<(), Violation> {
    let Some(one) = all.next() else { return Err(Violation::new(Reason::NotFound)) };
    one.map(drop).or_else(|refused| if all.any(|one| one.is_ok()) { Ok(()) } else { Err(refused) })
}
