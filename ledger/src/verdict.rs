//! The verdict: what was checked, with what outcome, and what the record says. In words and as JSON.
//!
//! A verdict always says what was *not* checked. The codes of checks and notes never change their meaning.
//! Checking itself is done in `proof` and by whoever replays a log.

mod facts;
mod notes;
mod shape;

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Value, json};

use self::shape::{Told, as_written, told};
use crate::lang::Lang;
use crate::words::Arg;

pub use facts::{Balance, Certificate, Claim, Facts, Happening, Opened, Party};
pub use notes::{CheckCode, Note};

/// How a check went.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Passed,
    /// It does not: tampering, or a broken rule.
    Failed,
    /// The signatures may be good, but the trust file does not trust them.
    NotTrusted,
    /// The program could not evaluate it: unreadable, cut off, or of a version it does not know.
    NotEvaluated,
    /// It was not checked, and the note says why.
    NotChecked,
}

/// One check.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Check {
    /// Which.
    pub code: CheckCode,
    /// How it went.
    pub outcome: Outcome,
    /// What there is to say.
    pub note: Note,
    /// What the note's words need.
    pub args: Vec<Arg>,
}

/// A whole verdict.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Report {
    /// The checks, in the order in which they rest on each other.
    pub checks: Vec<Check>,
    /// What the record says, as far as it could be read; to be believed only as far as the checks go.
    pub facts: Option<Box<Facts>>,
}

/// Exit codes of programs that give a verdict (design: "Trust file and verdict").
pub mod exit {
    /// All that was asked passed.
    pub const PASSED: u8 = 0;
    /// A check failed: tampering or a broken rule.
    pub const FAILED: u8 = 1;
    /// Signatures good, the trust file's conditions not met.
    pub const NOT_TRUSTED: u8 = 2;
    /// Unreadable, cut off, or of an unknown ruleset.
    pub const NOT_EVALUATED: u8 = 3;
    /// The command was called wrongly.
    pub const USAGE: u8 = 64;
}

impl Outcome {
    /// The mark of a list.
    #[must_use]
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Passed => "✓",
            Self::Failed => "✗",
            Self::NotTrusted | Self::NotEvaluated => "!",
            Self::NotChecked => "–",
        }
    }
}

impl Check {
    /// A check with its outcome.
    #[must_use]
    pub const fn new(code: CheckCode, outcome: Outcome, note: Note) -> Self {
        Self { code, outcome, note, args: Vec::new() }
    }

    /// Adds what the words need and is the same in every language.
    #[must_use]
    pub fn with(mut self, arg: impl std::fmt::Display) -> Self {
        self.args.push(Arg::Plain(arg.to_string()));
        self
    }

    /// Adds what the words need and has words of its own.
    #[must_use]
    pub fn saying(mut self, arg: impl Into<Arg>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// The note in words.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        self.note.phrase(self.args.clone()).say(lang)
    }
}

told! {
    /// A verdict: every check with its outcome, and what the record says. Codes never change their meaning.
    struct WrittenReport {
        /// The worst outcome of the checks; what was not checked does not spoil it.
        verdict: Outcome,
        /// What the program that gave this verdict ended with.
        exit_code: ExitCode,
        /// The checks, in the order in which they rest on each other.
        checks: Vec<WrittenCheck>,
        /// What the record of an item says, to be believed only as far as the checks go; `null` for a whole log, and
        /// where it could not be read.
        facts: Option<Box<Facts>>,
    }

    /// One check.
    struct WrittenCheck {
        /// Which.
        check: CheckCode,
        /// How it went.
        outcome: Outcome,
        /// What there is to say, with holes for `args`.
        note: Note,
        /// What the note speaks of, in the order of its holes.
        args: Vec<String>,
        /// The note with its arguments in English, for people.
        text: String,
    }
}

/// One of [`exit`], without wrong usage, which gives no verdict.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(transparent)]
struct ExitCode(u8);

impl Told for ExitCode {
    fn schema() -> Value {
        let all = [exit::PASSED, exit::FAILED, exit::NOT_TRUSTED, exit::NOT_EVALUATED];
        json!({"type": "integer", "enum": all})
    }
}

impl Told for Outcome {
    fn schema() -> Value {
        as_written(&[Self::Passed, Self::Failed, Self::NotTrusted, Self::NotEvaluated, Self::NotChecked])
    }
}

impl Serialize for Report {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let checks = self.checks.iter().map(|check| WrittenCheck {
            check: check.code,
            outcome: check.outcome,
            note: check.note,
            args: check.args.iter().map(Arg::to_string).collect(),
            text: check.message(Lang::En),
        });
        let written = WrittenReport {
            verdict: self.outcome(),
            exit_code: ExitCode(self.exit_code()),
            checks: checks.collect(),
            facts: self.facts.clone(),
        };
        written.serialize(serializer)
    }
}

impl Report {
    /// The JSON Schema (draft 2020-12) of a verdict as JSON.
    #[must_use]
    pub fn schema() -> Value {
        let mut schema = WrittenReport::schema();
        if let Value::Object(members) = &mut schema {
            members.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
            members.insert("title".to_owned(), json!("verdict"));
        }
        schema
    }

    /// Adds a check.
    pub fn add(&mut self, check: Check) {
        self.checks.push(check);
    }

    /// Adds a check that holds.
    pub fn passed(&mut self, code: CheckCode, note: Note, args: &[&dyn std::fmt::Display]) {
        self.note(code, Outcome::Passed, note, args);
    }

    /// Adds a check that fails.
    pub fn failed(&mut self, code: CheckCode, note: Note, args: &[&dyn std::fmt::Display]) {
        self.note(code, Outcome::Failed, note, args);
    }

    /// Adds a check with any outcome.
    pub fn note(&mut self, code: CheckCode, outcome: Outcome, note: Note, args: &[&dyn std::fmt::Display]) {
        let args = args.iter().map(|arg| Arg::Plain(arg.to_string())).collect();
        self.add(Check { code, outcome, note, args });
    }

    /// The first check of this code.
    #[must_use]
    pub fn check(&self, code: CheckCode) -> Option<&Check> {
        self.checks.iter().find(|check| check.code == code)
    }

    /// The verdict as a whole: the worst of its checks. What was not checked does not spoil it, and is always shown.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let order = [Outcome::Failed, Outcome::NotEvaluated, Outcome::NotTrusted];
        let worst = order.into_iter().find(|worst| self.checks.iter().any(|check| check.outcome == *worst));
        worst.unwrap_or(if self.checks.is_empty() { Outcome::NotEvaluated } else { Outcome::Passed })
    }

    /// The exit code of a program that ends with this verdict; see [`exit`].
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.outcome() {
            Outcome::Passed | Outcome::NotChecked => exit::PASSED,
            Outcome::Failed => exit::FAILED,
            Outcome::NotTrusted => exit::NOT_TRUSTED,
            Outcome::NotEvaluated => exit::NOT_EVALUATED,
        }
    }

    /// The verdict for people: the facts, then every check with its mark, then the verdict in a line.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let mut text = String::new();
        if let Some(facts) = &self.facts {
            text += &facts.text(lang);
            text.push('\n');
        }
        for check in &self.checks {
            // Writing into a string cannot fail.
            let _ = writeln!(
                text,
                "{} {}: {}",
                check.outcome.mark(),
                check.code.title(lang),
                check.message(lang)
            );
        }
        let note = match self.outcome() {
            Outcome::Passed if self.checks.iter().any(|check| check.outcome == Outcome::NotChecked) => {
                Note::VerdictPassedInPart
            }
            Outcome::Passed | Outcome::NotChecked => Note::VerdictPassed,
            Outcome::Failed => Note::VerdictFailed,
            Outcome::NotTrusted => Note::VerdictNotTrusted,
            Outcome::NotEvaluated => Note::VerdictNotEvaluated,
        };
        let _ = writeln!(text, "\n{}", note.phrase(Vec::new()).say(lang));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_check_decides() {
        let report = |outcomes: &[Outcome]| Report {
            checks: outcomes
                .iter()
                .map(|o| Check::new(CheckCode::File, *o, Note::FileRead).with(1))
                .collect(),
            facts: None,
        };
        assert_eq!(report(&[]).exit_code(), exit::NOT_EVALUATED);
        assert_eq!(report(&[Outcome::Passed, Outcome::NotChecked]).exit_code(), exit::PASSED);
        assert_eq!(report(&[Outcome::NotTrusted, Outcome::Passed]).exit_code(), exit::NOT_TRUSTED);
        assert_eq!(report(&[Outcome::NotTrusted, Outcome::NotEvaluated]).exit_code(), exit::NOT_EVALUATED);
        assert_eq!(report(&[Outcome::NotEvaluated, Outcome::Failed]).exit_code(), exit::FAILED);
        let text = report(&[Outcome::Passed, Outcome::NotChecked]).text(Lang::En);
        assert!(
            text.contains("✓") && text.contains("–") && text.contains("not everything was checked"),
            "{text}"
        );
    }
}
