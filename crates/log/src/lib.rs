//! Layer 1: the durable, partitioned log (invariants I1 and I9).
//!
//! Consumes encoded records ([`AppendBatch`]), emits them back in order per partition ([`ReadBatch`]), owns the segment
//! files of the data directory. It knows nothing of what a record says.
//!
//! [`Log`] is the trait the rest of the product speaks; it asks for nothing a stream per partition of a replicated
//! message system could not give. [`SegmentLog`] is the embedded backend: one writer thread gathers everything that
//! waits into one block, writes it with one `fdatasync`, and only then acknowledges. [`MemoryLog`] is the backend of
//! tests and simulations. [`verify()`] reads a whole directory for the doctor command.
//!
//! What is deliberately absent: no compression (blocks live for minutes), no index files (headers are the index), no
//! repair that drops records: damage is named and left to a person.

mod ack;
mod batch;
mod block;
mod disk;
mod error;
mod frame;
mod log;
mod memory;
mod queue;
mod read;
mod reader;
mod recovery;
mod scan;
mod segment;
mod segment_log;
mod state;
mod tail;
mod telemetry;
mod verify;
mod writer;

#[cfg(test)]
mod tests;

pub use ack::Ack;
pub use batch::AppendBatch;
pub use error::LogError;
pub use log::Log;
pub use memory::MemoryLog;
pub use read::{ReadBatch, Records};
pub use segment_log::{LogConfig, SegmentLog};
pub use verify::{Finding, FindingKind, Verification, verify};
