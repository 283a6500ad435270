//! Jobs: items go in, steps are logged, items come out; the mass in between is the job's (rules M1 to M3, M6, M7).

use crate::event::body::{OutputKind, StepLogged, WorkCompleted, WorkOutput, WorkStarted};
use crate::event::shape::{Shape, Text};
use crate::id::WorkOrderId;
use crate::mass::Milligrams;
use crate::record::{History, Item, MassBalance, Parentage, Record, RecordKey, WorkOrder};
use crate::violation::{Reason, Violation};
use crate::vocab::{Code, GainReason, Step};
use crate::words::words;

use super::balance::{Differences, add, positive};
use super::claims::mark_applied;
use super::context::{Context, Purpose, Warnings, refuse_twice};
use super::document_use::note_use;
use super::lots::{Created, details, keep_documents, keep_records, parents_of};
use super::material::take_inputs;
use super::protected::check_name;

pub(super) fn work_started(context: &mut Context<'_>, body: &WorkStarted) -> Result<(), Violation> {
    refuse_twice(body.crew.iter().copied(), "crew")?;
    if !body.crew.is_empty() && context.ruleset() < 2 {
        return Err(Violation::new(Reason::RulesetOlder).with("crew").with(2).with(1).field("crew"));
    }
    for (n, member) in body.crew.iter().enumerate() {
        context.participant(member).map_err(|violation| violation.field(format!("crew[{n}]")))?;
    }
    let id = WorkOrderId::derive(&context.origin, &context.issuer, &body.nonce, 0);
    let key = RecordKey::WorkOrder(id);
    let taken = take_inputs(context, &body.inputs, Parentage::Work(id))?;
    let created = context.event_ref();
    let studio = context.author()?;
    context.create(
        key,
        id,
        WorkOrder {
            history: History::default(),
            created,
            studio,
            owner: taken.owner,
            process: body.process,
            claims: taken.claims,
            mass: MassBalance::of(taken.mass),
            inputs: parents_of(&body.inputs),
            outputs: 0,
            steps: 0,
            latest: taken.latest,
            warnings: Vec::new(),
            documents: Vec::new(),
            not_kept: 0,
            makings: None,
            contradictions: None,
            voided: None,
            crew: (!body.crew.is_empty()).then(|| body.crew.0.clone()),
            paused: None,
            offer: None,
            before: None,
            standing: None,
            by_products: None,
            title: body.title.as_ref().map(|title| title.to_json().write()),
        },
    )?;
    for input in body.inputs.iter() {
        context.link(RecordKey::Item(input.item), key, input.mass_mg);
    }
    Ok(())
}

/// The job, if the author does it, it is not finished, and it is not on its way to somebody else.
pub(super) fn job_of_studio(
    context: &Context<'_>,
    id: &WorkOrderId,
    purpose: Purpose,
) -> Result<WorkOrder, Violation> {
    let work = context.work_order(id).map_err(|violation| violation.field("work"))?;
    if work.studio != context.author()? {
        return Err(Violation::new(Reason::NotCustodian).with(id).with(work.studio).field("work"));
    }
    check_open(context, id, &work, purpose)?;
    Ok(work)
}

fn check_open(
    context: &Context<'_>,
    id: &WorkOrderId,
    work: &WorkOrder,
    purpose: Purpose,
) -> Result<(), Violation> {
    if work.mass.left.is_zero() {
        return Err(job_completed(id).field("work"));
    }
    context
        .check_job_not_offered(id, work)
        .and_then(|()| context.check_job_free(id, work, purpose))
        .map_err(|violation| violation.field("work"))
}

/// Of a job with nothing left in it.
pub(super) fn job_completed(id: &WorkOrderId) -> Violation {
    Violation::new(Reason::StateForbids).with(id).saying(words("completed", "已完工", "concluída"))
}

/// [`job_of_studio`], and the work goes on.
pub(super) fn job_in_hand(
    context: &Context<'_>,
    id: &WorkOrderId,
    purpose: Purpose,
) -> Result<WorkOrder, Violation> {
    let work = job_of_studio(context, id, purpose)?;
    check_going_on(id, &work)?;
    Ok(work)
}

fn check_going_on(id: &WorkOrderId, work: &WorkOrder) -> Result<(), Violation> {
    if work.paused.is_none() {
        return Ok(());
    }
    let violation = Violation::new(Reason::StateForbids).with(id);
    Err(violation.saying(words("paused", "已停工", "em pausa")).field("work"))
}

/// The job in which the author may log this step: its studio, and whoever it named. Only a paused job is resumed.
fn job_for_step(context: &Context<'_>, id: &WorkOrderId, step: Code<Step>) -> Result<WorkOrder, Violation> {
    let work = context.work_order(id).map_err(|violation| violation.field("work"))?;
    let author = context.author()?;
    if work.studio != author && !work.crew.iter().flatten().any(|member| *member == author) {
        return Err(Violation::new(Reason::NotCustodian).with(id).with(work.studio).field("work"));
    }
    check_open(context, id, &work, Purpose::Change)?;
    if step != Step::RESUME {
        check_going_on(id, &work)?;
    } else if work.paused.is_none() {
        let violation = Violation::new(Reason::StateForbids).with(id);
        return Err(violation.saying(words("not paused", "未停工", "sem pausa")).field("step"));
    }
    Ok(work)
}

pub(super) fn step_logged(context: &mut Context<'_>, body: &StepLogged) -> Result<(), Violation> {
    if let Some(mass) = body.mass_mg {
        positive(mass, "mass_mg")?;
    }
    let rests = body.step == Step::PAUSE || body.step == Step::RESUME;
    if rests && context.ruleset() < 2 {
        return Err(Violation::new(Reason::RulesetOlder).with(body.step).with(2).with(1).field("step"));
    }
    let author = context.author()?;
    match (&body.work, &body.item) {
        (None, Some(_)) if rests => {
            let text = words(
                "only a job is paused and resumed",
                "只有工单可以停工或复工",
                "só um trabalho é pausado e retomado",
            );
            return Err(Violation::new(Reason::FieldsDisagree).saying(text).field("step"));
        }
        (Some(id), None) => {
            let mut work = job_for_step(context, id, body.step)?;
            context.build_on_work(&mut work)?;
            if rests {
                work.paused = (body.step == Step::PAUSE).then(|| context.event_ref());
            }
            work.steps = work.steps.saturating_add(1);
            keep_documents(&mut work.documents, &mut work.not_kept, &body.photos);
            if let Some(treatment) = body.step.treatment() {
                mark_applied(&mut work.claims, treatment);
            }
            context.put(RecordKey::WorkOrder(*id), work);
            note_use(context, Parentage::Work(*id), author, &body.photos);
        }
        (None, Some(id)) => {
            let mut item = context.item_in_hand(id).map_err(|violation| violation.field("item"))?;
            context.build_on_item(&mut item)?;
            keep_documents(&mut item.documents, &mut item.not_kept, &body.photos);
            if let Some(treatment) = body.step.treatment() {
                mark_applied(&mut item.claims, treatment);
            }
            context.put_item(*id, item);
            note_use(context, Parentage::Item(*id), author, &body.photos);
        }
        _ => return Err(one_of_two("work")),
    }
    Ok(())
}

pub(super) fn one_of_two(field: &str) -> Violation {
    Violation::new(Reason::FieldsDisagree)
        .saying(words(
            "exactly one of item and work is named",
            "item 与 work 须且只能填一个",
            "informe exatamente um de item e work",
        ))
        .field(field)
}

pub(super) fn work_completed(context: &mut Context<'_>, body: &WorkCompleted) -> Result<(), Violation> {
    // A job that yields nothing destroys what is in it: what is recalled may end so.
    let purpose = if body.outputs.is_empty() { Purpose::Destroy } else { Purpose::Change };
    let mut work = job_in_hand(context, &body.work, purpose)?;
    check_yields_something(context, body)?;
    context.build_on_work(&mut work)?;
    account(context, &mut work, body)?;
    for (n, output) in body.outputs.iter().enumerate() {
        let mut item = yielded(context, &work, output, n)?;
        item.work = Some(body.work);
        item.details = details(&format!("outputs[{n}]."), output);
        let id = context.new_item(output.kind, &body.nonce, n);
        context.create(RecordKey::Item(id), id, item)?;
        note_use(context, Parentage::Item(id), work.studio, output.photo.as_slice());
        context.link(RecordKey::WorkOrder(body.work), RecordKey::Item(id), output.mass_mg);
        if output.kind == OutputKind::Lot && context.ruleset() >= 2 {
            work.by_products = Some(add(work.by_products.unwrap_or_default(), output.mass_mg)?);
        }
    }
    work.outputs = work.outputs.saturating_add(u32::try_from(body.outputs.len()).unwrap_or(u32::MAX));
    check_yield(context, &mut work)?;
    context.put(RecordKey::WorkOrder(body.work), work);
    Ok(())
}

/// A job that yields nothing, as the stone broke, ends with all of it lost. One that goes on yields something.
fn check_yields_something(context: &Context<'_>, body: &WorkCompleted) -> Result<(), Violation> {
    if !body.outputs.is_empty() {
        return Ok(());
    }
    if context.ruleset() < 2 {
        let violation = Violation::new(Reason::RulesetOlder).with("work.completed").with(2);
        return Err(violation.with(context.ruleset()).field("outputs"));
    }
    if body.left_mg.is_zero() {
        return Ok(());
    }
    let text = words(
        "a job that goes on yields something; one that ends with nothing has nothing left in it",
        "未结束的工单须有产出；无产出的完工须无剩余",
        "um trabalho que segue produz algo; um que termina sem nada não tem resto",
    );
    Err(Violation::new(Reason::FieldsDisagree).saying(text).field("outputs"))
}

/// Rule M2 for a job: what was in it and came in is what came out, was lost, and is left.
fn account(context: &Context<'_>, work: &mut WorkOrder, body: &WorkCompleted) -> Result<(), Violation> {
    let policy = context.policy()?;
    let none_known = Milligrams::ZERO;
    let mut differences = Differences::of(work.mass.entered, none_known, policy);
    for (n, gain) in body.gains.iter().enumerate() {
        let field = format!("gains[{n}]");
        let added = positive(gain.mass_mg, &field)?;
        // Only when all of the job has been weighed, so that no job gains twice.
        if gain.reason == GainReason::FOREIGN_MASS || !body.left_mg.is_zero() {
            // Foreign mass says what it is: treatment.applied states it with the treatment.
            return Err(Violation::new(Reason::MassFromNowhere).with(added).field(field));
        }
        differences.add(added, &field)?;
        work.mass.gain(added)?;
    }
    for (n, output) in body.outputs.iter().enumerate() {
        let field = format!("outputs[{n}].mass_mg");
        let mass = positive(output.mass_mg, &field)?;
        work.mass.pass_on(mass).map_err(|violation| violation.field(field))?;
    }
    let mut differences = Differences::of(work.mass.entered, none_known, policy);
    for (n, loss) in body.losses.iter().enumerate() {
        let field = format!("losses[{n}]");
        if loss.count.is_some() {
            return Err(Violation::new(Reason::CountMissing).field(field));
        }
        differences.check_loss(loss, &field)?;
        work.mass.lose(loss.mass_mg).map_err(|violation| violation.field(field))?;
    }
    work.mass.check_left(body.left_mg, "left_mg")
}

fn yielded(
    context: &Context<'_>,
    work: &WorkOrder,
    output: &WorkOutput,
    n: usize,
) -> Result<Item, Violation> {
    match (output.kind, output.count) {
        (OutputKind::Batch, Some(0)) => {
            return Err(Violation::new(Reason::NotPositive).field(format!("outputs[{n}].count")));
        }
        (OutputKind::Batch, Some(_)) | (OutputKind::Lot | OutputKind::Piece, None) => {}
        _ => return Err(Violation::new(Reason::CountMissing).field(format!("outputs[{n}].count"))),
    }
    check_name(context, output.name.as_ref().map(Text::as_str), &work.claims)
        .map_err(|violation| violation.field(format!("outputs[{n}].name")))?;
    let created = Created {
        kind: output.kind,
        form: output.form,
        claims: work.claims.clone(),
        mass: output.mass_mg,
        count: output.count,
    };
    let mut item = created.item(context, work.studio, work.owner);
    item.maker = Some(work.studio);
    item.latest = work.latest;
    // The photos of the work show how the thing was made; its own comes first.
    keep_documents(&mut item.documents, &mut item.not_kept, output.photo.as_slice());
    keep_records(&mut item.documents, &mut item.not_kept, work.documents.iter().cloned());
    Ok(item)
}

/// Rule M6: when a job is done, its yield is compared with what the policy finds plausible.
fn check_yield(context: &Context<'_>, work: &mut WorkOrder) -> Result<(), Violation> {
    if !work.mass.left.is_zero() {
        return Ok(());
    }
    let policy = context.policy()?;
    let Some(range) = policy.yields.iter().find(|range| range.step == work.process) else { return Ok(()) };
    let put_in = u128::from(work.mass.entered.get()) + u128::from(work.mass.gained.get());
    let share = u128::from(work.product().get()) * 1_000_000 / put_in.max(1);
    if share < u128::from(range.min.get()) || share > u128::from(range.max.get()) {
        let args = [share.to_string(), range.min.get().to_string(), range.max.get().to_string()];
        Warnings { kept: &mut work.warnings, not_kept: &mut work.not_kept }.add(
            context,
            Reason::YieldOutside,
            args,
        );
    }
    Ok(())
}

/// Whether a key names an open job, for whoever shows it.
impl WorkOrder {
    /// Whether everything in it is accounted for.
    #[must_use]
    pub const fn is_completed(&self) -> bool {
        self.mass.left.is_zero()
    }
}

impl Record {
    /// The item, if it is one.
    #[must_use]
    pub const fn as_item(&self) -> Option<&Item> {
        match self {
            Self::Item(item) => Some(item),
            _ => None,
        }
    }
}
