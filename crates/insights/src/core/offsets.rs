//! The offset of local clocks from UTC, looked up fast.

use rapport_domain::Timestamp;
use rapport_domain::time::{DAY_MS, offset_ms};

/// The offsets of one zone within a period.
#[derive(Clone, Debug)]
pub struct Offsets {
    /// From when on, ms; and how far local clocks are ahead of UTC, ms.
    changes: Vec<(i64, i64)>,
}

impl Offsets {
    /// Those of a zone between two instants.
    #[must_use]
    pub fn new(zone: chrono_tz::Tz, from: Timestamp, to: Timestamp) -> Self {
        let at = |ms: i64| offset_ms(zone, Timestamp(ms));
        let mut changes = vec![(i64::MIN, at(from.0))];
        let mut day = from.0;
        while day < to.0 {
            let next = day + DAY_MS;
            let after = at(next);
            if at(day) != after {
                let (mut low, mut high) = (day, next);
                while low + 1 < high {
                    let middle = low + (high - low) / 2;
                    if at(middle) == after { high = middle } else { low = middle }
                }
                changes.push((high, after));
            }
            day = next;
        }
        Offsets { changes }
    }

    /// Weekday (0 is Monday) and hour of the local clock.
    #[must_use]
    pub fn weekday_and_hour(&self, ts: Timestamp) -> (usize, usize) {
        let at = self.changes.partition_point(|(from, _)| *from <= ts.0).saturating_sub(1);
        let local = ts.0 + self.changes.get(at).map_or(0, |c| c.1);
        // 1970-01-01 was a Thursday.
        let weekday = (local.div_euclid(DAY_MS) + 3).rem_euclid(7);
        (weekday as usize, (local.rem_euclid(DAY_MS) / (DAY_MS / 24)) as usize)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, TimeZone, Timelike};

    use super::*;

    #[test]
    fn equal_the_calendar_through_a_year_of_changes() {
        let (from, to) = (Timestamp::parse("2026-01-01").unwrap(), Timestamp::parse("2027-01-01").unwrap());
        for zone in ["UTC", "Europe/Berlin", "America/Los_Angeles", "Australia/Lord_Howe", "Asia/Kathmandu"] {
            let zone: chrono_tz::Tz = zone.parse().unwrap();
            let offsets = Offsets::new(zone, from, to);
            for ms in (from.0..to.0).step_by(1_799_999) {
                let local = zone.timestamp_millis_opt(ms).unwrap();
                let expected = (local.weekday().num_days_from_monday() as usize, local.hour() as usize);
                assert_eq!(offsets.weekday_and_hour(Timestamp(ms)), expected, "{zone} {ms}");
            }
        }
    }
}
