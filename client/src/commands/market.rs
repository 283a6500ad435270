//! Tags, sales and corrections.

use std::path::PathBuf;

use lode_ledger::event::body::{
    AnyValue, DocumentRef, EventCorrected, SaleCancelled, SaleRecorded, TagBound, TagReplaced,
};
use lode_ledger::event::shape::Text;
use lode_ledger::id::{ItemId, LedgerId, ListingId, LogIndex, ParticipantId, SaleId, WorkOrderId};
use lode_ledger::json::Json;
use lode_ledger::key::PublicKey;
use lode_ledger::tag::{ClaimCode, TagCode};
use lode_ledger::vocab::{Code, Country, SaleChannel};
use serde::{Deserialize, Serialize};

use crate::error::{ClientError, Result, random, words};
use crate::home::{Home, read_json, write_json};
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
    /// The hidden code; absent once its card was printed and it was forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<String>,
}

impl Tag {
    /// The hidden code.
    ///
    /// # Errors
    /// It was forgotten.
    pub fn hidden(&self) -> Result<ClaimCode> {
        let gone = || {
            let code = self.code;
            ClientError::usage(words!(
                "the hidden code of {code} was forgotten after its card was printed: replace the tag",
                "{code} 的隐藏码在打印后已清除：请更换标签",
                "o código oculto de {code} foi apagado depois de impresso: substitua a etiqueta"
            ))
        };
        self.hidden.as_deref().and_then(|text| text.parse().ok()).ok_or_else(gone)
    }
}

fn tag_path(home: &Home, code: &TagCode) -> PathBuf {
    home.join(format!("tags/{code}.json"))
}

/// Makes a tag. Nobody knows of it until it is bound.
///
/// # Errors
/// The machine has no random numbers, or the file cannot be written.
pub fn tag_new(session: &Session) -> Result<Tag> {
    let hidden = ClaimCode(random()?);
    let id = &session.author.ledger.id;
    let ledger = id.parse::<LedgerId>().map_err(|error| ClientError::usage(format!("{id:?}: {error}")))?;
    let claim_key = hidden.claim_key(&ledger).public();
    let tag = Tag { code: TagCode::of(&claim_key), claim_key, hidden: Some(hidden.to_string()) };
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
        units_root: None,
        units: None,
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
    let field = Text::new(correction.field.clone())
        .map_err(|error| ClientError::usage(format!("field {:?}: {error}", correction.field)))?;
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
        let made = tag_new(&session).unwrap();
        let known = tag(&session.home, &made.code).unwrap();
        let ledger: LedgerId = session.author.ledger.id.parse().unwrap();
        let key = known.hidden().unwrap().claim_key(&ledger).public();
        assert_eq!(TagCode::of(&key), made.code);
        tag_forget(&session.home, &made.code).unwrap();
        assert!(tag(&session.home, &made.code).unwrap().hidden().is_err());
        let item = "P-01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap();
        let done = tag_bind(&session, item, &made, None).unwrap();
        assert_eq!(done.created, [made.code.to_string()]);
    }
}
