//! `kill -9` at random moments under load, with clients that die in the middle of a request and second nodes that try
//! the same folder. It tells nothing of durability, as the kernel keeps what was written; it tells of everything else.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::process::{self, Process};
use super::trial::Trial;
use super::{Chance, Report};
use crate::load::display::{progress, say};

const CLIENTS: u32 = 4;
/// Every how many kills the data folder is checked and everything told is judged.
const JUDGED: u64 = 10;

/// Kills the node so many times.
///
/// # Errors
/// A promise was broken, the node could not be started, or a second one was let in.
pub fn run(work: &Path, kills: u64, seed: u64) -> Result<Report> {
    let mut trial = Trial::open(work, work)?;
    let mut chance = Chance::new(seed);
    let mut report = Report::new("kill -9");
    let bar = progress("kills", kills);
    for round in 0..kills {
        let (mut process, address) = trial.start().with_context(|| format!("after kill {round}"))?;
        let judged = round % JUDGED == 0;
        if judged {
            trial.judge(address).with_context(|| format!("after kill {round}"))?;
            second_node(&trial)?;
            report.count("second node refused");
        }
        let stop = AtomicBool::new(false);
        let killed = thread::scope(|scope| {
            let clients = scope.spawn(|| trial.load(address, CLIENTS, &stop));
            let moment = Duration::from_millis(20 + chance.below(300));
            thread::sleep(moment / 2);
            let died = trial.die_in_a_request(address, round % 2 == 0);
            thread::sleep(moment / 2);
            let killed = process.kill();
            stop.store(true, Ordering::Relaxed);
            ensure!(clients.join().is_ok(), "a client panicked");
            died.and(killed)
        });
        killed?;
        report.count("client that died in a request");
        ensure!(!process.said().contains("panicked"), "kill {round}: panic: {}", process.said());
        if judged {
            process::check(&trial.data, work, &[]).with_context(|| format!("after kill {round}"))?;
            report.count("checks of the data folder");
        }
        bar.inc(1);
        if bar.is_hidden() && (round + 1) % 20 == 0 {
            say(&format!("{} kills, {} statements acknowledged", round + 1, trial.acknowledged()));
        }
    }
    bar.finish_and_clear();
    let (mut process, address) = trial.start()?;
    let summary = trial.judge(address)?;
    ensure!(process.stop()?.success(), "the node did not stop well: {}", process.said());
    process::check(&trial.data, work, &[])?;
    report.add("kills", kills);
    report.add("statements acknowledged", summary.acknowledged);
    report.add("answers that never came", summary.unknown);
    report.add("checkpoints shown", summary.checkpoints);
    report.add("entries in the end", summary.size);
    Ok(report)
}

/// A second node on the same folder must end with the reason, and leave the first one alone.
fn second_node(trial: &Trial) -> Result<()> {
    let work = trial.work.join("second");
    std::fs::create_dir_all(&work)?;
    let mut second = Process::serve(&trial.data, &work, &[], &[])?;
    ensure!(second.address()?.is_none(), "a second node serves the same folder");
    ensure!(second.said().contains("another node is running"), "it says only: {}", second.said());
    Ok(())
}
