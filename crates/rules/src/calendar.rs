//! Days, weeks and months of a time zone, numbered; each begins once, whatever clocks do.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Tz;
use rapport_domain::Timestamp;
use rapport_domain::rule::CalendarUnit;
use rapport_domain::time::local_to_instant;

/// Monday, the first day of week 0.
const EPOCH_MONDAY: i64 = -3;

/// The date a unit begins on.
fn date(unit: CalendarUnit, index: i64) -> Option<NaiveDate> {
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1)?;
    let by_days = |days: i64| match u64::try_from(days) {
        Ok(days) => epoch.checked_add_days(Days::new(days)),
        Err(_) => epoch.checked_sub_days(Days::new(days.unsigned_abs())),
    };
    match unit {
        CalendarUnit::Day => by_days(index),
        CalendarUnit::Week => by_days(index.checked_mul(7)?.checked_add(EPOCH_MONDAY)?),
        CalendarUnit::Month => {
            let months = Months::new(u32::try_from(index.unsigned_abs()).ok()?);
            if index >= 0 { epoch.checked_add_months(months) } else { epoch.checked_sub_months(months) }
        }
    }
}

/// The instant at which the unit of that number begins in the zone: the first time its midnight is reached, or the first
/// instant after a gap that swallows it.
pub(crate) fn start(zone: Tz, unit: CalendarUnit, index: i64) -> Timestamp {
    match date(unit, index) {
        Some(date) => local_to_instant(zone, date.and_time(NaiveTime::MIN)),
        None if index < 0 => Timestamp::MIN,
        None => Timestamp::MAX,
    }
}

/// The number of the unit an instant lies in: the last that has begun.
pub(crate) fn index(zone: Tz, unit: CalendarUnit, at: Timestamp) -> i64 {
    let local = zone.from_utc_datetime(&at.to_utc().naive_utc()).date_naive();
    let days = i64::from(local.num_days_from_ce()) - 719_163;
    let guess = match unit {
        CalendarUnit::Day => days,
        CalendarUnit::Week => (days - EPOCH_MONDAY).div_euclid(7),
        CalendarUnit::Month => (i64::from(local.year()) - 1970) * 12 + i64::from(local.month0()),
    };
    // Where a clock was put back across midnight the next unit has begun already.
    if start(zone, unit, guess + 1) <= at { guess + 1 } else { guess }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_begin_once() {
        let at = |t: &str| Timestamp::parse(t).unwrap();
        for (zone, unit, now, begins, next) in [
            ("UTC", CalendarUnit::Day, "2026-11-21T19:00:00Z", "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"),
            (
                "Europe/Berlin",
                CalendarUnit::Day,
                "2026-03-29T12:00:00Z",
                "2026-03-28T23:00:00Z",
                "2026-03-29T22:00:00Z",
            ),
            ("Asia/Tokyo", CalendarUnit::Day, "2026-11-21T15:00:00Z", "2026-11-21T15:00:00Z", "2026-11-22T15:00:00Z"),
            // In 2010 St. John's went from 00:01 back to 23:01: at 23:30 for the second time the 7th has begun.
            (
                "America/St_Johns",
                CalendarUnit::Day,
                "2010-11-07T03:00:00Z",
                "2010-11-07T02:30:00Z",
                "2010-11-08T03:30:00Z",
            ),
            // In Santiago midnight is left out on the day clocks go forward.
            (
                "America/Santiago",
                CalendarUnit::Day,
                "2026-09-06T12:00:00Z",
                "2026-09-06T04:00:00Z",
                "2026-09-07T03:00:00Z",
            ),
            (
                "Europe/Berlin",
                CalendarUnit::Week,
                "2026-03-29T12:00:00Z",
                "2026-03-22T23:00:00Z",
                "2026-03-29T22:00:00Z",
            ),
            (
                "Europe/Berlin",
                CalendarUnit::Month,
                "2026-03-29T12:00:00Z",
                "2026-02-28T23:00:00Z",
                "2026-03-31T22:00:00Z",
            ),
            ("UTC", CalendarUnit::Month, "1969-12-31T23:59:59Z", "1969-12-01T00:00:00Z", "1970-01-01T00:00:00Z"),
        ] {
            let zone = zone.parse().unwrap();
            let index = index(zone, unit, at(now));
            let found = (start(zone, unit, index), start(zone, unit, index + 1));
            assert_eq!(found, (at(begins), at(next)), "{zone} {now}");
        }
    }

    #[test]
    fn every_instant_lies_in_the_unit_that_holds_it() {
        for name in ["Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu"] {
            let zone: Tz = name.parse().unwrap();
            for step in 0..3_000 {
                let at = Timestamp(1_767_225_600_000 + step * 10_800_001);
                for unit in [CalendarUnit::Day, CalendarUnit::Week, CalendarUnit::Month] {
                    let i = index(zone, unit, at);
                    assert!(start(zone, unit, i) <= at && at < start(zone, unit, i + 1), "{name} {at} {unit:?}");
                }
            }
        }
    }
}
