//! Checking a proof file against a trust file, with nothing else: no network, no clock.
//!
//! Each check is named and rests on those before it. Where one fails that others rest on, those are not checked, and
//! the report says so.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::event::Event;
use crate::event::body::LedgerSealed;
use crate::hash::Hash;
use crate::id::{LogIndex, StatementId};
use crate::json::Json;
use crate::key::{KeyId, PublicKey};
use crate::record::{History, Item, Ledger, MassBalance, Record, RecordKey};
use crate::sealed::Disclosure;
use crate::statemap::MapProof;
use crate::statement::{Issuer, Statement, Verified, decode_payload};
use crate::tlog::multiproof;
use crate::tlog::policy::{CosignatureState, LogOutcome, Requirement};
use crate::tlog::{Policy, PolicyOutcome, SignedCheckpoint, leaf_hash};
use crate::verdict::{
    Balance, Check, CheckCode, Claim, Facts, Happening, Note, Opened, Outcome, Party, Report,
};
use crate::violation::Reason;
use crate::{apply, lang::Lang};

use super::file::{ProofFile, read_key};
use super::rerun::{Records, rerun};

/// Everything that rests on the file having been read, in order; for "not checked".
const ALL: [CheckCode; 12] = [
    CheckCode::LogSignature,
    CheckCode::Witnesses,
    CheckCode::Inclusion,
    CheckCode::Seal,
    CheckCode::Records,
    CheckCode::Ledger,
    CheckCode::Signatures,
    CheckCode::History,
    CheckCode::Rules,
    CheckCode::Mass,
    CheckCode::Disclosures,
    CheckCode::Complete,
];

/// Checks a proof file. Whatever the bytes are, the answer is a report.
#[must_use]
pub fn verify_item(bytes: &[u8], trust: &Policy) -> Report {
    let mut report = Report::default();
    check(bytes, trust, &mut report);
    for code in ALL {
        if report.check(code).is_none() {
            report.note(code, Outcome::NotChecked, Note::NotReached, &[]);
        }
    }
    report
}

/// What was read; the checks add to it.
struct Reading {
    file: ProofFile,
    signed: SignedCheckpoint,
    statements: Vec<(LogIndex, Statement)>,
    records: Records,
    verified: BTreeMap<LogIndex, Verified>,
    opened: Vec<Opened>,
}

fn check(bytes: &[u8], trust: &Policy, report: &mut Report) {
    let file = match ProofFile::decode(bytes) {
        Ok(file) => file,
        Err(error) => {
            return report.note(CheckCode::File, Outcome::NotEvaluated, Note::FileUnreadable, &[&error]);
        }
    };
    let signed = match SignedCheckpoint::parse(&file.checkpoint) {
        Ok(signed) => signed,
        Err(error) => {
            return report.note(
                CheckCode::File,
                Outcome::NotEvaluated,
                Note::CheckpointUnreadable,
                &[&error],
            );
        }
    };
    let Some(mut reading) = read(file, signed, report) else { return };
    report.passed(CheckCode::File, Note::FileRead, &[&reading.statements.len(), &reading.records.len()]);
    let outcome = trust.evaluate(&reading.signed);
    check_trust(&reading.signed, &outcome, report);
    if !check_inclusion(&reading, report) {
        return;
    }
    let Some(seal) = check_seal(&reading, report) else { return };
    if !check_records(&reading, &seal, report) {
        return;
    }
    let Some(ledger) = check_ledger(&reading, report) else { return };
    let signatures = check_signatures(&mut reading, &ledger, report);
    let history = check_history(&reading, report);
    if signatures && history {
        check_rules(&reading, report);
    }
    check_mass(&reading, report);
    check_disclosures(&mut reading, &ledger, report);
    check_complete(&reading, &outcome, report);
    report.facts = facts(&reading, &ledger, &seal).map(Box::new);
}

fn read(file: ProofFile, signed: SignedCheckpoint, report: &mut Report) -> Option<Reading> {
    let mut statements = Vec::with_capacity(file.statements.len());
    for entry in &file.statements {
        match Statement::decode(entry.bytes.clone()) {
            Ok(statement) => statements.push((entry.index, statement)),
            Err(error) => {
                let text = format!("entry {}: {error}", entry.index);
                report.note(CheckCode::File, Outcome::NotEvaluated, Note::FileUnreadable, &[&text]);
                return None;
            }
        }
    }
    let mut records = Records::new();
    for known in &file.records {
        let key = read_key(&known.key)?;
        let record = match known.record.as_ref().map(|bytes| Record::from_bytes(&key, bytes)).transpose() {
            Ok(record) => record.map(Arc::new),
            Err(error) => {
                let text = format!("{key:?}: {error}");
                report.note(CheckCode::File, Outcome::NotEvaluated, Note::FileUnreadable, &[&text]);
                return None;
            }
        };
        records.insert(key, (record, known.events.clone()));
    }
    Some(Reading { file, signed, statements, records, verified: BTreeMap::new(), opened: Vec::new() })
}

/// The checkpoint under the trust file: also what a replay of a whole log reports.
pub fn check_trust(signed: &SignedCheckpoint, outcome: &PolicyOutcome, report: &mut Report) {
    let origin = signed.checkpoint().origin();
    let log = CheckCode::LogSignature;
    match outcome.log {
        LogOutcome::Signed => report.passed(log, Note::LogSigned, &[&origin, &signed.checkpoint().size()]),
        LogOutcome::UnknownLog => report.note(log, Outcome::NotTrusted, Note::LogUnknown, &[&origin]),
        LogOutcome::NotSigned => report.note(log, Outcome::NotTrusted, Note::LogNotSigned, &[&origin]),
        LogOutcome::Unsupported => {
            report.note(log, Outcome::NotEvaluated, Note::LogKeyUnsupported, &[&origin])
        }
        LogOutcome::BadSignature => report.failed(log, Note::SignatureForged, &[&origin]),
    }
    let named = |wanted: fn(&CosignatureState) -> bool| {
        let names: Vec<&str> =
            outcome.cosigners.iter().filter(|c| wanted(&c.state)).map(|c| c.name.as_str()).collect();
        if names.is_empty() { "–".to_owned() } else { names.join(", ") }
    };
    let valid = named(|state| matches!(state, CosignatureState::Valid { .. }));
    let witnesses = CheckCode::Witnesses;
    if outcome.cosigners.iter().any(|cosigned| cosigned.state == CosignatureState::Bad) {
        let bad = named(|state| *state == CosignatureState::Bad);
        return report.failed(witnesses, Note::SignatureForged, &[&bad]);
    }
    match outcome.quorum {
        Requirement::Met => report.passed(witnesses, Note::QuorumMet, &[&valid]),
        Requirement::NotMet => report.note(witnesses, Outcome::NotTrusted, Note::QuorumNotMet, &[&valid]),
        Requirement::None => report.note(witnesses, Outcome::NotChecked, Note::QuorumNotAsked, &[]),
    }
}

fn check_inclusion(reading: &Reading, report: &mut Report) -> bool {
    let leaves: Vec<(u64, Hash)> =
        reading.file.statements.iter().map(|entry| (entry.index.0, leaf_hash(&entry.bytes))).collect();
    let (size, root) = (reading.signed.checkpoint().size(), reading.signed.checkpoint().root());
    let code = CheckCode::Inclusion;
    match multiproof::root_from_multiproof(size, &leaves, &reading.file.inclusion_hashes()) {
        Ok(found) if found == root => {
            report.passed(code, Note::Included, &[&leaves.len(), &size]);
            true
        }
        Ok(found) => {
            let text = format!("root {found}, signed {root}");
            report.failed(code, Note::NotIncluded, &[&text]);
            false
        }
        Err(error) => {
            report.failed(code, Note::NotIncluded, &[&error]);
            false
        }
    }
}

/// The seal that a statement is, if it is one, whoever signed it.
pub(super) fn seal_body(bytes: &[u8]) -> Option<LedgerSealed> {
    let statement = Statement::decode(bytes.to_vec()).ok()?;
    let (_, events) = decode_payload(statement.payload()).ok()?;
    let [event] = events.as_slice() else { return None };
    match Event::from_json(event) {
        Ok(Event::LedgerSealed(body)) if statement.header().issuer == Issuer::Ledger => Some(*body),
        _ => None,
    }
}

/// The newest seal is one; whose key signed it is checked with the other signatures.
fn check_seal(reading: &Reading, report: &mut Report) -> Option<LedgerSealed> {
    let index = reading.file.seal;
    let entry = reading.file.statements.iter().find(|entry| entry.index == index);
    let body = entry.and_then(|entry| seal_body(&entry.bytes)).filter(|body| body.size == index.0);
    match &body {
        Some(seal) => report.passed(CheckCode::Seal, Note::SealGood, &[&index, &seal.at]),
        None => report.failed(CheckCode::Seal, Note::SealMissing, &[&index, &"-"]),
    }
    body
}

fn check_records(reading: &Reading, seal: &LedgerSealed, report: &mut Report) -> bool {
    let claims: Vec<(Hash, Option<Hash>)> = reading
        .file
        .records
        .iter()
        .filter_map(|known| {
            let key = read_key(&known.key)?;
            Some((key.map_key(), known.record.as_ref().map(|bytes| Hash::of(bytes))))
        })
        .collect();
    let proof = MapProof::from_bytes(&reading.file.state).map_err(|error| error.to_string());
    let proven =
        proof.and_then(|proof| proof.verify(&seal.state_root, &claims).map_err(|error| error.to_string()));
    let tag = match reading.records.get(&RecordKey::Item(reading.file.item)) {
        Some((Some(record), _)) => match &**record {
            Record::Item(item) => item.tag,
            _ => None,
        },
        _ => None,
    };
    let tagged = || if tag == reading.file.tag { Ok(()) } else { Err("the item has another tag".to_owned()) };
    match proven.and_then(|()| tagged()) {
        Ok(()) => {
            report.passed(CheckCode::Records, Note::RecordsProven, &[&claims.len()]);
            true
        }
        Err(error) => {
            report.failed(CheckCode::Records, Note::RecordsDiffer, &[&error]);
            false
        }
    }
}

/// Checkpoint, first entry, sealed record and file name one ledger.
fn check_ledger(reading: &Reading, report: &mut Report) -> Option<Ledger> {
    let origin = reading.signed.checkpoint().origin();
    let record = match reading.records.get(&RecordKey::Ledger) {
        Some((Some(record), _)) => match &**record {
            Record::Ledger(ledger) => Some(ledger.clone()),
            _ => None,
        },
        _ => None,
    };
    let genesis = reading.statements.first().filter(|(index, _)| index.0 == 0);
    let id = genesis.and_then(|(_, statement)| {
        Some(
            apply::ledger_id(&crate::id::Origin::new(origin).ok()?, &statement.leaf_hash())
                .as_str()
                .to_owned(),
        )
    });
    let ledger = record.filter(|ledger| {
        ledger.origin == origin && Some(&ledger.id) == id.as_ref() && ledger.id == reading.file.ledger
    });
    match &ledger {
        Some(ledger) => report.passed(CheckCode::Ledger, Note::LedgerMatches, &[&ledger.id]),
        None => report.failed(CheckCode::Ledger, Note::LedgerDiffers, &[&reading.file.ledger]),
    }
    ledger
}

fn check_signatures(reading: &mut Reading, ledger: &Ledger, report: &mut Report) -> bool {
    let mut verified = BTreeMap::new();
    // Who was enrolled after the seal is known only by the statements of this file.
    let mut enrolled: BTreeMap<KeyId, PublicKey> = BTreeMap::new();
    let links = reading.records.values().filter_map(|(record, _)| match record.as_deref() {
        Some(Record::Item(item)) => item.supplier_link,
        _ => None,
    });
    let links: BTreeMap<KeyId, PublicKey> = links.map(|key| (key.thumbprint(), key)).collect();
    for (index, statement) in &reading.statements {
        let checked = key_of(reading, ledger, (*index, statement), &enrolled, &links).and_then(|key| {
            let usable = key.check().map_err(|error| error.to_string())?;
            statement.clone().verify(&usable).map_err(|error| error.to_string())
        });
        match checked {
            Ok(statement) => {
                for event in statement.events() {
                    let grants: &[_] = match event {
                        Event::ParticipantEnrolled(body) => &body.keys,
                        Event::KeyAdded(body) => std::slice::from_ref(&body.grant),
                        _ => &[],
                    };
                    enrolled.extend(grants.iter().map(|grant| (grant.key.thumbprint(), grant.key)));
                }
                verified.insert(*index, statement);
            }
            Err(error) => {
                report.failed(CheckCode::Signatures, Note::SignatureBad, &[index, &error]);
                return false;
            }
        }
    }
    report.passed(CheckCode::Signatures, Note::AllSigned, &[&verified.len()]);
    reading.verified = verified;
    true
}

/// The key that must have signed: proven by the state, and valid at that place in the log.
fn key_of(
    reading: &Reading,
    ledger: &Ledger,
    (index, statement): (LogIndex, &Statement),
    enrolled: &BTreeMap<KeyId, PublicKey>,
    links: &BTreeMap<KeyId, PublicKey>,
) -> Result<PublicKey, String> {
    let id = statement.header().key_id;
    let unknown = || format!("the key {id} is not among the proven records");
    match statement.header().issuer {
        Issuer::Ledger => Ok(ledger.seal_key),
        Issuer::Link(_) => links.get(&id).copied().ok_or_else(unknown),
        Issuer::Participant(author) => match reading.records.get(&RecordKey::Key(id)) {
            Some((Some(record), events)) => {
                let Record::Key(key) = &**record else { return Err(unknown()) };
                let since = events.first().map_or(LogIndex(u64::MAX), |event| event.index);
                if key.participant != author {
                    return Err(format!("the key {id} belongs to {}, not to {author}", key.participant));
                }
                if index < since || (index == since && index.0 != 0) {
                    return Err(format!("the key {id} was enrolled at entry {since} only"));
                }
                if let Some(revoked) = key.revoked.filter(|revoked| index > *revoked) {
                    return Err(format!("the key {id} was revoked at entry {revoked}"));
                }
                Ok(key.key)
            }
            _ if index > reading.file.seal => enrolled.get(&id).copied().ok_or_else(unknown),
            _ => Err(unknown()),
        },
        Issuer::Tag(_) | Issuer::Owner(_) => Err(unknown()),
    }
}

/// The list of each record's events leads to the head that the sealed record has, so nothing is left out of it.
fn check_history(reading: &Reading, report: &mut Report) -> bool {
    let ids: BTreeMap<LogIndex, StatementId> =
        reading.statements.iter().map(|(index, statement)| (*index, statement.id())).collect();
    let mut listed = BTreeSet::new();
    let mut whole: usize = 0;
    for (key, (record, events)) in &reading.records {
        let Some(expected) = record.as_deref().and_then(Record::history) else { continue };
        let mut history = History::default();
        for event in events {
            let Some(id) = ids.get(&event.index).copied().or(event.statement) else { break };
            if !ids.contains_key(&event.index) {
                listed.insert((event.index, event.event));
            }
            history = history.extend(event.index, event.event, id);
        }
        if history != *expected {
            report.failed(CheckCode::History, Note::HistoryBroken, &[&name(key)]);
            return false;
        }
        // The builder leaves statements out of the longest histories only.
        let left_out = events.iter().filter(|event| !ids.contains_key(&event.index)).count();
        if left_out > events.len().saturating_sub(super::MAX_BODIES) {
            report.failed(CheckCode::History, Note::HistoryBroken, &[&name(key)]);
            return false;
        }
        whole += 1;
    }
    if let Some(absent) = needed(reading).into_iter().find(|key| !is_present(reading, key)) {
        report.failed(CheckCode::History, Note::HistoryBroken, &[&name(&absent)]);
        return false;
    }
    if listed.is_empty() {
        report.passed(CheckCode::History, Note::HistoryWhole, &[&whole]);
    } else {
        report.note(CheckCode::History, Outcome::NotChecked, Note::HistoryListed, &[&listed.len()]);
    }
    true
}

/// The records without which the item's story would have a hole.
fn needed(reading: &Reading) -> BTreeSet<RecordKey> {
    let mut needed = BTreeSet::from([RecordKey::Item(reading.file.item), RecordKey::Policy]);
    for key in ancestry(reading) {
        if let Some((Some(record), _)) = reading.records.get(&key)
            && let Record::Item(item) = &**record
        {
            needed.extend(item.tag.map(RecordKey::Tag));
            needed.extend(item.certificates.iter().map(|link| RecordKey::Certificate(link.certificate)));
        }
        needed.insert(key);
    }
    needed
}

fn is_present(reading: &Reading, key: &RecordKey) -> bool {
    matches!(reading.records.get(key), Some((Some(_), _)))
}

fn check_rules(reading: &Reading, report: &mut Report) {
    let code = CheckCode::Rules;
    let outcome = rerun(&reading.records, &reading.verified, reading.file.seal);
    if let Some((index, violation)) = &outcome.broken {
        if violation.reason == Reason::UnknownRuleset {
            return report.note(
                code,
                Outcome::NotEvaluated,
                Note::RulesetUnknown,
                &[&violation.args.join(" ")],
            );
        }
        let args: [&dyn std::fmt::Display; 3] =
            [index, &violation.rule().code(), &violation.message(Lang::En)];
        return report.failed(code, Note::RuleBroken, &args);
    }
    if let Some(key) = &outcome.different {
        return report.failed(code, Note::RecordNotDerived, &[&name(key)]);
    }
    match (outcome.applied, outcome.passed_over) {
        (0, _) => report.note(code, Outcome::NotChecked, Note::RulesNothing, &[]),
        (applied, 0) => report.passed(code, Note::RulesHeld, &[&applied, &outcome.matching]),
        (applied, over) => report.passed(code, Note::RulesHeldInPart, &[&applied, &outcome.matching, &over]),
    }
}

/// Masses by the records alone: each balances, and nobody passed on less than others took from him.
fn check_mass(reading: &Reading, report: &mut Report) {
    let mut taken: BTreeMap<RecordKey, u64> = BTreeMap::new();
    let mut balances: BTreeMap<RecordKey, MassBalance> = BTreeMap::new();
    let mut broken = None;
    let mut take = |from: RecordKey, mass: u64| {
        let total = taken.entry(from).or_default();
        *total = total.saturating_add(mass);
    };
    for (key, (record, _)) in &reading.records {
        match record.as_deref() {
            Some(Record::Item(item)) => {
                balances.insert(*key, item.mass);
                item.parents.iter().for_each(|parent| take(RecordKey::Item(parent.item), parent.mass.get()));
                if let Some(work) = item.work {
                    take(RecordKey::WorkOrder(work), item.mass.entered.get());
                }
            }
            Some(Record::WorkOrder(work)) => {
                balances.insert(*key, work.mass);
                let mut inputs: u64 = 0;
                for input in &work.inputs {
                    inputs = inputs.saturating_add(input.mass.get());
                    take(RecordKey::Item(input.item), input.mass.get());
                }
                if inputs != work.mass.entered.get() {
                    broken.get_or_insert((
                        *key,
                        format!("{inputs} mg went in, {} mg are booked", work.mass.entered.get()),
                    ));
                }
            }
            _ => {}
        }
    }
    for (key, mass) in &balances {
        // Each mass is below 2^53, so the sums fit.
        let there = mass.entered.get() + mass.gained.get();
        let gone = mass.lost.get() + mass.passed_on.get() + mass.left.get();
        if there != gone {
            broken.get_or_insert((*key, format!("{there} mg there, {gone} mg accounted for")));
        }
        if let Some(taken) = taken.get(key).filter(|taken| **taken > mass.passed_on.get()) {
            broken.get_or_insert((
                *key,
                format!("{taken} mg were taken of it, {} mg passed on", mass.passed_on.get()),
            ));
        }
    }
    match broken {
        Some((key, text)) => report.failed(CheckCode::Mass, Note::MassNotBalanced, &[&name(&key), &text]),
        None => report.passed(CheckCode::Mass, Note::MassBalanced, &[&balances.len()]),
    }
}

fn check_disclosures(reading: &mut Reading, ledger: &Ledger, report: &mut Report) {
    let mut opened = Vec::new();
    let by_id: BTreeMap<StatementId, (LogIndex, &Statement)> =
        reading.statements.iter().map(|(index, statement)| (statement.id(), (*index, statement))).collect();
    for disclosure in &reading.file.disclosures {
        match open(&by_id, ledger, disclosure) {
            Ok(field) => opened.push(field),
            Err(error) => {
                return report.failed(
                    CheckCode::Disclosures,
                    Note::DisclosureFalse,
                    &[&disclosure.path, &error],
                );
            }
        }
    }
    if opened.is_empty() {
        let sealed: usize = reading
            .statements
            .iter()
            .filter_map(|(_, statement)| decode_payload(statement.payload()).ok())
            .map(|(_, events)| events.iter().map(count_sealed).sum::<usize>())
            .sum();
        report.note(CheckCode::Disclosures, Outcome::NotChecked, Note::DisclosuresNone, &[&sealed]);
    } else {
        report.passed(CheckCode::Disclosures, Note::DisclosuresMatch, &[&opened.len()]);
    }
    reading.opened = opened;
}

fn count_sealed(json: &Json) -> usize {
    match json {
        Json::Obj(fields) => match fields.as_slice() {
            [(name, Json::Str(_))] if name == "sealed" => 1,
            _ => fields.iter().map(|(_, value)| count_sealed(value)).sum(),
        },
        Json::Arr(list) => list.iter().map(count_sealed).sum(),
        _ => 0,
    }
}

fn open(
    by_id: &BTreeMap<StatementId, (LogIndex, &Statement)>,
    ledger: &Ledger,
    disclosure: &Disclosure,
) -> Result<Opened, String> {
    let statement = by_id.get(&disclosure.statement);
    let (index, statement) = statement.ok_or("it is about a statement that is not in the file")?;
    let payload = Json::parse(statement.payload()).map_err(|error| error.to_string())?;
    let field = walk(&payload, &disclosure.path).and_then(|field| field.get("sealed")).and_then(Json::as_str);
    let sealed = field.and_then(|text| text.parse().ok()).ok_or("there is no sealed field at that place")?;
    disclosure.check(&ledger.origin, &sealed).map_err(|error| error.to_string())?;
    Ok(Opened { index: index.0, path: disclosure.path.clone(), value: disclosure.value.write() })
}

/// The value at a path such as `events[0].supplier`.
fn walk<'j>(json: &'j Json, path: &str) -> Option<&'j Json> {
    path.split('.').try_fold(json, |json, step| {
        let mut parts = step.split('[');
        let mut json = json.get(parts.next()?)?;
        for part in parts {
            let at: usize = part.strip_suffix(']')?.parse().ok()?;
            json = json.as_array()?.get(at)?;
        }
        Some(json)
    })
}

fn check_complete(reading: &Reading, outcome: &PolicyOutcome, report: &mut Report) {
    let seal = reading.file.seal;
    if outcome.audited() {
        report.passed(
            CheckCode::Complete,
            Note::Audited,
            &[&reading.signed.checkpoint().size().saturating_sub(1)],
        );
    } else {
        report.note(CheckCode::Complete, Outcome::NotChecked, Note::OperatorOnly, &[]);
    }
    let later = reading.statements.iter().filter(|(index, _)| *index > seal).count();
    let more = reading.signed.checkpoint().size().saturating_sub(seal.0).saturating_sub(1);
    if later > 0 {
        report.note(CheckCode::Later, Outcome::NotChecked, Note::LaterIncluded, &[&seal, &later]);
    } else if more > 0 {
        report.note(CheckCode::Later, Outcome::NotChecked, Note::NothingLater, &[&seal, &more]);
    }
}

/// What to call a record in a message.
fn name(key: &RecordKey) -> String {
    match key {
        RecordKey::Item(id) => id.to_string(),
        RecordKey::WorkOrder(id) => id.to_string(),
        RecordKey::Participant(id) => id.to_string(),
        RecordKey::Tag(code) => code.to_string(),
        RecordKey::Key(id) => format!("key {id}"),
        other => format!("{other:?}"),
    }
}

fn facts(reading: &Reading, ledger: &Ledger, seal: &LedgerSealed) -> Option<Facts> {
    let (Some(record), _) = reading.records.get(&RecordKey::Item(reading.file.item))? else { return None };
    let Record::Item(item) = &**record else { return None };
    let party = |id| Party { id: format!("{id}"), name: plain_name(reading, id) };
    Some(Facts {
        item: reading.file.item.to_string(),
        tag: item.tag.map(|tag| tag.to_string()),
        origin: ledger.origin.clone(),
        ledger: ledger.id.clone(),
        sealed_entries: seal.size,
        sealed_at: seal.at.to_string(),
        state: item.state,
        species: item.claims.species,
        variety: item.claims.variety,
        nature: item.claims.nature,
        form: item.form,
        mass: Balance { entered_mg: item.mass.entered, left_mg: item.mass.left },
        count: item.count.map(|count| count.left),
        origins: item.claims.origins.iter().map(|origin| (origin.country, origin.share.get())).collect(),
        origin_evidence: item.claims.origin_evidence,
        model: item.claims.model,
        treatments: claims(item),
        maker: item.maker.map(party),
        custodian: party(item.custodian),
        owner: item.owner.map(party),
        certificates: item
            .certificates
            .iter()
            .map(|c| (c.issuer_code.clone(), c.number.clone(), c.bound))
            .collect(),
        warnings: warnings(reading),
        ancestors: ancestry(reading).iter().skip(1).map(name).collect(),
        timeline: timeline(reading),
        opened: reading.opened.clone(),
    })
}

fn claims(item: &Item) -> Vec<Claim> {
    let states = item.claims.treatments.iter();
    states.map(|s| Claim { treatment: s.treatment, finding: s.finding, evidence: s.evidence }).collect()
}

fn plain_name(reading: &Reading, id: crate::id::ParticipantId) -> String {
    let Some((Some(record), _)) = reading.records.get(&RecordKey::Participant(id)) else {
        return String::new();
    };
    let Record::Participant(participant) = &**record else { return String::new() };
    let json = Json::parse(participant.name.as_bytes()).ok();
    json.as_ref().and_then(Json::as_str).unwrap_or_default().to_owned()
}

/// The warnings on the item and on what it was made of, and keys that fell under suspicion.
fn warnings(reading: &Reading) -> Vec<String> {
    let mut all = Vec::new();
    for (key, (record, _)) in &reading.records {
        let kept = match record.as_deref() {
            Some(Record::Item(item)) => &item.warnings,
            Some(Record::WorkOrder(work)) => &work.warnings,
            Some(Record::Key(record)) => {
                if let Some(since) = record.suspect_since {
                    all.push(format!("{}: suspect since entry {since}", name(key)));
                }
                continue;
            }
            _ => continue,
        };
        for warning in kept {
            let message =
                Reason::of_code(&warning.reason).map(|reason| reason.message(Lang::En, &warning.args));
            all.push(format!(
                "{} [{}] {}",
                name(key),
                warning.at.index,
                message.unwrap_or_else(|| warning.reason.clone())
            ));
        }
    }
    all
}

/// The item, and the items and jobs behind it as far as they are in the file, nearest first.
fn ancestry(reading: &Reading) -> Vec<RecordKey> {
    let mut line = vec![RecordKey::Item(reading.file.item)];
    let mut seen: BTreeSet<RecordKey> = line.iter().copied().collect();
    let mut at = 0;
    while let Some(key) = line.get(at).copied() {
        at += 1;
        let Some((Some(record), _)) = reading.records.get(&key) else { continue };
        let next: Vec<RecordKey> = match &**record {
            Record::Item(item) => {
                let parents = item.parents.iter().map(|parent| RecordKey::Item(parent.item));
                parents.chain(item.work.map(RecordKey::WorkOrder)).collect()
            }
            Record::WorkOrder(work) => work.inputs.iter().map(|input| RecordKey::Item(input.item)).collect(),
            _ => Vec::new(),
        };
        line.extend(next.into_iter().filter(|key| seen.insert(*key)));
    }
    line
}

fn timeline(reading: &Reading) -> Vec<Happening> {
    let mut about: BTreeMap<(LogIndex, u16), Vec<String>> = BTreeMap::new();
    for (key, (_, events)) in &reading.records {
        if matches!(key, RecordKey::Item(_) | RecordKey::WorkOrder(_) | RecordKey::Tag(_)) {
            for event in events {
                about.entry((event.index, event.event)).or_default().push(name(key));
            }
        }
    }
    let mut timeline = Vec::new();
    for (index, verified) in &reading.verified {
        let issuer = verified.header().issuer;
        if issuer == Issuer::Ledger {
            continue;
        }
        let by = match issuer {
            Issuer::Participant(id) => Party { id: id.to_string(), name: plain_name(reading, id) },
            other => Party { id: other.to_string(), name: String::new() },
        };
        for (number, event) in verified.events().iter().enumerate() {
            let number = u16::try_from(number).unwrap_or(u16::MAX);
            let touched = about.remove(&(*index, number));
            if touched.is_none() && *index <= reading.file.seal {
                continue;
            }
            timeline.push(Happening {
                index: index.0,
                event: number,
                kind: event.event_type(),
                at: event.at().to_string(),
                by: by.clone(),
                about: touched.unwrap_or_default(),
            });
        }
    }
    timeline
}

impl From<Check> for Report {
    fn from(check: Check) -> Self {
        Self { checks: vec![check], facts: None }
    }
}
