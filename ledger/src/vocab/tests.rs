//! Every table against its own rules, and against the published copy in `schemas/vocabulary`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::*;

/// One table without its type.
struct Table {
    name: &'static str,
    terms: &'static [Term],
    ordered: bool,
    /// Codes of an outside standard, in that standard's spelling.
    outside: bool,
}

fn table<V: Vocabulary>() -> Table {
    Table { name: V::NAME, terms: V::TERMS, ordered: false, outside: false }
}

fn outside<V: Vocabulary>() -> Table {
    Table { outside: true, ..table::<V>() }
}

fn ordered<V: Ordered>() -> Table {
    Table { ordered: true, ..table::<V>() }
}

fn tables() -> Vec<Table> {
    vec![
        table::<AssignmentReason>(),
        table::<CertificateScope>(),
        ordered::<ChainModel>(),
        outside::<Country>(),
        table::<CredentialKind>(),
        outside::<Currency>(),
        table::<DeclarationElement>(),
        table::<DestroyReason>(),
        table::<DifferenceReason>(),
        table::<DisputeKind>(),
        table::<DocumentType>(),
        table::<EntryKind>(),
        ordered::<EvidenceLevel>(),
        table::<FacilityKind>(),
        table::<ForeignMaterial>(),
        table::<Form>(),
        table::<GainReason>(),
        table::<HoldReason>(),
        outside::<HsCode>(),
        outside::<Incoterm>(),
        table::<LossReason>(),
        table::<WeighingMethod>(),
        table::<Nature>(),
        outside::<Port>(),
        table::<ProtectedName>(),
        table::<RecallReason>(),
        outside::<Regime>(),
        table::<ReturnReason>(),
        table::<Role>(),
        table::<SaleChannel>(),
        table::<Species>(),
        table::<Step>(),
        table::<Treatment>(),
        table::<Finding>(),
        outside::<Unit>(),
        table::<Variety>(),
        table::<WorkKind>(),
    ]
}

#[test]
fn codes_are_sorted_unique_and_well_formed() {
    for table in tables() {
        assert!(
            table.terms.windows(2).all(|w| w[0].code < w[1].code),
            "{} is not sorted or repeats",
            table.name
        );
        for term in table.terms {
            let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            let upper = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '.';
            let fits =
                if table.outside { term.code.chars().all(upper) } else { term.code.chars().all(lower) };
            assert!(fits && !term.code.is_empty() && term.code.len() <= 32, "{} {}", table.name, term.code);
            assert!(
                term.names.iter().all(|n| !n.is_empty() && *n == n.trim()),
                "{} {}",
                table.name,
                term.code
            );
            assert!(!term.names[1].is_ascii(), "{} {} has no Chinese", table.name, term.code);
            assert_eq!(term.rank.is_some(), table.ordered, "{} {}", table.name, term.code);
        }
        if table.ordered {
            let ranks: BTreeSet<_> = table.terms.iter().filter_map(|t| t.rank).map(usize::from).collect();
            assert_eq!(ranks, (0..table.terms.len()).collect(), "{}", table.name);
        }
    }
}

#[test]
fn no_name_means_two_things_in_one_table() {
    let mut clashes = String::new();
    for table in tables() {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for term in table.terms {
            for name in std::iter::once(term.code).chain(term.names).chain(term.synonyms.iter().copied()) {
                let other = seen.insert(fold(name), term.code);
                if other.is_some_and(|other| other != term.code) {
                    let _ = writeln!(
                        clashes,
                        "{}: {name} is {} and {}",
                        table.name,
                        term.code,
                        other.unwrap_or("")
                    );
                }
            }
        }
    }
    assert_eq!(clashes, "");
}

#[test]
fn attributes_point_at_terms_that_exist() {
    assert!(
        Code::<Species>::all().all(|c| c.attribute("nature").is_some_and(|n| find::<Nature>(n).is_some()))
    );
    assert!(
        Code::<Variety>::all().all(|c| c.attribute("species").is_some_and(|s| find::<Species>(s).is_some()))
    );
    assert!(
        Code::<EntryKind>::all().all(|c| find::<EvidenceLevel>(c.attribute("ceiling").unwrap()).is_some())
    );
    for step in Code::<Step>::all() {
        assert_eq!(step.attribute("treatment").is_some(), step.treatment().is_some(), "{step}");
    }
    let agta = ["ASBL", "B", "C", "D", "E", "F", "H", "HP", "I", "L", "O", "R", "U", "W"];
    for treatment in Code::<Treatment>::all() {
        assert!(agta.contains(&treatment.agta()), "{treatment}");
        assert!(matches!(treatment.attribute("cibjo"), Some("general" | "specific")), "{treatment}");
    }
    assert!(Code::<Port>::all().all(|port| port.country().is_some()));
    assert!(Code::<Currency>::all().all(|c| matches!(c.attribute("minor"), Some("0" | "2" | "3"))));
    assert_eq!(Country::TERMS.len(), 249);
}

#[test]
fn a_code_reads_and_writes_as_its_text() {
    let code = Code::<Variety>::parse("amethyst").unwrap();
    assert_eq!(code.species(), Species::QUARTZ);
    assert_eq!(
        [code.name(Lang::En), code.name(Lang::Zh), code.name(Lang::Pt)],
        ["amethyst", "紫水晶", "ametista"]
    );
    assert_eq!(serde_json::to_string(&code).unwrap(), "\"amethyst\"");
    assert_eq!(serde_json::from_str::<Code<Variety>>("\"amethyst\"").unwrap(), code);
    let bytes = minicbor::to_vec(code).unwrap();
    assert_eq!(bytes, minicbor::to_vec("amethyst").unwrap());
    assert_eq!(minicbor::decode::<Code<Variety>>(&bytes).unwrap(), code);
    assert!(minicbor::decode::<Code<Species>>(&bytes).is_err(), "of another table");
    let error = serde_json::from_str::<Code<Variety>>("\"ametyst\"").unwrap_err().to_string();
    assert!(error.contains("did you mean amethyst"), "{error}");
    assert!(Code::<Variety>::parse("Amethyst").is_err(), "codes are exact");
    assert!(Code::<Country>::parse("ZZ").is_err());
}

#[test]
fn what_people_write_finds_the_code() {
    let names = Names::<Variety>::new();
    for (text, code) in [
        ("紫晶", "amethyst"),
        ("紫水晶", "amethyst"),
        ("AMETISTA", "amethyst"),
        ("Rose-Quartz", "rose_quartz"),
        ("quartzo fume", "smoky_quartz"),
        ("ｒｏｓｅ ｑｕａｒｔｚ", "rose_quartz"),
        ("芙蓉石", "rose_quartz"),
        ("绿幽灵", "phantom_quartz"),
    ] {
        assert_eq!(names.get(text).map(Code::as_str), Some(code), "{text}");
        assert_eq!(Code::<Variety>::named(text).map(Code::as_str), Ok(code), "{text}");
    }
    assert!(names.get("塑料").is_none());
    assert_eq!(Code::<Country>::named("brasil").map(Code::as_str), Ok("BR"));
    assert_eq!(Code::<Country>::named("巴西").map(Code::as_str), Ok("BR"));
    assert!(closest::<Country>("巴细").contains(&"BR"), "one of two characters is right");
    assert_eq!(Code::<Country>::named("Madagscar").unwrap_err().suggestions, ["MG"]);
    assert!(closest::<Country>("").is_empty());
    assert!(closest::<Country>(&"x".repeat(10_000)).is_empty());
}

#[test]
fn orders_are_those_of_the_standards() {
    let mut levels: Vec<_> = Code::<EvidenceLevel>::all().collect();
    levels.sort_by_key(|level| level.rank());
    let levels: Vec<_> = levels.into_iter().map(Code::as_str).collect();
    assert_eq!(levels, ["self_declared", "document", "counter_signed", "lab_or_inspector"]);
    assert_eq!(ChainModel::SEGREGATED.lower(ChainModel::MASS_BALANCE), ChainModel::MASS_BALANCE);
    assert_eq!(ChainModel::SEGREGATED.higher(ChainModel::MASS_BALANCE), ChainModel::SEGREGATED);
    assert_eq!(EntryKind::OPENING_STOCK.ceiling(), EvidenceLevel::SELF_DECLARED);
    assert_eq!(Treatment::HEAT.disclosure(), Disclosure::General);
    assert!(Disclosure::General < Disclosure::Specific);
    assert_eq!(Code::<Step>::parse("dye").unwrap().treatment().map(Code::agta), Some("D"));
    assert!(!Code::<Species>::parse("glass").unwrap().is_natural());
    assert!(Code::<Species>::parse("obsidian").unwrap().is_natural());
}

#[test]
fn china_asks_eleven_elements_of_rough_stones() {
    let set = element_set(Country::CHINA, HsCode::ROUGH_STONES, None).unwrap();
    assert_eq!(set.elements.len(), 11);
    assert!(set.elements.iter().zip(1..).all(|(element, number)| element.number == number));
    assert!(element_set(Country::CHINA, HsCode::ROUGH_STONES, Some("0")).is_none());
    assert!(element_set(Country::BRAZIL, HsCode::ROUGH_STONES, None).is_none());
}

#[test]
fn country_codes_are_those_of_the_public_data_set() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/codes/country-codes.csv");
    let Ok(text) = std::fs::read_to_string(&path) else {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{} is missing", path.display());
        eprintln!("skipped: {} is absent", path.display());
        return;
    };
    assert_eq!(text.lines().count() - 1, Country::TERMS.len());
    let listed = |code: &str| text.contains(&format!(",{code},"));
    let missing: Vec<_> = Code::<Country>::all()
        .filter(|c| !listed(c.as_str()) || !c.attribute("alpha3").is_some_and(listed))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The published copy. `UPDATE=1` writes it anew.
#[test]
fn schemas_show_the_tables_as_they_are() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/vocabulary");
    let mut files: BTreeMap<String, Value> = tables()
        .into_iter()
        .map(|table| {
            let terms: Vec<Value> = table.terms.iter().map(shown).collect();
            (format!("{}.json", table.name), json!({"name": table.name, "terms": terms}))
        })
        .collect();
    let sets: Vec<Value> = customs::ELEMENT_SETS
        .iter()
        .map(|set| {
            let elements: Vec<Value> = set
                .elements
                .iter()
                .map(|e| json!({"number": e.number, "code": e.code, "required": e.required}))
                .collect();
            json!({"jurisdiction": set.jurisdiction, "hs": set.hs, "version": set.version, "elements": elements})
        })
        .collect();
    files.insert("declaration_element_sets.json".to_owned(), json!({"sets": sets}));

    let update = std::env::var("UPDATE").as_deref() == Ok("1");
    if update {
        std::fs::create_dir_all(&dir).unwrap();
    }
    for (name, value) in &files {
        let text = format!("{}\n", serde_json::to_string_pretty(value).unwrap());
        let path = dir.join(name);
        if update {
            std::fs::write(&path, &text).unwrap();
        }
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(published == text, "{} differs from the table: run this test with UPDATE=1", path.display());
    }
    let known: BTreeSet<_> = files.keys().cloned().collect();
    for entry in std::fs::read_dir(&dir).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(known.contains(&name), "schemas/vocabulary/{name} belongs to no table");
    }
}

fn shown(term: &Term) -> Value {
    let [en, zh, pt] = term.names;
    let mut value = json!({"code": term.code, "names": {"en": en, "zh": zh, "pt": pt}});
    if !term.synonyms.is_empty() {
        value["synonyms"] = json!(term.synonyms);
    }
    if !term.attributes.is_empty() {
        value["attributes"] = term.attributes.iter().map(|(k, v)| ((*k).to_owned(), json!(v))).collect();
    }
    if let Some(rank) = term.rank {
        value["rank"] = json!(rank);
    }
    value
}
