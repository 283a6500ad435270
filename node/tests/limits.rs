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

use lode_ledger::key::SecretKey;
use lode_ledger::replay::Author;
use lode_ledger::statement::Statement;
use lode_node::config::Limits;
use trade::Trade;

struct Stage {
    address: SocketAddr,
    trade: Trade,
    _folder: tempfile::TempDir,
    _stop: tokio::sync::oneshot::Sender<()>,
}

impl Stage {
    /// A statement of the importer's that is in the log.
    fn statement(&self) -> &[u8] {
        let mine = |bytes: &&Vec<u8>| issuer(bytes) == self.trade.importer.0.issuer.to_string();
        self.trade.world.statements.iter().find(mine).unwrap()
    }

    /// One of somebody else's.
    fn of_another(&self) -> &[u8] {
        let lab = |bytes: &&Vec<u8>| issuer(bytes) == self.trade.lab.0.issuer.to_string();
        self.trade.world.statements.iter().find(lab).unwrap()
    }
}

fn issuer(bytes: &[u8]) -> String {
    Statement::decode(bytes.to_vec()).unwrap().header().issuer.to_string()
}

async fn stage(change: impl FnOnce(&mut Limits)) -> Stage {
    let folder = tempfile::tempdir().unwrap();
    let trade = trade::trade(false);
    let (node, config) = trade::node_with(&folder.path().join("data"), &trade, change).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let stopped = async move { drop(stopped.await) };
        lode_node::http::serve(node, &config, listener, stopped).await.unwrap();
    });
    Stage { address, trade, _folder: folder, _stop: stop }
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
    post_to("/v1/statements", kind, body)
}

fn post_to(path: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
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
    let three = stage.statement().repeat(3);
    is(&told(&stage, post("application/cbor-seq", &three)).await, 413, "too-many-statements");
    let large = vec![b' '; 5000];
    is(&told(&stage, post_to("/v1/sessions", "application/json", &large)).await, 413, "too-large");
    is(&told(&stage, post_to("/v1/sessions/challenge", "application/json", &large)).await, 413, "too-large");
    // Far beyond, the server library refuses before anybody can put it into words.
    let lines = "x-a: b\r\n".repeat(1100);
    assert!(told(&stage, get("/v1/items", &lines)).await.starts_with("HTTP/1.1 431 "));
    let header = format!("x-a: {}\r\n", "b".repeat(300 << 10));
    assert!(told(&stage, get("/v1/items", &header)).await.starts_with("HTTP/1.1 431 "));
    // What lies just below every bound is served.
    let below = format!("x-a: {}\r\n", "b".repeat(15_000));
    assert!(told(&stage, get("/v1/items?limit=1", &below)).await.starts_with("HTTP/1.1 200 "));
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
    let kept = told(&stage, b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n".to_vec()).await;
    assert!(
        kept.starts_with("HTTP/1.1 200 ") && kept.ends_with("ok\n"),
        "and so is one that was used: {kept}"
    );
    is(&drip(&stage, b"GET /v1/items HTTP/1.1\r\nhost: x\r\nx-slow: ").await, 408, "too-slow");
}

/// Sends a beginning and then a byte now and then, until the node says something.
async fn drip(stage: &Stage, beginning: &[u8]) -> String {
    let mut stream = open(stage.address);
    stream.write_all(beginning).unwrap();
    tokio::task::spawn_blocking(move || {
        let mut dripping = stream.try_clone().unwrap();
        let drops = std::thread::spawn(move || {
            while dripping.write_all(b"a").is_ok() {
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        let said = rest(stream);
        drops.join().unwrap();
        said
    })
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_as_a_whole_has_its_time() {
    let stage = stage(|limits| limits.answer_seconds = 1).await;
    let head = b"POST /v1/statements HTTP/1.1\r\nhost: x\r\ncontent-type: application/cose\r\ncontent-length: 30000\r\n\r\n";
    is(&drip(&stage, head).await, 503, "timeout");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_take_his_answers_is_not_kept() {
    let stage = stage(|limits| {
        limits.write_seconds = 1;
        limits.requests_per_second = 1_000_000;
    })
    .await;
    let mut stream = open(stage.address);
    // The node reads on only while it can write, so it ends either with an answer that does not go, or here.
    stream.set_write_timeout(Some(Duration::from_secs(60))).unwrap();
    let asked = b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(1000);
    let refused =
        tokio::task::spawn_blocking(move || (0..100_000).find_map(|_| stream.write_all(&asked).err()));
    let error = refused.await.unwrap().expect("the node closes the connection");
    assert!(
        matches!(error.kind(), std::io::ErrorKind::ConnectionReset | std::io::ErrorKind::BrokenPipe),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn all_bodies_together_have_their_room() {
    let stage = stage(|limits| {
        limits.request_bytes = 1 << 16;
        limits.bodies_bytes = 1 << 16;
    })
    .await;
    let head = "POST /v1/statements HTTP/1.1\r\nhost: x\r\ncontent-type: application/cose\r\ncontent-length: 60000\r\n\r\n";
    let begin = || {
        let mut slow = open(stage.address);
        slow.write_all(&[head.as_bytes(), &vec![0; 50_000]].concat()).unwrap();
        slow.set_nonblocking(true).unwrap();
        slow
    };
    let mut slow = begin();
    let mut last = String::new();
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        last = told(&stage, post("application/cose", &[0; 30_000])).await;
        if last.starts_with("HTTP/1.1 503 ") {
            break;
        }
        // Either of the two may have been the one for whom there was no room.
        if slow.peek(&mut [0]).is_ok() {
            slow = begin();
        }
    }
    is(&last, 503, "busy");
    assert!(last.to_lowercase().contains("retry-after: "), "{last}");
    drop(slow);
    for _ in 0..600 {
        last = told(&stage, post("application/cose", &[0; 30_000])).await;
        if last.starts_with("HTTP/1.1 422 ") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the room is not given back: {last}");
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
    drop(idle);
    let mut last = String::new();
    for _ in 0..600 {
        last = told(&stage, get("/healthz", "")).await;
        if last.starts_with("HTTP/1.1 200 ") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("places are not given back: {last}");
}

/// Ten thousand of them: `lode-load idle`.
#[tokio::test(flavor = "multi_thread")]
async fn hundreds_that_do_nothing_are_held_and_let_go_and_who_asks_is_served() {
    let stage = stage(|limits| limits.header_seconds = 3).await;
    let idle: Vec<TcpStream> = (0..300)
        .map(|number| {
            let mut stream = open(stage.address);
            if number % 2 == 1 {
                stream.write_all(b"GET /v1/ledger HTTP/1.1\r\nhost: x\r\nx-half").unwrap();
            }
            stream
        })
        .collect();
    for _ in 0..10 {
        let answer = told(&stage, get("/v1/ledger", "")).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    for (number, stream) in idle.into_iter().enumerate() {
        let said = tokio::task::spawn_blocking(move || rest(stream)).await.unwrap();
        if number % 2 == 1 {
            is(&said, 408, "too-slow");
        } else {
            assert_eq!(said, "", "an idle connection is closed without a word");
        }
    }
    let answer = told(&stage, get("/v1/ledger", "")).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_places_may_be_taken() {
    let stage = stage(|limits| limits.connections = 2).await;
    let mut idle: Vec<TcpStream> = (0..2).map(|_| open(stage.address)).collect();
    for stream in &mut idle {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        assert!(stream.read(&mut [0; 64]).unwrap() > 0);
    }
    is(&told(&stage, get("/healthz", "")).await, 503, "too-many-connections");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_has_its_rate_and_nobody_else_uses_it_up() {
    let stage = stage(|limits| limits.key_statements_per_second = 1).await;
    let mine = stage.statement();
    // Statements under its name that it did not sign cost it nothing.
    let mut forged = mine.to_vec();
    *forged.last_mut().unwrap() ^= 1;
    for _ in 0..3 {
        let answer = told(&stage, post("application/cbor-seq", &forged.repeat(50))).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    let answer = told(&stage, post("application/cose", mine)).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    // A minute's worth is saved up, less what this test takes.
    let answer = told(&stage, post("application/cbor-seq", &mine.repeat(200))).await;
    is(&answer, 429, "key-rate-limited");
    assert!(answer.to_lowercase().contains("retry-after: "), "{answer}");
    let answer = told(&stage, post("application/cose", stage.of_another())).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "another key signs as before: {answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_counted_before_any_signature_is_checked() {
    let stage = stage(|limits| limits.requests_per_second = 1).await;
    // Each many of them weigh as much as a request.
    let many = post("application/cbor-seq", &of_unknown_keys(&stage, 1000));
    let answer = told(&stage, many).await;
    is(&answer, 429, "rate-limited");
    assert!(answer.to_lowercase().contains("retry-after: "), "{answer}");
}

/// Well-formed statements, each signed with a key that the ledger has never seen.
fn of_unknown_keys(stage: &Stage, count: u32) -> Vec<u8> {
    let importer = &stage.trade.importer.0;
    let event = trade::world::event(&format!(
        r#"{{"type":"loss.recorded","at":"{}","item":"{}","loss":{{"reason":"sample","mass_mg":1}},"left_mg":1}}"#,
        stage.trade.world.at(),
        stage.trade.brazil
    ));
    let sign = |number: u32| {
        let mut seed = [7; 32];
        seed[..4].copy_from_slice(&number.to_be_bytes());
        let mut author = Author::new(SecretKey::from_seed(seed), importer.issuer, importer.audience.clone());
        author.sign(std::slice::from_ref(&event)).unwrap().into_bytes()
    };
    (0..count).flat_map(sign).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_unknown_keys_each_is_refused_in_words_and_the_next_is_served() {
    let stage = stage(|_| {}).await;
    let answer = told(&stage, post("application/cbor-seq", &of_unknown_keys(&stage, 1024))).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(answer.matches("\"code\":\"key-unknown\"").count(), 1024);
    let answer = told(&stage, post("application/cose", stage.statement())).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
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

/// The last column of the tables of bounds: `file`: `test`, or a test of this file.
#[test]
fn every_test_that_the_documentation_names_is_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = std::fs::read_to_string(root.join("docs/operating.md")).unwrap();
    let tables = text.split_once("## Bounds\n").unwrap().1.split_once("\n## ").unwrap().0;
    let mut seen = 0;
    for row in tables.lines().filter(|line| line.starts_with('|') && line.contains('_')) {
        let last = row.trim_end_matches('|').rsplit('|').next().unwrap().trim();
        let (file, name) = match last.split_once(": ") {
            Some((file, name)) => (file.trim_matches('`'), name.trim_matches('`')),
            None => ("node/tests/limits.rs", last.trim_matches('`')),
        };
        if name.is_empty() {
            assert!(row.starts_with("| `index_cache_bytes`"), "{row}");
            continue;
        }
        let source =
            std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(source.contains(&format!("fn {name}(")), "{file} has no test {name}");
        seen += 1;
    }
    assert!(seen >= 30, "{seen} rows");
}
