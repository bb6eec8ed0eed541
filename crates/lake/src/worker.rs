//! The two background threads: one writes what is due, one compacts.

use std::sync::{Arc, Weak};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::error::LakeError;
use crate::lake::Lake;
use crate::partition::PartitionStore;
use crate::telemetry;

/// How often due work is looked for.
const TICK: Duration = Duration::from_millis(500);

#[derive(Debug, Default)]
struct Signal {
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl Signal {
    /// Waits a tick or less. True when the thread must end.
    fn wait(&self) -> bool {
        let mut stopped = self.stopped.lock();
        if !*stopped {
            self.changed.wait_for(&mut stopped, TICK);
        }
        *stopped
    }

    fn is_stopped(&self) -> bool {
        *self.stopped.lock()
    }
}

/// The background threads of a lake.
#[derive(Debug, Default)]
pub(crate) struct Workers {
    signal: Arc<Signal>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Workers {
    pub(crate) fn start(lake: &Arc<Lake>) -> Result<(), LakeError> {
        let jobs: [(&str, Job); 2] = [("lake-flush", flush_due), ("lake-compact", compact_due)];
        for (name, job) in jobs {
            let (weak, signal) = (Arc::downgrade(lake), Arc::clone(&lake.workers.signal));
            let thread = Builder::new().name(name.to_owned()).spawn(move || run(&weak, &signal, job));
            lake.workers.threads.lock().push(thread.map_err(LakeError::io(&lake.dir))?);
        }
        Ok(())
    }

    pub(crate) fn wake(&self) {
        self.signal.changed.notify_all();
    }

    pub(crate) fn stop(&self) {
        *self.signal.stopped.lock() = true;
        self.wake();
        let threads = std::mem::take(&mut *self.threads.lock());
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a lake thread had panicked");
            }
        }
    }
}

/// What a background thread does each time it wakes; whether there was anything to do.
type Job = fn(&Lake, &Signal) -> bool;

fn run(lake: &Weak<Lake>, signal: &Signal, job: Job) {
    rapport_domain::thread::stand_back();
    let mut worked = false;
    while !signal.wait() {
        // The lake may be gone without a shutdown; then there is nothing left to do.
        let Some(lake) = lake.upgrade() else { return };
        let works = job(&lake, signal);
        if let Some(give_back) = lake.config.give_back.filter(|_| worked && !works) {
            give_back();
        }
        worked = works;
    }
}

fn flush_due(lake: &Lake, _: &Signal) -> bool {
    let mut worked = false;
    if let Err(e) = lake.merges.sync() {
        tracing::warn!(error = %e, "merges cannot be written, trying again");
    }
    let full = lake.memory_bytes().0 > lake.config.hot_bytes;
    for store in &lake.partitions {
        if !is_due(lake, store, full) {
            continue;
        }
        worked = true;
        if let Err(e) = lake.flush_partition(store) {
            telemetry::flush_failed();
            tracing::warn!(partition.id = store.number, error = %e, "events stay in memory, writing them is tried again");
        }
    }
    worked
}

fn is_due(lake: &Lake, store: &PartitionStore, full: bool) -> bool {
    let state = store.state();
    let now = Instant::now();
    let waiting = state.visible > state.persisted;
    let old = state.hurry || state.oldest.is_some_and(|t| now.duration_since(t) >= lake.config.flush_age);
    let may = state.retry_at.is_none_or(|t| now >= t);
    may && waiting && (old || (full && state.hot_rows > 0) || state.hot_rows >= lake.config.flush_rows)
}

fn compact_due(lake: &Lake, signal: &Signal) -> bool {
    // Rows that wait for a file go first: nothing waits for fewer files.
    let go_on = || {
        while lake.memory_bytes().0 > lake.config.hot_bytes {
            if signal.wait() {
                return false;
            }
        }
        std::thread::yield_now();
        !signal.is_stopped()
    };
    match lake.compact_while(go_on) {
        Ok(merged) => merged > 0,
        Err(e) => {
            tracing::warn!(error = %e, "compaction failed, trying again");
            true
        }
    }
}
