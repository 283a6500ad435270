//! The program itself, as a newcomer starts it: it tells the story to its end, and leaves by itself.

#![allow(clippy::unwrap_used, reason = "a test may panic; clippy sees only functions marked #[test] as such")]

use std::path::Path;
use std::process::Command;

#[test]
fn the_story_ends_with_two_verdicts_and_three_refusals() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("demo-exit");
    let mut command = Command::new(env!("CARGO_BIN_EXE_lode-demo"));
    let output = command.args(["--exit", "--port", "0", "--dir"]).arg(&folder).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    for verdict in ["$ lode-verify item piece.lode", "$ lode-verify log log --state seen.json"] {
        let (_, after) = said.split_once(verdict).unwrap();
        let verdict = after.lines().find(|line| line.starts_with("What was checked holds")).unwrap();
        assert!(verdict.ends_with("(–)."), "{verdict}");
    }
    // Each fraud is a row: what was tried, by whom, the rule.
    for (tried, rule) in [("ten times", "M4"), ("sold a second time", "C5"), ("certificate is shown", "U2")] {
        let row = said.lines().find(|line| line.contains(tried)).unwrap();
        assert!(row.split_whitespace().any(|word| word == rule), "{row}");
    }
    for left in ["piece.lode", "trust.policy", "log/checkpoint", "page-address.txt"] {
        assert!(folder.join(left).is_file(), "{left}");
    }
}

#[test]
fn a_folder_that_a_node_still_serves_is_left_alone() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("demo-held");
    let run = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lode-demo"));
        command.args(["--exit", "--port", "0", "--dir"]).arg(&folder).output().unwrap()
    };
    assert!(run().status.success());
    let before = std::fs::read(folder.join("log/checkpoint")).unwrap();
    let held = lode_node::data_folder::DataFolder::open(folder.join("node"), false).unwrap();
    let refused = run();
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("choose another folder with --dir"));
    assert_eq!(std::fs::read(folder.join("log/checkpoint")).unwrap(), before);
    drop(held);
    assert!(run().status.success(), "a demonstration that ended is replaced");
}
