//! Commands that ask: show, trace, list, proof file, status, queue.

use lode_ledger::id::{ItemId, StatementId};
use lode_ledger::tag::TagCode;
use lode_ledger::vocab::Species;
use serde_json::{Value, json};

use super::args::{BundleArgs, Id, ListArgs, QueueArgs, QueueCommand, ShowArgs};
use super::desk::Desk;
use super::print::{Output, facts_of, item_rows, lines, short, table, titles, tree, wrote};
use crate::commands::look;
use crate::error::{ClientError, Result, exit, words};
use crate::home::write_durably;
use crate::node::SESSION_REQUIRED;
use crate::queue::{Fate, Queue, Waiting};
use crate::spec;

/// The id that was meant: a name's, a tag code as typed, or the text.
fn meant(desk: &Desk, text: &str) -> String {
    let resolved = desk.names.resolve(text);
    match TagCode::parse_lenient(resolved) {
        Ok(code) => code.to_string(),
        Err(_) => resolved.to_owned(),
    }
}

pub(super) fn show(desk: &Desk, args: &ShowArgs) -> Result<Output> {
    let id = meant(desk, &args.id);
    let mine = || look::show(&desk.session()?.signed_in()?, &id);
    let value = match args.mine {
        true => mine()?,
        // What only its parties see is asked for as oneself.
        false => match desk.reading(|node| look::show(node, &id)) {
            Err(ClientError::Node { status: SESSION_REQUIRED, .. }) => mine()?,
            answer => answer?,
        },
    };
    let mut text = String::new();
    if value.get("claims").is_some() {
        text = format!("{}\n", facts_of(desk, &value).join(" "));
    }
    let mut told = value.clone();
    if let Value::Object(members) = &mut told {
        // `lode may` has a page of its own for that.
        members.remove("may");
    }
    text.push_str(&lines(desk, &told));
    Ok(Output::new(value, text))
}

pub(super) fn trace(desk: &Desk, args: &Id) -> Result<Output> {
    let trace = desk.reading(|node| look::trace(node, &meant(desk, &args.id)))?;
    let mut text = format!(
        "{}\n{}\n{}\n{}",
        desk.say("made from", "来自", "feito de"),
        tree(desk, &trace.from),
        desk.say("became", "去向", "tornou-se"),
        tree(desk, &trace.into)
    );
    if let Some(used) = &trace.used {
        text.push_str(&super::report::used(desk, used));
    }
    Ok(Output::new(serde_json::to_value(&trace).unwrap_or_default(), text))
}

pub(super) fn list(desk: &Desk, args: &ListArgs) -> Result<Output> {
    if args.offers || args.own_offers {
        let side = if args.offers { "to" } else { "from" };
        let filter = [(side, desk.participant()?.to_string())];
        let offers = desk.reading(|node| look::listed(node, "offers", &filter, args.limit))?;
        let text: Vec<String> = offers.iter().map(|offer| lines(desk, offer)).collect();
        return Ok(Output::new(json!(offers), text.join("\n")));
    }
    let mut filters = Vec::new();
    match args.custodian.as_deref() {
        Some("any") => {}
        Some(text) => filters.push(("custodian", desk.names.resolve(text).to_owned())),
        // Wherever it is now.
        None if args.creator.is_some() || args.owner.is_some() => {}
        None if args.consigned => filters.push(("seller", desk.participant()?.to_string())),
        None => filters.push(("custodian", desk.participant()?.to_string())),
    }
    if let Some(mineral) = &args.species {
        filters.push(("species", spec::code::<Species>(mineral)?.as_str().to_owned()));
    }
    for (name, who) in [("creator", &args.creator), ("owner", &args.owner)] {
        if let Some(who) = who {
            let who = Some(who.as_str()).filter(|who| *who != "me");
            filters.push((name, super::report::whose(desk, who)?));
        }
    }
    for (name, value) in
        [("state", &args.state), ("kind", &args.kind), ("marked", &args.marked), ("warning", &args.warning)]
    {
        filters.extend(value.iter().map(|value| (name, value.clone())));
    }
    let items = if args.consigned {
        look::items(&desk.session()?.signed_in()?, &filters, args.limit)?
    } else {
        desk.reading(|node| look::items(node, &filters, args.limit))?
    };
    let heads = [
        "id",
        desk.say("name", "名称", "nome"),
        desk.say("left", "剩余", "resta"),
        desk.say("what", "说明", "o quê"),
    ];
    let text = table(heads, item_rows(desk, &items));
    Ok(Output::new(Value::Array(items), text))
}

pub(super) fn balance(desk: &Desk, args: &Id) -> Result<Output> {
    let item: ItemId = desk.names.id(&args.id)?;
    let value = desk.reading(|node| node.get(&format!("/v1/items/{item}/balance")))?;
    let text = lines(desk, &value);
    Ok(Output::new(value, text))
}

pub(super) fn say(desk: &Desk, args: &Id) -> Result<Output> {
    let id = meant(desk, &args.id);
    let value = desk.reading(|node| look::spoken(node, &id))?;
    let text =
        |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let texts = |value: &Value, name: &str| -> Vec<String> {
        let list = value.get(name).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(|one| one.as_str().map(str::to_owned)).collect()
    };
    let mut said = format!("{}\n", text(&value, "title"));
    texts(&value, "alerts").iter().for_each(|alert| said.push_str(&format!("! {alert}\n")));
    for answer in value.get("answers").and_then(Value::as_array).into_iter().flatten() {
        said.push_str(&format!("\n{}\n  {}", text(answer, "question"), text(answer, "answer")));
        let by = [text(answer, "evidence"), text(answer, "said_by")].join(" · ");
        let by = by.trim_matches([' ', '·']);
        said.push_str(&if by.is_empty() { "\n".to_owned() } else { format!("  [{by}]\n") });
        texts(answer, "sentences").iter().for_each(|line| said.push_str(&format!("  {line}\n")));
    }
    for (name, heading) in [
        ("warned", desk.say("warnings", "警示", "avisos")),
        ("gaps", desk.say("not known or not checked", "未知或未核查", "não se sabe ou não se conferiu")),
    ] {
        let lines = texts(&value, name);
        if !lines.is_empty() {
            said.push_str(&format!("\n{heading}:\n"));
            lines.iter().for_each(|line| said.push_str(&format!("  - {line}\n")));
        }
    }
    // What comes from the ledger is printed without anything that moves the cursor.
    let said: String = said.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    Ok(Output::new(value, said))
}

pub(super) fn may(desk: &Desk, args: &Id) -> Result<Output> {
    let item = look::may(&desk.session()?.signed_in()?, &meant(desk, &args.id))?;
    let text =
        |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = item.get("may").and_then(Value::as_array).cloned().unwrap_or_default();
    let named = |one: &Value| format!("{} ({})", text(one, "title"), text(one, "event"));
    let mut possible = Vec::new();
    // What one hold stops is said under that hold, once.
    let mut stopped: Vec<(String, Vec<String>)> = Vec::new();
    for one in &list {
        match one.get("stopped").map(|stop| text(stop, "message")) {
            None => possible.push(named(one)),
            Some(why) => match stopped.iter_mut().find(|(known, _)| *known == why) {
                Some((_, events)) => events.push(named(one)),
                None => stopped.push((why, vec![named(one)])),
            },
        }
    }
    let mut said = format!("{} {}\n", text(&item, "id"), facts_of(desk, &item).join(" "));
    said.push_str(&format!("\n{}:\n", desk.say("you may now sign", "现在可以签署", "agora pode assinar")));
    if possible.is_empty() {
        said.push_str(&format!("  {}\n", desk.say("nothing", "无", "nada")));
    }
    possible.iter().for_each(|event| said.push_str(&format!("  {event}\n")));
    for (why, events) in &stopped {
        said.push_str(&format!("\n{}: {why}\n", desk.say("not now", "暂不可行", "por ora não")));
        events.iter().for_each(|event| said.push_str(&format!("  {event}\n")));
    }
    // What comes from the ledger is printed without anything that moves the cursor.
    let said: String = said.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    Ok(Output::new(Value::Array(list), said))
}

pub(super) fn bundle(desk: &Desk, args: &BundleArgs) -> Result<Output> {
    let item: ItemId = desk.names.id(&args.item)?;
    let bytes = desk.reading(|node| look::bundle(node, &item))?;
    let (bytes, opened) = look::disclose(&desk.home, bytes, &args.disclose)?;
    write_durably(&args.out, &bytes)?;
    let (path, text) = wrote(desk, &args.out);
    let words = desk.say("sealed fields opened:", "公开的密封字段：", "campos selados abertos:");
    let json = json!({"file": path, "bytes": bytes.len(), "disclosed": opened});
    Ok(Output::new(
        json,
        format!("{text}\n{words} {}", if opened.is_empty() { "0".to_owned() } else { opened.join(", ") }),
    ))
}

pub(super) fn status(desk: &Desk) -> Result<Output> {
    let status = look::status(&desk.home, desk.node.as_ref())?;
    let json = serde_json::to_value(&status).unwrap_or_default();
    let text = lines(desk, &json);
    Ok(Output::new(json, text))
}

pub(super) fn sync(desk: &Desk) -> Result<Output> {
    let fates = Queue::of(&desk.home).sync(desk.node()?)?;
    let said = |fate: &Fate| match fate {
        Fate::Accepted { index, .. } => {
            format!("{} {index}", desk.say("accepted at", "已接受，序号", "aceito em"))
        }
        Fate::Refused(refusal) => {
            format!("{}: {}", desk.say("refused", "被拒", "recusado"), refusal.told(desk.lang))
        }
        Fate::Postponed(refusal) => format!(
            "{}: {}",
            desk.say(
                "waits, the node does not take it now",
                "待发送，节点暂不接收",
                "espera, o nó não aceita agora"
            ),
            refusal.message
        ),
        Fate::Held { because_of } => {
            let refused = short(&because_of.to_string());
            let because = desk.say("held back because of", "暂缓，因", "retido por causa de");
            format!("{because} {refused} (`lode queue drop {refused}`)")
        }
    };
    let rows = fates.iter().map(|(waiting, fate)| {
        [short(&waiting.statement.to_string()), titles(desk, &waiting.events), said(fate)]
    });
    let heads = statement_heads(desk);
    let text = if fates.is_empty() {
        desk.say("nothing waits", "没有待发送的声明", "nada aguarda").to_owned()
    } else {
        table(heads, rows)
    };
    let list: Vec<Value> = fates
        .iter()
        .map(
            |(waiting, fate)| json!({"statement": waiting.statement, "events": waiting.events, "fate": fate}),
        )
        .collect();
    let mut output = Output::new(Value::Array(list), text);
    let waits = |fate: &Fate| matches!(fate, Fate::Postponed(_));
    if fates.iter().any(|(_, fate)| matches!(fate, Fate::Refused(_))) {
        output.code = exit::REFUSED;
    } else if fates.iter().any(|(_, fate)| waits(fate)) {
        output.code = exit::QUEUED;
    }
    Ok(output)
}

fn statement_heads(desk: &Desk) -> [&'static str; 3] {
    match desk.lang {
        lode_ledger::lang::Lang::En => ["statement", "events", "what became of it"],
        lode_ledger::lang::Lang::Zh => ["声明", "事件", "结果"],
        lode_ledger::lang::Lang::Pt => ["declaração", "eventos", "resultado"],
    }
}

pub(super) fn queue(desk: &Desk, args: QueueArgs) -> Result<Output> {
    let queue = Queue::of(&desk.home);
    let shown: Vec<Waiting> = match args.command {
        None => queue.list()?,
        Some(QueueCommand::Drop { statement }) => {
            // The first characters will do, as the lists show them.
            let all = queue.list()?;
            let mut fitting =
                all.iter().filter(|waiting| waiting.statement.to_string().starts_with(&statement));
            let id: StatementId = match (fitting.next(), fitting.next()) {
                (Some(one), None) => one.statement,
                _ => {
                    return Err(ClientError::usage(words!(
                        "{statement:?} names no single waiting statement; see `lode queue`",
                        "{statement:?} 不能唯一确定一份待发送声明；见 `lode queue`",
                        "{statement:?} não nomeia uma única declaração à espera; veja `lode queue`"
                    )));
                }
            };
            queue.drop_with_dependants(&id)?
        }
    };
    let rows = shown.iter().map(|waiting| {
        let why = waiting.refusal.as_ref().map(|refusal| refusal.told(desk.lang)).unwrap_or_default();
        [waiting.statement.to_string(), titles(desk, &waiting.events), why]
    });
    let text = match shown.is_empty() {
        true => desk.say("nothing waits\n", "没有待发送的声明\n", "nada aguarda\n").to_owned(),
        false => table(statement_heads(desk), rows),
    };
    Ok(Output::new(serde_json::to_value(&shown).unwrap_or_default(), text))
}
