//! What a buyer says, who is known by nothing but a key.

use crate::event::shape::{List, payload};
use crate::hash::Hash;
use crate::id::ItemId;
use crate::key::{PublicKey, Signature};
use crate::time::Timestamp;

payload! {
    /// One unit of a batch: its claim key, and that it is one of those under the tag's root.
    pub struct UnitClaim {
        /// The public half of the unit's claim key, which signs the statement.
        [claim_key]: PublicKey,
        /// Its place among the claim keys, from 0.
        [number]: u32,
        /// The inclusion proof (RFC 6962), from the leaf upwards.
        [path]: List<Hash, 0, 32>,
    }

    /// Whoever holds the hidden code of a sold item makes it his: from here on it belongs to a key that only he has.
    pub struct ClaimRedeemed {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// The owner's key, made for this item.
        [owner_key]: PublicKey,
        /// That the key is held: signed over the tag's code.
        [proof]: Signature,
        /// Which unit, of a batch.
        [unit]: Option<UnitClaim>,
    }

    /// A buyer passes his item on, each time to a fresh key; or gives it back to its seller.
    pub struct OwnerTransferred {
        /// When the author says that it happened.
        [at]: Timestamp,
        /// What.
        [item]: ItemId,
        /// The next owner's key, made for this item; absent: it goes back to its seller, who says item.returned.
        [owner_key]: Option<PublicKey>,
        /// That the key is held: signed over the item's id.
        [proof]: Option<Signature>,
    }
}
