//! Messages of one step of a journey to one profile: what the same step decided for somebody who was two profiles.

use rapport_domain::{OutboundMessage, OutboxId, ProfileId, Timestamp, WorkspaceId};
use rapport_store::{Query, params};
use serde_json::Value;

use crate::error::DeliveryError;

/// A message that waits or left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rival {
    /// The message.
    pub id: OutboxId,
    /// The run that decided it, by its number then.
    pub run: u64,
    /// When it was decided.
    pub created_at: Timestamp,
    /// Whether it left.
    pub is_sent: bool,
    /// What that run is about ([`key_of`]); nothing of messages that an earlier release decided.
    pub key: Option<String>,
}

/// What the run that decided the message is about, when its journey names a key.
#[must_use]
pub fn key_of(message: &OutboundMessage) -> Option<&str> {
    message.origin.as_ref().and_then(|_| message.data.get("journey.key")).and_then(Value::as_str)
}

/// The messages that a step decided for a profile and that were sent or still may be, the newest first, at most `limit`.
///
/// # Errors
/// When the state cannot be read.
pub fn of_step(
    q: &impl Query,
    ws: WorkspaceId,
    profile: ProfileId,
    (journey, step): (&str, &str),
    limit: usize,
) -> Result<Vec<Rival>, DeliveryError> {
    let sql = "SELECT partition, number, run, created_at, status = 'sent', run_key FROM messages \
               WHERE workspace = ?1 AND profile = ?2 AND journey = ?3 AND step = ?4 AND run IS NOT NULL \
               AND (status = 'sent' OR (status IN ('queued', 'deferred') AND withdrawn = 0)) \
               ORDER BY created_at DESC, number DESC LIMIT ?5";
    Ok(q.query(sql, &params![ws, profile, journey, step, limit], |row| {
        let id = OutboxId { partition: row.get(0)?, number: row.get(1)? };
        Ok(Rival { id, run: row.get(2)?, created_at: row.get(3)?, is_sent: row.get(4)?, key: row.get(5)? })
    })?)
}
