//! "What is not known or not checked": what an honest page says beside its answers.

use lode_ledger::id::ItemKind;
use lode_ledger::record::Item;
use lode_ledger::vocab::EvidenceLevel;

use super::answers::{Known, speaks_of_it};

/// The list for one item. It is never empty.
#[must_use]
pub(super) fn gaps(known: &Known<'_>, has_photo: bool) -> Vec<&'static str> {
    let (texts, item) = (known.texts, known.item);
    let mut gaps = vec![texts.gap_identity(), texts.gap_truth(), texts.gap_treatment()];
    if item.certificates.iter().any(speaks_of_it) {
        gaps.push(texts.gap_lab_text());
    } else if known.id.kind() == ItemKind::Piece && !is_examined(item) {
        gaps.push(texts.gap_lab());
    }
    if item.claims.origin_evidence.rank() < EvidenceLevel::COUNTER_SIGNED.rank() {
        gaps.push(texts.gap_origin());
    }
    if known.mines().is_empty() {
        gaps.push(texts.gap_mine());
    }
    if known.lacks_clearance() {
        gaps.push(texts.gap_customs());
    }
    if !has_photo {
        gaps.push(texts.gap_photo());
    }
    let lots = known.ancestry.roots().map(|(_, lot)| lot).chain(std::iter::once(item));
    if lots.into_iter().any(|lot| lot.details.iter().any(|detail| detail.value.contains("{\"sealed\":"))) {
        gaps.push(texts.gap_sealed());
    }
    if item.tag.is_some() {
        gaps.push(texts.gap_hidden_code());
    }
    gaps.push(texts.gap_audit());
    gaps.push(texts.gap_price());
    gaps
}

/// Whether somebody entitled has looked at the item itself.
fn is_examined(item: &Item) -> bool {
    item.examined.as_ref().is_some_and(|examined| !examined.inspections.is_empty())
}
