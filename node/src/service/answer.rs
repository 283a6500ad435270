//! What the node answers: to statements, and page by page to questions. Plain values, no I/O.

use std::sync::Arc;

use lode_ledger::hash::Hash;
use lode_ledger::id::{ItemKind, LogIndex, ParticipantId, StatementId};
use lode_ledger::lang::Lang;
use lode_ledger::mass::Milligrams;
use lode_ledger::record::{EventRef, Item, ItemState, RecordKey};
use lode_ledger::statement::StatementError;
use lode_ledger::time::Timestamp;
use lode_ledger::violation::{Reason, Violation};
use lode_ledger::vocab::{Code, EntryKind, Species};
use lode_ledger::words::{Words, words};

use crate::tiles::Bytes;

/// The answer to one statement.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It is in the log, durably.
    Accepted(Accepted),
    /// It is not in the log, and nothing of it counts.
    Refused(Refusal),
}

impl Outcome {
    /// The acceptance, if it is one.
    #[must_use]
    pub const fn accepted(&self) -> Option<&Accepted> {
        match self {
            Self::Accepted(accepted) => Some(accepted),
            Self::Refused(_) => None,
        }
    }

    /// The refusal, if it is one.
    #[must_use]
    pub const fn refused(&self) -> Option<&Refusal> {
        match self {
            Self::Accepted(_) => None,
            Self::Refused(refusal) => Some(refusal),
        }
    }
}

/// A statement's place in the log, and the proof of it.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// Its index; after a dry run the one that it would get.
    pub index: LogIndex,
    /// SHA-256 of its exact bytes.
    pub statement: StatementId,
    /// Whether the same bytes had been accepted before: this is then the same answer, under a newer checkpoint.
    pub duplicate: bool,
    /// The inclusion proof (RFC 9162 section 2.1.3) in the checkpoint's tree; empty after a dry run.
    pub inclusion: Vec<Hash>,
    /// A signed checkpoint larger than `index`; empty after a dry run.
    pub checkpoint: Arc<str>,
}

/// Why a statement was not accepted.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The stable code: of a rule's reason, of a defect of form, or one of the node's own.
    pub code: &'static str,
    /// The rule, if the rules refused it: `M2`.
    pub rule: Option<&'static str>,
    /// Which event, from 0; `None` for the statement as a whole.
    pub event: Option<u16>,
    /// Which field of the event; empty for the event as a whole.
    pub field: String,
    /// The statement's id, if it could be read at all.
    pub statement: Option<StatementId>,
    why: Why,
}

#[derive(Clone, Debug)]
enum Why {
    Rule(Box<Violation>),
    Form(Box<StatementError>),
    Node(Box<Words>),
    /// The key signs too often; to be sent again after so many seconds.
    Wait(u64),
    /// It builds on a refused statement before it; beside that, what a rule says of it as things are.
    DependsOn(Box<(DependsOn, Violation)>),
}

/// What a refused statement of the same request would have done, on which another one builds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct DependsOn {
    /// The thing, as the dependant names it.
    pub(super) name: String,
    /// The number of the refused statement in the request, from 0.
    pub(super) number: usize,
    /// What it would have done with the thing.
    pub(super) would: Would,
}

/// What a statement does with a thing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Would {
    /// Create it: without that it is not there.
    Create,
    /// Change it, so that what is said of it next may be right.
    Change,
}

impl Refusal {
    /// The code of a refusal that says nothing about the statement: the node is stopping or has failed. Whether the
    /// statement was accepted is then unknown; the same bytes can be sent again.
    pub const UNAVAILABLE: &'static str = "unavailable";

    /// By a rule.
    #[must_use]
    pub fn by_rule(violation: Violation, statement: StatementId) -> Self {
        Self {
            code: violation.reason.code(),
            rule: Some(violation.rule().code()),
            event: violation.event,
            field: violation.field.clone(),
            statement: Some(statement),
            why: Why::Rule(Box::new(violation)),
        }
    }

    /// For its form.
    #[must_use]
    pub fn by_form(error: StatementError, statement: Option<StatementId>) -> Self {
        let (code, event, field) = match &error {
            StatementError::Event { number, error } => {
                (error.problem.code(), u16::try_from(*number).ok(), error.field.clone())
            }
            StatementError::Payload(json) => {
                let (event, field) = place(&json.path);
                (error.code(), event, field)
            }
            other => (other.code(), None, String::new()),
        };
        Self { code, rule: None, event, field, statement, why: Why::Form(Box::new(error)) }
    }

    /// Because the node cannot take anything now.
    #[must_use]
    pub fn unavailable(why: Words) -> Self {
        Self {
            code: Self::UNAVAILABLE,
            rule: None,
            event: None,
            field: String::new(),
            statement: None,
            why: Why::Node(Box::new(why)),
        }
    }

    /// The code of a statement whose key has signed too many for now. It was not accepted, and may be sent again.
    pub const KEY_RATE_LIMITED: &'static str = "key-rate-limited";

    /// Because its key signs too often; after so many seconds it can be sent again.
    #[must_use]
    pub const fn key_rate_limited(statement: StatementId, seconds: u64) -> Self {
        Self {
            code: Self::KEY_RATE_LIMITED,
            rule: None,
            event: None,
            field: String::new(),
            statement: Some(statement),
            why: Why::Wait(seconds),
        }
    }

    /// The code of a statement that builds on a refused statement of the same request.
    pub const DEPENDS_ON_REFUSED: &'static str = "depends-on-refused";

    /// Says on which refused statement this one builds. Its own reason stays beside that; without one of the rules
    /// nothing changes.
    pub(super) fn builds_on(&mut self, on: DependsOn) {
        if let Why::Rule(violation) = &self.why {
            self.code = Self::DEPENDS_ON_REFUSED;
            self.why = Why::DependsOn(Box::new((on, (**violation).clone())));
        }
    }

    /// What the rules say of it, unless another refusal stands before that.
    pub(super) fn violation(&self) -> Option<&Violation> {
        match &self.why {
            Why::Rule(violation) => Some(violation),
            _ => None,
        }
    }

    /// The number, from 0, of the refused statement of the same request that this one builds on, if that is why it was
    /// refused.
    #[must_use]
    pub fn depends_on(&self) -> Option<usize> {
        match &self.why {
            Why::DependsOn(on) => Some(on.0.number),
            _ => None,
        }
    }

    /// The code of the reason for which a rule refuses it as things are, if it builds on a refused statement.
    #[must_use]
    pub fn reason(&self) -> Option<&'static str> {
        match &self.why {
            Why::DependsOn(on) => Some(on.1.reason.code()),
            _ => None,
        }
    }

    /// After how many seconds the same bytes may be sent again, if that is why they were refused.
    #[must_use]
    pub const fn wait_s(&self) -> Option<u64> {
        match self.why {
            Why::Wait(seconds) => Some(seconds),
            _ => None,
        }
    }

    /// The refusal in words.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        match &self.why {
            Why::Rule(violation) => violation.message(lang),
            Why::Form(error) => error.message(lang),
            Why::Node(why) => why.of(lang).to_owned(),
            Why::Wait(seconds) => wait(*seconds, lang),
            Why::DependsOn(on) => {
                let (on, violation) = &**on;
                match on.would {
                    Would::Create => WOULD_CREATE.with(&on.name).with(on.number).say(lang),
                    Would::Change => {
                        let own = violation.message(lang);
                        WOULD_CHANGE.with(&on.name).with(on.number).with(own).say(lang)
                    }
                }
            }
        }
    }
}

/// Which event and which of its fields a place in the payload is, as in `events[2].origins[0].share`; the place itself
/// where it is in no event.
fn place(path: &str) -> (Option<u16>, String) {
    let within = path.strip_prefix("events[").and_then(|rest| rest.split_once(']'));
    match within.map(|(number, field)| (number.parse(), field.trim_start_matches('.'))) {
        Some((Ok(number), field)) => (Some(number), field.to_owned()),
        _ => (None, path.to_owned()),
    }
}

const WOULD_CREATE: Words = words(
    "it names {0}, which statement {1} (from 0) of this request would have created and which was refused: mend that one, \
     then send both again",
    "它提到 {0}，该编号本应由本次请求的第 {1} 条声明（从 0 起）创建，但那条声明被拒绝：请先改正那一条，再重发两条",
    "ela cita {0}, que a declaração {1} (a partir de 0) deste pedido teria criado e que foi recusada: corrija essa e \
     reenvie as duas",
);

const WOULD_CHANGE: Words = words(
    "{2}. Statement {1} (from 0) of this request, which names {0} too, was refused, and this one may build on it: mend \
     that one, then send both again",
    "{2}。本次请求的第 {1} 条声明（从 0 起）也涉及 {0} 且被拒绝，本条可能以它为前提：请先改正那一条，再重发两条",
    "{2}. A declaração {1} (a partir de 0) deste pedido, que também cita {0}, foi recusada, e esta pode depender dela: \
     corrija essa e reenvie as duas",
);

fn wait(seconds: u64, lang: Lang) -> String {
    match lang {
        Lang::En => {
            format!("this key has signed too many statements: send the same bytes again in {seconds} s")
        }
        Lang::Zh => format!("该密钥签署的声明过于频繁：请在 {seconds} 秒后重发相同内容"),
        Lang::Pt => format!("esta chave assinou declarações demais: reenvie os mesmos bytes em {seconds} s"),
    }
}

/// One page of an answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Page<T> {
    /// What was found, in a stable order. May be fewer than asked for although there is more.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` at the end. It stays valid while the log grows.
    pub next: Option<String>,
}

/// The text is no cursor that a page of this list gave.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("this cursor was not given by a page of this list: begin without one")]
pub struct BadCursor;

/// A step of provenance, seen from one of its ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Link {
    /// The other end: an item or a work order.
    pub other: RecordKey,
    /// How much mass went over.
    pub mass: Milligrams,
    /// By which event.
    pub by: EventRef,
}

/// Which items; every part that is given must fit.
#[derive(Clone, Debug, Default)]
pub struct ItemFilter {
    /// In whose hands it is.
    pub custodian: Option<ParticipantId>,
    /// Whose it is.
    pub owner: Option<ParticipantId>,
    /// To whom it is consigned now.
    pub seller: Option<ParticipantId>,
    /// Who created it.
    pub creator: Option<ParticipantId>,
    /// Where it is in its life.
    pub state: Option<ItemState>,
    /// The mineral.
    pub species: Option<Code<Species>>,
    /// Lot, batch or piece.
    pub kind: Option<ItemKind>,
    /// What stands in its way, or is missing of it.
    pub mark: Option<Mark>,
    /// A warning on it, by the reason's code.
    pub warning: Option<Reason>,
    /// A part of its id, variety or an open descriptive field, in any case of letters.
    pub text: Option<String>,
}

/// Which jobs.
#[derive(Clone, Copy, Debug)]
pub struct JobFilter {
    /// Whose, or with which warning.
    pub of: JobsOf,
    /// Only those with something left in them, or with nothing.
    pub open: Option<bool>,
}

/// The list of jobs that is walked.
#[derive(Clone, Copy, Debug)]
pub enum JobsOf {
    /// A studio's; of them those with a warning, if one is named.
    Studio(ParticipantId, Option<Reason>),
    /// Everybody's that bear a warning.
    Warning(Reason),
}

/// On how much a warning stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Warned {
    /// Items.
    pub items: usize,
    /// Jobs.
    pub jobs: usize,
    /// There are more than are counted.
    pub more: bool,
}

/// What stands in an item's way beside its state, or is missing of it: what somebody has to see to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mark {
    /// A hold is in force.
    Held,
    /// A dispute is open.
    Disputed,
    /// It is recalled.
    Recalled,
    /// It is reported as lost or stolen.
    Missing,
    /// A correction of its mass waits for the other party.
    Waiting,
    /// Something said of it, or of what it was made of, is contradicted.
    Contradicted,
    /// It bears a warning.
    Warned,
    /// It was declared without a document.
    Undocumented,
    /// It was declared for import, and no customs clearance is recorded.
    Uncleared,
    /// It is on its way in.
    InTransit,
}

impl Mark {
    /// Every mark with its word.
    pub const ALL: [(Self, &'static str); 10] = [
        (Self::Held, "held"),
        (Self::Disputed, "disputed"),
        (Self::Recalled, "recalled"),
        (Self::Missing, "missing"),
        (Self::Waiting, "waiting"),
        (Self::Contradicted, "contradicted"),
        (Self::Warned, "warned"),
        (Self::Undocumented, "undocumented"),
        (Self::Uncleared, "uncleared"),
        (Self::InTransit, "in_transit"),
    ];

    /// The mark of this word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == word).map(|(mark, _)| mark)
    }

    /// Whether an item bears it.
    #[must_use]
    pub fn is_on(self, item: &Item) -> bool {
        let (standing, passage) = (item.standing(), item.passage.as_deref());
        match self {
            Self::Held => !standing.holds.is_empty(),
            Self::Disputed => !standing.title_disputes.is_empty() || !standing.other_disputes.is_empty(),
            Self::Recalled => !standing.recalls.is_empty(),
            Self::Missing => standing.missing.is_some(),
            Self::Waiting => !standing.waiting.is_empty(),
            Self::Contradicted => !standing.contradictions.is_empty(),
            Self::Warned => !item.warnings.is_empty(),
            Self::Undocumented => item.entry.is_some() && item.documents.is_empty(),
            Self::Uncleared => {
                item.entry == Some(EntryKind::IMPORT)
                    && passage.is_none_or(|passage| passage.cleared.is_none())
            }
            Self::InTransit => passage.is_some_and(|passage| passage.in_transit.is_some()),
        }
    }
}

/// A file of the static log.
#[derive(Clone, Debug)]
pub struct Tile {
    /// Its content.
    pub bytes: Bytes,
    /// Whether it is full and so never changes.
    pub immutable: bool,
}

/// How the node is.
#[derive(Clone, Debug)]
pub struct Health {
    /// Why the node takes nothing any more; `None` while it does.
    pub failed: Option<String>,
    /// The number of entries.
    pub size: u64,
    /// How many entries the index has taken up.
    pub indexed: u64,
    /// Changes waiting for the index.
    pub overlay: usize,
    /// Statements waiting for the sequencer.
    pub queue: usize,
    /// Statements being examined, waiting, or being answered.
    pub in_work: usize,
    /// How many may be.
    pub queue_limit: usize,
    /// How old a seal may grow while statements come, in seconds.
    pub seal_interval_s: u32,
    /// Entries since the last seal.
    pub unsealed: u64,
    /// Free bytes where the data folder lies; `None` if the system does not say.
    pub disk_free: Option<u64>,
    /// The last seal.
    pub last_seal: Option<(LogIndex, Timestamp)>,
    /// Seconds since the last seal, by the node's clock.
    pub seal_age_s: Option<i64>,
}
