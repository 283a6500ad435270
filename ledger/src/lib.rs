//! Lode's meaning, in one place: what a statement is, what it does to the record, and how anybody can check it.
//!
//! Here live the formats (`statement`, `json`, `cbor`, `sealed`, `id`), the event table (`event`), the rules
//! (`apply`), the log (`tlog`), the state map (`statemap`), the vocabulary (`vocab`), the proof file (`proof`),
//! the verdict (`verdict`) and what a document's hash is taken over (`document`). Node, verifier, client and browser all call it.
//!
//! What must not be here: files, sockets, threads, clocks, randomness, environment. Callers pass them in.

pub mod apply;
pub mod cbor;
pub mod document;
pub mod event;
pub mod hash;
pub mod id;
pub mod json;
pub mod key;
pub mod lang;
pub mod mass;
pub mod proof;
pub mod record;
pub mod replay;
pub mod rule;
pub mod sealed;
pub mod statemap;
pub mod statement;
pub mod tag;
mod text;
pub mod time;
pub mod tlog;
pub mod verdict;
pub mod violation;
pub mod vocab;
pub mod words;
