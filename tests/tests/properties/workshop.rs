//! Random work on finished things: pieces out of batches, things assembled, taken apart, mended, destroyed, balances set
//! right, jobs that rest and go along with an offer. Mostly allowed.

use lode_ledger::event::Event;
use lode_ledger::event::body::{
    DisassembledPart, ForeignMass, Input, ItemAssembled, ItemDestroyed, ItemDisassembled, ItemRepaired,
    MassAdjusted, OutputKind, PiecesSerialised, SerialPiece, StepLogged,
};
use lode_ledger::id::{ItemId, ItemKind};
use lode_ledger::record::{Component, Item, Record, RecordKey, View};
use lode_tests::world::{Who, World, code, document, loss, mg};

use super::histories::{self, Op, in_hand, jobs, picked};

/// The kinds of operations that are work on finished things.
pub(super) const KINDS: std::ops::Range<u8> = 60..72;

/// What an operation says, and who; nothing if there is nothing to say.
pub(super) fn next(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    match op.kind {
        60 | 68 | 70 => assemble(world, op).or_else(|| histories::next_batch(world, op)),
        61 | 69 | 71 => take_apart(world, op).or_else(|| assemble(world, op)),
        62 => mend(world, op),
        63 => serialise(world, op),
        64 => destroy(world, op),
        65 => adjust(world, op),
        66 => rest(world, op),
        _ => offer_job(world, op),
    }
}

/// A whole piece, or some of a batch.
fn portion(id: ItemId, item: &Item, share: u64) -> Input {
    let left = item.mass.left.get();
    match item.count {
        None => Input { item: id, mass_mg: mg(left), count: None },
        Some(count) => {
            let some =
                u32::try_from(u64::from(count.left) * share / 1_000).expect("fewer than there are").max(1);
            let all = some >= count.left;
            let mass = if all { left } else { (left * u64::from(some) / u64::from(count.left)).max(1) };
            Input { item: id, mass_mg: mg(mass), count: Some(some) }
        }
    }
}

fn foreign(op: &Op, mass: u64) -> Vec<ForeignMass> {
    let material = ["cord", "silver", "glue", "glass", "wood"][op.other % 5];
    vec![ForeignMass { material: code(material), mass_mg: mg(mass.max(1)) }]
}

fn assemble(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let stones = |id: &ItemId| id.kind() != ItemKind::Lot;
    let (who, first, item) = in_hand(world, op.pick, |id, _| stones(id))?;
    let mut components = vec![portion(first, &item, op.share)];
    let second = in_hand(world, op.other, |id, other| {
        *id != first && stones(id) && (other.custodian, other.owner) == (item.custodian, item.owner)
    });
    if let Some((_, id, other)) = second {
        components.push(portion(id, &other, 1_000 - op.share));
    }
    let into: u64 = components.iter().map(|input| input.mass_mg.get()).sum();
    let joined = if op.flag.is_multiple_of(3) { Vec::new() } else { foreign(op, into / 20) };
    let added: u64 = joined.iter().map(|foreign| foreign.mass_mg.get()).sum();
    let lost = if op.flag.is_multiple_of(4) { into / 100 } else { 0 };
    let (kind, count) = if op.flag.is_multiple_of(2) {
        (OutputKind::Batch, Some(u32::from(op.flag) / 16 + 1))
    } else {
        (OutputKind::Piece, None)
    };
    let body = ItemAssembled {
        at: world.now,
        nonce: world.nonce(),
        components: components.into(),
        foreign: joined.into(),
        losses: if lost == 0 { Vec::new() } else { vec![loss("waste", lost)] }.into(),
        kind,
        mass_mg: mg(into + added - lost),
        count,
        form: code("bracelet"),
        operator: None,
        name: None,
        grade: None,
        photo: None,
    };
    Some((who, body.into()))
}

fn components(world: &World, item: &Item) -> Option<(u64, Vec<Component>)> {
    let assembly = item.assembly?;
    let view = world.replay.view();
    let of = match view.record(&RecordKey::Item(assembly)).as_deref() {
        Some(Record::Item(first)) => u64::from(first.count.map_or(1, |count| count.entered)),
        _ => return None,
    };
    let mut known = Vec::new();
    while let Some(Record::Component(component)) =
        view.record(&RecordKey::Component(assembly, u32::try_from(known.len()).ok()?)).as_deref()
    {
        known.push(component.clone());
    }
    Some((of, known))
}

fn take_apart(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    // Now and then something that was never assembled.
    let odd = op.pick.is_multiple_of(23);
    let (who, id, item) = in_hand(world, op.pick, |_, item| odd || item.assembly.is_some())?;
    let (of, known) = components(world, &item).unwrap_or_default();
    let (left, things) = (item.mass.left.get(), item.count.map_or(1, |count| u64::from(count.left)));
    let off = item.foreign.map_or(0, |foreign| foreign.left.get());
    let mut parts = Vec::new();
    let mut out = 0;
    for (n, component) in (0_u32..).zip(&known) {
        let free = component.mass.get() - component.out.map_or(0, |out| out.get());
        let mass = (component.mass.get() * things / of.max(1)).min(free).min(left - off - out);
        let units = (u64::from(component.count.unwrap_or(1)) * things).div_ceil(of.max(1));
        let units =
            u32::try_from(units).ok()?.min(component.count.unwrap_or(1) - component.out_count.unwrap_or(0));
        if mass == 0 || units == 0 {
            continue;
        }
        out += mass;
        let piece = component.count.is_none();
        let kind = if piece { OutputKind::Piece } else { OutputKind::Batch };
        parts.push(DisassembledPart {
            component: n,
            kind,
            mass_mg: mg(mass),
            count: (!piece).then_some(units),
        });
    }
    if parts.is_empty() {
        if !odd {
            return None;
        }
        parts.push(DisassembledPart {
            component: 0,
            kind: OutputKind::Piece,
            mass_mg: mg(left),
            count: None,
        });
        out = left - off;
    }
    let lost = left - off - out;
    let body = ItemDisassembled {
        at: world.now,
        item: id,
        nonce: world.nonce(),
        parts: parts.into(),
        foreign_mg: (off > 0).then(|| mg(off)),
        losses: if lost == 0 { Vec::new() } else { vec![loss("waste", lost)] }.into(),
    };
    Some((who, body.into()))
}

fn mend(world: &World, op: &Op) -> Option<(Who, Event)> {
    let (who, id, item) = in_hand(world, op.pick, |id, _| id.kind() != ItemKind::Lot)?;
    let left = item.mass.left.get();
    let there = item.foreign.map_or(0, |foreign| foreign.left.get());
    let off = if op.flag % 5 == 1 { there } else { 0 };
    let lost = if op.flag.is_multiple_of(2) { (left - off) * op.share / 20_000 } else { 0 };
    let joined = if op.flag.is_multiple_of(3) { foreign(op, op.share) } else { Vec::new() };
    let added: u64 = joined.iter().map(|foreign| foreign.mass_mg.get()).sum();
    let body = ItemRepaired {
        at: world.now,
        item: id,
        step: code(["polish", "glue", "string", "wax"][op.other / 5 % 4]),
        what: None,
        operator: None,
        treatment: (op.flag % 8 == 1).then(|| code("oil")),
        foreign: joined.into(),
        taken_off_mg: (off > 0).then(|| mg(off)),
        losses: if lost == 0 { Vec::new() } else { vec![loss("waste", lost)] }.into(),
        left_mg: mg(left - off - lost + added),
        recut: (op.flag % 4 == 1).then_some(true),
        form: None,
        photos: Vec::new().into(),
    };
    Some((who, body.into()))
}

fn serialise(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let (who, id, item) = in_hand(world, op.pick, |id, _| id.kind() == ItemKind::Batch)?;
    let (left, count) = (item.mass.left.get(), item.count?.left);
    let number = (u32::from(op.flag) % 3 + 1).min(count);
    let last = number == count;
    let each = (left / u64::from(count)).max(1);
    let mut masses = vec![each; usize::try_from(number).ok()?];
    if last {
        *masses.last_mut()? = left.saturating_sub(each * u64::from(number - 1));
    }
    let piece = |mass: &u64| SerialPiece { mass_mg: mg(*mass), name: None, grade: None, photo: None };
    let body = PiecesSerialised {
        at: world.now,
        item: id,
        nonce: world.nonce(),
        pieces: masses.iter().map(piece).collect::<Vec<_>>().into(),
        losses: Vec::new().into(),
        left_mg: mg(left.saturating_sub(masses.iter().sum())),
        left_count: count - number,
    };
    Some((who, body.into()))
}

fn destroy(world: &World, op: &Op) -> Option<(Who, Event)> {
    // Not too often: what is destroyed can do nothing more.
    if !op.flag.is_multiple_of(3) {
        return mend(world, op);
    }
    let (who, item, _) = in_hand(world, op.pick, |_, _| true)?;
    let reason = code(["broken", "fire_or_flood", "test"][op.other % 3]);
    let at = world.now;
    Some((who, ItemDestroyed { at, item, reason, explanation: None, documents: Vec::new().into() }.into()))
}

fn adjust(world: &World, op: &Op) -> Option<(Who, Event)> {
    let (who, id, item) = in_hand(world, op.pick, |_, _| true)?;
    let was = item.mass.left.get();
    let by = item.mass.entered.get() * op.share / 70_000;
    let left = if op.flag.is_multiple_of(2) { was + by } else { was.saturating_sub(by) };
    let was_count = item.count.map(|count| count.left);
    let left_count = was_count.map(|count| match op.other % 3 {
        0 => count,
        1 => count + 1,
        _ => (count - 1).max(1),
    });
    let paper = document("weight_ticket", "a second weighing");
    let body = MassAdjusted {
        at: world.now,
        item: id,
        was_mg: mg(was),
        left_mg: mg(left),
        was_count,
        left_count,
        reason: code("clerical_error"),
        explanation: None,
        documents: if op.pick.is_multiple_of(11) { Vec::new() } else { vec![paper] }.into(),
    };
    Some((who, body.into()))
}

fn rest(world: &World, op: &Op) -> Option<(Who, Event)> {
    let (id, work) = picked(&jobs(world), op.pick)?;
    let step = if work.paused.is_some() != op.flag.is_multiple_of(7) { "resume" } else { "pause" };
    let crew = work.crew.iter().flatten().next().filter(|_| op.flag.is_multiple_of(2));
    let body = StepLogged {
        at: world.now,
        work: Some(id),
        item: None,
        step: code(step),
        operator: None,
        mass_mg: None,
        photos: Vec::new().into(),
    };
    Some((world.who(crew.copied().unwrap_or(work.studio))?, body.into()))
}

fn offer_job(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let (id, work) = picked(&jobs(world), op.pick)?;
    let who = world.who(work.studio)?;
    let makers = [Who::Studio, Who::ImporterA, Who::Seller, Who::ImporterB];
    let to = makers.into_iter().cycle().skip(op.other % 4).find(|to| *to != who)?;
    let (mut body, _) = world.offer(who, to, &[]);
    body.works = vec![id].into();
    body.ownership = (op.flag.is_multiple_of(2) && work.owner == Some(work.studio)).then_some(true);
    Some((who, body.into()))
}
