//! Lode's node: takes signed statements in, keeps the log, answers questions.
//!
//! The way of a statement: `intake` (many at once, decides nothing) -> `sequencer` (one owner of the state,
//! applies the rules of `lode_ledger`) -> [`journal`] (durable) -> [`tiles`] (public) and [`index`] (queries; can be
//! thrown away). [`service`] is the node as everybody else in the process sees it; [`http`] talks to nothing else.
//!
//! What must not be here: what an event means or whether it is allowed. That is `lode_ledger`'s.

pub mod backup;
pub mod catch_up;
pub mod check;
pub mod cli;
pub mod clock;
pub mod codec;
pub mod config;
pub mod data_folder;
pub mod disk;
pub mod documents;
pub mod genesis;
pub mod http;
pub mod index;
mod intake;
pub mod journal;
pub mod measures;
pub mod openapi;
pub mod page;
mod projection;
mod query;
mod recent;
pub mod seal;
mod sequencer;
pub mod service;
pub mod sessions;
pub mod signals;
pub mod storage;
pub mod tiles;
mod view;

pub use config::Config;
pub use service::{Accepted, Node, Outcome, Refusal};
