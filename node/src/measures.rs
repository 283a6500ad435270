//! What is counted and measured, in one table: each name, what kind it is, what it means, and a histogram's buckets.
//!
//! A name that is used anywhere and does not stand here fails a test (`node/tests/watch.rs`), as does one that the
//! dashboard (`docs/grafana-dashboard.json`) or the table in `docs/operating.md` lacks. Labels are few and known
//! beforehand: nothing that somebody sends may become one.

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder};

use crate::service::Health;

/// What Prometheus knows it as.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Only rises, until the process ends.
    Counter,
    /// As it is now.
    Gauge,
    /// How often it was at most so much, for each of these bounds.
    Histogram(&'static [f64]),
}

/// One measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measure {
    /// Its name.
    pub name: &'static str,
    /// Its kind.
    pub kind: Kind,
    /// What it tells apart.
    pub labels: &'static [&'static str],
    /// What it means, in one line.
    pub help: &'static str,
}

/// Seconds of what should take microseconds to milliseconds.
const SHORT: &[f64] =
    &[0.0001, 0.000_25, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
/// Seconds of what somebody waits for.
const WAITS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// Seconds of work behind the answers.
const LONG: &[f64] = &[0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];
/// Statements of a batch.
const SIZES: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0, 2048.0, 4096.0];

const fn counter(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Measure {
    Measure { name, kind: Kind::Counter, labels, help }
}

const fn gauge(name: &'static str, help: &'static str) -> Measure {
    Measure { name, kind: Kind::Gauge, labels: &[], help }
}

const fn histogram(name: &'static str, buckets: &'static [f64], help: &'static str) -> Measure {
    Measure { name, kind: Kind::Histogram(buckets), labels: &[], help }
}

/// All of them.
pub const MEASURES: &[Measure] = &[
    gauge("lode_failed", "1 if the node takes nothing more and is about to end"),
    gauge("lode_log_size", "Entries of the log"),
    counter("lode_accepted_total", &[], "Statements taken into the log"),
    counter(
        "lode_duplicates_total",
        &[],
        "Statements that were in the log already and were answered as before",
    ),
    counter("lode_refused_total", &["code"], "Statements refused, by the stable code of the reason"),
    gauge("lode_queue", "Statements that were examined and wait for the sequencer"),
    gauge("lode_in_work", "Statements being examined, waiting, or being answered"),
    gauge("lode_queue_limit", "limits.queue: how many may be in work; others wait before the node"),
    histogram("lode_queue_seconds", WAITS, "Time that a request's statements waited for the sequencer"),
    histogram("lode_batch_statements", SIZES, "Statements of one commit"),
    histogram("lode_commit_seconds", SHORT, "Time of a commit: checkpoint signed, journal, overlay, tree"),
    histogram("lode_fsync_seconds", SHORT, "Part of it: the batch written to the journal and synced"),
    histogram("lode_seal_seconds", SHORT, "Time to bring the state map up to date and seal it"),
    gauge("lode_seal_age_seconds", "Seconds since the last seal, by the node's clock"),
    gauge("lode_seal_interval_seconds", "How old a seal may grow while statements come"),
    gauge("lode_unsealed", "Entries since the last seal; without any, no new seal is due"),
    gauge("lode_index_lag", "Entries of the log that the index has not taken up"),
    gauge("lode_overlay", "Changes in memory that wait for the index"),
    gauge("lode_overlay_limit", "Beyond so many the sequencer waits for the index"),
    histogram("lode_room_wait_seconds", WAITS, "Time that the sequencer waited for the index before a batch"),
    histogram("lode_index_write_seconds", LONG, "Time to write the overlay into the index"),
    histogram("lode_index_sync_seconds", LONG, "Time to make the index survive a power cut"),
    histogram(
        "lode_publish_seconds",
        LONG,
        "Time to write full tiles, or all tiles and the checkpoint, as files",
    ),
    histogram(
        "lode_proof_seconds",
        SHORT,
        "Time to make or find a proof file, the wait for the sequencer left out",
    ),
    counter("lode_http_requests_total", &["method", "route", "status"], "Requests answered"),
    Measure {
        labels: &["route"],
        ..histogram(
            "lode_http_request_seconds",
            WAITS,
            "Time from a request's head to the head of its answer",
        )
    },
    gauge("lode_http_connections", "Open connections"),
    gauge(
        "lode_http_connections_limit",
        "limits.connections, or fewer if the process may not open so many files",
    ),
    counter("lode_http_connections_refused_total", &[], "Connections refused, as all places were taken"),
    gauge("lode_disk_free_bytes", "Free space where the data folder lies"),
    gauge("process_resident_memory_bytes", "Memory of the process, where the system tells (Linux)"),
];

/// A recorder's builder that knows the buckets.
///
/// # Errors
/// A histogram has no buckets, which the table rules out.
pub(crate) fn recorder() -> Result<PrometheusBuilder, BuildError> {
    let mut builder = PrometheusBuilder::new();
    for measure in MEASURES {
        if let Kind::Histogram(buckets) = measure.kind {
            builder = builder.set_buckets_for_metric(Matcher::Full(measure.name.to_owned()), buckets)?;
        }
    }
    Ok(builder)
}

/// Says what each means, and shows those without labels from the beginning: what is missing cannot be watched.
pub(crate) fn describe() {
    for Measure { name, kind, labels, help } in MEASURES.iter().copied() {
        match kind {
            Kind::Counter => metrics::describe_counter!(name, help),
            Kind::Gauge => metrics::describe_gauge!(name, help),
            Kind::Histogram(_) => metrics::describe_histogram!(name, help),
        }
        if labels.is_empty() {
            match kind {
                Kind::Counter => metrics::counter!(name).increment(0),
                // A gauge is set when it is asked for.
                Kind::Gauge => {}
                Kind::Histogram(_) => drop(metrics::histogram!(name)),
            }
        }
    }
}

/// Sets the gauges that say how the node is.
pub(crate) fn show(health: &Health) {
    metrics::gauge!("lode_failed").set(if health.failed.is_some() { 1.0 } else { 0.0 });
    for (name, value) in [
        ("lode_log_size", health.size),
        ("lode_queue", health.queue as u64),
        ("lode_in_work", health.in_work as u64),
        ("lode_queue_limit", health.queue_limit as u64),
        ("lode_seal_interval_seconds", u64::from(health.seal_interval_s)),
        ("lode_unsealed", health.unsealed),
        ("lode_index_lag", health.size.saturating_sub(health.indexed)),
        ("lode_overlay", health.overlay as u64),
        ("lode_overlay_limit", crate::view::MAX_OVERLAY as u64),
    ] {
        metrics::gauge!(name).set(precise(value));
    }
    if let Some(age) = health.seal_age_s {
        metrics::gauge!("lode_seal_age_seconds").set(precise(age.unsigned_abs()));
    }
    if let Some(free) = health.disk_free {
        metrics::gauge!("lode_disk_free_bytes").set(precise(free));
    }
    if let Some(bytes) = memory() {
        metrics::gauge!("process_resident_memory_bytes").set(precise(bytes));
    }
}

/// Prometheus knows only doubles; what is counted here stays below 2^53.
#[expect(clippy::cast_precision_loss, reason = "2^53 of anything are not reached")]
pub(crate) const fn precise(number: u64) -> f64 {
    number as f64
}

/// Memory of this process in bytes.
fn memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_is_well_formed() {
        for measure in MEASURES {
            let same = MEASURES.iter().filter(|other| other.name == measure.name).count();
            assert_eq!(same, 1, "{} stands here twice", measure.name);
            match measure.kind {
                Kind::Counter => assert!(measure.name.ends_with("_total"), "{}", measure.name),
                Kind::Gauge => assert!(!measure.name.ends_with("_total"), "{}", measure.name),
                Kind::Histogram(buckets) => {
                    assert!(buckets.is_sorted() && buckets.len() > 5, "{}", measure.name);
                }
            }
        }
        assert!(recorder().is_ok());
    }
}
