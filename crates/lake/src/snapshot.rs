//! An unchanging view of a workspace's events.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use parking_lot::Mutex;
use rapport_domain::{Partition, WorkspaceId};

use crate::caches::Caches;
use crate::file::FileEntry;
use crate::hot::HotRun;
use crate::lake::Lake;
use crate::merges::Resolved;

/// A sorted run of rows: unwritten or a file.
#[derive(Clone, Debug)]
pub(crate) enum Run {
    Hot(Arc<HotRun>),
    File(Arc<FileEntry>),
}

impl Run {
    /// Least and greatest time.
    pub(crate) fn times(&self) -> (i64, i64) {
        match self {
            Run::File(f) => (f.meta.min_ts, f.meta.max_ts),
            Run::Hot(h) => h.times,
        }
    }
}

/// One partition of a snapshot: its runs, oldest first.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) seen: u64,
    pub(crate) runs: Vec<Run>,
}

/// A workspace's events as they were at one moment. Later appends, flushes, compactions and erasures do not change it;
/// drop it soon, it holds on to files that were replaced.
#[derive(Debug)]
pub struct Snapshot {
    pub(crate) workspace: WorkspaceId,
    pub(crate) parts: Vec<Part>,
    /// Only profiles of this partition are scanned.
    pub(crate) scope: Option<u16>,
    pub(crate) names: Arc<Vec<Arc<str>>>,
    pub(crate) merges: Arc<Resolved>,
    pub(crate) caches: Arc<Caches>,
    pub(crate) threads: usize,
    warnings: Mutex<BTreeSet<String>>,
}

impl Lake {
    /// A view of all partitions of a workspace.
    #[must_use]
    pub fn snapshot(&self, ws: WorkspaceId) -> Snapshot {
        self.snapshot_of(ws, None)
    }

    /// The same, of which folds see only the profiles at home in one partition.
    #[must_use]
    pub fn snapshot_partition(&self, ws: WorkspaceId, partition: Partition) -> Snapshot {
        self.snapshot_of(ws, Some(partition.0))
    }

    fn snapshot_of(&self, ws: WorkspaceId, scope: Option<u16>) -> Snapshot {
        let parts: Vec<Part> = (0..self.partitions.len()).map(|p| self.part(ws, p)).collect();
        let snapshot = Snapshot {
            workspace: ws,
            parts,
            scope,
            // After the runs were taken, so that every code in them has its name.
            names: self.names(ws.0).all(),
            merges: self.resolved(ws.0),
            caches: Arc::clone(&self.caches),
            threads: self.config.threads.max(1),
            warnings: Mutex::default(),
        };
        for file in snapshot.files() {
            if let Some(reason) = file.damage() {
                snapshot.warn(file, reason);
            }
        }
        snapshot
    }

    pub(crate) fn part(&self, ws: WorkspaceId, partition: usize) -> Part {
        let state = self.partitions[partition].state();
        let mut runs = Vec::new();
        if let Some(space) = state.spaces.get(&ws.0) {
            runs.extend(space.files.iter().map(|f| Run::File(Arc::clone(f))));
            runs.extend(space.flushing.iter().chain(&space.hot).map(|h| Run::Hot(Arc::clone(h))));
        }
        Part { seen: state.visible, runs }
    }
}

impl Snapshot {
    /// Whose events these are.
    #[must_use]
    pub fn workspace(&self) -> WorkspaceId {
        self.workspace
    }

    /// The last batch of a partition that this view holds.
    #[must_use]
    pub fn seen(&self, partition: Partition) -> u64 {
        self.parts.get(usize::from(partition.0)).map_or(0, |p| p.seen)
    }

    /// What a reader of results must know: files that are damaged and left out, by name. Complete after a query ran.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.lock().iter().cloned().collect()
    }

    /// The event names and how many events have each, most frequent first.
    #[must_use]
    pub fn event_names(&self) -> Vec<(String, u64)> {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for run in self.parts.iter().flat_map(|p| &p.runs) {
            match run {
                Run::File(file) if file.damage().is_some() => {}
                Run::File(file) => {
                    for (name, rows) in &file.meta.names {
                        *counts.entry(name).or_default() += rows;
                    }
                }
                Run::Hot(hot) => {
                    for row in &hot.rows {
                        *counts.entry(&row.row.event.name).or_default() += 1;
                    }
                }
            }
        }
        let mut list: Vec<(String, u64)> = counts.into_iter().map(|(name, n)| (name.to_owned(), n)).collect();
        list.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        list
    }

    pub(crate) fn warn(&self, file: &FileEntry, reason: &str) {
        let text = format!("{} is damaged ({reason}); its {} events are left out", file.path.display(), file.meta.rows);
        self.warnings.lock().insert(text);
    }

    fn files(&self) -> impl Iterator<Item = &Arc<FileEntry>> {
        self.parts.iter().flat_map(|p| &p.runs).filter_map(|r| match r {
            Run::File(f) => Some(f),
            Run::Hot(_) => None,
        })
    }
}
