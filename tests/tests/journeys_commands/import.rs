//! A sheet with a real node behind a line that breaks: what became of the first half, and what a corrected sheet adds.

use serde_json::Value;

use super::line::{Break, Line};
use super::world::{World, world};
use crate::journeys::told;

const HEADINGS: &str = "供应商,供应商批号,品名,矿种,来源国,净重(公斤)";

/// Twenty lots, each in a statement of its own: two requests.
fn twenty() -> String {
    let rows: Vec<String> =
        (1..=20).map(|n| format!("Pedras Ltda,PB-{n},白水晶原石,石英,巴西,{n}00")).collect();
    format!("{HEADINGS}\n{}\n", rows.join("\n"))
}

struct Importer {
    world: &'static World,
    who: String,
}

impl Importer {
    fn new() -> Self {
        let world = world();
        let who = world.name("sheets");
        world.enrol(&who, "importer", "CN");
        Self { world, who }
    }

    fn sheet(&self, name: &str, text: &str) -> String {
        let path = self.world.path(&format!("{}-{name}.csv", self.who));
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Exit code and what is said.
    fn declare(&self, file: &str, more: &[&str]) -> (i32, Value) {
        let common = ["--json", "lot", "declare", "--from", file, "--lots-per-statement", "1"];
        let output = self.world.run(&self.who, &[&common, more].concat());
        let said =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", told(&output)));
        (output.status.code().unwrap(), said)
    }

    /// Supplier's lot numbers cannot be seen in the ledger; masses can.
    fn masses(&self) -> Vec<u64> {
        let list = self.world.ok(&self.who, &["list", "--creator", "me"]);
        let left = |item: &Value| item["mass"]["left_mg"].as_u64().unwrap() / 1_000_000;
        let mut masses: Vec<u64> = list.as_array().unwrap().iter().map(left).collect();
        masses.sort_unstable();
        masses
    }
}

fn hundreds(numbers: impl Iterator<Item = u64>) -> Vec<u64> {
    numbers.map(|n| n * 100).collect()
}

#[test]
fn a_sheet_with_a_mistake_declares_nothing_and_corrected_all_of_it() {
    let importer = Importer::new();
    let three = format!(
        "{HEADINGS}\nPedras Ltda,PB-1,白水晶原石,石英,巴西,100\nPedras Ltda,PB-2,东海水晶,石英,巴西,200\nPedras Ltda,PB-3,白水晶原石,石英,巴西,many\n"
    );
    let (code, said) = importer.declare(&importer.sheet("first", &three), &[]);
    assert_eq!((code, &said["errors"][0]["row"], &said["errors"][0]["column"]), (1, &4.into(), &"F".into()));
    // What only the ledger knows is shown where it stands too: a protected name.
    let second = importer.sheet("second", &three.replace("many", "300"));
    let (code, said) = importer.declare(&second, &["--dry-run"]);
    let error = &said["errors"][0];
    assert_eq!((code, &error["row"], &error["last_row"]), (1, &3.into(), &3.into()), "{said:#}");
    assert_eq!((&error["column"], &error["heading"]), (&"C".into(), &"品名".into()), "{said:#}");
    assert_eq!(error["refusal"]["code"], "protected-name");
    let (code, _) = importer.declare(&second, &[]);
    assert_eq!((code, importer.masses()), (1, Vec::new()));
    let third = importer.sheet("third", &three.replace("many", "300").replace("东海水晶", "白水晶"));
    let (code, said) = importer.declare(&third, &[]);
    assert_eq!((code, &said["statements"], &said["already"]), (0, &3.into(), &0.into()), "{said:#}");
    assert_eq!(importer.masses(), [100, 200, 300]);
}

#[test]
fn a_break_between_two_requests_doubles_nothing_and_loses_nothing() {
    for at in [Break::Before, Break::After] {
        let importer = Importer::new();
        let line = Line::to(importer.world.url(), 1, at);
        let file = importer.sheet("lots", &twenty());
        let (code, said) = importer.declare(&file, &["--node", line.url()]);
        assert_eq!((code, &said["error"]["code"]), (3, &"unreachable".into()), "{said:#}");
        let (code, said) = importer.declare(&file, &[]);
        assert_eq!((code, said["lots"].as_array().map(Vec::len)), (0, Some(20)), "{said:#}");
        assert!(said["lots"].as_array().unwrap().iter().all(|lot| lot["index"].is_u64()), "{said:#}");
        assert_eq!(importer.masses(), hundreds(1..=20));
    }
}

#[test]
fn a_corrected_sheet_after_a_break_declares_each_lot_once() {
    // The second request never arrived: its four lots are free to be said anew, one of them with another mass.
    let importer = Importer::new();
    let line = Line::to(importer.world.url(), 1, Break::Before);
    let first = importer.sheet("lots", &twenty());
    assert_eq!(importer.declare(&first, &["--node", line.url()]).0, 3);
    let corrected = importer.sheet(
        "corrected",
        &twenty().replace("PB-20,白水晶原石,石英,巴西,2000", "PB-20,白水晶原石,石英,巴西,2100"),
    );
    let (code, said) = importer.declare(&corrected, &[]);
    assert_eq!((code, &said["statements"], &said["already"]), (0, &4.into(), &16.into()), "{said:#}");
    let all = hundreds((1..=19).chain([21]));
    assert_eq!(importer.masses(), all);
    // The first sheet has nothing to add any more, and is not declared beside.
    let (code, said) = importer.declare(&first, &[]);
    assert_eq!((code, &said["error"]["code"]), (64, &"usage".into()), "{said:#}");
    assert_eq!(importer.masses(), all);

    // The second request arrived, and only its answer was lost: all twenty are in the log.
    let importer = Importer::new();
    let line = Line::to(importer.world.url(), 1, Break::After);
    let first = importer.sheet("lots", &twenty());
    assert_eq!(importer.declare(&first, &["--node", line.url()]).0, 3);
    let saved_again = importer.sheet("again", &twenty().replace(",100\n", ",100.0\n"));
    let (code, said) = importer.declare(&saved_again, &[]);
    assert_eq!((code, &said["statements"], &said["already"]), (0, &0.into(), &20.into()), "{said:#}");
    assert_eq!(importer.masses(), hundreds(1..=20));
}

#[test]
fn a_home_folder_that_forgot_its_imports_declares_nothing_twice() {
    let importer = Importer::new();
    let file = importer.sheet("lots", &twenty());
    let (code, before) = importer.declare(&file, &[]);
    assert_eq!(code, 0, "{before:#}");
    let imports = importer.world.path(&format!("{}/imports", importer.who));
    for entry in std::fs::read_dir(imports).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    let (code, after) = importer.declare(&file, &["--dry-run"]);
    assert_eq!((code, &after["already"]), (0, &20.into()), "{after:#}");
    let (code, after) = importer.declare(&file, &[]);
    assert_eq!((code, &after["statements"], &after["already"]), (0, &0.into(), &20.into()), "{after:#}");
    assert_eq!(after["lots"], before["lots"]);
    assert_eq!(importer.masses(), hundreds(1..=20));
}
