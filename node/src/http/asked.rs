//! What every request says: in which language it wants its answer, whose session it carries, and its parameters.
//!
//! In a ledger for members ([`Admitted`], [`admit_to`]) whoever has no session reads what anybody needs to check a
//! piece in his hand, and no lists, entries or lots.

use std::convert::Infallible;
use std::time::Instant;

use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, header};
use lode_ledger::id::{ItemId, ItemKind};
use lode_ledger::lang::Lang;
use lode_ledger::record::{Item, Key, Participant, Record, RecordKey};
use serde::de::DeserializeOwned;

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
        Ok(Self(lang_of(parts, &App::from_ref(state))))
    }
}

fn lang_of(parts: &Parts, app: &App) -> Lang {
    language(parts.uri.query().unwrap_or_default(), &parts.headers, app.settings.language)
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

/// The node's own address for whoever reads a page: the configured one, else the one by which the request came.
#[derive(Clone, Debug)]
pub struct SeenAs(pub String);

impl<S> FromRequestParts<S> for SeenAs
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let configured = App::from_ref(state).settings.base_url.clone();
        if !configured.is_empty() {
            return Ok(Self(configured));
        }
        let named = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let host =
            named.and_then(|host| host.parse::<Authority>().ok()).or_else(|| parts.uri.authority().cloned());
        Ok(Self(host.map(|host| format!("http://{host}")).unwrap_or_default()))
    }
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
        let lang = lang_of(parts, &app);
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

impl<S> OptionalFromRequestParts<S> for Member
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Infallible> {
        Ok(<Self as FromRequestParts<S>>::from_request_parts(parts, state).await.ok())
    }
}

/// Somebody to whom the ledger shows everything: anybody, or a member where it is for members.
#[derive(Clone, Copy, Debug)]
pub struct Admitted;

impl<S> FromRequestParts<S> for Admitted
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let app = App::from_ref(state);
        if !app.node.members_only() {
            return Ok(Self);
        }
        // Who brings a session that is over, or a key that was revoked, is told that.
        if parts.headers.contains_key(header::AUTHORIZATION) {
            return <Member as FromRequestParts<S>>::from_request_parts(parts, state).await.map(|_| Self);
        }
        Err(Problem::new(Kind::MembersOnly, lang_of(parts, &app)))
    }
}

impl<S> OptionalFromRequestParts<S> for Admitted
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Infallible> {
        Ok(<Self as FromRequestParts<S>>::from_request_parts(parts, state).await.ok())
    }
}

/// Whether somebody may read of an item: who is admitted of all, anybody of what can be in a buyer's hand. That is a
/// piece, and whatever bears a tag.
#[must_use]
pub(super) fn admit_to(admitted: Option<Admitted>, id: &ItemId, item: &Item) -> bool {
    admitted.is_some() || id.kind() == ItemKind::Piece || item.tag.is_some()
}

/// The parameters behind the `?`; a wrong one is named in the asked language.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<S, T> FromRequestParts<S> for Query<T>
where
    App: FromRef<S>,
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        read.map(|axum::extract::Query(read)| Self(read)).map_err(|rejection| {
            let lang = lang_of(parts, &App::from_ref(state));
            Problem::new(Kind::BadParameter, lang).detail(reason(&rejection.body_text()))
        })
    }
}

/// What axum says, without the part that says nothing.
fn reason(said: &str) -> &str {
    let starts = ["Failed to deserialize query string: ", "Invalid URL: "];
    starts.iter().find_map(|start| said.strip_prefix(start)).unwrap_or(said)
}

/// The parameters in the path; one that is no text is refused in the asked language.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<S, T> FromRequestParts<S> for Path<T>
where
    App: FromRef<S>,
    S: Send + Sync,
    T: DeserializeOwned + Send,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = <axum::extract::Path<T> as FromRequestParts<S>>::from_request_parts(parts, state).await;
        read.map(|axum::extract::Path(read)| Self(read)).map_err(|rejection| {
            let lang = lang_of(parts, &App::from_ref(state));
            Problem::new(Kind::BadParameter, lang).detail(reason(&rejection.body_text()))
        })
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
