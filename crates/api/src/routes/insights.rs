//! Reports over events.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use rapport_engine::read::people::Profiles;
use rapport_insights::xes::{XesRequest, export};
use rapport_insights::{Insight, Report, run};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::Body;
use crate::state::ApiState;

/// `POST /api/v1/insights/{kind}`: the report as JSON, or its table as CSV for those who accept only that.
pub(crate) async fn ask<I: Insight>(
    State(state): State<ApiState>,
    caller: Caller,
    headers: HeaderMap,
    Body(request): Body<I>,
) -> Result<Response, ApiError> {
    let report = state
        .query(move |state, cancel| {
            let snapshot = state.lake.snapshot(caller.workspace);
            run(&request, &snapshot, &Profiles(state.engine.shared()), state.now(), cancel)
        })
        .await?;
    let accept = headers.get(ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if accept.starts_with("text/csv") {
        return Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8")], report.table().csv()).into_response());
    }
    Ok(Json(report).into_response())
}

/// `POST /api/v1/insights/xes`.
pub(crate) async fn xes(
    State(state): State<ApiState>,
    caller: Caller,
    Body(request): Body<XesRequest>,
) -> Result<Response, ApiError> {
    let log = state
        .query(move |state, cancel| {
            let snapshot = state.lake.snapshot(caller.workspace);
            export(&request, &snapshot, &Profiles(state.engine.shared()), state.now(), cancel)
        })
        .await?;
    Ok(([(CONTENT_TYPE, "application/xml; charset=utf-8")], log).into_response())
}
