//! Local clocks and calendars: when waits end, dates in traits fall due, and schedules come round.

use std::str::FromStr;

use chrono::{DateTime, Datelike, Duration, Months, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use rapport_domain::Timestamp;
use rapport_domain::time::local_to_instant;
use serde_json::Value;

use crate::spec::{DateTrigger, Occurrence, TimeWait};

/// The end of a wait that begins at `now`: the duration, then the next time the local clock shows the named minute (of an
/// allowed weekday), always later than `now`, so that a loop of "until 09:00" comes round once a day. A time that a spring
/// change skips is the first instant after the gap; of a time that an autumn change repeats, the first.
#[must_use]
pub fn wait_until(wait: TimeWait, zone: Tz, now: Timestamp) -> Timestamp {
    let from = now.plus_ms(wait.for_ms);
    let local = zone.from_utc_datetime(&from.to_utc().naive_utc()).naive_local();
    let allowed =
        |date: NaiveDate| wait.weekdays == 0 || wait.weekdays & (1 << date.weekday().num_days_from_monday()) != 0;
    let Some(minute) = wait.until_minute else {
        if wait.weekdays == 0 || (allowed(local.date()) && wait.for_ms > 0) {
            return from;
        }
        // No hour is named: the beginning of the next allowed day.
        let day = (1..=7).map(|d| local.date() + Duration::days(d)).find(|d| allowed(*d)).unwrap_or(local.date());
        return local_to_instant(zone, day.and_time(chrono::NaiveTime::MIN)).max(now.plus_ms(1));
    };
    let clock = Duration::minutes(i64::from(minute));
    // Today's time may be past, and a zone may skip a whole day when it changes sides of the date line.
    for day in 0..11 {
        let date = local.date() + Duration::days(day);
        let at = local_to_instant(zone, date.and_time(chrono::NaiveTime::MIN) + clock);
        if allowed(date) && at >= from && at > now {
            return at;
        }
    }
    from
}

/// The date a trait holds: a date, or an instant's date in `zone`. `None` when it is neither.
#[must_use]
pub fn date_in(value: &Value, zone: Tz) -> Option<NaiveDate> {
    if let Some(text) = value.as_str() {
        if let Ok(date) = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d") {
            return Some(date);
        }
        let at = Timestamp::parse(text)?;
        return Some(zone.from_utc_datetime(&at.to_utc().naive_utc()).date_naive());
    }
    let at = Timestamp::from_number(value.as_f64()?)?;
    Some(zone.from_utc_datetime(&at.to_utc().naive_utc()).date_naive())
}

/// The instant of a minute on the day `offset_days` from a date.
#[must_use]
pub fn day_at(date: NaiveDate, offset_days: i32, minute: u16, zone: Tz) -> Option<Timestamp> {
    let day = date.checked_add_signed(Duration::days(i64::from(offset_days)))?;
    Some(local_to_instant(zone, day.and_time(chrono::NaiveTime::MIN) + Duration::minutes(i64::from(minute))))
}

/// When a date trigger fires next for a trait's value, later than `after`.
#[must_use]
pub fn next_date(trigger: &DateTrigger, value: &Value, zone: Tz, after: Timestamp) -> Option<Timestamp> {
    let date = date_in(value, zone)?;
    let at = |date| day_at(date, trigger.offset_days, trigger.minute, zone).filter(|at| *at > after);
    if !trigger.yearly {
        return at(date);
    }
    let year = zone.from_utc_datetime(&after.to_utc().naive_utc()).year();
    // Of 29 February, 28 February in years without one. An offset may lead into the neighbouring years.
    let of_year = |year: i32| {
        let date = NaiveDate::from_ymd_opt(year, date.month(), date.day());
        date.or_else(|| NaiveDate::from_ymd_opt(year, 2, 28))
    };
    (year - 3..=year + 4).filter(|y| *y >= date.year()).filter_map(of_year).filter_map(at).min()
}

/// A recurrence ready to be asked. Local times are taken as if they were UTC: zones come in afterwards, with this
/// product's own answers to gaps and overlaps.
///
/// # Errors
/// What is wrong with the rule.
pub fn rrule(rule: &str, start: NaiveDateTime) -> Result<rrule::RRuleSet, String> {
    let text = rule.trim().trim_start_matches("RRULE:");
    let parsed = rrule::RRule::from_str(text).map_err(|e| e.to_string())?;
    parsed.build(as_utc(start)).map_err(|e| e.to_string())
}

fn as_utc(local: NaiveDateTime) -> DateTime<rrule::Tz> {
    rrule::Tz::UTC.from_utc_datetime(&local)
}

/// The first local time of an occurrence after `after`.
#[must_use]
pub fn next_local(at: &Occurrence, after: NaiveDateTime) -> Option<NaiveDateTime> {
    match at {
        Occurrence::Once(once) => Some(*once).filter(|once| *once > after),
        Occurrence::Cron(pattern) => {
            let cron = croner::Cron::from_str(pattern).ok()?;
            let next = cron.find_next_occurrence(&Utc.from_utc_datetime(&after), false).ok()?;
            // A pattern of a day that does not exist (30 February) has none; the search is bounded by the library.
            Some(next.naive_utc()).filter(|n| *n < after.checked_add_months(Months::new(12 * 10)).unwrap_or(*n))
        }
        Occurrence::Rrule { rule, start } => {
            let set = rrule(rule, *start).ok()?.after(as_utc(after + Duration::seconds(1)));
            set.all(1).dates.first().map(DateTime::naive_utc)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn local(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").unwrap()
    }

    #[test]
    fn waits_end_on_local_clocks() {
        let berlin = Tz::Europe__Berlin;
        let time = |for_ms, until_minute, weekdays| TimeWait { for_ms, until_minute, weekdays };
        let (nine, hour) = (Some(9 * 60), 3_600_000);
        for (wait, now, expected) in [
            (time(hour, None, 0), "2026-03-02T10:00:00Z", "2026-03-02T11:00:00.000Z"),
            (time(0, nine, 0), "2026-03-02T08:00:00Z", "2026-03-03T08:00:00.000Z"),
            (time(0, nine, 0), "2026-03-28T12:00:00Z", "2026-03-29T07:00:00.000Z"),
            (time(0, nine, 0), "2026-10-24T12:00:00Z", "2026-10-25T08:00:00.000Z"),
            (time(0, Some(150), 0), "2026-03-29T00:00:00Z", "2026-03-29T01:00:00.000Z"),
            // 2026-03-02 is a Monday: until Friday, until Monday again.
            (time(0, nine, 0b1_0000), "2026-03-02T12:00:00Z", "2026-03-06T08:00:00.000Z"),
            (time(0, nine, 0b1), "2026-03-02T12:00:00Z", "2026-03-09T08:00:00.000Z"),
            (time(0, None, 0b10), "2026-03-02T12:00:00Z", "2026-03-02T23:00:00.000Z"),
            (time(24 * hour, None, 0b1), "2026-03-02T12:00:00Z", "2026-03-08T23:00:00.000Z"),
            (time(hour, None, 0b1), "2026-03-02T12:00:00Z", "2026-03-02T13:00:00.000Z"),
        ] {
            assert_eq!(wait_until(wait, berlin, at(now)).to_rfc3339(), expected, "{wait:?} from {now}");
        }
    }

    #[test]
    fn dates_in_traits() {
        let trigger = |offset_days, yearly| DateTrigger { path: "d".to_owned(), offset_days, minute: 9 * 60, yearly };
        let berlin = Tz::Europe__Berlin;
        for (trigger, value, after, expected) in [
            (trigger(-7, false), json!("2026-04-01"), "2026-03-01T00:00:00Z", Some("2026-03-25T08:00:00.000Z")),
            (trigger(-7, false), json!("2026-04-01"), "2026-03-25T08:00:00Z", None),
            (
                trigger(0, false),
                json!("2026-07-01T23:30:00Z"),
                "2026-03-01T00:00:00Z",
                Some("2026-07-02T07:00:00.000Z"),
            ),
            (trigger(0, true), json!("1980-05-17"), "2026-05-17T07:00:00Z", Some("2027-05-17T07:00:00.000Z")),
            (trigger(0, true), json!("2000-02-29"), "2026-01-01T00:00:00Z", Some("2026-02-28T08:00:00.000Z")),
            (trigger(0, true), json!("2000-02-29"), "2027-12-01T00:00:00Z", Some("2028-02-29T08:00:00.000Z")),
            (trigger(-3, true), json!("1980-01-02"), "2026-12-01T00:00:00Z", Some("2026-12-30T08:00:00.000Z")),
            (trigger(0, true), json!("2030-01-02"), "2026-12-01T00:00:00Z", Some("2030-01-02T08:00:00.000Z")),
            (trigger(0, false), json!("soon"), "2026-01-01T00:00:00Z", None),
            (trigger(0, false), json!(true), "2026-01-01T00:00:00Z", None),
        ] {
            let found = next_date(&trigger, &value, berlin, at(after)).map(|t| t.to_rfc3339());
            assert_eq!(found.as_deref(), expected, "{value} {trigger:?} after {after}");
        }
    }

    #[test]
    fn schedules_come_round() {
        let rule = |rule: &str| Occurrence::Rrule { rule: rule.to_owned(), start: local("2026-03-02T09:00") };
        for (occurrence, after, expected) in [
            (Occurrence::Once(local("2026-03-01T09:00")), "2026-02-01T00:00", Some("2026-03-01T09:00")),
            (Occurrence::Once(local("2026-03-01T09:00")), "2026-03-01T09:00", None),
            (Occurrence::Cron("0 9 * * 1".into()), "2026-03-02T09:00", Some("2026-03-09T09:00")),
            (Occurrence::Cron("30 8 1 * *".into()), "2026-03-02T09:00", Some("2026-04-01T08:30")),
            (rule("FREQ=WEEKLY;BYDAY=MO"), "2026-03-02T08:00", Some("2026-03-02T09:00")),
            (rule("FREQ=WEEKLY;BYDAY=MO"), "2026-03-02T09:00", Some("2026-03-09T09:00")),
            (rule("FREQ=MONTHLY;BYDAY=1MO"), "2026-03-10T09:00", Some("2026-04-06T09:00")),
            (rule("FREQ=DAILY;COUNT=2"), "2026-03-03T09:00", None),
        ] {
            let found = next_local(&occurrence, local(after)).map(|t| t.format("%Y-%m-%dT%H:%M").to_string());
            assert_eq!(found.as_deref(), expected, "{occurrence:?} after {after}");
        }
        assert!(rrule("FREQ=SOMETIMES", local("2026-03-02T09:00")).is_err());
        assert_eq!(next_local(&Occurrence::Cron("0 0 30 2 *".into()), local("2026-03-02T09:00")), None);
    }
}
