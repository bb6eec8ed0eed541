//! One connection and the statements that run on it.

use std::ops::ControlFlow;
use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ToSql};

use super::row::Row;
use super::value::Value;
use crate::{Result, StoreError};

/// Reading: what transactions and readers have in common.
pub trait Query {
    /// Calls `each` for every row until it breaks or fails. The other functions build on this one.
    fn scan(
        &self,
        sql: &str,
        params: &[Value<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<ControlFlow<()>>,
    ) -> Result<()>;

    /// Calls `each` for every row until it breaks or fails.
    fn for_each<F>(&self, sql: &str, params: &[Value<'_>], mut each: F) -> Result<()>
    where
        F: FnMut(&Row<'_>) -> Result<ControlFlow<()>>,
    {
        self.scan(sql, params, &mut each)
    }

    /// The first row through `read`, or `None` when there is none.
    fn query_row<T, F>(&self, sql: &str, params: &[Value<'_>], read: F) -> Result<Option<T>>
    where
        F: FnOnce(&Row<'_>) -> Result<T>,
    {
        let (mut read, mut found) = (Some(read), None);
        self.scan(sql, params, &mut |row| {
            if let Some(read) = read.take() {
                found = Some(read(row)?);
            }
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }

    /// Every row through `read`. The statement must bound its rows (`LIMIT`, a key) itself.
    fn query<T, F>(&self, sql: &str, params: &[Value<'_>], mut read: F) -> Result<Vec<T>>
    where
        F: FnMut(&Row<'_>) -> Result<T>,
    {
        let mut rows = Vec::new();
        self.scan(sql, params, &mut |row| {
            rows.push(read(row)?);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(rows)
    }
}

impl<Q: Query + ?Sized> Query for &Q {
    fn scan(
        &self,
        sql: &str,
        params: &[Value<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        (**self).scan(sql, params, each)
    }
}

/// One connection to one database file.
pub(super) struct Session {
    pub(super) connection: Connection,
    pub(super) file: Arc<str>,
}

impl Session {
    pub(super) fn fault(&self, error: &rusqlite::Error) -> StoreError {
        let fault = StoreError::from_sqlite(&self.file, error);
        if fault.class() != rapport_domain::ErrorClass::Conflict {
            metrics::counter!("rapport_store_faults_total", "code" => fault.code()).increment(1);
        }
        fault
    }

    pub(super) fn batch(&self, sql: &str) -> Result<()> {
        self.connection.execute_batch(sql).map_err(|e| self.fault(&e))
    }

    fn prepare(&self, sql: &str, params: &[Value<'_>]) -> Result<CachedStatement<'_>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(|e| self.fault(&e))?;
        if statement.parameter_count() != params.len() {
            let detail = format!("{} values for {} places in: {sql}", params.len(), statement.parameter_count());
            return Err(StoreError::Sql { file: self.file.to_string(), detail });
        }
        for (index, value) in params.iter().enumerate() {
            statement.raw_bind_parameter(index + 1, Bound(value)).map_err(|e| self.fault(&e))?;
        }
        Ok(statement)
    }

    pub(super) fn execute(&self, sql: &str, params: &[Value<'_>]) -> Result<usize> {
        self.prepare(sql, params)?.raw_execute().map_err(|e| self.fault(&e))
    }

    pub(super) fn scan(
        &self,
        sql: &str,
        params: &[Value<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let mut statement = self.prepare(sql, params)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(|e| self.fault(&e))? {
            if each(&Row::new(row))?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Whether a transaction is open.
    pub(super) fn in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }
}

/// Binds a [`Value`] without showing SQLite's traits on it.
struct Bound<'v>(&'v Value<'v>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self.0 {
            Value::Null => ValueRef::Null,
            Value::Int(v) => ValueRef::Integer(v),
            Value::Real(v) => ValueRef::Real(v),
            Value::Text(v) => ValueRef::Text(v.as_bytes()),
            Value::Blob(v) => ValueRef::Blob(v),
        }))
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use crate::params;
    use crate::sql::{Db, DbOptions};

    /// SQLite may look at a bound value when it plans, and then plans anew for each other value: for the timers of a profile
    /// that was half the cost of loading one.
    #[test]
    fn a_statement_is_planned_once() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path().join("t.db"), &DbOptions::default()).unwrap();
        db.migrate("partition", crate::partition::MIGRATIONS).unwrap();
        let session = db.detached_reader().unwrap();
        let sql = "SELECT due_at, ws, profile, kind, key FROM timers WHERE ws = ?1 AND profile = ?2 ORDER BY kind, key";
        for profile in 0..20i64 {
            let mut statement = session.prepare(sql, &params![1i64, profile]).unwrap();
            assert!(statement.raw_query().next().unwrap().is_none());
            assert!(statement.get_status(StatementStatus::RePrepare) <= 1, "planned again for profile {profile}");
        }
    }
}
