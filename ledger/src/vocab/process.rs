//! What is done to a stone in a workshop: steps and kinds of work orders.
//!
//! A step that is a treatment says which one, so that logging it discloses it. Yields per process are policy, not
//! vocabulary.

use super::{Code, Treatment, t, vocabulary};

vocabulary! {
    /// A step of work, in the order Donghai works in. Attribute `treatment` names the treatment it is, `loss` whether
    /// it takes material away.
    Step, "step", [
        t("receive", "receive", "收料", "receber"),
        t("clean", "clean", "清洗", "limpar").also(&["洗料", "酸洗"]),
        t("sort", "sort and grade", "分选", "selecionar").also(&["分级", "grade", "sort", "挑选"]),
        t("sample", "take a sample", "取样", "amostrar").also(&["sample"]).with(&[("loss", "yes")]),
        t("saw", "saw", "开料", "serrar").also(&["锯切", "切割", "cut"]).with(&[("loss", "yes")]),
        t("slice", "slice", "切片", "fatiar").with(&[("loss", "yes")]),
        t("split", "split", "劈", "partir").also(&["劈开"]).with(&[("loss", "yes")]),
        t("preform", "preform", "出坯", "pré-formar").also(&["塑形", "打坯"]).with(&[("loss", "yes")]),
        t("drill", "drill", "打孔", "furar").also(&["钻孔"]).with(&[("loss", "yes")]),
        t("core", "core", "套管", "extrair núcleo").also(&["套料"]).with(&[("loss", "yes")]),
        t("tumble", "tumble", "滚抛", "tamborear").also(&["滚光"]).with(&[("loss", "yes")]),
        t("grind_sphere", "grind a sphere", "磨球", "tornear esfera").with(&[("loss", "yes")]),
        t("grind_bead", "grind beads", "磨珠", "tornear contas").with(&[("loss", "yes")]),
        t("facet", "facet", "刻面", "facetar").also(&["切面"]).with(&[("loss", "yes")]),
        t("cabochon", "cut a cabochon", "磨弧面", "lapidar cabochão").also(&["弧面"]).with(&[("loss", "yes")]),
        t("carve", "carve", "雕刻", "esculpir").with(&[("loss", "yes")]),
        t("engrave", "engrave", "刻字", "gravar").also(&["激光雕刻", "阴刻"]).with(&[("loss", "yes")]),
        t("inner_paint", "paint from inside", "内画", "pintar por dentro"),
        t("sand", "fine-grind", "细磨", "lixar").also(&["精磨"]).with(&[("loss", "yes")]),
        t("polish", "polish", "抛光", "polir").with(&[("loss", "yes")]),
        t("inspect", "inspect", "质检", "inspecionar").also(&["检验", "qc"]),
        t("weigh", "weigh", "称重", "pesar"),
        t("string", "string", "穿珠", "enfiar").also(&["串珠"]),
        t("set", "set", "镶嵌", "cravar").also(&["mount"]),
        t("glue", "glue", "粘接", "colar").also(&["胶粘"]).with(&[("treatment", "glue")]),
        t("photograph", "photograph", "拍照", "fotografar"),
        t("label", "label", "贴标", "etiquetar"),
        t("pack", "pack", "包装", "embalar"),
        t("heat", "heat", "热处理", "aquecer").also(&["加热"]).with(&[("treatment", "heat")]),
        t("irradiate", "irradiate", "辐照", "irradiar").with(&[("treatment", "irradiation")]),
        t("dye", "dye", "染色", "tingir").with(&[("treatment", "dye")]),
        t("coat", "coat", "镀膜", "revestir").also(&["电镀"]).with(&[("treatment", "coat")]),
        t("fill", "fill", "注胶", "preencher").also(&["充填"]).with(&[("treatment", "fill")]),
        t("impregnate", "impregnate", "浸胶", "impregnar").with(&[("treatment", "impregnate")]),
        t("oil", "oil", "浸油", "passar óleo").with(&[("treatment", "oil")]),
        t("wax", "wax", "打蜡", "encerar").also(&["浸蜡", "上蜡"]).with(&[("treatment", "wax")]),
        t("bleach", "bleach", "漂白", "branquear").with(&[("treatment", "bleach")]),
        t("diffuse", "diffuse colour", "扩散", "difundir cor").with(&[("treatment", "diffusion")]),
        t("pause", "work pauses", "停工", "pausa no trabalho").also(&["暂停"]),
        t("resume", "work goes on", "复工", "retomada do trabalho").also(&["恢复"]),
        t("laser_drill", "laser-drill", "激光打孔", "furar a laser").with(&[("treatment", "laser")]),
    ],
    /// A job rests: nothing is done with its goods until it goes on.
    PAUSE = "pause",
    /// A job goes on.
    RESUME = "resume",
}

impl Code<Step> {
    /// The treatment that this step is, if it is one.
    #[must_use]
    pub fn treatment(self) -> Option<Code<Treatment>> {
        self.attribute("treatment").and_then(|code| Code::parse(code).ok())
    }
}

vocabulary! {
    /// What a work order is for: decides which yields are plausible.
    WorkKind, "work_kind", [
        t("sorting", "sorting and cleaning", "分选清洗", "seleção e limpeza"),
        t("sawing", "sawing and preforming", "开料出坯", "serragem e pré-forma"),
        t("bead_making", "bead making", "制珠", "fabricação de contas"),
        t("sphere_making", "sphere making", "制球", "fabricação de esferas"),
        t("faceting", "faceting", "刻面加工", "facetamento"),
        t("cabochon_cutting", "cabochon cutting", "弧面加工", "lapidação de cabochão"),
        t("carving", "carving", "雕刻", "escultura"),
        t("tumbling", "tumbling", "滚抛加工", "tamboreamento"),
        t("point_making", "polished points", "晶柱加工", "fabricação de pontas"),
        t("inner_painting", "inner painting", "内画", "pintura interna"),
        t("jewellery", "stringing and setting", "首饰制作", "joalheria"),
        t("treatment", "treatment", "优化处理", "tratamento"),
        t("repair", "repair", "修复", "reparo"),
        t("recut", "recutting", "改制", "relapidação"),
        t("other", "other work", "其他加工", "outro trabalho"),
    ],
}
