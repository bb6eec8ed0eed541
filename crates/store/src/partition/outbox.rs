//! Messages that were decided and wait for the gate (invariant I4).

use rapport_domain::{OutboundMessage, ProfileId, Timestamp, WorkspaceId};

use crate::sql::{Query, Row, Tx};
use crate::{Result, StoreError, params};
use std::ops::ControlFlow;

/// A waiting message.
#[derive(Clone, Debug, PartialEq)]
pub struct OutboxRow {
    /// The number of its id within the partition.
    pub number: u64,
    /// The message.
    pub message: OutboundMessage,
    /// Attempts that failed.
    pub attempts: u32,
    /// Not to be tried before this.
    pub not_before: Timestamp,
}

const COLUMNS: &str = "number, payload, attempts, not_before";

/// Adds a message; it is due at once. Fails with [`StoreError::Conflict`] when its number was used already.
pub fn enqueue(tx: &Tx, message: &OutboundMessage) -> Result<()> {
    enqueue_at(tx, message, message.created_at)
}

/// Adds a message that is not due before `not_before`.
pub fn enqueue_at(tx: &Tx, message: &OutboundMessage, not_before: Timestamp) -> Result<()> {
    let payload = postcard::to_stdvec(message).map_err(|e| StoreError::decode("outbox message", e))?;
    tx.execute(
        "INSERT INTO outbox (number, ws, profile, payload, not_before, awaited) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        &params![message.id.number, message.workspace, message.profile, &payload, not_before, message.transactional],
    )
    .map(drop)
}

/// At most `limit` messages that are due at `now`, without those `in_flight` says are being sent: first those that customers wait
/// for, then the others, of each kind the longest due first.
pub fn due(
    q: &impl Query,
    now: Timestamp,
    limit: usize,
    mut in_flight: impl FnMut(u64) -> bool,
) -> Result<Vec<OutboxRow>> {
    let mut rows = Vec::new();
    // Written out, so that the few that are waited for are found by their own index.
    for kind in ["awaited = 1", "awaited = 0"] {
        if rows.len() >= limit {
            break;
        }
        let sql = format!("SELECT {COLUMNS} FROM outbox WHERE not_before <= ?1 AND {kind} ORDER BY not_before, number");
        q.for_each(&sql, &params![now], |row| {
            if !in_flight(row.get(0)?) {
                rows.push(read(row)?);
            }
            Ok(if rows.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })?;
    }
    Ok(rows)
}

/// The message of that number.
pub fn get(q: &impl Query, number: u64) -> Result<Option<OutboxRow>> {
    q.query_row(&format!("SELECT {COLUMNS} FROM outbox WHERE number = ?1"), &params![number], read)
}

/// When the next message is due.
pub fn next_due(q: &impl Query) -> Result<Option<Timestamp>> {
    q.query_row("SELECT not_before FROM outbox ORDER BY not_before, number LIMIT 1", &[], |row| row.get(0))
}

/// When the first message after `now` is due; those due already are not asked for.
pub fn next_due_after(q: &impl Query, now: Timestamp) -> Result<Option<Timestamp>> {
    let sql = "SELECT not_before FROM outbox WHERE not_before > ?1 ORDER BY not_before LIMIT 1";
    q.query_row(sql, &params![now], |row| row.get(0))
}

/// Puts a message off until `until`; `count_attempt` says whether that was a failed attempt. Answers whether the
/// message was still there.
pub fn defer(tx: &Tx, number: u64, until: Timestamp, count_attempt: bool) -> Result<bool> {
    let sql = "UPDATE outbox SET not_before = ?2, attempts = attempts + ?3 WHERE number = ?1";
    Ok(tx.execute(sql, &params![number, until, count_attempt])? > 0)
}

/// Removes messages that ended. Answers how many were there.
pub fn remove(tx: &Tx, numbers: &[u64]) -> Result<usize> {
    numbers.iter().try_fold(0, |removed, number| {
        Ok(removed + tx.execute("DELETE FROM outbox WHERE number = ?1", &params![*number])?)
    })
}

/// Removes every message to a profile, as when it is erased. Answers how many there were.
pub fn remove_profile(tx: &Tx, ws: WorkspaceId, profile: ProfileId) -> Result<usize> {
    tx.execute("DELETE FROM outbox WHERE ws = ?1 AND profile = ?2", &params![ws, profile])
}

/// How many messages wait. Reads the whole index: for status pages, not for every batch.
pub fn depth(q: &impl Query) -> Result<u64> {
    Ok(q.query_row("SELECT COUNT(*) FROM outbox", &[], |row| row.get(0))?.unwrap_or(0))
}

fn read(row: &Row<'_>) -> Result<OutboxRow> {
    Ok(OutboxRow { number: row.get(0)?, message: row.get_postcard(1)?, attempts: row.get(2)?, not_before: row.get(3)? })
}

#[cfg(test)]
mod tests {
    use rapport_domain::json::Json;
    use rapport_domain::{OutboxId, Partition};

    use super::*;
    use crate::partition::test_db;

    fn message(number: u64, ws: u32, created_at: i64) -> OutboundMessage {
        OutboundMessage {
            id: OutboxId { partition: Partition(0), number },
            workspace: WorkspaceId(ws),
            profile: ProfileId(7),
            channel: "email".into(),
            template: "welcome".into(),
            origin: None,
            topic: None,
            transactional: false,
            created_at: Timestamp(created_at),
            expires_at: Timestamp(created_at + 1000),
            data: Json::from_text(r#"{"a":1}"#),
        }
    }

    #[test]
    fn messages_wait_are_put_off_and_removed() {
        let (_dir, db) = test_db();
        db.write(|tx| {
            [(1, 1, 10), (2, 1, 5), (3, 2, 20)].iter().try_for_each(|m| enqueue(tx, &message(m.0, m.1, m.2)))
        })
        .unwrap();
        assert_eq!(db.write(|tx| enqueue(tx, &message(1, 1, 10))).unwrap_err().code(), "conflict");
        let numbers = |now, limit, busy: &[u64]| -> Vec<u64> {
            db.read(|q| due(q, Timestamp(now), limit, |n| busy.contains(&n)))
                .unwrap()
                .iter()
                .map(|r| r.number)
                .collect()
        };
        assert_eq!(numbers(100, 10, &[]), [2, 1, 3]);
        assert_eq!(numbers(100, 1, &[2]), [1]);
        assert_eq!(numbers(10, 10, &[]), [2, 1]);
        assert_eq!(numbers(100, 0, &[]), Vec::<u64>::new());
        assert!(db.write(|tx| defer(tx, 2, Timestamp(50), true)).unwrap());
        assert!(!db.write(|tx| defer(tx, 99, Timestamp(50), true)).unwrap());
        assert_eq!(numbers(49, 10, &[]), [1, 3]);
        let row = db.read(|q| get(q, 2)).unwrap().unwrap();
        assert_eq!((row.attempts, row.not_before, row.message), (1, Timestamp(50), message(2, 1, 5)));
        assert_eq!(db.read(next_due).unwrap(), Some(Timestamp(10)));
        assert_eq!(db.write(|tx| remove(tx, &[1, 1, 99])).unwrap(), 1);
        assert_eq!(db.write(|tx| remove_profile(tx, WorkspaceId(1), ProfileId(7))).unwrap(), 1);
        assert_eq!(db.read(depth).unwrap(), 1, "the other workspace keeps its own");
    }

    #[test]
    fn who_is_waited_for_goes_before_a_backlog() {
        let (_dir, db) = test_db();
        let awaited = |number, at| OutboundMessage { transactional: true, ..message(number, 1, at) };
        db.write(|tx| {
            (1..=50).try_for_each(|number| enqueue(tx, &message(number, 1, number as i64)))?;
            enqueue(tx, &awaited(60, 90))?;
            enqueue(tx, &awaited(61, 80))?;
            enqueue(tx, &awaited(62, 500))
        })
        .unwrap();
        // One that was put off once is behind nobody who is not waited for.
        assert!(db.write(|tx| defer(tx, 61, Timestamp(95), true)).unwrap());
        let due = db.read(|q| due(q, Timestamp(100), 3, |_| false)).unwrap();
        assert_eq!(due.iter().map(|row| row.number).collect::<Vec<_>>(), [60, 61, 1]);
        assert_eq!(db.read(next_due).unwrap(), Some(Timestamp(1)));
        assert_eq!(db.read(|q| next_due_after(q, Timestamp(100))).unwrap(), Some(Timestamp(500)));
    }
}
