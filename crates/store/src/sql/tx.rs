//! Transactions: the one write transaction a database has at a time, and read snapshots.

use std::cell::Cell;
use std::ops::{ControlFlow, Deref};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use parking_lot::{ArcMutexGuard, RawMutex};

use super::pool::Lease;
use super::row::Row;
use super::session::{Query, Session};
use super::value::Value;
use crate::{Result, StoreError};

/// A write transaction. All its statements take effect together or not at all.
pub struct Tx {
    session: ArcMutexGuard<RawMutex, Session>,
    /// Set once SQLite has ended the transaction by itself, as it does when the disk is full: a later statement would
    /// otherwise run, and stay, outside of any transaction.
    broken: Cell<bool>,
    serial: u64,
}

static NEXT_SERIAL: AtomicU64 = AtomicU64::new(1);

impl Tx {
    pub(super) fn begin(session: ArcMutexGuard<RawMutex, Session>) -> Result<Self> {
        session.execute("BEGIN IMMEDIATE", &[])?;
        Ok(Tx { session, broken: Cell::new(false), serial: NEXT_SERIAL.fetch_add(1, Ordering::Relaxed) })
    }

    /// Runs a statement that changes rows and answers how many it changed.
    pub fn execute(&self, sql: &str, params: &[Value<'_>]) -> Result<usize> {
        self.check()?;
        self.watch(self.session.execute(sql, params))
    }

    /// Runs several statements without values, such as `CREATE TABLE`.
    pub fn execute_batch(&self, sql: &str) -> Result<()> {
        self.check()?;
        self.watch(self.session.batch(sql))
    }

    /// The database file, for messages.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.session.file
    }

    /// A number no other transaction of this process has, for caches that must notice a rollback.
    #[must_use]
    pub fn serial(&self) -> u64 {
        self.serial
    }

    fn check(&self) -> Result<()> {
        if self.broken.get() { Err(StoreError::RolledBack { file: self.session.file.to_string() }) } else { Ok(()) }
    }

    fn watch<T>(&self, result: Result<T>) -> Result<T> {
        if result.is_err() && !self.session.in_transaction() {
            self.broken.set(true);
        }
        result
    }

    pub(super) fn commit(&self) -> Result<()> {
        self.check()?;
        let begun = Instant::now();
        self.watch(self.session.execute("COMMIT", &[]))?;
        metrics::histogram!("rapport_store_commit_seconds").record(begun.elapsed().as_secs_f64());
        Ok(())
    }

    pub(super) fn roll_back(&self) {
        if !self.session.in_transaction() {
            return;
        }
        if let Err(fault) = self.session.execute("ROLLBACK", &[]) {
            // SQLite rolls an unfinished transaction back when the file is opened next, so nothing is kept either way.
            tracing::error!(store.file = %self.session.file, error = %fault, "rollback failed");
        }
    }
}

impl Query for Tx {
    fn scan(
        &self,
        sql: &str,
        params: &[Value<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        self.check()?;
        self.watch(self.session.scan(sql, params, each))
    }
}

/// A write transaction held across several calls. Dropping it without [`OwnedTx::commit`] rolls it back.
#[must_use = "dropping it rolls the transaction back"]
pub struct OwnedTx {
    tx: Tx,
}

impl OwnedTx {
    pub(super) fn new(tx: Tx) -> Self {
        OwnedTx { tx }
    }

    /// Makes everything the transaction did durable. On an error nothing of it is kept.
    pub fn commit(self) -> Result<()> {
        self.tx.commit()
    }
}

impl Deref for OwnedTx {
    type Target = Tx;

    fn deref(&self) -> &Tx {
        &self.tx
    }
}

impl Drop for OwnedTx {
    fn drop(&mut self) {
        // After a commit there is no transaction any more and this does nothing.
        self.tx.roll_back();
    }
}

impl Query for OwnedTx {
    fn scan(
        &self,
        sql: &str,
        params: &[Value<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        self.tx.scan(sql, params, each)
    }
}

/// A read snapshot: every query on it sees the same committed state, and it cannot write.
pub struct Reader {
    session: Lease,
}

impl Reader {
    pub(super) fn begin(session: Lease) -> Result<Self> {
        session.execute("BEGIN", &[])?;
        Ok(Reader { session })
    }
}

impl Query for Reader {
    fn scan(
        &self,
        sql: &str,
        params: &[Value<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        self.session.scan(sql, params, each)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if self.session.execute("ROLLBACK", &[]).is_err() {
            // A connection in an unknown state must not serve the next reader.
            self.session.discard();
        }
    }
}
