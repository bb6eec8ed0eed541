//! Time: one timestamp type, one clock trait, and the few calendar helpers every stage shares.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Milliseconds in a second, minute, hour and day.
pub const SECOND_MS: i64 = 1_000;
/// Milliseconds in a minute.
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
/// Milliseconds in an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds in a day of 24 hours.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// An instant: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Before every event: year 0.
    pub const MIN: Timestamp = Timestamp(-62_167_219_200_000);
    /// After every event: end of year 9999.
    pub const MAX: Timestamp = Timestamp(253_402_300_799_999);

    /// This instant plus `ms` milliseconds, saturating.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Timestamp(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this instant (negative when `earlier` is later).
    #[must_use]
    pub fn since_ms(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Days since 1970-01-01 in UTC.
    #[must_use]
    pub fn utc_day(self) -> i64 {
        self.0.div_euclid(DAY_MS)
    }

    /// The same instant as a `chrono` date-time in UTC.
    #[must_use]
    pub fn to_utc(self) -> DateTime<Utc> {
        let clamped = self.0.clamp(Self::MIN.0, Self::MAX.0);
        DateTime::from_timestamp_millis(clamped).unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// RFC 3339 with milliseconds, in UTC: `2026-11-21T19:18:20.764Z`.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        self.to_utc().to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
    }

    /// Reads what clients send as a time: RFC 3339 with any offset, the same without an offset (taken as UTC), a date
    /// alone (midnight UTC), or a number of seconds or milliseconds since 1970 (above 10¹¹ is milliseconds).
    /// `None` when it is none of these or outside years 0-9999.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let ts = if let Ok(t) = DateTime::parse_from_rfc3339(text) {
            t.timestamp_millis()
        } else if let Ok(t) = DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z") {
            t.timestamp_millis()
        } else if let Some(t) = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M"]
            .iter()
            .find_map(|f| NaiveDateTime::parse_from_str(text.trim_end_matches('Z'), f).ok())
        {
            t.and_utc().timestamp_millis()
        } else if let Ok(d) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            d.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis()
        } else {
            let number: f64 = text.parse().ok()?;
            return Self::from_number(number);
        };
        (Self::MIN.0..=Self::MAX.0).contains(&ts).then_some(Timestamp(ts))
    }

    /// A number of seconds (up to 10¹¹) or milliseconds (above) since 1970.
    #[must_use]
    pub fn from_number(number: f64) -> Option<Self> {
        let ms = if number.abs() > 1e11 { number } else { number * 1000.0 };
        let inside = ms.is_finite() && ms >= Self::MIN.0 as f64 && ms <= Self::MAX.0 as f64;
        inside.then_some(Timestamp(ms as i64))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

/// Reads a duration as people write it: `90s`, `15m`, `3h`, `30d`, `2w`, or several together (`1d12h`); `ms` too.
/// Returns milliseconds; `None` when malformed, zero-length text, or above 100 years.
#[must_use]
pub fn parse_duration_ms(text: &str) -> Option<i64> {
    let text = text.trim();
    let mut rest = text;
    let mut total: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit_len = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let unit = match rest[..unit_len].trim() {
            "ms" => 1,
            "s" => SECOND_MS,
            "m" | "min" => MINUTE_MS,
            "h" => HOUR_MS,
            "d" => DAY_MS,
            "w" => 7 * DAY_MS,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(unit)?)?;
        rest = &rest[unit_len..];
    }
    (!text.is_empty() && total <= 36_525 * DAY_MS).then_some(total)
}

/// Writes a duration in the largest units that give it exactly: `30d`, `1d12h`, `90s` → `1m30s`.
#[must_use]
pub fn format_duration_ms(ms: i64) -> String {
    let mut rest = ms.max(0);
    let mut out = String::new();
    for (unit, name) in [(DAY_MS, "d"), (HOUR_MS, "h"), (MINUTE_MS, "m"), (SECOND_MS, "s"), (1, "ms")] {
        let n = rest / unit;
        if n > 0 {
            out.push_str(&format!("{n}{name}"));
            rest %= unit;
        }
    }
    if out.is_empty() { "0s".to_owned() } else { out }
}

/// The IANA zone of that name, or `None`.
#[must_use]
pub fn zone(name: &str) -> Option<chrono_tz::Tz> {
    name.parse().ok()
}

/// How far local clocks in that zone are ahead of UTC at an instant, in milliseconds.
#[must_use]
pub fn offset_ms(tz: chrono_tz::Tz, at: Timestamp) -> i64 {
    use chrono::Offset;
    let offset = tz.offset_from_utc_datetime(&at.to_utc().naive_utc());
    i64::from(offset.fix().local_minus_utc()) * SECOND_MS
}

/// The instant of a local wall-clock time. In the gap of a spring change the time does not exist and the first instant
/// after the gap is taken; in the overlap of an autumn change the first of the two is taken.
#[must_use]
pub fn local_to_instant(tz: chrono_tz::Tz, local: NaiveDateTime) -> Timestamp {
    use chrono::offset::LocalResult;
    let mut probe = local;
    for _ in 0..48 {
        match tz.from_local_datetime(&probe) {
            LocalResult::Single(t) | LocalResult::Ambiguous(t, _) => {
                if probe == local {
                    return Timestamp(t.timestamp_millis());
                }
                // `probe` is the first quarter hour after the gap; the gap's end is the offset change itself.
                return gap_end(tz, t);
            }
            LocalResult::None => probe += chrono::Duration::minutes(15),
        }
    }
    Timestamp(local.and_utc().timestamp_millis())
}

fn gap_end(tz: chrono_tz::Tz, after: DateTime<chrono_tz::Tz>) -> Timestamp {
    use chrono::Offset;
    let offset = after.offset().fix().local_minus_utc();
    let (mut low, mut high) = (after.timestamp() - 16 * 60, after.timestamp());
    while low + 1 < high {
        let mid = (low + high) / 2;
        let at = tz.timestamp_opt(mid, 0).single().map(|t| t.offset().fix().local_minus_utc());
        if at == Some(offset) { high = mid } else { low = mid }
    }
    Timestamp(high * 1000)
}

/// Where "now" comes from. Stages ask their clock once per batch and pass the answer down; `core/` never asks.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The machine's wall clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp(Utc::now().timestamp_millis())
    }
}

/// A clock that stands still until told otherwise; for tests and simulation.
#[derive(Clone, Debug, Default)]
pub struct VirtualClock(Arc<AtomicI64>);

impl VirtualClock {
    /// A clock standing at `start`.
    #[must_use]
    pub fn at(start: Timestamp) -> Self {
        VirtualClock(Arc::new(AtomicI64::new(start.0)))
    }

    /// Moves the clock on by `ms` milliseconds.
    pub fn advance_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }

    /// Sets the clock; it may only move forward, an earlier instant is ignored.
    pub fn set(&self, to: Timestamp) {
        self.0.fetch_max(to.0, Ordering::SeqCst);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_times_clients_send() {
        for (text, expected) in [
            ("2026-11-21T19:18:20.764Z", Some(1_795_288_700_764)),
            ("2026-11-21T19:18:27.330+00:00", Some(1_795_288_707_330)),
            ("2026-11-21T20:18:27.330+0100", Some(1_795_288_707_330)),
            ("2026-11-21T19:18:27.376043", Some(1_795_288_707_376)),
            ("2010-12-01 08:26:00", Some(1_291_191_960_000)),
            ("2010-12-01", Some(1_291_161_600_000)),
            ("1795288707", Some(1_795_288_707_000)),
            ("1795288707330", Some(1_795_288_707_330)),
            ("yesterday", None),
            ("", None),
            ("NaN", None),
            ("1e300", None),
        ] {
            assert_eq!(Timestamp::parse(text).map(|t| t.0), expected, "{text}");
        }
    }

    #[test]
    fn durations_round_trip() {
        for (text, ms) in [("90s", 90_000), ("30d", 30 * DAY_MS), ("1d12h", 36 * HOUR_MS), ("2w", 14 * DAY_MS)] {
            assert_eq!(parse_duration_ms(text), Some(ms), "{text}");
            assert_eq!(parse_duration_ms(&format_duration_ms(ms)), Some(ms), "{text}");
        }
        for bad in ["", "d", "3", "3 apples", "99999999999999999999d", "-1d"] {
            assert_eq!(parse_duration_ms(bad), None, "{bad}");
        }
    }

    #[test]
    fn offsets_follow_the_seasons() {
        let berlin = zone("Europe/Berlin").unwrap();
        let at = |text: &str| Timestamp::parse(text).unwrap();
        assert_eq!(offset_ms(berlin, at("2026-01-15T12:00:00Z")), HOUR_MS);
        assert_eq!(offset_ms(berlin, at("2026-07-15T12:00:00Z")), 2 * HOUR_MS);
        assert_eq!(offset_ms(zone("America/New_York").unwrap(), at("2026-01-15T12:00:00Z")), -5 * HOUR_MS);
    }

    #[test]
    fn local_times_in_gaps_and_overlaps() {
        let berlin = zone("Europe/Berlin").unwrap();
        let at = |s: &str| NaiveDateTime::parse_from_str(s, "%Y-%m-%d %H:%M").unwrap();
        // 02:30 on 2026-03-29 does not exist: the first instant after the gap is 03:00 CEST = 01:00Z.
        assert_eq!(local_to_instant(berlin, at("2026-03-29 02:30")).to_rfc3339(), "2026-03-29T01:00:00.000Z");
        // 02:30 on 2026-10-25 exists twice: the first is CEST = 00:30Z.
        assert_eq!(local_to_instant(berlin, at("2026-10-25 02:30")).to_rfc3339(), "2026-10-25T00:30:00.000Z");
        assert_eq!(local_to_instant(berlin, at("2026-07-01 09:00")).to_rfc3339(), "2026-07-01T07:00:00.000Z");
    }
}
