//! Goods that change hands.

use super::Line;
use crate::event::shape::{List, payload};
use crate::id::{ItemId, Nonce, OfferId, ParticipantId, WorkOrderId};
use crate::mass::Milligrams;
use crate::sealed::Sealable;
use crate::time::Timestamp;

payload! {
    /// One item of a hand-over.
    pub struct OfferLine {
        /// The item.
        [item]: ItemId,
        /// The mass on the giver's scale, in milligrams.
        [mass_mg]: Milligrams,
        /// The scale's resolution in milligrams.
        [resolution_mg]: Milligrams,
    }

    /// The custodian offers items to a named party.
    pub struct CustodyOffered {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the offer's id is derived.
        [nonce]: Nonce,
        /// To whom.
        [to]: ParticipantId,
        /// What.
        [lines]: List<OfferLine, 0, 64>,
        /// Jobs that go along, with the goods in them.
        [works]: List<WorkOrderId, 0, 16>,
        /// Until when; compared with the ledger's clock, the seals.
        [expires]: Timestamp,
        /// Whether ownership passes too; only the owner may say so.
        [ownership]: Option<bool>,
        /// The counterparty's reference.
        descriptive [reference]: Option<Sealable<Line>>,
    }

    /// One item as the taker weighed it.
    pub struct AcceptLine {
        /// The item.
        [item]: ItemId,
        /// The mass on the taker's scale, in milligrams.
        [measured_mg]: Milligrams,
        /// The scale's resolution in milligrams.
        [resolution_mg]: Milligrams,
    }

    /// The named party takes the items; the difference between two scales is booked.
    pub struct CustodyAccepted {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Which offer.
        [offer]: OfferId,
        /// Every item of it, as weighed. Jobs of the offer come along unweighed: their goods are in the making.
        [lines]: List<AcceptLine, 0, 64>,
        /// In what condition.
        descriptive [condition]: Option<Line>,
    }

    /// The named party does not take the items.
    pub struct CustodyRejected {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Which offer.
        [offer]: OfferId,
        /// Why.
        descriptive [reason]: Line,
    }

    /// The giver takes an offer back.
    pub struct CustodyCancelled {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Which offer.
        [offer]: OfferId,
    }
}
