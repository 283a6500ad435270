//! Tiles as files: written once under their final name, synced, read back.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lode_ledger::tlog::tile::TilePath;

use super::{Bytes, TilesError};
use crate::disk::{Disk, write_whole};

const CHECKPOINT: &str = "checkpoint";

pub(super) struct Files {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
}

impl Files {
    pub(super) fn open(disk: Arc<dyn Disk>, dir: PathBuf) -> Result<Self, TilesError> {
        disk.create_dir(&dir).map_err(failed("create the folder", &dir))?;
        if let Some(parent) = dir.parent() {
            disk.sync_dir(parent).map_err(failed("sync the folder", parent))?;
        }
        Ok(Self { disk, dir })
    }

    pub(super) fn path(&self, path: TilePath) -> PathBuf {
        self.dir.join(path.to_string())
    }

    pub(super) fn checkpoint(&self) -> PathBuf {
        self.dir.join(CHECKPOINT)
    }

    pub(super) fn read(&self, path: TilePath) -> Result<Vec<u8>, TilesError> {
        let path = self.path(path);
        self.disk.read(&path).map_err(failed("read", &path))
    }

    /// [`Self::read`]; `None` if there is no such file.
    pub(super) fn find(&self, path: TilePath) -> Result<Option<Vec<u8>>, TilesError> {
        match self.read(path) {
            Err(TilesError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
            result => result.map(Some),
        }
    }

    /// Puts the right bytes in the place of wrong ones, durably, and reads them back.
    pub(super) fn replace(&self, path: TilePath, bytes: &[u8]) -> Result<(), TilesError> {
        let path = self.path(path);
        let mut dirs: BTreeSet<PathBuf> = path.parent().map(Path::to_owned).into_iter().collect();
        self.create_parents(&path, &mut dirs)?;
        write_whole(&*self.disk, &path, bytes).map_err(failed("replace", &path))?;
        dirs.iter().try_for_each(|dir| self.sync(dir))?;
        let found = self.disk.read(&path).map_err(failed("read back", &path))?;
        if found == bytes { Ok(()) } else { Err(TilesError::Damaged(path)) }
    }

    /// The partial tiles and bundles that are there.
    pub(super) fn partials(&self) -> Result<Vec<TilePath>, TilesError> {
        let mut found = Vec::new();
        let mut waiting = vec!["tile".to_owned()];
        while let Some(below) = waiting.pop() {
            let dir = self.dir.join(&below);
            let names = match self.disk.list(&dir) {
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
                {
                    continue;
                }
                result => result.map_err(failed("list", &dir))?,
            };
            for name in names {
                let path = format!("{below}/{name}");
                if below.ends_with(".p") {
                    // Other names are not ours, such as that of a file that was never finished.
                    found.extend(path.parse::<TilePath>().ok());
                } else if below == "tile" || name.starts_with('x') || name.ends_with(".p") {
                    waiting.push(path);
                }
            }
        }
        Ok(found)
    }

    pub(super) fn read_checkpoint(&self) -> Result<Option<Vec<u8>>, TilesError> {
        let path = self.checkpoint();
        match self.disk.read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            result => result.map(Some).map_err(failed("read", &path)),
        }
    }

    pub(super) fn replace_checkpoint(&self, bytes: &[u8]) -> Result<(), TilesError> {
        let path = self.checkpoint();
        write_whole(&*self.disk, &path, bytes).map_err(failed("replace", &path))?;
        self.sync(&self.dir)
    }

    /// Writes files that will never change, makes them and their names durable, and reads them back. A file that is
    /// there with the same bytes is as good: a replay writes what it wrote before.
    pub(super) fn write_immutable<'a>(
        &self,
        files: impl IntoIterator<Item = (TilePath, &'a Bytes)>,
    ) -> Result<(), TilesError> {
        let mut written = Vec::new();
        let mut dirs = BTreeSet::new();
        for (path, bytes) in files {
            let path = self.path(path);
            match self.disk.read(&path) {
                Ok(found) if found == **bytes => {}
                Ok(_) => return Err(TilesError::Conflict(path)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    self.create_parents(&path, &mut dirs)?;
                    write_whole(&*self.disk, &path, bytes).map_err(failed("write", &path))?;
                }
                Err(error) => return Err(failed("read", &path)(error)),
            }
            // Of a file found we do not know whether its name was synced.
            dirs.extend(path.parent().map(Path::to_owned));
            written.push((path, bytes));
        }
        for dir in dirs {
            self.sync(&dir)?;
        }
        for (path, bytes) in written {
            let found = self.disk.read(&path).map_err(failed("read back", &path))?;
            if found != **bytes {
                return Err(TilesError::Damaged(path));
            }
        }
        Ok(())
    }

    /// Removes the partial versions of tiles that are now full; C2SP tlog-tiles allows it.
    pub(super) fn remove_partials(&self, full: impl IntoIterator<Item = TilePath>) -> Result<(), TilesError> {
        for path in full {
            let dir = self.dir.join(format!("{path}.p"));
            let names = match self.disk.list(&dir) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                result => result.map_err(failed("list", &dir))?,
            };
            for name in names {
                let file = dir.join(name);
                self.disk.remove(&file).map_err(failed("remove", &file))?;
            }
            self.disk.remove_dir(&dir).map_err(failed("remove", &dir))?;
        }
        Ok(())
    }

    /// Makes the folders above a file, noting each whose names have changed.
    fn create_parents(&self, path: &Path, changed: &mut BTreeSet<PathBuf>) -> Result<(), TilesError> {
        let inside = path.parent().and_then(|parent| parent.strip_prefix(&self.dir).ok());
        let mut dir = self.dir.clone();
        for part in inside.into_iter().flat_map(Path::components) {
            changed.insert(dir.clone());
            dir.push(part);
            self.disk.create_dir(&dir).map_err(failed("create the folder", &dir))?;
        }
        Ok(())
    }

    fn sync(&self, dir: &Path) -> Result<(), TilesError> {
        self.disk.sync_dir(dir).map_err(failed("sync the folder", dir))
    }
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> TilesError {
    let path = path.to_owned();
    move |source| TilesError::Io { action, path, source }
}
