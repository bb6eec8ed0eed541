//! Sorted runs of one day's keys, in blocks of one database page each.

use std::ops::ControlFlow;

use crate::sql::{Query, Tx};
use crate::{Result, params};

/// Keys of a block: 4,000 bytes, so that a row fills one page of 4,096.
const BLOCK_KEYS: usize = 250;
/// Small runs of a day that are merged into a large one; bounds the lookups for one key.
const MERGE_RUNS: usize = 8;
const KEY_BYTES: usize = 16;

/// A block's row id is `day | run | block`; large runs have numbers from [`LARGE`] on.
const RUN_BITS: u32 = 20;
const BLOCK_BITS: u32 = 16;
const LARGE: u32 = 1 << (RUN_BITS - 1);

fn row_id(day: i64, run: u32, block: usize) -> i64 {
    (day << (RUN_BITS + BLOCK_BITS)) | (i64::from(run) << BLOCK_BITS) | block as i64
}

/// The runs of one day.
#[derive(Debug)]
pub(super) struct Runs {
    day: i64,
    runs: Vec<Run>,
}

#[derive(Debug)]
struct Run {
    number: u32,
    /// The first key of each block.
    fences: Vec<u128>,
}

impl Runs {
    pub(super) fn new(day: i64) -> Self {
        Runs { day, runs: Vec::new() }
    }

    /// Notes the next block of a run found by [`scan`].
    pub(super) fn note(&mut self, run: u32, keys: &[u8]) {
        let Some(first) = keys_of(keys).next() else { return };
        match self.runs.last_mut() {
            Some(last) if last.number == run => last.fences.push(first),
            _ => self.runs.push(Run { number: run, fences: vec![first] }),
        }
    }

    /// Whether a run holds `key`; reads one block of each run.
    pub(super) fn contains(&self, q: &impl Query, key: u128) -> Result<bool> {
        for run in self.runs.iter().rev() {
            let Some(block) = run.fences.partition_point(|fence| *fence <= key).checked_sub(1) else { continue };
            let id = row_id(self.day, run.number, block);
            let found = q.query_row("SELECT keys FROM seen_runs WHERE id = ?1", &params![id], |row| {
                let (keys, _) = row.get_blob_ref(0)?.as_chunks::<KEY_BYTES>();
                Ok(keys.binary_search(&key.to_be_bytes()).is_ok())
            })?;
            if found == Some(true) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Writes `keys` as a small run, and merges the small runs when there are enough of them.
    pub(super) fn add(&mut self, tx: &Tx, keys: Vec<u128>) -> Result<()> {
        self.write(tx, keys, 0)?;
        if self.runs.iter().filter(|run| run.number < LARGE).count() >= MERGE_RUNS {
            self.merge(tx)?;
        }
        Ok(())
    }

    fn write(&mut self, tx: &Tx, mut keys: Vec<u128>, first_number: u32) -> Result<()> {
        keys.sort_unstable();
        let same = self.runs.iter().filter(|run| (run.number < LARGE) == (first_number < LARGE));
        let number = same.map(|run| run.number + 1).max().unwrap_or(first_number);
        let mut fences = Vec::with_capacity(keys.len() / BLOCK_KEYS + 1);
        let mut bytes = Vec::with_capacity(BLOCK_KEYS * KEY_BYTES);
        for (block, keys) in keys.chunks(BLOCK_KEYS).enumerate() {
            bytes.clear();
            keys.iter().for_each(|key| bytes.extend_from_slice(&key.to_be_bytes()));
            let id = row_id(self.day, number, block);
            tx.execute("INSERT INTO seen_runs (id, keys) VALUES (?1, ?2)", &params![id, &bytes])?;
            fences.push(keys[0]);
        }
        self.runs.push(Run { number, fences });
        Ok(())
    }

    fn merge(&mut self, tx: &Tx) -> Result<()> {
        let (from, to) = (row_id(self.day, 0, 0), row_id(self.day, LARGE, 0));
        let mut keys = Vec::new();
        tx.for_each("SELECT keys FROM seen_runs WHERE id >= ?1 AND id < ?2", &params![from, to], |row| {
            keys.extend(keys_of(row.get_blob_ref(0)?));
            Ok(ControlFlow::Continue(()))
        })?;
        tx.execute("DELETE FROM seen_runs WHERE id >= ?1 AND id < ?2", &params![from, to])?;
        self.runs.retain(|run| run.number >= LARGE);
        self.write(tx, keys, LARGE)
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.runs.len()
    }
}

/// Calls `each` with every block: its day, run and keys, in order.
pub(super) fn scan(q: &impl Query, mut each: impl FnMut(i64, u32, &[u8])) -> Result<()> {
    q.for_each("SELECT id, keys FROM seen_runs ORDER BY id", &[], |row| {
        let id: i64 = row.get(0)?;
        let run = (id >> BLOCK_BITS) as u32 & ((1 << RUN_BITS) - 1);
        each(id >> (RUN_BITS + BLOCK_BITS), run, row.get_blob_ref(1)?);
        Ok(ControlFlow::Continue(()))
    })
}

/// Removes every run of a day.
pub(super) fn forget(tx: &Tx, day: i64) -> Result<()> {
    let (from, to) = (row_id(day, 0, 0), row_id(day + 1, 0, 0));
    tx.execute("DELETE FROM seen_runs WHERE id >= ?1 AND id < ?2", &params![from, to]).map(drop)
}

/// The keys of a block or tail row.
pub(super) fn keys_of(bytes: &[u8]) -> impl Iterator<Item = u128> {
    bytes.as_chunks::<KEY_BYTES>().0.iter().map(|key| u128::from_be_bytes(*key))
}
