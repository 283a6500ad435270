//! The rules by their codes: what each says, and why it is there. What a rule refuses, and in which words, is told by
//! the reasons (`violation`); here nothing is checked.

use std::fmt;

use crate::words::{Words, words};

macro_rules! rules {
    ($($rule:ident $en:literal $zh:literal $pt:literal, $why_en:literal $why_zh:literal $why_pt:literal;)*) => {
        /// A rule by its code. `F` rules are about form: that a statement is of this ledger and hangs together.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Rule { $(#[doc = $en] $rule,)* }

        impl Rule {
            /// Every rule, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$rule),*];

            /// The code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$rule => stringify!($rule),)* }
            }

            /// The rule of this code, in either case.
            #[must_use]
            pub fn of_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|rule| rule.code().eq_ignore_ascii_case(code))
            }

            /// The rule in one sentence.
            #[must_use]
            pub const fn text(self) -> Words {
                match self { $(Self::$rule => words($en, $zh, $pt),)* }
            }

            /// What would happen without it: the fraud or the mistake that it stops or shows.
            #[must_use]
            pub const fn why(self) -> Words {
                match self { $(Self::$rule => words($why_en, $why_zh, $why_pt),)* }
            }
        }
    };
}

rules! {
    F1 "A statement names this ledger, in its present life."
       "声明须写明本账本及其当前期次。"
       "Uma declaração nomeia este registro, em sua vida atual.",
       "What was signed for another ledger, or before a restart, would be said here without its author."
       "否则，为另一账本或重启之前签署的声明会在未经签署人同意的情况下出现在这里。"
       "O que foi assinado para outro registro, ou antes de um reinício, seria dito aqui sem o seu autor.";
    F2 "What a statement names exists and is of the kind asked for."
       "声明所指之物须存在且类型相符。"
       "O que uma declaração nomeia existe e é do tipo pedido.",
       "A piece sold before it was made, or a lot that nobody declared, would have a history out of nothing."
       "否则，尚未制成即售出的成品、无人登记的原料会凭空有了来历。"
       "Uma peça vendida antes de ser feita, ou um lote que ninguém declarou, teria uma história vinda do nada.";
    F3 "Fields of one event agree with each other."
       "同一事件的各字段须彼此一致。"
       "Os campos de um evento concordam entre si.",
       "A reader would have to choose which half of a contradiction to believe."
       "否则读者只能自行选择相信自相矛盾的哪一半。"
       "O leitor teria de escolher em qual metade de uma contradição acreditar.";
    M1 "Every mass and count that enters or leaves is above zero and in range."
       "每一进出的质量和件数均大于零且在范围内。"
       "Toda massa e contagem que entra ou sai está acima de zero e dentro da faixa.",
       "A negative loss is a gain that nobody sees; an empty output is a name for goods to come."
       "负的损耗就是无人察觉的增重；空的产出则为日后的货物预留了名分。"
       "Uma perda negativa é um ganho que ninguém vê; uma saída vazia é um nome para mercadoria futura.";
    M2 "Inputs and stated gain equal outputs, stated loss and what is left, to the milligram."
       "投入加申报增重等于产出、申报损耗与剩余之和，精确到毫克。"
       "Entradas e ganho declarado igualam saídas, perda declarada e o que resta, ao miligrama.",
       "Weight that grows in the workshop is how cheap stone enters under the papers of dear stone."
       "在作坊里“长”出来的重量，正是廉价石料冒用贵重石料单证的途径。"
       "O peso que cresce na oficina é como a pedra barata entra com os papéis da cara.";
    M3 "What is left of an item is never below zero."
       "任何物品的剩余量不得低于零。"
       "O que resta de um item nunca fica abaixo de zero.",
       "400 kg on paper would become 4,000 kg of goods."
       "否则纸面上的 400 公斤会变成 4,000 公斤货物。"
       "400 kg no papel virariam 4.000 kg de mercadoria.";
    M4 "A received mass that differs beyond the policy's tolerance needs a reason. Still more than was declared needs a counter-signature; still less draws a warning."
       "收货质量超出规则容差须说明原因；多出更多须对方会签，缺少更多则给出警告。"
       "Uma massa recebida além da tolerância exige um motivo; muito a mais, uma contra-assinatura; muito a menos gera um aviso.",
       "Goods would be taken out, or put in, on the way, and called a difference of scales."
       "否则途中抽走或掺入的货物会被说成是磅差。"
       "Mercadoria seria tirada, ou posta, no caminho, e chamada de diferença de balanças.";
    M5 "Mass enters only by lot.declared, a stated foreign component, a measurement difference within M2, or mass.adjusted with a document."
       "质量只能经 lot.declared、申报的外来部件、M2 允许的称量差，或附单证的 mass.adjusted 进入。"
       "A massa só entra por lot.declared, por um componente externo declarado, por diferença de medição em M2 ou por mass.adjusted com documento.",
       "Every other door would be one for ghost stock: goods on the record that nobody ever had."
       "任何其他入口都会成为虚假库存之门：账上有、却从无人持有的货物。"
       "Qualquer outra porta serviria ao estoque fantasma: mercadoria no registro que ninguém jamais teve.";
    M6 "A yield outside the policy's range for the process draws a warning."
       "出成率超出该工艺的规则范围时给出警告。"
       "Um rendimento fora da faixa do processo na política gera um aviso.",
       "Beads that lose nothing in the cutting were made of more stone than was put in."
       "切磨毫无损耗的珠子，用的石料比投入的多。"
       "Contas que nada perdem no corte foram feitas de mais pedra do que entrou.";
    M7 "Counts balance as masses do."
       "件数与质量一样须平衡。"
       "As contagens fecham como as massas.",
       "108 beads sold out of 54 weigh as much only if most of them are glass."
       "54 颗卖成 108 颗，多出来的多半是玻璃。"
       "De 54 contas vender 108 só pesa o mesmo se a maioria for vidro.";
    U1 "An id is created once; a tag code is the hash of its claim key and bound to one live item."
       "编号只生成一次；标签码是其认领密钥的哈希，只绑定一件在册物品。"
       "Um id é criado uma vez; o código da etiqueta é o hash da sua chave e vincula um só item vivo.",
       "Two pieces under one id, or one label copied onto many, would share a single good history."
       "否则两件成品共用一个编号，或一张标签复制多份，会共享同一段良好来历。"
       "Duas peças sob um id, ou uma etiqueta copiada em muitas, dividiriam uma só boa história.";
    U2 "An item certificate is bound to one piece by its lab; asserted links collide visibly; a lab says which of its certificates a later one replaces."
       "单件证书由检测机构绑定到一件成品；他人声称的关联如有冲突会公开显示；换发由机构说明。"
       "O laboratório vincula um certificado a uma só peça; vínculos alegados colidem à vista; ele diz qual certificado foi substituído.",
       "One certificate would sell two stones, or a stranger would block a genuine number by using it first."
       "否则一张证书可卖两块石头，外人也可抢先占用真证书的编号。"
       "Um certificado venderia duas pedras, ou um estranho bloquearia um número verdadeiro usando-o antes.";
    U3 "The same public document on unrelated items draws a warning."
       "同一公开单证用于无关物品时给出警告。"
       "O mesmo documento público em itens sem relação gera um aviso.",
       "One invoice or one certificate of origin would vouch for every shipment."
       "否则一张发票或一份产地证可为每一批货作保。"
       "Uma fatura ou um certificado de origem abonaria todas as remessas.";
    U4 "A statement enters once."
       "一份声明只能入账一次。"
       "Uma declaração entra uma vez.",
       "An old sale or hand-over sent again would move goods a second time."
       "否则重发旧的售出或交付会让货物再次转移。"
       "Uma venda ou entrega antiga, reenviada, moveria a mercadoria outra vez.";
    C1 "Only the custodian transforms, splits or offers."
       "只有保管人可加工、分货或交付。"
       "Só o custodiante transforma, divide ou oferece.",
       "Somebody who handed a lot over would go on splitting it on paper."
       "否则已交出货物的人仍可在纸面上继续分货。"
       "Quem entregou um lote continuaria a dividi-lo no papel.";
    C2 "Custody moves by an offer and the matching acceptance of the named party."
       "保管权经交付及指定方的相应接收而转移。"
       "A custódia passa por uma oferta e pela aceitação correspondente da parte nomeada.",
       "A third party would accept goods meant for another, or be given what it never took."
       "否则第三方可冒领他人货物，或被强塞从未收下之物。"
       "Um terceiro aceitaria mercadoria de outro, ou receberia o que nunca tomou.";
    C3 "One open offer at a time. While it is open the goods are sent on their way and spoken of, and nothing else is done with them."
       "同一时间只能有一个未决交付；其间货物只可发运、可对其作出陈述，不得另作处置。"
       "Uma oferta aberta por vez. Enquanto aberta, a mercadoria é enviada e dela se fala, e nada mais se faz com ela.",
       "The same goods would be promised to two buyers, or cut while they are on the way."
       "否则同一货物会许给两个买家，或在途中被切割。"
       "A mesma mercadoria seria prometida a dois, ou cortada a caminho.";
    C4 "Ownership is changed by the owner."
       "所有权只能由所有人变更。"
       "A propriedade é mudada pelo dono.",
       "A workshop or warehouse would sell what it only keeps."
       "否则作坊或仓库会出售只是代管的货物。"
       "Uma oficina ou armazém venderia o que apenas guarda.";
    C5 "The item's state allows the event."
       "物品的状态须允许该事件。"
       "O estado do item permite o evento.",
       "A piece would be sold twice, and what is stolen, held or recalled would go on through the market."
       "否则一件成品可卖两次，被盗、冻结或召回之物会继续流通。"
       "Uma peça seria vendida duas vezes, e o roubado, retido ou recolhido seguiria no mercado.";
    K1 "The author's key is known and valid at this log position."
       "签署人的密钥须为已知，且在账本此处有效。"
       "A chave do autor é conhecida e válida nesta posição do registro.",
       "A lost or sold key would speak for its former owner for ever."
       "否则遗失或转卖的密钥会永远代表原主说话。"
       "Uma chave perdida ou vendida falaria para sempre pelo antigo dono.";
    K2 "The key's scope and the participant's role allow the event."
       "密钥的范围和参与方的角色须允许该事件。"
       "O escopo da chave e a função do participante permitem o evento.",
       "A shop would write laboratory findings, and the telephone at the bench would sell the stock."
       "否则店铺可写检测结论，工作台上的手机可卖掉库存。"
       "Uma loja escreveria laudos, e o telefone da bancada venderia o estoque.";
    K3 "A suspended participant may only answer disputes."
       "被暂停的参与方只能回应争议。"
       "Um participante suspenso só pode responder a disputas.",
       "Whoever was put out for fraud would go on, or would be unable to defend himself."
       "否则因欺诈被暂停者会继续经营，或无从申辩。"
       "Quem foi afastado por fraude continuaria, ou não poderia defender-se.";
    K4 "Events after the index since which a key is suspect are flagged."
       "密钥自某序号起可疑，其后事件均加标记。"
       "Eventos após o índice desde o qual uma chave é suspeita são marcados.",
       "What a thief signed before the theft was noticed would look like the owner's word."
       "否则失窃被发现前窃贼所签之言会看似本人所说。"
       "O que um ladrão assinou antes de o furto ser notado pareceria palavra do dono.";
    K5 "The last registrar key cannot be removed."
       "最后一把登记机构密钥不可移除。"
       "A última chave de registrador não pode ser removida.",
       "Nobody could ever enrol, suspend or mend anything again."
       "否则再无人能登记、暂停或补救。"
       "Ninguém mais poderia inscrever, suspender ou corrigir nada.";
    T1 "No event claims to be older than what it builds on."
       "事件不得早于其所依据者。"
       "Nenhum evento se diz mais antigo do que aquilo em que se apoia.",
       "A carving would be dated before its stone was dug."
       "否则雕件的日期会早于石料开采。"
       "Uma escultura seria datada antes de a pedra ser extraída.";
    T2 "No event claims to be later than the preceding seal's time, interval and skew."
       "事件不得晚于前一封存时间加间隔与时钟偏差。"
       "Nenhum evento se diz posterior à hora do selo anterior mais intervalo e desvio.",
       "A date in the future would close the way for everything that builds on it."
       "未来的日期会堵住其后一切事件的路。"
       "Uma data no futuro fecharia o caminho a tudo o que nela se apoia.";
    T3 "An entry long after the event is marked late."
       "事后很久才入账的，标为迟报。"
       "Uma entrada muito depois do evento é marcada como tardia.",
       "A history invented afterwards would look like one written down on the day."
       "否则事后编造的来历会看似当日所记。"
       "Uma história inventada depois pareceria escrita no dia.";
    L1 "Treatments are monotone: applied never disappears, and not stated never becomes none."
       "处理只增不减：已做的处理不会消失，未说明不会变成无。"
       "Tratamentos são monótonos: o aplicado nunca some, e o não informado nunca vira nenhum.",
       "A heated lot would be sold as untreated after a split, a merge or a new owner."
       "否则加热过的货经分货、合并或转手就会当未处理出售。"
       "Um lote aquecido seria vendido como não tratado após divisão, mistura ou novo dono.";
    L2 "The set of possible origins travels exactly, with the blend's shares by mass."
       "可能产地的集合随货准确传递，混料按质量记占比。"
       "O conjunto de origens possíveis viaja com exatidão, com as parcelas da mistura por massa.",
       "A 70:30 blend would be sold as all of the dearer country."
       "否则 70:30 的混料会全部当作较贵产地出售。"
       "Uma mistura 70:30 seria vendida inteira como do país mais caro.";
    L3 "The ISO 22095 model is the worst on the path."
       "ISO 22095 监管链模型取路径上最弱者。"
       "O modelo ISO 22095 é o pior do caminho.",
       "Goods that were once mixed would be called identity preserved further on."
       "否则曾经混合的货物后来会被称为身份保持。"
       "Mercadoria uma vez misturada seria chamada de identidade preservada adiante.";
    L4 "A synthetic or glass component makes the whole not natural."
       "含合成或玻璃部件者，整体不称天然。"
       "Um componente sintético ou de vidro torna o todo não natural.",
       "One glass bead in eighteen would go out under the name of the other seventeen."
       "否则十八颗中的一颗玻璃珠会借其余十七颗之名出货。"
       "Uma conta de vidro em dezoito sairia com o nome das outras dezessete.";
    L5 "An evidence level rises only by a new signed act of an entitled role."
       "证据等级只能由有权角色的新签名行为提高。"
       "Um nível de evidência só sobe por novo ato assinado de quem tem a função.",
       "The holder's word would turn into proof by being repeated."
       "否则持有人的话说多了就成了证明。"
       "A palavra do detentor viraria prova de tanto ser repetida.";
    L6 "A protected name needs local origin with a document."
       "受保护名称须有本地产地及单证。"
       "Um nome protegido exige origem local com documento.",
       "Brazilian crystal carved in Donghai would be offered as Donghai crystal."
       "否则在东海雕刻的巴西水晶会当作东海水晶出售。"
       "Cristal brasileiro lapidado em Donghai seria oferecido como cristal de Donghai.";
    X1 "A correction names an existing event and comes from its author."
       "更正须指明已有事件，且出自其签署人。"
       "Uma correção nomeia um evento existente e vem do seu autor.",
       "A competitor would rewrite what one said."
       "否则竞争者可改写他人所言。"
       "Um concorrente reescreveria o que se disse.";
    X2 "Mass or custody after acceptance is corrected with the counterparty."
       "接收之后的质量或保管更正须经对方同意。"
       "Massa ou custódia após a aceitação corrige-se com a contraparte.",
       "The giver would change the weight once the goods are gone."
       "否则货物离手后，交货人会改动重量。"
       "Quem entregou mudaria o peso depois que a mercadoria se foi.";
    X3 "What later events have used is not rewound but shown as a contradiction."
       "后续事件已使用者不回退，而显示为矛盾。"
       "O que eventos posteriores usaram não é desfeito, mas mostrado como contradição.",
       "A correction would change the past of pieces that others have bought since."
       "否则一次更正会改变他人其后所购成品的过去。"
       "Uma correção mudaria o passado de peças que outros já compraram.";
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
