//! What requests have in common: periods, zones, names, filters, and their limits.

use chrono::{Days as Plus, NaiveDate, TimeZone};
use rapport_domain::time::{self, DAY_MS, local_to_instant};
use rapport_domain::{Problem, Timestamp};
use rapport_lake::Snapshot;
use rapport_rules::{Predicate, parse_predicate};

/// The most steps of a funnel.
pub const MAX_FUNNEL_STEPS: usize = crate::core::chain::MAX_STEPS;
/// The longest conversion window: a year.
pub const MAX_WINDOW_MS: i64 = 366 * DAY_MS;
/// The most days of a report: ten years.
pub const MAX_DAYS: i64 = 3_660;
/// The most values a breakdown shows.
pub const MAX_TOP: usize = 50;
/// The most profiles on one page.
pub const MAX_PAGE: usize = 1_000;
/// Days of a report that names no beginning.
const DEFAULT_DAYS: u64 = 30;
/// From this likeness on an unknown name is taken for a slip of a known one.
const LIKENESS: f64 = 0.8;

/// A period: instants, and the calendar days they touch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Period {
    pub(crate) zone: chrono_tz::Tz,
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    pub(crate) first_day: NaiveDate,
    pub(crate) last_day: NaiveDate,
}

/// Reads a request's period. A date is a day of the zone (`to` includes it); anything else is an instant (`to` excludes
/// it). Without `to` it ends now, without `from` it has 30 days.
pub(crate) fn period(
    from: Option<&str>,
    to: Option<&str>,
    zone: Option<&str>,
    now: Timestamp,
    problems: &mut Vec<Problem>,
) -> Option<Period> {
    let name = zone.unwrap_or("UTC");
    let Some(tz) = time::zone(name) else {
        let known = chrono_tz::TZ_VARIANTS.iter().map(|z| z.name());
        let problem =
            Problem::new("zone", format!("unknown time zone {name:?}, expected an IANA name such as Europe/Berlin"));
        problems.push(problem.with_suggestion(nearest(name, known, 0.6)));
        return None;
    };
    let end = match to {
        None => Some((now, local_date(tz, now.plus_ms(-1)))),
        Some(text) => match text.parse::<NaiveDate>() {
            Ok(day) => day.checked_add_days(Plus::new(1)).map(|next| (day_start(tz, next), day)),
            Err(_) => Timestamp::parse(text).map(|ts| (ts, local_date(tz, ts.plus_ms(-1)))),
        },
    };
    let begin = match (from, end) {
        (None, Some((_, last))) => {
            last.checked_sub_days(Plus::new(DEFAULT_DAYS - 1)).map(|day| (day_start(tz, day), day))
        }
        (None, None) => Some((now, local_date(tz, now))),
        (Some(text), _) => match text.parse::<NaiveDate>() {
            Ok(day) => Some((day_start(tz, day), day)),
            Err(_) => Timestamp::parse(text).map(|ts| (ts, local_date(tz, ts))),
        },
    };
    for (at, bound) in [("from", begin), ("to", end)] {
        if bound.is_none() {
            problems
                .push(Problem::new(at, "expected a date such as 2026-01-31 or a time such as 2026-01-31T08:00:00Z"));
        }
    }
    let ((from, first_day), (to, last_day)) = begin.zip(end)?;
    let days = (last_day - first_day).num_days() + 1;
    if from >= to {
        problems.push(Problem::new("to", format!("must be after from ({from})")));
    } else if days > MAX_DAYS {
        problems.push(Problem::new("from", format!("the period has {days} days, at most {MAX_DAYS} are possible")));
    } else {
        return Some(Period { zone: tz, from, to, first_day, last_day });
    }
    None
}

fn day_start(tz: chrono_tz::Tz, day: NaiveDate) -> Timestamp {
    local_to_instant(tz, day.and_time(chrono::NaiveTime::MIN))
}

fn local_date(tz: chrono_tz::Tz, ts: Timestamp) -> NaiveDate {
    tz.from_utc_datetime(&ts.to_utc().naive_utc()).date_naive()
}

/// Reads a filter; its faults are reported at `at`.
pub(crate) fn filter(text: Option<&str>, at: &str, problems: &mut Vec<Problem>) -> Option<Predicate> {
    let text = text.map(str::trim).filter(|t| !t.is_empty())?;
    match parse_predicate(text) {
        Ok(predicate) => Some(predicate),
        Err(faults) => {
            problems.extend(faults.into_iter().map(|p| Problem { at: format!("{at} {}", p.at), ..p }));
            None
        }
    }
}

/// Checks an event name against those seen. A likely slip is a problem; a name like no other only warns, since the event
/// may just not have happened yet.
pub(crate) fn event_name(
    name: &str,
    at: &str,
    known: &[(String, u64)],
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<String>,
) {
    if name.trim().is_empty() {
        problems.push(Problem::new(at, "expected an event name"));
        return;
    }
    if known.iter().any(|(k, _)| k == name) {
        return;
    }
    let text = format!("no event named {name:?} was seen");
    match nearest(name, known.iter().map(|(k, _)| k.as_str()), LIKENESS) {
        Some(like) => problems.push(Problem::new(at, text).with_suggestion(Some(like))),
        None => warnings.push(text),
    }
}

/// The names and counts of a snapshot's events.
pub(crate) fn known_events(snapshot: &Snapshot) -> Vec<(String, u64)> {
    snapshot.event_names()
}

fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>, least: f64) -> Option<String> {
    let wanted = name.to_lowercase();
    known
        .map(|k| (strsim::normalized_damerau_levenshtein(&wanted, &k.to_lowercase()), k))
        .filter(|(likeness, _)| *likeness >= least)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, k)| k.to_owned())
}

/// A share in percent; 0 of nothing.
pub(crate) fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_days_of_the_zone_or_instants() {
        let now = Timestamp::parse("2026-11-21T23:30:00Z").unwrap();
        let read = |from: Option<&str>, to: Option<&str>, zone: Option<&str>| {
            let mut problems = Vec::new();
            let found = period(from, to, zone, now, &mut problems);
            let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
            (
                found.map(|p| format!("{} {} {} {}", p.from, p.to, p.first_day, p.last_day)).unwrap_or_default(),
                text.join("; "),
            )
        };
        for (from, to, zone, expected) in [
            (None, None, None, "2026-10-23T00:00:00.000Z 2026-11-21T23:30:00.000Z 2026-10-23 2026-11-21"),
            (
                None,
                None,
                Some("Europe/Berlin"),
                "2026-10-23T22:00:00.000Z 2026-11-21T23:30:00.000Z 2026-10-24 2026-11-22",
            ),
            (
                Some("2026-03-29"),
                Some("2026-03-29"),
                Some("Europe/Berlin"),
                "2026-03-28T23:00:00.000Z 2026-03-29T22:00:00.000Z 2026-03-29 2026-03-29",
            ),
            (
                Some("2026-01-01T10:00:00Z"),
                Some("2026-01-02T00:00:00Z"),
                None,
                "2026-01-01T10:00:00.000Z 2026-01-02T00:00:00.000Z 2026-01-01 2026-01-01",
            ),
        ] {
            assert_eq!(read(from, to, zone), (expected.to_owned(), String::new()));
        }
        for (from, to, zone, expected) in [
            (Some("2026-02-02"), Some("2026-02-01"), None, "to: must be after from (2026-02-02T00:00:00.000Z)"),
            (
                Some("last week"),
                None,
                None,
                "from: expected a date such as 2026-01-31 or a time such as 2026-01-31T08:00:00Z",
            ),
            (
                None,
                None,
                Some("Europe/Berlyn"),
                "zone: unknown time zone \"Europe/Berlyn\", expected an IANA name such as Europe/Berlin (did you mean \"Europe/Berlin\"?)",
            ),
            (Some("1990-01-01"), None, None, "from: the period has 13474 days, at most 3660 are possible"),
        ] {
            assert_eq!(read(from, to, zone), (String::new(), expected.to_owned()));
        }
    }
}
