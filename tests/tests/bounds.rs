//! What a statement can ask of the rules at most. Time depends on the machine; how many records are asked for does not.

use std::sync::Arc;

use lode_ledger::apply::apply;
use lode_ledger::event::Event;
use lode_ledger::event::body::{
    AnyValue, CustodyCancelled, CustodyRejected, HoldReleased, ItemsPacked, ItemsUnpacked, ListingClosed,
    ListingOpened, RecallLifted, SaleCancelled,
};
use lode_ledger::id::{ItemId, ListingId, LogIndex, PackId};
use lode_ledger::record::{EventRef, Parentage, Record, RecordKey, View};
use lode_ledger::replay::Replay;
use lode_tests::counted::Counted;
use lode_tests::world::{KG, ORIGIN, Who, World, code, text};

/// Records asked for by an event that names nothing but its author.
const BY_ITSELF: usize = 32;
/// Records asked for, for each thing or document that a statement names.
const FOR_EACH_NAMED: usize = 24;

/// How many ids and documents a payload names.
fn named(payload: &str) -> usize {
    let is_id = |token: &&str| token.len() == 28 && token.as_bytes().get(1) == Some(&b'-');
    payload.split('"').filter(is_id).count() + payload.matches("sha256").count()
}

/// Every event of the story reads a bounded number of records for each thing that it names, whatever the log's size: nothing is
/// found by searching.
#[test]
fn what_an_event_asks_for_grows_only_with_what_it_names() {
    let world = World::traded();
    let mut replay = Replay::new();
    for entry in &world.entries {
        let verified = replay.check(entry.bytes.clone()).unwrap();
        let counted = Counted::new(replay.view());
        apply(&counted, LogIndex(replay.size()), &verified).unwrap();
        let payload = String::from_utf8(verified.statement().payload().to_vec()).unwrap();
        let at_most = BY_ITSELF * verified.events().len() + FOR_EACH_NAMED * named(&payload);
        assert!(counted.reads() <= at_most, "{} of {at_most} for {payload}", counted.reads());
        replay.accept(&verified).unwrap();
    }
}

/// What one event asks for, when it acts on a record that names so many things.
fn closes(world: &mut World, who: Who, event: impl Into<Event>, kept: usize) {
    let event = event.into();
    let name = event.event_type().spec().name;
    let bytes = world.author(who).sign(std::slice::from_ref(&event)).unwrap().into_bytes();
    let verified = world.replay.check(bytes).unwrap();
    let counted = Counted::new(world.replay.view());
    apply(&counted, LogIndex(world.replay.size()), &verified).unwrap();
    let payload = String::from_utf8(verified.statement().payload().to_vec()).unwrap();
    let at_most = BY_ITSELF + FOR_EACH_NAMED * (named(&payload) + kept);
    assert!(counted.reads() <= at_most, "{name}: {} of {at_most}", counted.reads());
    assert!(counted.reads() >= kept, "{name} does not act on what the record names");
    world.must(who, event);
}

/// An event that names a record acts on all that the record names: that is bounded as the record is, by the event that made it.
#[test]
fn an_event_that_closes_a_record_asks_for_what_the_record_names() {
    const MANY: usize = 64;
    let mut world = World::enrolled();
    let (lot, id) = world.lot(Who::ImporterA, "opening_stock", "CN", 1_000 * KG);
    world.must(Who::ImporterA, lot);
    let (split, parts) = world.split(Who::ImporterA, id, &[KG; MANY]);
    world.must(Who::ImporterA, split);
    let at = world.now;

    let (held, hold) = world.held(Who::Registrar, &parts, "investigation");
    world.must(Who::Registrar, held);
    closes(&mut world, Who::Registrar, HoldReleased { at, hold, text: None }, MANY);

    let (recalled, recall) = world.recalled(Who::Registrar, &parts);
    world.must(Who::Registrar, recalled);
    let (said, documents) = (text("nothing was found"), Vec::new().into());
    closes(&mut world, Who::Registrar, RecallLifted { at, recall, text: said, documents }, MANY);

    let (offered, offer) = world.offer(Who::ImporterA, Who::ImporterB, &parts);
    world.must(Who::ImporterA, offered);
    let reason = text("not what was ordered");
    closes(&mut world, Who::ImporterB, CustodyRejected { at, offer, reason: reason.clone() }, MANY);
    let (offered, offer) = world.offer(Who::ImporterA, Who::ImporterB, &parts);
    world.must(Who::ImporterA, offered);
    closes(&mut world, Who::ImporterA, CustodyCancelled { at, offer }, MANY);

    let (nonce, by) = (world.nonce(), world.id(Who::ImporterA).to_string());
    let items = || parts.clone().into();
    world.must(Who::ImporterA, ItemsPacked { at, nonce, items: items(), seal: None });
    let pack = PackId::derive(ORIGIN, &by, &nonce, 0);
    closes(&mut world, Who::ImporterA, ItemsUnpacked { at, pack }, MANY);

    let nonce = world.nonce();
    let opened = ListingOpened {
        at,
        nonce,
        items: items(),
        channel: code("live_stream"),
        session: None,
        slot: None,
        title: Some(text("clear quartz")),
        language: None,
    };
    world.must(Who::ImporterA, opened);
    let listing = ListingId::derive(ORIGIN, &by, &nonce, 0);
    closes(&mut world, Who::ImporterA, ListingClosed { at, listing, reason: None }, MANY);

    let (sold, sale) = world.sale(Who::ImporterA, &parts);
    world.must(Who::ImporterA, sold);
    closes(&mut world, Who::ImporterA, SaleCancelled { at, sale, reason }, MANY);
}

/// A lot that something was made of and taken back, again and again.
struct Restless<'a> {
    view: &'a dyn View,
    lot: ItemId,
    made: Arc<Record>,
}

impl View for Restless<'_> {
    fn record(&self, key: &RecordKey) -> Option<Arc<Record>> {
        match key {
            RecordKey::Offspring(Parentage::Item(id), _) if *id == self.lot => Some(self.made.clone()),
            RecordKey::Item(id) if *id == self.lot => {
                let Some(Record::Item(item)) = self.view.record(key).as_deref().cloned() else { return None };
                Some(Arc::new(Record::Item(lode_ledger::record::Item { makings: Some(u32::MAX), ..item })))
            }
            _ => self.view.record(key),
        }
    }
}

/// A correction that would have to look through all of it is refused, after a bounded look.
#[test]
fn a_correction_does_not_look_for_ever() {
    let mut world = World::traded();
    let (lot, id) = world.lot(Who::ImporterA, "opening_stock", "CN", 10 * KG);
    world.must(Who::ImporterA, lot);
    let (split, _) = world.split(Who::ImporterA, id, &[KG]);
    world.must(Who::ImporterA, split);
    let first = RecordKey::Offspring(Parentage::Item(id), 0);
    let Some(Record::Offspring(mut made)) = world.replay.view().record(&first).as_deref().cloned() else {
        panic!("the split is noted")
    };
    made.voided = Some(EventRef { index: LogIndex(world.replay.size()), event: 0 });
    let restless = Restless { view: world.replay.view(), lot: id, made: Arc::new(made.into()) };
    let said = world.corrected(id, "treatments.heat", None, Some(AnyValue("declared_applied".into())));
    let bytes = world.author(Who::ImporterA).sign(&[said.into()]).unwrap().into_bytes();
    let verified = world.replay.check(bytes).unwrap();
    let counted = Counted::new(&restless);
    let refused = apply(&counted, LogIndex(world.replay.size()), &verified).unwrap_err();
    assert_eq!(refused.reason.code(), "correction-too-far");
    assert!((40_000..41_000).contains(&counted.reads()), "{}", counted.reads());
}
