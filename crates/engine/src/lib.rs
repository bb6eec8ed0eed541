//! Layer 3: the partition loop that makes one product of the stages.
//!
//! Consumes the log; emits rows to the lake, letters to the log and messages to the delivery gate; owns the order in
//! which the stages see an event, and the one transaction per batch that makes their effects happen exactly once
//! (invariants I2, I3). Every partition has one owner thread; nothing else writes a partition's state.
//!
//! What is deliberately absent: decisions. Those are in the stages' `core/`.

pub mod audiences;
mod background;
mod cache;
pub mod circles;
pub mod desk;
mod error;
pub mod exports;
mod inbox;
mod live;
mod outside;
mod owner;
mod purge;
pub mod read;
mod shared;
pub mod simulate;
mod stumble;
mod telemetry;
mod told;
mod turns;
mod winners;
mod wiring;

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rapport_delivery::RelayHandle;
use rapport_domain::{Clock, Partition};
use rapport_lake::Lake;
use rapport_log::Log;
use rapport_store::Stores;

pub use error::EngineError;
pub use live::{Live, WorkspaceLive};
pub use owner::{Owner, Step};
pub use shared::{EngineConfig, Shared, Status, Trouble};
pub use stumble::Stumble;
pub use wiring::deps as delivery_deps;

use background::Background;

/// Comparisons of messages are looked at every so many looks at the resources.
const WINNERS_EVERY: u32 = 20;
/// How often the live resources are compared with the stored ones, when nobody says they changed.
const REFRESH_EVERY: Duration = Duration::from_millis(500);

/// How often the purge after erasures is taken further.
const PURGE_EVERY: Duration = Duration::from_secs(1);

type Task = fn(&Shared) -> Result<(), EngineError>;

/// What is done for audiences by the clock.
const AUDIENCE_TASKS: [Task; 3] = [audiences::record_sizes, audiences::compute_due, exports::write_due];

/// How often sizes of segments and persona models are looked at; they are due much more seldom.
const AUDIENCES_EVERY: Duration = Duration::from_secs(10);

/// What an engine is made of.
pub struct Parts {
    /// Limits.
    pub config: EngineConfig,
    /// Accepted events.
    pub log: Arc<dyn Log>,
    /// State.
    pub stores: Arc<Stores>,
    /// Processed events.
    pub lake: Arc<Lake>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// The running engine.
pub struct Engine {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Engine {
    /// Takes over every partition and starts their owners.
    pub fn start(parts: Parts) -> Result<Self, EngineError> {
        let Parts { config, log, stores, lake, clock } = parts;
        let background = Background::start().map_err(|e| EngineError::System(e.to_string()))?;
        let shared = Shared::new(config, log, stores, lake, clock, background)?;
        let mut threads = Vec::new();
        for number in 0..shared.log.partitions() {
            let owner = Owner::open(shared.clone(), Partition(number))?;
            let thread = std::thread::Builder::new().name(format!("rapport-p{number:02}")).spawn(move || {
                rapport_domain::thread::stand_back();
                owner.run();
            });
            threads.push(thread.map_err(|e| EngineError::System(e.to_string()))?);
        }
        let watcher = shared.clone();
        let thread = std::thread::Builder::new().name("rapport-config".to_owned()).spawn(move || {
            let mut looks = 0u32;
            while !watcher.is_stopping() {
                looks = looks.wrapping_add(1);
                if looks.is_multiple_of(WINNERS_EVERY)
                    && let Err(error) = watcher.decide_winners()
                {
                    tracing::warn!(%error, "comparisons of messages could not be decided yet");
                }
                if let Err(error) = watcher.refresh() {
                    tracing::error!(%error, "the live resources could not be read; the former ones stay in effect");
                }
                std::thread::park_timeout(REFRESH_EVERY);
            }
        });
        threads.push(thread.map_err(|e| EngineError::System(e.to_string()))?);
        let purging = shared.clone();
        let thread = std::thread::Builder::new().name("rapport-purge".to_owned()).spawn(move || {
            while !purging.is_stopping() {
                if let Err(error) = purging.purge() {
                    tracing::warn!(%error, "traces of erased profiles could not be purged from files yet");
                }
                std::thread::park_timeout(PURGE_EVERY);
            }
        });
        threads.push(thread.map_err(|e| EngineError::System(e.to_string()))?);
        let keeping = shared.clone();
        let thread = std::thread::Builder::new().name("rapport-audiences".to_owned()).spawn(move || {
            rapport_domain::thread::stand_back();
            while !keeping.is_stopping() {
                for task in AUDIENCE_TASKS {
                    if let Err(error) = task(&keeping) {
                        tracing::warn!(%error, "sizes, personas or exports of segments could not be brought up to date yet");
                    }
                }
                std::thread::park_timeout(AUDIENCES_EVERY);
            }
        });
        threads.push(thread.map_err(|e| EngineError::System(e.to_string()))?);
        Ok(Engine { shared, threads: Mutex::new(threads) })
    }

    /// Gives the owners the gate. Until then decided messages wait in the outbox.
    pub fn attach_relay(&self, relay: RelayHandle) {
        self.shared.set_relay(relay);
        self.wake_all();
    }

    /// What delivery asks of the rest of the product: the dependencies of its relay.
    #[must_use]
    pub fn delivery_deps(&self) -> rapport_delivery::Deps {
        delivery_deps(&self.shared)
    }

    /// Where delivery's caller finds calls of other systems, and gives their answers.
    #[must_use]
    pub fn call_source(&self) -> Arc<dyn rapport_delivery::calls::CallSource> {
        Arc::new(outside::Outside(self.shared.clone(), std::sync::atomic::AtomicUsize::new(0)))
    }

    /// What all owners share; the readers work on it.
    #[must_use]
    pub fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Puts changed resources into effect now instead of within half a second.
    pub fn refresh(&self) -> Result<(), EngineError> {
        self.shared.refresh().map(drop)
    }

    /// Waits until everything in the log so far, and whatever that causes, is applied. Answers whether it is.
    #[must_use]
    pub fn settle(&self, timeout: Duration) -> bool {
        let deadline = Instant::now() + timeout;
        while Instant::now() < deadline {
            if self.lag_records() == 0 && !self.is_activating() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        false
    }

    /// Records accepted and not yet applied.
    #[must_use]
    pub fn lag_records(&self) -> u64 {
        let partitions = (0..self.shared.log.partitions()).map(Partition);
        partitions.map(|p| self.shared.log.head(p).saturating_sub(self.shared.status(p).offset())).sum()
    }

    /// Whether some rule is still being brought up to date.
    #[must_use]
    pub fn is_activating(&self) -> bool {
        let generation = self.shared.live().generation;
        let statuses = (0..self.shared.log.partitions()).map(|p| self.shared.status(Partition(p)));
        statuses.into_iter().any(|s| s.is_activating() || s.generation() != generation)
    }

    /// Partitions that stopped, with why.
    #[must_use]
    pub fn failures(&self) -> Vec<(Partition, String)> {
        let partitions = (0..self.shared.log.partitions()).map(Partition);
        partitions.filter_map(|p| Some((p, self.shared.status(p).failure()?))).collect()
    }

    /// Partitions whose last batch failed and is tried again, with why.
    #[must_use]
    pub fn troubles(&self) -> Vec<(Partition, Trouble)> {
        let partitions = (0..self.shared.log.partitions()).map(Partition);
        partitions.filter_map(|p| Some((p, self.shared.status(p).trouble()?))).collect()
    }

    fn wake_all(&self) {
        for number in 0..self.shared.log.partitions() {
            self.shared.log.wake(Partition(number));
        }
    }

    /// Finishes the batches under way and ends the owners.
    pub fn stop(&self) {
        self.shared.stop();
        self.wake_all();
        for thread in self.threads.lock().drain(..) {
            thread.thread().unpark();
            if thread.join().is_err() {
                tracing::error!("an owner thread ended in a panic");
            }
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop();
    }
}
