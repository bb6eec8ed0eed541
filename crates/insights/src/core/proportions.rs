//! Shares and means of two groups, and how sure their difference is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::special::{chi_squared_above, normal_quantile, t_quantile};

/// A number with its confidence interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Estimate {
    /// Times a factor of at least 0.
    #[must_use]
    pub fn times(self, factor: f64) -> Estimate {
        Estimate { value: self.value * factor, low: self.low * factor, high: self.high * factor }
    }

    /// Whether the interval lies on one side of `point`.
    #[must_use]
    pub fn excludes(self, point: f64) -> bool {
        self.low > point || self.high < point
    }
}

/// Some of many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// How many have it.
    pub some: u64,
    /// Of how many.
    pub of: u64,
}

impl Share {
    fn p(self) -> f64 {
        if self.of == 0 { 0.0 } else { self.some as f64 / self.of as f64 }
    }

    /// The share with Wilson's score interval (Wilson 1927); 0 to 1 of nobody.
    #[must_use]
    pub fn wilson(self, confidence: f64) -> Estimate {
        if self.of == 0 {
            return Estimate { value: 0.0, low: 0.0, high: 1.0 };
        }
        let (n, p, z) = (self.of as f64, self.p(), two_sided(confidence));
        let centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
        let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        // At the ends the formula is exact but for rounding.
        let low = if self.some == 0 { 0.0 } else { (centre - half).max(0.0) };
        let high = if self.some == self.of { 1.0 } else { (centre + half).min(1.0) };
        Estimate { value: p, low, high }
    }
}

/// How many standard errors a two-sided interval reaches.
#[must_use]
pub fn two_sided(confidence: f64) -> f64 {
    normal_quantile(0.5 + confidence / 2.0)
}

/// The difference of two shares `a - b` with Newcombe's hybrid score interval (Newcombe 1998, method 10): Wilson's
/// intervals of both, so that it holds for small groups and shares near 0 too.
#[must_use]
pub fn difference(a: Share, b: Share, confidence: f64) -> Estimate {
    let (first, second) = (a.wilson(confidence), b.wilson(confidence));
    let value = first.value - second.value;
    let low = value - (first.value - first.low).hypot(second.high - second.value);
    let high = value + (first.high - first.value).hypot(second.value - second.low);
    Estimate { value, low: low.max(-1.0), high: high.min(1.0) }
}

/// How many times the share of `b` that of `a` is, with the interval of its logarithm (Katz et al. 1978). Where one group
/// has no case, half a case is added to both, as for odds. `None` of nobody.
#[must_use]
pub fn ratio(a: Share, b: Share, confidence: f64) -> Option<Estimate> {
    if a.of == 0 || b.of == 0 {
        return None;
    }
    let add = if a.some == 0 || b.some == 0 { 0.5 } else { 0.0 };
    let (x, n) = (a.some as f64 + add, a.of as f64 + add);
    let (y, m) = (b.some as f64 + add, b.of as f64 + add);
    let log = (x / n / (y / m)).ln();
    let reach = two_sided(confidence) * (1.0 / x - 1.0 / n + 1.0 / y - 1.0 / m).max(0.0).sqrt();
    Some(Estimate { value: log.exp(), low: (log - reach).exp(), high: (log + reach).exp() })
}

/// Numbers of a group, summed up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    /// How many.
    pub n: u64,
    /// Their mean.
    pub mean: f64,
    /// The sum of the squares of their distances from it.
    squares: f64,
}

impl Moments {
    /// One more (Welford 1962).
    pub fn add(&mut self, value: f64) {
        self.n += 1;
        let distance = value - self.mean;
        self.mean += distance / self.n as f64;
        self.squares += distance * (value - self.mean);
    }

    /// Those of another group too (Chan et al. 1979).
    pub fn merge(&mut self, other: Moments) {
        if other.n == 0 {
            return;
        }
        let (n, m) = (self.n as f64, other.n as f64);
        let distance = other.mean - self.mean;
        self.squares += other.squares + distance * distance * n * m / (n + m);
        self.mean += distance * m / (n + m);
        self.n += other.n;
    }

    /// The variance of a sample; 0 of fewer than two.
    #[must_use]
    pub fn variance(&self) -> f64 {
        if self.n < 2 { 0.0 } else { self.squares / (self.n - 1) as f64 }
    }
}

/// The difference of two means `a - b` with Welch's interval (Welch 1947), which does not suppose equal variances. `None`
/// with fewer than two in a group.
#[must_use]
pub fn mean_difference(a: &Moments, b: &Moments, confidence: f64) -> Option<Estimate> {
    if a.n < 2 || b.n < 2 {
        return None;
    }
    let (va, vb) = (a.variance() / a.n as f64, b.variance() / b.n as f64);
    let value = a.mean - b.mean;
    if va + vb == 0.0 {
        return Some(Estimate { value, low: value, high: value });
    }
    let df = (va + vb).powi(2) / (va * va / (a.n - 1) as f64 + vb * vb / (b.n - 1) as f64);
    let reach = t_quantile(0.5 + confidence / 2.0, df) * (va + vb).sqrt();
    Some(Estimate { value, low: value - reach, high: value + reach })
}

/// The share of studies that find a difference which is there, usually asked for.
pub const POWER: f64 = 0.8;

/// How many profiles each of two equal groups needs so that the difference between these shares, if it is real, is found in
/// 80 of 100 studies (Fleiss, Levin & Paik 2003, without correction for continuity). `None` when they do not differ.
#[must_use]
pub fn needed(a: Share, b: Share, confidence: f64) -> Option<u64> {
    let (p, q) = (a.p(), b.p());
    if p == q {
        return None;
    }
    let mean = f64::midpoint(p, q);
    let (alpha, beta) = (two_sided(confidence), normal_quantile(POWER));
    let spread = alpha * (2.0 * mean * (1.0 - mean)).sqrt() + beta * (p * (1.0 - p) + q * (1.0 - q)).sqrt();
    Some((spread / (p - q)).powi(2).ceil() as u64)
}

/// How probable it is that chance alone splits `a + b` profiles so far from the intended share of `a` (chi-squared test of
/// fit). Below a thousandth something other than chance did: the groups are not to be compared.
#[must_use]
pub fn split_probability(a: u64, b: u64, intended: f64) -> f64 {
    let n = (a + b) as f64;
    let (expected, other) = (n * intended, n * (1.0 - intended));
    if expected <= 0.0 || other <= 0.0 {
        return 1.0;
    }
    let term = |found: u64, expected: f64| (found as f64 - expected).powi(2) / expected;
    chi_squared_above(term(a, expected) + term(b, other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(some: u64, of: u64) -> Share {
        Share { some, of }
    }

    #[test]
    fn published_intervals() {
        // Newcombe (1998), Statistics in Medicine 17, table II: the examples under method 10.
        for (a, b, low, high) in [
            (share(56, 70), share(48, 80), 0.0524, 0.3339),
            (share(9, 10), share(3, 10), 0.1705, 0.8090),
            (share(6, 7), share(2, 7), 0.0582, 0.8062),
            (share(5, 56), share(0, 29), -0.0381, 0.1926),
            (share(0, 10), share(0, 20), -0.1611, 0.2775),
            (share(10, 10), share(0, 20), 0.6791, 1.0),
        ] {
            let found = difference(a, b, 0.95);
            assert!((found.low - low).abs() < 6e-5 && (found.high - high).abs() < 6e-5, "{a:?} {b:?}: {found:?}");
        }
        // Newcombe (1998), 17:857, table I: Wilson's interval of 81 of 263 and of 0 of 20.
        let found = share(81, 263).wilson(0.95);
        assert!((found.low - 0.2553).abs() < 6e-5 && (found.high - 0.3662).abs() < 6e-5, "{found:?}");
        let found = share(0, 20).wilson(0.95);
        assert!(found.low == 0.0 && (found.high - 0.1611).abs() < 6e-5, "{found:?}");
    }

    #[test]
    fn ratios_and_means() {
        // 20 of 100 against 10 of 100, by hand: ln 2 ± 1.96 · √(1/20 − 1/100 + 1/10 − 1/100).
        let found = ratio(share(20, 100), share(10, 100), 0.95).unwrap();
        assert!(
            (found.value - 2.0).abs() < 1e-12
                && (found.low - 0.9864).abs() < 1e-3
                && (found.high - 4.0549).abs() < 2e-3,
            "{found:?}"
        );
        assert!(ratio(share(0, 10), share(1, 10), 0.95).unwrap().value.is_finite());
        let moments = |values: &[f64]| {
            let mut all = Moments::default();
            values.iter().for_each(|v| all.add(*v));
            all
        };
        // R: t.test(c(3,4,5,8), c(1,2,2,3,2)).
        let (a, b) = (moments(&[3.0, 4.0, 5.0, 8.0]), moments(&[1.0, 2.0, 2.0, 3.0, 2.0]));
        let found = mean_difference(&a, &b, 0.95).unwrap();
        assert!((found.value - 3.0).abs() < 1e-12, "{found:?}");
        let (va, vb) = (a.variance() / 4.0, b.variance() / 5.0);
        assert!((va - 4.666_667 / 4.0).abs() < 1e-6 && (vb - 0.1).abs() < 1e-12);
        let df = (va + vb).powi(2) / (va * va / 3.0 + vb * vb / 4.0);
        assert!((found.high - 3.0 - t_quantile(0.975, df) * (va + vb).sqrt()).abs() < 1e-9);
        let mut halves = moments(&[3.0, 4.0]);
        halves.merge(moments(&[5.0, 8.0]));
        assert!((halves.mean - a.mean).abs() < 1e-12 && (halves.variance() - a.variance()).abs() < 1e-12);
    }

    #[test]
    fn sizes() {
        // Fleiss: 60 % against 50 % at 5 % with power 80 % needs 388 in each group.
        assert_eq!(needed(share(60, 100), share(50, 100), 0.95), Some(388));
        assert_eq!(needed(share(1, 2), share(2, 4), 0.95), None);
        assert!(split_probability(500, 500, 0.5) > 0.99);
        assert!(split_probability(900, 100, 0.9) > 0.99 && split_probability(560, 440, 0.5) < 0.001);
    }
}
