//! What the tests across crates share: a small trade that always comes out the same (`world`), statements as files
//! for readers in other languages (`vectors`), stories of the rules (`stories`), the load tool's parts (`load`), a
//! checker of what clients were told (`history`), a counter of what the rules read (`counted`), and slow, obvious second opinions on the arithmetic (`model`) and on
//! every verdict (`reference`).
//!
//! No test stands here, and nothing that a released program uses.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "test support: what is wrong here must stop the test that meets it"
)]

pub mod counted;
pub mod faults;
pub mod golden;
pub mod history;
pub mod load;
pub mod model;
pub mod reference;
pub mod stories;
pub mod vectors;
pub mod workbook;
pub mod world;
