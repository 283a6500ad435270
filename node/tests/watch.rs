//! What an operator sees of a node, with the program itself: every measure is exported, drawn by the dashboard and
//! explained in docs/operating.md; and whatever people send, no log line repeats what is private in it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use lode_ledger as lode;
use lode_ledger::document::private_address;
use lode_ledger::id::{Origin, ParticipantId};
use lode_ledger::key::{SecretKey, Signature};
use lode_ledger::replay::Author;
use lode_ledger::sealed::digest;
use lode_ledger::statement::Issuer;
use lode_node::genesis::{self, NodeKeys};
use lode_node::measures::{Kind, MEASURES, Measure};
use serde_json::{Value, json};

#[allow(dead_code, reason = "the world serves the tests of three crates")]
#[path = "../../ledger/src/replay/world.rs"]
mod world;

use world::{ORIGIN, World, event, secret};

/// What somebody has sealed, and its salt.
const MINE: &str = "\"Boa Esperanca shaft 7\"";
const SALT: [u8; 16] = [0xd7; 16];
/// What stands open in statements that are taken in, and in one that is refused.
const BUYER_NOTE: &str = "between us and nobody else";
const PERSON: &str = "Wu Ming-Zhi";
/// A private document.
const INVOICE: &[u8] = b"invoice no. RE-4711-88 over a secret sum";

/// A running program with log lines in JSON; killed when it goes.
struct Serving {
    child: Child,
    address: String,
    log: PathBuf,
}

impl Serving {
    fn start(folder: &Path, filter: &str) -> Self {
        let log = folder.join("node.log");
        let mut child = Command::new(env!("CARGO_BIN_EXE_lode-node"))
            .args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json", "--data"])
            .arg(folder.join("data"))
            .env_remove("LODE_DATA")
            .env_remove("LODE_CONFIG")
            .env("LODE_LOG", filter)
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit("http://").next().unwrap().to_owned();
        Self { child, address, log }
    }

    /// The whole answer to a request with these header lines.
    fn ask(&self, what: &str, headers: &[String], body: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "{what} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n").unwrap();
        headers.iter().for_each(|line| write!(stream, "{line}\r\n").unwrap());
        write!(stream, "content-length: {}\r\n\r\n", body.len()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(&self, path: &str) -> String {
        self.ask(&format!("GET {path}"), &[], b"")
    }

    /// Sends a statement; whether it was taken in.
    fn submit(&self, statement: &[u8]) -> bool {
        let kind = "content-type: application/cose".to_owned();
        let answer = self.ask("POST /v1/statements", &[kind], statement);
        assert!(answer.contains(r#""status":""#), "{answer}");
        answer.contains(r#""status":"accepted""#)
    }

    fn post_json(&self, path: &str, body: &Value) -> Value {
        let kind = "content-type: application/json".to_owned();
        let answer = self.ask(&format!("POST {path}"), &[kind], body.to_string().as_bytes());
        let body = answer.split("\r\n\r\n").nth(1).unwrap();
        serde_json::from_str(body).unwrap_or_else(|_| panic!("{answer}"))
    }

    /// A session's token.
    fn sign_in(&self, author: &Author, id: ParticipantId) -> String {
        let key = author.secret.public().thumbprint();
        let who = json!({"participant": id.to_string(), "key": key.to_string()});
        let asked = self.post_json("/v1/sessions/challenge", &who);
        let signature = Signature(author.secret.sign(asked["message"].as_str().unwrap().as_bytes()));
        let answer = json!({"challenge": asked["challenge"], "signature": signature.to_string()});
        self.post_json("/v1/sessions", &answer)["token"].as_str().unwrap().to_owned()
    }

    /// Asks it to end, so that everything is written, and gives its log.
    fn stop(mut self) -> String {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
        std::fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A ledger that has begun, and what its importer says: he, then statements that are taken in.
fn ledger(folder: &Path) -> (World, Author, ParticipantId) {
    let mut world = World::open();
    let keys = NodeKeys { log: secret(201), seal: secret(202), receipt: secret(203) };
    let data = folder.join("data");
    genesis::init_with(&data, Origin::new(ORIGIN).unwrap(), 60, &keys).unwrap();
    genesis::begin(&data, &[world.statements[0].as_slice(), &world.statements[1]].concat()).unwrap();
    let (mut importer, id) = world.enrol(10, "Importer", "importer");
    let sealed = digest(ORIGIN, "events[0].origins[0].mine", &SALT, MINE);
    let more = format!(
        r#","origins":[{{"country":"BR","share_ppm":1000000,"mine":{{"sealed":"{sealed}"}}}}],"trade_name":"{BUYER_NOTE}""#
    );
    // The world's own line of origins gives way to the sealed one.
    let nonce = world.nonce();
    let text = format!(
        r#"{{"type":"lot.declared","at":"{}","nonce":"{nonce}","entry":"domestic_purchase","species":"quartz",
        "form":"rough","nature":"natural","mass":{{"net_mg":9000000,"method":"bench_scale","resolution_mg":100}},
        "evidence":"self_declared"{more}}}"#,
        world.at()
    );
    world.by(&mut importer, &[event(&text)]);
    (world, importer, id)
}

/// Everything of the kind that goes through a node on a day; the session's token.
fn traffic(node: &Serving, world: &World, importer: &Author, id: ParticipantId) -> String {
    for statement in &world.statements[2..] {
        assert!(node.submit(statement));
    }
    assert!(node.submit(&world.statements[2]), "the same again is the same answer");
    // A person's name in the clear, which the rules refuse; and bytes that are nothing.
    let mut registrar = world.registrar.clone();
    let text = format!(
        r#"{{"type":"participant.enrolled","at":"{}","nonce":"{}","person":true,"name":"{PERSON}","country":"CN",
        "roles":["artisan"],"keys":[{{"key":"{}","proof":"{}"}}]}}"#,
        world.at(),
        "77".repeat(16),
        secret(50).public(),
        lode::key::prove_possession(&secret(50), ORIGIN, &"77".repeat(16)),
    );
    let statement = lode_ledger::event::Event::from_json(&lode::json::Json::parse(text.as_bytes()).unwrap());
    if let Ok(event) = statement {
        assert!(!node.submit(&registrar.sign(&[event]).unwrap().into_bytes()));
    }
    assert!(!node.submit(BUYER_NOTE.as_bytes()));
    let token = node.sign_in(importer, id);
    let session = format!("authorization: Bearer {token}");
    let address = private_address(ORIGIN, &SALT, INVOICE);
    let salt = format!("lode-salt: {}", hex::encode(SALT));
    let put = format!("PUT /v1/documents/{address}");
    let answer = node.ask(&put, &[session.clone(), salt], INVOICE);
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    let answer = node.ask(&format!("GET /v1/documents/{address}"), &[session], b"");
    assert!(answer.contains("RE-4711-88"), "{answer}");
    assert!(node.get(&format!("/v1/documents/{address}")).starts_with("HTTP/1.1 401"));
    let Issuer::Participant(issuer) = importer.issuer else { panic!("the importer is a participant") };
    let list = node.get(&format!("/v1/items?creator={issuer}"));
    let at = list.find("L-").unwrap_or_else(|| panic!("{list}"));
    let lot = &list[at..at + 28];
    for path in [format!("/v1/items/{lot}/proof"), format!("/items/{lot}"), "/checkpoint".to_owned()] {
        let answer = node.get(&path);
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
    }
    assert!(node.get("/v1/items?cursor=between+us").starts_with("HTTP/1.1 400"));
    token
}

/// A name without what Prometheus adds for a histogram.
fn family<'a>(name: &'a str, known: &BTreeSet<&str>) -> &'a str {
    let cut = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
    cut.filter(|cut| known.contains(cut)).unwrap_or(name)
}

/// Every word of a text that is a name of ours.
fn names<'a>(text: &'a str, known: &BTreeSet<&str>) -> BTreeSet<&'a str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let ours = words.filter(|word| word.starts_with("lode_") || word.starts_with("process_"));
    ours.map(|word| family(word, known)).collect()
}

#[test]
fn every_measure_is_exported_drawn_and_explained() {
    let folder = tempfile::tempdir().unwrap();
    let (world, importer, id) = ledger(folder.path());
    let node = Serving::start(folder.path(), "info");
    traffic(&node, &world, &importer, id);
    let known: BTreeSet<&str> = MEASURES.iter().map(|measure| measure.name).collect();
    // The index and the files are written, and the index is synced, beside the answers: they are waited for.
    let mut text = node.get("/metrics");
    let written = |text: &str, name: &str| !text.contains(&format!("\n{name}_count 0\n"));
    let mut tries = 0;
    while !(written(&text, "lode_index_write_seconds") && written(&text, "lode_publish_seconds")) {
        tries += 1;
        assert!(tries < 600, "nothing is written: {text}");
        std::thread::sleep(Duration::from_millis(100));
        text = node.get("/metrics");
    }

    let exported: BTreeSet<&str> = names(&text, &known);
    let linux_only = "process_resident_memory_bytes";
    let missing: Vec<_> =
        known.iter().filter(|name| **name != linux_only && !exported.contains(**name)).collect();
    assert!(missing.is_empty(), "not exported: {missing:?}\n{text}");
    let unknown: Vec<_> = exported.difference(&known).collect();
    assert!(unknown.is_empty(), "exported, but not in the table of measures: {unknown:?}");
    for Measure { name, kind, labels, help } in MEASURES {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram(buckets) => {
                let first = format!("le=\"{}\"", buckets[0]);
                let has = |line: &str| line.starts_with(&format!("{name}_bucket{{")) && line.contains(&first);
                assert!(text.lines().any(has), "{name} is no histogram with buckets:\n{text}");
                "histogram"
            }
        };
        if !text.contains(&format!("# TYPE {name} ")) && *name == linux_only {
            continue;
        }
        assert!(text.contains(&format!("# TYPE {name} {kind}\n")), "{name} is no {kind}:\n{text}");
        assert!(text.contains(&format!("# HELP {name} {help}\n")), "{name} is not explained:\n{text}");
        for label in *labels {
            assert!(text.lines().any(|line| line.starts_with(name) && line.contains(&format!("{label}=\""))));
        }
    }
    // Some that traffic must have moved, with what it sent.
    for line in [
        "lode_accepted_total 2",
        "lode_duplicates_total 1",
        "lode_failed 0",
        "lode_queue 0",
        "lode_in_work 0",
        "lode_index_lag 0",
    ] {
        assert!(text.contains(&format!("\n{line}\n")), "{line} is not in\n{text}");
    }
    assert!(text.contains("lode_refused_total{code=\""), "{text}");

    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let dashboard = std::fs::read_to_string(root.join("docs/grafana-dashboard.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&dashboard).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    let drawn: Vec<&str> = targets.map(|target| target["expr"].as_str().unwrap()).collect();
    let drawn_names: BTreeSet<&str> = drawn.iter().flat_map(|expr| names(expr, &known)).collect();
    assert_eq!(drawn_names, known, "the dashboard draws what is measured, all of it and nothing else");
    for measure in MEASURES.iter().filter(|measure| matches!(measure.kind, Kind::Histogram(_))) {
        let quantile = |expr: &&&str| expr.contains(measure.name) && expr.contains("histogram_quantile");
        assert!(
            drawn.iter().find(quantile).is_some_and(|expr| expr.contains("_bucket{")),
            "{}",
            measure.name
        );
    }
    let operating = std::fs::read_to_string(root.join("docs/operating.md")).unwrap();
    for measure in MEASURES {
        let row = row(measure);
        assert!(operating.contains(&row), "docs/operating.md lacks or contradicts:\n{row}");
    }
    assert!(names(&operating, &known).is_subset(&known), "docs/operating.md names measures that are none");
}

/// A measure's line in docs/operating.md.
fn row(measure: &Measure) -> String {
    let kind = match measure.kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram(_) => "histogram",
    };
    let by = measure.labels.join(", ");
    format!("| `{}` | {kind} | {by} | {} |", measure.name, measure.help)
}

#[test]
fn no_log_line_repeats_what_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let (world, importer, id) = ledger(folder.path());
    // With everything that any part of the program would ever say.
    let node = Serving::start(folder.path(), "trace");
    let token = traffic(&node, &world, &importer, id);
    let log = node.stop();
    assert!(log.lines().count() >= 2, "the node says what it does: {log}");
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(line["timestamp"].is_string() && line["level"].is_string(), "{line}");
        assert!(line["fields"]["message"].is_string() && line["target"].is_string(), "{line}");
    }
    let keys = [&importer.secret, &world.registrar.secret, &secret(201), &secret(202), &secret(203)];
    let keys = keys.into_iter().flat_map(spellings).collect::<Vec<_>>();
    let salts = [hex::encode(SALT), format!("{SALT:?}")];
    let said = [MINE.trim_matches('"'), BUYER_NOTE, PERSON, "RE-4711-88", "Importer", &token];
    for private in said.into_iter().chain(salts.iter().chain(&keys).map(String::as_str)) {
        let found = log.lines().find(|line| line.contains(private));
        assert!(found.is_none(), "a log line has {private:?}: {}", found.unwrap_or_default());
    }
}

/// How a secret key might be written.
fn spellings(key: &SecretKey) -> [String; 2] {
    let bytes = key.signing_key().to_bytes();
    [hex::encode(bytes), format!("{bytes:?}")]
}
