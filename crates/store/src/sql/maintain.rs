//! Backup and inspection of a database that is in use.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::db::Db;
use super::session::Session;
use crate::{Result, StoreError};

/// The committed state of a database at one moment, held to be copied while the database goes on being written.
pub struct Pinned {
    source: Session,
}

impl Pinned {
    /// Copies it into a new file at `path`, which must not exist.
    pub fn copy_to(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let target = path.to_string_lossy().into_owned();
        if path.exists() {
            return Err(StoreError::conflict(format!("{target} exists already")));
        }
        let fault = |e: rusqlite::Error| StoreError::from_sqlite(&target, &e);
        let copy = || -> Result<()> {
            let mut into = Connection::open(path).map_err(fault)?;
            into.pragma_update(None, "synchronous", "FULL").map_err(fault)?;
            let backup = Backup::new(&self.source.connection, &mut into).map_err(fault)?;
            loop {
                match backup.step(-1).map_err(fault)? {
                    StepResult::Done => break,
                    _ => std::thread::sleep(Duration::from_millis(10)),
                }
            }
            drop(backup);
            into.close().map_err(|(_, e)| fault(e))
        };
        copy().inspect_err(|_| {
            // A part of a backup must not be mistaken for one.
            let _ = std::fs::remove_file(path);
        })
    }
}

impl Db {
    /// Holds on to the committed state as it is now.
    pub fn pin(&self) -> Result<Pinned> {
        let source = self.detached_reader()?;
        // A read transaction sees what was committed when it first read.
        source.batch("BEGIN; SELECT COUNT(*) FROM sqlite_schema;")?;
        Ok(Pinned { source })
    }

    /// Gives back freed pages and empties the write-ahead log, so that what was deleted is in no file any more. False when
    /// a reader kept the log from being emptied: call it again.
    pub fn purge(&self) -> Result<bool> {
        let session = self.writer()?;
        session.scan("PRAGMA incremental_vacuum", &[], &mut |_| Ok(ControlFlow::Continue(())))?;
        let mut is_busy = true;
        session.scan("PRAGMA wal_checkpoint(TRUNCATE)", &[], &mut |row| {
            is_busy = row.get::<i64>(0)? != 0;
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(!is_busy)
    }

    /// Gives back the memory of the writer's page cache; it fills again with use.
    pub fn shrink(&self) -> Result<()> {
        self.writer()?.batch("PRAGMA shrink_memory;")
    }

    /// Reads the whole file and checks its structure. [`StoreError::Corrupt`] names the file and the first fault.
    pub fn integrity_check(&self) -> Result<()> {
        let session = self.detached_reader()?;
        let mut first = None;
        session.scan("PRAGMA integrity_check(1)", &[], &mut |row| {
            first = Some(row.get::<String>(0)?);
            Ok(ControlFlow::Break(()))
        })?;
        match first.as_deref() {
            Some("ok") => Ok(()),
            found => Err(StoreError::Corrupt {
                file: session.file.to_string(),
                detail: found.unwrap_or("the check gave no answer").to_owned(),
            }),
        }
    }
}
