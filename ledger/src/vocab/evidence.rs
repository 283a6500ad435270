//! How well a fact is supported: evidence levels, entry kinds with their ceilings, findings on treatments, documents,
//! weighing methods, certificate scopes and the chain-of-custody models of ISO 22095.
//!
//! Who may raise a level, and when, is a rule of `apply`.

use super::{Code, Ordered, t, vocabulary};

vocabulary! {
    /// How well a fact is supported, weakest first.
    EvidenceLevel, "evidence_level", [
        t("self_declared", "self-declared", "自行申报", "autodeclarado").ranked(0),
        t("document", "supported by a document", "有单证", "com documento").ranked(1),
        t("counter_signed", "counter-signed by the other party", "对方会签", "contra-assinado").ranked(2),
        t("lab_or_inspector", "found by a laboratory or an inspector", "检测机构或检查员认定", "laboratório ou inspetor").ranked(3),
    ],
    /// Said by the one who gains from it.
    SELF_DECLARED = "self_declared",
    /// A document by somebody else says so.
    DOCUMENT = "document",
    /// The other party of the deal signed the same fact.
    COUNTER_SIGNED = "counter_signed",
    /// An independent party looked at the goods.
    LAB_OR_INSPECTOR = "lab_or_inspector",
}

impl Ordered for EvidenceLevel {}

vocabulary! {
    /// How a lot entered the ledger. Attribute `ceiling`: the highest evidence level that its origin can have at entry.
    /// A mine's own word needs its licence and no counterparty exists; an import has a supplier abroad who can sign;
    /// a purchase at home has an invoice, but the origin behind it stays the seller's word.
    EntryKind, "entry_kind", [
        t("mined", "mined by the declarant", "自采", "extraído pelo declarante").with(&[("ceiling", "document")]),
        t("import", "imported", "进口", "importado").with(&[("ceiling", "counter_signed")]),
        t("opening_stock", "stock at the start", "期初库存", "estoque inicial").with(&[("ceiling", "self_declared")]),
        t("domestic_purchase", "bought at home", "国内采购", "compra nacional").with(&[("ceiling", "document")]),
    ],
    /// Out of the declarant's own mine.
    MINED = "mined",
    /// From a supplier abroad.
    IMPORT = "import",
    /// Owned before the ledger began.
    OPENING_STOCK = "opening_stock",
    /// From a seller in the same country.
    DOMESTIC_PURCHASE = "domestic_purchase",
}

impl Code<EntryKind> {
    /// The highest evidence level that the origin of a lot can have when it enters this way.
    #[must_use]
    pub fn ceiling(self) -> Code<EvidenceLevel> {
        self.attribute("ceiling")
            .and_then(|code| Code::parse(code).ok())
            .unwrap_or(EvidenceLevel::SELF_DECLARED)
    }
}

vocabulary! {
    /// What is known of one treatment on one item. Attributes: `says` (absent, present, partly, unknown) and `by`
    /// (holder, lab). The default is `not_stated`, never an absence.
    Finding, "treatment_finding", [
        t("declared_none", "declared untreated", "申报未处理", "declarado não tratado").also(&["none", "无", "未处理", "无处理", "nenhum"])
            .with(&[("says", "absent"), ("by", "holder")]),
        t("declared_applied", "declared treated", "申报已处理", "declarado tratado").with(&[("says", "present"), ("by", "holder")]),
        t("applied_in_part", "treated in part", "部分已处理", "tratado em parte").with(&[("says", "partly"), ("by", "holder")]),
        t("lab_none_detected", "laboratory: none detected", "检测：未发现", "laboratório: não detectado")
            .with(&[("says", "absent"), ("by", "lab")]),
        t("lab_detected", "laboratory: detected", "检测：已发现", "laboratório: detectado").with(&[("says", "present"), ("by", "lab")]),
        t("not_stated", "not stated", "未说明", "não informado").also(&["unknown", "未知", "不详", "desconhecido"])
            .with(&[("says", "unknown"), ("by", "holder")]),
    ],
    /// The holder says there is none.
    DECLARED_NONE = "declared_none",
    /// The holder says there is, or it was logged as a step.
    DECLARED_APPLIED = "declared_applied",
    /// Some of what went in had it.
    APPLIED_IN_PART = "applied_in_part",
    /// A laboratory looked for it and found none.
    LAB_NONE_DETECTED = "lab_none_detected",
    /// A laboratory found it.
    LAB_DETECTED = "lab_detected",
    /// Nobody has said anything.
    NOT_STATED = "not_stated",
}

vocabulary! {
    /// The chain-of-custody models of ISO 22095, worst first: the worst on the path is what a claim still qualifies for.
    ChainModel, "chain_model", [
        t("mass_balance", "mass balance", "质量平衡", "balanço de massa").ranked(0),
        t("controlled_blending", "controlled blending", "受控混合", "mistura controlada").ranked(1),
        t("segregated", "segregated", "隔离", "segregado").ranked(2),
        t("identity_preserved", "identity preserved", "身份保留", "identidade preservada").ranked(3),
    ],
    /// One source, never mixed with another.
    IDENTITY_PRESERVED = "identity_preserved",
    /// Mixed only with material of the same characteristics.
    SEGREGATED = "segregated",
    /// Mixed with other material in known shares.
    CONTROLLED_BLENDING = "controlled_blending",
    /// Only the totals are kept.
    MASS_BALANCE = "mass_balance",
}

impl Ordered for ChainModel {}

vocabulary! {
    /// What a certificate speaks of.
    CertificateScope, "certificate_scope", [
        t("item", "one piece", "单件", "uma peça"),
        t("sample", "a sample of a lot", "批次抽样", "amostra de um lote"),
    ],
    /// One certificate, one piece.
    ITEM = "item",
    /// n of N of a lot were looked at.
    SAMPLE = "sample",
}

vocabulary! {
    /// How a mass was found.
    WeighingMethod, "weighing_method", [
        t("carat_balance", "carat balance", "克拉天平", "balança de quilates"),
        t("bench_scale", "bench scale", "台秤", "balança de bancada").also(&["电子秤"]),
        t("floor_scale", "floor scale", "地磅", "balança de piso"),
        t("crane_scale", "crane scale", "吊秤", "balança de gancho"),
        t("weighbridge", "weighbridge", "汽车衡", "balança rodoviária"),
        t("packing_list", "taken from the packing list", "按装箱单", "conforme romaneio"),
        t("supplier_stated", "stated by the supplier", "供应商申报", "informado pelo fornecedor"),
        t("by_difference", "by difference", "差额计算", "por diferença"),
        t("by_count", "count times mean mass", "计件折算", "contagem vezes massa média"),
        t("estimated", "estimated", "估算", "estimado"),
    ],
    /// The rest of a balance.
    BY_DIFFERENCE = "by_difference",
}

vocabulary! {
    /// A kind of document. Its bytes stay off the log; this says what they are.
    DocumentType, "document_type", [
        t("certificate_of_origin", "certificate of origin", "原产地证", "certificado de origem").also(&["产地证", "CO"]),
        t("contract", "contract", "合同", "contrato"),
        t("commercial_invoice", "commercial invoice", "商业发票", "fatura comercial").also(&["invoice", "发票", "fatura"]),
        t("packing_list", "packing list", "装箱单", "romaneio").also(&["箱单"]),
        t("bill_of_lading", "bill of lading", "提单", "conhecimento de embarque").also(&["B/L", "海运提单"]),
        t("air_waybill", "air waybill", "空运单", "conhecimento aéreo").also(&["AWB", "航空运单"]),
        t("rail_waybill", "rail consignment note", "铁路运单", "conhecimento ferroviário"),
        t("customs_power_of_attorney", "customs power of attorney", "报关委托书", "procuração aduaneira"),
        t("automatic_import_licence", "automatic import licence", "自动进口许可证", "licença automática de importação"),
        t("consignee_registration", "consignee registration", "收货人备案", "registro do consignatário"),
        t("import_declaration", "import declaration", "进口报关单", "declaração de importação").also(&["报关单"]),
        t("export_declaration", "export declaration", "出口报关单", "declaração de exportação"),
        t("tax_payment", "duty and tax payment", "税款缴款书", "comprovante de tributos"),
        t("mining_licence", "mining licence", "采矿许可证", "licença de mineração").also(&["PLG", "permissão de lavra garimpeira"]),
        t("export_permit", "export permit", "出口许可证", "autorização de exportação"),
        t("purchase_invoice", "purchase invoice", "采购发票", "nota fiscal").also(&["增值税发票", "fapiao"]),
        t("lab_report", "laboratory report", "检测报告", "laudo de laboratório").also(&["鉴定证书", "鉴定报告", "检验报告"]),
        t("grading_report", "grading report", "分级证书", "laudo de classificação"),
        t("test_report", "test report", "测试报告", "relatório de ensaio"),
        t("treatment_record", "treatment record", "处理记录", "registro de tratamento"),
        t("weight_ticket", "weight ticket", "磅单", "tíquete de pesagem").also(&["过磅单"]),
        t("inspection_report", "inspection report", "查验记录", "relatório de inspeção"),
        t("due_diligence_report", "due diligence report", "尽职调查报告", "relatório de diligência"),
        t("fumigation_certificate", "fumigation certificate", "熏蒸证书", "certificado de fumigação"),
        t("insurance_policy", "insurance policy", "保险单", "apólice de seguro"),
        t("warehouse_receipt", "warehouse receipt", "仓单", "recibo de armazém"),
        t("delivery_note", "delivery note", "送货单", "guia de remessa"),
        t("business_licence", "business licence", "营业执照", "alvará comercial"),
        t("credential", "title or training certificate", "职称或培训证书", "certificado profissional"),
        t("letter_of_authenticity", "letter of authenticity", "真品声明", "carta de autenticidade"),
        t("police_report", "police report", "报警回执", "boletim de ocorrência"),
        t("court_order", "court order", "法院文书", "ordem judicial"),
        t("correspondence", "correspondence", "往来函件", "correspondência"),
        t("photo", "photograph", "照片", "fotografia"),
        t("video", "video", "视频", "vídeo"),
        t("other", "other document", "其他单证", "outro documento"),
    ],
    /// What customs let in, and how much.
    IMPORT_DECLARATION = "import_declaration",
}
