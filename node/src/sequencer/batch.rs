//! One batch while it grows: each statement applied to the state with all before it, nothing shown to anybody yet.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use lode_ledger::apply::{Delta, apply};
use lode_ledger::hash::Hash;
use lode_ledger::id::{LogIndex, StatementId};
use lode_ledger::record::{Record, RecordKey, View};
use lode_ledger::statement::Verified;
use lode_ledger::time::Timestamp;
use lode_ledger::words::words;
use tokio::sync::oneshot;

use super::{Fatal, Place, Placement, Sequencer};
use crate::codec::CodecError;
use crate::intake::{self, Prepared};
use crate::projection::{self, Changes, Meta, Old};
use crate::seal;
use crate::service::Refusal;
use crate::view::Front;

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

/// A record that has changed since the last seal.
pub(super) struct Unsealed {
    /// What it was then.
    pub(super) before: Option<Arc<Record>>,
    /// Its place in the state map, and what the next seal puts there.
    place: Hash,
    value: Hash,
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
        let verified = match prepared {
            Prepared::Verified(verified) => *verified,
            Prepared::Unresolved(statement) => {
                let exists = |key: &RecordKey| self.exists(key);
                match intake::verify(&self.shared.state, &self.front(batch, &exists), *statement) {
                    Ok(verified) => verified,
                    Err(refusal) => return Ok(self.refused(batch, id, refusal)),
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
        let applied = apply(&self.front(batch, &|key| self.exists(key)), index, &verified);
        match applied {
            Ok(delta) => {
                self.take_in(batch, verified, index, &delta)?;
                self.due.unsealed += 1;
                Ok(Place::At { index, statement: id, duplicate: false })
            }
            Err(violation) => Ok(self.refused(batch, id, Refusal::by_rule(violation, id))),
        }
    }

    /// What a refused statement is told. The rules refuse the same bytes a second time, as their number is used up:
    /// so only now is it worth a look whether they are in the log, and the answer is then the first one's.
    fn refused(&self, batch: &Batch, id: StatementId, refusal: Refusal) -> Place {
        match batch.ids.get(&id).copied().or_else(|| self.shared.state.index_of(&id)) {
            Some(index) => Place::At { index, statement: id, duplicate: true },
            None => Place::Refused(refusal),
        }
    }

    /// Appends a seal to the batch, unless the clock has not moved on since the last one.
    pub(super) fn seal(&mut self, batch: &mut Batch) -> Result<bool, Fatal> {
        let now = self.shared.clock.now_unix();
        if !self.due.possible(now) {
            return Ok(false);
        }
        let begun = Instant::now();
        self.map.update(self.before_seal.values().map(|record| (record.place, record.value)).collect());
        self.before_seal.clear();
        let index = LogIndex(self.frontier.size());
        let at = Timestamp::from_unix(now);
        let fatal = |why: String| Fatal(format!("a seal could not be made: {why}"));
        let exists = |key: &RecordKey| self.exists(key);
        let front = self.front(batch, &exists);
        let verified = seal::make(&front, &self.seal_key, at, index.0, self.map.root())
            .and_then(|statement| statement.verify(&self.seal_check))
            .map_err(|error| fatal(error.to_string()))?;
        let delta = apply(&front, index, &verified).map_err(|violation| fatal(violation.to_string()))?;
        self.take_in(batch, verified, index, &delta)?;
        self.due.last = at;
        self.due.unsealed = 0;
        self.base = Some(index);
        self.proofs.clear();
        metrics::histogram!("lode_seal_seconds").record(begun.elapsed());
        Ok(true)
    }

    /// The state with all of the batch so far; `exists` is [`Self::exists`].
    fn front<'a>(&'a self, batch: &'a Batch, exists: &'a dyn Fn(&RecordKey) -> bool) -> Front<'a> {
        Front { over: &batch.changes.records, state: &self.shared.state, exists }
    }

    /// Whether there is a record, by the map of the last seal and what has changed since: no store is asked.
    fn exists(&self, key: &RecordKey) -> bool {
        self.before_seal.contains_key(key) || self.map.get(&key.map_key()).is_some()
    }

    fn take_in(
        &mut self,
        batch: &mut Batch,
        verified: Verified,
        index: LogIndex,
        delta: &Delta,
    ) -> Result<(), Fatal> {
        let unfit = |error: CodecError| Fatal(format!("the index cannot hold a record: {error}"));
        for (key, record) in delta.changes() {
            let (place, value) = match self.before_seal.get(key) {
                Some(unsealed) => (unsealed.place, Some(unsealed.value)),
                None => {
                    let place = key.map_key();
                    (place, self.map.get(&place))
                }
            };
            let old = match value {
                None => None,
                Some(value) => {
                    let record = self.front(batch, &|_| true).record(key);
                    let record = record.ok_or_else(|| Fatal("a record could not be read".to_owned()))?;
                    Some(Old { record, value })
                }
            };
            let (keys, meta) = (&mut batch.changes.keys, &mut batch.meta);
            let value = projection::project_record(keys, meta, key, &place, old.as_ref(), record);
            let value = value.map_err(unfit)?;
            self.before_seal
                .entry(*key)
                .and_modify(|unsealed| unsealed.value = value)
                .or_insert_with(|| Unsealed { before: old.map(|old| old.record), place, value });
        }
        let id = verified.id();
        projection::project_statement(&mut batch.changes.keys, index, id, delta).map_err(unfit)?;
        batch.changes.take_records(delta);
        batch.ids.insert(id, index);
        self.frontier.append(verified.leaf_hash());
        let statement = verified.into_statement();
        batch.bytes += statement.bytes().len();
        batch.entries.push(statement.into_bytes());
        Ok(())
    }
}
