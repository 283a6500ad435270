//! Checking a proof file against a trust file, with nothing else: no network, no clock.
//!
//! Each check is named and rests on those before it. Where one fails that others rest on, those are not checked, and
//! the report says so. Who signed what is in `authors`, rules and masses and opened fields in `content`, what the
//! record says in `story`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::apply;
use crate::event::Event;
use crate::event::body::LedgerSealed;
use crate::hash::Hash;
use crate::id::LogIndex;
use crate::record::{Ledger, Record, RecordKey};
use crate::statemap::MapProof;
use crate::statement::{Issuer, Statement, Verified, decode_payload};
use crate::tlog::multiproof;
use crate::tlog::policy::{CosignatureState, LogOutcome, Requirement};
use crate::tlog::{Policy, PolicyOutcome, SignedCheckpoint, leaf_hash};
use crate::verdict::{CheckCode, Note, Opened, Outcome, Report};

use super::authors::{check_history, check_signatures};
use super::content::{check_disclosures, check_mass, check_rules};
use super::file::{ProofFile, read_key};
use super::rerun::Records;
use super::story::facts;

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
pub(super) struct Reading {
    pub(super) file: ProofFile,
    pub(super) signed: SignedCheckpoint,
    pub(super) statements: Vec<(LogIndex, Statement)>,
    pub(super) records: Records,
    pub(super) verified: BTreeMap<LogIndex, Verified>,
    pub(super) opened: Vec<Opened>,
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
