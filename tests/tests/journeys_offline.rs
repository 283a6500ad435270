//! A buyer with one file and a trust file, and nothing else: no network, no log, no home.

use crate::journeys::{demonstration, program, told};

/// A folder with nothing but the two files.
fn alone() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in ["piece.lode", "trust.policy"] {
        std::fs::copy(demonstration().join(file), folder.path().join(file)).unwrap();
    }
    folder
}

fn verify(args: &[&str]) -> (i32, String) {
    let folder = alone();
    let mut command = program("lode-verify", folder.path());
    let output = command.args(["item", "piece.lode", "--trust", "trust.policy"]).args(args).output().unwrap();
    // Nothing is left behind either.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "{}", told(&output));
    assert!(output.stderr.is_empty(), "{}", told(&output));
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_proof_file_is_enough() {
    let (code, said) = verify(&[]);
    assert_eq!(code, 0, "{said}");
    for held in ["✓ Complete history", "✓ Rules", "✓ Mass balance", "✓ Authors' signatures"] {
        assert!(said.contains(held), "{held}: {said}");
    }
    // What was not checked is told.
    assert!(said.contains("– State replayed by an auditor"), "{said}");
    for told in [
        "origin: one of Brazil or Madagascar, drawn from material of 70.00% : 30.00%",
        "state: sold",
        "belongs to: a buyer outside the ledger",
    ] {
        assert!(said.contains(told), "{told}: {said}");
    }
}

#[test]
fn the_verdict_comes_in_chinese() {
    let (code, said) = verify(&["--lang", "zh"]);
    assert_eq!(code, 0, "{said}");
    for held in ["✓ 历史完整", "✓ 质量平衡", "巴西或马达加斯加 之一", "已检查的均通过；部分未检查（–）。"]
    {
        assert!(said.contains(held), "{held}: {said}");
    }
    assert!(!said.contains("Complete history"), "{said}");
}

#[test]
fn the_verdict_comes_as_json() {
    let (code, said) = verify(&["--json"]);
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &report["exit_code"], &report["verdict"]), (0, &0.into(), &"passed".into()));
    let codes: Vec<_> = report["checks"].as_array().unwrap().iter().map(|check| &check["check"]).collect();
    for code in ["inclusion", "signatures", "records", "history", "rules", "mass"] {
        assert!(codes.contains(&&code.into()), "{code}: {codes:?}");
    }
    assert!(report["facts"].is_object(), "{report:#}");
}
