//! What the pages behind links in messages share: whose they are, how they look, what they record.

use std::collections::BTreeMap;
use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use rapport_collect::OwnedAccepted;
use rapport_delivery::core::address::{Unreachable, suppression_key, targets};
use rapport_delivery::core::caps::{SNOOZE, WISH};
use rapport_delivery::repo::LedgerEntry;
use rapport_delivery::tracking::{
    ChannelChoice, ConsentChange, OwnWords, Page, Theme, TopicChoice, Wishes, Words, accepted, pages,
};
use rapport_delivery::{Claim, TopicSpec};
use rapport_domain::event::names;
use rapport_domain::{ConsentState, MessageChannel, Profile, ResourceKind};
use rapport_engine::read;
use rapport_store::control::{resources, suppressions};
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
    /// What the pages say otherwise than built in.
    own_words: OwnWords,
    /// The words in the language that is known of the customer or the message.
    words: Option<Words>,
    /// How the company looks.
    pub(crate) theme: Theme,
    /// The country of numbers without a country code.
    pub(crate) country: Option<String>,
    /// The live topics.
    pub(crate) topics: BTreeMap<String, TopicSpec>,
}

/// The languages that the visitor's browser asks for, the best first.
#[derive(Clone, Debug)]
pub(crate) struct Accepts(Vec<String>);

impl<S: Send + Sync> FromRequestParts<S> for Accepts {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let field = parts.headers.get(ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
        Ok(Accepts(field.map(accepted).unwrap_or_default()))
    }
}

impl Accepts {
    fn words(&self, own: &OwnWords) -> Words {
        Words::of(own, self.0.iter().map(String::as_str)).unwrap_or_default()
    }

    /// What a link leads to, in the language of the customer or the message, else of the browser; `None` when it was not made here.
    pub(crate) async fn visit(&self, state: &ApiState, token: &str) -> Result<Option<Visit>, ApiError> {
        let Ok(claim) = state.tokens.open(token) else { return Ok(None) };
        Ok(Some(self.visit_of(state, claim).await?))
    }

    /// What a link of this claim would lead to.
    pub(crate) async fn visit_of(&self, state: &ApiState, claim: Claim) -> Result<Visit, ApiError> {
        let mut visit = Visit::of(state, claim).await?;
        visit.theme.words = visit.words.take().unwrap_or_else(|| self.words(&visit.own_words));
        Ok(visit)
    }

    /// The answer to a link that leads nowhere.
    pub(crate) fn invalid_link(&self) -> Response {
        answer(pages::invalid_link(&self.words(&OwnWords::new())))
    }
}

impl Visit {
    /// Opens a token; `None` when it was not made here.
    pub(crate) async fn open(state: &ApiState, token: &str) -> Result<Option<Visit>, ApiError> {
        let Ok(claim) = state.tokens.open(token) else { return Ok(None) };
        Visit::of(state, claim).await.map(Some)
    }

    async fn of(state: &ApiState, claim: Claim) -> Result<Visit, ApiError> {
        state
            .run(move |state| {
                let (ws, shared) = (claim.workspace, state.engine.shared());
                let live = state.stores.control().read(|q| resources::live(q, ws, ResourceKind::Topic))?;
                let topics = live.into_iter().filter_map(|r| Some((r.id, TopicSpec::validate(&r.spec).ok()?)));
                let (profile, settings) = (read::profiles::get(shared, ws, claim.profile)?, settings(state, ws)?);
                let said = |name: &str| profile.as_ref().and_then(|p| p.trait_value(name)).and_then(Value::as_str);
                let message = read::messages::get(shared, ws, claim.message)?;
                // The customer's language, or the one that the message was written in.
                let template = match &message {
                    Some(m) => state
                        .stores
                        .control()
                        .read(|q| resources::live_one(q, ws, ResourceKind::Template, &m.template))?,
                    None => None,
                };
                let written = template.as_ref().and_then(|t| t.spec["language"].as_str());
                let tags = [said("locale"), said("language"), written];
                let words = Words::of(&settings.words, tags.into_iter().flatten());
                Ok::<_, ApiError>(Visit {
                    words,
                    country: settings.default_country.clone(),
                    theme: Theme::from(&settings),
                    own_words: settings.words,
                    profile,
                    message,
                    topics: topics.collect(),
                    claim,
                })
            })
            .await
    }

    /// The channel the link came by.
    pub(crate) fn channel(&self) -> &str {
        self.message.as_ref().map_or("email", |m| m.channel.as_str())
    }

    /// The topics as they stand for the customer.
    pub(crate) fn choices(&self) -> Vec<TopicChoice> {
        let Some(profile) = &self.profile else { return Vec::new() };
        self.topics
            .iter()
            .map(|(id, topic)| TopicChoice::of(id, topic, profile, self.channel(), self.theme.words.tag()))
            .collect()
    }

    /// What a topic is called in the language of the pages.
    pub(crate) fn topic_name(&self, id: &str) -> Option<&str> {
        self.topics.get(id).map(|topic| topic.called(self.theme.words.tag()).0)
    }

    /// The channels the customer can be reached on, and whether they left them.
    pub(crate) fn channels(&self) -> Vec<ChannelChoice> {
        let Some(profile) = &self.profile else { return Vec::new() };
        let own = |c: &MessageChannel| {
            c.reaches_customer() && *c != MessageChannel::InApp && targets(profile, *c, self.country.as_deref()).is_ok()
        };
        let choice = |c: MessageChannel| ChannelChoice {
            channel: c.as_str().to_owned(),
            granted: profile.consent(c.as_str(), None) != ConsentState::Denied,
        };
        MessageChannel::ALL.into_iter().filter(own).map(choice).collect()
    }

    /// How often the customer wants to hear on the link's channel.
    pub(crate) fn wishes(&self) -> Wishes {
        let said = |name: &str| self.profile.as_ref().and_then(|p| p.trait_value(name));
        let frequency = said(WISH).and_then(|w| w.get(self.channel())?.as_str()).map(str::to_owned);
        let until = said(SNOOZE).and_then(Value::as_str).map(|t| t.chars().take(10).collect());
        Wishes { frequency, paused_until: until }
    }

    /// New wishes beside those for other channels.
    pub(crate) fn merged(&self, mut traits: Map<String, Value>) -> Map<String, Value> {
        let before = self.profile.as_ref().and_then(|p| p.trait_value(WISH)).and_then(Value::as_object).cloned();
        if let (Some(Value::Object(new)), Some(mut all)) = (traits.get(WISH).cloned(), before) {
            all.extend(new);
            all.retain(|_, v| !v.is_null());
            traits.insert(WISH.to_owned(), Value::Object(all));
        }
        traits
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

    /// The events that statements of consent become, with what is known of who made them. A withdrawal is also told as
    /// `Unsubscribed`.
    pub(crate) fn statements(
        &self,
        state: &ApiState,
        changes: &[ConsentChange],
        visitor: &Value,
    ) -> Vec<OwnedAccepted> {
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
            if change.confirmed {
                properties.insert("confirmed".to_owned(), json!(true));
            }
            events::named(state, self.claim.workspace, profile, name, properties, visitor.clone())
        };
        let name = |c: &ConsentChange| if c.granted { names::CONSENT_CHANGED } else { names::UNSUBSCRIBED };
        changes.iter().map(|change| event(change, name(change))).collect()
    }

    /// A customer who takes a channel again takes back the STOP that was said to it.
    ///
    /// # Errors
    /// The suppression list cannot be written.
    pub(crate) async fn lift(&self, state: &ApiState, changes: &[ConsentChange]) -> Result<(), ApiError> {
        let Some(profile) = &self.profile else { return Ok(()) };
        let taken = changes.iter().filter(|c| c.granted).filter_map(|c| {
            let channel = MessageChannel::parse(&c.channel)?;
            Some((channel, suppression_key(profile, channel, self.country.as_deref())?))
        });
        let (taken, ws): (Vec<_>, _) = (taken.collect(), self.claim.workspace);
        if taken.is_empty() {
            return Ok(());
        }
        let reason = Unreachable::OptedOut.reason();
        state
            .write(move |tx| {
                for (channel, address) in &taken {
                    suppressions::lift(tx, ws, channel.as_str(), address, reason)?;
                }
                Ok(())
            })
            .await
    }

    /// Submits them and waits until they are applied.
    ///
    /// # Errors
    /// They were not accepted.
    pub(crate) async fn state(
        &self,
        state: &ApiState,
        changes: &[ConsentChange],
        visitor: &Value,
    ) -> Result<(), ApiError> {
        self.lift(state, changes).await?;
        let statements = self.statements(state, changes, visitor);
        if !statements.is_empty() {
            events::submit(state, &statements, true).await?;
        }
        Ok(())
    }
}
