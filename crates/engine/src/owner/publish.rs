//! What leaves after the commit: rows to the lake, letters to the log, messages to the gate. Everything stays in the
//! partition's tables until the other side has it, so that a crash in between only sends again what has a stable id.

use std::collections::{HashSet, VecDeque};
use std::ops::ControlFlow;

use rapport_delivery::Waiting;
use rapport_domain::event::ProcessedEvent;
use rapport_domain::{OutboundMessage, OutboxId, Partition, Timestamp};
use rapport_log::{AppendBatch, LogError};
use rapport_store::partition::{OutboxRow, lake_outbox, letters, outbox};
use rapport_store::{Db, Tx};

use super::work::Work;
use crate::error::EngineError;
use crate::shared::Shared;

/// Letters appended to the log at once.
const LETTERS_PER_APPEND: usize = 2_000;
/// Rows given back to the lake at a start above which they are written to files at once, instead of when they are a minute
/// old: a server that is killed again and again would otherwise give back more and more of them each time.
const RESTORE_ROWS: usize = 1_000;
/// Messages offered to the gate at once.
const MESSAGES_PER_OFFER: usize = 500;

/// Writes what the batch caused into its transaction; answers the lake's number of its rows, if there are any.
pub(super) fn store(work: &mut Work, persisted: u64) -> Result<Option<u64>, EngineError> {
    for (number, target, bytes) in &work.letters {
        letters::push(&work.tx, *number, *target, bytes)?;
    }
    lake_outbox::remove_upto(&work.tx, persisted)?;
    if work.rows.is_empty() {
        return Ok(None);
    }
    let bytes = postcard::to_stdvec(&work.rows)
        .map_err(|e| EngineError::Unreadable { what: "processed events", detail: e.to_string() })?;
    lake_outbox::push(&work.tx, work.numbers.next("lake"), &bytes)?;
    Ok(Some(work.seq))
}

/// Gives the lake the committed rows it has not stored in files yet.
pub(super) fn restore_lake(shared: &Shared, partition: Partition, tx: &Tx) -> Result<(), EngineError> {
    let from = shared.lake.persisted(partition) + 1;
    let mut batches = Vec::new();
    lake_outbox::range(tx, from, |seq, bytes| {
        batches.push((seq, postcard::from_bytes::<Vec<ProcessedEvent>>(bytes)));
        Ok(ControlFlow::Continue(()))
    })?;
    let mut restored = 0;
    for (seq, rows) in batches {
        let mut rows = rows.map_err(|e| EngineError::Unreadable { what: "processed events", detail: e.to_string() })?;
        let mut erased = HashSet::new();
        for row in &rows {
            if rapport_profiles::repo::erased_at(tx, row.event.workspace, row.profile)?.is_some() {
                erased.insert((row.event.workspace, row.profile));
            }
        }
        rows.retain(|row| !erased.contains(&(row.event.workspace, row.profile)));
        restored += rows.len();
        shared.lake.append(partition, seq, rows);
    }
    if restored > RESTORE_ROWS {
        shared.lake.hurry(partition);
    }
    Ok(())
}

/// Letters and messages on their way out of one partition.
#[derive(Debug, Default)]
pub(super) struct Publisher {
    letters: VecDeque<(u64, Partition, Vec<u8>)>,
    /// Letters the log has; their rows go with the next transaction.
    appended: Vec<u64>,
    messages: Vec<Waiting>,
    /// Outcomes recorded in the present batch; the gate is told after the commit.
    settled: Vec<OutboxId>,
    /// When to look into the outbox for messages that became due; `None` when nothing waits.
    next_look: Option<Timestamp>,
}

impl Publisher {
    /// What was left when the last owner stopped.
    pub(super) fn load(db: &Db) -> Result<Self, EngineError> {
        let pending = db.read(|q| letters::pending(q, usize::MAX >> 1))?;
        let letters = pending.into_iter().map(|l| (l.number, l.target, l.bytes)).collect();
        Ok(Publisher { letters, next_look: Some(Timestamp::MIN), ..Publisher::default() })
    }

    /// Takes over what a committed batch caused.
    pub(super) fn committed(&mut self, letters: Vec<(u64, Partition, Vec<u8>)>, messages: Vec<OutboundMessage>) {
        self.letters.extend(letters);
        self.messages.extend(messages.into_iter().map(Waiting::new));
    }

    /// Whether a transaction is wanted only to forget letters that have arrived.
    pub(super) fn has_cleanup(&self) -> bool {
        !self.appended.is_empty()
    }

    /// When there will be something to do.
    pub(super) fn next_look(&self) -> Option<Timestamp> {
        if self.letters.is_empty() && self.messages.is_empty() { self.next_look } else { Some(Timestamp::MIN) }
    }

    /// Forgets, in the present transaction, the letters the log has.
    pub(super) fn cleanup(&mut self, tx: &Tx) -> Result<(), EngineError> {
        letters::remove(tx, &self.appended)?;
        Ok(())
    }

    /// After the commit: the letters are forgotten, and the gate may take deferred messages again.
    pub(super) fn after_commit(&mut self, shared: &Shared) {
        self.appended.clear();
        if let Some(relay) = shared.relay() {
            relay.settled(&self.settled);
        }
        self.settled.clear();
    }

    /// An outcome was recorded in the present batch; `again` is when the message is due once more.
    pub(super) fn settle(&mut self, id: OutboxId, again: Option<Timestamp>) {
        self.settled.push(id);
        if let Some(again) = again {
            self.look_by(again);
        }
    }

    /// Messages of the outbox are due then.
    pub(super) fn look_by(&mut self, at: Timestamp) {
        self.next_look = Some(self.next_look.map_or(at, |known| known.min(at)));
    }

    /// A batch was rolled back: what it settled is not settled.
    pub(super) fn rolled_back(&mut self) {
        self.settled.clear();
    }

    /// Sends what waits, as far as the other sides take it. No messages while batches fail: what became of them could not
    /// be recorded.
    pub(super) fn run(&mut self, shared: &Shared, partition: Partition, is_failing: bool) -> Result<(), EngineError> {
        self.append_letters(shared)?;
        if is_failing { Ok(()) } else { self.offer_messages(shared, partition) }
    }

    fn append_letters(&mut self, shared: &Shared) -> Result<(), EngineError> {
        while !self.letters.is_empty() {
            let count = self.letters.len().min(LETTERS_PER_APPEND);
            let bytes = self.letters.iter().take(count).map(|l| l.2.len()).sum();
            let mut batch = AppendBatch::with_capacity(count, bytes);
            for (_, target, record) in self.letters.iter().take(count) {
                batch.push_bytes(*target, record);
            }
            match shared.log.append(batch) {
                Ok(ack) => ack.wait_blocking()?,
                // The log is busy with clients: their 429 makes room, and the letters are safe in the state.
                Err(LogError::Overloaded { .. }) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
            shared.point("letters in the log")?;
            self.appended.extend(self.letters.drain(..count).map(|l| l.0));
        }
        Ok(())
    }

    fn offer_messages(&mut self, shared: &Shared, partition: Partition) -> Result<(), EngineError> {
        let Some(relay) = shared.relay() else {
            self.messages.clear();
            self.next_look = Some(Timestamp::MIN);
            return Ok(());
        };
        let now = shared.clock.now();
        if self.messages.is_empty() && self.next_look.is_some_and(|at| at <= now) {
            let db = shared.stores.partition(partition)?;
            let taken = |number| relay.is_taken(OutboxId { partition, number });
            let due = db.read(|q| outbox::due(q, now, MESSAGES_PER_OFFER, taken))?;
            self.next_look =
                if due.len() < MESSAGES_PER_OFFER { db.read(|q| outbox::next_due_after(q, now))? } else { Some(now) };
            let waiting = |row: OutboxRow| Waiting {
                came_back: row.not_before > row.message.created_at,
                message: row.message,
                failed_attempts: row.attempts,
            };
            self.messages = due.into_iter().map(waiting).collect();
        }
        if self.messages.is_empty() {
            return Ok(());
        }
        let offered = std::mem::take(&mut self.messages);
        let count = offered.len();
        if relay.offer(offered) < count {
            // The gate is full: the rest waits in the outbox, not in memory.
            self.next_look = Some(now.plus_ms(50));
        }
        Ok(())
    }
}
