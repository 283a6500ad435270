//! Beyond every bound: real sockets, and the status and words that somebody gets who goes over one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

#[allow(dead_code, reason = "the trade serves several tests")]
#[path = "http/trade.rs"]
mod trade;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use lode_node::Config;
use lode_node::config::Limits;

struct Stage {
    address: SocketAddr,
    statement: Vec<u8>,
    _folder: tempfile::TempDir,
    _stop: tokio::sync::oneshot::Sender<()>,
}

async fn stage(change: impl FnOnce(&mut Limits)) -> Stage {
    let folder = tempfile::tempdir().unwrap();
    let trade = trade::trade(false);
    let (node, mut config): (_, Config) = trade::node(&folder.path().join("data"), &trade).await;
    change(&mut config.limits);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let stopped = async move { drop(stopped.await) };
        lode_node::http::serve(node, &config, listener, stopped).await.unwrap();
    });
    Stage { address, statement: trade.world.statements[3].clone(), _folder: folder, _stop: stop }
}

fn open(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
}

/// Everything until the node closes; what it refuses to read may reset the connection, after its words.
fn rest(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    while let Ok(count) = stream.read(&mut part) {
        if count == 0 {
            break;
        }
        bytes.extend_from_slice(&part[..count]);
    }
    String::from_utf8(bytes).unwrap()
}

async fn told(stage: &Stage, request: Vec<u8>) -> String {
    let address = stage.address;
    tokio::task::spawn_blocking(move || {
        let mut stream = open(address);
        // The node may close before it has read all.
        let _ = stream.write_all(&request);
        rest(stream)
    })
    .await
    .unwrap()
}

fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n").into_bytes()
}

fn post(kind: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /v1/statements?dry_run=true HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn is(answer: &str, status: u16, code: &str) {
    assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{status} {code}: {answer}");
    assert!(answer.contains(&format!("\"code\":\"{code}\"")), "{status} {code}: {answer}");
    assert!(answer.contains("\"what_to_do\":\""), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_and_bodies_have_their_sizes() {
    let stage = stage(|limits| {
        limits.request_bytes = 1 << 16;
        limits.statements = 2;
    })
    .await;
    let long = "a".repeat(9000);
    is(&told(&stage, get(&format!("/v1/items?text={long}"), "")).await, 414, "path-too-long");
    let header = format!("x-a: {}\r\n", "b".repeat(17_000));
    is(&told(&stage, get("/v1/items", &header)).await, 431, "headers-too-large");
    let lines = "x-a: b\r\n".repeat(120);
    is(&told(&stage, get("/v1/items", &lines)).await, 431, "headers-too-large");
    is(&told(&stage, post("application/cose", &vec![0; 70_000])).await, 413, "too-large");
    let three = stage.statement.repeat(3);
    is(&told(&stage, post("application/cbor-seq", &three)).await, 413, "too-many-statements");
    is(&told(&stage, get("/v1/items?cursor=AAAA", "")).await, 400, "bad-cursor");
    is(&told(&stage, get(&format!("/v1/items?cursor={}", "A".repeat(500)), "")).await, 400, "bad-cursor");
    let page = told(&stage, get("/v1/items?limit=1000000", "")).await;
    assert!(page.starts_with("HTTP/1.1 200 "), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_slow_are_not_waited_for() {
    let stage = stage(|limits| {
        limits.header_seconds = 1;
        limits.body_seconds = 1;
    })
    .await;
    is(&told(&stage, b"GET /v1/items HTTP/1.1\r\nhost: x\r\nx-slow".to_vec()).await, 408, "too-slow");
    let half = b"POST /v1/statements HTTP/1.1\r\nhost: x\r\ncontent-type: application/cose\r\ncontent-length: 100\r\n\r\nabc";
    is(&told(&stage, half.to_vec()).await, 408, "too-slow");
    assert_eq!(told(&stage, Vec::new()).await, "", "an idle connection is closed without a word");
}

#[tokio::test(flavor = "multi_thread")]
async fn places_are_for_all() {
    let stage = stage(|limits| limits.connections_per_address = 3).await;
    let idle: Vec<TcpStream> = (0..3).map(|_| open(stage.address)).collect();
    // The node has to have seen them.
    for mut stream in &idle {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        let mut part = [0; 64];
        assert!(stream.read(&mut part).unwrap() > 0);
    }
    let refused = told(&stage, get("/healthz", "")).await;
    is(&refused, 503, "too-many-connections");
    assert!(refused.to_lowercase().contains("retry-after: "), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_is_told_when_to_come_again() {
    let stage = stage(|limits| limits.requests_per_second = 1).await;
    let mut last = String::new();
    for _ in 0..40 {
        last = told(&stage, get("/v1/ledger", "")).await;
        if !last.starts_with("HTTP/1.1 200") {
            break;
        }
    }
    is(&last, 429, "rate-limited");
    assert!(last.to_lowercase().contains("retry-after: "), "{last}");
}
