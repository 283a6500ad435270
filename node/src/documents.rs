//! Documents and photos off the log, kept under the hash that the log knows them by.
//!
//! A file per document in `documents/aa/<hash>`, with what is known of it in `<hash>.json` beside it. Public
//! documents go by the SHA-256 of their bytes, private ones by a salted digest, so that nobody can test a guess.
//! Pictures carry no metadata. Other files are kept as they are: what stands in a PDF is up to who sends it.
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

/// Why a document was not taken.
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
        let (body, about) = self.paths(&address);
        if body.exists() && about.exists() {
            return Ok(address);
        }
        if let Some(folder) = body.parent() {
            fs::create_dir_all(folder)?;
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
        let json = serde_json::to_vec(&known).map_err(io::Error::from)?;
        // The body comes last: it is what tells that a document is there.
        write_whole(&about, &json)?;
        write_whole(&body, bytes)?;
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
    #[must_use]
    pub fn about(&self, address: &Hash) -> Option<About> {
        let (body, about) = self.paths(address);
        if !body.exists() {
            return None;
        }
        serde_json::from_slice(&fs::read(about).ok()?).ok()
    }

    /// A document's bytes; `None` if it is not here.
    ///
    /// # Errors
    /// The disk failed.
    pub fn bytes(&self, address: &Hash) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.paths(address).0) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn paths(&self, address: &Hash) -> (PathBuf, PathBuf) {
        let name = address.to_string();
        let folder = self.folder.join(name.get(..2).unwrap_or_default());
        (folder.join(&name), folder.join(format!("{name}.json")))
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
        assert_eq!(documents.bytes(&address).unwrap().unwrap(), b"%PDF-1.7 x");
        let about = documents.about(&address).unwrap();
        assert_eq!((about.public, about.media_type.as_str(), about.salt), (true, "application/pdf", None));
        assert_eq!(documents.about(&Hash::ZERO), None);
        assert_eq!(documents.bytes(&Hash::ZERO).unwrap(), None);
    }

    #[test]
    fn a_private_document_has_a_salted_address() {
        let (_folder, documents) = store();
        let access = Access::Private { salt: [9; 16] };
        let address = documents.put(b"invoice", access, WHO).unwrap();
        assert_ne!(address, Hash::of(b"invoice"));
        assert_eq!(address, private_address("a.example", &[9; 16], b"invoice"));
        assert!(!documents.about(&address).unwrap().public);
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
        assert_eq!(documents.about(&address).unwrap().media_type, "image/jpeg");
    }
}
