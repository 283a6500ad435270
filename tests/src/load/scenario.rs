//! What is run: many statements to a request, one to a request at a fixed rate, many lots to a statement, and a peak
//! evening of writes and reads together. Each on a ledger of its own, from an empty folder to a stopped node.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use lode_ledger::hash::Hash;
use lode_ledger::id::StatementId;

use super::display::say;
use super::drive::{self, Reply, Slot, Stream};
use super::ledger::{Ledger, now};
use super::memory::Watch;
use super::offline::{self, Without};
use super::process::{Disk, Node, Usage, usage};
use super::report::Scenario;
use super::samples::{check_answer, check_page, check_proof_file, count_accepted, log_key, told};
use super::statements::{self, Piece, Signed};
use super::wire::Connection;
use crate::history::{self, Recorder, Told};

/// Statements of one request while a ledger is prepared.
const PREPARING: usize = 64;
/// The number of the first lot that is not a piece's.
const FIRST_LOT: u64 = 1 << 32;

/// Which.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub enum Kind {
    /// Many statements to a request, as fast as answers come
    Many,
    /// One statement to a request, at a fixed rate
    Single,
    /// Many lots to a statement, as fast as answers come
    Lots,
    /// Writes at a fixed rate beside pages and proof files of many pieces
    Evening,
}

/// How it is run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Statements; of a fixed rate, `rate` times `seconds` if absent.
    pub statements: Option<u64>,
    /// Writes a second, in scenarios with a rate.
    pub rate: Option<u64>,
    /// How long, in scenarios with a rate.
    pub seconds: u64,
    /// Connections that write.
    pub connections: Option<u32>,
    /// Statements to a request, in scenarios without a rate.
    pub per_request: Option<usize>,
    /// Lots to a statement of [`Kind::Lots`].
    pub lots: usize,
    /// Participants who sign.
    pub authors: usize,
    /// Pieces to look at.
    pub pieces: usize,
    /// Pages a second, and as many proof files.
    pub reads: u64,
    /// Connections for pages, and as many for proof files.
    pub read_connections: u32,
    /// Settings of the node instead of those for load.
    pub settings: Option<PathBuf>,
    /// What is not measured of the folder at rest; nothing of it if absent.
    pub offline: Option<Without>,
    /// Where to keep what clients were told.
    pub history: Option<PathBuf>,
}

impl Kind {
    /// All, in the order in which they are run.
    pub const ALL: [Self; 4] = [Self::Many, Self::Single, Self::Lots, Self::Evening];

    /// As on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Many => "many",
            Self::Single => "single",
            Self::Lots => "lots",
            Self::Evening => "evening",
        }
    }

    /// Whether requests are due at fixed times.
    const fn has_rate(self) -> bool {
        matches!(self, Self::Single | Self::Evening)
    }

    const fn rate(self, plan: &Plan) -> u64 {
        match (plan.rate, self) {
            (Some(rate), _) => rate,
            (None, Self::Evening) => 500,
            (None, _) => 1_000,
        }
    }

    const fn statements(self, plan: &Plan) -> u64 {
        match (plan.statements, self) {
            (Some(count), _) => count,
            (None, Self::Many) => 100_000,
            (None, Self::Lots) => 10_000,
            (None, Self::Single | Self::Evening) => self.rate(plan) * plan.seconds,
        }
    }

    const fn per_request(self, plan: &Plan) -> usize {
        match (self, plan.per_request) {
            (Self::Single | Self::Evening, _) => 1,
            (_, Some(count)) => count,
            (Self::Many, None) => 512,
            (Self::Lots, None) => 16,
        }
    }

    const fn connections(self, plan: &Plan) -> u32 {
        match (plan.connections, self) {
            (Some(count), _) => count,
            (None, Self::Many | Self::Lots) => 4,
            (None, Self::Single) => 256,
            (None, Self::Evening) => 64,
        }
    }
}

/// Statements to be sent, some to a request, and where to note what was told of them.
struct Writes<'a> {
    signed: &'a Signed,
    per_request: usize,
    began: Instant,
    recorder: Option<Recorder>,
}

impl Writes<'_> {
    fn requests(&self) -> u64 {
        self.signed.len().div_ceil(self.per_request) as u64
    }

    fn first(&self, slot: u64) -> Result<usize> {
        Ok(usize::try_from(slot)? * self.per_request)
    }

    fn send(&self, connection: &mut Connection, slot: Slot) -> Result<Reply> {
        let first = self.first(slot.number)?;
        let last = self.signed.len().min(first + self.per_request);
        let many = self.per_request > 1;
        let begun = self.began.elapsed();
        let answer = connection.post_statements(self.signed.run(first, last), many);
        if let Some(recorder) = &self.recorder {
            let base = Told {
                client: slot.connection,
                begun_ns: u64::try_from(begun.as_nanos())?,
                ended_ns: u64::try_from(self.began.elapsed().as_nanos())?,
                statement: StatementId(Hash::ZERO),
                outcome: history::Outcome::Unknown,
                index: None,
                checkpoint: None,
            };
            // An answer that says nothing of the statements leaves open what became of them.
            let body = answer.as_ref().ok().filter(|answer| matches!(answer.status, 200 | 422));
            recorder.write(&told(
                body.map(|answer| answer.body),
                &base,
                self.signed,
                first,
                last - first,
            )?)?;
        }
        let answer = answer?;
        if answer.status != 200 {
            bail!(
                "{} {}",
                answer.status,
                String::from_utf8_lossy(answer.body).chars().take(500).collect::<String>()
            );
        }
        let done = if many { count_accepted(answer.body) } else { 1 };
        let refused = (last - first) as u64 - done;
        Ok(Reply { done, refused, body: slot.keep.then(|| answer.body.to_vec()) })
    }
}

/// A request for one of many pieces, in an order that does not repeat soon.
fn read(
    connection: &mut Connection,
    slot: Slot,
    pieces: &[Piece],
    path: impl Fn(&Piece) -> String,
) -> Result<Reply> {
    let piece = piece_of(slot.number, pieces)?;
    let answer = connection.get(&path(piece))?;
    if answer.status != 200 {
        bail!("{} for {}", answer.status, path(piece));
    }
    Ok(Reply { done: 1, refused: 0, body: slot.keep.then(|| answer.body.to_vec()) })
}

fn piece_of(number: u64, pieces: &[Piece]) -> Result<&Piece> {
    // A prime step goes through all of them before it comes back to the first.
    let place = number.wrapping_mul(7_919) % pieces.len().max(1) as u64;
    pieces.get(usize::try_from(place)?).context("there is no piece to look at")
}

/// Runs a scenario in an empty folder.
///
/// # Errors
/// Anything fails, a statement is refused, or a proof does not hold.
pub fn run(kind: Kind, plan: &Plan, dir: &Path) -> Result<Scenario> {
    say(&format!("== {}", kind.name()));
    let mut ledger = Ledger::open(dir, plan.authors, now()?)?;
    let lots = if kind == Kind::Lots { plan.lots } else { 1 };
    let (made, pieces) = if kind == Kind::Evening {
        statements::pieces(&mut ledger, 1, plan.pieces)?
    } else {
        (Signed::default(), Vec::new())
    };
    let count = usize::try_from(kind.statements(plan))?;
    let signed = statements::lots(&mut ledger, FIRST_LOT, count, lots)?;
    let node = Node::start(&ledger.data, plan.settings.as_deref())?;
    let mut entries_before = 2 + prepare(&node, &ledger, &made)?;
    if !pieces.is_empty() {
        entries_before += first_seal(&node, &pieces)?;
    }
    let disk_before = Disk::of(&ledger.data)?;
    let recorder = plan.history.as_deref().map(recorder).transpose()?;
    let writes =
        Writes { signed: &signed, per_request: kind.per_request(plan), began: Instant::now(), recorder };
    let before = (node.usage()?, usage(std::process::id()).unwrap_or_default());
    let watch = Watch::start(node.pid());
    let streams = drive(kind, plan, &writes, &pieces, &node);
    let memory = watch.stop();
    let streams = streams?;
    let after = (node.usage()?, usage(std::process::id()).unwrap_or_default());
    let proofs_checked = check_samples(&streams, &writes, &pieces, &ledger)?;
    let stop_ms = u64::try_from(node.stop()?.as_millis())?;
    let disk = Disk::of(&ledger.data)?;
    let offline = plan
        .offline
        .map(|without| offline::measure(&ledger.data, &ledger.trust_file, plan.settings.as_deref(), without))
        .transpose()?;
    let history = plan.history.as_deref().map(|path| check_history(path, &ledger)).transpose()?;
    Ok(Scenario {
        name: kind.name(),
        events_per_statement: lots,
        statements_per_request: kind.per_request(plan),
        statement_bytes: signed.bytes() / signed.len().max(1),
        entries_before,
        streams,
        node: Usage { cpu_ms: after.0.cpu_ms - before.0.cpu_ms, ..after.0 },
        memory,
        load_tool_cpu_ms: after.1.cpu_ms - before.1.cpu_ms,
        proofs_checked,
        stop_ms,
        disk,
        disk_per_statement: disk.total.saturating_sub(disk_before.total) / signed.len().max(1) as u64,
        offline,
        history,
    })
}

/// Enrols everybody and makes the pieces. Returns how many entries that took.
fn prepare(node: &Node, ledger: &Ledger, made: &Signed) -> Result<u64> {
    let mut all = Signed::default();
    ledger.enrolments.iter().for_each(|statement| all.push(statement.bytes()));
    made.iter().for_each(|statement| all.push(statement));
    let mut connection = Connection::new(node.address);
    for first in (0..all.len()).step_by(PREPARING) {
        let last = all.len().min(first + PREPARING);
        let answer = connection.post_statements(all.run(first, last), true)?;
        check_answer(answer.body, &all, first, &ledger.trust).context("the ledger cannot be prepared")?;
    }
    Ok(all.len() as u64)
}

/// Asks for a proof file until there is a seal over the pieces. Returns that one more entry came by it.
fn first_seal(node: &Node, pieces: &[Piece]) -> Result<u64> {
    let mut connection = Connection::new(node.address);
    let last = pieces.last().context("there is no piece to look at")?;
    let began = Instant::now();
    loop {
        let answer = connection.get(&proof_path(last))?;
        if answer.status == 200 {
            return Ok(1);
        }
        ensure!(began.elapsed() < Duration::from_secs(60), "no proof file of a new piece: {}", answer.status);
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn proof_path(piece: &Piece) -> String {
    format!("/v1/items/{}/proof", piece.item)
}

fn page_path(piece: &Piece) -> String {
    format!("/T/{}", piece.code)
}

fn drive(
    kind: Kind,
    plan: &Plan,
    writes: &Writes<'_>,
    pieces: &[Piece],
    node: &Node,
) -> Result<Vec<drive::Measured>> {
    let send = |connection: &mut Connection, slot: Slot| writes.send(connection, slot);
    let page = |connection: &mut Connection, slot: Slot| read(connection, slot, pieces, page_path);
    let proof = |connection: &mut Connection, slot: Slot| read(connection, slot, pieces, proof_path);
    let mut streams = vec![Stream {
        name: "statements",
        unit: "accepted",
        connections: kind.connections(plan),
        rate: kind.has_rate().then(|| kind.rate(plan)),
        requests: writes.requests(),
        request: &send,
    }];
    if kind == Kind::Evening {
        let reads = Stream {
            name: "pages",
            unit: "pages",
            connections: plan.read_connections,
            rate: Some(plan.reads),
            requests: plan.reads * plan.seconds,
            request: &page,
        };
        streams.push(Stream { name: "proof files", unit: "files", request: &proof, ..reads });
        streams.push(reads);
    }
    drive::run(&streams, node.address, node.pid())
}

fn check_samples(
    streams: &[drive::Measured],
    writes: &Writes<'_>,
    pieces: &[Piece],
    ledger: &Ledger,
) -> Result<u64> {
    let mut held = 0;
    for stream in streams {
        for (number, body) in &stream.samples {
            match stream.name {
                "pages" => check_page(body, piece_of(*number, pieces)?)?,
                "proof files" => {
                    check_proof_file(body, &ledger.trust)?;
                    held += 1;
                }
                _ => held += check_answer(body, writes.signed, writes.first(*number)?, &ledger.trust)?,
            }
        }
    }
    Ok(held)
}

fn recorder(path: &Path) -> Result<Recorder> {
    let file = fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(Recorder::new(std::io::BufWriter::new(file)))
}

fn check_history(path: &Path, ledger: &Ledger) -> Result<history::Summary> {
    say("checking what clients were told");
    let source = lode_verify::Source::Folder(ledger.data.join("log"));
    history::check_file(path, &history::Log::read(&source, log_key(&ledger.trust)?.clone())?)
}
