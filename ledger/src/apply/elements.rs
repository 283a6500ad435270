//! What customs asks for under a code: the declaration elements of a lot against the table that the vocabulary keeps.
//!
//! A set that the table does not have is taken as its author states it; which code applies to goods is never judged.

use crate::event::body::{CustomsElements, LotDeclared};
use crate::violation::{Reason, Violation};
use crate::vocab::{Code, Country, HsCode, element_set};
use crate::words::{Phrase, words};

use super::context::{Context, refuse_twice};

/// Rule F3, from ruleset 2 on: a country, a code of digits, and of a set that the table has nothing but its elements,
/// each once.
pub(super) fn check_elements(context: &Context<'_>, body: &LotDeclared) -> Result<(), Violation> {
    let Some(customs) = body.customs.as_ref().filter(|_| context.ruleset() >= 2) else { return Ok(()) };
    let Ok(jurisdiction) = Code::<Country>::parse(customs.jurisdiction.as_str()) else {
        let text = words(
            "{0} is no country of the table: its ISO 3166-1 code of two letters",
            "{0} 不是国家表中的代码：请用 ISO 3166-1 两位代码",
            "{0} não é país da tabela: use o código de duas letras da ISO 3166-1",
        );
        return Err(refused(text.with(customs.jurisdiction.as_str()), "customs.jurisdiction"));
    };
    let hs = customs.hs.as_str();
    if hs.len() < 6 || !hs.bytes().all(|byte| byte.is_ascii_digit()) {
        let text = words(
            "an HS code has six digits or more, without dots",
            "HS 编码至少六位数字，不带点",
            "um código SH tem seis dígitos ou mais, sem pontos",
        );
        return Err(refused(text.into(), "customs.hs"));
    }
    refuse_twice(customs.elements.iter().map(|element| element.element.as_str()), "customs.elements")?;
    in_table(jurisdiction, customs)
}

fn in_table(jurisdiction: Code<Country>, customs: &CustomsElements) -> Result<(), Violation> {
    // The table's codes are of six digits, with a dot; what stands behind them is each country's own.
    let heading = customs.hs.as_str().get(..6).unwrap_or_default();
    let known = heading.split_at_checked(4).map(|(chapter, rest)| format!("{chapter}.{rest}"));
    let Some(hs) = known.and_then(|code| Code::<HsCode>::parse(&code).ok()) else { return Ok(()) };
    if element_set(jurisdiction, hs, None).is_none() {
        return Ok(());
    }
    let Some(set) = element_set(jurisdiction, hs, Some(customs.version.as_str())) else {
        let text = words(
            "version {0} of the elements is not in the table",
            "要素表中没有版本 {0}",
            "a versão {0} dos elementos não está na tabela",
        );
        return Err(refused(text.with(customs.version.as_str()), "customs.version"));
    };
    for (n, stated) in customs.elements.iter().enumerate() {
        if set.elements.iter().all(|element| element.code.as_str() != stated.element.as_str()) {
            let text =
                words("{0} is not asked for under {1}", "{1} 项下没有要素 {0}", "{0} não é pedido sob {1}");
            let text = text.with(stated.element.as_str()).with(hs.as_str());
            return Err(refused(text, &format!("customs.elements[{n}].element")));
        }
    }
    Ok(())
}

fn refused(text: Phrase, field: &str) -> Violation {
    Violation::new(Reason::FieldsDisagree).saying(text).field(field)
}
