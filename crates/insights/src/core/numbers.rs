//! Numbers added up in any order with one answer: sum, extremes, quantiles.

use std::collections::HashMap;

use rapport_domain::event::Scalar;

/// Different values that one set of quantiles tells apart; beyond, values are rounded to [`DIGITS`] digits.
const MAX_DISTINCT: usize = 50_000;
/// Significant digits of rounded values.
pub const DIGITS: i32 = 4;
/// The largest magnitude a number may have; beyond it is this.
const MAX_NUMBER: f64 = 9e12;

/// The number a value is or, as text, spells.
#[must_use]
pub fn number(scalar: &Scalar<'_>) -> Option<f64> {
    let number = match scalar {
        Scalar::Number(n) => *n,
        Scalar::Text(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    number.is_finite().then(|| number.clamp(-MAX_NUMBER, MAX_NUMBER))
}

/// A number in millionths, so that sums do not depend on order.
#[must_use]
pub fn millionths(number: f64) -> i64 {
    (number * 1e6).round() as i64
}

/// Some numbers, added up.
#[derive(Clone, Debug, Default)]
pub struct Numbers {
    n: u64,
    sum: i128,
    min: Option<f64>,
    max: Option<f64>,
    /// How often each value came, when quantiles are wanted.
    counts: HashMap<u64, u64>,
    rounded: bool,
}

impl Numbers {
    /// Adds a number; `spread` says whether quantiles are wanted.
    pub fn add(&mut self, number: f64, spread: bool) {
        self.n += 1;
        self.sum += i128::from(millionths(number));
        self.min = Some(self.min.map_or(number, |m| m.min(number)));
        self.max = Some(self.max.map_or(number, |m| m.max(number)));
        if spread {
            self.count(number, 1);
        }
    }

    fn count(&mut self, number: f64, n: u64) {
        // -0 and 0 are one value.
        let number = if self.rounded { rounded(number) } else { number + 0.0 };
        *self.counts.entry(number.to_bits()).or_default() += n;
        if !self.rounded && self.counts.len() > MAX_DISTINCT {
            self.round();
        }
    }

    fn round(&mut self) {
        self.rounded = true;
        for (bits, n) in std::mem::take(&mut self.counts) {
            *self.counts.entry(rounded(f64::from_bits(bits)).to_bits()).or_default() += n;
        }
    }

    /// Adds another set.
    pub fn merge(&mut self, from: Numbers) {
        self.n += from.n;
        self.sum += from.sum;
        let pick = |a: Option<f64>, b: Option<f64>, least: fn(f64, f64) -> f64| match (a, b) {
            (Some(a), Some(b)) => Some(least(a, b)),
            (a, b) => a.or(b),
        };
        self.min = pick(self.min, from.min, f64::min);
        self.max = pick(self.max, from.max, f64::max);
        if from.rounded && !self.rounded {
            self.round();
        }
        for (bits, n) in from.counts {
            self.count(f64::from_bits(bits), n);
        }
    }

    /// How many.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Their sum, to six decimals.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.sum as f64 / 1e6
    }

    /// Their mean; none of nothing.
    #[must_use]
    pub fn average(&self) -> Option<f64> {
        (self.n > 0).then(|| self.sum as f64 / 1e6 / self.n as f64)
    }

    /// The smallest.
    #[must_use]
    pub fn min(&self) -> Option<f64> {
        self.min
    }

    /// The largest.
    #[must_use]
    pub fn max(&self) -> Option<f64> {
        self.max
    }

    /// Whether quantiles were rounded to [`DIGITS`] digits.
    #[must_use]
    pub fn is_rounded(&self) -> bool {
        self.rounded
    }

    /// The value below which the share `q` (0 to 1) lies, between two values in proportion (as `quantile_cont` of SQL).
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let total: u64 = self.counts.values().sum();
        let last = total.checked_sub(1)?;
        let mut sorted: Vec<(f64, u64)> = self.counts.iter().map(|(bits, n)| (f64::from_bits(*bits), *n)).collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let place = q * last as f64;
        let (below, above) = (at(&sorted, place.floor() as u64), at(&sorted, place.ceil() as u64));
        Some(below + (above - below) * place.fract())
    }
}

fn at(sorted: &[(f64, u64)], place: u64) -> f64 {
    let mut passed = 0;
    for (value, n) in sorted {
        passed += n;
        if place < passed {
            return *value;
        }
    }
    sorted.last().map_or(0.0, |v| v.0)
}

fn rounded(number: f64) -> f64 {
    if number == 0.0 {
        return 0.0;
    }
    let scale = 10f64.powi(DIGITS - 1 - number.abs().log10().floor() as i32);
    (number * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_values() {
        let of = |values: &[f64], q: f64| {
            let mut numbers = Numbers::default();
            values.iter().for_each(|v| numbers.add(*v, true));
            numbers.quantile(q)
        };
        assert_eq!(of(&[], 0.5), None);
        assert_eq!(of(&[4.0], 0.9), Some(4.0));
        assert_eq!(of(&[1.0, 2.0, 10.0, 3.0], 0.5), Some(2.5));
        assert_eq!(of(&[0.0, 10.0], 0.9), Some(9.0));
        assert_eq!(of(&[1.0, 1.0, 1.0, 5.0], 0.5), Some(1.0));
    }

    #[test]
    fn halves_add_up_to_the_whole() {
        let (mut whole, mut left, mut right) = (Numbers::default(), Numbers::default(), Numbers::default());
        for i in 0..200_000u32 {
            let value = f64::from(i * 7_919 % 200_003) / 100.0;
            whole.add(value, true);
            if i % 3 == 0 { left.add(value, true) } else { right.add(value, true) }
        }
        left.merge(right);
        assert!(whole.is_rounded() && left.is_rounded());
        assert_eq!((whole.n(), whole.sum(), whole.min(), whole.max()), (left.n(), left.sum(), left.min(), left.max()));
        let (a, b) = (whole.quantile(0.5).unwrap(), left.quantile(0.5).unwrap());
        assert_eq!(a, b);
        assert!((a - 1_000.0).abs() < 1.0, "{a}");
    }

    #[test]
    fn texts_that_spell_numbers_count() {
        assert_eq!(number(&Scalar::Text(" 4.5 ".into())), Some(4.5));
        assert_eq!((number(&Scalar::Text("four".into())), number(&Scalar::Bool(true))), (None, None));
        assert_eq!(number(&Scalar::Number(f64::NAN)), None);
    }
}
