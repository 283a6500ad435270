//! The verifier against logs and proof files that are good, changed, forked, cut off or not trusted: each defect must
//! be found, named, and give its exit code. Runs the program itself.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may panic; clippy sees only functions marked #[test] as such"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use lode_ledger as lode;
use lode_ledger::proof::build;
use lode_ledger::tlog::tile::{bundles, push_entry, tiles};

mod forged;
#[path = "../../../ledger/src/replay/world.rs"]
mod world;

use world::{Source, World, secret, story, trust};

const TRUSTED: &[u8] = &[210, 211];

struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    /// The story's log as a static folder, its piece's proof file, and a trust file.
    fn new() -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap() };
        let (world, piece) = story();
        bench.write_log(&world, TRUSTED);
        let proof = build(&Source { world: &world, cosigners: TRUSTED }, &piece, Vec::new()).unwrap();
        std::fs::write(bench.path("piece.lode"), proof).unwrap();
        std::fs::write(bench.path("trust.txt"), trust(true)).unwrap();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write_log(&self, world: &World, cosigners: &[u8]) {
        let log = self.path("log");
        let write = |path: &str, bytes: &[u8]| {
            let path = log.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        };
        let size = world.replay.size();
        for bundle in bundles(size) {
            let first = usize::try_from(bundle.first_entry().unwrap()).unwrap();
            let mut bytes = Vec::new();
            for entry in &world.statements[first..first + usize::from(bundle.width())] {
                push_entry(&mut bytes, entry).unwrap();
            }
            write(&bundle.path(), &bytes);
        }
        for tile in tiles(size) {
            write(&tile.path(), &tile.bytes(world.replay.tree()).unwrap());
        }
        write("checkpoint", world.checkpoint(cosigners).to_string().as_bytes());
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lode-verify"));
        command.args(args).current_dir(self.folder.path()).env("XDG_STATE_HOME", self.path("state"));
        command.env_remove("LC_ALL").env_remove("LC_MESSAGES").env_remove("LANG").output().unwrap()
    }

    fn log(&self) -> (i32, serde_json::Value) {
        verdict(&self.run(&["log", "log", "--trust", "trust.txt", "--json"]))
    }

    fn item(&self) -> (i32, serde_json::Value) {
        verdict(&self.run(&["item", "piece.lode", "--trust", "trust.txt", "--json"]))
    }

    /// The file of the log whose path begins so.
    fn file(&self, prefix: &str) -> PathBuf {
        find(&self.path("log").join(prefix)).unwrap()
    }
}

fn find(folder: &Path) -> Option<PathBuf> {
    if folder.is_file() {
        return Some(folder.to_owned());
    }
    std::fs::read_dir(folder).ok()?.find_map(|entry| find(&entry.unwrap().path()))
}

fn verdict(output: &Output) -> (i32, serde_json::Value) {
    let text = String::from_utf8_lossy(&output.stdout);
    let json = serde_json::from_str(&text)
        .unwrap_or_else(|e| panic!("{e}: {text}{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().unwrap(), json)
}

/// The checks with this outcome, as `check/note`.
fn with(report: &serde_json::Value, outcome: &str) -> Vec<String> {
    let checks = report["checks"].as_array().unwrap().iter();
    let of = checks.filter(|check| check["outcome"] == outcome);
    of.map(|check| format!("{}/{}", check["check"].as_str().unwrap(), check["note"].as_str().unwrap()))
        .collect()
}

fn flip(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[at] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_good_log_passes_and_is_remembered() {
    let bench = Bench::new();
    let (code, report) = bench.log();
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(with(&report, "not_checked"), ["append-only/append-first"]);
    let (code, report) = bench.log();
    assert_eq!((code, with(&report, "not_checked").len()), (0, 0), "{report:#}");
    // It grows.
    let (mut world, _) = story();
    world.seal();
    bench.write_log(&world, TRUSTED);
    let (code, report) = bench.log();
    assert_eq!(code, 0, "{report:#}");
    assert!(with(&report, "passed").contains(&"append-only/append-held".to_owned()));
}

#[test]
fn a_log_of_several_bundles_passes() {
    let bench = Bench::new();
    let (mut world, _) = story();
    let (mut importer, _) = world.enrol(20, "Second importer", "importer");
    for _ in 0..1100 {
        let nonces = world.replay.size().to_string();
        let text = format!(
            r#"{{"type":"lot.declared","at":"{}","nonce":"{nonces:0>32}","entry":"domestic_purchase","species":"turquoise",
            "form":"rough","nature":"natural","origins":[{{"country":"BR","share_ppm":1000000}}],
            "mass":{{"net_mg":1000,"method":"bench_scale","resolution_mg":100}},"evidence":"self_declared"}}"#,
            world.at()
        );
        world.by(&mut importer, &[world::event(&text)]);
        if world.replay.size() % 100 == 0 {
            world.seal();
        }
    }
    bench.write_log(&world, TRUSTED);
    let (code, report) = bench.log();
    assert_eq!(code, 0, "{report:#}");
}

#[test]
fn a_fork_and_a_shrunk_log_are_shown_with_both_checkpoints() {
    let bench = Bench::new();
    assert_eq!(bench.log().0, 0);
    let mut other = World::open();
    for _ in 0..20 {
        other.seal();
    }
    bench.write_log(&other, TRUSTED);
    let (code, report) = bench.log();
    assert_eq!(
        (code, with(&report, "failed")),
        (1, vec!["append-only/append-fork".to_owned()]),
        "{report:#}"
    );
    let check = report["checks"].as_array().unwrap().iter().find(|c| c["check"] == "append-only").unwrap();
    assert!(check["args"][0].as_str().unwrap().contains("node.example/lode\n"));
    assert_ne!(check["args"][0], check["args"][1]);
    bench.write_log(&World::open(), TRUSTED);
    let (code, report) = bench.log();
    assert_eq!((code, with(&report, "failed")), (1, vec!["append-only/append-shrunk".to_owned()]));
    // The evidence was not overwritten.
    assert_eq!(bench.log().0, 1);
}

#[test]
fn a_changed_byte_of_an_entry_is_found_at_its_index() {
    let bench = Bench::new();
    let entries = bench.file("tile/entries");
    let at = std::fs::read(&entries).unwrap().len() - 1;
    flip(&entries, at);
    let (code, report) = bench.log();
    assert_eq!((code, with(&report, "failed")), (1, vec!["entries/entry-bad".to_owned()]));
    let check = report["checks"].as_array().unwrap().iter().find(|c| c["check"] == "entries").unwrap();
    let last = story().0.replay.size() - 1;
    assert_eq!(check["args"][0], last.to_string());
    assert!(check["args"][1].as_str().unwrap().contains("bad-signature"));
}

#[test]
fn a_changed_tile_is_named() {
    let bench = Bench::new();
    let tile = bench.file("tile/0");
    flip(&tile, 40);
    let (code, report) = bench.log();
    assert_eq!((code, with(&report, "failed")), (1, vec!["tiles/tile-differs".to_owned()]));
    std::fs::remove_file(tile).unwrap();
    let (code, report) = bench.log();
    assert_eq!((code, with(&report, "not_evaluated")), (3, vec!["tiles/tile-missing".to_owned()]));
}

#[test]
fn a_changed_checkpoint_is_a_forgery() {
    let bench = Bench::new();
    let checkpoint = bench.path("log/checkpoint");
    let text = std::fs::read_to_string(&checkpoint).unwrap();
    let size = story().0.replay.size();
    std::fs::write(&checkpoint, text.replacen(&format!("\n{size}\n"), &format!("\n{}\n", size - 1), 1))
        .unwrap();
    let (code, report) = bench.log();
    assert_eq!(code, 1);
    assert!(with(&report, "failed").contains(&"log-signature/signature-forged".to_owned()), "{report:#}");
}

#[test]
fn a_seal_over_another_state_is_named() {
    let bench = Bench::new();
    let (mut world, _) = story();
    // The operator signs a false state root, and a tree over it.
    let lie = world.seal_bytes(lode::hash::Hash::of(b"another state"));
    let index = world.replay.size();
    let mut tree = world.replay.tree().clone();
    tree.push(lode::tlog::leaf_hash(&lie));
    world.statements.push(lie);
    let log = bench.path("log");
    let mut bytes = Vec::new();
    world.statements.iter().for_each(|entry| push_entry(&mut bytes, entry).unwrap());
    let bundle = bundles(tree.size()).next().unwrap();
    std::fs::write(log.join(bundle.path()), bytes).unwrap();
    let checkpoint = lode::tlog::Checkpoint::new(world::ORIGIN, tree.size(), tree.root()).unwrap();
    let signed = checkpoint.sign(&world::log_signer()).unwrap();
    std::fs::write(log.join("checkpoint"), signed.to_string()).unwrap();
    let (code, report) = bench.log();
    assert_eq!((code, with(&report, "failed")), (1, vec!["seals/entry-bad".to_owned()]), "{report:#}");
    let check = report["checks"].as_array().unwrap().iter().find(|c| c["check"] == "seals").unwrap();
    assert_eq!(check["args"][0], index.to_string());
}

#[test]
fn what_the_trust_file_does_not_vouch_for_is_not_trusted() {
    let bench = Bench::new();
    let other = lode::tlog::NoteSigner::new(
        lode::tlog::KeyName::new("other.example/log").unwrap(),
        secret(9).signing_key().clone(),
    );
    std::fs::write(bench.path("trust.txt"), format!("log {}\nquorum none\n", other.unwrap().verifier_key()))
        .unwrap();
    for (code, report) in [bench.log(), bench.item()] {
        assert_eq!((code, with(&report, "not_trusted")), (2, vec!["log-signature/log-unknown".to_owned()]));
    }
    // Nothing is remembered of a log that is not trusted.
    assert!(!bench.path("state/lode/seen.json").exists());
    std::fs::write(bench.path("trust.txt"), trust(true)).unwrap();
    bench.write_log(&story().0, &[]);
    let (code, report) = bench.log();
    assert_eq!((code, with(&report, "not_trusted")), (2, vec!["witnesses/quorum-not-met".to_owned()]));
}

#[test]
fn what_is_cut_off_could_not_be_evaluated() {
    let bench = Bench::new();
    for path in [bench.file("tile/entries"), bench.path("piece.lode")] {
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    }
    let (code, report) = bench.log();
    assert_eq!((code, with(&report, "not_evaluated")), (3, vec!["entries/entries-missing".to_owned()]));
    let (code, report) = bench.item();
    assert_eq!((code, with(&report, "not_evaluated")), (3, vec!["file/file-unreadable".to_owned()]));
    std::fs::remove_file(bench.path("log/checkpoint")).unwrap();
    assert_eq!(bench.log().0, 3);
    std::fs::remove_file(bench.path("piece.lode")).unwrap();
    assert_eq!(bench.item().0, 3);
}

#[test]
fn a_proof_file_answers_in_words_and_says_what_was_not_checked() {
    let bench = Bench::new();
    let (code, report) = bench.item();
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["facts"]["species"], "turquoise");
    let words = |lang| {
        let output = bench.run(&["item", "piece.lode", "--trust", "trust.txt", "--lang", lang]);
        String::from_utf8(output.stdout).unwrap()
    };
    let text = words("en");
    assert!(
        text.contains("✓ Rules:") && text.contains("– Opened fields:") && text.contains("turquoise"),
        "{text}"
    );
    assert!(words("zh").contains("绿松石"));
    flip(&bench.path("piece.lode"), 2000);
    let (code, report) = bench.item();
    assert!(code == 1 || code == 3, "{report:#}");
}

#[test]
fn wrong_usage_is_told_apart() {
    let bench = Bench::new();
    for args in [
        &["item"][..],
        &["item", "piece.lode"],
        &["item", "piece.lode", "--trust", "trust.txt", "--lang", "xx"],
    ] {
        let output = bench.run(args);
        assert_eq!(output.status.code(), Some(64), "{args:?}");
        assert!(!output.stderr.is_empty() && output.stdout.is_empty(), "{args:?}");
    }
    assert_eq!(bench.run(&["--help"]).status.code(), Some(0));
}

#[test]
fn what_cannot_be_read_is_named_in_a_report() {
    let bench = Bench::new();
    for (args, check, name) in [
        (["log", "nowhere", "--trust", "trust.txt"], "log", "nowhere"),
        (["log", "log", "--trust", "missing.txt"], "trust", "missing.txt"),
        (["item", "missing.lode", "--trust", "trust.txt"], "file", "missing.lode"),
        (["item", "piece.lode", "--trust", "piece.lode"], "trust", "piece.lode"),
    ] {
        let (code, report) = verdict(&bench.run(&[&args[..], &["--json"]].concat()));
        assert_eq!(
            (code, with(&report, "not_evaluated")),
            (3, vec![format!("{check}/file-unreadable")]),
            "{args:?}"
        );
        assert!(report["checks"][0]["args"][0].as_str().unwrap().starts_with(name), "{report:#}");
    }
}

/// Serves the folder over HTTP on a free port, until the test's process ends; the first answer to each path fails.
fn serve(folder: PathBuf) -> String {
    use std::collections::BTreeSet;
    use std::io::{BufRead, BufReader, Write};

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut failed = BTreeSet::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let request = lines.next().unwrap().unwrap();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let path = request.split(' ').nth(1).unwrap().trim_start_matches('/').to_owned();
            let (status, body) = match std::fs::read(folder.join(&path)) {
                _ if failed.insert(path.clone()) => ("503 Service Unavailable", Vec::new()),
                Ok(bytes) => ("200 OK", bytes),
                Err(_) => ("404 Not Found", Vec::new()),
            };
            let head =
                format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).unwrap();
        }
    });
    address
}

#[test]
fn a_log_is_read_over_http_with_tries_and_full_tiles_for_partial_ones() {
    let bench = Bench::new();
    let url = serve(bench.path("log"));
    let log = || verdict(&bench.run(&["log", &url, "--trust", "trust.txt", "--json"]));
    let (code, report) = log();
    assert_eq!(code, 0, "{report:#}");
    // The log grows beyond a full tile, and drops the partial ones of an older checkpoint.
    let (mut world, _) = story();
    let old = world.checkpoint(TRUSTED).to_string();
    for _ in 0..300 {
        world.seal();
    }
    std::fs::remove_dir_all(bench.path("log")).unwrap();
    bench.write_log(&world, TRUSTED);
    std::fs::write(bench.path("log/checkpoint"), old).unwrap();
    let (code, report) = log();
    assert_eq!(code, 0, "{report:#}");
    std::fs::remove_dir_all(bench.path("log/tile/entries")).unwrap();
    assert_eq!(log().0, 3);
}
