//! Headings: which row they are in, and which column is which field, in the words importers use.
//!
//! A heading may carry a unit: `净重(公斤)`, `Net weight [kg]`, `Peso líquido / kg`.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

use lode_ledger::lang::Lang;
use lode_ledger::mass::MassUnit;
use lode_ledger::vocab::fold;

use super::grid::{Grid, MAX_COLUMNS, Row};
use super::trouble::Trouble;

/// Rows among which the headings are looked for.
const MAX_HEADING_ROW: usize = 60;
/// A row with fewer known headings is no heading row.
const LEAST_HEADINGS: usize = 4;

macro_rules! fields {
    ($($(#[$doc:meta])* $field:ident $en:literal $zh:literal $pt:literal [$($also:literal)*];)*) => {
        /// A column that is read.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub(super) enum Field { $($(#[$doc])* $field,)* }

        const FIELDS: &[(Field, [&str; 3], &[&str])] = &[$((Field::$field, [$en, $zh, $pt], &[$($also),*]),)*];
    };
}

fields! {
    /// The sheet's own numbering.
    Serial "No." "序号" "Nº" ["编号" "行号" "item" "#" "seq" "项号"];
    /// Who sold it.
    Supplier "Supplier" "供应商" "Fornecedor" ["供货商" "供应商名称" "卖方" "发货人" "supplier name" "vendor" "seller" "shipper" "exporter" "exportador"];
    /// The supplier's lot number.
    SupplierLot "Supplier lot no." "供应商批号" "Lote do fornecedor"
        ["批号" "供货批号" "批次号" "供应商批次" "原批号" "lot" "lot no" "lot number" "supplier lot" "supplier lot number" "batch no" "lote" "nº do lote" "número do lote"];
    /// The goods' name.
    ProductName "Product name" "品名" "Nome da mercadoria" ["商品名称" "货名" "货物名称" "产品名称" "description" "description of goods" "goods" "product" "descrição" "mercadoria" "produto"];
    /// Kind, a customs element.
    Kind "Kind" "种类" "Tipo" ["类别" "宝石种类" "type"];
    /// The mineral, as a code or a name.
    Species "Species" "矿种" "Espécie" ["矿物种" "mineral" "mineral species" "espécie mineral"];
    /// The variety.
    Variety "Variety" "品种" "Variedade" ["变种" "宝石品种"];
    /// The shape.
    Form "Form" "形态" "Forma" ["形状" "shape" "formato"];
    /// How far it is worked, a customs element.
    Working "Degree of working" "加工程度和状态" "Grau de trabalho" ["加工程度" "加工状态" "加工程度及状态" "working" "state" "processing" "estado" "grau de elaboração"];
    /// Natural or not, a customs element.
    Source "Natural or not" "来源（天然）" "Natural ou não" ["来源" "是否天然" "天然/合成" "天然与否" "nature" "natural" "natureza" "source (natural)"];
    /// Grade, a customs element.
    Grade "Grade" "等级" "Classe" ["级别" "品级" "quality" "quality grade" "qualidade" "grau"];
    /// Producing area, a customs element.
    Area "Producing area" "产区" "Área de produção" ["产地" "region" "producing region" "região" "região produtora"];
    /// Mineralogical name, a customs element.
    MineralName "Mineralogical name" "矿物学名及英文名称" "Nome mineralógico" ["矿物学名" "矿物学名称" "矿物名称" "学名" "矿物学名（英文）" "scientific name" "nome científico"];
    /// Size and weight, a customs element.
    Specification "Specification" "规格（单个直径、重量）" "Especificação" ["规格" "规格型号" "尺寸" "size" "spec" "dimensions" "tamanho" "dimensões"];
    /// Chemistry, a customs element.
    Composition "Chemical composition" "化学成分" "Composição química" ["成分" "化学式" "composition" "formula" "composição"];
    /// Pieces, a customs element.
    Pieces "Pieces" "件数" "Peças" ["数量（件）" "数量" "个数" "包装件数" "pcs" "qty" "quantity" "number of pieces" "quantidade" "nº de peças" "volumes"];
    /// Colour, a customs element.
    Colour "Colour" "颜色" "Cor" ["color" "色泽"];
    /// Where it was dug.
    Country "Country of origin" "来源国" "País de origem" ["原产国" "原产国（地区）" "原产地" "原产国别" "国别" "国家" "origin" "origin country" "country" "país" "origem"];
    /// State or province.
    Subdivision "State or province" "省/州" "Estado ou província" ["州" "省" "省份" "州省" "state/province" "province" "província" "uf"];
    /// The mine.
    Mine "Mine" "矿区" "Mina" ["矿山" "矿名" "矿场" "矿点" "矿区名称" "mine name" "garimpo" "nome da mina" "lavra"];
    /// With packing.
    Gross "Gross weight" "毛重" "Peso bruto" ["毛重量" "gross" "gross mass" "g.w." "bruto"];
    /// The packing.
    Tare "Tare" "皮重" "Tara" ["包装重量" "tare weight" "peso da embalagem"];
    /// The material.
    Net "Net weight" "净重" "Peso líquido" ["净重量" "重量" "net" "net mass" "n.w." "líquido" "weight" "peso"];
    /// The unit of the masses of the row.
    Unit "Unit" "单位" "Unidade" ["计量单位" "重量单位" "uom" "unit of mass"];
    /// Treatments.
    Treatment "Treatments" "处理" "Tratamentos" ["优化处理" "处理方式" "处理情况" "是否处理" "优化/处理" "treatment" "enhancement" "tratamento"];
    /// Customs code.
    Hs "HS code" "HS编码" "Código HS" ["海关编码" "商品编码" "商品编号" "税号" "HS" "hs-code" "hts" "ncm" "código ncm"];
    /// Bill of lading.
    BillOfLading "Bill of lading" "提单号" "Conhecimento de embarque" ["提运单号" "运单号" "提单" "b/l" "b/l no" "bl no" "bl number" "awb" "bill of lading no" "bl"];
    /// Customs declaration.
    Declaration "Customs declaration" "报关单号" "Declaração de importação" ["海关编号" "报关单" "报关单编号" "declaration no" "customs declaration no" "customs declaration number" "DI" "DUIMP" "nº da DI"];
    /// Certificate of origin.
    OriginCertificate "Certificate of origin" "产地证号" "Certificado de origem" ["原产地证号" "产地证编号" "原产地证书号" "原产地证" "c/o no" "certificate of origin no" "co no"];
    /// Port of loading.
    Port "Port of loading" "起运港" "Porto de embarque" ["装货港" "启运港" "发货港" "port" "pol" "porto"];
    /// Evidence level.
    Evidence "Evidence level" "证据等级" "Nível de evidência" ["证据级别" "证明等级" "evidence" "evidência"];
    /// Free text.
    Remark "Remark" "备注" "Observação" ["说明" "remarks" "note" "notes" "comment" "observações" "obs"];
}

impl Field {
    /// The fields without which nothing can be declared.
    const REQUIRED: [Self; 4] = [Self::Supplier, Self::SupplierLot, Self::Country, Self::Net];

    /// The field's own name.
    pub(super) fn name(self, lang: Lang) -> &'static str {
        let row = FIELDS.iter().find(|(field, ..)| *field == self);
        let Some((_, [en, zh, pt], _)) = row else { return "" };
        super::text(lang, en, zh, pt)
    }

    const fn is_mass(self) -> bool {
        matches!(self, Self::Gross | Self::Tare | Self::Net)
    }
}

/// Which column is which.
pub(super) struct Columns {
    /// The heading row, counted from 1.
    pub(super) row: u32,
    fields: BTreeMap<Field, usize>,
    units: BTreeMap<usize, MassUnit>,
    headings: BTreeMap<usize, String>,
    repeated: Vec<(usize, Field)>,
}

impl Columns {
    /// The row with the most known headings.
    pub(super) fn find(grid: &Grid) -> Option<Self> {
        let names = names();
        let rows = grid.rows.iter().take(MAX_HEADING_ROW).map(|row| Self::of(row, &names));
        // The first of equals, so that headings repeated on a later page do not win.
        let best = rows.reduce(|best, next| if next.len() > best.len() { next } else { best })?;
        (best.len() >= LEAST_HEADINGS).then_some(best)
    }

    fn of(row: &Row, names: &HashMap<String, Field>) -> Self {
        let mut columns = Self {
            row: row.number,
            fields: BTreeMap::new(),
            units: BTreeMap::new(),
            headings: BTreeMap::new(),
            repeated: Vec::new(),
        };
        for (column, text) in row.texts().take(MAX_COLUMNS).filter(|(_, text)| !text.is_empty()) {
            columns.headings.insert(column, text.to_owned());
            let Some((field, unit)) = recognise(text, names) else { continue };
            if let Some(unit) = unit.filter(|_| field.is_mass()) {
                columns.units.insert(column, unit);
            }
            match columns.fields.entry(field) {
                Entry::Vacant(place) => {
                    place.insert(column);
                }
                Entry::Occupied(_) => columns.repeated.push((column, field)),
            }
        }
        columns
    }

    /// How many fields are known.
    pub(super) fn len(&self) -> usize {
        self.fields.len()
    }

    /// The column of a field.
    pub(super) fn at(&self, field: Field) -> Option<usize> {
        self.fields.get(&field).copied()
    }

    /// Every field that has a column.
    pub(super) fn places(&self) -> impl Iterator<Item = (Field, usize)> {
        self.fields.iter().map(|(field, column)| (*field, *column))
    }

    /// The unit in a column's heading.
    pub(super) fn unit(&self, column: usize) -> Option<MassUnit> {
        self.units.get(&column).copied()
    }

    /// A column's heading as written.
    pub(super) fn heading(&self, column: usize) -> String {
        self.headings.get(&column).cloned().unwrap_or_default()
    }

    /// Whether every column is there without which rows cannot be read.
    pub(super) fn is_complete(&self) -> bool {
        Field::REQUIRED.iter().all(|field| self.fields.contains_key(field)) && self.says_what()
    }

    /// Some column must say what the goods are.
    fn says_what(&self) -> bool {
        [Field::Species, Field::Variety, Field::Kind, Field::MineralName, Field::ProductName]
            .iter()
            .any(|field| self.fields.contains_key(field))
    }

    /// What is wrong with the headings themselves.
    pub(super) fn troubles(&self) -> Vec<(Option<usize>, Trouble)> {
        let mut troubles: Vec<_> = Field::REQUIRED
            .iter()
            .filter(|field| !self.fields.contains_key(field))
            .map(|field| (None, Trouble::MissingColumn(*field)))
            .collect();
        if !self.says_what() {
            troubles.push((None, Trouble::MissingColumn(Field::Kind)));
        }
        let twice = self.repeated.iter().filter(|(_, field)| !matches!(field, Field::Remark | Field::Serial));
        troubles.extend(twice.map(|(column, field)| (Some(*column), Trouble::RepeatedColumn(*field))));
        troubles
    }
}

/// Every heading in its folded form.
fn names() -> HashMap<String, Field> {
    let mut names = HashMap::new();
    for (field, own, also) in FIELDS {
        for name in own.iter().chain(also.iter()) {
            names.entry(plain(name)).or_insert(*field);
        }
    }
    names
}

/// A heading without marks that say "required" or number it, folded.
fn plain(text: &str) -> String {
    fold(unmarked(text))
}

fn unmarked(text: &str) -> &str {
    let text = text
        .trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '、' | ' ' | '*' | '＊' | '★'));
    text.trim_end_matches(['*', '＊', ':', '：', ' '])
}

/// The field and the unit of a heading.
fn recognise(text: &str, names: &HashMap<String, Field>) -> Option<(Field, Option<MassUnit>)> {
    // "数量（件）" is a heading of its own; "净重（公斤）" is a heading and a unit.
    if let Some(field) = names.get(&plain(text)) {
        return Some((*field, None));
    }
    let (base, hint) = split_hint(unmarked(text));
    if let Some(field) = names.get(&plain(base)) {
        return Some((*field, hint.parse().ok()));
    }
    // "品名 / Product name", "品名 Product name": any part will do.
    let parts = base.split(['/', '／', '|', '\n']).chain(by_script(base));
    parts.filter(|part| !part.trim().is_empty()).find_map(|part| {
        let (inner, other) = split_hint(part);
        let unit = hint.parse().or_else(|_| other.parse()).ok();
        names.get(&plain(inner)).map(|field| (*field, unit))
    })
}

/// `净重(公斤)` as `净重` and `公斤`; `Net weight / kg` and `Net weight kg` likewise.
fn split_hint(text: &str) -> (&str, &str) {
    if let Some((base, rest)) = text.split_once(['(', '（', '[', '【'])
        && let Some((hint, _)) = rest.split_once([')', '）', ']', '】'])
    {
        return (base, hint);
    }
    match text.rsplit_once(['/', '／', ' ', ':', '：', '，', ',']) {
        Some((base, hint)) if hint.parse::<MassUnit>().is_ok() => (base, hint),
        _ => (text, ""),
    }
}

/// `品名 Product name` as its Chinese and its Latin part.
pub(super) fn by_script(text: &str) -> impl Iterator<Item = &str> {
    let chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let first_is_chinese = text.chars().next().is_some_and(chinese);
    let boundary = text.find(|c: char| if first_is_chinese { c.is_ascii_alphabetic() } else { chinese(c) });
    let (head, tail) = text.split_at(boundary.unwrap_or(text.len()));
    [head, tail].into_iter()
}
