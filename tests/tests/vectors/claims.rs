//! What is said of goods: treatments, certificates, tags, sales, corrections, and when it was.

use lode_ledger::event::body::{AnyValue, EventCorrected, TagReplaced, TreatmentApplied};
use lode_ledger::id::{ItemId, ItemKind, LogIndex};
use lode_ledger::mass::Milligrams;
use lode_ledger::time::Timestamp;
use lode_tests::vectors::Verdict;
use lode_tests::world::{KG, Who, claim_key, code, mg, tag_code, text, treatment};

use super::Bench;
use super::trade::rule;

pub(super) fn claims(bench: &mut Bench) {
    let (heated, chips) = (bench.world.item("heated stock"), bench.world.item("chips"));
    let undone = || rule("treatment-undone", "L1", "treatments[0].finding");
    let body = bench.world.declared(heated, vec![treatment("heat", "declared_none")]);
    bench.event("treatment-undone", "heated is not unheated", undone(), Who::ImporterA, body);
    let body = bench.world.declared(heated, vec![treatment("heat", "not_stated")]);
    bench.event("treatment-forgotten", "heated is not unsaid", undone(), Who::ImporterA, body);
    let body = bench.world.declared(heated, vec![treatment("heat", "applied_in_part")]);
    bench.event("treatment-made-less", "all of it was heated", undone(), Who::ImporterA, body);
    let body = bench.world.declared(chips, vec![treatment("wax", "declared_none")]);
    bench.event("treatment-of-the-job-undone", "waxed in the job", undone(), Who::Studio, body);
    let body = bench.world.declared(chips, vec![treatment("heat", "lab_none_detected")]);
    let verdict = rule("lab-only", "L5", "treatments[0].finding");
    bench.event("lab-finding-by-studio", "only a lab finds", verdict, Who::Studio, body);
    let body = bench.world.declared(chips, vec![treatment("heat", "lab_none_detected")]);
    bench.event("good-lab-finding", "a lab finds", Verdict::accepted(), Who::Lab, body);
    let mut body = TreatmentApplied {
        at: bench.world.now,
        item: Some(chips),
        work: None,
        treatment: code("fill"),
        parameters: None,
        added_mg: Some(mg(100)),
        left_mg: None,
    };
    let verdict = rule("fields-disagree", "F3", "left_mg");
    bench.event("treatment-adds-unsaid", "what is there afterwards?", verdict, Who::Studio, body.clone());
    body.left_mg = Some(mg(KG + 101));
    let verdict = rule("not-balanced", "M2", "left_mg");
    bench.event("treatment-adds-wrongly", "one milligram more", verdict, Who::Studio, body.clone());
    body.added_mg = Some(Milligrams::MAX);
    body.left_mg = Some(Milligrams::MAX);
    let verdict = rule("mass-from-nowhere", "M5", "added_mg");
    bench.event("treatment-adds-tenfold", "400 kg of wax", verdict.clone(), Who::Studio, body.clone());
    body.treatment = code("heat");
    body.added_mg = Some(mg(100));
    body.left_mg = Some(mg(KG + 100));
    bench.event("heat-adds-mass", "heat leaves nothing behind", verdict, Who::Studio, body.clone());
    body.treatment = code("fill");
    body.work = Some(bench.world.works["open"]);
    let verdict = rule("fields-disagree", "F3", "item");
    bench.event("treatment-of-two-things", "item and job", verdict, Who::Studio, body);
    certificates(bench);
}

fn certificates(bench: &mut Bench) {
    let (third, second) = (bench.world.item("third sphere"), bench.world.item("second sphere"));
    let taken = || rule("certificate-taken", "U2", "item");
    let body = bench.world.certificate(third, "GTC", "2026000001");
    bench.event(
        "certificate-on-two-stones",
        "the lab's own, on another sphere",
        taken(),
        Who::Studio,
        body.clone(),
    );
    bench.event("certificate-on-two-stones-by-lab", "by the lab itself", taken(), Who::Lab, body);
    let body = bench.world.certificate(second, "GTC", "2026000009");
    let verdict = rule("not-custodian", "C1", "item");
    bench.event("certificate-by-stranger", "on a sphere that the seller has", verdict, Who::Studio, body);
    let mut body = bench.world.certificate(third, "XYZ", "9");
    body.findings = vec![treatment("heat", "lab_none_detected")].into();
    let verdict = rule("lab-only", "L5", "findings");
    bench.event("certificate-findings-by-studio", "the studio speaks for a lab", verdict, Who::Studio, body);
    let body = bench.world.certificate(third, "GTC", "2026-000009");
    let verdict = rule("fields-disagree", "F3", "number");
    bench.event("certificate-number-not-normal", "a number in another spelling", verdict, Who::Lab, body);
    let mut body = bench.world.certificate(third, "GTC", "2026000009");
    body.sample_count = Some(3);
    let verdict = rule("fields-disagree", "F3", "sample_count");
    bench.event("certificate-of-one-and-three", "one piece, three examined", verdict, Who::Lab, body);
    let mut body = bench.world.certificate(bench.world.item("offered"), "GTC", "2026000009");
    let verdict = rule("wrong-kind", "F2", "item");
    body.scope = code("item");
    body.sample_count = None;
    bench.event("certificate-of-one-on-a-lot", "a lot is many stones", verdict, Who::Lab, body.clone());
    body.scope = code("sample");
    body.sample_count = Some(3);
    bench.event("good-certificate-by-sample", "three of a lot", Verdict::accepted(), Who::Lab, body.clone());
    let verdict = rule("offer-open", "C3", "item");
    bench.event("certificate-while-offered", "B sees what A offered", verdict, Who::ImporterA, body);
}

pub(super) fn market(bench: &mut Bench) {
    let (sphere, second, third) =
        (bench.world.item("sphere"), bench.world.item("second sphere"), bench.world.item("third sphere"));
    let mut body = bench.world.tag(third, "four");
    body.code = tag_code("five");
    let verdict = rule("tag-not-hash", "U1", "code");
    bench.event("tag-copied", "a code without its claim key", verdict, Who::Studio, body);
    let body = bench.world.tag(third, "one");
    let verdict = rule("id-exists", "U1", "code");
    bench.event("tag-on-two-pieces", "bound to the sold sphere", verdict, Who::Studio, body);
    let body = bench.world.tag(third, "two");
    let verdict = rule("id-exists", "U1", "code");
    bench.event("tag-void", "a replaced tag comes back", verdict, Who::Studio, body);
    let body = bench.world.tag(second, "four");
    let verdict = rule("tag-bound-already", "U1", "item");
    bench.event("tag-second", "a second tag on one sphere", verdict, Who::Seller, body);
    let mut body = bench.world.tag(third, "four");
    body.claim_key = lode_ledger::key::PublicKey([0; 32]);
    let verdict = rule("key-refused", "K1", "claim_key");
    bench.event("tag-weak-key", "a claim that anybody may make", verdict, Who::Studio, body);
    let body = TagReplaced {
        at: bench.world.now,
        item: second,
        old: tag_code("one"),
        code: tag_code("four"),
        claim_key: claim_key("four").public(),
        reason: text("torn"),
    };
    let verdict = rule("tag-unknown", "U1", "old");
    bench.event("tag-replaced-of-another", "not that sphere's tag", verdict, Who::Seller, body);
    let (body, _) = bench.world.sale(Who::Seller, &[sphere]);
    let verdict = rule("state-forbids", "C5", "items[0]");
    bench.event("sold-twice", "the sphere is sold", verdict, Who::Seller, body);
    let (body, _) = bench.world.sale(Who::Seller, &[third]);
    let verdict = rule("not-owner", "C4", "items[0]");
    bench.event("sold-out-of-reach", "the studio's own sphere", verdict, Who::Seller, body);
    let (body, _) = bench.world.sale(Who::ImporterA, &[bench.world.item("of b")]);
    let verdict = rule("not-owner", "C4", "items[0]");
    bench.event("sold-by-keeper", "A keeps B's lot and sells it", verdict, Who::ImporterA, body);
    let (body, _) = bench.world.sale(Who::Seller, &[ItemId::new(ItemKind::Piece, [5; 16])]);
    let verdict = rule("not-found", "F2", "items[0]");
    bench.event("sold-before-made", "a piece that nobody made", verdict, Who::Seller, body);
    let (body, _) = bench.world.sale(Who::Seller, &[second, second]);
    let verdict = rule("named-twice", "F3", "items[1]");
    bench.event("sold-twice-at-once", "one sphere, two lines", verdict, Who::Seller, body);
    let cancel = |bench: &Bench, name| lode_ledger::event::body::SaleCancelled {
        at: bench.world.now,
        sale: bench.world.sales[name],
        reason: text("no payment"),
    };
    let body = cancel(bench, "cancelled");
    let verdict = rule("state-forbids", "C5", "sale");
    bench.event("sale-cancelled-twice", "cancelled before", verdict, Who::Seller, body);
    let body = cancel(bench, "sold");
    let verdict = rule("not-owner", "C4", "sale");
    bench.event("sale-cancelled-by-another", "the studio did not sell it", verdict, Who::Studio, body);
}

pub(super) fn corrections_and_time(bench: &mut Bench) {
    let brazil = bench.world.item("brazil");
    let created = bench.world.item_record(&brazil).created;
    let correction = EventCorrected {
        at: bench.world.now,
        item: Some(brazil),
        work: None,
        counterparty: None,
        contradiction: None,
        index: created.index,
        event: created.event,
        field: text("trade_name"),
        old: Some(AnyValue("rock crystal".into())),
        new: Some(AnyValue("clear quartz".into())),
        reason: text("as it was"),
    };
    bench.event(
        "good-correction",
        "back to the first name",
        Verdict::accepted(),
        Who::ImporterA,
        correction.clone(),
    );
    let verdict = rule("correction-author", "X1", "");
    bench.event("correction-by-another", "B corrects A's word", verdict, Who::ImporterB, correction.clone());
    let mut body = correction.clone();
    body.old = Some(AnyValue("clear quartz".into()));
    let verdict = rule("correction-old", "X1", "old");
    bench.event("correction-of-old-value", "it was corrected before", verdict, Who::ImporterA, body);
    let mut body = correction.clone();
    body.field = text("mass");
    let verdict = rule("correction-field", "X1", "field");
    bench.event("correction-of-mass", "mass is not described", verdict, Who::ImporterA, body);
    let mut body = correction.clone();
    body.new = Some(AnyValue(7.into()));
    let verdict = rule("correction-new", "X1", "new");
    bench.event("correction-to-number", "a name that is a number", verdict, Who::ImporterA, body);
    let mut body = correction;
    body.index = LogIndex(created.index.0 + 1);
    let verdict = rule("correction-target", "X1", "index");
    bench.event("correction-of-another-event", "that entry made another lot", verdict, Who::ImporterA, body);
    let after = |bench: &Bench, seconds| Timestamp::from_unix(bench.world.now.unix() + seconds);
    let mut body = bench.world.lost(brazil, 1_000);
    body.at = after(bench, 900);
    bench.event(
        "good-time-at-limit",
        "interval and skew after the seal",
        Verdict::accepted(),
        Who::ImporterA,
        body.clone(),
    );
    body.at = after(bench, 901);
    let verdict = rule("later-than-clock", "T2", "at");
    bench.event("time-in-future", "one second later", verdict, Who::ImporterA, body.clone());
    let latest = bench.world.item_record(&brazil).latest.unix();
    body.at = Timestamp::from_unix(latest - 300);
    bench.event("good-time-within-skew", "a slow clock", Verdict::accepted(), Who::ImporterA, body.clone());
    body.at = Timestamp::from_unix(latest - 301);
    let verdict = rule("older-than-basis", "T1", "at");
    bench.event("time-before-basis", "lost before it was there", verdict, Who::ImporterA, body);
}
