//! Records that were read or changed lately, decoded, so that those of every statement (the ledger, the policy, the
//! author and his keys) are not read and decoded again for each.
//!
//! Always as committed: a commit puts its records in, and what was read while one came is not kept. Two generations,
//! the older one dropped when the newer is full.

use std::collections::HashMap;
use std::sync::Arc;

use lode_ledger::record::{Record, RecordKey};

/// Records in one generation: about 2 KiB each.
const GENERATION: usize = 20_000;

#[derive(Default)]
pub(crate) struct Recent {
    newer: HashMap<RecordKey, Arc<Record>>,
    /// A record that is also in `newer` is out of date here.
    older: HashMap<RecordKey, Arc<Record>>,
    commits: u64,
}

/// A moment between two commits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Moment(u64);

impl Recent {
    /// A record, and whether it is about to be dropped: then [`Self::keep`] it.
    pub(crate) fn get(&self, key: &RecordKey) -> Option<(Arc<Record>, bool)> {
        let newer = self.newer.get(key).map(|record| (record.clone(), false));
        newer.or_else(|| self.older.get(key).map(|record| (record.clone(), true)))
    }

    /// The present.
    pub(crate) const fn now(&self) -> Moment {
        Moment(self.commits)
    }

    /// Keeps a record that was read at `moment`, unless a commit has come since.
    pub(crate) fn keep(&mut self, moment: Moment, key: RecordKey, record: Arc<Record>) {
        if moment == self.now() {
            self.put(key, record);
        }
    }

    /// Takes in what a commit changes.
    pub(crate) fn commit(&mut self, records: impl IntoIterator<Item = (RecordKey, Arc<Record>)>) {
        self.commits += 1;
        for (key, record) in records {
            self.put(key, record);
        }
    }

    fn put(&mut self, key: RecordKey, record: Arc<Record>) {
        if self.newer.len() >= GENERATION {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(key, record);
    }
}

#[cfg(test)]
mod tests {
    use lode_ledger::hash::Hash;
    use lode_ledger::key::KeyId;
    use lode_ledger::record::Sequence;

    use super::*;

    fn key(n: u64) -> RecordKey {
        RecordKey::Sequence(KeyId(Hash::of(&n.to_be_bytes())))
    }

    fn record(highest: u64) -> Arc<Record> {
        Arc::new(Sequence { highest, below: Vec::new() }.into())
    }

    #[test]
    fn what_was_read_before_a_commit_does_not_replace_what_it_changed() {
        let mut recent = Recent::default();
        let before = recent.now();
        recent.commit([(key(1), record(2))]);
        recent.keep(before, key(1), record(1));
        assert_eq!(recent.get(&key(1)), Some((record(2), false)));
        recent.keep(before, key(2), record(1));
        assert_eq!(recent.get(&key(2)), None, "it may be out of date as well");
        recent.keep(recent.now(), key(2), record(7));
        assert_eq!(recent.get(&key(2)), Some((record(7), false)));
    }

    #[test]
    fn what_is_used_stays_and_the_newest_is_shown() {
        let mut recent = Recent::default();
        recent.commit([(key(0), record(0))]);
        for n in 1..3 * GENERATION as u64 {
            recent.commit([(key(n), record(n))]);
            let (found, leaving) = recent.get(&key(0)).unwrap();
            if leaving {
                recent.keep(recent.now(), key(0), found);
            }
        }
        assert!(recent.get(&key(1)).is_none());
        let stale = GENERATION as u64 * 2 - 1;
        let newest = recent.get(&key(stale)).unwrap();
        assert!(newest.1, "of the older generation");
        recent.commit([(key(stale), record(0))]);
        assert_eq!(recent.get(&key(stale)), Some((record(0), false)));
    }
}
