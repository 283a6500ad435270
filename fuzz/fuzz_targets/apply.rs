//! Sequences of statements over a trade that stands: sound events with some places changed, by whoever, in one
//! statement or several. The rules are pure and total: a refusal leaves everything as it was, the same statement
//! gives the same change, and what was accepted adds up in a book kept by other means.
#![no_main]

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use libfuzzer_sys::arbitrary::{self, Unstructured};
use libfuzzer_sys::fuzz_target;
use lode_fuzz::bend_json;
use lode_ledger::apply::{Delta, Link, apply};
use lode_ledger::event::Event;
use lode_ledger::id::LogIndex;
use lode_ledger::json::Json;
use lode_ledger::record::{Record, RecordKey};
use lode_ledger::statement::Statement;
use lode_tests::model::History;
use lode_tests::world::{KG, Who, World, input, treatment};

struct Stage {
    world: World,
    /// What could be said next, by whom.
    sound: Vec<(Who, Event)>,
    /// Texts that mean something.
    pool: Vec<String>,
}

const WHO: [Who; 8] = [
    Who::Registrar,
    Who::ImporterA,
    Who::ImporterB,
    Who::Studio,
    Who::Lab,
    Who::Seller,
    Who::Exporter,
    Who::Suspended,
];

static STAGE: LazyLock<Stage> = LazyLock::new(|| {
    let mut world = World::traded();
    let mut sound = next(&mut world);
    // Also everything that was said before, once more.
    let said = world.entries.iter().flat_map(|entry| {
        let who = entry.author.and_then(|id| world.who(id));
        entry.events.iter().filter_map(move |event| Some((who?, event.clone())))
    });
    sound.extend(said);
    let mut pool: Vec<String> = world.items.values().map(ToString::to_string).collect();
    pool.extend(world.works.values().map(ToString::to_string));
    pool.extend(world.offers.values().map(ToString::to_string));
    pool.extend(world.sales.values().map(ToString::to_string));
    pool.extend(WHO.map(|who| world.id(who).to_string()));
    let words = [
        "",
        "at",
        "left_mg",
        "count",
        "inputs",
        "heat",
        "wax",
        "fill",
        "declared_none",
        "lab_none_detected",
        "BR",
        "opening_stock",
        "import",
        "natural",
        "glass",
        "quartz",
        "process",
        "sample",
        "importer",
        "registrar",
        "2020-01-01T00:00:00Z",
        "2026-11-02T08:00:00+08:00",
        "carve",
        "piece",
        "batch",
        "lot",
    ];
    pool.extend(words.map(str::to_owned));
    Stage { world, sound, pool }
});

fn next(world: &mut World) -> Vec<(Who, Event)> {
    let (brazil, madagascar, chips) = (world.item("brazil"), world.item("madagascar"), world.item("chips"));
    let (beads, third, second) =
        (world.item("beads"), world.item("third sphere"), world.item("second sphere"));
    let not_arrived = world.item("not arrived");
    let inputs = vec![input(brazil, 10 * KG), input(madagascar, 5 * KG)];
    vec![
        (Who::ImporterA, world.lot(Who::ImporterA, "import", "BR", 10 * KG).0.into()),
        (Who::ImporterA, world.receipt(not_arrived, 400 * KG).into()),
        (Who::ImporterA, world.split(Who::ImporterA, brazil, &[50 * KG, 30 * KG]).0.into()),
        (Who::ImporterA, world.merge(Who::ImporterA, inputs).0.into()),
        (Who::ImporterA, world.lost(brazil, KG).into()),
        (Who::Studio, world.split(Who::Studio, beads, &[KG]).0.into()),
        (Who::Studio, world.work(Who::Studio, "carve", vec![input(chips, KG / 2)]).0.into()),
        (Who::Studio, world.tag(third, "nine").into()),
        (Who::Studio, world.declared(chips, vec![treatment("heat", "declared_applied")]).into()),
        (Who::Lab, world.certificate(third, "GTC", "9").into()),
        (Who::ImporterA, world.offer(Who::ImporterA, Who::ImporterB, &[brazil, madagascar]).0.into()),
        (Who::ImporterB, world.acceptance(world.offers["open"]).into()),
        (Who::Seller, world.sale(Who::Seller, &[second]).0.into()),
    ]
}

fn run(u: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let stage = &*STAGE;
    let mut world = stage.world.clone();
    let mut accepted = 0;
    for _ in 0..u.int_in_range(1..=4)? {
        let mut who = Who::ImporterA;
        let mut events = Vec::new();
        for _ in 0..u.int_in_range(1..=3)? {
            let (author, event) = u.choose(&stage.sound)?;
            who = *author;
            let mut json = event.to_json();
            for _ in 0..u.int_in_range(0..=3)? {
                bend_json(&mut json, u, &stage.pool)?;
            }
            events.push(json);
        }
        if u.ratio(1, 8)? {
            who = *u.choose(&WHO)?;
        }
        let author = world.author(who);
        let seq = if u.ratio(1, 10)? { u.arbitrary::<i64>()? } else { i64::try_from(author.seq).unwrap() };
        let payload = Json::object([("seq", Json::Int(seq)), ("events", Json::Arr(events))]).write();
        let subject = "fuzz".parse().unwrap();
        let Ok(statement) = Statement::sign_bytes(
            author.issuer,
            subject,
            &author.audience,
            payload.as_bytes(),
            &author.secret,
        ) else {
            continue;
        };
        let before = (world.replay.size(), world.replay.root(), world.replay.state_root());
        if let Ok(verified) = world.replay.check(statement.bytes().to_vec()) {
            let index = LogIndex(world.replay.size());
            let applied = || apply(world.replay.view(), index, &verified).map(parts);
            assert_eq!(applied(), applied(), "the same again");
        }
        match world.submit(statement) {
            Ok(_) => {
                accepted += 1;
                if seq == i64::try_from(author.seq).unwrap() {
                    world.author_mut(who).seq += 1;
                }
            }
            Err(_) => {
                let after = (world.replay.size(), world.replay.root(), world.replay.state_root());
                assert_eq!(after, before, "a refusal changes nothing");
            }
        }
    }
    if accepted > 0 {
        History::of(&world).book().compare(&world);
    }
    Ok(())
}

fn parts(delta: Delta) -> (BTreeMap<RecordKey, Arc<Record>>, Vec<Vec<RecordKey>>, Vec<Link>) {
    (delta.changes().clone(), delta.touched().to_vec(), delta.links().to_vec())
}

fuzz_target!(|bytes: &[u8]| {
    // Too few bytes to choose by end the story early.
    let _ = run(&mut Unstructured::new(bytes));
});
