//! Golden files: what the code gives is compared with what was committed; `UPDATE=1` writes it anew.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// The workspace's root folder.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate stands in the workspace").to_owned()
}

/// Whether golden files are written instead of compared.
#[must_use]
pub fn updating() -> bool {
    std::env::var_os("UPDATE").is_some_and(|value| value == "1")
}

/// Compares a text with the committed file, or writes it.
///
/// # Panics
/// The file is missing or differs.
pub fn check(path: &Path, text: &str) {
    if updating() {
        std::fs::create_dir_all(path.parent().expect("a file stands in a folder")).expect("the folder");
        std::fs::write(path, text).expect("the golden file can be written");
        return;
    }
    let golden = std::fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{}: {error}; write it with UPDATE=1", path.display()));
    if golden == text {
        return;
    }
    let line = golden.lines().zip(text.lines()).position(|(a, b)| a != b);
    let line = line.unwrap_or_else(|| golden.lines().count().min(text.lines().count()));
    panic!(
        "{} differs from line {}: if that is meant, write it with UPDATE=1\n- {}\n+ {}",
        path.display(),
        line + 1,
        golden.lines().nth(line).unwrap_or("(end)"),
        text.lines().nth(line).unwrap_or("(end)")
    );
}

/// Checks that a folder holds exactly these files of one extension; with `UPDATE=1` the others are removed.
///
/// # Panics
/// A file is there that nobody made.
pub fn check_no_others(folder: &Path, extension: &str, names: &[String]) {
    for entry in std::fs::read_dir(folder).expect("the folder of golden files") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name in UTF-8").to_owned();
        if path.extension().is_some_and(|found| found == extension) && !names.contains(&name) {
            assert!(updating(), "{} is a golden file of nothing: remove it with UPDATE=1", path.display());
            std::fs::remove_file(&path).expect("the file can be removed");
        }
    }
}

/// JSON with sorted keys, indented, so that it does not depend on which features of `serde_json` a build has.
#[must_use]
pub fn pretty(value: &Value) -> String {
    let mut text = serde_json::to_string_pretty(&sorted(value)).expect("a value can be written");
    text.push('\n');
    text
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        Value::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort();
            Value::Object(names.into_iter().map(|name| (name.clone(), sorted(&fields[name]))).collect())
        }
        other => other.clone(),
    }
}
