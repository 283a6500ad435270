//! Customs: HS codes of the trade, China's supervision codes, and the declaration elements of a code by jurisdiction
//! and version.
//!
//! Which code or origin applies to goods is a legal determination that a participant signs; nothing here computes it.

use super::{Code, Country, t, vocabulary};

vocabulary! {
    /// HS 2022 subheadings used by the trade. Attribute `cn` is the ten-digit Chinese code where known; rates are not
    /// kept, as they change.
    HsCode, "hs_code", [
        t("2505.10", "silica sands and quartz sands", "硅砂及石英砂", "areias siliciosas e quartzosas").also(&["250510"]),
        t("2506.10", "quartz, other than sands", "石英", "quartzo").also(&["250610"]),
        t("2529.21", "fluorspar, 97 % or less calcium fluoride", "萤石，氟化钙含量≤97%", "fluorita, até 97 % de fluoreto").also(&["252921"]),
        t("2529.22", "fluorspar, more than 97 % calcium fluoride", "萤石，氟化钙含量＞97%", "fluorita, mais de 97 % de fluoreto").also(&["252922"]),
        // Uncertain for specimens.
        t("2530.90", "mineral substances not elsewhere specified", "其他未列名矿产品", "outras matérias minerais").also(&["253090"]),
        t("7018.10", "glass beads and imitation stones", "玻璃珠及仿宝石", "contas e imitações de vidro").also(&["701810"]),
        t("7018.90", "other small glassware", "其他玻璃小件", "outros artigos pequenos de vidro").also(&["701890"]),
        t("7020.00", "other articles of glass", "其他玻璃制品", "outras obras de vidro").also(&["702000"]),
        t("7103.10", "precious and semi-precious stones, unworked or simply sawn or roughly shaped",
            "宝石或半宝石，未加工或经简单锯开或粗制成形", "pedras preciosas ou semipreciosas, em bruto ou simplesmente serradas ou desbastadas")
            .also(&["710310", "7103100000"]).with(&[("cn", "7103100000")]),
        t("7103.91", "rubies, sapphires and emeralds, worked", "经其他加工的红宝石、蓝宝石、祖母绿", "rubis, safiras e esmeraldas, trabalhados").also(&["710391"]),
        t("7103.99", "other stones, worked, not strung or set", "经其他加工的其他宝石或半宝石", "outras pedras, trabalhadas, não enfiadas nem montadas")
            .also(&["710399", "7103992000"]).with(&[("cn", "7103992000")]),
        t("7104.10", "piezo-electric quartz, synthetic", "压电石英", "quartzo piezoelétrico").also(&["710410", "7104100000"]).with(&[("cn", "7104100000")]),
        t("7104.29", "synthetic stones, unworked", "未加工的合成或再造宝石", "pedras sintéticas, em bruto").also(&["710429"]),
        t("7104.99", "synthetic stones, worked", "经加工的合成或再造宝石", "pedras sintéticas, trabalhadas").also(&["710499"]),
        t("7105.90", "dust and powder of stones", "宝石或半宝石粉末", "pó de pedras").also(&["710590"]),
        t("7113.11", "jewellery of silver", "银首饰", "artefatos de joalheria de prata").also(&["711311"]),
        t("7113.19", "jewellery of other precious metal", "其他贵金属首饰", "artefatos de joalheria de outros metais preciosos").also(&["711319"]),
        t("7113.20", "jewellery of base metal clad with precious metal", "贱金属为底的包贵金属首饰", "artefatos de joalheria de metais folheados").also(&["711320"]),
        t("7116.20", "articles of precious or semi-precious stones", "宝石或半宝石制品", "obras de pedras preciosas ou semipreciosas").also(&["711620"]),
        t("7117.19", "imitation jewellery of base metal", "贱金属仿首饰", "bijuterias de metais comuns").also(&["711719"]),
        t("7117.90", "other imitation jewellery", "其他仿首饰", "outras bijuterias").also(&["711790"]),
        // Uncertain: depends on tests of originality.
        t("9703.90", "original sculptures", "雕塑品原件", "esculturas originais").also(&["970390"]),
        t("9705.29", "collectors' specimens", "收藏标本", "espécimes de coleção").also(&["970529"]),
    ],
    /// Rough: where most imported lots go.
    ROUGH_STONES = "7103.10",
}

vocabulary! {
    /// China's customs supervision codes (监管方式) named by exporters. 9610 is documented; the others are uncertain.
    Regime, "regime", [
        t("9610", "cross-border retail, listed and declared in sum", "跨境电商零售（9610）", "varejo transfronteiriço (9610)"),
        t("9710", "cross-border B2B, direct export", "跨境电商B2B直接出口（9710）", "B2B transfronteiriço direto (9710)"),
        t("9810", "cross-border, to an overseas warehouse", "跨境电商出口海外仓（9810）", "para armazém no exterior (9810)"),
        t("1210", "bonded cross-border", "保税跨境电商（1210）", "transfronteiriço alfandegado (1210)"),
        t("0110", "general trade", "一般贸易（0110）", "comércio geral (0110)"),
        t("1039", "market procurement", "市场采购（1039）", "compra em mercado (1039)"),
    ],
}

vocabulary! {
    /// An element that a customs declaration of stones asks for (规范申报要素).
    DeclarationElement, "declaration_element", [
        t("product_name", "name of the goods", "品名", "nome da mercadoria"),
        t("kind", "kind", "种类", "tipo"),
        t("working", "degree and state of working", "加工程度和状态", "grau e estado de trabalho").also(&["加工程度", "加工状态"]),
        t("source", "natural or not", "来源（天然）", "natural ou não").also(&["来源(天然)", "来源", "是否天然"]),
        t("grade", "grade", "等级", "classe").also(&["级别"]),
        t("producing_area", "producing area", "产区", "área de produção").also(&["矿区", "产地"]),
        t("mineral_name", "mineralogical name with English", "矿物学名及英文名称", "nome mineralógico e em inglês")
            .also(&["矿物学名", "mineralogical name"]),
        t("specification", "size and weight of one", "规格（单个直径、重量）", "especificação (diâmetro e peso unitário)").also(&["规格"]),
        t("composition", "chemical composition", "化学成分", "composição química"),
        t("pieces", "number of pieces", "件数", "número de peças"),
        t("colour", "colour", "颜色", "cor").also(&["color"]),
    ],
}

/// One element of a set.
#[derive(Clone, Copy, Debug)]
pub struct Element {
    /// Its place in the declaration, from 1.
    pub number: u8,
    /// What is asked.
    pub code: Code<DeclarationElement>,
    /// Whether the declaration is refused without it.
    pub required: bool,
}

/// The elements that one jurisdiction asks for under one HS code.
#[derive(Debug)]
pub struct ElementSet {
    /// The country whose customs asks.
    pub jurisdiction: Code<Country>,
    /// The HS subheading.
    pub hs: Code<HsCode>,
    /// The edition of the catalogue.
    pub version: &'static str,
    /// The elements in the order of the declaration.
    pub elements: &'static [Element],
}

const fn asks(number: u8, code: &str) -> Element {
    Element { number, code: Code::constant(code), required: true }
}

/// Every known set, by jurisdiction, HS code and version.
///
/// China, 7103.10: eleven elements as named by customs agents' pages, consistent across them; to be checked against
/// the catalogue of the General Administration of Customs. All are taken as required, "无" where one does not apply.
pub const ELEMENT_SETS: &[ElementSet] = &[ElementSet {
    jurisdiction: Country::CHINA,
    hs: HsCode::ROUGH_STONES,
    version: "1",
    elements: &[
        asks(1, "product_name"),
        asks(2, "kind"),
        asks(3, "working"),
        asks(4, "source"),
        asks(5, "grade"),
        asks(6, "producing_area"),
        asks(7, "mineral_name"),
        asks(8, "specification"),
        asks(9, "composition"),
        asks(10, "pieces"),
        asks(11, "colour"),
    ],
}];

/// The elements that a jurisdiction asks for, in the given version or in the newest.
#[must_use]
pub fn element_set(
    jurisdiction: Code<Country>,
    hs: Code<HsCode>,
    version: Option<&str>,
) -> Option<&'static ElementSet> {
    ELEMENT_SETS.iter().rfind(|set| {
        set.jurisdiction == jurisdiction && set.hs == hs && version.is_none_or(|v| v == set.version)
    })
}
