//! What journeys ask about a profile that is played.

use chrono_tz::Tz;
use rapport_domain::{Profile, ProfileId, Timestamp};
use rapport_journeys::{ConditionKey, Conditions};
use rapport_rules::Verdict;
use rapport_segments::SegmentState;
use serde_json::{Map, Value};

use super::super::stage::Stage;

/// The profile at an instant.
pub(super) struct Scene<'a> {
    pub(super) stage: &'a Stage,
    pub(super) profile: &'a Profile,
    pub(super) segments: &'a SegmentState,
    pub(super) now: Timestamp,
}

impl Scene<'_> {
    pub(super) fn ask(&self, key: &ConditionKey) -> Option<Verdict> {
        let stage = self.stage;
        stage.rules.ask(&stage.binding, self.segments, key.as_str(), self.profile, stage.zone, self.now)
    }
}

impl Conditions for Scene<'_> {
    fn holds(&self, key: &ConditionKey) -> bool {
        self.ask(key).is_some_and(|verdict| verdict.holds)
    }

    fn zone(&self) -> Tz {
        self.profile.zone().unwrap_or(self.stage.zone)
    }

    fn profile(&self) -> ProfileId {
        self.profile.id
    }

    fn trait_value(&self, path: &str) -> Option<Value> {
        self.profile.trait_value(path).cloned()
    }

    fn traits(&self) -> Map<String, Value> {
        self.profile.trait_values()
    }

    fn population(&self) -> [u64; 24] {
        self.stage.population
    }

    /// Nobody opened what was not sent: the first arm is taken.
    fn winner(&self, _: &str, _: u32, _: &str) -> Option<String> {
        Some(String::new())
    }
}
