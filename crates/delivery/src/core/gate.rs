//! The gate: whether a message may leave now, later or never, and why.
//!
//! The order is part of the product: the first rule that says no gives the reason customers of this platform see.
//! `frequency_cap` and `control_group` are reasons of the closed list that no rule here gives yet.

use rapport_domain::message::Origin;
use rapport_domain::{ConsentState, OutboundMessage, Profile, SkipReason, Timestamp};

use crate::core::address::stated;
use crate::core::quiet::quiet_until;
use crate::deps::OriginState;
use crate::spec::{ConsentPolicy, SettingsSpec, TemplateSpec, TopicSpec};

/// Everything the gate looks at.
#[derive(Clone, Debug)]
pub struct GateInput<'a> {
    /// The message.
    pub message: &'a OutboundMessage,
    /// The present.
    pub now: Timestamp,
    /// The live template, if there is one.
    pub template: Option<&'a TemplateSpec>,
    /// Whether a live channel carries the message's kind.
    pub channel_live: bool,
    /// The message's topic ([`topic_of`]), if it is live.
    pub topic: Option<&'a TopicSpec>,
    /// The workspace's settings.
    pub settings: &'a SettingsSpec,
    /// The recipient as they are now, if they still exist.
    pub profile: Option<&'a Profile>,
    /// Whether the message was sent before, by the ledger.
    pub already_sent: bool,
    /// Whether the recipient's address is on the suppression list.
    pub suppressed: bool,
    /// Why the recipient has no place the message can go to; `None` when they have one.
    pub address: Option<&'a str>,
    /// Whether what decided the message still stands.
    pub origin: OriginState,
}

/// What the gate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GateDecision {
    /// Let it leave.
    Send,
    /// Never.
    Skip {
        /// Which of the closed list.
        reason: SkipReason,
        /// What exactly.
        detail: String,
    },
    /// Not before then.
    Defer {
        /// When to ask again.
        until: Timestamp,
        /// Why.
        detail: String,
    },
    /// It waited for something other than quiet hours until it was not worth sending.
    Expire {
        /// What happened.
        detail: String,
    },
}

/// The topic a message belongs to: its template's, else its own.
#[must_use]
pub fn topic_of<'a>(message: &'a OutboundMessage, template: Option<&'a TemplateSpec>) -> Option<&'a str> {
    template.and_then(|t| t.topic.as_deref()).or(message.topic.as_deref())
}

/// Where a message to this profile would go on `channel`: the trait of that name, else the identifier.
#[must_use]
pub fn address_of<'a>(profile: &'a Profile, channel: &str) -> Option<&'a str> {
    let name = if matches!(channel, "sms" | "whatsapp" | "voice") { "phone" } else { channel };
    stated(profile, name)
}

/// Whether the message passes consent and quiet hours because the customer asked for it.
fn is_transactional(input: &GateInput<'_>) -> bool {
    input.message.transactional || input.template.is_some_and(|t| t.transactional)
}

/// Decides. The first rule that objects wins.
#[must_use]
pub fn decide(input: &GateInput<'_>) -> GateDecision {
    let rules = [live, duplicate, suppression, consent, address, origin, quiet_hours, expiry];
    rules.iter().find_map(|rule| rule(input)).unwrap_or(GateDecision::Send)
}

fn skip(reason: SkipReason, detail: impl Into<String>) -> Option<GateDecision> {
    Some(GateDecision::Skip { reason, detail: detail.into() })
}

fn live(input: &GateInput<'_>) -> Option<GateDecision> {
    let message = input.message;
    if input.template.is_none() {
        return skip(SkipReason::NotLive, format!("template {:?} is not live", message.template));
    }
    if !input.channel_live {
        return skip(SkipReason::NotLive, format!("no live channel carries {:?}", message.channel));
    }
    None
}

fn duplicate(input: &GateInput<'_>) -> Option<GateDecision> {
    input.already_sent.then_some(())?;
    skip(SkipReason::Duplicate, format!("{} was sent before", input.message.id))
}

fn suppression(input: &GateInput<'_>) -> Option<GateDecision> {
    input.suppressed.then_some(())?;
    skip(SkipReason::Suppressed, "the address is on the suppression list")
}

fn consent(input: &GateInput<'_>) -> Option<GateDecision> {
    let profile = input.profile?;
    if is_transactional(input) {
        return None;
    }
    let (channel, topic) = (input.message.channel.as_str(), topic_of(input.message, input.template));
    let what = match topic {
        Some(topic) => format!("{channel} on topic {topic:?}"),
        None => channel.to_owned(),
    };
    match profile.consent(channel, topic) {
        ConsentState::Granted => None,
        ConsentState::Denied => skip(SkipReason::Unsubscribed, format!("unsubscribed from {what}")),
        ConsentState::Unknown => {
            let policy = input.topic.map_or_else(|| input.settings.consent_policy(channel), |t| t.default);
            (policy == ConsentPolicy::OptIn).then_some(())?;
            skip(SkipReason::NoConsent, format!("{what} needs consent, none was given"))
        }
    }
}

fn address(input: &GateInput<'_>) -> Option<GateDecision> {
    skip(SkipReason::NoAddress, input.address?)
}

fn origin(input: &GateInput<'_>) -> Option<GateDecision> {
    let Origin { journey, step, .. } = input.message.origin.as_ref()?;
    match input.origin {
        OriginState::Live => None,
        OriginState::NotLive => skip(SkipReason::NotLive, format!("journey {journey:?} is not live")),
        OriginState::Exited => {
            skip(SkipReason::Exited, format!("the customer left journey {journey:?} before step {step:?} was sent"))
        }
    }
}

fn quiet_hours(input: &GateInput<'_>) -> Option<GateDecision> {
    if is_transactional(input) {
        return None;
    }
    let quiet = input.settings.quiet_hours.as_ref()?;
    if !quiet.channels.is_empty() && !quiet.channels.contains(&input.message.channel) {
        return None;
    }
    let zone = input.profile.and_then(Profile::zone).unwrap_or(input.settings.time_zone);
    let until = quiet_until(input.now, zone, quiet.start, quiet.end)?;
    if until >= input.message.expires_at {
        let detail = format!("quiet hours end {until}, the message expires {}", input.message.expires_at);
        return skip(SkipReason::QuietHoursExpired, detail);
    }
    Some(GateDecision::Defer { until, detail: format!("quiet hours in {zone}") })
}

fn expiry(input: &GateInput<'_>) -> Option<GateDecision> {
    (input.now >= input.message.expires_at).then(|| GateDecision::Expire {
        detail: format!("expired {} before it could be sent", input.message.expires_at),
    })
}

#[cfg(test)]
mod tests;
