//! Random enrolments, roles, keys and policies, and what comes of them. Mostly allowed, and mostly restored, so that
//! histories go on. What the ledger must say to them is not known here.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use lode_ledger::event::Event;
use lode_ledger::event::body::{KeyAdded, KeyRevoked, ParticipantEnrolled, RoleGranted, RoleRevoked};
use lode_ledger::id::{LogIndex, ParticipantId};
use lode_ledger::key::KeyId;
use lode_ledger::mass::Ppm;
use lode_ledger::record::{Key, Participant, Record, RecordKey, View};
use lode_ledger::replay::Author;
use lode_ledger::sealed::{Sealable, digest};
use lode_ledger::statement::Issuer;
use lode_tests::world::{KG, ORIGIN, Who, World, code, grant, public, secret, text, who_name};

use super::histories::{Op, in_hand, picked};
use super::market::{Speaker, last_number, records};
use super::vouching::{ALSO, warehouse};

/// What must have been accepted in the course of all histories.
pub(super) const EVENTS: [&str; 6] =
    ["key.added", "key.revoked", "participant.enrolled", "policy.adopted", "role.granted", "role.revoked"];

/// The kinds of operations of this file.
pub(super) const KINDS: std::ops::Range<u8> = 110..118;

/// The events of this file that [`changes_roles`] keeps out of histories.
pub(super) const OF_ROLES: [&str; 3] = ["participant.enrolled", "role.granted", "role.revoked"];

/// Whether an operation may let a laboratory or an inspector declare or make goods. The model of masses and hands does not
/// know that it then speaks for itself, nor that it loses the role; the reference does.
pub(super) const fn changes_roles(op: &Op) -> bool {
    matches!(op.kind, 110..113 | 116..118)
}

/// How many devices somebody may have beside the first one.
const DEVICES: usize = 6;

/// Roles that are granted beside those that somebody lives by.
const ROLES: [&str; 12] = [
    "auditor",
    "broker",
    "carrier",
    "exporter",
    "grader",
    "importer",
    "inspector",
    "lab",
    "registrar",
    "seller",
    "studio",
    "trainer",
];

/// What an operation says, and who; nothing if there is nothing to say.
pub(super) fn next(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    match op.kind {
        110 => enrol(world, op).or_else(|| act(world, op)),
        111 => grant_role(world, op),
        112 => revoke_role(world, op),
        113 => Some(add_key(world, op)),
        114 => revoke_key(world, op),
        115 => Some(adopt(world, op)),
        _ => act(world, op).or_else(|| enrol(world, op)),
    }
}

/// Everybody who is enrolled.
pub(super) fn everybody(world: &World) -> Vec<Who> {
    let all = [Who::Registrar].into_iter().chain(Who::ENROLLED).chain(Who::NEWCOMERS);
    all.filter(|who| world.knows(*who)).collect()
}

fn newcomer(world: &World, pick: usize) -> Option<Who> {
    let known: Vec<Who> = Who::NEWCOMERS.into_iter().filter(|who| world.knows(*who)).collect();
    picked(&known, pick)
}

fn participant(world: &World, who: Who) -> Option<Participant> {
    match world.replay.view().record(&RecordKey::Participant(world.id(who))).as_deref() {
        Some(Record::Participant(participant)) => Some(participant.clone()),
        _ => None,
    }
}

fn has_role(world: &World, who: Who, role: &str) -> bool {
    participant(world, who).is_some_and(|participant| participant.has_role(role))
}

fn key_record(world: &World, key: KeyId) -> Option<Key> {
    match world.replay.view().record(&RecordKey::Key(key)).as_deref() {
        Some(Record::Key(key)) => Some(key.clone()),
        _ => None,
    }
}

/// Everybody's keys, in order.
fn keys(world: &World) -> Vec<(KeyId, Key)> {
    records(world, |key, record| match (key, record) {
        (RecordKey::Key(id), Record::Key(key)) => Some((*id, key.clone())),
        _ => None,
    })
}

fn present(world: &World, who: Who) -> KeyId {
    world.author(who).secret.public().thumbprint()
}

const fn is_whole(key: &Key) -> bool {
    key.revoked.is_none() && key.scope.is_empty()
}

/// Whether the key that somebody uses is gone.
fn is_mute(world: &World, who: Who) -> bool {
    !key_record(world, present(world, who)).is_some_and(|key| is_whole(&key))
}

/// A registrar who can speak, if there is one.
fn registrar(world: &World) -> Who {
    let speaks = |who: &Who| {
        let known = participant(world, *who);
        known.is_some_and(|it| it.has_role("registrar") && !it.suspended) && !is_mute(world, *who)
    };
    everybody(world).into_iter().find(speaks).unwrap_or(Who::Registrar)
}

/// What somebody's further devices are called.
fn device(who: Who, number: usize) -> String {
    format!("{} device {number}", who_name(who))
}

/// What the secret of a key is derived from.
fn name_of(key: KeyId) -> Option<&'static str> {
    static NAMES: OnceLock<BTreeMap<KeyId, String>> = OnceLock::new();
    let make = || {
        let all = [Who::Registrar].into_iter().chain(Who::ENROLLED).chain(Who::NEWCOMERS);
        let devices = all.clone().flat_map(|who| (0..DEVICES).map(move |number| device(who, number)));
        let others = ["registrar spare", "importer a scanner", "importer a old phone"];
        let names = all.map(|who| who_name(who).to_owned()).chain(devices);
        let names = names.chain(others.map(str::to_owned));
        names.map(|name| (public(&name).thumbprint(), name)).collect()
    };
    NAMES.get_or_init(make).get(&key).map(String::as_str)
}

/// The same, said with another key: another device's, one of a narrow scope, one that was revoked, one of somebody else.
pub(super) fn with_another_key(world: &World, speaker: Speaker, pick: usize) -> Speaker {
    let Speaker::One(who) = speaker else { return speaker };
    let any = pick.is_multiple_of(8);
    let held: Vec<&str> = keys(world)
        .into_iter()
        .filter(|(_, key)| any || key.participant == world.id(who))
        .filter_map(|(id, _)| name_of(id))
        .collect();
    let unknown = if pick % 16 == 1 { Some("nobody") } else { None };
    match unknown.or_else(|| picked(&held, pick / 8)) {
        Some(name) => Speaker::Device(who, name.to_owned()),
        None => speaker,
    }
}

/// Keeps up with what was accepted: who was enrolled speaks from here on, and who has lost a key takes another.
pub(super) fn follow(world: &mut World, by: Issuer, event: &Event) {
    match event {
        Event::ParticipantEnrolled(body) => {
            let holds = |who: &Who| body.keys.iter().any(|grant| grant.key == public(who_name(*who)));
            if let Some(who) = Who::NEWCOMERS.into_iter().filter(|who| !world.knows(*who)).find(holds) {
                world.enlist(who, ParticipantId::derive(ORIGIN, &by.to_string(), &body.nonce, 0));
            }
        }
        Event::KeyAdded(body) => take_a_key(world, body.participant),
        Event::KeyRevoked(body) => take_a_key(world, body.participant),
        _ => {}
    }
}

fn take_a_key(world: &mut World, id: ParticipantId) {
    let Some(who) = world.who(id).filter(|who| is_mute(world, *who)) else { return };
    let mut left = keys(world).into_iter().filter(|(_, key)| key.participant == id && is_whole(key));
    if let Some(name) = left.find_map(|(id, _)| name_of(id)) {
        let mut author = Author::new(secret(name), Issuer::Participant(id), world.audience());
        author.seq = last_number(world, &author.secret) + 1;
        *world.author_mut(who) = author;
    }
}

fn enrol(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let who = Who::NEWCOMERS.into_iter().find(|who| !world.knows(*who))?;
    let role = ["importer", "seller", "studio", "lab"][op.other % 4];
    let (mut body, _): (ParticipantEnrolled, _) = world.enrolment(who_name(who), role);
    if op.flag.is_multiple_of(3) {
        body.roles.0.push(code(ROLES[op.pick % ROLES.len()]));
    }
    if op.flag.is_multiple_of(4) {
        let mut second = grant(&secret(&device(who, 0)), &body.nonce.to_string());
        second.scope =
            vec![text(if op.flag.is_multiple_of(8) { "lot.declared" } else { "key.added" })].into();
        body.keys.0.push(second);
    }
    if role == "lab" || op.share.is_multiple_of(17) {
        let taken = op.share.is_multiple_of(5);
        body.issuer_code =
            Some(text(if taken { "GTC".to_owned() } else { format!("LAB{}", op.pick) }.as_str()));
    }
    body.person = op.share.is_multiple_of(6);
    if body.person && !op.share.is_multiple_of(12) {
        body.name = Sealable::Sealed(digest(ORIGIN, "events[0].name", &[8; 16], "\"Wang Fang\""));
    }
    Some((registrar(world), body.into()))
}

/// What people live by in these histories.
fn lives_by() -> impl Iterator<Item = (Who, &'static str)> {
    let all = [Who::Registrar].into_iter().chain(Who::ENROLLED);
    all.map(|who| (who, who.role())).chain(ALSO)
}

/// A role that was taken comes back first.
fn grant_role(world: &World, op: &Op) -> Option<(Who, Event)> {
    let taken: Vec<(Who, &str)> = lives_by().filter(|(who, role)| !has_role(world, *who, role)).collect();
    let (who, role) = match picked(&taken, op.pick) {
        Some(first) => first,
        None => {
            let who = picked(&everybody(world), op.pick)?;
            let new = |role: &&str| op.share.is_multiple_of(9) || !has_role(world, who, role);
            let roles: Vec<&str> = ROLES.into_iter().filter(new).collect();
            (who, picked(&roles, op.other)?)
        }
    };
    let body = RoleGranted { at: world.now, participant: world.id(who), role: code(role) };
    Some((registrar(world), body.into()))
}

/// Now and then somebody loses what it lives by; the next one who grants something gives it back.
fn revoke_role(world: &World, op: &Op) -> Option<(Who, Event)> {
    let spare = |who: Who, role: &str| !lives_by().any(|known| known == (who, role));
    let any = op.share.is_multiple_of(8);
    let mut held = Vec::new();
    for who in everybody(world) {
        let roles: Vec<&str> = ROLES.into_iter().filter(|role| has_role(world, who, role)).collect();
        held.extend(roles.into_iter().filter(|role| any || spare(who, role)).map(|role| (who, role)));
    }
    let Some((who, role)) = picked(&held, op.pick) else { return grant_role(world, op) };
    // Now and then a role that is not there.
    let role = if op.share.is_multiple_of(19) { ROLES[op.other % ROLES.len()] } else { role };
    let reason = text("granted for one season");
    let body = RoleRevoked { at: world.now, participant: world.id(who), role: code(role), reason };
    Some((registrar(world), body.into()))
}

/// Somebody whose keys are lost gets one first.
fn add_key(world: &World, op: &Op) -> (Who, Event) {
    let all = everybody(world);
    let mute: Vec<Who> = all.iter().copied().filter(|who| is_mute(world, *who)).collect();
    let lost = picked(&mute, op.pick);
    let who = lost.unwrap_or_else(|| all[op.pick % all.len()]);
    let new = |name: &String| key_record(world, public(name).thumbprint()).is_none();
    let name = (0..DEVICES).map(|number| device(who, number)).find(new);
    // Now and then a key that somebody has already, or one whose proof is of somebody else.
    let name = name.filter(|_| !op.share.is_multiple_of(17)).unwrap_or_else(|| who_name(who).to_owned());
    let whose = if op.share.is_multiple_of(19) { all[op.other % all.len()] } else { who };
    let mut grant = grant(&secret(&name), &world.id(whose).to_string());
    if lost.is_none() {
        grant.scope = match op.flag % 8 {
            0 => vec![text("custody.offered"), text("lot.declared")].into(),
            1 => vec![text("participant.enrolled"), text("key.added")].into(),
            2 if op.share.is_multiple_of(5) => vec![text("lot.painted")].into(),
            _ => Vec::new().into(),
        };
    }
    let speaks = if lost.is_some() || op.flag.is_multiple_of(3) { registrar(world) } else { who };
    let device = op.flag.is_multiple_of(2).then(|| Sealable::Clear(text(&name)));
    (speaks, KeyAdded { at: world.now, participant: world.id(who), grant, device }.into())
}

/// Mostly a further device's key; now and then the one that somebody uses, or one that is gone.
fn revoke_key(world: &World, op: &Op) -> Option<(Who, Event)> {
    let used: Vec<KeyId> = everybody(world).into_iter().map(|who| present(world, who)).collect();
    let any = op.share.is_multiple_of(6);
    let mut given = keys(world);
    given.retain(|(id, key)| any || (key.revoked.is_none() && !used.contains(id)));
    let Some((id, key)) = picked(&given, op.pick) else { return Some(add_key(world, op)) };
    let size = world.replay.size();
    let before = op.pick as u64 * op.share % size;
    let since = match op.flag % 8 {
        0 | 1 => None,
        2 => Some(size),
        3 if op.other.is_multiple_of(4) => Some(size + 1),
        4 => Some(0),
        _ => Some(before),
    };
    let speaks = if op.flag.is_multiple_of(3) { registrar(world) } else { world.who(key.participant)? };
    let body = KeyRevoked {
        at: world.now,
        participant: key.participant,
        key: id,
        suspect_since: since.map(LogIndex),
        reason: text("left in a taxi"),
    };
    Some((speaks, body.into()))
}

/// The tolerances of the next season, wide enough for what these histories weigh.
fn adopt(world: &World, op: &Op) -> (Who, Event) {
    let ppm = |value: u64| Ppm::new(u32::try_from(value).expect("a share")).expect("a share");
    let mut body = world.policy();
    body.receipt_reason_ppm = ppm(4_000 + op.share * 4);
    body.receipt_countersign_ppm = ppm(18_000 + op.share * 10);
    body.scale_ppm = ppm(950 + op.share / 2);
    if op.flag.is_multiple_of(16) {
        body.receipt_reason_ppm = ppm(18_001 + op.share * 10);
    }
    body.ruleset = if op.other.is_multiple_of(16) { 1 } else { body.ruleset };
    (registrar(world), body.into())
}

/// A newcomer begins to trade: declares a lot, names a place, or is offered something.
fn act(world: &mut World, op: &Op) -> Option<(Who, Event)> {
    let who = newcomer(world, op.pick)?;
    let may_declare = ["importer", "seller", "studio"].iter().any(|role| has_role(world, who, role));
    if op.flag % 4 < 2 && (may_declare || op.share.is_multiple_of(7)) {
        let entry = ["import", "domestic_purchase", "opening_stock"][op.other % 3];
        let country = ["BR", "CN", "MG"][usize::from(op.flag) / 4 % 3];
        return Some((who, world.lot(who, entry, country, op.share * KG / 7 + 1).0.into()));
    }
    if op.flag % 4 == 2
        && let Some((from, id, _)) = in_hand(world, op.other, |_, _| true)
        && from != who
    {
        return Some((from, world.offer(from, who, &[id]).0.into()));
    }
    Some((who, warehouse(world, op, None)))
}
