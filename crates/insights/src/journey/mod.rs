//! The journey map: stages, touchpoints and channels with how many, how long and how well; and the moments that decide.

mod report;
mod walk;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::request::{drill, request};
use crate::select::Selection;
pub use report::{JourneyMapReport, Moment, StageReport, TouchpointReport};

/// The most stages.
pub const MAX_STAGES: usize = 12;
/// The most touchpoints of all stages.
pub const MAX_TOUCHPOINTS: usize = 30;
/// Touches of one profile that are looked at.
pub const MAX_TOUCHES: usize = 10_000;
/// So many touches at one touchpoint are a sign of trouble.
pub const REPEATED: usize = 3;

request! {
    /// A map of what customers go through.
    pub struct JourneyMapRequest {
        /// The stages in their order, 1 to 12.
        pub stages: Vec<StageRequest>,
        /// The field of a touch that is its channel, such as `context.channel`.
        pub channel: Option<String>,
        /// A journey ends well with this event; expected.
        pub good: Selection,
        /// A journey ends badly with this one; without it, whatever has not ended well has ended badly.
        pub bad: Option<Selection>,
        /// Answers that say how satisfied customers are; they count for the stage the customer was in.
        pub survey: Option<Selection>,
        /// The number in an answer; `score` when absent.
        pub score: Option<String>,
        /// Leave out moments that fewer profiles had; 10 when absent.
        pub least_profiles: Option<u64>,
        /// Also list the profiles behind one number.
        pub drill: Option<JourneyMapDrill>,
    }
}

/// A stage.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StageRequest {
    /// What it is called.
    pub name: String,
    /// What belongs to it. Of touchpoints that could be the same event, the first counts.
    pub touchpoints: Vec<Selection>,
}

drill! {
    /// Which profiles to list; all that is said must hold.
    pub struct JourneyMapDrill {
        /// They were in this stage.
        pub stage: Option<String>,
        /// It was their last stage, and their journey did not end well.
        pub dropped: bool,
        /// They had this moment, as the report names it.
        pub moment: Option<String>,
        /// Their journey ended well (true) or did not (false).
        pub well: Option<bool>,
    }
}
