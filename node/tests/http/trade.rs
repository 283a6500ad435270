//! A whole trade for the tests of the HTTP face: two origins are blended, carved by a studio and by a person,
//! certified, tagged, sold. Every byte follows from counters.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use lode_ledger as lode;
use lode_ledger::event::Event;
use lode_ledger::hash::Hash;
use lode_ledger::id::{ItemId, ItemKind, Origin, ParticipantId, WorkOrderId};
use lode_ledger::json::Json;
use lode_ledger::replay::{Author, Replay};
use lode_ledger::statement::{Issuer, Statement, decode_payload};
use lode_ledger::tag::TagCode;
use lode_node::clock::Clock;
use lode_node::config::Limits;
use lode_node::genesis::{self, NodeKeys};
use lode_node::service::Outcome;
use lode_node::{Config, Node};

#[allow(dead_code, reason = "the world serves the tests of three crates")]
#[path = "../../../ledger/src/replay/world.rs"]
pub(crate) mod world;

use world::{ORIGIN, World, event, secret};

const DAY: i64 = 86_400;

/// A clock that goes only when told.
pub(crate) struct Hand(pub(crate) AtomicI64);

impl Clock for Hand {
    fn now_unix(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Who and what the tests ask about.
pub(crate) struct Trade {
    pub(crate) world: World,
    pub(crate) clock: Arc<Hand>,
    pub(crate) importer: (Author, ParticipantId),
    pub(crate) studio: (Author, ParticipantId),
    pub(crate) lab: (Author, ParticipantId),
    pub(crate) seller: (Author, ParticipantId),
    pub(crate) artisan: ParticipantId,
    /// The lot from Brazil.
    pub(crate) brazil: ItemId,
    /// The studio's part of the blend of Brazil and Madagascar.
    pub(crate) blend: ItemId,
    /// The studio's carving: certified, tagged, sold.
    pub(crate) dragon: ItemId,
    /// The person's carving: an asserted certificate, a replaced tag.
    pub(crate) fish: ItemId,
    pub(crate) work: WorkOrderId,
    pub(crate) dragon_tag: TagCode,
    pub(crate) old_tag: TagCode,
    pub(crate) fish_tag: TagCode,
}

/// The address of the dragon's photo.
pub(crate) fn photo() -> (Vec<u8>, Hash) {
    let bytes = hex::decode(concat!(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489",
        "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    ))
    .unwrap();
    let hash = Hash::of(&bytes);
    (bytes, hash)
}

/// Another photo.
pub(crate) fn other_photo() -> (Vec<u8>, Hash) {
    let bytes = hex::decode(concat!(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de",
        "0000000c49444154789c63382127070002b6010534a675aa0000000049454e44ae426082"
    ))
    .unwrap();
    let hash = Hash::of(&bytes);
    (bytes, hash)
}

/// Lets days pass.
pub(crate) fn wait(world: &mut World, days: i64) {
    world.now += days * DAY;
    world.seal();
}

/// Enrols somebody with the key of this seed; `rest` is what its kind needs besides.
pub(crate) fn enrol(
    world: &mut World,
    seed: u8,
    country: &str,
    role: &str,
    rest: &str,
) -> (Author, ParticipantId) {
    let nonce = world.nonce();
    let id = ParticipantId::derive(ORIGIN, &world.registrar.issuer.to_string(), &nonce, 0);
    let key = secret(seed);
    let proof = lode::key::prove_possession(&key, ORIGIN, &nonce.to_string());
    let text = format!(
        r#"{{"type":"participant.enrolled","at":"{}","nonce":"{nonce}","country":"{country}","roles":["{role}"],
        "keys":[{{"key":"{}","proof":"{proof}"}}],{rest}}}"#,
        world.at(),
        key.public()
    );
    world.registrar(&text);
    (Author::new(secret(seed), Issuer::Participant(id), world.registrar.audience.clone()), id)
}

/// Says one event now.
pub(crate) fn say(world: &mut World, author: &mut Author, text: &str) -> u64 {
    let text = text.replacen('{', &format!(r#"{{"at":"{}","#, world.at()), 1);
    world.by(author, &[event(&text)])
}

pub(crate) fn item(kind: ItemKind, author: &Author, nonce: &lode::id::Nonce, output: u16) -> ItemId {
    ItemId::derive(kind, ORIGIN, &author.issuer.to_string(), nonce, output)
}

/// The lot that an author declares with this nonce.
pub(crate) fn lot_id(author: &Author, nonce: &lode::id::Nonce) -> ItemId {
    item(ItemKind::Lot, author, nonce, 0)
}

/// A lot by import, with a document.
fn import(world: &mut World, author: &mut Author, country: &str, kg: u64, more: &str) -> ItemId {
    let nonce = world.nonce();
    let document = Hash::of(country.as_bytes());
    let text = format!(
        r#"{{"type":"lot.declared","nonce":"{nonce}","entry":"import","species":"quartz","variety":"smoky_quartz",
        "form":"rough","nature":"natural","evidence":"document",
        "origins":[{{"country":"{country}","share_ppm":1000000,"mine":{{"sealed":"{digest}"}}}}],
        "mass":{{"net_mg":{mg},"method":"floor_scale","resolution_mg":100000}},
        "documents":[{{"kind":"certificate_of_origin","sha256":"{document}","public":false}}]{more}}}"#,
        mg = kg * 1_000_000,
        digest = "A".repeat(43),
    );
    say(world, author, &text);
    item(ItemKind::Lot, author, &nonce, 0)
}

fn receive(world: &mut World, author: &mut Author, lots: &[(ItemId, u64)]) {
    let nonce = world.nonce();
    let lines: Vec<String> = lots
        .iter()
        .map(|(lot, mg)| {
            format!(r#"{{"item":"{lot}","received_mg":{mg},"method":"floor_scale","resolution_mg":100000}}"#)
        })
        .collect();
    let lines = lines.join(",");
    say(world, author, &format!(r#"{{"type":"consignment.received","nonce":"{nonce}","lines":[{lines}]}}"#));
}

/// A carving in three steps; what is not the piece is lost.
fn carve(
    world: &mut World,
    author: &mut Author,
    lot: ItemId,
    mg: u64,
    piece: u64,
    name: &str,
    more: &str,
) -> (WorkOrderId, ItemId) {
    let (start, end) = (world.nonce(), world.nonce());
    let work = WorkOrderId::derive(ORIGIN, &author.issuer.to_string(), &start, 0);
    say(
        world,
        author,
        &format!(
            r#"{{"type":"work.started","nonce":"{start}","process":"carve","title":"{name}","inputs":[{{"item":"{lot}","mass_mg":{mg}}}]}}"#
        ),
    );
    for (step, left) in [("saw", mg / 10 * 7), ("carve", mg / 2), ("polish", piece)] {
        wait(world, 20);
        say(
            world,
            author,
            &format!(r#"{{"type":"step.logged","work":"{work}","step":"{step}","mass_mg":{left}}}"#),
        );
    }
    say(world, author, &format!(r#"{{"type":"treatment.applied","work":"{work}","treatment":"wax"}}"#));
    say(
        world,
        author,
        &format!(
            r#"{{"type":"work.completed","work":"{work}","nonce":"{end}","left_mg":0,
            "outputs":[{{"kind":"piece","mass_mg":{piece},"form":"carving","name":"{name}"{more}}}],
            "losses":[{{"reason":"process","mass_mg":{}}}]}}"#,
            mg - piece
        ),
    );
    (work, item(ItemKind::Piece, author, &end, 0))
}

/// Plays the trade in a world of its own; its raw entries are for everybody, or for members.
pub(crate) fn trade(members_only: bool) -> Trade {
    let mut world = World::open_with(if members_only { r#","members_only":true"# } else { "" });
    let w = &mut world;
    let mut importer = enrol(w, 10, "CN", "importer", r#""person":false,"name":"Haizhou Stone Imports""#);
    let mut studio = enrol(w, 11, "CN", "studio", r#""person":false,"name":"White Crane Studio""#);
    let mut lab =
        enrol(w, 12, "CN", "lab", r#""person":false,"name":"Gem Testing Centre","issuer_code":"GTC""#);
    let mut seller = enrol(w, 13, "CN", "seller", r#""person":false,"name":"Morning Light Crystal""#);
    let mut exporter = enrol(w, 14, "BR", "exporter", r#""person":false,"name":"Pedra Clara Ltda""#);
    let sealed = "E".repeat(43);
    let mut artisan =
        enrol(w, 15, "CN", "artisan", &format!(r#""person":true,"name":{{"sealed":"{sealed}"}}"#));
    wait(w, 3);
    let heat = r#","treatments":[{"treatment":"heat","finding":"declared_none"}]"#;
    let supplier = format!(r#"{heat},"supplier_participant":"{}""#, exporter.1);
    let brazil = import(w, &mut importer.0, "BR", 120, &supplier);
    let madagascar = import(w, &mut importer.0, "MG", 40, "");
    wait(w, 1);
    say(
        w,
        &mut exporter.0,
        &format!(
            r#"{{"type":"supplier.countersigned","item":"{brazil}","net_mg":120000000,"country":"BR"}}"#
        ),
    );
    wait(w, 34);
    receive(w, &mut importer.0, &[(brazil, 119_900_000), (madagascar, 40_000_000)]);
    wait(w, 2);
    let nonce = w.nonce();
    let blend = format!(
        r#"{{"type":"lot.merged","nonce":"{nonce}","mass_mg":100000000,
        "inputs":[{{"item":"{brazil}","mass_mg":70000000}},{{"item":"{madagascar}","mass_mg":30000000}}]}}"#
    );
    say(w, &mut importer.0, &blend);
    let blend = item(ItemKind::Lot, &importer.0, &nonce, 0);
    let parts = w.split(&mut importer.0, blend, &[60_000_000, 10_000_000], 30_000_000);
    wait(w, 1);
    w.hand_over(&mut importer.0, (&mut studio.0, studio.1), parts[0], 60_000_000);
    w.hand_over(&mut importer.0, (&mut artisan.0, artisan.1), parts[1], 10_000_000);
    wait(w, 4);
    let shown = format!(r#","photo":{{"kind":"photo","sha256":"{}","public":true}}"#, photo().1);
    let (work, dragon) =
        carve(w, &mut studio.0, parts[0], 5_000_000, 1_250_000, "Dragon rising from the waves", &shown);
    let (_, fish) = carve(w, &mut artisan.0, parts[1], 2_000_000, 431_250, "<Two> fish", "");
    wait(w, 6);
    let report = Hash::of(b"report");
    say(
        w,
        &mut lab.0,
        &format!(
            r#"{{"type":"certificate.linked","item":"{dragon}","issuer_code":"GTC","number":"2026001234","scope":"item","document":{{"kind":"lab_report","sha256":"{report}","public":true}},"findings":[{{"treatment":"heat","finding":"lab_none_detected"}}]}}"#
        ),
    );
    say(
        w,
        &mut lab.0,
        &format!(
            r#"{{"type":"certificate.linked","item":"{dragon}","issuer_code":"GTC","number":"2026001299","reissue_of":"2026001234","scope":"item","document":{{"kind":"lab_report","sha256":"{report}","public":true}}}}"#
        ),
    );
    say(
        w,
        &mut artisan.0,
        &format!(
            r#"{{"type":"certificate.linked","item":"{fish}","issuer_code":"NGTC","number":"77","scope":"item","document":{{"kind":"lab_report","sha256":"{report}","public":true}}}}"#
        ),
    );
    say(
        w,
        &mut studio.0,
        &format!(
            r#"{{"type":"certificate.linked","item":"{dragon}","issuer_code":"NGTC","number":"77","scope":"item","document":{{"kind":"lab_report","sha256":"{report}","public":true}}}}"#
        ),
    );
    let dragon_tag = w.tag(&mut studio.0, dragon, 100);
    let old_tag = w.tag(&mut artisan.0, fish, 101);
    let key = secret(102).public();
    let fish_tag = TagCode::of(&key);
    say(
        w,
        &mut artisan.0,
        &format!(
            r#"{{"type":"tag.replaced","item":"{fish}","old":"{old_tag}","code":"{fish_tag}","claim_key":"{key}","reason":"label torn"}}"#
        ),
    );
    w.hand_over(&mut studio.0, (&mut seller.0, seller.1), dragon, 1_250_000);
    wait(w, 9);
    let nonce = w.nonce();
    say(
        w,
        &mut seller.0,
        &format!(
            r#"{{"type":"sale.recorded","nonce":"{nonce}","items":["{dragon}"],"channel":"live_stream","destination":"US"}}"#
        ),
    );
    let clock = Arc::new(Hand(AtomicI64::new(0)));
    let artisan = artisan.1;
    Trade {
        world,
        clock,
        importer,
        studio,
        lab,
        seller,
        artisan,
        brazil,
        blend: parts[0],
        dragon,
        fish,
        work,
        dragon_tag,
        old_tag,
        fish_tag,
    }
}

/// A node that has taken the trade in, day by day.
pub(crate) async fn node(data: &Path, trade: &Trade) -> (Node, Config) {
    node_with(data, trade, |_| {}).await
}

/// The same with other bounds.
pub(crate) async fn node_with(
    data: &Path,
    trade: &Trade,
    change: impl FnOnce(&mut Limits),
) -> (Node, Config) {
    let keys = NodeKeys { log: secret(201), seal: secret(202), receipt: secret(203) };
    let statements = &trade.world.statements;
    let opened = Statement::decode(statements[0].clone()).unwrap();
    let (_, events) = decode_payload(opened.payload()).unwrap();
    let members_only = matches!(events[0].get("members_only"), Some(Json::Bool(true)));
    genesis::init_for(data, Origin::new(ORIGIN).unwrap(), 60, members_only, &keys).unwrap();
    genesis::begin(data, &[statements[0].as_slice(), &statements[1]].concat()).unwrap();
    let mut config = Config::new(data);
    change(&mut config.limits);
    let node = Node::open_with(&config, trade.clock.clone()).unwrap();
    let mut replay = Replay::new();
    for bytes in statements {
        let verified = replay.check(bytes.clone()).unwrap();
        replay.accept(&verified).unwrap();
        let is_seal = matches!(verified.events(), [Event::LedgerSealed(_)]);
        if is_seal || replay.size() <= 2 {
            continue;
        }
        trade.clock.0.store(verified.events()[0].at().unix(), Ordering::Relaxed);
        let outcome = node.submit(vec![bytes.clone()]).await.remove(0);
        assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
    }
    trade.clock.0.fetch_add(3600, Ordering::Relaxed);
    (node, config)
}
