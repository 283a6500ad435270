//! The HTTP face over a node with a whole trade in it: every answer's shape and every error's code.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod languages;
mod long_lists;
mod market;
mod members;
mod pages;
mod queries;
mod stage;
mod trade;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use lode_ledger::hash::Hash;
use lode_ledger::id::Nonce;
use lode_ledger::key::Signature;
use lode_ledger::proof::ProofFile;
use lode_ledger::statement::{Issuer, Statement};
use lode_ledger::tlog::{Policy, SignedCheckpoint, TlogProof, leaf_hash};
use serde_json::{Value, json};
use stage::stage;

#[tokio::test(flavor = "multi_thread")]
async fn statements_are_taken_one_or_many_and_refused_with_a_reason() {
    let mut stage = stage(|config| config.limits.statements = 3).await;
    let (mut importer, _) = stage.trade.importer.clone();
    let brazil = stage.trade.brazil;
    let world = &mut stage.trade.world;
    let at = world.at();
    let mut sign = |text: &str| importer.sign(&[trade::world::event(text)]).unwrap().into_bytes();
    let loss = |mg: u64, left: u64| {
        format!(
            r#"{{"type":"loss.recorded","at":"{at}","item":"{brazil}","loss":{{"reason":"sample","mass_mg":{mg}}},"left_mg":{left}}}"#
        )
    };
    let good = sign(&loss(900_000, 49_000_000));
    let bad = sign(&loss(1_000_000, 1));

    let size = stage.node.size();
    let got = stage.post("/v1/statements?dry_run=true", "application/cose", good.clone()).await;
    assert_eq!((got.status, got.json()["status"].as_str()), (StatusCode::OK, Some("accepted")));
    assert_eq!(stage.node.size(), size, "a dry run keeps nothing");

    let got = stage.post("/v1/statements", "application/cose", good.clone()).await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.text());
    let body = got.json();
    assert_eq!(
        (body["duplicate"].as_bool(), body["statement"].as_str()),
        (Some(false), Some(Hash::of(&good).to_string().as_str()))
    );
    assert!(body["checkpoint"].as_str().unwrap().starts_with(trade::world::ORIGIN));

    let got = stage.post("/v1/statements?lang=zh", "application/cose", bad.clone()).await;
    assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
    let body = got.json();
    assert_eq!(
        (body["status"].as_str(), body["rule"].as_str(), body["event"].as_u64()),
        (Some("refused"), Some("M2"), Some(0))
    );
    assert!(body["message"].as_str().unwrap().contains("差额"), "{body}");

    // A defect of form: the event is there, a field of it cannot be read.
    let payload = format!(r#"{{"seq":900,"events":[{{"type":"loss.recorded","at":"{at}","item":"L-1"}}]}}"#);
    let (issuer, subject) = (importer.issuer, "9".parse().unwrap());
    let malformed =
        Statement::sign_bytes(issuer, subject, &importer.audience, payload.as_bytes(), &importer.secret)
            .unwrap();
    let request = Request::post("/v1/statements")
        .header(header::CONTENT_TYPE, "application/cose")
        .header(header::ACCEPT_LANGUAGE, "zh-CN,zh;q=0.9");
    let got = stage.send(request.body(malformed.into_bytes().into()).unwrap()).await;
    assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
    let body = got.json();
    assert_eq!(
        (body["code"].as_str(), body["event"].as_u64(), body["field"].as_str()),
        (Some("field-value"), Some(0), Some("item"))
    );
    assert_eq!(body["message"], "事件 0：字段 item：应为：物品编号（L-、B- 或 P-...）");

    // What is no JSON of ours is found in its event and field, too.
    let payload = format!(
        r#"{{"seq":901,"events":[{{"type":"loss.recorded","at":"{at}","item":"{brazil}","loss":{{"reason":"sample","mass_mg":1.5}}}}]}}"#
    );
    let (issuer, subject) = (importer.issuer, "9".parse().unwrap());
    let float =
        Statement::sign_bytes(issuer, subject, &importer.audience, payload.as_bytes(), &importer.secret)
            .unwrap();
    let body = stage.post("/v1/statements", "application/cose", float.into_bytes()).await.json();
    assert_eq!(
        (body["code"].as_str(), body["event"].as_u64(), body["field"].as_str()),
        (Some("payload"), Some(0), Some("loss.mass_mg")),
        "{body}"
    );

    let both = [good.as_slice(), &bad].concat();
    let got = stage.post("/v1/statements", "application/cbor-seq", both.clone()).await.json();
    assert_eq!((got[0]["duplicate"].as_bool(), got[1]["status"].as_str()), (Some(true), Some("refused")));

    // What builds on a refused statement is told which one, and the rest is not held back.
    let nonce = stage.trade.world.nonce();
    let lot = trade::lot_id(&importer, &nonce);
    let declared = |net: u64| {
        format!(
            r#"{{"type":"lot.declared","at":"{at}","nonce":"{nonce}","entry":"opening_stock","species":"quartz","form":"rough","nature":"natural","evidence":"self_declared","origins":[{{"country":"BR","share_ppm":1000000}}],"mass":{{"net_mg":{net},"method":"floor_scale","resolution_mg":1000}}}}"#
        )
    };
    let lost = format!(
        r#"{{"type":"loss.recorded","at":"{at}","item":"{lot}","loss":{{"reason":"sample","mass_mg":1000}},"left_mg":999000}}"#
    );
    let mut sign = |text: &str| importer.sign(&[trade::world::event(text)]).unwrap().into_bytes();
    let chain = [sign(&declared(0)), sign(&lost), sign(&loss(1000, 48_999_000))].concat();
    let got = stage.post("/v1/statements?dry_run=true", "application/cbor-seq", chain.clone()).await.json();
    let code = |n: usize| got[n]["code"].as_str().unwrap_or("accepted").to_owned();
    assert_eq!((code(1), code(2)), ("depends-on-refused".to_owned(), "accepted".to_owned()), "{got}");
    assert_eq!((got[0]["status"].as_str(), got[1]["depends_on"].as_u64()), (Some("refused"), Some(0)));
    assert_eq!((&got[0]["depends_on"], &got[1]["rule"]), (&Value::Null, &json!("F2")));
    assert_eq!(got[1]["reason"], "not-found");
    assert!(got[1]["message"].as_str().unwrap().contains(&lot.to_string()), "{got}");
    let real = stage.post("/v1/statements", "application/cbor-seq", chain).await.json();
    let statuses = |answers: &Value| -> Vec<Value> {
        answers.as_array().unwrap().iter().map(|answer| answer["code"].clone()).collect()
    };
    assert_eq!(statuses(&real), statuses(&got), "a dry run says what happens");
    assert!(real[2]["checkpoint"].as_str().is_some_and(|text| !text.is_empty()));
    // What builds on a change that was refused is told so, too, and keeps what its own rule says.
    let chain = [sign(&loss(500_000, 1)), sign(&loss(1000, 48_498_000))].concat();
    let got = stage.post("/v1/statements", "application/cbor-seq", chain).await.json();
    assert_eq!((&got[0]["code"], &got[0]["depends_on"]), (&json!("not-balanced"), &Value::Null), "{got}");
    let told = ["code", "depends_on", "reason", "rule", "event"].map(|name| got[1][name].clone());
    assert_eq!(told, [json!("depends-on-refused"), json!(0), json!("not-balanced"), json!("M2"), json!(0)]);
    let message = got[1]["message"].as_str().unwrap();
    assert!(message.contains(&brazil.to_string()) && message.contains("is accounted for"), "{message}");
    let whole = [sign(&declared(1_000_000)), sign(&lost)].concat();
    let got = stage.post("/v1/statements", "application/cbor-seq", whole).await.json();
    assert_eq!((&got[0]["status"], &got[1]["status"]), (&json!("accepted"), &json!("accepted")), "{got}");

    let many = [both.as_slice(), &both].concat();
    stage.post("/v1/statements", "application/cbor-seq", many).await.is_problem(413, "too-many-statements");
    stage
        .post("/v1/statements", "application/cbor-seq", vec![0x9b])
        .await
        .is_problem(400, "not-cbor-sequence");
    stage.post("/v1/statements", "text/plain", good).await.is_problem(415, "unsupported-media-type");
    let got = stage.post("/v1/statements", "application/cose", "no").await;
    assert_eq!(
        (got.status, got.json()["code"].as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, Some("wrong-tag"))
    );
    let huge = vec![0; lode_node::config::Limits::default().request_bytes + 1];
    stage.post("/v1/statements", "application/cose", huge).await.is_problem(413, "too-large");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_served_as_its_specifications_say() {
    let stage = stage(|config| config.base_url = Some("https://lode.example".into())).await;
    let checkpoint = stage.get("/checkpoint").await;
    let signed = SignedCheckpoint::parse(&checkpoint.body).unwrap();
    assert_eq!(signed.checkpoint().size(), stage.node.size());
    let trust = stage.get("/trust.policy").await;
    let policy = Policy::parse(trust.text()).unwrap();
    assert!(policy.evaluate(&signed).accepted());
    assert!(trust.text().contains(" https://lode.example/"));

    let size = stage.node.size();
    let tile = stage.get(&format!("/tile/0/000.p/{size}")).await;
    assert_eq!((tile.status, tile.body.len() as u64), (StatusCode::OK, 32 * size));
    assert_eq!(stage.get(&format!("/tile/entries/000.p/{size}")).await.status, StatusCode::OK);
    stage.get("/tile/0/zzz").await.is_problem(404, "not-found");

    let entry = stage.get("/v1/entries/0").await.json();
    assert_eq!(entry["events"][0]["type"], "ledger.opened");
    let raw = stage.get_as("/v1/entries/0", header::ACCEPT, "application/cose").await;
    assert_eq!(raw.body, stage.trade.world.statements[0]);
    let by_id = stage.get(&format!("/v1/statements/{}", Hash::of(&raw.body))).await.json();
    assert_eq!(by_id["index"], 0);
    let proof = TlogProof::parse(&stage.get("/v1/entries/0/tlog-proof").await.body).unwrap();
    proof.verify(&leaf_hash(&raw.body)).unwrap();
    assert_eq!(stage.get("/v1/entries/0/receipt").await.json()["index"], 0);
    stage.get("/v1/entries/999999").await.is_problem(404, "not-found");
    stage.get("/v1/entries/x").await.is_problem(400, "bad-parameter");

    let feed = stage.get("/v1/feed?since=1&limit=2").await;
    assert_eq!(feed.text().lines().count(), 2);
    assert!(feed.text().starts_with("{\"index\":1,"));
    let feed = stage.get_as("/v1/feed?limit=1", header::ACCEPT, "application/cbor-seq").await;
    assert!(feed.body.ends_with(&raw.body));

    let ledger = stage.get("/v1/ledger").await.json();
    assert_eq!(ledger["ledger_id"], stage.node.ledger_id());
    assert!(trust.text().contains(ledger["vkey"].as_str().unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn items_and_what_became_of_them() {
    let stage = stage(|_| {}).await;
    let (brazil, dragon) = (stage.trade.brazil, stage.trade.dragon);
    let item = stage.get_as(&format!("/v1/items/{dragon}"), header::ACCEPT_LANGUAGE, "zh-CN").await.json();
    assert_eq!((item["kind"].as_str(), item["state"].as_str()), (Some("piece"), Some("sold")));
    assert_eq!(item["claims"]["origins"][0]["country"], json!({"code": "BR", "name": "巴西"}));
    assert_eq!(item["claims"]["origins"][0]["share_ppm"], 700_000);

    let fish = stage.get(&format!("/v1/items/{}", stage.trade.fish)).await.json();
    assert_eq!(
        (fish["state"].as_str(), fish["maker"].as_str()),
        (Some("finished"), Some(stage.trade.artisan.to_string().as_str()))
    );

    let balance = stage.get(&format!("/v1/items/{brazil}/balance")).await.json();
    assert_eq!(balance["unexplained_mg"], 0);
    assert_eq!(
        balance["in_mg"].as_u64().unwrap(),
        balance["out_mg"].as_u64().unwrap()
            + balance["loss_mg"].as_u64().unwrap()
            + balance["left_mg"].as_u64().unwrap()
    );

    let used = stage.get(&format!("/v1/items/{brazil}/where-used")).await.json();
    assert_eq!((used["totals"]["pieces"].as_u64(), used["totals"]["sold"].as_u64()), (Some(2), Some(1)));
    assert_eq!(used["totals"]["destinations"], json!({"US": 1}));
    let page = stage.get(&format!("/v1/items/{brazil}/where-used?limit=1")).await.json();
    assert_eq!(page["uses"], json!([used["uses"][0]]));
    let next = page["next"].as_str().unwrap();
    let rest = stage.get(&format!("/v1/items/{brazil}/where-used?cursor={next}")).await.json();
    assert_eq!(rest["uses"].as_array().unwrap()[..], used["uses"].as_array().unwrap()[1..]);
    // As it was when the log was empty: nothing that came later is in the list.
    let then = stage.get(&format!("/v1/items/{brazil}/where-used?cursor=0-0")).await.json();
    assert_eq!(then["uses"], json!([]));
    for wrong in ["1", "01-0", "nonsense", "1-%2B1"] {
        stage
            .get(&format!("/v1/items/{brazil}/where-used?cursor={wrong}"))
            .await
            .is_problem(400, "bad-cursor");
    }

    let from = stage.get(&format!("/v1/items/{dragon}/made-from?depth=8")).await;
    assert!(from.text().contains(&brazil.to_string()), "{}", from.text());
    let into = stage.get(&format!("/v1/items/{}/made-into", stage.trade.work)).await;
    assert!(into.text().contains(&dragon.to_string()));
    stage.get(&format!("/v1/items/{dragon}/made-from?cursor=nonsense")).await.is_problem(400, "bad-cursor");

    let first = stage.get(&format!("/v1/items/{dragon}/events?limit=2")).await.json();
    let after = first["next"].as_str().unwrap();
    let second = stage.get(&format!("/v1/items/{dragon}/events?limit=2&after={after}")).await.json();
    assert_eq!(first["items"][0]["event"]["type"], "work.completed");
    assert_ne!(first["items"][1]["at"], second["items"][0]["at"]);

    let proof = stage.get(&format!("/v1/items/{dragon}/proof")).await;
    assert_eq!(proof.status, StatusCode::OK, "{}", proof.text());
    assert_eq!(proof.header(header::CONTENT_DISPOSITION), format!("attachment; filename=\"{dragon}.lode\""));
    ProofFile::decode(&proof.body).unwrap();

    let pieces = stage.get("/v1/items?kind=piece&limit=1").await.json();
    let next = pieces["next"].as_str().unwrap();
    let more = stage.get(&format!("/v1/items?kind=piece&limit=1&cursor={next}")).await.json();
    assert_ne!(pieces["items"][0]["id"], more["items"][0]["id"]);
    // A page that was asked for stays where it is while the log grows.
    let all = stage.get("/v1/items?limit=200").await.json();
    let ids = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    let first = stage.get("/v1/items?limit=2").await.json();
    let (mut importer, _) = stage.trade.importer.clone();
    let (nonce, at) = (Nonce([250; 16]), stage.trade.world.at());
    let text = format!(
        r#"{{"type":"lot.declared","at":"{at}","nonce":"{nonce}","entry":"opening_stock","species":"quartz","form":"rough","nature":"natural","evidence":"self_declared","origins":[{{"country":"BR","share_ppm":1000000}}],"mass":{{"net_mg":5000000,"method":"floor_scale","resolution_mg":1000}}}}"#
    );
    let bytes = importer.sign(&[trade::world::event(&text)]).unwrap().into_bytes();
    let got = stage.post("/v1/statements", "application/cose", bytes).await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.text());
    let cursor = first["next"].as_str().unwrap();
    let rest = stage.get(&format!("/v1/items?limit=198&cursor={cursor}")).await.json();
    assert_eq!([ids(&first), ids(&rest)].concat(), ids(&all), "nothing twice, nothing left out");
    assert_eq!(
        ids(&stage.get("/v1/items?limit=1").await.json()),
        [trade::lot_id(&importer, &nonce).to_string()]
    );

    stage.get("/v1/items?kind=stone").await.is_problem(400, "bad-parameter");
    stage.get("/v1/items?cursor=nonsense").await.is_problem(400, "bad-cursor");
    stage.get("/v1/items/P-0").await.is_problem(400, "bad-parameter");
    stage.get(&format!("/v1/items/P-{}", "0".repeat(26))).await.is_problem(404, "not-found");

    let person = stage.get(&format!("/v1/participants/{}", stage.trade.artisan)).await.json();
    assert_eq!((person["person"].as_bool(), &person["name"]), (Some(true), &Value::Null));
    assert_eq!(stage.get("/v1/participants?role=lab").await.json()["items"].as_array().unwrap().len(), 1);
    assert_eq!(stage.get(&format!("/v1/tags/{}", stage.trade.old_tag)).await.json()["live"], false);
    let job = stage.get(&format!("/v1/work/{}", stage.trade.work)).await.json();
    assert_eq!(job["completed"], true);
    let jobs = format!("/v1/work?studio={}", job["studio"].as_str().unwrap());
    let all = stage.get(&jobs).await.json();
    let codes = |list: &Value| -> Vec<String> {
        let jobs = list["items"].as_array().unwrap().iter();
        let warnings = jobs.flat_map(|job| job["warnings"].as_array().unwrap().clone());
        warnings.map(|warning| warning["code"].as_str().unwrap().to_owned()).collect()
    };
    let told = codes(&all);
    for code in told.iter().map(String::as_str).chain(["yield-outside"]) {
        let warned = stage.get(&format!("{jobs}&warning={code}")).await.json();
        let of_it = |codes: &[String]| codes.iter().filter(|one| *one == code).count();
        assert_eq!(of_it(&codes(&warned)), of_it(&told), "{code}");
        assert_eq!(warned["items"].as_array().unwrap().is_empty(), of_it(&told) == 0, "{code}");
    }
    stage.get(&format!("{jobs}&warning=none")).await.is_problem(400, "bad-parameter");
    assert_eq!(stage.get(&format!("/v1/offers?to={}", stage.trade.artisan)).await.json()["items"], json!([]));
    stage.get("/v1/offers").await.is_problem(400, "bad-parameter");
    assert_eq!(stage.get("/v1/vocabulary/treatment").await.status, StatusCode::OK);
    stage.get("/v1/vocabulary/none").await.is_problem(404, "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_need_a_session_and_private_ones_stay_private() {
    let stage = stage(|config| config.limits.document_bytes = 4096).await;
    let bearer = stage.bearer(&stage.trade.importer).await;
    let (photo, address) = trade::photo();
    let put = |path: String, body: Vec<u8>, bearer: &str, salt: Option<&str>| {
        let request = Request::put(path).header(header::AUTHORIZATION, bearer);
        let request = salt.into_iter().fold(request, |request, salt| request.header("lode-salt", salt));
        request.body(Body::from(body)).unwrap()
    };
    let public = format!("/v1/documents/{address}?public=true");
    stage
        .send(put(public.clone(), photo.clone(), "Bearer x", None))
        .await
        .is_problem(401, "session-required");
    assert_eq!(
        stage.send(put(public.clone(), photo.clone(), &bearer, None)).await.status,
        StatusCode::NO_CONTENT
    );
    let got = stage.get(&format!("/v1/documents/{address}")).await;
    assert_eq!((got.body.as_slice(), got.header(header::CONTENT_TYPE)), (photo.as_slice(), "image/png"));
    stage
        .send(put(public.clone(), b"other".to_vec(), &bearer, None))
        .await
        .is_problem(422, "document-address");
    stage.send(put(public.clone(), vec![1; 5000], &bearer, None)).await.is_problem(413, "too-large");
    stage.send(put(public, photo[..30].to_vec(), &bearer, None)).await.is_problem(422, "document-unreadable");

    // A text chunk behind the header, which takes the first 33 bytes.
    let text = [&17_u32.to_be_bytes()[..], b"tEXtLocation\0a studio", &[0; 4]].concat();
    let located = [&photo[..33], &text, &photo[33..]].concat();
    let path = format!("/v1/documents/{}?public=true", Hash::of(&located));
    stage.send(put(path, located.clone(), &bearer, None)).await.is_problem(422, "document-metadata");
    let request = Request::post("/v1/documents?public=true").header(header::AUTHORIZATION, &bearer);
    let got = stage.send(request.body(Body::from(located)).unwrap()).await;
    assert_eq!(
        (got.status, got.json()["sha256"].as_str()),
        (StatusCode::CREATED, Some(address.to_string().as_str()))
    );

    let salt = "0f".repeat(16);
    let private = lode_ledger::document::private_address(trade::world::ORIGIN, &[15; 16], b"invoice");
    let path = format!("/v1/documents/{private}");
    stage.send(put(path.clone(), b"invoice".to_vec(), &bearer, None)).await.is_problem(400, "bad-parameter");
    assert_eq!(
        stage.send(put(path.clone(), b"invoice".to_vec(), &bearer, Some(&salt))).await.status,
        StatusCode::NO_CONTENT
    );
    stage.get(&path).await.is_problem(401, "session-required");
    let got = stage.get_as(&path, header::AUTHORIZATION, &bearer).await;
    assert_eq!(
        (got.body.as_slice(), got.header(header::CACHE_CONTROL)),
        (&b"invoice"[..], "private, no-store")
    );
    let other = stage.bearer(&stage.trade.lab).await;
    stage.get_as(&path, header::AUTHORIZATION, &other).await.is_problem(403, "forbidden");
    let registrar = stage.trade.world.registrar.clone();
    let Issuer::Participant(id) = registrar.issuer else { panic!("the registrar is a participant") };
    let registrar = stage.bearer(&(registrar, id)).await;
    assert_eq!(stage.get_as(&path, header::AUTHORIZATION, &registrar).await.body, b"invoice");

    // A telephone's HEIC is refused with a word on what to send.
    let request = Request::post("/v1/documents?public=true").header(header::AUTHORIZATION, &bearer);
    let got = stage.send(request.body(Body::from(&b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..])).unwrap()).await;
    got.is_problem(415, "document-format");
    assert!(got.text().contains("HEIC") && got.text().contains("JPEG"));
    stage.get(&format!("/v1/documents/{}", Hash::ZERO)).await.is_problem(404, "not-found");

    // Another's key, or a signature of nothing, opens no session.
    let (_, lab) = &stage.trade.lab;
    let key = &stage.trade.importer.0.secret;
    let asked =
        json!({"participant": lab.to_string(), "key": key.public().thumbprint().to_string()}).to_string();
    let got = stage.post("/v1/sessions/challenge", "application/json", asked).await.json();
    let signature = Signature(key.sign(got["message"].as_str().unwrap().as_bytes())).to_string();
    let answer = json!({"challenge": got["challenge"], "signature": signature}).to_string();
    stage.post("/v1/sessions", "application/json", answer).await.is_problem(403, "key-not-valid");
    stage.post("/v1/sessions", "application/json", "{").await.is_problem(400, "bad-body");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_and_who_asks_too_often() {
    let stage = stage(|config| config.limits.requests_per_second = 1).await;
    stage.get("/nothing").await.is_problem(404, "not-found");
    let got = stage.get("/nothing?lang=zh").await.json();
    assert_eq!(got["title"], "未找到");
    stage
        .send(Request::delete("/v1/items").body(Body::empty()).unwrap())
        .await
        .is_problem(405, "method-not-allowed");
    assert_eq!(stage.get("/healthz").await.text(), "ok\n");
    assert_eq!(stage.get("/readyz").await.json()["ready"], true);
    assert_eq!(stage.get("/metrics").await.status, StatusCode::OK);
    assert_eq!(stage.get("/openapi.json").await.json()["openapi"].as_str().map(|v| &v[..2]), Some("3."));

    let ask = || asked_by([192, 0, 2, 1], "198.51.100.1");
    for _ in 0..10 {
        assert_eq!(stage.send(ask()).await.status, StatusCode::OK);
    }
    let got = stage.send(ask()).await;
    got.is_problem(429, "rate-limited");
    assert!(got.header(header::RETRY_AFTER).parse::<u64>().unwrap() >= 1);
    // Nobody is believed about whose request it is unless the operator named him.
    stage.send(asked_by([192, 0, 2, 1], "198.51.100.2")).await.is_problem(429, "rate-limited");
}

/// A request from this peer, which says for whom.
fn asked_by(peer: [u8; 4], whom: &str) -> Request<Body> {
    let peer = axum::extract::ConnectInfo(std::net::SocketAddr::from((peer, 1)));
    let request = Request::get("/v1/ledger").header("x-forwarded-for", whom);
    request.extension(peer).body(Body::empty()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_trusted_proxy_each_visitor_has_a_limit_of_his_own() {
    let stage = stage(|config| {
        config.limits.requests_per_second = 1;
        config.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    })
    .await;
    for _ in 0..10 {
        assert_eq!(stage.send(asked_by([10, 0, 0, 1], "198.51.100.1")).await.status, StatusCode::OK);
    }
    let again = asked_by([10, 0, 0, 1], "203.0.113.5, 198.51.100.1");
    stage.send(again).await.is_problem(429, "rate-limited");
    assert_eq!(stage.send(asked_by([10, 0, 0, 1], "198.51.100.2")).await.status, StatusCode::OK);
    // Who reaches the node past the proxy counts as himself.
    assert_eq!(stage.send(asked_by([192, 0, 2, 7], "198.51.100.1")).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_counted_can_be_read_by_prometheus() {
    lode_node::http::ops::install_recorder();
    let stage = stage(|_| {}).await;
    stage.get("/v1/ledger").await;
    // Every node of this process writes the same gauges, so only what they all have is looked for.
    let invented = Request::builder().method("SOMETHING").uri("/v1/ledger").body(Body::empty()).unwrap();
    stage.send(invented).await.is_problem(405, "method-not-allowed");
    let text = stage.get("/metrics").await;
    assert!(!text.text().contains("SOMETHING"), "whoever invents methods makes no counters");
    for line in [
        "lode_log_size ",
        "lode_index_lag ",
        "lode_queue 0",
        "lode_failed 0",
        "route=\"/v1/ledger\",status=\"200\"",
        "method=\"other\"",
    ] {
        assert!(text.text().contains(line), "{line} is not in\n{}", text.text());
    }
}
