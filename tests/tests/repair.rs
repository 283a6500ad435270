//! The record repaired (rules X1 to X3, C5, K3): what corrections reach, what they never do, and what stops goods.

use lode_ledger::event::body::{
    AnyValue, CustodyOffered, DisputeAnswered, EventVoided, LossRecorded, OutputKind, SaleRecorded,
};
use lode_ledger::id::ItemId;
use lode_ledger::json::Json;
use lode_ledger::record::{EventRef, Item, ItemState};
use lode_ledger::replay::ReplayError;
use lode_ledger::sealed::Sealable;
use lode_ledger::violation::{Reason, Violation};
use lode_tests::world::{KG, Who, World, code, mg};

fn refused<T: std::fmt::Debug>(outcome: Result<T, ReplayError>) -> Violation {
    match outcome {
        Err(ReplayError::Violation(violation)) => violation,
        other => panic!("{other:?}"),
    }
}

fn reason<T: std::fmt::Debug>(outcome: Result<T, ReplayError>) -> Reason {
    refused(outcome).reason
}

fn value(text: &str) -> Option<AnyValue> {
    Some(AnyValue(text.into()))
}

fn mass(milligrams: u64) -> Option<AnyValue> {
    Some(AnyValue(Json::Int(i64::try_from(milligrams).unwrap())))
}

fn stock(world: &mut World, who: Who, kg: u64) -> ItemId {
    let (body, id) = world.lot(who, "opening_stock", "BR", kg * KG);
    world.must(who, body);
    id
}

fn hand(world: &mut World, from: Who, to: Who, item: ItemId) {
    let (mut body, offer) = world.offer(from, to, &[item]);
    body.ownership = Some(true);
    world.must(from, body);
    let body = world.acceptance(offer);
    world.must(to, body);
}

fn void(world: &World, item: ItemId) -> EventVoided {
    let EventRef { index, event } = world.item_record(&item).created;
    EventVoided {
        at: world.now,
        index,
        event,
        item: Some(item),
        work: None,
        hold: None,
        dispute: None,
        recall: None,
        reason: lode_ledger::event::shape::Text::new("entered twice").unwrap(),
    }
}

fn finding(item: &Item, treatment: &str) -> Option<String> {
    let state = item.claims.treatments.iter().find(|state| state.treatment == code(treatment))?;
    Some(state.finding.as_str().to_owned())
}

#[test]
fn a_treatment_found_late_travels_to_all_that_was_made_and_is_in_part_in_a_blend() {
    let mut world = World::enrolled();
    let heated = stock(&mut world, Who::ImporterA, 10);
    let other = stock(&mut world, Who::ImporterA, 10);
    let (body, parts) = world.split(Who::ImporterA, heated, &[4 * KG]);
    world.must(Who::ImporterA, body);
    let inputs =
        [heated, other].map(|item| lode_ledger::event::body::Input { item, mass_mg: mg(KG), count: None });
    let (body, blend) = world.merge(Who::ImporterA, inputs.to_vec());
    world.must(Who::ImporterA, body);
    hand(&mut world, Who::ImporterA, Who::Studio, parts[0]);
    let correction = world.corrected(heated, "treatments.heat", None, value("declared_applied"));
    world.must(Who::ImporterA, correction);
    assert_eq!(finding(&world.item_record(&heated), "heat").as_deref(), Some("declared_applied"));
    assert_eq!(finding(&world.item_record(&parts[0]), "heat").as_deref(), Some("declared_applied"));
    assert_eq!(finding(&world.item_record(&blend), "heat").as_deref(), Some("applied_in_part"));
    assert_eq!(finding(&world.item_record(&other), "heat"), None);
    // Applied never disappears, not even by its author's word.
    let back = world.corrected(heated, "treatments.heat", value("declared_applied"), value("declared_none"));
    assert_eq!(reason(world.say(Who::ImporterA, &[back.into()])), Reason::TreatmentUndone);
    let back = world.corrected(heated, "treatments.heat", value("declared_applied"), None);
    assert_eq!(reason(world.say(Who::ImporterA, &[back.into()])), Reason::TreatmentUndone);
    // Nor does a correction make untreated what is not stated.
    let better = world.corrected(other, "treatments.heat", None, value("declared_none"));
    assert_eq!(reason(world.say(Who::ImporterA, &[better.into()])), Reason::CorrectionBetter);
    // And nobody else corrects it.
    let strange = world.corrected(other, "treatments.heat", None, value("declared_applied"));
    assert_eq!(reason(world.say(Who::ImporterB, &[strange.into()])), Reason::CorrectionAuthor);
}

#[test]
fn a_corrected_origin_never_makes_a_blend_a_single_country() {
    let mut world = World::enrolled();
    let (brazil, id) = world.lot(Who::ImporterA, "opening_stock", "BR", 7 * KG);
    world.must(Who::ImporterA, brazil);
    let (madagascar, mg_lot) = world.lot(Who::ImporterA, "opening_stock", "MG", 3 * KG);
    world.must(Who::ImporterA, madagascar);
    let inputs = [(id, 7 * KG), (mg_lot, 3 * KG)].map(|(item, mass)| lode_ledger::event::body::Input {
        item,
        mass_mg: mg(mass),
        count: None,
    });
    let (body, blend) = world.merge(Who::ImporterA, inputs.to_vec());
    world.must(Who::ImporterA, body);
    let origins = |country: &str| {
        let one = Json::Obj(vec![
            ("country".to_owned(), Json::Str(country.to_owned())),
            ("share_ppm".to_owned(), Json::Int(1_000_000)),
        ]);
        Some(AnyValue(Json::Arr(vec![one])))
    };
    let correction = world.corrected(mg_lot, "origins", origins("MG"), origins("BR"));
    world.must(Who::ImporterA, correction);
    let blend = world.item_record(&blend);
    let countries: Vec<&str> = blend.claims.origins.iter().map(|origin| origin.country.as_str()).collect();
    assert_eq!(countries, ["BR", "MG"], "what was possible stays possible");
    assert_eq!(blend.claims.origin_evidence.as_str(), "self_declared");
    assert_eq!(blend.claims.model.as_str(), "controlled_blending");
}

#[test]
fn a_correction_beyond_the_policy_is_refused_and_stands_as_a_contradiction_if_its_author_says_so() {
    let mut world = World::enrolled();
    let mut policy = world.policy();
    policy.max_forward_items = 3;
    world.must(Who::Registrar, policy);
    let lot = stock(&mut world, Who::ImporterA, 10);
    let (body, parts) = world.split(Who::ImporterA, lot, &[KG, KG, KG, KG]);
    world.must(Who::ImporterA, body);
    let mut correction = world.corrected(lot, "treatments.dye", None, value("declared_applied"));
    assert_eq!(reason(world.say(Who::ImporterA, &[correction.clone().into()])), Reason::CorrectionTooFar);
    correction.contradiction = Some(true);
    world.must(Who::ImporterA, correction);
    let item = world.item_record(&lot);
    assert_eq!(finding(&item, "dye"), None, "nothing is half corrected");
    assert!(item.warnings.iter().any(|warning| warning.reason == "contradiction-cut"));
    let marked = parts.iter().filter(|part| !world.item_record(part).standing().contradictions.is_empty());
    assert_eq!(marked.count(), 3);
}

#[test]
fn a_mass_in_hand_is_corrected_and_one_that_was_handed_over_needs_both() {
    let mut world = World::enrolled();
    let lot = stock(&mut world, Who::ImporterA, 10);
    let fix = world.corrected(lot, "mass_mg", mass(10 * KG), mass(40 * KG));
    world.must(Who::ImporterA, fix);
    assert_eq!(world.item_record(&lot).mass.left, mg(40 * KG), "nothing was built on it");
    hand(&mut world, Who::ImporterA, Who::ImporterB, lot);
    let mut fix = world.corrected(lot, "mass_mg", mass(40 * KG), mass(39 * KG));
    let violation = refused(world.say(Who::ImporterA, &[fix.clone().into()]));
    assert_eq!(
        (violation.reason, violation.field.as_str()),
        (Reason::CorrectionCounterparty, "counterparty")
    );
    fix.counterparty = Some(world.id(Who::ImporterB));
    world.must(Who::ImporterA, fix.clone());
    let item = world.item_record(&lot);
    assert_eq!((item.mass.left, item.standing().waiting.len()), (mg(40 * KG), 1), "it waits");
    // Signing twice by the same party is no agreement.
    world.must(Who::ImporterA, fix.clone());
    assert_eq!(world.item_record(&lot).mass.left, mg(40 * KG));
    fix.counterparty = None;
    world.must(Who::ImporterB, fix.clone());
    let item = world.item_record(&lot);
    assert_eq!((item.mass.left, item.mass.lost), (mg(39 * KG), mg(KG)));
    assert!(item.standing().waiting.is_empty());
    // Upwards stays within what a thing may gain in its life, even with two signatures.
    let mut up = world.corrected(lot, "mass_mg", mass(39 * KG), mass(400 * KG));
    up.counterparty = Some(world.id(Who::ImporterB));
    world.must(Who::ImporterA, up.clone());
    assert_eq!(reason(world.say(Who::ImporterB, &[up.into()])), Reason::MassFromNowhere);
    // A stranger has no part in it.
    fix.old = mass(39 * KG);
    fix.new = mass(38 * KG);
    assert_eq!(reason(world.say(Who::Seller, &[fix.into()])), Reason::CorrectionAuthor);
}

#[test]
fn what_was_used_since_stays_booked_and_every_descendant_is_marked() {
    let mut world = World::enrolled();
    let lot = stock(&mut world, Who::ImporterA, 10);
    let (body, parts) = world.split(Who::ImporterA, lot, &[6 * KG]);
    world.must(Who::ImporterA, body);
    let (body, work) = world.work(
        Who::ImporterA,
        "carve",
        vec![lode_ledger::event::body::Input { item: parts[0], mass_mg: mg(6 * KG), count: None }],
    );
    world.must(Who::ImporterA, body);
    let mut fix = world.corrected(lot, "mass_mg", mass(10 * KG), mass(KG));
    assert_eq!(reason(world.say(Who::ImporterA, &[fix.clone().into()])), Reason::CorrectionUsed);
    fix.contradiction = Some(true);
    world.must(Who::ImporterA, fix);
    for item in [lot, parts[0]] {
        let record = world.item_record(&item);
        let marks = &record.standing().contradictions;
        assert_eq!(marks.len(), 1, "{item}");
        assert_eq!((marks[0].of, marks[0].unexplained), (lot, mg(9 * KG)));
        assert!(record.warnings.iter().any(|warning| warning.reason == "contradicted"));
    }
    assert_eq!(world.item_record(&lot).mass.left, mg(4 * KG), "balances stay");
    // What is made of it later bears the mark too.
    let output = lode_tests::world::make::output(OutputKind::Piece, 5 * KG, None, "carving");
    let (body, made) = world.yielded(Who::ImporterA, work, vec![output]);
    world.must(Who::ImporterA, body);
    assert_eq!(world.item_record(&made[0]).standing().contradictions.len(), 1);
}

#[test]
fn a_part_gives_back_to_what_it_was_taken_from_and_a_loss_can_have_been_less() {
    let mut world = World::enrolled();
    let lot = stock(&mut world, Who::ImporterA, 10);
    let (body, parts) = world.split(Who::ImporterA, lot, &[6 * KG]);
    world.must(Who::ImporterA, body);
    let fix = world.corrected(parts[0], "mass_mg", mass(6 * KG), mass(KG));
    world.must(Who::ImporterA, fix);
    assert_eq!(world.item_record(&parts[0]).mass.left, mg(KG));
    let parent = world.item_record(&lot).mass;
    assert_eq!((parent.left, parent.passed_on), (mg(9 * KG), mg(KG)));
    let body: LossRecorded = world.lost(lot, 2 * KG);
    let applied = world.must(Who::ImporterA, body);
    let mut fix = world.corrected(lot, "loss.mass_mg", mass(2 * KG), mass(0));
    fix.index = applied.index;
    fix.event = 0;
    world.must(Who::ImporterA, fix.clone());
    let mass_now = world.item_record(&lot).mass;
    assert_eq!((mass_now.left, mass_now.lost.get()), (mg(9 * KG), 0));
    assert_eq!(reason(world.say(Who::ImporterA, &[fix.into()])), Reason::CorrectionOld);
}

#[test]
fn what_did_not_occur_is_undone_to_the_milligram_and_only_while_nothing_is_built_on_it() {
    let mut world = World::enrolled();
    let lot = stock(&mut world, Who::ImporterA, 10);
    let before = world.item_record(&lot).mass;
    let (mut body, parts) = world.split(Who::ImporterA, lot, &[6 * KG, 3 * KG]);
    body.losses = vec![lode_tests::world::make::loss("process", KG)].into();
    body.left_mg = mg(0);
    world.must(Who::ImporterA, body);
    assert_eq!(world.item_record(&lot).state, ItemState::Exhausted);
    let undo = void(&world, parts[1]);
    assert_eq!(reason(world.say(Who::ImporterB, &[undo.clone().into()])), Reason::CorrectionAuthor);
    world.must(Who::ImporterA, undo.clone());
    let after = world.item_record(&lot);
    assert_eq!((after.mass, after.state), (before, ItemState::InStock));
    for part in &parts {
        let part = world.item_record(part);
        assert_eq!((part.state, part.mass.entered.get()), (ItemState::Voided, 0));
    }
    assert_eq!(reason(world.say(Who::ImporterA, &[undo.into()])), Reason::VoidUsed);
    let (body, parts) = world.split(Who::ImporterA, lot, &[6 * KG, 3 * KG]);
    world.must(Who::ImporterA, body);
    hand(&mut world, Who::ImporterA, Who::ImporterB, parts[0]);
    let undo = void(&world, parts[1]);
    assert_eq!(reason(world.say(Who::ImporterA, &[undo.into()])), Reason::VoidUsed);
    let undo = void(&world, lot);
    assert_eq!(reason(world.say(Who::ImporterA, &[undo.into()])), Reason::VoidUsed);
}

#[test]
fn a_job_and_what_it_yielded_are_undone_too() {
    let mut world = World::enrolled();
    let lot = stock(&mut world, Who::ImporterA, 10);
    let input = lode_ledger::event::body::Input { item: lot, mass_mg: mg(10 * KG), count: None };
    let (body, work) = world.work(Who::ImporterA, "carve", vec![input]);
    let applied = world.must(Who::ImporterA, body);
    let output = lode_tests::world::make::output(OutputKind::Piece, 2 * KG, None, "carving");
    let (body, made) = world.yielded(Who::ImporterA, work, vec![output]);
    world.must(Who::ImporterA, body);
    let undo = void(&world, made[0]);
    world.must(Who::ImporterA, undo);
    let job = world.work_record(&work).mass;
    assert_eq!((job.left, job.lost.get(), job.passed_on.get()), (mg(10 * KG), 0, 0));
    let mut undo = void(&world, lot);
    undo.item = None;
    undo.work = Some(work);
    undo.index = applied.index;
    undo.event = 0;
    // The job has been worked on: what it yielded was undone, which is an event of its own.
    assert_eq!(reason(world.say(Who::ImporterA, &[undo.into()])), Reason::VoidUsed);
}

#[test]
fn goods_that_are_held_disputed_or_recalled_stay_and_what_is_recalled_goes_back() {
    let mut world = World::traded();
    for (name, expected) in
        [("held", Reason::Held), ("contested", Reason::Disputed), ("recalled", Reason::Recalled)]
    {
        let item = world.item(name);
        let (body, _) = world.split(Who::ImporterA, item, &[KG]);
        assert_eq!(reason(world.say(Who::ImporterA, &[body.into()])), expected, "{name}");
        let (body, _): (SaleRecorded, _) = world.sale(Who::Seller, &[item]);
        assert!(world.say(Who::Seller, &[body.into()]).is_err(), "{name}");
        let (body, _): (CustodyOffered, _) = world.offer(Who::ImporterA, Who::Studio, &[item]);
        assert_eq!(reason(world.say(Who::ImporterA, &[body.into()])), expected, "{name}");
    }
    let lot = stock(&mut world, Who::ImporterA, 5);
    hand(&mut world, Who::ImporterA, Who::Seller, lot);
    let (body, _) = world.recalled(Who::ImporterB, &[lot]);
    assert_eq!(reason(world.say(Who::ImporterB, &[body.into()])), Reason::NotEntitled);
    let (body, _) = world.recalled(Who::ImporterA, &[lot]);
    world.must(Who::ImporterA, body);
    let (body, _) = world.sale(Who::Seller, &[lot]);
    assert_eq!(reason(world.say(Who::Seller, &[body.into()])), Reason::Recalled);
    let (body, _) = world.offer(Who::Seller, Who::Studio, &[lot]);
    assert_eq!(reason(world.say(Who::Seller, &[body.into()])), Reason::Recalled);
    hand(&mut world, Who::Seller, Who::ImporterA, lot);
    assert_eq!(world.item_record(&lot).custodian, world.id(Who::ImporterA));
}

#[test]
fn who_may_hold_dispute_and_end_it() {
    let mut world = World::enrolled();
    let lot = stock(&mut world, Who::ImporterA, 5);
    for (who, why) in [(Who::ImporterB, "pledge"), (Who::ImporterA, "court"), (Who::Lab, "lab")] {
        let (body, _) = world.held(who, &[lot], why);
        let expected = if why == "pledge" { Reason::NotOwner } else { Reason::NotEntitled };
        assert_eq!(reason(world.say(who, &[body.into()])), expected, "{why}");
    }
    let (mut body, hold) = world.held(Who::ImporterA, &[lot], "pledge");
    body.creditor = Some(world.id(Who::Seller));
    world.must(Who::ImporterA, body);
    let release = lode_ledger::event::body::HoldReleased { at: world.now, hold, text: None };
    // The owner does not free what he pledged.
    assert_eq!(reason(world.say(Who::ImporterA, &[release.clone().into()])), Reason::NotEntitled);
    world.must(Who::Seller, release.clone());
    assert_eq!(reason(world.say(Who::Seller, &[release.into()])), Reason::StateForbids);
    let (body, _) = world.disputed(Who::Seller, "title", &[lot]);
    assert_eq!(reason(world.say(Who::Seller, &[body.into()])), Reason::NotEntitled, "no stake in it");
    let (mut body, dispute) = world.disputed(Who::Registrar, "title", &[lot]);
    body.respondent = Some(world.id(Who::ImporterA));
    world.must(Who::Registrar, body);
    let answer = DisputeAnswered {
        at: world.now,
        dispute,
        text: Sealable::Clear(lode_ledger::event::shape::Text::new("it is mine").unwrap()),
        documents: Vec::new().into(),
    };
    assert_eq!(reason(world.say(Who::ImporterB, &[answer.clone().into()])), Reason::NotEntitled);
    world.must(Who::ImporterA, answer);
}

#[test]
fn after_the_end_there_is_nothing_but_seals() {
    let mut world = World::frozen();
    let (body, _) = world.lot(Who::ImporterA, "opening_stock", "BR", KG);
    assert_eq!(reason(world.say(Who::ImporterA, &[body.into()])), Reason::LedgerFrozen);
    world.seal();
}
