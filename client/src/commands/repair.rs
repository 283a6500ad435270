//! The record repaired: what did not occur, the last thing done taken back, a log that ends.

use lode_ledger::event::Event;
use lode_ledger::event::body::{
    CustodyCancelled, EventVoided, ItemsUnpacked, LedgerFrozen, ListingClosed, SaleCancelled,
};
use lode_ledger::id::{LogIndex, Origin};

use super::instead::instead;
use crate::error::{ClientError, Result, words};
use crate::queue::{Last, Queue};
use crate::session::{Done, Session};
use crate::spec;

/// Says that an event did not occur; `made` is one thing that it made: an item, job, hold, dispute or recall.
///
/// # Errors
/// As [`Session::send`]; `made` is none of these.
pub fn void(session: &Session, index: LogIndex, event: u16, made: &str, reason: &str) -> Result<Done> {
    session.send(&[voided(session, index, event, made, reason)?])
}

fn voided(session: &Session, index: LogIndex, event: u16, made: &str, reason: &str) -> Result<Event> {
    let void = EventVoided {
        at: session.now(),
        index,
        event,
        item: made.parse().ok(),
        work: made.parse().ok(),
        hold: made.parse().ok(),
        dispute: made.parse().ok(),
        recall: made.parse().ok(),
        reason: spec::line("reason", reason)?,
    };
    let named = [
        void.item.is_some(),
        void.work.is_some(),
        void.hold.is_some(),
        void.dispute.is_some(),
        void.recall.is_some(),
    ];
    if named.contains(&true) {
        Ok(void.into())
    } else {
        Err(spec::expected(
            made,
            words!(
                "an item, job, hold, dispute or recall that the event made",
                "该事件生成的物品、作业、冻结、争议或召回的编号",
                "um item, trabalho, bloqueio, disputa ou recall que o evento criou"
            ),
        ))
    }
}

/// Takes back the last statement of this device that the log accepted, all of it or nothing: what it made is void, an
/// offer is cancelled, a sale too. Nobody must have built on it since; the rules see to that.
///
/// # Errors
/// As [`Session::send`]; nothing was said yet, something still waits to be sent, or one of its events cannot be taken
/// back so.
pub fn undo(session: &Session, reason: &str) -> Result<Done> {
    if let Some(waiting) = Queue::of(&session.home).list()?.last().map(|waiting| waiting.statement) {
        return Err(ClientError::usage(words!(
            "statement {waiting} is not sent yet: give it up with `lode queue drop {waiting}`",
            "声明 {waiting} 尚未发送：用 `lode queue drop {waiting}` 放弃",
            "a declaração {waiting} ainda não foi enviada: desista dela com `lode queue drop {waiting}`"
        )));
    }
    let Some(last) = Queue::of(&session.home).last()? else {
        return Err(ClientError::usage(words!(
            "this device has said nothing yet",
            "本设备尚未提交过声明",
            "este dispositivo ainda não declarou nada"
        )));
    };
    let mut events = Vec::new();
    for (number, (name, made)) in last.events.iter().zip(&last.made).enumerate().rev() {
        let number = u16::try_from(number).unwrap_or(u16::MAX);
        events.push(taken_back(session, &last, number, name, made, reason)?);
    }
    session.send(&events)
}

/// Whether [`undo`] takes events of this name back: what made something by voiding it, the others by their own way back.
pub(super) fn is_taken_back(name: &str) -> bool {
    VOIDED.contains(&name) || ENDED.contains(&name)
}

/// What made something that is void afterwards.
const VOIDED: [&str; 10] = [
    "dispute.opened",
    "hold.placed",
    "item.assembled",
    "lot.declared",
    "lot.merged",
    "lot.split",
    "pieces.serialised",
    "recall.issued",
    "work.completed",
    "work.started",
];

/// What has a way back of its own.
const ENDED: [&str; 5] =
    ["custody.offered", "items.packed", "listing.opened", "ownership.transferred", "sale.recorded"];

fn taken_back(
    session: &Session,
    last: &Last,
    number: u16,
    name: &str,
    made: &[String],
    reason: &str,
) -> Result<Event> {
    let Some(first) = made.first().filter(|_| is_taken_back(name)) else {
        return Err(cannot(name, last.index));
    };
    let at = session.now();
    match name {
        name if VOIDED.contains(&name) => voided(session, last.index, number, first, reason),
        "items.packed" => {
            let pack = first.parse().map_err(|_| cannot(name, last.index))?;
            Ok(ItemsUnpacked { at, pack }.into())
        }
        "listing.opened" => {
            let listing = first.parse().map_err(|_| cannot(name, last.index))?;
            Ok(ListingClosed { at, listing, reason: Some(spec::line("reason", reason)?) }.into())
        }
        // Ownership that was taken makes no offer: then there is nothing to cancel.
        "custody.offered" | "ownership.transferred" => {
            let offer = first.parse().map_err(|_| cannot(name, last.index))?;
            Ok(CustodyCancelled { at, offer }.into())
        }
        "sale.recorded" => {
            let sale = first.parse().map_err(|_| cannot(name, last.index))?;
            Ok(SaleCancelled { at, sale, reason: spec::line("reason", reason)? }.into())
        }
        _ => Err(cannot(name, last.index)),
    }
}

fn cannot(name: &str, index: LogIndex) -> ClientError {
    let [en, zh, pt] = instead(name);
    ClientError::usage(words!(
        "{name} at log index {index} cannot be taken back in one step: {en}",
        "账本序号 {index} 的 {name} 不能一步撤销：{zh}",
        "{name} no índice {index} não se desfaz num só passo: {pt}"
    ))
}

/// Ends the log, as registrar.
///
/// # Errors
/// As [`Session::send`].
pub fn freeze(session: &Session, successor: Option<Origin>, reason: &str) -> Result<Done> {
    let reason = spec::line("reason", reason)?;
    session.send(&[LedgerFrozen { at: session.now(), successor, reason }.into()])
}
