//! Where the story is played: the people, the node that they talk to, the calendar, and what is told of it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use lode::error::Refusal;
use lode::home::LedgerName;
use lode::node::{Answer, Intake as _, Node};
use lode_ledger::event::Event;
use lode_ledger::event::shape::Text;
use lode_ledger::id::{ItemId, ItemKind, LedgerId, LogIndex, Nonce};
use lode_ledger::time::Timestamp;

use crate::people::Person;

/// How many days before today the story begins: it is told as it would have been entered, on the day.
const STORY_DAYS: i64 = 42;
const DAY_S: i64 = 86_400;

/// One line of what happened.
pub(crate) struct Told {
    /// The day of the story.
    pub(crate) day: i64,
    /// Who.
    pub(crate) who: &'static str,
    /// Which event.
    pub(crate) event: &'static str,
    /// What it did.
    pub(crate) text: String,
    /// The log index of the last statement.
    pub(crate) index: LogIndex,
}

/// How a fraud was met.
pub(crate) struct Refused {
    /// Whose name stood under it.
    pub(crate) who: &'static str,
    /// The node's answer.
    pub(crate) refusal: Refusal,
}

/// The people and the node.
pub(crate) struct Stage {
    /// The registrar.
    pub(crate) registrar: Person,
    /// Brings the container in.
    pub(crate) importer: Person,
    /// A second importer, with stock of its own.
    pub(crate) second_importer: Person,
    /// Sold the container's content.
    pub(crate) exporter: Person,
    /// Cuts.
    pub(crate) studio: Person,
    /// Examines.
    pub(crate) lab: Person,
    /// Sells.
    pub(crate) seller: Person,
    /// What happened so far.
    pub(crate) told: Vec<Told>,
    folder: PathBuf,
    node: Node,
    name: LedgerName,
    id: LedgerId,
    began: i64,
    day: i64,
    last: std::cell::Cell<u64>,
}

/// The cast, before anybody is enrolled.
pub(crate) struct Cast {
    /// See [`Stage::registrar`].
    pub(crate) registrar: Person,
    /// Everybody else, in the order of enrolment: importer, second importer, exporter, studio, lab, seller.
    pub(crate) others: [Person; 6],
}

impl Stage {
    /// Everybody on stage.
    ///
    /// # Errors
    /// The ledger's name is not one.
    pub(crate) fn new(cast: Cast, folder: &Path, node: Node, name: LedgerName, now: i64) -> Result<Self> {
        let [importer, second_importer, exporter, studio, lab, seller] = cast.others;
        let id = LedgerId::parse(&name.id)?;
        Ok(Self {
            registrar: cast.registrar,
            importer,
            second_importer,
            exporter,
            studio,
            lab,
            seller,
            told: Vec::new(),
            folder: folder.to_owned(),
            node,
            name,
            id,
            began: now - STORY_DAYS * DAY_S,
            day: 0,
            last: std::cell::Cell::new(0),
        })
    }

    /// Everybody.
    #[must_use]
    pub(crate) const fn people(&self) -> [&Person; 7] {
        [
            &self.registrar,
            &self.importer,
            &self.second_importer,
            &self.exporter,
            &self.studio,
            &self.lab,
            &self.seller,
        ]
    }

    /// Turns the calendar.
    pub(crate) fn day(&mut self, day: i64) {
        self.day = day;
    }

    /// The story's time: what its people would have put down.
    #[must_use]
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.began + self.day * DAY_S)
    }

    /// A time so many days later.
    #[must_use]
    pub(crate) fn in_days(&self, days: i64) -> Timestamp {
        Timestamp::from_unix(self.began + (self.day + days) * DAY_S)
    }

    /// The log's origin.
    #[must_use]
    pub(crate) fn origin(&self) -> &str {
        &self.name.origin
    }

    /// The ledger's id.
    #[must_use]
    pub(crate) const fn ledger(&self) -> &LedgerId {
        &self.id
    }

    /// The demonstration's folder.
    #[must_use]
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The node.
    #[must_use]
    pub(crate) const fn node(&self) -> &Node {
        &self.node
    }

    /// The id of an item that somebody's event creates.
    #[must_use]
    pub(crate) fn item(&self, who: &Person, kind: ItemKind, nonce: &Nonce, output: u16) -> ItemId {
        ItemId::derive(kind, self.origin(), &who.id.to_string(), nonce, output)
    }

    /// Hands events in as one statement; the node takes them.
    ///
    /// # Errors
    /// It does not, or did not answer.
    pub(crate) fn accept(&self, who: &Person, events: &[Event]) -> Result<LogIndex> {
        match self.submit(who, events)? {
            Answer::Accepted { index, .. } => {
                self.last.set(index.0);
                Ok(index)
            }
            Answer::Refused(refusal) => bail!("{} was refused: {refusal}", who.title),
        }
    }

    /// Hands an event in that the node must refuse.
    ///
    /// # Errors
    /// It took it, or did not answer.
    pub(crate) fn refuse(&self, who: &Person, event: Event) -> Result<Refused> {
        match self.submit(who, &[event])? {
            Answer::Refused(refusal) => Ok(Refused { who: who.title, refusal }),
            Answer::Accepted { index, .. } => bail!("a fraud was let in at entry {index}"),
        }
    }

    fn submit(&self, who: &Person, events: &[Event]) -> Result<Answer> {
        let signed = who.sign(events)?;
        let mut answers = self.node.submit(&[signed.statement.into_bytes()])?;
        answers.pop().context("the node gave no answer")
    }

    /// Takes note of where the log has got to, when somebody else handed statements in.
    pub(crate) fn heard(&self, index: Option<LogIndex>) {
        self.last.set(index.map_or(self.last.get(), |index| index.0));
    }

    /// Notes what happened.
    pub(crate) fn tell(&mut self, who: &'static str, event: &'static str, text: String) {
        self.told.push(Told { day: self.day, who, event, text, index: LogIndex(self.last.get()) });
    }
}

/// A line of text as a payload holds it.
///
/// # Errors
/// It is empty or too long.
pub(crate) fn line<const MAX: usize>(text: &str) -> Result<Text<MAX>> {
    Ok(Text::new(text)?)
}
