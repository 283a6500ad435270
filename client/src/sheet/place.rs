//! Which column answers a field of the event, so that what the ledger refuses is shown where its author wrote it.
//!
//! Knows the paths of the fields of a declared lot, not what is wrong with them.

use lode_ledger::vocab::{Code, DeclarationElement};

use super::heading::Field;
use super::row::field_of;

/// The fields of the sheet from which a field of the event may come, the most likely first; `path` as in
/// `origins[0].country`, `elements` those of the row in their order.
pub(super) fn fields_of(path: &str, elements: &[(Code<DeclarationElement>, String)]) -> Vec<Field> {
    if let Some(rest) = path.strip_prefix("customs.elements[") {
        let number = rest.split(']').next().and_then(|number| number.parse::<usize>().ok());
        let element = number.and_then(|number| elements.get(number));
        return element.and_then(|(code, _)| field_of(*code)).into_iter().collect();
    }
    // Which of several origins or treatments is meant: a cell holds them all.
    let names: Vec<&str> = path.split('.').map(|name| name.split('[').next().unwrap_or_default()).collect();
    let fields: &[Field] = match names.as_slice() {
        ["species", ..] => {
            &[Field::Species, Field::MineralName, Field::Variety, Field::Kind, Field::ProductName]
        }
        ["variety", ..] => &[Field::Variety, Field::Kind, Field::ProductName],
        ["trade_name", ..] => &[Field::ProductName],
        ["form", ..] => &[Field::Form, Field::ProductName, Field::Kind, Field::Working],
        ["nature", ..] => &[Field::Source],
        ["origins", "subdivision", ..] => &[Field::Subdivision],
        ["origins", "mine", ..] => &[Field::Mine],
        ["origins", ..] => &[Field::Country],
        ["mass", "gross_mg", ..] => &[Field::Gross],
        ["mass", "tare_mg", ..] => &[Field::Tare],
        ["mass"] | ["mass", "net_mg", ..] => &[Field::Net],
        ["treatments", ..] => &[Field::Treatment],
        ["evidence", ..] => &[Field::Evidence],
        ["grade"] | ["grade", "value", ..] => &[Field::Grade],
        ["supplier", ..] => &[Field::Supplier],
        ["supplier_lot", ..] => &[Field::SupplierLot],
        ["bill_of_lading", ..] => &[Field::BillOfLading],
        ["customs_declaration", ..] => &[Field::Declaration],
        ["certificate_of_origin", ..] => &[Field::OriginCertificate],
        ["customs", ..] => &[Field::Hs],
        _ => &[],
    };
    fields.to_vec()
}
