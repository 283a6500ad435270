//! One conformance suite over every store: sled, memory, and redb, which stands ready to replace sled.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// redb behind the same port; what would have to be written to change the store.
mod redb_store {
    use redb::{Database, ReadableDatabase, TableDefinition};

    use super::*;

    const RECORDS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("records");
    const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");

    pub(super) struct RedbStore(Database);

    impl RedbStore {
        pub(super) fn open(dir: &Path) -> Self {
            std::fs::create_dir_all(dir).unwrap();
            let database = Database::create(dir.join("redb")).unwrap();
            let write = database.begin_write().unwrap();
            write.open_table(RECORDS).unwrap();
            write.open_table(META).unwrap();
            write.commit().unwrap();
            Self(database)
        }
    }

    impl IndexStore for RedbStore {
        fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
            let table = self.0.begin_read().unwrap().open_table(RECORDS).unwrap();
            Ok(table.get(key).unwrap().map(|value| value.value().to_vec()))
        }

        fn scan(
            &self,
            prefix: &[u8],
            cursor: Option<&[u8]>,
            direction: Direction,
            limit: usize,
        ) -> Result<Vec<Record>, IndexError> {
            let Some((low, high)) = bounds(prefix, cursor, direction) else { return Ok(Vec::new()) };
            let table = self.0.begin_read().unwrap().open_table(RECORDS).unwrap();
            let bounds = (low.as_ref().map(Vec::as_slice), high.as_ref().map(Vec::as_slice));
            let found = table.range::<&[u8]>(bounds).unwrap().map(|record| {
                let (key, value) = record.unwrap();
                (key.value().to_vec(), value.value().to_vec())
            });
            Ok(match direction {
                Direction::Ascending => found.take(limit).collect(),
                Direction::Descending => found.rev().take(limit).collect(),
            })
        }

        fn apply(&self, batch: Batch, position: Position) -> Result<(), IndexError> {
            let changes = batch.checked()?;
            let mut write = self.0.begin_write().unwrap();
            write.set_durability(redb::Durability::None).unwrap();
            {
                let mut table = write.open_table(RECORDS).unwrap();
                for (key, value) in changes {
                    match value {
                        Some(value) => table.insert(key.as_slice(), value.as_slice()).unwrap(),
                        None => table.remove(key.as_slice()).unwrap(),
                    };
                }
                let bytes = crate::codec::encode(&position)?;
                write.open_table(META).unwrap().insert("position", bytes.as_slice()).unwrap();
            }
            write.commit().unwrap();
            Ok(())
        }

        fn position(&self) -> Result<Option<Position>, IndexError> {
            let table = self.0.begin_read().unwrap().open_table(META).unwrap();
            let bytes = table.get("position").unwrap().map(|value| value.value().to_vec());
            Ok(bytes.map(|bytes| crate::codec::decode(&bytes)).transpose()?)
        }

        fn sync(&self) -> Result<(), IndexError> {
            self.0.begin_write().unwrap().commit().unwrap();
            Ok(())
        }
    }
}

type Open = fn(&Path) -> Box<dyn IndexStore>;

const LASTING: [(&str, Open); 3] = [
    ("sled", |dir| Box::new(SledStore::open(dir, 16 << 20).unwrap())),
    // Merges that never come to an end at once: batches and readers find them half done.
    ("sled, slowly", |dir| Box::new(SledStore::with_step(dir.into(), 16 << 20, 3).unwrap())),
    ("redb", |dir| Box::new(redb_store::RedbStore::open(dir))),
];

fn in_every_store(test: impl Fn(&str, &dyn IndexStore)) {
    test("memory", &MemoryStore::new());
    for (name, open) in LASTING {
        let folder = tempfile::tempdir().unwrap();
        test(name, &*open(&folder.path().join("index")));
    }
}

fn at(next_index: u64) -> Position {
    Position { next_index, root: Hash::of(&next_index.to_be_bytes()) }
}

fn keys(records: &[Record]) -> Vec<&[u8]> {
    records.iter().map(|(key, _)| key.as_slice()).collect()
}

#[test]
fn batches_move_records_and_position_together() {
    in_every_store(|name, store| {
        assert_eq!(store.position().unwrap(), None, "{name}");
        let mut batch = Batch::new();
        batch.put(b"a".as_slice(), b"1".as_slice());
        batch.put(b"b".as_slice(), b"2".as_slice());
        batch.delete(b"b".as_slice());
        batch.put(b"c".as_slice(), vec![7; MAX_VALUE_BYTES]);
        store.apply(batch, at(3)).unwrap();
        assert_eq!(store.get(b"a").unwrap().as_deref(), Some(b"1".as_slice()), "{name}");
        assert_eq!(store.get(b"b").unwrap(), None, "{name}");
        assert_eq!(store.get(b"c").unwrap().map(|value| value.len()), Some(MAX_VALUE_BYTES), "{name}");
        assert_eq!(store.position().unwrap(), Some(at(3)), "{name}");
        store.apply(Batch::new(), at(4)).unwrap();
        assert_eq!(store.position().unwrap(), Some(at(4)), "{name}");
        store.sync().unwrap();
    });
}

#[test]
fn what_is_beyond_a_limit_changes_nothing() {
    in_every_store(|name, store| {
        for (key, value) in
            [(vec![], vec![]), (vec![1; MAX_KEY_BYTES + 1], vec![]), (vec![1], vec![0; MAX_VALUE_BYTES + 1])]
        {
            let mut batch = Batch::new();
            batch.put(b"before".as_slice(), b"".as_slice());
            batch.put(key, value);
            assert!(matches!(store.apply(batch, at(1)), Err(IndexError::TooLong { .. })), "{name}");
        }
        assert_eq!((store.get(b"before").unwrap(), store.position().unwrap()), (None, None), "{name}");
    });
}

#[test]
fn pages_cover_a_prefix_without_gap_or_repetition() {
    in_every_store(|name, store| {
        let mut batch = Batch::new();
        for key in [&b"a"[..], b"b", b"b\0", b"ba", b"bb", b"b\xff", b"b\xff\xff", b"c", b"\xff", b"\xff\xff"]
        {
            batch.put(key, key);
        }
        store.apply(batch, at(1)).unwrap();
        let within = [&b"b"[..], b"b\0", b"ba", b"bb", b"b\xff", b"b\xff\xff"];
        for direction in [Direction::Ascending, Direction::Descending] {
            let mut expected = within.to_vec();
            if direction == Direction::Descending {
                expected.reverse();
            }
            for limit in 1..8 {
                let mut found = Vec::new();
                loop {
                    let cursor = found.last().map(|(key, _): &Record| key.clone());
                    let page = store.scan(b"b", cursor.as_deref(), direction, limit).unwrap();
                    assert!(page.len() <= limit);
                    if page.is_empty() {
                        break;
                    }
                    found.extend(page);
                }
                assert_eq!(keys(&found), expected, "{name} {direction:?} {limit}");
            }
        }
        // A cursor outside the prefix starts at its near end or finds nothing.
        let scan = |prefix: &[u8], cursor: &[u8], direction| {
            store.scan(prefix, Some(cursor), direction, 100).unwrap().len()
        };
        assert_eq!(scan(b"b", b"a", Direction::Ascending), 6, "{name}");
        assert_eq!(scan(b"b", b"c", Direction::Ascending), 0, "{name}");
        assert_eq!(scan(b"b", b"c", Direction::Descending), 6, "{name}");
        assert_eq!(scan(b"b", b"a", Direction::Descending), 0, "{name}");
        assert_eq!(scan(b"\xff", b"\xff", Direction::Ascending), 1, "{name}");
        assert_eq!(keys(&store.scan(b"", None, Direction::Descending, 1).unwrap()), [b"\xff\xff"], "{name}");
        assert_eq!(store.scan(b"", None, Direction::Ascending, 100).unwrap().len(), 10, "{name}");
    });
}

#[test]
fn what_was_synced_is_there_after_reopening() {
    for (name, open) in LASTING {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("index");
        for round in 0..3_u64 {
            let store = open(&dir);
            assert_eq!(store.position().unwrap(), (round > 0).then(|| at(round)), "{name}");
            let mut batch = Batch::new();
            batch.put(round.to_be_bytes(), vec![round as u8; 3000]);
            store.apply(batch, at(round + 1)).unwrap();
            store.sync().unwrap();
        }
        assert_eq!(open(&dir).scan(b"", None, Direction::Ascending, 10).unwrap().len(), 3, "{name}");
        remove(&dir).unwrap();
        remove(&dir).unwrap();
        assert_eq!(open(&dir).position().unwrap(), None, "{name}");
    }
}

#[test]
fn a_broken_sled_folder_fails_or_starts_empty() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["conf", "db"] {
        for content in [b"nonsense".as_slice(), b""] {
            let dir = folder.path().join("index");
            let store = SledStore::open(&dir, 1 << 20).unwrap();
            let mut batch = Batch::new();
            batch.put(b"key".as_slice(), b"value".as_slice());
            store.apply(batch, at(1)).unwrap();
            store.sync().unwrap();
            drop(store);
            std::fs::write(dir.join(file), content).unwrap();
            // What must not be: a position without the records that belong to it.
            if let Ok(store) = SledStore::open(&dir, 1 << 20) {
                let found = (store.position().unwrap(), store.get(b"key").unwrap());
                assert!(
                    found == (None, None) || found == (Some(at(1)), Some(b"value".to_vec())),
                    "{found:?}"
                );
            }
            remove(&dir).unwrap();
        }
    }
    let dir = folder.path().join("file");
    std::fs::write(&dir, b"").unwrap();
    assert!(SledStore::open(&dir, 1 << 20).is_err());
}

/// Changes of few keys over and over, long enough for several levels and many blocks, with openings in between.
#[test]
fn a_long_history_is_a_sorted_map_also_when_reopened_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("index");
    let mut model = BTreeMap::new();
    let mut random = 1_u64;
    let mut next = || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize
    };
    let mut store = SledStore::with_step(dir.clone(), 16 << 20, 50).unwrap();
    for round in 1..=150_u64 {
        let mut batch = Batch::new();
        for _ in 0..next() % 40 {
            let key = [b"a long head of many keys".as_slice(), &(next() % 700).to_be_bytes()].concat();
            if next() % 4 == 0 {
                model.remove(&key);
                batch.delete(key);
            } else {
                let value = vec![next() as u8; next() % 900];
                model.insert(key.clone(), value.clone());
                batch.put(key, value);
            }
        }
        store.apply(batch, at(round)).unwrap();
        if round % 11 == 0 {
            store.sync().unwrap();
        }
        if round % 7 == 0 {
            store.sync().unwrap();
            drop(store);
            store = SledStore::with_step(dir.clone(), 16 << 20, 50).unwrap();
            assert_eq!(store.position().unwrap(), Some(at(round)));
        }
        let expected: Vec<Record> = model.clone().into_iter().collect();
        assert_eq!(store.scan(b"", None, Direction::Ascending, MAX_SCAN).unwrap(), expected, "{round}");
        let key = [b"a long head of many keys".as_slice(), &(next() % 700).to_be_bytes()].concat();
        assert_eq!(store.get(&key).unwrap(), model.get(&key).cloned(), "{round}");
        let last = store.scan(b"a long head of many keys", Some(&key), Direction::Descending, 1).unwrap();
        assert_eq!(last.first().map(|(key, _)| key), model.range(..key).next_back().map(|(key, _)| key));
    }
}

#[test]
fn what_is_merged_away_leaves_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path().join("index"), 16 << 20).unwrap();
    for round in 1..=300_u64 {
        let mut batch = Batch::new();
        batch.put(b"always the same".as_slice(), vec![round as u8; 4000]);
        store.apply(batch, at(round)).unwrap();
        store.sync().unwrap();
    }
    assert!(store.stored_keys().unwrap() < 100, "{}", store.stored_keys().unwrap());
    assert_eq!(store.get(b"always the same").unwrap(), Some(vec![300_u64 as u8; 4000]));
}

#[test]
fn an_index_of_another_form_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("index");
    let db = sled::open(&dir).unwrap();
    // What an index of the first form had there.
    db.insert([0], crate::codec::encode(&at(7)).unwrap()).unwrap();
    db.flush().unwrap();
    drop(db);
    assert!(matches!(SledStore::open(&dir, 1 << 20), Err(IndexError::Damaged { .. })));
}

fn key() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(vec![0, 1, b'a', 0xfe, 0xff]), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_store_is_a_sorted_map(
        batches in prop::collection::vec(
            prop::collection::vec((key(), prop::option::of(prop::collection::vec(any::<u8>(), 0..20))), 0..20), 1..5),
        scans in prop::collection::vec(
            (prop::collection::vec(prop::sample::select(vec![0, b'a', 0xff]), 0..3), prop::option::of(key()),
             any::<bool>(), 0_usize..6), 1..20),
    ) {
        in_every_store(|name, store| {
            let mut model = BTreeMap::new();
            for (next, changes) in (1..).zip(&batches) {
                let mut batch = Batch::new();
                for (key, value) in changes {
                    match value {
                        Some(value) => { model.insert(key.clone(), value.clone()); batch.put(key.clone(), value.clone()); }
                        None => { model.remove(key); batch.delete(key.clone()); }
                    }
                }
                store.apply(batch, at(next)).unwrap();
            }
            assert_eq!(store.position().unwrap(), Some(at(batches.len() as u64)));
            for (prefix, cursor, down, limit) in &scans {
                let mut expected: Vec<Record> = model.clone().into_iter()
                    .filter(|(key, _)| key.starts_with(prefix))
                    .filter(|(key, _)| cursor.as_ref().is_none_or(|c| if *down { key < c } else { key > c }))
                    .collect();
                if *down {
                    expected.reverse();
                }
                expected.truncate(*limit);
                let direction = if *down { Direction::Descending } else { Direction::Ascending };
                let found = store.scan(prefix, cursor.as_deref(), direction, *limit).unwrap();
                assert_eq!(found, expected, "{name}: {prefix:?} {cursor:?} {direction:?} {limit}");
            }
        });
    }
}
