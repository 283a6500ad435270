//! Participants with their places, offers between them, jobs, and tags.

use axum::Json;
use axum::extract::State;
use lode_ledger::id::{FacilityId, OfferId, ParticipantId, WorkOrderId};
use lode_ledger::lang::Lang;
use lode_ledger::record::{MAX_KEPT, Record, RecordKey};
use lode_ledger::tag::TagCode;
use lode_ledger::vocab::{Code, Role};
use serde::Deserialize;
use utoipa::IntoParams;

use super::asked::{Admitted, Asked, Path, Query};
use super::items::page_size;
use super::market::{Paged, listed};
use super::people::{self, FacilityView, ParticipantView};
use super::problem::{Kind, Problem, ProblemBody};
use super::view::{Listed, OfferView, TagView, WorkView};
use super::{aside, parse, view, wrong_value};
use crate::service::{BadCursor, Node};

/// Which participants.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// With this role.
    role: Option<String>,
    /// From the page before.
    cursor: Option<String>,
    /// At most so many, up to 200.
    limit: Option<usize>,
}

fn find(node: &Node, id: &ParticipantId, lang: Lang) -> Option<ParticipantView> {
    match node.record(&RecordKey::Participant(*id)).as_deref() {
        Some(Record::Participant(participant)) => {
            let held = participant.credentials.iter().flatten().filter_map(|held| {
                match node.record(&RecordKey::Credential(*held)).as_deref() {
                    Some(Record::Credential(known)) => Some(people::credential(held, known, lang)),
                    _ => None,
                }
            });
            let places = node.facilities_of(id, None, MAX_KEPT).map(|page| page.items).unwrap_or_default();
            let places = places.iter().filter_map(|place| facility(node, place, lang)).collect();
            Some(people::participant(id, participant, held.collect(), places, lang))
        }
        _ => None,
    }
}

/// Participants, oldest first.
#[utoipa::path(get, path = "/v1/participants", tag = "participants", params(Which),
    responses((status = 200, body = Listed<ParticipantView>), (status = 403, body = ProblemBody), (status = 400, body = ProblemBody)))]
pub async fn list(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Query(which): Query<Which>,
) -> Result<Json<Listed<ParticipantView>>, Problem> {
    if let Some(role) = &which.role {
        Code::<Role>::parse(role).map_err(|error| wrong_value("role", role, error, lang))?;
    }
    let found = aside(lang, move || {
        let page =
            node.participants(which.role.as_deref(), which.cursor.as_deref(), page_size(which.limit))?;
        let items = page.items.iter().filter_map(|id| find(&node, id, lang)).collect();
        Ok::<_, BadCursor>(Listed { items, next: page.next })
    });
    found.await?.map(Json).map_err(|_| Problem::new(Kind::BadCursor, lang))
}

/// One participant.
#[utoipa::path(get, path = "/v1/participants/{id}", tag = "participants", params(("id" = String, Path)),
    responses((status = 200, body = ParticipantView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn get(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Path(id): Path<String>,
) -> Result<Json<ParticipantView>, Problem> {
    let id = parse(&id, "id", lang)?;
    find(&node, &id, lang).map(Json).ok_or_else(|| Problem::new(Kind::NotFound, lang).detail(id))
}

fn facility(node: &Node, id: &FacilityId, lang: Lang) -> Option<FacilityView> {
    match node.record(&RecordKey::Facility(*id)).as_deref() {
        Some(Record::Facility(known)) => Some(people::facility(id, known, lang)),
        _ => None,
    }
}

/// The places that a participant works at, oldest first.
#[utoipa::path(get, path = "/v1/participants/{id}/facilities", tag = "participants", params(("id" = String, Path), Paged),
    responses((status = 200, body = Listed<FacilityView>), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn facilities(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Path(id): Path<String>,
    Query(paged): Query<Paged>,
) -> Result<Json<Listed<FacilityView>>, Problem> {
    let id: ParticipantId = parse(&id, "id", lang)?;
    if node.record(&RecordKey::Participant(id)).is_none() {
        return Err(Problem::new(Kind::NotFound, lang).detail(id));
    }
    let asked = node.clone();
    let page = move || asked.facilities_of(&id, paged.cursor.as_deref(), page_size(paged.limit));
    listed(lang, page, move |place| facility(&node, place, lang)).await
}

/// Whose offers: exactly one of `to` and `from`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Whose {
    /// To this participant.
    to: Option<String>,
    /// By this participant.
    from: Option<String>,
    /// From the page before.
    cursor: Option<String>,
    /// At most so many, up to 200.
    limit: Option<usize>,
}

/// Open offers to or by a participant.
#[utoipa::path(get, path = "/v1/offers", tag = "participants", params(Whose),
    responses((status = 200, body = Listed<OfferView>), (status = 403, body = ProblemBody), (status = 400, body = ProblemBody)))]
pub async fn offers(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Query(whose): Query<Whose>,
) -> Result<Json<Listed<OfferView>>, Problem> {
    let (participant, incoming) = match (&whose.to, &whose.from) {
        (Some(to), None) => (parse(to, "to", lang)?, true),
        (None, Some(from)) => (parse(from, "from", lang)?, false),
        _ => return Err(Problem::new(Kind::BadParameter, lang).detail("?to=U-... | ?from=U-...")),
    };
    let found = aside(lang, move || {
        let (cursor, limit) = (whose.cursor.as_deref(), page_size(whose.limit));
        let page = if incoming {
            node.offers_to(&participant, cursor, limit)?
        } else {
            node.offers_from(&participant, cursor, limit)?
        };
        let of = |id| match node.record(&RecordKey::Offer(id)).as_deref() {
            Some(Record::Offer(offer)) => Some(view::offer(&id, offer)),
            _ => None,
        };
        Ok::<_, BadCursor>(Listed { items: page.items.into_iter().filter_map(of).collect(), next: page.next })
    });
    found.await?.map(Json).map_err(|_| Problem::new(Kind::BadCursor, lang))
}

/// One offer, open or not.
#[utoipa::path(get, path = "/v1/offers/{id}", tag = "participants", params(("id" = String, Path)),
    responses((status = 200, body = OfferView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn offer(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Path(id): Path<String>,
) -> Result<Json<OfferView>, Problem> {
    let id: OfferId = parse(&id, "id", lang)?;
    match node.record(&RecordKey::Offer(id)).as_deref() {
        Some(Record::Offer(offer)) => Ok(Json(view::offer(&id, offer))),
        _ => Err(Problem::new(Kind::NotFound, lang).detail(id)),
    }
}

/// One job.
#[utoipa::path(get, path = "/v1/work/{id}", tag = "items", params(("id" = String, Path)),
    responses((status = 200, body = WorkView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn work(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Path(id): Path<String>,
) -> Result<Json<WorkView>, Problem> {
    let id: WorkOrderId = parse(&id, "id", lang)?;
    match node.record(&RecordKey::WorkOrder(id)).as_deref() {
        Some(Record::WorkOrder(work)) => Ok(Json(view::work(&id, work, lang))),
        _ => Err(Problem::new(Kind::NotFound, lang).detail(id)),
    }
}

/// A tag, as typed.
#[utoipa::path(get, path = "/v1/tags/{code}", tag = "items", params(("code" = String, Path)),
    responses((status = 200, body = TagView), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn tag(
    State(node): State<Node>,
    Asked(lang): Asked,
    Path(code): Path<String>,
) -> Result<Json<TagView>, Problem> {
    let code = TagCode::parse_lenient(&code).map_err(|error| wrong_value("code", &code, error, lang))?;
    match node.record(&RecordKey::Tag(code)).as_deref() {
        Some(Record::Tag(tag)) => Ok(Json(view::tag(&code, tag))),
        _ => Err(Problem::new(Kind::NotFound, lang).detail(code)),
    }
}
