//! Accounts: who belongs to them.

use std::collections::HashMap;
use std::sync::Arc;

use rapport_domain::profile::AccountFacts;
use rapport_domain::{Profile, ProfileId, Timestamp, WorkspaceId};
use rapport_profiles::accounts::copies;
use rapport_profiles::accounts::repo::{self, AccountRow};
use rapport_profiles::core::account;
use rapport_segments::RuleSet;
use rapport_store::Query;

use super::profiles::Page;
use crate::error::EngineError;
use crate::shared::Shared;

/// Copies of a partition's accounts, for rules that ask about them; none for others.
pub(crate) fn for_rules(
    q: &impl Query,
    ws: WorkspaceId,
    rules: &RuleSet,
) -> Result<HashMap<String, Arc<AccountFacts>>, EngineError> {
    Ok(if rules.asks_accounts() { copies::all(q, ws)? } else { HashMap::new() })
}

/// Tells a profile its account as its partition knows it.
pub fn attach(shared: &Shared, profile: &mut Profile) -> Result<(), EngineError> {
    let Some(id) = profile.account_id() else { return Ok(()) };
    let db = shared.stores.partition(profile.id.home())?;
    profile.account = db.read(|q| copies::facts(q, profile.workspace, id))?.map(Arc::new);
    Ok(())
}

/// A page of accounts by id, beginning after `after`, whose id or text traits contain `text`.
pub fn list(
    shared: &Shared,
    ws: WorkspaceId,
    text: Option<&str>,
    after: Option<&str>,
    limit: u32,
) -> Result<Page<AccountRow>, EngineError> {
    let mut rows: Vec<AccountRow> = Vec::new();
    for (_, db) in shared.stores.partitions() {
        rows.extend(db.read(|q| repo::list(q, ws, text, after, limit + 1))?);
    }
    rows.sort_by(|a, b| a.account.group_id.cmp(&b.account.group_id));
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = if more { rows.last().map(|r| r.account.group_id.clone()) } else { None };
    Ok(Page { items: rows, next })
}

/// Everybody who belongs to an account, with when they joined, by id.
pub fn all_members(
    shared: &Shared,
    ws: WorkspaceId,
    group_id: &str,
) -> Result<Vec<(ProfileId, Timestamp)>, EngineError> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = members(shared, ws, group_id, after, rapport_profiles::search::MAX_PAGE)?;
        let Some((last, _)) = page.last() else { return Ok(all) };
        after = Some(*last);
        all.extend(page);
    }
}

/// A page of an account's members with when they joined, by id, beginning after `after`.
pub fn members(
    shared: &Shared,
    ws: WorkspaceId,
    group_id: &str,
    after: Option<ProfileId>,
    limit: u32,
) -> Result<Vec<(ProfileId, Timestamp)>, EngineError> {
    let db = shared.stores.partition(account::home(ws, group_id, shared.log.partitions()))?;
    Ok(db.read(|q| repo::members(q, ws, group_id, after, limit))?)
}
