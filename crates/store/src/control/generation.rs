//! The configuration's generation: a number that grows with every change that matters to a running engine or
//! collector (resources, sources, write keys, workspaces). Who caches configuration watches it.

use crate::Result;
use crate::sql::{Query, Tx};

/// The present generation; one indexed read, cheap enough for several times a second.
pub fn current(q: &impl Query) -> Result<u64> {
    let sql = "SELECT value FROM installation WHERE key = 'config_generation'";
    Ok(q.query_row(sql, &[], |row| row.get(0))?.unwrap_or(0))
}

/// Counts the generation up; the functions of this folder that change configuration do it themselves.
pub fn bump(tx: &Tx) -> Result<()> {
    let sql = "INSERT INTO installation (key, value) VALUES ('config_generation', 1) \
               ON CONFLICT (key) DO UPDATE SET value = installation.value + 1";
    tx.execute(sql, &[]).map(drop)
}
