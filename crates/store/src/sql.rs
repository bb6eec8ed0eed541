//! The SQL layer: values in, rows out, one writer and a few readers per database file. Nothing here or above it names
//! SQLite's types; SQL is kept to what SQLite and PostgreSQL share where that is possible, with `?1` placeholders.

mod db;
mod maintain;
mod migrate;
mod pool;
mod row;
mod session;
#[cfg(test)]
mod tests;
mod tx;
mod value;

pub use db::{Db, DbOptions};
pub use maintain::Pinned;
pub use migrate::Migration;
pub use row::{FromColumn, Row};
pub use session::Query;
pub use tx::{OwnedTx, Reader, Tx};
pub use value::Value;
