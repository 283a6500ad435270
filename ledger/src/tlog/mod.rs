//! The transparency log: one file per specification, from hashing to whom to believe.
//!
//! | file | specification |
//! |---|---|
//! | `tree`, `proof` | RFC 6962 and RFC 9162 section 2.1: hashes, inclusion, consistency |
//! | `multiproof` | ours: one proof for many leaves |
//! | `tile` | c2sp.org/tlog-tiles: geometry, paths, entry bundles |
//! | `vkey`, `note` | c2sp.org/signed-note |
//! | `checkpoint` | c2sp.org/tlog-checkpoint |
//! | `cosignature` | c2sp.org/tlog-cosignature, Ed25519 |
//! | `policy` | c2sp.org/tlog-policy: the trust file |
//! | `tlog_proof` | c2sp.org/tlog-proof: one leaf, offline |
//!
//! What must not be here: HTTP, files, clocks, key generation, and what an entry means. Everything read here may
//! come from an enemy: every parser has a limit, and none panics.

pub mod checkpoint;
pub mod cosignature;
pub mod multiproof;
pub mod note;
pub mod policy;
mod policy_text;
pub mod proof;
pub mod tile;
pub mod tlog_proof;
pub mod tree;
pub mod vkey;

pub use checkpoint::{Checkpoint, SignedCheckpoint};
pub use cosignature::Cosigner;
pub use note::{Note, NoteSignature, NoteSigner};
pub use policy::{Policy, PolicyOutcome};
pub use proof::{verify_consistency, verify_inclusion};
pub use tlog_proof::TlogProof;
pub use tree::{EMPTY_ROOT, Frontier, HashReader, MemoryTree, leaf_hash, node_hash};
pub use vkey::{KeyName, VerifierKey};
