//! Journeys: how many are where, and who.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use rapport_domain::{ProfileId, ResourceKind, Timestamp, WorkspaceId};
use rapport_engine::read;
use rapport_journeys::repo::{ActiveFilter, ActiveRun};
use rapport_store::control::{journey_states, resources};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{At, Query, limit};
use crate::reply::{Paged, Reply, Time};
use crate::state::ApiState;

/// A live journey with its numbers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JourneyView {
    /// Its id.
    pub(crate) id: String,
    /// What people call it.
    pub(crate) name: String,
    /// The live version.
    pub(crate) version: u32,
    /// Runs begun.
    pub(crate) entered: u64,
    /// Runs that go on.
    pub(crate) active: u64,
    /// Runs ended, by reason.
    pub(crate) exited: BTreeMap<String, u64>,
    /// Triggers that began no run, by reason.
    pub(crate) refused: BTreeMap<String, u64>,
    /// Active runs by version and step.
    pub(crate) steps: BTreeMap<u32, BTreeMap<String, u64>>,
}

/// The live journeys with their numbers.
pub(crate) fn standings(state: &ApiState, ws: WorkspaceId) -> Result<Vec<JourneyView>, ApiError> {
    let live = state.stores.control().read(|q| resources::live(q, ws, ResourceKind::Journey))?;
    live.into_iter()
        .map(|r| {
            let stats = read::journeys::stats(state.engine.shared(), ws, &r.id)?;
            Ok(JourneyView {
                name: r.spec["name"].as_str().unwrap_or_default().to_owned(),
                id: r.id,
                version: r.version,
                entered: stats.entered,
                active: stats.active,
                exited: stats.exited,
                refused: stats.refused,
                steps: stats.steps,
            })
        })
        .collect()
}

/// `GET /api/v1/journeys`: the live ones.
pub(crate) async fn list(State(state): State<ApiState>, caller: Caller) -> Reply<Paged<JourneyView>> {
    let items = state.run(move |state| standings(state, caller.workspace)).await?;
    Ok(Json(Paged::whole(items)))
}

/// `GET /api/v1/journeys/{id}`.
pub(crate) async fn get(State(state): State<ApiState>, caller: Caller, At(id): At<String>) -> Reply<JourneyView> {
    let all = state.run(move |state| standings(state, caller.workspace)).await?;
    let found = all.into_iter().find(|j| j.id == id);
    found.map(Json).ok_or_else(|| ApiError::not_found(format!("live journey {id}")))
}

/// What happens at a step.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct StepStats {
    /// Runs that stand there.
    at: u64,
    /// How often it was passed, by exit: `next`, `otherwise`, `arm 1`, `timed_out`, an arm's name…
    passed: BTreeMap<String, u64>,
    /// Messages it decided.
    decided: u64,
    /// Messages it did not decide because the run is in the control group.
    withheld: u64,
    /// Its messages that left.
    sent: u64,
    /// Opens of its messages.
    opened: u64,
    /// Clicks in its messages.
    clicked: u64,
    /// People who reached the goal after its message had left.
    converted: u64,
}

/// Exact numbers of a journey.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatsView {
    /// The live version, if there is one.
    live_version: Option<u32>,
    /// Since when it is paused.
    paused_since: Option<Time>,
    /// Runs begun, over all versions.
    entered: u64,
    /// Runs that go on.
    active: u64,
    /// Of the runs begun, those of the control group.
    held_out: u64,
    /// Goals reached, by group: `treatment`, `control`.
    goals: BTreeMap<String, u64>,
    /// Runs ended, by reason.
    exited: BTreeMap<String, u64>,
    /// Triggers that began no run, by reason.
    refused: BTreeMap<String, u64>,
    /// By version and step.
    versions: BTreeMap<u32, BTreeMap<String, StepStats>>,
}

fn by_step(stats: &rapport_journeys::repo::Stats) -> BTreeMap<u32, BTreeMap<String, StepStats>> {
    let mut out: BTreeMap<u32, BTreeMap<String, StepStats>> = BTreeMap::new();
    type Counts = BTreeMap<u32, BTreeMap<String, u64>>;
    type Field = fn(&mut StepStats) -> &mut u64;
    let counts: [(&Counts, Field); 7] = [
        (&stats.steps, |s| &mut s.at),
        (&stats.decided, |s| &mut s.decided),
        (&stats.withheld, |s| &mut s.withheld),
        (&stats.sent, |s| &mut s.sent),
        (&stats.opened, |s| &mut s.opened),
        (&stats.clicked, |s| &mut s.clicked),
        (&stats.converted, |s| &mut s.converted),
    ];
    for (from, field) in counts {
        for (version, steps) in from {
            for (step, count) in steps {
                *field(out.entry(*version).or_default().entry(step.clone()).or_default()) = *count;
            }
        }
    }
    for (version, steps) in &stats.passed {
        for (step, exits) in steps {
            out.entry(*version).or_default().entry(step.clone()).or_default().passed = exits.clone();
        }
    }
    out
}

/// `GET /api/v1/journeys/{id}/stats`: also of a journey that is not live any more.
pub(crate) async fn stats(State(state): State<ApiState>, caller: Caller, At(id): At<String>) -> Reply<StatsView> {
    let view = state
        .run(move |state| {
            let ws = caller.workspace;
            let (known, live, paused) = state.stores.control().read(|q| {
                let known = resources::get(q, ws, ResourceKind::Journey, &id, None)?;
                let live = resources::live_one(q, ws, ResourceKind::Journey, &id)?;
                Ok::<_, rapport_store::StoreError>((known, live, journey_states::pause(q, ws, &id)?))
            })?;
            known.ok_or_else(|| ApiError::not_found(format!("journey {id}")))?;
            let stats = read::journeys::stats(state.engine.shared(), ws, &id)?;
            Ok::<_, ApiError>(StatsView {
                live_version: live.map(|r| r.version),
                paused_since: paused.map(Time),
                versions: by_step(&stats),
                entered: stats.entered,
                active: stats.active,
                held_out: stats.held_out,
                goals: stats.goals,
                exited: stats.exited,
                refused: stats.refused,
            })
        })
        .await?;
    Ok(Json(view))
}

/// A run that goes on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunView {
    /// Whose.
    profile: String,
    /// The journey's version.
    version: u32,
    /// The step it is at.
    step: String,
    /// The run's number within the profile.
    run: u64,
    /// When it began.
    entered_at: Time,
    /// When it goes on by itself.
    due_at: Option<Time>,
}

impl From<&ActiveRun> for RunView {
    fn from(r: &ActiveRun) -> Self {
        RunView {
            profile: r.profile.to_string(),
            version: r.version,
            step: r.step.clone(),
            run: r.run,
            entered_at: r.entered_at.into(),
            due_at: r.due_at.map(Time),
        }
    }
}

/// Which runs to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunQuery {
    /// Only at this step.
    step: Option<String>,
    /// Only of this version.
    version: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows, 1 to 500; 50 when absent.
    limit: Option<usize>,
}

/// The run after which a page begins; only what orders runs matters.
fn place(cursor: &str) -> Option<ActiveRun> {
    let mut parts = cursor.splitn(4, '.');
    let version = parts.next()?.parse().ok()?;
    let profile: ProfileId = parts.next()?.parse().ok()?;
    let run = parts.next()?.parse().ok()?;
    let step = parts.next()?.to_owned();
    Some(ActiveRun { version, step, profile, run, entered_at: Timestamp(0), due_at: None })
}

/// `GET /api/v1/journeys/{id}/profiles`: who is where.
pub(crate) async fn profiles(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Query(query): Query<RunQuery>,
) -> Reply<Paged<RunView>> {
    let limit = limit(query.limit)?;
    let bad = || ApiError::invalid_at("cursor", "expected the next_cursor of this list");
    let after = query.cursor.as_deref().map(|c| place(c).ok_or_else(bad)).transpose()?;
    let mut rows = state
        .run(move |state| {
            let ws = caller.workspace;
            let known = state.stores.control().read(|q| resources::get(q, ws, ResourceKind::Journey, &id, None))?;
            known.ok_or_else(|| ApiError::not_found(format!("journey {id}")))?;
            let filter = ActiveFilter { version: query.version, step: query.step };
            Ok::<_, ApiError>(read::runs::active(state.engine.shared(), ws, &id, &filter, after.as_ref(), limit + 1)?)
        })
        .await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let cursor = |r: &ActiveRun| format!("{}.{}.{}.{}", r.version, r.profile, r.run, r.step);
    let next_cursor = rows.last().filter(|_| more).map(cursor);
    Ok(Json(Paged { items: rows.iter().map(RunView::from).collect(), next_cursor }))
}
