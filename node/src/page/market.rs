//! What a buyer reads of the market: by whom it is offered, whether it is on its way, came back, is claimed or not; and
//! the market's events in one plain sentence each.

use lode_ledger::event::{Event, EventType};
use lode_ledger::id::{ItemId, ParticipantId};
use lode_ledger::record::{EventRef, Item, ItemState, Record, RecordKey};
use lode_ledger::time::Timestamp;

use super::source::Reader;
use super::text::{PageLang, Texts};
use super::timeline::Told;

/// Lines on where it stands: label and text.
pub(super) fn lines(
    reader: &Reader<'_>,
    id: &ItemId,
    item: &Item,
    told: &[Told],
    texts: Texts,
) -> Vec<(String, String)> {
    let lang = texts.0.lang();
    let market = item.market();
    let mut lines = Vec::new();
    for listing in &market.listings {
        if let Some(Record::Listing(listing)) = reader.record(&RecordKey::Listing(*listing)).as_deref() {
            let parts =
                [Some(reader.name(&listing.seller, texts)), Some(listing.channel.name(lang).to_owned())];
            let parts = parts.into_iter().chain([listing.session.clone()]).flatten().collect::<Vec<_>>();
            lines.push((texts.listed_by().to_owned(), parts.join(" · ")));
        }
    }
    if let Some(Record::Clock(clock)) = reader.record(&RecordKey::Clock).as_deref()
        && let Some(reserved) = market.reserved_at(clock.time)
    {
        lines.push((texts.kept_for_a_buyer().to_owned(), until(texts, reserved.until)));
    }
    if let Some(shipment) = market.shipment
        && let Some(Record::Shipment(shipment)) = reader.record(&RecordKey::Shipment(shipment)).as_deref()
    {
        let state = match shipment.delivered {
            Some(_) => texts.arrived(),
            None => texts.under_way(),
        };
        let country = shipment.destination.map(|country| country.name(lang).to_owned());
        let parts = [Some(state.to_owned()), country, shipment.carrier.clone()];
        lines
            .push((texts.shipment().to_owned(), parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")));
    }
    let of = RecordKey::Item(*id);
    let back = told.iter().rev().filter(|told| told.of == of).find_map(|told| match &told.event {
        Event::ItemReturned(body) => Some((told.event.at(), body.reason.name(lang))),
        _ => None,
    });
    if let Some((at, reason)) = back {
        lines.push((texts.came_back().to_owned(), format!("{} · {reason}", texts.date(at))));
    }
    if item.tag.is_some() || market.units_claimed.is_some() {
        lines.push((texts.claim_state().to_owned(), claim(reader, item, texts)));
    }
    lines
}

fn until(texts: Texts, time: Timestamp) -> String {
    let (date, clock) = (texts.date(time), texts.clock(time));
    match texts.0 {
        PageLang::En => format!("until {date} {clock}"),
        PageLang::Zh => format!("至 {date} {clock}"),
    }
}

/// Claimed or not, and whether the hidden code of its tag is of any use still.
fn claim(reader: &Reader<'_>, item: &Item, texts: Texts) -> String {
    let market = item.market();
    let tag = item.tag.and_then(|code| reader.record(&RecordKey::Tag(code)));
    let used = match tag.as_deref() {
        Some(Record::Tag(tag)) => tag.claimed,
        _ => None,
    };
    if market.given_back.is_some() {
        return texts.claim_given_back().to_owned();
    }
    if let Some(units) = market.units_claimed {
        return match texts.0 {
            PageLang::En => format!("{units} of its pieces are claimed by their buyers."),
            PageLang::Zh => format!("其中 {units} 件已由买家认领。"),
        };
    }
    match (item.state, used) {
        (ItemState::Claimed, Some(at)) => {
            let (text, entry) = (texts.claimed(), texts.entry(at.index.0));
            let hint = texts.claimed_hint();
            match texts.0 {
                PageLang::En => format!("{text} ({entry}). {hint}"),
                PageLang::Zh => format!("{text}（{entry}）。{hint}"),
            }
        }
        (ItemState::Claimed, None) => texts.titled(texts.claimed(), texts.claimed_hint()),
        (_, Some(_)) => texts.claim_used().to_owned(),
        (ItemState::Sold, None) => texts.claim_open().to_owned(),
        _ => texts.claim_not_sold().to_owned(),
    }
}

/// Since when an item is missing: when that is said to have happened.
pub(super) fn missing_since(reader: &Reader<'_>, reported: EventRef, texts: Texts) -> Option<String> {
    let opened = reader.opened(reported.index)?;
    Some(texts.date(opened.events.get(usize::from(reported.event))?.at()))
}

/// Boxes, reservations and what is offered no more tell a buyer nothing.
pub(super) const fn is_told(event: EventType) -> bool {
    !matches!(
        event,
        EventType::ItemsPacked
            | EventType::ItemsUnpacked
            | EventType::ItemReserved
            | EventType::ListingClosed
            | EventType::ItemConsigned
    )
}

/// What an event of the market did; nothing of others.
pub(super) fn phrase(reader: &Reader<'_>, texts: Texts, event: &Event) -> String {
    let lang = texts.0.lang();
    let zh = texts.0 == PageLang::Zh;
    let to = |who: &ParticipantId| {
        let name = reader.name(who, texts);
        if zh { format!("给{name}") } else { format!("to {name}") }
    };
    let parts: Vec<Option<String>> = match event {
        Event::CustodyAssigned(body) => vec![Some(to(&body.to)), Some(body.reason.name(lang).to_owned())],
        Event::OwnershipTransferred(body) => vec![body.to.as_ref().map(to)],
        Event::ItemLost(body) => vec![Some(body.how.words().of(lang).to_owned())],
        Event::ItemRecovered(body) => vec![body.note.as_ref().map(ToString::to_string)],
        Event::ListingOpened(body) => vec![
            Some(body.channel.name(lang).to_owned()),
            body.session.as_ref().map(ToString::to_string),
            body.title.as_ref().map(ToString::to_string),
        ],
        Event::ExportPrepared(body) => {
            let dug: Vec<String> = body.material_origins.iter().map(|c| c.name(lang).to_owned()).collect();
            let (destination, made) = (body.destination.name(lang), body.customs_origin.name(lang));
            let (code, dug) = (body.hs.as_str(), texts.list(&dug));
            vec![Some(if zh {
                format!("运往{destination}，税号 {code}，海关原产地{made}，原料产地{dug}")
            } else {
                format!("to {destination}, HS {code}, origin for customs {made}, material from {dug}")
            })]
        }
        Event::ShipmentDispatched(body) => vec![
            body.destination.map(|country| {
                let name = country.name(lang);
                if zh { format!("运往{name}") } else { format!("to {name}") }
            }),
            body.carrier.as_ref().map(ToString::to_string),
        ],
        Event::ItemReturned(body) => {
            vec![Some(body.reason.name(lang).to_owned()), body.condition.as_ref().map(ToString::to_string)]
        }
        Event::OwnerTransferred(body) => vec![Some(
            if body.owner_key.is_some() { texts.to_another_key() } else { texts.back_to_the_seller() }
                .to_owned(),
        )],
        _ => Vec::new(),
    };
    let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    parts.join(if zh { "，" } else { ", " })
}
