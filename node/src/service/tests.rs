//! A disk that fails ends the node: nothing is answered as accepted that is not durable.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lode_ledger as lode;
use lode_ledger::id::Origin;

use super::{Node, Outcome, Refusal};
use crate::config::Config;
use crate::disk::{AppendFile, Disk, RealDisk};
use crate::genesis::{self, NodeKeys};
use crate::seal::Clock;

#[allow(dead_code, reason = "the world serves the tests of three crates")]
#[path = "../../../ledger/src/replay/world.rs"]
pub(super) mod world;

use world::{ORIGIN, World, secret};

struct Fixed(i64);

impl Clock for Fixed {
    fn now_unix(&self) -> i64 {
        self.0
    }
}

/// The machine's disk, whose syncs of files fail from some moment on.
#[derive(Clone, Default)]
struct Failing(Arc<AtomicBool>);

struct FailingFile(Box<dyn AppendFile>, Arc<AtomicBool>);

impl AppendFile for FailingFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.append(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        if self.1.load(Ordering::Relaxed) { Err(io::Error::other("no space")) } else { self.0.sync() }
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

    disk.0.store(true, Ordering::Relaxed);
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
