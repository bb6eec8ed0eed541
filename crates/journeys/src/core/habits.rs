//! When a profile reacts: its best hour, for waits and for whoever may choose when a message leaves.

use chrono_tz::Tz;
use rapport_domain::Timestamp;
use rapport_domain::hours::{HourScores, best_among, local_hour, next_hour};
use serde::{Deserialize, Serialize};

/// Reactions of the population that weigh as much as a profile's own: with fewer of its own, the population decides.
pub const SMOOTHING: f64 = 8.0;
/// Reactions of the population before it outweighs the default of waking hours.
const PRIOR: f64 = 24.0;

/// Local hours of reactions. Stored after everything else of a profile's runs: what earlier releases wrote behind the hours (sums of
/// messages and reactions) is not read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Habits {
    /// Opens and clicks by local hour; empty or 24 long. Halved when one reaches the top, so that habits may change.
    pub hours: Vec<u16>,
}

/// Reactions of one hour above which all are halved.
const MAX_COUNT: u16 = 1_000;

impl Habits {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hours.is_empty()
    }

    /// The profile opened or clicked.
    pub fn note_reaction(&mut self, at: Timestamp, zone: Tz) {
        self.hours.resize(24, 0);
        let hour = local_hour(at, zone);
        self.hours[hour] += 1;
        if self.hours[hour] >= MAX_COUNT {
            self.hours.iter_mut().for_each(|h| *h /= 2);
        }
    }

    /// Takes over what an absorbed profile did.
    pub fn merge(&mut self, other: Habits) {
        if !other.hours.is_empty() {
            self.hours.resize(24, 0);
            self.hours.iter_mut().zip(other.hours).for_each(|(a, b)| *a = a.saturating_add(b).min(MAX_COUNT));
        }
    }
}

/// Per local hour how likely a reaction is: `(n + K·p) / (N + K)` with the profile's reactions `n` of that hour of `N`, the
/// population's share `p` of it and K = [`SMOOTHING`] (additive smoothing toward the population). `population` counts the
/// population's reactions; it is itself smoothed toward the hours from 9 to 20.
#[must_use]
pub fn hour_scores(habits: &Habits, population: &[u64; 24]) -> HourScores {
    let everybody = population.iter().sum::<u64>() as f64;
    let own = habits.hours.iter().map(|n| u64::from(*n)).sum::<u64>() as f64;
    let mut scores = [0.0; 24];
    for (hour, score) in scores.iter_mut().enumerate() {
        let waking = if (9..=20).contains(&hour) { 1.0 / 12.0 } else { 0.0 };
        let share = (population[hour] as f64 + PRIOR * waking) / (everybody + PRIOR);
        let n = habits.hours.get(hour).map_or(0.0, |n| f64::from(*n));
        *score = (n + SMOOTHING * share) / (own + SMOOTHING);
    }
    scores
}

/// The hour with the highest score; of equals the earliest.
#[must_use]
pub fn best_hour(habits: &Habits, population: &[u64; 24]) -> u8 {
    let scores = hour_scores(habits, population);
    (0..24u8).rev().max_by(|a, b| scores[usize::from(*a)].total_cmp(&scores[usize::from(*b)])).unwrap_or(9)
}

/// The beginning of the best local hour after `now` within `within_ms`; of equals the first. Always later than `now`.
#[must_use]
pub fn next_best(scores: &HourScores, zone: Tz, now: Timestamp, within_ms: i64) -> Timestamp {
    let span = (next_hour(now, zone), now.plus_ms(within_ms));
    best_among(scores, zone, span, |_| true).unwrap_or_else(|| now.plus_ms(within_ms.max(1)))
}

#[cfg(test)]
mod tests {
    use rapport_domain::time::HOUR_MS;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn the_population_decides_until_a_profile_has_habits_of_its_own() {
        let mut habits = Habits::default();
        let nobody = [0; 24];
        assert_eq!(best_hour(&habits, &nobody), 9);
        let mut evening = nobody;
        evening[19] = 500;
        assert_eq!(best_hour(&habits, &evening), 19);
        for day in 1..=9 {
            habits.note_reaction(at(&format!("2026-03-0{day}T06:30:00Z")), Tz::Europe__Berlin);
        }
        assert_eq!(best_hour(&habits, &evening), 7, "07:30 in Berlin");
        assert_eq!(best_hour(&habits, &nobody), 7);
        let scores = hour_scores(&habits, &evening);
        assert!((scores.iter().sum::<f64>() - 1.0).abs() < 1e-9, "shares make one");
        assert!((scores[7] - 9.0 / 17.0).abs() < 1e-2, "(9 + 8·0) / (9 + 8)");
    }

    #[test]
    fn the_next_best_hour_is_ahead_and_within_reach() {
        let mut scores = [0.0; 24];
        (scores[9], scores[18]) = (0.5, 0.3);
        let zone = Tz::Europe__Berlin;
        for (now, within_h, expected) in [
            ("2026-03-02T06:10:00Z", 24, "2026-03-02T08:00:00.000Z"),
            ("2026-03-02T08:00:00Z", 24, "2026-03-03T08:00:00.000Z"),
            ("2026-03-02T08:30:00Z", 12, "2026-03-02T17:00:00.000Z"),
            // The night of the spring change: 09:00 is an hour earlier.
            ("2026-03-28T20:00:00Z", 24, "2026-03-29T07:00:00.000Z"),
        ] {
            let found = next_best(&scores, zone, at(now), within_h * HOUR_MS);
            assert_eq!(found.to_rfc3339(), expected, "{now}");
        }
        // A zone with a quarter of an hour: full hours by its own clock.
        let found = next_best(&[1.0; 24], Tz::Asia__Kathmandu, at("2026-03-02T06:00:00Z"), HOUR_MS);
        assert_eq!(found.to_rfc3339(), "2026-03-02T06:15:00.000Z");
    }

    #[test]
    fn what_absorbed_profiles_did_counts_too() {
        let mut habits = Habits::default();
        habits.note_reaction(at("2026-03-01T00:00:00Z"), Tz::UTC);
        let mut both = Habits::default();
        assert!(both.is_empty());
        both.merge(habits.clone());
        both.merge(habits);
        assert_eq!(both.hours[0], 2);
    }

    #[test]
    fn hours_of_earlier_releases_are_read() {
        #[derive(Serialize)]
        struct Earlier {
            hours: Vec<u16>,
            sent: f64,
            reacted: f64,
            at: Timestamp,
        }
        let earlier = Earlier { hours: vec![7; 24], sent: 1.5, reacted: 0.5, at: Timestamp(9) };
        let read: Habits = postcard::from_bytes(&postcard::to_stdvec(&earlier).unwrap()).unwrap();
        assert_eq!(read, Habits { hours: vec![7; 24] });
    }
}
