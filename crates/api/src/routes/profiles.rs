//! Customers: lists, one, by identifier, their events and messages.

use axum::Json;
use axum::extract::State;
use rapport_domain::event::names;
use rapport_domain::{Profile, ProfileId, SourceId, Timestamp, WorkspaceId};
use rapport_engine::read;
use rapport_lake::TimelineFilter;
use rapport_profiles::Sort;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::accounts::AccountView;
use super::members::PageQuery;
use super::profiles_many::{self, Matching};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{At, Query, instant, limit};
use crate::reply::{Paged, Reply, Time};
use crate::state::ApiState;
use crate::view::{EventView, MessageView, ProfileSummary, ProfileView, profile_id};

/// Which customers to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileQuery {
    /// Words, each of which must occur in an identifier, the id or a naming trait.
    q: Option<String>,
    /// With or without a `user_id`.
    known: Option<bool>,
    /// With or without an e-mail address.
    has_email: Option<bool>,
    /// In the live segment with this id.
    segment: Option<String>,
    /// Whom this rule holds now: `traits.plan == "pro"`.
    rule: Option<String>,
    /// `last_seen` (the default, last first) or `id`.
    sort: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows, 1 to 500; 50 when absent.
    limit: Option<usize>,
}

/// `GET /api/v1/profiles`.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<ProfileQuery>,
) -> Reply<Paged<ProfileSummary>> {
    let limit = limit(query.limit)?;
    let sort = match query.sort.as_deref() {
        None | Some("last_seen") => Sort::LastSeen,
        Some("id") => Sort::Id,
        Some(_) => return Err(ApiError::invalid_at("sort", "expected last_seen or id")),
    };
    let ProfileQuery { q, known, has_email, segment, rule, cursor, .. } = query;
    let matching = Matching { q, known, has_email, segment, rule };
    let page = profiles_many::page(&state, caller.workspace, matching, sort, cursor, limit).await?;
    let items = page.items.iter().map(ProfileSummary::from).collect();
    Ok(Json(Paged { items, next_cursor: page.next }))
}

/// The profile of an id, or of an id it had before a merge.
pub(crate) fn found(state: &ApiState, ws: WorkspaceId, id: ProfileId) -> Result<Profile, ApiError> {
    let profile = read::profiles::get(state.engine.shared(), ws, id)?;
    profile.ok_or_else(|| ApiError::not_found(format!("profile {id}")))
}

/// A profile with its segments and journeys.
pub(crate) fn whole(state: &ApiState, ws: WorkspaceId, profile: &Profile) -> Result<ProfileView, ApiError> {
    let shared = state.engine.shared();
    let segments = read::segments::of_profile(shared, ws, profile.id)?;
    let journeys = read::journeys::of_profile(shared, ws, profile.id)?;
    let computed = read::segments::computed_traits(shared, ws, profile);
    Ok(ProfileView::of(profile, computed, segments, journeys))
}

/// `GET /api/v1/profiles/{id}`.
pub(crate) async fn get(State(state): State<ApiState>, caller: Caller, At(id): At<String>) -> Reply<ProfileView> {
    let id = profile_id(&id)?;
    let view = state
        .run(move |state| {
            let profile = found(state, caller.workspace, id)?;
            whole(state, caller.workspace, &profile)
        })
        .await?;
    Ok(Json(view))
}

/// `GET /api/v1/profiles/by/{namespace}/{value}`.
pub(crate) async fn by_identifier(
    State(state): State<ApiState>,
    caller: Caller,
    At((namespace, value)): At<(String, String)>,
) -> Reply<ProfileView> {
    let view = state
        .run(move |state| {
            let (ws, shared) = (caller.workspace, state.engine.shared());
            let profile = read::profiles::by_identifier(shared, ws, &namespace, &value)?;
            let profile = profile.ok_or_else(|| ApiError::not_found(format!("profile with this {namespace}")))?;
            whole(state, ws, &profile)
        })
        .await?;
    Ok(Json(view))
}

/// Whose identifier it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IdentityView {
    /// The namespace.
    namespace: String,
    /// The value, normalised.
    value: String,
    /// The profile that owns it.
    profile: ProfileSummary,
}

/// `GET /api/v1/identities/{namespace}/{value}`.
pub(crate) async fn identity(
    State(state): State<ApiState>,
    caller: Caller,
    At((namespace, value)): At<(String, String)>,
) -> Reply<IdentityView> {
    let missing = || ApiError::not_found(format!("profile with this {namespace}"));
    let identifier = rapport_domain::identity::identifier(&namespace, &value).ok_or_else(missing)?;
    let wanted = identifier.clone();
    let profile = state
        .run(move |state| {
            let shared = state.engine.shared();
            read::profiles::by_identifier(shared, caller.workspace, &wanted.namespace, &wanted.value)
        })
        .await?;
    let profile = profile.ok_or_else(missing)?;
    let (namespace, value) = (identifier.namespace, identifier.value);
    Ok(Json(IdentityView { namespace, value, profile: ProfileSummary::from(&profile) }))
}

/// Which events to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct TimelineQuery {
    /// Text to find in name or properties.
    q: Option<String>,
    /// Only events of this name.
    event: Option<String>,
    /// Only events of the source with this id; 0 is Rapport itself.
    source: Option<u32>,
    /// Only what came from elsewhere than Rapport itself.
    #[serde(default)]
    theirs: bool,
    /// Only events at or after this time.
    from: Option<String>,
    /// Only events before this time.
    to: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows, 1 to 500; 50 when absent.
    limit: Option<usize>,
}

impl TimelineQuery {
    fn filter(&self) -> Result<TimelineFilter, ApiError> {
        Ok(TimelineFilter {
            names: self.event.iter().cloned().collect(),
            contains: self.q.clone(),
            source: self.source.map(SourceId),
            without: self.theirs.then_some(SourceId(0)),
            from: instant("from", self.from.as_deref())?,
            until: instant("to", self.to.as_deref())?.map(|to| to.plus_ms(-1)),
        })
    }
}

/// A place on a timeline: the last event's time and id.
fn place(cursor: &str) -> Result<(Timestamp, String), ApiError> {
    let read = || {
        let (at, id) = cursor.split_once('~')?;
        Some((Timestamp(at.parse().ok()?), id.to_owned()))
    };
    read().ok_or_else(|| ApiError::invalid_at("cursor", "expected the next_cursor of this list"))
}

/// A page of a timeline, newest first.
pub(crate) fn timeline(
    state: &ApiState,
    ws: WorkspaceId,
    id: ProfileId,
    cursor: Option<&str>,
    filter: &TimelineFilter,
    limit: usize,
) -> Result<Paged<EventView>, ApiError> {
    let before = cursor.map(place).transpose()?;
    let before = before.as_ref().map(|(ts, id)| (*ts, id.as_str()));
    let mut rows = read::profiles::timeline(state.engine.shared(), ws, id, before, filter, limit + 1)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next_cursor = rows.last().filter(|_| more).map(|r| format!("{}~{}", r.event.ts.0, r.event.message_id));
    Ok(Paged { items: rows.iter().map(EventView::from).collect(), next_cursor })
}

/// `GET /api/v1/profiles/{id}/events`.
pub(crate) async fn events(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Query(query): Query<TimelineQuery>,
) -> Reply<Paged<EventView>> {
    let (id, limit, filter) = (profile_id(&id)?, limit(query.limit)?, query.filter()?);
    let page = state
        .run(move |state| {
            let profile = found(state, caller.workspace, id)?;
            timeline(state, caller.workspace, profile.id, query.cursor.as_deref(), &filter, limit)
        })
        .await?;
    Ok(Json(page))
}

/// `GET /api/v1/profiles/{id}/messages`.
pub(crate) async fn messages(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Query(query): Query<PageQuery>,
) -> Reply<Paged<MessageView>> {
    let (id, limit) = (profile_id(&id)?, limit(query.limit)?);
    let page = state
        .run(move |state| {
            let profile = found(state, caller.workspace, id)?;
            let (shared, cursor) = (state.engine.shared(), query.cursor.as_deref());
            Ok::<_, ApiError>(read::messages::of_profile(shared, caller.workspace, profile.id, cursor, limit)?)
        })
        .await?;
    let items = page.items.into_iter().map(MessageView::from).collect();
    Ok(Json(Paged { items, next_cursor: page.next }))
}

/// `GET /api/v1/profiles/{id}/accounts`: those the customer belongs to, in the order they were joined.
pub(crate) async fn accounts(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
) -> Reply<Paged<AccountView>> {
    let id = profile_id(&id)?;
    let items = state
        .run(move |state| {
            let mut items = Vec::new();
            for group in found(state, caller.workspace, id)?.groups {
                let account = read::profiles::account(state.engine.shared(), caller.workspace, &group)?;
                items.extend(account.map(AccountView::from));
            }
            Ok::<_, ApiError>(items)
        })
        .await?;
    Ok(Json(Paged::whole(items)))
}

/// A change of traits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TraitChangeView {
    /// When it was stated.
    at: Time,
    /// `{trait: {from, to}}`.
    #[schema(value_type = Object)]
    changes: Value,
    /// The event that recorded it.
    message_id: String,
}

/// `GET /api/v1/profiles/{id}/traits`: how traits changed, newest first.
pub(crate) async fn traits(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Query(query): Query<PageQuery>,
) -> Reply<Paged<TraitChangeView>> {
    let (id, limit) = (profile_id(&id)?, limit(query.limit)?);
    let page = state
        .run(move |state| {
            let profile = found(state, caller.workspace, id)?;
            let filter = TimelineFilter { names: vec![names::PROFILE_UPDATED.into()], ..TimelineFilter::default() };
            timeline(state, caller.workspace, profile.id, query.cursor.as_deref(), &filter, limit)
        })
        .await?;
    let items = page.items.into_iter().map(|mut e| TraitChangeView {
        at: e.timestamp,
        changes: e.properties.remove("changes").unwrap_or_else(|| json!({})),
        message_id: e.message_id,
    });
    Ok(Json(Paged { items: items.collect(), next_cursor: page.next_cursor }))
}
