//! Workshops: a bracelet of three materials, pieces out of a batch, a repair, a job that rests and changes hands.

use serde_json::Value;

use super::world::{World, world};

/// 300 beads of a gram, of one country.
fn beads(world: &World, country: &str) -> String {
    let lot = world.lot("studio", country, "1kg");
    let job = world.made("studio", &["work", "start", "grind_bead", &format!("{lot}=1kg")]);
    let made = ["work", "complete", &job, "--output", "batch:bead:300g:x300", "--rest-is-loss"];
    world.made("studio", &made)
}

fn bracelet(world: &World, batches: &[String; 3]) -> String {
    let inputs: Vec<String> = batches.iter().map(|batch| format!("{batch}=6g:x6")).collect();
    let mut args = vec!["assemble"];
    args.extend(inputs.iter().map(String::as_str));
    args.extend(["--foreign", "cord:2g", "--made", "piece:bracelet:20g:Three rivers"]);
    world.made("studio", &args)
}

#[test]
fn a_bracelet_of_eighteen_beads_from_three_batches_has_three_origins() {
    let world = world();
    let batches = [beads(world, "BR"), beads(world, "MG"), beads(world, "UY")];
    let bracelet = bracelet(world, &batches);
    let shown = world.show(&bracelet);
    let origins: Vec<&str> = shown["claims"]["origins"]
        .as_array()
        .unwrap()
        .iter()
        .map(|origin| origin["country"]["code"].as_str().unwrap())
        .collect();
    assert_eq!(origins, ["BR", "MG", "UY"]);
    assert_eq!(shown["mass"]["left_mg"], 20_000);
    assert_eq!(world.show(&batches[0])["count"]["left"], 294);

    let mended = ["repair", &bracelet, "string", "--taken-off", "2g", "--foreign", "cord:2g"];
    world.ok("studio", &mended);
    assert_eq!(world.show(&bracelet)["mass"]["left_mg"], 20_000);

    let part = |n: u32, mass: &str| format!("{n}:batch:{mass}:x6");
    let too_much = [part(0, "8g"), part(1, "6g"), part(2, "6g")];
    let apart = |parts: &[String; 3]| {
        let mut args = vec!["disassemble".to_owned(), bracelet.clone()];
        parts.iter().for_each(|part| args.extend(["--part".to_owned(), part.clone()]));
        args
    };
    let args = apart(&too_much);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    world.refused("studio", &args, "M5", "part-beyond-component");
    let mut args = apart(&[part(0, "6g"), part(1, "6g"), part(2, "6g")]);
    args.extend(["--foreign".to_owned(), "2g".to_owned()]);
    let first = world.made("studio", &args);
    let claims = &world.show(&first)["claims"];
    assert_eq!(claims["origins"].as_array().map(Vec::len), Some(1), "{claims}");
    assert_eq!(world.show(&bracelet)["state"], "exhausted");
}

#[test]
fn pieces_come_out_of_a_batch_and_one_is_destroyed() {
    let world = world();
    let batch = beads(world, "BR");
    let piece = world.made("studio", &["serialise", &batch, "--piece", "1g:Moon", "--piece", "1g"]);
    let shown = world.show(&batch);
    assert_eq!(
        (&shown["count"]["left"], &shown["mass"]["left_mg"]),
        (&Value::from(298), &Value::from(298_000))
    );
    world.refused("seller", &["destroy", &piece, "--reason", "broken"], "C1", "not-custodian");
    world.ok("studio", &["destroy", &piece, "--reason", "broken"]);
    assert_eq!(world.show(&piece)["mass"]["left_mg"], 0);
}

#[test]
fn a_balance_is_set_right_with_a_document() {
    let world = world();
    let lot = world.lot("importer", "BR", "100kg");
    let ticket = world.path(&world.name("ticket"));
    std::fs::write(&ticket, "101 kg").unwrap();
    let document = format!("weight_ticket={ticket}");
    let args = ["adjust", &lot, "--to", "4000kg", "--reason", "tare_error", "--document", &document];
    world.refused("importer", &args, "M5", "adjustment-too-large");
    let args = ["adjust", &lot, "--to", "101kg", "--reason", "tare_error", "--document", &document];
    world.ok("importer", &args);
    let shown = world.show(&lot);
    assert_eq!(shown["mass"]["gained_mg"], 1_000_000);
    assert_eq!(shown["warnings"][0]["code"], "adjusted");
}

#[test]
fn a_carving_rests_and_goes_to_another_studio() {
    let world = world();
    let other = world.name("carver");
    let id = world.enrol(&other, "studio", "CN");
    let lot = world.lot("studio", "BR", "10kg");
    let start = ["work", "start", "carve", &format!("{lot}=10kg"), "--crew", &id];
    let job = world.made("studio", &start);
    world.ok(&other, &["work", "step", &job, "polish"]);
    world.ok("studio", &["work", "pause", &job]);
    world.refused("studio", &["work", "step", &job, "carve"], "C5", "state-forbids");
    world.ok("studio", &["work", "resume", &job]);
    let offer = world.made("studio", &["work", "hand-over", &job, "--to", &id]);
    world.refused("studio", &["work", "step", &job, "carve"], "C3", "offer-open");
    world.ok(&other, &["accept", &offer]);
    let out = ["work", "complete", &job, "--output", "piece:carving:8kg:Mountain", "--rest-is-loss"];
    world.refused("studio", &out, "C1", "not-custodian");
    let figure = world.made(&other, &out);
    assert_eq!(world.show(&figure)["maker"], id);
}

#[test]
fn what_is_made_has_its_grade_with_scheme_and_grader() {
    let world = world();
    let grade = |id: &str| -> Value {
        let details = world.show(id)["details"].as_array().unwrap().clone();
        let graded = details.iter().find(|one| one["field"].as_str().unwrap().ends_with("grade"));
        graded.map_or(Value::Null, |one| one["value"].clone())
    };
    let by = ["--grade-scheme", "house", "--grader", "the studio"];
    let aaa = serde_json::json!({"scheme": "house", "value": "AAA", "grader": "the studio"});
    let lot = world.lot("studio", "BR", "1kg");
    let job = world.made("studio", &["work", "start", "grind_bead", &format!("{lot}=1kg")]);
    let outputs =
        ["work", "complete", &job, "--output", "batch:bead:300g:x300", "--output", "piece:sphere:200g"];
    let twice = ["--grade", "1=AA", "--grade", "1=A", "--rest-is-loss"];
    let refused = world.run("studio", &[&outputs[..], &twice].concat());
    assert_eq!(refused.status.code(), Some(64), "one thing has one grade");
    let graded = ["--grade", "2=AAA", "--rest-is-loss"];
    let done = world.ok("studio", &[&outputs[..], &graded, &by].concat());
    let made = |n: usize| done["created"][n].as_str().unwrap().to_owned();
    assert_eq!((grade(&made(0)), grade(&made(1))), (Value::Null, aaa.clone()));
    let pieces = ["serialise", &made(0), "--piece", "1g", "--piece", "1g:Second", "--grade", "1=AAA"];
    let done = world.ok("studio", &[&pieces[..], &by].concat());
    let made = |n: usize| done["created"][n].as_str().unwrap().to_owned();
    assert_eq!((grade(&made(0)), grade(&made(1))), (aaa, Value::Null));
    let joined = ["assemble", &format!("{}=1g", made(0)), &format!("{}=1g", made(1))];
    let made = ["--made", "piece:pendant:2g", "--grade", "B"];
    let whole = world.made("studio", &[&joined[..], &made].concat());
    // Who says neither scheme nor grader is not made to invent them.
    assert_eq!(
        grade(&whole),
        serde_json::json!({"scheme": "not stated", "value": "B", "grader": "not stated"})
    );
}

#[test]
fn what_comes_out_of_a_job_and_out_of_a_batch_has_its_photo() {
    let world = world();
    let photo = |name: &str| {
        let path = world.path(&format!("{}.jpg", world.name(name)));
        std::fs::write(&path, format!("\u{0}{name}")).unwrap();
        path
    };
    let (sphere, bead) = (photo("sphere"), photo("bead"));
    let lot = world.lot("studio", "BR", "1kg");
    let job = world.made("studio", &["work", "start", "grind_bead", &format!("{lot}=1kg")]);
    let outputs =
        ["work", "complete", &job, "--output", "batch:bead:300g:x300", "--output", "piece:sphere:200g"];
    let refused =
        world.run("studio", &[&outputs[..], &["--photo", &format!("3={sphere}"), "--rest-is-loss"]].concat());
    assert_eq!(refused.status.code(), Some(64), "there is no third output");
    let done =
        world.ok("studio", &[&outputs[..], &["--photo", &format!("2={sphere}"), "--rest-is-loss"]].concat());
    let made = |n: usize| done["created"][n].as_str().unwrap().to_owned();
    let documents = |id: &str| world.show(id)["documents"].as_array().unwrap().len();
    assert_eq!((documents(&made(0)), documents(&made(1))), (0, 1));
    let pieces =
        ["serialise", &made(0), "--piece", "1g", "--piece", "1g:Second", "--photo", &format!("1={bead}")];
    let done = world.ok("studio", &pieces);
    let pieces: Vec<usize> =
        done["created"].as_array().unwrap().iter().map(|id| documents(id.as_str().unwrap())).collect();
    assert_eq!(pieces, [1, 0]);
}
