//! Faults put under a real node on real files: the power goes, the process is killed, a system call fails, the disk is
//! full, the clock jumps. What clients were told before, between and after is held against the log by `history`.
//!
//! Each suite is a subcommand of `lode-faults` and says in a [`Report`] what it did. What must not be here: a check that
//! is passed over when something looks odd. A node that hangs, panics or cannot be started again is a failure.

pub mod clock;
pub mod device;
pub mod disk_full;
pub mod kill;
pub mod power_cut;
pub mod process;
pub mod system_calls;
pub mod trial;

use std::collections::BTreeMap;

use lode_ledger::hash::Hash;
use serde::Serialize;

/// What a suite did and found.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Which suite.
    pub suite: &'static str,
    /// How often each thing happened, by name.
    pub counts: BTreeMap<String, u64>,
}

impl Report {
    /// Nothing done yet.
    #[must_use]
    pub fn new(suite: &'static str) -> Self {
        Self { suite, counts: BTreeMap::new() }
    }

    /// Counts once more.
    pub fn count(&mut self, what: impl Into<String>) {
        self.add(what, 1);
    }

    /// Counts so many more.
    pub fn add(&mut self, what: impl Into<String>, number: u64) {
        *self.counts.entry(what.into()).or_default() += number;
    }

    /// Lines for people.
    #[must_use]
    pub fn text(&self) -> String {
        let width = self.counts.keys().map(String::len).max().unwrap_or_default();
        let lines = self.counts.iter().map(|(what, number)| format!("{what:width$} {number:>9}\n"));
        format!("{}\n", self.suite) + &lines.collect::<String>()
    }
}

/// Numbers that look random and come again with the same seed: when to strike.
#[derive(Clone, Debug)]
pub struct Chance {
    seed: u64,
    drawn: u64,
}

impl Chance {
    /// The numbers of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed, drawn: 0 }
    }

    /// A number below `end`; 0 if that is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.drawn += 1;
        let hash = Hash::of_parts(&[&self.seed.to_be_bytes(), &self.drawn.to_be_bytes()]);
        let [a, b, c, d, e, f, g, h, ..] = hash.0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h]).checked_rem(end).unwrap_or_default()
    }
}
