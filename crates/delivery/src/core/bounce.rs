//! What a refusal says about the address.

use rapport_domain::SkipReason;
use rapport_domain::message::MessageOutcome;

/// How the detail of a refusal begins when the address itself is the reason.
pub const HARD_BOUNCE: &str = "hard bounce: ";

/// Whether the outcome says that the recipient's address should be put on the suppression list.
#[must_use]
pub fn suggests_suppression(outcome: &MessageOutcome) -> bool {
    match outcome {
        MessageOutcome::Skipped { reason: SkipReason::ProviderRejected, detail } => detail.starts_with(HARD_BOUNCE),
        _ => false,
    }
}
