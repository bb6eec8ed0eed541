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
    let habits = json!({
        "best_hour": rapport_journeys::best_hour(&runs.habits, &population),
        "pressure": rapport_journeys::pressure(&runs.habits, shared.clock.now()),
    });
    Ok(json!({"active": active, "history": past, "habits": habits}))
}

/// What a profile gets and how it reacts: the best hour and the pressure score, for the gate and for people.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Habits {
    /// The local hour at which it reacts best, 0 to 23.
    pub best_hour: u8,
    /// Messages of late divided by one plus reactions of late; see `rapport_journeys::pressure`.
    pub pressure: f64,
}

/// The habits of a profile.
pub fn habits(shared: &Shared, ws: WorkspaceId, profile: ProfileId) -> Result<Habits, EngineError> {
    let db = shared.stores.partition(profile.home())?;
    let (runs, population) =
        db.read(|q| Ok::<_, rapport_journeys::JourneysError>((repo::load(q, ws, profile)?, repo::hours(q, ws)?)))?;
    Ok(Habits {
        best_hour: rapport_journeys::best_hour(&runs.habits, &population),
        pressure: rapport_journeys::pressure(&runs.habits, shared.clock.now()),
    })
}
