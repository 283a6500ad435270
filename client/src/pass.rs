//! What a device shows to a node that wants to know who asks: a session, opened when it is first needed.
//!
//! A challenge is signed with the key. What is signed names this ledger and its purpose, and is put together here, so
//! that no node can have something else signed.

use std::sync::{Arc, Mutex, PoisonError};

use lode_ledger::id::ParticipantId;
use lode_ledger::key::{SecretKey, Signature};
use serde_json::{Value, json};

use crate::error::{ClientError, Result, words};
use crate::node::Node;

/// A participant's key for one ledger, and the session that it has opened. Copies share the session.
#[derive(Clone, Debug)]
pub struct Pass {
    participant: ParticipantId,
    key: SecretKey,
    ledger: String,
    token: Arc<Mutex<Option<String>>>,
}

impl Pass {
    /// For this participant and ledger id.
    #[must_use]
    pub fn new(participant: ParticipantId, key: SecretKey, ledger: &str) -> Self {
        Self { participant, key, ledger: ledger.to_owned(), token: Arc::default() }
    }

    /// The session's token; opened now if there is none yet.
    ///
    /// # Errors
    /// The node does not answer, or does not accept the key.
    pub fn token(&self, node: &Node) -> Result<String> {
        let mut token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = &*token {
            return Ok(token.clone());
        }
        let opened = self.open(node)?;
        *token = Some(opened.clone());
        Ok(opened)
    }

    fn open(&self, node: &Node) -> Result<String> {
        let key = self.key.public().thumbprint().to_string();
        let who = json!({"participant": self.participant.to_string(), "key": key});
        let asked = node.post_json("/v1/sessions/challenge", &who)?;
        let text = |value: &Value, name: &str| {
            let found = value.get(name).and_then(Value::as_str).map(str::to_owned);
            let odd = || ClientError::Node {
                url: format!("{}/v1/sessions", node.url()),
                status: 200,
                problem: words!("it gives no {name}", "未给出 {name}", "não dá {name}"),
            };
            found.filter(|text| !text.contains('\n')).ok_or_else(odd)
        };
        let challenge = text(&asked, "challenge")?;
        let message = format!("lode session 1\n{}\n{challenge}\n", self.ledger);
        let signature = Signature(self.key.sign(message.as_bytes())).to_string();
        let opened =
            node.post_json("/v1/sessions", &json!({"challenge": challenge, "signature": signature}))?;
        text(&opened, "token")
    }
}
