//! The node as the rest of the process sees it: statements in, answers out. `http` talks to nothing else.
//!
//! [`Node`] is a cheap handle. Reading goes to tiles, overlay and index from any thread; writing goes through the
//! sequencer. Questions answer from what is committed; each by itself is consistent, two of them may see two states.

mod answer;

use std::sync::Arc;

use lode_ledger::id::{ItemId, LogIndex, OfferId, ParticipantId, StatementId};
use lode_ledger::record::{EventRef, Record, RecordKey};
use lode_ledger::sealed::Disclosure;
use lode_ledger::time::Timestamp;

pub use answer::{Accepted, BadCursor, Health, ItemFilter, Link, Outcome, Page, Refusal, Tile};

use crate::config::Config;

/// The running node.
#[derive(Clone)]
pub struct Node {
    inner: Arc<()>,
}

/// Why the node does not start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {}

/// Why there is no proof file.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// There is no such item.
    #[error("{0} is not in this ledger")]
    NotFound(ItemId),
    /// The node is stopping or has failed.
    #[error("the node takes nothing now")]
    Unavailable,
    /// No seal can be made at this second, as the clock does not move on.
    #[error("the ledger's clock does not move on, so its state cannot be sealed: try again in a few seconds")]
    NoSeal,
    /// The builder refused.
    #[error("the proof file cannot be made: {0}")]
    Build(String),
}

impl Node {
    /// Opens the data folder and starts the node.
    ///
    /// # Errors
    /// If the folder is in use, a copy, damaged, or not begun.
    pub fn open(_config: &Config) -> Result<Self, OpenError> { Ok(Self { inner: Arc::new(()) }) }
    /// Takes statements, independent of each other, in their order; answers when all that were accepted are durable.
    pub async fn submit(&self, _statements: Vec<Vec<u8>>) -> Vec<Outcome> { let _ = &self.inner; Vec::new() }
    /// What would happen.
    pub async fn dry_run(&self, _statements: Vec<Vec<u8>>) -> Vec<Outcome> { Vec::new() }
    /// The newest signed checkpoint.
    #[must_use]
    pub fn checkpoint(&self) -> Option<Arc<str>> { None }
    /// The number of entries.
    #[must_use]
    pub fn size(&self) -> u64 { 0 }
    /// The ledger id.
    #[must_use]
    pub fn ledger_id(&self) -> String { String::new() }
    /// The origin.
    #[must_use]
    pub fn origin(&self) -> String { String::new() }
    /// Whether raw entries are for members only.
    #[must_use]
    pub fn members_only(&self) -> bool { false }
    /// A record.
    #[must_use]
    pub fn record(&self, _key: &RecordKey) -> Option<Arc<Record>> { None }
    /// A statement's bytes.
    #[must_use]
    pub fn statement(&self, _index: LogIndex) -> Option<Vec<u8>> { None }
    /// A statement's index.
    #[must_use]
    pub fn index_of(&self, _id: &StatementId) -> Option<LogIndex> { None }
    /// A statement's place at the current checkpoint.
    #[must_use]
    pub fn receipt(&self, _index: LogIndex) -> Option<Accepted> { None }
    /// Events of a record.
    #[must_use]
    pub fn events_of(&self, _key: &RecordKey, _after: Option<EventRef>, _limit: usize) -> Vec<EventRef> { Vec::new() }
    /// Inputs.
    ///
    /// # Errors
    /// Bad cursor.
    pub fn made_from(&self, _key: &RecordKey, _cursor: Option<&str>, _limit: usize) -> Result<Page<Link>, BadCursor> { Err(BadCursor) }
    /// Outputs.
    ///
    /// # Errors
    /// Bad cursor.
    pub fn made_into(&self, _key: &RecordKey, _cursor: Option<&str>, _limit: usize) -> Result<Page<Link>, BadCursor> { Err(BadCursor) }
    /// Items, newest first.
    ///
    /// # Errors
    /// Bad cursor.
    pub fn items(&self, _filter: &ItemFilter, _cursor: Option<&str>, _limit: usize) -> Result<Page<ItemId>, BadCursor> { Err(BadCursor) }
    /// Participants, oldest first.
    ///
    /// # Errors
    /// Bad cursor.
    pub fn participants(&self, _role: Option<&str>, _cursor: Option<&str>, _limit: usize) -> Result<Page<ParticipantId>, BadCursor> { Err(BadCursor) }
    /// Open offers to a participant.
    ///
    /// # Errors
    /// Bad cursor.
    pub fn offers_to(&self, _participant: &ParticipantId, _cursor: Option<&str>, _limit: usize) -> Result<Page<OfferId>, BadCursor> { Err(BadCursor) }
    /// Open offers by a participant.
    ///
    /// # Errors
    /// Bad cursor.
    pub fn offers_from(&self, _participant: &ParticipantId, _cursor: Option<&str>, _limit: usize) -> Result<Page<OfferId>, BadCursor> { Err(BadCursor) }
    /// A file of the static log, by its C2SP path without a leading slash.
    #[must_use]
    pub fn tile(&self, _path: &str) -> Option<Tile> { None }
    /// The proof file of an item. Blocks.
    ///
    /// # Errors
    /// See [`ProofError`].
    pub fn proof_file(&self, item: &ItemId, _disclosures: Vec<Disclosure>) -> Result<Vec<u8>, ProofError> { Err(ProofError::NotFound(*item)) }
    /// The feed: entries from `index` on.
    #[must_use]
    pub fn statements_since(&self, _index: LogIndex, _limit: usize) -> Vec<(LogIndex, Vec<u8>)> { Vec::new() }
    /// The last seal's index and time.
    #[must_use]
    pub fn last_seal(&self) -> Option<(LogIndex, Timestamp)> { None }
    /// The ledger's clock: the time of the last seal, or of the opening.
    #[must_use]
    pub fn ledger_time(&self) -> Option<Timestamp> { None }
    /// How the node is.
    #[must_use]
    pub fn health(&self) -> Health { Health { failed: None, size: 0, indexed: 0, overlay: 0, queue: 0, last_seal: None, seal_age_s: None } }
    /// Resolves with the reason when the node can take nothing any more: the process should then end.
    pub async fn failed(&self) -> String { std::future::pending().await }
    /// Stops: what waits is finished, tiles and index are written.
    pub async fn stop(&self) {}
}
