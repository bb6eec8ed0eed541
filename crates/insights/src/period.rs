//! The period of a report.

use chrono::NaiveDate;
use rapport_domain::{Problem, Timestamp, kinds, time};

use crate::core::buckets::{Buckets, Unit, day_start, local_date};
use crate::core::relative;
use crate::request::{MAX_BUCKETS, MAX_DAYS, Scope};

/// A period: instants, and the calendar days they touch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Period {
    pub(crate) zone: chrono_tz::Tz,
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    pub(crate) first_day: NaiveDate,
    pub(crate) last_day: NaiveDate,
}

/// Buckets of a period that names no beginning.
fn default_buckets(unit: Unit) -> i64 {
    match unit {
        Unit::Hour => 2,
        Unit::Day => 30,
        Unit::Week | Unit::Month => 12,
    }
}

fn too_many(unit: Unit) -> Problem {
    let what = format!("{}s", unit.as_str());
    Problem::of("from", kinds::TOO_MANY_BUCKETS, &[("max", &MAX_BUCKETS), ("what", &what)])
}

impl Period {
    /// Reads a request's period. A date is a day of the zone (`to` includes it), and so is one named from today
    /// ([`relative::days`]); anything else is an instant (`to` excludes it). Without `to` it ends now, without `from` it has 30 days (2 of hours, 12 weeks, 12 months).
    pub(crate) fn read(scope: Scope<'_>, unit: Unit, now: Timestamp, problems: &mut Vec<Problem>) -> Option<Period> {
        let name = scope.zone.unwrap_or("UTC");
        let Some(zone) = time::zone(name) else {
            let known = chrono_tz::TZ_VARIANTS.iter().map(|z| z.name());
            let problem = Problem::of("zone", kinds::UNKNOWN_ZONE, &[("zone", &name)]);
            problems.push(problem.with_suggestion(crate::ask::nearest(name, known, 0.6)));
            return None;
        };
        let today = local_date(zone, now);
        let day =
            |text: &str| text.parse::<NaiveDate>().ok().map(|day| (day, day)).or_else(|| relative::days(text, today));
        let end = match scope.to {
            None => Some((now, local_date(zone, now.plus_ms(-1)))),
            Some(text) => match day(text) {
                Some((_, last)) => Some((day_start(zone, Unit::Day.shift(last, 1)), last)),
                None => Timestamp::parse(text).map(|ts| (ts, local_date(zone, ts.plus_ms(-1)))),
            },
        };
        let begin = match (scope.from, end) {
            (None, Some((_, last))) => {
                let day = unit.shift(unit.floor(last), 1 - default_buckets(unit));
                Some((day_start(zone, day), day))
            }
            (None, None) => Some((now, local_date(zone, now))),
            (Some(text), _) => match day(text) {
                Some((first, _)) => Some((day_start(zone, first), first)),
                None => Timestamp::parse(text).map(|ts| (ts, local_date(zone, ts))),
            },
        };
        for (at, bound) in [("from", begin), ("to", end)] {
            if bound.is_none() {
                problems.push(Problem::of(at, kinds::NOT_A_BOUND, &[]));
            }
        }
        let ((from, first_day), (to, last_day)) = begin.zip(end)?;
        let days = (last_day - first_day).num_days() + 1;
        if from >= to {
            problems.push(Problem::of("to", kinds::NOT_AFTER, &[("at", &"from"), ("found", &from)]));
        } else if days > MAX_DAYS {
            problems.push(Problem::of("from", kinds::PERIOD_TOO_LONG, &[("days", &days), ("max", &MAX_DAYS)]));
        } else {
            return Some(Period { zone, from, to, first_day, last_day });
        }
        None
    }

    /// The buckets that the period touches.
    pub(crate) fn buckets(&self, unit: Unit, problems: &mut Vec<Problem>) -> Buckets {
        let all = Buckets::new(self.zone, unit, self.first_day, self.last_day, MAX_BUCKETS + 24);
        let buckets = all.within(self.from, self.to);
        if buckets.len() > MAX_BUCKETS {
            problems.push(too_many(unit));
        }
        buckets
    }

    /// Whole buckets: those that the period touches, and `lead` before them.
    pub(crate) fn whole_buckets(&self, unit: Unit, lead: usize, problems: &mut Vec<Problem>) -> Buckets {
        let first = unit.shift(unit.floor(self.first_day), -(lead as i64));
        let buckets = Buckets::new(self.zone, unit, first, self.last_day, MAX_BUCKETS);
        if unit == Unit::Hour {
            problems.push(Problem::of(
                "unit",
                kinds::NOT_ONE_OF,
                &[("known", &"day, week, month"), ("found", &"hour")],
            ));
        } else if buckets.len() > MAX_BUCKETS {
            problems.push(too_many(unit));
        }
        buckets
    }

    /// The period as many units before, by the calendar: where this one ends inside a bucket, so does that one.
    pub(crate) fn previous(&self, unit: Unit, buckets: usize) -> Period {
        let n = i64::try_from(buckets).unwrap_or(i64::MAX);
        if unit == Unit::Hour {
            let back = self.from.0 - self.to.0;
            let (from, to) = (self.from.plus_ms(back), self.from);
            let (first_day, last_day) = (local_date(self.zone, from), local_date(self.zone, to.plus_ms(-1)));
            return Period { from, to, first_day, last_day, ..*self };
        }
        let moved = |ts: Timestamp| {
            let local = ts.plus_ms(time::offset_ms(self.zone, ts)).to_utc().naive_utc();
            time::local_to_instant(self.zone, unit.shift(local.date(), -n).and_time(local.time()))
        };
        let (from, to) = (moved(self.from), moved(self.to));
        let (first_day, last_day) = (local_date(self.zone, from), local_date(self.zone, to.plus_ms(-1)));
        Period { from, to, first_day, last_day, ..*self }
    }

    pub(crate) fn range(&self) -> (Timestamp, Timestamp) {
        (self.from, self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(from: Option<&str>, to: Option<&str>, zone: Option<&str>, unit: Unit) -> Result<Period, String> {
        let now = Timestamp::parse("2026-11-21T23:30:00Z").unwrap();
        let mut problems = Vec::new();
        let found = Period::read(Scope { from, to, zone, ..Scope::default() }, unit, now, &mut problems);
        found.ok_or_else(|| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    }

    #[test]
    fn periods_are_days_of_the_zone_or_instants() {
        let berlin = Some("Europe/Berlin");
        for (from, to, zone, unit, expected) in [
            (None, None, None, Unit::Day, "2026-10-23T00:00:00.000Z 2026-11-21T23:30:00.000Z 2026-10-23 2026-11-21"),
            (None, None, berlin, Unit::Day, "2026-10-23T22:00:00.000Z 2026-11-21T23:30:00.000Z 2026-10-24 2026-11-22"),
            (None, None, None, Unit::Month, "2025-12-01T00:00:00.000Z 2026-11-21T23:30:00.000Z 2025-12-01 2026-11-21"),
            (
                Some("2026-03-29"),
                Some("2026-03-29"),
                berlin,
                Unit::Day,
                "2026-03-28T23:00:00.000Z 2026-03-29T22:00:00.000Z 2026-03-29 2026-03-29",
            ),
            (
                Some("-1w"),
                Some("yesterday"),
                None,
                Unit::Day,
                "2026-11-14T00:00:00.000Z 2026-11-21T00:00:00.000Z 2026-11-14 2026-11-20",
            ),
            (
                Some("last month"),
                Some("last month"),
                berlin,
                Unit::Month,
                "2026-09-30T22:00:00.000Z 2026-10-31T23:00:00.000Z 2026-10-01 2026-10-31",
            ),
            (
                Some("2026-01-01T10:00:00Z"),
                Some("2026-01-02T00:00:00Z"),
                None,
                Unit::Day,
                "2026-01-01T10:00:00.000Z 2026-01-02T00:00:00.000Z 2026-01-01 2026-01-01",
            ),
        ] {
            let p = read(from, to, zone, unit).unwrap();
            assert_eq!(format!("{} {} {} {}", p.from, p.to, p.first_day, p.last_day), expected);
        }
    }

    #[test]
    fn faults_name_what_was_expected() {
        for (from, to, zone, expected) in [
            (Some("2026-02-02"), Some("2026-02-01"), None, "to: must be after from (2026-02-02T00:00:00.000Z)"),
            (
                Some("next week"),
                None,
                None,
                "from: expected a date such as 2026-01-31, a time such as 2026-01-31T08:00:00Z, or -7d, yesterday, last month",
            ),
            (
                None,
                None,
                Some("Europe/Berlyn"),
                "zone: unknown time zone \"Europe/Berlyn\", expected an IANA name such as Europe/Berlin (did you mean \"Europe/Berlin\"?)",
            ),
            (Some("1990-01-01"), None, None, "from: the period has 13474 days, at most 3660 are possible"),
        ] {
            assert_eq!(read(from, to, zone, Unit::Day).unwrap_err(), expected);
        }
        let long = read(Some("2026-01-01"), Some("2026-10-01"), None, Unit::Day).unwrap();
        let mut problems = Vec::new();
        long.buckets(Unit::Hour, &mut problems);
        assert_eq!(problems[0].message, "the period has more than 3660 hours; take a larger unit");
    }

    #[test]
    fn the_period_before_follows_the_calendar() {
        for (from, to, unit, n, expected) in [
            ("2026-03-30", "2026-03-31", Unit::Day, 2, "2026-03-27T23:00:00.000Z 2026-03-29T22:00:00.000Z"),
            ("2026-03-01", "2026-03-31", Unit::Month, 1, "2026-01-31T23:00:00.000Z 2026-02-28T23:00:00.000Z"),
            ("2026-11-16", "2026-11-19T12:00:00Z", Unit::Week, 1, "2026-11-08T23:00:00.000Z 2026-11-12T12:00:00.000Z"),
            ("2026-11-16", "2026-11-16", Unit::Hour, 24, "2026-11-14T23:00:00.000Z 2026-11-15T23:00:00.000Z"),
        ] {
            let p = read(Some(from), Some(to), Some("Europe/Berlin"), unit).unwrap().previous(unit, n);
            assert_eq!(format!("{} {}", p.from, p.to), expected, "{from} {to}");
        }
    }
}
