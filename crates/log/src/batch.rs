//! What callers hand to the log.

use std::ops::Range;

use rapport_domain::Partition;

use crate::error::LogError;
use crate::frame;

/// Records to append together: all of them become visible, or none. One buffer, however many records.
#[derive(Clone, Debug, Default)]
pub struct AppendBatch {
    buf: Vec<u8>,
    entries: Vec<(Partition, Range<usize>)>,
}

impl AppendBatch {
    /// An empty batch.
    #[must_use]
    pub fn new() -> Self {
        AppendBatch::default()
    }

    /// An empty batch with room for `records` records of `bytes` bytes together.
    #[must_use]
    pub fn with_capacity(records: usize, bytes: usize) -> Self {
        let framed = bytes.saturating_add(records.saturating_mul(frame::FRAME_BYTES));
        AppendBatch { buf: Vec::with_capacity(framed), entries: Vec::with_capacity(records) }
    }

    /// Adds the record that `write` appends to the buffer it is given.
    pub fn push(&mut self, partition: Partition, write: impl FnOnce(&mut Vec<u8>)) {
        let start = frame::begin(&mut self.buf);
        write(&mut self.buf);
        self.finish(partition, start);
    }

    /// Adds the record that `write` appends; when it fails, the batch stays as it was.
    pub fn try_push<E>(
        &mut self,
        partition: Partition,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let start = frame::begin(&mut self.buf);
        if let Err(error) = write(&mut self.buf) {
            self.buf.truncate(start);
            return Err(error);
        }
        self.finish(partition, start);
        Ok(())
    }

    /// Adds a record already encoded.
    pub fn push_bytes(&mut self, partition: Partition, record: &[u8]) {
        self.push(partition, |buf| buf.extend_from_slice(record));
    }

    fn finish(&mut self, partition: Partition, start: usize) {
        // A writer that shortened the buffer below its start has written nothing.
        if self.buf.len() < start + frame::FRAME_BYTES {
            self.buf.resize(start + frame::FRAME_BYTES, 0);
        }
        frame::finish(&mut self.buf, start);
        self.entries.push((partition, start..self.buf.len()));
    }

    /// How many records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Bytes with framing: what counts against queue and commit limits.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.buf.len()
    }

    /// Each record with its frame.
    pub(crate) fn framed(&self) -> impl Iterator<Item = (Partition, &[u8])> {
        self.entries.iter().map(|(partition, range)| (*partition, &self.buf[range.clone()]))
    }

    pub(crate) fn check_partitions(&self, partitions: u16) -> Result<(), LogError> {
        match self.entries.iter().find(|(p, _)| p.0 >= partitions) {
            Some((partition, _)) => Err(LogError::UnknownPartition { partition: *partition, partitions }),
            None => Ok(()),
        }
    }
}
