//! Tags, sales and corrections.

use std::path::PathBuf;

use lode_ledger::event::body::{
    AnyValue, DocumentRef, EventCorrected, SaleCancelled, SaleRecorded, TagBound, TagReplaced,
};
use lode_ledger::hash::Hash;
use lode_ledger::id::{ItemId, ListingId, LogIndex, ParticipantId, SaleId, WorkOrderId};
use lode_ledger::json::Json;
use lode_ledger::key::PublicKey;
use lode_ledger::tag::{ClaimCode, TagCode, unit_proof, units_root};
use lode_ledger::vocab::{Code, Country, SaleChannel};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::look;
use crate::error::{ClientError, Result, random, words};
use crate::home::{Home, read_json, write_json};
use crate::node::Node;
use crate::session::{Done, Session};
use crate::spec;

/// A tag made here and not yet forgotten: with its hidden code, so that the card can be printed.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Tag {
    /// The public code.
    pub code: TagCode,
    /// The public half of the claim key.
    pub claim_key: PublicKey,
    /// The hidden code; absent once its card was printed and it was forgotten, and where the pieces have their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<String>,
    /// Of a batch whose pieces are claimed one by one: their hidden codes, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<String>,
    /// Their public keys, which stay when the codes are forgotten: each code's proof is made of all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unit_keys: Vec<PublicKey>,
}

impl Tag {
    /// The hidden code.
    ///
    /// # Errors
    /// It was forgotten.
    pub fn hidden(&self) -> Result<ClaimCode> {
        self.hidden.as_deref().and_then(|text| text.parse().ok()).ok_or_else(|| self.gone())
    }

    fn gone(&self) -> ClientError {
        let code = self.code;
        ClientError::usage(words!(
            "the hidden code of {code} was forgotten after its card was printed: replace the tag",
            "{code} 的隐藏码在打印后已清除：请更换标签",
            "o código oculto de {code} foi apagado depois de impresso: substitua a etiqueta"
        ))
    }

    /// The hidden code of one piece of a batch, with what shows that it belongs to the tag.
    ///
    /// # Errors
    /// There is no such piece, or the codes were forgotten.
    pub fn unit(&self, number: u32) -> Result<UnitCode> {
        let (code, count) = (self.code, self.unit_keys.len());
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        let path = unit_proof(&self.unit_keys, number).filter(|_| place < count).ok_or_else(|| {
            ClientError::usage(words!(
                "tag {code} has hidden codes for {count} pieces, counted from 0; there is none {number}",
                "标签 {code} 有 {count} 个单件隐藏码（从0计）；没有第 {number} 个",
                "a etiqueta {code} tem códigos ocultos de {count} peças, contadas de 0; não há a {number}"
            ))
        })?;
        let hidden = self.units.get(place).and_then(|text| text.parse().ok()).ok_or_else(|| self.gone())?;
        Ok(UnitCode { hidden, number, path })
    }
}

/// The hidden code of one piece of a batch.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnitCode {
    /// The code.
    pub hidden: ClaimCode,
    /// Its place among those of the tag, from 0.
    pub number: u32,
    /// That it is one of them (RFC 6962), from the leaf upwards.
    pub path: Vec<Hash>,
}

fn tag_path(home: &Home, code: &TagCode) -> PathBuf {
    home.join(format!("tags/{code}.json"))
}

/// Makes a tag, with hidden codes for so many pieces of a batch; for none, the tag's own code claims the whole item.
/// Nobody knows of it until it is bound.
///
/// # Errors
/// The machine has no random numbers, or the file cannot be written.
pub fn tag_new(session: &Session, units: u32) -> Result<Tag> {
    let hidden = ClaimCode(random()?);
    let ledger = session.author.ledger.ledger_id()?;
    let claim_key = hidden.claim_key(&ledger).public();
    let (mut codes, mut unit_keys) = (Vec::new(), Vec::new());
    for _ in 0..units {
        let unit = ClaimCode(random()?);
        unit_keys.push(unit.claim_key(&ledger).public());
        codes.push(unit.to_string());
    }
    // With codes for the pieces, the tag's own claims nothing: it is not kept.
    let hidden = (units == 0).then(|| hidden.to_string());
    let tag = Tag { code: TagCode::of(&claim_key), claim_key, hidden, units: codes, unit_keys };
    write_json(&tag_path(&session.home, &tag.code), &tag)?;
    Ok(tag)
}

/// A tag made here.
///
/// # Errors
/// It was not made in this home folder.
pub fn tag(home: &Home, code: &TagCode) -> Result<Tag> {
    let path = tag_path(home, code);
    if !path.exists() {
        return Err(ClientError::file(
            &path,
            words!(
                "this tag was not made in this home folder",
                "此标签不是在本主文件夹中制作的",
                "esta etiqueta não foi feita nesta pasta"
            ),
        ));
    }
    read_json(&path)
}

/// Wipes the hidden code from this device, after its card was printed.
///
/// # Errors
/// As [`tag()`](tag).
pub fn tag_forget(home: &Home, code: &TagCode) -> Result<()> {
    let mut known = tag(home, code)?;
    known.hidden = None;
    known.units.clear();
    write_json(&tag_path(home, code), &known)
}

/// Binds a tag to an item.
///
/// # Errors
/// As [`Session::send`].
pub fn tag_bind(session: &Session, item: ItemId, tag: &Tag, photo: Option<DocumentRef>) -> Result<Done> {
    let at = session.now();
    session.send(&[TagBound {
        at,
        item,
        code: tag.code,
        claim_key: tag.claim_key,
        photo,
        units_root: (!tag.unit_keys.is_empty()).then(|| units_root(&tag.unit_keys)),
        units: u32::try_from(tag.unit_keys.len()).ok().filter(|count| *count > 0),
    }
    .into()])
}

/// Puts a new tag in the place of an old one.
///
/// # Errors
/// As [`Session::send`].
pub fn tag_replace(session: &Session, item: ItemId, old: TagCode, tag: &Tag, reason: &str) -> Result<Done> {
    let reason = spec::line("reason", reason)?;
    let at = session.now();
    session.send(&[TagReplaced { at, item, old, code: tag.code, claim_key: tag.claim_key, reason }.into()])
}

/// One item of a session's list.
#[derive(Clone, Debug, Serialize)]
pub struct SessionLine {
    /// The session.
    pub session: Option<String>,
    /// The place in it.
    pub slot: Option<u32>,
    /// The listing.
    pub listing: String,
    /// The item.
    pub item: String,
    /// Its state, as `sold`.
    pub state: String,
    /// Its live tag.
    pub tag: Option<String>,
    /// The hidden codes of its tag that this device still has; several of a batch whose pieces have their own.
    pub claim_codes: Vec<String>,
}

/// Every item of the listings that fit, by slot, with the claim codes that this device has.
///
/// # Errors
/// The node cannot be reached, or a kept tag cannot be read.
pub fn session_list(
    home: &Home,
    node: &Node,
    filters: &[(&str, String)],
    limit: usize,
) -> Result<Vec<SessionLine>> {
    let mut lines = Vec::new();
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    for listing in look::listed(node, "listings", filters, limit)? {
        let slot = listing.get("slot").and_then(Value::as_u64).and_then(|slot| u32::try_from(slot).ok());
        let items = listing.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
        for item in items.iter().filter_map(Value::as_str) {
            let known = look::show(node, item)?;
            let tag = text(&known, "tag");
            let kept = match tag.as_ref().and_then(|code| code.parse().ok()) {
                Some(code) if tag_path(home, &code).exists() => Some(self::tag(home, &code)?),
                _ => None,
            };
            let claim_codes = kept.map(|tag| tag.hidden.into_iter().chain(tag.units).collect());
            lines.push(SessionLine {
                session: text(&listing, "session"),
                slot,
                listing: text(&listing, "id").unwrap_or_default(),
                item: item.to_owned(),
                state: text(&known, "state").unwrap_or_default(),
                tag,
                claim_codes: claim_codes.unwrap_or_default(),
            });
        }
    }
    lines.sort_by(|a, b| (&a.session, a.slot).cmp(&(&b.session, b.slot)));
    Ok(lines)
}

/// Sells items.
///
/// # Errors
/// As [`Session::send`].
pub fn sell(
    session: &Session,
    items: Vec<ItemId>,
    channel: Code<SaleChannel>,
    destination: Option<Code<Country>>,
    order: Option<&str>,
    listing: Option<ListingId>,
) -> Result<Done> {
    let order = spec::sealable("order", order)?;
    let (at, nonce) = (session.now(), session.nonce()?);
    session
        .send(&[SaleRecorded { at, nonce, items: items.into(), channel, destination, order, listing }.into()])
}

/// A sale did not come about.
///
/// # Errors
/// As [`Session::send`].
pub fn sell_cancel(session: &Session, sale: SaleId, reason: &str) -> Result<Done> {
    let reason = spec::line("reason", reason)?;
    session.send(&[SaleCancelled { at: session.now(), sale, reason }.into()])
}

/// Which field of which event is corrected.
#[derive(Clone, Debug)]
pub struct Correction {
    /// The item that the event created; neither it nor a job: the event itself.
    pub item: Option<ItemId>,
    /// The job that the event began.
    pub work: Option<WorkOrderId>,
    /// The event's log index.
    pub index: LogIndex,
    /// Its number in the statement.
    pub event: u16,
    /// The field.
    pub field: String,
    /// What stands there.
    pub old: Option<String>,
    /// What should.
    pub new: Option<String>,
    /// Of a mass in other hands: who must sign the same.
    pub counterparty: Option<ParticipantId>,
    /// Whether it is shown as a contradiction where it cannot be applied any more.
    pub contradiction: bool,
    /// Why.
    pub reason: String,
}

/// Corrects a field. Values are JSON, or else plain text.
///
/// # Errors
/// As [`Session::send`].
pub fn correct(session: &Session, correction: &Correction) -> Result<Done> {
    let value =
        |text: &String| AnyValue(Json::parse(text.as_bytes()).unwrap_or_else(|_| Json::Str(text.clone())));
    let field = spec::field(&correction.field)?;
    let event = EventCorrected {
        at: session.now(),
        item: correction.item,
        work: correction.work,
        index: correction.index,
        event: correction.event,
        field,
        old: correction.old.as_ref().map(value),
        new: correction.new.as_ref().map(value),
        counterparty: correction.counterparty,
        contradiction: correction.contradiction.then_some(true),
        reason: spec::line("reason", &correction.reason)?,
    };
    session.send(&[event.into()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::author::tests::author;

    #[test]
    fn a_tag_can_be_printed_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let who = author();
        let home = Home::open(folder.path()).unwrap();
        let session = Session::new(home, None, who.ledger, who.issuer, who.key);
        let made = tag_new(&session, 0).unwrap();
        let known = tag(&session.home, &made.code).unwrap();
        let ledger = session.author.ledger.ledger_id().unwrap();
        let key = known.hidden().unwrap().claim_key(&ledger).public();
        assert_eq!(TagCode::of(&key), made.code);
        tag_forget(&session.home, &made.code).unwrap();
        assert!(tag(&session.home, &made.code).unwrap().hidden().is_err());
        assert!(made.unit(0).is_err(), "it has one code for the whole");
        let item = "P-01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
        let done = tag_bind(&session, item, &made, None).unwrap();
        assert_eq!(done.created, [made.code.to_string()]);

        let many = tag_new(&session, 5).unwrap();
        assert!(many.hidden().is_err(), "its own code claims nothing");
        let root = units_root(&many.unit_keys);
        for number in 0..5 {
            let unit = many.unit(number).unwrap();
            let key = unit.hidden.claim_key(&ledger).public();
            assert!(lode_ledger::tag::is_unit(&root, 5, number, &key, &unit.path));
        }
        assert!(many.unit(5).is_err());
        tag_forget(&session.home, &many.code).unwrap();
        assert!(tag(&session.home, &many.code).unwrap().unit(0).is_err());
    }
}
