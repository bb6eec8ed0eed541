//! Metrics of the journeys stage. Labels are closed lists: never a journey's id, of which there is no bound.

use crate::core::effect::{Effect, ExitReason};

/// Runs begun.
pub const ENTERED: &str = "rapport_journeys_entered_total";
/// Triggers that began no run, by reason.
pub const REFUSED: &str = "rapport_journeys_refused_total";
/// Runs ended, by reason; every reason of an `exit` step counts as `step`.
pub const EXITED: &str = "rapport_journeys_exited_total";
/// Messages decided.
pub const MESSAGES: &str = "rapport_journeys_messages_total";
/// Updates of traits decided.
pub const UPDATES: &str = "rapport_journeys_updates_total";

/// Goals reached.
pub const GOALS: &str = "rapport_journeys_goals_total";
/// Calls of other systems decided.
pub const WEBHOOKS: &str = "rapport_journeys_webhooks_total";

/// Counts one effect.
pub fn record(effect: &Effect) {
    match effect {
        Effect::Entered { .. } => metrics::counter!(ENTERED).increment(1),
        Effect::NotEntered { reason, .. } => metrics::counter!(REFUSED, "reason" => reason.as_str()).increment(1),
        Effect::Exited { reason, .. } => metrics::counter!(EXITED, "reason" => label(reason)).increment(1),
        Effect::Send { .. } => metrics::counter!(MESSAGES).increment(1),
        Effect::UpdateTraits { .. } => metrics::counter!(UPDATES).increment(1),
        Effect::Goal { .. } => metrics::counter!(GOALS).increment(1),
        Effect::Webhook { .. } => metrics::counter!(WEBHOOKS).increment(1),
        Effect::Renumbered { .. }
        | Effect::Omitted { .. }
        | Effect::Unanswered { .. }
        | Effect::Passed { .. }
        | Effect::Withheld { .. }
        | Effect::Emit { .. }
        | Effect::List { .. }
        | Effect::Turn { .. }
        | Effect::Start { .. }
        | Effect::Stop { .. }
        | Effect::Migrated { .. } => {}
    }
}

fn label(reason: &ExitReason) -> &'static str {
    match reason {
        ExitReason::Completed => "completed",
        ExitReason::Step(_) => "step",
        ExitReason::ExitCondition => "exit_condition",
        ExitReason::NotLive => "not_live",
        ExitReason::Merged => "merged",
        ExitReason::Goal => "goal",
        ExitReason::Paused => "paused",
        ExitReason::NotMigrated => "not_migrated",
        ExitReason::Stopped => "stopped",
    }
}
