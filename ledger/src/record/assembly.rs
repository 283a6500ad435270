//! Records of what was joined and blended: the components of an assembly, and what has been said of a blend's origins.

use minicbor::{Decode, Encode};

use super::Claims;
use crate::id::{ItemId, ParticipantId};
use crate::mass::Milligrams;
use crate::vocab::{Code, Country};

/// One component of an assembly, as it was when it went in. It has no history: what is taken out
/// again is an event of the whole.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Component {
    /// What it was.
    #[n(0)]
    pub item: ItemId,
    /// How much of it went in.
    #[n(1)]
    pub mass: Milligrams,
    /// How much of that is foreign: the setting of a stone that was set before.
    #[n(2)]
    pub foreign: Milligrams,
    /// How many went in, of a batch.
    #[n(3)]
    pub count: Option<u32>,
    /// What was known of it.
    #[n(4)]
    pub claims: Claims,
    /// Who had made it.
    #[n(5)]
    pub maker: Option<ParticipantId>,
    /// What it had been assembled as itself.
    #[n(6)]
    pub assembly: Option<ItemId>,
    /// How much of it was taken out again.
    #[n(7)]
    pub out: Option<Milligrams>,
    /// How many were.
    #[n(8)]
    pub out_count: Option<u32>,
}

/// How much of one country went into a blend, and how much of that has been claimed.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct OriginExposure {
    /// The country.
    #[n(0)]
    pub country: Code<Country>,
    /// What entered.
    #[n(1)]
    pub entered: Milligrams,
    /// What was drawn from the blend and is said to be of this country alone, or went into another blend as such.
    #[n(2)]
    pub claimed: Milligrams,
}

/// The origins of a blend by mass (rule L2). It has no history: the claims that change it are events of the items.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, serde::Serialize)]
#[cbor(map)]
pub struct Exposure {
    /// By country code.
    #[n(0)]
    pub origins: Vec<OriginExposure>,
}
