//! The embedded backend: segment files, one writer thread.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rapport_domain::Partition;
use rapport_domain::ids::DEFAULT_PARTITIONS;

use crate::ack::Ack;
use crate::batch::AppendBatch;
use crate::block::MAX_PAYLOAD_BYTES;
use crate::disk::Disk;
use crate::error::LogError;
use crate::log::Log;
use crate::queue::Queue;
use crate::read::ReadBatch;
use crate::reader;
use crate::recovery;
use crate::state::State;
use crate::writer::Writer;

/// Where the log lies and what it may use.
#[derive(Clone, Debug)]
pub struct LogConfig {
    /// The directory; created when missing.
    pub dir: PathBuf,
    /// Partitions, fixed when the log is created.
    pub partitions: u16,
    /// Size of a segment file in bytes, reserved on disk when it is begun. What is released goes away in such pieces.
    pub segment_bytes: u64,
    /// Bytes that may wait for the next commit; beyond, appends are refused.
    pub queue_bytes: usize,
    /// Records that may wait for the next commit; beyond, appends are refused.
    pub queue_records: usize,
    /// Bytes one commit may hold, and so the largest batch.
    pub commit_bytes: usize,
    /// Bytes of recent blocks kept in memory for readers.
    pub tail_cache_bytes: usize,
}

impl LogConfig {
    /// The defaults, in `dir`: 16 partitions, segments of 64 MiB, a queue of 32 MiB or 256 Ki records, commits of up to
    /// 8 MiB, 16 MiB of recent blocks in memory.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        LogConfig {
            dir: dir.into(),
            partitions: DEFAULT_PARTITIONS,
            segment_bytes: 64 << 20,
            queue_bytes: 32 << 20,
            queue_records: 256 << 10,
            commit_bytes: 8 << 20,
            tail_cache_bytes: 16 << 20,
        }
    }

    fn check(&self) -> Result<(), LogError> {
        let invalid = |field, expected| Err(LogError::InvalidConfig { field, expected });
        if self.partitions == 0 {
            return invalid("partitions", "must be at least 1");
        }
        if self.segment_bytes < 4096 {
            return invalid("segment_bytes", "must be at least 4096");
        }
        if self.commit_bytes == 0 || self.commit_bytes > MAX_PAYLOAD_BYTES {
            return invalid("commit_bytes", "must be between 1 and 64 MiB");
        }
        if self.queue_bytes < self.commit_bytes {
            return invalid("queue_bytes", "must be at least commit_bytes");
        }
        if self.queue_records == 0 {
            return invalid("queue_records", "must be at least 1");
        }
        Ok(())
    }
}

/// The log on local disk. Dropping it commits what waits and closes the files.
#[derive(Debug)]
pub struct SegmentLog {
    state: Arc<State>,
    queue: Arc<Queue>,
    writer: Option<JoinHandle<()>>,
    _lock: File,
}

impl SegmentLog {
    /// Opens the log, or creates it. Reads all block headers and the whole last segment.
    ///
    /// # Errors
    /// [`LogError::Corrupt`] names damage; nothing is changed then. [`LogError::Locked`],
    /// [`LogError::PartitionsDiffer`], [`LogError::UnsupportedVersion`], [`LogError::InvalidConfig`],
    /// [`LogError::StorageFull`], [`LogError::Io`].
    pub fn open(config: &LogConfig) -> Result<Self, LogError> {
        Self::open_on(config, Disk::default())
    }

    pub(crate) fn open_on(config: &LogConfig, disk: Disk) -> Result<Self, LogError> {
        config.check()?;
        let dir: &Path = &config.dir;
        let lock = recovery::lock(dir)?;
        recovery::remove_temporary(dir)?;
        recovery::settle_meta(&disk, dir, config.partitions)?;
        let found = recovery::recover(dir, config.partitions)?;
        tracing::info!(
            log.dir = %dir.display(), log.segments = found.segments.len(), log.records = found.heads.iter().sum::<u64>(),
            "log open"
        );
        let state = Arc::new(State::new(dir, found.heads.clone(), found.segments, config.tail_cache_bytes));
        let queue = Arc::new(Queue::new(config.queue_bytes, config.queue_records, config.commit_bytes));
        let writer = Writer {
            state: Arc::clone(&state),
            queue: Arc::clone(&queue),
            disk,
            segment_bytes: config.segment_bytes,
            active: found.active,
            next_number: found.next_number,
            heads: found.heads,
        };
        let writer = thread::Builder::new()
            .name("log-writer".into())
            .spawn(move || writer.run())
            .map_err(|e| LogError::io("start the log's writer thread", e))?;
        Ok(SegmentLog { state, queue, writer: Some(writer), _lock: lock })
    }

    #[cfg(test)]
    pub(crate) fn tail_cache_bytes(&self) -> usize {
        self.state.lock().tail.bytes()
    }

    #[cfg(test)]
    pub(crate) fn end_of_last_segment(&self) -> u64 {
        self.state.lock().segments.back().map_or(0, |s| s.end)
    }
}

impl Drop for SegmentLog {
    fn drop(&mut self) {
        self.queue.close();
        if self.writer.take().is_some_and(|writer| writer.join().is_err()) {
            tracing::error!("the log's writer thread panicked");
        }
    }
}

impl Log for SegmentLog {
    fn partitions(&self) -> u16 {
        self.state.partitions()
    }

    fn append(&self, batch: AppendBatch) -> Result<Ack, LogError> {
        batch.check_partitions(self.partitions())?;
        self.queue.push(batch)
    }

    fn read(
        &self,
        partition: Partition,
        from: u64,
        max_records: usize,
        max_bytes: usize,
    ) -> Result<ReadBatch, LogError> {
        reader::read(&self.state, partition, from, max_records, max_bytes)
    }

    fn head(&self, partition: Partition) -> u64 {
        self.state.lock().heads.get(usize::from(partition.0)).copied().unwrap_or(0)
    }

    fn first(&self, partition: Partition) -> u64 {
        if partition.0 < self.partitions() { self.state.lock().first(usize::from(partition.0)) } else { 0 }
    }

    fn wait(&self, partition: Partition, from: u64, timeout: Duration) -> bool {
        self.state.wait(partition, from, timeout)
    }

    fn wake(&self, partition: Partition) {
        self.state.wake(partition);
    }

    fn release(&self, partition: Partition, upto: u64) {
        self.state.release(partition, upto);
    }

    fn trouble(&self) -> Option<LogError> {
        self.state.trouble()
    }

    fn roll(&self) -> Result<(), LogError> {
        self.queue.push_roll()?.wait_blocking()
    }
}
