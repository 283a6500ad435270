//! The names of checks and what can be said of them: one table each, in every language.

use serde::Serialize;
use serde_json::Value;

use super::shape::{Told, one_of};
use crate::lang::Lang;
use crate::words::{Arg, Phrase, Words, words};

macro_rules! table {
    ($(#[$doc:meta])* $name:ident, $($variant:ident $code:literal $en:literal $zh:literal $pt:literal;)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum $name { $(#[doc = $en] $variant,)* }

        impl $name {
            /// Every entry of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The stable code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            const fn words(self) -> Words {
                match self { $(Self::$variant => words($en, $zh, $pt),)* }
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.code())
            }
        }

        impl Told for $name {
            fn schema() -> Value {
                one_of(Self::ALL.iter().map(|entry| (entry.code(), entry.words().of(Lang::En))))
            }
        }
    };
}

table! {
    /// What is checked.
    CheckCode,
    Trust "trust" "Trust file" "信任文件" "Arquivo de confiança";
    Log "log" "Log" "账本" "Registro";
    File "file" "Proof file" "证明文件" "Arquivo de prova";
    LogSignature "log-signature" "Log signature" "账本签名" "Assinatura do registro";
    Witnesses "witnesses" "Witnesses" "见证方" "Testemunhas";
    Inclusion "inclusion" "Entries in the log" "条目在账本中" "Entradas no registro";
    Ledger "ledger" "Ledger" "账本身份" "Identidade do registro";
    Signatures "signatures" "Authors' signatures" "作者签名" "Assinaturas dos autores";
    Seal "seal" "Seal" "封存" "Selo";
    Records "records" "Records under the seal" "封存下的记录" "Registros sob o selo";
    History "history" "Complete history" "历史完整" "Histórico completo";
    Rules "rules" "Rules" "规则" "Regras";
    Mass "mass" "Mass balance" "质量平衡" "Balanço de massa";
    Disclosures "disclosures" "Opened fields" "公开的密封字段" "Campos abertos";
    Complete "complete" "State replayed by an auditor" "状态经审计方重放" "Estado reproduzido por um auditor";
    Later "later" "After the seal" "封存之后" "Depois do selo";
    Entries "entries" "Raw entries" "原始条目" "Entradas brutas";
    Tree "tree" "Tree and checkpoint" "树与检查点" "Árvore e checkpoint";
    Tiles "tiles" "Hash tiles" "哈希瓦片" "Blocos de hash";
    Seals "seals" "State roots" "状态根" "Raízes de estado";
    Append "append-only" "Grown only, since last time" "自上次以来只增不改" "Só cresceu desde a última vez";
}

table! {
    /// What is said of a check.
    Note,
    FileRead "file-read" "{0} statements and {1} records read" "已读取 {0} 份声明和 {1} 条记录" "{0} declarações e {1} registros lidos";
    FileUnreadable "file-unreadable" "{0}" "无法读取：{0}" "ilegível: {0}";
    CheckpointUnreadable "checkpoint-unreadable" "the checkpoint cannot be read: {0}" "检查点无法读取：{0}" "o checkpoint não pode ser lido: {0}";
    LogSigned "log-signed" "{0} signed a log of {1} entries" "{0} 签署了 {1} 条的账本" "{0} assinou um registro de {1} entradas";
    LogUnknown "log-unknown" "the trust file lists no log {0}: add its key only if you have it from a source you trust" "信任文件未列出账本 {0}：仅当密钥来源可信时才添加" "o arquivo de confiança não lista o registro {0}: só acrescente a chave se a fonte for confiável";
    LogNotSigned "log-not-signed" "no listed key of {0} has signed the checkpoint" "{0} 的已列密钥均未签署检查点" "nenhuma chave listada de {0} assinou o checkpoint";
    LogKeyUnsupported "log-key-unsupported" "the listed keys of {0} are of a type this program cannot check" "本程序无法验证 {0} 所列的密钥类型" "as chaves listadas de {0} são de um tipo que este programa não verifica";
    SignatureForged "signature-forged" "a signature that names a known key is false: the checkpoint was altered ({0})" "以已知密钥署名的签名为假：检查点被篡改（{0}）" "uma assinatura que nomeia chave conhecida é falsa: o checkpoint foi alterado ({0})";
    QuorumMet "quorum-met" "{0} cosigned" "{0} 已联署" "{0} coassinaram";
    QuorumNotMet "quorum-not-met" "fewer cosignatures than the trust file asks for; valid: {0}" "联署少于信任文件的要求；有效：{0}" "menos coassinaturas do que o arquivo de confiança pede; válidas: {0}";
    QuorumNotAsked "quorum-not-asked" "the trust file asks for no witness: the operator could show others another log" "信任文件未要求见证方：运营方可能向他人展示另一账本" "o arquivo de confiança não pede testemunha: o operador poderia mostrar outro registro a outros";
    Included "included" "all {0} statements are in the log of {1} entries" "{0} 份声明全部在 {1} 条的账本中" "todas as {0} declarações estão no registro de {1} entradas";
    NotIncluded "not-included" "the statements are not those of the signed log: {0}" "声明与已签账本不符：{0}" "as declarações não são as do registro assinado: {0}";
    LedgerMatches "ledger-matches" "{0}, by its first entry" "{0}，与首条一致" "{0}, pela primeira entrada";
    LedgerDiffers "ledger-differs" "the first entry, the file and the checkpoint do not name one ledger: {0}" "首条、文件与检查点指向不同账本：{0}" "a primeira entrada, o arquivo e o checkpoint não nomeiam o mesmo registro: {0}";
    AllSigned "all-signed" "all {0} by keys enrolled at their place in the log" "{0} 份均由当时已登记的密钥签署" "todas as {0}, por chaves inscritas naquele ponto do registro";
    SignatureBad "signature-bad" "entry {0}: {1}" "第 {0} 条：{1}" "entrada {0}: {1}";
    SealGood "seal-good" "entry {0}, {1}, over {0} entries" "第 {0} 条，{1}，覆盖 {0} 条" "entrada {0}, {1}, sobre {0} entradas";
    SealMissing "seal-missing" "entry {0} is not a seal by the ledger's key: {1}" "第 {0} 条不是账本密钥的封存：{1}" "a entrada {0} não é um selo com a chave do registro: {1}";
    RecordsProven "records-proven" "{0} records are the sealed ones" "{0} 条记录与封存一致" "{0} registros são os selados";
    RecordsDiffer "records-differ" "the records are not the sealed ones: {0}" "记录与封存不符：{0}" "os registros não são os selados: {0}";
    HistoryWhole "history-whole" "every event of {0} records is in the file" "{0} 条记录的全部事件均在文件中" "todos os eventos de {0} registros estão no arquivo";
    HistoryListed "history-listed" "every event is listed; {0} of them, about ancestors, only by their ids" "全部事件已列出；其中 {0} 个（上游物料）仅列编号" "todos os eventos estão listados; {0} deles, de antecessores, só pelos ids";
    HistoryBroken "history-broken" "events of {0} are missing or changed: its history does not lead to the sealed record" "{0} 的事件缺失或被改：其历史与封存记录不符" "faltam ou mudaram eventos de {0}: seu histórico não leva ao registro selado";
    RulesHeld "rules-held" "{0} statements applied again, {1} records come out as sealed" "重新执行 {0} 份声明，{1} 条记录与封存一致" "{0} declarações reaplicadas, {1} registros saem como selados";
    RulesHeldInPart "rules-held-in-part" "{0} statements applied again, {1} records come out as sealed; {2} statements speak of goods that are not in this file and were not applied" "重新执行 {0} 份声明，{1} 条记录与封存一致；{2} 份涉及本文件以外的货物，未执行" "{0} declarações reaplicadas, {1} registros saem como selados; {2} falam de bens fora deste arquivo e não foram aplicadas";
    RulesNothing "rules-nothing" "no statement could be applied again with what is in this file" "本文件内容不足以重新执行任何声明" "nenhuma declaração pôde ser reaplicada com o que há neste arquivo";
    RuleBroken "rule-broken" "entry {0} breaks rule {1}: {2}" "第 {0} 条违反规则 {1}：{2}" "a entrada {0} viola a regra {1}: {2}";
    RecordNotDerived "record-not-derived" "the sealed record of {0} is not what its statements add up to" "{0} 的封存记录与其声明的结果不符" "o registro selado de {0} não é o que suas declarações somam";
    RulesetUnknown "ruleset-unknown" "ruleset {0} is not known to this program: use a newer one" "本程序不认识规则集 {0}：请使用新版本" "o conjunto de regras {0} é desconhecido por este programa: use um mais novo";
    MassBalanced "mass-balanced" "{0} items and jobs balance to the milligram" "{0} 个物品和工单平衡到毫克" "{0} itens e trabalhos fecham ao miligrama";
    MassNotBalanced "mass-not-balanced" "{0} does not balance: {1}" "{0} 不平衡：{1}" "{0} não fecha: {1}";
    DisclosuresMatch "disclosures-match" "{0} opened fields are what was sealed" "{0} 个公开字段与密封一致" "{0} campos abertos são o que foi selado";
    DisclosuresNone "disclosures-none" "none is opened; {0} stay sealed" "未公开；{0} 个仍密封" "nenhum aberto; {0} seguem selados";
    DisclosureFalse "disclosure-false" "{0}: {1}" "{0}：{1}" "{0}: {1}";
    Audited "audited" "an auditor replayed the log up to entry {0} and cosigned" "审计方已重放至第 {0} 条并联署" "um auditor reproduziu o registro até a entrada {0} e coassinou";
    OperatorOnly "operator-only" "operator's statement only: no auditor of the trust file has cosigned. Statements about other goods may contradict it" "仅为运营方声明：信任文件中无审计方联署。其他货物的声明可能与之矛盾" "só a palavra do operador: nenhum auditor do arquivo de confiança coassinou. Declarações sobre outros bens podem contradizê-la";
    NothingLater "nothing-later" "proven up to entry {0}; the log had {1} more entries, and what they say of the item is known only as far as this file shows it; a newer proof file may show more" "已证明至第 {0} 条；账本另有 {1} 条，其内容仅限本文件所示；更新的证明文件可能包含更多" "provado até a entrada {0}; o registro tinha mais {1} entradas, e o que dizem do item só se sabe pelo que este arquivo mostra; um arquivo de prova mais novo pode mostrar mais";
    LaterIncluded "later-included" "proven up to entry {0}; {1} later statements are in this file, whether they are all is not proven" "已证明至第 {0} 条；文件另含 {1} 份之后的声明，是否齐全未证明" "provado até a entrada {0}; {1} declarações posteriores estão no arquivo, não se prova que sejam todas";
    NotReached "not-reached" "not checked, because an earlier check did not hold" "因前项未通过而未检查" "não verificado, porque uma verificação anterior não passou";
    EntriesHeld "entries-held" "{0} entries: every signature and every rule" "{0} 条：全部签名和规则" "{0} entradas: todas as assinaturas e regras";
    EntryBad "entry-bad" "entry {0} {1}: {2}" "第 {0} 条 {1}：{2}" "entrada {0} {1}: {2}";
    EntriesMissing "entries-missing" "{0}" "{0}" "{0}";
    RootMatches "root-matches" "the entries give the signed root {0}" "条目得出已签根 {0}" "as entradas dão a raiz assinada {0}";
    RootDiffers "root-differs" "the entries give the root {0}, the checkpoint says {1}" "条目得出根 {0}，检查点为 {1}" "as entradas dão a raiz {0}, o checkpoint diz {1}";
    OriginDiffers "origin-differs" "the checkpoint is of {0}, the first entry opens {1}" "检查点属于 {0}，首条启用的是 {1}" "o checkpoint é de {0}, a primeira entrada abre {1}";
    TilesMatch "tiles-match" "{0} tiles hold the tree's hashes" "{0} 个瓦片与树一致" "{0} blocos contêm os hashes da árvore";
    TileDiffers "tile-differs" "{0} does not hold the tree's hashes" "{0} 与树的哈希不符" "{0} não contém os hashes da árvore";
    TileMissing "tile-missing" "{0} is missing" "缺少 {0}" "falta {0}";
    SealsMatch "seals-match" "{0} seals state what the log adds up to" "{0} 次封存与账本结果一致" "{0} selos dizem o que o registro soma";
    AppendFirst "append-first" "first time for this log: remembered from now on" "首次验证此账本：自此记住" "primeira vez para este registro: lembrado a partir de agora";
    AppendHeld "append-held" "continues the log of {0} entries seen before" "延续之前所见的 {0} 条账本" "continua o registro de {0} entradas visto antes";
    AppendFork "append-fork" "FORK: two signed checkpoints contradict each other; keep both as evidence (another log of the same name needs a --state of its own).\n--- seen before\n{0}\n--- now\n{1}" "分叉：两个已签检查点互相矛盾，请都保留作证据（同名的另一账本须另用 --state）。\n--- 之前\n{0}\n--- 现在\n{1}" "BIFURCAÇÃO: dois checkpoints assinados se contradizem; guarde ambos como prova (outro registro de mesmo nome precisa de um --state próprio).\n--- antes\n{0}\n--- agora\n{1}";
    AppendShrunk "append-shrunk" "the log is smaller than the one seen before: either it is an older copy, or entries were taken away. Ask for the newest; if that is smaller too, keep both checkpoints as evidence.\n--- seen before\n{0}\n--- now\n{1}" "账本比之前所见更小：或为旧副本，或有条目被删。请索取最新版本；若仍更小，请保留两个检查点作证据。\n--- 之前\n{0}\n--- 现在\n{1}" "o registro é menor que o visto antes: ou é uma cópia antiga, ou entradas foram tiradas. Peça o mais novo; se também for menor, guarde ambos os checkpoints como prova.\n--- antes\n{0}\n--- agora\n{1}";
    AppendNoState "append-no-state" "{0}" "{0}" "{0}";
    VerdictPassed "verdict-passed" "Everything checked holds." "所有检查均通过。" "Tudo o que foi verificado confere.";
    VerdictPassedInPart "verdict-passed-in-part" "What was checked holds; not everything was checked (–)." "已检查的均通过；部分未检查（–）。" "O que foi verificado confere; nem tudo foi verificado (–).";
    VerdictFailed "verdict-failed" "A CHECK FAILED. Do not rely on this." "检查未通过。请勿采信。" "UMA VERIFICAÇÃO FALHOU. Não confie nisto.";
    VerdictNotTrusted "verdict-not-trusted" "The trust file does not vouch for this." "信任文件不为此担保。" "O arquivo de confiança não responde por isto.";
    VerdictNotEvaluated "verdict-not-evaluated" "It could not be evaluated." "无法评估。" "Não foi possível avaliar.";
}

impl CheckCode {
    /// What the check is called.
    #[must_use]
    pub const fn title(self, lang: Lang) -> &'static str {
        self.words().of(lang)
    }
}

impl Note {
    /// The note with what its words need.
    #[must_use]
    pub fn phrase(self, args: Vec<Arg>) -> Phrase {
        Phrase::new(self.words(), args)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_every_language_has_the_same_holes() {
        let mut codes: Vec<&str> = Note::ALL.iter().map(|note| note.code()).collect();
        codes.extend(CheckCode::ALL.iter().map(|check| check.code()));
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
        for note in Note::ALL {
            let holes = |lang| (0..4).filter(|n| note.words().of(lang).contains(&format!("{{{n}}}"))).count();
            assert_eq!(holes(Lang::En), holes(Lang::Zh), "{}", note.code());
            assert_eq!(holes(Lang::En), holes(Lang::Pt), "{}", note.code());
        }
    }
}
