//! Consent of one customer.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use rapport_domain::event::names;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::profiles::found;
use super::profiles_write::{WaitQuery, noted};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::events;
use crate::extract::{At, Body, Query};
use crate::reply::{Paged, Reply};
use crate::state::ApiState;
use crate::view::{ConsentView, consents, profile_id};

/// `GET /api/v1/profiles/{id}/consents`.
pub(crate) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
) -> Reply<Paged<ConsentView>> {
    let id = profile_id(&id)?;
    let profile = state.run(move |state| found(state, caller.workspace, id)).await?;
    Ok(Json(Paged::whole(consents(&profile))))
}

/// A statement of consent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConsentInput {
    /// `email`, …
    channel: String,
    /// The topic; the whole channel when absent.
    topic: Option<String>,
    /// Given or withdrawn.
    granted: bool,
    /// Where the customer stated it; `api` when absent.
    source: Option<String>,
    /// The customer confirmed it elsewhere (double opt-in): it counts at once, and nobody is asked.
    #[serde(default)]
    confirmed: bool,
}

/// `POST /api/v1/profiles/{id}/consents`. Where subscriptions have to be confirmed, one that is given waits, and the customer is
/// asked; given again it is asked again, three times a week at most.
pub(crate) async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<String>,
    Query(query): Query<WaitQuery>,
    Body(input): Body<ConsentInput>,
) -> Result<(StatusCode, Json<Paged<ConsentView>>), ApiError> {
    for (at, text) in
        [("channel", Some(&input.channel)), ("topic", input.topic.as_ref()), ("source", input.source.as_ref())]
    {
        if text.is_some_and(|t| t.trim().is_empty() || t.len() > rapport_profiles::core::consent::MAX_NAME_BYTES) {
            return Err(ApiError::invalid_at(at, "expected 1 to 128 bytes"));
        }
    }
    let detail = json!({"channel": input.channel, "topic": input.topic, "granted": input.granted});
    let profile = noted(&state, &caller, &id, "consent.create", detail).await?;
    let mut properties = Map::new();
    properties.insert("channel".to_owned(), Value::from(input.channel));
    if let Some(topic) = input.topic {
        properties.insert("topic".to_owned(), Value::from(topic));
    }
    properties.insert("granted".to_owned(), Value::from(input.granted));
    properties.insert("source".to_owned(), Value::from(input.source.unwrap_or_else(|| "api".to_owned())));
    if input.confirmed {
        properties.insert("confirmed".to_owned(), Value::from(true));
    }
    let ws = caller.workspace;
    let event = events::named(&state, ws, profile.id, names::CONSENT_CHANGED, properties, json!({}));
    events::submit(&state, &[event], query.wait).await?;
    let profile = state.run(move |state| found(state, ws, profile.id)).await?;
    Ok((StatusCode::CREATED, Json(Paged::whole(consents(&profile)))))
}
