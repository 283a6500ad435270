//! What somebody who holds the piece in his hand must read before anything else: that it is missing, held, disputed or
//! recalled now, or that something it was made of is held, disputed or recalled. Ended ones are in the timeline.
//!
//! Nothing here judges who is right.

use lode_ledger::id::ParticipantId;
use lode_ledger::record::{Item, Record, RecordKey, Standing};

use super::ancestry::{Ancestor, Ancestry};
use super::market;
use super::source::Reader;
use super::text::Texts;

/// One sentence for each, the item's own first.
pub(super) fn alerts(reader: &Reader<'_>, item: &Item, ancestry: &Ancestry, texts: Texts) -> Vec<String> {
    let mut alerts = Vec::new();
    if let Some(missing) = item.standing().missing {
        let how = missing.how.words().of(texts.0.lang());
        let since = market::missing_since(reader, missing.reported, texts).unwrap_or_default();
        alerts.push(format!("{}{how} · {since}", texts.reported_missing()));
    }
    alerts.extend(disputed_or_held(reader, &item.standing(), texts));
    // What left a lot before the rest of it went missing is not missing, so this is asked of the item alone.
    for (ancestor, _) in &ancestry.behind {
        let (id, all) = match ancestor {
            Ancestor::Item(id, made_of) => {
                (id.to_string(), disputed_or_held(reader, &made_of.standing(), texts))
            }
            Ancestor::Work(id, job) => (id.to_string(), disputed_or_held(reader, &job.standing(), texts)),
        };
        alerts.extend(all.into_iter().map(|text| format!("{} {id} · {text}", texts.made_of_alert())));
    }
    alerts
}

fn disputed_or_held(reader: &Reader<'_>, standing: &Standing, texts: Texts) -> Vec<String> {
    let lang = texts.0.lang();
    let mut alerts = Vec::new();
    let said =
        |what: &str, why: &str, by: &ParticipantId| format!("{what}{why} · {}", reader.name(by, texts));
    for id in &standing.recalls {
        if let Some(Record::Recall(recall)) = reader.record(&RecordKey::Recall(*id)).as_deref() {
            alerts.push(said(texts.recalled(), recall.reason.name(lang), &recall.by));
        }
    }
    for id in standing.title_disputes.iter().chain(&standing.other_disputes) {
        if let Some(Record::Dispute(dispute)) = reader.record(&RecordKey::Dispute(*id)).as_deref() {
            alerts.push(said(texts.disputed(), dispute.kind.name(lang), &dispute.by));
        }
    }
    for id in &standing.holds {
        if let Some(Record::Hold(hold)) = reader.record(&RecordKey::Hold(*id)).as_deref() {
            alerts.push(said(texts.held(), hold.reason.name(lang), &hold.by));
        }
    }
    alerts
}
