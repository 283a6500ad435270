//! Why a statement was refused, or what is shown as a warning: one table of reasons, each with its rule and its
//! words in every language.
//!
//! What the rules say stands in `rule`, and they are checked in `apply`; this file only names reasons. A code never
//! changes its meaning.

use std::fmt;

use crate::lang::Lang;
use crate::record::Warning;
pub use crate::rule::Rule;
use crate::vocab::{Code, Treatment};
use crate::words::{Arg, Phrase, Words, words};

macro_rules! reasons {
    ($($reason:ident $rule:ident $code:literal $en:literal $zh:literal $pt:literal;)*) => {
        /// A reason, of refusal or warning, under its rule.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Reason { $(#[doc = $en] $reason,)* }

        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$reason),*];

            /// The rule it belongs to.
            #[must_use]
            pub const fn rule(self) -> Rule {
                match self { $(Self::$reason => Rule::$rule,)* }
            }

            /// The stable code, in kebab-case.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$reason => $code,)* }
            }

            /// The reason of this code.
            #[must_use]
            pub fn of_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$reason),)* _ => None }
            }

            /// Its words, with holes for what it speaks of.
            #[must_use]
            pub const fn words(self) -> Words {
                match self { $(Self::$reason => words($en, $zh, $pt),)* }
            }
        }
    };
}

reasons! {
    WrongLedger F1 "wrong-ledger"
        "the statement is for ledger {0}; this one is {1}: sign it again for this ledger"
        "该声明属于账本 {0}，本账本是 {1}：请为本账本重新签名"
        "a declaração é do registro {0}; este é {1}: assine-a de novo para este registro";
    NotGenesis F1 "not-genesis"
        "entry 0 must be ledger.opened, alone in its statement, and no later entry may be"
        "第 0 条必须是单独的 ledger.opened，之后不得再有"
        "a entrada 0 deve ser ledger.opened, sozinha, e nenhuma outra pode ser";
    PolicyFirst F1 "policy-first"
        "entry 1 must be policy.adopted by a registrar"
        "第 1 条必须是登记机构的 policy.adopted"
        "a entrada 1 deve ser policy.adopted de um registrador";
    UnknownRuleset F1 "unknown-ruleset"
        "ruleset {0} is not known to this program: use a newer one"
        "本程序不认识规则集 {0}：请使用新版本"
        "o conjunto de regras {0} é desconhecido por este programa: use um mais novo";
    RulesetOlder F1 "ruleset-older"
        "{0} belongs to ruleset {1}; the policy in force is of ruleset {2}: the registrar adopts a newer one first"
        "{0} 属于规则集 {1}，现行规则为规则集 {2}：须先由登记机构采用新规则"
        "{0} é do conjunto de regras {1}; a política em vigor é do {2}: o registrador deve adotar um mais novo antes";
    RulesetBack F1 "ruleset-back"
        "ruleset {0} is older than {1}, which is in force: a ledger does not go back"
        "规则集 {0} 早于现行的 {1}：账本不能退回旧规则"
        "o conjunto de regras {0} é anterior ao {1}, em vigor: um registro não volta atrás";
    NotFound F2 "not-found"
        "{0} is not in this ledger"
        "账本中没有 {0}"
        "{0} não está neste registro";
    WrongKind F2 "wrong-kind"
        "{0} must be {1} here"
        "此处 {0} 必须是 {1}"
        "{0} deve ser {1} aqui";
    FieldsDisagree F3 "fields-disagree"
        "{0}"
        "字段互相矛盾：{0}"
        "os campos não concordam: {0}";
    PersonNameOpen F3 "person-name-open"
        "a natural person's name must be sealed"
        "自然人姓名必须密封"
        "o nome de uma pessoa física deve ser selado";
    SharesNotWhole F3 "shares-not-whole"
        "shares add up to {0} ppm, not to 1000000"
        "份额合计为 {0} ppm，应为 1000000"
        "as partes somam {0} ppm, não 1000000";
    NamedTwice F3 "named-twice"
        "{0} is named twice"
        "{0} 重复出现"
        "{0} aparece duas vezes";
    OwnersDiffer F3 "owners-differ"
        "the inputs belong to different owners: settle ownership before they are joined"
        "投入物属于不同所有者：请先确定所有权"
        "as entradas são de donos diferentes: acerte a propriedade antes de juntá-las";
    SpeciesDiffer F3 "species-differ"
        "the inputs are of different minerals ({0}, {1}): a lot holds one"
        "投入物矿物不同（{0}、{1}）：一批只能是一种"
        "as entradas são de minerais diferentes ({0}, {1}): um lote tem um só";
    NotPositive M1 "not-positive"
        "a mass or count of zero cannot enter or leave"
        "质量或数量不能为零"
        "massa ou contagem zero não pode entrar nem sair";
    OutOfRange M1 "out-of-range"
        "the total is beyond 2^53-1 milligrams"
        "合计超过 2^53-1 毫克"
        "o total passa de 2^53-1 miligramas";
    NotBalanced M2 "not-balanced"
        "{0} went in or was there, {1} is accounted for: the difference of {2} needs a loss or gain with its reason"
        "投入或现有 {0}，已说明 {1}：差额 {2} 须写明损耗或增量及原因"
        "entraram ou havia {0}, estão explicados {1}: a diferença de {2} precisa de perda ou ganho com motivo";
    DifferenceTooLarge M2 "difference-too-large"
        "a measurement difference of {0} is beyond the {1} that the scales and the policy allow: both parties must sign the measured mass"
        "计量差 {0} 超过秤与规则允许的 {1}：须双方签认实测质量"
        "uma diferença de medição de {0} passa dos {1} que as balanças e a política permitem: as duas partes devem assinar a massa medida";
    LossUnstated M2 "loss-unstated"
        "{0} was weighed where {1} is left: record the loss with its reason, or split off what is handed over"
        "称得 {0}，账面尚有 {1}：请先登记损耗及原因，或把要移交的部分分批"
        "foram pesados {0} onde restam {1}: registre a perda com o motivo, ou separe o que é entregue";
    TooMuchTaken M3 "too-much-taken"
        "{0} was asked for and {1} is left"
        "需要 {0}，仅剩 {1}"
        "foram pedidos {0} e restam {1}";
    ReceiptReason M4 "receipt-reason"
        "{0} was received and {1} declared: state the reason of the difference"
        "收到 {0}，申报 {1}：请写明差异原因"
        "foram recebidos {0} e declarados {1}: informe o motivo da diferença";
    ReceiptDifference M4 "receipt-difference"
        "received differs from declared by {0}, beyond the policy's {1}"
        "收货与申报相差 {0}，超过规则的 {1}"
        "o recebido difere do declarado em {0}, acima dos {1} da política";
    AgreedDiffers M4 "agreed-differs"
        "{0} was agreed as received; that is asked for only beyond the declared {1}"
        "会签的收货质量为 {0}；只有超过申报的 {1} 才需要"
        "foi acordado o recebimento de {0}; isso só se pede acima dos {1} declarados";
    DeclarationExceeded M5 "declaration-exceeded"
        "the customs declaration lets in {0}, and with this {1} would have been cleared under it"
        "报关单放行 {0}，加上本次共清关 {1}"
        "a declaração aduaneira libera {0}, e com isto seriam {1} sob ela";
    StockDiffers M5 "stock-differs"
        "a count found {0} where the ledger has {1}"
        "盘点实有 {0}，账面为 {1}"
        "uma contagem encontrou {0} onde o registro tem {1}";
    MassFromNowhere M5 "mass-from-nowhere"
        "{0} more than there was: mass enters only by declaration, stated foreign mass, or a difference between scales"
        "多出 {0}：质量只能通过登记、注明的外来物或秤差进入"
        "{0} a mais do que havia: massa só entra por declaração, massa estranha declarada ou diferença de balanças";
    AdjustmentNeedsDocument M5 "adjustment-needs-document"
        "a balance is adjusted only with a document"
        "账面调整必须附单证"
        "um saldo só é ajustado com um documento";
    AdjustmentTooLarge M5 "adjustment-too-large"
        "an adjustment by {0} is beyond the {1} that the policy allows: record a loss with its reason, or declare what was found"
        "调整 {0} 超过规则允许的 {1}：请登记损耗及原因，或登记所发现的货物"
        "um ajuste de {0} passa dos {1} que a política permite: registre a perda com o motivo, ou declare o que foi achado";
    Adjusted M5 "adjusted"
        "the balance was adjusted from {0} to {1}"
        "账面由 {0} 调整为 {1}"
        "o saldo foi ajustado de {0} para {1}";
    ForeignInside M5 "foreign-inside"
        "{0} holds something that is no stone: what is assembled is taken apart first"
        "{0} 中含非石料：组装件请先拆解"
        "{0} contém algo que não é pedra: o que é montado se desmonta antes";
    PartBeyondComponent M5 "part-beyond-component"
        "{0} is taken out as stone, of which {1} is there"
        "取出石料 {0}，其中仅有 {1}"
        "{0} é retirado como pedra, e dela há {1}";
    YieldOutside M6 "yield-outside"
        "a yield of {0} ppm is outside {1} to {2} ppm for this process"
        "出成率 {0} ppm 超出该工序的 {1} 至 {2} ppm"
        "um rendimento de {0} ppm está fora de {1} a {2} ppm para este processo";
    CountNotBalanced M7 "count-not-balanced"
        "{0} pieces are left by the book, and {1} are said to be"
        "账面剩余 {0} 件，声明为 {1} 件"
        "pelo livro restam {0} peças, e {1} são informadas";
    CountMissing M7 "count-missing"
        "a batch needs a count here, and nothing else may have one"
        "批件此处须有数量，其他物品不得有"
        "um lote contado precisa de contagem aqui, e nada mais pode ter uma";
    IdExists U1 "id-exists"
        "{0} exists already: an id is created once"
        "{0} 已存在：编号只能创建一次"
        "{0} já existe: um id é criado uma só vez";
    KeyInUse U1 "key-in-use"
        "this key already belongs to a participant"
        "该密钥已属于某参与方"
        "esta chave já pertence a um participante";
    TagNotHash U1 "tag-not-hash"
        "the tag code {0} is not the hash of the claim key"
        "标签码 {0} 不是领取密钥的哈希"
        "o código {0} não é o hash da chave de resgate";
    TagBoundAlready U1 "tag-bound-already"
        "the item already has the tag {0}: use tag.replaced"
        "该物品已有标签 {0}：请用 tag.replaced"
        "o item já tem a etiqueta {0}: use tag.replaced";
    TagUnknown U1 "tag-unknown"
        "{0} is not the item's live tag"
        "{0} 不是该物品的有效标签"
        "{0} não é a etiqueta válida do item";
    CertificateTaken U2 "certificate-taken"
        "certificate {0} {1} is bound to {2} by its lab"
        "证书 {0} {1} 已由检测机构绑定到 {2}"
        "o certificado {0} {1} está vinculado a {2} pelo laboratório";
    CertificateCollides U2 "certificate-collides"
        "certificate {0} {1} is also claimed for {2}"
        "证书 {0} {1} 也被用于 {2}"
        "o certificado {0} {1} também é alegado para {2}";
    NothingToReissue U2 "nothing-to-reissue"
        "{0} {1} is not the laboratory's standing certificate of {2}: name the one that this certificate replaces"
        "{0} {1} 不是该机构为 {2} 出具的现行证书：请填写被本证书替代的证书编号"
        "{0} {1} não é o certificado vigente do laboratório para {2}: indique o que este certificado substitui";
    IssuerTaken U2 "issuer-taken"
        "the issuer code {0} belongs to another participant"
        "发证代码 {0} 属于其他参与方"
        "o código de emissor {0} pertence a outro participante";
    CertificateRecut U2 "certificate-recut"
        "the piece was cut again: certificate {0} {1} speaks of what it was before"
        "该件已改切：证书 {0} {1} 所述为改切之前"
        "a peça foi relapidada: o certificado {0} {1} fala do que ela era antes";
    DocumentReused U3 "document-reused"
        "the document {0} also stands on {1}, which has nothing to do with this"
        "单证 {0} 也用于无关的 {1}"
        "o documento {0} também está em {1}, que nada tem a ver com isto";
    SequenceUsed U4 "sequence-used"
        "sequence number {0} of this key was used by another statement"
        "该密钥的序号 {0} 已被其他声明使用"
        "o número de sequência {0} desta chave já foi usado";
    SequenceOld U4 "sequence-old"
        "sequence number {0} is too old: the lowest open one is {1}"
        "序号 {0} 太旧：最低可用为 {1}"
        "o número de sequência {0} é antigo demais: o menor aberto é {1}";
    SequenceLeap U4 "sequence-leap"
        "sequence number {0} leaps too far: at most {1}"
        "序号 {0} 跳跃过大：最大 {1}"
        "o número de sequência {0} salta demais: no máximo {1}";
    NotCustodian C1 "not-custodian"
        "{0} is in the hands of {1}: only the custodian may do this"
        "{0} 由 {1} 保管：只有保管方可以操作"
        "{0} está nas mãos de {1}: só quem tem a guarda pode fazer isto";
    NotNamed C2 "not-named"
        "the offer is between {0} and {1}"
        "该交付是 {0} 与 {1} 之间的"
        "a oferta é entre {0} e {1}";
    LinesDiffer C2 "lines-differ"
        "an acceptance names exactly the items of the offer"
        "接收必须与交付的物品完全一致"
        "uma aceitação nomeia exatamente os itens da oferta";
    ToSelf C2 "to-self"
        "goods cannot be handed to oneself"
        "不能交付给自己"
        "não se entrega a si mesmo";
    OfferOpen C3 "offer-open"
        "{0} is offered ({1}): accept, reject or cancel that first"
        "{0} 正在交付（{1}）：请先接收、拒收或撤回"
        "{0} está oferecido ({1}): aceite, recuse ou cancele antes";
    OfferClosed C3 "offer-closed"
        "the offer is no longer open"
        "该交付已关闭"
        "a oferta já não está aberta";
    NotOwner C4 "not-owner"
        "{0} belongs to another: only the owner may do this"
        "{0} 属于他人：只有所有者可以操作"
        "{0} é de outro: só o dono pode fazer isto";
    StateForbids C5 "state-forbids"
        "{0} is {1}: this cannot be done with it now"
        "{0} 状态为 {1}：现在不能这样做"
        "{0} está {1}: isto não pode ser feito agora";
    TooManyMarks C5 "too-many-marks"
        "{0} bears {1} of these already"
        "{0}上此类标记已达 {1} 个"
        "{0} já tem {1} destes";
    Held C5 "held"
        "{0} is held ({1}): it stays where and what it is until the hold is released"
        "{0} 已被冻结（{1}）：解除之前不得变动"
        "{0} está retido ({1}): fica onde está e como é até a liberação";
    Disputed C5 "disputed"
        "{0} is under a dispute over title ({1}): it stays where and what it is until that is resolved"
        "{0} 存在权属争议（{1}）：解决之前不得变动"
        "{0} está sob disputa de propriedade ({1}): fica onde está até a solução";
    Recalled C5 "recalled"
        "{0} is recalled ({1}): it is not sold or handed on"
        "{0} 已被召回（{1}）：不得销售或移交"
        "{0} está em recall ({1}): não se vende nem se entrega";
    Missing C5 "missing"
        "{0} was reported {1} at entry {2}: nothing is done with it until it is recovered"
        "{0} 已在第 {2} 条报告{1}：找回之前不得操作"
        "{0} foi dado como {1} na entrada {2}: nada se faz com ele até a recuperação";
    Packed C5 "packed"
        "{0} is packed in the box {1}: what is in a box moves together; unpack it first"
        "{0} 装在箱 {1} 内：箱内物品须一起移动，请先拆箱"
        "{0} está na caixa {1}: o que está numa caixa segue junto; desembale antes";
    ReservedBy C5 "reserved"
        "{0} is reserved by {1} until {2}"
        "{0} 已由 {1} 预留至 {2}"
        "{0} está reservado por {1} até {2}";
    InTransit C5 "in-transit"
        "{0} is under way with the shipment {1}"
        "{0} 正在运输途中（{1}）"
        "{0} está a caminho com o envio {1}";
    ShipmentOver C5 "shipment-over"
        "the shipment {0} has arrived already"
        "发运 {0} 已送达"
        "o envio {0} já chegou";
    SaleDelivered C5 "sale-delivered"
        "{0} was delivered to its buyer: what comes back is item.returned"
        "{0} 已送达买家：退货请用 item.returned"
        "{0} foi entregue ao comprador: o que volta é item.returned";
    NotInSale C5 "not-in-sale"
        "{0} is no longer part of the sale {1}"
        "{0} 已不属于销售 {1}"
        "{0} já não faz parte da venda {1}";
    SaleSettled C5 "sale-settled"
        "the sale {0} is settled already ({1})"
        "销售 {0} 已结算（{1}）"
        "a venda {0} já foi liquidada ({1})";
    NotMissing C5 "not-missing"
        "{0} was not reported lost or stolen"
        "{0} 未被报告遗失或被盗"
        "{0} não foi dado como perdido nem furtado";
    NotListed C5 "not-listed"
        "{0} does not stand in the listing {1}"
        "{0} 不在上架 {1} 中"
        "{0} não está no anúncio {1}";
    TooManySellers C5 "too-many-sellers"
        "{0} already has {1} sellers or listings: end one first"
        "{0} 已有 {1} 个销售方或上架：请先结束一个"
        "{0} já tem {1} vendedores ou anúncios: encerre um antes";
    ClaimTaken U1 "claim-taken"
        "the hidden code of {0} was redeemed at entry {1}: it works once"
        "{0} 的隐藏码已在第 {1} 条兑领：只能使用一次"
        "o código oculto de {0} foi resgatado na entrada {1}: vale uma vez";
    ClaimNotUnit U1 "claim-not-unit"
        "the claim key is not one of the units of {0}"
        "该领取密钥不属于 {0} 的任何单件"
        "a chave de resgate não é de nenhuma unidade de {0}";
    NotGivenBack C4 "not-given-back"
        "{0} belongs to its buyer: the buyer gives it back first (owner.transferred without a key)"
        "{0} 属于买家：须先由买家交还（不带密钥的 owner.transferred）"
        "{0} é do comprador: o comprador devolve antes (owner.transferred sem chave)";
    NotSeller C4 "not-seller"
        "{0} was sold by {1}: only the seller may do this"
        "{0} 由 {1} 售出：只有销售方可以操作"
        "{0} foi vendido por {1}: só o vendedor pode fazer isto";
    TitleOnly C2 "title-only"
        "the offer {0} is of ownership alone: it is taken with ownership.transferred"
        "{0} 只转移所有权：请用 ownership.transferred 接受"
        "a oferta {0} é só de propriedade: aceita-se com ownership.transferred";
    MaterialOrigins L2 "material-origins"
        "the material's possible origins on record are {0}"
        "记录中材料的可能产地为 {0}"
        "as origens possíveis do material no registro são {0}";
    KeyUnknown K1 "key-unknown"
        "the signing key {0} is not enrolled for this author"
        "签名密钥 {0} 未登记给该作者"
        "a chave {0} não está inscrita para este autor";
    KeyRevoked K1 "key-revoked"
        "the signing key was revoked at entry {0}"
        "签名密钥已在第 {0} 条撤销"
        "a chave foi revogada na entrada {0}";
    KeyRefused K1 "key-refused"
        "the key cannot be enrolled: {0}"
        "该密钥不能登记：{0}"
        "a chave não pode ser inscrita: {0}";
    ScopeForbids K2 "scope-forbids"
        "this key may not sign {0}"
        "该密钥无权签署 {0}"
        "esta chave não pode assinar {0}";
    RoleForbids K2 "role-forbids"
        "{0} needs one of these roles: {1}"
        "{0} 需要以下角色之一：{1}"
        "{0} exige uma destas funções: {1}";
    NotEntitled K2 "not-entitled"
        "the author may not do this for {0}"
        "作者无权为 {0} 执行此操作"
        "o autor não pode fazer isto por {0}";
    Suspended K3 "suspended"
        "the participant is suspended: ask the registrar"
        "该参与方已暂停：请联系登记机构"
        "o participante está suspenso: fale com o registrador";
    SuspectLater K4 "suspect-later"
        "a key cannot become suspect later on: name an entry that stands already"
        "密钥不能从将来起才可疑：请填已有的条目序号"
        "uma chave não pode ficar suspeita só no futuro: indique uma entrada que já existe";
    LastRegistrarKey K5 "last-registrar-key"
        "this would remove the last registrar key"
        "这将移除最后一个登记机构密钥"
        "isto removeria a última chave de registrador";
    OlderThanBasis T1 "older-than-basis"
        "the event claims {0}, before {1} of what it builds on"
        "事件声称时间 {0} 早于其依据的 {1}"
        "o evento alega {0}, antes de {1} daquilo em que se baseia";
    LaterThanClock T2 "later-than-clock"
        "the event claims {0}; the ledger's clock allows up to {1}"
        "事件声称时间 {0}，账本时钟最多允许 {1}"
        "o evento alega {0}; o relógio do registro permite até {1}";
    EnteredLate T3 "entered-late"
        "entered {0} seconds after it is said to have happened"
        "在所称发生后 {0} 秒才录入"
        "registrado {0} segundos depois do ocorrido alegado";
    TreatmentUndone L1 "treatment-undone"
        "{0} is on record as applied: it cannot become {1}"
        "{0} 已记录为已处理：不能改为 {1}"
        "{0} consta como aplicado: não pode virar {1}";
    LabDisagrees L1 "lab-disagrees"
        "the lab's finding on {0} differs from what was declared"
        "检测机构对 {0} 的结论与申报不符"
        "o laudo sobre {0} difere do declarado";
    InPartOfPiece L1 "in-part-of-piece"
        "{0} cannot be said in part of one piece that is not assembled"
        "未组装的单件不能说“部分{0}”"
        "{0} não se diz em parte de uma peça que não é montada";
    OriginBeyondEntered L2 "origin-beyond-entered"
        "{0} would be said to be of {1}; of what entered the blend from there, {2} is not claimed yet"
        "声称 {0} 产自 {1}；混合料中来自该地且尚未声称的仅 {2}"
        "{0} seriam ditos de {1}; do que entrou de lá na mistura, {2} ainda não foram alegados";
    EvidenceTooHigh L5 "evidence-too-high"
        "the evidence level {0} is not reached by {1}"
        "{1} 达不到证据等级 {0}"
        "o nível de evidência {0} não é alcançado por {1}";
    EvidenceNeedsDocument L5 "evidence-needs-document"
        "the evidence level document needs a document"
        "证据等级「文件」需要附文件"
        "o nível de evidência documento precisa de um documento";
    OriginNotInSet L2 "origin-not-in-set"
        "{0} is not among the possible origins: {1}"
        "{0} 不在可能的产地之中：{1}"
        "{0} não está entre as origens possíveis: {1}";
    OriginDisagrees L2 "origin-disagrees"
        "an independent party found the origin {0}, which is not among those claimed"
        "独立方认定产地为 {0}，不在声明的产地之中"
        "uma parte independente encontrou a origem {0}, que não está entre as alegadas";
    InspectionDisagrees L4 "inspection-disagrees"
        "an inspection found {0} where {1} was claimed"
        "检验认定为 {0}，原声明为 {1}"
        "uma inspeção encontrou {0} onde se alegava {1}";
    ProtectedName L6 "protected-name"
        "{0} is a protected name: it needs stone from {1} alone, with a document for its origin"
        "“{0}”是受保护名称：须全部产自{1}，并有产地单证"
        "{0} é um nome protegido: exige pedra só de {1}, com documento da origem";
    LabOnly L5 "lab-only"
        "only a lab may state {0}"
        "只有检测机构可以声明 {0}"
        "só um laboratório pode declarar {0}";
    LedgerFrozen F1 "ledger-frozen"
        "this ledger ended at entry {0}; it goes on as {1}"
        "本账本已在第 {0} 条终止；后继账本为 {1}"
        "este registro terminou na entrada {0}; continua como {1}";
    TooManyKept F3 "too-many-kept"
        "{0} has {1} of them already, and no more are kept"
        "{0} 已有 {1} 项，不能再多"
        "{0} já tem {1}, e não se guardam mais";
    CorrectionTarget X1 "correction-target"
        "entry {0}, event {1} did not create {2}"
        "第 {0} 条的事件 {1} 并未创建 {2}"
        "a entrada {0}, evento {1}, não criou {2}";
    CorrectionAuthor X1 "correction-author"
        "only the author of the event may correct it"
        "只有事件作者可以更正"
        "só o autor do evento pode corrigi-lo";
    CorrectionField X1 "correction-field"
        "{0} is not a field of that event that can be corrected"
        "{0} 不是该事件可更正的字段"
        "{0} não é um campo corrigível desse evento";
    CorrectionOld X1 "correction-old"
        "the field now holds {0}"
        "该字段现为 {0}"
        "o campo contém agora {0}";
    CorrectionNew X1 "correction-new"
        "the new value does not fit the field: {0}"
        "新值不符合该字段：{0}"
        "o novo valor não cabe no campo: {0}";
    CorrectionBetter X1 "correction-better"
        "a correction makes no claim better: {0} cannot become {1} by the author's word alone"
        "更正不能使说法变好：仅凭作者一面之词，{0} 不能改为 {1}"
        "uma correção não melhora o que se diz: {0} não vira {1} só pela palavra do autor";
    CorrectionTooFar X1 "correction-too-far"
        "the correction would reach more than {0} things: state it as a contradiction"
        "更正将波及超过 {0} 件物品：请作为矛盾申报"
        "a correção alcançaria mais de {0} coisas: declare-a como contradição";
    CorrectionUnnoted X1 "correction-unnoted"
        "what was made of {0} under ruleset 1 was not noted: state it as a contradiction"
        "{0} 在规则集 1 下的去向未被记录：请作为矛盾申报"
        "o que se fez de {0} sob o conjunto de regras 1 não foi anotado: declare como contradição";
    CorrectionCounterparty X2 "correction-counterparty"
        "{0} has changed hands: name {1} as counterparty; the correction counts once both have signed it"
        "{0} 已易手：请将 {1} 填为对方，双方签署后更正才生效"
        "{0} mudou de mãos: indique {1} como contraparte; a correção vale quando ambos assinarem";
    CorrectionUsed X3 "correction-used"
        "{0} has been used since: the booked mass stays; state the correction as a contradiction"
        "{0} 之后已被使用：账面质量不变；请将更正作为矛盾申报"
        "{0} já foi usado: a massa lançada fica; declare a correção como contradição";
    VoidUsed X3 "void-used"
        "something was built on {0} since (entry {1}): correct it, or state a contradiction"
        "第 {1} 条已以 {0} 为依据：请更正，或作为矛盾申报"
        "algo já se apoia em {0} (entrada {1}): corrija, ou declare uma contradição";
    Contradicted X3 "contradicted"
        "affected: of {0}, {1} is unexplained"
        "受影响：{0} 中有 {1} 无法解释"
        "afetado: de {0}, {1} está sem explicação";
    ContradictionCut X3 "contradiction-cut"
        "more was made of it than the {0} things that are flagged"
        "由其制成的物品多于已标记的 {0} 件"
        "fez-se dele mais do que as {0} coisas marcadas";
    SealWrong T2 "seal-wrong"
        "a seal states its own index and a time later than the seal before"
        "封存须写明自身序号，且时间晚于上一次封存"
        "um selo informa seu próprio índice e uma hora posterior ao selo anterior";
    SealRoot M2 "seal-root"
        "the seal states the state root {0}; the log adds up to {1}"
        "封存写明状态根 {0}，账本实际为 {1}"
        "o selo informa a raiz de estado {0}; o registro resulta em {1}";
}

impl Warning {
    /// What it warns of; `None` of a reason that this program does not know. On record its arguments are the same in
    /// every language, and terms are kept as codes.
    #[must_use]
    pub fn phrase(&self) -> Option<Phrase> {
        let reason = Reason::of_code(&self.reason)?;
        let arg = |text: &String| match Code::<Treatment>::parse(text) {
            Ok(treatment) if reason == Reason::LabDisagrees => treatment.into(),
            _ => Arg::Plain(text.clone()),
        };
        Some(Phrase::new(reason.words(), self.args.iter().map(arg).collect()))
    }
}

/// A rule that a statement breaks, where and why.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}: {}", self.rule(), self.message(Lang::En))]
pub struct Violation {
    /// Why.
    pub reason: Reason,
    /// Which event of the statement, from 0; `None` for the statement as a whole.
    pub event: Option<u16>,
    /// Which field of it; empty for the event as a whole.
    pub field: String,
    /// What the words need.
    pub args: Vec<Arg>,
}

impl Violation {
    /// A violation by the statement as a whole.
    #[must_use]
    pub const fn new(reason: Reason) -> Self {
        Self { reason, event: None, field: String::new(), args: Vec::new() }
    }

    /// Adds what the words need and is the same in every language.
    #[must_use]
    pub fn with(mut self, arg: impl fmt::Display) -> Self {
        self.args.push(Arg::Plain(arg.to_string()));
        self
    }

    /// Adds what the words need and has words of its own.
    #[must_use]
    pub fn saying(mut self, arg: impl Into<Arg>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Names the field.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = field.into();
        self
    }

    /// The rule.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        self.reason.rule()
    }

    /// The violation in words.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        self.phrase().say(lang)
    }

    /// The violation as a part of what somebody says of it.
    #[must_use]
    pub fn phrase(&self) -> Phrase {
        Phrase::new(self.reason.words(), self.args.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_code_of_its_own_and_the_same_arguments_in_every_language() {
        let mut codes: Vec<&str> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Reason::ALL.len());
        for reason in Reason::ALL {
            assert_eq!(Reason::of_code(reason.code()), Some(*reason));
            let holes =
                |lang| (0..6).filter(|n| reason.words().of(lang).contains(&format!("{{{n}}}"))).count();
            assert_eq!(holes(Lang::En), holes(Lang::Zh), "{}", reason.code());
            assert_eq!(holes(Lang::En), holes(Lang::Pt), "{}", reason.code());
        }
    }

    #[test]
    fn a_violation_speaks_the_asked_language() {
        let violation = Violation::new(Reason::TooMuchTaken).with("5 kg").with("4 kg").field("parts");
        assert_eq!(violation.to_string(), "M3: 5 kg was asked for and 4 kg is left");
        assert_eq!(violation.message(Lang::Zh), "需要 5 kg，仅剩 4 kg");
    }
}
