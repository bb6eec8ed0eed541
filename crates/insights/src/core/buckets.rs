//! Hours, days, weeks and months of a time zone as instants.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveTime, TimeZone};
use rapport_domain::Timestamp;
use rapport_domain::time::{HOUR_MS, local_to_instant};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long a bucket is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Hours from the start of the local day; a day of a time change has 23 or 25.
    Hour,
    /// Calendar days.
    #[default]
    Day,
    /// Weeks from Monday (ISO 8601).
    Week,
    /// Calendar months.
    Month,
}

impl Unit {
    /// `hour`, `day`, `week`, `month`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Unit::Hour => "hour",
            Unit::Day => "day",
            Unit::Week => "week",
            Unit::Month => "month",
        }
    }

    /// The first day of the bucket that holds `day`.
    #[must_use]
    pub fn floor(self, day: NaiveDate) -> NaiveDate {
        match self {
            Unit::Hour | Unit::Day => day,
            Unit::Week => day - Days::new(u64::from(day.weekday().num_days_from_monday())),
            Unit::Month => day.with_day(1).unwrap_or(day),
        }
    }

    /// `day` moved by `n` units; hours move by whole days. A month's end stays within its month.
    #[must_use]
    pub fn shift(self, day: NaiveDate, n: i64) -> NaiveDate {
        let far = if n < 0 { NaiveDate::MIN } else { NaiveDate::MAX };
        let size = n.unsigned_abs();
        let days = |size: u64| {
            if n < 0 { day.checked_sub_days(Days::new(size)) } else { day.checked_add_days(Days::new(size)) }
        };
        match self {
            Unit::Hour | Unit::Day => days(size),
            Unit::Week => days(size * 7),
            Unit::Month => {
                let months = Months::new(u32::try_from(size).unwrap_or(u32::MAX));
                if n < 0 { day.checked_sub_months(months) } else { day.checked_add_months(months) }
            }
        }
        .unwrap_or(far)
    }
}

/// The first existing instant of a day.
#[must_use]
pub fn day_start(zone: chrono_tz::Tz, day: NaiveDate) -> Timestamp {
    local_to_instant(zone, day.and_time(NaiveTime::MIN))
}

/// The local date of an instant.
#[must_use]
pub fn local_date(zone: chrono_tz::Tz, ts: Timestamp) -> NaiveDate {
    zone.from_utc_datetime(&ts.to_utc().naive_utc()).date_naive()
}

/// Consecutive buckets. A day begins at its first existing instant in the zone, so a day of a time change has 23 or 25
/// hours, and a midnight that the change skips is the first instant after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buckets {
    unit: Unit,
    zone: chrono_tz::Tz,
    /// The beginning of each bucket, ms, and of the one after the last.
    starts: Vec<i64>,
}

impl Buckets {
    /// The buckets that hold the days from `first` to `last`, both included; none when `last` is earlier. At most
    /// `limit + 1` are made, so that too many can be told.
    #[must_use]
    pub fn new(zone: chrono_tz::Tz, unit: Unit, first: NaiveDate, last: NaiveDate, limit: usize) -> Self {
        let mut starts = Vec::new();
        let mut day = unit.floor(first);
        while day <= last && starts.len() <= limit {
            let begin = day_start(zone, day).0;
            let next = unit.shift(day, 1);
            if unit == Unit::Hour {
                let end = day_start(zone, next).0;
                starts.extend((0..).map(|n| begin + n * HOUR_MS).take_while(|start| *start < end));
            } else {
                starts.push(begin);
            }
            day = next;
        }
        if !starts.is_empty() {
            starts.push(day_start(zone, day).0);
        }
        Buckets { unit, zone, starts }
    }

    /// Without the buckets that end before `from` or begin at or after `to`.
    #[must_use]
    pub fn within(mut self, from: Timestamp, to: Timestamp) -> Self {
        let first = self.starts.partition_point(|s| *s <= from.0).saturating_sub(1);
        let end = self.starts.partition_point(|s| *s < to.0);
        self.starts = self.starts.get(first..(end + 1).min(self.starts.len())).unwrap_or_default().to_vec();
        self
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How long each is.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// The bucket of an instant, from 0; `None` outside.
    #[must_use]
    pub fn index(&self, ts: Timestamp) -> Option<usize> {
        let (first, end) = (*self.starts.first()?, *self.starts.last()?);
        if ts.0 < first || ts.0 >= end {
            return None;
        }
        // Right but for time changes and lengths of months, which move it by a little.
        let mean = ((end - first) / self.len() as i64).max(1);
        let mut at = usize::try_from((ts.0 - first) / mean).ok()?.min(self.len() - 1);
        while ts.0 < self.starts[at] {
            at -= 1;
        }
        while ts.0 >= self.starts[at + 1] {
            at += 1;
        }
        Some(at)
    }

    /// When a bucket begins and ends.
    #[must_use]
    pub fn range_of(&self, at: usize) -> Option<(Timestamp, Timestamp)> {
        Some((Timestamp(*self.starts.get(at)?), Timestamp(*self.starts.get(at + 1)?)))
    }

    /// When the buckets begin and end.
    #[must_use]
    pub fn range(&self) -> (Timestamp, Timestamp) {
        let at = |ms: Option<&i64>| Timestamp(ms.copied().unwrap_or(0));
        (at(self.starts.first()), at(self.starts.last()))
    }

    /// The name of each: `2026-03-29` for days and for the Monday of weeks, `2026-03` for months, and for hours the local
    /// time with its offset, since a local hour may come twice: `2026-10-25T02:00+01:00`.
    #[must_use]
    pub fn labels(&self) -> Vec<String> {
        let format = match self.unit {
            Unit::Hour => "%Y-%m-%dT%H:%M%:z",
            Unit::Day | Unit::Week => "%Y-%m-%d",
            Unit::Month => "%Y-%m",
        };
        let local = |ms: &i64| self.zone.from_utc_datetime(&Timestamp(*ms).to_utc().naive_utc());
        self.starts.iter().take(self.len()).map(|ms| local(ms).format(format).to_string()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn buckets(zone: &str, unit: Unit, from: &str, to: &str) -> Buckets {
        Buckets::new(zone.parse().unwrap(), unit, date(from), date(to), 10_000)
    }

    #[test]
    fn days_of_time_changes_and_skipped_midnights() {
        let hours = |zone: &str, from: &str, to: &str| -> Vec<i64> {
            let days = buckets(zone, Unit::Day, from, to);
            days.starts.windows(2).map(|w| (w[1] - w[0]) / 3_600_000).collect()
        };
        assert_eq!(hours("Europe/Berlin", "2026-03-28", "2026-03-30"), [24, 23, 24]);
        assert_eq!(hours("Europe/Berlin", "2026-10-24", "2026-10-26"), [24, 25, 24]);
        // Chile changes at midnight: 2026-09-06 begins at 01:00.
        assert_eq!(hours("America/Santiago", "2026-09-05", "2026-09-07"), [24, 23, 24]);
        let days = buckets("America/Santiago", Unit::Day, "2026-09-05", "2026-09-07");
        assert_eq!(days.labels(), ["2026-09-05", "2026-09-06", "2026-09-07"]);
        for (at, start) in days.starts[..3].iter().enumerate() {
            assert_eq!(days.index(Timestamp(*start)), Some(at));
            assert_eq!(days.index(Timestamp(*start - 1)), at.checked_sub(1));
        }
        assert_eq!(days.index(days.range().1), None);
        assert!(buckets("UTC", Unit::Day, "2026-01-02", "2026-01-01").is_empty());
    }

    #[test]
    fn hours_weeks_and_months() {
        let autumn = buckets("Europe/Berlin", Unit::Hour, "2026-10-25", "2026-10-25");
        assert_eq!(autumn.len(), 25);
        assert_eq!(autumn.labels()[2..4], ["2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00"]);
        assert_eq!(buckets("Europe/Berlin", Unit::Hour, "2026-03-29", "2026-03-29").len(), 23);
        let weeks = buckets("UTC", Unit::Week, "2026-03-01", "2026-03-09");
        assert_eq!(weeks.labels(), ["2026-02-23", "2026-03-02", "2026-03-09"]);
        let months = buckets("Asia/Tokyo", Unit::Month, "2026-01-31", "2026-03-01");
        assert_eq!(months.labels(), ["2026-01", "2026-02", "2026-03"]);
        assert_eq!(months.starts[1], Timestamp::parse("2026-01-31T15:00:00Z").unwrap().0);
        for list in [autumn, weeks, months] {
            for at in 0..list.len() {
                assert_eq!(list.index(Timestamp(list.starts[at])), Some(at));
                assert_eq!(list.index(Timestamp(list.starts[at + 1] - 1)), Some(at));
            }
        }
    }

    #[test]
    fn shifting_stays_in_the_calendar() {
        for (unit, n, expected) in [
            (Unit::Day, -1, "2026-03-30"),
            (Unit::Week, 2, "2026-04-14"),
            (Unit::Month, -1, "2026-02-28"),
            (Unit::Month, 1, "2026-04-30"),
        ] {
            assert_eq!(unit.shift(date("2026-03-31"), n), date(expected));
        }
    }
}
