//! Campaigns: how far each is, and starting, pausing and testing them. A campaign runs as the journey it compiles to.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use rapport_domain::profile::namespace;
use rapport_domain::record::{JourneyOrder, LetterBody};
use rapport_domain::time::DAY_MS;
use rapport_domain::{ProfileId, Resource, ResourceKind, ResourceStatus, WorkspaceId};
use rapport_engine::read;
use rapport_engine::simulate::{self, Estimate};
use rapport_journeys::AnyCatalogue;
use rapport_journeys::campaign::{self, CampaignSpec};
use rapport_journeys::repo::Stats;
use rapport_lake::CancelFlag;
use rapport_store::control::journey_states;
use rapport_store::control::resources::{self, Change, ListFilter};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::journeys_write::{PauseView, ResumeInput, all_of, by_home, not_paused, pause_journey, resume_journey};
use super::members::PageQuery;
use super::messages_write::{Recipient, owner, recipient};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::events;
use crate::extract::{At, Body, Query, limit};
use crate::reply::{Paged, Reply, Time};
use crate::state::ApiState;

/// People one campaign may be started for at once.
const MAX_PEOPLE: usize = 5_000_000;
/// People of one test.
const MAX_TESTERS: usize = 20;

/// How far a campaign is.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct CampaignView {
    /// Its id.
    id: String,
    /// What people call it.
    name: String,
    /// The newest version.
    version: u32,
    /// `draft`, `review`, `ready` (live, waits to be started), `scheduled`, `sending`, `paused`, `sent` or `cancelled`.
    state: String,
    /// Since when it is paused.
    paused_since: Option<Time>,
    /// People it began for.
    people: u64,
    /// People of the audience it has not begun for yet, as while it is paused; 0 where the audience is found on the way.
    entering: u64,
    /// People who wait for their message, or for it to be sent again.
    waiting: u64,
    /// Of the people, those who get nothing, to measure lift.
    held_out: u64,
    /// Messages decided.
    decided: u64,
    /// Messages that left.
    sent: u64,
    /// Opens.
    opened: u64,
    /// Clicks.
    clicked: u64,
    /// People who reached the goal.
    goals: u64,
    /// By variant or send step: decided, sent, opened, clicked, and people who reached the goal after it left.
    #[schema(value_type = Object)]
    messages: std::collections::BTreeMap<String, [u64; 5]>,
    /// The variant that won, once that is decided.
    winner: Option<String>,
}

fn spec(document: &Resource) -> Result<CampaignSpec, ApiError> {
    campaign::validate(&document.spec, &AnyCatalogue).map_err(ApiError::invalid)
}

fn view(state: &ApiState, ws: WorkspaceId, document: &Resource) -> Result<CampaignView, ApiError> {
    let id = campaign::journey_id(&document.id);
    let stats = read::journeys::stats(state.engine.shared(), ws, &id)?;
    let entering = read::journeys::entering(state.engine.shared(), ws, &id)?;
    let (live, paused, winners) = state.stores.control().read(|q| {
        let live = resources::live_one(q, ws, ResourceKind::Campaign, &document.id)?;
        Ok::<_, rapport_store::StoreError>((live, journey_states::pause(q, ws, &id)?, journey_states::winners(q, ws)?))
    })?;
    let winner = winners.into_iter().rev().find(|((journey, ..), _)| *journey == id).map(|(_, step)| step);
    // Who got everything and may yet reach the goal waits for nothing.
    let done: u64 = stats.steps.values().filter_map(|steps| steps.get(campaign::WATCH)).sum();
    let waiting = stats.active.saturating_sub(done);
    let scheduled = spec(document).is_ok_and(|s| s.schedule.is_some());
    let state = match (live.is_some(), document.status) {
        (true, _) if paused.is_some() => "paused",
        (true, _) if waiting > 0 || entering.is_some() => "sending",
        (true, _) if stats.entered > 0 => "sent",
        (true, _) if scheduled => "scheduled",
        (true, _) => "ready",
        (false, ResourceStatus::Review) => "review",
        (false, ResourceStatus::Archived) => "cancelled",
        (false, _) => "draft",
    };
    let sum = |by: &std::collections::BTreeMap<u32, std::collections::BTreeMap<String, u64>>| -> u64 {
        by.values().flat_map(|steps| steps.values()).sum()
    };
    Ok(CampaignView {
        id: document.id.clone(),
        name: document.spec["name"].as_str().unwrap_or_default().to_owned(),
        version: document.version,
        state: state.to_owned(),
        paused_since: paused.map(Time),
        people: stats.entered,
        entering: entering.unwrap_or(0),
        waiting,
        held_out: stats.held_out,
        decided: sum(&stats.decided),
        sent: sum(&stats.sent),
        opened: sum(&stats.opened),
        clicked: sum(&stats.clicked),
        goals: stats.goals.values().sum(),
        messages: by_step(&stats),
        winner: winner.map(|step| step.trim_start_matches("try-").to_owned()),
    })
}

fn by_step(stats: &Stats) -> std::collections::BTreeMap<String, [u64; 5]> {
    let mut out: std::collections::BTreeMap<String, [u64; 5]> = std::collections::BTreeMap::new();
    let counts = [&stats.decided, &stats.sent, &stats.opened, &stats.clicked, &stats.converted];
    for (at, by) in counts.into_iter().enumerate() {
        for (step, count) in by.values().flatten() {
            out.entry(step.clone()).or_default()[at] += count;
        }
    }
    out
}

/// `GET /api/v1/campaigns`: every campaign, also drafts.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Reply<Paged<CampaignView>> {
    let limit = limit(query.limit)?;
    let page = state
        .run(move |state| {
            let ws = caller.workspace;
            let cursor = query.cursor.as_deref();
            let filter = ListFilter::default();
            let page = state
                .stores
                .control()
                .read(|q| resources::list(q, ws, ResourceKind::Campaign, filter, cursor, limit))?;
            let items = page.items.iter().map(|entry| view(state, ws, &entry.newest)).collect::<Result<_, _>>()?;
            Ok::<_, ApiError>(Paged { items, next_cursor: page.next })
        })
        .await?;
    Ok(Json(page))
}

fn newest(state: &ApiState, ws: WorkspaceId, id: &str) -> Result<Resource, ApiError> {
    let found = state.stores.control().read(|q| resources::get(q, ws, ResourceKind::Campaign, id, None))?;
    found.ok_or_else(|| ApiError::not_found(format!("campaign {id}")))
}

fn live(state: &ApiState, ws: WorkspaceId, id: &str) -> Result<Resource, ApiError> {
    let found = state.stores.control().read(|q| resources::live_one(q, ws, ResourceKind::Campaign, id))?;
    let found = found.ok_or_else(|| ApiError::not_found(format!("live campaign {id}; publish it first")))?;
    // Published a moment ago by somebody else, it may not be in effect yet; what follows relies on it.
    state.engine.refresh()?;
    Ok(found)
}

/// `GET /api/v1/campaigns/{id}`.
pub(crate) async fn get(State(state): State<ApiState>, caller: Caller, At(id): At<String>) -> Reply<CampaignView> {
    let found = state
        .run(move |state| {
            let document = newest(state, caller.workspace, &id)?;
            view(state, caller.workspace, &document)
        })
        .await?;
    Ok(Json(found))
}

/// A campaign's document, saved or not.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EstimateInput {
    /// What it says; the live version when absent, else the newest.
    #[schema(value_type = Option<Object>)]
    spec: Option<Value>,
}

/// `POST /api/v1/campaigns/{id}/estimate`: whom its first message would reach if it began now, whom not and why, and what text
/// messages cost. Everybody in the audience is asked about; its own control group is not taken off.
pub(crate) async fn estimate(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Body(input): Body<EstimateInput>,
) -> Reply<Estimate> {
    let ws = caller.workspace;
    let made = state
        .query(move |state, cancel| {
            let spec = match input.spec {
                Some(spec) => campaign::validate(&spec, &AnyCatalogue).map_err(ApiError::invalid)?,
                None => {
                    let live =
                        state.stores.control().read(|q| resources::live_one(q, ws, ResourceKind::Campaign, &id))?;
                    spec(&live.map_or_else(|| newest(state, ws, &id), Ok)?)?
                }
            };
            let people = people(state, ws, &spec, cancel)?;
            let journey = campaign::compile(&spec);
            Ok::<_, ApiError>(simulate::estimate(state.engine.shared(), ws, &journey, &people, cancel)?)
        })
        .await?;
    Ok(Json(made.unwrap_or_default()))
}

/// A campaign that began.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Started {
    /// How many people it begins for; each gets it once.
    people: u64,
    /// Seeds that get nothing: nobody has the address.
    seeds_of_nobody: Vec<String>,
}

/// `POST /api/v1/campaigns/{id}/start`: begins now, for the audience as it is now. Again it begins only for those who came
/// to the audience since.
pub(crate) async fn start(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
) -> Result<(StatusCode, Json<Started>), ApiError> {
    let (ws, campaign_id) = (caller.workspace, id.clone());
    let (people, version, spec) = state
        .query(move |state, cancel| {
            let document = live(state, ws, &campaign_id)?;
            let spec = spec(&document)?;
            not_paused(state, ws, &campaign::journey_id(&campaign_id))?;
            if spec.schedule.is_some() {
                return Err(ApiError::conflict("scheduled", "the campaign begins by its schedule"));
            }
            let advice = "narrow the audience, or give it a schedule, which has no limit";
            let people = all_of(people(state, ws, &spec, cancel)?, MAX_PEOPLE, ("audience", advice))?;
            Ok((people, document.version, spec))
        })
        .await?;
    let (now, object) = (state.now(), format!("campaign/{id}"));
    let detail = json!({"people": people.len()});
    state.write(move |tx| caller.audit(tx, now, "campaign.start", &object, &detail)).await?;
    let journey = campaign::journey_id(&id);
    for (target, profiles) in by_home(&people) {
        let order = JourneyOrder::Enter { journey: journey.clone(), profiles, data: "{}".to_owned() };
        events::send(&state, ws, target, LetterBody::Journey(order), false).await?;
    }
    let mut seeds_of_nobody = Vec::new();
    for address in &spec.seeds {
        let Some(profile) = owner(&state, ws, namespace::EMAIL, address).await? else {
            seeds_of_nobody.push(address.clone());
            continue;
        };
        for (number, content) in spec.contents().into_iter().enumerate() {
            let key = CampaignSpec::seed_key(ws, &journey, &format!("version {version}"), address, number);
            let asked = spec.asked(content, "seed", format!("{:032x}", key.0), state.now().plus_ms(DAY_MS));
            let body = LetterBody::Send { profile: profile.id, asked };
            events::send_once(&state, ws, (key, profile.id.home()), body, false).await?;
        }
    }
    Ok((StatusCode::ACCEPTED, Json(Started { people: people.len() as u64, seeds_of_nobody })))
}

fn people(
    state: &ApiState,
    ws: WorkspaceId,
    spec: &CampaignSpec,
    cancel: &CancelFlag,
) -> Result<Vec<ProfileId>, ApiError> {
    let rule = rapport_rules::parse(&campaign::audience(spec)).map_err(ApiError::invalid)?;
    Ok(read::segments::preview(state.engine.shared(), ws, &rule, MAX_PEOPLE + 1, cancel)?.sample)
}

/// `POST /api/v1/campaigns/{id}/pause`.
pub(crate) async fn pause(State(state): State<ApiState>, caller: Caller, At(id): At<String>) -> Reply<PauseView> {
    let (ws, campaign_id) = (caller.workspace, id.clone());
    state.run(move |state| live(state, ws, &campaign_id)).await?;
    pause_journey(&state, caller, campaign::journey_id(&id)).await
}

/// `POST /api/v1/campaigns/{id}/resume`.
pub(crate) async fn resume(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Body(input): Body<ResumeInput>,
) -> Reply<PauseView> {
    resume_journey(&state, caller, campaign::journey_id(&id), input).await
}

/// `POST /api/v1/campaigns/{id}/cancel`: nobody else gets it; what waits at the gate is not sent.
pub(crate) async fn cancel(State(state): State<ApiState>, caller: Caller, At(id): At<String>) -> Reply<CampaignView> {
    let (ws, now, campaign_id) = (caller.workspace, state.now(), id.clone());
    state
        .write(move |tx| {
            let change = Change { by: &caller.actor, at: now };
            resources::archive(tx, ws, ResourceKind::Campaign, &campaign_id, change)?;
            caller.audit(tx, now, "campaign.cancel", &format!("campaign/{campaign_id}"), &json!({}))
        })
        .await?;
    state.run(|state| state.engine.refresh()).await?;
    let found = state
        .run(move |state| {
            let document = newest(state, ws, &id)?;
            view(state, ws, &document)
        })
        .await?;
    Ok(Json(found))
}

/// Who gets a test.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestInput {
    /// Up to 20 people; an e-mail address that is nobody's yet makes a profile.
    to: Vec<Recipient>,
}

/// Tests on their way.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Tested {
    /// Messages asked for: one for each person and variant. `GET /api/v1/messages?request=…` finds each.
    requests: Vec<String>,
}

/// `POST /api/v1/campaigns/{id}/test`: every variant of the newest version to some people, through the gate. They are in no
/// count of the campaign.
pub(crate) async fn test(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Body(input): Body<TestInput>,
) -> Result<(StatusCode, Json<Tested>), ApiError> {
    if input.to.is_empty() || input.to.len() > MAX_TESTERS {
        return Err(ApiError::invalid_at("to", format!("expected 1 to {MAX_TESTERS} people")));
    }
    let (ws, campaign_id) = (caller.workspace, id.clone());
    let spec = state.run(move |state| spec(&newest(state, ws, &campaign_id)?)).await?;
    let mut requests = Vec::new();
    for to in input.to {
        let profile = recipient(&state, ws, to).await?;
        for content in spec.contents() {
            let key = events::once(ws, &format!("campaign-test-{}", Uuid::now_v7()));
            let request = format!("{:032x}", key.0);
            let asked = spec.asked(content, "test", request.clone(), state.now().plus_ms(DAY_MS));
            let body = LetterBody::Send { profile: profile.id, asked };
            events::send_once(&state, ws, (key, profile.id.home()), body, false).await?;
            requests.push(request);
        }
    }
    let (now, object) = (state.now(), format!("campaign/{id}"));
    let detail = json!({"messages": requests.len()});
    state.write(move |tx| caller.audit(tx, now, "campaign.test", &object, &detail)).await?;
    Ok((StatusCode::ACCEPTED, Json(Tested { requests })))
}
