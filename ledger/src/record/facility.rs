//! Records of where participants work and of the titles they hold.

use minicbor::{Decode, Encode};

use super::{Document, EventRef, History};
use crate::id::ParticipantId;
use crate::time::Timestamp;
use crate::vocab::{Code, Country, CredentialKind, FacilityKind};

/// A place that a participant works at.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Facility {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// Which event registered it.
    #[n(1)]
    pub created: EventRef,
    /// Whose it is.
    #[n(2)]
    pub participant: ParticipantId,
    /// What it is.
    #[n(3)]
    pub kind: Code<FacilityKind>,
    /// What it is called.
    #[n(4)]
    pub name: String,
    /// The country it stands in.
    #[n(5)]
    pub country: Code<Country>,
    /// State, province or district.
    #[n(6)]
    pub subdivision: Option<String>,
    /// Its GS1 location number, or the digest of a sealed one, as JSON.
    #[n(7)]
    pub gln: Option<String>,
    /// Its number in a public register, or the digest of a sealed one, as JSON.
    #[n(8)]
    pub register_number: Option<String>,
}

/// A title or training that an entitled body says a participant has.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Credential {
    /// The events that touched it.
    #[n(0)]
    pub history: History,
    /// Which event issued it.
    #[n(1)]
    pub created: EventRef,
    /// Who says so.
    #[n(2)]
    pub issuer: ParticipantId,
    /// Of whom.
    #[n(3)]
    pub participant: ParticipantId,
    /// What kind.
    #[n(4)]
    pub kind: Code<CredentialKind>,
    /// What stands on it.
    #[n(5)]
    pub title: String,
    /// The paper itself.
    #[n(6)]
    pub document: Option<Document>,
    /// Until when it is good; absent: without end.
    #[n(7)]
    pub valid_until: Option<Timestamp>,
    /// The event that revoked it.
    #[n(8)]
    pub revoked: Option<EventRef>,
    /// When it was issued.
    #[n(20)]
    pub issued: Option<Timestamp>,
}

impl Credential {
    /// Whether it stands at this time of the ledger's clock.
    #[must_use]
    pub fn stands(&self, clock: Timestamp) -> bool {
        self.revoked.is_none() && self.valid_until.is_none_or(|until| clock.unix() <= until.unix())
    }
}
