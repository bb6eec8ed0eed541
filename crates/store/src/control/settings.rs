//! Small values of the installation itself, such as the key that signs links.

use crate::sql::{Query, Tx};
use crate::{Result, params};

/// The value under `key`.
pub fn get(q: &impl Query, key: &str) -> Result<Option<Vec<u8>>> {
    q.query_row("SELECT value FROM settings WHERE key = ?1", &params![key], |row| row.get(0))
}

/// Keeps `value` under `key`.
pub fn put(tx: &Tx, key: &str, value: &[u8]) -> Result<()> {
    let sql =
        "INSERT INTO settings (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    tx.execute(sql, &params![key, value]).map(drop)
}

/// The value under `key`, made by `init` the first time. Under the write lock, so everybody gets the same one.
pub fn get_or_init(tx: &Tx, key: &str, init: impl FnOnce() -> Vec<u8>) -> Result<Vec<u8>> {
    if let Some(value) = get(tx, key)? {
        return Ok(value);
    }
    let value = init();
    put(tx, key, &value)?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::test_db;

    #[test]
    fn a_value_is_made_once() {
        let (_dir, db, ..) = test_db();
        assert_eq!(db.write(|tx| get_or_init(tx, "k", || vec![1])).unwrap(), [1]);
        assert_eq!(db.write(|tx| get_or_init(tx, "k", || vec![2])).unwrap(), [1]);
        db.write(|tx| put(tx, "k", b"3")).unwrap();
        assert_eq!(db.read(|q| get(q, "k")).unwrap().as_deref(), Some(&b"3"[..]));
        assert_eq!(db.read(|q| get(q, "none")).unwrap(), None);
    }
}
