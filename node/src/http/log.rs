//! The log as it is: C2SP tiles and checkpoint, entries, receipts, the feed, and what the ledger is.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use base64ct::{Base64, Encoding};
use lode_ledger::id::{LogIndex, StatementId};
use lode_ledger::key::PublicKey;
use lode_ledger::lang::Lang;
use lode_ledger::record::{Ledger, Record, RecordKey};
use lode_ledger::statement::{Statement, decode_payload};
use lode_ledger::tlog::tile::TilePath;
use lode_ledger::tlog::vkey::{KeyId, KeyName};
use lode_ledger::tlog::{SignedCheckpoint, TlogProof};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::asked::{Admitted, Asked, Path, Query};
use super::cbor_seq::push_entry;
use super::policy::{self, PolicyView};
use super::problem::{Kind, Problem, ProblemBody};
use super::statements::Answer;
use super::{App, parse};
use crate::service::{Node, Outcome};

/// Tiles that are full never change.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// What grows may be kept for a moment.
const MOMENT: &str = "public, max-age=2";
/// Most entries of one feed answer.
const MAX_FEED: usize = 1024;

/// The newest checkpoint (c2sp.org/tlog-checkpoint).
#[utoipa::path(get, path = "/checkpoint", tag = "log",
    responses((status = 200, body = String, content_type = "text/plain"), (status = 503, body = ProblemBody)))]
pub async fn checkpoint(State(node): State<Node>, Asked(lang): Asked) -> Result<Response, Problem> {
    let text = node.checkpoint().ok_or_else(|| Problem::new(Kind::NotBegun, lang))?;
    Ok((
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, MOMENT)],
        text.to_string(),
    )
        .into_response())
}

/// What cannot be given: the log has not got it, or it is there and damaged, which the node's own log names.
fn missing(there: bool, what: impl std::fmt::Display, lang: Lang) -> Problem {
    Problem::new(if there { Kind::Internal } else { Kind::NotFound }, lang).detail(what)
}

/// A tile or entry bundle (c2sp.org/tlog-tiles). Entry bundles need a session where raw entries are for members.
#[utoipa::path(get, path = "/tile/{path}", tag = "log",
    params(("path" = String, Path, description = "`<level>/<N>[.p/<W>]` or `entries/<N>[.p/<W>]`")),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn tile(
    State(node): State<Node>,
    Asked(lang): Asked,
    admitted: Result<Admitted, Problem>,
    Path(path): Path<String>,
) -> Result<Response, Problem> {
    let private = path.starts_with("entries/");
    if private {
        admitted?;
    }
    let path = format!("tile/{path}");
    let there = path.parse().is_ok_and(|path: TilePath| path.exists_at(node.size()));
    let tile = node.tile(&path).ok_or_else(|| missing(there, &path, lang))?;
    let cache = match (node.members_only() && private, tile.immutable) {
        (true, _) => "private, no-store",
        (false, true) => FOREVER,
        (false, false) => MOMENT,
    };
    let headers = [(header::CONTENT_TYPE, "application/octet-stream"), (header::CACHE_CONTROL, cache)];
    Ok((headers, tile.bytes.to_vec()).into_response())
}

/// An entry, opened.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryView {
    /// Its index.
    pub index: u64,
    /// SHA-256 of its bytes in hex.
    pub statement: String,
    /// The author.
    pub issuer: String,
    /// The author's own reference.
    pub subject: String,
    /// The audience.
    pub audience: String,
    /// The thumbprint of the signing key.
    pub key: String,
    /// The key's sequence number.
    pub seq: u64,
    /// The events as they were signed.
    #[schema(value_type = Vec<Object>)]
    pub events: Vec<serde_json::Value>,
    /// Its size in bytes.
    pub bytes: usize,
}

fn entry_view(index: LogIndex, bytes: Vec<u8>) -> Option<EntryView> {
    let size = bytes.len();
    let statement = Statement::decode(bytes).ok()?;
    let (seq, events) = decode_payload(statement.payload()).ok()?;
    let header = statement.header();
    Some(EntryView {
        index: index.0,
        statement: statement.id().to_string(),
        issuer: header.issuer.to_string(),
        subject: header.subject.to_string(),
        audience: header.audience.clone(),
        key: header.key_id.to_string(),
        seq,
        events: events.into_iter().map(serde_json::Value::from).collect(),
        bytes: size,
    })
}

fn raw_or_view(node: &Node, index: LogIndex, headers: &HeaderMap, lang: Lang) -> Result<Response, Problem> {
    let bytes = node.statement(index).ok_or_else(|| missing(index.0 < node.size(), index, lang))?;
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepted.contains("application/cose") {
        return Ok(([(header::CONTENT_TYPE, "application/cose")], bytes).into_response());
    }
    let view = entry_view(index, bytes).ok_or_else(|| Problem::new(Kind::Internal, lang))?;
    Ok(Json(view).into_response())
}

/// An entry: opened as JSON, or the exact bytes with `Accept: application/cose`.
#[utoipa::path(get, path = "/v1/entries/{index}", tag = "log", params(("index" = u64, Path)),
    responses((status = 200, content((EntryView = "application/json"), (Vec<u8> = "application/cose"))),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn entry(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Path(index): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    raw_or_view(&node, parse(&index, "index", lang)?, &headers, lang)
}

/// The same by the statement's id.
#[utoipa::path(get, path = "/v1/statements/{id}", tag = "statements", params(("id" = String, Path)),
    responses((status = 200, content((EntryView = "application/json"), (Vec<u8> = "application/cose"))),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn statement(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id: StatementId = parse(&id, "id", lang)?;
    let index = node.index_of(&id).ok_or_else(|| Problem::new(Kind::NotFound, lang).detail(id))?;
    raw_or_view(&node, index, &headers, lang)
}

/// An entry's place in the log at the newest checkpoint, as when it was accepted.
#[utoipa::path(get, path = "/v1/entries/{index}/receipt", tag = "log", params(("index" = u64, Path)),
    responses((status = 200, body = Answer), (status = 404, body = ProblemBody)))]
pub async fn receipt(
    State(node): State<Node>,
    Asked(lang): Asked,
    Path(index): Path<String>,
) -> Result<Json<Answer>, Problem> {
    let index = parse(&index, "index", lang)?;
    let accepted = node.receipt(index).ok_or_else(|| missing(index.0 < node.size(), index, lang))?;
    Ok(Json(Answer::of(&Outcome::Accepted(accepted), lang)))
}

/// The same as a text that verifies offline (c2sp.org/tlog-proof).
#[utoipa::path(get, path = "/v1/entries/{index}/tlog-proof", tag = "log", params(("index" = u64, Path)),
    responses((status = 200, body = String, content_type = "text/plain"), (status = 404, body = ProblemBody)))]
pub async fn tlog_proof(
    State(node): State<Node>,
    Asked(lang): Asked,
    Path(index): Path<String>,
) -> Result<Response, Problem> {
    let index = parse(&index, "index", lang)?;
    let accepted = node.receipt(index).ok_or_else(|| missing(index.0 < node.size(), index, lang))?;
    let checkpoint = SignedCheckpoint::parse(accepted.checkpoint.as_bytes())
        .map_err(|error| Problem::new(Kind::Internal, lang).detail(error))?;
    let proof = TlogProof { extra: None, index: index.0, path: accepted.inclusion, checkpoint };
    let named = format!("attachment; filename=\"{}.tlog-proof\"", index.0);
    let mut response =
        ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], proof.to_string()).into_response();
    if let Ok(value) = HeaderValue::from_str(&named) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// From where.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Since {
    /// The first index.
    #[serde(default)]
    since: u64,
    /// At most so many, up to 1024.
    limit: Option<usize>,
}

/// One line of the feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedLine {
    /// The index.
    pub index: u64,
    /// The exact bytes in base64.
    pub statement: String,
}

/// Entries from an index on: NDJSON, or `[index, bytes]` as a CBOR sequence with `Accept: application/cbor-seq`.
#[utoipa::path(get, path = "/v1/feed", tag = "log", params(Since),
    responses((status = 200, content((FeedLine = "application/x-ndjson"), (Vec<u8> = "application/cbor-seq"))),
        (status = 403, body = ProblemBody)))]
pub async fn feed(
    State(node): State<Node>,
    Asked(lang): Asked,
    _: Admitted,
    Query(since): Query<Since>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let limit = since.limit.unwrap_or(MAX_FEED).clamp(1, MAX_FEED);
    let entries = super::aside(lang, move || node.statements_since(LogIndex(since.since), limit)).await?;
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepted.contains("application/cbor-seq") {
        let mut out = Vec::new();
        entries.iter().for_each(|(index, bytes)| push_entry(&mut out, index.0, bytes));
        return Ok(([(header::CONTENT_TYPE, "application/cbor-seq")], out).into_response());
    }
    let mut out = String::new();
    for (index, bytes) in entries {
        let line = FeedLine { index: index.0, statement: Base64::encode_string(&bytes) };
        out.push_str(&serde_json::to_string(&line).unwrap_or_default());
        out.push('\n');
    }
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], out).into_response())
}

/// What the ledger is.
#[derive(Debug, Serialize, ToSchema)]
pub struct LedgerView {
    /// The log's origin line.
    pub origin: String,
    /// The ledger id: the audience of statements.
    pub ledger_id: String,
    /// The number of entries.
    pub size: u64,
    /// The log's key as C2SP writes it.
    pub vkey: String,
    /// The key that signs checkpoints, base64url.
    pub log_key: String,
    /// The key that signs seals, base64url.
    pub seal_key: String,
    /// The key that signs receipts, base64url.
    pub receipt_key: String,
    /// Seconds between seals.
    pub seal_interval_s: u32,
    /// Whether raw entries are for members only.
    pub members_only: bool,
    /// The ledger's clock: the time of the last seal, or of the opening.
    pub time: Option<String>,
    /// The index of the last seal.
    pub last_seal: Option<u64>,
    /// The ruleset in force.
    pub ruleset: Option<u32>,
    /// The vocabulary's version.
    pub vocabulary: Option<String>,
    /// All that the policy in force says.
    pub policy: Option<PolicyView>,
    /// Most statements in one request.
    pub max_statements: usize,
    /// Largest request body in bytes.
    pub max_request_bytes: usize,
    /// Largest document in bytes.
    pub max_document_bytes: usize,
}

pub(super) fn ledger_record(node: &Node) -> Option<Ledger> {
    match node.record(&RecordKey::Ledger).as_deref() {
        Some(Record::Ledger(ledger)) => Some(ledger.clone()),
        _ => None,
    }
}

/// A log key in C2SP's text: `name+id+base64(type || key)`.
pub(super) fn vkey(origin: &str, key: &PublicKey) -> String {
    const ED25519: u8 = 1;
    let Ok(name) = KeyName::new(origin) else { return String::new() };
    let id = KeyId::of(&name, ED25519, &key.0);
    let typed: Vec<u8> = std::iter::once(ED25519).chain(key.0).collect();
    format!("{}+{id}+{}", name.as_str(), Base64::encode_string(&typed))
}

/// What the ledger is: names, keys, size, limits.
#[utoipa::path(get, path = "/v1/ledger", tag = "log",
    responses((status = 200, body = LedgerView), (status = 503, body = ProblemBody)))]
pub async fn ledger(State(app): State<App>, Asked(lang): Asked) -> Result<Json<LedgerView>, Problem> {
    let node = &app.node;
    let record = ledger_record(node).ok_or_else(|| Problem::new(Kind::NotBegun, lang))?;
    let policy = policy::in_force(node);
    let (ruleset, vocabulary) =
        policy.as_ref().map(|policy| (policy.ruleset, policy.vocabulary.clone())).unzip();
    let limits = &app.settings.limits;
    Ok(Json(LedgerView {
        vkey: vkey(&record.origin, &record.log_key),
        origin: record.origin,
        ledger_id: record.id,
        size: node.size(),
        log_key: record.log_key.to_string(),
        seal_key: record.seal_key.to_string(),
        receipt_key: record.receipt_key.to_string(),
        seal_interval_s: record.seal_interval_s,
        members_only: record.members_only,
        time: node.ledger_time().map(|time| time.to_string()),
        last_seal: node.last_seal().map(|(index, _)| index.0),
        ruleset,
        vocabulary,
        policy,
        max_statements: limits.statements,
        max_request_bytes: limits.request_bytes,
        max_document_bytes: limits.document_bytes,
    }))
}

/// A trust file for this log (c2sp.org/tlog-policy). It names no witness and no auditor: who relies on it trusts
/// this node, and should compare it with one from elsewhere.
#[utoipa::path(get, path = "/trust.policy", tag = "log",
    responses((status = 200, body = String, content_type = "text/plain"), (status = 503, body = ProblemBody)))]
pub async fn trust(State(app): State<App>, Asked(lang): Asked) -> Result<Response, Problem> {
    let record = ledger_record(&app.node).ok_or_else(|| Problem::new(Kind::NotBegun, lang))?;
    let key = vkey(&record.origin, &record.log_key);
    let address =
        if app.settings.base_url.is_empty() { String::new() } else { format!(" {}/", app.settings.base_url) };
    let text = format!(
        "# Trust file for {}\n# It comes from the log's own node: compare it with one from a source that you trust.\nlog {key}{address}\nquorum none\n",
        record.id
    );
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}
