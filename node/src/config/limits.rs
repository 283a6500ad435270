//! Bounds on what one request, one connection, one address or one key may take: `[limits]` of the file, `LODE_LIMITS`,
//! `--limits`.
//!
//! The table in `docs/operating.md` says what is answered beyond each; a test holds table and defaults together.

use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;

use super::ConfigError;
use crate::journal::SEGMENT_BYTES;

/// Bounds on what one request, or one client, may take.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// The largest request body, in bytes.
    pub request_bytes: usize,
    /// The most statements in one request.
    pub statements: usize,
    /// The most statements that wait for the sequencer; further requests wait before it.
    pub queue: usize,
    /// Requests of one address per second, on average.
    pub requests_per_second: u32,
    /// Statements signed by one key per second, on average.
    pub key_statements_per_second: u32,
    /// The largest document, in bytes.
    pub document_bytes: usize,
    /// All bodies that are being read or worked on, in bytes.
    pub bodies_bytes: usize,
    /// The longest path with its query, in bytes.
    pub uri_bytes: usize,
    /// All header lines of a request, in bytes.
    pub header_bytes: usize,
    /// The most header lines of a request.
    pub header_lines: usize,
    /// Seconds in which a request's head must be there; also how long an idle connection is kept.
    pub header_seconds: u64,
    /// Seconds without a byte of a body that is still to come.
    pub body_seconds: u64,
    /// Seconds that a whole request may take, from its head to the beginning of its answer.
    pub answer_seconds: u64,
    /// Seconds in which a client must take some more of its answer.
    pub write_seconds: u64,
    /// The most open connections.
    pub connections: usize,
    /// The most open connections of one address; trusted proxies are not counted.
    pub connections_per_address: usize,
    /// The cache of the index, in bytes.
    pub index_cache_bytes: u64,
    /// The size beyond which a journal segment is closed, in bytes: how much of the log lies in the journal beside
    /// its tiles, and is read at every start.
    pub journal_segment_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_bytes: 8 << 20,
            statements: 1024,
            queue: 16_384,
            requests_per_second: 50,
            key_statements_per_second: 5000,
            document_bytes: 16 << 20,
            bodies_bytes: 256 << 20,
            uri_bytes: 8192,
            header_bytes: 16 << 10,
            header_lines: 100,
            header_seconds: 15,
            body_seconds: 15,
            answer_seconds: 60,
            write_seconds: 30,
            connections: 16_384,
            connections_per_address: 512,
            index_cache_bytes: 256 << 20,
            journal_segment_bytes: SEGMENT_BYTES,
        }
    }
}

/// One bound of a flag or of the environment: `queue=1024`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Bound {
    key: String,
    value: i64,
}

impl FromStr for Bound {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (key, value) = text.split_once('=').ok_or("a bound is KEY=NUMBER, such as queue=1024")?;
        let value = value.parse().map_err(|_| "a bound is a whole number")?;
        Ok(Self { key: key.to_owned(), value })
    }
}

impl Limits {
    /// The bounds of the file, and over them those of the environment or of flags.
    ///
    /// # Errors
    /// With the key that is unknown, of another type or out of its range.
    pub(super) fn of(mut file: toml::Table, given: &[Bound]) -> Result<Self, ConfigError> {
        file.extend(given.iter().map(|bound| (bound.key.clone(), bound.value.into())));
        let limits: Self =
            file.try_into().map_err(|error: toml::de::Error| ConfigError::Limits(error.to_string()))?;
        limits.check()?;
        Ok(limits)
    }

    /// The time for a request's head.
    #[must_use]
    pub const fn header_time(&self) -> Duration {
        Duration::from_secs(self.header_seconds)
    }

    /// The longest silence within a body.
    #[must_use]
    pub const fn body_time(&self) -> Duration {
        Duration::from_secs(self.body_seconds)
    }

    /// The time for a request as a whole.
    #[must_use]
    pub const fn answer_time(&self) -> Duration {
        Duration::from_secs(self.answer_seconds)
    }

    /// The longest silence of a client that is to take its answer.
    #[must_use]
    pub const fn write_time(&self) -> Duration {
        Duration::from_secs(self.write_seconds)
    }

    /// Whether every bound is in its range.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let seconds = |value: u64| (1..=3600).contains(&value);
        let ranges = [
            (self.request_bytes >= 1 << 16, "limits.request_bytes", "at least 65536"),
            ((1..=65_536).contains(&self.statements), "limits.statements", "1 to 65536"),
            (
                self.queue >= self.statements && self.queue <= 1 << 20,
                "limits.queue",
                "at least limits.statements and at most 1048576",
            ),
            (self.requests_per_second >= 1, "limits.requests_per_second", "at least 1"),
            (self.key_statements_per_second >= 1, "limits.key_statements_per_second", "at least 1"),
            (self.document_bytes >= 1, "limits.document_bytes", "at least 1"),
            (
                self.bodies_bytes >= self.request_bytes.max(self.document_bytes)
                    && self.bodies_bytes >> 40 == 0,
                "limits.bodies_bytes",
                "at least limits.request_bytes and limits.document_bytes",
            ),
            ((256..=65_000).contains(&self.uri_bytes), "limits.uri_bytes", "256 to 65000"),
            ((1024..=65_536).contains(&self.header_bytes), "limits.header_bytes", "1024 to 65536"),
            ((16..=1000).contains(&self.header_lines), "limits.header_lines", "16 to 1000"),
            (seconds(self.header_seconds), "limits.header_seconds", "1 to 3600"),
            (seconds(self.body_seconds), "limits.body_seconds", "1 to 3600"),
            (seconds(self.answer_seconds), "limits.answer_seconds", "1 to 3600"),
            (seconds(self.write_seconds), "limits.write_seconds", "1 to 3600"),
            ((1..=1 << 20).contains(&self.connections), "limits.connections", "1 to 1048576"),
            (self.connections_per_address >= 1, "limits.connections_per_address", "at least 1"),
            (self.index_cache_bytes >= 1 << 20, "limits.index_cache_bytes", "at least 1048576"),
            (
                (1 << 12..=1 << 30).contains(&self.journal_segment_bytes),
                "limits.journal_segment_bytes",
                "4096 to 1073741824",
            ),
        ];
        ranges
            .into_iter()
            .find(|(good, ..)| !good)
            .map_or(Ok(()), |(_, key, expected)| Err(ConfigError::wrong(key, expected)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_stands_over_the_file_and_a_wrong_bound_is_named() {
        let file: toml::Table = "queue = 2000\nstatements = 10".parse().unwrap();
        let of = |text: &str| Limits::of(file.clone(), &[text.parse().unwrap()]);
        let limits = of("queue=3000").unwrap();
        assert_eq!((limits.queue, limits.statements), (3000, 10));
        assert_eq!(limits.header_lines, Limits::default().header_lines);
        for (bound, named) in
            [("que=1", "que"), ("statements=0", "limits.statements"), ("requests_per_second=-1", "-1")]
        {
            let error = of(bound).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
        assert!("queue".parse::<Bound>().is_err() && "queue=many".parse::<Bound>().is_err());
    }

    #[test]
    fn the_defaults_are_in_their_ranges_and_as_documented() {
        let limits = Limits::default();
        assert!(limits.check().is_ok());
        let documented = include_str!("../../../docs/operating.md");
        for (key, value) in [
            ("request_bytes", limits.request_bytes as u64),
            ("statements", limits.statements as u64),
            ("queue", limits.queue as u64),
            ("requests_per_second", limits.requests_per_second.into()),
            ("key_statements_per_second", limits.key_statements_per_second.into()),
            ("document_bytes", limits.document_bytes as u64),
            ("bodies_bytes", limits.bodies_bytes as u64),
            ("uri_bytes", limits.uri_bytes as u64),
            ("header_bytes", limits.header_bytes as u64),
            ("header_lines", limits.header_lines as u64),
            ("header_seconds", limits.header_seconds),
            ("body_seconds", limits.body_seconds),
            ("answer_seconds", limits.answer_seconds),
            ("write_seconds", limits.write_seconds),
            ("connections", limits.connections as u64),
            ("connections_per_address", limits.connections_per_address as u64),
            ("index_cache_bytes", limits.index_cache_bytes),
            ("journal_segment_bytes", limits.journal_segment_bytes),
        ] {
            let row = format!("| `{key}` | {value} |");
            assert!(documented.contains(&row), "docs/operating.md lacks the row that begins {row}");
        }
    }
}
