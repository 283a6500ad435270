//! Participants' own details, the end of a suspension, their places, and their titles (rules K2, K3, K5, U1).

use crate::event::body::{
    CredentialIssued, CredentialRevoked, FacilityRegistered, ParticipantReinstated, ParticipantUpdated,
};
use crate::event::shape::Shape;
use crate::id::{CredentialId, FacilityId};
use crate::record::{Credential, Facility, History, MAX_KEPT, RecordKey};
use crate::sealed::Sealable;
use crate::violation::{Reason, Violation};
use crate::words::words;

use super::context::Context;
use super::identity::{check_own_or_registrar, count_registrar_keys};
use super::lots::document;

pub(super) fn participant_updated(
    context: &mut Context<'_>,
    body: &ParticipantUpdated,
) -> Result<(), Violation> {
    check_own_or_registrar(context, body.participant)?;
    let mut participant = context.participant(&body.participant).map_err(|v| v.field("participant"))?;
    if body.name.is_none() && body.registration.is_none() && body.country.is_none() {
        let text = words("nothing is changed", "没有任何变更", "nada muda");
        return Err(Violation::new(Reason::FieldsDisagree).saying(text));
    }
    if participant.person && matches!(body.name, Some(Sealable::Clear(_))) {
        return Err(Violation::new(Reason::PersonNameOpen).field("name"));
    }
    if body.country.is_some() && !context.author_has_role("registrar") {
        return Err(Violation::new(Reason::NotEntitled).with(body.participant).field("country"));
    }
    if let Some(name) = &body.name {
        participant.name = name.to_json().write();
    }
    if let Some(registration) = &body.registration {
        participant.registration = Some(registration.to_json().write());
    }
    participant.country = body.country.or(participant.country);
    context.put(RecordKey::Participant(body.participant), participant);
    Ok(())
}

pub(super) fn participant_reinstated(
    context: &mut Context<'_>,
    body: &ParticipantReinstated,
) -> Result<(), Violation> {
    let mut participant = context.participant(&body.participant).map_err(|v| v.field("participant"))?;
    if !participant.suspended {
        let active = words("not suspended", "未被暂停", "não suspenso");
        let violation = Violation::new(Reason::StateForbids).with(body.participant).saying(active);
        return Err(violation.field("participant"));
    }
    participant.suspended = false;
    if participant.has_role("registrar") {
        count_registrar_keys(context, i64::from(participant.enrolling_keys))?;
    }
    context.put(RecordKey::Participant(body.participant), participant);
    Ok(())
}

pub(super) fn facility_registered(
    context: &mut Context<'_>,
    body: &FacilityRegistered,
) -> Result<(), Violation> {
    if let Some(Sealable::Clear(gln)) = &body.gln
        && !is_gln(gln.as_str())
    {
        let text = words(
            "a GLN has 13 digits, of which the last is the check digit",
            "GLN 为 13 位数字，末位为校验码",
            "um GLN tem 13 dígitos, e o último é o verificador",
        );
        return Err(Violation::new(Reason::FieldsDisagree).saying(text).field("gln"));
    }
    let id = FacilityId::derive(&context.origin, &context.issuer, &body.nonce, 0);
    let record = Facility {
        history: History::default(),
        created: context.event_ref(),
        participant: context.author()?,
        kind: body.kind,
        name: body.name.to_string(),
        country: body.country,
        subdivision: body.subdivision.as_ref().map(ToString::to_string),
        gln: body.gln.as_ref().map(|gln| gln.to_json().write()),
        register_number: body.register_number.as_ref().map(|number| number.to_json().write()),
    };
    context.create(RecordKey::Facility(id), id, record)
}

/// A GS1 Global Location Number: the check digit makes the weighted sum a multiple of ten.
fn is_gln(text: &str) -> bool {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(10)).collect();
    digits.is_some_and(|digits| {
        let weighted = digits.iter().enumerate().map(|(n, digit)| digit * if n % 2 == 0 { 1 } else { 3 });
        digits.len() == 13 && weighted.sum::<u32>().is_multiple_of(10)
    })
}

pub(super) fn credential_issued(context: &mut Context<'_>, body: &CredentialIssued) -> Result<(), Violation> {
    let issuer = context.author()?;
    let mut participant = context.participant(&body.participant).map_err(|v| v.field("participant"))?;
    if issuer == body.participant {
        return Err(Violation::new(Reason::NotEntitled).with(body.participant).field("participant"));
    }
    if !["registrar", "trainer"]
        .iter()
        .any(|role| context.author_has_role(role) && body.kind.may_be_issued_by(role))
    {
        return Err(Violation::new(Reason::NotEntitled).saying(body.kind).field("kind"));
    }
    if body.valid_until.is_some_and(|until| until.unix() <= body.at.unix()) {
        let text = words(
            "it would have ended before it was issued",
            "有效期早于颁发时间",
            "terminaria antes de ser emitida",
        );
        return Err(Violation::new(Reason::FieldsDisagree).saying(text).field("valid_until"));
    }
    let mut held = participant.credentials.take().unwrap_or_default();
    if held.len() >= MAX_KEPT {
        return Err(Violation::new(Reason::TooManyKept)
            .with(body.participant)
            .with(MAX_KEPT)
            .field("participant"));
    }
    let id = CredentialId::derive(&context.origin, &context.issuer, &body.nonce, 0);
    held.push(id);
    participant.credentials = Some(held);
    let record = Credential {
        history: History::default(),
        created: context.event_ref(),
        issuer,
        participant: body.participant,
        kind: body.kind,
        title: body.title.to_string(),
        document: body.document.as_ref().map(document),
        valid_until: body.valid_until,
        revoked: None,
        issued: Some(body.at),
    };
    context.create(RecordKey::Credential(id), id, record)?;
    context.put(RecordKey::Participant(body.participant), participant);
    Ok(())
}

pub(super) fn credential_revoked(
    context: &mut Context<'_>,
    body: &CredentialRevoked,
) -> Result<(), Violation> {
    let mut credential = context.credential(&body.credential).map_err(|v| v.field("credential"))?;
    if credential.issuer != context.author()? && !context.author_has_role("registrar") {
        return Err(Violation::new(Reason::NotEntitled).with(body.credential).field("credential"));
    }
    if credential.revoked.is_some() {
        let revoked = words("revoked", "已撤销", "revogada");
        let violation = Violation::new(Reason::StateForbids).with(body.credential).saying(revoked);
        return Err(violation.field("credential"));
    }
    context.not_before(credential.issued)?;
    credential.revoked = Some(context.event_ref());
    let mut participant = context.participant(&credential.participant)?;
    let rest = participant.credentials.take().unwrap_or_default();
    let rest: Vec<CredentialId> = rest.into_iter().filter(|id| *id != body.credential).collect();
    participant.credentials = (!rest.is_empty()).then_some(rest);
    context.put(RecordKey::Participant(credential.participant), participant);
    context.put(RecordKey::Credential(body.credential), credential);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_gln;

    #[test]
    fn a_gln_is_checked_by_its_last_digit() {
        assert!(is_gln("4006381333931"));
        assert!(!is_gln("4006381333932"));
        assert!(!is_gln("400638133393"));
        assert!(!is_gln("40063813339３1"));
    }
}
