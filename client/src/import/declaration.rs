//! A row of a sheet as the event that declares its lot, and what the row says that no event can hold.
//!
//! What a cell means was settled by `sheet`; nothing is sealed, signed or sent here.

use lode_ledger::event::body::{
    CustomsElements, Grade, Line, LotDeclared, OriginShare, TreatmentStatement, Weighing,
};
use lode_ledger::id::Nonce;
use lode_ledger::lang::Lang;
use lode_ledger::mass::Ppm;
use lode_ledger::sealed::Sealable;
use lode_ledger::time::Timestamp;
use lode_ledger::vocab::{self, Code, Country, ElementSet, EvidenceLevel, Finding, element_set};

use super::ImportOptions;
use crate::error::{ClientError, Result, words};
use crate::sheet::{SheetLot, SheetNote, Treatments};
use crate::spec;

/// The event that declares a row's lot.
///
/// # Errors
/// A text of the row is no line of a statement.
pub(super) fn lot_declared(
    lot: &SheetLot,
    options: &ImportOptions,
    at: Timestamp,
    nonce: Nonce,
) -> Result<LotDeclared> {
    let in_this_row = |error: ClientError| in_row(lot.row, error);
    let line = |what: &str, text: &Option<String>| -> Result<Option<Line>> {
        text.as_deref().map(|text| spec::line(what, text)).transpose().map_err(in_this_row)
    };
    let sealed = |what: &str, text: &Option<String>| line(what, text).map(|line| line.map(Sealable::Clear));
    let reachable = reachable(options);
    let evidence = lot.evidence.map_or(reachable, |level| level.lower(reachable));
    let grade = match line("grade", &lot.grade)? {
        None => None,
        Some(value) => Some(Grade {
            scheme: spec::line("scheme", &options.grade_scheme)?,
            value,
            grader: spec::line("grader", &options.grader)?,
        }),
    };
    Ok(LotDeclared {
        at,
        nonce,
        entry: options.entry,
        species: lot.species,
        variety: lot.variety,
        trade_name: line("trade_name", &lot.product_name)?,
        form: lot.form.unwrap_or(options.form),
        nature: lot.nature,
        origins: vec![OriginShare {
            country: lot.country,
            share_ppm: Ppm::WHOLE,
            subdivision: line("subdivision", &lot.subdivision)?,
            mine: sealed("mine", &lot.mine)?,
        }]
        .into(),
        mass: Weighing {
            net_mg: lot.net,
            gross_mg: lot.gross,
            tare_mg: lot.tare,
            method: options.method,
            resolution_mg: options.resolution,
        },
        treatments: treatments(&lot.treatments)?.into(),
        evidence,
        grade,
        supplier: sealed("supplier", &Some(lot.supplier.clone()))?,
        supplier_lot: sealed("supplier_lot", &Some(lot.supplier_lot.clone()))?,
        supplier_participant: options.supplier,
        supplier_link: options.supplier_link,
        bill_of_lading: sealed("bill_of_lading", &lot.bill_of_lading)?,
        customs_declaration: sealed("customs_declaration", &lot.customs_declaration)?,
        certificate_of_origin: sealed("certificate_of_origin", &lot.certificate_of_origin)?,
        customs: customs(lot).map_err(in_this_row)?,
        documents: options.documents.clone().into(),
        owner: None,
    })
}

/// The highest evidence level that a declaration itself can reach (rule L5): by documents, within the entry's ceiling.
fn reachable(options: &ImportOptions) -> Code<EvidenceLevel> {
    if options.documents.is_empty() {
        return EvidenceLevel::SELF_DECLARED;
    }
    options.entry.ceiling().lower(EvidenceLevel::DOCUMENT)
}

/// What the sheet says and the ledger has no field for, or does not take without a document.
pub(super) fn left_out(lots: &[SheetLot], options: &ImportOptions, lang: Lang) -> Vec<SheetNote> {
    let say = |en: &str, zh: &str, pt: &str| match lang {
        Lang::En => en.to_owned(),
        Lang::Zh => zh.to_owned(),
        Lang::Pt => pt.to_owned(),
    };
    let reachable = reachable(options);
    let mut notes = Vec::new();
    for lot in lots {
        if lot.evidence.is_some_and(|level| level.lower(reachable) != level) {
            let message = say(
                "entered with a lower evidence level than the sheet says, as so far only you say so: name a document with --document KIND=FILE; the other party or the laboratory signs for itself",
                "证据等级低于表格所写，因为目前只有您自己声明：单证请用 --document KIND=FILE 指明；对方或检测机构须自行签署",
                "registrado com nível de evidência menor que o da planilha, pois por ora só você o diz: indique um documento com --document KIND=FILE; a outra parte ou o laboratório assina por si",
            );
            notes.push(SheetNote { row: lot.row, message });
        }
        // A number of pieces is entered where customs asks for it.
        let declared = entered_elements(lot);
        let pieces = lot.pieces.is_some() && !declared.iter().any(|(code, _)| code.as_str() == "pieces");
        let left: Vec<String> = [
            (pieces, say("number of pieces", "件数", "número de peças")),
            (lot.port.is_some(), say("port", "港口", "porto")),
            (lot.remark.is_some(), say("remark", "备注", "observação")),
        ]
        .into_iter()
        .filter_map(|(stated, name)| stated.then_some(name))
        .collect();
        if !left.is_empty() {
            let head = say(
                "stays in your sheet, as the ledger keeps no such field:",
                "仅留在您的表格中，账本没有对应字段：",
                "fica só na sua planilha, pois o registro não guarda esse campo:",
            );
            notes.push(SheetNote { row: lot.row, message: format!("{head} {}", left.join(", ")) });
        }
    }
    notes
}

/// A mistake with the row that it stands in.
fn in_row(row: u32, error: ClientError) -> ClientError {
    match error {
        ClientError::Usage(said) => {
            ClientError::Usage(said.after(&words!("row {row}", "第{row}行", "linha {row}")))
        }
        other => other,
    }
}

fn treatments(said: &Treatments) -> Result<Vec<TreatmentStatement>> {
    Ok(match said {
        Treatments::NotStated => Vec::new(),
        Treatments::DeclaredNone => spec::declared_none(),
        Treatments::Applied(list) => {
            let finding: Code<Finding> = spec::code("declared_applied")?;
            list.iter().map(|treatment| TreatmentStatement { treatment: *treatment, finding }).collect()
        }
    })
}

/// The set of elements that customs asks for under the row's code.
fn element_set_of(lot: &SheetLot) -> Option<&'static ElementSet> {
    element_set(Country::CHINA, lot.hs?, None)
}

/// The elements that go into the event.
fn entered_elements(lot: &SheetLot) -> &[(Code<vocab::DeclarationElement>, String)] {
    if element_set_of(lot).is_some() { &lot.elements } else { &[] }
}

/// The declaration elements, where the sheet names a customs code with a known set.
fn customs(lot: &SheetLot) -> Result<Option<CustomsElements>> {
    let elements = entered_elements(lot);
    let Some(set) = element_set_of(lot) else { return Ok(None) };
    if elements.is_empty() {
        return Ok(None);
    }
    spec::customs_of(set, elements).map(Some)
}
