//! What stands before every handler: who is asking, whether they may, whether the answer was given before.

pub(crate) mod idempotency;

use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::auth::{self, Access, Caller};
use crate::endpoint::{Method, Rules};
use crate::error::ApiError;
use crate::state::ApiState;
use crate::telemetry;

/// The header that proves a write with a cookie comes from our own pages.
const CSRF: &str = "x-csrf-token";

/// Lets a request through to its handler, or answers in its place.
pub(crate) async fn check(
    State((state, rules, path)): State<(ApiState, Rules, &'static str)>,
    request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let response = match admit(&state, rules, request, next).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    };
    telemetry::answered(rules.method, path, response.status().as_u16(), begun.elapsed());
    response
}

async fn admit(state: &ApiState, rules: Rules, mut request: Request, next: Next) -> Result<Response, ApiError> {
    let Access::Role(role) = rules.access else { return Ok(next.run(request).await) };
    let caller = auth::identify(state, request.headers()).await?;
    caller.require(role)?;
    if rules.method != Method::Get {
        check_csrf(&caller, request.headers())?;
    }
    request.extensions_mut().insert(caller.clone());
    let mut response = idempotency::run(state, rules, &caller, request, next).await?;
    response.headers_mut().entry("cache-control").or_insert(HeaderValue::from_static("no-store"));
    Ok(response)
}

/// A write with a cookie needs the session's token beside it; a bearer token is proof by itself.
fn check_csrf(caller: &Caller, headers: &HeaderMap) -> Result<(), ApiError> {
    let sent = headers.get(CSRF).and_then(|v| v.to_str().ok()).unwrap_or_default();
    match &caller.csrf {
        Some(csrf) if !is_csrf(csrf, sent) => Err(csrf_missing()),
        _ => Ok(()),
    }
}

/// Whether `sent` is the session's CSRF token.
fn is_csrf(csrf: &str, sent: &str) -> bool {
    let digest = |text: &str| -> [u8; 32] { Sha256::digest(text.as_bytes()).into() };
    digest(csrf).ct_eq(&digest(sent)).into()
}

/// What a write without it is answered.
fn csrf_missing() -> ApiError {
    ApiError { code: "csrf", ..ApiError::forbidden("a write with a session's cookie needs the header X-CSRF-Token") }
}
