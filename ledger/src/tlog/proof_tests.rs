//! Our proofs against the public vectors and against two other implementations.

use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use ed25519_dalek::{Signer, SigningKey};
use proptest::prelude::*;
use serde::Deserialize;
use sha2::Sha256;

use super::super::tree::tests::numbered;
use super::super::tree::{MemoryTree, leaf_hash};
use super::*;

fn concatenated(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

#[test]
fn every_pair_up_to_200_leaves() {
    let tree = numbered(200);
    for size in 1..=200 {
        let root = tree.root_at(size).unwrap();
        for index in 0..size {
            let leaf = tree.hash(0, index).unwrap();
            let path = tree.inclusion_proof(index, size).unwrap();
            assert_eq!(Some(path.len()), inclusion_length(index, size));
            assert_eq!(verify_inclusion(index, size, &leaf, &path, &root), Ok(()), "{index} in {size}");
            let old_root = tree.root_at(index + 1).unwrap();
            let proof = tree.consistency_proof(index + 1, size).unwrap();
            let outcome = verify_consistency(index + 1, size, &old_root, &root, &proof);
            assert_eq!(outcome, Ok(()), "{} to {size}", index + 1);
        }
    }
}

#[test]
fn what_cannot_be_proven() {
    let tree = numbered(10);
    assert_eq!(tree.inclusion_proof(10, 10), Err(ProofError::IndexOutOfRange { index: 10, size: 10 }));
    assert_eq!(tree.inclusion_proof(0, 0), Err(ProofError::IndexOutOfRange { index: 0, size: 0 }));
    assert!(matches!(tree.inclusion_proof(3, 11), Err(ProofError::Missing { .. })));
    assert!(matches!(tree.inclusion_proof(3, u64::MAX), Err(ProofError::Missing { .. })));
    assert_eq!(tree.consistency_proof(0, 5), Err(ProofError::SizesOutOfOrder { old: 0, new: 5 }));
    assert_eq!(tree.consistency_proof(6, 5), Err(ProofError::SizesOutOfOrder { old: 6, new: 5 }));
    assert!(matches!(tree.consistency_proof(3, 11), Err(ProofError::Missing { .. })));
    assert_eq!(tree.consistency_proof(10, 10), Ok(Vec::new()));
}

/// The verifiers take any numbers without overflow or panic.
#[test]
fn extreme_sizes() {
    let sizes = [0, 1, 2, 3, 1 << 62, (1 << 63) - 1, 1 << 63, (1 << 63) + 1, u64::MAX - 1, u64::MAX];
    for length in [0, 1, 2, 62, 63, 64, 65, 128] {
        let hashes = vec![Hash::ZERO; length];
        for a in sizes {
            for b in sizes {
                let refused = verify_inclusion(a, b, &Hash::of(b"leaf"), &hashes, &Hash::ZERO);
                assert!(refused.is_err(), "{a} {b} {length}");
                let same = a == b && a != 0 && length == 0;
                let outcome = verify_consistency(a, b, &Hash::ZERO, &Hash::ZERO, &hashes);
                assert_eq!(outcome.is_ok(), same, "{a} {b} {length}");
            }
        }
    }
    assert_eq!(inclusion_length(0, u64::MAX), Some(64));
    assert_eq!(inclusion_length(u64::MAX, u64::MAX), None);
}

// The public vectors.

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InclusionCase {
    leaf_idx: u64,
    tree_size: u64,
    root: Option<String>,
    leaf_hash: Option<String>,
    proof: Option<Vec<String>>,
    want_err: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConsistencyCase {
    size1: u64,
    size2: u64,
    root1: Option<String>,
    root2: Option<String>,
    proof: Option<Vec<String>>,
    want_err: bool,
}

/// Some vectors write words such as "don't care 2" for hashes. Their digest stands for them: equal words stay
/// equal, different ones different, and the verdict is our verifier's, not the decoder's.
fn hash(text: Option<&String>) -> Hash {
    let bytes = Base64::decode_vec(text.map_or("", String::as_str)).unwrap();
    let digest = Hash::of(&bytes);
    bytes.try_into().map_or(digest, Hash)
}

fn hashes(proof: Option<Vec<String>>) -> Vec<Hash> {
    proof.unwrap_or_default().iter().map(|text| hash(Some(text))).collect()
}

fn vectors(kind: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/merkle/testdata").join(kind);
    if !folder.is_dir() {
        let in_ci = std::env::var("CI").is_ok_and(|value| value == "true");
        assert!(!in_ci, "{} is missing: the public vectors must be present in CI", folder.display());
        eprintln!("skipped: {} is missing", folder.display());
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    assert!(found.len() >= 98, "only {} vectors of {kind}", found.len());
    found
}

#[test]
fn public_inclusion_vectors() {
    for (path, text) in vectors("inclusion") {
        let case: InclusionCase = serde_json::from_str(&text).unwrap();
        // Here, too, a leaf hash must be one: a shorter one cannot even be said in our types.
        let leaf = case.leaf_hash.as_ref().filter(|text| Base64::decode_vec(text).unwrap().len() == 32);
        let Some(leaf) = leaf.map(|text| hash(Some(text))) else {
            assert!(case.want_err, "{}", path.display());
            continue;
        };
        let root = hash(case.root.as_ref());
        let outcome = verify_inclusion(case.leaf_idx, case.tree_size, &leaf, &hashes(case.proof), &root);
        assert_eq!(outcome.is_err(), case.want_err, "{}", path.display());
    }
}

#[test]
fn public_consistency_vectors() {
    for (path, text) in vectors("consistency") {
        let case: ConsistencyCase = serde_json::from_str(&text).unwrap();
        let (old_root, new_root) = (hash(case.root1.as_ref()), hash(case.root2.as_ref()));
        let outcome = verify_consistency(case.size1, case.size2, &old_root, &new_root, &hashes(case.proof));
        assert_eq!(outcome.is_err(), case.want_err, "{}", path.display());
    }
}

// ct-merkle.

fn foreign(size: u64) -> MemoryBackedTree<Sha256, [u8; 8]> {
    let mut tree = MemoryBackedTree::new();
    (0..size).for_each(|i| tree.push(i.to_be_bytes()));
    tree
}

fn agree_with_ct_merkle(ours: &MemoryTree, theirs: &MemoryBackedTree<Sha256, [u8; 8]>, index: u64, old: u64) {
    let size = theirs.len();
    let root = theirs.root();
    assert_eq!(root.as_bytes().as_slice(), ours.root_at(size).unwrap().as_ref());

    let path = ours.inclusion_proof(index, size).unwrap();
    let their_path = theirs.prove_inclusion(usize::try_from(index).unwrap());
    assert_eq!(concatenated(&path), their_path.as_bytes(), "{index} in {size}");
    let proof = InclusionProof::<Sha256>::try_from_bytes(concatenated(&path)).unwrap();
    root.verify_inclusion(&index.to_be_bytes(), index, &proof).unwrap();

    let proof = ours.consistency_proof(old, size).unwrap();
    let added = usize::try_from(size - old).unwrap();
    let their_proof = theirs.prove_consistency(added);
    assert_eq!(concatenated(&proof), their_proof.as_bytes(), "{old} to {size}");
    let old_root = RootHash::<Sha256>::new(ours.root_at(old).unwrap().0.into(), old);
    let proof = ConsistencyProof::<Sha256>::try_from_bytes(concatenated(&proof)).unwrap();
    root.verify_consistency(&old_root, &proof).unwrap();
}

#[test]
fn ct_merkle_agrees_on_every_small_tree() {
    let ours = numbered(80);
    for size in 1..=80 {
        let theirs = foreign(size);
        for index in 0..size {
            agree_with_ct_merkle(&ours, &theirs, index, index + 1);
        }
    }
}

// sigsum: its inclusion check is reached through a whole Sigsum signature, so one is built around our proof.

fn sigsum_accepts(index: u64, size: u64, entries: &[Vec<u8>], message: &[u8; 32], shift: u64) -> bool {
    let submitter = SigningKey::from_bytes(&[11; 32]);
    let log = SigningKey::from_bytes(&[12; 32]);
    let leaf = sigsum_leaf(&submitter, message);
    let tree: MemoryTree = (0..size)
        .map(|i| if i == index { leaf_hash(&leaf) } else { leaf_hash(&entries[usize::try_from(i).unwrap()]) })
        .collect();
    let log_id = Hash::of(log.verifying_key().as_bytes());
    let root = tree.root();
    let head = format!("sigsum.org/v1/tree/{log_id}\n{size}\n{}\n", Base64::encode_string(root.as_ref()));
    let mut text = format!(
        "version=2\nlog={log_id}\nleaf={} {}\n\nsize={size}\nroot_hash={root}\nsignature={}\n\nleaf_index={}\n",
        Hash::of(submitter.verifying_key().as_bytes()),
        hex::encode(&leaf[32..96]),
        hex::encode(log.sign(head.as_bytes()).to_bytes()),
        index.wrapping_add(shift),
    );
    for node in tree.inclusion_proof(index, size).unwrap() {
        text.push_str(&format!("node_hash={node}\n"));
    }
    let signature = sigsum::SigsumSignature::from_ascii(&text).unwrap();
    let policy = format!("log {}\nquorum none\n", hex::encode(log.verifying_key().as_bytes()));
    let policy = sigsum::Policy::parse(&policy).unwrap();
    let submitters = [sigsum::PublicKey::from(submitter.verifying_key().to_bytes())];
    sigsum::verify(&sigsum::Hash::from(*message), &signature, &submitters, &policy).is_ok()
}

/// checksum || signature || key hash, as the Sigsum log protocol lays it out.
fn sigsum_leaf(submitter: &SigningKey, message: &[u8; 32]) -> Vec<u8> {
    let checksum = Hash::of(message);
    let signed = [b"sigsum.org/v1/tree-leaf\0".as_slice(), checksum.as_ref()].concat();
    let key = Hash::of(submitter.verifying_key().as_bytes());
    [checksum.as_ref(), &submitter.sign(&signed).to_bytes(), key.as_ref()].concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn ct_merkle_agrees_on_random_trees(size in 1_u64..5000, index in any::<u64>(), old in any::<u64>()) {
        agree_with_ct_merkle(&numbered(size), &foreign(size), index % size, old % size + 1);
    }

    #[test]
    fn sigsum_agrees_on_random_trees(
        entries in prop::collection::vec(any::<Vec<u8>>(), 1..300),
        index in any::<u64>(),
        message: [u8; 32],
    ) {
        let size = entries.len() as u64;
        let index = index % size;
        prop_assert!(sigsum_accepts(index, size, &entries, &message, 0));
        prop_assert!(!sigsum_accepts(index, size, &entries, &message, 1));
    }

    /// No change to a right proof is accepted.
    #[test]
    fn tampering_is_seen(size in 2_u64..2000, index in any::<u64>(), at in any::<prop::sample::Index>(), bit in 0_usize..256) {
        let tree = numbered(size);
        let (index, root) = (index % size, tree.root());
        let leaf = tree.hash(0, index).unwrap();
        let path = tree.inclusion_proof(index, size).unwrap();
        let proof = tree.consistency_proof(index + 1, size).unwrap();
        let old_root = tree.root_at(index + 1).unwrap();
        let flip = |hashes: &[Hash]| {
            let mut hashes = hashes.to_vec();
            let at = at.index(hashes.len());
            hashes[at].0[bit / 8] ^= 1 << (bit % 8);
            hashes
        };
        prop_assert!(verify_inclusion(index, size, &leaf, &flip(&path), &root).is_err());
        prop_assert!(verify_inclusion((index + 1) % size, size, &leaf, &path, &root).is_err());
        prop_assert!(verify_inclusion(index, size, &leaf, &path[1..], &root).is_err());
        prop_assert!(verify_consistency(index + 1, size, &flip(&[old_root])[0], &root, &proof).is_err());
        prop_assert!(verify_consistency(index + 1, size, &old_root, &flip(&[root])[0], &proof).is_err());
        if !proof.is_empty() {
            prop_assert!(verify_consistency(index + 1, size, &old_root, &root, &flip(&proof)).is_err());
            prop_assert!(verify_consistency(index + 1, size, &old_root, &root, &proof[1..]).is_err());
        }
    }
}
