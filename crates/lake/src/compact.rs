//! Compaction: few large files instead of many small ones.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::error::LakeError;
use crate::file::FileEntry;
use crate::lake::Lake;
use crate::rewrite::{Progress, Rewriting};
use crate::telemetry;

/// Rows of the smallest tier; each further tier is `merge_fan_in` times as large.
const FIRST_TIER_ROWS: u64 = 8 * 1024;

/// Files of one partition and workspace that are being merged.
#[derive(Debug)]
pub(crate) struct Merging {
    partition: usize,
    workspace: u32,
    inputs: Vec<Arc<FileEntry>>,
    rewriting: Rewriting,
    took: Duration,
}

impl Lake {
    /// Merges neighbouring files of about one size, workspace by workspace, until no more are due. Returns how many files
    /// were merged. Queries and writers go on meanwhile.
    ///
    /// # Errors
    /// `Io` or `Corrupt`; nothing is lost, the files stay as they were.
    pub fn compact(&self) -> Result<usize, LakeError> {
        self.compact_while(|| true)
    }

    /// The same, step by step: after each it asks whether to go on. What is half done when it is told to stop is given up.
    pub(crate) fn compact_while(&self, go_on: impl FnMut() -> bool) -> Result<usize, LakeError> {
        self.compact_by(|files| due(files, self.config.merge_fan_in.max(2), self.config.max_file_rows), go_on)
    }

    /// Merges all files of each partition and workspace as far as the limit of rows allows; after large imports.
    ///
    /// # Errors
    /// As [`Lake::compact`].
    pub fn compact_fully(&self) -> Result<usize, LakeError> {
        self.compact_by(|files| longest(files, self.config.max_file_rows), || true)
    }

    fn compact_by(
        &self,
        choose: impl Fn(&[Arc<FileEntry>]) -> Option<Range<usize>>,
        mut go_on: impl FnMut() -> bool,
    ) -> Result<usize, LakeError> {
        let mut merged = 0;
        for (partition, store) in self.partitions.iter().enumerate() {
            let spaces: Vec<u32> = store.state().spaces.keys().copied().collect();
            for workspace in spaces {
                loop {
                    let files = store.state().spaces.get(&workspace).map(|s| s.files.clone()).unwrap_or_default();
                    let Some(range) = choose(&files) else { break };
                    let Some(mut merging) = self.merging(partition, workspace, &files[range.clone()])? else { break };
                    while self.merge_step(&mut merging)? {
                        if !go_on() {
                            return Ok(merged);
                        }
                    }
                    merged += range.len();
                    if !go_on() {
                        return Ok(merged);
                    }
                }
            }
        }
        Ok(merged)
    }

    /// Begins to merge `inputs` into one file; `None` when one of them is damaged.
    fn merging(
        &self,
        partition: usize,
        workspace: u32,
        inputs: &[Arc<FileEntry>],
    ) -> Result<Option<Merging>, LakeError> {
        for file in inputs {
            match file.open() {
                Err(LakeError::Corrupt { .. }) => return Ok(None),
                other => other?,
            };
        }
        let rewriting = self.rewriting(&self.partitions[partition], workspace, inputs, HashSet::new());
        Ok(Some(Merging { partition, workspace, inputs: inputs.to_vec(), rewriting, took: Duration::ZERO }))
    }

    /// One step of a merge; false when it is done and committed.
    fn merge_step(&self, merging: &mut Merging) -> Result<bool, LakeError> {
        let start = Instant::now();
        let progress = merging.rewriting.step()?;
        merging.took += start.elapsed();
        let made = match progress {
            Progress::More(rows) => {
                telemetry::compaction_step(rows, start.elapsed());
                return Ok(true);
            }
            Progress::Done(made) => made,
        };
        let store = &self.partitions[merging.partition];
        let rows = made.as_ref().map_or(0, |meta| meta.rows);
        let made = made.map(|meta| self.entry(store, meta));
        let _commit = store.commit_lock();
        self.swap(store, merging.workspace, &merging.inputs, made)?;
        telemetry::compacted(merging.inputs.len(), rows, merging.took);
        Ok(false)
    }
}

/// The first run of neighbours that is due: at least `fan_in` files of at most one tier, smallest tier first.
fn due(files: &[Arc<FileEntry>], fan_in: usize, max_rows: u64) -> Option<Range<usize>> {
    let rows: Vec<Option<u64>> = files.iter().map(|f| f.damage().is_none().then_some(f.meta.rows)).collect();
    due_by_rows(&rows, fan_in, max_rows)
}

fn due_by_rows(rows: &[Option<u64>], fan_in: usize, max_rows: u64) -> Option<Range<usize>> {
    let mut limit = FIRST_TIER_ROWS;
    while limit <= max_rows {
        let mut start = 0;
        while start < rows.len() {
            let small = rows[start..].iter().take_while(|r| r.is_some_and(|r| r <= limit)).count();
            if small >= fan_in {
                let take = small.min(2 * fan_in);
                let range = start..start + take;
                if rows[range.clone()].iter().flatten().sum::<u64>() <= max_rows {
                    return Some(range);
                }
            }
            start += small + 1;
        }
        limit = limit.saturating_mul(fan_in as u64);
    }
    None
}

/// The first run of at least two undamaged neighbours that fits into one file.
fn longest(files: &[Arc<FileEntry>], max_rows: u64) -> Option<Range<usize>> {
    let mut start = 0;
    let mut rows = 0;
    for (at, file) in files.iter().enumerate() {
        if file.damage().is_some() || rows + file.meta.rows > max_rows {
            if at - start >= 2 {
                return Some(start..at);
            }
            (start, rows) = if file.damage().is_some() { (at + 1, 0) } else { (at, file.meta.rows) };
        } else {
            rows += file.meta.rows;
        }
    }
    (files.len() - start >= 2).then_some(start..files.len())
}

#[cfg(test)]
mod tests;
