//! Rule stories: a readable file each, of what people do one after the other and what must come of the last of it.
//! `tests/vectors/README.md` describes the format; the files stand in `tests/vectors/rules/`, a folder per rule.
//!
//! This file says what a story holds. `names` turns its short names into what is signed, `tell` tells it to a ledger.
//! Neither knows a rule: the verdict is the ledger's, and the story says which one is right.

mod names;
mod tell;

use std::collections::BTreeMap;
use std::path::PathBuf;

use lode_ledger::violation::Reason;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::golden;
use crate::vectors::Verdict;

pub use tell::Library;

/// A story, as its file holds it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    /// The rule it is about, by its code; also its folder's name.
    pub rule: String,
    /// What it shows, in one sentence.
    pub title: String,
    /// Which of the frauds that the ledger is for it tells; absent for the everyday.
    pub fraud: Option<String>,
    /// Where it begins.
    pub begins: Beginning,
    /// What happens, in order.
    pub story: Vec<Step>,
    /// What comes of the last step.
    pub expect: Expect,
}

/// A part of the world (`world.json`) that a story goes on from.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(rename_all = "snake_case")]
pub enum Beginning {
    /// No entry yet.
    Nothing,
    /// Entry 0: the ledger is opened, no policy is in force.
    Opened,
    /// The policy is in force and everybody is enrolled.
    Enrolled,
    /// The whole of the world.
    Traded,
}

/// One step: a statement of events, a seal, or a statement sent again.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Step {
    /// What later steps call it.
    pub name: Option<String>,
    /// The author: a participant's name, `tag:NAME`, `owner:NAME`, `link:NAME` or `ledger`.
    pub by: Option<String>,
    /// The key it is signed with, if not the author's first.
    pub key: Option<String>,
    /// Its number, if not the key's next: a number, or `next`, `next+5`, `next-1`.
    pub seq: Option<Value>,
    /// The ledger that it names, if not this one.
    pub audience: Option<String>,
    /// How the story's time moves before it: `+1h`, or a time.
    pub at: Option<String>,
    /// The events.
    pub events: Vec<Value>,
    /// Instead of events: the ledger seals, after this time.
    pub seal: Option<String>,
    /// Instead of events: the exact bytes of an earlier step.
    pub again: Option<String>,
    /// The verdict, if a step before the last is refused.
    pub refused: Option<Refusal>,
}

/// What must come of a story's last step.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// It is taken in.
    pub accepted: bool,
    /// Or refused, so.
    pub refused: Option<Refusal>,
    /// The warnings on these records afterwards: all of them, in order, by code.
    pub warnings: BTreeMap<String, Vec<String>>,
    /// What these records then hold: a part of each.
    pub records: BTreeMap<String, Value>,
}

/// How a statement is refused.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// The stable code.
    pub code: String,
    /// Which event, from 0; absent for the statement as a whole.
    pub event: Option<u64>,
    /// Which field; absent for the event as a whole.
    #[serde(default)]
    pub field: String,
    /// What is wrong with the field, where the code is `event` or `payload`.
    pub problem: Option<String>,
}

impl Refusal {
    /// The verdict that this is. The rule is the code's own.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let rule = Reason::of_code(&self.code).map(|reason| reason.rule().code().to_owned());
        Verdict {
            code: self.code.clone(),
            rule,
            event: self.event,
            field: self.field.clone(),
            problem: self.problem.clone(),
        }
    }
}

/// What a story shows of its rule.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Outcome {
    /// What the rule allows.
    Accepted,
    /// What it allows and shows: a warning of the rule.
    Flagged,
    /// What it forbids.
    Refused,
}

impl Story {
    /// What it shows.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let of_rule = |code: &String| Reason::of_code(code).is_some_and(|r| r.rule().code() == self.rule);
        if self.expect.refused.is_some() {
            Outcome::Refused
        } else if self.expect.warnings.values().flatten().any(of_rule) {
            Outcome::Flagged
        } else {
            Outcome::Accepted
        }
    }
}

/// A story and where its file stands, from the folder of rule stories on, as in `M2/name.json`.
#[derive(Clone, Debug)]
pub struct Told {
    /// The file.
    pub file: String,
    /// The story.
    pub story: Story,
}

/// The folder of the stories.
#[must_use]
pub fn folder() -> PathBuf {
    golden::root().join("tests/vectors/rules")
}

/// Every story, in the order of their files.
#[must_use]
pub fn all() -> Vec<Told> {
    let mut files: Vec<PathBuf> = Vec::new();
    for rule in std::fs::read_dir(folder()).expect("the folder of rule stories") {
        let rule = rule.expect("an entry").path();
        if rule.is_dir() {
            let stories = std::fs::read_dir(&rule).expect("a rule's folder");
            files.extend(stories.map(|story| story.expect("an entry").path()));
        }
    }
    files.sort();
    let read = |path: PathBuf| {
        let file =
            path.strip_prefix(folder()).expect("below the folder").to_string_lossy().replace('\\', "/");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
        let story = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        Told { file, story }
    };
    files.into_iter().map(read).collect()
}

/// Events that stories are `like`: by name, the event with its usual fields.
#[derive(Clone, Debug)]
pub struct Likes(BTreeMap<String, Map<String, Value>>);

impl<'de> Deserialize<'de> for Likes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(Self)
    }
}

impl Likes {
    /// Those of `like.json`.
    #[must_use]
    pub fn read() -> Self {
        let text = std::fs::read_to_string(folder().join("like.json")).expect("like.json");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("like.json: {error}"))
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The event of a name.
    fn get(&self, name: &str) -> Option<&Map<String, Value>> {
        self.0.get(name)
    }
}
