//! Three frauds of the trade, tried against the running ledger, each refused at the door by a named rule.

use anyhow::Result;
use lode_ledger::event::Event;
use lode_ledger::event::body::{ConsignmentReceived, ReceiptLine};
use lode_ledger::mass::Milligrams;
use lode_ledger::vocab::{Code, DifferenceReason};

use crate::people::Person;
use crate::stage::{Refused, Stage};
use crate::story::{self, Outcome};

/// A fraud that was tried, and how it was met.
pub(crate) struct Tried {
    /// What was tried.
    pub(crate) what: &'static str,
    /// How the node refused it.
    pub(crate) refused: Refused,
}

/// Tries all three.
///
/// # Errors
/// The node let one in, or could not be reached.
pub(crate) fn try_all(stage: &Stage, outcome: &Outcome) -> Result<Vec<Tried>> {
    let ten_times = ten_times_the_mass(stage, outcome)?;
    let twice = story::sale(stage, outcome.piece)?;
    let borrowed = story::certificate(stage, outcome.twin, Vec::new())?;
    let tries: [(&'static str, &Person, Event); 3] = [
        ("A lot arrives with ten times its declared mass", &stage.importer, ten_times),
        ("The same sphere is sold a second time", &stage.seller, twice),
        ("The sphere's certificate is shown for its twin", &stage.seller, borrowed),
    ];
    let refuse = |(what, who, event)| Ok(Tried { what, refused: stage.refuse(who, event)? });
    tries.into_iter().map(refuse).collect()
}

/// 400 kg that become 4,000.
fn ten_times_the_mass(stage: &Stage, outcome: &Outcome) -> Result<Event> {
    let (item, declared) = outcome.under_way;
    let received = Milligrams::new(declared.get() * 10).unwrap_or(Milligrams::MAX);
    Ok(ConsignmentReceived {
        consignment: None,
        at: stage.now(),
        nonce: story::fresh()?,
        bill_of_lading: None,
        lines: vec![ReceiptLine {
            item,
            received_mg: received,
            method: Code::parse("floor_scale")?,
            resolution_mg: Milligrams::new(100_000).unwrap_or_default(),
            reason: Some(Code::<DifferenceReason>::parse("scale")?),
        }]
        .into(),
    }
    .into())
}
