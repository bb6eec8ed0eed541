//! Operating a journey: begin it for somebody, send an audience through, pause and resume it, move people between versions.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use rapport_domain::record::{JourneyOrder, LetterBody};
use rapport_domain::{Partition, Problem, ProfileId, ResourceKind, WorkspaceId};
use rapport_engine::read;
use rapport_journeys::campaign::PREFIX;
use rapport_journeys::spec::{END, Trigger};
use rapport_journeys::{AnyCatalogue, CalledBy, JourneySpec, Overdue};
use rapport_lake::CancelFlag;
use rapport_store::control::{journey_states, resources};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::messages_write::{Recipient, recipient};
use super::profiles_write::WaitQuery;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::events;
use crate::extract::{At, Body, Query, nearest};
use crate::reply::{Reply, Time};
use crate::state::ApiState;
use crate::view::profile_id;

/// The most a journey is told by a call, bytes of JSON.
const MAX_DATA_BYTES: usize = 32 << 10;
/// People of one letter.
const PEOPLE_PER_LETTER: usize = 1_000;
/// The most people one call may send through.
const MAX_PEOPLE: usize = 2_000_000;

/// The live version of a journey, as read.
fn live(state: &ApiState, ws: WorkspaceId, id: &str) -> Result<(u32, JourneySpec), ApiError> {
    let found = state.stores.control().read(|q| resources::live_one(q, ws, ResourceKind::Journey, id))?;
    let found = found.ok_or_else(|| ApiError::not_found(format!("live journey {id}")))?;
    // Published a moment ago by somebody else, it may not be in effect yet; what follows relies on it.
    state.engine.refresh()?;
    let spec = rapport_journeys::validate(&found.spec, &AnyCatalogue).map_err(ApiError::invalid)?;
    Ok((found.version, spec))
}

fn takes(spec: &JourneySpec, fits: impl Fn(&Trigger) -> bool, expected: &str) -> Result<(), ApiError> {
    if fits(&spec.trigger) {
        return Ok(());
    }
    let found = spec.trigger.kind();
    Err(ApiError::conflict("wrong_trigger", format!("the journey starts by {found}; this call needs {expected}")))
}

fn told(data: Map<String, Value>) -> Result<String, ApiError> {
    let text = Value::Object(data).to_string();
    if text.len() > MAX_DATA_BYTES {
        return Err(ApiError::invalid_at("data", format!("larger than {MAX_DATA_BYTES} bytes of JSON")));
    }
    Ok(text)
}

/// Whom to begin a journey for, and what it is told.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TriggerInput {
    /// For whom; an e-mail address that is nobody's yet makes a profile.
    to: Recipient,
    /// What templates and conditions on the way see under `data`.
    #[serde(default)]
    #[schema(value_type = Object)]
    data: Map<String, Value>,
}

/// A call that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Triggered {
    /// The profile it begins for; `GET /api/v1/journeys/{id}/explain` tells what became of it.
    profile: String,
}

/// `POST /api/v1/journeys/{id}/trigger`. With the same `Idempotency-Key` it begins once.
pub(crate) async fn trigger(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    headers: HeaderMap,
    Query(query): Query<WaitQuery>,
    Body(input): Body<TriggerInput>,
) -> Result<(StatusCode, Json<Triggered>), ApiError> {
    let ws = caller.workspace;
    let journey = id.clone();
    let (_, spec) = state.run(move |state| live(state, ws, &journey)).await?;
    takes(&spec, |t| matches!(t, Trigger::Api { .. }), "the trigger api")?;
    if let Trigger::Api { key: Some(key) } = &spec.trigger
        && rapport_domain::json::lookup(&input.data, key).is_none_or(Value::is_null)
    {
        return Err(ApiError::invalid_at(format!("data.{key}"), "is missing: the journey's key"));
    }
    let data = told(input.data)?;
    let profile = recipient(&state, ws, input.to).await?;
    let name = headers.get("idempotency-key").and_then(|v| v.to_str().ok());
    let name = name.map_or_else(|| Uuid::now_v7().to_string(), |key| format!("{}-{key}", caller.actor));
    let key = events::once(ws, &format!("trigger-{id}-{name}"));
    let order = JourneyOrder::Trigger { profile: profile.id, journey: id, data };
    events::send_once(&state, ws, (key, profile.id.home()), LetterBody::Journey(order), query.wait).await?;
    Ok((StatusCode::ACCEPTED, Json(Triggered { profile: profile.id.to_string() })))
}

/// Whom to send through.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnterInput {
    /// The members of a segment or list.
    segment: Option<String>,
    /// Everybody for whom a rule holds now.
    rule: Option<String>,
    /// These profiles.
    profiles: Option<Vec<String>>,
    /// What templates and conditions on the way see under `data`.
    #[serde(default)]
    #[schema(value_type = Object)]
    data: Map<String, Value>,
    /// Only say how many it would be.
    #[serde(default)]
    dry_run: bool,
}

/// An audience that was sent through.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Entering {
    /// How many people; who of them enters is decided one by one.
    people: u64,
}

/// `POST /api/v1/journeys/{id}/enter`: into a journey that begins by hand, or with a segment, which its members of before never entered.
pub(crate) async fn enter(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Body(input): Body<EnterInput>,
) -> Result<(StatusCode, Json<Entering>), ApiError> {
    let ws = caller.workspace;
    let (journey, dry_run) = (id.clone(), input.dry_run);
    let data = told(input.data)?;
    let named = (input.segment, input.rule, input.profiles);
    let people = state
        .run(move |state| {
            let (_, spec) = live(state, ws, &journey)?;
            takes(&spec, |t| CalledBy::Hand.fits(t), "the trigger manual or segment")?;
            not_paused(state, ws, &journey)?;
            people(state, ws, named)
        })
        .await?;
    if !dry_run && !people.is_empty() {
        let (now, object) = (state.now(), format!("journey/{id}"));
        let detail = json!({"people": people.len()});
        state.write(move |tx| caller.audit(tx, now, "journey.enter", &object, &detail)).await?;
        for (target, profiles) in by_home(&people) {
            let order = JourneyOrder::Enter { journey: id.clone(), profiles, data: data.clone() };
            events::send(&state, ws, target, LetterBody::Journey(order), false).await?;
        }
    }
    Ok((StatusCode::ACCEPTED, Json(Entering { people: people.len() as u64 })))
}

/// People in portions of one partition each.
pub(super) fn by_home(people: &[ProfileId]) -> Vec<(Partition, Vec<ProfileId>)> {
    let mut homes: BTreeMap<u16, Vec<ProfileId>> = BTreeMap::new();
    for id in people {
        homes.entry(id.home().0).or_default().push(*id);
    }
    let mut out = Vec::new();
    for (home, ids) in homes {
        out.extend(ids.chunks(PEOPLE_PER_LETTER).map(|chunk| (Partition(home), chunk.to_vec())));
    }
    out
}

type Named = (Option<String>, Option<String>, Option<Vec<String>>);

fn people(state: &ApiState, ws: WorkspaceId, named: Named) -> Result<Vec<ProfileId>, ApiError> {
    let shared = state.engine.shared();
    let found = match named {
        (Some(segment), None, None) => {
            let known = state.stores.control().read(|q| resources::live_one(q, ws, ResourceKind::Segment, &segment))?;
            known.ok_or_else(|| ApiError::not_found(format!("live segment {segment}")))?;
            if !read::segments::is_ready(shared, ws, &segment)? {
                let why = format!("the members of segment {segment} are still being found; try again in a moment");
                return Err(ApiError::conflict("segment_not_ready", why));
            }
            let rows = read::segments::members(shared, ws, &segment, ProfileId(0), MAX_PEOPLE + 1)?;
            rows.into_iter().map(|(id, _)| id).collect()
        }
        (None, Some(rule), None) => {
            let parsed = rapport_rules::parse(&rule).map_err(|found| {
                let within = |p: Problem| Problem { at: format!("rule {}", p.at), ..p };
                ApiError::invalid(found.into_iter().map(within).collect())
            })?;
            read::segments::preview(shared, ws, &parsed, MAX_PEOPLE + 1, &CancelFlag::default())?.sample
        }
        (None, None, Some(ids)) => ids.iter().map(|id| profile_id(id)).collect::<Result<Vec<_>, _>>()?,
        _ => return Err(ApiError::invalid_at("body", "expected exactly one of segment, rule, profiles")),
    };
    all_of(found, MAX_PEOPLE, ("body", "send them in parts"))
}

/// Everybody who was asked for, or a refusal when one more than `most` was found: an audience is never cut silently.
pub(super) fn all_of(
    found: Vec<ProfileId>,
    most: usize,
    (at, advice): (&str, &str),
) -> Result<Vec<ProfileId>, ApiError> {
    if found.len() > most {
        return Err(ApiError::invalid_at(at, format!("more than {most} people; {advice}")));
    }
    Ok(found)
}

/// Whether a journey is paused.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PauseView {
    /// Since when it is paused; null when it goes on.
    paused_since: Option<Time>,
    /// People inside.
    inside: u64,
}

/// `POST /api/v1/journeys/{id}/pause`: nobody enters, and nobody inside goes on. Exit rules, goals and awaited events count
/// all the same.
pub(crate) async fn pause(State(state): State<ApiState>, caller: Caller, At(id): At<String>) -> Reply<PauseView> {
    let (ws, journey) = (caller.workspace, id.clone());
    state.run(move |state| live(state, ws, &journey)).await?;
    pause_journey(&state, caller, id).await
}

/// Refuses people for a journey that is paused.
pub(super) fn not_paused(state: &ApiState, ws: WorkspaceId, journey: &str) -> Result<(), ApiError> {
    match state.stores.control().read(|q| journey_states::pause(q, ws, journey))? {
        None => Ok(()),
        Some(_) => Err(ApiError::conflict("paused", "it is paused, and nobody enters until it is resumed")),
    }
}

/// Pauses a journey, or a campaign by the id it has as one.
pub(super) async fn pause_journey(state: &ApiState, caller: Caller, id: String) -> Reply<PauseView> {
    let (ws, now, journey) = (caller.workspace, state.now(), id.clone());
    let since = state
        .write(move |tx| {
            if journey_states::set_pause(tx, ws, &journey, now)? {
                caller.audit(tx, now, "journey.pause", &object(&journey), &json!({}))?;
            }
            Ok(journey_states::pause(tx, ws, &journey)?)
        })
        .await?;
    state.run(|state| state.engine.refresh()).await?;
    pause_view(state, ws, id, since.map(Time)).await
}

/// What the audit names: a campaign's id as a journey says what it is.
fn object(journey: &str) -> String {
    if journey.starts_with(PREFIX) { journey.to_owned() } else { format!("journey/{journey}") }
}

async fn pause_view(state: &ApiState, ws: WorkspaceId, id: String, since: Option<Time>) -> Reply<PauseView> {
    let stats = state.run(move |state| read::journeys::stats(state.engine.shared(), ws, &id)).await?;
    Ok(Json(PauseView { paused_since: since, inside: stats.active }))
}

/// How to go on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResumeInput {
    /// What happens to what fell due during the pause: `run` does it now, `shift` lets waits go on for as long as they had
    /// left, `exit` ends those runs with `paused`.
    overdue: String,
}

/// `POST /api/v1/journeys/{id}/resume`.
pub(crate) async fn resume(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Body(input): Body<ResumeInput>,
) -> Reply<PauseView> {
    resume_journey(&state, caller, id, input).await
}

/// Ends the pause of a journey, or of a campaign by the id it has as one.
pub(super) async fn resume_journey(
    state: &ApiState,
    caller: Caller,
    id: String,
    input: ResumeInput,
) -> Reply<PauseView> {
    let known = [Overdue::Run, Overdue::Shift, Overdue::Exit].map(Overdue::as_str);
    if Overdue::parse(&input.overdue).is_none() {
        let problem = Problem::new("overdue", format!("expected {}, found {:?}", known.join(", "), input.overdue));
        return Err(ApiError::invalid(vec![problem.with_suggestion(nearest(&input.overdue, known))]));
    }
    let (ws, now, journey, overdue) = (caller.workspace, state.now(), id.clone(), input.overdue);
    let in_effect = state.engine.shared().generation_in_effect();
    let since = state
        .write(move |tx| {
            journey_states::forget_resumes(tx, in_effect)?;
            let since = journey_states::end_pause(tx, ws, &journey, &overdue, now)?;
            if since.is_some() {
                caller.audit(tx, now, "journey.resume", &object(&journey), &json!({"overdue": overdue}))?;
            }
            Ok(since)
        })
        .await?;
    if since.is_none() {
        return Err(ApiError::conflict("not_paused", format!("the journey {id} is not paused")));
    }
    // Every partition brings its people back when it sees this; also when nobody waits for the answer any more.
    state.run(|state| state.engine.refresh()).await?;
    pause_view(state, ws, id, None).await
}

/// How people move.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MigrateInput {
    /// The version people are on.
    from: u32,
    /// The version they move to; the live one when absent.
    to: Option<u32>,
    /// Step of the old version → step of the new one, or `end`. A step that both have needs no mention.
    #[serde(default)]
    steps: BTreeMap<String, String>,
    /// People at a step that is neither named nor in the new version: `stay` (finish on the old one) or `exit`.
    #[serde(default = "stay")]
    others: String,
}

fn stay() -> String {
    "stay".to_owned()
}

/// A migration that began.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Migrating {
    /// People on the old version now.
    people: u64,
    /// The version they move to.
    to: u32,
}

/// `POST /api/v1/journeys/{id}/migrate`.
pub(crate) async fn migrate(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Body(input): Body<MigrateInput>,
) -> Result<(StatusCode, Json<Migrating>), ApiError> {
    let ws = caller.workspace;
    let exit_others = match input.others.as_str() {
        "stay" => false,
        "exit" => true,
        other => return Err(ApiError::invalid_at("others", format!("expected stay or exit, found {other:?}"))),
    };
    let (journey, steps, from, to) = (id.clone(), input.steps.clone(), input.from, input.to);
    let (to, people) = state
        .run(move |state| {
            let to = check_migration(state, ws, &journey, from, to, &steps)?;
            let stats = read::journeys::stats(state.engine.shared(), ws, &journey)?;
            Ok::<_, ApiError>((to, stats.steps.get(&from).map_or(0, |steps| steps.values().sum())))
        })
        .await?;
    let (now, object) = (state.now(), format!("journey/{id}"));
    let detail = json!({"from": from, "to": to, "steps": input.steps, "others": input.others});
    state.write(move |tx| caller.audit(tx, now, "journey.migrate", &object, &detail)).await?;
    for partition in 0..state.log.partitions() {
        let steps = input.steps.clone().into_iter().collect();
        let order = JourneyOrder::Migrate { journey: id.clone(), from, to, steps, exit_others };
        events::send(&state, ws, Partition(partition), LetterBody::Journey(order), false).await?;
    }
    Ok((StatusCode::ACCEPTED, Json(Migrating { people, to })))
}

/// Both versions exist, the new one has an effect, and every step named is a step there.
fn check_migration(
    state: &ApiState,
    ws: WorkspaceId,
    id: &str,
    from: u32,
    to: Option<u32>,
    steps: &BTreeMap<String, String>,
) -> Result<u32, ApiError> {
    let read = |version: Option<u32>| -> Result<(u32, JourneySpec), ApiError> {
        let Some(version) = version else { return live(state, ws, id) };
        let found = state.stores.control().read(|q| resources::get(q, ws, ResourceKind::Journey, id, Some(version)))?;
        let found = found.ok_or_else(|| ApiError::not_found(format!("version {version} of the journey {id}")))?;
        Ok((version, rapport_journeys::validate(&found.spec, &AnyCatalogue).map_err(ApiError::invalid)?))
    };
    let (_, old) = read(Some(from))?;
    let (to, new) = read(to)?;
    let mut problems = Vec::new();
    if from == to {
        problems.push(Problem::new("to", "is the version people are on"));
    }
    for (step, target) in steps {
        let ids = |spec: &JourneySpec| spec.steps.iter().map(|s| s.id.clone()).collect::<Vec<_>>();
        if old.step(step).is_none() {
            let known = ids(&old);
            let problem = Problem::new(format!("steps.{step}"), format!("version {from} has no step {step:?}"));
            problems.push(problem.with_suggestion(nearest(step, known.iter().map(String::as_str))));
        }
        if target != END && new.step(target).is_none() {
            let known = ids(&new);
            let problem = Problem::new(format!("steps.{step}"), format!("version {to} has no step {target:?}"));
            problems.push(problem.with_suggestion(nearest(target, known.iter().map(String::as_str))));
        }
    }
    if problems.is_empty() { Ok(to) } else { Err(ApiError::invalid(problems)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audience_is_refused_rather_than_cut() {
        let people = |n: u64| (1..=n).map(ProfileId).collect::<Vec<_>>();
        assert_eq!(all_of(people(3), 3, ("audience", "narrow it")).map_err(|e| e.to_string()), Ok(people(3)));
        let refused = all_of(people(4), 3, ("audience", "narrow it")).map_err(|e| format!("{e:?}"));
        assert!(refused.is_err_and(|e| e.contains("more than 3 people; narrow it")));
    }
}
