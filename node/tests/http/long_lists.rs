//! Beyond every bound on what one answer may hold: rows of a page, entries of the feed, levels and nodes of a tree.

use std::fmt::Write as _;

use axum::http::StatusCode;
use serde_json::Value;

use crate::stage::{Stage, stage};
use crate::trade::world::event;

/// Parts of a lot, and how many of these are split again into how many.
const PARTS: [usize; 2] = [12, 100];
/// Statements of one event each on one lot.
const LOSSES: u64 = 1030;

/// Splits a lot twice and records many small losses of it.
async fn grown() -> Stage {
    let mut stage = stage(|_| {}).await;
    let before = stage.trade.world.statements.len();
    let (mut importer, brazil) = (stage.trade.importer.0.clone(), stage.trade.brazil);
    let world = &mut stage.trade.world;
    let [wide, deep] = PARTS;
    let mut left = 49_900_000 - 12_000_000;
    let parts = world.split(&mut importer, brazil, &vec![1_000_000; wide], left);
    for part in parts {
        world.split(&mut importer, part, &vec![1_000; deep], 900_000);
    }
    for _ in 0..LOSSES {
        left -= 1_000;
        let text = format!(
            r#"{{"type":"loss.recorded","at":"{}","item":"{brazil}","loss":{{"reason":"sample","mass_mg":1000}},"left_mg":{left}}}"#,
            world.at()
        );
        world.by(&mut importer, &[event(&text)]);
        // The ledger does not believe times far ahead of its last seal.
        world.now -= 1;
    }
    for many in stage.trade.world.statements[before..].chunks(512) {
        for outcome in stage.node.submit(many.to_vec()).await {
            assert!(outcome.accepted().is_some(), "{outcome:?}");
        }
    }
    stage
}

async fn json(stage: &Stage, path: &str) -> Value {
    let got = stage.get(path).await;
    assert_eq!(got.status, StatusCode::OK, "{path}: {}", got.text());
    got.json()
}

fn rows(value: &Value) -> usize {
    value.as_array().map_or(0, Vec::len)
}

fn nodes(steps: &Value) -> usize {
    steps.as_array().map_or(0, |steps| steps.iter().map(|step| 1 + nodes(&step["steps"])).sum())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_is_longer_than_its_bound_however_much_is_asked_for() {
    let stage = grown().await;
    let brazil = stage.trade.brazil;

    let page = json(&stage, "/v1/items?limit=1000000").await;
    assert_eq!(rows(&page["items"]), 200);
    let next = page["next"].as_str().expect("there is more");
    assert_eq!(rows(&json(&stage, &format!("/v1/items?limit=1000000&cursor={next}")).await["items"]), 200);

    let page = json(&stage, &format!("/v1/items/{brazil}/events?limit=1000000")).await;
    assert_eq!(rows(&page["items"]), 200);
    assert!(page["next"].is_string());

    let feed = stage.get("/v1/feed?limit=1000000").await;
    assert_eq!(feed.text().lines().count(), 1024);

    let tree = json(&stage, &format!("/v1/items/{brazil}/made-into?depth=2&limit=1000000")).await;
    let (count, [wide, deep]) = (nodes(&tree["steps"]), PARTS);
    assert!((1000..=1000 + deep).contains(&count) && count < wide * (deep + 1), "{count} nodes");
    assert_eq!(tree["cut"], true);
    stage.get(&format!("/v1/items/{brazil}/made-into?depth=256")).await.is_problem(400, "bad-parameter");

    let used = json(&stage, &format!("/v1/items/{brazil}/where-used?limit=1000000")).await;
    assert_eq!((rows(&used["uses"]), used["cut"].as_bool()), (200, Some(false)));
    let next = used["next"].as_str().unwrap();
    let second = json(&stage, &format!("/v1/items/{brazil}/where-used?limit=1000000&cursor={next}")).await;
    assert!(rows(&second["uses"]) > 0 && second["uses"][0] != used["uses"][0]);
    let past = json(&stage, &format!("/v1/items/{brazil}/where-used?cursor={}-{}", u64::MAX, u64::MAX)).await;
    assert_eq!(rows(&past["uses"]), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_anything_else_is_refused() {
    let stage = stage(|_| {}).await;
    let brazil = stage.trade.brazil;
    let mut paths = vec![
        format!("/v1/items/{brazil}/events?after=1"),
        format!("/v1/items/{brazil}/events?after=-1.0"),
        format!("/v1/items/{brazil}/events?after=%2B1.0"),
        format!("/v1/items/{brazil}/events?after=01.0"),
        format!("/v1/items/{brazil}/events?after=1.00"),
        format!("/v1/items/{brazil}/events?after=1.%2B1"),
        format!("/v1/items/{brazil}/events?after=99999999999999999999.0"),
        format!("/v1/items/{brazil}/events?after=1.65536"),
    ];
    for cursor in ["A", "AAAA", "%FF", "====", &"A".repeat(36), &"A".repeat(129), &"A".repeat(4000)] {
        paths.push(format!("/v1/items?cursor={cursor}"));
        paths.push(format!("/v1/items/{brazil}/made-from?cursor={cursor}"));
        paths.push(format!("/v1/items/{brazil}/made-into?cursor={cursor}"));
        paths.push(format!("/v1/participants?cursor={cursor}"));
    }
    let mut wrong = String::new();
    for path in paths {
        let got = stage.get(&path).await;
        // Thirty-six letters are 27 bytes: of the length of an item's place, and only that.
        let may_be_one = path.starts_with("/v1/items?") && path.ends_with(&format!("={}", "A".repeat(36)));
        if got.status != StatusCode::BAD_REQUEST && !may_be_one {
            writeln!(wrong, "{path}: {} {}", got.status, got.text()).expect("a string takes everything");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
