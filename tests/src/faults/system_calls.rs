//! The n-th system call of a kind fails, for every n until the history ends without it: start, requests, seals, segment
//! changes, full tiles, stop. The node must end by itself with a reason or answer an error; never hang, never panic;
//! and afterwards nothing acknowledged is missing.
//!
//! A fault that strikes no file but a wake-up between threads or a socket, which no disk can cause, is counted and the
//! node killed: the promises about what was acknowledged hold all the same.
//!
//! Needs `strace`. Each n has a copy of one prepared data folder, shortly before a tile is full.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use lode_verify::source::Source;

use super::Report;
use super::process::{self, PATIENCE, Process};
use super::trial::Trial;
use crate::load::display::{progress, say};

/// Entries of the prepared folder.
const BEFORE: usize = 246;
const REQUESTS: usize = 6;
const PER_REQUEST: usize = 4;
/// The calls that can fail for lack of space or for a bad disk.
pub const CALLS: [&str; 13] = [
    "openat",
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "rename",
    "link",
    "unlink",
    "mkdir",
    "rmdir",
    "ftruncate",
    "sync_file_range",
    "pread64",
];
const ERRORS: [&str; 2] = ["EIO", "ENOSPC"];
/// How long an answer may take once a wake-up was lost.
const NO_FILE_PATIENCE: Duration = Duration::from_secs(2);
/// So many runs in a row without the fault end a call's series: calls of several threads differ from run to run.
const UNHIT: u32 = 2;

/// How one run ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum End {
    NotHit,
    RefusedToStart,
    EndedByItself,
    WentOn,
    /// It struck no file.
    NoFile,
}

/// What is missing on this machine.
#[must_use]
pub fn missing() -> Option<String> {
    let tried = std::process::Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).output();
    match tried {
        Ok(output) if output.status.success() => None,
        Ok(output) => {
            Some(format!("strace cannot trace here: {}", String::from_utf8_lossy(&output.stderr).trim()))
        }
        Err(_) => Some("strace is not installed".to_owned()),
    }
}

/// Lets the n-th call of each of `calls` fail for n = 1, 1 + `step`, ...
///
/// # Errors
/// The first thing that must not be, with the call and the n.
pub fn run(work: &Path, calls: &[String], step: u64) -> Result<Report> {
    let (mut trial, prepared) = prepare(work)?;
    let mut report = Report::new("failing system calls");
    let mut wrong = Vec::new();
    for call in calls {
        for error in ERRORS {
            let (mut n, mut unhit) = (1, 0);
            let bar = progress("n", 0).with_message(format!("{call} {error}"));
            let mut ends: BTreeMap<String, u64> = BTreeMap::new();
            while unhit < UNHIT {
                let fault = Fault { call, error, n };
                let mark = trial.mark();
                let met = one(&trial, &prepared, work, fault);
                // Each n has a copy of the folder, and what was told of the one before is of no concern to it.
                trial.rewind(mark);
                match met {
                    Ok(End::NotHit) => unhit += 1,
                    Ok(end) => {
                        unhit = 0;
                        *ends.entry(format!("{call} {error}: {end:?}")).or_default() += 1;
                    }
                    Err(error) => {
                        unhit = 0;
                        say(&format!("{fault:?}: {error:#}"));
                        wrong.push(format!("{fault:?}: {error:#}"));
                    }
                }
                n += step;
                bar.inc(1);
            }
            bar.finish_and_clear();
            let hit: u64 = ends.values().sum();
            say(&format!("{call} {error}: {hit} faults"));
            report.add("faults", hit);
            ends.into_iter().for_each(|(end, number)| report.add(end, number));
        }
    }
    if !wrong.is_empty() {
        bail!("{} of {} faults were not met well:\n{}", wrong.len(), report.text(), wrong.join("\n"));
    }
    Ok(report)
}

#[derive(Clone, Copy, Debug)]
struct Fault<'a> {
    call: &'a str,
    error: &'a str,
    n: u64,
}

/// A data folder with a tile that is nearly full, its node stopped.
fn prepare(work: &Path) -> Result<(Trial, std::path::PathBuf)> {
    let mut trial = Trial::open(&work.join("prepared"), work)?;
    let (mut process, address) = trial.start()?;
    for _ in 0..BEFORE / PER_REQUEST {
        ensure!(trial.send_some(address, 1, PER_REQUEST)?, "the node does not answer");
    }
    ensure!(process.stop()?.success(), "the node did not stop well: {}", process.said());
    let prepared = trial.data.clone();
    Ok((trial, prepared))
}

fn one(trial: &Trial, prepared: &Path, work: &Path, fault: Fault<'_>) -> Result<End> {
    let data = work.join("data");
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    copy(prepared, &data)?;
    let trace = work.join("trace");
    let Fault { call, error, n } = fault;
    let wrapper = ["strace", "-D", "-f", "-y", "-qq", "--seccomp-bpf", "-o"].map(str::to_owned);
    let inject = format!("inject={call}:error={error}:when={n}");
    let wrapper: Vec<String> = wrapper
        .into_iter()
        .chain([trace.display().to_string()])
        .chain(["-e".to_owned(), format!("trace={call}"), "-e".to_owned(), inject])
        .collect();
    let mut process = Process::serve(&data, work, &wrapper, &["--accept-copy", "--seen", "none"])?;
    let address = process.address()?;
    let up = address.is_some();
    let mut answered = true;
    if let Some(address) = address {
        match send(trial, &mut process, address, &trace)? {
            Some(all) => answered = all,
            None => return no_file(trial, &mut process, &data, work),
        }
    }
    if was_hit(&trace) == Some(Struck::Other) {
        return no_file(trial, &mut process, &data, work);
    }
    // A node that has failed ends by itself.
    let status = match process.ended(if answered { Duration::ZERO } else { PATIENCE })? {
        Some(status) => Ok(status),
        None if answered => process.stop(),
        None => bail!("it neither answers nor ends: {}", process.said()),
    };
    // It may strike no file as late as in the node's end.
    if was_hit(&trace) == Some(Struck::Other) {
        return no_file(trial, &mut process, &data, work);
    }
    let status = status?;
    let said = process.said();
    ensure!(!said.contains("panicked"), "panic: {said}");
    ensure!(status.success() || said.contains("lode-node: ") || !up, "it ended without a reason: {said}");
    ensure!(status.success() || !said.trim().is_empty(), "it ended without a word: {status}");
    let hit = was_hit(&trace).is_some();
    ensure!(hit || status.success(), "not hit, and it ended with {status}: {said}");
    // The fault is over.
    judge(trial, &data, work)?;
    Ok(match (hit, up, status.success()) {
        (false, ..) => End::NotHit,
        (true, false, _) => End::RefusedToStart,
        (true, true, false) => End::EndedByItself,
        (true, true, true) => End::WentOn,
    })
}

/// After a fault that struck no file: whatever the node does then, it has kept what it acknowledged.
fn no_file(trial: &Trial, process: &mut Process, data: &Path, work: &Path) -> Result<End> {
    process.kill()?;
    judge(trial, data, work)?;
    Ok(End::NoFile)
}

/// Checks the data folder and holds everything that was told against its log. Of the index a fault may have left what
/// cannot be read: the check must say so, and it must be right once it is made anew.
fn judge(trial: &Trial, data: &Path, work: &Path) -> Result<()> {
    let (good, said) = process::node(&["check", "--accept-copy"], data, work)?;
    if !good {
        ensure!(said.contains("Run lode-node rebuild-index"), "lode-node check says: {said}");
        let (good, said) = process::node(&["rebuild-index", "--accept-copy"], data, work)?;
        ensure!(good, "the index cannot be made anew: {said}");
        process::check(data, work, &["--accept-copy"])?;
    }
    let out = work.join("out");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    let name = out.to_str().context("the work folder's name is no text")?.to_owned();
    let (good, said) = process::node(&["export", &name, "--accept-copy"], data, work)?;
    ensure!(good, "it cannot be exported: {said}");
    trial.judge_source(&Source::named(&name)?).map(drop)
}

/// Plays the history; whether every request had its answer, or `None` if the fault struck no file and an answer does
/// not come. Any other hanging is an error.
fn send(
    trial: &Trial,
    process: &mut Process,
    address: std::net::SocketAddr,
    trace: &Path,
) -> Result<Option<bool>> {
    thread::scope(|scope| {
        let sending = scope.spawn(|| trial.send_some(address, REQUESTS, PER_REQUEST));
        let began = Instant::now();
        while !sending.is_finished() {
            let waited = began.elapsed();
            let no_file = waited > NO_FILE_PATIENCE && was_hit(trace) == Some(Struck::Other);
            if no_file || waited > PATIENCE {
                let said = process.said();
                // Frees the client.
                process.kill()?;
                ensure!(no_file, "a request hangs: {said}");
                return Ok(None);
            }
            thread::sleep(Duration::from_millis(2));
        }
        sending.join().unwrap_or_else(|_| bail!("the client panicked")).map(Some)
    })
}

/// What a fault struck.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Struck {
    /// A file or a folder.
    File,
    /// A pipe, a socket, a wake-up between threads.
    Other,
}

/// What strace says that it let fail, if anything. It counts the calls of each thread by itself, so the n-th of several
/// may fail in one run: a wake-up among them counts, whatever file was struck beside it. It may write after the node's end.
fn was_hit(trace: &Path) -> Option<Struck> {
    thread::sleep(Duration::from_millis(30));
    let trace = fs::read(trace).ok()?;
    let trace = String::from_utf8_lossy(&trace);
    // With -y strace writes what a descriptor is behind it; a call that names a path has none.
    let other = ["<anon_inode:", "<pipe:", "<socket:", "<TCP:", "<UNIX"];
    let is_other = |line: &str| other.iter().any(|kind| line.contains(kind));
    let mut struck = trace.lines().filter(|line| line.contains("(INJECTED)")).map(is_other).peekable();
    struck.peek()?;
    Some(if struck.any(|other| other) { Struck::Other } else { Struck::File })
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
