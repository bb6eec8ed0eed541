//! Names of this crate's metrics, in one place, and the few lines that record them.

use rapport_domain::message::MessageOutcome;

/// Messages taken by the relay and not yet finished (gauge).
pub const QUEUE_DEPTH: &str = "rapport_delivery_queue_messages";
/// How many messages the relay takes at most (gauge).
pub const QUEUE_CAPACITY: &str = "rapport_delivery_queue_capacity_messages";
/// Messages the relay did not take because it was full (counter).
pub const REFUSED: &str = "rapport_delivery_refused_messages_total";
/// Attempts by outcome: `sent`, `unknown` (sent, as far as anybody knows), `skipped`, `deferred`, `failed` (counter; label `outcome`).
pub const OUTCOMES: &str = "rapport_delivery_outcomes_total";
/// Skipped messages by reason of the closed list (counter; label `reason`).
pub const SKIPS: &str = "rapport_delivery_skips_total";
/// From taking a message out of the queue to the provider's answer (histogram).
pub const SEND_SECONDS: &str = "rapport_delivery_send_seconds";
/// SMTP connections opened (counter).
pub const CONNECTIONS: &str = "rapport_delivery_smtp_connections_total";

/// Returned mail that was recorded (counter).
pub const NOTICES: &str = "rapport_delivery_notices_total";

/// Records one outcome.
pub(crate) fn outcome(outcome: &MessageOutcome) {
    let name = match outcome {
        MessageOutcome::Sent { via, .. } if via.is_unsure => "unknown",
        MessageOutcome::Sent { .. } => "sent",
        MessageOutcome::Skipped { reason, .. } => {
            metrics::counter!(SKIPS, "reason" => reason.as_str()).increment(1);
            "skipped"
        }
        MessageOutcome::Deferred { .. } => "deferred",
        MessageOutcome::Failed { .. } => "failed",
    };
    metrics::counter!(OUTCOMES, "outcome" => name).increment(1);
}
