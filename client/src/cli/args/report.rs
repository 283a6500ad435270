//! What can be asked of a participant's stock and work. Arguments only.

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub struct StockArgs {
    /// Whose [default: you]
    pub(crate) participant: Option<String>,
    /// A balance counts as aged after so many days without an event
    #[arg(long, default_value_t = 180, value_name = "DAYS")]
    pub(crate) days: u32,
    /// At most so many balances
    #[arg(long, default_value_t = 200)]
    pub(crate) limit: usize,
}

#[derive(Debug, Args)]
pub struct YieldsArgs {
    /// Whose [default: yours]
    pub(crate) participant: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// What came in by importer, origin and month, and what became of its mass
    Entered {
        /// Whose [default: of every importer]
        participant: Option<String>,
    },
    /// Warnings by code: on how many items and jobs each stands
    Warnings,
    /// Disputes that are open
    Disputes {
        /// At most so many
        #[arg(long, default_value_t = 200)]
        limit: usize,
    },
    /// Certificates that are shown for several items
    Collisions {
        /// At most so many
        #[arg(long, default_value_t = 200)]
        limit: usize,
    },
}
