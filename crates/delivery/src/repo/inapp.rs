//! In-app messages, kept until the customer fetches them.

use rapport_domain::{Json, OutboxId, ProfileId, Timestamp, WorkspaceId};
use rapport_store::{Query, StoreError, Tx, params};

use crate::core::mark::Mark;
use crate::error::DeliveryError;

/// In-app messages of one customer that are kept, the newest.
pub const MAX_KEPT: u64 = 200;

/// One in-app message.
#[derive(Clone, Debug, PartialEq)]
pub struct InAppMessage {
    /// Its id.
    pub id: OutboxId,
    /// Its template's id.
    pub template: String,
    /// Its content, rendered.
    pub content: Json,
    /// When it was put here.
    pub at: Timestamp,
    /// After this it is not shown any more.
    pub expires_at: Timestamp,
    /// How often it was shown.
    pub displays: u32,
    /// When it was last shown.
    pub displayed_at: Option<Timestamp>,
    /// When the customer read it (inbox), used it or closed it.
    pub read_at: Option<Timestamp>,
    /// When it was closed for good.
    pub dismissed_at: Option<Timestamp>,
}

/// Keeps a message for its profile; the oldest beyond [`MAX_KEPT`] go.
///
/// # Errors
/// When the state cannot be written.
pub fn put(
    tx: &Tx,
    (ws, profile): (WorkspaceId, ProfileId),
    (id, template): (OutboxId, &str),
    content: &Json,
    (at, expires_at): (Timestamp, Timestamp),
) -> Result<(), DeliveryError> {
    let sql = "INSERT INTO inapp (workspace, profile, partition, number, template, content, at, expires_at, displays) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0) ON CONFLICT DO NOTHING";
    tx.execute(sql, &params![ws, profile, id.partition, id.number, template, content.text(), at, expires_at])?;
    let old = "DELETE FROM inapp WHERE workspace = ?1 AND profile = ?2 AND rowid IN (SELECT rowid FROM inapp \
               WHERE workspace = ?1 AND profile = ?2 ORDER BY at DESC, number DESC LIMIT -1 OFFSET ?3)";
    tx.execute(old, &params![ws, profile, MAX_KEPT])?;
    Ok(())
}

/// The messages of a profile that are not over at `now`, the newest first; those closed are left out but for the inbox's.
///
/// # Errors
/// When the state cannot be read or a row is damaged.
pub fn list(
    q: &impl Query,
    ws: WorkspaceId,
    profile: ProfileId,
    now: Timestamp,
) -> Result<Vec<InAppMessage>, DeliveryError> {
    let sql = "SELECT partition, number, template, content, at, expires_at, displays, displayed_at, read_at, dismissed_at \
               FROM inapp WHERE workspace = ?1 AND profile = ?2 AND expires_at > ?3 AND dismissed_at IS NULL \
               ORDER BY at DESC, number DESC";
    let read = |row: &rapport_store::Row<'_>| -> Result<InAppMessage, StoreError> {
        Ok(InAppMessage {
            id: OutboxId { partition: row.get(0)?, number: row.get(1)? },
            template: row.get(2)?,
            content: Json::from_text(row.get_str_ref(3)?),
            at: row.get(4)?,
            expires_at: row.get(5)?,
            displays: row.get(6)?,
            displayed_at: row.get(7)?,
            read_at: row.get(8)?,
            dismissed_at: row.get(9)?,
        })
    };
    Ok(q.query(sql, &params![ws, profile, now], read)?)
}

/// What the customer did with a message. Answers whether it is here.
///
/// # Errors
/// When the state cannot be written.
pub fn touch(tx: &Tx, ws: WorkspaceId, id: OutboxId, mark: Mark, at: Timestamp) -> Result<bool, DeliveryError> {
    let change = match mark {
        Mark::Opened => "displays = displays + 1, displayed_at = ?4",
        Mark::Clicked => "read_at = COALESCE(read_at, ?4)",
        Mark::Dismissed => "read_at = COALESCE(read_at, ?4), dismissed_at = COALESCE(dismissed_at, ?4)",
        _ => return Ok(false),
    };
    let sql = format!("UPDATE inapp SET {change} WHERE workspace = ?1 AND partition = ?2 AND number = ?3");
    Ok(tx.execute(&sql, &params![ws, id.partition, id.number, at])? > 0)
}

/// The customer read a message in the inbox. Answers whether it is here.
///
/// # Errors
/// When the state cannot be written.
pub fn read(tx: &Tx, ws: WorkspaceId, id: OutboxId, at: Timestamp) -> Result<bool, DeliveryError> {
    let sql =
        "UPDATE inapp SET read_at = COALESCE(read_at, ?4) WHERE workspace = ?1 AND partition = ?2 AND number = ?3";
    Ok(tx.execute(sql, &params![ws, id.partition, id.number, at])? > 0)
}

/// The customer left the journey that put messages here: they are shown no more, but for those of the inbox that the customer
/// saw. Answers how many there were.
pub(super) fn take_back(
    tx: &Tx,
    ws: WorkspaceId,
    profile: ProfileId,
    journey: &str,
    run: u64,
) -> Result<usize, DeliveryError> {
    let sql = "UPDATE inapp SET expires_at = 0 WHERE workspace = ?1 AND expires_at > 0 AND dismissed_at IS NULL \
               AND NOT (json_extract(content, '$.layout') = 'inbox' AND (displays > 0 OR read_at IS NOT NULL)) \
               AND (partition, number) IN (SELECT partition, number FROM messages \
               WHERE workspace = ?1 AND profile = ?2 AND journey = ?3 AND run = ?4 AND channel = 'inapp')";
    Ok(tx.execute(sql, &params![ws, profile, journey, run])?)
}

/// Forgets those of a profile (invariant I10).
pub(super) fn remove_profile(tx: &Tx, ws: WorkspaceId, profile: ProfileId) -> Result<(), DeliveryError> {
    tx.execute("DELETE FROM inapp WHERE workspace = ?1 AND profile = ?2", &params![ws, profile])?;
    Ok(())
}
