//! Tags and sales.

use super::Line;
use super::common::DocumentRef;
use crate::event::shape::{List, payload};
use crate::id::{ItemId, ListingId, Nonce, SaleId};
use crate::key::PublicKey;
use crate::sealed::Sealable;
use crate::tag::TagCode;
use crate::time::Timestamp;
use crate::vocab::{Code, Country, SaleChannel};

payload! {
    /// A printed tag is bound to an item.
    pub struct TagBound {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// The item.
        [item]: ItemId,
        /// The public code: the hash of the claim key.
        [code]: TagCode,
        /// The public half of the hidden claim code's key.
        [claim_key]: PublicKey,
        /// A photo taken at sealing.
        [photo]: Option<DocumentRef>,
    }

    /// A lost or damaged tag gives way to a new one.
    pub struct TagReplaced {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// The item.
        [item]: ItemId,
        /// The old code, void from here on.
        [old]: TagCode,
        /// The new code: the hash of the new claim key.
        [code]: TagCode,
        /// The public half of the new claim code's key.
        [claim_key]: PublicKey,
        /// Why.
        descriptive [reason]: Line,
    }

    /// The owner, or to whom he consigned them, sells items to a buyer outside the ledger.
    pub struct SaleRecorded {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the sale's id is derived.
        [nonce]: Nonce,
        /// What.
        [items]: List<ItemId, 1, 64>,
        /// Where it was sold.
        [channel]: Code<SaleChannel>,
        /// Where the buyer is.
        [destination]: Option<Code<Country>>,
        /// The seller's order number.
        descriptive [order]: Option<Sealable<Line>>,
        /// The seller's listing that the buyer saw; from ruleset 2 on.
        [listing]: Option<ListingId>,
    }

    /// A sale did not come about.
    pub struct SaleCancelled {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Which sale.
        [sale]: SaleId,
        /// Why.
        descriptive [reason]: Line,
    }
}
