//! Funnels: how many profiles go from one event to the next, and how fast.

mod check;
mod correlation;
mod report;
mod walk;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::core::buckets::Unit;
pub use crate::core::chain::MAX_STEPS;
use crate::request::{drill, request};
use crate::select::Selection;
pub use correlation::{Correlation, MAX_ENTERED};
pub use report::{FunnelBin, FunnelBucket, FunnelLine, FunnelReport, FunnelStepReport};

/// The most exclusions.
pub const MAX_EXCLUSIONS: usize = 8;
/// The most bins of a histogram.
pub const MAX_BINS: usize = 100;
/// The most properties that are tried in a correlation.
pub const MAX_CORRELATED: usize = 10;
/// Events of one profile that an unordered funnel looks at.
pub const MAX_UNORDERED_EVENTS: usize = 100_000;

request! {
    /// A funnel. Profiles enter with an event inside the period; later steps may follow until the window ends, also after
    /// the period.
    pub struct FunnelRequest {
        /// The steps, 1 to 12.
        pub steps: Vec<FunnelStep>,
        /// What order the steps must have.
        pub order: Order,
        /// The longest time from the first step to the last (`7d`, `36h`; inclusive), at most 366 days; 7 days when absent.
        /// Of an open funnel, from each step to the next.
        pub window: Option<String>,
        /// A profile may enter at any step.
        pub open: bool,
        /// Events that must not happen on the way.
        pub exclude: Vec<Exclusion>,
        /// One line per value of this: a property of an event, `context.…`, `traits.…` or `segments.…`.
        pub breakdown: Option<String>,
        /// Which event's value it is.
        pub attribution: Attribution,
        /// How many values get a line of their own, at most 50; 10 when absent.
        pub top: Option<usize>,
        /// Also the conversion of those who entered in each of these.
        pub over: Option<Unit>,
        /// Also how long conversions took, in so many bins of equal width.
        pub histogram: Option<usize>,
        /// Also what sets those who converted apart from the rest.
        pub correlate: Option<Correlate>,
        /// Also list the profiles at one step.
        pub drill: Option<FunnelDrill>,
    }
}

/// One step of a funnel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FunnelStep {
    /// The event's name; any event of the customer's own doing when absent, every event with `*`.
    pub event: Option<String>,
    /// Only events for which this holds, a rule's event predicate: `e.total > 50.0`.
    pub filter: Option<String>,
    /// What to call the step; the event's name when absent.
    pub label: Option<String>,
    /// The step may be left out; neither the first nor the last.
    pub optional: bool,
}

impl FunnelStep {
    /// A step that is any event of a name.
    #[must_use]
    pub fn event(name: &str) -> Self {
        FunnelStep { event: Some(name.to_owned()), ..FunnelStep::default() }
    }

    pub(crate) fn selection(&self) -> Selection {
        Selection { event: self.event.clone(), filter: self.filter.clone(), label: self.label.clone() }
    }
}

/// What order the steps must have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// That of the request; other events may happen in between.
    #[default]
    Ordered,
    /// That of the request, and nothing else that the customer did in between.
    Strict,
    /// Any.
    Unordered,
}

/// An event that must not happen on the way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Exclusion {
    /// The event's name; any event of the customer's own doing when absent, every event with `*`.
    pub event: Option<String>,
    /// Only events for which this holds.
    pub filter: Option<String>,
    /// After this step, from 1; the first when absent.
    pub after_step: Option<usize>,
    /// And before this one; the last when absent.
    pub before_step: Option<usize>,
}

/// Which event gives a breakdown's value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Attribution {
    /// The event the chain began with.
    #[default]
    First,
    /// The event of the furthest step.
    Last,
    /// The event of this step, from 1; `(none)` for those who did not come so far.
    Step(usize),
}

/// What to look for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Correlate {
    /// Whether other events happened between entering and converting (or the end of the window).
    pub events: bool,
    /// Values of these: properties and `context.…` of the entering event, `traits.…`, `segments.…`; at most 10.
    pub properties: Vec<String>,
    /// Leave out what fewer profiles have; 10 when absent.
    pub least_profiles: Option<u64>,
}

drill! {
    /// Which profiles to list.
    pub struct FunnelDrill {
        /// The step, from 1.
        pub step: usize,
        /// Those who reached it, or those who got there and no further.
        pub outcome: Outcome,
        /// Only those of this line of the breakdown.
        pub value: Option<String>,
        /// Only those who entered in this bucket of `over`.
        pub bucket: Option<String>,
        /// Only those who took at least so long to the step, ms.
        pub least_ms: Option<i64>,
        /// Only those who took less, ms.
        pub below_ms: Option<i64>,
        /// Only those with this mark, as `correlation` names it.
        pub mark: Option<String>,
    }
}

/// Which profiles of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Reached the step, whether or not they went on.
    #[default]
    Reached,
    /// Reached the step and none after it.
    Dropped,
}
