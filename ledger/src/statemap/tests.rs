//! The map against a naive recursion over a sorted map, for any content, order and batching.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

/// The definition, word for word.
fn reference_root(map: &BTreeMap<Hash, Hash>) -> Hash {
    fn node(entries: &[(Hash, Hash)], depth: usize) -> Hash {
        match entries {
            [] => Hash::of(&[4]),
            [(key, value)] => Hash::of_parts(&[&[2], &key.0, &value.0]),
            _ => {
                let one = |(key, _): &(Hash, Hash)| key.0[depth / 8] & (0x80 >> (depth % 8)) != 0;
                let (right, left): (Vec<_>, Vec<_>) = entries.iter().copied().partition(one);
                Hash::of_parts(&[&[3], &node(&left, depth + 1).0, &node(&right, depth + 1).0])
            }
        }
    }
    node(&map.iter().map(|(k, v)| (*k, *v)).collect::<Vec<_>>(), 0)
}

fn numbered(i: u64) -> (Hash, Hash) {
    (Hash::of(&i.to_be_bytes()), Hash::of_parts(&[b"value", &i.to_be_bytes()]))
}

/// Keys that are spread like hashes, and keys that crowd together down to the last bit.
fn key() -> impl Strategy<Value = Hash> {
    prop_oneof![
        any::<u16>().prop_map(|i| Hash::of(&i.to_be_bytes())),
        (0u8..4, 0u8..8).prop_map(|(high, low)| {
            let mut bytes = [0; 32];
            bytes[0] = high << 6;
            bytes[31] = low;
            Hash(bytes)
        }),
        (0usize..256).prop_map(|bit| {
            let mut bytes = [0; 32];
            bytes[bit / 8] = 0x80 >> (bit % 8);
            Hash(bytes)
        }),
    ]
}

fn value() -> impl Strategy<Value = Hash> {
    any::<u8>().prop_map(|i| Hash::of(&[i]))
}

fn content(max: usize) -> impl Strategy<Value = BTreeMap<Hash, Hash>> {
    prop::collection::btree_map(key(), value(), 0..max)
}

#[test]
fn the_empty_map_and_the_first_records() {
    assert_eq!(EMPTY, Hash::of(&[4]));
    let mut map = StateMap::new();
    assert_eq!((map.root(), map.len(), map.is_empty()), (EMPTY, 0, true));
    let (key, value) = numbered(0);
    map.update(vec![(key, Hash::ZERO), (key, value)]);
    assert_eq!(map.root(), Hash::of_parts(&[&[2], &key.0, &value.0]));
    assert_eq!((map.len(), map.get(&key), map.get_leaf(&key)), (1, Some(value), Some(map.root())));
    assert_eq!(map.get(&numbered(1).0), None);
}

#[test]
fn growth_does_not_show() {
    // 40,000 records split every shard's buckets several times.
    let all: Vec<_> = (0..40_000).map(numbered).collect();
    let bulk = StateMap::from_entries(all.iter().copied());
    let mut batched = StateMap::new();
    for batch in all.chunks(997) {
        batched.update(batch.to_vec());
    }
    assert_eq!(bulk.root(), reference_root(&all.iter().copied().collect()));
    assert_eq!(batched.root(), bulk.root());
    assert_eq!((batched.len(), bulk.len()), (40_000, 40_000));
    let mut crowded = StateMap::new();
    let same_shard: BTreeMap<_, _> = all
        .iter()
        .map(|(key, value)| {
            let mut key = *key;
            key.0[0] = 7;
            key.0[1] = 7;
            (key, *value)
        })
        .collect();
    crowded.update(same_shard.clone().into_iter().collect());
    assert_eq!(crowded.root(), reference_root(&same_shard));
    assert!(same_shard.iter().all(|(key, value)| crowded.get(key) == Some(*value)));
}

#[test]
fn a_proof_is_small() {
    let map = StateMap::from_entries((0..100_000).map(numbered));
    let sizes = (0..500).map(|i| map.prove(&[numbered(i * 400).0]).to_bytes().len());
    // 17 levels on average; 10 more lead to 10^8 records: 320 bytes.
    assert!(sizes.max().unwrap() + 320 < 2048);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_root_is_a_function_of_the_content(
        content in content(80),
        noise in prop::collection::vec((key(), value()), 0..40),
        order in any::<u64>(),
        batch in 1usize..30,
    ) {
        let expected = reference_root(&content);
        let bulk = StateMap::from_entries(content.clone());
        prop_assert_eq!(bulk.root(), expected);
        prop_assert_eq!(bulk.len(), content.len());
        // Other values first, other order, other batches: only what stands at the end counts.
        let mut map = StateMap::new();
        map.update(noise.into_iter().filter(|(key, _)| content.contains_key(key)).collect());
        let mut shuffled: Vec<_> = content.iter().map(|(k, v)| (*k, *v)).collect();
        shuffled.sort_by_key(|(key, _)| Hash::of_parts(&[&order.to_be_bytes(), &key.0]));
        for part in shuffled.chunks(batch) {
            map.update(part.to_vec());
        }
        prop_assert_eq!(map.root(), expected);
        prop_assert_eq!(map.len(), content.len());
    }

    #[test]
    fn proofs_hold_for_what_is_and_only_for_that(
        content in content(60),
        asked in prop::collection::btree_set(key(), 1..12),
        wrong in value(),
    ) {
        let map = StateMap::from_entries(content.clone());
        let root = reference_root(&content);
        // Some asked keys are surely there.
        let asked: BTreeSet<_> = asked.into_iter().chain(content.keys().copied().step_by(7)).collect();
        let keys: Vec<_> = asked.iter().rev().copied().collect();
        let proof = MapProof::from_bytes(&map.prove(&keys).to_bytes()).unwrap();
        let claims: Vec<_> = keys.iter().map(|key| (*key, content.get(key).copied())).collect();
        prop_assert_eq!(proof.verify(&root, &claims), Ok(()));
        prop_assert!(proof.verify(&Hash::of(b"another root"), &claims).is_err());
        for i in 0..claims.len() {
            let mut lie = claims.clone();
            lie[i].1 = match lie[i].1 { Some(_) => None, None => Some(wrong) };
            prop_assert!(proof.verify(&root, &lie).is_err());
            if claims[i].1.is_some_and(|value| value != wrong) {
                lie[i].1 = Some(wrong);
                let refused = matches!(proof.verify(&root, &lie), Err(MapProofError::RootMismatch { .. }));
                prop_assert!(refused);
            }
            let mut twice = claims.clone();
            twice.push(claims[i]);
            prop_assert_eq!(proof.verify(&root, &twice), Err(MapProofError::DuplicateKey(claims[i].0)));
        }
        prop_assert_eq!(proof.verify(&root, &[]), Err(MapProofError::NoKeys));
    }

    #[test]
    fn no_changed_byte_is_accepted(
        content in content(40),
        asked in prop::collection::btree_set(key(), 1..4),
        place in any::<prop::sample::Index>(),
        flip in 1u8..=255,
    ) {
        let map = StateMap::from_entries(content.clone());
        let keys: Vec<_> = asked.into_iter().collect();
        let claims: Vec<_> = keys.iter().map(|key| (*key, content.get(key).copied())).collect();
        let mut bytes = map.prove(&keys).to_bytes();
        let place = place.index(bytes.len());
        bytes[place] ^= flip;
        if let Ok(changed) = MapProof::from_bytes(&bytes) {
            prop_assert!(changed.verify(&map.root(), &claims).is_err());
        }
        bytes[place] ^= flip;
        prop_assert!(MapProof::from_bytes(&bytes[..bytes.len() - 1]).is_err());
        bytes.push(0);
        prop_assert!(MapProof::from_bytes(&bytes).is_err());
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), asked in key()) {
        if let Ok(proof) = MapProof::from_bytes(&bytes) {
            let _ = proof.verify(&EMPTY, &[(asked, None)]);
        }
    }
}

#[test]
fn an_end_of_another_kind_proves_nothing() {
    // A leaf on a far branch must not pass as the end of this key's path, and a bare node not as a leaf.
    let map = StateMap::from_entries((0..3).map(numbered));
    let absent = numbered(77).0;
    let (key, value) = numbered(0);
    for kind in 0..3u8 {
        for depth in 0..=256u16 {
            let mut bytes = Vec::new();
            let mut e = minicbor::Encoder::new(&mut bytes);
            e.array(2).unwrap().array(1).unwrap();
            if kind == 2 {
                e.array(4).unwrap().u8(2).unwrap().u16(depth).unwrap();
                e.encode(key).unwrap().encode(value).unwrap();
            } else {
                e.array(2).unwrap().u8(kind).unwrap().u16(depth).unwrap();
            }
            e.bytes(&[]).unwrap();
            let proof = MapProof::from_bytes(&bytes).unwrap();
            assert!(proof.verify(&map.root(), &[(absent, None)]).is_err());
        }
    }
}
