//! The market in the API and on the buyer's page: exported, sent, claimed or not, given back, returned, listed, stolen;
//! what everybody sees, and what only the parties see.

use axum::http::header;
use lode_ledger::key::prove_possession;
use lode_ledger::replay::Author;
use lode_ledger::statement::Issuer;
use serde_json::Value;

use crate::stage::{Stage, stage};
use crate::trade::world::{ORIGIN, secret};

impl Stage {
    /// The dragon's page in both languages must say these.
    async fn page_says(&self, en: &[&str], zh: &[&str]) {
        for (lang, words) in [("en", en), ("zh", zh)] {
            let page = self.get(&format!("/T/{}?lang={lang}", self.trade.dragon_tag)).await;
            for said in words {
                assert!(page.text().contains(said), "{said} is not in\n{}", page.text());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sold_piece_is_sent_claimed_given_back_and_returned() {
    let mut stage = stage(|_| {}).await;
    let (dragon, tag) = (stage.trade.dragon, stage.trade.dragon_tag);
    let (mut seller, seller_id) = stage.trade.seller.clone();
    let audience = seller.audience.clone();
    stage.page_says(&["Not claimed yet"], &["尚未认领"]).await;
    let nonces = [stage.trade.world.nonce(), stage.trade.world.nonce(), stage.trade.world.nonce()];
    let export = format!(
        r#"{{"type":"export.prepared","nonce":"{}","items":["{dragon}"],"destination":"US","hs":"7116.20","customs_origin":"CN","material_origins":["BR","MG"],"regime":"9610"}}"#,
        nonces[0]
    );
    stage.say(&mut seller, &export).await;
    let sent = format!(
        r#"{{"type":"shipment.dispatched","nonce":"{}","items":["{dragon}"],"carrier":"EMS","destination":"US"}}"#,
        nonces[1]
    );
    stage.say(&mut seller, &sent).await;
    let said =
        ["on its way · United States", "EMS", "HS 7116.20, origin for customs China, material from Brazil"];
    stage.page_says(&said, &["运输途中", "海关原产地中国"]).await;
    let shown = stage.get(&format!("/v1/items/{dragon}")).await.json();
    let shipment = &shown["market"]["shipment"];
    assert_eq!((&shipment["carrier"], &shipment["delivered"]), (&"EMS".into(), &Value::Null));
    let exports = stage.get(&format!("/v1/items/{dragon}/exports")).await.json();
    assert_eq!(exports["items"][0]["customs_origin"]["code"], "CN");
    assert_eq!(exports["items"][0]["material_origins"][1]["code"], "MG");
    let by = stage.get(&format!("/v1/exports?exporter={seller_id}&limit=1")).await.json();
    assert_eq!(by["items"][0]["id"], exports["items"][0]["id"]);
    let under_way = stage.get(&format!("/v1/shipments?sender={seller_id}")).await.json();
    assert_eq!(under_way["items"][0]["id"], shipment["id"]);
    let arrived =
        format!(r#"{{"type":"shipment.delivered","shipment":"{}"}}"#, shipment["id"].as_str().unwrap());
    stage.say(&mut seller, &arrived).await;
    stage.page_says(&["arrived · United States"], &["已送达"]).await;
    let under_way = stage.get(&format!("/v1/shipments?sender={seller_id}")).await.json();
    assert_eq!(under_way["items"].as_array().unwrap().len(), 0);

    let own = secret(150);
    let proof = prove_possession(&own, ORIGIN, &tag.to_string());
    let mut claimant = Author::new(secret(100), Issuer::Tag(tag), audience.clone());
    let claim = format!(r#"{{"type":"claim.redeemed","owner_key":"{}","proof":"{proof}"}}"#, own.public());
    let index = stage.say(&mut claimant, &claim).await["index"].as_u64().unwrap();
    let claimed = format!("Claimed by its buyer (entry {index}).");
    let zh = format!("买家已认领（第 {index} 条）。");
    stage.page_says(&[&claimed, "whoever holds its buyer&#39;s key", "Sold by"], &[&zh]).await;
    let shown = stage.get(&format!("/v1/items/{dragon}")).await.json();
    assert_eq!(shown["state"], "claimed");
    assert_eq!(shown["market"]["owner_key"], own.public().thumbprint().to_string());
    let known = stage.get(&format!("/v1/tags/{tag}")).await.json();
    assert_eq!(known["claimed"]["index"], index);
    let used = stage.get(&format!("/v1/items/{}/where-used", stage.trade.brazil)).await.json();
    assert_eq!(used["totals"]["sold"], 1, "what its buyer claimed was sold");

    let mut buyer = Author::new(own.clone(), Issuer::Owner(own.public().thumbprint()), audience);
    stage.say(&mut buyer, &format!(r#"{{"type":"owner.transferred","item":"{dragon}"}}"#)).await;
    stage.page_says(&["Its buyer has given it back", "back to its seller"], &["买家已退还"]).await;
    let back = format!(r#"{{"type":"item.returned","item":"{dragon}","reason":"change_of_mind"}}"#);
    stage.say(&mut seller, &back).await;
    let said = ["The hidden code of this tag has been used", "Returned", "· change of mind"];
    stage.page_says(&said, &["此标签的隐藏码已被使用", "退货"]).await;

    let listing = format!(
        r#"{{"type":"listing.opened","nonce":"{}","items":["{dragon}"],"channel":"shop","session":"hall 3"}}"#,
        nonces[2]
    );
    stage.say(&mut seller, &listing).await;
    let said = ["Offered for sale by", "Morning Light Crystal · shop · hall 3"];
    stage.page_says(&said, &["在售方"]).await;
    let lost = format!(r#"{{"type":"item.lost","items":["{dragon}"],"how":"stolen"}}"#);
    stage.say(&mut seller, &lost).await;
    let day = last_day(&stage);
    stage.page_says(&[&format!("Reported as stolen · {day}")], &["已报告：被盗 · "]).await;
}

/// The day of the story's end as an English page writes it.
fn last_day(stage: &Stage) -> String {
    let at = stage.trade.world.at().to_string();
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month: usize = at[5..7].parse().unwrap();
    format!("{} {} {}", at[8..10].trim_start_matches('0'), months[month - 1], &at[..4])
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_parties_see_who_may_sell_and_what_is_in_a_box() {
    let mut stage = stage(|_| {}).await;
    let brazil = stage.trade.brazil;
    let (mut importer, importer_id) = stage.trade.importer.clone();
    let seller_id = stage.trade.seller.1;
    let nonce = stage.trade.world.nonce();
    let lot = format!(
        r#"{{"type":"lot.declared","nonce":"{nonce}","entry":"opening_stock","species":"quartz","form":"rough","nature":"natural","evidence":"self_declared","origins":[{{"country":"BR","share_ppm":1000000}}],"mass":{{"net_mg":5000000,"method":"floor_scale","resolution_mg":1000}}}}"#
    );
    stage.say(&mut importer, &lot).await;
    let more = crate::trade::lot_id(&importer, &nonce);
    let consign = format!(
        r#"{{"type":"item.consigned","items":["{brazil}","{more}"],"seller":"{seller_id}","until":"2100-01-01T00:00:00Z"}}"#
    );
    stage.say(&mut importer, &consign).await;
    let nonce = stage.trade.world.nonce();
    let packed = format!(r#"{{"type":"items.packed","nonce":"{nonce}","items":["{brazil}"]}}"#);
    stage.say(&mut importer, &packed).await;
    let path = format!("/v1/items/{brazil}");
    assert_eq!(stage.get(&path).await.json()["market"]["parties"], Value::Null);
    let (importer, seller, lab) =
        (stage.trade.importer.clone(), stage.trade.seller.clone(), stage.trade.lab.clone());
    let mut pack = String::new();
    for who in [&importer, &seller] {
        let bearer = stage.bearer(who).await;
        let shown = stage.get_as(&path, header::AUTHORIZATION, &bearer).await.json();
        let parties = &shown["market"]["parties"];
        assert_eq!(parties["consigned"][0]["seller"], seller_id.to_string(), "{shown}");
        pack = parties["pack"].as_str().unwrap().to_owned();
    }
    let stranger = stage.bearer(&lab).await;
    let shown = stage.get_as(&path, header::AUTHORIZATION, &stranger).await.json();
    assert_eq!(shown["market"]["parties"], Value::Null);

    let path = format!("/v1/packs/{pack}");
    stage.get(&path).await.is_problem(401, "session-required");
    stage.get_as(&path, header::AUTHORIZATION, &stranger).await.is_problem(404, "not-found");
    let packer = stage.bearer(&importer).await;
    let shown = stage.get_as(&path, header::AUTHORIZATION, &packer).await.json();
    assert_eq!(shown["packer"], importer_id.to_string());

    let path = format!("/v1/items?seller={seller_id}&limit=1");
    stage.get(&path).await.is_problem(401, "session-required");
    for (who, seen) in [(&importer, 2), (&seller, 2), (&lab, 0)] {
        let bearer = stage.bearer(who).await;
        let (mut given, mut cursor) = (0, String::new());
        loop {
            let page = stage.get_as(&format!("{path}{cursor}"), header::AUTHORIZATION, &bearer).await.json();
            given += page["items"].as_array().unwrap().len();
            let Some(next) = page["next"].as_str() else { break };
            assert_ne!(seen, 0, "a cursor tells a stranger what is consigned: {page}");
            cursor = format!("&cursor={next}");
        }
        assert_eq!(given, seen);
        let page = stage.get_as(&format!("{path}&owner={importer_id}"), header::AUTHORIZATION, &bearer).await;
        assert_eq!(page.json()["items"].as_array().unwrap().len(), seen.min(1));
    }
    let path = format!("/v1/items?seller={importer_id}");
    let none = stage.get_as(&path, header::AUTHORIZATION, &packer).await.json();
    assert_eq!(none["items"].as_array().unwrap().len(), 0);
    stage.get("/v1/listings").await.is_problem(400, "bad-parameter");
    stage.get(&format!("/v1/listings?seller={seller_id}&cursor=x")).await.is_problem(400, "bad-cursor");
}
