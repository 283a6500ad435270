//! The one owner of the state: puts statements in their order, applies the rules, makes batches durable, and only
//! then answers. A thread with a queue: no locks, no transactions.
//!
//! A batch is whatever waits, up to a bound, and costs one fsync. Every statement in it sees those before it. What is
//! refused changes nothing. After a failed write nothing is committed or answered any more: the process must end,
//! and those who wait learn only that the node is unavailable.
//!
//! The state map is brought up to date only at a seal, so between two seals it is the sealed state, and together with
//! the records' values of that time (`sealed`) a proof against the last seal can be made at any moment.

mod batch;
mod opened;
mod prove;
mod start;
mod writers;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use lode_ledger::id::{ItemId, LogIndex, StatementId};
use lode_ledger::key::{SecretKey, VerifyKey};
use lode_ledger::record::{Record, RecordKey, View};
use lode_ledger::sealed::Disclosure;
use lode_ledger::statemap::StateMap;
use lode_ledger::time::Timestamp;
use lode_ledger::tlog::{Checkpoint, Frontier, NoteSigner};
use tokio::sync::oneshot;

use self::batch::{Batch, Unsealed};
pub(crate) use self::opened::{Begun, Opened, replay_commit, verify_checkpoint};
pub use self::start::OpenError;
pub(crate) use self::start::{index_in_memory, progress_bar, rebuild_index, start, take_up};
pub(crate) use self::writers::{publish, write_index};
use crate::clock::Clock;
use crate::data_folder::DataFolder;
use crate::intake::Prepared;
use crate::journal::Journal;
use crate::measures::precise;
use crate::projection::{self, Meta};
use crate::seal::Due;
use crate::service::{ProofError, Refusal};
use crate::tiles::Tiles;
use crate::view::{State, position};

/// The most statements of one batch.
const MAX_BATCH: usize = 4096;
/// The most bytes of one batch.
const MAX_BATCH_BYTES: usize = 8 << 20;
/// How often an idle sequencer looks whether a seal is due.
const IDLE: Duration = Duration::from_millis(500);

/// What all threads of the node share.
pub(crate) struct Shared {
    pub(crate) state: State,
    pub(crate) tiles: Tiles,
    pub(crate) clock: Arc<dyn Clock>,
    /// Statements waiting for the sequencer.
    pub(crate) queue: AtomicUsize,
    /// Holds the folder's lock as long as any thread runs.
    pub(crate) folder: DataFolder,
}

/// What the sequencer is asked.
pub(crate) enum Command {
    /// To put statements into the log; since when they have been waiting.
    Submit(Vec<Prepared>, Instant, oneshot::Sender<Placement>),
    /// To make a proof file.
    Prove(ItemId, Vec<Disclosure>, std::sync::mpsc::Sender<Result<Vec<u8>, ProofError>>),
    /// To end when everything before has been answered.
    Stop,
}

/// The answer to [`Command::Submit`].
pub(crate) struct Placement {
    pub(crate) places: Vec<Place>,
    /// The checkpoint that covers all of them.
    pub(crate) checkpoint: Arc<str>,
    /// Its size.
    pub(crate) size: u64,
}

/// What became of one statement.
pub(crate) enum Place {
    At { index: LogIndex, statement: StatementId, duplicate: bool },
    Refused(Refusal),
}

/// The owner of the state.
pub(crate) struct Sequencer {
    shared: Arc<Shared>,
    journal: Journal,
    signer: NoteSigner,
    origin: String,
    seal_key: SecretKey,
    seal_check: VerifyKey,
    frontier: Frontier,
    meta: Meta,
    /// The state map: of the last seal, or, as long as `base` is absent, of the start.
    map: StateMap,
    /// The records that have changed since then.
    before_seal: HashMap<RecordKey, Unsealed>,
    /// The seal that the map is the state of; absent until the first one after the start.
    base: Option<LogIndex>,
    due: Due,
    proofs: prove::Cache,
}

/// The node can go on no longer.
#[derive(Debug)]
struct Fatal(String);

impl Sequencer {
    /// Runs until told to stop, until nobody can ask any more, or until a write fails.
    pub(crate) fn run(mut self, commands: &Receiver<Command>) {
        loop {
            let first = match commands.recv_timeout(IDLE) {
                Ok(command) => Some(command),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            match self.round(first, commands) {
                Ok(true) => {}
                Ok(false) => return,
                Err(Fatal(why)) => {
                    self.shared.state.fail(why);
                    return;
                }
            }
        }
    }

    /// One batch of whatever waits. `false` when it is time to end.
    fn round(&mut self, first: Option<Command>, commands: &Receiver<Command>) -> Result<bool, Fatal> {
        let begun = Instant::now();
        self.shared.state.wait_for_room();
        if first.is_some() {
            metrics::histogram!("lode_room_wait_seconds").record(begun.elapsed());
        }
        let mut batch = Batch::new(self.meta);
        let mut proofs = Vec::new();
        let mut go_on = true;
        let mut next = first;
        if next.is_none() && self.due.when_idle(self.shared.clock.now_unix()) {
            self.seal(&mut batch)?;
        }
        while let Some(command) = next.take() {
            match command {
                Command::Submit(statements, since, reply) => {
                    metrics::histogram!("lode_queue_seconds").record(since.elapsed());
                    let mut places = Vec::with_capacity(statements.len());
                    for statement in statements {
                        self.shared.queue.fetch_sub(1, Ordering::Relaxed);
                        let place = self.place(&mut batch, statement)?;
                        count(&place);
                        places.push(place);
                    }
                    batch.waiting.push((reply, places));
                }
                Command::Prove(item, disclosures, reply) => proofs.push((item, disclosures, reply)),
                Command::Stop => {
                    go_on = false;
                    break;
                }
            }
            if batch.entries.len() < MAX_BATCH && batch.bytes < MAX_BATCH_BYTES {
                next = commands.try_recv().ok();
            }
        }
        let need_seal: Vec<bool> = proofs.iter().map(|(item, ..)| self.needs_seal(&batch, item)).collect();
        let sealed = need_seal.contains(&true) && self.seal(&mut batch)?;
        self.commit(batch)?;
        for ((item, disclosures, reply), needed) in proofs.into_iter().zip(need_seal) {
            let begun = Instant::now();
            let proof =
                if needed && !sealed { Err(ProofError::NoSeal) } else { self.prove(&item, disclosures) };
            metrics::histogram!("lode_proof_seconds").record(begun.elapsed());
            // Whoever asked may have gone.
            let _ = reply.send(proof);
        }
        Ok(go_on)
    }

    /// Makes a batch durable, shows it, and answers.
    fn commit(&mut self, batch: Batch) -> Result<(), Fatal> {
        let Batch { entries, mut changes, meta, waiting, .. } = batch;
        if !entries.is_empty() {
            if self.shared.state.has_failed() {
                return Err(Fatal("the state could not be read".to_owned()));
            }
            projection::project_meta(&mut changes.keys, &meta).map_err(|error| Fatal(error.to_string()))?;
            let begun = Instant::now();
            let (size, root) = (self.frontier.size(), self.frontier.root());
            let checkpoint = Checkpoint::new(self.origin.clone(), size, root)
                .and_then(|checkpoint| checkpoint.sign(&self.signer))
                .map_err(|error| Fatal(error.to_string()))?
                .to_string();
            let bytes: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
            let written = Instant::now();
            self.journal.append(&bytes, checkpoint.as_bytes()).map_err(|error| Fatal(error.to_string()))?;
            metrics::histogram!("lode_fsync_seconds").record(written.elapsed());
            // From here on it is in the log, whatever happens.
            self.meta = meta;
            self.shared.state.commit(changes, position(size, root));
            let shown = self.shared.tiles.append(&bytes, checkpoint.as_bytes());
            shown.map_err(|error| Fatal(error.to_string()))?;
            self.prune()?;
            metrics::histogram!("lode_commit_seconds").record(begun.elapsed());
            metrics::histogram!("lode_batch_statements").record(precise(bytes.len() as u64));
        }
        let checkpoint = self.shared.checkpoint().unwrap_or_else(|| Arc::from(""));
        let size = self.frontier.size();
        for (reply, places) in waiting {
            // Whoever asked may have gone; the log has it all the same.
            let _ = reply.send(Placement { places, checkpoint: checkpoint.clone(), size });
        }
        Ok(())
    }

    /// Drops journal segments whose entries are durable in tiles.
    fn prune(&mut self) -> Result<(), Fatal> {
        if self.journal.segment_count() > 1 {
            let durable = self.shared.tiles.flush().map_err(|error| Fatal(error.to_string()))?;
            self.journal.prune(durable).map_err(|error| Fatal(error.to_string()))?;
        }
        Ok(())
    }
}

impl Shared {
    /// The newest checkpoint.
    pub(crate) fn checkpoint(&self) -> Option<Arc<str>> {
        let bytes = self.tiles.checkpoint();
        std::str::from_utf8(&bytes).ok().filter(|text| !text.is_empty()).map(Arc::from)
    }

    /// The last seal's place and time; `None` before the first.
    pub(crate) fn last_seal(&self) -> Option<(LogIndex, Timestamp)> {
        match self.state.record(&RecordKey::Clock).as_deref() {
            Some(Record::Clock(clock)) if clock.size > 0 => Some((clock.history.last, clock.time)),
            _ => None,
        }
    }
}

fn count(place: &Place) {
    match place {
        Place::At { duplicate: false, .. } => metrics::counter!("lode_accepted_total").increment(1),
        Place::At { .. } => metrics::counter!("lode_duplicates_total").increment(1),
        Place::Refused(refusal) => {
            metrics::counter!("lode_refused_total", "code" => refusal.code).increment(1)
        }
    }
}
