//! Rules that need more than one statement to show: frauds in several steps, and what is not refused but warned of.

use lode_ledger::event::body::{CustodyAccepted, OutputKind, RoleRevoked, StepLogged};
use lode_ledger::record::{MAX_KEPT, Warning};
use lode_ledger::time::Timestamp;
use lode_ledger::violation::{Reason, Rule};
use lode_tests::vectors::Verdict;
use lode_tests::world::{KG, Who, World, code, document, input, mg, output, text, treatment};

/// The codes of these warnings.
fn codes(warnings: &[Warning]) -> Vec<&str> {
    warnings.iter().map(|warning| warning.reason.as_str()).collect()
}

fn hand(world: &mut World, from: Who, to: Who, name: &str) {
    let item = world.item(name);
    let (body, offer) = world.offer(from, to, &[item]);
    world.must(from, body);
    let body = world.acceptance(offer);
    world.must(to, body);
}

/// The fraud that the ledger is for, in steps that each look small: the offer is within what both may sign, the
/// taker's scale is within its tolerance of the offer, and together they are too much.
#[test]
fn two_signatures_do_not_make_more_of_400_kg() {
    let mut world = World::traded();
    let item = world.item("brazil");
    let mass = world.item_record(&item).mass;
    let at_most = mass.left.get() + mass.entered.get() / 50 - mass.gained.get();
    let (mut body, offer) = world.offer(Who::ImporterA, Who::ImporterB, &[item]);
    body.lines.0[0].mass_mg = mg(at_most);
    world.must(Who::ImporterA, body);
    let mut taken: CustodyAccepted = world.acceptance(offer);
    taken.lines.0[0].measured_mg = mg(at_most + 1);
    let verdict = Verdict::of(&world.say(Who::ImporterB, &[taken.clone().into()]));
    assert_eq!(verdict, Verdict::rule("mass-from-nowhere", "M5", "lines[0].measured_mg"));
    assert_eq!(world.item_record(&item).mass.left, mass.left);
    taken.lines.0[0].measured_mg = mg(at_most);
    world.must(Who::ImporterB, taken);
    assert_eq!(world.item_record(&item).mass.left, mg(at_most));
}

#[test]
fn two_signatures_do_not_make_goods_vanish() {
    let mut world = World::traded();
    let item = world.item("brazil");
    let left = world.item_record(&item).mass.left.get();
    let at_least = left - left / 50;
    let (mut body, offer) = world.offer(Who::ImporterA, Who::ImporterB, &[item]);
    body.lines.0[0].mass_mg = mg(at_least);
    world.must(Who::ImporterA, body);
    let mut taken: CustodyAccepted = world.acceptance(offer);
    taken.lines.0[0].measured_mg = mg(at_least - 1);
    let verdict = Verdict::of(&world.say(Who::ImporterB, &[taken.into()]));
    assert_eq!(verdict, Verdict::rule("loss-unstated", "M2", "lines[0].measured_mg"));
}

#[test]
fn photos_of_the_work_go_with_what_it_yields_and_too_many_are_counted() {
    let mut world = World::traded();
    let rough = world.item("for the studio");
    let (body, work) = world.work(Who::Studio, "carve", vec![input(rough, KG)]);
    world.must(Who::Studio, body);
    let photo = |n: usize| document("photo", &format!("photo {n}"));
    for step in 0..9 {
        world.must(
            Who::Studio,
            StepLogged {
                at: world.now,
                work: Some(work),
                item: None,
                step: code("polish"),
                operator: None,
                mass_mg: None,
                photos: (0..8).map(|n| photo(8 * step + n)).collect::<Vec<_>>().into(),
            },
        );
    }
    let job = world.work_record(&work);
    assert_eq!((job.documents.len(), job.not_kept), (MAX_KEPT, 8));
    let mut made = output(OutputKind::Piece, KG / 2, None, "sphere");
    made.photo = Some(photo(100));
    let (body, ids) = world.yielded(Who::Studio, work, vec![made]);
    world.must(Who::Studio, body);
    let piece = world.item_record(&ids[0]);
    assert_eq!(piece.documents[0].sha256, photo(100).sha256, "its own photo comes first");
    assert_eq!(piece.documents[1], job.documents[0]);
    assert_eq!((piece.documents.len(), piece.not_kept), (MAX_KEPT, 1));
}

#[test]
fn what_is_said_again_is_as_well_known_as_before() {
    let mut world = World::traded();
    let heated = world.item("heated stock");
    let evidence = |world: &World| {
        let claims = world.item_record(&heated).claims;
        claims.treatments.iter().find(|state| state.treatment.as_str() == "heat").map(|state| state.evidence)
    };
    let mut body = world.declared(heated, vec![treatment("heat", "declared_applied")]);
    body.documents = vec![document("treatment_record", "paper")].into();
    world.must(Who::ImporterA, body.clone());
    assert_eq!(evidence(&world).map(|level| level.as_str()), Some("document"));
    body.documents = Vec::new().into();
    world.must(Who::ImporterA, body);
    assert_eq!(evidence(&world).map(|level| level.as_str()), Some("document"));
}

#[test]
fn an_expired_offer_frees_its_items_and_cannot_be_accepted_later() {
    let mut world = World::traded();
    let offer = world.offers["open"];
    let taken = world.acceptance(offer);
    world.now = Timestamp::from_unix(world.now.unix() + 86_400);
    world.seal();
    let verdict = Verdict::of(&world.say(Who::ImporterB, &[taken.into()]));
    assert_eq!(verdict, Verdict::rule("offer-closed", "C3", "offer"));
    let item = world.item("offered");
    let (body, _) = world.split(Who::ImporterA, item, &[KG]);
    world.must(Who::ImporterA, body);
}

#[test]
fn a_treatment_follows_the_stone_through_every_hand_and_shows_as_in_part_in_a_blend() {
    let mut world = World::traded();
    hand(&mut world, Who::ImporterA, Who::ImporterB, "heated stock");
    let heated = world.item("heated stock");
    let (body, parts) = world.split(Who::ImporterB, heated, &[10 * KG]);
    world.must(Who::ImporterB, body);
    let (lot, clean) = world.lot(Who::ImporterA, "opening_stock", "CN", 10 * KG);
    world.must(Who::ImporterA, lot);
    let (body, offer) = world.offer(Who::ImporterB, Who::ImporterA, &parts);
    world.must(Who::ImporterB, body);
    let body = world.acceptance(offer);
    world.must(Who::ImporterA, body);
    let (body, blend) = world.merge(Who::ImporterA, vec![input(parts[0], KG), input(clean, KG)]);
    world.must(Who::ImporterA, body);
    let claims = world.item_record(&blend).claims;
    let shown: Vec<_> =
        claims.treatments.iter().map(|state| (state.treatment.as_str(), state.finding.as_str())).collect();
    // Dye was declared absent of one part and not stated of the other: so it is not stated.
    assert_eq!(shown, [("heat", "applied_in_part")]);
}

#[test]
fn a_lab_that_lost_its_role_finds_nothing_any_more() {
    let mut world = World::traded();
    let (at, lab) = (world.now, world.id(Who::Lab));
    let reason = text("accreditation withdrawn");
    world.must(Who::Registrar, RoleRevoked { at, participant: lab, role: code("lab"), reason });
    let granted = lode_ledger::event::body::RoleGranted { at, participant: lab, role: code("seller") };
    world.must(Who::Registrar, granted);
    let mut body = world.certificate(world.item("third sphere"), "GTC", "2026000010");
    body.findings = vec![treatment("heat", "lab_none_detected")].into();
    let verdict = Verdict::of(&world.say(Who::Lab, &[body.into()]));
    assert_eq!(verdict, Verdict::rule("not-custodian", "C1", "item"));
}

#[test]
fn a_lab_says_only_what_a_lab_finds_of_goods_in_other_hands() {
    let mut world = World::traded();
    let brazil = world.item("brazil");
    for said in ["declared_none", "declared_applied"] {
        let found = treatment("irradiation", "lab_none_detected");
        let body = world.declared(brazil, vec![found, treatment("heat", said)]);
        let verdict = Verdict::of(&world.say(Who::Lab, &[body.into()]));
        assert_eq!(verdict, Verdict::rule("not-custodian", "C1", "item"), "{said}");
    }
    let body = world.declared(brazil, vec![treatment("irradiation", "lab_none_detected")]);
    world.must(Who::Lab, body);
}

#[test]
fn only_a_lab_is_enrolled_with_a_code_for_certificates() {
    let mut world = World::traded();
    for (role, code, verdict) in [
        ("seller", "QQQ", Verdict::rule("role-forbids", "K2", "issuer_code")),
        ("lab", "QQQ", Verdict::accepted()),
    ] {
        let (mut body, _) = world.enrolment(&format!("another {role}"), role);
        body.issuer_code = Some(text(code));
        assert_eq!(Verdict::of(&world.say(Who::Registrar, &[body.into()])), verdict, "{role}");
    }
}

#[test]
fn a_certificate_claimed_for_two_stones_shows_on_both() {
    let mut world = World::traded();
    let (second, third) = (world.item("second sphere"), world.item("third sphere"));
    let body = world.certificate(third, "XYZ", "77");
    world.must(Who::Studio, body);
    for item in [second, third] {
        let warnings = world.item_record(&item).warnings;
        assert_eq!(codes(&warnings), [Reason::CertificateCollides.code()], "{item}");
    }
    // Linked again, it is no second collision: nobody fills up another's record.
    let body = world.certificate(third, "XYZ", "77");
    world.must(Who::Studio, body);
    assert_eq!(world.item_record(&second).warnings.len(), 1);
}

#[test]
fn a_lab_that_finds_otherwise_shows_and_the_worse_word_stays() {
    let mut world = World::traded();
    let brazil = world.item("brazil");
    let body = world.declared(brazil, vec![treatment("irradiation", "lab_detected")]);
    world.must(Who::Lab, body);
    let item = world.item_record(&brazil);
    assert_eq!(codes(&item.warnings), [Reason::LabDisagrees.code()]);
    assert_eq!(item.claims.treatments[0].finding.as_str(), "lab_detected");
    let heated = world.item("heated stock");
    let body = world.declared(heated, vec![treatment("heat", "lab_none_detected")]);
    world.must(Who::Lab, body);
    let item = world.item_record(&heated);
    assert_eq!(codes(&item.warnings), [Reason::LabDisagrees.code()]);
    let heat = item.claims.treatments.iter().find(|state| state.treatment.as_str() == "heat");
    assert_eq!(heat.map(|state| state.finding.as_str()), Some("declared_applied"));
}

#[test]
fn an_implausible_yield_and_a_late_entry_are_warned_of() {
    let mut world = World::traded();
    let rough = world.item("for the studio");
    let (body, work) = world.work(Who::Studio, "grind_bead", vec![input(rough, 10 * KG)]);
    world.must(Who::Studio, body);
    let (body, _) =
        world.yielded(Who::Studio, work, vec![output(OutputKind::Batch, 9 * KG, Some(500), "bead")]);
    world.must(Who::Studio, body);
    assert_eq!(codes(&world.work_record(&work).warnings), [Reason::YieldOutside.code()]);

    let (mut body, old) = world.lot(Who::ImporterA, "opening_stock", "CN", KG);
    body.at = Timestamp::from_unix(world.now.unix() - 8 * 86_400);
    world.must(Who::ImporterA, body);
    assert_eq!(codes(&world.item_record(&old).warnings), [Reason::EnteredLate.code()]);
}

#[test]
fn a_slow_clock_is_warned_of_and_does_not_turn_time_back() {
    let mut world = World::traded();
    let brazil = world.item("brazil");
    let latest = world.item_record(&brazil).latest;
    let mut body = world.lost(brazil, 1_000);
    body.at = Timestamp::from_unix(latest.unix() - 60);
    world.must(Who::ImporterA, body);
    let item = world.item_record(&brazil);
    assert_eq!(codes(&item.warnings), [Reason::OlderThanBasis.code()]);
    assert_eq!(item.latest, latest);
}

#[test]
fn what_arrives_short_beyond_the_policy_is_taken_in_with_a_reason_and_a_warning() {
    let mut world = World::traded();
    let item = world.item("not arrived");
    let mut body = world.receipt(item, 300 * KG);
    body.lines.0[0].reason = Some(code("theft"));
    world.must(Who::ImporterA, body);
    let item = world.item_record(&item);
    assert_eq!(codes(&item.warnings), [Reason::ReceiptDifference.code()]);
    assert_eq!((item.mass.lost, item.mass.left), (mg(100 * KG), mg(300 * KG)));
}

/// A rule that no reason cites is a rule on paper only; the exceptions are met by construction, not by refusal.
#[test]
fn every_rule_is_cited_by_a_reason_or_met_by_construction() {
    let by_construction = [Rule::L3];
    for rule in Rule::ALL {
        let cited = Reason::ALL.iter().any(|reason| reason.rule() == *rule);
        assert_eq!(cited, !by_construction.contains(rule), "{rule}");
    }
}
