//! Corrections (rule X1): descriptive fields only. The old value stays in the log; the record shows the new one and
//! which event put it there.

use crate::event::EventType;
use crate::event::body::{EventCorrected, Grade, OriginShare, WorkOutput};
use crate::event::shape::{FieldClass, FieldSpec, Fields};
use crate::json::Json;
use crate::record::{Detail, EventRef, Item};
use crate::violation::{Reason, Violation};
use crate::words::words;

use super::context::Context;
use super::protected::check_name;

pub(super) fn event_corrected(context: &mut Context<'_>, body: &EventCorrected) -> Result<(), Violation> {
    let mut item = context.item(&body.item).map_err(|violation| violation.field("item"))?;
    if item.created != (EventRef { index: body.index, event: body.event }) {
        let violation = Violation::new(Reason::CorrectionTarget).with(body.index).with(body.event);
        return Err(violation.with(body.item).field("index"));
    }
    if item.creator != context.author()? {
        return Err(Violation::new(Reason::CorrectionAuthor));
    }
    let path = body.field.as_str();
    let field = descriptive_field(&item, path)
        .ok_or_else(|| Violation::new(Reason::CorrectionField).with(path).field("field"))?;
    if let Some(new) = &body.new {
        (field.check)(&new.0).map_err(|error| {
            Violation::new(Reason::CorrectionNew).saying(error.problem.phrase()).field("new")
        })?;
    } else if field.required {
        return Err(Violation::new(Reason::CorrectionNew)
            .saying(words("it is required", "该字段必填", "ele é obrigatório"))
            .field("new"));
    }
    context.build_on_item(&mut item)?;
    replace(context, &mut item, path, body)?;
    follow(context, &mut item, path, body)?;
    context.put_item(body.item, item);
    Ok(())
}

/// A corrected place goes into the claims, and a corrected name needs the right to it (rule L6).
fn follow(
    context: &Context<'_>,
    item: &mut Item,
    path: &str,
    body: &EventCorrected,
) -> Result<(), Violation> {
    let new = body.new.as_ref().and_then(|value| value.0.as_str());
    let field = path.rsplit('.').next().unwrap_or(path);
    if context.ruleset() >= 2 && field == "subdivision" && item.claims.origins.len() == 1 {
        item.claims.place = new.map(str::to_owned);
    }
    if matches!(field, "name" | "trade_name") {
        check_name(context, new, &item.claims).map_err(|violation| violation.field("new"))?;
    }
    Ok(())
}

/// Puts the new value in the place of the old one, which must be what stands there.
fn replace(
    context: &Context<'_>,
    item: &mut Item,
    path: &str,
    body: &EventCorrected,
) -> Result<(), Violation> {
    let text = |value: Option<&Json>| value.map(Json::write).unwrap_or_default();
    let old = text(body.old.as_ref().map(|value| &value.0));
    let new = text(body.new.as_ref().map(|value| &value.0));
    let corrected = Some(context.event_ref());
    let place = item.details.iter().position(|detail| detail.field == path);
    let stands = place.and_then(|place| item.details.get(place)).map_or("", |detail| detail.value.as_str());
    if stands != old {
        let violation = Violation::new(Reason::CorrectionOld).field("old");
        return Err(match stands {
            "" => violation.saying(words("nothing", "空", "nada")),
            stands => violation.with(stands),
        });
    }
    let detail = Detail { field: path.to_owned(), value: new, corrected };
    match place.and_then(|place| item.details.get_mut(place)) {
        Some(known) => *known = detail,
        None => item.details.push(detail),
    }
    Ok(())
}

/// The field of the creating event that a path names, if it is a descriptive one.
fn descriptive_field(item: &Item, path: &str) -> Option<FieldSpec> {
    let fields = match path.split_once('.') {
        Some((list, _)) if list.starts_with("outputs[") && item.work.is_some() => WorkOutput::fields(),
        Some((list, _)) if list.starts_with("origins[") && item.entry.is_some() => OriginShare::fields(),
        Some(_) => return None,
        None if item.entry.is_some() => EventType::LotDeclared.fields(),
        None if item.work.is_none() && !item.parents.is_empty() => EventType::LotMerged.fields(),
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
        use crate::event::shape::Shape;
        Grade::from_json(&self.detail("grade")?).ok()
    }
}
