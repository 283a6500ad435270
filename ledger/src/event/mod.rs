//! The events of the trade: what may be written into the ledger, one declaration each.
//!
//! `body` declares the fields, `table` who may author what and how it is called, `effect` which records it touches;
//! `shape` makes readers, writers and schemas of the first two. How a record changes is not said here but in `apply`.

pub mod body;
pub mod effect;
pub mod shape;
pub mod table;

pub use effect::Effect;
pub use shape::{FieldClass, FieldError, FieldProblem, FieldSpec};
pub use table::{Author, Event, EventSpec, EventType};
