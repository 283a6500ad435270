//! The small notations of the command line: `L-...=12.4kg`, `process:300g`, `piece:sphere:431g`, `BR:70%`.
//!
//! Each reads exactly one thing and says what it expected. Names of things are resolved by the address book before.

use lode_ledger::event::body::{
    CustomsElements, DeclarationElement, DisassembledPart, ForeignMass, Gain, Input, Line, Loss, OriginShare,
    OutputKind, SplitPart, TreatmentStatement, WorkOutput,
};
use lode_ledger::event::shape::Text;
use lode_ledger::json::is_forbidden;
use lode_ledger::lang::Lang;
use lode_ledger::mass::{Milligrams, Ppm, parse_mass};
use lode_ledger::sealed::Sealable;
use lode_ledger::vocab::{
    self, Code, Country, ELEMENT_SETS, ElementSet, Finding, HsCode, Treatment, UnknownCode, Vocabulary,
    element_set,
};

use crate::error::{ClientError, Result, Words, words};
use crate::fields;
use crate::names::Names;

/// A mass with its unit.
///
/// # Errors
/// It is none.
pub fn mass(text: &str) -> Result<Milligrams> {
    parse_mass(text, None).map_err(|error| ClientError::usage(crate::sheet::mass_words(text, &error)))
}

/// A term of a vocabulary, by code or by any name.
///
/// # Errors
/// The table has no such term.
pub fn code<V: Vocabulary>(text: &str) -> Result<Code<V>> {
    Code::named(text).map_err(|error| ClientError::usage(unknown_term(&error)))
}

/// A line of text that may be sealed, for the field of this name.
///
/// # Errors
/// It is too long, empty, or holds what no text of the ledger may.
pub fn line(field: &str, text: &str) -> Result<Line> {
    let text = text.trim();
    Line::new(text).ok().filter(|_| !text.chars().any(is_forbidden)).ok_or_else(|| {
        let [en, zh, pt] = Lang::ALL.map(|lang| fields::label(field, lang).unwrap_or(field));
        ClientError::usage(words!(
            "{en} {text:?}: expected 1 to 120 characters, none of them a control character or an invisible mark",
            "{zh} {text:?}：应为1至120个字符，不含控制字符和不可见标记",
            "{pt} {text:?}: esperados de 1 a 120 caracteres, nenhum de controle nem marca invisível"
        ))
    })
}

/// A line of text that will be sealed unless it is left open.
///
/// # Errors
/// As [`fn@line`].
pub fn sealable(field: &str, text: Option<&str>) -> Result<Option<Sealable<Line>>> {
    text.map(|text| line(field, text).map(Sealable::Clear)).transpose()
}

/// A share in parts of a million.
///
/// # Errors
/// It is more than the whole.
pub fn ppm(number: u32) -> Result<Ppm> {
    Ppm::new(number).ok_or_else(|| {
        ClientError::usage(words!(
            "{number}: a share is at most 1000000 ppm",
            "{number}：占比最多为 1000000 ppm",
            "{number}: uma parcela é no máximo 1000000 ppm"
        ))
    })
}

/// The name of a field, as events have it.
///
/// # Errors
/// It is none.
pub fn field<const MAX: usize>(name: &str) -> Result<Text<MAX>> {
    Text::new(name).map_err(|error| {
        ClientError::usage(words!(
            "{name:?} is no name of a field ({error}): `lode event help` lists them",
            "{name:?} 不是字段名（{error}）：`lode event help` 列出字段",
            "{name:?} não é nome de campo ({error}): `lode event help` os lista"
        ))
    })
}

/// That something was written in another form than asked for.
pub(crate) fn expected(text: &str, form: impl Into<Words>) -> ClientError {
    let form = form.into();
    let told = |lang| form.of(lang).to_owned();
    let [en, zh, pt] = Lang::ALL.map(told);
    ClientError::usage(words!(
        "{text:?}: expected {en}",
        "{text:?}：应写作 {zh}",
        "{text:?}: o esperado é {pt}"
    ))
}

/// A form with an example of it.
pub(crate) fn as_in(form: &str, example: &str) -> Words {
    words!("{form}, as in {example}", "{form}，如 {example}", "{form}, como em {example}")
}

fn unknown_term(error: &UnknownCode) -> Words {
    let (table, code, near) = (error.vocabulary, &error.code, error.suggestions.join(", "));
    if near.is_empty() {
        return words!(
            "{code:?} is not in the table `{table}`",
            "{code:?} 不在词表 `{table}` 中",
            "{code:?} não está na tabela `{table}`"
        );
    }
    words!(
        "{code:?} is not in the table `{table}`; did you mean {near}?",
        "{code:?} 不在词表 `{table}` 中；是否为 {near}？",
        "{code:?} não está na tabela `{table}`; seria {near}?"
    )
}

/// `x12` as a count.
fn count(text: &str) -> Option<u32> {
    text.strip_prefix(['x', 'X', '×']).and_then(|digits| digits.parse().ok())
}

/// `MASS` or `MASS:xCOUNT`.
///
/// # Errors
/// Another form.
pub fn part(text: &str) -> Result<SplitPart> {
    let (mass_text, pieces) = mass_and_count(text)?;
    Ok(SplitPart { mass_mg: mass_text, count: pieces })
}

fn mass_and_count(text: &str) -> Result<(Milligrams, Option<u32>)> {
    match text.rsplit_once(':') {
        None => Ok((mass(text)?, None)),
        Some((first, last)) => {
            let pieces =
                count(last).ok_or_else(|| expected(text, as_in("MASS / MASS:xCOUNT", "300g:x12")))?;
            Ok((mass(first)?, Some(pieces)))
        }
    }
}

/// `ITEM=MASS` or `ITEM=MASS:xCOUNT`; the item may be a name.
///
/// # Errors
/// Another form.
pub fn input(text: &str, names: &Names) -> Result<Input> {
    let (item, rest) =
        text.split_once('=').ok_or_else(|| expected(text, as_in("ITEM=MASS", "L-...=12.4kg")))?;
    let (mass_mg, pieces) = mass_and_count(rest)?;
    Ok(Input { item: names.id(item)?, mass_mg, count: pieces })
}

/// `REASON:MASS` or `REASON:MASS:xCOUNT`.
///
/// # Errors
/// Another form.
pub fn loss(text: &str) -> Result<Loss> {
    let (reason, rest) =
        text.split_once(':').ok_or_else(|| expected(text, as_in("REASON:MASS", "process:300g")))?;
    let (mass_mg, pieces) = mass_and_count(rest)?;
    Ok(Loss { reason: code(reason)?, mass_mg, count: pieces })
}

/// `REASON:MASS`.
///
/// # Errors
/// Another form.
pub fn gain(text: &str) -> Result<Gain> {
    let (reason, rest) =
        text.split_once(':').ok_or_else(|| expected(text, as_in("REASON:MASS", "foreign_mass:2g")))?;
    Ok(Gain { reason: code(reason)?, mass_mg: mass(rest)? })
}

/// `MATERIAL:MASS`.
///
/// # Errors
/// Another form.
pub fn foreign(text: &str) -> Result<ForeignMass> {
    let (material, rest) =
        text.split_once(':').ok_or_else(|| expected(text, as_in("MATERIAL:MASS", "cord:2g")))?;
    Ok(ForeignMass { material: code(material)?, mass_mg: mass(rest)? })
}

/// `COMPONENT:KIND:MASS[:xCOUNT]`, the component by its place from 0.
///
/// # Errors
/// Another form.
pub fn apart(text: &str) -> Result<DisassembledPart> {
    let form = || as_in("COMPONENT:KIND:MASS[:xCOUNT]", "0:batch:6g:x6");
    let mut fields = text.splitn(3, ':');
    let component =
        fields.next().and_then(|place| place.parse().ok()).ok_or_else(|| expected(text, form()))?;
    let kind = match fields.next() {
        Some("batch") => OutputKind::Batch,
        Some("piece") => OutputKind::Piece,
        _ => return Err(expected(text, form())),
    };
    let (mass_mg, pieces) = mass_and_count(fields.next().ok_or_else(|| expected(text, form()))?)?;
    Ok(DisassembledPart { component, kind, mass_mg, count: pieces })
}

/// `KIND:FORM:MASS[:xCOUNT][:NAME]`, as in `piece:sphere:431.25g:Moon` or `batch:bead:500g:x120`.
///
/// # Errors
/// Another form.
pub fn output(text: &str) -> Result<WorkOutput> {
    let form = || as_in("KIND:FORM:MASS[:xCOUNT][:NAME]", "piece:sphere:431.25g / batch:bead:500g:x120");
    let mut fields = text.splitn(4, ':');
    let kind = match fields.next() {
        Some("lot") => OutputKind::Lot,
        Some("batch") => OutputKind::Batch,
        Some("piece") => OutputKind::Piece,
        _ => return Err(expected(text, form())),
    };
    let shape = fields.next().ok_or_else(|| expected(text, form()))?;
    let mass_mg = mass(fields.next().ok_or_else(|| expected(text, form()))?)?;
    let (pieces, name) = match fields.next() {
        None => (None, None),
        Some(rest) => match rest.split_once(':') {
            Some((first, name)) if count(first).is_some() => (count(first), Some(name)),
            _ if count(rest).is_some() => (count(rest), None),
            _ => (None, Some(rest)),
        },
    };
    let name = name.map(|name| line("name", name)).transpose()?;
    Ok(WorkOutput { kind, mass_mg, count: pieces, form: code(shape)?, name, grade: None, photo: None })
}

/// `COUNTRY` or `COUNTRY:SHARE%`, as in `BR` or `BR:70%`.
///
/// # Errors
/// Another form.
pub fn origin(text: &str) -> Result<OriginShare> {
    let (country, share) = text.split_once(':').unwrap_or((text, "100%"));
    Ok(OriginShare {
        country: code::<Country>(country)?,
        share_ppm: share_of(share)
            .ok_or_else(|| expected(text, as_in("COUNTRY / COUNTRY:SHARE%", "BR:70%")))?,
        subdivision: None,
        mine: None,
    })
}

/// Of which origin `TEXT` or `COUNTRY=TEXT` speaks, and what it says. Without a country there is one origin only.
///
/// # Errors
/// It names none of them, or no country where there are several.
pub fn of_origin<'a, 't>(
    origins: &'a mut [OriginShare],
    text: &'t str,
) -> Result<(&'a mut OriginShare, &'t str)> {
    let named = text.split_once('=').and_then(|(country, rest)| {
        let country = Code::<Country>::named(country).ok()?;
        Some((origins.iter().position(|origin| origin.country == country)?, rest))
    });
    let alone = (origins.len() == 1).then_some((0, text));
    let found = named.or(alone).and_then(|(place, rest)| Some((origins.get_mut(place)?, rest)));
    found.ok_or_else(|| {
        ClientError::usage(words!(
            "{text:?}: of several origins say which, as in BR=Minas Gerais",
            "{text:?}：有多个产地时须写明是哪一个，如 BR=米纳斯吉拉斯",
            "{text:?}: havendo várias origens, diga de qual, como em BR=Minas Gerais"
        ))
    })
}

/// Declaration elements as `ELEMENT=TEXT`, for the newest set that this customs asks for under the code.
///
/// # Errors
/// No such set is known, an element has another form, or is not of it.
pub fn customs(of: Code<Country>, hs: Code<HsCode>, elements: &[String]) -> Result<CustomsElements> {
    let set = element_set(of, hs, None).ok_or_else(|| {
        let known: Vec<String> = ELEMENT_SETS
            .iter()
            .map(|set| format!("{} {}", set.jurisdiction.as_str(), set.hs.as_str()))
            .collect();
        let known = known.join(", ");
        ClientError::usage(words!(
            "the declaration elements of {of} {hs} are not in the table, which has: {known}",
            "要素表中没有 {of} {hs}，现有：{known}",
            "os elementos de {of} {hs} não estão na tabela, que tem: {known}"
        ))
    })?;
    let mut stated = Vec::new();
    for text in elements {
        let form = || as_in("ELEMENT=TEXT", "colour=purple");
        let (name, said) = text.split_once('=').ok_or_else(|| expected(text, form()))?;
        let element: Code<vocab::DeclarationElement> = code(name)?;
        if set.elements.iter().all(|asked| asked.code != element) {
            let asked: Vec<&str> = set.elements.iter().map(|asked| asked.code.as_str()).collect();
            let asked = asked.join(", ");
            return Err(ClientError::usage(words!(
                "{element} is not asked for under {hs}; asked for are: {asked}",
                "{hs} 项下没有要素 {element}，应报要素为：{asked}",
                "{element} não é pedido sob {hs}; pedem-se: {asked}"
            )));
        }
        stated.push((element, said.to_owned()));
    }
    customs_of(set, &stated)
}

/// The elements of a set as an event states them.
///
/// # Errors
/// A text is no line of a statement.
pub fn customs_of(
    set: &ElementSet,
    elements: &[(Code<vocab::DeclarationElement>, String)],
) -> Result<CustomsElements> {
    fn short<const MAX: usize>(text: &str) -> Result<Text<MAX>> {
        Text::new(text).map_err(|error| {
            ClientError::usage(words!(
                "{text:?} cannot stand in a customs declaration: {error}",
                "{text:?} 不能写入报关要素：{error}",
                "{text:?} não pode constar da declaração aduaneira: {error}"
            ))
        })
    }
    let element = |(code, value): &(Code<vocab::DeclarationElement>, String)| {
        Ok(DeclarationElement { element: short(code.as_str())?, value: line(code.as_str(), value)? })
    };
    Ok(CustomsElements {
        jurisdiction: short(set.jurisdiction.as_str())?,
        hs: short(&set.hs.as_str().replace('.', ""))?,
        version: short(set.version)?,
        elements: elements.iter().map(element).collect::<Result<Vec<_>>>()?.into(),
    })
}

/// Per cent with at most four decimals, exactly.
fn share_of(text: &str) -> Option<Ppm> {
    let number = text.trim().strip_suffix('%')?.trim();
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    if decimals.len() > 4 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let whole: u32 = whole.parse().ok()?;
    let rest: u32 = format!("{decimals:0<4}").parse().ok()?;
    whole.checked_mul(10_000)?.checked_add(rest).and_then(Ppm::new)
}

/// `none` (all treatments are declared absent), `TREATMENT` (declared applied) or `TREATMENT=FINDING`.
///
/// # Errors
/// Another form.
pub fn treatments(texts: &[String]) -> Result<Vec<TreatmentStatement>> {
    let mut all = Vec::new();
    for text in texts {
        if text == "none" {
            all.extend(declared_none());
            continue;
        }
        let (treatment, finding) = text.split_once('=').unwrap_or((text, "declared_applied"));
        all.push(TreatmentStatement {
            treatment: code::<Treatment>(treatment)?,
            finding: code::<Finding>(finding)?,
        });
    }
    Ok(all)
}

/// That none of the treatments of the vocabulary was applied, one by one: the ledger knows no blanket.
#[must_use]
pub fn declared_none() -> Vec<TreatmentStatement> {
    let none = Code::<Finding>::parse("declared_none");
    Code::<Treatment>::all()
        .filter_map(|treatment| Some(TreatmentStatement { treatment, finding: none.as_ref().ok().copied()? }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notations_are_read_and_others_explained() {
        let made = output("batch:bead:500g:x120:Rosary: small").unwrap();
        assert_eq!((made.kind, made.mass_mg.get(), made.count), (OutputKind::Batch, 500_000, Some(120)));
        assert_eq!(made.name.unwrap().as_str(), "Rosary: small");
        assert_eq!(output("piece:sphere:300ct:月").unwrap().name.unwrap().as_str(), "月");
        assert_eq!(output("lot:rough:2斤").unwrap().mass_mg.get(), 1_000_000);
        assert!(output("piece:sphere").unwrap_err().to_string().contains("KIND:FORM:MASS"));
        assert!(output("thing:sphere:3g").is_err());
        assert_eq!(loss("process:300g").unwrap().mass_mg.get(), 300_000);
        assert_eq!(part("3g:x4").unwrap().count, Some(4));
        assert!(part("3g:4").is_err());
        assert!(loss("gone:3g").unwrap_err().to_string().contains("gone"));
        assert!(mass("3").is_err(), "a bare number has no unit");
    }

    #[test]
    fn a_text_is_refused_by_its_field_in_the_language_asked_for() {
        let error = line("trade_name", "\u{202e}Moon").unwrap_err();
        assert!(error.message(Lang::Zh).starts_with("商品名 "), "{}", error.message(Lang::Zh));
        assert!(error.to_string().starts_with("trade name "), "{error}");
        assert!(
            sealable("tracking", Some("")).unwrap_err().message(Lang::Pt).starts_with("código de rastreio")
        );
        assert_eq!(line("name", " Moon ").unwrap().as_str(), "Moon");
        assert!(loss("x").unwrap_err().message(Lang::Zh).contains("，如 process:300g"));
    }

    #[test]
    fn shares_are_exact() {
        assert_eq!(origin("BR").unwrap().share_ppm.get(), 1_000_000);
        assert_eq!(origin("BR:33.3333%").unwrap().share_ppm.get(), 333_333);
        for bad in ["BR:70", "BR:100.1%", "BR:0.33333%", "BR:-1%", "XX"] {
            assert!(origin(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn of_several_origins_it_is_said_which() {
        let mut one = [origin("BR").unwrap()];
        assert_eq!(of_origin(&mut one, "Mina = Boa").unwrap().1, "Mina = Boa");
        assert_eq!(of_origin(&mut one, "BR=Bahia").unwrap().1, "Bahia");
        let mut two = [origin("BR:70%").unwrap(), origin("MG:30%").unwrap()];
        let (found, said) = of_origin(&mut two, "MG=Ambatondrazaka").unwrap();
        assert_eq!((found.country.as_str(), said), ("MG", "Ambatondrazaka"));
        for bad in ["Bahia", "UY=Artigas"] {
            assert!(of_origin(&mut two, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn declaration_elements_are_of_the_set_that_customs_asks_for() {
        let of = |hs: &str, elements: &[&str]| {
            let elements: Vec<String> = elements.iter().map(|text| (*text).to_owned()).collect();
            customs(code("CN").unwrap(), code(hs).unwrap(), &elements)
        };
        let stated = of("7103.10", &["colour=purple", "件数=无"]).unwrap();
        assert_eq!((stated.hs.as_str(), stated.version.as_str()), ("710310", "1"));
        assert_eq!(stated.elements[1].element.as_str(), "pieces");
        assert!(of("7103.10", &["colour"]).is_err());
        assert!(of("7103.10", &["smell=none"]).is_err());
        assert!(of("7116.20", &["colour=purple"]).unwrap_err().to_string().contains("CN 7103.10"));
    }

    #[test]
    fn none_is_said_of_each_treatment() {
        let all = treatments(&["none".to_owned()]).unwrap();
        assert!(all.len() > 5 && all.len() <= 24, "{} fit in one event", all.len());
        let one = treatments(&["heat".to_owned()]).unwrap();
        assert_eq!(one[0].finding.as_str(), "declared_applied");
    }
}
