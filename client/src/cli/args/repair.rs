//! The arguments of commands that stop goods from outside or repair the record. Nothing is done here.

use clap::{Args, Subcommand};

use super::Papers;

#[derive(Debug, Subcommand)]
pub enum HoldCommand {
    /// Hold goods: they stay where and what they are
    Place {
        /// The items, and jobs with what is in them
        #[arg(required = true)]
        item: Vec<String>,
        /// Why, as in customs, court or pledge
        #[arg(long)]
        reason: String,
        /// Of a pledge: to whom
        #[arg(long, value_name = "PARTICIPANT")]
        creditor: Option<String>,
        /// In words: the order's number, the case
        #[arg(long)]
        text: Option<String>,
    },
    /// End a hold
    Release {
        /// Which
        hold: String,
        /// In words
        #[arg(long)]
        text: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum DisputeCommand {
    /// Dispute what is said of goods
    Open {
        /// The items, and jobs with what is in them
        #[arg(required = true)]
        item: Vec<String>,
        /// What about, as in title, origin or treatment
        #[arg(long)]
        kind: String,
        /// Whom it is against
        #[arg(long, value_name = "PARTICIPANT")]
        respondent: Option<String>,
        /// What is claimed
        #[arg(long)]
        text: String,
        #[command(flatten)]
        papers: Papers,
    },
    /// Answer a dispute that is against you
    Answer {
        /// Which
        dispute: String,
        /// The answer
        #[arg(long)]
        text: String,
        #[command(flatten)]
        papers: Papers,
    },
    /// End a dispute (registrar), or withdraw your own
    Resolve {
        /// Which
        dispute: String,
        /// How, as in upheld, rejected or withdrawn
        #[arg(long)]
        outcome: String,
        /// In words
        #[arg(long)]
        text: String,
        #[command(flatten)]
        papers: Papers,
    },
}

#[derive(Debug, Subcommand)]
pub enum RecallCommand {
    /// Call goods back: they are not sold or handed on, but go back or are destroyed
    Issue {
        /// The items, and jobs with what is in them
        #[arg(required = true)]
        item: Vec<String>,
        /// Why, as in treatment_found
        #[arg(long)]
        reason: String,
        /// Where they go back to, if not to you
        #[arg(long, value_name = "PARTICIPANT")]
        back_to: Option<String>,
        /// What holders and buyers should do
        #[arg(long)]
        text: String,
        #[command(flatten)]
        papers: Papers,
    },
    /// End a recall: what remains of the goods is free again
    Lift {
        /// Which
        recall: String,
        /// Why it is over
        #[arg(long)]
        text: String,
        #[command(flatten)]
        papers: Papers,
    },
}

#[derive(Debug, Args)]
pub struct Void {
    /// One thing that the event made: an item, job, hold, dispute or recall
    pub(crate) made: String,
    /// The event's log index
    #[arg(long)]
    pub(crate) index: u64,
    /// Its number in the statement, from 0
    #[arg(long, default_value_t = 0)]
    pub(crate) event: u16,
    /// Why
    #[arg(long)]
    pub(crate) reason: String,
}

#[derive(Debug, Args)]
pub struct Undo {
    /// What went wrong
    #[arg(long)]
    pub(crate) reason: String,
}

#[derive(Debug, Args)]
pub struct Freeze {
    /// The origin of the log that goes on in its place
    #[arg(long)]
    pub(crate) successor: Option<String>,
    /// Why
    #[arg(long)]
    pub(crate) reason: String,
}

#[derive(Debug, Subcommand)]
pub enum DisclosureCommand {
    /// What this device can open of what it sealed
    List,
    /// Destroy what opens a sealed field, here and for good, and say so in the ledger
    Destroy {
        /// The item that the field stands with, or the entry by its log index or statement
        thing: String,
        /// The field, as `lode show` and `lode event help` name it
        field: String,
        /// Of an entry: the event's number in it, from 0
        #[arg(long, default_value_t = 0)]
        event: u16,
        /// Why, as in a request to be forgotten
        #[arg(long)]
        reason: Option<String>,
        /// What opens it is gone already: this device has nothing to destroy
        #[arg(long)]
        gone: bool,
    },
}
