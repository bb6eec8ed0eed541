//! Data quality: what was not accepted, and why. The newest items are kept whole; the counts stay exact for ever.

use rapport_domain::{SourceId, Timestamp, WorkspaceId};

use super::bounded;
use crate::page::{Page, clamp, key, like};
use crate::sql::{Query, Tx};
use crate::{Result, params};

/// Items kept of a workspace; older ones go, their counts stay.
pub const MAX_ITEMS: u64 = 100_000;
/// Bytes kept of an item's sample; longer samples are cut.
pub const MAX_SAMPLE_BYTES: usize = 4096;
/// Bytes kept of an item's detail; longer ones are cut.
pub const MAX_DETAIL_BYTES: usize = 1024;

/// Characters a value must have for [`forget`] to look for it.
pub const LEAST_VALUE_CHARS: usize = 4;

/// An item that was not accepted.
#[derive(Clone, Copy, Debug)]
pub struct NewRejected<'a> {
    /// Where it came from, when that is known.
    pub source: Option<SourceId>,
    /// When it arrived.
    pub at: Timestamp,
    /// The call: `track`, `batch`, `import`, …
    pub kind: &'a str,
    /// Why, as a stable code; few different ones, for they are counted.
    pub reason: &'a str,
    /// Why exactly: where, and what was expected.
    pub detail: &'a str,
    /// The item, or its beginning.
    pub sample: &'a str,
}

/// A kept item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Its number in the workspace, growing.
    pub id: u64,
    /// Where it came from.
    pub source: Option<SourceId>,
    /// When it arrived.
    pub at: Timestamp,
    /// The call.
    pub kind: String,
    /// Why, as a code.
    pub reason: String,
    /// Why exactly.
    pub detail: String,
    /// The item, or its beginning.
    pub sample: String,
}

/// How many items were rejected for a reason on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReasonCount {
    /// Days since 1970, UTC.
    pub day: i64,
    /// Why, as a code.
    pub reason: String,
    /// How many.
    pub count: u64,
}

/// Which items to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct RejectedFilter<'a> {
    /// Only from this source.
    pub source: Option<SourceId>,
    /// Only with this reason.
    pub reason: Option<&'a str>,
    /// Only this call.
    pub kind: Option<&'a str>,
    /// Text to find in detail or sample.
    pub search: Option<&'a str>,
    /// Only at or after this.
    pub from: Option<Timestamp>,
    /// Only before this.
    pub to: Option<Timestamp>,
}

/// Records rejected items: all are counted, the newest [`MAX_ITEMS`] are kept.
pub fn record(tx: &Tx, ws: WorkspaceId, items: &[NewRejected<'_>]) -> Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO rejected_last (ws, id) VALUES (?1, ?2) \
               ON CONFLICT (ws) DO UPDATE SET id = rejected_last.id + excluded.id RETURNING id";
    let last: u64 = tx.query_row(sql, &params![ws, items.len()], |row| row.get(0))?.unwrap_or(items.len() as u64);
    let first = last + 1 - items.len() as u64;
    for (item, id) in items.iter().zip(first..) {
        let detail = bounded(item.detail, MAX_DETAIL_BYTES);
        let sample = bounded(item.sample, MAX_SAMPLE_BYTES);
        tx.execute(
            "INSERT INTO rejected (ws, id, source, at, kind, reason, detail, sample) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            &params![ws, id, item.source, item.at, item.kind, item.reason, detail, sample],
        )?;
        tx.execute(
            "INSERT INTO rejected_counts (ws, day, reason, count) VALUES (?1, ?2, ?3, 1) \
             ON CONFLICT (ws, day, reason) DO UPDATE SET count = rejected_counts.count + 1",
            &params![ws, item.at.utc_day(), item.reason],
        )?;
    }
    forget_upto(tx, ws, last.saturating_sub(MAX_ITEMS))
}

/// Forgets the kept items of a workspace whose sample or detail names one of `values`, as when somebody is erased; the
/// counts stay. Values shorter than [`LEAST_VALUE_CHARS`] are left: they would match anything. Answers how many went.
pub fn forget(tx: &Tx, ws: WorkspaceId, values: &[String]) -> Result<usize> {
    let sql = "DELETE FROM rejected WHERE ws = ?1 AND (detail LIKE ?2 ESCAPE '\\' OR sample LIKE ?2 ESCAPE '\\')";
    let named = values.iter().filter(|value| value.chars().count() >= LEAST_VALUE_CHARS);
    named.map(|value| tx.execute(sql, &params![ws, &like(Some(value))])).sum()
}

fn forget_upto(tx: &Tx, ws: WorkspaceId, id: u64) -> Result<()> {
    if id == 0 {
        return Ok(());
    }
    tx.execute("DELETE FROM rejected WHERE ws = ?1 AND id <= ?2", &params![ws, id]).map(drop)
}

/// Kept items, newest first.
pub fn list(
    q: &impl Query,
    ws: WorkspaceId,
    filter: RejectedFilter<'_>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Rejected>> {
    let (before, limit) = (key::<i64>(cursor)?.unwrap_or(i64::MAX), clamp(limit));
    let sql = "SELECT id, source, at, kind, reason, detail, sample FROM rejected WHERE ws = ?1 AND id < ?2 \
               AND (?3 IS NULL OR source = ?3) AND (?4 IS NULL OR reason = ?4) AND (?5 IS NULL OR kind = ?5) \
               AND (?6 IS NULL OR detail LIKE ?6 ESCAPE '\\' OR sample LIKE ?6 ESCAPE '\\') \
               AND (?7 IS NULL OR at >= ?7) AND (?8 IS NULL OR at < ?8) ORDER BY id DESC LIMIT ?9";
    let pattern = like(filter.search);
    let (source, reason, kind) = (filter.source, filter.reason, filter.kind);
    let values = params![ws, before, source, reason, kind, &pattern, filter.from, filter.to, limit + 1];
    let rows = q.query(sql, &values, |row| {
        Ok(Rejected {
            id: row.get(0)?,
            source: row.get(1)?,
            at: row.get(2)?,
            kind: row.get(3)?,
            reason: row.get(4)?,
            detail: row.get(5)?,
            sample: row.get(6)?,
        })
    })?;
    Ok(Page::cut(rows, limit, |r| r.id))
}

/// Exact counts by day and reason, for the days from `from_day` to `to_day`, both included.
pub fn counts(q: &impl Query, ws: WorkspaceId, from_day: i64, to_day: i64) -> Result<Vec<ReasonCount>> {
    let sql = "SELECT day, reason, count FROM rejected_counts WHERE ws = ?1 AND day >= ?2 AND day <= ?3 \
               ORDER BY day, reason";
    q.query(sql, &params![ws, from_day, to_day], |row| {
        Ok(ReasonCount { day: row.get(0)?, reason: row.get(1)?, count: row.get(2)? })
    })
}

/// The exact count of everything a workspace ever had rejected.
pub fn total(q: &impl Query, ws: WorkspaceId) -> Result<u64> {
    let sql = "SELECT COALESCE(SUM(count), 0) FROM rejected_counts WHERE ws = ?1";
    Ok(q.query_row(sql, &params![ws], |row| row.get(0))?.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::test_db;

    fn item<'a>(at: i64, reason: &'a str, sample: &'a str) -> NewRejected<'a> {
        NewRejected {
            source: Some(SourceId(3)),
            at: Timestamp(at),
            kind: "track",
            reason,
            detail: "at $.event",
            sample,
        }
    }

    #[test]
    fn counts_stay_exact_while_items_are_bounded() {
        let (_dir, db, a, b) = test_db();
        let day = rapport_domain::time::DAY_MS;
        let many = vec![item(5, "too_large", "x"); MAX_ITEMS as usize];
        db.write(|tx| record(tx, a, &many)).unwrap();
        db.write(|tx| record(tx, a, &[item(day, "too_large", "y"), item(day, "no_name", "z")])).unwrap();
        db.write(|tx| record(tx, b, &[item(5, "no_name", "other")])).unwrap();
        let kept = db.read(|q| q.query_row("SELECT COUNT(*) FROM rejected WHERE ws = ?1", &params![a], |r| r.get(0)));
        assert_eq!(kept.unwrap(), Some(MAX_ITEMS));
        assert_eq!(db.read(|q| total(q, a)).unwrap(), MAX_ITEMS + 2);
        let count = |day, reason: &str, count| ReasonCount { day, reason: reason.into(), count };
        let expected = [count(0, "too_large", MAX_ITEMS), count(1, "no_name", 1), count(1, "too_large", 1)];
        assert_eq!(db.read(|q| counts(q, a, 0, 1)).unwrap(), expected);
        assert_eq!(db.read(|q| counts(q, a, 1, 1)).unwrap(), expected[1..]);
        assert_eq!(db.read(|q| total(q, b)).unwrap(), 1);
    }

    #[test]
    fn items_are_filtered_paged_and_cut() {
        let (_dir, db, a, b) = test_db();
        let long = "ü".repeat(MAX_SAMPLE_BYTES);
        let mut other = item(30, "no_name", "three");
        (other.source, other.kind) = (None, "batch");
        db.write(|tx| record(tx, a, &[item(10, "too_large", &long), item(20, "no_name", "two"), other])).unwrap();
        let at = |filter: RejectedFilter<'_>| -> Vec<i64> {
            db.read(|q| list(q, a, filter, None, 10)).unwrap().items.iter().map(|r| r.at.0).collect()
        };
        let all = RejectedFilter::default();
        assert_eq!(at(all), [30, 20, 10]);
        assert_eq!(at(RejectedFilter { reason: Some("no_name"), ..all }), [30, 20]);
        assert_eq!(at(RejectedFilter { source: Some(SourceId(3)), ..all }), [20, 10]);
        assert_eq!(at(RejectedFilter { kind: Some("batch"), ..all }), [30]);
        assert_eq!(at(RejectedFilter { search: Some("tw"), ..all }), [20]);
        assert_eq!(at(RejectedFilter { from: Some(Timestamp(20)), to: Some(Timestamp(30)), ..all }), [20]);
        let first = db.read(|q| list(q, a, all, None, 2)).unwrap();
        db.write(|tx| record(tx, a, &[item(40, "late", "four")])).unwrap();
        let rest = db.read(|q| list(q, a, all, first.next.as_deref(), 2)).unwrap();
        assert_eq!((rest.items[0].at, rest.items[0].sample.len(), rest.next), (Timestamp(10), MAX_SAMPLE_BYTES, None));
        assert!(db.read(|q| list(q, b, all, None, 10)).unwrap().items.is_empty());
        let before = db.read(|q| total(q, a)).unwrap();
        let gone = db.write(|tx| forget(tx, a, &["three".to_owned(), "two".to_owned(), "%".to_owned()])).unwrap();
        assert_eq!((gone, at(all)), (1, vec![40, 20, 10]), "\"two\" is too short to look for");
        assert_eq!(db.read(|q| total(q, a)).unwrap(), before);
    }
}
