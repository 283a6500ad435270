//! What every request says: in which language it wants its answer, and whose session it carries.

use std::convert::Infallible;
use std::time::Instant;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use lode_ledger::lang::Lang;
use lode_ledger::record::{Key, Participant, Record, RecordKey};

use super::App;
use super::problem::{Kind, Problem};
use crate::service::Node;
use crate::sessions::Session;

/// The language of the answer: `?lang=`, else the best of `Accept-Language`, else the node's.
#[derive(Clone, Copy, Debug)]
pub struct Asked(pub Lang);

impl<S> FromRequestParts<S> for Asked
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(language(query, &parts.headers, App::from_ref(state).settings.language)))
    }
}

/// The language that a query and headers ask for.
#[must_use]
pub(super) fn language(query: &str, headers: &HeaderMap, otherwise: Lang) -> Lang {
    let named = query.split('&').find_map(|pair| pair.strip_prefix("lang=")?.parse().ok());
    named.unwrap_or_else(|| {
        let accepted =
            headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let knows = |part: &str| part.split(';').next().is_some_and(|tag| tag.trim().parse::<Lang>().is_ok());
        if accepted.split(',').take(32).any(knows) { Lang::negotiate(accepted) } else { otherwise }
    })
}

/// A participant with a session whose key is still valid.
#[derive(Clone, Debug)]
pub struct Member {
    /// The session.
    pub session: Session,
    /// The participant as it is now.
    pub participant: Participant,
}

impl Member {
    /// Whether it may read what is private to others.
    #[must_use]
    pub fn oversees(&self) -> bool {
        self.participant.has_role("registrar") || self.participant.has_role("auditor")
    }
}

impl<S> FromRequestParts<S> for Member
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let app = App::from_ref(state);
        let lang = language(parts.uri.query().unwrap_or_default(), &parts.headers, app.settings.language);
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "));
        let session = token.and_then(|token| app.sessions.find(Instant::now(), token));
        let session = session.ok_or_else(|| Problem::new(Kind::SessionRequired, lang))?;
        let (_, participant) =
            valid_key(&app.node, &session).ok_or_else(|| Problem::new(Kind::KeyNotValid, lang))?;
        Ok(Self { session, participant })
    }
}

impl<S> axum::extract::OptionalFromRequestParts<S> for Member
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Infallible> {
        Ok(<Self as FromRequestParts<S>>::from_request_parts(parts, state).await.ok())
    }
}

/// The key and participant of a session, if the key is valid now and the participant not suspended.
#[must_use]
pub(super) fn valid_key(node: &Node, session: &Session) -> Option<(Key, Participant)> {
    let key = match node.record(&RecordKey::Key(session.key)).as_deref() {
        Some(Record::Key(key)) => key.clone(),
        _ => return None,
    };
    let participant = match node.record(&RecordKey::Participant(session.participant)).as_deref() {
        Some(Record::Participant(participant)) => participant.clone(),
        _ => return None,
    };
    let valid = key.participant == session.participant && key.revoked.is_none() && !participant.suspended;
    valid.then_some((key, participant))
}
