//! The two threads behind the sequencer: one moves the overlay into the index, one writes tiles and the checkpoint
//! file. Neither is on the way of an answer; a failure of either ends the node.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::Shared;
use crate::view::Stop;

/// How often the index is made to survive a power cut; what it loses is replayed.
const SYNC_EVERY: Duration = Duration::from_secs(10);
/// How often full tiles are written.
const TICK: Duration = Duration::from_secs(1);
/// After how many ticks the folder is made a complete static log.
const PUBLISH_TICKS: u32 = 5;

/// Writes the index until told to stop.
pub(crate) fn write_index(shared: &Shared) {
    let mut synced = Instant::now();
    let run = |synced: &mut Instant| {
        while shared.state.wait_for_changes().is_some() {
            let begun = Instant::now();
            shared.state.drain()?;
            metrics::histogram!("lode_index_write_seconds").record(begun.elapsed());
            if synced.elapsed() > SYNC_EVERY {
                let begun = Instant::now();
                shared.state.sync()?;
                metrics::histogram!("lode_index_sync_seconds").record(begun.elapsed());
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
        let all = size != published && (stopped.is_some() || tick % PUBLISH_TICKS == 0);
        if all || size >= flushed + 256 {
            let begun = Instant::now();
            let written = if all { shared.tiles.publish() } else { shared.tiles.flush() };
            match written {
                Ok(durable) => flushed = durable,
                Err(error) => {
                    shared.state.fail(error.to_string());
                    return;
                }
            }
            metrics::histogram!("lode_publish_seconds").record(begun.elapsed());
            if all {
                published = size;
            }
        }
        if stopped.is_some() {
            return;
        }
    }
}
