//! Sessions of members in a browser, known by the hash of their secret.

use rapport_domain::{Timestamp, WorkspaceId};

use super::members::{self, Member};
use crate::sql::{Query, Tx};
use crate::{Result, params};

/// A session that is valid now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who it belongs to; never a disabled member.
    pub member: Member,
    /// What a changing request must send beside the cookie.
    pub csrf: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Begins a session of a member of the workspace.
pub fn create(
    tx: &Tx,
    ws: WorkspaceId,
    member: u64,
    hash: &[u8],
    csrf: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO sessions (hash, member, csrf, created_at, expires_at) \
               SELECT ?3, id, ?4, ?5, ?6 FROM members WHERE ws = ?1 AND id = ?2";
    let changed = tx.execute(sql, &params![ws, member, hash, csrf, now, expires_at])?;
    super::expect_row(changed, || format!("member {member}"))
}

/// The session with that hash, unless it has ended or its member is disabled.
pub fn lookup(q: &impl Query, hash: &[u8], now: Timestamp) -> Result<Option<Session>> {
    let sql = "SELECT s.csrf, s.created_at, s.expires_at, \
               m.id, m.ws, m.email, m.name, m.role, m.password_hash, m.created_at, m.disabled \
               FROM sessions s JOIN members m ON m.id = s.member \
               WHERE s.hash = ?1 AND s.expires_at > ?2 AND m.disabled = 0";
    q.query_row(sql, &params![hash, now], |row| {
        Ok(Session {
            csrf: row.get(0)?,
            created_at: row.get(1)?,
            expires_at: row.get(2)?,
            member: members::read_from(row, 3)?,
        })
    })
}

/// Ends the session with that hash. Answers whether there was one.
pub fn delete(tx: &Tx, hash: &[u8]) -> Result<bool> {
    Ok(tx.execute("DELETE FROM sessions WHERE hash = ?1", &params![hash])? > 0)
}

/// Ends every session of a member. Answers how many.
pub fn delete_of_member(tx: &Tx, ws: WorkspaceId, member: u64) -> Result<usize> {
    let sql = "DELETE FROM sessions WHERE member IN (SELECT id FROM members WHERE ws = ?1 AND id = ?2)";
    tx.execute(sql, &params![ws, member])
}

/// Removes the sessions that ended before `now`. Answers how many.
pub fn expire(tx: &Tx, now: Timestamp) -> Result<usize> {
    tx.execute("DELETE FROM sessions WHERE expires_at <= ?1", &params![now])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::members::{NewMember, Role};
    use crate::control::test_db;

    #[test]
    fn sessions_end_by_time_by_hand_and_with_their_member() {
        let (_dir, db, a, b) = test_db();
        let add = |email, role| {
            let new = NewMember { email, name: "N", role, password_hash: "h" };
            db.write(|tx| members::create(tx, a, new, Timestamp(1))).unwrap().id
        };
        let (ann, ben) = (add("a@x.y", Role::Owner), add("b@x.y", Role::Viewer));
        let begin = |ws, member, hash: &[u8]| {
            db.write(|tx| create(tx, ws, member, hash, "csrf", Timestamp(10), Timestamp(100)))
        };
        begin(a, ann, b"1").unwrap();
        begin(a, ben, b"2").unwrap();
        begin(a, ben, b"3").unwrap();
        assert_eq!(begin(b, ann, b"4").unwrap_err().code(), "not_found", "not a member of that workspace");
        let find = |hash: &[u8], now| db.read(|q| lookup(q, hash, Timestamp(now))).unwrap();
        let session = find(b"1", 99).unwrap();
        assert_eq!((session.member.id, session.member.workspace, session.csrf.as_str()), (ann, a, "csrf"));
        assert_eq!(find(b"1", 100), None);
        assert_eq!(find(b"x", 50), None);
        db.write(|tx| members::set_disabled(tx, a, ben, true)).unwrap();
        assert_eq!(find(b"2", 50), None);
        db.write(|tx| members::set_disabled(tx, a, ben, false)).unwrap();
        assert_eq!(find(b"2", 50), None, "it does not come back");
        assert!(db.write(|tx| delete(tx, b"1")).unwrap());
        begin(a, ann, b"5").unwrap();
        assert_eq!(db.write(|tx| delete_of_member(tx, b, ann)).unwrap(), 0);
        assert_eq!(db.write(|tx| expire(tx, Timestamp(100))).unwrap(), 1);
    }
}
