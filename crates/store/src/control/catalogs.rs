//! Rows of catalogues: what templates look up by key.

use rapport_domain::WorkspaceId;

use crate::page::{Page, clamp, like};
use crate::sql::{Query, Tx};
use crate::{Result, StoreError, params};

/// Rows of one catalogue, at most.
pub const MAX_ROWS: u64 = 1_000_000;
/// The longest key, bytes.
pub const MAX_KEY_BYTES: usize = 256;
/// The longest row as JSON, bytes.
pub const MAX_ROW_BYTES: usize = 32 * 1024;

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct CatalogRow {
    /// What finds it.
    pub key: String,
    /// The row, a JSON object.
    pub row: serde_json::Value,
}

/// Adds rows or replaces those of the same key; each row is JSON. Answers how many there are then.
///
/// # Errors
/// A key or row is too long, or there would be too many.
pub fn put(tx: &Tx, ws: WorkspaceId, catalog: &str, rows: &[(String, String)]) -> Result<u64> {
    let sql = "INSERT INTO catalog_rows (ws, catalog, key, row) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT (ws, catalog, key) DO UPDATE SET row = excluded.row";
    for (at, (key, row)) in rows.iter().enumerate() {
        if key.is_empty() || key.len() > MAX_KEY_BYTES || row.len() > MAX_ROW_BYTES {
            let expected = format!("expected a key of 1 to {MAX_KEY_BYTES} bytes and a row of at most {MAX_ROW_BYTES}");
            return Err(StoreError::invalid(format!("row {}", at + 1), expected));
        }
        tx.execute(sql, &params![ws, catalog, key, row])?;
    }
    let count = count(tx, ws, catalog)?;
    if count > MAX_ROWS {
        return Err(StoreError::invalid(
            "rows",
            format!("a catalogue has at most {MAX_ROWS} rows, this would be {count}"),
        ));
    }
    Ok(count)
}

/// Removes every row. Answers how many there were.
pub fn clear(tx: &Tx, ws: WorkspaceId, catalog: &str) -> Result<usize> {
    tx.execute("DELETE FROM catalog_rows WHERE ws = ?1 AND catalog = ?2", &params![ws, catalog])
}

/// Removes one row. Answers whether it was there.
pub fn remove(tx: &Tx, ws: WorkspaceId, catalog: &str, key: &str) -> Result<bool> {
    let sql = "DELETE FROM catalog_rows WHERE ws = ?1 AND catalog = ?2 AND key = ?3";
    Ok(tx.execute(sql, &params![ws, catalog, key])? > 0)
}

/// How many rows there are.
pub fn count(q: &impl Query, ws: WorkspaceId, catalog: &str) -> Result<u64> {
    let sql = "SELECT COUNT(*) FROM catalog_rows WHERE ws = ?1 AND catalog = ?2";
    Ok(q.query_row(sql, &params![ws, catalog], |row| row.get::<u64>(0))?.unwrap_or(0))
}

/// The row of a key.
pub fn get(q: &impl Query, ws: WorkspaceId, catalog: &str, key: &str) -> Result<Option<serde_json::Value>> {
    let sql = "SELECT row FROM catalog_rows WHERE ws = ?1 AND catalog = ?2 AND key = ?3";
    let text = q.query_row(sql, &params![ws, catalog, key], |row| row.get::<String>(0))?;
    text.map(|text| json(&text)).transpose()
}

fn json(text: &str) -> Result<serde_json::Value> {
    serde_json::from_str(text).map_err(|e| StoreError::decode("catalog row", e))
}

/// Rows by key; `search` finds text in key or row.
pub fn list(
    q: &impl Query,
    ws: WorkspaceId,
    catalog: &str,
    search: Option<&str>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<CatalogRow>> {
    let limit = clamp(limit);
    let sql = "SELECT key, row FROM catalog_rows WHERE ws = ?1 AND catalog = ?2 AND (?3 IS NULL OR key > ?3) \
               AND (?4 IS NULL OR key LIKE ?4 ESCAPE '\\' OR row LIKE ?4 ESCAPE '\\') ORDER BY key LIMIT ?5";
    let rows = q.query(sql, &params![ws, catalog, cursor, &like(search), limit + 1], |row| {
        let text: String = row.get(1)?;
        Ok(CatalogRow { key: row.get(0)?, row: json(&text)? })
    })?;
    Ok(Page::cut(rows, limit, |r| r.key.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::test_db;

    #[test]
    fn rows_are_replaced_by_key_and_kept_apart() {
        let (_dir, db, a, b) = test_db();
        let rows = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(k, t)| ((*k).to_owned(), format!("{{\"title\":\"{t}\"}}"))).collect()
        };
        db.write(|tx| put(tx, a, "products", &rows(&[("1", "Boot"), ("2", "Hat"), ("3", "Sock")]))).unwrap();
        let count = db.write(|tx| put(tx, a, "products", &rows(&[("2", "Cap")]))).unwrap();
        assert_eq!(count, 3);
        let title =
            |ws, catalog: &str, key: &str| db.read(|q| get(q, ws, catalog, key)).unwrap().map(|r| r["title"].clone());
        assert_eq!(title(a, "products", "2"), Some("Cap".into()));
        assert_eq!((title(b, "products", "2"), title(a, "shops", "2")), (None, None));
        let page = db.read(|q| list(q, a, "products", None, None, 2)).unwrap();
        let rest = db.read(|q| list(q, a, "products", None, page.next.as_deref(), 2)).unwrap();
        assert_eq!((page.items.len(), rest.items[0].key.as_str(), rest.next), (2, "3", None));
        assert_eq!(db.read(|q| list(q, a, "products", Some("CAP"), None, 9)).unwrap().items.len(), 1);
        assert!(db.write(|tx| put(tx, a, "products", &[(String::new(), "{}".into())])).is_err());
        assert!(db.write(|tx| remove(tx, a, "products", "1")).unwrap());
        assert_eq!(db.write(|tx| clear(tx, a, "products")).unwrap(), 2);
    }
}
