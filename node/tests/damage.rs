//! Flipped bits in every kind of file of a data folder: the check finds and names each, a node never hands out what is
//! damaged, and a mirror that nobody believes puts it right. With the program itself, over real sockets.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use lode_ledger as lode;
use lode_ledger::hash::Hash;
use lode_ledger::id::{Nonce, Origin, ParticipantId};
use lode_node::clock::Clock;
use lode_node::documents::{Access, Documents};
use lode_node::genesis::{self, NodeKeys};
use lode_node::{Config, Node};

mod program;
#[allow(dead_code, reason = "the world serves the tests of three crates")]
#[path = "../../ledger/src/replay/world.rs"]
mod world;

use program::{Serving, copy, done, refused, run};
use world::{ORIGIN, World, event, secret};

/// Entries: two full tiles and a partial one.
const LOTS: u32 = 540;
const SEGMENT_BYTES: u64 = 64 << 10;
const PDF: &[u8] = b"%PDF-1.7 what everybody may read";
const INVOICE: &[u8] = b"%PDF-1.7 what two people may read";
const WHO: ParticipantId = ParticipantId::new([1; 16]);

struct Hand(AtomicI64);

impl Clock for Hand {
    fn now_unix(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A data folder with every kind of file: several segments, full and partial tiles, documents, an index on the disk.
async fn made(data: &Path) -> [Hash; 2] {
    let mut world = World::open();
    let (mut importer, _) = world.enrol(10, "Importer", "importer");
    let keys = NodeKeys { log: secret(201), seal: secret(202), receipt: secret(203) };
    genesis::init_with(data, Origin::new(ORIGIN).unwrap(), 60, &keys).unwrap();
    genesis::begin(data, &[world.statements[0].as_slice(), &world.statements[1]].concat()).unwrap();
    let mut config = Config::new(data);
    config.limits.journal_segment_bytes = SEGMENT_BYTES;
    let clock = Arc::new(Hand(AtomicI64::new(world.now + 1)));
    let node = Node::open_with(&config, clock).unwrap();
    let lot = |n: u32| {
        let mut nonce = [0; 16];
        nonce[..4].copy_from_slice(&n.to_be_bytes());
        let text = format!(
            r#"{{"type":"lot.declared","at":"{}","nonce":"{}","entry":"domestic_purchase","species":"turquoise",
            "form":"rough","nature":"natural","origins":[{{"country":"BR","share_ppm":1000000}}],
            "mass":{{"net_mg":1000,"method":"bench_scale","resolution_mg":100}},"evidence":"self_declared"}}"#,
            world.at(),
            Nonce(nonce)
        );
        importer.sign(&[event(&text)]).unwrap().into_bytes()
    };
    let statements: Vec<Vec<u8>> =
        std::iter::once(world.statements[2].clone()).chain((0..LOTS).map(lot)).collect();
    for batch in statements.chunks(18) {
        let outcomes = node.submit(batch.to_vec()).await;
        assert!(outcomes.iter().all(|outcome| outcome.accepted().is_some()), "{outcomes:?}");
    }
    node.stop().await;
    let documents = Documents::new(data, ORIGIN);
    let private = Access::Private { salt: [9; 16] };
    [documents.put(PDF, Access::Public, WHO).unwrap(), documents.put(INVOICE, private, WHO).unwrap()]
}

/// Numbers that look random and are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 20) as usize % end
    }

    /// The bytes with one bit the other way.
    fn flipped(&mut self, good: &[u8]) -> Vec<u8> {
        let bit = self.below(good.len() * 8);
        let mut bad = good.to_vec();
        bad[bit / 8] ^= 1 << (bit % 8);
        bad
    }
}

/// Every file with something in it, relative to the folder.
fn files(data: &Path) -> Vec<String> {
    let (mut all, mut waiting) = (Vec::new(), vec![data.to_owned()]);
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if std::fs::metadata(&path).unwrap().len() > 0 {
                all.push(path.strip_prefix(data).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    all.sort();
    all
}

/// What a reader may ask, which no more entries change.
fn asked(data: &Path, documents: &[Hash]) -> Vec<String> {
    let tiles = files(&data.join("log")).into_iter().filter(|name| name != "checkpoint");
    let entries = (0..LOTS).step_by(67).map(|index| format!("v1/entries/{index}"));
    let documents = documents.iter().map(|address| format!("v1/documents/{address}"));
    let lists = ["v1/participants", "v1/ledger", "v1/items?limit=200"].map(str::to_owned);
    tiles.chain(entries).chain(documents).chain(lists).map(|path| format!("/{path}")).collect()
}

fn answers(node: &Serving, asked: &[String]) -> BTreeMap<String, (u16, Vec<u8>)> {
    asked.iter().map(|path| (path.clone(), node.get(path))).collect()
}

/// A file's kind: what its last two folders and its name begin with.
fn is(file: &str, kind: &str) -> bool {
    file.starts_with(kind)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_in_any_file_is_found_and_named_and_never_served() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let documents = made(&data).await;
    let (case, accept) = (folder.path().join("case"), ["--accept-copy", "--seen", "none"]);
    let fresh = || {
        let _ = std::fs::remove_dir_all(&case);
        copy(&data, &case);
    };
    fresh();
    let asked = asked(&case, &documents);
    let good = answers(&Serving::start(&case, &accept), &asked);
    assert!(good.values().filter(|(status, _)| *status == 200).count() > good.len() - 3, "{good:?}");
    let all = files(&data);
    let kinds = [
        "journal/",
        "log/checkpoint",
        "log/tile/0/000",
        "log/tile/0/002.p/",
        "log/tile/1/000.p/",
        "log/tile/entries/001",
        "log/tile/entries/002.p/",
        "documents/",
        "index/db",
        "index/conf",
        "keys/log.pem",
        "keys/seal.pem",
        "keys/receipt.pem",
        "format",
        "identity",
        "ledger-request.json",
    ];
    for kind in kinds {
        assert!(all.iter().any(|file| is(file, kind)), "nothing is {kind}: {all:?}");
    }
    let mut chance = Chance(11);
    for file in all.iter().filter(|file| *file != "identity") {
        let bytes = std::fs::read(data.join(file)).unwrap();
        for round in 0..2 {
            fresh();
            let bad = chance.flipped(&bytes);
            std::fs::write(case.join(file), &bad).unwrap();
            if round == 0 {
                // Whatever it does, it hands out what is right or an error.
                if let Ok(node) = Serving::try_start(&case, &accept) {
                    for (path, (status, body)) in answers(&node, &asked) {
                        let right = good[&path] == (status, body);
                        assert!(
                            right || status >= 400,
                            "{file}: {path} is answered with {status}, wrong bytes"
                        );
                    }
                }
                fresh();
                std::fs::write(case.join(file), &bad).unwrap();
            }
            let (whole, said) = run(&case, &["check", "--accept-copy"]);
            if is(file, "index/") {
                // Of its file many bytes mean nothing any more: what can be read of it is compared with the log.
                assert!(whole || said.contains("index"), "{file}: {said}");
            } else if is(file, "keys/") {
                // A bit beside the key itself may change nothing.
                assert!(whole || said.contains("key"), "{file}: {said}");
            } else {
                assert!(!whole && !said.contains("panicked"), "{file}: {said}");
                let named = if file == "format" { "was written as" } else { file.as_str() };
                assert!(said.contains(named), "{file} is not named: {said}");
                let entry = said.contains("entry ") || said.contains("entries ") || said.contains("head");
                assert!(entry || !(is(file, "journal/") || is(file, "log/tile/")), "{file}: {said}");
            }
        }
    }
    // The folder's identity is that of this very file, so it is harmed in place.
    let identity = data.join("identity");
    for _ in 0..6 {
        let bytes = std::fs::read(&identity).unwrap();
        std::fs::write(&identity, chance.flipped(&bytes)).unwrap();
        let (whole, said) = run(&data, &["check"]);
        // What differs after a reboot or a move is written anew.
        assert!(whole || said.contains("is a copy"), "{said}");
        if !whole {
            std::fs::write(&identity, bytes).unwrap();
        }
        done(&data, &["check"]);
    }
}

/// Flips a bit in each of these files and gives what they were.
fn spoil(data: &Path, files: &[&str], chance: &mut Chance) -> Vec<(PathBuf, Vec<u8>)> {
    let spoilt = files.iter().map(|file| {
        let path = data.join(file);
        let good = std::fs::read(&path).unwrap();
        std::fs::write(&path, chance.flipped(&good)).unwrap();
        (path, good)
    });
    spoilt.collect()
}

fn assert_right(spoilt: &[(PathBuf, Vec<u8>)]) {
    for (path, good) in spoilt {
        assert!(std::fs::read(path).unwrap() == *good, "{} is not right again", path.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_damaged_is_taken_from_a_mirror_that_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let text = |name: &str| path(name).to_str().unwrap().to_owned();
    let data = path("data");
    let [public, private] = made(&data).await;
    let document = |address: &Hash| format!("documents/{}/{address}", &address.to_string()[..2]);
    let (public, private) = (document(&public), document(&private));
    done(&data, &["export", &text("export")]);
    done(&data, &["backup", &text("backup")]);
    copy(&data, &path("other"));
    let partial = files(&data).into_iter().find(|file| file.starts_with("log/tile/entries/002.p/")).unwrap();
    let mut chance = Chance(23);

    // Another node, over its socket: all that it shows to everybody.
    let node = Serving::start(&path("other"), &["--accept-copy", "--seen", "none"]);
    let url = format!("http://{}", node.1);
    let log = ["log/tile/0/000", "log/tile/entries/001", partial.as_str(), "ledger-request.json"];
    let spoilt = spoil(&data, &[&log[..], &[public.as_str()]].concat(), &mut chance);
    // The first tile is one that the right edge is made of: nothing that stands on it can be looked at before.
    refused(&data, &["check"], "2 files are damaged");
    let said = done(&data, &["check", "--repair-from", &url]);
    for (file, _) in &spoilt {
        assert!(said.contains(&format!("repaired {}", file.display())), "{said}");
    }
    assert_right(&spoilt);
    done(&data, &["check"]);

    // It does not show what is private; a backup has it.
    let spoilt = spoil(&data, &[&private, &format!("{public}.json")], &mut chance);
    let (whole, said) = run(&data, &["check", "--repair-from", &url]);
    assert!(!whole && said.contains("does not show it to everybody"), "{said}");
    assert!(said.contains("only in a backup"), "{said}");
    done(&data, &["check", "--repair-from", &text("backup")]);
    assert_right(&spoilt);

    // What the world has seen is told by a static log, and nobody else's.
    let spoilt = spoil(&data, &["log/checkpoint"], &mut chance);
    refused(&data, &["check"], "what the world has seen");
    refused(&data, &["serve"], "checkpoint");
    done(&data, &["check", "--repair-from", &text("export")]);
    assert_right(&spoilt);

    // One that is damaged itself, lies, or lacks the file helps nobody, and nothing is put in place.
    copy(&path("export"), &path("liar"));
    spoil(&path("liar"), &["tile/entries/001", "checkpoint"], &mut chance);
    let spoilt = spoil(&data, &["log/tile/entries/001", "log/checkpoint"], &mut chance);
    let before: Vec<_> = spoilt.iter().map(|(path, _)| std::fs::read(path).unwrap()).collect();
    let (whole, said) = run(&data, &["check", "--repair-from", &text("liar")]);
    assert!(!whole && said.contains("does not fit the tree either"), "{said}");
    assert!(said.contains("is not signed by this log"), "{said}");
    std::fs::remove_file(path("liar").join("tile/entries/001")).unwrap();
    let (whole, said) = run(&data, &["check", "--repair-from", &text("liar")]);
    assert!(!whole && said.contains("the mirror has not got it"), "{said}");
    let after: Vec<_> = spoilt.iter().map(|(path, _)| std::fs::read(path).unwrap()).collect();
    assert!(before == after, "something was put in place that does not fit");
    refused(&data, &["check", "--repair-from", "ftp://a.example"], "neither a folder nor an address");
    refused(&data, &["check", "--repair-from", "http://127.0.0.1:9"], "127.0.0.1:9");
    done(&data, &["check", "--repair-from", &text("export")]);
    assert_right(&spoilt);
    let said = done(&data, &["check"]);
    assert!(said.contains("all right") && !said.contains("repaired"), "{said}");
    assert!(lode::tlog::SignedCheckpoint::parse(std::fs::read(data.join("log/checkpoint")).unwrap()).is_ok());
}
