//! The events of the trade: what may be written into the ledger, one declaration each.
//!
//! `body` declares the fields, `table` who may author what and how it is called; `shape` turns both into readers,
//! writers and schemas. What an event does to the record is not said here but in `apply`.

pub mod body;
pub mod shape;
pub mod table;

pub use shape::{FieldClass, FieldError, FieldProblem, FieldSpec};
pub use table::{Author, Event, EventSpec, EventType};
