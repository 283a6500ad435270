//! What people ask: a stock against counts, jobs and yields; anything that has an id; a session's list with its claim
//! codes; pieces of a batch that each buyer claims; salts that are destroyed.

use lode_ledger::key::PublicKey;
use lode_ledger::tag::unit_proof;
use serde_json::{Value, json};

use super::line::{Break, Line};
use super::world::{World, typed, world};

#[test]
fn a_stock_is_shown_against_counts() {
    let world = world();
    let (house, inspector) = (world.name("stockist"), world.name("inspector"));
    let id = world.enrol(&house, "importer", "CN");
    world.enrol(&inspector, "inspector", "CN");
    let (real, ghost) = (world.lot(&house, "BR", "50kg"), world.lot(&house, "MG", "400kg"));
    world.ok(&house, &["name", "set", "ghost", &ghost]);
    let count = world.made(&inspector, &["count", &id, &format!("{real}=50kg"), &format!("{ghost}=4kg")]);

    let report = world.ok(&house, &["stock"]);
    assert_eq!(
        (&report["participant"], &report["totals"]["items"]),
        (&id.clone().into(), &2.into()),
        "{report:#}"
    );
    assert_eq!(report["totals"]["differing"], 1);
    let difference = &report["differences"][0];
    assert_eq!(
        (&difference["item"], &difference["stock_count"], &difference["found_mg"]),
        (&ghost.clone().into(), &count.clone().into(), &4_000_000.into())
    );
    let entry = &report["entries"][0];
    assert_eq!(
        (&entry["entry"]["code"], &entry["ceiling"]["code"], &entry["entered_mg"]),
        (&"domestic_purchase".into(), &"document".into(), &450_000_000.into())
    );
    // An auditor asks about somebody else, and what counts as old is for who asks to say.
    let aged = world.ok("registrar", &["stock", &id, "--days", "0", "--limit", "1"]);
    assert_eq!(aged["totals"]["aged"], 2);
    assert_eq!((aged["balances"].as_array().unwrap().len(), aged["next"].is_string()), (1, true));
    for (lang, words) in [
        ("en", ["counts that differ from the book:", "never counted: 0", "bought at home", "(ghost)"]),
        ("zh", ["与账面不符的盘点:", "从未盘点：0", "国内采购", "(ghost)"]),
        ("pt", ["contagens que diferem do livro:", "nunca contados: 0", "compra nacional", "(ghost)"]),
    ] {
        says(world, &house, &["--lang", lang, "stock"], &words);
    }

    let shown = world.show(&count);
    assert_eq!((&shown["custodian"], &shown["counted_items"][1]["differs"]), (&id.into(), &true.into()));
    // The book follows the count, and the difference is no longer open.
    let sheet = world.name("sheet.pdf");
    std::fs::write(world.path(&sheet), format!("count sheet, {sheet}")).unwrap();
    let document = format!("inspection_report={sheet}");
    world.ok(&house, &["adjust", &ghost, "--to", "4kg", "--reason", "theft", "--document", &document]);
    let report = world.ok(&house, &["stock"]);
    assert_eq!((&report["totals"]["differing"], &report["differences"]), (&0.into(), &json!([])));
}

/// What a command prints for people holds these words.
#[track_caller]
fn says(world: &World, who: &str, args: &[&str], words: &[&str]) {
    let output = world.run(who, args);
    let text = String::from_utf8(output.stdout).unwrap();
    for word in words {
        assert!(
            text.contains(word),
            "{word} is not in {args:?}: {text}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn a_studio_asks_for_its_jobs_and_yields() {
    let world = world();
    let studio = world.name("studio");
    world.enrol(&studio, "studio", "CN");
    let lot = world.lot(&studio, "BR", "2kg");
    let job = |mass: &str| world.made(&studio, &["work", "start", "grind_sphere", &format!("{lot}={mass}")]);
    let (done, open) = (job("500g"), job("300g"));
    world.made(&studio, &["work", "complete", &done, "--output", "piece:sphere:300g:Moon", "--rest-is-loss"]);
    let ids = |args: &[&str]| -> Vec<Value> {
        let jobs = world.ok(&studio, &[&["work", "list"], args].concat());
        jobs.as_array().unwrap().iter().map(|job| job["id"].clone()).collect()
    };
    assert_eq!(ids(&["--unfinished"]), [open.as_str()]);
    assert_eq!(ids(&["--done"]), [done.as_str()]);
    assert_eq!(ids(&[]).len(), 2);
    let yields = world.ok(&studio, &["yields"]);
    assert_eq!(
        (&yields[0]["process"]["code"], &yields[0]["jobs"], &yields[0]["yield_ppm"]),
        (&"grind_sphere".into(), &1.into(), &600_000.into())
    );
    says(world, &studio, &["--lang", "zh", "yields"], &["已完工单的出成率:", "60"]);
    says(world, &studio, &["work", "list"], &["going on", "done", &open]);
    // What is in a job can be held, and comes out of it when the hold is released.
    let hold = world.made("registrar", &["hold", "place", &open, "--reason", "investigation"]);
    assert_eq!(world.show(&hold)["works"], json!([open]));
    assert_eq!(world.show(&open)["standing"]["holds"], json!([hold]));
    let step = ["work", "step", &open, "polish"];
    assert!(!world.run(&studio, &step).status.success(), "it is held");
    world.ok("registrar", &["hold", "release", &hold]);
    world.ok(&studio, &step);
    let report = world.ok(&studio, &["stock"]);
    assert_eq!((&report["totals"]["jobs"], &report["totals"]["in_work_mg"]), (&1.into(), &300_000.into()));
}

#[test]
fn whatever_has_an_id_is_shown() {
    let world = world();
    let lot = world.lot("importer", "BR", "3kg");
    let place =
        world.made("importer", &["facility", "register", "warehouse", "--name", "Hall 5", "--country", "CN"]);
    assert_eq!(world.show(&place)["name"], "Hall 5");
    let studio = world.id("studio");
    let title = ["credential", "issue", &studio, "--kind", "senior_craftsman", "--title", "Safety"];
    let title = world.made("registrar", &title);
    assert_eq!(
        (&world.show(&title)["holder"], &world.show(&title)["revoked"]),
        (&studio.into(), &Value::Null)
    );
    world.ok("registrar", &["credential", "revoke", &title, "--reason", "a mistake"]);
    assert!(world.show(&title)["revoked"]["index"].is_u64());

    let import = world.made("importer", &typed("lot declare --species quartz --origin BR --net 8kg"));
    let sent = world.made("importer", &["ship", &import, "--bill-of-lading", "COSU 11"]);
    assert_eq!(world.show(&sent)["items"], json!([import]));
    let hold = world.made("registrar", &["hold", "place", &lot, "--reason", "customs", "--text", "case 9"]);
    assert_eq!(world.show(&hold)["reason"]["code"], "customs");
    world.ok("registrar", &["hold", "release", &hold]);
    assert!(world.show(&hold)["ended"]["index"].is_u64());
    let claim =
        ["dispute", "open", &lot, "--kind", "origin", "--text", "it is not from there", "--open", "text"];
    let dispute = world.made("registrar", &claim);
    assert_eq!(world.show(&dispute)["about"]["code"], "origin");
    let recall = ["recall", "issue", &lot, "--reason", "treatment_found", "--text", "send it back"];
    let recall = world.made("registrar", &recall);
    assert_eq!(
        (&world.show(&recall)["items"], &world.show(&recall)["by"]),
        (&json!([lot]), &world.id("registrar").into())
    );

    // An entry by its index and by its statement; the key that signed it; a box, which only its parties see.
    let index = world.show(&lot)["created"]["index"].as_u64().unwrap();
    let entry = world.show(&index.to_string());
    assert_eq!(entry["events"][0]["type"], "lot.declared");
    assert_eq!(world.show(entry["statement"].as_str().unwrap()), entry);
    assert_eq!(world.show(entry["key"].as_str().unwrap())["holder"], world.id("importer"));
    let piece = world.piece("studio");
    let pack = world.made("studio", &["pack", &piece]);
    assert_eq!(world.ok("studio", &["show", &pack])["items"], json!([piece]));
    assert!(!world.run("seller", &["show", &pack]).status.success(), "it is none of his");
    let report = world.name("report.pdf");
    std::fs::write(world.path(&report), format!("report, {report}")).unwrap();
    let number = world.name("C").replace('-', "");
    world.ok(
        "lab",
        &["certificate", &piece, "--issuer", "GTC", "--number", &number, "--file", &report, "--public"],
    );
    let known = world.show(&format!("gtc:{number}"));
    assert_eq!((&known["bound_to"], &known["collides"]), (&piece.into(), &false.into()));

    let nothing = world.run("importer", &["show", "nonsense"]);
    let said = String::from_utf8(nothing.stderr).unwrap();
    assert_eq!(nothing.status.code(), Some(64));
    assert!(said.contains("lode show --help"), "{said}");
    says(world, "importer", &["show", "--help"], &["C consignment", "N count", "CODE:NUMBER"]);
}

#[test]
fn a_session_is_packed_by_its_list_of_claim_codes() {
    let world = world();
    let session = world.name("night");
    let (first, second) = (world.piece("studio"), world.piece("studio"));
    let tag = world.ok("studio", &["tag", "new", "--bind", &second])["code"].as_str().unwrap().to_owned();
    for (slot, piece) in [("2", &first), ("1", &second)] {
        let place = ["--channel", "live_stream", "--session", &session, "--slot", slot];
        world.made("studio", &[&["listing", "open", piece][..], &place].concat());
    }
    world.made("studio", &["sell", "record", &second, "--channel", "live_stream", "--destination", "FR"]);
    let job = world.show(&second)["work"].as_str().unwrap().to_owned();
    let lot = world.show(&job)["inputs"][0]["item"].as_str().unwrap().to_owned();
    let used = &world.ok("studio", &["trace", &lot])["used"];
    assert_eq!(
        (&used["pieces"], &used["sold"], &used["destinations"]),
        (&1.into(), &1.into(), &json!({"FR": 1}))
    );
    says(world, "studio", &["--lang", "zh", "trace", &lot], &["已售：1，目的地：FR 1"]);
    let ask = ["listing", "list", "--session", &session, "--claim-codes"];
    let lines = world.ok("studio", &ask);
    assert_eq!(
        (&lines[0]["item"], &lines[0]["state"], &lines[0]["tag"]),
        (&second.into(), &"sold".into(), &tag.clone().into())
    );
    let kept: Value =
        serde_json::from_slice(&std::fs::read(world.path(&format!("studio/tags/{tag}.json"))).unwrap())
            .unwrap();
    assert_eq!(lines[0]["claim_codes"], json!([kept["hidden"]]));
    assert_eq!((&lines[1]["slot"], &lines[1]["claim_codes"]), (&2.into(), &json!([])));
    says(
        world,
        "studio",
        &ask,
        &["claim code: secret", "not on this device", kept["hidden"].as_str().unwrap()],
    );
}

#[test]
fn each_piece_of_a_batch_is_claimed_by_its_own_buyer() {
    let world = world();
    let lot = world.lot("studio", "BR", "1kg");
    let job = world.made("studio", &["work", "start", "grind_bead", &format!("{lot}=1kg")]);
    let made = ["work", "complete", &job, "--output", "batch:bead:300g:x5", "--rest-is-loss"];
    let batch = world.made("studio", &made);
    let tag = world.ok("studio", &["tag", "new", "--bind", &batch, "--units", "5"]);
    let tag = tag["code"].as_str().unwrap().to_owned();
    assert_eq!(world.show(&tag)["units"], 5);
    let folder = world.path(&world.name("cards"));
    let printed = world.ok("studio", &["tag", "label", &tag, "--out", &folder]);
    assert_eq!(printed["claim"].as_array().unwrap().len(), 5);
    let one = ["tag", "label", &tag, "--unit", "6", "--out", &folder];
    assert_eq!(world.run("studio", &one).status.code(), Some(64), "there are five");

    let card = |number: u32| card_of(world, "studio", &tag, number - 1);
    let (first, second) = (world.name("buyer"), world.name("buyer"));
    world.refused(&first, &["claim", &card(3)], "C5", "state-forbids");
    world.made("studio", &["sell", "record", &batch]);
    let done = world.ok(&first, &["claim", &card(3)]);
    assert_eq!(done["item"], batch.as_str());
    world.refused(&second, &["claim", &card(3)], "U1", "claim-taken");
    world.ok(&second, &["claim", &card(5)]);
    assert_eq!(world.show(&batch)["market"]["units_claimed"], 2);
    let mine = world.ok(&first, &["own", "list"]);
    assert!(
        mine.as_array().unwrap().iter().any(|one| one["unit"] == 2 && one["state"] == "claimed"),
        "{mine:#}"
    );

    // A code of one place with the proof of another is none of the tag's.
    let (one, other) = (card(1), card(2));
    let (address, code) = one.split_once('#').unwrap();
    let (code, _) = code.split_once('.').unwrap();
    let (_, rest) = other.split_once('#').unwrap().1.split_once('.').unwrap();
    let mixed = format!("{address}#{code}.{rest}");
    world.refused(&world.name("buyer"), &["claim", &mixed], "U1", "claim-not-unit");
    world.ok("studio", &["tag", "label", &tag, "--out", &folder, "--forget"]);
    assert_eq!(world.run("studio", &["tag", "label", &tag, "--out", &folder]).status.code(), Some(64));
}

/// The address of one piece's claim card, as somebody who opens the card reads it.
fn card_of(world: &World, who: &str, tag: &str, number: u32) -> String {
    let kept = world.path(&format!("{who}/tags/{tag}.json"));
    let kept: Value = serde_json::from_slice(&std::fs::read(kept).unwrap()).unwrap();
    let keys = kept["unit_keys"].as_array().unwrap().iter();
    let keys: Vec<PublicKey> = keys.map(|key| key.as_str().unwrap().parse().unwrap()).collect();
    let proof: String =
        unit_proof(&keys, number).unwrap().iter().map(|hash| hash.to_string().to_uppercase()).collect();
    let hidden = kept["units"][usize::try_from(number).unwrap()].as_str().unwrap();
    let node = world.ok(who, &["status"])["node"].as_str().unwrap().to_owned();
    format!("{node}/T/{tag}#{hidden}.{number}.{proof}")
}

#[test]
fn ownership_alone_is_not_accepted_as_goods_are() {
    let world = world();
    let lot = world.lot("importer", "BR", "4kg");
    let seller = world.id("seller");
    let offer = world.made("importer", &["title", "offer", &lot, "--to", &seller]);
    let output = world.run("seller", &["accept", &offer]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(64));
    assert!(said.contains(&format!("lode title take {offer}")), "{said}");
    world.ok("seller", &["title", "take", &offer]);
}

#[test]
fn what_opens_a_sealed_field_is_destroyed_for_good() {
    let world = world();
    let declare =
        "lot declare --species quartz --origin BR --net 2kg --entry domestic_purchase --supplier Pedreira";
    let lot = world.made("importer", &typed(declare));
    let known = |who: &str| -> Vec<Value> {
        let all = world.ok(who, &["disclosure", "list"]);
        all.as_array().unwrap().iter().filter(|one| one["value"] == "Pedreira").cloned().collect()
    };
    let before = known("importer").len();
    assert!(before >= 1);
    let detail = |lot: &str| -> Value {
        let shown = world.show(lot);
        shown["details"].as_array().unwrap().iter().find(|d| d["field"] == "supplier").unwrap().clone()
    };
    assert!(detail(&lot)["value"]["sealed"].is_string());

    let destroy = ["disclosure", "destroy", &lot, "supplier", "--reason", "asked to be forgotten"];
    assert_eq!(world.run("seller", &destroy).status.code(), Some(64), "it was not sealed there");
    world.refused("seller", &[&destroy[..], &["--gone"]].concat(), "X1", "correction-author");
    assert_eq!(known("importer").len(), before, "nothing is wiped by others' words");
    world.ok("importer", &destroy);
    assert_eq!(known("importer").len(), before - 1);
    assert!(detail(&lot)["destroyed"]["index"].is_u64());
    world.refused("importer", &[&destroy[..], &["--gone"]].concat(), "C5", "state-forbids");
    let out = world.path(&world.name("bundle"));
    let bundle = ["bundle", &lot, "--out", &out, "--disclose", "supplier"];
    assert_eq!(world.run("importer", &bundle).status.code(), Some(64), "it cannot be opened any more");
    says(world, "importer", &["show", &lot], &["nobody can open it any more: log index"]);

    // What an event said and no item keeps: by the entry's index.
    let piece = world.piece("studio");
    let sale = world.ok("studio", &["sell", "record", &piece, "--order", "A-77"]);
    let index = sale["index"].as_u64().unwrap().to_string();
    assert_eq!(world.run("studio", &["disclosure", "destroy", &index, "channel"]).status.code(), Some(64));
    world.ok("studio", &["disclosure", "destroy", &index, "order"]);
    let left = world.ok("studio", &["disclosure", "list"]);
    assert!(!left.as_array().unwrap().iter().any(|one| one["value"] == "A-77"), "{left:#}");
}

#[test]
fn nothing_is_wiped_before_the_ledger_has_taken_the_word() {
    let world = world();
    let house = world.name("forgetful");
    world.enrol(&house, "importer", "CN");
    let declare =
        "lot declare --species quartz --origin BR --net 2kg --entry domestic_purchase --supplier Pedreira";
    let lot = world.made(&house, &typed(declare));
    let known = || {
        let all = world.ok(&house, &["disclosure", "list"]);
        all.as_array().unwrap().iter().filter(|one| one["value"] == "Pedreira").count()
    };
    let line = Line::to(world.url(), 0, Break::Before);
    let destroy = ["disclosure", "destroy", &lot, "supplier"];
    let output = world.run(&house, &[&["--json", "--node", line.url()], &destroy[..]].concat());
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &said["wiped"]), (Some(2), &false.into()), "{said:#}");
    assert_eq!(known(), 1);
    world.ok(&house, &["sync"]);
    assert_eq!(known(), 1);
    world.refused(&house, &destroy, "C5", "state-forbids");
    assert_eq!(known(), 0);
}

#[test]
fn an_importer_lists_what_has_to_be_seen_to() {
    let world = world();
    let house = world.name("lister");
    world.enrol(&house, "importer", "CN");
    let (lot, other) = (world.lot(&house, "BR", "6kg"), world.lot(&house, "BR", "2kg"));
    let import = world.made(&house, &typed("lot declare --species quartz --origin BR --net 8kg"));
    let ids = |args: &[&str]| -> Vec<Value> {
        let found = world.ok(&house, &[&["list"], args].concat());
        found.as_array().unwrap().iter().map(|one| one["id"].clone()).collect()
    };
    assert_eq!(ids(&["--marked", "uncleared"]), [import.as_str()]);
    assert_eq!(ids(&["--marked", "undocumented"]).len(), 3);
    assert_eq!(ids(&["--marked", "recalled"]), [Value::Null; 0]);
    world.ok(
        "registrar",
        &["recall", "issue", &other, "--reason", "treatment_found", "--text", "send it back"],
    );
    assert_eq!(ids(&["--marked", "recalled"]), [other.as_str()]);
    let seller = world.id("seller");
    let offer = world.made(&house, &["offer", &lot, "--to", &seller]);
    assert_eq!(ids(&["--own-offers"]), [offer.as_str()]);
    world.ok("seller", &["accept", &offer]);
    assert_eq!(ids(&["--own-offers"]), [Value::Null; 0]);
    assert!(
        !ids(&[]).contains(&lot.as_str().into()) && ids(&["--creator", "me"]).contains(&lot.as_str().into())
    );
    // The seller keeps it, and it is the importer's still.
    let owned = ids(&["--owner", "me"]);
    assert!(owned.contains(&lot.as_str().into()) && owned.contains(&import.as_str().into()));
    let owner = world.id(&house);
    let kept = world.ok("seller", &["list", "--owner", &owner, "--custodian", &seller]);
    assert_eq!(kept.as_array().unwrap().iter().map(|one| &one["id"]).collect::<Vec<_>>(), [lot.as_str()]);
    let balance = world.ok(&house, &["balance", &lot]);
    assert_eq!((&balance["in_mg"], &balance["unexplained_mg"]), (&6_000_000.into(), &0.into()));
    says(world, &house, &["--lang", "zh", "balance", &lot], &["转入: 6 kg", "无法解释: 0"]);
    assert_eq!(world.run(&house, &["list", "--marked", "odd"]).status.code(), Some(3));
}

#[test]
fn a_seller_reads_out_what_may_be_said() {
    let world = world();
    let piece = world.piece("studio");
    let tag = world.ok("studio", &["tag", "new", "--bind", &piece])["code"].as_str().unwrap().to_owned();
    let said = world.ok("seller", &["say", &tag]);
    assert_eq!((&said["item"], &said["title"]), (&piece.clone().into(), &"Moon".into()));
    assert_eq!(said["answers"][1]["answer"], "Not stated");
    says(
        world,
        "seller",
        &["say", &piece],
        &["Has it been treated?", "[self-declared", "not known or not checked:"],
    );
    says(world, "seller", &["--lang", "zh", "say", &piece], &["是否经过处理？", "未知或未核查:"]);
}

#[test]
fn an_artisan_asks_what_may_be_done() {
    let world = world();
    let who = world.name("maker");
    world.enrol(&who, "artisan", "CN");
    let lot = world.lot("importer", "BR", "2kg");
    let held = |id: &str, event: &str| -> Option<Value> {
        let list = world.ok(&who, &["may", id]);
        list.as_array().unwrap().iter().find(|one| one["event"] == event).cloned()
    };
    assert_eq!(held(&lot, "work.started"), None, "in other hands");
    let offer = world.made("importer", &["offer", &lot, "--to", &world.id(&who)]);
    assert!(held(&lot, "custody.accepted").is_some_and(|one| one.get("stopped").is_none()));
    world.ok(&who, &["accept", &offer]);
    assert!(held(&lot, "work.started").is_some_and(|one| one.get("stopped").is_none()));
    let back = world.made(&who, &["offer", &lot, "--to", &world.id("importer")]);
    assert_eq!(held(&lot, "work.started").unwrap()["stopped"]["code"], "offer-open");
    for (lang, words) in [
        ("en", ["you may now sign:", "Hand-over cancelled (custody.cancelled)", "not now: "]),
        ("zh", ["现在可以签署:", "撤回交付 (custody.cancelled)", "暂不可行: "]),
        ("pt", ["agora pode assinar:", "Entrega cancelada (custody.cancelled)", "por ora não: "]),
    ] {
        says(world, &who, &["--lang", lang, "may", &lot], &[&words[..], &[back.as_str()]].concat());
    }
    assert_eq!(world.run(&who, &["may", &offer]).status.code(), Some(64), "an offer is no item");
    let piece = world.piece("studio");
    let tag = world.ok("studio", &["tag", "new", "--bind", &piece])["code"].as_str().unwrap().to_owned();
    let list = world.ok("studio", &["may", &tag]);
    let all: Vec<&str> = list.as_array().unwrap().iter().filter_map(|one| one["event"].as_str()).collect();
    assert!(all.contains(&"tag.replaced") && !all.contains(&"tag.bound"), "{all:?}");
}

#[test]
fn an_auditor_asks_about_the_whole_ledger() {
    let world = world();
    let house = world.name("audited");
    let id = world.enrol(&house, "importer", "CN");
    let lot = world.lot(&house, "BR", "6kg");
    world.lot(&house, "BR", "4kg");
    world.made(&house, &["split", &lot, "--part", "1kg"]);
    let reports = world.ok("registrar", &["audit", "entered"]);
    let report =
        reports.as_array().unwrap().iter().find(|report| report["participant"] == id.as_str()).unwrap();
    let row = &report["entered"][0];
    assert_eq!((&row["lots"], &row["origins"][0]["code"]), (&2.into(), &"BR".into()), "{report:#}");
    assert_eq!(
        (&row["mass"]["entered_mg"], &row["mass"]["passed_on_mg"], &row["mass"]["left_mg"]),
        (&10_000_000.into(), &1_000_000.into(), &9_000_000.into())
    );
    says(world, "registrar", &["--lang", "zh", "audit", "entered", &id], &["申报方", "10 kg", "国内采购"]);

    let open = |dispute: &str| {
        let all = world.ok("registrar", &["audit", "disputes"]);
        all.as_array().unwrap().iter().any(|one| one["id"] == dispute)
    };
    let dispute =
        world.made("registrar", &["dispute", "open", &lot, "--kind", "origin", "--text", "not from there"]);
    assert!(open(&dispute));
    world.ok("registrar", &["dispute", "resolve", &dispute, "--outcome", "rejected", "--text", "a mistake"]);
    assert!(!open(&dispute));

    // No other journey tumbles.
    world.ok("registrar", &["policy", "adopt", "--yield", "tumble=900000..1000000", "--yes"]);
    let rough = world.lot("studio", "BR", "1kg");
    let job = world.made("studio", &["work", "start", "tumble", &format!("{rough}=1kg")]);
    world.made("studio", &["work", "complete", &job, "--output", "piece:sphere:100g", "--rest-is-loss"]);
    let warned = world.ok("registrar", &["audit", "warnings"]);
    let warned = warned.as_array().unwrap().iter().find(|one| one["code"] == "yield-outside").unwrap();
    assert_eq!((&warned["items"], &warned["jobs"], &warned["rule"]), (&0.into(), &1.into(), &"M6".into()));
    let by_warning = ["work", "list", "--studio", "any", "--warning", "yield-outside"];
    assert_eq!(world.ok("registrar", &by_warning)[0]["id"], job.as_str());
    assert_eq!(world.ok("studio", &["work", "list", "--warning", "yield-outside"])[0]["id"], job.as_str());
    assert_eq!(world.ok("registrar", &["work", "list", "--warning", "yield-outside"]), json!([]));
    assert_eq!(world.run("registrar", &["work", "list", "--studio", "any"]).status.code(), Some(64));
    for (lang, words) in [("en", "what bears one"), ("zh", "查看带某警示者"), ("pt", "o que traz um aviso")]
    {
        says(world, "registrar", &["--lang", lang, "audit", "warnings"], &[words, "yield-outside"]);
    }

    let (one, two) = (world.piece("studio"), world.piece("studio"));
    let number = world.name("D").replace('-', "");
    let paper = world.name("paper.pdf");
    std::fs::write(world.path(&paper), format!("report, {paper}")).unwrap();
    for piece in [&one, &two] {
        world
            .ok("studio", &["certificate", piece, "--issuer", "NGTC", "--number", &number, "--file", &paper]);
    }
    let twice = world.ok("registrar", &["audit", "collisions"]);
    let found = twice.as_array().unwrap().iter().find(|known| known["number"] == number.as_str()).unwrap();
    assert_eq!(found["shown_for"].as_array().unwrap().len(), 2);
}
