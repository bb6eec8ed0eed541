//! What proves a change of consent: when and where it was stated, by which call, from where, and what was shown.

use rapport_domain::event::Event;
use rapport_domain::ids::SourceId;
use rapport_domain::profile::{Consent, ConsentStatus, Profile};
use rapport_domain::time::Timestamp;
use serde_json::Value;

/// The longest wording kept, bytes; more is cut.
pub const MAX_WORDING_BYTES: usize = 4_000;
/// The longest other text kept, bytes; more is cut.
const MAX_TEXT_BYTES: usize = 512;

/// One change of consent with what proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// When the customer stated it.
    pub at: Timestamp,
    /// When it was recorded here.
    pub recorded_at: Timestamp,
    /// `email`, …
    pub channel: String,
    /// The topic; `None` is the whole channel.
    pub topic: Option<String>,
    /// What holds since.
    pub status: ConsentStatus,
    /// Where it was stated: `preference centre`, a form's name.
    pub source: String,
    /// Which source's write key it came by; 0 is Rapport itself: its pages, its API, its journeys.
    pub collected_by: SourceId,
    /// Who stated it for the customer by the API: a member's address or a token's name.
    pub by: Option<String>,
    /// The customer's address on the channel at that time.
    pub address: Option<String>,
    /// The address of the browser or app, where the event has one.
    pub ip: Option<String>,
    /// The browser or app.
    pub user_agent: Option<String>,
    /// The page it was stated on.
    pub page: Option<String>,
    /// What the customer agreed to, in the words they were shown (`wording` of the event).
    pub wording: Option<String>,
    /// What the topic was called then, and the version of its document.
    pub shown: Option<(String, u32)>,
    /// The message whose link was used.
    pub message: Option<String>,
    /// The id of the event that stated it.
    pub event: String,
}

/// Text of at most `max` bytes, cut at a character.
fn cut(text: &str, max: usize) -> String {
    let end = (0..=max.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text[..end].to_owned()
}

/// What proves `stated`, which `event` says of `profile`; `shown` is what the topic is called and its document's version.
#[must_use]
pub fn proof(
    event: &Event,
    stated: &Consent,
    profile: &Profile,
    shown: Option<(&str, u32)>,
    recorded_at: Timestamp,
) -> Proof {
    let (properties, context) = (event.properties.map(), event.context.map());
    let text = |value: Option<&Value>, max: usize| {
        let found = value.and_then(Value::as_str).map(str::trim).filter(|t| !t.is_empty());
        found.map(|t| cut(t, max))
    };
    // Only Rapport itself names members, tokens and messages.
    let own = |name: &str| text(properties.get(name).filter(|_| event.source == SourceId(0)), MAX_TEXT_BYTES);
    Proof {
        at: stated.at,
        recorded_at,
        channel: stated.channel.clone(),
        topic: stated.topic.clone(),
        status: stated.status,
        source: stated.source.clone(),
        collected_by: event.source,
        by: own("by"),
        address: profile.address(&stated.channel).map(|a| cut(a.trim(), MAX_TEXT_BYTES)),
        ip: text(context.get("ip"), 64),
        user_agent: text(context.get("userAgent"), MAX_TEXT_BYTES),
        page: text(context.get("page").and_then(|p| p.get("url")), MAX_TEXT_BYTES),
        wording: text(properties.get("wording"), MAX_WORDING_BYTES),
        shown: shown.map(|(name, version)| (cut(name, MAX_TEXT_BYTES), version)),
        message: own("message_id"),
        event: cut(&event.message_id, MAX_TEXT_BYTES),
    }
}
