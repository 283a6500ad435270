//! Who signed the statements of a proof file, and whether all that touched its records is there.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::Event;
use crate::id::{LogIndex, StatementId};
use crate::key::{KeyId, PublicKey};
use crate::record::{History, Ledger, Record, RecordKey};
use crate::statement::{Issuer, Statement};
use crate::verdict::{CheckCode, Note, Outcome, Report};

use super::story::{ancestry, name};
use super::verify::Reading;

pub(super) fn check_signatures(reading: &mut Reading, ledger: &Ledger, report: &mut Report) -> bool {
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
                    let owner = match event {
                        Event::ClaimRedeemed(body) => Some(body.owner_key),
                        Event::OwnerTransferred(body) => body.owner_key,
                        _ => None,
                    };
                    enrolled.extend(owner.map(|key| (key.thumbprint(), key)));
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
        Issuer::Tag(code) => match record(reading, &RecordKey::Tag(code)) {
            Some(Record::Tag(tag)) => {
                let key = crate::apply::claim_key_of(tag, statement);
                key.filter(|key| key.thumbprint() == id).ok_or_else(unknown)
            }
            _ => Err(unknown()),
        },
        Issuer::Owner(_) => match record(reading, &RecordKey::OwnerKey(id)) {
            Some(Record::OwnerKey(owner)) => Ok(owner.key),
            _ if index > reading.file.seal => enrolled.get(&id).copied().ok_or_else(unknown),
            _ => Err(unknown()),
        },
    }
}

/// The list of each record's events leads to the head that the sealed record has, so nothing is left out of it.
pub(super) fn check_history(reading: &Reading, report: &mut Report) -> bool {
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

/// A record of the file.
fn record<'a>(reading: &'a Reading, key: &RecordKey) -> Option<&'a Record> {
    reading.records.get(key)?.0.as_deref()
}

fn is_present(reading: &Reading, key: &RecordKey) -> bool {
    matches!(reading.records.get(key), Some((Some(_), _)))
}
