//! The index of the product: every endpoint, who may call it, and what it takes and answers. The router, the OpenAPI
//! document and the test of permissions are made from this list, so nothing can be reached that is not in it.

mod collection;
mod customers;
mod desk;
mod insights;
mod management;
mod people;

use std::sync::LazyLock;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use tower_http::cors::{AllowHeaders, Any, CorsLayer};

use crate::auth::Access;
use crate::dashboard;
use crate::endpoint::Endpoint;
use crate::error::ApiError;
use crate::extract::nearest;
use crate::guard;
use crate::state::ApiState;

/// How long a browser may keep what a preflight said.
const CORS_AGE: std::time::Duration = std::time::Duration::from_secs(86_400);

/// Every endpoint.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let mut all = collection::endpoints();
    all.extend(management::endpoints());
    all.extend(people::endpoints());
    all.extend(desk::endpoints());
    all.extend(customers::endpoints());
    all
}

/// The whole HTTP face. Serve it with the peer's address (`into_make_service_with_connect_info`), which the throttling of
/// sign-ins and the events of browsers use.
pub fn router(state: ApiState) -> Router {
    let (mut guarded, mut collecting) = (Router::new(), Router::new());
    for endpoint in endpoints() {
        let (path, rules) = (endpoint.path, endpoint.rules);
        if endpoint.access == Access::WriteKey {
            // No guard in the way of events: the collector checks the key.
            if endpoint.slash {
                collecting = collecting.route(&format!("{path}/"), endpoint.handler.clone());
            }
            collecting = collecting.route(path, endpoint.handler);
        } else {
            let guard = from_fn_with_state((state.clone(), rules, path), guard::check);
            guarded = guarded.route(path, endpoint.handler.layer(guard));
        }
    }
    // Bodies are bounded where they are read: an upload is larger than a document.
    let guarded = guarded.method_not_allowed_fallback(unknown_method).layer(DefaultBodyLimit::disable());
    // The layer goes around the fallback: it answers OPTIONS in its place.
    let collecting = collecting.method_not_allowed_fallback(unknown_method).layer(cors());
    guarded.merge(collecting).fallback(unknown_path).with_state(state)
}

/// Browsers of any site may send events; they need no cookies for it.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        // As asked for: Authorization, Content-Type, Content-Encoding, and what SDKs add.
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([axum::http::header::RETRY_AFTER])
        .max_age(CORS_AGE)
}

/// Every path, for naming the nearest.
static KNOWN: LazyLock<Vec<&'static str>> = LazyLock::new(|| endpoints().iter().map(|e| e.path).collect());

async fn unknown_path(method: Method, uri: Uri, headers: HeaderMap) -> Result<Response, ApiError> {
    if dashboard::is_page(&method, &uri, &headers) {
        return Ok(dashboard::any_page());
    }
    Err(no_path(&uri))
}

fn no_path(uri: &Uri) -> ApiError {
    let error = ApiError::not_found(format!("path {}", uri.path()));
    match nearest(uri.path(), KNOWN.iter().copied()) {
        Some(near) => ApiError { detail: format!("{}; did you mean {near}?", error.detail), ..error },
        None => error,
    }
}

async fn unknown_method(method: Method, uri: Uri) -> ApiError {
    let detail = format!("{method} is not possible at {}", uri.path());
    ApiError::new(rapport_domain::ErrorClass::Invalid, "method_not_allowed", detail)
        .with_status(StatusCode::METHOD_NOT_ALLOWED)
}
