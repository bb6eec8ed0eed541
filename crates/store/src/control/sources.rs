//! Sources of events and the write keys that let them in.

use rapport_domain::resource::is_slug;
use rapport_domain::{SourceId, Timestamp, WorkspaceId};
use serde_json::Value;

use super::{expect_row, generation, inserted};
use crate::sql::{Query, Row, Tx};
use crate::{Result, StoreError, params};

/// One website, app, server or import that sends events.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Its id.
    pub id: SourceId,
    /// Whose.
    pub workspace: WorkspaceId,
    /// Its name in paths, unique in the workspace.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// `website`, `app`, `server`, `import`; free for the caller.
    pub kind: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// Whether its events are refused.
    pub disabled: bool,
    /// What consent its events need, as the collector reads it; `{}` is none.
    pub consent: Value,
}

/// One key that lets events of a source in. It can only write, so it is stored as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteKey {
    /// The key itself.
    pub key: String,
    /// Its source.
    pub source: SourceId,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, ws, slug, name, kind, created_at, disabled, consent";
/// Sources of a workspace; keeps every list of them whole.
pub const MAX_SOURCES: u64 = 1_000;

/// Creates a source. [`StoreError::Conflict`] when the slug is taken or there are [`MAX_SOURCES`].
pub fn create(tx: &Tx, ws: WorkspaceId, slug: &str, name: &str, kind: &str, now: Timestamp) -> Result<Source> {
    if !is_slug(slug) {
        return Err(StoreError::invalid("slug", "expected 1-64 lower-case letters, digits, - and _"));
    }
    if by_slug(tx, ws, slug)?.is_some() {
        return Err(StoreError::conflict(format!("there is a source {slug} already")));
    }
    let count = tx.query_row("SELECT COUNT(*) FROM sources WHERE ws = ?1", &params![ws], |row| row.get::<u64>(0))?;
    if count.unwrap_or(0) >= MAX_SOURCES {
        return Err(StoreError::conflict(format!("a workspace has at most {MAX_SOURCES} sources")));
    }
    generation::bump(tx)?;
    let sql = format!(
        "INSERT INTO sources (ws, slug, name, kind, created_at) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING {COLUMNS}"
    );
    inserted(tx.query_row(&sql, &params![ws, slug, name, kind, now], read)?, "source")
}

/// The source of that id.
pub fn get(q: &impl Query, ws: WorkspaceId, id: SourceId) -> Result<Option<Source>> {
    q.query_row(&format!("SELECT {COLUMNS} FROM sources WHERE ws = ?1 AND id = ?2"), &params![ws, id], read)
}

/// The source of that slug.
pub fn by_slug(q: &impl Query, ws: WorkspaceId, slug: &str) -> Result<Option<Source>> {
    q.query_row(&format!("SELECT {COLUMNS} FROM sources WHERE ws = ?1 AND slug = ?2"), &params![ws, slug], read)
}

/// The sources of a workspace by slug; at most [`MAX_SOURCES`].
pub fn list(q: &impl Query, ws: WorkspaceId) -> Result<Vec<Source>> {
    q.query(&format!("SELECT {COLUMNS} FROM sources WHERE ws = ?1 ORDER BY slug"), &params![ws], read)
}

/// Changes a source's name, whether its events are refused, and what consent they need.
pub fn update(tx: &Tx, ws: WorkspaceId, id: SourceId, name: &str, disabled: bool, consent: &Value) -> Result<()> {
    generation::bump(tx)?;
    let sql = "UPDATE sources SET name = ?3, disabled = ?4, consent = ?5 WHERE ws = ?1 AND id = ?2";
    expect_row(tx.execute(sql, &params![ws, id, name, disabled, &consent.to_string()])?, || format!("source {}", id.0))
}

/// Adds a write key to a source of the workspace.
pub fn add_key(tx: &Tx, ws: WorkspaceId, source: SourceId, key: &str, now: Timestamp) -> Result<()> {
    generation::bump(tx)?;
    let sql =
        "INSERT INTO write_keys (key, source, created_at) SELECT ?3, id, ?4 FROM sources WHERE ws = ?1 AND id = ?2";
    expect_row(tx.execute(sql, &params![ws, source, key, now])?, || format!("source {}", source.0))
}

/// Revokes a write key of the workspace for good.
pub fn revoke_key(tx: &Tx, ws: WorkspaceId, key: &str, now: Timestamp) -> Result<()> {
    generation::bump(tx)?;
    let sql = "UPDATE write_keys SET revoked_at = COALESCE(revoked_at, ?3) \
               WHERE key = ?2 AND source IN (SELECT id FROM sources WHERE ws = ?1)";
    expect_row(tx.execute(sql, &params![ws, key, now])?, || "such write key".to_owned())
}

/// The write keys of a workspace, by source and age, revoked ones too.
pub fn keys(q: &impl Query, ws: WorkspaceId) -> Result<Vec<WriteKey>> {
    let sql = "SELECT k.key, k.source, k.created_at, k.revoked_at FROM write_keys k JOIN sources s ON s.id = k.source \
               WHERE s.ws = ?1 ORDER BY k.source, k.created_at, k.key";
    q.query(sql, &params![ws], |row| {
        Ok(WriteKey { key: row.get(0)?, source: row.get(1)?, created_at: row.get(2)?, revoked_at: row.get(3)? })
    })
}

const VALID: &str = "FROM write_keys k JOIN sources s ON s.id = k.source WHERE k.revoked_at IS NULL AND s.disabled = 0";

/// Whose events a write key lets in; `None` for unknown and revoked keys and disabled sources.
pub fn lookup_key(q: &impl Query, key: &str) -> Result<Option<(WorkspaceId, SourceId)>> {
    let sql = format!("SELECT s.ws, s.id {VALID} AND k.key = ?1");
    q.query_row(&sql, &params![key], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Every valid write key of the installation, for the collector's table; see [`generation`] for when to read it again.
/// With each comes what consent its source needs.
pub fn all_keys(q: &impl Query) -> Result<Vec<(String, WorkspaceId, SourceId, Value)>> {
    let sql = format!("SELECT k.key, s.ws, s.id, s.consent {VALID} ORDER BY k.key");
    q.query(&sql, &[], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get_json(3)?)))
}

fn read(row: &Row<'_>) -> Result<Source> {
    Ok(Source {
        id: row.get(0)?,
        workspace: row.get(1)?,
        slug: row.get(2)?,
        name: row.get(3)?,
        kind: row.get(4)?,
        created_at: row.get(5)?,
        disabled: row.get(6)?,
        consent: row.get_json(7)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::test_db;

    #[test]
    fn keys_let_in_until_revoked_or_disabled() {
        let (_dir, db, a, b) = test_db();
        let (now, none) = (Timestamp(5), serde_json::json!({}));
        let web = db.write(|tx| create(tx, a, "web", "Web", "website", now)).unwrap();
        let other = db.write(|tx| create(tx, b, "web", "Web", "website", now)).unwrap();
        assert_ne!(web.id, other.id);
        assert_eq!(db.write(|tx| create(tx, a, "web", "Web", "website", now)).unwrap_err().code(), "conflict");
        db.write(|tx| add_key(tx, a, web.id, "k1", now).and_then(|()| add_key(tx, a, web.id, "k2", now))).unwrap();
        db.write(|tx| add_key(tx, b, other.id, "k3", now)).unwrap();
        assert_eq!(db.write(|tx| add_key(tx, b, web.id, "k4", now)).unwrap_err().code(), "not_found");
        assert_eq!(db.write(|tx| add_key(tx, b, other.id, "k1", now)).unwrap_err().code(), "conflict");
        let find = |key| db.read(|q| lookup_key(q, key)).unwrap();
        assert_eq!((find("k1"), find("k3"), find("nope")), (Some((a, web.id)), Some((b, other.id)), None));
        assert_eq!(db.write(|tx| revoke_key(tx, b, "k1", now)).unwrap_err().code(), "not_found");
        let before = db.read(generation::current).unwrap();
        db.write(|tx| revoke_key(tx, a, "k1", now)).unwrap();
        assert_eq!(db.read(generation::current).unwrap(), before + 1);
        assert_eq!(find("k1"), None);
        assert_eq!(db.read(|q| keys(q, a)).unwrap().len(), 2);
        assert_eq!(db.read(all_keys).unwrap().len(), 2);
        assert_eq!(db.write(|tx| update(tx, b, web.id, "X", true, &Value::Null)).unwrap_err().code(), "not_found");
        db.write(|tx| update(tx, a, web.id, "Shop", true, &none)).unwrap();
        assert_eq!(db.read(all_keys).unwrap(), [("k3".to_owned(), b, other.id, none)]);
        let consent = serde_json::json!({"required": ["Analytics"]});
        db.write(|tx| update(tx, b, other.id, "Web", false, &consent)).unwrap();
        assert_eq!(db.read(all_keys).unwrap()[0].3, consent);
        assert_eq!(db.read(|q| list(q, a)).unwrap()[0].name, "Shop");
        assert_eq!(db.read(|q| get(q, b, web.id)).unwrap(), None);
    }
}
