//! The rows an import rejected.

use rapport_domain::WorkspaceId;

use crate::control::bounded;
use crate::control::quality::LEAST_VALUE_CHARS;
use crate::page::{Page, clamp, key, like};
use crate::sql::{Query, Tx};
use crate::{Result, params};

/// Rejected rows kept of one import; further ones are only counted.
pub const MAX_REJECTS: u64 = 100_000;
/// Bytes kept of a rejected row and of its reason.
const MAX_TEXT_BYTES: usize = 1024;

/// A row to record.
#[derive(Clone, Copy, Debug)]
pub struct NewReject<'a> {
    /// The row's line in the file, from 1.
    pub line: u64,
    /// Why it was rejected.
    pub reason: &'a str,
    /// The row, or its beginning.
    pub sample: &'a str,
}

/// A rejected row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportReject {
    /// Its number, growing.
    pub id: u64,
    /// The row's line in the file, from 1.
    pub line: u64,
    /// Why it was rejected.
    pub reason: String,
    /// The row, or its beginning.
    pub sample: String,
}

/// Keeps rejected rows of an import that had `before` of them.
pub(super) fn add(tx: &Tx, import: u64, before: u64, rejects: &[NewReject<'_>]) -> Result<()> {
    let room = MAX_REJECTS.saturating_sub(before) as usize;
    let sql = "INSERT INTO import_rejects (import, line, reason, sample) VALUES (?1, ?2, ?3, ?4)";
    rejects.iter().take(room).try_for_each(|reject| {
        let (reason, sample) = (bounded(reject.reason, MAX_TEXT_BYTES), bounded(reject.sample, MAX_TEXT_BYTES));
        tx.execute(sql, &params![import, reject.line, reason, sample]).map(drop)
    })
}

/// Forgets the kept rows of a workspace's imports that name one of `values`, as when somebody is erased; the counts stay.
/// Values shorter than [`LEAST_VALUE_CHARS`] are left. Answers how many went.
pub fn forget_rejects(tx: &Tx, ws: WorkspaceId, values: &[String]) -> Result<usize> {
    let sql = "DELETE FROM import_rejects WHERE import IN (SELECT id FROM imports WHERE ws = ?1) \
               AND (reason LIKE ?2 ESCAPE '\\' OR sample LIKE ?2 ESCAPE '\\')";
    let named = values.iter().filter(|value| value.chars().count() >= LEAST_VALUE_CHARS);
    named.map(|value| tx.execute(sql, &params![ws, &like(Some(value))])).sum()
}

/// The kept rejected rows of an import, in the order of the file.
pub fn list_rejects(
    q: &impl Query,
    ws: WorkspaceId,
    import: u64,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<ImportReject>> {
    let (after, limit) = (key::<u64>(cursor)?.unwrap_or(0), clamp(limit));
    let sql = "SELECT r.id, r.line, r.reason, r.sample FROM import_rejects r JOIN imports i ON i.id = r.import \
               WHERE i.ws = ?1 AND r.import = ?2 AND r.id > ?3 ORDER BY r.id LIMIT ?4";
    let rows = q.query(sql, &params![ws, import, after, limit + 1], |row| {
        Ok(ImportReject { id: row.get(0)?, line: row.get(1)?, reason: row.get(2)?, sample: row.get(3)? })
    })?;
    Ok(Page::cut(rows, limit, |r| r.id))
}
