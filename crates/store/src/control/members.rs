//! Members: the people who work in a workspace.

use rapport_domain::{Pii, Timestamp, WorkspaceId};

use super::{expect_row, inserted};
use crate::page::{Page, clamp, key};
use crate::sql::{Query, Row, Tx};
use crate::{Result, StoreError, params};

/// What a member may do; each role includes the ones after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Everything, also the workspace itself.
    Owner,
    /// Members, keys, channels.
    Admin,
    /// Content and campaigns.
    Editor,
    /// Reading.
    Viewer,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 4] = [Role::Owner, Role::Admin, Role::Editor, Role::Viewer];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Admin => "admin",
            Role::Editor => "editor",
            Role::Viewer => "viewer",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == text)
    }

    /// Whether the role includes `other`.
    #[must_use]
    pub fn includes(self, other: Role) -> bool {
        self <= other
    }
}

/// One person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its id.
    pub id: u64,
    /// Where the person works.
    pub workspace: WorkspaceId,
    /// The address to sign in with, lower case, unique in the installation.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// The password's hash as the caller made it.
    pub password_hash: Pii<String>,
    /// When the member was created.
    pub created_at: Timestamp,
    /// Whether signing in is refused.
    pub disabled: bool,
}

/// A member to create.
#[derive(Clone, Copy, Debug)]
pub struct NewMember<'a> {
    /// The address; stored in lower case without surrounding space.
    pub email: &'a str,
    /// The person's name.
    pub name: &'a str,
    /// What the person may do.
    pub role: Role,
    /// The password's hash.
    pub password_hash: &'a str,
}

const COLUMNS: &str = "id, ws, email, name, role, password_hash, created_at, disabled";

/// Creates a member. [`StoreError::Conflict`] when the address is taken.
pub fn create(tx: &Tx, ws: WorkspaceId, new: NewMember<'_>, now: Timestamp) -> Result<Member> {
    let email = normal(new.email);
    if email.len() > 254 || email.split_once('@').is_none_or(|(l, d)| l.is_empty() || d.is_empty()) {
        return Err(StoreError::invalid("email", "expected an e-mail address"));
    }
    if by_email(tx, &email)?.is_some() {
        return Err(StoreError::conflict("there is a member with this e-mail address already"));
    }
    let sql = format!(
        "INSERT INTO members (ws, email, name, role, password_hash, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         RETURNING {COLUMNS}"
    );
    let values = params![ws, &email, new.name, new.role.as_str(), new.password_hash, now];
    inserted(tx.query_row(&sql, &values, read)?, "member")
}

/// The member of that id.
pub fn get(q: &impl Query, ws: WorkspaceId, id: u64) -> Result<Option<Member>> {
    q.query_row(&format!("SELECT {COLUMNS} FROM members WHERE ws = ?1 AND id = ?2"), &params![ws, id], read)
}

/// The member with that address, in whichever workspace; for signing in only.
pub fn by_email(q: &impl Query, email: &str) -> Result<Option<Member>> {
    q.query_row(&format!("SELECT {COLUMNS} FROM members WHERE email = ?1"), &params![&normal(email)], read)
}

/// The members of a workspace, oldest first.
pub fn list(q: &impl Query, ws: WorkspaceId, cursor: Option<&str>, limit: usize) -> Result<Page<Member>> {
    let (after, limit) = (key::<u64>(cursor)?.unwrap_or(0), clamp(limit));
    let sql = format!("SELECT {COLUMNS} FROM members WHERE ws = ?1 AND id > ?2 ORDER BY id LIMIT ?3");
    Ok(Page::cut(q.query(&sql, &params![ws, after, limit + 1], read)?, limit, |m| m.id))
}

/// Changes a member's name and role. [`StoreError::Conflict`] when the workspace would be left without an owner.
pub fn update(tx: &Tx, ws: WorkspaceId, id: u64, name: &str, role: Role) -> Result<()> {
    let sql = "UPDATE members SET name = ?3, role = ?4 WHERE ws = ?1 AND id = ?2";
    expect_row(tx.execute(sql, &params![ws, id, name, role.as_str()])?, || format!("member {id}"))?;
    keep_an_owner(tx, ws)
}

/// Changes the password's hash and signs the member out everywhere.
pub fn set_password(tx: &Tx, ws: WorkspaceId, id: u64, password_hash: &str) -> Result<()> {
    let sql = "UPDATE members SET password_hash = ?3 WHERE ws = ?1 AND id = ?2";
    expect_row(tx.execute(sql, &params![ws, id, password_hash])?, || format!("member {id}"))?;
    super::sessions::delete_of_member(tx, ws, id).map(drop)
}

/// Refuses or allows signing in; refusing ends the member's sessions. [`StoreError::Conflict`] when the workspace
/// would be left without an owner.
pub fn set_disabled(tx: &Tx, ws: WorkspaceId, id: u64, disabled: bool) -> Result<()> {
    let sql = "UPDATE members SET disabled = ?3 WHERE ws = ?1 AND id = ?2";
    expect_row(tx.execute(sql, &params![ws, id, disabled])?, || format!("member {id}"))?;
    if disabled {
        super::sessions::delete_of_member(tx, ws, id)?;
    }
    keep_an_owner(tx, ws)
}

fn keep_an_owner(tx: &Tx, ws: WorkspaceId) -> Result<()> {
    let sql = "SELECT 1 FROM members WHERE ws = ?1 AND role = 'owner' AND disabled = 0 LIMIT 1";
    match tx.query_row(sql, &params![ws], |_| Ok(()))? {
        Some(()) => Ok(()),
        None => Err(StoreError::conflict("a workspace keeps at least one owner who can sign in")),
    }
}

fn normal(email: &str) -> String {
    email.trim().to_lowercase()
}

pub(super) fn read(row: &Row<'_>) -> Result<Member> {
    read_from(row, 0)
}

/// Reads a member whose columns begin at `first`.
pub(super) fn read_from(row: &Row<'_>, first: usize) -> Result<Member> {
    let role = row.get_str_ref(first + 4)?;
    Ok(Member {
        id: row.get(first)?,
        workspace: row.get(first + 1)?,
        email: row.get(first + 2)?,
        name: row.get(first + 3)?,
        role: Role::parse(role).ok_or_else(|| StoreError::decode("members.role", role))?,
        password_hash: Pii(row.get(first + 5)?),
        created_at: row.get(first + 6)?,
        disabled: row.get(first + 7)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::test_db;

    fn new(email: &str, role: Role) -> NewMember<'_> {
        NewMember { email, name: "N", role, password_hash: "secret-hash" }
    }

    #[test]
    fn members_belong_to_one_workspace() {
        let (_dir, db, a, b) = test_db();
        let owner = db.write(|tx| create(tx, a, new(" Ann@Example.com ", Role::Owner), Timestamp(5))).unwrap();
        assert_eq!(owner.email, "ann@example.com");
        assert!(!format!("{owner:?}").contains("secret-hash"));
        let taken = db.write(|tx| create(tx, b, new("ANN@example.com", Role::Viewer), Timestamp(6))).unwrap_err();
        assert_eq!(taken.code(), "conflict");
        assert_eq!(db.write(|tx| create(tx, b, new("@", Role::Viewer), Timestamp(6))).unwrap_err().code(), "invalid");
        assert_eq!(db.read(|q| by_email(q, "ann@EXAMPLE.com")).unwrap(), Some(owner.clone()));
        assert_eq!(db.read(|q| get(q, b, owner.id)).unwrap(), None);
        assert_eq!(db.write(|tx| set_password(tx, b, owner.id, "x")).unwrap_err().code(), "not_found");
        assert_eq!(db.read(|q| list(q, b, None, 10)).unwrap().items, []);
        for i in 0..5 {
            db.write(|tx| create(tx, a, new(&format!("m{i}@x.y"), Role::Viewer), Timestamp(7))).unwrap();
        }
        let first = db.read(|q| list(q, a, None, 4)).unwrap();
        let rest = db.read(|q| list(q, a, first.next.as_deref(), 4)).unwrap();
        assert_eq!((first.items.len(), rest.items.len(), rest.next), (4, 2, None));
        assert_eq!(db.read(|q| list(q, a, Some("x"), 4)).unwrap_err().code(), "invalid");
    }

    #[test]
    fn the_last_owner_stays() {
        let (_dir, db, a, _) = test_db();
        let owner = db.write(|tx| create(tx, a, new("a@x.y", Role::Owner), Timestamp(5))).unwrap();
        let other = db.write(|tx| create(tx, a, new("b@x.y", Role::Editor), Timestamp(5))).unwrap();
        assert_eq!(db.write(|tx| set_disabled(tx, a, owner.id, true)).unwrap_err().code(), "conflict");
        assert_eq!(db.write(|tx| update(tx, a, owner.id, "A", Role::Admin)).unwrap_err().code(), "conflict");
        assert!(!db.read(|q| get(q, a, owner.id)).unwrap().unwrap().disabled, "the refused change was undone");
        db.write(|tx| update(tx, a, other.id, "B", Role::Owner)).unwrap();
        db.write(|tx| set_disabled(tx, a, owner.id, true)).unwrap();
        assert!(db.read(|q| get(q, a, owner.id)).unwrap().unwrap().disabled);
    }

    #[test]
    fn roles_include_the_lower_ones() {
        assert!(Role::Owner.includes(Role::Viewer) && Role::Editor.includes(Role::Editor));
        assert!(!Role::Viewer.includes(Role::Editor));
        assert!(Role::ALL.into_iter().all(|r| Role::parse(r.as_str()) == Some(r)));
    }
}
