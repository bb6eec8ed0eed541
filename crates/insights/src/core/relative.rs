//! Days named from today: `-7d`, `yesterday`, `last month`. So a saved report stays about the same stretch of time.

use chrono::{Datelike, Months, NaiveDate};

use super::buckets::Unit;

/// The first and the last day of what `text` names, seen on `today`; `None` when it names nothing.
///
/// - `today`, `yesterday`
/// - `-7d`, `-2w`, `-3m`, `-1y`: the day so many days, weeks, months, years before today; a month's end stays within it
/// - `this week`, `last week`, and the same of `month`, `quarter`, `year`: weeks from Monday
#[must_use]
pub fn days(text: &str, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let text = text.trim();
    let one = |day: NaiveDate| Some((day, day));
    match text {
        "today" => return one(today),
        "yesterday" => return one(Unit::Day.shift(today, -1)),
        _ => {}
    }
    if let Some((which @ ("this" | "last"), span)) = text.split_once(' ') {
        return Span::parse(span).map(|span| span.around(today, if which == "this" { 0 } else { -1 }));
    }
    let back = text.strip_prefix('-')?;
    let (number, unit) = back.split_at(back.find(|c: char| !c.is_ascii_digit())?);
    let n: i64 = number.parse().ok().filter(|n| *n <= 100_000)?;
    match unit {
        "d" => one(Unit::Day.shift(today, -n)),
        "w" => one(Unit::Week.shift(today, -n)),
        "m" => one(Unit::Month.shift(today, -n)),
        "y" => one(Unit::Month.shift(today, -12 * n)),
        _ => None,
    }
}

/// A named stretch of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// One day.
    Day,
    /// From Monday.
    Week,
    /// A calendar month.
    Month,
    /// Three calendar months.
    Quarter,
    /// A calendar year.
    Year,
}

impl Span {
    /// The span of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Span> {
        Some(match text {
            "day" => Span::Day,
            "week" => Span::Week,
            "month" => Span::Month,
            "quarter" => Span::Quarter,
            "year" => Span::Year,
            _ => return None,
        })
    }

    /// The first and last day of the span that holds `day`, moved by `n` spans.
    #[must_use]
    pub fn around(self, day: NaiveDate, n: i64) -> (NaiveDate, NaiveDate) {
        let (unit, size) = match self {
            Span::Day => (Unit::Day, 1),
            Span::Week => (Unit::Week, 1),
            Span::Month => (Unit::Month, 1),
            Span::Quarter => (Unit::Month, 3),
            Span::Year => (Unit::Month, 12),
        };
        let floor = match size {
            1 => unit.floor(day),
            _ => Unit::Month.floor(day) - Months::new(day.month0() % size as u32),
        };
        let first = unit.shift(floor, n * size);
        (first, Unit::Day.shift(unit.shift(first, size), -1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_seen_from_today() {
        // A Thursday.
        let today: NaiveDate = "2026-12-31".parse().unwrap();
        for (text, expected) in [
            ("today", "2026-12-31 2026-12-31"),
            ("yesterday", "2026-12-30 2026-12-30"),
            ("-0d", "2026-12-31 2026-12-31"),
            ("-6d", "2026-12-25 2026-12-25"),
            ("-1w", "2026-12-24 2026-12-24"),
            ("-1m", "2026-11-30 2026-11-30"),
            ("-10m", "2026-02-28 2026-02-28"),
            ("-1y", "2025-12-31 2025-12-31"),
            ("this week", "2026-12-28 2027-01-03"),
            ("last week", "2026-12-21 2026-12-27"),
            ("this month", "2026-12-01 2026-12-31"),
            ("last month", "2026-11-01 2026-11-30"),
            ("this quarter", "2026-10-01 2026-12-31"),
            ("last quarter", "2026-07-01 2026-09-30"),
            ("last year", "2025-01-01 2025-12-31"),
        ] {
            let found = days(text, today).map(|(a, b)| format!("{a} {b}"));
            assert_eq!(found.as_deref(), Some(expected), "{text}");
        }
        for text in ["", "-", "-d", "-5", "-5x", "next week", "last fortnight", "2026-01-01", "tomorrow", "-9999999d"] {
            assert_eq!(days(text, today), None, "{text}");
        }
    }
}
