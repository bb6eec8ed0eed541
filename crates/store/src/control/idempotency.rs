//! Answers to requests that carried an `Idempotency-Key`, so that a repeated request gets the first answer.

use rapport_domain::{Timestamp, WorkspaceId};

use crate::sql::{Query, Tx};
use crate::{Result, params};

/// A remembered answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Hash of the request; another request under the same key is the client's mistake.
    pub request_hash: Vec<u8>,
    /// HTTP status.
    pub status: u16,
    /// The body as it was sent.
    pub body: Vec<u8>,
    /// When.
    pub at: Timestamp,
}

/// The answer given under `key`.
pub fn get(q: &impl Query, ws: WorkspaceId, key: &str) -> Result<Option<Answer>> {
    let sql = "SELECT request_hash, status, body, at FROM idempotency WHERE ws = ?1 AND key = ?2";
    q.query_row(sql, &params![ws, key], |row| {
        Ok(Answer { request_hash: row.get(0)?, status: row.get(1)?, body: row.get(2)?, at: row.get(3)? })
    })
}

/// Remembers an answer. [`crate::StoreError::Conflict`] when there is one under `key`.
pub fn put(tx: &Tx, ws: WorkspaceId, key: &str, answer: &Answer) -> Result<()> {
    let sql = "INSERT INTO idempotency (ws, key, request_hash, status, body, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    tx.execute(sql, &params![ws, key, &answer.request_hash, answer.status, &answer.body, answer.at]).map(drop)
}

/// Forgets the answers given before `before`. Answers how many.
pub fn expire(tx: &Tx, before: Timestamp) -> Result<usize> {
    tx.execute("DELETE FROM idempotency WHERE at < ?1", &params![before])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::test_db;

    #[test]
    fn the_first_answer_stays_and_expires() {
        let (_dir, db, a, b) = test_db();
        let answer = Answer { request_hash: vec![1], status: 201, body: b"{}".to_vec(), at: Timestamp(10) };
        db.write(|tx| put(tx, a, "k", &answer)).unwrap();
        assert_eq!(db.write(|tx| put(tx, a, "k", &answer)).unwrap_err().code(), "conflict");
        assert_eq!(db.read(|q| get(q, a, "k")).unwrap(), Some(answer.clone()));
        assert_eq!(db.read(|q| get(q, b, "k")).unwrap(), None);
        assert_eq!(db.write(|tx| expire(tx, Timestamp(10))).unwrap(), 0);
        assert_eq!(db.write(|tx| expire(tx, Timestamp(11))).unwrap(), 1);
    }
}
