//! What every partition keeps beside the stages' own tables: where it is in the log, who owns it, what it has seen,
//! what is due, and what waits to go out. All of it changes in the owner's one transaction per batch (invariant I2).

mod bloom;
pub mod lake_outbox;
pub mod letters;
pub mod meta;
pub mod observed;
pub mod outbox;
pub mod seen;
pub mod timers;

pub use meta::{Epoch, Numbers};
pub use observed::{Observed, Scope};
pub use outbox::OutboxRow;
pub use seen::{Seen, SeenOptions};
pub use timers::Timer;

use crate::sql::Migration;

/// The schema of the tables in this module.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        sql: "
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE numbers (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE seen_tail (seq INTEGER PRIMARY KEY, day INTEGER NOT NULL, keys BLOB NOT NULL);
CREATE INDEX seen_tail_day ON seen_tail (day);
CREATE TABLE seen_runs (id INTEGER PRIMARY KEY, keys BLOB NOT NULL);
CREATE TABLE timers (
    ws INTEGER NOT NULL, profile INTEGER NOT NULL, kind INTEGER NOT NULL, key TEXT NOT NULL, due_at INTEGER NOT NULL,
    PRIMARY KEY (ws, profile, kind, key)
) WITHOUT ROWID;
CREATE INDEX timers_due ON timers (due_at, ws, profile, kind, key);
CREATE TABLE outbox (
    number INTEGER PRIMARY KEY, ws INTEGER NOT NULL, profile INTEGER NOT NULL, payload BLOB NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, not_before INTEGER NOT NULL
);
CREATE INDEX outbox_due ON outbox (not_before, number);
CREATE INDEX outbox_profile ON outbox (ws, profile);
CREATE TABLE letters (number INTEGER PRIMARY KEY, target INTEGER NOT NULL, bytes BLOB NOT NULL);
CREATE TABLE lake_outbox (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE observed (
    ws INTEGER NOT NULL, scope TEXT NOT NULL, event TEXT NOT NULL, key TEXT NOT NULL, type TEXT NOT NULL,
    count INTEGER NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
    PRIMARY KEY (ws, scope, event, key, type)
) WITHOUT ROWID;
CREATE TABLE counters (
    ws INTEGER NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (ws, name)
) WITHOUT ROWID;
",
    },
    Migration { version: 2, sql: "ALTER TABLE lake_outbox ADD COLUMN raw_bytes INTEGER NOT NULL DEFAULT 0;" },
    Migration {
        version: 3,
        sql: "
ALTER TABLE outbox ADD COLUMN awaited INTEGER NOT NULL DEFAULT 0;
CREATE INDEX outbox_awaited ON outbox (not_before, number) WHERE awaited = 1;
",
    },
];

/// A database with the partition schema, for the tests of this module.
#[cfg(test)]
pub(crate) fn test_db() -> (tempfile::TempDir, crate::Db) {
    let dir = tempfile::tempdir().unwrap();
    let db = crate::Db::open(dir.path().join("p00.db"), &crate::DbOptions::default()).unwrap();
    db.migrate("partition", MIGRATIONS).unwrap();
    (dir, db)
}
