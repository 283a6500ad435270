//! Every file of a data folder that is not the index, looked at by itself: which ones are not what they must be, and, if
//! there is a mirror, what can be put in their place. Only what fits the signed tree, an address or the log itself is
//! ever written.

use std::fmt;
use std::path::{Path, PathBuf};

use lode_ledger::record::Ledger;
use lode_ledger::tlog::SignedCheckpoint;
use lode_ledger::tlog::tile::TilePath;

use super::Mirror;
use crate::documents::{DocumentError, Documents};
use crate::genesis::{self, GenesisError, REQUEST_FILE};
use crate::sequencer::{Begun, Opened, progress_bar};
use crate::tiles::{self, RightEdge, Tiles, TilesError, examine_right_edge};

const WIDTH: u64 = 256;

/// A file that is not, or was not, what it must be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// The file.
    pub file: PathBuf,
    /// What of the ledger is in it, such as which entries.
    pub what: String,
    /// Why it was not repaired, if that was tried.
    pub why: Option<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.file.display(), self.what)?;
        self.why.as_ref().map_or(Ok(()), |why| write!(f, ": not repaired: {why}"))
    }
}

/// What was found so far.
pub(super) struct Survey<'m> {
    mirror: Option<&'m Mirror>,
    pub(super) damaged: Vec<Finding>,
    pub(super) repaired: Vec<Finding>,
}

impl<'m> Survey<'m> {
    pub(super) const fn new(mirror: Option<&'m Mirror>) -> Self {
        Self { mirror, damaged: Vec::new(), repaired: Vec::new() }
    }

    fn add(&mut self, file: &Path, what: String, repaired: Result<(), String>) {
        if let (Ok(()), Some(mirror)) = (&repaired, self.mirror) {
            tracing::warn!(file = %file.display(), what, mirror = mirror.name(), "repaired");
        }
        let all = if repaired.is_ok() { &mut self.repaired } else { &mut self.damaged };
        // One damaged tile is met again for every file below it.
        if all.iter().all(|finding| finding.file != file) {
            let why = repaired.err().filter(|_| self.mirror.is_some());
            all.push(Finding { file: file.to_owned(), what, why });
        }
    }

    /// The tiles that the right edge is made of: nothing can be opened before they are right.
    pub(super) fn right_edge(&mut self, begun: &Begun) -> Result<(), TilesError> {
        let dir = begun.folder.log();
        let size = begun.journal.first_index().next_multiple_of(WIDTH);
        let offered = |path: TilePath| self.mirror.and_then(|mirror| mirror.tile(path).ok());
        let fits = |frontier| begun.fits(frontier);
        let found = examine_right_edge(begun.disk.clone(), dir.clone(), size, fits, offered)?;
        let file = |path: TilePath| dir.join(path.to_string());
        match found {
            RightEdge::Fits => {}
            RightEdge::FitsWith(right) => {
                for (path, bytes) in right {
                    let repaired = if self.mirror.is_some() {
                        tiles::replace(begun.disk.clone(), &dir, path, &bytes)?;
                        Ok(())
                    } else {
                        Err(String::new())
                    };
                    self.add(&file(path), entries(path.entries()), repaired);
                }
            }
            RightEdge::Unknown(suspects) => {
                for path in suspects {
                    let why =
                        "neither the files below it nor the mirror's lead to what was signed".to_owned();
                    self.add(&file(path), entries(path.entries()), Err(why));
                }
            }
        }
        Ok(())
    }

    /// The published checkpoint: what the world has seen. For a damaged one the mirror's stands in, if that bears our
    /// signature, until the newest is written; without a mirror only the journal's, so that the rest can be looked at.
    pub(super) fn published(&mut self, begun: &Begun) -> Result<Option<Vec<u8>>, TilesError> {
        let Some((file, own)) = tiles::published_checkpoint(begun.disk.clone(), begun.folder.log())? else {
            return Ok(None);
        };
        let is_ours = |note: &[u8]| SignedCheckpoint::open(note, begun.signer.verifier_key()).is_ok();
        if is_ours(&own) {
            return Ok(None);
        }
        let offered = self.offered(Mirror::checkpoint).and_then(|note| {
            if is_ours(&note) {
                Ok(note)
            } else {
                Err("the mirror's checkpoint is not signed by this log".to_owned())
            }
        });
        let (stands_in, repaired) = match offered {
            Ok(note) => (note, Ok(())),
            Err(why) => (begun.journal.checkpoint().to_vec(), Err(why)),
        };
        self.add(&file, "what the world has seen of the log".to_owned(), repaired);
        Ok(Some(stands_in))
    }

    /// Every other tile and bundle, from the highest tiles down: each is only as good as the one above.
    pub(super) fn log(&mut self, tiles: &Tiles) -> Result<(), TilesError> {
        let files = tiles.expected_files()?;
        let bar = progress_bar(files.len() as u64, "files");
        for path in files {
            match tiles.examine(path) {
                Ok(true) => {}
                Ok(false) => self.log_file(tiles, path)?,
                // It was looked at before.
                Err(TilesError::Damaged(above)) => {
                    self.add(&above, entries(path.entries()), Err(String::new()))
                }
                Err(TilesError::Io { source, .. }) => {
                    tracing::warn!(%source, %path, "a file of the log cannot be read");
                    self.log_file(tiles, path)?;
                }
                Err(error) => return Err(error),
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(())
    }

    fn log_file(&mut self, tiles: &Tiles, path: TilePath) -> Result<(), TilesError> {
        let what = entries(tiles.wrong_entries(path).or_else(|| path.entries()));
        let mut repaired = Err("the mirror's does not fit the tree either".to_owned());
        if let Some(mirror) = self.mirror {
            let mut why = None;
            let offered = || mirror.tile(path).map_err(|error| why = Some(error)).ok();
            if tiles.mend(path, offered)? {
                repaired = Ok(());
            } else if let Some(why) = why {
                repaired = Err(why);
            }
        }
        self.add(&tiles.file(path), what, repaired);
        Ok(())
    }

    /// Documents and what is known of them.
    pub(super) fn documents(&mut self, documents: &Documents) -> Result<(), DocumentError> {
        for address in documents.all()? {
            let file = match documents.find(&address) {
                Ok(Some(_)) => continue,
                Ok(None) => documents.file(&address),
                Err(DocumentError::Damaged(file)) => file,
                Err(error) => return Err(error),
            };
            let mut why = "the mirror's does not fit the address either".to_owned();
            let mut repaired = false;
            if let Some(mirror) = self.mirror {
                let (mut about, mut body) = (Ok(()), Ok(()));
                let taken = |found: Result<Vec<u8>, String>, result: &mut Result<(), String>| {
                    found.map_err(|error| *result = Err(error)).ok()
                };
                repaired = documents.mend(
                    &address,
                    || taken(mirror.about_document(&address), &mut about),
                    || taken(mirror.document(&address), &mut body),
                )?;
                why = about.and(body).err().unwrap_or(why);
            }
            self.add(&file, format!("document {address}"), if repaired { Ok(()) } else { Err(why) });
        }
        Ok(())
    }

    /// What the registrar was asked to sign. It is spent, and stands in the log's first entry.
    pub(super) fn request(
        &mut self,
        data: &Path,
        opened: &Opened,
        ledger: &Ledger,
    ) -> Result<(), GenesisError> {
        let file = data.join(REQUEST_FILE);
        let Ok(own) = std::fs::read(&file) else { return Ok(()) };
        let right = genesis::request_of(ledger, opened.signer.verifier_key())?;
        if own != right.as_bytes() {
            let repaired = match self.mirror {
                Some(_) => genesis::write_request(data, &right).map_err(|error| error.to_string()),
                None => Err(String::new()),
            };
            self.add(&file, "what the ledger was opened with".to_owned(), repaired);
        }
        Ok(())
    }

    fn offered(&self, take: impl FnOnce(&Mirror) -> Result<Vec<u8>, String>) -> Result<Vec<u8>, String> {
        self.mirror.map_or_else(|| Err(String::new()), take)
    }
}

fn entries(range: Option<(u64, u64)>) -> String {
    match range {
        Some((first, last)) if first == last => format!("entry {first}"),
        Some((first, last)) => format!("entries {first} to {last}"),
        None => "no entries that the log can have".to_owned(),
    }
}
