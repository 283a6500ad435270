//! The one test binary of the tests across crates: one program to build, each file below a subject.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests, which clippy does not know for tests"
)]

mod bounds;
mod dependencies;
mod found;
mod journeys;
mod journeys_commands;
mod journeys_members;
mod journeys_offline;
mod journeys_readme;
mod journeys_tamper;
mod may;
mod properties;
mod records_schema;
mod repair;
mod rules;
mod ruleset_1;
mod schemas;
mod stories;
mod vectors;

/// A file that no `mod` names would never be compiled, and its tests would seem to pass.
#[test]
fn no_file_of_tests_is_forgotten() {
    let folder = lode_tests::golden::root().join("tests/tests");
    let main = std::fs::read_to_string(folder.join("main.rs")).unwrap();
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let is_module = path.extension().is_some_and(|extension| extension == "rs") || path.is_dir();
        if is_module && name != "main" {
            files += 1;
            assert!(main.contains(&format!("\nmod {name};")), "{} is in no `mod`", path.display());
        }
    }
    assert!(files >= 5, "the folder is not the one meant");
}
