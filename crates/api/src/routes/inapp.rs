//! In-app messages: a session for one browser or device, the messages by polling or as a stream, and what became of them.

use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, Request, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use axum::response::{IntoResponse, Response};
use rapport_collect::core::when::corrected;
use rapport_delivery::channels::trial::is_test;
use rapport_delivery::core::inapp::{Shown, arrange, is_users};
use rapport_delivery::core::mark::Mark;
use rapport_delivery::repo::inapp::InAppMessage;
use rapport_delivery::{Claim, ProviderKind, Purpose};
use rapport_domain::profile::namespace;
use rapport_domain::record::LetterBody;
use rapport_domain::time::DAY_MS;
use rapport_domain::{ErrorClass, OutboxId, ProfileId, Timestamp, WorkspaceId};
use rapport_engine::read;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;
use utoipa::ToSchema;

use super::exports::Lines;
use super::push::{body, live_channel, workspace_of};
use crate::error::ApiError;
use crate::events;
use crate::reply::Time;
use crate::routes::collect::write_key;
use crate::state::ApiState;

/// How long a session holds, milliseconds; the SDK asks for a new one then.
const SESSION_MS: i64 = DAY_MS;
/// How often a stream says that it lives, and looks whether something changed that nobody told it.
const BEAT: Duration = Duration::from_secs(20);
/// Events of one call.
const MAX_EVENTS: usize = 100;
/// Of an event's own id.
const MAX_ID_BYTES: usize = 64;

/// Who asks for in-app messages.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionInput {
    /// The write key, unless it stands in the header or the query.
    write_key: Option<String>,
    /// The browser or device, as in collection calls: what nobody else knows.
    anonymous_id: Option<String>,
    /// The known customer; needs `userToken`.
    user_id: Option<String>,
    /// Hex HMAC-SHA256 of the user id under the in-app channel's secret, made by your server.
    user_token: Option<String>,
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Session {
    /// For the other calls; null while nothing is known of the customer yet.
    token: Option<String>,
    /// Until when it holds.
    expires_at: Time,
    /// Where the messages stream from.
    stream_path: &'static str,
    /// How often to poll instead, seconds.
    poll_seconds: u32,
}

/// Whether a user token, as the business's server makes them, is this user's.
///
/// # Errors
/// It is not, or there is no live in-app channel with a secret to check it by.
pub(crate) fn prove(state: &ApiState, ws: WorkspaceId, user: &str, token: &str) -> Result<(), ApiError> {
    let channel = live_channel(state, ws, ProviderKind::InApp)?;
    let secret = channel.and_then(|c| c.secret);
    let secret = secret.ok_or_else(|| refused("there is no in-app channel with a secret to check user tokens by"))?;
    if is_users(&secret, user, token) {
        return Ok(());
    }
    Err(refused("the user token is not this user's: expected hex HMAC-SHA256 of the user id"))
}

pub(crate) fn refused(detail: &str) -> ApiError {
    ApiError::new(ErrorClass::Unauthorised, "inapp_unauthorised", detail.to_owned())
}

/// Whether an anonymous id is one that only its browser knows: not a number or name that can be guessed.
pub(crate) fn is_secret(anonymous: &str) -> bool {
    anonymous.len() >= 16
}

/// `POST /inapp/session`.
pub(crate) async fn session(
    State(state): State<ApiState>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Json<Session>, ApiError> {
    let header = write_key(request.headers(), query.as_deref());
    let input: SessionInput = body(request).await?;
    let ws = workspace_of(&state, header.or_else(|| input.write_key.clone())).await?;
    let expires_at = state.now().plus_ms(SESSION_MS);
    let profile = state.run(move |state| who(state, ws, &input)).await?;
    let token = profile.map(|profile| {
        let purpose = Purpose::InApp { expires_at };
        state.tokens.mint(&Claim { workspace: ws, message: OutboxId::default(), profile, purpose })
    });
    Ok(Json(Session { token, expires_at: expires_at.into(), stream_path: "/inapp/stream", poll_seconds: 60 }))
}

/// The customer, when who asks may read their messages: by a user token, or by an anonymous id, which only that browser
/// knows. A channel can ask for user tokens of every known customer.
fn who(state: &ApiState, ws: WorkspaceId, input: &SessionInput) -> Result<Option<ProfileId>, ApiError> {
    let channel = live_channel(state, ws, ProviderKind::InApp)?;
    let channel = channel.ok_or_else(|| ApiError::not_found("live channel of kind inapp"))?;
    let find =
        |namespace: &str, value: &str| read::profiles::by_identifier(state.engine.shared(), ws, namespace, value);
    if let (Some(user), Some(token)) = (&input.user_id, &input.user_token) {
        prove(state, ws, user, token)?;
        return Ok(find(namespace::USER_ID, user)?.map(|p| p.id));
    }
    let Some(anonymous) = input.anonymous_id.as_deref().filter(|a| is_secret(a)) else {
        return Err(refused("expected anonymousId of at least 16 characters, or userId with userToken"));
    };
    let Some(profile) = find(namespace::ANONYMOUS_ID, anonymous)? else { return Ok(None) };
    let strict = channel.members.get("require_user_token") == Some(&Value::Bool(true));
    if strict && profile.known {
        return Err(refused("signed-in customers need a userToken here"));
    }
    Ok(Some(profile.id))
}

/// Whose messages a session is for.
struct Open {
    ws: WorkspaceId,
    profile: ProfileId,
    expires_at: Timestamp,
}

fn open(state: &ApiState, token: &str) -> Result<Open, ApiError> {
    let invalid = || refused("the session's token is not valid any more: ask POST /inapp/session for a new one");
    let claim = state.tokens.open(token).map_err(|_| invalid())?;
    match claim.purpose {
        Purpose::InApp { expires_at } if expires_at > state.now() => {
            Ok(Open { ws: claim.workspace, profile: claim.profile, expires_at })
        }
        _ => Err(invalid()),
    }
}

fn token_of(query: Option<&str>) -> Result<String, ApiError> {
    let pairs = query.unwrap_or_default().split('&').filter_map(|p| p.split_once('='));
    let found = pairs.into_iter().find(|(name, _)| *name == "token").map(|(_, value)| value.to_owned());
    found.filter(|t| !t.is_empty()).ok_or_else(|| refused("expected ?token= of POST /inapp/session"))
}

/// The messages as they stand.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InAppMessages {
    /// In the order in which they may be shown: at most one that covers the page at a time.
    messages: Vec<InAppView>,
    /// How many of the inbox are unread.
    unread: usize,
}

/// One message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InAppView {
    /// Its id, for events.
    id: String,
    /// The template's id.
    template: String,
    /// How it is shown, what it says, where and how often; see docs/specs/inapp.md.
    #[schema(value_type = Object)]
    content: Map<String, Value>,
    /// When it came.
    at: Time,
    /// After this it is not shown any more.
    expires_at: Time,
    /// How often it was shown.
    displays: u32,
    /// When it was last shown.
    displayed_at: Option<Time>,
    /// When it was read.
    read_at: Option<Time>,
}

/// The rule that a message is shown by, if it has one.
fn rule_of(content: &Map<String, Value>) -> Option<&str> {
    content.get("target")?.get("when")?.as_str()
}

/// Leaves out messages whose rule does not hold for the customer now.
fn by_rule(state: &ApiState, open: &Open, kept: &mut Vec<InAppMessage>) -> Result<(), ApiError> {
    if kept.iter().all(|m| rule_of(m.content.map()).is_none()) {
        return Ok(());
    }
    let shared = state.engine.shared();
    let profile = read::profiles::get(shared, open.ws, open.profile)?;
    let holds = |rule: &str| match (&profile, rapport_rules::parse(rule)) {
        (Some(profile), Ok(rule)) => read::audiences::holds_now(shared, open.ws, profile, &rule),
        _ => Ok(false),
    };
    let mut shown = Vec::with_capacity(kept.len());
    for message in std::mem::take(kept) {
        if rule_of(message.content.map()).map_or(Ok(true), holds)? {
            shown.push(message);
        }
    }
    *kept = shown;
    Ok(())
}

/// The content as browsers get it: the rule stays here.
fn shown_content(content: &Map<String, Value>) -> Map<String, Value> {
    let mut content = content.clone();
    if let Some(Value::Object(target)) = content.get_mut("target") {
        target.remove("when");
    }
    content
}

fn load(state: &ApiState, open: &Open) -> Result<InAppMessages, ApiError> {
    let mut kept = read::messages::inapp(state.engine.shared(), open.ws, open.profile, state.now())?;
    by_rule(state, open, &mut kept)?;
    let shown: Vec<Shown> = arrange(kept, state.now());
    let unread = shown.iter().filter(|s| s.is_inbox && s.message.read_at.is_none()).count();
    let view = |s: Shown| InAppView {
        id: s.message.id.to_string(),
        template: s.message.template,
        content: shown_content(s.message.content.map()),
        at: s.message.at.into(),
        expires_at: s.message.expires_at.into(),
        displays: s.message.displays,
        displayed_at: s.message.displayed_at.map(Into::into),
        read_at: s.message.read_at.map(Into::into),
    };
    Ok(InAppMessages { messages: shown.into_iter().map(view).collect(), unread })
}

/// `GET /inapp/messages`: for those who poll.
pub(crate) async fn messages(State(state): State<ApiState>, RawQuery(query): RawQuery) -> Result<Response, ApiError> {
    let open = open(&state, &token_of(query.as_deref())?)?;
    let found = state.run(move |state| load(state, &open)).await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(found)).into_response())
}

/// `GET /inapp/stream`: the messages now, and again whenever they change (server-sent events, WHATWG HTML section 9.2).
pub(crate) async fn stream(State(state): State<ApiState>, RawQuery(query): RawQuery) -> Result<Response, ApiError> {
    let open = open(&state, &token_of(query.as_deref())?)?;
    let relay = state.engine.shared().relay().ok_or_else(|| ApiError::busy(5_000))?;
    let seat = relay.hub().sit(open.ws, open.profile).ok_or_else(|| ApiError::busy(15_000))?;
    let (pieces, lines) = mpsc::channel(2);
    tokio::spawn(async move {
        let open = std::sync::Arc::new(open);
        let mut last = String::new();
        loop {
            let changed = seat.changed();
            tokio::pin!(changed);
            // Registers before the messages are read, so that no change falls in between.
            changed.as_mut().enable();
            let now = std::sync::Arc::clone(&open);
            let text = match state.run(move |state| load(state, &now)).await {
                Ok(found) => serde_json::to_string(&found).unwrap_or_default(),
                Err(error) => {
                    tracing::debug!(error.code = error.code(), "an in-app stream could not read");
                    last.clone()
                }
            };
            let piece =
                if text == last { ": still here\n\n".to_owned() } else { format!("event: messages\ndata: {text}\n\n") };
            last = text;
            if pieces.send(Ok(Bytes::from(piece))).await.is_err() || state.now() >= open.expires_at {
                return;
            }
            tokio::select! {
                () = pieces.closed() => return,
                _ = tokio::time::timeout(BEAT, changed) => {}
            }
        }
    });
    let headers: [(HeaderName, &str); 3] = [
        (CONTENT_TYPE, "text/event-stream"),
        (CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Body::new(Lines(lines))).into_response())
}

/// What became of messages.
#[derive(Deserialize, ToSchema)]
pub(crate) struct InAppEvents {
    /// Of `POST /inapp/session`.
    token: String,
    /// What happened, in order.
    events: Vec<InAppEvent>,
    /// When this was sent by the client's clock, RFC 3339: corrects `timestamp` where that clock is wrong.
    sent_at: Option<String>,
}

/// One thing that happened.
#[derive(Deserialize, ToSchema)]
pub(crate) struct InAppEvent {
    /// The message.
    message_id: String,
    /// `displayed`, `clicked`, `dismissed` or `read` (in the inbox).
    #[serde(rename = "type")]
    kind: String,
    /// The button or item that was used.
    button: Option<String>,
    /// When it happened by the client's clock, RFC 3339; now when absent.
    timestamp: Option<String>,
    /// Tells it from other events of the customer, at most 64 bytes: what is told twice counts once.
    id: Option<String>,
}

/// `POST /inapp/events`.
pub(crate) async fn told(State(state): State<ApiState>, request: Request) -> Result<StatusCode, ApiError> {
    let input: InAppEvents = body(request).await?;
    let open = open(&state, &input.token)?;
    if input.events.len() > MAX_EVENTS {
        return Err(ApiError::invalid_at("events", format!("at most {MAX_EVENTS}")));
    }
    let ws = open.ws;
    let profile = open.profile;
    let known = state.run(move |state| read::messages::inapp(state.engine.shared(), ws, profile, Timestamp(0))).await?;
    let mut batch = Vec::new();
    for (at, said) in input.events.iter().enumerate() {
        let name = match said.kind.as_str() {
            "displayed" => "In-App Message Displayed",
            "clicked" => "In-App Message Clicked",
            "dismissed" => "In-App Message Dismissed",
            "read" => "In-App Message Read",
            other => {
                let message = format!("expected displayed, clicked, dismissed or read, found {other:?}");
                return Err(ApiError::invalid_at(format!("events[{at}].type"), message));
            }
        };
        // Only of the customer's own messages; of others nothing is said, not even whether there are such.
        let Some(message) = known.iter().find(|m| m.id.to_string() == said.message_id) else { continue };
        if is_test(message.content.map()) {
            // It is noted where the message is kept, and nowhere else.
            let mark = Mark::of_event(name).map_or("read", Mark::as_str).to_owned();
            let body = LetterBody::Mark { message: message.id, mark, at: state.now(), detail: None };
            events::send(&state, ws, message.id.partition, body, false).await?;
            continue;
        }
        let mut properties = Map::new();
        properties.insert("message_id".to_owned(), json!(said.message_id));
        properties.insert("template".to_owned(), json!(message.template));
        properties.insert("channel".to_owned(), json!("inapp"));
        let button = said.button.as_deref().filter(|b| b.len() <= 64);
        properties.extend(button.map(|b| ("button".to_owned(), json!(b))));
        let mut event = events::named(&state, ws, profile, name, properties, json!({}));
        let stated = |text: &Option<String>| text.as_deref().and_then(Timestamp::parse);
        event.ts = corrected(stated(&said.timestamp), stated(&input.sent_at), state.now());
        if let Some(id) = said.id.as_deref().filter(|id| !id.is_empty() && id.len() <= MAX_ID_BYTES) {
            event.message_id = format!("inapp-{profile}-{id}");
        }
        batch.push(event);
    }
    events::submit(&state, &batch, false).await?;
    Ok(StatusCode::NO_CONTENT)
}
