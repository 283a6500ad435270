//! What needs no load: how long a node takes to start on its folder, to make its index anew, and how long a stranger
//! takes to check the whole log.

use std::path::Path;

use anyhow::{Context, Result};
use lode_ledger::tlog::SignedCheckpoint;
use serde::Serialize;

use super::bare::per_second;
use super::display::say;
use super::process::{Node, Ran, run, tool};

/// The figures of one data folder at rest.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Offline {
    /// Entries of the log.
    pub entries: u64,
    /// From the start of the process until it serves, the index being whole.
    pub start_ms: u64,
    /// Memory of the node once it served.
    pub start_rss_kib: u64,
    /// Making the index anew.
    pub rebuild: Option<Ran>,
    /// Entries per second of that.
    pub rebuild_per_second: Option<u64>,
    /// `lode-verify log` with every check.
    pub verify: Option<Ran>,
    /// Entries per second of that.
    pub verify_per_second: Option<u64>,
    /// How busy it kept the machine, in hundredths of one core.
    pub verify_cpu_percent: Option<u64>,
}

/// What to leave out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Without {
    /// The rebuild of the index.
    pub rebuild: bool,
    /// The check of the log.
    pub verify: bool,
}

/// Measures a data folder on which no node runs. An index that is not whole is brought up to the log first.
///
/// # Errors
/// A tool fails, or the log does not pass.
pub fn measure(data: &Path, trust: &Path, settings: Option<&Path>, without: Without) -> Result<Offline> {
    // The first start takes up what the index lacks, so that the second one measures an index that is whole.
    Node::start(data, settings)?.stop()?;
    let entries = size(data)?;
    let node = Node::start(data, settings)?;
    let start_ms = u64::try_from(node.start.as_millis())?;
    let start_rss_kib = node.usage()?.rss_kib;
    node.stop()?;
    let rebuild = (!without.rebuild).then(|| rebuild(data)).transpose()?;
    let verify = (!without.verify).then(|| verify(data, trust)).transpose()?;
    let rate = |ran: Ran| per_second(entries, std::time::Duration::from_millis(ran.time_ms));
    Ok(Offline {
        entries,
        start_ms,
        start_rss_kib,
        rebuild,
        rebuild_per_second: rebuild.map(rate),
        verify,
        verify_per_second: verify.map(rate),
        verify_cpu_percent: verify.map(|ran| ran.usage.cpu_ms * 100 / ran.time_ms.max(1)),
    })
}

fn rebuild(data: &Path) -> Result<Ran> {
    say("making the index anew");
    run(tool("lode-node")?.args(["rebuild-index", "--data"]).arg(data))
}

fn verify(data: &Path, trust: &Path) -> Result<Ran> {
    say("checking the whole log");
    let state = data.with_file_name("seen.json");
    let log = data.join("log");
    run(tool("lode-verify")?.arg("log").arg(log).arg("--trust").arg(trust).arg("--state").arg(state))
}

/// The number of entries that the published checkpoint covers.
fn size(data: &Path) -> Result<u64> {
    let path = data.join("log").join("checkpoint");
    let note = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(SignedCheckpoint::parse(note)?.checkpoint().size())
}
