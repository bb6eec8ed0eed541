//! The control database: everything that is not a customer's. One file for each noun.
//!
//! Every function works inside a transaction or snapshot of its caller (`stores.control().write(|tx| …)`), so that a
//! change and its audit entry are one, and takes the workspace first wherever one applies (invariant I7). The
//! exceptions find out which workspace somebody belongs to (sign-in, tokens, write keys) or serve the whole
//! installation (throttling, settings, housekeeping).

pub mod audit;
pub mod desk;
pub mod generation;
pub mod idempotency;
pub mod imports;
pub mod members;
pub mod quality;
pub mod resources;
mod schema;
pub mod sessions;
pub mod settings;
pub mod sources;
pub mod suppressions;
pub mod throttle;
pub mod tokens;
pub mod workspaces;

pub(crate) use schema::MIGRATIONS;

use crate::{Result, StoreError};

/// `Ok` when a statement changed a row, else [`StoreError::NotFound`].
fn expect_row(changed: usize, what: impl FnOnce() -> String) -> Result<()> {
    if changed > 0 { Ok(()) } else { Err(StoreError::not_found(what())) }
}

/// The answer of an `INSERT … RETURNING`, which always has one row.
fn inserted<T>(row: Option<T>, what: &str) -> Result<T> {
    row.ok_or_else(|| StoreError::decode(what, "the insert answered no row"))
}

/// `text` cut to at most `bytes` bytes at a character's end.
fn bounded(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A database with the control schema and two workspaces, for the tests of this folder.
#[cfg(test)]
fn test_db() -> (tempfile::TempDir, crate::Db, rapport_domain::WorkspaceId, rapport_domain::WorkspaceId) {
    let dir = tempfile::tempdir().unwrap();
    let db = crate::Db::open(dir.path().join("control.db"), &crate::DbOptions::default()).unwrap();
    db.migrate("control", MIGRATIONS).unwrap();
    db.migrate("desk", desk::MIGRATIONS).unwrap();
    let now = rapport_domain::Timestamp(1_000);
    let (a, b) = db
        .write(|tx| -> Result<_> {
            let a = workspaces::create(tx, "alpha", "Alpha", "Europe/Berlin", now)?;
            Ok((a.id, workspaces::create(tx, "beta", "Beta", "UTC", now)?.id))
        })
        .unwrap();
    (dir, db, a, b)
}
