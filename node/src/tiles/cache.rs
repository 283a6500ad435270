//! Checked tiles and bundles, kept as long as they are used: two generations, the older one dropped when the newer
//! is full. Bounded in bytes.

use std::collections::HashMap;

use lode_ledger::tlog::tile::TilePath;

use super::Bytes;

pub(super) struct Cache {
    newer: HashMap<TilePath, Bytes>,
    older: HashMap<TilePath, Bytes>,
    newer_bytes: usize,
    generation_bytes: usize,
}

impl Cache {
    pub(super) fn new(bytes: usize) -> Self {
        Self { newer: HashMap::new(), older: HashMap::new(), newer_bytes: 0, generation_bytes: bytes / 2 }
    }

    pub(super) fn get(&mut self, path: TilePath) -> Option<Bytes> {
        if let Some(bytes) = self.newer.get(&path) {
            return Some(bytes.clone());
        }
        let bytes = self.older.remove(&path)?;
        self.insert(path, bytes.clone());
        Some(bytes)
    }

    pub(super) fn insert(&mut self, path: TilePath, bytes: Bytes) {
        if self.newer_bytes + bytes.len() > self.generation_bytes {
            self.older = std::mem::take(&mut self.newer);
            self.newer_bytes = 0;
        }
        self.newer_bytes += bytes.len();
        if let Some(before) = self.newer.insert(path, bytes) {
            self.newer_bytes -= before.len();
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
            cache.insert(path(index), Bytes::from([0; 100]));
            assert!(cache.get(path(0)).is_some());
            assert!(cache.newer.len() + cache.older.len() <= 10);
        }
        assert!(cache.get(path(1)).is_none());
        assert!(cache.get(path(99)).is_some());
    }
}
