//! Treatments said and done (rules L1, L5): applied never disappears; only a lab says what a lab finds.

use crate::event::body::{TreatmentApplied, TreatmentDeclared, TreatmentStatement};
use crate::id::{ItemId, ItemKind};
use crate::mass::Milligrams;
use crate::record::{Item, Parentage, RecordKey, TreatmentState};
use crate::violation::{Reason, Violation};
use crate::vocab::{Code, EvidenceLevel, Finding};
use crate::words::words;

use super::balance::{check_total_gain, positive};
use super::claims::{find, is_applied, mark_applied, set};
use super::context::{Context, Purpose, refuse_twice, warn_item};
use super::document_use::note_use;
use super::evidence::{existing, looks_as_lab};
use super::lots::{is_of_lab, keep_documents};
use super::work::{job_in_hand, one_of_two};

/// Treatments that leave something in or on the goods; no other adds mass (rule M5).
const ADDING: [&str; 8] = ["coat", "dye", "fill", "glass_fill", "glue", "impregnate", "oil", "wax"];

pub(super) fn treatment_declared(
    context: &mut Context<'_>,
    body: &TreatmentDeclared,
) -> Result<(), Violation> {
    refuse_twice(body.treatments.iter().map(|statement| statement.treatment), "treatments")?;
    let mut item = existing(context, &body.item).map_err(|violation| violation.field("item"))?;
    let by_lab = looks_as_lab(context, &item)?;
    // A lab finds what it finds on anybody's goods; what a holder says, only the holder says.
    let speaks_as_lab = by_lab && body.treatments.iter().all(|statement| is_of_lab(statement.finding));
    if !speaks_as_lab {
        context.check_keeps(&body.item, &item).map_err(|violation| violation.field("item"))?;
    }
    context.build_on_item(&mut item)?;
    let documented =
        if body.documents.is_empty() { EvidenceLevel::SELF_DECLARED } else { EvidenceLevel::DOCUMENT };
    for (n, statement) in body.treatments.iter().enumerate() {
        if is_of_lab(statement.finding) && !by_lab {
            let field = format!("treatments[{n}].finding");
            return Err(Violation::new(Reason::LabOnly).saying(statement.finding).field(field));
        }
        one_stone_in_part(context, &body.item, &item, statement)
            .map_err(|violation| violation.field(format!("treatments[{n}].finding")))?;
        let evidence =
            if is_of_lab(statement.finding) { EvidenceLevel::LAB_OR_INSPECTOR } else { documented };
        learn(context, &mut item, statement, evidence)
            .map_err(|violation| violation.field(format!("treatments[{n}].finding")))?;
    }
    keep_documents(&mut item.documents, &mut item.not_kept, &body.documents);
    context.put_item(body.item, item);
    let author = context.author()?;
    note_use(context, Parentage::Item(body.item), author, &body.documents);
    Ok(())
}

/// Rule L1: one stone is treated or it is not; "in part" is said of many, or of what was assembled of several.
pub(super) fn one_stone_in_part(
    context: &Context<'_>,
    id: &ItemId,
    item: &Item,
    statement: &TreatmentStatement,
) -> Result<(), Violation> {
    let one_stone = id.kind() == ItemKind::Piece && item.assembly.is_none();
    // What a piece was made of may have been treated in part, and may be said again.
    let known = find(&item.claims, statement.treatment).map(|known| known.finding);
    if context.ruleset() >= 2
        && statement.finding == Finding::APPLIED_IN_PART
        && one_stone
        && known != Some(Finding::APPLIED_IN_PART)
    {
        return Err(Violation::new(Reason::InPartOfPiece).saying(statement.treatment));
    }
    Ok(())
}

/// Takes a statement on a treatment in, without losing what is known already.
pub(super) fn learn(
    context: &Context<'_>,
    item: &mut Item,
    statement: &TreatmentStatement,
    evidence: Code<EvidenceLevel>,
) -> Result<(), Violation> {
    let known = find(&item.claims, statement.treatment).copied();
    let before = known.map_or(Finding::NOT_STATED, |state| state.finding);
    let said = statement.finding;
    let undone =
        |to: Code<Finding>| Violation::new(Reason::TreatmentUndone).saying(statement.treatment).saying(to);
    if said == Finding::NOT_STATED {
        return if before == Finding::NOT_STATED { Ok(()) } else { Err(undone(said)) };
    }
    let in_part_only = before == Finding::DECLARED_APPLIED && said == Finding::APPLIED_IN_PART;
    if in_part_only || (is_applied(before) && !is_applied(said)) {
        if !is_of_lab(said) {
            return Err(undone(said));
        }
        // The lab found nothing of what was declared as applied: both stand, and it shows.
        warn_item(item, context, Reason::LabDisagrees, [statement.treatment.to_string()]);
        return Ok(());
    }
    if before == Finding::LAB_DETECTED
        || (before == Finding::LAB_NONE_DETECTED && said == Finding::DECLARED_NONE)
    {
        return Ok(());
    }
    if before == Finding::DECLARED_NONE && said == Finding::LAB_DETECTED {
        warn_item(item, context, Reason::LabDisagrees, [statement.treatment.to_string()]);
    }
    // Said again without a document, it is as well known as before.
    let evidence = match known {
        Some(known) if known.finding == said => known.evidence.higher(evidence),
        _ => evidence,
    };
    set(&mut item.claims, TreatmentState { treatment: statement.treatment, finding: said, evidence });
    Ok(())
}

pub(super) fn treatment_applied(context: &mut Context<'_>, body: &TreatmentApplied) -> Result<(), Violation> {
    let added = body.added_mg.map(|mass| positive(mass, "added_mg")).transpose()?;
    if added.is_some() != body.left_mg.is_some() {
        let text = words(
            "mass that is added is stated with what there is afterwards",
            "填写增加的质量时，须同时填写之后的质量",
            "a massa acrescentada é informada com a que há depois",
        );
        return Err(Violation::new(Reason::FieldsDisagree).saying(text).field("left_mg"));
    }
    if let Some(added) = added
        && !ADDING.contains(&body.treatment.as_str())
    {
        return Err(Violation::new(Reason::MassFromNowhere).with(added).field("added_mg"));
    }
    match (&body.item, &body.work) {
        (Some(id), None) => {
            let mut item = context.item_in_hand(id).map_err(|violation| violation.field("item"))?;
            context.build_on_item(&mut item)?;
            if let (Some(added), Some(left)) = (added, body.left_mg) {
                check_total_gain(&item.mass, item.foreign, added, Milligrams::ZERO, context.policy()?)
                    .map_err(|violation| violation.field("added_mg"))?;
                item.mass.gain(added)?;
                item.mass.check_left(left, "left_mg")?;
            }
            mark_applied(&mut item.claims, body.treatment);
            context.put_item(*id, item);
        }
        (None, Some(id)) => {
            let mut work = job_in_hand(context, id, Purpose::Change)?;
            context.build_on_work(&mut work)?;
            if let (Some(added), Some(left)) = (added, body.left_mg) {
                check_total_gain(&work.mass, None, added, Milligrams::ZERO, context.policy()?)
                    .map_err(|violation| violation.field("added_mg"))?;
                work.mass.gain(added)?;
                work.mass.check_left(left, "left_mg")?;
            }
            mark_applied(&mut work.claims, body.treatment);
            context.put(RecordKey::WorkOrder(*id), work);
        }
        _ => return Err(one_of_two("item")),
    }
    Ok(())
}
