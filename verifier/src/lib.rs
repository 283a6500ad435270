//! The standalone verifier: one item's proof file, or a whole log, checked against a trust file and nothing else.
//!
//! All meaning is in `lode-ledger`; here are files, HTTP, threads, progress and the command line. What must not be
//! here: any rule, any format, and any trust that the trust file does not give.

pub mod cli;
pub mod log;
pub mod memory;
pub mod progress;
pub mod source;

pub use log::verify_log;
pub use memory::Memory;
pub use progress::Progress;
pub use source::Source;
