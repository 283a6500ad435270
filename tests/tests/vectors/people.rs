//! Who may speak: the ledger's opening, sequence numbers, keys, roles, enrolment, seals and policy.

use lode_ledger::apply::RULESET;
use lode_ledger::event::body::{KeyAdded, KeyRevoked, LotSplit, OutputKind, ParticipantEnrolled, StepLogged};
use lode_ledger::hash::Hash;
use lode_ledger::key::{PublicKey, Signature};
use lode_ledger::replay::Author;
use lode_ledger::sealed::Sealable;
use lode_ledger::statement::Issuer;
use lode_ledger::time::Timestamp;
use lode_tests::vectors::Verdict;
use lode_tests::world::{KG, ORIGIN, Who, code, grant, mg, output, secret, text};

use super::Bench;

pub(super) fn before_the_opening(bench: &mut Bench) {
    let opening = bench.world.opening();
    let registrar = bench.world.author(Who::Registrar);
    let unknown = || Verdict::whole("key-unknown", "K1");
    let policy = bench.world.policy();
    bench.event("opening-missing", "a policy for no ledger", unknown(), Who::Registrar, policy.clone());
    let two = [opening.clone().into(), policy.into()];
    bench.events("opening-not-alone", "entry 0 says two things", unknown(), registrar.clone(), &two);
    let stranger = Author::new(secret("a stranger"), registrar.issuer, ORIGIN);
    bench.events(
        "opening-by-stranger",
        "signed by no registrar key",
        unknown(),
        stranger,
        &[opening.clone().into()],
    );
    let elsewhere = Author::new(secret("registrar"), registrar.issuer, "lode.example/other");
    let wrong = Verdict::whole("wrong-ledger", "F1");
    bench.events(
        "opening-for-another-log",
        "the audience is not the origin",
        wrong,
        elsewhere,
        &[opening.clone().into()],
    );
    let other = Issuer::Participant(lode_ledger::id::ParticipantId::new([7; 16]));
    let other = Author::new(secret("registrar"), other, ORIGIN);
    let verdict = Verdict::rule("not-entitled", "K2", "");
    bench.events(
        "opening-under-another-id",
        "the author's id is not the registrar's",
        verdict,
        other,
        &[opening.clone().into()],
    );
    let mut instant = opening.clone();
    instant.seal_interval_s = 0;
    let verdict = Verdict::rule("fields-disagree", "F3", "seal_interval_s");
    bench.event("opening-without-interval", "seals all the time", verdict, Who::Registrar, instant);
    let mut weak = opening.clone();
    weak.log_key = PublicKey([0; 32]);
    let verdict = Verdict::rule("key-refused", "K1", "log_key");
    bench.event("opening-weak-log-key", "checkpoints that anybody signs", verdict, Who::Registrar, weak);
    let mut narrow = opening.clone();
    for key in &mut narrow.registrar.keys.0 {
        key.scope = vec![text("key.added")].into();
    }
    let verdict = Verdict::rule("last-registrar-key", "K5", "registrar.keys");
    bench.event("opening-nobody-enrols", "keys that may not enrol", verdict, Who::Registrar, narrow);
    let mut same = opening;
    same.registrar.keys.0[1] = same.registrar.keys.0[0].clone();
    let verdict = Verdict::rule("key-in-use", "U1", "registrar.keys[1]");
    bench.event("opening-same-key-twice", "a spare key that is no spare", verdict, Who::Registrar, same);
}

pub(super) fn before_the_policy(bench: &mut Bench) {
    let (body, _) = bench.world.enrolment("importer a", "importer");
    let verdict = Verdict::whole("policy-first", "F1");
    bench.event("policy-missing", "entry 1 is no policy", verdict, Who::Registrar, body);
    let mut newer = bench.world.policy();
    newer.ruleset = RULESET + 1;
    let verdict = Verdict::rule("unknown-ruleset", "F1", "ruleset");
    bench.event("ruleset-unknown", "rules of the future", verdict, Who::Registrar, newer);
}

/// A loss of A's that would be accepted.
fn loss(bench: &Bench) -> lode_ledger::event::Event {
    bench.world.lost(bench.world.item("brazil"), 1_000).into()
}

pub(super) fn ledger_and_sequence(bench: &mut Bench) {
    let wrong = || Verdict::whole("wrong-ledger", "F1");
    let event = [loss(bench)];
    let mut author = bench.world.author(Who::ImporterA);
    let ledger = author.audience.clone();
    author.audience = "lode.example/other#00000000000000000000000000000000".to_owned();
    bench.events("ledger-other", "for another ledger", wrong(), author.clone(), &event);
    author.audience = format!("{ORIGIN}#00000000000000000000000000000000");
    bench.events(
        "ledger-older-life",
        "for this ledger before it was begun again",
        wrong(),
        author.clone(),
        &event,
    );
    author.audience = ORIGIN.to_owned();
    bench.events("ledger-origin-only", "for the origin, as only entry 0 is", wrong(), author, &event);
    let opening = bench.world.opening();
    let verdict = Verdict::whole("not-genesis", "F1");
    bench.event("genesis-again", "a second beginning", verdict.clone(), Who::Registrar, opening.clone());
    let mut author = bench.world.author(Who::Registrar);
    author.audience = ORIGIN.to_owned();
    bench.events(
        "genesis-again-for-origin",
        "the same, addressed as the first",
        verdict,
        author.clone(),
        &[opening.clone().into()],
    );
    author.audience = ledger;
    let verdict = Verdict { event: Some(1), ..Verdict::rule("not-genesis", "F1", "") };
    let policy = bench.world.policy();
    bench.events(
        "genesis-among-others",
        "a second beginning, hidden",
        verdict,
        author,
        &[policy.into(), opening.into()],
    );
    let replayed =
        bench.world.entries.iter().find(|entry| entry.step == "a loss").expect("a loss").bytes.clone();
    let used = || Verdict::whole("sequence-used", "U4");
    bench.bytes("statement-again", "the same bytes a second time", used(), &replayed);
    let mut author = bench.world.author(Who::ImporterA);
    author.seq -= 1;
    bench.events("sequence-used", "another statement with a used number", used(), author, &event);
    let step = |bench: &Bench| {
        let item = bench.world.item("not arrived");
        let (at, country) = (bench.world.now, code("BR"));
        lode_ledger::event::body::SupplierCountersigned {
            at,
            item,
            net_mg: mg(400 * KG),
            country,
            received_mg: None,
        }
    };
    let body = step(bench);
    let mut author = bench.world.author(Who::Exporter);
    let next = author.seq;
    author.seq = next - 1_025;
    let old = Verdict::whole("sequence-old", "U4");
    bench.events("sequence-old", "1024 below the highest", old, author.clone(), &[body.clone().into()]);
    author.seq = next - 1_024;
    bench.events(
        "good-sequence-late",
        "1023 below the highest",
        Verdict::accepted(),
        author.clone(),
        &[body.clone().into()],
    );
    author.seq = next + (1 << 20);
    let leap = Verdict::whole("sequence-leap", "U4");
    bench.events("sequence-leap", "2^20 + 1 above the highest", leap, author.clone(), &[body.clone().into()]);
    author.seq = next - 1 + (1 << 20);
    bench.events("good-sequence-leap", "2^20 above the highest", Verdict::accepted(), author, &[body.into()]);
}

pub(super) fn keys_and_roles(bench: &mut Bench) {
    let importer = Issuer::Participant(bench.world.id(Who::ImporterA));
    let ledger = bench.world.audience();
    let event = [loss(bench)];
    let phone = Author::new(secret("importer a old phone"), importer, ledger.clone());
    let verdict = Verdict::whole("key-revoked", "K1");
    bench.events("key-revoked", "a key that was lost", verdict, phone, &event);
    let scanner = Author::new(secret("importer a scanner"), importer, ledger.clone());
    let verdict = Verdict::rule("scope-forbids", "K2", "");
    bench.events("key-out-of-scope", "a key that may only offer", verdict, scanner.clone(), &event);
    let (mut body, _) = bench.world.offer(Who::ImporterA, Who::ImporterB, &[bench.world.item("fluorite")]);
    body.nonce = lode_tests::world::nonce_of("scanned");
    bench.events("good-key-in-scope", "what that key may do", Verdict::accepted(), scanner, &[body.into()]);
    let (body, _) = bench.world.lot(Who::Suspended, "opening_stock", "CN", KG);
    let verdict = Verdict::whole("suspended", "K3");
    bench.event("author-suspended", "a suspended participant", verdict, Who::Suspended, body);
    let forbidden = || Verdict::rule("role-forbids", "K2", "");
    let (body, _) = bench.world.lot(Who::Lab, "opening_stock", "CN", KG);
    bench.event("role-lab-declares-lot", "a lab has no goods", forbidden(), Who::Lab, body);
    let (body, _) = bench.world.enrolment("a friend", "seller");
    bench.event("role-importer-enrols", "only the registrar enrols", forbidden(), Who::ImporterA, body);
    let (body, _) =
        bench.world.work(Who::Lab, "facet", vec![lode_tests::world::input(bench.world.item("chips"), 1)]);
    bench.event("role-lab-works", "a lab makes nothing", forbidden(), Who::Lab, body);
    let seal = bench.world.seal_body();
    let entitled = || Verdict::rule("not-entitled", "K2", "");
    bench.event("seal-by-participant", "only the ledger seals", entitled(), Who::Registrar, seal);
    let author = bench.world.seal_author();
    bench.events("ledger-acts", "the seal key does a participant's work", entitled(), author, &event);
    let link = Issuer::Link(secret("link").public().thumbprint());
    let link = Author::new(secret("link"), link, ledger);
    let unknown = Verdict::whole("key-unknown", "K1");
    let not_arrived = bench.world.item("not arrived");
    let countersign = |bench: &Bench, item, mass, country| lode_ledger::event::body::SupplierCountersigned {
        at: bench.world.now,
        item,
        net_mg: mg(mass),
        country: code(country),
        received_mg: None,
    };
    let body = countersign(bench, not_arrived, 400 * KG, "BR");
    bench.events(
        "link-of-another-lot",
        "a counter-signing link is for one lot",
        unknown,
        link.clone(),
        &[body.clone().into()],
    );
    bench.event("countersigned-by-stranger", "not the lot's supplier", entitled(), Who::Seller, body);
    let body = countersign(bench, not_arrived, 399 * KG, "BR");
    let verdict = Verdict::rule("not-balanced", "M2", "net_mg");
    bench.event("countersigned-other-mass", "the supplier sold less", verdict, Who::Exporter, body);
    let body = countersign(bench, not_arrived, 400 * KG, "MG");
    let verdict = Verdict::rule("not-found", "F2", "country");
    bench.event("countersigned-other-country", "the supplier dug elsewhere", verdict, Who::Exporter, body);
    let madagascar = bench.world.item("madagascar");
    let body = countersign(bench, madagascar, 100 * KG, "MG");
    let verdict = Verdict::rule("state-forbids", "C5", "item");
    let mut link = link;
    link.seq = 2;
    bench.events("countersigned-twice", "the link was used", verdict, link, &[body.into()]);
    registrar_keys(bench);
}

fn registrar_keys(bench: &mut Bench) {
    let (at, registrar) = (bench.world.now, bench.world.id(Who::Registrar));
    let revoke = |name: &str| {
        let key = secret(name).public().thumbprint();
        lode_ledger::event::Event::from(KeyRevoked {
            at,
            participant: registrar,
            key,
            suspect_since: None,
            reason: text("lost"),
        })
    };
    let verdict = Verdict { event: Some(1), ..Verdict::rule("last-registrar-key", "K5", "") };
    let author = bench.world.author(Who::Registrar);
    let both = [revoke("registrar spare"), revoke("registrar")];
    bench.events("last-registrar-key", "nobody could enrol any more", verdict, author.clone(), &both);
    let ring = |scope: &str| {
        let mut grant = grant(&secret("registrar third"), &registrar.to_string());
        grant.scope = vec![text(scope)].into();
        lode_ledger::event::Event::from(KeyAdded { at, participant: registrar, grant, device: None })
    };
    let verdict = Verdict { event: Some(2), ..Verdict::rule("last-registrar-key", "K5", "") };
    let narrow = [ring("lot.declared"), revoke("registrar spare"), revoke("registrar")];
    bench.events("last-key-that-enrols", "a key is left that cannot", verdict, author.clone(), &narrow);
    let wide = [ring("participant.enrolled"), revoke("registrar spare"), revoke("registrar")];
    bench.events("good-key-that-enrols", "all but one key", Verdict::accepted(), author.clone(), &wide);
    let verdict = Verdict::rule("not-found", "F2", "key");
    bench.events("revoke-key-of-another", "not that participant's key", verdict, author, &[revoke("lab")]);
    let importer = bench.world.id(Who::ImporterA);
    let grant = grant(&secret("new device"), &importer.to_string());
    let body = KeyAdded { at, participant: importer, grant, device: None };
    let verdict = Verdict::rule("not-entitled", "K2", "participant");
    bench.event("key-for-another", "a key slipped into another's ring", verdict, Who::ImporterB, body);
}

pub(super) fn enrolment(bench: &mut Bench) {
    type Bend = fn(&mut ParticipantEnrolled);
    let refused = || Verdict::rule("key-refused", "K1", "keys[0]");
    let key = |hex: &str| PublicKey(hex::decode(hex).expect("hex").try_into().expect("32 bytes"));
    let cases: [(&str, &str, Verdict, Bend); 5] = [
        ("key-proof-flipped", "a bad proof of possession", refused(), |body| body.keys.0[0].proof.0[0] ^= 1),
        ("key-proof-of-another", "proven for another enrolment", refused(), |body| {
            body.keys.0[0] = grant(&secret("newcomer"), "another nonce");
        }),
        (
            "key-scope-unknown",
            "may sign what does not exist",
            Verdict::rule("not-found", "F2", "keys[0].scope"),
            |body| {
                body.keys.0[0].scope = vec![text("lot.imagined")].into();
            },
        ),
        (
            "person-name-open",
            "a person's name in clear",
            Verdict::rule("person-name-open", "F3", "name"),
            |body| {
                body.person = true;
            },
        ),
        ("role-twice", "the same role twice", Verdict::rule("named-twice", "F3", "roles[1]"), |body| {
            body.roles.0.push(body.roles.0[0]);
        }),
    ];
    for (name, why, verdict, bend) in cases {
        let (mut body, _) = bench.world.enrolment("newcomer", "seller");
        bend(&mut body);
        bench.event(name, why, verdict, Who::Registrar, body);
    }
    for (name, why, hex) in [
        (
            "key-weak",
            "signatures by it fit everything",
            "0100000000000000000000000000000000000000000000000000000000000000",
        ),
        (
            "key-torsioned",
            "programs disagree about it",
            "10eb7c3acfb2bed3e0d6ab89bf5a3d6afddd1176ce4812e38d9fd485058fdb1f",
        ),
        (
            "key-non-canonical",
            "zero in disguise",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ),
        (
            "key-no-point",
            "no point of the curve",
            "0200000000000000000000000000000000000000000000000000000000000000",
        ),
    ] {
        let (mut body, _) = bench.world.enrolment("newcomer", "seller");
        body.keys.0[0].key = key(hex);
        body.keys.0[0].proof = Signature([0; 64]);
        bench.event(name, why, refused(), Who::Registrar, body);
    }
    let (mut body, _) = bench.world.enrolment("newcomer", "seller");
    body.keys.0[0] = grant(&secret("lab"), &body.nonce.to_string());
    let verdict = Verdict::rule("key-in-use", "U1", "keys[0]");
    bench.event("key-in-use", "the lab's key for a newcomer", verdict, Who::Registrar, body);
    let (mut body, _) = bench.world.enrolment("newcomer", "lab");
    body.issuer_code = Some(text("GTC"));
    let verdict = Verdict::rule("issuer-taken", "U2", "issuer_code");
    bench.event("issuer-code-taken", "another lab's code", verdict, Who::Registrar, body);
    let (mut body, _) = bench.world.enrolment("newcomer", "lab");
    body.issuer_code = Some(text("gtc-2"));
    let verdict = Verdict::rule("fields-disagree", "F3", "issuer_code");
    bench.event("issuer-code-not-normal", "a code in another spelling", verdict, Who::Registrar, body);
    let (mut body, _) = bench.world.enrolment("lab", "seller");
    body.issuer_code = None;
    body.keys.0[0] = grant(&secret("newcomer"), &body.nonce.to_string());
    let verdict = Verdict::rule("id-exists", "U1", "");
    bench.event("participant-again", "the nonce of an enrolled participant", verdict, Who::Registrar, body);
    let (mut body, _) = bench.world.enrolment("newcomer", "seller");
    body.name = Sealable::Clear(text("Newcomer Ltd"));
    bench.event("good-enrolment", "a new seller", Verdict::accepted(), Who::Registrar, body);
}

pub(super) fn seals_and_policy(bench: &mut Bench) {
    let mut older = bench.world.policy();
    older.ruleset = RULESET - 1;
    let verdict = Verdict::rule("ruleset-back", "F1", "ruleset");
    bench.event("ruleset-back", "rules of the past", verdict, Who::Registrar, older);
    let author = bench.world.seal_author();
    let later = Timestamp::from_unix(bench.world.now.unix() + 600);
    let mut seal = bench.world.seal_body();
    let wrong = || Verdict::rule("seal-wrong", "T2", "");
    bench.events(
        "seal-same-time",
        "the clock does not move",
        wrong(),
        author.clone(),
        &[seal.clone().into()],
    );
    seal.at = later;
    bench.events("good-seal", "the next seal", Verdict::accepted(), author.clone(), &[seal.clone().into()]);
    seal.size -= 1;
    bench.events("seal-other-size", "seals one entry less", wrong(), author.clone(), &[seal.clone().into()]);
    seal.size += 1;
    seal.state_root = Hash::of(b"another state");
    let root = Verdict::rule("seal-root", "M2", "state_root");
    bench.events("seal-other-root", "a state that the log does not add up to", root, author, &[seal.into()]);
    let mut policy = bench.world.policy();
    policy.yields.0[0].min_ppm = lode_ledger::mass::Ppm::WHOLE;
    let verdict = Verdict::rule("fields-disagree", "F3", "yields[0]");
    bench.event("policy-yields-crossed", "at least more than at most", verdict, Who::Registrar, policy);
    let mut policy = bench.world.policy();
    policy.receipt_reason_ppm = lode_ledger::mass::Ppm::WHOLE;
    let verdict = Verdict::rule("fields-disagree", "F3", "receipt_countersign_ppm");
    bench.event(
        "policy-receipt-crossed",
        "a reason is asked for later than a signature",
        verdict,
        Who::Registrar,
        policy,
    );
    let body = bench.world.policy();
    bench.event(
        "policy-by-importer",
        "rules of one's own",
        Verdict::rule("role-forbids", "K2", ""),
        Who::ImporterA,
        body,
    );
}

/// Statements of many events: one bad event spoils all, and 256 are allowed.
pub(super) fn many(bench: &mut Bench) {
    let author = bench.world.author(Who::Studio);
    let step = StepLogged {
        at: bench.world.now,
        work: None,
        item: Some(bench.world.item("chips")),
        step: code("weigh"),
        operator: None,
        mass_mg: None,
        photos: Vec::new().into(),
    };
    let mut events = vec![lode_ledger::event::Event::from(step); 256];
    bench.events(
        "good-256-events",
        "the most that one statement holds",
        Verdict::accepted(),
        author.clone(),
        &events,
    );
    let work = bench.world.works["open"];
    let (body, _) =
        bench.world.yielded(Who::Studio, work, vec![output(OutputKind::Lot, 5 * KG, None, "chips")]);
    events.truncate(2);
    events.push(body.clone().into());
    events.push(body.into());
    let verdict = Verdict { event: Some(3), ..Verdict::rule("state-forbids", "C5", "work") };
    bench.events("last-event-bad", "three good events and a bad one", verdict, author, &events);
    let (split, ids): (LotSplit, _) = bench.world.split(Who::Studio, bench.world.item("chips"), &[KG / 2]);
    let (mut again, _) = bench.world.split(Who::Studio, bench.world.item("chips"), &[KG / 4]);
    again.item = ids[0];
    again.left_mg = mg(KG / 4);
    let author = bench.world.author(Who::Studio);
    let events = [split.into(), again.into()];
    bench.events(
        "good-event-on-event",
        "divides what the event before made",
        Verdict::accepted(),
        author,
        &events,
    );
}
