//! What operators and comparisons decided about journeys, beside their documents: pauses, how they ended, and winners. Every
//! change counts the configuration's generation up, so that the owners see it.

use rapport_domain::{Timestamp, WorkspaceId};

use super::generation;
use crate::sql::{Migration, Query, Tx};
use crate::{Result, params};

/// The tables, in the control database, under a name of their own.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        sql: "CREATE TABLE journey_pauses (ws INTEGER NOT NULL, journey TEXT NOT NULL, since INTEGER NOT NULL,
                PRIMARY KEY (ws, journey)) WITHOUT ROWID;
              CREATE TABLE journey_winners (ws INTEGER NOT NULL, journey TEXT NOT NULL, version INTEGER NOT NULL,
                step TEXT NOT NULL, winner TEXT NOT NULL, at INTEGER NOT NULL,
                PRIMARY KEY (ws, journey, version, step)) WITHOUT ROWID;",
    },
    Migration {
        version: 2,
        sql: "CREATE TABLE journey_resumes (generation INTEGER NOT NULL, ws INTEGER NOT NULL, journey TEXT NOT NULL,
                paused_at INTEGER NOT NULL, resumed_at INTEGER NOT NULL, overdue TEXT NOT NULL,
                PRIMARY KEY (generation, ws, journey)) WITHOUT ROWID;",
    },
];

/// A pause that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resume {
    /// Whose.
    pub workspace: WorkspaceId,
    /// The journey's id.
    pub journey: String,
    /// Since when it was paused.
    pub paused_at: Timestamp,
    /// When it was resumed.
    pub resumed_at: Timestamp,
    /// What happens to what fell due meanwhile.
    pub overdue: String,
    /// The generation that ended it.
    pub generation: u64,
}

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

/// Ends a pause, and keeps that it ended for every partition to bring its people back ([`resumes`]). Answers since when it
/// was.
pub fn end_pause(tx: &Tx, ws: WorkspaceId, journey: &str, overdue: &str, at: Timestamp) -> Result<Option<Timestamp>> {
    let Some(since) = pause(tx, ws, journey)? else { return Ok(None) };
    tx.execute("DELETE FROM journey_pauses WHERE ws = ?1 AND journey = ?2", &params![ws, journey])?;
    generation::bump(tx)?;
    let sql = "INSERT INTO journey_resumes (generation, ws, journey, paused_at, resumed_at, overdue) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    tx.execute(sql, &params![generation::current(tx)?, ws, journey, since, at, overdue])?;
    Ok(Some(since))
}

/// Pauses that ended and are not forgotten, in the order they did, up to a generation: what is read after that generation
/// was is not older.
pub fn resumes(q: &impl Query, upto: u64) -> Result<Vec<Resume>> {
    let sql = "SELECT generation, ws, journey, paused_at, resumed_at, overdue FROM journey_resumes \
               WHERE generation <= ?1 ORDER BY generation, ws, journey";
    q.query(sql, &params![upto], |r| {
        Ok(Resume {
            generation: r.get(0)?,
            workspace: r.get(1)?,
            journey: r.get(2)?,
            paused_at: r.get(3)?,
            resumed_at: r.get(4)?,
            overdue: r.get(5)?,
        })
    })
}

/// Forgets pauses that ended by a generation which every partition has in effect.
pub fn forget_resumes(tx: &Tx, upto: u64) -> Result<()> {
    tx.execute("DELETE FROM journey_resumes WHERE generation <= ?1", &params![upto]).map(drop)
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
            assert_eq!(end_pause(tx, ws, "j", "shift", Timestamp(20))?, Some(Timestamp(5)));
            assert_eq!(end_pause(tx, ws, "j", "run", Timestamp(21))?, None);
            let now = generation::current(tx)?;
            let kept = resumes(tx, now)?;
            let [only] = kept.as_slice() else { panic!("{kept:?}") };
            let times = (only.paused_at, only.resumed_at, only.generation);
            assert_eq!((only.overdue.as_str(), times), ("shift", (Timestamp(5), Timestamp(20), now)));
            assert_eq!(resumes(tx, now - 1)?, [], "nothing of a generation that is not in effect");
            forget_resumes(tx, now - 1)?;
            assert_eq!(resumes(tx, now)?.len(), 1);
            forget_resumes(tx, now)?;
            assert_eq!(resumes(tx, now)?, []);
            assert!(set_winner(tx, ws, ("j", 1, "w"), "a", Timestamp(5))?);
            assert!(!set_winner(tx, ws, ("j", 1, "w"), "b", Timestamp(6))?);
            assert_eq!(winners(tx, ws)?, [(("j".to_owned(), 1, "w".to_owned()), "a".to_owned())]);
            Ok::<_, crate::StoreError>(())
        })
        .unwrap();
    }
}
