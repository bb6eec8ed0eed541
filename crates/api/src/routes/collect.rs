//! Collection: Segment's HTTP API, and what analytics.js asks of a CDN.

use std::net::{IpAddr, SocketAddr};

use axum::Json;
use axum::body::Body;
use axum::extract::{ConnectInfo, RawQuery, Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ORIGIN, USER_AGENT};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use rapport_collect::{Call, CollectError, RequestFacts};
use rapport_delivery::tracking::pages;
use rapport_domain::EventKind;
use rapport_store::control::sources;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::config::ApiConfig;
use crate::error::ApiError;
use crate::extract::At;
use crate::state::ApiState;

/// How long a browser may keep the settings, seconds.
const SETTINGS_AGE: &str = "public, max-age=120";
/// The longest header value passed on, bytes.
const MAX_HEADER_BYTES: usize = 4096;

/// The answer to an accepted call, as Segment gives it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Success {
    /// Always true.
    success: bool,
}

fn success() -> Response {
    ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], r#"{"success":true}"#).into_response()
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|v| v.to_str().ok()).filter(|v| v.len() <= MAX_HEADER_BYTES)
}

/// The client's address: the peer's, or what a trusted proxy says of it. Of several hops the last untrusted one counts.
pub(crate) fn client_ip(config: &ApiConfig, extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip().to_canonical())?;
    if !config.trusted_proxies.contains(&peer) {
        return Some(peer);
    }
    let hops = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(','));
    let hops: Vec<IpAddr> = hops.filter_map(|hop| hop.trim().parse().ok()).collect();
    hops.into_iter().rev().find(|hop| !config.trusted_proxies.contains(hop)).or(Some(peer))
}

/// `?writeKey=` of a query string.
fn key_of(query: Option<&str>) -> Option<String> {
    let value = query?.split('&').filter_map(|pair| pair.split_once('=')).find(|(name, _)| *name == "writeKey")?.1;
    (!value.is_empty() && value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')))
        .then(|| value.to_owned())
}

/// The write key of a call that has none in its body: HTTP Basic's user, a bearer, or `?writeKey=`.
pub(crate) fn write_key(headers: &HeaderMap, query: Option<&str>) -> Option<String> {
    let given = text(headers, AUTHORIZATION).and_then(|header| {
        let (scheme, word) = header.split_once(' ')?;
        if scheme.eq_ignore_ascii_case("bearer") {
            return Some(word.trim().to_owned());
        }
        let decoded = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, word.trim()).ok()?;
        Some(String::from_utf8(decoded).ok()?.split(':').next()?.to_owned())
    });
    given.filter(|k| !k.is_empty()).or_else(|| key_of(query))
}

fn facts<'a>(
    state: &ApiState,
    call: Call,
    headers: &'a HeaderMap,
    ip: Option<&'a str>,
    key: Option<&'a str>,
) -> RequestFacts<'a> {
    RequestFacts {
        authorization: text(headers, AUTHORIZATION),
        write_key: key,
        content_type: text(headers, CONTENT_TYPE),
        content_encoding: text(headers, CONTENT_ENCODING),
        origin_is_browser: headers.contains_key(ORIGIN),
        ip,
        user_agent: text(headers, USER_AGENT),
        gpc: headers.get("sec-gpc").is_some_and(|v| v == "1"),
        ..RequestFacts::new(call, state.now())
    }
}

async fn accept(state: ApiState, call: Call, query: Option<String>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    // A compressed body may be a little larger than what it holds; the collector knows the exact limit.
    let limit_bytes = state.collector.config().max_batch_bytes;
    let body = axum::body::to_bytes(body, limit_bytes + 1024).await;
    let body = body.map_err(|_| ApiError::from(CollectError::BodyTooLarge { limit_bytes }))?;
    let ip = parts.headers.contains_key(ORIGIN).then(|| client_ip(&state.config, &parts.extensions, &parts.headers));
    let ip = ip.flatten().map(|ip| ip.to_string());
    let key = key_of(query.as_deref());
    let facts = facts(&state, call, &parts.headers, ip.as_deref(), key.as_deref());
    let accepted = state.collector.accept(&body, &facts)?;
    // Only what is durable is acknowledged (invariant I1).
    accepted.ack.await?;
    Ok(success())
}

/// `POST /v1/batch`, `/v1/b`.
pub(crate) async fn batch(
    State(state): State<ApiState>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, ApiError> {
    accept(state, Call::Batch, query, request).await
}

/// `POST /v1/import`: history.
pub(crate) async fn import(
    State(state): State<ApiState>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, ApiError> {
    accept(state, Call::Import, query, request).await
}

/// `POST /v1/{call}` and its short form: one event.
macro_rules! one {
    ($($name:ident $kind:ident),+) => {
        $(#[doc = concat!("`POST /v1/", stringify!($name), "` and its short form.")]
        pub(crate) async fn $name(
            State(state): State<ApiState>, RawQuery(query): RawQuery, request: Request,
        ) -> Result<Response, ApiError> {
            accept(state, Call::One(EventKind::$kind), query, request).await
        })+
    };
}

one!(identify Identify, track Track, page Page, screen Screen, group Group, alias Alias);

/// `POST /v1/m`: how analytics.js itself fares. Read, within the limit, and left.
pub(crate) async fn client_metrics(State(state): State<ApiState>, body: Body) -> Result<Response, ApiError> {
    let limit_bytes = state.collector.config().max_batch_bytes;
    let read = axum::body::to_bytes(body, limit_bytes).await;
    read.map_err(|_| ApiError::from(CollectError::BodyTooLarge { limit_bytes }))?;
    Ok(success())
}

/// `GET /v1/pixel/{call}`: an event by a picture. The picture comes whatever becomes of the event.
pub(crate) async fn pixel(
    State(state): State<ApiState>,
    At(call): At<String>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let kind = EventKind::parse(call.trim_end_matches(".gif"));
    let kind = kind.ok_or_else(|| ApiError::not_found(format!("call {call:?}")))?;
    let ip = client_ip(&state.config, &parts.extensions, &parts.headers).map(|ip| ip.to_string());
    let key = key_of(query.as_deref());
    let mut facts = facts(&state, Call::One(kind), &parts.headers, ip.as_deref(), key.as_deref());
    // A picture is fetched by the customer's own program.
    facts.origin_is_browser = true;
    match state.collector.pixel(kind, query.as_deref().unwrap_or_default(), &facts) {
        Ok(accepted) => accepted.ack.await?,
        Err(error) if error.class().is_retryable() => return Err(error.into()),
        Err(error) => tracing::debug!(error.code = error.code(), "a pixel call was not accepted"),
    }
    Ok(picture())
}

/// A transparent picture that is fetched anew each time.
pub(crate) fn picture() -> Response {
    let page = pages::pixel();
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(page.content_type)),
        (CACHE_CONTROL, HeaderValue::from_static("no-store, max-age=0")),
    ];
    (headers, page.body).into_response()
}

/// `GET /v1/projects/{write_key}/settings`: what analytics.js loads before it sends. It is told to send here, and not to
/// load anything else.
pub(crate) async fn settings(State(state): State<ApiState>, At(key): At<String>) -> Result<Response, ApiError> {
    let wanted = key.clone();
    let known = state.read(move |q| Ok(sources::lookup_key(q, &wanted)?)).await?;
    known.ok_or_else(|| ApiError::not_found("such write key"))?;
    let (protocol, host) = state.config.public_url.split_once("://").unwrap_or(("https", &state.config.public_url));
    let api_host = format!("{host}/v1");
    let body = json!({
        "integrations": {
            "Segment.io": {
                "apiKey": key,
                "apiHost": api_host,
                "protocol": protocol,
                "unbundledIntegrations": [],
                "addBundledMetadata": true,
                "maybeBundledConfigIds": {},
                "versionSettings": {"version": "4.4.7", "componentTypes": ["browser"]},
            }
        },
        "plan": {"track": {"__default": {"enabled": true, "integrations": {}}}},
        "edgeFunction": {},
        "analyticsNextEnabled": true,
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "metrics": {"sampleRate": 0, "host": api_host},
        "legacyVideoPluginsEnabled": false,
        "remotePlugins": [],
    });
    Ok(([(CACHE_CONTROL, HeaderValue::from_static(SETTINGS_AGE))], Json(body)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_believed_only_when_trusted() {
        let mut config = ApiConfig::new("http://x", "imports".into());
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 1))));
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static("6.6.6.6, 192.0.2.7, 10.0.0.2"));
        let ip = |config: &ApiConfig| client_ip(config, &extensions, &headers).unwrap().to_string();
        assert_eq!(ip(&config), "10.0.0.1");
        config.trusted_proxies = vec!["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
        assert_eq!(ip(&config), "192.0.2.7");
    }

    #[test]
    fn keys_in_queries() {
        assert_eq!(key_of(Some("a=1&writeKey=wk_A-1")).as_deref(), Some("wk_A-1"));
        assert_eq!(key_of(Some("writeKey=%20")), None);
    }
}
