//! What is signed and not yet in the log: a folder of statements in the order in which they were signed.
//!
//! A statement is on disk before it is sent, so a crash or a broken line loses none, and the same bytes may be sent
//! twice without harm. What depends on a refused statement is held back, everything else goes on.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use lode_ledger::id::{LogIndex, StatementId};
use serde::{Deserialize, Serialize};

use crate::author::Signed;
use crate::effects::is_named_by_many;
use crate::error::{ClientError, Refusal, Result, words};
use crate::home::{Home, read_json, write_durably, write_json};
use crate::node::{Answer, Intake};

/// Where the last accepted statement is noted, so that it can be taken back.
const LAST: &str = "last.json";

/// One waiting statement, as its `.json` file says.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Waiting {
    /// Its place in the order of signing.
    pub order: u64,
    /// Its id.
    pub statement: StatementId,
    /// Its events' names.
    pub events: Vec<String>,
    /// What it creates.
    pub creates: BTreeSet<String>,
    /// The same by event, in order.
    #[serde(default)]
    pub made: Vec<Vec<String>>,
    /// What it names.
    pub names: BTreeSet<String>,
    /// Why the node refused it when it was sent last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
}

impl Waiting {
    /// Whether this one must wait for `before`: it names what that one makes or changes. Participants and places are named
    /// by many, so only a new one counts.
    #[must_use]
    pub fn depends_on(&self, before: &Self) -> bool {
        self.names
            .iter()
            .any(|id| before.creates.contains(id) || (before.names.contains(id) && !is_named_by_many(id)))
    }
}

/// What came of one waiting statement.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Fate {
    /// It is in the log.
    Accepted {
        /// Where.
        index: LogIndex,
        /// It was there before.
        duplicate: bool,
    },
    /// It stays in the queue, and why.
    Refused(Refusal),
    /// It stays in the queue as it was: the node does not take it for now.
    Postponed(Refusal),
    /// It stays in the queue because of another that stays.
    Held {
        /// Which.
        because_of: StatementId,
    },
}

/// The last statement of this device that the log accepted.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Last {
    /// Where it stands.
    pub index: LogIndex,
    /// Its events' names.
    pub events: Vec<String>,
    /// What each of them created.
    pub made: Vec<Vec<String>>,
}

/// The folder.
#[derive(Clone, Debug)]
pub struct Queue {
    home: Home,
}

impl Queue {
    /// The queue of a home folder.
    #[must_use]
    pub fn of(home: &Home) -> Self {
        Self { home: home.clone() }
    }

    /// Keeps a signed statement; its bytes are on disk when this returns.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn push(&self, signed: &Signed) -> Result<Waiting> {
        let lock = self.home.lock("queue/queue")?;
        let order = self.list()?.last().map_or(0, |last| last.order + 1);
        let waiting = Waiting {
            order,
            statement: signed.id(),
            events: signed.events.iter().map(|name| (*name).to_owned()).collect(),
            creates: signed.creates.iter().flatten().cloned().collect(),
            made: signed.creates.clone(),
            names: signed.names.clone(),
            refusal: None,
        };
        // The bytes first: the `.json` file is what makes it count.
        write_durably(&self.path(&waiting, "cose"), signed.statement.bytes())?;
        write_json(&self.path(&waiting, "json"), &waiting)?;
        drop(lock);
        Ok(waiting)
    }

    /// Everything that waits, in order.
    ///
    /// # Errors
    /// The folder or a file cannot be read.
    pub fn list(&self) -> Result<Vec<Waiting>> {
        let folder = self.home.join("queue");
        let mut all = Vec::new();
        for entry in fs::read_dir(&folder).map_err(|error| ClientError::io(&folder, error))? {
            let path = entry.map_err(|error| ClientError::io(&folder, error))?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            match read_json::<Waiting>(&path) {
                Ok(waiting) => all.push(waiting),
                // Another command of this home folder has just sent it.
                Err(_) if !path.exists() => {}
                Err(error) => return Err(error),
            }
        }
        all.sort_by_key(|waiting| waiting.order);
        Ok(all)
    }

    /// The bytes of a waiting statement.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn bytes(&self, waiting: &Waiting) -> Result<Vec<u8>> {
        let path = self.path(waiting, "cose");
        fs::read(&path).map_err(|error| ClientError::io(&path, error))
    }

    /// The last statement that was accepted; `None` if none ever was.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn last(&self) -> Result<Option<Last>> {
        let path = self.home.join(LAST);
        if path.exists() { read_json(&path).map(Some) } else { Ok(None) }
    }

    /// The earlier ones that this one must wait for.
    ///
    /// # Errors
    /// As [`Queue::list`].
    pub fn before(&self, waiting: &Waiting) -> Result<Vec<StatementId>> {
        let all = self.list()?;
        let earlier = all.iter().filter(|other| other.order < waiting.order && waiting.depends_on(other));
        Ok(earlier.map(|other| other.statement).collect())
    }

    /// Takes a statement out.
    ///
    /// # Errors
    /// A file cannot be removed.
    pub fn remove(&self, waiting: &Waiting) -> Result<()> {
        for end in ["json", "cose"] {
            let path = self.path(waiting, end);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(ClientError::io(&path, error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Gives a statement up, with all that depends on it.
    ///
    /// # Errors
    /// There is none of this id, or a file cannot be removed.
    pub fn drop_with_dependants(&self, statement: &StatementId) -> Result<Vec<Waiting>> {
        let lock = self.home.lock("queue/queue")?;
        let all = self.list()?;
        let Some(first) = all.iter().find(|waiting| waiting.statement == *statement) else {
            return Err(ClientError::usage(words!(
                "no statement {statement} waits; see `lode queue`",
                "没有待发送的声明 {statement}；见 `lode queue`",
                "nenhuma declaração {statement} aguarda; veja `lode queue`"
            )));
        };
        let mut dropped = vec![first.clone()];
        for waiting in all.iter().filter(|waiting| waiting.order > first.order) {
            if dropped.iter().any(|gone| waiting.depends_on(gone)) {
                dropped.push(waiting.clone());
            }
        }
        for waiting in &dropped {
            self.remove(waiting)?;
        }
        drop(lock);
        Ok(dropped)
    }

    /// Sends everything in order. What is accepted leaves the queue; what is refused stays with its reason; what
    /// depends on one that stays is held back.
    ///
    /// # Errors
    /// The node cannot be reached; what was answered before counts, the rest waits on.
    pub fn sync(&self, node: &dyn Intake) -> Result<Vec<(Waiting, Fate)>> {
        let lock = self.home.lock("queue/sync")?;
        let mut fates: Vec<(Waiting, Fate)> = Vec::new();
        let mut wave: Vec<Waiting> = Vec::new();
        for waiting in self.list()? {
            if wave.iter().any(|sent| waiting.depends_on(sent)) {
                self.send(node, &mut wave, &mut fates)?;
            }
            let stuck = fates
                .iter()
                .find(|(other, fate)| !matches!(fate, Fate::Accepted { .. }) && waiting.depends_on(other));
            match stuck {
                Some((other, _)) => {
                    let because_of = other.statement;
                    fates.push((waiting, Fate::Held { because_of }));
                }
                None => wave.push(waiting),
            }
        }
        self.send(node, &mut wave, &mut fates)?;
        drop(lock);
        fates.sort_by_key(|(waiting, _)| waiting.order);
        Ok(fates)
    }

    /// Sends one statement, which must not wait for another.
    ///
    /// # Errors
    /// No answer came; the statement stays.
    pub fn send_one(&self, node: &dyn Intake, waiting: &Waiting) -> Result<Fate> {
        let mut fates = Vec::new();
        self.send(node, &mut vec![waiting.clone()], &mut fates)?;
        let statement = &waiting.statement;
        let none = || {
            ClientError::usage(words!(
                "the node said nothing about {statement}; it waits, send it again with `lode sync`",
                "节点未答复 {statement}；仍在待发送中，请用 `lode sync` 重发",
                "o nó nada disse de {statement}; ela aguarda, envie de novo com `lode sync`"
            ))
        };
        fates.pop().map(|(_, fate)| fate).ok_or_else(none)
    }

    /// Sends statements none of which depends on another.
    fn send(
        &self,
        node: &dyn Intake,
        wave: &mut Vec<Waiting>,
        fates: &mut Vec<(Waiting, Fate)>,
    ) -> Result<()> {
        // What another command has sent meanwhile is in the log, and its file is gone.
        wave.retain(|waiting| self.path(waiting, "cose").exists());
        if wave.is_empty() {
            return Ok(());
        }
        let bytes: Vec<Vec<u8>> = wave.iter().map(|waiting| self.bytes(waiting)).collect::<Result<_>>()?;
        let answers = node.submit(&bytes)?;
        for (mut waiting, answer) in wave.drain(..).zip(answers) {
            let fate = match answer {
                Answer::Accepted { index, duplicate, .. } => {
                    self.remove(&waiting)?;
                    let (events, made) = (waiting.events.clone(), waiting.made.clone());
                    write_json(&self.home.join(LAST), &Last { index, events, made })?;
                    Fate::Accepted { index, duplicate }
                }
                Answer::Refused(refusal) if refusal.is_for_now() => Fate::Postponed(refusal),
                Answer::Refused(refusal) => {
                    waiting.refusal = Some(refusal.clone());
                    write_json(&self.path(&waiting, "json"), &waiting)?;
                    Fate::Refused(refusal)
                }
            };
            fates.push((waiting, fate));
        }
        Ok(())
    }

    /// Named by its statement too: its place may be another's as soon as it is sent.
    fn path(&self, waiting: &Waiting, end: &str) -> PathBuf {
        self.home.join(format!("queue/{:012}-{}.{end}", waiting.order, waiting.statement))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use lode_ledger::event::Event;
    use lode_ledger::event::body::{HoldPlaced, HoldReleased, Loss, LossRecorded};
    use lode_ledger::id::{ItemId, Nonce};
    use lode_ledger::mass::Milligrams;
    use lode_ledger::time::Timestamp;
    use lode_ledger::vocab::{HoldReason, LossReason};

    use super::*;
    use crate::author::tests::{author, lot};

    /// Refuses what it was told to; breaks off after so many requests.
    struct Fake {
        refuse: Vec<StatementId>,
        code: &'static str,
        requests: RefCell<Vec<usize>>,
        breaks_after: usize,
    }

    impl Fake {
        fn refusing(refuse: Vec<StatementId>) -> Self {
            Self { refuse, code: "not-found", requests: RefCell::default(), breaks_after: 9 }
        }
    }

    impl Intake for Fake {
        fn submit(&self, statements: &[Vec<u8>]) -> Result<Vec<Answer>> {
            if self.requests.borrow().len() >= self.breaks_after {
                return Err(ClientError::Unreachable {
                    url: "http://x".to_owned(),
                    problem: "gone".to_owned(),
                });
            }
            self.requests.borrow_mut().push(statements.len());
            let answer = |bytes: &Vec<u8>| {
                let id = StatementId(lode_ledger::hash::Hash::of(bytes));
                if self.refuse.contains(&id) {
                    return Answer::Refused(Refusal {
                        code: self.code.to_owned(),
                        rule: None,
                        event: None,
                        field: None,
                        message: "no".to_owned(),
                    });
                }
                Answer::Accepted { index: LogIndex(1), statement: Some(id), duplicate: false }
            };
            Ok(statements.iter().map(answer).collect())
        }
    }

    fn loss(item: &str) -> Event {
        let mass = |mg| Milligrams::new(mg).unwrap();
        Event::from(LossRecorded {
            at: Timestamp::from_unix(1_700_000_000),
            item: item.parse::<ItemId>().unwrap(),
            loss: Loss { reason: LossReason::PROCESS, mass_mg: mass(1), count: None },
            left_mg: mass(4_999_999),
        })
    }

    struct World {
        _folder: tempfile::TempDir,
        home: Home,
        queue: Queue,
    }

    impl World {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let home = Home::open(folder.path()).unwrap();
            let queue = Queue::of(&home);
            Self { _folder: folder, home, queue }
        }

        fn push(&self, event: Event) -> Waiting {
            self.queue.push(&author().sign(&self.home, &[event], &BTreeSet::new(), None).unwrap()).unwrap()
        }

        fn one(waiting: &Waiting) -> &str {
            waiting.creates.first().unwrap()
        }
    }

    #[test]
    fn only_what_depends_on_a_refused_statement_is_held_back() {
        let world = World::new();
        let bad = world.push(lot(1));
        let held = world.push(loss(World::one(&bad)));
        let held_too = world.push(loss(World::one(&bad)));
        let good = world.push(lot(2));
        let good_too = world.push(loss(World::one(&good)));
        let fake = Fake::refusing(vec![bad.statement]);
        let fates = world.queue.sync(&fake).unwrap();
        let fate = |waiting: &Waiting| {
            fates
                .iter()
                .find(|(other, _)| other.statement == waiting.statement)
                .map(|(_, fate)| fate)
                .unwrap()
        };
        assert!(matches!(fate(&bad), Fate::Refused(_)));
        assert_eq!(fate(&held), &Fate::Held { because_of: bad.statement });
        assert!(matches!(fate(&held_too), Fate::Held { .. }));
        assert!(matches!(fate(&good), Fate::Accepted { .. }));
        assert!(matches!(fate(&good_too), Fate::Accepted { .. }));
        let left: Vec<StatementId> = world.queue.list().unwrap().iter().map(|w| w.statement).collect();
        assert_eq!(left, [bad.statement, held.statement, held_too.statement]);
        assert_eq!(world.queue.list().unwrap()[0].refusal.as_ref().unwrap().code, "not-found");
        // Once the reason is gone, the same bytes are taken.
        let fake = Fake::refusing(Vec::new());
        assert_eq!(world.queue.sync(&fake).unwrap().len(), 3);
        assert!(world.queue.list().unwrap().is_empty());
    }

    #[test]
    fn a_release_waits_for_its_hold() {
        let world = World::new();
        let at = Timestamp::from_unix(1_700_000_000);
        let place = |nonce| HoldPlaced {
            at,
            nonce: Nonce([nonce; 16]),
            items: vec!["L-01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap()].into(),
            works: Vec::new().into(),
            reason: HoldReason::INVESTIGATION,
            creditor: None,
            text: None,
        };
        let placed = world.push(place(1).into());
        let hold = World::one(&placed).parse().unwrap();
        let released = world.push(HoldReleased { at, hold, text: None }.into());
        assert_eq!(world.queue.before(&released).unwrap(), [placed.statement]);
        let fates = world.queue.sync(&Fake::refusing(vec![placed.statement])).unwrap();
        assert_eq!(fates[1].1, Fate::Held { because_of: placed.statement });
    }

    #[test]
    fn a_broken_line_loses_nothing_and_repeats_nothing_accepted() {
        let world = World::new();
        let first = world.push(lot(1));
        let second = world.push(loss(World::one(&first)));
        let fake = Fake { breaks_after: 1, ..Fake::refusing(Vec::new()) };
        assert!(world.queue.sync(&fake).is_err());
        let left = world.queue.list().unwrap();
        assert_eq!(left.iter().map(|w| w.statement).collect::<Vec<_>>(), [second.statement]);
        assert_eq!(
            lode_ledger::hash::Hash::of(&world.queue.bytes(&left[0]).unwrap()),
            second.statement.0,
            "the bytes are those that were signed"
        );
    }

    #[test]
    fn what_another_command_has_sent_meanwhile_is_nobodys_loss() {
        let world = World::new();
        let sent = world.push(lot(1));
        world.queue.remove(&sent).unwrap();
        let next = world.push(lot(2));
        assert_eq!(next.order, sent.order, "its place is free again");
        world.queue.remove(&sent).unwrap();
        assert_eq!(world.queue.list().unwrap(), [next], "only what was named is removed");
    }

    #[test]
    fn what_a_busy_node_does_not_take_waits_as_it_was() {
        let world = World::new();
        let busy = world.push(lot(1));
        let held = world.push(loss(World::one(&busy)));
        let fake = Fake { code: "key-rate-limited", ..Fake::refusing(vec![busy.statement]) };
        let fates = world.queue.sync(&fake).unwrap();
        assert!(matches!(&fates[0].1, Fate::Postponed(refusal) if refusal.is_for_now()), "{fates:?}");
        assert_eq!(fates[1].1, Fate::Held { because_of: busy.statement });
        assert_eq!(world.queue.list().unwrap(), [busy, held], "nothing is said against them");
        assert_eq!(world.queue.sync(&Fake::refusing(Vec::new())).unwrap().len(), 2);
        assert!(world.queue.list().unwrap().is_empty());
    }

    #[test]
    fn giving_up_takes_the_dependants_too() {
        let world = World::new();
        let first = world.push(lot(1));
        let second = world.push(loss(World::one(&first)));
        let other = world.push(lot(2));
        assert_eq!(world.queue.before(&second).unwrap(), [first.statement]);
        assert_eq!(world.queue.drop_with_dependants(&first.statement).unwrap().len(), 2);
        assert_eq!(world.queue.list().unwrap(), [other]);
        assert!(world.queue.drop_with_dependants(&first.statement).is_err());
    }
}
