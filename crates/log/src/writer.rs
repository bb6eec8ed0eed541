//! The writer thread: the only one that writes. Takes all that waits, writes one block, syncs once, publishes, answers.
//!
//! When something fails, nothing of the block becomes visible and all who waited for it are told:
//! - The disk is full: the file is cut back to what is durable, the next commit tries again at the same place.
//! - A write or sync failed otherwise: what the kernel holds of that file can no longer be believed, and a later sync
//!   that succeeds proves nothing. The segment is abandoned at its durable end, and the next commit begins a new one,
//!   whose header says what came before. Only a sync in the new file acknowledges again.

use std::fs::File;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;

use crate::block::BlockPlan;
use crate::disk::Disk;
use crate::error::LogError;
use crate::queue::{Group, Queue, Work};
use crate::segment::{self, Segment};
use crate::state::State;
use crate::telemetry::{self, Metric};

/// The segment that is written to.
pub(crate) struct Active {
    pub(crate) number: u64,
    pub(crate) file: File,
    /// Where the next block goes; all before is durable.
    pub(crate) position: u64,
}

/// The writer's side of the log.
pub(crate) struct Writer {
    pub(crate) state: Arc<State>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) disk: Disk,
    pub(crate) segment_bytes: u64,
    pub(crate) active: Option<Active>,
    pub(crate) next_number: u64,
    /// The next offset of each partition.
    pub(crate) heads: Vec<u64>,
}

/// Closes the queue when the writer ends, however it ends: nobody may wait for a writer that is gone.
struct AbandonQueue(Arc<Queue>);

impl Drop for AbandonQueue {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

impl Writer {
    /// Works until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        let _guard = AbandonQueue(Arc::clone(&self.queue));
        loop {
            let work = self.queue.take();
            let last = work.last;
            self.handle(work);
            if last {
                break;
            }
        }
        if let Err(error) = self.mark_clean() {
            tracing::warn!(%error, "cannot mark the log as cleanly closed; the next start checks its tail instead");
        }
    }

    fn handle(&mut self, work: Work) {
        if let Some(Group { batches, promise, .. }) = work.group {
            let done = self.commit(&batches);
            if let Err(error) = &done {
                telemetry::count(Metric::CommitFailures, 1);
                // Said once: with a full disk every commit fails until there is room.
                if self.state.trouble().is_none() {
                    tracing::error!(%error, error.code = error.code(), "log commit failed; each further one is counted");
                }
            }
            self.state.note(&done);
            promise.settle(done);
        }
        if !work.rolls.is_empty() {
            let done = self.roll();
            work.rolls.into_iter().for_each(|promise| promise.settle(done.clone()));
        }
    }

    fn commit(&mut self, batches: &[crate::AppendBatch]) -> Result<(), LogError> {
        let began = Instant::now();
        let plan = BlockPlan::new(batches, &self.heads);
        let records: usize = batches.iter().map(crate::AppendBatch::len).sum();
        let bytes = self.write_block(plan)?;
        telemetry::count(Metric::Commits, 1);
        telemetry::count(Metric::AppendedRecords, records as u64);
        telemetry::count(Metric::AppendedBytes, bytes as u64);
        self.queue.note_pace(bytes, began.elapsed());
        Ok(())
    }

    /// Writes and syncs one block and makes it visible.
    fn write_block(&mut self, plan: BlockPlan<'_>) -> Result<usize, LogError> {
        let size = plan.bytes() as u64;
        let mut active = match self.active.take() {
            Some(active) if active.position + size <= self.segment_bytes || self.is_fresh(&active) => active,
            full => {
                self.seal(full);
                self.open_segment(size)?
            }
        };
        let (header, block) = plan.encode(active.number, active.position);
        if let Err(error) = self.disk.write_at(&active.file, &block, active.position) {
            let error = LogError::io("write to a log segment", error);
            self.cut_back(active, matches!(error, LogError::StorageFull { .. }));
            return Err(error);
        }
        let began = Instant::now();
        if let Err(error) = self.disk.sync(&active.file) {
            self.cut_back(active, false);
            return Err(LogError::io("sync a log segment", error));
        }
        telemetry::time(Metric::FsyncSeconds, began.elapsed());
        for slice in &header.slices {
            self.heads[usize::from(slice.partition.0)] = slice.end();
        }
        active.position = header.end();
        self.active = Some(active);
        let block = Bytes::from(block);
        self.state.publish(&header, &block);
        Ok(block.len())
    }

    /// Whether the segment holds no block yet: then it takes one of any size.
    fn is_fresh(&self, active: &Active) -> bool {
        active.position == segment::header_bytes(self.heads.len())
    }

    /// After a failed write or sync: back to what is durable. Keeps the segment only when `reuse` and that worked.
    fn cut_back(&mut self, active: Active, reuse: bool) {
        match self.disk.truncate(&active.file, active.position) {
            Ok(()) if reuse => self.active = Some(active),
            Ok(()) => {}
            // Left as it is: the next segment's header says where this one's valid content ends.
            Err(error) => tracing::warn!(%error, log.segment = active.number, "cannot cut off a failed log commit"),
        }
    }

    /// Creates the next segment with room for a block of `size` bytes.
    fn open_segment(&mut self, size: u64) -> Result<Active, LogError> {
        let segment = Segment::new(self.next_number, self.heads.as_slice().into());
        let position = segment.end;
        let reserve = self.segment_bytes.max(position + size);
        let file = segment::create(&self.disk, &self.state.dir, &segment, reserve)
            .map_err(|e| LogError::io("create a log segment", e))?;
        let number = segment.number;
        self.next_number += 1;
        self.state.add_segment(segment);
        Ok(Active { number, file, position })
    }

    /// Gives back the reserved room of a segment. Nothing is ever written to it again, not even when the next one cannot
    /// be created: that one may be on disk already, stating that this one ends here.
    fn seal(&self, active: Option<Active>) {
        if let Some(active) = active
            && let Err(error) = self.disk.truncate(&active.file, active.position)
        {
            tracing::warn!(%error, log.segment = active.number, "cannot give back the reserved room of a log segment");
        }
    }

    fn roll(&mut self) -> Result<(), LogError> {
        let has_content = self.state.lock().segments.back().is_some_and(|s| !s.is_empty());
        if has_content {
            let full = self.active.take();
            self.seal(full);
            self.active = Some(self.open_segment(0)?);
        }
        Ok(())
    }

    /// Writes a block without records: damage before it can then not be taken for a torn tail.
    fn mark_clean(&mut self) -> Result<(), LogError> {
        let Some(active) = self.active.take() else { return Ok(()) };
        if self.is_fresh(&active) {
            return Ok(());
        }
        let (_, block) = BlockPlan::new(&[], &self.heads).encode(active.number, active.position);
        self.disk
            .write_at(&active.file, &block, active.position)
            .map_err(|e| LogError::io("mark the log closed", e))?;
        self.disk.sync(&active.file).map_err(|e| LogError::io("mark the log closed", e))
    }
}
