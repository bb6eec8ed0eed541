//! The gate: whether a message may leave now, later or never, and why.
//!
//! The order is part of the product: live and approved, duplicate, suppression, consent, address, the channel's window,
//! control group, quiet hours, the step's send window, frequency and pressure. The first rule that says no gives the reason
//! customers of this platform see. The provider's limit, rendering and sending come after.

use chrono_tz::Tz;
use rapport_domain::message::Origin;
use rapport_domain::time::HOUR_MS;
use rapport_domain::window::SendWindow;
use rapport_domain::{ConsentState, MessageChannel, OutboundMessage, Profile, SkipReason, Timestamp};

use crate::core::caps::{Contact, HOLDOUT, broken, is_held, pressed, snoozed, wish};
use crate::core::quiet::quiet_until;
use crate::core::window::window_ms;
use crate::deps::OriginState;
use crate::spec::{ConsentPolicy, Priority, QuietPolicy, SettingsSpec, TemplateSpec, TopicSpec};

/// How long what a paused journey decided waits before it is looked at again; resuming the journey ends that at once.
const PAUSED_MS: i64 = 600_000;
/// How long a message waits for another one to the same customer to be recorded, milliseconds.
const UNDER_WAY_MS: i64 = 3_000;
/// Journeys of at most this priority leave room for others.
const LOW_JOURNEY: u64 = 25;
/// Journeys of at least this priority may use more than the caps say.
const HIGH_JOURNEY: u64 = 75;

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
    /// When the customer last wrote on the channel; needed only where free text has a window ([`window_ms`]).
    pub wrote: Option<Timestamp>,
    /// Whether what decided the message still stands.
    pub origin: OriginState,
    /// What reached the customer within the longest window of any cap.
    pub contacts: &'a [Contact],
    /// What passed the gate for this customer and is not recorded yet.
    pub under_way: &'a [Contact],
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

/// Whether the message disturbs a customer who did not ask for it: consent, quiet hours, caps and control groups are for
/// those.
#[must_use]
pub fn is_counted(message: &OutboundMessage, template: Option<&TemplateSpec>) -> bool {
    let reaches = MessageChannel::parse(&message.channel).is_none_or(MessageChannel::reaches_customer);
    reaches && !message.transactional && !template.is_some_and(|t| t.transactional)
}

/// Decides. The first rule that objects wins.
#[must_use]
pub fn decide(input: &GateInput<'_>) -> GateDecision {
    let rules = [
        live,
        origin,
        duplicate,
        suppression,
        consent,
        address,
        window,
        control_group,
        quiet_hours,
        send_window,
        frequency,
        expiry,
    ];
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
    if !is_counted(input.message, input.template) {
        return None;
    }
    let (channel, topic) = (input.message.channel.as_str(), topic_of(input.message, input.template));
    let what = match topic {
        Some(topic) => format!("{channel} on topic {topic:?}"),
        None => channel.to_owned(),
    };
    match profile.consent(channel, topic) {
        ConsentState::Granted => None,
        ConsentState::Pending => {
            skip(SkipReason::Unconfirmed, format!("the subscription to {what} was asked for and is not confirmed yet"))
        }
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

/// The channel would refuse it, whoever asked for it.
fn window(input: &GateInput<'_>) -> Option<GateDecision> {
    let window = window_ms(input.template?)?;
    let (channel, hours) = (&input.message.channel, window / HOUR_MS);
    let lately = match input.wrote {
        Some(wrote) if input.now.since_ms(wrote) < window => return None,
        Some(wrote) => format!("the customer last wrote on {channel} {wrote}"),
        None => format!("the customer never wrote on {channel}"),
    };
    skip(
        SkipReason::WindowClosed,
        format!("{lately}: free text is taken for {hours} hours after that, approved templates at any time"),
    )
}

fn origin(input: &GateInput<'_>) -> Option<GateDecision> {
    let Origin { journey, step, .. } = input.message.origin.as_ref()?;
    match input.origin {
        OriginState::Live => None,
        OriginState::NotLive => skip(SkipReason::NotLive, format!("journey {journey:?} is not live")),
        OriginState::Exited => {
            skip(SkipReason::Exited, format!("the customer left journey {journey:?} before step {step:?} was sent"))
        }
        OriginState::Paused => {
            let until = input.now.plus_ms(PAUSED_MS).min(input.message.expires_at);
            let detail = format!("journey {journey:?} is paused");
            Some(if until > input.now {
                GateDecision::Defer { until, detail }
            } else {
                GateDecision::Expire { detail: format!("{detail}, and the message expired meanwhile") }
            })
        }
    }
}

fn quiet_hours(input: &GateInput<'_>) -> Option<GateDecision> {
    if !is_counted(input.message, input.template) {
        return None;
    }
    let (channel, topic) = (input.message.channel.as_str(), topic_of(input.message, input.template));
    let zone = zone_of(input);
    let concerning = input.settings.quiet_hours.iter().filter(|quiet| quiet.concern(channel, topic));
    let until = concerning.filter_map(|quiet| quiet_until(input.now, zone, quiet.start, quiet.end)).max()?;
    if input.template.is_some_and(|t| t.quiet == QuietPolicy::Drop) {
        let detail = format!("quiet hours in {zone} until {until}, and the template does not wait");
        return skip(SkipReason::QuietHoursExpired, detail);
    }
    if until >= input.message.expires_at {
        let detail = format!("quiet hours end {until}, the message expires {}", input.message.expires_at);
        return skip(SkipReason::QuietHoursExpired, detail);
    }
    Some(GateDecision::Defer { until, detail: format!("quiet hours in {zone}") })
}

/// The customer's zone, else the workspace's.
fn zone_of(input: &GateInput<'_>) -> Tz {
    input.profile.and_then(Profile::zone).unwrap_or(input.settings.time_zone)
}

/// The hours in which the step that decided the message lets it leave.
fn send_window(input: &GateInput<'_>) -> Option<GateDecision> {
    input.message.origin.as_ref()?;
    let window = SendWindow::of(input.message.data.get("journey.window")?)?;
    let zone = window.zone.unwrap_or_else(|| zone_of(input));
    let until = window.opens_at(input.now, zone)?;
    if until >= input.message.expires_at {
        let detail = format!("the send window opens {until}, the message expires {}", input.message.expires_at);
        return Some(GateDecision::Expire { detail });
    }
    Some(GateDecision::Defer { until, detail: format!("the send window in {zone} opens {until}") })
}

/// How much the message matters: as its template says, where that says more or less than usual, else by the priority of the
/// journey that decided it (0 to 100).
fn priority_of(input: &GateInput<'_>) -> Priority {
    let stated = input.template.map_or(Priority::Normal, |t| t.priority);
    let of_journey = input.message.data.get("journey.priority").filter(|_| input.message.origin.is_some());
    match of_journey.and_then(serde_json::Value::as_u64) {
        _ if stated != Priority::Normal => stated,
        Some(0..=LOW_JOURNEY) => Priority::Low,
        Some(HIGH_JOURNEY..) => Priority::High,
        _ => Priority::Normal,
    }
}

/// The workspace's control group, for messages no journey decided too. A journey holds its own back before it decides
/// anything.
fn control_group(input: &GateInput<'_>) -> Option<GateDecision> {
    let profile = input.profile.filter(|_| is_counted(input.message, input.template))?;
    let percent = f64::from(input.settings.holdout) / 100.0;
    is_held(HOLDOUT, percent, profile.id).then_some(())?;
    skip(SkipReason::ControlGroup, format!("one of the {percent} % of customers who get nothing"))
}

fn frequency(input: &GateInput<'_>) -> Option<GateDecision> {
    let profile = input.profile.filter(|_| is_counted(input.message, input.template))?;
    let (settings, now, channel) = (input.settings, input.now, input.message.channel.as_str());
    if let Some(until) = snoozed(profile, now) {
        if until < input.message.expires_at {
            return Some(GateDecision::Defer { until, detail: "the customer asked for a pause".to_owned() });
        }
        let detail = format!("the customer asked for a pause until {until}, the message expires before");
        return skip(SkipReason::FrequencyCap, detail);
    }
    let priority = priority_of(input);
    let of = (channel, topic_of(input.message, input.template));
    let wished = wish(profile, channel);
    let object = |contacts: &[Contact]| {
        // What the customer asked for holds whatever the priority.
        broken(&wished, contacts, of, Priority::Normal, now)
            .map(|d| format!("by the customer's own wish: {d}"))
            .or_else(|| broken(&settings.frequency_caps, contacts, of, priority, now))
            .or_else(|| pressed(settings.pressure.as_ref()?, contacts, channel, priority, now))
    };
    if let Some(detail) = object(input.contacts) {
        return skip(SkipReason::FrequencyCap, detail);
    }
    if input.under_way.is_empty() {
        return None;
    }
    let recorded = |c: &&Contact| !input.contacts.iter().any(|known| known.id == c.id);
    let new = input.under_way.iter().filter(recorded).cloned();
    let all: Vec<Contact> = input.contacts.iter().cloned().chain(new).collect();
    // It may yet fail, and then this one has its place.
    object(&all).map(|_| GateDecision::Defer {
        until: now.plus_ms(UNDER_WAY_MS),
        detail: "another message to the customer is on its way".to_owned(),
    })
}

fn expiry(input: &GateInput<'_>) -> Option<GateDecision> {
    (input.now >= input.message.expires_at).then(|| GateDecision::Expire {
        detail: format!("expired {} before it could be sent", input.message.expires_at),
    })
}

#[cfg(test)]
mod tests;
