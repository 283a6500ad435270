//! A disk that fills up under load: the node answers what it could not keep as unavailable and ends with the reason;
//! with room again it starts and has everything that it acknowledged.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Context, Result, ensure};

use super::Report;
use super::device::Device;
use super::process::{self, PATIENCE, Process};
use super::trial::Trial;

const DISK_BYTES: u64 = 64 << 20;
/// Room that is left before the load.
const ROOM: u64 = 6 << 20;
const CLIENTS: u32 = 4;

/// Fills the disk, makes room, and fills it again, so many times.
///
/// # Errors
/// A promise was broken, or the node hung, or did not end when it could not write.
pub fn run(work: &Path, times: u64) -> Result<Report> {
    let device = Device::new(work, DISK_BYTES)?;
    let mut trial = Trial::open(&device.mount, work)?;
    let mut report = Report::new("full disk");
    for _ in 0..times {
        let ballast = device.mount.join("ballast");
        fill(&ballast)?;
        let (mut process, address) = trial.start()?;
        let before = trial.acknowledged();
        let stop = AtomicBool::new(false);
        let ended = thread::scope(|scope| {
            let load = scope.spawn(|| trial.load(address, CLIENTS, &stop));
            let ended = process.ended(PATIENCE * 5);
            stop.store(true, Ordering::Relaxed);
            process.kill()?;
            ensure!(load.join().is_ok(), "a client panicked");
            ended
        })?;
        let status = ended.context("the node goes on, or hangs, on a full disk")?;
        ensure!(!status.success(), "the node ended as if nothing had happened");
        ensure!(process.said().contains("No space left"), "it does not say why: {}", process.said());
        ensure!(!process.said().contains("panicked"), "panic: {}", process.said());
        report.count("node ended with the reason");
        report.add("statements acknowledged before", trial.acknowledged() - before);
        // With the disk still full it either serves what it has, or says why it does not.
        let mut again = Process::serve(&trial.data, work, &[], &[])?;
        if again.address()?.is_some() {
            report.count("start on the full disk: serves");
            again.stop()?;
        } else {
            ensure!(again.said().contains("No space left"), "it does not say why: {}", again.said());
            ensure!(!again.said().contains("panicked"), "panic: {}", again.said());
            report.count("start on the full disk: refused with the reason");
        }
        fs::remove_file(&ballast)?;
        process::check(&trial.data, work, &[])?;
        let (mut process, address) = trial.start()?;
        let summary = trial.judge(address)?;
        report.add("entries with room again", summary.size);
        ensure!(process.stop()?.success(), "the node did not stop well: {}", process.said());
    }
    Ok(report)
}

/// Fills the disk with one file, but for [`ROOM`].
fn fill(ballast: &Path) -> Result<()> {
    let mut file = File::create(ballast).context("cannot write the ballast")?;
    let mut length = 0;
    loop {
        match file.write_all(&[0x5a; 64 << 10]) {
            Ok(()) => length += 64 << 10,
            Err(error) if error.kind() == io::ErrorKind::StorageFull => break,
            Err(error) => return Err(error).context("cannot write the ballast"),
        }
    }
    ensure!(length > ROOM, "the log has left too little room on the disk of 64 MiB: ask for fewer times");
    file.set_len(length - ROOM).and_then(|()| file.sync_all()).context("cannot cut the ballast")
}
