//! How far a replay is: a bar on a terminal, a line every ten seconds elsewhere, on the error stream.

use std::cell::Cell;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Shows progress, or nothing.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
    lines: Option<Cell<Instant>>,
    started: Instant,
}

impl Progress {
    /// Shows nothing.
    #[must_use]
    pub fn silent() -> Self {
        Self { bar: None, lines: None, started: Instant::now() }
    }

    /// Shows a bar if the error stream is a terminal, otherwise a line now and then.
    #[must_use]
    pub fn to_stderr() -> Self {
        let now = Instant::now();
        if !std::io::stderr().is_terminal() {
            return Self { bar: None, lines: Some(Cell::new(now)), started: now };
        }
        let bar = ProgressBar::new(0);
        let template = "{bar:30} {pos}/{len} entries  {per_sec}  {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar: Some(bar), lines: None, started: now }
    }

    /// `done` of `total` entries are replayed.
    pub fn at(&self, done: u64, total: u64) {
        if let Some(bar) = &self.bar {
            bar.set_length(total);
            bar.set_position(done);
        }
        if let Some(last) = &self.lines
            && last.get().elapsed() >= LINE_EVERY
        {
            last.set(Instant::now());
            // Progress is a courtesy: a closed stream must not end the replay.
            let _ = writeln!(std::io::stderr(), "{}", line(done, total, self.started.elapsed()));
        }
    }

    /// The replay has ended.
    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// How far it is, entries a second so far, and the time that the rest takes at that rate.
fn line(done: u64, total: u64, elapsed: Duration) -> String {
    let milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
    let rate = done.saturating_mul(1000) / milliseconds;
    let left = total.saturating_sub(done).div_ceil(rate.max(1));
    format!("{done} of {total} entries, {rate}/s, about {left} s left")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_fast_it_goes_and_how_long_it_takes() {
        let said = |done, seconds| line(done, 100_000, Duration::from_secs(seconds));
        assert_eq!(said(20_000, 10), "20000 of 100000 entries, 2000/s, about 40 s left");
        assert_eq!(said(100_000, 50), "100000 of 100000 entries, 2000/s, about 0 s left");
        // Nothing is known yet, and nothing is divided by it.
        assert_eq!(said(0, 0), "0 of 100000 entries, 0/s, about 100000 s left");
    }
}
