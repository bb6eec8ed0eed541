//! How far a simulation is.

use std::sync::atomic::{AtomicU64, Ordering};

use rapport_lake::Snapshot;

/// How far a simulation is. Shared with whoever wants to know while it runs.
#[derive(Debug, Default)]
pub struct Progress {
    read: AtomicU64,
    all: AtomicU64,
}

impl Progress {
    /// Events read, and how many there are to read: 0 of 0 before it has begun. Both versions of a comparison count. It is
    /// never more than all, which damaged files and erased customers can make a little too large.
    #[must_use]
    pub fn events(&self) -> (u64, u64) {
        let all = self.all.load(Ordering::Relaxed);
        (self.read.load(Ordering::Relaxed).min(all), all)
    }

    /// So many times the events of these names are to be read; of every name without a list.
    pub(crate) fn expect(&self, snapshot: &Snapshot, names: Option<&[String]>, times: u64) {
        let wanted = |name: &String| names.is_none_or(|names| names.contains(name));
        let counts = snapshot.event_names();
        let all: u64 = counts.iter().filter(|(name, _)| wanted(name)).map(|(_, events)| events).sum();
        self.all.store(all.saturating_mul(times), Ordering::Relaxed);
    }

    /// So many events more were read.
    pub(crate) fn add(&self, events: u64) {
        self.read.fetch_add(events, Ordering::Relaxed);
    }
}
