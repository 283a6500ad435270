//! Opening a session: a challenge, signed with a participant's key, gives a token.

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use lode_ledger::id::ParticipantId;
use lode_ledger::key::{KeyId, Signature};
use lode_ledger::lang::Lang;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::asked::{Asked, valid_key};
use super::bounds::unread;
use super::problem::{Kind, Problem, ProblemBody};
use crate::sessions::{CHALLENGE_LIFE, SESSION_LIFE, SessionError, message};

/// The largest body of a request for a session or of its answer: ids, a key's thumbprint, a signature.
pub(super) const MAX_BODY: usize = 4096;

/// Who wants a session.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChallengeRequest {
    /// The participant (`U-...`).
    #[schema(value_type = String)]
    participant: ParticipantId,
    /// The thumbprint of its key.
    #[schema(value_type = String)]
    key: KeyId,
}

/// What to sign.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChallengeView {
    /// The challenge.
    pub challenge: String,
    /// Exactly these bytes are to be signed: `lode session 1`, the ledger id and the challenge, each with a line feed.
    pub message: String,
    /// Seconds until it is void.
    pub expires_in_s: u64,
}

/// The challenge, signed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionRequest {
    /// The challenge.
    challenge: String,
    /// The key's signature over the message, base64url.
    #[schema(value_type = String)]
    signature: Signature,
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    /// For `Authorization: Bearer`.
    pub token: String,
    /// Seconds until it is void.
    pub expires_in_s: u64,
}

fn read<T>(body: Result<Json<T>, JsonRejection>, lang: Lang) -> Result<T, Problem> {
    body.map(|Json(body)| body).map_err(|rejection| {
        let status = rejection.status();
        let wrong = || {
            let kind =
                if status == StatusCode::UNSUPPORTED_MEDIA_TYPE { Kind::MediaType } else { Kind::BadBody };
            Problem::new(kind, lang).detail(rejection.body_text())
        };
        unread(&rejection, status, lang).unwrap_or_else(wrong)
    })
}

fn refuse(error: SessionError, lang: Lang) -> Problem {
    match error {
        SessionError::NoRandomness => Problem::new(Kind::Internal, lang),
        SessionError::TooMany => Problem::new(Kind::Unavailable, lang).retry_after(CHALLENGE_LIFE.as_secs()),
        SessionError::UnknownChallenge => Problem::new(Kind::ChallengeUnknown, lang),
        SessionError::BadSignature => Problem::new(Kind::SignatureWrong, lang),
    }
}

/// Ask for a challenge. It is given to anybody: whether the key is valid is asked when it is answered.
#[utoipa::path(post, path = "/v1/sessions/challenge", tag = "sessions", request_body = ChallengeRequest,
    responses((status = 200, body = ChallengeView), (status = 400, body = ProblemBody), (status = 413, body = ProblemBody),
        (status = 415, body = ProblemBody), (status = 429, body = ProblemBody)))]
pub async fn challenge(
    State(app): State<App>,
    Asked(lang): Asked,
    body: Result<Json<ChallengeRequest>, JsonRejection>,
) -> Result<Json<ChallengeView>, Problem> {
    let wanted = read(body, lang)?;
    let challenge = app
        .sessions
        .challenge(Instant::now(), wanted.participant, wanted.key)
        .map_err(|error| refuse(error, lang))?;
    let message = String::from_utf8_lossy(&message(&app.node.ledger_id(), &challenge)).into_owned();
    Ok(Json(ChallengeView { challenge, message, expires_in_s: CHALLENGE_LIFE.as_secs() }))
}

/// Answer a challenge. Each can be answered once.
#[utoipa::path(post, path = "/v1/sessions", tag = "sessions", request_body = SessionRequest,
    responses((status = 200, body = SessionView), (status = 400, body = ProblemBody),
        (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 413, body = ProblemBody),
        (status = 415, body = ProblemBody), (status = 429, body = ProblemBody), (status = 503, body = ProblemBody)))]
pub async fn open(
    State(app): State<App>,
    Asked(lang): Asked,
    body: Result<Json<SessionRequest>, JsonRejection>,
) -> Result<Json<SessionView>, Problem> {
    let answer = read(body, lang)?;
    let now = Instant::now();
    let taken = app.sessions.take(now, &answer.challenge).map_err(|error| refuse(error, lang))?;
    let (key, _) = valid_key(&app.node, &taken).ok_or_else(|| Problem::new(Kind::KeyNotValid, lang))?;
    let said = message(&app.node.ledger_id(), &answer.challenge);
    let token = app
        .sessions
        .open(now, taken, &key.key, &answer.signature, &said)
        .map_err(|error| refuse(error, lang))?;
    Ok(Json(SessionView { token, expires_in_s: SESSION_LIFE.as_secs() }))
}
