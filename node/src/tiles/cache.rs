//! What was read and checked of tiles and bundles, kept as long as it is used: two generations, the older one dropped
//! when the newer is full. Bounded in bytes.

use std::collections::HashMap;

use lode_ledger::tlog::tile::TilePath;

pub(super) struct Cache<V> {
    /// Each with its weight in bytes.
    newer: HashMap<TilePath, (V, usize)>,
    older: HashMap<TilePath, (V, usize)>,
    newer_bytes: usize,
    generation_bytes: usize,
}

impl<V: Clone> Cache<V> {
    pub(super) fn new(bytes: usize) -> Self {
        Self { newer: HashMap::new(), older: HashMap::new(), newer_bytes: 0, generation_bytes: bytes / 2 }
    }

    pub(super) fn get(&mut self, path: TilePath) -> Option<V> {
        if let Some((value, _)) = self.newer.get(&path) {
            return Some(value.clone());
        }
        let (value, bytes) = self.older.remove(&path)?;
        self.insert(path, value.clone(), bytes);
        Some(value)
    }

    pub(super) fn insert(&mut self, path: TilePath, value: V, bytes: usize) {
        if self.newer_bytes + bytes > self.generation_bytes {
            self.older = std::mem::take(&mut self.newer);
            self.newer_bytes = 0;
        }
        self.newer_bytes += bytes;
        if let Some((_, before)) = self.newer.insert(path, (value, bytes)) {
            self.newer_bytes -= before;
        }
    }
}

#[cfg(test)]
mod tests {
    use lode_ledger::tlog::tile::Tile;

    use super::*;

    #[test]
    fn what_is_used_stays_and_the_rest_goes() {
        let path = |index| TilePath::Hashes(Tile::new(0, index, 256).unwrap());
        let mut cache = Cache::new(1000);
        for index in 0..100 {
            cache.insert(path(index), index, 100);
            assert!(cache.get(path(0)).is_some());
            assert!(cache.newer.len() + cache.older.len() <= 10);
        }
        assert!(cache.get(path(1)).is_none());
        assert!(cache.get(path(99)).is_some());
    }
}
