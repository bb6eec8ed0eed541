//! Migrations: each component owns its tables and counts its schema versions up from 1.

use rapport_domain::{Clock, SystemClock};

use super::db::Db;
use super::session::Query;
use crate::{Result, StoreError, params};

/// One step of a component's schema. Released steps never change; new ones are added at the end.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// 1, 2, 3…
    pub version: u32,
    /// Statements separated by `;`.
    pub sql: &'static str,
}

impl Db {
    /// Brings the tables of `component` to the newest version, one transaction a step. Answers how many steps ran.
    /// Fails with [`StoreError::NewerSchema`] when the file knows a later version than `migrations`, before any change.
    pub fn migrate(&self, component: &str, migrations: &[Migration]) -> Result<usize> {
        let file = self.path.to_string_lossy().into_owned();
        if migrations.iter().enumerate().any(|(i, m)| m.version as usize != i + 1) {
            let detail = format!("migrations of {component} must count up from 1");
            return Err(StoreError::Sql { file, detail });
        }
        let known = migrations.len() as u32;
        let found = self.write(|tx| {
            tx.execute(
                "CREATE TABLE IF NOT EXISTS schema_versions (component TEXT NOT NULL, version INTEGER NOT NULL, \
                 applied_at INTEGER NOT NULL, PRIMARY KEY (component, version))",
                &[],
            )?;
            schema_version(tx, component)
        })?;
        if found > known {
            return Err(StoreError::NewerSchema { file, component: component.to_owned(), found, known });
        }
        let mut applied = 0;
        for step in &migrations[found as usize..] {
            applied += self.write(|tx| {
                // Another process may have migrated meanwhile; the version is checked under the write lock.
                if schema_version(tx, component)? >= step.version {
                    return Ok(0);
                }
                tx.execute_batch(step.sql)?;
                tx.execute(
                    "INSERT INTO schema_versions (component, version, applied_at) VALUES (?1, ?2, ?3)",
                    &params![component, step.version, SystemClock.now()],
                )
            })?;
        }
        if applied > 0 {
            tracing::debug!(store.file = %file, store.component = component, store.version = known, "schema migrated");
        }
        Ok(applied)
    }
}

fn schema_version(q: &impl Query, component: &str) -> Result<u32> {
    let sql = "SELECT COALESCE(MAX(version), 0) FROM schema_versions WHERE component = ?1";
    Ok(q.query_row(sql, &params![component], |row| row.get(0))?.unwrap_or(0))
}
