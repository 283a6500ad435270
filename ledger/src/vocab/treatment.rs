//! Treatments: what is done to a stone to better its look, and how it has to be disclosed.
//!
//! Columns: AGTA's letter; CIBJO's level of disclosure; GB/T 16552-2017's class, 优化 (`optimisation`, may go unmarked)
//! or 处理 (`treatment`, must be stated). The class is given for quartz. Annex B of the standard could not be read, so
//! every class here is uncertain and no rule may rest on it alone.

use super::{Code, t, vocabulary};

vocabulary! {
    /// A treatment. Attributes: `agta`, `cibjo` (`general` or `specific`), `gbt` (uncertain, see above).
    Treatment, "treatment", [
        t("heat", "heated", "热处理", "aquecimento").also(&["heating", "加热", "加热处理", "烧", "tratamento térmico", "aquecido", "heat treated"])
            .with(&[("agta", "H"), ("cibjo", "general"), ("gbt", "optimisation")]),
        t("heat_pressure", "heated under pressure", "高温高压处理", "calor e pressão").also(&["HPHT"])
            .with(&[("agta", "HP"), ("cibjo", "specific"), ("gbt", "treatment")]),
        t("irradiation", "irradiated", "辐照", "irradiação").also(&["辐照处理", "irradiated", "irradiado", "辐射", "改色"])
            .with(&[("agta", "R"), ("cibjo", "specific"), ("gbt", "treatment")]),
        t("dye", "dyed", "染色", "tingimento").also(&["染色处理", "dyeing", "tingido", "上色"])
            .with(&[("agta", "D"), ("cibjo", "specific"), ("gbt", "treatment")]),
        t("coat", "coated", "镀膜", "revestimento").also(&["覆膜", "电镀", "镀膜处理", "coating", "aura", "revestido", "aqua aura"])
            .with(&[("agta", "C"), ("cibjo", "specific"), ("gbt", "treatment")]),
        t("fill", "filled", "充填", "preenchimento").also(&["注胶", "充填处理", "充胶", "灌胶", "filling", "preenchido"])
            .with(&[("agta", "F"), ("cibjo", "specific"), ("gbt", "treatment")]),
        t("glass_fill", "glass filled", "玻璃充填", "preenchimento com vidro").also(&["铅玻璃充填"])
            .with(&[("agta", "F"), ("cibjo", "specific"), ("gbt", "treatment")]),
        t("impregnate", "impregnated", "浸注", "impregnação").also(&["浸胶", "stabilised", "stabilized", "稳定化处理", "优化注胶"])
            .with(&[("agta", "I"), ("cibjo", "specific"), ("gbt", "treatment")]),
        t("oil", "oiled or colourless resin in cracks", "浸油", "óleo ou resina incolor").also(&["浸无色油", "oiled", "oil", "óleo"])
            .with(&[("agta", "O"), ("cibjo", "general"), ("gbt", "optimisation")]),
        t("wax", "waxed", "浸蜡", "enceramento").also(&["打蜡", "上蜡", "过蜡", "waxing", "cera"])
            .with(&[("agta", "W"), ("cibjo", "general"), ("gbt", "optimisation")]),
        t("bleach", "bleached", "漂白", "branqueamento").also(&["酸洗漂白", "bleaching"])
            .with(&[("agta", "B"), ("cibjo", "general"), ("gbt", "optimisation")]),
        t("diffusion", "diffusion treated", "扩散", "difusão").also(&["扩散处理"])
            .with(&[("agta", "U"), ("cibjo", "specific"), ("gbt", "treatment")]),
        t("laser", "laser drilled", "激光处理", "laser").also(&["激光打孔", "激光"])
            .with(&[("agta", "L"), ("cibjo", "specific"), ("gbt", "treatment")]),
        t("glue", "glued or assembled", "粘接", "colagem").also(&["胶粘", "粘合", "拼接", "glued", "colado", "assembled"])
            .with(&[("agta", "ASBL"), ("cibjo", "specific"), ("gbt", "treatment")]),
        t("unspecified", "enhanced, method not known", "经处理（方法不明）", "tratado, método desconhecido")
            .also(&["enhanced", "treated", "tratado", "经处理", "处理"]).with(&[("agta", "E"), ("cibjo", "specific"), ("gbt", "treatment")]),
    ],
    /// Heat: the treatment that most citrine has had.
    HEAT = "heat",
    /// Pieces glued together.
    GLUE = "glue",
}

/// CIBJO's two levels of disclosure.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Disclosure {
    /// By word of mouth and on commercial documents.
    General,
    /// In writing, in the listing (FTC 16 CFR 23.24 for goods bought without viewing), for the piece itself.
    Specific,
}

impl Code<Treatment> {
    /// How it has to be disclosed.
    #[must_use]
    pub fn disclosure(self) -> Disclosure {
        match self.attribute("cibjo") {
            Some("general") => Disclosure::General,
            _ => Disclosure::Specific,
        }
    }

    /// AGTA's letter or letters, as on laboratory reports.
    #[must_use]
    pub fn agta(self) -> &'static str {
        self.attribute("agta").unwrap_or("E")
    }
}
