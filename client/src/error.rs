//! What can go wrong at a participant's desk, in words that say what was wrong, where, and what to do; and the exit
//! code of each.
//!
//! No message repeats a secret: passphrases, hidden codes and salts never stand in one.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Exit codes of `lode`; `docs/cli.md` says the same.
pub mod exit {
    /// Done.
    pub const DONE: u8 = 0;
    /// The ledger's rules refuse it, or the sheet has mistakes.
    pub const REFUSED: u8 = 1;
    /// Signed and kept, but not sent: the node could not be reached, or it waits for another statement.
    pub const QUEUED: u8 = 2;
    /// Something on this machine or on the way: a file, a key, the node.
    pub const TROUBLE: u8 = 3;
    /// The command was not understood.
    pub const USAGE: u8 = 64;
}

/// Why the node refused a statement, as it said it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Refusal {
    /// The stable code, in kebab-case.
    pub code: String,
    /// The rule, as in `M2`.
    #[serde(default)]
    pub rule: Option<String>,
    /// The event's number in the statement, from 0.
    #[serde(default)]
    pub event: Option<u16>,
    /// The field inside the event.
    #[serde(default)]
    pub field: Option<String>,
    /// The reason in the language asked for.
    #[serde(default)]
    pub message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        let field = self.field.as_deref().unwrap_or_default();
        match (self.event, field) {
            (Some(event), "") => write!(f, " (event {event}")?,
            (Some(event), field) => write!(f, " (event {event}, field {field}")?,
            (None, "") => write!(f, " (statement")?,
            (None, field) => write!(f, " (field {field}")?,
        }
        match &self.rule {
            Some(rule) => write!(f, "; rule {rule}, {})", self.code),
            None => write!(f, "; {})", self.code),
        }
    }
}

/// Anything that ends a command.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The command asks for something that cannot be meant.
    #[error("{0}")]
    Usage(String),
    /// A file or folder.
    #[error("{}: {problem}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What was wrong and what to do.
        problem: String,
    },
    /// A key, its passphrase, or its counter.
    #[error("key {name}: {problem}")]
    Key {
        /// Its name in the home folder.
        name: String,
        /// What was wrong and what to do.
        problem: String,
    },
    /// Nobody answers.
    #[error(
        "the node at {url} cannot be reached ({problem}); try again, or work with --offline and `lode sync` later"
    )]
    Unreachable {
        /// The node's address.
        url: String,
        /// What the network said.
        problem: String,
    },
    /// The node answers, but not with what was asked for.
    #[error("the node at {url} answered {status}: {problem}")]
    Node {
        /// What was asked.
        url: String,
        /// The HTTP status.
        status: u16,
        /// What it said.
        problem: String,
    },
    /// The ledger's rules forbid it.
    #[error("refused: {0}")]
    Refused(Box<Refusal>),
    /// A statement cannot be made of this.
    #[error("the statement cannot be signed: {0}")]
    Statement(#[from] lode_ledger::statement::StatementError),
    /// Rows of a sheet.
    #[error(
        "{file}: {count} mistakes; nothing was declared. Correct the cells listed and run the command again"
    )]
    Sheet {
        /// The workbook.
        file: String,
        /// How many.
        count: usize,
    },
    /// The machine has no random numbers.
    #[error("this machine gives no random numbers ({0}); nothing was signed")]
    Random(String),
}

impl ClientError {
    /// A file's trouble.
    pub fn file(path: &Path, problem: impl fmt::Display) -> Self {
        Self::File { path: path.to_owned(), problem: problem.to_string() }
    }

    /// A usage error.
    pub fn usage(text: impl Into<String>) -> Self {
        Self::Usage(text.into())
    }

    /// The exit code.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => exit::USAGE,
            Self::Refused(_) | Self::Sheet { .. } => exit::REFUSED,
            Self::File { .. }
            | Self::Key { .. }
            | Self::Unreachable { .. }
            | Self::Node { .. }
            | Self::Statement(_)
            | Self::Random(_) => exit::TROUBLE,
        }
    }

    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Usage(_) => "usage",
            Self::File { .. } => "file",
            Self::Key { .. } => "key",
            Self::Unreachable { .. } => "unreachable",
            Self::Node { .. } => "node",
            Self::Refused(refusal) => &refusal.code,
            Self::Statement(_) => "statement",
            Self::Sheet { .. } => "sheet",
            Self::Random(_) => "random",
        }
    }
}

/// What a command gives.
pub type Result<T> = std::result::Result<T, ClientError>;

/// `N` bytes from the operating system.
///
/// # Errors
/// [`ClientError::Random`].
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| ClientError::Random(error.to_string()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_where_and_which_rule() {
        let refusal = Refusal {
            code: "not-balanced".to_owned(),
            rule: Some("M2".to_owned()),
            event: Some(3),
            field: Some("left_mg".to_owned()),
            message: "5 g are missing".to_owned(),
        };
        let error = ClientError::Refused(Box::new(refusal));
        assert_eq!(
            error.to_string(),
            "refused: 5 g are missing (event 3, field left_mg; rule M2, not-balanced)"
        );
        assert_eq!(error.exit_code(), 1);
        assert_eq!(error.code(), "not-balanced");
        assert_eq!(ClientError::usage("x").exit_code(), 64);
    }
}
