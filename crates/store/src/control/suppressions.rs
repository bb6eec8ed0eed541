//! Suppressions: addresses nothing is sent to. They are known by a hash, so that erasing a person removes the address
//! and still keeps the promise not to write to it.

use rapport_domain::{Timestamp, WorkspaceId, hash};

use super::expect_row;
use crate::page::{Page, clamp, key, like};
use crate::sql::{Query, Tx};
use crate::{Result, params};

/// One suppressed address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// Its number, growing.
    pub id: u64,
    /// `email`, …
    pub channel: String,
    /// The address; `None` once it was erased.
    pub address: Option<String>,
    /// Why: `hard_bounce`, `complaint`, `manual`, …
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
    /// Who put it there: a member, a channel's feedback, an import.
    pub source: String,
}

/// Case and surrounding space do not make another address; in the address of a program only scheme and host have no case
/// (RFC 3986 section 6.2.2.1).
fn normal(address: &str) -> String {
    let address = address.trim();
    let path = address.find("://").map_or(0, |at| {
        let host = at + 3;
        address[host..].find(['/', '?', '#']).map_or(address.len(), |end| host + end)
    });
    let (host, path) = address.split_at(if path == 0 { address.len() } else { path });
    format!("{}{path}", host.to_lowercase())
}

fn address_hash(ws: WorkspaceId, normal: &str) -> [u8; 16] {
    hash::hash128(u64::from(ws.0), normal.as_bytes()).to_be_bytes()
}

/// Suppresses an address. Answers `false`, and keeps the first reason, when it was suppressed already.
pub fn add(
    tx: &Tx,
    ws: WorkspaceId,
    channel: &str,
    address: &str,
    reason: &str,
    at: Timestamp,
    source: &str,
) -> Result<bool> {
    let address = normal(address);
    let sql = "INSERT INTO suppressions (ws, channel, address_hash, address, reason, at, source) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (ws, channel, address_hash) DO NOTHING";
    let hash = address_hash(ws, &address);
    Ok(tx.execute(sql, &params![ws, channel, &hash, &address, reason, at, source])? > 0)
}

/// Lifts the suppression of an address.
pub fn remove(tx: &Tx, ws: WorkspaceId, channel: &str, address: &str) -> Result<()> {
    let sql = "DELETE FROM suppressions WHERE ws = ?1 AND channel = ?2 AND address_hash = ?3";
    let changed = tx.execute(sql, &params![ws, channel, &address_hash(ws, &normal(address))])?;
    expect_row(changed, || "such suppression".to_owned())
}

/// Lifts the suppression of an address when it has this reason. Answers whether it had.
pub fn lift(tx: &Tx, ws: WorkspaceId, channel: &str, address: &str, reason: &str) -> Result<bool> {
    let sql = "DELETE FROM suppressions WHERE ws = ?1 AND channel = ?2 AND address_hash = ?3 AND reason = ?4";
    Ok(tx.execute(sql, &params![ws, channel, &address_hash(ws, &normal(address)), reason])? > 0)
}

/// The suppression of an address on a channel.
pub fn get(q: &impl Query, ws: WorkspaceId, channel: &str, address: &str) -> Result<Option<Suppression>> {
    let sql = "SELECT id, channel, address, reason, at, source FROM suppressions \
               WHERE ws = ?1 AND channel = ?2 AND address_hash = ?3";
    q.query_row(sql, &params![ws, channel, &address_hash(ws, &normal(address))], read)
}

/// Erases an address from every channel's list and keeps it suppressed. Answers how many entries held it.
pub fn forget_address(tx: &Tx, ws: WorkspaceId, address: &str) -> Result<usize> {
    let sql = "UPDATE suppressions SET address = NULL WHERE ws = ?1 AND address_hash = ?2 AND address IS NOT NULL";
    tx.execute(sql, &params![ws, &address_hash(ws, &normal(address))])
}

/// Suppressions, newest first; `search` finds text in the address or reason.
pub fn list(
    q: &impl Query,
    ws: WorkspaceId,
    channel: Option<&str>,
    search: Option<&str>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Suppression>> {
    let (before, limit) = (key::<i64>(cursor)?.unwrap_or(i64::MAX), clamp(limit));
    let sql = "SELECT id, channel, address, reason, at, source FROM suppressions WHERE ws = ?1 AND id < ?2 \
               AND (?3 IS NULL OR channel = ?3) \
               AND (?4 IS NULL OR address LIKE ?4 ESCAPE '\\' OR reason LIKE ?4 ESCAPE '\\') ORDER BY id DESC LIMIT ?5";
    let rows = q.query(sql, &params![ws, before, channel, &like(search), limit + 1], read)?;
    Ok(Page::cut(rows, limit, |s| s.id))
}

fn read(row: &crate::Row<'_>) -> Result<Suppression> {
    Ok(Suppression {
        id: row.get(0)?,
        channel: row.get(1)?,
        address: row.get(2)?,
        reason: row.get(3)?,
        at: row.get(4)?,
        source: row.get(5)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::test_db;

    #[test]
    fn only_the_host_of_a_link_has_no_case() {
        for (address, expected) in [
            (" Ann@X.Y ", "ann@x.y"),
            ("HTTPS://Hooks.Shop.Example/In/AbC?K=V", "https://hooks.shop.example/In/AbC?K=V"),
            ("https://Shop.Example?Key=V", "https://shop.example?Key=V"),
            ("https://Shop.Example", "https://shop.example"),
        ] {
            assert_eq!(normal(address), expected);
        }
    }

    #[test]
    fn an_address_stays_suppressed_even_when_erased() {
        let (_dir, db, a, b) = test_db();
        let put = |address: &str, reason: &str| {
            db.write(|tx| add(tx, a, "email", address, reason, Timestamp(5), "bounces")).unwrap()
        };
        assert!(put(" Ann@X.y", "hard_bounce"));
        assert!(!put("ann@x.y", "complaint"));
        assert!(put("ben@x.y", "manual") && put("cem@x.y", "manual"));
        let is = |ws, channel: &str, address: &str| db.read(|q| get(q, ws, channel, address)).unwrap().is_some();
        assert!(is(a, "email", "ANN@x.y"));
        assert!(!is(a, "sms", "ann@x.y") && !is(b, "email", "ann@x.y") && !is(a, "email", "dan@x.y"));
        assert_eq!(db.read(|q| get(q, a, "email", "ann@x.y")).unwrap().unwrap().reason, "hard_bounce");
        assert_eq!(db.write(|tx| forget_address(tx, b, "ann@x.y")).unwrap(), 0);
        assert_eq!(db.write(|tx| forget_address(tx, a, "ann@x.y")).unwrap(), 1);
        assert!(is(a, "email", "ann@x.y"));
        assert_eq!(db.read(|q| get(q, a, "email", "ann@x.y")).unwrap().unwrap().address, None);
        let page = db.read(|q| list(q, a, Some("email"), None, None, 2)).unwrap();
        let rest = db.read(|q| list(q, a, None, None, page.next.as_deref(), 2)).unwrap();
        assert_eq!((page.items[0].address.as_deref(), rest.items.len(), rest.next), (Some("cem@x.y"), 1, None));
        assert_eq!(db.read(|q| list(q, a, None, Some("BEN"), None, 9)).unwrap().items.len(), 1);
        assert!(db.read(|q| list(q, b, None, None, None, 9)).unwrap().items.is_empty());
        assert_eq!(db.write(|tx| remove(tx, b, "email", "ann@x.y")).unwrap_err().code(), "not_found");
        assert!(!db.write(|tx| lift(tx, a, "email", "ann@x.y", "unsubscribed")).unwrap(), "its reason is another");
        assert!(db.write(|tx| lift(tx, a, "email", "BEN@x.y", "manual")).unwrap() && !is(a, "email", "ben@x.y"));
        db.write(|tx| remove(tx, a, "email", "ann@x.y")).unwrap();
        assert!(!is(a, "email", "ann@x.y"));
    }
}
