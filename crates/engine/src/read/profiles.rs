//! Profiles and accounts.

use std::borrow::Cow;
use std::str::FromStr;

use rapport_domain::event::ProcessedEvent;
use rapport_domain::{Partition, Profile, ProfileId, Timestamp, WorkspaceId, hash, identity};
use rapport_lake::TimelineFilter;
use rapport_profiles::accounts::repo::{self as accounts, AccountRow};
use rapport_profiles::core::account;
use rapport_profiles::{Filter, Position, Sort, list as list_profiles, repo};

use super::MAX_CHAIN;
use crate::error::EngineError;
use crate::shared::Shared;

/// The profile as it is now, by its present id or one it had before a merge; `None` when it was erased or never existed.
pub fn get(shared: &Shared, ws: WorkspaceId, id: ProfileId) -> Result<Option<Profile>, EngineError> {
    let mut at = id;
    for _ in 0..MAX_CHAIN {
        let Ok(db) = shared.stores.partition(at.home()) else { return Ok(None) };
        let (profile, forward) = db.read(|q| {
            let profile = repo::get(q, ws, at)?;
            let forward = if profile.is_none() { repo::forward_of(q, ws, at)? } else { None };
            Ok::<_, EngineError>((profile, forward))
        })?;
        match (profile, forward) {
            (Some(profile), _) => return Ok(Some(profile)),
            (None, Some(into)) => at = into,
            (None, None) => return Ok(None),
        }
    }
    Ok(None)
}

/// The profile that owns an identifier, in whatever form it is written; `None` also for values that identify nobody.
pub fn by_identifier(
    shared: &Shared,
    ws: WorkspaceId,
    namespace: &str,
    value: &str,
) -> Result<Option<Profile>, EngineError> {
    let Some(identifier) = identity::identifier(namespace, value) else { return Ok(None) };
    let home = hash::partition_of(ws, &identifier.namespace, &identifier.value, shared.log.partitions());
    let db = shared.stores.partition(home)?;
    match db.read(|q| repo::identifier(q, ws, &identifier))? {
        Some(row) => get(shared, ws, row.profile),
        None => Ok(None),
    }
}

/// A page of profiles.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page begins; `None` when this is the last.
    pub next: Option<String>,
}

/// A page of profiles that meet `filter`.
pub fn list(
    shared: &Shared,
    ws: WorkspaceId,
    filter: &Filter,
    sort: Sort,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<Profile>, EngineError> {
    let after = cursor.map(Position::from_str).transpose()?;
    let mut rows: Vec<(Position, Profile)> = Vec::new();
    for (partition, db) in shared.stores.partitions() {
        let Some(filter) = part(filter, partition) else { continue };
        rows.extend(db.read(|q| list_profiles(q, ws, &filter, sort, after, limit + 1))?);
    }
    rows.sort_by_key(|r| r.0);
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = if more { rows.last().map(|r| r.0.to_string()) } else { None };
    Ok(Page { items: rows.into_iter().map(|r| r.1).collect(), next })
}

/// What a filter asks of one partition; `None` when it names nobody who lives there.
fn part(filter: &Filter, partition: Partition) -> Option<Cow<'_, Filter>> {
    let Some(among) = &filter.among else { return Some(Cow::Borrowed(filter)) };
    let here: Vec<ProfileId> = among.iter().copied().filter(|id| id.home() == partition).collect();
    (!here.is_empty()).then(|| Cow::Owned(Filter { among: Some(here), text: filter.text.clone(), ..*filter }))
}

/// How many profiles meet `filter`.
pub fn count_of(shared: &Shared, ws: WorkspaceId, filter: &Filter) -> Result<u64, EngineError> {
    let mut total = 0;
    for (partition, db) in shared.stores.partitions() {
        let Some(filter) = part(filter, partition) else { continue };
        total += db.read(|q| rapport_profiles::search::repo::count(q, ws, &filter))?;
    }
    Ok(total)
}

/// Profiles of one partition by id, beginning after `after`, at most `limit`: for reading all of them.
pub fn of_partition(
    shared: &Shared,
    ws: WorkspaceId,
    partition: Partition,
    after: Option<ProfileId>,
    limit: usize,
) -> Result<Vec<Profile>, EngineError> {
    let db = shared.stores.partition(partition)?;
    let after = after.map(|id| Position { minute: 0, id });
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    let rows = db.read(|q| list_profiles(q, ws, &Filter::default(), Sort::Id, after, limit))?;
    Ok(rows.into_iter().map(|(_, profile)| profile).collect())
}

/// How many profiles there are.
pub fn count(shared: &Shared, ws: WorkspaceId) -> Result<u64, EngineError> {
    let mut total = 0;
    for (_, db) in shared.stores.partitions() {
        total += db.read(|q| repo::count(q, ws))?;
    }
    Ok(total)
}

/// A profile's events that meet `filter`, newest first, those of absorbed profiles included.
pub fn timeline(
    shared: &Shared,
    ws: WorkspaceId,
    id: ProfileId,
    before: Option<(Timestamp, &str)>,
    filter: &TimelineFilter,
    limit: usize,
) -> Result<Vec<ProcessedEvent>, EngineError> {
    Ok(shared.lake.timeline(ws, id, before, filter, limit)?)
}

/// A customer's present id with those of all profiles that became part of it, at most [`MAX_FAMILY`].
pub fn family(shared: &Shared, ws: WorkspaceId, id: ProfileId) -> Result<Vec<ProfileId>, EngineError> {
    let mut all = vec![id];
    let mut next = 0;
    while let Some(member) = all.get(next).copied() {
        next += 1;
        let Ok(db) = shared.stores.partition(member.home()) else { continue };
        for from in db.read(|q| repo::absorbed_by(q, ws, member))? {
            if all.len() < MAX_FAMILY && !all.contains(&from) {
                all.push(from);
            }
        }
    }
    Ok(all)
}

/// Most ids of one customer whose messages are listed together.
pub const MAX_FAMILY: usize = 500;

/// An account by the business's id of it.
pub fn account(shared: &Shared, ws: WorkspaceId, group_id: &str) -> Result<Option<AccountRow>, EngineError> {
    let db = shared.stores.partition(account::home(ws, group_id, shared.log.partitions()))?;
    Ok(db.read(|q| accounts::get(q, ws, group_id))?)
}
