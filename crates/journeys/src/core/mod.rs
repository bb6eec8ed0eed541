//! What journeys decide: pure functions of (runs, input, conditions, now). No clock, randomness, I/O or async.

mod act;
pub mod advance;
pub mod calendar;
mod call;
pub mod change;
pub mod dates;
pub mod effect;
pub mod enter;
mod goal;
pub mod habits;
pub mod merge;
pub mod messages;
pub mod runs;
pub mod set;
pub mod turns;
mod values;
mod version;
pub mod wake;

pub use act::FORMER;

use std::sync::Arc;

use chrono_tz::Tz;
use rapport_domain::ProfileId;
use serde_json::{Map, Value};

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

    /// The profile; decides splits and holdouts.
    fn profile(&self) -> ProfileId {
        ProfileId(0)
    }

    /// A trait by dotted path.
    fn trait_value(&self, _path: &str) -> Option<Value> {
        None
    }

    /// All traits, for templates.
    fn traits(&self) -> Map<String, Value> {
        Map::new()
    }

    /// Reactions of everybody by local hour, for best hours.
    fn population(&self) -> [u64; 24] {
        [0; 24]
    }

    /// Whether a run stays where it is although its journey goes on: its journey was paused, and the end of that has not come to
    /// it yet.
    fn is_held(&self, _run: &runs::Run) -> bool {
        false
    }

    /// Whether somebody may pass a rate limiter of the journey now; see [`turns`].
    fn has_room(&self, _journey: &str, _limiter: &str, _pace: turns::Pace) -> bool {
        true
    }

    /// The send step that won a comparison; `None` while that is not known.
    fn winner(&self, _journey: &str, _version: u32, _step: &str) -> Option<String> {
        None
    }
}
