//! A view that counts what the rules read through it, so that what a statement costs at most can be held to a bound. It
//! changes nothing of what is read.

use std::cell::Cell;
use std::sync::Arc;

use lode_ledger::record::{Record, RecordKey, View};

/// A view, and how many records were asked of it.
pub struct Counted<'a> {
    view: &'a dyn View,
    reads: Cell<usize>,
}

impl<'a> Counted<'a> {
    /// Counts from here on.
    #[must_use]
    pub fn new(view: &'a dyn View) -> Self {
        Self { view, reads: Cell::new(0) }
    }

    /// How many records were asked for, those that were not there among them.
    #[must_use]
    pub fn reads(&self) -> usize {
        self.reads.get()
    }
}

impl View for Counted<'_> {
    fn record(&self, key: &RecordKey) -> Option<Arc<Record>> {
        self.reads.set(self.reads.get() + 1);
        self.view.record(key)
    }
}
