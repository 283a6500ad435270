//! Documents off the log: their hash goes in, their bytes stay here.
//!
//! A private document's hash is salted, so that nobody can find out by guessing whether a well-known paper is meant;
//! the salt is kept in the home folder. Who wants the node to keep the bytes brings them with [`put`].

use std::path::{Path, PathBuf};

use lode_ledger::document::{PictureError, clean, private_address};
use lode_ledger::event::body::DocumentRef;
use lode_ledger::hash::Hash;
use lode_ledger::id::Nonce;
use lode_ledger::sealed::Salt;
use serde::{Deserialize, Serialize};

use crate::error::{ClientError, Result, Words, random, words};
use crate::home::{Home, read_json, write_json};
use crate::session::Session;
use crate::spec::{self, as_in, expected};

/// What opens the hash of a private document.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct DocumentOpening {
    /// The salted hash, as in the event.
    pub digest: Hash,
    /// The salt.
    pub salt: Salt,
    /// SHA-256 of the bytes.
    pub sha256: Hash,
    /// The file's name when it was hashed.
    pub file: String,
}

/// Reads `KIND=FILE` and hashes the file.
///
/// # Errors
/// Another form, an unknown kind, or the file cannot be read.
pub fn reference(home: &Home, origin: &str, text: &str, public: bool) -> Result<DocumentRef> {
    let (kind, file) = text
        .split_once('=')
        .ok_or_else(|| expected(text, as_in("KIND=FILE", "commercial_invoice=invoice.pdf")))?;
    let kind = spec::code(kind)?;
    let path = Path::new(file);
    let bytes = read(path, public)?;
    let sha256 = Hash::of(&bytes);
    if public {
        return Ok(DocumentRef { kind, sha256, public });
    }
    let salt = Salt(random()?);
    let salted = salted(origin, &salt, &bytes);
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    write_json(&opening_path(home, &salted), &DocumentOpening { digest: salted, salt, sha256, file: name })?;
    Ok(DocumentRef { kind, sha256: salted, public })
}

fn opening_path(home: &Home, digest: &Hash) -> PathBuf {
    home.join(format!("disclosures/document-{digest}.json"))
}

/// A file's bytes as the ledger knows them: of a picture without what its camera wrote into it. A private document that
/// cannot be cleaned is taken as it is: it can be named and shown, but a node would not keep it.
fn read(path: &Path, public: bool) -> Result<Vec<u8>> {
    let bytes = std::fs::read(path).map_err(|error| ClientError::io(path, error))?;
    match clean(&bytes) {
        Ok(cleaned) => Ok(cleaned.into_owned()),
        Err(_) if !public => Ok(bytes),
        Err(error) => Err(ClientError::file(path, uncleaned(error))),
    }
}

/// Why a picture that everybody may see is not taken as it is.
fn uncleaned(error: PictureError) -> Words {
    match error {
        PictureError::Damaged(name) => words!(
            "this is not a whole {name} file",
            "{name} 文件不完整",
            "este não é um arquivo {name} inteiro"
        ),
        PictureError::Format(name) => words!(
            "{name} files carry where and with what they were made, and that cannot be taken out here: use JPEG, PNG or WebP",
            "{name} 文件含有拍摄地点和设备信息，此处无法去除：请用 JPEG、PNG 或 WebP",
            "arquivos {name} levam onde e com que foram feitos, e isso não pode ser retirado aqui: use JPEG, PNG ou WebP"
        ),
    }
}

/// The hash of a private document as it stands in the event.
#[must_use]
pub fn salted(origin: &str, salt: &Salt, bytes: &[u8]) -> Hash {
    private_address(origin, &salt.0, bytes)
}

/// Brings a document that was named in an event to the node: public, if its plain hash is the address, else private
/// with the salt that was kept here. Returns its address.
///
/// # Errors
/// The file was never named from this device as a private document and is not to be public, or the node refuses it.
pub fn put(session: &Session, file: &Path, public: bool) -> Result<Hash> {
    let bytes = read(file, public)?;
    let node = session.signed_in()?;
    if public {
        let address = Hash::of(&bytes);
        node.put(&format!("/v1/documents/{address}?public=true"), &bytes, None)?;
        return Ok(address);
    }
    let opening = openings(&session.home)?
        .into_iter()
        .find(|known| salted(&session.author.ledger.origin, &known.salt, &bytes) == known.digest);
    let opening = opening.ok_or_else(|| {
        ClientError::file(
            file,
            words!(
                "no event of this device names these bytes as a private document; or use --public",
                "本设备的事件没有把此文件列为非公开单证；如需公开请用 --public",
                "nenhum evento deste dispositivo nomeia estes bytes como documento privado; ou use --public"
            ),
        )
    })?;
    let salt = Nonce(opening.salt.0).to_string();
    node.put(&format!("/v1/documents/{}", opening.digest), &bytes, Some(("Lode-Salt", &salt)))?;
    Ok(opening.digest)
}

fn openings(home: &Home) -> Result<Vec<DocumentOpening>> {
    let folder = home.join("disclosures");
    let mut all = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(|error| ClientError::io(&folder, error))? {
        let path = entry.map_err(|error| ClientError::io(&folder, error))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("document-") && name.ends_with(".json") {
            all.push(read_json(&path)?);
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_document_cannot_be_guessed_but_can_be_opened() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path().join("home")).unwrap();
        let file = folder.path().join("invoice.pdf");
        std::fs::write(&file, b"invoice").unwrap();
        let text = format!("commercial_invoice={}", file.display());
        let public = reference(&home, "a.example", &text, true).unwrap();
        assert_eq!(public.sha256, Hash::of(b"invoice"));
        let private = reference(&home, "a.example", &text, false).unwrap();
        assert_ne!(private.sha256, public.sha256);
        assert_ne!(private.sha256, reference(&home, "a.example", &text, false).unwrap().sha256);
        let kept: DocumentOpening = read_json(&opening_path(&home, &private.sha256)).unwrap();
        assert_eq!(salted("a.example", &kept.salt, b"invoice"), private.sha256);
        assert_eq!(openings(&home).unwrap().len(), 2);
        assert!(reference(&home, "a.example", "commercial_invoice", true).is_err());
    }

    #[test]
    fn a_photo_is_named_as_the_node_keeps_it_without_what_the_camera_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path().join("home")).unwrap();
        let file = folder.path().join("step.jpg");
        let named = |public| reference(&home, "a.example", &format!("photo={}", file.display()), public);
        std::fs::write(&file, b"\xff\xd8\xff\xe1\0\x09Exif\0\0G\xff\xd9").unwrap();
        assert_eq!(named(true).unwrap().sha256, Hash::of(b"\xff\xd8\xff\xd9"));
        std::fs::write(&file, b"\0\0\0\x18ftypheic\0\0\0\0mif1heic").unwrap();
        let error = named(true).unwrap_err();
        for lang in lode_ledger::lang::Lang::ALL {
            let said = error.message(lang);
            assert!(said.contains("HEIC") && said.contains("JPEG") && said.contains("step.jpg"), "{said}");
        }
        assert!(error.message(lode_ledger::lang::Lang::Zh).contains("拍摄地点"));
        assert!(named(false).is_ok(), "what nobody is shown may be of any kind");
    }
}
