//! What stops goods from outside, and the record repaired: holds, disputes, recalls, void, undo.

use super::world::{typed, world};

#[test]
fn goods_are_held_and_let_go() {
    let world = world();
    let lot = world.lot("importer", "BR", "10kg");
    let hold = world.made("registrar", &["hold", "place", &lot, "--reason", "customs", "--text", "case 12"]);
    assert_eq!(world.show(&lot)["standing"]["holds"].as_array().unwrap().len(), 1);
    world.refused("importer", &typed(&format!("split {lot} --part 2kg")), "C5", "held");
    world.refused("seller", &["hold", "release", &hold], "K2", "not-entitled");
    world.ok("registrar", &["hold", "release", &hold, "--text", "let in"]);
    world.ok("importer", &typed(&format!("split {lot} --part 2kg")));
}

#[test]
fn a_dispute_is_opened_answered_and_ended() {
    let world = world();
    let lot = world.lot("importer", "BR", "10kg");
    let open = ["dispute", "open", &lot, "--kind", "origin", "--text", "it is from Madagascar"];
    let dispute = world.made("importer", &[&open[..], &["--respondent", &world.id("exporter")]].concat());
    let answer = ["dispute", "answer", &dispute, "--text", "it is not"];
    world.ok("exporter", &answer);
    let end = ["dispute", "resolve", &dispute, "--outcome", "rejected", "--text", "the papers are in order"];
    world.ok("registrar", &end);
    world.refused("registrar", &end, "C5", "state-forbids");
}

#[test]
fn what_is_recalled_is_not_sold() {
    let world = world();
    let piece = world.piece("studio");
    let recall = ["recall", "issue", &piece, "--reason", "hazard", "--text", "bring it back"];
    world.ok("studio", &recall);
    assert_eq!(world.show(&piece)["standing"]["recalls"].as_array().unwrap().len(), 1);
    world.refused("studio", &["offer", &piece, "--to", &world.id("seller")], "C5", "recalled");
}

#[test]
fn the_last_thing_done_is_taken_back_in_one_command() {
    let world = world();
    // Somebody of their own: the others' tests speak at the same time.
    let who = world.name("house");
    world.enrol(&who, "importer", "CN");
    let lot = world.lot(&who, "BR", "10kg");
    let part = world.made(&who, &typed(&format!("split {lot} --part 2kg")));
    assert_eq!(world.show(&lot)["mass"]["left_mg"], 8_000_000);
    let undo = ["undo", "--reason", "the wrong lot"];
    world.ok(&who, &undo);
    assert_eq!(world.show(&lot)["mass"]["left_mg"], 10_000_000);
    assert_eq!(world.show(&part)["state"], "voided", "{:#}", world.show(&part));

    let offer = world.made(&who, &["offer", &lot, "--to", &world.id("seller")]);
    world.ok(&who, &undo);
    assert_eq!(world.show(&offer)["state"], "cancelled", "{:#}", world.show(&offer));
    let again = world.run(&who, &undo);
    assert_eq!(again.status.code(), Some(64), "a cancelling is not taken back");
}

#[test]
fn a_box_is_opened_again_and_what_has_no_way_back_says_what_to_do() {
    let world = world();
    let who = world.name("house");
    world.enrol(&who, "studio", "CN");
    let piece = world.piece(&who);
    let undo = ["undo", "--reason", "the wrong piece"];
    let pack = world.made(&who, &["pack", &piece]);
    world.ok(&who, &undo);
    assert_eq!(world.show(&pack)["opened"], true, "{:#}", world.show(&pack));
    let again = world.run(&who, &undo);
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(said.contains("lode pack"), "{said}");
}

#[test]
fn what_somebody_built_on_is_not_taken_back() {
    let world = world();
    let who = world.name("house");
    world.enrol(&who, "importer", "CN");
    let what = ["--species", "quartz", "--origin", "BR", "--net", "10kg"];
    let declare = [&["lot", "declare", "--entry", "domestic_purchase"][..], &what].concat();
    let said = world.ok(&who, &declare);
    let lot = said["created"][0].as_str().unwrap();
    world.ok("registrar", &["hold", "place", lot, "--reason", "customs"]);
    world.refused(&who, &["undo", "--reason", "the wrong lot"], "X3", "void-used");
    let index = said["index"].to_string();
    let void = ["void", lot, "--index", &index, "--reason", "the wrong lot"];
    world.refused(&who, &void, "X3", "void-used");
}
