//! One partition: its unwritten batches, its files, and how the first become the second.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};
use rapport_domain::event::ProcessedEvent;

use crate::config::{ROW_GROUP_BYTES, ROW_GROUP_ROWS};
use crate::error::LakeError;
use crate::file::FileEntry;
use crate::hot::{HotRow, HotRun, push_run};
use crate::manifest::{FORMAT, FileMeta, Manifest};
use crate::merges::{Merges, Resolved};
use crate::names::Names;
use crate::rows::column_of;
use crate::schema::{FIRST_CONTEXT, PROPERTIES};
use crate::shred::{Notes, Shredder, Tally};
use crate::writer::{FileCodes, FileWriter};

/// One workspace's rows in a partition, oldest first: files, then what is being written, then what came since.
#[derive(Clone, Debug, Default)]
pub(crate) struct Space {
    pub(crate) files: Vec<Arc<FileEntry>>,
    pub(crate) flushing: Vec<Arc<HotRun>>,
    pub(crate) hot: Vec<Arc<HotRun>>,
}

/// What a partition holds.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) visible: u64,
    pub(crate) persisted: u64,
    pub(crate) next_file: u64,
    pub(crate) spaces: BTreeMap<u32, Space>,
    pub(crate) hot_rows: usize,
    pub(crate) oldest: Option<Instant>,
    /// The rows are to be written however young they are.
    pub(crate) hurry: bool,
    /// After a write that failed: not before this.
    pub(crate) retry_at: Option<Instant>,
    /// How the last write failed; nothing when it succeeded.
    pub(crate) trouble: Option<String>,
}

/// A partition of the lake.
#[derive(Debug)]
pub(crate) struct PartitionStore {
    pub(crate) number: u16,
    pub(crate) dir: PathBuf,
    state: Mutex<State>,
    /// Held by whoever changes files, for as long as that takes.
    commit: Mutex<()>,
}

/// How long a write that failed is left alone.
const RETRY_AFTER: Duration = Duration::from_secs(1);

impl PartitionStore {
    pub(crate) fn new(dir: &Path, number: u16, state: State) -> Self {
        PartitionStore { number, dir: dir.to_owned(), state: Mutex::new(state), commit: Mutex::new(()) }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    pub(crate) fn commit_lock(&self) -> MutexGuard<'_, ()> {
        self.commit.lock()
    }

    /// Where a workspace's files of this partition are.
    pub(crate) fn space_dir(&self, workspace: u32) -> PathBuf {
        self.dir.join(format!("ws{workspace}")).join(format!("p{:02}", self.number))
    }

    /// Makes a batch visible. Returns the bytes it takes, 0 for a batch that is known already.
    pub(crate) fn append(&self, seq: u64, rows: Vec<ProcessedEvent>, names: impl Fn(u32) -> Arc<Names>) -> usize {
        let mut by_space: BTreeMap<u32, (Arc<Names>, Vec<HotRow>)> = BTreeMap::new();
        if seq <= self.state().visible {
            return 0;
        }
        for row in rows {
            let workspace = row.event.workspace.0;
            let (names, list) = by_space.entry(workspace).or_insert_with(|| (names(workspace), Vec::new()));
            list.push(HotRow::new(names.code(&row.event.name), row));
        }
        let runs: Vec<(u32, HotRun)> =
            by_space.into_iter().map(|(ws, (_, rows))| (ws, HotRun::new(rows, seq, seq))).collect();
        let mut state = self.state();
        if seq <= state.visible {
            return 0;
        }
        if seq != state.visible + 1 {
            tracing::error!(
                partition.id = self.number,
                expected = state.visible + 1,
                found = seq,
                "batches are missing"
            );
        }
        let mut bytes = 0;
        for (workspace, run) in runs {
            bytes += run.bytes;
            state.hot_rows += run.rows.len();
            push_run(&mut state.spaces.entry(workspace).or_default().hot, run);
        }
        state.visible = seq;
        state.oldest.get_or_insert_with(Instant::now);
        bytes
    }

    /// Writes everything visible into files. Returns the rows written and the bytes of memory set free.
    pub(crate) fn flush(
        &self,
        names: impl Fn(u32) -> Arc<Names>,
        merges: &Merges,
    ) -> Result<(usize, usize), LakeError> {
        let _commit = self.commit_lock();
        self.flush_locked(names, merges)
    }

    /// The same, for a caller that holds the commit lock.
    pub(crate) fn flush_locked(
        &self,
        names: impl Fn(u32) -> Arc<Names>,
        merges: &Merges,
    ) -> Result<(usize, usize), LakeError> {
        let (upto, work, mut next_file) = {
            let mut state = self.state();
            if state.visible == state.persisted {
                drop(state);
                return merges.sync().map(|()| (0, 0));
            }
            for space in state.spaces.values_mut() {
                let hot = std::mem::take(&mut space.hot);
                space.flushing.extend(hot);
            }
            let work: Vec<(u32, Vec<Arc<HotRun>>)> = (state.spaces.iter())
                .filter(|(_, s)| !s.flushing.is_empty())
                .map(|(ws, s)| (*ws, s.flushing.clone()))
                .collect();
            let first_file = state.next_file;
            state.next_file += work.len() as u64;
            (state.visible, work, first_file)
        };
        let mut made = Vec::new();
        let written = work.iter().try_for_each(|(ws, runs)| {
            let file = self.write_runs(*ws, runs, next_file, &names(*ws), &merges.resolved(*ws))?;
            next_file += 1;
            made.push(file);
            Ok(())
        });
        let committed = written.and_then(|()| {
            // Merges told before the batches taken above are durable before those batches count as persisted.
            merges.sync()?;
            let mut manifest = self.manifest();
            manifest.persisted = upto;
            manifest.files.extend(made.iter().map(|f: &Arc<FileEntry>| f.meta.clone()));
            manifest.store(&self.dir)
        });
        let mut state = self.state();
        if let Err(e) = committed {
            made.iter().for_each(|f| f.retire());
            (state.retry_at, state.trouble) = (Some(Instant::now() + RETRY_AFTER), Some(e.to_string()));
            return Err(e);
        }
        let (mut rows, mut bytes) = (0, 0);
        for (ws, runs) in &work {
            rows += runs.iter().map(|r| r.rows.len()).sum::<usize>();
            bytes += runs.iter().map(|r| r.bytes).sum::<usize>();
            state.spaces.entry(*ws).or_default().flushing.clear();
        }
        for file in made {
            state.spaces.entry(file.meta.workspace).or_default().files.push(file);
        }
        state.persisted = upto;
        state.hot_rows -= rows;
        state.oldest = (state.visible > upto).then(Instant::now);
        (state.hurry, state.retry_at, state.trouble) = (false, None, None);
        Ok((rows, bytes))
    }

    /// The manifest of the files as they are.
    pub(crate) fn manifest(&self) -> Manifest {
        let state = self.state();
        let files: Vec<FileMeta> = state.spaces.values().flat_map(|s| s.files.iter().map(|f| f.meta.clone())).collect();
        Manifest {
            format: FORMAT,
            partition: self.number,
            persisted: state.persisted,
            next_file: state.next_file,
            files,
        }
    }

    fn write_runs(
        &self,
        ws: u32,
        runs: &[Arc<HotRun>],
        number: u64,
        names: &Names,
        merges: &Resolved,
    ) -> Result<Arc<FileEntry>, LakeError> {
        let merged = if let [only] = runs { Arc::clone(only) } else { Arc::new(HotRun::merge(runs)) };
        let (first, last) = (merged.first_seq, merged.last_seq);
        let path = self.space_dir(ws).join(format!("{number:08}-{first}-{last}.parquet"));
        let all_names = names.all();
        let mut codes = FileCodes::default();
        let mut tally = Tally::default();
        for row in &merged.rows {
            tally.row(row.row.event.properties.text());
        }
        let plan = tally.plan();
        let mut notes = Notes::new(plan.capped);
        let mut writer = FileWriter::create(&path, &plan)?;
        let mut rest = &merged.rows[..];
        while !rest.is_empty() {
            let (group, later) = rest.split_at(group_len(rest));
            rest = later;
            let local: Vec<i32> = group.iter().map(|r| codes.count(r.code, &all_names)).collect();
            let mut shredder = Shredder::new(&plan);
            group.iter().for_each(|r| shredder.row(r.row.event.properties.text(), r.row.event.context.text()));
            let (mut shredded, found) = shredder.finish();
            notes.join(&found);
            writer.group(group.len(), |column| {
                Ok(match column {
                    PROPERTIES | FIRST_CONTEXT.. => shredded.take(column),
                    _ => column_of(column, group, &local, |p| merges.target(p)),
                })
            })?;
        }
        let meta = writer.finish(ws, (first, last), codes, &notes)?;
        Ok(Arc::new(FileEntry::new(path, meta, names)))
    }
}

/// How many of `rows` go into the next row group.
fn group_len(rows: &[HotRow]) -> usize {
    let mut bytes = 0;
    let fits = |r: &&HotRow| {
        bytes += r.row.event.properties.text().len() + r.row.event.context.text().len() + 64;
        bytes < ROW_GROUP_BYTES
    };
    rows.iter().take(ROW_GROUP_ROWS).take_while(fits).count().max(1)
}
