//! The people of the story: each has a key, a home folder as the `lode` command line keeps it, and a name.
//!
//! The homes stay behind in the demonstration's folder, so that a newcomer can go on as any of them.

use std::path::Path;

use anyhow::{Context, Result};
use lode::author::{Author, Signed};
use lode::home::{Config, Home, LedgerName};
use lode::keyring;
use lode::node::Node;
use lode::session::Session;
use lode_ledger::event::Event;
use lode_ledger::id::ParticipantId;
use lode_ledger::key::SecretKey;
use lode_ledger::statement::Issuer;
use lode_ledger::time::Timestamp;

/// The passphrase of every key of the demonstration. It protects nothing; it is printed.
pub(crate) const PASSPHRASE: &str = "demo";

/// Sealable fields that the demonstration leaves open: organisations' names, so that its pages can be read.
const OPEN: [&str; 1] = ["name"];

/// Somebody who signs.
pub(crate) struct Person {
    /// The short name: also the folder's.
    pub(crate) name: &'static str,
    /// What the ledger calls it.
    pub(crate) title: &'static str,
    /// Its id, once enrolled.
    pub(crate) id: ParticipantId,
    secret: SecretKey,
    home: Home,
    ledger: Option<LedgerName>,
}

impl Person {
    /// Somebody with a new key, not enrolled yet.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(crate) fn new(people: &Path, name: &'static str, title: &'static str) -> Result<Self> {
        let home = Home::open(people.join(name))?;
        let secret = SecretKey::from_seed(lode::error::random()?);
        keyring::keep(&home, name, &secret, PASSPHRASE, keyring::Cost::Light)?;
        Ok(Self { name, title, id: ParticipantId::new([0; 16]), secret, home, ledger: None })
    }

    /// A second key, as a founding registrar must have.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(crate) fn spare_key(&self) -> Result<SecretKey> {
        let secret = SecretKey::from_seed(lode::error::random()?);
        keyring::keep(&self.home, "spare", &secret, PASSPHRASE, keyring::Cost::Light)?;
        Ok(secret)
    }

    /// Takes what the ledger has given it, as the home's settings have it.
    ///
    /// # Errors
    /// The settings are not complete.
    pub(crate) fn settle(&mut self, config: &Config) -> Result<()> {
        self.id = config.participant.as_deref().context("no participant in the settings")?.parse()?;
        self.ledger = config.ledger.clone();
        self.home.save_config(config)?;
        Ok(())
    }

    /// Its home folder.
    #[must_use]
    pub(crate) const fn home(&self) -> &Home {
        &self.home
    }

    /// Its key, which a session of the client's library signs with.
    #[must_use]
    pub(crate) const fn secret(&self) -> &SecretKey {
        &self.secret
    }

    /// The client library's session of this person, with a time to state.
    ///
    /// # Errors
    /// The person is not enrolled yet.
    pub(crate) fn session(&self, node: Node, at: Timestamp) -> Result<Session> {
        let ledger = self.ledger.clone().with_context(|| format!("{} is not enrolled", self.title))?;
        let issuer = Issuer::Participant(self.id);
        let mut session = Session::new(self.home.clone(), Some(node), ledger, issuer, self.secret.clone());
        session.at = Some(at);
        Ok(session)
    }

    /// Signs events as one statement, with the next number of the home's counter. What may be sealed is sealed, but
    /// for the names in `OPEN`.
    ///
    /// # Errors
    /// The counter cannot be kept, or the events make no statement.
    pub(crate) fn sign(&self, events: &[Event]) -> Result<Signed> {
        let ledger = self.ledger.clone().with_context(|| format!("{} is not enrolled", self.title))?;
        let author = Author { issuer: Issuer::Participant(self.id), key: self.secret.clone(), ledger };
        let open = OPEN.iter().map(|field| (*field).to_owned()).collect();
        author.sign(&self.home, events, &open, None).with_context(|| format!("{} could not sign", self.title))
    }
}
