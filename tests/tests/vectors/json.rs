//! Payloads that two programs could read in two ways, and events that are none of ours.

use lode_tests::vectors::{Cose, Verdict};
use lode_tests::world::{Who, secret, who_name};

use super::Bench;

/// A statement of importer A with exactly these bytes as payload.
fn payload(bench: &mut Bench, name: &str, why: &str, expect: Verdict, payload: &[u8]) {
    let key = secret(who_name(Who::ImporterA));
    let author = bench.world.id(Who::ImporterA).to_string();
    let cose = Cose::new(&key, &author, "a", &bench.world.audience(), payload);
    bench.bytes(name, why, expect, &cose.signed(&key));
}

/// The text of a loss of A's, which would be accepted.
fn event(bench: &Bench) -> String {
    let loss = bench.world.lost(bench.world.item("brazil"), 1_000);
    lode_ledger::event::Event::from(loss).to_json().write()
}

/// A payload with one event whose text was changed.
fn with(bench: &mut Bench, name: &str, why: &str, expect: Verdict, from: &str, to: &str) {
    let before = event(bench);
    let after = before.replacen(from, to, 1);
    assert_ne!(before, after, "{name}: {from} does not stand in {before}");
    let seq = bench.world.author(Who::ImporterA).seq;
    payload(bench, name, why, expect, format!("{{\"seq\":{seq},\"events\":[{after}]}}").as_bytes());
}

pub(super) fn payloads(bench: &mut Bench) {
    let seq = bench.world.author(Who::ImporterA).seq;
    let sound = format!("{{\"seq\":{seq},\"events\":[{}]}}", event(bench));
    let at_top = |problem| Verdict::json(problem, "");
    payload(bench, "payload-empty", "no JSON at all", at_top("syntax"), b"");
    payload(bench, "payload-not-utf8", "a byte that is no UTF-8", at_top("character"), b"{\"seq\":\xff}");
    let bom = [b"\xef\xbb\xbf", sound.as_bytes()].concat();
    payload(bench, "payload-bom", "a byte order mark", at_top("character"), &bom);
    let twice = format!("{sound}{sound}");
    payload(bench, "payload-two-values", "a value after the value", at_top("syntax"), twice.as_bytes());
    let doubled = sound.replacen("{\"seq\"", "{\"seq\":0,\"seq\"", 1);
    payload(
        bench,
        "payload-key-twice",
        "two numbers to choose from",
        Verdict::json("duplicate", "seq"),
        doubled.as_bytes(),
    );
    let comma = sound.replace("]}", "],}");
    payload(bench, "payload-comma-at-end", "JSON of another dialect", at_top("syntax"), comma.as_bytes());
    let shape = || Verdict::form("payload-shape");
    payload(bench, "payload-array", "events without a number", shape(), b"[]");
    payload(bench, "payload-without-seq", "no number", shape(), b"{\"events\":[{}]}");
    payload(bench, "payload-without-events", "no events", shape(), b"{\"seq\":1}");
    payload(
        bench,
        "payload-extra-member",
        "a third member",
        shape(),
        b"{\"seq\":1,\"events\":[{}],\"note\":\"a\"}",
    );
    payload(bench, "seq-negative", "a number below zero", shape(), b"{\"seq\":-1,\"events\":[{}]}");
    payload(bench, "seq-text", "a number as text", shape(), b"{\"seq\":\"1\",\"events\":[{}]}");
    payload(
        bench,
        "no-events",
        "an empty list",
        shape(),
        format!("{{\"seq\":{seq},\"events\":[]}}").as_bytes(),
    );
    payload(bench, "event-not-object", "a text as event", shape(), b"{\"seq\":1,\"events\":[\"lot.split\"]}");
    let many = vec!["{}"; 257].join(",");
    payload(
        bench,
        "257-events",
        "one too many",
        shape(),
        format!("{{\"seq\":{seq},\"events\":[{many}]}}").as_bytes(),
    );
    let bomb = format!("{{\"seq\":{seq},\"events\":[{{\"a\":{}{}}}]}}", "[".repeat(14), "]".repeat(14));
    let place = format!("events[0].a{}", "[0]".repeat(13));
    payload(bench, "depth-bomb", "nested deeper than 16", Verdict::json("depth", &place), bomb.as_bytes());
    numbers(bench);
    texts(bench);
}

fn numbers(bench: &mut Bench) {
    let at = |problem| Verdict::json(problem, "events[0].loss.mass_mg");
    for (name, why, problem, number) in [
        ("mass-float", "a mass with a fraction", "float", "1000.5"),
        ("mass-float-whole", "a whole number with a fraction", "float", "1000.0"),
        ("mass-exponent", "as a spreadsheet writes it", "float", "1e3"),
        ("mass-minus-zero", "zero with a sign", "float", "-0"),
        ("mass-2-53", "the first number that a double does not hold", "range", "9007199254740992"),
        ("mass-huge", "far beyond 64 bits", "range", "100000000000000000000"),
        ("mass-null", "null", "null", "null"),
    ] {
        with(bench, name, why, at(problem), "\"mass_mg\":1000", &format!("\"mass_mg\":{number}"));
    }
    let at = Verdict::json("duplicate", "events[0].loss.mass_mg");
    let double = "\"mass_mg\":1000,\"mass_mg\":1";
    with(bench, "key-twice-at-depth", "two masses to choose from", at, "\"mass_mg\":1000", double);
    let at = Verdict::json("syntax", "events[0].loss.mass_mg");
    with(bench, "mass-leading-zero", "octal to some", at, "\"mass_mg\":1000", "\"mass_mg\":01000");
}

fn texts(bench: &mut Bench) {
    let at = |problem| Verdict::json(problem, "events[0].loss.reason");
    for (name, why, problem, text) in [
        ("text-control-escaped", "a bell, escaped", "character", "pro\\u0007cess"),
        ("text-line-break", "a line break, escaped", "character", "pro\\ncess"),
        ("text-bidi", "what follows is shown from right to left", "character", "\u{202e}ssecorp"),
        ("text-noncharacter", "no character", "character", "\u{fdd0}"),
        ("text-lone-surrogate", "half a character", "syntax", "\\ud800"),
        ("text-control-raw", "a tab as it is", "syntax", "pro\tcess"),
    ] {
        with(bench, name, why, at(problem), "\"process\"", &format!("\"{text}\""));
    }
}

pub(super) fn fields(bench: &mut Bench) {
    let field = |problem, field| Verdict::field(problem, 0, field);
    with(
        bench,
        "field-unknown",
        "a field that means nothing",
        field("field-unknown", "colour"),
        "\"item\"",
        "\"colour\":\"red\",\"item\"",
    );
    with(
        bench,
        "field-unknown-at-depth",
        "the same inside a part",
        field("field-unknown", "loss.colour"),
        "\"reason\"",
        "\"colour\":\"red\",\"reason\"",
    );
    with(
        bench,
        "event-unknown",
        "an event of another ledger",
        field("event-unknown", "type"),
        "loss.recorded",
        "loss.imagined",
    );
    with(
        bench,
        "event-type-case",
        "a type in capitals",
        field("event-unknown", "type"),
        "loss.recorded",
        "Loss.Recorded",
    );
    with(
        bench,
        "event-without-type",
        "no type",
        field("field-missing", "type"),
        "\"type\":\"loss.recorded\",",
        "",
    );
    with(bench, "field-missing", "no mass", field("field-missing", "loss.mass_mg"), ",\"mass_mg\":1000", "");
    with(
        bench,
        "field-text-for-number",
        "a mass as text",
        field("field-value", "loss.mass_mg"),
        "\"mass_mg\":1000",
        "\"mass_mg\":\"1000\"",
    );
    with(
        bench,
        "loss-negative",
        "a loss that would be a gain",
        field("field-value", "loss.mass_mg"),
        "\"mass_mg\":1000",
        "\"mass_mg\":-1000",
    );
    with(
        bench,
        "code-unknown",
        "a reason that is none",
        field("field-value", "loss.reason"),
        "\"process\"",
        "\"evaporated\"",
    );
    with(
        bench,
        "code-case",
        "a code in capitals",
        field("field-value", "loss.reason"),
        "\"process\"",
        "\"Process\"",
    );
    with(
        bench,
        "item-lower-case",
        "the id in another spelling",
        field("field-value", "item"),
        "\"item\":\"L-",
        "\"item\":\"l-",
    );
    with(bench, "time-without-offset", "a time of no place", field("field-value", "at"), "Z\"", "\"");
    with(
        bench,
        "good-escaped-letters",
        "letters may be escaped",
        Verdict::accepted(),
        "process",
        "\\u0070rocess",
    );
    with(bench, "good-blanks", "blanks between values", Verdict::accepted(), "\"reason\":", "\"reason\" : ");
}
