//! What stands in cells, one a line: masses, units, countries, species, treatments, headings. A row of any texts under good
//! headings is a lot or has its mistakes told; a mass that was read is written and read back exactly.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use lode::sheet::read_sheet;
use lode_ledger::lang::Lang;
use lode_ledger::mass::{MassUnit, parse_mass};
use lode_ledger::vocab::{Code, Country, Names, Port, Species, Treatment, fold};

const HEADINGS: [&str; 12] = [
    "供应商",
    "供应商批号",
    "矿种",
    "品种",
    "形态",
    "来源国",
    "毛重",
    "皮重",
    "净重",
    "单位",
    "件数",
    "处理",
];

static COUNTRIES: LazyLock<Names<Country>> = LazyLock::new(Names::new);

fn cell(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fuzz_target!(|input: &str| {
    let cells: Vec<&str> = input.split('\n').take(200).collect();
    for text in &cells {
        for unit in [None, Some(MassUnit::Kilogram), Some(MassUnit::Carat)] {
            if let Ok(mass) = parse_mass(text, unit) {
                assert_eq!(parse_mass(&mass.to_string(), None), Ok(mass), "{text:?}");
                for shown in MassUnit::ALL {
                    assert_eq!(parse_mass(&mass.in_unit(shown), Some(shown)), Ok(mass), "{text:?}");
                }
            }
        }
        assert_eq!(fold(&fold(text)), fold(text), "{text:?}");
    }
    // These look through a whole vocabulary.
    for text in cells.iter().take(4) {
        let country = Code::<Country>::named(text).ok();
        assert_eq!(country, COUNTRIES.get(text), "{text:?}");
        if let Some(code) = country {
            assert_eq!(Code::<Country>::parse(code.as_str()), Ok(code));
        }
        let _ = (Code::<Species>::named(text), Code::<Treatment>::named(text), Code::<Port>::named(text));
    }
    let rows: Vec<String> = cells
        .chunks(HEADINGS.len())
        .map(|row| row.iter().map(|text| cell(text)).collect::<Vec<_>>().join(","))
        .collect();
    let sheet = format!("{}\n{}\n", HEADINGS.join(","), rows.join("\n"));
    let Ok(report) = read_sheet(sheet.as_bytes(), Lang::En) else { return };
    assert!(
        report.lots.len() + report.errors.len() + report.notes.len() <= 40 * (cells.len() + HEADINGS.len())
    );
});
