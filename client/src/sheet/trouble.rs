//! What can be wrong with a sheet: stable codes for programs, messages for people in three languages.
//!
//! A message says what is wrong and what to do; the place stands beside it in `SheetError`.

use std::fmt;

use lode_ledger::lang::Lang;
use lode_ledger::mass::Milligrams;
use lode_ledger::vocab::{Code, Species, Term};

use super::heading::Field;
use super::{MAX_BYTES, MAX_ROWS, text};
use crate::error::Words;

/// Why a file is no sheet at all.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SheetRefused {
    /// Above [`MAX_BYTES`].
    #[error("the file is larger than {} MB: split it", MAX_BYTES / (1024 * 1024))]
    TooLarge,
    /// A workbook that is small only as long as it is packed.
    #[error("the workbook unpacks to more than 512 MB: copy the lots alone into a new one")]
    UnpacksTooLarge,
    /// Above [`MAX_ROWS`], or of a size that no stock list has.
    #[error("a sheet has more than {MAX_ROWS} rows: split it")]
    TooManyRows,
    /// `.xls`, or a workbook with a password.
    #[error("this is an old .xls file or a workbook with a password: save it as .xlsx without one")]
    OldOrLocked,
    /// Damaged.
    #[error("the file cannot be read: {0}")]
    Broken(String),
    /// Neither a workbook nor text.
    #[error("the file is neither an .xlsx workbook nor text in UTF-8 or GBK")]
    NotText,
    /// No row looks like headings.
    #[error("no row of headings was found: name the columns, such as 供应商, 供应商批号, 来源国, 净重(公斤)")]
    NoHeadings,
}

impl SheetRefused {
    /// The message in every language.
    pub(crate) fn words(&self) -> Words {
        Words { texts: Lang::ALL.map(|lang| self.message(lang)) }
    }

    /// The message in a language.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        match (self, lang) {
            (_, Lang::En) => self.to_string(),
            (Self::TooLarge, Lang::Zh) => "文件超过20 MB：请拆分".to_owned(),
            (Self::UnpacksTooLarge, Lang::Zh) => "工作簿解压后超过512 MB：请只把货物行复制到新工作簿".to_owned(),
            (Self::TooManyRows, Lang::Zh) => "工作表超过100000行：请拆分".to_owned(),
            (Self::OldOrLocked, Lang::Zh) => "旧版.xls文件或带密码的工作簿：请另存为不带密码的.xlsx".to_owned(),
            (Self::Broken(why), Lang::Zh) => format!("文件无法读取：{why}"),
            (Self::NotText, Lang::Zh) => "文件既不是.xlsx工作簿，也不是UTF-8或GBK文本".to_owned(),
            (Self::NoHeadings, Lang::Zh) => "没有找到表头行：请写明列名，如 供应商、供应商批号、来源国、净重(公斤)".to_owned(),
            (Self::TooLarge, Lang::Pt) => "o arquivo tem mais de 20 MB: divida-o".to_owned(),
            (Self::UnpacksTooLarge, Lang::Pt) => {
                "descompactada, a planilha passa de 512 MB: copie só os lotes para uma nova".to_owned()
            }
            (Self::TooManyRows, Lang::Pt) => "a planilha tem mais de 100000 linhas: divida-a".to_owned(),
            (Self::OldOrLocked, Lang::Pt) => "arquivo .xls antigo ou com senha: salve como .xlsx sem senha".to_owned(),
            (Self::Broken(why), Lang::Pt) => format!("o arquivo não pode ser lido: {why}"),
            (Self::NotText, Lang::Pt) => "o arquivo não é .xlsx nem texto em UTF-8 ou GBK".to_owned(),
            (Self::NoHeadings, Lang::Pt) => {
                "nenhuma linha de títulos: nomeie as colunas, como Fornecedor, Lote, País de origem, Peso líquido (kg)".to_owned()
            }
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident $text:literal;)*) => {
        /// The kind of a mistake; the text is stable.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum ErrorCode { $($(#[$doc])* $code,)* }

        impl ErrorCode {
            /// The stable text.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$code => $text,)* }
            }
        }
    };
}

codes! {
    /// A column without which nothing can be declared.
    MissingColumn "missing_column";
    /// Two columns for one field.
    RepeatedColumn "repeated_column";
    /// A blank cell that must not be.
    MissingValue "missing_value";
    /// A declaration element that the customs code asks for.
    MissingElement "missing_element";
    /// No country of ISO 3166-1.
    UnknownCountry "unknown_country";
    /// No species of the vocabulary.
    UnknownSpecies "unknown_species";
    /// No variety of the vocabulary.
    UnknownVariety "unknown_variety";
    /// The variety is of another species.
    WrongSpecies "wrong_species";
    /// No form of the vocabulary.
    UnknownForm "unknown_form";
    /// Neither natural, synthetic nor the like.
    UnknownNature "unknown_nature";
    /// Said to be natural, but a man-made material.
    NotNatural "not_natural";
    /// No treatment of the vocabulary.
    UnknownTreatment "unknown_treatment";
    /// Treated and untreated at once.
    TreatedAndNot "treated_and_not";
    /// No customs code of the trade.
    UnknownHs "unknown_hs";
    /// No port of the table.
    UnknownPort "unknown_port";
    /// No evidence level.
    UnknownEvidence "unknown_evidence";
    /// Above what an import can have.
    EvidenceTooHigh "evidence_too_high";
    /// A document is claimed and none is named.
    EvidenceWithoutDocument "evidence_without_document";
    /// Not a number.
    NotAMass "not_a_mass";
    /// Below zero.
    NegativeMass "negative_mass";
    /// Nothing.
    ZeroMass "zero_mass";
    /// `1.2E+05`.
    ScientificMass "scientific_mass";
    /// A comma that may be a decimal point.
    AmbiguousMass "ambiguous_mass";
    /// No unit in cell, column or heading.
    NoUnit "no_unit";
    /// A unit that is not exact or not known.
    UnknownUnit "unknown_unit";
    /// Not a whole number of milligrams.
    InexactMass "inexact_mass";
    /// Above 2^53 - 1 mg.
    MassTooLarge "mass_too_large";
    /// Gross is not net and tare.
    MassesDisagree "masses_disagree";
    /// The stated sum is not the sum.
    WrongTotal "wrong_total";
    /// Not a whole number of pieces.
    NotACount "not_a_count";
    /// The same lot twice.
    DuplicateLot "duplicate_lot";
    /// A mass, count or lot number in a merged cell.
    MergedCell "merged_cell";
    /// The spreadsheet took a text for a date.
    DateCell "date_cell";
    /// More digits than a spreadsheet keeps.
    DigitsLost "digits_lost";
    /// `#N/A`.
    CellError "cell_error";
    /// Longer than a line of a statement.
    TooLong "too_long";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A mistake with what its message needs.
#[derive(Clone, Debug)]
pub(super) enum Trouble {
    MissingColumn(Field),
    RepeatedColumn(Field),
    MissingValue(Field),
    MissingElement(Field),
    UnknownCountry(Vec<&'static Term>),
    UnknownSpecies(Vec<&'static Term>),
    UnknownVariety(Vec<&'static Term>),
    WrongSpecies { own: Code<Species>, species: Code<Species> },
    UnknownForm(Vec<&'static Term>),
    UnknownNature(Vec<&'static Term>),
    NotNatural(Code<Species>),
    UnknownTreatment(Vec<&'static Term>),
    TreatedAndNot,
    UnknownHs(Vec<&'static Term>),
    UnknownPort(Vec<&'static Term>),
    UnknownEvidence(Vec<&'static Term>),
    EvidenceTooHigh,
    EvidenceWithoutDocument,
    NotAMass,
    NegativeMass,
    ZeroMass,
    ScientificMass,
    AmbiguousMass,
    NoUnit,
    UnknownUnit,
    InexactMass,
    MassTooLarge,
    MassesDisagree { gross: Milligrams, tare: Milligrams, net: Milligrams },
    WrongTotal { stated: Milligrams, sum: Milligrams },
    NotACount,
    DuplicateLot { first: u32 },
    MergedCell,
    DateCell,
    DigitsLost,
    CellError,
    TooLong,
}

impl Trouble {
    pub(super) const fn code(&self) -> ErrorCode {
        match self {
            Self::MissingColumn(_) => ErrorCode::MissingColumn,
            Self::RepeatedColumn(_) => ErrorCode::RepeatedColumn,
            Self::MissingValue(_) => ErrorCode::MissingValue,
            Self::MissingElement(_) => ErrorCode::MissingElement,
            Self::UnknownCountry(_) => ErrorCode::UnknownCountry,
            Self::UnknownSpecies(_) => ErrorCode::UnknownSpecies,
            Self::UnknownVariety(_) => ErrorCode::UnknownVariety,
            Self::WrongSpecies { .. } => ErrorCode::WrongSpecies,
            Self::UnknownForm(_) => ErrorCode::UnknownForm,
            Self::UnknownNature(_) => ErrorCode::UnknownNature,
            Self::NotNatural(_) => ErrorCode::NotNatural,
            Self::UnknownTreatment(_) => ErrorCode::UnknownTreatment,
            Self::TreatedAndNot => ErrorCode::TreatedAndNot,
            Self::UnknownHs(_) => ErrorCode::UnknownHs,
            Self::UnknownPort(_) => ErrorCode::UnknownPort,
            Self::UnknownEvidence(_) => ErrorCode::UnknownEvidence,
            Self::EvidenceTooHigh => ErrorCode::EvidenceTooHigh,
            Self::EvidenceWithoutDocument => ErrorCode::EvidenceWithoutDocument,
            Self::NotAMass => ErrorCode::NotAMass,
            Self::NegativeMass => ErrorCode::NegativeMass,
            Self::ZeroMass => ErrorCode::ZeroMass,
            Self::ScientificMass => ErrorCode::ScientificMass,
            Self::AmbiguousMass => ErrorCode::AmbiguousMass,
            Self::NoUnit => ErrorCode::NoUnit,
            Self::UnknownUnit => ErrorCode::UnknownUnit,
            Self::InexactMass => ErrorCode::InexactMass,
            Self::MassTooLarge => ErrorCode::MassTooLarge,
            Self::MassesDisagree { .. } => ErrorCode::MassesDisagree,
            Self::WrongTotal { .. } => ErrorCode::WrongTotal,
            Self::NotACount => ErrorCode::NotACount,
            Self::DuplicateLot { .. } => ErrorCode::DuplicateLot,
            Self::MergedCell => ErrorCode::MergedCell,
            Self::DateCell => ErrorCode::DateCell,
            Self::DigitsLost => ErrorCode::DigitsLost,
            Self::CellError => ErrorCode::CellError,
            Self::TooLong => ErrorCode::TooLong,
        }
    }

    /// The name of a column that is not there.
    pub(super) fn column_name(&self, lang: Lang) -> String {
        match self {
            Self::MissingColumn(field) | Self::MissingElement(field) | Self::MissingValue(field) => {
                field.name(lang)
            }
            _ => "",
        }
        .to_owned()
    }

    pub(super) fn message(&self, lang: Lang) -> String {
        let say = |en: &str, zh: &str, pt: &str| text(lang, en, zh, pt).to_owned();
        match self {
            Self::MissingColumn(field) => {
                let name = field.name(lang);
                text(lang, "the column is missing: add", "缺少列，请添加：", "falta a coluna:").to_owned()
                    + " "
                    + name
            }
            Self::RepeatedColumn(field) => {
                let name = field.name(lang);
                text(lang, "a second column for", "重复的列：", "segunda coluna para").to_owned() + " " + name
            }
            Self::MissingValue(_) => {
                say("the cell is empty: fill it in", "此处为空：请填写", "a célula está vazia: preencha")
            }
            Self::MissingElement(_) => say(
                "customs asks for this element under the HS code: fill it in, or write 无",
                "该HS编码的申报要素缺失：请填写，没有则写“无”",
                "a aduana pede este elemento para o código HS: preencha ou escreva 无",
            ),
            Self::UnknownCountry(near) => unknown(lang, "a country", "国家或地区", "um país", near),
            Self::UnknownSpecies(near) => {
                unknown(lang, "a known mineral", "已知矿物", "um mineral conhecido", near)
            }
            Self::UnknownVariety(near) => {
                unknown(lang, "a known variety", "已知品种", "uma variedade conhecida", near)
            }
            Self::UnknownForm(near) => unknown(lang, "a known form", "已知形态", "uma forma conhecida", near),
            Self::UnknownNature(near) => unknown(
                lang,
                "an answer to natural or not",
                "天然、合成等来源",
                "uma resposta a natural ou não",
                near,
            ),
            Self::UnknownTreatment(near) => {
                unknown(lang, "a known treatment", "已知处理方式", "um tratamento conhecido", near)
            }
            Self::UnknownHs(near) => {
                unknown(lang, "an HS code of the trade", "本行业的HS编码", "um código HS do setor", near)
            }
            Self::UnknownPort(near) => unknown(lang, "a known port", "已知港口", "um porto conhecido", near),
            Self::UnknownEvidence(near) => {
                unknown(lang, "an evidence level", "证据等级", "um nível de evidência", near)
            }
            Self::WrongSpecies { own, species } => {
                let (own, species) = (own.name(lang), species.name(lang));
                match lang {
                    Lang::En => format!("this is {own}, but the row says {species}"),
                    Lang::Zh => format!("此名属于{own}，但本行写的是{species}"),
                    Lang::Pt => format!("isto é {own}, mas a linha diz {species}"),
                }
            }
            Self::NotNatural(species) => {
                let species = species.name(lang);
                match lang {
                    Lang::En => format!("{species} is made by people and must not be called natural"),
                    Lang::Zh => format!("{species}为人工材料，不得写作天然"),
                    Lang::Pt => format!("{species} é feito pelo homem e não pode ser chamado natural"),
                }
            }
            Self::TreatedAndNot => say(
                "the cell says both treated and untreated: keep one",
                "同时写了“无处理”和处理方式：请只保留一个",
                "a célula diz tratado e não tratado: deixe um",
            ),
            Self::EvidenceTooHigh => say(
                "an import's origin can be counter-signed at most",
                "进口来源的证据等级最高为“对方会签”",
                "a origem de uma importação chega no máximo a contra-assinada",
            ),
            Self::EvidenceWithoutDocument => say(
                "a document is claimed, but no bill of lading, declaration or certificate of origin is named",
                "写明有单证，但没有提单号、报关单号或产地证号",
                "diz ter documento, mas não há conhecimento, declaração nem certificado de origem",
            ),
            Self::NotAMass => {
                say("not a mass: write a number", "不是重量：请填写数字", "não é um peso: escreva um número")
            }
            Self::NegativeMass => {
                say("a mass is never below zero", "重量不能为负数", "um peso nunca é negativo")
            }
            Self::ZeroMass => say("the net mass is zero", "净重为零", "o peso líquido é zero"),
            Self::ScientificMass => say(
                "the number is in scientific notation: write all digits",
                "数字为科学计数法：请写出全部数字",
                "número em notação científica: escreva todos os dígitos",
            ),
            Self::AmbiguousMass => say(
                "the comma may be a decimal point: write decimals after a point (1,234.5)",
                "逗号含义不明：小数请用点号（1,234.5）",
                "a vírgula pode ser decimal: use ponto para decimais (1,234.5)",
            ),
            Self::NoUnit => say(
                "no unit: add one to the cell or the heading, such as 净重(公斤)",
                "没有单位：请在单元格或表头注明，如 净重(公斤)",
                "sem unidade: coloque-a na célula ou no título, como Peso líquido (kg)",
            ),
            Self::UnknownUnit => say(
                "the unit is not known: use t, kg, g, mg, ct, 斤 or 两",
                "单位无法识别：请用吨、公斤、克、毫克、克拉、斤或两",
                "unidade desconhecida: use t, kg, g, mg, ct, 斤 ou 两",
            ),
            Self::InexactMass => say(
                "not a whole number of milligrams: fewer decimals",
                "精度超过1毫克：请减少小数位",
                "não é um número inteiro de miligramas: menos decimais",
            ),
            Self::MassTooLarge => say("the mass is too large", "重量过大", "o peso é grande demais"),
            Self::MassesDisagree { gross, tare, net } => match lang {
                Lang::En => format!("gross {gross} is not net {net} and tare {tare}"),
                Lang::Zh => format!("毛重 {gross} 不等于净重 {net} 加皮重 {tare}"),
                Lang::Pt => format!("bruto {gross} não é líquido {net} mais tara {tare}"),
            },
            Self::WrongTotal { stated, sum } => match lang {
                Lang::En => format!("the sum is stated as {stated}, but the rows add up to {sum}"),
                Lang::Zh => format!("合计写为 {stated}，但各行相加为 {sum}"),
                Lang::Pt => format!("o total diz {stated}, mas as linhas somam {sum}"),
            },
            Self::NotACount => {
                say("not a whole number of pieces", "件数必须是正整数", "não é um número inteiro de peças")
            }
            Self::DuplicateLot { first } => match lang {
                Lang::En => format!("the same supplier's lot number stands in row {first}"),
                Lang::Zh => format!("同一供应商的批号与第{first}行重复"),
                Lang::Pt => format!("o mesmo lote do fornecedor está na linha {first}"),
            },
            Self::MergedCell => say(
                "a merged cell over several lots: give each row its own value",
                "多个批次合并了单元格：请逐行填写",
                "célula mesclada sobre vários lotes: dê a cada linha o seu valor",
            ),
            Self::DateCell => say(
                "the spreadsheet has made a date of it: format the column as text and write it again",
                "表格软件将其转成了日期：请将该列设为文本后重新填写",
                "a planilha transformou em data: formate a coluna como texto e escreva de novo",
            ),
            Self::DigitsLost => say(
                "a spreadsheet keeps 15 digits of a number: format the column as text and write it again",
                "表格软件只保留15位数字：请将该列设为文本后重新填写",
                "a planilha guarda 15 dígitos: formate a coluna como texto e escreva de novo",
            ),
            Self::CellError => say("the formula has failed", "公式出错", "a fórmula falhou"),
            Self::TooLong => say("longer than 120 characters", "超过120个字符", "mais de 120 caracteres"),
        }
    }
}

/// "is not a country; did you mean Brazil (BR)?"
fn unknown(lang: Lang, en: &str, zh: &str, pt: &str, near: &[&'static Term]) -> String {
    let mut message = match lang {
        Lang::En => format!("not {en}"),
        Lang::Zh => format!("不是{zh}"),
        Lang::Pt => format!("não é {pt}"),
    };
    if !near.is_empty() {
        let named = |term: &&'static Term| match term.name(lang) {
            name if name == term.code => name.to_owned(),
            name => format!("{name} ({})", term.code),
        };
        let near: Vec<String> = near.iter().map(named).collect();
        message += &match lang {
            Lang::En => format!("; did you mean {}?", near.join(", ")),
            Lang::Zh => format!("；是否为 {}？", near.join("、")),
            Lang::Pt => format!("; seria {}?", near.join(", ")),
        };
    }
    message
}
