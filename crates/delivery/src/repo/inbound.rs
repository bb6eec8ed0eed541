//! When customers last wrote on a channel: what says whether free text may still answer them.

use rapport_domain::{MessageChannel, ProfileId, Timestamp, WorkspaceId};
use rapport_store::{Query, Tx, params};

use crate::error::DeliveryError;

/// Notes that a customer wrote; of several times the latest stays, whatever the order in which they are told.
///
/// # Errors
/// When the state cannot be written.
pub fn note(
    tx: &Tx,
    ws: WorkspaceId,
    profile: ProfileId,
    channel: MessageChannel,
    at: Timestamp,
) -> Result<(), DeliveryError> {
    let sql = "INSERT INTO inbound (workspace, profile, channel, at) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT (workspace, profile, channel) DO UPDATE SET at = MAX(at, excluded.at)";
    tx.execute(sql, &params![ws, profile, channel.as_str(), at])?;
    Ok(())
}

/// When a profile last wrote on a channel.
///
/// # Errors
/// When the state cannot be read.
pub fn last(
    q: &impl Query,
    ws: WorkspaceId,
    profile: ProfileId,
    channel: &str,
) -> Result<Option<Timestamp>, DeliveryError> {
    let sql = "SELECT at FROM inbound WHERE workspace = ?1 AND profile = ?2 AND channel = ?3";
    Ok(q.query_row(sql, &params![ws, profile, channel], |row| row.get(0))?)
}

/// Forgets what a profile wrote.
pub(super) fn remove_profile(tx: &Tx, ws: WorkspaceId, profile: ProfileId) -> Result<(), DeliveryError> {
    tx.execute("DELETE FROM inbound WHERE workspace = ?1 AND profile = ?2", &params![ws, profile])?;
    Ok(())
}
