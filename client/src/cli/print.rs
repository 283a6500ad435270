//! How answers look: tables and trees for people, one JSON value for machines.

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{ContentArrangement, Table};
use lode_ledger::mass::Milligrams;
use serde_json::{Value, json};

use super::desk::Desk;
use crate::commands::look::Branch;
use crate::error::exit;
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
                format!("{words} {} (`lode sync`)", ids.join(", "))
            }
        };
        let mut text = format!("{}: {said}\n", done.events.join(", "));
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

/// The beginning of a long id.
pub(crate) fn short(id: &str) -> String {
    id.chars().take(12).collect()
}

pub(crate) fn table<const N: usize>(heads: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(heads.to_vec());
    for row in rows {
        table.add_row(row.to_vec());
    }
    table.to_string()
}

/// Any answer of the node as indented lines; masses with their unit.
pub(crate) fn lines(desk: &Desk, value: &Value) -> String {
    let mut text = String::new();
    write(desk, value, 0, &mut text);
    text
}

fn write(desk: &Desk, value: &Value, depth: usize, text: &mut String) {
    let pad = "  ".repeat(depth);
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match plain(desk, name, member) {
                    Some(shown) => text.push_str(&format!("{pad}{name}: {shown}\n")),
                    None => {
                        text.push_str(&format!("{pad}{name}:\n"));
                        write(desk, member, depth + 1, text);
                    }
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                match plain(desk, "", item) {
                    Some(shown) => text.push_str(&format!("{pad}- {shown}\n")),
                    None => {
                        text.push_str(&format!("{pad}-\n"));
                        write(desk, item, depth + 1, text);
                    }
                }
            }
        }
        other => text.push_str(&format!("{pad}{other}\n")),
    }
}

/// Names of numbers that are masses in milligrams.
const MASSES: [&str; 9] =
    ["entered", "gained", "lost", "passed_on", "left", "mass", "resolution", "net", "received"];

fn plain(desk: &Desk, name: &str, value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("-".to_owned()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => {
            let is_mass = name.ends_with("_mg") || MASSES.contains(&name);
            let mass = number.as_u64().filter(|_| is_mass).and_then(Milligrams::new);
            Some(mass.map_or_else(|| number.to_string(), |mass| mass.to_string()))
        }
        // What comes from the ledger is printed without anything that moves the cursor.
        Value::String(text) => {
            let clean: String = text.chars().filter(|c| !c.is_control()).collect();
            Some(match desk.names.name_of(text) {
                Some(known) => format!("{clean} ({known})"),
                None => clean,
            })
        }
        Value::Array(items) if items.is_empty() => Some("-".to_owned()),
        Value::Object(members) if members.is_empty() => Some("-".to_owned()),
        // A term of the vocabulary: its name, with the code that commands take.
        Value::Object(members) if members.len() == 2 && members.contains_key("code") => {
            let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default();
            Some(format!("{} ({})", text("name"), text("code")))
        }
        Value::Array(_) | Value::Object(_) => None,
    }
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
        found.as_str().or_else(|| found.get("name").and_then(Value::as_str)).map(str::to_owned)
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
