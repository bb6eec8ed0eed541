//! Calls that tell another system who entered and left a segment: kept until it took them, or would not.

use std::collections::HashSet;

use rapport_domain::{ProfileId, Timestamp, WorkspaceId};
use rapport_store::{Query, Row, StoreError, Tx, params};

/// A call to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentCall {
    /// Its number, unique within the partition: with it, a stable name for the other system to tell repetitions by.
    pub number: u64,
    /// Whose.
    pub workspace: WorkspaceId,
    /// Who entered or left.
    pub profile: ProfileId,
    /// Which segment.
    pub segment: String,
    /// The channel whose address and secret it uses.
    pub channel: String,
    /// What it says, JSON.
    pub body: String,
    /// After this it is not worth telling.
    pub expires_at: Timestamp,
}

/// Calls by one channel that a partition has under way, at most: a target that hangs leaves room for others.
pub const AT_ONCE: usize = 8;
/// Calls of a channel that are looked through for customers whose turn it is.
const LOOKED_AT: usize = 64;

const COLUMNS: &str = "number, ws, profile, segment, channel, body, expires_at";

/// Keeps a call.
pub fn push(tx: &Tx, call: &SegmentCall) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO segment_calls ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    let (ws, profile) = (call.workspace, call.profile);
    tx.execute(&sql, &params![call.number, ws, profile, &call.segment, &call.channel, &call.body, call.expires_at])?;
    Ok(())
}

/// Calls to make, the oldest of each channel first, without those that `skip` names because they are being made. About one
/// customer there is one at a time, so that what happened first is told first.
pub fn due(q: &impl Query, limit: usize, skip: impl Fn(u64) -> bool) -> Result<Vec<SegmentCall>, StoreError> {
    let channels: Vec<(WorkspaceId, String)> =
        q.query("SELECT DISTINCT ws, channel FROM segment_calls", &[], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let sql = format!("SELECT {COLUMNS} FROM segment_calls WHERE ws = ?1 AND channel = ?2 ORDER BY number LIMIT ?3");
    let mut out = Vec::new();
    for (ws, channel) in channels {
        let rows = q.query(&sql, &params![ws, &channel, LOOKED_AT as u64], read)?;
        let mut seen = HashSet::new();
        let turns = rows.into_iter().filter(|call| seen.insert(call.profile)).take(AT_ONCE);
        out.extend(turns.filter(|call| !skip(call.number)));
        if out.len() >= limit {
            out.truncate(limit);
            break;
        }
    }
    Ok(out)
}

/// A call.
pub fn get(q: &impl Query, number: u64) -> Result<Option<SegmentCall>, StoreError> {
    q.query_row(&format!("SELECT {COLUMNS} FROM segment_calls WHERE number = ?1"), &params![number], read)
}

/// Forgets a call; answers it.
pub fn take(tx: &Tx, number: u64) -> Result<Option<SegmentCall>, StoreError> {
    let found = get(tx, number)?;
    tx.execute("DELETE FROM segment_calls WHERE number = ?1", &params![number])?;
    Ok(found)
}

/// How many calls wait.
pub fn count(q: &impl Query, ws: WorkspaceId, segment: &str) -> Result<u64, StoreError> {
    let sql = "SELECT COUNT(*) FROM segment_calls WHERE ws = ?1 AND segment = ?2";
    Ok(q.query_row(sql, &params![ws, segment], |row| row.get(0))?.unwrap_or(0))
}

/// Forgets the calls about a profile.
pub fn remove_profile(tx: &Tx, ws: WorkspaceId, profile: ProfileId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM segment_calls WHERE ws = ?1 AND profile = ?2", &params![ws, profile])?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<SegmentCall, StoreError> {
    Ok(SegmentCall {
        number: row.get(0)?,
        workspace: row.get(1)?,
        profile: row.get(2)?,
        segment: row.get(3)?,
        channel: row.get(4)?,
        body: row.get(5)?,
        expires_at: row.get(6)?,
    })
}
