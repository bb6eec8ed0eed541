//! Retention: of those who did something, how many come back, and when.

mod report;
mod walk;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::core::buckets::Unit;
use crate::request::{drill, request};
use crate::select::Selection;
pub use report::{Cohort, RetentionReport};

/// The most buckets of a retention report.
pub const MAX_COHORTS: usize = 400;

request! {
    /// Cohorts of profiles by when they did something, and how many of each came back.
    pub struct RetentionRequest {
        /// What makes a profile part of a cohort; any event of the customer's own doing when absent.
        pub start: Selection,
        /// What counts as coming back; the same as `start` when absent.
        pub returning: Option<Selection>,
        /// Which cohorts a profile belongs to.
        pub cohorts: Cohorts,
        /// The length of a cohort and of a column: day, week or month.
        pub unit: Unit,
        /// When a profile has come back.
        pub counting: Counting,
        /// The last unit of each column, ascending: `[1, 3, 7]` makes columns 1, 2-3, 4-7. Each unit a column when absent.
        pub brackets: Option<Vec<usize>>,
        /// Also add up this property of the returning events.
        pub property: Option<String>,
        /// Cohorts for each value of this: a property of the starting event, `context.…`, `traits.…` or `segments.…`.
        pub breakdown: Option<String>,
        /// How many values get cohorts of their own, at most 50; 10 when absent.
        pub top: Option<usize>,
        /// Also list the profiles behind one number.
        pub drill: Option<RetentionDrill>,
    }
}

/// Which cohorts a profile belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cohorts {
    /// That of its first starting event ever.
    #[default]
    FirstTime,
    /// Every one in which it has a starting event.
    Recurring,
}

/// When a profile has come back in a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// With a returning event in it.
    #[default]
    On,
    /// With a returning event in it or later.
    OnOrAfter,
}

drill! {
    /// Which number's profiles to list.
    pub struct RetentionDrill {
        /// The cohort as the report names it.
        pub cohort: String,
        /// The column, from 0: the cohort itself.
        pub column: usize,
        /// The value of the breakdown.
        pub value: Option<String>,
    }
}
