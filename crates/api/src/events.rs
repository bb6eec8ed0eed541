//! Changes that go through the log: events and letters of Rapport's own, and waiting until they are applied.

use std::time::{Duration, Instant};

use axum::http::{Extensions, HeaderMap};
use rapport_collect::OwnedAccepted;
use rapport_domain::record::{Letter, LetterBody};
use rapport_domain::{EventKind, MessageKey, Partition, ProfileId, SourceId, WorkspaceId};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::error::ApiError;
use crate::routes::collect::client_ip;
use crate::state::ApiState;

/// How often a waiting request looks again.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// An event about a known profile, made by a person or program through the API.
pub(crate) fn about(
    state: &ApiState,
    ws: WorkspaceId,
    profile: ProfileId,
    kind: EventKind,
    body: &Value,
) -> OwnedAccepted {
    about_text(state, ws, profile, kind, body.to_string())
}

/// The same of a body that is written already.
pub(crate) fn about_text(
    state: &ApiState,
    ws: WorkspaceId,
    profile: ProfileId,
    kind: EventKind,
    body: String,
) -> OwnedAccepted {
    OwnedAccepted {
        workspace: ws,
        source: SourceId(0),
        kind,
        ts: state.now(),
        message_id: format!("api-{}", Uuid::now_v7()),
        historical: false,
        profile: Some(profile),
        ip: None,
        body,
    }
}

/// Records an event that finds its profile by the identifiers it states, or makes one.
pub(crate) async fn introduce(
    state: &ApiState,
    ws: WorkspaceId,
    kind: EventKind,
    body: &Value,
) -> Result<(), ApiError> {
    let event = OwnedAccepted { profile: None, ..about(state, ws, ProfileId::default(), kind, body) };
    submit(state, &[event], false).await
}

/// A named event about a known profile.
pub(crate) fn named(
    state: &ApiState,
    ws: WorkspaceId,
    profile: ProfileId,
    name: &str,
    properties: Map<String, Value>,
    context: Value,
) -> OwnedAccepted {
    let body = json!({"event": name, "properties": properties, "context": context});
    about(state, ws, profile, EventKind::Track, &body)
}

/// What is written down about the browser behind a link.
pub(crate) fn browser(headers: &HeaderMap) -> Value {
    /// The longest user agent kept, bytes.
    const MAX_AGENT_BYTES: usize = 512;
    let agent = headers.get("user-agent").and_then(|v| v.to_str().ok()).filter(|a| a.len() <= MAX_AGENT_BYTES);
    agent.map_or_else(|| json!({}), |agent| json!({"userAgent": agent}))
}

/// What is written down about who states consent by a page of ours: it is to be proved later, so the address belongs to it.
pub(crate) fn visitor(state: &ApiState, extensions: &Extensions, headers: &HeaderMap) -> Value {
    let mut context = browser(headers);
    if let Some(ip) = client_ip(&state.config, extensions, headers) {
        context["ip"] = json!(ip.to_string());
    }
    context
}

/// Appends events and waits until they are durable, and with `wait` until they are applied.
pub(crate) async fn submit(state: &ApiState, events: &[OwnedAccepted], wait: bool) -> Result<(), ApiError> {
    state.collector.submit(events)?.await?;
    if wait {
        for home in events.iter().filter_map(|e| e.profile).map(ProfileId::home) {
            applied(state, home).await;
        }
    }
    Ok(())
}

/// The key of something that is to happen once: the same again has no effect.
pub(crate) fn once(ws: WorkspaceId, what: &str) -> MessageKey {
    MessageKey::of(ws, what)
}

/// Sends a letter and waits likewise.
pub(crate) async fn send(
    state: &ApiState,
    ws: WorkspaceId,
    target: Partition,
    body: LetterBody,
    wait: bool,
) -> Result<(), ApiError> {
    send_once(state, ws, (once(ws, &format!("letter-{}", Uuid::now_v7())), target), body, wait).await
}

/// The same under a key: sent again it has no second effect.
pub(crate) async fn send_once(
    state: &ApiState,
    ws: WorkspaceId,
    (key, target): (MessageKey, Partition),
    body: LetterBody,
    wait: bool,
) -> Result<(), ApiError> {
    let letter = Letter { workspace: ws, key, at: state.now(), hops: 0, body };
    state.collector.send_letter(target, letter)?.await?;
    if wait {
        applied(state, target).await;
    }
    Ok(())
}

/// Waits, within bounds, until a partition has applied everything that is in its log now: what a caller wrote before, it
/// reads after.
pub(crate) async fn applied(state: &ApiState, partition: Partition) {
    let head = state.log.head(partition);
    let deadline = Instant::now() + Duration::from_millis(state.config.apply_wait_ms);
    while state.engine.shared().status(partition).offset() < head && Instant::now() < deadline {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
