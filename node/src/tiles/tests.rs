//! The tiles against a tree in memory, at every size around the edges; damage, replay, and a stop at every call.

use lode_ledger::tlog::tile::{TileReader, decode_bundle};
use lode_ledger::tlog::{verify_consistency, verify_inclusion};

use super::*;
use crate::disk::RealDisk;
use crate::disk::simulated::{SimulatedDisk, Unsynced};

fn entry(index: u64) -> Vec<u8> {
    format!("entry {index}").into_bytes()
}

fn append(tiles: &Tiles, to: u64) {
    let entries: Vec<_> = (tiles.size()..to).map(entry).collect();
    let entries: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
    tiles.append(&entries, format!("checkpoint {to}").as_bytes()).unwrap();
}

fn tree(size: u64) -> MemoryTreeOf {
    (0..size).map(|index| leaf_hash(&entry(index))).collect()
}
type MemoryTreeOf = lode_ledger::tlog::MemoryTree;

fn open(dir: &Path, first: u64) -> Tiles {
    Tiles::open(Arc::new(RealDisk), dir.join("log"), first).unwrap()
}

/// Every tile, bundle and entry of the log, as a reader gets them.
fn check_all(tiles: &Tiles, tree: &MemoryTreeOf) {
    let size = tiles.size();
    assert_eq!(tiles.root(), tree.root_at(size).unwrap());
    for tile in tile::tiles(size) {
        let bytes = tiles.read(TilePath::Hashes(tile)).unwrap().unwrap();
        assert_eq!(bytes.to_vec(), tile.bytes(tree).unwrap(), "{}", tile.path());
    }
    let mut next = 0;
    for bundle in tile::bundles(size) {
        let bytes = tiles.read(TilePath::Entries(bundle)).unwrap().unwrap();
        for found in decode_bundle(bundle, &bytes).unwrap() {
            assert_eq!(found, entry(next));
            next += 1;
        }
    }
    assert_eq!(next, size);
    assert!(tiles.read(TilePath::Entries(EntryBundle::new(size / 256, 256).unwrap())).unwrap().is_none());
    assert!(tiles.entry(size).unwrap().is_none());
}

/// A folder read as a stranger reads it: files only.
fn check_static(dir: &Path, size: u64) {
    let checkpoint = std::fs::read(dir.join("checkpoint")).unwrap();
    assert_eq!(checkpoint, format!("checkpoint {size}").into_bytes());
    let reader = TileReader::new(size, |tile: Tile| std::fs::read(dir.join(tile.path())).ok());
    assert_eq!(proof::root_at(&reader, size).unwrap(), tree(size).root());
    let mut next = 0;
    for bundle in tile::bundles(size) {
        let bytes = std::fs::read(dir.join(bundle.path())).unwrap();
        for found in decode_bundle(bundle, &bytes).unwrap() {
            assert_eq!(found, entry(next));
            next += 1;
        }
    }
    assert_eq!(next, size);
}

#[test]
fn every_size_reads_the_same_from_memory_and_files() {
    let folder = tempfile::tempdir().unwrap();
    let whole = tree(70_000);
    let tiles = open(folder.path(), 0);
    for size in [1, 2, 255, 256, 257, 511, 512, 1000, 65_535, 65_536, 65_537, 70_000] {
        append(&tiles, size);
        check_all(&tiles, &whole);
        if size % 2 == 0 {
            assert_eq!(tiles.flush().unwrap(), size / 256 * 256);
            check_all(&tiles, &whole);
        }
    }
    // Older sizes are provable, and parts of full tiles are still served.
    for (index, size) in [(0, 1), (255, 256), (256, 257), (65_535, 65_536), (3, 69_999), (69_999, 70_000)] {
        let root = tiles.root_at(size).unwrap();
        let path = proof::inclusion_proof(&tiles.reader(size), index, size).unwrap();
        verify_inclusion(index, size, &leaf_hash(&tiles.entry(index).unwrap().unwrap()), &path, &root)
            .unwrap();
        let path = proof::consistency_proof(&tiles.reader(70_000), size, 70_000).unwrap();
        verify_consistency(size, 70_000, &root, &tiles.root(), &path).unwrap();
    }
    let part = Tile::new(0, 3, 17).unwrap();
    let bytes = tiles.read(TilePath::Hashes(part)).unwrap().unwrap();
    assert_eq!(bytes.to_vec(), part.bytes(&whole).unwrap());
    let part = EntryBundle::new(3, 17).unwrap();
    let bytes = tiles.read(TilePath::Entries(part)).unwrap().unwrap();
    assert_eq!(decode_bundle(part, &bytes).unwrap().last().unwrap(), &entry(3 * 256 + 16));
    tiles.publish().unwrap();
    check_static(&folder.path().join("log"), 70_000);
    // Opened where the journal may have been pruned to, the rest replayed.
    for first in [0, 1, 256, 1000, 65_536, 65_700, 69_888] {
        let tiles = open(folder.path(), first);
        assert_eq!(tiles.size(), first.next_multiple_of(256));
        assert_eq!(tiles.root(), whole.root_at(tiles.size()).unwrap(), "{first}");
        append(&tiles, 70_000);
        assert_eq!(tiles.root(), whole.root());
        assert_eq!(tiles.flush().unwrap(), 69_888);
    }
    let tiles = open(folder.path(), 69_800);
    append(&tiles, 70_000);
    check_all(&tiles, &whole);
}

#[test]
fn partial_files_come_and_go() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let tiles = open(folder.path(), 0);
    assert!(tiles.published_checkpoint().unwrap().is_none());
    for size in [3, 200, 255] {
        append(&tiles, size);
        assert_eq!(tiles.publish().unwrap(), 0);
        check_static(&log, size);
    }
    // A reader of an older checkpoint still finds its partial tiles.
    assert!(log.join("tile/0/000.p/3").exists() && log.join("tile/entries/000.p/200").exists());
    append(&tiles, 300);
    assert_eq!(tiles.publish().unwrap(), 256);
    check_static(&log, 300);
    assert!(!log.join("tile/0/000.p").exists() && !log.join("tile/entries/000.p").exists());
    assert_eq!(tiles.published_checkpoint().unwrap().unwrap(), b"checkpoint 300");
}

#[test]
fn an_export_is_a_complete_log_and_can_be_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let tiles = open(folder.path(), 0);
    append(&tiles, 1000);
    tiles.flush().unwrap();
    append(&tiles, 1300);
    let target = folder.path().join("export");
    let mut last = (0, 0);
    tiles.export(Arc::new(RealDisk), &target, |done, total| last = (done, total)).unwrap();
    // Five full and one partial tile and bundle, the tile above, the checkpoint.
    assert_eq!(last, (14, 14));
    check_static(&target, 1300);
    std::fs::remove_file(target.join("tile/0/001")).unwrap();
    append(&tiles, 1400);
    tiles.export(Arc::new(RealDisk), &target, |_, _| {}).unwrap();
    check_static(&target, 1400);
    // Another log is not overwritten.
    let other = folder.path().join("other");
    std::fs::create_dir(&other).unwrap();
    let other = open(&other, 0);
    other.append(&[b"another entry".as_slice(); 300], b"another").unwrap();
    let error = other.export(Arc::new(RealDisk), &target, |_, _| {}).err().unwrap();
    assert!(matches!(error, TilesError::Conflict(_)), "{error}");
    check_static(&target, 1400);
}

#[test]
fn a_damaged_file_is_an_error_and_never_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let tiles = open(folder.path(), 0);
    append(&tiles, 66_000);
    tiles.flush().unwrap();
    drop(tiles);
    let whole = tree(66_000);
    assert_eq!(open(folder.path(), 65_700).root(), whole.root_at(65_792).unwrap());
    for name in ["tile/0/000", "tile/0/100", "tile/0/256", "tile/1/000", "tile/entries/005"] {
        let path = folder.path().join("log").join(name);
        let good = std::fs::read(&path).unwrap();
        for place in [0, 1, 2, good.len() / 2, good.len() - 1] {
            let mut bad = good.clone();
            bad[place] ^= 0x10;
            std::fs::write(&path, &bad).unwrap();
            let tiles = open(folder.path(), 65_700);
            if name == "tile/1/000" || name == "tile/0/256" {
                // The edge is made of this one: the root shows it, before anything is signed or served.
                assert_ne!(tiles.root(), whole.root_at(65_792).unwrap());
                continue;
            }
            let error = tiles.read(name.parse().unwrap()).err().unwrap();
            assert!(matches!(&error, TilesError::Damaged(named) if *named == path), "{error}");
            if name == "tile/entries/005" {
                assert!(tiles.entry(5 * 256 + 7).is_err());
            }
            if name == "tile/0/000" {
                let proof = proof::inclusion_proof(&tiles.reader(65_000), 3, 65_000);
                assert!(matches!(proof, Err(ProofError::Missing { .. })));
            }
        }
        std::fs::write(&path, &good[..good.len() - 1]).unwrap();
        let opened = Tiles::open(Arc::new(RealDisk), folder.path().join("log"), 65_700);
        assert!(opened.and_then(|tiles| tiles.read(name.parse().unwrap())).is_err());
        std::fs::write(&path, good).unwrap();
        assert!(open(folder.path(), 65_700).read(name.parse().unwrap()).is_ok());
    }
}

#[test]
fn a_damaged_file_of_any_level_is_found_and_put_right() {
    const SIZE: u64 = 66_000;
    const EDGE: u64 = 65_792;
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let tiles = open(folder.path(), 0);
    append(&tiles, SIZE);
    tiles.publish().unwrap();
    drop(tiles);
    let whole = tree(SIZE);
    let edge_root = whole.root_at(EDGE).unwrap();
    let right_edge = |offered: &dyn Fn(TilePath) -> Option<Vec<u8>>| {
        let fits = |edge: Frontier| edge.root() == edge_root;
        examine_right_edge(Arc::new(RealDisk), &log, EDGE, fits, offered).unwrap()
    };
    let reopened = || {
        let tiles = open(folder.path(), 65_700);
        append(&tiles, SIZE);
        tiles
    };
    let wrong = |tiles: &Tiles| -> Vec<TilePath> {
        let files = tiles.expected_files().unwrap();
        // What stands under a damaged tile cannot be told, and says so.
        files.into_iter().filter(|path| matches!(tiles.examine(*path), Ok(false))).collect()
    };
    assert!(matches!(right_edge(&|_| None), RightEdge::Fits));
    assert_eq!(wrong(&reopened()), []);
    let along_the_edge = ["tile/1/000", "tile/0/256"];
    let partial = ["tile/0/257.p/208", "tile/1/001.p/1", "tile/2/000.p/1", "tile/entries/257.p/208"];
    let full = ["tile/0/000", "tile/0/100", "tile/entries/005", "tile/entries/256"];
    let mut seed = 7_u64;
    for name in along_the_edge.iter().chain(&partial).chain(&full) {
        let (path, file) = (name.parse::<TilePath>().unwrap(), log.join(name));
        let good = std::fs::read(&file).unwrap();
        for round in 0..3 {
            let mut bad = good.clone();
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let bit = (seed >> 16) as usize % (bad.len() * 8);
            bad[bit / 8] ^= 1 << (bit % 8);
            match round {
                2 => std::fs::remove_file(&file).unwrap(),
                _ => std::fs::write(&file, &bad).unwrap(),
            }
            if along_the_edge.contains(name) {
                // What lies below says what it must be.
                let RightEdge::FitsWith(found) = right_edge(&|_| None) else { panic!("{name}") };
                assert_eq!(found, [(path, good.clone())], "{name}");
                replace(Arc::new(RealDisk), &log, path, &good).unwrap();
            } else {
                assert!(matches!(right_edge(&|_| None), RightEdge::Fits), "{name}");
                let tiles = reopened();
                if round == 2 && partial.contains(name) {
                    // What is still in memory need not be in a file.
                    std::fs::write(&file, &bad).unwrap();
                }
                assert_eq!(wrong(&tiles), [path], "{name}, bit {bit}");
                let from_others = matches!(path, TilePath::Entries(bundle) if bundle.is_full());
                if from_others {
                    assert!(!tiles.mend(path, || None).unwrap() && !tiles.mend(path, || Some(bad)).unwrap());
                    assert_eq!(wrong(&tiles), [path], "what does not fit is not put in place");
                    if round < 2 {
                        let first = tiles.wrong_entries(path).unwrap().0;
                        assert!((path.entries().unwrap().0..SIZE).contains(&first));
                    }
                }
                assert!(tiles.mend(path, || from_others.then(|| good.clone())).unwrap(), "{name}");
                assert_eq!(wrong(&tiles), [], "{name}");
            }
            assert_eq!(std::fs::read(&file).unwrap(), good, "{name}");
        }
    }
    // Tile and bundle both: the mirror's is taken only if it leads to the root.
    let spoilt = ["tile/0/256", "tile/entries/256"].map(|name| {
        let good = std::fs::read(log.join(name)).unwrap();
        let mut bad = good.clone();
        bad[40] ^= 4;
        std::fs::write(log.join(name), &bad).unwrap();
        (name.parse::<TilePath>().unwrap(), good, bad)
    });
    let [(tile, good, bad), _] = &spoilt;
    let RightEdge::Unknown(suspects) = right_edge(&|_| None) else { panic!() };
    assert_eq!(suspects, [*tile]);
    assert!(matches!(right_edge(&|_| Some(bad.clone())), RightEdge::Unknown(_)));
    let RightEdge::FitsWith(found) = right_edge(&|path| (path == *tile).then(|| good.clone())) else {
        panic!()
    };
    assert_eq!(found, [(*tile, good.clone())]);
}

#[test]
fn another_history_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let tiles = open(folder.path(), 0);
    append(&tiles, 256);
    tiles.flush().unwrap();
    let other = open(folder.path(), 0);
    other.append(&[b"another entry".as_slice(); 256], b"another").unwrap();
    assert!(matches!(other.flush(), Err(TilesError::Conflict(_))));
    assert!(matches!(other.flush(), Err(TilesError::Failed)));
    let long = vec![0; MAX_ENTRY_BYTES + 1];
    assert!(matches!(tiles.append(&[b"fine", &long], b""), Err(TilesError::TooLong(_))));
    assert_eq!((tiles.size(), tiles.checkpoint().to_vec()), (256, b"checkpoint 256".to_vec()));
    check_all(&tiles, &tree(256));
}

#[test]
fn a_stop_at_any_call_leaves_what_was_durable() {
    /// What `flush` and `publish` said is durable, and the size last published.
    fn history(disk: &SimulatedDisk) -> (u64, u64) {
        let Ok(tiles) = Tiles::open(Arc::new(disk.clone()), "/data/log", 0) else { return (0, 0) };
        let (mut durable, mut published) = (0, 0);
        for size in [100, 300, 301, 700] {
            append(&tiles, size);
            if size == 301 {
                let Ok(flushed) = tiles.flush() else { return (durable, published) };
                durable = flushed;
            } else {
                let Ok(flushed) = tiles.publish() else { return (durable, published) };
                (durable, published) = (flushed, size);
            }
        }
        (durable, published)
    }
    let counting = SimulatedDisk::new(Path::new("/data"));
    assert_eq!(history(&counting), (512, 700));
    for n in 1..=counting.calls() {
        let disk = SimulatedDisk::new(Path::new("/data"));
        disk.fail_at(n);
        let (durable, published) = history(&disk);
        for unsynced in Unsynced::ALL {
            let found = Arc::new(disk.after_crash(unsynced));
            let tiles = Tiles::open(found.clone(), "/data/log", durable).unwrap();
            assert_eq!(tiles.root(), tree(durable).root());
            let seen = tiles.published_checkpoint().unwrap().map_or(0, |checkpoint| {
                String::from_utf8(checkpoint).unwrap().strip_prefix("checkpoint ").unwrap().parse().unwrap()
            });
            assert!(seen >= published, "call {n}, {unsynced:?}");
            // Whatever checkpoint stands there, its tiles and bundles are there too.
            let read = |path: String| found.read(&Path::new("/data/log").join(path)).ok();
            let reader = TileReader::new(seen, |tile: Tile| read(tile.path()));
            assert_eq!(proof::root_at(&reader, seen).unwrap(), tree(seen).root(), "call {n}, {unsynced:?}");
            for bundle in tile::bundles(seen) {
                let bytes = read(bundle.path()).or_else(|| read(bundle.full().path())).unwrap();
                let entries: Vec<_> = tile::Entries::new(&bytes).take(usize::from(bundle.width())).collect();
                assert_eq!(entries[0].unwrap(), entry(bundle.first_entry().unwrap()));
            }
            // The journal replays the rest.
            append(&tiles, 700);
            assert_eq!(tiles.publish().unwrap(), 512, "call {n}, {unsynced:?}");
            check_all(&tiles, &tree(700));
        }
    }
}
