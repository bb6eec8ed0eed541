//! Layer 1: durable state in SQL, one SQLite file per partition and one for the control plane.
//!
//! Consumes statements and values from the stages' `repo.rs` files, emits rows, owns the database files, their
//! migrations, the partition basics (offset, deduplication, timers, outboxes) and everything in `control.db`
//! (workspaces, members, keys, resources, audit, data quality, suppressions, imports).
//!
//! The SQL layer ([`Db`], [`Tx`], [`Reader`], [`Query`], [`Value`], [`Row`]) shows nothing of SQLite, so that
//! PostgreSQL can stand behind the same names later; see `docs/adr/0003-store.md`.

pub mod control;
pub mod counters;
mod cut;
mod error;
mod page;
pub mod partition;
mod sql;
mod stores;
mod vault;

pub use cut::Cut;
pub use error::StoreError;
pub use page::{MAX_PAGE, Page};
pub use sql::{Db, DbOptions, FromColumn, Migration, OwnedTx, Pinned, Query, Reader, Row, Tx, Value};
pub use stores::{MAX_PARTITIONS, Stores};
pub use vault::{KEY_FILE, Vault};

/// What every function of this crate answers.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;
