//! Documents and photos: brought by participants, read by everybody or by those whom they concern.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lode_ledger::document::{PictureError, clean, media_type};
use lode_ledger::hash::Hash;
use lode_ledger::lang::Lang;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::asked::{Asked, Member, Path, Query};
use super::problem::{Kind, Problem, ProblemBody};
use super::statements::whole;
use super::{App, aside, parse};
use crate::documents::{Access, DocumentError};

/// Who may read a document.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Visibility {
    /// Whether everybody may read it. Default: no.
    #[serde(default)]
    public: bool,
}

/// The header with a private document's salt: 32 hexadecimal digits.
const SALT: &str = "lode-salt";

/// A document as it is kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stored {
    /// Its address: what an event names as `sha256`.
    pub sha256: String,
    /// Its media type, found by its first bytes.
    pub media_type: String,
    /// Its size in bytes, without metadata.
    pub bytes: usize,
    /// Whether everybody may read it.
    pub public: bool,
}

fn access(visibility: &Visibility, headers: &HeaderMap, lang: Lang) -> Result<Access, Problem> {
    if visibility.public {
        return Ok(Access::Public);
    }
    let text = headers.get(SALT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut salt = [0; 16];
    hex::decode_to_slice(text, &mut salt).map_err(|_| {
        Problem::new(Kind::BadParameter, lang).detail(match lang {
            Lang::En => "a private document needs the header Lode-Salt with 32 hexadecimal digits, or ?public=true",
            Lang::Zh => "非公开文件须带 Lode-Salt 头（32 位十六进制数字），或使用 ?public=true",
            Lang::Pt => {
                "um documento privado precisa do cabeçalho Lode-Salt com 32 dígitos hexadecimais, ou ?public=true"
            }
        })
    })?;
    Ok(Access::Private { salt })
}

fn refuse(error: DocumentError, lang: Lang) -> Problem {
    // The kind says in the asked language what is wrong and what to do; the detail names only the thing.
    let (kind, detail) = match &error {
        DocumentError::Picture(PictureError::Format(name)) => (Kind::DocumentFormat, (*name).to_owned()),
        DocumentError::Picture(PictureError::Damaged(name)) => (Kind::DocumentUnreadable, (*name).to_owned()),
        DocumentError::Empty => (Kind::DocumentUnreadable, "0".to_owned()),
        DocumentError::Metadata => (Kind::DocumentMetadata, String::new()),
        DocumentError::Address(address) => (Kind::DocumentAddress, address.to_string()),
        DocumentError::Damaged(_) | DocumentError::Io(_) => {
            tracing::error!(%error, "the document store failed");
            return Problem::new(Kind::Internal, lang);
        }
    };
    Problem::new(kind, lang).detail(detail)
}

/// Bring a document. Metadata of pictures is taken out first; the answer says under which address it is kept.
#[utoipa::path(post, path = "/v1/documents", tag = "documents", params(Visibility), request_body = Vec<u8>,
    security(("session" = [])),
    responses((status = 201, body = Stored), (status = 401, body = ProblemBody), (status = 413, body = ProblemBody),
        (status = 415, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub async fn post(
    State(app): State<App>,
    Asked(lang): Asked,
    member: Member,
    Query(visibility): Query<Visibility>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let access = access(&visibility, &headers, lang)?;
    let body = whole(body, lang)?;
    let stored = aside(lang, move || {
        let bytes = clean(&body)?;
        let sha256 = app.documents.put(&bytes, access, member.session.participant)?.to_string();
        let media_type = media_type(&bytes).to_owned();
        Ok(Stored { sha256, media_type, bytes: bytes.len(), public: access == Access::Public })
    });
    let stored = stored.await?.map_err(|error| refuse(error, lang))?;
    Ok((StatusCode::CREATED, Json(stored)).into_response())
}

/// Bring a document under an address known before. A picture with metadata is refused.
#[utoipa::path(put, path = "/v1/documents/{sha256}", tag = "documents", params(("sha256" = String, Path), Visibility),
    request_body = Vec<u8>, security(("session" = [])),
    responses((status = 204), (status = 401, body = ProblemBody), (status = 413, body = ProblemBody), (status = 415, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub async fn put(
    State(app): State<App>,
    Asked(lang): Asked,
    member: Member,
    Path(address): Path<String>,
    Query(visibility): Query<Visibility>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Problem> {
    let address: Hash = parse(&address, "sha256", lang)?;
    let access = access(&visibility, &headers, lang)?;
    let body = whole(body, lang)?;
    let kept = move || app.documents.put_as(&address, &body, access, member.session.participant);
    aside(lang, kept).await?.map_err(|error| refuse(error, lang))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Read a document. Private ones are for who brought it, the registrar and auditors.
#[utoipa::path(get, path = "/v1/documents/{sha256}", tag = "documents", params(("sha256" = String, Path)),
    responses((status = 200, body = Vec<u8>), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
pub async fn get(
    State(app): State<App>,
    Asked(lang): Asked,
    member: Option<Member>,
    Path(address): Path<String>,
) -> Result<Response, Problem> {
    let address: Hash = parse(&address, "sha256", lang)?;
    let missing = || Problem::new(Kind::NotFound, lang).detail(address);
    let about = app.documents.about(&address).map_err(|error| refuse(error, lang))?.ok_or_else(missing)?;
    if !about.public {
        let member = member.ok_or_else(|| Problem::new(Kind::SessionRequired, lang))?;
        if member.session.participant != about.participant && !member.oversees() {
            return Err(Problem::new(Kind::Forbidden, lang));
        }
    }
    let found = aside(lang, move || app.documents.find(&address)).await?;
    let (about, bytes) = found.map_err(|error| refuse(error, lang))?.ok_or_else(missing)?;
    // Only pictures are shown in place: anything else could be a page that speaks in our name.
    let place = if about.media_type.starts_with("image/") { "inline" } else { "attachment" };
    let cache = if about.public { "public, max-age=31536000, immutable" } else { "private, no-store" };
    let headers = [
        (header::CONTENT_TYPE, about.media_type),
        (header::CONTENT_DISPOSITION, place.to_owned()),
        (header::CACHE_CONTROL, cache.to_owned()),
    ];
    Ok((headers, bytes).into_response())
}
