//! What the record of an item says, in a form that people and programs can read.
//!
//! No judgement here: how far it may be believed is said by the checks.

use std::fmt::Write as _;

use crate::event::EventType;
use crate::id::{ItemId, ItemKind};
use crate::lang::Lang;
use crate::mass::Milligrams;
use crate::record::ItemState;
use crate::vocab::{
    ChainModel, Code, Country, EvidenceLevel, Finding, Form, Nature, Species, Treatment, Variety,
};
use crate::words::{Phrase, words};

use super::shape::told;

told! {
    /// The record of one item, as sealed.
    pub struct Facts {
        /// The item.
        pub item: String,
        /// Its tag code.
        pub tag: Option<String>,
        /// The log's origin.
        pub origin: String,
        /// The ledger.
        pub ledger: String,
        /// How many entries the proven state stands for.
        pub sealed_entries: u64,
        /// When they were sealed, by the ledger's clock.
        pub sealed_at: String,
        /// Where the item is in its life.
        pub state: ItemState,
        /// The mineral.
        pub species: Code<Species>,
        /// The variety.
        pub variety: Option<Code<Variety>>,
        /// Natural, synthetic, glass, not stated.
        pub nature: Code<Nature>,
        /// Its form.
        pub form: Code<Form>,
        /// Its mass.
        pub mass: Balance,
        /// How many pieces are left of a batch.
        pub count: Option<u32>,
        /// Countries with their shares in parts per million.
        pub origins: Vec<(Code<Country>, u32)>,
        /// How well the origin is evidenced.
        pub origin_evidence: Code<EvidenceLevel>,
        /// How it was kept apart.
        pub model: Code<ChainModel>,
        /// What is said of treatments.
        pub treatments: Vec<Claim>,
        /// Who made it.
        pub maker: Option<Party>,
        /// Who has it.
        pub custodian: Party,
        /// Whose it is, unless sold.
        pub owner: Option<Party>,
        /// Laboratories' certificates.
        pub certificates: Vec<Certificate>,
        /// The warnings on record; as JSON in English.
        #[serde(serialize_with = "in_english")]
        pub warnings: Vec<Phrase>,
        /// Warnings and documents for which the records had no room; the log has them.
        pub not_kept: u64,
        /// Items and jobs that it was made from, nearest first.
        pub ancestors: Vec<String>,
        /// What happened, in the order of the log.
        pub timeline: Vec<Happening>,
        /// Sealed fields that the holder opened, if they are true.
        pub opened: Vec<Opened>,
    }

    /// What there is left, and what went in.
    #[derive(Copy)]
    pub struct Balance {
        /// What it began with, in milligrams.
        pub entered_mg: Milligrams,
        /// What is left, in milligrams.
        pub left_mg: Milligrams,
    }

    /// What is known of one treatment.
    #[derive(Copy)]
    pub struct Claim {
        /// Which.
        pub treatment: Code<Treatment>,
        /// What is known.
        pub finding: Code<Finding>,
        /// How well.
        pub evidence: Code<EvidenceLevel>,
    }

    /// One certificate.
    pub struct Certificate {
        /// The laboratory's code.
        pub issuer: String,
        /// Its number.
        pub number: String,
        /// Whether the laboratory itself bound it to the item; otherwise its holder says so.
        pub bound: bool,
        /// Whether the stone was cut again since, so that it speaks of what it was before.
        pub before_recut: bool,
        /// The number of the laboratory's later certificate that took its place.
        pub reissued_as: Option<String>,
    }

    /// A participant by id and name; a sealed name is empty.
    pub struct Party {
        /// The id.
        pub id: String,
        /// The plain name.
        pub name: String,
    }

    /// One event.
    pub struct Happening {
        /// The log index.
        pub index: u64,
        /// The event's number in its statement.
        pub event: u16,
        /// The event type.
        #[serde(serialize_with = "event_name")]
        pub kind: EventType,
        /// When its author says that it happened.
        pub at: String,
        /// Who says so.
        pub by: Party,
        /// The items and jobs of the ancestry that it touched; empty for those after the seal, which are not proven.
        pub about: Vec<String>,
    }

    /// A sealed field that was opened.
    pub struct Opened {
        /// The statement's log index.
        pub index: u64,
        /// The field.
        pub path: String,
        /// The value, as JSON text.
        pub value: String,
    }
}

fn in_english<S: serde::Serializer>(warnings: &[Phrase], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(warnings.iter().map(Phrase::to_string))
}

fn event_name<S: serde::Serializer>(kind: &EventType, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.spec().name)
}

impl Facts {
    /// The facts in lines. Every name comes from the vocabulary, in the asked language.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let mut text = String::new();
        self.write(&mut text, lang);
        text
    }

    fn write(&self, text: &mut String, lang: Lang) {
        // Writing into a string cannot fail.
        let variety = self.variety.map(|variety| format!(", {}", variety.name(lang))).unwrap_or_default();
        let _ = writeln!(
            text,
            "{}  {}{variety}, {}, {}",
            self.item,
            self.species.name(lang),
            self.nature.name(lang),
            self.form.name(lang)
        );
        if let Some(tag) = &self.tag {
            let _ = writeln!(text, "  {}: {tag}", word(lang, ["tag", "标签", "etiqueta"]));
        }
        let _ =
            writeln!(text, "  {}: {}", word(lang, ["state", "状态", "estado"]), self.state.words().of(lang));
        let _ = writeln!(text, "  {}: {}", word(lang, ["mass", "重量", "massa"]), self.mass.left_mg);
        let _ = writeln!(
            text,
            "  {}: {} ({}; {})",
            word(lang, ["origin", "产地", "origem"]),
            self.from(lang),
            self.origin_evidence.name(lang),
            self.model.name(lang)
        );
        if self.treatments.is_empty() {
            let _ = writeln!(
                text,
                "  {}",
                word(
                    lang,
                    [
                        "treatments: nothing is stated, which does not mean none",
                        "处理：未说明，不等于没有",
                        "tratamentos: nada informado, o que não quer dizer nenhum"
                    ]
                )
            );
        }
        for claim in &self.treatments {
            let _ = writeln!(
                text,
                "  {}: {} ({})",
                claim.treatment.name(lang),
                claim.finding.name(lang),
                claim.evidence.name(lang)
            );
        }
        if let Some(maker) = &self.maker {
            let _ = writeln!(text, "  {}: {}", word(lang, ["made by", "制作", "feito por"]), maker.shown());
        }
        let custodian = word(lang, ["in the hands of", "保管方", "sob guarda de"]);
        let _ = writeln!(text, "  {custodian}: {}", self.custodian.shown());
        let outside = ["a buyer outside the ledger", "账本之外的买家", "um comprador fora do registro"];
        let owner = self.owner.as_ref().map_or_else(|| word(lang, outside).to_owned(), Party::shown);
        let _ = writeln!(text, "  {}: {owner}", word(lang, ["belongs to", "所有者", "pertence a"]));
        for certificate in &self.certificates {
            let _ = writeln!(
                text,
                "  {}: {}",
                word(lang, ["certificate", "证书", "certificado"]),
                certificate.shown(lang)
            );
        }
        for warning in &self.warnings {
            let _ = writeln!(text, "  {}: {}", word(lang, ["warning", "警告", "aviso"]), warning.say(lang));
        }
        if self.not_kept > 0 {
            let more = words(
                "{0} more warnings or documents have no room in the records; the log has them",
                "另有 {0} 条警告或文件因记录容量所限未列出；账本中可查",
                "mais {0} avisos ou documentos não cabem nos registros; o log os tem",
            );
            let _ = writeln!(text, "  {}", more.with(self.not_kept).say(lang));
        }
        for opened in &self.opened {
            let _ = writeln!(text, "  [{}] {}: {}", opened.index, opened.path, opened.value);
        }
        let _ = writeln!(text, "  {}", word(lang, ["what happened", "经过", "o que aconteceu"]));
        for event in &self.timeline {
            let _ = writeln!(
                text,
                "  [{}] {}  {}  {}  {}",
                event.index,
                event.at,
                event.kind.spec().title(lang),
                event.by.shown(),
                event.about.join(" ")
            );
        }
    }
}

impl Facts {
    /// Where it is from. A thing that is one stone has one origin, of which a blend says only what it may be.
    fn from(&self, lang: Lang) -> String {
        let names: Vec<&str> = self.origins.iter().map(|(country, _)| country.name(lang)).collect();
        let shares: Vec<String> =
            self.origins.iter().map(|(_, ppm)| format!("{}.{:02}%", ppm / 10_000, ppm / 100 % 100)).collect();
        let is_lot = self.item.parse::<ItemId>().is_ok_and(|id| id.kind() == ItemKind::Lot);
        if self.origins.len() > 1 && !is_lot {
            let one = words(
                "one of {0}, drawn from material of {1}",
                "{0} 之一，取自按 {1} 混合的料",
                "um de {0}, tirado de material de {1}",
            );
            let names = names.join(word(lang, [" or ", "或", " ou "]));
            return one.with(names).with(shares.join(" : ")).say(lang);
        }
        let each: Vec<String> =
            names.iter().zip(&shares).map(|(name, share)| format!("{name} {share}")).collect();
        each.join(word(lang, [", ", "、", ", "]))
    }
}

impl Certificate {
    fn shown(&self, lang: Lang) -> String {
        let how = if self.bound {
            ["bound by the lab", "检测机构绑定", "vinculado pelo laboratório"]
        } else {
            ["asserted by the holder", "持有方自称", "alegado pelo detentor"]
        };
        let mut said = word(lang, how).to_owned();
        if self.before_recut {
            let recut = ["of before it was cut again", "所述为改切之前", "de antes da relapidação"];
            let _ = write!(said, "; {}", word(lang, recut));
        }
        if let Some(number) = &self.reissued_as {
            let replaced = ["replaced by", "已换发为", "substituído por"];
            let _ = write!(said, "; {} {number}", word(lang, replaced));
        }
        format!("{} {} ({said})", self.issuer, self.number)
    }
}

impl Party {
    fn shown(&self) -> String {
        if self.name.is_empty() { self.id.clone() } else { format!("{} ({})", self.name, self.id) }
    }
}

const fn word(lang: Lang, words: [&'static str; 3]) -> &'static str {
    match lang {
        Lang::En => words[0],
        Lang::Zh => words[1],
        Lang::Pt => words[2],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_that_no_longer_speaks_of_the_stone_says_so_in_every_language() {
        let mut certificate = Certificate {
            issuer: "GTC".to_owned(),
            number: "1".to_owned(),
            bound: true,
            before_recut: false,
            reissued_as: None,
        };
        assert_eq!(certificate.shown(Lang::En), "GTC 1 (bound by the lab)");
        certificate.before_recut = true;
        certificate.reissued_as = Some("2".to_owned());
        assert_eq!(
            Lang::ALL.map(|lang| certificate.shown(lang)),
            [
                "GTC 1 (bound by the lab; of before it was cut again; replaced by 2)",
                "GTC 1 (检测机构绑定; 所述为改切之前; 已换发为 2)",
                "GTC 1 (vinculado pelo laboratório; de antes da relapidação; substituído por 2)"
            ]
        );
    }
}
