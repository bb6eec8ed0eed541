//! A rule made ready to run.

use rapport_domain::rule::Rule;
use rapport_domain::{ConsentState, ProfileId, Timestamp};

use crate::aggregate::Aggregate;
use crate::compile::{Needs, Node};
use crate::eval::{ProfileScope, Scope};
use crate::state::AggState;

/// What a rule may ask about a profile, beside its events.
pub trait Facts {
    /// The profile's id; decides buckets.
    fn profile(&self) -> ProfileId;
    /// A trait by dotted path.
    fn trait_value(&self, path: &str) -> Option<&serde_json::Value>;
    /// Whether it is in the segment of that id.
    fn in_segment(&self, id: &str) -> bool;
    /// What its consent says about a channel, or a topic on it.
    fn consent(&self, channel: &str, topic: Option<&str>) -> ConsentState;
    /// A prediction, if there is one of that name.
    fn score(&self, name: &str) -> Option<f64>;
    /// Its time zone; decides where days begin for `today()`.
    fn zone(&self) -> chrono_tz::Tz;
}

/// The answer of a rule at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the rule holds.
    pub holds: bool,
    /// The first later instant at which `holds` may change without any new event or fact. Never too late; at that
    /// instant the answer may turn out to be the same, with a later `next_change`.
    pub next_change: Option<Timestamp>,
}

/// A compiled rule. The same plan serves incremental and bulk evaluation: only where the states come from differs.
#[derive(Clone, Debug)]
pub struct Plan {
    root: Node,
    needs: Needs,
}

impl Plan {
    /// Compiles a rule.
    #[must_use]
    pub fn new(rule: &Rule) -> Plan {
        let mut needs = Needs::default();
        let root = needs.condition(&rule.when);
        Plan { root, needs }
    }

    /// The different aggregates of the rule, in the order of their first mention.
    #[must_use]
    pub fn aggregates(&self) -> &[Aggregate] {
        &self.needs.aggregates
    }

    /// Dotted paths of the traits it reads.
    #[must_use]
    pub fn trait_names(&self) -> &[String] {
        &self.needs.traits
    }

    /// Segments it asks about.
    #[must_use]
    pub fn segment_names(&self) -> &[String] {
        &self.needs.segments
    }

    /// Whether it asks for consent.
    #[must_use]
    pub fn uses_consent(&self) -> bool {
        self.needs.consent
    }

    /// Whether it asks the profile's scores or time zone, besides what the other methods name.
    #[must_use]
    pub fn uses_profile(&self) -> bool {
        self.needs.profile
    }

    /// Whether its answer can change by time alone.
    #[must_use]
    pub fn time_dependent(&self) -> bool {
        self.needs.time
    }

    /// The answer at `now`. `state(i)` belongs to `aggregates()[i]`; a missing one is [`AggState::default`].
    pub fn evaluate<'s>(
        &self,
        facts: &dyn Facts,
        state: &dyn Fn(usize) -> Option<&'s AggState>,
        now: Timestamp,
    ) -> Verdict {
        let scope = ProfileScope { facts, aggregates: &self.needs.aggregates, state, now };
        let (holds, next_change) = Scope::Profile(scope).condition(&self.root);
        Verdict { holds, next_change }
    }
}
