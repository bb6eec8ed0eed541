//! Processed events on their way to the lake: written with the batch that made them, removed once the lake has them
//! in a durable file. Batches are compressed: they are written twice (log and file) and read only after a crash.

use std::ops::ControlFlow;

use crate::sql::{Query, Tx};
use crate::{Result, StoreError, params};

/// Zstandard's fastest level: the events of a batch are alike, and the owner waits.
const LEVEL: i32 = 1;
/// The largest batch, bytes before compression; what claims to be more is damaged.
const MAX_BYTES: usize = 1 << 30;

/// Adds one encoded batch. `seq` is the owner's next number of its lake counter.
pub fn push(tx: &Tx, seq: u64, bytes: &[u8]) -> Result<()> {
    let packed = zstd::bulk::compress(bytes, LEVEL).map_err(|e| StoreError::decode("lake_outbox", e))?;
    let sql = "INSERT INTO lake_outbox (seq, bytes, raw_bytes) VALUES (?1, ?2, ?3)";
    tx.execute(sql, &params![seq, &packed, bytes.len()]).map(drop)
}

/// Calls `each` with every batch from `from_seq` on, in order, until it breaks or fails.
pub fn range(q: &impl Query, from_seq: u64, mut each: impl FnMut(u64, &[u8]) -> Result<ControlFlow<()>>) -> Result<()> {
    let sql = "SELECT seq, bytes, raw_bytes FROM lake_outbox WHERE seq >= ?1 ORDER BY seq";
    q.for_each(sql, &params![from_seq], |row| {
        let (seq, packed, raw_bytes) = (row.get(0)?, row.get_blob_ref(1)?, row.get::<u64>(2)? as usize);
        // Stored as it is by a version that did not compress.
        if raw_bytes == 0 {
            return each(seq, packed);
        }
        let bytes = zstd::bulk::decompress(packed, raw_bytes.min(MAX_BYTES)).ok().filter(|b| b.len() == raw_bytes);
        let bytes = bytes.ok_or_else(|| StoreError::decode("lake_outbox", format!("batch {seq} does not unpack")))?;
        each(seq, &bytes)
    })
}

/// Removes the batches up to and including `seq`. Answers how many.
pub fn remove_upto(tx: &Tx, seq: u64) -> Result<usize> {
    tx.execute("DELETE FROM lake_outbox WHERE seq <= ?1", &params![seq])
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
        assert_eq!(db.write(|tx| remove_upto(tx, 1)).unwrap(), 1);
        assert_eq!(read(0), [(2, vec![2, 2]), (3, vec![3, 3])]);
        assert_eq!(db.read(depth).unwrap().0, 2);
        // Many like events take little room, and a batch of an older version is read too.
        let like = "a page was viewed;".repeat(1_000);
        db.write(|tx| {
            push(tx, 4, like.as_bytes())?;
            tx.execute("INSERT INTO lake_outbox (seq, bytes) VALUES (5, ?1)", &params![&[7u8; 3]])
        })
        .unwrap();
        assert_eq!(read(4), [(4, like.clone().into_bytes()), (5, vec![7; 3])]);
        assert!(db.read(depth).unwrap().1 < 1_000);
        db.write(|tx| tx.execute("UPDATE lake_outbox SET raw_bytes = raw_bytes + 1 WHERE seq = 4", &[])).unwrap();
        let damaged = db.read(|q| range(q, 4, |_, _| Ok(ControlFlow::Continue(()))));
        assert_eq!(damaged.unwrap_err().code(), "store_decode");
    }
}
