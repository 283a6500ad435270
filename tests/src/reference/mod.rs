//! A second opinion on what may happen: written for clarity, slow on purpose. It keeps nothing but what was told and
//! accepted, recomputes the whole history for every question with plain maps and wide integers, and names every reason
//! why an event must be refused.
//!
//! Of the ledger it uses the shapes of events, the table's roles and the codes of reasons; none of its arithmetic,
//! records or rules, or both would share their errors.

mod refusals;
mod standing;
mod state;
mod vouching;

use std::collections::BTreeSet;

use lode_ledger::event::Event;
use lode_ledger::statement::Issuer;

pub use state::{Dealing, Source, Stage, State, Thing, height};

/// The history as it was told.
#[derive(Clone, Debug, Default)]
pub struct Reference {
    told: Vec<(Issuer, Event)>,
}

impl Reference {
    /// Takes an accepted event in.
    pub fn tell(&mut self, author: Issuer, event: Event) {
        self.told.push((author, event));
    }

    /// What the history adds up to, from its first event on.
    #[must_use]
    pub fn now(&self) -> State {
        let mut state = State::default();
        for (author, event) in &self.told {
            state.take(*author, event);
        }
        state
    }

    /// Every reason, by its code, why nobody of this name may say this now. None: it must be accepted.
    #[must_use]
    pub fn refusals(&self, author: Issuer, event: &Event) -> BTreeSet<&'static str> {
        refusals::of(&self.now(), author, event)
    }
}
