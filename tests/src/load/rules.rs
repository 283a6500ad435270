//! What the rules cost beside a signature: every event type of the world's story is applied again and again at its
//! place in the log, and so are statements as large as their lists may be.
//!
//! `apply` alone is timed, over records in memory; what reading records from a disk costs is the node's figure.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use anyhow::Result;
use lode_ledger::apply::apply;
use lode_ledger::event::Event;
use lode_ledger::event::body::AnyValue;
use lode_ledger::id::LogIndex;
use lode_ledger::replay::Replay;
use lode_ledger::statement::Verified;
use serde::Serialize;

use super::display::grouped;
use super::report::table;
use crate::counted::Counted;
use crate::world::{KG, Who, World, input};

/// What one kind of statement costs.
#[derive(Clone, Debug, Serialize)]
pub struct Cost {
    /// The event type, or the large statement.
    pub what: String,
    /// Statements of it in the story.
    pub statements: usize,
    /// Nanoseconds of the rules, on average over them.
    pub rules_ns: u64,
    /// Records that the rules asked for, in the statement that asked for most.
    pub reads: usize,
    /// Nanoseconds of decoding, signature check and reading of the payload, on average.
    pub check_ns: u64,
}

/// What everything costs.
#[derive(Clone, Debug, Serialize)]
pub struct Costs {
    /// By event type: statements with that type alone.
    pub events: Vec<Cost>,
    /// Over all statements of the story, each once.
    pub average: Cost,
    /// Statements as large as their lists may be.
    pub largest: Vec<Cost>,
}

/// Time that one statement is measured for.
const TIME: Duration = Duration::from_millis(20);

/// Measures every statement of the story at its place, then the large ones.
///
/// # Errors
/// A statement of the story is refused, which is a defect of the story.
pub fn measure() -> Result<Costs> {
    let world = World::traded();
    let mut replay = Replay::new();
    let mut by_type: BTreeMap<&str, Vec<Figures>> = BTreeMap::new();
    let mut all = Vec::new();
    for entry in &world.entries {
        let verified = replay.check(entry.bytes.clone())?;
        let cost = Figures::of(&replay, &verified, &entry.bytes);
        all.push(cost);
        if let [event] = entry.events.as_slice() {
            by_type.entry(event.event_type().spec().name).or_default().push(cost);
        }
        replay.accept(&verified)?;
    }
    let events = by_type.iter().map(|(name, costs)| mean(name, costs)).collect();
    Ok(Costs { events, average: mean("all of the story", &all), largest: largest(world)? })
}

fn rules_ns(replay: &Replay, verified: &Verified) -> u64 {
    each_ns(|| drop(black_box(apply(replay.view(), LogIndex(replay.size()), verified))))
}

fn check_ns(replay: &Replay, bytes: &[u8]) -> u64 {
    each_ns(|| drop(black_box(replay.check(bytes.to_vec()))))
}

/// Nanoseconds of one turn, by many.
fn each_ns(mut turn: impl FnMut()) -> u64 {
    let began = Instant::now();
    let mut turns = 0_u128;
    while began.elapsed() < TIME {
        for _ in 0..8 {
            turn();
        }
        turns += 8;
    }
    u64::try_from(began.elapsed().as_nanos() / turns).unwrap_or(u64::MAX)
}

/// What one statement costs at its place.
#[derive(Clone, Copy)]
struct Figures {
    rules_ns: u64,
    reads: usize,
    check_ns: u64,
}

impl Figures {
    fn of(replay: &Replay, verified: &Verified, bytes: &[u8]) -> Self {
        let counted = Counted::new(replay.view());
        drop(black_box(apply(&counted, LogIndex(replay.size()), verified)));
        let reads = counted.reads();
        Self { rules_ns: rules_ns(replay, verified), reads, check_ns: check_ns(replay, bytes) }
    }
}

fn mean(what: &str, costs: &[Figures]) -> Cost {
    let count = u64::try_from(costs.len()).unwrap_or(1).max(1);
    let sum = |pick: fn(&Figures) -> u64| costs.iter().map(pick).sum::<u64>() / count;
    Cost {
        what: what.to_owned(),
        statements: costs.len(),
        rules_ns: sum(|cost| cost.rules_ns),
        reads: costs.iter().map(|cost| cost.reads).max().unwrap_or(0),
        check_ns: sum(|cost| cost.check_ns),
    }
}

/// Statements that fill their lists.
fn largest(mut world: World) -> Result<Vec<Cost>> {
    let mut costs = Vec::new();
    let brazil = world.item("brazil");
    let (split, _) = world.split(Who::ImporterA, brazil, &[1_000; 256]);
    costs.push(large(&world, "lot.split into 256", Who::ImporterA, split.clone().into())?);
    world.must(Who::ImporterA, split);
    let heated = world.corrected(brazil, "treatments.heat", None, Some(AnyValue("declared_applied".into())));
    costs.push(large(&world, "event.corrected that reaches 256", Who::ImporterA, heated.into())?);
    let mut lots = Vec::new();
    for n in 0..64_usize {
        let country = ["BR", "MG", "ZM", "CN"][n % 4];
        let (lot, id) = world.lot(Who::ImporterA, "opening_stock", country, KG);
        world.must(Who::ImporterA, lot);
        lots.push(id);
    }
    let inputs: Vec<_> = lots.iter().map(|lot| input(*lot, KG / 2)).collect();
    let (merge, _) = world.merge(Who::ImporterA, inputs.clone());
    costs.push(large(&world, "lot.merged of 64", Who::ImporterA, merge.into())?);
    let (work, _) = world.work(Who::ImporterA, "sort", inputs);
    costs.push(large(&world, "work.started with 64", Who::ImporterA, work.into())?);
    let (offer, _) = world.offer(Who::ImporterA, Who::ImporterB, &lots);
    costs.push(large(&world, "custody.offered of 64", Who::ImporterA, offer.into())?);
    let (sale, _) = world.sale(Who::ImporterA, &lots);
    costs.push(large(&world, "sale.recorded of 64", Who::ImporterA, sale.into())?);
    Ok(costs)
}

fn large(world: &World, what: &str, who: Who, event: Event) -> Result<Cost> {
    let bytes = world.author(who).sign(&[event])?.into_bytes();
    let verified = world.replay.check(bytes.clone())?;
    apply(world.replay.view(), LogIndex(world.replay.size()), &verified)?;
    Ok(mean(what, &[Figures::of(&world.replay, &verified, &bytes)]))
}

impl Costs {
    /// Writes a table for people.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn print(&self, out: &mut impl Write) -> Result<()> {
        let heads = [
            "one statement of",
            "in the story",
            "rules, ns",
            "records asked for, at most",
            "signature and form, ns",
        ];
        let mut table = table(&heads);
        for cost in self.events.iter().chain([&self.average]).chain(&self.largest) {
            let statements = u64::try_from(cost.statements).unwrap_or(0);
            let reads = u64::try_from(cost.reads).unwrap_or(u64::MAX);
            let figures = [statements, cost.rules_ns, reads, cost.check_ns].map(grouped);
            table.add_row([cost.what.clone()].into_iter().chain(figures));
        }
        writeln!(out, "{table}")?;
        Ok(())
    }
}
