//! Faults put under a real node: power cuts, kills, failing system calls, a full disk, a jumping clock. See
//! docs/faults.md.
//!
//! Starts `lode-node` from the folder that it lies in itself. Exit code 0: every promise was kept; 1: one was broken,
//! and what was told is in the work folder; 77: this machine cannot do it, and why is said.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use lode_tests::faults::{self, Report};

/// The exit code of what cannot be done here.
const CANNOT: u8 = 77;

/// Breaks a node on purpose and looks whether it kept its promises.
#[derive(Parser)]
struct Options {
    /// Where to work; a new temporary folder if absent. What was told is left in its file history.jsonl.
    #[arg(long, global = true)]
    dir: Option<PathBuf>,
    /// Decides when to strike; the same seed strikes at the same moments.
    #[arg(long, global = true, default_value_t = 1)]
    seed: u64,
    /// Print one JSON object instead of lines.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    suite: Suite,
}

#[derive(Subcommand)]
enum Suite {
    /// The power goes under load (needs root, loop devices, xfsprogs).
    PowerCut {
        /// How many times.
        #[arg(long, default_value_t = 100)]
        cuts: u64,
    },
    /// The n-th system call of a kind fails, for every n (needs strace).
    SystemCalls {
        /// Which calls.
        #[arg(long, value_delimiter = ',', default_values_t = faults::system_calls::CALLS.map(str::to_owned))]
        calls: Vec<String>,
        /// Every how-manieth n.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
        step: u64,
    },
    /// kill -9 under load, dying clients, second nodes.
    Kill {
        /// How many times.
        #[arg(long, default_value_t = 200)]
        kills: u64,
    },
    /// The clock jumps back and forward under load (needs libfaketime).
    Clock {
        /// How many times.
        #[arg(long, default_value_t = 100)]
        jumps: u64,
    },
    /// The disk fills up (needs root, loop devices).
    DiskFull {
        /// How many times; the log stays, so that a disk of 64 MiB holds few.
        #[arg(long, default_value_t = 1)]
        times: u64,
    },
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("lode-faults: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<ExitCode> {
    let missing = match options.suite {
        Suite::PowerCut { .. } | Suite::DiskFull { .. } => faults::device::missing(),
        Suite::SystemCalls { .. } => faults::system_calls::missing(),
        Suite::Clock { .. } => faults::clock::missing(),
        Suite::Kill { .. } => None,
    };
    if let Some(missing) = missing {
        eprintln!("lode-faults: not done on this machine: {missing}");
        return Ok(ExitCode::from(CANNOT));
    }
    let keep = tempfile::tempdir()?;
    let work = options.dir.clone().unwrap_or_else(|| keep.path().to_owned());
    std::fs::create_dir_all(&work).with_context(|| format!("cannot make {}", work.display()))?;
    let report = match &options.suite {
        Suite::PowerCut { cuts } => faults::power_cut::run(&work, *cuts, options.seed)?,
        Suite::SystemCalls { calls, step } => faults::system_calls::run(&work, calls, *step)?,
        Suite::Kill { kills } => faults::kill::run(&work, *kills, options.seed)?,
        Suite::Clock { jumps } => faults::clock::run(&work, *jumps, options.seed)?,
        Suite::DiskFull { times } => faults::disk_full::run(&work, *times)?,
    };
    print(&report, options.json)?;
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "the figures are what this program is for")]
fn print(report: &Report, json: bool) -> Result<()> {
    if json {
        println!("{}", serde_json::to_string_pretty(report)?);
    } else {
        print!("{}", report.text());
    }
    Ok(())
}
