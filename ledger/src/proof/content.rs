//! What the statements and records of a proof file say, checked: the rules, the masses, the opened fields.

use std::collections::BTreeMap;

use crate::id::{LogIndex, StatementId};
use crate::json::Json;
use crate::record::{Ledger, MassBalance, Record, RecordKey};
use crate::sealed::Disclosure;
use crate::statement::{Statement, decode_payload};
use crate::verdict::{Check, CheckCode, Note, Opened, Outcome, Report};
use crate::violation::Reason;

use super::rerun::rerun;
use super::story::name;
use super::verify::Reading;

pub(super) fn check_rules(reading: &Reading, report: &mut Report) {
    let code = CheckCode::Rules;
    let outcome = rerun(&reading.records, &reading.verified, reading.file.seal);
    if let Some((index, violation)) = &outcome.broken {
        if violation.reason == Reason::UnknownRuleset {
            let check = Check::new(code, Outcome::NotEvaluated, Note::RulesetUnknown);
            return report.add(violation.args.iter().cloned().fold(check, Check::saying));
        }
        let check = Check::new(code, Outcome::Failed, Note::RuleBroken).with(index);
        return report.add(check.with(violation.rule()).saying(violation.phrase()));
    }
    if let Some(key) = &outcome.different {
        return report.failed(code, Note::RecordNotDerived, &[&name(key)]);
    }
    match (outcome.applied, outcome.passed_over) {
        (0, _) => report.note(code, Outcome::NotChecked, Note::RulesNothing, &[]),
        (applied, 0) => report.passed(code, Note::RulesHeld, &[&applied, &outcome.matching]),
        (applied, over) => report.passed(code, Note::RulesHeldInPart, &[&applied, &outcome.matching, &over]),
    }
}

/// Masses by the records alone: each balances, and nobody passed on less than others took from him.
pub(super) fn check_mass(reading: &Reading, report: &mut Report) {
    let mut taken: BTreeMap<RecordKey, u64> = BTreeMap::new();
    let mut balances: BTreeMap<RecordKey, MassBalance> = BTreeMap::new();
    let mut broken = None;
    let mut take = |from: RecordKey, mass: u64| {
        let total = taken.entry(from).or_default();
        *total = total.saturating_add(mass);
    };
    for (key, (record, _)) in &reading.records {
        match record.as_deref() {
            Some(Record::Item(item)) => {
                balances.insert(*key, item.mass);
                item.parents.iter().for_each(|parent| take(RecordKey::Item(parent.item), parent.mass.get()));
                if let Some(work) = item.work {
                    take(RecordKey::WorkOrder(work), item.mass.entered.get());
                }
            }
            Some(Record::WorkOrder(work)) => {
                balances.insert(*key, work.mass);
                let mut inputs: u64 = 0;
                for input in &work.inputs {
                    inputs = inputs.saturating_add(input.mass.get());
                    take(RecordKey::Item(input.item), input.mass.get());
                }
                if inputs != work.mass.entered.get() {
                    broken.get_or_insert((
                        *key,
                        format!("{inputs} mg went in, {} mg are booked", work.mass.entered.get()),
                    ));
                }
            }
            _ => {}
        }
    }
    for (key, mass) in &balances {
        // Each mass is below 2^53, so the sums fit.
        let there = mass.entered.get() + mass.gained.get();
        let gone = mass.lost.get() + mass.passed_on.get() + mass.left.get();
        if there != gone {
            broken.get_or_insert((*key, format!("{there} mg there, {gone} mg accounted for")));
        }
        if let Some(taken) = taken.get(key).filter(|taken| **taken > mass.passed_on.get()) {
            broken.get_or_insert((
                *key,
                format!("{taken} mg were taken of it, {} mg passed on", mass.passed_on.get()),
            ));
        }
    }
    match broken {
        Some((key, text)) => report.failed(CheckCode::Mass, Note::MassNotBalanced, &[&name(&key), &text]),
        None => report.passed(CheckCode::Mass, Note::MassBalanced, &[&balances.len()]),
    }
}

pub(super) fn check_disclosures(reading: &mut Reading, ledger: &Ledger, report: &mut Report) {
    let mut opened = Vec::new();
    let by_id: BTreeMap<StatementId, (LogIndex, &Statement)> =
        reading.statements.iter().map(|(index, statement)| (statement.id(), (*index, statement))).collect();
    for disclosure in &reading.file.disclosures {
        match open(&by_id, ledger, disclosure) {
            Ok(field) => opened.push(field),
            Err(error) => {
                return report.failed(
                    CheckCode::Disclosures,
                    Note::DisclosureFalse,
                    &[&disclosure.path, &error],
                );
            }
        }
    }
    if opened.is_empty() {
        let sealed: usize = reading
            .statements
            .iter()
            .filter_map(|(_, statement)| decode_payload(statement.payload()).ok())
            .map(|(_, events)| events.iter().map(count_sealed).sum::<usize>())
            .sum();
        report.note(CheckCode::Disclosures, Outcome::NotChecked, Note::DisclosuresNone, &[&sealed]);
    } else {
        report.passed(CheckCode::Disclosures, Note::DisclosuresMatch, &[&opened.len()]);
    }
    reading.opened = opened;
}

fn count_sealed(json: &Json) -> usize {
    match json {
        Json::Obj(fields) => match fields.as_slice() {
            [(name, Json::Str(_))] if name == "sealed" => 1,
            _ => fields.iter().map(|(_, value)| count_sealed(value)).sum(),
        },
        Json::Arr(list) => list.iter().map(count_sealed).sum(),
        _ => 0,
    }
}

fn open(
    by_id: &BTreeMap<StatementId, (LogIndex, &Statement)>,
    ledger: &Ledger,
    disclosure: &Disclosure,
) -> Result<Opened, String> {
    let statement = by_id.get(&disclosure.statement);
    let (index, statement) = statement.ok_or("it is about a statement that is not in the file")?;
    let payload = Json::parse(statement.payload()).map_err(|error| error.to_string())?;
    let field = walk(&payload, &disclosure.path).and_then(|field| field.get("sealed")).and_then(Json::as_str);
    let sealed = field.and_then(|text| text.parse().ok()).ok_or("there is no sealed field at that place")?;
    disclosure.check(&ledger.origin, &sealed).map_err(|error| error.to_string())?;
    Ok(Opened { index: index.0, path: disclosure.path.clone(), value: disclosure.value.write() })
}

/// The value at a path such as `events[0].supplier`.
fn walk<'j>(json: &'j Json, path: &str) -> Option<&'j Json> {
    path.split('.').try_fold(json, |json, step| {
        let mut parts = step.split('[');
        let mut json = json.get(parts.next()?)?;
        for part in parts {
            let at: usize = part.strip_suffix(']')?.parse().ok()?;
            json = json.as_array()?.get(at)?;
        }
        Some(json)
    })
}
