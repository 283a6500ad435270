//! Who may depend on whom. The ledger decides what is true, so it must not be able to reach a socket, a clock or a
//! random generator; the verifier must not trust the node, so it must not contain it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};
use lode_tests::golden;

/// The workspace as Cargo resolves it, from what is on the disk.
fn metadata() -> Metadata {
    let options = ["--offline", "--locked", "--filter-platform", "x86_64-unknown-linux-gnu"];
    MetadataCommand::new()
        .manifest_path(golden::root().join("Cargo.toml"))
        .other_options(options.map(str::to_owned))
        .exec()
        .unwrap()
}

fn member<'a>(metadata: &'a Metadata, name: &str) -> &'a Package {
    let found = metadata.workspace_packages().into_iter().find(|package| package.name.as_str() == name);
    found.unwrap_or_else(|| panic!("no crate of the workspace is called {name}"))
}

/// The direct dependencies of a crate that its program contains.
fn direct(package: &Package) -> BTreeSet<String> {
    let normal = package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal);
    normal.map(|dependency| dependency.name.clone()).collect()
}

/// Everything that a crate's program contains, through any number of steps, with its versions.
fn closure(metadata: &Metadata, name: &str) -> BTreeMap<String, BTreeSet<String>> {
    let resolve = metadata.resolve.as_ref().unwrap();
    let nodes: BTreeMap<&PackageId, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let packages: BTreeMap<&PackageId, &Package> =
        metadata.packages.iter().map(|package| (&package.id, package)).collect();
    let mut waiting = VecDeque::from([&member(metadata, name).id]);
    let mut seen = BTreeSet::new();
    while let Some(id) = waiting.pop_front() {
        if !seen.insert(id) {
            continue;
        }
        for dependency in &nodes[id].deps {
            if dependency.dep_kinds.iter().any(|info| info.kind == DependencyKind::Normal) {
                waiting.push_back(&dependency.pkg);
            }
        }
    }
    let mut contains: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for id in seen {
        let package = packages[id];
        contains.entry(package.name.to_string()).or_default().insert(package.version.to_string());
    }
    contains
}

fn assert_without(metadata: &Metadata, name: &str, forbidden: &[&str]) {
    let contains = closure(metadata, name);
    assert!(contains.len() > 5, "{name}: the closure cannot be so small: {contains:?}");
    for other in forbidden {
        assert!(!contains.contains_key(*other), "{name} must not contain {other}");
    }
}

#[test]
fn the_ledger_depends_on_nothing_but_what_it_decides_with() {
    let metadata = metadata();
    let allowed =
        ["base64ct", "ed25519-dalek", "hex", "hkdf", "minicbor", "serde", "serde_json", "sha2", "thiserror"];
    let allowed: BTreeSet<String> = allowed.into_iter().map(str::to_owned).collect();
    assert_eq!(direct(member(&metadata, "lode-ledger")), allowed);
    let outside = [
        "axum", "chrono", "hyper", "jiff", "mio", "rand", "rayon", "reqwest", "sled", "time", "tokio", "ureq",
    ];
    assert_without(&metadata, "lode-ledger", &outside);
    // getrandom may be compiled in by another crate's features; the ledger itself must not name it.
    assert!(!direct(member(&metadata, "lode-ledger")).contains("getrandom"));
}

#[test]
fn the_verifier_contains_no_server_and_no_store() {
    let metadata = metadata();
    let forbidden = ["axum", "hyper", "lode", "lode-demo", "lode-node", "reqwest", "sled", "tokio"];
    assert_without(&metadata, "lode-verify", &forbidden);
}

#[test]
fn client_and_node_do_not_contain_each_other() {
    let metadata = metadata();
    assert_without(&metadata, "lode", &["lode-node", "lode-verify", "lode-demo", "axum", "sled", "tokio"]);
    assert_without(&metadata, "lode-node", &["lode", "lode-verify", "lode-demo"]);
}

#[test]
fn the_packages_of_the_design_are_used() {
    let metadata = metadata();
    let used: BTreeSet<String> = metadata.workspace_packages().into_iter().flat_map(direct).collect();
    for name in ["axum", "bincode", "ed25519-dalek", "hex", "serde", "sha2", "sled"] {
        assert!(used.contains(name), "no crate uses {name}");
    }
}

#[test]
fn every_crate_forbids_unsafe_code() {
    let metadata = metadata();
    let root = std::fs::read_to_string(golden::root().join("Cargo.toml")).unwrap();
    let lints = root.split("[workspace.lints.rust]").nth(1).unwrap();
    let lints = lints.split("\n[").next().unwrap();
    assert!(lints.contains("\nunsafe_code = \"forbid\"\n"), "the workspace does not forbid unsafe code");
    let members = metadata.workspace_packages();
    assert!(members.len() >= 6);
    for package in members {
        let manifest = std::fs::read_to_string(&package.manifest_path).unwrap();
        assert!(manifest.contains("\n[lints]\nworkspace = true\n"), "{} has lints of its own", package.name);
    }
}

/// Two versions of a crate that holds keys or hashes would mean two opinions on what is valid.
#[test]
fn the_cryptography_is_there_once() {
    let metadata = metadata();
    let contains = closure(&metadata, "lode-node");
    for name in ["curve25519-dalek", "ed25519-dalek", "ed25519"] {
        assert_eq!(contains[name].len(), 1, "{name}: {:?}", contains[name]);
    }
}
