//! The SQL of accounts and their members. Tables are created by [`crate::repo::MIGRATIONS`].

pub mod copies;

use rapport_domain::ids::{Partition, ProfileId, WorkspaceId};
use rapport_domain::json::Json;
use rapport_domain::time::Timestamp;
use rapport_store::{Query, Row, Tx, params};

use crate::ProfilesError;
use crate::core::account::Account;
use crate::core::traits::Stated;
use crate::search::MAX_PAGE;
use crate::view;

type Result<T> = std::result::Result<T, ProfilesError>;

/// An account with the number of its members.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountRow {
    /// The account.
    pub account: Account,
    /// How many profiles belong to it.
    pub members: u64,
}

/// What a letter says of an account.
#[derive(Clone, Copy, Debug)]
pub struct Statement<'a> {
    /// The account.
    pub group_id: &'a str,
    /// Traits stated of it.
    pub traits: &'a Json,
    /// When.
    pub at: Timestamp,
    /// Who belongs to it.
    pub member: Option<ProfileId>,
    /// Who does not any more.
    pub leaver: Option<ProfileId>,
}

/// What a letter changed of an account.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delivered {
    /// What it stated.
    pub stated: Stated,
    /// The partitions whose copy of the account is out of date.
    pub tell: Vec<Partition>,
}

/// Takes a letter at the account's home. One that only takes a member away creates no account.
pub fn deliver(tx: &Tx, ws: WorkspaceId, said: Statement<'_>) -> Result<Delivered> {
    let found = get(tx, ws, said.group_id)?;
    if found.is_none() && said.member.is_none() && said.traits.is_empty() {
        return Ok(Delivered::default());
    }
    let members = found.as_ref().map_or(0, |row| row.members);
    let mut row = found.unwrap_or_else(|| AccountRow { account: Account::new(said.group_id, said.at), members: 0 });
    let stated = row.account.state(said.traits, said.at);
    if let Some(leaver) = said.leaver {
        let sql = "DELETE FROM account_members WHERE ws = ?1 AND group_id = ?2 AND profile = ?3";
        let gone = tx.execute(sql, &params![ws, said.group_id, leaver])? as u64;
        row.members = row.members.saturating_sub(gone);
    }
    if let Some(member) = said.member {
        let sql =
            "INSERT INTO account_members (ws, group_id, profile, at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
        row.members += tx.execute(sql, &params![ws, said.group_id, member, said.at])? as u64;
    }
    let sql = "INSERT INTO account_partitions (ws, group_id, partition) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    let new = match said.member.map(|member| member.home()) {
        Some(home) => (tx.execute(sql, &params![ws, said.group_id, i64::from(home.0)])? > 0).then_some(home),
        None => None,
    };
    let is_other = !stated.changes.is_empty() || row.members != members;
    row.account.version += u64::from(is_other);
    let tell = if is_other { partitions(tx, ws, said.group_id)? } else { new.into_iter().collect() };
    let doc = serde_json::to_string(&row.account);
    let doc = doc.map_err(|e| ProfilesError::Encode { what: "an account", detail: e.to_string() })?;
    tx.execute(
        "INSERT INTO accounts (ws, group_id, doc, text, members) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (ws, group_id) DO UPDATE SET doc = excluded.doc, text = excluded.text, members = excluded.members",
        &params![ws, said.group_id, &doc, &view::account_search_text(&row.account), row.members],
    )?;
    Ok(Delivered { stated, tell })
}

/// The partitions where members of the account live, or lived.
fn partitions(q: &impl Query, ws: WorkspaceId, group_id: &str) -> Result<Vec<Partition>> {
    let sql = "SELECT partition FROM account_partitions WHERE ws = ?1 AND group_id = ?2 ORDER BY partition";
    let rows: Vec<u64> = q.query(sql, &params![ws, group_id], |row| row.get(0))?;
    Ok(rows.into_iter().filter_map(|p| u16::try_from(p).ok().map(Partition)).collect())
}

/// The account, if it is known here.
pub fn get(q: &impl Query, ws: WorkspaceId, group_id: &str) -> Result<Option<AccountRow>> {
    let sql = "SELECT doc, members FROM accounts WHERE ws = ?1 AND group_id = ?2";
    Ok(q.query_row(sql, &params![ws, group_id], account)?)
}

/// A page of accounts in order of id, beginning after the id `after`, whose id or text traits contain `text`.
pub fn list(
    q: &impl Query,
    ws: WorkspaceId,
    text: Option<&str>,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<AccountRow>> {
    let sql = "SELECT doc, members FROM accounts WHERE ws = ?1 AND group_id > ?2 AND instr(text, ?3) > 0 \
               ORDER BY group_id LIMIT ?4";
    // Every text contains the empty one.
    let text = text.unwrap_or_default().to_lowercase();
    Ok(q.query(sql, &params![ws, after.unwrap_or_default(), &text, limit.clamp(1, MAX_PAGE)], account)?)
}

/// A page of an account's members with when they joined, in order of profile id, beginning after `after`.
pub fn members(
    q: &impl Query,
    ws: WorkspaceId,
    group_id: &str,
    after: Option<ProfileId>,
    limit: u32,
) -> Result<Vec<(ProfileId, Timestamp)>> {
    let sql = "SELECT profile, at FROM account_members WHERE ws = ?1 AND group_id = ?2 AND profile > ?3 \
               ORDER BY profile LIMIT ?4";
    let start = after.map_or(i64::MIN, |id| id.0 as i64);
    let params = params![ws, group_id, start, limit.clamp(1, MAX_PAGE)];
    Ok(q.query(sql, &params, |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// How many accounts the workspace has in this partition.
pub fn count(q: &impl Query, ws: WorkspaceId) -> Result<u64> {
    Ok(q.query_row("SELECT COUNT(*) FROM accounts WHERE ws = ?1", &params![ws], |row| row.get(0))?.unwrap_or(0))
}

fn account(row: &Row<'_>) -> rapport_store::Result<AccountRow> {
    Ok(AccountRow { account: row.get_json(0)?, members: row.get(1)? })
}
