//! Who may speak, and with which key: policies, participants, their roles, and keys from the entry that gave them to the one
//! that ends them. State and refusals of these events, side by side. Whether a signature is right is not asked here.

use std::collections::BTreeSet;

use lode_ledger::event::body::{
    KeyAdded, KeyGrant, KeyRevoked, LedgerOpened, ParticipantEnrolled, PolicyAdopted, RoleGranted,
    RoleRevoked,
};
use lode_ledger::event::{Event, EventType};
use lode_ledger::id::ParticipantId;
use lode_ledger::key::{KeyId, check_possession};
use lode_ledger::sealed::Sealable;

use super::refusals::Asked;
use super::state::State;
use crate::world::ORIGIN;

/// The newest ruleset that there is.
const NEWEST: u32 = 2;

/// The role that enrols others, and the event by which it does.
const REGISTRAR: &str = "registrar";
const ENROLS: &str = "participant.enrolled";

/// A key of a participant.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeviceKey {
    /// Whose it is.
    pub holder: ParticipantId,
    /// The types of events that it may sign; none: all that its holder may say.
    pub scope: BTreeSet<String>,
    /// The entry that ended it.
    pub revoked: Option<u64>,
    /// The entry since which what it signed is suspect.
    pub suspect_since: Option<u64>,
}

impl DeviceKey {
    fn of(holder: ParticipantId, grant: &KeyGrant) -> (KeyId, Self) {
        let scope = grant.scope.iter().map(ToString::to_string).collect();
        (grant.key.thumbprint(), Self { holder, scope, revoked: None, suspect_since: None })
    }

    fn may_sign(&self, event: &str) -> bool {
        self.scope.is_empty() || self.scope.contains(event)
    }

    fn may_still_enrol(&self) -> bool {
        self.revoked.is_none() && self.may_sign(ENROLS)
    }
}

fn enrolled_as(by: ParticipantId, body: &ParticipantEnrolled) -> ParticipantId {
    ParticipantId::derive(ORIGIN, &by.to_string(), &body.nonce, 0)
}

impl State {
    /// Takes an accepted event of this family in. Whether it was one.
    pub(super) fn identify(&mut self, by: ParticipantId, event: &Event) -> bool {
        match event {
            Event::LedgerOpened(body) => self.open(by, body),
            Event::PolicyAdopted(body) => self.policy = Some((**body).clone()),
            Event::ParticipantEnrolled(body) => self.enrol(by, body),
            Event::RoleGranted(body) => {
                self.roles.entry(body.participant).or_default().insert(body.role.to_string());
            }
            Event::RoleRevoked(body) => {
                self.roles.entry(body.participant).or_default().remove(body.role.as_str());
            }
            Event::KeyAdded(body) => self.keys.extend([DeviceKey::of(body.participant, &body.grant)]),
            Event::KeyRevoked(body) => {
                let key = self.keys.get_mut(&body.key).expect("a key that was given");
                key.revoked = Some(self.present.0);
                key.suspect_since = body.suspect_since.map(|since| since.0);
            }
            _ => return false,
        }
        true
    }

    fn open(&mut self, by: ParticipantId, body: &LedgerOpened) {
        self.roles.insert(by, BTreeSet::from([REGISTRAR.to_owned()]));
        self.keys.extend(body.registrar.keys.iter().map(|grant| DeviceKey::of(by, grant)));
        self.clock = body.at.unix();
    }

    fn enrol(&mut self, by: ParticipantId, body: &ParticipantEnrolled) {
        let id = enrolled_as(by, body);
        self.roles.insert(id, body.roles.iter().map(ToString::to_string).collect());
        self.keys.extend(body.keys.iter().map(|grant| DeviceKey::of(id, grant)));
        self.countries.insert(id, body.country.to_string());
        if body.person {
            self.persons.insert(id);
        }
        if let Some(code) = &body.issuer_code {
            self.labs.insert(code.to_string(), id);
        }
    }

    /// How many of somebody's keys are valid, and how many of those may enrol, as far as the keys go.
    #[must_use]
    pub fn keys_of(&self, who: ParticipantId) -> (usize, usize) {
        let valid = self.keys.values().filter(|key| key.holder == who && key.revoked.is_none());
        let may_enrol = valid.clone().filter(|key| key.may_still_enrol());
        (valid.count(), may_enrol.count())
    }

    /// The keys with which somebody may enrol: of a registrar who is not suspended.
    pub fn registrar_keys(&self) -> impl Iterator<Item = (&KeyId, &DeviceKey)> {
        self.keys.iter().filter(|(_, key)| {
            let registrar = self.roles.get(&key.holder).is_some_and(|roles| roles.contains(REGISTRAR));
            key.may_still_enrol() && registrar && !self.suspended.contains(&key.holder)
        })
    }
}

impl Asked<'_> {
    /// Whether the author's key is his, and valid here.
    pub(super) fn key_is_valid(&mut self, author: ParticipantId) -> bool {
        let key = self.state.keys.get(&self.key).filter(|key| key.holder == author);
        self.must(key.is_some(), "key-unknown");
        let revoked = key.is_some_and(|key| key.revoked.is_some());
        self.must(!revoked, "key-revoked");
        key.is_some() && !revoked
    }

    /// Whether the author's key may sign such an event.
    pub(super) fn in_scope(&mut self, event: &Event) -> bool {
        let name = event.event_type().spec().name;
        let in_scope = self.state.keys.get(&self.key).is_none_or(|key| key.may_sign(name));
        self.must(in_scope, "scope-forbids");
        in_scope
    }

    /// Why an event of this family may not be said. Whether it was one.
    pub(super) fn of_identity(&mut self, event: &Event) -> bool {
        match event {
            Event::PolicyAdopted(body) => self.policy_adopted(body),
            Event::ParticipantEnrolled(body) => self.participant_enrolled(body),
            Event::RoleGranted(body) => self.role_granted(body),
            Event::RoleRevoked(body) => self.role_revoked(body),
            Event::KeyAdded(body) => self.key_added(body),
            Event::KeyRevoked(body) => self.key_revoked(body),
            _ => return false,
        }
        true
    }

    /// Somebody can always enrol, suspend and mend, also without these keys.
    pub(super) fn somebody_can_enrol_without(&mut self, lost: impl Fn(KeyId, &DeviceKey) -> bool) {
        let left = self.state.registrar_keys().filter(|(id, key)| !lost(**id, key)).count();
        self.must(left > 0, "last-registrar-key");
    }

    fn policy_adopted(&mut self, body: &PolicyAdopted) {
        self.must((1..=NEWEST).contains(&body.ruleset), "unknown-ruleset");
        let in_force = self.state.policy.as_ref().map_or(1, |policy| policy.ruleset);
        self.must(body.ruleset >= in_force, "ruleset-back");
        self.twice(body.yields.iter().map(|range| range.step));
        let ranges = body.yields.iter().all(|range| range.min_ppm.get() <= range.max_ppm.get());
        let reason_first = body.receipt_reason_ppm.get() <= body.receipt_countersign_ppm.get();
        self.must(ranges && reason_first, "fields-disagree");
    }

    fn participant_enrolled(&mut self, body: &ParticipantEnrolled) {
        self.must(!(body.person && matches!(body.name, Sealable::Clear(_))), "person-name-open");
        self.twice(body.roles.iter().copied());
        self.grants(&body.keys, &body.nonce.to_string());
        if let Some(code) = &body.issuer_code {
            self.normal(code.as_str());
            self.must(body.roles.iter().any(|role| role.as_str() == "lab"), "role-forbids");
            self.must(!self.state.labs.contains_key(code.as_str()), "issuer-taken");
        }
        let id = enrolled_as(self.by(), body);
        self.unless_new(self.state.roles.contains_key(&id));
    }

    /// Keys are sound, proven to be held, and nobody's yet; what they are limited to are types of events.
    fn grants(&mut self, grants: &[KeyGrant], over: &str) {
        let mut given: BTreeSet<KeyId> = self.state.keys.keys().copied().collect();
        for grant in grants {
            self.must(check_possession(&grant.key, &grant.proof, ORIGIN, over).is_ok(), "key-refused");
            self.must(given.insert(grant.key.thumbprint()), "key-in-use");
            let known = grant.scope.iter().all(|name| EventType::named(name.as_str()).is_some());
            self.must(known, "not-found");
        }
    }

    fn role_granted(&mut self, body: &RoleGranted) {
        self.enrolled(body.participant);
        self.must(!self.has_role(body.participant, body.role.as_str()), "named-twice");
    }

    fn role_revoked(&mut self, body: &RoleRevoked) {
        self.enrolled(body.participant);
        self.must(self.has_role(body.participant, body.role.as_str()), "not-found");
        if body.role.as_str() == REGISTRAR {
            self.somebody_can_enrol_without(|_, key| key.holder == body.participant);
        }
    }

    /// Everybody has charge of his own keys, and a registrar of all.
    fn has_charge_of(&mut self, who: ParticipantId) {
        self.must(self.by() == who || self.has_role(self.by(), REGISTRAR), "not-entitled");
        self.enrolled(who);
    }

    fn key_added(&mut self, body: &KeyAdded) {
        self.has_charge_of(body.participant);
        self.grants(std::slice::from_ref(&body.grant), &body.participant.to_string());
    }

    fn key_revoked(&mut self, body: &KeyRevoked) {
        self.has_charge_of(body.participant);
        match self.state.keys.get(&body.key).filter(|key| key.holder == body.participant) {
            None => self.no("not-found"),
            Some(key) => self.must(key.revoked.is_none(), "key-revoked"),
        }
        // The entry that says so stands, too, once it is said.
        let later = body.suspect_since.is_some_and(|since| since.0 > self.state.present.0);
        self.must(!later, "suspect-later");
        self.somebody_can_enrol_without(|id, _| id == body.key);
    }
}
