//! What somebody sees while the load runs: a line that is kept up to date on a terminal, a line now and then elsewhere.
//! Everything goes to the error output; results alone go to the output.

use std::io::{IsTerminal, Write, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How often a line is renewed.
pub const TICK: Duration = Duration::from_secs(1);
/// Every how many ticks a line is written where nobody can renew one.
const PLAIN_TICKS: u64 = 5;

/// A line about what happens now.
pub struct Live {
    bar: Option<ProgressBar>,
    ticks: u64,
}

impl Live {
    /// Begins.
    #[must_use]
    pub fn start() -> Self {
        let bar = stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{spinner} {wide_msg}");
            let bar = ProgressBar::new_spinner();
            style.map_or(bar.clone(), |style| bar.with_style(style))
        });
        Self { bar, ticks: 0 }
    }

    /// Renews the line.
    pub fn tick(&mut self, line: &str) {
        self.ticks += 1;
        match &self.bar {
            Some(bar) => {
                bar.set_message(line.to_owned());
                bar.tick();
            }
            None if self.ticks % PLAIN_TICKS == 1 => say(line),
            None => {}
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// One line.
pub fn say(line: &str) {
    // Whoever closed the error output does not want to know.
    let _ = writeln!(stderr(), "{line}");
}

/// A bar for work whose end is known; hidden where nobody looks.
#[must_use]
pub fn progress(what: &'static str, total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}");
    let bar = ProgressBar::new(total).with_message(what);
    style.map_or(bar.clone(), |style| bar.with_style(style))
}

/// A number with commas: 12,345,678.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Microseconds as milliseconds with one decimal.
#[must_use]
pub fn millis(micros: u64) -> String {
    format!("{}.{}", grouped(micros / 1000), micros % 1000 / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(12_345_678), "12,345,678");
        assert_eq!(millis(1_234_567), "1,234.5");
        assert_eq!(millis(49), "0.0");
    }
}
