//! Geometry at every size, the specification's example, strict paths, and proofs read out of tiles.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::super::proof::{consistency_proof, inclusion_proof, root_at};
use super::super::tree::tests::numbered;
use super::*;

fn tile(level: u8, index: u64, width: u16) -> Tile {
    Tile::new(level, index, width).unwrap()
}

/// tlog-tiles, "Merkle Tree": the log of 70,000 entries, and that of 256.
#[test]
fn the_specification_s_example() {
    let mut expected: Vec<Tile> = (0..273).map(|n| tile(0, n, 256)).collect();
    expected.extend([tile(0, 273, 112), tile(1, 0, 256), tile(1, 1, 17), tile(2, 0, 1)]);
    assert_eq!(tiles(70_000).collect::<Vec<_>>(), expected);
    assert_eq!(tiles(256).collect::<Vec<_>>(), [tile(0, 0, 256), tile(1, 0, 1)]);
    assert_eq!(tiles(0).count() + bundles(0).count(), 0);
    assert_eq!(bundles(70_000).last(), EntryBundle::new(273, 112));
    assert_eq!(EntryBundle::new(273, 112).unwrap().first_entry(), Some(69_888));
}

/// Growing by one leaf at a time writes exactly what the definition of the partial widths says.
#[test]
fn geometry_at_every_size() {
    let mut full = [0_u64; 8];
    let mut partial = [0_u64; 8];
    for size in 1..=70_000_u64 {
        let mut expected = Vec::new();
        for level in 0..8_u8 {
            let at = usize::from(level);
            let unit = 256_u128.pow(u32::from(level));
            let hashes = u64::try_from(u128::from(size) / unit).unwrap();
            let (now_full, now_partial) = (hashes / 256, hashes % 256);
            expected.extend((full[at]..now_full).map(|n| tile(level, n, 256)));
            if now_partial != 0 && now_partial != partial[at] {
                expected.push(tile(level, now_full, u16::try_from(now_partial).unwrap()));
            }
            (full[at], partial[at]) = (now_full, now_partial);
        }
        let new: Vec<Tile> = new_tiles(size - 1, size).collect();
        assert_eq!(new, expected, "size {size}");
        assert!(new.iter().all(|t| t.exists_at(size) && !t.exists_at(size - 1)), "size {size}");
        let entries: Vec<EntryBundle> = new_bundles(size - 1, size).collect();
        assert_eq!(entries.len(), 1);
        assert!(entries.iter().all(|b| b.exists_at(size) && !b.exists_at(size - 1)));
        for path in [new.first().unwrap().path(), new.last().unwrap().path(), entries[0].path()] {
            assert_eq!(path.parse::<TilePath>().unwrap().to_string(), path);
        }
    }
    assert_eq!(new_tiles(70_000, 70_000).count() + new_tiles(9, 3).count() + new_bundles(9, 3).count(), 0);
    // No work and no overflow for sizes nobody has.
    assert_eq!(new_tiles(u64::MAX - 1, u64::MAX).count(), 1);
    assert!(!tile(0, u64::MAX, 1).exists_at(u64::MAX) && !tile(63, 0, 1).exists_at(u64::MAX));
}

#[test]
fn paths_have_one_spelling() {
    for (path, tile) in [
        ("tile/0/000", tile(0, 0, 256)),
        ("tile/0/x001/x234/067", tile(0, 1_234_067, 256)),
        ("tile/63/999.p/255", tile(63, 999, 255)),
        ("tile/1/x001/000.p/1", tile(1, 1000, 1)),
        ("tile/0/x018/x446/x744/x073/x709/x551/615", tile(0, u64::MAX, 256)),
    ] {
        assert_eq!(path.parse(), Ok(TilePath::Hashes(tile)));
        assert_eq!(tile.path(), path);
    }
    let bundle = EntryBundle::new(1_234_067, 8).unwrap();
    assert_eq!(bundle.path(), "tile/entries/x001/x234/067.p/8");
    assert_eq!(bundle.path().parse(), Ok(TilePath::Entries(bundle)));
    for bad in [
        "",
        "/tile/0/000",
        "tile/0/",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/1",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/+1/000",
        "tile/0/x000/001",
        "tile/0/x001",
        "tile/0/001/002",
        "tile/0/x01/002",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000/",
        "tile/0/000.p/1/",
        "tile/0/000.p/1.p/1",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/data/000",
        "tile/entries",
        "tile/entries/",
        "tile/0/ 00",
        "tile/0/\u{661}00",
        "tile/0/+00",
        "Tile/0/000",
        "tile/0/x001/x001/x001/x001/x001/x001/x001/x001/x001/x001/x001/001",
        "tile/0/../000",
    ] {
        assert_eq!(bad.parse::<TilePath>(), Err(BadTilePath), "{bad}");
    }
    assert_eq!((Tile::new(64, 0, 1), Tile::new(0, 0, 0), Tile::new(0, 0, 257)), (None, None, None));
    assert_eq!((EntryBundle::new(0, 0), EntryBundle::new(0, 257)), (None, None));
}

#[test]
fn bundles_are_read_strictly() {
    let entries: [&[u8]; 3] = [b"one", b"", &[7; MAX_ENTRY_BYTES]];
    let mut bytes = Vec::new();
    for entry in entries {
        push_entry(&mut bytes, entry).unwrap();
    }
    assert_eq!(&bytes[..7], b"\0\x03one\0\0");
    let three = EntryBundle::new(0, 3).unwrap();
    assert_eq!(decode_bundle(three, &bytes).unwrap(), entries);
    let too_long = push_entry(&mut bytes, &[0; MAX_ENTRY_BYTES + 1]);
    assert_eq!(too_long, Err(EntryTooLong(MAX_ENTRY_BYTES + 1)));
    let count = |width| decode_bundle(EntryBundle::new(0, width).unwrap(), &bytes);
    assert_eq!(count(2), Err(BundleError::Count { expected: 2, found: 3 }));
    assert_eq!(count(4), Err(BundleError::Count { expected: 4, found: 3 }));
    assert_eq!(decode_bundle(three, &bytes[..bytes.len() - 1]), Err(BundleError::Cut(2)));
    bytes.push(0);
    assert_eq!(decode_bundle(three, &bytes), Err(BundleError::Cut(3)));
    assert_eq!(Entries::new(&bytes).count(), 4);
}

/// A proof made from tiles is the proof made from memory, with no tile asked for that the size does not imply.
#[test]
fn proofs_come_out_of_tiles() {
    let tree = numbered(66_000);
    for size in [1, 2, 255, 256, 257, 513, 1000, 65_535, 65_536, 65_537, 66_000] {
        let stored: BTreeMap<Tile, Vec<u8>> = tiles(size).map(|t| (t, t.bytes(&tree).unwrap())).collect();
        let reader =
            TileReader::new(size, |t| Some(stored.get(&t).unwrap_or_else(|| panic!("{t:?} at {size}"))));
        assert_eq!(root_at(&reader, size).ok(), tree.root_at(size));
        for index in [0, 1, size / 3, size / 2, size - 1].into_iter().filter(|i| *i < size) {
            assert_eq!(inclusion_proof(&reader, index, size), tree.inclusion_proof(index, size));
            assert_eq!(consistency_proof(&reader, index + 1, size), tree.consistency_proof(index + 1, size));
        }
        assert!(inclusion_proof(&reader, 0, size + 1).is_err());
    }
}

#[test]
fn a_lost_partial_is_read_from_the_full_tile() {
    let tree = numbered(600);
    let asked = RefCell::new(BTreeSet::new());
    let reader = TileReader::new(300, |t| {
        asked.borrow_mut().insert(t);
        if t.is_full() { t.bytes(&tree) } else { None }
    });
    // Level 1 has one hash only and no full tile yet: that one stays missing.
    assert_eq!(reader.hash(2, 70), tree.hash(2, 70));
    assert_eq!(asked.take(), BTreeSet::from([tile(0, 1, 44), tile(0, 1, 256)]));
    assert_eq!(reader.hash(8, 0), None);
    let torn = TileReader::new(300, |_| Some(vec![0; 31]));
    assert_eq!(torn.hash(0, 0), None);
    for level in 0..=u8::MAX {
        assert_eq!(reader.hash(level, u64::MAX), None);
    }
    assert_eq!((tile(8, 0, 1).bytes(&tree), tile(0, u64::MAX, 1).bytes(&tree)), (None, None));
}

proptest! {
    #[test]
    fn any_path_is_survived(path in "(tile/)?(entries|[0-9]{1,2})/(x?[0-9]{2,4}/){0,8}[0-9]{3}(\\.p/[0-9]{0,3})?") {
        if let Ok(parsed) = path.parse::<TilePath>() {
            prop_assert_eq!(parsed.to_string(), path);
        }
    }

    #[test]
    fn any_bundle_is_survived(bytes in prop::collection::vec(0_u8..4, 0..200), width in 1_u16..=256) {
        if let Ok(entries) = decode_bundle(EntryBundle::new(0, width).unwrap(), &bytes) {
            let mut again = Vec::new();
            for entry in entries {
                push_entry(&mut again, entry).unwrap();
            }
            prop_assert_eq!(again, bytes);
        }
    }

    #[test]
    fn new_tiles_are_the_difference(old in 0_u64..200_000, grown in 0_u64..2_000) {
        let new = old + grown;
        let before: BTreeSet<Tile> = tiles(old).collect();
        let expected: Vec<Tile> = tiles(new).filter(|t| !before.contains(t)).collect();
        prop_assert_eq!(new_tiles(old, new).collect::<Vec<_>>(), expected);
    }
}
