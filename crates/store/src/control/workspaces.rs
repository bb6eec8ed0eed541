//! Workspaces: the tenants.

use rapport_domain::resource::is_slug;
use rapport_domain::{Timestamp, WorkspaceId, time};

use super::{expect_row, generation, inserted};
use crate::sql::{Query, Row, Tx};
use crate::{Result, StoreError, params};

/// One tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// Its name in paths, unique in the installation.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Its IANA time zone, the default of its customers.
    pub time_zone: String,
    /// When it was created.
    pub created_at: Timestamp,
}

const COLUMNS: &str = "id, slug, name, time_zone, created_at";

/// Creates a workspace. [`StoreError::Conflict`] when the slug is taken.
pub fn create(tx: &Tx, slug: &str, name: &str, time_zone: &str, now: Timestamp) -> Result<Workspace> {
    if !is_slug(slug) {
        return Err(StoreError::invalid("slug", "expected 1-64 lower-case letters, digits, - and _"));
    }
    check_zone(time_zone)?;
    if by_slug(tx, slug)?.is_some() {
        return Err(StoreError::conflict(format!("there is a workspace {slug} already")));
    }
    generation::bump(tx)?;
    let sql = format!(
        "INSERT INTO workspaces (slug, name, time_zone, created_at) VALUES (?1, ?2, ?3, ?4) RETURNING {COLUMNS}"
    );
    inserted(tx.query_row(&sql, &params![slug, name, time_zone, now], read)?, "workspace")
}

/// The workspace of that id.
pub fn get(q: &impl Query, ws: WorkspaceId) -> Result<Option<Workspace>> {
    q.query_row(&format!("SELECT {COLUMNS} FROM workspaces WHERE id = ?1"), &params![ws], read)
}

/// The workspace of that slug.
pub fn by_slug(q: &impl Query, slug: &str) -> Result<Option<Workspace>> {
    q.query_row(&format!("SELECT {COLUMNS} FROM workspaces WHERE slug = ?1"), &params![slug], read)
}

/// Every workspace, oldest first; there are few.
pub fn list(q: &impl Query) -> Result<Vec<Workspace>> {
    q.query(&format!("SELECT {COLUMNS} FROM workspaces ORDER BY id"), &[], read)
}

/// Changes the name and time zone.
pub fn update(tx: &Tx, ws: WorkspaceId, name: &str, time_zone: &str) -> Result<()> {
    check_zone(time_zone)?;
    generation::bump(tx)?;
    let sql = "UPDATE workspaces SET name = ?2, time_zone = ?3 WHERE id = ?1";
    expect_row(tx.execute(sql, &params![ws, name, time_zone])?, || format!("workspace {}", ws.0))
}

fn check_zone(name: &str) -> Result<()> {
    if time::zone(name).is_some() {
        return Ok(());
    }
    Err(StoreError::invalid("time_zone", "expected an IANA name such as Europe/Berlin"))
}

fn read(row: &Row<'_>) -> Result<Workspace> {
    Ok(Workspace {
        id: row.get(0)?,
        slug: row.get(1)?,
        name: row.get(2)?,
        time_zone: row.get(3)?,
        created_at: row.get(4)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::test_db;

    #[test]
    fn workspaces_are_created_found_and_changed() {
        let (_dir, db, a, b) = test_db();
        assert_eq!(db.read(list).unwrap().iter().map(|w| w.id).collect::<Vec<_>>(), [a, b]);
        let before = db.read(generation::current).unwrap();
        db.write(|tx| update(tx, a, "New", "Asia/Tokyo")).unwrap();
        assert!(db.read(generation::current).unwrap() > before);
        let changed = db.read(|q| get(q, a)).unwrap().unwrap();
        assert_eq!(
            (changed.name.as_str(), changed.time_zone.as_str(), changed.slug.as_str()),
            ("New", "Asia/Tokyo", "alpha")
        );
        assert_eq!(db.read(|q| by_slug(q, "beta")).unwrap().unwrap().name, "Beta");
        for (slug, zone, code) in
            [("alpha", "UTC", "conflict"), ("Not A Slug", "UTC", "invalid"), ("new", "Mars/Olympus", "invalid")]
        {
            assert_eq!(db.write(|tx| create(tx, slug, "x", zone, Timestamp(1))).unwrap_err().code(), code, "{slug}");
        }
        assert_eq!(db.write(|tx| update(tx, WorkspaceId(99), "x", "UTC")).unwrap_err().code(), "not_found");
    }
}
