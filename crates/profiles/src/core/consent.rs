//! Consent: the latest statement of each channel and topic wins; of two of the same instant the refusal does.
//!
//! Only explicit statements count: the events `Consent Changed` (`channel`, `topic`, `granted`, `source`) and
//! `Unsubscribed` (`channel`, by default `email`; `topic`), and in the context of any event
//! `context.consent.channels` (`{"email": true}`), `context.consent.topics` (`{"email": {"newsletter": false}}`) and
//! `context.consent.categoryPreferences` (`{"Advertising": false}`, kept as topics of the channel `tracking`). Traits such
//! as `email_opt_in` stay traits: guessing their meaning would write to people who never agreed.
//!
//! Where a subscription has to be confirmed (double opt-in), one that is given becomes [`ConsentStatus::Pending`] until
//! Rapport itself records `confirmed: true`: the customer used the link they got, or somebody who may write through the API
//! says that it was confirmed elsewhere. Write keys are public, so what comes by one confirms nothing.

use rapport_domain::event::{Event, names};
use rapport_domain::ids::SourceId;
use rapport_domain::profile::{Consent, ConsentStatus, Profile};
use rapport_domain::time::Timestamp;
use serde_json::{Map, Value};

/// Most statements kept of one profile; beyond it a grant is not kept, and a refusal takes the oldest grant's place.
pub const MAX_CONSENTS: usize = 200;
/// Most bytes of a channel's, topic's or source's name.
pub const MAX_NAME_BYTES: usize = 128;
/// The channel under which a browser's consent categories are kept.
pub const TRACKING: &str = "tracking";

/// Whether a subscription to a channel, or to a topic on it, has to be confirmed by the customer.
pub type MustConfirm<'a> = &'a dyn Fn(&str, Option<&str>) -> bool;

/// Nothing has to be confirmed.
#[must_use]
pub fn no_confirmation(_: &str, _: Option<&str>) -> bool {
    false
}

/// The statements of consent an event makes.
#[must_use]
pub fn statements(event: &Event, must_confirm: MustConfirm<'_>) -> Vec<Consent> {
    let mut out = Vec::new();
    let is_own = event.source == SourceId(0);
    let is_confirmed = is_own && event.properties.map().get("confirmed") == Some(&Value::Bool(true));
    let mut say = |channel: &str, topic: Option<&str>, granted: bool, source: &str| {
        let fits = |s: &str| !s.trim().is_empty() && s.len() <= MAX_NAME_BYTES;
        if fits(channel) && topic.is_none_or(fits) && out.len() < MAX_CONSENTS {
            let source = if source.len() <= MAX_NAME_BYTES { source } else { "unnamed" };
            let channel = channel.to_lowercase();
            let status = match granted && !is_confirmed && must_confirm(&channel, topic) {
                true => ConsentStatus::Pending,
                false => ConsentStatus::of(granted),
            };
            let (topic, source) = (topic.map(str::to_owned), source.to_owned());
            out.push(Consent { channel, topic, status, at: event.ts, source });
        }
    };
    let property = |name: &str| event.properties.map().get(name).and_then(Value::as_str).filter(|s| !s.is_empty());
    match &*event.name {
        names::CONSENT_CHANGED => {
            let granted = event.properties.map().get("granted").and_then(Value::as_bool);
            if let (Some(channel), Some(granted)) = (property("channel"), granted) {
                say(channel, property("topic"), granted, property("source").unwrap_or("event"));
            }
        }
        names::UNSUBSCRIBED => {
            let channel = property("channel").unwrap_or("email");
            say(channel, property("topic"), false, property("source").unwrap_or("unsubscribed"));
        }
        _ => {}
    }
    let Some(context) = event.context.map().get("consent").and_then(Value::as_object) else { return out };
    for (channel, granted) in members(context, "channels") {
        granted.as_bool().into_iter().for_each(|g| say(channel, None, g, "context"));
    }
    for (channel, topics) in members(context, "topics") {
        for (topic, granted) in topics.as_object().into_iter().flatten() {
            granted.as_bool().into_iter().for_each(|g| say(channel, Some(topic), g, "context"));
        }
    }
    for (category, granted) in members(context, "categoryPreferences") {
        granted.as_bool().into_iter().for_each(|g| say(TRACKING, Some(category), g, "context"));
    }
    out
}

fn members<'a>(context: &'a Map<String, Value>, name: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    context.get(name).and_then(Value::as_object).into_iter().flatten()
}

/// What became of a statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Put {
    /// It changed what the profile says.
    Changed(Consent),
    /// It says again what was said before.
    Again(Consent),
    /// A later one holds.
    Nothing,
}

impl Put {
    /// The statement, when it changed what the profile says.
    #[must_use]
    pub fn changed(self) -> Option<Consent> {
        match self {
            Put::Changed(stated) => Some(stated),
            Put::Again(_) | Put::Nothing => None,
        }
    }
}

/// Takes a statement.
pub fn put(profile: &mut Profile, stated: Consent) -> Put {
    let same = |c: &&mut Consent| c.channel == stated.channel && c.topic == stated.topic;
    if let Some(current) = profile.consents.iter_mut().find(same) {
        // What is given and confirmed is not to be confirmed again.
        let is_confirmed = current.is_granted() && stated.status == ConsentStatus::Pending;
        // Of two of the same instant the more cautious one holds.
        let caution = |c: &Consent| match c.status {
            ConsentStatus::Granted => 0,
            ConsentStatus::Pending => 1,
            ConsentStatus::Denied => 2,
        };
        if is_confirmed || (stated.at, caution(&stated)) <= (current.at, caution(current)) {
            return Put::Nothing;
        }
        let before = std::mem::replace(current, stated.clone()).status;
        return if before == stated.status { Put::Again(stated) } else { Put::Changed(stated) };
    }
    if profile.consents.len() >= MAX_CONSENTS {
        let grants = profile.consents.iter().enumerate().filter(|(_, c)| c.status != ConsentStatus::Denied);
        let oldest = grants.min_by_key(|(_, c): &(usize, &Consent)| -> Timestamp { c.at }).map(|(i, _)| i);
        match oldest {
            Some(index) if stated.status == ConsentStatus::Denied => drop(profile.consents.remove(index)),
            _ => return Put::Nothing,
        }
    }
    profile.consents.push(stated.clone());
    Put::Changed(stated)
}
