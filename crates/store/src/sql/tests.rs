//! The SQL layer against real files: atomicity, snapshots, bounds, faults, migrations, backup.

use std::ops::ControlFlow;
use std::path::PathBuf;

use rapport_domain::{ErrorClass, ProfileId, Timestamp, WorkspaceId};
use tempfile::TempDir;

use super::*;
use crate::{Result, StoreError, params};

fn open(options: &DbOptions) -> (TempDir, Db) {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::open(dir.path().join("t.db"), options).unwrap();
    db.write(|tx| tx.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, v BLOB UNIQUE)")).unwrap();
    (dir, db)
}

fn count(q: &impl Query) -> Result<u64> {
    Ok(q.query_row("SELECT COUNT(*) FROM t", &[], |row| row.get(0))?.unwrap_or(0))
}

fn insert(tx: &Tx, id: i64, v: &str) -> Result<usize> {
    tx.execute("INSERT INTO t (id, v) VALUES (?1, ?2)", &params![id, v])
}

#[test]
fn values_come_back_as_they_went() {
    let (_dir, db) = open(&DbOptions::default());
    db.write(|tx| -> Result<()> {
        let sql = "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9";
        let id = ProfileId(u64::MAX - 5);
        let values = params![u64::MAX, -3i64, 2.5, true, "ü", &[0u8, 255], None::<i64>, Timestamp(-7), id];
        tx.query_row(sql, &values, |row| {
            assert_eq!((row.get::<u64>(0)?, row.get::<i64>(1)?, row.get::<f64>(2)?), (u64::MAX, -3, 2.5));
            assert_eq!(
                (row.get::<bool>(3)?, row.get::<String>(4)?, row.get::<Vec<u8>>(5)?),
                (true, "ü".into(), vec![0, 255])
            );
            assert_eq!((row.get::<Option<i64>>(6)?, row.get::<Option<i64>>(1)?), (None, Some(-3)));
            assert_eq!((row.get::<Timestamp>(7)?, row.get::<ProfileId>(8)?), (Timestamp(-7), id));
            assert_eq!((row.get_str_ref(4)?, row.get_blob_ref(5)?), ("ü", &[0u8, 255][..]));
            for wrong in [
                row.get::<u32>(1).err(),
                row.get::<String>(0).err(),
                row.get::<WorkspaceId>(1).err(),
                row.get::<i64>(6).err(),
                row.get::<i64>(99).err(),
            ] {
                assert_eq!(wrong.unwrap().code(), "store_decode");
            }
            Ok(())
        })?
        .unwrap();
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_transaction_is_all_or_nothing() {
    let (_dir, db) = open(&DbOptions::default());
    let failed: Result<()> = db.write(|tx| {
        insert(tx, 1, "a")?;
        Err(StoreError::not_found("anything"))
    });
    assert_eq!(failed.unwrap_err().code(), "not_found");
    let tx = db.begin().unwrap();
    insert(&tx, 2, "b").unwrap();
    assert_eq!(count(&tx).unwrap(), 1, "a transaction sees its own writes");
    assert_eq!(db.read(count).unwrap(), 0, "nobody else does");
    drop(tx);
    assert_eq!(db.read(count).unwrap(), 0);
    let tx = db.begin().unwrap();
    insert(&tx, 3, "c").unwrap();
    tx.commit().unwrap();
    assert_eq!(db.read(count).unwrap(), 1);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        db.write(|tx| -> Result<()> {
            insert(tx, 4, "d")?;
            panic!("in the middle")
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(db.read(count).unwrap(), 1);
    assert_eq!(db.write(|tx| insert(tx, 5, "e")).unwrap(), 1, "the writer works on");
}

#[test]
fn what_was_committed_is_there_after_reopening_and_what_was_not_is_gone() {
    let (dir, db) = open(&DbOptions { synchronous_full: false, ..DbOptions::default() });
    db.write(|tx| insert(tx, 1, "kept")).unwrap();
    db.sync().unwrap();
    let tx = db.begin().unwrap();
    insert(&tx, 2, "lost").unwrap();
    // As after a crash: copy the files while the transaction is open.
    let copy = dir.path().join("copy.db");
    std::fs::copy(dir.path().join("t.db"), &copy).unwrap();
    std::fs::copy(dir.path().join("t.db-wal"), dir.path().join("copy.db-wal")).unwrap();
    let copy = Db::open(copy, &DbOptions::default()).unwrap();
    assert_eq!(copy.read(|q| q.query("SELECT id FROM t", &[], |row| row.get::<i64>(0))).unwrap(), [1]);
    copy.integrity_check().unwrap();
}

#[test]
fn a_reader_keeps_its_snapshot_and_cannot_write() {
    let (_dir, db) = open(&DbOptions::default());
    let reader = db.reader().unwrap();
    assert_eq!(count(&reader).unwrap(), 0);
    db.write(|tx| insert(tx, 1, "a")).unwrap();
    assert_eq!(count(&reader).unwrap(), 0);
    assert_eq!(db.read(count).unwrap(), 1);
    assert!(reader.query_row("DELETE FROM t RETURNING id", &[], |_| Ok(())).is_err());
    drop(reader);
    assert_eq!(db.read(count).unwrap(), 1);
}

#[test]
fn rows_stop_when_asked() {
    let (_dir, db) = open(&DbOptions::default());
    db.write(|tx| (1..=9).try_for_each(|i| insert(tx, i, &i.to_string()).map(drop))).unwrap();
    let mut seen = Vec::new();
    db.read(|q| {
        q.for_each("SELECT id FROM t ORDER BY id", &[], |row| {
            seen.push(row.get::<i64>(0)?);
            Ok(if seen.len() == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })
    })
    .unwrap();
    assert_eq!(seen, [1, 2, 3]);
    let none =
        db.read(|q| q.query_row("SELECT id FROM t WHERE id = ?1", &params![77], |row| row.get::<i64>(0))).unwrap();
    assert_eq!(none, None);
}

#[test]
fn readers_and_writers_are_bounded() {
    let (_dir, db) = open(&DbOptions { readers: 2, busy_timeout_ms: 50, ..DbOptions::default() });
    let (first, _second) = (db.reader().unwrap(), db.reader().unwrap());
    let busy = db.reader().err().unwrap();
    assert_eq!((busy.code(), busy.class()), ("store_busy", ErrorClass::Transient));
    drop(first);
    assert!(db.reader().is_ok());
    let _tx = db.begin().unwrap();
    assert_eq!(db.write(|_| Ok::<_, StoreError>(())).unwrap_err().code(), "store_busy");
    // Another process is another connection: SQLite's own lock.
    let other = Db::open(db.path(), &DbOptions { busy_timeout_ms: 50, ..DbOptions::default() }).unwrap();
    assert_eq!(other.begin().err().unwrap().code(), "store_busy");
}

#[test]
fn faults_have_their_class() {
    let (_dir, db) = open(&DbOptions::default());
    db.write(|tx| insert(tx, 1, "a")).unwrap();
    assert_eq!(db.write(|tx| insert(tx, 2, "a")).unwrap_err().class(), ErrorClass::Conflict);
    assert_eq!(db.write(|tx| tx.execute("SELEKT", &[])).unwrap_err().code(), "store_sql");
    let miscounted = db.write(|tx| tx.execute("DELETE FROM t WHERE id = ?1", &params![1, 2])).unwrap_err();
    assert!(miscounted.to_string().contains("2 values for 1 places"), "{miscounted}");
}

#[test]
fn a_full_disk_refuses_keeps_what_was_and_recovers() {
    let (dir, db) = open(&DbOptions { max_mib: 1, ..DbOptions::default() });
    db.write(|tx| insert(tx, 1, "kept")).unwrap();
    let big = "x".repeat(100_000);
    let fill = |tx: &Tx| (2..100).try_for_each(|i| insert(tx, i, &format!("{i}{big}")).map(drop));
    let full = db.write(fill).unwrap_err();
    assert_eq!((full.code(), full.class()), ("store_disk_full", ErrorClass::Transient));
    assert!(full.to_string().contains("t.db"), "{full}");
    assert_eq!(db.read(count).unwrap(), 1);
    // Whoever ignores the fault cannot write outside of the transaction that SQLite may have ended.
    let tx = db.begin().unwrap();
    fill(&tx).unwrap_err();
    let ended = insert(&tx, 500, "after").is_err();
    let committed = tx.commit().is_ok();
    assert!(ended != committed, "either the transaction ended, or it goes on and commits");
    drop(db);
    let db = Db::open(dir.path().join("t.db"), &DbOptions::default()).unwrap();
    assert!(db.write(fill).is_ok() || db.read(count).unwrap() > 1, "space is back");
    db.integrity_check().unwrap();
}

#[test]
fn damage_is_named() {
    let (dir, db) = open(&DbOptions::default());
    db.write(|tx| (0..2000).try_for_each(|i| insert(tx, i, &format!("{i:0200}")).map(drop))).unwrap();
    db.write(|tx| tx.query_row("SELECT 1", &[], |_| Ok(()))).unwrap();
    let path: PathBuf = dir.path().join("t.db");
    drop(db);
    let mut bytes = std::fs::read(&path).unwrap();
    assert!(bytes.len() > 100_000, "closing moves everything into the file");
    bytes[8192..40_000].fill(0xa5);
    std::fs::write(&path, &bytes).unwrap();
    let db = Db::open(&path, &DbOptions::default()).unwrap();
    let error = db.integrity_check().unwrap_err();
    assert_eq!((error.code(), error.class()), ("store_corrupt", ErrorClass::Fatal));
    assert!(error.to_string().contains("t.db"), "{error}");
    drop(db);
    std::fs::write(&path, vec![b'x'; 8192]).unwrap();
    let error = Db::open(&path, &DbOptions::default()).err().unwrap();
    assert_eq!(error.code(), "store_corrupt");
}

const ONE: Migration = Migration { version: 1, sql: "CREATE TABLE m (a INTEGER); INSERT INTO m VALUES (1);" };
const TWO: Migration = Migration { version: 2, sql: "ALTER TABLE m ADD COLUMN b INTEGER; UPDATE m SET b = a + 1;" };

#[test]
fn migrations_run_once_in_order_and_never_back() {
    let (_dir, db) = open(&DbOptions::default());
    assert_eq!(db.migrate("stage", &[ONE]).unwrap(), 1);
    assert_eq!(db.migrate("stage", &[ONE]).unwrap(), 0);
    assert_eq!(db.migrate("stage", &[ONE, TWO]).unwrap(), 1);
    assert_eq!(db.migrate("other", &[]).unwrap(), 0);
    let b = db.read(|q| q.query_row("SELECT b FROM m", &[], |row| row.get::<i64>(0))).unwrap();
    assert_eq!(b, Some(2));
    let newer = db.migrate("stage", &[ONE]).unwrap_err();
    assert!(matches!(&newer, StoreError::NewerSchema { found: 2, known: 1, component, .. } if component == "stage"));
    assert!(newer.to_string().contains("run the newer release"), "{newer}");
    assert_eq!(db.migrate("gap", &[TWO]).unwrap_err().code(), "store_sql");
}

#[test]
fn a_failing_migration_leaves_the_version_before() {
    let (_dir, db) = open(&DbOptions::default());
    let broken = Migration { version: 2, sql: "CREATE TABLE n (a INTEGER); INSERT INTO nowhere VALUES (1);" };
    assert!(db.migrate("stage", &[ONE, broken]).is_err());
    assert_eq!(db.migrate("stage", &[ONE, TWO]).unwrap(), 1, "version 1 stayed, half of version 2 did not");
    assert!(db.write(|tx| tx.execute_batch("CREATE TABLE n (a INTEGER)")).is_ok());
}

#[test]
fn a_backup_is_a_snapshot_of_a_database_in_use() {
    let (dir, db) = open(&DbOptions::default());
    db.write(|tx| insert(tx, 1, "a")).unwrap();
    let tx = db.begin().unwrap();
    insert(&tx, 2, "b").unwrap();
    let target = dir.path().join("backup.db");
    let pinned = db.pin().unwrap();
    tx.commit().unwrap();
    pinned.copy_to(&target).unwrap();
    assert_eq!(pinned.copy_to(&target).unwrap_err().code(), "conflict");
    let backup = Db::open(&target, &DbOptions::default()).unwrap();
    backup.integrity_check().unwrap();
    assert_eq!(backup.read(count).unwrap(), 1);
    assert!(db.size_bytes() > 0);
    let nowhere = pinned.copy_to(dir.path().join("no/such/folder.db")).unwrap_err();
    assert_eq!(nowhere.code(), "store_open");
}

#[test]
fn what_was_deleted_is_in_no_file_after_a_purge() {
    let (dir, db) = open(&DbOptions::default());
    let text = |n: i64| format!("secret-{n}-").repeat(if n % 5 == 0 { 2_000 } else { 20 });
    db.write(|tx| (0..200).try_for_each(|n| insert(tx, n, &text(n)).map(drop))).unwrap();
    db.write(|tx| tx.execute("DELETE FROM t WHERE id % 2 = 0", &[])).unwrap();
    db.write(|tx| tx.execute("UPDATE t SET v = 'changed-' || id", &[])).unwrap();
    let held = db.reader().unwrap();
    assert_eq!(count(&held).unwrap(), 100);
    assert!(!db.purge().unwrap(), "a reader is in the way");
    drop(held);
    assert!(db.purge().unwrap());
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(7).any(|w| w == b"secret-"), "{}", path.display());
    }
    db.integrity_check().unwrap();
    assert_eq!(db.read(count).unwrap(), 100);
}
