//! Asking a journey, or a campaign (`campaign/ID`, in a path `campaign%2FID`), before and after: what it would have done, what it would do for one customer, why it did.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use rapport_domain::time::parse_duration_ms;
use rapport_domain::{Problem, Timestamp, WorkspaceId};
use rapport_engine::simulate::{self, DEFAULT_FLOOD_LIMIT, MAX_DAYS, MAX_PEOPLE, Request};
use rapport_journeys::JourneySpec;
use rapport_store::control::resources;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{At, Body, Query};
use crate::reply::Reply;
use crate::state::ApiState;
use crate::view::profile_id;

/// Days looked back when the request does not say.
const DEFAULT_SINCE: &str = "30d";

/// Which version: a document that is not saved, a version, or the newest; as read, and as it is written.
fn version(
    state: &ApiState,
    ws: WorkspaceId,
    id: &str,
    spec: Option<Value>,
    version: Option<u32>,
) -> Result<(JourneySpec, Value), ApiError> {
    let (kind, name) = simulate::document_of(id);
    let spec = match (spec, version) {
        (Some(_), Some(_)) => return Err(ApiError::invalid_at("version", "expected spec or version, not both")),
        (Some(spec), None) => spec,
        (None, version) => {
            let found = state.stores.control().read(|q| resources::get(q, ws, kind, name, version))?;
            found.ok_or_else(|| ApiError::not_found(format!("such version of the {} {name}", kind.as_str())))?.spec
        }
    };
    let journey = simulate::journey_of(kind, &spec).map_err(ApiError::invalid)?;
    Ok((journey, spec))
}

/// What to simulate.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SimulationInput {
    /// A document that is not saved.
    #[schema(value_type = Object)]
    pub(super) spec: Option<Value>,
    /// A version; the newest when neither this nor `spec` is given.
    pub(super) version: Option<u32>,
    /// How far back: `30d`, at most 400d.
    pub(super) since: Option<String>,
    /// Messages within seven days above which somebody counts as flooded; 7 when absent.
    pub(super) flood_limit: Option<u64>,
    /// Whether to play the live version over the same events; true when absent.
    pub(super) compare: Option<bool>,
    /// Of how many of the people who enter everything is told, step by step; none when absent, at most 100.
    pub(super) people: Option<usize>,
}

/// What is asked for, over the time until `until`; and the document as it is written.
pub(super) fn request(
    state: &ApiState,
    ws: WorkspaceId,
    journey: String,
    input: SimulationInput,
    until: Timestamp,
) -> Result<(Request, Value), ApiError> {
    let since = input.since.as_deref().unwrap_or(DEFAULT_SINCE);
    let ms = parse_duration_ms(since).filter(|ms| *ms >= 3_600_000 && *ms <= MAX_DAYS * 86_400_000);
    let ms = ms.ok_or_else(|| {
        ApiError::invalid_at("since", format!("expected a duration from 1h to {MAX_DAYS}d, found {since:?}"))
    })?;
    let people = input.people.unwrap_or(0);
    if people > MAX_PEOPLE {
        return Err(ApiError::invalid_at("people", format!("expected at most {MAX_PEOPLE}, found {people}")));
    }
    let (spec, written) = version(state, ws, &journey, input.spec, input.version)?;
    let request = Request {
        journey,
        spec,
        since: until.plus_ms(-ms),
        until,
        flood_limit: input.flood_limit.unwrap_or(DEFAULT_FLOOD_LIMIT),
        compare: input.compare.unwrap_or(true),
        people,
    };
    Ok((request, written))
}

/// `POST /api/v1/journeys/{id}/simulate`. Stops when the client goes away.
pub(crate) async fn simulate(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Body(input): Body<SimulationInput>,
) -> Reply<Value> {
    let (ws, until) = (caller.workspace, state.now());
    let found = state
        .query(move |state, cancel| {
            let (request, _) = request(state, ws, id, input, until)?;
            Ok::<_, ApiError>(simulate::run(state.engine.shared(), ws, &request, cancel)?)
        })
        .await?;
    shown(&found).map(Json)
}

/// A report as JSON, its instants as text.
pub(super) fn shown<T: Serialize>(report: &T) -> Result<Value, ApiError> {
    let fault = |e: serde_json::Error| ApiError::fault("report", rapport_domain::ErrorClass::Fatal, e.to_string());
    let mut value = serde_json::to_value(report).map_err(fault)?;
    readable(&mut value);
    Ok(value)
}

fn readable(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(readable),
        Value::Object(map) => {
            for (name, value) in map {
                match value.as_i64().filter(|_| ["since", "until", "at"].contains(&name.as_str())) {
                    Some(ms) => *value = Value::from(Timestamp(ms).to_rfc3339()),
                    // What a template or a rule sees stays as it is.
                    None if !["properties", "values", "data", "proof"].contains(&name.as_str()) => readable(value),
                    None => {}
                }
            }
        }
        _ => {}
    }
}

/// For whom, and what is answered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DryRunInput {
    /// The profile's id.
    profile: String,
    /// Properties of the event that starts it, or the data of the call.
    #[serde(default)]
    #[schema(value_type = Object)]
    trigger: Map<String, Value>,
    /// By step, the exit to take where there is a choice: of a wait for an event `next` or `timed_out`, of a webhook `next` or
    /// `failed`.
    #[serde(default)]
    answers: BTreeMap<String, String>,
    /// A document that is not saved.
    #[schema(value_type = Object)]
    spec: Option<Value>,
    /// A version; the newest when neither this nor `spec` is given.
    version: Option<u32>,
}

/// `POST /api/v1/journeys/{id}/dry-run`: nothing leaves and nothing is written.
pub(crate) async fn dry_run(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Body(input): Body<DryRunInput>,
) -> Reply<Value> {
    let ws = caller.workspace;
    let profile = profile_id(&input.profile)?;
    let found = state
        .query(move |state, _| {
            let (spec, _) = version(state, ws, &id, input.spec, input.version)?;
            let mut problems = Vec::new();
            for step in input.answers.keys().filter(|step| spec.step(step).is_none()) {
                let known = spec.steps.iter().map(|s| s.id.as_str());
                let problem = Problem::new(format!("answers.{step}"), format!("there is no step {step:?}"));
                problems.push(problem.with_suggestion(crate::extract::nearest(step, known)));
            }
            if !problems.is_empty() {
                return Err(ApiError::invalid(problems));
            }
            let (since, until) = (Timestamp::MIN, Timestamp::MAX);
            let request = Request { journey: id, spec, since, until, flood_limit: 0, compare: false, people: 0 };
            let shared = state.engine.shared();
            let run = simulate::dry_run(shared, ws, &request, profile, &input.trigger, input.answers)?;
            run.ok_or_else(|| ApiError::not_found(format!("profile {profile}")))
        })
        .await?;
    shown(&found).map(Json)
}

/// Whom to explain.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExplainQuery {
    /// The profile's id.
    profile: String,
    /// Only what is recorded of this message and its run.
    message: Option<String>,
}

/// `GET /api/v1/journeys/{id}/explain`: from entry, or why not, to the last message.
pub(crate) async fn explain(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Query(query): Query<ExplainQuery>,
) -> Reply<Value> {
    let (ws, profile) = (caller.workspace, profile_id(&query.profile)?);
    let found = state
        .query(move |state, _| {
            let (kind, name) = simulate::document_of(&id);
            let known = state.stores.control().read(|q| resources::get(q, ws, kind, name, None))?;
            known.ok_or_else(|| ApiError::not_found(format!("{} {name}", kind.as_str())))?;
            let explained = simulate::explain(state.engine.shared(), ws, &id, profile)?;
            let mut explained = explained.ok_or_else(|| ApiError::not_found(format!("profile {profile}")))?;
            if let Some(message) = query.message.filter(|message| !explained.narrow(message)) {
                return Err(ApiError::not_found(format!("message {message} of this journey")));
            }
            Ok::<_, ApiError>(explained)
        })
        .await?;
    shown(&found).map(Json)
}
