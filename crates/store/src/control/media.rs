//! Pictures for messages, kept here and served to everybody who knows their name.

use rapport_domain::{Timestamp, WorkspaceId};

use crate::page::{Page, clamp, like};
use crate::sql::{Query, Tx};
use crate::{Result, StoreError, params};

/// Bytes of all pictures of a workspace, at most.
pub const MAX_TOTAL_BYTES: u64 = 512 << 20;

/// A picture, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// Its name in addresses: made from its content, cannot be guessed without it.
    pub id: String,
    /// What it was called.
    pub name: String,
    /// `image/png`, …, by its content.
    pub media_type: String,
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
    /// Its size.
    pub bytes: u64,
    /// Who uploaded it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
}

const COLUMNS: &str = "id, name, media_type, width, height, bytes, created_by, created_at";

fn read(row: &crate::Row<'_>) -> Result<Media> {
    Ok(Media {
        id: row.get(0)?,
        name: row.get(1)?,
        media_type: row.get(2)?,
        width: row.get(3)?,
        height: row.get(4)?,
        bytes: row.get(5)?,
        created_by: row.get(6)?,
        created_at: row.get(7)?,
    })
}

/// Keeps a picture. One of the same id is the same picture: it stays as it is. Answers whether it is new.
///
/// # Errors
/// The workspace would have more than [`MAX_TOTAL_BYTES`].
pub fn add(tx: &Tx, ws: WorkspaceId, media: &Media, content: &[u8]) -> Result<bool> {
    let total = total_bytes(tx, ws)? + media.bytes;
    if total > MAX_TOTAL_BYTES {
        let found = format!("all pictures together would be {total} bytes, at most {MAX_TOTAL_BYTES}: delete some");
        return Err(StoreError::invalid("file", found));
    }
    let sql = "INSERT INTO media (id, ws, name, media_type, width, height, bytes, created_by, created_at, content) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (id) DO NOTHING";
    let Media { id, name, media_type, width, height, bytes, created_by, created_at } = media;
    let values = params![id, ws, name, media_type, *width, *height, *bytes, created_by, created_at, content];
    Ok(tx.execute(sql, &values)? > 0)
}

/// Bytes of all pictures of a workspace.
pub fn total_bytes(q: &impl Query, ws: WorkspaceId) -> Result<u64> {
    let sql = "SELECT COALESCE(SUM(bytes), 0) FROM media WHERE ws = ?1";
    Ok(q.query_row(sql, &params![ws], |row| row.get(0))?.unwrap_or(0))
}

/// A picture of a workspace.
pub fn get(q: &impl Query, ws: WorkspaceId, id: &str) -> Result<Option<Media>> {
    q.query_row(&format!("SELECT {COLUMNS} FROM media WHERE ws = ?1 AND id = ?2"), &params![ws, id], read)
}

/// Type and content of a picture of any workspace: whoever knows the name may see it.
pub fn content(q: &impl Query, id: &str) -> Result<Option<(String, Vec<u8>)>> {
    let sql = "SELECT media_type, content FROM media WHERE id = ?1";
    q.query_row(sql, &params![id], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Removes a picture: messages that show it show nothing in its place. Answers whether it was there.
pub fn remove(tx: &Tx, ws: WorkspaceId, id: &str) -> Result<bool> {
    Ok(tx.execute("DELETE FROM media WHERE ws = ?1 AND id = ?2", &params![ws, id])? > 0)
}

/// Pictures, newest first; `search` finds text in the name.
pub fn list(
    q: &impl Query,
    ws: WorkspaceId,
    search: Option<&str>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Media>> {
    let limit = clamp(limit);
    let (at, id) = match cursor.map(|c| c.split_once('.')) {
        None => (i64::MAX, String::new()),
        Some(Some((at, id))) if at.parse::<i64>().is_ok() => (at.parse().unwrap_or(0), id.to_owned()),
        Some(_) => return Err(StoreError::invalid("cursor", "expected the `next` of the page before")),
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM media WHERE ws = ?1 AND (created_at < ?2 OR (created_at = ?2 AND id > ?3)) \
         AND (?4 IS NULL OR name LIKE ?4 ESCAPE '\\') ORDER BY created_at DESC, id LIMIT ?5"
    );
    let rows = q.query(&sql, &params![ws, at, &id, &like(search), limit + 1], read)?;
    Ok(Page::cut(rows, limit, |m| format!("{}.{}", m.created_at.0, m.id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::test_db;

    #[test]
    fn pictures_are_kept_once_and_served_by_name() {
        let (_dir, db, a, b) = test_db();
        let media = |id: &str, at| Media {
            id: id.into(),
            name: format!("{id}.png"),
            media_type: "image/png".into(),
            width: Some(1),
            height: None,
            bytes: 3,
            created_by: "ann".into(),
            created_at: Timestamp(at),
        };
        assert!(db.write(|tx| add(tx, a, &media("x", 1), b"abc")).unwrap());
        assert!(!db.write(|tx| add(tx, a, &media("x", 2), b"abc")).unwrap());
        db.write(|tx| add(tx, a, &media("y", 5), b"def")).unwrap();
        assert_eq!(db.read(|q| content(q, "x")).unwrap(), Some(("image/png".into(), b"abc".to_vec())));
        let page = db.read(|q| list(q, a, None, None, 1)).unwrap();
        let rest = db.read(|q| list(q, a, None, page.next.as_deref(), 1)).unwrap();
        assert_eq!((page.items[0].id.as_str(), rest.items[0].id.as_str(), rest.next), ("y", "x", None));
        assert!(db.read(|q| get(q, b, "x")).unwrap().is_none() && db.read(|q| get(q, a, "x")).unwrap().is_some());
        let huge = Media { bytes: MAX_TOTAL_BYTES, ..media("z", 1) };
        assert!(db.write(|tx| add(tx, a, &huge, b"")).is_err());
        assert!(!db.write(|tx| remove(tx, b, "x")).unwrap() && db.write(|tx| remove(tx, a, "x")).unwrap());
        assert_eq!(db.read(|q| total_bytes(q, a)).unwrap(), 3);
    }
}
