//! What an erasure leaves in files, and its end: the log's open segment, freed pages and write-ahead logs of databases,
//! batches for the lake that are in its files already.
//!
//! The owner takes a person out of the tables at once and leaves a mark in the same transaction. Some seconds later, once
//! every letter the erasure caused has been applied everywhere, one pass goes over all files; the mark goes when it is
//! done. A pass that fails (a full disk) is repeated, and a mark survives a restart.

use std::sync::Arc;

use parking_lot::Mutex;
use rapport_domain::{Partition, Timestamp};
use rapport_store::partition::{Numbers, lake_outbox, letters, meta};
use rapport_store::{Db, Tx};

use crate::error::EngineError;
use crate::shared::Shared;

/// The mark in a partition's state: when somebody was last erased there, milliseconds since 1970; 0 is never.
const ERASED_AT: &str = "erased_at";

/// The purge under way.
#[derive(Debug, Default)]
pub(crate) struct Purge {
    /// The last erasure nobody has cleaned up after.
    wanted: Mutex<Option<Timestamp>>,
    stage: Mutex<Stage>,
}

/// How far a pass is.
#[derive(Debug, Default)]
enum Stage {
    /// None is under way.
    #[default]
    Idle,
    /// Waits for the log to have all letters up to these numbers, by partition.
    Letters(Timestamp, Vec<u64>),
    /// Waits for the owners to have passed these offsets, by partition.
    Offsets(Timestamp, Vec<u64>),
}

/// Leaves the mark, in the transaction that erases.
pub(crate) fn mark(tx: &Tx, at: Timestamp) -> Result<(), EngineError> {
    Ok(meta::set(tx, ERASED_AT, at.0.unsigned_abs())?)
}

impl Purge {
    /// Somebody was erased and the transaction is committed.
    pub(crate) fn want(&self, at: Timestamp) {
        let mut wanted = self.wanted.lock();
        *wanted = Some(wanted.map_or(at, |before| before.max(at)));
    }

    /// Looks for a mark that an earlier process left.
    pub(crate) fn recall(&self, tx: &Tx) -> Result<(), EngineError> {
        if let Some(at) = meta::get(tx, ERASED_AT)?.filter(|at| *at > 0) {
            self.want(Timestamp(at as i64));
        }
        Ok(())
    }

    /// Whether somebody's traces are still to be purged.
    pub(crate) fn is_wanted(&self) -> bool {
        self.wanted.lock().is_some()
    }

    /// Goes as far as it can go now. Answers whether a pass was finished.
    ///
    /// # Errors
    /// What kept it from going on; the next call tries again.
    pub(crate) fn advance(&self, shared: &Arc<Shared>) -> Result<bool, EngineError> {
        let Some(wanted) = *self.wanted.lock() else { return Ok(false) };
        let mut stage = self.stage.lock();
        if let Stage::Idle = *stage {
            if shared.clock.now().since_ms(wanted) < shared.config.purge_after_ms {
                return Ok(false);
            }
            let numbers = each(shared, |_, db| Ok(db.read(Numbers::load)?.last("letter")))?;
            *stage = Stage::Letters(wanted, numbers);
        }
        if let Stage::Letters(at, numbers) = &*stage {
            let first = each(shared, |_, db| {
                let waiting = db.read(|q| letters::pending(q, 1))?;
                Ok(waiting.first().map_or(u64::MAX, |letter| letter.number))
            })?;
            if first.iter().zip(numbers).any(|(first, number)| first <= number) {
                return Ok(false);
            }
            *stage = Stage::Offsets(*at, each(shared, |partition, _| Ok(shared.log.head(partition)))?);
        }
        let Stage::Offsets(at, heads) = &*stage else { return Ok(false) };
        let passed = each(shared, |partition, _| Ok(shared.status(partition).offset()))?;
        if passed.iter().zip(heads).any(|(passed, head)| passed < head) || !purge(shared)? {
            return Ok(false);
        }
        for (_, db) in shared.stores.partitions() {
            db.write(|tx| match meta::get(tx, ERASED_AT)? {
                Some(marked) if marked > 0 && marked <= at.0.unsigned_abs() => meta::set(tx, ERASED_AT, 0),
                _ => Ok(()),
            })?;
        }
        self.wanted.lock().take_if(|wanted| *wanted <= *at);
        *stage = Stage::Idle;
        tracing::info!("what an erasure had left in files is gone");
        Ok(true)
    }
}

fn each<T>(
    shared: &Shared,
    mut ask: impl FnMut(Partition, &Db) -> Result<T, EngineError>,
) -> Result<Vec<T>, EngineError> {
    shared.stores.partitions().map(|(partition, db)| ask(partition, db)).collect()
}

/// One pass over all files. False when a reader was in the way.
fn purge(shared: &Shared) -> Result<bool, EngineError> {
    shared.log.roll()?;
    shared.lake.flush()?;
    let mut whole = shared.stores.control().purge()?;
    for (partition, db) in shared.stores.partitions() {
        shared.log.release(partition, shared.status(partition).offset());
        let persisted = shared.lake.persisted(partition);
        db.write(|tx| lake_outbox::remove_upto(tx, persisted))?;
        whole &= db.purge()?;
    }
    Ok(whole)
}
