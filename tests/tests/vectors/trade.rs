//! What may be done with goods: how they enter, are weighed, divided, handed over and worked.

use lode_ledger::event::body::{OutputKind, SplitPart, StepLogged};
use lode_ledger::id::{ItemId, ItemKind};
use lode_ledger::mass::{Milligrams, Ppm};
use lode_ledger::time::Timestamp;
use lode_tests::vectors::Verdict;
use lode_tests::world::{KG, Who, code, document, gain, input, loss, mg, output, text, treatment};

use super::{Bench, people};

pub(super) fn rule(code: &str, rule: &str, field: &str) -> Verdict {
    Verdict::rule(code, rule, field)
}

pub(super) fn entry(bench: &mut Bench) {
    type Bend = fn(&mut lode_ledger::event::body::LotDeclared);
    let cases: [(&str, &str, Verdict, Bend); 13] = [
        ("lot-mass-zero", "nothing enters", rule("not-positive", "M1", "mass.net_mg"), |b| {
            b.mass.net_mg = mg(0)
        }),
        (
            "lot-gross-is-not-net-and-tare",
            "three weights that disagree",
            rule("fields-disagree", "F3", "mass.gross_mg"),
            |b| {
                b.mass.gross_mg = Some(mg(12 * KG));
                b.mass.tare_mg = Some(mg(KG));
            },
        ),
        ("lot-shares-999999", "not the whole", rule("shares-not-whole", "F3", "origins"), |b| {
            b.origins.0[0].share_ppm = Ppm::new(999_999).expect("a share");
        }),
        ("lot-country-twice", "one country twice", rule("named-twice", "F3", "origins[1]"), |b| {
            b.origins.0[0].share_ppm = Ppm::new(500_000).expect("a share");
            b.origins.0.push(b.origins.0[0].clone());
        }),
        (
            "lot-evidence-too-high",
            "a counter-signature that is not there",
            rule("evidence-too-high", "L5", "evidence"),
            |b| {
                b.evidence = code("counter_signed");
            },
        ),
        (
            "lot-evidence-without-document",
            "no document behind the claim",
            rule("evidence-needs-document", "L5", "documents"),
            |b| {
                b.documents = Vec::new().into();
            },
        ),
        (
            "opening-stock-with-document",
            "old stock proves nothing by paper",
            rule("evidence-too-high", "L5", "evidence"),
            |b| {
                b.entry = code("opening_stock");
            },
        ),
        (
            "lot-variety-of-another",
            "a variety of another mineral",
            rule("fields-disagree", "F3", "variety"),
            |b| {
                b.species = code("fluorite");
                b.variety = Some(code("amethyst"));
            },
        ),
        ("glass-declared-natural", "glass is made by people", rule("fields-disagree", "F3", "nature"), |b| {
            b.species = code("fused_quartz");
        }),
        (
            "lot-lab-finding",
            "the importer speaks for a lab",
            rule("lab-only", "L5", "treatments[0].finding"),
            |b| {
                b.treatments = vec![treatment("heat", "lab_none_detected")].into();
            },
        ),
        (
            "lot-treatment-twice",
            "two words on one treatment",
            rule("named-twice", "F3", "treatments[1]"),
            |b| {
                b.treatments =
                    vec![treatment("heat", "declared_none"), treatment("heat", "declared_applied")].into();
            },
        ),
        ("lot-owner-unknown", "owned by nobody enrolled", rule("not-found", "F2", "owner"), |b| {
            b.owner = Some(lode_ledger::id::ParticipantId::new([9; 16]));
        }),
        (
            "lot-link-weak-key",
            "a link that anybody may use",
            rule("key-refused", "K1", "supplier_link"),
            |b| {
                b.supplier_link = Some(lode_ledger::key::PublicKey([0; 32]));
            },
        ),
    ];
    for (name, why, verdict, bend) in cases {
        let (mut body, _) = bench.world.lot(Who::ImporterA, "import", "BR", 10 * KG);
        bend(&mut body);
        bench.event(name, why, verdict, Who::ImporterA, body);
    }
    let (mut body, _) = bench.world.lot(Who::ImporterA, "import", "BR", 10 * KG);
    body.supplier_participant = Some(bench.world.id(Who::Lab));
    let verdict = rule("wrong-kind", "F2", "supplier_participant");
    bench.event("lot-supplier-is-lab", "a lab sells no stone", verdict, Who::ImporterA, body);
    let (mut body, _) = bench.world.lot(Who::ImporterA, "import", "BR", 10 * KG);
    let (mut first, _) = bench.world.lot(Who::ImporterA, "import", "BR", 10 * KG);
    first.nonce = body.nonce;
    body.mass.net_mg = mg(20 * KG);
    let verdict = Verdict { event: Some(1), ..rule("id-exists", "U1", "") };
    let author = bench.world.author(Who::ImporterA);
    bench.events("id-exists", "the same nonce, another lot", verdict, author, &[first.into(), body.into()]);
    receipts(bench);
}

fn receipts(bench: &mut Bench) {
    let not_arrived = bench.world.item("not arrived");
    let mut body = bench.world.receipt(not_arrived, 4_000 * KG);
    let verdict = rule("receipt-reason", "M4", "lines[0].reason");
    bench.event("receipt-tenfold-without-reason", "4,000 kg of 400", verdict, Who::ImporterA, body.clone());
    body.lines.0[0].reason = Some(code("over_shipment"));
    let verdict = rule("receipt-difference", "M4", "lines[0].received_mg");
    bench.event(
        "receipt-tenfold",
        "4,000 kg of 400, with a reason",
        verdict.clone(),
        Who::ImporterA,
        body.clone(),
    );
    body.lines.0[0].resolution_mg = mg(4_000 * KG);
    let title = "4,000 kg of 400, on a scale with steps of 4,000 kg";
    bench.event("receipt-tenfold-by-a-coarse-scale", title, verdict, Who::ImporterA, body);
    let body = bench.world.receipt(not_arrived, 397 * KG);
    let verdict = rule("receipt-reason", "M4", "lines[0].reason");
    bench.event("receipt-short-without-reason", "0.75 % less", verdict, Who::ImporterA, body);
    let body = bench.world.receipt(not_arrived, 402 * KG);
    bench.event("good-receipt-at-tolerance", "0.5 % more", Verdict::accepted(), Who::ImporterA, body);
    let body = bench.world.receipt(not_arrived, 0);
    let verdict = rule("not-positive", "M1", "lines[0].received_mg");
    bench.event("receipt-of-nothing", "nothing arrived", verdict, Who::ImporterA, body);
    let body = bench.world.receipt(bench.world.item("brazil"), 399 * KG);
    let verdict = rule("state-forbids", "C5", "lines[0].item");
    bench.event("receipt-again", "received before", verdict, Who::ImporterA, body);
    let body = bench.world.receipt(not_arrived, 400 * KG);
    let verdict = rule("not-custodian", "C1", "lines[0].item");
    bench.event("receipt-by-another", "B weighs A's lot", verdict, Who::ImporterB, body);
}

pub(super) fn mass(bench: &mut Bench) {
    let brazil = bench.world.item("brazil");
    let (mut body, _) = bench.world.split(Who::ImporterA, brazil, &[50 * KG]);
    body.left_mg = mg(body.left_mg.get() + 1);
    let verdict = rule("not-balanced", "M2", "left_mg");
    bench.event("split-not-balanced", "one milligram too many", verdict, Who::ImporterA, body);
    let (body, _) = bench.world.split(Who::ImporterA, brazil, &[4_000 * KG]);
    let verdict = rule("too-much-taken", "M3", "parts[0].mass_mg");
    bench.event("split-too-much", "4,000 kg out of 220", verdict, Who::ImporterA, body);
    let (body, _) = bench.world.split(Who::ImporterA, brazil, &[KG, 0]);
    let verdict = rule("not-positive", "M1", "parts[1].mass_mg");
    bench.event("split-part-zero", "a part of nothing", verdict, Who::ImporterA, body);
    let (body, _) = bench.world.split(Who::ImporterA, bench.world.item("for the studio"), &[KG]);
    let verdict = rule("not-custodian", "C1", "item");
    bench.event("split-after-hand-over", "by the one who gave it away", verdict, Who::ImporterA, body);
    let (body, _) = bench.world.split(Who::ImporterA, bench.world.item("offered"), &[KG]);
    let verdict = rule("offer-open", "C3", "item");
    bench.event("split-while-offered", "an offered item", verdict, Who::ImporterA, body);
    let (body, _) = bench.world.split(Who::Studio, bench.world.item("third sphere"), &[KG / 2]);
    let verdict = rule("wrong-kind", "F2", "item");
    bench.event("split-piece", "a sphere is one", verdict, Who::Studio, body);
    let (body, _) = bench.world.split(Who::ImporterA, bench.world.item("not arrived"), &[KG]);
    let verdict = rule("state-forbids", "C5", "item");
    bench.event("split-before-arrival", "still at sea", verdict, Who::ImporterA, body);
    let (mut body, _) = bench.world.split(Who::ImporterA, brazil, &[KG]);
    body.item = ItemId::new(ItemKind::Lot, [3; 16]);
    let verdict = rule("not-found", "F2", "item");
    bench.event("split-unknown", "a lot that was never declared", verdict, Who::ImporterA, body);
    counts(bench);
    merges(bench);
    losses(bench);
}

fn counts(bench: &mut Bench) {
    let beads = bench.world.item("beads");
    let (mut body, _) = bench.world.split(Who::Studio, beads, &[KG]);
    let verdict = rule("count-missing", "M7", "parts[0].mass_mg");
    bench.event("batch-split-without-count", "beads are counted", verdict, Who::Studio, body.clone());
    body.parts = vec![SplitPart { mass_mg: mg(KG), count: Some(54) }].into();
    body.left_count = Some(55);
    let verdict = rule("count-not-balanced", "M7", "left_count");
    bench.event("batch-split-not-balanced", "109 beads of 108", verdict, Who::Studio, body.clone());
    body.left_count = Some(54);
    bench.event("good-batch-split", "54 and 54", Verdict::accepted(), Who::Studio, body.clone());
    body.parts.0[0].count = Some(109);
    let verdict = rule("too-much-taken", "M3", "parts[0].mass_mg");
    bench.event("batch-split-too-many", "109 beads out of 108", verdict, Who::Studio, body);
    let (mut body, _) = bench.world.split(Who::ImporterA, bench.world.item("brazil"), &[KG]);
    body.parts.0[0].count = Some(1);
    let verdict = rule("count-missing", "M7", "parts[0].mass_mg");
    bench.event("lot-split-with-count", "a lot has no count", verdict, Who::ImporterA, body);
    let mut body = bench.world.lost(beads, 1_000);
    body.loss.count = Some(0);
    let verdict = rule("not-positive", "M1", "loss");
    bench.event("batch-loss-of-no-bead", "zero pieces lost", verdict, Who::Studio, body);
    let mut body = bench.world.lost(beads, 1_000);
    body.loss.count = Some(108);
    let verdict = rule("count-not-balanced", "M7", "loss.count");
    bench.event("batch-loss-of-every-bead", "mass without beads", verdict, Who::Studio, body);
}

fn merges(bench: &mut Bench) {
    let (brazil, madagascar) = (bench.world.item("brazil"), bench.world.item("madagascar"));
    let (mut body, _) = bench.world.merge(Who::ImporterA, vec![input(brazil, KG), input(madagascar, KG)]);
    bench.event("good-merge", "one kilogram of each", Verdict::accepted(), Who::ImporterA, body.clone());
    body.mass_mg = mg(2 * KG + 1);
    let verdict = rule("not-balanced", "M2", "mass_mg");
    bench.event("merge-not-balanced", "one milligram from nowhere", verdict, Who::ImporterA, body.clone());
    body.mass_mg = Milligrams::MAX;
    body.losses = vec![loss("process", KG)].into();
    let verdict = rule("out-of-range", "M1", "");
    bench.event("mass-out-of-range", "beyond 2^53 mg", verdict, Who::ImporterA, body);
    let (body, _) = bench.world.merge(Who::ImporterA, vec![input(brazil, KG), input(brazil, KG)]);
    let verdict = rule("named-twice", "F3", "inputs[1]");
    bench.event("merge-with-itself", "the same lot twice", verdict, Who::ImporterA, body);
    let fluorite = bench.world.item("fluorite");
    let (body, _) = bench.world.merge(Who::ImporterA, vec![input(brazil, KG), input(fluorite, KG)]);
    let verdict = rule("species-differ", "F3", "inputs");
    bench.event("merge-of-two-minerals", "quartz and fluorite", verdict, Who::ImporterA, body);
    let of_b = bench.world.item("of b");
    let (body, _) = bench.world.merge(Who::ImporterA, vec![input(brazil, KG), input(of_b, KG)]);
    let verdict = rule("owners-differ", "F3", "inputs");
    bench.event("merge-of-two-owners", "A keeps B's lot", verdict, Who::ImporterA, body);
    let (beads, chips) = (bench.world.item("beads"), bench.world.item("chips"));
    let (body, _) = bench.world.merge(Who::Studio, vec![input(beads, KG), input(chips, KG)]);
    let verdict = rule("wrong-kind", "F2", "inputs[0].item");
    bench.event("merge-of-beads", "only lots are poured together", verdict, Who::Studio, body);
    let (mut body, _) = bench.world.merge(Who::ImporterA, vec![input(brazil, KG), input(madagascar, KG)]);
    body.losses = vec![loss("measurement_difference", KG)].into();
    body.mass_mg = mg(KG);
    let verdict = rule("difference-too-large", "M2", "losses[0]");
    bench.event(
        "merge-loss-by-scale",
        "half is lost between two weighings",
        verdict,
        Who::ImporterA,
        body.clone(),
    );
    // 2 kg on a scale of 10 g: 22 g.
    body.losses = vec![loss("measurement_difference", 15_000); 2].into();
    body.mass_mg = mg(2 * KG - 30_000);
    let verdict = rule("difference-too-large", "M2", "losses[1]");
    bench.event("merge-loss-in-slices", "twice 15 g", verdict, Who::ImporterA, body);
}

fn losses(bench: &mut Bench) {
    let brazil = bench.world.item("brazil");
    // 220 kg on a scale of 10 g: 240 g.
    let (mut body, _) = bench.world.split(Who::ImporterA, brazil, &[219 * KG + 760_000]);
    body.losses = vec![loss("measurement_difference", 120_000); 2].into();
    body.left_mg = Milligrams::ZERO;
    bench.event(
        "good-split-of-all-by-scale",
        "what two scales differ by is measured on all of it",
        Verdict::accepted(),
        Who::ImporterA,
        body.clone(),
    );
    body.parts.0[0].mass_mg = mg(219 * KG + 759_999);
    body.losses.0[1].mass_mg = mg(120_001);
    let verdict = rule("difference-too-large", "M2", "losses[1]");
    bench.event("split-loss-in-slices", "one milligram more in two slices", verdict, Who::ImporterA, body);
    let mut body = bench.world.lost(brazil, 4_000 * KG);
    let verdict = rule("too-much-taken", "M3", "loss");
    bench.event("loss-too-much", "more than there is", verdict, Who::ImporterA, body.clone());
    body = bench.world.lost(brazil, 10 * KG);
    body.loss = loss("measurement_difference", 10 * KG);
    let verdict = rule("difference-too-large", "M2", "loss");
    bench.event("loss-by-scale", "10 kg between two weighings", verdict, Who::ImporterA, body);
    let mut body = bench.world.lost(brazil, KG);
    body.loss.count = Some(1);
    let verdict = rule("count-missing", "M7", "loss");
    bench.event("loss-of-lot-with-count", "a lot has no pieces", verdict, Who::ImporterA, body);
    let body = bench.world.lost(brazil, KG);
    let verdict = rule("not-custodian", "C1", "item");
    bench.event("loss-by-another", "B loses A's lot", verdict, Who::ImporterB, body);
}

pub(super) fn custody(bench: &mut Bench) {
    let open = bench.world.offers["open"];
    let body = bench.world.acceptance(open);
    let verdict = rule("not-named", "C2", "offer");
    bench.event(
        "accept-by-third-party",
        "offered to B, taken by the seller",
        verdict.clone(),
        Who::Seller,
        body.clone(),
    );
    bench.event("accept-by-giver", "A takes what A offered", verdict, Who::ImporterA, body.clone());
    bench.event("good-acceptance", "B takes it", Verdict::accepted(), Who::ImporterB, body.clone());
    let mut other = body.clone();
    other.lines.0[0].item = bench.world.item("blend");
    let verdict = rule("lines-differ", "C2", "lines[0].item");
    bench.event("accept-another-item", "not what was offered", verdict, Who::ImporterB, other);
    let mut more = body.clone();
    let mut line = more.lines.0[0].clone();
    line.item = bench.world.item("blend");
    more.lines.0.push(line);
    let verdict = rule("lines-differ", "C2", "lines");
    bench.event("accept-more", "one item too many", verdict, Who::ImporterB, more);
    let mut tenfold = body;
    tenfold.lines.0[0].measured_mg = mg(90 * KG);
    let verdict = rule("difference-too-large", "M2", "lines[0].measured_mg");
    bench.event(
        "accept-tenfold",
        "90 kg on the taker's scale, 9 on the giver's",
        verdict,
        Who::ImporterB,
        tenfold,
    );
    let mut closed = bench.world.acceptance(bench.world.offers["cancelled"]);
    closed.lines.0.truncate(1);
    let verdict = rule("offer-closed", "C3", "offer");
    bench.event("accept-cancelled", "the offer was taken back", verdict, Who::Seller, closed);
    let brazil = bench.world.item("brazil");
    let (mut body, _) = bench.world.offer(Who::ImporterA, Who::ImporterB, &[brazil]);
    let verdict = rule("not-custodian", "C1", "lines[0].item");
    bench.event("offer-of-anothers", "the seller offers A's lot", verdict, Who::Seller, body.clone());
    body.to = bench.world.id(Who::ImporterA);
    bench.event("offer-to-self", "from A to A", rule("to-self", "C2", "to"), Who::ImporterA, body.clone());
    body.to = bench.world.id(Who::Suspended);
    let verdict = rule("state-forbids", "C5", "to");
    bench.event("offer-to-suspended", "who could not accept", verdict, Who::ImporterA, body.clone());
    body.to = bench.world.id(Who::ImporterB);
    body.expires = bench.world.now;
    let verdict = rule("fields-disagree", "F3", "expires");
    bench.event("offer-expired", "over before it begins", verdict, Who::ImporterA, body);
    let weighed = |bench: &mut Bench, mass| {
        let (mut body, _) = bench.world.offer(Who::ImporterA, Who::ImporterB, &[brazil]);
        body.lines.0[0].mass_mg = mg(mass);
        body
    };
    let body = weighed(bench, 4_000 * KG);
    let verdict = rule("mass-from-nowhere", "M5", "lines[0].mass_mg");
    bench.event("offer-tenfold", "4,000 kg of 220", verdict, Who::ImporterA, body);
    let body = weighed(bench, 215 * KG + 600_000);
    bench.event(
        "good-offer-two-percent-short",
        "both will sign it",
        Verdict::accepted(),
        Who::ImporterA,
        body,
    );
    let body = weighed(bench, 215 * KG + 599_999);
    let verdict = rule("loss-unstated", "M2", "lines[0].mass_mg");
    bench.event("offer-short", "where is the rest?", verdict, Who::ImporterA, body);
    let (body, _) = bench.world.offer(Who::ImporterA, Who::Seller, &[bench.world.item("offered")]);
    let verdict = rule("offer-open", "C3", "lines[0].item");
    bench.event("offer-twice", "offered to B already", verdict, Who::ImporterA, body);
    let (mut body, _) = bench.world.offer(Who::ImporterA, Who::Seller, &[bench.world.item("of b")]);
    body.ownership = Some(true);
    let verdict = rule("not-owner", "C4", "lines[0].item");
    bench.event(
        "offer-ownership-of-anothers",
        "A keeps B's lot and would give it away",
        verdict,
        Who::ImporterA,
        body,
    );
}

pub(super) fn work(bench: &mut Bench) {
    let work = bench.world.works["open"];
    let lot = |mass| vec![output(OutputKind::Lot, mass, None, "chips")];
    let (body, _) = bench.world.yielded(Who::Studio, work, lot(6 * KG));
    let verdict = rule("too-much-taken", "M3", "outputs[0].mass_mg");
    bench.event("work-yields-too-much", "6 kg out of 5", verdict, Who::Studio, body);
    let (mut body, _) = bench.world.yielded(Who::Studio, work, lot(4 * KG));
    body.losses = Vec::new().into();
    let verdict = rule("not-balanced", "M2", "left_mg");
    bench.event("work-loss-unsaid", "1 kg is not accounted for", verdict, Who::Studio, body);
    let (mut body, _) = bench.world.yielded(Who::Studio, work, lot(5 * KG));
    body.outputs.0[0].mass_mg = mg(5 * KG + 5_000);
    body.gains = vec![gain("measurement_difference", 5_000)].into();
    bench.event(
        "good-work-gain",
        "5 g between two weighings of 5 kg",
        Verdict::accepted(),
        Who::Studio,
        body.clone(),
    );
    body.gains = vec![gain("measurement_difference", 5_001)].into();
    let verdict = rule("difference-too-large", "M2", "gains[0]");
    bench.event("work-gain-beyond-scale", "one milligram more", verdict, Who::Studio, body.clone());
    body.gains = vec![gain("measurement_difference", 4_000); 2].into();
    let verdict = rule("difference-too-large", "M2", "gains[1]");
    bench.event("work-gain-in-slices", "twice 4 g", verdict, Who::Studio, body.clone());
    let mut lossy = body.clone();
    lossy.gains = Vec::new().into();
    lossy.outputs.0[0].mass_mg = mg(5 * KG - 8_000);
    lossy.losses = vec![loss("measurement_difference", 4_000); 2].into();
    let verdict = rule("difference-too-large", "M2", "losses[1]");
    bench.event("work-loss-in-slices", "twice 4 g", verdict, Who::Studio, lossy);
    body.gains = vec![gain("foreign_mass", 5_000)].into();
    let verdict = rule("mass-from-nowhere", "M5", "gains[0]");
    bench.event(
        "work-gain-foreign",
        "foreign mass comes with a treatment",
        verdict.clone(),
        Who::Studio,
        body.clone(),
    );
    body.gains = vec![gain("measurement_difference", 5_000)].into();
    body.outputs.0[0].mass_mg = mg(KG);
    body.left_mg = mg(4 * KG + 5_000);
    bench.event("work-gain-before-the-end", "a job that could gain again", verdict, Who::Studio, body);
    let (mut body, _) = bench.world.yielded(Who::Studio, work, lot(5 * KG));
    body.outputs.0[0].kind = OutputKind::Batch;
    let verdict = rule("count-missing", "M7", "outputs[0].count");
    bench.event("work-batch-without-count", "how many beads?", verdict, Who::Studio, body);
    let step = |item, work| StepLogged {
        at: Timestamp::from_unix(0),
        work,
        item,
        step: code("polish"),
        operator: None,
        mass_mg: None,
        photos: Vec::new().into(),
    };
    let mut body = step(None, Some(work));
    body.at = bench.world.now;
    let verdict = rule("not-custodian", "C1", "work");
    bench.event("step-in-anothers-job", "A polishes at the studio's", verdict, Who::ImporterA, body.clone());
    body.work = Some(bench.world.works["done"]);
    let verdict = rule("state-forbids", "C5", "work");
    bench.event("step-in-finished-job", "all is out of it", verdict, Who::Studio, body.clone());
    body.item = Some(bench.world.item("chips"));
    let verdict = rule("fields-disagree", "F3", "work");
    bench.event("step-on-two-things", "item and job", verdict, Who::Studio, body);
    let third = bench.world.item("third sphere");
    let (body, _) = bench.world.work(Who::Studio, "engrave", vec![input(third, KG / 2)]);
    let verdict = rule("not-balanced", "M2", "inputs[0].mass_mg");
    bench.event("work-on-part-of-piece", "a sphere goes in whole", verdict, Who::Studio, body);
    people::many(bench);
}

pub(super) fn good(bench: &mut Bench) {
    let (mut body, _) = bench.world.lot(Who::ImporterA, "mined", "CN", KG);
    body.trade_name = Some(text("东海水晶 — cristal “branco”"));
    body.origins.0[0].subdivision = Some(text("江苏省东海县"));
    body.documents = vec![document("mining_licence", "licence")].into();
    bench.event("good-any-script", "texts in any script", Verdict::accepted(), Who::ImporterA, body);
    let (mut body, _) = bench.world.lot(Who::ImporterA, "opening_stock", "CN", 1);
    body.mass.net_mg = Milligrams::MAX;
    bench.event("good-largest-mass", "2^53 - 1 mg", Verdict::accepted(), Who::ImporterA, body);
    let (body, _) = bench.world.split(Who::ImporterA, bench.world.item("brazil"), &[220 * KG]);
    bench.event("good-split-of-all", "nothing is left", Verdict::accepted(), Who::ImporterA, body);
}
