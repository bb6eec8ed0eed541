//! Importing files: CSV, JSON lines and Parquet, plain or compressed with gzip or zstd, by a mapping file. Segment-form
//! JSON lines need no mapping.
//!
//! [`ImportSource`] reads a file from any [`Position`] on and yields events with the line they came from. Every line of
//! the file ends in exactly one [`Entry`]: an event, a skip that the mapping asked for, or a rejection with its reason.
//! Message ids are derived from the file's content and the row (or from the mapping), so importing a file again, or
//! resuming after a crash, changes nothing twice.

mod build;
mod cast;
mod condition;
mod csv_rows;
mod detect;
mod error;
mod expr;
mod input;
mod jsonl_rows;
mod mapping;
mod parquet_rows;
mod parse;
mod position;
mod row;
mod source;

pub use error::ImportError;
pub use mapping::Mapping;
pub use position::Position;
pub use row::Format;
pub use source::{Entry, EntryKind, ImportBatch, ImportSource};
