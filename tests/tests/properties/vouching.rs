//! Random operations around the goods: people's details, places and titles, the way over the border, papers, origins,
//! inspections and counts.

use lode_ledger::event::Event;
use lode_ledger::event::body::{
    ConsignmentShipped, CountLine, CredentialIssued, CredentialRevoked, CustomsCleared, DocumentAttached,
    FacilityRegistered, Grade, InspectionRecorded, OriginAsserted, ParticipantReinstated,
    ParticipantSuspended, ParticipantUpdated, RoleGranted, StockCounted, SupplierCountersigned,
};
use lode_ledger::id::{ConsignmentId, CredentialId, FacilityId, ItemKind};
use lode_ledger::record::{ItemState, Record, RecordKey, View};
use lode_ledger::sealed::Sealable;
use lode_tests::world::{Who, World, code, document, mg, text};

use super::histories::{Op, in_hand, items, picked};

/// What must have been accepted in the course of all histories.
pub(super) const EVENTS: [&str; 12] = [
    "consignment.shipped",
    "credential.issued",
    "credential.revoked",
    "customs.cleared",
    "document.attached",
    "facility.registered",
    "inspection.recorded",
    "origin.asserted",
    "participant.reinstated",
    "participant.suspended",
    "participant.updated",
    "stock.counted",
];

/// Those who also do what nobody else in the world does.
pub(super) const ALSO: [(Who, &str); 5] = [
    (Who::Lab, "inspector"),
    (Who::ImporterB, "broker"),
    (Who::Seller, "carrier"),
    (Who::Exporter, "trainer"),
    (Who::Studio, "grader"),
];

/// Grants them.
pub(super) fn grant_roles(world: &mut World) {
    for (who, role) in ALSO {
        let granted = RoleGranted { at: world.now, participant: world.id(who), role: code(role) };
        world.say(Who::Registrar, &[granted.into()]).expect("the registrar may");
    }
}

/// The kinds of operations of this file.
pub(super) const KINDS: std::ops::Range<u8> = 40..52;

/// What an operation says, by its number among those of this file.
pub(super) fn make(world: &mut World, kind: u8, op: &Op) -> Option<(Who, Event)> {
    match kind {
        0 => ship(world, op),
        1 => clear(world, op),
        2 => attach(world, op),
        3 => assert_origin(world, op),
        4 => inspect(world, op),
        5 => count(world, op),
        6 => Some(update(world, op)),
        7 => Some(register(world, op)),
        8 => Some(issue(world, op)),
        9 => revoke(world, op),
        10 => suspend_or_reinstate(world, op),
        _ => agree(world, op),
    }
}

/// The ids of all records of a kind, in order.
fn ids<T: Ord>(world: &World, of: impl Fn(&RecordKey, &Record) -> Option<T>) -> Vec<T> {
    let mut ids: Vec<T> = world.replay.view().iter().filter_map(|(key, record)| of(key, record)).collect();
    ids.sort();
    ids
}

fn consignments(world: &World) -> Vec<ConsignmentId> {
    ids(world, |key, _| if let RecordKey::Consignment(id) = key { Some(*id) } else { None })
}

/// The shipped consignment that a lot is on its way in.
pub(super) fn on_the_way(world: &World, item: &lode_ledger::record::Item) -> Option<ConsignmentId> {
    let shipped = item.passage.as_ref()?.in_transit?;
    world.replay.view().record(&RecordKey::Consignment(shipped)).map(|_| shipped)
}

fn ship(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let waiting = items(world, |_, item| item.state == ItemState::Declared);
    let (first, record) = picked(&waiting, op.pick)?;
    let (second, other) = picked(&waiting, op.other)?;
    let mut lots = vec![first];
    if second != first && (other.custodian == record.custodian || op.flag.is_multiple_of(7)) {
        lots.push(second);
    }
    let who = match op.flag % 3 {
        0 if record.supplier.is_some() && lots.len() == 1 => Who::Exporter,
        1 => Who::Seller,
        _ => world.who(record.custodian)?,
    };
    let body = ConsignmentShipped {
        at: world.now,
        nonce: world.nonce(),
        bill_of_lading: None,
        carrier: (op.flag.is_multiple_of(5)).then(|| world.id(Who::Seller)),
        from: None,
        to: None,
        items: lots.into(),
        documents: vec![document("packing_list", &format!("{}", op.share % 9))].into(),
    };
    Some((who, body.into()))
}

fn clear(world: &World, op: &Op) -> Option<(Who, Event)> {
    let imported = items(world, |_, item| {
        item.entry.is_some_and(|entry| entry.as_str() == "import")
            && item.passage.as_ref().is_none_or(|passage| passage.cleared.is_none())
    });
    let (id, item) = picked(&imported, op.pick)?;
    let mut lots = vec![id];
    let mut mass = item.mass.entered.get();
    if op.flag.is_multiple_of(3)
        && let Some((second, other)) = picked(&imported, op.other)
        && second != id
        && other.custodian == item.custodian
    {
        lots.push(second);
        mass += other.mass.entered.get();
    }
    // Now and then a declaration for half of it, which the same number may not stretch.
    let net =
        if op.flag.is_multiple_of(11) { mass / 2 + 1 } else { mass * (996 + op.share % 100) / 1_000 + 1 };
    let number = if op.flag.is_multiple_of(4) { op.share % 5 } else { op.share * 1_000 + op.pick as u64 };
    let paper = document("import_declaration", &format!("declaration {number}"));
    let body = CustomsCleared {
        at: world.now,
        items: lots.into(),
        jurisdiction: code("CN"),
        declaration: Sealable::Clear(text(&format!("2201-{number}"))),
        net_mg: mg(net),
        importer: None,
        documents: if op.other.is_multiple_of(2) { vec![paper].into() } else { Vec::new().into() },
    };
    let who = if op.flag.is_multiple_of(5) { Who::ImporterB } else { world.who(item.custodian)? };
    // Only importers and brokers clear.
    Some((if matches!(who, Who::ImporterA | Who::ImporterB) { who } else { Who::ImporterB }, body.into()))
}

fn attach(world: &World, op: &Op) -> Option<(Who, Event)> {
    let kind = ["photo", "commercial_invoice", "certificate_of_origin"][op.other % 3];
    let mut body = DocumentAttached {
        at: world.now,
        item: None,
        work: None,
        consignment: None,
        documents: vec![document(kind, &format!("{}", op.share % 7))].into(),
        note: None,
    };
    if op.flag.is_multiple_of(3)
        && let Some(id) = picked(&consignments(world), op.pick)
    {
        body.consignment = Some(id);
        let who = if op.flag.is_multiple_of(2) { Who::Lab } else { Who::ImporterA };
        return Some((who, body.into()));
    }
    let works = ids(world, |key, _| if let RecordKey::WorkOrder(id) = key { Some(*id) } else { None });
    if op.flag % 3 == 1
        && let Some(id) = picked(&works, op.pick)
    {
        body.work = Some(id);
        let who = if op.flag.is_multiple_of(2) { Who::Lab } else { Who::Studio };
        return Some((who, body.into()));
    }
    let (id, item) = picked(&items(world, |_, _| true), op.pick)?;
    body.item = Some(id);
    Some((world.who(item.custodian)?, body.into()))
}

fn assert_origin(world: &World, op: &Op) -> Option<(Who, Event)> {
    let (who, id, item) = in_hand(world, op.pick, |_, _| true)?;
    let possible = &item.claims.origins;
    let kept = 1 + op.other % possible.len();
    let mut countries: Vec<_> = possible.iter().take(kept).map(|origin| origin.country).collect();
    let lab = op.flag.is_multiple_of(4);
    if op.share.is_multiple_of(5) && (lab || op.flag.is_multiple_of(3)) {
        countries = vec![code(["BR", "CN", "IN"][op.other % 3])];
    }
    let place = ["Donghai, Jiangsu", "Minas Gerais"][op.other / 3 % 2];
    let placed = countries.len() == 1 && op.share.is_multiple_of(2);
    let body = OriginAsserted {
        at: world.now,
        item: id,
        countries: countries.into(),
        subdivision: placed.then(|| text(place)),
        documents: if op.flag.is_multiple_of(3) {
            vec![document("certificate_of_origin", &format!("{id}"))].into()
        } else {
            Vec::new().into()
        },
    };
    Some((if lab { Who::Lab } else { who }, body.into()))
}

fn inspect(world: &World, op: &Op) -> Option<(Who, Event)> {
    let there = items(world, |_, item| item.state != ItemState::Exhausted);
    let (id, item) = picked(&there, op.pick)?;
    let grades = op.flag.is_multiple_of(4) && item.owner != Some(world.id(Who::Studio));
    let natures = ["natural", "natural", "synthetic", "artificial_glass"];
    let body = InspectionRecorded {
        at: world.now,
        item: id,
        grade: grades.then(|| Grade { scheme: text("rough"), value: text("A"), grader: text("studio") }),
        species: (!grades && op.flag.is_multiple_of(2)).then(|| code("quartz")),
        variety: (!grades && op.flag.is_multiple_of(5)).then(|| code("amethyst")),
        nature: (!grades && op.flag % 4 != 1).then(|| code(natures[op.other % 4])),
        documents: Vec::new().into(),
        note: (op.flag % 4 == 1).then(|| text("looked at under the microscope")),
    };
    Some((if grades { Who::Studio } else { Who::Lab }, body.into()))
}

fn count(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let (who, id, item) = in_hand(world, op.pick, |_, _| true)?;
    let left = item.mass.left.get();
    let found = if op.flag.is_multiple_of(3) { left * op.share / 1_000 } else { left };
    let line = |id, item: &lode_ledger::record::Item, found| CountLine {
        item: id,
        found_mg: mg(found),
        count: item.count.map(|count| count.left),
        resolution_mg: mg(1_000),
    };
    let mut lines = vec![line(id, &item, found)];
    if let Some((second, other)) =
        picked(&items(world, |_, other| other.custodian == item.custodian), op.other)
        && second != id
        && matches!(other.state, ItemState::InStock | ItemState::Finished)
    {
        lines.push(line(second, &other, 0));
    }
    let places = ids(world, |key, record| match (key, record) {
        (RecordKey::Facility(id), Record::Facility(place)) if place.participant == item.custodian => {
            Some(*id)
        }
        _ => None,
    });
    let nonce = world.nonce();
    let body = StockCounted {
        at: world.now,
        nonce,
        custodian: world.id(who),
        facility: picked(&places, op.other),
        lines: lines.into(),
        documents: Vec::new().into(),
    };
    Some((Who::Lab, body.into()))
}

fn update(world: &World, op: &Op) -> (Who, Event) {
    let who = Who::ENROLLED[op.pick % Who::ENROLLED.len()];
    let by_registrar = op.flag.is_multiple_of(2) || who == Who::Suspended;
    let body = ParticipantUpdated {
        at: world.now,
        participant: world.id(who),
        // The studio is a person, whose name stays sealed.
        name: (who != Who::Studio || op.flag.is_multiple_of(8))
            .then(|| Sealable::Clear(text(&format!("house {}", op.share)))),
        registration: (who == Who::Studio).then(|| Sealable::Clear(text("91320722"))),
        country: (by_registrar && op.share.is_multiple_of(2)).then(|| code("CN")),
    };
    (if by_registrar { Who::Registrar } else { who }, body.into())
}

/// A warehouse, which whoever says it works at.
pub(super) fn warehouse(world: &mut World, op: &Op, gln: Option<&str>) -> Event {
    let body = FacilityRegistered {
        at: world.now,
        nonce: world.nonce(),
        kind: code("warehouse"),
        name: text(&format!("hall {}", op.share)),
        country: code("CN"),
        subdivision: None,
        gln: gln.map(|number| Sealable::Clear(text(number))),
        register_number: None,
    };
    body.into()
}

fn register(world: &mut World, op: &Op) -> (Who, Event) {
    let who = [Who::ImporterA, Who::ImporterB, Who::Studio, Who::Seller][op.pick % 4];
    let gln = match op.flag % 4 {
        0 => Some("4006381333931"),
        1 if op.share.is_multiple_of(3) => Some("4006381333937"),
        _ => None,
    };
    (who, warehouse(world, op, gln))
}

fn issue(world: &mut World, op: &Op) -> (Who, Event) {
    let trains = op.flag.is_multiple_of(2);
    let kind = match (trains, op.share % 5) {
        (true, 0) => "national_master",
        (true, _) => "safety_training",
        (false, _) => "senior_craftsman",
    };
    let who = [Who::Studio, Who::Seller, Who::ImporterA][op.pick % 3];
    let body = CredentialIssued {
        at: world.now,
        nonce: world.nonce(),
        participant: world.id(who),
        kind: code(kind),
        title: text("as it stands on the paper"),
        document: None,
        valid_until: op.flag.is_multiple_of(3).then(|| {
            let seconds = if op.flag.is_multiple_of(9) { 0 } else { 86_400 };
            lode_ledger::time::Timestamp::from_unix(world.now.unix() + seconds)
        }),
    };
    (if trains { Who::Exporter } else { Who::Registrar }, body.into())
}

fn revoke(world: &World, op: &Op) -> Option<(Who, Event)> {
    let titles = ids(world, |key, record| match (key, record) {
        (RecordKey::Credential(id), Record::Credential(title)) if title.revoked.is_none() => Some(*id),
        _ => None,
    });
    let credential = picked(&titles, op.pick)?;
    let body = CredentialRevoked { at: world.now, credential, reason: text("it was lent out") };
    Some((if op.flag.is_multiple_of(5) { Who::Exporter } else { Who::Registrar }, body.into()))
}

/// Whoever is suspended comes back next time, so that histories go on.
fn suspend_or_reinstate(world: &World, op: &Op) -> Option<(Who, Event)> {
    let suspended = ids(world, |key, record| match (key, record) {
        (RecordKey::Participant(id), Record::Participant(who)) if who.suspended => Some(*id),
        _ => None,
    });
    let (at, reason) = (world.now, text("a complaint"));
    let newcomer = Who::NEWCOMERS.into_iter().find(|who| world.knows(*who) && op.flag.is_multiple_of(3));
    let who = newcomer.unwrap_or(Who::Suspended);
    let event = match picked(&suspended, op.pick) {
        Some(participant) => ParticipantReinstated { at, participant, reason }.into(),
        None => ParticipantSuspended { at, participant: world.id(who), reason }.into(),
    };
    Some((Who::Registrar, event))
}

/// The supplier signs that more was received than the policy lets its receiver book alone.
fn agree(world: &World, op: &Op) -> Option<(Who, Event)> {
    let exporter = world.id(Who::Exporter);
    let open = items(world, |id, item| {
        id.kind() == ItemKind::Lot && item.supplier == Some(exporter) && item.state == ItemState::Declared
    });
    let (item, record) = picked(&open, op.pick)?;
    let declared = record.mass.left.get();
    let body = SupplierCountersigned {
        at: world.now,
        item,
        net_mg: record.mass.entered,
        country: record.claims.origins[0].country,
        received_mg: Some(mg(declared * (1_000 + op.share % 200) / 1_000 + 1)),
    };
    Some((Who::Exporter, body.into()))
}

/// Ids of what this file's events make, for whoever bends an event.
pub(super) fn names(world: &World) -> Vec<String> {
    let name = |key: &RecordKey, _: &Record| match key {
        RecordKey::Facility(id) => Some(FacilityId::to_string(id)),
        RecordKey::Credential(id) => Some(CredentialId::to_string(id)),
        RecordKey::Consignment(id) => Some(ConsignmentId::to_string(id)),
        _ => None,
    };
    ids(world, name)
}
