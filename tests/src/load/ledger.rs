//! A ledger that has just been opened, its trust file, and the importers that will write into it.
//!
//! Keys follow from counters, so a data folder that was kept can be written on by a later run. Nothing here sends
//! anything: the enrolments are given to whoever does.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use lode_ledger::apply::RULESET;
use lode_ledger::event::Event;
use lode_ledger::event::body::{KeyGrant, LedgerOpened, ParticipantEnrolled, PolicyAdopted, Registrar};
use lode_ledger::event::shape::Text;
use lode_ledger::hash::Hash;
use lode_ledger::id::{LedgerId, Nonce, Origin, ParticipantId};
use lode_ledger::key::{SecretKey, prove_possession};
use lode_ledger::mass::Ppm;
use lode_ledger::replay::Author;
use lode_ledger::sealed::Sealable;
use lode_ledger::statement::{Issuer, Statement};
use lode_ledger::time::Timestamp;
use lode_ledger::tlog::Policy;
use lode_ledger::vocab::{Code, Role, Vocabulary};
use lode_node::genesis;

/// The origin line of every log that the load tool makes.
pub const ORIGIN: &str = "load.example/lode";
/// Enrolments in one statement: each takes about 500 bytes.
const ENROLMENTS: usize = 32;

/// An opened ledger in a data folder, with everybody enrolled on paper.
pub struct Ledger {
    /// The node's data folder.
    pub data: PathBuf,
    /// The trust file for `lode-verify`, beside the data folder.
    pub trust_file: PathBuf,
    /// What it says.
    pub trust: Policy,
    /// The ledger's name.
    pub origin: Origin,
    /// Importers, each with a key of its own; all may declare lots, cut them and bind tags.
    pub authors: Vec<Author>,
    /// What the registrar has signed to enrol them, in order: to be sent first.
    pub enrolments: Vec<Statement>,
    /// The time that every statement claims.
    pub now: Timestamp,
}

impl Ledger {
    /// Opens a new ledger in `dir/data` as of `now`, with so many importers.
    ///
    /// # Errors
    /// If there is one, or the file system refuses.
    pub fn open(dir: &Path, authors: usize, now: Timestamp) -> Result<Self> {
        Self::open_sealing(dir, authors, now, 60)
    }

    /// [`Self::open`] with so many seconds between two seals.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_sealing(dir: &Path, authors: usize, now: Timestamp, seal_interval_s: u32) -> Result<Self> {
        fs::create_dir_all(dir).with_context(|| format!("cannot make the folder {}", dir.display()))?;
        let data = dir.join("data");
        let origin = Origin::new(ORIGIN)?;
        let request = genesis::init(&data, origin.clone(), seal_interval_s)?;
        let founder = nonce(0);
        let id = lode_ledger::apply::registrar_id(&origin, &founder);
        let opened = LedgerOpened {
            at: now,
            origin: origin.clone(),
            log_key: request.log_key,
            seal_key: request.seal_key,
            receipt_key: request.receipt_key,
            seal_interval_s: request.seal_interval_s,
            registrar: Registrar {
                nonce: founder,
                name: text("Load registrar")?,
                keys: vec![grant(&secret(0), &founder), grant(&secret(1), &founder)].into(),
            },
            members_only: None,
        };
        let mut registrar = Author::new(secret(0), Issuer::Participant(id), origin.as_str());
        let first = registrar.sign(&[opened.into()])?;
        registrar.audience = LedgerId::new(&origin, &first.leaf_hash()).as_str().to_owned();
        let second = registrar.sign(&[policy(now)?])?;
        genesis::begin(&data, &[first.bytes(), second.bytes()].concat())?;
        let trust_file = dir.join("trust.policy");
        let text = format!("log {}\nquorum none\n", request.log_vkey);
        fs::write(&trust_file, &text).with_context(|| format!("cannot write {}", trust_file.display()))?;
        let mut ledger = Self {
            data,
            trust_file,
            trust: Policy::parse(&text)?,
            origin,
            authors: Vec::new(),
            enrolments: Vec::new(),
            now,
        };
        ledger.enrol(&mut registrar, authors)?;
        Ok(ledger)
    }

    fn enrol(&mut self, registrar: &mut Author, count: usize) -> Result<()> {
        let numbers: Vec<u64> = (0..count as u64).collect();
        for part in numbers.chunks(ENROLMENTS) {
            let events: Result<Vec<Event>> = part.iter().map(|n| enrolment(*n, self.now)).collect();
            self.enrolments.push(registrar.sign(&events?)?);
            for n in part {
                let id = ParticipantId::derive(ORIGIN, &registrar.issuer.to_string(), &subject(*n), 0);
                let audience = registrar.audience.clone();
                self.authors.push(Author::new(secret(2 + n), Issuer::Participant(id), audience));
            }
        }
        Ok(())
    }
}

fn enrolment(number: u64, at: Timestamp) -> Result<Event> {
    let subject = subject(number);
    Ok(ParticipantEnrolled {
        at,
        nonce: subject,
        person: false,
        name: Sealable::Clear(text(&format!("Load importer {number}"))?),
        country: code("CN")?,
        roles: vec![Role::IMPORTER].into(),
        keys: vec![grant(&secret(2 + number), &subject)].into(),
        issuer_code: None,
        registration: None,
    }
    .into())
}

fn policy(at: Timestamp) -> Result<Event> {
    Ok(PolicyAdopted {
        at,
        ruleset: RULESET,
        vocabulary: text("2026-11")?,
        skew_s: 86_400,
        late_after_s: 2_592_000,
        receipt_reason_ppm: ppm(5_000)?,
        receipt_countersign_ppm: ppm(50_000)?,
        scale_ppm: ppm(2_000)?,
        yields: Vec::new().into(),
        max_forward_items: 1_000,
    }
    .into())
}

fn grant(secret: &SecretKey, subject: &Nonce) -> KeyGrant {
    KeyGrant {
        key: secret.public(),
        proof: prove_possession(secret, ORIGIN, &subject.to_string()),
        scope: Vec::new().into(),
    }
}

/// The key with a number: 0 and 1 are the registrar's.
#[must_use]
pub fn secret(number: u64) -> SecretKey {
    SecretKey::from_seed(Hash::of_parts(&[b"lode load key\n", &number.to_be_bytes()]).0)
}

/// The nonce with a number.
#[must_use]
pub fn nonce(number: u64) -> Nonce {
    let mut bytes = [0; 16];
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    Nonce(bytes)
}

/// The nonce of an enrolment; those of lots have other first bytes.
fn subject(number: u64) -> Nonce {
    let mut nonce = nonce(number);
    nonce.0[0] = 1;
    nonce
}

/// The machine's time.
///
/// # Errors
/// The clock stands before 1970.
pub fn now() -> Result<Timestamp> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(Timestamp::from_unix(i64::try_from(since.as_secs())?))
}

/// A text of a bounded length.
///
/// # Errors
/// It is too long.
pub fn text<const MAX: usize>(text: &str) -> Result<Text<MAX>> {
    Ok(Text::new(text)?)
}

/// A code of a vocabulary.
///
/// # Errors
/// There is no such code.
pub fn code<V: Vocabulary>(text: &str) -> Result<Code<V>> {
    Ok(Code::parse(text)?)
}

/// A share in millionths.
///
/// # Errors
/// It is more than the whole.
pub fn ppm(share: u32) -> Result<Ppm> {
    Ppm::new(share).with_context(|| format!("{share} ppm is more than the whole"))
}
