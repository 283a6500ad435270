//! For whoever watches the node: is it alive, can it take statements, how much does it do; and the API's description.

use std::sync::OnceLock;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::asked::Asked;
use super::problem::{Kind, Problem, ProblemBody};
use crate::measures;

static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Starts counting, once a process. Without it `/metrics` is empty.
pub fn install_recorder() {
    RECORDER.get_or_init(|| {
        let recorder = measures::recorder().ok()?.build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).ok()?;
        measures::describe();
        Some(handle)
    });
}

/// What has to be done now and then, until the server ends.
pub async fn upkeep(app: App) {
    let mut tick = tokio::time::interval(Duration::from_secs(5));
    loop {
        tick.tick().await;
        app.guard.forget();
        app.node.upkeep();
        if let Some(Some(handle)) = RECORDER.get() {
            handle.run_upkeep();
        }
    }
}

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "operation", responses((status = 200, body = String)))]
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// How the node is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ready {
    /// Whether it takes statements.
    pub ready: bool,
    /// The number of entries.
    pub size: u64,
    /// How many of them queries know.
    pub indexed: u64,
    /// Statements waiting.
    pub queue: usize,
    /// Seconds since the last seal.
    pub seal_age_s: Option<i64>,
}

/// The node takes statements.
#[utoipa::path(get, path = "/readyz", tag = "operation", responses((status = 200, body = Ready), (status = 503, body = ProblemBody)))]
pub async fn readyz(State(app): State<App>, Asked(lang): Asked) -> Result<Json<Ready>, Problem> {
    let health = app.node.health();
    if let Some(why) = health.failed {
        return Err(Problem::new(Kind::Unavailable, lang).detail(why));
    }
    Ok(Json(Ready {
        ready: true,
        size: health.size,
        indexed: health.indexed,
        queue: health.queue,
        seal_age_s: health.seal_age_s,
    }))
}

/// Counters and gauges as Prometheus reads them.
#[utoipa::path(get, path = "/metrics", tag = "operation", responses((status = 200, body = String, content_type = "text/plain")))]
pub async fn metrics(State(app): State<App>) -> Response {
    measures::show(&app.node.health());
    let text = RECORDER.get().and_then(Option::as_ref).map(PrometheusHandle::render).unwrap_or_default();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

/// This description.
#[utoipa::path(get, path = "/openapi.json", tag = "operation", responses((status = 200, description = "OpenAPI 3.1")))]
pub async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], crate::openapi::document()).into_response()
}
