//! What a decision causes: written by the engine in the same transaction as the runs.

use rapport_domain::message::Origin;
use rapport_domain::{Json, Timestamp};
use serde_json::{Map, Value};

/// One thing a journey decided for the profile.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// A run began.
    Entered {
        /// The journey's id.
        journey: String,
        /// Its version.
        version: u32,
        /// The run, unique within the profile.
        run: u64,
        /// What the run is about, when the trigger names a key.
        key: Option<String>,
    },
    /// The trigger fired and no run began. For the explanation; nothing else changes.
    NotEntered {
        /// The journey's id.
        journey: String,
        /// Its version.
        version: u32,
        /// Why not.
        reason: Refusal,
    },
    /// A run ended.
    Exited {
        /// The journey's id.
        journey: String,
        /// Its version.
        version: u32,
        /// The run.
        run: u64,
        /// The step it stood at.
        step: String,
        /// Why.
        reason: ExitReason,
    },
    /// A message is to be put in the outbox; the delivery gate decides whether it leaves.
    Send {
        /// The deciding step.
        origin: Origin,
        /// The kind of channel: `email`.
        channel: String,
        /// The template's id.
        template: String,
        /// The topic the step names.
        topic: Option<String>,
        /// Passes consent and quiet hours.
        transactional: bool,
        /// `event` or `segment` of the trigger, and `journey`.
        data: Json,
        /// After this it is not worth sending.
        expires_at: Timestamp,
    },
    /// Traits of the profile are to change, as of `now`.
    UpdateTraits {
        /// The deciding step.
        origin: Origin,
        /// Traits to set.
        set: Map<String, Value>,
        /// Traits to remove.
        unset: Vec<String>,
    },
    /// After a profile merge a run goes on under another number, because its own was taken.
    Renumbered {
        /// The journey's id.
        journey: String,
        /// Its version.
        version: u32,
        /// Its number in the profile that was absorbed.
        from_run: u64,
        /// Its number now.
        run: u64,
    },
}

/// Why a trigger started no run. A closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// `entry.when` does not hold.
    EntryCondition,
    /// `exit_when` holds already.
    ExitCondition,
    /// A run of the journey (and key) is active.
    Active,
    /// The profile was in the journey, and it is for once.
    Once,
    /// The profile was in the journey too recently.
    TooSoon,
    /// The event lacks the property that `key` names.
    NoKey,
    /// The profile is in as many runs as it can be ([`super::runs::MAX_ACTIVE_RUNS`]).
    TooManyRuns,
}

impl Refusal {
    /// Its name in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EntryCondition => "entry_condition",
            Self::ExitCondition => "exit_condition",
            Self::Active => "active",
            Self::Once => "once",
            Self::TooSoon => "too_soon",
            Self::NoKey => "no_key",
            Self::TooManyRuns => "too_many_runs",
        }
    }
}

/// Why a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ExitReason {
    /// It came to the end.
    Completed,
    /// An `exit` step, with the reason written there.
    Step(String),
    /// `exit_when` held.
    ExitCondition,
    /// No version of the journey is live any more, or the run's own version is gone.
    NotLive,
    /// The profile was merged with one that is in the same journey.
    Merged,
}

impl ExitReason {
    /// Its name in events and counts; an `exit` step's reason is its own name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Completed => "completed",
            Self::Step(reason) => reason,
            Self::ExitCondition => "exit_condition",
            Self::NotLive => "not_live",
            Self::Merged => "merged",
        }
    }
}
