//! Changing customers: traits, erasing, undoing a merge. All of it goes through the log, as every other event does.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use rapport_delivery::core::address::suppression_keys;
use rapport_domain::record::LetterBody;
use rapport_domain::{EventKind, Profile, WorkspaceId};
use rapport_profiles::{IdentifierRow, apart_from, outranks};
use rapport_store::control::{imports, quality, suppressions};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};

use super::profiles::{found, whole};
use super::templates::settings;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::events;
use crate::extract::{At, Body, Query};
use crate::reply::Reply;
use crate::state::ApiState;
use crate::view::{ProfileView, profile_id};

/// Whether to wait.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct WaitQuery {
    /// Answer only when the change is applied (at most two seconds); true when absent.
    #[serde(default = "yes")]
    pub(crate) wait: bool,
}

fn yes() -> bool {
    true
}

/// What to change of a customer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfilePatch {
    /// Traits to set; null removes one.
    #[schema(value_type = Object)]
    traits: Map<String, Value>,
}

/// The profile of a path, read on a blocking thread, and the change noted in the audit log.
pub(crate) async fn noted(
    state: &ApiState,
    caller: &Caller,
    id: &str,
    action: &'static str,
    detail: Value,
) -> Result<Profile, ApiError> {
    let (id, caller, now) = (profile_id(id)?, caller.clone(), state.now());
    state
        .run(move |state| {
            let profile = found(state, caller.workspace, id)?;
            let object = format!("profile/{}", profile.id);
            state.stores.control().write(|tx| caller.audit(tx, now, action, &object, &detail))?;
            Ok::<_, ApiError>(profile)
        })
        .await
}

/// The profile as it is after a change.
pub(crate) async fn after(state: &ApiState, ws: WorkspaceId, id: rapport_domain::ProfileId) -> Reply<ProfileView> {
    let view = state
        .run(move |state| {
            let profile = found(state, ws, id)?;
            whole(state, ws, &profile)
        })
        .await?;
    Ok(Json(view))
}

/// `PATCH /api/v1/profiles/{id}`.
pub(crate) async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Query(query): Query<WaitQuery>,
    Body(patch): Body<ProfilePatch>,
) -> Reply<ProfileView> {
    if patch.traits.is_empty() {
        return Err(ApiError::invalid_at("traits", "expected at least one trait"));
    }
    let body = json!({"traits": patch.traits});
    if body.to_string().len() > state.collector.config().max_event_bytes {
        return Err(ApiError::invalid_at("traits", "larger than an event may be"));
    }
    let named: Vec<&String> = patch.traits.keys().collect();
    let profile = noted(&state, &caller, &id, "profile.update", json!({"traits": named})).await?;
    let event = events::about(&state, caller.workspace, profile.id, EventKind::Identify, &body);
    events::submit(&state, &[event], query.wait).await?;
    after(&state, caller.workspace, profile.id).await
}

/// What an erasure reaches.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Erasing {
    /// The profile.
    profile: String,
    /// What is erased, and by when.
    reaches: Vec<&'static str>,
}

/// Where erasing reaches.
const REACHES: [&str; 7] = [
    "the profile, its identifiers, consents, segments and journey runs: at once",
    "messages waiting and the ledger of messages sent: at once",
    "its events in memory and in files: at once, files are rewritten",
    "rejected events and rows of imports that name one of its identifiers: at once",
    "the log: within a minute, when no partition lags behind it",
    "freed pages and write-ahead logs of the databases: within a minute, when no partition lags behind",
    "the suppression list: the address goes, its hash stays, so that nothing is sent to it again",
];

/// `POST /api/v1/profiles/{id}/erase`.
pub(crate) async fn erase(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Query(query): Query<WaitQuery>,
) -> Result<(StatusCode, Json<Erasing>), ApiError> {
    let profile = noted(&state, &caller, &id, "profile.erase", json!({})).await?;
    let values: Vec<String> = profile.identifiers.iter().map(|i| i.value.clone()).collect();
    let ws = caller.workspace;
    let country = state.run(move |state| Ok::<_, ApiError>(settings(state, ws)?.default_country)).await?;
    let addresses = suppression_keys(&profile, country.as_deref());
    state.shared().simulations.erase(ws, &profile.id.to_string());
    // First, so that a repeated request after a fault in between still finds the profile.
    state
        .write(move |tx| {
            for address in &addresses {
                suppressions::forget_address(tx, ws, address)?;
            }
            quality::forget(tx, ws, &values)?;
            imports::forget_rejects(tx, ws, &values)?;
            Ok(())
        })
        .await?;
    let body = LetterBody::Erase { profile: profile.id, reason: format!("asked for by {}", caller.actor) };
    events::send(&state, ws, profile.id.home(), body, query.wait).await?;
    Ok((StatusCode::ACCEPTED, Json(Erasing { profile: profile.id.to_string(), reaches: REACHES.to_vec() })))
}

/// Which merge to undo.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnmergeInput {
    /// The absorbed profile's id, as `merges` of the profile names it.
    from: String,
}

/// `POST /api/v1/profiles/{id}/unmerge`.
pub(crate) async fn unmerge(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Query(query): Query<WaitQuery>,
    Body(input): Body<UnmergeInput>,
) -> Result<(StatusCode, Json<ProfileView>), ApiError> {
    let expected = || ApiError::invalid_at("from", "expected the id of a profile among this one's merges");
    let from = input.from.parse().map_err(|_| expected())?;
    let asked = profile_id(&id)?;
    let ws = caller.workspace;
    let profile = state.run(move |state| found(state, ws, asked)).await?;
    if !profile.merges.iter().any(|m| m.from == from) {
        return Err(expected());
    }
    let detail = json!({"from": from.to_string()});
    let profile = noted(&state, &caller, &profile.id.to_string(), "profile.unmerge", detail).await?;
    let body = LetterBody::UndoMerge { from, into: profile.id };
    events::send(&state, ws, profile.id.home(), body, query.wait).await?;
    let view = after(&state, ws, profile.id).await?;
    Ok((StatusCode::ACCEPTED, view))
}

/// Which profile is the same customer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MergeInput {
    /// The other profile's id.
    with: String,
}

/// `POST /api/v1/profiles/{id}/merge`: also where a merge was undone before. The known one stays, else the older.
pub(crate) async fn merge(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Query(query): Query<WaitQuery>,
    Body(input): Body<MergeInput>,
) -> Result<(StatusCode, Json<ProfileView>), ApiError> {
    let (one, other, ws) = (profile_id(&id)?, profile_id(&input.with)?, caller.workspace);
    let (a, b) = state.run(move |state| Ok::<_, ApiError>((found(state, ws, one)?, found(state, ws, other)?))).await?;
    if a.id == b.id {
        return Err(ApiError::invalid_at("with", "the two are one already"));
    }
    if a.known && b.known {
        let detail =
            "both have a user id: two known customers are never merged; an alias call says that one renamed itself";
        return Err(ApiError::conflict("both_known", detail));
    }
    let row = |p: &Profile| IdentifierRow { profile: p.id, known: p.known };
    let (into, from) = if outranks(row(&a), row(&b)) { (a.id, b.id) } else { (b.id, a.id) };
    noted(&state, &caller, &into.to_string(), "profile.merge", json!({"from": from.to_string()})).await?;
    // Named by the profile itself: an explicit statement, which undone merges yield to.
    let body = LetterBody::MergeInto { from, into, by: apart_from(into) };
    events::send(&state, ws, from.home(), body, query.wait).await?;
    if query.wait {
        events::applied(&state, into.home()).await;
    }
    let view = after(&state, ws, into).await?;
    Ok((StatusCode::ACCEPTED, view))
}
