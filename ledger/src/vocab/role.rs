//! Who takes part: roles of participants, kinds of their facilities and of the titles they hold.
//!
//! What a role may do is a rule of `apply`.

use super::{Code, t, vocabulary};

vocabulary! {
    /// A participant's role, granted by a registrar.
    Role, "role", [
        t("registrar", "registrar", "登记机构", "registrador"),
        t("exporter", "exporter", "出口商", "exportador").also(&["供应商", "supplier", "fornecedor"]),
        t("miner", "miner", "矿山", "minerador").also(&["矿主", "garimpeiro"]),
        t("importer", "importer", "进口商", "importador"),
        t("broker", "customs broker", "报关行", "despachante").also(&["broker"]),
        t("carrier", "carrier", "承运人", "transportador"),
        t("warehouse", "warehouse", "仓库", "armazém"),
        t("studio", "studio", "工作室", "ateliê").also(&["加工厂", "workshop", "factory"]),
        t("artisan", "artisan", "工匠", "artesão").also(&["雕刻师", "工艺师"]),
        t("treater", "treater", "优化处理商", "tratador"),
        t("lab", "laboratory", "检测机构", "laboratório").also(&["实验室", "lab"]),
        t("grader", "grader", "分级师", "classificador"),
        t("inspector", "inspector", "检查员", "inspetor"),
        t("seller", "seller", "销售商", "vendedor").also(&["商家", "主播", "streamer"]),
        t("marketplace", "marketplace", "交易平台", "plataforma de vendas"),
        t("auditor", "auditor", "审计", "auditor"),
        t("trainer", "trainer", "培训机构", "instrutor"),
        t("witness", "witness", "见证方", "testemunha"),
        t("node_operator", "node operator", "节点运营方", "operador do nó"),
    ],
    /// Enrols participants and restores keys.
    REGISTRAR = "registrar",
    /// Sells abroad what it or others mined.
    EXPORTER = "exporter",
    /// Takes stone out of the ground.
    MINER = "miner",
    /// Brings lots in.
    IMPORTER = "importer",
    /// Declares to customs for others.
    BROKER = "broker",
    /// Moves goods.
    CARRIER = "carrier",
    /// Stores goods.
    WAREHOUSE = "warehouse",
    /// Works stone.
    STUDIO = "studio",
    /// A person who works stone.
    ARTISAN = "artisan",
    /// Treats stone for others.
    TREATER = "treater",
    /// Finds what a stone is.
    LAB = "lab",
    /// Looks at goods where they are.
    INSPECTOR = "inspector",
    /// Sells to buyers.
    SELLER = "seller",
    /// Where sellers sell.
    MARKETPLACE = "marketplace",
    /// Reads everything, changes nothing.
    AUDITOR = "auditor",
    /// Co-signs checkpoints.
    WITNESS = "witness",
    /// Runs the node, signs its own events.
    NODE_OPERATOR = "node_operator",
}

vocabulary! {
    /// What a facility is.
    FacilityKind, "facility_kind", [
        t("mine", "mine", "矿山", "mina").also(&["garimpo", "矿区"]),
        t("warehouse", "warehouse", "仓库", "armazém"),
        t("bonded_warehouse", "bonded warehouse", "保税仓", "armazém alfandegado"),
        t("port", "port or terminal", "港口码头", "porto ou terminal"),
        t("studio", "studio", "工作室", "ateliê"),
        t("factory", "factory", "工厂", "fábrica"),
        t("treatment_plant", "treatment plant", "优化处理厂", "unidade de tratamento"),
        t("laboratory", "laboratory", "检测机构", "laboratório"),
        t("market", "market hall", "交易市场", "mercado"),
        t("shop", "shop", "店铺", "loja"),
        t("stream_room", "live-stream room", "直播间", "estúdio de transmissão"),
        t("office", "office", "办公室", "escritório"),
    ],
}

vocabulary! {
    /// A title or training that a participant holds. Attribute `issued_by`: the roles that may issue it.
    CredentialKind, "credential_kind", [
        t("national_master", "national master of arts and crafts", "中国工艺美术大师", "mestre artesão nacional")
            .with(&[("issued_by", "registrar")]),
        t("provincial_master", "provincial master of arts and crafts", "省级工艺美术大师", "mestre artesão provincial")
            .with(&[("issued_by", "registrar")]),
        t("heritage_bearer", "bearer of intangible heritage", "非物质文化遗产传承人", "portador de patrimônio imaterial")
            .with(&[("issued_by", "registrar")]),
        t("senior_craftsman", "senior craftsman", "高级工艺美术师", "artesão sênior")
            .with(&[("issued_by", "registrar")]),
        t("craftsman", "craftsman", "工艺美术师", "artesão qualificado")
            .with(&[("issued_by", "registrar")]),
        t("gemmologist", "gemmologist", "珠宝鉴定师", "gemólogo")
            .with(&[("issued_by", "registrar")]),
        t("streamer_training", "foreign-language streamer training passed", "外语主播培训合格", "treinamento de apresentador concluído")
            .with(&[("issued_by", "registrar trainer")]),
        t("safety_training", "safety training passed", "安全生产培训合格", "treinamento de segurança concluído")
            .with(&[("issued_by", "registrar trainer")]),
        t("lab_accreditation", "laboratory accreditation", "检测机构认可", "acreditação de laboratório")
            .with(&[("issued_by", "registrar")]),
        t("customs_broker_licence", "customs broker licence", "报关企业备案", "habilitação de despachante")
            .with(&[("issued_by", "registrar")]),
        t("other", "other", "其他", "outro")
            .with(&[("issued_by", "registrar trainer")]),
    ],
}

impl Code<CredentialKind> {
    /// Whether a participant with this role may issue it.
    #[must_use]
    pub fn may_be_issued_by(self, role: &str) -> bool {
        self.attribute("issued_by").is_some_and(|roles| roles.split(' ').any(|known| known == role))
    }
}
