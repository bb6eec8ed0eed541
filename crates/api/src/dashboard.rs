//! The dashboard: the built files of `web/dashboard`, embedded in the binary. A debug build reads them from the checkout
//! instead, so a new build of the dashboard shows without a new build of the binary. It is a client like any other: all
//! it does, it does through `/api/v1`.

use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use rust_embed::Embed;

use crate::embedded;
use crate::error::ApiError;
use crate::extract::At;

/// What `web/dashboard` builds; empty when it was not built.
#[derive(Embed)]
#[folder = "../../web/dashboard/dist"]
#[allow_missing = true]
struct Files;

/// Stands in the built page wherever the nonce of an answer belongs.
const NONCE: &str = "__CSP_NONCE__";

/// Shown when the binary was built without the dashboard.
const MISSING: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>Rapport</title></head><body><h1>Rapport</h1>\
<p>The server runs. This binary was built without the dashboard: run <code>make web</code> (it needs Node.js), then \
build the binary again.</p><p>The API is described at <a href=\"/api/openapi.json\">/api/openapi.json</a>.</p></body></html>";

/// What the page may do: its own scripts and styles, styles of components by the nonce of this answer, pictures from
/// anywhere (previews of mails show them), and only this server to talk to. Style attributes are allowed: charts and
/// mails use them, and they run nothing.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; style-src-elem 'self' 'nonce-{nonce}'; \
         style-src-attr 'unsafe-inline'; img-src 'self' data: blob: https: http:; font-src 'self' data:; \
         connect-src 'self'; frame-src 'self' blob:; worker-src 'self'; manifest-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'"
    )
}

fn nonce() -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>())
}

/// `GET /`: the page of the dashboard, whatever its address: the page itself knows what to show.
pub(crate) async fn page() -> Response {
    show()
}

fn show() -> Response {
    let nonce = nonce();
    let body = match Files::get("index.html") {
        Some(file) => String::from_utf8_lossy(&file.data).replace(NONCE, &nonce),
        None => MISSING.to_owned(),
    };
    let mut response = Html(body).into_response();
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy(&nonce)) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

/// Whether an address nobody else answers is one of the dashboard's pages: a browser asks to see it, and it is none of
/// the API's.
pub(crate) fn is_page(method: &Method, uri: &Uri, headers: &HeaderMap) -> bool {
    let asks = headers.get(ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("text/html"));
    let ours = ["/api/", "/v1/", "/assets/", "/cdn/", "/sdk/"].iter().all(|prefix| !uri.path().starts_with(prefix));
    (*method == Method::GET || *method == Method::HEAD) && asks && ours
}

/// The page, for an address of [`is_page`].
pub(crate) fn any_page() -> Response {
    show()
}

/// `GET /assets/{file}`: scripts, styles and pictures; their names hold a hash, so they stay as they are for ever.
pub(crate) async fn asset(At(file): At<String>, headers: HeaderMap) -> Result<Response, ApiError> {
    send(&format!("assets/{file}"), "public, max-age=31536000, immutable", &headers)
}

/// `GET /favicon.svg`.
pub(crate) async fn icon(headers: HeaderMap) -> Result<Response, ApiError> {
    send("favicon.svg", "public, max-age=86400", &headers)
}

fn send(name: &str, age: &'static str, asked: &HeaderMap) -> Result<Response, ApiError> {
    let found = embedded::file::<Files>(name, asked, age);
    let mut response = found.ok_or_else(|| ApiError::not_found(format!("file {name}")))?;
    response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_from_the_api() {
        let asks = |accept: &str, method: Method, path: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_str(accept).unwrap());
            is_page(&method, &path.parse().unwrap(), &headers)
        };
        let html = "text/html,application/xhtml+xml";
        assert!(asks(html, Method::GET, "/customers/p_1"));
        assert!(!asks(html, Method::POST, "/customers/p_1"));
        assert!(!asks("application/json", Method::GET, "/customers"));
        assert!(!asks(html, Method::GET, "/api/v1/profile"), "a mistyped call is told so");
        assert!(!asks(html, Method::GET, "/assets/gone.js"));
    }

    #[test]
    fn no_script_but_our_own_runs() {
        let policy = policy("n");
        assert!(
            policy.contains("script-src 'self';") && policy.contains("'nonce-n'") && !policy.contains("unsafe-eval")
        );
    }
}
