//! One participant at work: a key in hand, a node or none, and the queue between them. Every command that says
//! something goes through [`Session::send`].
//!
//! No printing and no asking here; the command line does that around it.

use std::collections::BTreeSet;

use lode_ledger::apply::normalise;
use lode_ledger::event::Event;
use lode_ledger::id::{ItemId, LogIndex, Nonce, ParticipantId, StatementId};
use lode_ledger::key::{KeyId, SecretKey};
use lode_ledger::mass::Milligrams;
use lode_ledger::sealed::Disclosure;
use lode_ledger::statement::{Issuer, Subject};
use lode_ledger::tag::TagCode;
use lode_ledger::time::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::author::{Author, Signed, check_open};
use crate::error::{ClientError, Result, random, words};
use crate::home::{Home, LedgerName, read_json, write_json};
use crate::node::Node;
use crate::pass::Pass;
use crate::queue::{Fate, Queue};

/// A participant's device, ready to sign.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its folder.
    pub home: Home,
    /// The node; `None` when working offline.
    pub node: Option<Node>,
    /// Who signs.
    pub author: Author,
    /// Fields that are not sealed, by name.
    pub open: BTreeSet<String>,
    /// The time to state as that of the event; the clock's if absent.
    pub at: Option<Timestamp>,
    /// The author's own reference for the statements.
    pub reference: Option<Subject>,
}

/// What came of one statement.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Done {
    /// The statement's id.
    pub statement: StatementId,
    /// Its events' names.
    pub events: Vec<&'static str>,
    /// The ids that it creates, in the order of events and their outputs.
    pub created: Vec<String>,
    /// Whether it is in the log.
    #[serde(flatten)]
    pub sent: Sent,
}

/// Whether a statement is in the log.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Sent {
    /// It is.
    Accepted {
        /// Where.
        index: LogIndex,
    },
    /// It is signed and kept, and goes out with `lode sync`.
    Queued {
        /// The earlier statements that it waits for; empty if only the network is missing.
        waits_for: Vec<StatementId>,
    },
}

impl Done {
    /// The created ids of one kind, as in `done.ids::<ItemId>()`.
    #[must_use]
    pub fn ids<T: std::str::FromStr>(&self) -> Vec<T> {
        self.created.iter().filter_map(|id| id.parse().ok()).collect()
    }

    /// The first created id of one kind.
    ///
    /// # Errors
    /// The statement created none.
    pub fn id<T: std::str::FromStr>(&self) -> Result<T> {
        let statement = &self.statement;
        let none = || {
            ClientError::usage(words!(
                "statement {statement} creates nothing of this kind",
                "声明 {statement} 未生成此类编号",
                "a declaração {statement} não cria nada deste tipo"
            ))
        };
        self.ids().into_iter().next().ok_or_else(none)
    }

    /// Whether it still has to be sent.
    #[must_use]
    pub const fn is_queued(&self) -> bool {
        matches!(self.sent, Sent::Queued { .. })
    }
}

impl Session {
    /// A participant with a key in hand.
    #[must_use]
    pub fn new(home: Home, node: Option<Node>, ledger: LedgerName, issuer: Issuer, key: SecretKey) -> Self {
        let node = match issuer {
            Issuer::Participant(id) => {
                let pass = Pass::new(id, key.clone(), &ledger.id);
                node.map(|node| node.with_pass(pass))
            }
            _ => node,
        };
        let author = Author { issuer, key, ledger };
        Self { home, node, author, open: BTreeSet::new(), at: None, reference: None }
    }

    /// The participant.
    ///
    /// # Errors
    /// The author is no participant but a link or the ledger.
    pub fn participant(&self) -> Result<ParticipantId> {
        match self.author.issuer {
            Issuer::Participant(id) => Ok(id),
            other => Err(ClientError::usage(words!(
                "{other} is no participant: this is signed by a participant's key",
                "{other} 不是参与方：此操作须由参与方的密钥签署",
                "{other} não é participante: isto é assinado com a chave de um participante"
            ))),
        }
    }

    /// The signing key's thumbprint.
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        self.author.key.public().thumbprint()
    }

    /// The time to state for what is done now, with this machine's offset from UTC.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.at.unwrap_or_else(local_time)
    }

    /// A fresh nonce.
    ///
    /// # Errors
    /// The machine has no random numbers.
    pub fn nonce(&self) -> Result<Nonce> {
        random().map(Nonce)
    }

    /// Signs events as one statement, keeps it, and sends it if there is a node and nothing that it waits for.
    ///
    /// # Errors
    /// It cannot be signed, a field that is to be open is in none of the events, or the ledger's rules forbid it; a refused
    /// statement is not kept. That the node cannot be reached or takes nothing for now is no error: the statement waits
    /// then.
    pub fn send(&self, events: &[Event]) -> Result<Done> {
        check_open(events, &self.open)?;
        let signed = self.author.sign(&self.home, events, &self.open, self.reference.as_ref())?;
        self.dispatch(&signed)
    }

    /// Keeps and sends what is signed already.
    ///
    /// # Errors
    /// As [`Session::send`].
    pub fn dispatch(&self, signed: &Signed) -> Result<Done> {
        self.keep_disclosures(&signed.disclosures)?;
        let queue = Queue::of(&self.home);
        let waiting = queue.push(signed)?;
        let done = |sent| Done {
            statement: signed.id(),
            events: signed.events.clone(),
            created: signed.creates.iter().flatten().cloned().collect(),
            sent,
        };
        let waits_for = queue.before(&waiting)?;
        let Some(node) = self.node.as_ref().filter(|_| waits_for.is_empty()) else {
            return Ok(done(Sent::Queued { waits_for }));
        };
        match queue.send_one(node, &waiting) {
            Ok(Fate::Accepted { index, .. }) => Ok(done(Sent::Accepted { index })),
            Ok(Fate::Refused(mut refusal)) => {
                queue.remove(&waiting)?;
                if matches!(refusal.code.as_str(), "sequence-used" | "sequence-old") {
                    let hint = words!(
                        "; if this folder was restored from a backup, run `lode key raise NAME`",
                        "；如果本文件夹是从备份恢复的，请运行 `lode key raise 名称`",
                        "; se esta pasta foi restaurada de um backup, rode `lode key raise NOME`"
                    );
                    refusal.message.push_str(hint.of(node.lang()));
                }
                Err(ClientError::Refused(Box::new(refusal)))
            }
            Ok(Fate::Held { .. } | Fate::Postponed(_)) | Err(ClientError::Unreachable { .. }) => {
                Ok(done(Sent::Queued { waits_for }))
            }
            Err(other) => {
                // The node answered, but not about the statement: whether it was taken is not known, so it stays.
                Err(other)
            }
        }
    }

    /// The node, or that there is none.
    ///
    /// # Errors
    /// Working offline, or no node was ever named.
    pub fn node(&self) -> Result<&Node> {
        self.node.as_ref().ok_or_else(no_node)
    }

    /// The node, asked as this participant.
    ///
    /// # Errors
    /// Offline, or the node does not accept the key.
    pub fn signed_in(&self) -> Result<Node> {
        let node = self.node()?;
        let pass = Pass::new(self.participant()?, self.author.key.clone(), &self.author.ledger.id);
        Ok(node.clone().with_token(pass.token(node)?))
    }

    /// What is left of an item or a job, as the node knows it.
    ///
    /// # Errors
    /// Offline, or the node does not know the id.
    pub fn left(&self, id: &str) -> Result<Milligrams> {
        let Some(node) = &self.node else {
            return Err(ClientError::usage(words!(
                "what is left of {id} is not known offline: weigh it and say it with --left",
                "离线时不知道 {id} 现余多少：请称重并用 --left 说明",
                "sem rede não se sabe quanto resta de {id}: pese e informe com --left"
            )));
        };
        let (path, value) = look_up(node, id)?;
        mass_left(&value).ok_or_else(|| ClientError::Node {
            url: format!("{}{path}", node.url()),
            status: 200,
            problem: words!("it does not say what is left", "未说明现余多少", "não diz quanto resta"),
        })
    }

    /// Keeps what opens sealed fields; a lost salt is a lost fact.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn keep_disclosures(&self, disclosures: &[Disclosure]) -> Result<()> {
        let Some(first) = disclosures.first() else { return Ok(()) };
        let path = self.home.join(format!("disclosures/{}.json", first.statement));
        let mut all: Vec<Disclosure> = if path.exists() { read_json(&path)? } else { Vec::new() };
        all.extend(disclosures.iter().filter(|new| !all.contains(new)).cloned().collect::<Vec<_>>());
        write_json(&path, &all)
    }

    /// What this device can open of a statement.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn disclosures_of(&self, statement: &StatementId) -> Result<Vec<Disclosure>> {
        let path = self.home.join(format!("disclosures/{statement}.json"));
        if path.exists() { read_json(&path) } else { Ok(Vec::new()) }
    }
}

/// That a command needs a node.
#[must_use]
pub fn no_node() -> ClientError {
    ClientError::usage(words!(
        "this needs a node: use --node ADDRESS (and not --offline), or `lode setup --node ADDRESS`",
        "此操作需要节点：请用 --node 地址（不加 --offline），或 `lode setup --node 地址`",
        "isto precisa de um nó: use --node ENDEREÇO (sem --offline), ou `lode setup --node ENDEREÇO`"
    ))
}

/// Where the node answers for an id, by the letter that it begins with.
const FOLDERS: [(&str, &str); 16] = [
    ("U-", "participants"),
    ("W-", "work"),
    ("O-", "offers"),
    ("M-", "listings"),
    ("E-", "exports"),
    ("V-", "shipments"),
    ("S-", "sales"),
    ("K-", "packs"),
    ("Y-", "settlements"),
    ("F-", "facilities"),
    ("T-", "credentials"),
    ("C-", "consignments"),
    ("N-", "counts"),
    ("H-", "holds"),
    ("D-", "disputes"),
    ("R-", "recalls"),
];

/// The paths that may answer for a text: one for an id, two for what may be a statement or a key.
fn paths_of(text: &str) -> Vec<String> {
    if text.parse::<ItemId>().is_ok() {
        return vec![format!("/v1/items/{text}")];
    }
    if let Some((_, folder)) = FOLDERS.iter().find(|(letter, _)| text.starts_with(letter)) {
        return vec![format!("/v1/{folder}/{text}")];
    }
    if text.parse::<TagCode>().is_ok() {
        return vec![format!("/v1/tags/{text}")];
    }
    if text.parse::<LogIndex>().is_ok() {
        return vec![format!("/v1/entries/{text}")];
    }
    if text.parse::<StatementId>().is_ok() {
        return vec![format!("/v1/statements/{text}"), format!("/v1/keys/{text}")];
    }
    match text.split_once(':').map(|(issuer, number)| (normalise(issuer), normalise(number))) {
        Some((Some(issuer), Some(number))) => vec![format!("/v1/certificates/{issuer}/{number}")],
        _ => Vec::new(),
    }
}

/// Asks the node about anything that has a name in the ledger; the path that was asked and the answer.
///
/// # Errors
/// The node does not know it, or the text names nothing.
pub fn look_up(node: &Node, id: &str) -> Result<(String, Value)> {
    let paths = paths_of(id);
    if paths.is_empty() {
        return Err(ClientError::usage(words!(
            "{id:?}: expected an id (as L-... of a lot; `lode show --help` lists the letters), a tag code, a log index, the 64 digits of a statement or key, or a certificate as CODE:NUMBER",
            "{id:?}：应为编号（如批次 L-…；`lode show --help` 列出各字母）、标签编码、账本序号、声明或密钥的64位指纹，或写作“机构代码:编号”的证书",
            "{id:?}: o esperado é um id (como L-... de um lote; `lode show --help` lista as letras), um código de etiqueta, um índice, os 64 dígitos de uma declaração ou chave, ou um certificado como CÓDIGO:NÚMERO"
        )));
    }
    for path in paths {
        if let Some(value) = node.find(&path)? {
            return Ok((path, value));
        }
    }
    Err(ClientError::usage(words!(
        "{id} is not in this ledger (yet); statements may still wait in the queue, see `lode queue`",
        "{id} （尚）不在本账本中；可能还有声明待发送，见 `lode queue`",
        "{id} (ainda) não está neste registro; pode haver declarações na fila, veja `lode queue`"
    )))
}

/// `left` or `left_mg` of a balance, wherever it stands in the answer.
fn mass_left(value: &Value) -> Option<Milligrams> {
    let balance = ["mass", "balance"].iter().find_map(|name| value.get(name)).unwrap_or(value);
    let left = ["left", "left_mg"].iter().find_map(|name| balance.get(name))?;
    left.as_u64().and_then(Milligrams::new)
}

/// The clock's time in the offset of this machine's time zone.
#[must_use]
pub fn local_time() -> Timestamp {
    let now = jiff::ZonedDateTime::now();
    let text = now.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
    Timestamp::parse(&text).unwrap_or_else(|_| Timestamp::from_unix(now.timestamp().as_second()))
}

#[cfg(test)]
mod tests {
    use lode_ledger::lang::Lang;

    use super::*;
    use crate::author::tests::{author, lot};

    #[test]
    fn without_a_node_a_statement_waits_and_its_salts_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path()).unwrap();
        let author = author();
        let mut session = Session::new(home, None, author.ledger.clone(), author.issuer, author.key);
        let done = session.send(&[lot(1)]).unwrap();
        assert!(done.is_queued());
        assert_eq!(done.ids::<ItemId>().len(), 1);
        assert!(done.id::<ParticipantId>().is_err());
        assert_eq!(session.disclosures_of(&done.statement).unwrap().len(), 3);
        // Nobody listens on port 1: the same as no node.
        session.node = Some(Node::new("http://127.0.0.1:1", Lang::En).unwrap());
        let second = session.send(&[lot(2)]).unwrap();
        assert_eq!(second.sent, Sent::Queued { waits_for: Vec::new() });
        assert_eq!(Queue::of(&session.home).list().unwrap().len(), 2);
    }

    #[test]
    fn whatever_has_an_id_is_looked_up_somewhere() {
        for letter in 'A'..='Z' {
            let id = format!("{letter}-01ARZ3NDEKTSV4RRFFQ69G5FAV");
            let known = lode_ledger::record::RecordKey::of_id(&id).is_some();
            assert_eq!(paths_of(&id).len(), usize::from(known), "{id}");
        }
        assert_eq!(paths_of("12"), ["/v1/entries/12"]);
        assert_eq!(paths_of(&"ab".repeat(32)).len(), 2, "a statement or a key");
        assert_eq!(paths_of("gtc:2026-0012"), ["/v1/certificates/GTC/20260012"]);
        assert!(["", "x", "Q-1", "012", ":", "a b:é"].iter().all(|text| paths_of(text).is_empty()));
    }

    #[test]
    fn the_time_is_written_with_an_offset() {
        let now = local_time();
        assert_eq!(Timestamp::parse(&now.to_string()), Ok(now));
        assert!(now.unix() > 1_700_000_000);
    }

    #[test]
    fn a_balance_is_found_where_nodes_put_it() {
        let of = |text: &str| mass_left(&serde_json::from_str(text).unwrap()).map(Milligrams::get);
        assert_eq!(of(r#"{"mass":{"left":5}}"#), Some(5));
        assert_eq!(of(r#"{"balance":{"left_mg":6}}"#), Some(6));
        assert_eq!(of(r#"{"left":7}"#), Some(7));
        assert_eq!(of(r#"{"mass":{}}"#), None);
    }
}
