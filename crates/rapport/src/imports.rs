//! Runs queued imports: opens the file at the stored position, feeds its events through the collector, and stores the
//! position only when they are durable. A crash repeats at most the last batch, whose message ids are the same again.

mod job;
mod spec;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;
use parking_lot::Mutex;
use rapport_api::ImportRunner;
use rapport_collect::Collector;
use rapport_domain::Clock;
use rapport_store::Stores;
use rapport_store::control::imports::{self, Import};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// Unfinished imports looked at; further ones are found when these have ended.
const LOOK_AT: usize = 100;
/// How often the list is read without being told to.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// How many accepted records wait for the partitions.
pub(crate) type Backlog = Arc<dyn Fn() -> u64 + Send + Sync>;

/// What jobs work with.
pub(crate) struct Shared {
    stores: Arc<Stores>,
    collector: Arc<Collector>,
    clock: Arc<dyn Clock>,
    backlog: Backlog,
    uploads: PathBuf,
    stopping: AtomicBool,
    changed: Notify,
    running: Mutex<HashSet<u64>>,
    at_once: usize,
}

/// The runner of imports.
pub(crate) struct Imports {
    shared: Arc<Shared>,
    scheduler: Mutex<Option<JoinHandle<()>>>,
}

impl Imports {
    /// Starts the runner on the present Tokio runtime; unfinished imports go on. Files below `uploads` are removed when
    /// their import is done.
    #[must_use]
    pub(crate) fn start(
        stores: Arc<Stores>,
        collector: Arc<Collector>,
        clock: Arc<dyn Clock>,
        backlog: Backlog,
        uploads: PathBuf,
        at_once: usize,
    ) -> Self {
        let shared = Arc::new(Shared {
            stores,
            collector,
            clock,
            backlog,
            uploads,
            stopping: AtomicBool::new(false),
            changed: Notify::new(),
            running: Mutex::default(),
            at_once,
        });
        let scheduler = tokio::spawn(schedule(shared.clone()));
        Imports { shared, scheduler: Mutex::new(Some(scheduler)) }
    }

    /// Ends the runner after the batches under way; what is unfinished goes on at the next start.
    pub(crate) async fn stop(&self) {
        self.shared.stopping.store(true, Ordering::Release);
        self.shared.changed.notify_one();
        let scheduler = self.scheduler.lock().take();
        if let Some(scheduler) = scheduler
            && scheduler.await.is_err()
        {
            tracing::error!("the runner of imports ended in a panic");
        }
    }
}

impl ImportRunner for Imports {
    fn wake(&self) {
        self.shared.changed.notify_one();
    }
}

impl Shared {
    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Removes the file of an import that is done, if it was uploaded: what it held is in the product now, where an erasure
    /// reaches it.
    fn remove_upload(&self, import: &Import) {
        let file = Path::new(&import.path);
        if file.starts_with(&self.uploads)
            && let Err(error) = std::fs::remove_file(file)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(import.id = import.id, %error, "the uploaded file of a finished import stays; delete it");
        }
    }

    /// The next imports to run, and marks them as running.
    fn take(&self) -> Result<Vec<Import>> {
        let unfinished = self.stores.control().read(|q| imports::unfinished(q, LOOK_AT))?;
        let mut running = self.running.lock();
        let free = self.at_once.saturating_sub(running.len());
        let next: Vec<Import> = unfinished.into_iter().filter(|i| !running.contains(&i.id)).take(free).collect();
        running.extend(next.iter().map(|i| i.id));
        metrics::gauge!("rapport_imports_running").set(running.len() as f64);
        Ok(next)
    }
}

/// Takes the running mark away however the job ends.
struct Running {
    shared: Arc<Shared>,
    id: u64,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shared.running.lock().remove(&self.id);
        self.shared.changed.notify_one();
    }
}

async fn schedule(shared: Arc<Shared>) {
    let mut jobs = tokio::task::JoinSet::new();
    while !shared.is_stopping() {
        let theirs = shared.clone();
        let next = match tokio::task::spawn_blocking(move || theirs.take()).await {
            Ok(Ok(next)) => next,
            Ok(Err(error)) => {
                tracing::error!(%error, "the list of imports could not be read");
                Vec::new()
            }
            Err(_) => return,
        };
        for import in next {
            let mark = Running { shared: shared.clone(), id: import.id };
            jobs.spawn_blocking(move || {
                job::run(&mark.shared, &import);
            });
        }
        while jobs.try_join_next().is_some() {}
        let _ = tokio::time::timeout(LOOK_EVERY, shared.changed.notified()).await;
    }
    while jobs.join_next().await.is_some() {}
}
