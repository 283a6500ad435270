//! The node over HTTP: statements in, answers out. Nothing is trusted that it says; what it signs is checked by the
//! verifier.

use std::time::Duration;

use lode_ledger::id::{ItemId, LogIndex, StatementId};
use lode_ledger::lang::Lang;
use serde::Deserialize;
use serde_json::Value;

use crate::error::{ClientError, Refusal, Result, Words, words};
use crate::home::LedgerName;
use crate::pass::Pass;

/// Longest answer that is read, in bytes.
const MAX_ANSWER: u64 = 64 * 1024 * 1024;
/// Most statements and bytes in one request; the node's own limits are wider.
const MAX_STATEMENTS: usize = 64;
const MAX_BODY: usize = 1024 * 1024;

/// What the node said to one statement.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Answer {
    /// It is in the log, or would be.
    Accepted {
        /// Where.
        index: LogIndex,
        /// Its id.
        statement: Option<StatementId>,
        /// It was there before.
        duplicate: bool,
    },
    /// It is not, and why.
    Refused(Refusal),
}

#[derive(Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
enum Wire {
    Accepted {
        index: LogIndex,
        #[serde(default)]
        statement: Option<StatementId>,
        #[serde(default)]
        duplicate: bool,
    },
    Refused(Refusal),
}

impl From<Wire> for Answer {
    fn from(wire: Wire) -> Self {
        match wire {
            Wire::Accepted { index, statement, duplicate } => Self::Accepted { index, statement, duplicate },
            Wire::Refused(refusal) => Self::Refused(refusal),
        }
    }
}

/// Whoever takes statements: a node, or a test.
pub trait Intake {
    /// Hands statements in, in order; one answer each.
    ///
    /// # Errors
    /// No answer came; whether they were taken is not known, and sending the same bytes again does no harm.
    fn submit(&self, statements: &[Vec<u8>]) -> Result<Vec<Answer>>;
}

/// A node's address.
#[derive(Clone, Debug)]
pub struct Node {
    url: String,
    lang: Lang,
    agent: ureq::Agent,
    token: Option<String>,
    pass: Option<Pass>,
}

/// The status of an answer that is for members of the ledger only.
pub(crate) const MEMBERS_ONLY: u16 = 403;
/// The status of an answer that is for its parties only: they have to say who they are.
pub(crate) const SESSION_REQUIRED: u16 = 401;

impl Node {
    /// The node at this address (`http://` or `https://`, without a slash at the end).
    ///
    /// # Errors
    /// The address is none.
    pub fn new(url: &str, lang: Lang) -> Result<Self> {
        let trimmed = url.trim_end_matches('/');
        if !(trimmed.starts_with("http://") || trimmed.starts_with("https://")) {
            return Err(ClientError::usage(words!(
                "{url:?} is no node's address: it begins with http:// or https://",
                "{url:?} 不是节点地址：应以 http:// 或 https:// 开头",
                "{url:?} não é endereço de nó: começa com http:// ou https://"
            )));
        }
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(120)))
            .timeout_connect(Some(Duration::from_secs(10)))
            .user_agent(concat!("lode/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self { url: trimmed.to_owned(), lang, agent: config.into(), token: None, pass: None })
    }

    /// The same node, asked as somebody who has shown his key.
    #[must_use]
    pub fn with_token(mut self, token: String) -> Self {
        self.token = Some(token);
        self
    }

    /// The same node, which is told who asks when it wants to know: a ledger for members does for lists and lots.
    #[must_use]
    pub fn with_pass(mut self, pass: Pass) -> Self {
        self.pass = Some(pass);
        self
    }

    /// The address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The language that it is asked in.
    #[must_use]
    pub const fn lang(&self) -> Lang {
        self.lang
    }

    /// Which ledger the node keeps.
    ///
    /// # Errors
    /// As [`Node::get`].
    pub fn ledger(&self) -> Result<LedgerName> {
        let value = self.get("/v1/ledger")?;
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        match (text("origin"), text("ledger_id")) {
            (Some(origin), Some(id)) => Ok(LedgerName { origin, id }),
            _ => Err(self.odd(
                "/v1/ledger",
                200,
                words!(
                    "it names no origin and no ledger id",
                    "未给出账本来源名和编号",
                    "não dá origem nem id do registro"
                ),
            )),
        }
    }

    /// Asks for JSON.
    ///
    /// # Errors
    /// Nobody answers, or with an error, or with something else.
    pub fn get(&self, path: &str) -> Result<Value> {
        let bytes = self.get_bytes(path)?;
        serde_json::from_slice(&bytes).map_err(|error| {
            self.odd(path, 200, words!("no JSON: {error}", "不是 JSON：{error}", "não é JSON: {error}"))
        })
    }

    /// Asks for JSON that may not be there.
    ///
    /// # Errors
    /// As [`Node::get`], but for "not found".
    pub fn find(&self, path: &str) -> Result<Option<Value>> {
        match self.get(path) {
            Err(ClientError::Node { status: 404, .. }) => Ok(None),
            other => other.map(Some),
        }
    }

    /// Asks for bytes.
    ///
    /// # Errors
    /// Nobody answers, or with an error.
    pub fn get_bytes(&self, path: &str) -> Result<Vec<u8>> {
        match (self.ask(path), &self.pass) {
            (Err(ClientError::Node { status: MEMBERS_ONLY, .. }), Some(pass)) if self.token.is_none() => {
                self.clone().with_token(pass.token(self)?).ask(path)
            }
            (answer, _) => answer,
        }
    }

    fn ask(&self, path: &str) -> Result<Vec<u8>> {
        let mut request = self.agent.get(self.address(path)).header("Accept-Language", self.lang.tag());
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        self.answer(path, request.call())
    }

    /// Sends JSON and reads JSON.
    ///
    /// # Errors
    /// As [`Node::get`].
    pub fn post_json(&self, path: &str, body: &Value) -> Result<Value> {
        let bytes = self.post(path, "application/json", body.to_string().as_bytes())?;
        serde_json::from_slice(&bytes).map_err(|error| {
            self.odd(path, 200, words!("no JSON: {error}", "不是 JSON：{error}", "não é JSON: {error}"))
        })
    }

    /// Brings bytes to an address of their own, as somebody who has shown his key; with one more header, if need be.
    ///
    /// # Errors
    /// As [`Node::get_bytes`].
    pub fn put(&self, path: &str, body: &[u8], header: Option<(&str, &str)>) -> Result<()> {
        let mut request = self
            .agent
            .put(self.address(path))
            .header("Content-Type", "application/octet-stream")
            .header("Accept-Language", self.lang.tag());
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        self.answer(path, request.send(body)).map(drop)
    }

    /// Asks what would happen to the statements; nothing is kept.
    ///
    /// # Errors
    /// As [`Intake::submit`].
    pub fn dry_run(&self, statements: &[Vec<u8>]) -> Result<Vec<Answer>> {
        self.hand_in("/v1/statements?dry_run=true", statements)
    }

    /// The proof file of an item.
    ///
    /// # Errors
    /// As [`Node::get_bytes`].
    pub fn proof_file(&self, item: &ItemId) -> Result<Vec<u8>> {
        self.get_bytes(&format!("/v1/items/{item}/proof"))
    }

    /// Every entry of a paged list, up to `limit`.
    ///
    /// # Errors
    /// As [`Node::get`].
    pub fn list(&self, path: &str, limit: usize) -> Result<Vec<Value>> {
        let mut all = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let joint = if path.contains('?') { '&' } else { '?' };
            let asked = match &cursor {
                None => path.to_owned(),
                Some(cursor) => format!("{path}{joint}cursor={cursor}"),
            };
            let page = self.get(&asked)?;
            let items = ["items", "steps"].iter().find_map(|name| page.get(name)).and_then(Value::as_array);
            let items = items.ok_or_else(|| {
                self.odd(path, 200, words!("it has no `items`", "缺少 `items`", "falta `items`"))
            })?;
            all.extend(items.iter().take(limit.saturating_sub(all.len())).cloned());
            let next = page.get("next").and_then(Value::as_str).map(str::to_owned);
            // A node that gives the same cursor twice would never end.
            if next.is_none() || next == cursor || all.len() >= limit || items.is_empty() {
                return Ok(all);
            }
            cursor = next;
        }
    }

    fn hand_in(&self, path: &str, statements: &[Vec<u8>]) -> Result<Vec<Answer>> {
        let mut answers = Vec::with_capacity(statements.len());
        for group in groups(statements) {
            let bytes = self.post(path, "application/cbor-seq", &group.concat())?;
            let wires: Vec<Wire> = serde_json::from_slice(&bytes).map_err(|error| {
                self.odd(
                    path,
                    200,
                    words!(
                        "not the answers expected: {error}",
                        "答复格式不符：{error}",
                        "não são as respostas esperadas: {error}"
                    ),
                )
            })?;
            if wires.len() != group.len() {
                let (answers, asked) = (wires.len(), group.len());
                let problem = words!(
                    "{answers} answers to {asked} statements",
                    "{asked} 份声明得到 {answers} 个答复",
                    "{answers} respostas a {asked} declarações"
                );
                return Err(self.odd(path, 200, problem));
            }
            answers.extend(wires.into_iter().map(Answer::from));
        }
        Ok(answers)
    }

    fn post(&self, path: &str, media: &str, body: &[u8]) -> Result<Vec<u8>> {
        let mut request = self
            .agent
            .post(self.address(path))
            .header("Content-Type", media)
            .header("Accept-Language", self.lang.tag());
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        self.answer(path, request.send(body))
    }

    fn answer(
        &self,
        path: &str,
        answer: std::result::Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<Vec<u8>> {
        let unreachable = |error: ureq::Error| ClientError::Unreachable {
            url: self.url.clone(),
            problem: error.to_string(),
        };
        let mut response = answer.map_err(unreachable)?;
        let status = response.status().as_u16();
        let bytes = response.body_mut().with_config().limit(MAX_ANSWER).read_to_vec().map_err(unreachable)?;
        if (200..300).contains(&status) {
            return Ok(bytes);
        }
        // A refused statement may come with a status of its own; the body says it all.
        if path.starts_with("/v1/statements") && serde_json::from_slice::<Vec<Wire>>(&bytes).is_ok() {
            return Ok(bytes);
        }
        // A gateway that has nobody behind it is as good as nobody.
        if matches!(status, 429 | 502..=504) {
            let problem = format!("status {status}");
            return Err(ClientError::Unreachable { url: self.url.clone(), problem });
        }
        let said = serde_json::from_slice::<Value>(&bytes).ok();
        let message = |value: &Value| {
            let words: Vec<&str> = ["title", "detail", "what_to_do"]
                .iter()
                .filter_map(|name| value.get(name)?.as_str())
                .collect();
            (!words.is_empty()).then(|| words.join(": "))
        };
        let text = said.as_ref().and_then(message);
        let text = text.unwrap_or_else(|| String::from_utf8_lossy(&bytes).chars().take(200).collect());
        Err(self.odd(path, status, text))
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    fn odd(&self, path: &str, status: u16, problem: impl Into<Words>) -> ClientError {
        ClientError::Node { url: self.address(path), status, problem: problem.into() }
    }
}

impl Intake for Node {
    fn submit(&self, statements: &[Vec<u8>]) -> Result<Vec<Answer>> {
        self.hand_in("/v1/statements", statements)
    }
}

/// Consecutive statements, as many as fit in one request.
fn groups(statements: &[Vec<u8>]) -> Vec<&[Vec<u8>]> {
    let mut groups = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (n, statement) in statements.iter().enumerate() {
        if n > start && (n - start >= MAX_STATEMENTS || bytes + statement.len() > MAX_BODY) {
            groups.extend(statements.get(start..n));
            (start, bytes) = (n, 0);
        }
        bytes += statement.len();
    }
    groups.extend(statements.get(start..).filter(|rest| !rest.is_empty()));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_bounded_and_lose_nothing() {
        assert!(groups(&[]).is_empty());
        let many: Vec<Vec<u8>> =
            (0..200_u32).map(|n| vec![0; if n % 50 == 0 { MAX_BODY } else { 100 }]).collect();
        let parted = groups(&many);
        assert_eq!(parted.iter().map(|group| group.len()).sum::<usize>(), 200);
        for group in parted {
            assert!(group.len() <= MAX_STATEMENTS);
            assert!(group.len() == 1 || group.iter().map(Vec::len).sum::<usize>() <= MAX_BODY);
        }
    }

    #[test]
    fn answers_are_read() {
        let text = r#"[{"status":"accepted","index":7,"duplicate":true,"inclusion":[],"checkpoint":"x"},
            {"status":"refused","code":"not-found","rule":"F2","event":1,"field":"item","message":"no"}]"#;
        let wires: Vec<Wire> = serde_json::from_str(text).unwrap();
        let answers: Vec<Answer> = wires.into_iter().map(Answer::from).collect();
        assert_eq!(answers[0], Answer::Accepted { index: LogIndex(7), statement: None, duplicate: true });
        assert!(matches!(&answers[1], Answer::Refused(refusal) if refusal.rule.as_deref() == Some("F2")));
    }

    #[test]
    fn an_address_is_an_address() {
        assert!(Node::new("localhost:80", Lang::En).is_err());
        assert_eq!(Node::new("http://localhost/", Lang::En).unwrap().url(), "http://localhost");
    }
}
