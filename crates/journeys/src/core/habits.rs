//! When a profile reacts, and how much it gets: the best hour and the pressure score. Functions of what happened, used by
//! waits here and by the gate.

use chrono::{TimeZone, Timelike};
use chrono_tz::Tz;
use rapport_domain::Timestamp;
use rapport_domain::time::{DAY_MS, HOUR_MS};
use serde::{Deserialize, Serialize};

/// Reactions of the population that weigh as much as a profile's own: with fewer of its own, the population decides.
pub const SMOOTHING: f64 = 8.0;
/// Reactions of the population before it outweighs the default of waking hours.
const PRIOR: f64 = 24.0;
/// Messages and reactions count half after this long.
pub const HALF_LIFE_MS: i64 = 7 * DAY_MS;

/// Local hours of reactions, and decaying sums of what was sent and what was reacted to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Habits {
    /// Opens and clicks by local hour; empty or 24 long. Halved when one reaches the top, so that habits may change.
    pub hours: Vec<u16>,
    /// Messages sent, each counted 2^(-age / 7 days) as of `at`.
    pub sent: f64,
    /// Reactions, counted the same.
    pub reacted: f64,
    /// As of when.
    pub at: Timestamp,
}

/// Reactions of one hour above which all are halved.
const MAX_COUNT: u16 = 1_000;

impl Habits {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hours.is_empty() && self.sent == 0.0 && self.reacted == 0.0
    }

    /// A message reached the profile.
    pub fn note_sent(&mut self, at: Timestamp) {
        self.decay(at);
        self.sent += 1.0;
    }

    /// The profile opened or clicked.
    pub fn note_reaction(&mut self, at: Timestamp, zone: Tz) {
        self.decay(at);
        self.reacted += 1.0;
        self.hours.resize(24, 0);
        let hour = local_hour(at, zone);
        self.hours[hour] += 1;
        if self.hours[hour] >= MAX_COUNT {
            self.hours.iter_mut().for_each(|h| *h /= 2);
        }
    }

    /// Takes over what an absorbed profile did.
    pub fn merge(&mut self, mut other: Habits) {
        let at = self.at.max(other.at);
        self.decay(at);
        other.decay(at);
        self.sent += other.sent;
        self.reacted += other.reacted;
        if !other.hours.is_empty() {
            self.hours.resize(24, 0);
            self.hours.iter_mut().zip(other.hours).for_each(|(a, b)| *a = a.saturating_add(b).min(MAX_COUNT));
        }
    }

    fn decay(&mut self, to: Timestamp) {
        let age = to.since_ms(self.at).max(0) as f64;
        let factor = (-age / HALF_LIFE_MS as f64).exp2();
        self.sent *= factor;
        self.reacted *= factor;
        self.at = self.at.max(to);
    }
}

/// How much the profile gets against how it reacts: messages of late (half counted after 7 days) divided by one plus its
/// reactions of late. 0 is nothing; 1 is one message without a reaction; above 3 most people have had enough.
#[must_use]
pub fn pressure(habits: &Habits, now: Timestamp) -> f64 {
    let mut as_of_now = habits.clone();
    as_of_now.decay(now);
    as_of_now.sent / (1.0 + as_of_now.reacted)
}

/// Per local hour how likely a reaction is: `(n + K·p) / (N + K)` with the profile's reactions `n` of that hour of `N`, the
/// population's share `p` of it and K = [`SMOOTHING`] (additive smoothing toward the population). `population` counts the
/// population's reactions; it is itself smoothed toward the hours from 9 to 20.
#[must_use]
pub fn hour_scores(habits: &Habits, population: &[u64; 24]) -> [f64; 24] {
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
pub fn next_best(scores: &[f64; 24], zone: Tz, now: Timestamp, within_ms: i64) -> Timestamp {
    let mut best: Option<(f64, Timestamp)> = None;
    let mut at = next_hour(now, zone);
    while at.since_ms(now) <= within_ms {
        let score = scores[local_hour(at, zone)];
        if best.is_none_or(|(b, _)| score > b) {
            best = Some((score, at));
        }
        at = next_hour(at, zone);
    }
    best.map_or_else(|| now.plus_ms(within_ms.max(1)), |(_, at)| at)
}

fn local_hour(at: Timestamp, zone: Tz) -> usize {
    zone.from_utc_datetime(&at.to_utc().naive_utc()).hour() as usize
}

/// The next instant at which a local clock shows a full hour.
fn next_hour(at: Timestamp, zone: Tz) -> Timestamp {
    let offset = rapport_domain::time::offset_ms(zone, at);
    let local = at.0 + offset;
    Timestamp(at.0 + HOUR_MS - local.rem_euclid(HOUR_MS))
}

#[cfg(test)]
mod tests {
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
    fn pressure_rises_with_messages_falls_with_time_and_reactions() {
        let mut habits = Habits::default();
        let start = at("2026-03-01T00:00:00Z");
        for _ in 0..4 {
            habits.note_sent(start);
        }
        assert!((pressure(&habits, start) - 4.0).abs() < 1e-9);
        assert!((pressure(&habits, start.plus_ms(HALF_LIFE_MS)) - 2.0).abs() < 1e-9);
        habits.note_reaction(start, Tz::UTC);
        assert!((pressure(&habits, start) - 2.0).abs() < 1e-9);
        let mut both = habits.clone();
        both.merge(habits.clone());
        assert!((both.sent - 8.0).abs() < 1e-9 && both.hours[0] == 2);
    }
}
