//! Devices: the browsers and apps that take notifications, and what they tell of them.

use axum::Json;
use axum::extract::{RawQuery, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rapport_delivery::Purpose;
use rapport_delivery::channels::webpush::Vapid;
use rapport_delivery::core::device::{Device, DeviceKind, seen};
use rapport_delivery::core::mark::Mark;
use rapport_delivery::{ChannelSpec, ProviderKind};
use rapport_domain::{EventKind, MessageChannel, ResourceKind, WorkspaceId};
use rapport_store::control::{resources, sources};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::customer::Visit;
use crate::document;
use crate::error::ApiError;
use crate::events;
use crate::extract::At;
use crate::routes::collect::write_key;
use crate::routes::inapp::{is_secret, prove, refused};
use crate::state::ApiState;

/// The most a call about a device may hold, bytes.
const MAX_BODY_BYTES: usize = 16 << 10;

/// A browser's subscription, as `PushSubscription.toJSON()` gives it.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Subscription {
    /// The push service's address.
    endpoint: String,
    /// The browser's keys.
    keys: Keys,
}

/// A browser's keys.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Keys {
    /// Its public key, base64url.
    p256dh: String,
    /// Its secret, base64url.
    auth: String,
}

/// A device to write to, or to write to no more.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeviceInput {
    /// The write key, unless it stands in the header or the query.
    write_key: Option<String>,
    /// The known customer; counts with `userToken` only.
    user_id: Option<String>,
    /// Hex HMAC-SHA256 of the user id under the in-app channel's secret, made by your server.
    user_token: Option<String>,
    /// The browser or device, as in collection calls: what nobody else knows. Where it belongs to a known customer, so does the
    /// device.
    anonymous_id: Option<String>,
    /// A browser's subscription.
    subscription: Option<Subscription>,
    /// `fcm` or `apns`, for an app.
    kind: Option<String>,
    /// An app's token.
    token: Option<String>,
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeviceAnswer {
    /// Always true.
    success: bool,
}

/// The public key that browsers subscribe with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PushKey {
    /// `applicationServerKey`, base64url.
    public_key: String,
}

/// The workspace of a write key that may send.
pub(crate) async fn workspace_of(state: &ApiState, key: Option<String>) -> Result<WorkspaceId, ApiError> {
    let key = key.ok_or_else(|| {
        ApiError::invalid_at("writeKey", "expected a write key: in the body, the query or as HTTP Basic user")
    })?;
    let found = state.read(move |q| Ok(sources::lookup_key(q, &key)?)).await?;
    found.map(|(ws, _)| ws).ok_or_else(|| {
        ApiError::new(rapport_domain::ErrorClass::Unauthorised, "unknown_write_key", "the write key is not known")
    })
}

/// A JSON body of any content type, so that beacons work too.
pub(crate) async fn body<T: serde::de::DeserializeOwned>(request: Request) -> Result<T, ApiError> {
    let bytes = axum::body::to_bytes(request.into_body(), MAX_BODY_BYTES).await;
    let bytes = bytes.map_err(|_| ApiError::invalid_at("body", format!("at most {MAX_BODY_BYTES} bytes")))?;
    serde_json::from_slice(&bytes).map_err(|e| ApiError::invalid_at("body", format!("expected JSON: {e}")))
}

fn device(input: &DeviceInput) -> Result<Device, ApiError> {
    let device = match (&input.subscription, &input.token) {
        (Some(s), None) => Device {
            kind: DeviceKind::WebPush,
            token: s.endpoint.clone(),
            p256dh: Some(s.keys.p256dh.trim_end_matches('=').to_owned()),
            auth: Some(s.keys.auth.trim_end_matches('=').to_owned()),
            seen_at: 0,
        },
        (None, Some(token)) => {
            let kind = match input.kind.as_deref() {
                Some("fcm") => DeviceKind::Fcm,
                Some("apns") => DeviceKind::Apns,
                _ => return Err(ApiError::invalid_at("kind", "expected fcm or apns")),
            };
            Device { kind, token: token.clone(), p256dh: None, auth: None, seen_at: 0 }
        }
        _ => return Err(ApiError::invalid_at("subscription", "expected either subscription or kind and token")),
    };
    device.check().map_err(|(at, message)| ApiError::invalid_at(at, message))?;
    Ok(device)
}

/// Whose device it is, as a call of collection names them. A write key is public, so a user id alone proves nothing: by one,
/// anybody could have somebody else's notifications sent to themselves.
fn owner(state: &ApiState, ws: WorkspaceId, input: &DeviceInput) -> Result<Map<String, Value>, ApiError> {
    let mut call = Map::new();
    if let (Some(user), Some(token)) = (&input.user_id, &input.user_token) {
        prove(state, ws, user, token)?;
        call.insert("userId".to_owned(), json!(user));
    }
    let anonymous = input.anonymous_id.as_deref().filter(|a| is_secret(a));
    call.extend(anonymous.map(|id| ("anonymousId".to_owned(), json!(id))));
    if call.is_empty() {
        return Err(refused("expected anonymousId of at least 16 characters, or userId with userToken"));
    }
    Ok(call)
}

async fn state_device(
    state: ApiState,
    query: Option<String>,
    request: Request,
    keep: bool,
) -> Result<Json<DeviceAnswer>, ApiError> {
    let header = write_key(request.headers(), query.as_deref());
    let input: DeviceInput = body(request).await?;
    let ws = workspace_of(&state, header.or_else(|| input.write_key.clone())).await?;
    let device = seen(device(&input)?, state.now());
    let value = if keep { device.value() } else { Value::Null };
    let traits = json!({device.key(): value});
    let mut call = state.run(move |state| owner(state, ws, &input)).await?;
    call.insert("traits".to_owned(), traits);
    events::introduce(&state, ws, EventKind::Identify, &Value::Object(call)).await?;
    Ok(Json(DeviceAnswer { success: true }))
}

/// `POST /v1/push/subscribe`: this browser or app takes notifications for this customer.
pub(crate) async fn subscribe(
    State(state): State<ApiState>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Json<DeviceAnswer>, ApiError> {
    state_device(state, query, request, true).await
}

/// `POST /v1/push/unsubscribe`: it does not any more.
pub(crate) async fn unsubscribe(
    State(state): State<ApiState>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Json<DeviceAnswer>, ApiError> {
    state_device(state, query, request, false).await
}

/// The live channel of a kind, with its secret.
pub(crate) fn live_channel(
    state: &ApiState,
    ws: WorkspaceId,
    kind: ProviderKind,
) -> Result<Option<ChannelSpec>, ApiError> {
    let live = state.stores.control().read(|q| resources::live(q, ws, ResourceKind::Channel))?;
    for r in live.iter().filter(|r| r.spec["kind"] == kind.as_str()) {
        let opened = document::opened(state, ws, ResourceKind::Channel, &r.id, &r.spec)?;
        if let Ok(spec) = ChannelSpec::validate(&opened) {
            return Ok(Some(spec));
        }
    }
    Ok(None)
}

/// `GET /v1/push/key`: the key that browsers subscribe with.
pub(crate) async fn key(
    State(state): State<ApiState>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Json<PushKey>, ApiError> {
    let ws = workspace_of(&state, write_key(request.headers(), query.as_deref())).await?;
    let public = state
        .run(move |state| {
            let spec = live_channel(state, ws, ProviderKind::WebPush)?;
            let spec = spec.ok_or_else(|| ApiError::not_found("live channel of kind webpush"))?;
            let vapid =
                Vapid::new(spec.secret.as_deref().unwrap_or_default(), spec.member("subject").unwrap_or_default());
            vapid.map(|v| v.public().to_owned()).map_err(|e| ApiError::invalid_at("secret", e))
        })
        .await?;
    Ok(Json(PushKey { public_key: public }))
}

/// A new pair of keys.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyPair {
    /// The private key: the channel's `secret`. It is not kept here.
    secret: String,
    /// The public key, for pages that subscribe by themselves.
    public_key: String,
}

/// `POST /api/v1/channels/vapid`: a new pair of keys for a channel of kind webpush.
pub(crate) async fn vapid() -> Result<Json<KeyPair>, ApiError> {
    let secret = Vapid::generate();
    let vapid = Vapid::new(&secret, "").map_err(|e| ApiError::invalid_at("secret", e))?;
    Ok(Json(KeyPair { public_key: vapid.public().to_owned(), secret }))
}

/// What a device tells of a notification.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ReceiptInput {
    /// `delivered`, `clicked` or `dismissed`.
    event: String,
    /// The button that was used.
    action: Option<String>,
}

/// `POST /r/{token}`: a device tells what became of a notification. No answer says whose it is.
pub(crate) async fn receipt(
    State(state): State<ApiState>,
    At(token): At<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let input: ReceiptInput = body(request).await?;
    let mark = Mark::parse(&input.event)
        .filter(|m| matches!(m, Mark::Delivered | Mark::Opened | Mark::Clicked | Mark::Dismissed));
    let mark = mark.ok_or_else(|| ApiError::invalid_at("event", "expected delivered, clicked or dismissed"))?;
    let visit = Visit::open(&state, &token).await?.filter(|v| v.claim.purpose == Purpose::Receipt);
    let Some(visit) = visit else { return Err(ApiError::not_found("such message")) };
    let mut more = Map::new();
    more.extend(input.action.filter(|a| a.len() <= 64).map(|a| ("action".to_owned(), json!(a))));
    tell_mark(&state, &visit, mark, more).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The id of the event that tells a mark: the same receipt again is the same event.
pub(crate) fn mark_id(visit: &Visit, mark: Mark) -> String {
    format!("mark-{}-{}", visit.claim.message, mark.as_str())
}

/// Records a mark on the message of a visit as the event of its channel.
pub(crate) async fn tell_mark(
    state: &ApiState,
    visit: &Visit,
    mark: Mark,
    more: Map<String, Value>,
) -> Result<(), ApiError> {
    let Some(profile) = visit.profile.as_ref().map(|p| p.id) else { return Ok(()) };
    let channel = MessageChannel::parse(visit.channel()).unwrap_or(MessageChannel::Email);
    let mut properties = visit.properties();
    properties.extend(more);
    let name = mark.event_name(channel);
    let mut event = events::named(state, visit.claim.workspace, profile, name, properties, json!({}));
    event.message_id = mark_id(visit, mark);
    events::submit(state, &[event], false).await
}
