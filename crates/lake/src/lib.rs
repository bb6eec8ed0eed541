//! Layer 1: the lake, a column store of events by profile and time.
//!
//! Consumes processed events in consecutive batches per partition, and the merges of profiles. Emits what folds compute,
//! timelines, and plain Parquet files that DuckDB, pandas and Spark read. Owns the directory `lake`: one manifest a partition
//! (the commit point of its files), the files under `ws<workspace>/p<partition>/`, and the log of merges.
//!
//! A batch is visible as soon as it is appended and durable once [`Lake::persisted`] has reached it; until then the engine
//! must be able to append it again after a crash, and a batch known already is ignored. Nothing but [`Fold`] scans events.

mod cache;
mod caches;
mod cancel;
mod check;
mod checksum;
mod columns;
mod compact;
mod compiled;
mod config;
mod decoded;
mod error;
mod event_ref;
mod file;
mod filter;
mod fold;
mod hot;
mod import;
mod lake;
mod layout;
mod manifest;
mod merges;
mod names;
mod parallel;
mod partition;
mod paths;
mod query;
mod rewrite;
mod rows;
mod scan;
mod schema;
mod select;
mod shred;
mod snapshot;
mod telemetry;
mod timeline;
mod values;
mod walk;
mod worker;
mod writer;

pub use cancel::CancelFlag;
pub use check::{CheckReport, Finding, check};
pub use config::LakeConfig;
pub use error::LakeError;
pub use event_ref::EventRef;
pub use filter::{EventFilter, Field, Filter, Test};
pub use fold::Fold;
pub use import::{parquet_row_count, read_parquet_rows};
pub use lake::{Erased, Lake};
pub use snapshot::Snapshot;
pub use timeline::TimelineFilter;
