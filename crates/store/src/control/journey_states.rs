//! What operators and comparisons decided about journeys, beside their documents: pauses and winners. Every change counts
//! the configuration's generation up, so that the owners see it.

use rapport_domain::{Timestamp, WorkspaceId};

use super::generation;
use crate::sql::{Migration, Query, Tx};
use crate::{Result, params};

/// The tables, in the control database, under a name of their own.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    sql: "CREATE TABLE journey_pauses (ws INTEGER NOT NULL, journey TEXT NOT NULL, since INTEGER NOT NULL,
            PRIMARY KEY (ws, journey)) WITHOUT ROWID;
          CREATE TABLE journey_winners (ws INTEGER NOT NULL, journey TEXT NOT NULL, version INTEGER NOT NULL,
            step TEXT NOT NULL, winner TEXT NOT NULL, at INTEGER NOT NULL,
            PRIMARY KEY (ws, journey, version, step)) WITHOUT ROWID;",
}];

/// Since when a journey is paused; `None` when it is not.
pub fn pause(q: &impl Query, ws: WorkspaceId, journey: &str) -> Result<Option<Timestamp>> {
    q.query_row("SELECT since FROM journey_pauses WHERE ws = ?1 AND journey = ?2", &params![ws, journey], |r| r.get(0))
}

/// Every paused journey, with since when.
pub fn pauses(q: &impl Query, ws: WorkspaceId) -> Result<Vec<(String, Timestamp)>> {
    let sql = "SELECT journey, since FROM journey_pauses WHERE ws = ?1 ORDER BY journey";
    q.query(sql, &params![ws], |r| Ok((r.get(0)?, r.get(1)?)))
}

/// Pauses a journey. Answers whether it was not paused before.
pub fn set_pause(tx: &Tx, ws: WorkspaceId, journey: &str, since: Timestamp) -> Result<bool> {
    let sql =
        "INSERT INTO journey_pauses (ws, journey, since) VALUES (?1, ?2, ?3) ON CONFLICT (ws, journey) DO NOTHING";
    let changed = tx.execute(sql, &params![ws, journey, since])? > 0;
    if changed {
        generation::bump(tx)?;
    }
    Ok(changed)
}

/// Ends a pause. Answers since when it was.
pub fn end_pause(tx: &Tx, ws: WorkspaceId, journey: &str) -> Result<Option<Timestamp>> {
    let since = pause(tx, ws, journey)?;
    if since.is_some() {
        tx.execute("DELETE FROM journey_pauses WHERE ws = ?1 AND journey = ?2", &params![ws, journey])?;
        generation::bump(tx)?;
    }
    Ok(since)
}

/// A step that compares messages: journey, version and step.
pub type Comparison = (String, u32, String);

/// Comparisons that are decided, and the send step that won.
pub fn winners(q: &impl Query, ws: WorkspaceId) -> Result<Vec<(Comparison, String)>> {
    let sql = "SELECT journey, version, step, winner FROM journey_winners WHERE ws = ?1";
    q.query(sql, &params![ws], |r| Ok(((r.get(0)?, r.get(1)?, r.get(2)?), r.get(3)?)))
}

/// Decides a comparison, once: the first winner stays. Answers whether this was it.
pub fn set_winner(
    tx: &Tx,
    ws: WorkspaceId,
    (journey, version, step): (&str, u32, &str),
    winner: &str,
    at: Timestamp,
) -> Result<bool> {
    let sql = "INSERT INTO journey_winners (ws, journey, version, step, winner, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
               ON CONFLICT (ws, journey, version, step) DO NOTHING";
    let changed = tx.execute(sql, &params![ws, journey, version, step, winner, at])? > 0;
    if changed {
        generation::bump(tx)?;
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::test_db;

    #[test]
    fn pauses_and_winners_are_decided_once() {
        let (_dir, db, ws, ..) = test_db();
        db.migrate("journey_states", MIGRATIONS).unwrap();
        db.write(|tx| {
            assert!(set_pause(tx, ws, "j", Timestamp(5))?);
            assert!(!set_pause(tx, ws, "j", Timestamp(9))?);
            assert_eq!(pauses(tx, ws)?, [("j".to_owned(), Timestamp(5))]);
            assert_eq!(end_pause(tx, ws, "j")?, Some(Timestamp(5)));
            assert_eq!(end_pause(tx, ws, "j")?, None);
            assert!(set_winner(tx, ws, ("j", 1, "w"), "a", Timestamp(5))?);
            assert!(!set_winner(tx, ws, ("j", 1, "w"), "b", Timestamp(6))?);
            assert_eq!(winners(tx, ws)?, [(("j".to_owned(), 1, "w".to_owned()), "a".to_owned())]);
            Ok::<_, crate::StoreError>(())
        })
        .unwrap();
    }
}
