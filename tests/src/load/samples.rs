//! A look at what came back: answers and files that were kept during a run are checked after it, as their reader
//! would: signature of the checkpoint, inclusion of the statement, every check of a proof file, the code on a page.

use anyhow::{Context, Result, ensure};
use lode_ledger::hash::Hash;
use lode_ledger::id::StatementId;
use lode_ledger::lang::Lang;
use lode_ledger::proof::verify_item;
use lode_ledger::tlog::{Policy, SignedCheckpoint, VerifierKey, leaf_hash, verify_inclusion};
use lode_ledger::verdict::Outcome;
use serde_json::Value;

use super::ledger::ORIGIN;
use super::statements::{Piece, Signed};
use crate::history::{self, Told};

/// The text that stands once in the answer to each accepted statement.
const ACCEPTED: &[u8] = br#""status":"accepted""#;

/// How many statements an answer accepts, without reading it.
#[must_use]
pub fn count_accepted(body: &[u8]) -> u64 {
    body.windows(ACCEPTED.len()).filter(|window| *window == ACCEPTED).count() as u64
}

/// The log's key in a trust file.
///
/// # Errors
/// It names none.
pub fn log_key(trust: &Policy) -> Result<&VerifierKey> {
    trust.log_key(ORIGIN).context("the trust file names no key of the log")
}

/// The answers of a body: a list, or one.
fn answers(body: &[u8]) -> Result<Vec<Value>> {
    match serde_json::from_slice(body).context("the answer is no JSON")? {
        Value::Array(answers) => Ok(answers),
        one => Ok(vec![one]),
    }
}

fn text<'a>(answer: &'a Value, name: &str) -> Result<&'a str> {
    answer.get(name).and_then(Value::as_str).with_context(|| format!("an answer without {name}: {answer}"))
}

/// Checks the answer to the statements from `first` on. Returns how many inclusion proofs held.
///
/// # Errors
/// What does not hold.
pub fn check_answer(body: &[u8], signed: &Signed, first: usize, trust: &Policy) -> Result<u64> {
    let key = log_key(trust)?;
    let mut held = 0;
    for (place, answer) in answers(body)?.iter().enumerate() {
        let statement = signed.get(first + place);
        ensure!(text(answer, "status")? == "accepted", "refused: {answer}");
        let id: StatementId = text(answer, "statement")?.parse()?;
        ensure!(id == StatementId(Hash::of(statement)), "the answer is about another statement: {answer}");
        let index = answer.get("index").and_then(Value::as_u64).context("an answer without index")?;
        let checkpoint = SignedCheckpoint::open(text(answer, "checkpoint")?, key)?;
        let checkpoint = checkpoint.checkpoint();
        let path = answer.get("inclusion").and_then(Value::as_array).context("an answer without proof")?;
        let path: Result<Vec<Hash>> =
            path.iter().map(|hash| Ok(hash.as_str().unwrap_or_default().parse()?)).collect();
        verify_inclusion(index, checkpoint.size(), &leaf_hash(statement), &path?, &checkpoint.root())?;
        held += 1;
    }
    Ok(held)
}

/// Checks a proof file with every check that needs no network.
///
/// # Errors
/// What does not hold.
pub fn check_proof_file(body: &[u8], trust: &Policy) -> Result<()> {
    let report = verify_item(body, trust);
    ensure!(report.outcome() == Outcome::Passed, "a proof file does not hold: {}", report.text(Lang::En));
    Ok(())
}

/// Checks that a page is about the piece.
///
/// # Errors
/// It does not name its code.
pub fn check_page(body: &[u8], piece: &Piece) -> Result<()> {
    let page = std::str::from_utf8(body).context("a page is no UTF-8")?;
    ensure!(page.contains(&piece.code.to_string()), "the page of {} does not name it", piece.code);
    Ok(())
}

/// What a client was told by an answer to the statements from `first` on; `None` stands for no answer.
///
/// # Errors
/// The answer cannot be read.
pub fn told(
    body: Option<&[u8]>,
    base: &Told,
    signed: &Signed,
    first: usize,
    count: usize,
) -> Result<Vec<Told>> {
    let answers = body.map(answers).transpose()?.unwrap_or_default();
    let of = |place: usize| {
        let answer = answers.get(place);
        let field = |name| answer.and_then(|answer| answer.get(name));
        let status = field("status").and_then(Value::as_str);
        let duplicate = field("duplicate").and_then(Value::as_bool) == Some(true);
        Told {
            statement: StatementId(Hash::of(signed.get(first + place))),
            outcome: match (status, field("code").and_then(Value::as_str)) {
                (Some("accepted"), _) if duplicate => history::Outcome::Duplicate,
                (Some("accepted"), _) => history::Outcome::Accepted,
                (Some("refused"), code) if code != Some(lode_node::Refusal::UNAVAILABLE) => {
                    history::Outcome::Refused
                }
                _ => history::Outcome::Unknown,
            },
            index: field("index").and_then(Value::as_u64),
            checkpoint: field("checkpoint").and_then(Value::as_str).map(str::to_owned),
            ..base.clone()
        }
    };
    Ok((0..count).map(of).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acceptances_are_counted_without_reading() {
        assert_eq!(count_accepted(b""), 0);
        assert_eq!(count_accepted(br#"[{"status":"accepted","x":1},{"status":"refused"}]"#), 1);
    }

    #[test]
    fn an_answer_is_told_as_it_was() {
        let mut signed = Signed::default();
        for statement in [b"a", b"b", b"c", b"d"] {
            signed.push(statement);
        }
        let base = Told {
            client: 3,
            begun_ns: 1,
            ended_ns: 2,
            statement: StatementId(Hash::ZERO),
            outcome: history::Outcome::Unknown,
            index: None,
            checkpoint: None,
        };
        let body = br#"[{"status":"accepted","index":7,"duplicate":false,"checkpoint":"x"},
            {"status":"accepted","index":3,"duplicate":true,"checkpoint":"x"},
            {"status":"refused","code":"unavailable"},{"status":"refused","code":"seq-used"}]"#;
        let told = told(Some(body), &base, &signed, 0, 4).unwrap();
        let outcomes: Vec<_> = told.iter().map(|told| told.outcome).collect();
        use history::Outcome::{Accepted, Duplicate, Refused, Unknown};
        assert_eq!(outcomes, [Accepted, Duplicate, Unknown, Refused]);
        assert_eq!((told[1].index, told[1].client), (Some(3), 3));
        assert_eq!(told[2].statement, StatementId(Hash::of(b"c")));
        let nothing = super::told(None, &base, &signed, 2, 2).unwrap();
        assert!(nothing.iter().all(|told| told.outcome == Unknown && told.index.is_none()));
    }
}
