//! What the fields of events and of the node's answers are called, in three languages, and in which order people read
//! them.
//!
//! The one place for such names: `--json` has the machine's, everything else has these. Terms of the trade come with
//! their own names from the vocabulary.

use lode_ledger::lang::Lang;
use lode_ledger::record::ItemState;
use lode_ledger::vocab::{Code, DeclarationElement, DocumentType, Vocabulary};

/// Machine name; English, Chinese, Portuguese. The order is that of reading.
const FIELDS: &[(&str, [&str; 3])] = &[
    // What it is.
    ("id", ["id", "编号", "id"]),
    ("code", ["code", "编码", "código"]),
    ("item", ["item", "物品", "item"]),
    ("mass_mg", ["mass", "重量", "massa"]),
    ("kind", ["kind", "类型", "tipo"]),
    ("name", ["name", "名称", "nome"]),
    ("title", ["title", "名称", "título"]),
    ("state", ["state", "状态", "estado"]),
    ("standing", ["what stands in the way", "受限情况", "o que impede"]),
    ("holds", ["holds", "暂停处置", "retenções"]),
    ("title_disputes", ["disputes over title", "权属争议", "disputas de propriedade"]),
    ("other_disputes", ["other disputes", "其他争议", "outras disputas"]),
    ("recalls", ["recalls", "召回", "recolhimentos"]),
    ("may", ["you may now sign", "现在可以签署", "agora pode assinar"]),
    ("stopped", ["not now", "暂不可行", "por ora não"]),
    ("reason", ["reason", "原因", "motivo"]),
    ("about", ["about", "争议事项", "sobre"]),
    ("respondent", ["against", "被诉方", "contra"]),
    ("creditor", ["pledged to", "质权人", "empenhado a"]),
    ("back_to", ["goes back to", "退回至", "volta para"]),
    ("answered", ["answered at", "答复于", "respondida em"]),
    ("ended", ["ended at", "结束于", "encerrado em"]),
    ("outcome", ["outcome", "结果", "desfecho"]),
    ("missing", ["reported missing", "已报失", "dado como desaparecido"]),
    ("how", ["how", "方式", "como"]),
    ("reported", ["reported at", "报告位置", "comunicado em"]),
    ("contradictions", ["contradicted", "存在矛盾", "contradito"]),
    ("stated", ["stated at", "声明于", "declarado em"]),
    ("said_of", ["said of", "针对", "dito de"]),
    ("unexplained_mg", ["unexplained", "无法解释", "sem explicação"]),
    ("asked", ["asked at", "提出于", "pedido em"]),
    ("waits_for", ["waits for", "等待签署", "aguarda"]),
    ("corrects", ["corrects", "更正", "corrige"]),
    ("old_mg", ["stands", "现值", "está"]),
    ("new_mg", ["should be", "应为", "deveria ser"]),
    ("process", ["process", "工序", "processo"]),
    ("completed", ["everything accounted for", "已全部结清", "tudo contabilizado"]),
    ("entry", ["entered as", "入账方式", "entrada como"]),
    ("form", ["form", "形态", "forma"]),
    ("claims", ["what is said of it", "申明", "o que se declara"]),
    ("species", ["mineral", "矿物", "mineral"]),
    ("variety", ["variety", "品种", "variedade"]),
    ("nature", ["nature", "性质", "natureza"]),
    ("origins", ["origins", "产地", "origens"]),
    ("country", ["country", "国家或地区", "país"]),
    ("share_ppm", ["share", "占比", "parcela"]),
    ("nature_evidence", ["evidence for the nature", "性质证据等级", "evidência da natureza"]),
    ("place", ["place", "产区", "local"]),
    ("origin_evidence", ["evidence for the origin", "产地证据等级", "evidência da origem"]),
    ("chain_model", ["chain of custody", "监管链模式", "cadeia de custódia"]),
    ("treatments", ["treatments", "处理", "tratamentos"]),
    ("treatment", ["treatment", "处理", "tratamento"]),
    ("finding", ["finding", "结论", "constatação"]),
    ("evidence", ["evidence", "证据", "evidência"]),
    // How much.
    ("mass", ["mass", "重量", "massa"]),
    ("entered_mg", ["at the start", "起始", "no início"]),
    ("gained_mg", ["added", "增加", "acrescentado"]),
    ("lost_mg", ["lost", "损耗", "perdido"]),
    ("passed_on_mg", ["gone into others", "转入其他", "passou a outros"]),
    ("left_mg", ["left", "现余", "resta"]),
    ("foreign_mg", ["of it no stone", "其中非石料", "disso, não pedra"]),
    ("in_mg", ["came in", "转入", "entrou"]),
    ("out_mg", ["went out", "转出", "saiu"]),
    ("loss_mg", ["lost", "损耗", "perdido"]),
    ("by_products_mg", ["rest as lots", "余料", "resto em lotes"]),
    ("adjustments", ["adjustments", "调整", "ajustes"]),
    ("count", ["pieces", "件数", "peças"]),
    ("entered", ["at the start", "起始", "no início"]),
    ("lost", ["lost", "损耗", "perdidas"]),
    ("passed_on", ["gone into others", "转入其他", "passaram a outros"]),
    ("gained", ["found beside", "另行发现", "encontradas além"]),
    ("left", ["left", "现余", "restam"]),
    ("resolution_mg", ["scale's resolution", "秤的分度值", "resolução da balança"]),
    ("made_of", ["made of", "来自", "feito de"]),
    ("inputs", ["what went in", "投入", "entradas"]),
    ("outputs", ["items yielded", "产出件数", "itens produzidos"]),
    ("steps", ["steps logged", "已记录工序数", "etapas registradas"]),
    ("work", ["job", "工单", "trabalho"]),
    ("works", ["jobs that go along", "随同工单", "trabalhos que vão junto"]),
    ("crew", ["who else works on it", "其他参与人员", "quem mais trabalha nele"]),
    ("paused", ["paused at", "停工于", "em pausa desde"]),
    ("before", ["who had it before", "此前由谁承做", "quem o tinha antes"]),
    ("assembly", ["assembled as", "组装为", "montado como"]),
    ("other_species", ["other minerals", "其他矿物", "outros minerais"]),
    ("drawn_from", ["drawn from the blend", "取自混合料", "tirado da mistura"]),
    ("repairs", ["repairs", "修理", "consertos"]),
    ("step", ["what was done", "工序", "o que foi feito"]),
    ("recut", ["cut again", "已改切", "relapidada"]),
    ("void", ["speaks of what it was before", "所述为改切之前", "fala do que era antes"]),
    ("units", ["hidden codes of single pieces", "单件隐藏码数", "códigos ocultos de peças"]),
    ("units_root", ["root of the hidden codes", "隐藏码根哈希", "raiz dos códigos ocultos"]),
    // How it came over the border.
    ("passage", ["way over the border", "过境情况", "passagem pela fronteira"]),
    ("in_transit", ["on its way in", "在途货物", "a caminho em"]),
    ("receiver", ["to be received by", "收货方", "a receber por"]),
    ("carried_by", ["carried by", "承运方", "transportado por"]),
    ("port_from", ["leaves from", "启运港", "sai de"]),
    ("port_to", ["goes to", "目的港", "vai para"]),
    ("shipped", ["shipped", "已发运", "embarcado"]),
    ("receipt_of", ["receipt of", "所收货物", "recebimento de"]),
    ("receipts", ["receipts", "收货记录", "recebimentos"]),
    ("cleared", ["cleared by customs", "已清关", "liberado pela aduana"]),
    ("declarant", ["declared to customs by", "报关方", "declarado à aduana por"]),
    ("importer", ["importer of record", "进口商", "importador"]),
    (
        "agreed_mg",
        ["agreed by the supplier as received", "供应商认可的收货重量", "recebimento aceito pelo fornecedor"],
    ),
    // Who.
    ("person", ["natural person", "自然人", "pessoa física"]),
    ("roles", ["roles", "角色", "papéis"]),
    ("registration", ["register number", "注册号", "número de registro"]),
    ("credentials", ["titles and training", "资质与培训", "títulos e treinamentos"]),
    ("facilities", ["places", "场所", "locais"]),
    ("holder", ["held by", "持有方", "titular"]),
    ("revoked", ["revoked", "已撤销", "revogado"]),
    ("revoked_at", ["revoked at log index", "撤销于账本序号", "revogada no índice"]),
    ("suspect_since", ["suspect since log index", "自账本序号起可疑", "suspeita desde o índice"]),
    ("may_sign", ["may sign only", "仅可签署", "só pode assinar"]),
    ("gln", ["GS1 location number", "GS1位置码", "número GS1 do local"]),
    ("issuer", ["issued by", "颁发方", "emitido por"]),
    ("valid_until", ["good until", "有效期至", "válido até"]),
    ("suspended", ["suspended", "已暂停", "suspenso"]),
    ("keys", ["valid keys", "有效密钥数", "chaves válidas"]),
    ("enrolled_by", ["enrolled by", "登记方", "inscrito por"]),
    ("studio", ["studio", "作坊", "oficina"]),
    ("maker", ["made by", "制作方", "feito por"]),
    ("creator", ["entered by", "入账方", "registrado por"]),
    ("custodian", ["in the hands of", "保管方", "em poder de"]),
    ("owner", ["owned by", "所有者", "propriedade de"]),
    ("from", ["from", "转出方", "de"]),
    ("to", ["to", "接收方", "para"]),
    ("items", ["items", "物品", "itens"]),
    ("expires", ["stands until", "有效至", "válida até"]),
    ("ownership", ["ownership passes", "所有权随同转移", "transfere a propriedade"]),
    ("offer", ["last offer", "最近的交付", "última oferta"]),
    ("tag", ["tag", "标签", "etiqueta"]),
    ("live", ["in use", "在用", "em uso"]),
    ("replaced_by", ["replaced by", "已更换为", "substituída por"]),
    ("sale", ["sale", "销售", "venda"]),
    // What the market does with it.
    ("market", ["on the market", "市场", "no mercado"]),
    ("listings", ["offered for sale", "在售", "à venda"]),
    ("listing", ["listing", "上架", "anúncio"]),
    ("seller", ["seller", "卖家", "vendedor"]),
    ("channel", ["where", "渠道", "onde"]),
    ("session", ["session", "场次", "sessão"]),
    ("slot", ["place in the session", "场次序号", "lugar na sessão"]),
    ("closed", ["closed", "已下架", "encerrado"]),
    ("kept_until", ["kept for a buyer until", "为买家保留至", "reservado a um comprador até"]),
    ("shipment", ["shipment", "发运", "remessa"]),
    ("sender", ["sent by", "发货方", "enviado por"]),
    ("carrier", ["carrier", "承运人", "transportadora"]),
    ("destination", ["destination", "目的地", "destino"]),
    ("export", ["export", "出口备案", "exportação"]),
    ("delivered", ["arrived", "已送达", "chegou"]),
    ("owner_key", ["owned by the key", "所有者密钥", "pertence à chave"]),
    ("units_claimed", ["units claimed", "已认领件数", "unidades resgatadas"]),
    ("given_back", ["given back by its buyer", "买家已退还", "devolvido pelo comprador"]),
    ("claimed", ["hidden code used", "隐藏码已使用", "código oculto usado"]),
    ("parties", ["for its parties", "仅供相关方", "para as partes"]),
    ("consigned", ["consigned to", "委托销售", "consignado a"]),
    ("reserved", ["kept for a buyer", "已预留", "reservado"]),
    ("until", ["until", "至", "até"]),
    ("pack", ["box", "箱", "caixa"]),
    ("packer", ["packed by", "装箱方", "embalado por"]),
    ("opened", ["unpacked", "已拆箱", "desembalada"]),
    ("exporter", ["exporter", "出口方", "exportador"]),
    ("tariff_code", ["destination's tariff code", "目的国税号", "código tarifário do destino"]),
    ("customs_origin", ["origin for customs", "海关原产地", "origem aduaneira"]),
    ("material_origins", ["where the material was dug", "原料产地", "onde o material foi extraído"]),
    ("regime", ["supervision code", "监管方式", "regime"]),
    ("incoterm", ["terms of delivery", "贸易术语", "condições de entrega"]),
    ("sales", ["sales", "销售", "vendas"]),
    ("sold_at", ["sold at", "售出时间", "vendido em"]),
    ("cancelled", ["cancelled", "已取消", "cancelada"]),
    ("settled", ["settled", "已结算", "liquidada"]),
    ("settler", ["settled by", "结算方", "liquidado por"]),
    ("currency", ["currency", "币种", "moeda"]),
    ("commitment", ["hash of the document", "单证哈希", "hash do documento"]),
    ("title_only", ["ownership alone, no goods", "仅转移所有权", "só a propriedade, sem bens"]),
    // What supports it.
    ("countersigned", ["counter-signed", "会签", "contra-assinado"]),
    ("certificates", ["certificates", "证书", "certificados"]),
    ("issuer_code", ["laboratory's code", "机构代码", "código do laboratório"]),
    ("number", ["number", "编号", "número"]),
    ("bound", ["bound by the laboratory", "由检测机构绑定", "vinculado pelo laboratório"]),
    ("reissued_as", ["reissued as", "已换发为", "reemitido como"]),
    ("scope", ["scope", "范围", "escopo"]),
    ("inspections", ["inspections", "检验", "inspeções"]),
    ("by", ["by", "由", "por"]),
    ("counted", ["last count", "最近盘点", "última contagem"]),
    ("stock_count", ["count", "盘点", "contagem"]),
    ("inspector", ["counted by", "盘点方", "contado por"]),
    ("facility", ["where it lies", "场所", "onde está"]),
    ("counted_at", ["counted on", "盘点时间", "contado em"]),
    ("counted_items", ["item by item", "逐项", "item a item"]),
    ("book_mg", ["the book had", "账面重量", "o livro tinha"]),
    ("found_mg", ["was there", "实有重量", "havia"]),
    ("book_count", ["pieces in the book", "账面件数", "peças no livro"]),
    ("found_count", ["pieces there", "实有件数", "peças encontradas"]),
    ("differs", ["differs", "不符", "diverge"]),
    ("set_right", ["set right since", "此后已更正", "acertado desde então"]),
    ("bound_to", ["bound by the laboratory to", "由检测机构绑定到", "vinculado pelo laboratório a"]),
    ("shown_for", ["shown by holders for", "持有人用于", "mostrado pelos donos para"]),
    ("collides", ["shown for several items", "被用于多件物品", "mostrado para vários itens"]),
    ("documents", ["documents", "单证", "documentos"]),
    ("public", ["public", "公开", "público"]),
    ("sha256", ["fingerprint", "指纹", "impressão digital"]),
    ("details", ["details", "详情", "detalhes"]),
    ("field", ["field", "字段", "campo"]),
    ("value", ["value", "内容", "valor"]),
    ("corrected", ["corrected", "已更正", "corrigido"]),
    ("destroyed", ["nobody can open it any more", "已无人可打开", "ninguém mais pode abrir"]),
    ("warnings", ["warnings", "警示", "avisos"]),
    ("message", ["message", "说明", "mensagem"]),
    ("rule", ["rule", "规则", "regra"]),
    ("at", ["at", "位置", "em"]),
    ("not_kept", ["more than the record keeps", "记录未保存的条数", "além do que o registro guarda"]),
    // Where it stands in the log.
    ("latest", ["latest claimed time", "最近声称时间", "última hora declarada"]),
    ("created", ["entered at", "入账位置", "registrado em"]),
    ("index", ["log index", "账本序号", "índice"]),
    ("event", ["event", "事件", "evento"]),
    ("statement", ["statement", "声明", "declaração"]),
    ("subject", ["author's reference", "作者参考号", "referência do autor"]),
    ("audience", ["for the ledger", "所属账本", "para o registro"]),
    ("seq", ["number of the key's statement", "该密钥的声明序号", "número da declaração da chave"]),
    ("bytes", ["size in bytes", "字节数", "tamanho em bytes"]),
    ("type", ["type", "事件类型", "tipo de evento"]),
    ("nonce", ["nonce", "随机数", "nonce"]),
    ("events", ["events", "事件数", "eventos"]),
    ("head", ["hash of its history", "历史哈希", "hash do histórico"]),
    ("claim_key", ["public claim key", "认领公钥", "chave pública de resgate"]),
    // How a device stands.
    ("home", ["home folder", "主文件夹", "pasta"]),
    ("node", ["node", "节点", "nó"]),
    ("node_answers", ["the node answers", "节点应答", "o nó responde"]),
    ("ledger", ["ledger", "账本", "registro"]),
    ("participant", ["signs as", "签署身份", "assina como"]),
    ("key", ["with the key", "使用密钥", "com a chave"]),
    ("waiting", ["waiting", "等待中", "à espera"]),
    ("refused", ["of them refused", "其中被拒", "delas recusadas"]),
    // Details of events, as corrections name them.
    ("trade_name", ["trade name", "商品名", "nome comercial"]),
    ("grade", ["grade", "等级", "classe"]),
    ("scheme", ["scheme", "体系", "esquema"]),
    ("grader", ["grader", "评级方", "classificador"]),
    ("supplier", ["supplier", "供应商", "fornecedor"]),
    ("supplier_lot", ["supplier's lot", "供应商批号", "lote do fornecedor"]),
    ("bill_of_lading", ["bill of lading", "提单号", "conhecimento de embarque"]),
    ("customs_declaration", ["customs declaration", "报关单号", "declaração aduaneira"]),
    ("certificate_of_origin", ["certificate of origin", "产地证号", "certificado de origem"]),
    ("customs", ["customs elements", "申报要素", "elementos aduaneiros"]),
    ("jurisdiction", ["jurisdiction", "海关辖区", "jurisdição"]),
    ("hs", ["HS code", "HS编码", "código HS"]),
    ("version", ["version", "版本", "versão"]),
    ("elements", ["elements", "要素", "elementos"]),
    ("subdivision", ["state or province", "省/州", "estado ou província"]),
    ("mine", ["mine", "矿区", "mina"]),
    ("photo", ["photo", "照片", "foto"]),
    // What only who declares it writes.
    ("text", ["text", "文字", "texto"]),
    ("note", ["note", "备注", "nota"]),
    ("explanation", ["explanation", "说明", "explicação"]),
    ("what", ["what was done", "所做内容", "o que foi feito"]),
    ("parameters", ["parameters", "工艺参数", "parâmetros"]),
    ("operator", ["operator", "操作者", "operador"]),
    ("condition", ["condition", "状况", "estado na chegada"]),
    ("device", ["device", "设备", "aparelho"]),
    ("buyer", ["buyer", "买方", "comprador"]),
    ("order", ["order number", "订单号", "número do pedido"]),
    ("reference", ["reference", "参考号", "referência"]),
    ("declaration", ["declaration number", "报关单号", "número da declaração"]),
    ("register_number", ["register number", "登记号", "número de cadastro"]),
    ("seal", ["seal number", "封签号", "número do lacre"]),
    ("tracking", ["tracking number", "运单跟踪号", "código de rastreio"]),
];

/// Words that stand for a state or a kind.
const WORDS: &[(&str, [&str; 3])] = &[
    ("declared", ["declared", "已申报", "declarado"]),
    ("in_stock", ["in stock", "在库", "em estoque"]),
    ("finished", ["finished", "成品", "acabado"]),
    ("exhausted", ["used up", "已用尽", "esgotado"]),
    ("sold", ["sold", "已售出", "vendido"]),
    ("lost", ["lost", "遗失", "perdido"]),
    ("stolen", ["stolen", "失窃", "roubado"]),
    ("lot", ["lot", "批次", "lote"]),
    ("batch", ["batch", "成批件", "série"]),
    ("piece", ["piece", "单件", "peça"]),
    ("open", ["open", "待接收", "aberta"]),
    ("accepted", ["accepted", "已接受", "aceita"]),
    ("rejected", ["rejected", "已拒绝", "rejeitada"]),
    ("cancelled", ["cancelled", "已取消", "cancelada"]),
];

const fn in_lang(words: [&'static str; 3], lang: Lang) -> &'static str {
    let [en, zh, pt] = words;
    match lang {
        Lang::En => en,
        Lang::Zh => zh,
        Lang::Pt => pt,
    }
}

/// A field's name for people; none is known of a field of a newer node.
pub(crate) fn label(field: &str, lang: Lang) -> Option<&'static str> {
    FIELDS.iter().find(|(name, _)| *name == field).map(|(_, words)| in_lang(*words, lang))
}

/// Where a field stands in the order of reading; unknown ones last.
pub(crate) fn place(field: &str) -> usize {
    FIELDS.iter().position(|(name, _)| *name == field).unwrap_or(FIELDS.len())
}

/// A path such as `origins[0].mine` in words; what has no name stands as it is.
pub(crate) fn path(path: &str, lang: Lang) -> String {
    let part = |part: &str| {
        let (name, number) = part.split_once('[').unwrap_or((part, ""));
        let words = label(name, lang).unwrap_or(name);
        match number.trim_end_matches(']').parse::<u32>() {
            // People count from one.
            Ok(number) => format!("{words} {}", number.saturating_add(1)),
            Err(_) => words.to_owned(),
        }
    };
    path.split('.').map(part).collect::<Vec<_>>().join(", ")
}

/// The words for a text in a field that holds a state, a kind or a code without its name.
pub(crate) fn word(field: &str, text: &str, lang: Lang) -> Option<&'static str> {
    match field {
        "state" | "kind" | "how" => WORDS
            .iter()
            .find(|(code, _)| *code == text)
            .map(|(_, words)| in_lang(*words, lang))
            .or_else(|| ItemState::of_word(text).map(|state| state.words().of(lang)))
            .or_else(|| term::<DocumentType>(text, lang)),
        "element" => term::<DeclarationElement>(text, lang),
        _ => None,
    }
}

fn term<V: Vocabulary>(code: &str, lang: Lang) -> Option<&'static str> {
    Code::<V>::parse(code).ok().map(|code| code.name(lang))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use lode_ledger::event::shape::FieldClass;
    use serde_json::Value;

    use super::*;

    /// Every property of a schema of the API, and of the schemas that it leads to.
    fn properties(api: &Value, schema: &Value, found: &mut BTreeSet<String>) {
        if let Some(name) = schema["$ref"].as_str() {
            let name = name.rsplit('/').next().unwrap();
            // A term is shown by its name alone.
            if name != "Named" {
                properties(api, &api["components"]["schemas"][name], found);
            }
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            found.insert(name.clone());
            properties(api, property, found);
        }
        for list in ["oneOf", "allOf", "anyOf"] {
            schema[list].as_array().into_iter().flatten().for_each(|one| properties(api, one, found));
        }
        if schema["items"].is_object() {
            properties(api, &schema["items"], found);
        }
    }

    #[test]
    fn every_field_that_is_shown_has_a_name() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas/openapi.json");
        let api: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        let mut found = BTreeSet::new();
        let goods = ["ItemView", "WorkView", "ParticipantView", "OfferView", "TagView"];
        let market = ["ListingView", "ShipmentView", "ExportView", "SaleView", "PackView", "SettlementView"];
        let around = ["FacilityView", "CredentialView", "KeyView", "ConsignmentView", "StockCountView"];
        let besides = ["BalanceView", "CertificateRecordView", "HoldView", "DisputeView", "RecallView"];
        for view in goods.into_iter().chain(market).chain(around).chain(besides) {
            let schema = &api["components"]["schemas"][view];
            assert!(schema.is_object(), "{view}");
            properties(&api, schema, &mut found);
        }
        assert!(found.len() > 50, "{found:?}");
        let status = crate::commands::look::Status::default();
        let status = serde_json::to_value(status).unwrap();
        found.extend(status.as_object().unwrap().keys().cloned());
        let nameless: Vec<_> = found.iter().filter(|name| label(name, Lang::En).is_none()).collect();
        assert!(nameless.is_empty(), "{nameless:?}");
    }

    #[test]
    fn every_descriptive_field_has_a_name() {
        // What `details` may hold: the descriptive fields of the events that create items.
        for kind in ["lot.declared", "lot.merged", "work.completed"] {
            let kind = lode_ledger::event::EventType::named(kind).unwrap();
            for field in kind.fields().iter().filter(|field| field.class == FieldClass::Descriptive) {
                assert!(label(field.name, Lang::Zh).is_some(), "{}", field.name);
            }
        }
        assert_eq!(path("outputs[1].name", Lang::En), "items yielded 2, name");
        assert_eq!(path("origins[0].mine", Lang::Zh), "产地 1, 矿区");
    }

    #[test]
    fn names_are_words_and_stand_once() {
        for table in [FIELDS, WORDS] {
            let mut seen = BTreeSet::new();
            for (name, words) in table {
                assert!(seen.insert(*name), "{name} stands twice");
                for text in words {
                    assert!(!text.contains('_') && !text.is_empty(), "{name}: {text}");
                }
            }
        }
    }
}
