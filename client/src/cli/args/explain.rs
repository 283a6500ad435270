//! The arguments of the commands that explain rules and events.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// Every rule in a sentence
    List,
    /// A rule with its reasons of refusal, what would happen without it, and the events that meet it
    Explain {
        /// A rule's code, such as M2, or the code of a refusal, such as not-custodian
        code: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum EventCommand {
    /// Every event and who may sign it
    List,
    /// What an event says: its fields, who may sign it, the rules that it meets
    Help {
        /// The event's name, such as lot.merged
        name: String,
    },
}
