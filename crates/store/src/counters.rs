//! Exact counters by workspace: accepted, duplicates, rejected, sent. Present in the control database and in every
//! partition, so that a count moves in the transaction of what it counts; an answer adds the databases up.

use std::collections::BTreeMap;

use rapport_domain::WorkspaceId;

use crate::sql::{Query, Tx};
use crate::{Result, params};

/// Adds to counters, which begin at 0. Deltas may be negative.
pub fn add(tx: &Tx, ws: WorkspaceId, deltas: &[(&str, i64)]) -> Result<()> {
    let sql = "INSERT INTO counters (ws, name, value) VALUES (?1, ?2, ?3) \
               ON CONFLICT (ws, name) DO UPDATE SET value = counters.value + excluded.value";
    deltas
        .iter()
        .filter(|(_, delta)| *delta != 0)
        .try_for_each(|(name, delta)| tx.execute(sql, &params![ws, *name, *delta]).map(drop))
}

/// The value of one counter.
pub fn get(q: &impl Query, ws: WorkspaceId, name: &str) -> Result<i64> {
    let sql = "SELECT value FROM counters WHERE ws = ?1 AND name = ?2";
    Ok(q.query_row(sql, &params![ws, name], |row| row.get(0))?.unwrap_or(0))
}

/// Every counter of a workspace.
pub fn all(q: &impl Query, ws: WorkspaceId) -> Result<BTreeMap<String, i64>> {
    let rows =
        q.query("SELECT name, value FROM counters WHERE ws = ?1", &params![ws], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_add_up_by_workspace() {
        let (_dir, db) = crate::partition::test_db();
        let (a, b) = (WorkspaceId(1), WorkspaceId(2));
        db.write(|tx| {
            add(tx, a, &[("accepted", 5), ("rejected", 0)])?;
            add(tx, a, &[("accepted", 2), ("profiles", -1)])?;
            add(tx, b, &[("accepted", 100)])
        })
        .unwrap();
        assert_eq!(db.read(|q| get(q, a, "accepted")).unwrap(), 7);
        assert_eq!(db.read(|q| get(q, a, "rejected")).unwrap(), 0);
        let all = db.read(|q| all(q, a)).unwrap();
        assert_eq!(all.into_iter().collect::<Vec<_>>(), [("accepted".into(), 7), ("profiles".into(), -1)]);
    }
}
