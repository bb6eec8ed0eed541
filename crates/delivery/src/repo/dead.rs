//! Messages that were given up or refused, kept whole so that they can be sent again when the cause is mended.

use rapport_domain::message::MessageOutcome;
use rapport_domain::{OutboundMessage, OutboxId, ProfileId, SkipReason, Timestamp, WorkspaceId};
use rapport_store::{Query, StoreError, Tx, params};

use crate::error::DeliveryError;

/// Dead letters of one partition: the latest that many are kept.
const MAX_DEAD: u64 = 20_000;
/// How the detail of a refusal begins when the address itself is the reason.
pub(crate) const HARD_BOUNCE: &str = "hard bounce: ";

/// Why messages are skipped that can be sent again when somebody mended the cause.
pub const MENDABLE: [SkipReason; 2] = [SkipReason::ProviderRejected, SkipReason::InvalidTemplate];

/// Whether a message that ended so can be sent again: it was given up, or skipped for a reason that can be mended ([`MENDABLE`]); that
/// its address does not work cannot.
#[must_use]
pub fn is_kept(outcome: &MessageOutcome) -> bool {
    match outcome {
        MessageOutcome::Failed { .. } => true,
        MessageOutcome::Skipped { reason, detail } => MENDABLE.contains(reason) && !detail.starts_with(HARD_BOUNCE),
        _ => false,
    }
}

/// Keeps a message that was given up.
///
/// # Errors
/// When the state cannot be written.
pub fn bury(tx: &Tx, message: &OutboundMessage, at: Timestamp) -> Result<(), DeliveryError> {
    let payload = postcard::to_stdvec(message).map_err(|e| StoreError::decode("dead letter", e))?;
    let (id, ws) = (message.id, message.workspace);
    let sql = "INSERT INTO dead_letters (workspace, partition, number, profile, payload, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
               ON CONFLICT (workspace, partition, number) DO UPDATE SET at = ?6";
    tx.execute(sql, &params![ws, id.partition, id.number, message.profile, &payload, at])?;
    let old = "DELETE FROM dead_letters WHERE rowid <= (SELECT MAX(rowid) FROM dead_letters) - ?1";
    tx.execute(old, &params![MAX_DEAD])?;
    Ok(())
}

/// Takes a message out, to be tried again.
///
/// # Errors
/// When the state cannot be written or the row is damaged.
pub fn exhume(tx: &Tx, ws: WorkspaceId, id: OutboxId) -> Result<Option<OutboundMessage>, DeliveryError> {
    let sql = "SELECT payload FROM dead_letters WHERE workspace = ?1 AND partition = ?2 AND number = ?3";
    let values = params![ws, id.partition, id.number];
    let Some(message) = tx.query_row(sql, &values, |row| row.get_postcard(0))? else { return Ok(None) };
    tx.execute("DELETE FROM dead_letters WHERE workspace = ?1 AND partition = ?2 AND number = ?3", &values)?;
    Ok(Some(message))
}

/// Whether a message is there to be tried again.
///
/// # Errors
/// When the state cannot be read.
pub fn is_there(q: &impl Query, ws: WorkspaceId, id: OutboxId) -> Result<bool, DeliveryError> {
    let sql = "SELECT 1 FROM dead_letters WHERE workspace = ?1 AND partition = ?2 AND number = ?3";
    Ok(q.query_row(sql, &params![ws, id.partition, id.number], |row| row.get::<u64>(0))?.is_some())
}

/// Forgets those of a profile (invariant I10).
pub(super) fn remove_profile(tx: &Tx, ws: WorkspaceId, profile: ProfileId) -> Result<(), DeliveryError> {
    tx.execute("DELETE FROM dead_letters WHERE workspace = ?1 AND profile = ?2", &params![ws, profile])?;
    Ok(())
}

/// How many there are.
///
/// # Errors
/// When the state cannot be read.
pub fn count(q: &impl Query, ws: WorkspaceId) -> Result<u64, DeliveryError> {
    let sql = "SELECT COUNT(*) FROM dead_letters WHERE workspace = ?1";
    Ok(q.query_row(sql, &params![ws], |row| row.get(0))?.unwrap_or(0))
}
