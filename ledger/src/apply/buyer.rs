//! Buyers (rules U1, C4, C5): who holds the hidden code of what was sold makes it his, once; who owns passes it on, each
//! time to a fresh key. Nothing here knows who a buyer is.

use crate::event::EventType;
use crate::event::body::{ClaimRedeemed, OwnerTransferred, UnitClaim};
use crate::id::ItemId;
use crate::json::Json;
use crate::key::{KeyId, PublicKey, Signature, check_possession};
use crate::record::{ClaimUnit, ClaimedUnit, History, OwnerKey, Record, RecordKey, Tag, View};
use crate::statement::{Statement, decode_payload};
use crate::tag::{TagCode, is_unit};
use crate::violation::{Reason, Violation};

use super::context::{Actor, Context, Purpose};
use super::listings::take_out;
use super::states;
use super::units::{not_sold, take_one};

/// The key with which a statement of `tag:` must be checked: the tag's claim key, or the key of a unit that the
/// statement names; whether the unit is one of the tag's is for the rule to say.
pub(super) fn claim_key(view: &dyn View, code: &TagCode, statement: &Statement) -> Option<PublicKey> {
    match view.record(&RecordKey::Tag(*code)).as_deref() {
        Some(Record::Tag(tag)) => claim_key_of(tag, statement),
        _ => None,
    }
}

/// [`claim_key`] of a tag that is at hand.
pub(crate) fn claim_key_of(tag: &Tag, statement: &Statement) -> Option<PublicKey> {
    let (_, events) = decode_payload(statement.payload()).ok()?;
    let unit = events.first().and_then(|event| event.get("unit")).and_then(|unit| unit.get("claim_key"));
    match unit.and_then(Json::as_str) {
        Some(key) if tag.units.is_some() => key.parse().ok(),
        _ => Some(tag.claim_key),
    }
}

/// The key with which a statement of `owner:` must be checked.
pub(super) fn owner_key(view: &dyn View, id: &KeyId) -> Option<PublicKey> {
    match view.record(&RecordKey::OwnerKey(*id)).as_deref() {
        Some(Record::OwnerKey(record)) => Some(record.key),
        _ => None,
    }
}

pub(super) fn claim_redeemed(context: &mut Context<'_>, body: &ClaimRedeemed) -> Result<(), Violation> {
    let Actor::Claimant(code) = context.actor else {
        return Err(Violation::new(Reason::NotEntitled).with(&context.issuer));
    };
    let mut tag = context.tag(&code)?;
    let id = tag.item;
    let item = context.item(&id)?;
    if item.tag != Some(code) {
        return Err(Violation::new(Reason::TagUnknown).with(code));
    }
    let unit = check_unit(context, &tag, &code, body.unit.as_ref())?;
    if let (None, Some(claimed)) = (unit, tag.claimed) {
        return Err(Violation::new(Reason::ClaimTaken).with(code).with(claimed.index));
    }
    // A unit is one of what was sold, of the batch itself or of a part of it (rule M7).
    let (id, mut item) = if unit.is_some() { take_one(context, &mut tag)? } else { (id, item) };
    let state = states::step(EventType::ClaimRedeemed, &id, item.state)?;
    context.check_free(&id, &item, Purpose::Change)?;
    context.build_on_item(&mut item)?;
    let owner = new_owner(context, &body.owner_key, &body.proof, &code.to_string(), id, unit)?;
    if let (Some(unit), Some(named)) = (unit, &body.unit) {
        let record =
            ClaimUnit { history: History::default(), item: id, number: named.number, owner_key: owner };
        context.put(RecordKey::ClaimUnit(unit.tag, unit.claim_key), record);
        item.change_market(|market| {
            market.units_claimed = Some(market.units_claimed.unwrap_or(0).saturating_add(1));
        });
    } else {
        not_sold(context, &id, &item);
        tag.claimed = Some(context.event_ref());
        item.state = state;
        item.change_market(|market| market.owner_key = Some(owner));
    }
    take_out(context, &id, &mut item)?;
    context.put(RecordKey::Tag(code), tag);
    context.put_item(id, item);
    Ok(())
}

/// Which unit of a batch is claimed: none where one tag stands for the whole item.
fn check_unit(
    context: &Context<'_>,
    tag: &Tag,
    code: &TagCode,
    unit: Option<&UnitClaim>,
) -> Result<Option<ClaimedUnit>, Violation> {
    let not_a_unit = || Violation::new(Reason::ClaimNotUnit).with(code).field("unit");
    let (Some(unit), Some(units)) = (unit, tag.units) else {
        // With keys for the units, the tag's own key claims nothing.
        return if unit.is_none() && tag.units.is_none() { Ok(None) } else { Err(not_a_unit()) };
    };
    let claim_key = unit.claim_key.thumbprint();
    let belongs = is_unit(&units.root, units.count, unit.number, &unit.claim_key, &unit.path);
    if !belongs || claim_key != context.key_id {
        return Err(not_a_unit());
    }
    // A card is used once, whichever tag is on the batch by then.
    let tag = units.first.unwrap_or(*code);
    if let Some(Record::ClaimUnit(record)) = context.record(&RecordKey::ClaimUnit(tag, claim_key)).as_deref()
    {
        let at = record.history.last;
        return Err(Violation::new(Reason::ClaimTaken).with(code).with(at).field("unit"));
    }
    Ok(Some(ClaimedUnit { tag, claim_key }))
}

/// Keeps a buyer's key: sound, held by who names it, and used for nothing else before.
fn new_owner(
    context: &mut Context<'_>,
    key: &PublicKey,
    proof: &Signature,
    subject: &str,
    item: ItemId,
    unit: Option<ClaimedUnit>,
) -> Result<KeyId, Violation> {
    check_possession(key, proof, &context.origin, subject)
        .map_err(|error| Violation::new(Reason::KeyRefused).saying(error.words()).field("owner_key"))?;
    let id = key.thumbprint();
    let used = [RecordKey::Key(id), RecordKey::OwnerKey(id)].iter().any(|key| context.record(key).is_some());
    if used || TagCode::of(key) == self_code(context) {
        return Err(Violation::new(Reason::KeyInUse).field("owner_key"));
    }
    let since = context.event_ref();
    let record = OwnerKey { history: History::default(), key: *key, item, since, unit, passed_on: None };
    context.put(RecordKey::OwnerKey(id), record);
    Ok(id)
}

/// The tag that speaks; a claim key is no owner's key, as whoever printed the tag knows it.
fn self_code(context: &Context<'_>) -> TagCode {
    match context.actor {
        Actor::Claimant(code) => code,
        _ => TagCode::new([0; 10]),
    }
}

pub(super) fn owner_transferred(context: &mut Context<'_>, body: &OwnerTransferred) -> Result<(), Violation> {
    let Actor::Buyer(id) = context.actor else {
        return Err(Violation::new(Reason::NotEntitled).with(&context.issuer));
    };
    let not_owner = || Violation::new(Reason::NotOwner).with(body.item).field("item");
    let mut owner = context.owner_key(&id).map_err(|_| not_owner())?;
    if owner.item != body.item || owner.passed_on.is_some() {
        return Err(not_owner());
    }
    let mut item = context.item(&body.item).map_err(|violation| violation.field("item"))?;
    states::step(EventType::OwnerTransferred, &body.item, item.state)
        .map_err(|violation| violation.field("item"))?;
    let purpose = if body.owner_key.is_some() { Purpose::Change } else { Purpose::ComeBack };
    context.check_free(&body.item, &item, purpose).map_err(|violation| violation.field("item"))?;
    context.build_on_item(&mut item)?;
    let next = match (&body.owner_key, &body.proof) {
        (Some(key), Some(proof)) => {
            Some(new_owner(context, key, proof, &body.item.to_string(), body.item, owner.unit)?)
        }
        (None, None) => None,
        _ => {
            let text = crate::words::words(
                "the next owner's key comes with its proof",
                "新所有者密钥须附持有证明",
                "a chave do próximo dono vem com a sua prova",
            );
            return Err(Violation::new(Reason::FieldsDisagree).saying(text).field("proof"));
        }
    };
    let now = context.event_ref();
    match (owner.unit, next) {
        (Some(unit), Some(next)) => {
            let key = RecordKey::ClaimUnit(unit.tag, unit.claim_key);
            if let Some(Record::ClaimUnit(record)) = context.record(&key).as_deref() {
                context.put(key, ClaimUnit { owner_key: next, ..record.clone() });
            }
        }
        // One unit of a batch that was sold whole cannot go back alone: nobody's stock could hold it.
        (Some(_), None) => return Err(Violation::new(Reason::CountMissing).field("owner_key")),
        (None, Some(next)) => item.change_market(|market| market.owner_key = Some(next)),
        (None, None) => item.change_market(|market| market.given_back = Some(now)),
    }
    owner.passed_on = Some(now);
    context.put(RecordKey::OwnerKey(id), owner);
    context.put_item(body.item, item);
    Ok(())
}
