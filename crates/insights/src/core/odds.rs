//! Does having something go with success? Odds ratios of small tables.

/// How many of those with a mark succeeded, and of those without.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// Have it and succeeded.
    pub with_success: u64,
    /// Have it and did not.
    pub with_failure: u64,
    /// Succeeded without it.
    pub without_success: u64,
    /// Neither.
    pub without_failure: u64,
}

/// An odds ratio with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Odds {
    /// How many times the odds of success are with it what they are without.
    pub ratio: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// How many standard errors its logarithm is from 0.
    pub strength: f64,
}

impl Split {
    /// The odds ratio with half a case added to each cell (Haldane 1956, Anscombe 1956), so that an empty cell is no
    /// infinite ratio, and the interval of its logarithm (Woolf 1955).
    #[must_use]
    pub fn odds(&self) -> Odds {
        let cell = |n: u64| n as f64 + 0.5;
        let (a, b) = (cell(self.with_success), cell(self.with_failure));
        let (c, d) = (cell(self.without_success), cell(self.without_failure));
        let log = (a * d / (b * c)).ln();
        let error = (1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d).sqrt();
        let at = |z: f64| (log + z * error).exp();
        Odds { ratio: log.exp(), low: at(-1.959_964), high: at(1.959_964), strength: log.abs() / error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_textbook_table() {
        let split = Split { with_success: 20, with_failure: 80, without_success: 10, without_failure: 90 };
        let odds = split.odds();
        // (20.5 * 90.5) / (80.5 * 10.5) and its interval, by hand.
        assert!((odds.ratio - 2.194_913).abs() < 1e-5, "{odds:?}");
        assert!((odds.low - 0.985_0).abs() < 2e-3 && (odds.high - 4.891_0).abs() < 2e-2, "{odds:?}");
        let none = Split { with_success: 5, with_failure: 0, without_success: 0, without_failure: 5 }.odds();
        assert!(none.ratio.is_finite() && none.low > 1.0);
    }
}
