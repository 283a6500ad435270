//! The node's HTTP face: routes, limits and the shape of answers. Handlers parse, call a plain function and map the
//! error; what an answer means is said by [`crate::service`], what a page shows by [`crate::page`].
//!
//! No type of axum is known below this folder, and nothing here decides about a statement.

mod asked;
pub mod audit;
mod bounds;
mod cbor_seq;
mod connections;
pub mod documents;
mod forwarded;
mod guard;
pub mod items;
pub mod jobs;
pub mod log;
pub mod market;
pub mod ops;
pub mod pages;
pub mod parties;
pub mod people;
mod policy;
pub mod problem;
pub mod provenance;
pub mod sessions;
pub mod single;
pub mod spoken;
pub mod standing;
pub mod statements;
pub mod stock;
pub mod traded;
pub mod view;
pub mod vocabulary;
pub mod vouched;

use std::future::Future;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::http::{StatusCode, Uri};
use axum::middleware;
use axum::routing::{get, post, put};
use lode_ledger::lang::Lang;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

use crate::config::{Config, ForwardedHeader, Limits, Network};
use crate::documents::Documents;
use crate::page::Kept;
use crate::service::Node;
use crate::sessions::Sessions;
use asked::Asked;
use guard::Guard;
use problem::{Kind, Problem};

/// What handlers need of the configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The node's address for pages; empty if not set.
    pub base_url: String,
    /// The language of who asks for none of ours.
    pub language: Lang,
    /// The proxies that are believed about whose request they pass on.
    pub trusted_proxies: Vec<Network>,
    /// Where they write it.
    pub forwarded_header: ForwardedHeader,
    /// Bounds.
    pub limits: Limits,
}

/// What handlers share. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The node.
    pub node: Node,
    /// The documents.
    pub documents: Documents,
    /// The sessions.
    pub sessions: Arc<Sessions>,
    /// The settings.
    pub settings: Arc<Settings>,
    /// Statements opened for pages.
    opened: Arc<Kept>,
    guard: Arc<Guard>,
    /// Memory for the bodies of all requests.
    room: Arc<Semaphore>,
}

impl App {
    /// The application of a node.
    #[must_use]
    pub fn new(node: Node, config: &Config) -> Self {
        let settings = Settings {
            base_url: config.base_url.clone().unwrap_or_default(),
            language: config.language,
            trusted_proxies: config.trusted_proxies.clone(),
            forwarded_header: config.forwarded_header,
            limits: config.limits,
        };
        let documents = Documents::new(&config.data, node.origin());
        let guard = Arc::new(Guard::new(config.limits.requests_per_second));
        let room = bounds::room(config.limits.bodies_bytes);
        Self {
            node,
            documents,
            sessions: Arc::default(),
            settings: Arc::new(settings),
            opened: Arc::default(),
            guard,
            room,
        }
    }
}

impl FromRef<App> for Node {
    fn from_ref(app: &App) -> Self {
        app.node.clone()
    }
}

/// Every route with its limits.
pub fn router(app: App) -> Router {
    let limits = app.settings.limits;
    let uploads = Router::new()
        .route("/v1/documents", post(documents::post))
        .route("/v1/documents/{sha256}", put(documents::put).get(documents::get))
        .layer(DefaultBodyLimit::max(limits.document_bytes));
    let sign_in = Router::new()
        .route("/v1/sessions/challenge", post(sessions::challenge))
        .route("/v1/sessions", post(sessions::open))
        .layer(DefaultBodyLimit::max(sessions::MAX_BODY));
    let api = Router::new()
        .route("/v1/statements", post(statements::post).layer(DefaultBodyLimit::max(limits.request_bytes)))
        .route("/v1/statements/{id}", get(log::statement))
        .route("/v1/entries/{index}", get(log::entry))
        .route("/v1/entries/{index}/receipt", get(log::receipt))
        .route("/v1/entries/{index}/tlog-proof", get(log::tlog_proof))
        .route("/v1/feed", get(log::feed))
        .route("/v1/ledger", get(log::ledger))
        .route("/v1/items", get(items::list))
        .route("/v1/items/{id}", get(items::get))
        .route("/v1/items/{id}/events", get(items::events))
        .route("/v1/items/{id}/balance", get(items::balance))
        .route("/v1/items/{id}/components", get(items::components))
        .route("/v1/items/{id}/proof", get(items::proof))
        .route("/v1/items/{id}/spoken", get(spoken::spoken))
        .route("/v1/items/{id}/made-from", get(provenance::made_from))
        .route("/v1/items/{id}/made-into", get(provenance::made_into))
        .route("/v1/items/{id}/where-used", get(provenance::where_used))
        .route("/v1/items/{id}/exports", get(market::exports_of))
        .route("/v1/listings", get(market::listings))
        .route("/v1/listings/{id}", get(market::listing))
        .route("/v1/shipments", get(market::shipments))
        .route("/v1/shipments/{id}", get(market::shipment))
        .route("/v1/exports", get(market::exports))
        .route("/v1/exports/{id}", get(market::export))
        .route("/v1/sales/{id}", get(market::sale))
        .route("/v1/packs/{id}", get(market::pack))
        .route("/v1/settlements/{id}", get(market::settlement))
        .route("/v1/participants", get(parties::list))
        .route("/v1/participants/{id}", get(parties::get))
        .route("/v1/participants/{id}/facilities", get(parties::facilities))
        .route("/v1/offers", get(parties::offers))
        .route("/v1/offers/{id}", get(parties::offer))
        .route("/v1/work", get(jobs::list))
        .route("/v1/participants/{id}/yields", get(jobs::yields))
        .route("/v1/participants/{id}/stock", get(stock::stock))
        .route("/v1/participants/{id}/entered", get(audit::entered))
        .route("/v1/warnings", get(audit::warnings))
        .route("/v1/disputes", get(audit::disputes))
        .route("/v1/certificates", get(audit::certificates))
        .route("/v1/work/{id}", get(parties::work))
        .route("/v1/facilities/{id}", get(single::facility))
        .route("/v1/credentials/{id}", get(single::credential))
        .route("/v1/keys/{thumbprint}", get(single::key))
        .route("/v1/consignments/{id}", get(single::consignment))
        .route("/v1/counts/{id}", get(single::count))
        .route("/v1/certificates/{issuer}/{number}", get(single::certificate))
        .route("/v1/holds/{id}", get(single::hold))
        .route("/v1/disputes/{id}", get(single::dispute))
        .route("/v1/recalls/{id}", get(single::recall))
        .route("/v1/tags/{code}", get(parties::tag))
        .route("/v1/vocabulary/{table}", get(vocabulary::get))
        .route("/checkpoint", get(log::checkpoint))
        .route("/tile/{*path}", get(log::tile))
        .route("/trust.policy", get(log::trust))
        .route("/openapi.json", get(ops::openapi));
    let people = Router::new()
        .route("/", get(pages::home))
        .route("/t", get(pages::find))
        .route("/T/{code}", get(pages::tag))
        .route("/t/{code}", get(pages::tag))
        .route("/items/{id}", get(pages::item))
        .route("/style.css", get(pages::style));
    let watched = Router::new()
        .route("/healthz", get(ops::healthz))
        .route("/readyz", get(ops::readyz))
        .route("/metrics", get(ops::metrics));
    let limited = api.merge(people).merge(uploads).merge(sign_in).fallback(not_found);
    limited
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(app.clone(), guard::limit_rate))
        .merge(watched)
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, limits.answer_time()))
        .layer(CatchPanicLayer::custom(guard::panicked))
        .layer(middleware::from_fn_with_state(app.clone(), bounds::limit_request))
        .layer(middleware::from_fn(guard::dress))
        .with_state(app)
}

/// Serves until `stop` resolves and open requests are answered.
///
/// # Errors
/// The socket failed.
pub async fn serve(
    node: Node,
    config: &Config,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    ops::install_recorder();
    let app = App::new(node, config);
    let upkeep = tokio::spawn(ops::upkeep(app.clone()));
    let served = {
        let proxies = &config.trusted_proxies;
        let is_proxy = |address| proxies.iter().any(|network| network.contains(address));
        connections::serve(listener, router(app), &config.limits, is_proxy, stop).await
    };
    upkeep.abort();
    served
}

async fn not_found(Asked(lang): Asked, uri: Uri) -> Problem {
    Problem::new(Kind::NotFound, lang).detail(uri.path().chars().take(200).collect::<String>())
}

async fn wrong_method(Asked(lang): Asked) -> Problem {
    Problem::new(Kind::MethodNotAllowed, lang)
}

/// Reads an id of a path or query, or says which is wrong.
fn parse<T: std::str::FromStr>(text: &str, name: &str, lang: Lang) -> Result<T, Problem>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error| wrong_value(name, text, error, lang))
}

/// A parameter whose value is none. The reason is told in English also to others: it names formats, not things.
fn wrong_value(name: &str, value: &str, reason: impl std::fmt::Display, lang: Lang) -> Problem {
    let value: String = value.chars().take(64).collect();
    Problem::new(Kind::BadParameter, lang).detail(match lang {
        Lang::En => format!("{name}: {reason}"),
        Lang::Zh => format!("{name}：值“{value}”不正确（{reason}）"),
        Lang::Pt => format!("{name}: o valor \"{value}\" não está certo ({reason})"),
    })
}

/// Runs what reads much, or the disk, beside the tasks that serve others.
async fn aside<T: Send + 'static>(
    lang: Lang,
    job: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(job).await.map_err(|_| Problem::new(Kind::Internal, lang))
}
