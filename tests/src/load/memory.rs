//! The memory of a process over time: what a soak is about. Looks from outside, at what the system counts as resident.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::process::usage;

/// How often the process is looked at.
const EVERY: Duration = Duration::from_secs(5);

/// What it was at one moment.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Moment {
    /// Seconds since the beginning.
    pub at_s: u64,
    /// Memory, in KiB.
    pub rss_kib: u64,
}

/// A look at a process now and then, until it is stopped.
pub struct Watch {
    ended: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Moment>>,
}

impl Watch {
    /// Begins.
    #[must_use]
    pub fn start(pid: u32) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let until = ended.clone();
        let thread = thread::spawn(move || {
            let began = Instant::now();
            let mut moments = Vec::new();
            loop {
                if let Some(used) = usage(pid) {
                    moments.push(Moment { at_s: began.elapsed().as_secs(), rss_kib: used.rss_kib });
                }
                if until.load(Ordering::Relaxed) {
                    return moments;
                }
                thread::park_timeout(EVERY);
            }
        });
        Self { ended, thread }
    }

    /// What was seen.
    #[must_use]
    pub fn stop(self) -> Vec<Moment> {
        self.ended.store(true, Ordering::Relaxed);
        self.thread.thread().unpark();
        self.thread.join().unwrap_or_default()
    }
}

/// At most so many of the moments, evenly chosen, the first and the last among them.
#[must_use]
pub fn some_of(moments: &[Moment], most: usize) -> Vec<Moment> {
    let last = moments.len().saturating_sub(1);
    let steps = last.min(most.saturating_sub(1)).max(1);
    (0..=steps).filter_map(|step| moments.get(last * step / steps)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_looked_at_from_its_beginning_to_its_end() {
        let watch = Watch::start(std::process::id());
        let moments = watch.stop();
        assert!(!moments.is_empty() && moments.iter().all(|moment| moment.rss_kib > 500), "{moments:?}");
        assert!(Watch::start(u32::MAX).stop().is_empty());
    }

    #[test]
    fn some_moments_stand_for_all() {
        let moments: Vec<Moment> = (0..101).map(|at_s| Moment { at_s, rss_kib: 0 }).collect();
        let at: Vec<u64> = some_of(&moments, 5).iter().map(|moment| moment.at_s).collect();
        assert_eq!(at, [0, 25, 50, 75, 100]);
        assert_eq!(some_of(&moments[..2], 5).len(), 2);
        assert!(some_of(&[], 5).is_empty());
    }
}
