//! What a buyer does, who has no account: claim, keep, pass on. Arguments only.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::market::{MissingFound, MissingReport};

#[derive(Debug, Args)]
pub struct Claim {
    /// The claim card: the address in its QR code, or the hidden code [default: it is asked for]
    pub(crate) card: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum OwnCommand {
    /// What this device owns
    List,
    /// Ask for an item: make a fresh key for it, and a file for its present owner
    Request {
        /// The item
        item: String,
        /// The file for the present owner
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Pass an item on to who asks for it
    Pass {
        /// The item
        item: String,
        /// The file that the next owner made with `lode own request`
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Give an item back to its seller
    GiveBack {
        /// The item
        item: String,
    },
    /// Your items are lost or stolen
    Missing(MissingReport),
    /// They are there again
    Found(MissingFound),
}
