//! What all owners share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use arc_swap::ArcSwap;
use parking_lot::{Mutex, RwLock};
use rapport_delivery::RelayHandle;
use rapport_domain::{Clock, Partition, WorkspaceId};
use rapport_lake::Lake;
use rapport_log::Log;
use rapport_store::Stores;
use rapport_store::control::{generation, workspaces};

use crate::background::Background;
use crate::desk::Results;
use crate::error::EngineError;
use crate::inbox::Inbox;
use crate::live::Live;
use crate::purge::Purge;
use crate::stumble::Stumble;
use crate::turns::Turns;

/// Settings of the engine, nearly all of them limits.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Most records of the log in one batch.
    pub batch_records: usize,
    /// Most bytes of the log in one batch.
    pub batch_bytes: usize,
    /// Memory for decoded profiles, all partitions together, bytes.
    pub cache_bytes: usize,
    /// Where scheduled exports of segments are written; without it there are none.
    pub exports_dir: Option<std::path::PathBuf>,
    /// Whether `alias` may merge two known customers.
    pub allow_alias_merge: bool,
    /// How long after an erasure its traces in files are purged, in milliseconds: erasures close together share a pass.
    pub purge_after_ms: i64,
    /// How long a partition may wait for the history of new rules before events go on without it, in milliseconds.
    pub history_wait_ms: i64,
    /// Called on an owner's thread after a burst of work: makes the allocator give back what that thread holds free.
    pub give_back: Option<fn()>,
    /// Ends owners on purpose; for simulations.
    pub stumble: Option<Stumble>,
}

impl Default for EngineConfig {
    fn default() -> Self {
        EngineConfig {
            batch_records: 2_048,
            batch_bytes: 4 << 20,
            cache_bytes: 96 << 20,
            exports_dir: None,
            allow_alias_merge: false,
            purge_after_ms: 10_000,
            history_wait_ms: 30_000,
            give_back: None,
            stumble: None,
        }
    }
}

/// How far a partition is.
#[derive(Debug, Default)]
pub struct Status {
    offset: AtomicU64,
    head: AtomicU64,
    activating: AtomicBool,
    generation: AtomicU64,
    failure: Mutex<Option<String>>,
    trouble: Mutex<Option<Trouble>>,
}

/// Why a batch failed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Trouble {
    /// The error's stable name.
    pub code: &'static str,
    /// The error, for those who may know where files lie.
    pub detail: String,
}

impl Status {
    pub(crate) fn set(&self, offset: u64, head: u64, activating: bool, generation: u64) {
        self.offset.store(offset, Ordering::Release);
        self.head.store(head, Ordering::Release);
        self.activating.store(activating, Ordering::Release);
        self.generation.store(generation, Ordering::Release);
    }

    pub(crate) fn set_trouble(&self, error: Option<&EngineError>) {
        *self.trouble.lock() = error.map(|e| Trouble { code: e.code(), detail: e.to_string() });
    }

    pub(crate) fn fail(&self, why: String) {
        *self.failure.lock() = Some(why);
    }

    /// The next log offset the partition will apply.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset.load(Ordering::Acquire)
    }

    /// The generation of live resources the partition works by.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Whether rules are still being brought up to date.
    #[must_use]
    pub fn is_activating(&self) -> bool {
        self.activating.load(Ordering::Acquire)
    }

    /// Why the last batch failed, if it did; it is tried again.
    #[must_use]
    pub fn trouble(&self) -> Option<Trouble> {
        self.trouble.lock().clone()
    }

    /// Why the partition stopped, if it did.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        self.failure.lock().clone()
    }
}

/// What all owners share. The simulator builds one itself and steps the owners by hand.
pub struct Shared {
    pub(crate) config: EngineConfig,
    pub(crate) log: Arc<dyn Log>,
    pub(crate) stores: Arc<Stores>,
    pub(crate) lake: Arc<Lake>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) background: Background,
    pub(crate) turns: Turns,
    pub(crate) purge: Purge,
    /// Reports that were computed lately.
    pub(crate) results: Results,
    live: ArcSwap<Live>,
    /// Held while the live resources are read.
    refreshing: Mutex<()>,
    relay: RwLock<Option<RelayHandle>>,
    inboxes: Vec<Inbox>,
    statuses: Vec<Status>,
    stopping: AtomicBool,
}

impl Shared {
    pub(crate) fn new(
        config: EngineConfig,
        log: Arc<dyn Log>,
        stores: Arc<Stores>,
        lake: Arc<Lake>,
        clock: Arc<dyn Clock>,
        background: Background,
    ) -> Result<Arc<Self>, EngineError> {
        let partitions = usize::from(log.partitions());
        for (_, db) in stores.partitions() {
            db.migrate(rapport_profiles::repo::COMPONENT, rapport_profiles::repo::MIGRATIONS)?;
            rapport_segments::repo::migrate(db)?;
            db.migrate(rapport_journeys::repo::COMPONENT, rapport_journeys::repo::MIGRATIONS)?;
            db.migrate(rapport_delivery::repo::COMPONENT, rapport_delivery::repo::MIGRATIONS)?;
        }
        rapport_segments::history::repo::migrate(stores.control())?;
        let live = Live::load(&stores)?;
        Ok(Arc::new(Shared {
            config,
            log,
            stores,
            lake,
            clock,
            background,
            turns: Turns::new(),
            purge: Purge::default(),
            results: Results::default(),
            live: ArcSwap::from_pointee(live),
            refreshing: Mutex::default(),
            relay: RwLock::new(None),
            inboxes: (0..partitions).map(|_| Inbox::default()).collect(),
            statuses: (0..partitions).map(|_| Status::default()).collect(),
            stopping: AtomicBool::new(false),
        }))
    }

    /// A shared state for stepping owners by hand: background work runs at once.
    pub fn for_simulation(
        config: EngineConfig,
        log: Arc<dyn Log>,
        stores: Arc<Stores>,
        lake: Arc<Lake>,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>, EngineError> {
        Self::new(config, log, stores, lake, clock, Background::inline())
    }

    /// For tests: holds background work back from now on, or does what was held back.
    pub fn hold_background(&self, held: bool) {
        self.background.hold(held);
    }

    /// A place at which a simulation may end the owner.
    pub(crate) fn point(&self, place: &'static str) -> Result<(), EngineError> {
        match &self.config.stumble {
            Some(stumble) if stumble.is_at(place) => Err(EngineError::System(format!("ended at: {place}"))),
            _ => Ok(()),
        }
    }

    /// The state.
    #[must_use]
    pub fn stores(&self) -> &Arc<Stores> {
        &self.stores
    }

    /// The processed events.
    #[must_use]
    pub fn lake(&self) -> &Arc<Lake> {
        &self.lake
    }

    /// What is live.
    #[must_use]
    pub fn live(&self) -> Arc<Live> {
        self.live.load_full()
    }

    /// Reads the live resources anew if they changed. Answers whether they did.
    ///
    /// One at a time: of two that read at once the one that began earlier could end later, and what was just published would be out
    /// of effect again.
    pub fn refresh(&self) -> Result<bool, EngineError> {
        let _turn = self.refreshing.lock();
        let generation = self.stores.control().read(generation::current)?;
        if generation == self.live.load().generation {
            return Ok(false);
        }
        self.live.store(Arc::new(Live::load(&self.stores)?));
        for partition in 0..self.log.partitions() {
            self.log.wake(Partition(partition));
        }
        Ok(true)
    }

    /// Takes the purge after erasures as far as it goes now; see [`Shared::is_purging`].
    ///
    /// # Errors
    /// What kept it from going on; the next call tries again.
    pub fn purge(self: &Arc<Self>) -> Result<bool, EngineError> {
        self.purge.advance(self)
    }

    /// Whether traces of somebody erased may still be in files.
    #[must_use]
    pub fn is_purging(&self) -> bool {
        self.purge.is_wanted()
    }

    /// The relay, once it is attached.
    #[must_use]
    pub fn relay(&self) -> Option<RelayHandle> {
        self.relay.read().clone()
    }

    /// Gives the owners the gate; see [`crate::Engine::attach_relay`].
    pub fn set_relay(&self, relay: RelayHandle) {
        *self.relay.write() = Some(relay);
    }

    pub(crate) fn inbox(&self, partition: Partition) -> &Inbox {
        &self.inboxes[usize::from(partition.0)]
    }

    /// How far a partition is.
    #[must_use]
    pub fn status(&self, partition: Partition) -> &Status {
        &self.statuses[usize::from(partition.0)]
    }

    /// The generation of live resources that every partition works by.
    #[must_use]
    pub fn generation_in_effect(&self) -> u64 {
        self.statuses.iter().map(Status::generation).min().unwrap_or(0)
    }

    /// Decides which message of a comparison did best, where somebody waits to know. Answers whether one was decided.
    ///
    /// # Errors
    /// The state cannot be read or written.
    pub fn decide_winners(&self) -> Result<bool, EngineError> {
        let decided = crate::winners::decide(self)?;
        if decided {
            self.refresh()?;
        }
        Ok(decided)
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        // The relay knows the engine through its dependencies; without this neither would ever be dropped.
        *self.relay.write() = None;
    }

    pub(crate) fn workspaces(&self) -> Result<Vec<WorkspaceId>, EngineError> {
        Ok(self.stores.control().read(workspaces::list)?.into_iter().map(|w| w.id).collect())
    }
}
