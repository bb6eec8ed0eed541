//! The trait the rest of the product speaks.

use std::time::Duration;

use rapport_domain::Partition;

use crate::ack::Ack;
use crate::batch::AppendBatch;
use crate::error::LogError;
use crate::read::ReadBatch;

/// Accepted records in order, per partition, with consecutive offsets from 0.
///
/// Records of one batch become visible together and keep their order within each partition. The embedded backend holds
/// that over all partitions of a batch; a replicated one holds it per partition, so callers rely only on that.
pub trait Log: Send + Sync + 'static {
    /// How many partitions there are, fixed when the log was created.
    fn partitions(&self) -> u16;

    /// Queues a batch; never waits for the disk. The [`Ack`] resolves once the batch is durable (invariant I1).
    ///
    /// # Errors
    /// [`LogError::Overloaded`] when the queue is full, [`LogError::TooLarge`], [`LogError::UnknownPartition`],
    /// [`LogError::Closed`]. Through the ack: [`LogError::StorageFull`], [`LogError::Io`], [`LogError::Closed`].
    fn append(&self, batch: AppendBatch) -> Result<Ack, LogError>;

    /// Reads on from offset `from`: at most `max_records` records and about `max_bytes` bytes, but at least one record
    /// when `from < head`. Fewer than asked for is no sign of the end; [`ReadBatch::next_offset`] says where to go on.
    ///
    /// # Errors
    /// [`LogError::Trimmed`] below [`Log::first`], [`LogError::Ahead`] beyond [`Log::head`], [`LogError::Corrupt`],
    /// [`LogError::Io`], [`LogError::UnknownPartition`].
    fn read(
        &self,
        partition: Partition,
        from: u64,
        max_records: usize,
        max_bytes: usize,
    ) -> Result<ReadBatch, LogError>;

    /// The offset the next record will get; everything below is durable. 0 for an unknown partition.
    fn head(&self, partition: Partition) -> u64;

    /// The first offset that can still be read. 0 for an unknown partition.
    fn first(&self, partition: Partition) -> u64;

    /// Blocks the calling thread until `head > from`, [`Log::wake`] or `timeout`; true when `head > from`.
    fn wait(&self, partition: Partition, from: u64, timeout: Duration) -> bool;

    /// Makes the current wait on this partition return at once, or the next one when nobody waits now: a wake is never
    /// lost between a reader's look at its work and its wait.
    fn wake(&self, partition: Partition);

    /// The consumer has durably passed every offset below `upto`; the log may delete them. A released offset may stay
    /// readable for a while. Releases are not stored: after a start the consumer releases what its state says.
    fn release(&self, partition: Partition, upto: u64);

    /// What keeps it from storing at present: how the last commit failed, for some seconds after it did and until one
    /// succeeds. For health checks.
    fn trouble(&self) -> Option<LogError> {
        None
    }

    /// Closes what is being written to, so that its records go away as soon as they are released (used for erasure).
    /// Blocks until done.
    ///
    /// # Errors
    /// [`LogError::StorageFull`], [`LogError::Io`], [`LogError::Closed`]; then call it again.
    fn roll(&self) -> Result<(), LogError>;
}
