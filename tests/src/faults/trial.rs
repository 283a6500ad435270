//! One ledger through all faults of a run: statements signed beforehand, clients that send them and record what they
//! are told, and the judgement over everything that was ever told.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use lode_ledger::hash::Hash;
use lode_ledger::id::StatementId;
use lode_ledger::tlog::VerifierKey;
use lode_verify::source::Source;

use super::Chance;
use super::process::{PATIENCE, Process};
use crate::history::{self, Log, Outcome, Recorder, Summary, Told};
use crate::load::ledger::{Ledger, now};
use crate::load::samples;
use crate::load::statements::{Signed, lots_quietly};
use crate::load::wire::Connection;

/// Importers: enough that nobody's numbers leave their window while an answer is open.
const AUTHORS: usize = 16;
/// The number of the first lot.
const FIRST_LOT: u64 = 1 << 33;
/// Statements kept signed ahead.
const AHEAD: usize = 20_000;

/// A ledger and all that was told about it.
pub struct Trial {
    /// Where node settings, its log lines and the history lie; never under the fault.
    pub work: PathBuf,
    /// The node's data folder.
    pub data: PathBuf,
    ledger: Ledger,
    key: VerifierKey,
    signed: Signed,
    /// The first statement that was never sent.
    next: AtomicUsize,
    /// Statements (first, count) whose fate is unknown; they are sent again.
    open: Mutex<Vec<(usize, usize)>>,
    told: Mutex<Vec<Told>>,
    recorder: Recorder,
    zero: Instant,
    /// When the power went, if it did; later answers are of a machine that would be dark.
    dark_since_ns: AtomicU64,
    after_dark: AtomicU64,
}

impl Trial {
    /// Opens a ledger below `place`; the history goes to `work`.
    ///
    /// # Errors
    /// There is one, or a file cannot be written.
    pub fn open(place: &Path, work: &Path) -> Result<Self> {
        let ledger = Ledger::open_sealing(place, AUTHORS, now()?, 1)?;
        let key = samples::log_key(&ledger.trust)?.clone();
        let path = work.join("history.jsonl");
        let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        let mut signed = Signed::default();
        ledger.enrolments.iter().for_each(|statement| signed.push(statement.bytes()));
        let mut trial = Self {
            work: work.to_owned(),
            data: ledger.data.clone(),
            ledger,
            key,
            signed,
            next: AtomicUsize::new(0),
            open: Mutex::default(),
            told: Mutex::default(),
            recorder: Recorder::new(file),
            zero: Instant::now(),
            dark_since_ns: AtomicU64::new(u64::MAX),
            after_dark: AtomicU64::new(0),
        };
        trial.sign_ahead()?;
        Ok(trial)
    }

    /// Starts the node, which must come up, and has all statements of unknown fate answered.
    ///
    /// # Errors
    /// It does not come up, or refuses what it may not.
    pub fn start(&mut self) -> Result<(Process, SocketAddr)> {
        self.start_under(&[])
    }

    /// [`Self::start`] under `wrapper`, a command line that takes another one as its end.
    ///
    /// # Errors
    /// As there.
    pub fn start_under(&mut self, wrapper: &[String]) -> Result<(Process, SocketAddr)> {
        self.sign_ahead()?;
        self.dark_since_ns.store(u64::MAX, Ordering::SeqCst);
        let mut process = Process::serve(&self.data, &self.work, wrapper, &[])?;
        let Some(address) = process.address()? else { bail!("the node does not start: {}", process.said()) };
        let mut connection = Connection::new(address);
        if self.next.load(Ordering::Relaxed) == 0 {
            let count = self.ledger.enrolments.len();
            self.next.store(count, Ordering::Relaxed);
            ensure!(self.send(&mut connection, 0, (0, count))?, "the enrolments are not answered");
        }
        let open = std::mem::take(&mut *lock(&self.open));
        for run in open {
            ensure!(self.send(&mut connection, 0, run)?, "a statement of unknown fate is not answered");
        }
        Ok((process, address))
    }

    /// Sends from so many clients until `stop` is set or the node is gone.
    pub fn load(&self, address: SocketAddr, clients: u32, stop: &AtomicBool) {
        thread::scope(|scope| {
            for client in 1..=clients {
                scope.spawn(move || {
                    let mut connection = Connection::new(address);
                    let mut chance = Chance::new(self.zero.elapsed().as_nanos() as u64 ^ u64::from(client));
                    while !stop.load(Ordering::Relaxed) {
                        let count = 1 + chance.below(8) as usize;
                        let first = self.next.fetch_add(count, Ordering::Relaxed);
                        if first + count > self.signed.len() {
                            return;
                        }
                        match self.send(&mut connection, client, (first, count)) {
                            Ok(true) => thread::sleep(Duration::from_millis(chance.below(4))),
                            _ => return,
                        }
                    }
                });
            }
        });
    }

    /// Sends so many requests, one after the other; stops at the first without a good answer. Whether all had one.
    ///
    /// # Errors
    /// The history cannot be written.
    pub fn send_some(&self, address: SocketAddr, requests: usize, count: usize) -> Result<bool> {
        let mut connection = Connection::new(address);
        for _ in 0..requests {
            let first = self.next.fetch_add(count, Ordering::Relaxed);
            if !self.send(&mut connection, 1, (first, count))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Sends statements and records what is told. Whether each of them got its answer.
    fn send(&self, connection: &mut Connection, client: u32, (first, count): (usize, usize)) -> Result<bool> {
        let begun_ns = self.now_ns();
        let answer = connection.post_statements(self.signed.run(first, first + count), true);
        let ended_ns = self.now_ns();
        let mut body = answer.ok().filter(|answer| answer.status == 200).map(|answer| answer.body);
        if ended_ns > self.dark_since_ns.load(Ordering::SeqCst) && body.take().is_some() {
            self.after_dark.fetch_add(1, Ordering::Relaxed);
        }
        let base = Told {
            client,
            begun_ns,
            ended_ns,
            statement: StatementId(Hash::ZERO),
            outcome: Outcome::Unknown,
            index: None,
            checkpoint: None,
        };
        let told = samples::told(body, &base, &self.signed, first, count)?;
        let known = told.iter().all(|told| told.outcome != Outcome::Unknown);
        if !known {
            lock(&self.open).push((first, count));
        }
        if let Some(refused) = told.iter().find(|told| told.outcome == Outcome::Refused) {
            bail!("the node refuses a good statement: {refused:?}");
        }
        self.recorder.write(&told)?;
        lock(&self.told).extend(told);
        Ok(known)
    }

    /// Holds everything that was ever told against the log that a running node shows.
    ///
    /// # Errors
    /// A promise was broken.
    pub fn judge(&self, address: SocketAddr) -> Result<Summary> {
        self.judge_source(&Source::named(&format!("http://{address}"))?)
    }

    /// Holds everything that was ever told against a static log.
    ///
    /// # Errors
    /// A promise was broken.
    pub fn judge_source(&self, source: &Source) -> Result<Summary> {
        let log = Log::read(source, self.key.clone())?;
        let (summary, broken) = history::check(lock(&self.told).iter().cloned(), &log);
        let shown: Vec<String> = broken.iter().take(10).map(ToString::to_string).collect();
        ensure!(broken.is_empty(), "{} promises broken:\n{}", broken.len(), shown.join("\n"));
        Ok(summary)
    }

    /// The power goes now. The device that plays it is gone a moment later, and while it goes a sync that was under way
    /// may be told that all is well; an answer that comes after this moment could not have left a machine without
    /// power, and counts as none.
    pub fn power_goes(&self) {
        self.dark_since_ns.store(self.now_ns(), Ordering::SeqCst);
    }

    /// How many answers came after the power had gone.
    #[must_use]
    pub fn answers_after_dark(&self) -> u64 {
        self.after_dark.load(Ordering::Relaxed)
    }

    /// Every entry of the log in the data folder, on which no node runs.
    ///
    /// # Errors
    /// It is not whole, or `visit` fails.
    pub fn each_entry(&self, visit: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        history::each_entry(&Source::Folder(self.data.join("log")), &self.key, visit).map(drop)
    }

    /// How many statements were acknowledged so far.
    #[must_use]
    pub fn acknowledged(&self) -> u64 {
        let told = lock(&self.told);
        told.iter().filter(|told| matches!(told.outcome, Outcome::Accepted | Outcome::Duplicate)).count()
            as u64
    }

    /// A request of unknown fate: the client goes before it reads the answer, or in the middle of sending.
    ///
    /// # Errors
    /// The history cannot be written.
    pub fn die_in_a_request(&self, address: SocketAddr, whole: bool) -> Result<()> {
        use std::io::Write as _;
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        let body = self.signed.get(first);
        let begun_ns = self.now_ns();
        let mut request = format!(
            "POST /v1/statements HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/cbor-seq\r\n\
             content-length: {}\r\n\r\n",
            body.len()
        )
        .into_bytes();
        request.extend_from_slice(if whole { body } else { body.get(..body.len() / 2).unwrap_or_default() });
        if let Ok(mut stream) = std::net::TcpStream::connect_timeout(&address, PATIENCE) {
            // That the node may be gone is part of the game.
            let _ = stream.write_all(&request);
        }
        let told = Told {
            client: 99,
            begun_ns,
            ended_ns: self.now_ns(),
            statement: StatementId(Hash::of(body)),
            outcome: Outcome::Unknown,
            index: None,
            checkpoint: None,
        };
        self.recorder.write(std::slice::from_ref(&told))?;
        lock(&self.told).push(told);
        lock(&self.open).push((first, 1));
        Ok(())
    }

    /// The same statements again, for a copy of the data folder: forgets what was told since `mark`.
    pub fn rewind(&mut self, (next, told): (usize, usize)) {
        self.next.store(next, Ordering::Relaxed);
        lock(&self.told).truncate(told);
        lock(&self.open).clear();
    }

    /// A place to come back to with [`Self::rewind`].
    #[must_use]
    pub fn mark(&self) -> (usize, usize) {
        (self.next.load(Ordering::Relaxed), lock(&self.told).len())
    }

    /// Signs more statements if few are left.
    ///
    /// # Errors
    /// They cannot be signed.
    pub fn sign_ahead(&mut self) -> Result<()> {
        let have = self.signed.len().saturating_sub(self.next.load(Ordering::Relaxed));
        if have < AHEAD / 2 {
            let first = FIRST_LOT + self.signed.len() as u64;
            let more = lots_quietly(&mut self.ledger, first, AHEAD - have, 1, |_| {})?;
            more.iter().for_each(|statement| self.signed.push(statement));
        }
        Ok(())
    }

    fn now_ns(&self) -> u64 {
        u64::try_from(self.zero.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
