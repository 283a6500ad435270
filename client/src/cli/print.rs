//! How answers look: tables and trees for people, one JSON value for machines.

use comfy_table::{ContentArrangement, LineStyle, Table, TableStyle};
use lode_ledger::event::EventType;
use lode_ledger::lang::Lang;
use lode_ledger::mass::{Milligrams, Ppm};
use serde_json::{Map, Value, json};

use super::desk::Desk;
use crate::commands::look::Branch;
use crate::error::exit;
use crate::fields;
use crate::session::{Done, Sent};

/// What a command has to say.
pub(crate) struct Output {
    pub(crate) json: Value,
    pub(crate) text: String,
    pub(crate) code: u8,
}

impl Output {
    pub(crate) fn new(json: Value, text: impl Into<String>) -> Self {
        let mut text = text.into();
        if !text.ends_with('\n') {
            text.push('\n');
        }
        Self { json, text, code: exit::DONE }
    }

    /// What came of a statement. That it only waits has its own exit code, unless that was asked for.
    pub(crate) fn done(desk: &Desk, done: &Done) -> Self {
        let said = match &done.sent {
            Sent::Accepted { index } => {
                format!(
                    "{} {index}",
                    desk.say("accepted at log index", "已接受，账本序号", "aceito no índice")
                )
            }
            Sent::Queued { waits_for } if waits_for.is_empty() => desk
                .say(
                    "signed; waits for `lode sync`",
                    "已签名，待 `lode sync` 发送",
                    "assinado; aguarda `lode sync`",
                )
                .to_owned(),
            Sent::Queued { waits_for } => {
                let words = desk.say(
                    "signed; waits for statement",
                    "已签名，等待声明",
                    "assinado; aguarda a declaração",
                );
                let ids: Vec<String> = waits_for.iter().map(|id| short(&id.to_string())).collect();
                let ways = desk.say(
                    "`lode sync` sends it after them, `lode queue drop` takes one of them back",
                    "`lode sync` 依次发送，`lode queue drop` 可撤下其一",
                    "`lode sync` envia depois delas, `lode queue drop` retira uma",
                );
                format!("{words} {} ({ways})", ids.join(", "))
            }
        };
        let mut text = format!("{}: {said}\n", titles(desk, &done.events));
        for id in &done.created {
            text.push_str(&format!("  {id}\n"));
        }
        let mut output = Self::new(serde_json::to_value(done).unwrap_or_default(), text);
        if done.is_queued() && !desk.global.offline {
            output.code = exit::QUEUED;
        }
        output
    }

    /// The same with more to say.
    pub(crate) fn with(mut self, name: &str, value: Value, line: &str) -> Self {
        if let Value::Object(members) = &mut self.json {
            members.insert(name.to_owned(), value);
        }
        if !line.is_empty() {
            self.text.push_str(line);
            self.text.push('\n');
        }
        self
    }
}

/// What events are called.
pub(crate) fn titles<T: AsRef<str>>(desk: &Desk, events: &[T]) -> String {
    let title = |name: &T| {
        let name = name.as_ref();
        EventType::named(name).map_or(name, |event| event.spec().title(desk.lang)).to_owned()
    };
    let mut titles: Vec<String> = events.iter().map(title).collect();
    // A sheet's statement declares twenty lots; one word is enough.
    titles.dedup();
    titles.join(desk.say(", ", "、", ", "))
}

/// The beginning of a long id.
pub(crate) fn short(id: &str) -> String {
    id.chars().take(12).collect()
}

/// A sheet has many rows: one line under the headings, none between.
const LINE_UNDER_HEADS: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

pub(crate) fn table<const N: usize>(heads: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table.load_style(LINE_UNDER_HEADS).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(heads.to_vec());
    for row in rows {
        table.add_row(row.to_vec());
    }
    table.to_string()
}

/// Any answer of the node in people's words, in the order in which they read; what is empty is left out, but for what
/// would be missed.
pub(crate) fn lines(desk: &Desk, value: &Value) -> String {
    let mut text = String::new();
    match value {
        Value::Object(members) => write_members(desk, members, 0, &mut text),
        other => text = format!("{}\n", one_line(desk, "", other).unwrap_or_default()),
    }
    text
}

fn write_members(desk: &Desk, members: &Map<String, Value>, depth: usize, text: &mut String) {
    let mut names: Vec<&String> = members.keys().collect();
    names.sort_by_key(|name| fields::place(name));
    for name in names {
        let Some(member) = members.get(name) else { continue };
        let nothing = is_empty(member) || (name == "not_kept" && member == 0);
        if !nothing || missed(desk, name).is_some() {
            write_member(desk, name, member, depth, text);
        }
    }
}

fn write_member(desk: &Desk, name: &str, value: &Value, depth: usize, text: &mut String) {
    let pad = "  ".repeat(depth);
    let label = fields::label(name, desk.lang).unwrap_or(name);
    if let Some(absent) = missed(desk, name).filter(|_| is_empty(value)) {
        text.push_str(&format!("{pad}{label}: {absent}\n"));
        return;
    }
    if let Some(shown) = one_line(desk, name, value) {
        text.push_str(&format!("{pad}{label}: {shown}\n"));
        return;
    }
    text.push_str(&format!("{pad}{label}:\n"));
    match value {
        Value::Object(members) => write_members(desk, members, depth + 1, text),
        Value::Array(items) if name == "details" => {
            items.iter().for_each(|item| write_detail(desk, item, depth + 1, text));
        }
        Value::Array(items) => {
            for item in items {
                match one_line(desk, name, item).or_else(|| in_a_line(desk, item)) {
                    Some(shown) => text.push_str(&format!("{pad}  - {shown}\n")),
                    None => {
                        text.push_str(&format!("{pad}  -\n"));
                        item.as_object().into_iter().for_each(|m| write_members(desk, m, depth + 2, text));
                    }
                }
            }
        }
        _ => {}
    }
}

/// What stands for nothing where nothing says something: not stated is never none.
const fn missed(desk: &Desk, name: &str) -> Option<&'static str> {
    match name.as_bytes() {
        b"treatments" => Some(desk.say("not stated", "未说明", "não informados")),
        b"warnings" | b"standing" => Some(desk.say("none", "无", "nenhum")),
        _ => None,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(is_empty),
        _ => false,
    }
}

/// A descriptive field under its own name, with the entry that corrected it.
fn write_detail(desk: &Desk, detail: &Value, depth: usize, text: &mut String) {
    let field = detail.get("field").and_then(Value::as_str).unwrap_or_default();
    let value = detail.get("value").unwrap_or(&Value::Null);
    let corrected = detail.get("corrected").filter(|at| !at.is_null());
    let mut corrected = match corrected.and_then(|at| one_line(desk, "corrected", at)) {
        Some(at) => format!(" ({}: {at})", fields::label("corrected", desk.lang).unwrap_or_default()),
        None => String::new(),
    };
    if let Some(at) = detail.get("destroyed").and_then(|at| one_line(desk, "destroyed", at)) {
        let words = fields::label("destroyed", desk.lang).unwrap_or_default();
        corrected.push_str(&format!(" ({words}: {at})"));
    }
    let pad = "  ".repeat(depth);
    let label = fields::path(field, desk.lang);
    match one_line(desk, field, value).or_else(|| in_a_line(desk, value)) {
        Some(shown) => text.push_str(&format!("{pad}{label}: {shown}{corrected}\n")),
        None => {
            text.push_str(&format!("{pad}{label}:{corrected}\n"));
            value.as_object().into_iter().for_each(|members| write_members(desk, members, depth + 1, text));
        }
    }
}

/// An object whose members all fit on a line, on one.
fn in_a_line(desk: &Desk, value: &Value) -> Option<String> {
    let members = value.as_object()?;
    // An element of a customs declaration is a field by itself.
    if let (2, Some(element), Some(said)) = (members.len(), members.get("element"), members.get("value")) {
        let (element, said) = (one_line(desk, "element", element)?, one_line(desk, "value", said)?);
        return Some(format!("{element}: {said}"));
    }
    let mut names: Vec<&String> =
        members.keys().filter(|name| members.get(*name) != Some(&Value::Null)).collect();
    names.sort_by_key(|name| fields::place(name));
    let part = |name: &&String| {
        let shown = one_line(desk, name, members.get(*name)?)?;
        Some(format!("{}: {shown}", fields::label(name, desk.lang).unwrap_or(name)))
    };
    names.iter().map(part).collect::<Option<Vec<String>>>().map(|parts| parts.join("; "))
}

/// A value that is said in a few words; `None` of what needs lines of its own.
fn one_line(desk: &Desk, name: &str, value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("-".to_owned()),
        Value::Bool(true) => Some(desk.say("yes", "是", "sim").to_owned()),
        Value::Bool(false) => Some(desk.say("no", "否", "não").to_owned()),
        Value::Number(number) => Some(with_unit(name, number).unwrap_or_else(|| number.to_string())),
        Value::String(text) => {
            if let Some(word) = fields::word(name, text, desk.lang) {
                return Some(word.to_owned());
            }
            // What comes from the ledger is printed without anything that moves the cursor.
            let clean: String = text.chars().filter(|c| !c.is_control()).collect();
            Some(match desk.names.name_of(text) {
                Some(known) => format!("{clean} ({known})"),
                None => clean,
            })
        }
        Value::Array(_) => None,
        Value::Object(members) => {
            let text = |name: &str| members.get(name).and_then(Value::as_str);
            let number = |name: &str| members.get(name).and_then(Value::as_u64);
            match members.len() {
                1 if text("sealed").is_some() => Some(
                    desk.say("sealed: not for everybody", "已密封：不公开", "selado: não público").to_owned(),
                ),
                2 if members.contains_key("code") => text("name").map(str::to_owned),
                2 => Some(at_entry(desk, number("index")?, number("event")?)),
                _ => None,
            }
        }
    }
}

/// A place in the log.
fn at_entry(desk: &Desk, index: u64, event: u64) -> String {
    match desk.lang {
        Lang::En => format!("log index {index}, event {event}"),
        Lang::Zh => format!("账本序号 {index}，事件 {event}"),
        Lang::Pt => format!("índice {index}, evento {event}"),
    }
}

/// A mass or a share, by the end of the field's name.
fn with_unit(name: &str, number: &serde_json::Number) -> Option<String> {
    let number = number.as_u64()?;
    if name.ends_with("_mg") {
        return Milligrams::new(number).map(|mass| mass.to_string());
    }
    let ppm = u32::try_from(number).ok().filter(|_| name.ends_with("_ppm")).and_then(Ppm::new);
    ppm.map(|share| share.to_string())
}

/// A trace as a tree.
pub(crate) fn tree(desk: &Desk, branch: &Branch) -> String {
    let mut text = format!("{}\n", told(desk, branch));
    grow(desk, branch, "", &mut text);
    text
}

fn grow(desk: &Desk, branch: &Branch, pad: &str, text: &mut String) {
    let last = branch.next.len().saturating_sub(1);
    for (n, next) in branch.next.iter().enumerate() {
        let (knot, deeper) = if n == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        text.push_str(&format!("{pad}{knot}{}\n", told(desk, next)));
        grow(desk, next, &format!("{pad}{deeper}"), text);
    }
}

/// One line about a thing: id, mass along this way, what it is, origin, treatments.
fn told(desk: &Desk, branch: &Branch) -> String {
    let mut words = vec![branch.id.clone()];
    if let Some(name) = desk.names.name_of(&branch.id) {
        words.push(format!("({name})"));
    }
    if let Some(mass) = branch.mass_mg.and_then(Milligrams::new) {
        words.push(mass.to_string());
    }
    if let Some(facts) = &branch.facts {
        words.extend(facts_of(desk, facts));
    }
    if branch.cut {
        words.push(
            desk.say("(shown above, or too far)", "（上文已列或过远）", "(já mostrado, ou longe demais)")
                .to_owned(),
        );
    }
    words.join(" ")
}

/// What is said of a thing in a few words: mineral, form or process, origin shares, treatments, state.
pub(crate) fn facts_of(desk: &Desk, facts: &Value) -> Vec<String> {
    let claims = facts.get("claims").unwrap_or(facts);
    // Terms come as `{"code": ..., "name": ...}`, in the language asked for.
    let text = |value: &Value, name: &str| {
        let found = value.get(name)?;
        let plain = || found.as_str().map(|text| fields::word(name, text, desk.lang).unwrap_or(text));
        found.get("name").and_then(Value::as_str).or_else(plain).map(str::to_owned)
    };
    let mut words: Vec<String> =
        [text(claims, "variety").or_else(|| text(claims, "species")), text(facts, "form")]
            .into_iter()
            .chain([text(facts, "process"), text(facts, "state")])
            .flatten()
            .collect();
    let list = |name: &str| claims.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let origins: Vec<String> = list("origins")
        .iter()
        .filter_map(|origin| {
            let country = text(origin, "country")?;
            let share =
                ["share", "share_ppm"].iter().find_map(|name| origin.get(name)).and_then(Value::as_u64);
            let share =
                share.and_then(|share| u32::try_from(share).ok()).and_then(lode_ledger::mass::Ppm::new);
            Some(share.map_or_else(|| country.clone(), |share| format!("{country} {share}")))
        })
        .collect();
    if !origins.is_empty() {
        words.push(format!("[{}]", origins.join(", ")));
    }
    let said = list("treatments");
    let absent = |state: &Value| {
        state.get("finding").and_then(|finding| finding.get("code")).and_then(Value::as_str)
            == Some("declared_none")
    };
    let treatments: Vec<String> = said
        .iter()
        .filter_map(|state| Some(format!("{}: {}", text(state, "treatment")?, text(state, "finding")?)))
        .collect();
    if treatments.is_empty() && facts.get("claims").is_some() {
        words.push(desk.say("treatments not stated", "处理未说明", "tratamentos não informados").to_owned());
    }
    // All declared untreated reads better as one word than as fifteen.
    if said.len() > 5 && said.iter().all(absent) {
        words.push(desk.say("declared untreated", "申报未处理", "declarado não tratado").to_owned());
    } else {
        words.extend(treatments);
    }
    words
}

/// Rows of a list of items.
pub(crate) fn item_rows(desk: &Desk, items: &[Value]) -> Vec<[String; 4]> {
    items
        .iter()
        .map(|item| {
            let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let id = item.as_str().map_or_else(|| text("id"), str::to_owned);
            let mass = item.get("mass").or_else(|| item.get("balance")).unwrap_or(item);
            let left = ["left", "left_mg"].iter().find_map(|name| mass.get(name)).and_then(Value::as_u64);
            let left = left.and_then(Milligrams::new).map(|mass| mass.to_string()).unwrap_or_default();
            let name = desk.names.name_of(&id).unwrap_or_default().to_owned();
            [id, name, left, facts_of(desk, item).join(" ")]
        })
        .collect()
}

/// That a file was written.
pub(crate) fn wrote(desk: &Desk, path: &std::path::Path) -> (Value, String) {
    let words = desk.say("written:", "已写入：", "gravado:");
    (json!(path.display().to_string()), format!("{words} {}", path.display()))
}
