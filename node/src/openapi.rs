//! The API's description for programs (OpenAPI 3.1), collected from the handlers. `schemas/openapi.json` is the same
//! document for readers; a test keeps the two equal.

use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::http::{
    audit, documents, items, jobs, log, market, ops, parties, provenance, sessions, single, spoken,
    statements, stock, vocabulary,
};

#[derive(OpenApi)]
#[openapi(
    info(title = "Lode node", description = "A provenance ledger for crystal: signed statements in, a public log and answers out. Every error is application/problem+json with a stable code. Languages: `?lang=` or Accept-Language, en, zh, pt.", license(name = "Apache-2.0", identifier = "Apache-2.0"), contact()),
    modifiers(&Session),
    paths(
        statements::post, log::statement, log::entry, log::receipt, log::tlog_proof, log::feed, log::ledger,
        log::checkpoint, log::tile, log::trust, items::list, items::get, items::events, items::balance, items::components, items::proof, spoken::spoken,
        provenance::made_from, provenance::made_into, provenance::where_used, parties::list, parties::get,
        parties::facilities, parties::offers, parties::offer, parties::work, jobs::list, jobs::yields, stock::stock, audit::entered, audit::disputes,
        audit::warnings, audit::certificates, parties::tag,
        single::facility, single::credential, single::key, single::consignment, single::count, single::certificate,
        single::hold, single::dispute, single::recall, market::exports_of, market::listings,
        market::listing, market::shipments, market::shipment, market::exports, market::export, market::sale, market::pack,
        market::settlement, vocabulary::get, documents::post, documents::put,
        documents::get, sessions::challenge, sessions::open, ops::healthz, ops::readyz, ops::metrics, ops::openapi,
    )
)]
struct Description;

struct Session;

impl Modify for Session {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("session", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

/// The document, as JSON with a line feed at its end.
#[must_use]
pub fn document() -> String {
    let mut text = Description::openapi().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// The golden file. `UPDATE=1 cargo test -p lode-node openapi` rewrites it.
    #[test]
    fn the_published_description_is_the_one_served() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas/openapi.json");
        let document = document();
        if std::env::var("UPDATE").as_deref() == Ok("1") {
            std::fs::write(path, &document).unwrap();
        }
        let published = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            published == document,
            "schemas/openapi.json differs: run with UPDATE=1 and look at the change"
        );
    }

    /// Pages for people are no part of the API.
    const PAGES: [&str; 6] = ["/", "/t", "/T/{code}", "/t/{code}", "/items/{id}", "/style.css"];

    #[test]
    fn every_route_is_described_and_every_description_is_routed() {
        // axum does not tell its routes, so they are read where they are written.
        let routes = include_str!("http/mod.rs").split(".route(\"").skip(1).map(|rest| {
            let (path, rest) = rest.split_once('"').unwrap();
            let handlers = rest.lines().next().unwrap();
            let takes = |method: &&str| handlers.contains(&format!("{method}("));
            (path, ["get", "post", "put"].into_iter().filter(takes).collect::<Vec<_>>())
        });
        let routed: BTreeMap<_, _> = routes.filter(|(path, _)| !PAGES.contains(path)).collect();
        let document: serde_json::Value = serde_json::from_str(&document()).unwrap();
        let paths = document["paths"].as_object().unwrap();
        let described: BTreeMap<_, _> = paths
            .iter()
            .map(|(path, methods)| {
                (path.as_str(), methods.as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>())
            })
            .collect();
        // The catch-all of axum is written with a star.
        let routed: BTreeMap<String, _> =
            routed.into_iter().map(|(path, methods)| (path.replace("{*", "{"), methods)).collect();
        assert!(routed.len() > 25, "{routed:?}");
        assert_eq!(routed, described.into_iter().map(|(path, m)| (path.to_owned(), m)).collect());
    }
}
