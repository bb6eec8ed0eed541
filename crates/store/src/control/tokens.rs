//! API tokens, known by the SHA-256 of their secret.

use rapport_domain::{Timestamp, WorkspaceId};

use super::{expect_row, inserted};
use crate::page::{Page, clamp, key};
use crate::sql::{Query, Row, Tx};
use crate::{Result, params};

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: u64,
    /// Whose.
    pub workspace: WorkspaceId,
    /// What it is for.
    pub name: String,
    /// The beginning of the secret, shown to recognise it.
    pub prefix: String,
    /// What it may do, separated by spaces.
    pub scopes: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// A token to create.
#[derive(Clone, Copy, Debug)]
pub struct NewToken<'a> {
    /// What it is for.
    pub name: &'a str,
    /// SHA-256 of the secret.
    pub hash: &'a [u8],
    /// The beginning of the secret.
    pub prefix: &'a str,
    /// What it may do, separated by spaces.
    pub scopes: &'a str,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, ws, name, prefix, scopes, created_at, last_used_at, expires_at, revoked_at";
/// A token's last use is written at most this often, so that reading through the API does not write each time.
const TOUCH_EVERY_MS: i64 = 60_000;

/// Creates a token.
pub fn create(tx: &Tx, ws: WorkspaceId, new: NewToken<'_>, now: Timestamp) -> Result<Token> {
    let sql = format!(
        "INSERT INTO tokens (ws, name, hash, prefix, scopes, created_at, expires_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING {COLUMNS}"
    );
    let values = params![ws, new.name, new.hash, new.prefix, new.scopes, now, new.expires_at];
    inserted(tx.query_row(&sql, &values, read)?, "token")
}

/// The token with that hash, unless it has expired or was revoked. It names its workspace.
pub fn lookup(q: &impl Query, hash: &[u8], now: Timestamp) -> Result<Option<Token>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM tokens WHERE hash = ?1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?2)"
    );
    q.query_row(&sql, &params![hash, now], read)
}

/// Whether the token's last use is old enough to be written again with [`touch`].
#[must_use]
pub fn needs_touch(token: &Token, now: Timestamp) -> bool {
    token.last_used_at.is_none_or(|last| now.since_ms(last) >= TOUCH_EVERY_MS)
}

/// Notes that a token was used.
pub fn touch(tx: &Tx, ws: WorkspaceId, id: u64, now: Timestamp) -> Result<()> {
    tx.execute("UPDATE tokens SET last_used_at = ?3 WHERE ws = ?1 AND id = ?2", &params![ws, id, now]).map(drop)
}

/// The tokens of a workspace, newest first, revoked ones too.
pub fn list(q: &impl Query, ws: WorkspaceId, cursor: Option<&str>, limit: usize) -> Result<Page<Token>> {
    let (before, limit) = (key::<i64>(cursor)?.unwrap_or(i64::MAX), clamp(limit));
    let sql = format!("SELECT {COLUMNS} FROM tokens WHERE ws = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3");
    Ok(Page::cut(q.query(&sql, &params![ws, before, limit + 1], read)?, limit, |t| t.id))
}

/// Revokes a token for good; once revoked it stays so.
pub fn revoke(tx: &Tx, ws: WorkspaceId, id: u64, now: Timestamp) -> Result<()> {
    let sql = "UPDATE tokens SET revoked_at = COALESCE(revoked_at, ?3) WHERE ws = ?1 AND id = ?2";
    expect_row(tx.execute(sql, &params![ws, id, now])?, || format!("token {id}"))
}

fn read(row: &Row<'_>) -> Result<Token> {
    Ok(Token {
        id: row.get(0)?,
        workspace: row.get(1)?,
        name: row.get(2)?,
        prefix: row.get(3)?,
        scopes: row.get(4)?,
        created_at: row.get(5)?,
        last_used_at: row.get(6)?,
        expires_at: row.get(7)?,
        revoked_at: row.get(8)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::test_db;

    #[test]
    fn tokens_expire_are_revoked_and_stay_in_their_workspace() {
        let (_dir, db, a, b) = test_db();
        let add = |hash: &[u8], expires_at: Option<i64>| {
            let expires_at = expires_at.map(Timestamp);
            let new = NewToken { name: "ci", hash, prefix: "rk_1", scopes: "read write", expires_at };
            db.write(|tx| create(tx, a, new, Timestamp(5)))
        };
        let token = add(b"h1", None).unwrap();
        let short = add(b"h2", Some(50)).unwrap();
        assert_eq!(add(b"h1", None).unwrap_err().code(), "conflict");
        let find = |hash: &[u8], now| db.read(|q| lookup(q, hash, Timestamp(now))).unwrap();
        assert_eq!(find(b"h1", 1_000), Some(token.clone()));
        assert_eq!((find(b"h2", 49), find(b"h2", 50), find(b"h3", 1)), (Some(short.clone()), None, None));
        assert!(needs_touch(&token, Timestamp(5)));
        db.write(|tx| touch(tx, a, token.id, Timestamp(100))).unwrap();
        let touched = find(b"h1", 101).unwrap();
        assert!(!needs_touch(&touched, Timestamp(60_099)) && needs_touch(&touched, Timestamp(60_100)));
        assert_eq!(db.write(|tx| revoke(tx, b, token.id, Timestamp(9))).unwrap_err().code(), "not_found");
        db.write(|tx| revoke(tx, a, token.id, Timestamp(9))).unwrap();
        db.write(|tx| revoke(tx, a, token.id, Timestamp(10))).unwrap();
        assert_eq!(find(b"h1", 101), None);
        let listed = db.read(|q| list(q, a, None, 1)).unwrap();
        assert_eq!(listed.items[0].id, short.id);
        let rest = db.read(|q| list(q, a, listed.next.as_deref(), 1)).unwrap();
        assert_eq!((rest.items[0].revoked_at, rest.next), (Some(Timestamp(9)), None));
        assert!(db.read(|q| list(q, b, None, 10)).unwrap().items.is_empty());
    }
}
