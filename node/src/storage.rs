//! What can be wrong with the parts of a data folder, told once for whoever opens them: the beginning of a ledger, the
//! start of the node, the check.

use crate::data_folder::DataFolderError;
use crate::genesis::KeyFileError;
use crate::journal::JournalError;
use crate::tiles::TilesError;

/// A part of the data folder that cannot be opened or written.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The folder itself.
    #[error(transparent)]
    Folder(#[from] DataFolderError),
    /// The node's keys.
    #[error(transparent)]
    Keys(#[from] KeyFileError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The tiles.
    #[error(transparent)]
    Tiles(#[from] TilesError),
}
