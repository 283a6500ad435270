//! The market: consigned, listed, kept, sold, exported, sent, settled, claimed without an account, passed on, returned;
//! and goods that change owner or hands otherwise, or go missing.

use serde_json::{Value, json};

use super::world::{World, typed, world};

/// The address of a claim card's QR code, as somebody who opens the card reads it.
fn card(world: &World, who: &str, tag: &str) -> String {
    let kept = world.path(&format!("{who}/tags/{tag}.json"));
    let kept: Value = serde_json::from_slice(&std::fs::read(kept).unwrap()).unwrap();
    let node = world.ok(who, &["status"])["node"].as_str().unwrap().to_owned();
    format!("{node}/T/{tag}#{}", kept["hidden"].as_str().unwrap())
}

fn tagged(world: &World, who: &str, item: &str) -> String {
    world.ok(who, &["tag", "new", "--bind", item])["code"].as_str().unwrap().to_owned()
}

#[test]
fn a_consigned_piece_is_listed_kept_and_sold_by_the_streamer() {
    let world = world();
    let (piece, seller) = (world.piece("studio"), world.id("seller"));
    let list = typed(&format!("listing open {piece} --channel live_stream --session night-7 --slot 3"));
    world.refused("seller", &list, "C4", "not-owner");
    world.ok("studio", &["consign", &piece, "--seller", &seller]);
    let mine = world.ok("seller", &["list", "--consigned"]);
    assert!(mine.as_array().unwrap().iter().any(|item| item["id"] == piece.as_str()), "{mine:#}");
    let listing = world.made("seller", &list);
    let own = world.made("studio", &["listing", "open", &piece, "--title", "Moon", "--language", "en"]);

    let shown = world.show(&piece);
    let offered = shown["market"]["listings"].as_array().unwrap();
    assert_eq!(offered.len(), 2, "several sellers list one piece");
    assert_eq!((&offered[0]["session"], &offered[0]["slot"]), (&"night-7".into(), &3.into()));
    assert_eq!(shown["market"]["parties"], Value::Null, "for its parties only");
    let parties = &world.ok("studio", &["show", &piece, "--mine"])["market"]["parties"];
    assert_eq!(parties["consigned"][0]["seller"], seller.as_str());
    let stranger = world.ok("importer", &["show", &piece, "--mine"]);
    assert_eq!(stranger["market"]["parties"], Value::Null);
    let session = world.ok("seller", &["listing", "list", "--session", "night-7"]);
    assert_eq!(session[0]["id"], listing.as_str());
    assert_eq!(world.ok("seller", &["listing", "list", "--session", "night-8"]), json!([]));

    world.refused("seller", &["listing", "close", &own], "C4", "not-owner");
    world.ok("studio", &["listing", "close", &own, "--reason", "left to the streamer"]);
    world.refused("studio", &["listing", "close", &own], "C5", "state-forbids");
    assert_eq!(world.show(&own)["closed"], true);

    world.ok("seller", &["reserve", &piece, "--listing", &listing, "--buyer", "user 4711"]);
    assert!(world.show(&piece)["market"]["kept_until"].is_string());
    world.refused("studio", &["sell", "record", &piece], "C5", "reserved");
    world.ok("seller", &["reserve", &piece, "--end"]);
    assert_eq!(world.show(&piece)["market"]["kept_until"], Value::Null);

    let sale =
        world.made("seller", &["sell", "record", &piece, "--listing", &listing, "--destination", "US"]);
    let sold = world.show(&sale);
    assert_eq!(
        (&sold["seller"], &sold["owner"], &sold["listing"]),
        (&seller.clone().into(), &world.id("studio").into(), &listing.into())
    );
    let document = world.name("settlement.pdf");
    std::fs::write(world.path(&document), "paid on 3 March").unwrap();
    let settle = ["settle", &sale, "--currency", "USD", "--document", &document];
    world.refused("studio", &settle, "C4", "not-seller");
    let settlement = world.made("seller", &settle);
    assert_eq!(world.show(&sale)["settled"], settlement.as_str());
    world.refused("seller", &settle, "C5", "sale-settled");
    assert_eq!(world.ok("seller", &["show", &settlement, "--mine"])["currency"]["code"], "USD");
    let hidden = world.run("importer", &["show", &settlement, "--mine"]);
    assert!(!hidden.status.success(), "it is none of his");
}

#[test]
fn a_consignment_ends_when_its_owner_says_so() {
    let world = world();
    let (piece, seller) = (world.piece("studio"), world.id("seller"));
    world.ok("studio", &["consign", &piece, "--seller", &seller, "--days", "7"]);
    world.ok("studio", &["consign", &piece, "--seller", &seller, "--end"]);
    world.refused("seller", &["sell", "record", &piece], "C4", "not-owner");
    let mine = world.ok("seller", &["list", "--consigned"]);
    assert!(!mine.as_array().unwrap().iter().any(|item| item["id"] == piece.as_str()), "{mine:#}");
}

#[test]
fn what_is_in_a_box_moves_together() {
    let world = world();
    let (one, two) = (world.piece("studio"), world.piece("studio"));
    let pack = world.made("studio", &["pack", &one, &two, "--seal", "S-7"]);
    assert_eq!(world.ok("studio", &["show", &one, "--mine"])["market"]["parties"]["pack"], pack.as_str());
    world.refused("studio", &["dispatch", &one], "C5", "packed");
    world.refused("seller", &["unpack", &pack], "C1", "not-custodian");
    let sent = world.made("studio", &["dispatch", &one, &two, "--carrier", "EMS", "--destination", "DE"]);
    let shown = &world.show(&two)["market"]["shipment"];
    assert_eq!((&shown["id"], &shown["destination"]["code"]), (&sent.clone().into(), &"DE".into()));
    assert_eq!(shown["delivered"], Value::Null);
    world.refused("seller", &["deliver", &sent], "K2", "not-entitled");
    world.ok("studio", &["deliver", &sent]);
    assert!(world.show(&two)["market"]["shipment"]["delivered"]["index"].is_u64());
    world.refused("studio", &["deliver", &sent], "C5", "shipment-over");
    world.ok("studio", &["unpack", &pack]);
    assert_eq!(world.ok("studio", &["show", &pack, "--mine"])["opened"], true);
}

#[test]
fn an_export_names_customs_origin_and_material_origin_apart() {
    let world = world();
    let piece = world.piece("studio");
    let prepare = format!(
        "export prepare {piece} --destination US --hs 7116.20 --tariff-code 7116.20.4000 --customs-origin CN \
         --product-id sku:MOON-1 --regime 9610 --incoterm DAP --declaration 230120261234567890"
    );
    let wrong = format!("{prepare} --material-origin CN");
    world.refused("studio", &typed(&wrong), "L2", "material-origins");
    let export = world.made("studio", &typed(&prepare));
    let shown = world.show(&export);
    assert_eq!(shown["customs_origin"]["code"], "CN");
    assert_eq!(shown["material_origins"][0]["code"], "BR", "as the record says");
    let listed = world.ok("studio", &["export", "list"]);
    assert!(listed.as_array().unwrap().iter().any(|one| one["id"] == export.as_str()), "{listed:#}");
    let other = ["dispatch", &piece, "--export", &export, "--destination", "FR"];
    world.refused("studio", &other, "F3", "fields-disagree");
    world.made("studio", &["dispatch", &piece, "--export", &export, "--tracking", "EA123456789CN"]);
}

#[test]
fn a_buyer_without_an_account_claims_passes_on_and_gives_back() {
    let world = world();
    let piece = world.piece("studio");
    let tag = tagged(world, "studio", &piece);
    let card = card(world, "studio", &tag);
    let (first, second) = (world.name("buyer"), world.name("buyer"));
    world.refused(&first, &["claim", &card], "C5", "state-forbids");
    world.made("studio", &["sell", "record", &piece, "--destination", "US"]);
    assert_eq!(world.show(&tag)["claimed"], Value::Null);

    // The card leads to node and ledger; the first claim failed, so its key owns nothing.
    let done = world.ok(&first, &["claim", &card]);
    assert_eq!(done["item"], piece.as_str());
    let shown = world.show(&piece);
    assert_eq!(shown["state"], "claimed");
    assert_eq!(world.show(&tag)["claimed"]["index"], done["index"]);
    let mine = world.ok(&first, &["own", "list"]);
    let yours: Vec<&Value> = mine.as_array().unwrap().iter().filter(|one| one["yours"] == true).collect();
    assert_eq!(yours.len(), 1, "{mine:#}");
    assert_eq!(yours[0]["thumbprint"], shown["market"]["owner_key"]);
    world.refused(&second, &["claim", &card], "U1", "claim-taken");
    let wrong = card.replace(&tag, &tagged(world, "studio", &world.piece("studio")));
    assert_eq!(world.run(&second, &["claim", &wrong]).status.code(), Some(64), "codes of two tags");

    // The buyer's own words: stolen and found; passed on to a fresh key.
    world.ok(&first, &["own", "missing", &piece, "--stolen"]);
    assert_eq!(world.show(&piece)["standing"]["missing"]["how"], "stolen");
    let request = world.path(&world.name("request"));
    world.ok(&second, &["own", "request", &piece, "--out", &request]);
    world.refused(&first, &["own", "pass", &piece, "--to", &request], "C5", "missing");
    world.ok(&first, &["own", "found", &piece, "--note", "behind the shelf"]);
    world.ok(&first, &["own", "pass", &piece, "--to", &request]);
    let owner = world.show(&piece)["market"]["owner_key"].clone();
    let theirs = world.ok(&second, &["own", "list"]);
    let one = theirs.as_array().unwrap().iter().find(|one| one["yours"] == true).unwrap();
    assert_eq!(one["thumbprint"], owner);
    let gone = world.run(&first, &["own", "pass", &piece, "--to", &request]);
    assert_eq!(gone.status.code(), Some(64), "it is his no more");

    let back = ["return", &piece, "--reason", "change_of_mind", "--condition", "as new"];
    world.refused("studio", &back, "C4", "not-given-back");
    world.ok(&second, &["own", "give-back", &piece]);
    assert!(world.show(&piece)["market"]["given_back"]["index"].is_u64());
    world.refused("seller", &back, "C4", "not-seller");
    world.ok("studio", &back);
    let shown = world.show(&piece);
    assert_eq!((&shown["state"], &shown["owner"]), (&"finished".into(), &world.id("studio").into()));
}

#[test]
fn ownership_alone_is_offered_and_taken() {
    let world = world();
    let lot = world.lot("importer", "BR", "4kg");
    let seller = world.id("seller");
    let offer = world.made("importer", &["title", "offer", &lot, "--to", &seller]);
    let shown = world.show(&offer);
    assert_eq!((&shown["title_only"], &shown["state"]), (&true.into(), &"open".into()));
    world.refused("studio", &["title", "take", &offer], "C2", "not-named");
    world.ok("seller", &["title", "take", &offer]);
    let shown = world.show(&lot);
    assert_eq!((&shown["owner"], &shown["custodian"]), (&seller.into(), &world.id("importer").into()));
}

#[test]
fn goods_go_missing_and_come_into_other_hands() {
    let world = world();
    let lot = world.lot("importer", "BR", "6kg");
    let paper = world.name("paper.pdf");
    std::fs::write(world.path(&paper), "an order").unwrap();
    world.refused("seller", &["missing", "report", &lot], "C4", "not-owner");
    world.ok("importer", &["missing", "report", &lot, "--stolen", "--report", &paper]);
    world.refused("importer", &["split", &lot, "--part", "1kg"], "C5", "missing");
    world.refused("importer", &["missing", "report", &lot], "C5", "missing");
    world.ok("importer", &["missing", "found", &lot, "--note", "by the police"]);
    world.refused("importer", &["missing", "found", &lot], "C5", "not-missing");

    let seller = world.id("seller");
    let order = format!("court_order={paper}");
    let assign = ["assign", &lot, "--to", &seller, "--reason", "insolvency", "--document", &order];
    world.refused("importer", &assign, "K2", "role-forbids");
    world.ok("registrar", &assign);
    let shown = world.show(&lot);
    assert_eq!((&shown["custodian"], &shown["owner"]), (&seller.into(), &world.id("importer").into()));
}

#[test]
fn people_read_of_the_market_in_their_language() {
    let world = world();
    let piece = world.piece("studio");
    world.made("studio", &["listing", "open", &piece]);
    world.made("studio", &["dispatch", &piece, "--carrier", "EMS"]);
    for (lang, words) in [
        ("en", ["on the market:", "offered for sale:", "carrier: EMS"]),
        ("zh", ["市场:", "在售:", "承运人: EMS"]),
        ("pt", ["no mercado:", "à venda:", "transportadora: EMS"]),
    ] {
        let output = world.run("importer", &["--lang", lang, "show", &piece]);
        let text = String::from_utf8(output.stdout).unwrap();
        for word in words {
            assert!(text.contains(word), "{word}: {text}");
        }
    }
    let output = world.run("studio", &["--lang", "zh", "pack", &piece]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with("装箱: 已接受"), "{said}");
}
