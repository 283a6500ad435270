//! `lode rules` and `lode event` with the real program: they need no node, no key and no home.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail as its tests do")]

use std::process::{Command, Output};

use lode_ledger::event::EventType;
use lode_ledger::violation::{Reason, Rule};
use serde_json::Value;

fn lode(args: &[&str]) -> Output {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_lode"));
    command.env_clear().env("LODE_HOME", home.path().join("none")).args(args).output().unwrap()
}

fn text(args: &[&str]) -> String {
    let output = lode(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(args: &[&str]) -> Value {
    serde_json::from_str(&text(&[&["--json"], args].concat())).unwrap()
}

#[test]
fn a_rule_is_explained_by_its_code_or_by_that_of_a_refusal() {
    let m2 = json(&["rules", "explain", "m2"]);
    assert_eq!(m2["rule"], "M2");
    assert!(m2["events"].as_array().unwrap().contains(&"lot.merged".into()));
    assert!(m2["reasons"].as_array().unwrap().iter().any(|reason| reason["code"] == "not-balanced"));

    let custodian = text(&["rules", "explain", "not-custodian"]);
    assert!(custodian.starts_with("C1  Only the custodian"), "{custodian}");
    assert!(!custodian.contains("not-balanced"));
    assert!(text(&["--lang", "zh", "rules", "explain", "U2"]).contains("若无此规则"));

    let unknown = lode(&["rules", "explain", "Z9"]);
    assert_eq!(unknown.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("lode rules list"));
}

#[test]
fn every_rule_and_reason_can_be_asked_for_and_every_event_is_listed() {
    let rules = json(&["rules", "list"]);
    let rules = rules.as_array().unwrap();
    assert_eq!(rules.len(), Rule::ALL.len());
    let reasons: usize = rules.iter().map(|rule| rule["reasons"].as_array().unwrap().len()).sum();
    assert_eq!(reasons, Reason::ALL.len());
    let events = text(&["event", "list"]);
    for event in EventType::ALL {
        assert!(events.contains(event.spec().name), "{}", event.spec().name);
    }
}

#[test]
fn an_event_is_explained_with_its_fields_rules_and_authors() {
    let merged = text(&["event", "help", "lot.merged"]);
    for said in ["Lots merged", "inputs", "M2  Inputs and stated gain", "importer"] {
        assert!(merged.contains(said), "{said} is not in\n{merged}");
    }
    let zh = json(&["--lang", "zh", "event", "help", "lot.merged"]);
    assert_eq!(zh["title"], "合并");
    assert_eq!(zh["schema"]["title"], "lot.merged");
    assert_eq!(lode(&["event", "help", "lot.melted"]).status.code(), Some(64));
}
