//! The page where a customer chooses topics.

use axum::Json;
use axum::extract::{Request, State};
use axum::response::Response;
use rapport_delivery::tracking::{Page, pages};
use rapport_delivery::{Claim, Purpose};
use rapport_domain::{EventKind, OutboxId};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::customer::form;
use crate::auth::Caller;
use crate::customer::{Accepts, Visit, answer};
use crate::error::ApiError;
use crate::events;
use crate::extract::At;
use crate::reply::Reply;
use crate::state::ApiState;
use crate::view::profile_id;

async fn visit(state: &ApiState, token: &str, accepts: &Accepts) -> Result<Option<Visit>, ApiError> {
    let visit = accepts.visit(state, token).await?;
    Ok(visit.filter(|v| v.claim.purpose == Purpose::Preferences))
}

fn page(visit: &Visit, saved: bool) -> Page {
    pages::preferences(&visit.choices(), &visit.channels(), &visit.wishes(), saved, &visit.theme)
}

/// The page as the customer would see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreferencePage {
    /// The whole document. Its form leads nowhere: no link carries it.
    html: String,
}

/// `GET /api/v1/profiles/{id}/preferences`.
pub(crate) async fn shown(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    accepts: Accepts,
) -> Reply<PreferencePage> {
    let (workspace, message) = (caller.workspace, OutboxId::default());
    let claim = Claim { workspace, message, profile: profile_id(&id)?, purpose: Purpose::Preferences };
    let visit = accepts.visit_of(&state, claim).await?;
    if visit.profile.is_none() {
        return Err(ApiError::not_found(format!("profile {id}")));
    }
    let html = String::from_utf8_lossy(&page(&visit, false).body).into_owned();
    Ok(Json(PreferencePage { html }))
}

/// `GET /preferences/{token}`: the topics as they stand; changes nothing.
pub(crate) async fn get(
    State(state): State<ApiState>,
    At(token): At<String>,
    accepts: Accepts,
) -> Result<Response, ApiError> {
    let Some(visit) = visit(&state, &token, &accepts).await? else { return Ok(accepts.invalid_link()) };
    Ok(answer(page(&visit, false)))
}

/// `POST /preferences/{token}`: takes the choice.
pub(crate) async fn post(
    State(state): State<ApiState>,
    At(token): At<String>,
    accepts: Accepts,
    request: Request,
) -> Result<Response, ApiError> {
    let visitor = events::visitor(&state, request.extensions(), request.headers());
    let form = form(request).await?;
    let Some(before) = visit(&state, &token, &accepts).await? else { return Ok(accepts.invalid_link()) };
    let mut changes = pages::preferences_result(before.channel(), &before.choices(), &form);
    for change in pages::channels_result(&before.channels(), &form) {
        if !changes.iter().any(|c| c.channel == change.channel && c.topic.is_none()) {
            changes.push(change);
        }
    }
    before.lift(&state, &changes).await?;
    let mut statements = before.statements(&state, &changes, &visitor);
    let wished = pages::wishes_result(before.channel(), &before.wishes(), &form, state.now());
    let is_changed = wished.is_some() || !changes.is_empty();
    if let (Some(traits), Some(profile)) = (wished, &before.profile) {
        let body = json!({"traits": before.merged(traits)});
        statements.push(events::about(&state, before.claim.workspace, profile.id, EventKind::Identify, &body));
    }
    if !statements.is_empty() {
        events::submit(&state, &statements, true).await?;
    }
    let after = visit(&state, &token, &accepts).await?.unwrap_or(before);
    Ok(answer(page(&after, is_changed)))
}
