//! Random holds, disputes and recalls, and what comes of them. Mostly allowed, and ended again, so that histories go on.

use lode_ledger::event::Event;
use lode_ledger::event::body::{DisputeAnswered, DisputeResolved, HoldReleased, ItemDestroyed, RecallLifted};
use lode_ledger::event::shape::List;
use lode_ledger::id::{DisputeId, HoldId, ItemId, WorkOrderId};
use lode_ledger::record::{Dispute, Hold, ItemState, Record, RecordKey, View};
use lode_ledger::sealed::{Sealable, digest};
use lode_tests::world::{ORIGIN, Who, World, code, text};

use super::histories::{Op, items, jobs, picked};
use super::market::{other_than, records};

/// What must have been accepted in the course of all histories.
pub(super) const EVENTS: [&str; 7] = [
    "dispute.answered",
    "dispute.opened",
    "dispute.resolved",
    "hold.placed",
    "hold.released",
    "recall.issued",
    "recall.lifted",
];

/// The kinds of operations of this file.
pub(super) const KINDS: std::ops::Range<u8> = 80..86;

/// What an operation says, and who; nothing if there is nothing to say.
pub(super) fn next(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    match op.kind {
        80 => hold(world, op),
        81 => release(world, op),
        82 => dispute(world, op),
        83 => answer(world, op),
        84 => resolve(world, op),
        _ if op.flag.is_multiple_of(4) => recall(world, op),
        _ if op.flag % 4 == 1 => lift(world, op).or_else(|| recall(world, op)),
        _ => follow_recall(world, op).or_else(|| resolve(world, op)),
    }
}

fn hold(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let there = items(world, |_, item| {
        !matches!(item.state, ItemState::Exhausted | ItemState::Destroyed) || op.other.is_multiple_of(9)
    });
    let (id, item) = picked(&there, op.pick)?;
    let (who, reason) = match op.flag % 6 {
        0 => (Who::Lab, "investigation"),
        1 => (Who::Lab, "stock_count"),
        2 => (Who::Registrar, "court"),
        3 => (Who::Lab, if item.custodian == world.id(Who::Lab) { "lab" } else { "customs" }),
        _ => (world.who(item.owner.unwrap_or(item.custodian))?, "pledge"),
    };
    let creditor = other_than(who, op.other)?;
    let (mut body, _) = world.held(who, &[id], reason);
    // Now and then a creditor where there is none, or the owner himself.
    let named = if op.share.is_multiple_of(11) { who } else { creditor };
    body.text = op
        .share
        .is_multiple_of(3)
        .then(|| Sealable::Sealed(digest(ORIGIN, "events[0].text", &[4; 16], "\"case 7\"")));
    (body.items, body.works) = with_job(world, op, id);
    body.creditor = (op.flag % 6 == 4 || op.share.is_multiple_of(13)).then(|| world.id(named));
    Some((who, body.into()))
}

/// An item; now and then a job beside it, or alone.
fn with_job<const MAX: usize>(
    world: &World,
    op: &Op,
    item: ItemId,
) -> (List<ItemId, 0, MAX>, List<WorkOrderId, 0, 64>) {
    let job = picked(&jobs(world), op.other).filter(|_| op.share.is_multiple_of(5));
    let alone = job.is_some() && op.pick.is_multiple_of(2);
    let works: Vec<WorkOrderId> = job.map(|(id, _)| id).into_iter().collect();
    (if alone { Vec::new() } else { vec![item] }.into(), works.into())
}

fn holds(world: &World) -> Vec<(HoldId, Hold)> {
    records(world, |key, record| match (key, record) {
        (RecordKey::Hold(id), Record::Hold(hold)) => Some((*id, hold.clone())),
        _ => None,
    })
}

fn release(world: &World, op: &Op) -> Option<(Who, Event)> {
    let mut placed = holds(world);
    placed.retain(|(_, hold)| hold.ended.is_none() || op.share.is_multiple_of(9));
    let (id, hold) = picked(&placed, op.pick)?;
    let releases = match op.flag % 5 {
        0 => Who::Registrar,
        // Who placed a pledge does not release it.
        1 => world.who(hold.by)?,
        _ => world.who(hold.creditor.unwrap_or(hold.by))?,
    };
    Some((releases, HoldReleased { at: world.now, hold: id, text: None }.into()))
}

fn dispute(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let (id, item) = picked(&items(world, |_, _| true), op.pick)?;
    let stakes = [Some(item.creator), item.owner, Some(item.custodian), item.maker, item.supplier];
    let who = match op.flag % 8 {
        7 => Who::Registrar,
        n => world.who(stakes[usize::from(n) % 5].unwrap_or(item.custodian))?,
    };
    let kind = ["title", "mass", "origin", "treatment", "title"][op.other % 5];
    let (mut body, _) = world.disputed(who, kind, &[id]);
    (body.items, body.works) = with_job(world, op, id);
    body.respondent = match op.share % 8 {
        0 => Some(world.id(Who::Suspended)),
        1 => Some(world.id(who)),
        2..5 => Some(item.custodian),
        _ => None,
    };
    Some((who, body.into()))
}

fn disputes(world: &World, op: &Op) -> Vec<(DisputeId, Dispute)> {
    let mut opened = records(world, |key, record| match (key, record) {
        (RecordKey::Dispute(id), Record::Dispute(dispute)) => Some((*id, dispute.clone())),
        _ => None,
    });
    // Now and then one that is over.
    opened.retain(|(_, dispute)| dispute.ended.is_none() || op.share.is_multiple_of(9));
    opened
}

fn answer(world: &World, op: &Op) -> Option<(Who, Event)> {
    let (id, dispute) = picked(&disputes(world, op), op.pick)?;
    let holder = match (dispute.items.first(), dispute.works.iter().flatten().next()) {
        (Some(item), _) => world.item_record(item).custodian,
        (None, Some(work)) => world.work_record(work).studio,
        (None, None) => return None,
    };
    let who = world.who(dispute.respondent.unwrap_or(holder))?;
    let body = DisputeAnswered {
        at: world.now,
        dispute: id,
        text: Sealable::Clear(text("it was weighed in your presence")),
        documents: Vec::new().into(),
    };
    Some((who, body.into()))
}

fn resolve(world: &World, op: &Op) -> Option<(Who, Event)> {
    let (id, dispute) = picked(&disputes(world, op), op.pick)?;
    let (who, outcome) = match op.flag % 6 {
        0 | 1 => (world.who(dispute.by)?, "withdrawn"),
        2 => (world.who(dispute.by)?, "upheld"),
        _ => (Who::Registrar, "rejected"),
    };
    let body = DisputeResolved {
        at: world.now,
        dispute: id,
        outcome: code(outcome),
        text: text("the weighing slip bears both names"),
        documents: Vec::new().into(),
    };
    Some((who, body.into()))
}

fn recall(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let (id, item) = picked(&items(world, |_, _| true), op.pick)?;
    let who = match op.other % 4 {
        0 => Who::Lab,
        1 => Who::Registrar,
        2 => world.who(item.maker.unwrap_or(item.creator))?,
        _ => world.who(item.custodian)?,
    };
    let (mut body, _) = world.recalled(who, &[id]);
    (body.items, body.works) = with_job(world, op, id);
    body.back_to = op.share.is_multiple_of(2).then_some(item.creator);
    Some((who, body.into()))
}

fn lift(world: &World, op: &Op) -> Option<(Who, Event)> {
    // Now and then one that is over.
    let issued = records(world, |key, record| match (key, record) {
        (RecordKey::Recall(id), Record::Recall(recall)) => Some((*id, recall.clone())),
        _ => None,
    });
    let open: Vec<_> = issued
        .into_iter()
        .filter(|(_, recall)| recall.ended.is_none() || op.share.is_multiple_of(9))
        .collect();
    let (id, recall) = picked(&open, op.pick)?;
    let who = match op.other % 5 {
        0 => Who::Registrar,
        1 => world.who(recall.back_to)?,
        _ => world.who(recall.by)?,
    };
    let (text, documents) = (text("tested again, nothing found"), Vec::new().into());
    Some((who, RecallLifted { at: world.now, recall: id, text, documents }.into()))
}

/// What was called back goes back, or is destroyed; now and then somebody gives it to another.
fn follow_recall(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let called = items(world, |_, item| {
        !item.standing().recalls.is_empty() && matches!(item.state, ItemState::InStock | ItemState::Finished)
    });
    let (id, item) = picked(&called, op.pick)?;
    let who = world.who(item.custodian)?;
    let back_to = match world.replay.view().record(&RecordKey::Recall(item.standing().recalls[0])).as_deref()
    {
        Some(Record::Recall(recall)) => world.who(recall.back_to)?,
        _ => return None,
    };
    if back_to == who || op.share.is_multiple_of(4) {
        let reason = code("recalled");
        let (explanation, documents) = (None, Vec::new().into());
        return Some((who, ItemDestroyed { at: world.now, item: id, reason, explanation, documents }.into()));
    }
    let to = if op.share.is_multiple_of(9) { other_than(who, op.other)? } else { back_to };
    let (body, _) = world.offer(who, to, &[id]);
    Some((who, body.into()))
}
