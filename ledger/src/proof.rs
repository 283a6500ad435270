//! The proof file (`.lode`, design: "Proof file"): all that is needed to check one item without any network.
//!
//! `file` is the bytes, `build` makes one from a node's stores, `verify` checks one against a trust file, with
//! `authors`, `content` and `story`; `rerun` applies the rules again to the statements inside. What the checks are called and say is in `crate::verdict`.
//! What must not be here: any trust that does not come from the trust file.

mod authors;
mod build;
mod content;
mod file;
mod rerun;
mod story;
#[cfg(test)]
mod tests;
mod verify;

pub use build::{BuildError, MAX_ANCESTORS, MAX_BODIES, ProofSource, build};
pub use file::{Entry, Known, MAX_PROOF_FILE_BYTES, ProofFile, ProofFileError, Touch, VERSION};
pub use verify::{check_trust, verify_item};
