//! A rule made ready to run.

use rapport_domain::rule::{Formula, Rule};
use rapport_domain::{ConsentState, ProfileId, Timestamp};

use crate::aggregate::Aggregate;
use crate::compile::{Needs, Node, Term};
use crate::eval::{ProfileScope, Scope};
use crate::state::AggState;

/// What a rule may ask about a profile, beside its events.
pub trait Facts {
    /// The profile's id; decides buckets.
    fn profile(&self) -> ProfileId;
    /// A trait by dotted path.
    fn trait_value(&self, path: &str) -> Option<&serde_json::Value>;
    /// A trait of its account by dotted path.
    fn account_value(&self, path: &str) -> Option<&serde_json::Value>;
    /// How many profiles belong to its account; `None` without one.
    fn account_members(&self) -> Option<u64>;
    /// How many accounts it belongs to.
    fn accounts(&self) -> u64;
    /// Whether it is in the segment of that id.
    fn in_segment(&self, id: &str) -> bool;
    /// Since when it has been in that segment without a break; `None` when it is not.
    fn segment_since(&self, id: &str) -> Option<Timestamp>;
    /// What its consent says about a channel, or a topic on it.
    fn consent(&self, channel: &str, topic: Option<&str>) -> ConsentState;
    /// A prediction, if there is one of that name.
    fn score(&self, name: &str) -> Option<f64>;
    /// Its time zone; decides where days begin for `today()`.
    fn zone(&self) -> chrono_tz::Tz;
}

/// A profile of which nothing is known but its events, and the zone it is looked at in.
#[derive(Clone, Copy, Debug)]
pub struct EventsOnly(pub ProfileId, pub chrono_tz::Tz);

impl Facts for EventsOnly {
    fn profile(&self) -> ProfileId {
        self.0
    }

    fn trait_value(&self, _: &str) -> Option<&serde_json::Value> {
        None
    }

    fn account_value(&self, _: &str) -> Option<&serde_json::Value> {
        None
    }

    fn account_members(&self) -> Option<u64> {
        None
    }

    fn accounts(&self) -> u64 {
        0
    }

    fn in_segment(&self, _: &str) -> bool {
        false
    }

    fn segment_since(&self, _: &str) -> Option<Timestamp> {
        None
    }

    fn consent(&self, _: &str, _: Option<&str>) -> ConsentState {
        ConsentState::Unknown
    }

    fn score(&self, _: &str) -> Option<f64> {
        None
    }

    fn zone(&self) -> chrono_tz::Tz {
        self.1
    }
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
    root: Root,
    needs: Needs,
}

#[derive(Clone, Debug)]
enum Root {
    Condition(Node),
    Value(Term),
}

impl Plan {
    /// Compiles a rule.
    #[must_use]
    pub fn new(rule: &Rule) -> Plan {
        let mut needs = Needs::default();
        let root = Root::Condition(needs.condition(&rule.when));
        Plan { root, needs }
    }

    /// Compiles the value of a computed trait.
    #[must_use]
    pub fn of_formula(formula: &Formula) -> Plan {
        let mut needs = Needs::default();
        let root = match formula {
            Formula::Condition(when) => Root::Condition(needs.condition(when)),
            Formula::Value(operand) => Root::Value(needs.value(operand)),
        };
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

    /// Dotted paths of the account's traits it reads.
    #[must_use]
    pub fn account_names(&self) -> &[String] {
        &self.needs.account_traits
    }

    /// Whether it asks anything about accounts.
    #[must_use]
    pub fn uses_accounts(&self) -> bool {
        self.needs.account
    }

    /// Whether it asks how many profiles belong to the account.
    #[must_use]
    pub fn uses_account_members(&self) -> bool {
        self.needs.account_members
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

    /// Whether it asks the profile's scores.
    #[must_use]
    pub fn uses_scores(&self) -> bool {
        self.needs.scores
    }

    /// Whether it asks the profile's time zone.
    #[must_use]
    pub fn uses_zone(&self) -> bool {
        self.needs.zone
    }

    /// Whether its answer can change by time alone.
    #[must_use]
    pub fn time_dependent(&self) -> bool {
        self.needs.time
    }

    /// Whether the rule may hold, now or at any time, for somebody none of whose events it counts. When it may not, only
    /// those who have such events need be asked. Errs towards true; a value that is computed may always be something.
    #[must_use]
    pub fn may_hold_without_events(&self) -> bool {
        match &self.root {
            Root::Condition(node) => crate::eventless::may(node, true, &self.needs.aggregates),
            Root::Value(_) => true,
        }
    }

    /// Whether the rule may hold at `now` for somebody of whom only the events are known, by their aggregates as in
    /// [`Plan::evaluate`]. When it may not, nothing else about them need be read. Errs towards true.
    pub fn may_hold_for<'s>(
        &self,
        profile: ProfileId,
        state: &dyn Fn(usize) -> Option<&'s AggState>,
        now: Timestamp,
    ) -> bool {
        match &self.root {
            Root::Condition(node) => crate::eventless::may_hold_for(node, profile, &self.needs.aggregates, state, now),
            Root::Value(_) => true,
        }
    }

    /// The answer at `now`. `state(i)` belongs to `aggregates()[i]`; a missing one is [`AggState::default`].
    pub fn evaluate<'s>(
        &self,
        facts: &dyn Facts,
        state: &dyn Fn(usize) -> Option<&'s AggState>,
        now: Timestamp,
    ) -> Verdict {
        let (holds, next_change) = match (&self.root, self.scope(facts, state, now)) {
            (Root::Condition(node), scope) => scope.condition(node),
            (Root::Value(term), scope) => {
                let (value, next) = scope.json(term);
                (value == serde_json::Value::Bool(true), next)
            }
        };
        Verdict { holds, next_change }
    }

    /// The value at `now`, and the first later instant at which it may change by time alone. A condition's value is true or
    /// false; what is missing is null.
    pub fn value<'s>(
        &self,
        facts: &dyn Facts,
        state: &dyn Fn(usize) -> Option<&'s AggState>,
        now: Timestamp,
    ) -> (serde_json::Value, Option<Timestamp>) {
        match (&self.root, self.scope(facts, state, now)) {
            (Root::Condition(node), scope) => {
                let (holds, next) = scope.condition(node);
                (holds.into(), next)
            }
            (Root::Value(term), scope) => scope.json(term),
        }
    }

    fn scope<'a, 's>(
        &'a self,
        facts: &'a dyn Facts,
        state: &'a dyn Fn(usize) -> Option<&'s AggState>,
        now: Timestamp,
    ) -> Scope<'a, 's> {
        Scope::Profile(ProfileScope { facts, aggregates: &self.needs.aggregates, state, now })
    }
}
