//! JSON Schemas of the events and of verdicts, and the table of rules: golden files for readers in other languages, made from the
//! one declaration in the ledger, and proven against what the ledger itself accepts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::OnceLock;

use jsonschema::Validator;
use lode_ledger::apply::states::TRANSITIONS;
use lode_ledger::event::shape::FieldClass;
use lode_ledger::event::table::COMMON_RULES;
use lode_ledger::event::{Effect, EventType};
use lode_ledger::lang::Lang;
use lode_ledger::verdict::Report;
use lode_ledger::violation::{Reason, Rule};
use lode_tests::golden;
use lode_tests::stories::{self, Outcome};
use lode_tests::world::World;
use serde_json::{Value, json};

use crate::journeys::{Copy, demonstration};

fn validators() -> BTreeMap<&'static str, Validator> {
    let validator = |event: &EventType| {
        let schema = event.schema();
        let validator = jsonschema::draft202012::options().build(&schema);
        (event.spec().name, validator.unwrap_or_else(|error| panic!("{}: {error}", event.spec().name)))
    };
    EventType::ALL.iter().map(validator).collect()
}

/// The events of the world's entries, as they stand in the payloads.
fn events() -> Vec<Value> {
    let entries = World::frozen().entries;
    entries.iter().flat_map(|entry| entry.events.clone()).map(|event| Value::from(event.to_json())).collect()
}

#[test]
fn schemas_are_as_committed() {
    let folder = golden::root().join("schemas/events");
    let mut names = Vec::new();
    for event in EventType::ALL {
        let name = format!("{}.json", event.spec().name);
        golden::check(&folder.join(&name), &golden::pretty(&event.schema()));
        names.push(name);
    }
    golden::check_no_others(&folder, "json", &names);
}

#[test]
fn every_accepted_event_fits_its_schema_and_every_type_occurs() {
    let validators = validators();
    let mut seen = BTreeSet::new();
    for event in events() {
        let name = event["type"].as_str().unwrap().to_owned();
        let errors: Vec<String> =
            validators[name.as_str()].iter_errors(&event).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}\n{event}");
        seen.insert(name);
    }
    let all: BTreeSet<String> = EventType::ALL.iter().map(|event| event.spec().name.to_owned()).collect();
    assert_eq!(seen, all, "the world's story leaves an event type out");
}

#[test]
fn a_schema_refuses_what_the_reader_refuses() {
    let validators = validators();
    for event in events() {
        let name = event["type"].as_str().unwrap().to_owned();
        let validator = &validators[name.as_str()];
        let mut other = event.clone();
        other["colour"] = json!("red");
        assert!(!validator.is_valid(&other), "{name} with an unknown field");
        for field in event.as_object().unwrap().keys() {
            let mut other = event.clone();
            other[field] = json!(null);
            assert!(!validator.is_valid(&other) || accepts_anything(field), "{name} with {field}: null");
            other.as_object_mut().unwrap().remove(field);
            let required =
                EventType::named(&name).unwrap().fields().iter().any(|f| f.name == field && f.required);
            assert_eq!(validator.is_valid(&other), !(required || field == "type"), "{name} without {field}");
        }
    }
}

/// What keeps a verdict from being one as `schemas/verdict.json` describes it. Every verdict of the journeys, good and
/// bad, of items and of logs, is held against it.
pub(crate) fn errors_of_verdict(verdict: &Value) -> Vec<String> {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    let validator = VALIDATOR.get_or_init(|| {
        let text =
            std::fs::read(golden::root().join("schemas/verdict.json")).expect("the schema of verdicts");
        let schema = serde_json::from_slice(&text).expect("the schema is JSON");
        jsonschema::draft202012::options().build(&schema).expect("the schema can be used")
    });
    validator.iter_errors(verdict).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn the_schema_of_verdicts_is_as_committed_and_refuses_what_no_verdict_is() {
    golden::check(&golden::root().join("schemas/verdict.json"), &golden::pretty(&Report::schema()));
    let copy = Copy::of(demonstration());
    for verdict in [copy.item(), copy.log()] {
        let whole = verdict.json;
        assert!(whole["facts"].is_null() || whole["facts"].is_object());
        let others = |change: &dyn Fn(&mut Value)| {
            let mut other = whole.clone();
            change(&mut other);
            errors_of_verdict(&other)
        };
        for field in whole.as_object().unwrap().keys() {
            assert!(
                !others(&|it| drop(it.as_object_mut().unwrap().remove(field))).is_empty(),
                "without {field}"
            );
        }
        for field in whole["checks"][0].as_object().unwrap().keys() {
            let gone = others(&|it| drop(it["checks"][0].as_object_mut().unwrap().remove(field)));
            assert!(!gone.is_empty(), "a check without {field}");
        }
        let wrong: [(&str, Value); 6] = [
            ("/verdict", json!("fine")),
            ("/exit_code", json!(64)),
            ("/checks/0/check", json!("weather")),
            ("/checks/0/note", json!("all-well")),
            ("/checks/0/args", json!([1])),
            ("/facts", json!({})),
        ];
        for (place, value) in wrong {
            assert!(!others(&|it| *it.pointer_mut(place).unwrap() = value.clone()).is_empty(), "{place}");
        }
        assert!(!others(&|it| it["colour"] = json!("red")).is_empty());
    }
}

#[test]
fn the_catalogue_of_events_is_as_committed() {
    let mut text = String::from(
        "# Events\n\nMade from the ledger's table by a test (`UPDATE=1 cargo test -p lode-tests schemas::`). What may be \
         sealed stands as a\nhash in the log and is shown to whom its author chooses. What is *descriptive* its author may \
         correct at any time; how the rest\nis corrected stands in `ARCHITECTURE.md`. What an event creates and \
         changes are kinds of records, as in\n`records.cddl`; beside them any event may touch its key's sequence window, where \
         a document is used, and what was said\nthat no other record keeps. The examples are entries of `tests/vectors/`.\n",
    );
    let examples = events();
    for event in EventType::ALL {
        let spec = event.spec();
        let titles = Lang::ALL.map(|lang| spec.title(lang)).join(" · ");
        let rules: Vec<&str> = spec.rules.iter().map(|rule| rule.code()).collect();
        writeln!(text, "\n## `{}`\n\n{titles}\n\n{}\n", spec.name, spec.doc).unwrap();
        writeln!(text, "- Signed by: {}", spec.author.said(Lang::En)).unwrap();
        let rules = if rules.is_empty() { "only those of every event".to_owned() } else { rules.join(" ") };
        writeln!(text, "- Since ruleset {}; rules: {rules}", spec.since).unwrap();
        let Effect { creates, changes } = event.effect();
        let [creates, changes] = [creates, changes].map(|kinds| match kinds {
            [] => "nothing".to_owned(),
            kinds => kinds.iter().map(|kind| format!("`{}`", kind.name())).collect::<Vec<_>>().join(" "),
        });
        writeln!(text, "- Creates {creates}; changes {changes}").unwrap();
        let lines = TRANSITIONS.iter().filter(|line| line.event == *event);
        let lines: Vec<String> = lines.map(|line| format!("`{}`", line.said())).collect();
        if !lines.is_empty() {
            writeln!(text, "- An item's state: {}", lines.join("; ")).unwrap();
        }
        writeln!(text, "- EPCIS 2.0: {}; UNTP: {}\n", spec.epcis, spec.untp).unwrap();
        text.push_str("| Field | | Meaning |\n|---|---|---|\n");
        for field in event.fields() {
            let marks = [
                (field.required, "needed"),
                (field.sealable, "may be sealed"),
                (field.class == FieldClass::Descriptive, "descriptive"),
            ];
            let marks: Vec<&str> = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
            writeln!(text, "| `{}` | {} | {} |", field.name, marks.join(", "), field.doc).unwrap();
        }
        let example = examples.iter().find(|example| example["type"] == spec.name).unwrap();
        writeln!(text, "\n```json\n{}\n```", serde_json::to_string_pretty(example).unwrap()).unwrap();
    }
    golden::check(&golden::root().join("schemas/events.md"), &text);
}

/// A correction quotes values of any shape.
fn accepts_anything(field: &str) -> bool {
    field == "old" || field == "new"
}

#[test]
fn the_table_of_rules_is_as_committed() {
    let mut text = String::from(
        "# Rules\n\nMade from the ledger's sources by a test (`UPDATE=1 cargo test -p lode-tests schemas::`). A code \
         never changes its\nmeaning. `{0}`, `{1}`... stand for what the reason names.\n\n| Rule | Text | Without it |\n|---|---|---|\n",
    );
    for rule in Rule::ALL {
        let [says, why] = [rule.text(), rule.why()].map(|words| words.of(Lang::En));
        writeln!(text, "| {rule} | {says} | {why} |").unwrap();
    }
    text.push_str("\n## Stories\n\nWhat each rule accepts and refuses: one story of each in `tests/vectors/rules/`, of a fraud where one is told.\n\n");
    text.push_str("| Rule | Accepted, or only flagged | Refused |\n|---|---|---|\n");
    let stories = stories::all();
    for rule in Rule::ALL {
        let mut of_rule: Vec<_> = stories.iter().filter(|told| told.story.rule == rule.code()).collect();
        // A fraud is the better example.
        of_rule.sort_by_key(|told| told.story.fraud.is_none());
        let example = |refused: bool| {
            let told = of_rule.iter().find(|told| (told.story.outcome() == Outcome::Refused) == refused);
            told.map_or_else(String::new, |told| {
                format!("[{}](../tests/vectors/rules/{})", told.story.title, told.file)
            })
        };
        writeln!(text, "| {rule} | {} | {} |", example(false), example(true)).unwrap();
    }
    text.push_str("\n## Reasons\n\nWhy a statement is refused, or what is shown as a warning.\n\n");
    text.push_str("| Code | Rule | Message |\n|---|---|---|\n");
    for reason in Reason::ALL {
        let message = reason.words().of(Lang::En);
        writeln!(text, "| `{}` | {} | {message} |", reason.code(), reason.rule()).unwrap();
    }
    let common: Vec<&str> = COMMON_RULES.iter().map(|rule| rule.code()).collect();
    text.push_str("\n## Events\n\n");
    writeln!(text, "Every event meets {}. Beside them:\n", common.join(", ")).unwrap();
    text.push_str("| Event | Rules | EPCIS 2.0 | UNTP |\n|---|---|---|---|\n");
    for event in EventType::ALL {
        let spec = event.spec();
        let rules: Vec<&str> = spec.rules.iter().map(|rule| rule.code()).collect();
        writeln!(text, "| `{}` | {} | {} | {} |", spec.name, rules.join(" "), spec.epcis, spec.untp).unwrap();
    }
    golden::check(&golden::root().join("schemas/rules.md"), &text);
}
