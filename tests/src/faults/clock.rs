//! A machine's clock that jumps back and forward under load, for real: the node runs with a preloaded library that moves
//! what it is told, and reads how far from a file. The steady clock is left alone, as on a machine whose time is set.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use lode_ledger::lang::Lang;
use lode_ledger::record::{Record, RecordKey, View};
use lode_ledger::replay::Replay;

use super::process;
use super::trial::Trial;
use super::{Chance, Report};
use crate::load::display::{progress, say};
use crate::load::ledger::now;

const CLIENTS: u32 = 4;
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const YEAR: i64 = 8_766 * HOUR;
/// Where the clock goes, in seconds from the truth.
const JUMPS: [i64; 8] = [HOUR, -2 * HOUR, 10 * YEAR, 30, -30, -10 * YEAR, 2 * MINUTE, YEAR];
/// What a clock may be ahead without having leapt, and a little for the tests' own time.
const TOLERATED_S: i64 = 2 * MINUTE;
/// Every how many jumps the node is started anew, with a clock that is right.
const STARTED_ANEW: u64 = 20;
const LIBRARIES: [&str; 3] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib64/faketime/libfaketime.so.1",
];

fn library() -> Option<&'static str> {
    LIBRARIES.into_iter().find(|path| Path::new(path).exists())
}

/// What this machine lacks.
#[must_use]
pub fn missing() -> Option<String> {
    library().is_none().then(|| "libfaketime is not installed (package faketime)".to_owned())
}

/// Lets the clock jump so many times.
///
/// # Errors
/// A promise was broken, the node could not be started, or the log tells a time that never was.
pub fn run(work: &Path, jumps: u64, seed: u64) -> Result<Report> {
    let file = work.join("clock");
    let wrapper = wrapper(&file)?;
    let mut trial = Trial::open(work, work)?;
    let mut chance = Chance::new(seed);
    let mut report = Report::new("clock");
    let bar = progress("jumps", jumps);
    let mut said = String::new();
    set(&file, 0)?;
    let (mut process, mut address) = trial.start_under(&wrapper)?;
    for (round, jump) in (0..jumps).zip(JUMPS.into_iter().cycle()) {
        trial.sign_ahead()?;
        let stop = AtomicBool::new(false);
        let before = trial.acknowledged();
        thread::scope(|scope| {
            let clients = scope.spawn(|| trial.load(address, CLIENTS, &stop));
            thread::sleep(Duration::from_millis(50 + chance.below(200)));
            let set_off = set(&file, jump);
            thread::sleep(Duration::from_millis(300 + chance.below(1_200)));
            let set_right = set(&file, 0);
            thread::sleep(Duration::from_millis(50 + chance.below(200)));
            stop.store(true, Ordering::Relaxed);
            ensure!(clients.join().is_ok(), "a client panicked");
            set_off.and(set_right)
        })
        .with_context(|| format!("jump {round}, by {jump} s"))?;
        ensure!(trial.acknowledged() > before, "jump {round}, by {jump} s: nothing is taken in any more");
        report.count(if jump > 0 { "jumps forward" } else { "jumps back" });
        if (round + 1) % STARTED_ANEW == 0 {
            ensure!(process.stop()?.success(), "the node did not stop well: {}", process.said());
            said += &process.said();
            process::check(&trial.data, work, &[])?;
            (process, address) = trial.start_under(&wrapper)?;
            report.count("starts");
        }
        bar.inc(1);
        if bar.is_hidden() && (round + 1) % 20 == 0 {
            say(&format!("{} jumps, {} statements acknowledged", round + 1, trial.acknowledged()));
        }
    }
    bar.finish_and_clear();
    let summary = trial.judge(address)?;
    ensure!(process.stop()?.success(), "the node did not stop well: {}", process.said());
    said += &process.said();
    ensure!(!said.contains("panicked"), "panic: {said}");
    ensure!(jumps < 3 || said.contains("clock has leapt ahead"), "the clock was not moved at all: {said}");
    process::check(&trial.data, work, &[])?;
    let (seals, last) = seals(&trial)?;
    let ahead = last - now()?.unix();
    ensure!(ahead <= TOLERATED_S, "the last seal is {ahead} s ahead of the time");
    report.add("seals", seals);
    report.add("statements acknowledged", summary.acknowledged);
    report.add("checkpoints shown", summary.checkpoints);
    report.add("entries in the end", summary.size);
    Ok(report)
}

/// The command line under which the clock is what `file` says.
fn wrapper(file: &Path) -> Result<Vec<String>> {
    let library = library().context("libfaketime is gone")?;
    Ok(vec![
        "env".to_owned(),
        format!("LD_PRELOAD={library}"),
        format!("FAKETIME_TIMESTAMP_FILE={}", file.display()),
        "FAKETIME_NO_CACHE=1".to_owned(),
        "FAKETIME_DONT_FAKE_MONOTONIC=1".to_owned(),
        "DONT_FAKE_MONOTONIC=1".to_owned(),
    ])
}

/// Sets the clock so many seconds from the truth, at once for whoever reads it.
fn set(file: &Path, ahead_s: i64) -> Result<()> {
    let next: PathBuf = file.with_extension("next");
    fs::write(&next, format!("{ahead_s:+}s\n"))
        .and_then(|()| fs::rename(&next, file))
        .context("the clock cannot be set")
}

/// How many seals the log has, and the time of the last one. That their times rise is a rule, which a replay checks.
fn seals(trial: &Trial) -> Result<(u64, i64)> {
    let mut replay = Replay::new();
    let (mut seals, mut last) = (0, 0);
    trial.each_entry(|entry| {
        let applied =
            replay.append(entry.to_vec()).map_err(|error| anyhow!("{}", error.message(Lang::En)))?;
        seals += u64::from(applied.delta.changes().contains_key(&RecordKey::Clock));
        Ok(())
    })?;
    if let Some(Record::Clock(clock)) = replay.view().record(&RecordKey::Clock).as_deref() {
        last = clock.time.unix();
    }
    Ok((seals, last))
}
