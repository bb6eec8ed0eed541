//! Deduplication (invariant I3): which messages the partition has processed in the last days.
//!
//! Keys are hashes, so an index with a row a key would write a page a key. Instead each batch appends its keys as one
//! row (the tail, also held in memory); a full tail becomes a sorted run of blocks, and full sets of small runs become
//! a large one. A Bloom filter a day answers almost every "is it new?" without reading anything. Everything is kept
//! by the day of receipt, so that a day is forgotten as a whole.

mod runs;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::ControlFlow;

use rapport_domain::MessageKey;

use super::bloom::Bloom;
use super::meta;
use crate::sql::{Query, Tx};
use crate::{Result, params};
use runs::{Runs, keys_of};

/// Keys of a day's tail after which it becomes a run: at most about 0.6 MB of memory.
const TAIL_KEYS: usize = 16 * 1024;
/// Counts the saves, which tells a commit from a rollback.
const SAVES: &str = "seen_saves";

/// How long and with how much memory messages are remembered.
#[derive(Clone, Copy, Debug)]
pub struct SeenOptions {
    /// Days a message is remembered beside the day it was received on.
    pub retain_days: i64,
    /// Memory of one day's filter in bytes, reached at one key for each two bytes; a day with more keys works, with
    /// more lookups.
    pub filter_bytes: usize,
}

impl Default for SeenOptions {
    fn default() -> Self {
        SeenOptions { retain_days: 7, filter_bytes: 8 << 20 }
    }
}

/// What the partition has seen. Held by the partition's owner: [`Seen::insert`] for each record of a batch, then
/// [`Seen::save`] in the same transaction before it is committed.
#[derive(Debug)]
pub struct Seen {
    options: SeenOptions,
    days: BTreeMap<i64, Day>,
    /// Inserted in this transaction and not saved yet.
    unsaved: Vec<(i64, MessageKey)>,
    saves: u64,
    serial: u64,
}

#[derive(Debug)]
struct Day {
    filter: Bloom,
    tail: HashSet<u128, BuildHasherDefault<KeyHasher>>,
    runs: Runs,
}

impl Day {
    fn new(day: i64, options: &SeenOptions) -> Self {
        Day { filter: Bloom::new(options.filter_bytes), tail: HashSet::default(), runs: Runs::new(day) }
    }

    fn contains(&self, q: &impl Query, key: u128) -> Result<bool> {
        Ok(self.filter.may_contain(key) && (self.tail.contains(&key) || self.runs.contains(q, key)?))
    }
}

impl Seen {
    /// Reads the remembered keys and builds the filters; reads every key once.
    pub fn load(q: &impl Query, options: SeenOptions) -> Result<Self> {
        let mut days: BTreeMap<i64, Day> = BTreeMap::new();
        runs::scan(q, |day, run, keys| {
            let known = days.entry(day).or_insert_with(|| Day::new(day, &options));
            known.runs.note(run, keys);
            keys_of(keys).for_each(|key| known.filter.add(key));
        })?;
        q.for_each("SELECT day, keys FROM seen_tail", &[], |row| {
            let day = row.get(0)?;
            let known = days.entry(day).or_insert_with(|| Day::new(day, &options));
            for key in keys_of(row.get_blob_ref(1)?) {
                known.filter.add(key);
                known.tail.insert(key);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        let saves = meta::get(q, SAVES)?.unwrap_or(0);
        Ok(Seen { options, days, unsaved: Vec::new(), saves, serial: 0 })
    }

    /// Remembers `key`, received on `day` (days since 1970, UTC). `true` when it is new, `false` when it was seen on
    /// this day or a retained one before or after it.
    pub fn insert(&mut self, tx: &Tx, day: i64, key: MessageKey) -> Result<bool> {
        self.settle(tx)?;
        // A record's day is the day it was received, so there are none before 1970.
        let day = day.max(0);
        let retained = day - self.options.retain_days..=day + self.options.retain_days;
        for known in self.days.range(retained).map(|(_, known)| known) {
            if known.contains(tx, key.0)? {
                return Ok(false);
            }
        }
        let today = self.days.entry(day).or_insert_with(|| Day::new(day, &self.options));
        today.filter.add(key.0);
        today.tail.insert(key.0);
        self.unsaved.push((day, key));
        Ok(true)
    }

    /// Writes what was inserted in this transaction. Without it the keys are forgotten at the next transaction.
    pub fn save(&mut self, tx: &Tx) -> Result<()> {
        self.settle(tx)?;
        if self.unsaved.is_empty() {
            return Ok(());
        }
        // Counted before anything is written: if a write fails and the transaction is rolled back, it shows.
        self.saves += 1;
        self.unsaved.sort_unstable_by_key(|(day, _)| *day);
        for keys in std::mem::take(&mut self.unsaved).chunk_by(|a, b| a.0 == b.0) {
            let day = keys[0].0;
            let Some(known) = self.days.get_mut(&day) else { continue };
            if known.tail.len() < TAIL_KEYS {
                let bytes: Vec<u8> = keys.iter().flat_map(|(_, key)| key.0.to_be_bytes()).collect();
                tx.execute("INSERT INTO seen_tail (day, keys) VALUES (?1, ?2)", &params![day, &bytes])?;
            } else {
                tx.execute("DELETE FROM seen_tail WHERE day = ?1", &params![day])?;
                known.runs.add(tx, known.tail.drain().collect())?;
            }
        }
        meta::set(tx, SAVES, self.saves)
    }

    /// Forgets the days before `before_day`. Answers how many.
    pub fn expire(&mut self, tx: &Tx, before_day: i64) -> Result<usize> {
        self.save(tx)?;
        if self.days.range(..before_day).next().is_none() {
            return Ok(0);
        }
        self.saves += 1;
        let kept = self.days.split_off(&before_day);
        let forgotten = std::mem::replace(&mut self.days, kept);
        for day in forgotten.keys() {
            tx.execute("DELETE FROM seen_tail WHERE day = ?1", &params![*day])?;
            runs::forget(tx, *day)?;
        }
        meta::set(tx, SAVES, self.saves)?;
        Ok(forgotten.len())
    }

    /// Forgets the days that are older than the stated retention on `today`. Answers how many.
    pub fn expire_on(&mut self, tx: &Tx, today: i64) -> Result<usize> {
        self.expire(tx, today - self.options.retain_days)
    }

    /// Memory of the filters in bytes.
    #[must_use]
    pub fn filter_bytes(&self) -> usize {
        self.days.values().map(|d| d.filter.bytes()).sum()
    }

    /// On the first call in a new transaction: when the one before was rolled back, what is in memory is ahead of the
    /// tables and is read again. That takes as long as a start, and happens as seldom as a disk is full.
    fn settle(&mut self, tx: &Tx) -> Result<()> {
        if self.serial == tx.serial() {
            return Ok(());
        }
        if !self.unsaved.is_empty() || meta::get(tx, SAVES)?.unwrap_or(0) != self.saves {
            *self = Seen::load(tx, self.options)?;
        }
        self.serial = tx.serial();
        Ok(())
    }
}

/// Keys are hashes already; half of one serves as its hash.
#[derive(Debug, Default)]
struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u128(&mut self, key: u128) {
        self.0 = key as u64;
    }
}
