//! Segments: who is in them.

use rapport_domain::{ProfileId, Timestamp, WorkspaceId};
use rapport_segments::repo;
use serde::Serialize;

pub use super::preview::{Preview, preview};
use crate::error::EngineError;
use crate::shared::Shared;

/// A segment as it stands.
#[derive(Clone, Debug, Serialize)]
pub struct Standing {
    /// Members now.
    pub count: u64,
    /// Whether every partition has decided every profile; if not, the count still grows.
    pub ready: bool,
}

/// Members of a segment, counted over all partitions.
pub fn standing(shared: &Shared, ws: WorkspaceId, segment: &str) -> Result<Standing, EngineError> {
    let mut out = Standing { count: 0, ready: is_ready(shared, ws, segment)? };
    for (_, db) in shared.stores.partitions() {
        out.count += db.read(|q| repo::member_count(q, ws, segment))?;
    }
    Ok(out)
}

/// Whether every partition has decided a live segment for all its profiles.
pub fn is_ready(shared: &Shared, ws: WorkspaceId, segment: &str) -> Result<bool, EngineError> {
    let key = rapport_segments::segment_rule_key(segment);
    for (_, db) in shared.stores.partitions() {
        let rules = db.read(|q| repo::rules(q, ws))?;
        if !rules.iter().any(|rule| rule.key == key && rule.phase == repo::Phase::Ready) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A page of members by id, with the instant since when.
pub fn members(
    shared: &Shared,
    ws: WorkspaceId,
    segment: &str,
    after: ProfileId,
    limit: usize,
) -> Result<Vec<(ProfileId, Timestamp)>, EngineError> {
    let mut rows = Vec::new();
    for (partition, db) in shared.stores.partitions() {
        // Ids order by home first: partitions before the cursor's have nothing more.
        if partition < after.home() || rows.len() >= limit {
            continue;
        }
        rows.extend(db.read(|q| repo::members(q, ws, segment, after, limit - rows.len()))?);
    }
    Ok(rows)
}

/// Names of the profile's traits that are computed.
#[must_use]
pub fn computed_traits(shared: &Shared, ws: WorkspaceId, profile: &rapport_domain::Profile) -> Vec<String> {
    let live = shared.live();
    let Some(workspace) = live.workspaces.get(&ws) else { return Vec::new() };
    let has = |name: &&str| profile.traits.get(*name).is_some_and(|t| !t.value.is_null());
    let mut names: Vec<String> = workspace.rules.computed_traits().filter(has).map(str::to_owned).collect();
    names.sort_unstable();
    names
}

/// Everybody in a segment, by id.
pub fn member_ids(shared: &Shared, ws: WorkspaceId, segment: &str) -> Result<Vec<ProfileId>, EngineError> {
    let mut all = Vec::new();
    for (_, db) in shared.stores.partitions() {
        let rows = db.read(|q| repo::members(q, ws, segment, ProfileId(0), usize::MAX >> 1))?;
        all.extend(rows.into_iter().map(|(id, _)| id));
    }
    all.sort_unstable();
    Ok(all)
}

/// The segments a profile is in, with the instant since when.
pub fn of_profile(
    shared: &Shared,
    ws: WorkspaceId,
    profile: ProfileId,
) -> Result<Vec<(String, Timestamp)>, EngineError> {
    let db = shared.stores.partition(profile.home())?;
    Ok(db.read(|q| repo::memberships(q, ws, profile))?)
}
