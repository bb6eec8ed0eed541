//! Pools of coupon codes.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use rapport_domain::{ResourceKind, WorkspaceId};
use rapport_store::control::{coupons, resources};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::{self, At};
use crate::reply::Reply;
use crate::state::ApiState;

/// The largest upload, bytes.
const MAX_UPLOAD_BYTES: usize = 64 << 20;
/// Codes written in one transaction.
const CHUNK: usize = 10_000;

/// How a pool stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PoolView {
    /// Codes in it.
    codes: u64,
    /// Codes given to a message.
    given: u64,
    /// Codes left.
    left: u64,
    /// Codes added by this call.
    added: usize,
}

fn view(standing: coupons::Standing, added: usize) -> PoolView {
    let coupons::Standing { codes, given } = standing;
    PoolView { codes, given, left: codes.saturating_sub(given), added }
}

fn exists(state: &ApiState, ws: WorkspaceId, id: &str) -> Result<(), ApiError> {
    let found = state.stores.control().read(|q| resources::get(q, ws, ResourceKind::Coupon, id, None))?;
    found.map(drop).ok_or_else(|| ApiError::not_found(format!("coupon {id}")))
}

/// `GET /api/v1/coupons/{id}`.
pub(crate) async fn get(State(state): State<ApiState>, caller: Caller, At(id): At<String>) -> Reply<PoolView> {
    let standing = state
        .run(move |state| {
            exists(state, caller.workspace, &id)?;
            Ok::<_, ApiError>(state.stores.control().read(|q| coupons::standing(q, caller.workspace, &id))?)
        })
        .await?;
    Ok(Json(view(standing, 0)))
}

/// `PUT /api/v1/coupons/{id}/codes`.
pub(crate) async fn put(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    request: Request,
) -> Reply<PoolView> {
    let media = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let bytes = extract::bytes_up_to(request, MAX_UPLOAD_BYTES).await?;
    let now = state.now();
    let answer = state
        .run(move |state| {
            let (ws, control) = (caller.workspace, state.stores.control());
            exists(state, ws, &id)?;
            let codes: Vec<String> = if media.contains("json") {
                extract::json(&bytes)?
            } else {
                let text = std::str::from_utf8(&bytes).map_err(|_| ApiError::invalid_at("body", "not UTF-8"))?;
                text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect()
            };
            let mut added = 0;
            for chunk in codes.chunks(CHUNK) {
                added += control.write(|tx| coupons::add(tx, ws, &id, chunk))?;
            }
            let detail = json!({"added": added});
            control.write(|tx| caller.audit(tx, now, "coupon.put", &format!("coupon/{id}"), &detail))?;
            Ok::<_, ApiError>(view(control.read(|q| coupons::standing(q, ws, &id))?, added))
        })
        .await?;
    Ok(Json(answer))
}
