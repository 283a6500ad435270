//! Documents and photos off the log, kept under the hash that the log knows them by.
//!
//! A file per document in `documents/aa/<hash>`, with what is known of it in `<hash>.json` beside it. Public
//! documents go by the SHA-256 of their bytes, private ones by a salted digest, so that nobody can test a guess.
//! Pictures carry no metadata. Other files are kept as they are: what stands in a PDF is up to who sends it.
//!
//! Both files are checked whenever they are read: the bytes against the address, what is known of them, which decides
//! who may read them, against a sum of its own. A flipped bit is an error, never an answer.
//!
//! Not decided here: who may read what. Not on the log: anything of this.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use lode_ledger::document::{PictureError, clean, media_type, private_address};
use lode_ledger::hash::Hash;
use lode_ledger::id::ParticipantId;
use serde::{Deserialize, Serialize};

/// What is known of a stored document.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Whether everybody may read it.
    pub public: bool,
    /// Who brought it.
    pub participant: ParticipantId,
    /// Its media type, found by its first bytes.
    pub media_type: String,
    /// The salt of a private document's address, in hex. Destroying it erases the connection to the log.
    pub salt: Option<String>,
}

impl About {
    /// How the document is addressed; `None` if the salt is none.
    fn access(&self) -> Option<Access> {
        let Some(salt) = &self.salt else { return self.public.then_some(Access::Public) };
        let mut bytes = [0; 16];
        hex::decode_to_slice(salt, &mut bytes).ok()?;
        (!self.public).then_some(Access::Private { salt: bytes })
    }

    /// The bytes of its file: itself, and a sum over itself and the document's address.
    fn file(&self, address: &Hash) -> io::Result<Vec<u8>> {
        let about = serde_json::to_vec(self)?;
        let check = Hash::of_parts(&[address.as_ref(), &about]);
        Ok(serde_json::to_vec(&Kept { about: self.clone(), check })?)
    }

    /// Reads what [`Self::file`] has written, to the bit.
    fn read(address: &Hash, bytes: &[u8]) -> Option<Self> {
        let Kept { about, .. } = serde_json::from_slice(bytes).ok()?;
        (about.file(address).ok()? == bytes).then_some(about)
    }
}

/// What is known of a document, as it is kept.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    about: About,
    check: Hash,
}

/// Why a document was not taken, or cannot be given.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// Nothing in it.
    #[error("the document is empty")]
    Empty,
    /// A picture that is damaged, or of a kind that cannot be cleaned.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// A picture with metadata.
    #[error(
        "the picture carries metadata (EXIF or the like): send it to POST /v1/documents, which takes it out and answers with the hash"
    )]
    Metadata,
    /// The address is another.
    #[error("the bytes have the address {0}")]
    Address(Hash),
    /// What is kept is not what was brought.
    #[error("{0} is damaged. Repair it from a mirror or a backup: lode-node check --repair-from URL")]
    Damaged(PathBuf),
    /// The disk.
    #[error("the document store failed: {0}")]
    Io(#[from] io::Error),
}

/// How a document is addressed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Access {
    /// By the SHA-256 of its bytes; everybody may read it.
    Public,
    /// By the salted digest.
    Private {
        /// 128 random bits.
        salt: [u8; 16],
    },
}

impl Access {
    /// The address of these bytes.
    #[must_use]
    pub fn address(&self, origin: &str, bytes: &[u8]) -> Hash {
        match self {
            Self::Public => Hash::of(bytes),
            Self::Private { salt } => private_address(origin, salt, bytes),
        }
    }
}

/// The store.
#[derive(Clone, Debug)]
pub struct Documents {
    folder: PathBuf,
    origin: String,
}

impl Documents {
    /// The store in `<data>/documents`. Nothing is written before the first document.
    #[must_use]
    pub fn new(data: &Path, origin: impl Into<String>) -> Self {
        Self { folder: data.join("documents"), origin: origin.into() }
    }

    /// Keeps bytes that are clean already; their address. What is there already stays as it is.
    ///
    /// # Errors
    /// [`DocumentError`]: among others that a picture carries metadata.
    pub fn put(
        &self,
        bytes: &[u8],
        access: Access,
        participant: ParticipantId,
    ) -> Result<Hash, DocumentError> {
        check(bytes)?;
        let address = access.address(&self.origin, bytes);
        // What is there and damaged is put right by whoever brings it again.
        if matches!(self.find(&address), Ok(Some(_))) {
            return Ok(address);
        }
        let salt = match access {
            Access::Public => None,
            Access::Private { salt } => Some(hex::encode(salt)),
        };
        let known = About {
            public: access == Access::Public,
            participant,
            media_type: media_type(bytes).to_owned(),
            salt,
        };
        self.write(&address, Some(&known.file(&address)?), Some(bytes))?;
        Ok(address)
    }

    /// Like [`Self::put`], but only under this address.
    ///
    /// # Errors
    /// As [`Self::put`], and [`DocumentError::Address`].
    pub fn put_as(
        &self,
        address: &Hash,
        bytes: &[u8],
        access: Access,
        participant: ParticipantId,
    ) -> Result<(), DocumentError> {
        check(bytes)?;
        let found = access.address(&self.origin, bytes);
        if found != *address {
            return Err(DocumentError::Address(found));
        }
        self.put(bytes, access, participant).map(drop)
    }

    /// What is known of a document; `None` if it is not here.
    ///
    /// # Errors
    /// It is damaged, or the disk failed.
    pub fn about(&self, address: &Hash) -> Result<Option<About>, DocumentError> {
        let (body, about) = self.paths(address);
        if !body.exists() {
            return Ok(None);
        }
        let found = read(&about)?.and_then(|bytes| About::read(address, &bytes));
        found.map(Some).ok_or(DocumentError::Damaged(about))
    }

    /// A document and what is known of it; `None` if it is not here.
    ///
    /// # Errors
    /// As [`Self::about`].
    pub fn find(&self, address: &Hash) -> Result<Option<(About, Vec<u8>)>, DocumentError> {
        let Some(about) = self.about(address)? else { return Ok(None) };
        let (body, _) = self.paths(address);
        let bytes = read(&body)?.filter(|bytes| self.fits(address, &about, bytes));
        bytes.map(|bytes| Some((about, bytes))).ok_or(DocumentError::Damaged(body))
    }

    /// Whether the address is that of these bytes.
    fn fits(&self, address: &Hash, about: &About, bytes: &[u8]) -> bool {
        about.access().is_some_and(|access| access.address(&self.origin, bytes) == *address)
    }

    /// The addresses of all documents, damaged ones too, in order.
    ///
    /// # Errors
    /// The disk failed.
    pub(crate) fn all(&self) -> io::Result<Vec<Hash>> {
        let names = |folder: &Path| -> io::Result<Vec<PathBuf>> {
            match fs::read_dir(folder) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
                found => found?.map(|entry| Ok(entry?.path())).collect(),
            }
        };
        let mut all = std::collections::BTreeSet::new();
        for folder in names(&self.folder)? {
            for path in if folder.is_dir() { names(&folder)? } else { Vec::new() } {
                // Other names are those of files that were never finished.
                let known = path.extension().is_none_or(|extension| extension == "json");
                let name = path.file_stem().and_then(|name| name.to_str()).filter(|_| known);
                all.extend(name.and_then(|name| name.parse::<Hash>().ok()));
            }
        }
        Ok(all.into_iter().collect())
    }

    /// The file of a document's bytes.
    pub(crate) fn file(&self, address: &Hash) -> PathBuf {
        self.paths(address).0
    }

    /// Puts a damaged document right with files that somebody else has. Nothing is written that does not fit the address.
    /// Whether it is right then.
    ///
    /// # Errors
    /// The disk failed.
    pub(crate) fn mend(
        &self,
        address: &Hash,
        about: impl FnOnce() -> Option<Vec<u8>>,
        body: impl FnOnce() -> Option<Vec<u8>>,
    ) -> Result<bool, DocumentError> {
        let (body_path, about_path) = self.paths(address);
        let own = read(&about_path)?.and_then(|bytes| About::read(address, &bytes));
        let (about, new_about) = match own {
            Some(own) => (own, None),
            None => {
                let offered = about();
                let read = offered.as_deref().and_then(|bytes| About::read(address, bytes));
                let Some(read) = read else { return Ok(false) };
                (read, offered)
            }
        };
        let own = read(&body_path)?.filter(|bytes| self.fits(address, &about, bytes));
        let new_body = match own {
            Some(_) => None,
            None => {
                let offered = body().filter(|bytes| self.fits(address, &about, bytes));
                if offered.is_none() {
                    return Ok(false);
                }
                offered
            }
        };
        self.write(address, new_about.as_deref(), new_body.as_deref())?;
        Ok(true)
    }

    /// The body comes last: it is what tells that a document is there.
    fn write(&self, address: &Hash, about: Option<&[u8]>, body: Option<&[u8]>) -> io::Result<()> {
        let (body_path, about_path) = self.paths(address);
        if let Some(folder) = body_path.parent() {
            fs::create_dir_all(folder)?;
        }
        about.map_or(Ok(()), |bytes| write_whole(&about_path, bytes))?;
        body.map_or(Ok(()), |bytes| write_whole(&body_path, bytes))
    }

    fn paths(&self, address: &Hash) -> (PathBuf, PathBuf) {
        let [body, about] = names(address);
        (self.folder.join(body), self.folder.join(about))
    }
}

/// The files of a document below the folder of all: its bytes, and what is known of them.
pub(crate) fn names(address: &Hash) -> [String; 2] {
    let name = address.to_string();
    let folder = name.get(..2).unwrap_or_default();
    [format!("{folder}/{name}"), format!("{folder}/{name}.json")]
}

/// A file's bytes; `None` if it is not there.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        found => found.map(Some),
    }
}

/// Nothing is kept that is empty, or a picture that is not clean.
fn check(bytes: &[u8]) -> Result<(), DocumentError> {
    if bytes.is_empty() {
        return Err(DocumentError::Empty);
    }
    if *clean(bytes)? != *bytes {
        return Err(DocumentError::Metadata);
    }
    Ok(())
}

/// Writes beside the place, syncs, and moves there: a crash leaves the whole file or none.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut salt = [0; 8];
    getrandom::fill(&mut salt).map_err(|error| io::Error::other(error.to_string()))?;
    let part = path.with_extension(format!("{}.part", hex::encode(salt)));
    let written = fs::File::create_new(&part)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        // The part is of no use to anybody; that it cannot be removed changes nothing about the failure.
        let _ = fs::remove_file(&part);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Documents) {
        let folder = tempfile::tempdir().unwrap();
        let documents = Documents::new(folder.path(), "a.example");
        (folder, documents)
    }

    const WHO: ParticipantId = ParticipantId::new([1; 16]);

    #[test]
    fn what_was_put_comes_back_under_its_hash() {
        let (_folder, documents) = store();
        let address = documents.put(b"%PDF-1.7 x", Access::Public, WHO).unwrap();
        assert_eq!(address, Hash::of(b"%PDF-1.7 x"));
        let (about, bytes) = documents.find(&address).unwrap().unwrap();
        assert_eq!(bytes, b"%PDF-1.7 x");
        assert_eq!((about.public, about.media_type.as_str(), about.salt), (true, "application/pdf", None));
        assert_eq!(documents.about(&Hash::ZERO).unwrap(), None);
        assert_eq!(documents.find(&Hash::ZERO).unwrap(), None);
        assert_eq!(documents.all().unwrap(), [address]);
    }

    #[test]
    fn a_private_document_has_a_salted_address() {
        let (_folder, documents) = store();
        let access = Access::Private { salt: [9; 16] };
        let address = documents.put(b"invoice", access, WHO).unwrap();
        assert_ne!(address, Hash::of(b"invoice"));
        assert_eq!(address, private_address("a.example", &[9; 16], b"invoice"));
        assert!(!documents.about(&address).unwrap().unwrap().public);
        let wrong = documents.put_as(&Hash::of(b"invoice"), b"invoice", access, WHO);
        assert!(matches!(wrong, Err(DocumentError::Address(found)) if found == address));
    }

    #[test]
    fn a_picture_with_metadata_is_not_kept() {
        let (_folder, documents) = store();
        assert!(matches!(documents.put(b"", Access::Public, WHO), Err(DocumentError::Empty)));
        let (clean_one, dirty) = (b"\xff\xd8\xff\xd9", b"\xff\xd8\xff\xfe\0\x04hi\xff\xd9");
        assert!(matches!(documents.put(dirty, Access::Public, WHO), Err(DocumentError::Metadata)));
        let put = documents.put_as(&Hash::of(dirty), dirty, Access::Public, WHO);
        assert!(matches!(put, Err(DocumentError::Metadata)));
        assert!(matches!(
            documents.put(b"GIF89a", Access::Public, WHO),
            Err(DocumentError::Picture(PictureError::Format("GIF")))
        ));
        let address = documents.put(clean_one, Access::Public, WHO).unwrap();
        assert_eq!(documents.about(&address).unwrap().unwrap().media_type, "image/jpeg");
    }

    #[test]
    fn every_flipped_bit_of_both_files_is_found_and_bringing_it_again_puts_it_right() {
        let (_folder, documents) = store();
        for (access, bytes) in
            [(Access::Public, b"%PDF-1.7 public"), (Access::Private { salt: [9; 16] }, b"%PDF-1.7 hidden")]
        {
            let address = documents.put(bytes, access, WHO).unwrap();
            let (body, about) = documents.paths(&address);
            for path in [body, about] {
                let good = fs::read(&path).unwrap();
                for bit in 0..good.len() * 8 {
                    let mut bad = good.clone();
                    bad[bit / 8] ^= 1 << (bit % 8);
                    fs::write(&path, bad).unwrap();
                    let found = documents.find(&address);
                    assert!(
                        matches!(&found, Err(DocumentError::Damaged(at)) if *at == path),
                        "{bit}: {found:?}"
                    );
                    let mended = documents.mend(&address, || Some(vec![0]), || Some(b"another".to_vec()));
                    assert!(!mended.unwrap(), "what does not fit is not put in place");
                }
                assert_eq!(documents.put(bytes, access, WHO).unwrap(), address);
                assert_eq!(fs::read(&path).unwrap(), good);
            }
        }
    }
}
