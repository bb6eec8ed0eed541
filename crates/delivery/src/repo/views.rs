//! Messages with a link to the page that shows them: what each was made from, so that the page can make it again.

use rapport_domain::{OutboundMessage, OutboxId, ProfileId, WorkspaceId};
use rapport_store::{Query, StoreError, Tx, params};

use crate::error::DeliveryError;

/// Messages kept of one partition, at most; the oldest goes first.
const MAX_KEPT: u64 = 200_000;

/// Keeps what a message was made from.
///
/// # Errors
/// When the state cannot be written.
pub fn keep(tx: &Tx, message: &OutboundMessage) -> Result<(), DeliveryError> {
    let payload = postcard::to_stdvec(message).map_err(|e| StoreError::decode("message", e))?;
    let (id, ws) = (message.id, message.workspace);
    let sql = "INSERT INTO message_views (workspace, partition, number, profile, payload) VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT (workspace, partition, number) DO NOTHING";
    tx.execute(sql, &params![ws, id.partition, id.number, message.profile, &payload])?;
    let old = "DELETE FROM message_views WHERE place <= (SELECT MAX(place) FROM message_views) - ?1";
    tx.execute(old, &params![MAX_KEPT])?;
    Ok(())
}

/// What a message was made from; `None` when it is not kept, or not any more.
///
/// # Errors
/// When the state cannot be read or the row is damaged.
pub fn get(q: &impl Query, ws: WorkspaceId, id: OutboxId) -> Result<Option<OutboundMessage>, DeliveryError> {
    let sql = "SELECT payload FROM message_views WHERE workspace = ?1 AND partition = ?2 AND number = ?3";
    Ok(q.query_row(sql, &params![ws, id.partition, id.number], |row| row.get_postcard(0))?)
}

/// Forgets those of a profile (invariant I10).
pub(super) fn remove_profile(tx: &Tx, ws: WorkspaceId, profile: ProfileId) -> Result<(), DeliveryError> {
    tx.execute("DELETE FROM message_views WHERE workspace = ?1 AND profile = ?2", &params![ws, profile])?;
    Ok(())
}
