//! Who takes part, with which titles, keys and places, as readable JSON.
//!
//! Pure, as [`super::view`] is: record in, view out. What is sealed shows as sealed.

use lode_ledger::id::{CredentialId, FacilityId, ParticipantId};
use lode_ledger::json::Json;
use lode_ledger::key::KeyId;
use lode_ledger::lang::Lang;
use lode_ledger::record::{Credential, Facility, Key, Participant};
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
    /// Places that it works at, oldest first, at most 64; `/v1/participants/{id}/facilities` has them all.
    pub facilities: Vec<FacilityView>,
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
    /// Who has it.
    pub holder: String,
    /// Who says so.
    pub issuer: String,
    /// Until when it is good; absent: without end.
    pub valid_until: Option<String>,
    /// The event that took it back.
    pub revoked: Option<Place>,
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
        holder: credential.participant.to_string(),
        issuer: credential.issuer.to_string(),
        valid_until: text(credential.valid_until),
        revoked: credential.revoked.map(Place::from),
        created: credential.created.into(),
    }
}

/// A participant.
#[must_use]
pub fn participant(
    id: &ParticipantId,
    participant: &Participant,
    credentials: Vec<CredentialView>,
    facilities: Vec<FacilityView>,
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
        facilities,
        issuer_code: participant.issuer_code.clone(),
        enrolled_by: text(participant.enrolled_by),
        created: participant.created.into(),
    }
}

/// A key of a participant. The key itself is no secret; what it signs is in the log.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct KeyView {
    /// The thumbprint.
    pub id: String,
    /// Whose it is.
    pub holder: String,
    /// The events that it may sign; empty: all that its holder's roles allow.
    pub may_sign: Vec<String>,
    /// The log index of the statement that revoked it: later statements are refused.
    pub revoked_at: Option<u64>,
    /// The log index since which its statements are suspect.
    pub suspect_since: Option<u64>,
}

/// A key.
#[must_use]
pub fn key(id: &KeyId, key: &Key) -> KeyView {
    KeyView {
        id: id.to_string(),
        holder: key.participant.to_string(),
        may_sign: key.scope.clone(),
        revoked_at: key.revoked.map(|index| index.0),
        suspect_since: key.suspect_since.map(|index| index.0),
    }
}

/// A place that a participant works at.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FacilityView {
    /// The id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub kind: Named,
    /// Whose it is.
    pub holder: String,
    /// The country it stands in.
    pub country: Named,
    /// State, province or district.
    pub subdivision: Option<String>,
    /// GS1 location number; `{"sealed": ...}` when sealed.
    #[schema(value_type = Option<Object>)]
    pub gln: Option<serde_json::Value>,
    /// Number in a public register; `{"sealed": ...}` when sealed.
    #[schema(value_type = Option<Object>)]
    pub registration: Option<serde_json::Value>,
    /// The event that registered it.
    pub created: Place,
}

/// A place.
#[must_use]
pub fn facility(id: &FacilityId, facility: &Facility, lang: Lang) -> FacilityView {
    FacilityView {
        id: id.to_string(),
        name: facility.name.clone(),
        kind: named(facility.kind, lang),
        holder: facility.participant.to_string(),
        country: named(facility.country, lang),
        subdivision: facility.subdivision.clone(),
        gln: facility.gln.as_deref().and_then(json),
        registration: facility.register_number.as_deref().and_then(json),
        created: facility.created.into(),
    }
}
