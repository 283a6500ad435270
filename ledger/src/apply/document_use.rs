//! The same paper on unrelated goods (rule U3). Only public documents can be compared: a private one has a hash of its
//! own wherever it is used.
//!
//! Related are: what one statement says; a thing and what it was made of or yielded by; and lots of one participant,
//! as one invoice covers many, except by a photo, which shows one thing.

use std::collections::BTreeSet;

use crate::event::body::DocumentRef;
use crate::id::{ItemKind, ParticipantId};
use crate::record::{DocumentUse, MAX_USES, Parentage, Record, RecordKey, Use};
use crate::violation::Reason;

use super::context::{Context, Warnings};

/// Notes that documents were put on a thing, and warns on it and on the unrelated thing that had one before.
pub(super) fn note_use(
    context: &mut Context<'_>,
    on: Parentage,
    by: ParticipantId,
    documents: &[DocumentRef],
) {
    if context.ruleset() < 2 {
        return;
    }
    let mut seen = BTreeSet::new();
    for document in documents.iter().filter(|document| document.public) {
        if !seen.insert(document.sha256) {
            continue;
        }
        let key = RecordKey::DocumentUse(document.sha256);
        let mut known = match context.record(&key).as_deref() {
            Some(Record::DocumentUse(known)) => known.clone(),
            _ => DocumentUse::default(),
        };
        if known.uses.iter().any(|earlier| earlier.on == on) {
            continue;
        }
        let present = Use { on, by, at: context.event_ref() };
        let photo = document.kind.as_str() == "photo";
        let other =
            known.uses.iter().find(|earlier| !are_related(context, earlier, &present, photo)).copied();
        if let Some(other) = other {
            let hash = document.sha256.to_string();
            warn(context, on, [hash.clone(), text(other.on)]);
            warn(context, other.on, [hash, text(on)]);
        }
        if known.uses.len() < MAX_USES {
            known.uses.push(present);
        } else {
            known.not_kept = known.not_kept.saturating_add(1);
        }
        context.put(key, known);
    }
}

fn text(thing: Parentage) -> String {
    match thing {
        Parentage::Item(id) => id.to_string(),
        Parentage::Work(id) => id.to_string(),
    }
}

fn are_related(context: &Context<'_>, a: &Use, b: &Use, photo: bool) -> bool {
    let is_lot = |thing| matches!(thing, Parentage::Item(id) if id.kind() == ItemKind::Lot);
    a.at.index == b.at.index
        || (!photo && a.by == b.by && is_lot(a.on) && is_lot(b.on))
        || comes_from(context, a.on, b.on)
        || comes_from(context, b.on, a.on)
        || (work_of(context, a.on).is_some() && work_of(context, a.on) == work_of(context, b.on))
}

/// Whether one thing was made of the other, directly.
fn comes_from(context: &Context<'_>, child: Parentage, parent: Parentage) -> bool {
    match (context.record(&child.key()).as_deref(), parent) {
        (Some(Record::Item(item)), Parentage::Item(id)) => item.parents.iter().any(|known| known.item == id),
        (Some(Record::Item(item)), Parentage::Work(id)) => item.work == Some(id),
        (Some(Record::WorkOrder(work)), Parentage::Item(id)) => {
            work.inputs.iter().any(|known| known.item == id)
        }
        _ => false,
    }
}

fn work_of(context: &Context<'_>, thing: Parentage) -> Option<crate::id::WorkOrderId> {
    match context.record(&thing.key()).as_deref() {
        Some(Record::Item(item)) => item.work,
        _ => None,
    }
}

fn warn(context: &mut Context<'_>, on: Parentage, args: [String; 2]) {
    let reason = Reason::DocumentReused;
    match (context.record(&on.key()).as_deref().cloned(), on) {
        (Some(Record::Item(mut item)), Parentage::Item(id)) => {
            let mut warnings = Warnings { kept: &mut item.warnings, not_kept: &mut item.not_kept };
            warnings.add(context, reason, args);
            context.put_item(id, item);
        }
        (Some(Record::WorkOrder(mut work)), Parentage::Work(id)) => {
            let mut warnings = Warnings { kept: &mut work.warnings, not_kept: &mut work.not_kept };
            warnings.add(context, reason, args);
            context.put(RecordKey::WorkOrder(id), work);
        }
        _ => {}
    }
}
