//! The jobs of a studio, or of all with a warning, and what its processes yield beside what the policy finds plausible.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use lode_ledger::id::{ParticipantId, WorkOrderId};
use lode_ledger::lang::Lang;
use lode_ledger::record::{Policy, Record, RecordKey, WorkOrder};
use lode_ledger::violation::Reason;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::asked::{Admitted, Asked, Path, Query};
use super::items::page_size;
use super::problem::{Kind, Problem, ProblemBody};
use super::view::{self, Listed, Named, WorkView};
use super::{aside, parse};
use crate::service::{BadCursor, JobFilter, JobsOf, Node};

/// The most jobs that one report of yields looks at, newest first.
const MAX_REPORTED: usize = 1000;

/// Whose jobs, or with which warning: at least one of the two.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Whose {
    /// Of this studio: whoever has the job now. Without it, of every studio, and a warning is named.
    studio: Option<String>,
    /// Only those with something left in them (`true`) or with nothing (`false`).
    open: Option<bool>,
    /// Only those with this warning, by its code (schemas/rules.md has them). One that a job's record had no room for
    /// is not found.
    warning: Option<String>,
    /// From the page before.
    cursor: Option<String>,
    /// At most so many, up to 200.
    limit: Option<usize>,
}

pub(super) fn job(node: &Node, id: &WorkOrderId) -> Option<WorkOrder> {
    match node.record(&RecordKey::WorkOrder(*id)).as_deref() {
        Some(Record::WorkOrder(work)) => Some(work.clone()),
        _ => None,
    }
}

/// The jobs of a studio, or all that bear a warning, newest first.
#[utoipa::path(get, path = "/v1/work", tag = "items", params(Whose),
    responses((status = 200, body = Listed<WorkView>), (status = 403, body = ProblemBody),
        (status = 400, body = ProblemBody)))]
pub async fn list(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Query(whose): Query<Whose>,
) -> Result<Json<Listed<WorkView>>, Problem> {
    let studio: Option<ParticipantId> =
        whose.studio.as_deref().map(|studio| parse(studio, "studio", lang)).transpose()?;
    let warning = match whose.warning.as_deref() {
        None => None,
        Some(code) => Some(
            Reason::of_code(code).ok_or_else(|| Problem::new(Kind::BadParameter, lang).detail("warning"))?,
        ),
    };
    let of = match (studio, warning) {
        (Some(studio), warning) => JobsOf::Studio(studio, warning),
        (None, Some(reason)) => JobsOf::Warning(reason),
        (None, None) => {
            return Err(Problem::new(Kind::BadParameter, lang).detail("?studio=U-... | ?warning=CODE"));
        }
    };
    let filter = JobFilter { of, open: whose.open };
    let found = aside(lang, move || {
        let page = node.jobs(&filter, whose.cursor.as_deref(), page_size(whose.limit))?;
        let view = |id: &WorkOrderId| Some(view::work(id, &job(&node, id)?, lang));
        Ok::<_, BadCursor>(Listed { items: page.items.iter().filter_map(view).collect(), next: page.next })
    });
    found.await?.map(Json).map_err(|_| Problem::new(Kind::BadCursor, lang))
}

/// What one process of a studio yields.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct YieldView {
    /// The process.
    pub process: Named,
    /// How many completed jobs.
    pub jobs: u32,
    /// What went into them, in milligrams.
    pub in_mg: u64,
    /// What they yielded of what they were for, in milligrams: pieces and batches, or lots where there is nothing else.
    pub out_mg: u64,
    /// The lots that came out beside these, in milligrams.
    pub by_products_mg: u64,
    /// What was lost, in milligrams.
    pub loss_mg: u64,
    /// What they yielded as a share of what went in, in parts per million.
    pub yield_ppm: u64,
    /// The lowest plausible yield, if the policy has one for the process.
    pub min_ppm: Option<u32>,
    /// The highest plausible yield.
    pub max_ppm: Option<u32>,
    /// How many of the jobs lie outside.
    pub outside: u32,
}

/// What the processes of a studio yield: its completed jobs, the newest thousand of them.
#[utoipa::path(get, path = "/v1/participants/{id}/yields", tag = "participants", params(("id" = String, Path)),
    responses((status = 200, body = Listed<YieldView>), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
pub async fn yields(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Path(id): Path<String>,
) -> Result<Json<Listed<YieldView>>, Problem> {
    let id: ParticipantId = parse(&id, "id", lang)?;
    if node.record(&RecordKey::Participant(id)).is_none() {
        return Err(Problem::new(Kind::NotFound, lang).detail(id));
    }
    let found =
        aside(lang, move || Ok::<_, BadCursor>(Listed { items: yields_of(&node, &id, lang)?, next: None }));
    found.await?.map(Json).map_err(|_| Problem::new(Kind::BadCursor, lang))
}

/// What each process of a studio yields, beside the policy's range.
pub(super) fn yields_of(
    node: &Node,
    studio: &ParticipantId,
    lang: Lang,
) -> Result<Vec<YieldView>, BadCursor> {
    let policy = match node.record(&RecordKey::Policy).as_deref() {
        Some(Record::Policy(policy)) => Some(policy.clone()),
        _ => None,
    };
    let mut reports: BTreeMap<&'static str, YieldView> = BTreeMap::new();
    let done = JobFilter { of: JobsOf::Studio(*studio, None), open: Some(false) };
    for id in node.jobs(&done, None, MAX_REPORTED)?.items {
        if let Some(work) = job(node, &id) {
            count(&mut reports, &work, policy.as_ref(), lang);
        }
    }
    Ok(reports.into_values().collect())
}

fn share(out: u64, put_in: u64) -> u64 {
    u64::try_from(u128::from(out) * 1_000_000 / u128::from(put_in.max(1))).unwrap_or(u64::MAX)
}

fn count(
    reports: &mut BTreeMap<&'static str, YieldView>,
    work: &WorkOrder,
    policy: Option<&Policy>,
    lang: Lang,
) {
    let range = policy.and_then(|policy| policy.yields.iter().find(|range| range.step == work.process));
    let report = reports.entry(work.process.as_str()).or_insert_with(|| YieldView {
        process: view::named(work.process, lang),
        jobs: 0,
        in_mg: 0,
        out_mg: 0,
        by_products_mg: 0,
        loss_mg: 0,
        yield_ppm: 0,
        min_ppm: range.map(|range| range.min.get()),
        max_ppm: range.map(|range| range.max.get()),
        outside: 0,
    });
    let put_in = work.mass.entered.get().saturating_add(work.mass.gained.get());
    let out = work.product().get();
    let own = share(out, put_in);
    let outside =
        range.is_some_and(|range| own < u64::from(range.min.get()) || own > u64::from(range.max.get()));
    report.jobs = report.jobs.saturating_add(1);
    report.in_mg = report.in_mg.saturating_add(put_in);
    report.out_mg = report.out_mg.saturating_add(out);
    report.by_products_mg =
        report.by_products_mg.saturating_add(work.mass.passed_on.get().saturating_sub(out));
    report.loss_mg = report.loss_mg.saturating_add(work.mass.lost.get());
    report.yield_ppm = share(report.out_mg, report.in_mg);
    report.outside = report.outside.saturating_add(u32::from(outside));
}
