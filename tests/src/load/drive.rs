//! Sending: at full speed (closed loop: each connection sends when it has its answer) or at a fixed rate (open loop:
//! a request is due at its time whether or not the one before has been answered).
//!
//! In the open loop a latency begins when the request was **due**, not when a connection was free for it: a node that
//! stands still for a second has made all requests of that second late, and all of them count. Nothing is left out.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use hdrhistogram::Histogram;
use serde::Serialize;

use super::bare::per_second;
use super::display::{Live, TICK, grouped, millis};
use super::process::{Usage, usage};
use super::wire::Connection;

/// Bodies kept of each stream, to be looked at afterwards.
const SAMPLES: u64 = 64;
/// Latencies are kept with three digits, up to ten minutes.
const MAX_LATENCY_US: u64 = 600_000_000;

/// What came of one request.
#[derive(Default)]
pub struct Reply {
    /// Statements accepted, pages or files received.
    pub done: u64,
    /// What was asked for and not given, by an answer that says so.
    pub refused: u64,
    /// The body, if it was asked for.
    pub body: Option<Vec<u8>>,
}

/// A request that is made over and over.
pub type Request<'a> = dyn Fn(&mut Connection, Slot) -> Result<Reply> + Sync + 'a;

/// Which of them.
#[derive(Clone, Copy, Debug)]
pub struct Slot {
    /// Its number in the stream, from 0.
    pub number: u64,
    /// Which connection sends it.
    pub connection: u32,
    /// Whether the body is to be kept.
    pub keep: bool,
}

/// Requests of one kind.
pub struct Stream<'a> {
    /// What they are.
    pub name: &'static str,
    /// What one of them gives, in the plural.
    pub unit: &'static str,
    /// How many connections.
    pub connections: u32,
    /// Requests a second on all connections together; as fast as answers come if absent.
    pub rate: Option<u64>,
    /// How many requests.
    pub requests: u64,
    /// How one is made.
    pub request: &'a Request<'a>,
}

/// What was measured of a stream.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// What it was.
    pub name: &'static str,
    /// What is counted.
    pub unit: &'static str,
    /// Connections.
    pub connections: u32,
    /// The rate asked for, in requests a second.
    pub offered_per_second: Option<u64>,
    /// Requests answered.
    pub requests: u64,
    /// What they gave.
    pub done: u64,
    /// What was refused.
    pub refused: u64,
    /// Requests without an answer.
    pub errors: u64,
    /// Requests that were due and never sent, as the run took far too long.
    pub unsent: u64,
    /// From the first request to the last answer.
    pub time_ms: u64,
    /// What was given per second.
    pub per_second: u64,
    /// From when a request was due (open loop) or sent (closed loop) to its whole answer.
    pub latency_us: Latency,
    /// The first thing that went wrong.
    pub first_error: Option<String>,
    /// Kept answers with the number of their request.
    #[serde(skip)]
    pub samples: Vec<(u64, Vec<u8>)>,
}

/// Percentiles, in microseconds.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Latency {
    /// Half are faster.
    pub p50: u64,
    /// 1 in 10 is slower.
    pub p90: u64,
    /// 1 in 100 is slower.
    pub p99: u64,
    /// 1 in 1000 is slower.
    pub p99_9: u64,
    /// The slowest.
    pub max: u64,
}

impl Latency {
    fn of(histogram: &Histogram<u64>) -> Self {
        let at = |quantile| histogram.value_at_quantile(quantile);
        Self { p50: at(0.5), p90: at(0.9), p99: at(0.99), p99_9: at(0.999), max: histogram.max() }
    }
}

/// What one connection adds up.
struct Tally {
    latency: Histogram<u64>,
    samples: Vec<(u64, Vec<u8>)>,
    last_answer: Duration,
}

/// What all connections of a stream share.
#[derive(Default)]
struct Shared {
    next: AtomicU64,
    requests: AtomicU64,
    done: AtomicU64,
    refused: AtomicU64,
    errors: AtomicU64,
    unsent: AtomicU64,
    first_error: Mutex<Option<String>>,
}

/// Runs all streams at once, to their ends, and shows how they stand.
///
/// # Errors
/// Threads cannot be made.
pub fn run(streams: &[Stream<'_>], node: std::net::SocketAddr, pid: u32) -> Result<Vec<Measured>> {
    let shared: Vec<Shared> = streams.iter().map(|_| Shared::default()).collect();
    let ended = AtomicBool::new(false);
    // Connections are open before the clock runs.
    let began = Instant::now() + Duration::from_millis(100);
    thread::scope(|scope| {
        let running: Vec<Vec<_>> = streams
            .iter()
            .zip(&shared)
            .map(|(stream, shared)| {
                let one = |connection| scope.spawn(move || send(stream, shared, connection, node, began));
                (0..stream.connections.max(1)).map(one).collect()
            })
            .collect();
        let watcher = scope.spawn(|| watch(streams, &shared, began, pid, &ended));
        let mut measured = Vec::new();
        for ((stream, shared), connections) in streams.iter().zip(&shared).zip(running) {
            let tallies: Result<Vec<Tally>> = connections
                .into_iter()
                .map(|thread| {
                    thread.join().unwrap_or_else(|_| anyhow::bail!("a connection's thread panicked"))
                })
                .collect();
            measured.push(tallies.and_then(|tallies| sum(stream, shared, tallies)));
        }
        ended.store(true, Ordering::Relaxed);
        watcher.thread().unpark();
        measured.into_iter().collect()
    })
}

/// One connection: takes the next request of the stream when it is due.
fn send(
    stream: &Stream<'_>,
    shared: &Shared,
    number: u32,
    node: std::net::SocketAddr,
    began: Instant,
) -> Result<Tally> {
    let mut connection = Connection::new(node);
    let mut tally = Tally {
        latency: Histogram::new_with_bounds(1, MAX_LATENCY_US, 3)?,
        samples: Vec::new(),
        last_answer: Duration::ZERO,
    };
    let every = (stream.requests / SAMPLES).max(1);
    let patience = stream.rate.map(|rate| due(stream.requests, rate) * 2 + Duration::from_secs(20));
    thread::sleep(began.saturating_duration_since(Instant::now()));
    loop {
        let next = shared.next.fetch_add(1, Ordering::Relaxed);
        if next >= stream.requests {
            return Ok(tally);
        }
        let due = match stream.rate {
            Some(rate) => began + due(next, rate),
            None => Instant::now(),
        };
        thread::sleep(due.saturating_duration_since(Instant::now()));
        if patience.is_some_and(|patience| began.elapsed() > patience) {
            shared.unsent.fetch_add(1, Ordering::Relaxed);
            continue;
        }
        let slot = Slot { number: next, connection: number, keep: next.is_multiple_of(every) };
        match (stream.request)(&mut connection, slot) {
            Ok(reply) => {
                let latency = u64::try_from(due.elapsed().as_micros()).unwrap_or(u64::MAX);
                tally.latency.saturating_record(latency.max(1));
                tally.last_answer = began.elapsed();
                tally.samples.extend(reply.body.map(|body| (next, body)));
                shared.requests.fetch_add(1, Ordering::Relaxed);
                shared.done.fetch_add(reply.done, Ordering::Relaxed);
                shared.refused.fetch_add(reply.refused, Ordering::Relaxed);
            }
            Err(error) => {
                shared.errors.fetch_add(1, Ordering::Relaxed);
                let mut first = shared.first_error.lock().unwrap_or_else(PoisonError::into_inner);
                first.get_or_insert_with(|| format!("{error:#}"));
            }
        }
    }
}

/// When a request is due, from the beginning.
fn due(number: u64, rate: u64) -> Duration {
    Duration::from_nanos(
        u64::try_from(u128::from(number) * 1_000_000_000 / u128::from(rate.max(1))).unwrap_or(u64::MAX),
    )
}

fn sum(stream: &Stream<'_>, shared: &Shared, tallies: Vec<Tally>) -> Result<Measured> {
    let mut latency = Histogram::new_with_bounds(1, MAX_LATENCY_US, 3)?;
    let (mut samples, mut time) = (Vec::new(), Duration::ZERO);
    for tally in tallies {
        latency.add(&tally.latency)?;
        samples.extend(tally.samples);
        time = time.max(tally.last_answer);
    }
    let done = shared.done.load(Ordering::Relaxed);
    Ok(Measured {
        name: stream.name,
        unit: stream.unit,
        connections: stream.connections,
        offered_per_second: stream.rate,
        requests: shared.requests.load(Ordering::Relaxed),
        done,
        refused: shared.refused.load(Ordering::Relaxed),
        errors: shared.errors.load(Ordering::Relaxed),
        unsent: shared.unsent.load(Ordering::Relaxed),
        time_ms: u64::try_from(time.as_millis())?,
        per_second: per_second(done, time),
        latency_us: Latency::of(&latency),
        first_error: shared.first_error.lock().unwrap_or_else(PoisonError::into_inner).take(),
        samples,
    })
}

/// Says every second how all streams and the node stand.
fn watch(streams: &[Stream<'_>], shared: &[Shared], began: Instant, pid: u32, ended: &AtomicBool) {
    let mut live = Live::start();
    let mut before: Vec<u64> = vec![0; streams.len()];
    let mut cpu = usage(pid).map_or(0, |usage| usage.cpu_ms);
    let mut at = Instant::now();
    while !ended.load(Ordering::Relaxed) {
        thread::park_timeout(TICK.saturating_sub(at.elapsed()));
        if at.elapsed() < TICK {
            continue;
        }
        let passed = at.elapsed();
        at = Instant::now();
        let mut line = format!("{} s", began.elapsed().as_secs());
        for ((stream, shared), before) in streams.iter().zip(shared).zip(&mut before) {
            let done = shared.done.load(Ordering::Relaxed);
            let rate = per_second(done.saturating_sub(*before), passed);
            *before = done;
            line += &format!("  {} {} ({}/s", stream.name, grouped(done), grouped(rate));
            if let Some(rate) = stream.rate {
                let sent = shared.next.load(Ordering::Relaxed).min(stream.requests);
                let late = began.elapsed().saturating_sub(due(sent, rate));
                line +=
                    &format!(", {} ms behind", millis(u64::try_from(late.as_micros()).unwrap_or(u64::MAX)));
            }
            let wrong = shared.errors.load(Ordering::Relaxed) + shared.refused.load(Ordering::Relaxed);
            line += &if wrong > 0 { format!(", {wrong} WRONG)") } else { ")".to_owned() };
        }
        let Usage { cpu_ms, rss_kib, .. } = usage(pid).unwrap_or_default();
        let percent = per_second(cpu_ms.saturating_sub(cpu), passed) / 10;
        cpu = cpu_ms;
        line += &format!("  node {percent} % cpu, {} MiB", rss_kib / 1024);
        live.tick(&line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_due_evenly() {
        assert_eq!(due(0, 5_000), Duration::ZERO);
        assert_eq!(due(5_000, 5_000), Duration::from_secs(1));
        assert_eq!(due(1, 3), Duration::from_nanos(333_333_333));
        assert_eq!(due(u64::MAX / 2, 1).as_nanos(), u128::from(u64::MAX));
    }

    #[test]
    fn a_request_that_waited_for_its_turn_is_late() {
        // One connection, due every 10 ms, answered after 30: the tenth is 200 ms late although it took 30.
        let slow = |_: &mut Connection, slot: Slot| {
            thread::sleep(Duration::from_millis(30));
            Ok(Reply { done: 1, refused: 0, body: slot.keep.then(Vec::new) })
        };
        let node = std::net::SocketAddr::from(([127, 0, 0, 1], 9));
        let stream =
            Stream { name: "x", unit: "x", connections: 1, rate: Some(100), requests: 10, request: &slow };
        let measured = run(&[stream], node, std::process::id()).unwrap().remove(0);
        assert_eq!((measured.done, measured.requests, measured.errors, measured.unsent), (10, 10, 0, 0));
        assert!(measured.latency_us.max >= 200_000, "{:?}", measured.latency_us);
        assert!(measured.latency_us.p50 >= 100_000, "{:?}", measured.latency_us);
        assert_eq!(measured.samples.len(), 10);
    }

    #[test]
    fn what_fails_is_counted_and_told() {
        let bad = |_: &mut Connection, slot: Slot| {
            if slot.number < 3 {
                anyhow::bail!("broken {}", slot.number < 3)
            }
            Ok(Reply { done: 2, refused: 1, body: None })
        };
        let node = std::net::SocketAddr::from(([127, 0, 0, 1], 9));
        let stream = Stream { name: "x", unit: "x", connections: 4, rate: None, requests: 8, request: &bad };
        let measured = run(&[stream], node, std::process::id()).unwrap().remove(0);
        assert_eq!((measured.errors, measured.requests, measured.done, measured.refused), (3, 5, 10, 5));
        assert_eq!(measured.first_error.as_deref(), Some("broken true"));
    }
}
