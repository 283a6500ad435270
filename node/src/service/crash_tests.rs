//! The whole node over a disk that stops, or fails once, at each of its calls in turn: starting, taking statements
//! in, seals, full tiles, segment changes, pruning, publishing, exporting and starting again.
//!
//! After each stop the disk is looked at in every state that a power cut may leave it in. What must hold in all:
//! what was acknowledged is where it was acknowledged to be, every checkpoint that anybody was shown fits the log,
//! and nothing is in the log that nobody sent.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use lode_ledger::hash::Hash;
use lode_ledger::id::{Nonce, Origin};
use lode_ledger::replay::Author;
use lode_ledger::statement::{Issuer, Statement};
use lode_ledger::tlog::SignedCheckpoint;

use super::tests::Hand;
use super::tests::world::{ORIGIN, World, event, log_signer, secret};
use super::{Node, Outcome};
use crate::config::Config;
use crate::disk::simulated::{SimulatedDisk, Unsynced};
use crate::genesis::{self, NodeKeys};
use crate::sequencer::Opened;

/// Entries before the history begins: shortly before a tile is full.
const BEFORE: u32 = 250;
/// Small enough for several segment changes.
const SEGMENT_BYTES: u64 = 8 << 10;
/// Where the export goes, on the simulated disk.
const EXPORT: &str = "/export";

/// A ledger shortly before a tile is full, and what its people will say next.
struct Stage {
    disk: SimulatedDisk,
    /// Format, keys and index; journal and tiles are on the simulated disk.
    folder: PathBuf,
    now: i64,
    batches: Vec<Vec<Vec<u8>>>,
    /// Ids of everything that people ever said.
    said: HashSet<Hash>,
}

/// What was told to clients.
#[derive(Default)]
struct Told {
    acknowledged: Vec<(u64, Vec<u8>)>,
    checkpoints: HashSet<Arc<str>>,
}

impl Told {
    fn take(&mut self, node: &Node, batch: &[Vec<u8>], outcomes: &[Outcome]) -> bool {
        for (bytes, outcome) in batch.iter().zip(outcomes) {
            if let Outcome::Accepted(accepted) = outcome {
                self.acknowledged.push((accepted.index.0, bytes.clone()));
                self.checkpoints.insert(accepted.checkpoint.clone());
            }
        }
        self.checkpoints.extend(node.checkpoint());
        outcomes.iter().all(|outcome| matches!(outcome, Outcome::Accepted(_)))
    }
}

fn lot(world: &World, importer: &mut Author, n: u32) -> Vec<u8> {
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
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn config(folder: &Path) -> Config {
    let mut config = Config::new(folder);
    config.accept_copy = true;
    config.limits.journal_segment_bytes = SEGMENT_BYTES;
    config.limits.index_cache_bytes = 1 << 20;
    config
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

impl Stage {
    fn new(dir: &Path) -> Self {
        let folder = dir.join("data");
        let mut world = World::open();
        let (mut importer, _) = world.enrol(10, "Importer", "importer");
        let keys = NodeKeys { log: secret(201), seal: secret(202), receipt: secret(203) };
        genesis::init_with(&folder, Origin::new(ORIGIN).unwrap(), 60, &keys).unwrap();
        genesis::begin(&folder, &[world.statements[0].as_slice(), &world.statements[1]].concat()).unwrap();
        let disk = SimulatedDisk::new(&folder);
        for name in ["journal", "log"] {
            disk.take_in(&folder.join(name));
            std::fs::remove_dir_all(folder.join(name)).unwrap();
        }
        let now = world.now + 1;
        let first = vec![world.statements[2].clone()];
        let before: Vec<_> = (3..BEFORE).map(|n| lot(&world, &mut importer, n)).collect();
        let mut next = BEFORE;
        let sizes = [2_u32, 3, 4, 1, 2, 5, 2, 2, 3];
        let batches = sizes.map(|size| {
            next += size;
            (next - size..next).map(|n| lot(&world, &mut importer, n)).collect::<Vec<_>>()
        });
        let said = world.statements[..2].iter().chain(&first).chain(&before).chain(batches.iter().flatten());
        let said = said.map(|bytes| Hash::of(bytes)).collect();
        let clock = Arc::new(Hand(AtomicI64::new(now)));
        let node = Node::open_on(&config(&folder), clock, Arc::new(disk.clone())).unwrap();
        let mut told = Told::default();
        for batch in [first, before] {
            let outcomes = wait(node.submit(batch.clone()));
            assert!(told.take(&node, &batch, &outcomes));
        }
        wait(node.stop());
        drop(node);
        Self { disk, folder, now, batches: batches.into(), said }
    }

    /// Plays the history until something fails; says what was told, and whether it came to its end.
    fn play(&self, disk: &SimulatedDisk, folder: &Path) -> (Told, bool) {
        let mut told = Told::default();
        let clock = Arc::new(Hand(AtomicI64::new(self.now)));
        let (early, late) = self.batches.split_at(self.batches.len() - 2);
        for batches in [early, late] {
            let Ok(node) = Node::open_on(&config(folder), clock.clone(), Arc::new(disk.clone())) else {
                return (told, false);
            };
            for batch in batches {
                // Each second batch finds a seal due.
                clock.0.fetch_add(31, Ordering::Relaxed);
                let outcomes = wait(node.submit(batch.clone()));
                if !told.take(&node, batch, &outcomes) {
                    // A node that has failed takes nothing, and shows nothing new.
                    let outcomes = wait(node.submit(batch.clone()));
                    assert!(outcomes.iter().all(|outcome| outcome.refused().is_some()));
                    told.checkpoints.extend(node.checkpoint());
                    return (told, false);
                }
            }
            if node.inner.shared.tiles.export(Arc::new(disk.clone()), Path::new(EXPORT), |_, _| {}).is_err() {
                return (told, false);
            }
            wait(node.stop());
            told.checkpoints.extend(node.checkpoint());
            if node.health().failed.is_some() {
                return (told, false);
            }
        }
        (told, true)
    }

    /// Opens what a crash has left and compares it with what was told. Returns the disk as it is then.
    fn look(&self, disk: SimulatedDisk, folder: &Path, told: &Told, what: &str) -> SimulatedDisk {
        let opened = Opened::open_on(&config(folder), Arc::new(disk.clone()))
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        let tiles = &opened.tiles;
        for (index, bytes) in &told.acknowledged {
            let found = tiles.entry(*index).unwrap_or_else(|error| panic!("{what}: {index}: {error}"));
            assert_eq!(found.as_deref(), Some(bytes.as_slice()), "{what}: acknowledged entry {index}");
        }
        for text in &told.checkpoints {
            let signed = SignedCheckpoint::open(text.as_bytes(), log_signer().verifier_key()).unwrap();
            let checkpoint = signed.checkpoint();
            let root = tiles.root_at(checkpoint.size()).unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_eq!(root, checkpoint.root(), "{what}: the checkpoint of {}", checkpoint.size());
        }
        for index in 0..tiles.size() {
            let entry = tiles.entry(index).unwrap().unwrap();
            let known = self.said.contains(&Hash::of(&entry)) || {
                let statement = Statement::decode(entry.to_vec()).unwrap();
                statement.header().issuer == Issuer::Ledger
            };
            assert!(known, "{what}: nobody sent entry {index}");
        }
        disk
    }

    /// The node goes on from there, and the same statements get the same places.
    fn go_on(&self, disk: SimulatedDisk, folder: &Path, told: &Told, what: &str) {
        let clock = Arc::new(Hand(AtomicI64::new(self.now + 1000)));
        let node = Node::open_on(&config(folder), clock, Arc::new(disk.clone()))
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        let all: Vec<_> = self.batches.concat();
        let outcomes = wait(node.submit(all.clone()));
        let mut again = Told::default();
        assert!(again.take(&node, &all, &outcomes), "{what}: {outcomes:?}");
        for place in &told.acknowledged {
            assert!(again.acknowledged.contains(place), "{what}: entry {}", place.0);
        }
        wait(node.stop());
        assert_eq!(node.health().failed, None, "{what}");
        drop(node);
        again.checkpoints.extend(told.checkpoints.iter().cloned());
        self.look(disk.after_crash(Unsynced::Lost), folder, &again, what);
    }
}

/// Tries every call of the history from `first` on in steps of `step`; `arm` sets the fault, and of what it leaves
/// the states in `left` are looked at.
fn try_calls(
    stage: &Stage,
    dir: &Path,
    (first, step): (usize, usize),
    arm: impl Fn(&SimulatedDisk, usize),
    left: &[Unsynced],
) {
    let folder = dir.join(format!("{first}"));
    for n in (first..).step_by(step) {
        let disk = stage.disk.copied(&stage.folder, &folder);
        copy(&stage.folder, &folder);
        arm(&disk, n);
        let (told, whole) = stage.play(&disk, &folder);
        for (kind, unsynced) in left.iter().enumerate() {
            let what = format!("call {n}, unsynced {unsynced:?}");
            let found = stage.look(disk.after_crash(*unsynced), &folder, &told, &what);
            if kind != n % left.len() {
                continue;
            }
            // The second crash comes while the node starts after the first one.
            let again = disk.after_crash(*unsynced);
            again.fail_at(1 + n / left.len() % 6);
            let _ = Opened::open_on(&config(&folder), Arc::new(again.clone()));
            for other in left {
                let what = format!("{what}, then {other:?}");
                stage.look(again.after_crash(*other), &folder, &told, &what);
            }
            if n % 3 == 0 {
                stage.go_on(found, &folder, &told, &what);
            }
        }
        std::fs::remove_dir_all(&folder).unwrap();
        if whole {
            return;
        }
    }
}

fn try_all(arm: impl Fn(&SimulatedDisk, usize) + Sync, left: &[Unsynced]) {
    const THREADS: usize = 4;
    let dir = tempfile::tempdir().unwrap();
    let stage = Stage::new(dir.path());
    let folder = dir.path().join("whole");
    let whole = stage.disk.copied(&stage.folder, &folder);
    copy(&stage.folder, &folder);
    let calls = whole.calls();
    let (told, ended) = stage.play(&whole, &folder);
    let calls = whole.calls() - calls;
    assert!(ended && told.acknowledged.len() == stage.batches.concat().len());
    assert!(calls > 100, "the history makes only {calls} calls");
    let tried = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for first in 1..=THREADS {
            let (stage, dir, arm, tried) = (&stage, dir.path(), &arm, &tried);
            scope.spawn(move || {
                let arm = |disk: &SimulatedDisk, n| {
                    tried.fetch_max(n, Ordering::Relaxed);
                    arm(disk, n);
                };
                try_calls(stage, dir, (first, THREADS), arm, left);
            });
        }
    });
    assert!(tried.into_inner() >= calls, "every call was tried");
    eprintln!("{calls} calls, each a stop");
}

#[test]
fn the_power_may_go_at_every_call() {
    try_all(SimulatedDisk::fail_at, &Unsynced::ALL);
}

#[test]
fn every_call_may_fail_once() {
    try_all(SimulatedDisk::fail_once_at, &[Unsynced::Killed, Unsynced::Lost]);
}
