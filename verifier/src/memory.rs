//! The last checkpoint that was accepted of each log, so that the next replay shows whether the log only grew.
//!
//! One JSON file: `{"logs": {"<origin>": {"checkpoint": "<signed note>"}}}`. Two checkpoints that contradict each
//! other prove a fork; both are then shown, and the file is left as it is. Runs that use one file at a time take turns
//! in writing it, by a lock on a file beside it, and none forgets what another noted.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use lode_ledger::tlog::{MemoryTree, SignedCheckpoint, verify_consistency};
use lode_ledger::verdict::{CheckCode, Note, Outcome, Report};
use serde::{Deserialize, Serialize};

use crate::source::read_file;

/// The largest state file: some ten thousand logs.
const MAX_STATE_BYTES: usize = 64 * 1024 * 1024;

/// Where checkpoints are remembered.
#[derive(Clone, Debug)]
pub struct Memory {
    path: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
struct State {
    logs: BTreeMap<String, Seen>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Seen {
    checkpoint: String,
}

/// Why the state file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// It is not ours, or was damaged.
    #[error("the state file {path} cannot be read ({problem}): name another with --state, and keep this one")]
    Unreadable {
        /// Which.
        path: String,
        /// Why.
        problem: String,
    },
    /// It could not be written.
    #[error("the state file {path} cannot be written: {error}")]
    Write {
        /// Which.
        path: String,
        /// Why.
        error: std::io::Error,
    },
}

impl Memory {
    /// The given file, or the user's: `$XDG_STATE_HOME/lode/seen.json` or `~/.local/state/lode/seen.json`.
    #[must_use]
    pub fn at(path: Option<PathBuf>) -> Self {
        let named = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = || named("XDG_STATE_HOME").or_else(|| Some(named("HOME")?.join(".local/state")));
        Self { path: path.or_else(|| Some(home()?.join("lode/seen.json"))) }
    }

    /// Remembers nothing.
    #[must_use]
    pub const fn none() -> Self {
        Self { path: None }
    }

    /// Compares a checkpoint, whose tree was recomputed, with the one seen before, and if everything in the report
    /// holds, remembers it.
    pub fn compare(&self, signed: &SignedCheckpoint, tree: &MemoryTree, report: &mut Report) {
        let code = CheckCode::Append;
        let Some(path) = &self.path else {
            let text = "no state file: there is no home folder to keep one in, and --state names none";
            return report.note(code, Outcome::NotChecked, Note::AppendNoState, &[&text]);
        };
        let state = match State::read(path) {
            Ok(state) => state,
            Err(error) => return report.note(code, Outcome::NotEvaluated, Note::AppendNoState, &[&error]),
        };
        match state.seen(path, signed.checkpoint().origin()) {
            Ok(None) => report.note(code, Outcome::NotChecked, Note::AppendFirst, &[]),
            Ok(Some(seen)) => check_growth(&seen, signed, tree, report),
            Err(error) => return report.note(code, Outcome::NotEvaluated, Note::AppendNoState, &[&error]),
        }
        if report.outcome() != Outcome::Passed {
            return;
        }
        match remember(path, signed, tree) {
            Ok(None) => {}
            Ok(Some(other)) => report.failed(code, Note::AppendFork, &[&*other, signed]),
            Err(error) => report.note(code, Outcome::NotChecked, Note::AppendNoState, &[&error]),
        }
    }
}

/// Notes a checkpoint that has passed. Another run may have written since this one read: what it noted of other logs
/// stays, and of this log the larger checkpoint does. One that this log did not grow from is given back.
fn remember(
    path: &Path,
    signed: &SignedCheckpoint,
    tree: &MemoryTree,
) -> Result<Option<Box<SignedCheckpoint>>, MemoryError> {
    let turn = lock(path)?;
    let mut state = State::read(path)?;
    let origin = signed.checkpoint().origin();
    if let Some(seen) = state.seen(path, origin)? {
        if seen.checkpoint().size() > signed.checkpoint().size() {
            return Ok(None);
        }
        if !has_grown(&seen, signed, tree) {
            return Ok(Some(Box::new(seen)));
        }
    }
    state.logs.insert(origin.to_owned(), Seen { checkpoint: signed.to_string() });
    state.write(path)?;
    drop(turn);
    Ok(None)
}

/// Waits until no other run is writing the state file.
fn lock(path: &Path) -> Result<File, MemoryError> {
    let failed = |error| MemoryError::Write { path: path.display().to_string(), error };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(beside).map_err(failed)?;
    file.lock().map_err(failed)?;
    Ok(file)
}

fn check_growth(seen: &SignedCheckpoint, now: &SignedCheckpoint, tree: &MemoryTree, report: &mut Report) {
    let code = CheckCode::Append;
    let (old, new) = (seen.checkpoint(), now.checkpoint());
    if old.size() > new.size() {
        return report.failed(code, Note::AppendShrunk, &[seen, now]);
    }
    if has_grown(seen, now, tree) {
        report.passed(code, Note::AppendHeld, &[&old.size()]);
    } else {
        report.failed(code, Note::AppendFork, &[seen, now]);
    }
}

/// Whether a log grew from one checkpoint to a later one, whose tree was recomputed.
fn has_grown(seen: &SignedCheckpoint, now: &SignedCheckpoint, tree: &MemoryTree) -> bool {
    let (old, new) = (seen.checkpoint(), now.checkpoint());
    old.size() == 0
        || tree.consistency_proof(old.size(), new.size()).is_ok_and(|proof| {
            verify_consistency(old.size(), new.size(), &old.root(), &new.root(), &proof).is_ok()
        })
}

impl State {
    /// The checkpoint that is remembered of a log.
    fn seen(&self, path: &Path, origin: &str) -> Result<Option<SignedCheckpoint>, MemoryError> {
        let Some(seen) = self.logs.get(origin) else { return Ok(None) };
        let unreadable =
            |problem: String| MemoryError::Unreadable { path: path.display().to_string(), problem };
        SignedCheckpoint::parse(&seen.checkpoint).map(Some).map_err(|error| unreadable(error.to_string()))
    }

    fn read(path: &Path) -> Result<Self, MemoryError> {
        let unreadable =
            |problem: String| MemoryError::Unreadable { path: path.display().to_string(), problem };
        match read_file(path, MAX_STATE_BYTES).map_err(|error| unreadable(error.to_string()))? {
            None => Ok(Self::default()),
            Some(bytes) => serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string())),
        }
    }

    /// Writes a new file beside the old one and puts it in its place, so that a crash leaves one or the other.
    fn write(&self, path: &Path) -> Result<(), MemoryError> {
        let failed = |error| MemoryError::Write { path: path.display().to_string(), error };
        let bytes = serde_json::to_vec_pretty(self).map_err(|error| failed(error.into()))?;
        let mut beside = path.as_os_str().to_owned();
        beside.push(format!(".{}.new", std::process::id()));
        let beside = PathBuf::from(beside);
        let mut file = File::create(&beside).map_err(failed)?;
        file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(failed)?;
        std::fs::rename(&beside, path).map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use lode_ledger::key::SecretKey;
    use lode_ledger::tlog::{Checkpoint, KeyName, NoteSigner, leaf_hash};

    use super::*;

    /// A log's tree of so many entries, and its checkpoint.
    fn log(origin: &str, size: u64) -> (SignedCheckpoint, MemoryTree) {
        let mut tree = MemoryTree::default();
        for n in 0..size {
            tree.push(leaf_hash(&n.to_be_bytes()));
        }
        let key = SecretKey::from_seed([7; 32]).signing_key().clone();
        let signer = NoteSigner::new(KeyName::new(origin).unwrap(), key).unwrap();
        (Checkpoint::new(origin, tree.size(), tree.root()).unwrap().sign(&signer).unwrap(), tree)
    }

    fn sizes(path: &Path) -> BTreeMap<String, u64> {
        let state = State::read(path).unwrap();
        let size = |origin: &String| state.seen(path, origin).unwrap().unwrap().checkpoint().size();
        state.logs.keys().map(|origin| (origin.clone(), size(origin))).collect()
    }

    #[test]
    fn runs_at_the_same_time_forget_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/seen.json");
        let run = |origin: &str| {
            for size in 1..=20 {
                let (signed, tree) = log(origin, size);
                let mut report = Report::default();
                Memory::at(Some(path.clone())).compare(&signed, &tree, &mut report);
                assert_eq!(report.outcome(), Outcome::Passed, "{origin} {size}: {report:?}");
            }
        };
        std::thread::scope(|scope| {
            for origin in ["a.example/log", "b.example/log", "c.example/log", "d.example/log"] {
                scope.spawn(move || run(origin));
            }
        });
        assert_eq!(sizes(&path).into_values().collect::<Vec<_>>(), [20; 4]);
    }

    #[test]
    fn a_slower_run_does_not_put_the_memory_back_and_a_fork_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seen.json");
        let (early, early_tree) = log("a.example/log", 3);
        let (late, late_tree) = log("a.example/log", 5);
        assert!(remember(&path, &late, &late_tree).unwrap().is_none());
        assert!(
            remember(&path, &early, &early_tree).unwrap().is_none(),
            "it had read before the other wrote"
        );
        assert_eq!(sizes(&path)["a.example/log"], 5);
        let mut tree = MemoryTree::default();
        for n in 0_u8..6 {
            tree.push(leaf_hash(&[n, 1]));
        }
        let key = SecretKey::from_seed([7; 32]).signing_key().clone();
        let signer = NoteSigner::new(KeyName::new("a.example/log").unwrap(), key).unwrap();
        let fork = Checkpoint::new("a.example/log", 6, tree.root()).unwrap().sign(&signer).unwrap();
        assert!(remember(&path, &fork, &tree).unwrap().is_some());
        assert_eq!(sizes(&path)["a.example/log"], 5, "the evidence stays");
    }
}
