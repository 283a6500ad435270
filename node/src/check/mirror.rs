//! Where another copy of files is fetched from: another node or a static log by its URL, or a folder with an export, a
//! backup or a data folder. Every read has a limit; nothing is believed here, and nothing is written.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::time::Duration;

use lode_ledger::hash::Hash;
use lode_ledger::tlog::tile::{MAX_BUNDLE_BYTES, TILE_BYTES, TilePath};

use crate::documents;

/// The longest that one fetch may take, in seconds.
const TIMEOUT_S: u64 = 60;
/// How often a busy server is asked.
const TRIES: u32 = 5;
/// The longest checkpoint, in bytes.
const MAX_NOTE_BYTES: usize = 64 << 10;
/// The longest document, in bytes: more than any node takes by default.
const MAX_DOCUMENT_BYTES: usize = 256 << 20;
/// The longest of what is known of a document, in bytes.
const MAX_ABOUT_BYTES: usize = 64 << 10;

/// Why a name is none of a mirror.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0:?} is neither a folder nor an address that begins with http:// or https://")]
pub struct NoMirror(String);

/// Somebody who may have what is damaged here.
#[derive(Debug)]
pub struct Mirror {
    name: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Folder(PathBuf),
    Url(ureq::Agent),
}

impl Mirror {
    /// The mirror of this name: an address if it begins with `http://` or `https://`, otherwise a folder.
    ///
    /// # Errors
    /// It is neither.
    pub fn named(name: &str) -> Result<Self, NoMirror> {
        let name = name.trim_end_matches('/').to_owned();
        if name.starts_with("http://") || name.starts_with("https://") {
            let agent = ureq::Agent::config_builder()
                .timeout_global(Some(Duration::from_secs(TIMEOUT_S)))
                .http_status_as_error(false)
                .user_agent(concat!("lode-node/", env!("CARGO_PKG_VERSION")))
                .build();
            return Ok(Self { name, place: Place::Url(agent.into()) });
        }
        let folder = PathBuf::from(if name.is_empty() { "/" } else { &name });
        if folder.is_dir() { Ok(Self { name, place: Place::Folder(folder) }) } else { Err(NoMirror(name)) }
    }

    /// What it was named.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Its checkpoint.
    pub(super) fn checkpoint(&self) -> Result<Vec<u8>, String> {
        self.log_file("checkpoint", MAX_NOTE_BYTES)
    }

    /// A tile or bundle.
    pub(super) fn tile(&self, path: TilePath) -> Result<Vec<u8>, String> {
        let limit = match path {
            TilePath::Hashes(_) => TILE_BYTES,
            TilePath::Entries(_) => MAX_BUNDLE_BYTES,
        };
        self.log_file(&path.to_string(), limit)
    }

    /// A document's bytes. Of a node only public ones can be had.
    pub(super) fn document(&self, address: &Hash) -> Result<Vec<u8>, String> {
        match &self.place {
            Place::Url(agent) => {
                fetch(agent, &format!("{}/v1/documents/{address}", self.name), MAX_DOCUMENT_BYTES)
            }
            Place::Folder(folder) => {
                let [body, _] = documents::names(address);
                read(folder.join("documents").join(body), MAX_DOCUMENT_BYTES)
            }
        }
    }

    /// What is known of a document. Only a backup or a data folder has it.
    pub(super) fn about_document(&self, address: &Hash) -> Result<Vec<u8>, String> {
        match &self.place {
            Place::Url(_) => Err("who brought a document is only in a backup".to_owned()),
            Place::Folder(folder) => {
                let [_, about] = documents::names(address);
                read(folder.join("documents").join(about), MAX_ABOUT_BYTES)
            }
        }
    }

    fn log_file(&self, path: &str, limit: usize) -> Result<Vec<u8>, String> {
        match &self.place {
            Place::Url(agent) => fetch(agent, &format!("{}/{path}", self.name), limit),
            // A backup or a data folder has the log in a folder of its own.
            Place::Folder(folder) => match folder.join("log") {
                log if log.is_dir() => read(log.join(path), limit),
                _ => read(folder.join(path), limit),
            },
        }
    }
}

fn read(path: PathBuf, limit: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let done = File::open(&path).and_then(|file| file.take(most).read_to_end(&mut bytes));
    match done {
        Ok(_) if bytes.len() > limit => Err(format!("{} is too long", path.display())),
        Ok(_) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err("the mirror has not got it".to_owned()),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

fn fetch(agent: &ureq::Agent, url: &str, limit: usize) -> Result<Vec<u8>, String> {
    let mut tried = 1;
    loop {
        let mut answer = agent.get(url).call().map_err(|error| format!("{url}: {error}"))?;
        match answer.status().as_u16() {
            200 => {
                let body = answer.body_mut().with_config().limit(limit as u64).read_to_vec();
                return body.map_err(|error| format!("{url}: {error}"));
            }
            404 | 410 => return Err("the mirror has not got it".to_owned()),
            401 | 403 => {
                return Err("the mirror does not show it to everybody: take a backup or an export".to_owned());
            }
            429 | 503 if tried < TRIES => {
                std::thread::sleep(Duration::from_secs(1 << tried));
                tried += 1;
            }
            status => return Err(format!("{url}: the server answers {status}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_may_be_an_export_or_a_backup_and_nothing_longer_than_it_can_be_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let name = folder.path().to_str().unwrap();
        let mirror = Mirror::named(name).unwrap();
        assert!(mirror.checkpoint().is_err());
        std::fs::write(folder.path().join("checkpoint"), "an export's").unwrap();
        assert_eq!(mirror.checkpoint().unwrap(), b"an export's");
        std::fs::create_dir(folder.path().join("log")).unwrap();
        std::fs::write(folder.path().join("log/checkpoint"), "a backup's").unwrap();
        assert_eq!(mirror.checkpoint().unwrap(), b"a backup's");
        std::fs::write(folder.path().join("log/checkpoint"), vec![b'x'; MAX_NOTE_BYTES + 1]).unwrap();
        assert!(mirror.checkpoint().unwrap_err().contains("too long"));
        assert!(Mirror::named(&format!("{name}/nothing")).is_err());
        assert!(Mirror::named("ftp://a.example").is_err());
    }
}
