//! The two threads behind the sequencer: one moves the overlay into the index, one writes tiles and the checkpoint
//! file. Neither is on the way of an answer; a failure of either ends the node.

use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::Shared;
use crate::view::Stop;

/// How often the index is made to survive a power cut; what it loses is replayed.
const SYNC_EVERY: Duration = Duration::from_secs(10);
/// How often full tiles are written and gauges set.
const TICK: Duration = Duration::from_secs(1);
/// After how many ticks the folder is made a complete static log.
const PUBLISH_TICKS: u32 = 5;

/// Writes the index until told to stop.
pub(crate) fn write_index(shared: &Shared) {
    let mut synced = Instant::now();
    let run = |synced: &mut Instant| {
        while shared.state.wait_for_changes().is_some() {
            shared.state.drain()?;
            if synced.elapsed() > SYNC_EVERY {
                shared.state.sync()?;
                *synced = Instant::now();
            }
        }
        Ok::<(), crate::index::IndexError>(())
    };
    if let Err(error) = run(&mut synced) {
        shared.state.fail(error.to_string());
    }
}

/// Writes tiles until told to stop; [`Stop::Drained`] leaves a complete static log behind.
pub(crate) fn publish(shared: &Shared, stop: &Receiver<Stop>) {
    let (mut flushed, mut published) = (0, 0);
    for tick in 1_u32.. {
        let stopped = match stop.recv_timeout(TICK) {
            Err(RecvTimeoutError::Timeout) => None,
            Ok(how) => Some(how),
            Err(RecvTimeoutError::Disconnected) => Some(Stop::AtOnce),
        };
        if stopped == Some(Stop::AtOnce) {
            return;
        }
        let size = shared.tiles.size();
        let result = if size != published && (stopped.is_some() || tick % PUBLISH_TICKS == 0) {
            published = size;
            shared.tiles.publish().map(|durable| flushed = durable)
        } else if size >= flushed + 256 {
            shared.tiles.flush().map(|durable| flushed = durable)
        } else {
            Ok(())
        };
        if let Err(error) = result {
            shared.state.fail(error.to_string());
            return;
        }
        gauges(shared, size);
        if stopped.is_some() {
            return;
        }
    }
}

fn gauges(shared: &Shared, size: u64) {
    let (indexed, overlay) = shared.state.lag();
    metrics::gauge!("lode_size").set(size as f64);
    metrics::gauge!("lode_index_lag").set(size.saturating_sub(indexed) as f64);
    metrics::gauge!("lode_overlay").set(overlay as f64);
    metrics::gauge!("lode_queue").set(shared.queue.load(Ordering::Relaxed) as f64);
    if let Some((_, time)) = shared.last_seal() {
        let age = shared.clock.now_unix().saturating_sub(time.unix());
        metrics::gauge!("lode_seal_age_seconds").set(age as f64);
    }
}
