//! A disk that fails ends the node: nothing is answered as accepted that is not durable.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};
use std::time::Duration;

use lode_ledger as lode;
use lode_ledger::id::{LogIndex, Origin};
use lode_ledger::record::{Record, RecordKey};
use lode_ledger::replay::Replay;

use super::{Node, Outcome, Refusal};
use crate::clock::Clock;
use crate::config::Config;
use crate::disk::{AppendFile, Disk, RealDisk};
use crate::genesis::{self, NodeKeys};

#[allow(dead_code, reason = "the world serves the tests of three crates")]
#[path = "../../../ledger/src/replay/world.rs"]
pub(super) mod world;

use world::{ORIGIN, World, secret};

/// A clock that a test sets.
pub(super) struct Hand(pub(super) AtomicI64);

impl Clock for Hand {
    fn now_unix(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

struct Fixed(i64);

impl Clock for Fixed {
    fn now_unix(&self) -> i64 {
        self.0
    }
}

/// What becomes of a file's sync: it is done, it fails, or it waits until it is something else's turn.
const SOUND: u8 = 0;
const FAILS: u8 = 1;
const STALLS: u8 = 2;

/// The machine's disk, whose syncs of files fail or stall from some moment on.
#[derive(Clone, Default)]
struct Failing(Arc<AtomicU8>);

struct FailingFile(Box<dyn AppendFile>, Arc<AtomicU8>);

impl AppendFile for FailingFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.append(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        while self.1.load(Ordering::Relaxed) == STALLS {
            std::thread::sleep(Duration::from_millis(5));
        }
        if self.1.load(Ordering::Relaxed) == FAILS {
            Err(io::Error::other("no space"))
        } else {
            self.0.sync()
        }
    }
}

impl Disk for Failing {
    fn create(&self, path: &Path) -> io::Result<Box<dyn AppendFile>> {
        Ok(Box::new(FailingFile(RealDisk.create(path)?, self.0.clone())))
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        RealDisk.create_dir(path)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        RealDisk.list(dir)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        RealDisk.read(path)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        RealDisk.remove(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        RealDisk.remove_dir(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealDisk.rename(from, to)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        RealDisk.sync_dir(path)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_sync_ends_the_node_and_nothing_is_called_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut world = World::open();
    world.enrol(10, "Importer", "importer");
    world.enrol(11, "Studio", "studio");
    let keys = NodeKeys { log: secret(201), seal: secret(202), receipt: secret(203) };
    genesis::init_with(&data, Origin::new(ORIGIN).unwrap(), 60, &keys).unwrap();
    genesis::begin(&data, &[world.statements[0].as_slice(), &world.statements[1]].concat()).unwrap();
    let (config, clock, disk) = (Config::new(&data), Arc::new(Fixed(world.now)), Failing::default());
    let node = Node::open_on(&config, clock.clone(), Arc::new(disk.clone())).unwrap();
    assert!(matches!(node.submit(vec![world.statements[2].clone()]).await[..], [Outcome::Accepted(_)]));
    let checkpoint = node.checkpoint();

    disk.0.store(FAILS, Ordering::Relaxed);
    for _ in 0..2 {
        let outcomes = node.submit(vec![world.statements[3].clone()]).await;
        assert_eq!(outcomes[0].refused().unwrap().code, Refusal::UNAVAILABLE);
    }
    assert!(node.failed().await.contains("no space"));
    assert!(node.health().failed.is_some());
    assert_eq!((node.size(), node.checkpoint()), (3, checkpoint), "nothing unacknowledged is visible");
    node.stop().await;
    drop(node);

    // Whatever the disk kept of it, the answer to the same bytes is now the truth.
    let node = Node::open_with(&config, clock).unwrap();
    let outcomes = node.submit(vec![world.statements[2].clone(), world.statements[3].clone()]).await;
    assert!(outcomes[0].accepted().unwrap().duplicate);
    assert!(outcomes[1].accepted().is_some());
    assert_eq!(node.size(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_into_the_queue_waits_before_it_and_is_taken_in_the_end() {
    const QUEUE: usize = 4;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut world = World::open();
    for seed in 10..22 {
        world.enrol(seed, &format!("Importer {seed}"), "importer");
    }
    let keys = NodeKeys { log: secret(201), seal: secret(202), receipt: secret(203) };
    genesis::init_with(&data, Origin::new(ORIGIN).unwrap(), 60, &keys).unwrap();
    genesis::begin(&data, &[world.statements[0].as_slice(), &world.statements[1]].concat()).unwrap();
    let (mut config, disk) = (Config::new(&data), Failing::default());
    config.limits.queue = QUEUE;
    let node = Node::open_on(&config, Arc::new(Fixed(world.now)), Arc::new(disk.clone())).unwrap();

    disk.0.store(STALLS, Ordering::Relaxed);
    let sent: Vec<_> = world.statements[2..]
        .iter()
        .map(|statement| {
            let (node, statement) = (node.clone(), statement.clone());
            tokio::spawn(async move { node.submit(vec![statement]).await })
        })
        .collect();
    assert_eq!(sent.len(), 3 * QUEUE);
    // However long one looks: never more than fit, and all that fit.
    let mut seen = 0;
    for _ in 0..12_000 {
        let waiting = QUEUE - node.inner.room.available_permits();
        seen = seen.max(waiting);
        assert!(node.health().queue <= QUEUE && node.size() == 2);
        if seen == QUEUE {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(seen, QUEUE);
    assert!(sent.iter().all(|sent| !sent.is_finished()), "nothing is acknowledged that is not durable");

    disk.0.store(SOUND, Ordering::Relaxed);
    for sent in sent {
        let outcomes = sent.await.unwrap();
        assert!(matches!(outcomes[..], [Outcome::Accepted(_)]), "{outcomes:?}");
    }
    assert_eq!((node.size(), node.inner.room.available_permits()), (2 + 3 * QUEUE as u64, QUEUE));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_clock_that_jumps_the_time_of_seals_only_rises_and_nothing_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut world = World::open();
    for seed in 10..40 {
        world.enrol(seed, &format!("Importer {seed}"), "importer");
    }
    let keys = NodeKeys { log: secret(201), seal: secret(202), receipt: secret(203) };
    genesis::init_with(&data, Origin::new(ORIGIN).unwrap(), 60, &keys).unwrap();
    genesis::begin(&data, &[world.statements[0].as_slice(), &world.statements[1]].concat()).unwrap();
    let clock = Arc::new(Hand(AtomicI64::new(world.now)));
    let node = Node::open_with(&Config::new(&data), clock.clone()).unwrap();

    let mut shown = i64::MIN;
    let jumps = [0, 61, -7_200, 30, 90, -86_400, 62, 100_000, 1, -1, 60].into_iter().cycle();
    for (statement, jump) in world.statements[2..].iter().zip(jumps) {
        let now = clock.0.fetch_add(jump, Ordering::Relaxed) + jump;
        shown = shown.max(now);
        let outcomes = node.submit(vec![statement.clone()]).await;
        assert!(outcomes[0].accepted().is_some_and(|accepted| !accepted.duplicate), "{outcomes:?}");
    }
    node.stop().await;

    let mut replay = Replay::new();
    let mut seals = Vec::new();
    for index in 0..node.size() {
        let applied = replay.append(node.statement(LogIndex(index)).unwrap()).unwrap();
        if let Some(Record::Clock(clock)) =
            applied.delta.changes().get(&RecordKey::Clock).map(|record| &**record)
        {
            seals.push(clock.time.unix());
        }
    }
    assert!(seals.len() > 3, "{seals:?}");
    assert!(seals.is_sorted_by(|earlier, later| earlier < later), "{seals:?}");
    assert!(seals.last().is_some_and(|last| *last <= shown), "{seals:?} {shown}");
}
