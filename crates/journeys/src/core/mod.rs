//! What journeys decide: pure functions of (runs, input, conditions, now). No clock, randomness, I/O or async.

pub mod advance;
pub mod effect;
pub mod enter;
pub mod merge;
pub mod runs;
pub mod set;

use std::sync::Arc;

use chrono_tz::Tz;

/// A rule of a journey, named by its canonical text; equal rules of all journeys are one condition.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConditionKey(pub Arc<str>);

impl ConditionKey {
    /// The canonical text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is true of the profile at `now`. The engine answers from its shared rule set, in which it registered
/// [`set::JourneySet::conditions`].
pub trait Conditions {
    /// Whether the rule holds. A rule that was never registered does not hold.
    fn holds(&self, key: &ConditionKey) -> bool;

    /// The profile's zone, else the workspace's; for waits until a time of day.
    fn zone(&self) -> Tz {
        Tz::UTC
    }
}
