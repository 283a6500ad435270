//! The last checkpoint that was accepted of each log, so that the next replay shows whether the log only grew.
//!
//! One JSON file: `{"logs": {"<origin>": {"checkpoint": "<signed note>"}}}`. Two checkpoints that contradict each
//! other prove a fork; both are then shown, and the file is left as it is.

use std::collections::BTreeMap;
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
        let mut state = match State::read(path) {
            Ok(state) => state,
            Err(error) => return report.note(code, Outcome::NotEvaluated, Note::AppendNoState, &[&error]),
        };
        let origin = signed.checkpoint().origin().to_owned();
        match state.logs.get(&origin).map(|seen| SignedCheckpoint::parse(&seen.checkpoint)) {
            None => report.note(code, Outcome::NotChecked, Note::AppendFirst, &[]),
            Some(Ok(seen)) => check_growth(&seen, signed, tree, report),
            Some(Err(error)) => {
                return report.note(code, Outcome::NotEvaluated, Note::AppendNoState, &[&error]);
            }
        }
        if report.outcome() != Outcome::Passed {
            return;
        }
        state.logs.insert(origin, Seen { checkpoint: signed.to_string() });
        if let Err(error) = state.write(path) {
            report.note(code, Outcome::NotChecked, Note::AppendNoState, &[&error]);
        }
    }
}

fn check_growth(seen: &SignedCheckpoint, now: &SignedCheckpoint, tree: &MemoryTree, report: &mut Report) {
    let code = CheckCode::Append;
    let (old, new) = (seen.checkpoint(), now.checkpoint());
    if old.size() > new.size() {
        return report.failed(code, Note::AppendShrunk, &[seen, now]);
    }
    let held = old.size() == 0
        || tree.consistency_proof(old.size(), new.size()).is_ok_and(|proof| {
            verify_consistency(old.size(), new.size(), &old.root(), &new.root(), &proof).is_ok()
        });
    if held {
        report.passed(code, Note::AppendHeld, &[&old.size()]);
    } else {
        report.failed(code, Note::AppendFork, &[seen, now]);
    }
}

impl State {
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
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut beside = path.as_os_str().to_owned();
        beside.push(format!(".{}.new", std::process::id()));
        let beside = PathBuf::from(beside);
        let mut file = std::fs::File::create(&beside).map_err(failed)?;
        file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(failed)?;
        std::fs::rename(&beside, path).map_err(failed)
    }
}
