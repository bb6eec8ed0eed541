//! The queue before the writer: bounded in bytes and records, emptied whole by each group commit.

use std::collections::VecDeque;
use std::mem;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use crate::ack::{Ack, Promise};
use crate::batch::AppendBatch;
use crate::error::LogError;
use crate::telemetry::{self, Metric};

/// Batches that are committed together, in order, and what their callers were promised.
#[derive(Debug, Default)]
pub(crate) struct Group {
    pub(crate) batches: Vec<AppendBatch>,
    pub(crate) promise: Promise,
    bytes: usize,
    records: usize,
}

/// What the writer does next.
#[derive(Debug, Default)]
pub(crate) struct Work {
    pub(crate) group: Option<Group>,
    /// Those who wait for the active segment to be closed, after the group.
    pub(crate) rolls: Vec<Promise>,
    /// Whether no more work will come.
    pub(crate) last: bool,
}

/// The queue. `commit_bytes` bounds what one [`Queue::take`] gives.
#[derive(Debug)]
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    filled: Condvar,
    limit_bytes: usize,
    limit_records: usize,
    commit_bytes: usize,
}

#[derive(Debug, Default)]
struct Waiting {
    /// Each no larger than a commit may be; the last one still grows.
    groups: VecDeque<Group>,
    bytes: usize,
    records: usize,
    rolls: Vec<Promise>,
    closed: bool,
    /// Batches of the group taken last.
    shared_by: usize,
    /// How fast the last commit went, in bytes per millisecond.
    pace: usize,
}

/// So many batches in one commit are a sign of many who append at once.
const MANY: usize = 8;
/// How long such a commit waits for more to come: about what a sync takes.
const GATHER: Duration = Duration::from_micros(150);

/// The bounds of the advice when to try again, in milliseconds.
const RETRY_MS: std::ops::RangeInclusive<u64> = 100..=5_000;

impl Queue {
    pub(crate) fn new(limit_bytes: usize, limit_records: usize, commit_bytes: usize) -> Self {
        telemetry::set(Metric::QueueCapacityBytes, limit_bytes);
        let waiting = Mutex::new(Waiting::default());
        Queue { waiting, filled: Condvar::new(), limit_bytes, limit_records, commit_bytes }
    }

    /// Adds a batch, or refuses it when there is no room.
    pub(crate) fn push(&self, batch: AppendBatch) -> Result<Ack, LogError> {
        if batch.bytes() > self.commit_bytes {
            return Err(LogError::TooLarge { bytes: batch.bytes(), limit: self.commit_bytes });
        }
        if batch.is_empty() {
            return Ok(Ack::ready());
        }
        let mut waiting = self.waiting.lock();
        if waiting.closed {
            return Err(LogError::Closed);
        }
        let (bytes, records) = (waiting.bytes + batch.bytes(), waiting.records + batch.len());
        // A batch that fits a commit is taken by an empty queue however many records it has.
        if bytes > self.limit_bytes || (records > self.limit_records && waiting.records > 0) {
            telemetry::count(Metric::Overloads, 1);
            let drain_ms = (waiting.bytes / waiting.pace.max(1)) as u64;
            let retry_after_ms = drain_ms.clamp(*RETRY_MS.start(), *RETRY_MS.end());
            return Err(LogError::Overloaded { retry_after_ms });
        }
        (waiting.bytes, waiting.records) = (bytes, records);
        let ack = waiting.add(batch, self.commit_bytes);
        self.filled.notify_one();
        Ok(ack)
    }

    /// Asks for the active segment to be closed after all that waits now.
    pub(crate) fn push_roll(&self) -> Result<Ack, LogError> {
        let mut waiting = self.waiting.lock();
        if waiting.closed {
            return Err(LogError::Closed);
        }
        let promise = Promise::default();
        let ack = promise.ack();
        waiting.rolls.push(promise);
        self.filled.notify_one();
        Ok(ack)
    }

    /// Waits for work and takes as much as one commit may hold. When many shared the last commit, it gives their next
    /// appends a moment to come together: a commit costs the same for one as for all of them.
    pub(crate) fn take(&self) -> Work {
        let mut waiting = self.waiting.lock();
        while waiting.groups.is_empty() && waiting.rolls.is_empty() && !waiting.closed {
            self.filled.wait(&mut waiting);
        }
        if waiting.may_gather() {
            // Asleep rather than waiting for a signal: each append would ring.
            parking_lot::MutexGuard::unlocked(&mut waiting, || std::thread::sleep(GATHER));
        }
        let group = waiting.groups.pop_front();
        waiting.shared_by = group.as_ref().map_or(0, |g| g.batches.len());
        if let Some(group) = &group {
            waiting.bytes -= group.bytes;
            waiting.records -= group.records;
            telemetry::set(Metric::QueueBytes, waiting.bytes);
        }
        let is_empty = waiting.groups.is_empty();
        let rolls = if is_empty { mem::take(&mut waiting.rolls) } else { Vec::new() };
        Work { group, rolls, last: waiting.closed && is_empty }
    }

    /// Notes how long a commit of `bytes` bytes took.
    pub(crate) fn note_pace(&self, bytes: usize, took: Duration) {
        self.waiting.lock().pace = bytes / (took.as_millis() as usize).max(1);
    }

    /// Takes no more; what waits is still committed.
    pub(crate) fn close(&self) {
        self.waiting.lock().closed = true;
        self.filled.notify_all();
    }

    /// Takes no more and drops what waits: whoever waits learns that the log is closed.
    pub(crate) fn abandon(&self) {
        let mut waiting = self.waiting.lock();
        waiting.closed = true;
        waiting.groups.clear();
        waiting.rolls.clear();
    }
}

impl Waiting {
    /// Whether more is about to come than there is.
    fn may_gather(&self) -> bool {
        let few = |group: &Group| group.batches.len() < self.shared_by;
        let alone = self.groups.len() <= 1 && self.groups.front().is_some_and(few);
        self.shared_by >= MANY && alone && self.rolls.is_empty() && !self.closed
    }

    /// Adds a batch to the group that still has room for it.
    fn add(&mut self, batch: AppendBatch, commit_bytes: usize) -> Ack {
        if self.groups.back().is_none_or(|group| group.bytes + batch.bytes() > commit_bytes) {
            self.groups.push_back(Group::default());
        }
        let place = self.groups.len() - 1;
        let group = &mut self.groups[place];
        group.bytes += batch.bytes();
        group.records += batch.len();
        group.batches.push(batch);
        group.promise.ack()
    }
}
