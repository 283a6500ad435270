//! The processes under load: a real `lode-node` and `lode-verify` from the folder that the load tool lies in, what they
//! cost by `/proc`, and what they leave on the disk.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;

use super::wire::Connection;

/// `/proc` counts processor time in hundredths of a second on Linux.
const TICK_MS: u64 = 10;
/// How often a running tool is looked at.
const LOOK: Duration = Duration::from_millis(20);
/// What a node under load is allowed: the limits per address and per key are for strangers.
const SETTINGS: &str = "[limits]\nrequests_per_second = 1000000\nkey_statements_per_second = 1000000\n\
    connections_per_address = 16384\nstatements = 4096\n";

/// What a process has used.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Usage {
    /// Processor time of all threads, in milliseconds.
    pub cpu_ms: u64,
    /// Memory now, in KiB.
    pub rss_kib: u64,
    /// The most memory so far, in KiB.
    pub peak_rss_kib: u64,
}

/// What a process has used so far; `None` if there is none.
#[must_use]
pub fn usage(pid: u32) -> Option<Usage> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name may hold anything; the numbers come after its closing parenthesis.
    let numbers: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |place: usize| numbers.get(place)?.parse::<u64>().ok();
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let kib = |name: &str| -> u64 {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
    };
    Some(Usage {
        cpu_ms: (number(11)? + number(12)?) * TICK_MS,
        rss_kib: kib("VmRSS:"),
        peak_rss_kib: kib("VmHWM:"),
    })
}

/// A program that lies beside this one.
///
/// # Errors
/// It is not there.
pub fn tool(name: &str) -> Result<Command> {
    let beside = std::env::current_exe()?.with_file_name(name);
    ensure!(
        beside.is_file(),
        "{} is missing: build everything first, cargo build --release --workspace",
        beside.display()
    );
    Ok(Command::new(beside))
}

/// A run of a tool.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Ran {
    /// How long it took.
    pub time_ms: u64,
    /// What it used.
    pub usage: Usage,
}

/// Runs a tool to its end.
///
/// # Errors
/// It cannot be started, or does not end well; then with what it said.
pub fn run(command: &mut Command) -> Result<Ran> {
    let began = Instant::now();
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot run {command:?}"))?;
    let said = child.stdout.take().map(|out| thread::spawn(move || std::io::read_to_string(out)));
    let mut used = Usage::default();
    let status = loop {
        used = usage(child.id()).filter(|now| now.cpu_ms >= used.cpu_ms && now.rss_kib > 0).unwrap_or(used);
        if let Some(status) = child.try_wait()? {
            break status;
        }
        thread::sleep(LOOK);
    };
    let time_ms = u64::try_from(began.elapsed().as_millis())?;
    if !status.success() {
        let said = said.and_then(|said| said.join().ok()).and_then(Result::ok).unwrap_or_default();
        bail!("{command:?} ended with {status}: {said}");
    }
    Ok(Ran { time_ms, usage: used })
}

/// A running node.
pub struct Node {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// From its start until it said that it serves.
    pub start: Duration,
    log: PathBuf,
}

impl Node {
    /// Starts a node on a data folder, with the settings of a file or those for load.
    ///
    /// # Errors
    /// It does not come up; then with what it said.
    pub fn start(data: &Path, settings: Option<&Path>) -> Result<Self> {
        let own = data.with_file_name("node.toml");
        let settings = match settings {
            Some(settings) => settings.to_owned(),
            None => {
                fs::write(&own, SETTINGS).with_context(|| format!("cannot write {}", own.display()))?;
                own
            }
        };
        let log = data.with_file_name("node.log");
        let began = Instant::now();
        let mut child = tool("lode-node")?
            .args(["serve", "--listen", "127.0.0.1:0", "--config"])
            .arg(&settings)
            .arg("--data")
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&log).with_context(|| format!("cannot write {}", log.display()))?)
            .spawn()?;
        let stdout = child.stdout.take().context("the node has no output")?;
        let mut first = String::new();
        BufReader::new(stdout).read_line(&mut first)?;
        let start = began.elapsed();
        let address = first.trim().rsplit("http://").next().unwrap_or_default().trim_end_matches('/').parse();
        let Ok(address) = address else {
            child.wait()?;
            bail!("the node did not come up: {}", fs::read_to_string(&log)?);
        };
        let node = Self { child, address, start, log };
        // It says its address a moment before it listens to signals; one that answers can also be told to stop.
        Connection::new(address).get("/healthz").context("the node came up and does not answer")?;
        Ok(node)
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has used.
    ///
    /// # Errors
    /// It is gone; then with what it said.
    pub fn usage(&self) -> Result<Usage> {
        usage(self.pid()).with_context(|| {
            format!("the node is gone: {}", fs::read_to_string(&self.log).unwrap_or_default())
        })
    }

    /// Asks it to stop, so that the last partial tiles are written, and waits. Says how long that took.
    ///
    /// # Errors
    /// It ends badly.
    pub fn stop(mut self) -> Result<Duration> {
        let began = Instant::now();
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        ensure!(asked.success(), "the node cannot be told to stop");
        let status = self.child.wait()?;
        ensure!(status.success(), "the node ended with {status}: {}", fs::read_to_string(&self.log)?);
        Ok(began.elapsed())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // After `stop` there is nothing left to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Bytes on the disk, by what they are.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Disk {
    /// The static log.
    pub log: u64,
    /// The journal.
    pub journal: u64,
    /// The index.
    pub index: u64,
    /// All of the data folder.
    pub total: u64,
}

impl Disk {
    /// Of a data folder.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn of(data: &Path) -> Result<Self> {
        let size = |name: &str| {
            let folder = data.join(name);
            if folder.is_dir() { size_of_folder(&folder) } else { Ok(0) }
        };
        Ok(Self {
            log: size("log")?,
            journal: size("journal")?,
            index: size("index")?,
            total: size_of_folder(data)?,
        })
    }
}

/// Space that a folder takes: blocks, not lengths, as small files and preallocated ones differ in that.
fn size_of_folder(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry?;
        // A file may go while we look.
        let Ok(meta) = entry.metadata() else { continue };
        let blocks = std::os::unix::fs::MetadataExt::blocks(&meta) * 512;
        bytes += blocks + if meta.is_dir() { size_of_folder(&entry.path())? } else { 0 };
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_uses_something() {
        let used = usage(std::process::id()).unwrap();
        assert!(used.rss_kib > 500 && used.peak_rss_kib >= used.rss_kib / 2, "{used:?}");
        assert!(usage(u32::MAX).is_none());
    }

    #[test]
    fn a_failed_tool_is_an_error_with_what_it_said() {
        assert!(run(&mut Command::new("true")).is_ok());
        let error = run(Command::new("sh").args(["-c", "echo why; exit 3"])).unwrap_err();
        assert!(format!("{error}").contains("why"), "{error}");
    }
}
