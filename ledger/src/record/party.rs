//! Records of who may speak and by which policy: ledger, policy, clock, participants, keys, issuer codes.

use minicbor::{Decode, Encode};

use super::{EventRef, History};
use crate::event::EventType;
use crate::hash::Hash;
use crate::id::{CredentialId, LogIndex, ParticipantId};
use crate::key::PublicKey;
use crate::mass::Ppm;
use crate::time::Timestamp;
use crate::vocab::{Code, Country, Role, Step};

/// What `ledger.opened` said.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Ledger {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// The log's origin line.
    #[n(1)]
    pub origin: String,
    /// Origin, `#`, and half of the genesis leaf hash: the audience of every later statement.
    #[n(2)]
    pub id: String,
    /// The key that signs checkpoints.
    #[n(3)]
    pub log_key: PublicKey,
    /// The key that signs seals.
    #[n(4)]
    pub seal_key: PublicKey,
    /// The key that signs receipts.
    #[n(5)]
    pub receipt_key: PublicKey,
    /// Seconds between seals.
    #[n(6)]
    pub seal_interval_s: u32,
    /// Whether raw entries are for members only.
    #[n(7)]
    pub members_only: bool,
    /// How many valid keys of registrars could enrol: rule K5 keeps it above zero.
    #[n(8)]
    pub registrar_keys: u32,
    /// Where it ended: nothing but seals comes after.
    #[n(9)]
    pub frozen: Option<Frozen>,
}

/// The end of a log.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Frozen {
    /// The event that froze it.
    #[n(0)]
    pub by: EventRef,
    /// The origin of the log that goes on in its place.
    #[n(1)]
    pub successor: Option<String>,
}

/// A plausible yield.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Yield {
    /// The process.
    #[n(0)]
    pub step: Code<Step>,
    /// At least.
    #[n(1)]
    pub min: Ppm,
    /// At most.
    #[n(2)]
    pub max: Ppm,
}

/// The policy in force.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Policy {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// The ruleset.
    #[n(1)]
    pub ruleset: u32,
    /// The vocabulary's version.
    #[n(2)]
    pub vocabulary: String,
    /// Seconds by which a claimed time may be wrong.
    #[n(3)]
    pub skew_s: u32,
    /// Seconds after which an entry is late.
    #[n(4)]
    pub late_after_s: u32,
    /// Receipt: difference without a reason.
    #[n(5)]
    pub receipt_reason: Ppm,
    /// Receipt: difference without a counter-signature.
    #[n(6)]
    pub receipt_countersign: Ppm,
    /// Difference between two scales.
    #[n(7)]
    pub scale: Ppm,
    /// Plausible yields.
    #[n(8)]
    pub yields: Vec<Yield>,
    /// How far a correction of claims may reach.
    #[n(9)]
    pub max_forward_items: u32,
}

/// The ledger's clock: its last seal, or its opening.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Clock {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// The seal's time.
    #[n(1)]
    pub time: Timestamp,
    /// How many entries it sealed.
    #[n(2)]
    pub size: u64,
    /// The state root it stated; zero at the opening.
    #[n(3)]
    pub state_root: Hash,
}

/// An organisation or person.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Participant {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// Whether a natural person.
    #[n(1)]
    pub person: bool,
    /// The name, or the digest of a sealed one, as JSON.
    #[n(2)]
    pub name: String,
    /// Where it is established; absent for the founding registrar.
    #[n(3)]
    pub country: Option<Code<Country>>,
    /// What it may do, in the vocabulary's order.
    #[n(4)]
    pub roles: Vec<Code<Role>>,
    /// Whether its statements are refused.
    #[n(5)]
    pub suspended: bool,
    /// How many of its keys are valid.
    #[n(6)]
    pub keys: u32,
    /// A lab's registered code.
    #[n(7)]
    pub issuer_code: Option<String>,
    /// Who enrolled it.
    #[n(8)]
    pub enrolled_by: Option<ParticipantId>,
    /// Which event enrolled it.
    #[n(9)]
    pub created: EventRef,
    /// How many of its valid keys have a scope that would let a registrar enrol with them.
    #[n(10)]
    pub enrolling_keys: u32,
    /// Business licence or register number, or the digest of a sealed one, as JSON.
    #[n(11)]
    pub registration: Option<String>,
    /// Titles and training that were issued to it and not revoked, at most `MAX_KEPT`.
    #[n(12)]
    pub credentials: Option<Vec<CredentialId>>,
}

impl Participant {
    /// Whether it has the role.
    #[must_use]
    pub fn has_role(&self, code: &str) -> bool {
        self.roles.iter().any(|role| role.as_str() == code)
    }
}

/// A key of a participant.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Key {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// The key.
    #[n(1)]
    pub key: PublicKey,
    /// Whose it is.
    #[n(2)]
    pub participant: ParticipantId,
    /// The event types it may sign; empty: all that the roles allow.
    #[n(3)]
    pub scope: Vec<String>,
    /// The index of the statement that revoked it: later statements are refused.
    #[n(4)]
    pub revoked: Option<LogIndex>,
    /// The index since which its statements are suspect.
    #[n(5)]
    pub suspect_since: Option<LogIndex>,
}

impl Key {
    /// Whether its scope lets it sign events of this type (rule K2).
    #[must_use]
    pub fn allows(&self, event: EventType) -> bool {
        self.scope.is_empty() || self.scope.iter().any(|name| name == event.spec().name)
    }
}

/// How many sequence numbers below the highest are still open.
pub const SEQUENCE_WINDOW: u64 = 1024;
/// How far a sequence number may run ahead of the highest.
pub const SEQUENCE_LEAP: u64 = 1 << 20;

/// The sequence numbers that a key has used (rule U4). It has no history: every statement touches it.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Sequence {
    /// The highest number accepted.
    #[n(0)]
    pub highest: u64,
    /// Bit `n`, from the lowest bit of the first byte on: whether `highest - 1 - n` was accepted.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub below: Vec<u8>,
}

/// Who holds a registered issuer code.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Issuer {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// The holder.
    #[n(1)]
    pub participant: ParticipantId,
    /// The code.
    #[n(2)]
    pub code: String,
}
