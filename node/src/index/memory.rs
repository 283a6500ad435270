//! The index in memory: for tests, and for a reader that rebuilds at every start.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use super::{Batch, Direction, IndexError, IndexStore, MAX_SCAN, Position, Record, bounds};

/// An index that lives as long as the process.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: RwLock<State>,
}

#[derive(Debug, Default)]
struct State {
    records: BTreeMap<Vec<u8>, Vec<u8>>,
    position: Option<Position>,
}

impl MemoryStore {
    /// An empty index.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl IndexStore for MemoryStore {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
        Ok(self.state.read().unwrap_or_else(PoisonError::into_inner).records.get(key).cloned())
    }

    fn scan(
        &self,
        prefix: &[u8],
        cursor: Option<&[u8]>,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Record>, IndexError> {
        let Some(bounds) = bounds(prefix, cursor, direction) else { return Ok(Vec::new()) };
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let found = state.records.range(bounds).map(|(key, value)| (key.clone(), value.clone()));
        let limit = limit.min(MAX_SCAN);
        Ok(match direction {
            Direction::Ascending => found.take(limit).collect(),
            Direction::Descending => found.rev().take(limit).collect(),
        })
    }

    fn apply(&self, batch: Batch, position: Position) -> Result<(), IndexError> {
        let changes = batch.checked()?;
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        for (key, value) in changes {
            match value {
                Some(value) => state.records.insert(key.clone(), value.clone()),
                None => state.records.remove(key),
            };
        }
        state.position = Some(position);
        Ok(())
    }

    fn position(&self) -> Result<Option<Position>, IndexError> {
        Ok(self.state.read().unwrap_or_else(PoisonError::into_inner).position)
    }

    fn sync(&self) -> Result<(), IndexError> {
        Ok(())
    }
}
