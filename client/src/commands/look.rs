//! Questions to the node: what a thing is, where it came from and went, what is mine, and the proof file.

use std::collections::BTreeSet;

use lode_ledger::hash::Hash;
use lode_ledger::id::{ItemId, LogIndex, StatementId};
use lode_ledger::proof::ProofFile;
use lode_ledger::sealed::Disclosure;
use lode_ledger::tag::TagCode;
use serde::Serialize;
use serde_json::Value;

use crate::error::{ClientError, Result, words};
use crate::home::{Home, read_json};
use crate::node::Node;
use crate::queue::Queue;
use crate::session::{Session, look_up};

/// Deepest step of a trace, and most things in one; a trace that is cut off says so.
const MAX_DEPTH: usize = 32;
const MAX_NODES: usize = 2_000;

/// Whatever the node knows of an id or a tag code.
///
/// # Errors
/// The node does not know it or cannot be reached.
pub fn show(node: &Node, id: &str) -> Result<Value> {
    look_up(node, id).map(|(_, value)| value)
}

/// One thing of a trace, with what stands behind or after it.
#[derive(Clone, Debug, Serialize)]
pub struct Branch {
    /// Its id.
    pub id: String,
    /// How much of it went along this way, in milligrams.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mass_mg: Option<u64>,
    /// What the node says of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facts: Option<Value>,
    /// What comes next.
    pub next: Vec<Branch>,
    /// It was shown before, or the trace is too large.
    pub cut: bool,
}

/// Where a thing came from and where it went.
#[derive(Clone, Debug, Serialize)]
pub struct Trace {
    /// What it was made from.
    pub from: Branch,
    /// What was made of it.
    pub into: Branch,
    /// Sums over all that was made of it, down to pieces and destinations, as the node counts them; of an item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<Value>,
}

/// Follows a thing both ways; a tag code stands for the item that bears it.
///
/// # Errors
/// The node does not know it or cannot be reached.
pub fn trace(node: &Node, id: &str) -> Result<Trace> {
    let id = &borne_by(node, id)?;
    let walk = |way: &str| Walk { node, way: way.to_owned(), seen: BTreeSet::new() }.branch(id, None, 0);
    let used = match id.parse::<ItemId>() {
        Ok(item) => node.get(&format!("/v1/items/{item}/where-used?limit=1"))?.get("totals").cloned(),
        Err(_) => None,
    };
    Ok(Trace { from: walk("made-from")?, into: walk("made-into")?, used })
}

/// The item that bears a tag; anything else stands for itself.
fn borne_by(node: &Node, id: &str) -> Result<String> {
    let tagged = match id.parse::<TagCode>() {
        Ok(_) => show(node, id)?.get("item").and_then(Value::as_str).map(str::to_owned),
        Err(_) => None,
    };
    Ok(tagged.unwrap_or_else(|| id.to_owned()))
}

/// What may be said of an item, to read out to a buyer; a tag code stands for the item that bears it.
///
/// # Errors
/// The node does not know it or cannot be reached.
pub fn spoken(node: &Node, id: &str) -> Result<Value> {
    node.get(&format!("/v1/items/{}/spoken", borne_by(node, id)?))
}

/// An item as its asker sees it, with what he may do with it now; a tag code stands for the item that bears it.
///
/// # Errors
/// The node does not know it or cannot be reached, or nobody is signed in.
pub fn may(node: &Node, id: &str) -> Result<Value> {
    let id: ItemId = borne_by(node, id)?.parse().map_err(|_| {
        ClientError::usage(words!(
            "{id:?} is no item: name a lot, batch or piece, or the code of its tag",
            "{id:?} 不是物品：请用批次、批件、单件的编号或其标签编码",
            "{id:?} não é um item: indique um lote, lote contado ou peça, ou o código da etiqueta"
        ))
    })?;
    node.get(&format!("/v1/items/{id}"))
}

struct Walk<'a> {
    node: &'a Node,
    way: String,
    seen: BTreeSet<String>,
}

impl Walk<'_> {
    fn branch(&mut self, id: &str, mass_mg: Option<u64>, depth: usize) -> Result<Branch> {
        let mut branch = Branch { id: id.to_owned(), mass_mg, facts: None, next: Vec::new(), cut: true };
        let known = !self.seen.insert(id.to_owned());
        if known || depth > MAX_DEPTH || self.seen.len() > MAX_NODES {
            return Ok(branch);
        }
        branch.cut = false;
        branch.facts = Some(show(self.node, id)?);
        // Jobs are asked for by the same path as items.
        for link in self.node.list(&format!("/v1/items/{id}/{}", self.way), MAX_NODES)? {
            if let Some((next, mass)) = link_of(&link, id) {
                branch.next.push(self.branch(&next, mass, depth + 1)?);
            }
        }
        Ok(branch)
    }
}

/// The other end of a link, and its mass.
fn link_of(link: &Value, here: &str) -> Option<(String, Option<u64>)> {
    let other = ["id", "item", "from", "to", "key"]
        .iter()
        .filter_map(|name| link.get(name).and_then(Value::as_str))
        .find(|id| *id != here)?;
    let mass = ["mass_mg", "mass"].iter().find_map(|name| link.get(name)).and_then(Value::as_u64);
    Some((other.to_owned(), mass))
}

/// Items by custodian, state and other properties, as the node filters them.
///
/// # Errors
/// The node cannot be reached or does not know the filter.
pub fn items(node: &Node, filters: &[(&str, String)], limit: usize) -> Result<Vec<Value>> {
    listed(node, "items", filters, limit)
}

/// One of the node's lists, as in `listings`, by its filters.
///
/// # Errors
/// The node cannot be reached or does not know a filter.
pub fn listed(node: &Node, folder: &str, filters: &[(&str, String)], limit: usize) -> Result<Vec<Value>> {
    let query: Vec<String> =
        filters.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    node.list(&format!("/v1/{folder}?{}", query.join("&")), limit)
}

/// A participant's stock as the node reports it, with up to `limit` balances.
///
/// # Errors
/// The node cannot be reached or does not know the participant.
pub fn stock(node: &Node, participant: &str, days: u32, limit: usize) -> Result<Value> {
    let path = format!("/v1/participants/{participant}/stock?days={days}&limit={}", limit.clamp(1, 200));
    let mut report = node.get(&path)?;
    let mut next = report.get("next").and_then(Value::as_str).map(str::to_owned);
    let mut rows = report.get("balances").and_then(Value::as_array).cloned().unwrap_or_default();
    while rows.len() < limit
        && let Some(cursor) = next.take()
    {
        let page = node.get(&format!("{path}&cursor={cursor}"))?;
        rows.extend(page.get("balances").and_then(Value::as_array).cloned().unwrap_or_default());
        // A node that gives the same cursor twice would never end.
        next = page.get("next").and_then(Value::as_str).filter(|next| *next != cursor).map(str::to_owned);
    }
    rows.truncate(limit);
    if let Value::Object(members) = &mut report {
        members.insert("balances".to_owned(), Value::Array(rows));
        members.remove("next");
        if let Some(next) = next {
            members.insert("next".to_owned(), Value::String(next));
        }
    }
    Ok(report)
}

/// Everything but letters, digits, `-`, `.`, `_` and `~` by its bytes (RFC 3986 section 2.1).
fn escaped(text: &str) -> String {
    text.bytes()
        .map(|b| {
            let plain = b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
            if plain { char::from(b).to_string() } else { format!("%{b:02X}") }
        })
        .collect()
}

/// The proof file of an item, as the node makes it.
///
/// # Errors
/// The node cannot be reached or cannot prove it.
pub fn bundle(node: &Node, item: &ItemId) -> Result<Vec<u8>> {
    node.proof_file(item)
}

/// Adds what this device sealed to a proof file: the fields named, or `all`. So what is opened never passes the node.
///
/// # Errors
/// It is no proof file, a kept disclosure cannot be read, or a named field was not sealed here.
pub fn disclose(home: &Home, bytes: Vec<u8>, fields: &[String]) -> Result<(Vec<u8>, Vec<String>)> {
    if fields.is_empty() {
        return Ok((bytes, Vec::new()));
    }
    let wrong = |problem: String| {
        ClientError::usage(words!(
            "the node's proof file cannot be read: {problem}",
            "无法读取节点的证明文件：{problem}",
            "o arquivo de prova do nó não pode ser lido: {problem}"
        ))
    };
    let mut file = ProofFile::decode(&bytes).map_err(|error| wrong(error.to_string()))?;
    // A statement may hold events about other things: only those of the file's records are opened.
    let told: BTreeSet<(LogIndex, u16)> =
        file.records.iter().flat_map(|known| &known.events).map(|touch| (touch.index, touch.event)).collect();
    let mut opened = Vec::new();
    for entry in &file.statements {
        let path = home.join(format!("disclosures/{}.json", StatementId(Hash::of(&entry.bytes))));
        let known: Vec<Disclosure> = if path.exists() { read_json(&path)? } else { Vec::new() };
        for disclosure in known {
            let event =
                disclosure.path.strip_prefix("events[").and_then(|rest| rest.split_once(']')?.0.parse().ok());
            let name = disclosure.path.rsplit('.').next().unwrap_or_default();
            let wanted = fields.iter().any(|field| field == name || field == "all")
                && event.is_some_and(|event| told.contains(&(entry.index, event)));
            if wanted && !file.disclosures.contains(&disclosure) {
                opened.push(disclosure.path.clone());
                file.disclosures.push(disclosure);
            }
        }
    }
    let of = |path: &String| path.rsplit('.').next().unwrap_or_default().to_owned();
    if let Some(missing) =
        fields.iter().find(|field| *field != "all" && !opened.iter().any(|path| of(path) == **field))
    {
        return Err(ClientError::usage(words!(
            "{missing:?} of this item was not sealed by this device, so it cannot be opened here",
            "本物品的 {missing:?} 不是由本设备密封的，无法在此公开",
            "{missing:?} deste item não foi selado por este dispositivo; não pode ser aberto aqui"
        )));
    }
    Ok((file.encode(), opened))
}

/// How this device stands.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Status {
    /// The home folder.
    pub home: String,
    /// The node.
    pub node: Option<String>,
    /// Whether it answers, and for the ledger that is signed for.
    pub node_answers: Option<bool>,
    /// The ledger.
    pub ledger: Option<String>,
    /// Who signs.
    pub participant: Option<String>,
    /// With which key.
    pub key: Option<String>,
    /// How many statements wait.
    pub waiting: usize,
    /// How many of them the node refused.
    pub refused: usize,
}

/// How this device stands.
///
/// # Errors
/// The home folder cannot be read.
pub fn status(home: &Home, node: Option<&Node>) -> Result<Status> {
    let config = home.config()?;
    let waiting = Queue::of(home).list()?;
    let ledger = config.ledger.map(|ledger| ledger.id);
    Ok(Status {
        home: home.path().display().to_string(),
        node: node.map(|node| node.url().to_owned()),
        node_answers: node
            .map(|node| node.ledger().is_ok_and(|found| ledger.as_ref().is_none_or(|id| *id == found.id))),
        ledger,
        participant: config.participant,
        key: config.key,
        waiting: waiting.len(),
        refused: waiting.iter().filter(|waiting| waiting.refusal.is_some()).count(),
    })
}

/// Everything of mine that waits or is open, for the status of a session.
///
/// # Errors
/// The node cannot be reached.
pub fn my_items(session: &Session, limit: usize) -> Result<Vec<Value>> {
    items(session.node()?, &[("custodian", session.participant()?.to_string())], limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_read_from_either_end() {
        let link = |text: &str| link_of(&serde_json::from_str(text).unwrap(), "L-1");
        assert_eq!(link(r#"{"from":"L-0","to":"L-1","mass":5}"#), Some(("L-0".to_owned(), Some(5))));
        assert_eq!(link(r#"{"from":"L-1","to":"W-2","mass_mg":6}"#), Some(("W-2".to_owned(), Some(6))));
        assert_eq!(link(r#"{"id":"P-1"}"#), Some(("P-1".to_owned(), None)));
        assert_eq!(link("{}"), None);
    }

    #[test]
    fn filters_cannot_break_the_address() {
        assert_eq!(escaped("a&b=水"), "a%26b%3D%E6%B0%B4");
    }
}
