//! Hours of a customer's day, by their own clock: which of those ahead is the best.

use chrono::{TimeZone, Timelike};
use chrono_tz::Tz;

use crate::Timestamp;
use crate::time::{HOUR_MS, offset_ms};

/// How likely a customer reacts, by local hour from 0 to 23.
pub type HourScores = [f64; 24];

/// The local hour of an instant, 0 to 23.
#[must_use]
pub fn local_hour(at: Timestamp, zone: Tz) -> usize {
    zone.from_utc_datetime(&at.to_utc().naive_utc()).hour() as usize
}

/// The next instant at which a local clock shows a full hour.
#[must_use]
pub fn next_hour(at: Timestamp, zone: Tz) -> Timestamp {
    let local = at.0 + offset_ms(zone, at);
    Timestamp(at.0 + HOUR_MS - local.rem_euclid(HOUR_MS))
}

/// Of `from` and the full local hours after it, until `until` inclusive, the one with the highest score among those that are
/// `allowed`; of equals the first. `None` when none is allowed. Looks at a week at most.
#[must_use]
pub fn best_among(
    scores: &HourScores,
    zone: Tz,
    (from, until): (Timestamp, Timestamp),
    allowed: impl Fn(Timestamp) -> bool,
) -> Option<Timestamp> {
    const MAX_HOURS: usize = 7 * 24 + 2;
    let hours = std::iter::successors(Some(from), |at| Some(next_hour(*at, zone)));
    let mut best: Option<(f64, Timestamp)> = None;
    for at in hours.take(MAX_HOURS).take_while(|at| *at <= until).filter(|at| allowed(*at)) {
        let score = scores[local_hour(at, zone)];
        if best.is_none_or(|(b, _)| score > b) {
            best = Some((score, at));
        }
    }
    best.map(|(_, at)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn the_best_of_the_hours_that_are_allowed() {
        let mut scores = [0.0; 24];
        (scores[8], scores[9], scores[18]) = (0.1, 0.5, 0.3);
        let best = |from, until, not_at: &str| {
            let span = (at(from), at(until));
            best_among(&scores, Tz::Europe__Berlin, span, |t| t != at(not_at)).map(Timestamp::to_rfc3339)
        };
        let never = "2020-01-01T00:00:00Z";
        // Half past eight in Berlin, until nine in the evening.
        let day = ("2026-03-02T07:30:00Z", "2026-03-02T20:00:00Z");
        assert_eq!(best(day.0, day.1, never).as_deref(), Some("2026-03-02T08:00:00.000Z"));
        assert_eq!(best(day.0, day.1, "2026-03-02T08:00:00Z").as_deref(), Some("2026-03-02T17:00:00.000Z"));
        assert_eq!(best(day.0, "2026-03-02T07:45:00Z", never).as_deref(), Some("2026-03-02T07:30:00.000Z"), "at once");
        assert_eq!(best(day.0, "2026-03-02T07:45:00Z", day.0), None);
        // The night of the spring change: 09:00 is an hour earlier.
        let night = best("2026-03-28T20:00:00Z", "2026-03-29T20:00:00Z", never);
        assert_eq!(night.as_deref(), Some("2026-03-29T07:00:00.000Z"));
    }
}
