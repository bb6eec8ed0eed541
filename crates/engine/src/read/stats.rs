//! Exact counts.

use rapport_domain::{Partition, WorkspaceId};
use rapport_store::counters;
use rapport_store::partition::{Observed, letters, observed, outbox, timers};
use serde::Serialize;

use crate::error::EngineError;
use crate::shared::{Shared, Trouble};

/// Counts of one workspace, from the transactions that made them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EventCounts {
    /// Client events applied, each once.
    pub processed: u64,
    /// Client events that came again.
    pub duplicates: u64,
    /// Client events that could not be applied: their profile was erased, or the record was unreadable.
    pub dropped: u64,
    /// Events Rapport recorded itself.
    pub derived: u64,
}

/// The counts of a workspace.
pub fn events(shared: &Shared, ws: WorkspaceId) -> Result<EventCounts, EngineError> {
    let mut out = EventCounts::default();
    for (_, db) in shared.stores.partitions() {
        let all = db.read(|q| counters::all(q, ws))?;
        let get = |name: &str| all.get(name).copied().unwrap_or(0).max(0) as u64;
        out.processed += get("processed");
        out.duplicates += get("duplicates");
        out.dropped += get("dropped");
        out.derived += get("derived");
    }
    Ok(out)
}

/// The catalogue of what was observed, most frequent first within each scope.
pub fn catalogue(shared: &Shared, ws: WorkspaceId, limit: usize) -> Result<Vec<Observed>, EngineError> {
    let mut lists = Vec::new();
    for (_, db) in shared.stores.partitions() {
        lists.push(db.read(|q| observed::list(q, ws, limit))?);
    }
    Ok(observed::merge(lists))
}

/// What is known of one event over all partitions; `None` when it was never seen.
pub fn seen(shared: &Shared, ws: WorkspaceId, event: &str) -> Result<Option<Observed>, EngineError> {
    let mut lists = Vec::new();
    for (_, db) in shared.stores.partitions() {
        lists.push(db.read(|q| observed::event(q, ws, event))?.into_iter().collect());
    }
    Ok(observed::merge(lists).pop())
}

/// How one partition stands.
#[derive(Clone, Debug, Serialize)]
pub struct PartitionStanding {
    /// Which.
    pub partition: u16,
    /// The next record to apply.
    pub offset: u64,
    /// Records accepted and not yet applied.
    pub lag: u64,
    /// Timers set.
    pub timers: u64,
    /// Messages waiting for the gate.
    pub outbox: u64,
    /// Letters on their way.
    pub letters: u64,
    /// Answers of the gate and histories waiting to be recorded.
    pub inbox: usize,
    /// Rules are being brought up to date.
    pub activating: bool,
    /// Why its last batch failed, if it did; it is tried again.
    pub trouble: Option<Trouble>,
    /// Why it stopped, if it did.
    pub failure: Option<String>,
}

/// How every partition stands.
pub fn partitions(shared: &Shared) -> Result<Vec<PartitionStanding>, EngineError> {
    let mut out = Vec::new();
    for (partition, db) in shared.stores.partitions() {
        out.push(standing(shared, partition, db)?);
    }
    Ok(out)
}

fn standing(shared: &Shared, partition: Partition, db: &rapport_store::Db) -> Result<PartitionStanding, EngineError> {
    let status = shared.status(partition);
    let (timers, outbox, letters) =
        db.read(|q| Ok::<_, EngineError>((timers::count(q)?, outbox::depth(q)?, letters::depth(q)?)))?;
    Ok(PartitionStanding {
        partition: partition.0,
        offset: status.offset(),
        lag: shared.log.head(partition).saturating_sub(status.offset()),
        timers,
        outbox,
        letters,
        inbox: shared.inbox(partition).len(),
        activating: status.is_activating(),
        trouble: status.trouble(),
        failure: status.failure(),
    })
}
