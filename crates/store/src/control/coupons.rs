//! Coupon codes: each code of a pool goes to one message, and a message always gets the same code.

use rapport_domain::{OutboxId, Timestamp, WorkspaceId};

use crate::sql::{Query, Tx};
use crate::{Result, StoreError, params};

/// Codes of one pool, at most.
pub const MAX_CODES: u64 = 5_000_000;
/// The longest code, bytes.
pub const MAX_CODE_BYTES: usize = 100;

/// How a pool stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Codes in it.
    pub codes: u64,
    /// Those given to a message.
    pub given: u64,
}

/// Adds codes; those that are there already stay as they are. Answers how many are new.
///
/// # Errors
/// A code is empty, too long or not printable, or there would be too many.
pub fn add(tx: &Tx, ws: WorkspaceId, pool: &str, codes: &[String]) -> Result<usize> {
    let sql = "INSERT INTO coupon_codes (ws, pool, code) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    let mut added = 0;
    for (at, code) in codes.iter().enumerate() {
        if code.trim().is_empty() || code.len() > MAX_CODE_BYTES || code.chars().any(char::is_control) {
            let expected = format!("expected a code of 1 to {MAX_CODE_BYTES} printable bytes");
            return Err(StoreError::invalid(format!("code {}", at + 1), expected));
        }
        added += tx.execute(sql, &params![ws, pool, code.trim()])?;
    }
    let codes = standing(tx, ws, pool)?.codes;
    if codes > MAX_CODES {
        return Err(StoreError::invalid(
            "codes",
            format!("a pool has at most {MAX_CODES} codes, this would be {codes}"),
        ));
    }
    Ok(added)
}

/// The code of a message, if it was given one.
pub fn given(q: &impl Query, ws: WorkspaceId, pool: &str, message: OutboxId) -> Result<Option<String>> {
    let sql = "SELECT code FROM coupon_codes WHERE ws = ?1 AND pool = ?2 AND message = ?3";
    q.query_row(sql, &params![ws, pool, &message.to_string()], |row| row.get(0))
}

/// The code of a message: the one it was given before, else a free one, which is its own from now on. `None` when no code is
/// left.
pub fn give(tx: &Tx, ws: WorkspaceId, pool: &str, message: OutboxId, at: Timestamp) -> Result<Option<String>> {
    if let Some(code) = given(tx, ws, pool, message)? {
        return Ok(Some(code));
    }
    let sql = "UPDATE coupon_codes SET message = ?3, at = ?4 WHERE ws = ?1 AND pool = ?2 AND code = \
               (SELECT code FROM coupon_codes WHERE ws = ?1 AND pool = ?2 AND message IS NULL ORDER BY code LIMIT 1) \
               RETURNING code";
    tx.query_row(sql, &params![ws, pool, &message.to_string(), at], |row| row.get(0))
}

/// How many codes there are and how many were given.
pub fn standing(q: &impl Query, ws: WorkspaceId, pool: &str) -> Result<Standing> {
    let sql = "SELECT COUNT(*), COUNT(message) FROM coupon_codes WHERE ws = ?1 AND pool = ?2";
    let found = q.query_row(sql, &params![ws, pool], |row| Ok(Standing { codes: row.get(0)?, given: row.get(1)? }))?;
    Ok(found.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use rapport_domain::Partition;

    use super::*;
    use crate::control::test_db;

    #[test]
    fn a_code_goes_to_one_message_and_stays_with_it() {
        let (_dir, db, a, b) = test_db();
        let codes: Vec<String> = (0..3).map(|n| format!("C{n}")).collect();
        assert_eq!(db.write(|tx| add(tx, a, "spring", &codes)).unwrap(), 3);
        assert_eq!(db.write(|tx| add(tx, a, "spring", &codes[..2])).unwrap(), 0);
        let ask = |ws, number| {
            let id = OutboxId { partition: Partition(1), number };
            db.write(|tx| give(tx, ws, "spring", id, Timestamp(1))).unwrap()
        };
        let first: Vec<_> = (0..3).map(|n| ask(a, n).unwrap()).collect();
        let mut all = first.clone();
        all.sort();
        assert_eq!(all, codes, "each code once");
        assert_eq!((0..3).map(|n| ask(a, n).unwrap()).collect::<Vec<_>>(), first, "the same again");
        assert_eq!((ask(a, 3), ask(b, 0)), (None, None));
        assert_eq!(db.read(|q| standing(q, a, "spring")).unwrap(), Standing { codes: 3, given: 3 });
        assert!(db.write(|tx| add(tx, a, "spring", &["a\nb".to_owned()])).is_err());
    }
}
