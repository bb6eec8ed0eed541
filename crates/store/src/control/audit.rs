//! The audit log: every management write, with who and what. It only grows.

use rapport_domain::{Timestamp, WorkspaceId};

use crate::page::{Page, clamp, key, like};
use crate::sql::{Query, Tx};
use crate::{Result, params};

/// One entry of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// Its number, growing.
    pub id: u64,
    /// When.
    pub at: Timestamp,
    /// Who: a member's address, a token's name, `system`.
    pub actor: String,
    /// What was done: `resource.publish`, `member.create`, …
    pub action: String,
    /// To what: `segment/vip`, `member/7`, …
    pub object: String,
    /// More about it.
    pub detail: serde_json::Value,
}

/// Which entries to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuditFilter<'a> {
    /// Text to find in actor, action, object or detail.
    pub search: Option<&'a str>,
    /// Only by this actor.
    pub actor: Option<&'a str>,
    /// Only this action, or with a trailing `.` every action that begins so (`resource.`).
    pub action: Option<&'a str>,
    /// Only at or after this.
    pub from: Option<Timestamp>,
    /// Only before this.
    pub to: Option<Timestamp>,
}

/// Adds an entry; `detail` must not hold secrets. Call it in the transaction of the change itself.
pub fn append(
    tx: &Tx,
    ws: WorkspaceId,
    at: Timestamp,
    actor: &str,
    action: &str,
    object: &str,
    detail: &serde_json::Value,
) -> Result<()> {
    let sql = "INSERT INTO audit (ws, at, actor, action, object, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    tx.execute(sql, &params![ws, at, actor, action, object, &detail.to_string()]).map(drop)
}

/// Entries, newest first.
pub fn list(
    q: &impl Query,
    ws: WorkspaceId,
    filter: AuditFilter<'_>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<AuditEntry>> {
    let (before, limit) = (key::<i64>(cursor)?.unwrap_or(i64::MAX), clamp(limit));
    let sql = "SELECT id, at, actor, action, object, detail FROM audit WHERE ws = ?1 AND id < ?2 \
               AND (?3 IS NULL OR actor LIKE ?3 ESCAPE '\\' OR action LIKE ?3 ESCAPE '\\' \
                    OR object LIKE ?3 ESCAPE '\\' OR detail LIKE ?3 ESCAPE '\\') \
               AND (?4 IS NULL OR actor = ?4) \
               AND (?5 IS NULL OR action = ?5 OR (SUBSTR(?5, -1) = '.' AND SUBSTR(action, 1, LENGTH(?5)) = ?5)) \
               AND (?6 IS NULL OR at >= ?6) AND (?7 IS NULL OR at < ?7) ORDER BY id DESC LIMIT ?8";
    let pattern = like(filter.search);
    let values = params![ws, before, &pattern, filter.actor, filter.action, filter.from, filter.to, limit + 1];
    let rows = q.query(sql, &values, |row| {
        Ok(AuditEntry {
            id: row.get(0)?,
            at: row.get(1)?,
            actor: row.get(2)?,
            action: row.get(3)?,
            object: row.get(4)?,
            detail: row.get_json(5)?,
        })
    })?;
    Ok(Page::cut(rows, limit, |e| e.id))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::control::test_db;

    #[test]
    fn entries_are_found_by_workspace_and_filter() {
        let (_dir, db, a, b) = test_db();
        let add = |ws, at, actor, action, object| {
            db.write(|tx| append(tx, ws, Timestamp(at), actor, action, object, &json!({"n": at}))).unwrap();
        };
        add(a, 10, "ann", "resource.put", "segment/vip");
        add(b, 11, "ann", "resource.put", "segment/vip");
        add(a, 20, "ben", "resource.publish", "segment/vip");
        add(a, 30, "ann", "member.create", "member/7");
        let at = |filter: AuditFilter<'_>| -> Vec<i64> {
            db.read(|q| list(q, a, filter, None, 10)).unwrap().items.iter().map(|e| e.at.0).collect()
        };
        let all = AuditFilter::default();
        assert_eq!(at(all), [30, 20, 10]);
        assert_eq!(at(AuditFilter { actor: Some("ann"), ..all }), [30, 10]);
        assert_eq!(at(AuditFilter { action: Some("resource."), ..all }), [20, 10]);
        assert_eq!(at(AuditFilter { action: Some("resource"), ..all }), Vec::<i64>::new());
        assert_eq!(at(AuditFilter { search: Some("VIP"), ..all }), [20, 10]);
        assert_eq!(at(AuditFilter { from: Some(Timestamp(20)), to: Some(Timestamp(30)), ..all }), [20]);
        let first = db.read(|q| list(q, a, all, None, 2)).unwrap();
        add(a, 40, "new", "x", "y");
        let rest = db.read(|q| list(q, a, all, first.next.as_deref(), 2)).unwrap();
        assert_eq!(rest.items.iter().map(|e| e.at.0).collect::<Vec<_>>(), [10], "a new entry does not move the page");
        assert_eq!((rest.next, rest.items[0].detail.clone()), (None, json!({"n": 10})));
    }
}
