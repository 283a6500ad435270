//! A ledger whose raw entries are for members, from its first statement on: its participants work as in any other, and
//! a stranger is shown neither lots nor lists.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};

use crate::journeys::{program, told};

/// A node that serves until it is dropped.
struct Serving {
    node: Child,
    url: String,
}

impl Serving {
    fn start(folder: &Path) -> Self {
        let mut command = program("lode-node", folder);
        command.args(["serve", "--data", "data", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped());
        let mut node = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(node.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.split_whitespace().find(|word| word.starts_with("http://")).expect(&line).to_owned();
        Self { node, url }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.node.kill();
        let _ = self.node.wait();
    }
}

/// Somebody's device.
struct Device {
    folder: PathBuf,
    name: &'static str,
    url: Option<String>,
}

impl Device {
    fn run(&self, args: &[&str]) -> Output {
        let mut command = program("lode", &self.folder);
        command.args(["--home", self.name]).env("LODE_PASSPHRASE", "a passphrase").args(args);
        self.url.iter().for_each(|url| {
            command.env("LODE_NODE", url);
        });
        command.output().unwrap()
    }

    #[track_caller]
    fn does(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}\n{}", told(&output));
        String::from_utf8(output.stdout).unwrap()
    }
}

#[test]
fn members_work_and_strangers_see_no_lots() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let device =
        |name, url: Option<&str>| Device { folder: folder.to_owned(), name, url: url.map(str::to_owned) };
    let operator = |args: &[&str]| {
        let output = program("lode-node", folder).args(args).args(["--data", "data"]).output().unwrap();
        assert!(output.status.success(), "{}", told(&output));
    };
    operator(&["init", "--origin", "members.example/lode", "--members-only"]);
    let registrar = device("registrar", None);
    registrar.does(&["key", "new", "main"]);
    registrar.does(&["key", "new", "spare"]);
    let open = ["ledger", "open", "--request", "data/ledger-request.json", "--name", "Registrar"];
    registrar.does(&[&open[..], &["--key", "main", "--key", "spare", "--out", "genesis.cbor"]].concat());
    operator(&["init", "--genesis", "genesis.cbor"]);
    let serving = Serving::start(folder);

    let registrar = device("registrar", Some(&serving.url));
    let importer = device("importer", Some(&serving.url));
    importer.does(&["key", "new", "main"]);
    let request = ["enrol", "request", "--name", "Imports", "--country", "CN", "--role", "importer"];
    importer.does(&[&request[..], &["--out", "request.json"]].concat());
    registrar.does(&["enrol", "grant", "request.json", "--out", "grant.json"]);
    importer.does(&["enrol", "accept", "grant.json"]);

    let lot = ["--json", "lot", "declare", "--entry", "opening_stock", "--species", "quartz"];
    let said = importer.does(&[&lot[..], &["--origin", "BR", "--net", "5kg"]].concat());
    let at = said.find("\"L-").expect(&said) + 1;
    let lot = &said[at..at + 28];

    // What is asked of the node, for people and on the way to a statement, is asked as a participant.
    assert!(importer.does(&["list"]).contains(lot));
    assert!(importer.does(&["show", lot]).contains("quartz"));
    importer.does(&["split", lot, "--part", "1kg"]);
    assert_eq!(importer.does(&["list"]).matches("L-").count(), 2, "{}", importer.does(&["list"]));
    assert!(importer.does(&["trace", lot]).contains("1 kg"), "{}", importer.does(&["trace", lot]));
    importer.does(&["bundle", lot, "--out", "lot.lode"]);

    let stranger = device("stranger", Some(&serving.url));
    for asked in [&["show", lot][..], &["list", "--custodian", "any"], &["trace", lot]] {
        let output = stranger.run(asked);
        assert!(!output.status.success(), "{asked:?}: {}", told(&output));
        assert!(!told(&output).contains("quartz"), "{}", told(&output));
    }
}
