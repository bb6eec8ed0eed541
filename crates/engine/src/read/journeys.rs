//! Journeys: how many are where, and one customer's runs.

use rapport_domain::hours::HourScores;
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
            let path = r.path.iter().map(|p| json!({"step": p.step, "exit": p.exit, "at": p.at.to_rfc3339()}));
            json!({"journey": r.journey, "version": r.version, "run": r.id, "step": r.step, "key": r.key,
                   "group": r.group.as_str(), "waiting": r.waiting, "path": path.collect::<Value>(),
                   "goal_at": r.goal_at.map(|d| d.to_rfc3339()),
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
    let population = db.read(|q| repo::hours(q, ws))?;
    let (pressure, limit) = super::messages::pressure(shared, ws, profile)?;
    let habits = json!({
        "best_hour": rapport_journeys::best_hour(&runs.habits, &population),
        "pressure": pressure,
        "pressure_limit": limit,
    });
    Ok(json!({"active": active, "history": past, "habits": habits}))
}

/// Whether a journey has not taken in all of an audience yet; and how many of it are left, where the audience is listed.
///
/// # Errors
/// When the storage fails.
pub fn entering(shared: &Shared, ws: WorkspaceId, journey: &str) -> Result<Option<u64>, EngineError> {
    let mut left = None;
    for (_, db) in shared.stores.partitions() {
        let of = db.read(|q| repo::tasks::entering(q, ws, journey))?;
        left = of.map(|people| people + left.unwrap_or(0)).or(left);
    }
    Ok(left)
}

/// How likely a profile reacts, by its local hour: smoothed toward the population.
pub fn hours(shared: &Shared, ws: WorkspaceId, profile: ProfileId) -> Result<HourScores, EngineError> {
    let db = shared.stores.partition(profile.home())?;
    let (runs, population) =
        db.read(|q| Ok::<_, rapport_journeys::JourneysError>((repo::load(q, ws, profile)?, repo::hours(q, ws)?)))?;
    Ok(rapport_journeys::hour_scores(&runs.habits, &population))
}
