//! What the journeys share: the programs as they were built, and what a demonstration left behind.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

/// The folder of the workspace's programs: this test stands in `deps` of it.
pub(crate) fn programs() -> PathBuf {
    let here = std::env::current_exe().unwrap();
    let folder = here.parent().and_then(Path::parent).unwrap().to_owned();
    for name in ["lode", "lode-node", "lode-verify", "lode-demo"] {
        let built = folder.join(name).with_extension(std::env::consts::EXE_EXTENSION);
        assert!(
            built.is_file(),
            "{} is not built: run `cargo build --bins`, or test the whole workspace",
            built.display()
        );
    }
    folder
}

/// A program that knows nothing of whoever runs the test: neither his settings nor his language.
pub(crate) fn program(name: &str, home: &Path) -> Command {
    let mut command = Command::new(programs().join(name));
    free_of_the_user(&mut command, home);
    command
}

/// Takes the user's home, language and settings away.
pub(crate) fn free_of_the_user(command: &mut Command, home: &Path) {
    for name in
        ["LANG", "LC_ALL", "LC_MESSAGES", "XDG_STATE_HOME", "LODE_HOME", "LODE_NODE", "LODE_PASSPHRASE"]
    {
        command.env_remove(name);
    }
    command.env("HOME", home).current_dir(home);
}

/// What a finished demonstration left: made once for all journeys.
pub(crate) fn demonstration() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| play("journeys-demo"))
}

/// The same of another ledger, which has the same origin and other keys.
pub(crate) fn another_demonstration() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| play("journeys-demo-other"))
}

fn play(name: &str) -> PathBuf {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let output = program("lode-demo", tmp).args(["--exit", "--port", "0", "--dir", name]).output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
    tmp.join(name)
}

/// A copy of what a stranger gets of a demonstration, to be spoilt at will.
pub(crate) struct Copy {
    folder: TempDir,
}

impl Copy {
    pub(crate) fn of(demonstration: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for file in ["piece.lode", "trust.policy"] {
            std::fs::copy(demonstration.join(file), folder.path().join(file)).unwrap();
        }
        copy_folder(&demonstration.join("log"), &folder.path().join("log"));
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Reads a file, lets it be changed, and writes it back.
    pub(crate) fn change(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = std::fs::read(self.path(name)).unwrap();
        let before = bytes.clone();
        change(&mut bytes);
        assert_ne!(bytes, before, "nothing was changed in {name}");
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub(crate) fn verify(&self, args: &[&str]) -> Output {
        program("lode-verify", self.folder.path()).args(args).output().unwrap()
    }

    pub(crate) fn log(&self) -> Verdict {
        Verdict::of(&self.verify(&[
            "log",
            "log",
            "--trust",
            "trust.policy",
            "--state",
            "seen.json",
            "--json",
        ]))
    }

    pub(crate) fn item(&self) -> Verdict {
        Verdict::of(&self.verify(&["item", "piece.lode", "--trust", "trust.policy", "--json"]))
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            std::fs::copy(path, target).unwrap();
        }
    }
}

/// An exit code with the JSON that came with it.
pub(crate) struct Verdict {
    pub(crate) code: i32,
    pub(crate) json: Value,
}

impl Verdict {
    pub(crate) fn of(output: &Output) -> Self {
        let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", told(output)));
        let verdict = Self { code: output.status.code().unwrap(), json };
        assert_eq!(verdict.json["exit_code"], verdict.code, "{:#}", verdict.json);
        let errors = crate::schemas::errors_of_verdict(&verdict.json);
        assert!(errors.is_empty(), "not of schemas/verdict.json: {errors:?}\n{:#}", verdict.json);
        verdict
    }

    /// The checks with this outcome, as `check/note`.
    pub(crate) fn with(&self, outcome: &str) -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let checks = self.json["checks"].as_array().unwrap().iter();
        let of = checks.filter(|check| check["outcome"] == outcome);
        of.map(|check| format!("{}/{}", text(&check["check"]), text(&check["note"]))).collect()
    }
}

/// All that a program said.
pub(crate) fn told(output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    format!("{}\n{out}\n{err}", output.status)
}
