//! Roles, device keys and suspension.

use lode_ledger::event::Event;
use lode_ledger::event::body::{
    EventName, KeyAdded, KeyGrant, KeyRevoked, ParticipantSuspended, RoleGranted, RoleRevoked,
};
use lode_ledger::id::{LogIndex, ParticipantId};
use lode_ledger::key::{KeyId, PublicKey, SecretKey, Signature, prove_possession};
use lode_ledger::vocab::{Code, Role};
use serde::{Deserialize, Serialize};

use crate::error::{ClientError, Result, words};
use crate::session::{Done, Session};
use crate::spec;

/// What a new device hands to the one that may add its key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceRequest {
    /// `key-request-1`.
    pub lode: String,
    /// For which log.
    pub origin: String,
    /// Whose key it is to become.
    pub participant: ParticipantId,
    /// The key.
    pub key: PublicKey,
    /// That the device holds it.
    pub proof: Signature,
}

const REQUEST: &str = "key-request-1";

/// Asks that a device's key be added.
#[must_use]
pub fn key_request(origin: &str, participant: ParticipantId, key: &SecretKey) -> DeviceRequest {
    DeviceRequest {
        lode: REQUEST.to_owned(),
        origin: origin.to_owned(),
        participant,
        key: key.public(),
        proof: prove_possession(key, origin, &participant.to_string()),
    }
}

/// Adds a device's key; `scope` limits it to some event types, none means all that the participant may do.
///
/// # Errors
/// As [`Session::send`].
pub fn key_add(
    session: &Session,
    request: &DeviceRequest,
    scope: &[String],
    device: Option<&str>,
) -> Result<Done> {
    if request.lode != REQUEST || request.origin != session.author.ledger.origin {
        let origin = &request.origin;
        return Err(ClientError::usage(words!(
            "the key's request is for another ledger: {origin}",
            "密钥申请属于另一账本：{origin}",
            "o pedido da chave é para outro registro: {origin}"
        )));
    }
    let scope = scope.iter().map(|name| event_name(name)).collect::<Result<Vec<_>>>()?;
    let event = KeyAdded {
        at: session.now(),
        participant: request.participant,
        grant: KeyGrant { key: request.key, proof: request.proof, scope: scope.into() },
        device: spec::sealable("device", device)?,
    };
    session.send(&[event.into()])
}

fn event_name(name: &str) -> Result<EventName> {
    EventName::new(name).map_err(|error| {
        ClientError::usage(words!(
            "{name:?}: {error}",
            "{name:?} 不是事件类型，如 step.logged",
            "{name:?} não é tipo de evento, como step.logged"
        ))
    })
}

/// Ends a key.
///
/// # Errors
/// As [`Session::send`].
pub fn key_revoke(
    session: &Session,
    participant: ParticipantId,
    key: KeyId,
    suspect_since: Option<LogIndex>,
    reason: &str,
) -> Result<Done> {
    let reason = spec::line("reason", reason)?;
    session.send(&[KeyRevoked { at: session.now(), participant, key, suspect_since, reason }.into()])
}

/// Grants a role, as registrar.
///
/// # Errors
/// As [`Session::send`].
pub fn role_grant(session: &Session, participant: ParticipantId, role: Code<Role>) -> Result<Done> {
    session.send(&[RoleGranted { at: session.now(), participant, role }.into()])
}

/// Takes a role away, as registrar.
///
/// # Errors
/// As [`Session::send`].
pub fn role_revoke(
    session: &Session,
    participant: ParticipantId,
    role: Code<Role>,
    reason: &str,
) -> Result<Done> {
    let reason = spec::line("reason", reason)?;
    session.send(&[RoleRevoked { at: session.now(), participant, role, reason }.into()])
}

/// Suspends a participant, as registrar.
///
/// # Errors
/// As [`Session::send`].
pub fn suspend(session: &Session, participant: ParticipantId, reason: &str) -> Result<Done> {
    let reason = spec::line("reason", reason)?;
    session.send(&[Event::from(ParticipantSuspended { at: session.now(), participant, reason })])
}
