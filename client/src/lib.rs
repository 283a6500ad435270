//! What the `lode` command line is made of, so that tests and the demonstration can call it too.
//!
//! Meaning lives in `lode-ledger`; here are files, keys on disk, spreadsheets and the way to a node.

pub mod sheet;
