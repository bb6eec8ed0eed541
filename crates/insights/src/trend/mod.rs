//! Trends: what happened per hour, day, week or month.

mod report;
mod walk;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::core::buckets::Unit;
pub use crate::core::formula::MAX_SERIES;
use crate::request::{drill, request};
pub use report::{Previous, TrendReport, TrendSeries};

/// The most numbers of one report: lines times buckets.
pub const MAX_NUMBERS: usize = 200_000;
/// The most buckets a rolling average spans.
pub const MAX_ROLLING: usize = 366;

request! {
    /// Series of numbers over time.
    pub struct TrendRequest {
        /// What is counted, 1 to 10; the first is called `A`, the next `B`… Profiles that did anything when empty.
        pub series: Vec<SeriesRequest>,
        /// More series, computed from those: `A / B * 100`.
        pub formulas: Vec<FormulaRequest>,
        /// The length of a bucket.
        pub unit: Unit,
        /// One line per value of this: a property (`product.category`), `context.…`, `traits.…` or `segments.…`.
        pub breakdown: Option<String>,
        /// How many values get a line of their own, at most 50; 10 when absent. The rest share `(other)`.
        pub top: Option<usize>,
        /// Each number is the average of so many buckets up to its own.
        pub rolling: Option<usize>,
        /// Each number is that of all buckets up to its own; for events, profiles and sums.
        pub cumulative: bool,
        /// Also the period before, as long as this one.
        pub compare: bool,
        /// Also list the profiles behind one number.
        pub drill: Option<TrendDrill>,
    }
}

/// One series.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SeriesRequest {
    /// The event's name; any event of the customer's own doing when absent, every event with `*`.
    pub event: Option<String>,
    /// Only events for which this holds, a rule's event predicate: `e.total > 50.0`.
    pub filter: Option<String>,
    /// What to call the series; the event's name when absent.
    pub label: Option<String>,
    /// What is counted.
    pub measure: Measure,
    /// The property that is added up; a dotted path, or `context.…`.
    pub property: Option<String>,
}

/// A formula over series.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FormulaRequest {
    /// `A / B * 100`: series, numbers, `+ - * /` and brackets.
    pub formula: String,
    /// What to call it; the formula itself when absent.
    pub label: Option<String>,
}

/// What a series counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Every event.
    Events,
    /// Each profile once a bucket.
    #[default]
    Profiles,
    /// Events for each profile that has one.
    EventsPerProfile,
    /// Different profiles of the 7 days that end with the bucket; by day.
    WeeklyActive,
    /// Different profiles of the 30 days that end with the bucket; by day.
    MonthlyActive,
    /// The sum of a property.
    Sum,
    /// Its mean.
    Average,
    /// Its smallest value.
    Minimum,
    /// Its largest value.
    Maximum,
    /// Its median.
    Median,
    /// The value that 90 % do not exceed.
    P90,
    /// The value that 99 % do not exceed.
    P99,
}

impl Measure {
    /// Whether it adds up a property.
    pub(crate) fn needs_property(self) -> bool {
        use Measure::{Average, Maximum, Median, Minimum, P90, P99, Sum};
        matches!(self, Sum | Average | Minimum | Maximum | Median | P90 | P99)
    }

    /// Whether it needs to know how often each value came.
    pub(crate) fn needs_spread(self) -> bool {
        matches!(self, Measure::Median | Measure::P90 | Measure::P99)
    }

    /// Days of which each number counts the profiles; 1 for measures of the bucket alone.
    pub(crate) fn trailing_days(self) -> usize {
        match self {
            Measure::WeeklyActive => 7,
            Measure::MonthlyActive => 30,
            _ => 1,
        }
    }

    /// Whether profiles are counted, not events.
    pub(crate) fn counts_profiles(self) -> bool {
        matches!(self, Measure::Profiles | Measure::WeeklyActive | Measure::MonthlyActive)
    }
}

drill! {
    /// Which number's profiles to list.
    pub struct TrendDrill {
        /// The series, `A` to `J`; `A` when absent.
        pub series: Option<String>,
        /// The bucket as the report names it; the whole period when absent.
        pub bucket: Option<String>,
        /// The line: a value of the breakdown, or `(other)`.
        pub value: Option<String>,
    }
}
