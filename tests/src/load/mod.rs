//! The load tool's parts: a ledger to write into, statements signed beforehand, connections that cost little, loops
//! that send at full speed or at a fixed rate, what was measured, and a look at a sample of the proofs that came back.
//!
//! A node and a verifier under load are real processes on real files and sockets. What must not be here: a shortcut
//! that a user's statement does not have, and a figure that was not measured in the run that prints it.

pub mod bare;
pub mod display;
pub mod drive;
pub mod generate;
pub mod idle;
pub mod ledger;
pub mod memory;
pub mod offline;
pub mod process;
pub mod report;
pub mod rules;
pub mod samples;
pub mod scenario;
pub mod statements;
pub mod wire;
