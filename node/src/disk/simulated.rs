//! A file system in memory that forgets on a crash whatever was not synced, and fails at a chosen call.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::{AppendFile, Disk};

#[derive(Clone, Default)]
struct Content {
    live: Vec<u8>,
    durable: Vec<u8>,
    /// A sync has failed: the kernel calls the pages clean, and later syncs succeed without writing anything.
    dropped: bool,
}

/// A name's meaning: a file by its number, or a folder.
#[derive(Clone, Copy, PartialEq)]
enum Node {
    Dir,
    File(usize),
}

#[derive(Clone, Default)]
struct State {
    contents: Vec<Content>,
    live: BTreeMap<PathBuf, Node>,
    durable: BTreeMap<PathBuf, Node>,
    calls: usize,
    fail_from: Option<usize>,
    /// After how many calls the failure is over; a machine that has stopped fails for ever.
    fail_until: Option<usize>,
}

impl State {
    /// Counts a changing call; from the chosen one on, all fail, as when the machine has stopped.
    fn count(&mut self) -> io::Result<()> {
        self.calls += 1;
        match self.fail_from {
            Some(n) if self.calls >= n && self.fail_until.is_none_or(|end| self.calls < end) => {
                Err(io::Error::other("simulated failure"))
            }
            _ => Ok(()),
        }
    }
}

/// What a crash leaves of that which was not synced.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unsynced {
    /// Nothing.
    Lost,
    /// The content, but not the names.
    Kept,
    /// Half of the content.
    Half,
    /// Every name, without the content: the folder was written before the file.
    Names,
    /// Every name, and zeros where the content should be: the file's length was written before its blocks.
    Zeros,
    /// Everything: the process was killed, the machine goes on.
    Killed,
}

impl Unsynced {
    pub(crate) const ALL: [Self; 6] =
        [Self::Lost, Self::Kept, Self::Half, Self::Names, Self::Zeros, Self::Killed];
}

#[derive(Clone, Default)]
pub(crate) struct SimulatedDisk(Arc<Mutex<State>>);

impl SimulatedDisk {
    pub(crate) fn new(dir: &Path) -> Self {
        let disk = Self::default();
        disk.with(|state| {
            state.live.insert(dir.into(), Node::Dir);
            state.durable.insert(dir.into(), Node::Dir);
        });
        disk
    }

    /// Changing calls so far.
    pub(crate) fn calls(&self) -> usize {
        self.with(|state| state.calls)
    }

    /// The n-th changing call from now, and all after it, fail.
    pub(crate) fn fail_at(&self, n: usize) {
        self.with(|state| state.fail_from = Some(state.calls + n));
    }

    /// The n-th changing call from now fails, and it alone.
    pub(crate) fn fail_once_at(&self, n: usize) {
        self.with(|state| {
            state.fail_from = Some(state.calls + n);
            state.fail_until = Some(state.calls + n + 1);
        });
    }

    /// A disk of its own with the same content, what lies below `from` under `to`.
    pub(crate) fn copied(&self, from: &Path, to: &Path) -> Self {
        let mut state = self.with(|state| state.clone());
        for names in [&mut state.live, &mut state.durable] {
            let moved = |path: PathBuf| match path.strip_prefix(from) {
                Ok(rest) if rest.as_os_str().is_empty() => to.to_owned(),
                Ok(rest) => to.join(rest),
                Err(_) => path,
            };
            *names = std::mem::take(names).into_iter().map(|(path, node)| (moved(path), node)).collect();
        }
        Self(Arc::new(Mutex::new(state)))
    }

    /// Takes in a folder of the machine's, under the same path, as durable.
    pub(crate) fn take_in(&self, dir: &Path) {
        let entry = |node, path: &Path| {
            self.with(|state| {
                state.live.insert(path.into(), node);
                state.durable.insert(path.into(), node);
            });
        };
        entry(Node::Dir, dir);
        for found in std::fs::read_dir(dir).unwrap() {
            let path = found.unwrap().path();
            if path.is_dir() {
                self.take_in(&path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            let number = self.with(|state| {
                state.contents.push(Content { live: bytes.clone(), durable: bytes, dropped: false });
                state.contents.len() - 1
            });
            entry(Node::File(number), &path);
        }
    }

    /// The disk as found after a power cut.
    pub(crate) fn after_crash(&self, unsynced: Unsynced) -> Self {
        let mut state = self.with(|state| state.clone());
        if !matches!(unsynced, Unsynced::Names | Unsynced::Zeros | Unsynced::Killed) {
            state.live = state.durable.clone();
        }
        state.durable = state.live.clone();
        state.fail_from = None;
        for content in &mut state.contents {
            let durable = content.durable.len();
            match unsynced {
                Unsynced::Lost | Unsynced::Names => content.live.truncate(durable),
                Unsynced::Kept | Unsynced::Killed => {}
                Unsynced::Half => {
                    content.live.truncate(durable + content.live.len().saturating_sub(durable) / 2);
                }
                Unsynced::Zeros => content.live.iter_mut().skip(durable).for_each(|byte| *byte = 0),
            }
            content.durable = content.live.clone();
            content.dropped = false;
        }
        Self(Arc::new(Mutex::new(state)))
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap())
    }
}

fn missing() -> io::Error {
    io::Error::from(io::ErrorKind::NotFound)
}

impl Disk for SimulatedDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn AppendFile>> {
        self.with(|state| {
            state.count()?;
            if state.live.get(path.parent().unwrap()) != Some(&Node::Dir) {
                return Err(missing());
            }
            let number = state.contents.len();
            state.contents.push(Content::default());
            state.live.insert(path.into(), Node::File(number));
            Ok(Box::new(SimulatedFile { disk: self.clone(), number }) as Box<dyn AppendFile>)
        })
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.with(|state| {
            state.count()?;
            state.live.insert(path.into(), Node::Dir);
            Ok(())
        })
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        self.with(|state| {
            if state.live.get(dir) != Some(&Node::Dir) {
                return Err(missing());
            }
            let inside = state.live.keys().filter(|path| path.parent() == Some(dir));
            Ok(inside.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect())
        })
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.with(|state| match state.live.get(path) {
            Some(Node::File(number)) => Ok(state.contents[*number].live.clone()),
            _ => Err(missing()),
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.with(|state| {
            state.count()?;
            state.live.remove(path).map(|_| ()).ok_or_else(missing)
        })
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        self.remove(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.with(|state| {
            state.count()?;
            let node = state.live.remove(from).ok_or_else(missing)?;
            state.live.insert(to.into(), node);
            Ok(())
        })
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.with(|state| {
            state.count()?;
            state.durable.retain(|name, _| name.parent() != Some(path));
            let inside = state.live.iter().filter(|(name, _)| name.parent() == Some(path));
            state.durable.extend(inside.map(|(name, node)| (name.clone(), *node)));
            Ok(())
        })
    }
}

struct SimulatedFile {
    disk: SimulatedDisk,
    number: usize,
}

impl AppendFile for SimulatedFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.disk.with(|state| {
            let counted = state.count();
            let written = if counted.is_ok() { bytes } else { &bytes[..bytes.len() / 2] };
            state.contents[self.number].live.extend_from_slice(written);
            counted
        })
    }

    fn sync(&mut self) -> io::Result<()> {
        self.disk.with(|state| {
            let counted = state.count();
            let content = &mut state.contents[self.number];
            content.dropped |= counted.is_err();
            if !content.dropped {
                content.durable = content.live.clone();
            }
            counted
        })
    }
}
