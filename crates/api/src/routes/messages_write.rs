//! Sending one message: a template to one customer, through the gate that every message passes.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use rapport_delivery::TemplateSpec;
use rapport_delivery::core::address::{suppressible, suppression_key};
use rapport_delivery::repo::LedgerFilter;
use rapport_domain::identity;
use rapport_domain::profile::namespace;
use rapport_domain::record::{AskedMessage, LetterBody};
use rapport_domain::time::{DAY_MS, parse_duration_ms};
use rapport_domain::{
    EventKind, Identifier, MessageChannel, Problem, Profile, ResourceKind, WorkspaceId, hash, resource,
};
use rapport_engine::read;
use rapport_store::control::resources;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::hooks;
use super::profiles::found;
use super::profiles_write::WaitQuery;
use super::templates::settings;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::events;
use crate::extract::{Body, Query, nearest};
use crate::state::ApiState;
use crate::view::{MessageView, profile_id};

/// The most that a template is given beside the profile, bytes of JSON.
const MAX_DATA_BYTES: usize = 32 << 10;
/// How long a message is worth sending when the call does not say.
pub(super) const EXPIRES_MS: i64 = 3 * DAY_MS;
/// The longest it may be worth sending.
const MAX_EXPIRES_MS: i64 = 31 * DAY_MS;

/// A message to send.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageInput {
    /// To whom.
    to: Recipient,
    /// The live template's id.
    template: String,
    /// The topic, when the template names none.
    topic: Option<String>,
    /// The customer asked for it (a receipt, a password): it passes consent and quiet hours. A template may say so itself.
    #[serde(default)]
    transactional: bool,
    /// What the template sees beside the profile and the company, by name: `{"order": {"total": 59.9}}`.
    #[serde(default)]
    #[schema(value_type = Object)]
    data: Map<String, Value>,
    /// How long it is worth sending: `30m`, `12h`; 3d when absent, at most 31d.
    expires: Option<String>,
}

/// One customer, named in exactly one way.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recipient {
    /// A profile's id.
    profile: Option<String>,
    /// The business's id of a known customer.
    user_id: Option<String>,
    /// An e-mail address; nobody's yet makes a profile.
    email: Option<String>,
    /// A telephone number as people write it, without a country code one of the settings' `default_country`; nobody's yet makes a
    /// profile.
    phone: Option<String>,
}

/// What became of the call.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Asked {
    /// Names the call: `GET /api/v1/messages?request=…` finds its message.
    request: String,
    /// The message; null when it was not waited for, or not decided within two seconds.
    message: Option<MessageView>,
}

/// `POST /api/v1/messages`. With the same `Idempotency-Key` nothing is sent twice, also after a crash in between.
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<WaitQuery>,
    Body(input): Body<MessageInput>,
) -> Result<(StatusCode, Json<Asked>), ApiError> {
    let ws = caller.workspace;
    let (template, topic) = (input.template.clone(), input.topic.clone());
    let channel = state.run(move |state| check_template(state, ws, &template, topic.as_deref())).await?;
    let expires_ms = expiry(input.expires.as_deref())?;
    let data = Value::Object(input.data).to_string();
    if data.len() > MAX_DATA_BYTES {
        return Err(ApiError::invalid_at("data", format!("larger than {MAX_DATA_BYTES} bytes of JSON")));
    }
    let profile = recipient(&state, ws, input.to).await?;
    let name = headers.get("idempotency-key").and_then(|v| v.to_str().ok());
    let name = name.map_or_else(|| Uuid::now_v7().to_string(), |key| format!("{}-{key}", caller.actor));
    let key = events::once(ws, &format!("message-{name}"));
    let request = format!("{:032x}", key.0);
    let (now, object) = (state.now(), format!("profile/{}", profile.id));
    let detail = json!({"template": input.template, "request": request});
    state.write(move |tx| caller.audit(tx, now, "message.create", &object, &detail)).await?;
    let asked = AskedMessage {
        channel,
        template: input.template,
        topic: input.topic,
        transactional: input.transactional,
        data,
        expires_at: now.plus_ms(expires_ms),
        request: request.clone(),
    };
    let body = LetterBody::Send { profile: profile.id, asked };
    events::send_once(&state, ws, (key, profile.id.home()), body, query.wait).await?;
    let filter = LedgerFilter { request: Some(request.clone()), ..LedgerFilter::default() };
    let wanted = query.wait;
    let found = state
        .run(move |state| {
            let found = if wanted {
                read::messages::list(state.engine.shared(), ws, &filter, None, 1)?.items
            } else {
                Vec::new()
            };
            Ok::<_, ApiError>(found.into_iter().next())
        })
        .await?;
    Ok((StatusCode::ACCEPTED, Json(Asked { request, message: found.map(MessageView::from) })))
}

/// The channel of a live template; names the nearest when there is none.
pub(super) fn check_template(
    state: &ApiState,
    ws: WorkspaceId,
    template: &str,
    topic: Option<&str>,
) -> Result<String, ApiError> {
    let live = state.stores.control().read(|q| resources::live(q, ws, ResourceKind::Template))?;
    let Some(found) = live.iter().find(|r| r.id == template) else {
        let problem = Problem::new("template", format!("there is no live template {template:?}"));
        let near = nearest(template, live.iter().map(|r| r.id.as_str()));
        return Err(ApiError::invalid(vec![problem.with_suggestion(near)]));
    };
    if topic.is_some_and(|t| !resource::is_slug(t)) {
        return Err(ApiError::invalid_at("topic", "expected a topic's id: lower-case letters, digits, - and _"));
    }
    Ok(TemplateSpec::validate(&found.spec).map_err(ApiError::invalid)?.channel)
}

fn expiry(text: Option<&str>) -> Result<i64, ApiError> {
    let Some(text) = text else { return Ok(EXPIRES_MS) };
    let ms = parse_duration_ms(text).filter(|ms| (1_000..=MAX_EXPIRES_MS).contains(ms));
    ms.ok_or_else(|| ApiError::invalid_at("expires", "expected a duration from 1s to 31d, such as 12h"))
}

pub(super) async fn recipient(state: &ApiState, ws: WorkspaceId, to: Recipient) -> Result<Profile, ApiError> {
    match (to.profile, to.user_id, to.email, to.phone) {
        (Some(id), None, None, None) => {
            let id = profile_id(&id)?;
            state.run(move |state| found(state, ws, id)).await
        }
        (None, Some(user), None, None) => {
            let profile = owner(state, ws, namespace::USER_ID, &user).await?;
            profile.ok_or_else(|| ApiError::not_found("customer with this user_id"))
        }
        (None, None, Some(address), None) => by_address(state, ws, &address).await,
        (None, None, None, Some(number)) => by_number(state, ws, &number).await,
        _ => Err(ApiError::invalid_at("to", "expected exactly one of profile, user_id, email, phone")),
    }
}

/// Whose number it is; somebody new when it is nobody's.
async fn by_number(state: &ApiState, ws: WorkspaceId, number: &str) -> Result<Profile, ApiError> {
    let country = state.run(move |state| Ok::<_, ApiError>(settings(state, ws)?.default_country)).await?;
    let number = suppressible(MessageChannel::Sms, number, country.as_deref())
        .map_err(|expected| ApiError::invalid_at("to.phone", expected))?;
    let owners = hooks::owners(state, ws, MessageChannel::Sms, &number).await?;
    let Some(first) = owners.first() else { return Err(ApiError::busy(2_000)) };
    // It goes where the customer says they are, which may be another number by now.
    let is_there =
        |p: &&Profile| suppression_key(p, MessageChannel::Voice, country.as_deref()).as_ref() == Some(&number);
    match owners.iter().find(is_there) {
        Some(profile) => Ok(profile.clone()),
        None => {
            let detail = format!("the number is one of profile {}, whose present number is another", first.id);
            Err(ApiError::conflict("other_number", detail))
        }
    }
}

/// Whose identifier it is.
pub(super) async fn owner(
    state: &ApiState,
    ws: WorkspaceId,
    namespace: &str,
    value: &str,
) -> Result<Option<Profile>, ApiError> {
    let (namespace, value) = (namespace.to_owned(), value.to_owned());
    state.run(move |state| read::profiles::by_identifier(state.engine.shared(), ws, &namespace, &value)).await
}

/// Whose address it is; somebody new when it is nobody's.
async fn by_address(state: &ApiState, ws: WorkspaceId, address: &str) -> Result<Profile, ApiError> {
    let valid = rapport_delivery::core::address::parse_email(address).is_some();
    let identifier = identity::identifier(namespace::EMAIL, address).filter(|_| valid);
    let Some(Identifier { value, .. }) = identifier else {
        return Err(ApiError::invalid_at("to.email", "expected an e-mail address such as ada@example.com"));
    };
    if let Some(profile) = owner(state, ws, namespace::EMAIL, &value).await? {
        return Ok(profile);
    }
    events::introduce(state, ws, EventKind::Identify, &json!({"traits": {"email": value}})).await?;
    let home = hash::partition_of(ws, namespace::EMAIL, &value, state.log.partitions());
    events::applied(state, home).await;
    let made = owner(state, ws, namespace::EMAIL, &value).await?;
    made.ok_or_else(|| ApiError::busy(2_000))
}
