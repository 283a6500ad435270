//! The text of a C2SP tlog-policy file: line by line, strictly, with errors that say which line and what to do.
//!
//! Stricter than C2SP in three points, each an error and never another meaning: names and URLs are UTF-8, one raw
//! public key stands in one line of the whole file (C2SP: once among logs and once among witnesses), and the name
//! `auditors` belongs to a group. What must not be here: checking of checkpoints (`policy`).

use super::policy::{AUDITORS, Group, Log, MAX_POLICY_BYTES, MAX_POLICY_LINES, Member, Policy, Witness};
use super::vkey::{KeyError, KeyMaterial, TYPE_COSIGNATURE, TYPE_ED25519, VerifierKey};

/// A trust file that was refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("trust file, line {line}: {problem}")]
pub struct PolicyError {
    /// The line, counted from 1; for what is missing altogether, the last one.
    pub line: usize,
    /// What is wrong there and what to do.
    pub problem: PolicyProblem,
}

/// What is wrong with a line of a trust file.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PolicyProblem {
    /// Beyond [`MAX_POLICY_BYTES`].
    #[error("the file is larger than {MAX_POLICY_BYTES} bytes; is it the right one?")]
    TooLarge,
    /// Beyond [`MAX_POLICY_LINES`].
    #[error("the file has more than {MAX_POLICY_LINES} lines; is it the right one?")]
    TooManyLines,
    /// A carriage return.
    #[error("the line ends as on Windows; save the file with Unix line ends (LF)")]
    CarriageReturn,
    /// A control character other than tab and line feed.
    #[error("the line has the control byte 0x{0:02x}; retype the line")]
    ControlByte(u8),
    /// A byte order mark, or bytes that are not UTF-8.
    #[error("the line is not plain UTF-8; save the file as UTF-8 without a byte order mark")]
    NotUtf8,
    /// Not one of the four keywords.
    #[error("'{0}' is not known here; a line starts with log, witness, group, quorum or #")]
    Keyword(String),
    /// Too few or too many words.
    #[error("write this line as: {0}")]
    Usage(&'static str),
    /// The vkey is malformed.
    #[error("{0}")]
    Key(#[from] KeyError),
    /// A key of a type that does not belong in such a line.
    #[error(
        "a key of type 0x{kind:02x} cannot stand in a {keyword} line; a log needs its log key (0x01), a witness or auditor its cosignature key (0x04)"
    )]
    KeyType {
        /// `log` or `witness`.
        keyword: &'static str,
        /// The signature type.
        kind: u8,
    },
    /// The same raw public key, or the same name and id, as on an earlier line.
    #[error("the key stands in line {0} already; each log, witness and auditor needs a key of its own")]
    DuplicateKey(usize),
    /// A name that is taken.
    #[error("the name '{0}' is taken; give every witness and group a name of its own")]
    DuplicateName(String),
    /// `none` as a name, or `auditors` as a witness.
    #[error("'{0}' cannot be the name of this; 'none' is reserved, and 'auditors' is the name of a group")]
    ReservedName(String),
    /// A name no line above defines.
    #[error("'{0}' is not defined above this line; move its line up or correct the name")]
    UnknownName(String),
    /// A name in two groups, or twice in one.
    #[error("'{0}' is a member of a group already; a name may be a member once only")]
    SecondMembership(String),
    /// Not `all`, `any` or a number from 1 to the number of members.
    #[error("'{0}' is not a threshold; write all, any, or a number from 1 to the number of members")]
    Threshold(String),
    /// A second `quorum` line.
    #[error("a quorum was set already; keep one quorum line")]
    SecondQuorum,
    /// No `quorum` line.
    #[error(
        "there is no quorum line; end the file with 'quorum <name>', or 'quorum none' to ask for no witness"
    )]
    NoQuorum,
}

const LOG_USAGE: &str = "log <vkey> [<url>]";
const WITNESS_USAGE: &str = "witness <name> <vkey> [<url>]";
const GROUP_USAGE: &str = "group <name> all|any|<number> <member>...";
const QUORUM_USAGE: &str = "quorum <name>, or: quorum none";

/// Reads a trust file.
pub(super) fn parse(bytes: &[u8]) -> Result<Policy, PolicyError> {
    let mut reader = Reader::default();
    if bytes.len() > MAX_POLICY_BYTES {
        return Err(PolicyError { line: 1, problem: PolicyProblem::TooLarge });
    }
    let mut line = 1;
    for (number, content) in bytes.strip_suffix(b"\n").unwrap_or(bytes).split(|b| *b == b'\n').enumerate() {
        line = number + 1;
        if line > MAX_POLICY_LINES {
            return Err(PolicyError { line, problem: PolicyProblem::TooManyLines });
        }
        reader.line(line, content).map_err(|problem| PolicyError { line, problem })?;
    }
    let quorum = reader.quorum.ok_or(PolicyError { line, problem: PolicyProblem::NoQuorum })?;
    Ok(Policy { logs: reader.logs, witnesses: reader.witnesses, groups: reader.groups, quorum })
}

#[derive(Default)]
struct Reader {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    /// The outer `None` until the quorum line; the inner one for `quorum none`.
    quorum: Option<Option<Member>>,
    /// Every key so far and its line. At most 1,024, so a linear search will do.
    keys: Vec<(usize, VerifierKey)>,
    /// Every witness and group so far, and whether it is a member of a group.
    names: Vec<(String, Member, bool)>,
}

impl Reader {
    fn line(&mut self, number: usize, bytes: &[u8]) -> Result<(), PolicyProblem> {
        match bytes.iter().find(|b| **b == 0x7f || **b < b' ' && **b != b'\t') {
            Some(b'\r') => return Err(PolicyProblem::CarriageReturn),
            Some(byte) => return Err(PolicyProblem::ControlByte(*byte)),
            None => {}
        }
        // Only these two are white space here: a Unicode space is part of a word, so no table decides a meaning.
        let mut words = bytes.split(|b| matches!(b, b' ' | b'\t')).filter(|word| !word.is_empty()).peekable();
        if words.peek().is_none_or(|word| word.starts_with(b"#")) {
            return Ok(());
        }
        let words: Vec<&str> =
            words.map(std::str::from_utf8).collect::<Result<_, _>>().map_err(|_| PolicyProblem::NotUtf8)?;
        match words.as_slice() {
            ["log", vkey] => self.log(number, vkey, None),
            ["log", vkey, url] => self.log(number, vkey, Some(url)),
            ["log", ..] => Err(PolicyProblem::Usage(LOG_USAGE)),
            ["witness", name, vkey] => self.witness(number, name, vkey, None),
            ["witness", name, vkey, url] => self.witness(number, name, vkey, Some(url)),
            ["witness", ..] => Err(PolicyProblem::Usage(WITNESS_USAGE)),
            ["group", name, threshold, members @ ..] if !members.is_empty() => {
                self.group(name, threshold, members)
            }
            ["group", ..] => Err(PolicyProblem::Usage(GROUP_USAGE)),
            ["quorum", name] => self.quorum(name),
            ["quorum", ..] => Err(PolicyProblem::Usage(QUORUM_USAGE)),
            [first, ..] if first.starts_with('\u{feff}') => Err(PolicyProblem::NotUtf8),
            [first, ..] => Err(PolicyProblem::Keyword(shown(first))),
            [] => Ok(()),
        }
    }

    fn log(&mut self, number: usize, vkey: &str, url: Option<&&str>) -> Result<(), PolicyProblem> {
        let key: VerifierKey = vkey.parse()?;
        if matches!(key.material(), KeyMaterial::Cosignature(_)) {
            return Err(PolicyProblem::KeyType { keyword: "log", kind: TYPE_COSIGNATURE });
        }
        self.take_key(number, &key)?;
        self.logs.push(Log { key, url: url.map(|url| (*url).to_owned()) });
        Ok(())
    }

    fn witness(
        &mut self,
        number: usize,
        name: &str,
        vkey: &str,
        url: Option<&&str>,
    ) -> Result<(), PolicyProblem> {
        if name == AUDITORS {
            return Err(PolicyProblem::ReservedName(shown(name)));
        }
        let key: VerifierKey = vkey.parse()?;
        if matches!(key.material(), KeyMaterial::Ed25519(_)) {
            return Err(PolicyProblem::KeyType { keyword: "witness", kind: TYPE_ED25519 });
        }
        self.take_name(name, Member::Witness(self.witnesses.len()))?;
        self.take_key(number, &key)?;
        self.witnesses.push(Witness { name: name.to_owned(), key, url: url.map(|url| (*url).to_owned()) });
        Ok(())
    }

    fn group(&mut self, name: &str, threshold: &str, members: &[&str]) -> Result<(), PolicyProblem> {
        let mut found = Vec::with_capacity(members.len());
        for member in members {
            let entry = self.names.iter_mut().find(|(known, ..)| known == member);
            let Some((_, place, taken)) = entry else {
                return Err(PolicyProblem::UnknownName(shown(member)));
            };
            if std::mem::replace(taken, true) {
                return Err(PolicyProblem::SecondMembership(shown(member)));
            }
            found.push(*place);
        }
        let threshold = match threshold {
            "any" => 1,
            "all" => found.len(),
            number => super::checkpoint::decimal(number)
                .and_then(|k| usize::try_from(k).ok())
                .filter(|k| (1..=found.len()).contains(k))
                .ok_or_else(|| PolicyProblem::Threshold(shown(number)))?,
        };
        self.take_name(name, Member::Group(self.groups.len()))?;
        self.groups.push(Group { name: name.to_owned(), threshold, members: found });
        Ok(())
    }

    fn quorum(&mut self, name: &str) -> Result<(), PolicyProblem> {
        if self.quorum.is_some() {
            return Err(PolicyProblem::SecondQuorum);
        }
        let known = || self.names.iter().find(|(known, ..)| known == name).map(|(_, member, _)| *member);
        self.quorum = match name {
            "none" => Some(None),
            _ => Some(Some(known().ok_or_else(|| PolicyProblem::UnknownName(shown(name)))?)),
        };
        Ok(())
    }

    fn take_name(&mut self, name: &str, member: Member) -> Result<(), PolicyProblem> {
        if name == "none" {
            return Err(PolicyProblem::ReservedName(shown(name)));
        }
        if self.names.iter().any(|(known, ..)| known == name) {
            return Err(PolicyProblem::DuplicateName(shown(name)));
        }
        self.names.push((name.to_owned(), member, false));
        Ok(())
    }

    fn take_key(&mut self, number: usize, key: &VerifierKey) -> Result<(), PolicyProblem> {
        // Two keys with one name and id could not be told apart in a note.
        let same = |known: &VerifierKey| {
            known.public_key() == key.public_key() || (known.name() == key.name() && known.id() == key.id())
        };
        if let Some((line, _)) = self.keys.iter().find(|(_, known)| same(known)) {
            return Err(PolicyProblem::DuplicateKey(*line));
        }
        self.keys.push((number, key.clone()));
        Ok(())
    }
}

/// A word as it may stand in a message: not endless, and without characters that would mislead a reader.
fn shown(word: &str) -> String {
    let mut shown: String = word.chars().take(64).flat_map(char::escape_debug).collect();
    if word.chars().nth(64).is_some() {
        shown.push_str("...");
    }
    shown
}
