//! A large valid log in minutes, without a node: every statement signed, checked and applied by the rules, sealed with
//! the true state root, and written by the node's own journal and tiles. For figures about starting, rebuilding and
//! verifying, which need millions of statements and no load.
//!
//! Lots that nothing refers to later are forgotten once they are hashed, so memory holds little but the state map.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use anyhow::{Context, Result, bail};
use lode_ledger::apply::apply;
use lode_ledger::event::body::LedgerSealed;
use lode_ledger::id::LogIndex;
use lode_ledger::key::VerifyKey;
use lode_ledger::record::{MemoryView, Record, RecordKey, View as _};
use lode_ledger::replay::Author;
use lode_ledger::statemap::StateMap;
use lode_ledger::statement::{Issuer, Statement, Verified};
use lode_ledger::time::Timestamp;
use lode_ledger::tlog::{Checkpoint, Frontier, KeyName, NoteSigner};
use lode_node::data_folder::DataFolder;
use lode_node::disk::{Disk, RealDisk};
use lode_node::genesis::NodeKeys;
use lode_node::journal::Journal;
use lode_node::tiles::Tiles;
use rayon::prelude::*;

use super::display::progress;
use super::ledger::{Ledger, ORIGIN, now, secret};
use super::statements::lots_quietly;

/// Statements of one commit.
const COMMIT: u64 = 4096;
/// Commits between two writes of full tiles.
const FLUSH: u64 = 16;
/// The number of the first lot.
const FIRST_LOT: u64 = 1 << 33;

/// What is to be made.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Statements.
    pub statements: u64,
    /// Statements between two seals.
    pub seal_every: u64,
    /// Participants who sign.
    pub authors: usize,
}

/// Makes `dir/data` and `dir/trust.policy`. Returns the number of entries, seals included.
///
/// # Errors
/// There is a ledger already, or the file system refuses.
pub fn generate(dir: &Path, size: Size) -> Result<u64> {
    let seals = i64::try_from(size.statements / size.seal_every.max(1) + 2)?;
    // The ledger is as old as its seals are many: each is a second after the one before.
    let begin = Timestamp::from_unix(now()?.unix() - seals - 60);
    let mut ledger = Ledger::open(dir, size.authors, begin)?;
    let keys: Result<Vec<VerifyKey>> =
        (0..size.authors as u64).map(|n| Ok(secret(2 + n).public().check()?)).collect();
    let keys = keys?;
    let mut writer = Writer::open(&ledger.data, begin)?;
    let registrar = secret(0).public().check()?;
    let enrolments: Result<Vec<Verified>> =
        ledger.enrolments.iter().map(|statement| Ok(statement.clone().verify(&registrar)?)).collect();
    writer.commit(enrolments?)?;
    let bar = progress("generating", size.statements);
    let (sender, receiver) = sync_channel(2);
    let commit = size.seal_every.clamp(1, COMMIT);
    thread::scope(|scope| {
        let signing = scope.spawn(move || -> Result<()> {
            let mut number = 0;
            while number < size.statements {
                let count = usize::try_from(commit.min(size.statements - number))?;
                let signed = lots_quietly(&mut ledger, FIRST_LOT + number, count, 1, |_| {})?;
                let statements: Vec<&[u8]> = signed.iter().collect();
                let checked: Result<Vec<Verified>> = statements
                    .par_iter()
                    .enumerate()
                    .map(|(place, bytes)| {
                        let key = keys.get(place % keys.len().max(1)).context("nobody is enrolled")?;
                        Ok(Statement::decode(bytes.to_vec())?.verify(key)?)
                    })
                    .collect();
                if sender.send(checked?).is_err() {
                    return Ok(());
                }
                number += count as u64;
            }
            Ok(())
        });
        let written = write_all(&mut writer, &receiver, size.seal_every, |count| bar.inc(count));
        // Otherwise the signer would wait for room for ever.
        drop(receiver);
        let signed = signing.join().unwrap_or_else(|_| bail!("the signing thread panicked"));
        written.and(signed)
    })?;
    writer.finish()?;
    bar.finish_and_clear();
    Ok(writer.frontier.size())
}

fn write_all(
    writer: &mut Writer,
    receiver: &Receiver<Vec<Verified>>,
    seal_every: u64,
    progress: impl Fn(u64),
) -> Result<()> {
    for statements in receiver {
        let count = statements.len() as u64;
        writer.commit(statements)?;
        writer.unsealed += count;
        if writer.unsealed >= seal_every {
            writer.seal()?;
        }
        progress(count);
    }
    Ok(())
}

/// The log as it grows.
struct Writer {
    /// Keeps the folder locked.
    _folder: DataFolder,
    journal: Journal,
    tiles: Tiles,
    signer: NoteSigner,
    seal: Author,
    seal_check: VerifyKey,
    frontier: Frontier,
    /// All records but items.
    view: MemoryView,
    /// Changed since the last seal.
    pending: HashMap<RecordKey, Arc<Record>>,
    map: StateMap,
    at: Timestamp,
    unsealed: u64,
    commits: u64,
}

impl Writer {
    /// A ledger that has just begun.
    fn open(data: &Path, at: Timestamp) -> Result<Self> {
        let folder = DataFolder::open(data, false)?;
        let keys = NodeKeys::load(data)?;
        let disk: Arc<dyn Disk> = Arc::new(RealDisk);
        let mut genesis = Vec::new();
        let journal = Journal::open(disk.clone(), folder.journal(), |commit| genesis.push(commit))?;
        let tiles = Tiles::open(disk, folder.log(), journal.first_index())?;
        let signer = NoteSigner::new(KeyName::new(ORIGIN)?, keys.log.signing_key().clone())?;
        let mut writer = Self {
            _folder: folder,
            journal,
            tiles,
            signer,
            seal_check: keys.seal.public().check()?,
            seal: Author::new(keys.seal, Issuer::Ledger, ORIGIN),
            frontier: Frontier::new(),
            view: MemoryView::default(),
            pending: HashMap::new(),
            map: StateMap::new(),
            at,
            unsealed: 0,
            commits: 0,
        };
        let registrar = secret(0).public().check()?;
        for commit in genesis {
            for entry in &commit.entries {
                writer.apply(&Statement::decode(entry.clone())?.verify(&registrar)?)?;
            }
            let entries: Vec<&[u8]> = commit.entries.iter().map(Vec::as_slice).collect();
            writer.tiles.append(&entries, &commit.checkpoint)?;
        }
        match writer.view.record(&RecordKey::Ledger).as_deref() {
            Some(Record::Ledger(ledger)) => writer.seal.audience.clone_from(&ledger.id),
            _ => bail!("the ledger has not begun"),
        }
        Ok(writer)
    }

    fn apply(&mut self, verified: &Verified) -> Result<()> {
        let index = LogIndex(self.frontier.size());
        let delta = apply(&self.view, index, verified)?;
        for (key, record) in delta.into_changes() {
            if !matches!(key, RecordKey::Item(_)) {
                self.view.extend([(key, record.clone())]);
            }
            self.pending.insert(key, record);
        }
        self.frontier.append(verified.statement().leaf_hash());
        Ok(())
    }

    fn commit(&mut self, statements: Vec<Verified>) -> Result<()> {
        for statement in &statements {
            self.apply(statement)?;
        }
        let entries: Vec<&[u8]> = statements.iter().map(|verified| verified.statement().bytes()).collect();
        let checkpoint = Checkpoint::new(ORIGIN, self.frontier.size(), self.frontier.root())?;
        let checkpoint = checkpoint.sign(&self.signer)?.to_string();
        self.journal.append(&entries, checkpoint.as_bytes())?;
        self.tiles.append(&entries, checkpoint.as_bytes())?;
        self.commits += 1;
        if self.commits.is_multiple_of(FLUSH) {
            let durable = self.tiles.flush()?;
            self.journal.prune(durable)?;
        }
        Ok(())
    }

    fn seal(&mut self) -> Result<()> {
        self.map.update(
            self.pending.par_iter().map(|(key, record)| (key.map_key(), record.map_value())).collect(),
        );
        self.pending.clear();
        self.at = Timestamp::from_unix(self.at.unix() + 1);
        let body = LedgerSealed { at: self.at, size: self.frontier.size(), state_root: self.map.root() };
        let seal = self.seal.sign(&[body.into()])?.verify(&self.seal_check)?;
        self.unsealed = 0;
        self.commit(vec![seal])
    }

    fn finish(&mut self) -> Result<()> {
        if self.unsealed > 0 {
            self.seal()?;
        }
        let durable = self.tiles.publish()?;
        self.journal.prune(durable)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use lode_ledger::lang::Lang;
    use lode_ledger::verdict::Outcome;
    use lode_node::config::Config;

    use super::*;

    #[test]
    fn what_is_generated_holds_and_a_node_goes_on_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let size = Size { statements: 700, seal_every: 300, authors: 3 };
        let entries = generate(dir.path(), size).unwrap();
        // Genesis, one enrolment statement, lots; two full seals and the last one.
        assert_eq!(entries, 2 + 1 + 700 + 3);
        let data = dir.path().join("data");
        let trust = std::fs::read(dir.path().join("trust.policy")).unwrap();
        let trust = lode_ledger::tlog::Policy::parse(trust).unwrap();
        let source = lode_verify::Source::Folder(data.join("log"));
        let seen = lode_verify::Memory::at(Some(dir.path().join("seen.json")));
        let report = lode_verify::verify_log(&source, &trust, &seen, &lode_verify::Progress::silent());
        assert_eq!(report.outcome(), Outcome::Passed, "{}", report.text(Lang::En));
        let config = Config::new(&data);
        let node = lode_node::Node::open(&config).unwrap();
        assert_eq!(node.size(), entries);
        drop(node);
        let checked = lode_node::check::check(&config).unwrap();
        assert_eq!((checked.size, checked.seals), (entries, 3));
    }
}
