//! Letters to other partitions, until the log has them.

use rapport_domain::Partition;

use crate::sql::{Query, Tx};
use crate::{Result, params};

/// A letter that waits: its number, whom it is for, and the encoded record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingLetter {
    /// Its running number in this partition.
    pub number: u64,
    /// The partition to append it to.
    pub target: Partition,
    /// The encoded record.
    pub bytes: Vec<u8>,
}

/// Adds a letter. `number` is the owner's next number of its letter counter.
pub fn push(tx: &Tx, number: u64, target: Partition, bytes: &[u8]) -> Result<()> {
    let sql = "INSERT INTO letters (number, target, bytes) VALUES (?1, ?2, ?3)";
    tx.execute(sql, &params![number, target, bytes]).map(drop)
}

/// At most `limit` letters in the order they were written.
pub fn pending(q: &impl Query, limit: usize) -> Result<Vec<PendingLetter>> {
    q.query("SELECT number, target, bytes FROM letters ORDER BY number LIMIT ?1", &params![limit], |row| {
        Ok(PendingLetter { number: row.get(0)?, target: row.get(1)?, bytes: row.get(2)? })
    })
}

/// Removes the letters up to and including `number`, once the log has them. Answers how many.
pub fn remove_upto(tx: &Tx, number: u64) -> Result<usize> {
    tx.execute("DELETE FROM letters WHERE number <= ?1", &params![number])
}

/// Removes single letters. Answers how many were there.
pub fn remove(tx: &Tx, numbers: &[u64]) -> Result<usize> {
    numbers.iter().try_fold(0, |removed, number| {
        Ok(removed + tx.execute("DELETE FROM letters WHERE number = ?1", &params![*number])?)
    })
}

/// How many letters wait.
pub fn depth(q: &impl Query) -> Result<u64> {
    Ok(q.query_row("SELECT COUNT(*) FROM letters", &[], |row| row.get(0))?.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partition::test_db;

    #[test]
    fn letters_leave_in_order() {
        let (_dir, db) = test_db();
        db.write(|tx| (1..=5).try_for_each(|n| push(tx, n, Partition(n as u16), &[n as u8]))).unwrap();
        let numbers =
            |limit| -> Vec<u64> { db.read(|q| pending(q, limit)).unwrap().iter().map(|l| l.number).collect() };
        assert_eq!(numbers(2), [1, 2]);
        assert_eq!(db.write(|tx| remove_upto(tx, 2)).unwrap(), 2);
        assert_eq!(db.write(|tx| remove(tx, &[4, 77])).unwrap(), 1);
        assert_eq!(numbers(10), [3, 5]);
        let letter = db.read(|q| pending(q, 1)).unwrap().remove(0);
        assert_eq!(letter, PendingLetter { number: 3, target: Partition(3), bytes: vec![3] });
        assert_eq!(db.read(depth).unwrap(), 2);
    }
}
