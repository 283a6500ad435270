//! What the real program says with no node, no key and no home: rules, events, states, and that a key needs a
//! passphrase.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail as its tests do")]

use std::process::{Command, Output};

use lode_ledger::event::EventType;
use lode_ledger::record::ItemState;
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
fn a_meaning_that_is_in_english_says_so_to_who_asked_in_another_language() {
    assert!(text(&["--lang", "zh", "event", "help", "lot.merged"]).contains("英文"));
    assert!(text(&["--lang", "pt", "event", "help", "lot.merged"]).contains("em inglês"));
    assert!(!text(&["event", "help", "lot.merged"]).contains("English"));
}

#[test]
fn every_state_can_be_asked_for_and_no_other() {
    let help = text(&["list", "--help"]);
    for state in ItemState::ALL {
        assert!(help.contains(state.word()), "{} is not in\n{help}", state.word());
    }
    let unknown = lode(&["list", "--state", "melted"]);
    assert_eq!(unknown.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("voided"));
}

#[test]
fn a_key_without_a_passphrase_is_not_made() {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_lode"));
    command.env_clear().env("LODE_HOME", home.path()).env("LODE_PASSPHRASE", "");
    let output = command.args(["--lang", "zh", "key", "new", "main"]).output().unwrap();
    assert_eq!(output.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&output.stderr).contains("口令为空"));
    assert_eq!(std::fs::read_dir(home.path().join("keys")).unwrap().count(), 0);
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
