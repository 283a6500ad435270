//! The program itself: from an empty folder to a ledger that runs, stops when told, and is found right.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use lode_ledger as lode;
use lode_ledger::id::Origin;
use lode_node::genesis::{self, NodeKeys};

#[allow(dead_code, reason = "the world serves the tests of three crates")]
#[path = "../../ledger/src/replay/world.rs"]
mod world;

use world::{ORIGIN, World, secret};

fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lode-node"));
    command.args(arguments).arg("--data").arg(data).env_remove("LODE_DATA").env_remove("LODE_CONFIG");
    command
}

fn run(data: &Path, arguments: &[&str]) -> Output {
    command(data, arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn init_makes_keys_that_only_the_owner_reads_and_a_request_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let output = run(&data, &["init", "--origin", "node.example/lode", "--seal-interval", "30"]);
    assert!(output.status.success(), "{}", said(&output));
    let request = genesis::read_request(&data).unwrap();
    assert_eq!((request.origin.as_str(), request.seal_interval_s), ("node.example/lode", 30));
    assert!(request.log_vkey.starts_with("node.example/lode+"));
    assert!(
        std::fs::read_to_string(data.join("keys/seal.pem"))
            .unwrap()
            .starts_with("-----BEGIN PRIVATE KEY-----")
    );
    let closed = folder.path().join("closed");
    let output = run(&closed, &["init", "--origin", "node.example/lode", "--members-only"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(genesis::read_request(&closed).unwrap().members_only && !request.members_only);
    // Not begun: it says what to do, and what a wrong call is.
    let output = run(&data, &["serve"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("--genesis"), "{}", said(&output));
    assert_eq!(run(&data, &["init"]).status.code(), Some(64));
    assert_eq!(run(&data, &["init", "--origin", "a b"]).status.code(), Some(64));
}

#[test]
fn bounds_are_set_by_the_environment_and_over_it_by_flags() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let told = |environment: &str, flags: &[&str]| {
        let arguments = [&["serve"], flags].concat();
        let output = command(&data, &arguments).env("LODE_LIMITS", environment).output().unwrap();
        assert!(!output.status.success(), "{}", said(&output));
        said(&output)
    };
    assert!(told("statements=5,queue=4", &[]).contains("`limits.queue`"));
    assert!(told("queue=4", &["--limits", "statements=0"]).contains("`limits.statements`"));
    assert!(told("queue=2000", &["--limits", "que=1"]).contains("unknown field `que`"));
    // With good bounds it is the folder that is missing.
    let good = ["--limits", "statements=10,queue=20", "--limits", "uri_bytes=4096"];
    assert!(told("queue=4", &good).contains("lode-node init"));
}

#[test]
fn a_ledger_begins_serves_stops_and_is_found_right() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let world = World::open();
    let keys = NodeKeys { log: secret(201), seal: secret(202), receipt: secret(203) };
    genesis::init_with(&data, Origin::new(ORIGIN).unwrap(), 60, &keys).unwrap();
    let file = folder.path().join("genesis.cbor");
    std::fs::write(&file, [world.statements[0].as_slice(), &world.statements[1]].concat()).unwrap();
    let output = run(&data, &["init", "--genesis", file.to_str().unwrap()]);
    assert!(output.status.success() && said(&output).contains("has begun"), "{}", said(&output));

    // The environment goes before the file.
    let settings = folder.path().join("node.toml");
    std::fs::write(&settings, "listen = '127.0.0.1:1'\n").unwrap();
    let mut node = command(&data, &["serve"])
        .env("LODE_CONFIG", &settings)
        .env("LODE_LISTEN", "127.0.0.1:0")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(node.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().rsplit("http://").next().unwrap().to_owned();
    assert!(std::net::TcpStream::connect(&address).is_ok() && !address.ends_with(":1"), "{line}");
    let second = run(&data, &["check"]);
    assert!(said(&second).contains("another node is running"), "{}", said(&second));
    assert!(Command::new("kill").args(["-TERM", &node.id().to_string()]).status().unwrap().success());
    assert!(node.wait().unwrap().success());

    for arguments in [&["check"][..], &["rebuild-index"], &["check"]] {
        let output = run(&data, arguments);
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    }
    let out = folder.path().join("static");
    let output = run(&data, &["export", out.to_str().unwrap()]);
    assert!(output.status.success() && out.join("checkpoint").is_file(), "{}", said(&output));

    // One flipped bit in the only copy is found.
    let segment = std::fs::read_dir(data.join("journal")).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&segment).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    let output = run(&data, &["check"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("damaged"), "{}", said(&output));
}
