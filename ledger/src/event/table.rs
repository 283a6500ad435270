//! The event table: every event type once, with its name, who may author it, which rules it meets and what it is
//! called in other standards. Authorisation, schemas, the catalogue and the client's help come from here.

use serde_json::{Value, json};

use crate::event::body::*;
use crate::event::shape::{FieldError, FieldProblem, FieldSpec, Fields, OBJECT, Shape};
use crate::json::Json;
use crate::lang::Lang;
use crate::time::Timestamp;
use crate::violation::Rule::{
    self, C1, C2, C3, C4, C5, F1, K1, K2, K3, K4, K5, L1, L2, L3, L4, L5, L6, M1, M2, M3, M4, M5, M6, M7,
};
use crate::violation::Rule::{T1, T2, T3, U1, U2, U3, X1, X2, X3};
use crate::vocab::{Code, Role};
use crate::words::words;

/// Who may author an event, before the rules ask how the author stands to the things in it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Author {
    /// Only entry 0, signed by a registrar key that it names.
    Genesis,
    /// The ledger itself, with its seal key.
    Ledger,
    /// A participant with one of these roles; an empty list means any participant.
    Participant(&'static [&'static str]),
    /// An enrolled exporter or miner named by the lot, or the holder of the lot's counter-signing link.
    Supplier,
    /// Whoever holds the hidden code of a tag, or of a unit under it.
    Claimant,
    /// A buyer, by the key that owns the item.
    Buyer,
    /// Any participant, or a buyer by the key that owns the item.
    Holder,
    /// The ledger itself, or a registrar.
    Keeper,
}

impl Author {
    /// Who that is, in words.
    #[must_use]
    pub fn said(&self, lang: Lang) -> String {
        let said = match self {
            Self::Genesis => words(
                "a registrar, as the ledger's first entry",
                "登记机构，作为账本首条记录",
                "um registrador, como primeira entrada",
            ),
            Self::Ledger => words("the ledger itself", "账本自身", "o próprio registro"),
            Self::Participant([]) => words("any participant", "任何参与方", "qualquer participante"),
            Self::Participant(roles) => {
                let name = |role: &&str| {
                    Code::<Role>::named(role)
                        .map_or_else(|_| (*role).to_owned(), |role| role.name(lang).to_owned())
                };
                let names: Vec<String> = roles.iter().map(name).collect();
                return names.join(words(", ", "、", ", ").of(lang));
            }
            Self::Supplier => words(
                "the supplier that the lot names, or the holder of its link",
                "原料所列供应商或其会签链接持有人",
                "o fornecedor nomeado pelo lote, ou quem tem o seu link",
            ),
            Self::Claimant => words(
                "whoever has the claim card of a sold piece",
                "持有已售成品认领卡的人",
                "quem tem o cartão de uma peça vendida",
            ),
            Self::Buyer => words(
                "the buyer who claimed it, with a key of their own",
                "已认领的买家，用其自己的密钥",
                "o comprador que a reivindicou, com chave própria",
            ),
            Self::Holder => words(
                "the custodian, the owner, or the buyer who claimed it",
                "保管人、所有人，或已认领的买家",
                "o custodiante, o dono, ou o comprador que a reivindicou",
            ),
            Self::Keeper => words(
                "the ledger itself, or a registrar",
                "账本自身或登记机构",
                "o próprio registro, ou um registrador",
            ),
        };
        said.of(lang).to_owned()
    }
}

/// What the table says of one event type.
pub struct EventSpec {
    /// The type.
    pub event: EventType,
    /// The ruleset that brought it: under an older one it is refused (rule F1).
    pub since: u32,
    /// Its name in statements.
    pub name: &'static str,
    /// What it means.
    pub doc: &'static str,
    /// Who may author it.
    pub author: Author,
    /// The rules that it meets beside [`COMMON_RULES`].
    pub rules: &'static [Rule],
    /// The EPCIS 2.0 counterpart.
    pub epcis: &'static str,
    /// The UNTP counterpart.
    pub untp: &'static str,
    /// What it is called, in the order of `Lang::ALL`.
    names: [&'static str; 3],
}

impl EventSpec {
    /// What the event is called.
    #[must_use]
    pub const fn title(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.names[0],
            Lang::Zh => self.names[1],
            Lang::Pt => self.names[2],
        }
    }
}

macro_rules! events {
    ($($body:ident $since:literal $name:literal, $author:expr, [$($rule:ident)*], $en:literal $zh:literal $pt:literal,
       $epcis:literal, $untp:literal;)*) => {
        /// An event type.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum EventType { $(#[doc = concat!("`", $name, "`")] $body,)* }

        /// An event as read from a statement.
        #[derive(Clone, Debug, Eq, PartialEq)]
        pub enum Event { $(#[doc = concat!("`", $name, "`")] $body(Box<$body>),)* }

        impl EventType {
            /// Every type, in the table's order.
            pub const ALL: &'static [Self] = &[$(Self::$body),*];

            /// What the table says of it.
            #[must_use]
            pub const fn spec(self) -> &'static EventSpec {
                match self { $(Self::$body => &EventSpec {
                    event: Self::$body, since: $since, name: $name, doc: $body::DOC, author: $author, rules: &[$($rule),*],
                    epcis: $epcis, untp: $untp, names: [$en, $zh, $pt],
                },)* }
            }

            /// The type of this name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$body),)* _ => None }
            }

            /// Whether a suspended participant may still say it (rule K3).
            #[must_use]
            pub fn while_suspended(self) -> bool {
                WHILE_SUSPENDED.contains(&self.spec().name)
            }

            /// Its fields, without `type`.
            #[must_use]
            pub fn fields(self) -> Vec<FieldSpec> {
                match self { $(Self::$body => $body::fields(),)* }
            }

            fn body_schema(self) -> Value {
                match self { $(Self::$body => $body::schema(),)* }
            }
        }

        impl Event {
            /// Reads an event: an object with `type` and the fields of that type.
            ///
            /// # Errors
            /// Names the first field that is missing, unknown or of another shape.
            pub fn from_json(json: &Json) -> Result<Self, FieldError> {
                let Json::Obj(fields) = json else { return Err(FieldError::expected(OBJECT)) };
                let missing = || FieldError { field: "type".to_owned(), problem: FieldProblem::Missing };
                let at = fields.iter().position(|(name, _)| name == "type").ok_or_else(missing)?;
                let (_, kind) = fields.get(at).ok_or_else(missing)?;
                let name = kind.as_str().ok_or_else(|| FieldError::expected(words("an event type", "事件类型", "um tipo de evento")).at("type"))?;
                let rest = fields.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, field)| field);
                match name {
                    $($name => $body::from_members(rest).map(|body| Self::$body(Box::new(body))),)*
                    other => Err(FieldError {
                        field: "type".to_owned(),
                        problem: FieldProblem::UnknownEvent(other.to_owned()),
                    }),
                }
            }

            /// Writes the event as it would be read.
            #[must_use]
            pub fn to_json(&self) -> Json {
                let body = match self { $(Self::$body(body) => body.to_json(),)* };
                let mut fields = vec![("type".to_owned(), Json::Str(self.event_type().spec().name.to_owned()))];
                if let Json::Obj(rest) = body {
                    fields.extend(rest);
                }
                Json::Obj(fields)
            }

            /// The descriptive fields that are there, with their values.
            #[must_use]
            pub fn descriptive(&self) -> Vec<(&'static str, Json)> {
                match self { $(Self::$body(body) => body.descriptive(),)* }
            }

            /// Its type.
            #[must_use]
            pub const fn event_type(&self) -> EventType {
                match self { $(Self::$body(_) => EventType::$body,)* }
            }

            /// When its author says that it happened.
            #[must_use]
            pub const fn at(&self) -> Timestamp {
                match self { $(Self::$body(body) => body.at,)* }
            }
        }

        $(impl From<$body> for Event {
            fn from(body: $body) -> Self {
                Self::$body(Box::new(body))
            }
        })*
    };
}

const REGISTRAR: Author = Author::Participant(&["registrar"]);
const ANYBODY: Author = Author::Participant(&[]);
const HOLDERS: Author = Author::Participant(&[
    "importer",
    "studio",
    "artisan",
    "treater",
    "seller",
    "warehouse",
    "miner",
    "exporter",
    "lab",
]);
const ISSUERS: Author = Author::Participant(&["registrar", "trainer"]);
const SHIPPERS: Author = Author::Participant(&["exporter", "miner", "importer", "carrier"]);
const EXAMINERS: Author = Author::Participant(&["inspector", "lab", "grader"]);
const WITNESSES: Author = Author::Participant(&[
    "importer",
    "studio",
    "artisan",
    "treater",
    "seller",
    "warehouse",
    "miner",
    "exporter",
    "lab",
    "inspector",
]);
const MAKERS: Author = Author::Participant(&["studio", "artisan", "treater", "importer", "seller"]);
const SELLERS: Author = Author::Participant(&["seller", "studio", "artisan", "importer", "marketplace"]);
const EXPORTERS: Author =
    Author::Participant(&["seller", "studio", "artisan", "importer", "exporter", "marketplace", "broker"]);
const CARRIERS: Author = Author::Participant(&[
    "importer",
    "studio",
    "artisan",
    "treater",
    "seller",
    "warehouse",
    "miner",
    "exporter",
    "lab",
    "carrier",
    "marketplace",
]);
const SETTLERS: Author =
    Author::Participant(&["seller", "studio", "artisan", "importer", "marketplace", "registrar"]);

events! {
    LedgerOpened 1 "ledger.opened", Author::Genesis, [],
        "Ledger opened" "账本启用" "Registro aberto", "none", "none";
    PolicyAdopted 1 "policy.adopted", REGISTRAR, [],
        "Policy adopted" "采用规则" "Política adotada", "none", "none";
    ParticipantEnrolled 1 "participant.enrolled", REGISTRAR, [U1 U2 K1],
        "Participant enrolled" "参与方登记" "Participante inscrito", "none", "DigitalIdentityAnchor";
    ParticipantSuspended 1 "participant.suspended", REGISTRAR, [K3 K5],
        "Participant suspended" "参与方暂停" "Participante suspenso", "none", "none";
    ParticipantReinstated 2 "participant.reinstated", REGISTRAR, [C5 K3 K5],
        "Participant reinstated" "参与方恢复" "Participante reabilitado", "none", "none";
    ParticipantUpdated 2 "participant.updated", ANYBODY, [K2],
        "Participant updated" "参与方信息变更" "Participante atualizado", "none", "DigitalIdentityAnchor";
    FacilityRegistered 2 "facility.registered", ANYBODY, [U1],
        "Facility registered" "登记场所" "Local registrado", "bizLocation", "DigitalFacilityRecord";
    CredentialIssued 2 "credential.issued", ISSUERS, [U1 K2],
        "Credential issued" "颁发资质" "Credencial emitida", "none", "DigitalConformityCredential";
    CredentialRevoked 2 "credential.revoked", ISSUERS, [C5 K2],
        "Credential revoked" "撤销资质" "Credencial revogada", "none", "none";
    RoleGranted 1 "role.granted", REGISTRAR, [K2],
        "Role granted" "授予角色" "Função concedida", "none", "none";
    RoleRevoked 1 "role.revoked", REGISTRAR, [K2 K5],
        "Role revoked" "撤销角色" "Função revogada", "none", "none";
    KeyAdded 1 "key.added", ANYBODY, [K1 K2],
        "Key added" "添加密钥" "Chave adicionada", "none", "none";
    KeyRevoked 1 "key.revoked", ANYBODY, [K1 K4 K5],
        "Key revoked" "撤销密钥" "Chave revogada", "none", "none";
    LotDeclared 1 "lot.declared", Author::Participant(&["importer", "miner", "exporter", "studio", "seller"]),
        [M1 M5 U1 U3 L1 L2 L5 L6],
        "Lot declared" "登记原料" "Lote declarado", "ObjectEvent ADD creating_class_instance", "MakeEvent";
    SupplierCountersigned 1 "supplier.countersigned", Author::Supplier, [M2 M4 C5 L5],
        "Supplier counter-signed" "供应商会签" "Fornecedor contra-assinou", "TransactionEvent ADD accepting", "none";
    ConsignmentReceived 1 "consignment.received", HOLDERS, [M1 M2 M4 U1 C1 C5],
        "Consignment received" "收货" "Remessa recebida", "ObjectEvent OBSERVE receiving", "MoveEvent";
    ConsignmentShipped 2 "consignment.shipped", SHIPPERS, [U1 C5 K2],
        "Consignment shipped" "发运" "Remessa embarcada", "ObjectEvent OBSERVE shipping", "MoveEvent";
    CustomsCleared 2 "customs.cleared", Author::Participant(&["importer", "broker"]), [M1 M5 U3 C5 K2],
        "Customs cleared" "清关" "Liberado pela aduana", "ObjectEvent OBSERVE arriving", "none";
    LotSplit 1 "lot.split", HOLDERS, [M1 M2 M3 M7 U1 C1 C3 C5 L1 L2],
        "Lot split" "分货" "Lote dividido", "TransformationEvent", "ModifyEvent";
    LotMerged 1 "lot.merged", HOLDERS, [M1 M2 M3 M7 U1 C1 C3 C5 L1 L2 L3 L4 L6],
        "Lots merged" "合并" "Lotes misturados", "TransformationEvent", "ModifyEvent";
    LossRecorded 1 "loss.recorded", HOLDERS, [M1 M2 M3 M7 C1 C3 C5],
        "Loss recorded" "损耗" "Perda registrada", "ObjectEvent OBSERVE other", "ModifyEvent";
    TreatmentDeclared 1 "treatment.declared", HOLDERS, [U3 C1 C3 C5 L1 L5],
        "Treatment declared" "处理声明" "Tratamento declarado", "ObjectEvent OBSERVE inspecting", "ModifyEvent";
    TreatmentApplied 1 "treatment.applied", MAKERS, [M1 M2 M5 C1 C3 C5 L1],
        "Treatment applied" "进行处理" "Tratamento aplicado", "TransformationEvent", "ModifyEvent";
    CertificateLinked 1 "certificate.linked", HOLDERS, [U2 U3 C1 C3 C5 L1 L5],
        "Certificate linked" "关联证书" "Certificado vinculado", "ObjectEvent OBSERVE inspecting",
        "DigitalConformityCredential";
    DocumentAttached 2 "document.attached", ANYBODY, [U3 K2],
        "Document attached" "附加单证" "Documento anexado", "ObjectEvent OBSERVE other", "none";
    OriginAsserted 2 "origin.asserted", WITNESSES, [U3 C1 C5 L2 L5],
        "Origin asserted" "声明产地" "Origem declarada", "ObjectEvent OBSERVE inspecting", "ModifyEvent";
    InspectionRecorded 2 "inspection.recorded", EXAMINERS, [U3 C5 K2 L4 L5],
        "Inspection recorded" "检验" "Inspeção registrada", "ObjectEvent OBSERVE inspecting",
        "DigitalConformityCredential";
    StockCounted 2 "stock.counted", Author::Participant(&["inspector"]), [M5 M7 U1 C1 C5 K2],
        "Stock counted" "盘点" "Estoque contado", "ObjectEvent OBSERVE cycle_counting", "none";
    WorkStarted 1 "work.started", MAKERS, [M1 M2 M3 M5 M7 U1 C1 C3 C5 L1 L2 L3 L4],
        "Work started" "开工" "Trabalho iniciado", "TransformationEvent (inputs)", "MakeEvent";
    StepLogged 1 "step.logged", MAKERS, [U3 C1 C3 C5 L1],
        "Step logged" "工序" "Etapa registrada", "ObjectEvent OBSERVE", "MakeEvent";
    WorkCompleted 1 "work.completed", MAKERS, [M1 M2 M3 M5 M6 M7 U1 U3 C1 C3 C5 L1 L2 L3 L6],
        "Work completed" "完工" "Trabalho concluído", "TransformationEvent (outputs)", "MakeEvent";
    CustodyOffered 1 "custody.offered", HOLDERS, [M1 M2 M5 U1 C1 C2 C3 C4 C5],
        "Hand-over offered" "交付" "Entrega oferecida", "ObjectEvent OBSERVE shipping", "MoveEvent";
    CustodyAccepted 1 "custody.accepted", HOLDERS, [M1 M2 M5 C2 C3 C5],
        "Hand-over accepted" "接收" "Entrega aceita", "ObjectEvent OBSERVE receiving", "MoveEvent";
    CustodyRejected 1 "custody.rejected", HOLDERS, [C2 C3],
        "Hand-over rejected" "拒收" "Entrega recusada", "ObjectEvent OBSERVE void_shipping", "none";
    CustodyCancelled 1 "custody.cancelled", HOLDERS, [C2 C3],
        "Hand-over cancelled" "撤回交付" "Entrega cancelada", "ObjectEvent OBSERVE void_shipping", "none";
    TagBound 1 "tag.bound", SELLERS, [M7 U1 U3 C1 C3 C5],
        "Tag bound" "绑定标签" "Etiqueta vinculada", "ObjectEvent OBSERVE encoding", "none";
    TagReplaced 1 "tag.replaced", SELLERS, [U1 C1 C3 C5],
        "Tag replaced" "更换标签" "Etiqueta substituída", "ObjectEvent OBSERVE encoding", "none";
    SaleRecorded 1 "sale.recorded", SELLERS, [U1 C1 C3 C4 C5],
        "Sale recorded" "售出" "Venda registrada", "TransactionEvent ADD retail_selling", "none";
    SaleCancelled 1 "sale.cancelled", SELLERS, [C4 C5],
        "Sale cancelled" "取消售出" "Venda cancelada", "TransactionEvent DELETE retail_selling", "none";
    CustodyAssigned 2 "custody.assigned", REGISTRAR, [C2 C3 C4 C5],
        "Goods assigned" "强制移交" "Bens atribuídos", "ObjectEvent OBSERVE receiving", "MoveEvent";
    ItemConsigned 2 "item.consigned", HOLDERS, [C2 C3 C4 C5],
        "Consigned for sale" "委托销售" "Consignado para venda", "none", "none";
    OwnershipTransferred 2 "ownership.transferred", ANYBODY, [U1 C2 C3 C4 C5],
        "Ownership transferred" "所有权转移" "Propriedade transferida", "TransactionEvent ADD", "none";
    ItemLost 2 "item.lost", Author::Holder, [C1 C4 C5],
        "Lost or stolen" "遗失或被盗" "Perdido ou furtado", "ObjectEvent OBSERVE (disposition unknown or stolen)", "none";
    ItemRecovered 2 "item.recovered", Author::Holder, [C1 C4 C5],
        "Recovered" "找回" "Recuperado", "ObjectEvent OBSERVE", "none";
    ItemsPacked 2 "items.packed", HOLDERS, [U1 C1 C3 C5],
        "Packed" "装箱" "Embalado", "AggregationEvent ADD packing", "none";
    ItemsUnpacked 2 "items.unpacked", HOLDERS, [C1 C3 C5],
        "Unpacked" "拆箱" "Desembalado", "AggregationEvent DELETE unpacking", "none";
    ListingOpened 2 "listing.opened", SELLERS, [U1 C3 C4 C5 L6],
        "Listed" "上架" "Anunciado", "none", "none";
    ListingClosed 2 "listing.closed", SELLERS, [C4 C5],
        "Listing closed" "下架" "Anúncio encerrado", "none", "none";
    ItemReserved 2 "item.reserved", SELLERS, [C3 C4 C5],
        "Reserved" "预留" "Reservado", "ObjectEvent OBSERVE holding", "none";
    ExportPrepared 2 "export.prepared", EXPORTERS, [U1 C1 C4 C5 L2],
        "Export prepared" "出口备案" "Exportação preparada", "TransactionEvent ADD", "none";
    ShipmentDispatched 2 "shipment.dispatched", HOLDERS, [U1 C1 C4 C5],
        "Dispatched" "发货" "Despachado", "ObjectEvent OBSERVE departing", "MoveEvent";
    ShipmentDelivered 2 "shipment.delivered", CARRIERS, [C1 C5],
        "Delivered" "送达" "Entregue", "ObjectEvent OBSERVE arriving", "MoveEvent";
    PaymentSettled 2 "payment.settled", SETTLERS, [U1 C4 C5],
        "Payment settled" "结算" "Pagamento liquidado", "none", "none";
    ItemReturned 2 "item.returned", SELLERS, [C1 C3 C4 C5],
        "Returned" "退货" "Devolvido", "ObjectEvent OBSERVE returning", "MoveEvent";
    ClaimRedeemed 2 "claim.redeemed", Author::Claimant, [M7 U1 C4 C5],
        "Claimed by its buyer" "买家认领" "Resgatado pelo comprador", "none", "none";
    OwnerTransferred 2 "owner.transferred", Author::Buyer, [U1 C4 C5],
        "Passed on" "转让" "Passado adiante", "none", "none";
    EventCorrected 1 "event.corrected", ANYBODY, [M3 M5 M7 L1 L2 L4 L5 L6 X1 X2 X3],
        "Correction" "更正" "Correção", "errorDeclaration incorrect_data", "none";
    EventVoided 2 "event.voided", ANYBODY, [C1 C3 C5 X1 X3],
        "Event voided" "作废" "Evento anulado", "errorDeclaration did_not_occur", "none";
    HoldPlaced 2 "hold.placed", ANYBODY, [U1 C1 C4 C5],
        "Hold placed" "冻结" "Retenção imposta", "ObjectEvent OBSERVE holding", "none";
    HoldReleased 2 "hold.released", ANYBODY, [C5],
        "Hold released" "解除冻结" "Retenção liberada", "ObjectEvent OBSERVE other", "none";
    DisputeOpened 2 "dispute.opened", ANYBODY, [U1 C5],
        "Dispute opened" "提出争议" "Disputa aberta", "ObjectEvent OBSERVE other", "none";
    DisputeAnswered 2 "dispute.answered", ANYBODY, [C5 K3],
        "Dispute answered" "回应争议" "Disputa respondida", "ObjectEvent OBSERVE other", "none";
    DisputeResolved 2 "dispute.resolved", ANYBODY, [C5],
        "Dispute resolved" "争议解决" "Disputa resolvida", "ObjectEvent OBSERVE other", "none";
    RecallIssued 2 "recall.issued", ANYBODY, [U1 C5],
        "Recalled" "召回" "Recall", "ObjectEvent OBSERVE recalled", "none";
    RecallLifted 2 "recall.lifted", ANYBODY, [C5],
        "Recall lifted" "召回解除" "Recall encerrado", "ObjectEvent OBSERVE other", "none";
    DisclosureDestroyed 2 "disclosure.destroyed", ANYBODY, [X1],
        "Salt destroyed" "盐值已销毁" "Sal destruído", "none", "none";
    LedgerFrozen 2 "ledger.frozen", Author::Keeper, [F1],
        "Ledger frozen" "账本冻结" "Registro congelado", "none", "none";
    MassAdjusted 2 "mass.adjusted", HOLDERS, [M1 M2 M3 M5 M7 U3 C1 C3 C5],
        "Balance adjusted" "账面调整" "Saldo ajustado", "ObjectEvent OBSERVE other", "ModifyEvent";
    PiecesSerialised 2 "pieces.serialised", MAKERS, [M1 M2 M3 M7 U1 U3 C1 C3 C5 L1 L2 L6],
        "Pieces made out of a batch" "批件转单件" "Peças separadas do lote", "TransformationEvent", "ModifyEvent";
    ItemAssembled 2 "item.assembled", MAKERS, [M1 M2 M3 M5 M7 U1 U3 C1 C3 C5 L1 L2 L3 L4 L6],
        "Assembled" "组装" "Montado", "AggregationEvent ADD assembling", "MakeEvent";
    ItemDisassembled 2 "item.disassembled", MAKERS, [M1 M2 M3 M5 M7 U1 C1 C3 C5 L1 L2 L4],
        "Taken apart" "拆解" "Desmontado", "AggregationEvent DELETE disassembling", "ModifyEvent";
    ItemRepaired 2 "item.repaired", HOLDERS, [M1 M2 M3 M5 U2 U3 C1 C3 C5 L1 L4],
        "Repaired" "修复" "Reparado", "ObjectEvent OBSERVE repairing", "ModifyEvent";
    ItemDestroyed 2 "item.destroyed", HOLDERS, [M2 M7 U3 C1 C3 C4 C5],
        "Destroyed" "销毁" "Destruído", "ObjectEvent DELETE destroying", "ModifyEvent";
    LedgerSealed 1 "ledger.sealed", Author::Ledger, [M2 T2],
        "Ledger sealed" "账本封存" "Registro selado", "none", "none";
}

/// What a suspended participant may still say: it answers disputes, and nothing else (rule K3).
const WHILE_SUSPENDED: &[&str] = &["dispute.answered"];

/// The rules that every event meets; T1 and T3 where it builds on an item, a job, or another record that keeps a time.
pub const COMMON_RULES: &[Rule] = &[Rule::U4, K1, K2, K3, T1, T2, T3];

impl EventType {
    /// The JSON Schema (draft 2020-12) of the event, `type` included.
    #[must_use]
    pub fn schema(self) -> Value {
        let mut schema = self.body_schema();
        if let Value::Object(object) = &mut schema {
            object.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
            object.insert("title".to_owned(), json!(self.spec().name));
            object.insert("description".to_owned(), json!(self.spec().doc));
            if let Some(Value::Object(properties)) = object.get_mut("properties") {
                properties.insert("type".to_owned(), json!({"const": self.spec().name}));
            }
            if let Some(Value::Array(required)) = object.get_mut("required") {
                required.insert(0, json!("type"));
            }
        }
        schema
    }
}
