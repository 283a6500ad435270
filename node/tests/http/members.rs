//! A ledger whose raw entries are for members: what a stranger is refused, what a participant reads, and what stays
//! open so that a buyer can check a piece without an account.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use lode_ledger::id::SaleId;
use lode_ledger::proof::ProofFile;
use lode_ledger::record::{Record, RecordKey};
use serde_json::Value;

use crate::stage::{Stage, stage_of};
use crate::trade::trade;

async fn members() -> Stage {
    stage_of(trade(true), |_| {}).await
}

/// Paths of which a stranger learns nothing.
fn closed(stage: &Stage) -> Vec<String> {
    let trade = &stage.trade;
    let (lot, piece, work) = (trade.brazil, trade.dragon, trade.work);
    let size = stage.node.size();
    let first = lode_ledger::hash::Hash::of(&trade.world.statements[0]);
    vec![
        "/v1/entries/0".to_owned(),
        format!("/v1/statements/{first}"),
        format!("/tile/entries/000.p/{size}"),
        "/v1/feed".to_owned(),
        "/v1/items".to_owned(),
        format!("/v1/items?custodian={}", trade.importer.1),
        format!("/v1/items/{lot}"),
        format!("/v1/items/{lot}/events"),
        format!("/v1/items/{lot}/balance"),
        format!("/v1/items/{lot}/proof"),
        format!("/v1/items/{lot}/spoken"),
        format!("/v1/items/{lot}/made-from"),
        format!("/v1/items/{work}/made-from"),
        format!("/v1/items/{lot}/made-into"),
        format!("/v1/items/{piece}/made-into"),
        format!("/v1/items/{lot}/where-used"),
        format!("/v1/items/{lot}/components"),
        "/v1/participants".to_owned(),
        format!("/v1/participants/{}", trade.importer.1),
        format!("/v1/participants/{}/facilities", trade.importer.1),
        format!("/v1/participants/{}/yields", trade.importer.1),
        format!("/v1/participants/{}/stock", trade.importer.1),
        format!("/v1/keys/{}", trade.importer.0.secret.public().thumbprint()),
        format!("/v1/participants/{}/entered", trade.importer.1),
        "/v1/certificates/GTC/2026001234".to_owned(),
        "/v1/certificates".to_owned(),
        "/v1/disputes".to_owned(),
        "/v1/warnings".to_owned(),
        "/v1/work?warning=yield-outside".to_owned(),
        format!("/v1/work?studio={}", trade.importer.1),
        format!("/v1/offers?to={}", trade.importer.1),
        format!("/v1/work/{work}"),
        format!("/v1/items/{lot}/exports"),
        format!("/v1/listings?seller={}", trade.seller.1),
        format!("/v1/shipments?sender={}", trade.seller.1),
        format!("/v1/exports?exporter={}", trade.seller.1),
        format!("/v1/sales/{}", sale_of(stage)),
    ]
}

/// The sale of the dragon.
fn sale_of(stage: &Stage) -> SaleId {
    match stage.node.record(&RecordKey::Item(stage.trade.dragon)).as_deref() {
        Some(Record::Item(item)) => item.sale.unwrap(),
        _ => panic!("the dragon is there"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_refused_and_a_participant_is_not() {
    let stage = members().await;
    let bearer = stage.bearer(&stage.trade.lab).await;
    for path in closed(&stage) {
        let got = stage.get(&path).await;
        assert_eq!(got.json()["code"], "members-only", "{path}: {}", got.text());
        got.is_problem(403, "members-only");
        let got = stage.get_as(&path, header::AUTHORIZATION, &bearer).await;
        assert_eq!(got.status, StatusCode::OK, "{path}: {}", got.text());
    }
    let zh = stage.get("/v1/feed?lang=zh").await.json();
    assert_eq!(zh["title"], "本账本仅向成员提供此内容");
    let got = stage.get_as("/v1/feed", header::AUTHORIZATION, "Bearer made-up").await;
    got.is_problem(401, "session-required");
    let bundle = format!("/tile/entries/000.p/{}", stage.node.size());
    let bundle = stage.get_as(&bundle, header::AUTHORIZATION, &bearer).await;
    assert_eq!(bundle.header(header::CACHE_CONTROL), "private, no-store", "no cache shows it to others");
}

/// The routes of the API that answer strangers, and those that do not, or not of everything. A new route has to be put
/// on one of the lists.
const OPEN: &[&str] = &[
    "/checkpoint",
    "/healthz",
    "/metrics",
    "/openapi.json",
    "/readyz",
    "/trust.policy",
    "/v1/entries/{index}/receipt",
    "/v1/entries/{index}/tlog-proof",
    "/v1/ledger",
    "/v1/tags/{code}",
    "/v1/vocabulary/{table}",
];
const CLOSED: &[&str] = &[
    "/tile/{path}",
    "/v1/certificates",
    "/v1/certificates/{issuer}/{number}",
    "/v1/consignments/{id}",
    "/v1/counts/{id}",
    "/v1/credentials/{id}",
    "/v1/disputes",
    "/v1/disputes/{id}",
    "/v1/documents/{sha256}",
    "/v1/entries/{index}",
    "/v1/exports",
    "/v1/exports/{id}",
    "/v1/facilities/{id}",
    "/v1/feed",
    "/v1/holds/{id}",
    "/v1/items",
    "/v1/items/{id}",
    "/v1/items/{id}/balance",
    "/v1/items/{id}/components",
    "/v1/items/{id}/events",
    "/v1/items/{id}/exports",
    "/v1/items/{id}/made-from",
    "/v1/items/{id}/made-into",
    "/v1/items/{id}/proof",
    "/v1/items/{id}/spoken",
    "/v1/items/{id}/where-used",
    "/v1/keys/{thumbprint}",
    "/v1/listings",
    "/v1/listings/{id}",
    "/v1/offers",
    "/v1/offers/{id}",
    "/v1/packs/{id}",
    "/v1/participants",
    "/v1/participants/{id}",
    "/v1/participants/{id}/entered",
    "/v1/participants/{id}/facilities",
    "/v1/participants/{id}/stock",
    "/v1/participants/{id}/yields",
    "/v1/recalls/{id}",
    "/v1/sales/{id}",
    "/v1/settlements/{id}",
    "/v1/shipments",
    "/v1/shipments/{id}",
    "/v1/statements/{id}",
    "/v1/warnings",
    "/v1/work",
    "/v1/work/{id}",
];

#[test]
fn of_every_route_it_was_decided_whom_it_answers() {
    let document: Value = serde_json::from_str(&lode_node::openapi::document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let read: BTreeSet<&str> =
        paths.iter().filter(|(_, methods)| methods.get("get").is_some()).map(|(path, _)| &**path).collect();
    assert_eq!(read, OPEN.iter().chain(CLOSED).copied().collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_session_opened_stays_in_no_cache() {
    let stage = members().await;
    let bearer = stage.bearer(&stage.trade.lab).await;
    for path in [format!("/items/{}", stage.trade.brazil), "/v1/items".to_owned(), "/checkpoint".to_owned()] {
        let got = stage.get_as(&path, header::AUTHORIZATION, &bearer).await;
        assert_eq!((got.status, got.header(header::CACHE_CONTROL)), (StatusCode::OK, "private, no-store"));
        assert!(got.header(header::VARY).contains("authorization"));
    }
}

/// A stranger learns of none of these even whether it is there.
#[tokio::test(flavor = "multi_thread")]
async fn of_what_stands_around_goods_a_stranger_learns_nothing() {
    let stage = members().await;
    let bearer = stage.bearer(&stage.trade.lab).await;
    for (folder, letter) in [
        ("facilities", "F"),
        ("credentials", "T"),
        ("consignments", "C"),
        ("counts", "N"),
        ("holds", "H"),
        ("disputes", "D"),
    ] {
        let path = format!("/v1/{folder}/{letter}-{}", "0".repeat(26));
        stage.get(&path).await.is_problem(403, "members-only");
        stage.get_as(&path, header::AUTHORIZATION, &bearer).await.is_problem(404, "not-found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_lot_nobody_learns_whether_it_is_there() {
    let stage = members().await;
    let unknown = format!("L-{}", "0".repeat(26));
    stage.get(&format!("/v1/items/{unknown}")).await.is_problem(403, "members-only");
    let there = stage.get(&format!("/items/{}", stage.trade.brazil)).await;
    let not_there = stage.get(&format!("/items/{unknown}")).await;
    assert_eq!((there.status, not_there.status), (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN));
    assert!(there.text().contains("shows lots to its members only"), "{}", there.text());
    let unknown_piece = format!("/v1/items/P-{}", "0".repeat(26));
    stage.get(&unknown_piece).await.is_problem(404, "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_checks_a_piece_without_an_account() {
    let stage = members().await;
    let piece = stage.trade.dragon;
    let size = stage.node.size();
    let mut paths: Vec<String> = ["/", "/checkpoint", "/trust.policy", "/v1/ledger", "/openapi.json"]
        .into_iter()
        .chain(["/healthz", "/readyz", "/metrics", "/v1/vocabulary/treatment", "/v1/entries/0/receipt"])
        .map(str::to_owned)
        .collect();
    paths.extend([
        format!("/tile/0/000.p/{size}"),
        format!("/T/{}", stage.trade.dragon_tag),
        format!("/v1/tags/{}", stage.trade.dragon_tag),
        format!("/items/{piece}"),
        format!("/v1/items/{piece}"),
        format!("/v1/items/{piece}/balance"),
        format!("/v1/items/{piece}/made-from"),
        format!("/v1/items/{piece}/exports"),
        format!("/v1/items/{piece}/spoken"),
    ]);
    for path in paths {
        let got = stage.get(&path).await;
        assert_eq!(got.status, StatusCode::OK, "{path}: {}", got.text());
    }
    assert_eq!(stage.get("/v1/ledger").await.json()["members_only"], true);

    // The proof of a piece works in both kinds of ledger.
    let proof = stage.get(&format!("/v1/items/{piece}/proof")).await;
    assert_eq!(proof.status, StatusCode::OK);
    ProofFile::decode(&proof.body).unwrap();

    // Events are named, their content is for members, and the page does not lead to doors that are shut.
    let events = stage.get(&format!("/v1/items/{piece}/events")).await.json();
    assert_eq!((&events["items"][0]["event"], events["items"][0]["title"].is_string()), (&Value::Null, true));
    let bearer = stage.bearer(&stage.trade.importer).await;
    let path = format!("/v1/items/{piece}/events");
    let events = stage.get_as(&path, header::AUTHORIZATION, &bearer).await.json();
    assert_eq!(events["items"][0]["event"]["type"], "work.completed");
    let page = stage.get(&format!("/T/{}", stage.trade.dragon_tag)).await;
    assert!(!page.text().contains("/v1/entries/") && page.text().contains("entry "));
    assert!(stage.get("/").await.text().contains("raw entries are for members"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_participant_has_no_session_any_more() {
    let mut stage = members().await;
    let bearer = stage.bearer(&stage.trade.lab).await;
    assert_eq!(stage.get_as("/v1/feed", header::AUTHORIZATION, &bearer).await.status, StatusCode::OK);
    let (lab, world) = (stage.trade.lab.1, &mut stage.trade.world);
    let text = format!(
        r#"{{"type":"participant.suspended","at":"{}","participant":"{lab}","reason":"accreditation ended"}}"#,
        world.at()
    );
    let index = world.registrar(&text);
    let bytes = world.statements[usize::try_from(index).unwrap()].clone();
    let request = Request::post("/v1/statements").header(header::CONTENT_TYPE, "application/cose");
    let got = stage.send(request.body(Body::from(bytes)).unwrap()).await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.text());
    stage.get_as("/v1/feed", header::AUTHORIZATION, &bearer).await.is_problem(403, "key-not-valid");
    stage.sign_in(&stage.trade.lab).await.is_problem(403, "key-not-valid");
}

/// A recall asks buyers too; of the lots in it a stranger is told nothing.
#[tokio::test(flavor = "multi_thread")]
async fn whom_a_recall_asks_may_read_it() {
    let mut trade = trade(true);
    let (dragon, brazil, lab) = (trade.dragon, trade.brazil, trade.lab.clone());
    let nonce = trade.world.nonce();
    let at = trade.world.at();
    trade.world.registrar(&format!(
        r#"{{"type":"recall.issued","at":"{at}","nonce":"{nonce}","items":["{dragon}","{brazil}"],"reason":"treatment_found","text":"bring it back"}}"#
    ));
    let stage = stage_of(trade, |_| {}).await;
    let item = stage.get(&format!("/v1/items/{dragon}")).await.json();
    let path = format!("/v1/recalls/{}", item["standing"]["recalls"][0].as_str().unwrap());
    let seen = stage.get(&path).await.json();
    assert_eq!(
        (&seen["reason"]["code"], &seen["items"]),
        (&"treatment_found".into(), &[dragon.to_string()][..].into())
    );
    assert_eq!(seen["details"][0]["value"], "bring it back", "{seen}");
    let bearer = stage.bearer(&lab).await;
    let seen = stage.get_as(&path, header::AUTHORIZATION, &bearer).await.json();
    assert_eq!(seen["items"].as_array().unwrap().len(), 2);
}
