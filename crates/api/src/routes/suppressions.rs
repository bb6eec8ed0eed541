//! Suppressions: addresses nothing is sent to.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use rapport_store::Reader;
use rapport_store::control::suppressions::{self, Suppression};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{At, Body, Query};
use crate::reply::{Paged, Reply, Time};
use crate::state::ApiState;

/// A suppressed address.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuppressionView {
    /// `email`, …
    channel: String,
    /// The address; null once it was erased.
    address: Option<String>,
    /// Why: `hard_bounce`, `complaint`, `manual`, …
    reason: String,
    /// Since when.
    at: Time,
    /// Who put it there.
    source: String,
}

impl From<Suppression> for SuppressionView {
    fn from(s: Suppression) -> Self {
        let at = s.at.into();
        SuppressionView { channel: s.channel, address: s.address, reason: s.reason, at, source: s.source }
    }
}

/// Which suppressions to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuppressionQuery {
    /// Text to find in address or reason.
    q: Option<String>,
    /// Only on this channel.
    channel: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows, 1 to 500; 50 when absent.
    limit: Option<usize>,
}

/// `GET /api/v1/suppressions`.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Query(query): Query<SuppressionQuery>,
) -> Reply<Paged<SuppressionView>> {
    let read = move |q: &Reader, limit| {
        let (channel, search) = (query.channel.as_deref(), query.q.as_deref());
        suppressions::list(q, caller.workspace, channel, search, query.cursor.as_deref(), limit)
    };
    state.page(query.limit, read).await
}

/// An address to suppress.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuppressionInput {
    /// `email`.
    #[serde(default = "email")]
    channel: String,
    /// The address.
    address: String,
    /// Why; `manual` when absent.
    #[serde(default = "manual")]
    reason: String,
}

fn email() -> String {
    "email".to_owned()
}

fn manual() -> String {
    "manual".to_owned()
}

/// `POST /api/v1/suppressions`.
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    Body(input): Body<SuppressionInput>,
) -> Result<(StatusCode, Json<SuppressionView>), ApiError> {
    let address = input.address.trim();
    if address.is_empty() || address.len() > 320 {
        return Err(ApiError::invalid_at("address", "expected an address of at most 320 bytes"));
    }
    let now = state.now();
    let (found, is_new) = state
        .write(move |tx| {
            let (ws, channel, address) = (caller.workspace, &input.channel, &input.address);
            let is_new = suppressions::add(tx, ws, channel, address, &input.reason, now, &caller.actor)?;
            // The address itself does not belong in the log, which is never erased.
            let detail = json!({"reason": input.reason, "new": is_new});
            caller.audit(tx, now, "suppression.create", &format!("suppression/{channel}"), &detail)?;
            let found = suppressions::get(tx, ws, channel, address)?;
            Ok((found.ok_or_else(|| ApiError::not_found("such suppression"))?, is_new))
        })
        .await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(found.into())))
}

/// `DELETE /api/v1/suppressions/{channel}/{address}`.
pub(crate) async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    At((channel, address)): At<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let now = state.now();
    state
        .write(move |tx| {
            suppressions::remove(tx, caller.workspace, &channel, &address)?;
            caller.audit(tx, now, "suppression.delete", &format!("suppression/{channel}"), &json!({}))
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
