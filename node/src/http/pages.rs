//! Pages for people: the ledger's first page, and the page of an item by its tag or id.

use std::sync::{Arc, LazyLock};

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use lode_ledger::hash::Hash;
use lode_ledger::id::{ItemId, ItemKind, LogIndex};
use lode_ledger::lang::Lang;
use lode_ledger::record::{EventRef, Record, RecordKey};
use lode_ledger::tag::TagCode;
use serde::Deserialize;

use super::asked::{Admitted, Asked, Path, Query, SeenAs, admit_to};
use super::log::{ledger_record, vkey};
use super::problem::{Kind, Problem};
use super::{App, aside};
use crate::page::{
    HomePage, Kept, LedgerFacts, Notice, NoticePage, PageLang, PageOptions, Source, Texts, item_page,
};
use crate::service::Node;

impl Source for App {
    fn record(&self, key: &RecordKey) -> Option<Arc<Record>> {
        self.node.record(key)
    }

    fn events_of(&self, key: &RecordKey, after: Option<EventRef>, limit: usize) -> Vec<EventRef> {
        self.node.events_of(key, after, limit)
    }

    fn statement(&self, index: LogIndex) -> Option<Vec<u8>> {
        self.node.statement(index)
    }

    fn kept(&self) -> &Kept {
        &self.opened
    }
}

fn html(status: StatusCode, page: &impl Template, lang: Lang) -> Response {
    match page.render() {
        Ok(text) => {
            let language = PageLang::of(lang).html();
            let headers =
                [(header::CACHE_CONTROL, "public, max-age=5"), (header::CONTENT_LANGUAGE, language)];
            (status, headers, Html(text)).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            Problem::new(Kind::Internal, lang).into_response()
        }
    }
}

fn notice(status: StatusCode, lang: Lang, path: &str, notice: Notice) -> Response {
    html(status, &NoticePage::new(PageLang::of(lang), path.to_owned(), notice), lang)
}

/// The ledger's first page.
pub async fn home(State(app): State<App>, Asked(lang): Asked) -> Response {
    let texts = Texts(PageLang::of(lang));
    let record = ledger_record(&app.node);
    let sealed = app.node.last_seal().map(|(index, time)| {
        format!("{} {} · {}", texts.date(time), texts.clock(time), texts.entry(index.0))
    });
    let facts = LedgerFacts {
        origin: app.node.origin(),
        id: app.node.ledger_id(),
        size: app.node.size(),
        sealed: sealed.unwrap_or_default(),
        checkpoint: app.node.checkpoint().map(|text| text.to_string()).unwrap_or_default(),
        log_key: record.as_ref().map(|record| vkey(&record.origin, &record.log_key)).unwrap_or_default(),
        members_only: app.node.members_only(),
    };
    html(StatusCode::OK, &HomePage::new(PageLang::of(lang), facts), lang)
}

/// What was typed into the search field.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    code: String,
}

/// From the search field to the tag's page, which also says what is wrong with a code that is none.
pub async fn find(Asked(lang): Asked, Query(wanted): Query<Wanted>) -> Response {
    let tag = PageLang::of(lang).tag();
    let place = match TagCode::parse_lenient(&wanted.code) {
        Ok(code) => format!("/T/{code}"),
        Err(_) if wanted.code.trim().is_empty() => "/".to_owned(),
        Err(_) => format!("/T/{}", in_path(&wanted.code)),
    };
    Redirect::to(&format!("{place}?lang={tag}")).into_response()
}

/// What somebody typed, as a part of a path; bounded, as it comes from outside.
fn in_path(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric();
    let bytes = text.trim().bytes().take(64);
    bytes.map(|b| if plain(&b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// The page of a tag. Other spellings of the code are sent on to the printed one.
pub async fn tag(
    State(app): State<App>,
    Asked(lang): Asked,
    uri: Uri,
    seen: SeenAs,
    text: Result<Path<String>, Problem>,
) -> Response {
    let text = text.map(|Path(text)| text).unwrap_or_default();
    let Ok(code) = TagCode::parse_lenient(&text) else {
        return notice(StatusCode::NOT_FOUND, lang, uri.path(), Notice::BadTag(text));
    };
    let path = format!("/T/{code}");
    if uri.path() != path {
        let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        return Redirect::permanent(&format!("{path}{query}")).into_response();
    }
    match app.node.record(&RecordKey::Tag(code)).as_deref() {
        Some(Record::Tag(tag)) => match tag.replaced_by {
            Some(_) => {
                let new = live_code(&app.node, &tag.item, code);
                notice(StatusCode::OK, lang, &path, Notice::Replaced { old: code.to_string(), new })
            }
            None => show(app.clone(), tag.item, path, lang, seen).await,
        },
        _ => notice(StatusCode::NOT_FOUND, lang, &path, Notice::UnknownTag(code.to_string())),
    }
}

/// The item's live tag: a tag may have been replaced more than once.
fn live_code(node: &Node, item: &ItemId, otherwise: TagCode) -> String {
    match node.record(&RecordKey::Item(*item)).as_deref() {
        Some(Record::Item(item)) => item.tag.unwrap_or(otherwise).to_string(),
        _ => otherwise.to_string(),
    }
}

/// The page of an item by its id.
pub async fn item(
    State(app): State<App>,
    Asked(lang): Asked,
    admitted: Option<Admitted>,
    uri: Uri,
    seen: SeenAs,
    text: Result<Path<String>, Problem>,
) -> Response {
    let text = text.map(|Path(text)| text).unwrap_or_default();
    let Ok(id) = text.parse::<ItemId>() else {
        return notice(StatusCode::NOT_FOUND, lang, uri.path(), Notice::UnknownItem(text));
    };
    let path = format!("/items/{id}");
    let open = match super::items::find(&app.node, &id) {
        Some(item) => admit_to(admitted, &id, &item),
        None => admitted.is_some() || id.kind() == ItemKind::Piece,
    };
    if !open {
        return notice(StatusCode::FORBIDDEN, lang, &path, Notice::MembersOnly(text));
    }
    show(app, id, path, lang, seen).await
}

async fn show(app: App, id: ItemId, path: String, lang: Lang, SeenAs(base): SeenAs) -> Response {
    let own_path = path.clone();
    let made = aside(lang, move || {
        let photo = photo(&app, &id);
        let entries_open = !app.node.members_only();
        let options = PageOptions { lang: PageLang::of(lang), base, path, photo, entries_open };
        item_page(&app, &id, options)
    });
    match made.await {
        Ok(Some(page)) => html(StatusCode::OK, &page, lang),
        Ok(None) => notice(StatusCode::NOT_FOUND, lang, &own_path, Notice::UnknownItem(id.to_string())),
        Err(problem) => problem.into_response(),
    }
}

/// The newest public photo of the item that is here: of the thing itself before those of the work that made it.
fn photo(app: &App, id: &ItemId) -> Option<String> {
    let item = super::items::find(&app.node, id)?;
    let work = match item.work.and_then(|work| app.node.record(&RecordKey::WorkOrder(work))).as_deref() {
        Some(Record::WorkOrder(work)) => work.documents.clone(),
        _ => Vec::new(),
    };
    let photos = item.documents.iter().rev().filter(|document| document.kind == "photo" && document.public);
    let (of_work, own): (Vec<_>, Vec<_>) = photos.partition(|document| work.contains(document));
    own.into_iter().chain(of_work).find_map(|document| {
        let about = app.documents.about(&document.sha256).ok().flatten()?;
        let shown = about.public && about.media_type.starts_with("image/");
        shown.then(|| format!("/v1/documents/{}", document.sha256))
    })
}

/// The pages' one style sheet. Its tag follows from its bytes, so that no browser keeps an older one.
pub async fn style(headers: HeaderMap) -> Response {
    const STYLE: &str = include_str!("../../templates/style.css");
    static TAG: LazyLock<String> = LazyLock::new(|| format!("\"{}\"", Hash::of(STYLE.as_bytes())));
    if headers.get(header::IF_NONE_MATCH).is_some_and(|value| value == TAG.as_str()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=300"),
        (header::ETAG, TAG.as_str()),
    ];
    (headers, STYLE).into_response()
}
