//! What can go wrong at a participant's desk, in words that say what was wrong, where, and what to do; and the exit
//! code of each.
//!
//! No message repeats a secret: passphrases, hidden codes and salts never stand in one.

use std::fmt;
use std::path::{Path, PathBuf};

use lode_ledger::lang::Lang;
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
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
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

impl Refusal {
    /// Whether the node only does not take it for now, being busy or on its way out: no verdict on what it says. The
    /// same bytes may go in later.
    #[must_use]
    pub fn is_for_now(&self) -> bool {
        matches!(self.code.as_str(), "key-rate-limited" | "unavailable")
    }

    /// The reason with the rule and the code, for whoever shows the place in his own way.
    #[must_use]
    pub fn reason(&self, lang: Lang) -> String {
        let rule = self.rule.as_ref().map(|code| format!("{} {code}, ", rule_word(lang))).unwrap_or_default();
        format!("{} ({rule}{})", self.message, self.code)
    }

    /// The reason with the place, the rule and the code. The reason itself is in the language that the node was asked
    /// in.
    #[must_use]
    pub fn told(&self, lang: Lang) -> String {
        let [statement, event, field] = match lang {
            Lang::En => ["statement", "event", "field"],
            Lang::Zh => ["声明", "事件", "字段"],
            Lang::Pt => ["declaração", "evento", "campo"],
        };
        let rule = rule_word(lang);
        let place = match (self.event, self.field.as_deref().unwrap_or_default()) {
            (Some(number), "") => format!("{event} {number}"),
            (Some(number), name) => format!("{event} {number}, {field} {name}"),
            (None, "") => statement.to_owned(),
            (None, name) => format!("{field} {name}"),
        };
        let ruled = self.rule.as_ref().map(|code| format!("{rule} {code}, ")).unwrap_or_default();
        format!("{} ({place}; {ruled}{})", self.message, self.code)
    }
}

const fn rule_word(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "rule",
        Lang::Zh => "规则",
        Lang::Pt => "regra",
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(Lang::En))
    }
}

/// One thing said in every language; the macro `words!` makes it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Words {
    /// In the order of [`Lang::ALL`]: English, Chinese, Portuguese.
    pub texts: [String; 3],
}

impl Words {
    /// In one language.
    #[must_use]
    pub fn of(&self, lang: Lang) -> &str {
        let [en, zh, pt] = &self.texts;
        match lang {
            Lang::En => en,
            Lang::Zh => zh,
            Lang::Pt => pt,
        }
    }

    /// The same after a place, as in `row 7`.
    #[must_use]
    pub fn after(self, place: &Self) -> Self {
        let [en, zh, pt] = self.texts;
        let [in_en, in_zh, in_pt] = &place.texts;
        Self { texts: [format!("{in_en}: {en}"), format!("{in_zh}：{zh}"), format!("{in_pt}: {pt}")] }
    }
}

/// What another program or a library said, which speaks one language.
impl From<String> for Words {
    fn from(text: String) -> Self {
        Self { texts: [text.clone(), text.clone(), text] }
    }
}

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

/// English, unless asked otherwise.
impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.of(Lang::En))
    }
}

/// The same thing in English, Chinese and Portuguese, each with the names in braces filled in.
macro_rules! words {
    ($en:literal, $zh:literal, $pt:literal $(,)?) => {
        $crate::error::Words { texts: [format!($en), format!($zh), format!($pt)] }
    };
}
pub(crate) use words;

/// Anything that ends a command. [`ClientError::message`] says it in the user's language.
#[derive(Debug)]
pub enum ClientError {
    /// The command asks for something that cannot be meant.
    Usage(Words),
    /// A file or folder.
    File {
        /// Which.
        path: PathBuf,
        /// What was wrong and what to do.
        problem: Words,
    },
    /// A key, its passphrase, or its counter.
    Key {
        /// Its name in the home folder.
        name: String,
        /// What was wrong and what to do.
        problem: Words,
    },
    /// Nobody answers.
    Unreachable {
        /// The node's address.
        url: String,
        /// What the network said.
        problem: String,
    },
    /// The node answers, but not with what was asked for.
    Node {
        /// What was asked.
        url: String,
        /// The HTTP status.
        status: u16,
        /// What it said.
        problem: Words,
    },
    /// The ledger's rules forbid it.
    Refused(Box<Refusal>),
    /// A statement cannot be made of this.
    Statement(lode_ledger::statement::StatementError),
    /// The machine has no random numbers.
    Random(String),
}

impl ClientError {
    /// A file's trouble.
    pub fn file(path: &Path, problem: impl Into<Words>) -> Self {
        Self::File { path: path.to_owned(), problem: problem.into() }
    }

    /// A file's trouble, as the system or a library tells it.
    pub fn io(path: &Path, problem: impl fmt::Display) -> Self {
        Self::file(path, problem.to_string())
    }

    /// A usage error.
    pub fn usage(text: impl Into<Words>) -> Self {
        Self::Usage(text.into())
    }

    /// What was wrong, where, and what to do.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        let told = match self {
            Self::Usage(words) => return words.of(lang).to_owned(),
            Self::File { path, problem } => return format!("{}: {}", path.display(), problem.of(lang)),
            Self::Key { name, problem } => {
                let problem = problem.of(lang);
                words!("key {name}: {problem}", "密钥 {name}：{problem}", "chave {name}: {problem}")
            }
            Self::Unreachable { url, problem } => words!(
                "the node at {url} cannot be reached ({problem}); try again, or work with --offline and `lode sync` later",
                "无法连接节点 {url}（{problem}）；请重试，或用 --offline 工作，之后运行 `lode sync`",
                "o nó em {url} não responde ({problem}); tente de novo, ou trabalhe com --offline e depois `lode sync`"
            ),
            Self::Node { url, status, problem } => {
                let problem = problem.of(lang);
                words!(
                    "the node at {url} answered {status}: {problem}",
                    "节点 {url} 答复 {status}：{problem}",
                    "o nó em {url} respondeu {status}: {problem}"
                )
            }
            Self::Refused(refusal) => {
                let told = refusal.told(lang);
                words!("refused: {told}", "被拒：{told}", "recusado: {told}")
            }
            Self::Statement(error) => words!(
                "the statement cannot be signed: {error}",
                "无法签署声明：{error}",
                "a declaração não pode ser assinada: {error}"
            ),
            Self::Random(problem) => words!(
                "this machine gives no random numbers ({problem}); nothing was signed",
                "本机不提供随机数（{problem}）；未签署任何内容",
                "esta máquina não dá números aleatórios ({problem}); nada foi assinado"
            ),
        };
        told.of(lang).to_owned()
    }

    /// The exit code.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => exit::USAGE,
            Self::Refused(_) => exit::REFUSED,
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
            Self::Random(_) => "random",
        }
    }
}

/// English, for whoever asks in no language.
impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(Lang::En))
    }
}

impl std::error::Error for ClientError {}

impl From<lode_ledger::statement::StatementError> for ClientError {
    fn from(error: lode_ledger::statement::StatementError) -> Self {
        Self::Statement(error)
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
    fn a_busy_node_has_not_judged() {
        let of = |code: &str| Refusal { code: code.to_owned(), ..Refusal::default() }.is_for_now();
        assert!(of("key-rate-limited") && of("unavailable"));
        assert!(!of("not-balanced") && !of("sequence-old") && !of(""));
    }

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
        assert!(error.message(Lang::Zh).ends_with("(事件 3, 字段 left_mg; 规则 M2, not-balanced)"));
        assert_eq!(error.exit_code(), 1);
        assert_eq!(error.code(), "not-balanced");
        assert_eq!(ClientError::usage("x").exit_code(), 64);
        let name = "m";
        let trouble =
            words!("no {name}", "没有 {name}", "sem {name}").after(&words!("row 3", "第3行", "linha 3"));
        assert_eq!(ClientError::usage(trouble).message(Lang::Zh), "第3行：没有 m");
    }
}
