//! The load tool: measures a real node and a real verifier on this machine, and proves that what they answered holds.
//!
//! What must not be here: how anything is measured; that is `lode_tests::load`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::{Args, Parser, Subcommand};
use lode_tests::history;
use lode_tests::load::bare::verify_strict_per_second;
use lode_tests::load::display::{grouped, say};
use lode_tests::load::generate::{Size, generate};
use lode_tests::load::idle;
use lode_tests::load::offline::{self, Without};
use lode_tests::load::report::{Machine, Run};
use lode_tests::load::rules;
use lode_tests::load::samples::log_key;
use lode_tests::load::scenario::{Kind, Plan, run};

/// Bytes of the statement that the bare loop checks: as many as a lot has.
const BARE_BYTES: usize = 640;

/// Measures a node and the verifier on this machine
///
/// Runs `lode-node` and `lode-verify` from its own folder, as processes with sockets and files of their own:
/// build all of them first (cargo build --release --workspace). Statements are signed beforehand. A statement
/// counts when it is durable and answered with its proof; a sample of the proofs is checked after each scenario, and
/// one that does not hold ends the tool with an error. All ratios are of a bare verify_strict loop of the same run.
///
/// Examples:
///   lode-load run --scenario many --statements 1000000
///   lode-load run --scenario single --rate 5000 --seconds 60
///   lode-load run --scenario lots
///   lode-load run --scenario evening --rate 500 --reads 2000 --seconds 60
///   lode-load run --scenario evening --rate 1000 --reads 4000 --seconds 600 --no-offline   (a soak at twice the peak)
///   lode-load idle --connections 10000
///   lode-load generate --statements 10000000 --dir /big && lode-load offline /big
#[derive(Parser)]
#[command(name = "lode-load", version, verbatim_doc_comment)]
struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Put load on a node
    Run(RunOptions),
    /// Make a large valid log without a node, as a data folder
    Generate {
        /// How many statements
        #[arg(long, default_value_t = 1_000_000)]
        statements: u64,
        /// Where: DIR/data and DIR/trust.policy
        #[arg(long)]
        dir: PathBuf,
        /// Statements between two seals
        #[arg(long, default_value_t = 15_000)]
        seal_every: u64,
        /// Participants who sign, each with a key of its own
        #[arg(long, default_value_t = 64)]
        authors: usize,
    },
    /// Time what needs no load, on DIR/data: a start, rebuild-index, lode-verify log
    Offline {
        /// A folder that `generate` or `run --keep` has made
        dir: PathBuf,
        #[command(flatten)]
        rest: Rest,
        /// Settings of the node (TOML)
        #[arg(long)]
        node_config: Option<PathBuf>,
        /// Print one JSON object instead of lines
        #[arg(long)]
        json: bool,
    },
    /// What the rules cost beside a signature, by event type, and for statements as large as they may be
    Rules {
        /// Print one JSON object instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Connections that do nothing or stop in the middle of a head, beside somebody who wants an answer
    Idle {
        /// How many; this process and the node may each have to open so many files (ulimit -n)
        #[arg(long, default_value_t = 10_000)]
        connections: usize,
        /// limits.header_seconds of the node: after so long it closes them
        #[arg(long, default_value_t = 15)]
        header_seconds: u64,
        /// Print one JSON object instead of lines
        #[arg(long)]
        json: bool,
    },
    /// Hold what clients were told (`run --history`, the fault suites) against the log as it is now
    CheckHistory {
        /// One JSON object a line
        file: PathBuf,
        /// The static log: a folder, or the address of a node
        #[arg(long)]
        log: String,
        /// The trust file, for the log's key
        #[arg(long)]
        trust: PathBuf,
    },
}

#[derive(Args)]
struct RunOptions {
    /// What to run; all four if absent. May be repeated
    ///
    /// many:    --per-request statements to a request, as fast as answers come
    /// single:  one statement to a request, open loop: --rate a second for --seconds
    /// lots:    --lots lots to a statement, --per-request statements to a request, as fast as answers come
    /// evening: --rate statements, --reads piece pages and --reads proof files a second for --seconds, of --pieces pieces
    ///
    /// In the open loop a latency begins when its request was due, not when a connection was free for it.
    #[arg(long, value_enum, verbatim_doc_comment)]
    scenario: Vec<Kind>,
    /// How many statements [default: many 100000, lots 10000; otherwise rate times seconds]
    #[arg(long)]
    statements: Option<u64>,
    /// Statements a second [default: single 1000, evening 500]
    #[arg(long)]
    rate: Option<u64>,
    /// How long, in scenarios with a rate
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// Connections that send statements [default: many and lots 4, single 256, evening 64]
    #[arg(long)]
    connections: Option<u32>,
    /// Statements to a request [default: many 512, lots 16]
    #[arg(long)]
    per_request: Option<usize>,
    /// Lots to a statement of `lots`
    #[arg(long, default_value_t = 90)]
    lots: usize,
    /// Participants who sign, each with a key of its own
    #[arg(long, default_value_t = 64)]
    authors: usize,
    /// Pieces of `evening`
    #[arg(long, default_value_t = 10_000)]
    pieces: usize,
    /// Pages a second of `evening`, and as many proof files
    #[arg(long, default_value_t = 2_000)]
    reads: u64,
    /// Connections for pages, and as many for proof files
    #[arg(long, default_value_t = 64)]
    read_connections: u32,
    /// Only the load: no start, no rebuild-index, no lode-verify log afterwards
    #[arg(long)]
    no_offline: bool,
    #[command(flatten)]
    rest: Rest,
    /// Settings of the node (TOML) instead of those that let one address send everything
    #[arg(long)]
    node_config: Option<PathBuf>,
    /// Work in DIR/SCENARIO and leave everything there; otherwise a temporary folder that is removed
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Note what clients were told, one JSON object a line, and check it at the end. Costs the load tool much time.
    /// One scenario at a time
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
}

/// What to leave out of the folder at rest.
#[derive(Args)]
struct Rest {
    /// Without rebuild-index
    #[arg(long)]
    no_rebuild: bool,
    /// Without lode-verify log
    #[arg(long)]
    no_verify: bool,
}

impl Rest {
    const fn without(&self) -> Without {
        Without { rebuild: self.no_rebuild, verify: self.no_verify }
    }
}

fn main() -> ExitCode {
    match Options::parse().command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("lode-load: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

impl Command {
    fn run(self) -> Result<()> {
        match self {
            Self::Run(options) => options.run(),
            Self::Generate { statements, dir, seal_every, authors } => {
                let entries = generate(&dir, Size { statements, seal_every, authors })?;
                say(&format!("{} entries are in {}", grouped(entries), dir.join("data").display()));
                Ok(())
            }
            Self::Offline { dir, rest, node_config, json } => {
                let mut results = measured_machine();
                let trust = dir.join("trust.policy");
                let figures =
                    offline::measure(&dir.join("data"), &trust, node_config.as_deref(), rest.without())?;
                if json {
                    return print(&serde_json::json!({"run": results, "offline": figures}));
                }
                results.scenarios.clear();
                results.print(false)?;
                results.print_offline(&figures, &mut std::io::stdout().lock())
            }
            Self::Rules { json } => {
                let costs = rules::measure()?;
                if json {
                    return print(&serde_json::to_value(costs)?);
                }
                costs.print(&mut std::io::stdout().lock())
            }
            Self::Idle { connections, header_seconds, json } => {
                let dir = tempfile::tempdir()?;
                let seen = idle::run(dir.path(), connections, header_seconds)?;
                if json {
                    return print(&serde_json::to_value(seen)?);
                }
                seen.print(&mut std::io::stdout().lock())
            }
            Self::CheckHistory { file, log, trust } => {
                let trust = lode_ledger::tlog::Policy::parse(std::fs::read(trust)?)?;
                let source = lode_verify::Source::named(&log)?;
                let log = history::Log::read(&source, log_key(&trust)?.clone())?;
                print(&serde_json::to_value(history::check_file(&file, &log)?)?)
            }
        }
    }
}

impl RunOptions {
    fn run(self) -> Result<()> {
        let kinds = if self.scenario.is_empty() { Kind::ALL.to_vec() } else { self.scenario.clone() };
        ensure!(
            self.history.is_none() || kinds.len() == 1,
            "--history notes one scenario: name it with --scenario"
        );
        ensure!(self.authors > 0 && self.lots > 0, "--authors and --lots must be at least 1");
        let temporary = tempfile::tempdir()?;
        let keep = self.keep.clone();
        let dir = keep.as_deref().unwrap_or_else(|| temporary.path());
        let mut results = measured_machine();
        let json = self.json;
        let plan = self.plan();
        for kind in kinds {
            let dir = dir.join(kind.name());
            results.scenarios.push(run(kind, &plan, &dir)?);
            if keep.is_none() {
                remove(&dir)?;
            }
        }
        results.print(json)
    }

    fn plan(self) -> Plan {
        Plan {
            statements: self.statements,
            rate: self.rate,
            seconds: self.seconds,
            connections: self.connections,
            per_request: self.per_request,
            lots: self.lots,
            authors: self.authors,
            pieces: self.pieces,
            reads: self.reads,
            read_connections: self.read_connections,
            settings: self.node_config,
            offline: (!self.no_offline).then_some(self.rest.without()),
            history: self.history,
        }
    }
}

/// The machine and its bare loop, before anything else keeps it busy.
fn measured_machine() -> Run {
    let machine = Machine::this();
    let message = [7; BARE_BYTES];
    Run {
        bare_one_core_per_second: verify_strict_per_second(&message, 1),
        bare_all_cores_per_second: verify_strict_per_second(&message, machine.cores),
        machine,
        scenarios: Vec::new(),
    }
}

fn print(value: &serde_json::Value) -> Result<()> {
    use std::io::Write as _;
    Ok(writeln!(std::io::stdout().lock(), "{value:#}")?)
}

fn remove(dir: &Path) -> Result<()> {
    Ok(std::fs::remove_dir_all(dir)?)
}
