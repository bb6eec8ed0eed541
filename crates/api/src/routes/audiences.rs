//! Audiences in depth: why somebody is in a segment, how segments overlap and grew, who came and went, and personas.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use rapport_domain::time::DAY_MS;
use rapport_domain::{Resource, ResourceKind, Timestamp, WorkspaceId};
use rapport_engine::{audiences, read};
use rapport_rules::{Clause, Rule};
use rapport_segments::history::repo as history;
use rapport_segments::personas::Personas;
use rapport_store::control::resources;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::profiles::found;
use super::rules::{CostView, RuleInput};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{At, Body, Query, instant, limit};
use crate::reply::{Paged, Reply, Time};
use crate::state::ApiState;
use crate::view::{ProfileSummary, profile_id};

/// A live segment.
pub(crate) fn live_segment(state: &ApiState, ws: WorkspaceId, id: &str) -> Result<Resource, ApiError> {
    let live = state.stores.control().read(|q| resources::live_one(q, ws, ResourceKind::Segment, id))?;
    live.ok_or_else(|| ApiError::not_found(format!("live segment {id}")))
}

/// The rule of a live segment; a list's is the one it stands for.
pub(crate) fn rule_of(segment: &Resource) -> Result<Rule, ApiError> {
    rapport_segments::spec::rule_of(&segment.id, &segment.spec).map_err(ApiError::invalid)
}

/// An event that proves a clause.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Proof {
    /// The event's id.
    message_id: String,
    /// What happened.
    event: String,
    /// When.
    timestamp: Time,
}

/// A clause of a rule, decided for one profile.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClauseView {
    /// What it says, in the rule language.
    text: String,
    /// Whether it holds.
    holds: bool,
    /// `all` or `any` of its parts, `not` its part, or a `test`.
    kind: &'static str,
    /// The clauses it is made of.
    #[schema(no_recursion)]
    parts: Vec<ClauseView>,
    /// Each value that was compared and is no constant, by its text; missing ones are null.
    #[schema(value_type = Object)]
    values: BTreeMap<String, Value>,
    /// How many events it counts.
    matching_events: usize,
    /// The newest of them, at most ten, oldest first.
    events: Vec<Proof>,
    /// The first instant at which time alone may change whether it holds.
    next_change: Option<Time>,
}

impl ClauseView {
    fn of(clause: Clause, events: &[rapport_domain::Event]) -> ClauseView {
        let proof = |i: &usize| {
            let event = &events[*i];
            let (message_id, name) = (event.message_id.to_string(), event.name.to_string());
            Proof { message_id, event: name, timestamp: event.ts.into() }
        };
        ClauseView {
            events: clause.evidence.iter().map(proof).collect(),
            text: clause.text,
            holds: clause.holds,
            kind: clause.kind,
            parts: clause.parts.into_iter().map(|p| ClauseView::of(p, events)).collect(),
            values: clause.values.into_iter().collect(),
            matching_events: clause.matching,
            next_change: clause.next_change.map(Time::from),
        }
    }
}

/// Why a rule holds for a profile or does not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExplanationView {
    /// Who.
    profile: ProfileSummary,
    /// When it was decided.
    at: Time,
    /// Since when the profile is in the segment; null when it is not, or when a rule was asked that is no segment's.
    member_since: Option<Time>,
    /// The rule taken apart.
    clause: ClauseView,
}

fn explained(
    state: &ApiState,
    ws: WorkspaceId,
    profile: &str,
    rule: &Rule,
    segment: Option<&str>,
) -> Result<ExplanationView, ApiError> {
    let shared = state.engine.shared();
    let profile = found(state, ws, profile_id(profile)?)?;
    let explanation = read::audiences::explain(shared, ws, &profile, rule)?;
    let memberships = read::segments::of_profile(shared, ws, profile.id)?;
    let since = memberships.into_iter().find(|(id, _)| Some(id.as_str()) == segment).map(|(_, at)| at.into());
    Ok(ExplanationView {
        profile: ProfileSummary::from(&profile),
        at: explanation.at.into(),
        member_since: since,
        clause: ClauseView::of(explanation.clause, &explanation.events),
    })
}

/// `GET /api/v1/segments/{id}/explain/{profile}`.
pub(crate) async fn explain(
    State(state): State<ApiState>,
    caller: Caller,
    At((id, profile)): At<(String, String)>,
) -> Reply<ExplanationView> {
    let answer = state.run(move |state| {
        let rule = rule_of(&live_segment(state, caller.workspace, &id)?)?;
        explained(state, caller.workspace, &profile, &rule, Some(&id))
    });
    Ok(Json(answer.await?))
}

/// A rule and whom to decide it for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExplainInput {
    /// The rule as text.
    #[serde(default)]
    rule: Option<String>,
    /// The rule as blocks, in the place of text.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    blocks: Option<Value>,
    /// The profile's id.
    profile: String,
}

/// `POST /api/v1/rules/explain`.
pub(crate) async fn explain_rule(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<ExplainInput>,
) -> Reply<ExplanationView> {
    let rule = RuleInput { rule: input.rule, blocks: input.blocks }.rule()?;
    let answer = state.run(move |state| explained(state, caller.workspace, &input.profile, &rule, None));
    Ok(Json(answer.await?))
}

/// A period.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct PeriodQuery {
    /// From this time on; 30 days ago when absent.
    from: Option<String>,
    /// Before this time; now when absent.
    to: Option<String>,
    /// The most rows, for lists of single rows; 50 when absent, at most 500.
    limit: Option<usize>,
}

impl PeriodQuery {
    fn period(&self, now: Timestamp) -> Result<(Timestamp, Timestamp), ApiError> {
        let from = instant("from", self.from.as_deref())?.unwrap_or(now.plus_ms(-30 * DAY_MS));
        let to = instant("to", self.to.as_deref())?.unwrap_or(now.plus_ms(1));
        if from >= to {
            return Err(ApiError::invalid_at("from", "expected a time before `to`"));
        }
        Ok((from, to))
    }
}

/// How large a segment was.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SizeView {
    /// The hour; older than two weeks, the day.
    at: Time,
    /// Members then.
    count: u64,
}

/// `GET /api/v1/segments/{id}/history`.
pub(crate) async fn sizes(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Query(query): Query<PeriodQuery>,
) -> Reply<Paged<SizeView>> {
    let (from, to) = query.period(state.now())?;
    let rows = state
        .run(move |state| {
            live_segment(state, caller.workspace, &id)?;
            Ok::<_, ApiError>(state.stores.control().read(|q| history::sizes(q, caller.workspace, &id, from, to))?)
        })
        .await?;
    let show = |(at, count): (Timestamp, u64)| SizeView { at: at.into(), count };
    Ok(Json(Paged::whole(rows.into_iter().map(show).collect())))
}

/// Somebody entered or left a segment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CrossingView {
    /// When.
    at: Time,
    /// Who.
    profile: ProfileSummary,
    /// Entered, or left.
    entered: bool,
    /// It was found out later, when the rule was made or changed.
    backfill: bool,
}

/// `GET /api/v1/segments/{id}/feed`.
pub(crate) async fn feed(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Query(query): Query<PeriodQuery>,
) -> Reply<Paged<CrossingView>> {
    let (period, limit) = (query.period(state.now())?, limit(query.limit)?);
    let items = state
        .query(move |state, cancel| {
            let (ws, shared) = (caller.workspace, state.engine.shared());
            live_segment(state, ws, &id)?;
            let mut items = Vec::new();
            for crossing in read::audiences::crossings(shared, ws, &id, period, limit, cancel)? {
                // Erased meanwhile: nothing is told of them.
                if let Some(profile) = read::profiles::get(shared, ws, crossing.profile)? {
                    let profile = ProfileSummary::from(&profile);
                    let (at, entered, backfill) = (crossing.at.into(), crossing.entered, crossing.backfill);
                    items.push(CrossingView { at, profile, entered, backfill });
                }
            }
            Ok::<_, ApiError>(items)
        })
        .await?;
    Ok(Json(Paged::whole(items)))
}

/// Segments to lay over each other.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OverlapInput {
    /// Ids of 2 to 5 live segments.
    segments: Vec<String>,
}

/// Profiles that are in exactly these of the segments.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IntersectionView {
    /// Ids of the segments.
    segments: Vec<String>,
    /// How many profiles are in all of these and in none of the others asked about.
    count: u64,
}

/// How segments overlap.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OverlapView {
    /// Members of each segment, by id.
    sizes: BTreeMap<String, u64>,
    /// Profiles in at least one of them.
    union: u64,
    /// Every combination that has a profile, the largest first: the bars of an UpSet plot.
    intersections: Vec<IntersectionView>,
}

/// `POST /api/v1/segments/overlap`.
pub(crate) async fn overlap(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<OverlapInput>,
) -> Reply<OverlapView> {
    let mut different = input.segments.clone();
    different.sort_unstable();
    different.dedup();
    if !(2..=read::audiences::MAX_OVERLAP).contains(&input.segments.len()) || different.len() < input.segments.len() {
        let message = format!("expected 2 to {} different segments", read::audiences::MAX_OVERLAP);
        return Err(ApiError::invalid_at("segments", message));
    }
    let answer = state.run(move |state| {
        let ws = caller.workspace;
        for id in &input.segments {
            live_segment(state, ws, id)?;
        }
        let found = read::audiences::overlap(state.engine.shared(), ws, &input.segments)?;
        let mut sizes: BTreeMap<String, u64> = input.segments.iter().map(|id| (id.clone(), 0)).collect();
        for part in &found {
            for place in &part.segments {
                *sizes.entry(input.segments[*place].clone()).or_default() += part.count;
            }
        }
        let union = found.iter().map(|part| part.count).sum();
        let named = |places: &[usize]| places.iter().map(|p| input.segments[*p].clone()).collect();
        let show = |part: &read::audiences::Intersection| IntersectionView {
            segments: named(&part.segments),
            count: part.count,
        };
        Ok::<_, ApiError>(OverlapView { sizes, union, intersections: found.iter().map(show).collect() })
    });
    Ok(Json(answer.await?))
}

/// A persona model with what it found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonaModelView {
    /// Its id; also the trait in which a profile's persona stands.
    id: String,
    /// What people call it.
    name: String,
    /// The live version.
    version: u32,
    /// When it was last computed; null before.
    computed_at: Option<Time>,
    /// The personas with what sets each apart, how clear they are, and the numbers of personas tried.
    #[schema(value_type = Option<Object>)]
    result: Option<Personas>,
    /// Live segments of the personas, in their order.
    segments: Vec<String>,
}

fn model_view(state: &ApiState, model: &Resource) -> Result<PersonaModelView, ApiError> {
    let last = state.stores.control().read(|q| history::personas(q, model.workspace, &model.id))?;
    let (computed_at, result) = match last {
        Some((_, at, doc)) => (Some(at.into()), serde_json::from_str::<Personas>(&doc).ok()),
        None => (None, None),
    };
    let personas = result.iter().flat_map(|r| &r.personas);
    Ok(PersonaModelView {
        segments: personas.map(|p| format!("{}-{}", model.id, p.id)).collect(),
        id: model.id.clone(),
        name: model.spec["name"].as_str().unwrap_or(&model.id).to_owned(),
        version: model.version,
        computed_at,
        result,
    })
}

fn live_model(state: &ApiState, ws: WorkspaceId, id: &str) -> Result<Resource, ApiError> {
    let live = state.stores.control().read(|q| resources::live_one(q, ws, ResourceKind::PersonaModel, id))?;
    live.ok_or_else(|| ApiError::not_found(format!("live persona model {id}")))
}

/// `GET /api/v1/personas`: the live models.
pub(crate) async fn models(State(state): State<ApiState>, caller: Caller) -> Reply<Paged<PersonaModelView>> {
    let items = state
        .run(move |state| {
            let ws = caller.workspace;
            let live = state.stores.control().read(|q| resources::live(q, ws, ResourceKind::PersonaModel))?;
            live.iter().map(|model| model_view(state, model)).collect::<Result<Vec<_>, ApiError>>()
        })
        .await?;
    Ok(Json(Paged::whole(items)))
}

/// `GET /api/v1/personas/{id}`.
pub(crate) async fn model(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
) -> Reply<PersonaModelView> {
    let view = state.run(move |state| model_view(state, &live_model(state, caller.workspace, &id)?)).await?;
    Ok(Json(view))
}

/// `POST /api/v1/personas/{id}/compute`.
pub(crate) async fn compute(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
) -> Reply<PersonaModelView> {
    let now = state.now();
    let view = state
        .query(move |state, cancel| {
            let model = live_model(state, caller.workspace, &id)?;
            audiences::compute(state.engine.shared(), caller.workspace, &model, cancel)?;
            let object = format!("persona_model/{id}");
            state
                .stores
                .control()
                .write(|tx| caller.audit(tx, now, "persona_model.compute", &object, &serde_json::json!({})))?;
            model_view(state, &model)
        })
        .await?;
    Ok(Json(view))
}

/// `POST /api/v1/rules/cost`.
pub(crate) async fn cost(_: Caller, Body(input): Body<RuleInput>) -> Reply<CostView> {
    Ok(Json(CostView::of(&input.rule()?)))
}
