//! What the decisions of journeys are on the timeline: the same for the partition loop and for simulation.

use rapport_delivery::core::mark::Mark;
use rapport_domain::event::names;
use rapport_domain::message::Origin;
use rapport_domain::profile::Consent;
use rapport_domain::{ConsentStatus, SkipReason};
use rapport_journeys::spec::Became;
use rapport_journeys::{Effect, Group};
use serde_json::{Map, Value, json};

/// The event that tells an effect, when there is one and it needs nothing but the effect.
pub(crate) fn told(effect: &Effect) -> Option<(String, Map<String, Value>)> {
    let (name, properties) = match effect {
        Effect::Entered { journey, version, run, key, group } => {
            let mut properties = of_run(journey, *version, *run, *group);
            if let Some(key) = key {
                properties.insert("key".to_owned(), Value::from(key.as_str()));
            }
            (names::JOURNEY_ENTERED, properties)
        }
        Effect::Exited { journey, version, run, step, reason, group, path, .. } => {
            let mut properties = of_run(journey, *version, *run, *group);
            properties.insert("step".to_owned(), json!(step));
            properties.insert("reason".to_owned(), json!(reason.as_str()));
            let path = path.iter().map(|p| json!({"step": p.step, "exit": p.exit, "at": p.at.to_rfc3339()}));
            properties.insert("path".to_owned(), path.collect());
            (names::JOURNEY_EXITED, properties)
        }
        Effect::Goal { origin, group, .. } => (names::JOURNEY_GOAL_REACHED, of_step(origin, *group)),
        Effect::Withheld { origin, channel, template } => {
            let mut properties = of_step(origin, Group::Control);
            properties.insert("channel".to_owned(), json!(channel));
            properties.insert("template".to_owned(), json!(template));
            properties.insert("reason".to_owned(), json!(SkipReason::ControlGroup.as_str()));
            properties.insert("detail".to_owned(), json!("held out, to measure lift"));
            (names::MESSAGE_SKIPPED, properties)
        }
        Effect::List { origin, segment, add } => {
            let mut properties = of_step(origin, Group::Treatment);
            properties.insert("list".to_owned(), json!(segment));
            (if *add { names::LIST_ADDED } else { names::LIST_REMOVED }, properties)
        }
        Effect::Unanswered { origin, detail } => {
            let mut properties = of_step(origin, Group::Treatment);
            properties.insert("reason".to_owned(), json!(detail));
            (names::JOURNEY_WEBHOOK_FAILED, properties)
        }
        Effect::Omitted { origin, name } => {
            let mut properties = of_step(origin, Group::Treatment);
            properties.insert("name".to_owned(), json!(name));
            (names::JOURNEY_DATA_OMITTED, properties)
        }
        Effect::Emit { event, properties, .. } => return Some((event.clone(), properties.clone())),
        _ => return None,
    };
    Some((name.to_owned(), properties))
}

/// Whether a statement has changed consent: what waits to be confirmed has not yet.
pub(crate) fn has_changed(stated: &Consent) -> bool {
    stated.status != ConsentStatus::Pending
}

/// What tells a change of consent that another event brought along.
pub(crate) fn consent(stated: &Consent) -> Map<String, Value> {
    let Consent { channel, topic, source, .. } = stated;
    let members = [
        ("channel", json!(channel)),
        ("topic", json!(topic)),
        ("granted", json!(stated.is_granted())),
        ("source", json!(source)),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn of_run(journey: &str, version: u32, run: u64, group: Group) -> Map<String, Value> {
    let members = [
        ("journey", json!(journey)),
        ("version", json!(version)),
        ("run", json!(run)),
        ("group", json!(group.as_str())),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn of_step(origin: &Origin, group: Group) -> Map<String, Value> {
    let mut properties = of_run(&origin.journey, origin.version, origin.run, group);
    properties.insert("step".to_owned(), json!(origin.step));
    properties
}

/// What a message says of itself when it is decided; its id aside.
pub(crate) fn message(channel: &str, template: &str, origin: Option<&Origin>) -> Map<String, Value> {
    let mut properties = Map::new();
    properties.insert("channel".to_owned(), json!(channel));
    properties.insert("template".to_owned(), json!(template));
    if let Some(origin) = origin {
        properties.insert("journey".to_owned(), json!(origin.journey));
        properties.insert("version".to_owned(), json!(origin.version));
        properties.insert("run".to_owned(), json!(origin.run));
        properties.insert("step".to_owned(), json!(origin.step));
    }
    properties
}

/// How far a message came, by an event about it: the one meaning of "opened" and "clicked" for steps, winners and sending
/// again. It is that of the message's marks.
pub(crate) fn became(event: &str) -> Option<Became> {
    match event {
        names::MESSAGE_QUEUED => return Some(Became::Decided),
        names::MESSAGE_SENT => return Some(Became::Sent),
        _ => {}
    }
    match Mark::of_event(event)? {
        Mark::Opened => Some(Became::Opened),
        Mark::Clicked => Some(Became::Clicked),
        _ => None,
    }
}

/// Whether an event tells that the customer did something with a message: opened it, followed a link, answered. Decides the best
/// hour.
pub(crate) fn is_reaction(event: &str) -> bool {
    Mark::of_event(event).is_some_and(reacts)
}

/// The events that do, of every channel.
pub(crate) fn reactions() -> impl Iterator<Item = String> {
    Mark::events(reacts)
}

fn reacts(mark: Mark) -> bool {
    matches!(mark, Mark::Opened | Mark::Clicked | Mark::Replied)
}
