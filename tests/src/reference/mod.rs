//! A second opinion on what may happen: written for clarity, slow on purpose. It keeps nothing but what was told and
//! accepted, recomputes the whole history for every question with plain maps and wide integers, and names the reasons why
//! an event must be refused: all that apply, or, of who may not speak at all, of what is not there and of corrections, what
//! is found first.
//!
//! Of the ledger it uses the shapes of events, the table's roles, the codes of reasons and the check of a key's proof; none
//! of its arithmetic, records or rules, or both would share their errors. Form, signatures, sequence numbers and times
//! are not its matter, nor is the ledger's opening, with which every history begins.

mod identity;
mod refusals;
mod repair;
mod standing;
mod state;
mod vouching;

use std::collections::BTreeSet;
use std::sync::Arc;

use lode_ledger::event::Event;
use lode_ledger::id::ParticipantId;
use lode_ledger::json::Json;
use lode_ledger::key::KeyId;
use lode_ledger::statement::Issuer;

pub use identity::DeviceKey;
pub use repair::{Contradiction, Target, Waiting, Word};
pub use state::{Dealing, Source, Stage, State, Thing, height};

/// Which event: its statement's index in the log, and its number there.
pub type Place = (u64, u16);

/// An event that was accepted.
#[derive(Clone, Debug)]
struct Told {
    place: Place,
    author: Issuer,
    key: KeyId,
    event: Arc<Event>,
    names: Arc<BTreeSet<String>>,
}

/// An event of a participant, as the state knows it.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Who said it.
    pub by: ParticipantId,
    /// What.
    pub event: Arc<Event>,
    /// The items and jobs that it speaks of.
    pub names: Arc<BTreeSet<String>>,
}

/// Adds the items and jobs that stand in an event, wherever a field is for them.
fn name_all(json: &Json, names: &mut BTreeSet<String>) {
    match json {
        Json::Obj(fields) => {
            for (field, value) in fields {
                match value {
                    Json::Str(id) if matches!(field.as_str(), "item" | "work") => names.extend([id.clone()]),
                    Json::Arr(ids) if matches!(field.as_str(), "items" | "works") => {
                        names.extend(ids.iter().filter_map(Json::as_str).map(str::to_owned));
                    }
                    other => name_all(other, names),
                }
            }
        }
        Json::Arr(parts) => parts.iter().for_each(|part| name_all(part, names)),
        _ => {}
    }
}

/// The history as it was told.
#[derive(Clone, Debug, Default)]
pub struct Reference {
    statements: u64,
    told: Vec<Told>,
}

impl Reference {
    /// Takes an accepted statement in: whose, signed with which key.
    pub fn tell(&mut self, author: Issuer, key: KeyId, events: &[Event]) {
        for (number, event) in (0..).zip(events) {
            let (place, mut names) = ((self.statements, number), BTreeSet::new());
            name_all(&event.to_json(), &mut names);
            let (event, names) = (Arc::new(event.clone()), Arc::new(names));
            self.told.push(Told { place, author, key, event, names });
        }
        self.statements += 1;
    }

    /// What the history adds up to, from its first event on.
    #[must_use]
    pub fn now(&self) -> State {
        let mut state = State::default();
        for told in &self.told {
            state.present = told.place;
            state.take(told.author, &told.event);
            if let Issuer::Participant(by) = told.author {
                let heard = Heard { by, event: Arc::clone(&told.event), names: Arc::clone(&told.names) };
                state.heard.insert(told.place, heard);
            }
        }
        state
    }

    /// The entries that were signed with a key which is suspect since then or before. They stand, flagged.
    #[must_use]
    pub fn suspect(&self) -> BTreeSet<u64> {
        let keys = self.now().keys;
        let since = |told: &Told| keys.get(&told.key).and_then(|key| key.suspect_since);
        let suspect = |told: &&Told| since(told).is_some_and(|since| since <= told.place.0);
        self.told.iter().filter(suspect).map(|told| told.place.0).collect()
    }

    /// Every reason, by its code, why nobody of this name may say this now with this key. None: it must be accepted.
    #[must_use]
    pub fn refusals(&self, author: Issuer, key: KeyId, event: &Event) -> BTreeSet<&'static str> {
        let mut state = self.now();
        state.present = (self.statements, 0);
        refusals::of(&state, author, key, event)
    }
}
