//! Who may speak: the ledger's opening, its policy, participants, roles and keys (rules K1 to K3, K5, U1).

use crate::event::body::{
    KeyAdded, KeyGrant, KeyRevoked, LedgerOpened, ParticipantEnrolled, ParticipantSuspended, PolicyAdopted,
    RoleGranted, RoleRevoked,
};
use crate::event::{EventType, shape::Shape};
use crate::hash::Hash;
use crate::id::{LedgerId, Nonce, Origin, ParticipantId};
use crate::key::{BadKey, KeyId, check_possession};
use crate::record::{Clock, History, Issuer, Key, Ledger, Participant, Policy, Record, RecordKey, Yield};
use crate::sealed::Sealable;
use crate::violation::{Reason, Violation};
use crate::vocab::{self, Role};
use crate::words::{Arg, words};

use super::certificate::{issuer_id, refuse_not_normal};
use super::context::{Context, SUSPENDED, refuse_twice};
use super::{RULESET, ledger_id};

/// The founding registrar's id: derived with the origin as issuer, as nobody is there to issue it.
#[must_use]
pub fn registrar_id(origin: &Origin, nonce: &Nonce) -> ParticipantId {
    ParticipantId::derive(origin.as_str(), origin.as_str(), nonce, 0)
}

pub(super) fn ledger_opened(context: &mut Context<'_>, body: &LedgerOpened) -> Result<(), Violation> {
    for (key, field) in
        [(body.log_key, "log_key"), (body.seal_key, "seal_key"), (body.receipt_key, "receipt_key")]
    {
        key.check().map_err(|error| Violation::new(Reason::KeyRefused).saying(error.words()).field(field))?;
    }
    if body.seal_interval_s == 0 {
        let violation = Violation::new(Reason::FieldsDisagree).saying(words(
            "a seal interval has at least one second",
            "封存间隔至少一秒",
            "um intervalo de selos tem ao menos um segundo",
        ));
        return Err(violation.field("seal_interval_s"));
    }
    let registrar = registrar_id(&body.origin, &body.registrar.nonce);
    if context.issuer != registrar.to_string() {
        return Err(Violation::new(Reason::NotEntitled).with(registrar));
    }
    context.origin = body.origin.as_str().to_owned();
    let id: LedgerId = ledger_id(&body.origin, &context.leaf);
    let subject = body.registrar.nonce.to_string();
    let keys = add_keys(context, registrar, &body.registrar.keys, &subject, "registrar.keys")?;
    if keys.enrolling == 0 {
        return Err(Violation::new(Reason::LastRegistrarKey).field("registrar.keys"));
    }
    context.put(
        RecordKey::Participant(registrar),
        Participant {
            history: History::default(),
            person: false,
            name: body.registrar.name.to_json().write(),
            country: None,
            roles: vec![Role::REGISTRAR],
            suspended: false,
            keys: keys.valid,
            enrolling_keys: keys.enrolling,
            issuer_code: None,
            enrolled_by: None,
            created: context.event_ref(),
            registration: None,
            credentials: None,
        },
    );
    context.put(
        RecordKey::Ledger,
        Ledger {
            history: History::default(),
            origin: context.origin.clone(),
            id: id.as_str().to_owned(),
            log_key: body.log_key,
            seal_key: body.seal_key,
            receipt_key: body.receipt_key,
            seal_interval_s: body.seal_interval_s,
            members_only: body.members_only.unwrap_or(false),
            frozen: None,
            registrar_keys: keys.enrolling,
        },
    );
    context.put(
        RecordKey::Clock,
        Clock { history: History::default(), time: body.at, size: 0, state_root: Hash::ZERO },
    );
    Ok(())
}

pub(super) fn policy_adopted(context: &mut Context<'_>, body: &PolicyAdopted) -> Result<(), Violation> {
    if body.ruleset == 0 || body.ruleset > RULESET {
        return Err(Violation::new(Reason::UnknownRuleset).with(body.ruleset).field("ruleset"));
    }
    if body.ruleset < context.ruleset() {
        let violation = Violation::new(Reason::RulesetBack).with(body.ruleset).with(context.ruleset());
        return Err(violation.field("ruleset"));
    }
    refuse_twice(body.yields.iter().map(|range| range.step), "yields")?;
    if let Some(n) = body.yields.iter().position(|range| range.min_ppm > range.max_ppm) {
        let violation = Violation::new(Reason::FieldsDisagree).saying(words(
            "min_ppm is above max_ppm",
            "min_ppm 大于 max_ppm",
            "min_ppm está acima de max_ppm",
        ));
        return Err(violation.field(format!("yields[{n}]")));
    }
    if body.receipt_reason_ppm > body.receipt_countersign_ppm {
        let text = words(
            "a counter-signature cannot be asked for earlier than a reason",
            "要求会签的阈值不能低于要求原因的阈值",
            "uma contra-assinatura não pode ser exigida antes de um motivo",
        );
        return Err(Violation::new(Reason::FieldsDisagree).saying(text).field("receipt_countersign_ppm"));
    }
    let history = match context.record(&RecordKey::Policy).as_deref() {
        Some(Record::Policy(before)) => before.history,
        _ => History::default(),
    };
    // It takes effect after this statement: `context.policy` stays the one before.
    context.put(
        RecordKey::Policy,
        Policy {
            history,
            ruleset: body.ruleset,
            vocabulary: body.vocabulary.to_string(),
            skew_s: body.skew_s,
            late_after_s: body.late_after_s,
            receipt_reason: body.receipt_reason_ppm,
            receipt_countersign: body.receipt_countersign_ppm,
            scale: body.scale_ppm,
            yields: body
                .yields
                .iter()
                .map(|range| Yield { step: range.step, min: range.min_ppm, max: range.max_ppm })
                .collect(),
            max_forward_items: body.max_forward_items,
        },
    );
    Ok(())
}

pub(super) fn participant_enrolled(
    context: &mut Context<'_>,
    body: &ParticipantEnrolled,
) -> Result<(), Violation> {
    if body.person && matches!(body.name, Sealable::Clear(_)) {
        return Err(Violation::new(Reason::PersonNameOpen).field("name"));
    }
    refuse_twice(body.roles.iter().copied(), "roles")?;
    let registrar = context.author()?;
    let id = ParticipantId::derive(&context.origin, &context.issuer, &body.nonce, 0);
    let keys = add_keys(context, id, &body.keys, &body.nonce.to_string(), "keys")?;
    if let Some(code) = &body.issuer_code {
        refuse_not_normal(code, "issuer_code")?;
        if !body.roles.iter().any(|role| role.as_str() == "lab") {
            let violation = Violation::new(Reason::RoleForbids).with("issuer_code");
            let lab = vocab::find::<Role>("lab").into_iter().collect();
            return Err(violation.saying(Arg::Terms(lab)).field("issuer_code"));
        }
        let key = issuer_id(code.as_str());
        if context.issuer_code(&key).is_some() {
            return Err(Violation::new(Reason::IssuerTaken).with(code).field("issuer_code"));
        }
        let issuer = Issuer { history: History::default(), participant: id, code: code.to_string() };
        context.put(RecordKey::Issuer(key), issuer);
    }
    let mut roles = body.roles.0.clone();
    roles.sort_unstable();
    if roles.contains(&Role::REGISTRAR) {
        count_registrar_keys(context, i64::from(keys.enrolling))?;
    }
    let created = context.event_ref();
    let newer = context.ruleset() >= 2;
    let registration = body.registration.as_ref().filter(|_| newer).map(|number| number.to_json().write());
    context.create(
        RecordKey::Participant(id),
        id,
        Participant {
            history: History::default(),
            person: body.person,
            name: body.name.to_json().write(),
            country: Some(body.country),
            roles,
            suspended: false,
            keys: keys.valid,
            enrolling_keys: keys.enrolling,
            issuer_code: body.issuer_code.as_ref().map(ToString::to_string),
            enrolled_by: Some(registrar),
            created,
            registration,
            credentials: None,
        },
    )
}

pub(super) fn participant_suspended(
    context: &mut Context<'_>,
    body: &ParticipantSuspended,
) -> Result<(), Violation> {
    let mut participant = context.participant(&body.participant)?;
    if participant.suspended {
        let violation = Violation::new(Reason::StateForbids).with(body.participant).saying(SUSPENDED);
        return Err(violation.field("participant"));
    }
    if participant.has_role("registrar") {
        count_registrar_keys(context, -i64::from(participant.enrolling_keys))?;
    }
    participant.suspended = true;
    context.put(RecordKey::Participant(body.participant), participant);
    Ok(())
}

pub(super) fn role_granted(context: &mut Context<'_>, body: &RoleGranted) -> Result<(), Violation> {
    let mut participant = context.participant(&body.participant)?;
    if participant.roles.contains(&body.role) {
        return Err(Violation::new(Reason::NamedTwice).saying(body.role).field("role"));
    }
    participant.roles.push(body.role);
    participant.roles.sort_unstable();
    if body.role == Role::REGISTRAR && !participant.suspended {
        count_registrar_keys(context, i64::from(participant.enrolling_keys))?;
    }
    context.put(RecordKey::Participant(body.participant), participant);
    Ok(())
}

pub(super) fn role_revoked(context: &mut Context<'_>, body: &RoleRevoked) -> Result<(), Violation> {
    let mut participant = context.participant(&body.participant)?;
    let Some(place) = participant.roles.iter().position(|role| *role == body.role) else {
        return Err(Violation::new(Reason::NotFound).saying(body.role).field("role"));
    };
    participant.roles.remove(place);
    if body.role == Role::REGISTRAR && !participant.suspended {
        count_registrar_keys(context, -i64::from(participant.enrolling_keys))?;
    }
    context.put(RecordKey::Participant(body.participant), participant);
    Ok(())
}

pub(super) fn key_added(context: &mut Context<'_>, body: &KeyAdded) -> Result<(), Violation> {
    check_own_or_registrar(context, body.participant)?;
    let mut participant = context.participant(&body.participant)?;
    let added = add_keys(
        context,
        body.participant,
        std::slice::from_ref(&body.grant),
        &body.participant.to_string(),
        "grant",
    )?;
    participant.keys = participant.keys.saturating_add(added.valid);
    participant.enrolling_keys = participant.enrolling_keys.saturating_add(added.enrolling);
    if participant.has_role("registrar") && !participant.suspended {
        count_registrar_keys(context, i64::from(added.enrolling))?;
    }
    context.put(RecordKey::Participant(body.participant), participant);
    Ok(())
}

pub(super) fn key_revoked(context: &mut Context<'_>, body: &KeyRevoked) -> Result<(), Violation> {
    check_own_or_registrar(context, body.participant)?;
    let mut participant = context.participant(&body.participant)?;
    let mut key = context.key(&body.key).map_err(|violation| violation.field("key"))?;
    if key.participant != body.participant {
        return Err(Violation::new(Reason::NotFound).with(body.key).field("key"));
    }
    if let Some(revoked) = key.revoked {
        return Err(Violation::new(Reason::KeyRevoked).with(revoked).field("key"));
    }
    if body.suspect_since.is_some_and(|since| since > context.index) {
        return Err(Violation::new(Reason::SuspectLater).field("suspect_since"));
    }
    key.revoked = Some(context.index);
    key.suspect_since = body.suspect_since;
    participant.keys = participant.keys.saturating_sub(1);
    if key.allows(ENROLLING) {
        participant.enrolling_keys = participant.enrolling_keys.saturating_sub(1);
        if participant.has_role("registrar") && !participant.suspended {
            count_registrar_keys(context, -1)?;
        }
    }
    context.put(RecordKey::Key(body.key), key);
    context.put(RecordKey::Participant(body.participant), participant);
    Ok(())
}

/// A participant manages its own keys; a registrar may do it for it.
pub(super) fn check_own_or_registrar(
    context: &Context<'_>,
    participant: ParticipantId,
) -> Result<(), Violation> {
    if context.author()? == participant || context.author_has_role("registrar") {
        return Ok(());
    }
    Err(Violation::new(Reason::NotEntitled).with(participant).field("participant"))
}

/// The event that only a registrar's key may sign and that makes every other key: rule K5 keeps one such key.
const ENROLLING: EventType = EventType::ParticipantEnrolled;

/// How many keys were added, and how many of them could enrol.
struct Added {
    valid: u32,
    enrolling: u32,
}

/// Enrols keys: each sound, proven to be held, known event types in its scope, and nobody's yet.
fn add_keys(
    context: &mut Context<'_>,
    participant: ParticipantId,
    grants: &[KeyGrant],
    subject: &str,
    field: &str,
) -> Result<Added, Violation> {
    let mut added = Added { valid: 0, enrolling: 0 };
    for (n, grant) in grants.iter().enumerate() {
        let place = format!("{field}[{n}]");
        let refused =
            |error: BadKey| Violation::new(Reason::KeyRefused).saying(error.words()).field(place.clone());
        check_possession(&grant.key, &grant.proof, &context.origin, subject).map_err(refused)?;
        if let Some(name) = grant.scope.iter().find(|name| EventType::named(name.as_str()).is_none()) {
            return Err(Violation::new(Reason::NotFound).with(name).field(format!("{place}.scope")));
        }
        let id: KeyId = grant.key.thumbprint();
        if context.record(&RecordKey::Key(id)).is_some() {
            return Err(Violation::new(Reason::KeyInUse).field(place));
        }
        let key = Key {
            history: History::default(),
            key: grant.key,
            participant,
            scope: grant.scope.iter().map(ToString::to_string).collect(),
            revoked: None,
            suspect_since: None,
        };
        added.valid = added.valid.saturating_add(1);
        added.enrolling = added.enrolling.saturating_add(u32::from(key.allows(ENROLLING)));
        context.put(RecordKey::Key(id), key);
    }
    Ok(added)
}

/// Rule K5: somebody can always enrol. Counts the keys that can: of registrars who are not suspended, with a scope that
/// allows it.
pub(super) fn count_registrar_keys(context: &mut Context<'_>, change: i64) -> Result<(), Violation> {
    let mut ledger = context.ledger(&"the ledger's opening")?;
    let after = i64::from(ledger.registrar_keys) + change;
    if after <= 0 {
        return Err(Violation::new(Reason::LastRegistrarKey));
    }
    ledger.registrar_keys = u32::try_from(after).unwrap_or(u32::MAX);
    context.put(RecordKey::Ledger, ledger);
    Ok(())
}
