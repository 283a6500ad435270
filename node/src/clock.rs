//! The node's clock: the machine's, but a leap ahead is not believed at once.
//!
//! Time in the log only rises, so one seal made while the machine's clock stood ten years ahead would stop all sealing
//! for ten years. A clock that leaps ahead of the steady one is believed when it has kept its new course for
//! [`PATIENCE`]; until then time goes on as before the leap. A clock that is set back is believed at once: a seal waits
//! until it has caught up, and nothing is harmed. A new process believes the clock that it finds.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Seconds that the machine's clock may be ahead of the steady one without having leapt.
pub const LEAP_S: i64 = 60;
/// How long a clock must keep the course that it has leapt to.
pub const PATIENCE: Duration = Duration::from_secs(600);

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// Seconds since 1970-01-01T00:00:00Z.
    fn now_unix(&self) -> i64;
}

/// The machine's clock, guarded against leaps.
#[derive(Debug)]
pub struct SystemClock {
    begun: Instant,
    guard: Mutex<LeapGuard>,
}

impl Default for SystemClock {
    fn default() -> Self {
        let begun = Instant::now();
        Self { begun, guard: Mutex::new(LeapGuard::new(machine_unix())) }
    }
}

impl Clock for SystemClock {
    fn now_unix(&self) -> i64 {
        let mut guard = self.guard.lock().unwrap_or_else(PoisonError::into_inner);
        guard.believed(machine_unix(), self.begun.elapsed())
    }
}

fn machine_unix() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// A reading of the machine's clock, and where the steady clock stood then.
#[derive(Clone, Copy, Debug)]
struct Course {
    unix: i64,
    steady: Duration,
}

impl Course {
    /// What the machine's clock shows if it has kept this course.
    fn at(self, steady: Duration) -> i64 {
        let passed = steady.saturating_sub(self.steady).as_secs();
        self.unix.saturating_add(i64::try_from(passed).unwrap_or(i64::MAX))
    }

    fn is_left_by(self, unix: i64, steady: Duration) -> bool {
        unix.saturating_sub(self.at(steady)) > LEAP_S
    }
}

/// Decides which readings of the machine's clock to believe.
#[derive(Debug)]
struct LeapGuard {
    /// The last reading that was believed.
    believed: Course,
    /// Where the clock has leapt to, if it has.
    leapt: Option<Course>,
}

impl LeapGuard {
    const fn new(unix: i64) -> Self {
        Self { believed: Course { unix, steady: Duration::ZERO }, leapt: None }
    }

    /// The time to go by when the machine's clock shows `unix` and the steady one `steady`.
    fn believed(&mut self, unix: i64, steady: Duration) -> i64 {
        let reading = Course { unix, steady };
        if !self.believed.is_left_by(unix, steady) {
            if self.leapt.take().is_some() {
                tracing::warn!("the machine's clock is back from its leap");
            }
            self.believed = reading;
            return unix;
        }
        let since = match self.leapt {
            Some(course)
                if !course.is_left_by(unix, steady) && unix.saturating_add(LEAP_S) >= course.at(steady) =>
            {
                course
            }
            _ => {
                tracing::error!(
                    ahead_s = unix.saturating_sub(self.believed.at(steady)),
                    believed_in_s = PATIENCE.as_secs(),
                    "the machine's clock has leapt ahead; seals go on by the old course. If the new time is right, \
                     restart the node or wait; if not, set the clock"
                );
                self.leapt = Some(reading);
                reading
            }
        };
        if steady.saturating_sub(since.steady) < PATIENCE {
            return self.believed.at(steady);
        }
        tracing::warn!("the machine's clock has kept its new course and is believed");
        self.leapt = None;
        self.believed = reading;
        unix
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_800_000_000;
    const YEAR: i64 = 31_557_600;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn small_steps_and_a_clock_set_back_are_believed_at_once() {
        let mut guard = LeapGuard::new(START);
        assert_eq!(guard.believed(START + 1, seconds(1)), START + 1);
        assert_eq!(guard.believed(START + 2 + LEAP_S, seconds(2)), START + 2 + LEAP_S);
        assert_eq!(guard.believed(START - YEAR, seconds(3)), START - YEAR);
        assert_eq!(guard.believed(START - YEAR + 1, seconds(4)), START - YEAR + 1);
        assert!(guard.leapt.is_none());
    }

    #[test]
    fn a_leap_is_believed_only_when_it_has_lasted() {
        let mut guard = LeapGuard::new(START);
        let leapt = |s: u64| START + YEAR + i64::try_from(s).unwrap();
        for s in [10, 11, 300, 609] {
            assert_eq!(guard.believed(leapt(s), seconds(s)), START + i64::try_from(s).unwrap());
        }
        assert_eq!(guard.believed(leapt(610), seconds(610)), leapt(610));
        assert_eq!(guard.believed(leapt(611), seconds(611)), leapt(611));
    }

    #[test]
    fn a_leap_that_is_taken_back_leaves_nothing_behind() {
        let mut guard = LeapGuard::new(START);
        for round in 0..100_u64 {
            let s = 20 * round;
            let steady = START + i64::try_from(s).unwrap();
            assert_eq!(guard.believed(steady + YEAR, seconds(s)), steady);
            assert_eq!(guard.believed(steady + 10, seconds(s + 10)), steady + 10);
        }
    }

    #[test]
    fn a_clock_that_leaps_about_is_not_believed_at_all() {
        let mut guard = LeapGuard::new(START);
        for s in (0..10 * PATIENCE.as_secs()).step_by(7) {
            let steady = START + i64::try_from(s).unwrap();
            let ahead = YEAR * (1 + i64::try_from(s % 5).unwrap());
            assert_eq!(guard.believed(steady + ahead, seconds(s)), steady);
        }
    }
}
