//! A trial run: the rules applied to a copy of the present, with nothing kept. The sequencer is not asked, so the
//! answer may be overtaken; only a submission decides.

use std::collections::HashMap;
use std::sync::Arc;

use lode_ledger::apply::apply;
use lode_ledger::id::{LogIndex, StatementId};
use lode_ledger::record::{Record, RecordKey, View};
use lode_ledger::time::Timestamp;

use super::{Accepted, Outcome, Refusal};
use crate::intake::{self, Prepared};
use crate::seal::Due;
use crate::sequencer::Shared;
use crate::view::Layered;

/// What would happen.
pub(super) fn run(shared: &Shared, statements: Vec<Vec<u8>>) -> Vec<Outcome> {
    let mut trial = Trial { shared, over: HashMap::new(), ids: HashMap::new(), next: shared.tiles.size() };
    trial.seal();
    intake::prepare(&shared.state, statements, None).into_iter().map(|prepared| trial.one(prepared)).collect()
}

struct Trial<'a> {
    shared: &'a Shared,
    over: HashMap<RecordKey, Arc<Record>>,
    ids: HashMap<StatementId, LogIndex>,
    next: u64,
}

impl Trial<'_> {
    /// The ledger's clock as the seal before a submission would set it.
    fn seal(&mut self) {
        let (ledger, clock) =
            (self.shared.state.record(&RecordKey::Ledger), self.shared.state.record(&RecordKey::Clock));
        let (Some(Record::Ledger(ledger)), Some(Record::Clock(clock))) =
            (ledger.as_deref(), clock.as_deref())
        else {
            return;
        };
        let now = self.shared.clock.now_unix();
        let unsealed = self.next.saturating_sub(clock.size);
        if (Due { last: clock.time, interval_s: ledger.seal_interval_s, unsealed }).before_statement(now) {
            let mut clock = clock.clone();
            clock.time = Timestamp::from_unix(now);
            self.over.insert(RecordKey::Clock, Arc::new(clock.into()));
            self.next += 1;
        }
    }

    fn one(&mut self, prepared: Prepared) -> Outcome {
        let view = Layered { over: &self.over, under: &self.shared.state };
        let verified = match prepared {
            Prepared::Refused(refusal) => return Outcome::Refused(refusal),
            Prepared::Known(id, index) => return accepted(id, index, true),
            Prepared::Verified(verified) => *verified,
            Prepared::Unresolved(statement) => {
                let id = statement.id();
                match intake::verify(&self.shared.state, &view, *statement) {
                    Ok(verified) => verified,
                    Err(refusal) => return self.refused(id, refusal),
                }
            }
        };
        let id = verified.id();
        if let Some(index) = self.ids.get(&id) {
            return accepted(id, *index, true);
        }
        let index = LogIndex(self.next);
        match apply(&view, index, &verified) {
            Err(violation) => self.refused(id, Refusal::by_rule(violation, id)),
            Ok(delta) => {
                self.over.extend(delta.into_changes());
                self.ids.insert(id, index);
                self.next += 1;
                accepted(id, index, false)
            }
        }
    }

    /// The same bytes a second time break a rule, too.
    fn refused(&self, id: StatementId, refusal: Refusal) -> Outcome {
        match self.shared.state.index_of(&id) {
            Some(index) => accepted(id, index, true),
            None => Outcome::Refused(refusal),
        }
    }
}

fn accepted(statement: StatementId, index: LogIndex, duplicate: bool) -> Outcome {
    Outcome::Accepted(Accepted {
        index,
        statement,
        duplicate,
        inclusion: Vec::new(),
        checkpoint: Arc::from(""),
    })
}
