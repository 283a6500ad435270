//! The README's three walkthroughs, word for word, against a demonstration that serves. What the README promises and
//! does not hold, fails here.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::journeys::{Verdict, free_of_the_user, program, programs, told};

/// Generous: it takes a few seconds, on a busy machine more.
const PATIENCE: Duration = Duration::from_secs(120);

/// A demonstration that serves until it is dropped.
struct Serving(Child);

impl Serving {
    fn start(folder: &Path) -> Self {
        let mut command = program("lode-demo", folder);
        command.args(["--port", "0", "--dir", "lode-demo-data"]).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let serving = Self(child);
        let (tell, heard) = mpsc::channel();
        // Reads on to the end, so that the demonstration never waits for a reader.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| drop(tell.send(line))));
        loop {
            let line = heard.recv_timeout(PATIENCE).expect("the demonstration did not come to serve");
            if line.starts_with("Serving until Ctrl-C") {
                return serving;
            }
        }
    }
}

impl Serving {
    /// Tells it to end as a service manager does, and waits.
    fn end(mut self) -> ExitStatus {
        let told = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().unwrap();
        assert!(told.success());
        self.0.wait().unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// All blocks of `sh` under a heading.
fn walkthrough(readme: &str, heading: &str) -> String {
    let (_, section) = readme.split_once(&format!("\n### {heading}\n")).expect(heading);
    let end = section.find("\n#").unwrap_or(section.len());
    let blocks = section[..end].split("\n```sh\n").skip(1);
    let script: String = blocks.map(|block| block.split_once("```").unwrap().0).collect();
    assert!(!script.is_empty(), "no commands under {heading}");
    script
}

/// Runs a walkthrough in the folder and gives what it said.
fn walk(folder: &Path, script: &str) -> String {
    let mut path = programs().into_os_string();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut command = Command::new("sh");
    free_of_the_user(&mut command, folder);
    let output = command.env("PATH", path).args(["-eu", "-c", script]).output().unwrap();
    assert!(output.status.success(), "{script}\n{}", told(&output));
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn says(said: &str, words: &[&str]) {
    for word in words {
        assert!(said.contains(word), "{word:?} is not in\n{said}");
    }
}

#[cfg(unix)]
#[test]
fn the_readmes_walkthroughs_hold_word_for_word() {
    let root = lode_tests::golden::root();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // A copy, because the importer's mapping file is written beside the sheet.
    let data = folder.join("tests/data");
    std::fs::create_dir_all(&data).unwrap();
    for entry in std::fs::read_dir(root.join("tests/data")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, data.join(path.file_name().unwrap())).unwrap();
    }
    let serving = Serving::start(folder);

    let said = walk(folder, &walkthrough(&readme, "Importer"));
    let (mistakes, good) = said.split_once("Nothing was declared.").expect("the mistakes were not refused");
    let rows = mistakes.lines().filter(|line| line.starts_with(' ') && number(line)).count();
    assert_eq!(rows, 20, "{mistakes}");
    says(mistakes, &["20 mistakes", "did you mean amethyst?"]);
    let declared =
        good.lines().filter(|line| line.starts_with(" L-") && line.contains(" declared [")).count();
    assert_eq!(declared, 62, "{good}");
    says(
        good,
        &["what stands in the way: none", "(blend)", "Brazil 70 %", "Madagascar 30 %", "(small-sphere)"],
    );
    let mapping = std::fs::read_to_string(data.join("inbound-2026-11.gbk.csv.lots.csv")).unwrap();
    assert!(mapping.lines().count() >= 63, "{mapping}");

    let said = walk(folder, &walkthrough(&readme, "Artisan"));
    says(
        &said,
        &[
            "Step logged: accepted at log index",
            "Step logged: signed; waits for `lode sync`",
            "what became of it",
            "accepted at ",
            "Lot split: accepted at log index",
            "Hand-over accepted: accepted at log index",
            "[Brazil 70 %, Madagascar 30 %] heated: declared treated",
        ],
    );

    let mut buyer = walkthrough(&readme, "Buyer");
    let has_curl = Command::new("curl").arg("--version").output().is_ok_and(|output| output.status.success());
    if !has_curl {
        assert!(std::env::var_os("CI").is_none(), "CI looks at the page, which takes curl");
        println!("not looked at: the page, as there is no curl here");
        buyer = buyer
            .lines()
            .filter(|line| !line.starts_with("curl "))
            .fold(String::new(), |all, line| all + line + "\n");
    }
    let said = walk(folder, &buyer);
    assert_eq!(said.matches("What was checked holds").count(), 2, "{said}");
    says(
        &said,
        &[
            "✓ Complete history",
            "✓ Raw entries",
            "✓ Grown only",
            "origin: one of Brazil or Madagascar, drawn from material of 70.00% : 30.00%",
            "state: sold",
            "belongs to: a buyer outside the ledger",
        ],
    );
    if has_curl {
        says(&said, &["class=\"headline\">Amethyst, sphere"]);
    }
    the_log_that_was_seen_only_grows(folder);
    assert!(serving.end().success(), "told to end, the demonstration did not end well");
    what_it_leaves_is_whole(folder);
}

/// What a demonstration leaves that was told to end: the last entries lie in its node's folder as files, too.
fn what_it_leaves_is_whole(folder: &Path) {
    let node = folder.join("lode-demo-data/node");
    let checked = program("lode-node", folder).args(["check", "--data"]).arg(&node).output().unwrap();
    assert!(checked.status.success(), "{}", told(&checked));
    let args = ["log", "lode-demo-data/node/log", "--trust", "lode-demo-data/trust.policy", "--json"];
    let left = Verdict::of(&program("lode-verify", folder).args(args).output().unwrap());
    assert_eq!(left.code, 0, "{:#}", left.json);
}

/// Whether a line begins with a row's number.
fn number(line: &str) -> bool {
    line.split_whitespace().next().is_some_and(|word| word.parse::<u32>().is_ok())
}

/// The node's log by now is longer than the copy in the folder: after it was seen, the copy is an older log restored.
fn the_log_that_was_seen_only_grows(folder: &Path) {
    let page = std::fs::read_to_string(folder.join("lode-demo-data/page-address.txt")).unwrap();
    let (node, _) = page.split_once("/T/").unwrap();
    let verify = |log: &str| {
        let trust = "lode-demo-data/trust.policy";
        let state = "lode-demo-data/seen.json";
        let args = ["log", log, "--trust", trust, "--state", state, "--json"];
        Verdict::of(&program("lode-verify", folder).args(args).output().unwrap())
    };
    let grown = verify(node);
    assert_eq!(grown.code, 0, "{:#}", grown.json);
    assert!(grown.with("passed").contains(&"append-only/append-held".to_owned()), "{:#}", grown.json);
    let restored = verify("lode-demo-data/log");
    assert_eq!((restored.code, restored.with("failed")), (1, vec!["append-only/append-shrunk".to_owned()]));
}
