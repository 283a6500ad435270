//! Random histories: each operation picks what is there and does something with it that is mostly allowed.

use lode_ledger::event::Event;
use lode_ledger::event::body::{
    CustodyCancelled, CustodyRejected, CustomsElements, DeclarationElement, OutputKind, SaleCancelled,
    SplitPart, StepLogged, SupplierCountersigned, TreatmentApplied, WorkOutput,
};
use lode_ledger::id::{ItemId, ItemKind, OfferId, SaleId, WorkOrderId};
use lode_ledger::record::{Item, ItemState, Offer, Record, RecordKey, Sale, View, WorkOrder};
use lode_ledger::sealed::{Sealable, digest};
use lode_tests::world::{KG, ORIGIN, Who, World, code, input, loss, mg, output, text, treatment};
use proptest::prelude::*;

use super::market::{self, Speaker};
use super::{identity, repair, standing, vouching, workshop};

/// The events of this file, of the market's and of the workshops'.
const EVENTS: [&str; 44] = [
    "certificate.linked",
    "claim.redeemed",
    "consignment.received",
    "custody.accepted",
    "custody.assigned",
    "custody.cancelled",
    "custody.offered",
    "custody.rejected",
    "export.prepared",
    "item.assembled",
    "item.consigned",
    "item.destroyed",
    "item.disassembled",
    "item.lost",
    "item.recovered",
    "item.repaired",
    "item.reserved",
    "item.returned",
    "items.packed",
    "items.unpacked",
    "ledger.sealed",
    "listing.closed",
    "listing.opened",
    "loss.recorded",
    "lot.declared",
    "lot.merged",
    "lot.split",
    "mass.adjusted",
    "owner.transferred",
    "ownership.transferred",
    "payment.settled",
    "pieces.serialised",
    "sale.cancelled",
    "sale.recorded",
    "shipment.delivered",
    "shipment.dispatched",
    "step.logged",
    "supplier.countersigned",
    "tag.bound",
    "tag.replaced",
    "treatment.applied",
    "treatment.declared",
    "work.completed",
    "work.started",
];

/// What must have been accepted in the course of all histories.
pub(super) fn events() -> impl Iterator<Item = &'static str> {
    let around = vouching::EVENTS.into_iter().chain(identity::EVENTS);
    EVENTS.into_iter().chain(around).chain(standing::EVENTS).chain(repair::EVENTS)
}

/// One operation; what its numbers mean depends on its kind.
#[derive(Clone, Debug)]
pub(super) struct Op {
    pub(super) kind: u8,
    pub(super) pick: usize,
    pub(super) other: usize,
    /// Parts per thousand, 1 to 999.
    pub(super) share: u64,
    pub(super) flag: u8,
}

/// Any operation. Those that make the others possible come more often.
pub(super) fn ops() -> impl Strategy<Value = Op> {
    let kinds = prop_oneof![
        4 => Just(0_u8),
        3 => Just(1_u8),
        3 => Just(10_u8),
        3 => Just(11_u8),
        2 => Just(13_u8),
        2 => Just(14_u8),
        20 => 0_u8..20,
        16 => market::KINDS,
        9 => workshop::KINDS,
        11 => proptest::sample::select(market::RARE.to_vec()),
        10 => vouching::KINDS,
        6 => standing::KINDS,
        8 => repair::KINDS,
        6 => identity::KINDS,
    ];
    (kinds, 0_usize..1000, 0_usize..1000, 1_u64..1000, any::<u8>())
        .prop_map(|(kind, pick, other, share, flag)| Op { kind, pick, other, share, flag })
}

const COUNTRIES: [&str; 4] = ["BR", "MG", "CN", "ZM"];
const TREATMENTS: [&str; 4] = ["heat", "irradiation", "dye", "wax"];
const FINDINGS: [&str; 4] = ["declared_none", "declared_applied", "not_stated", "applied_in_part"];

/// Tries an operation; which event it was and whether it was accepted. Nothing if there is nothing to do it with.
pub(super) fn play(world: &mut World, op: &Op) -> Option<(&'static str, bool)> {
    let size = world.entries.len();
    let Some((speaker, event)) = next(world, op) else {
        return (world.entries.len() > size).then_some(("ledger.sealed", true));
    };
    let name = event.event_type().spec().name;
    Some((name, speaker.say(world, &event).is_ok()))
}

/// What an operation says, and who; nothing if there is nothing to say, and of a seal, which is then made.
pub(super) fn next(world: &mut World, op: &Op) -> Option<(Speaker, Event)> {
    if op.kind == 17 {
        world.seal();
        return None;
    }
    if market::KINDS.contains(&op.kind) {
        return market::next(world, op);
    }
    if workshop::KINDS.contains(&op.kind) {
        return workshop::next(world, op).map(|(who, event)| (Speaker::One(who), event));
    }
    if standing::KINDS.contains(&op.kind) {
        return standing::next(world, op).map(|(who, event)| (Speaker::One(who), event));
    }
    if repair::KINDS.contains(&op.kind) {
        return repair::next(world, op).map(|(who, event)| (Speaker::One(who), event));
    }
    if identity::KINDS.contains(&op.kind) {
        return identity::next(world, op).map(|(who, event)| (Speaker::One(who), event));
    }
    make(world, op).map(|(who, event)| (Speaker::One(who), event))
}

fn make(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    match op.kind {
        0 => Some(declare(world, op)),
        1 => receive(world, op),
        2 => split(world, op),
        3 => merge(world, op),
        4 => lose(world, op),
        5 => start(world, op),
        6 => step(world, op),
        7 | 19 => complete(world, op),
        8 => treat(world, op),
        9 => say(world, op),
        10 => offer(world, op),
        11 => accept(world, op),
        12 => end_offer(world, op),
        13 => tag(world, op),
        14 => sell(world, op),
        15 => cancel_sale(world, op),
        16 => certify(world, op),
        18 => countersign(world, op),
        kind => vouching::make(world, kind.checked_sub(vouching::KINDS.start)?, op),
    }
}

/// The items that are there, in the order of their ids.
pub(super) fn items(world: &World, wanted: impl Fn(&ItemId, &Item) -> bool) -> Vec<(ItemId, Item)> {
    let mut items: Vec<(ItemId, Item)> = world
        .replay
        .view()
        .iter()
        .filter_map(|(key, record)| match (key, &**record) {
            (RecordKey::Item(id), Record::Item(item)) if wanted(id, item) => Some((*id, item.clone())),
            _ => None,
        })
        .collect();
    items.sort_by_key(|(id, _)| *id);
    items
}

pub(super) fn picked<T: Clone>(list: &[T], pick: usize) -> Option<T> {
    list.get(pick.checked_rem(list.len())?).cloned()
}

/// Something that somebody can work with now; now and then one that is packed, missing, held, disputed or recalled.
pub(super) fn in_hand(
    world: &World,
    pick: usize,
    wanted: impl Fn(&ItemId, &Item) -> bool,
) -> Option<(Who, ItemId, Item)> {
    let open: Vec<OfferId> = offers(world).into_iter().map(|(id, _)| id).collect();
    let free = items(world, |id, item| {
        (matches!(item.state, ItemState::InStock | ItemState::Finished)
            || (item.state == ItemState::InRepair && pick.is_multiple_of(5)))
            && !item.offer.is_some_and(|offer| open.contains(&offer))
            && (pick.is_multiple_of(9) || (item.market().pack.is_none() && is_free(item)))
            && wanted(id, item)
    });
    let (id, item) = picked(&free, pick)?;
    Some((world.who(item.custodian)?, id, item))
}

/// Whether nothing from outside stops work with it.
fn is_free(item: &Item) -> bool {
    let standing = item.standing();
    standing.missing.is_none()
        && standing.holds.is_empty()
        && standing.title_disputes.is_empty()
        && standing.recalls.is_empty()
}

fn offers(world: &World) -> Vec<(OfferId, Offer)> {
    let mut offers: Vec<(OfferId, Offer)> = world
        .replay
        .view()
        .iter()
        .filter_map(|(key, record)| match (key, &**record) {
            (RecordKey::Offer(id), Record::Offer(offer)) if offer.is_open(world.now) => {
                Some((*id, offer.clone()))
            }
            _ => None,
        })
        .collect();
    offers.sort_by_key(|(id, _)| *id);
    offers
}

pub(super) fn jobs(world: &World) -> Vec<(WorkOrderId, WorkOrder)> {
    let mut jobs: Vec<(WorkOrderId, WorkOrder)> = world
        .replay
        .view()
        .iter()
        .filter_map(|(key, record)| match (key, &**record) {
            (RecordKey::WorkOrder(id), Record::WorkOrder(work)) if !work.is_completed() => {
                Some((*id, work.clone()))
            }
            _ => None,
        })
        .collect();
    jobs.sort_by_key(|(id, _)| *id);
    jobs
}

fn sales(world: &World) -> Vec<(SaleId, Sale)> {
    let mut sales: Vec<(SaleId, Sale)> = world
        .replay
        .view()
        .iter()
        .filter_map(|(key, record)| match (key, &**record) {
            (RecordKey::Sale(id), Record::Sale(sale)) if !sale.cancelled => Some((*id, sale.clone())),
            _ => None,
        })
        .collect();
    sales.sort_by_key(|(id, _)| *id);
    sales
}

fn declare(world: &mut World, op: &Op) -> (Who, Event) {
    let who = [Who::ImporterA, Who::ImporterB, Who::Studio, Who::Seller][op.pick % 4];
    let entry = ["import", "opening_stock", "domestic_purchase", "mined"][op.other % 4];
    let country = COUNTRIES[usize::from(op.flag) % 4];
    let (mut body, _) = world.lot(who, entry, country, op.share * KG / 7 + 1);
    if op.other.is_multiple_of(5) {
        let mut second = body.origins.0[0].clone();
        second.country = code(COUNTRIES[(usize::from(op.flag) + 1) % 4]);
        let share = u32::try_from(op.share * 1_000).unwrap();
        second.share_ppm = lode_ledger::mass::Ppm::new(share).unwrap();
        body.origins.0[0].share_ppm = lode_ledger::mass::Ppm::new(1_000_000 - share).unwrap();
        body.origins.0.push(second);
    }
    if entry == "import" && op.flag.is_multiple_of(2) {
        body.supplier_participant = Some(world.id(Who::Exporter));
    }
    if op.other.is_multiple_of(3) {
        body.evidence = code("self_declared");
    }
    body.nature = code(["natural", "natural", "not_stated", "synthetic"][op.pick / 4 % 4]);
    if op.flag.is_multiple_of(3) {
        let path = "events[0].supplier";
        body.supplier = Some(Sealable::Sealed(digest(ORIGIN, path, &[3; 16], "\"Senhor Silva\"")));
    }
    if op.share.is_multiple_of(4) {
        body.origins.0[0].subdivision = Some(text("Donghai, Jiangsu"));
    }
    if op.share.is_multiple_of(3) {
        body.trade_name = Some(text(["Donghai crystal", "clear quartz", "东海水晶"][op.other % 3]));
    }
    let statements = [
        treatment(TREATMENTS[op.pick % 4], FINDINGS[op.other / 5 % 4]),
        treatment(TREATMENTS[(op.pick + 1) % 4], FINDINGS[usize::from(op.flag) / 3 % 4]),
    ];
    body.treatments = statements[..op.pick / 16 % 3].to_vec().into();
    body.customs = op.share.is_multiple_of(11).then(|| customs(op));
    (who, body.into())
}

/// Elements of a customs declaration: mostly as the table has them.
fn customs(op: &Op) -> CustomsElements {
    let of = |words: [&'static str; 4], pick: usize| words[if pick % 8 < 5 { 0 } else { pick % 8 - 4 }];
    let element = |name| DeclarationElement { element: text(name), value: text("stated") };
    CustomsElements {
        jurisdiction: text(of(["CN", "BR", "XX", "US"], op.pick)),
        hs: text(of(["7103100000", "25061000", "7103.10", "7103"], op.other)),
        version: text(of(["1", "1", "0", "2"], usize::from(op.flag))),
        elements: vec![element("kind"), element(of(["grade", "price", "kind", "pieces"], op.pick / 8))]
            .into(),
    }
}

fn receive(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let waiting = items(world, |_, item| item.state == ItemState::Declared);
    let (id, item) = picked(&waiting, op.pick)?;
    let declared = item.mass.left.get();
    let received = if op.flag.is_multiple_of(4) {
        declared * op.share / 1_000 + 1
    } else {
        declared * (996 + op.share % 9) / 1_000
    };
    let agreed = item.passage.as_ref().and_then(|passage| passage.agreed);
    let received = agreed.filter(|_| op.flag.is_multiple_of(4)).map_or(received, |mass| mass.get());
    let mut body = world.receipt(id, received.max(1));
    body.consignment = vouching::on_the_way(world, &item).filter(|_| op.other.is_multiple_of(2));
    body.lines.0[0].reason = (op.flag.is_multiple_of(4)).then(|| code("breakage"));
    Some((world.who(item.custodian)?, body.into()))
}

fn split(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let (who, id, item) = in_hand(world, op.pick, |id, _| id.kind() != ItemKind::Piece)?;
    let left = item.mass.left.get();
    let part = (left * op.share / 1_000).max(1);
    let whole = op.flag.is_multiple_of(5);
    let (mut body, _) = world.split(who, id, &[]);
    let parts = if whole { vec![part, left - part] } else { vec![part] };
    let mut counts = vec![None; 2];
    let mut left_count = None;
    if let Some(count) = item.count {
        let first = u32::try_from(u64::from(count.left) * op.share / 1_000).unwrap().max(1);
        counts = vec![Some(first), Some(count.left.saturating_sub(first))];
        left_count = Some(if whole { 0 } else { count.left.saturating_sub(first) });
    }
    let lost = if whole || !op.flag.is_multiple_of(3) { 0 } else { (left - part) / 50 };
    let parts = parts.into_iter().zip(counts).filter(|(mass, _)| *mass > 0);
    body.parts = parts.map(|(mass, count)| SplitPart { mass_mg: mg(mass), count }).collect::<Vec<_>>().into();
    if lost > 0 {
        body.losses = vec![loss("process", lost)].into();
    }
    body.left_mg = mg(if whole { 0 } else { left - part - lost });
    body.left_count = left_count;
    Some((who, body.into()))
}

/// A second lot that can be put with the first.
fn companion(world: &World, first: ItemId, item: &Item, pick: usize) -> Option<(ItemId, Item)> {
    let (_, id, other) = in_hand(world, pick, |id, other| {
        *id != first
            && id.kind() == ItemKind::Lot
            && (other.custodian, other.owner) == (item.custodian, item.owner)
            && other.claims.species == item.claims.species
    })?;
    Some((id, other))
}

fn merge(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let (who, first, item) = in_hand(world, op.pick, |id, _| id.kind() == ItemKind::Lot)?;
    let (second, other) = companion(world, first, &item, op.other)?;
    let part = |item: &Item, share: u64| (item.mass.left.get() * share / 1_000).max(1);
    // Now and then only a trace of the second goes in: its origin must stay in the set.
    let second_part =
        if op.flag.is_multiple_of(5) { 1 + op.share % 5 } else { part(&other, 1_000 - op.share) };
    let inputs = vec![
        input(first, if op.flag.is_multiple_of(3) { item.mass.left.get() } else { part(&item, op.share) }),
        input(second, second_part.min(other.mass.left.get())),
    ];
    let total: u64 = inputs.iter().map(|input| input.mass_mg.get()).sum();
    let (mut body, _) = world.merge(who, inputs);
    body.trade_name = op.share.is_multiple_of(6).then(|| text("Donghai-Kristall, gemischt"));
    if op.flag.is_multiple_of(4) && total > 200 {
        body.losses = vec![loss("waste", total / 100)].into();
        body.mass_mg = mg(total - total / 100);
    }
    Some((who, body.into()))
}

fn lose(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let (who, id, item) = in_hand(world, op.pick, |_, _| true)?;
    let left = item.mass.left.get();
    let all = op.flag.is_multiple_of(6);
    let mut body = world.lost(id, if all { left } else { (left * op.share / 5_000).max(1) });
    body.loss.reason = code(["process", "theft", "sample", "waste"][op.other % 4]);
    if let Some(count) = item.count {
        body.loss.count =
            if all { Some(count.left) } else { (count.left > 1 && op.flag.is_multiple_of(2)).then_some(1) };
    }
    Some((who, body.into()))
}

fn start(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let (who, id, item) = in_hand(world, op.pick, |_, _| true)?;
    let left = item.mass.left.get();
    let whole = id.kind() == ItemKind::Piece || op.flag.is_multiple_of(3);
    let mut first = input(id, if whole { left } else { (left * op.share / 1_000).max(1) });
    if let Some(count) = item.count {
        let part = u32::try_from(u64::from(count.left) * op.share / 1_000).unwrap().max(1);
        first.count = Some(if whole { count.left } else { part });
    }
    let mut inputs = vec![first];
    if op.flag.is_multiple_of(2)
        && let Some((second, other)) = companion(world, id, &item, op.other)
    {
        inputs.push(input(second, (other.mass.left.get() * op.share / 1_000).max(1)));
    }
    let process = ["grind_bead", "carve", "facet", "tumble"][op.other % 4];
    let (mut body, _) = world.work(who, process, inputs);
    if op.flag.is_multiple_of(5) {
        body.crew = vec![world.id(Who::ImporterB)].into();
    }
    Some((who, body.into()))
}

fn step(world: &World, op: &Op) -> Option<(Who, Event)> {
    let step = code(["polish", "drill", "heat", "dye", "wax", "inspect"][op.other % 6]);
    let body = StepLogged {
        at: world.now,
        work: None,
        item: None,
        step,
        operator: None,
        mass_mg: None,
        photos: Vec::new().into(),
    };
    if op.flag.is_multiple_of(2) {
        let (id, work) = picked(&jobs(world), op.pick)?;
        return Some((world.who(work.studio)?, StepLogged { work: Some(id), ..body }.into()));
    }
    let (who, id, _) = in_hand(world, op.pick, |_, _| true)?;
    Some((who, StepLogged { item: Some(id), ..body }.into()))
}

/// What must be done before there are beads and pieces: a job is completed, or begun.
pub(super) fn next_batch(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    complete(world, op).or_else(|| start(world, op))
}

fn complete(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let (id, work) = picked(&jobs(world), op.pick)?;
    let who = world.who(work.studio)?;
    let left = work.mass.left.get();
    let part = (left * op.share / 3_000).max(1);
    let mut outputs: Vec<WorkOutput> = vec![output(OutputKind::Lot, part, None, "chips")];
    if part * 3 < left {
        outputs.push(output(OutputKind::Batch, part, Some(u32::from(op.flag) + 1), "bead"));
        outputs.push(output(OutputKind::Piece, part / 2 + 1, None, "sphere"));
    }
    outputs[0].name = op.share.is_multiple_of(6).then(|| text("beads of Donghai crystal"));
    let yielded: u64 = outputs.iter().map(|output| output.mass_mg.get()).sum();
    let (mut body, _) = world.yielded(who, id, outputs);
    if op.flag.is_multiple_of(3) {
        body.losses = Vec::new().into();
        body.left_mg = mg(left.saturating_sub(yielded));
    } else if op.flag % 3 == 1 {
        // All comes out, and the last weighing shows a little more.
        let more = work.mass.entered.get() / 2_000;
        body.losses = Vec::new().into();
        body.outputs.0[0].mass_mg = mg(part + left.saturating_sub(yielded) + more);
        if more > 0 {
            body.gains = vec![lode_tests::world::gain("measurement_difference", more)].into();
        }
    }
    Some((who, body.into()))
}

fn treat(world: &World, op: &Op) -> Option<(Who, Event)> {
    let mut body = TreatmentApplied {
        at: world.now,
        item: None,
        work: None,
        treatment: code(TREATMENTS[op.other % 4]),
        parameters: None,
        added_mg: None,
        left_mg: None,
    };
    let (who, left) = if op.flag.is_multiple_of(2) {
        let (id, work) = picked(&jobs(world), op.pick)?;
        body.work = Some(id);
        (world.who(work.studio)?, work.mass.left.get())
    } else {
        let (who, id, item) = in_hand(world, op.pick, |_, _| true)?;
        body.item = Some(id);
        (who, item.mass.left.get())
    };
    if op.flag % 4 > 1 {
        body.added_mg = Some(mg(op.share));
        body.left_mg = Some(mg(left + op.share));
    }
    Some((who, body.into()))
}

fn say(world: &World, op: &Op) -> Option<(Who, Event)> {
    let lab = op.flag.is_multiple_of(3);
    let (who, id, _) = in_hand(world, op.pick, |_, _| true)?;
    let finding = if lab {
        ["lab_detected", "lab_none_detected"][op.other / 4 % 2]
    } else {
        FINDINGS[op.other / 4 % 4]
    };
    let body = world.declared(id, vec![treatment(TREATMENTS[op.other % 4], finding)]);
    Some((if lab { Who::Lab } else { who }, body.into()))
}

fn offer(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let (who, id, item) = in_hand(world, op.pick, |_, _| true)?;
    let others = [Who::ImporterA, Who::ImporterB, Who::Studio, Who::Seller];
    let to = others.into_iter().cycle().skip(op.other % 4).find(|to| *to != who)?;
    let mut lines = vec![id];
    if op.flag.is_multiple_of(3)
        && let Some((second, _)) = companion(world, id, &item, op.other)
    {
        lines.push(second);
    }
    let (mut body, _) = world.offer(who, to, &lines);
    body.ownership = (op.flag.is_multiple_of(2) && item.owner == Some(item.custodian)).then_some(true);
    // The giver's scale, within a thousandth.
    let line = &mut body.lines.0[0].mass_mg;
    *line = mg((line.get() * (9_990 + op.share % 21) / 10_000).max(1));
    Some((who, body.into()))
}

fn accept(world: &World, op: &Op) -> Option<(Who, Event)> {
    let (id, offer) = picked(&offers(world), op.pick)?;
    if offer.title_only.is_some() && !op.flag.is_multiple_of(8) {
        return Some((world.who(offer.to)?, market::take_title(world, id)));
    }
    let mut body = world.acceptance(id);
    let Some(line) = body.lines.0.first_mut().map(|line| &mut line.measured_mg) else {
        return Some((world.who(offer.to)?, body.into()));
    };
    *line = mg((line.get() * (99_950 + op.share % 101) / 100_000).max(1));
    Some((world.who(offer.to)?, body.into()))
}

fn end_offer(world: &World, op: &Op) -> Option<(Who, Event)> {
    let (offer, record) = picked(&offers(world), op.pick)?;
    let at = world.now;
    if op.flag.is_multiple_of(2) {
        return Some((world.who(record.from)?, CustodyCancelled { at, offer }.into()));
    }
    Some((world.who(record.to)?, CustodyRejected { at, offer, reason: text("not ordered") }.into()))
}

fn tag(world: &World, op: &Op) -> Option<(Who, Event)> {
    let (who, id, _) = in_hand(world, op.pick, |_, item| item.tag.is_none())?;
    Some((who, world.tag(id, &format!("{id}")).into()))
}

fn sell(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let own = |item: &Item| item.owner == Some(item.custodian);
    let tagged = in_hand(world, op.pick, |_, item| own(item) && item.tag.is_some());
    let (who, id, _) = tagged.or_else(|| in_hand(world, op.pick, |_, item| own(item)))?;
    let (body, _) = world.sale(who, &[id]);
    Some((who, body.into()))
}

fn has_arrived(world: &World, item: &ItemId) -> bool {
    let shipment = world.item_record(item).market().shipment.map(RecordKey::Shipment);
    match shipment.and_then(|shipment| world.replay.view().record(&shipment)).as_deref() {
        Some(Record::Shipment(sent)) => sent.delivered.is_some(),
        _ => false,
    }
}

fn cancel_sale(world: &World, op: &Op) -> Option<(Who, Event)> {
    let made = sales(world);
    // Now and then one whose goods have arrived: that is too late.
    let late = |(_, sale): &&(SaleId, Sale)| sale.items.iter().any(|item| has_arrived(world, item));
    let late: Vec<(SaleId, Sale)> =
        made.iter().filter(|_| op.flag.is_multiple_of(4)).filter(late).cloned().collect();
    let (sale, record) = picked(&late, op.pick).or_else(|| picked(&made, op.pick))?;
    let reason = text("no payment");
    Some((world.who(record.seller)?, SaleCancelled { at: world.now, sale, reason }.into()))
}

fn certify(world: &World, op: &Op) -> Option<(Who, Event)> {
    let (who, id, _) = in_hand(world, op.pick, |_, _| true)?;
    if op.flag.is_multiple_of(2) {
        return Some((who, world.certificate(id, "XYZ", &format!("{}", op.share % 20)).into()));
    }
    let mut body = world.certificate(id, "GTC", &format!("{}", op.share));
    let finding = ["lab_detected", "lab_none_detected"][op.other / 4 % 2];
    body.findings = vec![treatment(TREATMENTS[op.other % 4], finding)].into();
    Some((Who::Lab, body.into()))
}

fn countersign(world: &World, op: &Op) -> Option<(Who, Event)> {
    let exporter = world.id(Who::Exporter);
    let open = items(world, |_, item| item.supplier == Some(exporter) && item.countersigned.is_none());
    let (item, record) = picked(&open, op.pick)?;
    let country = record.claims.origins[0].country;
    let body = SupplierCountersigned {
        at: world.now,
        item,
        net_mg: record.mass.entered,
        country,
        received_mg: None,
    };
    assert!(world.replay.view().record(&RecordKey::Item(item)).is_some());
    Some((Who::Exporter, body.into()))
}
