//! Calendar days of a time zone as instants.

use chrono::{Days as Plus, NaiveDate, NaiveTime};
use rapport_domain::Timestamp;
use rapport_domain::time::{DAY_MS, local_to_instant};

/// Consecutive calendar days. A day begins at its first existing instant in the zone, so a day of a time change has 23 or
/// 25 hours, and a midnight that the change skips is the first instant after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Days {
    first: NaiveDate,
    /// The beginning of each day, ms, and of the day after the last.
    starts: Vec<i64>,
}

impl Days {
    /// The days from `first` to `last`, both included; none when `last` is earlier.
    #[must_use]
    pub fn new(zone: chrono_tz::Tz, first: NaiveDate, last: NaiveDate) -> Self {
        let count = (last - first).num_days() + 1;
        let begin = |day: i64| {
            let date = first.checked_add_days(Plus::new(day.unsigned_abs())).unwrap_or(NaiveDate::MAX);
            local_to_instant(zone, date.and_time(NaiveTime::MIN)).0
        };
        Days { first, starts: if count > 0 { (0..=count).map(begin).collect() } else { vec![] } }
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

    /// The day of an instant, from 0; `None` outside.
    #[must_use]
    pub fn index(&self, ts: Timestamp) -> Option<usize> {
        let (first, end) = (*self.starts.first()?, *self.starts.last()?);
        if ts.0 < first || ts.0 >= end {
            return None;
        }
        // Right but for time changes, which move it by a day at most now and then.
        let mut at = usize::try_from((ts.0 - first) / DAY_MS).ok()?.min(self.len() - 1);
        while ts.0 < self.starts[at] {
            at -= 1;
        }
        while ts.0 >= self.starts[at + 1] {
            at += 1;
        }
        Some(at)
    }

    /// When the days begin and end.
    #[must_use]
    pub fn range(&self) -> (Timestamp, Timestamp) {
        let at = |ms: Option<&i64>| Timestamp(ms.copied().unwrap_or(0));
        (at(self.starts.first()), at(self.starts.last()))
    }

    /// `YYYY-MM-DD` of each day.
    #[must_use]
    pub fn labels(&self) -> Vec<String> {
        let days = self.first.iter_days();
        days.take(self.len()).map(|d| d.format("%Y-%m-%d").to_string()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_time_changes_and_skipped_midnights() {
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        let hours = |zone: &str, from: &str, to: &str| -> Vec<i64> {
            let days = Days::new(zone.parse().unwrap(), date(from), date(to));
            days.starts.windows(2).map(|w| (w[1] - w[0]) / 3_600_000).collect()
        };
        assert_eq!(hours("Europe/Berlin", "2026-03-28", "2026-03-30"), [24, 23, 24]);
        assert_eq!(hours("Europe/Berlin", "2026-10-24", "2026-10-26"), [24, 25, 24]);
        // Chile changes at midnight: 2026-09-06 begins at 01:00.
        assert_eq!(hours("America/Santiago", "2026-09-05", "2026-09-07"), [24, 23, 24]);
        let days = Days::new("America/Santiago".parse().unwrap(), date("2026-09-05"), date("2026-09-07"));
        assert_eq!(days.labels(), ["2026-09-05", "2026-09-06", "2026-09-07"]);
        for (at, start) in days.starts[..3].iter().enumerate() {
            assert_eq!(days.index(Timestamp(*start)), Some(at));
            assert_eq!(days.index(Timestamp(*start - 1)), at.checked_sub(1));
        }
        assert_eq!(days.index(days.range().1), None);
        assert!(Days::new(chrono_tz::UTC, date("2026-01-02"), date("2026-01-01")).is_empty());
    }
}
