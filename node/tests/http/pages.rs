//! The buyer's page: who says what, what nobody checked, what stands in the way, in English and Chinese.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use lode_ledger::hash::Hash;
use lode_ledger::id::{ItemKind, WorkOrderId};
use lode_ledger::vocab::{Code, Treatment};

use crate::stage::{self, stage};
use crate::trade;
use crate::trade::world::ORIGIN;

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_who_says_what_and_what_nobody_checked() {
    let stage = stage(|_| {}).await;
    let tag = stage.trade.dragon_tag;
    let page = stage.get(&format!("/T/{tag}")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.len() < 60 * 1024, "{} bytes", page.body.len());
    assert!(page.header(header::CONTENT_SECURITY_POLICY).starts_with("default-src 'none'"));
    let text = page.text();
    for said in [
        "Dragon rising from the waves",
        "Smoky quartz",
        "1.25 kg",
        "Treated: waxed",
        "laboratory: none detected · Gem Testing Centre",
        "All other treatments: not stated.",
        "One of Brazil or Madagascar",
        "70 : 30",
        "The supplier counter-signed.",
        "The supplier has not counter-signed.",
        "40 kg on the scale",
        "Made in China of material from Brazil or Madagascar.",
        "White Crane Studio",
        "GTC 2026001234",
        "bound to this item by the laboratory",
        "certificate 2026001299",
        "The same certificate is also shown for",
        "Sold by",
        "live stream",
        "Destination",
        "heated (laboratory: none detected)",
        "datetime=\"",
        "What is not known or not checked",
        "lode-verify item",
        "controlled blending",
    ] {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
    assert!(!text.contains("Donghai") && !text.contains("<script"), "nothing local, no script");
    assert!(!text.contains('✓') && !text.contains('✔'), "no tick");

    let seen = stage.get_as(&format!("/T/{tag}"), header::HOST, "seen.example:8080").await;
    let item = stage.trade.dragon;
    assert!(
        seen.text().contains(&format!("curl -o {item}.lode http://seen.example:8080/v1/items/{item}/proof"))
    );
    assert!(seen.text().contains("curl -o trust.policy http://seen.example:8080/trust.policy"));
    let odd = stage.get_as(&format!("/T/{tag}"), header::HOST, "a b/;rm").await;
    assert!(!odd.text().contains("a b/;rm"));

    let zh = stage.get(&format!("/T/{tag}?lang=zh")).await;
    assert!(zh.text().contains("是否经过处理？") && zh.text().contains("lang=\"zh-Hans\""));
    assert!(zh.text().contains("巴西") && zh.text().contains("未知或未核查的事项"));
    assert!(zh.text().contains("已由检测机构换发为 2026001299"));
    let shown = stage.get(&format!("/v1/items/{item}")).await.json();
    let reissued: Vec<_> =
        shown["certificates"].as_array().unwrap().iter().map(|c| &c["reissued_as"]).collect();
    assert_eq!(
        reissued,
        [&serde_json::json!("2026001299"), &serde_json::Value::Null, &serde_json::Value::Null]
    );
    let preferred = stage.get_as(&format!("/T/{tag}"), header::ACCEPT_LANGUAGE, "fr, zh;q=0.5").await;
    assert_eq!(preferred.body, zh.body);

    let moved = stage.get(&format!("/t/{}?lang=zh", tag.to_string().to_lowercase())).await;
    assert_eq!(moved.status, StatusCode::PERMANENT_REDIRECT);
    assert_eq!(moved.header(header::LOCATION), format!("/T/{tag}?lang=zh"));
}

/// A buyer must not learn it last: what is recalled, disputed or held now stands before everything else.
#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_way_comes_first_on_the_page_and_is_in_the_api() {
    let mut trade = trade::trade(false);
    let (dragon, brazil, tag) = (trade.dragon, trade.brazil, trade.dragon_tag);
    let world = &mut trade.world;
    let nonces = [world.nonce(), world.nonce(), world.nonce()];
    let at = world.at();
    let mut say = |text: String| world.registrar(&text);
    say(format!(
        r#"{{"type":"recall.issued","at":"{at}","nonce":"{}","items":["{dragon}"],"reason":"treatment_found","text":"heated"}}"#,
        nonces[0]
    ));
    say(format!(
        r#"{{"type":"dispute.opened","at":"{at}","nonce":"{}","kind":"authorship","items":["{dragon}"],"text":"carved by another"}}"#,
        nonces[1]
    ));
    say(format!(
        r#"{{"type":"hold.placed","at":"{at}","nonce":"{}","items":["{brazil}"],"reason":"customs"}}"#,
        nonces[2]
    ));
    let stage = stage::stage_of(trade, |_| {}).await;
    let page = stage.get(&format!("/T/{tag}")).await;
    let (head, _) = page.text().split_once("<section class=\"answers\">").unwrap();
    for said in ["Recalled: undisclosed treatment found · Registrar", "In dispute: who made it · Registrar"]
    {
        assert!(head.contains(said), "{said} is not in\n{head}");
    }
    assert!(head.contains(&format!("Made of {brazil} · Held: customs · Registrar")), "{head}");
    let zh = stage.get(&format!("/T/{tag}?lang=zh")).await;
    assert!(zh.text().contains("已召回：发现未披露处理") && zh.text().contains("已冻结：海关"));
    let item = stage.get(&format!("/v1/items/{dragon}")).await.json();
    let standing = &item["standing"];
    let counts = ["recalls", "other_disputes", "title_disputes", "holds"]
        .map(|list| standing[list].as_array().unwrap().len());
    assert_eq!(counts, [1, 1, 0, 0], "{standing}");
    let other = stage.get(&format!("/T/{}", stage.trade.fish_tag)).await;
    assert!(!other.text().contains("Recalled:"), "only what concerns it");
}

/// Who made it: with the titles that others say the maker has, as long as they are good.
#[tokio::test(flavor = "multi_thread")]
async fn the_makers_titles_are_shown_with_who_says_so() {
    let mut trade = trade::trade(false);
    let (artisan, tag) = (trade.artisan, trade.fish_tag);
    let world = &mut trade.world;
    let at = world.at();
    for (title, until) in
        [("Third of his line", ""), ("Apprentice", r#","valid_until":"2030-01-01T00:00:00Z""#)]
    {
        let nonce = world.nonce();
        world.registrar(&format!(
            r#"{{"type":"credential.issued","at":"{at}","nonce":"{nonce}","participant":"{artisan}","kind":"heritage_bearer","title":"{title}"{until}}}"#
        ));
    }
    let stage = stage::stage_of(trade, |_| {}).await;
    let page = stage.get(&format!("/T/{tag}")).await;
    let said = "bearer of intangible heritage: Third of his line · issued by Registrar";
    assert!(page.text().contains(said), "{}", page.text());
    assert!(page.text().contains("Apprentice"), "it is good for now");
    let zh = stage.get(&format!("/T/{tag}?lang=zh")).await;
    assert!(
        zh.text().contains("非物质文化遗产传承人: Third of his line · 颁发方： Registrar"),
        "{}",
        zh.text()
    );
    let known = stage.get(&format!("/v1/participants/{artisan}")).await.json();
    assert_eq!(known["credentials"][0]["kind"]["code"], "heritage_bearer");
    assert_eq!(known["credentials"][1]["valid_until"], "2030-01-01T00:00:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_persons_piece_of_a_lot_and_of_nothing() {
    let stage = stage(|_| {}).await;
    let fish = stage.get(&format!("/T/{}", stage.trade.fish_tag)).await;
    assert!(fish.text().contains("person enrolled by Registrar"), "{}", fish.text());
    assert!(fish.text().contains("&#60;Two&#62; fish"), "what people write is escaped");
    assert!(fish.text().contains("asserted by the holder") && fish.text().contains("Certificate NGTC 77"));
    assert!(fish.text().contains("Treated: waxed"));

    assert!(fish.text().contains("NGTC 77 is shown for another item, P-"), "{}", fish.text());

    let lot = stage.get(&format!("/items/{}", stage.trade.brazil)).await;
    assert!(
        lot.text().contains("Declared not heated") && lot.text().contains("The supplier counter-signed.")
    );
    assert!(lot.text().contains("Nobody: this is unworked material"));

    let replaced = stage.get(&format!("/T/{}", stage.trade.old_tag)).await;
    assert!(replaced.text().contains("This tag was replaced"));
    assert!(replaced.text().contains(&format!("/T/{}", stage.trade.fish_tag)));

    let unknown = lode_ledger::tag::TagCode::new([7; 10]);
    let got = stage.get(&format!("/T/{unknown}")).await;
    assert_eq!(got.status, StatusCode::NOT_FOUND);
    assert!(got.text().contains("This tag is not in the ledger"));
    let got = stage.get("/T/%3Cscript%3E").await;
    assert_eq!(got.status, StatusCode::NOT_FOUND);
    assert!(got.text().contains("This is not a tag code") && !got.text().contains("<script"));
    assert_eq!(stage.get("/items/P-1").await.status, StatusCode::NOT_FOUND);

    let home = stage.get("/").await;
    assert!(home.text().contains(&stage.node.ledger_id()) && home.text().contains("Find a tag"));
    let found = stage.get(&format!("/t?code={}", stage.trade.dragon_tag)).await;
    assert_eq!(found.status, StatusCode::SEE_OTHER);
    let style = stage.get("/style.css").await;
    assert_eq!(style.header(header::CONTENT_TYPE), "text/css; charset=utf-8");
    let again = stage.get_as("/style.css", header::IF_NONE_MATCH, style.header(header::ETAG)).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    let older = stage.get_as("/style.css", header::IF_NONE_MATCH, "\"0.1.0\"").await;
    assert_eq!(older.body, style.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_treatments_fits_on_a_telephone() {
    let mut stage = stage(|_| {}).await;
    let (mut importer, _) = stage.trade.importer.clone();
    let all: Vec<&str> = Code::<Treatment>::all().map(Code::as_str).collect();
    let mut page_of = async |treatments: &[&str], grade: &str| {
        let (nonce, at) = (stage.trade.world.nonce(), stage.trade.world.at());
        let said: Vec<String> = treatments
            .iter()
            .map(|code| format!(r#"{{"treatment":"{code}","finding":"declared_none"}}"#))
            .collect();
        let text = format!(
            r#"{{"type":"lot.declared","at":"{at}","nonce":"{nonce}","entry":"opening_stock","species":"quartz","form":"rough","nature":"natural","evidence":"self_declared","origins":[{{"country":"BR","share_ppm":1000000}}],"mass":{{"net_mg":5000000,"method":"floor_scale","resolution_mg":1000}},"treatments":[{}],"grade":{{"scheme":"{grade}","value":"A","grader":"not stated"}}}}"#,
            said.join(",")
        );
        let bytes = importer.sign(&[trade::world::event(&text)]).unwrap().into_bytes();
        let got = stage.post("/v1/statements", "application/cose", bytes).await;
        assert_eq!(got.status, StatusCode::OK, "{}", got.text());
        let path = format!("/items/{}", trade::lot_id(&importer, &nonce));
        let zh = stage.get(&format!("{path}?lang=zh")).await;
        (stage.get(&path).await.text().to_owned(), zh.text().to_owned())
    };
    let (en, zh) = page_of(&all, "AAA-C").await;
    assert!(en.contains("<p class=\"headline\">Declared untreated</p>"), "{en}");
    assert!(!en.contains("All other treatments"), "none is left over");
    assert!(zh.contains("<p class=\"headline\">申报未处理</p>"));
    assert_eq!(
        en.matches("<dt>declared untreated</dt>").count(),
        1,
        "one row for what one person says alike"
    );
    assert!(en.contains("A (AAA-C, grader not stated)") && zh.contains("A（AAA-C、未说明分级人）"));

    let (en, zh) = page_of(&["heat", "dye"], "not stated").await;
    assert!(en.contains("Declared not dyed or heated") || en.contains("Declared not heated or dyed"), "{en}");
    assert!(zh.contains("申报未经") && en.contains("All other treatments: not stated."));
    assert!(zh.contains("A（未说明分级标准、未说明分级人）"));

    let (en, zh) = page_of(&all[..5], "not stated").await;
    assert!(en.contains("Declared untreated, in the 5 ways listed") && zh.contains("申报未经下列 5 种处理"));

    let (en, _) = page_of(&[], "not stated").await;
    assert!(en.contains("Not stated does not mean untreated."));
}

/// Who has looked at the very piece is not passed over in what was not checked.
#[tokio::test(flavor = "multi_thread")]
async fn an_inspected_piece_is_not_said_to_be_unexamined() {
    let mut trade = trade::trade(false);
    let (fish, tag, mut lab) = (trade.fish, trade.fish_tag, trade.lab.0.clone());
    let found = format!(r#"{{"type":"inspection.recorded","item":"{fish}","nature":"natural"}}"#);
    trade::say(&mut trade.world, &mut lab, &found);
    let stage = stage::stage_of(trade, |_| {}).await;
    let page = stage.get(&format!("/T/{tag}")).await;
    assert!(page.text().contains("natural · Gem Testing Centre · "), "{}", page.text());
    assert!(!page.text().contains("No laboratory has examined this very piece"));
}

/// What a buyer gains from an inspector and from customs: both in plain words, each with who says so.
#[tokio::test(flavor = "multi_thread")]
async fn inspections_and_the_way_over_the_border_are_told_in_plain_words() {
    let mut trade = trade::trade(false);
    let (dragon, mut importer) = (trade.dragon, trade.importer.0.clone());
    let world = &mut trade.world;
    let (mut inspector, _) =
        trade::enrol(world, 16, "CN", "inspector", r#""person":false,"name":"Inspection Bureau""#);
    let found = format!(
        r#"{{"type":"inspection.recorded","item":"{dragon}","nature":"natural","variety":"smoky_quartz","grade":{{"scheme":"GB/T 31435","value":"A","grader":"Inspection Bureau"}},"note":"two small chips"}}"#
    );
    trade::say(world, &mut inspector, &found);
    let nonces = [world.nonce(), world.nonce()];
    let lot = format!(
        r#"{{"type":"lot.declared","nonce":"{}","entry":"import","species":"quartz","form":"rough","nature":"natural","evidence":"self_declared","origins":[{{"country":"BR","share_ppm":1000000}}],"mass":{{"net_mg":5000000,"method":"floor_scale","resolution_mg":1000}}}}"#,
        nonces[0]
    );
    trade::say(world, &mut importer, &lot);
    let lot = trade::lot_id(&importer, &nonces[0]);
    let sent = format!(
        r#"{{"type":"consignment.shipped","nonce":"{}","items":["{lot}"],"from":"BRSSZ","to":"CNLYG"}}"#,
        nonces[1]
    );
    trade::say(world, &mut importer, &sent);
    let declaration = lode_ledger::hash::Hash::of(b"declaration");
    let cleared = format!(
        r#"{{"type":"customs.cleared","items":["{lot}"],"jurisdiction":"CN","declaration":"230120261000000017","net_mg":5000000,"documents":[{{"kind":"import_declaration","sha256":"{declaration}","public":false}}]}}"#
    );
    trade::say(world, &mut importer, &cleared);
    let stage = stage::stage_of(trade, |_| {}).await;

    let tag = stage.trade.dragon_tag;
    let words = "natural, smoky quartz, grade A (GB/T 31435, Inspection Bureau), two small chips";
    for (path, said) in [
        (format!("/T/{tag}"), &["<dt>Inspected</dt>", words, "Inspection Bureau · "][..]),
        // Of its two lots no clearance is recorded: that is said beside them, and among what is not known.
        (
            format!("/T/{tag}"),
            &[
                "Through customs (Brazil)",
                "No clearance is recorded here.",
                "no clearance is recorded for all",
            ],
        ),
        (format!("/T/{tag}?lang=zh"), &["<dt>检验</dt>", "天然", "海关（巴西）", "本账本没有清关记录。"]),
        (
            format!("/items/{lot}"),
            &[
                "on its way · from Santos to Lianyungang",
                "let in by China · declared by Haizhou Stone Imports · ",
            ],
        ),
        (format!("/items/{lot}?lang=zh"), &["运输途中 · 由", "中国海关放行 · 报关方：Haizhou Stone Imports"]),
    ] {
        let page = stage.get(&path).await;
        for word in said {
            assert!(page.text().contains(word), "{word} is not in {path}\n{}", page.text());
        }
    }
    let page = stage.get(&format!("/items/{lot}")).await;
    assert!(!page.text().contains("no clearance is recorded for all"), "there is one");
    let fish = stage.get(&format!("/T/{}", stage.trade.fish_tag)).await;
    assert!(!fish.text().contains("<dt>Inspected</dt>"), "only what was inspected");
    assert!(fish.text().contains("No laboratory has examined this very piece"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_photo_is_on_the_page_as_soon_as_it_is_here() {
    let stage = stage(|_| {}).await;
    let path = format!("/T/{}", stage.trade.dragon_tag);
    let missing = "How it looks: no public photo is bound to it.";
    let before = stage.get(&path).await;
    assert!(!before.text().contains("<img") && before.text().contains(missing));
    let (photo, address) = trade::photo();
    let bearer = stage.bearer(&stage.trade.importer).await;
    let request = Request::put(format!("/v1/documents/{address}?public=true"));
    let request = request.header(header::AUTHORIZATION, &bearer).body(Body::from(photo)).unwrap();
    assert_eq!(stage.send(request).await.status, StatusCode::NO_CONTENT);
    let after = stage.get(&path).await;
    let image = format!(
        r#"<img class="photo" src="/v1/documents/{address}" alt="Photo: Dragon rising from the waves">"#
    );
    assert!(after.text().contains(&image) && !after.text().contains(missing), "{}", after.text());
    let zh = stage.get(&format!("{path}?lang=zh")).await;
    assert!(zh.text().contains("alt=\"照片："), "{}", zh.text());
    let other = stage.get(&format!("/T/{}", stage.trade.fish_tag)).await;
    assert!(!other.text().contains("<img"), "it is no photo of the other piece");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_of_the_thing_is_shown_before_one_of_its_making() {
    let mut stage = stage(|_| {}).await;
    let (mut studio, id) = stage.trade.studio.clone();
    let (of_making, making) = trade::photo();
    let (of_thing, thing) = trade::other_photo();
    let (start, end) = (stage.trade.world.nonce(), stage.trade.world.nonce());
    let author = studio.issuer.to_string();
    let work = WorkOrderId::derive(ORIGIN, &author, &start, 0);
    let piece = trade::item(ItemKind::Piece, &studio, &end, 0);
    let blend = stage.trade.blend;
    for text in [
        format!(
            r#"{{"type":"work.started","nonce":"{start}","process":"carve","inputs":[{{"item":"{blend}","mass_mg":9000000}}]}}"#
        ),
        format!(
            r#"{{"type":"step.logged","work":"{work}","step":"carve","photos":[{{"kind":"photo","sha256":"{making}","public":true}}]}}"#
        ),
        format!(
            r#"{{"type":"work.completed","work":"{work}","nonce":"{end}","left_mg":0,
            "outputs":[{{"kind":"piece","mass_mg":4000000,"form":"carving","photo":{{"kind":"photo","sha256":"{thing}","public":true}}}}],
            "losses":[{{"reason":"process","mass_mg":5000000}}]}}"#
        ),
    ] {
        stage.say(&mut studio, &text).await;
    }
    let bearer = stage.bearer(&(studio, id)).await;
    for (photo, address, shown) in [(of_making, making, making), (of_thing, thing, thing)] {
        let request = Request::put(format!("/v1/documents/{address}?public=true"));
        let request = request.header(header::AUTHORIZATION, &bearer).body(Body::from(photo)).unwrap();
        assert_eq!(stage.send(request).await.status, StatusCode::NO_CONTENT);
        let page = stage.get(&format!("/items/{piece}")).await;
        assert!(page.text().contains(&format!("src=\"/v1/documents/{shown}\"")), "{}", page.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_photo_is_on_no_page() {
    let mut stage = stage(|_| {}).await;
    let (mut importer, brazil) = (stage.trade.importer.0.clone(), stage.trade.brazil);
    let (photo, _) = trade::photo();
    let address = lode_ledger::document::private_address(trade::world::ORIGIN, &[15; 16], &photo);
    let attached = format!(
        r#"{{"type":"document.attached","item":"{brazil}","documents":[{{"kind":"photo","sha256":"{address}","public":false}}]}}"#
    );
    stage.say(&mut importer, &attached).await;
    let bearer = stage.bearer(&stage.trade.importer).await;
    let request = Request::put(format!("/v1/documents/{address}")).header(header::AUTHORIZATION, &bearer);
    let request = request.header("lode-salt", "0f".repeat(16)).body(Body::from(photo)).unwrap();
    assert_eq!(stage.send(request).await.status, StatusCode::NO_CONTENT);
    let page = stage.get(&format!("/items/{brazil}")).await;
    assert!(!page.text().contains("<img"), "{}", page.text());
}

/// A record has room for 64 documents and as many warnings: what is beyond is counted wherever they are told.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_record_has_no_room_for_is_counted() {
    const MORE: usize = 3;
    let mut stage = stage(|_| {}).await;
    let brazil = stage.trade.brazil;
    let before = stage.get(&format!("/v1/items/{brazil}")).await.json();
    let kept = before["documents"].as_array().map_or(0, Vec::len);
    assert_eq!(before["not_kept"], 0);
    let (mut importer, _) = stage.trade.importer.clone();
    for n in 0..lode_ledger::record::MAX_KEPT - kept + MORE {
        let paper = lode_ledger::hash::Hash::of(format!("paper {n}").as_bytes());
        let attached = format!(
            r#"{{"type":"document.attached","item":"{brazil}","documents":[{{"kind":"packing_list","sha256":"{paper}","public":false}}]}}"#
        );
        stage.say(&mut importer, &attached).await;
    }
    let after = stage.get(&format!("/v1/items/{brazil}")).await.json();
    assert_eq!(after["not_kept"], MORE);
    let said = format!("+ {MORE} more at most, warnings or documents");
    for path in [format!("/items/{brazil}"), format!("/T/{}", stage.trade.dragon_tag)] {
        let page = stage.get(&path).await;
        assert!(page.text().contains(&said), "{path}: {}", page.text());
    }
    stage.trade.clock.0.fetch_add(3600, std::sync::atomic::Ordering::Relaxed);
    let proof = stage.get(&format!("/v1/items/{brazil}/proof")).await;
    assert_eq!(proof.status, StatusCode::OK, "{}", proof.text());
    let trust = lode_ledger::tlog::Policy::parse(stage.get("/trust.policy").await.body).unwrap();
    let told = lode_ledger::proof::verify_item(&proof.body, &trust).text(lode_ledger::lang::Lang::En);
    assert!(told.contains(&format!("{MORE} more warnings or documents")), "{told}");
}

/// As many warnings as documents; a stock's report counts what it cannot show, too.
#[tokio::test(flavor = "multi_thread")]
async fn warnings_beyond_the_room_for_them_are_counted() {
    const MORE: usize = 2;
    let mut stage = stage(|_| {}).await;
    let brazil = stage.trade.brazil;
    let (mut importer, id) = stage.trade.importer.clone();
    let left = stage.get(&format!("/v1/items/{brazil}")).await.json()["mass"]["left_mg"].as_u64().unwrap();
    for n in 1..=u64::try_from(lode_ledger::record::MAX_KEPT + MORE).unwrap() {
        let paper = Hash::of(format!("count sheet {n}").as_bytes());
        let (was, now) = (left - n + 1, left - n);
        let adjusted = format!(
            r#"{{"type":"mass.adjusted","item":"{brazil}","was_mg":{was},"left_mg":{now},"reason":"scale","documents":[{{"kind":"inspection_report","sha256":"{paper}","public":false}}]}}"#
        );
        stage.say(&mut importer, &adjusted).await;
    }
    let shown = stage.get(&format!("/v1/items/{brazil}")).await.json();
    assert_eq!(shown["warnings"].as_array().map(Vec::len), Some(lode_ledger::record::MAX_KEPT));
    let not_kept = shown["not_kept"].as_u64().unwrap();
    assert!(not_kept >= MORE as u64, "{shown}");
    let bearer = stage.bearer(&(importer, id)).await;
    let stock = stage.get_as(&format!("/v1/participants/{id}/stock"), header::AUTHORIZATION, &bearer).await;
    let balances = stock.json()["balances"].clone();
    let row =
        balances.as_array().unwrap().iter().find(|row| row["id"] == brazil.to_string()).unwrap().clone();
    assert_eq!(
        (&row["not_kept"], &row["warnings"]),
        (&shown["not_kept"], &lode_ledger::record::MAX_KEPT.into())
    );
}

/// Rule K4: a key that is reported as stolen puts its mark on what it signed since, on the page and in the API.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_stolen_key_signed_bears_its_mark() {
    let mut stage = stage(|_| {}).await;
    let (path, dragon) = (format!("/T/{}", stage.trade.dragon_tag), stage.trade.dragon);
    let said = "signed with a key that was later reported as suspect";
    let before = stage.get(&path).await;
    assert!(!before.text().contains(said) && !before.text().contains("K4"));
    let (lab, id) = stage.trade.lab.clone();
    let mut registrar = stage.trade.world.registrar.clone();
    let key = lab.secret.public().thumbprint();
    let revoked = format!(
        r#"{{"type":"key.revoked","participant":"{id}","key":"{key}","reason":"stolen","suspect_since":0}}"#
    );
    stage.say(&mut registrar, &revoked).await;
    let page = stage.get(&path).await;
    // In the rows of the timeline, and among the warnings.
    assert!(page.text().contains(said) && page.text().contains("K4"), "{}", page.text());
    assert!(stage.get(&format!("{path}?lang=zh")).await.text().contains("签名密钥后来被报告为可疑"));
    let events = stage.get(&format!("/v1/items/{dragon}/events")).await.json();
    let events = events["items"].as_array().unwrap();
    let by_lab = |event: &&serde_json::Value| event["issuer"] == id.to_string();
    assert!(events.iter().any(|event| by_lab(&event)), "the lab has examined it");
    for event in events {
        assert_eq!(event["suspect"], by_lab(&event), "{event}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buyer_reads_to_whom_a_problem_is_told() {
    let stage = stage(|_| {}).await;
    let sold = stage.get(&format!("/T/{}", stage.trade.dragon_tag)).await;
    let registrar = stage.get("/v1/participants?role=registrar").await.json()["items"][0]["name"].clone();
    let registrar = registrar.as_str().unwrap();
    for said in [
        "Report a problem".to_owned(),
        format!("Tell Morning Light Crystal, who sold it, or the registrar who enrolled them: {registrar}."),
        "The ledger keeps no telephone number and no address of anybody.".to_owned(),
        "can open a dispute".to_owned(),
        "with the key that claimed it".to_owned(),
    ] {
        assert!(sold.text().contains(&said), "{said} is not in\n{}", sold.text());
    }
    let held = stage.get(&format!("/T/{}?lang=zh", stage.trade.fish_tag)).await;
    assert!(held.text().contains("反映问题") && held.text().contains(&format!("登记机构：{registrar}。")));
    assert!(!held.text().contains("认领所用的密钥"), "it was not sold");
}
