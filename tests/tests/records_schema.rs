//! `schemas/records.cddl` is written by hand: it names the fields that the records have, by the same numbers, and says
//! of the same ones that they may be absent.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Per map its fields: number, name, whether it may be absent.
type Maps = BTreeMap<String, Vec<(u32, String, bool)>>;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The maps of the Rust records: structs that are `#[cbor(map)]`.
fn of_rust() -> Maps {
    let mut maps = Maps::new();
    for entry in fs::read_dir(root().join("ledger/src/record")).expect("the records' folder") {
        let text = fs::read_to_string(entry.expect("a file").path()).expect("a source file");
        let mut is_map = false;
        let mut within: Option<String> = None;
        let mut number = None;
        for line in text.lines().map(str::trim) {
            if line == "#[cbor(map)]" {
                is_map = true;
            } else if let Some(rest) = line.strip_prefix("pub struct ") {
                let name = rest.split([' ', '{', '(']).next().expect("a name");
                within = is_map.then(|| kebab(name));
                is_map = false;
            } else if line == "}" {
                within = None;
            } else if let Some(rest) = line.strip_prefix("#[n(") {
                number = rest.split(')').next().and_then(|digits| digits.parse().ok());
            } else if let (Some(map), Some(field), Some(n)) = (&within, line.strip_prefix("pub "), number) {
                let (name, kind) = field.split_once(": ").expect("a field has a type");
                let optional = kind.starts_with("Option<");
                maps.entry(map.clone()).or_default().push((n, name.to_owned(), optional));
                number = None;
            }
        }
    }
    maps
}

fn kebab(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.extend(c.to_lowercase());
    }
    text
}

fn of_cddl() -> Maps {
    let text = fs::read_to_string(root().join("schemas/records.cddl")).expect("the schema");
    let mut maps = Maps::new();
    let mut within: Option<String> = None;
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_suffix(" = {") {
            within = Some(name.to_owned());
        } else if line == "}" {
            within = None;
        } else if let Some(map) = within.as_ref().filter(|_| !line.starts_with(';')) {
            let optional = line.starts_with('?');
            let (number, rest) =
                line.trim_start_matches(['?', ' ']).split_once(':').expect("a field has a number");
            let name = rest.split("; ").nth(1).expect("a field says its name");
            let name = name.split([',', ':', ' ']).next().expect("a name");
            let number = number.parse().expect("a number");
            maps.entry(map.clone()).or_default().push((number, name.to_owned(), optional));
        }
    }
    maps
}

#[test]
fn the_schema_has_the_fields_that_the_records_have() {
    let (rust, cddl) = (of_rust(), of_cddl());
    assert!(rust.len() > 20 && rust["item"].len() > 25, "the records were read");
    for (map, fields) in &rust {
        let said = cddl.get(map).unwrap_or_else(|| panic!("{map} is not in schemas/records.cddl"));
        assert_eq!(said, fields, "{map} in schemas/records.cddl");
    }
    for map in cddl.keys() {
        assert!(rust.contains_key(map), "schemas/records.cddl has {map}, which is no record");
    }
}
