//! Corrections (rules X1 to X3) by class of field. Descriptive fields are here: the old value stays in the log; the record
//! shows the new one and which event put it there. `claims` travel forward, `mass` is a difference to what is there, and
//! what later events have used becomes a contradiction (`forward`).

mod claims;
mod forward;
mod mass;

use crate::event::body::{
    DisclosureDestroyed, EventCorrected, Grade, ItemAssembled, LotDeclared, LotMerged, OriginShare,
    SerialPiece, WorkOutput, WorkStarted,
};
use crate::event::shape::{FieldClass, FieldSpec, Fields, Shape};
use crate::event::{Event, EventType};
use crate::id::{ItemId, ParticipantId, WorkOrderId};
use crate::json::Json;
use crate::mass::Milligrams;
use crate::record::{Detail, EventRef, History, Item, MAX_ABOUT, Parentage, Record, RecordKey, Said};
use crate::violation::{Reason, Violation};
use crate::words::words;

use super::context::{Actor, Context};
use super::protected::{check_name, check_name_of_unknown, is_protected_place, warn_of_name};

pub(super) use forward::{bear, making_by};
pub(super) use mass::revive;

pub(super) fn event_corrected(context: &mut Context<'_>, body: &EventCorrected) -> Result<(), Violation> {
    let extended = body.item.is_none()
        || body.work.is_some()
        || body.counterparty.is_some()
        || body.contradiction.is_some();
    if extended && context.ruleset() < 2 {
        return Err(Violation::new(Reason::RulesetOlder)
            .with("event.corrected")
            .with(2)
            .with(context.ruleset()));
    }
    if body.item.is_some() && body.work.is_some() {
        return Err(super::work::one_of_two("item"));
    }
    let path = body.field.as_str();
    if context.ruleset() >= 2
        && let Some(id) = &body.item
    {
        match path {
            "mass_mg" => return mass::of_creation(context, body, id),
            "loss.mass_mg" => return mass::of_loss(context, body, id),
            "measured_mg" => return mass::of_acceptance(context, body, id),
            _ => {}
        }
    }
    if body.counterparty.is_some() {
        return Err(disagree(
            words(
                "only a correction of mass names a counterparty",
                "只有质量更正才填写对方",
                "só uma correção de massa indica contraparte",
            ),
            "counterparty",
        ));
    }
    if let Some(id) = body.item.as_ref().filter(|_| context.ruleset() >= 2 && claims::is_claim(path)) {
        return claims::correct(context, body, id);
    }
    if body.contradiction.is_some() {
        return Err(disagree(
            words(
                "a descriptive field is put right; nothing contradicts it",
                "描述性字段可直接更正，不存在矛盾",
                "um campo descritivo se corrige; nada o contradiz",
            ),
            "contradiction",
        ));
    }
    match (&body.item, &body.work) {
        (Some(id), None) => item_described(context, body, id),
        (_, Some(id)) => job_described(context, body, id),
        (None, None) => event_described(context, body),
    }
}

fn disagree(text: crate::words::Words, field: &str) -> Violation {
    Violation::new(Reason::FieldsDisagree).saying(text).field(field)
}

fn target(body: &EventCorrected) -> EventRef {
    EventRef { index: body.index, event: body.event }
}

fn item_described(context: &mut Context<'_>, body: &EventCorrected, id: &ItemId) -> Result<(), Violation> {
    let mut item = created_by_author(context, body, id)?;
    let path = body.field.as_str();
    let field = descriptive_field(&item, path).ok_or_else(|| no_field(path))?;
    check_new(&field, body)?;
    context.build_on_item(&mut item)?;
    replace(context, &mut item.details, path, body)?;
    follow(context, id, &mut item, path, body)?;
    context.put_item(*id, item);
    Ok(())
}

/// The item, if the event in question created it and the author wrote that event.
fn created_by_author(context: &Context<'_>, body: &EventCorrected, id: &ItemId) -> Result<Item, Violation> {
    let item = context.item(id).map_err(|violation| violation.field("item"))?;
    if item.created != target(body) {
        return Err(not_created(body, id));
    }
    if item.creator != context.author()? {
        return Err(Violation::new(Reason::CorrectionAuthor));
    }
    Ok(item)
}

fn not_created(body: &EventCorrected, id: impl std::fmt::Display) -> Violation {
    Violation::new(Reason::CorrectionTarget).with(body.index).with(body.event).with(id).field("index")
}

fn no_field(path: &str) -> Violation {
    Violation::new(Reason::CorrectionField).with(path).field("field")
}

fn check_new(field: &FieldSpec, body: &EventCorrected) -> Result<(), Violation> {
    if let Some(new) = &body.new {
        (field.check)(&new.0).map_err(|error| {
            Violation::new(Reason::CorrectionNew).saying(error.problem.phrase()).field("new")
        })?;
    } else if field.required {
        return Err(Violation::new(Reason::CorrectionNew)
            .saying(words("it is required", "该字段必填", "ele é obrigatório"))
            .field("new"));
    }
    Ok(())
}

/// A corrected place goes into the claims, and a corrected name needs the right to it (rule L6). Of a lot that was declared
/// as a blend, the place of one of its countries is not the place of all of it.
fn follow(
    context: &Context<'_>,
    id: &ItemId,
    item: &mut Item,
    path: &str,
    body: &EventCorrected,
) -> Result<(), Violation> {
    let new = body.new.as_ref().and_then(|value| value.0.as_str());
    let field = path.rsplit('.').next().unwrap_or(path);
    let declared_blend = context.record(&RecordKey::Exposure(Parentage::Item(*id))).is_some();
    if context.ruleset() >= 2 && field == "subdivision" && item.claims.origins.len() == 1 && !declared_blend {
        // A corrected word gives no right to a protected name: that takes an assertion of the origin, with a document.
        let stood = item.claims.place.as_deref().is_some_and(is_protected_place);
        item.claims.place = new.filter(|place| stood || !is_protected_place(place)).map(str::to_owned);
        warn_of_name(context, item);
    }
    if matches!(field, "name" | "trade_name") {
        check_name(context, new, &item.claims).map_err(|violation| violation.field("new"))?;
    }
    Ok(())
}

/// Puts the new value in the place of the old one, which must be what stands there.
fn replace(
    context: &Context<'_>,
    details: &mut Vec<Detail>,
    path: &str,
    body: &EventCorrected,
) -> Result<(), Violation> {
    let place = details.iter().position(|detail| detail.field == path);
    let stands = place.and_then(|place| details.get(place)).map_or("", |detail| detail.value.as_str());
    check_old(stands, body)?;
    let value = text_of(body.new.as_ref().map(|value| &value.0));
    let detail =
        Detail { field: path.to_owned(), value, corrected: Some(context.event_ref()), destroyed: None };
    match place.and_then(|place| details.get_mut(place)) {
        Some(known) => *known = detail,
        None => details.push(detail),
    }
    Ok(())
}

fn text_of(value: Option<&Json>) -> String {
    value.map(Json::write).unwrap_or_default()
}

/// What the author believes to stand there is what stands there; empty text is nothing.
fn check_old(stands: &str, body: &EventCorrected) -> Result<(), Violation> {
    if stands == text_of(body.old.as_ref().map(|value| &value.0)) {
        return Ok(());
    }
    let violation = Violation::new(Reason::CorrectionOld).field("old");
    Err(match stands {
        "" => violation.saying(words("nothing", "空", "nada")),
        stands => violation.with(stands),
    })
}

/// The name of a job is the one thing that its record keeps of what was said at its beginning.
fn job_described(
    context: &mut Context<'_>,
    body: &EventCorrected,
    id: &WorkOrderId,
) -> Result<(), Violation> {
    let mut work = context.work_order(id).map_err(|violation| violation.field("work"))?;
    if work.created != target(body) {
        return Err(not_created(body, id));
    }
    // Whoever began it, whose hands it is in by now or not.
    let began = work.before.iter().flatten().next().copied().unwrap_or(work.studio);
    if began != context.author()? {
        return Err(Violation::new(Reason::CorrectionAuthor));
    }
    let path = body.field.as_str();
    let descriptive = |field: &FieldSpec| field.name == path && field.class == FieldClass::Descriptive;
    let field = WorkStarted::fields().into_iter().find(descriptive).ok_or_else(|| no_field(path))?;
    check_new(&field, body)?;
    check_old(work.title.as_deref().unwrap_or_default(), body)?;
    context.build_on_work(&mut work)?;
    work.title = body.new.as_ref().map(|value| value.0.write());
    context.put(RecordKey::WorkOrder(*id), work);
    Ok(())
}

/// A field of an event that made nothing which keeps it: a reason, a reference, an order number.
fn event_described(context: &mut Context<'_>, body: &EventCorrected) -> Result<(), Violation> {
    let event = target(body);
    let mut said = context.said(&event).map_err(|violation| violation.field("index"))?;
    if said.by != context.author()? {
        return Err(Violation::new(Reason::CorrectionAuthor));
    }
    let path = body.field.as_str();
    let fields = EventType::named(&said.event).map(EventType::fields).unwrap_or_default();
    let descriptive = |field: &FieldSpec| field.name == path && field.class == FieldClass::Descriptive;
    let field = fields.into_iter().find(descriptive).ok_or_else(|| no_field(path))?;
    check_new(&field, body)?;
    if said.event == EventType::ListingOpened.spec().name && path == "title" {
        check_title(context, body, &said.about)?;
    }
    replace(context, &mut said.details, path, body)?;
    touch(context, &said.about)?;
    context.put(RecordKey::Said(event), said);
    Ok(())
}

/// What stands above a listing is a name of all that it offers (rule L6); where not all of that is known here, a
/// protected name needs a new listing.
fn check_title(context: &Context<'_>, body: &EventCorrected, about: &[Parentage]) -> Result<(), Violation> {
    let new = body.new.as_ref().and_then(|value| value.0.as_str());
    let place = |violation: Violation| violation.field("new");
    if about.len() >= MAX_ABOUT {
        return check_name_of_unknown(context, new).map_err(place);
    }
    for thing in about {
        if let Parentage::Item(id) = thing {
            check_name(context, new, &context.item(id)?.claims).map_err(place)?;
        }
    }
    Ok(())
}

/// The correction shows with the things that the event was about.
fn touch(context: &mut Context<'_>, about: &[Parentage]) -> Result<(), Violation> {
    for thing in about {
        match thing {
            Parentage::Item(id) => {
                let mut item = context.item(id)?;
                context.build_on_item(&mut item)?;
                context.put_item(*id, item);
            }
            Parentage::Work(id) => {
                let mut work = context.work_order(id)?;
                context.build_on_work(&mut work)?;
                context.put(RecordKey::WorkOrder(*id), work);
            }
        }
    }
    Ok(())
}

/// Keeps what an event said that its author may correct later, where nothing that it made keeps it.
pub(super) fn note_said(context: &mut Context<'_>, event: &Event) {
    let (Actor::Participant(by, _), true) = (&context.actor, context.ruleset() >= 2) else { return };
    let by: ParticipantId = *by;
    let kept_elsewhere = matches!(
        event,
        Event::LedgerOpened(_)
            | Event::LotDeclared(_)
            | Event::LotMerged(_)
            | Event::ItemAssembled(_)
            | Event::WorkStarted(_)
            | Event::WorkCompleted(_)
            | Event::ParticipantEnrolled(_)
    );
    if kept_elsewhere {
        return;
    }
    let mut details: Vec<Detail> =
        event.descriptive().into_iter().map(|(name, value)| Detail::new(name, value.write())).collect();
    if let Event::LossRecorded(body) = event {
        details.push(Detail::new("loss.mass_mg", body.loss.mass_mg.to_json().write()));
    }
    if details.is_empty() {
        return;
    }
    let about = context.touched().iter().filter_map(Parentage::of).take(MAX_ABOUT).collect();
    let name = event.event_type().spec().name.to_owned();
    let said = Said { history: History::default(), event: name, by, details, about };
    let key = RecordKey::Said(context.event_ref());
    context.put(key, said);
}

pub(super) fn disclosure_destroyed(
    context: &mut Context<'_>,
    body: &DisclosureDestroyed,
) -> Result<(), Violation> {
    let event = EventRef { index: body.index, event: body.event };
    let path = body.field.as_str();
    let sealed = Json::Obj(vec![("sealed".to_owned(), Json::Str(body.digest.to_string()))]).write();
    let now = context.event_ref();
    let destroy = |details: &mut Vec<Detail>| {
        let detail = details.iter_mut().find(|detail| detail.field == path && detail.value == sealed);
        let detail = detail.ok_or_else(|| Violation::new(Reason::NotFound).with(path).field("field"))?;
        if detail.destroyed.is_some() {
            let gone = words("destroyed", "已销毁", "destruído");
            return Err(Violation::new(Reason::StateForbids).with(path).saying(gone).field("field"));
        }
        detail.destroyed = Some(now);
        Ok(())
    };
    if let Some(id) = &body.item {
        let mut item = context.item(id).map_err(|violation| violation.field("item"))?;
        if item.created != event {
            let violation = Violation::new(Reason::CorrectionTarget).with(body.index).with(body.event);
            return Err(violation.with(id).field("index"));
        }
        if item.creator != context.author()? {
            return Err(Violation::new(Reason::CorrectionAuthor));
        }
        destroy(&mut item.details)?;
        context.build_on_item(&mut item)?;
        context.put_item(*id, item);
        return Ok(());
    }
    let mut said = context.said(&event).map_err(|violation| violation.field("index"))?;
    if said.by != context.author()? {
        return Err(Violation::new(Reason::CorrectionAuthor));
    }
    destroy(&mut said.details)?;
    touch(context, &said.about)?;
    context.put(RecordKey::Said(event), said);
    Ok(())
}

/// The field of the creating event that a path names, if it is a descriptive one.
fn descriptive_field(item: &Item, path: &str) -> Option<FieldSpec> {
    let fields = match path.split_once('.') {
        Some((list, _)) if list.starts_with("outputs[") && item.work.is_some() => WorkOutput::fields(),
        Some((list, _)) if list.starts_with("pieces[") && item.work.is_none() => SerialPiece::fields(),
        Some((list, _)) if list.starts_with("origins[") && item.entry.is_some() => OriginShare::fields(),
        Some(_) => return None,
        None if item.entry.is_some() => LotDeclared::fields(),
        None if item.components.is_some() => ItemAssembled::fields(),
        None if item.work.is_none() && !item.parents.is_empty() => LotMerged::fields(),
        None => return None,
    };
    let name = path.rsplit('.').next().unwrap_or(path);
    let field =
        fields.into_iter().find(|field| field.name == name && field.class == FieldClass::Descriptive)?;
    // Inside a list only what the event carried has a place.
    (!path.contains('.')
        || item.details.iter().any(|detail| detail.field == path)
        || is_own_output(item, path))
    .then_some(field)
}

/// Whether `outputs[n]` is the output that became this item: one of its own fields says so.
fn is_own_output(item: &Item, path: &str) -> bool {
    let list = path.split('.').next().unwrap_or(path);
    item.details.iter().any(|detail| detail.field.split('.').next() == Some(list))
}

/// The mass that a correction quotes.
fn quoted(value: Option<&crate::event::body::AnyValue>, field: &str) -> Result<Milligrams, Violation> {
    let shape = |error: crate::event::shape::FieldError| {
        Violation::new(Reason::CorrectionNew).saying(error.problem.phrase()).field(field)
    };
    let json = value.map(|value| &value.0).ok_or_else(|| {
        Violation::new(Reason::CorrectionNew)
            .saying(words("it is required", "该字段必填", "ele é obrigatório"))
            .field(field)
    })?;
    Milligrams::from_json(json).map_err(shape)
}

/// The value that a descriptive field shows now.
impl Item {
    /// The present value of a descriptive field, as JSON.
    #[must_use]
    pub fn detail(&self, name: &str) -> Option<Json> {
        let ends_so = |detail: &&Detail| detail.field.rsplit('.').next() == Some(name);
        let detail = self.details.iter().find(ends_so).filter(|detail| !detail.value.is_empty())?;
        Json::parse(detail.value.as_bytes()).ok()
    }

    /// What the item is called: its own name, or what the trade calls the lot.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        let text = |name| self.detail(name).and_then(|json| json.as_str().map(str::to_owned));
        text("name").or_else(|| text("trade_name"))
    }

    /// Its grade: scheme, value and grader.
    #[must_use]
    pub fn grade(&self) -> Option<Grade> {
        Grade::from_json(&self.detail("grade")?).ok()
    }
}

/// Access for whoever shows what an event said.
impl Record {
    /// What was said, if it is that.
    #[must_use]
    pub const fn as_said(&self) -> Option<&Said> {
        match self {
            Self::Said(said) => Some(said),
            _ => None,
        }
    }
}
