//! The policy in force as readable JSON: every figure that the registrar has adopted. What a figure means is not said here.

use lode_ledger::record::{Policy, Record, RecordKey, Yield};
use serde::Serialize;
use utoipa::ToSchema;

use crate::service::Node;

/// The policy in force.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PolicyView {
    /// The ruleset.
    pub ruleset: u32,
    /// The vocabulary's version.
    pub vocabulary: String,
    /// Seconds by which a claimed time may be wrong.
    pub skew_s: u32,
    /// Seconds between happening and entry after which an entry is marked late.
    pub late_after_s: u32,
    /// A received mass may differ from the declared one by this share without a reason.
    pub receipt_reason_ppm: u32,
    /// Beyond this share a received mass needs a counter-signature.
    pub receipt_countersign_ppm: u32,
    /// Two scales may differ by this share beside their resolutions.
    pub scale_ppm: u32,
    /// Plausible yields by process.
    pub yields: Vec<YieldView>,
    /// How many items a correction of claims may reach.
    pub max_forward_items: u32,
}

/// The plausible yield of a process.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct YieldView {
    /// The process.
    pub step: String,
    /// The least, in ppm of what went in.
    pub min_ppm: u32,
    /// The most, in ppm of what went in.
    pub max_ppm: u32,
}

/// The policy in force; none before entry 1.
pub(super) fn in_force(node: &Node) -> Option<PolicyView> {
    match node.record(&RecordKey::Policy).as_deref() {
        Some(Record::Policy(policy)) => Some(view(policy)),
        _ => None,
    }
}

fn view(policy: &Policy) -> PolicyView {
    let range = |range: &Yield| YieldView {
        step: range.step.to_string(),
        min_ppm: range.min.get(),
        max_ppm: range.max.get(),
    };
    PolicyView {
        ruleset: policy.ruleset,
        vocabulary: policy.vocabulary.clone(),
        skew_s: policy.skew_s,
        late_after_s: policy.late_after_s,
        receipt_reason_ppm: policy.receipt_reason.get(),
        receipt_countersign_ppm: policy.receipt_countersign.get(),
        scale_ppm: policy.scale.get(),
        yields: policy.yields.iter().map(range).collect(),
        max_forward_items: policy.max_forward_items,
    }
}
