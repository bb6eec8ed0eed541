//! `/sdk/{file}`: the browser SDK, built from `web/sdk` and part of the binary.

use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::embedded;
use crate::extract::At;

/// What `web/sdk` builds; empty when it was not built.
#[derive(rust_embed::Embed)]
#[folder = "../../web/sdk/dist"]
#[allow_missing = true]
struct Files;

/// How long browsers keep the SDK: an upgrade reaches every page within the hour, without a request a page.
const AGE: &str = "public, max-age=3600, stale-while-revalidate=86400";

/// What the demo's page may do: use its own files and this server.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' \
                           https: http: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `GET /sdk/{file}`. Pages of any origin load it.
pub(crate) async fn file(At(path): At<String>, headers: HeaderMap) -> Response {
    let mut response = embedded::file::<Files>(&path, &headers, AGE).unwrap_or_else(|| missing(&path));
    let any = HeaderValue::from_static("*");
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, any);
    let everywhere = HeaderValue::from_static("cross-origin");
    response.headers_mut().insert(HeaderName::from_static("cross-origin-resource-policy"), everywhere);
    if path.ends_with(".html") {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    }
    response
}

/// Scripts are loaded by pages, so the reason is a text that a developer sees in the browser's network view.
fn missing(path: &str) -> Response {
    let text = if <Files as rust_embed::Embed>::get("rapport.js").is_some() {
        format!("There is no {path} in the browser SDK; the SDK is /sdk/rapport.js.\n")
    } else {
        "The browser SDK is not in this build. Build it with `make web` (needs Node.js 20), then build the server again.\n"
            .to_owned()
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (StatusCode::NOT_FOUND, headers, text).into_response()
}
