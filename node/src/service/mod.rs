//! The node as the rest of the process sees it: statements in, answers out. `http` talks to nothing else.
//!
//! [`Node`] is a cheap handle. Reading goes to tiles, overlay and index from any thread; writing goes through the
//! sequencer. Questions answer from what is committed; each by itself is consistent, two of them may see two states.
//! Reading may touch the disk, and [`Node::proof_file`] waits: an async caller hands both to a blocking thread.

mod answer;
mod audit;
#[cfg(test)]
mod crash_tests;
mod dependants;
mod market;
#[cfg(test)]
mod tests;
mod trial;

use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use lode_ledger::apply::{May, may};
use lode_ledger::hash::Hash;
use lode_ledger::id::{FacilityId, ItemId, LogIndex, OfferId, ParticipantId, StatementId, WorkOrderId};
use lode_ledger::proof::BuildError;
use lode_ledger::record::{EventRef, Ledger, Record, RecordKey, View};
use lode_ledger::sealed::Disclosure;
use lode_ledger::time::Timestamp;
use lode_ledger::tlog::tile::TilePath;
use lode_ledger::tlog::{SignedCheckpoint, proof};
use lode_ledger::words::{Words, words};
use tokio::sync::{Semaphore, oneshot};

pub use self::answer::{
    Accepted, BadCursor, Health, ItemFilter, JobFilter, JobsOf, Link, Mark, Outcome, Page, Refusal, Tile,
    Warned,
};
pub use crate::sequencer::OpenError;

use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::disk::{Disk, RealDisk};
use crate::intake::{self, KeyRates};
use crate::projection;
use crate::query;
use crate::sequencer::{self, Command, Place, Placement, Shared};
use crate::tiles::TilesError;
use crate::view::Stop;

/// How often a proof is asked again while the clock stands at the second of the last seal.
const PROOF_TRIES: u32 = 10;
/// The wait between.
const PROOF_WAIT: Duration = Duration::from_millis(150);
/// The most statements handed to the sequencer in one piece: with the largest ones 16 MiB, so that a batch and one
/// piece more stay far below what one commit of the journal holds.
const MAX_AT_ONCE: usize = 512;
/// Why nothing is taken while the node stops or after it failed.
const CLOSED: Words = words("the node takes nothing now", "节点目前不接收", "o nó não aceita nada agora");
/// The most entries of one answer of the feed.
const MAX_FEED: usize = 4096;

/// The running node. When the last handle goes, the node ends at once, as if it had been killed; call [`Node::stop`]
/// first to leave everything written.
#[derive(Clone)]
pub struct Node {
    inner: Arc<Inner>,
}

struct Inner {
    shared: Arc<Shared>,
    commands: Mutex<Option<Sender<Command>>>,
    publisher: Mutex<Option<Sender<Stop>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// Bounds the statements that wait.
    room: Semaphore,
    max_queue: u32,
    rates: Arc<KeyRates>,
}

/// Why there is no proof file.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
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
    Build(BuildError),
}

impl Node {
    /// Opens the data folder and starts the node with the machine's clock.
    ///
    /// # Errors
    /// If the folder is in use, a copy, damaged, not begun, or older than what was published.
    pub fn open(config: &Config) -> Result<Self, OpenError> {
        Self::open_with(config, Arc::new(SystemClock::default()))
    }

    /// Opens the data folder and starts the node with a clock of the caller's.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_with(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        Self::open_on(config, clock, Arc::new(RealDisk))
    }

    fn open_on(config: &Config, clock: Arc<dyn Clock>, disk: Arc<dyn Disk>) -> Result<Self, OpenError> {
        let (shared, sequencer) = sequencer::start(config, clock, disk)?;
        let (commands, received) = mpsc::channel();
        let (publisher, stopped) = mpsc::channel();
        let spawn = |name: &str, run: Box<dyn FnOnce() + Send>| {
            thread::Builder::new().name(name.to_owned()).spawn(run).map_err(OpenError::Thread)
        };
        let (for_index, for_tiles) = (shared.clone(), shared.clone());
        let threads = vec![
            spawn("sequencer", Box::new(move || sequencer.run(&received)))?,
            spawn("index", Box::new(move || sequencer::write_index(&for_index)))?,
            spawn("publisher", Box::new(move || sequencer::publish(&for_tiles, &stopped)))?,
        ];
        let max_queue = u32::try_from(config.limits.queue).unwrap_or(u32::MAX);
        Ok(Self {
            inner: Arc::new(Inner {
                shared,
                commands: Mutex::new(Some(commands)),
                publisher: Mutex::new(Some(publisher)),
                threads: Mutex::new(threads),
                room: Semaphore::new(max_queue as usize),
                max_queue,
                rates: Arc::new(KeyRates::new(config.limits.key_statements_per_second)),
            }),
        })
    }

    /// Takes statements, independent of each other, in their order; answers when all that were accepted are durable.
    /// One that builds on a refused one is refused by its own rule, see [`Node::tell_dependants`]. The same bytes again
    /// get the same answer.
    pub async fn submit(&self, mut statements: Vec<Vec<u8>>) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(statements.len());
        while !statements.is_empty() {
            let rest = statements.split_off(statements.len().min(MAX_AT_ONCE));
            outcomes.extend(self.submit_some(std::mem::replace(&mut statements, rest)).await);
        }
        outcomes
    }

    async fn submit_some(&self, statements: Vec<Vec<u8>>) -> Vec<Outcome> {
        let count = statements.len();
        let unavailable = || vec![Outcome::Refused(Refusal::unavailable(CLOSED)); count];
        let wanted = u32::try_from(count).unwrap_or(u32::MAX).min(self.inner.max_queue);
        let Ok(_room) = self.inner.room.acquire_many(wanted).await else { return unavailable() };
        let (shared, rates) = (self.inner.shared.clone(), self.inner.rates.clone());
        let prepare = move || intake::prepare(&shared.state, statements, Some(&rates));
        let Some(prepared) = off_thread(count, prepare).await else {
            return unavailable();
        };
        let (reply, answer) = oneshot::channel();
        self.inner.shared.queue.fetch_add(count, Ordering::Relaxed);
        if !self.inner.send(Command::Submit(prepared, Instant::now(), reply)) {
            return unavailable();
        }
        let Ok(placement) = answer.await else { return unavailable() };
        let shared = self.inner.shared.clone();
        off_thread(count, move || outcomes(&shared, placement)).await.unwrap_or_else(unavailable)
    }

    /// What would happen to the statements, one after the other, if they were submitted now; nothing is kept.
    pub async fn dry_run(&self, statements: Vec<Vec<u8>>) -> Vec<Outcome> {
        let count = statements.len();
        let shared = self.inner.shared.clone();
        off_thread(count, move || trial::run(&shared, statements))
            .await
            .unwrap_or_else(|| vec![Outcome::Refused(Refusal::unavailable(CLOSED)); count])
    }

    /// Tells the statements of one request, real or dry, which of them build on another refused one of the request: it
    /// would have created what they name, or changed it. `statements` are the exact bytes, one for each outcome.
    pub async fn tell_dependants(
        &self,
        statements: Vec<Vec<u8>>,
        mut outcomes: Vec<Outcome>,
    ) -> Vec<Outcome> {
        let count = statements.len();
        let (shared, origin) = (self.inner.shared.clone(), self.origin());
        let tell = move || {
            let exists = |key: &RecordKey| shared.state.record(key).is_some();
            dependants::tell(&origin, &statements, &mut outcomes, &exists);
            outcomes
        };
        let unavailable = || vec![Outcome::Refused(Refusal::unavailable(CLOSED)); count];
        off_thread(count, tell).await.unwrap_or_else(unavailable)
    }

    /// Forgets what is not needed any more to limit rates; for a timer.
    pub fn upkeep(&self) {
        self.inner.rates.forget();
    }

    /// The newest signed checkpoint.
    #[must_use]
    pub fn checkpoint(&self) -> Option<Arc<str>> {
        self.inner.shared.checkpoint()
    }

    /// The number of entries in the log.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.inner.shared.tiles.size()
    }

    /// The root of the tree over all entries.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.inner.shared.tiles.root()
    }

    /// The ledger id: the audience of every statement.
    #[must_use]
    pub fn ledger_id(&self) -> String {
        self.ledger().map(|ledger| ledger.id).unwrap_or_default()
    }

    /// The log's origin line.
    #[must_use]
    pub fn origin(&self) -> String {
        self.ledger().map(|ledger| ledger.origin).unwrap_or_default()
    }

    /// Whether raw entries are for members only.
    #[must_use]
    pub fn members_only(&self) -> bool {
        // If it cannot be read, the stricter answer.
        self.ledger().is_none_or(|ledger| ledger.members_only)
    }

    /// A record as it is now.
    #[must_use]
    pub fn record(&self, key: &RecordKey) -> Option<Arc<Record>> {
        self.inner.shared.state.record(key)
    }

    /// The exact bytes of the statement at an index.
    #[must_use]
    pub fn statement(&self, index: LogIndex) -> Option<Vec<u8>> {
        logged(self.inner.shared.tiles.entry(index.0)).flatten().map(|bytes| bytes.to_vec())
    }

    /// Where a statement stands in the log.
    #[must_use]
    pub fn index_of(&self, id: &StatementId) -> Option<LogIndex> {
        self.inner.shared.state.index_of(id)
    }

    /// The inclusion proof of a statement at the newest checkpoint.
    #[must_use]
    pub fn receipt(&self, index: LogIndex) -> Option<Accepted> {
        let shared = &self.inner.shared;
        let checkpoint = shared.checkpoint()?;
        let size = SignedCheckpoint::parse(checkpoint.as_bytes()).ok()?.checkpoint().size();
        let statement = StatementId(Hash::of(&self.statement(index)?));
        let inclusion = proof::inclusion_proof(&shared.tiles.reader(size), index.0, size).ok()?;
        Some(Accepted { index, statement, duplicate: true, inclusion, checkpoint })
    }

    /// The events that touched a record, oldest first, after one of them; at most `limit`.
    #[must_use]
    pub fn events_of(&self, key: &RecordKey, after: Option<EventRef>, limit: usize) -> Vec<EventRef> {
        query::events_of(&self.inner.shared.state, key, after, limit)
    }

    /// What an item or job was made from, in the order of events.
    ///
    /// # Errors
    /// The cursor is none of this list.
    pub fn made_from(
        &self,
        key: &RecordKey,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Link>, BadCursor> {
        query::made_from(&self.inner.shared.state, key, cursor, limit)
    }

    /// What an item or job was made into, in the order of events.
    ///
    /// # Errors
    /// The cursor is none of this list.
    pub fn made_into(
        &self,
        key: &RecordKey,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Link>, BadCursor> {
        query::made_into(&self.inner.shared.state, key, cursor, limit)
    }

    /// Items, newest first.
    ///
    /// # Errors
    /// The cursor is none of this list.
    pub fn items(
        &self,
        filter: &ItemFilter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<ItemId>, BadCursor> {
        query::items(&self.inner.shared.state, filter, cursor, limit)
    }

    /// Participants, oldest first; of one role, if given by its code.
    ///
    /// # Errors
    /// The cursor is none of this list.
    pub fn participants(
        &self,
        role: Option<&str>,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<ParticipantId>, BadCursor> {
        query::participants(&self.inner.shared.state, role, cursor, limit)
    }

    /// What a participant could sign about an item as things are, and what is stopped.
    #[must_use]
    pub fn may(&self, item: &ItemId, who: &ParticipantId) -> Vec<May> {
        may(&self.inner.shared.state, item, who)
    }

    /// Jobs, newest first: of one studio, or of all that bear a warning.
    ///
    /// # Errors
    /// The cursor is none of this list.
    pub fn jobs(
        &self,
        filter: &JobFilter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<WorkOrderId>, BadCursor> {
        query::jobs(&self.inner.shared.state, filter, cursor, limit)
    }

    /// A participant's places, oldest first.
    ///
    /// # Errors
    /// The cursor is none of this list.
    pub fn facilities_of(
        &self,
        participant: &ParticipantId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<FacilityId>, BadCursor> {
        query::facilities(&self.inner.shared.state, participant, cursor, limit)
    }

    /// Open offers to a participant, soonest to expire first.
    ///
    /// # Errors
    /// The cursor is none of this list.
    pub fn offers_to(
        &self,
        participant: &ParticipantId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<OfferId>, BadCursor> {
        query::open_offers(&self.inner.shared.state, projection::offers_to_prefix(participant), cursor, limit)
    }

    /// Open offers by a participant, soonest to expire first.
    ///
    /// # Errors
    /// The cursor is none of this list.
    pub fn offers_from(
        &self,
        participant: &ParticipantId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<OfferId>, BadCursor> {
        query::open_offers(
            &self.inner.shared.state,
            projection::offers_from_prefix(participant),
            cursor,
            limit,
        )
    }

    /// A file of the static log by its path without a leading slash: `checkpoint`, or a C2SP tlog-tiles path of any
    /// valid width.
    #[must_use]
    pub fn tile(&self, path: &str) -> Option<Tile> {
        if path == "checkpoint" {
            let bytes = Arc::from(self.checkpoint()?.as_bytes());
            return Some(Tile { bytes, immutable: false });
        }
        let path: TilePath = path.parse().ok()?;
        let bytes = logged(self.inner.shared.tiles.read(path)).flatten()?;
        // A partial tile of one width never changes either, but its path stops being asked for.
        let immutable = match path {
            TilePath::Hashes(tile) => tile.is_full(),
            TilePath::Entries(bundle) => bundle.is_full(),
        };
        Some(Tile { bytes, immutable })
    }

    /// The proof file of an item, with the disclosures that its holder chose. Waits for the sequencer, and up to a
    /// second or two if the item has changed since a seal in this very second.
    ///
    /// # Errors
    /// See [`ProofError`].
    pub fn proof_file(&self, item: &ItemId, disclosures: Vec<Disclosure>) -> Result<Vec<u8>, ProofError> {
        for _ in 0..PROOF_TRIES {
            let (reply, answer) = mpsc::channel();
            if !self.inner.send(Command::Prove(*item, disclosures.clone(), reply)) {
                return Err(ProofError::Unavailable);
            }
            match answer.recv().map_err(|_| ProofError::Unavailable)? {
                Err(ProofError::NoSeal) => thread::sleep(PROOF_WAIT),
                result => return result,
            }
        }
        Err(ProofError::NoSeal)
    }

    /// The feed: entries from `index` on, `index` included; at most `limit` and 4,096.
    #[must_use]
    pub fn statements_since(&self, index: LogIndex, limit: usize) -> Vec<(LogIndex, Vec<u8>)> {
        let places = (index.0..self.size()).take(limit.min(MAX_FEED)).map(LogIndex);
        places.map_while(|place| Some((place, self.statement(place)?))).collect()
    }

    /// The last seal's index and time; `None` before the first.
    #[must_use]
    pub fn last_seal(&self) -> Option<(LogIndex, Timestamp)> {
        self.inner.shared.last_seal()
    }

    /// The ledger's clock: the time of the last seal, or of the opening.
    #[must_use]
    pub fn ledger_time(&self) -> Option<Timestamp> {
        match self.record(&RecordKey::Clock).as_deref() {
            Some(Record::Clock(clock)) => Some(clock.time),
            _ => None,
        }
    }

    /// How the node is.
    #[must_use]
    pub fn health(&self) -> Health {
        let shared = &self.inner.shared;
        let (indexed, overlay) = shared.state.lag();
        let last_seal = self.last_seal();
        let free = |state: rustix::fs::StatVfs| state.f_bavail.saturating_mul(state.f_frsize);
        Health {
            failed: shared.state.failure().borrow().clone(),
            size: self.size(),
            indexed,
            overlay,
            queue: shared.queue.load(Ordering::Relaxed),
            in_work: (self.inner.max_queue as usize).saturating_sub(self.inner.room.available_permits()),
            queue_limit: self.inner.max_queue as usize,
            last_seal,
            seal_interval_s: self.ledger().map_or(0, |ledger| ledger.seal_interval_s),
            unsealed: last_seal.map_or(0, |(at, _)| self.size().saturating_sub(at.0 + 1)),
            disk_free: rustix::fs::statvfs(shared.folder.path()).ok().map(free),
            seal_age_s: last_seal.map(|(_, time)| shared.clock.now_unix().saturating_sub(time.unix())),
        }
    }

    /// The data folder, for stores of others beside the log.
    #[must_use]
    pub fn data_folder(&self) -> &Path {
        self.inner.shared.folder.path()
    }

    /// Writes the log as it is into another folder: a complete C2SP tlog-tiles log that any web server can serve.
    /// `progress` is told files done and in all.
    ///
    /// # Errors
    /// If the folder holds another log, or the file system refuses.
    pub fn export(&self, dir: &Path, progress: impl FnMut(u64, u64)) -> Result<(), TilesError> {
        self.inner.shared.tiles.export(Arc::new(RealDisk), dir, progress)
    }

    /// Resolves with the reason when the node can take nothing any more: the process should then end.
    pub async fn failed(&self) -> String {
        let mut failure = self.inner.shared.state.failure();
        let why = failure.wait_for(Option::is_some).await.map(|why| why.clone().unwrap_or_default()).ok();
        match why {
            Some(why) => why,
            // The sender lives as long as this handle.
            None => std::future::pending().await,
        }
    }

    /// Stops: what waits is finished, the index and the static log are written. The data folder stays locked until
    /// the last handle is gone.
    pub async fn stop(&self) {
        let inner = self.inner.clone();
        let (done, stopped) = oneshot::channel();
        thread::spawn(move || {
            inner.send(Command::Stop);
            inner.finish(Stop::Drained);
            // Before it is said: whoever drops his handle then may open the folder again.
            drop(inner);
            // Nobody may be waiting any more.
            let _ = done.send(());
        });
        let _ = stopped.await;
    }

    fn ledger(&self) -> Option<Ledger> {
        match self.record(&RecordKey::Ledger).as_deref() {
            Some(Record::Ledger(ledger)) => Some(ledger.clone()),
            _ => None,
        }
    }
}

impl Inner {
    fn send(&self, command: Command) -> bool {
        let commands = self.commands.lock().unwrap_or_else(PoisonError::into_inner);
        commands.as_ref().is_some_and(|commands| commands.send(command).is_ok())
    }

    /// Ends the threads: first the sequencer, then those that write what it has left.
    fn finish(&self, how: Stop) {
        drop(self.commands.lock().unwrap_or_else(PoisonError::into_inner).take());
        let mut threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner)).into_iter();
        if how == Stop::AtOnce {
            self.shared.state.stop(how);
        }
        let join = |thread: JoinHandle<()>| {
            if thread.join().is_err() {
                self.shared.state.fail("a thread of the node has panicked".to_owned());
            }
        };
        threads.next().into_iter().for_each(join);
        self.shared.state.stop(how);
        if let Some(publisher) = self.publisher.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // It may have ended with a failure.
            let _ = publisher.send(how);
        }
        threads.for_each(join);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.finish(Stop::AtOnce);
    }
}

/// Runs work on so many statements on the pool of all cores; `None` if it panicked. Few are worth no other thread: its
/// waking, and the spinning of the pool's idle threads, cost more than the work.
async fn off_thread<T: Send + 'static>(count: usize, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    if count <= intake::FEW {
        return Some(work());
    }
    let (done, result) = oneshot::channel();
    rayon::spawn(move || {
        // Whoever asked may have gone.
        let _ = done.send(work());
    });
    result.await.ok()
}

/// Adds the inclusion proofs.
fn outcomes(shared: &Shared, placement: Placement) -> Vec<Outcome> {
    let Placement { places, checkpoint, size } = placement;
    let reader = shared.tiles.reader(size);
    let outcome = |place| match place {
        Place::Refused(refusal) => Outcome::Refused(refusal),
        Place::At { index, statement, duplicate } => match proof::inclusion_proof(&reader, index.0, size) {
            Ok(inclusion) => Outcome::Accepted(Accepted {
                index,
                statement,
                duplicate,
                inclusion,
                checkpoint: checkpoint.clone(),
            }),
            Err(error) => {
                tracing::error!(%error, index = index.0, "no inclusion proof");
                Outcome::Refused(Refusal::unavailable(words(
                    "it is in the log, but the proof cannot be made now: ask for the receipt",
                    "已入账本，但目前无法生成证明：请稍后索取回执",
                    "está no registro, mas a prova não pode ser feita agora: peça o recibo",
                )))
            }
        },
    };
    places.into_iter().map(outcome).collect()
}

fn logged<T>(result: Result<T, TilesError>) -> Option<T> {
    result.map_err(|error| tracing::error!(%error, "the log cannot be read")).ok()
}
