//! What a rule may ask about one profile.

use rapport_domain::{ConsentState, Profile, ProfileId, Timestamp};
use rapport_rules::Facts;
use serde_json::Value;

use super::set::{Binding, RuleSet};
use super::state::SegmentState;

/// The facts of one profile: its document, its memberships, and the workspace's zone for those without their own.
#[derive(Clone, Copy)]
pub struct ProfileFacts<'a> {
    /// The workspace's rules.
    pub set: &'a RuleSet,
    /// The partition's ids for them.
    pub binding: &'a Binding,
    /// The profile.
    pub profile: &'a Profile,
    /// Its memberships, for `in_segment`.
    pub state: &'a SegmentState,
    /// The workspace's time zone.
    pub default_zone: chrono_tz::Tz,
}

impl Facts for ProfileFacts<'_> {
    fn profile(&self) -> ProfileId {
        self.profile.id
    }

    fn trait_value(&self, path: &str) -> Option<&Value> {
        self.profile.trait_value(path)
    }

    fn account_value(&self, path: &str) -> Option<&Value> {
        self.profile.account.as_ref()?.value(path)
    }

    fn account_members(&self) -> Option<u64> {
        self.profile.account.as_ref().map(|account| account.members)
    }

    fn accounts(&self) -> u64 {
        self.profile.groups.len() as u64
    }

    fn in_segment(&self, id: &str) -> bool {
        self.set.member_since(self.binding, self.state, id).is_some()
    }

    fn segment_since(&self, id: &str) -> Option<Timestamp> {
        self.set.member_since(self.binding, self.state, id)
    }

    fn consent(&self, channel: &str, topic: Option<&str>) -> ConsentState {
        self.profile.consent(channel, topic)
    }

    /// Scores arrive with predictions; until a profile has one, no comparison with it holds.
    fn score(&self, name: &str) -> Option<f64> {
        self.profile.trait_value("scores").and_then(|s| s.get(name)).and_then(Value::as_f64)
    }

    fn zone(&self) -> chrono_tz::Tz {
        self.profile.zone().unwrap_or(self.default_zone)
    }
}
