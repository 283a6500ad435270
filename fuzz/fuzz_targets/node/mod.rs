//! A node with a whole trade in it, asked through its router without a socket.

use std::sync::LazyLock;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, header};
use lode_node::http::{App, router};
use serde_json::Value;
use tower::ServiceExt as _;

#[allow(dead_code, reason = "the trade serves the tests of the HTTP face too")]
#[path = "../../../node/tests/http/trade.rs"]
mod trade;

/// Most statements of one request.
#[allow(dead_code, reason = "not asked by every target")]
pub(crate) const MOST: usize = 16;

pub(crate) static NODE: LazyLock<Asked> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let trade = trade::trade(false);
    let (node, mut config) = runtime.block_on(trade::node(&folder.path().join("data"), &trade));
    config.limits.statements = MOST;
    let router = router(App::new(node, &config));
    let known = vec![
        trade.brazil.to_string(),
        trade.dragon.to_string(),
        trade.fish.to_string(),
        trade.work.to_string(),
        trade.artisan.to_string(),
        trade.dragon_tag.to_string(),
        trade.old_tag.to_string(),
        trade.importer.1.to_string(),
        "3".to_owned(),
        "entries/000.p/3".to_owned(),
        "0/000.p/9".to_owned(),
    ];
    Asked { runtime, router, known, _folder: folder }
});

pub(crate) struct Asked {
    runtime: tokio::runtime::Runtime,
    router: Router,
    known: Vec<String>,
    _folder: tempfile::TempDir,
}

#[allow(dead_code, reason = "not asked by every target")]
impl Asked {
    /// Ids of what is there.
    pub(crate) fn known(&self) -> &[String] {
        &self.known
    }

    pub(crate) fn post(&self, path: &str, kind: &str, body: &[u8]) -> (u16, Value) {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body.to_vec()))
            .expect("a request");
        let (status, body) = self.send(request);
        (status, serde_json::from_slice(&body).expect("answers are JSON"))
    }

    /// `None` if there can be no such request.
    pub(crate) fn get(&self, uri: &str, accept: &str) -> Option<(u16, Bytes)> {
        let request = Request::get(uri)
            .header(header::ACCEPT, accept)
            .header(header::ACCEPT_LANGUAGE, accept)
            .body(Body::empty())
            .ok()?;
        Some(self.send(request))
    }

    fn send(&self, request: Request<Body>) -> (u16, Bytes) {
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.expect("the router is infallible");
            let status = response.status().as_u16();
            (status, axum::body::to_bytes(response.into_body(), 1 << 26).await.expect("a body"))
        })
    }
}
