//! Messages that were asked for under a name: how often, and when last.

use rapport_domain::{ProfileId, Timestamp, WorkspaceId};
use rapport_store::{Query, params};

use crate::error::DeliveryError;

/// How many messages to a profile were asked for under `request` after `since`, and when the last one was.
///
/// # Errors
/// When the state cannot be read.
pub fn since(
    q: &impl Query,
    ws: WorkspaceId,
    profile: ProfileId,
    request: &str,
    since: Timestamp,
) -> Result<(u64, Option<Timestamp>), DeliveryError> {
    let sql = "SELECT COUNT(*), MAX(created_at) FROM messages \
               WHERE workspace = ?1 AND profile = ?2 AND request = ?3 AND created_at > ?4";
    let read = |row: &rapport_store::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    Ok(q.query_row(sql, &params![ws, profile, request, since], read)?.unwrap_or_default())
}
