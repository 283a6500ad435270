//! Who takes part, and with which titles, as readable JSON.
//!
//! Pure, as [`super::view`] is: record in, view out. What is sealed shows as sealed.

use lode_ledger::id::{CredentialId, ParticipantId};
use lode_ledger::json::Json;
use lode_ledger::lang::Lang;
use lode_ledger::record::{Credential, Participant};
use serde::Serialize;
use utoipa::ToSchema;

use super::view::{Named, Place, named, text};
use super::vouched::json;

/// A participant.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ParticipantView {
    /// The id.
    pub id: String,
    /// Whether a natural person.
    pub person: bool,
    /// The plain name; absent if sealed.
    pub name: Option<String>,
    /// Where it is established.
    pub country: Option<Named>,
    /// What it may do.
    pub roles: Vec<Named>,
    /// Whether its statements are refused.
    pub suspended: bool,
    /// How many valid keys it has.
    pub keys: u32,
    /// Business licence or register number; `{"sealed": ...}` when sealed.
    #[schema(value_type = Option<Object>)]
    pub registration: Option<serde_json::Value>,
    /// Titles and training that it has and that are not revoked.
    pub credentials: Vec<CredentialView>,
    /// A laboratory's registered code.
    pub issuer_code: Option<String>,
    /// Who enrolled it.
    pub enrolled_by: Option<String>,
    /// The event that enrolled it.
    pub created: Place,
}

/// A title or training.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CredentialView {
    /// The id.
    pub id: String,
    /// What kind.
    pub kind: Named,
    /// What stands on it.
    pub title: String,
    /// Who says so.
    pub issuer: String,
    /// Until when it is good; absent: without end.
    pub valid_until: Option<String>,
    /// The event that issued it.
    pub created: Place,
}

/// A title or training.
#[must_use]
pub fn credential(id: &CredentialId, credential: &Credential, lang: Lang) -> CredentialView {
    CredentialView {
        id: id.to_string(),
        kind: named(credential.kind, lang),
        title: credential.title.clone(),
        issuer: credential.issuer.to_string(),
        valid_until: text(credential.valid_until),
        created: credential.created.into(),
    }
}

/// A participant.
#[must_use]
pub fn participant(
    id: &ParticipantId,
    participant: &Participant,
    credentials: Vec<CredentialView>,
    lang: Lang,
) -> ParticipantView {
    let name = Json::parse(participant.name.as_bytes()).ok();
    ParticipantView {
        id: id.to_string(),
        person: participant.person,
        name: name.and_then(|name| name.as_str().map(str::to_owned)),
        country: participant.country.map(|country| named(country, lang)),
        roles: participant.roles.iter().map(|role| named(*role, lang)).collect(),
        suspended: participant.suspended,
        keys: participant.keys,
        registration: participant.registration.as_deref().and_then(json),
        credentials,
        issuer_code: participant.issuer_code.clone(),
        enrolled_by: text(participant.enrolled_by),
        created: participant.created.into(),
    }
}
