//! Where a number stands against its target while its period is still running.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the number moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// It grows through the period: counts, sums, profiles.
    #[default]
    Total,
    /// It is a level: rates, averages, medians.
    Level,
}

/// Which side of the target is good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The number shall reach it.
    #[default]
    AtLeast,
    /// The number shall stay below it.
    AtMost,
}

/// How a goal stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// There is no number, or it is too early to tell.
    #[default]
    Unknown,
    /// The projection is on the good side by more than the tolerance, or the target is reached.
    Ahead,
    /// The projection is within the tolerance.
    OnTrack,
    /// The projection is on the bad side by more than the tolerance.
    Behind,
    /// The period is over and the target was kept.
    Met,
    /// The period is over and it was not.
    Missed,
}

impl Standing {
    /// Its name in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Standing::Unknown => "unknown",
            Standing::Ahead => "ahead",
            Standing::OnTrack => "on_track",
            Standing::Behind => "behind",
            Standing::Met => "met",
            Standing::Missed => "missed",
        }
    }
}

/// Former periods needed before their course is taken instead of a straight line.
pub const ENOUGH_PERIODS: usize = 3;
/// A projection is made when at least this share of the period's number is expected to be there.
pub const LEAST_SHARE: f64 = 0.02;

/// A target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// The number to reach or to keep below.
    pub value: f64,
    /// Which.
    pub direction: Direction,
    /// How the number moves.
    pub nature: Nature,
    /// How far from the target is still on track, percent of it.
    pub tolerance_percent: f64,
}

/// What is expected at a moment of a running period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// The share of the period's final number that is expected to be there by now, 0 to 1; 1 for a level.
    pub share: f64,
    /// Of how many former periods that share is the median; 0: a straight line through the period.
    pub periods: usize,
}

impl Pace {
    /// The pace of a total. `elapsed` is the share of the period's time that is over; `shares` are, of former periods
    /// with a number, the part of their final number they had at the same point. With [`ENOUGH_PERIODS`] of them their
    /// median is expected, since weekends, paydays and numbers of different people do not grow along a line.
    #[must_use]
    pub fn of(elapsed: f64, shares: &[f64]) -> Pace {
        if shares.len() < ENOUGH_PERIODS {
            return Pace { share: elapsed.clamp(0.0, 1.0), periods: 0 };
        }
        Pace { share: super::robust::median(shares).unwrap_or(elapsed).clamp(0.0, 1.0), periods: shares.len() }
    }
}

/// What the number will be at the end of the period if it goes on as expected; `None` when it is too early.
#[must_use]
pub fn projection(value: f64, nature: Nature, pace: Pace) -> Option<f64> {
    match nature {
        Nature::Level => Some(value),
        Nature::Total => (pace.share >= LEAST_SHARE).then(|| value / pace.share),
    }
}

impl Target {
    /// How the number stands in a running period.
    #[must_use]
    pub fn standing(&self, value: Option<f64>, pace: Pace) -> Standing {
        let Some(value) = value else { return Standing::Unknown };
        // What has happened cannot be undone: a total only grows.
        let passed = self.nature == Nature::Total && value >= self.value;
        match (passed, self.direction) {
            (true, Direction::AtLeast) => return Standing::Ahead,
            (true, Direction::AtMost) if value > self.value => return Standing::Behind,
            _ => {}
        }
        let Some(projected) = projection(value, self.nature, pace) else { return Standing::Unknown };
        let room = self.value.abs() * self.tolerance_percent / 100.0;
        let good = match self.direction {
            Direction::AtLeast => projected - self.value,
            Direction::AtMost => self.value - projected,
        };
        if good > room {
            Standing::Ahead
        } else if good >= -room {
            Standing::OnTrack
        } else {
            Standing::Behind
        }
    }

    /// How the number stands when its period is over.
    #[must_use]
    pub fn final_standing(&self, value: Option<f64>) -> Standing {
        let kept = value.map(|v| match self.direction {
            Direction::AtLeast => v >= self.value,
            Direction::AtMost => v <= self.value,
        });
        match kept {
            None => Standing::Unknown,
            Some(true) => Standing::Met,
            Some(false) => Standing::Missed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standings() {
        use Direction::{AtLeast, AtMost};
        use Nature::{Level, Total};
        let half = Pace::of(0.5, &[]);
        // Former periods had a fifth of their number at the half: most comes late.
        let late = Pace::of(0.5, &[0.2, 0.1, 0.3]);
        assert_eq!((late.share, late.periods), (0.2, 3));
        for (value, direction, nature, pace, expected, why) in [
            (Some(50.0), AtLeast, Total, half, Standing::OnTrack, "half of it at the half"),
            (Some(47.6), AtLeast, Total, half, Standing::OnTrack, "95.2 % is within 5 %"),
            (Some(47.0), AtLeast, Total, half, Standing::Behind, "94 % is not"),
            (Some(53.0), AtLeast, Total, half, Standing::Ahead, "106 %"),
            (Some(25.0), AtLeast, Total, late, Standing::Ahead, "125 % by the course of former periods"),
            (Some(18.0), AtLeast, Total, late, Standing::Behind, "90 %"),
            (Some(100.0), AtLeast, Total, half, Standing::Ahead, "reached before the end"),
            (
                Some(1.0),
                AtLeast,
                Total,
                Pace::of(0.01, &[]),
                Standing::Unknown,
                "a hundredth of the period says nothing",
            ),
            (Some(60.0), AtMost, Total, half, Standing::Behind, "120 expected, 100 allowed"),
            (Some(40.0), AtMost, Total, half, Standing::Ahead, "80 expected"),
            (Some(101.0), AtMost, Total, late, Standing::Behind, "exceeded for good"),
            (Some(100.0), AtMost, Total, Pace::of(1.0, &[]), Standing::OnTrack, "just kept"),
            (Some(96.0), AtLeast, Level, half, Standing::OnTrack, "a level is compared as it is"),
            (Some(90.0), AtLeast, Level, half, Standing::Behind, "a level below"),
            (Some(90.0), AtMost, Level, half, Standing::Ahead, "a level below its limit"),
            (None, AtLeast, Level, half, Standing::Unknown, "no number"),
        ] {
            let target = Target { value: 100.0, direction, nature, tolerance_percent: 5.0 };
            assert_eq!(target.standing(value, pace), expected, "{why}");
        }
        let target = Target { value: 100.0, direction: AtLeast, nature: Total, tolerance_percent: 5.0 };
        assert_eq!(target.final_standing(Some(99.9)), Standing::Missed, "no tolerance when it is over");
        assert_eq!(target.final_standing(Some(100.0)), Standing::Met);
    }
}
