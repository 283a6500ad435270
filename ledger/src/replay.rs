//! Replaying a log from its first entry: every signature, every rule, the tree and the state, in memory.
//!
//! This is what an auditor, the verifier and the tests do; the node does the same with its own stores. It reads
//! nothing itself: the caller brings the entries' bytes in their order.

mod author;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::apply::{self, Delta};
use crate::event::Event;
use crate::hash::Hash;
use crate::id::LogIndex;
use crate::key::{KeyId, VerifyKey};
use crate::lang::Lang;
use crate::record::{MemoryView, Record, RecordKey};
use crate::statemap::StateMap;
use crate::statement::{Issuer, Statement, StatementError, Verified};
use crate::tlog::MemoryTree;
use crate::violation::{Reason, Violation};
use crate::words::Phrase;

pub use author::Author;

/// A log as far as it has been replayed: tree, records and state map.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    view: MemoryView,
    tree: MemoryTree,
    map: StateMap,
    /// Changed since the map was last brought up to date. Each record is hashed once, however often it changed.
    pending: BTreeMap<RecordKey, Arc<Record>>,
    /// Keys that have passed [`crate::key::PublicKey::check`], which costs as much as a signature.
    keys: Arc<HashMap<KeyId, VerifyKey>>,
}

/// Checks entries with the keys of one moment while the replay goes on: for many at once, and ahead of their turn.
#[derive(Clone, Debug)]
pub struct Checker {
    keys: Arc<HashMap<KeyId, VerifyKey>>,
}

/// An entry that was taken in.
#[derive(Clone, Debug)]
pub struct Applied {
    /// Its place in the log.
    pub index: LogIndex,
    /// What it changed.
    pub delta: Delta,
}

/// Why an entry was refused. Nothing of it then counts.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ReplayError {
    /// Its form, signature or payload is wrong.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// It breaks a rule.
    #[error(transparent)]
    Violation(#[from] Violation),
}

impl Replay {
    /// The log without entries.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Checks entries with the keys known by now, also after the replay has gone on.
    #[must_use]
    pub fn checker(&self) -> Checker {
        Checker { keys: self.keys.clone() }
    }

    /// Reads an entry and checks its signature with the key that the records so far give for its author.
    ///
    /// # Errors
    /// The first defect of form or signature, or that no such key is known.
    pub fn check(&self, bytes: Vec<u8>) -> Result<Verified, ReplayError> {
        let statement = Statement::decode(bytes)?;
        let key = apply::author_key(&self.view, &statement)?;
        let id = statement.header().key_id;
        let usable = match self.keys.get(&id).filter(|known| known.public() == key) {
            Some(known) => *known,
            None => key.check().map_err(|bad| Violation::new(Reason::KeyRefused).saying(bad.words()))?,
        };
        Ok(statement.verify(&usable)?)
    }

    /// Takes a checked entry in at the next index. Whenever it was checked: that its key is its author's is asked here.
    ///
    /// # Errors
    /// The first rule that it breaks; of a seal also a state root that the log does not add up to.
    pub fn accept(&mut self, verified: &Verified) -> Result<Applied, Violation> {
        // A key has only one thumbprint: the key that the signature was checked with is this one, or there is none.
        apply::author_key(&self.view, verified.statement())?;
        let index = LogIndex(self.tree.size());
        let delta = apply::apply(&self.view, index, verified)?;
        for (number, event) in verified.events().iter().enumerate() {
            if let Event::LedgerSealed(seal) = event {
                apply::check_state_root(seal, self.state_root()).map_err(|mut violation| {
                    violation.event = u16::try_from(number).ok();
                    violation
                })?;
            }
        }
        for (key, record) in delta.changes() {
            if let (RecordKey::Key(id), Record::Key(record)) = (key, &**record)
                && !self.keys.contains_key(id)
                && let Ok(usable) = record.key.check()
            {
                Arc::make_mut(&mut self.keys).insert(*id, usable);
            }
            if let Record::Ledger(ledger) = &**record
                && let Ok(usable) = ledger.seal_key.check()
            {
                Arc::make_mut(&mut self.keys).insert(ledger.seal_key.thumbprint(), usable);
            }
        }
        let changes = || delta.changes().iter().map(|(key, record)| (*key, record.clone()));
        self.view.extend(changes());
        self.pending.extend(changes());
        self.tree.push(verified.leaf_hash());
        Ok(Applied { index, delta })
    }

    /// Checks an entry and takes it in.
    ///
    /// # Errors
    /// See [`Self::check`] and [`Self::accept`].
    pub fn append(&mut self, bytes: Vec<u8>) -> Result<Applied, ReplayError> {
        let verified = self.check(bytes)?;
        Ok(self.accept(&verified)?)
    }

    /// How many entries were taken in.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.tree.size()
    }

    /// The root of the tree over the entries.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.tree.root()
    }

    /// The tree, with every hash.
    #[must_use]
    pub const fn tree(&self) -> &MemoryTree {
        &self.tree
    }

    /// The records as they now stand.
    #[must_use]
    pub const fn view(&self) -> &MemoryView {
        &self.view
    }

    /// The root of the state map over all records: what a seal appended now must state.
    pub fn state_root(&mut self) -> Hash {
        self.state_map().root()
    }

    /// The state map, brought up to date.
    pub fn state_map(&mut self) -> &StateMap {
        let pending = std::mem::take(&mut self.pending);
        if !pending.is_empty() {
            let batch = pending.iter().map(|(key, record)| (key.map_key(), record.map_value()));
            self.map.update(batch.collect());
        }
        &self.map
    }
}

impl Checker {
    /// A participant's entry whose signature is good. `None` says nothing against it: it must wait for its turn, and
    /// then [`Replay::check`] says what is wrong with it, if anything is.
    #[must_use]
    pub fn check(&self, bytes: &[u8]) -> Option<Verified> {
        let statement = Statement::decode(bytes.to_vec()).ok()?;
        let header = statement.header();
        // Of other authors the records must say which key is theirs.
        let usable = match header.issuer {
            Issuer::Participant(_) => *self.keys.get(&header.key_id)?,
            _ => return None,
        };
        statement.verify(&usable).ok()
    }
}

impl ReplayError {
    /// The stable code of the defect.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Statement(error) => error.code(),
            Self::Violation(violation) => violation.reason.code(),
        }
    }

    /// The rule, if it is one that is broken.
    #[must_use]
    pub const fn rule(&self) -> Option<&'static str> {
        match self {
            Self::Statement(_) => None,
            Self::Violation(violation) => Some(violation.rule().code()),
        }
    }

    /// The defect in words.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        self.phrase().say(lang)
    }

    /// The defect as a part of what somebody says of it.
    #[must_use]
    pub fn phrase(&self) -> Phrase {
        match self {
            Self::Statement(error) => error.phrase(),
            Self::Violation(violation) => violation.phrase(),
        }
    }
}
