//! What must hold whatever happens: mass and counts to the milligram, treatments and origins along the ancestry, one
//! state root however it is reached, one proof for many leaves as good as many. Histories and defects are random.

mod agreement;
mod histories;
mod identity;
mod market;
mod mutations;
mod repair;
mod standing;
mod vouching;
mod workshop;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, OnceLock};

use lode_ledger::event::Event;
use lode_ledger::hash::Hash;
use lode_ledger::key::KeyId;
use lode_ledger::record::{ClaimUnit, MemoryView, Record, RecordKey, RecordKind, View};
use lode_ledger::replay::Replay;
use lode_ledger::statemap::{EMPTY, StateMap};
use lode_ledger::tlog::{multiproof, verify_inclusion};
use lode_tests::model::History;
use lode_tests::vectors::Verdict;
use lode_tests::world::{Entry, Who, World, treatment};
use proptest::collection::vec;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use histories::{Op, ops, play};

/// Which histories are tried, so that a run says the same every time; `LODE_SEED` asks for others.
const SEED: u32 = 4;

/// A runner of so many cases, times what `LODE_CASES_TIMES` says. No file remembers failures: the message shows the
/// smallest one.
fn runner(cases: u32) -> TestRunner {
    let number = |name: &str, otherwise: u32| {
        std::env::var(name).map_or(otherwise, |number| number.parse().expect("a whole number"))
    };
    let cases = cases.saturating_mul(number("LODE_CASES_TIMES", 1));
    let config = Config { cases, max_shrink_iters: 300, failure_persistence: None, ..Config::default() };
    let mut seed = [0; 32];
    seed[..4].copy_from_slice(&number("LODE_SEED", SEED).to_be_bytes());
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
}

/// The world before anything is traded, with more roles than its story gives; made once, as its keys take time.
fn enrolled() -> World {
    static WORLD: OnceLock<World> = OnceLock::new();
    let make = || {
        let mut world = World::enrolled();
        vouching::grant_roles(&mut world);
        world
    };
    WORLD.get_or_init(make).clone()
}

/// The world's whole story; made once.
fn traded() -> World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(World::traded).clone()
}

#[test]
fn the_model_agrees_with_the_story() {
    let world = World::traded();
    History::of(&world).book().compare(&world);
}

#[test]
fn every_history_keeps_mass_counts_claims_and_hands() {
    let seen: Mutex<BTreeMap<&'static str, (u32, u32)>> = Mutex::new(BTreeMap::new());
    let run = |list: Vec<Op>| -> Result<(), TestCaseError> {
        let mut world = enrolled();
        let known = |op: &&Op| !repair::changes_books(op) && !identity::changes_roles(op);
        for (n, op) in list.iter().filter(known).enumerate() {
            if let Some((name, accepted)) = play(&mut world, op) {
                let mut seen = seen.lock().unwrap();
                let counts = seen.entry(name).or_default();
                if accepted { counts.0 += 1 } else { counts.1 += 1 }
            }
            if n % 16 == 15 {
                History::of(&world).book().compare(&world);
            }
        }
        History::of(&world).book().compare(&world);
        Ok(())
    };
    runner(2_400).run(&vec(ops(), 20..90), run).unwrap();
    let seen = seen.into_inner().unwrap();
    let left_out = |name: &&str| repair::RARE.contains(name) || identity::OF_ROLES.contains(name);
    for name in histories::events().filter(|name| !left_out(name)) {
        let (accepted, refused) = seen.get(name).copied().unwrap_or_default();
        assert!(
            accepted > 5,
            "{name}: only {accepted} accepted and {refused} refused, so nothing is proven of it"
        );
        assert!(accepted > refused / 4, "{name}: {accepted} accepted, {refused} refused: mostly refusals");
    }
}

#[test]
fn the_state_root_is_the_same_however_it_is_reached() {
    let run = |(list, turn): (Vec<Op>, usize)| -> Result<(), TestCaseError> {
        let mut world = enrolled();
        for op in &list {
            play(&mut world, op);
        }
        let root = world.replay.state_root();
        let mut again = Replay::new();
        for Entry { bytes, state_root, .. } in &world.entries {
            again.append(bytes.clone()).unwrap();
            assert_eq!(again.state_root(), *state_root);
        }
        assert_eq!((again.state_root(), again.root()), (root, world.replay.root()));
        let mut records = leaves(world.replay.view());
        let naive: BTreeMap<Hash, Hash> = records.iter().copied().collect();
        assert_eq!(naive.len(), records.len(), "two records have one place");
        assert_eq!(naive_root(&naive.into_iter().collect::<Vec<_>>(), 0), root);
        let place = turn % records.len();
        records.rotate_left(place);
        assert_eq!(StateMap::from_entries(records.iter().copied()).root(), root);
        records.reverse();
        let mut map = StateMap::new();
        for batch in records.chunks(1 + turn % 7) {
            // What is overwritten later leaves no trace.
            map.update(batch.iter().map(|(key, _)| (*key, Hash::of(b"before"))).collect());
            map.update(batch.to_vec());
        }
        assert_eq!(map.root(), root);
        Ok(())
    };
    runner(40).run(&(vec(ops(), 5..40), 0_usize..1000), run).unwrap();
}

/// Records come back from their bytes: what an index keeps is what the root is over.
#[test]
fn every_record_is_read_back_from_its_bytes() {
    let world = World::traded();
    let mut kinds = BTreeSet::new();
    let mut read_back = |key: &RecordKey, record: &Record| {
        let bytes = record.to_bytes();
        assert_eq!(Record::from_bytes(key, &bytes).unwrap(), *record);
        assert!(Record::from_bytes(key, &[bytes.as_slice(), &[0]].concat()).is_err(), "{key:?}");
        kinds.insert(record.kind());
    };
    let (mut tag, mut batch) = (None, None);
    for (key, record) in world.replay.view().iter() {
        read_back(key, record);
        match (key, &**record) {
            (RecordKey::Tag(code), Record::Tag(record)) => tag = Some((*code, record.history)),
            (RecordKey::Item(id), _) => batch = Some(*id),
            _ => {}
        }
    }
    // No unit of a batch is claimed in the story.
    let ((code, history), item) = (tag.unwrap(), batch.unwrap());
    let key = KeyId(Hash::of(b"a claim key"));
    let unit = ClaimUnit { history, item, number: 17, owner_key: KeyId(Hash::of(b"an owner's key")) };
    read_back(&RecordKey::ClaimUnit(code, key), &Record::ClaimUnit(unit));
    let left_out: Vec<_> = RecordKind::ALL.iter().filter(|kind| !kinds.contains(kind)).collect();
    assert!(left_out.is_empty(), "the story leaves a kind of record out: {left_out:?}");
}

#[test]
fn one_proof_for_many_leaves_proves_what_many_proofs_prove() {
    let world = traded();
    let size = world.replay.size();
    let leaf =
        |index: u64| lode_ledger::tlog::leaf_hash(&world.entries[usize::try_from(index).unwrap()].bytes);
    let run = |(mask, size, turn): (u64, u64, usize)| -> Result<(), TestCaseError> {
        let indexes: Vec<u64> = (0..size).filter(|index| mask >> (index % 64) & 1 == 1).collect();
        if indexes.is_empty() {
            assert!(multiproof::prove(world.replay.tree(), &indexes, size).is_err());
            return Ok(());
        }
        let root = world.replay.tree().root_at(size).unwrap();
        let proof = multiproof::prove(world.replay.tree(), &indexes, size).unwrap();
        let leaves: Vec<(u64, Hash)> = indexes.iter().map(|index| (*index, leaf(*index))).collect();
        assert_eq!(multiproof::root_from_multiproof(size, &leaves, &proof).unwrap(), root);
        let mut singles = 0;
        for (index, hash) in &leaves {
            let single = world.replay.tree().inclusion_proof(*index, size).unwrap();
            verify_inclusion(*index, size, hash, &single, &root).unwrap();
            singles += single.len();
        }
        assert!(proof.len() <= singles);
        // Another leaf, another place, another hash: never the same root.
        let at = turn % leaves.len();
        let mut other = leaves.clone();
        other[at].1 = Hash::of(b"another entry");
        assert_ne!(multiproof::root_from_multiproof(size, &other, &proof).unwrap(), root);
        if !proof.is_empty() {
            let mut bent = proof.clone();
            bent[turn % proof.len()].0[turn % 32] ^= 1;
            assert_ne!(multiproof::root_from_multiproof(size, &leaves, &bent).unwrap(), root);
            assert!(multiproof::root_from_multiproof(size, &leaves, &proof[1..]).is_err());
        }
        let longer = [proof, vec![root]].concat();
        assert!(multiproof::root_from_multiproof(size, &leaves, &longer).is_err());
        Ok(())
    };
    runner(200).run(&(proptest::num::u64::ANY, 1..=size, 0_usize..1000), run).unwrap();
}

/// Rule U4 against its definition: each number once, none 1024 or more below the highest, none too far above it.
#[test]
fn a_sequence_number_is_used_once_within_its_window() {
    let verdicts: Mutex<BTreeMap<&'static str, u32>> = Mutex::new(BTreeMap::new());
    let run = |steps: Vec<(u8, u64)>| -> Result<(), TestCaseError> {
        let mut world = traded();
        let brazil = world.item("brazil");
        let body = world.declared(brazil, vec![treatment("heat", "declared_applied")]);
        let event = [Event::from(body)];
        let mut used: BTreeSet<u64> = (1..world.author(Who::ImporterA).seq).collect();
        for (kind, amount) in steps {
            let highest = *used.last().unwrap();
            let seq = match kind {
                0 => highest + 1 + amount % 3,
                1 => highest.saturating_sub(amount % 12),
                2 => highest.saturating_sub(1_016 + amount % 16),
                3 => highest + 1_000 + amount % 50,
                4 => highest + (1 << 20) - 2 + amount % 5,
                _ => highest.saturating_sub(amount % 2_000),
            };
            let expected = if used.contains(&seq) && highest - seq < 1_024 {
                "sequence-used"
            } else if seq + 1_024 <= highest {
                "sequence-old"
            } else if seq > highest + (1 << 20) {
                "sequence-leap"
            } else {
                used.insert(seq);
                "accepted"
            };
            *verdicts.lock().unwrap().entry(expected).or_default() += 1;
            let mut author = world.author(Who::ImporterA);
            author.seq = seq;
            let result = world.replay.append(author.sign(&event).unwrap().into_bytes());
            assert_eq!(Verdict::of(&result).code, expected, "number {seq} after {highest}");
        }
        Ok(())
    };
    runner(30).run(&vec((0_u8..6, 0_u64..100_000), 30..80), run).unwrap();
    let verdicts = verdicts.into_inner().unwrap();
    assert!(verdicts.len() == 4 && verdicts.values().all(|count| *count > 20), "{verdicts:?}");
}

/// What the state map holds: places and hashes of all records.
fn leaves(view: &MemoryView) -> Vec<(Hash, Hash)> {
    let leaf = |(key, record): (&lode_ledger::record::RecordKey, &std::sync::Arc<Record>)| {
        assert!(view.record(key).is_some());
        (key.map_key(), record.map_value())
    };
    view.iter().map(leaf).collect()
}

/// The design's definition of the state root, word for word, over sorted leaves.
fn naive_root(leaves: &[(Hash, Hash)], depth: usize) -> Hash {
    match leaves {
        [] => {
            assert_eq!(Hash::of(&[4]), EMPTY);
            EMPTY
        }
        [(key, value)] => Hash::of_parts(&[&[2], &key.0, &value.0]),
        many => {
            let bit = |key: &Hash| key.0[depth / 8] >> (7 - depth % 8) & 1 == 1;
            let (right, left): (Vec<_>, Vec<_>) = many.iter().copied().partition(|(key, _)| bit(key));
            let (left, right) = (naive_root(&left, depth + 1), naive_root(&right, depth + 1));
            Hash::of_parts(&[&[3], &left.0, &right.0])
        }
    }
}
