//! Descriptive fields: what stands in each by now, who may put it right, and which sealed ones nobody can open any more.

use lode_ledger::event::body::{
    DisclosureDestroyed, EventCorrected, Line, OriginShare, SerialPiece, WorkOutput,
};
use lode_ledger::event::shape::{FieldClass, FieldSpec, Fields};
use lode_ledger::event::{Event, EventType};
use lode_ledger::id::{ItemId, ItemKind, WorkOrderId};
use lode_ledger::json::Json;

use super::super::refusals::Asked;
use super::super::state::{Stage, State, item_kind, made};
use super::super::vouching::is_in_donghai;
use super::super::{Heard, Place};

/// What a descriptive field belongs to.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Target {
    /// What the creating event said of an item.
    Item(ItemId),
    /// What was said of a job at its beginning.
    Job(WorkOrderId),
    /// What any other event said.
    Event(Place),
}

/// What stands in a field that is not as it was said first.
#[derive(Clone, Debug, Default)]
pub struct Word {
    /// Its value as JSON; empty, if nothing stands there.
    pub value: String,
    /// Whether the salt of it is destroyed.
    pub destroyed: bool,
}

/// Events whose words are kept with what they make.
const KEPT_ELSEWHERE: [&str; 7] = [
    "ledger.opened",
    "lot.declared",
    "lot.merged",
    "item.assembled",
    "work.started",
    "work.completed",
    "participant.enrolled",
];

/// The value at a place of an event such as `outputs[1].name`.
fn at_path(json: &Json, path: &str) -> Option<Json> {
    let Some((list, field)) = path.split_once('.') else { return json.get(path).cloned() };
    let (name, number) = list.strip_suffix(']')?.split_once('[')?;
    match json.get(name)? {
        Json::Arr(parts) => parts.get(number.parse::<usize>().ok()?)?.get(field).cloned(),
        _ => None,
    }
}

fn descriptive(fields: Vec<FieldSpec>, name: &str) -> Option<FieldSpec> {
    fields.into_iter().find(|field| field.name == name && field.class == FieldClass::Descriptive)
}

impl State {
    /// What stands in a descriptive field now, as JSON; empty, if nothing does.
    #[must_use]
    pub fn stands(&self, target: Target, path: &str) -> String {
        self.word(target, path).value
    }

    fn word(&self, target: Target, path: &str) -> Word {
        if let Some(known) = self.words.get(&(target, path.to_owned())) {
            return known.clone();
        }
        let said = self.said_of(target).and_then(|heard| at_path(&heard.event.to_json(), path));
        Word { value: said.map_or(String::new(), |json| json.write()), destroyed: false }
    }

    fn said_of(&self, target: Target) -> Option<&Heard> {
        match target {
            Target::Item(id) => self.heard.get(&self.items.get(&id)?.created),
            Target::Job(id) => self.heard.get(&self.jobs.get(&id)?.created),
            Target::Event(place) => self.heard.get(&place),
        }
    }

    /// Where in its event's list a thing stands: `outputs[1]`, `pieces[0]`.
    fn own_place(&self, id: ItemId) -> Option<String> {
        let heard = self.said_of(Target::Item(id))?;
        match &*heard.event {
            Event::WorkCompleted(body) => {
                let is = |n: &usize| made(item_kind(body.outputs[*n].kind), heard.by, &body.nonce, *n) == id;
                (0..body.outputs.len()).find(is).map(|n| format!("outputs[{n}]"))
            }
            Event::PiecesSerialised(body) => {
                let is = |n: &usize| made(ItemKind::Piece, heard.by, &body.nonce, *n) == id;
                (0..body.pieces.len()).find(is).map(|n| format!("pieces[{n}]"))
            }
            _ => None,
        }
    }

    /// Whether anything descriptive stands, or stood, in one part of the event that made a thing.
    fn has_words_in(&self, id: ItemId, part: &str, fields: &[FieldSpec]) -> bool {
        fields.iter().filter(|field| field.class == FieldClass::Descriptive).any(|field| {
            let path = format!("{part}.{}", field.name);
            let key = (Target::Item(id), path.clone());
            self.words.contains_key(&key) || !self.stands(Target::Item(id), &path).is_empty()
        })
    }

    /// The descriptive field of an item that is at this place.
    fn field_of_item(&self, id: ItemId, path: &str) -> Option<FieldSpec> {
        let event = &*self.said_of(Target::Item(id))?.event;
        let Some((part, name)) = path.split_once('.') else {
            return match event {
                Event::LotDeclared(_) => descriptive(EventType::LotDeclared.fields(), path),
                Event::ItemAssembled(_) => descriptive(EventType::ItemAssembled.fields(), path),
                // Whatever was made of others without a job may be named as a blend is.
                Event::WorkCompleted(_) => None,
                _ if self.items[&id].stage == Stage::Void => None,
                _ => descriptive(EventType::LotMerged.fields(), path),
            };
        };
        let fields = match event {
            Event::LotDeclared(_) if part.starts_with("origins[") => OriginShare::fields(),
            Event::WorkCompleted(_) if self.own_place(id)? == part => WorkOutput::fields(),
            Event::PiecesSerialised(_) if self.own_place(id)? == part => SerialPiece::fields(),
            _ => return None,
        };
        let carried = self.has_words_in(id, part, &fields);
        descriptive(fields, name).filter(|_| carried)
    }

    fn target(body: &EventCorrected) -> Target {
        match (body.item, body.work) {
            (Some(id), _) => Target::Item(id),
            (None, Some(id)) => Target::Job(id),
            (None, None) => Target::Event((body.index.0, body.event)),
        }
    }

    pub(super) fn correct_words(&mut self, body: &EventCorrected) {
        let new = body.new.as_ref().map(|value| &value.0);
        let word = Word { value: new.map_or(String::new(), Json::write), destroyed: false };
        self.words.insert((Self::target(body), body.field.to_string()), word);
        let Some(id) = body.item else { return };
        if body.field.as_str().starts_with("origins[") && body.field.as_str().ends_with(".subdivision") {
            let Some(Event::LotDeclared(lot)) = self.said_of(Target::Item(id)).map(|heard| &*heard.event)
            else {
                return;
            };
            // Of a declared blend the place of one of its countries is not the place of all of it.
            if lot.origins.len() == 1 && self.items[&id].origins.len() == 1 {
                let stood = self.items[&id].place.as_deref().is_some_and(is_in_donghai);
                let new = new.and_then(Json::as_str).filter(|place| stood || !is_in_donghai(place));
                self.item(id).place = new.map(str::to_owned);
            }
        }
    }

    pub(super) fn destroy_salt(&mut self, body: &DisclosureDestroyed) {
        let place = (body.index.0, body.event);
        let target = body.item.map_or(Target::Event(place), Target::Item);
        let word = Word { destroyed: true, ..self.word(target, body.field.as_str()) };
        self.words.insert((target, body.field.to_string()), word);
    }

    /// Whether the words of an event are kept by themselves.
    fn keeps_words(heard: &Heard) -> bool {
        let name = heard.event.event_type().spec().name;
        let says = !heard.event.descriptive().is_empty() || matches!(&*heard.event, Event::LossRecorded(_));
        says && !KEPT_ELSEWHERE.contains(&name)
    }
}

impl Asked<'_> {
    pub(super) fn words_corrected(&mut self, body: &EventCorrected) {
        let (place, path) = ((body.index.0, body.event), body.field.as_str());
        let target = State::target(body);
        let state = self.state;
        let field = match target {
            Target::Item(id) => {
                let Some(item) = state.items.get(&id) else { return self.no("not-found") };
                self.must(item.created == place, "correction-target");
                self.must(item.creator == self.author, "correction-author");
                state.field_of_item(id, path)
            }
            Target::Job(id) => {
                let Some(job) = state.jobs.get(&id) else { return self.no("not-found") };
                self.must(job.created == place, "correction-target");
                let by = state.heard.get(&job.created).map(|heard| heard.by);
                self.must(by == self.author, "correction-author");
                descriptive(EventType::WorkStarted.fields(), path)
            }
            Target::Event(place) => {
                let Some(heard) = state.heard.get(&place).filter(|heard| State::keeps_words(heard)) else {
                    return self.no("not-found");
                };
                self.must(self.author == Some(heard.by), "correction-author");
                descriptive(heard.event.event_type().fields(), path)
            }
        };
        let Some(field) = field else { return self.no("correction-field") };
        let new = body.new.as_ref().map(|value| &value.0);
        let fits = new.map_or(!field.required, |new| (field.check)(new).is_ok());
        self.must(fits, "correction-new");
        let old = body.old.as_ref().map_or(String::new(), |value| value.0.write());
        self.must(old == state.stands(target, path), "correction-old");
        let name = path.rsplit('.').next().unwrap_or(path);
        let named = new.and_then(Json::as_str).and_then(|text| Line::new(text).ok());
        match target {
            Target::Item(id) if matches!(name, "name" | "trade_name") => {
                let may = state.items[&id].may_be_called(named.as_ref());
                self.must(may, "protected-name");
            }
            Target::Event(place) if path == "title" => {
                let Event::ListingOpened(listing) = &*state.heard[&place].event else { return };
                let may = listing.items.iter().all(|id| state.items[id].may_be_called(named.as_ref()));
                self.must(may, "protected-name");
            }
            _ => {}
        }
    }

    pub(super) fn disclosure_destroyed(&mut self, body: &DisclosureDestroyed) {
        let place = (body.index.0, body.event);
        let state = self.state;
        let target = match body.item {
            Some(id) => {
                let Some(item) = state.items.get(&id) else { return self.no("not-found") };
                self.must(item.created == place, "correction-target");
                self.must(item.creator == self.author, "correction-author");
                Target::Item(id)
            }
            None => {
                let Some(heard) = state.heard.get(&place).filter(|heard| State::keeps_words(heard)) else {
                    return self.no("not-found");
                };
                self.must(self.author == Some(heard.by), "correction-author");
                Target::Event(place)
            }
        };
        let word = state.word(target, body.field.as_str());
        let sealed = Json::object([("sealed", Json::Str(body.digest.to_string()))]).write();
        self.must(word.value == sealed, "not-found");
        self.must(!word.destroyed, "state-forbids");
    }
}
