//! Paths: what follows what, how often and how soon. Directly-follows counts, starts, ends and variants are those of
//! process mining.

mod report;
mod walk;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::request::{drill, request};
pub use report::{Activity, Ending, PathEdge, PathStep, PathsReport, Variant};

/// Events of one profile that are looked at.
pub const MAX_PROFILE_EVENTS: usize = 100_000;
/// Different activities.
pub const MAX_ACTIVITIES: usize = 10_000;
/// Different pairs of activities.
pub const MAX_EDGES: usize = 20_000;
/// Different paths.
pub const MAX_VARIANTS: usize = 200_000;
/// The furthest from an anchor.
pub const MAX_DEPTH: usize = 20;
/// The most rows of each list of the report.
pub const MAX_SHOWN: usize = 1_000;

request! {
    /// The paths of profiles through activities.
    pub struct PathsRequest {
        /// Names of the events that are activities; all of the customers' own doing when empty, every event with `*`.
        pub events: Vec<String>,
        /// Names of events that are none.
        pub except: Vec<String>,
        /// By event name: the property (or `context.…`) whose value is the activity, such as `context.page.path`.
        pub name_by: BTreeMap<String, String>,
        /// Keep an activity that directly follows itself; counted once when false.
        pub keep_repeats: bool,
        /// A longer pause ends a path and begins another (`30m`); the whole period is one path when absent.
        pub gap: Option<String>,
        /// Look only at what is next to the first time this activity comes in a path.
        pub anchor: Option<String>,
        /// Before or after the anchor.
        pub direction: Direction,
        /// How far from the anchor, in steps; 5 when absent.
        pub depth: Option<usize>,
        /// Rows of each list, at most 1,000; 100 when absent.
        pub top: Option<usize>,
        /// Also list the profiles behind one number.
        pub drill: Option<PathsDrill>,
    }
}

/// On which side of an anchor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// What comes after it.
    #[default]
    Next,
    /// What came before it.
    Previous,
}

drill! {
    /// Which profiles to list: those with a path of which all that is said holds.
    pub struct PathsDrill {
        /// It has this activity.
        pub activity: Option<String>,
        /// In it, these two follow each other.
        pub edge: Option<(String, String)>,
        /// It begins with this activity.
        pub start: Option<String>,
        /// It ends with this activity.
        pub end: Option<String>,
        /// It is exactly this.
        pub variant: Option<Vec<String>>,
    }
}
