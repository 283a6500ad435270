//! Entries that a restored data folder lacks, taken from a mirror's files. The mirror is not believed: its checkpoint
//! must bear our own signature, and its entries, put behind ours, must add up to that checkpoint's root. Only then
//! is anything written. A copied folder stays a copy: it is for the start of the node to accept it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lode_ledger::tlog::tile::{EntryBundle, TILE_WIDTH, TilePath, bundles, decode_bundle};
use lode_ledger::tlog::{Checkpoint, Frontier, SignedCheckpoint, leaf_hash};

use crate::config::Config;
use crate::disk::RealDisk;
use crate::sequencer::{OpenError, Opened};

const WIDTH: u64 = TILE_WIDTH as u64;

/// Why nothing was taken.
#[derive(Debug, thiserror::Error)]
pub enum CatchUpError {
    /// The data folder.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The mirror's files.
    #[error("{path} is of no use: {reason}. Nothing was changed")]
    Mirror {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Its entries do not lead to its checkpoint.
    #[error(
        "our {size} entries and the rest from the mirror do not add up to its checkpoint: its files are damaged, or \
         the log has been forked. Nothing was changed"
    )]
    Root {
        /// How many are ours.
        size: u64,
    },
    /// A checkpoint cannot be signed.
    #[error("the checkpoint of {0} entries cannot be signed")]
    Sign(u64),
}

/// Appends what the static log in `mirror` has more than the data folder; the number of entries then. No node may
/// run on the folder.
///
/// # Errors
/// [`CatchUpError`]; but for failures of the disk nothing has changed.
pub fn catch_up(config: &Config, mirror: &Path) -> Result<u64, CatchUpError> {
    let config = Config { accept_copy: true, ..config.clone() };
    let mut opened = Opened::open_alone(&config, Arc::new(RealDisk))?;
    let file = mirror.join("checkpoint");
    let wrong = |path: &Path, reason: String| CatchUpError::Mirror { path: path.to_owned(), reason };
    let note = fs::read(&file).map_err(|error| wrong(&file, error.to_string()))?;
    let signed = SignedCheckpoint::open(&note, opened.signer.verifier_key())
        .map_err(|error| wrong(&file, error.to_string()))?;
    let target = signed.checkpoint();
    let size = opened.tiles.size();
    if target.size() <= size {
        return Err(wrong(&file, format!("it has {} entries, the data folder {size}", target.size())));
    }
    let missing = || bundles(target.size()).filter(|bundle| (bundle.index() + 1) * WIDTH > size);
    let mut frontier = opened.tiles.frontier();
    for bundle in missing() {
        for entry in &entries(mirror, bundle, size)? {
            frontier.append(leaf_hash(entry));
        }
    }
    if (frontier.size(), frontier.root()) != (target.size(), target.root()) {
        return Err(CatchUpError::Root { size });
    }
    // Every checkpoint on the way is of a prefix of what bears our signature already.
    let mut frontier = opened.tiles.frontier();
    for bundle in missing() {
        let entries = entries(mirror, bundle, size)?;
        let bytes: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
        for entry in &bytes {
            frontier.append(leaf_hash(entry));
        }
        let checkpoint =
            if frontier.size() == target.size() { signed.to_string() } else { sign(&opened, &frontier)? };
        opened.journal.append(&bytes, checkpoint.as_bytes()).map_err(OpenError::from)?;
        opened.tiles.append(&bytes, checkpoint.as_bytes()).map_err(OpenError::from)?;
    }
    Ok(opened.tiles.size())
}

/// The entries of a mirror's bundle from the index `from` on.
fn entries(mirror: &Path, bundle: EntryBundle, from: u64) -> Result<Vec<Vec<u8>>, CatchUpError> {
    let path = mirror.join(TilePath::Entries(bundle).to_string());
    let wrong = |reason: String| CatchUpError::Mirror { path: path.clone(), reason };
    let bytes = fs::read(&path).map_err(|error| wrong(error.to_string()))?;
    let entries = decode_bundle(bundle, &bytes).map_err(|error| wrong(error.to_string()))?;
    let skip = usize::try_from(from.saturating_sub(bundle.index() * WIDTH)).unwrap_or(usize::MAX);
    Ok(entries.into_iter().skip(skip).map(<[u8]>::to_vec).collect())
}

fn sign(opened: &Opened, frontier: &Frontier) -> Result<String, CatchUpError> {
    Checkpoint::new(opened.origin.clone(), frontier.size(), frontier.root())
        .and_then(|checkpoint| checkpoint.sign(&opened.signer))
        .map(|signed| signed.to_string())
        .map_err(|_| CatchUpError::Sign(frontier.size()))
}
