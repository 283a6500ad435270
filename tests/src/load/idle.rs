//! Thousands of connections that do nothing, or stop in the middle of a head, beside somebody who wants an answer.
//!
//! The node keeps them for as long as its limits say and no longer; whoever asks meanwhile is served.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;

use super::display::{grouped, millis, say};
use super::ledger::{Ledger, now};
use super::process::Node;
use super::wire::Connection;

/// Requests whose time is taken, without and with the idle ones.
const ASKED: usize = 500;
/// How long after their time the node may still have some of them.
const GRACE: Duration = Duration::from_secs(60);

/// What was seen.
#[derive(Clone, Debug, Serialize)]
pub struct Idle {
    /// Connections that did nothing.
    pub silent: usize,
    /// Connections that sent half a head.
    pub halves: usize,
    /// Memory of the node before, in KiB.
    pub rss_before_kib: u64,
    /// With all of them open.
    pub rss_open_kib: u64,
    /// When all were gone.
    pub rss_after_kib: u64,
    /// The slowest of the requests without them, in microseconds.
    pub slowest_before_us: u64,
    /// And beside them.
    pub slowest_beside_us: u64,
    /// From the last one opened until the node had closed all, in milliseconds.
    pub gone_after_ms: u64,
    /// How many of the halves were told why: 408.
    pub told: usize,
}

/// Opens `count` connections to a node whose limits are the usual ones, but that one address may have them all.
///
/// # Errors
/// The node refuses one of them, does not answer somebody else, or keeps one for too long.
pub fn run(dir: &Path, count: usize, header_seconds: u64) -> Result<Idle> {
    let ledger = Ledger::open(dir, 1, now()?)?;
    let settings = dir.join("idle.toml");
    let limits = format!(
        "[limits]\nconnections_per_address = {}\nheader_seconds = {header_seconds}\nrequests_per_second = 1000000\n",
        count + 16
    );
    std::fs::write(&settings, limits)?;
    let node = Node::start(&ledger.data, Some(&settings))?;
    let slowest_before_us = slowest(node.address)?;
    let rss_before_kib = node.usage()?.rss_kib;
    say(&format!("opening {} connections", grouped(count as u64)));
    let open: Vec<TcpStream> =
        (0..count).map(|number| connect(node.address, number)).collect::<Result<_>>()?;
    let opened = Instant::now();
    let slowest_beside_us = slowest(node.address)?;
    let rss_open_kib = node.usage()?.rss_kib;
    say(&format!("waiting until the node has closed them: {header_seconds} s"));
    let mut told = 0;
    let until = opened + Duration::from_secs(header_seconds) + GRACE;
    for (number, stream) in open.into_iter().enumerate() {
        let words = rest(stream, until).with_context(|| format!("connection {number}"))?;
        ensure!(!words.contains(" 503 "), "connection {number} was refused: {words}");
        told += usize::from(words.starts_with("HTTP/1.1 408 "));
    }
    let gone_after_ms = u64::try_from(opened.elapsed().as_millis())?;
    // What the node frees goes back to the system when it sees fit.
    thread::sleep(Duration::from_secs(1));
    let rss_after_kib = node.usage()?.rss_kib;
    slowest(node.address)?;
    node.stop()?;
    Ok(Idle {
        silent: count.div_ceil(2),
        halves: count / 2,
        rss_before_kib,
        rss_open_kib,
        rss_after_kib,
        slowest_before_us,
        slowest_beside_us,
        gone_after_ms,
        told,
    })
}

/// Every second one sends half a head.
fn connect(node: SocketAddr, number: usize) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(node)
        .with_context(|| format!("connection {number}: may this process open so many files (ulimit -n)?"))?;
    if number % 2 == 1 {
        stream.write_all(b"GET /v1/ledger HTTP/1.1\r\nhost: x\r\nx-half")?;
    }
    Ok(stream)
}

/// The slowest of some requests, in microseconds.
fn slowest(node: SocketAddr) -> Result<u64> {
    let mut connection = Connection::new(node);
    let mut slowest = 0;
    for _ in 0..ASKED {
        let began = Instant::now();
        let answer = connection.get("/v1/ledger")?;
        ensure!(answer.status == 200, "{}", answer.status);
        slowest = slowest.max(u64::try_from(began.elapsed().as_micros())?);
    }
    Ok(slowest)
}

/// Everything until the node closes.
fn rest(mut stream: TcpStream, until: Instant) -> Result<String> {
    let mut said = Vec::new();
    let mut part = [0; 1024];
    loop {
        let left = until.saturating_duration_since(Instant::now());
        ensure!(!left.is_zero(), "it is still open");
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut part) {
            Ok(0) => break,
            Ok(count) => said.extend_from_slice(part.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(error) => bail!(error),
        }
    }
    Ok(String::from_utf8_lossy(&said).into_owned())
}

impl Idle {
    /// For people.
    ///
    /// # Errors
    /// The output is closed.
    pub fn print(&self, out: &mut impl Write) -> Result<()> {
        writeln!(
            out,
            "{} silent connections and {} halves of heads; the node closed all within {} ms and told {} why",
            grouped(self.silent as u64),
            grouped(self.halves as u64),
            grouped(self.gone_after_ms),
            grouped(self.told as u64)
        )?;
        writeln!(
            out,
            "memory: {} MiB before, {} MiB with all open, {} MiB after; the slowest of {ASKED} requests: {} ms before, {} ms beside them",
            grouped(self.rss_before_kib / 1024),
            grouped(self.rss_open_kib / 1024),
            grouped(self.rss_after_kib / 1024),
            millis(self.slowest_before_us),
            millis(self.slowest_beside_us)
        )?;
        Ok(())
    }
}
