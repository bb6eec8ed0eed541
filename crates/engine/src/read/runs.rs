//! Who is where in a journey.

use rapport_domain::WorkspaceId;
use rapport_journeys::repo::{self, ActiveFilter, ActiveRun};

use crate::error::EngineError;
use crate::shared::Shared;

/// Active runs of a journey in one order over all partitions (version, step, profile, run), up to `limit` after `after`.
pub fn active(
    shared: &Shared,
    ws: WorkspaceId,
    journey: &str,
    filter: &ActiveFilter,
    after: Option<&ActiveRun>,
    limit: usize,
) -> Result<Vec<ActiveRun>, EngineError> {
    let mut rows: Vec<ActiveRun> = Vec::new();
    for (_, db) in shared.stores.partitions() {
        rows.extend(db.read(|q| repo::active_profiles(q, ws, journey, filter, after, limit))?);
    }
    rows.sort_by(|a, b| (a.version, &a.step, a.profile, a.run).cmp(&(b.version, &b.step, b.profile, b.run)));
    rows.truncate(limit);
    Ok(rows)
}
