//! A backup of the data folder while its node runs: the journal, the log, the documents. Reads the original and
//! changes nothing in it but that a segment just read is synced.
//!
//! The journal's segments only grow and the log's files never change, so a copy of the segments, cut after its last
//! whole commit, is the log at that commit's checkpoint; everything older is in full tiles, which are read, compared
//! with the tree and written anew. What was read from a segment is synced in the original before it counts, so that
//! no power cut there can take back what is here. The keys are not copied: whoever holds a backup must not be able
//! to sign. The index is not copied: it is made anew. The copy has no identity, so no node starts on it by mistake.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::Config;
use crate::data_folder::{DataFolder, DataFolderError};
use crate::disk::RealDisk;
use crate::genesis::{NodeKeys, REQUEST_FILE};
use crate::journal::{Commit, Journal};
use crate::sequencer::{OpenError, replay_commit, verify_checkpoint};
use crate::tiles::Tiles;
use lode_ledger::tlog::{KeyName, NoteSigner, SignedCheckpoint};

/// How often the journal's segments are listed anew because one of them was dropped meanwhile.
const ATTEMPTS: u32 = 20;

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is something already.
    #[error("{0} is there already: a backup goes into a new folder")]
    AlreadyThere(PathBuf),
    /// What was copied does not hold.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The file system refused.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
}

/// Copies the data folder into `dest`, which must not be there, and checks what it copied: the number of entries.
/// Until all of it is there and synced the folder is called `dest` with `.part` behind it.
///
/// # Errors
/// [`BackupError`]; a `.part` that is left is removed by the next try.
pub fn backup(config: &Config, dest: &Path) -> Result<u64, BackupError> {
    if dest.exists() {
        return Err(BackupError::AlreadyThere(dest.to_owned()));
    }
    if !DataFolder::exists(&config.data) {
        return Err(OpenError::from(DataFolderError::NotThere(config.data.clone())).into());
    }
    let mut part = dest.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    if part.exists() {
        fs::remove_dir_all(&part).map_err(failed("remove", &part))?;
    }
    fs::create_dir_all(&part).map_err(failed("create the folder", &part))?;
    copy_journal(&config.data.join("journal"), &part.join("journal"))?;
    let size = copy_log(&config.data, &part)?;
    // After the log, so that whatever it names is there.
    copy_folder(&config.data.join("documents"), &part.join("documents"))?;
    let request = config.data.join(REQUEST_FILE);
    if request.exists() {
        copy_file(&request, &part.join(REQUEST_FILE))?;
    }
    DataFolder::mark_as_copy(&part).map_err(OpenError::from)?;
    fs::rename(&part, dest).map_err(failed("rename", &part))?;
    let parent = dest.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    sync_folder(parent)?;
    Ok(size)
}

/// Copies the segments. One that the node drops meanwhile is in full tiles by then; then all are listed anew.
fn copy_journal(from: &Path, to: &Path) -> Result<(), BackupError> {
    let mut attempt = 1;
    loop {
        fs::create_dir(to).map_err(failed("create the folder", to))?;
        match copy_segments(from, to) {
            Err(BackupError::Io { source, .. })
                if source.kind() == io::ErrorKind::NotFound && attempt < ATTEMPTS =>
            {
                attempt += 1;
                fs::remove_dir_all(to).map_err(failed("remove", to))?;
            }
            result => return result,
        }
    }
}

fn copy_segments(from: &Path, to: &Path) -> Result<(), BackupError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(from).map_err(failed("list", from))? {
        let name = entry.map_err(failed("list", from))?.file_name();
        if Path::new(&name).extension().is_some_and(|extension| extension == "seg") {
            names.push(name);
        }
    }
    names.sort();
    for name in names {
        let path = from.join(&name);
        copy_file(&path, &to.join(&name))?;
        File::open(&path).and_then(|file| file.sync_data()).map_err(failed("sync", &path))?;
    }
    sync_folder(to)
}

/// Writes the log up to the copied journal's last checkpoint; the number of its entries.
fn copy_log(data: &Path, to: &Path) -> Result<u64, BackupError> {
    let keys = NodeKeys::load(data).map_err(OpenError::from)?;
    let disk = Arc::new(RealDisk);
    let mut commits: Vec<Commit> = Vec::new();
    let journal = Journal::open(disk.clone(), to.join("journal"), |commit| commits.push(commit))
        .map_err(OpenError::from)?;
    let size = journal.next_index();
    let wrong = |reason: String| OpenError::Checkpoint { size, reason };
    let last = SignedCheckpoint::parse(journal.checkpoint()).map_err(|error| wrong(error.to_string()))?;
    let signer = KeyName::new(last.checkpoint().origin())
        .and_then(|name| NoteSigner::new(name, keys.log.signing_key().clone()))
        .map_err(|error| wrong(error.to_string()))?;
    let tiles =
        Tiles::open(disk.clone(), data.join("log"), journal.first_index()).map_err(OpenError::from)?;
    for commit in &commits {
        replay_commit(&tiles, commit, signer.verifier_key())?;
    }
    if tiles.checkpoint().is_empty() {
        tiles.append(&[], journal.checkpoint()).map_err(OpenError::from)?;
    }
    verify_checkpoint(&tiles, journal.checkpoint(), signer.verifier_key(), size)?;
    tiles.export(disk, &to.join("log"), |_, _| {}).map_err(OpenError::from)?;
    Ok(size)
}

/// Copies a folder and what is in it; parts of files that are being written are left out. None is as good as empty.
fn copy_folder(from: &Path, to: &Path) -> Result<(), BackupError> {
    if !from.exists() {
        return Ok(());
    }
    fs::create_dir(to).map_err(failed("create the folder", to))?;
    for entry in fs::read_dir(from).map_err(failed("list", from))? {
        let path = entry.map_err(failed("list", from))?.path();
        let Some(name) = path.file_name() else { continue };
        if path.is_dir() {
            copy_folder(&path, &to.join(name))?;
        } else if path.extension().is_none_or(|extension| extension != "part") {
            copy_file(&path, &to.join(name))?;
        }
    }
    sync_folder(to)
}

fn copy_file(from: &Path, to: &Path) -> Result<(), BackupError> {
    fs::copy(from, to).map_err(failed("copy", from))?;
    File::open(to).and_then(|file| file.sync_all()).map_err(failed("sync", to))
}

fn sync_folder(path: &Path) -> Result<(), BackupError> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(failed("sync the folder", path))
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_owned();
    move |source| BackupError::Io { action, path, source }
}
