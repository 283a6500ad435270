//! Proof files. Made on the sequencer's own thread, between two batches: only there do map, records, tree and
//! checkpoint belong to one moment.
//!
//! The proof speaks of the last seal. If the item has changed since, a seal is appended first, so whoever has just
//! written gets a proof of it; the ledger's clock rises by seconds, so this happens at most once a second. A file
//! without disclosures is kept until the next seal or change.

use std::collections::HashMap;
use std::sync::Arc;

use lode_ledger::hash::Hash;
use lode_ledger::id::{ItemId, LogIndex};
use lode_ledger::proof::{self, BuildError, ProofSource};
use lode_ledger::record::{EventRef, Record, RecordKey, View};
use lode_ledger::sealed::Disclosure;
use lode_ledger::statemap::MapProof;
use lode_ledger::tlog::HashReader;

use super::Sequencer;
use super::batch::Batch;
use crate::index::Direction;
use crate::projection;
use crate::query;
use crate::service::ProofError;

/// The most bytes of proof files kept.
const MAX_CACHE_BYTES: usize = 64 << 20;

/// Proof files without disclosures, all of the same seal; each with the number of events of its item.
#[derive(Default)]
pub(super) struct Cache {
    files: HashMap<ItemId, (u64, Vec<u8>)>,
    bytes: usize,
}

impl Cache {
    pub(super) fn clear(&mut self) {
        self.files.clear();
        self.bytes = 0;
    }

    fn put(&mut self, item: ItemId, events: u64, file: Vec<u8>) {
        if self.bytes + file.len() > MAX_CACHE_BYTES {
            self.clear();
        }
        self.bytes += file.len();
        if let Some((_, old)) = self.files.insert(item, (events, file)) {
            self.bytes = self.bytes.saturating_sub(old.len());
        }
    }
}

impl Sequencer {
    /// Whether a proof of the item must wait for a new seal: there is none since the start, or the item is newer.
    pub(super) fn needs_seal(&self, batch: &Batch, item: &ItemId) -> bool {
        let key = RecordKey::Item(*item);
        if self.events(&key) == 0 && !batch.changes.records.contains_key(&key) {
            // There is no such item; that costs nothing.
            return false;
        }
        self.base.is_none() || self.before_seal.contains_key(&key)
    }

    /// The proof file of an item at the last seal.
    pub(super) fn prove(
        &mut self,
        item: &ItemId,
        disclosures: Vec<Disclosure>,
    ) -> Result<Vec<u8>, ProofError> {
        let events = self.events(&RecordKey::Item(*item));
        if events == 0 {
            return Err(ProofError::NotFound(*item));
        }
        if !disclosures.is_empty() {
            return Ok(proof::build(&Sealed(self), item, disclosures)?);
        }
        if let Some((known, file)) = self.proofs.files.get(item)
            && *known == events
        {
            return Ok(file.clone());
        }
        let file = proof::build(&Sealed(self), item, disclosures)?;
        self.proofs.put(*item, events, file.clone());
        Ok(file)
    }

    /// How many events have touched a record.
    fn events(&self, key: &RecordKey) -> u64 {
        let record = self.shared.state.record(key);
        record.as_deref().and_then(Record::history).map_or(0, |history| history.events)
    }
}

/// The sequencer's stores, as of the last seal.
struct Sealed<'a>(&'a Sequencer);

impl ProofSource for Sealed<'_> {
    fn statement(&self, index: LogIndex) -> Option<Vec<u8>> {
        self.0.shared.tiles.entry(index.0).ok().flatten().map(|bytes| bytes.to_vec())
    }

    fn sealed_record(&self, key: &RecordKey) -> Option<Arc<Record>> {
        match self.0.before_seal.get(key) {
            Some(unsealed) => unsealed.before.clone(),
            None => self.0.shared.state.record(key),
        }
    }

    fn events_of(&self, key: &RecordKey, limit: usize) -> Vec<EventRef> {
        query::events_of(&self.0.shared.state, key, None, limit)
    }

    fn newest_seal(&self) -> Option<LogIndex> {
        self.0.base
    }

    fn seal_before(&self, index: LogIndex) -> Option<LogIndex> {
        let clock = RecordKey::Clock;
        let cursor = projection::event_key(&clock, EventRef { index, event: 0 });
        let prefix = projection::events_prefix(&clock);
        let found = self.0.shared.state.scan(&prefix, Some(&cursor), Direction::Descending, 1);
        let at = query::event_ref(found.first()?.0.get(prefix.len()..)?)?;
        // Entry 0 set the clock, but is no seal.
        (at.index.0 > 0).then_some(at.index)
    }

    fn checkpoint(&self) -> Option<String> {
        self.0.shared.checkpoint().map(|text| text.to_string())
    }

    fn tree_hash(&self, level: u8, index: u64) -> Option<Hash> {
        let tiles = &self.0.shared.tiles;
        tiles.reader(tiles.size()).hash(level, index)
    }

    fn prove(&self, keys: &[Hash]) -> Option<MapProof> {
        Some(self.0.map.prove(keys))
    }
}

impl From<BuildError> for ProofError {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::NotFound(item) => Self::NotFound(item),
            other => Self::Build(other),
        }
    }
}
