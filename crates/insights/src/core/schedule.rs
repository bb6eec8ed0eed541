//! When a scheduled report is due: a time of the day, daily, weekly or monthly, in a zone.

use chrono::{Datelike, NaiveDate, NaiveTime};
use rapport_domain::Timestamp;
use rapport_domain::time::local_to_instant;

use super::buckets::{Unit, local_date};

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// Each day.
    Day,
    /// Each week on a weekday, 1 (Monday) to 7.
    Week(u32),
    /// Each month on a day from 1 to 31; months without it take their last day.
    Month(u32),
}

/// A schedule. A time that a change of the clocks skips is the first instant after the gap; one that comes twice is the
/// first of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// How often.
    pub every: Every,
    /// At what time of the day.
    pub at: NaiveTime,
    /// Where.
    pub zone: chrono_tz::Tz,
}

impl Schedule {
    /// The last instant it was due at or before `now`.
    #[must_use]
    pub fn last_due(&self, now: Timestamp) -> Timestamp {
        let mut day = Unit::Day.shift(local_date(self.zone, now), 1);
        loop {
            day = self.day_at_or_before(day);
            let due = local_to_instant(self.zone, day.and_time(self.at));
            if due <= now {
                return due;
            }
            day = Unit::Day.shift(day, -1);
        }
    }

    /// The first instant after `now` at which it is due.
    #[must_use]
    pub fn next_due(&self, now: Timestamp) -> Timestamp {
        let today = local_date(self.zone, now);
        // The longest way from one due day to the next is a month; the day before covers zones of odd offsets.
        let days = (-1..=40).map(|n| Unit::Day.shift(today, n));
        let due = days.filter(|day| self.is_day(*day)).map(|day| local_to_instant(self.zone, day.and_time(self.at)));
        due.into_iter().find(|due| *due > now).unwrap_or(Timestamp::MAX)
    }

    fn is_day(&self, day: NaiveDate) -> bool {
        match self.every {
            Every::Day => true,
            Every::Week(weekday) => day.weekday().number_from_monday() == weekday,
            Every::Month(wanted) => {
                let is_last = Unit::Day.shift(day, 1).month() != day.month();
                day.day() == wanted || is_last && day.day() < wanted
            }
        }
    }

    fn day_at_or_before(&self, mut day: NaiveDate) -> NaiveDate {
        for _ in 0..32 {
            if self.is_day(day) {
                break;
            }
            day = Unit::Day.shift(day, -1);
        }
        day
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_times() {
        let week = Every::Week(1);
        for (every, at, zone, now, last, next) in [
            (Every::Day, "08:00", "UTC", "2026-03-05T08:00:00Z", "2026-03-05T08:00:00Z", "2026-03-06T08:00:00Z"),
            (Every::Day, "08:00", "UTC", "2026-03-05T07:59:59Z", "2026-03-04T08:00:00Z", "2026-03-05T08:00:00Z"),
            (week, "09:30", "Europe/Berlin", "2026-03-05T12:00:00Z", "2026-03-02T08:30:00Z", "2026-03-09T08:30:00Z"),
            (Every::Month(31), "06:00", "UTC", "2026-02-28T06:00:00Z", "2026-02-28T06:00:00Z", "2026-03-31T06:00:00Z"),
            (
                Every::Month(1),
                "00:00",
                "Asia/Tokyo",
                "2026-03-15T00:00:00Z",
                "2026-02-28T15:00:00Z",
                "2026-03-31T15:00:00Z",
            ),
            // The clocks go from 02:00 to 03:00, so 02:30 does not exist; and back in October, so it comes twice.
            (
                Every::Day,
                "02:30",
                "Europe/Berlin",
                "2026-03-29T12:00:00Z",
                "2026-03-29T01:00:00Z",
                "2026-03-30T00:30:00Z",
            ),
            (
                Every::Day,
                "02:30",
                "Europe/Berlin",
                "2026-10-25T01:00:00Z",
                "2026-10-25T00:30:00Z",
                "2026-10-26T01:30:00Z",
            ),
            // A day ahead of UTC.
            (
                Every::Day,
                "23:00",
                "Pacific/Kiritimati",
                "2026-03-05T09:00:00Z",
                "2026-03-05T09:00:00Z",
                "2026-03-06T09:00:00Z",
            ),
        ] {
            let at = NaiveTime::parse_from_str(at, "%H:%M").unwrap();
            let schedule = Schedule { every, at, zone: zone.parse().unwrap() };
            let time = |t: &str| Timestamp::parse(t).unwrap();
            assert_eq!(schedule.last_due(time(now)), time(last), "{schedule:?} {now}");
            assert_eq!(schedule.next_due(time(now)), time(next), "{schedule:?} {now}");
        }
    }

    #[test]
    fn the_next_is_due_after_the_last_whenever_one_asks() {
        for zone in ["UTC", "America/St_Johns", "Pacific/Apia", "Europe/London"] {
            for every in [Every::Day, Every::Week(7), Every::Month(30)] {
                let at = NaiveTime::from_hms_opt(1, 30, 0).unwrap();
                let schedule = Schedule { every, at, zone: zone.parse().unwrap() };
                let mut now = Timestamp::parse("2011-11-20T00:00:00Z").unwrap();
                for _ in 0..600 {
                    let (last, next) = (schedule.last_due(now), schedule.next_due(now));
                    assert!(last <= now && now < next, "{schedule:?} {now}");
                    assert_eq!(schedule.last_due(next), next, "{schedule:?} {now}");
                    assert_eq!(schedule.last_due(next.plus_ms(-1)), last, "{schedule:?} {now}");
                    now = now.plus_ms(6 * 3_600_000 + 17);
                }
            }
        }
    }
}
