//! What the gate's rules see, as values for the people who ask why.

use chrono::NaiveTime;
use chrono_tz::Tz;
use rapport_domain::{Profile, Timestamp};
use serde_json::{Map, Value, json};

use super::{GateInput, is_counted, policy_of, priority_of, topic_of, zone_of};
use crate::core::caps::{narrowed, standings, wish};
use crate::core::pressure::Load;
use crate::spec::{ConsentPolicy, Priority, QuietHours};

/// What the gate saw of a message that it lets pass: who agreed to what and when, how caps and pressure stand before it, and
/// the customer's time. Of a message that the customer asked for only that none of it was asked.
#[must_use]
pub fn passing(input: &GateInput<'_>) -> Map<String, Value> {
    let mut out = Map::new();
    let Some(profile) = input.profile.filter(|_| is_counted(input.message, input.template)) else {
        out.insert("counted".to_owned(), json!(false));
        return out;
    };
    out.insert("consent".to_owned(), consent(input, profile));
    let zone = zone_of(input);
    out.insert("zone".to_owned(), json!(zone.name()));
    out.insert("local_time".to_owned(), json!(local_time(input.now, zone)));
    let of = (input.message.channel.as_str(), topic_of(input.message, input.template));
    let (priority, now) = (priority_of(input), input.now);
    let wished = wish(profile, of.0);
    let wishes = standings(&wished, input.contacts, of, Priority::Normal, now);
    let caps = wishes.chain(standings(&input.settings.frequency_caps, input.contacts, of, priority, now));
    let caps: Vec<Value> = caps.map(|standing| standing.values()).collect();
    if !caps.is_empty() {
        out.insert("frequency_caps".to_owned(), json!(caps));
    }
    if let Some(rule) = &input.settings.pressure {
        out.insert("pressure".to_owned(), Load::of(rule, input.contacts, of.0, priority, now).values());
    }
    out
}

/// What is known of the customer's consent to the message, and what silence means where nothing is.
pub(super) fn consent(input: &GateInput<'_>, profile: &Profile) -> Value {
    let (channel, topic) = (input.message.channel.as_str(), topic_of(input.message, input.template));
    let mut out = json!({"channel": channel, "topic": topic, "state": profile.consent(channel, topic)});
    match profile.consent_statement(channel, topic) {
        Some(stated) => {
            out["since"] = json!(stated.at.to_rfc3339());
            out["source"] = json!(stated.source);
            // A channel that was refused as a whole refuses its topics.
            out["stated_for"] = json!(if stated.topic.is_some() { "topic" } else { "channel" });
        }
        None => {
            out["policy"] = json!(match policy_of(input) {
                ConsentPolicy::OptIn => "opt_in",
                ConsentPolicy::OptOut => "opt_out",
            });
            out["policy_of"] = json!(if input.topic.is_some() { "topic" } else { "settings" });
        }
    }
    out
}

/// The quiet hours that a message meets.
pub(super) fn quiet(hours: &QuietHours, now: Timestamp, zone: Tz, until: Timestamp) -> Value {
    let clock = |time: NaiveTime| time.format("%H:%M").to_string();
    let mut out = json!({
        "zone": zone.name(), "local_time": local_time(now, zone), "start": clock(hours.start), "end": clock(hours.end),
        "until": until.to_rfc3339(),
    });
    narrowed(&mut out, &hours.channels, &hours.topics);
    out
}

/// The time on the wall in that zone.
pub(super) fn local_time(now: Timestamp, zone: Tz) -> String {
    now.to_utc().with_timezone(&zone).format("%Y-%m-%dT%H:%M").to_string()
}
