//! Lode's command line for participants, as a library: keys, enrolment, spreadsheets, steps, hand-over, labels.
//!
//! [`Session`] signs and sends; [`commands`] has one function per thing that a participant may say; [`cli`] reads
//! arguments and prints. Only `cli` writes to the terminal. What may happen in the ledger is decided by the ledger.

pub mod author;
pub mod cli;
pub mod commands;
pub mod document;
pub mod effects;
pub mod error;
mod fields;
pub mod home;
pub mod import;
pub mod keyring;
pub mod label;
pub mod names;
pub mod node;
pub mod pass;
pub mod queue;
pub mod session;
pub mod sheet;
pub mod spec;

pub use author::{Author, Signed};
pub use error::{ClientError, Refusal, Result};
pub use home::{Config, Home, LedgerName};
pub use names::Names;
pub use node::{Answer, Intake, Node};
pub use queue::{Fate, Queue, Waiting};
pub use session::{Done, Sent, Session};
