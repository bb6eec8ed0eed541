//! Where the partition is in the log, who owns it, and its running numbers.

use std::collections::BTreeMap;

use crate::sql::{Query, Tx};
use crate::{Result, StoreError, params};

/// An owner's turn. Each new owner gets a higher one, and an older one can write nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Epoch(pub u64);

/// A number kept under `key`, or `None` when it was never set.
pub fn get(q: &impl Query, key: &str) -> Result<Option<u64>> {
    q.query_row("SELECT value FROM meta WHERE key = ?1", &params![key], |row| row.get(0))
}

/// Keeps `value` under `key`.
pub fn set(tx: &Tx, key: &str, value: u64) -> Result<()> {
    let sql = "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    tx.execute(sql, &params![key, value]).map(drop)
}

/// The next log offset to read; 0 in a new partition.
pub fn offset(q: &impl Query) -> Result<u64> {
    Ok(get(q, "offset")?.unwrap_or(0))
}

/// Sets the next log offset to read, in the transaction that holds the effects of everything before it.
pub fn set_offset(tx: &Tx, offset: u64) -> Result<()> {
    set(tx, "offset", offset)
}

/// Takes the partition over: every owner before is fenced off from the moment this transaction commits.
pub fn acquire(tx: &Tx) -> Result<Epoch> {
    let epoch = get(tx, "epoch")?.unwrap_or(0) + 1;
    set(tx, "epoch", epoch)?;
    Ok(Epoch(epoch))
}

/// Fails with [`StoreError::Fenced`] unless `epoch` is still the partition's. The owner calls it in every transaction.
pub fn check(tx: &Tx, epoch: Epoch) -> Result<()> {
    let current = get(tx, "epoch")?.unwrap_or(0);
    if current == epoch.0 { Ok(()) } else { Err(StoreError::Fenced { held: epoch.0, current }) }
}

/// Reserves `n` numbers of the counter `name` and answers the first; counters begin at 1.
pub fn next_number(tx: &Tx, name: &str, n: u64) -> Result<u64> {
    let sql = "INSERT INTO numbers (name, value) VALUES (?1, ?2) \
               ON CONFLICT (name) DO UPDATE SET value = value + excluded.value RETURNING value";
    let last: u64 = tx.query_row(sql, &params![name, n], |row| row.get(0))?.unwrap_or(n);
    Ok(last - n + 1)
}

/// The running numbers of a partition, held in memory by its owner and written back once a batch.
///
/// After a rollback the numbers in memory are ahead of the stored ones: the owner loads them again.
#[derive(Clone, Debug, Default)]
pub struct Numbers {
    /// Last number given, and whether it has to be written.
    values: BTreeMap<String, (u64, bool)>,
}

impl Numbers {
    /// Reads all counters.
    pub fn load(q: &impl Query) -> Result<Self> {
        let rows = q.query("SELECT name, value FROM numbers", &[], |row| Ok((row.get(0)?, (row.get(1)?, false))))?;
        Ok(Numbers { values: rows.into_iter().collect() })
    }

    /// Takes the next number of `name`; counters begin at 1.
    pub fn next(&mut self, name: &str) -> u64 {
        self.reserve(name, 1)
    }

    /// Takes `n` numbers of `name` and answers the first.
    pub fn reserve(&mut self, name: &str, n: u64) -> u64 {
        let value = match self.values.get_mut(name) {
            Some(value) => value,
            None => self.values.entry(name.to_owned()).or_default(),
        };
        let first = value.0 + 1;
        *value = (value.0 + n, true);
        first
    }

    /// The last number given of `name`; 0 when none was.
    #[must_use]
    pub fn last(&self, name: &str) -> u64 {
        self.values.get(name).map_or(0, |v| v.0)
    }

    /// Writes the counters that moved.
    pub fn save(&mut self, tx: &Tx) -> Result<()> {
        let sql = "INSERT INTO numbers (name, value) VALUES (?1, ?2) \
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        for (name, (value, moved)) in self.values.iter_mut().filter(|(_, v)| v.1) {
            tx.execute(sql, &params![name, *value])?;
            *moved = false;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partition::test_db;

    #[test]
    fn a_second_owner_fences_the_first() {
        let (_dir, db) = test_db();
        let first = db.write(acquire).unwrap();
        db.write(|tx| check(tx, first)).unwrap();
        let second = db.write(acquire).unwrap();
        assert!(second > first);
        let late = db.write(|tx| {
            set_offset(tx, 99)?;
            check(tx, first)
        });
        assert_eq!(late, Err(StoreError::Fenced { held: 1, current: 2 }));
        assert_eq!(db.read(offset).unwrap(), 0, "the fenced owner's write is gone");
        db.write(|tx| check(tx, second)).unwrap();
    }

    #[test]
    fn numbers_run_on_after_reload_and_after_rollback() {
        let (_dir, db) = test_db();
        let mut numbers = db.read(Numbers::load).unwrap();
        assert_eq!((numbers.next("profile"), numbers.reserve("profile", 3), numbers.next("outbox")), (1, 2, 1));
        db.write(|tx| numbers.save(tx)).unwrap();
        let tx = db.begin().unwrap();
        numbers.reserve("profile", 100);
        numbers.save(&tx).unwrap();
        drop(tx);
        let mut numbers = db.read(Numbers::load).unwrap();
        assert_eq!((numbers.last("profile"), numbers.next("profile"), numbers.last("other")), (4, 5, 0));
        assert_eq!(db.write(|tx| next_number(tx, "profile", 2)).unwrap(), 5);
        assert_eq!(db.write(|tx| next_number(tx, "profile", 1)).unwrap(), 7);
        assert_eq!(db.write(|tx| next_number(tx, "new", 1)).unwrap(), 1);
    }
}
