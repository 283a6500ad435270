//! Who takes part: participants, roles, keys, their places and their titles.

use super::common::DocumentRef;
use super::{EventName, Line, Normalised};
use crate::event::shape::{List, payload};
use crate::id::{CredentialId, LogIndex, Nonce, ParticipantId};
use crate::key::{KeyId, PublicKey, Signature};
use crate::sealed::Sealable;
use crate::time::Timestamp;
use crate::vocab::{Code, Country, CredentialKind, FacilityKind, Role};

payload! {
    /// An Ed25519 key and the proof that its holder agreed to be enrolled with it.
    pub struct KeyGrant {
        /// The public key; weak, non-canonical and torsioned keys are refused.
        [key]: PublicKey,
        /// The key's own signature over `lode key 1`, origin, subject and key (formats: proof of possession).
        [proof]: Signature,
        /// The event types it may sign; absent: all that its participant's roles allow.
        [scope]: List<EventName, 0, 32>,
    }

    /// The registrar enrols an organisation or a person.
    pub struct ParticipantEnrolled {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the participant id is derived.
        [nonce]: Nonce,
        /// Whether a natural person; a person's name must be sealed.
        [person]: bool,
        /// The name.
        descriptive [name]: Sealable<Line>,
        /// Where it is established.
        [country]: Code<Country>,
        /// What it may do.
        [roles]: List<Code<Role>, 1, 16>,
        /// Its keys, one per device.
        [keys]: List<KeyGrant, 1, 8>,
        /// A lab's registered code, under which its certificates are numbered.
        [issuer_code]: Option<Normalised>,
        /// Business licence or register number.
        descriptive [registration]: Option<Sealable<Line>>,
    }

    /// The registrar suspends a participant: its statements are refused from here on.
    pub struct ParticipantSuspended {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Who is suspended.
        [participant]: ParticipantId,
        /// Why.
        descriptive [reason]: Line,
    }

    /// The registrar grants a role.
    pub struct RoleGranted {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// To whom.
        [participant]: ParticipantId,
        /// The role.
        [role]: Code<Role>,
    }

    /// The registrar takes a role away.
    pub struct RoleRevoked {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// From whom.
        [participant]: ParticipantId,
        /// The role.
        [role]: Code<Role>,
        /// Why.
        descriptive [reason]: Line,
    }

    /// A participant grants a device its key, or the registrar restores a participant whose keys are lost.
    pub struct KeyAdded {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Whose key it becomes.
        [participant]: ParticipantId,
        /// The key and its proof of possession over the participant's id.
        [grant]: KeyGrant,
        /// What the device is called.
        descriptive [device]: Option<Sealable<Line>>,
    }

    /// A key is no longer valid, from the next index on.
    pub struct KeyRevoked {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Whose key it is.
        [participant]: ParticipantId,
        /// The key's thumbprint.
        [key]: KeyId,
        /// The log index since which its statements are suspect: they stay, flagged.
        [suspect_since]: Option<LogIndex>,
        /// Why.
        descriptive [reason]: Line,
    }

    /// A participant's own details change: by itself, or by a registrar. At least one field stands.
    pub struct ParticipantUpdated {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Who.
        [participant]: ParticipantId,
        /// The new name; a person's must be sealed.
        descriptive [name]: Option<Sealable<Line>>,
        /// The new business licence or register number.
        descriptive [registration]: Option<Sealable<Line>>,
        /// Where it is established now; only a registrar may say so.
        [country]: Option<Code<Country>>,
    }

    /// The registrar ends a suspension.
    pub struct ParticipantReinstated {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Who may speak again.
        [participant]: ParticipantId,
        /// Why.
        descriptive [reason]: Line,
    }

    /// A participant names a place that it works at.
    pub struct FacilityRegistered {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the facility's id is derived.
        [nonce]: Nonce,
        /// What it is.
        [kind]: Code<FacilityKind>,
        /// What it is called.
        descriptive [name]: Line,
        /// The country it stands in.
        [country]: Code<Country>,
        /// State, province or district.
        descriptive [subdivision]: Option<Line>,
        /// Its GS1 Global Location Number: 13 digits with the check digit.
        descriptive [gln]: Option<Sealable<Line>>,
        /// Its number in a public register.
        descriptive [register_number]: Option<Sealable<Line>>,
    }

    /// An entitled body says that a participant has a title or passed a training.
    pub struct CredentialIssued {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the credential's id is derived.
        [nonce]: Nonce,
        /// Who has it.
        [participant]: ParticipantId,
        /// What kind; the table says who may issue it.
        [kind]: Code<CredentialKind>,
        /// What stands on it.
        descriptive [title]: Line,
        /// The paper itself.
        [document]: Option<DocumentRef>,
        /// Until when it is good; absent: without end.
        [valid_until]: Option<Timestamp>,
    }

    /// A title or training no longer stands: by its issuer, or by a registrar.
    pub struct CredentialRevoked {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Which.
        [credential]: CredentialId,
        /// Why.
        descriptive [reason]: Line,
    }
}
