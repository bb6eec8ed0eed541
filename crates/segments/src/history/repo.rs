//! The SQL of sizes and persona results, in the control database.

use rapport_domain::time::DAY_MS;
use rapport_domain::{Timestamp, WorkspaceId};
use rapport_store::{Db, Migration, Query, StoreError, Tx, params};

use super::{DAILY_MS, HOURLY_MS};

const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    sql: "CREATE TABLE segment_sizes (ws INTEGER NOT NULL, segment TEXT NOT NULL, at INTEGER NOT NULL,
            count INTEGER NOT NULL, PRIMARY KEY (ws, segment, at)) WITHOUT ROWID;
          CREATE TABLE persona_results (ws INTEGER NOT NULL, model TEXT NOT NULL, version INTEGER NOT NULL,
            at INTEGER NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (ws, model)) WITHOUT ROWID;",
}];

/// Creates or upgrades the tables in the control database.
pub fn migrate(control: &Db) -> Result<(), StoreError> {
    control.migrate("audiences", MIGRATIONS).map(drop)
}

/// Records how large a segment was; a second time for the same instant changes nothing.
pub fn put_size(tx: &Tx, ws: WorkspaceId, segment: &str, at: Timestamp, count: u64) -> Result<(), StoreError> {
    let sql = "INSERT INTO segment_sizes (ws, segment, at, count) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    tx.execute(sql, &params![ws, segment, at, count])?;
    Ok(())
}

/// How large a segment was at each recorded instant of `from..to`, in order of time.
pub fn sizes(
    q: &impl Query,
    ws: WorkspaceId,
    segment: &str,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<(Timestamp, u64)>, StoreError> {
    q.query(
        "SELECT at, count FROM segment_sizes WHERE ws = ?1 AND segment = ?2 AND at >= ?3 AND at < ?4 ORDER BY at",
        &params![ws, segment, from, to],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// The last instant for which any size of a workspace was recorded.
pub fn last_recorded(q: &impl Query, ws: WorkspaceId) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT MAX(at) FROM segment_sizes WHERE ws = ?1";
    Ok(q.query_row(sql, &params![ws], |row| row.get::<Option<Timestamp>>(0))?.flatten())
}

/// Thins old sizes out: beyond two weeks one a day (the first hour's, UTC) stays, beyond five years none.
pub fn thin_out(tx: &Tx, ws: WorkspaceId, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM segment_sizes WHERE ws = ?1 AND (at < ?2 OR at < ?3 AND at % ?4 != 0)",
        &params![ws, now.plus_ms(-DAILY_MS), now.plus_ms(-HOURLY_MS), DAY_MS],
    )?;
    Ok(())
}

/// What a persona model found last, as JSON, with the version of its document and when.
pub fn personas(q: &impl Query, ws: WorkspaceId, model: &str) -> Result<Option<(u32, Timestamp, String)>, StoreError> {
    q.query_row(
        "SELECT version, at, doc FROM persona_results WHERE ws = ?1 AND model = ?2",
        &params![ws, model],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
}

/// Records what a persona model found.
pub fn put_personas(
    tx: &Tx,
    ws: WorkspaceId,
    model: &str,
    version: u32,
    at: Timestamp,
    doc: &str,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO persona_results (ws, model, version, at, doc) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (ws, model) DO UPDATE SET version = excluded.version, at = excluded.at, doc = excluded.doc",
        &params![ws, model, version, at, doc],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use rapport_domain::time::HOUR_MS;
    use rapport_store::DbOptions;

    use super::*;

    #[test]
    fn sizes_are_thinned_out() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path().join("control.db"), &DbOptions::default()).unwrap();
        migrate(&db).unwrap();
        let (ws, now) = (WorkspaceId(1), Timestamp(30 * DAY_MS));
        db.write(|tx| {
            for hour in 0..30 * 24 {
                put_size(tx, ws, "vip", Timestamp(hour * HOUR_MS), hour as u64)?;
            }
            put_size(tx, ws, "vip", Timestamp(0), 99)?;
            thin_out(tx, ws, now)
        })
        .unwrap();
        let all = db.read(|q| sizes(q, ws, "vip", Timestamp(0), now)).unwrap();
        assert_eq!(all.len(), 16 + 14 * 24);
        assert_eq!((all[0], all[1]), ((Timestamp(0), 0), (Timestamp(DAY_MS), 24)));
        assert_eq!(db.read(|q| last_recorded(q, ws)).unwrap(), Some(Timestamp(30 * DAY_MS - HOUR_MS)));
        assert_eq!(db.read(|q| last_recorded(q, WorkspaceId(2))).unwrap(), None);
        let found = db.write(|tx| {
            put_personas(tx, ws, "m", 1, now, "{}")?;
            put_personas(tx, ws, "m", 2, now, "[]")?;
            personas(tx, ws, "m")
        });
        assert_eq!(found.unwrap(), Some((2, now, "[]".to_owned())));
    }
}
