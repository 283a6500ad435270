//! Random actors do what is mostly allowed, somewhat bent; the ledger and the reference, which share no rule, must agree
//! on every single verdict and on what it all adds up to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use lode_ledger::event::effect::COMMON_RECORDS;
use lode_ledger::event::{Event, EventType};
use lode_ledger::id::{DisputeId, HoldId, ItemId, ItemKind, RecallId};
use lode_ledger::json::Json;
use lode_ledger::key::KeyId;
use lode_ledger::record::{
    self, EventRef, Item, ItemState, Parentage, Record, RecordKey, View, WaitingCorrection,
};
use lode_ledger::statement::{Issuer, Statement};
use lode_tests::reference::{
    Contradiction, Dealing, DeviceKey, Place, Reference, Source, Stage, State, Target, Waiting, height,
};
use lode_tests::vectors::Verdict;
use lode_tests::world::{Entry, Who, World};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::histories::{self, Op, ops, picked};
use super::market::Speaker;
use super::mutations::{Change, bend, count};
use super::{enrolled, identity, runner, vouching};

/// How an event is bent before it is said.
#[derive(Clone, Debug)]
enum Bend {
    /// Not at all.
    Straight,
    /// Somebody else says it.
    Other(usize),
    /// Something in it is another.
    Field(Change),
    /// It was said before.
    Again(usize),
    /// Another key signs it.
    Key(usize),
}

fn bends() -> impl Strategy<Value = Bend> {
    let field = (0_usize..1000, 0_u8..5, 1_i64..20_000_000)
        .prop_map(|(leaf, how, amount)| Bend::Field(Change { which: 0, leaf, how, amount }));
    prop_oneof![
        6 => Just(Bend::Straight),
        1 => (0_usize..1000).prop_map(Bend::Other),
        3 => field,
        1 => (0_usize..1000).prop_map(Bend::Again),
        1 => (0_usize..1000).prop_map(Bend::Key),
    ]
}

/// Ids that are really there.
fn ids(world: &World) -> Vec<String> {
    let keys = world.replay.view().iter().filter_map(|(key, _)| match key {
        RecordKey::Item(id) => Some(id.to_string()),
        RecordKey::WorkOrder(id) => Some(id.to_string()),
        RecordKey::Offer(id) => Some(id.to_string()),
        RecordKey::Sale(id) => Some(id.to_string()),
        RecordKey::Participant(id) => Some(id.to_string()),
        RecordKey::Listing(id) => Some(id.to_string()),
        RecordKey::Pack(id) => Some(id.to_string()),
        RecordKey::Shipment(id) => Some(id.to_string()),
        RecordKey::Export(id) => Some(id.to_string()),
        RecordKey::Hold(id) => Some(id.to_string()),
        RecordKey::Dispute(id) => Some(id.to_string()),
        RecordKey::Recall(id) => Some(id.to_string()),
        _ => None,
    });
    let mut ids: Vec<String> = keys.collect();
    ids.extend(vouching::names(world));
    ids.sort();
    ids
}

fn bent(world: &World, begun: usize, who: Speaker, event: Event, bend_so: &Bend) -> Option<(Speaker, Event)> {
    match bend_so {
        Bend::Straight => Some((who, event)),
        Bend::Other(pick) => Some((Speaker::One(picked(&identity::everybody(world), *pick)?), event)),
        Bend::Key(pick) => Some((identity::with_another_key(world, who, *pick), event)),
        Bend::Again(pick) => {
            // What was said before the history began would mostly be refused for the same reason each time.
            let said: Vec<(Who, &Event)> = world.entries[begun..]
                .iter()
                .filter_map(|entry| Some((world.who(entry.author?)?, entry.events.first()?)))
                .filter(|(_, event)| histories::events().any(|name| name == event.event_type().spec().name))
                .collect();
            let (who, event) = said.get(pick.checked_rem(said.len())?)?;
            Some((Speaker::One(*who), Event::from_json(&in_time(event.to_json(), world)).ok()?))
        }
        Bend::Field(change) => {
            let mut json = event.to_json();
            let leaves = count(&json);
            bend(&mut json, &mut (change.leaf % leaves), change, &ids(world));
            // What cannot even be read is a matter of form, which vectors show.
            Some((who, Event::from_json(&in_time(json, world)).ok()?))
        }
    }
}

/// Rules of time are not the reference's matter: what is said is said now. Nor is how far a correction may reach before it is
/// cut off: no policy makes that less.
fn in_time(mut json: Json, world: &World) -> Json {
    let mut set = |field: &str, value: Json| {
        if let Json::Obj(fields) = &mut json
            && let Some((_, stands)) = fields.iter_mut().find(|(name, _)| name == field)
        {
            *stands = value;
        }
    };
    set("at", Json::Str(world.now.to_string()));
    set("max_forward_items", Json::Int(world.policy().max_forward_items.into()));
    json
}

/// No event touches a kind of record that the event table does not say.
fn does_no_more_than_the_table_says(world: &World) {
    for (event, seen) in world.touched().seen() {
        let effect = event.effect();
        for (kind, created) in seen.iter().filter(|(kind, _)| !COMMON_RECORDS.contains(kind)) {
            let said = if *created { effect.creates } else { effect.changes };
            assert!(said.contains(kind), "{event:?}: {kind:?}, created: {created}");
        }
    }
}

/// Everything of the ledger that the reference knows too.
fn compare(world: &World, reference: &Reference) {
    let state = reference.now();
    compare_identity(world, &state);
    compare_suspect(world, reference);
    let mut items = 0;
    for (key, record) in world.replay.view().iter() {
        match (key, &**record) {
            (RecordKey::Item(id), Record::Item(item)) => {
                items += 1;
                let thing = &state.items[id];
                let mass = (i128::from(item.mass.left.get()), i128::from(item.mass.gained.get()));
                assert_eq!(mass, (thing.left, thing.gained), "{id}");
                assert_eq!(item.count.map(|count| i128::from(count.left)), thing.count, "{id}");
                let hands = (Some(item.custodian), item.owner, item.tag, item.offer);
                assert_eq!(hands, (thing.custodian, thing.owner, thing.tag, thing.offer), "{id}");
                let foreign = item.foreign.map(|f| (i128::from(f.added.get()), i128::from(f.left.get())));
                assert_eq!((foreign, item.assembly), (thing.foreign, thing.assembly), "{id}");
                let shares: BTreeMap<String, i128> = item
                    .claims
                    .origins
                    .iter()
                    .map(|origin| (origin.country.to_string(), i128::from(origin.share.get())))
                    .collect();
                assert_eq!(shares, thing.shares, "{id}");
                let treatments: BTreeMap<String, String> = item
                    .claims
                    .treatments
                    .iter()
                    .map(|known| (known.treatment.to_string(), known.finding.to_string()))
                    .collect();
                assert_eq!(treatments, thing.treatments, "{id}");
                assert_eq!(item.maker, thing.maker, "{id}");
                let variety = item.claims.variety.map(|variety| variety.to_string());
                let kind = (item.claims.species.to_string(), item.claims.nature.to_string(), variety);
                assert_eq!(
                    kind,
                    (thing.species.clone(), thing.nature.clone(), thing.variety.clone()),
                    "{id}"
                );
                compare_standing(*id, item, &state);
                compare_dealings(&id.to_string(), world, item, &thing.dealing);
                let stage = match item.state {
                    ItemState::Claimed => Stage::Claimed,
                    ItemState::Declared => Stage::Declared,
                    ItemState::Exhausted => Stage::Gone,
                    ItemState::Destroyed => Stage::Destroyed,
                    ItemState::Voided => Stage::Void,
                    ItemState::Sold => Stage::Sold,
                    ItemState::InRepair => Stage::Mending,
                    ItemState::Finished if id.kind() != ItemKind::Piece => panic!("{id} is finished"),
                    _ => Stage::Here,
                };
                assert_eq!(stage, thing.stage, "{id}");
                let origins: BTreeSet<String> =
                    item.claims.origins.iter().map(|origin| origin.country.to_string()).collect();
                let evidence = height(item.claims.origin_evidence);
                let known = (origins, evidence, item.claims.place.clone());
                let expected = (thing.origins.clone(), thing.evidence, thing.place.clone());
                assert_eq!(known, expected, "{id}");
                let passage = item.passage.as_deref().copied().unwrap_or_default();
                let way = (passage.in_transit, passage.cleared.is_some(), passage.agreed);
                let agreed = way.2.map(|mass| i128::from(mass.get()));
                assert_eq!((way.0, way.1, agreed), (thing.on_the_way, thing.cleared, thing.agreed), "{id}");
            }
            (RecordKey::WorkOrder(id), Record::WorkOrder(work)) => {
                let job = &state.jobs[id];
                assert_eq!(i128::from(work.mass.left.get()), job.left, "{id}");
                let told = (job.custodian, job.owner, job.offer, job.paused);
                let kept = (Some(work.studio), work.owner, work.offer, work.paused.is_some());
                assert_eq!(kept, told, "{id}");
                compare_marks(Source::Work(*id), &work.standing(), &state);
            }
            (RecordKey::Exposure(blend), Record::Exposure(known)) => {
                let source = match blend {
                    Parentage::Item(id) => Source::Item(*id),
                    Parentage::Work(id) => Source::Work(*id),
                };
                let known: BTreeMap<String, (i128, i128)> = known
                    .origins
                    .iter()
                    .map(|of| (of.country.to_string(), (of.entered.get().into(), of.claimed.get().into())))
                    .collect();
                assert_eq!(known, state.blends[&source], "{source:?}");
            }
            (RecordKey::Offer(id), Record::Offer(offer)) => {
                assert_eq!(
                    offer.is_open(world.now),
                    !state.offers[id].ended && state.clock <= offer.expires.unix()
                );
            }
            (RecordKey::Sale(id), Record::Sale(sale)) => {
                let told = &state.market.sales[id];
                assert_eq!((sale.cancelled, sale.settled.is_some()), (told.cancelled, told.settled), "{id}");
            }
            (RecordKey::Listing(id), Record::Listing(listing)) => {
                assert_eq!(listing.closed, state.market.listings[id].closed, "{id}");
            }
            (RecordKey::Pack(id), Record::Pack(pack)) => {
                let opened = state.market.packs[id];
                assert_eq!(pack.opened, opened, "{id}");
                let within = if opened { BTreeSet::new() } else { pack.items.iter().copied().collect() };
                assert_eq!(within, state.packed(*id), "{id}");
            }
            (RecordKey::Shipment(id), Record::Shipment(sent)) => {
                assert_eq!(sent.delivered.is_some(), state.market.shipments[id].arrived, "{id}");
            }
            (RecordKey::OwnerKey(id), Record::OwnerKey(owner)) => {
                assert_eq!((owner.item, owner.passed_on.is_some()), state.market.buyers[id], "{id}");
            }
            _ => {}
        }
    }
    assert_eq!(items, state.items.len());
}

/// Who may speak, as the records have it.
fn compare_identity(world: &World, state: &State) {
    let (mut people, mut keys) = (BTreeSet::new(), BTreeMap::new());
    for (key, record) in world.replay.view().iter() {
        match (key, &**record) {
            (RecordKey::Participant(id), Record::Participant(kept)) => {
                people.insert(*id);
                let roles: BTreeSet<String> = kept.roles.iter().map(ToString::to_string).collect();
                assert_eq!(roles.len(), kept.roles.len(), "{id}");
                assert_eq!(roles, state.roles[id], "{id}");
                let marks = (kept.suspended, kept.person);
                assert_eq!(marks, (state.suspended.contains(id), state.persons.contains(id)), "{id}");
                let country = kept.country.map(|country| country.to_string());
                assert_eq!(country.as_ref(), state.countries.get(id), "{id}");
                let lab = state.labs.iter().find(|(_, lab)| *lab == id).map(|(code, _)| code);
                assert_eq!(kept.issuer_code.as_ref(), lab, "{id}");
                let (valid, enrolling) = state.keys_of(*id);
                assert_eq!((kept.keys as usize, kept.enrolling_keys as usize), (valid, enrolling), "{id}");
            }
            (RecordKey::Key(id), Record::Key(kept)) => {
                assert_eq!(kept.key.thumbprint(), *id);
                let key = DeviceKey {
                    holder: kept.participant,
                    scope: kept.scope.iter().cloned().collect(),
                    revoked: kept.revoked.map(|index| index.0),
                    suspect_since: kept.suspect_since.map(|index| index.0),
                };
                keys.insert(*id, key);
            }
            (RecordKey::Ledger, Record::Ledger(ledger)) => {
                assert_eq!(ledger.registrar_keys as usize, state.registrar_keys().count());
            }
            (RecordKey::Policy, Record::Policy(kept)) => {
                let told = state.policy.as_ref().expect("entry 1 is a policy");
                let thresholds = [kept.receipt_reason, kept.receipt_countersign, kept.scale];
                assert_eq!(
                    thresholds,
                    [told.receipt_reason_ppm, told.receipt_countersign_ppm, told.scale_ppm]
                );
                assert_eq!(kept.ruleset, told.ruleset);
            }
            _ => {}
        }
    }
    assert_eq!(people, state.roles.keys().copied().collect());
    assert_eq!(keys, state.keys);
}

/// What a key signed since it became suspect, by the records: of the key that signed it, and since when that is suspect.
fn compare_suspect(world: &World, reference: &Reference) {
    let since = |entry: &Entry| match world
        .replay
        .view()
        .record(&RecordKey::Key(signer(&entry.bytes).1))
        .as_deref()
    {
        Some(Record::Key(key)) => key.suspect_since,
        _ => None,
    };
    let flagged =
        (0..).zip(&world.entries).filter(|(index, entry)| since(entry).is_some_and(|from| from.0 <= *index));
    assert_eq!(flagged.map(|(index, _)| index).collect::<BTreeSet<u64>>(), reference.suspect());
}

/// What stops or marks an item from outside.
fn compare_standing(id: ItemId, item: &Item, state: &State) {
    let standing = item.standing();
    compare_marks(Source::Item(id), &standing, state);
    let waiting: BTreeSet<Waiting> = standing.waiting.iter().map(waiting).collect();
    let known = state.waiting.get(&id).map(Vec::as_slice).unwrap_or_default();
    assert_eq!(waiting, known.iter().copied().collect(), "{id}");
    for detail in item.details.iter().filter(|detail| detail.field != "mass_mg") {
        assert_eq!(detail.value, state.stands(Target::Item(id), &detail.field), "{id}: {}", detail.field);
    }
    if item.state != ItemState::Voided {
        let contradictions: BTreeSet<Contradiction> =
            standing.contradictions.iter().map(contradiction).collect();
        assert_eq!(contradictions, state.contradictions_on(Source::Item(id)), "{id}");
    }
}

/// Holds, disputes and recalls of an item or a job.
fn compare_marks(id: Source, standing: &record::Standing, state: &State) {
    let told = &state.standing;
    let holds: BTreeSet<HoldId> = standing.holds.iter().copied().collect();
    assert_eq!(holds, told.holds_on(id).collect(), "{id:?}");
    for (kept, over_title) in [(&standing.title_disputes, true), (&standing.other_disputes, false)] {
        let kept: BTreeSet<DisputeId> = kept.iter().copied().collect();
        assert_eq!(kept, told.disputes_on(id, over_title).collect(), "{id:?}");
    }
    let recalls: BTreeSet<RecallId> = standing.recalls.iter().copied().collect();
    assert_eq!(recalls, told.recalls_of(id).collect(), "{id:?}");
}

/// What the market does with an item, as far as it is in force now.
fn compare_dealings(name: &str, world: &World, item: &Item, told: &Dealing) {
    let (market, clock) = (item.market(), world.now.unix());
    let in_force = |until: i64| clock <= until;
    let consigned: BTreeMap<_, _> =
        market.consigned.iter().map(|given| (given.seller, given.until.unix())).collect();
    let now = |all: &BTreeMap<_, i64>| -> Vec<_> {
        all.iter().filter(|(_, until)| in_force(**until)).map(|(seller, until)| (*seller, *until)).collect()
    };
    assert_eq!(now(&consigned), now(&told.consigned), "{name}");
    assert_eq!(market.listings.iter().copied().collect::<BTreeSet<_>>(), told.listings, "{name}");
    let reserved = market.reserved_at(world.now).map(|kept| (kept.by, kept.until.unix()));
    assert_eq!(reserved, told.reserved.filter(|(_, until)| in_force(*until)), "{name}");
    let with = (market.pack, market.shipment, item.sale, market.owner_key);
    assert_eq!(with, (told.pack, told.shipment, told.sale, told.buyer), "{name}");
    let marks = (market.given_back.is_some(), item.standing().missing.is_some());
    assert_eq!(marks, (told.given_back, told.missing), "{name}");
}

fn place(of: EventRef) -> Place {
    (of.index.0, of.event)
}

fn waiting(kept: &WaitingCorrection) -> Waiting {
    Waiting {
        by: kept.by,
        waits_for: kept.waits_for,
        corrects: place(kept.corrects),
        old: kept.old.get().into(),
        new: kept.new.get().into(),
    }
}

fn contradiction(kept: &record::Contradiction) -> Contradiction {
    let (stated, unexplained) = (place(kept.stated), kept.unexplained.get().into());
    Contradiction { stated, of: kept.of, unexplained }
}

/// Who said an entry, and with which key.
fn signer(bytes: &[u8]) -> (Issuer, KeyId) {
    let statement = Statement::decode(bytes.to_vec()).expect("an accepted statement");
    (statement.header().issuer, statement.header().key_id)
}

/// What no history says: the ledger's opening occurs once, as entry 0, with which each of them begins. Who else would say it,
/// and where, is shown by the stories of rule F1.
const LEFT_OUT: [&str; 1] = ["ledger.opened"];

#[test]
fn histories_leave_nothing_else_out_of_the_agreement() {
    let said: BTreeSet<&str> = histories::events().chain(LEFT_OUT).collect();
    let all: BTreeSet<&str> = EventType::ALL.iter().map(|event| event.spec().name).collect();
    assert_eq!(said, all);
}

/// Reasons that must have been met in the course of all histories.
const MET: &[&str] = &[
    "adjustment-needs-document",
    "adjustment-too-large",
    "claim-taken",
    "correction-author",
    "correction-better",
    "correction-counterparty",
    "correction-field",
    "correction-new",
    "correction-old",
    "correction-target",
    "correction-used",
    "disputed",
    "foreign-inside",
    "held",
    "in-transit",
    "issuer-taken",
    "key-in-use",
    "key-refused",
    "key-revoked",
    "key-unknown",
    "last-registrar-key",
    "ledger-frozen",
    "material-origins",
    "missing",
    "not-given-back",
    "not-in-sale",
    "not-listed",
    "not-missing",
    "not-seller",
    "origin-beyond-entered",
    "packed",
    "part-beyond-component",
    "person-name-open",
    "recalled",
    "reserved",
    "ruleset-back",
    "sale-delivered",
    "sale-settled",
    "scope-forbids",
    "shipment-over",
    "suspect-later",
    "suspended",
    "title-only",
    "treatment-undone",
    "void-used",
];

/// How often each event was accepted, and how often refused for which reason.
#[derive(Default)]
struct Tally {
    accepted: BTreeMap<&'static str, u32>,
    refused: BTreeMap<String, u32>,
}

#[test]
fn the_ledger_and_the_reference_agree_on_every_verdict() {
    let tally = Mutex::new(Tally::default());
    let run = |list: Vec<(Op, Bend)>| -> Result<(), TestCaseError> {
        let mut world = enrolled();
        let mut reference = Reference::default();
        let (begun, mut told) = (world.entries.len(), 0);
        let mut tell = |world: &World, reference: &mut Reference| {
            for entry in &world.entries[told..] {
                let (issuer, key) = signer(&entry.bytes);
                reference.tell(issuer, key, &entry.events);
            }
            told = world.entries.len();
        };
        tell(&world, &mut reference);
        for (op, bend_so) in &list {
            let Some((who, event)) = histories::next(&mut world, op) else {
                tell(&world, &mut reference);
                continue;
            };
            let Some((who, event)) = bent(&world, begun, who, event, bend_so) else { continue };
            let name = event.event_type().spec().name;
            let expected = reference.refusals(who.issuer(&world), who.key(&world), &event);
            let verdict = Verdict::of(&who.say(&mut world, &event));
            let json = event.to_json().write();
            if verdict == Verdict::accepted() {
                prop_assert!(expected.is_empty(), "{who:?} {json}\naccepted; the reference: {expected:?}");
                *tally.lock().unwrap().accepted.entry(name).or_default() += 1;
            } else {
                let code = verdict.code.as_str();
                prop_assert!(expected.contains(code), "{who:?} {json}\n{code}; the reference: {expected:?}");
                *tally.lock().unwrap().refused.entry(verdict.code).or_default() += 1;
            }
            tell(&world, &mut reference);
        }
        compare(&world, &reference);
        does_no_more_than_the_table_says(&world);
        Ok(())
    };
    runner(4_800).run(&vec((ops(), bends()), 60..130), run).unwrap();
    let tally = tally.into_inner().unwrap();
    let (accepted, refused): (u32, u32) = (tally.accepted.values().sum(), tally.refused.values().sum());
    assert!(accepted + refused > 100_000, "only {accepted} accepted and {refused} refused");
    for name in histories::events().filter(|name| *name != "ledger.sealed") {
        let times = tally.accepted.get(name).copied().unwrap_or_default();
        // A ledger ends once, and then its history is over.
        let few = if name == "ledger.frozen" { 3 } else { 10 };
        assert!(times > few, "{name}: only {times} accepted: nothing is proven of it");
    }
    for reason in MET {
        assert!(tally.refused.contains_key(*reason), "{reason} was never met: {:?}", tally.refused);
    }
    assert!(tally.refused.len() > 20, "few reasons were met: {:?}", tally.refused);
}
