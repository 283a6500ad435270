//! A small trade that always comes out the same: a registrar, two importers, a studio, a lab, a seller and an
//! exporter, and what they do with a few lots. Every byte follows from counters: no clock, no random generator.
//!
//! Tests take it as it stands (`World::traded`), stop it early (`World::opened`, `World::enrolled`), or go on from
//! it. Nothing here decides whether a statement is right: `Replay` does.

pub mod make;
mod story;
mod story_evidence;
mod story_market;
mod story_material;
mod story_repair;
mod touched;

use std::collections::BTreeMap;

use lode_ledger::apply::registrar_id;
use lode_ledger::event::Event;
use lode_ledger::event::body::{KeyGrant, LedgerSealed};
use lode_ledger::hash::Hash;
use lode_ledger::id::{ItemId, ItemKind, Nonce, OfferId, Origin, ParticipantId, SaleId, WorkOrderId};
use lode_ledger::key::{PublicKey, SecretKey, prove_possession};
use lode_ledger::mass::Milligrams;
use lode_ledger::record::{Item, Record, RecordKey, View, WorkOrder};
use lode_ledger::replay::{Applied, Author, Replay, ReplayError};
use lode_ledger::statement::{Issuer, Statement};
use lode_ledger::time::Timestamp;
use lode_ledger::vocab::{Code, Vocabulary};

pub use make::{claim_key, document, gain, input, loss, output, tag_code, text, treatment, weighing};
pub use touched::Touched;

/// The origin line of the world's log.
pub const ORIGIN: &str = "lode.example/world";
/// Seconds between two seals.
pub const SEAL_INTERVAL: u32 = 600;
/// Seconds by which a claimed time may be wrong.
pub const SKEW: u32 = 300;
/// One kilogram in milligrams.
pub const KG: u64 = 1_000_000;

/// Who takes part.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Who {
    /// Enrols the others.
    Registrar,
    /// An importer.
    ImporterA,
    /// Another importer.
    ImporterB,
    /// A workshop.
    Studio,
    /// A laboratory with the issuer code GTC.
    Lab,
    /// A seller.
    Seller,
    /// An exporter abroad.
    Exporter,
    /// An importer that was suspended.
    Suspended,
    /// One of [`Self::NEWCOMERS`], by its place there.
    Newcomer(u8),
}

impl Who {
    /// Everybody that the registrar enrols, in the order of enrolment.
    pub const ENROLLED: [Self; 7] = [
        Self::ImporterA,
        Self::ImporterB,
        Self::Studio,
        Self::Lab,
        Self::Seller,
        Self::Exporter,
        Self::Suspended,
    ];

    /// Nobody of the world's story: whoever is enrolled in the course of a history.
    pub const NEWCOMERS: [Self; 4] =
        [Self::Newcomer(0), Self::Newcomer(1), Self::Newcomer(2), Self::Newcomer(3)];

    /// The role in the trade.
    #[must_use]
    pub const fn role(self) -> &'static str {
        match self {
            Self::Registrar => "registrar",
            Self::ImporterA | Self::ImporterB | Self::Suspended | Self::Newcomer(_) => "importer",
            Self::Studio => "studio",
            Self::Lab => "lab",
            Self::Seller => "seller",
            Self::Exporter => "exporter",
        }
    }
}

/// One accepted entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What the step was called.
    pub step: String,
    /// The exact bytes.
    pub bytes: Vec<u8>,
    /// What it says.
    pub events: Vec<Event>,
    /// Who said it: a participant, or nobody for the ledger and for links.
    pub author: Option<ParticipantId>,
    /// The root of the state map after it.
    pub state_root: Hash,
}

/// The world: its log so far, and everybody's keys.
#[derive(Clone, Debug)]
pub struct World {
    /// The log, replayed.
    pub replay: Replay,
    /// Its entries in order.
    pub entries: Vec<Entry>,
    /// The time that authors claim now.
    pub now: Timestamp,
    /// Ids of things that later steps and tests speak of, by a name.
    pub items: BTreeMap<&'static str, ItemId>,
    /// Jobs by name.
    pub works: BTreeMap<&'static str, WorkOrderId>,
    /// Offers by name.
    pub offers: BTreeMap<&'static str, OfferId>,
    /// Sales by name.
    pub sales: BTreeMap<&'static str, SaleId>,
    authors: BTreeMap<Who, Author>,
    ids: BTreeMap<Who, ParticipantId>,
    seal: Author,
    counter: u64,
    step: String,
    touched: Touched,
}

/// A code of a vocabulary.
#[must_use]
pub fn code<V: Vocabulary>(text: &str) -> Code<V> {
    Code::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A mass.
#[must_use]
pub fn mg(milligrams: u64) -> Milligrams {
    Milligrams::new(milligrams).expect("a mass below 2^53 mg")
}

/// 32 bytes that belong to a name.
#[must_use]
pub fn seed(name: &str) -> [u8; 32] {
    Hash::of_parts(&[b"lode tests world 1\n", name.as_bytes()]).0
}

/// The secret key of a name.
#[must_use]
pub fn secret(name: &str) -> SecretKey {
    SecretKey::from_seed(seed(name))
}

/// A key grant with its proof of possession.
#[must_use]
pub fn grant(secret: &SecretKey, subject: &str) -> KeyGrant {
    KeyGrant {
        key: secret.public(),
        proof: prove_possession(secret, ORIGIN, subject),
        scope: Vec::new().into(),
    }
}

/// The log's origin.
#[must_use]
pub fn origin() -> Origin {
    Origin::new(ORIGIN).expect("an origin")
}

impl World {
    /// Nothing yet: no entry, but everybody has keys.
    #[must_use]
    pub fn empty() -> Self {
        let now: Timestamp = "2026-11-02T08:00:00+08:00".parse().expect("a time");
        let registrar = registrar_id(&origin(), &nonce_of("registrar"));
        let author = Author::new(secret("registrar"), Issuer::Participant(registrar), ORIGIN);
        Self {
            replay: Replay::new(),
            entries: Vec::new(),
            now,
            items: BTreeMap::new(),
            works: BTreeMap::new(),
            offers: BTreeMap::new(),
            sales: BTreeMap::new(),
            authors: BTreeMap::from([(Who::Registrar, author)]),
            ids: BTreeMap::from([(Who::Registrar, registrar)]),
            seal: Author::new(secret("seal"), Issuer::Ledger, ORIGIN),
            counter: 0,
            step: String::new(),
            touched: Touched::default(),
        }
    }

    /// The id of somebody.
    #[must_use]
    pub fn id(&self, who: Who) -> ParticipantId {
        self.ids[&who]
    }

    /// Whoever is known by this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<ParticipantId> {
        self.ids.iter().find(|(who, _)| who_name(**who) == name).map(|(_, id)| *id)
    }

    /// Everything that was given a name, by the letter of its id and the name, as in `L:brazil`.
    #[must_use]
    pub fn named(&self) -> BTreeMap<String, String> {
        let mut named = BTreeMap::new();
        for (name, id) in &self.items {
            named.insert(format!("{}:{name}", id.kind().letter()), id.to_string());
        }
        for (who, id) in &self.ids {
            named.insert(format!("U:{}", who_name(*who)), id.to_string());
        }
        named.extend(self.works.iter().map(|(name, id)| (format!("W:{name}"), id.to_string())));
        named.extend(self.offers.iter().map(|(name, id)| (format!("O:{name}"), id.to_string())));
        named.extend(self.sales.iter().map(|(name, id)| (format!("S:{name}"), id.to_string())));
        named
    }

    /// Who has this id.
    #[must_use]
    pub fn who(&self, id: ParticipantId) -> Option<Who> {
        self.ids.iter().find(|(_, known)| **known == id).map(|(who, _)| *who)
    }

    /// Somebody's signer. Signing with a clone does not use the number up.
    #[must_use]
    pub fn author(&self, who: Who) -> Author {
        self.authors[&who].clone()
    }

    /// Somebody's signer, to change it.
    pub fn author_mut(&mut self, who: Who) -> &mut Author {
        self.authors.get_mut(&who).expect("everybody who speaks is enrolled")
    }

    /// The ledger's own signer.
    #[must_use]
    pub fn seal_author(&self) -> Author {
        self.seal.clone()
    }

    /// The audience of statements: the origin before entry 0, the ledger's id afterwards.
    #[must_use]
    pub fn audience(&self) -> String {
        self.seal.audience.clone()
    }

    /// A nonce that was not given before.
    pub fn nonce(&mut self) -> Nonce {
        self.counter += 1;
        nonce_of(&format!("nonce {}", self.counter))
    }

    /// The id of the thing that an author makes with a nonce.
    #[must_use]
    pub fn item_id(&self, kind: ItemKind, who: Who, nonce: &Nonce, output: u16) -> ItemId {
        ItemId::derive(kind, ORIGIN, &self.id(who).to_string(), nonce, output)
    }

    /// The id of an author's job.
    #[must_use]
    pub fn work_id(&self, who: Who, nonce: &Nonce) -> WorkOrderId {
        WorkOrderId::derive(ORIGIN, &self.id(who).to_string(), nonce, 0)
    }

    /// The id of an author's offer.
    #[must_use]
    pub fn offer_id(&self, who: Who, nonce: &Nonce) -> OfferId {
        OfferId::derive(ORIGIN, &self.id(who).to_string(), nonce, 0)
    }

    /// The id of an author's sale.
    #[must_use]
    pub fn sale_id(&self, who: Who, nonce: &Nonce) -> SaleId {
        SaleId::derive(ORIGIN, &self.id(who).to_string(), nonce, 0)
    }

    /// An item that was given a name.
    #[must_use]
    pub fn item(&self, name: &str) -> ItemId {
        *self.items.get(name).unwrap_or_else(|| panic!("no item is called {name}"))
    }

    /// An item's record.
    #[must_use]
    pub fn item_record(&self, id: &ItemId) -> Item {
        let record = self.replay.view().record(&RecordKey::Item(*id));
        match record.as_deref() {
            Some(Record::Item(item)) => item.clone(),
            _ => panic!("{id} is not in the ledger"),
        }
    }

    /// A job's record.
    #[must_use]
    pub fn work_record(&self, id: &WorkOrderId) -> WorkOrder {
        let record = self.replay.view().record(&RecordKey::WorkOrder(*id));
        match record.as_deref() {
            Some(Record::WorkOrder(work)) => work.clone(),
            _ => panic!("{id} is not in the ledger"),
        }
    }

    /// Begins a step of the story.
    pub fn begin(&mut self, step: &str) {
        step.clone_into(&mut self.step);
    }

    /// Signs events with somebody's next number, which is then used only if the ledger accepts them.
    ///
    /// # Errors
    /// Why the ledger refuses them.
    pub fn say(&mut self, who: Who, events: &[Event]) -> Result<Applied, ReplayError> {
        let mut author = self.author(who);
        let statement = author.sign(events)?;
        let applied = self.submit(statement)?;
        self.authors.insert(who, author);
        Ok(applied)
    }

    /// [`Self::say`], of what must be accepted.
    pub fn must(&mut self, who: Who, event: impl Into<Event>) -> Applied {
        let event = event.into();
        let name = event.event_type().spec().name;
        self.say(who, &[event]).unwrap_or_else(|error| panic!("{who:?}, {name}: {error}"))
    }

    /// Takes a statement of anybody in.
    ///
    /// # Errors
    /// Why the ledger refuses it.
    pub fn submit(&mut self, statement: Statement) -> Result<Applied, ReplayError> {
        let author = match statement.header().issuer {
            Issuer::Participant(id) => Some(id),
            _ => None,
        };
        let bytes = statement.into_bytes();
        let verified = self.replay.check(bytes.clone())?;
        let applied = self.replay.accept(&verified)?;
        self.touched.note(verified.events(), &applied.delta);
        let state_root = self.replay.state_root();
        let events = verified.events().to_vec();
        self.entries.push(Entry { step: self.step.clone(), bytes, events, author, state_root });
        Ok(applied)
    }

    /// What each type of event did to which kinds of records so far.
    #[must_use]
    pub const fn touched(&self) -> &Touched {
        &self.touched
    }

    /// Lets time pass until the next seal, and seals.
    pub fn seal(&mut self) {
        self.now = Timestamp::from_unix(self.now.unix() + i64::from(SEAL_INTERVAL));
        let body = self.seal_body();
        let statement = self.seal.sign(&[body.into()]).expect("a seal can be signed");
        self.submit(statement).unwrap_or_else(|error| panic!("the seal: {error}"));
    }

    /// What a seal would say now.
    pub fn seal_body(&mut self) -> LedgerSealed {
        LedgerSealed { at: self.now, size: self.replay.size(), state_root: self.replay.state_root() }
    }

    /// Whether somebody is enrolled.
    #[must_use]
    pub fn knows(&self, who: Who) -> bool {
        self.ids.contains_key(&who)
    }

    /// Somebody was enrolled with this id and the key of his name, and speaks from here on.
    pub fn enlist(&mut self, who: Who, id: ParticipantId) {
        let author = Author::new(secret(who_name(who)), Issuer::Participant(id), self.audience());
        self.authors.insert(who, author);
        self.ids.insert(who, id);
    }
}

/// The nonce of a name.
#[must_use]
pub fn nonce_of(name: &str) -> Nonce {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&seed(name)[..16]);
    Nonce(bytes)
}

/// What somebody's key is derived from.
#[must_use]
pub const fn who_name(who: Who) -> &'static str {
    match who {
        Who::Registrar => "registrar",
        Who::ImporterA => "importer a",
        Who::ImporterB => "importer b",
        Who::Studio => "studio",
        Who::Lab => "lab",
        Who::Seller => "seller",
        Who::Exporter => "exporter",
        Who::Suspended => "suspended",
        Who::Newcomer(0) => "newcomer 0",
        Who::Newcomer(1) => "newcomer 1",
        Who::Newcomer(2) => "newcomer 2",
        Who::Newcomer(_) => "newcomer 3",
    }
}

/// The public half of a name's key.
#[must_use]
pub fn public(name: &str) -> PublicKey {
    secret(name).public()
}
