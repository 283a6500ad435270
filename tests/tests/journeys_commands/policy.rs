//! The registrar puts another policy in force: shown first, and only then signed; a ledger of the first ruleset comes to the
//! second one this way.

use serde_json::json;

use super::world::{typed, world_on_ruleset_1};

#[test]
fn a_ledger_of_the_first_ruleset_comes_to_the_second() {
    let world = world_on_ruleset_1();
    let show = || world.ok("registrar", &["policy", "show"]);
    assert_eq!(show()["ruleset"], 1);
    let lot = world.lot("importer", "BR", "3kg");
    let attach = || {
        std::fs::write(world.path("list.pdf"), "a packing list").unwrap();
        world.run(
            "importer",
            &["attach", &lot, "--document", &format!("packing_list={}", world.path("list.pdf"))],
        )
    };
    assert!(!attach().status.success(), "the second ruleset brought it");

    // Shown, and not signed.
    let adopt = typed("policy adopt --ruleset 2 --late-after-s 86400 --yield carve=50000..600000");
    let shown = world.ok("registrar", &adopt);
    assert_eq!((&shown["adopted"], shown["changes"].as_array().unwrap().len()), (&false.into(), 3));
    assert_eq!(show()["ruleset"], 1);
    // By the registrar alone.
    let yes = [adopt, typed("--yes")].concat();
    world.refused("importer", &yes, "K2", "role-forbids");
    world.ok("registrar", &yes);
    let now = show();
    assert_eq!(
        (&now["ruleset"], &now["late_after_s"], &now["yields"]),
        (&2.into(), &86_400.into(), &json!([{"step": "carve", "min_ppm": 50_000, "max_ppm": 600_000}]))
    );
    assert_eq!(now["skew_s"], 900, "what was not named stays");
    assert!(attach().status.success());
    world.refused("registrar", &typed("policy adopt --ruleset 1 --yes"), "F1", "ruleset-back");
    let nothing = world.run("registrar", &typed("policy adopt --ruleset 2"));
    assert_eq!(nothing.status.code(), Some(64), "nothing would change");
    world.ok("registrar", &typed("policy adopt --yield carve=none --yes"));
    assert_eq!(show()["yields"], json!([]));
}
