//! What the records of a proof file say of the item: no check, only reading.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::body::LedgerSealed;
use crate::id::LogIndex;
use crate::json::Json;
use crate::record::{Item, Ledger, Record, RecordKey};
use crate::statement::Issuer;
use crate::verdict::{Balance, Certificate, Claim, Facts, Happening, Party};
use crate::words::{Phrase, words};

use super::verify::Reading;

/// What to call a record in a message.
pub(super) fn name(key: &RecordKey) -> String {
    match key {
        RecordKey::Item(id) => id.to_string(),
        RecordKey::WorkOrder(id) => id.to_string(),
        RecordKey::Participant(id) => id.to_string(),
        RecordKey::Tag(code) => code.to_string(),
        RecordKey::Key(id) => format!("key {id}"),
        RecordKey::Sale(id) => id.to_string(),
        RecordKey::Hold(id) => id.to_string(),
        RecordKey::Dispute(id) => id.to_string(),
        RecordKey::Recall(id) => id.to_string(),
        RecordKey::Certificate(id) => format!("certificate record {id}"),
        other => format!("{other:?}"),
    }
}

pub(super) fn facts(reading: &Reading, ledger: &Ledger, seal: &LedgerSealed) -> Option<Facts> {
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
        certificates: certificates(item),
        warnings: warnings(reading),
        not_kept: not_kept(reading),
        ancestors: ancestry(reading).iter().skip(1).map(name).collect(),
        timeline: timeline(reading),
        opened: reading.opened.clone(),
    })
}

fn certificates(item: &Item) -> Vec<Certificate> {
    let links = item.certificates.iter();
    let told = links.map(|link| Certificate {
        issuer: link.issuer_code.clone(),
        number: link.number.clone(),
        bound: link.bound,
        before_recut: link.void.is_some(),
        reissued_as: link.reissued_as.clone(),
    });
    told.collect()
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
fn warnings(reading: &Reading) -> Vec<Phrase> {
    let mut all = Vec::new();
    for (key, (record, _)) in &reading.records {
        let kept = match record.as_deref() {
            Some(Record::Item(item)) => &item.warnings,
            Some(Record::WorkOrder(work)) => &work.warnings,
            Some(Record::Key(record)) => {
                if let Some(since) = record.suspect_since {
                    let suspect = words(
                        "key {0}: suspect since entry {1}",
                        "密钥 {0}：自第 {1} 条起可疑",
                        "chave {0}: suspeita desde a entrada {1}",
                    );
                    all.push(suspect.with(record.key.thumbprint()).with(since));
                }
                continue;
            }
            _ => continue,
        };
        for warning in kept {
            let said = words("{0} [{1}] {2}", "{0} [{1}] {2}", "{0} [{1}] {2}")
                .with(name(key))
                .with(warning.at.index);
            all.push(match warning.phrase() {
                Some(phrase) => said.saying(phrase),
                None => said.with(&warning.reason),
            });
        }
    }
    all
}

/// What the records of goods and jobs had no room for.
fn not_kept(reading: &Reading) -> u64 {
    let counts = reading.records.values().map(|(record, _)| match record.as_deref() {
        Some(Record::Item(item)) => u64::from(item.not_kept),
        Some(Record::WorkOrder(work)) => u64::from(work.not_kept),
        _ => 0,
    });
    counts.sum()
}

/// The item, and the items and jobs behind it as far as they are in the file, nearest first.
pub(super) fn ancestry(reading: &Reading) -> Vec<RecordKey> {
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
