//! Journeys: how many are where, and one customer's runs.

use rapport_domain::{ProfileId, WorkspaceId};
use rapport_journeys::repo::{self, Stats};
use serde_json::{Value, json};

use crate::error::EngineError;
use crate::shared::Shared;

/// Exact numbers of a journey, over all partitions.
pub fn stats(shared: &Shared, ws: WorkspaceId, journey: &str) -> Result<Stats, EngineError> {
    let mut total = Stats::default();
    for (_, db) in shared.stores.partitions() {
        total.merge(db.read(|q| repo::stats(q, ws, journey))?);
    }
    Ok(total)
}

/// The runs of a profile: those that go on, and how often it was in which journey.
pub fn of_profile(shared: &Shared, ws: WorkspaceId, profile: ProfileId) -> Result<Value, EngineError> {
    let db = shared.stores.partition(profile.home())?;
    let runs = db.read(|q| repo::load(q, ws, profile))?;
    let active: Vec<Value> = runs
        .active
        .iter()
        .map(|r| {
            json!({"journey": r.journey, "version": r.version, "run": r.id, "step": r.step, "key": r.key,
                   "entered_at": r.entered_at.to_rfc3339(), "due_at": r.due_at.map(|d| d.to_rfc3339())})
        })
        .collect();
    let past: Vec<Value> = runs
        .history
        .iter()
        .map(|h| {
            json!({"journey": h.journey, "key": h.key, "entered": h.entered, "exited": h.exited,
                   "last_entered_at": h.last_entered_at.to_rfc3339()})
        })
        .collect();
    Ok(json!({"active": active, "history": past}))
}
