//! Layer 1: the lake, a column store of events by profile and time.
//!
//! Consumes processed events in consecutive batches per partition, and the merges of profiles. Emits what folds compute,
//! timelines, and plain Parquet files that DuckDB, pandas and Spark read. Owns the directory `lake`: one manifest a partition
//! (the commit point of its files), the files under `ws<workspace>/p<partition>/`, and the log of merges.
//!
//! A batch is visible as soon as it is appended and durable once [`Lake::persisted`] has reached it; until then the engine
//! must be able to append it again after a crash, and a batch known already is ignored. Nothing but [`Fold`] scans events.
//!
//! Files are described in `docs/specs/lake-files.md`, the choices behind them in `docs/adr/0009-lake-columns.md`.
//!
//! # Filters
//! A fold hands conditions on events over as [`Filter`]s (`Fold::filters`), which are tested on columns before `step`. A
//! rule's condition on an event (`rapport_domain::rule::Expr`, inside `filter(e, …)`) becomes one like this; rules and lake do
//! not know each other, so a stage that has both does it:
//!
//! | `Expr` | [`Filter`] |
//! |---|---|
//! | `Const(true)`, `Const(false)` | `All(vec![])`, `Any(vec![])` |
//! | `All`, `Any`, `Not` | the same, part by part |
//! | `Compare` of `Field` with `Literal` | `Test(field, Compare(op, literal))`; with the literal on the left, `op` mirrored |
//! | `Compare` of `Field` or `Date` with `Instant` | `Test(field, Date(op, instant))` |
//! | `Compare` of `Date` with a text or number literal | the same, with the instant that `domain::compare::instant` reads; if it reads none, `Compare` of a missing value: `!=` is `All(vec![])`, others `Any(vec![])` |
//! | `Compare` of `Size` with a number | `Test(field, Size(op, number))` |
//! | `In`, `Text`, `Has` of `Field` | `In`, `Contains`/`StartsWith`/`EndsWith`/`Matches`, `Has` |
//!
//! `Field::Event("context.x")` is [`Field::Context`]`("x")`, others are [`Field::Property`]. Anything else (two fields, sums and
//! differences) has no columnar form: keep that part for `step`, and give the rest of an `All` to the lake.

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
mod members;
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
mod texts;
mod timeline;
mod values;
mod walk;
mod watermark;
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
