//! placeholder

pub mod codec;
pub mod data_folder;
pub mod disk;
pub mod index;
pub mod journal;
pub mod tiles;
