//! One batch while it grows: each statement applied to the state with all before it, nothing shown to anybody yet.

use std::collections::HashMap;
use std::sync::Arc;

use lode_ledger::apply::{Delta, apply};
use lode_ledger::id::{LogIndex, StatementId};
use lode_ledger::record::{Record, RecordKey, View};
use lode_ledger::statement::Verified;
use lode_ledger::time::Timestamp;
use lode_ledger::words::words;
use tokio::sync::oneshot;

use super::{Fatal, Place, Placement, Sequencer};
use crate::intake::{self, Prepared};
use crate::projection::{self, Changes, Meta};
use crate::seal;
use crate::service::Refusal;
use crate::view::Layered;

/// What the next commit will hold.
pub(super) struct Batch {
    pub(super) entries: Vec<Vec<u8>>,
    pub(super) bytes: usize,
    pub(super) changes: Changes,
    pub(super) meta: Meta,
    pub(super) waiting: Vec<(oneshot::Sender<Placement>, Vec<Place>)>,
    ids: HashMap<StatementId, LogIndex>,
}

impl Batch {
    pub(super) fn new(meta: Meta) -> Self {
        Self {
            entries: Vec::new(),
            bytes: 0,
            changes: Changes::default(),
            meta,
            waiting: Vec::new(),
            ids: HashMap::new(),
        }
    }
}

/// A record as the next statement sees it.
struct Front<'a> {
    batch: &'a HashMap<RecordKey, Arc<Record>>,
    under: Layered<'a>,
}

impl View for Front<'_> {
    fn record(&self, key: &RecordKey) -> Option<Arc<Record>> {
        self.batch.get(key).cloned().or_else(|| self.under.record(key))
    }
}

impl Sequencer {
    /// Decides on one statement.
    pub(super) fn place(&mut self, batch: &mut Batch, prepared: Prepared) -> Result<Place, Fatal> {
        let id = match &prepared {
            Prepared::Refused(refusal) => return Ok(Place::Refused(refusal.clone())),
            Prepared::Known(statement, index) => {
                return Ok(Place::At { index: *index, statement: *statement, duplicate: true });
            }
            Prepared::Verified(verified) => verified.id(),
            Prepared::Unresolved(statement) => statement.id(),
        };
        let known = batch.ids.get(&id).copied().or_else(|| self.shared.state.index_of(&id));
        if let Some(index) = known {
            return Ok(Place::At { index, statement: id, duplicate: true });
        }
        let verified = match prepared {
            Prepared::Verified(verified) => *verified,
            Prepared::Unresolved(statement) => {
                let front = self.front(batch);
                match intake::verify(&self.shared.state, &front, *statement) {
                    Ok(verified) => verified,
                    Err(refusal) => return Ok(Place::Refused(refusal)),
                }
            }
            Prepared::Refused(_) | Prepared::Known(..) => {
                return Ok(Place::Refused(Refusal::unavailable(words(
                    "the statement was answered before",
                    "该声明此前已有答复",
                    "a declaração já foi respondida antes",
                ))));
            }
        };
        // A good signature of a known key is needed before a statement may cost a seal.
        if self.due.before_statement(self.shared.clock.now_unix()) {
            self.seal(batch)?;
        }
        let index = LogIndex(self.frontier.size());
        match apply(&self.front(batch), index, &verified) {
            Ok(delta) => {
                self.take_in(batch, verified, index, &delta)?;
                self.due.unsealed += 1;
                Ok(Place::At { index, statement: id, duplicate: false })
            }
            Err(violation) => Ok(Place::Refused(Refusal::by_rule(violation, id))),
        }
    }

    /// Appends a seal to the batch, unless the clock has not moved on since the last one.
    pub(super) fn seal(&mut self, batch: &mut Batch) -> Result<bool, Fatal> {
        let now = self.shared.clock.now_unix();
        if !self.due.possible(now) {
            return Ok(false);
        }
        let changed: Vec<RecordKey> = self.before_seal.keys().copied().collect();
        let update: Vec<_> = {
            let front = self.front(batch);
            let value = |key: &RecordKey| Some((key.map_key(), front.record(key)?.map_value()));
            changed.iter().filter_map(value).collect()
        };
        self.map.update(update);
        self.before_seal.clear();
        let index = LogIndex(self.frontier.size());
        let at = Timestamp::from_unix(now);
        let fatal = |why: String| Fatal(format!("a seal could not be made: {why}"));
        let verified = seal::make(&self.front(batch), &self.seal_key, at, index.0, self.map.root())
            .and_then(|statement| statement.verify(&self.seal_check))
            .map_err(|error| fatal(error.to_string()))?;
        let delta =
            apply(&self.front(batch), index, &verified).map_err(|violation| fatal(violation.to_string()))?;
        self.take_in(batch, verified, index, &delta)?;
        self.due.last = at;
        self.due.unsealed = 0;
        self.base = Some(index);
        self.proofs.clear();
        Ok(true)
    }

    /// The state with all of the batch so far.
    fn front<'a>(&'a self, batch: &'a Batch) -> Front<'a> {
        let under = Layered { over: &self.recent, under: &self.shared.state };
        Front { batch: &batch.changes.records, under }
    }

    fn take_in(
        &mut self,
        batch: &mut Batch,
        verified: Verified,
        index: LogIndex,
        delta: &Delta,
    ) -> Result<(), Fatal> {
        for key in delta.changes().keys() {
            if !self.before_seal.contains_key(key) {
                let before = self.front(batch).record(key);
                self.before_seal.insert(*key, before);
            }
        }
        let id = verified.id();
        let Changes { keys, records } = &mut batch.changes;
        let before =
            Front { batch: records, under: Layered { over: &self.recent, under: &self.shared.state } };
        projection::project(keys, &mut batch.meta, &before, index, id, delta)
            .map_err(|error| Fatal(format!("the index cannot hold a record: {error}")))?;
        batch.changes.take_records(delta);
        batch.ids.insert(id, index);
        let statement = verified.into_statement();
        self.frontier.append(statement.leaf_hash());
        batch.bytes += statement.bytes().len();
        batch.entries.push(statement.into_bytes());
        Ok(())
    }
}
