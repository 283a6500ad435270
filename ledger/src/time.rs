//! The one timestamp of the formats: RFC 3339 to the second with an offset, as in `2026-11-23T20:15:00+08:00`.
//!
//! Own calendar arithmetic; no clock (the ledger's time comes from its seals) and no time zones: an offset is
//! part of the text that somebody signed.

use std::fmt;
use std::str::FromStr;

use crate::text::{cbor_as_text, serde_as_text};

/// An instant to the second, with the offset in which it was written. Ordered by instant, then by offset.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Timestamp {
    /// Seconds since 1970-01-01T00:00:00Z, without leap seconds.
    unix: i64,
    /// East of UTC, in minutes, -1439 to 1439.
    offset: i16,
    /// Written with `Z`; kept so that the text comes back as it was signed.
    zulu: bool,
}

impl Timestamp {
    /// 1900-01-01T00:00:00Z, the earliest that [`Timestamp::from_unix`] gives.
    pub const MIN_UNIX: i64 = -2_208_988_800;
    /// 9999-12-31T23:59:59Z, the latest that [`Timestamp::from_unix`] gives.
    pub const MAX_UNIX: i64 = 253_402_300_799;

    /// Reads exactly `YYYY-MM-DDThh:mm:ss` and `Z` or `+hh:mm` or `-hh:mm` (RFC 3339 section 5.6 without fraction,
    /// leap second and lower case), a valid date with a year from 1900 to 9999. `-00:00` ("offset unknown") is
    /// refused: who signs knows his offset.
    ///
    /// # Errors
    /// [`BadTimestamp`] for any other text.
    pub fn parse(text: &str) -> Result<Self, BadTimestamp> {
        let (local, zone) = text.split_at_checked(19).ok_or(BadTimestamp)?;
        let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', h0, h1, b':', n0, n1, b':', s0, s1] =
            local.as_bytes()
        else {
            return Err(BadTimestamp);
        };
        let year = 100 * two(*y0, *y1, 99)? + two(*y2, *y3, 99)?;
        let month = two(*m0, *m1, 12)?;
        let day = two(*d0, *d1, 31)?;
        if year < 1900 || month < 1 || day < 1 || day > days_in_month(year, month) {
            return Err(BadTimestamp);
        }
        let seconds = 3600 * two(*h0, *h1, 23)? + 60 * two(*n0, *n1, 59)? + two(*s0, *s1, 59)?;
        let (offset, zulu) = match zone.as_bytes() {
            [b'Z'] => (0, true),
            [sign @ (b'+' | b'-'), h0, h1, b':', m0, m1] => {
                let minutes = 60 * two(*h0, *h1, 23)? + two(*m0, *m1, 59)?;
                match (sign, minutes) {
                    (b'+', _) => (minutes, false),
                    (_, 1..) => (-minutes, false),
                    _ => return Err(BadTimestamp),
                }
            }
            _ => return Err(BadTimestamp),
        };
        let unix = 86_400 * days_from_civil(year, month, day) + seconds - 60 * offset;
        Ok(Self { unix, offset: i16::try_from(offset).map_err(|_| BadTimestamp)?, zulu })
    }

    /// The instant in UTC, written with `Z`. Clamped to [`Timestamp::MIN_UNIX`]..=[`Timestamp::MAX_UNIX`], beyond
    /// which the format has no text.
    #[must_use]
    pub fn from_unix(unix: i64) -> Self {
        Self { unix: unix.clamp(Self::MIN_UNIX, Self::MAX_UNIX), offset: 0, zulu: true }
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix(self) -> i64 {
        self.unix
    }

    /// Minutes east of UTC in which it was written.
    #[must_use]
    pub const fn offset_minutes(self) -> i16 {
        self.offset
    }
}

/// The text is not a timestamp of our grammar.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "expected a time like 2026-11-23T20:15:00+08:00 or 2026-11-23T12:15:00Z (year 1900 to 9999, no fraction)"
)]
pub struct BadTimestamp;

impl FromStr for Timestamp {
    type Err = BadTimestamp;

    fn from_str(text: &str) -> Result<Self, BadTimestamp> {
        Self::parse(text)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.unix + 60 * i64::from(self.offset);
        let (year, month, day) = civil_from_days(local.div_euclid(86_400));
        let second = local.rem_euclid(86_400);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if self.zulu {
            return f.write_str("Z");
        }
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.unsigned_abs();
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

serde_as_text!(Timestamp);
cbor_as_text!(Timestamp);

/// Two decimal digits, at most `max`.
fn two(tens: u8, ones: u8, max: i64) -> Result<i64, BadTimestamp> {
    if !tens.is_ascii_digit() || !ones.is_ascii_digit() {
        return Err(BadTimestamp);
    }
    let value = i64::from(tens - b'0') * 10 + i64::from(ones - b'0');
    if value <= max { Ok(value) } else { Err(BadTimestamp) }
}

const fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar. The year is taken to begin in March, so that the
/// leap day is its last day (Hinnant, "chrono-compatible low-level date algorithms").
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = 365 * year_of_era + year_of_era / 4 - year_of_era / 100 + day_of_year;
    146_097 * era + day_of_era - 719_468
}

/// The inverse of [`days_from_civil`]: year, month and day.
const fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = 400 * era + year_of_era + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_instants() {
        let cases = [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T00:00:00+00:00", 0),
            ("1969-12-31T23:59:59Z", -1),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("2026-11-23T20:15:00+08:00", 1_795_436_100),
            ("2026-11-23T12:15:00Z", 1_795_436_100),
            ("2001-09-09T01:46:40Z", 1_000_000_000),
            ("2038-01-19T03:14:07Z", 2_147_483_647),
            ("1900-01-01T00:00:00Z", Timestamp::MIN_UNIX),
            ("9999-12-31T23:59:59Z", Timestamp::MAX_UNIX),
            ("9999-12-31T23:59:59-23:59", Timestamp::MAX_UNIX + 86_340),
        ];
        for (text, unix) in cases {
            let time = Timestamp::parse(text).unwrap();
            assert_eq!(time.unix(), unix, "{text}");
            assert_eq!(time.to_string(), text);
        }
    }

    #[test]
    fn refuses_every_other_grammar() {
        let cases = [
            "",
            "2026-11-23",
            "2026-11-23T20:15:00",
            "2026-11-23t20:15:00Z",
            "2026-11-23T20:15:00z",
            "2026-11-23 20:15:00Z",
            "2026-11-23T20:15:00.0Z",
            "2026-11-23T20:15:60Z",
            "2026-11-23T24:00:00Z",
            "2026-11-23T20:60:00Z",
            "2026-11-23T20:15Z",
            "2026-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "1899-12-31T23:59:59Z",
            "12026-01-01T00:00:00Z",
            "2026-11-23T20:15:00-00:00",
            "2026-11-23T20:15:00+24:00",
            "2026-11-23T20:15:00+08:60",
            "2026-11-23T20:15:00+0800",
            "2026-11-23T20:15:00+08",
            "2026-11-23T20:15:00Z ",
            " 2026-11-23T20:15:00Z",
            "+026-11-23T20:15:00Z",
            "2026-11-23T20:15:0éZ",
            "２026-11-23T20:15:00Z",
        ];
        for text in cases {
            assert_eq!(Timestamp::parse(text), Err(BadTimestamp), "{text}");
        }
    }

    #[test]
    fn order_is_by_instant_then_offset() {
        let at = |text| Timestamp::parse(text).unwrap();
        assert!(at("2026-11-23T20:15:00+08:00") < at("2026-11-23T12:15:01Z"));
        assert!(at("2026-11-23T12:15:00Z") < at("2026-11-23T20:15:00+08:00"));
        assert_ne!(at("2026-11-23T12:15:00Z"), at("2026-11-23T12:15:00+00:00"));
    }

    #[test]
    fn from_unix_stays_in_the_calendar() {
        assert_eq!(Timestamp::from_unix(i64::MAX).to_string(), "9999-12-31T23:59:59Z");
        assert_eq!(Timestamp::from_unix(i64::MIN).to_string(), "1900-01-01T00:00:00Z");
    }

    proptest! {
        #[test]
        fn text_comes_back(unix in Timestamp::MIN_UNIX + 90_000..Timestamp::MAX_UNIX - 90_000, offset in -1439_i16..=1439) {
            let time = Timestamp { unix, offset, zulu: false };
            prop_assert_eq!(Timestamp::parse(&time.to_string()), Ok(time));
            prop_assert_eq!(Timestamp::parse(&Timestamp::from_unix(unix).to_string()), Ok(Timestamp::from_unix(unix)));
        }

        #[test]
        fn every_day_is_itself(days in -25_567_i64..2_932_896) {
            let (year, month, day) = civil_from_days(days);
            prop_assert_eq!(days_from_civil(year, month, day), days);
            prop_assert!((1..=days_in_month(year, month)).contains(&day));
        }
    }
}
