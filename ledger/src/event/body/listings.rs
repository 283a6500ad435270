//! Before a sale: boxes, listings, reservations.

use super::Line;
use crate::event::shape::{List, Text, payload};
use crate::id::{ItemId, ListingId, Nonce, PackId};
use crate::sealed::Sealable;
use crate::time::Timestamp;
use crate::vocab::{Code, SaleChannel};

payload! {
    /// Items are packed into a box and move together from here on.
    pub struct ItemsPacked {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the box's id is derived.
        [nonce]: Nonce,
        /// What.
        [items]: List<ItemId, 1, 64>,
        /// The number of the seal on the box.
        descriptive [seal]: Option<Sealable<Line>>,
    }

    /// A box is opened and everything in it taken out.
    pub struct ItemsUnpacked {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Which box.
        [pack]: PackId,
    }

    /// A seller offers items to buyers. The price is not on the log. Several sellers may list one piece: its owner, and
    /// to whom he consigned it.
    pub struct ListingOpened {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// 128 random bits from which the listing's id is derived.
        [nonce]: Nonce,
        /// What.
        [items]: List<ItemId, 1, 64>,
        /// Where.
        [channel]: Code<SaleChannel>,
        /// The session of a stream.
        [session]: Option<Text<64>>,
        /// The place in the session.
        [slot]: Option<u32>,
        /// What the seller writes above it.
        descriptive [title]: Option<Line>,
        /// In which language, as BCP 47 writes it (`en`, `zh-Hans`).
        descriptive [language]: Option<Text<16>>,
    }

    /// A listing ends.
    pub struct ListingClosed {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// Which listing.
        [listing]: ListingId,
        /// Why.
        descriptive [reason]: Option<Line>,
    }

    /// A seller keeps an item for a buyer: nobody else sells it meanwhile.
    pub struct ItemReserved {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// What.
        [item]: ItemId,
        /// The listing that the buyer saw.
        [listing]: Option<ListingId>,
        /// Until when, by the ledger's clock, at most 30 days from it; a time that has passed by that clock ends one's
        /// own reservation.
        [until]: Timestamp,
        /// The buyer's reference.
        descriptive [buyer]: Option<Sealable<Line>>,
    }
}
