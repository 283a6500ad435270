//! What can be done where an event cannot be taken back in one step: for each event that `lode undo` does not know, in
//! words. A test holds the list to the event table. Nothing is done here, and no rule is known.

/// In English, Chinese and Portuguese.
type Said = [&'static str; 3];

const NEVER: Said = [
    "it stays in the log; what is right is said anew",
    "该记录保留在账本中；请重新登记正确内容",
    "fica no registro; diga de novo o que é certo",
];
const MASS: Said = [
    "say what is right with `lode correct ITEM` (its mass) or, with a document, `lode adjust`",
    "用 `lode correct ITEM` 更正质量，或凭单证用 `lode adjust`",
    "corrija a massa com `lode correct ITEM` ou, com documento, `lode adjust`",
];
const ARRIVED: Said = [
    "what was weighed wrongly on arrival is put right, with a document, by `lode adjust`",
    "收货时称错的质量，凭单证用 `lode adjust` 调整",
    "o que se pesou errado na chegada se acerta, com documento, por `lode adjust`",
];
const ACCEPTED: Said = [
    "offer the goods back with `lode offer`; a wrong weight is corrected with `lode correct`, which the giver signs too",
    "用 `lode offer` 交还；重量有误则用 `lode correct` 更正，对方也须签署",
    "ofereça de volta com `lode offer`; um peso errado se corrige com `lode correct`, que o outro também assina",
];
const OFFER_AGAIN: Said = ["offer it again", "请重新交付", "ofereça de novo"];
const STEP: Said = [
    "a step stays; log the right one, and put a paper with the reason to the goods with `lode attach`",
    "工序保留；请登记正确的工序，并用 `lode attach` 附上说明",
    "a etapa fica; registre a certa e junte um papel com o motivo com `lode attach`",
];
const TREATMENT: Said = [
    "a treatment that was stated stays in sight: a lab's finding stands beside it, and `lode dispute open` says that it is wrong",
    "已登记的处理会一直显示：可由检测机构检测结果并列，或用 `lode dispute open` 提出异议",
    "um tratamento declarado fica à vista: o laudo fica ao lado, e `lode dispute open` diz que está errado",
];
const CLAIM: Said = [
    "say the right one with `lode correct ITEM`; a finding stays, and another one stands beside it",
    "用 `lode correct ITEM` 更正；检验结果保留，新的结果并列",
    "diga o certo com `lode correct ITEM`; um achado fica, e outro fica ao lado",
];
const CERTIFICATE: Said = [
    "its lab reissues it under a new number; the holder says what is wrong with `lode dispute open`",
    "由检测机构以新编号重发；持有人用 `lode dispute open` 说明错误",
    "o laboratório o reemite com outro número; o detentor diz o que está errado com `lode dispute open`",
];
const PAPER: Said = [
    "a paper stays; put the right one beside it with `lode attach`",
    "单证保留；用 `lode attach` 附上正确的",
    "um papel fica; junte o certo com `lode attach`",
];
const COUNT: Said = [
    "count again with `lode count`: the last count is the one that is shown first",
    "用 `lode count` 重新盘点：最近一次优先显示",
    "conte de novo com `lode count`: a última contagem aparece primeiro",
];
const SHIPPED: Said = [
    "say what became of it: `lode deliver`, `lode return` or `lode missing report`",
    "登记后续：`lode deliver`、`lode return` 或 `lode missing report`",
    "diga o que aconteceu: `lode deliver`, `lode return` ou `lode missing report`",
];
const RESERVED: Said = [
    "end it with `lode reserve ITEM --end`; it ends by itself too",
    "用 `lode reserve ITEM --end` 结束；到期也会自动结束",
    "termine com `lode reserve ITEM --end`; ela também vence sozinha",
];
const CONSIGNED: Said = [
    "end it with `lode consign ITEM --end`",
    "用 `lode consign ITEM --end` 结束",
    "termine com `lode consign ITEM --end`",
];
const RETURNED: Said = [
    "what came in to be repaired goes back with `lode dispatch`; the rest is sold again with `lode sell`",
    "返修品用 `lode dispatch` 寄回；其余用 `lode sell` 重新售出",
    "o que entrou para conserto volta com `lode dispatch`; o resto se vende de novo com `lode sell`",
];
const FOUND: Said = [
    "say that it is there again with `lode missing found`, or missing with `lode missing report`",
    "用 `lode missing found` 或 `lode missing report` 登记实际情况",
    "diga que está lá de novo com `lode missing found`, ou que falta com `lode missing report`",
];
const MARK: Said = [
    "place or open it anew: `lode hold place`, `lode dispute open`, `lode recall issue`",
    "请重新提出：`lode hold place`、`lode dispute open`、`lode recall issue`",
    "faça de novo: `lode hold place`, `lode dispute open`, `lode recall issue`",
];
const TAGGED: Said = [
    "bind the right tag in its place with `lode tag replace`",
    "用 `lode tag replace` 更换为正确标签",
    "vincule a etiqueta certa com `lode tag replace`",
];
const APART: Said = [
    "put together again with `lode assemble`, take apart with `lode disassemble`",
    "用 `lode assemble` 重新组装，用 `lode disassemble` 拆解",
    "monte de novo com `lode assemble`, desmonte com `lode disassemble`",
];
const PACKED: Said =
    ["pack it again with `lode pack`", "用 `lode pack` 重新装箱", "embale de novo com `lode pack`"];
const LISTED: Said = [
    "list it again with `lode listing open`",
    "用 `lode listing open` 重新上架",
    "anuncie de novo com `lode listing open`",
];
const PARTY: Said = [
    "the registrar says what is right: `lode role`, `lode suspend`, `lode participant`, `lode credential`, `lode key`",
    "由登记机构更正：`lode role`、`lode suspend`、`lode participant`、`lode credential`、`lode key`",
    "o registrador diz o que é certo: `lode role`, `lode suspend`, `lode participant`, `lode credential`, `lode key`",
];
const POLICY: Said = [
    "adopt the former figures again with `lode policy adopt`; a ruleset does not go back",
    "用 `lode policy adopt` 恢复原数值；规则集版本不能退回",
    "adote de novo os valores anteriores com `lode policy adopt`; um conjunto de regras não volta",
];

/// What can be done instead of taking an event of this name back.
#[must_use]
pub(super) fn instead(name: &str) -> Said {
    match name {
        "loss.recorded" | "mass.adjusted" => MASS,
        "consignment.received" => ARRIVED,
        "custody.accepted" => ACCEPTED,
        "custody.rejected" | "custody.cancelled" => OFFER_AGAIN,
        "step.logged" => STEP,
        "treatment.applied" | "treatment.declared" => TREATMENT,
        "origin.asserted" | "inspection.recorded" => CLAIM,
        "certificate.linked" => CERTIFICATE,
        "document.attached"
        | "customs.cleared"
        | "consignment.shipped"
        | "export.prepared"
        | "item.repaired" => PAPER,
        "stock.counted" => COUNT,
        "shipment.dispatched" | "shipment.delivered" => SHIPPED,
        "item.reserved" => RESERVED,
        "item.consigned" => CONSIGNED,
        "item.returned" | "sale.cancelled" => RETURNED,
        "item.lost" | "item.recovered" => FOUND,
        "hold.released" | "dispute.resolved" | "dispute.answered" | "recall.lifted" => MARK,
        "tag.bound" | "tag.replaced" => TAGGED,
        "item.disassembled" => APART,
        "items.unpacked" => PACKED,
        "listing.closed" => LISTED,
        "policy.adopted" => POLICY,
        "participant.enrolled"
        | "participant.suspended"
        | "participant.reinstated"
        | "participant.updated"
        | "facility.registered"
        | "credential.issued"
        | "credential.revoked"
        | "role.granted"
        | "role.revoked"
        | "key.added"
        | "key.revoked" => PARTY,
        _ => NEVER,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use lode_ledger::event::EventType;

    use super::*;

    /// Of these there is nothing else to say.
    const FINAL: [&str; 11] = [
        "claim.redeemed",
        "custody.assigned",
        "disclosure.destroyed",
        "event.corrected",
        "event.voided",
        "item.destroyed",
        "ledger.frozen",
        "ledger.opened",
        "ledger.sealed",
        "owner.transferred",
        "payment.settled",
    ];

    /// A command that somebody is sent to is there.
    #[test]
    fn every_command_that_is_named_exists() {
        let reference = crate::cli::reference();
        let texts = EventType::ALL.iter().flat_map(|event| instead(event.spec().name));
        let named: BTreeSet<&str> = texts.flat_map(|text| text.split('`').skip(1).step_by(2)).collect();
        assert!(named.len() > 15, "{named:?}");
        for command in named {
            let words = command.split(' ').take_while(|word| word.chars().all(char::is_lowercase));
            let path = words.collect::<Vec<_>>().join(" ");
            let known = [format!("## `{path}`\n"), format!("## `{path} ")];
            assert!(known.iter().any(|heading| reference.contains(heading)), "{command}");
        }
    }

    #[test]
    fn every_event_is_taken_back_or_has_another_way_or_is_final() {
        for event in EventType::ALL {
            let name = event.spec().name;
            let known = super::super::repair::is_taken_back(name) || name == "supplier.countersigned";
            assert_eq!(instead(name) == NEVER, known || FINAL.contains(&name), "{name}");
        }
    }
}
