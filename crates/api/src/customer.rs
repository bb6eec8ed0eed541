//! What the pages behind links in messages share: whose they are, how they look, what they record.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use rapport_collect::OwnedAccepted;
use rapport_delivery::repo::LedgerEntry;
use rapport_delivery::tracking::{ConsentChange, Page, Theme, TopicChoice};
use rapport_delivery::{Claim, TopicSpec};
use rapport_domain::event::names;
use rapport_domain::{Profile, ResourceKind};
use rapport_engine::read;
use rapport_store::control::resources;
use serde_json::{Map, Value, json};

use crate::error::ApiError;
use crate::events;
use crate::routes::templates::settings;
use crate::state::ApiState;

/// The policy of these pages: their own style, pictures of the company, forms to themselves, nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// The answer that shows a page. Links with tokens stay out of caches and of `Referer`.
pub(crate) fn answer(page: Page) -> Response {
    let status = StatusCode::from_u16(page.status).unwrap_or(StatusCode::OK);
    let headers: [(HeaderName, HeaderValue); 5] = [
        (CONTENT_TYPE, HeaderValue::from_static(page.content_type)),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (status, headers, page.body).into_response()
}

/// What a link leads to.
pub(crate) struct Visit {
    /// What its token says.
    pub(crate) claim: Claim,
    /// The customer; `None` when erased meanwhile.
    pub(crate) profile: Option<Profile>,
    /// The message that carried it; `None` when it was not kept.
    pub(crate) message: Option<LedgerEntry>,
    /// How the company looks.
    pub(crate) theme: Theme,
    /// The live topics.
    pub(crate) topics: BTreeMap<String, TopicSpec>,
}

impl Visit {
    /// Opens a token; `None` when it was not made here.
    pub(crate) async fn open(state: &ApiState, token: &str) -> Result<Option<Visit>, ApiError> {
        let Ok(claim) = state.tokens.open(token) else { return Ok(None) };
        let visit = state
            .run(move |state| {
                let (ws, shared) = (claim.workspace, state.engine.shared());
                let live = state.stores.control().read(|q| resources::live(q, ws, ResourceKind::Topic))?;
                let topics = live.into_iter().filter_map(|r| Some((r.id, TopicSpec::validate(&r.spec).ok()?)));
                Ok::<_, ApiError>(Visit {
                    profile: read::profiles::get(shared, ws, claim.profile)?,
                    message: read::messages::get(shared, ws, claim.message)?,
                    theme: Theme::from(&settings(state, ws)?),
                    topics: topics.collect(),
                    claim,
                })
            })
            .await?;
        Ok(Some(visit))
    }

    /// The channel the link came by.
    pub(crate) fn channel(&self) -> &str {
        self.message.as_ref().map_or("email", |m| m.channel.as_str())
    }

    /// The topics as they stand for the customer.
    pub(crate) fn choices(&self) -> Vec<TopicChoice> {
        let Some(profile) = &self.profile else { return Vec::new() };
        self.topics.iter().map(|(id, topic)| TopicChoice::of(id, topic, profile, self.channel())).collect()
    }

    /// What an event caused by the link says of the message.
    pub(crate) fn properties(&self) -> Map<String, Value> {
        let mut out = Map::new();
        out.insert("message_id".to_owned(), Value::from(self.claim.message.to_string()));
        if let Some(message) = &self.message {
            let mut say = |name: &str, value: &Option<String>| {
                if let Some(value) = value {
                    out.insert(name.to_owned(), Value::from(value.as_str()));
                }
            };
            say("channel", &Some(message.channel.clone()));
            say("template", &Some(message.template.clone()));
            say("journey", &message.journey);
            say("step", &message.step);
        }
        out
    }

    /// The events that statements of consent become. A withdrawal is also told as `Unsubscribed`.
    pub(crate) fn statements(&self, state: &ApiState, changes: &[ConsentChange]) -> Vec<OwnedAccepted> {
        let Some(profile) = self.profile.as_ref().map(|p| p.id) else { return Vec::new() };
        let event = |change: &ConsentChange, name: &str| {
            let mut properties = self.properties();
            properties.insert("channel".to_owned(), json!(change.channel));
            if let Some(topic) = &change.topic {
                properties.insert("topic".to_owned(), json!(topic));
            }
            properties.insert("source".to_owned(), json!(change.source));
            if name == names::CONSENT_CHANGED {
                properties.insert("granted".to_owned(), json!(change.granted));
            }
            events::named(state, self.claim.workspace, profile, name, properties, json!({}))
        };
        let name = |c: &ConsentChange| if c.granted { names::CONSENT_CHANGED } else { names::UNSUBSCRIBED };
        changes.iter().map(|change| event(change, name(change))).collect()
    }
}
