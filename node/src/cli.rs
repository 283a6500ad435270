//! The command line of `lode-node`. Says what it does, on the error output; answers alone go to the output.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use clap::{Parser, Subcommand};
use lode_ledger::id::Origin;
use tracing_subscriber::EnvFilter;

use crate::config::{Config, Given, LogFormat};
use crate::disk::RealDisk;
use crate::genesis::{self, NodeKeys};
use crate::http;
use crate::sequencer::{self, Opened};
use crate::service::Node;
use crate::signals::told_to_stop;
use crate::{backup, catch_up, check, index};

/// Lode's node: keeps a ledger of crystal and proves what it keeps
#[derive(Debug, Parser)]
#[command(name = "lode-node", version)]
struct Arguments {
    #[command(flatten)]
    given: Given,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a data folder with new keys; then, with the registrar's statements, begin the ledger
    Init {
        /// The log's name, unique in the world: a host name and a path
        #[arg(long, required_unless_present = "genesis", conflicts_with = "genesis")]
        origin: Option<Origin>,
        /// Seconds between seals, 1 to 86400
        #[arg(long, default_value_t = 60, conflicts_with = "genesis")]
        seal_interval: u32,
        /// Show raw entries, lists and lots to participants only; this can never be changed
        #[arg(long, conflicts_with = "genesis")]
        members_only: bool,
        /// The registrar's two signed statements, ledger.opened and policy.adopted, as a CBOR sequence
        #[arg(long)]
        genesis: Option<PathBuf>,
    },
    /// Run the node until it is told to stop (SIGTERM, Ctrl-C)
    Serve,
    /// Recompute everything on the disk and compare; exit code 1 if anything is wrong
    Check {
        /// Replace damaged files by those of a mirror that fit what was signed: the URL of another node or of a static
        /// log, or a folder with an export or a backup
        #[arg(long, value_name = "URL")]
        repair_from: Option<String>,
    },
    /// Delete the index and make it anew from the log
    RebuildIndex,
    /// Copy everything but keys and index into a new folder; the node may run meanwhile
    Backup {
        /// The new folder
        dest: PathBuf,
    },
    /// Take the entries that a restored data folder lacks from a mirror's files
    CatchUp {
        /// A folder with the log's files, its checkpoint among them
        mirror: PathBuf,
    },
    /// Write the log into a folder, as a complete static log for any web server
    Export {
        /// The folder; a part of the same log may be in it
        dir: PathBuf,
    },
}

/// Runs the command line; the exit code says whether it was done.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // A failure to print the usage changes nothing.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(64) } else { ExitCode::SUCCESS };
        }
    };
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // There is nowhere else to say it.
            let _ = writeln!(std::io::stderr(), "lode-node: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    let config = Config::load(&arguments.given)?;
    start_logging(config.log_format);
    index::tell_caught_panics();
    match arguments.command {
        Command::Init { origin, seal_interval, members_only, genesis } => {
            init(&config, origin, seal_interval, members_only, genesis)
        }
        Command::Serve if config.accept_copy && arguments.given.seen.is_empty() => Err(anyhow!(
            "with --accept-copy say what the world has seen of this log: --seen FILE, the newest checkpoint that a \
             mirror, witness or reader holds (curl -fo FILE https://MIRROR/checkpoint), or --seen none if nobody \
             has ever seen one"
        )),
        Command::Serve => tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .context("cannot start the threads that serve requests")?
            .block_on(serve(&config)),
        Command::Check { repair_from } => {
            let report = match repair_from {
                None => check::check(&config)?,
                Some(name) => check::repair(&config, &check::Mirror::named(&name)?)?,
            };
            for finding in &report.repaired {
                answer(&format!("repaired {finding}"))?;
            }
            answer(&format!(
                "all right: {} entries with root {}, {} seals, {} records with state root {}, {} keys in the index",
                report.size, report.root, report.seals, report.records, report.state_root, report.index_keys
            ))
        }
        Command::RebuildIndex => {
            let size = sequencer::rebuild_index(&config)?;
            answer(&format!("the index was made anew from {size} entries"))
        }
        Command::Backup { dest } => {
            let size = backup::backup(&config, &dest)?;
            answer(&format!("{size} entries and all documents are in {}; the keys are not", dest.display()))
        }
        Command::CatchUp { mirror } => {
            let size = catch_up::catch_up(&config, &mirror)?;
            answer(&format!("the data folder has {size} entries, as many as {}", mirror.display()))
        }
        Command::Export { dir } => export(&config, &dir),
    }
}

fn init(
    config: &Config,
    origin: Option<Origin>,
    seal_interval: u32,
    members_only: bool,
    genesis: Option<PathBuf>,
) -> anyhow::Result<()> {
    if let Some(file) = genesis {
        let sequence = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let ledger = genesis::begin(&config.data, &sequence)?;
        return answer(&format!("the ledger {ledger} has begun; start it with lode-node serve"));
    }
    let origin = origin.ok_or_else(|| anyhow!("--origin is needed"))?;
    genesis::init_for(&config.data, origin, seal_interval, members_only, &NodeKeys::generate()?)?;
    let request = config.data.join(genesis::REQUEST_FILE);
    answer(&format!(
        "made the keys of a new ledger; keep a backup of {}. Give {} to the registrar, who signs the first two \
         statements; then run lode-node init --genesis FILE",
        config.data.join("keys").display(),
        request.display()
    ))
}

async fn serve(config: &Config) -> anyhow::Result<()> {
    let node = Node::open(config)?;
    let listener = tokio::net::TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {} (key `listen`)", config.listen))?;
    let address = listener.local_addr().context("the listening address is unknown")?;
    let told = told_to_stop();
    answer(&format!("lode-node serves {} on http://{address}", node.origin()))?;
    let stopping = node.clone();
    let stop = async move {
        tokio::select! {
            () = told => tracing::info!("told to stop"),
            why = stopping.failed() => tracing::error!(why, "stopping"),
        }
    };
    let served = http::serve(node.clone(), config, listener, stop).await;
    node.stop().await;
    if let Some(why) = node.health().failed {
        return Err(anyhow!("{why}"));
    }
    served.context("serving has failed")
}

fn export(config: &Config, dir: &std::path::Path) -> anyhow::Result<()> {
    let opened = Opened::open(config)?;
    let bar = indicatif::ProgressBar::new(0).with_message("files");
    let progress = |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    };
    opened.tiles.export(Arc::new(RealDisk), dir, progress)?;
    bar.finish_and_clear();
    answer(&format!("{} entries are in {}", opened.tiles.size(), dir.display()))
}

/// One line on the output.
fn answer(line: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).context("cannot write to the output")
}

/// Log lines go to the error output; `LODE_LOG` filters them.
fn start_logging(format: LogFormat) {
    let filter = EnvFilter::try_from_env("LODE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let logging = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Whoever embeds us may have set up his own.
    let _ = match format {
        LogFormat::Human => logging.try_init(),
        LogFormat::Json => logging.json().try_init(),
    };
}
