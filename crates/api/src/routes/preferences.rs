//! The page where a customer chooses topics.

use axum::extract::{Request, State};
use axum::response::Response;
use rapport_delivery::Purpose;
use rapport_delivery::tracking::pages;

use super::customer::form;
use crate::customer::{Visit, answer};
use crate::error::ApiError;
use crate::events;
use crate::extract::At;
use crate::state::ApiState;

async fn visit(state: &ApiState, token: &str) -> Result<Option<Visit>, ApiError> {
    let visit = Visit::open(state, token).await?;
    Ok(visit.filter(|v| v.claim.purpose == Purpose::Preferences))
}

/// `GET /preferences/{token}`: the topics as they stand; changes nothing.
pub(crate) async fn get(State(state): State<ApiState>, At(token): At<String>) -> Result<Response, ApiError> {
    let Some(visit) = visit(&state, &token).await? else { return Ok(answer(pages::invalid_link())) };
    Ok(answer(pages::preferences(&visit.choices(), false, &visit.theme)))
}

/// `POST /preferences/{token}`: takes the choice.
pub(crate) async fn post(
    State(state): State<ApiState>,
    At(token): At<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let form = form(request).await?;
    let Some(before) = visit(&state, &token).await? else { return Ok(answer(pages::invalid_link())) };
    let changes = pages::preferences_result(before.channel(), &before.choices(), &form);
    let statements = before.statements(&state, &changes);
    if !statements.is_empty() {
        events::submit(&state, &statements, true).await?;
    }
    let after = visit(&state, &token).await?.unwrap_or(before);
    Ok(answer(pages::preferences(&after.choices(), !changes.is_empty(), &after.theme)))
}
