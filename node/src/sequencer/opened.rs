//! A data folder opened up to where nothing needs the index: the journal, the tiles, the published checkpoint, and what
//! others have seen, each held against the others. Nothing is signed or served before.

use std::path::Path;
use std::sync::Arc;

use lode_ledger::tlog::{Frontier, KeyName, NoteSigner, SignedCheckpoint, VerifierKey, leaf_hash};

use super::start::OpenError;
use crate::config::Config;
use crate::data_folder::DataFolder;
use crate::disk::{Disk, RealDisk};
use crate::genesis::NodeKeys;
use crate::journal::{Commit, Journal};
use crate::tiles::Tiles;

/// A data folder whose journal is whole and bears our signature; the log's files have not been looked at.
pub(crate) struct Begun {
    pub(crate) folder: DataFolder,
    pub(crate) journal: Journal,
    pub(crate) signer: NoteSigner,
    pub(crate) origin: String,
    pub(crate) disk: Arc<dyn Disk>,
    keys: NodeKeys,
    commits: Vec<Commit>,
}

impl Begun {
    /// Opens folder, keys and journal.
    pub(crate) fn open(config: &Config, disk: Arc<dyn Disk>) -> Result<Self, OpenError> {
        let folder = DataFolder::open(&config.data, config.accept_copy)?;
        let keys = NodeKeys::load(folder.path())?;
        let not_begun = || OpenError::NotBegun(folder.path().to_owned());
        if !Journal::exists(&*disk, &folder.journal())? {
            return Err(not_begun());
        }
        let mut commits: Vec<Commit> = Vec::new();
        let journal = Journal::open(disk.clone(), folder.journal(), |commit| commits.push(commit))?;
        if journal.next_index() == 0 {
            return Err(not_begun());
        }
        let wrong = |reason: String| OpenError::Checkpoint { size: journal.next_index(), reason };
        let last = SignedCheckpoint::parse(journal.checkpoint()).map_err(|error| wrong(error.to_string()))?;
        let origin = last.checkpoint().origin().to_owned();
        let signer = KeyName::new(origin.clone())
            .and_then(|name| NoteSigner::new(name, keys.log.signing_key().clone()))
            .map_err(|error| wrong(error.to_string()))?;
        // The journal's own hashes say that this is what was written, so it is the key that is another one.
        if SignedCheckpoint::open(journal.checkpoint(), signer.verifier_key()).is_err() {
            return Err(OpenError::OtherKey("log key"));
        }
        Ok(Self { folder, journal, signer, origin, disk, keys, commits })
    }

    /// Whether a right edge leads to what was signed: with the journal's entries behind it, to the next checkpoint.
    pub(crate) fn fits(&self, mut edge: Frontier) -> bool {
        let size = edge.size();
        let end = |commit: &Commit| commit.first_index + commit.entries.len() as u64;
        let mut note = self.journal.checkpoint();
        if let Some(commit) = self.commits.iter().find(|commit| end(commit) >= size) {
            let skip = usize::try_from(size.saturating_sub(commit.first_index)).unwrap_or(usize::MAX);
            for entry in commit.entries.iter().skip(skip) {
                edge.append(leaf_hash(entry));
            }
            note = &commit.checkpoint;
        }
        SignedCheckpoint::open(note, self.signer.verifier_key()).is_ok_and(|signed| {
            (signed.checkpoint().size(), signed.checkpoint().root()) == (edge.size(), edge.root())
        })
    }

    /// Opens the tiles and compares them with every checkpoint, the published one among them: the world has seen it.
    /// If its file is damaged, another one of the world `stands_in`.
    pub(crate) fn finish(self, stands_in: Option<Vec<u8>>) -> Result<Opened, OpenError> {
        let Self { folder, journal, signer, origin, disk, keys, commits } = self;
        let wrong = |size, reason: String| OpenError::Checkpoint { size, reason };
        let tiles = Tiles::open(disk, folder.log(), journal.first_index())?;
        for commit in &commits {
            replay_commit(&tiles, commit, signer.verifier_key())?;
        }
        // Nothing was committed since the segments before were dropped.
        if tiles.checkpoint().is_empty() {
            tiles.append(&[], journal.checkpoint())?;
        }
        if tiles.size() != journal.next_index() {
            let reason = format!("the tiles hold {} entries", tiles.size());
            return Err(wrong(journal.next_index(), reason));
        }
        verify_checkpoint(&tiles, journal.checkpoint(), signer.verifier_key(), tiles.size())?;
        let published = match stands_in {
            None => tiles.published_checkpoint()?,
            given => given,
        };
        if let Some(published) = published {
            let published_size = SignedCheckpoint::parse(&published)
                .map_err(|error| wrong(tiles.size(), error.to_string()))?
                .checkpoint()
                .size();
            if published_size > tiles.size() {
                return Err(OpenError::Behind { published: published_size, size: tiles.size() });
            }
            verify_checkpoint(&tiles, &published, signer.verifier_key(), published_size)?;
        }
        Ok(Opened { folder, keys, journal, tiles, signer, origin })
    }
}

/// A log whose journal, tiles and published checkpoint agree.
pub(crate) struct Opened {
    pub(crate) folder: DataFolder,
    pub(crate) keys: NodeKeys,
    pub(crate) journal: Journal,
    pub(crate) tiles: Tiles,
    pub(crate) signer: NoteSigner,
    pub(crate) origin: String,
}

impl Opened {
    /// Opens the data folder, checks everything that does not need the index, and compares with what the world has
    /// seen. A copy that is let pass stays a copy: only who goes on to sign says [`Self::settle`].
    pub(crate) fn open(config: &Config) -> Result<Self, OpenError> {
        let opened = Self::open_alone(config, Arc::new(RealDisk))?;
        opened.compare(config)?;
        Ok(opened)
    }

    /// [`Self::open`] with journal and tiles on another disk, to sign with: the folder becomes this node's own.
    pub(crate) fn open_on(config: &Config, disk: Arc<dyn Disk>) -> Result<Self, OpenError> {
        let mut opened = Self::open_alone(config, disk)?;
        opened.settle(config)?;
        Ok(opened)
    }

    /// [`Self::open`] on a disk, without a look at what the world has seen.
    pub(crate) fn open_alone(config: &Config, disk: Arc<dyn Disk>) -> Result<Self, OpenError> {
        Begun::open(config, disk)?.finish(None)
    }

    /// [`Self::compare`]; only then is the folder this node's own.
    pub(crate) fn settle(&mut self, config: &Config) -> Result<(), OpenError> {
        self.compare(config)?;
        // Only now: a copy that is behind must be refused the next time too.
        Ok(self.folder.settle()?)
    }

    /// Compares with what the world has seen.
    pub(crate) fn compare(&self, config: &Config) -> Result<(), OpenError> {
        config.seen.iter().try_for_each(|place| self.compare_with_seen(place))
    }

    /// Compares with a checkpoint that somebody else holds: a file, or a folder with a static log.
    fn compare_with_seen(&self, place: &Path) -> Result<(), OpenError> {
        let file = if place.is_dir() { place.join("checkpoint") } else { place.to_owned() };
        let wrong = |reason: String| OpenError::Seen { path: file.clone(), reason };
        let note = std::fs::read(&file).map_err(|error| wrong(error.to_string()))?;
        let key = self.signer.verifier_key();
        let seen = SignedCheckpoint::open(&note, key).map_err(|error| wrong(error.to_string()))?;
        let (published, size) = (seen.checkpoint().size(), self.tiles.size());
        if published > size {
            return Err(OpenError::Behind { published, size });
        }
        verify_checkpoint(&self.tiles, &note, key, published).map_err(|error| wrong(error.to_string()))
    }
}

pub(crate) fn replay_commit(tiles: &Tiles, commit: &Commit, key: &VerifierKey) -> Result<(), OpenError> {
    let end = commit.first_index + commit.entries.len() as u64;
    let have = tiles.size();
    if end < have {
        return Ok(());
    }
    let skip = usize::try_from(have.saturating_sub(commit.first_index)).unwrap_or(usize::MAX);
    let entries: Vec<&[u8]> = commit.entries.iter().skip(skip).map(Vec::as_slice).collect();
    tiles.append(&entries, &commit.checkpoint)?;
    verify_checkpoint(tiles, &commit.checkpoint, key, end)
}

/// Checks that a checkpoint is ours, says `size`, and fits the tree.
pub(crate) fn verify_checkpoint(
    tiles: &Tiles,
    note: &[u8],
    key: &VerifierKey,
    size: u64,
) -> Result<(), OpenError> {
    let wrong = |reason: String| OpenError::Checkpoint { size, reason };
    let signed = SignedCheckpoint::open(note, key).map_err(|error| wrong(error.to_string()))?;
    if signed.checkpoint().size() != size {
        return Err(wrong(format!("it says {} entries", signed.checkpoint().size())));
    }
    let root = tiles.root_at(size).map_err(|error| wrong(error.to_string()))?;
    if signed.checkpoint().root() != root {
        return Err(wrong("it has another root".to_owned()));
    }
    Ok(())
}
