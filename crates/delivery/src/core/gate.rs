//! The gate: whether a message may leave now, later or never, and why.
//!
//! The order is part of the product: live and approved, duplicate, suppression, consent, address, the channel's window,
//! control group, quiet hours, the step's send window, frequency and pressure. The first rule that says no gives the reason
//! customers of this platform see. The provider's limit, rendering and sending come after.

use chrono_tz::Tz;
use rapport_domain::hash::hash64;
use rapport_domain::hours::{HourScores, best_among};
use rapport_domain::message::Origin;
use rapport_domain::time::{DAY_MS, HOUR_MS};
use rapport_domain::window::SendWindow;
use rapport_domain::{ConsentState, Detail, MessageChannel, OutboundMessage, Profile, SkipReason, Timestamp};
use serde_json::{Value, json};

use crate::core::caps::{Contact, HOLDOUT, broken, is_held, snoozed, wish};
use crate::core::pressure::pressed;
use crate::core::quiet::quiet_until;
use crate::core::window::window_ms;
use crate::deps::OriginState;
use crate::spec::{ConsentPolicy, Priority, QuietHours, QuietPolicy, SettingsSpec, TemplateSpec, TopicSpec};

mod seen;

pub use seen::passing;

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
    /// How the recipient's address came on the suppression list, if it is there.
    pub suppressed: Option<&'a Suppressed>,
    /// Why the recipient has no place the message can go to; `None` when they have one.
    pub address: Option<&'a str>,
    /// When the customer last wrote on the channel; needed only where free text has a window ([`window_ms`]).
    pub wrote: Option<Timestamp>,
    /// How likely the customer reacts by local hour; needed only where the template waits for the best one ([`wants_hours`]).
    pub hours: Option<&'a HourScores>,
    /// Whether what decided the message still stands.
    pub origin: OriginState,
    /// What reached the customer within the longest window of any cap.
    pub contacts: &'a [Contact],
    /// What passed the gate for this customer and is not recorded yet.
    pub under_way: &'a [Contact],
}

/// An address nothing may be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// Why: `hard_bounce`, `complaint`, `manual`, …
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
    /// Who put it there: `delivery`, a member, an import.
    pub source: String,
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
        /// What exactly, by which rule and what it saw.
        detail: Detail,
    },
    /// Not before then.
    Defer {
        /// When to ask again.
        until: Timestamp,
        /// Why, by which rule and what it saw.
        detail: Detail,
    },
    /// It waited for something other than quiet hours until it was not worth sending.
    Expire {
        /// What happened, by which rule and what it saw.
        detail: Detail,
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

/// Whether what the template makes waits for the customer's best hour.
#[must_use]
pub fn wants_hours(template: Option<&TemplateSpec>) -> bool {
    template.is_some_and(|t| t.quiet == QuietPolicy::BestHour)
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

fn skip(reason: SkipReason, detail: Detail) -> Option<GateDecision> {
    Some(GateDecision::Skip { reason, detail })
}

fn live(input: &GateInput<'_>) -> Option<GateDecision> {
    let message = input.message;
    if input.template.is_none() {
        let text = format!("template {:?} is not live", message.template);
        return skip(SkipReason::NotLive, Detail::of("template", text, json!({"template": message.template})));
    }
    if !input.channel_live {
        let text = format!("no live channel carries {:?}", message.channel);
        return skip(SkipReason::NotLive, Detail::of("channel", text, json!({"channel": message.channel})));
    }
    None
}

fn duplicate(input: &GateInput<'_>) -> Option<GateDecision> {
    input.already_sent.then_some(())?;
    skip(SkipReason::Duplicate, Detail::of("duplicate", format!("{} was sent before", input.message.id), json!({})))
}

fn suppression(input: &GateInput<'_>) -> Option<GateDecision> {
    let found = input.suppressed?;
    let (since, reason) = (found.since.to_rfc3339(), &found.reason);
    let text = format!("the address is on the suppression list since {since}: {}", reason.replace('_', " "));
    let values = json!({"channel": input.message.channel, "reason": reason, "since": since, "by": found.source});
    skip(SkipReason::Suppressed, Detail::of("suppression", text, values))
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
    let (reason, text) = match profile.consent(channel, topic) {
        ConsentState::Granted => return None,
        ConsentState::Pending => {
            let text = format!("the subscription to {what} was asked for and is not confirmed yet");
            (SkipReason::Unconfirmed, text)
        }
        ConsentState::Denied => (SkipReason::Unsubscribed, format!("unsubscribed from {what}")),
        ConsentState::Unknown => {
            (policy_of(input) == ConsentPolicy::OptIn).then_some(())?;
            (SkipReason::NoConsent, format!("{what} needs consent, none was given"))
        }
    };
    skip(reason, Detail::of("consent", text, seen::consent(input, profile)))
}

/// What silence means for the message: as its topic says, else the workspace.
fn policy_of(input: &GateInput<'_>) -> ConsentPolicy {
    input.topic.map_or_else(|| input.settings.consent_policy(&input.message.channel), |t| t.default)
}

fn address(input: &GateInput<'_>) -> Option<GateDecision> {
    let values = json!({"channel": input.message.channel});
    skip(SkipReason::NoAddress, Detail::of("address", input.address?, values))
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
    let text = format!("{lately}: free text is taken for {hours} hours after that, approved templates at any time");
    let values = json!({"channel": channel, "last_wrote": input.wrote.map(Timestamp::to_rfc3339), "hours": hours});
    skip(SkipReason::WindowClosed, Detail::of("reply_window", text, values))
}

fn origin(input: &GateInput<'_>) -> Option<GateDecision> {
    let Origin { journey, version, run, step } = input.message.origin.as_ref()?;
    let why = |state: &str, text: String| {
        let values = json!({"journey": journey, "version": version, "run": run, "step": step, "state": state});
        Detail::of("journey", text, values)
    };
    match input.origin {
        OriginState::Live => None,
        OriginState::NotLive => skip(SkipReason::NotLive, why("not_live", format!("journey {journey:?} is not live"))),
        OriginState::Exited => {
            let text = format!("the customer left journey {journey:?} before step {step:?} was sent");
            skip(SkipReason::Exited, why("exited", text))
        }
        OriginState::Doubled => {
            let text =
                format!("step {step:?} decided it also under another id of the customer, and that message stands");
            skip(SkipReason::Duplicate, why("doubled", text))
        }
        OriginState::Paused => Some(wait(input, PAUSED_MS, "paused", &format!("journey {journey:?} is paused"), why)),
        OriginState::Unsettled => {
            // Not all at the same instant: two that wait for each other come one after the other.
            let apart = hash64(7, &input.message.id.number.to_le_bytes()) % UNDER_WAY_MS as u64;
            let text = "the customer's profiles are becoming one, or their other message of this step is on its way";
            Some(wait(input, UNDER_WAY_MS + apart as i64, "unsettled", text, why))
        }
    }
}

/// Looks at the message again after so long, until it expires.
fn wait(
    input: &GateInput<'_>,
    wait_ms: i64,
    state: &str,
    text: &str,
    why: impl Fn(&str, String) -> Detail,
) -> GateDecision {
    let until = input.now.plus_ms(wait_ms).min(input.message.expires_at);
    if until > input.now {
        GateDecision::Defer { until, detail: why(state, text.to_owned()) }
    } else {
        GateDecision::Expire { detail: why(state, format!("{text}, and the message expired meanwhile")) }
    }
}

fn quiet_hours(input: &GateInput<'_>) -> Option<GateDecision> {
    if !is_counted(input.message, input.template) {
        return None;
    }
    let zone = zone_of(input);
    let (until, hours) = quiet_at(input, input.now)?;
    let why = |text: String| Detail::of("quiet_hours", text, seen::quiet(hours, input.now, zone, until));
    if input.template.is_some_and(|t| t.quiet == QuietPolicy::Drop) {
        let text = format!("quiet hours in {zone} until {until}, and the template does not wait");
        return skip(SkipReason::QuietHoursExpired, why(text));
    }
    if until >= input.message.expires_at {
        let text = format!("quiet hours end {until}, the message expires {}", input.message.expires_at);
        return skip(SkipReason::QuietHoursExpired, why(text));
    }
    let text = format!("quiet hours in {zone}");
    match input.hours.filter(|_| wants_hours(input.template)).and_then(|hours| best_after(input, hours, until)) {
        Some(best) if best > until => {
            let detail = why(format!("{text} until {until}, then the best hour"));
            Some(GateDecision::Defer { until: best, detail })
        }
        _ => Some(GateDecision::Defer { until, detail: why(text) }),
    }
}

/// The quiet hours that concern the message at an instant and end last, and when; `None` when there are none then.
fn quiet_at<'a>(input: &GateInput<'a>, at: Timestamp) -> Option<(Timestamp, &'a QuietHours)> {
    let (channel, topic) = (input.message.channel.as_str(), topic_of(input.message, input.template));
    let zone = zone_of(input);
    let concerning = input.settings.quiet_hours.iter().filter(|quiet| quiet.concern(channel, topic));
    let met = concerning.filter_map(|quiet| Some((quiet_until(at, zone, quiet.start, quiet.end)?, quiet)));
    met.max_by_key(|(until, _)| *until)
}

/// The customer's best hour within a day after quiet hours ended: not in other quiet hours, within the step's send window, and
/// before the message expires.
fn best_after(input: &GateInput<'_>, hours: &HourScores, end: Timestamp) -> Option<Timestamp> {
    let window = step_window(input);
    let is_open = |at| window.as_ref().is_none_or(|w| w.opens_at(at, zone_of(input)).is_none());
    let allowed = |at| at < input.message.expires_at && quiet_at(input, at).is_none() && is_open(at);
    best_among(hours, zone_of(input), (end, end.plus_ms(DAY_MS - 1)), allowed)
}

/// The customer's zone, else the workspace's.
fn zone_of(input: &GateInput<'_>) -> Tz {
    input.profile.and_then(Profile::zone).unwrap_or(input.settings.time_zone)
}

/// The send window of the step that decided the message.
fn step_window(input: &GateInput<'_>) -> Option<SendWindow> {
    input.message.origin.as_ref()?;
    SendWindow::of(input.message.data.get("journey.window")?)
}

/// The hours in which the step that decided the message lets it leave.
fn send_window(input: &GateInput<'_>) -> Option<GateDecision> {
    let window = step_window(input)?;
    let zone = window.zone.unwrap_or_else(|| zone_of(input));
    let until = window.opens_at(input.now, zone)?;
    let why = |text: String| {
        let local = seen::local_time(input.now, zone);
        let values = json!({
            "window": window.to_value(), "zone": zone.name(), "local_time": local, "until": until.to_rfc3339(),
        });
        Detail::of("send_window", text, values)
    };
    if until >= input.message.expires_at {
        let text = format!("the send window opens {until}, the message expires {}", input.message.expires_at);
        return Some(GateDecision::Expire { detail: why(text) });
    }
    Some(GateDecision::Defer { until, detail: why(format!("the send window in {zone} opens {until}")) })
}

/// How much the message matters: as its template says, where that says more or less than usual, else by the priority of the
/// journey that decided it (0 to 100).
fn priority_of(input: &GateInput<'_>) -> Priority {
    let stated = input.template.map_or(Priority::Normal, |t| t.priority);
    let of_journey = input.message.data.get("journey.priority").filter(|_| input.message.origin.is_some());
    match of_journey.and_then(Value::as_u64) {
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
    let text = format!("one of the {percent} % of customers who get nothing");
    skip(SkipReason::ControlGroup, Detail::of("control_group", text, json!({"group": HOLDOUT, "percent": percent})))
}

fn frequency(input: &GateInput<'_>) -> Option<GateDecision> {
    let profile = input.profile.filter(|_| is_counted(input.message, input.template))?;
    let (settings, now, channel) = (input.settings, input.now, input.message.channel.as_str());
    if let Some(until) = snoozed(profile, now) {
        let why = |text: &str| Detail::of("pause", text, json!({"until": until.to_rfc3339()}));
        if until < input.message.expires_at {
            return Some(GateDecision::Defer { until, detail: why("the customer asked for a pause") });
        }
        let text = format!("the customer asked for a pause until {until}, the message expires before");
        return skip(SkipReason::FrequencyCap, why(&text));
    }
    let priority = priority_of(input);
    let of = (channel, topic_of(input.message, input.template));
    let wished = wish(profile, channel);
    let object = |contacts: &[Contact]| {
        // What the customer asked for holds whatever the priority.
        broken("wish", &wished, contacts, of, Priority::Normal, now)
            .map(|d| Detail { text: format!("by the customer's own wish: {d}"), ..d })
            .or_else(|| broken("frequency_cap", &settings.frequency_caps, contacts, of, priority, now))
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
    object(&all).map(|full| {
        let mut values = full.grounds.map(|grounds| grounds.values).unwrap_or_default();
        values.insert("under_way".to_owned(), json!(all.len() - input.contacts.len()));
        let text = "another message to the customer is on its way";
        let detail = Detail::of("under_way", text, Value::Object(values));
        GateDecision::Defer { until: now.plus_ms(UNDER_WAY_MS), detail }
    })
}

fn expiry(input: &GateInput<'_>) -> Option<GateDecision> {
    let expires = input.message.expires_at;
    (input.now >= expires).then(|| {
        let text = format!("expired {expires} before it could be sent");
        GateDecision::Expire { detail: Detail::of("expiry", text, json!({"expires_at": expires.to_rfc3339()})) }
    })
}

#[cfg(test)]
mod tests;
