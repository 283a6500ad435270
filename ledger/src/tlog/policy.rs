//! C2SP tlog-policy: the trust file. Which logs, witnesses and auditors somebody trusts, and how many must agree.
//!
//! The file's text is read by `policy_text`; here is what it means for a checkpoint. Our one convention on top of
//! C2SP: the group named `auditors` holds the cosigners who replay every rule, so a verdict may rest on them.
//! What must not be here: any trust that does not come from the file.

use super::checkpoint::SignedCheckpoint;
use super::note::SignatureCheck;
use super::policy_text;
use super::vkey::{KeyMaterial, VerifierKey};

pub use super::policy_text::{PolicyError, PolicyProblem};

/// The group whose members replay the log's rules before they cosign.
pub const AUDITORS: &str = "auditors";
/// The largest trust file, in bytes.
pub const MAX_POLICY_BYTES: usize = 1024 * 1024;
/// The most lines of a trust file, comments included.
pub const MAX_POLICY_LINES: usize = 1024;

/// A trust file, read and found consistent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    pub(super) logs: Vec<Log>,
    pub(super) witnesses: Vec<Witness>,
    pub(super) groups: Vec<Group>,
    pub(super) quorum: Option<Member>,
}

/// `log <vkey> [<url>]`
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Log {
    /// The log's key; its name is the log's origin.
    pub key: VerifierKey,
    /// Where the log is reached, as written.
    pub url: Option<String>,
}

/// `witness <name> <vkey> [<url>]`; auditors are witnesses too.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Witness {
    /// The name within this file.
    pub name: String,
    /// The cosignature key.
    pub key: VerifierKey,
    /// Where the witness is reached, as written.
    pub url: Option<String>,
}

/// `group <name> all|any|<k> <member>...`
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Group {
    /// The name within this file.
    pub name: String,
    /// How many members must agree, from 1 to their number.
    pub threshold: usize,
    /// Who they are; each defined above the group.
    pub members: Vec<Member>,
}

/// A member of a group, or the quorum: a place in [`Policy::witnesses`] or [`Policy::groups`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Member {
    /// A single witness.
    Witness(usize),
    /// A group.
    Group(usize),
}

/// What a policy says about one checkpoint. Every part can be shown by itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PolicyOutcome {
    /// Whether a listed log has signed.
    pub log: LogOutcome,
    /// One entry for each witness of the file, in its order.
    pub cosigners: Vec<Cosigned>,
    /// The rule of the `quorum` line.
    pub quorum: Requirement,
    /// The group `auditors`.
    pub auditors: Requirement,
}

/// Whether the log's own signature stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LogOutcome {
    /// Signed by a listed key of this origin.
    Signed,
    /// The file lists no log with this origin.
    UnknownLog,
    /// The log is listed, but none of its listed keys has signed.
    NotSigned,
    /// The log is listed with keys of types only that this program cannot check.
    Unsupported,
    /// A signature that names a listed key is false: the checkpoint was altered or forged.
    BadSignature,
}

/// What one witness says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cosigned {
    /// The name in the trust file.
    pub name: String,
    /// Whether it belongs to the auditors, directly or through a group.
    pub auditor: bool,
    /// The cosignature.
    pub state: CosignatureState,
}

/// Whether a witness's cosignature stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CosignatureState {
    /// Cosigned, at the newest of its times, in seconds since 1970-01-01 UTC by the witness's clock.
    Valid {
        /// When.
        time_s: u64,
    },
    /// No cosignature by this witness.
    Absent,
    /// The witness's key has a type that this program cannot check.
    Unsupported,
    /// A cosignature that names this witness is false: the checkpoint was altered or forged.
    Bad,
}

/// Whether a group or witness agrees as required.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Requirement {
    /// The file asks for none (`quorum none`, or no group `auditors`).
    None,
    /// Enough have cosigned.
    Met,
    /// Too few have cosigned.
    NotMet,
}

impl Policy {
    /// Reads a trust file.
    ///
    /// # Errors
    /// The first line that is wrong, with what to do about it.
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self, PolicyError> {
        policy_text::parse(text.as_ref())
    }

    /// The listed logs, in the file's order.
    #[must_use]
    pub fn logs(&self) -> &[Log] {
        &self.logs
    }

    /// The listed witnesses, auditors among them, in the file's order.
    #[must_use]
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// The groups, each after its members.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Who must cosign; `None` for `quorum none`.
    #[must_use]
    pub const fn quorum(&self) -> Option<Member> {
        self.quorum
    }

    /// The group named [`AUDITORS`].
    #[must_use]
    pub fn auditors(&self) -> Option<&Group> {
        self.groups.iter().find(|group| group.name == AUDITORS)
    }

    /// All keys listed for a log: several during a rotation, or of several types.
    pub fn log_keys(&self, origin: &str) -> impl Iterator<Item = &VerifierKey> {
        self.logs.iter().map(|log| &log.key).filter(move |key| key.name().as_str() == origin)
    }

    /// The first Ed25519 key listed for a log.
    #[must_use]
    pub fn log_key(&self, origin: &str) -> Option<&VerifierKey> {
        self.log_keys(origin).find(|key| matches!(key.material(), KeyMaterial::Ed25519(_)))
    }

    /// The name of a member as the file has it.
    #[must_use]
    pub fn member_name(&self, member: Member) -> Option<&str> {
        match member {
            Member::Witness(at) => self.witnesses.get(at).map(|witness| witness.name.as_str()),
            Member::Group(at) => self.groups.get(at).map(|group| group.name.as_str()),
        }
    }

    /// Checks a checkpoint's signatures against this file. Says nothing about what the checkpoint contains.
    #[must_use]
    pub fn evaluate(&self, signed: &SignedCheckpoint) -> PolicyOutcome {
        let audits = self.auditing();
        let cosigners: Vec<Cosigned> = self
            .witnesses
            .iter()
            .zip(audits)
            .map(|(witness, auditor)| Cosigned {
                name: witness.name.clone(),
                auditor,
                state: cosignature_state(signed, &witness.key),
            })
            .collect();
        let agrees: Vec<bool> =
            cosigners.iter().map(|c| matches!(c.state, CosignatureState::Valid { .. })).collect();
        let groups = self.groups_met(&agrees);
        let met = |member: Member| requirement(is_met(member, &agrees, &groups));
        let auditors = self.groups.iter().position(|group| group.name == AUDITORS);
        PolicyOutcome {
            log: self.log_outcome(signed),
            quorum: self.quorum.map_or(Requirement::None, met),
            auditors: auditors.map_or(Requirement::None, |at| met(Member::Group(at))),
            cosigners,
        }
    }

    fn log_outcome(&self, signed: &SignedCheckpoint) -> LogOutcome {
        let mut outcome = LogOutcome::UnknownLog;
        for key in self.log_keys(signed.checkpoint().origin()) {
            let checks = checks(signed, key);
            if checks.contains(&SignatureCheck::Invalid) {
                return LogOutcome::BadSignature;
            }
            let this = match checks.first() {
                Some(SignatureCheck::Valid { .. }) => LogOutcome::Signed,
                _ if matches!(key.material(), KeyMaterial::Unsupported { .. }) => LogOutcome::Unsupported,
                _ => LogOutcome::NotSigned,
            };
            outcome = match (outcome, this) {
                (LogOutcome::Signed, _) | (_, LogOutcome::Signed) => LogOutcome::Signed,
                (LogOutcome::NotSigned, _) | (_, LogOutcome::NotSigned) => LogOutcome::NotSigned,
                (_, this) => this,
            };
        }
        outcome
    }

    /// For each group whether enough members agree. Groups only refer backwards, so one pass does.
    fn groups_met(&self, agrees: &[bool]) -> Vec<bool> {
        let mut met = Vec::with_capacity(self.groups.len());
        for group in &self.groups {
            let agreeing = group.members.iter().filter(|member| is_met(**member, agrees, &met)).count();
            met.push(agreeing >= group.threshold);
        }
        met
    }

    /// For each witness whether it is among the auditors.
    fn auditing(&self) -> Vec<bool> {
        let mut witnesses = vec![false; self.witnesses.len()];
        let mut groups: Vec<bool> = self.groups.iter().map(|group| group.name == AUDITORS).collect();
        // Backwards: a group is reached from later ones only.
        for (at, group) in self.groups.iter().enumerate().rev() {
            if groups.get(at) != Some(&true) {
                continue;
            }
            for member in &group.members {
                let mark = match member {
                    Member::Witness(at) => witnesses.get_mut(*at),
                    Member::Group(at) => groups.get_mut(*at),
                };
                if let Some(mark) = mark {
                    *mark = true;
                }
            }
        }
        witnesses
    }
}

impl PolicyOutcome {
    /// Whether the file accepts this checkpoint: signed by a listed log, quorum met, no known signature false.
    /// The auditors are not part of it: without them it is the operator's word, and that is for the verdict to say.
    #[must_use]
    pub fn accepted(&self) -> bool {
        self.log == LogOutcome::Signed && self.quorum != Requirement::NotMet && !self.forged()
    }

    /// Whether a signature that names a known key is false: not a lack of trust, but tampering.
    #[must_use]
    pub fn forged(&self) -> bool {
        self.log == LogOutcome::BadSignature
            || self.cosigners.iter().any(|c| c.state == CosignatureState::Bad)
    }

    /// Whether an auditor group is listed and enough of it has cosigned, on an accepted checkpoint.
    #[must_use]
    pub fn audited(&self) -> bool {
        self.accepted() && self.auditors == Requirement::Met
    }

    /// The newest time any listed witness gives, in seconds since 1970: how fresh the checkpoint is known to be.
    #[must_use]
    pub fn newest_time_s(&self) -> Option<u64> {
        let times = self.cosigners.iter().filter_map(|cosigned| match cosigned.state {
            CosignatureState::Valid { time_s } => Some(time_s),
            _ => None,
        });
        times.max()
    }
}

fn requirement(met: bool) -> Requirement {
    if met { Requirement::Met } else { Requirement::NotMet }
}

fn is_met(member: Member, witnesses: &[bool], groups: &[bool]) -> bool {
    match member {
        Member::Witness(at) => witnesses.get(at),
        Member::Group(at) => groups.get(at),
    }
    .is_some_and(|met| *met)
}

/// The outcomes of all lines that name this key.
fn checks(signed: &SignedCheckpoint, key: &VerifierKey) -> Vec<SignatureCheck> {
    let lines = signed.note().signatures().iter().filter(|line| line.is_by(key));
    lines.map(|line| line.check(key, signed.note().text())).collect()
}

fn cosignature_state(signed: &SignedCheckpoint, key: &VerifierKey) -> CosignatureState {
    if matches!(key.material(), KeyMaterial::Unsupported { .. }) {
        return CosignatureState::Unsupported;
    }
    let mut newest = CosignatureState::Absent;
    for check in checks(signed, key) {
        newest = match (newest, check) {
            (CosignatureState::Valid { time_s: known }, SignatureCheck::Valid { time_s: Some(time_s) }) => {
                CosignatureState::Valid { time_s: time_s.max(known) }
            }
            (_, SignatureCheck::Valid { time_s: Some(time_s) }) => CosignatureState::Valid { time_s },
            _ => return CosignatureState::Bad,
        };
    }
    newest
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
