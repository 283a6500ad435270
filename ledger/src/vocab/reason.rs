//! Reasons: why mass went, came or differed, why something was held, recalled, returned or disputed.
//!
//! A reason is never implied; which ones need a document or a counter-signature is a rule of `apply`.

use super::{t, vocabulary};

vocabulary! {
    /// Why mass is gone.
    LossReason, "loss_reason", [
        t("process", "process loss", "加工损耗", "perda de processo").also(&["process loss"]),
        t("waste", "waste thrown away", "废料", "resíduo descartado"),
        t("theft", "theft", "盗失", "furto"),
        t("sample", "sample used up", "样品消耗", "amostra consumida"),
        t("moisture", "moisture dried out", "水分散失", "perda de umidade"),
        t("measurement_difference", "difference between two weighings", "计量误差", "diferença de pesagem"),
    ],
    /// Dust, slurry and chips of the work itself.
    PROCESS = "process",
    /// Two scales, or one scale twice.
    MEASUREMENT_DIFFERENCE = "measurement_difference",
    /// Stolen.
    THEFT = "theft",
    /// Taken by a laboratory.
    SAMPLE = "sample",
    /// Thrown away as useless.
    WASTE = "waste",
    /// Dried out.
    MOISTURE = "moisture",
}

vocabulary! {
    /// Why there is more mass than went in.
    GainReason, "gain_reason", [
        t("measurement_difference", "difference between two weighings", "计量误差", "diferença de pesagem"),
        t("foreign_mass", "stated foreign material", "外加材料", "material externo declarado").also(&["resin, coat, wax, findings"]),
    ],
    /// Two scales, or one scale twice.
    MEASUREMENT_DIFFERENCE = "measurement_difference",
    /// Resin, coat, wax, string, metal: not of the stone.
    FOREIGN_MASS = "foreign_mass",
}

vocabulary! {
    /// Why a received weight differs from the declared one.
    DifferenceReason, "difference_reason", [
        t("scale", "difference between scales", "衡器差异", "diferença entre balanças"),
        t("moisture", "moisture", "水分", "umidade"),
        t("dirt", "dirt and skin washed off", "泥土皮壳", "terra e casca removidas"),
        t("breakage", "breakage", "破损", "quebra"),
        t("theft", "theft", "盗失", "furto"),
        t("short_shipment", "less was shipped", "短装", "embarque a menor"),
        t("over_shipment", "more was shipped", "溢装", "embarque a maior"),
        t("repacking", "repacking", "重新包装", "reembalagem"),
        t("tare_error", "wrong tare", "皮重误差", "erro de tara"),
        t("sample", "customs or laboratory sample", "海关或检测取样", "amostra da aduana ou do laboratório"),
        t("customs_seizure", "seized by customs", "海关扣留", "retido pela aduana"),
        t("clerical_error", "error in the papers", "单据错误", "erro nos documentos"),
        t("other_documented", "other, with a document", "其他（附单证）", "outro, com documento"),
    ],
    /// Two scales.
    SCALE = "scale",
}

vocabulary! {
    /// What a dispute is about.
    DisputeKind, "dispute_kind", [
        t("title", "who owns it", "权属", "propriedade"),
        t("mass", "mass or count", "重量或数量", "massa ou quantidade"),
        t("origin", "origin", "产地", "origem"),
        t("treatment", "undisclosed treatment", "未披露的处理", "tratamento não divulgado"),
        t("not_natural", "suspected glass or synthetic", "疑似玻璃或合成", "suspeita de vidro ou sintético"),
        t("certificate", "certificate missing or of another piece", "证书缺失或套证", "certificado ausente ou de outra peça"),
        t("not_as_shown", "differs from what was shown", "货不对板", "diferente do mostrado"),
        t("defect", "undisclosed defect", "未披露瑕疵", "defeito não divulgado"),
        t("copy", "copied tag", "标签被复制", "etiqueta copiada"),
        t("authorship", "who made it", "作者署名", "autoria"),
        t("other", "other", "其他", "outro"),
    ],
    /// Stops sale and transfer while it is open (rule C5).
    TITLE = "title",
}

vocabulary! {
    /// How a dispute ended.
    DisputeOutcome, "dispute_outcome", [
        t("upheld", "upheld", "支持申诉", "procedente"),
        t("upheld_in_part", "upheld in part", "部分支持", "procedente em parte"),
        t("rejected", "rejected", "驳回", "improcedente"),
        t("settled", "settled between the parties", "双方和解", "acordo entre as partes"),
        t("withdrawn", "withdrawn", "撤回", "retirada"),
    ],
    /// Taken back by whoever opened it.
    WITHDRAWN = "withdrawn",
}

vocabulary! {
    /// Why an item is held.
    HoldReason, "hold_reason", [
        t("customs", "customs", "海关", "aduana"),
        t("investigation", "investigation", "调查", "investigação"),
        t("court", "court order", "法院裁定", "ordem judicial"),
        t("pledge", "pledged as security", "质押", "penhor"),
        t("lab", "at a laboratory", "送检", "no laboratório"),
        t("stock_count", "stock count", "盘点", "inventário"),
        t("other", "other", "其他", "outro"),
    ],
    /// Held by customs.
    CUSTOMS = "customs",
    /// Somebody looks into it.
    INVESTIGATION = "investigation",
    /// The owner's security for a debt.
    PLEDGE = "pledge",
    /// A laboratory has it.
    LAB = "lab",
    /// Somebody counts.
    STOCK_COUNT = "stock_count",
}

vocabulary! {
    /// Why items are recalled.
    RecallReason, "recall_reason", [
        t("treatment_found", "undisclosed treatment found", "发现未披露处理", "tratamento encontrado"),
        t("not_natural", "found not to be natural", "发现非天然", "constatado não natural"),
        t("origin_false", "false origin", "产地不实", "origem falsa"),
        t("certificate_false", "false certificate", "证书不实", "certificado falso"),
        t("hazard", "hazard to health", "健康危害", "risco à saúde"),
        t("stolen_goods", "stolen goods", "赃物", "mercadoria furtada"),
        t("other", "other", "其他", "outro"),
    ],
}

vocabulary! {
    /// Why a buyer sends an item back.
    ReturnReason, "return_reason", [
        t("change_of_mind", "change of mind", "无理由退货", "desistência"),
        t("defect", "undisclosed defect", "未披露瑕疵", "defeito não divulgado"),
        t("not_as_shown", "differs from what was shown", "货不对板", "diferente do mostrado"),
        t("certificate_missing", "promised certificate missing", "缺少承诺的证书", "certificado ausente"),
        t("not_natural", "glass or synthetic by a laboratory", "检测为玻璃或合成", "vidro ou sintético segundo laboratório"),
        t("damaged", "damaged on the way", "运输损坏", "danificado no transporte"),
        t("wrong_item", "wrong item", "发错货", "item errado"),
        t("undeliverable", "could not be delivered", "无法投递", "não entregue"),
        t("repair", "to be repaired", "返修", "para conserto"),
        t("other", "other", "其他", "outro"),
    ],
    /// To be mended, and then to go back to its buyer.
    REPAIR = "repair",
}

vocabulary! {
    /// Why an item is no more.
    DestroyReason, "destroy_reason", [
        t("broken", "broken beyond repair", "破损无法修复", "quebrado sem conserto"),
        t("worthless", "worthless, thrown away", "无价值，已丢弃", "sem valor, descartado"),
        t("recalled", "recalled", "召回销毁", "recolhido"),
        t("authority", "by order of an authority", "依主管部门命令", "por ordem de autoridade"),
        t("fire_or_flood", "fire or flood", "火灾或水灾", "incêndio ou inundação"),
        t("test", "used up by a test", "检测损毁", "consumido em ensaio"),
        t("other", "other", "其他", "outro"),
    ],
}

vocabulary! {
    /// Why the registrar puts goods into other hands.
    AssignmentReason, "assignment_reason", [
        t("death", "death of the custodian", "保管人去世", "morte de quem tinha a guarda"),
        t("insolvency", "insolvency", "破产", "insolvência"),
        t("seizure", "seizure", "扣押", "apreensão"),
        t("court", "court order", "法院裁定", "ordem judicial"),
        t("closure", "closure of the business", "歇业", "encerramento do negócio"),
        t("other", "other", "其他", "outro"),
    ],
}
