//! What journeys ask about the profile at hand.

use chrono_tz::Tz;
use rapport_domain::{ProfileId, Timestamp};
use rapport_journeys::core::runs::Run;
use rapport_journeys::core::turns::Pace;
use rapport_journeys::{ConditionKey, Conditions};
use rapport_rules::Verdict;
use serde_json::{Map, Value};

use super::bound::Bound;
use super::limits::Limits;
use super::resume::{self, Resuming};
use crate::cache::Slot;
use crate::live::Live;

/// What journeys ask about the profile.
pub(super) struct Asked<'a> {
    pub(super) bound: &'a Bound,
    pub(super) slot: &'a Slot,
    pub(super) live: &'a Live,
    pub(super) resuming: &'a [Resuming],
    pub(super) limits: &'a Limits,
    pub(super) population: [u64; 24],
    pub(super) now: Timestamp,
}

impl Asked<'_> {
    pub(super) fn ask(&self, key: &ConditionKey) -> Option<Verdict> {
        let (slot, bound) = (self.slot, self.bound);
        bound.rules.ask(&bound.binding, &slot.segments, key.as_str(), &slot.profile, bound.zone, self.now)
    }
}

impl Conditions for Asked<'_> {
    fn holds(&self, key: &ConditionKey) -> bool {
        self.ask(key).is_some_and(|verdict| verdict.holds)
    }

    fn zone(&self) -> Tz {
        self.slot.profile.zone().unwrap_or(self.bound.zone)
    }

    fn profile(&self) -> ProfileId {
        self.slot.profile.id
    }

    fn trait_value(&self, path: &str) -> Option<Value> {
        self.slot.profile.trait_value(path).cloned()
    }

    fn traits(&self) -> Map<String, Value> {
        self.slot.profile.trait_values()
    }

    fn population(&self) -> [u64; 24] {
        self.population
    }

    fn is_held(&self, run: &Run) -> bool {
        let profile = &self.slot.profile;
        resume::holds(self.resuming, profile.workspace, profile.id, run)
    }

    fn has_room(&self, journey: &str, limiter: &str, pace: Pace) -> bool {
        self.limits.has_room(self.slot.profile.workspace, journey, limiter, pace, self.now)
    }

    fn winner(&self, journey: &str, version: u32, step: &str) -> Option<String> {
        let workspace = self.live.workspaces.get(&self.slot.profile.workspace)?;
        workspace.winners.get(&(journey.to_owned(), version, step.to_owned())).cloned()
    }
}
