//! Commands that explain: what a rule or a reason of refusal means, what an event says and who may sign it. All of it
//! comes from the ledger's tables; no node is asked.

use lode_ledger::event::EventType;
use lode_ledger::event::table::COMMON_RULES;
use lode_ledger::lang::Lang;
use lode_ledger::record::RecordKind;
use lode_ledger::violation::{Reason, Rule};
use serde_json::{Value, json};

use super::args::{EventCommand, RulesCommand};
use super::desk::Desk;
use super::print::{Output, table};
use crate::error::{ClientError, Result, words};

pub(super) fn rules(desk: &Desk, command: RulesCommand) -> Result<Output> {
    match command {
        RulesCommand::List => {
            let heads = [desk.say("rule", "规则", "regra"), desk.say("what it says", "内容", "o que diz")];
            let rows = Rule::ALL.iter().map(|rule| [rule.to_string(), rule.text().of(desk.lang).to_owned()]);
            let all: Vec<Value> = Rule::ALL.iter().map(|rule| rule_json(desk, *rule)).collect();
            Ok(Output::new(Value::Array(all), table(heads, rows)))
        }
        RulesCommand::Explain { code } => {
            let asked = Reason::of_code(&code.to_lowercase());
            let rule = asked.map(Reason::rule).or_else(|| Rule::of_code(&code)).ok_or_else(|| {
                ClientError::usage(words!(
                    "{code} is no rule and no reason: `lode rules list` has them all",
                    "没有规则或原因 {code}：`lode rules list` 列出全部",
                    "{code} não é regra nem motivo: `lode rules list` mostra todos"
                ))
            })?;
            Ok(Output::new(rule_json(desk, rule), rule_text(desk, rule, asked)))
        }
    }
}

fn reasons_of(rule: Rule) -> impl Iterator<Item = Reason> {
    Reason::ALL.iter().copied().filter(move |reason| reason.rule() == rule)
}

/// The events that meet a rule; none is named where all do.
fn events_of(rule: Rule) -> Vec<&'static str> {
    EventType::ALL
        .iter()
        .map(|event| event.spec())
        .filter(|spec| spec.rules.contains(&rule))
        .map(|s| s.name)
        .collect()
}

fn rule_json(desk: &Desk, rule: Rule) -> Value {
    let reasons: Vec<Value> = reasons_of(rule)
        .map(|reason| json!({"code": reason.code(), "message": reason.words().of(desk.lang)}))
        .collect();
    json!({
        "rule": rule.code(),
        "text": rule.text().of(desk.lang),
        "without_it": rule.why().of(desk.lang),
        "reasons": reasons,
        "every_event": COMMON_RULES.contains(&rule),
        "events": events_of(rule),
    })
}

fn rule_text(desk: &Desk, rule: Rule, asked: Option<Reason>) -> String {
    let mut text = format!("{rule}  {}\n", rule.text().of(desk.lang));
    let without = desk.say("Without it", "若无此规则", "Sem ela");
    text.push_str(&format!("{without}: {}\n", rule.why().of(desk.lang)));
    let reasons: Vec<Reason> =
        reasons_of(rule).filter(|reason| asked.is_none_or(|asked| asked == *reason)).collect();
    if !reasons.is_empty() {
        let heads = [desk.say("code", "代码", "código"), desk.say("message", "说明", "mensagem")];
        let row = |reason: &Reason| [reason.code().to_owned(), reason.words().fill(desk.lang, &["…"; 8])];
        text.push_str(&format!("\n{}\n", table(heads, reasons.iter().map(row))));
    }
    let met_by = desk.say("Met by", "适用事件", "Vale para");
    let events = if COMMON_RULES.contains(&rule) {
        desk.say("every event", "所有事件", "todo evento").to_owned()
    } else {
        events_of(rule).join(", ")
    };
    if !events.is_empty() {
        text.push_str(&format!("\n{met_by}: {events}\n"));
    }
    text
}

pub(super) fn event(desk: &Desk, command: EventCommand) -> Result<Output> {
    match command {
        EventCommand::List => {
            let heads = [
                desk.say("event", "事件", "evento"),
                desk.say("called", "名称", "nome"),
                desk.say("signed by", "签署者", "assinado por"),
            ];
            let specs = || EventType::ALL.iter().map(|event| event.spec());
            let rows = specs().map(|spec| {
                [spec.name.to_owned(), spec.title(desk.lang).to_owned(), spec.author.said(desk.lang)]
            });
            let all = specs().map(|spec| json!({"type": spec.name, "title": spec.title(desk.lang)}));
            Ok(Output::new(all.collect(), table(heads, rows)))
        }
        EventCommand::Help { name } => {
            let event = EventType::named(&name).ok_or_else(|| {
                ClientError::usage(words!(
                    "{name} is no event: `lode event list` has them all",
                    "没有事件 {name}：`lode event list` 列出全部",
                    "{name} não é um evento: `lode event list` mostra todos"
                ))
            })?;
            Ok(Output::new(event_json(desk, event), event_text(desk, event)))
        }
    }
}

fn event_json(desk: &Desk, event: EventType) -> Value {
    let spec = event.spec();
    let rules: Vec<&str> = spec.rules.iter().chain(COMMON_RULES).map(|rule| rule.code()).collect();
    json!({
        "type": spec.name,
        "title": spec.title(desk.lang),
        "meaning": spec.doc,
        "signed_by": spec.author.said(desk.lang),
        "since_ruleset": spec.since,
        "rules": rules,
        "creates": names(event.effect().creates),
        "changes": names(event.effect().changes),
        "epcis": spec.epcis,
        "untp": spec.untp,
        "schema": event.schema(),
    })
}

/// Kinds of records, as `schemas/records.cddl` calls them.
fn names(kinds: &[RecordKind]) -> Vec<&'static str> {
    kinds.iter().map(|kind| kind.name()).collect()
}

fn event_text(desk: &Desk, event: EventType) -> String {
    let spec = event.spec();
    let heads = [
        desk.say("field", "字段", "campo"),
        desk.say("needed", "必填", "exigido"),
        desk.say("may be sealed", "可密封", "selável"),
        desk.say("meaning", "含义", "significado"),
    ];
    let or_none = |names: Vec<&str>| match names.is_empty() {
        true => desk.say("none", "无", "nenhum").to_owned(),
        false => names.join(" "),
    };
    let mark = |is: bool| if is { desk.say("yes", "是", "sim") } else { "" }.to_owned();
    let rows = event.fields().into_iter().map(|field| {
        [field.name.to_owned(), mark(field.required), mark(field.sealable), field.doc.to_owned()]
    });
    let rules: Vec<String> =
        spec.rules.iter().map(|rule| format!("  {rule}  {}", rule.text().of(desk.lang))).collect();
    let common: Vec<&str> = COMMON_RULES.iter().map(|rule| rule.code()).collect();
    let english = match desk.lang {
        Lang::En => "",
        Lang::Zh => "（以下含义为英文：事件表只有英文说明）\n",
        Lang::Pt => "(os significados abaixo estão em inglês: a tabela de eventos só os tem assim)\n",
    };
    format!(
        "{}  {}\n{english}{}\n{}: {}\n{}: {}\n{}: {}\n\n{}\n\n{}: {}\n{}\n",
        spec.name,
        spec.title(desk.lang),
        spec.doc,
        desk.say("Signed by", "签署者", "Assinado por"),
        spec.author.said(desk.lang),
        desk.say("Creates records", "新建记录", "Cria registros"),
        or_none(names(event.effect().creates)),
        desk.say("Changes records", "更改记录", "Altera registros"),
        or_none(names(event.effect().changes)),
        table(heads, rows),
        desk.say(
            "Rules, beside those of every event",
            "规则（另有所有事件共有者）",
            "Regras, além das de todo evento"
        ),
        common.join(" "),
        rules.join("\n"),
    )
}
