//! A node with a whole trade in it behind its router, without a socket.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use lode_ledger::id::ParticipantId;
use lode_ledger::key::Signature;
use lode_ledger::replay::Author;
use lode_node::http::{App, router};
use lode_node::{Config, Node};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::trade::{self, Trade, trade};

/// A served node.
pub(crate) struct Stage {
    pub(crate) trade: Trade,
    pub(crate) node: Node,
    router: Router,
    _folder: tempfile::TempDir,
}

/// A public ledger.
pub(crate) async fn stage(change: impl FnOnce(&mut Config)) -> Stage {
    stage_of(trade(false), change).await
}

/// A ledger of this trade.
pub(crate) async fn stage_of(trade: Trade, change: impl FnOnce(&mut Config)) -> Stage {
    let folder = tempfile::tempdir().unwrap();
    let (node, mut config) = trade::node(&folder.path().join("data"), &trade).await;
    change(&mut config);
    let router = router(App::new(node.clone(), &config));
    Stage { trade, node, router, _folder: folder }
}

/// An answer.
pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Got {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }

    pub(crate) fn is_problem(&self, status: u16, code: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        assert_eq!(self.header(header::CONTENT_TYPE), "application/problem+json");
        let body = self.json();
        assert_eq!(body["code"], code);
        assert!(body["what_to_do"].as_str().is_some_and(|text| !text.is_empty()));
    }
}

impl Stage {
    pub(crate) async fn send(&self, request: Request<Body>) -> Got {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 1 << 26).await.unwrap().to_vec();
        Got { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Got {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn get_as(&self, path: &str, name: header::HeaderName, value: &str) -> Got {
        self.send(Request::get(path).header(name, value).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, kind: &str, body: impl Into<Body>) -> Got {
        self.send(Request::post(path).header(header::CONTENT_TYPE, kind).body(body.into()).unwrap()).await
    }

    /// Says one event, which the node must take.
    pub(crate) async fn say(&mut self, author: &mut Author, text: &str) -> Value {
        let text = text.replacen('{', &format!(r#"{{"at":"{}","#, self.trade.world.at()), 1);
        let bytes = author.sign(&[trade::world::event(&text)]).unwrap().into_bytes();
        let got = self.post("/v1/statements", "application/cose", bytes).await;
        assert_eq!(got.status, StatusCode::OK, "{}", got.text());
        got.json()
    }

    /// Opens a session with a participant's key: what the challenge answers.
    pub(crate) async fn sign_in(&self, who: &(Author, ParticipantId)) -> Got {
        let (author, id) = who;
        let key = author.secret.public().thumbprint();
        let asked = json!({"participant": id.to_string(), "key": key.to_string()}).to_string();
        let got = self.post("/v1/sessions/challenge", "application/json", asked).await.json();
        let signature = Signature(author.secret.sign(got["message"].as_str().unwrap().as_bytes()));
        let answer = json!({"challenge": got["challenge"], "signature": signature.to_string()}).to_string();
        let got = self.post("/v1/sessions", "application/json", answer.clone()).await;
        self.post("/v1/sessions", "application/json", answer).await.is_problem(401, "challenge-unknown");
        got
    }

    /// The value of `Authorization` of a participant with a session.
    pub(crate) async fn bearer(&self, who: &(Author, ParticipantId)) -> String {
        let got = self.sign_in(who).await;
        assert_eq!(got.status, StatusCode::OK, "{}", got.text());
        format!("Bearer {}", got.json()["token"].as_str().unwrap())
    }
}
