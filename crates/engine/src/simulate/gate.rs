//! The gate of a simulation: delivery's own decision, with the workspace's settings, templates and topics as they are now.

use std::collections::HashMap;

use rapport_delivery::core::address::{suppression_key, targets};
use rapport_delivery::core::caps::{Contact, is_limited};
use rapport_delivery::core::gate::{GateDecision, GateInput, Suppressed, decide, is_counted, topic_of, wants_hours};
use rapport_delivery::spec::MAX_WINDOW_MS;
use rapport_delivery::{OriginState, SettingsSpec, TemplateSpec, TopicSpec};
use rapport_domain::hours::HourScores;
use rapport_domain::{MessageChannel, OutboundMessage, Profile, Resource, ResourceKind, Timestamp, WorkspaceId};
use serde_json::json;

use super::cost::{TextCost, TextCounter};
use crate::read;
use crate::shared::Shared;

/// What decides whether simulated messages would leave.
pub(crate) struct Gate<'a> {
    shared: &'a Shared,
    workspace: WorkspaceId,
    settings: SettingsSpec,
    templates: HashMap<String, TemplateSpec>,
    topics: HashMap<String, TopicSpec>,
    texts: TextCounter,
    /// What stands for a template that is not live yet.
    ordinary: Option<TemplateSpec>,
    /// Messages before it are as they were.
    since: Timestamp,
}

/// What the gate says of a message at an instant.
pub(crate) enum Said {
    /// It leaves; whether it counts among what the customer gets without having asked.
    Leaves(Option<Contact>),
    /// It never does, and why.
    Skipped(&'static str),
    /// It is asked about again then.
    Waits(Timestamp),
}

impl<'a> Gate<'a> {
    pub(crate) fn new(shared: &'a Shared, workspace: WorkspaceId, live: &[Resource], since: Timestamp) -> Self {
        let of = |kind: ResourceKind| live.iter().filter(move |r| r.kind == kind);
        let settings = of(ResourceKind::Settings).next().and_then(|r| SettingsSpec::validate(&r.spec).ok());
        let template = |r: &Resource| Some((r.id.clone(), TemplateSpec::validate(&r.spec).ok()?));
        let topic = |r: &Resource| Some((r.id.clone(), TopicSpec::validate(&r.spec).ok()?));
        Gate {
            shared,
            workspace,
            settings: settings.unwrap_or_default(),
            templates: of(ResourceKind::Template).filter_map(template).collect(),
            topics: of(ResourceKind::Topic).filter_map(topic).collect(),
            ordinary: TemplateSpec::validate(&json!({"name": "-", "subject": "-", "html": "-"})).ok(),
            texts: TextCounter::new(shared, workspace, live),
            since,
        }
    }

    /// Whether a template of that id is live.
    pub(crate) fn knows(&self, template: &str) -> bool {
        self.templates.contains_key(template)
    }

    /// What reached the profile before the simulation; nothing when nothing limits what it gets.
    pub(crate) fn contacts(&self, profile: &Profile) -> Vec<Contact> {
        if !is_limited(&self.settings, profile) {
            return Vec::new();
        }
        let mut found = read::messages::contacts(self.shared, profile, self.since.plus_ms(-MAX_WINDOW_MS))
            .unwrap_or_else(|error| {
                tracing::warn!(%error, "what reached a customer before a simulation could not be read");
                Vec::new()
            });
        found.retain(|c| c.at < self.since);
        found
    }

    /// When the customer reacts, as it is known now.
    fn hours(&self, profile: &Profile) -> HourScores {
        read::journeys::hours(self.shared, self.workspace, profile.id).unwrap_or_else(|error| {
            tracing::warn!(%error, "when a customer reacts could not be read for a simulation");
            [1.0 / 24.0; 24]
        })
    }

    fn suppressed(&self, channel: &str, address: &str) -> Option<Suppressed> {
        crate::wiring::suppressed(self.shared, self.workspace, channel, address).unwrap_or_else(|error| {
            tracing::warn!(%error, "the suppression list could not be read for a simulation");
            None
        })
    }

    /// What a message that leaves would cost, when it is a text message.
    pub(crate) fn cost(&self, message: &OutboundMessage, profile: &Profile, now: Timestamp) -> Option<TextCost> {
        let kind = MessageChannel::parse(&message.channel)?;
        let place = targets(profile, kind, self.settings.default_country.as_deref()).ok()?;
        self.texts.cost(message, profile, &self.settings, place.country.as_deref(), now)
    }

    /// Decides as the gate does. The origin stands, nothing was sent before, and a channel that is missing would be there.
    pub(crate) fn decide(
        &self,
        message: &OutboundMessage,
        profile: &Profile,
        contacts: &[Contact],
        wrote: Option<Timestamp>,
        now: Timestamp,
    ) -> Said {
        let template = self.templates.get(&message.template).or(self.ordinary.as_ref());
        let topic = topic_of(message, template).and_then(|id| self.topics.get(id));
        let country = self.settings.default_country.as_deref();
        let kind = MessageChannel::parse(&message.channel);
        let place = match kind {
            Some(kind) => targets(profile, kind, country).map(drop),
            None => Err(format!("{:?} is no channel", message.channel)),
        };
        let key = kind.and_then(|kind| suppression_key(profile, kind, country));
        let hours = wants_hours(template).then(|| self.hours(profile));
        let suppressed = key.and_then(|address| self.suppressed(&message.channel, &address));
        let decision = decide(&GateInput {
            message,
            now,
            template,
            channel_live: true,
            topic,
            settings: &self.settings,
            profile: Some(profile),
            already_sent: false,
            suppressed: suppressed.as_ref(),
            address: place.as_ref().err().map(String::as_str),
            wrote,
            hours: hours.as_ref(),
            origin: OriginState::Live,
            contacts,
            under_way: &[],
        });
        match decision {
            GateDecision::Send => Said::Leaves(is_counted(message, template).then(|| Contact {
                id: message.id,
                channel: message.channel.clone(),
                topic: topic_of(message, template).map(str::to_owned),
                at: now,
                reacted: false,
            })),
            GateDecision::Skip { reason, .. } => Said::Skipped(reason.as_str()),
            GateDecision::Expire { .. } => Said::Skipped("expired"),
            GateDecision::Defer { until, .. } if until > now => Said::Waits(until),
            GateDecision::Defer { .. } => Said::Skipped("expired"),
        }
    }
}
