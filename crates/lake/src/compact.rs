//! Compaction: few large files instead of many small ones.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use crate::error::LakeError;
use crate::file::FileEntry;
use crate::lake::Lake;
use crate::partition::PartitionStore;
use crate::telemetry;

/// Rows of the smallest tier; each further tier is `merge_fan_in` times as large.
const FIRST_TIER_ROWS: u64 = 8 * 1024;

impl Lake {
    /// Merges neighbouring files of about one size, workspace by workspace, until no more are due. Returns how many files
    /// were merged. Queries and writers go on meanwhile.
    ///
    /// # Errors
    /// `Io` or `Corrupt`; nothing is lost, the files stay as they were.
    pub fn compact(&self) -> Result<usize, LakeError> {
        self.compact_by(|files| due(files, self.config.merge_fan_in.max(2), self.config.max_file_rows))
    }

    /// Merges all files of each partition and workspace as far as the limit of rows allows; after large imports.
    ///
    /// # Errors
    /// As [`Lake::compact`].
    pub fn compact_fully(&self) -> Result<usize, LakeError> {
        self.compact_by(|files| longest(files, self.config.max_file_rows))
    }

    fn compact_by(&self, choose: impl Fn(&[Arc<FileEntry>]) -> Option<Range<usize>>) -> Result<usize, LakeError> {
        let mut merged = 0;
        for store in &self.partitions {
            let spaces: Vec<u32> = store.state().spaces.keys().copied().collect();
            for ws in spaces {
                loop {
                    let files = store.state().spaces.get(&ws).map(|s| s.files.clone()).unwrap_or_default();
                    let Some(range) = choose(&files) else { break };
                    if !self.compact_one(store, ws, &files[range.clone()])? {
                        break;
                    }
                    merged += range.len();
                }
            }
        }
        Ok(merged)
    }

    /// Merges `inputs` into one file. False when one of them turned out damaged.
    fn compact_one(&self, store: &PartitionStore, ws: u32, inputs: &[Arc<FileEntry>]) -> Result<bool, LakeError> {
        for file in inputs {
            match file.open() {
                Err(LakeError::Corrupt { .. }) => return Ok(false),
                other => other?,
            };
        }
        let start = Instant::now();
        let made = self.rewritten(store, ws, inputs, &HashSet::new())?;
        let rows = made.as_ref().map_or(0, |f| f.meta.rows);
        let _commit = store.commit_lock();
        self.swap(store, ws, inputs, made)?;
        telemetry::compacted(inputs.len(), rows, start.elapsed());
        Ok(true)
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
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_one_tier_are_due() {
        let due = |rows: &[u64]| due_by_rows(&rows.iter().map(|r| Some(*r)).collect::<Vec<_>>(), 4, 1_000_000);
        assert_eq!(due(&[]), None);
        assert_eq!(due(&[10; 3]), None);
        assert_eq!(due(&[10; 4]), Some(0..4));
        assert_eq!(due(&[500_000, 10, 10, 10, 10]), Some(1..5));
        assert_eq!(due(&[20_000, 10, 20_000, 20_000]), Some(0..4), "a higher tier takes smaller neighbours along");
        assert_eq!(due(&[400_000; 4]), None, "would exceed the limit");
        assert_eq!(due_by_rows(&[Some(1), Some(1), None, Some(1), Some(1)], 4, 1_000_000), None, "damage separates");
    }
}
