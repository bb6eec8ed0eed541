//! Failed sign-ins by address and account. The policy is the caller's; here are its rows.

use rapport_domain::Timestamp;

use crate::sql::{Query, Tx};
use crate::{Result, params};

/// What is remembered of a key's failures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Throttle {
    /// Failures since the last success.
    pub failures: u32,
    /// Not to be tried before this.
    pub until: Timestamp,
}

/// The failures of a key; none when nothing is remembered.
pub fn get(q: &impl Query, key: &str) -> Result<Throttle> {
    let found = q.query_row("SELECT failures, until FROM throttle WHERE key = ?1", &params![key], |row| {
        Ok(Throttle { failures: row.get(0)?, until: row.get(1)? })
    })?;
    Ok(found.unwrap_or_default())
}

/// Remembers a key's failures.
pub fn set(tx: &Tx, key: &str, throttle: Throttle, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO throttle (key, failures, until, updated_at) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, until = excluded.until, \
               updated_at = excluded.updated_at";
    tx.execute(sql, &params![key, throttle.failures, throttle.until, now]).map(drop)
}

/// Forgets a key, as after a success.
pub fn clear(tx: &Tx, key: &str) -> Result<()> {
    tx.execute("DELETE FROM throttle WHERE key = ?1", &params![key]).map(drop)
}

/// Forgets the keys whose last failure was before `before`. Answers how many.
pub fn expire(tx: &Tx, before: Timestamp) -> Result<usize> {
    tx.execute("DELETE FROM throttle WHERE updated_at < ?1", &params![before])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::test_db;

    #[test]
    fn failures_are_remembered_until_success_or_age() {
        let (_dir, db, ..) = test_db();
        let bad = Throttle { failures: 3, until: Timestamp(500) };
        db.write(|tx| {
            set(tx, "ip:1", Throttle::default(), Timestamp(1)).and_then(|()| set(tx, "ip:1", bad, Timestamp(9)))
        })
        .unwrap();
        db.write(|tx| set(tx, "ip:2", bad, Timestamp(5))).unwrap();
        assert_eq!(db.read(|q| get(q, "ip:1")).unwrap(), bad);
        assert_eq!(db.read(|q| get(q, "ip:9")).unwrap(), Throttle::default());
        assert_eq!(db.write(|tx| expire(tx, Timestamp(9))).unwrap(), 1);
        db.write(|tx| clear(tx, "ip:1")).unwrap();
        assert_eq!(db.read(|q| get(q, "ip:1")).unwrap(), Throttle::default());
    }
}
