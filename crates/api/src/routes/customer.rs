//! The links in messages: unsubscribing, clicks, opens.

use std::time::Instant;

use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, LOCATION, REFERRER_POLICY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use rapport_delivery::core::mark::{Mark, by_machine};
use rapport_delivery::repo::{LedgerEntry, MessageStatus};
use rapport_delivery::tracking::agent::is_machine;
use rapport_delivery::tracking::{classify, pages};
use rapport_delivery::{Claim, Purpose};
use rapport_domain::{MessageChannel, Timestamp};
use rapport_engine::read;
use serde_json::{Value, json};

use super::collect::picture;
use super::push::mark_id;
use crate::bursts::{SOON_MS, WINDOW};
use crate::customer::{Accepts, Visit, answer};
use crate::error::ApiError;
use crate::events;
use crate::extract::{self, At};
use crate::state::ApiState;

/// Fields of a form read.
const MAX_FIELDS: usize = 200;

/// The fields of a form's body, in either encoding a form has; mail programs that unsubscribe by one click send
/// `multipart/form-data` (RFC 8058 section 3.2 recommends it).
pub(crate) async fn form(request: Request) -> Result<Vec<(String, String)>, ApiError> {
    let media = request.headers().get(CONTENT_TYPE).cloned();
    let bytes = extract::bytes(request).await?;
    let says = media.as_ref().and_then(|m| m.to_str().ok()).unwrap_or_default().trim().to_ascii_lowercase();
    let read = match media {
        Some(media) if says.starts_with("multipart/form-data") => multipart(media, bytes.into()).await,
        _ => axum_form(&bytes),
    };
    let mut fields = read.map_err(|e| ApiError::invalid_at("body", format!("expected a form: {e}")))?;
    fields.truncate(MAX_FIELDS);
    Ok(fields)
}

async fn multipart(media: HeaderValue, body: Body) -> Result<Vec<(String, String)>, String> {
    let request = Request::builder().header(CONTENT_TYPE, media).body(body).map_err(|e| e.to_string())?;
    let mut parts = Multipart::from_request(request, &()).await.map_err(|e| e.body_text())?;
    let mut fields = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(|e| e.body_text())? {
        let name = part.name().unwrap_or_default().to_owned();
        fields.push((name, part.text().await.map_err(|e| e.body_text())?));
        if fields.len() >= MAX_FIELDS {
            break;
        }
    }
    Ok(fields)
}

fn axum_form(bytes: &[u8]) -> Result<Vec<(String, String)>, String> {
    let text = std::str::from_utf8(bytes).map_err(|e| e.to_string())?;
    // A form's body has the syntax of a query string.
    let uri = format!("/?{}", text.trim()).parse().map_err(|_| "not form-urlencoded".to_owned())?;
    let read = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri);
    read.map(|q| q.0).map_err(|e| e.body_text())
}

/// `GET /u/{token}`: a question and a button; changes nothing, because machines follow links too.
pub(crate) async fn unsubscribe_page(
    State(state): State<ApiState>,
    At(token): At<String>,
    accepts: Accepts,
) -> Result<Response, ApiError> {
    let Some(visit) = accepts.visit(&state, &token).await? else { return Ok(accepts.invalid_link()) };
    let topic = match &visit.claim.purpose {
        Purpose::Unsubscribe { topic: Some(topic), .. } => visit.topic_name(topic),
        _ => None,
    };
    Ok(answer(pages::unsubscribe(&visit.claim, topic, &visit.theme)))
}

/// `POST /u/{token}`: unsubscribes, by a mail program's one click (RFC 8058) or by the page's button.
pub(crate) async fn unsubscribe(
    State(state): State<ApiState>,
    At(token): At<String>,
    accepts: Accepts,
    request: Request,
) -> Result<Response, ApiError> {
    let visitor = events::visitor(&state, request.extensions(), request.headers());
    let form = form(request).await?;
    let Some(visit) = accepts.visit(&state, &token).await? else { return Ok(accepts.invalid_link()) };
    let (page, changes) = pages::unsubscribe_result(&visit.claim, &form, &visit.theme);
    visit.state(&state, &changes, &visitor).await?;
    Ok(answer(page))
}

/// Records a click on a link. One that may belong to a burst is told when that is known.
async fn tell_click(state: &ApiState, visit: Visit, headers: HeaderMap, url: String) {
    let (at, key, now) = (Instant::now(), (visit.claim.workspace, visit.claim.message), state.now());
    let is_soon = |m: &LedgerEntry| m.status == MessageStatus::Sent && now.since_ms(m.changed_at) < SOON_MS;
    let is_mail = visit.channel() == MessageChannel::Email.as_str();
    let waits = is_mail && visit.message.as_ref().is_some_and(is_soon);
    if !waits || !state.shared().bursts.note(key, &url, at) {
        return tell(state, &visit, &headers, Mark::Clicked, Some(&url), (now, false)).await;
    }
    let state = state.clone();
    tokio::spawn(async move {
        tokio::time::sleep(WINDOW).await;
        let burst = state.shared().bursts.was_burst(key, at, Instant::now());
        tell(&state, &visit, &headers, Mark::Clicked, Some(&url), (now, burst)).await;
        tokio::time::sleep(2 * WINDOW).await;
        state.shared().bursts.forget(key, Instant::now());
    });
}

/// Records what a link told at a time; the customer is not kept waiting for it, nor bothered when it cannot be.
async fn tell(
    state: &ApiState,
    visit: &Visit,
    headers: &HeaderMap,
    mark: Mark,
    link: Option<&str>,
    (at, burst): (Timestamp, bool),
) {
    let Some(profile) = visit.profile.as_ref().map(|p| p.id) else { return };
    let mut properties = visit.properties();
    let agent = headers.get("user-agent").and_then(|v| v.to_str().ok());
    let class = classify(agent);
    properties.insert("agent".to_owned(), Value::from(class.as_str()));
    // A text message or a call may be answered at once; what is so fast with a mail is a gateway.
    let channel = MessageChannel::parse(visit.channel()).unwrap_or(MessageChannel::Email);
    let is_mail = channel == MessageChannel::Email;
    let sent = visit.message.as_ref().filter(|m| is_mail && m.status == MessageStatus::Sent);
    let sent_at = sent.map(|m| m.changed_at);
    let machine = burst || is_machine(class, sent_at, at);
    if machine {
        properties.insert("machine".to_owned(), Value::from(true));
    }
    if let Some(link) = link {
        properties.insert("link".to_owned(), json!(link));
    }
    let name = mark.event_name(channel);
    let name = if machine { by_machine(name) } else { name.to_owned() };
    let mut event = events::named(state, visit.claim.workspace, profile, &name, properties, events::browser(headers));
    event.ts = at;
    if matches!(channel, MessageChannel::WebPush | MessageChannel::Push) && !machine {
        // A notification is used once, and the device tells of it too.
        event.message_id = mark_id(visit, mark);
    }
    if let Err(error) = events::submit(state, &[event], false).await {
        tracing::warn!(workspace.id = visit.claim.workspace.0, error.code = error.code(), "a receipt was lost");
    }
}

/// `GET /l/{token}`: leads on to the signed destination.
pub(crate) async fn click(
    State(state): State<ApiState>,
    At(token): At<String>,
    accepts: Accepts,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Ok(claim) = state.tokens.open(&token) else { return Ok(accepts.invalid_link()) };
    let Purpose::Click { url } = claim.purpose else { return Ok(accepts.invalid_link()) };
    let Ok(location) = HeaderValue::from_str(&url) else { return Ok(accepts.invalid_link()) };
    // Whatever goes wrong with recording, the customer gets where the link leads.
    match Visit::open(&state, &token).await {
        Ok(Some(visit)) => tell_click(&state, visit, headers, url).await,
        Ok(None) => {}
        Err(error) => tracing::warn!(error.code = error.code(), "a click was not recorded"),
    }
    let headers = [
        (LOCATION, location),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    Ok((StatusCode::FOUND, headers).into_response())
}

/// `GET /s/{place}`: a short link of a text message.
pub(crate) async fn short(
    State(state): State<ApiState>,
    At(place): At<String>,
    accepts: Accepts,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Some((partition, code, ws)) = rapport_delivery::tracking::links::parse_short(&place) else {
        return Ok(accepts.invalid_link());
    };
    let code = code.to_owned();
    let found = state.run(move |state| read::messages::short_link(state.engine.shared(), ws, partition, &code)).await?;
    let Some((message, profile, url)) = found else { return Ok(accepts.invalid_link()) };
    let purpose = Purpose::Click { url };
    let token = state.tokens.mint(&Claim { workspace: ws, message, profile, purpose });
    click(State(state), At(token), accepts, headers).await
}

/// `GET /o/{token}`: a picture, whatever the token says.
pub(crate) async fn open(State(state): State<ApiState>, At(token): At<String>, headers: HeaderMap) -> Response {
    let opens = state.tokens.open(&token).is_ok_and(|claim| claim.purpose == Purpose::Open);
    if opens {
        match Visit::open(&state, &token).await {
            Ok(Some(visit)) => tell(&state, &visit, &headers, Mark::Opened, None, (state.now(), false)).await,
            Ok(None) => {}
            Err(error) => tracing::warn!(error.code = error.code(), "an open was not recorded"),
        }
    }
    picture()
}

#[cfg(test)]
mod tests {
    #[test]
    fn forms_are_read() {
        let read = super::axum_form(b"List-Unsubscribe=One-Click&topic=a+b&topic=%C3%A9").unwrap();
        let pairs: Vec<(&str, &str)> = read.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(pairs, [("List-Unsubscribe", "One-Click"), ("topic", "a b"), ("topic", "é")]);
        assert!(super::axum_form(&[0xff]).is_err());
    }
}
