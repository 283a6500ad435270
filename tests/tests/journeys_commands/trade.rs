//! Material and pieces: merge, treat, certify, counter-sign, correct, hand over, tag, sell.

use serde_json::{Value, json};

use super::world::{typed, world};

/// The codes of a list's terms under a name.
fn codes<'a>(list: &'a Value, name: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().map(|one| one[name]["code"].as_str().unwrap()).collect()
}

#[test]
fn lots_are_poured_together() {
    let world = world();
    let (red, blue) = (world.lot("importer", "BR", "7kg"), world.lot("importer", "MG", "4kg"));
    let inputs = [format!("{red}=7kg"), format!("{blue}=3kg")];
    let args = ["merge", &inputs[0], &inputs[1], "--loss", "waste:500g", "--trade-name", "Violet"];
    let blend = world.made("importer", &args);
    let shown = world.show(&blend);
    assert_eq!((&shown["mass"]["entered_mg"], &shown["state"]), (&9_500_000.into(), &"in_stock".into()));
    assert_eq!(codes(&shown["claims"]["origins"], "country"), ["BR", "MG"]);
    assert_eq!(shown["claims"]["origins"][0]["share_ppm"], 700_000);
    assert_eq!(shown["made_of"].as_array().unwrap().len(), 2);
    assert_eq!(shown["details"][0], json!({"field": "trade_name", "value": "Violet", "corrected": null}));
    assert_eq!(world.show(&red)["state"], "exhausted");
    assert_eq!(world.show(&blue)["mass"]["left_mg"], 1_000_000);

    let too_much = [format!("{blend}=9.5kg"), format!("{blue}=2kg")];
    world.refused("importer", &["merge", &too_much[0], &too_much[1]], "M3", "too-much-taken");
    let all = [format!("{blend}=9.5kg"), format!("{blue}=1kg")];
    world.refused("importer", &["merge", &all[0], &all[1], "--mass", "12kg"], "M2", "not-balanced");
    assert_eq!(world.show(&blend)["mass"]["left_mg"], 9_500_000, "what is refused changes nothing");
}

#[test]
fn treatments_are_said_and_carried_out() {
    let world = world();
    let lot = world.lot("importer", "BR", "2kg");
    assert_eq!(world.show(&lot)["claims"]["treatments"], json!([]), "not stated is not none");
    world.ok("importer", &["treat", "declare", &lot, "dye=declared_none"]);
    world.ok("importer", &["treat", "apply", &lot, "heat", "--parameters", "450 C, 6 h"]);
    let shown = world.show(&lot);
    let said = &shown["claims"]["treatments"];
    assert_eq!(codes(said, "treatment"), ["dye", "heat"]);
    assert_eq!(codes(said, "finding"), ["declared_none", "declared_applied"]);
    // A treatment that leaves something behind adds mass; what there is afterwards is asked of the node.
    let args = ["treat", "apply", &lot, "impregnate", "--added", "10g"];
    world.ok("importer", &args);
    let mass = &world.show(&lot)["mass"];
    assert_eq!((&mass["gained_mg"], &mass["left_mg"]), (&10_000.into(), &2_010_000.into()));

    world.refused("importer", &["treat", "declare", &lot, "heat=declared_none"], "L1", "treatment-undone");
    world.refused("studio", &["treat", "apply", &lot, "dye"], "C1", "not-custodian");
}

#[test]
fn one_certificate_one_piece() {
    let world = world();
    let (piece, other) = (world.piece("studio"), world.piece("studio"));
    let file = world.name("report.pdf");
    std::fs::write(world.path(&file), "the report").unwrap();
    let number = world.name("GTC/2026");
    let link = |item: &str, more: &str| {
        typed(&format!("certificate {item} --issuer GTC --file {file} --number {number}{more}"))
    };
    // The holder asserts; the laboratory binds.
    world.ok("studio", &link(&other, ""));
    assert_eq!(world.show(&other)["certificates"][0]["bound"], false);
    world.ok("lab", &link(&piece, " --finding dye=lab_none_detected"));
    let shown = world.show(&piece);
    assert_eq!(shown["certificates"][0]["bound"], true);
    assert_eq!(codes(&shown["claims"]["treatments"], "finding"), ["lab_none_detected"]);

    // A later certificate takes the place of the earlier one, which serves no other piece.
    world.ok("lab", &link(&piece, &format!("-2 --reissue-of {number}")));
    let shown = world.show(&piece);
    let normal: String = format!("{number}-2").chars().filter(char::is_ascii_alphanumeric).collect();
    assert_eq!(shown["certificates"][0]["reissued_as"], normal.as_str());
    let again = link(&piece, &format!("-3 --reissue-of {number}"));
    world.refused("lab", &again, "U2", "nothing-to-reissue");
    world.refused("lab", &link(&other, ""), "U2", "certificate-taken");
    world.refused("studio", &link(&other, "-4 --finding heat=lab_none_detected"), "L5", "lab-only");
}

#[test]
fn a_supplier_without_an_account_countersigns_by_link() {
    let world = world();
    let (link, another) = (world.name("link"), world.name("link"));
    world.ok("importer", &["lot", "link", "--out", &link]);
    world.ok("importer", &["lot", "link", "--out", &another]);
    let declare = format!("lot declare --species quartz --origin BR --net 80kg --supplier-link {link}");
    let lot = world.made("importer", &typed(&declare));
    assert_eq!(world.show(&lot)["countersigned"], Value::Null);

    // Whoever has no account has no settings either: the link names ledger and node.
    let supplier = world.name("supplier");
    let sign =
        |mass: &str, by: &str| typed(&format!("countersign {lot} --country BR --mass {mass} --link {by}"));
    world.refused(&supplier, &sign("79kg", &link), "M2", "not-balanced");
    world.refused(&supplier, &sign("80kg", &another), "K1", "key-unknown");
    let done = world.ok(&supplier, &sign("80kg", &link));
    let shown = world.show(&lot);
    assert_eq!(shown["countersigned"]["index"], done["index"]);
    // A link proves that its holder agreed, not who that is: the evidence stays what it was (rule L5).
    assert_eq!(shown["claims"]["origin_evidence"]["code"], "self_declared");
}

#[test]
fn one_lot_is_declared_with_all_that_a_sheet_would_say() {
    let world = world();
    let lot = ["lot", "declare", "--species", "quartz", "--origin", "BR", "--net", "3kg"];
    let place = ["--subdivision", "Minas Gerais", "--mine", "Mina Boa", "--open", "mine"];
    let customs = ["--hs", "710310", "--element", "colour=purple", "--element", "件数=无"];
    let id = world.made("importer", &[&lot[..], &place, &customs].concat());
    let shown = world.show(&id);
    let said = |field: &str| {
        let details = shown["details"].as_array().unwrap();
        details.iter().find(|one| one["field"] == field).map(|one| one["value"].clone())
    };
    assert_eq!(shown["claims"]["place"], "Minas Gerais");
    assert_eq!(said("origins[0].subdivision"), Some("Minas Gerais".into()));
    assert_eq!(said("origins[0].mine"), Some("Mina Boa".into()));
    assert_eq!(
        said("customs"),
        Some(json!({
            "jurisdiction": "CN",
            "hs": "710310",
            "version": "1",
            "elements": [{"element": "colour", "value": "purple"}, {"element": "pieces", "value": "无"}],
        }))
    );
    let blend =
        ["lot", "declare", "--species", "quartz", "--origin", "BR:70%", "--origin", "MG:30%", "--net", "3kg"];
    let which = world.run("importer", &[&blend[..], &["--subdivision", "Bahia"]].concat());
    assert_eq!(which.status.code(), Some(64), "of which of the two");
    let id = world.made("importer", &[&blend[..], &["--subdivision", "BR=Bahia"]].concat());
    let details = world.show(&id)["details"].clone();
    assert!(details.as_array().unwrap().iter().any(|one| one["value"] == "Bahia"), "{details:#}");
    let unknown =
        world.run("importer", &[&lot[..], &["--hs", "7103.10", "--element", "smell=none"]].concat());
    assert_eq!(unknown.status.code(), Some(64));
}

#[test]
fn what_is_to_be_open_is_a_field_of_what_is_said() {
    let world = world();
    let lot =
        ["lot", "declare", "--species", "quartz", "--origin", "BR", "--net", "3kg", "--supplier", "Pedras"];
    for (lang, words) in [("en", "no event of this statement"), ("zh", "没有"), ("pt", "nenhum evento")] {
        let refused = world.run("importer", &[&["--lang", lang], &lot[..], &["--open", "suplier"]].concat());
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(64), "{told}");
        assert!(told.contains(words) && told.contains("supplier") && told.contains("suplier"), "{told}");
    }
    let id = world.made("importer", &[&lot[..], &["--open", "supplier"]].concat());
    let details = world.show(&id)["details"].clone();
    assert!(details.as_array().unwrap().iter().any(|one| one["value"] == "Pedras"), "{details:#}");
}

#[test]
fn a_slip_of_the_pen_is_corrected_and_stays_visible() {
    let world = world();
    let what = ["--species", "quartz", "--origin", "BR", "--net", "3kg", "--trade-name", "Rosenquarz"];
    let declared =
        world.ok("importer", &[&["lot", "declare", "--entry", "domestic_purchase"][..], &what].concat());
    let lot = declared["created"][0].as_str().unwrap();
    let index = declared["index"].to_string();
    let correct = |field: &str, old: &str, new: &str| {
        typed(&format!(
            "correct {lot} --index {index} --field {field} --old {old} --new {new} --reason typing"
        ))
    };
    let done = world.ok("importer", &correct("trade_name", "Rosenquarz", "Rosequartz"));
    let shown = world.show(lot);
    let place = json!({"index": done["index"], "event": 0});
    assert_eq!(
        shown["details"][0],
        json!({"field": "trade_name", "value": "Rosequartz", "corrected": place})
    );
    assert_eq!(shown["events"], 2, "the first word is still in its history");

    world.refused("importer", &correct("trade_name", "Rosenquarz", "Quartz"), "X1", "correction-old");
    world.refused("seller", &correct("trade_name", "Rosequartz", "Quartz"), "X1", "correction-author");
    world.refused("importer", &correct("mass", "3", "9"), "X1", "correction-field");
}

#[test]
fn an_offer_is_rejected_or_taken_back() {
    let world = world();
    let lot = world.lot("importer", "BR", "5kg");
    let seller = world.id("seller");
    let offer = world.made("importer", &["offer", &lot, "--to", &seller]);
    let shown = world.show(&offer);
    assert_eq!((&shown["state"], &shown["to"]), (&"open".into(), &seller.clone().into()));
    assert_eq!(shown["items"][0]["mass_mg"], 5_000_000);
    world.refused("importer", &["split", &lot, "--part", "1kg"], "C3", "offer-open");
    world.refused("studio", &["reject", &offer, "--reason", "not mine"], "C2", "not-named");
    world.refused("seller", &["cancel", &offer], "C2", "not-named");
    world.ok("seller", &["reject", &offer, "--reason", "wet"]);
    assert_eq!(world.show(&offer)["state"], "rejected");
    let importer = Value::from(world.id("importer"));
    assert_eq!(world.show(&lot)["custodian"], importer);
    world.refused("seller", &["accept", &offer], "C3", "offer-closed");

    let second = world.made("importer", &["offer", &lot, "--to", &seller]);
    world.ok("importer", &["cancel", &second]);
    assert_eq!(world.show(&second)["state"], "cancelled");
    world.refused("seller", &["accept", &second], "C3", "offer-closed");

    let third = world.made("importer", &["offer", &lot, "--to", &seller, "--ownership"]);
    let measured = format!("{lot}=4.999kg");
    world.ok("seller", &["accept", &third, "--measured", &measured]);
    let shown = world.show(&lot);
    assert_eq!((&shown["custodian"], &shown["owner"]), (&seller.clone().into(), &seller.into()));
    assert_eq!((&shown["mass"]["left_mg"], &shown["mass"]["lost_mg"]), (&4_999_000.into(), &1_000.into()));
}

#[test]
fn a_sale_that_did_not_come_about_is_cancelled() {
    let world = world();
    let piece = world.piece("studio");
    let sale =
        world.made("studio", &["sell", "record", &piece, "--channel", "live_stream", "--destination", "US"]);
    let shown = world.show(&piece);
    assert_eq!(
        (&shown["state"], &shown["sale"], &shown["owner"]),
        (&"sold".into(), &sale.clone().into(), &Value::Null)
    );
    world.refused("studio", &["sell", "record", &piece], "C5", "state-forbids");
    world.refused("seller", &["sell", "cancel", &sale, "--reason", "not mine"], "C4", "not-owner");
    world.ok("studio", &["sell", "cancel", &sale, "--reason", "not paid"]);
    let shown = world.show(&piece);
    assert_eq!((&shown["state"], &shown["sale"]), (&"finished".into(), &Value::Null));
    assert_eq!(shown["owner"], world.id("studio"));
    world.refused("studio", &["sell", "cancel", &sale, "--reason", "again"], "C5", "state-forbids");
}

#[test]
fn a_lost_tag_is_replaced() {
    let world = world();
    let piece = world.piece("studio");
    let old = world.ok("studio", &["tag", "new", "--bind", &piece])["code"].as_str().unwrap().to_owned();
    let second = world.ok("studio", &["tag", "new"])["code"].as_str().unwrap().to_owned();
    world.refused("studio", &["tag", "bind", &piece, &second], "U1", "tag-bound-already");
    let args = ["tag", "replace", &piece, &old, "--new", &second, "--reason", "torn off"];
    world.ok("studio", &args);
    assert_eq!(world.show(&piece)["tag"], second.as_str());
    let traced = world.ok("studio", &["trace", &second]);
    assert_eq!(traced["from"]["id"], piece.as_str(), "{traced:#}");
    assert!(traced["from"]["next"][0]["id"].is_string(), "{traced:#}");
    let shown = world.show(&old);
    assert_eq!((&shown["live"], &shown["replaced_by"]), (&false.into(), &second.clone().into()));
    assert_eq!(world.show(&second)["live"], true);
    world.refused("studio", &args, "U1", "tag-unknown");

    // The label shows the public code, the card the hidden one, and neither the other's.
    let folder = world.path(&world.name("labels"));
    let made =
        world.ok("studio", &["tag", "label", &second, "--out", &folder, "--base", "https://lode.example"]);
    let print = |which: &str| std::fs::read_to_string(made[which].as_str().unwrap()).unwrap();
    let kept = world.path(&format!("studio/tags/{second}.json"));
    let kept: Value = serde_json::from_slice(&std::fs::read(kept).unwrap()).unwrap();
    let groups: Vec<&str> = kept["hidden"].as_str().unwrap().split('-').collect();
    let (label, card) = (print("label"), print("claim"));
    assert!(groups.iter().all(|group| card.contains(group)), "{card}");
    assert!(!groups.iter().any(|group| group.len() > 3 && label.contains(group)), "{label}");
    for (n, part) in second.as_bytes().chunks(4).enumerate() {
        assert!(label.contains(std::str::from_utf8(part).unwrap()), "group {n} of {second}: {label}");
    }
}
