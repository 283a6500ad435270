//! One thing by its id, of every kind that people are given an id of and that no other room answers for: places, titles,
//! keys, consignments, counts, certificates, holds, disputes, recalls.
//!
//! Each is looked up and shown; nothing is listed here.

use axum::Json;
use axum::extract::State;
use lode_ledger::apply::{certificate_id, normalise};
use lode_ledger::id::{ConsignmentId, CredentialId, DisputeId, FacilityId, HoldId, RecallId, StockCountId};
use lode_ledger::key::KeyId;
use lode_ledger::lang::Lang;
use lode_ledger::record::{Counted, EventRef, Record, RecordKey, Said};

use super::asked::{Admitted, Asked, Path, admit_to};
use super::items::find;
use super::parse;
use super::people::{self, CredentialView, FacilityView, KeyView};
use super::problem::{Kind, Problem, ProblemBody};
use super::standing::{self, DisputeView, HoldView, RecallView};
use super::stock::line_of;
use super::vouched::{self, CertificateRecordView, ConsignmentView, StockCountView};
use crate::service::Node;

/// The record of a kind, shown; or that there is none under this id.
fn shown<T>(
    node: &Node,
    key: &RecordKey,
    id: impl std::fmt::Display,
    lang: Lang,
    show: impl FnOnce(&Record) -> Option<T>,
) -> Result<Json<T>, Problem> {
    let record = node.record(key);
    let shown = record.as_deref().and_then(show);
    shown.map(Json).ok_or_else(|| Problem::new(Kind::NotFound, lang).detail(id))
}

/// What an event said that no record of its own keeps.
pub(super) fn said(node: &Node, at: EventRef) -> Option<Said> {
    match node.record(&RecordKey::Said(at)).as_deref() {
        Some(Record::Said(said)) => Some(said.clone()),
        _ => None,
    }
}

/// A place that a participant works at.
#[utoipa::path(get, path = "/v1/facilities/{id}", tag = "participants", params(("id" = String, Path)),
    responses((status = 200, body = FacilityView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn facility(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Path(id): Path<String>,
) -> Result<Json<FacilityView>, Problem> {
    let id: FacilityId = parse(&id, "id", lang)?;
    shown(&node, &RecordKey::Facility(id), id, lang, |record| match record {
        Record::Facility(facility) => Some(people::facility(&id, facility, lang)),
        _ => None,
    })
}

/// A title or training, good or not.
#[utoipa::path(get, path = "/v1/credentials/{id}", tag = "participants", params(("id" = String, Path)),
    responses((status = 200, body = CredentialView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn credential(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Path(id): Path<String>,
) -> Result<Json<CredentialView>, Problem> {
    let id: CredentialId = parse(&id, "id", lang)?;
    shown(&node, &RecordKey::Credential(id), id, lang, |record| match record {
        Record::Credential(credential) => Some(people::credential(&id, credential, lang)),
        _ => None,
    })
}

/// A participant's key by its thumbprint: whose it is, and whether it is good.
#[utoipa::path(get, path = "/v1/keys/{thumbprint}", tag = "participants", params(("thumbprint" = String, Path)),
    responses((status = 200, body = KeyView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn key(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Path(thumbprint): Path<String>,
) -> Result<Json<KeyView>, Problem> {
    let id: KeyId = parse(&thumbprint, "thumbprint", lang)?;
    shown(&node, &RecordKey::Key(id), id, lang, |record| match record {
        Record::Key(key) => Some(people::key(&id, key)),
        _ => None,
    })
}

/// Lots that travel, or arrived, together.
#[utoipa::path(get, path = "/v1/consignments/{id}", tag = "items", params(("id" = String, Path)),
    responses((status = 200, body = ConsignmentView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn consignment(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Path(id): Path<String>,
) -> Result<Json<ConsignmentView>, Problem> {
    let id: ConsignmentId = parse(&id, "id", lang)?;
    shown(&node, &RecordKey::Consignment(id), id, lang, |record| match record {
        Record::Consignment(consignment) => Some(vouched::consignment(&id, consignment, lang)),
        _ => None,
    })
}

/// A count of a custodian's stock, beside the book as it was and as it is.
#[utoipa::path(get, path = "/v1/counts/{id}", tag = "items", params(("id" = String, Path)),
    responses((status = 200, body = StockCountView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn count(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Path(id): Path<String>,
) -> Result<Json<StockCountView>, Problem> {
    let id: StockCountId = parse(&id, "id", lang)?;
    shown(&node, &RecordKey::StockCount(id), id, lang, |record| match record {
        Record::StockCount(count) => {
            let line = |line: &Counted| line_of(&id, count, line, find(&node, &line.item).as_ref());
            Some(vouched::stock_count(&id, count, count.lines.iter().map(line).collect()))
        }
        _ => None,
    })
}

/// A certificate by its issuer's code and its number, as either is printed: what it is shown for.
#[utoipa::path(get, path = "/v1/certificates/{issuer}/{number}", tag = "items",
    params(("issuer" = String, Path), ("number" = String, Path)),
    responses((status = 200, body = CertificateRecordView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn certificate(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Path((issuer, number)): Path<(String, String)>,
) -> Result<Json<CertificateRecordView>, Problem> {
    let written = normalise(&issuer).zip(normalise(&number));
    let name: String = format!("{issuer} {number}").chars().take(100).collect();
    let Some((issuer, number)) = written else { return Err(Problem::new(Kind::NotFound, lang).detail(name)) };
    let key = RecordKey::Certificate(certificate_id(&issuer, &number));
    shown(&node, &key, name, lang, |record| match record {
        Record::Certificate(certificate) => Some(vouched::certificate(certificate)),
        _ => None,
    })
}

/// A hold, in force or ended.
#[utoipa::path(get, path = "/v1/holds/{id}", tag = "standing", params(("id" = String, Path)),
    responses((status = 200, body = HoldView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn hold(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Path(id): Path<String>,
) -> Result<Json<HoldView>, Problem> {
    let id: HoldId = parse(&id, "id", lang)?;
    shown(&node, &RecordKey::Hold(id), id, lang, |record| match record {
        Record::Hold(hold) => Some(standing::hold(&id, hold, said(&node, hold.placed).as_ref(), lang)),
        _ => None,
    })
}

/// A dispute, open or ended.
#[utoipa::path(get, path = "/v1/disputes/{id}", tag = "standing", params(("id" = String, Path)),
    responses((status = 200, body = DisputeView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn dispute(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Path(id): Path<String>,
) -> Result<Json<DisputeView>, Problem> {
    let id: DisputeId = parse(&id, "id", lang)?;
    shown(&node, &RecordKey::Dispute(id), id, lang, |record| match record {
        Record::Dispute(dispute) => {
            Some(standing::dispute(&id, dispute, said(&node, dispute.opened).as_ref(), lang))
        }
        _ => None,
    })
}

/// A recall. Whom it asks to bring goods back is told it without an account: of items, those that anybody may read of.
#[utoipa::path(get, path = "/v1/recalls/{id}", tag = "standing", params(("id" = String, Path)),
    responses((status = 200, body = RecallView), (status = 404, body = ProblemBody)))]
pub async fn recall(
    State(node): State<Node>,
    Asked(lang): Asked,
    admitted: Option<Admitted>,
    Path(id): Path<String>,
) -> Result<Json<RecallView>, Problem> {
    let id: RecallId = parse(&id, "id", lang)?;
    shown(&node, &RecordKey::Recall(id), id, lang, |record| match record {
        Record::Recall(recall) => {
            let mut items = recall.items.clone();
            items.retain(|item| find(&node, item).is_some_and(|known| admit_to(admitted, item, &known)));
            Some(standing::recall(&id, recall, &items, said(&node, recall.issued).as_ref(), lang))
        }
        _ => None,
    })
}
