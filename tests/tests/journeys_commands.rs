//! The commands of the trade, each run for real: the programs as they were built, a served node, and what `lode show`
//! says afterwards; and for each a thing that the rules refuse, with its code.

mod asked;
mod import;
mod line;
mod market;
mod material;
mod parties;
mod policy;
mod repair;
mod trade;
mod vouch;
mod world;
