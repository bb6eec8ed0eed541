//! The queue before the writer: bounded in bytes and records, emptied whole by each group commit.

use std::mem;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use tokio::sync::oneshot;

use crate::batch::{Ack, AppendBatch};
use crate::error::LogError;
use crate::telemetry::{self, Metric};

type Answer = oneshot::Sender<Result<(), LogError>>;

/// Batches with those who wait for them, in order.
#[derive(Debug, Default)]
pub(crate) struct Work {
    pub(crate) batches: Vec<AppendBatch>,
    pub(crate) answers: Vec<Answer>,
    /// Those who wait for the active segment to be closed, after the batches.
    pub(crate) rolls: Vec<Answer>,
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
    batches: Vec<(AppendBatch, Answer)>,
    bytes: usize,
    records: usize,
    rolls: Vec<Answer>,
    closed: bool,
    /// How fast the last commit went, in bytes per millisecond.
    pace: usize,
}

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
        let (answer, ack) = Ack::pending();
        waiting.batches.push((batch, answer));
        (waiting.bytes, waiting.records) = (bytes, records);
        telemetry::set(Metric::QueueBytes, bytes);
        self.filled.notify_one();
        Ok(ack)
    }

    /// Asks for the active segment to be closed after all that waits now.
    pub(crate) fn push_roll(&self) -> Result<Ack, LogError> {
        let mut waiting = self.waiting.lock();
        if waiting.closed {
            return Err(LogError::Closed);
        }
        let (answer, ack) = Ack::pending();
        waiting.rolls.push(answer);
        self.filled.notify_one();
        Ok(ack)
    }

    /// Waits for work and takes as much as one commit may hold.
    pub(crate) fn take(&self) -> Work {
        let mut waiting = self.waiting.lock();
        while waiting.batches.is_empty() && waiting.rolls.is_empty() && !waiting.closed {
            self.filled.wait(&mut waiting);
        }
        let mut bytes = 0;
        let fits = waiting.batches.iter().take_while(|(batch, _)| {
            bytes += batch.bytes();
            bytes <= self.commit_bytes
        });
        let count = fits.count();
        let rest = waiting.batches.split_off(count);
        let (batches, answers): (Vec<_>, Vec<_>) = mem::replace(&mut waiting.batches, rest).into_iter().unzip();
        waiting.bytes -= batches.iter().map(AppendBatch::bytes).sum::<usize>();
        waiting.records -= batches.iter().map(AppendBatch::len).sum::<usize>();
        telemetry::set(Metric::QueueBytes, waiting.bytes);
        let is_empty = waiting.batches.is_empty();
        let rolls = if is_empty { mem::take(&mut waiting.rolls) } else { Vec::new() };
        Work { batches, answers, rolls, last: waiting.closed && is_empty }
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
        waiting.batches.clear();
        waiting.rolls.clear();
    }
}
