//! What stops or marks goods from outside (rule C5): holds, disputes and recalls, who may place and who may lift them.
//!
//! Nothing here moves goods or changes what is said of them.

use crate::event::body::{
    DisputeAnswered, DisputeOpened, DisputeResolved, HoldPlaced, HoldReleased, RecallIssued, RecallLifted,
};
use crate::id::{DisputeId, HoldId, ItemId, ParticipantId, RecallId, WorkOrderId};
use crate::record::{
    Dispute, History, Hold, Item, ItemState, MAX_MARKS, Parent, Recall, Record, RecordKey, Standing,
    WorkOrder,
};
use crate::violation::{Reason, Violation};
use crate::vocab::{Code, DisputeKind, DisputeOutcome, HoldReason};
use crate::words::words;

use super::context::{Context, refuse_twice, state_forbids};
use super::lots::{document, keep_documents};

const ENDED: crate::words::Words = words("ended", "已结束", "encerrado");

pub(super) fn hold_placed(context: &mut Context<'_>, body: &HoldPlaced) -> Result<(), Violation> {
    let goods = Goods::of(&body.items, &body.works)?;
    let by = context.author()?;
    if let Some(creditor) = &body.creditor {
        if body.reason != HoldReason::PLEDGE || *creditor == by {
            let text = words(
                "a pledge, and no other hold, names a creditor who is another",
                "只有质押须填写债权人，且须为另一方",
                "só o penhor indica um credor, e é outro",
            );
            return Err(Violation::new(Reason::FieldsDisagree).saying(text).field("creditor"));
        }
        context.participant(creditor).map_err(|violation| violation.field("creditor"))?;
    }
    let id = HoldId::derive(&context.origin, &context.issuer, &body.nonce, 0);
    let hold = Hold {
        history: History::default(),
        by,
        reason: body.reason,
        items: body.items.to_vec(),
        works: goods.works_to_keep(),
        creditor: body.creditor,
        placed: context.event_ref(),
        ended: None,
    };
    context.create(RecordKey::Hold(id), id, hold)?;
    mark(context, goods, |context, thing| {
        match &thing {
            Thing::Item(id, item) => check_may_hold_item(context, id, item, body.reason)?,
            Thing::Work(id, work) => check_may_hold_job(context, id, work, body.reason)?,
        }
        bear(thing, |standing| &mut standing.holds, id)
    })
}

/// What is there still is held, by who may.
pub(super) fn check_may_hold_item(
    context: &Context<'_>,
    id: &ItemId,
    item: &Item,
    reason: Code<HoldReason>,
) -> Result<(), Violation> {
    if matches!(item.state, ItemState::Exhausted | ItemState::Destroyed | ItemState::Voided) {
        return Err(state_forbids(id, item.state));
    }
    check_may_hold(context, id.to_string(), item.owner, item.custodian, reason)
}

fn check_may_hold_job(
    context: &Context<'_>,
    id: &WorkOrderId,
    work: &WorkOrder,
    reason: Code<HoldReason>,
) -> Result<(), Violation> {
    check_may_hold(context, id.to_string(), work.owner, work.studio, reason)
}

/// Who may hold for which reason what this owner owns and this party has.
fn check_may_hold(
    context: &Context<'_>,
    id: String,
    owner: Option<ParticipantId>,
    has_it: ParticipantId,
    reason: Code<HoldReason>,
) -> Result<(), Violation> {
    let by = context.author()?;
    if reason == HoldReason::PLEDGE {
        return if owner == Some(by) { Ok(()) } else { Err(Violation::new(Reason::NotOwner).with(id)) };
    }
    let inspects =
        [HoldReason::CUSTOMS, HoldReason::INVESTIGATION, HoldReason::STOCK_COUNT].contains(&reason);
    let may = context.author_has_role("registrar")
        || (inspects && context.author_has_role("inspector"))
        || (reason == HoldReason::LAB && context.author_has_role("lab") && has_it == by);
    if may { Ok(()) } else { Err(Violation::new(Reason::NotEntitled).with(id)) }
}

pub(super) fn hold_released(context: &mut Context<'_>, body: &HoldReleased) -> Result<(), Violation> {
    let mut hold = to_release(context, &body.hold).map_err(|violation| violation.field("hold"))?;
    hold.ended = Some(context.event_ref());
    lift_hold(context, body.hold, &hold)?;
    context.put(RecordKey::Hold(body.hold), hold);
    Ok(())
}

/// A hold in force that the author may release.
pub(super) fn to_release(context: &Context<'_>, id: &HoldId) -> Result<Hold, Violation> {
    let hold = context.hold(id)?;
    // A pledge is the creditor's to release: else it would secure nothing.
    let holder = hold.creditor.unwrap_or(hold.by);
    if context.author()? != holder && !context.author_has_role("registrar") {
        return Err(Violation::new(Reason::NotEntitled).with(id));
    }
    if hold.ended.is_some() { Err(ended(id)) } else { Ok(hold) }
}

fn ended(id: impl std::fmt::Display) -> Violation {
    Violation::new(Reason::StateForbids).with(id).saying(ENDED)
}

pub(super) fn lift_hold(context: &mut Context<'_>, id: HoldId, hold: &Hold) -> Result<(), Violation> {
    mark(context, Goods::kept(&hold.items, hold.works.as_ref()), |_, thing| {
        thing.change_standing(|standing| standing.holds.retain(|known| *known != id));
        Ok(())
    })
}

pub(super) fn dispute_opened(context: &mut Context<'_>, body: &DisputeOpened) -> Result<(), Violation> {
    let goods = Goods::of(&body.items, &body.works)?;
    let by = context.author()?;
    if let Some(respondent) = &body.respondent {
        if *respondent == by {
            let text =
                words("nobody disputes with himself", "不能与自己发生争议", "ninguém disputa consigo mesmo");
            return Err(Violation::new(Reason::FieldsDisagree).saying(text).field("respondent"));
        }
        context.participant(respondent).map_err(|violation| violation.field("respondent"))?;
    }
    let id = DisputeId::derive(&context.origin, &context.issuer, &body.nonce, 0);
    let dispute = Dispute {
        history: History::default(),
        by,
        respondent: body.respondent,
        kind: body.kind,
        items: body.items.to_vec(),
        works: goods.works_to_keep(),
        opened: context.event_ref(),
        answered: None,
        ended: None,
        outcome: None,
        documents: body.documents.iter().map(document).collect(),
        not_kept: 0,
    };
    context.create(RecordKey::Dispute(id), id, dispute)?;
    mark(context, goods, |context, thing| {
        match &thing {
            Thing::Item(id, item) => check_may_dispute(context, id, item)?,
            Thing::Work(id, work) => check_stake_in_job(context, id, work)?,
        }
        if body.kind == DisputeKind::TITLE {
            bear(thing, |standing| &mut standing.title_disputes, id)
        } else {
            bear(thing, |standing| &mut standing.other_disputes, id)
        }
    })
}

/// What never was is not disputed.
pub(super) fn check_may_dispute(context: &Context<'_>, id: &ItemId, item: &Item) -> Result<(), Violation> {
    if item.state == ItemState::Voided {
        return Err(state_forbids(id, item.state));
    }
    check_stake(context, id, item)
}

/// Whoever has or had to do with the goods may dispute; so may those who watch over the market.
fn check_stake(context: &Context<'_>, id: &ItemId, item: &Item) -> Result<(), Violation> {
    let by = context.author()?;
    let parties = [Some(item.creator), Some(item.custodian), item.owner, item.maker, item.supplier];
    let gave_or_took = |offer| context.offer(&offer).is_ok_and(|offer| offer.from == by || offer.to == by);
    let sold = |sale| context.sale(&sale).is_ok_and(|sale| sale.seller == by);
    let has_stake = parties.contains(&Some(by))
        || item.offer.is_some_and(gave_or_took)
        || item.sale.is_some_and(sold)
        || context.author_has_role("registrar")
        || context.author_has_role("marketplace");
    if has_stake { Ok(()) } else { Err(Violation::new(Reason::NotEntitled).with(id)) }
}

/// So may whoever does or did the work, owns what is in it, or had a part in what went in.
fn check_stake_in_job(context: &Context<'_>, id: &WorkOrderId, work: &WorkOrder) -> Result<(), Violation> {
    let by = context.author()?;
    let did = work.studio == by || work.before.iter().flatten().any(|studio| *studio == by);
    let watches = context.author_has_role("registrar") || context.author_has_role("marketplace");
    let had_part = |input: &Parent| {
        context.item(&input.item).is_ok_and(|item| check_stake(context, &input.item, &item).is_ok())
    };
    if did || watches || work.owner == Some(by) || work.inputs.iter().any(had_part) {
        return Ok(());
    }
    Err(Violation::new(Reason::NotEntitled).with(id))
}

/// The dispute, if it is open.
fn open_dispute(context: &Context<'_>, id: &DisputeId) -> Result<Dispute, Violation> {
    let dispute = context.dispute(id).map_err(|violation| violation.field("dispute"))?;
    if dispute.ended.is_some() {
        return Err(ended(id).field("dispute"));
    }
    Ok(dispute)
}

pub(super) fn dispute_answered(context: &mut Context<'_>, body: &DisputeAnswered) -> Result<(), Violation> {
    let mut dispute = to_answer(context, &body.dispute)?;
    dispute.answered = Some(context.event_ref());
    keep_documents(&mut dispute.documents, &mut dispute.not_kept, &body.documents);
    mark(context, Goods::kept(&dispute.items, dispute.works.as_ref()), |_, _| Ok(()))?;
    context.put(RecordKey::Dispute(body.dispute), dispute);
    Ok(())
}

/// An open dispute that the author may answer.
pub(super) fn to_answer(context: &Context<'_>, id: &DisputeId) -> Result<Dispute, Violation> {
    let dispute = open_dispute(context, id)?;
    let by = context.author()?;
    // Where nobody is named, whoever has the goods or owns them speaks for them.
    let speaks = match dispute.respondent {
        Some(respondent) => respondent == by,
        None => {
            let has = |id: &ItemId| {
                context.item(id).is_ok_and(|item| item.custodian == by || item.owner == Some(by))
            };
            let does = |id: &WorkOrderId| {
                context.work_order(id).is_ok_and(|work| work.studio == by || work.owner == Some(by))
            };
            dispute.items.iter().any(has) || dispute.works.iter().flatten().any(does)
        }
    };
    if !speaks {
        return Err(Violation::new(Reason::NotEntitled).with(id).field("dispute"));
    }
    Ok(dispute)
}

pub(super) fn dispute_resolved(context: &mut Context<'_>, body: &DisputeResolved) -> Result<(), Violation> {
    let mut dispute = to_resolve(context, &body.dispute, body.outcome)?;
    keep_documents(&mut dispute.documents, &mut dispute.not_kept, &body.documents);
    end_dispute(context, body.dispute, dispute, body.outcome)
}

/// An open dispute that the author may end so: the registrar, and whoever opened it by withdrawing it.
pub(super) fn to_resolve(
    context: &Context<'_>,
    id: &DisputeId,
    outcome: Code<DisputeOutcome>,
) -> Result<Dispute, Violation> {
    let dispute = open_dispute(context, id)?;
    let withdraws = outcome == DisputeOutcome::WITHDRAWN && dispute.by == context.author()?;
    if !withdraws && !context.author_has_role("registrar") {
        return Err(Violation::new(Reason::NotEntitled).with(id).field("dispute"));
    }
    Ok(dispute)
}

pub(super) fn end_dispute(
    context: &mut Context<'_>,
    id: DisputeId,
    mut dispute: Dispute,
    outcome: Code<DisputeOutcome>,
) -> Result<(), Violation> {
    dispute.ended = Some(context.event_ref());
    dispute.outcome = Some(outcome);
    mark(context, Goods::kept(&dispute.items, dispute.works.as_ref()), |_, thing| {
        thing.change_standing(|standing| {
            standing.title_disputes.retain(|known| *known != id);
            standing.other_disputes.retain(|known| *known != id);
        });
        Ok(())
    })?;
    context.put(RecordKey::Dispute(id), dispute);
    Ok(())
}

pub(super) fn recall_issued(context: &mut Context<'_>, body: &RecallIssued) -> Result<(), Violation> {
    let goods = Goods::of(&body.items, &body.works)?;
    let by = context.author()?;
    let back_to = body.back_to.unwrap_or(by);
    context.participant(&back_to).map_err(|violation| violation.field("back_to"))?;
    let id = RecallId::derive(&context.origin, &context.issuer, &body.nonce, 0);
    let recall = Recall {
        history: History::default(),
        by,
        reason: body.reason,
        items: body.items.to_vec(),
        works: goods.works_to_keep(),
        back_to,
        issued: context.event_ref(),
        ended: None,
        documents: body.documents.iter().map(document).collect(),
    };
    context.create(RecordKey::Recall(id), id, recall)?;
    mark(context, goods, |context, thing| {
        match &thing {
            Thing::Item(id, item) => check_may_recall(context, id, item)?,
            Thing::Work(_, work) if work.studio == by || watches_over_goods(context) => {}
            Thing::Work(id, _) => return Err(Violation::new(Reason::NotEntitled).with(id)),
        }
        bear(thing, |standing| &mut standing.recalls, id)
    })
}

fn watches_over_goods(context: &Context<'_>) -> bool {
    ["registrar", "inspector", "lab", "marketplace"].iter().any(|role| context.author_has_role(role))
}

/// Who made or declared goods may recall them, and who watches over them.
pub(super) fn check_may_recall(context: &Context<'_>, id: &ItemId, item: &Item) -> Result<(), Violation> {
    if matches!(item.state, ItemState::Destroyed | ItemState::Voided) {
        return Err(state_forbids(id, item.state));
    }
    let by = context.author()?;
    if item.maker == Some(by) || item.creator == by || watches_over_goods(context) {
        return Ok(());
    }
    Err(Violation::new(Reason::NotEntitled).with(id))
}

/// A recall in force that the author may lift.
pub(super) fn to_lift(context: &Context<'_>, id: &RecallId) -> Result<Recall, Violation> {
    let recall = context.recall(id)?;
    if context.author()? != recall.by && !context.author_has_role("registrar") {
        return Err(Violation::new(Reason::NotEntitled).with(id));
    }
    if recall.ended.is_some() { Err(ended(id)) } else { Ok(recall) }
}

pub(super) fn recall_lifted(context: &mut Context<'_>, body: &RecallLifted) -> Result<(), Violation> {
    let mut recall = to_lift(context, &body.recall).map_err(|violation| violation.field("recall"))?;
    recall.ended = Some(context.event_ref());
    recall.documents.extend(body.documents.iter().map(document));
    lift_recall(context, body.recall, &recall)?;
    context.put(RecordKey::Recall(body.recall), recall);
    Ok(())
}

pub(super) fn lift_recall(context: &mut Context<'_>, id: RecallId, recall: &Recall) -> Result<(), Violation> {
    mark(context, Goods::kept(&recall.items, recall.works.as_ref()), |_, thing| {
        thing.change_standing(|standing| standing.recalls.retain(|known| *known != id));
        Ok(())
    })
}

/// Goods and jobs that an event names, or that a record keeps.
#[derive(Clone, Copy)]
pub(super) struct Goods<'a> {
    pub(super) items: &'a [ItemId],
    pub(super) works: &'a [WorkOrderId],
}

impl<'a> Goods<'a> {
    /// As an event names them: each once, and at least one.
    pub(super) fn of(items: &'a [ItemId], works: &'a [WorkOrderId]) -> Result<Self, Violation> {
        refuse_twice(items.iter().copied(), "items")?;
        refuse_twice(works.iter().copied(), "works")?;
        if items.is_empty() && works.is_empty() {
            return Err(Violation::new(Reason::NotPositive).field("items"));
        }
        Ok(Self { items, works })
    }

    fn kept(items: &'a [ItemId], works: Option<&'a Vec<WorkOrderId>>) -> Self {
        Self { items, works: works.map_or(&[], Vec::as_slice) }
    }

    fn works_to_keep(self) -> Option<Vec<WorkOrderId>> {
        (!self.works.is_empty()).then(|| self.works.to_vec())
    }
}

/// A thing that can bear a mark.
enum Thing<'a> {
    Item(&'a ItemId, &'a mut Item),
    Work(&'a WorkOrderId, &'a mut WorkOrder),
}

impl Thing<'_> {
    fn id(&self) -> String {
        match self {
            Self::Item(id, _) => id.to_string(),
            Self::Work(id, _) => id.to_string(),
        }
    }

    fn change_standing(self, change: impl FnOnce(&mut Standing)) {
        match self {
            Self::Item(_, item) => item.change_standing(change),
            Self::Work(_, work) => work.change_standing(change),
        }
    }
}

/// Changes each of several things, which the event touches.
fn mark(
    context: &mut Context<'_>,
    goods: Goods<'_>,
    change: impl Fn(&Context<'_>, Thing<'_>) -> Result<(), Violation>,
) -> Result<(), Violation> {
    for (n, id) in goods.items.iter().enumerate() {
        let place = |violation: Violation| violation.field(format!("items[{n}]"));
        let mut item = context.item(id).map_err(place)?;
        change(context, Thing::Item(id, &mut item)).map_err(place)?;
        context.build_on_item(&mut item)?;
        context.put_item(*id, item);
    }
    for (n, id) in goods.works.iter().enumerate() {
        let place = |violation: Violation| violation.field(format!("works[{n}]"));
        let mut work = context.work_order(id).map_err(place)?;
        change(context, Thing::Work(id, &mut work)).map_err(place)?;
        context.build_on_work(&mut work)?;
        context.put(RecordKey::WorkOrder(*id), work);
    }
    Ok(())
}

/// Adds a mark to a thing, up to the bound.
fn bear<T>(
    thing: Thing<'_>,
    list: impl FnOnce(&mut Standing) -> &mut Vec<T>,
    mark: T,
) -> Result<(), Violation> {
    let id = thing.id();
    let mut full = false;
    thing.change_standing(|standing| {
        let list = list(standing);
        full = list.len() >= MAX_MARKS;
        if !full {
            list.push(mark);
        }
    });
    if full { Err(Violation::new(Reason::TooManyMarks).with(id).with(MAX_MARKS)) } else { Ok(()) }
}

/// Typed access, for whoever shows records.
impl Record {
    /// The dispute, if it is one.
    #[must_use]
    pub const fn as_dispute(&self) -> Option<&Dispute> {
        match self {
            Self::Dispute(dispute) => Some(dispute),
            _ => None,
        }
    }

    /// The hold, if it is one.
    #[must_use]
    pub const fn as_hold(&self) -> Option<&Hold> {
        match self {
            Self::Hold(hold) => Some(hold),
            _ => None,
        }
    }

    /// The recall, if it is one.
    #[must_use]
    pub const fn as_recall(&self) -> Option<&Recall> {
        match self {
            Self::Recall(recall) => Some(recall),
            _ => None,
        }
    }
}
