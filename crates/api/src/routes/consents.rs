//! Consent of one customer.

use std::net::IpAddr;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use rapport_collect::OwnedAccepted;
use rapport_domain::Timestamp;
use rapport_domain::event::names;
use rapport_profiles::core::{consent, proof};
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

/// The longest page address or user agent, bytes.
const MAX_TEXT_BYTES: usize = 512;

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
    /// What the customer agreed to, in the words they were shown; at most 4,000 bytes.
    wording: Option<String>,
    /// When they stated it, when that was before now.
    stated_at: Option<String>,
    /// The page they stated it on.
    page: Option<String>,
    /// The address of their browser or app.
    ip: Option<String>,
    /// Their browser or app.
    user_agent: Option<String>,
}

impl ConsentInput {
    /// What is wrong with it, and when it was stated.
    fn check(&self, now: Timestamp) -> Result<Timestamp, ApiError> {
        for (at, text) in
            [("channel", Some(&self.channel)), ("topic", self.topic.as_ref()), ("source", self.source.as_ref())]
        {
            if text.is_some_and(|t| t.trim().is_empty() || t.len() > consent::MAX_NAME_BYTES) {
                return Err(ApiError::invalid_at(at, "expected 1 to 128 bytes"));
            }
        }
        let long = |text: &Option<String>, max: usize| text.as_ref().is_some_and(|t| t.len() > max);
        for (at, text, max) in [
            ("wording", &self.wording, proof::MAX_WORDING_BYTES),
            ("page", &self.page, MAX_TEXT_BYTES),
            ("user_agent", &self.user_agent, MAX_TEXT_BYTES),
        ] {
            if long(text, max) {
                return Err(ApiError::invalid_at(at, format!("at most {max} bytes")));
            }
        }
        if self.ip.as_ref().is_some_and(|ip| ip.parse::<IpAddr>().is_err()) {
            return Err(ApiError::invalid_at("ip", "expected an address such as 192.0.2.7"));
        }
        let Some(text) = &self.stated_at else { return Ok(now) };
        let at = Timestamp::parse(text).filter(|at| *at <= now);
        at.ok_or_else(|| ApiError::invalid_at("stated_at", "expected an instant of RFC 3339 that is not ahead"))
    }

    /// What the event says of where it was stated.
    fn context(&self) -> Value {
        let mut context = Map::new();
        context.extend(self.ip.as_ref().map(|ip| ("ip".to_owned(), json!(ip))));
        context.extend(self.user_agent.as_ref().map(|agent| ("userAgent".to_owned(), json!(agent))));
        context.extend(self.page.as_ref().map(|url| ("page".to_owned(), json!({"url": url}))));
        Value::Object(context)
    }
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
    let (stated_at, context) = (input.check(state.now())?, input.context());
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
    if let Some(wording) = input.wording {
        properties.insert("wording".to_owned(), Value::from(wording));
    }
    properties.insert("by".to_owned(), Value::from(caller.actor.as_str()));
    let ws = caller.workspace;
    let event = events::named(&state, ws, profile.id, names::CONSENT_CHANGED, properties, context);
    let event = OwnedAccepted { ts: stated_at, ..event };
    events::submit(&state, &[event], query.wait).await?;
    let profile = state.run(move |state| found(state, ws, profile.id)).await?;
    Ok((StatusCode::CREATED, Json(Paged::whole(consents(&profile)))))
}
