//! Lists of documents and of a document's versions.

use rapport_domain::{Resource, ResourceKind, ResourceStatus, WorkspaceId};

use super::{COLUMNS, read};
use crate::page::{Page, clamp, key, like};
use crate::sql::Query;
use crate::{Result, params};

/// Which documents to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListFilter<'a> {
    /// Text to find in the id or anywhere in the newest version.
    pub search: Option<&'a str>,
    /// `Live`: documents with a live version. Otherwise: documents whose newest version has this status, and for
    /// `Archived` no version is live.
    pub status: Option<ResourceStatus>,
}

/// One document of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceEntry {
    /// Its newest version.
    pub newest: Resource,
    /// The version in effect, when there is one.
    pub live_version: Option<u32>,
}

/// Documents of a kind by id; the cursor is the last id.
pub fn list(
    q: &impl Query,
    ws: WorkspaceId,
    kind: ResourceKind,
    filter: ListFilter<'_>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<ResourceEntry>> {
    let limit = clamp(limit);
    let sql = format!(
        "SELECT {COLUMNS}, live FROM (SELECT r.*, (SELECT l.version FROM resources l \
            WHERE l.ws = r.ws AND l.kind = r.kind AND l.id = r.id AND l.status = 'live') AS live \
         FROM resources r WHERE r.ws = ?1 AND r.kind = ?2 AND r.id > ?3 AND r.version = (SELECT MAX(m.version) \
            FROM resources m WHERE m.ws = r.ws AND m.kind = r.kind AND m.id = r.id)) AS newest \
         WHERE (?4 IS NULL OR id LIKE ?4 ESCAPE '\\' OR spec LIKE ?4 ESCAPE '\\') \
         AND (?5 IS NULL OR CASE ?5 WHEN 'live' THEN live IS NOT NULL WHEN 'archived' THEN status = ?5 AND live IS NULL \
            ELSE status = ?5 END) \
         ORDER BY id LIMIT ?6"
    );
    let pattern = like(filter.search);
    let status = filter.status.map(ResourceStatus::as_str);
    let values = params![ws, kind.as_str(), cursor.unwrap_or(""), &pattern, status, limit + 1];
    let entries = q.query(&sql, &values, |row| Ok(ResourceEntry { newest: read(row)?, live_version: row.get(10)? }))?;
    Ok(Page::cut(entries, limit, |e| e.newest.id.clone()))
}

/// Every version of a document, newest first.
pub fn all_versions(q: &impl Query, ws: WorkspaceId, kind: ResourceKind, id: &str) -> Result<Vec<Resource>> {
    let sql = format!("SELECT {COLUMNS} FROM resources WHERE ws = ?1 AND kind = ?2 AND id = ?3 ORDER BY version DESC");
    q.query(&sql, &params![ws, kind.as_str(), id], read)
}

/// The versions of a document, newest first; the cursor is the last version.
pub fn versions(
    q: &impl Query,
    ws: WorkspaceId,
    kind: ResourceKind,
    id: &str,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Resource>> {
    let (before, limit) = (key::<u32>(cursor)?.unwrap_or(u32::MAX), clamp(limit));
    let sql = format!(
        "SELECT {COLUMNS} FROM resources WHERE ws = ?1 AND kind = ?2 AND id = ?3 AND version < ?4 \
         ORDER BY version DESC LIMIT ?5"
    );
    let rows = q.query(&sql, &params![ws, kind.as_str(), id, before, limit + 1], read)?;
    Ok(Page::cut(rows, limit, |r| r.version))
}
