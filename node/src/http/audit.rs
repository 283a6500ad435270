//! What an auditor asks of the whole ledger: warnings by code, open disputes, certificates that are shown for several items,
//! and what a participant declared by month and origin, with what became of its mass.

use std::collections::{BTreeMap, HashMap};

use axum::Json;
use axum::extract::State;
use lode_ledger::id::ParticipantId;
use lode_ledger::lang::Lang;
use lode_ledger::record::{Item, ItemState, Record, RecordKey};
use lode_ledger::violation::Reason;
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::{Admitted, Asked, Path, Query};
use super::items::page_size;
use super::market::{Paged, listed};
use super::problem::{Kind, Problem, ProblemBody};
use super::single::said;
use super::standing::{self, DisputeView};
use super::stock::{time_of, walk};
use super::view::{Listed, MassView, Named, named};
use super::vouched::{self, CertificateRecordView};
use super::{aside, parse};
use crate::service::{BadCursor, ItemFilter, Node, Warned};

/// Open disputes, last touched first.
#[utoipa::path(get, path = "/v1/disputes", tag = "standing", params(Paged),
    responses((status = 200, body = Listed<DisputeView>), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub async fn disputes(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Query(paged): Query<Paged>,
) -> Result<Json<Listed<DisputeView>>, Problem> {
    let asked = node.clone();
    let page = move || asked.open_disputes(paged.cursor.as_deref(), page_size(paged.limit));
    listed(lang, page, move |id| match node.record(&RecordKey::Dispute(*id)).as_deref() {
        Some(Record::Dispute(dispute)) => {
            Some(standing::dispute(id, dispute, said(&node, dispute.opened).as_ref(), lang))
        }
        _ => None,
    })
    .await
}

/// Certificates that are shown for several items, last touched first.
#[utoipa::path(get, path = "/v1/certificates", tag = "items", params(Paged),
    responses((status = 200, body = Listed<CertificateRecordView>), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub async fn certificates(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Query(paged): Query<Paged>,
) -> Result<Json<Listed<CertificateRecordView>>, Problem> {
    let asked = node.clone();
    let page = move || asked.colliding_certificates(paged.cursor.as_deref(), page_size(paged.limit));
    listed(lang, page, move |id| match node.record(&RecordKey::Certificate(*id)).as_deref() {
        Some(Record::Certificate(certificate)) => Some(vouched::certificate(certificate)),
        _ => None,
    })
    .await
}

/// On how much of the ledger a warning stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct WarnedView {
    /// The warning's stable code; `/v1/items?warning=` and `/v1/work?warning=` list what bears it.
    pub code: String,
    /// The rule.
    pub rule: String,
    /// What it says in the asked language; what differs from case to case is left out.
    pub message: String,
    /// On how many items.
    pub items: usize,
    /// On how many jobs.
    pub jobs: usize,
    /// There are more than are counted.
    pub more: bool,
}

/// Warnings that stand on items and jobs, by code: how many of each, up to 5,000. One that a record had no room for is not
/// counted.
#[utoipa::path(get, path = "/v1/warnings", tag = "items",
    responses((status = 200, body = Listed<WarnedView>), (status = 403, body = ProblemBody)))]
pub async fn warnings(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
) -> Result<Json<Listed<WarnedView>>, Problem> {
    let items = aside(lang, move || {
        let view = |reason: &Reason| {
            let Warned { items, jobs, more } = node.warned(*reason);
            (items + jobs > 0).then(|| WarnedView {
                code: reason.code().to_owned(),
                rule: reason.rule().code().to_owned(),
                message: reason.words().fill(lang, &["…"; 8]),
                items,
                jobs,
                more,
            })
        };
        Reason::ALL.iter().filter_map(view).collect()
    });
    Ok(Json(Listed { items: items.await?, next: None }))
}

/// What a participant declared in one month from one origin, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnteredView {
    /// The month, as its events claim it: `2026-03`.
    pub month: String,
    /// Where it is from, as the records say now; several of what was declared as a blend.
    pub origins: Vec<Named>,
    /// How it entered.
    pub entry: Named,
    /// How many lots.
    pub lots: u64,
    /// What became of its mass, in milligrams. It balances for each lot, and so for all.
    pub mass: MassView,
}

/// What a participant declared, by month, origin and way of entry.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnteredReport {
    /// Whose.
    pub participant: String,
    /// Earliest month first.
    pub entered: Vec<EnteredView>,
    /// There is more than a report looks at: sums are too small.
    pub cut: bool,
}

/// What a participant declared, by month and origin, with what became of its mass.
#[utoipa::path(get, path = "/v1/participants/{id}/entered", tag = "participants", params(("id" = String, Path)),
    responses((status = 200, body = EnteredReport), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn entered(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Path(id): Path<String>,
) -> Result<Json<EnteredReport>, Problem> {
    let id: ParticipantId = parse(&id, "id", lang)?;
    if node.record(&RecordKey::Participant(id)).is_none() {
        return Err(Problem::new(Kind::NotFound, lang).detail(id));
    }
    let made = aside(lang, move || by_month(&node, &id, lang)).await?;
    made.map(Json).map_err(|_| Problem::new(Kind::BadCursor, lang))
}

/// Month, codes of the origins, code of the way of entry.
type Group = (String, Vec<&'static str>, &'static str);

fn by_month(node: &Node, id: &ParticipantId, lang: Lang) -> Result<EnteredReport, BadCursor> {
    let mut groups: BTreeMap<Group, EnteredView> = BTreeMap::new();
    let mut times = HashMap::new();
    let made = ItemFilter { creator: Some(*id), ..ItemFilter::default() };
    let cut = walk(node, &made, |_, item: &Item| {
        let Some(entry) = item.entry.filter(|_| item.state != ItemState::Voided) else { return };
        let time = time_of(node, item.created, &mut times).map(|time| time.to_string()).unwrap_or_default();
        let month: String = time.chars().take(7).collect();
        let origins = item.claims.origins.iter().map(|origin| origin.country);
        let group =
            (month.clone(), origins.clone().map(|country| country.as_str()).collect(), entry.as_str());
        let nothing = MassView { entered_mg: 0, gained_mg: 0, lost_mg: 0, passed_on_mg: 0, left_mg: 0 };
        let view = groups.entry(group).or_insert_with(|| EnteredView {
            month,
            origins: origins.map(|country| named(country, lang)).collect(),
            entry: named(entry, lang),
            lots: 0,
            mass: nothing,
        });
        view.lots += 1;
        let (sum, mass) = (&mut view.mass, MassView::from(&item.mass));
        for (sum, more) in [
            (&mut sum.entered_mg, mass.entered_mg),
            (&mut sum.gained_mg, mass.gained_mg),
            (&mut sum.lost_mg, mass.lost_mg),
            (&mut sum.passed_on_mg, mass.passed_on_mg),
            (&mut sum.left_mg, mass.left_mg),
        ] {
            *sum = sum.saturating_add(more);
        }
    })?;
    Ok(EnteredReport { participant: id.to_string(), entered: groups.into_values().collect(), cut })
}
