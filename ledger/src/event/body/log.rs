//! What begins a log, puts a policy in force, and seals.

use super::Line;
use super::identity::KeyGrant;
use crate::event::shape::{List, payload};
use crate::hash::Hash;
use crate::id::{Nonce, Origin};
use crate::key::PublicKey;
use crate::mass::Ppm;
use crate::time::Timestamp;
use crate::vocab::{Code, Step};

payload! {
    /// The participant that may enrol others, with its first keys.
    pub struct Registrar {
        /// 128 random bits from which the participant id is derived, with the origin as issuer.
        [nonce]: Nonce,
        /// The organisation's plain name.
        [name]: Line,
        /// At least two keys, so that losing one does not end the ledger.
        [keys]: List<KeyGrant, 2, 8>,
    }

    /// A log begins.
    pub struct LedgerOpened {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// The log's origin line: a name that no other log has.
        [origin]: Origin,
        /// The Ed25519 key that signs checkpoints.
        [log_key]: PublicKey,
        /// The key that signs `ledger.sealed`.
        [seal_key]: PublicKey,
        /// The key that signs receipts.
        [receipt_key]: PublicKey,
        /// Seconds after which a seal is due before the next statement.
        [seal_interval_s]: u32,
        /// Who may enrol participants.
        [registrar]: Registrar,
        /// Whether raw entries are served to members only; default: to everybody.
        [members_only]: Option<bool>,
    }

    /// What a process may yield, as a share of the mass put in; outside it a warning is shown.
    pub struct YieldRange {
        /// The process.
        [step]: Code<Step>,
        /// The lowest plausible yield.
        [min_ppm]: Ppm,
        /// The highest plausible yield.
        [max_ppm]: Ppm,
    }

    /// The registrar puts tolerances and the ruleset in force, after this index.
    pub struct PolicyAdopted {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// The ruleset; this program knows 1 and 2.
        [ruleset]: u32,
        /// The vocabulary's version.
        [vocabulary]: Line,
        /// Seconds by which a claimed time may be wrong.
        [skew_s]: u32,
        /// Seconds between happening and entry after which an entry is marked late.
        [late_after_s]: u32,
        /// A received mass may differ from the declared one by this share without a reason.
        [receipt_reason_ppm]: Ppm,
        /// Beyond this share a received mass needs a counter-signature.
        [receipt_countersign_ppm]: Ppm,
        /// Two scales may differ by this share beside their resolutions.
        [scale_ppm]: Ppm,
        /// Plausible yields by process.
        [yields]: List<YieldRange, 0, 64>,
        /// How many items a correction of claims may reach.
        [max_forward_items]: u32,
    }

    /// The node seals the log so far: the ledger's clock, and the state that the log adds up to.
    pub struct LedgerSealed {
        /// The ledger's time; strictly later than the seal before.
        [at]: Timestamp,
        /// How many entries are sealed: this entry's own index.
        [size]: u64,
        /// The root of the state map after those entries.
        [state_root]: Hash,
    }
}
