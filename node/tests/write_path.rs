//! The write path against a real data folder: what is accepted is in the log, stays in it through restarts and kills,
//! and adds up to what a replay of the bytes adds up to.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use lode_ledger as lode;
use lode_ledger::event::Event;
use lode_ledger::id::{ItemId, LogIndex, Origin};
use lode_ledger::key::SecretKey;
use lode_ledger::proof::{ProofFile, verify_item};
use lode_ledger::record::{Record, RecordKey};
use lode_ledger::replay::Replay;
use lode_ledger::tlog::{Policy, SignedCheckpoint, verify_inclusion};
use lode_ledger::verdict::Outcome as Verdict;
use lode_node::clock::Clock;
use lode_node::genesis::{self, NodeKeys};
use lode_node::service::{ItemFilter, OpenError, Outcome, ProofError};
use lode_node::{Config, Node, check};

#[allow(dead_code, reason = "the world serves the tests of three crates")]
#[path = "../../ledger/src/replay/world.rs"]
mod world;

use world::{ORIGIN, World, log_signer, secret, story};

/// A clock that goes only when told.
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now_unix(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

fn hand(world: &World) -> Arc<Hand> {
    Arc::new(Hand(AtomicI64::new(world.now + 100)))
}

fn keys() -> NodeKeys {
    NodeKeys { log: secret(201), seal: secret(202), receipt: secret(203) }
}

/// A data folder whose ledger has begun with the world's first two statements.
fn begun(data: &Path, world: &World) -> Config {
    let origin = Origin::new(ORIGIN).unwrap();
    genesis::init_with(data, origin, 60, &keys()).unwrap();
    let sequence = [world.statements[0].as_slice(), &world.statements[1]].concat();
    let ledger = genesis::begin(data, &sequence).unwrap();
    assert!(ledger.starts_with(ORIGIN));
    Config::new(data)
}

/// What the world's people have said after the genesis; its seals are the node's own matter.
fn said(world: &World) -> Vec<Vec<u8>> {
    let mut replay = Replay::new();
    let mut said = Vec::new();
    for bytes in &world.statements {
        let verified = replay.check(bytes.clone()).unwrap();
        replay.accept(&verified).unwrap();
        if !matches!(verified.events(), [Event::LedgerSealed(_)]) {
            said.push(bytes.clone());
        }
    }
    said.split_off(2)
}

fn entries(node: &Node) -> Vec<Vec<u8>> {
    (0..node.size()).map(|index| node.statement(LogIndex(index)).unwrap()).collect()
}

/// Replays the node's own log, every seal's root included, and compares.
fn agrees_with_replay(node: &Node) -> Replay {
    let mut replay = Replay::new();
    for entry in entries(node) {
        replay.append(entry).unwrap_or_else(|error| panic!("{error}"));
    }
    assert_eq!(replay.root(), node.root());
    for (key, record) in replay.view().iter() {
        assert_eq!(node.record(key).as_ref(), Some(record), "{key:?}");
    }
    replay
}

async fn accepted(node: &Node, statements: Vec<Vec<u8>>) -> Vec<lode_node::Accepted> {
    let ids: Vec<_> = statements.iter().map(|bytes| lode::hash::Hash::of(bytes)).collect();
    let outcomes = node.submit(statements.clone()).await;
    assert_eq!(outcomes.len(), statements.len());
    let mut all = Vec::new();
    for ((outcome, id), bytes) in outcomes.into_iter().zip(ids).zip(&statements) {
        let Outcome::Accepted(accepted) = outcome else { panic!("refused: {outcome:?}") };
        assert_eq!(accepted.statement.0, id);
        let signed =
            SignedCheckpoint::open(accepted.checkpoint.as_bytes(), log_signer().verifier_key()).unwrap();
        let (size, root) = (signed.checkpoint().size(), signed.checkpoint().root());
        let leaf = lode::tlog::leaf_hash(bytes);
        verify_inclusion(accepted.index.0, size, &leaf, &accepted.inclusion, &root).unwrap();
        all.push(accepted);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_world_is_accepted_proven_and_survives_a_stop() {
    let folder = tempfile::tempdir().unwrap();
    let (world, piece) = story();
    let clock = hand(&world);
    let config = begun(&folder.path().join("data"), &world);
    let node = Node::open_with(&config, clock.clone()).unwrap();
    // One request: people are enrolled and speak in it.
    let all = accepted(&node, said(&world)).await;
    assert!(all.iter().all(|accepted| !accepted.duplicate));
    assert_eq!(all[0].index, LogIndex(3), "the clock was behind, so a seal came first");
    agrees_with_replay(&node);

    // A proof makes its own seal, as the piece is newer than the last one.
    assert_eq!(node.proof_file(&piece, Vec::new()), Err(ProofError::NoSeal), "the clock stands still");
    clock.0.fetch_add(1, Ordering::Relaxed);
    let file = node.proof_file(&piece, Vec::new()).unwrap();
    let size = node.size();
    assert_eq!(node.proof_file(&piece, Vec::new()).unwrap(), file);
    assert_eq!(node.size(), size, "no further seal for the same state");
    let read = ProofFile::decode(&file).unwrap();
    assert_eq!((read.item, read.seal), (piece, node.last_seal().unwrap().0));
    // It convinces somebody who knows nothing but the log's key.
    let trust = Policy::parse(format!("log {}\nquorum none\n", log_signer().verifier_key())).unwrap();
    let report = verify_item(&file, &trust);
    let text = report.text(lode::lang::Lang::En);
    assert!(report.checks.iter().all(|check| check.outcome != Verdict::Failed), "{text}");
    assert!(report.checks.iter().filter(|check| check.outcome == Verdict::Passed).count() >= 6, "{text}");
    let nobody = ItemId::new(piece.kind(), [0; 16]);
    assert_eq!(node.proof_file(&nobody, Vec::new()), Err(ProofError::NotFound(nobody)));
    let (root, checkpoint) = (node.root(), node.checkpoint());
    node.stop().await;
    drop(node);

    let report = check::check(&config).unwrap();
    assert_eq!((report.size, report.root, report.seals), (size, root, 2));
    let node = Node::open_with(&config, clock.clone()).unwrap();
    assert_eq!((node.size(), node.root(), node.checkpoint()), (size, root, checkpoint));
    agrees_with_replay(&node);
    // The map was read from the index: a seal over it, and a proof under that seal, show that it is the right one.
    clock.0.fetch_add(1, Ordering::Relaxed);
    let later = ProofFile::decode(&node.proof_file(&piece, Vec::new()).unwrap()).unwrap();
    assert!(later.seal > read.seal);
    agrees_with_replay(&node);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_get_the_same_answer_and_a_refused_statement_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (world, _) = story();
    let config = begun(&folder.path().join("data"), &world);
    let node = Node::open_with(&config, hand(&world)).unwrap();
    let mut statements = said(&world);
    let first = statements[0].clone();
    // Twice in one request, and again in another one.
    statements.insert(1, first.clone());
    let all = accepted(&node, statements.clone()).await;
    assert_eq!((all[0].index, all[0].duplicate), (all[1].index, false));
    assert!(all[1].duplicate);
    let size = node.size();
    let again = accepted(&node, statements.clone()).await;
    assert_eq!(node.size(), size);
    for (before, now) in all.iter().zip(&again) {
        assert_eq!((before.index, now.duplicate), (now.index, true));
    }
    // Wrong in form, in signature, by a rule; each says so, and nothing moves.
    let checkpoint = node.checkpoint();
    let mut forged = world.statements[2].clone();
    *forged.last_mut().unwrap() ^= 1;
    let stranger = SecretKey::from_seed([77; 32]);
    let mut author = world.registrar.clone();
    author.secret = stranger;
    let event = world::event(&format!(
        r#"{{"type":"participant.suspended","at":"{}","participant":"{}","reason":"x"}}"#,
        world.at(),
        world.registrar.issuer
    ));
    let unknown = author.sign(&[event]).unwrap().into_bytes();
    let outcomes = node.submit(vec![vec![1, 2, 3], forged, unknown.clone()]).await;
    let codes: Vec<_> = outcomes.iter().map(|outcome| outcome.refused().unwrap().code).collect();
    assert_eq!(codes, ["wrong-tag", "bad-signature", "key-unknown"]);
    assert_eq!(outcomes[2].refused().unwrap().rule, Some("K1"));
    assert_eq!(node.dry_run(vec![unknown]).await[0].refused().unwrap().code, "key-unknown");
    assert_eq!((node.size(), node.checkpoint()), (size, checkpoint));
    agrees_with_replay(&node);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_tells_what_a_submission_would_do_and_keeps_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (world, _) = story();
    let config = begun(&folder.path().join("data"), &world);
    let node = Node::open_with(&config, hand(&world)).unwrap();
    let trial = node.dry_run(said(&world)).await;
    assert_eq!(node.size(), 2);
    let real = accepted(&node, said(&world)).await;
    for (trial, real) in trial.iter().zip(&real) {
        assert_eq!(trial.accepted().unwrap().index, real.index);
    }
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

#[tokio::test(flavor = "multi_thread")]
async fn killed_behind_lost_or_foreign_the_index_comes_back_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (world, _) = story();
    let data = folder.path().join("data");
    let config = begun(&data, &world);
    let clock = hand(&world);
    let mut statements = said(&world);
    let rest = statements.split_off(4);
    let node = Node::open_with(&config, clock.clone()).unwrap();
    accepted(&node, statements).await;
    node.stop().await;
    drop(node);
    let (index, older) = (data.join("index"), folder.path().join("older"));
    copy(&index, &older);
    // Killed: nothing is drained, the journal alone has the rest.
    let node = Node::open_with(&config, clock.clone()).unwrap();
    accepted(&node, rest).await;
    let (size, root) = (node.size(), node.root());
    drop(node);
    let whole = |what: &str| {
        let node = Node::open_with(&config, clock.clone()).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!((node.size(), node.root()), (size, root), "{what}");
        let mut replay = agrees_with_replay(&node);
        drop(node);
        let report = check::check(&config).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(report.state_root, replay.state_root(), "{what}");
    };
    whole("after a kill");
    std::fs::remove_dir_all(&index).unwrap();
    copy(&older, &index);
    whole("an index that is behind");
    std::fs::remove_dir_all(&index).unwrap();
    whole("a lost index");
    std::fs::write(index.join("db"), vec![0x55; 4096]).unwrap();
    whole("a broken index");
    // An index of another ledger, further on than ours is.
    let other = folder.path().join("other");
    let longer = begun(&other, &world);
    let node = Node::open_with(&longer, clock.clone()).unwrap();
    accepted(&node, said(&world)).await;
    clock.0.fetch_add(1, Ordering::Relaxed);
    node.proof_file(&story().1, Vec::new()).unwrap();
    node.stop().await;
    drop(node);
    std::fs::remove_dir_all(&index).unwrap();
    copy(&other.join("index"), &index);
    whole("a foreign index");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_a_complete_static_log() {
    let folder = tempfile::tempdir().unwrap();
    let (world, _) = story();
    let config = begun(&folder.path().join("data"), &world);
    let node = Node::open_with(&config, hand(&world)).unwrap();
    accepted(&node, said(&world)).await;
    let out = folder.path().join("static");
    node.export(&out, |_, _| {}).unwrap();
    let note = std::fs::read(out.join("checkpoint")).unwrap();
    let signed = SignedCheckpoint::open(&note, log_signer().verifier_key()).unwrap();
    let size = signed.checkpoint().size();
    assert_eq!(size, node.size());
    // From its files alone it replays to the root that was signed.
    let mut replay = Replay::new();
    for bundle in lode::tlog::tile::bundles(size) {
        let bytes = std::fs::read(out.join(bundle.path())).unwrap();
        assert_eq!(node.tile(&bundle.path()).unwrap().bytes.as_ref(), bytes);
        for entry in lode::tlog::tile::decode_bundle(bundle, &bytes).unwrap() {
            replay.append(entry.to_vec()).unwrap();
        }
    }
    assert_eq!(replay.root(), signed.checkpoint().root());
    for tile in lode::tlog::tile::tiles(size) {
        assert_eq!(std::fs::read(out.join(tile.path())).unwrap(), tile.bytes(replay.tree()).unwrap());
    }
    assert!(node.tile("tile/0/001").is_none() && node.tile("tile/../secret").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_page_through_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let (world, piece) = story();
    let config = begun(&folder.path().join("data"), &world);
    let node = Node::open_with(&config, hand(&world)).unwrap();
    accepted(&node, said(&world)).await;
    let replay = agrees_with_replay(&node);
    let all: Vec<ItemId> = replay
        .view()
        .iter()
        .filter_map(|(key, _)| if let RecordKey::Item(id) = key { Some(*id) } else { None })
        .collect();
    let mut paged = Vec::new();
    let mut cursor = None;
    loop {
        let page = node.items(&ItemFilter::default(), cursor.as_deref(), 1).unwrap();
        paged.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(paged.first(), Some(&piece), "newest first");
    assert_eq!(paged.len(), all.len());
    assert!(all.iter().all(|id| paged.contains(id)));
    assert!(node.items(&ItemFilter::default(), Some("AAAA"), 1).is_err());

    let Some(Record::Item(item)) = node.record(&RecordKey::Item(piece)).as_deref().cloned() else {
        panic!("no piece")
    };
    let filter =
        ItemFilter { custodian: Some(item.custodian), kind: Some(piece.kind()), ..ItemFilter::default() };
    assert_eq!(node.items(&filter, None, 10).unwrap().items, [piece]);
    let all_of_studio = ItemFilter { custodian: Some(item.custodian), ..ItemFilter::default() };
    let expected = all.iter().filter(|id| {
        matches!(node.record(&RecordKey::Item(**id)).as_deref(), Some(Record::Item(other)) if other.custodian == item.custodian)
    });
    assert_eq!(node.items(&all_of_studio, None, 10).unwrap().items.len(), expected.count());

    let work = RecordKey::WorkOrder(item.work.unwrap());
    let from = node.made_from(&RecordKey::Item(piece), None, 10).unwrap();
    assert_eq!(from.items.len(), 1);
    assert_eq!(from.items[0].other, work);
    assert_eq!(node.made_into(&work, None, 10).unwrap().items[0].other, RecordKey::Item(piece));
    let roots = node.made_from(&work, None, 10).unwrap().items;
    assert_eq!(node.made_into(&roots[0].other, None, 10).unwrap().items[0].other, work);

    let events = node.events_of(&RecordKey::Item(piece), None, 100);
    assert_eq!(events.len() as u64, item.history.events);
    assert_eq!(node.events_of(&RecordKey::Item(piece), Some(events[0]), 100), events[1..]);
    assert_eq!(node.participants(None, None, 10).unwrap().items.len(), 3);
    assert_eq!(node.participants(Some("studio"), None, 10).unwrap().items, [item.custodian]);
    assert!(node.offers_to(&item.custodian, None, 10).unwrap().items.is_empty(), "the offer was accepted");
    assert_eq!(node.statements_since(LogIndex(2), 1)[0].0, LogIndex(2));
    assert!(node.statements_since(LogIndex(node.size()), 1).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_behind_what_it_published_does_not_sign() {
    let folder = tempfile::tempdir().unwrap();
    let (world, _) = story();
    let data = folder.path().join("data");
    let config = begun(&data, &world);
    let backup = folder.path().join("backup");
    copy(&data.join("journal"), &backup);
    let node = Node::open_with(&config, hand(&world)).unwrap();
    accepted(&node, said(&world)).await;
    let size = node.size();
    node.stop().await;
    drop(node);
    std::fs::remove_dir_all(data.join("journal")).unwrap();
    copy(&backup, &data.join("journal"));
    let error = Node::open_with(&config, hand(&world)).err().unwrap();
    assert!(matches!(error, OpenError::Behind { published, size: 2 } if published == size), "{error}");
}

#[test]
fn a_ledger_begins_only_with_its_own_two_statements() {
    let folder = tempfile::tempdir().unwrap();
    let (world, _) = story();
    let data = folder.path().join("data");
    let origin = Origin::new(ORIGIN).unwrap();
    let sequence = [world.statements[0].as_slice(), &world.statements[1]].concat();
    // Other keys than those the statements name.
    let request = genesis::init(&data, origin.clone(), 60).unwrap();
    assert_eq!(genesis::read_request(&data).unwrap(), request);
    let error = genesis::begin(&data, &sequence).unwrap_err();
    assert!(error.to_string().contains("log key"), "{error}");
    assert!(matches!(Node::open(&Config::new(&data)), Err(OpenError::NotBegun(_))));
    assert!(genesis::init(&data, origin.clone(), 60).is_err(), "keys are never overwritten");

    let data = folder.path().join("right");
    genesis::init_with(&data, origin, 60, &keys()).unwrap();
    assert!(genesis::begin(&data, &world.statements[0]).is_err(), "one is not enough");
    let three = [sequence.as_slice(), &world.statements[2]].concat();
    assert!(genesis::begin(&data, &three).is_err());
    let closed = folder.path().join("for-members");
    genesis::init_for(&closed, Origin::new(ORIGIN).unwrap(), 60, true, &keys()).unwrap();
    let error = genesis::begin(&closed, &sequence).unwrap_err();
    assert!(error.to_string().contains("who reads raw entries"), "{error}");
    genesis::begin(&data, &sequence).unwrap();
    assert!(genesis::begin(&data, &sequence).is_err(), "a ledger begins once");
    let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(data.join("keys/log.pem")).unwrap());
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_ledger_is_sealed_once_and_then_rests() {
    let folder = tempfile::tempdir().unwrap();
    let (world, _) = story();
    let config = begun(&folder.path().join("data"), &world);
    let clock = Arc::new(Hand(AtomicI64::new(world.now)));
    let node = Node::open_with(&config, clock.clone()).unwrap();
    accepted(&node, said(&world)).await;
    assert_eq!(node.last_seal(), None, "the interval has not passed");
    let size = node.size();
    clock.0.fetch_add(60, Ordering::Relaxed);
    let rest = async {
        while node.size() == size {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), rest).await.unwrap();
    assert_eq!(node.last_seal().unwrap().0, LogIndex(size));
    assert_eq!(node.ledger_time().unwrap().unix(), clock.now_unix());
    clock.0.fetch_add(600, Ordering::Relaxed);
    tokio::time::sleep(std::time::Duration::from_millis(1200)).await;
    assert_eq!(node.size(), size + 1, "nothing to seal");
    agrees_with_replay(&node);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_stay_in_order_and_are_sealed_every_thousand() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::open();
    let (mut importer, _) = world.enrol(10, "Importer", "importer");
    let config = begun(&folder.path().join("data"), &world);
    let clock = Arc::new(Hand(AtomicI64::new(world.now + 1)));
    let node = Node::open_with(&config, clock.clone()).unwrap();
    accepted(&node, said(&world)).await;
    let statements: Vec<Vec<u8>> = (0..3000_u32).map(|n| lot(&world, &mut importer, n)).collect();
    let started = std::time::Instant::now();
    // The clock moves on while they are taken in.
    let ticking = tokio::spawn({
        let clock = clock.clone();
        async move {
            loop {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                clock.0.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    let all = accepted(&node, statements.clone()).await;
    ticking.abort();
    eprintln!("{} statements in {:?}", all.len(), started.elapsed());
    assert!(all.is_sorted_by(|a, b| a.index < b.index));
    // The clock stands still now, but an idle node still seals what is older than an interval.
    let now = clock.0.load(Ordering::Relaxed);
    let quiet = || {
        let (index, time) = node.last_seal().unwrap();
        index.0 + 1 == node.size() || now - time.unix() < 60
    };
    while !quiet() {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let replay = agrees_with_replay(&node);
    let seals = node.events_of(&RecordKey::Clock, None, 1000);
    assert!(seals.len() > 2 && seals.is_sorted());
    assert!(seals.windows(2).all(|pair| pair[1].index.0 - pair[0].index.0 <= 1025));
    drop(node);
    let report = check::check(&config).unwrap();
    assert_eq!((report.root, report.seals), (replay.root(), seals.len() as u64 - 1));
}

/// One more lot of an importer's.
fn lot(world: &World, importer: &mut lode::replay::Author, n: u32) -> Vec<u8> {
    let mut nonce = [0; 16];
    nonce[..4].copy_from_slice(&n.to_be_bytes());
    let event = world::event(&format!(
        r#"{{"type":"lot.declared","at":"{}","nonce":"{}","entry":"domestic_purchase","species":"turquoise",
        "form":"rough","nature":"natural","origins":[{{"country":"BR","share_ppm":1000000}}],
        "mass":{{"net_mg":1000,"method":"bench_scale","resolution_mg":100}},"evidence":"self_declared"}}"#,
        world.at(),
        lode::id::Nonce(nonce)
    ));
    importer.sign(&[event]).unwrap().into_bytes()
}
