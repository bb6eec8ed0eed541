//! `Idempotency-Key`: a repeated POST gets the first answer instead of doing the thing again.

use std::collections::HashSet;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::http::{HeaderName, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;
use rapport_domain::time::HOUR_MS;
use rapport_domain::{ErrorClass, WorkspaceId};
use rapport_store::control::idempotency::{self, Answer};
use sha2::{Digest, Sha256};

use crate::auth::Caller;
use crate::endpoint::{Method, Rules};
use crate::error::ApiError;
use crate::extract;
use crate::problem::PROBLEM_JSON;
use crate::state::ApiState;

const KEY: &str = "idempotency-key";
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The longest key, bytes.
const MAX_KEY_BYTES: usize = 200;
/// The largest answer remembered, bytes.
const MAX_ANSWER_BYTES: usize = 1 << 20;

/// Keys whose first request is being answered.
pub(crate) type InFlight = Mutex<HashSet<(WorkspaceId, String)>>;

/// Removes the key when its request ends, however it ends.
struct Place<'a>(&'a ApiState, (WorkspaceId, String));

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.shared().in_flight.lock().remove(&self.1);
    }
}

/// Answers from memory, or runs the handler and remembers its answer.
pub(crate) async fn run(
    state: &ApiState,
    rules: Rules,
    caller: &Caller,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let key = request.headers().get(KEY).filter(|_| rules.method == Method::Post);
    let Some(key) = key.map(|v| v.to_str().unwrap_or_default().to_owned()) else { return Ok(next.run(request).await) };
    if !rules.remembers {
        let detail = "not possible here: the answer holds a secret, or the body is a file";
        return Err(ApiError::invalid_at("Idempotency-Key", detail));
    }
    if key.is_empty() || key.len() > MAX_KEY_BYTES {
        return Err(ApiError::invalid_at("Idempotency-Key", format!("expected 1 to {MAX_KEY_BYTES} characters")));
    }
    let id = (caller.workspace, key.clone());
    if !state.shared().in_flight.lock().insert(id.clone()) {
        let detail = "the first request with this Idempotency-Key is still being answered";
        return Err(ApiError::conflict("idempotency_in_progress", detail));
    }
    let _place = Place(state, id);
    let (parts, body) = request.into_parts();
    let bytes = extract::bytes(Request::new(body)).await?;
    let mut hash = Sha256::new();
    for part in [caller.actor.as_bytes(), parts.uri.to_string().as_bytes(), &bytes] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let (request_hash, ws) = (hash.finalize().to_vec(), caller.workspace);
    let wanted = key.clone();
    if let Some(found) = state.read(move |q| Ok(idempotency::get(q, ws, &wanted)?)).await? {
        return replay(found, &request_hash);
    }
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    remember(state, ws, key, request_hash, response).await
}

fn replay(answer: Answer, request_hash: &[u8]) -> Result<Response, ApiError> {
    if answer.request_hash != request_hash {
        let error = ApiError::conflict("idempotency_key_reused", "this Idempotency-Key was used for another request");
        return Err(error.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    }
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let media = if status.is_success() { "application/json" } else { PROBLEM_JSON };
    let mut response = (status, answer.body).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

/// Remembers an answer, unless trying again may give another one.
async fn remember(
    state: &ApiState,
    ws: WorkspaceId,
    key: String,
    request_hash: Vec<u8>,
    response: Response,
) -> Result<Response, ApiError> {
    let status = response.status().as_u16();
    if status >= 500 || matches!(status, 401 | 403 | 409 | 412 | 429) {
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, MAX_ANSWER_BYTES)
        .await
        .map_err(|e| ApiError::fault("answer_too_large", ErrorClass::Fatal, e.to_string()))?;
    let at = state.now();
    let answer = Answer { request_hash, status, body: body.to_vec(), at };
    let due = {
        let mut last = state.shared().housekept.lock();
        let due = at.since_ms(*last) >= HOUR_MS;
        if due {
            *last = at;
        }
        due
    };
    let before = at.plus_ms(-state.config.idempotency_ms);
    state
        .write(move |tx| {
            if due {
                idempotency::expire(tx, before)?;
            }
            Ok(idempotency::put(tx, ws, &key, &answer)?)
        })
        .await?;
    Ok(Response::from_parts(parts, Body::from(body)))
}
