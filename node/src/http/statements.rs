//! Taking statements in: one as COSE, or many as a CBOR sequence.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lode_ledger::lang::Lang;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::asked::{Asked, Query};
use super::bounds::unread;
use super::cbor_seq::{SequenceError, split};
use super::guard::Asker;
use super::problem::{Kind, Problem, ProblemBody};
use crate::service::{Outcome, Refusal};

/// How to take statements.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Take {
    /// Only say what would happen.
    #[serde(default)]
    dry_run: bool,
}

/// The answer to one statement.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Answer {
    /// It is in the log for good.
    Accepted {
        /// Its index.
        index: u64,
        /// SHA-256 of its bytes in hex.
        statement: String,
        /// The same bytes had been accepted before.
        duplicate: bool,
        /// The inclusion proof (RFC 9162), hashes in hex; empty after a dry run.
        inclusion: Vec<String>,
        /// A signed checkpoint that covers it; empty after a dry run.
        checkpoint: String,
    },
    /// Nothing of it is in the log.
    Refused {
        /// The stable code.
        code: String,
        /// The rule, if a rule refused it.
        #[serde(skip_serializing_if = "Option::is_none")]
        rule: Option<String>,
        /// Which event, from 0.
        #[serde(skip_serializing_if = "Option::is_none")]
        event: Option<u16>,
        /// Which field of it.
        #[serde(skip_serializing_if = "String::is_empty")]
        field: String,
        /// SHA-256 of its bytes in hex, if it could be read.
        #[serde(skip_serializing_if = "Option::is_none")]
        statement: Option<String>,
        /// The number, from 0, of the refused statement of this request that would have created or changed what this
        /// one names; only with the code `depends-on-refused`.
        #[serde(skip_serializing_if = "Option::is_none")]
        depends_on: Option<usize>,
        /// The code for which its rule refuses it as things are; only with the code `depends-on-refused`.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Why, in the asked language.
        message: String,
    },
}

impl Answer {
    /// The answer in a language.
    #[must_use]
    pub fn of(outcome: &Outcome, lang: Lang) -> Self {
        match outcome {
            Outcome::Accepted(accepted) => Self::Accepted {
                index: accepted.index.0,
                statement: accepted.statement.to_string(),
                duplicate: accepted.duplicate,
                inclusion: accepted.inclusion.iter().map(ToString::to_string).collect(),
                checkpoint: accepted.checkpoint.to_string(),
            },
            Outcome::Refused(refusal) => Self::Refused {
                code: refusal.code.to_owned(),
                rule: refusal.rule.map(str::to_owned),
                event: refusal.event,
                field: refusal.field.clone(),
                statement: refusal.statement.map(|id| id.to_string()),
                depends_on: refusal.depends_on(),
                reason: refusal.reason().map(str::to_owned),
                message: refusal.message(lang),
            },
        }
    }
}

/// Take statements. One as `application/cose`, or up to the node's limit as `application/cbor-seq`: independent of
/// each other, in their order. An accepted one is durable when this answers. One that is refused
/// because of what a refused one before it in the request would have created or changed is told so: `depends-on-refused`.
#[utoipa::path(
    post, path = "/v1/statements", tag = "statements", params(Take),
    request_body(content((Vec<u8> = "application/cose"), (Vec<u8> = "application/cbor-seq"))),
    responses(
        (status = 200, description = "one: accepted; many: a list of answers", body = Answer),
        (status = 422, description = "one: refused", body = Answer),
        (status = 400, body = ProblemBody), (status = 408, body = ProblemBody), (status = 413, body = ProblemBody),
        (status = 415, body = ProblemBody), (status = 429, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub async fn post(
    State(app): State<App>,
    Asked(lang): Asked,
    Query(take): Query<Take>,
    asker: Option<Extension<Asker>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let many = match kind.as_str() {
        "application/cose" => false,
        "application/cbor-seq" => true,
        _ => return Err(Problem::new(Kind::MediaType, lang).detail("application/cose, application/cbor-seq")),
    };
    let body = whole(body, lang)?;
    let limit = app.settings.limits.statements;
    let parts = || {
        split(&body, limit).map_err(|error| match error {
            SequenceError::Broken(broken) => Problem::new(Kind::NotSequence, lang).detail(broken),
            SequenceError::TooMany => Problem::new(Kind::TooMany, lang).detail(limit),
        })
    };
    let statements = if many { parts()? } else { vec![body.to_vec()] };
    app.guard.admit_statements(asker.map(|Extension(asker)| asker.0), statements.len(), lang)?;
    let mut outcomes =
        if take.dry_run { app.node.dry_run(statements).await } else { app.node.submit(statements).await };
    if outcomes.len() > 1 && outcomes.iter().any(|outcome| outcome.refused().is_some()) {
        // Cut again, so that a request without a refusal is spared a copy of its bytes.
        outcomes = app.node.tell_dependants(parts()?, outcomes).await;
    }
    if let Some(seconds) = outcomes.iter().filter_map(|outcome| outcome.refused()?.wait_s()).max() {
        // Whoever sends the same bytes again is told of all of them; those that were accepted stay accepted.
        return Err(Problem::new(Kind::KeyRateLimited, lang).retry_after(seconds));
    }
    if many {
        let answers: Vec<Answer> = outcomes.iter().map(|outcome| Answer::of(outcome, lang)).collect();
        return Ok(Json(answers).into_response());
    }
    let outcome = outcomes.first().ok_or_else(|| Problem::new(Kind::Unavailable, lang))?;
    let status = match outcome {
        Outcome::Accepted(_) => StatusCode::OK,
        Outcome::Refused(refusal) if refusal.code == Refusal::UNAVAILABLE => {
            return Err(Problem::new(Kind::Unavailable, lang).detail(refusal.message(lang)).retry_after(5));
        }
        Outcome::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok((status, Json(Answer::of(outcome, lang))).into_response())
}

/// A body that is there and within its limit.
pub(super) fn whole(body: Result<Bytes, BytesRejection>, lang: Lang) -> Result<Bytes, Problem> {
    body.map_err(|rejection| {
        unread(&rejection, rejection.status(), lang)
            .unwrap_or_else(|| Problem::new(Kind::BadBody, lang).detail(rejection))
    })
}
