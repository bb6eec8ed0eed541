//! Simulations that go on while nobody waits: beginning one, how far it is, what came of it.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use parking_lot::Mutex;
use rapport_engine::simulate::{self, Progress};
use rapport_lake::CancelFlag;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::journeys_ask::{self, SimulationInput};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{At, Body, Query};
use crate::reply::{Paged, Reply, Time};
use crate::simulations::{Job, Stand};
use crate::state::ApiState;

/// How long one may take, its wait for a turn included.
const MAY_TAKE: Duration = Duration::from_secs(3_600);

/// What to simulate.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SimulationOrder {
    /// The journey's id, `campaign/ID` of a campaign.
    journey: String,
    /// A document that is not saved.
    #[schema(value_type = Object)]
    spec: Option<Value>,
    /// A version; the newest when neither this nor `spec` is given.
    version: Option<u32>,
    /// How far back: `30d`, at most 400d.
    since: Option<String>,
    /// Messages within seven days above which somebody counts as flooded; 7 when absent.
    flood_limit: Option<u64>,
    /// Whether to play the live version over the same events; true when absent.
    compare: Option<bool>,
    /// Of how many of the people who enter everything is told, step by step; none when absent, at most 100.
    people: Option<usize>,
}

/// A simulation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SimulationView {
    /// Its id.
    id: String,
    /// The journey's id.
    journey: String,
    /// `waiting` for its turn, `running`, `done` or `failed`.
    state: &'static str,
    /// Who asked.
    by: String,
    /// When.
    asked_at: Time,
    /// When it ended.
    ended_at: Option<Time>,
    /// The beginning of what is played.
    since: Time,
    /// The end of what is played.
    until: Time,
    /// Events read so far.
    events_read: u64,
    /// Events to read, about; 0 before it has begun.
    events_all: u64,
    /// Why it failed, a stable name.
    code: Option<&'static str>,
    /// Why it failed.
    detail: Option<String>,
    /// The document that is played; only of one that is asked for by its id.
    #[schema(value_type = Option<Object>)]
    spec: Option<Value>,
    /// What the journey would have done, as `POST /api/v1/journeys/{id}/simulate` answers it; only of one that is asked for by its id.
    #[schema(value_type = Option<Object>)]
    result: Option<Value>,
}

impl SimulationView {
    fn of(job: &Job, whole: bool) -> Self {
        let stand = job.stand.lock().clone();
        let (events_read, events_all) = job.progress.events();
        let state = match &stand {
            Stand::Waiting => "waiting",
            Stand::Running => "running",
            Stand::Done(..) => "done",
            Stand::Failed(..) => "failed",
        };
        let (ended_at, result, why) = match stand {
            Stand::Waiting | Stand::Running => (None, None, None),
            Stand::Done(at, found) => (Some(at.into()), whole.then(|| Value::clone(&found)), None),
            Stand::Failed(at, code, detail) => (Some(at.into()), None, Some((code, detail))),
        };
        let (code, detail) = why.unzip();
        SimulationView {
            id: job.id.clone(),
            journey: job.journey.clone(),
            state,
            by: job.by.clone(),
            asked_at: job.asked_at.into(),
            ended_at,
            since: job.since.into(),
            until: job.asked_at.into(),
            events_read,
            events_all,
            code,
            detail,
            spec: whole.then(|| job.spec.clone()),
            result,
        }
    }
}

/// `POST /api/v1/simulations`.
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Body(order): Body<SimulationOrder>,
) -> Result<(StatusCode, Json<SimulationView>), ApiError> {
    let (ws, now) = (caller.workspace, state.now());
    let SimulationOrder { journey, spec, version, since, flood_limit, compare, people } = order;
    let input = SimulationInput { spec, version, since, flood_limit, compare, people };
    let id = journey.clone();
    // What is wrong with it is said at once.
    let (request, spec) = state.run(move |state| journeys_ask::request(state, ws, id, input, now)).await?;
    let job = Arc::new(Job {
        id: Uuid::new_v4().simple().to_string(),
        workspace: ws,
        journey,
        spec,
        by: caller.actor,
        asked_at: now,
        since: request.since,
        progress: Progress::default(),
        cancel: CancelFlag::with_limit(MAY_TAKE),
        stand: Mutex::new(Stand::Waiting),
        erased: Mutex::default(),
    });
    let view = SimulationView::of(&job, false);
    state.begin_simulation(job, move |state, job| {
        let shared = state.engine.shared();
        let found = simulate::run_told(shared, job.workspace, &request, &job.cancel, &job.progress)?;
        journeys_ask::shown(&found)
    })?;
    Ok((StatusCode::ACCEPTED, Json(view)))
}

/// Whose simulations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct SimulationsQuery {
    /// Only those of this journey, `campaign/ID` of a campaign.
    journey: Option<String>,
}

/// `GET /api/v1/simulations`.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<SimulationsQuery>,
) -> Reply<Paged<SimulationView>> {
    let found = state.shared().simulations.of(caller.workspace, query.journey.as_deref(), state.now());
    Ok(Json(Paged::whole(found.iter().map(|job| SimulationView::of(job, false)).collect())))
}

/// `GET /api/v1/simulations/{id}`.
pub(crate) async fn get(State(state): State<ApiState>, caller: Caller, At(id): At<String>) -> Reply<SimulationView> {
    let found = state.shared().simulations.get(caller.workspace, &id);
    let job = found.ok_or_else(|| ApiError::not_found(format!("simulation {id}; they are not kept over a restart")))?;
    Ok(Json(SimulationView::of(&job, true)))
}

/// `DELETE /api/v1/simulations/{id}`.
pub(crate) async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
) -> Result<StatusCode, ApiError> {
    if state.shared().simulations.forget(caller.workspace, &id) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found(format!("simulation {id}")))
    }
}
