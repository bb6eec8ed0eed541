//! Joining a customer to a chat with the Telegram bot. A bot cannot write first and knows nobody's telephone number, so the customer
//! opens a signed link; Telegram hands its token to the bot when they press Start.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use rapport_collect::OwnedAccepted;
use rapport_delivery::core::address::Unreachable;
use rapport_delivery::{Claim, ProviderKind, Purpose};
use rapport_domain::event::names;
use rapport_domain::time::HOUR_MS;
use rapport_domain::{EventKind, MessageChannel, OutboxId, WorkspaceId};
use rapport_engine::read;
use rapport_store::control::suppressions;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::profiles_write::noted;
use super::push::live_channel;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::events;
use crate::extract::{At, Body};
use crate::reply::Time;
use crate::state::ApiState;

/// How long a link works when nothing is said, hours, and at most: whoever has it gets the customer's messages.
const HOURS: (i64, i64) = (24, 720);

/// How long the link is to work.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChatLinkInput {
    /// Hours, 1 to 720; 24 when absent.
    hours: Option<i64>,
}

/// A link for one customer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChatLink {
    /// To be opened by the customer; null when the channel does not say the bot's name.
    url: Option<String>,
    /// What the bot gets: `/start` and this.
    start: String,
    /// Until when it works.
    expires_at: Time,
}

/// `POST /api/v1/profiles/{id}/telegram-link`.
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Body(input): Body<ChatLinkInput>,
) -> Result<(StatusCode, Json<ChatLink>), ApiError> {
    let hours = input.hours.unwrap_or(HOURS.0);
    if !(1..=HOURS.1).contains(&hours) {
        return Err(ApiError::invalid_at("hours", format!("expected 1 to {}", HOURS.1)));
    }
    let ws = caller.workspace;
    let channel = state.run(move |state| live_channel(state, ws, ProviderKind::Telegram)).await?;
    let channel = channel.ok_or_else(|| ApiError::not_found("live channel of kind telegram"))?;
    let profile = noted(&state, &caller, &id, "telegram_link.create", json!({"hours": hours})).await?;
    let expires_at = state.now().plus_ms(hours * HOUR_MS);
    let purpose = Purpose::Chat { expires_at };
    let start = state.tokens.mint(&Claim { workspace: ws, message: OutboxId::default(), profile: profile.id, purpose });
    let url = channel.member("bot").map(|bot| format!("https://t.me/{}?start={start}", bot.trim_start_matches('@')));
    Ok((StatusCode::CREATED, Json(ChatLink { url, start, expires_at: expires_at.into() })))
}

/// Joins the chat to the customer whose link was opened in it, and takes that for their wish to get messages there. Answers
/// whether the token was one: of this workspace, and not over.
///
/// # Errors
/// It cannot be recorded.
pub(crate) async fn join(
    state: &ApiState,
    ws: WorkspaceId,
    (chat, call): (&str, &str),
    token: &str,
) -> Result<bool, ApiError> {
    let now = state.now();
    let claim = state.tokens.open(token).ok().filter(|claim| claim.workspace == ws);
    let Some(claim) = claim.filter(|c| matches!(c.purpose, Purpose::Chat { expires_at } if expires_at > now)) else {
        return Ok(false);
    };
    let found = state.run(move |state| read::profiles::get(state.engine.shared(), ws, claim.profile)).await?;
    let Some(profile) = found else { return Ok(false) };
    let channel = MessageChannel::Telegram.as_str();
    let id = json!([{"id": chat, "type": channel, "collection": "users", "encoding": "none"}]);
    let joined = json!({"traits": {channel: chat}, "context": {"externalIds": id}});
    let consent = Map::from_iter([
        ("channel".to_owned(), json!(channel)),
        ("granted".to_owned(), Value::Bool(true)),
        ("source".to_owned(), json!("telegram link")),
        ("confirmed".to_owned(), Value::Bool(true)),
    ]);
    let made = [
        (events::about(state, ws, profile.id, EventKind::Identify, &joined), "join"),
        (events::named(state, ws, profile.id, names::CONSENT_CHANGED, consent, json!({})), "consent"),
    ];
    // A call that is made again tells the same again.
    let made = made.map(|(event, what)| OwnedAccepted { message_id: format!("hook-{channel}-{call}-{what}"), ..event });
    let address = chat.to_owned();
    state.write(move |tx| Ok(suppressions::lift(tx, ws, channel, &address, Unreachable::OptedOut.reason())?)).await?;
    events::submit(state, &made, true).await?;
    Ok(true)
}
