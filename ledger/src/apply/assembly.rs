//! Finished things joined to one, taken apart and mended (rules M1 to M3, M5, M7, L1 to L4, U2). What is foreign is
//! kept apart from stone in every balance, so that it never comes back as stone.

use crate::event::body::{
    DisassembledPart, ForeignMass, ItemAssembled, ItemDisassembled, ItemRepaired, OutputKind,
};
use crate::event::shape::Text;
use crate::id::{ItemId, ItemKind};
use crate::mass::{Milligrams, Ppm};
use crate::record::{
    Claims, Component, Foreign, Item, MAX_KEPT, Parent, Parentage, PartOf, Record, RecordKey, Repair,
    TreatmentState,
};
use crate::violation::{Reason, Violation};
use crate::vocab::Finding;
use crate::words::words;

use super::balance::{Differences, add, begin_with_foreign, lose, positive, proportion, stone, total};
use super::claims::{blend_nature, find, is_applied, join, mark_applied, set};
use super::context::{Context, Purpose, warn_item};
use super::document_use::note_use;
use super::export::check_is_finished;
use super::lots::{Created, details, keep_documents, parents_of};
use super::material::{TakenItem, exhaust, sum_up, take_each};
use super::protected::check_name;

pub(super) fn item_assembled(context: &mut Context<'_>, body: &ItemAssembled) -> Result<(), Violation> {
    check_kind(body.kind, body.count, "")?;
    for (n, input) in body.components.iter().enumerate() {
        check_is_finished(&input.item)
            .map_err(|violation| violation.field(format!("components[{n}].item")))?;
    }
    let items = take_each(context, &body.components, "components")?;
    let parts: Vec<(&Claims, Milligrams)> = items
        .iter()
        .map(|taken| (&taken.item.claims, taken.mass.checked_sub(taken.foreign).unwrap_or_default()))
        .collect();
    let mut claims = join(&parts)?;
    if claims.origins.len() < 2 {
        claims.drawn_from = None;
    }
    touch_with(&mut claims, &body.foreign);
    let taken = sum_up(context, &items, claims)?;
    let stated = total(body.foreign.iter().map(|foreign| foreign.mass_mg), "foreign")?;
    let mut foreign = stated;
    for taken in &items {
        foreign = add(foreign, taken.foreign)?;
    }
    let losses = total(body.losses.iter().map(|loss| loss.mass_mg), "losses")?;
    let mut differences = Differences::of(taken.mass, taken.resolution, context.policy()?);
    for (n, loss) in body.losses.iter().enumerate() {
        let field = format!("losses[{n}]");
        if loss.count.is_some() {
            return Err(Violation::new(Reason::CountMissing).field(field));
        }
        differences.check_loss(loss, &field)?;
    }
    let there = add(taken.mass, stated)?;
    let accounted = add(positive(body.mass_mg, "mass_mg")?, losses)?;
    if there != accounted {
        let violation = Violation::new(Reason::NotBalanced).with(there).with(accounted);
        return Err(violation.with(there.abs_diff(accounted)).field("mass_mg"));
    }
    let (kind, form, mass, count) = (body.kind, body.form, body.mass_mg, body.count);
    let created = Created { kind, form, claims: taken.claims, mass, count };
    let mut item = created.item(context, taken.custodian, taken.owner);
    begin_with_foreign(&mut item, foreign)?;
    let id = context.new_item(kind, &body.nonce, 0);
    item.assembly = Some(id);
    item.components = u32::try_from(items.len()).ok();
    item.maker = Some(context.author()?);
    item.parents = parents_of(&body.components);
    item.latest = taken.latest.max(context.at);
    item.resolution = taken.resolution;
    item.details = details("", body);
    keep_documents(&mut item.documents, &mut item.not_kept, body.photo.as_slice());
    check_name(context, body.name.as_ref().map(Text::as_str), &item.claims)
        .map_err(|violation| violation.field("name"))?;
    context.create(RecordKey::Item(id), id, item)?;
    for (n, TakenItem { id: component, item, mass, foreign }) in items.into_iter().enumerate() {
        let number = u32::try_from(n).unwrap_or(u32::MAX);
        let record = Component {
            item: component,
            mass,
            foreign,
            count: body.components.get(n).and_then(|input| input.count),
            claims: item.claims.clone(),
            maker: item.maker,
            assembly: item.assembly,
            out: None,
            out_count: None,
        };
        context.put_unlisted(RecordKey::Component(id, number), record);
        context.put_item(component, item);
        context.link(RecordKey::Item(component), RecordKey::Item(id), mass);
    }
    let author = context.author()?;
    note_use(context, Parentage::Item(id), author, body.photo.as_slice());
    Ok(())
}

/// Rule M7: a piece has no count and a batch has one; a lot is neither assembled nor taken out.
fn check_kind(kind: OutputKind, count: Option<u32>, prefix: &str) -> Result<(), Violation> {
    match (kind, count) {
        (OutputKind::Batch, Some(0)) => {
            Err(Violation::new(Reason::NotPositive).field(format!("{prefix}count")))
        }
        (OutputKind::Batch, Some(_)) | (OutputKind::Piece, None) => Ok(()),
        (OutputKind::Lot, _) => {
            let what = words("piece or batch", "piece 或 batch", "piece ou batch");
            Err(Violation::new(Reason::WrongKind).with("kind").saying(what).field(format!("{prefix}kind")))
        }
        _ => Err(Violation::new(Reason::CountMissing).field(format!("{prefix}count"))),
    }
}

/// What is joined to stones may be a treatment of them, or make the whole not natural (rules L1, L4).
fn touch_with(claims: &mut Claims, foreign: &[ForeignMass]) {
    for material in foreign.iter().map(|foreign| foreign.material) {
        if let Some(nature) = material.nature() {
            claims.nature = blend_nature(claims.nature, nature);
        }
        if let Some(treatment) = material.treatment() {
            mark_applied(claims, treatment);
        }
    }
}

/// An item that the author may take apart, and what it was assembled as.
pub(super) fn to_take_apart(context: &Context<'_>, id: &ItemId) -> Result<(Item, ItemId), Violation> {
    let item = context.item_in_hand(id)?;
    let Some(assembly) = item.assembly else {
        let what = words("something assembled", "组装件", "algo montado");
        return Err(Violation::new(Reason::WrongKind).with(id).saying(what));
    };
    context.check_not_reserved(id, &item)?;
    Ok((item, assembly))
}

pub(super) fn item_disassembled(context: &mut Context<'_>, body: &ItemDisassembled) -> Result<(), Violation> {
    let (mut item, assembly) =
        to_take_apart(context, &body.item).map_err(|violation| violation.field("item"))?;
    context.build_on_item(&mut item)?;
    let components = components_of(context, assembly)?;
    let share = Share::of(context, &item, assembly)?;
    check_parts(body, &item, &components, &share)?;
    note_out(context, assembly, &components, body);
    let born: Vec<(&Claims, Milligrams)> =
        components.iter().map(|known| (&known.claims, known.mass)).collect();
    let born = join(&born)?;
    let mut differences = Differences::of(item.mass.left, item.resolution, context.policy()?);
    let (custodian, owner, claims) = (item.custodian, item.owner, item.claims.clone());
    let count = item.count.map(|count| count.left);
    for (n, loss) in body.losses.iter().enumerate() {
        let field = format!("losses[{n}]");
        if loss.count.is_some() {
            return Err(Violation::new(Reason::CountMissing).field(field));
        }
        lose(&mut item, loss, &mut differences, &field)?;
    }
    if let Some(foreign) = body.foreign_mg {
        item.mass.lose(foreign)?;
    }
    for (n, part) in body.parts.iter().enumerate() {
        item.mass.pass_on(part.mass_mg).map_err(|v| v.field(format!("parts[{n}].mass_mg")))?;
    }
    item.mass.check_left(Milligrams::ZERO, "parts")?;
    if let (Some(balance), Some(count)) = (item.count.as_mut(), count) {
        balance.passed_on = balance.passed_on.saturating_add(count);
        balance.left = 0;
    }
    if let Some(foreign) = item.foreign.as_mut() {
        foreign.left = Milligrams::ZERO;
    }
    exhaust(&mut item);
    for (n, part) in body.parts.iter().enumerate() {
        let Some(component) = component(&components, part) else { continue };
        let from = context.item(&component.item)?;
        let created = Created {
            kind: part.kind,
            form: from.form,
            claims: parted(&component.claims, &claims, &born),
            mass: part.mass_mg,
            count: part.count,
        };
        let mut output = created.item(context, custodian, owner);
        output.assembly = component.assembly;
        begin_with_foreign(&mut output, proportion(component.foreign, part.mass_mg, component.mass))?;
        output.part_of = Some(PartOf { assembly, component: part.component });
        output.maker = component.maker;
        output.parents = vec![Parent { item: body.item, mass: part.mass_mg }];
        output.resolution = item.resolution;
        output.latest = item.latest;
        let id = context.new_item(part.kind, &body.nonce, n);
        if share.whole && component.item.kind() == ItemKind::Piece && part.kind == OutputKind::Piece {
            carry_certificates(context, component.item, &from, id, &mut output);
        }
        context.create(RecordKey::Item(id), id, output)?;
        context.link(RecordKey::Item(body.item), RecordKey::Item(id), part.mass_mg);
    }
    context.put_item(body.item, item);
    Ok(())
}

fn component<'a>(components: &'a [Component], part: &DisassembledPart) -> Option<&'a Component> {
    components.get(usize::try_from(part.component).ok()?)
}

fn components_of(context: &Context<'_>, assembly: ItemId) -> Result<Vec<Component>, Violation> {
    let number = context.item(&assembly)?.components.unwrap_or(0);
    let mut components = Vec::new();
    for n in 0..number {
        match context.record(&RecordKey::Component(assembly, n)).as_deref() {
            Some(Record::Component(record)) => components.push(record.clone()),
            _ => return Err(Violation::new(Reason::NotFound).with(assembly)),
        }
    }
    Ok(components)
}

/// Notes what came out of each component, so that all things of a batch together give no more than went in.
fn note_out(context: &mut Context<'_>, assembly: ItemId, components: &[Component], body: &ItemDisassembled) {
    for (number, known) in (0_u32..).zip(components) {
        let mut known = known.clone();
        let (out, count) = (known.out, known.out_count);
        for part in body.parts.iter().filter(|part| part.component == number) {
            known.out = known.out.unwrap_or_default().checked_add(part.mass_mg);
            known.out_count = Some(known.out_count.unwrap_or(0).saturating_add(part.count.unwrap_or(1)));
        }
        if (known.out, known.out_count) != (out, count) {
            context.put_unlisted(RecordKey::Component(assembly, number), known);
        }
    }
}

/// How much of what was assembled this is: the whole, or some of a batch of like things.
struct Share {
    of: u64,
    pieces: u64,
    whole: bool,
    tolerance: Ppm,
}

impl Share {
    fn of(context: &Context<'_>, item: &Item, assembly: ItemId) -> Result<Self, Violation> {
        let of = context.item(&assembly)?.count.map_or(1, |count| u64::from(count.entered));
        let pieces = item.count.map_or(1, |count| u64::from(count.left));
        Ok(Self { of, pieces, whole: of == pieces, tolerance: context.policy()?.receipt_countersign })
    }

    /// Its part of a mass. Like things are not equal to the milligram: so much more as the policy allows, of some.
    fn of_mass(&self, mass: Milligrams) -> Milligrams {
        if self.whole {
            return mass;
        }
        let part = u128::from(mass.get()) * u128::from(self.pieces) / u128::from(self.of.max(1));
        let part = u64::try_from(part).ok().and_then(Milligrams::new).unwrap_or(mass);
        part.checked_add(part.share(self.tolerance)).unwrap_or(mass).min(mass)
    }

    /// Its part of a count.
    const fn of_count(&self, count: u32) -> u64 {
        (count as u64).saturating_mul(self.pieces).div_ceil(if self.of == 0 { 1 } else { self.of })
    }
}

/// Rules M5 and M7: no more comes out of each component than went in, and nothing foreign comes out as stone.
fn check_parts(
    body: &ItemDisassembled,
    item: &Item,
    components: &[Component],
    share: &Share,
) -> Result<(), Violation> {
    let mut out: Vec<(Milligrams, u64)> = components.iter().map(|_| (Milligrams::ZERO, 0)).collect();
    // What came out of other things of the same batch counts too.
    let before = |known: &Component| {
        let left = known.mass.checked_sub(known.out.unwrap_or_default()).unwrap_or_default();
        let count = known.count.unwrap_or(1).saturating_sub(known.out_count.unwrap_or(0));
        (left, u64::from(count))
    };
    let mut inherited = Milligrams::ZERO;
    for (n, part) in body.parts.iter().enumerate() {
        let prefix = format!("parts[{n}].");
        check_kind(part.kind, part.count, &prefix)?;
        let at = |field: &str| format!("{prefix}{field}");
        let mass = positive(part.mass_mg, &at("mass_mg"))?;
        let place = usize::try_from(part.component).unwrap_or(usize::MAX);
        let (Some(known), Some((masses, counts))) = (components.get(place), out.get_mut(place)) else {
            return Err(Violation::new(Reason::NotFound).with(part.component).field(at("component")));
        };
        *masses = add(*masses, mass)?;
        *counts = counts.saturating_add(part.count.map_or(1, u64::from));
        let (mass_left, count_left) = before(known);
        let mass_there = share.of_mass(known.mass).min(mass_left);
        let count_there = share.of_count(known.count.unwrap_or(1)).min(count_left);
        if *masses > mass_there {
            let violation = Violation::new(Reason::PartBeyondComponent).with(*masses).with(mass_there);
            return Err(violation.field(at("mass_mg")));
        }
        if *counts > count_there {
            let violation = Violation::new(Reason::CountNotBalanced).with(count_there).with(*counts);
            return Err(violation.field(at("count")));
        }
        inherited = add(inherited, proportion(known.foreign, mass, known.mass))?;
    }
    let parts = total(body.parts.iter().map(|part| part.mass_mg), "parts")?;
    let foreign = item.foreign.map_or(Milligrams::ZERO, |foreign| foreign.left);
    let stone_out = parts.checked_sub(inherited).unwrap_or_default();
    if stone_out > stone(item) {
        return Err(Violation::new(Reason::PartBeyondComponent)
            .with(stone_out)
            .with(stone(item))
            .field("parts"));
    }
    if let Some(taken_off) = body.foreign_mg {
        positive(taken_off, "foreign_mg")?;
        if taken_off > foreign {
            return Err(Violation::new(Reason::TooMuchTaken)
                .with(taken_off)
                .with(foreign)
                .field("foreign_mg"));
        }
    }
    Ok(())
}

/// The claims of a component that is taken out: its own, and what was learned or done while it was part of the whole.
fn parted(component: &Claims, whole: &Claims, born: &Claims) -> Claims {
    let mut claims = component.clone();
    for state in &whole.treatments {
        let learned = find(born, state.treatment).map(|known| known.finding) != Some(state.finding);
        let known = find(component, state.treatment).is_some_and(|known| is_applied(known.finding));
        if learned && is_applied(state.finding) && !known {
            let TreatmentState { treatment, finding, evidence } = *state;
            set(&mut claims, TreatmentState { treatment, finding, evidence });
        }
    }
    if let [only] = whole.origins.as_slice()
        && born.origins.len() > 1
        && claims.origins.len() > 1
        && claims.origins.iter().any(|origin| origin.country == only.country)
    {
        // The whole was said to be of one country while it was one: that is known as it was known of the whole.
        claims.origins = vec![*only];
        claims.drawn_from = None;
        claims.origin_evidence = whole.origin_evidence;
        claims.place.clone_from(&whole.place);
    }
    // What was said to be none, and is not any more, is not stated.
    claims.treatments.retain(|state| {
        let unsaid = find(born, state.treatment).is_some_and(|known| known.finding == Finding::DECLARED_NONE)
            && find(whole, state.treatment).is_none();
        !(state.finding == Finding::DECLARED_NONE && unsaid)
    });
    claims
}

/// Rule U2: a stone that comes out of its setting is the stone that its certificates speak of.
fn carry_certificates(context: &mut Context<'_>, was: ItemId, from: &Item, id: ItemId, item: &mut Item) {
    for link in &from.certificates {
        if let Some(mut certificate) = context.certificate(&link.certificate)
            && certificate.bound == Some(was)
        {
            certificate.bound = Some(id);
            context.put(RecordKey::Certificate(link.certificate), certificate);
        }
        item.certificates.push(link.clone());
    }
    item.not_kept = item.not_kept.saturating_add(from.not_kept);
}

pub(super) fn item_repaired(context: &mut Context<'_>, body: &ItemRepaired) -> Result<(), Violation> {
    let mut item = repairable(context, &body.item).map_err(|violation| violation.field("item"))?;
    context.build_on_item(&mut item)?;
    let mut differences = Differences::of(item.mass.left, item.resolution, context.policy()?);
    let added = total(body.foreign.iter().map(|foreign| foreign.mass_mg), "foreign")?;
    if let Some(taken_off) = body.taken_off_mg {
        take_off(&mut item, taken_off)?;
    }
    for (n, loss) in body.losses.iter().enumerate() {
        lose(&mut item, loss, &mut differences, &format!("losses[{n}]"))?;
    }
    if !added.is_zero() {
        item.mass.gain(added)?;
        let Foreign { added: before, left } =
            item.foreign.unwrap_or(Foreign { added: Milligrams::ZERO, left: Milligrams::ZERO });
        item.foreign = Some(Foreign { added: add(before, added)?, left: add(left, added)? });
    }
    item.mass.check_left(body.left_mg, "left_mg")?;
    // What holds no stone any more is not what was mended.
    positive(stone(&item), "left_mg")?;
    if let Some(count) = item.count
        && count.left == 0
    {
        return Err(Violation::new(Reason::CountNotBalanced).with(count.left).with(0).field("losses"));
    }
    touch_with(&mut item.claims, &body.foreign);
    for treatment in [body.step.treatment(), body.treatment].into_iter().flatten() {
        mark_applied(&mut item.claims, treatment);
    }
    let recut = body.recut.unwrap_or(false);
    if recut {
        void_certificates(context, &mut item);
    }
    if let Some(form) = body.form {
        item.form = form;
    }
    let repair = Repair { by: context.event_ref(), who: context.author()?, step: body.step, recut };
    let repairs = item.repairs.get_or_insert_default();
    if repairs.len() < MAX_KEPT {
        repairs.push(repair);
    } else {
        item.not_kept = item.not_kept.saturating_add(1);
    }
    keep_documents(&mut item.documents, &mut item.not_kept, &body.photos);
    context.put_item(body.item, item);
    let author = context.author()?;
    note_use(context, Parentage::Item(body.item), author, &body.photos);
    Ok(())
}

/// Old cord and metal leave a thing that is mended: no more than there is of it.
fn take_off(item: &mut Item, mass: Milligrams) -> Result<(), Violation> {
    let field = "taken_off_mg";
    positive(mass, field)?;
    let there = item.foreign.map_or(Milligrams::ZERO, |foreign| foreign.left);
    let too_much = || Violation::new(Reason::TooMuchTaken).with(mass).with(there).field(field);
    let left = there.checked_sub(mass).ok_or_else(too_much)?;
    item.mass.lose(mass)?;
    if let Some(foreign) = item.foreign.as_mut() {
        foreign.left = left;
    }
    Ok(())
}

/// Whoever has it in hand mends it, in his own stock or for its buyer.
pub(super) fn repairable(context: &Context<'_>, id: &ItemId) -> Result<Item, Violation> {
    check_is_finished(id)?;
    context.item_here_or_in_repair(id, Purpose::Change)
}

/// Rule U2: what a lab said of a stone is not said of the stone that was cut from it.
fn void_certificates(context: &Context<'_>, item: &mut Item) {
    let now = context.event_ref();
    let mut voided = Vec::new();
    for link in item.certificates.iter_mut().filter(|link| link.void.is_none()) {
        link.void = Some(now);
        voided.push([link.issuer_code.clone(), link.number.clone()]);
    }
    for args in voided {
        warn_item(item, context, Reason::CertificateRecut, args);
    }
}
