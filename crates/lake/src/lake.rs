//! The lake's face: what the engine, the insights and the operator call.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use parking_lot::RwLock;
use rapport_domain::event::ProcessedEvent;
use rapport_domain::{Partition, ProfileId, WorkspaceId};
use serde::{Deserialize, Serialize};

use crate::caches::Caches;
use crate::config::LakeConfig;
use crate::error::LakeError;
use crate::file::FileEntry;
use crate::manifest::{self, FORMAT, FileMeta, Manifest};
use crate::merges::{Merges, Resolved};
use crate::names::Names;
use crate::partition::{PartitionStore, State};
use crate::rewrite::{Rewriting, Rules};
use crate::telemetry;
use crate::worker::Workers;

/// Every event of every workspace, by profile and time: recent ones in memory, all in Parquet files.
#[derive(Debug)]
pub struct Lake {
    pub(crate) dir: PathBuf,
    pub(crate) config: LakeConfig,
    pub(crate) partitions: Vec<PartitionStore>,
    pub(crate) names: RwLock<BTreeMap<u32, Arc<Names>>>,
    pub(crate) merges: Merges,
    pub(crate) caches: Arc<Caches>,
    /// Of unwritten rows. Signed: a flush may set bytes free before the append that brought them has counted them.
    hot_bytes: AtomicI64,
    pub(crate) workers: Workers,
}

/// What an erasure did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Rows taken out.
    pub rows: u64,
    /// Damaged files that may hold rows of the profile and cannot be rewritten; delete or restore them.
    pub unreadable: Vec<PathBuf>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    partitions: u16,
}

impl Lake {
    /// Opens the lake in `dir`, making it when it is new. Files no manifest names are removed; files that are missing or
    /// have another length are left out of queries with a warning.
    ///
    /// # Errors
    /// `Partitions` when the directory was made with another number; `Corrupt` when a manifest cannot be trusted; `Io`.
    pub fn open(dir: &Path, partitions: u16, config: LakeConfig) -> Result<Arc<Lake>, LakeError> {
        fs::create_dir_all(dir).map_err(LakeError::io(dir))?;
        check_header(dir, partitions)?;
        let merges = Merges::open(dir)?;
        let names = RwLock::new(BTreeMap::new());
        let mut stores = Vec::with_capacity(usize::from(partitions));
        for number in 0..partitions {
            stores.push(open_partition(dir, number, &names)?);
        }
        let lake = Arc::new(Lake {
            dir: dir.to_owned(),
            caches: Arc::new(Caches::new(&config)),
            partitions: stores,
            names,
            merges,
            hot_bytes: AtomicI64::new(0),
            workers: Workers::default(),
            config,
        });
        if lake.config.background {
            Workers::start(&lake)?;
        }
        Ok(lake)
    }

    /// Makes batch `seq` of a partition visible to queries, after its transaction committed. Batches are consecutive from
    /// 1; one that is known already is ignored, so replaying after a crash is safe. Rows belong in the partition their
    /// profile's id names as its home.
    pub fn append(&self, partition: Partition, seq: u64, rows: Vec<ProcessedEvent>) {
        let Some(store) = self.store(partition) else { return };
        let count = rows.len();
        let bytes = store.append(seq, rows, |ws| self.names(ws));
        let total = self.count_hot(bytes as i64);
        telemetry::appended(count, total);
        if total > self.config.hot_bytes || store.state().hot_rows >= self.config.flush_rows {
            self.workers.wake();
        }
    }

    /// Writes a partition's rows into files as soon as a background thread comes to it, however young they are.
    pub fn hurry(&self, partition: Partition) {
        if let Some(store) = self.store(partition) {
            let mut state = store.state();
            state.hurry = state.visible > state.persisted;
            drop(state);
            self.workers.wake();
        }
    }

    /// All batches up to this one are in durable files: the engine may forget them. Merges told before such a batch was
    /// appended are durable too. 0 when there is none.
    #[must_use]
    pub fn persisted(&self, partition: Partition) -> u64 {
        self.store(partition).map_or(0, |s| s.state().persisted)
    }

    /// The last batch that queries see.
    #[must_use]
    pub fn visible(&self, partition: Partition) -> u64 {
        self.store(partition).map_or(0, |s| s.state().visible)
    }

    /// True while unwritten rows take more than twice their share of memory: the caller waits and asks again. This is so
    /// when the disk is full or too slow.
    #[must_use]
    pub fn is_behind(&self, _partition: Partition) -> bool {
        self.count_hot(0) > self.config.hot_bytes.saturating_mul(2)
    }

    /// What keeps it from writing files at present; it is tried again every second. For health checks.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.partitions.iter().find_map(|store| store.state().trouble.clone())
    }

    /// Events of `from` belong to `into` from now on, at every scan, until [`Lake::unmerged`]. Idempotent; a circle is
    /// refused. Durable no later than the next batch appended.
    pub fn merged(&self, ws: WorkspaceId, from: ProfileId, into: ProfileId) {
        self.merges.merged(ws.0, from.0, into.0);
    }

    /// Undoes [`Lake::merged`] of exactly these two. Idempotent.
    pub fn unmerged(&self, ws: WorkspaceId, from: ProfileId, into: ProfileId) {
        self.merges.unmerged(ws.0, from.0, into.0);
    }

    /// The profile that `profile`'s events belong to now: itself, unless it was absorbed.
    #[must_use]
    pub fn merge_target(&self, ws: WorkspaceId, profile: ProfileId) -> ProfileId {
        ProfileId(self.merges.family(ws.0, profile).0)
    }

    /// Takes all events of `profiles`, and of the profiles they absorbed, out of memory and files. When it returns `Ok`
    /// it is durable and a replay of earlier batches does not bring them back. Idempotent. Call it again on an error.
    ///
    /// # Errors
    /// `Io` when files cannot be written.
    pub fn erase(&self, ws: WorkspaceId, profiles: &[ProfileId]) -> Result<Erased, LakeError> {
        let ids: HashSet<u64> = profiles.iter().flat_map(|p| self.merges.absorbed_by(ws.0, *p)).collect();
        self.merges.sync()?;
        let mut done = Erased::default();
        for store in &self.partitions {
            self.erase_in(store, ws.0, &ids, &mut done)?;
        }
        tracing::info!(workspace.id = ws.0, profiles = ids.len(), rows = done.rows, "erased from the lake");
        Ok(done)
    }

    fn erase_in(
        &self,
        store: &PartitionStore,
        ws: u32,
        ids: &HashSet<u64>,
        done: &mut Erased,
    ) -> Result<(), LakeError> {
        let _commit = store.commit_lock();
        let freed = {
            let mut guard = store.state();
            let state = &mut *guard;
            let Some(space) = state.spaces.get_mut(&ws) else { return Ok(()) };
            let mut freed = (0, 0);
            for run in space.flushing.iter_mut().chain(space.hot.iter_mut()) {
                if !ids.iter().any(|id| !run.columns.rows_of(*id).is_empty()) {
                    continue;
                }
                let left = run
                    .without(ids)
                    .unwrap_or_else(|| crate::hot::HotRun::new(Vec::new(), run.first_seq, run.last_seq));
                freed = (freed.0 + run.rows.len() - left.rows.len(), freed.1 + run.bytes - left.bytes);
                *run = Arc::new(left);
            }
            space.flushing.retain(|r| !r.rows.is_empty());
            space.hot.retain(|r| !r.rows.is_empty());
            state.hot_rows -= freed.0;
            freed
        };
        self.count_hot(-(freed.1 as i64));
        done.rows += freed.0 as u64;
        let (_, flushed) = store.flush_locked(|ws| self.names(ws), &self.merges)?;
        self.count_hot(-(flushed as i64));
        let files = store.state().spaces.get(&ws).map(|s| s.files.clone()).unwrap_or_default();
        for file in files {
            let inside = |id: &u64| (file.meta.min_profile..=file.meta.max_profile).contains(id);
            if !ids.iter().any(inside) {
                continue;
            }
            match self.caches.keys(&file) {
                Ok(columns) => {
                    let rows: usize = ids.iter().map(|id| columns.rows_of(*id).len()).sum();
                    if rows > 0 {
                        self.replace(store, ws, &[Arc::clone(&file)], ids)?;
                        done.rows += rows as u64;
                    }
                }
                Err(LakeError::Corrupt { path, .. }) => done.unreadable.push(path),
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    /// Replaces adjacent files by one without `erased`. The caller holds the commit lock.
    pub(crate) fn replace(
        &self,
        store: &PartitionStore,
        ws: u32,
        inputs: &[Arc<FileEntry>],
        erased: &HashSet<u64>,
    ) -> Result<(), LakeError> {
        let made = self.rewriting(store, ws, inputs, erased.clone()).run()?;
        self.swap(store, ws, inputs, made.map(|meta| self.entry(store, meta)))
    }

    /// Begins the replacement of `inputs`.
    pub(crate) fn rewriting(
        &self,
        store: &PartitionStore,
        ws: u32,
        inputs: &[Arc<FileEntry>],
        erased: HashSet<u64>,
    ) -> Rewriting {
        let number = {
            let mut state = store.state();
            state.next_file += 1;
            state.next_file - 1
        };
        let first = inputs.first().map_or(0, |f| f.meta.first_seq);
        let last = inputs.last().map_or(0, |f| f.meta.last_seq);
        let path = store.space_dir(ws).join(format!("{number:08}-{first}-{last}.parquet"));
        let (names, merges) = (self.names(ws), self.merges.resolved(ws));
        Rewriting::new(path, inputs, Rules { erased, names, merges, step_rows: self.config.step_rows })
    }

    /// What a rewriting made, as a file of the lake.
    pub(crate) fn entry(&self, store: &PartitionStore, meta: FileMeta) -> Arc<FileEntry> {
        let (path, names) = (store.space_dir(meta.workspace).join(&meta.name), self.names(meta.workspace));
        Arc::new(FileEntry::new(path, meta, &names))
    }

    /// Commits a replacement. Does nothing (and drops the new file) when an input is no longer there.
    pub(crate) fn swap(
        &self,
        store: &PartitionStore,
        ws: u32,
        inputs: &[Arc<FileEntry>],
        made: Option<Arc<FileEntry>>,
    ) -> Result<(), LakeError> {
        let list = store.state().spaces.get(&ws).map(|s| s.files.clone()).unwrap_or_default();
        let place = list.windows(inputs.len()).position(|w| w.iter().zip(inputs).all(|(a, b)| a.id == b.id));
        let Some(place) = place else {
            made.iter().for_each(|f| f.retire());
            return Ok(());
        };
        let mut next = list;
        next.splice(place..place + inputs.len(), made.clone());
        let mut manifest = store.manifest();
        manifest.files.retain(|f| f.workspace != ws);
        manifest.files.extend(next.iter().map(|f| f.meta.clone()));
        if let Err(e) = manifest.store(&self.dir) {
            made.iter().for_each(|f| f.retire());
            return Err(e);
        }
        store.state().spaces.entry(ws).or_default().files = next;
        for file in inputs {
            file.retire();
            self.caches.forget(file.id);
        }
        Ok(())
    }

    /// Events of a workspace that queries see; exact. Rows of damaged files found so far are not counted.
    #[must_use]
    pub fn count(&self, ws: WorkspaceId) -> u64 {
        let in_partition = |store: &PartitionStore| {
            let state = store.state();
            let Some(space) = state.spaces.get(&ws.0) else { return 0 };
            let hot: usize = space.flushing.iter().chain(&space.hot).map(|r| r.rows.len()).sum();
            let files: u64 = space.files.iter().filter(|f| f.damage().is_none()).map(|f| f.meta.rows).sum();
            files + hot as u64
        };
        self.partitions.iter().map(in_partition).sum()
    }

    /// Writes everything visible into files now.
    ///
    /// # Errors
    /// The first `Io` error; the rows stay in memory and visible, other partitions are written all the same.
    pub fn flush(&self) -> Result<(), LakeError> {
        let mut outcome = Ok(());
        for store in &self.partitions {
            let one = self.flush_partition(store);
            if outcome.is_ok() {
                outcome = one;
            }
        }
        outcome
    }

    pub(crate) fn flush_partition(&self, store: &PartitionStore) -> Result<(), LakeError> {
        let start = Instant::now();
        let (rows, bytes) = store.flush(|ws| self.names(ws), &self.merges)?;
        let total = self.count_hot(-(bytes as i64));
        telemetry::flushed(rows, total, start.elapsed());
        Ok(())
    }

    /// Stops the background threads and writes everything out.
    ///
    /// # Errors
    /// As [`Lake::flush`].
    pub fn shutdown(&self) -> Result<(), LakeError> {
        self.workers.stop();
        self.merges.sync()?;
        self.flush()
    }

    /// Stops the background threads and writes nothing more, as when a machine stops: what was not in files stays with
    /// whoever appended it. Another lake may open the directory afterwards, not before.
    pub fn abandon(&self) {
        self.workers.stop();
    }

    /// Memory, in bytes: unwritten rows, decoded key columns, decoded texts.
    #[must_use]
    pub fn memory_bytes(&self) -> (usize, usize, usize) {
        let (columns, texts) = self.caches.bytes();
        (self.count_hot(0), columns, texts)
    }

    /// Adds to the bytes of unwritten rows and returns how many there are.
    fn count_hot(&self, change: i64) -> usize {
        let now = self.hot_bytes.fetch_add(change, Ordering::Relaxed) + change;
        usize::try_from(now).unwrap_or(0)
    }

    pub(crate) fn names(&self, ws: u32) -> Arc<Names> {
        names_of(&self.names, ws)
    }

    pub(crate) fn store(&self, partition: Partition) -> Option<&PartitionStore> {
        self.partitions.get(usize::from(partition.0))
    }

    pub(crate) fn resolved(&self, ws: u32) -> Arc<Resolved> {
        self.merges.resolved(ws)
    }
}

fn names_of(all: &RwLock<BTreeMap<u32, Arc<Names>>>, ws: u32) -> Arc<Names> {
    if let Some(found) = all.read().get(&ws) {
        return Arc::clone(found);
    }
    Arc::clone(all.write().entry(ws).or_default())
}

fn check_header(dir: &Path, partitions: u16) -> Result<(), LakeError> {
    let path = dir.join("lake.json");
    match fs::read(&path) {
        Ok(bytes) => {
            let header: Header = serde_json::from_slice(&bytes).map_err(|e| LakeError::corrupt(&path, e))?;
            if header.format != FORMAT {
                return Err(LakeError::corrupt(
                    &path,
                    format!("format {}, this version reads {FORMAT}", header.format),
                ));
            }
            if header.partitions != partitions {
                return Err(LakeError::Partitions {
                    path: dir.to_owned(),
                    found: header.partitions,
                    expected: partitions,
                });
            }
            Ok(())
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let header =
                serde_json::to_vec(&Header { format: FORMAT, partitions }).map_err(|e| LakeError::corrupt(&path, e))?;
            manifest::replace_file(&path, &header)
        }
        Err(e) => Err(LakeError::io(&path)(e)),
    }
}

fn open_partition(
    dir: &Path,
    number: u16,
    names: &RwLock<BTreeMap<u32, Arc<Names>>>,
) -> Result<PartitionStore, LakeError> {
    let manifest = Manifest::load(dir, number)?;
    let mut state = State {
        visible: manifest.persisted,
        persisted: manifest.persisted,
        next_file: manifest.next_file,
        ..State::default()
    };
    let probe = PartitionStore::new(dir, number, State::default());
    let mut known: HashSet<PathBuf> = HashSet::new();
    for meta in manifest.files {
        let path = probe.space_dir(meta.workspace).join(&meta.name);
        known.insert(path.clone());
        let space = state.spaces.entry(meta.workspace).or_default();
        let file = FileEntry::new(path, meta.clone(), &names_of(names, meta.workspace));
        file.glance();
        space.files.push(Arc::new(file));
    }
    remove_orphans(dir, number, &known)?;
    Ok(PartitionStore::new(dir, number, state))
}

/// Removes files a crash left between writing and committing, or between committing and deleting.
fn remove_orphans(dir: &Path, number: u16, known: &HashSet<PathBuf>) -> Result<(), LakeError> {
    for entry in fs::read_dir(dir).map_err(LakeError::io(dir))? {
        let space = entry.map_err(LakeError::io(dir))?.path();
        let inside = space.join(format!("p{number:02}"));
        if !space.file_name().is_some_and(|n| n.to_string_lossy().starts_with("ws")) || !inside.is_dir() {
            continue;
        }
        for file in fs::read_dir(&inside).map_err(LakeError::io(&inside))? {
            let path = file.map_err(LakeError::io(&inside))?.path();
            if path.extension().is_some_and(|e| e == "parquet") && !known.contains(&path) {
                tracing::info!(lake.file = %path.display(), "removing a file that was never committed or is obsolete");
                fs::remove_file(&path).map_err(LakeError::io(&path))?;
            }
        }
    }
    Ok(())
}
