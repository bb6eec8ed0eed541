//! What a decision causes: written by the engine in the same transaction as the runs.

use rapport_domain::message::Origin;
use rapport_domain::{Json, Timestamp};
use serde_json::{Map, Value};

use super::runs::{Group, Passage, RunName};

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
        /// Whether it has effects.
        group: Group,
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
        /// Whether it had effects.
        group: Group,
        /// The steps it passed, the last of them.
        path: Vec<Passage>,
        /// The names it had before its profile was absorbed.
        former: Vec<RunName>,
    },
    /// There is no answer to a webhook: every attempt failed, or what it would send cannot be made. For explanations; nothing
    /// else changes.
    Unanswered {
        /// Where the run stood.
        origin: Origin,
        /// Why.
        detail: String,
    },
    /// What came for a run had no room among what it keeps for later steps. For explanations; nothing else changes.
    Omitted {
        /// Where the run stood.
        origin: Origin,
        /// Under what name later steps would have found it: `webhook`, `waited`.
        name: String,
    },
    /// A run passed a step by one of its exits. For counts and explanations; nothing else changes.
    Passed {
        /// The journey's id.
        journey: String,
        /// Its version.
        version: u32,
        /// The run.
        run: u64,
        /// The step.
        step: String,
        /// The exit: `next`, `arm 1`, `timed_out`…
        exit: String,
    },
    /// The journey's goal was reached, for the first time in this run.
    Goal {
        /// Where the run stood.
        origin: Origin,
        /// Whether the run has effects.
        group: Group,
        /// Its send steps whose messages had left before.
        after: Vec<String>,
    },
    /// A message was not decided because the run is in the control group.
    Withheld {
        /// The deciding step.
        origin: Origin,
        /// The kind of channel.
        channel: String,
        /// The template's id.
        template: String,
    },
    /// An event of the profile is to be recorded.
    Emit {
        /// The deciding step.
        origin: Origin,
        /// Its name.
        event: String,
        /// Its properties.
        properties: Map<String, Value>,
    },
    /// Another system is to be asked; the run waits for the answer ([`super::set::JourneySet::on_answer`]).
    Webhook {
        /// The deciding step.
        origin: Origin,
        /// What to ask.
        request: WebhookRequest,
    },
    /// The profile is to be put on a list, or taken off it.
    List {
        /// The deciding step.
        origin: Origin,
        /// The list.
        segment: String,
        /// True to add.
        add: bool,
    },
    /// The run passes a rate limiter, or waits for its turn at it: answer with [`super::runs::Runs::grant`].
    Turn {
        /// The deciding step.
        origin: Origin,
        /// Under what its places are counted in the journey; see [`super::turns::key`].
        limiter: String,
        /// How many may pass in how many milliseconds.
        pace: super::turns::Pace,
        /// Whether it passes now.
        passes: bool,
    },
    /// Another journey is to be started ([`super::set::JourneySet::on_call`]).
    Start {
        /// The deciding step.
        origin: Origin,
        /// The journey to start.
        journey: String,
        /// What it is told.
        data: Map<String, Value>,
    },
    /// The profile's runs of another journey are to end ([`super::set::JourneySet::stop`]).
    Stop {
        /// The deciding step.
        origin: Origin,
        /// The journey to end.
        journey: String,
    },
    /// A run goes on in another version.
    Migrated {
        /// The journey's id.
        journey: String,
        /// The version it was on.
        from: u32,
        /// The version it is on.
        to: u32,
        /// The run.
        run: u64,
        /// The step it stands at now.
        step: String,
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

/// A call of another system, with its references filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct WebhookRequest {
    /// Where.
    pub url: String,
    /// `POST` and the like.
    pub method: String,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// The JSON body.
    pub body: Value,
    /// How long one attempt may take, in milliseconds.
    pub timeout_ms: i64,
    /// Attempts in all.
    pub attempts: u32,
    /// After this no answer is waited for.
    pub expires_at: Timestamp,
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
    /// The event happened longer ago than the trigger's `within` allows.
    TooOld,
    /// The event lacks the property that `key` names.
    NoKey,
    /// The journey is paused.
    Paused,
    /// `starts_at` has not come.
    NotStarted,
    /// `stops_at` is over.
    Stopped,
    /// Its goal is reached already.
    GoalReached,
    /// As many runs of the journey are active as `reentry.concurrent` allows.
    Concurrent,
    /// The profile is in as many runs as it can be ([`super::runs::MAX_ACTIVE_RUNS`]).
    TooManyRuns,
}

impl Refusal {
    /// Every refusal.
    pub const ALL: [Refusal; 13] = [
        Self::EntryCondition,
        Self::ExitCondition,
        Self::Active,
        Self::Once,
        Self::TooSoon,
        Self::TooOld,
        Self::NoKey,
        Self::Paused,
        Self::NotStarted,
        Self::Stopped,
        Self::GoalReached,
        Self::Concurrent,
        Self::TooManyRuns,
    ];

    /// Its name in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EntryCondition => "entry_condition",
            Self::ExitCondition => "exit_condition",
            Self::Active => "active",
            Self::Once => "once",
            Self::TooSoon => "too_soon",
            Self::TooOld => "too_old",
            Self::NoKey => "no_key",
            Self::Paused => "paused",
            Self::NotStarted => "not_started",
            Self::Stopped => "stopped",
            Self::GoalReached => "goal_reached",
            Self::Concurrent => "concurrent",
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
    /// The goal was reached.
    Goal,
    /// What fell due while the journey was paused was not to be made up for.
    Paused,
    /// A migration had no place for it in the new version.
    NotMigrated,
    /// A `stop` step of another journey.
    Stopped,
}

impl ExitReason {
    /// The names of all but those of `exit` steps.
    pub const NAMES: [&str; 8] =
        ["completed", "exit_condition", "not_live", "merged", "goal", "paused", "not_migrated", "stopped"];

    /// Whether messages that were decided and have not left are taken back.
    #[must_use]
    pub fn takes_back(&self) -> bool {
        matches!(self, Self::ExitCondition | Self::Goal | Self::Stopped)
    }

    /// Its name in events and counts; an `exit` step's reason is its own name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Completed => "completed",
            Self::Step(reason) => reason,
            Self::ExitCondition => "exit_condition",
            Self::NotLive => "not_live",
            Self::Merged => "merged",
            Self::Goal => "goal",
            Self::Paused => "paused",
            Self::NotMigrated => "not_migrated",
            Self::Stopped => "stopped",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ExitReason;

    #[test]
    fn the_names_of_exits_are_each_of_one() {
        use ExitReason::{Completed, ExitCondition, Goal, Merged, NotLive, NotMigrated, Paused, Step, Stopped};
        let all = [Completed, ExitCondition, NotLive, Merged, Goal, Paused, NotMigrated, Stopped];
        assert_eq!(all.iter().map(ExitReason::as_str).collect::<Vec<_>>(), ExitReason::NAMES);
        assert_eq!(Step("bought".into()).as_str(), "bought");
    }
}
