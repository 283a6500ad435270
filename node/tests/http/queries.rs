//! What people ask beside the goods themselves: a participant's stock against counts, and one thing of every kind by its id.

use axum::http::header;
use lode_ledger::id::{ConsignmentId, CredentialId, FacilityId, HoldId, Nonce, StockCountId, WorkOrderId};
use lode_ledger::replay::Author;
use serde_json::{Value, json};

use crate::stage::{Stage, stage_of};
use crate::trade::world::ORIGIN;
use crate::trade::{self, Trade, enrol, say, wait};

fn inspector(trade: &mut Trade) -> Author {
    enrol(&mut trade.world, 16, "CN", "inspector", r#""person":false,"name":"Inspection Bureau""#).0
}

/// An inspector weighs the lot from Brazil, of which the book has 49.9 kg.
fn count(trade: &mut Trade, inspector: &mut Author, found_kg: u64) -> StockCountId {
    let (custodian, lot, nonce) = (trade.importer.1, trade.brazil, trade.world.nonce());
    let text = format!(
        r#"{{"type":"stock.counted","nonce":"{nonce}","custodian":"{custodian}","lines":[{{"item":"{lot}","found_mg":{},"resolution_mg":100000}}]}}"#,
        found_kg * 1_000_000
    );
    say(&mut trade.world, inspector, &text);
    StockCountId::derive(ORIGIN, &inspector.issuer.to_string(), &nonce, 0)
}

async fn stock(stage: &Stage, query: &str) -> Value {
    stage.get(&format!("/v1/participants/{}/stock{query}", stage.trade.importer.1)).await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stock_is_reported_with_its_age_counts_and_entries() {
    let mut trade = trade::trade(false);
    let mut inspector = inspector(&mut trade);
    let counted = count(&mut trade, &mut inspector, 40);
    wait(&mut trade.world, 20);
    // The ledger's clock is its last seal, which comes before the next statement.
    let nonce = trade.world.nonce();
    let place = format!(
        r#"{{"type":"facility.registered","nonce":"{nonce}","kind":"warehouse","name":"Hall 3","country":"CN"}}"#
    );
    let mut importer = trade.importer.0.clone();
    say(&mut trade.world, &mut importer, &place);
    let brazil = trade.brazil;
    let stage = stage_of(trade, |_| {}).await;

    let report = stock(&stage, "").await;
    let totals = &report["totals"];
    // Brazil, Madagascar, and what is left of the blend.
    assert_eq!((&totals["items"], &totals["left_mg"]), (&3.into(), &89_900_000.into()), "{report:#}");
    assert_eq!(
        (&totals["aged"], &totals["never_counted"], &totals["differing"]),
        (&0.into(), &2.into(), &1.into())
    );
    let difference = &report["differences"][0];
    assert_eq!(
        (&difference["item"], &difference["stock_count"]),
        (&brazil.to_string().into(), &counted.to_string().into())
    );
    assert_eq!(
        (&difference["book_mg"], &difference["found_mg"], &difference["set_right"]),
        (&49_900_000.into(), &40_000_000.into(), &false.into())
    );
    let entry = &report["entries"][0];
    assert_eq!(
        (&entry["entry"]["code"], &entry["ceiling"]["code"]),
        (&"import".into(), &"counter_signed".into())
    );
    let reached: Vec<_> = entry["reached"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["evidence"]["code"].clone(), r["lots"].clone()))
        .collect();
    assert_eq!(reached, [("document".into(), 1.into()), ("counter_signed".into(), 1.into())]);

    // What has stood still longest comes first; the counted lot was looked at since.
    let balances = report["balances"].as_array().unwrap();
    let still: Vec<u64> = balances.iter().map(|row| row["still_days"].as_u64().unwrap()).collect();
    assert!(still.is_sorted_by(|a, b| a >= b) && still[0] > 60 && still[2] == 20, "{still:?}");
    assert_eq!((&balances[2]["id"], &balances[2]["warnings"]), (&brazil.to_string().into(), &1.into()));
    assert_eq!(balances[2]["counted"], *difference);
    assert!(
        balances.iter().all(|row| row["entered_at"].is_string() && row["aged"] == false),
        "{balances:#?}"
    );
    let short = stock(&stage, "?days=60").await;
    assert_eq!((&short["totals"]["aged"], &short["balances"][0]["aged"]), (&2.into(), &true.into()));

    let mut paged = Vec::new();
    let mut query = "?limit=1".to_owned();
    loop {
        let page = stock(&stage, &query).await;
        paged.extend(page["balances"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        query = format!("?limit=1&cursor={next}");
    }
    assert_eq!(&paged, balances, "nothing twice, nothing left out");
    for wrong in ["x", "1", "1.L-0", "+1.L-00000000000000000000000000"] {
        let path = format!("/v1/participants/{}/stock?cursor={wrong}", stage.trade.importer.1);
        stage.get(&path.replace('+', "%2B")).await.is_problem(400, "bad-cursor");
    }
    stage.get(&format!("/v1/participants/U-{}/stock", "0".repeat(26))).await.is_problem(404, "not-found");
    let zh = stock(&stage, "?lang=zh").await;
    assert_eq!(zh["entries"][0]["entry"]["name"], "进口");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adjustment_of_less_than_the_difference_settles_nothing() {
    let mut trade = trade::trade(false);
    let mut inspector = inspector(&mut trade);
    count(&mut trade, &mut inspector, 49);
    let (lot, mut importer) = (trade.brazil, trade.importer.clone().0);
    let document = lode_ledger::hash::Hash::of(b"another sheet");
    for (was, left) in [(49_900_000, 49_899_000), (49_899_000, 49_905_000)] {
        let text = format!(
            r#"{{"type":"mass.adjusted","item":"{lot}","was_mg":{was},"left_mg":{left},"reason":"scale","documents":[{{"kind":"inspection_report","sha256":"{document}","public":false}}]}}"#
        );
        say(&mut trade.world, &mut importer, &text);
    }
    let stage = stage_of(trade, |_| {}).await;
    let report = stock(&stage, "").await;
    assert_eq!(report["totals"]["differing"], 1, "{report:#}");
    assert_eq!(report["differences"][0]["set_right"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_difference_is_settled_when_the_book_follows_the_count() {
    let mut trade = trade::trade(false);
    let mut inspector = inspector(&mut trade);
    count(&mut trade, &mut inspector, 49);
    let (lot, mut importer) = (trade.brazil, trade.importer.clone().0);
    let document = lode_ledger::hash::Hash::of(b"count sheet");
    let text = format!(
        r#"{{"type":"mass.adjusted","item":"{lot}","was_mg":49900000,"left_mg":49000000,"reason":"scale","documents":[{{"kind":"inspection_report","sha256":"{document}","public":false}}]}}"#
    );
    say(&mut trade.world, &mut importer, &text);
    let stage = stage_of(trade, |_| {}).await;
    let report = stock(&stage, "").await;
    assert_eq!((&report["totals"]["differing"], &report["differences"]), (&0.into(), &json!([])));
    let row = report["balances"].as_array().unwrap().iter().find(|row| row["id"] == lot.to_string()).unwrap();
    assert_eq!((&row["counted"]["differs"], &row["counted"]["set_right"]), (&true.into(), &true.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_thing_of_every_kind_is_found_by_its_id() {
    let mut trade = trade::trade(false);
    let mut inspector = inspector(&mut trade);
    let counted = count(&mut trade, &mut inspector, 40);
    let (mut importer, importer_id) = trade.importer.clone();
    let (lab, dragon, artisan) = (trade.lab.clone(), trade.dragon, trade.artisan);
    let nonces: Vec<Nonce> = (0..6).map(|_| trade.world.nonce()).collect();
    let place = format!(
        r#"{{"type":"facility.registered","nonce":"{}","kind":"warehouse","name":"Hall 3","country":"CN","gln":{{"sealed":"{}"}}}}"#,
        nonces[0],
        "A".repeat(43)
    );
    say(&mut trade.world, &mut importer, &place);
    let lot = format!(
        r#"{{"type":"lot.declared","nonce":"{}","entry":"import","species":"quartz","form":"rough","nature":"natural","evidence":"self_declared","origins":[{{"country":"BR","share_ppm":1000000}}],"mass":{{"net_mg":5000000,"method":"floor_scale","resolution_mg":1000}}}}"#,
        nonces[1]
    );
    say(&mut trade.world, &mut importer, &lot);
    let lot = trade::lot_id(&importer, &nonces[1]);
    let shipped = format!(
        r#"{{"type":"consignment.shipped","nonce":"{}","items":["{lot}"],"bill_of_lading":"COSU 7","from":"BRSSZ"}}"#,
        nonces[2]
    );
    say(&mut trade.world, &mut importer, &shipped);
    let at = trade.world.at();
    let mut registrar = |text: String| trade.world.registrar(&text);
    registrar(format!(
        r#"{{"type":"credential.issued","at":"{at}","nonce":"{}","participant":"{artisan}","kind":"heritage_bearer","title":"Third of his line"}}"#,
        nonces[3]
    ));
    registrar(format!(
        r#"{{"type":"hold.placed","at":"{at}","nonce":"{}","items":["{lot}"],"reason":"customs","text":"case 7"}}"#,
        nonces[4]
    ));
    registrar(format!(
        r#"{{"type":"dispute.opened","at":"{at}","nonce":"{}","kind":"authorship","items":["{dragon}"],"text":"carved by another"}}"#,
        nonces[5]
    ));
    let by_registrar = trade.world.registrar.issuer.to_string();
    let by_importer = importer.issuer.to_string();
    let stage = stage_of(trade, |_| {}).await;
    let got = async |path: String| stage.get(&path).await.json();

    let place =
        got(format!("/v1/facilities/{}", FacilityId::derive(ORIGIN, &by_importer, &nonces[0], 0))).await;
    assert_eq!(
        (&place["name"], &place["holder"]),
        (&"Hall 3".into(), &importer_id.to_string().into()),
        "{place}"
    );
    assert!(place["gln"]["sealed"].is_string());
    let title =
        got(format!("/v1/credentials/{}", CredentialId::derive(ORIGIN, &by_registrar, &nonces[3], 0))).await;
    assert_eq!((&title["holder"], &title["revoked"]), (&artisan.to_string().into(), &Value::Null), "{title}");
    let sent = ConsignmentId::derive(ORIGIN, &by_importer, &nonces[2], 0);
    let sent = got(format!("/v1/consignments/{sent}")).await;
    assert_eq!(
        (&sent["items"][0], &sent["port_from"]["code"]),
        (&lot.to_string().into(), &"BRSSZ".into()),
        "{sent}"
    );
    assert_eq!((&sent["bill_of_lading"], &sent["receipts"]), (&"COSU 7".into(), &json!([])));
    let found = got(format!("/v1/counts/{counted}")).await;
    assert_eq!(
        (&found["custodian"], &found["counted_items"][0]["differs"]),
        (&importer_id.to_string().into(), &true.into())
    );
    let hold = got(format!("/v1/holds/{}", HoldId::derive(ORIGIN, &by_registrar, &nonces[4], 0))).await;
    assert_eq!(
        (&hold["reason"]["code"], &hold["details"][0]["value"]),
        (&"customs".into(), &"case 7".into()),
        "{hold}"
    );
    let item = got(format!("/v1/items/{dragon}")).await;
    let dispute = item["standing"]["other_disputes"][0].as_str().unwrap().to_owned();
    let dispute = got(format!("/v1/disputes/{dispute}")).await;
    assert_eq!(
        (&dispute["about"]["code"], &dispute["ended"]),
        (&"authorship".into(), &Value::Null),
        "{dispute}"
    );
    let thumbprint = lab.0.secret.public().thumbprint();
    let key = got(format!("/v1/keys/{thumbprint}")).await;
    assert_eq!((&key["holder"], &key["revoked_at"]), (&lab.1.to_string().into(), &Value::Null), "{key}");

    // As it is printed, in any spelling; two pieces are shown with the second one.
    let known = got("/v1/certificates/gtc/2026-001234".to_owned()).await;
    assert_eq!(
        (&known["bound_to"], &known["reissued_as"]),
        (&dragon.to_string().into(), &"2026001299".into()),
        "{known}"
    );
    assert_eq!(known["collides"], false);
    let twice = got("/v1/certificates/NGTC/77".to_owned()).await;
    assert_eq!(
        (&twice["collides"], twice["shown_for"].as_array().unwrap().len()),
        (&true.into(), 2),
        "{twice}"
    );
    stage.get("/v1/certificates/GTC/999").await.is_problem(404, "not-found");
    stage.get("/v1/holds/H-0").await.is_problem(400, "bad-parameter");
    stage.get(&format!("/v1/recalls/R-{}", "0".repeat(26))).await.is_problem(404, "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn items_are_listed_by_what_stands_in_their_way_or_is_missing() {
    let mut trade = trade::trade(false);
    let mut inspector = inspector(&mut trade);
    count(&mut trade, &mut inspector, 40);
    let (brazil, dragon, importer) = (trade.brazil, trade.dragon, trade.importer.1);
    let (at, nonce) = (trade.world.at(), trade.world.nonce());
    trade.world.registrar(&format!(
        r#"{{"type":"recall.issued","at":"{at}","nonce":"{nonce}","items":["{dragon}"],"reason":"treatment_found","text":"bring it back"}}"#
    ));
    let stage = stage_of(trade, |_| {}).await;
    let ids = async |query: String| -> Vec<String> {
        let page = stage.get(&format!("/v1/items?{query}")).await.json();
        page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids("marked=recalled".to_owned()).await, [dragon.to_string()]);
    assert_eq!(ids(format!("custodian={importer}&marked=recalled")).await, Vec::<String>::new());
    assert_eq!(ids("warning=stock-differs".to_owned()).await, [brazil.to_string()]);
    assert!(ids(format!("custodian={importer}&marked=warned")).await.contains(&brazil.to_string()));
    assert_eq!(ids("marked=uncleared".to_owned()).await.len(), 2, "both imports");
    for mark in ["held", "disputed", "missing", "waiting", "contradicted", "undocumented", "in_transit"] {
        assert_eq!(ids(format!("marked={mark}")).await, Vec::<String>::new(), "{mark}");
    }
    stage.get("/v1/items?marked=odd").await.is_problem(400, "bad-parameter");
    stage.get("/v1/items?warning=odd").await.is_problem(400, "bad-parameter");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_said_of_a_piece_is_what_its_page_says() {
    let stage = stage_of(trade::trade(false), |_| {}).await;
    let path = format!("/v1/items/{}/spoken", stage.trade.dragon);
    let said = stage.get(&path).await.json();
    assert_eq!(said["title"], "Dragon rising from the waves");
    let answers = said["answers"].as_array().unwrap();
    assert_eq!((&answers[1]["answer"], answers.len()), (&"Treated: waxed".into(), 4));
    assert_eq!(answers[2]["answer"], "One of Brazil or Madagascar");
    assert!(answers[2]["sentences"][0].as_str().unwrap().contains("70 : 30"));
    assert!(answers.iter().all(|answer| answer["evidence"].is_string()), "no claim without its evidence");
    assert!(!said["gaps"].as_array().unwrap().is_empty());
    let zh = stage.get(&format!("{path}?lang=zh")).await.json();
    assert_eq!(zh["answers"][1]["question"], "是否经过处理？");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_walks_disputes_collisions_and_entries() {
    let mut trade = trade::trade(false);
    let (dragon, fish, importer) = (trade.dragon, trade.fish, trade.importer.1);
    let at = trade.world.at();
    let mut ids = Vec::new();
    for piece in [dragon, fish] {
        let nonce = trade.world.nonce();
        let by = trade.world.registrar.issuer.to_string();
        ids.push(lode_ledger::id::DisputeId::derive(ORIGIN, &by, &nonce, 0).to_string());
        trade.world.registrar(&format!(
            r#"{{"type":"dispute.opened","at":"{at}","nonce":"{nonce}","kind":"authorship","items":["{piece}"],"text":"carved by another"}}"#
        ));
    }
    trade.world.registrar(&format!(
        r#"{{"type":"dispute.resolved","at":"{at}","dispute":"{}","outcome":"rejected","text":"it was not"}}"#,
        ids[1]
    ));
    let stage = stage_of(trade, |_| {}).await;
    let open = stage.get("/v1/disputes").await.json();
    assert_eq!(
        (&open["items"][0]["id"], open["items"].as_array().unwrap().len()),
        (&ids[0].as_str().into(), 1),
        "{open}"
    );
    let twice = stage.get("/v1/certificates?limit=1").await.json();
    assert_eq!(
        (&twice["items"][0]["number"], &twice["items"][0]["collides"]),
        (&"77".into(), &true.into()),
        "{twice}"
    );
    assert_eq!(twice["next"], Value::Null, "the laboratory's own are each shown for one piece");
    stage.get("/v1/disputes?cursor=x").await.is_problem(400, "bad-cursor");
    let entered = stage.get(&format!("/v1/participants/{importer}/entered")).await.json();
    let rows = entered["entered"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "{entered:#}");
    let brazil = rows.iter().find(|row| row["origins"][0]["code"] == "BR").unwrap();
    assert_eq!((&brazil["lots"], &brazil["entry"]["code"]), (&1.into(), &"import".into()));
    assert!(brazil["month"].as_str().is_some_and(|month| month.len() == 7 && month.as_bytes()[4] == b'-'));
    let mass = |name: &str| brazil["mass"][name].as_u64().unwrap();
    assert_eq!(
        mass("entered_mg") + mass("gained_mg"),
        mass("lost_mg") + mass("passed_on_mg") + mass("left_mg"),
        "it balances"
    );
}

/// What the list has of one event: nothing, or how it stands.
fn told(item: &Value, event: &str) -> Option<Value> {
    let list = item["may"].as_array().unwrap();
    list.iter().find(|one| one["event"] == event).cloned()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_is_told_what_may_be_done_now() {
    let mut stage = stage_of(trade::trade(false), |_| {}).await;
    let path = format!("/v1/items/{}", stage.trade.brazil);
    assert!(stage.get(&path).await.json().get("may").is_none(), "nobody asks");
    let importer = stage.bearer(&stage.trade.importer).await;
    let mine = stage.get_as(&path, header::AUTHORIZATION, &importer).await.json();
    let split = told(&mine, "lot.split").unwrap();
    assert_eq!((&split["title"], split.get("stopped")), (&"Lot split".into(), None), "{mine:#}");
    // Another's to say, of another kind, or another role's.
    for event in
        ["consignment.received", "pieces.serialised", "hold.released", "work.started", "recall.lifted"]
    {
        assert_eq!(told(&mine, event).is_some(), event == "work.started", "{event}");
    }
    let seller = stage.bearer(&stage.trade.seller).await;
    let theirs = stage.get_as(&path, header::AUTHORIZATION, &seller).await.json();
    assert_eq!((told(&theirs, "lot.split"), told(&theirs, "item.lost")), (None, None), "not in its hands");

    let (lot, mut registrar) = (stage.trade.brazil, stage.trade.world.registrar.clone());
    let nonce = Nonce([77; 16]);
    let hold =
        format!(r#"{{"type":"hold.placed","nonce":"{nonce}","items":["{lot}"],"reason":"investigation"}}"#);
    stage.say(&mut registrar, &hold).await;
    let hold = HoldId::derive(ORIGIN, &registrar.issuer.to_string(), &nonce, 0);
    for (lang, title, word) in
        [("en", "Lot split", "is held"), ("zh", "分货", "冻结"), ("pt", "Lote dividido", "retido")]
    {
        let path = format!("{path}?lang={lang}");
        let held = stage.get_as(&path, header::AUTHORIZATION, &importer).await.json();
        let split = told(&held, "lot.split").unwrap();
        let stop = &split["stopped"];
        assert_eq!(
            (&split["title"], &stop["code"], &stop["rule"]),
            (&title.into(), &"held".into(), &"C5".into())
        );
        let message = stop["message"].as_str().unwrap();
        assert!(message.contains(word) && message.contains(&hold.to_string()), "{message}");
        assert!(told(&held, "document.attached").unwrap().get("stopped").is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn warnings_are_counted_by_code_over_items_and_jobs() {
    let mut trade = trade::trade(false);
    let mut inspector = inspector(&mut trade);
    count(&mut trade, &mut inspector, 40);
    // From here on a carving is to yield nine tenths.
    let at = trade.world.at();
    trade.world.registrar(&format!(
        r#"{{"type":"policy.adopted","at":"{at}","ruleset":2,"vocabulary":"1","skew_s":600,"late_after_s":86400,"receipt_reason_ppm":5000,"receipt_countersign_ppm":20000,"scale_ppm":2000,"max_forward_items":100,"yields":[{{"step":"carve","min_ppm":900000,"max_ppm":1000000}}]}}"#
    ));
    let (lot, mut studio) = (trade.blend, trade.studio.0.clone());
    let mut works = Vec::new();
    for _ in 0..2 {
        let (start, end) = (trade.world.nonce(), trade.world.nonce());
        let work = WorkOrderId::derive(ORIGIN, &studio.issuer.to_string(), &start, 0);
        say(
            &mut trade.world,
            &mut studio,
            &format!(
                r#"{{"type":"work.started","nonce":"{start}","process":"carve","inputs":[{{"item":"{lot}","mass_mg":1000000}}]}}"#
            ),
        );
        say(
            &mut trade.world,
            &mut studio,
            &format!(
                r#"{{"type":"work.completed","work":"{work}","nonce":"{end}","left_mg":0,"outputs":[{{"kind":"piece","mass_mg":100000,"form":"carving"}}],"losses":[{{"reason":"process","mass_mg":900000}}]}}"#
            ),
        );
        works.push(work.to_string());
    }
    works.reverse();
    let stage = stage_of(trade, |_| {}).await;
    let counts = stage.get("/v1/warnings").await.json();
    let of = |code: &str| {
        let all = counts["items"].as_array().unwrap();
        let one = all.iter().find(|one| one["code"] == code).unwrap_or_else(|| panic!("{counts:#}"));
        (one["items"].as_u64().unwrap(), one["jobs"].as_u64().unwrap(), one["more"].as_bool().unwrap())
    };
    assert_eq!((of("stock-differs"), of("yield-outside")), ((1, 0, false), (0, 2, false)));
    // Each figure is the length of the list that it stands for.
    for one in counts["items"].as_array().unwrap() {
        let code = one["code"].as_str().unwrap();
        for (list, name) in [("items", "items"), ("work", "jobs")] {
            let found = stage.get(&format!("/v1/{list}?warning={code}&limit=200")).await.json();
            assert_eq!(
                found["items"].as_array().unwrap().len() as u64,
                one[name].as_u64().unwrap(),
                "{code}"
            );
        }
    }
    let ids = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|job| job["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&stage.get("/v1/work?warning=yield-outside").await.json()), works, "newest first");
    let first = stage.get("/v1/work?warning=yield-outside&limit=1").await.json();
    let rest = format!("/v1/work?warning=yield-outside&cursor={}", first["next"].as_str().unwrap());
    assert_eq!(ids(&stage.get(&rest).await.json()), works[1..]);
    assert_eq!(ids(&stage.get("/v1/work?warning=yield-outside&open=true").await.json()), [""; 0]);
    stage.get("/v1/work").await.is_problem(400, "bad-parameter");
    let zh = stage.get("/v1/warnings?lang=zh").await.json();
    assert!(zh["items"].as_array().unwrap().iter().all(|one| !one["message"].as_str().unwrap().is_ascii()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_participants_places_stand_with_it() {
    let mut trade = trade::trade(false);
    let mut importer = trade.importer.0.clone();
    let mut places = Vec::new();
    for n in 0..3 {
        let nonce = trade.world.nonce();
        let place = format!(
            r#"{{"type":"facility.registered","nonce":"{nonce}","kind":"warehouse","name":"Hall {n}","country":"CN"}}"#
        );
        say(&mut trade.world, &mut importer, &place);
        places.push(FacilityId::derive(ORIGIN, &importer.issuer.to_string(), &nonce, 0).to_string());
    }
    let (id, other) = (trade.importer.1, trade.seller.1);
    let stage = stage_of(trade, |_| {}).await;
    let ids = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|place| place["id"].as_str().unwrap().to_owned()).collect()
    };
    let shown = stage.get(&format!("/v1/participants/{id}")).await.json();
    assert_eq!(
        (ids(&shown["facilities"]), &shown["facilities"][2]["name"]),
        (places.clone(), &"Hall 2".into())
    );
    assert_eq!(stage.get(&format!("/v1/participants/{other}")).await.json()["facilities"], json!([]));
    let mut paged = Vec::new();
    let mut query = "limit=2".to_owned();
    loop {
        let page = stage.get(&format!("/v1/participants/{id}/facilities?{query}")).await.json();
        paged.extend(ids(&page["items"]));
        let Some(next) = page["next"].as_str() else { break };
        query = format!("limit=2&cursor={next}");
    }
    assert_eq!(paged, places);
    let nobody = format!("/v1/participants/U-{}/facilities", "0".repeat(26));
    stage.get(&nobody).await.is_problem(404, "not-found");
}
