//! Numbers that a few odd values do not move: median, spread, and whether a value is out of the ordinary.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Past values needed before a new one can be called odd.
pub const ENOUGH: usize = 4;
/// From this many robust standard deviations on a value is odd (Iglewicz & Hoaglin 1993).
pub const SENSITIVITY: f64 = 3.5;

/// The median; of an even number the mean of the two middle ones.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        n if n % 2 == 1 => Some(sorted[middle]),
        _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
    }
}

/// A value against what was usual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Oddity {
    /// The median of the past values.
    pub expected: f64,
    /// The lowest value that is not odd.
    pub low: f64,
    /// The highest value that is not odd.
    pub high: f64,
    /// How many robust standard deviations the value is from the median; negative below it. 0 when past values were all
    /// the same and this one is too.
    pub score: f64,
    /// Of how many past values.
    pub weeks: usize,
    /// Whether it is out of the ordinary.
    pub odd: bool,
}

/// Compares `value` with `past` ones of the same weekday. The modified z-score of Iglewicz & Hoaglin (1993): its distance
/// from the median in units of 1.4826 · MAD (the median of the distances from the median); where more than half of the
/// past values are equal, so that MAD is 0, of 1.2533 · their mean distance. When all are equal, a value is odd that
/// differs from them by more than a tenth. `None` with fewer than [`ENOUGH`] past values.
#[must_use]
pub fn oddity(value: f64, past: &[f64], sensitivity: f64) -> Option<Oddity> {
    if past.len() < ENOUGH {
        return None;
    }
    let expected = median(past)?;
    let distances: Vec<f64> = past.iter().map(|v| (v - expected).abs()).collect();
    let mad = median(&distances)?;
    let mean = distances.iter().sum::<f64>() / distances.len() as f64;
    let unit = if mad > 0.0 { 1.482_602 * mad } else { 1.253_314 * mean };
    // All equal: a tenth of the usual value stands for the whole allowed distance.
    let unit = if unit > 0.0 { unit } else { expected.abs() / 10.0 / sensitivity };
    let distance = value - expected;
    let score = if distance == 0.0 { 0.0 } else { distance / unit.max(f64::MIN_POSITIVE) };
    let score = score.clamp(-1e6, 1e6);
    let room = sensitivity * unit;
    let odd = score.abs() > sensitivity;
    Some(Oddity { expected, low: expected - room, high: expected + room, score, weeks: past.len(), odd })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }

    #[test]
    fn odd_values() {
        // Median 100, distances 10 10 0 0 20 20 → sorted 0 0 10 10 20 20, MAD 10, a unit is 14.826.
        let past = [90.0, 110.0, 100.0, 100.0, 80.0, 120.0];
        for (value, odd) in [(100.0, false), (150.0, false), (152.0, true), (48.0, true), (49.0, false)] {
            let found = oddity(value, &past, SENSITIVITY).unwrap();
            assert_eq!(found.odd, odd, "{value}: {found:?}");
            assert_eq!((found.expected, found.weeks), (100.0, 6));
        }
        let found = oddity(150.0, &past, SENSITIVITY).unwrap();
        assert!((found.score - 3.3725).abs() < 1e-3 && (found.high - 151.891).abs() < 1e-3, "{found:?}");
        // One outlier among equal values: MAD is 0, the mean distance 2 decides.
        let found = oddity(9.0, &[10.0, 10.0, 10.0, 10.0, 20.0], SENSITIVITY).unwrap();
        assert!((found.score - -1.0 / (1.253_314 * 2.0)).abs() < 1e-9 && !found.odd, "{found:?}");
        // All equal: a tenth is allowed.
        for (value, odd) in [(10.0, false), (10.9, false), (11.1, true), (0.0, true)] {
            assert_eq!(oddity(value, &[10.0; 4], SENSITIVITY).unwrap().odd, odd, "{value}");
        }
        assert!(oddity(1.0, &[0.0; 4], SENSITIVITY).unwrap().odd, "something where there never was anything");
        assert!(!oddity(0.0, &[0.0; 4], SENSITIVITY).unwrap().odd);
        assert_eq!(oddity(1.0, &[1.0; 3], SENSITIVITY), None, "three weeks are too few");
    }
}
