//! Journeys: how many are where, and who.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use rapport_domain::{ProfileId, ResourceKind, Timestamp, WorkspaceId};
use rapport_engine::read;
use rapport_journeys::repo::{ActiveFilter, ActiveRun};
use rapport_store::control::resources;
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
