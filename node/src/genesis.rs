//! How a ledger begins: the node makes its keys, the registrar, whose key the node never holds, signs the first two
//! statements, and the log starts with both at once. No checkpoint exists before.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use lode_ledger::event::Event;
use lode_ledger::event::body::LedgerOpened;
use lode_ledger::id::Origin;
use lode_ledger::key::{PublicKey, SecretKey};
use lode_ledger::record::{Ledger, Record, RecordKey, View};
use lode_ledger::replay::{Replay, ReplayError};
use lode_ledger::statement::{Statement, StatementError};
use lode_ledger::tlog::{Checkpoint, KeyName, NoteSigner, VerifierKey};
use serde::{Deserialize, Serialize};

use crate::data_folder::DataFolder;
use crate::disk::{Disk, RealDisk, write_whole};
use crate::journal::Journal;
use crate::storage::StorageError;
use crate::tiles::Tiles;

/// What the registrar needs to know, in the data folder.
pub const REQUEST_FILE: &str = "ledger-request.json";
/// Where the keys lie.
const KEYS_DIR: &str = "keys";

/// Why a ledger cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum GenesisError {
    /// A part of the data folder.
    #[error(transparent)]
    Storage(StorageError),
    /// A file.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// The seal interval.
    #[error("the seal interval must be 1 to 86400 seconds")]
    SealInterval,
    /// The ledger has begun.
    #[error("the ledger in {0} has begun already: start it with lode-node serve")]
    Begun(PathBuf),
    /// The request cannot be read.
    #[error("{path} cannot be read: {reason}")]
    Request {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Not two statements.
    #[error(
        "the genesis file must hold exactly two statements, one after the other: ledger.opened, policy.adopted"
    )]
    NotTwo,
    /// A statement of the genesis is not acceptable.
    #[error("statement {number} of the genesis is refused: {error}")]
    Refused {
        /// Which: 0 or 1.
        number: u8,
        /// Why.
        error: ReplayError,
    },
    /// The statements are for another node.
    #[error("ledger.opened names another {0} than ledger-request.json: sign the request of this data folder")]
    OtherNode(&'static str),
    /// The checkpoint cannot be made.
    #[error("the first checkpoint cannot be made: {0}")]
    Checkpoint(String),
}

impl<E> From<E> for GenesisError
where
    StorageError: From<E>,
{
    fn from(error: E) -> Self {
        Self::Storage(error.into())
    }
}

/// Why the node's keys could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file system refused.
    #[error("cannot {action} the key {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// Not a PKCS#8 key.
    #[error("{0} is not an Ed25519 key in PKCS#8 PEM: restore it from a backup")]
    Unreadable(PathBuf),
    /// Others may read it.
    #[error("{0} can be read by others: chmod 600 it, and think about who has seen it")]
    TooOpen(PathBuf),
    /// The machine gave no random numbers.
    #[error("the machine gave no random numbers: {0}")]
    Random(String),
}

/// The keys that the node signs with.
#[derive(Debug)]
pub struct NodeKeys {
    /// Checkpoints.
    pub log: SecretKey,
    /// Seals.
    pub seal: SecretKey,
    /// Receipts.
    pub receipt: SecretKey,
}

impl NodeKeys {
    /// New keys from the machine's random generator.
    ///
    /// # Errors
    /// If it gives none.
    pub fn generate() -> Result<Self, KeyFileError> {
        let key = || {
            let mut seed = [0; 32];
            getrandom::fill(&mut seed).map_err(|error| KeyFileError::Random(error.to_string()))?;
            Ok(SecretKey::from_seed(seed))
        };
        Ok(Self { log: key()?, seal: key()?, receipt: key()? })
    }

    /// Writes the keys below a data folder, for the owner's eyes only. Files that are there are left alone and refused.
    ///
    /// # Errors
    /// If the file system refuses.
    pub fn save(&self, data: &Path) -> Result<(), KeyFileError> {
        let dir = data.join(KEYS_DIR);
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&dir);
        made.map_err(|source| KeyFileError::Io { action: "make the folder of", path: dir.clone(), source })?;
        for (name, key) in [("log", &self.log), ("seal", &self.seal), ("receipt", &self.receipt)] {
            let path = dir.join(format!("{name}.pem"));
            let pem = key.signing_key().to_pkcs8_pem(LineEnding::LF);
            let pem = pem.map_err(|_| KeyFileError::Unreadable(path.clone()))?;
            let write = || {
                let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
                file.write_all(pem.as_bytes())?;
                file.sync_all()
            };
            write().map_err(|source| KeyFileError::Io { action: "write", path: path.clone(), source })?;
        }
        let sync = fs::File::open(&dir).and_then(|dir| dir.sync_all());
        sync.map_err(|source| KeyFileError::Io { action: "sync the folder of", path: dir, source })
    }

    /// Reads the keys of a data folder.
    ///
    /// # Errors
    /// If one is missing, unreadable, or readable by others.
    pub fn load(data: &Path) -> Result<Self, KeyFileError> {
        let read = |name: &str| {
            let path = data.join(KEYS_DIR).join(format!("{name}.pem"));
            let failed = |source| KeyFileError::Io { action: "read", path: path.clone(), source };
            let mode = std::os::unix::fs::MetadataExt::mode(&fs::metadata(&path).map_err(failed)?);
            if mode & 0o077 != 0 {
                return Err(KeyFileError::TooOpen(path));
            }
            let pem = fs::read_to_string(&path).map_err(failed)?;
            let key = SigningKey::from_pkcs8_pem(&pem).map_err(|_| KeyFileError::Unreadable(path.clone()))?;
            Ok(SecretKey::from_seed(key.to_bytes()))
        };
        Ok(Self { log: read("log")?, seal: read("seal")?, receipt: read("receipt")? })
    }
}

/// What the registrar's first statement must name.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The log's origin line.
    pub origin: Origin,
    /// The log's key as a C2SP verifier key, for trust files.
    pub log_vkey: String,
    /// The key that signs checkpoints.
    pub log_key: PublicKey,
    /// The key that signs seals.
    pub seal_key: PublicKey,
    /// The key that signs receipts.
    pub receipt_key: PublicKey,
    /// Seconds between seals.
    pub seal_interval_s: u32,
    /// Whether raw entries are for members only.
    #[serde(default)]
    pub members_only: bool,
}

/// Makes a data folder with new keys, and the request for the registrar; of a public ledger.
///
/// # Errors
/// If there is a node's data already, or the file system refuses.
pub fn init(data: &Path, origin: Origin, seal_interval_s: u32) -> Result<Request, GenesisError> {
    init_with(data, origin, seal_interval_s, &NodeKeys::generate()?)
}

/// [`init`] with given keys: for tests and for restoring from a key backup.
///
/// # Errors
/// As [`init`].
pub fn init_with(
    data: &Path,
    origin: Origin,
    seal_interval_s: u32,
    keys: &NodeKeys,
) -> Result<Request, GenesisError> {
    init_for(data, origin, seal_interval_s, false, keys)
}

/// [`init_with`] for a ledger whose raw entries are for everybody, or for members only.
///
/// # Errors
/// As [`init`].
pub fn init_for(
    data: &Path,
    origin: Origin,
    seal_interval_s: u32,
    members_only: bool,
    keys: &NodeKeys,
) -> Result<Request, GenesisError> {
    if !(1..=86_400).contains(&seal_interval_s) {
        return Err(GenesisError::SealInterval);
    }
    let signer = signer(&origin, keys)?;
    let folder = DataFolder::create(data)?;
    keys.save(folder.path())?;
    let request = Request {
        log_vkey: signer.verifier_key().to_string(),
        origin,
        log_key: keys.log.public(),
        seal_key: keys.seal.public(),
        receipt_key: keys.receipt.public(),
        seal_interval_s,
        members_only,
    };
    write_request(folder.path(), &text(&request)?)?;
    Ok(request)
}

/// Writes the request whole or not at all, so that it survives a power cut.
pub(crate) fn write_request(data: &Path, text: &str) -> Result<(), GenesisError> {
    let path = data.join(REQUEST_FILE);
    let written = write_whole(&RealDisk, &path, text.as_bytes()).and_then(|()| RealDisk.sync_dir(data));
    written.map_err(|source| GenesisError::Io { action: "write", path, source })
}

/// The file of the request that a ledger was opened with.
pub(crate) fn request_of(ledger: &Ledger, log_vkey: &VerifierKey) -> Result<String, GenesisError> {
    let wrong = |reason: String| GenesisError::Request { path: REQUEST_FILE.into(), reason };
    text(&Request {
        origin: Origin::new(&ledger.origin).map_err(|error| wrong(error.to_string()))?,
        log_vkey: log_vkey.to_string(),
        log_key: ledger.log_key,
        seal_key: ledger.seal_key,
        receipt_key: ledger.receipt_key,
        seal_interval_s: ledger.seal_interval_s,
        members_only: ledger.members_only,
    })
}

fn text(request: &Request) -> Result<String, GenesisError> {
    let text = serde_json::to_string_pretty(request);
    let wrong = |reason: String| GenesisError::Request { path: REQUEST_FILE.into(), reason };
    text.map(|text| text + "\n").map_err(|error| wrong(error.to_string()))
}

/// Begins the log of a data folder with the registrar's two statements, given one after the other in one sequence,
/// together at most as large as one statement may be. Returns the ledger id.
///
/// # Errors
/// If the statements are refused or meant for another node, or the log has begun already.
pub fn begin(data: &Path, sequence: &[u8]) -> Result<String, GenesisError> {
    let folder = DataFolder::open(data, false)?;
    let keys = NodeKeys::load(folder.path())?;
    let request = read_request(folder.path())?;
    let [opened, policy] = split(sequence)?;
    let ledger_id = check(&request, &opened, &policy)?;
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let mut journal = if Journal::exists(&*disk, &folder.journal())? {
        Journal::open(disk.clone(), folder.journal(), |_| {})?
    } else {
        Journal::create(disk.clone(), folder.journal(), 0, b"")?
    };
    if journal.next_index() > 0 {
        return Err(GenesisError::Begun(folder.path().to_owned()));
    }
    let tiles = Tiles::open(disk, folder.log(), 0)?;
    if tiles.published_checkpoint()?.is_some() {
        return Err(GenesisError::Begun(folder.path().to_owned()));
    }
    let mut tree = lode_ledger::tlog::MemoryTree::new();
    let entries = [opened.bytes(), policy.bytes()];
    for entry in entries {
        tree.push(lode_ledger::tlog::leaf_hash(entry));
    }
    let failed =
        |error: lode_ledger::tlog::checkpoint::CheckpointError| GenesisError::Checkpoint(error.to_string());
    let checkpoint = Checkpoint::new(request.origin.as_str(), tree.size(), tree.root()).map_err(failed)?;
    let checkpoint = checkpoint.sign(&signer(&request.origin, &keys)?).map_err(failed)?.to_string();
    journal.append(&entries, checkpoint.as_bytes())?;
    tiles.append(&entries, checkpoint.as_bytes())?;
    tiles.publish()?;
    Ok(ledger_id)
}

/// The request of a data folder.
///
/// # Errors
/// If it is missing or unreadable.
pub fn read_request(data: &Path) -> Result<Request, GenesisError> {
    let path = data.join(REQUEST_FILE);
    let wrong = |reason: String| GenesisError::Request { path: path.clone(), reason };
    let text = fs::read_to_string(&path).map_err(|error| wrong(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))
}

fn signer(origin: &Origin, keys: &NodeKeys) -> Result<NoteSigner, GenesisError> {
    KeyName::new(origin.as_str())
        .and_then(|name| NoteSigner::new(name, keys.log.signing_key().clone()))
        .map_err(|error| GenesisError::Checkpoint(error.to_string()))
}

/// The reader of statements says where the first one ends.
fn split(sequence: &[u8]) -> Result<[Statement; 2], GenesisError> {
    let Err(StatementError::Trailing { at }) = Statement::decode(sequence.to_vec()) else {
        return Err(GenesisError::NotTwo);
    };
    let (first, second) = sequence.split_at_checked(at).ok_or(GenesisError::NotTwo)?;
    match (Statement::decode(first.to_vec()), Statement::decode(second.to_vec())) {
        (Ok(first), Ok(second)) => Ok([first, second]),
        _ => Err(GenesisError::NotTwo),
    }
}

/// Applies both statements by the rules and compares what they name with this node's keys. Returns the ledger id.
fn check(request: &Request, opened: &Statement, policy: &Statement) -> Result<String, GenesisError> {
    let mut replay = Replay::new();
    let refused = |number| move |error| GenesisError::Refused { number, error };
    let first = replay.check(opened.bytes().to_vec()).map_err(refused(0))?;
    if let [Event::LedgerOpened(body)] = first.events() {
        compare(request, body)?;
    }
    replay.accept(&first).map_err(|violation| refused(0)(violation.into()))?;
    replay.append(policy.bytes().to_vec()).map_err(refused(1))?;
    match replay.view().record(&RecordKey::Ledger).as_deref() {
        Some(Record::Ledger(ledger)) => Ok(ledger.id.clone()),
        _ => Err(GenesisError::NotTwo),
    }
}

fn compare(request: &Request, opened: &LedgerOpened) -> Result<(), GenesisError> {
    let pairs = [
        (opened.origin == request.origin, "origin"),
        (opened.log_key == request.log_key, "log key"),
        (opened.seal_key == request.seal_key, "seal key"),
        (opened.receipt_key == request.receipt_key, "receipt key"),
        (opened.seal_interval_s == request.seal_interval_s, "seal interval"),
        (opened.members_only.unwrap_or(false) == request.members_only, "choice of who reads raw entries"),
    ];
    pairs.into_iter().find(|(same, _)| !same).map_or(Ok(()), |(_, what)| Err(GenesisError::OtherNode(what)))
}
