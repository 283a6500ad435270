//! Power cuts under load, at moments chosen to hurt. After each: mount, `lode-node check`, start, every statement of
//! unknown fate sent again, and everything that was ever told held against the log.

use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use lode_verify::source::Source;

use super::device::Device;
use super::process::{self, PATIENCE, Process};
use super::trial::Trial;
use super::{Chance, Report};
use crate::load::display::{progress, say};
use crate::load::process::tool;

const DISK_BYTES: u64 = 2 << 30;
const CLIENTS: u32 = 4;

/// When the power goes, and what else is lost.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    /// At any moment under load.
    Load,
    /// The index is gone afterwards.
    IndexDeleted,
    /// Parts of the index's files are overwritten or cut off afterwards.
    IndexTorn,
    /// While the node starts.
    StartUp,
    /// When a seal is due.
    Sealing,
    /// When a journal segment appears or goes.
    SegmentChange,
    /// While the log is exported onto the same disk.
    Export,
}

const KINDS: [Kind; 7] = [
    Kind::Load,
    Kind::SegmentChange,
    Kind::StartUp,
    Kind::IndexTorn,
    Kind::Sealing,
    Kind::Export,
    Kind::IndexDeleted,
];

/// Cuts the power so many times. What happened is told; the first broken promise ends it.
///
/// # Errors
/// A promise was broken, the node hung or could not be started, or a tool failed.
pub fn run(work: &Path, cuts: u64, seed: u64) -> Result<Report> {
    let device = Device::new(work, DISK_BYTES)?;
    let mut trial = Trial::open(&device.mount, work)?;
    let mut chance = Chance::new(seed);
    let mut report = Report::new("power cuts");
    let bar = progress("power cuts", cuts);
    let (mut process, mut address) = trial.start()?;
    for (round, kind) in (0..cuts).zip(KINDS.into_iter().cycle()) {
        let told = || format!("cut {round}, {kind:?}");
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            let clients = scope.spawn(|| trial.load(address, CLIENTS, &stop));
            let cut = cut(&device, &trial, &mut process, kind, &mut chance, &stop);
            // A client whose node is gone ends; one whose node hangs is freed by its end.
            let ended = process.ended(PATIENCE);
            process.kill()?;
            stop.store(true, Ordering::Relaxed);
            ensure!(clients.join().is_ok(), "a client panicked");
            cut?;
            if ended?.is_none() {
                report.count("node that had to be killed after the cut");
            }
            Ok(())
        })
        .with_context(told)?;
        report.count(format!("cut: {kind:?}"));
        ensure!(!process.said().contains("panicked"), "{}: panic: {}", told(), process.said());
        device.again()?;
        harm_index(&trial.data, kind, &mut chance)?;
        if kind == Kind::IndexTorn {
            // What it says of the index is its matter; it must say it and not fail otherwise.
            let (good, said) = process::node(&["check"], &trial.data, work)?;
            ensure!(good || said.contains("index"), "{}: {said}", told());
            report.count(if good { "torn index taken for what it is: no loss" } else { "torn index found" });
        } else {
            process::check(&trial.data, work, &[]).with_context(told)?;
        }
        (process, address) = trial.start().with_context(told)?;
        report.add("index made anew", u64::from(process.said().contains("made anew")));
        let judged = trial.judge(address).with_context(told)?;
        ensure!(judged.size > 0, "an empty log");
        if kind == Kind::Export {
            process.stop()?;
            let out = device.mount.join("export");
            let out = out.to_str().context("the mount point is no text")?;
            let (good, said) = process::node(&["export", out], &trial.data, work)?;
            ensure!(good, "{}: the export cannot be finished: {said}", told());
            trial.judge_source(&Source::named(out)?).with_context(|| told() + ", export")?;
            fs::remove_dir_all(out)?;
            (process, address) = trial.start()?;
        }
        bar.inc(1);
        if bar.is_hidden() && (round + 1) % 10 == 0 {
            say(&format!("{} cuts, {} statements acknowledged", round + 1, trial.acknowledged()));
        }
    }
    bar.finish_and_clear();
    let summary = trial.judge(address)?;
    ensure!(process.stop()?.success(), "the node did not stop well: {}", process.said());
    process::check(&trial.data, work, &[])?;
    report.add("cuts", cuts);
    report.add("statements acknowledged", summary.acknowledged);
    report.add("answers that never came", summary.unknown);
    report.add("answers after the cut, not counted", trial.answers_after_dark());
    report.add("checkpoints shown", summary.checkpoints);
    report.add("entries in the end", summary.size);
    Ok(report)
}

/// Waits for the moment and cuts.
fn cut(
    device: &Device,
    trial: &Trial,
    process: &mut Process,
    kind: Kind,
    chance: &mut Chance,
    stop: &AtomicBool,
) -> Result<()> {
    let millis = Duration::from_millis;
    thread::sleep(millis(100 + chance.below(500)));
    match kind {
        Kind::Load | Kind::IndexDeleted | Kind::IndexTorn => {}
        Kind::StartUp => {
            stop.store(true, Ordering::Relaxed);
            process.kill()?;
            *process = Process::serve(&trial.data, &trial.work, &[], &[])?;
            thread::sleep(millis(chance.below(150)));
        }
        Kind::Sealing => {
            // A seal comes with the first statement of a second.
            let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
            thread::sleep(Duration::from_nanos(u64::from(1_000_000_000 - now.subsec_nanos())));
            thread::sleep(millis(chance.below(15)));
        }
        Kind::SegmentChange => {
            let names = || -> Result<Vec<std::ffi::OsString>> {
                fs::read_dir(trial.data.join("journal"))?.map(|entry| Ok(entry?.file_name())).collect()
            };
            let (before, began) = (names()?, Instant::now());
            while names()? == before && began.elapsed() < PATIENCE {
                thread::yield_now();
            }
            thread::sleep(Duration::from_micros(chance.below(3_000)));
        }
        Kind::Export => {
            stop.store(true, Ordering::Relaxed);
            process.stop()?;
            let mut command = tool("lode-node")?;
            command.arg("export").arg(device.mount.join("export")).arg("--data").arg(&trial.data);
            *process = Process::spawn(&mut command, &trial.work.join("node.log"))?;
            thread::sleep(millis(chance.below(400)));
        }
    }
    trial.power_goes();
    device.cut()
}

fn harm_index(data: &Path, kind: Kind, chance: &mut Chance) -> Result<()> {
    let index = data.join("index");
    match kind {
        Kind::IndexDeleted => fs::remove_dir_all(&index).context("cannot remove the index"),
        Kind::IndexTorn => {
            let path = index.join("db");
            let mut file = OpenOptions::new().write(true).open(&path).context("cannot open the index")?;
            let length = file.metadata()?.len();
            for _ in 0..8 {
                file.seek(SeekFrom::Start(chance.below(length)))?;
                file.write_all(&[0; 512])?;
            }
            file.set_len(length - chance.below(length / 2))?;
            Ok(file.sync_all()?)
        }
        _ => Ok(()),
    }
}
