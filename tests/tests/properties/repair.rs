//! Random corrections, things undone, salts destroyed, and now and then the end of the ledger. Mostly allowed.

use lode_ledger::event::Event;
use lode_ledger::event::body::{AnyValue, DisclosureDestroyed, EventCorrected, EventVoided, LedgerFrozen};
use lode_ledger::event::shape::Shape;
use lode_ledger::id::ItemId;
use lode_ledger::json::Json;
use lode_ledger::record::{Detail, EventRef, Item, OfferState, Record, RecordKey, Said};
use lode_tests::world::{Who, World, mg, text};

use super::histories::{Op, items, picked};
use super::market::records;

/// What must have been accepted in the course of all histories.
pub(super) const EVENTS: [&str; 4] =
    ["disclosure.destroyed", "event.corrected", "event.voided", "ledger.frozen"];

/// The kinds of operations of this file.
pub(super) const KINDS: std::ops::Range<u8> = 90..104;

/// The events of this file that [`changes_books`] keeps out of histories, or that come too late in them.
pub(super) const RARE: [&str; 2] = ["event.voided", "ledger.frozen"];

/// Whether an operation changes books or claims after the fact. The model of masses and hands reads facts in their order and
/// does not know that; the reference does.
pub(super) const fn changes_books(op: &Op) -> bool {
    matches!(op.kind, 90..97 | 99..103)
}

/// So many entries a ledger has before it may end, so that not much is left untold.
const LONG: usize = 50;

/// What an operation says, and who; nothing if there is nothing to say.
pub(super) fn next(world: &World, op: &Op) -> Option<(Who, Event)> {
    match op.kind {
        90 | 91 => void(world, op),
        92 | 93 => creation(world, op),
        94 => loss(world, op),
        95 => acceptance(world, op),
        96 => words_of_item(world, op),
        97 => words_of_event(world, op).or_else(|| words_of_job(world, op)),
        98 => destroy_salt(world, op),
        99..103 => claim(world, op),
        _ if world.entries.len() > LONG && op.flag.is_multiple_of(2) => Some(freeze(world)),
        _ => words_of_job(world, op),
    }
}

fn void(world: &World, op: &Op) -> Option<(Who, Event)> {
    let body = |event: EventRef| EventVoided {
        at: world.now,
        index: event.index,
        event: event.event,
        item: None,
        work: None,
        hold: None,
        dispute: None,
        recall: None,
        reason: text("it did not occur"),
    };
    let any = op.share.is_multiple_of(10);
    match op.flag % 8 {
        0 => {
            let holds = records(world, |key, record| match (key, record) {
                (RecordKey::Hold(id), Record::Hold(it)) if it.ended.is_none() || any => {
                    Some((*id, it.placed, it.by))
                }
                _ => None,
            });
            let (id, event, by) = picked(&holds, op.pick)?;
            Some((world.who(by)?, EventVoided { hold: Some(id), ..body(event) }.into()))
        }
        1 => {
            let disputes = records(world, |key, record| match (key, record) {
                (RecordKey::Dispute(id), Record::Dispute(it)) if it.ended.is_none() || any => {
                    Some((*id, it.opened, it.by))
                }
                _ => None,
            });
            let (id, event, by) = picked(&disputes, op.pick)?;
            Some((world.who(by)?, EventVoided { dispute: Some(id), ..body(event) }.into()))
        }
        2 | 3 => {
            let recalls = records(world, |key, record| match (key, record) {
                (RecordKey::Recall(id), Record::Recall(it)) if it.ended.is_none() || any => {
                    Some((*id, it.issued, it.by))
                }
                _ => None,
            });
            let (id, event, by) = picked(&recalls, op.pick)?;
            Some((world.who(by)?, EventVoided { recall: Some(id), ..body(event) }.into()))
        }
        4 => {
            let jobs = records(world, |key, record| match (key, record) {
                (RecordKey::WorkOrder(id), Record::WorkOrder(it)) if it.history.events == 1 || any => {
                    Some((*id, it.created, it.studio))
                }
                _ => None,
            });
            let (id, event, by) = picked(&jobs, op.pick)?;
            Some((world.who(by)?, EventVoided { work: Some(id), ..body(event) }.into()))
        }
        _ => {
            // What was made of other things, rather than what was declared.
            let fresh = items(world, |_, item| {
                (item.history.events == 1 || any) && (item.entry.is_none() || op.share.is_multiple_of(4))
            });
            let (id, item) = picked(&fresh, op.pick)?;
            Some((world.who(item.creator)?, EventVoided { item: Some(id), ..body(item.created) }.into()))
        }
    }
}

fn number(mass: u64) -> Option<AnyValue> {
    Some(AnyValue(mg(mass).to_json()))
}

fn correction(world: &World, event: EventRef, field: &str) -> EventCorrected {
    EventCorrected {
        at: world.now,
        item: None,
        work: None,
        index: event.index,
        event: event.event,
        field: text(field),
        old: None,
        new: None,
        counterparty: None,
        contradiction: None,
        reason: text("a clerk was mistaken"),
    }
}

/// A mass that is near, or one that nothing explains.
fn other_mass(mass: u64, op: &Op) -> u64 {
    match op.flag % 8 {
        0 => mass * op.share / 1_000,
        1 => mass * 10,
        2..5 => mass * (990 + op.share % 9) / 1_000,
        _ => mass * (1_001 + op.share % 9) / 1_000 + 1,
    }
}

/// The rest of a correction of mass: whether it contradicts, and who signs it, alone or with whom.
fn signed(
    world: &World,
    op: &Op,
    item: &Item,
    parties: [lode_ledger::id::ParticipantId; 2],
    body: EventCorrected,
) -> Option<(Who, Event)> {
    let [a, b] = parties;
    // What the other has signed already, the same.
    let standing = item.standing();
    let corrects = EventRef { index: body.index, event: body.event };
    let waiting = standing.waiting.iter().find(|it| it.corrects == corrects);
    if let Some(waiting) = waiting.filter(|_| !op.other.is_multiple_of(8)) {
        let old = number(waiting.old.get());
        let new = number(waiting.new.get());
        return Some((world.who(waiting.waits_for)?, EventCorrected { old, new, ..body }.into()));
    }
    let (by, other) = if op.other.is_multiple_of(2) { (a, b) } else { (b, a) };
    let named = (a != b && !op.other.is_multiple_of(7)).then_some(other);
    let contradiction = op.share.is_multiple_of(3).then_some(true);
    Some((world.who(by)?, EventCorrected { counterparty: named, contradiction, ..body }.into()))
}

fn creation(world: &World, op: &Op) -> Option<(Who, Event)> {
    // What waits for the other's signature first.
    let waits = |item: &Item| !item.standing().waiting.is_empty();
    let some = items(world, |_, item| op.flag.is_multiple_of(2) && waits(item));
    let (id, item) = picked(&some, op.pick).or_else(|| picked(&items(world, |_, _| true), op.pick))?;
    let corrected = item.details.iter().find(|detail| detail.field == "mass_mg");
    let stands = corrected.map_or(item.mass.entered.get(), |detail| detail.value.parse().expect("a mass"));
    let mut body = correction(world, item.created, "mass_mg");
    body.item = Some(id);
    (body.old, body.new) = (number(stands), number(other_mass(stands, op).min(1 << 52)));
    signed(world, op, &item, [item.creator, item.custodian], body)
}

/// What events said, by place.
fn said(world: &World, wanted: impl Fn(&Said) -> bool) -> Vec<(EventRef, Said)> {
    records(world, |key, record| match (key, record) {
        (RecordKey::Said(event), Record::Said(said)) if wanted(said) => Some((*event, said.clone())),
        _ => None,
    })
}

fn loss(world: &World, op: &Op) -> Option<(Who, Event)> {
    let losses = said(world, |said| said.event == "loss.recorded");
    let (event, said) = picked(&losses, op.pick)?;
    let detail = said.details.iter().find(|detail| detail.field == "loss.mass_mg")?;
    let stands: u64 = detail.value.parse().ok()?;
    let id = said.about.iter().find_map(|thing| match thing {
        lode_ledger::record::Parentage::Item(id) => Some(*id),
        lode_ledger::record::Parentage::Work(_) => None,
    })?;
    let item = world.item_record(&id);
    let mut body = correction(world, event, "loss.mass_mg");
    body.item = Some(id);
    let new = if op.flag.is_multiple_of(3) { stands / 2 } else { other_mass(stands, op) };
    (body.old, body.new) = (number(stands), number(new.min(1 << 52)));
    signed(world, op, &item, [said.by, item.custodian], body)
}

fn acceptance(world: &World, op: &Op) -> Option<(Who, Event)> {
    let accepted = records(world, |key, record| match (key, record) {
        (RecordKey::Offer(id), Record::Offer(offer)) if offer.state == OfferState::Accepted => {
            Some((*id, offer.clone()))
        }
        _ => None,
    });
    let (offer, record) = picked(&accepted, op.pick)?;
    let event = record.accepted?;
    let id: ItemId = record.items.first()?.item;
    let item = world.item_record(&id);
    let same = item.offer == Some(offer) || op.share.is_multiple_of(9);
    let stands = item.mass.left.get();
    let mut body = correction(world, event, "measured_mg");
    body.item = Some(id);
    (body.old, body.new) = (number(stands), number(other_mass(stands, op).clamp(1, 1 << 52)));
    same.then(|| signed(world, op, &item, [record.from, record.to], body))?
}

/// What stands in a field, to be quoted; now and then something else.
fn quote(details: &[Detail], field: &str, op: &Op) -> Option<AnyValue> {
    let detail = details.iter().find(|detail| detail.field == field);
    let value = detail.filter(|detail| !detail.value.is_empty())?;
    if op.share.is_multiple_of(12) {
        return Some(AnyValue(Json::Str("something else".to_owned())));
    }
    Json::parse(value.value.as_bytes()).ok().map(AnyValue)
}

fn new_words(op: &Op) -> Option<AnyValue> {
    let words = ["smoky quartz", "Donghai crystal", "corrected", "水晶"][op.other / 3 % 4];
    (!op.flag.is_multiple_of(7)).then(|| AnyValue(Json::Str(words.to_owned())))
}

fn words_of_item(world: &World, op: &Op) -> Option<(Who, Event)> {
    let (id, item) = picked(&items(world, |_, _| true), op.pick)?;
    let named: Vec<String> = item.details.iter().map(|detail| detail.field.clone()).collect();
    let plain = ["trade_name", "supplier_lot", "grade", "origins[0].mine", "name"][op.flag as usize % 5];
    let place = "origins[0].subdivision".to_owned();
    let field = match op.share % 4 {
        0 if item.entry.is_some() => place,
        1 => plain.to_owned(),
        _ => picked(&named, op.other).unwrap_or_else(|| plain.to_owned()),
    };
    let mut body = correction(world, item.created, &field);
    body.item = Some(id);
    (body.old, body.new) = (quote(&item.details, &field, op), new_words(op));
    if field.ends_with("subdivision") {
        body.new = Some(AnyValue(Json::Str("Donghai, Jiangsu".to_owned())));
    }
    Some((world.who(item.creator)?, body.into()))
}

fn words_of_event(world: &World, op: &Op) -> Option<(Who, Event)> {
    let (event, said) = picked(&said(world, |_| true), op.pick)?;
    let detail = picked(&said.details, op.other)?;
    let mut body = correction(world, event, &detail.field);
    (body.old, body.new) = (quote(&said.details, &detail.field, op), new_words(op));
    Some((world.who(said.by)?, body.into()))
}

fn words_of_job(world: &World, op: &Op) -> Option<(Who, Event)> {
    let jobs = records(world, |key, record| match (key, record) {
        (RecordKey::WorkOrder(id), Record::WorkOrder(work)) => Some((*id, work.clone())),
        _ => None,
    });
    let (id, work) = picked(&jobs, op.pick)?;
    let before = work.before.iter().flatten().next();
    let who = *before.filter(|_| !op.share.is_multiple_of(4)).unwrap_or(&work.studio);
    let mut body = correction(world, work.created, "title");
    body.work = Some(id);
    let title = work.title.filter(|title| !title.is_empty());
    body.old = title.and_then(|title| Json::parse(title.as_bytes()).ok()).map(AnyValue);
    body.new = new_words(op);
    Some((world.who(who)?, body.into()))
}

/// A claim that was wrong: a treatment, where it is from, what it is.
fn claim(world: &World, op: &Op) -> Option<(Who, Event)> {
    // What something was made of, mostly.
    let told = items(world, |_, item| item.makings.is_some() || op.flag.is_multiple_of(4));
    let (id, item) = picked(&told, op.pick)?;
    let said = |code: &str| Some(AnyValue(Json::Str(code.to_owned())));
    let claims = &item.claims;
    let (field, old, new) = match op.flag % 8 {
        0 => ("nature", said(claims.nature.as_str()), said(["synthetic", "natural"][op.other % 2])),
        1 => ("variety", claims.variety.and_then(|known| said(known.as_str())), {
            said(["amethyst", "citrine"][op.other % 2]).filter(|_| !op.share.is_multiple_of(4))
        }),
        2 => ("species", said(claims.species.as_str()), said(["fluorite", "synthetic_quartz"][op.other % 2])),
        3 => {
            let share = |country: &str, ppm| {
                let country = ("country", Json::Str(country.to_owned()));
                Json::object([country, ("share_ppm", Json::Int(ppm))])
            };
            let known = claims.origins.iter().map(|it| share(it.country.as_str(), it.share.get().into()));
            let part = i64::try_from(op.share).ok()? * 1_000;
            let new = match op.other % 3 {
                0 => vec![share("IN", 1_000_000)],
                1 => vec![share("BR", part), share("MG", 1_000_000 - part)],
                _ => vec![share("CN", part), share("ZM", 999_999 - part)],
            };
            let (old, new) = (Json::Arr(known.collect()), Json::Arr(new));
            ("origins", Some(AnyValue(old)), Some(AnyValue(new)))
        }
        _ => {
            let treatment = ["heat", "irradiation", "dye", "wax"][op.other % 4];
            let known = claims.treatments.iter().find(|it| it.treatment.as_str() == treatment);
            let old = known.and_then(|known| said(known.finding.as_str()));
            let new = ["declared_applied", "declared_applied", "applied_in_part", "declared_none"];
            let new = said(new[op.other / 4 % 4]).filter(|_| !op.share.is_multiple_of(6));
            let field = format!("treatments.{treatment}");
            return claimed(world, op, id, &item, (&field, old, new));
        }
    };
    claimed(world, op, id, &item, (field, old, new))
}

fn claimed(
    world: &World,
    op: &Op,
    id: ItemId,
    item: &Item,
    (field, old, new): (&str, Option<AnyValue>, Option<AnyValue>),
) -> Option<(Who, Event)> {
    let mut body = correction(world, item.created, field);
    (body.item, body.old, body.new) = (Some(id), old, new);
    body.contradiction = op.share.is_multiple_of(5).then_some(true);
    Some((world.who(item.creator)?, body.into()))
}

/// The digest of a sealed value.
fn sealed(detail: &Detail) -> Option<lode_ledger::sealed::SealedDigest> {
    let json = Json::parse(detail.value.as_bytes()).ok()?;
    json.get("sealed")?.as_str()?.parse().ok()
}

fn destroy_salt(world: &World, op: &Op) -> Option<(Who, Event)> {
    let any = op.share.is_multiple_of(9);
    let is_open = |detail: &Detail| sealed(detail).is_some() && (any || detail.destroyed.is_none());
    let body = |event: EventRef, item, detail: &Detail| {
        Some(DisclosureDestroyed {
            at: world.now,
            item,
            index: event.index,
            event: event.event,
            field: text(&detail.field),
            digest: sealed(detail)?,
            reason: None,
        })
    };
    if op.flag.is_multiple_of(3) {
        let (event, said) = picked(&said(world, |said| said.details.iter().any(is_open)), op.pick)?;
        let detail = said.details.iter().find(|detail| is_open(detail))?;
        return Some((world.who(said.by)?, body(event, None, detail)?.into()));
    }
    let (id, item) = picked(&items(world, |_, item| item.details.iter().any(is_open)), op.pick)?;
    let detail = item.details.iter().find(|detail| is_open(detail))?;
    Some((world.who(item.creator)?, body(item.created, Some(id), detail)?.into()))
}

fn freeze(world: &World) -> (Who, Event) {
    let reason = text("the ledger moves to another operator");
    (Who::Registrar, LedgerFrozen { at: world.now, successor: None, reason }.into())
}
