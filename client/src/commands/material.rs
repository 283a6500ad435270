//! Things joined, taken apart, mended, set right in the books, and destroyed; pieces out of batches.

use lode_ledger::event::body::{
    DisassembledPart, DocumentRef, ForeignMass, Input, ItemAssembled, ItemDestroyed, ItemDisassembled,
    ItemRepaired, Line, Loss, MassAdjusted, PiecesSerialised, SerialPiece, WorkOutput,
};
use lode_ledger::id::ItemId;
use lode_ledger::mass::Milligrams;
use lode_ledger::vocab::{Code, DestroyReason, DifferenceReason, Form, Step, Treatment};
use serde_json::Value;

use super::lots::left_after;
use crate::error::{ClientError, Result, words};
use crate::session::{Done, Session, look_up};
use crate::spec;

/// Joins pieces and counts of batches. `made` says what comes out; its mass must be all of what goes in, less losses.
///
/// # Errors
/// As [`Session::send`].
pub fn assemble(
    session: &Session,
    components: Vec<Input>,
    foreign: Vec<ForeignMass>,
    losses: Vec<Loss>,
    made: WorkOutput,
    operator: Option<&str>,
) -> Result<Done> {
    let event = ItemAssembled {
        at: session.now(),
        nonce: session.nonce()?,
        components: components.into(),
        foreign: foreign.into(),
        losses: losses.into(),
        kind: made.kind,
        mass_mg: made.mass_mg,
        count: made.count,
        form: made.form,
        operator: spec::sealable("operator", operator)?,
        name: made.name,
        grade: made.grade,
        photo: made.photo,
    };
    session.send(&[event.into()])
}

/// Takes something assembled apart.
///
/// # Errors
/// As [`Session::send`].
pub fn disassemble(
    session: &Session,
    item: ItemId,
    parts: Vec<DisassembledPart>,
    foreign_mg: Option<Milligrams>,
    losses: Vec<Loss>,
) -> Result<Done> {
    let event = ItemDisassembled {
        at: session.now(),
        item,
        nonce: session.nonce()?,
        parts: parts.into(),
        foreign_mg,
        losses: losses.into(),
    };
    session.send(&[event.into()])
}

/// Makes pieces out of a batch. What is left of it is asked of the node unless stated.
///
/// # Errors
/// As [`Session::send`]; also when what is left is not known.
pub fn serialise(
    session: &Session,
    item: ItemId,
    pieces: Vec<SerialPiece>,
    losses: Vec<Loss>,
    left: Option<Milligrams>,
    left_count: Option<u32>,
) -> Result<Done> {
    let out = pieces.iter().map(|piece| piece.mass_mg).chain(losses.iter().map(|loss| loss.mass_mg));
    let left_mg = left_after(session, &item.to_string(), left, &[], &out.collect::<Vec<_>>())?;
    let pieces_out = u32::try_from(pieces.len()).unwrap_or(u32::MAX);
    let gone = losses.iter().filter_map(|loss| loss.count).fold(pieces_out, u32::saturating_add);
    let left_count = match left_count {
        Some(count) => count,
        None => counted(session, item)?.checked_sub(gone).ok_or_else(|| count_unknown(item))?,
    };
    let event = PiecesSerialised {
        at: session.now(),
        item,
        nonce: session.nonce()?,
        pieces: pieces.into(),
        losses: losses.into(),
        left_mg,
        left_count,
    };
    session.send(&[event.into()])
}

/// How many are left of a batch, as the node knows it.
fn counted(session: &Session, item: ItemId) -> Result<u32> {
    let (_, value) = look_up(session.node()?, &item.to_string())?;
    let count = value.pointer("/count/left").and_then(Value::as_u64);
    count.and_then(|count| u32::try_from(count).ok()).ok_or_else(|| count_unknown(item))
}

fn count_unknown(item: ItemId) -> ClientError {
    ClientError::usage(words!(
        "how many are left of {item} is not known: say it with --left-count",
        "不知道 {item} 还剩几件：请用 --left-count 说明",
        "não se sabe quantas restam de {item}: informe com --left-count"
    ))
}

/// What was done to an item that was mended.
#[derive(Clone, Debug)]
pub struct Repair {
    /// The step of work.
    pub step: Code<Step>,
    /// In words.
    pub what: Option<Line>,
    /// Who did it.
    pub operator: Option<String>,
    /// A treatment beside.
    pub treatment: Option<Code<Treatment>>,
    /// What was joined and is no stone.
    pub foreign: Vec<ForeignMass>,
    /// What was taken off and is no stone.
    pub taken_off: Option<Milligrams>,
    /// What was lost beside.
    pub losses: Vec<Loss>,
    /// What there is afterwards; asked of the node if absent.
    pub left: Option<Milligrams>,
    /// Whether the stone was cut again.
    pub recut: bool,
    /// Its form afterwards.
    pub form: Option<Code<Form>>,
    /// Photos.
    pub photos: Vec<DocumentRef>,
}

/// Mends an item in hand.
///
/// # Errors
/// As [`Session::send`]; also when what is left is not known.
pub fn repair(session: &Session, item: ItemId, repair: Repair) -> Result<Done> {
    let added: Vec<Milligrams> = repair.foreign.iter().map(|foreign| foreign.mass_mg).collect();
    let lost: Vec<Milligrams> =
        repair.losses.iter().map(|loss| loss.mass_mg).chain(repair.taken_off).collect();
    let event = ItemRepaired {
        at: session.now(),
        item,
        step: repair.step,
        what: repair.what,
        operator: spec::sealable("operator", repair.operator.as_deref())?,
        treatment: repair.treatment,
        foreign: repair.foreign.into(),
        taken_off_mg: repair.taken_off,
        losses: repair.losses.into(),
        left_mg: left_after(session, &item.to_string(), repair.left, &added, &lost)?,
        recut: repair.recut.then_some(true),
        form: repair.form,
        photos: repair.photos.into(),
    };
    session.send(&[event.into()])
}

/// Says that an item is no more.
///
/// # Errors
/// As [`Session::send`].
pub fn destroy(
    session: &Session,
    item: ItemId,
    reason: Code<DestroyReason>,
    explanation: Option<Line>,
    documents: Vec<DocumentRef>,
) -> Result<Done> {
    let at = session.now();
    session.send(&[ItemDestroyed { at, item, reason, explanation, documents: documents.into() }.into()])
}

/// A balance that is set right.
#[derive(Clone, Debug)]
pub struct Adjustment {
    /// What there is.
    pub left: Milligrams,
    /// How many there are, of a batch.
    pub count: Option<u32>,
    /// Why the ledger says otherwise.
    pub reason: Code<DifferenceReason>,
    /// In words.
    pub explanation: Option<Line>,
    /// The papers behind it.
    pub documents: Vec<DocumentRef>,
}

/// Sets a balance right. What the ledger says is asked of the node.
///
/// # Errors
/// As [`Session::send`]; also offline.
pub fn adjust(session: &Session, item: ItemId, adjustment: Adjustment) -> Result<Done> {
    let was_count = adjustment.count.map(|_| counted(session, item)).transpose()?;
    let event = MassAdjusted {
        at: session.now(),
        item,
        was_mg: session.left(&item.to_string())?,
        left_mg: adjustment.left,
        was_count,
        left_count: adjustment.count,
        reason: adjustment.reason,
        explanation: adjustment.explanation,
        documents: adjustment.documents.into(),
    };
    session.send(&[event.into()])
}
