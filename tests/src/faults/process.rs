//! A node as a process that is expected to come to harm: it may not come up, may end by itself, must never hang.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::load::process::tool;

/// How long anything may take before it counts as hanging. Far more than it takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(5);
/// Small segments, so that they change all the time; bounds for strangers out of the way.
const SETTINGS: &str = "[limits]\nrequests_per_second = 1000000\nkey_statements_per_second = 1000000\nstatements = 4096\n\
    journal_segment_bytes = 65536\nindex_cache_bytes = 16777216\n";

/// A process that has been started.
pub struct Process {
    child: Child,
    log: PathBuf,
    line: mpsc::Receiver<String>,
}

impl Process {
    /// Starts a command; what it says on the error output goes to `log`.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn spawn(command: &mut Command, log: &Path) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()
            .with_context(|| format!("cannot start {command:?}"))?;
        let out = child.stdout.take().context("the process has no output")?;
        let (sender, line) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                // Nobody may be waiting any more.
                let _ = sender.send(line);
            }
        });
        Ok(Self { child, log: log.to_owned(), line })
    }

    /// Starts `lode-node serve` under `wrapper`, a command line that takes another one as its end.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn serve(data: &Path, work: &Path, wrapper: &[String], more: &[&str]) -> Result<Self> {
        let settings = work.join("node.toml");
        fs::write(&settings, SETTINGS).with_context(|| format!("cannot write {}", settings.display()))?;
        let node = tool("lode-node")?;
        let mut command = match wrapper.split_first() {
            None => Command::new(node.get_program()),
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(node.get_program());
                command
            }
        };
        command.args(["serve", "--listen", "127.0.0.1:0", "--config"]).arg(&settings).arg("--data").arg(data);
        Self::spawn(command.args(more), &work.join("node.log"))
    }

    /// Waits until the node says where it serves; `None` if it has ended instead.
    ///
    /// # Errors
    /// It does neither.
    pub fn address(&mut self) -> Result<Option<SocketAddr>> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            match self.line.recv_timeout(LOOK) {
                Ok(line) => {
                    let address = line.rsplit("http://").next().unwrap_or_default().parse();
                    return Ok(Some(address.with_context(|| format!("no address in {line:?}"))?));
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    return self.ended(PATIENCE)?.map(|_| None).context("it closed its output and goes on");
                }
            }
        }
        anyhow::bail!("hangs at its start: {}", self.said())
    }

    /// Waits for its end; `None` if it goes on.
    ///
    /// # Errors
    /// It cannot be waited for.
    pub fn ended(&mut self, patience: Duration) -> Result<Option<ExitStatus>> {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Some(status));
            }
            if began.elapsed() > patience {
                return Ok(None);
            }
            thread::sleep(LOOK);
        }
    }

    /// Asks it to stop; how it ended.
    ///
    /// # Errors
    /// It hangs.
    pub fn stop(&mut self) -> Result<ExitStatus> {
        if let Some(status) = self.child.try_wait()? {
            return Ok(status);
        }
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        // It may have ended in between.
        if !asked.success() {
            ensure!(self.ended(PATIENCE)?.is_some(), "it cannot be told to stop");
        }
        self.ended(PATIENCE)?.with_context(|| format!("hangs when told to stop: {}", self.said()))
    }

    /// Ends it with no chance to do anything.
    ///
    /// # Errors
    /// It cannot be waited for.
    pub fn kill(&mut self) -> Result<()> {
        // It may be gone already.
        let _ = self.child.kill();
        self.child.wait()?;
        Ok(())
    }

    /// What it has said on the error output.
    #[must_use]
    pub fn said(&self) -> String {
        fs::read(&self.log).map(|said| String::from_utf8_lossy(&said).into_owned()).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Nothing is left running, whatever went wrong.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs `lode-node` to its end: whether it did well, and what it said.
///
/// # Errors
/// It cannot be started, or hangs.
pub fn node(arguments: &[&str], data: &Path, work: &Path) -> Result<(bool, String)> {
    let mut command = tool("lode-node")?;
    command.args(arguments).arg("--data").arg(data);
    let mut process = Process::spawn(&mut command, &work.join("tool.log"))?;
    let status = process.ended(PATIENCE * 10)?.with_context(|| format!("{command:?} hangs"))?;
    let out: String = process.line.iter().map(|line| line + "\n").collect();
    Ok((status.success(), out + &process.said()))
}

/// Runs `lode-node check`.
///
/// # Errors
/// It finds anything wrong; then with what it said.
pub fn check(data: &Path, work: &Path, more: &[&str]) -> Result<()> {
    let (good, said) = node(&[&["check"], more].concat(), data, work)?;
    ensure!(good, "lode-node check says: {said}");
    Ok(())
}
