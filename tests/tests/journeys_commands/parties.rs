//! Who may do what: suspension, roles, devices' keys; and what is said to people who read no English.

use serde_json::Value;

use super::world::world;
use crate::journeys::told;

#[test]
fn a_suspended_participant_does_nothing_more() {
    let world = world();
    let who = world.name("suspended");
    let id = world.enrol(&who, "importer", "CN");
    let lot = world.lot(&who, "BR", "1kg");
    world.refused("importer", &["suspend", &id, "--reason", "rivalry"], "K2", "role-forbids");
    world.ok("registrar", &["suspend", &id, "--reason", "papers were forged"]);
    assert_eq!(world.show(&id)["suspended"], true);
    world.refused(&who, &["split", &lot, "--part", "100g"], "K3", "suspended");
    assert_eq!(world.show(&lot)["mass"]["left_mg"], 1_000_000);
}

#[test]
fn a_role_is_granted_and_taken_away() {
    let world = world();
    let who = world.name("two-trades");
    let id = world.enrol(&who, "warehouse", "CN");
    let roles = || {
        let shown = world.show(&id);
        let roles = shown["roles"].as_array().unwrap().iter();
        roles.map(|role| role["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let import = ["lot", "declare", "--species", "quartz", "--origin", "BR", "--net", "9kg"];
    world.refused(&who, &import, "K2", "role-forbids");
    world.refused(&who, &["role", "grant", &id, "importer"], "K2", "role-forbids");
    world.ok("registrar", &["role", "grant", &id, "importer"]);
    assert_eq!(roles(), ["importer", "warehouse"]);
    world.made(&who, &import);
    world.ok("registrar", &["role", "revoke", &id, "importer", "--reason", "licence ran out"]);
    assert_eq!(roles(), ["warehouse"]);
    world.refused(&who, &import, "K2", "role-forbids");
    assert_eq!(world.ok(&who, &["queue"]), Value::Array(Vec::new()), "what is refused does not wait");
}

#[test]
fn a_devices_key_is_added_limited_and_revoked() {
    let world = world();
    let (owner, phone) = (world.name("owner"), world.name("phone"));
    let id = world.enrol(&owner, "studio", "CN");
    let lot = world.lot(&owner, "BR", "2kg");
    let node = world.ok(&owner, &["status"])["node"].as_str().unwrap().to_owned();
    world.ok(&phone, &["setup", "--node", &node]);
    let made = world.ok(&phone, &["key", "new", "bench"]);
    let thumbprint = made[0]["thumbprint"].as_str().unwrap();
    let request = world.path(&world.name("key-request"));
    world.ok(&phone, &["key", "request", "bench", "--participant", &id, "--out", &request]);
    let step = ["--as", &id, "--with-key", "bench", "work", "step", &lot, "polish"];
    world.refused(&phone, &step, "K1", "key-unknown");

    let add = ["key", "add", &request, "--scope", "step.logged", "--device", "bench phone"];
    world.refused("seller", &add, "K2", "not-entitled");
    world.ok(&owner, &add);
    assert_eq!(world.show(&id)["keys"], 2);
    world.ok(&phone, &step);
    let split = ["--as", &id, "--with-key", "bench", "split", &lot, "--part", "1kg"];
    world.refused(&phone, &split, "K2", "scope-forbids");
    world.refused(&owner, &add, "U1", "key-in-use");

    let lost = ["key", "revoke", thumbprint, "--reason", "lost"];
    world.ok(&owner, &lost);
    assert_eq!(world.show(&id)["keys"], 1);
    world.refused(&phone, &step, "K1", "key-revoked");
    world.refused(&owner, &lost, "K1", "key-revoked");
}

#[test]
fn people_read_words_and_machines_read_names() {
    let world = world();
    let lot = world.lot("importer", "BR", "12kg");
    let shown = world.ok("importer", &["show", &lot]);
    for (lang, words) in [
        ("en", ["in the hands of: U-", "left: 12 kg", "treatments: not stated", "state: in stock"]),
        ("zh", ["保管方: U-", "现余: 12 kg", "处理: 未说明", "状态: 在库"]),
        ("pt", ["em poder de: U-", "resta: 12 kg", "tratamentos: não informados", "estado: em estoque"]),
    ] {
        let output = world.run("importer", &["--lang", lang, "show", &lot]);
        let text = String::from_utf8(output.stdout.clone()).unwrap();
        for word in words {
            assert!(text.contains(word), "{word}: {}", told(&output));
        }
        for machine in shown.as_object().unwrap().keys().filter(|name| name.contains('_')) {
            assert!(!text.contains(machine.as_str()), "{machine}: {text}");
        }
        assert!(!text.contains("_mg") && !text.contains("in_stock") && !text.contains("null"), "{text}");
    }
    let output = world.run("seller", &["--lang", "zh", "split", &lot, "--part", "1kg"]);
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(said.starts_with("lode: 被拒：") && said.contains("规则 C1, not-custodian"), "{}", told(&output));
    // What never reaches a node is told in the same language.
    let output = world.run("seller", &["--lang", "zh", "split", &lot, "--part", "12,5kg"]);
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(output.status.code() == Some(64) && said.contains("逗号含义不明"), "{}", told(&output));
    assert_eq!(world.ok("importer", &["show", &lot])["mass"]["left_mg"], Value::from(12_000_000));
}
