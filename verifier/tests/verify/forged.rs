//! Proof files as somebody would forge them who holds the log's own keys: a false seal, and records that are there,
//! absent, or neither as the file says. Each must be found by the check that it offends, and named.

use lode_ledger::hash::Hash;
use lode_ledger::id::ItemId;
use lode_ledger::proof::{Known, ProofFile, build};
use lode_ledger::record::{Record, RecordKey, View as _};
use lode_ledger::replay::Author;
use lode_ledger::statemap::StateMap;
use lode_ledger::statement::Issuer;
use lode_ledger::tlog::{Checkpoint, MemoryTree, SignedCheckpoint, leaf_hash, multiproof};
use serde_json::Value;

use crate::world::{ORIGIN, Source, World, cosigner, event, log_signer, secret, story};
use crate::{Bench, TRUSTED, with};

/// The key that seals in the story, and one that has no right to.
const SEALER: u8 = 202;
const OTHER: u8 = 99;

/// A story with its piece's proof file, before anything is forged.
struct Forger {
    bench: Bench,
    world: World,
    file: ProofFile,
}

impl Forger {
    /// The story, with a certificate of a lab that nobody has enrolled.
    fn new() -> Self {
        let (mut world, piece) = story();
        certify(&mut world, piece);
        world.seal();
        let bytes = build(&Source { world: &world, cosigners: TRUSTED }, &piece, Vec::new()).unwrap();
        Self { bench: Bench::new(), world, file: ProofFile::decode(&bytes).unwrap() }
    }

    /// Puts another statement in the place of the newest seal, with a tree and a checkpoint over it that the log and
    /// all who cosign have signed.
    fn reseal(&mut self, key: u8, state_root: Hash) {
        let at = self.file.seal;
        let text = format!(
            r#"{{"type":"ledger.sealed","at":"{}","size":{at},"state_root":"{state_root}"}}"#,
            self.world.at()
        );
        let mut author = Author::new(secret(key), Issuer::Ledger, self.world.registrar.audience.clone());
        author.seq = 500;
        let seal = author.sign(&[event(&text)]).unwrap().into_bytes();
        let place = usize::try_from(at.0).unwrap();
        self.world.statements[place].clone_from(&seal);
        self.file.statements.iter_mut().find(|entry| entry.index == at).unwrap().bytes = seal;
        let mut tree = MemoryTree::default();
        for bytes in &self.world.statements {
            tree.push(leaf_hash(bytes));
        }
        let indexes: Vec<u64> = self.file.statements.iter().map(|entry| entry.index.0).collect();
        let proof = multiproof::prove(&tree, &indexes, tree.size()).unwrap();
        self.file.inclusion = proof.iter().flat_map(|hash| hash.0).collect();
        let checkpoint = Checkpoint::new(ORIGIN, tree.size(), tree.root()).unwrap();
        let mut signed: SignedCheckpoint = checkpoint.sign(&log_signer()).unwrap();
        for seed in TRUSTED {
            let line = cosigner(*seed).cosign(&signed, u64::try_from(self.world.now).unwrap()).unwrap();
            signed.add(line).unwrap();
        }
        self.file.checkpoint = signed.to_string();
    }

    /// Seals exactly what the file's records say, whether it is true or not.
    fn seal_what_the_file_says(&mut self) {
        let places = |known: &Known| Hash::of(&known.key);
        let there = self.file.records.iter();
        let there = there.filter_map(|known| Some((places(known), Hash::of(known.record.as_ref()?))));
        let map = StateMap::from_entries(there);
        let keys: Vec<Hash> = self.file.records.iter().map(places).collect();
        self.file.state = map.prove(&keys).to_bytes();
        self.reseal(SEALER, map.root());
    }

    fn record(&mut self, kind: u8) -> &mut Known {
        let mut known = self.file.records.iter_mut();
        known.find(|known| known.key.first() == Some(&kind)).unwrap()
    }

    /// What the program says of the file.
    fn verdict(&self) -> (i32, Value) {
        std::fs::write(self.bench.path("piece.lode"), self.file.encode()).unwrap();
        self.bench.item()
    }

    #[track_caller]
    fn is_found(&self, check: &str, says: &str) {
        let (code, report) = self.verdict();
        assert_eq!((code, with(&report, "failed")), (1, vec![check.to_owned()]), "{report:#}");
        let failed = report["checks"].as_array().unwrap().iter().find(|check| check["outcome"] == "failed");
        let text = failed.unwrap()["text"].as_str().unwrap();
        assert!(text.contains(says), "{says:?} is not in {text:?}");
    }
}

fn certify(world: &mut World, piece: ItemId) {
    let Some(Record::Item(item)) = world.sealed.0.view().record(&RecordKey::Item(piece)).as_deref().cloned()
    else {
        panic!("no piece")
    };
    let holder = Issuer::Participant(item.custodian);
    let mut holder = Author::new(secret(11), holder, world.registrar.audience.clone());
    holder.seq = 500;
    let text = format!(
        r#"{{"type":"certificate.linked","at":"{}","item":"{piece}","issuer_code":"XYZ","number":"1",
        "document":{{"kind":"lab_report","sha256":"{}","public":true}},"scope":"item"}}"#,
        world.at(),
        Hash::of(b"report")
    );
    world.by(&mut holder, &[event(&text)]);
}

/// The kind bytes of records.
const KEY: u8 = 5;
const ITEM: u8 = 7;
const CERTIFICATE: u8 = 13;
const ISSUER: u8 = 14;

#[test]
fn the_same_work_without_a_lie_passes_and_proves_that_a_lab_is_not_enrolled() {
    let mut forger = Forger::new();
    assert!(forger.record(ISSUER).record.is_none(), "the file says that there is no such lab");
    let (code, report) = forger.verdict();
    assert_eq!(code, 0, "{report:#}");
    assert!(with(&report, "passed").contains(&"records/records-proven".to_owned()));
    forger.seal_what_the_file_says();
    let (code, report) = forger.verdict();
    assert_eq!(code, 0, "what a forger would do, done with the truth: {report:#}");
}

#[test]
fn a_changed_byte_of_the_seal_is_not_in_the_log() {
    let mut forger = Forger::new();
    let seal = forger.file.seal;
    let entry = forger.file.statements.iter_mut().find(|entry| entry.index == seal).unwrap();
    *entry.bytes.last_mut().unwrap() ^= 1;
    forger.is_found("inclusion/not-included", "not those of the signed log");
}

#[test]
fn a_seal_by_another_key_is_a_false_signature_at_its_entry() {
    let mut forger = Forger::new();
    let root = forger.world.sealed.1.root();
    forger.reseal(OTHER, root);
    let entry = format!("entry {}:", forger.file.seal);
    forger.is_found("signatures/signature-bad", &entry);
}

#[test]
fn a_seal_over_another_state_is_not_that_of_the_records() {
    let mut forger = Forger::new();
    let root = forger.world.sealed.1.root();
    let lie = Hash::of(b"another state");
    forger.reseal(SEALER, lie);
    forger.is_found("records/records-differ", &format!("{root}, not to {lie}"));
}

#[test]
fn a_seal_over_a_record_that_the_events_do_not_make_is_named_by_its_record() {
    let mut forger = Forger::new();
    let item = forger.file.item;
    let known =
        forger.file.records.iter_mut().find(|known| known.key[..] == RecordKey::Item(item).to_bytes());
    let known = known.unwrap();
    let record = Record::from_bytes(&RecordKey::Item(item), known.record.as_ref().unwrap()).unwrap();
    let Record::Item(mut lie) = record else { panic!("no item") };
    lie.certificates.clear();
    known.record = Some(Record::from(lie).to_bytes().into());
    forger.seal_what_the_file_says();
    forger.is_found("rules/record-not-derived", &item.to_string());
}

#[test]
fn a_record_that_is_there_cannot_be_called_absent() {
    let mut forger = Forger::new();
    let certificate = forger.record(CERTIFICATE);
    certificate.record = None;
    certificate.events.clear();
    forger.is_found("records/records-differ", "a key claimed absent is present");
    // With a seal that bears the lie out, the item's own record still asks for it.
    forger.seal_what_the_file_says();
    forger.is_found("history/history-broken", "certificate record");
}

#[test]
fn a_record_left_out_is_missed_and_one_that_is_absent_cannot_be_called_there() {
    let mut forger = Forger::new();
    forger.file.records.retain(|known| known.key.first() != Some(&ITEM));
    forger.is_found("records/records-differ", "but its path ends without it");

    let mut forger = Forger::new();
    let lab = forger.record(CERTIFICATE).record.clone();
    forger.record(ISSUER).record = lab;
    let (code, report) = forger.verdict();
    assert_eq!((code, with(&report, "not_evaluated")), (3, vec!["file/file-unreadable".to_owned()]));
    let lab = lode_ledger::record::Issuer {
        history: lode_ledger::record::History::default(),
        participant: lode_ledger::id::ParticipantId::new([7; 16]),
        code: "XYZ".to_owned(),
    };
    forger.record(ISSUER).record = Some(Record::from(lab).to_bytes().into());
    forger.is_found("records/records-differ", "claimed present, but its path ends without it");
}

#[test]
fn a_key_that_the_state_does_not_have_has_signed_nothing() {
    let mut forger = Forger::new();
    let (key, events) = {
        let key = forger.record(KEY);
        key.record = None;
        (hex(&key.key[1..]), std::mem::take(&mut key.events))
    };
    assert!(!events.is_empty());
    forger.seal_what_the_file_says();
    forger.is_found("signatures/signature-bad", &key);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
