//! Copies of accounts in the partitions where members live, who belongs to them here, and whose rules are still to be asked
//! again after an account changed. Tables are created by [`crate::repo::MIGRATIONS`].

use std::collections::HashMap;
use std::sync::Arc;

use rapport_domain::ids::{ProfileId, WorkspaceId};
use rapport_domain::profile::AccountFacts;
use rapport_store::{Query, Row, StoreError, Tx, params};
use serde_json::{Map, Value};

/// An account as a letter from its home tells it.
#[derive(Clone, Copy, Debug)]
pub struct Copy<'a> {
    /// The account.
    pub group_id: &'a str,
    /// Its traits.
    pub traits: &'a Map<String, Value>,
    /// How many profiles belong to it.
    pub members: u64,
    /// Later versions replace earlier ones.
    pub version: u64,
}

/// What is another after a copy was replaced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// Names of traits.
    pub traits: Vec<String>,
    /// The number of members.
    pub members: bool,
}

/// Replaces the copy unless it is newer.
pub fn put(tx: &Tx, ws: WorkspaceId, copy: Copy<'_>) -> Result<Differences, StoreError> {
    let sql = "SELECT version, members, traits FROM account_copies WHERE ws = ?1 AND group_id = ?2";
    let before: Option<(u64, u64, Map<String, Value>)> =
        tx.query_row(sql, &params![ws, copy.group_id], |row| Ok((row.get(0)?, row.get(1)?, row.get_json(2)?)))?;
    if before.as_ref().is_some_and(|(version, ..)| *version >= copy.version) {
        return Ok(Differences::default());
    }
    let text = Value::Object(copy.traits.clone()).to_string();
    tx.execute(
        "INSERT INTO account_copies (ws, group_id, version, members, traits) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (ws, group_id) DO UPDATE SET version = excluded.version, members = excluded.members,
           traits = excluded.traits",
        &params![ws, copy.group_id, copy.version, copy.members, &text],
    )?;
    let (members, traits) = before.map(|(_, members, traits)| (Some(members), traits)).unwrap_or_default();
    let is_other = |name: &&String| traits.get(*name) != copy.traits.get(*name);
    let mut names: Vec<String> = traits.keys().chain(copy.traits.keys()).filter(is_other).cloned().collect();
    if members.is_none() {
        // That it has an id is news too.
        names.push("id".to_owned());
    }
    names.sort_unstable();
    names.dedup();
    Ok(Differences { traits: names, members: members != Some(copy.members) })
}

/// The account as this partition knows it.
pub fn facts(q: &impl Query, ws: WorkspaceId, group_id: &str) -> Result<Option<AccountFacts>, StoreError> {
    let sql = "SELECT group_id, traits, members FROM account_copies WHERE ws = ?1 AND group_id = ?2";
    q.query_row(sql, &params![ws, group_id], of_row)
}

/// Every account this partition knows, by id.
pub fn all(q: &impl Query, ws: WorkspaceId) -> Result<HashMap<String, Arc<AccountFacts>>, StoreError> {
    let sql = "SELECT group_id, traits, members FROM account_copies WHERE ws = ?1";
    let rows = q.query(sql, &params![ws], of_row)?;
    Ok(rows.into_iter().map(|facts| (facts.group_id.clone(), Arc::new(facts))).collect())
}

fn of_row(row: &Row<'_>) -> rapport_store::Result<AccountFacts> {
    let group_id: String = row.get(0)?;
    Ok(AccountFacts::new(&group_id, row.get_json(1)?, row.get(2)?))
}

/// Which account a profile of this partition is listed under.
pub fn of_profile(q: &impl Query, ws: WorkspaceId, profile: ProfileId) -> Result<Option<String>, StoreError> {
    let sql = "SELECT group_id FROM account_of WHERE ws = ?1 AND profile = ?2";
    q.query_row(sql, &params![ws, profile], |row| row.get(0))
}

/// Lists a profile of this partition under its account, or under none.
pub fn belongs_to(tx: &Tx, ws: WorkspaceId, profile: ProfileId, group_id: Option<&str>) -> Result<(), StoreError> {
    match group_id {
        Some(group_id) => tx.execute(
            "INSERT INTO account_of (ws, profile, group_id) VALUES (?1, ?2, ?3)
             ON CONFLICT (ws, profile) DO UPDATE SET group_id = excluded.group_id",
            &params![ws, profile, group_id],
        )?,
        None => tx.execute("DELETE FROM account_of WHERE ws = ?1 AND profile = ?2", &params![ws, profile])?,
    };
    Ok(())
}

/// Profiles of this partition under an account with an id above `after`, in order, at most `limit`.
pub fn members_here(
    q: &impl Query,
    ws: WorkspaceId,
    group_id: &str,
    after: Option<ProfileId>,
    limit: usize,
) -> Result<Vec<ProfileId>, StoreError> {
    let sql =
        "SELECT profile FROM account_of WHERE ws = ?1 AND group_id = ?2 AND profile > ?3 ORDER BY profile LIMIT ?4";
    let start = after.map_or(i64::MIN, |id| id.0 as i64);
    q.query(sql, &params![ws, group_id, start, limit as u64], |row| row.get(0))
}

/// An account that changed: the rules of its members here are asked again, one portion after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    id: i64,
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// The account.
    pub group_id: String,
    /// The last member that was asked.
    pub after: Option<ProfileId>,
    /// It changed again meanwhile.
    again: bool,
    /// What changes by it is no news.
    pub historical: bool,
}

/// Notes that an account changed. A pass under way goes on to its end and is followed by another: however often the account
/// changes, everybody has a turn.
pub fn mark_due(tx: &Tx, ws: WorkspaceId, group_id: &str, historical: bool) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO account_due (ws, group_id, upto, again, historical) VALUES (?1, ?2, NULL, 0, ?3)
         ON CONFLICT (ws, group_id) DO UPDATE SET again = (account_due.upto IS NOT NULL),
           historical = MIN(account_due.historical, excluded.historical)",
        &params![ws, group_id, historical],
    )?;
    Ok(())
}

/// The account whose turn it is.
pub fn first_due(q: &impl Query) -> Result<Option<Due>, StoreError> {
    let sql = "SELECT id, ws, group_id, upto, again, historical FROM account_due ORDER BY id LIMIT 1";
    q.query_row(sql, &[], |row| {
        let after: Option<i64> = row.get(3)?;
        Ok(Due {
            id: row.get(0)?,
            workspace: row.get(1)?,
            group_id: row.get(2)?,
            after: after.map(|id| ProfileId(id as u64)),
            again: row.get(4)?,
            historical: row.get(5)?,
        })
    })
}

/// Notes how far a pass is: up to a member, or through. The next account has its turn when it is through.
pub fn advance(tx: &Tx, due: &Due, upto: Option<ProfileId>) -> Result<(), StoreError> {
    if let Some(upto) = upto {
        tx.execute("UPDATE account_due SET upto = ?2 WHERE id = ?1", &params![due.id, upto])?;
        return Ok(());
    }
    tx.execute("DELETE FROM account_due WHERE id = ?1", &params![due.id])?;
    if due.again {
        mark_due(tx, due.workspace, &due.group_id, due.historical)?;
    }
    Ok(())
}
