//! Quiet hours: the part of a customer's day in which nothing but what they asked for is sent.

use chrono::{Days, NaiveTime};
use chrono_tz::Tz;
use rapport_domain::Timestamp;
use rapport_domain::time::local_to_instant;

/// If `now` lies within `start..end` of the wall clock in `tz`, the instant the quiet ends; else `None`.
///
/// `start` after `end` means across midnight; equal means never. The end is a wall-clock time: where a clock change skips
/// it, the quiet ends when the clock jumps over it; where the change makes it happen twice, it ends the first time and
/// does not begin again in the repeated hour.
#[must_use]
pub fn quiet_until(now: Timestamp, tz: Tz, start: NaiveTime, end: NaiveTime) -> Option<Timestamp> {
    let local = now.to_utc().with_timezone(&tz).naive_local();
    let (time, day) = (local.time(), local.date());
    let end_day = if start <= end {
        (start <= time && time < end).then_some(day)
    } else if time >= start {
        day.checked_add_days(Days::new(1))
    } else {
        (time < end).then_some(day)
    }?;
    let until = local_to_instant(tz, end_day.and_time(end));
    (until > now).then_some(until)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rapport_domain::time::{HOUR_MS, zone};

    use super::*;

    fn time(text: &str) -> NaiveTime {
        NaiveTime::parse_from_str(text, "%H:%M").unwrap()
    }

    fn check(zone_name: &str, hours: (&str, &str), now: &str, expected: Option<&str>) {
        let now_at = Timestamp::parse(now).unwrap();
        let got = quiet_until(now_at, zone(zone_name).unwrap(), time(hours.0), time(hours.1));
        let expected = expected.map(|t| Timestamp::parse(t).unwrap());
        assert_eq!(got, expected, "{zone_name} {hours:?} at {now}");
    }

    #[test]
    fn across_midnight() {
        let night = ("21:00", "08:00");
        check("Europe/Berlin", night, "2026-07-01T18:59:59Z", None); // 20:59:59
        check("Europe/Berlin", night, "2026-07-01T19:00:00Z", Some("2026-07-02T06:00:00Z"));
        check("Europe/Berlin", night, "2026-07-01T23:30:00Z", Some("2026-07-02T06:00:00Z"));
        check("Europe/Berlin", night, "2026-07-02T05:59:59Z", Some("2026-07-02T06:00:00Z"));
        check("Europe/Berlin", night, "2026-07-02T06:00:00Z", None);
        check("Asia/Tokyo", night, "2026-07-01T19:00:00Z", Some("2026-07-01T23:00:00Z")); // 04:00 there
        check("America/Los_Angeles", night, "2026-07-01T19:00:00Z", None); // noon there
    }

    #[test]
    fn within_a_day_and_never() {
        check("UTC", ("12:00", "14:00"), "2026-07-01T13:00:00Z", Some("2026-07-01T14:00:00Z"));
        check("UTC", ("12:00", "14:00"), "2026-07-01T14:00:00Z", None);
        check("UTC", ("12:00", "12:00"), "2026-07-01T12:00:00Z", None);
    }

    #[test]
    fn across_clock_changes() {
        let night = ("21:00", "08:00");
        // Berlin loses an hour on 2026-03-29 and gains one on 2026-10-25: 08:00 is 06:00Z and 07:00Z.
        check("Europe/Berlin", night, "2026-03-28T22:00:00Z", Some("2026-03-29T06:00:00Z"));
        check("Europe/Berlin", night, "2026-10-24T22:00:00Z", Some("2026-10-25T07:00:00Z"));
        // An end in the gap: 02:30 does not exist, the clock jumps from 02:00 to 03:00 at 01:00Z.
        check("Europe/Berlin", ("21:00", "02:30"), "2026-03-29T00:30:00Z", Some("2026-03-29T01:00:00Z"));
        // An end that comes twice: the first 02:30 is 00:30Z; at the second 02:15 (01:15Z) quiet does not start again.
        check("Europe/Berlin", ("21:00", "02:30"), "2026-10-25T00:15:00Z", Some("2026-10-25T00:30:00Z"));
        check("Europe/Berlin", ("21:00", "02:30"), "2026-10-25T01:15:00Z", None);
    }

    proptest! {
        #[test]
        fn quiet_ends_soon_and_for_good(
            hour in 0i64..(3 * 365 * 24 * 4), start in 17u32..24, end in 5u32..12,
            name in prop::sample::select(vec!["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kolkata"]),
        ) {
            let tz = zone(name).unwrap();
            let (start, end) = (NaiveTime::from_hms_opt(start, 0, 0).unwrap(), NaiveTime::from_hms_opt(end, 0, 0).unwrap());
            let now = Timestamp(1_767_225_600_000 + hour * HOUR_MS / 4);
            if let Some(until) = quiet_until(now, tz, start, end) {
                prop_assert!(until > now && until.since_ms(now) <= 20 * HOUR_MS);
                prop_assert_eq!(quiet_until(until, tz, start, end), None);
            }
        }
    }
}
