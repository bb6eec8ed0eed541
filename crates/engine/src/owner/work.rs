//! One batch under way: the open transaction and everything that leaves once it committed.

use std::collections::HashMap;

use rapport_domain::event::ProcessedEvent;
use rapport_domain::record::{Letter, LetterBody, Record};
use rapport_domain::{Event, MessageKey, OutboundMessage, Partition, ProfileId, Timestamp, WorkspaceId};
use rapport_store::OwnedTx;
use rapport_store::partition::Numbers;
use serde_json::{Map, Value};

use super::accounts::Told;
use crate::cache::Key;
use crate::error::EngineError;

/// What a batch came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Client events applied for the first time.
    pub(crate) processed: u64,
    /// Client events seen before.
    pub(crate) duplicates: u64,
    /// Client events that could not be applied: unreadable, erased profile, too many hops.
    pub(crate) dropped: u64,
    /// Events Rapport derived itself.
    pub(crate) derived: u64,
}

/// One batch under way.
pub(crate) struct Work {
    /// The open transaction.
    pub(crate) tx: OwnedTx,
    /// "Now" for everything decided in this batch.
    pub(crate) now: Timestamp,
    /// The partition.
    pub(crate) partition: Partition,
    /// The lake's number for this batch's rows.
    pub(crate) seq: u64,
    /// Rows for the lake.
    pub(crate) rows: Vec<ProcessedEvent>,
    /// Records for other partitions (or this one) in order.
    pub(crate) letters: Vec<(u64, Partition, Vec<u8>)>,
    /// Messages decided.
    pub(crate) messages: Vec<OutboundMessage>,
    /// Slots to write.
    pub(crate) dirty: Vec<Key>,
    /// Profiles erased: their rows leave the lake before the commit.
    pub(crate) erased: Vec<(WorkspaceId, ProfileId)>,
    /// What happened so far.
    pub(crate) counts: HashMap<WorkspaceId, Counts>,
    /// Journeys entered and left.
    pub(crate) journey_counts: rapport_journeys::repo::Counts,
    /// Reactions by workspace and local hour.
    pub(crate) hours: HashMap<(WorkspaceId, u32), u64>,
    /// Journeys that are being started by journeys.
    pub(crate) nested: usize,
    /// Running numbers.
    pub(crate) numbers: Numbers,
    /// Customers whose in-app messages changed.
    pub(crate) woken: Vec<(WorkspaceId, ProfileId)>,
    /// Set when something was written that must be committed although no event was processed.
    pub(crate) touched: bool,
    /// The lake is to be made durable after the commit: an erasure or the undoing of a merge.
    pub(crate) flush_lake: bool,
    /// Accounts that changed, with the partitions to tell.
    pub(crate) accounts: Told,
    derived_ids: u64,
}

impl Work {
    /// A batch of `partition` at `now`.
    pub(crate) fn new(tx: OwnedTx, partition: Partition, now: Timestamp, numbers: Numbers) -> Self {
        Work {
            tx,
            now,
            partition,
            seq: numbers.last("lake") + 1,
            rows: Vec::new(),
            letters: Vec::new(),
            messages: Vec::new(),
            dirty: Vec::new(),
            erased: Vec::new(),
            counts: HashMap::new(),
            journey_counts: rapport_journeys::repo::Counts::default(),
            hours: HashMap::new(),
            nested: 0,
            numbers,
            woken: Vec::new(),
            touched: false,
            flush_lake: false,
            accounts: Told::new(),
            derived_ids: 0,
        }
    }

    /// The counts of a workspace.
    pub(crate) fn count(&mut self, ws: WorkspaceId) -> &mut Counts {
        self.counts.entry(ws).or_default()
    }

    /// A new profile id of this partition.
    pub(crate) fn next_profile(&mut self) -> ProfileId {
        ProfileId::new(self.partition, self.numbers.next("profile"))
    }

    /// An event that Rapport itself records; its message id is unique because the batch's number is.
    pub(crate) fn derive(&mut self, ws: WorkspaceId, name: &str, properties: Map<String, Value>) -> Event {
        self.derived_ids += 1;
        let id = format!("rp-{:x}-{:x}-{:x}", self.partition.0, self.seq, self.derived_ids);
        Event::derived(ws, name, id, self.now, properties)
    }

    /// Sends a letter to the owner of `target`; it goes out after the commit.
    pub(crate) fn letter(
        &mut self,
        target: Partition,
        ws: WorkspaceId,
        hops: u8,
        body: LetterBody,
    ) -> Result<(), EngineError> {
        let number = self.numbers.last("letter") + 1;
        let key = MessageKey::of(ws, &format!("letter-{:x}-{number:x}", self.partition.0));
        let letter = Letter { workspace: ws, key, at: self.now, hops, body };
        self.send(target, &Record::Letter(letter))
    }

    /// Sends any record to the owner of `target`; it goes out after the commit.
    pub(crate) fn send(&mut self, target: Partition, record: &Record<'_>) -> Result<(), EngineError> {
        let bytes = record.encode().map_err(|e| EngineError::Unreadable { what: "a letter", detail: e.0 })?;
        self.letters.push((self.numbers.next("letter"), target, bytes));
        Ok(())
    }
}

/// The JSON object of those members.
pub(crate) fn object<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
}
