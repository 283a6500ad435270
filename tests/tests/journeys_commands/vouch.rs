//! Around the goods: participants' details, places and titles; the way over the border; papers, origins, inspections
//! and counts.

use serde_json::{Value, json};

use super::world::{typed, world};

#[test]
fn a_participant_changes_its_details_and_comes_back() {
    let world = world();
    let who = world.name("house");
    let id = world.enrol(&who, "importer", "CN");
    world.ok(&who, &["participant", "update", "--name", "House of Stone", "--open", "name"]);
    assert_eq!(world.show(&id)["name"], "House of Stone");
    world.refused(&who, &["participant", "update", "--country", "BR"], "K2", "not-entitled");
    world.refused("seller", &["participant", "update", &id, "--name", "Not Mine"], "K2", "not-entitled");
    world.ok("registrar", &["participant", "update", &id, "--country", "BR"]);
    assert_eq!(world.show(&id)["country"]["code"], "BR");

    let back = ["participant", "reinstate", &id, "--reason", "the complaint was withdrawn"];
    world.refused("registrar", &back, "C5", "state-forbids");
    world.ok("registrar", &["suspend", &id, "--reason", "a complaint"]);
    world.refused(&who, &["participant", "update", "--name", "Another"], "K3", "suspended");
    world.ok("registrar", &back);
    assert_eq!(world.show(&id)["suspended"], false);
    world.ok(&who, &["participant", "update", "--registration", "91320722"]);
    assert!(world.show(&id)["registration"]["sealed"].is_string(), "sealed unless it is to be open");
}

#[test]
fn places_and_titles_stand_with_their_holder() {
    let world = world();
    let place = ["facility", "register", "warehouse", "--name", "Hall 3", "--country", "CN", "--open", "gln"];
    let made = world.made("importer", &[&place[..], &["--gln", "4006381333931"]].concat());
    assert!(made.starts_with("F-"), "{made}");
    let importer = world.id("importer");
    let shown = world.show(&importer);
    let place_of = |shown: &Value| {
        let places = shown["facilities"].as_array().unwrap();
        places.iter().find(|place| place["id"] == made.as_str()).cloned().unwrap()
    };
    assert_eq!(
        (&place_of(&shown)["name"], &place_of(&shown)["holder"]),
        (&"Hall 3".into(), &importer.as_str().into())
    );
    let read = world.run("seller", &["--lang", "zh", "show", &importer]);
    let read = String::from_utf8(read.stdout).unwrap();
    assert!(read.contains("场所") && read.contains("Hall 3"), "{read}");
    world.refused("importer", &[&place[..], &["--gln", "4006381333932"]].concat(), "F3", "fields-disagree");

    let who = world.name("carver");
    let id = world.enrol(&who, "artisan", "CN");
    let issue = ["credential", "issue", &id, "--kind", "senior_craftsman", "--title", "Senior craftsman"];
    world.refused("importer", &issue, "K2", "role-forbids");
    let title = world.made("registrar", &issue);
    let held = &world.show(&id)["credentials"][0];
    assert_eq!((&held["id"], &held["title"]), (&title.clone().into(), &"Senior craftsman".into()));
    assert_eq!(held["issuer"], world.id("registrar"));
    let revoke = ["credential", "revoke", &title, "--reason", "it was lent out"];
    world.ok("registrar", &revoke);
    assert_eq!(world.show(&id)["credentials"], json!([]));
    world.refused("registrar", &revoke, "C5", "state-forbids");
}

#[test]
fn lots_are_shipped_cleared_and_received() {
    let world = world();
    let exporter = world.id("exporter");
    let declare =
        format!("lot declare --species quartz --origin BR --net 80kg --supplier-participant {exporter}");
    let lot = world.made("importer", &typed(&declare));
    world.refused("seller", &["ship", &lot], "K2", "role-forbids");
    let shipment =
        world.made("exporter", &["ship", &lot, "--bill-of-lading", "COSU 7654321", "--from", "BRSSZ"]);
    assert_eq!(world.show(&lot)["passage"]["in_transit"], shipment.as_str());

    let clear = |number: &str, net: &str| {
        let number = world.name(number);
        typed(&format!("clear {lot} --jurisdiction CN --declaration {number} --net {net} --open declaration"))
    };
    world.refused("importer", &clear("short", "40kg"), "M5", "declaration-exceeded");
    world.ok("importer", &clear("declaration", "80kg"));
    let cleared = &world.show(&lot)["passage"]["cleared"];
    assert_eq!(cleared["jurisdiction"]["code"], "CN");
    assert_eq!(cleared["declarant"], world.id("importer"));

    // More than declared comes in only if the supplier has signed just that.
    let receive = [&format!("{lot}=100kg:over_shipment")[..], "--consignment", &shipment];
    let receive = [&["receive"][..], &receive].concat();
    world.refused("importer", &receive, "M4", "receipt-difference");
    let agree = format!("countersign {lot} --country BR --mass 80kg --received 100kg");
    world.ok("exporter", &typed(&agree));
    assert_eq!(world.show(&lot)["passage"]["agreed_mg"], 100_000_000);
    world.ok("importer", &receive);
    let shown = world.show(&lot);
    assert_eq!((&shown["mass"]["left_mg"], &shown["state"]), (&100_000_000.into(), &"in_stock".into()));
    assert_eq!(shown["passage"]["in_transit"], Value::Null);
    assert_eq!(shown["warnings"][0]["code"], "receipt-difference");
}

#[test]
fn papers_origins_inspections_and_counts_are_shown() {
    let world = world();
    let inspector = world.name("inspector");
    world.enrol(&inspector, "inspector", "CN");
    let declare =
        "lot declare --species quartz --origin BR:70% --origin MG:30% --net 9kg --entry domestic_purchase";
    let lot = world.made("importer", &typed(declare));
    let file = world.name("origin.pdf");
    std::fs::write(world.path(&file), format!("certificate of origin, {file}")).unwrap();
    let paper = format!("certificate_of_origin={file}");

    world.refused("seller", &["attach", &lot, "--document", &paper], "K2", "not-entitled");
    world.ok("importer", &["attach", &lot, "--document", &paper, "--public", "--note", "by courier"]);
    assert_eq!(world.show(&lot)["documents"][0]["kind"], "certificate_of_origin");

    world.refused("importer", &["origin", &lot, "IN"], "L2", "origin-not-in-set");
    let said = |lot: &str| {
        ["origin", lot, "BR", "--subdivision", "Minas Gerais", "--document", &paper].map(str::to_owned)
    };
    let all: Vec<String> = said(&lot).into();
    world.refused("importer", &all, "L2", "origin-beyond-entered");
    // What came from there is put apart; of that it may be said.
    let lot = world.made("importer", &["split", &lot, "--part", "6300g"]);
    let part: Vec<String> = said(&lot).into();
    world.ok("importer", &part);
    let claims = &world.show(&lot)["claims"];
    assert_eq!(
        (&claims["place"], &claims["origins"][0]["share_ppm"]),
        (&"Minas Gerais".into(), &1_000_000.into())
    );
    assert_eq!(claims["origin_evidence"]["code"], "document");

    world.refused("importer", &["inspect", &lot, "--nature", "natural"], "K2", "role-forbids");
    world.ok(&inspector, &["inspect", &lot, "--nature", "natural", "--grade", "rough:A:house"]);
    let shown = world.show(&lot);
    assert_eq!(shown["inspections"][0]["grade"]["value"], "A");
    assert_eq!(shown["claims"]["nature"]["code"], "natural");
    assert_eq!(shown["claims"]["nature_evidence"]["code"], "lab_or_inspector");

    let importer = world.id("importer");
    let line = format!("{lot}=4kg");
    world.refused("importer", &["count", &importer, &line], "K2", "role-forbids");
    let count = world.made(&inspector, &["count", &importer, &line]);
    let shown = world.show(&lot);
    assert_eq!(shown["counted"], count.as_str());
    assert_eq!(shown["mass"]["left_mg"], 6_300_000, "a count moves no mass");
    assert_eq!(shown["warnings"][0]["code"], "stock-differs");
}
