//! Bad statements, and a few good ones, each as a file with its verdict: what any implementation must refuse, with
//! which code. The verdicts stand in the sources of this test, written by hand; the files are made from them.

mod claims;
mod form;
mod json;
mod people;
mod trade;

use std::collections::{BTreeMap, BTreeSet};

use lode_ledger::event::Event;
use lode_ledger::replay::{Author, Replay};
use lode_ledger::violation::Reason;
use lode_tests::golden;
use lode_tests::vectors::{Vector, Verdict};
use lode_tests::world::{ORIGIN, Who, World};
use serde_json::json;

/// The world at one moment, and the vectors that were made for it.
pub(crate) struct Bench {
    pub(crate) world: World,
    vectors: Vec<Vector>,
}

impl Bench {
    fn at(world: World) -> Self {
        Self { world, vectors: Vec::new() }
    }

    /// A statement as bytes.
    pub(crate) fn bytes(&mut self, name: &str, why: &str, expect: Verdict, bytes: &[u8]) {
        let after = self.world.replay.size();
        let (name, why, statement) = (name.to_owned(), why.to_owned(), hex::encode(bytes));
        self.vectors.push(Vector { name, why, after, statement, expect });
    }

    /// A statement of events, well signed.
    pub(crate) fn events(
        &mut self,
        name: &str,
        why: &str,
        expect: Verdict,
        mut author: Author,
        events: &[Event],
    ) {
        let statement = author.sign(events).unwrap_or_else(|error| panic!("{name}: {error}"));
        self.bytes(name, why, expect, statement.bytes());
    }

    /// A statement of one event by somebody with his next number.
    pub(crate) fn event(
        &mut self,
        name: &str,
        why: &str,
        expect: Verdict,
        who: Who,
        event: impl Into<Event>,
    ) {
        let author = self.world.author(who);
        self.events(name, why, expect, author, &[event.into()]);
    }
}

/// All vectors, in the order in which they were made.
pub(crate) fn all() -> Vec<Vector> {
    let mut vectors = Vec::new();
    let mut bench = Bench::at(World::empty());
    people::before_the_opening(&mut bench);
    vectors.append(&mut bench.vectors);
    let mut bench = Bench::at(World::opened());
    people::before_the_policy(&mut bench);
    vectors.append(&mut bench.vectors);
    let mut bench = Bench::at(World::traded());
    form::cose(&mut bench);
    form::signatures(&mut bench);
    json::payloads(&mut bench);
    json::fields(&mut bench);
    people::ledger_and_sequence(&mut bench);
    people::keys_and_roles(&mut bench);
    people::enrolment(&mut bench);
    people::seals_and_policy(&mut bench);
    trade::entry(&mut bench);
    trade::mass(&mut bench);
    trade::custody(&mut bench);
    trade::work(&mut bench);
    claims::claims(&mut bench);
    claims::market(&mut bench);
    claims::corrections_and_time(&mut bench);
    trade::good(&mut bench);
    vectors.append(&mut bench.vectors);
    vectors
}

#[test]
fn vectors_are_as_committed() {
    let folder = golden::root().join("tests/vectors/statements");
    let mut names = BTreeSet::new();
    for vector in all() {
        assert!(names.insert(format!("{}.json", vector.name)), "{} stands there twice", vector.name);
        let mut text = serde_json::to_string_pretty(&vector).unwrap();
        text.push('\n');
        golden::check(&folder.join(format!("{}.json", vector.name)), &text);
    }
    golden::check_no_others(&folder, "json", &names.into_iter().collect::<Vec<_>>());
}

/// The log that the vectors are submitted to.
#[test]
fn the_world_is_as_committed() {
    let world = World::traded();
    let entries: Vec<_> = world
        .entries
        .iter()
        .map(|entry| {
            json!({
                "step": entry.step,
                "statement": hex::encode(&entry.bytes),
                "state_root": entry.state_root.to_string(),
            })
        })
        .collect();
    let beginning = |world: &World| json!({"entries": world.replay.size(), "now": world.now});
    let value = json!({
        "beginnings": {
            "nothing": beginning(&World::empty()),
            "opened": beginning(&World::opened()),
            "enrolled": beginning(&World::enrolled()),
            "traded": beginning(&world),
        },
        "names": world.named(),
        "origin": ORIGIN,
        "ledger": world.audience(),
        "size": world.replay.size(),
        "root": world.replay.root().to_string(),
        "entries": entries,
    });
    golden::check(&golden::root().join("tests/vectors/world.json"), &golden::pretty(&value));
}

/// Runs what stands in the files, not what the sources would make of it.
#[test]
fn every_vector_gets_its_verdict_and_a_refused_one_leaves_nothing_behind() {
    if golden::updating() {
        return;
    }
    let folder = golden::root().join("tests/vectors/statements");
    let mut by_place: BTreeMap<u64, Vec<Vector>> = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let vector: Vector = serde_json::from_str(&text).unwrap();
        by_place.entry(vector.after).or_default().push(vector);
    }
    let world = World::traded();
    let mut log = Replay::new();
    let (mut refused, mut wrong) = (0, Vec::new());
    for after in 0..=world.replay.size() {
        let before = (log.size(), log.root(), log.state_root());
        for vector in by_place.remove(&after).unwrap_or_default() {
            let bytes = hex::decode(&vector.statement).unwrap();
            let verdict = if vector.expect == Verdict::accepted() {
                Verdict::of(&log.clone().append(bytes))
            } else {
                refused += 1;
                Verdict::of(&log.append(bytes))
            };
            if verdict != vector.expect {
                wrong.push(format!("{}: expected {:?}\n    got {verdict:?}", vector.name, vector.expect));
            }
            assert_eq!((log.size(), log.root(), log.state_root()), before, "{}", vector.name);
        }
        if let Some(entry) = world.entries.get(usize::try_from(after).unwrap()) {
            log.append(entry.bytes.clone()).unwrap();
        }
    }
    assert!(by_place.is_empty(), "submitted after more entries than there are: {by_place:?}");
    assert!(wrong.is_empty(), "{} verdicts differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(refused >= 45, "only {refused} bad statements");
}

/// Every way to be refused has a vector, so that a new reason is not forgotten.
#[test]
fn every_reason_of_refusal_has_a_vector() {
    let codes: BTreeSet<String> = all().into_iter().map(|vector| vector.expect.code).collect();
    // These are only ever drawn as warnings; `rules` shows them.
    let warnings =
        [Reason::YieldOutside, Reason::CertificateCollides, Reason::EnteredLate, Reason::LabDisagrees];
    // These need a longer story than the world's: tests/vectors/rules tells it.
    let told = lode_tests::stories::all();
    let stories: BTreeSet<&str> = told
        .iter()
        .flat_map(|told| {
            let steps = told.story.story.iter().filter_map(|step| step.refused.as_ref());
            let refused = told.story.expect.refused.iter().chain(steps).map(|refusal| refusal.code.as_str());
            refused.chain(told.story.expect.warnings.values().flatten().map(String::as_str))
        })
        .collect();
    for reason in Reason::ALL {
        let elsewhere = warnings.contains(reason)
            || stories.contains(reason.code())
            || [Reason::RulesetOlder, Reason::Missing].contains(reason);
        assert!(codes.contains(reason.code()) || elsewhere, "{}", reason.code());
    }
    let forms = [
        "too-large",
        "not-cose",
        "wrong-tag",
        "trailing-bytes",
        "not-deterministic",
        "unknown-header",
        "missing-header",
        "algorithm",
        "content-type",
        "key-id-length",
        "claims",
        "unprotected-not-empty",
        "signature-length",
        "bad-signature",
        "payload",
        "payload-shape",
        "event",
    ];
    for code in forms {
        assert!(codes.contains(code), "{code}");
    }
}
