//! Timers: what happens by itself, and when. One row for each (workspace, profile, kind, key).

use rapport_domain::{ProfileId, Timestamp, WorkspaceId};

use crate::sql::{Query, Row, Tx};
use crate::{Result, params};

/// One timer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer {
    /// When it fires.
    pub due_at: Timestamp,
    /// Whose data it is.
    pub workspace: WorkspaceId,
    /// The customer it concerns.
    pub profile: ProfileId,
    /// Which stage it wakes; numbers are the engine's.
    pub kind: u8,
    /// Which of the stage's timers of this customer; the stage's own text, may be empty.
    pub key: String,
}

/// Sets a timer, replacing the one with the same key.
pub fn set(tx: &Tx, ws: WorkspaceId, profile: ProfileId, kind: u8, key: &str, due_at: Timestamp) -> Result<()> {
    let sql = "INSERT INTO timers (ws, profile, kind, key, due_at) VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT (ws, profile, kind, key) DO UPDATE SET due_at = excluded.due_at \
               WHERE timers.due_at <> excluded.due_at";
    tx.execute(sql, &params![ws, profile, kind, key, due_at]).map(drop)
}

/// Sets a timer, unless the one with the same key is due earlier.
pub fn set_by(tx: &Tx, ws: WorkspaceId, profile: ProfileId, kind: u8, key: &str, due_at: Timestamp) -> Result<()> {
    let sql = "INSERT INTO timers (ws, profile, kind, key, due_at) VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT (ws, profile, kind, key) DO UPDATE SET due_at = excluded.due_at \
               WHERE timers.due_at > excluded.due_at";
    tx.execute(sql, &params![ws, profile, kind, key, due_at]).map(drop)
}

/// Removes a timer. Answers whether there was one.
pub fn clear(tx: &Tx, ws: WorkspaceId, profile: ProfileId, kind: u8, key: &str) -> Result<bool> {
    let sql = "DELETE FROM timers WHERE ws = ?1 AND profile = ?2 AND kind = ?3 AND key = ?4";
    Ok(tx.execute(sql, &params![ws, profile, kind, key])? > 0)
}

/// Removes every timer of a profile, as when it is merged away or erased. Answers how many there were.
pub fn clear_profile(tx: &Tx, ws: WorkspaceId, profile: ProfileId) -> Result<usize> {
    tx.execute("DELETE FROM timers WHERE ws = ?1 AND profile = ?2", &params![ws, profile])
}

/// The timers of a profile.
pub fn of_profile(q: &impl Query, ws: WorkspaceId, profile: ProfileId) -> Result<Vec<Timer>> {
    let sql = "SELECT due_at, ws, profile, kind, key FROM timers WHERE ws = ?1 AND profile = ?2 ORDER BY kind, key";
    q.query(sql, &params![ws, profile], read)
}

/// At most `limit` timers that are due at or before `upto`, earliest first; ties in the order of workspace, profile,
/// kind and key, so that every run fires them in the same order.
pub fn due(q: &impl Query, upto: Timestamp, limit: usize) -> Result<Vec<Timer>> {
    let sql = "SELECT due_at, ws, profile, kind, key FROM timers WHERE due_at <= ?1 \
               ORDER BY due_at, ws, profile, kind, key LIMIT ?2";
    q.query(sql, &params![upto, limit], read)
}

/// When the next timer is due.
pub fn next_due(q: &impl Query) -> Result<Option<Timestamp>> {
    q.query_row("SELECT due_at FROM timers ORDER BY due_at LIMIT 1", &[], |row| row.get(0))
}

/// How many timers wait. Reads the whole index: for status pages, not for every batch.
pub fn count(q: &impl Query) -> Result<u64> {
    Ok(q.query_row("SELECT COUNT(*) FROM timers", &[], |row| row.get(0))?.unwrap_or(0))
}

fn read(row: &Row<'_>) -> Result<Timer> {
    Ok(Timer { due_at: row.get(0)?, workspace: row.get(1)?, profile: row.get(2)?, kind: row.get(3)?, key: row.get(4)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partition::test_db;

    #[test]
    fn timers_fire_in_order_and_are_one_per_key() {
        let (_dir, db) = test_db();
        let (a, b) = (WorkspaceId(1), WorkspaceId(2));
        db.write(|tx| {
            set(tx, a, ProfileId(1), 1, "wait", Timestamp(50))?;
            set(tx, a, ProfileId(1), 1, "wait", Timestamp(30))?;
            set(tx, a, ProfileId(2), 1, "", Timestamp(10))?;
            set(tx, b, ProfileId(1), 1, "wait", Timestamp(30))?;
            set_by(tx, a, ProfileId(1), 2, "wait", Timestamp(40))?;
            set_by(tx, a, ProfileId(1), 2, "wait", Timestamp(20))?;
            set_by(tx, a, ProfileId(1), 2, "wait", Timestamp(30))
        })
        .unwrap();
        let order = |upto, limit| -> Vec<(i64, u32, u8)> {
            let timers = db.read(|q| due(q, Timestamp(upto), limit)).unwrap();
            timers.iter().map(|t| (t.due_at.0, t.workspace.0, t.kind)).collect()
        };
        assert_eq!(order(100, 10), [(10, 1, 1), (20, 1, 2), (30, 1, 1), (30, 2, 1)]);
        assert_eq!(order(29, 10), [(10, 1, 1), (20, 1, 2)]);
        assert_eq!(order(100, 1), [(10, 1, 1)]);
        assert_eq!(db.read(next_due).unwrap(), Some(Timestamp(10)));
        assert_eq!(db.read(|q| of_profile(q, a, ProfileId(1))).unwrap().len(), 2);
        assert!(db.write(|tx| clear(tx, a, ProfileId(2), 1, "")).unwrap());
        assert!(!db.write(|tx| clear(tx, a, ProfileId(2), 1, "")).unwrap());
        assert_eq!(db.write(|tx| clear_profile(tx, a, ProfileId(1))).unwrap(), 2);
        assert_eq!(db.read(count).unwrap(), 1, "the other workspace keeps its own");
    }
}
