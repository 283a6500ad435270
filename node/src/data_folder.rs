//! The node's data folder: whose it is, which version wrote it, and that only one node uses it.
//!
//! ```text
//! format     "lode-node data 2" and "index sled": what wrote this; another version or store refuses to open it
//! identity   the machine, the device and inode of this very file, and the folder's path
//! lock       held by the running node
//! journal/   log/   index/
//! ```
//!
//! Two nodes that sign the same log fork it, and nobody can mend that. So a second node on the folder is refused by
//! the lock, and a copy of the folder by `identity`: a copied file has another inode. What a copy cannot show (a
//! cloned disk, a restored image) is for the boot guard, which compares the published checkpoint with the journal.
//! What lies inside `journal`, `log` and `index` is not known here.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use lode_ledger::hash::Hash;

/// The content of `format`.
const FORMAT: &str = "lode-node data 2\nindex sled\n";
const FORMAT_FILE: &str = "format";
const IDENTITY_FILE: &str = "identity";
const LOCK_FILE: &str = "lock";
const MACHINE_ID: &str = "/etc/machine-id";

/// Why the data folder was not opened.
#[derive(Debug, thiserror::Error)]
pub enum DataFolderError {
    /// There is a node's data already.
    #[error("{0} already holds a node's data: open it instead of creating it, or choose another folder")]
    AlreadyThere(PathBuf),
    /// The folder is not where and what it was.
    #[error(
        "{path} is a copy: {reason}. If the node it was copied from still runs, or ever runs again, two nodes will \
         sign the same log with one key and fork it, which cannot be mended and which every witness will show. If \
         that node is gone for good, and this copy has everything it published, start once with --accept-copy"
    )]
    Copied {
        /// The data folder.
        path: PathBuf,
        /// What differs.
        reason: &'static str,
    },
    /// Another process holds the lock.
    #[error("another node is running on {0}: stop it first")]
    InUse(PathBuf),
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
    /// There is something else in the folder.
    #[error("{0} is not empty and holds no node's data: choose another folder")]
    NotEmpty(PathBuf),
    /// There is no `format`.
    #[error("{0} holds no node's data: create it first (lode-node init)")]
    NotThere(PathBuf),
    /// Written by another version or for another store.
    #[error("{path} was written as {found:?}, this node reads {FORMAT:?}: use the version that wrote it")]
    OtherFormat {
        /// The data folder.
        path: PathBuf,
        /// The beginning of what `format` says.
        found: String,
    },
}

/// An open data folder. As long as this lives no other node can open it.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    /// `identity` has still to be written: the folder was moved, or is a copy that has been accepted.
    unsettled: bool,
    _lock: Lock,
}

impl DataFolder {
    /// Makes a new data folder in an empty or absent folder and opens it.
    ///
    /// # Errors
    /// If there is a node's data or anything else, or the file system refuses.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, DataFolderError> {
        let path = path.as_ref();
        fs::create_dir_all(path).map_err(failed("create the folder", path))?;
        let path = absolute(path)?;
        if path.join(FORMAT_FILE).exists() {
            return Err(DataFolderError::AlreadyThere(path));
        }
        // What an earlier creation that was cut short has left is ours; `format` comes last.
        let ours = [IDENTITY_FILE, LOCK_FILE, "format.new", "identity.new"];
        for entry in fs::read_dir(&path).map_err(failed("list", &path))? {
            let name = entry.map_err(failed("list", &path))?.file_name();
            if !ours.iter().any(|own| name == *own) {
                return Err(DataFolderError::NotEmpty(path));
            }
        }
        let lock = lock(&path)?;
        write_identity(&path)?;
        write_durably(&path, FORMAT_FILE, |_| FORMAT.to_owned())?;
        if let Some(parent) = path.parent() {
            sync(parent)?;
        }
        Ok(Self { path, unsettled: false, _lock: lock })
    }

    /// Whether a node's data is there.
    #[must_use]
    pub fn exists(path: impl AsRef<Path>) -> bool {
        path.as_ref().join(FORMAT_FILE).is_file()
    }

    /// Opens a data folder and takes its lock. `accept_copy` lets a copied folder pass; it becomes this node's own
    /// only with [`Self::settle`], once everything else has been found right.
    ///
    /// # Errors
    /// If it is none, is in use, is of another format, or is a copy and `accept_copy` is not given.
    pub fn open(path: impl AsRef<Path>, accept_copy: bool) -> Result<Self, DataFolderError> {
        let given = path.as_ref();
        if !Self::exists(given) {
            return Err(DataFolderError::NotThere(given.to_owned()));
        }
        let path = absolute(given)?;
        let file = path.join(FORMAT_FILE);
        let found = fs::read(&file).map_err(failed("read", &file))?;
        if found != FORMAT.as_bytes() {
            let found = String::from_utf8_lossy(&found).chars().take(60).collect();
            return Err(DataFolderError::OtherFormat { path, found });
        }
        let lock = lock(&path)?;
        let identity = path.join(IDENTITY_FILE);
        let here = match fs::metadata(&identity) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            result => Some(Identity::of(&path, &result.map_err(failed("read", &identity))?)),
        };
        let recorded = fs::read_to_string(&identity).ok().and_then(|text| Identity::parse(&text));
        let unsettled = match difference(recorded.as_ref(), here.as_ref()) {
            Some(reason) if !accept_copy => return Err(DataFolderError::Copied { path, reason }),
            None if recorded == here => false,
            // Accepted, moved, or mounted under another device number.
            _ => true,
        };
        Ok(Self { path, unsettled, _lock: lock })
    }

    /// Remembers that this folder, here, is the one. Before it a copy that was let pass is still a copy at the next
    /// start.
    ///
    /// # Errors
    /// If `identity` cannot be written.
    pub fn settle(&mut self) -> Result<(), DataFolderError> {
        if self.unsettled {
            write_identity(&self.path)?;
            self.unsettled = false;
        }
        Ok(())
    }

    /// Makes a folder that is no data folder yet one that counts as a copy: it has the format and no identity.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn mark_as_copy(path: &Path) -> Result<(), DataFolderError> {
        write_durably(path, FORMAT_FILE, |_| FORMAT.to_owned())
    }

    /// The folder itself, absolute.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the journal lies.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        self.path.join("journal")
    }

    /// Where the static log lies: what a web server may serve.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.path.join("log")
    }

    /// Where the index lies; it may be deleted while no node runs.
    #[must_use]
    pub fn index(&self) -> PathBuf {
        self.path.join("index")
    }
}

/// What tells an original from a copy.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Identity {
    /// SHA-256 of the machine's id; zero where it has none.
    machine: Hash,
    device: u64,
    inode: u64,
    /// SHA-256 of the absolute path.
    path: Hash,
}

impl Identity {
    fn of(folder: &Path, identity_file: &fs::Metadata) -> Self {
        let machine = fs::read(MACHINE_ID).unwrap_or_default();
        let machine = machine.trim_ascii();
        Self {
            machine: if machine.is_empty() { Hash::ZERO } else { Hash::of(machine) },
            device: identity_file.dev(),
            inode: identity_file.ino(),
            path: Hash::of(folder.as_os_str().as_encoded_bytes()),
        }
    }

    fn text(&self) -> String {
        let Self { machine, device, inode, path } = self;
        format!("machine {machine}\ndevice {device}\ninode {inode}\npath {path}\n")
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let mut field = |name| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        Some(Self {
            machine: field("machine")?.parse().ok()?,
            device: field("device")?.parse().ok()?,
            inode: field("inode")?.parse().ok()?,
            path: field("path")?.parse().ok()?,
        })
    }
}

/// Why the folder must be a copy, if it must.
///
/// Renaming or moving the folder keeps device and inode; a reboot may change the device number, but then path and
/// inode stay. Only when both device and path are new could it be either, and then it is refused.
fn difference(recorded: Option<&Identity>, here: Option<&Identity>) -> Option<&'static str> {
    let (Some(recorded), Some(here)) = (recorded, here) else {
        return Some("its file `identity` is missing or unreadable");
    };
    if recorded.machine != Hash::ZERO && here.machine != Hash::ZERO && recorded.machine != here.machine {
        return Some("it was last used on another machine");
    }
    if recorded.inode != here.inode {
        return Some("its file `identity` is not the original file");
    }
    if recorded.device != here.device && recorded.path != here.path {
        return Some("it lies on another device and under another path than before");
    }
    None
}

fn write_identity(path: &Path) -> Result<(), DataFolderError> {
    write_durably(path, IDENTITY_FILE, |metadata| Identity::of(path, metadata).text())
}

/// Writes a file whose text may depend on its own inode, which the rename keeps.
fn write_durably(
    folder: &Path,
    name: &str,
    text: impl FnOnce(&fs::Metadata) -> String,
) -> Result<(), DataFolderError> {
    let (path, temporary) = (folder.join(name), folder.join(format!("{name}.new")));
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(&temporary)?;
        let text = text(&file.metadata()?);
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, &path)
    };
    write().map_err(failed("write", &path))?;
    sync(folder)
}

/// The lock of a folder, given back in words: a child that is just being started has a copy of every open file, and would
/// hold it a moment longer.
#[derive(Debug)]
struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Nothing to be done about it: it goes with the process.
        let _ = self.0.unlock();
    }
}

fn lock(folder: &Path) -> Result<Lock, DataFolderError> {
    let path = folder.join(LOCK_FILE);
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
    let file = file.map_err(failed("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(DataFolderError::InUse(folder.into())),
        Err(TryLockError::Error(source)) => Err(DataFolderError::Io { action: "lock", path, source }),
    }
}

fn absolute(path: &Path) -> Result<PathBuf, DataFolderError> {
    path.canonicalize().map_err(failed("find", path))
}

fn sync(folder: &Path) -> Result<(), DataFolderError> {
    let sync = || File::open(folder)?.sync_all();
    sync().map_err(failed("sync the folder", folder))
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> DataFolderError {
    let path = path.to_owned();
    move |source| DataFolderError::Io { action, path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(from: &Path, to: &Path) {
        fs::create_dir(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }

    #[test]
    fn one_node_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/data");
        assert!(matches!(DataFolder::open(&path, false), Err(DataFolderError::NotThere(_))));
        let data = DataFolder::create(&path).unwrap();
        assert!(data.log().starts_with(data.path()) && data.journal() != data.index());
        assert!(matches!(DataFolder::open(&path, true), Err(DataFolderError::InUse(_))));
        assert!(matches!(DataFolder::create(&path), Err(DataFolderError::AlreadyThere(_))));
        drop(data);
        drop(DataFolder::open(&path, false).unwrap());
        drop(DataFolder::open(&path, false).unwrap());
    }

    #[test]
    fn a_creation_cut_short_can_be_repeated_and_strangers_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        drop(DataFolder::create(folder.path()).unwrap());
        fs::remove_file(folder.path().join(FORMAT_FILE)).unwrap();
        drop(DataFolder::create(folder.path()).unwrap());
        fs::remove_file(folder.path().join(FORMAT_FILE)).unwrap();
        fs::write(folder.path().join("thesis.txt"), "").unwrap();
        assert!(matches!(DataFolder::create(folder.path()), Err(DataFolderError::NotEmpty(_))));
    }

    #[test]
    fn another_format_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        drop(DataFolder::create(folder.path()).unwrap());
        for other in ["lode-node data 1\nindex sled\n", "lode-node data 2\nindex redb\n", ""] {
            fs::write(folder.path().join(FORMAT_FILE), other).unwrap();
            let error = DataFolder::open(folder.path(), true).unwrap_err();
            assert!(matches!(error, DataFolderError::OtherFormat { .. }), "{error}");
        }
    }

    #[test]
    fn a_copy_is_refused_until_it_is_accepted_and_a_move_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let (original, copied, moved) =
            (folder.path().join("original"), folder.path().join("copied"), folder.path().join("moved"));
        drop(DataFolder::create(&original).unwrap());
        copy(&original, &copied);
        let error = DataFolder::open(&copied, false).unwrap_err();
        assert!(matches!(error, DataFolderError::Copied { .. }));
        assert!(error.to_string().contains("fork it") && error.to_string().contains("--accept-copy"));
        drop(DataFolder::open(&copied, true).unwrap());
        assert!(DataFolder::open(&copied, false).is_err(), "let pass once, and not settled");
        DataFolder::open(&copied, true).unwrap().settle().unwrap();
        drop(DataFolder::open(&copied, false).unwrap());
        // The original is still the original, also under another name.
        fs::rename(&original, &moved).unwrap();
        drop(DataFolder::open(&moved, false).unwrap());
        // Put in the original's place, a copy is still a copy.
        copy(&moved, &original);
        assert!(matches!(DataFolder::open(&original, false), Err(DataFolderError::Copied { .. })));
        fs::remove_file(moved.join(IDENTITY_FILE)).unwrap();
        assert!(matches!(DataFolder::open(&moved, false), Err(DataFolderError::Copied { .. })));
    }

    #[test]
    fn what_counts_as_a_copy() {
        let base = Identity { machine: Hash::of(b"m"), device: 1, inode: 2, path: Hash::of(b"p") };
        assert_eq!(Identity::parse(&base.text()).as_ref(), Some(&base));
        let differs = |change: fn(&mut Identity)| {
            let mut here = base.clone();
            change(&mut here);
            difference(Some(&base), Some(&here)).is_some()
        };
        assert!(!differs(|_| {}));
        assert!(!differs(|here| here.device = 9), "a reboot");
        assert!(!differs(|here| here.path = Hash::of(b"q")), "a move");
        assert!(!differs(|here| here.machine = Hash::ZERO), "a machine without an id");
        assert!(differs(|here| here.inode = 9));
        assert!(differs(|here| here.machine = Hash::of(b"n")));
        assert!(differs(|here| {
            here.device = 9;
            here.path = Hash::of(b"q");
        }));
        assert!(difference(None, Some(&base)).is_some() && difference(Some(&base), None).is_some());
    }
}
