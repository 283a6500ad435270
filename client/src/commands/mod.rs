//! One function per thing that a participant may say or ask. Each builds events from typed arguments, sends them
//! through the session and returns data; nothing is printed here, and no rule of the ledger is repeated.

pub mod buyer;
pub mod custody;
pub mod disclosure;
pub mod enrol;
pub mod hands;
pub mod identity;
mod instead;
pub mod ledger;
pub mod look;
pub mod lots;
pub mod market;
pub mod material;
pub mod repair;
pub mod shop;
pub mod standing;
pub mod vouch;
pub mod work;
