//! Every file-system call of journal and tiles, behind one small port, so that a crash or a fault can be put
//! underneath and each sync point tried.
//!
//! The contract is that of POSIX at its least: what is appended is durable after [`AppendFile::sync`], a name made,
//! renamed or removed is durable after [`Disk::sync_dir`] of its folder, and after an error nothing is known.
//! What the files mean is not known here.

mod real;
#[cfg(test)]
pub(crate) mod simulated;

pub use real::RealDisk;

use std::io;
use std::path::Path;

/// A file system.
pub trait Disk: Send + Sync {
    /// Creates a file, or empties the one there is, for appending.
    ///
    /// # Errors
    /// As the file system says.
    fn create(&self, path: &Path) -> io::Result<Box<dyn AppendFile>>;

    /// Creates a folder; one that is there already is as good. Its parent must be there.
    ///
    /// # Errors
    /// As the file system says.
    fn create_dir(&self, path: &Path) -> io::Result<()>;

    /// The names in a folder, sorted.
    ///
    /// # Errors
    /// As the file system says.
    fn list(&self, dir: &Path) -> io::Result<Vec<String>>;

    /// The whole content of a file.
    ///
    /// # Errors
    /// As the file system says.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Removes a file.
    ///
    /// # Errors
    /// As the file system says.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Removes an empty folder.
    ///
    /// # Errors
    /// As the file system says.
    fn remove_dir(&self, path: &Path) -> io::Result<()>;

    /// Gives a file another name, replacing what has that name, in one step.
    ///
    /// # Errors
    /// As the file system says.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Makes the names in a folder durable.
    ///
    /// # Errors
    /// As the file system says. Whether anything is durable is then unknown.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
}

/// A file open for appending.
pub trait AppendFile: Send + Sync {
    /// Appends all bytes.
    ///
    /// # Errors
    /// As the file system says. Any part of the bytes may have been written.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Makes everything appended so far durable.
    ///
    /// # Errors
    /// As the file system says. A second attempt proves nothing: the kernel may have dropped the pages.
    fn sync(&mut self) -> io::Result<()>;
}

/// Creates a file under its final name in one step: temporary name, sync, rename. The caller syncs the folder.
///
/// # Errors
/// As the file system says.
pub fn write_whole(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    let temporary = Path::new(&temporary);
    let mut file = disk.create(temporary)?;
    file.append(bytes)?;
    file.sync()?;
    disk.rename(temporary, path)
}
