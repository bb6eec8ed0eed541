//! Segments: how many are in them, who, and who a rule would hold.

use axum::Json;
use axum::extract::State;
use rapport_domain::{ProfileId, ResourceKind, Timestamp, WorkspaceId};
use rapport_engine::read;
use rapport_store::control::resources;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::rules::{CostView, RuleInput};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{At, Body, Query, instant, limit};
use crate::reply::{Paged, Reply, Time};
use crate::state::ApiState;
use crate::view::{MembershipView, ProfileSummary, profile_id};

/// Profiles shown of a preview.
const SAMPLE: usize = 20;

/// A live segment as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SegmentView {
    /// Its id.
    pub(crate) id: String,
    /// What people call it.
    pub(crate) name: String,
    /// `rule`, or `list` when its members are added and removed by hand.
    pub(crate) kind: String,
    /// Its rule; empty for a list.
    pub(crate) rule: String,
    /// The live version.
    pub(crate) version: u32,
    /// Members now.
    pub(crate) count: u64,
    /// Whether every profile was decided; if not, the count still grows.
    pub(crate) ready: bool,
}

/// The live segments with their counts.
pub(crate) fn standings(state: &ApiState, ws: WorkspaceId) -> Result<Vec<SegmentView>, ApiError> {
    let live = state.stores.control().read(|q| resources::live(q, ws, ResourceKind::Segment))?;
    let text = |spec: &serde_json::Value, name: &str| spec[name].as_str().unwrap_or_default().to_owned();
    live.into_iter()
        .map(|r| {
            let standing = read::segments::standing(state.engine.shared(), ws, &r.id)?;
            Ok(SegmentView {
                name: text(&r.spec, "name"),
                kind: r.spec["kind"].as_str().unwrap_or("rule").to_owned(),
                rule: text(&r.spec, "rule"),
                version: r.version,
                count: standing.count,
                ready: standing.ready,
                id: r.id,
            })
        })
        .collect()
}

/// `GET /api/v1/segments`: the live ones.
pub(crate) async fn list(State(state): State<ApiState>, caller: Caller) -> Reply<Paged<SegmentView>> {
    let items = state.run(move |state| standings(state, caller.workspace)).await?;
    Ok(Json(Paged::whole(items)))
}

/// `GET /api/v1/segments/{id}`.
pub(crate) async fn get(State(state): State<ApiState>, caller: Caller, At(id): At<String>) -> Reply<SegmentView> {
    let all = state.run(move |state| standings(state, caller.workspace)).await?;
    let found = all.into_iter().find(|s| s.id == id);
    found.map(Json).ok_or_else(|| ApiError::not_found(format!("live segment {id}")))
}

/// A member of a segment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SegmentMember {
    /// Who.
    pub(crate) profile: ProfileSummary,
    /// Since when.
    pub(crate) since: Time,
}

/// The profile a page comes after.
fn after(cursor: Option<&str>) -> Result<ProfileId, ApiError> {
    let Some(text) = cursor else { return Ok(ProfileId(0)) };
    text.parse().map_err(|_| ApiError::invalid_at("cursor", "expected the next_cursor of this list"))
}

/// A page of members after a profile.
pub(crate) fn page(
    state: &ApiState,
    ws: WorkspaceId,
    segment: &str,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Paged<SegmentMember>, ApiError> {
    let after = after(cursor)?;
    let rows = read::segments::members(state.engine.shared(), ws, segment, after, limit + 1)?;
    shown(state, ws, rows, limit)
}

/// A page of rows, of which one more than `limit` tells that there are more.
fn shown(
    state: &ApiState,
    ws: WorkspaceId,
    mut rows: Vec<(ProfileId, Timestamp)>,
    limit: usize,
) -> Result<Paged<SegmentMember>, ApiError> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next_cursor = rows.last().filter(|_| more).map(|(id, _)| id.to_string());
    let mut items = Vec::with_capacity(rows.len());
    for (id, since) in rows {
        // Erased or absorbed between the two reads.
        if let Some(profile) = read::profiles::get(state.engine.shared(), ws, id)? {
            items.push(SegmentMember { profile: ProfileSummary::from(&profile), since: since.into() });
        }
    }
    Ok(Paged { items, next_cursor })
}

/// Which members.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct MembersQuery {
    /// Those of that time, by who had entered and left; those of now when absent.
    at: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows, 1 to 500; 50 when absent.
    limit: Option<usize>,
}

/// `GET /api/v1/segments/{id}/members`.
pub(crate) async fn members(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Query(query): Query<MembersQuery>,
) -> Reply<Paged<SegmentMember>> {
    let (limit, at) = (limit(query.limit)?, instant("at", query.at.as_deref())?);
    let ws = caller.workspace;
    let found = state
        .query(move |state, cancel| {
            let live = state.stores.control().read(|q| resources::live_one(q, ws, ResourceKind::Segment, &id))?;
            live.ok_or_else(|| ApiError::not_found(format!("live segment {id}")))?;
            let Some(at) = at else { return page(state, ws, &id, query.cursor.as_deref(), limit) };
            let after = after(query.cursor.as_deref())?;
            let all = read::audiences::members_at(state.engine.shared(), ws, &id, at, cancel)?;
            let rows = all.into_iter().filter(|(id, _)| *id > after).take(limit + 1).collect();
            shown(state, ws, rows, limit)
        })
        .await?;
    Ok(Json(found))
}

/// Who a rule would hold.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreviewView {
    /// How many profiles; exact.
    count: u64,
    /// Some of them.
    sample: Vec<ProfileSummary>,
    /// What the count leaves out: damaged files of events, by name.
    warnings: Vec<String>,
    /// What it would cost to keep the rule current.
    cost: CostView,
}

/// `POST /api/v1/segments/preview`.
pub(crate) async fn preview(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<RuleInput>,
) -> Reply<PreviewView> {
    let rule = input.rule()?;
    let answer = state
        .query(move |state, cancel| {
            let (ws, shared) = (caller.workspace, state.engine.shared());
            let found = read::segments::preview(shared, ws, &rule, SAMPLE, cancel)?;
            let mut sample = Vec::new();
            for id in found.sample {
                sample.extend(read::profiles::get(shared, ws, id)?.map(|p| ProfileSummary::from(&p)));
            }
            let cost = CostView::of(&rule);
            Ok::<_, ApiError>(PreviewView { count: found.count, sample, warnings: found.warnings, cost })
        })
        .await?;
    Ok(Json(answer))
}

/// `GET /api/v1/profiles/{id}/segments`.
pub(crate) async fn of_profile(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
) -> Reply<Paged<MembershipView>> {
    let asked = profile_id(&id)?;
    let rows = state
        .run(move |state| {
            let (ws, shared) = (caller.workspace, state.engine.shared());
            let profile = read::profiles::get(shared, ws, asked)?;
            let profile = profile.ok_or_else(|| ApiError::not_found(format!("profile {asked}")))?;
            Ok::<_, ApiError>(read::segments::of_profile(shared, ws, profile.id)?)
        })
        .await?;
    let show = |(segment, at): (String, rapport_domain::Timestamp)| MembershipView { segment, since: at.into() };
    Ok(Json(Paged::whole(rows.into_iter().map(show).collect())))
}
