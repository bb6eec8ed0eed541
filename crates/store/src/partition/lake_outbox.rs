//! Processed events on their way to the lake: written with the batch that made them, removed once the lake has them
//! in a durable file.

use std::ops::ControlFlow;

use crate::sql::{Query, Tx};
use crate::{Result, params};

/// Adds one encoded batch. `seq` is the owner's next number of its lake counter.
pub fn push(tx: &Tx, seq: u64, bytes: &[u8]) -> Result<()> {
    tx.execute("INSERT INTO lake_outbox (seq, bytes) VALUES (?1, ?2)", &params![seq, bytes]).map(drop)
}

/// Calls `each` with every batch from `from_seq` on, in order, until it breaks or fails. Nothing is copied.
pub fn range(q: &impl Query, from_seq: u64, mut each: impl FnMut(u64, &[u8]) -> Result<ControlFlow<()>>) -> Result<()> {
    q.for_each("SELECT seq, bytes FROM lake_outbox WHERE seq >= ?1 ORDER BY seq", &params![from_seq], |row| {
        each(row.get(0)?, row.get_blob_ref(1)?)
    })
}

/// Removes the batches up to and including `seq`. Answers how many.
pub fn remove_upto(tx: &Tx, seq: u64) -> Result<usize> {
    tx.execute("DELETE FROM lake_outbox WHERE seq <= ?1", &params![seq])
}

/// Replaces one batch, as when an erased profile's events are taken out of it. Answers whether it was there.
pub fn replace(tx: &Tx, seq: u64, bytes: &[u8]) -> Result<bool> {
    Ok(tx.execute("UPDATE lake_outbox SET bytes = ?2 WHERE seq = ?1", &params![seq, bytes])? > 0)
}

/// How many batches wait, and their bytes.
pub fn depth(q: &impl Query) -> Result<(u64, u64)> {
    let sql = "SELECT COUNT(*), COALESCE(SUM(LENGTH(bytes)), 0) FROM lake_outbox";
    Ok(q.query_row(sql, &[], |row| Ok((row.get(0)?, row.get(1)?)))?.unwrap_or((0, 0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partition::test_db;

    #[test]
    fn batches_are_read_in_order_until_removed() {
        let (_dir, db) = test_db();
        db.write(|tx| [3u64, 1, 2].iter().try_for_each(|n| push(tx, *n, &[*n as u8; 2]))).unwrap();
        let read = |from| {
            let mut found = Vec::new();
            db.read(|q| {
                range(q, from, |seq, bytes| {
                    found.push((seq, bytes.to_vec()));
                    Ok(ControlFlow::Continue(()))
                })
            })
            .unwrap();
            found
        };
        assert_eq!(read(2), [(2, vec![2, 2]), (3, vec![3, 3])]);
        assert!(db.write(|tx| replace(tx, 2, b"x")).unwrap());
        assert_eq!(db.write(|tx| remove_upto(tx, 1)).unwrap(), 1);
        assert_eq!(read(0), [(2, b"x".to_vec()), (3, vec![3, 3])]);
        assert_eq!(db.read(depth).unwrap(), (2, 3));
    }
}
