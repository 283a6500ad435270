//! Commands that stop goods from outside (holds, disputes, recalls) or repair the record (void, undo, freeze), and those
//! about what opens sealed fields.

use lode_ledger::id::LogIndex;
use lode_ledger::json::Json;

use super::args::{DisclosureCommand, DisputeCommand, Freeze, HoldCommand, RecallCommand, Sub, Undo, Void};
use super::desk::Desk;
use super::print::{Output, short, table};
use super::vouch::goods;
use crate::commands::{disclosure, repair, standing};
use crate::error::{Result, words};
use crate::spec;

pub(super) fn hold(desk: &Desk, args: Sub<HoldCommand>) -> Result<Output> {
    let session = desk.session()?;
    let done = match args.command {
        HoldCommand::Place { item, reason, creditor, text } => {
            let creditor = creditor.as_deref().map(|text| desk.names.id(text)).transpose()?;
            let goods = goods(desk, &item)?;
            standing::hold_place(&session, goods, spec::code(&reason)?, creditor, text.as_deref())?
        }
        HoldCommand::Release { hold, text } => {
            standing::hold_release(&session, desk.names.id(&hold)?, text.as_deref())?
        }
    };
    Ok(Output::done(desk, &done))
}

pub(super) fn dispute(desk: &Desk, args: Sub<DisputeCommand>) -> Result<Output> {
    let session = desk.session()?;
    let done = match args.command {
        DisputeCommand::Open { item, kind, respondent, text, papers } => {
            let claim = standing::Claim {
                kind: spec::code(&kind)?,
                goods: goods(desk, &item)?,
                respondent: respondent.as_deref().map(|text| desk.names.id(text)).transpose()?,
                text,
                documents: papers.references(&session)?,
            };
            standing::dispute_open(&session, claim)?
        }
        DisputeCommand::Answer { dispute, text, papers } => {
            let papers = papers.references(&session)?;
            standing::dispute_answer(&session, desk.names.id(&dispute)?, &text, papers)?
        }
        DisputeCommand::Resolve { dispute, outcome, text, papers } => {
            let (dispute, papers) = (desk.names.id(&dispute)?, papers.references(&session)?);
            standing::dispute_resolve(&session, dispute, spec::code(&outcome)?, &text, papers)?
        }
    };
    Ok(Output::done(desk, &done))
}

pub(super) fn disclosure(desk: &Desk, args: Sub<DisclosureCommand>) -> Result<Output> {
    match args.command {
        DisclosureCommand::List => {
            let known = disclosure::list(&desk.home)?;
            let rows = known.iter().map(|one| {
                let value = match &one.value {
                    Json::Str(text) => text.chars().filter(|c| !c.is_control()).collect(),
                    other => other.write(),
                };
                [short(&one.statement.to_string()), one.path.clone(), value]
            });
            let heads = [
                desk.say("statement", "声明", "declaração"),
                desk.say("field", "字段", "campo"),
                desk.say("what is sealed", "密封内容", "o que está selado"),
            ];
            let text = table(heads, rows);
            Ok(Output::new(serde_json::to_value(&known).unwrap_or_default(), text))
        }
        DisclosureCommand::Destroy { thing, field, event, reason, gone } => {
            let (session, thing) = (desk.session()?, desk.names.resolve(&thing));
            let done = disclosure::destroy(&session, thing, event, &field, reason.as_deref(), gone)?;
            let later = desk.say(
                "nothing is wiped before the ledger has taken it: run `lode sync`, then this command again",
                "账本接受之前不会清除任何内容：请先运行 `lode sync`，再运行本命令",
                "nada é apagado antes de o registro aceitar: rode `lode sync` e depois este comando de novo",
            );
            let (wiped, line) = if done.is_queued() { (false, later) } else { (!gone, "") };
            Ok(Output::done(desk, &done).with("wiped", wiped.into(), line))
        }
    }
}

pub(super) fn recall(desk: &Desk, args: Sub<RecallCommand>) -> Result<Output> {
    let session = desk.session()?;
    let done = match args.command {
        RecallCommand::Issue { item, reason, back_to, text, papers } => {
            let back_to = back_to.as_deref().map(|text| desk.names.id(text)).transpose()?;
            let (goods, papers) = (goods(desk, &item)?, papers.references(&session)?);
            standing::recall_issue(&session, goods, spec::code(&reason)?, back_to, &text, papers)?
        }
        RecallCommand::Lift { recall, text, papers } => {
            let (recall, papers) = (desk.names.id(&recall)?, papers.references(&session)?);
            standing::recall_lift(&session, recall, &text, papers)?
        }
    };
    Ok(Output::done(desk, &done))
}

pub(super) fn void(desk: &Desk, args: &Void) -> Result<Output> {
    let made = desk.names.resolve(&args.made);
    let done = repair::void(&desk.session()?, LogIndex(args.index), args.event, made, &args.reason)?;
    Ok(Output::done(desk, &done))
}

pub(super) fn undo(desk: &Desk, args: &Undo) -> Result<Output> {
    Ok(Output::done(desk, &repair::undo(&desk.session()?, &args.reason)?))
}

pub(super) fn freeze(desk: &Desk, args: &Freeze) -> Result<Output> {
    let form = || {
        words!(
            "an origin, as in ledger.example/crystal",
            "账本来源名，如 ledger.example/crystal",
            "uma origem, como em ledger.example/crystal"
        )
    };
    let successor = args
        .successor
        .as_ref()
        .map(|text| text.parse().map_err(|_| spec::expected(text, form())))
        .transpose()?;
    Ok(Output::done(desk, &repair::freeze(&desk.session()?, successor, &args.reason)?))
}
