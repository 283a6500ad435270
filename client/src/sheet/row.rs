//! One row to one lot: every field read, every mistake of the row told.
//!
//! What a stone is comes from a name that is in the vocabulary, whole; a name that only contains one ("imitation
//! amethyst") is never taken for it.

use std::collections::BTreeSet;

use lode_ledger::mass::{MassUnit, Milligrams, parse_mass};
use lode_ledger::vocab::{
    Code, Country, DeclarationElement, EvidenceLevel, Form, HsCode, Names, Nature, Port, Species, Term,
    Treatment, Variety, element_set, fold,
};

use super::cells::{Cells, nearest};
use super::grid::Row;
use super::heading::{Columns, Field, by_script};
use super::trouble::Trouble;
use super::{SheetLot, Treatments};

/// A mistake of a row: its column, the value shown, what it is.
pub(super) type Told = (Option<usize>, String, Trouble);

/// The indexes of names, made once for a sheet.
pub(super) struct Reader {
    species: Names<Species>,
    varieties: Names<Variety>,
    forms: Names<Form>,
    natures: Names<Nature>,
    treatments: Names<Treatment>,
    countries: Names<Country>,
    ports: Names<Port>,
    hs: Names<HsCode>,
    evidence: Names<EvidenceLevel>,
    /// Columns of declaration elements whose absence has been told.
    told_missing: BTreeSet<Field>,
}

/// What a name of goods says.
#[derive(Clone, Copy, Default)]
struct What {
    species: Option<Code<Species>>,
    variety: Option<Code<Variety>>,
    form: Option<Code<Form>>,
}

impl Reader {
    pub(super) fn new() -> Self {
        Self {
            species: Names::new(),
            varieties: Names::new(),
            forms: Names::new(),
            natures: Names::new(),
            treatments: Names::new(),
            countries: Names::new(),
            ports: Names::new(),
            hs: Names::new(),
            evidence: Names::new(),
            told_missing: BTreeSet::new(),
        }
    }

    /// The lot, unless something is missing without which there is none, and every mistake.
    pub(super) fn lot(&mut self, row: &Row, columns: &Columns) -> (Option<SheetLot>, Vec<Told>) {
        let mut told = Vec::new();
        let mut cells = Cells { row, columns, told: &mut told };
        let supplier = cells.required(Field::Supplier);
        let supplier_lot = cells.required(Field::SupplierLot);
        let country = self.country(&mut cells);
        let what = self.what(&mut cells);
        let (gross, tare, net) = masses(&mut cells);
        let nature = self.nature(&mut cells, what.species);
        let hs = cells.named(Field::Hs, &self.hs, Trouble::UnknownHs);
        self.check_elements(&mut cells, hs);
        let bill_of_lading = cells.text(Field::BillOfLading);
        let customs_declaration = cells.text(Field::Declaration);
        let certificate_of_origin = cells.text(Field::OriginCertificate);
        let documents = [&bill_of_lading, &customs_declaration, &certificate_of_origin];
        let evidence = self.evidence(&mut cells, documents.iter().any(|number| number.is_some()));
        let rest = SheetLot {
            row: row.number,
            supplier: supplier.clone().unwrap_or_default(),
            supplier_lot: supplier_lot.clone().unwrap_or_default(),
            product_name: cells.text(Field::ProductName),
            species: what.species.unwrap_or(Species::QUARTZ),
            variety: what.variety,
            form: what.form,
            nature,
            country: country.unwrap_or(Country::CHINA),
            subdivision: cells.text(Field::Subdivision),
            mine: cells.text(Field::Mine),
            gross,
            tare,
            net: net.unwrap_or_default(),
            pieces: pieces(&mut cells),
            grade: cells.text(Field::Grade),
            treatments: self.treatments(&mut cells),
            hs,
            elements: elements(&mut cells),
            bill_of_lading,
            customs_declaration,
            certificate_of_origin,
            port: cells.named(Field::Port, &self.ports, Trouble::UnknownPort),
            evidence,
            remark: cells.text(Field::Remark),
        };
        // Placeholders above never leave: without these five there is no lot.
        let complete = supplier.is_some()
            && supplier_lot.is_some()
            && country.is_some()
            && what.species.is_some()
            && net.is_some();
        (complete.then_some(rest), told)
    }

    /// The net mass that a row of sums states, if it can be read.
    pub(super) fn stated_total(&self, row: &Row, columns: &Columns) -> Option<Milligrams> {
        let column = columns.at(Field::Net)?;
        parse_mass(row.text(column), columns.unit(column)).ok()
    }

    fn country(&self, cells: &mut Cells<'_>) -> Option<Code<Country>> {
        cells.required(Field::Country)?;
        cells.named(Field::Country, &self.countries, Trouble::UnknownCountry)
    }

    /// Species, variety and form from the columns that name them, the most exact first.
    fn what(&self, cells: &mut Cells<'_>) -> What {
        let mut what = What::default();
        // What the name of the goods says, and where it stands.
        let (mut named, mut variety_field) = (None, Field::Variety);
        let product = cells.peek(Field::ProductName).map(|text| self.goods(&text)).unwrap_or_default();
        if cells.peek(Field::Variety).is_some() {
            what.variety = cells.named(Field::Variety, &self.varieties, Trouble::UnknownVariety);
            named = what.variety.map(Code::<Variety>::species);
        } else if let Some(kind) = cells.peek(Field::Kind) {
            let found = self.goods(&kind);
            (what.variety, named, variety_field) = (found.variety, found.species, Field::Kind);
            what.form = found.form;
            if found.variety.is_none() && found.species.is_none() {
                cells.tell(Field::Kind, Trouble::UnknownVariety(closest_goods(&kind)));
            }
        } else if product.variety.is_some() || product.species.is_some() {
            (what.variety, named, variety_field) = (product.variety, product.species, Field::ProductName);
        }
        if cells.peek(Field::Species).is_some() {
            what.species = cells.named(Field::Species, &self.species, Trouble::UnknownSpecies);
        } else if let Some(mineral) = cells.peek(Field::MineralName) {
            match self.goods(&mineral).species {
                Some(species) => what.species = Some(species),
                None => cells.tell(Field::MineralName, Trouble::UnknownSpecies(nearest::<Species>(&mineral))),
            }
        }
        match (what.species, named) {
            (Some(species), Some(own)) if own != species => {
                cells.tell(variety_field, Trouble::WrongSpecies { own, species });
            }
            (None, Some(own)) if !cells.has_told() => what.species = Some(own),
            (None, None) if !cells.has_told_what() => match cells.peek(Field::ProductName) {
                Some(name) => cells.tell(Field::ProductName, Trouble::UnknownVariety(closest_goods(&name))),
                None => cells.tell(Field::Kind, Trouble::MissingValue(Field::Kind)),
            },
            _ => {}
        }
        let stated = cells.named(Field::Form, &self.forms, Trouble::UnknownForm);
        what.form = stated.or(product.form).or(what.form).or_else(|| {
            cells.peek(Field::Working).and_then(|text| parts(&text).find_map(|part| self.forms.get(part)))
        });
        what
    }

    /// A name of goods: `天然紫水晶原石`, `Natural amethyst rough`, `紫水晶(紫晶)`, `石英 Quartz`. Where it has parts,
    /// each must be known and none may contradict another: `紫水晶(仿)` says nothing.
    fn goods(&self, text: &str) -> What {
        let whole = self.goods_name(text);
        if whole.species.is_some() {
            return whole;
        }
        let mut all = What::default();
        for part in parts(text) {
            let what = self.goods_name(part);
            let agrees = all.species.is_none() || what.species.is_none() || all.species == what.species;
            let same = all.variety.is_none() || what.variety.is_none() || all.variety == what.variety;
            let known = what.species.is_some()
                || what.form.is_some()
                || fold(part) == "天然"
                || fold(part) == "natural";
            if !(agrees && same && known) {
                return What::default();
            }
            all = What {
                species: all.species.or(what.species),
                variety: all.variety.or(what.variety),
                form: all.form.or(what.form),
            };
        }
        all
    }

    fn goods_name(&self, text: &str) -> What {
        let whole = |name: &str| {
            let variety = self.varieties.get(name);
            let species = variety.map(Code::species).or_else(|| self.species.get(name));
            (species.is_some()).then_some((species, variety))
        };
        let text = text.strip_prefix("天然").unwrap_or(text);
        let words: Vec<&str> = text
            .split(' ')
            .filter(|word| {
                !matches!(fold(word).as_str(), "natural" | "naturais" | "genuine" | "stone" | "stones")
            })
            .collect();
        let text = words.join(" ");
        if let Some((species, variety)) = whole(&text) {
            return What { species, variety, form: None };
        }
        // A form at the end of a Chinese name, at either end of a Latin one.
        for (at, _) in text.char_indices().skip(1) {
            let (head, tail) = text.split_at(at);
            for (name, form) in [(head, tail), (tail, head)] {
                if let (Some(form), Some((species, variety))) = (self.forms.get(form), whole(name)) {
                    return What { species, variety, form: Some(form) };
                }
            }
        }
        What { form: self.forms.get(&text), ..What::default() }
    }

    fn nature(&self, cells: &mut Cells<'_>, species: Option<Code<Species>>) -> Code<Nature> {
        let by_species = species.filter(|species| !species.is_natural()).map(Code::<Species>::nature);
        let Some(stated) = cells.named(Field::Source, &self.natures, Trouble::UnknownNature) else {
            return by_species.unwrap_or(Nature::NOT_STATED);
        };
        match species {
            Some(species) if stated == Nature::NATURAL && !species.is_natural() => {
                cells.tell(Field::Source, Trouble::NotNatural(species));
                stated
            }
            Some(species) if stated == Nature::NATURAL => species.nature(),
            _ => stated,
        }
    }

    fn treatments(&self, cells: &mut Cells<'_>) -> Treatments {
        let Some(text) = cells.text(Field::Treatment) else { return Treatments::NotStated };
        let (mut none, mut unknown, mut applied) = (false, false, Vec::new());
        for part in text
            .split(['、', ',', '，', ';', '；', '/', '+', '＋', '和', '及'])
            .filter(|p| !p.trim().is_empty())
        {
            match fold(part).as_str() {
                "无" | "无处理" | "未处理" | "未经处理" | "未优化处理" | "没有" | "none" | "no"
                | "untreated" | "nenhum" | "não" | "nao" | "semtratamento" | "natural" => none = true,
                "未知" | "不详" | "未说明" | "unknown" | "desconhecido" | "" => unknown = true,
                _ => match self.treatments.get(part) {
                    Some(treatment) => applied.push(treatment),
                    None => {
                        cells.tell(Field::Treatment, Trouble::UnknownTreatment(nearest::<Treatment>(part)))
                    }
                },
            }
        }
        if none && !applied.is_empty() {
            cells.tell(Field::Treatment, Trouble::TreatedAndNot);
        }
        applied.sort_unstable();
        applied.dedup();
        match (applied.is_empty(), none && !unknown) {
            (false, _) => Treatments::Applied(applied),
            (true, true) => Treatments::DeclaredNone,
            (true, false) => Treatments::NotStated,
        }
    }

    fn evidence(&self, cells: &mut Cells<'_>, has_document: bool) -> Option<Code<EvidenceLevel>> {
        let level = cells.named(Field::Evidence, &self.evidence, Trouble::UnknownEvidence)?;
        // An import's origin can be counter-signed at most (rule M5); a laboratory cannot find where quartz is from.
        if level.rank() > EvidenceLevel::COUNTER_SIGNED.rank() {
            cells.tell(Field::Evidence, Trouble::EvidenceTooHigh);
        } else if level.rank() >= EvidenceLevel::DOCUMENT.rank() && !has_document {
            cells.tell(Field::Evidence, Trouble::EvidenceWithoutDocument);
        }
        Some(level)
    }

    /// The elements that China's customs asks for under the row's code.
    fn check_elements(&mut self, cells: &mut Cells<'_>, hs: Option<Code<HsCode>>) {
        let Some(set) = hs.and_then(|hs| element_set(Country::CHINA, hs, None)) else { return };
        let required = set.elements.iter().filter(|element| element.required);
        for field in required.filter_map(|element| field_of(element.code)) {
            if cells.columns.at(field).is_none() {
                if self.told_missing.insert(field) {
                    cells.tell(field, Trouble::MissingElement(field));
                }
            } else if cells.peek(field).is_none() {
                cells.tell(field, Trouble::MissingElement(field));
            }
        }
    }
}

/// The nearest varieties and species to a name of goods.
fn closest_goods(text: &str) -> Vec<&'static Term> {
    let mut near = nearest::<Variety>(text);
    near.extend(nearest::<Species>(text));
    near.truncate(3);
    near
}

/// The names that stand side by side in a cell: parted by brackets and strokes, Chinese apart from Latin.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let marks = ['(', ')', '（', '）', '/', '／', ',', '，', '、', ';', '；', '+'];
    text.split(marks).flat_map(by_script).map(str::trim).filter(|part| !part.is_empty())
}

/// The column that answers an element.
pub(super) fn field_of(element: Code<DeclarationElement>) -> Option<Field> {
    Some(match element.as_str() {
        "product_name" => Field::ProductName,
        "kind" => Field::Kind,
        "working" => Field::Working,
        "source" => Field::Source,
        "grade" => Field::Grade,
        "producing_area" => Field::Area,
        "mineral_name" => Field::MineralName,
        "specification" => Field::Specification,
        "composition" => Field::Composition,
        "pieces" => Field::Pieces,
        "colour" => Field::Colour,
        _ => return None,
    })
}

/// Every element that the row has, in the order of the declaration.
fn elements(cells: &mut Cells<'_>) -> Vec<(Code<DeclarationElement>, String)> {
    let order =
        element_set(Country::CHINA, HsCode::ROUGH_STONES, None).map(|set| set.elements).unwrap_or_default();
    let mut found = Vec::new();
    for element in order {
        let Some(field) = field_of(element.code) else { continue };
        // Pieces and texts with a field of their own are checked there.
        let own = matches!(field, Field::ProductName | Field::Grade | Field::Pieces | Field::Source);
        let text = if own { cells.peek(field) } else { cells.text(field) };
        found.extend(text.map(|text| (element.code, text)));
    }
    found
}

/// Gross, tare and net; where all three stand, they must agree to the milligram.
fn masses(cells: &mut Cells<'_>) -> (Option<Milligrams>, Option<Milligrams>, Option<Milligrams>) {
    let unit = match cells.peek(Field::Unit) {
        Some(text) => text.parse::<MassUnit>().map_or_else(
            |_| {
                cells.tell(Field::Unit, Trouble::UnknownUnit);
                None
            },
            Some,
        ),
        None => None,
    };
    let [gross, tare, net] = [Field::Gross, Field::Tare, Field::Net].map(|field| cells.mass(field, unit));
    if net.is_none() && cells.peek(Field::Net).is_none() {
        cells.tell(Field::Net, Trouble::MissingValue(Field::Net));
    }
    if net.is_some_and(Milligrams::is_zero) {
        cells.tell(Field::Net, Trouble::ZeroMass);
    }
    if let (Some(gross), Some(net)) = (gross, net) {
        let wrong = match tare {
            Some(tare) => net.checked_add(tare) != Some(gross),
            None => net > gross,
        };
        if wrong {
            cells.tell(Field::Gross, Trouble::MassesDisagree { gross, tare: tare.unwrap_or_default(), net });
        }
    }
    (gross, tare, net.filter(|net| !net.is_zero()))
}

/// A whole number of pieces: `120`, `１２０件`, `1,200 pcs`.
fn pieces(cells: &mut Cells<'_>) -> Option<u32> {
    let text = cells.count_text(Field::Pieces)?;
    let folded = fold(&text).replace(',', "");
    let digits = ["件", "块", "个", "粒", "颗", "箱", "包", "pcs", "pieces", "pc", "peças", "pecas", "un"]
        .iter()
        .find_map(|unit| folded.strip_suffix(unit))
        .unwrap_or(&folded);
    // Folding takes out points and dashes, so that 12.5 would read as 125.
    let whole = !text.contains(['.', '．', '-', '－', '−']);
    match digits.parse::<u32>() {
        Ok(count) if whole && count > 0 => Some(count),
        // "无" is a customs answer: no count is kept.
        _ if matches!(folded.as_str(), "无" | "none" | "散装" | "bulk" | "granel") => None,
        _ => {
            cells.tell(Field::Pieces, Trouble::NotACount);
            None
        }
    }
}
