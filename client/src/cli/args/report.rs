//! What can be asked of a participant's stock and work. Arguments only.

use clap::Args;

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
