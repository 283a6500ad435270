//! Sound statements with something changed: a changed bit is always refused; a changed field, signed again, is
//! refused or leaves everything adding up.

use std::cell::Cell;

use lode_ledger::event::Event;
use lode_ledger::event::body::OutputKind;
use lode_ledger::json::Json;
use lode_ledger::statement::Statement;
use lode_tests::model::History;
use lode_tests::world::{KG, Who, World, code, input, mg, output, treatment};
use proptest::prelude::*;

use super::{runner, traded};

/// Statements that the world would accept next, one of each kind that moves mass, hands or claims.
fn sound(world: &mut World) -> Vec<(Who, Event)> {
    let item = |world: &World, name: &str| world.item(name);
    let (brazil, madagascar) = (item(world, "brazil"), item(world, "madagascar"));
    let (beads, chips, third) = (item(world, "beads"), item(world, "chips"), item(world, "third sphere"));
    let (second, heated) = (item(world, "second sphere"), item(world, "heated stock"));
    let open = world.works["open"];
    let mut list: Vec<(Who, Event)> = Vec::new();
    let (lot, _) = world.lot(Who::ImporterA, "import", "BR", 10 * KG);
    list.push((Who::ImporterA, lot.into()));
    let not_arrived = item(world, "not arrived");
    list.push((Who::ImporterA, world.receipt(not_arrived, 400 * KG).into()));
    list.push((Who::ImporterA, world.split(Who::ImporterA, brazil, &[50 * KG, 30 * KG]).0.into()));
    let (mut split, _) = world.split(Who::Studio, beads, &[KG]);
    split.parts.0[0].count = Some(50);
    split.left_count = Some(58);
    list.push((Who::Studio, split.into()));
    let inputs = vec![input(brazil, 10 * KG), input(madagascar, 5 * KG), input(heated, KG)];
    list.push((Who::ImporterA, world.merge(Who::ImporterA, inputs).0.into()));
    list.push((Who::ImporterA, world.lost(brazil, KG).into()));
    list.push((Who::Studio, world.work(Who::Studio, "carve", vec![input(chips, KG / 2)]).0.into()));
    let outputs =
        vec![output(OutputKind::Piece, KG, None, "carving"), output(OutputKind::Batch, KG, Some(20), "bead")];
    list.push((Who::Studio, world.yielded(Who::Studio, open, outputs).0.into()));
    list.push((Who::ImporterA, world.offer(Who::ImporterA, Who::ImporterB, &[brazil, madagascar]).0.into()));
    list.push((Who::ImporterB, world.acceptance(world.offers["open"]).into()));
    list.push((Who::Seller, world.sale(Who::Seller, &[second]).0.into()));
    list.push((Who::Studio, world.tag(third, "nine").into()));
    list.push((Who::Studio, world.declared(chips, vec![treatment("heat", "declared_applied")]).into()));
    let mut certificate = world.certificate(third, "GTC", "9");
    certificate.findings = vec![treatment("wax", "lab_detected")].into();
    list.push((Who::Lab, certificate.into()));
    let applied = lode_ledger::event::body::TreatmentApplied {
        at: world.now,
        item: Some(chips),
        work: None,
        treatment: code("fill"),
        parameters: None,
        added_mg: Some(mg(100)),
        left_mg: Some(mg(KG + 100)),
    };
    list.push((Who::Studio, applied.into()));
    list
}

#[test]
fn the_sound_statements_are_sound() {
    let mut world = traded();
    for (who, event) in sound(&mut world) {
        let name = event.event_type().spec().name;
        let mut next = world.clone();
        next.say(who, &[event]).unwrap_or_else(|error| panic!("{name}: {error}"));
        History::of(&next).book().compare(&next);
    }
}

/// Every bit of one statement, one after the other.
#[test]
fn no_bit_of_a_statement_may_change() {
    let mut world = traded();
    let (who, event) = sound(&mut world).remove(2);
    let bytes = world.author(who).sign(&[event]).unwrap().into_bytes();
    let before = (world.replay.size(), world.replay.root(), world.replay.state_root());
    for bit in 0..bytes.len() * 8 {
        let mut bent = bytes.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        assert!(world.replay.append(bent).is_err(), "bit {bit} may change");
    }
    assert_eq!((world.replay.size(), world.replay.root(), world.replay.state_root()), before);
    world.replay.append(bytes).unwrap();
}

#[test]
fn random_bytes_in_a_statement_are_refused() {
    let mut world = traded();
    let statements: Vec<Vec<u8>> = sound(&mut world)
        .into_iter()
        .map(|(who, event)| world.author(who).sign(&[event]).unwrap().into_bytes())
        .collect();
    let run = |(which, at, bytes, cut): (usize, usize, Vec<u8>, usize)| {
        let sound = &statements[which % statements.len()];
        let at = at % sound.len();
        let end = (at + cut).min(sound.len());
        let bent = [&sound[..at], &bytes, &sound[end..]].concat();
        prop_assume!(bent != *sound);
        prop_assert!(world.replay.check(bent).is_err());
        Ok(())
    };
    let bytes = proptest::collection::vec(any::<u8>(), 0..6);
    runner(2_000).run(&(0_usize..100, any::<usize>(), bytes, 0_usize..6), run).unwrap();
}

/// How a value is changed.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) which: usize,
    pub(super) leaf: usize,
    pub(super) how: u8,
    pub(super) amount: i64,
}

#[test]
fn a_changed_field_is_refused_or_everything_still_adds_up() {
    let mut world = traded();
    let statements = sound(&mut world);
    let strings = pool(&world);
    let (accepted, refused) = (Cell::new(0), Cell::new(0));
    let changes = (0_usize..1000, 0_usize..1000, 0_u8..8, 1_i64..20_000_000)
        .prop_map(|(which, leaf, how, amount)| Change { which, leaf, how, amount });
    runner(2_500)
        .run(&changes, |change| {
            let (who, event) = &statements[change.which % statements.len()];
            let mut json = event.to_json();
            let leaves = count(&json);
            bend(&mut json, &mut (change.leaf % leaves), &change, &strings);
            if json == event.to_json() {
                return Ok(());
            }
            let mut next = world.clone();
            let author = next.author(*who);
            let seq = i64::try_from(author.seq).unwrap();
            let payload = Json::object([("seq", Json::Int(seq)), ("events", Json::Arr(vec![json]))]).write();
            let subject = "bent".parse().unwrap();
            let audience = &author.audience;
            let bent =
                Statement::sign_bytes(author.issuer, subject, audience, payload.as_bytes(), &author.secret);
            let before = (next.replay.size(), next.replay.root(), next.replay.state_root());
            match next.submit(bent.unwrap()) {
                Ok(_) => {
                    accepted.set(accepted.get() + 1);
                    History::of(&next).book().compare(&next);
                }
                Err(_) => {
                    refused.set(refused.get() + 1);
                    let after = (next.replay.size(), next.replay.root(), next.replay.state_root());
                    prop_assert_eq!(after, before);
                }
            }
            Ok(())
        })
        .unwrap();
    let (accepted, refused) = (accepted.get(), refused.get());
    assert!(accepted > 50 && refused > 500, "{accepted} accepted, {refused} refused: nothing is proven");
}

/// Texts that mean something elsewhere.
fn pool(world: &World) -> Vec<String> {
    let mut pool: Vec<String> = world.items.values().map(ToString::to_string).collect();
    pool.extend(world.works.values().map(ToString::to_string));
    pool.extend(world.offers.values().map(ToString::to_string));
    pool.extend([Who::ImporterB, Who::Studio, Who::Lab, Who::Registrar].map(|who| world.id(who).to_string()));
    let words = ["", "heat", "declared_none", "lab_none_detected", "BR", "opening_stock", "natural", "glass"];
    pool.extend(words.map(str::to_owned));
    pool.extend(["2020-01-01T00:00:00Z", "2026-11-02T08:00:00+08:00"].map(str::to_owned));
    pool
}

/// How many places of a value can be changed.
pub(super) fn count(json: &Json) -> usize {
    match json {
        Json::Arr(items) => 1 + items.iter().map(count).sum::<usize>(),
        Json::Obj(fields) => 1 + fields.iter().map(|(_, value)| count(value)).sum::<usize>(),
        _ => 1,
    }
}

/// Changes the place that is reached after so many steps.
pub(super) fn bend(json: &mut Json, steps: &mut usize, change: &Change, strings: &[String]) -> bool {
    if *steps == 0 {
        bend_here(json, change, strings);
        return true;
    }
    *steps -= 1;
    match json {
        Json::Arr(items) => items.iter_mut().any(|item| bend(item, steps, change, strings)),
        Json::Obj(fields) => fields.iter_mut().any(|(_, value)| bend(value, steps, change, strings)),
        _ => false,
    }
}

fn bend_here(json: &mut Json, change: &Change, strings: &[String]) {
    let pick = usize::try_from(change.amount).unwrap();
    match json {
        Json::Int(value) => {
            *value = match change.how {
                0 => *value + 1,
                1 => *value - 1,
                2 => *value * 10,
                3 => -*value,
                4 => 0,
                5 => (1 << 53) - 1,
                6 => *value + change.amount,
                _ => *value - change.amount,
            };
        }
        Json::Str(text) => match change.how {
            0..6 => *text = strings[pick % strings.len()].clone(),
            6 => drop(text.pop()),
            _ => text.push('0'),
        },
        Json::Bool(value) => *value = !*value,
        Json::Arr(items) if !items.is_empty() => {
            let at = pick % items.len();
            match change.how % 3 {
                0 => drop(items.remove(at)),
                1 => items.push(items[at].clone()),
                _ => items.reverse(),
            }
        }
        Json::Obj(fields) if !fields.is_empty() => {
            let at = pick % fields.len();
            match change.how % 2 {
                0 => drop(fields.remove(at)),
                _ => fields.push(("colour".to_owned(), Json::Str("red".to_owned()))),
            }
        }
        Json::Arr(_) | Json::Obj(_) => {}
    }
}
